//! What a cell starts from: the journal under a higher epoch, and memory as the journal's end left it.
//!
//! No thread: the threads start from it, the simulator starts from it.

use crate::batch::{BatchError, BatchRecord};
use crate::carrier::Carrier;
use crate::desk::Desk;
use crate::numbers::Numbers;
use crate::open::CellOpenError;
use crate::references::is_withdrawn;
use crate::sealed::{Changes, Durable};
use base::{Plant, SlotSet, Stamp, planted};
use engine::{InForce, Key, Row, Table};
use journal::Journal;
use people::{App, AppKey, Grant};
use std::path::Path;
use std::sync::Arc;
use store::{Mark, Reader, Store, StoreError};

/// Rows read at once.
const PAGE: usize = 1_000;
/// Order numbers that a start waits for: about a quarter of a second.
const NUMBERS_AT_ONCE: usize = 200_000;

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
    /// The keys of apps that exchanged theirs, for the same.
    pub app_keys: Vec<Arc<AppKey>>,
    /// What users took back from apps, for the same.
    pub withdrawn: Vec<Arc<Grant>>,
    /// How far the store is.
    pub mark: Mark,
    /// Whether the store has more order numbers than a start should wait for. Until somebody reads them and tells the
    /// desk, it looks each one up.
    pub unread_numbers: bool,
}

/// Opens the journal in `folder` or on the shelf of the options, reads what the store does not have, and prepares the
/// desk of a cell that decides the slots in `home`. `options.posted_sequence` is set from the store.
pub fn recover(
    folder: &Path,
    mut options: journal::Options,
    store: &mut dyn Store,
    home: SlotSet,
) -> Result<Recovered, CellOpenError> {
    let mark = store.begin()?;
    options.posted_sequence = mark.sequence;
    let (journal, opened) = Journal::open(folder, options.clone())?;
    let mut last_stamp = mark.stamp;
    let mut tail = Vec::new();
    if opened.last_sequence > 0 {
        for record in journal::read(folder, &options, mark.sequence.max(1))? {
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
    if planted(Plant::TailWithoutLast) {
        tail.pop();
    }
    let mut reader = store.reader()?;
    let rules = rules(reader.as_mut())?;
    let apps = all(reader.as_mut(), &tail, Table::App, app_of)?;
    let app_keys = all(reader.as_mut(), &tail, Table::AppKey, app_key_of)?;
    let withdrawn = all(reader.as_mut(), &tail, Table::Grant, withdrawn_of)?;
    let carrier = Carrier::recover(reader.as_mut(), &tail)?;
    let carrier = if planted(Plant::CarrierNotRebuilt) { Carrier::default() } else { carrier };
    let rows = tail
        .iter()
        .flat_map(|batch| batch.changes.iter().map(|(key, row)| (batch.sequence, key.clone(), row.clone())));
    let rows: Vec<_> = rows.collect();
    let residents = residents(reader.as_mut())?;
    let numbers = Numbers::read(reader.as_mut(), NUMBERS_AT_ONCE, || false)?;
    let mut desk = Desk::new(home, reader, mark.stamp, last_stamp, opened.last_sequence, rules, rows);
    desk.move_in(residents.into_iter().filter(|_| !planted(Plant::PayCodesNotMovedIn)));
    let unread_numbers = !numbers.is_complete();
    if !unread_numbers {
        desk.know_numbers(numbers);
    }
    tracing::info!(
        last_sequence = opened.last_sequence,
        posted_sequence = mark.sequence,
        epoch = journal.epoch(),
        truncated_bytes = opened.truncated_bytes,
        "cell opened"
    );
    Ok(Recovered { journal, desk, tail, carrier, apps, app_keys, withdrawn, mark, unread_numbers })
}

/// The rules that the tables know.
fn rules(reader: &mut dyn Reader) -> Result<InForce, StoreError> {
    let mut rules = InForce::default();
    for table in [Table::Rulebook, Table::RiskRules, Table::ScreenList] {
        reader.scan(table, None, None, 10_000)?.iter().for_each(|row| rules.learn(row));
    }
    Ok(rules)
}

/// All rows of the tables that are always in memory.
fn residents(reader: &mut dyn Reader) -> Result<Vec<Row>, StoreError> {
    let mut residents = Vec::new();
    for table in Table::ALL.iter().filter(|table| table.resident()) {
        let mut after = None::<Key>;
        loop {
            let page = reader.scan(*table, None, after.as_ref(), PAGE)?;
            after = page.last().map(Row::key);
            let last = page.len() < PAGE;
            residents.extend(page);
            if last {
                break;
            }
        }
    }
    Ok(residents)
}

/// What is wanted of a table, as of the journal's end; of one key the later ones stand behind the earlier ones.
fn all<T>(
    reader: &mut dyn Reader,
    tail: &[Durable],
    table: Table,
    wanted: fn(Row) -> Option<Arc<T>>,
) -> Result<Vec<Arc<T>>, StoreError> {
    let (mut found, mut after) = (Vec::new(), None::<Key>);
    loop {
        let rows = reader.scan(table, None, after.as_ref(), PAGE)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key());
        found.extend(rows.into_iter().filter_map(wanted));
    }
    let unposted = tail.iter().flat_map(|batch| batch.changes.iter().filter_map(|(_, row)| row.clone()));
    found.extend(unposted.filter_map(wanted));
    Ok(found)
}

fn app_of(row: Row) -> Option<Arc<App>> {
    if let Row::App(app) = row { Some(app) } else { None }
}

fn app_key_of(row: Row) -> Option<Arc<AppKey>> {
    if let Row::AppKey(key) = row { Some(key) } else { None }
}

fn withdrawn_of(row: Row) -> Option<Arc<Grant>> {
    if let Row::Grant(grant) = row { Some(grant).filter(|grant| is_withdrawn(grant)) } else { None }
}

fn read_batch(sequence: u64, payload: &[u8]) -> Result<(Stamp, Changes), CellOpenError> {
    let named = |source| CellOpenError::Batch { sequence, source };
    let batch = BatchRecord::decode(payload).map_err(named)?;
    let rows: Result<Vec<(Key, Option<Row>)>, BatchError> =
        batch.rows.iter().map(crate::ChangedRow::row).collect();
    Ok((batch.last_stamp, Arc::new(rows.map_err(named)?)))
}
