//! The sandbox API: everything that the pages do, without a browser. Only worlds for trying out have it.
//!
//! JSON in, JSON out; unknown and repeated fields are refused, so that a typing mistake is found where it was made.
//! Bodies must say that they are JSON: another site's page cannot say so without asking, and is never allowed to.

use crate::api::moment;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use crate::sign_in::{SignInRefused, find_login};
use crate::{
    certify, sandbox_agreement, sandbox_aml, sandbox_app, sandbox_app_keys, sandbox_authorize, sandbox_bank,
    sandbox_batches, sandbox_close, sandbox_contract, sandbox_doctor, sandbox_due, sandbox_escrow,
    sandbox_freeze, sandbox_inbox, sandbox_merchants, sandbox_notifications, sandbox_operators,
    sandbox_order, sandbox_party, sandbox_pay, sandbox_profile, sandbox_risk, sandbox_rules,
    sandbox_screening, sandbox_settlements, sandbox_statement, sandbox_stores, sandbox_transfer,
};
use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base::PartyId;
use cell::CellError;
use engine::FindParty;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// The routes of the sandbox.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/sandbox", get(show))
        .route("/sandbox/paycode", post(sandbox_party::pay_code))
        .route("/sandbox/pay", post(sandbox_pay::pay))
        .route("/sandbox/order", post(sandbox_order::look))
        .route("/sandbox/agreement/sign", post(sandbox_agreement::sign))
        .route("/sandbox/agreement/end", post(sandbox_agreement::end))
        .route("/sandbox/freeze", post(sandbox_freeze::agree))
        .route("/sandbox/freeze/end", post(sandbox_freeze::end))
        .route("/sandbox/party", get(sandbox_party::look).post(sandbox_party::open))
        .route("/sandbox/party/status", post(sandbox_party::set_status))
        .route("/sandbox/party/stop-payment", post(sandbox_party::stop_payment))
        .route("/sandbox/app", post(sandbox_app::open))
        .route("/sandbox/apps/{app_id}/keys", get(sandbox_app_keys::list).post(sandbox_app_keys::add))
        .route("/sandbox/apps/{app_id}/keys/{number}/promote", post(sandbox_app_keys::promote))
        .route("/sandbox/apps/{app_id}/keys/{number}/retire", post(sandbox_app_keys::retire))
        .route("/sandbox/apps/{app_id}/disable", post(sandbox_app_keys::disable))
        .route("/sandbox/apps/{app_id}/enable", post(sandbox_app_keys::enable))
        .route("/sandbox/app/profile", post(sandbox_profile::set))
        .route("/sandbox/profiles", get(sandbox_profile::show).post(sandbox_profile::posted))
        .route("/sandbox/app/callback", post(sandbox_authorize::callback))
        .route("/sandbox/app/settings", post(sandbox_authorize::settings))
        .route("/sandbox/authorize", post(sandbox_authorize::authorize))
        .route("/sandbox/authorize/withdraw", post(sandbox_authorize::withdraw))
        .route("/sandbox/bank/cards", get(sandbox_bank::cards).post(sandbox_bank::bind))
        .route("/sandbox/bank/cards/confirm", post(sandbox_bank::confirm))
        .route("/sandbox/bank/cards/unbind", post(sandbox_bank::unbind))
        .route("/sandbox/bank/health", post(sandbox_bank::health))
        .route("/sandbox/bank/topup", post(sandbox_bank::top_up))
        .route("/sandbox/bank/withdraw", post(sandbox_bank::withdraw))
        .route("/sandbox/bank/orders", get(sandbox_bank::orders))
        .route("/sandbox/bank/orders/close", post(sandbox_bank::close))
        .route("/sandbox/bank/orders/{bank_order_no}", get(sandbox_bank::order))
        .route("/sandbox/accounts/{party}/statements/{file}", get(sandbox_statement::statement))
        .route("/sandbox/certify", post(certify::decide_by_call))
        .route("/sandbox/topup", post(sandbox_party::top_up))
        .route("/sandbox/escrows", get(sandbox_escrow::list).post(sandbox_escrow::open))
        .route("/sandbox/escrows/{trade_no}", get(sandbox_escrow::show))
        .route("/sandbox/escrows/{trade_no}/{act}", post(sandbox_escrow::act))
        .route("/sandbox/transfers", get(sandbox_transfer::list).post(sandbox_transfer::send))
        .route("/sandbox/transfers/{order_id}/cancel", post(sandbox_transfer::cancel))
        .merge(sandbox_batches::routes())
        .merge(sandbox_merchants::routes())
        .route("/sandbox/rules", post(sandbox_rules::set))
        .route("/sandbox/contracts", get(sandbox_contract::show).post(sandbox_contract::propose))
        .route("/sandbox/contracts/approve", post(sandbox_contract::approve))
        .route("/sandbox/operators", get(sandbox_operators::list).post(sandbox_operators::propose))
        .route("/sandbox/operators/approve", post(sandbox_operators::approve))
        .route("/sandbox/operators/withdraw", post(sandbox_operators::withdraw))
        .route("/sandbox/stores", get(sandbox_stores::list).post(sandbox_stores::open))
        .route("/sandbox/stores/close", post(sandbox_stores::close))
        .route("/sandbox/settlements", get(sandbox_settlements::list))
        .route("/sandbox/close", get(sandbox_close::show).post(sandbox_close::close))
        .route("/sandbox/evidence", post(crate::people::vouch))
        .merge(sandbox_risk::routes())
        .merge(sandbox_screening::routes())
        .route("/sandbox/aml", get(sandbox_aml::show))
        .route("/sandbox/messages", get(crate::people::messages))
        .route("/sandbox/doctor", sandbox_doctor::route())
        .route("/sandbox/clock/due", get(sandbox_due::list))
        .route("/sandbox/notifications", get(sandbox_notifications::list))
        .route("/sandbox/notifications/letters", get(sandbox_inbox::letters))
        .route("/sandbox/notifications/listen", post(sandbox_inbox::listen))
        .route("/sandbox/notifications/answer", post(sandbox_inbox::heard))
        .route("/sandbox/notifications/resend", post(sandbox_inbox::resend))
}

/// An answer that says no: `{"error":{"code","message"}}`.
#[derive(Debug)]
pub(crate) struct SandboxError {
    status: StatusCode,
    code: &'static str,
    message: String,
    members: Members,
}

/// What a refusal knows beside its sentence, for programs. A problem of `/api/v1` carries it; the sandbox says it in
/// its sentence alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Members {
    /// Wrong tries that are left before the lock.
    pub(crate) tries_left: Option<u32>,
    /// When the lock opens, as the API writes moments.
    pub(crate) locked_until: Option<String>,
    /// The field of the call that is wrong.
    pub(crate) field: Option<&'static str>,
    /// The order that stands in the way; boxed, since few refusals have one.
    pub(crate) order: Option<Box<OrderInTheWay>>,
}

/// An order that a refusal is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OrderInTheWay {
    /// Our number.
    pub(crate) trade_no: String,
    /// Where it stands.
    pub(crate) state: &'static str,
}

/// What an answer that says no was made of, left with it for whoever writes it in another form.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// The code for programs.
    pub(crate) code: &'static str,
    /// The sentence for people.
    pub(crate) message: String,
    /// What it knows beside.
    pub(crate) members: Members,
}

/// What a sandbox call gives.
pub(crate) type Answer = Result<Response, SandboxError>;

impl SandboxError {
    /// A "no" with its status, a code for programs and a sentence for people.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl fmt::Display) -> SandboxError {
        SandboxError { status, code, message: message.to_string(), members: Members::default() }
    }

    /// The same, with the tries that are left before the lock.
    pub(crate) fn tries_left(mut self, tries: u32) -> SandboxError {
        self.members.tries_left = Some(tries);
        self
    }

    /// The same, with the moment when the lock opens, microseconds UTC.
    pub(crate) fn locked_until(mut self, until_us: i64) -> SandboxError {
        self.members.locked_until = Some(moment(until_us));
        self
    }

    /// The same, with the field of the call that is wrong.
    pub(crate) fn of_field(mut self, field: &'static str) -> SandboxError {
        self.members.field = Some(field);
        self
    }

    /// The same, with the order that stands in the way.
    pub(crate) fn of_order(mut self, trade_no: String, state: &'static str) -> SandboxError {
        self.members.order = Some(Box::new(OrderInTheWay { trade_no, state }));
        self
    }

    /// The request itself is wrong.
    pub(crate) fn bad(code: &'static str, message: impl fmt::Display) -> SandboxError {
        SandboxError::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The request is well formed and the rules say no.
    pub(crate) fn conflict(code: &'static str, message: impl fmt::Display) -> SandboxError {
        SandboxError::new(StatusCode::CONFLICT, code, message)
    }

    /// Something that was named is not there.
    pub(crate) fn missing(code: &'static str, message: impl fmt::Display) -> SandboxError {
        SandboxError::new(StatusCode::NOT_FOUND, code, message)
    }

    /// The code for programs.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence for people.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The platform failed; `what` goes to the log.
    pub(crate) fn broken(what: impl fmt::Display) -> SandboxError {
        tracing::error!(error = %what, "a sandbox call failed");
        SandboxError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the platform failed; see its log")
    }

    /// Something was done, and the look at it failed with this: 504 `unknown`, whatever it was. That nothing was done
    /// would be wrong.
    pub(crate) fn not_seen(self) -> SandboxError {
        tracing::warn!(code = self.code, "what was done cannot be looked at");
        let message = "it is done, but how it stands is not known just now; look before you try again";
        SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "unknown", message)
    }

    /// From the cell: a refusal as `refused` says, or that nothing or not everything is known.
    pub(crate) fn of<R: fmt::Debug>(
        error: CellError<R>,
        refused: impl FnOnce(R) -> SandboxError,
    ) -> SandboxError {
        match error {
            CellError::Refused(why) => refused(why),
            CellError::Busy => {
                let message = "the platform is busy; nothing was done, try again";
                SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
            }
            CellError::Unknown => {
                let message = "the outcome is not known; look before you try again";
                SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "unknown", message)
            }
        }
    }
}

impl IntoResponse for SandboxError {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = (self.status, axum::Json(body)).into_response();
        let refused = Refused { code: self.code, message: self.message, members: self.members };
        response.extensions_mut().insert(refused);
        response
    }
}

impl From<SignInRefused> for SandboxError {
    fn from(refused: SignInRefused) -> SandboxError {
        match refused {
            SignInRefused::NotSixDigits => {
                SandboxError::bad("bad_password", "pay_password has six digits").of_field("pay_password")
            }
            SignInRefused::Wrong { tries_left } => {
                let message =
                    format!("login or pay_password is wrong; {tries_left} tries left before the lock");
                SandboxError::new(StatusCode::FORBIDDEN, "wrong_password", message).tries_left(tries_left)
            }
            SignInRefused::Locked { until_us } => {
                let until = wire::timestamp::format_cn(until_us);
                let message = format!("locked until {until} (UTC+8) after too many wrong tries");
                SandboxError::new(StatusCode::LOCKED, "locked", message).locked_until(until_us)
            }
            SignInRefused::Frozen => {
                SandboxError::new(StatusCode::FORBIDDEN, "frozen", "the account is frozen")
            }
            SignInRefused::Crowded | SignInRefused::Busy => {
                let message = "the platform is busy; nothing was done, try again";
                SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
            }
        }
    }
}

/// Reads the body of a call.
pub(crate) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, SandboxError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let message = "send the body with Content-Type: application/json";
        return Err(SandboxError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message));
    }
    serde_json::from_slice(body).map_err(|error| SandboxError::bad("bad_request", error))
}

/// A good answer.
pub(crate) fn answer(body: impl Serialize) -> Answer {
    Ok(axum::Json(body).into_response())
}

/// The party that a call names by `login` or by `user_id`, exactly one of them.
pub(crate) async fn party_of(
    portal: &Portal,
    login: Option<&str>,
    user_id: Option<&str>,
) -> Result<PartyId, SandboxError> {
    let missing = || SandboxError::missing("party_not_found", "there is no such party");
    match (login, user_id) {
        (Some(login), None) => {
            let found = find_login(portal, login).await;
            found.map_err(|error| SandboxError::of(error, |_| missing()))?.ok_or_else(missing)
        }
        (None, Some(user_id)) => {
            let party: PartyId = user_id.parse().map_err(|error| SandboxError::bad("bad_user_id", error))?;
            let found = portal.door.ask(FindParty { party }).await;
            found.map(|found| found.id).map_err(|error| SandboxError::of(error, |_| missing()))
        }
        _ => Err(SandboxError::bad("bad_request", "name the party by login or by user_id, one of the two")),
    }
}

#[derive(Template)]
#[template(path = "sandbox.html")]
struct SandboxPage<'a> {
    f: Frame<'a>,
    base: String,
}

/// The page that explains the API.
async fn show(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    let base = format!("{}/sandbox", portal.world.base_url);
    page(StatusCode::OK, &SandboxPage { f: visitor.frame(&portal), base })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_cannot_be_looked_at_is_not_told_as_undone() {
        let busy = || SandboxError::of(CellError::<()>::Busy, |()| SandboxError::bad("no", "no"));
        assert_eq!((busy().status(), busy().code()), (StatusCode::SERVICE_UNAVAILABLE, "busy"));
        assert!(busy().message().contains("nothing was done"));
        for error in [busy(), SandboxError::missing("app_not_found", "no such app")] {
            let told = error.not_seen();
            assert_eq!((told.status(), told.code()), (StatusCode::GATEWAY_TIMEOUT, "unknown"));
            assert!(!told.message().contains("nothing was done"), "{}", told.message());
        }
    }
}
