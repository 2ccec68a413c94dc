//! What receivers have or gave of an order.

use crate::account::PAGE;
use crate::{BillError, TakeRow};
use base::{OrderNo, Slot};
use engine::{Key, Row, Table};
use std::ops::{ControlFlow, Range};
use store::Reader;
use trade::{Split, SplitKind, SplitState};

/// Every split of a slot from the orders numbered so on, in order.
pub(crate) fn each(
    reader: &mut dyn Reader,
    slot: Slot,
    orders: Range<OrderNo>,
    take: TakeRow<'_, Split>,
) -> Result<(), BillError> {
    let mut after = Key::Split((slot, orders.start, 0));
    loop {
        let page = reader.scan(Table::Split, Some(slot), Some(&after), PAGE)?;
        for row in &page {
            let Row::Split(split) = row else { continue };
            if split.order_no > orders.end || take(reader, split)?.is_break() {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.key(),
            _ => return Ok(()),
        }
    }
}

/// What of one split is done, fen.
fn done_minor(reader: &mut dyn Reader, split: &Split) -> Result<i64, BillError> {
    let after = Key::SplitLine((split.slot, split.order_no, split.place, 0));
    // A split has few lines: they fit one page.
    let lines = reader.scan(Table::SplitLine, Some(split.slot), Some(&after), PAGE)?;
    let of_it = |row: &Row| match row {
        Row::SplitLine(line) if line.order_no == split.order_no && line.place == split.place => {
            Some((line.state, line.amount_minor.units()))
        }
        _ => None,
    };
    let mut sum: i64 = 0;
    for (state, amount) in lines.iter().map_while(of_it) {
        if state == SplitState::Done {
            sum = sum.checked_add(amount).ok_or_else(|| BillError::Odd("a split is too large".to_owned()))?;
        } else if !state.is_final() {
            return Err(BillError::Unsettled);
        }
    }
    Ok(sum)
}

/// What was passed on of an order before a moment, fen.
pub(crate) fn passed_on(reader: &mut dyn Reader, order_no: OrderNo, until_us: i64) -> Result<i64, BillError> {
    if reader.row(&Key::SplitBook((order_no.slot(), order_no)))?.is_none() {
        return Ok(0);
    }
    let mut sum: i64 = 0;
    each(reader, order_no.slot(), order_no..order_no, &mut |reader, split| {
        if split.kind == SplitKind::Out && split.at_us < until_us {
            let part = done_minor(reader, split)?;
            sum = sum.checked_add(part).ok_or_else(|| BillError::Odd("splits are too large".to_owned()))?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

/// What receivers gave for a refund, fen.
pub(crate) fn given_for(
    reader: &mut dyn Reader,
    order_no: OrderNo,
    out_request_no: &str,
) -> Result<i64, BillError> {
    if reader.row(&Key::SplitBook((order_no.slot(), order_no)))?.is_none() {
        return Ok(0);
    }
    let mut sum = 0;
    each(reader, order_no.slot(), order_no..order_no, &mut |reader, split| {
        // Of several tries under the number the last one made the refund.
        if split.kind == SplitKind::Back && split.out_request_no.as_str() == out_request_no {
            sum = done_minor(reader, split)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sum)
}
