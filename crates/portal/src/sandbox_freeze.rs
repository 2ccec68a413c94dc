//! `POST /sandbox/freeze` and `/end`: a payer agrees to a pre-authorisation, or ends one of a closed merchant, in one
//! call.

use crate::freeze::{NotAgreed, agreed, of_token};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sign_in::{self, About};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{FreezeNo, Secret};
use cell::CellError;
use engine::{FindFreezeByNo, LeaveFreeze};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use trade::{HoldRefused, LeaveFreezeRefused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreezeRequest {
    login: String,
    pay_password: String,
    code_value: Option<String>,
    order_string: Option<String>,
    auth_no: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndRequest {
    login: String,
    pay_password: String,
    auth_no: String,
}

/// Signs in and ends a freeze whose merchant is closed.
pub(crate) async fn end(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let EndRequest { login, pay_password, auth_no } = read(&headers, &body)?;
    let freeze: FreezeNo = auth_no.parse().map_err(|error| SandboxError::bad("bad_auth_no", error))?;
    let about = About::Order(freeze.topic());
    let proof = sign_in::by_login(&portal, &login, Secret::new(pay_password), about).await?;
    let left = portal.door.ask(LeaveFreeze { payer: proof.party, freeze }).await;
    let freeze = left.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            LeaveFreezeRefused::FreezeNotFound => SandboxError::missing("freeze_not_found", refused),
            LeaveFreezeRefused::NotFrozen => SandboxError::conflict("not_frozen", refused),
            LeaveFreezeRefused::SellerStands => SandboxError::conflict("merchant_not_closed", refused),
        })
    })?;
    answer(json!({
        "auth_no": freeze.no.to_string(),
        "out_order_no": freeze.out_order_no.as_str(),
        "rest_amount": freeze.rest().to_string(),
    }))
}

/// Signs in, takes the freeze up and confirms it.
pub(crate) async fn agree(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let FreezeRequest { login, pay_password, code_value, order_string, auth_no } = read(&headers, &body)?;
    let freeze = match (code_value, order_string, auth_no) {
        (Some(code), None, None) => of_code(&portal, &code)?,
        (None, Some(text), None) => {
            let opened = portal.intake.freeze(text.trim().to_owned()).await;
            let refused = |why| SandboxError::new(StatusCode::UNPROCESSABLE_ENTITY, "freeze_refused", why);
            opened.map_err(refused)?
        }
        (None, None, Some(no)) => no.parse().map_err(|error| SandboxError::bad("bad_auth_no", error))?,
        _ => {
            let message = "give one of code_value, order_string and auth_no";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let missing = |_| SandboxError::missing("freeze_not_found", "there is no such freeze");
    let found = portal.door.ask(FindFreezeByNo { freeze }).await;
    found.map_err(|error| SandboxError::of(error, missing))?;
    let agreed = agreed(&portal, freeze, &login, Secret::new(pay_password)).await;
    let held = agreed.map_err(|not| match not {
        NotAgreed::SignIn(refused) => refused.into(),
        NotAgreed::Refused(why) => refused(why),
        NotAgreed::Unknown => SandboxError::of(CellError::Unknown, refused),
    })?;
    answer(json!({
        "auth_no": held.no.to_string(),
        "out_order_no": held.out_order_no.as_str(),
        "order_status": held.state.wire(),
        "amount": held.money(held.amount_minor).to_string(),
    }))
}

/// The freeze that one of our own addresses names: `…/freeze/TOKEN`.
fn of_code(portal: &Portal, code: &str) -> Result<FreezeNo, SandboxError> {
    let token = code.trim().rsplit_once("/freeze/").map(|(_, token)| token);
    let not_ours =
        || SandboxError::missing("freeze_not_found", "this is no code of a freeze of this platform");
    token.and_then(|token| of_token(portal, token)).ok_or_else(not_ours)
}

fn refused(refused: HoldRefused) -> SandboxError {
    match refused {
        HoldRefused::CodeInvalid => SandboxError::conflict("code_invalid", refused),
        HoldRefused::NotAsked => SandboxError::missing("freeze_not_found", refused),
        HoldRefused::AlreadyHeld => SandboxError::conflict("already_frozen", refused),
        HoldRefused::AlreadyClosed => SandboxError::conflict("already_closed", refused),
        HoldRefused::ProofMissing => SandboxError::conflict("proof_missing", refused),
        HoldRefused::PayerBlocked => SandboxError::conflict("payer_blocked", refused),
        HoldRefused::PayerIsSeller => SandboxError::conflict("payer_is_seller", refused),
        HoldRefused::PayerDiffers => SandboxError::conflict("payer_differs", refused),
        HoldRefused::PayerStopped => SandboxError::conflict("payer_stopped", refused),
        HoldRefused::PayerLimit => SandboxError::conflict("payer_limit", refused),
        HoldRefused::BalanceTooLow => SandboxError::conflict("balance_too_low", refused),
    }
}
