//! The refund that a posting is of: postings name their order, refunds their moment.

use crate::BillError;
use crate::account::PAGE;
use base::{OrderNo, Text};
use engine::{Key, Row, Table};
use money::Minor;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Reader;
use trade::{Refund, RefundState};

/// A refund that was found.
pub(crate) type Found = Arc<Refund>;

/// Refunds that are remembered while a bill is made; above that it begins anew.
const REMEMBERED_MAX: usize = 50_000;

/// Looks up refunds of orders, each order once: a day may have thousands of one order.
#[derive(Debug, Default)]
pub(crate) struct Refunds {
    known: BTreeMap<OrderNo, Arc<[Found]>>,
    count: usize,
}

impl Refunds {
    /// All refunds of an order, the earliest first.
    pub(crate) fn all(
        &mut self,
        reader: &mut dyn Reader,
        order_no: OrderNo,
    ) -> Result<Arc<[Found]>, BillError> {
        if let Some(known) = self.known.get(&order_no) {
            return Ok(known.clone());
        }
        let mut found = read(reader, order_no)?;
        found.sort_by_key(|refund| refund.at_us);
        if self.count + found.len() > REMEMBERED_MAX {
            self.known.clear();
            self.count = 0;
        }
        let found: Arc<[Found]> = found.into();
        self.count += found.len();
        self.known.insert(order_no, found.clone());
        Ok(found)
    }

    /// The refund that was made at this moment; a decision makes one at most. None when it came back and its number was
    /// used again.
    pub(crate) fn made_at(
        &mut self,
        reader: &mut dyn Reader,
        order_no: OrderNo,
        at_us: i64,
    ) -> Result<Option<Found>, BillError> {
        let all = self.all(reader, order_no)?;
        let place = all.binary_search_by_key(&at_us, |refund| refund.at_us);
        Ok(place.ok().map(|place| all[place].clone()))
    }

    /// The last refund that was made before this moment: of this amount and with the buyer, or, without one, come back.
    pub(crate) fn last_before(
        &mut self,
        reader: &mut dyn Reader,
        order_no: OrderNo,
        at_us: i64,
        amount: Option<Minor>,
    ) -> Result<Option<Found>, BillError> {
        let fits = |refund: &&Found| match amount {
            Some(amount) => refund.amount_minor == amount && refund.state != RefundState::Returned,
            None => refund.state == RefundState::Returned,
        };
        let all = self.all(reader, order_no)?;
        let earlier = all.partition_point(|refund| refund.at_us < at_us);
        Ok(all[..earlier].iter().rev().find(fits).cloned())
    }

    /// The last refund before this moment that arrived and gave at least so much of the fee back: what of that is more
    /// than the merchant's own share has a posting of its own.
    pub(crate) fn fee_came(
        &mut self,
        reader: &mut dyn Reader,
        order_no: OrderNo,
        at_us: i64,
        fee_minor: i64,
    ) -> Result<Option<Found>, BillError> {
        let fits = |refund: &&Found| {
            refund.at_us < at_us
                && refund.state == RefundState::Done
                && refund.fee_back_minor.units() >= fee_minor
        };
        Ok(self.all(reader, order_no)?.iter().rfind(fits).cloned())
    }
}

/// Up to so many refunds of an order, in the order of their numbers.
pub(crate) fn some_of(
    reader: &mut dyn Reader,
    order_no: OrderNo,
    most: usize,
) -> Result<Vec<Found>, BillError> {
    let slot = order_no.slot();
    let none = Text::new("").map_err(|error| BillError::Odd(error.to_string()))?;
    let mut found = Vec::new();
    for row in reader.scan(Table::Refund, Some(slot), Some(&Key::Refund((slot, order_no, none))), most)? {
        match row {
            Row::Refund(refund) if refund.order_no == order_no => found.push(refund),
            _ => break,
        }
    }
    Ok(found)
}

fn read(reader: &mut dyn Reader, order_no: OrderNo) -> Result<Vec<Found>, BillError> {
    let slot = order_no.slot();
    let none = Text::new("").map_err(|error| BillError::Odd(error.to_string()))?;
    let mut after = Key::Refund((slot, order_no, none));
    let mut found = Vec::new();
    loop {
        let page = reader.scan(Table::Refund, Some(slot), Some(&after), PAGE)?;
        for row in &page {
            match row {
                Row::Refund(refund) if refund.order_no == order_no => found.push(refund.clone()),
                _ => return Ok(found),
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.key(),
            _ => return Ok(found),
        }
    }
}
