//! The keys of apps, parsed once: what a request's signature is held against.

use crate::Gateway;
use crate::hint::OwnKeys;
use crate::request::{by_certificate, least_sign_type};
use base::{AppId, Text};
use people::{App, AppKey, AppKeyState};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use wire::cert::Certificate;
use wire::doctor::OTHERS_MAX;
use wire::public_code::GatewayError;
use wire::sign::PublicKey;

/// Apps whose parsed keys are kept: about 10 MB.
const KEYS_MAX: usize = 4_096;

/// A key that an app has or had.
#[derive(Clone)]
pub(super) struct Held {
    /// The key.
    pub(super) key: PublicKey,
    /// What the key stands in, in certificate mode.
    pub(super) certificate: Option<Arc<Certificate>>,
    /// Whether it was retired.
    pub(super) retired: bool,
    /// From when on it is refused by itself, microseconds UTC.
    not_after_us: Option<i64>,
}

/// The keys that were parsed for the rows of an app.
#[derive(Clone)]
pub(super) struct Known {
    /// The app's row.
    pub(super) app: Arc<App>,
    /// The rows of its keys, once it exchanged them.
    rows: Option<Arc<Vec<Arc<AppKey>>>>,
    /// Its keys: the current one, the second one, then the retired ones from the latest on. Never empty.
    held: Arc<[Held]>,
}

impl Known {
    /// The app's own key.
    pub(super) fn current(&self) -> &Held {
        &self.held[0]
    }

    /// The keys that a call's signature is tried with, in this order. A call that names a certificate is held against
    /// that one, even when it is retired: what is wrong with it is then said of the certificate.
    pub(super) fn tried(&self, gateway: &Gateway, serial: Option<&[u8]>) -> Vec<&Held> {
        if self.current().certificate.is_some() {
            let named = |held: &&Held| {
                held.certificate.as_ref().is_some_and(|known| Some(known.sn.as_bytes()) == serial)
            };
            return vec![self.held.iter().find(named).unwrap_or(self.current())];
        }
        let in_time = |held: &&Held| {
            held.not_after_us.is_none_or(|end_us| gateway.fits_a_clock(|now_us| now_us < end_us))
        };
        self.held.iter().filter(|held| !held.retired).filter(in_time).collect()
    }

    /// The keys beside the current one, for the doctor. A key whose time is over is as good as retired.
    pub(super) fn own(&self, gateway: &Gateway) -> OwnKeys {
        let active = self.tried(gateway, None);
        let is_active = |held: &Held| active.iter().any(|one| std::ptr::eq(*one, held));
        let beside = || self.held.iter().skip(1);
        let second = beside().find(|held| !held.retired && is_active(held)).map(|held| held.key.clone());
        let gone = beside().filter(|held| held.retired || !is_active(held));
        OwnKeys { second, retired: gone.map(|held| held.key.clone()).collect() }
    }

    fn is_of(&self, app: &Arc<App>, rows: Option<&Arc<Vec<Arc<AppKey>>>>) -> bool {
        let same_rows = match (&self.rows, rows) {
            (None, None) => true,
            (Some(known), Some(rows)) => Arc::ptr_eq(known, rows) || known == rows,
            (None, Some(_)) | (Some(_), None) => false,
        };
        same_rows && (Arc::ptr_eq(&self.app, app) || self.app == *app)
    }
}

/// Parsed keys by app. An entry holds for the very rows it was parsed from: a changed app is parsed again.
#[derive(Default)]
pub(crate) struct Keys {
    known: RwLock<HashMap<AppId, Known>>,
}

impl Keys {
    /// The keys of this app; `rows` are those of its keys. Refused when there is none that can be read.
    pub(super) fn of(
        &self,
        app: &Arc<App>,
        rows: Option<Arc<Vec<Arc<AppKey>>>>,
    ) -> Result<Known, GatewayError> {
        let found = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&app.id).cloned();
        if let Some(known) = found.filter(|known| known.is_of(app, rows.as_ref())) {
            return Ok(known);
        }
        let held = match &rows {
            None => vec![held(app, &app.public_key, app.certificate.as_ref())?],
            Some(rows) => held_of(app, rows)?,
        };
        if held.is_empty() {
            return Err(GatewayError::MissingSignatureConfig);
        }
        let known = Known { app: app.clone(), rows, held: held.into() };
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEYS_MAX {
            all.clear();
        }
        all.insert(app.id, known.clone());
        Ok(known)
    }
}

/// Those of the rows of keys, in the order of [`Known`].
fn held_of(app: &App, rows: &[Arc<AppKey>]) -> Result<Vec<Held>, GatewayError> {
    let place = |state: AppKeyState| match state {
        AppKeyState::Current => 0,
        AppKeyState::Second => 1,
        AppKeyState::Retired => 2,
    };
    let mut rows: Vec<&Arc<AppKey>> = rows.iter().collect();
    rows.sort_by_key(|row| (place(row.state), Reverse(row.number)));
    let read = |row: &&Arc<AppKey>| {
        let held = held(app, &row.public_key, row.certificate.as_ref())?;
        let retired = row.state == AppKeyState::Retired;
        Ok(Held { retired, not_after_us: row.not_after_us, ..held })
    };
    rows.iter().map(read).collect()
}

/// One key, read.
fn held(app: &App, public_key: &[u8], certificate: Option<&Text<8000>>) -> Result<Held, GatewayError> {
    let wrong = |_| GatewayError::MissingSignatureConfig;
    let certificate = if by_certificate(app) {
        let pem = certificate.ok_or(GatewayError::MissingSignatureConfig)?;
        Some(Arc::new(Certificate::parse(pem.as_str()).map_err(|_| GatewayError::MissingSignatureConfig)?))
    } else {
        None
    };
    let key = match &certificate {
        Some(certificate) => certificate.public_key.clone(),
        None => PublicKey::from_der(public_key, least_sign_type(app)).map_err(wrong)?,
    };
    Ok(Held { key, certificate, retired: false, not_after_us: None })
}

/// The keys of an app as of now.
pub(super) fn known(gateway: &Gateway, app: &Arc<App>) -> Result<Known, GatewayError> {
    gateway.keys.of(app, gateway.door.app_keys(app.id))
}

/// Keys of the merchant's other apps, which one of them may have signed with; only a sandbox looks for them.
pub(super) fn other_keys(gateway: &Gateway, app: &App) -> Vec<PublicKey> {
    if !gateway.world.sandbox {
        return Vec::new();
    }
    let apps = gateway.door.apps_of(app.seller, OTHERS_MAX + 1);
    let others = apps.iter().filter(|other| other.id != app.id);
    others.filter_map(|other| known(gateway, other).ok()).map(|known| known.current().key.clone()).collect()
}
