//! The sales of a merchant that are settled the day after, by day.

use crate::BillError;
use base::{Day, PartyId};
use engine::{Key, Row, Table};
use money::Currency;
use std::collections::VecDeque;
use std::sync::Arc;
use store::Reader;
use trade::SettlementBatch;

/// Rows read at once.
const PAGE: usize = 500;
/// The first day there is, `yyyymmdd`.
const FIRST_DAY: u32 = 19_700_101;

/// A page of days.
#[derive(Clone, PartialEq, Debug)]
pub struct SettledPage {
    /// Newest first.
    pub batches: Vec<Arc<SettlementBatch>>,
    /// The next page has the days before this one; absent when nothing is left.
    pub next: Option<Day>,
}

/// The newest days before `before` on which a merchant sold what is settled the day after; of yuan, which all orders
/// are of. A merchant has one row for each day, so that all of them are read.
///
/// # Errors
/// When the tables cannot be read.
pub fn settled_page(
    reader: &mut dyn Reader,
    seller: PartyId,
    before: Option<Day>,
    limit: usize,
) -> Result<SettledPage, BillError> {
    let (slot, currency) = (seller.slot(), Currency::Cny);
    let first = Day::from_number(FIRST_DAY);
    let mut after = first.map(|first| Key::SettlementBatch((slot, seller, currency, first)));
    // The newest that were read, one more than a page has.
    let mut newest = VecDeque::with_capacity(limit.saturating_add(2));
    'all: loop {
        let rows = reader.scan(Table::SettlementBatch, Some(slot), after.as_ref(), PAGE)?;
        for row in &rows {
            let Row::SettlementBatch(batch) = row else { continue };
            let is_wanted = batch.seller == seller && batch.currency == currency;
            if !is_wanted || before.is_some_and(|before| batch.sold_on >= before) {
                break 'all;
            }
            newest.push_back(batch.clone());
            if newest.len() > limit.saturating_add(1) {
                newest.pop_front();
            }
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE => after = Some(last.key()),
            _ => break,
        }
    }
    let is_more = newest.len() > limit;
    let batches: Vec<_> = newest.into_iter().rev().take(limit).collect();
    let next = batches.last().filter(|_| is_more).map(|batch| batch.sold_on);
    Ok(SettledPage { batches, next })
}
