//! The keys of apps, parsed once: what a request's signature is held against.

use crate::Gateway;
use crate::request::{by_certificate, least_sign_type};
use base::AppId;
use people::App;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use wire::cert::Certificate;
use wire::doctor::OTHERS_MAX;
use wire::public_code::GatewayError;
use wire::sign::PublicKey;

/// Apps whose parsed keys are kept: about 10 MB.
const KEYS_MAX: usize = 4_096;

/// A key that was parsed for a row of an app.
#[derive(Clone)]
pub(super) struct Known {
    /// The row.
    pub(super) app: Arc<App>,
    /// Its key.
    pub(super) key: PublicKey,
    /// What the key stands in, in certificate mode.
    pub(super) certificate: Option<Arc<Certificate>>,
}

/// Parsed keys by app. An entry holds for the very row it was parsed from: a changed app is parsed again.
#[derive(Default)]
pub(crate) struct Keys {
    known: RwLock<HashMap<AppId, Known>>,
}

impl Keys {
    /// The key of this app. Refused when there is none that can be read.
    pub(super) fn of(&self, app: &Arc<App>) -> Result<Known, GatewayError> {
        let found = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&app.id).cloned();
        if let Some(known) = found.filter(|known| Arc::ptr_eq(&known.app, app) || known.app == *app) {
            return Ok(known);
        }
        let wrong = |_| GatewayError::MissingSignatureConfig;
        let known = if by_certificate(app) {
            let pem = app.certificate.as_ref().ok_or(GatewayError::MissingSignatureConfig)?;
            let certificate =
                Certificate::parse(pem.as_str()).map_err(|_| GatewayError::MissingSignatureConfig)?;
            let key = certificate.public_key.clone();
            Known { app: app.clone(), key, certificate: Some(Arc::new(certificate)) }
        } else {
            let key = PublicKey::from_der(&app.public_key, least_sign_type(app)).map_err(wrong)?;
            Known { app: app.clone(), key, certificate: None }
        };
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEYS_MAX {
            all.clear();
        }
        all.insert(app.id, known.clone());
        Ok(known)
    }
}

/// Keys of the merchant's other apps, which one of them may have signed with; only a sandbox looks for them.
pub(super) fn other_keys(gateway: &Gateway, app: &App) -> Vec<PublicKey> {
    if !gateway.world.sandbox {
        return Vec::new();
    }
    let apps = gateway.door.apps_of(app.seller, OTHERS_MAX + 1);
    let others = apps.iter().filter(|other| other.id != app.id);
    others.filter_map(|other| gateway.keys.of(other).ok()).map(|known| known.key).collect()
}
