//! The keys of an app while they are exchanged: add the next one, make it the current one, retire the old one.

use crate::command::Next;
use crate::{Rows, Stop};
use base::{AppId, Slot, Text};
use people::{App, AppKey, AppKeyEvent, AppKeyState, AppMode, KEYS_OF_APP_MAX, app_key_next};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Adds a second key to an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddAppKey {
    /// The app.
    pub app: AppId,
    /// The public key, SubjectPublicKeyInfo in DER; of the algorithm that the app has.
    pub public_key: Vec<u8>,
    /// Its certificate as PEM, of apps in certificate mode and no others.
    pub certificate: Option<Text<8000>>,
    /// The certificate's serial as calls name it.
    pub cert_sn: Option<Text<32>>,
    /// From when on it is refused by itself, microseconds UTC.
    pub not_after_us: Option<i64>,
    /// The same of the key that the app was opened with, by its certificate; looked at by its first exchange alone.
    pub first_not_after_us: Option<i64>,
}

/// Makes the second key of an app its current one. Of the current one it changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PromoteAppKey {
    /// The app.
    pub app: AppId,
    /// Which of its keys.
    pub number: u32,
}

/// Retires a key of an app while another one is active. Of a retired one it changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RetireAppKey {
    /// The app.
    pub app: AppId,
    /// Which of its keys.
    pub number: u32,
}

/// Looks the keys of an app up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindAppKeys {
    /// The app.
    pub app: AppId,
}

/// Why the keys of an app stay as they are. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AppKeyRefused {
    /// There is no such app.
    #[error("no such app")]
    AppNotFound,
    /// It has no key of this number.
    #[error("the app has no key of this number")]
    KeyNotFound,
    /// A certificate is missing, or the app has none.
    #[error("an app in certificate mode has certificates, one in key mode has none")]
    ModeDiffers,
    /// The app has or had this very key or serial.
    #[error("the app has or had this key")]
    KeyKnown,
    /// Two keys are active: one must be retired before.
    #[error("two keys are active; retire one before another is added")]
    TwoActive,
    /// The key has no time left.
    #[error("the key's time is over")]
    Expired,
    /// The key was retired.
    #[error("the key is retired")]
    Retired,
    /// No other key is active.
    #[error("it is the last active key")]
    LastActive,
    /// The app had as many keys as fit.
    #[error("the app had as many keys as an app may have")]
    TooMany,
}

macro_rules! of_app {
    ($($name:ident)*) => {$(
        impl $name {
            pub(crate) fn slot(&self) -> Slot {
                self.app.slot()
            }
        }
    )*};
}
of_app!(AddAppKey PromoteAppKey RetireAppKey FindAppKeys);

/// An app and its keys.
type AppWithKeys = (Arc<App>, Vec<Arc<AppKey>>);

/// The app and its keys, the first at number 1. Before the first exchange that is the key in the app's row.
fn keys_of(rows: &mut Rows<'_>, app: AppId) -> Result<AppWithKeys, Stop<AppKeyRefused>> {
    let slot = rows.slot();
    let Some(found) = rows.get::<App>((slot, app))? else { return Stop::because(AppKeyRefused::AppNotFound) };
    let mut keys = Vec::new();
    for number in 1..=KEYS_OF_APP_MAX {
        let Some(key) = rows.get::<AppKey>((slot, app, number))? else { break };
        keys.push(key);
    }
    if keys.is_empty() {
        keys.push(Arc::new(first_key(&found)));
    }
    Ok((found, keys))
}

/// The key that an app was opened with.
fn first_key(app: &App) -> AppKey {
    AppKey {
        slot: app.slot,
        app: app.id,
        number: 1,
        state: AppKeyState::Current,
        public_key: app.public_key.clone(),
        certificate: app.certificate.clone(),
        cert_sn: app.cert_sn.clone(),
        added_at_us: app.opened_at_us,
        not_after_us: None,
        retired_at_us: None,
    }
}

/// The key of this number.
fn key_of(keys: &[Arc<AppKey>], number: u32) -> Result<Arc<AppKey>, Stop<AppKeyRefused>> {
    match keys.iter().find(|key| key.number == number) {
        Some(key) => Ok(key.clone()),
        None => Stop::because(AppKeyRefused::KeyNotFound),
    }
}

/// The key beside this one that is not retired.
fn other_of(keys: &[Arc<AppKey>], number: u32) -> Option<Arc<AppKey>> {
    keys.iter().find(|key| key.number != number && key.state != AppKeyState::Retired).cloned()
}

/// The app with the columns of a key.
fn app_with(app: &App, key: &AppKey) -> App {
    App {
        public_key: key.public_key.clone(),
        certificate: key.certificate.clone(),
        cert_sn: key.cert_sn.clone(),
        ..app.clone()
    }
}

pub(crate) fn add_app_key(
    rows: &mut Rows<'_>,
    command: &AddAppKey,
) -> Result<Next<u32>, Stop<AppKeyRefused>> {
    let (app, keys) = keys_of(rows, command.app)?;
    let certified = command.certificate.is_some() && command.cert_sn.is_some();
    let fits = match app.mode {
        AppMode::Cert => certified,
        AppMode::Key => command.certificate.is_none() && command.cert_sn.is_none(),
    };
    if !fits {
        return Stop::because(AppKeyRefused::ModeDiffers);
    }
    let known = |key: &Arc<AppKey>| {
        key.public_key == command.public_key || (certified && key.cert_sn == command.cert_sn)
    };
    if keys.iter().any(known) {
        return Stop::because(AppKeyRefused::KeyKnown);
    }
    if keys.iter().filter(|key| key.state != AppKeyState::Retired).count() > 1 {
        return Stop::because(AppKeyRefused::TwoActive);
    }
    if command.not_after_us.is_some_and(|end_us| end_us <= rows.now_us()) {
        return Stop::because(AppKeyRefused::Expired);
    }
    let issued = keys.last().map_or(0, |key| key.number);
    if issued >= KEYS_OF_APP_MAX {
        return Stop::because(AppKeyRefused::TooMany);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    if let [only] = keys.as_slice() {
        rows.put(AppKey { not_after_us: command.first_not_after_us, ..(**only).clone() });
    }
    let AddAppKey { app, public_key, certificate, cert_sn, not_after_us, .. } = command.clone();
    let number = issued + 1;
    rows.insert(AppKey {
        slot: rows.slot(),
        app,
        number,
        state: AppKeyState::Second,
        public_key,
        certificate,
        cert_sn,
        added_at_us: rows.now_us(),
        not_after_us,
        retired_at_us: None,
    });
    Ok(Next::Answer(number))
}

pub(crate) fn promote_app_key(
    rows: &mut Rows<'_>,
    command: &PromoteAppKey,
) -> Result<Next<()>, Stop<AppKeyRefused>> {
    let (app, keys) = keys_of(rows, command.app)?;
    let key = key_of(&keys, command.number)?;
    if key.state == AppKeyState::Current {
        return Ok(Next::Answer(()));
    }
    let Some(state) = app_key_next(key.state, AppKeyEvent::Promote) else {
        return Stop::because(AppKeyRefused::Retired);
    };
    if !key.is_active(rows.now_us()) {
        return Stop::because(AppKeyRefused::Expired);
    }
    let other = other_of(&keys, key.number);
    let demoted = other.and_then(|other| {
        let state = app_key_next(other.state, AppKeyEvent::Demote)?;
        Some(AppKey { state, ..(*other).clone() })
    });

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(demoted) = demoted {
        rows.put(demoted);
    }
    rows.put(app_with(&app, &key));
    rows.put(AppKey { state, ..(*key).clone() });
    Ok(Next::Answer(()))
}

pub(crate) fn retire_app_key(
    rows: &mut Rows<'_>,
    command: &RetireAppKey,
) -> Result<Next<()>, Stop<AppKeyRefused>> {
    let now_us = rows.now_us();
    let (app, keys) = keys_of(rows, command.app)?;
    let key = key_of(&keys, command.number)?;
    let Some(state) = app_key_next(key.state, AppKeyEvent::Retire) else { return Ok(Next::Answer(())) };
    // One whose time is over may go whenever another is left: else two of them would stay for ever, and no third come.
    let serves = |other: &Arc<AppKey>| other.is_active(now_us) || !key.is_active(now_us);
    let Some(other) = other_of(&keys, key.number).filter(serves) else {
        return Stop::because(AppKeyRefused::LastActive);
    };
    let promoted = app_key_next(other.state, AppKeyEvent::Promote);

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(state) = promoted {
        rows.put(app_with(&app, &other));
        rows.put(AppKey { state, ..(*other).clone() });
    }
    rows.put(AppKey { state, retired_at_us: Some(now_us), ..(*key).clone() });
    Ok(Next::Answer(()))
}

pub(crate) fn find_app_keys(
    rows: &mut Rows<'_>,
    command: &FindAppKeys,
) -> Result<Next<Vec<Arc<AppKey>>>, Stop<AppKeyRefused>> {
    keys_of(rows, command.app).map(|(_, keys)| Next::Answer(keys))
}
