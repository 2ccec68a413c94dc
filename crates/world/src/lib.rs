//! What the rim of one world shares: its name, its address, its keys and secrets, how its clock may be moved, how
//! single apps are treated, which faults a developer asked for, and which calls a world for trying out remembers.
//!
//! A world is one isolated installation inside a server. The ledger below knows nothing of this; gateway, portal and
//! notify sign, seal and digest with it. Loading and creating the keys is the server's work.
//!
//! Reading order: [`World`], `secrets`, `tokens`, `clock`, `profile`, `faults`, `fault_book`, `apps`, `open_id`,
//! `requests`, `masks`.

mod apps;
mod clock;
mod fault_book;
mod faults;
pub mod masks;
mod open_id;
mod profile;
mod requests;
mod secrets;
mod tokens;

pub use apps::{AppSetting, AppSettings, NotKept, Settings};
pub use clock::{AHEAD_MAX_US, ClockRefused, ClockSetting, SpanError, check_move, parse_span};
pub use fault_book::{Faults, Hit, LAGGING_METHODS, RULES_MAX, Rule, RuleRefused, Standing};
pub use faults::{DELAY_S_MAX, Fault, FaultError, LAG_S_MAX, LATENCY_MS_MAX};
pub use profile::{Oddity, Profile, ProfileError};
pub use requests::{
    AnswerKind, CutText, Interface, REQUESTS_MAX, RequestSeen, Requests, SignatureSeen, SignedText,
    TEXT_BYTES_MAX,
};
pub use secrets::{Secrets, SecretsError};
pub use tokens::{TOKEN_LENGTH_MAX, TokenUse, code_of, slot_of_token};

use std::sync::{Arc, OnceLock};
use wire::sign::{PrivateKey, SignType};

/// Where merchants say yes to apps that want to act for them.
pub const APP_TO_APP_PATH: &str = "/oauth2/appToAppAuth.htm";

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
    pub sm2: Arc<OnceLock<Platform>>,
    /// Keys that never leave the server.
    pub secrets: Secrets,
    /// How single apps are treated, and how it behaves towards them.
    pub apps: Arc<AppSettings>,
}

/// The platform's signing key and certificates, all of one algorithm.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Signs answers and notifications.
    pub key: Arc<PrivateKey>,
    /// The platform's public key as merchants paste it: base64 of SubjectPublicKeyInfo, one line.
    pub public_key: String,
    /// The platform's certificate, PEM.
    pub certificate: String,
    /// The root bundle, PEM: the one root of this algorithm.
    pub root: String,
    /// `alipay_cert_sn` of the certificate.
    pub cert_sn: String,
    /// `alipay_root_cert_sn` of the bundle.
    pub root_sn: String,
}

/// Longest link in the code of an app, bytes: what a QR code holds in byte mode with error correction level M
/// (ISO/IEC 18004, version 40).
pub const APP_CODE_LINK_MAX: usize = 2_331;

impl World {
    /// The platform's key and certificates for this sign type; `None` while there are none of SM2.
    pub fn platform_of(&self, sign_type: SignType) -> Option<&Platform> {
        match sign_type {
            SignType::Rsa | SignType::Rsa2 => Some(&self.platform),
            SignType::Sm2 => self.sm2.get(),
        }
    }

    /// The platform's key of this sign type; `None` while there is no SM2 key.
    pub fn signing_key(&self, sign_type: SignType) -> Option<&Arc<PrivateKey>> {
        self.platform_of(sign_type).map(|platform| &platform.key)
    }

    /// `alipay_root_cert_sn` of the roots of the other algorithm than this sign type's; empty when there are none.
    pub fn other_root_sn(&self, sign_type: SignType) -> &str {
        let other = match sign_type {
            SignType::Sm2 => Some(&self.platform),
            SignType::Rsa | SignType::Rsa2 => self.sm2.get(),
        };
        other.map_or("", |other| &other.root_sn)
    }

    /// The platform, of either algorithm, whose certificate has this serial.
    pub fn platform_with(&self, cert_sn: &str) -> Option<&Platform> {
        [Some(&self.platform), self.sm2.get()]
            .into_iter()
            .flatten()
            .find(|platform| platform.cert_sn == cert_sn)
    }

    /// The address of the cashier page of an order.
    pub fn cashier_url(&self, order_no: base::OrderNo) -> String {
        format!("{}/cashier/{}", self.base_url, self.secrets.order_token(order_no))
    }

    /// The page on which a person passes or fails a certification.
    pub fn certify_url(&self, certify_id: &str) -> String {
        format!("{}/certify/{certify_id}", self.base_url)
    }

    /// The picture of a code that opens `link`; made here only, so that nobody puts words of his own into our pictures.
    pub fn app_code_url(&self, link: &str) -> String {
        let proof = self.app_code_proof(link);
        format!("{}/app-code?{}", self.base_url, wire::page::query_of(&[("link", link), ("proof", &proof)]))
    }

    /// Whether this is what shows that a code for `link` was made here; compared in the same time whatever it is.
    pub fn is_app_code_proof(&self, link: &str, proof: &str) -> bool {
        secrets::are_equal(self.app_code_proof(link).as_bytes(), proof.as_bytes())
    }

    fn app_code_proof(&self, link: &str) -> String {
        self.secrets.token(TokenUse::AppCode, link, base::Slot::PLATFORM)
    }

    /// What shows that a link to a bill with this content was made here; the bill is of a party of this slot.
    pub fn bill_token(&self, slot: base::Slot, content: &str) -> String {
        self.secrets.token(TokenUse::Bill, content, slot)
    }

    /// Whether this is that proof; compared in the same time whatever it is.
    pub fn is_bill_token(&self, slot: base::Slot, content: &str, token: &str) -> bool {
        secrets::are_equal(self.bill_token(slot, content).as_bytes(), token.as_bytes())
    }

    /// The address of the page on which an agreement is signed.
    pub fn agreement_url(&self, agreement_no: base::AgreementNo) -> String {
        format!("{}/agreement/{}", self.base_url, self.secrets.order_token(agreement_no.topic()))
    }

    /// The address that the QR code of a pre-authorisation holds.
    pub fn freeze_url(&self, freeze: base::FreezeNo) -> String {
        format!("{}/freeze/{}", self.base_url, self.secrets.order_token(freeze.topic()))
    }

    /// The page on which a merchant says yes to an app that wants to act for it, with these parameters.
    pub fn app_to_app_url(&self, pairs: &[(&str, &str)]) -> String {
        format!("{}{APP_TO_APP_PATH}?{}", self.base_url, wire::page::query_of(pairs))
    }

    /// The address that an order's QR code holds.
    pub fn qr_url(&self, order_no: base::OrderNo) -> String {
        format!("{}/qr/{}", self.base_url, self.secrets.order_token(order_no))
    }
}
