//! Opens an app of a merchant.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{AppId, PartyId, Slot, Text};
use people::{App, AppMode, AppStatus, Party, PartyKind, SlotHead};
use serde::{Deserialize, Serialize};

/// Opens an app that acts for a merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenApp {
    /// The merchant.
    pub seller: PartyId,
    /// How the app proves itself.
    pub mode: AppMode,
    /// Its RSA public key, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// Its certificate as PEM, in certificate mode.
    pub certificate: Option<Text<8000>>,
    /// The certificate's serial as calls name it.
    pub cert_sn: Option<Text<32>>,
    /// Whether it may also sign with SHA-1.
    pub allow_rsa1: bool,
    /// Its content encryption key, sealed under the world's key.
    pub sealed_aes_key: Option<Vec<u8>>,
}

/// Why an app is not opened or changed. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenAppRefused {
    /// There is no such merchant.
    #[error("no such merchant")]
    SellerNotFound,
    /// There is no such app.
    #[error("no such app")]
    AppNotFound,
    /// Certificate mode without a certificate.
    #[error("certificate mode needs a certificate")]
    CertificateMissing,
    /// The slot has issued all its ids.
    #[error("no more apps fit into this slot")]
    SlotFull,
}

impl OpenApp {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn open_app(rows: &mut Rows<'_>, command: &OpenApp) -> Result<Next<AppId>, Stop<OpenAppRefused>> {
    let slot = rows.slot();
    let seller = rows.get::<Party>((slot, command.seller))?;
    if seller.is_none_or(|party| party.kind != PartyKind::Merchant) {
        return Stop::because(OpenAppRefused::SellerNotFound);
    }
    if command.mode == AppMode::Cert && (command.certificate.is_none() || command.cert_sn.is_none()) {
        return Stop::because(OpenAppRefused::CertificateMissing);
    }
    let head = rows.get::<SlotHead>((slot,))?;
    let mut head = head.map_or_else(|| SlotHead::fresh(slot), |head| (*head).clone());
    let Some(id) = head.issue_app() else { return Stop::because(OpenAppRefused::SlotFull) };

    // Nothing can be refused below this line; nothing was changed above it.
    rows.put(head);
    rows.insert(row_of(slot, id, command, rows.now_us()));
    Ok(Next::Answer(id))
}

/// The row of a new app.
pub(crate) fn row_of(slot: Slot, id: AppId, command: &OpenApp, opened_at_us: i64) -> App {
    let OpenApp { seller, mode, public_key, certificate, cert_sn, allow_rsa1, sealed_aes_key } =
        command.clone();
    let status = AppStatus::Online;
    App {
        slot,
        id,
        seller,
        mode,
        status,
        public_key,
        certificate,
        cert_sn,
        allow_rsa1,
        sealed_aes_key,
        opened_at_us,
    }
}

/// Lets an app call, or forbids it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetAppStatus {
    /// The app.
    pub app: AppId,
    /// Whether it may call.
    pub status: AppStatus,
}

impl SetAppStatus {
    pub(crate) fn slot(&self) -> Slot {
        self.app.slot()
    }
}

pub(crate) fn set_app_status(
    rows: &mut Rows<'_>,
    command: &SetAppStatus,
) -> Result<Next<()>, Stop<OpenAppRefused>> {
    let Some(app) = rows.get::<App>((rows.slot(), command.app))? else {
        return Stop::because(OpenAppRefused::AppNotFound);
    };
    rows.put(App { status: command.status, ..(*app).clone() });
    Ok(Next::Answer(()))
}
