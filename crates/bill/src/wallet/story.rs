//! One bill in full: what is read beside it, and what happened to it in order.

use super::{Deal, WalletBill, transfer_of};
use crate::account::order_of;
use crate::refunds::Refunds;
use crate::{BillError, Who};
use base::BankOrderNo;
use engine::{Key, Row, late_return, refund_return};
use fund::{BankOrder, BankOrderState};
use money::Money;
use std::sync::Arc;
use store::Reader;
use trade::{Refund, RefundState, Trade, TradeState};
use transfer::{Transfer, TransferState};

/// What happened, or is to happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happened {
    /// It was asked for.
    Created,
    /// The person paid or confirmed it.
    Paid,
    /// The bank was asked.
    Asked,
    /// It is to arrive then.
    Arrives,
    /// Whoever was to have it has it.
    Arrived,
    /// The merchant gave money back that is not there yet: on its way to the buyer, or at the bank of the card.
    RefundUnderWay,
    /// What the merchant gave back is there.
    Refunded,
    /// The card did not take what the merchant gave back: it is in the balance.
    RefundCredited,
    /// What the merchant gave back reached nobody: the merchant has it again.
    RefundReturned,
    /// It could not arrive or was called back: the person has it again.
    Returned,
    /// It was given up, or its time was over.
    Closed,
    /// The bank refused it.
    Failed,
}

/// One thing that happened to a bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What.
    pub what: Happened,
    /// How much moved by it.
    pub amount: Option<Money>,
    /// What was said to it: a merchant's reason for a refund, a bank's for refusing.
    pub note: Option<String>,
}

/// One bill in full.
#[derive(Clone, PartialEq, Debug)]
pub struct BillStory {
    /// The bill.
    pub bill: WalletBill,
    /// The merchant's number of what was bought.
    pub merchant_no: Option<String>,
    /// What the payer of a transfer says to it.
    pub remark: Option<String>,
    /// What the platform takes for it from the person.
    pub fee: Money,
    /// What happened, earliest first; what is to happen stands last.
    pub happenings: Vec<Happening>,
}

/// Reads what stands beside a deal, and what happened to it.
///
/// # Errors
/// When the tables cannot be read.
pub fn bill_story(reader: &mut dyn Reader, deal: Deal) -> Result<BillStory, BillError> {
    let mut bill = WalletBill::read(reader, &mut Who::default(), deal)?;
    bill.look_for_goods(reader)?;
    let mut story =
        BillStory { merchant_no: None, remark: None, fee: bill.deal.fee(), happenings: Vec::new(), bill };
    match story.bill.deal.clone() {
        Deal::Payment(trade) => {
            let order = order_of(reader, trade.no)?;
            story.merchant_no = order.map(|order| order.out_trade_no.to_string());
            story.happenings = of_payment(reader, &trade)?;
        }
        Deal::Sent(transfer) => {
            story.remark = transfer.remark.as_ref().map(ToString::to_string);
            story.happenings = of_transfer(&transfer);
        }
        Deal::Received(received) => {
            let transfer = transfer_of(reader, received.no)?;
            story.remark = transfer.and_then(|transfer| transfer.remark.as_ref().map(ToString::to_string));
            story.happenings = vec![moved(received.at_us, Happened::Arrived, received.amount())];
        }
        Deal::AtBank(order) => story.happenings = of_bank_order(&order),
    }
    // The sort keeps the order of what happened at the same moment.
    story.happenings.sort_by_key(|happening| happening.at_us);
    Ok(story)
}

fn told(at_us: i64, what: Happened) -> Happening {
    Happening { at_us, what, amount: None, note: None }
}

fn moved(at_us: i64, what: Happened, amount: Money) -> Happening {
    Happening { amount: Some(amount), ..told(at_us, what) }
}

fn of_payment(reader: &mut dyn Reader, trade: &Trade) -> Result<Vec<Happening>, BillError> {
    let mut happenings = vec![told(trade.created_at_us, Happened::Created)];
    if let Some(order) = card_order_of(reader, trade)? {
        happenings.push(told(order.asked_at_us, Happened::Asked));
        happenings.extend(came_to_nothing(reader, &order)?);
    }
    happenings.extend(trade.paid_at_us.map(|at_us| moved(at_us, Happened::Paid, trade.total())));
    // Also where the buyer has nothing of it: a refund may be under way, or have come back.
    if trade.paid_at_us.is_some() {
        happenings.extend(refunds_of(reader, trade)?);
    }
    // What was wholly given back was closed by that, and the refund tells it.
    let closed_at_us = trade.closed_at_us.filter(|_| trade.state == TradeState::Closed);
    let closed_at_us = closed_at_us.filter(|_| trade.paid_at_us.is_none());
    happenings.extend(closed_at_us.map(|at_us| told(at_us, Happened::Closed)));
    Ok(happenings)
}

/// The order to a bank that pays a trade or paid it; where none does, the last one that was to.
fn card_order_of(reader: &mut dyn Reader, trade: &Trade) -> Result<Option<Arc<BankOrder>>, BillError> {
    let Some(no) = trade.bank_order.or(trade.last_try) else { return Ok(None) };
    match reader.row(&Key::BankOrder((trade.slot, no)))? {
        Some(Row::BankOrder(order)) => Ok(Some(order)),
        _ => Ok(None),
    }
}

/// Whether a bank has, or may yet take, what was to pay a trade that is closed and unpaid: until its word is there and
/// what it took is back, nobody can say that nothing moved.
pub(super) fn is_at_bank(reader: &mut dyn Reader, trade: &Trade) -> Result<bool, BillError> {
    if trade.state != TradeState::Closed || trade.paid_at_us.is_some() {
        return Ok(false);
    }
    let order = card_order_of(reader, trade)?;
    Ok(order.is_some_and(|order| match order.state {
        BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Done
        | BankOrderState::Returning => true,
        BankOrderState::Draft
        | BankOrderState::Failed
        | BankOrderState::Closed
        | BankOrderState::Returned
        | BankOrderState::Credited => false,
    }))
}

/// What became of an order to a bank that paid nothing.
fn came_to_nothing(reader: &mut dyn Reader, order: &BankOrder) -> Result<Option<Happening>, BillError> {
    Ok(match order.state {
        BankOrderState::Failed => order.heard_at_us.map(|at_us| refused(at_us, order)),
        // On the card, or on the balance where the card did not take it.
        BankOrderState::Returned | BankOrderState::Credited => {
            let at_us = returned_at_us(reader, order)?;
            at_us.map(|at_us| moved(at_us, Happened::Returned, order.amount()))
        }
        // What was given up is no end of the payment, and what is on its way back is not there yet.
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Closed
        | BankOrderState::Returning
        | BankOrderState::Done => None,
    })
}

/// When the bank's word came of the order that brings back what it took too late, which is one of its own.
pub(super) fn returned_at_us(reader: &mut dyn Reader, order: &BankOrder) -> Result<Option<i64>, BillError> {
    let Some(key) = late_return(order) else { return Ok(None) };
    Ok(order_named(reader, &key)?.and_then(|back| back.heard_at_us))
}

/// The order to a bank that a row of names leads to.
fn order_named(reader: &mut dyn Reader, key: &Key) -> Result<Option<Arc<BankOrder>>, BillError> {
    let Some(Row::BankOrderKey(named)) = reader.row(key)? else { return Ok(None) };
    match reader.row(&Key::BankOrder((named.slot, named.no)))? {
        Some(Row::BankOrder(order)) => Ok(Some(order)),
        _ => Ok(None),
    }
}

/// The order that brings a refund to the card that paid.
pub(super) fn refund_order(
    reader: &mut dyn Reader,
    trade: &Trade,
    paid_by: BankOrderNo,
    refund: &Refund,
) -> Result<Option<Arc<BankOrder>>, BillError> {
    let Some(key) = refund_return(trade.buyer, paid_by, refund.out_request_no.as_str()) else {
        return Ok(None);
    };
    order_named(reader, &key)
}

/// The bank refused an order, and why.
fn refused(at_us: i64, order: &BankOrder) -> Happening {
    let note = order.reason.map(|reason| reason.as_str().to_owned());
    Happening { note, ..told(at_us, Happened::Failed) }
}

/// Where each refund stands, and since when. When one came back to its merchant is written nowhere: it follows at once.
fn refunds_of(reader: &mut dyn Reader, trade: &Trade) -> Result<Vec<Happening>, BillError> {
    let all = Refunds::default().all(reader, trade.no)?;
    let mut happenings = Vec::new();
    for refund in &*all {
        let note = refund.reason.as_ref().map(ToString::to_string);
        let tell = |at_us, what| Happening { note: note.clone(), ..moved(at_us, what, refund.amount()) };
        match (refund.state, trade.bank_order) {
            (RefundState::UnderWay, _) => happenings.push(tell(refund.at_us, Happened::RefundUnderWay)),
            (RefundState::Returned, _) => happenings.push(tell(refund.at_us, Happened::RefundReturned)),
            (RefundState::Done, None) => happenings.push(tell(refund.at_us, Happened::Refunded)),
            (RefundState::Done, Some(paid_by)) => {
                happenings.push(tell(refund.at_us, Happened::RefundUnderWay));
                let order = refund_order(reader, trade, paid_by, refund)?;
                let end = order.and_then(|order| at_card(&order));
                happenings.extend(end.map(|(at_us, what)| tell(at_us, what)));
            }
        }
    }
    Ok(happenings)
}

/// What the bank said of an order that brings a refund to a card, and when; what is owed to a card is never given up.
fn at_card(order: &BankOrder) -> Option<(i64, Happened)> {
    let what = match order.state {
        BankOrderState::Done => Happened::Refunded,
        BankOrderState::Failed => Happened::RefundCredited,
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Closed
        | BankOrderState::Returning
        | BankOrderState::Returned
        | BankOrderState::Credited => return None,
    };
    order.heard_at_us.map(|at_us| (at_us, what))
}

fn of_transfer(transfer: &Transfer) -> Vec<Happening> {
    let amount = transfer.amount();
    let mut happenings = vec![told(transfer.opened_at_us, Happened::Created)];
    happenings.extend(transfer.paid_at_us.map(|at_us| moved(at_us, Happened::Paid, amount)));
    let end = match transfer.state {
        TransferState::Offered | TransferState::UnderWay => None,
        TransferState::Waiting => transfer.due_at_us.map(|at_us| told(at_us, Happened::Arrives)),
        TransferState::Done => transfer.ended_at_us.map(|at_us| moved(at_us, Happened::Arrived, amount)),
        TransferState::Returned | TransferState::Cancelled => {
            let is_back = transfer.paid_at_us.is_some();
            let end = |at_us| {
                if is_back { moved(at_us, Happened::Returned, amount) } else { told(at_us, Happened::Closed) }
            };
            transfer.ended_at_us.map(end)
        }
    };
    happenings.extend(end);
    happenings
}

/// An order to a bank keeps when it was asked for, when its limits were counted, which is when it was confirmed, and
/// when the bank's last word was heard.
fn of_bank_order(order: &BankOrder) -> Vec<Happening> {
    let mut happenings = vec![told(order.asked_at_us, Happened::Created)];
    if order.tries > 0 {
        let asked_at_us = order.counted_at_us.unwrap_or(order.asked_at_us);
        happenings.push(told(asked_at_us, Happened::Asked));
    }
    let Some(heard_at_us) = order.heard_at_us else { return happenings };
    let amount = order.amount();
    happenings.extend(match order.state {
        BankOrderState::Done | BankOrderState::Credited => {
            Some(moved(heard_at_us, Happened::Arrived, amount))
        }
        BankOrderState::Failed => Some(refused(heard_at_us, order)),
        BankOrderState::Closed => Some(told(heard_at_us, Happened::Closed)),
        BankOrderState::Returned => Some(moved(heard_at_us, Happened::Returned, amount)),
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Returning => None,
    });
    happenings
}
