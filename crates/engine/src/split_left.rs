//! What may still be split of an order.

use crate::split_order::{odd, view};
use crate::{Fault, Rows, split_hold};
use money::Money;
use trade::{Order, Split, SplitBook, SplitKind, SplitState, splittable};

/// What may still be split of an order that can be split at all. Once its splits are finished that is what came back
/// since then, because its receiver's account was closed: it was to be passed on, and still may be.
pub(crate) fn left(rows: &mut Rows<'_>, order: &Order, book: &SplitBook) -> Result<Money, Fault> {
    let in_escrow = split_hold::in_escrow(rows, order)?;
    let left = splittable(order, in_escrow, book).map_err(|error| odd(order.no, error))?;
    if !book.finished {
        return Ok(left);
    }
    let again = came_back(rows, order, book)?;
    Ok(if left.exceeds(again).map_err(|error| odd(order.no, error))? { again } else { left })
}

/// What came back of an order's splits since they were finished and was not passed on again.
fn came_back(rows: &mut Rows<'_>, order: &Order, book: &SplitBook) -> Result<Money, Fault> {
    let (mut finished_at_us, mut came, mut gone) =
        (None, Money::zero(book.currency), Money::zero(book.currency));
    let mut lines = Vec::new();
    for place in 1..=book.splits {
        let split = rows.get::<Split>((book.slot, book.order_no, place))?;
        let split = split.ok_or_else(|| odd(book.order_no, format!("split {place} is gone")))?;
        let kind = split.kind;
        let is_later = finished_at_us.is_some();
        if split.finish && !is_later {
            finished_at_us = Some(split.at_us);
        }
        if kind == SplitKind::Out {
            let parts = view(rows, order.seller, split)?.lines;
            lines.extend(parts.into_iter().map(|line| (is_later, line)));
        }
    }
    let finished_at_us = finished_at_us.unwrap_or(i64::MAX);
    for (is_later, line) in lines {
        let sum = match (is_later, line.state) {
            (true, SplitState::Returned) => continue,
            (true, _) => &mut gone,
            (false, SplitState::Returned) if line.at_us > finished_at_us => &mut came,
            (false, _) => continue,
        };
        *sum = sum.checked_add(line.amount()).map_err(|error| odd(order.no, error))?;
    }
    came.checked_sub(gone).map_err(|error| odd(order.no, error))
}
