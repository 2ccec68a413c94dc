//! Settlement by contract: the money of a day's sales is held on their merchant's balance until the next day begins.
//!
//! What the merchant gives back of such a sale comes out of what is held for it, so that a refund of a sale that is not
//! settled never fails for want of money.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop, contract};
use base::{Day, PartyId, Plant, Slot, planted};
use ledger::{Account, AccountId, AccountKind, Hold, hold, release, resize};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    ContractProduct, Order, SettlementBatch, SettlementTerm, SplitBook, Timer, TimerTask, settles_at_us,
    sold_on,
};

/// What of a merchant's balance is not settled yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindUnsettled {
    /// The merchant.
    pub seller: PartyId,
    /// The currency of the sales.
    pub currency: Currency,
}

impl FindUnsettled {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// The net of the batches of today and of yesterday, whose timer may be under way.
pub(crate) fn find_unsettled(rows: &mut Rows<'_>, query: &FindUnsettled) -> Result<Next<Money>, Stop<Never>> {
    let FindUnsettled { seller, currency } = *query;
    let (slot, today) = (rows.slot(), Day::of(rows.now_us()));
    let mut sum = Money::zero(currency);
    for sold_on in [today.minus_days(1), today] {
        let batch = rows.get::<SettlementBatch>((slot, seller, currency, sold_on))?;
        let Some(batch) = batch.filter(|batch| batch.settled_at_us.is_none()) else { continue };
        let net = batch.net().and_then(|net| sum.checked_add(net));
        sum = net.map_err(odd(&batch))?;
    }
    Ok(Next::Answer(sum))
}

/// A sale's money has arrived, less its fee: holds it when the contract says that it is settled the day after. Gives
/// the order with that day. What is frozen for splits waits for those instead.
pub(crate) fn sold(rows: &mut Rows<'_>, order: Order, product: ContractProduct) -> Result<Order, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    if !product.has_settlement()
        || contract::settlement_of(rows, order.seller, product)? == SettlementTerm::SameDay
        || rows.get::<SplitBook>((slot, order.no))?.is_some_and(|book| book.freeze)
        || planted(Plant::UnsettledNotHeld)
    {
        return Ok(order);
    }
    let today = Day::of(now_us);
    let key = (slot, order.seller, order.currency, today);
    let batch = match rows.get::<SettlementBatch>(key)? {
        Some(batch) => (*batch).clone(),
        None => SettlementBatch {
            slot,
            seller: order.seller,
            currency: order.currency,
            sold_on: today,
            sales: 0,
            gross_minor: Minor::ZERO,
            fee_minor: Minor::ZERO,
            refunded_minor: Minor::ZERO,
            fee_back_minor: Minor::ZERO,
            hold: None,
            timer: Some(rows.after(settles_at_us(today), |timer| {
                timer.task = TimerTask::SettleSales;
                timer.party = Some(order.seller);
            })),
            settled_at_us: None,
        },
    };
    let sales = batch.sales.checked_add(1).ok_or_else(|| odd(&batch)("too many to count"))?;
    let batch = SettlementBatch {
        sales,
        gross_minor: plus(batch.gross_minor, order.total(), Money::zero(order.currency))
            .map_err(odd(&batch))?,
        fee_minor: plus(batch.fee_minor, order.fee(), Money::zero(order.currency)).map_err(odd(&batch))?,
        ..batch
    };
    keep(rows, batch)?;
    Ok(Order { settled_with: Some(today), ..order })
}

/// The batch of a sale, while it is not settled.
pub(crate) fn open_batch(rows: &mut Rows<'_>, order: &Order) -> Result<Option<SettlementBatch>, Fault> {
    let Some(sold_on) = order.settled_with else { return Ok(None) };
    let batch = rows.get::<SettlementBatch>((order.slot, order.seller, order.currency, sold_on))?;
    let batch = batch.ok_or_else(|| Fault(format!("the batch of order {} is gone", order.no)))?;
    Ok(Some((*batch).clone()).filter(|batch| batch.settled_at_us.is_none()))
}

/// The hold of a batch, and what is left of it when `amount`, of which `fee_back` comes back, leaves for a refund.
pub(crate) fn freed(
    rows: &mut Rows<'_>,
    batch: &SettlementBatch,
    amount: Money,
    fee_back: Money,
) -> Result<Option<(Arc<Hold>, Money)>, Fault> {
    let Some(no) = batch.hold else { return Ok(None) };
    let held = rows.get::<Hold>((batch.slot, no))?.ok_or_else(|| Fault(format!("hold {no} is gone")))?;
    let left = refunded(batch, amount, fee_back)?.net().map_err(odd(batch))?;
    Ok(Some((held, left)))
}

/// The merchant gives `amount` of an unsettled sale back and gets `fee_back`: less is held.
pub(crate) fn given_back(
    rows: &mut Rows<'_>,
    batch: &SettlementBatch,
    amount: Money,
    fee_back: Money,
) -> Result<(), Fault> {
    let batch = refunded(batch, amount, fee_back)?;
    if planted(Plant::RefundKeepsHeld) {
        rows.put(batch);
        return Ok(());
    }
    keep(rows, batch)
}

/// A refund came back to the merchant: `amount`, less `fee` that is taken again, is held as before.
pub(crate) fn come_back(
    rows: &mut Rows<'_>,
    batch: &SettlementBatch,
    amount: Money,
    fee: Money,
) -> Result<(), Fault> {
    let none = Money::zero(batch.currency);
    if planted(Plant::BouncedNotHeldAgain) {
        return Ok(());
    }
    let batch = SettlementBatch {
        refunded_minor: plus(batch.refunded_minor, none, amount).map_err(odd(batch))?,
        fee_back_minor: plus(batch.fee_back_minor, none, fee).map_err(odd(batch))?,
        ..batch.clone()
    };
    keep(rows, batch)
}

/// The next day has begun: what is held is the merchant's to use.
pub(crate) fn time_is_over(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Some(seller) = timer.party else { return Ok(()) };
    for currency in Currency::ALL {
        let batch = rows.get::<SettlementBatch>((slot, seller, currency, sold_on(timer.due_at_us)))?;
        let Some(batch) = batch.filter(|batch| batch.timer == Some(timer.no)) else { continue };
        let batch = match planted(Plant::SettledKeepsHeld) {
            true => (*batch).clone(),
            false => set_hold(rows, (*batch).clone(), Money::zero(currency))?,
        };
        rows.put(SettlementBatch { timer: None, settled_at_us: Some(now_us), ..batch });
    }
    Ok(())
}

fn refunded(batch: &SettlementBatch, amount: Money, fee_back: Money) -> Result<SettlementBatch, Fault> {
    let none = Money::zero(batch.currency);
    Ok(SettlementBatch {
        refunded_minor: plus(batch.refunded_minor, amount, none).map_err(odd(batch))?,
        fee_back_minor: plus(batch.fee_back_minor, fee_back, none).map_err(odd(batch))?,
        ..batch.clone()
    })
}

/// Holds what is left to settle, and writes the batch.
fn keep(rows: &mut Rows<'_>, batch: SettlementBatch) -> Result<(), Fault> {
    let net = batch.net().map_err(odd(&batch))?;
    let batch = set_hold(rows, batch, net)?;
    rows.put(batch);
    Ok(())
}

fn set_hold(rows: &mut Rows<'_>, batch: SettlementBatch, amount: Money) -> Result<SettlementBatch, Fault> {
    let id = AccountId::of(batch.seller, AccountKind::Balance, batch.currency);
    let account = rows.get::<Account>((batch.slot, id))?;
    let account = account.ok_or_else(|| Fault(format!("account {id} is gone")))?;
    let held = match batch.hold {
        Some(no) => {
            Some(rows.get::<Hold>((batch.slot, no))?.ok_or_else(|| Fault(format!("hold {no} is gone")))?)
        }
        None => None,
    };
    let (account, stamp) = ((*account).clone(), rows.stamp());
    let changed = match held {
        None if amount.is_zero() => return Ok(batch),
        None => hold(account, amount, stamp),
        Some(held) if amount.is_zero() => release(account, (*held).clone(), stamp),
        Some(held) => resize(account, (*held).clone(), amount, stamp),
    };
    let (account, held) = changed.map_err(odd(&batch))?;
    let no = (!amount.is_zero()).then_some(held.no);
    rows.put(account);
    rows.put(held);
    Ok(SettlementBatch { hold: no, ..batch })
}

fn plus(sum: Minor, more: Money, less: Money) -> Result<Minor, MoneyError> {
    Ok(sum.of(more.currency()).checked_add(more)?.checked_sub(less)?.minor())
}

fn odd<E: std::fmt::Display>(batch: &SettlementBatch) -> impl Fn(E) -> Fault + use<E> {
    let (seller, sold_on) = (batch.seller, batch.sold_on);
    move |error| Fault(format!("sales of {seller} on {sold_on}: {error}"))
}
