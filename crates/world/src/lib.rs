//! What the rim of one world shares: its name, its address, its keys and secrets, and how its clock may be moved.
//!
//! A world is one isolated installation inside a server. The ledger below knows nothing of this; gateway, portal and
//! notify sign, seal and digest with it. Loading and creating the keys is the server's work.
//!
//! Reading order: [`World`], `secrets`, `clock`.

mod clock;
mod secrets;

pub use clock::{AHEAD_MAX_US, ClockRefused, ClockSetting, SpanError, check_move, parse_span};
pub use secrets::{Secrets, SecretsError};

use std::sync::{Arc, OnceLock};
use wire::sign::{PrivateKey, SignType};

/// One world as its rim sees it.
#[derive(Debug)]
pub struct World {
    /// Its name; a fresh server has the world `default`.
    pub name: String,
    /// Whether it is for trying out: then notifications may go to loopback addresses, and the `/sandbox` API answers.
    pub sandbox: bool,
    /// Where browsers and merchants reach it, without a slash at the end: `http://127.0.0.1:8080`.
    pub base_url: String,
    /// What answers and notifications are signed with.
    pub platform: Platform,
    /// The same for apps that sign with SM2: empty until the first one is opened, so that no start waits for it.
    pub sm2: Arc<OnceLock<Sm2Platform>>,
    /// Keys that never leave the server.
    pub secrets: Secrets,
}

/// The platform's signing key and certificates.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Signs answers and notifications.
    pub key: Arc<PrivateKey>,
    /// The platform's public key as merchants paste it: base64 of SubjectPublicKeyInfo, one line.
    pub public_key: String,
    /// The platform's certificate, PEM.
    pub certificate: String,
    /// The root bundle, PEM.
    pub root: String,
    /// `alipay_cert_sn` of the certificate.
    pub cert_sn: String,
    /// `alipay_root_cert_sn` of the bundle.
    pub root_sn: String,
}

/// The platform's SM2 key.
#[derive(Clone, Debug)]
pub struct Sm2Platform {
    /// Signs answers and notifications.
    pub key: Arc<PrivateKey>,
    /// The public key as merchants paste it: base64 of SubjectPublicKeyInfo, one line.
    pub public_key: String,
}

impl World {
    /// The platform's key of this sign type; `None` while there is no SM2 key.
    pub fn signing_key(&self, sign_type: SignType) -> Option<&Arc<PrivateKey>> {
        match sign_type {
            SignType::Rsa | SignType::Rsa2 => Some(&self.platform.key),
            SignType::Sm2 => self.sm2.get().map(|sm2| &sm2.key),
        }
    }

    /// The address of the cashier page of an order.
    pub fn cashier_url(&self, order_no: base::OrderNo) -> String {
        format!("{}/cashier/{}", self.base_url, self.secrets.order_token(order_no))
    }

    /// The address that an order's QR code holds.
    pub fn qr_url(&self, order_no: base::OrderNo) -> String {
        format!("{}/qr/{}", self.base_url, self.secrets.order_token(order_no))
    }
}
