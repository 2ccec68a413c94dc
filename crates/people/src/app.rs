//! Apps: a merchant's programs at the gateway, with the keys they sign with.

use base::{AppId, Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// How an app proves itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AppMode {
    /// With a registered public key.
    Key,
    /// With a certificate of our own authority; every call names its serial.
    Cert,
}

/// Whether an app may call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AppStatus {
    /// It may.
    Online,
    /// It may not.
    Disabled,
}

/// A merchant's app.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "app", key = 2)]
pub struct App {
    /// The merchant's slot.
    pub slot: Slot,
    /// Its id.
    pub id: AppId,
    /// The merchant it acts for.
    pub seller: PartyId,
    /// How it proves itself.
    pub mode: AppMode,
    /// Whether it may call.
    pub status: AppStatus,
    /// Its RSA or SM2 public key, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// Its certificate as PEM text, in certificate mode.
    pub certificate: Option<Text<8000>>,
    /// The serial that calls must name, in certificate mode (md5 hex).
    pub cert_sn: Option<Text<32>>,
    /// Whether it may also sign with SHA-1 (`sign_type=RSA`).
    pub allow_rsa1: bool,
    /// Its content encryption key, sealed under the world's key.
    pub sealed_aes_key: Option<Vec<u8>>,
    /// When it was opened, microseconds UTC.
    pub opened_at_us: i64,
}
