//! Believes a request, or says why not. Only this module, with [`v3`] inside it, makes a [`Verified`].
//!
//! The order of the checks is that of the gateway that clients know (protocol reference 1.4), and of
//! [`GatewayError`]: of two faults the earlier one is answered. The sign type comes from the app's record; the message
//! can only choose among what the record allows. The v3 interface has its own form of request and the same checks.

mod content;
mod keys;
pub(crate) mod v3;

pub(crate) use keys::Keys;

use crate::Gateway;
use crate::codes::Failure;
use crate::held;
use crate::hint;
use crate::registry::{Face, Method, Standing};
use crate::request::{Caller, Origin, least_sign_type, usual_sign_type};
use crate::tokens;
use crate::verify::content::content;
use base::{AppId, DAY_US, HOUR_US};
use keys::{Held, Known, known, other_keys};
use people::{App, AppStatus};
use std::sync::Arc;
use wire::canonical::request_text;
use wire::charset::Charset;
use wire::doctor::Mistake;
use wire::json::Object;
use wire::params::Params;
use wire::public_code::{GatewayError, verified_text_detail};
use wire::sign::{SignType, verify_request};
use wire::timestamp::parse_cn;
use world::SignatureSeen;

/// How far a timestamp may be away: clients write their local time without a zone, and zones are up to 14 h from UTC
/// and so up to 26 h from one another.
const TIMESTAMP_WINDOW_US: i64 = 26 * HOUR_US;
/// How long a link or an order string can be used: as long as the order in it may wait at most.
const LINK_LIFE_US: i64 = 15 * DAY_US;
/// The common parameters (protocol reference 1.2).
const COMMON_NAMES: [&str; 22] = [
    "app_id",
    "method",
    "format",
    "charset",
    "sign_type",
    "sign",
    "timestamp",
    "version",
    "notify_url",
    "return_url",
    "app_auth_token",
    "auth_token",
    "encrypt_type",
    "app_cert_sn",
    "alipay_root_cert_sn",
    "alipay_sdk",
    "terminal_type",
    "terminal_info",
    "prod_code",
    "target_app_id",
    "ws_service_url",
    "biz_content",
];

/// Something that was read out of a request with a right signature.
pub(crate) struct Verified<T> {
    method: &'static Method,
    caller: Caller,
    request: T,
}

impl<T> Verified<T> {
    /// Who calls.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What is asked.
    pub(crate) fn request(&self) -> &T {
        &self.request
    }
}

impl Verified<Object> {
    /// The same with other fields that mean the same.
    pub(crate) fn with(
        self,
        change: impl FnOnce(Object) -> Result<Object, Failure>,
    ) -> Result<Verified<Object>, Failure> {
        Ok(Verified { request: change(self.request)?, ..self })
    }

    /// Reads the fields into what they mean; it stays verified. In debug builds the reader is held to the fields that
    /// the method says it has.
    pub(crate) fn read<U>(
        self,
        read: impl FnOnce(&Caller, &Object) -> Result<U, Failure>,
    ) -> Result<Verified<U>, Failure> {
        if cfg!(debug_assertions) {
            self.request.take_asked();
        }
        let read = read(&self.caller, &self.request);
        if cfg!(debug_assertions) {
            held::reader_to(self.method, &self.request);
        }
        Ok(Verified { method: self.method, caller: self.caller, request: read? })
    }
}

/// Checks a request in the order of the header of this module. `origin` learns what the answer needs.
pub(crate) async fn verify(
    gateway: &Gateway,
    params: &Params,
    origin: &mut Origin,
) -> Result<(&'static Method, Verified<Object>), Failure> {
    let app = known_app(params, origin)?;
    let sign_type = sign_type(gateway, params, &app, origin)?;
    let charset = check_form(gateway, params, origin)?;
    let sign = present(params, "sign", GatewayError::MissingSignature)?;
    if sign.iter().any(|byte| !byte.is_ascii()) {
        origin.hint = gateway.world.sandbox.then_some(Mistake::SignNotBase64);
        origin.signature = SignatureSeen::Wrong;
        return Err(Failure::gateway(GatewayError::InvalidSignature));
    }
    let known = known(gateway, &app).map_err(Failure::gateway)?;
    origin.signature = SignatureSeen::Wrong;
    let held = check_signature(gateway, params, origin, sign_type, &known)?;
    origin.signature = SignatureSeen::Right;
    let serials = (params.get("app_cert_sn"), params.get("alipay_root_cert_sn"));
    check_serials(gateway, origin, (app.id, held), serials)?;
    opened(gateway, params, origin, app, sign_type, charset).await
}

/// Takes a request as if its signature were right. Only rehearsals do that, whose worlds have no keys.
#[cfg(feature = "rehearsal")]
pub(crate) async fn unsigned(
    gateway: &Gateway,
    params: &Params,
    origin: &mut Origin,
) -> Result<(&'static Method, Verified<Object>), Failure> {
    let app = known_app(params, origin)?;
    let (sign_type, charset) = (origin.sign_type, origin.charset);
    opened(gateway, params, origin, app, sign_type, charset).await
}

/// What stands in a request whose signature is right.
async fn opened(
    gateway: &Gateway,
    params: &Params,
    origin: &mut Origin,
    app: Arc<App>,
    sign_type: SignType,
    charset: Charset,
) -> Result<(&'static Method, Verified<Object>), Failure> {
    check_state(&app)?;
    let user = tokens::user(gateway, &app, params.get("auth_token")).await?;
    let merchant = tokens::merchant(gateway, &app, params.get("app_auth_token")).await?;
    let method = method_here(gateway, origin)?;
    let mut content = content(gateway, params, origin, &app, charset)?;
    if method.has_own_parameters() {
        content = content.with_texts(own_parameters(params, charset)?)?;
    }
    let text = |name: &str| -> Result<Option<String>, Failure> {
        let text = params
            .text(name, charset)
            .map_err(|_| Failure::gateway_about(GatewayError::InvalidCharset, name))?;
        Ok(text.filter(|text| !text.is_empty()))
    };
    let (notify_url, return_url) = (text("notify_url")?, text("return_url")?);
    let files = std::mem::take(&mut origin.files);
    let charset = origin.charset_of_letters(gateway, charset);
    let caller = Caller { app, charset, sign_type, notify_url, return_url, merchant, user, files };
    Ok((method, Verified { method, caller, request: content }))
}

/// What is no common parameter, for methods whose fields stand beside those.
fn own_parameters(params: &Params, charset: Charset) -> Result<Vec<(String, String)>, Failure> {
    let mut own = Vec::new();
    for (name, _) in params.iter().filter(|(name, _)| !COMMON_NAMES.contains(name)) {
        let wrong = |_| Failure::gateway_about(GatewayError::InvalidCharset, name);
        let text = params.text(name, charset).map_err(wrong)?;
        own.push((name.to_owned(), text.unwrap_or_default()));
    }
    Ok(own)
}

fn check_state(app: &App) -> Result<(), Failure> {
    match app.status {
        AppStatus::Online => Ok(()),
        AppStatus::Disabled => Err(Failure::gateway(GatewayError::InvalidAppState)),
    }
}

fn method_here(gateway: &Gateway, origin: &Origin) -> Result<&'static Method, Failure> {
    match &origin.method {
        Some(Standing::Here(method)) if gateway.world.sandbox || !method.sandbox_only => Ok(*method),
        Some(Standing::Here(_) | Standing::Known(_)) => {
            Err(Failure::gateway_about(GatewayError::InsufficientIsvPermissions, "该接口暂未模拟"))
        }
        None => Err(Failure::gateway(GatewayError::InvalidMethod)),
    }
}

fn present<'a>(params: &'a Params, name: &str, missing: GatewayError) -> Result<&'a [u8], Failure> {
    params.get(name).filter(|bytes| !bytes.is_empty()).ok_or_else(|| Failure::gateway(missing))
}

fn known_app(params: &Params, origin: &Origin) -> Result<Arc<App>, Failure> {
    present(params, "method", GatewayError::MissingMethod)?;
    present(params, "app_id", GatewayError::MissingAppId)?;
    origin.app.clone().ok_or_else(|| Failure::gateway(GatewayError::InvalidAppId))
}

fn sign_type(
    gateway: &Gateway,
    params: &Params,
    app: &Arc<App>,
    origin: &mut Origin,
) -> Result<SignType, Failure> {
    let name = present(params, "sign_type", GatewayError::MissingSignatureType)?;
    let named = std::str::from_utf8(name).ok().and_then(SignType::parse);
    let usual = usual_sign_type(app);
    match named {
        Some(named) if named == usual || named == least_sign_type(app) => return Ok(named),
        Some(named) if (named == SignType::Sm2) != (usual == SignType::Sm2) => {
            if let Ok(known) = known(gateway, app) {
                let (others, own) = (other_keys(gateway, app), known.own(gateway));
                let keys = (&known.current().key, &own);
                origin.hint = hint::of_sign_type(gateway, params, app.id, keys, named, &others);
            }
        }
        Some(_) | None => {}
    }
    Err(Failure::gateway(GatewayError::InvalidSignatureType))
}

/// Timestamp, version, charset and format.
fn check_form(gateway: &Gateway, params: &Params, origin: &Origin) -> Result<Charset, Failure> {
    let method = if let Some(Standing::Here(method)) = &origin.method { Some(*method) } else { None };
    let timestamp = present(params, "timestamp", GatewayError::MissingTimestamp)?;
    let at_us = std::str::from_utf8(timestamp).ok().and_then(|text| parse_cn(text).ok());
    let at_us = at_us.ok_or_else(|| Failure::gateway(GatewayError::InvalidTimestamp))?;
    let life_us = match method.map(|method| method.face) {
        Some(Face::Page(_) | Face::OrderString(_)) => LINK_LIFE_US,
        Some(Face::Answer) | None => 0,
    };
    let window = -TIMESTAMP_WINDOW_US..=TIMESTAMP_WINDOW_US + life_us;
    if !gateway.fits_a_clock(|now_us| window.contains(&now_us.saturating_sub(at_us))) {
        return Err(Failure::gateway_about(GatewayError::InvalidTimestamp, "与服务器时间相差过大"));
    }
    match params.get("version").filter(|version| !version.is_empty()) {
        Some(b"1.0") => {}
        None if method.is_some_and(|method| method.version_optional) => {}
        None => return Err(Failure::gateway(GatewayError::MissingVersion)),
        Some(_) => return Err(Failure::gateway_about(GatewayError::InvalidParameter, "version 应为1.0")),
    }
    let charset = params.charset().map_err(|_| Failure::gateway(GatewayError::InvalidCharset))?;
    let format = params.get("format").unwrap_or_default();
    if !format.is_empty() && !format.eq_ignore_ascii_case(b"JSON") {
        return Err(Failure::gateway(GatewayError::InvalidFormat));
    }
    Ok(charset)
}

/// The key that the request is signed with.
fn check_signature<'a>(
    gateway: &Gateway,
    params: &Params,
    origin: &mut Origin,
    sign_type: SignType,
    known: &'a Known,
) -> Result<&'a Held, Failure> {
    let tried = known.tried(gateway, params.get("app_cert_sn"));
    if let Some(held) = tried.iter().find(|held| verify_request(params, sign_type, &held.key)) {
        return Ok(held);
    }
    let (app, own) = (&known.app, known.own(gateway));
    let keys = (&tried.first().map_or(known.current(), |held| held).key, &own);
    origin.hint = hint::of_signature(gateway, params, app.id, keys, &other_keys(gateway, app));
    let text = request_text(params, false);
    let text = origin.charset.decode(&text).unwrap_or_else(|_| String::from_utf8_lossy(&text).into_owned());
    // Browsers may show this answer, and it repeats what anybody put into a link.
    let shown = verified_text_detail(&text).replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    Err(Failure::gateway_about(GatewayError::InvalidSignature, &shown))
}

/// In certificate mode a call names the certificate it was signed with, and the roots it trusts.
fn check_serials(
    gateway: &Gateway,
    origin: &mut Origin,
    (app, held): (AppId, &Held),
    (own, roots): (Option<&[u8]>, Option<&[u8]>),
) -> Result<(), Failure> {
    let Some(certificate) = &held.certificate else { return Ok(()) };
    let missing = |error| move || Failure::gateway(error);
    let own = own.filter(|serial| !serial.is_empty()).ok_or_else(missing(GatewayError::MissingAppCertSn))?;
    let roots = roots.filter(|serial| !serial.is_empty());
    let roots = roots.ok_or_else(missing(GatewayError::MissingRootCertSn))?;
    origin.hint = hint::of_serials(gateway, app, certificate, own, roots);
    if held.retired {
        origin.hint = gateway.world.sandbox.then_some(Mistake::RetiredKey);
    }
    if held.retired || own != certificate.sn.as_bytes() {
        return Err(Failure::gateway(GatewayError::AppCertNotExist));
    }
    if !gateway.fits_a_clock(|now_us| certificate.is_valid_at(now_us)) {
        return Err(Failure::gateway(GatewayError::AppCertExpired));
    }
    let platform = gateway.world.platform_of(held.key.usual_sign_type());
    if platform.is_none_or(|platform| roots != platform.root_sn.as_bytes()) {
        return Err(Failure::gateway(GatewayError::InvalidRootCertSn));
    }
    Ok(())
}
