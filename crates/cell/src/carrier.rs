//! What a cell must still bring to other cells: parcels that are durable here and not yet acknowledged there.
//!
//! No thread, no clock, no network: it says what is to be sent when, and somebody sends it. Sending again does no harm,
//! because the receiver applies each parcel once.

use crate::sealed::Durable;
use base::{FieldError, Plant, Slot, planted};
use engine::{Key, Outbox, Parcel, Row, Table, Tabled};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};

/// Wait before a parcel that was not acknowledged is sent again; doubled each time.
const AGAIN_US: i64 = 1_000_000;
/// Longest wait between two sendings.
const AGAIN_MAX_US: i64 = 60_000_000;
/// Parcels of one pair of slots sent at a time: those behind a lost one would only be refused.
const AHEAD_MAX: usize = 32;
/// Rows read at once at the start.
const PAGE: usize = 1_000;

struct Waiting {
    parcel: Parcel,
    due_at_us: i64,
    wait_us: i64,
}

/// Parcels on their way.
#[derive(Default)]
pub struct Carrier {
    links: BTreeMap<(Slot, Slot), BTreeMap<u64, Waiting>>,
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Carrier({} parcels)", self.len())
    }
}

impl Carrier {
    /// What was under way when the cell stopped: the outbox as the store has it, changed by what is not posted yet.
    pub fn recover(reader: &mut dyn Reader, tail: &[Durable]) -> Result<Carrier, StoreError> {
        let mut rows: BTreeMap<Key, Arc<Outbox>> = BTreeMap::new();
        let mut after: Option<Key> = None;
        loop {
            let page = reader.scan(Table::Outbox, None, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.key());
            rows.extend(page.iter().filter_map(|row| Some((row.key(), Outbox::unwrap(row)?.clone()))));
        }
        let tail = tail.iter().filter(|_| !planted(Plant::CarrierForgetsTail));
        for (key, row) in tail.flat_map(|batch| batch.changes.iter()) {
            match row {
                Some(Row::Outbox(outbox)) => drop(rows.insert(key.clone(), outbox.clone())),
                None if key.table() == Table::Outbox => drop(rows.remove(key)),
                _ => {}
            }
        }
        let mut carrier = Carrier::default();
        for outbox in rows.values() {
            let damaged =
                |fault| StoreError::RowDamaged { table: "outbox", source: FieldError::new("Parcel", fault) };
            let parcel = outbox.open().map_err(damaged)?;
            carrier.take(parcel, 0);
        }
        Ok(carrier)
    }

    /// Takes over a parcel that is durable, to be sent at once.
    pub fn take(&mut self, parcel: Parcel, now_us: i64) {
        let link = self.links.entry((parcel.from, parcel.to)).or_default();
        link.insert(parcel.no, Waiting { parcel, due_at_us: now_us, wait_us: AGAIN_US });
    }

    /// What is to be sent now. It stays here and comes again, later and later, until it is acknowledged.
    pub fn due(&mut self, now_us: i64) -> Vec<Parcel> {
        let mut due = Vec::new();
        for link in self.links.values_mut() {
            for waiting in link.values_mut().take(AHEAD_MAX).filter(|waiting| waiting.due_at_us <= now_us) {
                waiting.due_at_us = now_us.saturating_add(waiting.wait_us);
                waiting.wait_us = (waiting.wait_us * 2).min(AGAIN_MAX_US);
                due.push(waiting.parcel.clone());
            }
        }
        due
    }

    /// When something is to be sent next, microseconds; absent when nothing is on its way.
    pub fn next_at_us(&self) -> Option<i64> {
        let first = self.links.values().flat_map(|link| link.values().take(AHEAD_MAX));
        first.map(|waiting| waiting.due_at_us).min()
    }

    /// The other side has applied all up to this number, and this side has journalled that it knows.
    pub fn acknowledged(&mut self, from: Slot, to: Slot, up_to: u64) {
        if let Some(link) = self.links.get_mut(&(from, to)) {
            *link = link.split_off(&(up_to + 1 + u64::from(planted(Plant::CarrierDropsOneTooMany))));
            if link.is_empty() {
                self.links.remove(&(from, to));
            }
        }
    }

    /// Whether the other side may have applied more than this side knows.
    pub fn expects(&self, from: Slot, to: Slot, up_to: u64) -> bool {
        self.links.get(&(from, to)).and_then(|link| link.keys().next()).is_some_and(|first| *first <= up_to)
    }

    /// How many parcels are on their way.
    pub fn len(&self) -> usize {
        self.links.values().map(BTreeMap::len).sum()
    }

    /// Whether nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }
}
