//! The tables against the journal, row by row: only when their sums differ, to name the rows that are wrong. It reads
//! both once more, remembers each row of the journal (about 60 bytes), and decides by itself.

use crate::AuditError;
use crate::batch::{Batch, Changed};
use crate::chain::{self, Journalled};
use crate::images::{Encoded, key_text, shown_value, values};
use crate::keyed::Keyed;
use crate::latest::row_hash;
use crate::report::{FindingKind, Findings};
use crate::tables::{Mark, Snapshot};
use engine::Table;
use foldhash::fast::FixedState;
use journal::WorldId;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A row by its table and the hash of its key.
type RowId = (Table, u128);

/// The last image of one row.
#[derive(Debug)]
struct Image {
    hash: u128,
    /// The journal record that wrote it.
    sequence: u64,
}

/// A row whose journal image must be looked up to say what is wrong.
#[derive(Debug)]
struct Open {
    sequence: u64,
    /// The row as its table has it; absent when it is not there.
    stored: Option<Vec<u8>>,
}

/// Where the journal lies, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Book<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) world: Option<&'a WorldId>,
    pub(crate) journal: &'a Journalled,
    pub(crate) mark: &'a Mark,
}

/// The comparison under way.
#[derive(Debug)]
struct Comparison {
    keyed: Keyed,
    from_start: bool,
    images: HashMap<RowId, Image, FixedState>,
    open: HashMap<RowId, Open>,
    most: usize,
}

/// Names every row in which tables and journal differ; `most` bounds how many are looked up again in the journal.
pub(crate) fn name_rows(
    book: Book<'_>,
    snapshot: &Snapshot,
    keyed: Keyed,
    most: usize,
    findings: &mut Findings,
) -> Result<(), AuditError> {
    let from_start = book.journal.from_start;
    let (images, open) = (HashMap::default(), HashMap::new());
    let mut comparison = Comparison { keyed, from_start, images, open, most };
    if book.mark.sequence > 0 {
        book.each(book.journal.first_sequence, book.mark.sequence, |sequence, changed, key| {
            comparison.image(sequence, changed, key);
        })?;
    }
    for table in Table::ALL {
        snapshot.each_row(*table, &mut Vec::new(), |bytes, start, key_bytes| {
            comparison.row(*table, &Encoded { bytes: &bytes[start..], key_bytes }, findings);
            bytes.clear();
        })?;
    }
    comparison.finish(book, findings)
}

impl Book<'_> {
    /// Gives each changed row of some records. What cannot be read was named when it was read first.
    fn each(
        &self,
        first: u64,
        last: u64,
        mut give: impl FnMut(u64, &Changed<'_>, &[u8]),
    ) -> Result<(), AuditError> {
        let mut reader = chain::open(self.folder, first, self.world).map_err(AuditError::Journal)?;
        while let Some(record) = reader.read_next().map_err(AuditError::Journal)? {
            if record.sequence > last {
                break;
            }
            let Ok(batch) = Batch::read(record.payload) else { continue };
            for changed in &batch.rows {
                // As in the first reading, a row that cannot be read ends its record.
                let Ok(key) = changed.key() else { break };
                give(record.sequence, changed, key);
            }
            if record.sequence == last {
                break;
            }
        }
        Ok(())
    }
}

impl Comparison {
    fn id(&self, table: Table, key: &[u8]) -> RowId {
        (table, row_hash(&self.keyed, table, key))
    }

    fn image(&mut self, sequence: u64, changed: &Changed<'_>, key: &[u8]) {
        let id = self.id(changed.table, key);
        if changed.deleted {
            self.images.remove(&id);
        } else {
            let hash = row_hash(&self.keyed, changed.table, changed.columns);
            self.images.insert(id, Image { hash, sequence });
        }
    }

    /// One row of a table.
    fn row(&mut self, table: Table, row: &Encoded<'_>, findings: &mut Findings) {
        let id = self.id(table, row.key());
        let Some(image) = self.images.remove(&id) else {
            if self.from_start {
                let message = "the journal has no such row: it was never written, or deleted";
                findings.add(FindingKind::RowExtra, table.name(), row.key_text(table), message);
            }
            return;
        };
        if image.hash == row_hash(&self.keyed, table, row.bytes) {
            return;
        }
        if self.open.len() < self.most {
            let stored = Some(row.bytes.to_vec());
            self.open.insert(id, Open { sequence: image.sequence, stored });
        } else {
            let message = format!("differs from journal record {}", image.sequence);
            findings.add(FindingKind::RowDiffers, table.name(), row.key_text(table), message);
        }
    }

    /// When all tables were read: what is left of the journal is missing in the tables. Reads the journal again for the
    /// rows that are wrong, to name them and their columns.
    fn finish(mut self, book: Book<'_>, findings: &mut Findings) -> Result<(), AuditError> {
        for (id, image) in std::mem::take(&mut self.images) {
            if self.open.len() < self.most {
                self.open.insert(id, Open { sequence: image.sequence, stored: None });
            } else {
                let message = format!("a row of journal record {} is not in its table", image.sequence);
                findings.add(FindingKind::RowMissing, id.0.name(), "(not looked up)", message);
            }
        }
        // The last image of a row in its record is the one that counts.
        let mut last: BTreeMap<RowId, (u64, Vec<u8>)> = BTreeMap::new();
        let wanted = self.open.values().map(|open| open.sequence);
        let (Some(first), Some(end)) = (wanted.clone().min(), wanted.max()) else { return Ok(()) };
        book.each(first, end, |sequence, changed, key| {
            let id = self.id(changed.table, key);
            if self.open.get(&id).is_some_and(|open| open.sequence == sequence) {
                last.insert(id, (sequence, changed.columns.to_vec()));
            }
        })?;
        for (id, (sequence, columns)) in &last {
            name(*sequence, id.0, columns, self.open[id].stored.as_deref(), findings);
        }
        Ok(())
    }
}

fn name(sequence: u64, table: Table, journalled: &[u8], stored: Option<&[u8]>, findings: &mut Findings) {
    let ours = values(journalled);
    let key = key_text(table, &ours);
    let Some(stored) = stored else {
        let message = format!("not there, but written by journal record {sequence}");
        findings.add(FindingKind::RowMissing, table.name(), key, message);
        return;
    };
    let theirs = values(stored);
    let message = match difference(table, &theirs, &ours) {
        Some((column, theirs, ours)) => {
            format!("column {column} is {theirs}, journal record {sequence} says {ours}")
        }
        None => format!("has other columns than journal record {sequence}"),
    };
    findings.add(FindingKind::RowDiffers, table.name(), key, message);
}

/// The first column in which two rows differ, and what each has in it, as it may be printed.
pub(crate) fn difference(
    table: Table,
    one: &[base::Value],
    other: &[base::Value],
) -> Option<(&'static str, String, String)> {
    let mut columns = table.columns().iter().zip(one.iter().zip(other));
    let (column, (one, other)) = columns.find(|(_, (one, other))| one != other)?;
    Some((column.name, shown_value(column, one), shown_value(column, other)))
}
