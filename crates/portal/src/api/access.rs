//! Who may ask what: one table, and what is not in it does not happen.
//!
//! The table stands beside the routes on purpose. A call that somebody adds and forgets here is refused to everybody,
//! and a test names it, before it can be open to anybody by mistake.

use super::PREFIX;
use super::problem;
use crate::people::{AtDesk, Who, at_shop, not_signed_in, signed_in};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::staff;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use people::{OperatorAct, StaffAct};
use std::sync::Arc;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Anybody: the call itself proves what it needs.
    Anyone,
    /// A person who is signed in.
    Person,
    /// A person who is signed in and acts for the merchant `{seller_id}` of the path in a role that may do this.
    Staff(StaffAct),
    /// A person who is signed in and is an operator that may do this.
    Operator(OperatorAct),
}

use Access::{Anyone, Operator, Person, Staff};
use OperatorAct::{
    Appoint, ApproveClosing, ApproveContract, ApproveRules, DecideRisk, Look, LookAtPersons, MoveWorld,
    ProposeClosing, ProposeContract, ProposeRules, ReviewMerchant, SeeTrail, SetRisk, SuspendMerchant,
};

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
    ("GET", "/me/bills/export", Person),
    ("GET", "/me/bills/{no}", Person),
    ("POST", "/me/bills/{no}/refund-request", Person),
    ("GET", "/me/cards", Person),
    ("POST", "/me/cards", Person),
    ("POST", "/me/cards/{no}/confirm", Person),
    ("DELETE", "/me/cards/{no}", Person),
    ("GET", "/me/pockets", Person),
    ("PUT", "/me/pockets", Person),
    ("DELETE", "/me/pockets", Person),
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
    ("POST", "/me/shop-orders", Person),
    ("POST", "/me/payments", Person),
    ("POST", "/me/payments/options", Person),
    ("GET", "/me/payments/{trade_no}", Person),
    ("POST", "/me/payments/{trade_no}/revoke", Person),
    ("POST", "/me/pay-codes", Person),
    ("GET", "/me/collect-code", Person),
    ("GET", "/me/agreements", Person),
    ("DELETE", "/me/agreements/{no}", Person),
    ("GET", "/me/events", Person),
    ("GET", "/me/notices", Person),
    ("GET", "/me/limits", Person),
    // Merchants: who acts for them, their stores and apps.
    ("GET", "/sellers", Person),
    ("GET", "/sellers/{seller_id}/staff", Staff(StaffAct::SeeStaff)),
    ("POST", "/sellers/{seller_id}/staff", Staff(StaffAct::SetStaff)),
    ("DELETE", "/sellers/{seller_id}/staff/me", Staff(StaffAct::Leave)),
    ("DELETE", "/sellers/{seller_id}/staff/{user_id}", Staff(StaffAct::SetStaff)),
    ("GET", "/sellers/{seller_id}/acts", Staff(StaffAct::SeeStaff)),
    ("GET", "/sellers/{seller_id}/stores", Staff(StaffAct::SeeOrders)),
    ("POST", "/sellers/{seller_id}/stores", Staff(StaffAct::SetStores)),
    ("POST", "/sellers/{seller_id}/stores/{store_id}/close", Staff(StaffAct::SetStores)),
    ("GET", "/sellers/{seller_id}/apps", Staff(StaffAct::SeeApps)),
    ("POST", "/sellers/{seller_id}/apps/{app_id}/keys", Staff(StaffAct::SetApps)),
    ("POST", "/sellers/{seller_id}/apps/{app_id}/keys/{number}/promote", Staff(StaffAct::SetApps)),
    ("POST", "/sellers/{seller_id}/apps/{app_id}/keys/{number}/retire", Staff(StaffAct::SetApps)),
    // What a merchant's people see and do.
    ("GET", "/sellers/{seller_id}/dashboard", Staff(StaffAct::SeeTakings)),
    ("GET", "/sellers/{seller_id}/events", Staff(StaffAct::SeeOrders)),
    ("GET", "/sellers/{seller_id}/orders", Staff(StaffAct::SeeOrders)),
    ("GET", "/sellers/{seller_id}/orders/{trade_no}", Staff(StaffAct::SeeOrders)),
    ("POST", "/sellers/{seller_id}/orders/{trade_no}/refunds", Staff(StaffAct::Refund)),
    ("POST", "/sellers/{seller_id}/orders/{trade_no}/cancel", Staff(StaffAct::TakePayments)),
    ("POST", "/sellers/{seller_id}/orders/{trade_no}/refund-request/refusal", Staff(StaffAct::Refund)),
    ("GET", "/sellers/{seller_id}/refund-requests", Staff(StaffAct::SeeOrders)),
    ("POST", "/sellers/{seller_id}/till", Staff(StaffAct::TakePayments)),
    ("POST", "/sellers/{seller_id}/codes", Staff(StaffAct::TakePayments)),
    ("GET", "/sellers/{seller_id}/counter-code", Staff(StaffAct::TakePayments)),
    ("GET", "/sellers/{seller_id}/bills", Staff(StaffAct::SeeBills)),
    ("GET", "/sellers/{seller_id}/bills/{day}", Staff(StaffAct::SeeBills)),
    ("GET", "/sellers/{seller_id}/settlements", Staff(StaffAct::SeeBills)),
    ("GET", "/sellers/{seller_id}/notifications", Staff(StaffAct::SeeApps)),
    ("POST", "/sellers/{seller_id}/notifications/{notify_id}/again", Staff(StaffAct::SetApps)),
    ("POST", "/sellers/{seller_id}/doctor", Staff(StaffAct::SeeApps)),
    // The console: what operators decide. Whoever is signed in hears what it may do.
    ("GET", "/ops/me", Person),
    ("GET", "/ops/operators", Operator(Look)),
    ("POST", "/ops/operators/proposal", Operator(Appoint)),
    ("POST", "/ops/operators/approval", Operator(Appoint)),
    ("POST", "/ops/operators/withdrawal", Operator(Appoint)),
    ("GET", "/ops/risk", Operator(Look)),
    ("POST", "/ops/risk/proposal", Operator(SetRisk)),
    ("POST", "/ops/risk/approval", Operator(SetRisk)),
    ("POST", "/ops/risk/backtest", Operator(SetRisk)),
    ("GET", "/ops/risk/cases", Operator(Look)),
    ("POST", "/ops/risk/cases/decide", Operator(DecideRisk)),
    ("GET", "/ops/screening", Operator(Look)),
    ("GET", "/ops/screening/hits", Operator(LookAtPersons)),
    ("POST", "/ops/screening/proposal", Operator(SetRisk)),
    ("POST", "/ops/screening/approval", Operator(SetRisk)),
    ("GET", "/ops/applications", Operator(Look)),
    ("GET", "/ops/applications/{login}", Operator(LookAtPersons)),
    ("GET", "/ops/applications/{login}/documents/{kind}", Operator(LookAtPersons)),
    ("POST", "/ops/applications/{login}/claim", Operator(ReviewMerchant)),
    ("POST", "/ops/applications/{login}/pass", Operator(ReviewMerchant)),
    ("POST", "/ops/applications/{login}/reject", Operator(ReviewMerchant)),
    ("POST", "/ops/applications/{login}/suspend", Operator(SuspendMerchant)),
    ("POST", "/ops/applications/{login}/resume", Operator(SuspendMerchant)),
    ("POST", "/ops/applications/{login}/unsign", Operator(SuspendMerchant)),
    ("GET", "/ops/contracts", Operator(Look)),
    ("POST", "/ops/contracts/proposal", Operator(ProposeContract)),
    ("POST", "/ops/contracts/approval", Operator(ApproveContract)),
    ("GET", "/ops/rules", Operator(Look)),
    ("POST", "/ops/rules/proposal", Operator(ProposeRules)),
    ("POST", "/ops/rules/approval", Operator(ApproveRules)),
    ("GET", "/ops/suspense", Operator(Look)),
    ("POST", "/ops/suspense/proposal", Operator(ProposeClosing)),
    ("POST", "/ops/suspense/closing", Operator(ApproveClosing)),
    ("POST", "/ops/suspense/withdrawal", Operator(ProposeClosing)),
    ("GET", "/ops/recon", Operator(Look)),
    ("GET", "/ops/days", Operator(Look)),
    ("GET", "/ops/days/{day}", Operator(Look)),
    ("GET", "/ops/trail", Operator(SeeTrail)),
    ("GET", "/ops/search", Operator(Look)),
    ("GET", "/ops/parties/{user_id}", Operator(Look)),
    ("GET", "/ops/parties/{user_id}/deals", Operator(Look)),
    ("GET", "/ops/parties/{user_id}/person", Operator(LookAtPersons)),
    ("GET", "/ops/orders", Operator(Look)),
    ("GET", "/ops/orders/{trade_no}", Operator(Look)),
    ("GET", "/ops/ledger/chart", Operator(Look)),
    ("GET", "/ops/ledger/accounts", Operator(Look)),
    ("GET", "/ops/ledger/accounts/{account_id}/entries", Operator(Look)),
    ("GET", "/ops/ledger/trial-balance", Operator(Look)),
    ("GET", "/ops/ledger/transit", Operator(Look)),
    ("GET", "/ops/health", Operator(Look)),
    ("GET", "/ops/configuration", Operator(Look)),
    ("GET", "/ops/world", Operator(Look)),
    ("POST", "/ops/world/clock", Operator(MoveWorld)),
    ("POST", "/ops/world/faults", Operator(MoveWorld)),
    ("DELETE", "/ops/world/faults/{no}", Operator(MoveWorld)),
];

/// Who may ask a path, without [`PREFIX`], with a method. `None` when nobody may.
pub(crate) fn of(method: &str, path: &str) -> Option<Access> {
    TABLE.iter().find(|(at, row, _)| *at == method && *row == path).map(|(_, _, access)| *access)
}

/// The methods that somebody may ask a path with.
fn methods_of(path: &str) -> Vec<&'static str> {
    TABLE.iter().filter(|(_, row, _)| *row == path).map(|(method, _, _)| *method).collect()
}

/// Lets a call through that its row allows; a person comes with it as [`Who`], staff also as `AtShop`, an operator as
/// [`AtDesk`]. 401 `not_signed_in` for strangers, 404 `seller_not_found` for who is no staff there, 403 `role_forbids`
/// for a role that may not, 403 `operator_unknown` or `operator_inactive` for who is no operator, 405 for a method
/// without a row, 403 `no_access` for a path without one.
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
        Some(access @ (Person | Staff(_) | Operator(_))) => {
            if let Err(error) = let_in(&portal, &mut parts, access).await {
                return error.into_response();
            }
        }
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Puts in who asks: a person, as whose staff, and as which operator.
async fn let_in(portal: &Arc<Portal>, parts: &mut Parts, access: Access) -> Result<(), SandboxError> {
    let device = signed_in(portal, &parts.headers).await?.ok_or_else(not_signed_in)?;
    match access {
        Staff(act) => {
            let at_shop = at_shop::acts(portal, parts, device.party, act).await?;
            parts.extensions.insert(at_shop);
        }
        Operator(act) => {
            let desk = AtDesk::of(device.party);
            staff::may(portal, desk.operator.as_str(), act).await?;
            parts.extensions.insert(desk);
        }
        Anyone | Person => {}
    }
    parts.extensions.insert(Who(device));
    Ok(())
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
    fn the_console_is_for_operators_and_nothing_else_is() {
        for (method, path, access) in TABLE {
            let is_console = path.starts_with("/ops/") && *path != "/ops/me";
            assert_eq!(matches!(access, Operator(_)), is_console, "{method} {path}");
        }
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
