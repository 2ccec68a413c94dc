//! Believes a request of the v3 interface, or says why not.
//!
//! The order of the checks is that of v2 wherever both have one. What v2 lacks, a nonce, is looked at only when the
//! signature was right: nobody but the app can use up its nonces.

use super::content::{content_key, decrypted, looks_encrypted};
use super::{Held, Verified, check_serials, check_state, known, method_here};
use crate::Gateway;
use crate::codes::Failure;
use crate::hint;
use crate::nonces::NonceRefused;
use crate::registry::Method;
use crate::request::{Caller, Origin, usual_sign_type};
use crate::tokens;
use base::{AppId, MINUTE_US};
use std::borrow::Cow;
use std::sync::Arc;
use wire::aes::AesKey;
use wire::charset::Charset;
use wire::json::{Json, Object};
use wire::params::Params;
use wire::public_code::{GatewayError, verified_text_detail};
use wire::v3::{Authorization, AuthorizationError, request_text};
use world::SignatureSeen;

/// How far a timestamp may be away, as documented.
pub(crate) const TIMESTAMP_WINDOW_US: i64 = 10 * MINUTE_US;

/// A request of the v3 interface as it came.
pub(crate) struct RestCall {
    /// The verb of the request line, and the one that `X-HTTP-Method-Override` names in its place.
    pub(crate) verbs: Vec<String>,
    /// Path and query that the signature may cover, the likeliest first.
    pub(crate) uris: Vec<String>,
    /// The query, as sent.
    pub(crate) query: Vec<u8>,
    /// `Authorization`; absent when it is not text.
    pub(crate) authorization: Option<String>,
    /// `alipay-root-cert-sn`.
    pub(crate) root_sn: Option<Vec<u8>>,
    /// `alipay-app-auth-token`.
    pub(crate) app_auth_token: Option<Vec<u8>>,
    /// `alipay-encrypt-type`.
    pub(crate) encrypt_type: Option<Vec<u8>>,
}

/// The app that a header names, when there is one of this id: then the answer is in its mode.
pub(crate) fn app_named(gateway: &Gateway, header: Option<&str>) -> Option<Arc<people::App>> {
    let read = header.and_then(|header| Authorization::parse(header).ok())?;
    gateway.door.app(read.get("app_id")?.parse::<AppId>().ok()?)
}

/// Checks a request. `origin` learns what the answer needs.
pub(crate) async fn verify(
    gateway: &Gateway,
    call: &RestCall,
    body: &[u8],
    origin: &mut Origin,
) -> Result<(&'static Method, Verified<Object>), Failure> {
    // Without the header the real one misses the timestamp in it.
    let missing = || Failure::gateway_about(GatewayError::MissingTimestamp, "缺少Authorization请求头");
    let header = call.authorization.as_deref().ok_or_else(missing)?;
    let read = Authorization::parse(header).map_err(|error| match error {
        AuthorizationError::SchemeUnknown => Failure::gateway(GatewayError::InvalidSignatureType),
        AuthorizationError::Repeated => {
            Failure::gateway_about(GatewayError::SuspectedAttack, "Authorization中参数重复")
        }
    })?;
    read.get("app_id").ok_or_else(|| Failure::gateway(GatewayError::MissingAppId))?;
    let app = origin.app.clone().ok_or_else(|| Failure::gateway(GatewayError::InvalidAppId))?;
    let sign_type = usual_sign_type(&app);
    if read.sign_type != sign_type {
        let known = known(gateway, &app).ok();
        origin.hint = known.and_then(|known| {
            hint::of_algorithm(gateway, app.id, &known.current().key, read.sign_type, read.sign)
        });
        return Err(Failure::gateway(GatewayError::InvalidSignatureType));
    }
    let sent_at_us = check_time(gateway, &read)?;
    let sign = read.sign.ok_or_else(|| Failure::gateway(GatewayError::MissingSignature))?;
    let nonce = read.get("nonce");
    let nonce = nonce.ok_or_else(|| Failure::gateway_about(GatewayError::InvalidParameter, "nonce 缺失"))?;
    let known = known(gateway, &app).map_err(Failure::gateway)?;
    let own_serial = read.get("app_cert_sn").map(str::as_bytes);
    let tried = known.tried(gateway, own_serial);
    origin.signature = SignatureSeen::Wrong;
    let held = check_signature(call, body, &read, sign, &tried).inspect_err(|_| {
        origin.hint = hint::of_algorithm(gateway, app.id, &known.current().key, sign_type, Some(sign));
    })?;
    origin.signature = SignatureSeen::Right;
    check_serials(gateway, origin, (app.id, held), (own_serial, call.root_sn.as_deref()))?;
    check_nonce(gateway, app.id, nonce, sent_at_us)?;
    check_state(&app)?;
    let merchant = tokens::merchant(gateway, &app, call.app_auth_token.as_deref()).await?;
    let method = method_here(gateway, origin)?;
    let mut fields = fields(gateway, call, body, origin, &app)?;
    let token = fields.text("auth_token")?.map(|token| token.as_bytes().to_vec());
    fields.take("auth_token");
    let user = tokens::user(gateway, &app, token.as_deref()).await?;
    let mut address = |name: &str| -> Result<Option<String>, Failure> {
        let text = fields.text(name)?.filter(|text| !text.is_empty()).map(str::to_owned);
        fields.take(name);
        Ok(text)
    };
    let (notify_url, return_url) = (address("notify_url")?, address("return_url")?);
    let files = std::mem::take(&mut origin.files);
    let caller =
        Caller { app, charset: Charset::Utf8, sign_type, notify_url, return_url, merchant, user, files };
    Ok((method, Verified { method, caller, request: fields }))
}

/// When the request was made, if that is near enough.
fn check_time(gateway: &Gateway, read: &Authorization<'_>) -> Result<i64, Failure> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i64>().ok()).flatten()
    };
    let invalid = || Failure::gateway(GatewayError::InvalidTimestamp);
    let timestamp = read.get("timestamp").ok_or_else(|| Failure::gateway(GatewayError::MissingTimestamp))?;
    let sent_at_us = number(timestamp).and_then(|at_ms| at_ms.checked_mul(1_000)).ok_or_else(invalid)?;
    // A client may want less time than there is, never more.
    let life_us = match read.get("expired_seconds") {
        None => TIMESTAMP_WINDOW_US,
        Some(text) => {
            let wrong = || Failure::gateway_about(GatewayError::InvalidParameter, "expired_seconds 格式错误");
            number(text).ok_or_else(wrong)?.saturating_mul(1_000_000).min(TIMESTAMP_WINDOW_US)
        }
    };
    let near = |now_us: i64| {
        let age_us = now_us.saturating_sub(sent_at_us);
        age_us >= -TIMESTAMP_WINDOW_US && age_us <= life_us
    };
    if !gateway.fits_a_clock(near) {
        return Err(Failure::gateway_about(GatewayError::InvalidTimestamp, "与服务器时间相差过大"));
    }
    Ok(sent_at_us)
}

/// The key that the request is signed with.
fn check_signature<'a>(
    call: &RestCall,
    body: &[u8],
    read: &Authorization<'_>,
    sign: &str,
    tried: &[&'a Held],
) -> Result<&'a Held, Failure> {
    let token = call.app_auth_token.as_deref();
    let text = |verb: &String, uri: &String| request_text(read.signed, verb, uri, body, token);
    let right = |held: &Held, verb, uri| held.key.verify(read.sign_type, &text(verb, uri), sign);
    let made =
        |held: &&&'a Held| call.verbs.iter().any(|verb| call.uris.iter().any(|uri| right(held, verb, uri)));
    if let Some(held) = tried.iter().find(made) {
        return Ok(held);
    }
    let likeliest = call.verbs.first().zip(call.uris.first());
    let verified = likeliest.map(|(verb, uri)| text(verb, uri)).unwrap_or_default();
    let shown = verified_text_detail(&String::from_utf8_lossy(&verified));
    Err(Failure::gateway_about(GatewayError::InvalidSignature, &shown))
}

fn check_nonce(gateway: &Gateway, app: AppId, nonce: &str, sent_at_us: i64) -> Result<(), Failure> {
    // Where the world's clock can be moved nonces live by the real one, which it cannot make jump: as long as a
    // timestamp from the far end of the window.
    let (now_us, forget_at_us) = match gateway.real_now_us() {
        Some(now_us) => (now_us, now_us.saturating_add(2 * TIMESTAMP_WINDOW_US)),
        None => (gateway.door.now_us(), sent_at_us.saturating_add(TIMESTAMP_WINDOW_US)),
    };
    let told = |refused| match refused {
        // The first request may have been carried out: its sender must not take this for a failed payment.
        NonceRefused::Seen => {
            let what = "nonce 已使用过，结果请以查询为准";
            Failure::gateway_about(GatewayError::SuspectedAttack, what)
        }
        NonceRefused::AppHasTooMany => Failure::gateway(GatewayError::AppCallLimited),
        NonceRefused::AllHaveTooMany => Failure::gateway(GatewayError::UnknownError),
    };
    gateway.nonces.take(app, nonce, now_us, forget_at_us).map_err(told)
}

/// The members of the body and what stands in the query, each name once.
fn fields(
    gateway: &Gateway,
    call: &RestCall,
    body: &[u8],
    origin: &mut Origin,
    app: &people::App,
) -> Result<Object, Failure> {
    let mut plain = Cow::Borrowed(body);
    let encrypt_type = call.encrypt_type.as_deref().filter(|kind| !kind.is_empty());
    if let Some(kind) = encrypt_type {
        if kind != b"AES" {
            return Err(Failure::gateway(GatewayError::InvalidEncryptType));
        }
        let key: AesKey = content_key(gateway, app)?;
        if !body.is_empty() {
            plain = Cow::Owned(decrypted(&key, body, Charset::Utf8)?);
        }
        origin.aes = Some(key);
    }
    let wrong = |what: &str| Failure::gateway_about(GatewayError::InvalidParameter, what);
    let text = std::str::from_utf8(&plain).map_err(|_| wrong("请求体不是合法的UTF-8"))?;
    let object = match wire::json::parse(text) {
        _ if text.is_empty() => Object::default(),
        Ok(Json::Object(object)) => object,
        Ok(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
            return Err(Failure::gateway_about(GatewayError::IllegalJson, "请求体不是对象"));
        }
        Err(_) if encrypt_type.is_none() && looks_encrypted(app, text) => {
            return Err(Failure::gateway(GatewayError::MissingEncryptType));
        }
        Err(error) => return Err(Failure::json(&error)),
    };
    let attack = |what| Failure::gateway_about(GatewayError::SuspectedAttack, what);
    let query = Params::merge(Some(&call.query), None, Vec::new());
    let query = query.map_err(|_| attack("查询参数编码错误或重复"))?;
    let mut texts = Vec::with_capacity(query.len());
    for (name, _) in query.iter() {
        let value = query.text(name, Charset::Utf8).map_err(|_| attack("查询参数编码错误或重复"))?;
        texts.push((name.to_owned(), value.unwrap_or_default()));
    }
    Ok(object.with_texts(texts)?)
}
