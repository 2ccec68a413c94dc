//! `POST /sandbox/recon/propose`, `/close`, `/withdraw`: an operator proposes how to close a suspense, another one
//! closes it so, or somebody takes the proposal back.

use crate::portal::Portal;
use crate::recon_books::{closing_told, proposal_told};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sandbox_recon::day_of;
use crate::staff;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{Day, Slot, Text};
use engine::{CloseSuspense, CloseWay, ProposeSuspense, WithdrawSuspense};
use people::OperatorAct;
use recon::{BankAccount, CloseSuspenseRefused, SuspenseClosing, SuspenseProposal};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use wire::timestamp::format_cn;

/// What shall become of the money.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// It goes back to where it came from.
    GiveBack,
    /// It is the platform's own.
    Own,
    /// It is of a bank order.
    Match,
}

/// Which suspense, and what shall become of it, as calls write it.
pub(crate) struct Wish {
    pub(crate) slot: u8,
    pub(crate) account: String,
    pub(crate) day: String,
    pub(crate) serial: u32,
    pub(crate) way: Way,
    pub(crate) bank_order_no: Option<String>,
    pub(crate) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseRequest {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
    way: Way,
    bank_order_no: Option<String>,
    reason: String,
    operator: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawRequest {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
    operator: String,
}

/// Text that must say something.
fn said<const N: usize>(text: &str, field: &str) -> Result<Text<N>, SandboxError> {
    let wrong = || SandboxError::bad("bad_request", format!("{field} is 1 to {N} characters"));
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(wrong());
    }
    Text::new(text).map_err(|_| wrong())
}

/// Which suspense is meant.
pub(crate) fn place(
    slot: u8,
    account: &str,
    day: &str,
    serial: u32,
) -> Result<(Slot, BankAccount, Day, u32), SandboxError> {
    let slot = Slot::new(slot).map_err(|_| SandboxError::bad("bad_slot", "a slot is 0 to 99"))?;
    Ok((slot, said(account, "account")?, day_of(day)?, serial))
}

/// What is asked for, as the one who approves must name it too.
fn asked(headers: &HeaderMap, body: &Bytes) -> Result<CloseSuspense, SandboxError> {
    let CloseRequest { slot, account, day, serial, way, bank_order_no, reason, operator } =
        read(headers, body)?;
    command(Wish { slot, account, day, serial, way, bank_order_no, reason }, &operator)
}

/// The command that a wish comes to.
pub(crate) fn command(asked: Wish, operator: &str) -> Result<CloseSuspense, SandboxError> {
    let way = match (asked.way, asked.bank_order_no) {
        (Way::GiveBack, None) => CloseWay::GiveBack,
        (Way::Own, None) => CloseWay::Own,
        (Way::Match, Some(no)) => {
            CloseWay::Match(no.parse().map_err(|error| SandboxError::bad("bad_bank_order_no", error))?)
        }
        (Way::GiveBack | Way::Own, Some(_)) | (Way::Match, None) => {
            let message = "bank_order_no goes with the way match, and only with it";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let (slot, account, day, serial) = place(asked.slot, &asked.account, &asked.day, asked.serial)?;
    let (reason, operator) = (said(&asked.reason, "reason")?, said(operator, "operator")?);
    Ok(CloseSuspense { slot, account, day, serial, way, reason, operator })
}

/// Proposes how to close a suspense; nothing moves.
pub(crate) async fn propose(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let command = asked(&headers, &body)?;
    staff::may(&portal, command.operator.as_str(), OperatorAct::ProposeClosing).await?;
    answer(proposal_told(&*propose_closing(&portal, command).await?, format_cn))
}

/// Puts before another operator what it shall approve in the same words.
pub(crate) async fn propose_closing(
    portal: &Portal,
    closing: CloseSuspense,
) -> Result<Arc<SuspenseProposal>, SandboxError> {
    let CloseSuspense { slot, account, day, serial, way, reason, operator } = closing;
    let proposal = ProposeSuspense { slot, account, day, serial, way, reason, operator };
    portal.door.ask(proposal).await.map_err(|error| SandboxError::of(error, refused))
}

/// Closes a suspense as another operator proposed.
pub(crate) async fn close(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let command = asked(&headers, &body)?;
    staff::may(&portal, command.operator.as_str(), OperatorAct::ApproveClosing).await?;
    answer(closing_told(&*close_suspense(&portal, command).await?, format_cn))
}

/// Closes it as another operator proposed.
pub(crate) async fn close_suspense(
    portal: &Portal,
    closing: CloseSuspense,
) -> Result<Arc<SuspenseClosing>, SandboxError> {
    portal.door.ask(closing).await.map_err(|error| SandboxError::of(error, refused))
}

/// Takes a proposal back.
pub(crate) async fn withdraw(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let WithdrawRequest { slot, account, day, serial, operator } = read(&headers, &body)?;
    let (slot, account, day, serial) = place(slot, &account, &day, serial)?;
    let command = WithdrawSuspense { slot, account, day, serial, operator: said(&operator, "operator")? };
    staff::may(&portal, command.operator.as_str(), OperatorAct::ProposeClosing).await?;
    withdraw_proposal(&portal, command).await?;
    answer(json!({ "withdrawn": true }))
}

/// Takes a proposal back.
pub(crate) async fn withdraw_proposal(
    portal: &Portal,
    withdrawal: WithdrawSuspense,
) -> Result<(), SandboxError> {
    portal.door.ask(withdrawal).await.map_err(|error| SandboxError::of(error, refused))
}

pub(crate) fn refused(why: CloseSuspenseRefused) -> SandboxError {
    match why {
        CloseSuspenseRefused::NoOperator => SandboxError::bad("no_operator", why),
        CloseSuspenseRefused::NotFound => SandboxError::missing("suspense_not_found", why),
        CloseSuspenseRefused::Closed => SandboxError::conflict("suspense_closed", why),
        CloseSuspenseRefused::NotProposed => SandboxError::missing("proposal_not_found", why),
        CloseSuspenseRefused::SelfApproval => SandboxError::conflict("self_approval", why),
        CloseSuspenseRefused::Edited => SandboxError::conflict("edited", why),
        CloseSuspenseRefused::WayImpossible => SandboxError::conflict("way_impossible", why),
        CloseSuspenseRefused::OrderNotFound => SandboxError::missing("bank_order_not_found", why),
        CloseSuspenseRefused::OrderDiffers => SandboxError::conflict("bank_order_differs", why),
        CloseSuspenseRefused::OrderNotOpen => SandboxError::conflict("bank_order_not_open", why),
    }
}
