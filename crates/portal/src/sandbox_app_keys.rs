//! `/sandbox/apps/{app_id}/keys`: an app exchanges its key or certificate while its calls go on. And
//! `/sandbox/apps/{app_id}/disable`, after which its calls are refused, with `enable` to take it back.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_app::{self, AppSignType, keys_of, serial_of};
use crate::sandbox_profile::app_of;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base::{AppId, Text};
use engine::{AddAppKey, AppKeyRefused, FindAppKeys, PromoteAppKey, RetireAppKey, SetAppStatus};
use people::{App, AppKey, AppKeyState, AppMode, AppStatus};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::cert::Certificate;
use wire::sign::{PublicKey, SignType};
use wire::timestamp::{format_cn, parse_cn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    public_key: Option<String>,
    not_after: Option<String>,
}

/// A call that needs no more than its path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The keys of an app, retired ones with them.
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Path(app_id): Path<String>) -> Answer {
    let app = app_of(&portal, &app_id)?;
    answer(told(&portal, app).await?)
}

/// Adds a second key, given or drawn here; in certificate mode a certificate is issued for it.
pub(crate) async fn add(
    State(portal): State<Arc<Portal>>,
    Path(app_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let AddRequest { public_key, not_after } = read(&headers, &body)?;
    let app = row_of(&portal, app_of(&portal, &app_id)?)?;
    let sign_type = sign_type_of(&app.public_key);
    let wrong_time = |error| SandboxError::bad("bad_not_after", error);
    let asked_us = not_after.map(|text| parse_cn(&text)).transpose().map_err(wrong_time)?;
    let keys = keys_of(public_key, sign_type, app.allow_rsa1).await?;
    let AddedKey { number, certificate } = add_key(&portal, &app, &keys.public, asked_us).await?;
    let mut body = json!({ "app_id": app.id.to_string(), "number": number });
    keys.tell(&mut body, sign_type);
    if let Some(certificate) = certificate {
        body["app_cert"] = Value::from(certificate);
    }
    answer(body)
}

/// A key that an app has now beside its current one.
pub(crate) struct AddedKey {
    /// Which of the app's keys.
    pub(crate) number: u32,
    /// Its certificate as PEM, in certificate mode.
    pub(crate) certificate: Option<String>,
}

/// Adds the public half of a key to an app, to be refused from a moment on (microseconds UTC) if one is given; in
/// certificate mode a certificate is issued for it.
pub(crate) async fn add_key(
    portal: &Portal,
    app: &App,
    public: &PublicKey,
    asked_us: Option<i64>,
) -> Result<AddedKey, SandboxError> {
    let certificate = match (app.mode, asked_us) {
        (AppMode::Key, _) => None,
        (AppMode::Cert, None) => Some(portal.issuer.issue(app.seller, public).map_err(SandboxError::broken)?),
        (AppMode::Cert, Some(_)) => {
            let message = "a certificate says itself until when it holds: leave not_after out";
            return Err(SandboxError::bad("bad_not_after", message));
        }
    };
    let end_of = |pem: &str| match Certificate::parse(pem) {
        Ok(parsed) => Ok(parsed.validity.until_us),
        Err(error) => Err(SandboxError::broken(error)),
    };
    let not_after_us = certificate.as_deref().map(end_of).transpose()?.or(asked_us);
    let first_not_after_us = app.certificate.as_ref().map(|pem| end_of(pem.as_str())).transpose()?;
    let cert_sn = certificate.as_deref().map(serial_of).transpose()?;
    let text = certificate.as_deref().map(Text::new).transpose().map_err(SandboxError::broken)?;
    let public_key = public.to_spki();
    let command =
        AddAppKey { app: app.id, public_key, certificate: text, cert_sn, not_after_us, first_not_after_us };
    let number = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    Ok(AddedKey { number, certificate })
}

/// Makes a key the current one.
pub(crate) async fn promote(
    State(portal): State<Arc<Portal>>,
    Path((app_id, number)): Path<(String, u32)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    let app = app_of(&portal, &app_id)?;
    let done = portal.door.ask(PromoteAppKey { app, number }).await;
    done.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&portal, app).await?)
}

/// Retires a key; never the last active one.
pub(crate) async fn retire(
    State(portal): State<Arc<Portal>>,
    Path((app_id, number)): Path<(String, u32)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Nothing {} = read(&headers, &body)?;
    let app = app_of(&portal, &app_id)?;
    let done = portal.door.ask(RetireAppKey { app, number }).await;
    done.map_err(|error| SandboxError::of(error, refused))?;
    answer(told(&portal, app).await?)
}

/// From now on the app's calls are refused.
pub(crate) async fn disable(
    State(portal): State<Arc<Portal>>,
    Path(app_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    set_status(&portal, &app_id, (&headers, &body), AppStatus::Disabled).await
}

/// From now on the app may call.
pub(crate) async fn enable(
    State(portal): State<Arc<Portal>>,
    Path(app_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    set_status(&portal, &app_id, (&headers, &body), AppStatus::Online).await
}

async fn set_status(
    portal: &Portal,
    app_id: &str,
    (headers, body): (&HeaderMap, &Bytes),
    status: AppStatus,
) -> Answer {
    let Nothing {} = read(headers, body)?;
    let app = app_of(portal, app_id)?;
    let done = portal.door.ask(SetAppStatus { app, status }).await;
    done.map_err(|error| SandboxError::of(error, sandbox_app::refused))?;
    answer(json!({ "app_id": app.to_string(), "status": status_name(status) }))
}

async fn told(portal: &Portal, app: AppId) -> Result<Value, SandboxError> {
    let keys = portal.door.ask(FindAppKeys { app }).await;
    let keys = keys.map_err(|error| SandboxError::of(error, refused))?;
    let row = row_of(portal, app)?;
    let now_us = portal.door.now_us();
    let keys: Vec<Value> = keys.iter().map(|key| key_told(key, now_us)).collect();
    Ok(json!({
        "app_id": app.to_string(),
        "mode": mode_name(row.mode),
        "status": status_name(row.status),
        "keys": keys,
    }))
}

fn key_told(key: &AppKey, now_us: i64) -> Value {
    let time = |at_us: Option<i64>| at_us.map(format_cn);
    json!({
        "number": key.number,
        "state": state_name(key.state),
        "active": key.is_active(now_us),
        "sign_type": sign_type_of(&key.public_key).sign_type().name(),
        "cert_sn": key.cert_sn.as_ref().map(ToString::to_string),
        "added_at": format_cn(key.added_at_us),
        "not_after": time(key.not_after_us),
        "retired_at": time(key.retired_at_us),
    })
}

/// How an app proves itself, as calls name it.
pub(crate) fn mode_name(mode: AppMode) -> &'static str {
    match mode {
        AppMode::Key => "key",
        AppMode::Cert => "cert",
    }
}

/// Where a key stands, as calls name it.
pub(crate) fn state_name(state: AppKeyState) -> &'static str {
    match state {
        AppKeyState::Current => "current",
        AppKeyState::Second => "second",
        AppKeyState::Retired => "retired",
    }
}

/// Whether an app may call, as calls name it.
pub(crate) fn status_name(status: AppStatus) -> &'static str {
    match status {
        AppStatus::Online => "online",
        AppStatus::Disabled => "disabled",
    }
}

fn row_of(portal: &Portal, app: AppId) -> Result<Arc<App>, SandboxError> {
    portal.door.app(app).ok_or_else(|| SandboxError::missing("app_not_found", "there is no such app"))
}

/// What an app with this key signs with.
pub(crate) fn sign_type_of(public_key: &[u8]) -> AppSignType {
    match SignType::of_key(public_key) {
        SignType::Sm2 => AppSignType::Sm2,
        SignType::Rsa | SignType::Rsa2 => AppSignType::Rsa2,
    }
}

/// A refusal in words.
pub(crate) fn refused(refused: AppKeyRefused) -> SandboxError {
    match refused {
        AppKeyRefused::AppNotFound => SandboxError::missing("app_not_found", refused),
        AppKeyRefused::KeyNotFound => SandboxError::missing("key_not_found", refused),
        AppKeyRefused::ModeDiffers => SandboxError::bad("bad_request", refused),
        AppKeyRefused::KeyKnown => SandboxError::conflict("key_known", refused),
        AppKeyRefused::TwoActive => SandboxError::conflict("two_active", refused),
        AppKeyRefused::Expired => SandboxError::conflict("key_expired", refused),
        AppKeyRefused::Retired => SandboxError::conflict("key_retired", refused),
        AppKeyRefused::LastActive => SandboxError::conflict("last_active", refused),
        AppKeyRefused::TooMany => SandboxError::conflict("too_many_keys", refused),
    }
}
