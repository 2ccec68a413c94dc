//! The trades of a merchant: payments that arrived, and refunds.
//!
//! A payment is a line when the merchant has it: at once, or of a guaranteed trade when its money is released; what is
//! given back out of an escrow was never the merchant's and is no line. A refund is a line when its buyer has it. So
//! received + fee + splits of all lines is what these trades did to the account, as far as receivers got their parts on
//! the day of the payment; what they get later is on the account's lines alone.

use crate::account::{self, fee_of, order_of};
use crate::refunds::Refunds;
use crate::{BillError, Take, Who, splits};
use base::{DAY_US, Day, OrderNo, PartyId, PostingNo, Slot};
use engine::{Key, Row};
use ledger::{AccountId, AccountKind, Posting, PostingKind};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use store::Reader;
use trade::{EXPIRY_DEFAULT_US, Order, REFUND_WINDOW_US, Refund, RefundState, SplitKind};

/// What a line of a trade bill is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TradeKind {
    /// A payment (交易).
    Sale,
    /// A refund (退款); its amounts are below zero.
    Refund,
}

/// A line of a trade bill. Amounts are fen, below zero what went away from the merchant.
#[derive(Clone, PartialEq, Debug)]
pub struct TradeLine {
    /// The order.
    pub order: Arc<Order>,
    /// What it is.
    pub kind: TradeKind,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What the order is of, or what its buyer got back.
    pub amount_minor: i64,
    /// What came to the merchant, the fee not taken off: less than the order of a guaranteed trade of which a part was
    /// given back before its release.
    pub received_minor: i64,
    /// The fee taken or given back.
    pub fee_minor: i64,
    /// What receivers got on the day of the payment, or gave for the refund.
    pub split_minor: i64,
    /// The refund's number.
    pub request_no: Option<String>,
    /// Why, in the merchant's words.
    pub reason: Option<String>,
    /// The buyer, masked.
    pub other: String,
}

/// The trade lines of a merchant within a time (microseconds UTC, the end not included), in order.
///
/// # Errors
/// [`BillError::Unsettled`] while something of the time is under way; when the tables cannot be read; what `take` says.
pub fn trade_lines(
    reader: &mut dyn Reader,
    seller: PartyId,
    within_us: Range<i64>,
    take: Take<'_, TradeLine>,
) -> Result<(), BillError> {
    let silent = silent_refunds(reader, seller, &within_us, &mut || Ok(()))?;
    trade_lines_looked(reader, seller, within_us, silent, &mut || Ok(()), take)
}

/// What is asked before each row that is looked at, and may say that it is enough.
pub(crate) type Look<'a> = &'a mut dyn FnMut() -> Result<(), BillError>;

/// As [`trade_lines`], with the [`silent_refunds`] of this time; `look` is asked before each posting of the slot,
/// whoever it is of.
pub(crate) fn trade_lines_looked(
    reader: &mut dyn Reader,
    seller: PartyId,
    within_us: Range<i64>,
    silent: Vec<Arc<Refund>>,
    look: Look<'_>,
    take: Take<'_, TradeLine>,
) -> Result<(), BillError> {
    let mut silent = silent.into_iter().peekable();
    let (mut who, mut refunds) = (Who::default(), Refunds::default());
    let mut wanted = ControlFlow::Continue(());
    account::postings(reader, seller.slot(), &within_us, &mut |reader, posting| {
        look()?;
        while let Some(refund) = silent.next_if(|refund| refund.at_us < posting.no.at_us()) {
            if let Some(line) = of_refund(reader, &mut who, seller, &refund)? {
                wanted = take(line)?;
                if wanted.is_break() {
                    return Ok(wanted);
                }
            }
        }
        if let Some(line) = of_posting(reader, (&mut who, &mut refunds), seller, posting)? {
            wanted = take(line)?;
        }
        Ok(wanted)
    })?;
    for refund in silent {
        if wanted.is_break() {
            break;
        }
        if let Some(line) = of_refund(reader, &mut who, seller, &refund)? {
            wanted = take(line)?;
        }
    }
    Ok(())
}

/// The amount of a posting's entry on an account of the slot, fen.
fn amount_on(posting: &Posting, kind: AccountKind) -> i64 {
    let account = AccountId::platform(posting.slot, kind, posting.currency);
    let entry = posting.entries().find(|entry| entry.account == account);
    entry.map_or(0, |entry| entry.amount_minor.units())
}

/// The account that a posting pays a merchant from; absent when it pays none.
const fn paid_from(kind: PostingKind) -> Option<AccountKind> {
    match kind {
        PostingKind::PayIn => Some(AccountKind::Transit),
        PostingKind::EscrowRelease => Some(AccountKind::Escrow),
        PostingKind::RefundOut
        | PostingKind::TopUp
        | PostingKind::PayOut
        | PostingKind::PayReturn
        | PostingKind::RefundIn
        | PostingKind::RefundReturn
        | PostingKind::EscrowIn
        | PostingKind::EscrowOut
        | PostingKind::EscrowReturn
        | PostingKind::SplitOut
        | PostingKind::SplitIn
        | PostingKind::SplitReturn
        | PostingKind::BackOut
        | PostingKind::BackReturn
        | PostingKind::TransferOut
        | PostingKind::TransferWait
        | PostingKind::TransferSend
        | PostingKind::TransferUndo
        | PostingKind::TransferIn
        | PostingKind::TransferReturn
        | PostingKind::CardIn
        | PostingKind::CardOut
        | PostingKind::CardFee
        | PostingKind::CardOutReturn
        | PostingKind::CardTurn
        | PostingKind::CardPay
        | PostingKind::CardBack
        | PostingKind::SuspenseIn
        | PostingKind::SuspenseOut
        | PostingKind::SettleIn
        | PostingKind::SettleOut
        | PostingKind::UnclearIn
        | PostingKind::UnclearOut
        | PostingKind::SuspenseReturn
        | PostingKind::SuspenseKept
        | PostingKind::SuspenseBorne
        | PostingKind::SuspenseMatchIn
        | PostingKind::SuspenseMatchOut
        | PostingKind::CardSentBack
        | PostingKind::SuspenseSentBack => None,
    }
}

fn of_posting(
    reader: &mut dyn Reader,
    (who, refunds): (&mut Who, &mut Refunds),
    seller: PartyId,
    posting: &Posting,
) -> Result<Option<TradeLine>, BillError> {
    if posting.kind == PostingKind::RefundOut {
        let Some(order_no) = posting.order_no else { return Ok(None) };
        let refund = refunds.made_at(reader, order_no, posting.no.at_us())?;
        return match refund {
            Some(refund) => of_refund(reader, who, seller, &refund),
            None => Ok(None),
        };
    }
    let Some(from) = paid_from(posting.kind) else { return Ok(None) };
    let Some(order_no) = posting.order_no else { return Ok(None) };
    let Some(order) = order_of(reader, order_no)?.filter(|order| order.seller == seller) else {
        return Ok(None);
    };
    let at_us = posting.no.at_us();
    let day_ends_us = Day::of(at_us).plus_days(1).begins_at_us();
    Ok(Some(TradeLine {
        kind: TradeKind::Sale,
        at_us,
        amount_minor: order.total_minor.units(),
        received_minor: amount_on(posting, from),
        fee_minor: fee_of(posting),
        split_minor: -splits::passed_on(reader, order_no, day_ends_us)?,
        request_no: None,
        reason: None,
        other: who.account(reader, order.buyer)?,
        order,
    }))
}

fn of_refund(
    reader: &mut dyn Reader,
    who: &mut Who,
    seller: PartyId,
    refund: &Refund,
) -> Result<Option<TradeLine>, BillError> {
    let Some(order) = order_of(reader, refund.order_no)?.filter(|order| order.seller == seller) else {
        return Ok(None);
    };
    match refund.state {
        RefundState::Done => {}
        RefundState::Returned => return Ok(None),
        RefundState::UnderWay => return Err(BillError::Unsettled),
    }
    Ok(Some(TradeLine {
        kind: TradeKind::Refund,
        at_us: refund.at_us,
        amount_minor: -refund.amount_minor.units(),
        received_minor: -refund.amount_minor.units(),
        // Also what came when the refund had arrived, in a posting of its own.
        fee_minor: refund.fee_back_minor.units(),
        split_minor: splits::given_for(reader, refund.order_no, refund.out_request_no.as_str())?,
        request_no: Some(refund.out_request_no.to_string()),
        reason: refund.reason.as_ref().map(ToString::to_string),
        other: who.account(reader, order.buyer)?,
        order,
    }))
}

/// Refunds that moved nothing in the merchant's slot, because receivers gave all of it: no posting of that
/// moment tells of them, but a split that took back does. `look` is asked before each split of the slot: of every order
/// that may still have been refunded then.
pub(crate) fn silent_refunds(
    reader: &mut dyn Reader,
    seller: PartyId,
    within_us: &Range<i64>,
    look: Look<'_>,
) -> Result<Vec<Arc<Refund>>, BillError> {
    let slot = seller.slot();
    let earliest_us = within_us.start.saturating_sub(REFUND_WINDOW_US + EXPIRY_DEFAULT_US + DAY_US).max(0);
    let orders = number_at(slot, earliest_us)?..number_at(slot, within_us.end)?;
    let mut found = Vec::new();
    splits::each(reader, slot, orders, &mut |reader, split| {
        look()?;
        if split.kind != SplitKind::Back {
            return Ok(ControlFlow::Continue(()));
        }
        let key = Key::Refund((slot, split.order_no, split.out_request_no.clone()));
        if let Some(Row::Refund(refund)) = reader.row(&key)?
            && within_us.contains(&refund.at_us)
            && !has_posting(reader, slot, refund.at_us)?
            && order_of(reader, refund.order_no)?.is_some_and(|order| order.seller == seller)
        {
            found.push(refund);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    found.sort_by_key(|refund| (refund.at_us, refund.order_no));
    found.dedup_by_key(|refund| (refund.at_us, refund.order_no));
    Ok(found)
}

fn number_at(slot: Slot, at_us: i64) -> Result<OrderNo, BillError> {
    let number = at_us.checked_mul(100).and_then(|number| number.checked_add(i64::from(slot.number())));
    number.and_then(OrderNo::from_number).ok_or_else(|| BillError::Odd(format!("no number at {at_us}")))
}

fn has_posting(reader: &mut dyn Reader, slot: Slot, at_us: i64) -> Result<bool, BillError> {
    let no = PostingNo::from_number(number_at(slot, at_us)?.number());
    let no = no.ok_or_else(|| BillError::Odd(format!("no number at {at_us}")))?;
    Ok(matches!(reader.row(&Key::Posting((slot, no)))?,
        Some(Row::Posting(posting)) if posting.kind == PostingKind::RefundOut))
}
