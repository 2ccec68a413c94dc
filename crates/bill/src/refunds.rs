//! The refund that a posting is of: postings name their order, refunds their moment.

use crate::BillError;
use crate::account::PAGE;
use base::{OrderNo, Text};
use engine::{Key, Row, Table};
use money::Minor;
use std::sync::Arc;
use store::Reader;
use trade::{Refund, RefundState};

/// A refund that was found.
pub(crate) type Found = Arc<Refund>;

/// All refunds of an order, the earliest first.
pub(crate) fn all(reader: &mut dyn Reader, order_no: OrderNo) -> Result<Vec<Found>, BillError> {
    let slot = order_no.slot();
    let none = Text::new("").map_err(|error| BillError::Odd(error.to_string()))?;
    let mut after = Key::Refund((slot, order_no, none));
    let mut found = Vec::new();
    loop {
        let page = reader.scan(Table::Refund, Some(slot), Some(&after), PAGE)?;
        for row in &page {
            match row {
                Row::Refund(refund) if refund.order_no == order_no => found.push(refund.clone()),
                _ => {
                    found.sort_by_key(|refund| refund.at_us);
                    return Ok(found);
                }
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.key(),
            _ => break,
        }
    }
    found.sort_by_key(|refund| refund.at_us);
    Ok(found)
}

/// The refund that was made at this moment; a decision makes one at most. None when it came back and its number was
/// used again.
pub(crate) fn made_at(
    reader: &mut dyn Reader,
    order_no: OrderNo,
    at_us: i64,
) -> Result<Option<Found>, BillError> {
    Ok(all(reader, order_no)?.into_iter().find(|refund| refund.at_us == at_us))
}

/// The last refund that was made before this moment: of this amount and with the buyer, or, without one, come back.
pub(crate) fn last_before(
    reader: &mut dyn Reader,
    order_no: OrderNo,
    at_us: i64,
    amount: Option<Minor>,
) -> Result<Option<Found>, BillError> {
    let fits = |refund: &Found| match amount {
        Some(amount) => refund.amount_minor == amount && refund.state != RefundState::Returned,
        None => refund.state == RefundState::Returned,
    };
    let earlier = all(reader, order_no)?.into_iter().filter(|refund| refund.at_us < at_us);
    Ok(earlier.filter(fits).next_back())
}

/// The last refund before this moment that arrived and gave at least so much of the fee back: what of that is more than
/// the merchant's own share has a posting of its own.
pub(crate) fn fee_came(
    reader: &mut dyn Reader,
    order_no: OrderNo,
    at_us: i64,
    fee_minor: i64,
) -> Result<Option<Found>, BillError> {
    let fits = |refund: &Found| {
        refund.at_us < at_us
            && refund.state == RefundState::Done
            && refund.fee_back_minor.units() >= fee_minor
    };
    Ok(all(reader, order_no)?.into_iter().rfind(fits))
}
