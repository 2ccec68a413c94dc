//! The clock of a batch, and what becomes of its details.
//!
//! Each run of the clock gives the next few details their turn, each in a decision of its own within the same chain,
//! and sets itself again while some wait. A crash loses nothing: clock, details and transfers are rows of one record
//! of the journal. Nothing is done twice: a detail leaves the state in which it waits in the decision that makes its
//! transfer, and its transfer's number is its own.

use super::{after, odd, told, with_timer};
use crate::message::DetailTurn;
use crate::transfer::{send, to_card};
use crate::{
    CardTransferAsk, Fault, Message, NoPayee, NoPayeeCard, PayeeCard, Reply, Rows, Stop, TransferAsk,
    TransferMoney, TransferToCard, screening,
};
use ::transfer::{
    BatchEvent, BatchState, DetailEvent, DetailFailure, DetailUnknown, TransferBatch, TransferBatchDetail,
    TransferBatchLink, TransferWay,
};
use base::{BatchNo, TransferNo};
use fund::CardKind;
use std::sync::Arc;
use trade::Timer;

/// Details that have their turn in one run of the clock. Sketch: a transfer takes three steps of a chain, which has 96;
/// sixteen keep the writer for a fraction of a millisecond.
pub(crate) const TURNS_AT_ONCE: u32 = 16;

const _: () = assert!(crate::run::CHAIN_MAX > 1 + 3 * TURNS_AT_ONCE);

/// In the payer's slot: what a batch's timer watched is due.
pub(crate) fn time_is_up(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let Some(no) = timer.order_no.map(BatchNo::of_topic) else { return Ok(()) };
    let batch = rows.get::<TransferBatch>((rows.slot(), no))?;
    let Some(batch) = batch.filter(|batch| batch.timer == Some(timer.no)) else { return Ok(()) };
    let batch = TransferBatch { due_at_us: None, timer: None, ..(*batch).clone() };
    match batch.state {
        BatchState::WaitPay => {
            let batch = after(rows, batch, BatchEvent::Disuse)?;
            told::tell(rows, &batch);
            rows.put(batch);
        }
        BatchState::Dealing => give_turns(rows, &batch),
        BatchState::Success | BatchState::PartSuccess | BatchState::Fail | BatchState::Disused => {
            return Err(odd(&batch, "it has a timer, but nothing to wait for"));
        }
    }
    Ok(())
}

/// The next details have their turn, and the clock is set again while others wait.
fn give_turns(rows: &mut Rows<'_>, batch: &TransferBatch) {
    let until = batch.started.saturating_add(TURNS_AT_ONCE).min(batch.count);
    for line in batch.started + 1..=until {
        rows.send(batch.slot, Message::DetailTurn(DetailTurn { batch: batch.no, line }));
    }
    let mut batch = TransferBatch { started: until, ..batch.clone() };
    if until < batch.count {
        let now_us = rows.now_us();
        batch = with_timer(rows, &batch, now_us);
    }
    rows.put(batch);
}

/// In the payer's slot: a detail has its turn.
pub(crate) fn detail_turn(rows: &mut Rows<'_>, said: &DetailTurn) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let DetailTurn { batch, line } = *said;
    let gone = || Fault(format!("detail {line} of batch {batch} is not there"));
    let batch = rows.get::<TransferBatch>((slot, batch))?.ok_or_else(gone)?;
    let detail = rows.get::<TransferBatchDetail>((slot, batch.no, line))?.ok_or_else(gone)?;
    let event = DetailEvent::Start;
    let state = detail.state.next(event).ok_or_else(|| odd(&batch, format!("line {line} has two turns")))?;
    match transfer_for(rows, &batch, &detail)? {
        Ok(no) => {
            rows.insert(TransferBatchLink { slot, no, batch: batch.no, line });
            rows.put(TransferBatchDetail { state, transfer: Some(no), ..(*detail).clone() });
        }
        Err(failure) => end(rows, &batch, &detail, Err(failure))?,
    }
    Ok(None)
}

/// Makes the transfer of a detail, to an account or to a card, as it is made when it is asked for alone.
fn transfer_for(
    rows: &mut Rows<'_>,
    batch: &TransferBatch,
    detail: &TransferBatchDetail,
) -> Result<Result<TransferNo, DetailFailure>, Fault> {
    let TransferBatch { payer, app, gbk, rsa1, opened_at_us, .. } = *batch;
    let (out_biz_no, amount, named) = (detail.transfer_number(), detail.amount(), detail.named);
    let title = detail.title.clone().or_else(|| batch.title.clone());
    let remark = detail.remark.clone().or_else(|| batch.remark.clone());
    let passback = None;
    match goes_to(rows, batch, detail)? {
        Goes::Account(payee) => {
            let ask = TransferAsk { payer, payee, named, amount, out_biz_no, title, remark };
            // The batch is told when all have ended, not each of its transfers.
            let (way, notify_url) = (TransferWay::Uni, None);
            let command = TransferMoney { ask, way, app, passback, notify_url, gbk, rsa1 };
            came_to(send::send_detail(rows, &command).map(|transfer| transfer.no))
        }
        Goes::Card(card, number) => {
            // Where it goes was decided by the list in force.
            let screen_version = screening::current(rows);
            let ask = CardTransferAsk {
                payer,
                card,
                number,
                screen_version,
                named,
                amount,
                out_biz_no,
                title,
                remark,
            };
            // One message is its own: that the bank sent the money back, when the batch was told long ago.
            let notify_url = batch.notify_url.clone();
            let command = TransferToCard { ask, app, passback, notify_url, gbk, rsa1 };
            came_to(to_card::send_detail(rows, &command, opened_at_us).map(|transfer| transfer.no))
        }
    }
}

/// A refusal is the detail's end; what it noted stands, as when the transfer is asked for alone.
fn came_to<R>(made: Result<TransferNo, Stop<R>>) -> Result<Result<TransferNo, DetailFailure>, Fault>
where
    DetailFailure: From<R>,
{
    match made {
        Ok(no) => Ok(Ok(no)),
        Err(Stop::Refused(refused) | Stop::Noted(refused)) => Ok(Err(refused.into())),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

enum Goes {
    Account(Result<base::PartyId, NoPayee>),
    Card(Result<PayeeCard, NoPayeeCard>, [u8; 16]),
}

fn goes_to(rows: &Rows<'_>, batch: &TransferBatch, detail: &TransferBatchDetail) -> Result<Goes, Fault> {
    let card_number = || detail.card_number.ok_or_else(|| odd(batch, "a card has no number"));
    match (detail.payee, detail.unknown, &detail.card_digest) {
        (Some(payee), None, None) => Ok(Goes::Account(Ok(payee))),
        (None, Some(unknown), None) => Ok(match unknown {
            DetailUnknown::NotFound => Goes::Account(Err(NoPayee::NotFound)),
            DetailUnknown::NameDiffers => Goes::Account(Err(NoPayee::NameDiffers)),
            DetailUnknown::CardWrong => Goes::Card(Err(NoPayeeCard::Wrong), card_number()?),
            DetailUnknown::Listed => Goes::Card(Err(NoPayeeCard::Listed), card_number()?),
        }),
        (None, None, Some(digest)) => {
            let parts = (&detail.card_bank, &detail.card_last_four, &detail.card_agreement);
            let (Some(bank), Some(last_four), Some(agreement)) = parts else {
                return Err(odd(batch, format!("line {} has half a card", detail.line)));
            };
            // Of the holder there is no name to hold against the list in force; one that was held against another list
            // may be on this one. It is told as one that is listed, and can be sent again.
            if detail.screen_version != Some(screening::current(rows)) {
                return Ok(Goes::Card(Err(NoPayeeCard::Listed), card_number()?));
            }
            let (bank, last_four, agreement) = (bank.clone(), last_four.clone(), agreement.clone());
            let kind = CardKind::Debit;
            let card = PayeeCard { digest: *digest, bank, kind, last_four, agreement };
            Ok(Goes::Card(Ok(card), card_number()?))
        }
        _ => Err(odd(batch, format!("line {} goes nowhere, or to two", detail.line))),
    }
}

/// Whether a transfer carries out a detail.
pub(crate) fn is_detail(rows: &mut Rows<'_>, no: TransferNo) -> Result<bool, Fault> {
    let slot = rows.slot();
    Ok(rows.get::<TransferBatchLink>((slot, no))?.is_some())
}

/// A batch and the detail of it that a transfer carries out.
pub(crate) type Carried = (Arc<TransferBatch>, Arc<TransferBatchDetail>);

/// What a transfer carries out; nothing when it was asked for alone.
pub(crate) fn carried(rows: &mut Rows<'_>, no: TransferNo) -> Result<Option<Carried>, Fault> {
    let slot = rows.slot();
    let Some(link) = rows.get::<TransferBatchLink>((slot, no))? else { return Ok(None) };
    let gone = || Fault(format!("the detail of transfer {no} is not there"));
    let batch = rows.get::<TransferBatch>((slot, link.batch))?.ok_or_else(gone)?;
    let detail = rows.get::<TransferBatchDetail>((slot, link.batch, link.line))?.ok_or_else(gone)?;
    Ok(Some((batch, detail)))
}

/// A transfer ended: when it is that of a detail, that ends too.
pub(crate) fn ended(
    rows: &mut Rows<'_>,
    no: TransferNo,
    outcome: Result<(), DetailFailure>,
) -> Result<(), Fault> {
    let Some((batch, detail)) = carried(rows, no)? else { return Ok(()) };
    end(rows, &batch, &detail, outcome)
}

/// A detail ends, and with the last one its batch.
fn end(
    rows: &mut Rows<'_>,
    batch: &Arc<TransferBatch>,
    detail: &TransferBatchDetail,
    outcome: Result<(), DetailFailure>,
) -> Result<(), Fault> {
    let event = if outcome.is_ok() { DetailEvent::Arrive } else { DetailEvent::Fail };
    let state = detail.state.next(event);
    let state = state.ok_or_else(|| odd(batch, format!("{event:?} of line {}", detail.line)))?;
    let ended_at_us = Some(rows.now_us());
    rows.put(TransferBatchDetail { state, failure: outcome.err(), ended_at_us, ..detail.clone() });
    let mut batch = (**batch).clone();
    let sum = if outcome.is_ok() { batch.done_total() } else { batch.failed_total() };
    let sum = sum.checked_add(detail.amount()).map_err(|error| odd(&batch, error))?.minor();
    if outcome.is_ok() {
        (batch.done, batch.done_minor) = (batch.done + 1, sum);
    } else {
        (batch.failed, batch.failed_minor) = (batch.failed + 1, sum);
    }
    if batch.done + batch.failed == batch.count {
        let event = match (batch.done, batch.failed) {
            (_, 0) => BatchEvent::AllDone,
            (0, _) => BatchEvent::NoneDone,
            _ => BatchEvent::SomeDone,
        };
        batch = after(rows, batch, event)?;
        told::tell(rows, &batch);
    }
    rows.put(batch);
    Ok(())
}
