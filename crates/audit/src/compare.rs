//! The tables against the journal: every row is the last image of its key, none is missing, none is extra.

use crate::AuditError;
use crate::chain::{self, Journalled};
use crate::images::{Encoded, RowHash, hash, key_bytes, key_text, shown_value, values};
use crate::report::{FindingKind, Findings};
use cell::{BatchRecord, ChangedRow};
use engine::Table;
use journal::WorldId;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A row whose journal image must be looked up to say what is wrong.
#[derive(Debug)]
struct Open {
    sequence: u64,
    /// The row as its table has it; absent when it is not there.
    stored: Option<Vec<u8>>,
}

/// The comparison under way.
#[derive(Debug)]
pub(crate) struct Comparison {
    journal: Journalled,
    open: HashMap<(Table, RowHash), Open>,
    most: usize,
}

impl Comparison {
    /// `most` bounds how many rows are looked up again in the journal.
    pub(crate) fn new(journal: Journalled, most: usize) -> Comparison {
        Comparison { journal, open: HashMap::new(), most }
    }

    /// One row of a table.
    pub(crate) fn row(&mut self, table: Table, row: &Encoded<'_>, findings: &mut Findings) {
        if !self.journal.reaches_mark {
            return;
        }
        let key = row.key_hash();
        let Some(image) = self.journal.images.take(table, &key) else {
            if self.journal.from_start {
                let message = "the journal has no such row: it was never written, or deleted";
                findings.add(FindingKind::RowExtra, table.name(), row.key_text(table), message);
            }
            return;
        };
        if image.hash == hash(row.bytes) {
            return;
        }
        if self.open.len() < self.most {
            let stored = Some(row.bytes.to_vec());
            self.open.insert((table, key), Open { sequence: image.sequence, stored });
        } else {
            let message = format!("differs from journal record {}", image.sequence);
            findings.add(FindingKind::RowDiffers, table.name(), row.key_text(table), message);
        }
    }

    /// When all tables were read: what is left in the journal is missing in the tables. Reads the journal again for the
    /// rows that are wrong, to name them and their columns.
    pub(crate) fn finish(
        mut self,
        folder: &Path,
        world: Option<&WorldId>,
        findings: &mut Findings,
    ) -> Result<(), AuditError> {
        if !self.journal.reaches_mark {
            return Ok(());
        }
        for (table, key, image) in self.journal.images.rest() {
            if self.open.len() < self.most {
                self.open.insert((table, key), Open { sequence: image.sequence, stored: None });
            } else {
                let message = format!("a row of journal record {} is not in its table", image.sequence);
                findings.add(FindingKind::RowMissing, table.name(), "(not looked up)", message);
            }
        }
        let mut wanted: BTreeMap<u64, usize> = BTreeMap::new();
        for open in self.open.values() {
            *wanted.entry(open.sequence).or_default() += 1;
        }
        let (Some(first), Some(last)) = (wanted.keys().next().copied(), wanted.keys().next_back().copied())
        else {
            return Ok(());
        };
        for record in chain::open(folder, first, world).map_err(AuditError::Journal)? {
            let record = record.map_err(AuditError::Journal)?;
            if record.sequence > last {
                break;
            }
            if wanted.contains_key(&record.sequence) {
                self.resolve(record.sequence, &record.payload, findings);
            }
        }
        Ok(())
    }

    fn resolve(&self, sequence: u64, payload: &[u8], findings: &mut Findings) {
        // A batch that cannot be read was named when it was read first.
        let Ok(batch) = BatchRecord::decode(payload) else { return };
        for changed in &batch.rows {
            let Ok((key, _)) = changed.row() else { continue };
            let id = (changed.table, hash(&key_bytes(&key)));
            let Some(open) = self.open.get(&id).filter(|open| open.sequence == sequence) else { continue };
            name(sequence, changed, open.stored.as_deref(), findings);
        }
    }
}

fn name(sequence: u64, journalled: &ChangedRow, stored: Option<&[u8]>, findings: &mut Findings) {
    let (table, ours) = (journalled.table, values(&journalled.columns));
    let key = key_text(table, &ours);
    let Some(stored) = stored else {
        let message = format!("not there, but written by journal record {sequence}");
        findings.add(FindingKind::RowMissing, table.name(), key, message);
        return;
    };
    let theirs = values(stored);
    let differing =
        table.columns().iter().zip(ours.iter().zip(&theirs)).find(|(_, (ours, theirs))| ours != theirs);
    let message = match differing {
        Some((column, (ours, theirs))) => format!(
            "column {} is {}, journal record {sequence} says {}",
            column.name,
            shown_value(column, theirs),
            shown_value(column, ours)
        ),
        None => format!("has other columns than journal record {sequence}"),
    };
    findings.add(FindingKind::RowDiffers, table.name(), key, message);
}
