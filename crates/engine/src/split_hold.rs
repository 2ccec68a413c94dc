//! What is held on a merchant's account for splits that may come (`royalty_freeze`). There is one hold for an order at
//! a time; whatever changes the order's sums frees it and holds what is then to be held.

use crate::{Fault, Rows};
use base::OrderNo;
use ledger::{Account, AccountId, AccountKind, Hold, hold, release};
use money::Money;
use std::sync::Arc;
use trade::{Escrow, Order, SPLIT_FREEZE_US, SplitBook, Timer, TimerTask, to_hold};

/// The splits of an order, when it has any or is frozen for them.
pub(crate) fn book_of(rows: &mut Rows<'_>, order_no: OrderNo) -> Result<Option<SplitBook>, Fault> {
    Ok(rows.get::<SplitBook>((rows.slot(), order_no))?.map(|book| (*book).clone()))
}

/// What the platform holds of an order: of a guaranteed trade, also after its end when a refund came back late. None of
/// it is the merchant's yet.
pub(crate) fn in_escrow(rows: &mut Rows<'_>, order: &Order) -> Result<Money, Fault> {
    if order.product.goods().is_none() {
        return Ok(Money::zero(order.currency));
    }
    let escrow = rows.get::<Escrow>((order.slot, order.no))?;
    Ok(escrow.map_or(Money::zero(order.currency), |escrow| escrow.held()))
}

/// What is held for an order now.
pub(crate) fn held(rows: &mut Rows<'_>, book: Option<&SplitBook>) -> Result<Option<Arc<Hold>>, Fault> {
    let Some(no) = book.and_then(|book| book.hold) else { return Ok(None) };
    let held = rows.get::<Hold>((rows.slot(), no))?;
    held.map(Some).ok_or_else(|| Fault(format!("hold {no} is gone")))
}

/// Frees it. Postings that rely on that are booked after it, in the same decision.
pub(crate) fn free(rows: &mut Rows<'_>, held: Option<Arc<Hold>>) -> Result<(), Fault> {
    let Some(held) = held else { return Ok(()) };
    let account = rows.get::<Account>((rows.slot(), held.account))?;
    let account = account.ok_or_else(|| Fault(format!("account {} is gone", held.account)))?;
    let (account, held) = release((*account).clone(), (*held).clone(), rows.stamp())
        .map_err(|refused| Fault(format!("hold {}: {refused}", held.no)))?;
    rows.put(account);
    rows.put(held);
    Ok(())
}

/// Holds what is to be held of the order as it is now, and notes it in the book. What was held before must be free;
/// `in_escrow` is what the platform holds of the order now.
pub(crate) fn keep(
    rows: &mut Rows<'_>,
    order: &Order,
    in_escrow: Money,
    book: &mut SplitBook,
) -> Result<(), Fault> {
    let odd = |what: &dyn std::fmt::Display| Fault(format!("hold of order {}: {what}", order.no));
    let amount = to_hold(order, in_escrow, book).map_err(|error| odd(&error))?;
    book.hold = None;
    let due_at_us = order.paid_at_us.unwrap_or_default().saturating_add(SPLIT_FREEZE_US);
    if amount.is_zero() {
        if let Some(timer) = book.timer.take() {
            rows.delete::<Timer>((order.slot, due_at_us, timer));
        }
        return Ok(());
    }
    if book.timer.is_none() {
        book.timer = Some(rows.after(due_at_us, |timer| {
            timer.task = TimerTask::FreeSplits;
            timer.order_no = Some(order.no);
        }));
    }
    let id = AccountId::of(order.seller, AccountKind::Balance, order.currency);
    let account = rows.get::<Account>((rows.slot(), id))?;
    let account = account.ok_or_else(|| odd(&"the account is gone"))?;
    let (account, placed) =
        hold((*account).clone(), amount, rows.stamp()).map_err(|refused| odd(&refused))?;
    book.hold = Some(placed.no);
    rows.put(account);
    rows.insert(placed);
    Ok(())
}

/// What was held for splits is free, because its time is over.
pub(crate) fn time_is_over(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let Some(order_no) = timer.order_no else { return Ok(()) };
    let Some(book) = book_of(rows, order_no)?.filter(|book| book.timer == Some(timer.no)) else {
        return Ok(());
    };
    let held = held(rows, Some(&book))?;
    free(rows, held)?;
    rows.put(SplitBook { hold: None, timer: None, freed: true, ..book });
    Ok(())
}

/// Brings what is held in line with the order as it is now; `in_escrow` as for [`keep`].
pub(crate) fn renew(rows: &mut Rows<'_>, order: &Order, in_escrow: Money) -> Result<(), Fault> {
    let Some(mut book) = book_of(rows, order.no)?.filter(|book| book.freeze) else { return Ok(()) };
    let before = held(rows, Some(&book))?;
    free(rows, before)?;
    keep(rows, order, in_escrow, &mut book)?;
    rows.put(book);
    Ok(())
}
