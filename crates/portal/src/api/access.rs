//! Who may ask what: one table, and what is not in it does not happen.
//!
//! The table stands beside the routes on purpose. A call that somebody adds and forgets here is refused to everybody,
//! and a test names it, before it can be open to anybody by mistake.

use super::PREFIX;
use super::problem;
use crate::people::{Who, not_signed_in, signed_in};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Anybody: the call itself proves what it needs.
    Anyone,
    /// A person who is signed in.
    Person,
}

use Access::{Anyone, Person};

/// Method, path below [`PREFIX`], and who may ask.
pub(crate) const TABLE: &[(&str, &str, Access)] = &[
    ("GET", "/openapi.json", Anyone),
    ("GET", "/site", Anyone),
    // Before an account, and into it.
    ("POST", "/challenges", Anyone),
    ("POST", "/people", Anyone),
    ("POST", "/login-password", Anyone),
    ("POST", "/pay-password", Anyone),
    ("POST", "/sessions", Anyone),
    ("POST", "/sessions/passkey", Anyone),
    ("POST", "/sessions/passkey/options", Anyone),
    ("GET", "/sessions", Person),
    ("DELETE", "/sessions/{id}", Person),
    // The account.
    ("GET", "/me", Person),
    ("GET", "/me/data", Person),
    ("POST", "/me/close", Person),
    ("POST", "/me/stop-payment", Person),
    ("DELETE", "/me/stop-payment", Person),
    ("POST", "/passkeys", Person),
    ("GET", "/passkeys", Person),
    ("POST", "/passkeys/options", Person),
    ("DELETE", "/passkeys/{id}", Person),
    ("POST", "/identity", Person),
    ("GET", "/identity", Person),
    ("POST", "/identity/limit", Person),
    // Applications of merchants.
    ("POST", "/merchants", Person),
    ("GET", "/merchants", Person),
    ("GET", "/merchants/{login}", Person),
    ("POST", "/merchants/{login}/documents/{kind}", Person),
    ("POST", "/merchants/{login}/submit", Person),
    ("POST", "/merchants/{login}/confirm", Person),
    ("POST", "/merchants/{login}/sign", Person),
    // The wallet.
    ("GET", "/me/bills", Person),
    ("GET", "/me/bills/months", Person),
    ("GET", "/me/bills/{no}", Person),
    ("GET", "/me/cards", Person),
    ("POST", "/me/cards", Person),
    ("POST", "/me/cards/{no}/confirm", Person),
    ("DELETE", "/me/cards/{no}", Person),
    ("POST", "/me/top-ups", Person),
    ("POST", "/me/withdrawals", Person),
    ("GET", "/me/bank-orders/{no}", Person),
    ("POST", "/me/bank-orders/{no}/confirm", Person),
    ("POST", "/me/bank-orders/{no}/confirm/options", Person),
    ("POST", "/me/bank-orders/{no}/close", Person),
    ("POST", "/me/transfers", Person),
    ("GET", "/me/transfers/{no}", Person),
    ("POST", "/me/transfers/{no}/confirm", Person),
    ("POST", "/me/transfers/{no}/confirm/options", Person),
    ("POST", "/me/transfers/{no}/cancel", Person),
    ("POST", "/codes", Person),
    ("POST", "/me/orders", Person),
    ("POST", "/me/payments", Person),
    ("POST", "/me/payments/options", Person),
    ("GET", "/me/payments/{trade_no}", Person),
    ("POST", "/me/payments/{trade_no}/revoke", Person),
    ("POST", "/me/pay-codes", Person),
    ("GET", "/me/collect-code", Person),
    ("GET", "/me/agreements", Person),
    ("DELETE", "/me/agreements/{no}", Person),
    ("GET", "/me/events", Person),
];

/// Who may ask a path, without [`PREFIX`], with a method. `None` when nobody may.
pub(crate) fn of(method: &str, path: &str) -> Option<Access> {
    TABLE.iter().find(|(at, row, _)| *at == method && *row == path).map(|(_, _, access)| *access)
}

/// The methods that somebody may ask a path with.
fn methods_of(path: &str) -> Vec<&'static str> {
    TABLE.iter().filter(|(_, row, _)| *row == path).map(|(method, _, _)| *method).collect()
}

/// Lets a call through that its row allows; a person comes with it as [`Who`]. 401 `not_signed_in` for strangers, 405
/// for a method without a row, 403 `no_access` for a path without one.
pub(crate) async fn check(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // No such path: whoever asks hears so from the fallback, which does nothing else.
    let Some(matched) = parts.extensions.get::<MatchedPath>().cloned() else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let path = matched.as_str().split_once(PREFIX).map_or("", |(_, path)| path);
    // A route of GET answers HEAD too.
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    match of(method, path) {
        None => return refused(&methods_of(path)),
        Some(Anyone) => {}
        Some(Person) => match signed_in(&portal, &parts.headers).await {
            Ok(Some(device)) => {
                parts.extensions.insert(Who(device));
            }
            Ok(None) => return not_signed_in().into_response(),
            Err(error) => return error.into_response(),
        },
    }
    next.run(Request::from_parts(parts, body)).await
}

/// What a call without a row hears.
fn refused(methods: &[&str]) -> Response {
    if methods.is_empty() {
        let error = SandboxError::new(StatusCode::FORBIDDEN, "no_access", "nobody may ask this path");
        return error.into_response();
    }
    let mut response = problem::no_method().into_response();
    if let Ok(allowed) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_has_a_row_and_every_row_a_route() {
        let mut api = openapi::document();
        let mut described = BTreeSet::new();
        for (path, item) in &mut api.paths.paths {
            let path = path.strip_prefix(PREFIX).unwrap().to_owned();
            described.extend(openapi::operations(item).into_iter().map(|(method, _)| (method, path.clone())));
        }
        let rows: BTreeSet<_> = TABLE.iter().map(|(method, path, _)| (*method, (*path).to_owned())).collect();
        assert_eq!(rows.len(), TABLE.len(), "a row stands twice");
        let without_row: Vec<_> = described.difference(&rows).collect();
        let without_route: Vec<_> = rows.difference(&described).collect();
        assert!(without_row.is_empty(), "routes without a row: {without_row:?}");
        assert!(without_route.is_empty(), "rows without a route: {without_route:?}");
    }

    #[test]
    fn what_has_no_row_is_refused() {
        assert_eq!(of("GET", "/me"), Some(Person));
        assert_eq!(of("POST", "/sessions"), Some(Anyone));
        for (method, path) in [("PUT", "/me"), ("GET", "/nobody"), ("GET", ""), ("GET", "/me/bills/1")] {
            assert_eq!(of(method, path), None, "{method} {path}");
        }
        let wrong_method = refused(&methods_of("/sessions"));
        assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(wrong_method.headers()[ALLOW], "POST, GET");
        assert_eq!(refused(&methods_of("/nobody")).status(), StatusCode::FORBIDDEN);
    }
}
