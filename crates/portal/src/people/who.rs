//! Who asks: the session of a request, by its token or its cookie.

use super::devices;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use people::Device;
use std::sync::Arc;

/// Somebody who is signed in. Calls of a person have it from the table of who may ask what.
#[derive(Clone, Debug)]
pub(crate) struct Who(pub(crate) Arc<Device>);

/// The cookie of a session. Browsers keep a name that begins with `__Host-` for this very host, and only over TLS.
pub(crate) fn cookie_name(portal: &Portal) -> &'static str {
    if portal.world.base_url.starts_with("https://") { "__Host-tongbao" } else { "tongbao_person" }
}

/// The header that gives a browser its session: no script reads it, no other site sends it.
pub(crate) fn cookie(portal: &Portal, token: &str) -> String {
    let secure = if portal.world.base_url.starts_with("https://") { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}", cookie_name(portal))
}

/// The header that makes a browser forget its session.
pub(crate) fn no_cookie(portal: &Portal) -> String {
    format!("{}; Max-Age=0", cookie(portal, ""))
}

fn token<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        return value.to_str().ok()?.strip_prefix("Bearer ");
    }
    let pairs = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The session of a call, when it has one that is alive.
pub(crate) async fn signed_in(
    portal: &Portal,
    headers: &HeaderMap,
) -> Result<Option<Arc<Device>>, SandboxError> {
    match token(headers, cookie_name(portal)) {
        Some(token) => devices::find(portal, token).await,
        None => Ok(None),
    }
}

/// What a stranger hears.
pub(crate) fn not_signed_in() -> SandboxError {
    SandboxError::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in: POST /api/v1/sessions")
}

impl FromRequestParts<Arc<Portal>> for Who {
    type Rejection = SandboxError;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Who, SandboxError> {
        if let Some(who) = parts.extensions.get::<Who>() {
            return Ok(who.clone());
        }
        let found = signed_in(portal, &parts.headers).await?;
        found.map(Who).ok_or_else(not_signed_in)
    }
}
