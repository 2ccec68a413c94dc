//! What is held on a merchant's account for splits that may come (`royalty_freeze`). There is one hold for an order at
//! a time; whatever changes the order's sums frees it and holds what is then to be held.

use crate::{Fault, Rows};
use base::OrderNo;
use ledger::{Account, AccountId, AccountKind, Hold, hold, release};
use std::sync::Arc;
use trade::{Order, SplitBook, to_hold};

/// The splits of an order, when it has any or is frozen for them.
pub(crate) fn book_of(rows: &mut Rows<'_>, order_no: OrderNo) -> Result<Option<SplitBook>, Fault> {
    Ok(rows.get::<SplitBook>((rows.slot(), order_no))?.map(|book| (*book).clone()))
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

/// Holds what is to be held of the order as it is now, and notes it in the book. What was held before must be free.
pub(crate) fn keep(rows: &mut Rows<'_>, order: &Order, book: &mut SplitBook) -> Result<(), Fault> {
    let odd = |what: &dyn std::fmt::Display| Fault(format!("hold of order {}: {what}", order.no));
    let amount = to_hold(order, book).map_err(|error| odd(&error))?;
    book.hold = None;
    if amount.is_zero() {
        return Ok(());
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

/// Brings what is held in line with the order as it is now.
pub(crate) fn renew(rows: &mut Rows<'_>, order: &Order) -> Result<(), Fault> {
    let Some(mut book) = book_of(rows, order.no)?.filter(|book| book.freeze) else { return Ok(()) };
    let before = held(rows, Some(&book))?;
    free(rows, before)?;
    keep(rows, order, &mut book)?;
    rows.put(book);
    Ok(())
}
