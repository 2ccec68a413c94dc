//! What falls due, and what became of it: read from the tables before and after.

use base::{AgreementNo, BatchNo, FreezeNo, NoticeNo, TransferNo};
use engine::{Key, Row};
use fund::BankOrder;
use portal::{Counts, Event, Happened};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{EndedBy, FreezeState, Notice, NoticeState, Order, OrderState, Timer, TimerTask};
use transfer::{BatchState, TransferState};
use wire::timestamp::format_cn;

/// Notices of one order that are looked at.
const NOTICES_MAX: usize = 100;

/// Something that is due, as it is before it is done.
pub(crate) enum Due {
    /// A timer, and the state of the order that it watches.
    Timer(Arc<Timer>, Option<OrderState>),
    /// A notification.
    Notice(Arc<Notice>),
    /// A bank that is to be asked.
    Bank(Arc<BankOrder>),
}

/// What is due until a moment, in the order of time; of the same moment timers first, then
/// notifications, then banks, each kind by its number.
pub(crate) fn look(reader: &mut dyn Reader, until_us: i64, limit: usize) -> Result<Vec<Due>, StoreError> {
    let mut due = Vec::new();
    for timer in reader.due_timers(until_us, limit)? {
        let order = order_of(reader, &timer)?.map(|order| order.state);
        due.push(Due::Timer(timer, order));
    }
    due.extend(reader.due_notices(until_us, limit)?.into_iter().map(Due::Notice));
    due.extend(reader.due_bank_orders(until_us, limit)?.into_iter().map(Due::Bank));
    // It keeps timers before notices, and the numbers' order within each.
    due.sort_by_key(|due| (due.at_us(), due.number()));
    Ok(due)
}

fn order_of(reader: &mut dyn Reader, timer: &Timer) -> Result<Option<Arc<Order>>, StoreError> {
    let Some(no) = timer.order_no else { return Ok(None) };
    order(reader, no)
}

fn order(reader: &mut dyn Reader, no: base::OrderNo) -> Result<Option<Arc<Order>>, StoreError> {
    match reader.row(&Key::Order((no.slot(), no)))? {
        Some(Row::Order(order)) => Ok(Some(order)),
        Some(_) | None => Ok(None),
    }
}

impl Due {
    fn at_us(&self) -> i64 {
        match self {
            Due::Timer(timer, _) => timer.due_at_us,
            Due::Notice(notice) => notice.next_at_us.unwrap_or(i64::MAX),
            Due::Bank(order) => order.next_try_at_us.unwrap_or(i64::MAX),
        }
    }

    /// Timers before notices, these before banks.
    fn number(&self) -> (u8, String) {
        match self {
            Due::Timer(timer, _) => (0, timer.no.to_string()),
            Due::Notice(notice) => (1, notice.no.to_string()),
            Due::Bank(order) => (2, order.no.to_string()),
        }
    }

    /// What became of it, counted; `None` when it is nobody's news, or when something else came first.
    fn became(&self, reader: &mut dyn Reader, counts: &mut Counts) -> Result<Option<Happened>, StoreError> {
        match self {
            Due::Timer(timer, before) => match timer.task {
                TimerTask::ExpireOrder => Ok(closed(order_of(reader, timer)?, *before, counts)),
                TimerTask::ForgetCode => {
                    counts.pay_codes_forgotten += 1;
                    Ok(None)
                }
                TimerTask::ForgetAttempt => {
                    counts.password_tries_forgotten += 1;
                    Ok(None)
                }
                TimerTask::EndAgreement => agreement_ended(reader, timer, counts),
                TimerTask::EscrowStep => escrow_step(reader, timer, counts),
                TimerTask::ExpireFreeze | TimerTask::EndFreeze => freeze_is_over(reader, timer, counts),
                TimerTask::GiveUpBankOrder => {
                    counts.bank_orders_given_up += 1;
                    Ok(None)
                }
                TimerTask::SettleSales => {
                    counts.sales_settled += 1;
                    Ok(None)
                }
                TimerTask::FreeSplits => split_freeze_ended(reader, timer, counts),
                TimerTask::TransferClock => transfer_clock(reader, timer, counts),
                TimerTask::BatchClock => batch_clock(reader, timer, counts),
            },
            Due::Notice(notice) => told(reader, notice, notice.attempts, counts),
            Due::Bank(order) => bank_answered(reader, order, counts),
        }
    }
}

/// What became of all that was due until a moment, in the order of time, counted.
pub(crate) fn events(
    due: &[Due],
    until_us: i64,
    reader: &mut dyn Reader,
    counts: &mut Counts,
) -> Result<Vec<Event>, StoreError> {
    let known: BTreeSet<NoticeNo> = due
        .iter()
        .filter_map(|due| if let Due::Notice(notice) = due { Some(notice.no) } else { None })
        .collect();
    let mut told_at = Vec::new();
    for due in due {
        let Some(what) = due.became(reader, counts)? else { continue };
        told_at.push((due.at_us(), what));
        let Due::Timer(timer, _) = due else { continue };
        // A notice that was written at the very moment at which the clock is held is due at once, and tried already.
        let born = reader.notices(None, timer.order_no, None, NOTICES_MAX)?;
        let born = born.iter().filter(|notice| !known.contains(&notice.no));
        for notice in born.filter(|notice| (timer.due_at_us..=until_us).contains(&notice.happened_at_us)) {
            told_at.extend(told(reader, notice, 0, counts)?.map(|what| (notice.happened_at_us, what)));
        }
    }
    told_at.sort_by_key(|(at_us, _)| *at_us);
    Ok(told_at.into_iter().map(|(at_us, what)| Event { at: format_cn(at_us), what }).collect())
}

fn closed(after: Option<Arc<Order>>, before: Option<OrderState>, counts: &mut Counts) -> Option<Happened> {
    let order = after.filter(|order| order.state == OrderState::Closed)?;
    let (seller_id, out_trade_no) = (order.seller.to_string(), order.out_trade_no.to_string());
    match before? {
        OrderState::WaitBuyerPay => {
            counts.orders_closed += 1;
            Some(Happened::OrderClosed { seller_id, out_trade_no, trade_no: order.no.to_string() })
        }
        OrderState::Offered => {
            counts.offers_expired += 1;
            Some(Happened::OfferExpired { seller_id, out_trade_no })
        }
        OrderState::Paid | OrderState::Finished | OrderState::Closed => None,
    }
}

/// A mandate whose time was over, or an offer that nobody signed.
fn agreement_ended(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let Some(no) = timer.order_no.map(AgreementNo::of_topic) else { return Ok(None) };
    let mandate = match reader.row(&Key::Mandate((timer.slot, no)))? {
        Some(Row::Mandate(mandate)) => mandate,
        Some(_) | None => {
            if reader.row(&Key::Agreement((no.slot(), no)))?.is_none() {
                counts.agreement_offers_expired += 1;
            }
            return Ok(None);
        }
    };
    if mandate.ended_by != Some(EndedBy::Validity) || mandate.invalid_at_us != timer.due_at_us {
        return Ok(None);
    }
    counts.agreements_ended += 1;
    let (seller_id, agreement_no) = (mandate.seller.to_string(), no.to_string());
    Ok(Some(Happened::AgreementEnded { seller_id, agreement_no }))
}

/// A freeze that nobody agreed to in time, or whose life is over.
fn freeze_is_over(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let Some(no) = timer.order_no.map(FreezeNo::of_topic) else { return Ok(None) };
    let Some(Row::Freeze(freeze)) = reader.row(&Key::Freeze((timer.slot, no)))? else { return Ok(None) };
    let (seller_id, out_order_no) = (freeze.seller.to_string(), freeze.out_order_no.to_string());
    let auth_no = no.to_string();
    Ok(match (timer.task, freeze.state) {
        (TimerTask::ExpireFreeze, FreezeState::Closed) => {
            counts.freezes_expired += 1;
            Some(Happened::FreezeExpired { seller_id, out_order_no, auth_no })
        }
        (TimerTask::EndFreeze, state) => {
            counts.freezes_ended += 1;
            let status = state.wire().to_owned();
            Some(Happened::FreezeEnded { seller_id, out_order_no, auth_no, status })
        }
        _ => None,
    })
}

/// Where an escrow came to by a step of the clock.
fn escrow_step(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let (Some(order), Some(no)) = (order_of(reader, timer)?, timer.order_no) else { return Ok(None) };
    let Some(Row::Escrow(escrow)) = reader.row(&Key::Escrow((no.slot(), no)))? else { return Ok(None) };
    let case = reader.row(&Key::EscrowCase((no.slot(), no, escrow.cases)))?;
    let refund_status = match case {
        Some(Row::EscrowCase(case)) => Some(case.state.refund_status().to_owned()),
        Some(_) | None => None,
    };
    counts.escrow_steps += 1;
    Ok(Some(Happened::EscrowStep {
        seller_id: order.seller.to_string(),
        out_trade_no: order.out_trade_no.to_string(),
        trade_no: no.to_string(),
        trade_status: escrow.state.trade_status().to_owned(),
        refund_status,
    }))
}

/// What a bank that was asked came to.
fn bank_answered(
    reader: &mut dyn Reader,
    before: &BankOrder,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let after = reader.row(&Key::BankOrder((before.slot, before.no)))?;
    let Some(Row::BankOrder(after)) = after.filter(|_| before.next_try_at_us.is_some()) else {
        return Ok(None);
    };
    if after.tries <= before.tries {
        return Ok(None);
    }
    counts.banks_asked += 1;
    if after.state.is_open() {
        return Ok(None);
    }
    counts.bank_orders_decided += 1;
    let (bank_order_no, state) = (after.no.to_string(), after.state.as_str().to_owned());
    Ok(Some(Happened::BankOrderDecided { party_id: after.party.to_string(), bank_order_no, state }))
}

/// What was held for splits is free.
fn split_freeze_ended(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let (Some(order), Some(no)) = (order_of(reader, timer)?, timer.order_no) else { return Ok(None) };
    let book = reader.row(&Key::SplitBook((no.slot(), no)))?;
    if !matches!(book, Some(Row::SplitBook(book)) if book.freed) {
        return Ok(None);
    }
    counts.split_freezes_ended += 1;
    Ok(Some(Happened::SplitFreezeEnded {
        seller_id: order.seller.to_string(),
        out_trade_no: order.out_trade_no.to_string(),
        trade_no: no.to_string(),
    }))
}

/// A batch of transfers that its payer did not agree to in time. That one carries on with its details is nobody's news.
fn batch_clock(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let Some(no) = timer.order_no.map(BatchNo::of_topic) else { return Ok(None) };
    let row = reader.row(&Key::TransferBatch((timer.slot, no)))?;
    let Some(Row::TransferBatch(batch)) = row else { return Ok(None) };
    if batch.state == BatchState::Disused && batch.ended_at_us >= Some(timer.due_at_us) {
        counts.batches_given_up += 1;
    }
    Ok(None)
}

/// An offer that nobody confirmed, or money that waited.
fn transfer_clock(
    reader: &mut dyn Reader,
    timer: &Timer,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let Some(no) = timer.order_no.map(TransferNo::of_topic) else { return Ok(None) };
    let Some(Row::Transfer(transfer)) = reader.row(&Key::Transfer((timer.slot, no)))? else {
        return Ok(None);
    };
    let (payer_id, out_biz_no) = (transfer.payer.to_string(), transfer.out_biz_no.to_string());
    let order_id = no.to_string();
    Ok(match (transfer.state, transfer.paid_at_us) {
        (TransferState::Cancelled, None) if transfer.ended_at_us >= Some(timer.due_at_us) => {
            counts.transfers_expired += 1;
            None
        }
        (TransferState::Waiting, _) => {
            counts.transfers_kept += 1;
            Some(Happened::TransferKept { payer_id, out_biz_no, order_id })
        }
        (TransferState::UnderWay | TransferState::Done | TransferState::Returned, Some(paid_at_us))
            if transfer.arrival.wait_us().is_some_and(|wait_us| timer.due_at_us >= paid_at_us + wait_us) =>
        {
            counts.transfers_sent += 1;
            let status = transfer.state.wire().to_owned();
            Some(Happened::TransferSent { payer_id, out_biz_no, order_id, status })
        }
        // Confirmed or called back before its timer was due.
        _ => None,
    })
}

fn told(
    reader: &mut dyn Reader,
    notice: &Notice,
    attempts_before: u32,
    counts: &mut Counts,
) -> Result<Option<Happened>, StoreError> {
    let Some(Row::Notice(after)) = reader.row(&Key::Notice((notice.slot, notice.no)))? else {
        return Ok(None);
    };
    if after.attempts <= attempts_before {
        return Ok(None);
    }
    let (count, outcome) = match after.state {
        NoticeState::Delivered => (&mut counts.notifications_delivered, "delivered"),
        NoticeState::Due => (&mut counts.notifications_failed, "failed"),
        NoticeState::GivenUp => (&mut counts.notifications_given_up, "given_up"),
    };
    *count += 1;
    Ok(Some(Happened::Notification {
        notify_id: after.no.to_string(),
        out_trade_no: order(reader, after.order_no)?.map(|order| order.out_trade_no.to_string()),
        attempt: after.attempts,
        outcome: outcome.to_owned(),
        error: after.last_error.as_ref().map(ToString::to_string),
        next_attempt_at: after.next_at_us.map(format_cn),
    }))
}
