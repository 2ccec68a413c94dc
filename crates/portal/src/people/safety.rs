//! `/api/v1/me/stop-payment`: the owner stops what leaves the balance, and lifts that with the payment password.

use super::crowded;
use super::who::Who;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sign_in::{About, Proof, SignInRefused, by_party};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{PartyId, Secret};
use engine::{StopBy, StopPayments, StopPaymentsRefused};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use wire::timestamp::format_cn;

/// Whether payments are stopped.
#[derive(Serialize, ToSchema)]
struct PaymentsStop {
    user_id: String,
    /// `none`, `owner`, `operator` or `both`.
    payments_stopped_by: &'static str,
}

/// Stops the payments: at once and without a proof, since whoever asks may be in a hurry and loses nothing by it.
#[utoipa::path(
    post,
    path = "/me/stop-payment",
    tag = "me",
    responses((status = 200, description = "Nothing leaves the balance.", body = PaymentsStop))
)]
pub(crate) async fn stop(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    asked(&portal, StopPayments { party: this.party, by: StopBy::Owner { attempt: 0 }, lift: false }).await
}

/// What lifts the own stop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LiftStopRequest {
    pay_password: String,
}

/// Proves the payment password of somebody who is signed in, for what is no payment.
pub(crate) async fn prove_pay_password(
    portal: &Portal,
    party: PartyId,
    pay_password: String,
) -> Result<Proof, SandboxError> {
    let proof = by_party(portal, party, "", Secret::new(pay_password), About::Stop(party)).await;
    proof.map_err(not_proven)
}

/// Lifts the own stop, with the payment password.
#[utoipa::path(
    delete,
    path = "/me/stop-payment",
    tag = "me",
    request_body = LiftStopRequest,
    responses((status = 200, description = "The own stop is lifted.", body = PaymentsStop))
)]
pub(crate) async fn lift(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let LiftStopRequest { pay_password } = read(&headers, &body)?;
    let party = this.party;
    let proof = prove_pay_password(&portal, party, pay_password).await?;
    asked(&portal, StopPayments { party, by: StopBy::Owner { attempt: proof.attempt }, lift: true }).await
}

/// Decides it, as a person's call or the operator's. The operator hears of a list, the owner does not.
pub(crate) async fn asked(portal: &Portal, command: StopPayments) -> Answer {
    let (party, by): (PartyId, StopBy) = (command.party, command.by);
    let stop = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))?;
    let name = match by {
        StopBy::Owner { .. } => stop.name(),
        StopBy::Operator => stop.full_name(),
    };
    answer(PaymentsStop { user_id: party.to_string(), payments_stopped_by: name })
}

fn refused(refused: StopPaymentsRefused) -> SandboxError {
    match refused {
        StopPaymentsRefused::PartyNotFound => SandboxError::missing("party_not_found", refused),
        StopPaymentsRefused::NotStopped => SandboxError::conflict("not_stopped", refused),
        StopPaymentsRefused::ProofMissing => SandboxError::conflict("proof_missing", refused),
    }
}

/// Why a payment password proves nothing.
pub(crate) fn not_proven(refused: SignInRefused) -> SandboxError {
    match refused {
        SignInRefused::NotSixDigits => {
            SandboxError::bad("bad_password", "pay_password has six digits").of_field("pay_password")
        }
        SignInRefused::Wrong { tries_left } => {
            let message = format!("the payment password is wrong, {tries_left} tries left");
            SandboxError::new(StatusCode::FORBIDDEN, "wrong_password", message).tries_left(tries_left)
        }
        SignInRefused::Locked { until_us } => {
            let message = format!("the payment password is locked until {} (UTC+8)", format_cn(until_us));
            SandboxError::new(StatusCode::LOCKED, "locked", message).locked_until(until_us)
        }
        SignInRefused::Frozen => SandboxError::new(StatusCode::FORBIDDEN, "frozen", "the account is frozen"),
        SignInRefused::Crowded | SignInRefused::Busy => crowded(),
    }
}
