//! Payments by the code on a merchant's counter: the buyer's slot knows which trades came by one, and holds what they
//! come to against the day's limit of the pocket that pays.
//!
//! The limit is judged and counted in the decision that takes the money, or asks the bank for it. What comes back is
//! given back to the day and the pocket in which it was counted. A bank order that was given up counts by itself until
//! the bank has said its last word, whatever else pays its trade meanwhile.

use crate::command::{Never, Next};
use crate::{ClaimAnswer, ClaimAsk, Fault, Message, Reply, Rows, StaticAsk, Stop, claim_order};
use base::{CardNo, OrderNo, PartyId, Slot};
use fund::{BankOrder, Card};
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use trade::{ClaimRefused, STATIC_WAITING_MAX, StaticPay, StaticUse, StaticWait, Trade};

/// In the buyer's slot: as any claim, but no more wait than may, and the trade is noted as one of a counter code before
/// it can be paid.
pub(crate) fn static_ask(rows: &mut Rows<'_>, asked: &StaticAsk) -> Result<Option<Reply>, Fault> {
    let ClaimAsk { order_no, buyer, opening, .. } = asked.claim;
    let slot = rows.slot();
    let is_new = rows.get::<Trade>((slot, order_no))?.is_none();
    let may_pay = rows.get::<Party>((slot, buyer))?.is_some_and(|party| party.status == PartyStatus::Normal);
    let wait = wait_of(rows, buyer)?;
    if is_new && may_pay && wait.waiting >= STATIC_WAITING_MAX {
        let answer = Err(ClaimRefused::TooManyWaiting);
        let said = ClaimAnswer { order_no, buyer, answer, opening };
        rows.send(Message::home(order_no), Message::ClaimAnswer(said));
        return Ok(None);
    }
    let answer = claim_order::claim_ask(rows, &asked.claim)?;
    let is_there = rows.get::<Trade>((slot, order_no))?.is_some_and(|trade| trade.buyer == buyer);
    if is_there && rows.get::<StaticPay>((slot, order_no))?.is_none() {
        rows.put(StaticPay::fresh(order_no, buyer));
        rows.put(StaticWait { waiting: wait.waiting.saturating_add(1), ..wait });
    }
    Ok(answer)
}

/// A trade that waited is paid, or over: another may wait in its place.
pub(crate) fn waits_no_longer(rows: &mut Rows<'_>, order_no: OrderNo) -> Result<(), Fault> {
    let Some(pay) = rows.get::<StaticPay>((rows.slot(), order_no))? else { return Ok(()) };
    let wait = wait_of(rows, pay.payer)?;
    rows.put(StaticWait { waiting: wait.waiting.saturating_sub(1), ..wait });
    Ok(())
}

fn wait_of(rows: &mut Rows<'_>, payer: PartyId) -> Result<StaticWait, Fault> {
    let slot = rows.slot();
    let found = rows.get::<StaticWait>((slot, payer))?;
    Ok(found.map_or(StaticWait { slot, payer, waiting: 0 }, |found| (*found).clone()))
}

/// Whether a trade may be paid from a pocket on the day of a moment (microseconds UTC), as far as counter codes go;
/// without a card it is the wallet.
pub(crate) fn allows(
    rows: &mut Rows<'_>,
    trade: &Trade,
    card: Option<CardNo>,
    at_us: i64,
) -> Result<bool, Fault> {
    if rows.get::<StaticPay>((rows.slot(), trade.no))?.is_none() {
        return Ok(true);
    }
    Ok(used(rows, trade.buyer, card, at_us)?.allows(trade.total()))
}

/// Counts what [`allows`] allowed at the same moment.
pub(crate) fn count(
    rows: &mut Rows<'_>,
    trade: &Trade,
    card: Option<CardNo>,
    at_us: i64,
) -> Result<(), Fault> {
    let Some(pay) = rows.get::<StaticPay>((rows.slot(), trade.no))? else { return Ok(()) };
    let amount = trade.total();
    let counted = used(rows, trade.buyer, card, at_us)?.plus(amount);
    rows.put(counted.map_err(|error| Fault(format!("counter codes of {}: {error}", trade.buyer)))?);
    let (counted_at_us, counted_minor) = (Some(at_us), amount.minor());
    rows.put(StaticPay { card, counted_at_us, counted_minor, ..(*pay).clone() });
    Ok(())
}

/// Gives back so much of what a trade counted; nothing where it counts nothing. A counter that never counted it is left
/// to the audit: no wrong counter is worth more than the payer's money.
pub(crate) fn give_back(rows: &mut Rows<'_>, order_no: OrderNo, amount: Money) -> Result<(), Fault> {
    let Some(pay) = rows.get::<StaticPay>((rows.slot(), order_no))? else { return Ok(()) };
    let Some(at_us) = pay.counted_at_us else { return Ok(()) };
    let (Ok(left), Ok(less)) =
        (pay.counted().checked_sub(amount), used(rows, pay.payer, pay.card, at_us)?.minus(amount))
    else {
        return Ok(());
    };
    rows.put(less);
    rows.put(if left.is_zero() {
        StaticPay::fresh(pay.order_no, pay.payer)
    } else {
        StaticPay { counted_minor: left.minor(), ..(*pay).clone() }
    });
    Ok(())
}

/// The bank order that pays a trade was given up, and the bank may still take the money: the trade counts nothing any
/// more, so that it can be paid by other means, and the counter keeps what it has.
pub(crate) fn keep_given_up(rows: &mut Rows<'_>, order_no: OrderNo) -> Result<(), Fault> {
    if let Some(pay) = rows.get::<StaticPay>((rows.slot(), order_no))? {
        rows.put(StaticPay::fresh(pay.order_no, pay.payer));
    }
    Ok(())
}

/// The bank said its last word on an order that was given up: what [`keep_given_up`] kept is room again of the day of
/// the moment (microseconds UTC) at which it was counted.
pub(crate) fn free_given_up(rows: &mut Rows<'_>, order: &BankOrder, at_us: i64) -> Result<(), Fault> {
    let Some(order_no) = order.about else { return Ok(()) };
    if rows.get::<StaticPay>((rows.slot(), order_no))?.is_none() {
        return Ok(());
    }
    if let Ok(less) = used(rows, order.party, Some(order.card), at_us)?.minus(order.amount()) {
        rows.put(less);
    }
    Ok(())
}

/// The order was never there, and what paid it from the wallet came back before. Where a card was asked, it stays known
/// that a counter code did: what its bank may still take keeps its room until the last word, as in [`keep_given_up`].
pub(crate) fn forget(rows: &mut Rows<'_>, trade: &Trade) -> Result<(), Fault> {
    if trade.last_try.is_some() {
        return keep_given_up(rows, trade.no);
    }
    let key = (rows.slot(), trade.no);
    if rows.get::<StaticPay>(key)?.is_some() {
        rows.delete::<StaticPay>(key);
    }
    Ok(())
}

fn used(rows: &mut Rows<'_>, payer: PartyId, card: Option<CardNo>, at_us: i64) -> Result<StaticUse, Fault> {
    // A card that is not there pays nothing, and used nothing.
    let digest = match card {
        None => None,
        Some(no) => match rows.get::<Card>((rows.slot(), no))? {
            Some(card) => Some(card.digest),
            None => return Ok(StaticUse::fresh(payer, None, at_us)),
        },
    };
    let found = rows.get::<StaticUse>(StaticUse::key_at(payer, digest, at_us))?;
    Ok(found.map_or_else(|| StaticUse::fresh(payer, digest, at_us), |found| (*found).clone()))
}

/// What a party paid by counter codes today from one pocket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindStaticUse {
    /// Whose payments.
    pub party: PartyId,
    /// The card; absent for the wallet.
    pub card: Option<CardNo>,
}

impl FindStaticUse {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_static_use(
    rows: &mut Rows<'_>,
    query: &FindStaticUse,
) -> Result<Next<StaticUse>, Stop<Never>> {
    let now_us = rows.now_us();
    Ok(Next::Answer(used(rows, query.party, query.card, now_us)?))
}
