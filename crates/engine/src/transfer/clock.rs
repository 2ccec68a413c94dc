//! The clock of a transfer: an offer ends, or money that waited goes.

use super::{go, odd, set_timer, step};
use crate::{Fault, Rows, TransferBy, books};
use ::transfer::{KEPT_ON_US, Transfer, TransferEvent, TransferState};
use base::{Plant, TransferNo, planted};
use ledger::Template;
use people::{Party, PartyStatus};
use trade::Timer;

/// In the payer's slot: what a transfer's timer watched is due.
pub(crate) fn time_is_up(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let Some(no) = timer.order_no.map(TransferNo::of_topic) else { return Ok(()) };
    let transfer = rows.get::<Transfer>((rows.slot(), no))?;
    let Some(transfer) = transfer.filter(|transfer| transfer.timer == Some(timer.no)) else { return Ok(()) };
    let waited = match transfer.state {
        TransferState::Offered => false,
        TransferState::Waiting => true,
        TransferState::UnderWay
        | TransferState::Done
        | TransferState::Returned
        | TransferState::Cancelled => return Err(odd(&transfer, "it has a timer, but nothing to wait for")),
    };
    let (payer, amount) = (transfer.payer, transfer.amount());
    let party = rows.get::<Party>((rows.slot(), payer))?;
    let kept = |party: &Party| party.status == PartyStatus::Frozen || party.stop.holds();
    if waited && party.is_some_and(|party| kept(&party)) && !planted(Plant::FrozenPayersMoneyGoes) {
        return keep_on(rows, &transfer);
    }
    let transfer = Transfer { due_at_us: None, timer: None, ..(*transfer).clone() };
    let transfer = step(rows, &transfer, TransferEvent::TimeIsUp)?;
    if waited {
        books::must(rows, Template::TransferSend { payer, amount }, Some(no.topic()))?;
        go(rows, &transfer, TransferBy::Clock);
    }
    Ok(())
}

/// The payer is frozen, or the balance stopped: whose word sent the money is not known, so it stays where both sides
/// can still have it.
fn keep_on(rows: &mut Rows<'_>, transfer: &Transfer) -> Result<(), Fault> {
    let due_at_us = rows.now_us().saturating_add(KEPT_ON_US);
    let timer = Some(set_timer(rows, transfer, due_at_us));
    let transfer = Transfer { due_at_us: Some(due_at_us), timer, ..transfer.clone() };
    step(rows, &transfer, TransferEvent::PayerFrozen)?;
    Ok(())
}
