//! What a cell starts from: the journal under a higher epoch, and memory as the journal's end left it.
//!
//! No thread: the threads start from it, the simulator starts from it.

use crate::batch::{BatchError, BatchRecord};
use crate::carrier::Carrier;
use crate::desk::Desk;
use crate::open::CellOpenError;
use crate::sealed::{Changes, Durable};
use base::{SlotSet, Stamp};
use engine::{Key, Row, Table};
use journal::Journal;
use people::App;
use std::path::Path;
use std::sync::Arc;
use store::{Mark, Reader, Store, StoreError};
use trade::Rulebook;

/// Rows read at once.
const PAGE: usize = 1_000;

/// A cell that can go on.
#[derive(Debug)]
pub struct Recovered {
    /// The journal, open for writing.
    pub journal: Journal,
    /// Memory as the last durable batch left it.
    pub desk: Desk,
    /// Batches that are durable and not posted yet, oldest first.
    pub tail: Vec<Durable>,
    /// What is still to be brought to other cells.
    pub carrier: Carrier,
    /// The apps, for those who ask before any command can be made.
    pub apps: Vec<Arc<App>>,
    /// How far the store is.
    pub mark: Mark,
}

/// Opens the journal in `folder`, reads what the store does not have, and prepares the desk of a cell that decides the
/// slots in `home`. `options.posted_sequence` is set from the store.
pub fn recover(
    folder: &Path,
    mut options: journal::Options,
    store: &mut dyn Store,
    home: SlotSet,
) -> Result<Recovered, CellOpenError> {
    let mark = store.mark()?;
    options.posted_sequence = mark.sequence;
    let (journal, opened) = Journal::open(folder, options)?;
    let mut last_stamp = mark.stamp;
    let mut tail = Vec::new();
    if opened.last_sequence > 0 {
        for record in journal::Reader::open(folder, mark.sequence.max(1))? {
            let record = record?;
            if record.sequence == mark.sequence && record.hash != mark.hash {
                return Err(CellOpenError::OtherJournal { sequence: mark.sequence });
            }
            if record.sequence <= mark.sequence {
                continue;
            }
            let (stamp, changes) = read_batch(record.sequence, &record.payload)?;
            last_stamp = stamp;
            tail.push(Durable { sequence: record.sequence, hash: record.hash, last_stamp, changes });
        }
    }
    let mut reader = store.reader()?;
    let rules = rules(reader.as_mut())?;
    let apps = apps(reader.as_mut(), &tail)?;
    let carrier = Carrier::recover(reader.as_mut(), &tail)?;
    let rows = tail
        .iter()
        .flat_map(|batch| batch.changes.iter().map(|(key, row)| (batch.sequence, key.clone(), row.clone())));
    let rows: Vec<_> = rows.collect();
    let desk = Desk::new(home, reader, mark.stamp, last_stamp, opened.last_sequence, rules, rows);
    tracing::info!(
        last_sequence = opened.last_sequence,
        posted_sequence = mark.sequence,
        epoch = journal.epoch(),
        truncated_bytes = opened.truncated_bytes,
        "cell opened"
    );
    Ok(Recovered { journal, desk, tail, carrier, apps, mark })
}

fn rules(reader: &mut dyn Reader) -> Result<Vec<Arc<Rulebook>>, StoreError> {
    let rows = reader.scan(Table::Rulebook, None, None, 10_000)?;
    let rules =
        rows.into_iter().filter_map(|row| if let Row::Rulebook(rules) = row { Some(rules) } else { None });
    Ok(rules.collect())
}

fn apps(reader: &mut dyn Reader, tail: &[Durable]) -> Result<Vec<Arc<App>>, StoreError> {
    let (mut apps, mut after) = (Vec::new(), None::<Key>);
    loop {
        let rows = reader.scan(Table::App, None, after.as_ref(), PAGE)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key());
        apps.extend(rows.into_iter().filter_map(app_of));
    }
    // Later ones stand behind earlier ones.
    let unposted = tail.iter().flat_map(|batch| batch.changes.iter().filter_map(|(_, row)| row.clone()));
    apps.extend(unposted.filter_map(app_of));
    Ok(apps)
}

fn app_of(row: Row) -> Option<Arc<App>> {
    if let Row::App(app) = row { Some(app) } else { None }
}

fn read_batch(sequence: u64, payload: &[u8]) -> Result<(Stamp, Changes), CellOpenError> {
    let named = |source| CellOpenError::Batch { sequence, source };
    let batch = BatchRecord::decode(payload).map_err(named)?;
    let rows: Result<Vec<(Key, Option<Row>)>, BatchError> =
        batch.rows.iter().map(crate::ChangedRow::row).collect();
    Ok((batch.last_stamp, Arc::new(rows.map_err(named)?)))
}
