//! Gives receivers back what they gave for a refund that could not reach the buyer: the refund never was, so each has
//! its part again. One whose account was closed meanwhile cannot be reached either: its part stays with the merchant.

use crate::split_back::moved;
use crate::split_order::{odd, to_merchant};
use crate::{BackRestore, BackRestored, Fault, Message, Reply, Rows, books, split_hold};
use ledger::Template;
use money::Money;
use people::{Party, PartyStatus};
use std::sync::Arc;
use trade::{Order, Split, SplitBook, SplitEvent, SplitLine, SplitState};

/// Sends what receivers gave for a refund back to them. The caller has seen that the refund came back.
pub(crate) fn restore(rows: &mut Rows<'_>, split: &Split, lines: &[Arc<SplitLine>]) -> Result<(), Fault> {
    let now_us = rows.now_us();
    for part in lines {
        let state = moved(part, SplitEvent::Undo)?;
        rows.put(SplitLine { state, at_us: now_us, ..(**part).clone() });
        let SplitLine { order_no, place, line, receiver, .. } = **part;
        let message = BackRestore { order_no, place, line, receiver, amount: part.amount() };
        rows.send(receiver.slot(), Message::BackRestore(message));
    }
    rows.put(Split { open: split.lines, undone_at_us: Some(now_us), ..split.clone() });
    Ok(())
}

/// The book of a refund's order when the refund is made: what receivers gave counts as split until it has arrived. What
/// was held before is free.
pub(crate) fn given(
    rows: &mut Rows<'_>,
    order: &Order,
    mut book: SplitBook,
    back: Money,
    fee_later: Money,
) -> Result<(), Fault> {
    let odd = |error: money::MoneyError| odd(order.no, error);
    book.split_minor = book.split().checked_sub(back).map_err(odd)?.minor();
    book.giving_minor = book.giving().checked_add(back).map_err(odd)?.minor();
    book.fee_due_minor = book.fee_due().checked_add(fee_later).map_err(odd)?.minor();
    let in_escrow = split_hold::in_escrow(rows, order)?;
    split_hold::keep(rows, order, in_escrow, &mut book)?;
    rows.put(book);
    Ok(())
}

/// The book of a refund's order once the refund arrived or came back. What receivers gave is theirs again in the second
/// case; what waited of the fee is not due any more in both.
pub(crate) fn settled(
    rows: &mut Rows<'_>,
    order: &Order,
    back: Money,
    fee_later: Money,
    arrived: bool,
) -> Result<(), Fault> {
    let Some(book) = split_hold::book_of(rows, order.no)? else { return Ok(()) };
    let less = |from: Money, by: Money| from.checked_sub(by).map_err(|error| odd(order.no, error));
    let theirs = if arrived { Money::zero(order.currency) } else { back };
    let split = book.split().checked_add(theirs).map_err(|error| odd(order.no, error))?;
    let mut book = SplitBook {
        split_minor: split.minor(),
        giving_minor: less(book.giving(), back)?.minor(),
        fee_due_minor: less(book.fee_due(), fee_later)?.minor(),
        ..book
    };
    let held = split_hold::held(rows, Some(&book))?;
    split_hold::free(rows, held)?;
    let in_escrow = split_hold::in_escrow(rows, order)?;
    split_hold::keep(rows, order, in_escrow, &mut book)?;
    rows.put(book);
    Ok(())
}

/// In the receiver's slot: the part is there again, unless the account was closed meanwhile.
pub(crate) fn back_restore(rows: &mut Rows<'_>, said: &BackRestore) -> Result<Option<Reply>, Fault> {
    let BackRestore { order_no, place, line, receiver, amount } = *said;
    let party = rows.get::<Party>((rows.slot(), receiver))?;
    let arrived = party.is_some_and(|party| party.status != PartyStatus::Closed);
    if arrived {
        books::must(rows, Template::BackReturn { receiver, amount }, Some(order_no))?;
    }
    let answer = BackRestored { order_no, place, line, arrived };
    rows.send(Message::home(order_no), Message::BackRestored(answer));
    Ok(None)
}

/// In the merchant's slot: the receiver has its part again, or the merchant has it.
pub(crate) fn back_restored(rows: &mut Rows<'_>, said: &BackRestored) -> Result<Option<Reply>, Fault> {
    let BackRestored { order_no, place, line, arrived } = *said;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let order = rows.get::<Order>((slot, order_no))?;
    let book = rows.get::<SplitBook>((slot, order_no))?;
    let split = rows.get::<Split>((slot, order_no, place))?;
    let part = rows.get::<SplitLine>((slot, order_no, place, line))?;
    let (Some(order), Some(book), Some(split), Some(part)) = (order, book, split, part) else {
        return Err(odd(order_no, format!("line {line} of {place} vanished while it went back")));
    };
    let state = moved(&part, if arrived { SplitEvent::Arrive } else { SplitEvent::Bounce })?;
    if state == SplitState::Kept {
        to_merchant(rows, &order, &book, part.amount())?;
    }
    rows.put(SplitLine { state, at_us: now_us, ..(*part).clone() });
    let open = split.open.checked_sub(1).ok_or_else(|| odd(order_no, "more lines ended than there were"))?;
    rows.put(Split { open, ..(*split).clone() });
    Ok(None)
}
