//! What every answer carries, and which requests are not even looked at.

use crate::api;
use crate::sandbox::SandboxError;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Nothing is loaded or framed but our own style, script and pictures; forms go to us alone, and so does what the
/// script asks: a challenge for a passkey.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
                      connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses changes that another site's page asks for, and adds the headers that every answer has.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let in_api = is_in_api(request.uri().path());
    let mut response = if changes && is_foreign(request.headers()) {
        refused(in_api).await
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a path is one of the API, there or not.
fn is_in_api(path: &str) -> bool {
    path.strip_prefix(api::PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What such a request hears: in the form of the API, or in words.
async fn refused(in_api: bool) -> Response {
    let words = "this form was sent by another site";
    if in_api {
        let error = SandboxError::new(StatusCode::FORBIDDEN, "foreign_site", words);
        return api::problem::write(error.into_response()).await;
    }
    (StatusCode::FORBIDDEN, words).into_response()
}

/// The page with forms that may lead to one other site, which was checked: browsers judge a redirect by the form that
/// it answers.
pub(crate) fn may_lead_to(mut response: Response, origin: &str) -> Response {
    let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Whether a browser says that another site's page sends this. `Origin: null` says nothing: our own pages hide their
/// address from everybody. The form's token decides then.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(&FETCH_SITE).is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    match text(&ORIGIN) {
        None | Some("null") => false,
        Some(origin) => {
            let from = origin.split_once("://").map_or(origin, |(_, host)| host);
            !text(&HOST).is_some_and(|host| host.eq_ignore_ascii_case(from))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_what_lies_below_its_prefix() {
        for (path, is_one) in [
            ("/api/v1", true),
            ("/api/v1/me", true),
            ("/api/v10", false),
            ("/wallet", false),
            ("/wallet/api/v1/me", false),
        ] {
            assert_eq!(is_in_api(path), is_one, "{path}");
        }
    }

    #[test]
    fn only_our_own_pages_may_ask_for_changes() {
        for (fetch_site, origin, foreign) in [
            (None, None, false),
            (None, Some("null"), false),
            (None, Some("http://pay.example:8080"), false),
            (None, Some("http://evil.example"), true),
            (None, Some("http://pay.example:8081"), true),
            (Some("same-origin"), Some("null"), false),
            (Some("none"), None, false),
            (Some("same-site"), None, true),
            (Some("cross-site"), Some("null"), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("pay.example:8080"));
            fetch_site.map(|site| headers.insert(FETCH_SITE, HeaderValue::from_static(site)));
            origin.map(|origin| headers.insert(ORIGIN, HeaderValue::from_static(origin)));
            assert_eq!(is_foreign(&headers), foreign, "{fetch_site:?} {origin:?}");
        }
    }
}
