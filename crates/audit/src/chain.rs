//! The journal: its chain, its batches, its stamps, and the last image of each row in it.

use crate::AuditError;
use crate::batch::{Batch, Changed};
use crate::images::text_of_key;
use crate::keyed::Keyed;
use crate::latest::{Latest, Sum};
use crate::progress::Progress;
use crate::report::{FindingKind, Findings};
use crate::rules::Rules;
use crate::shape;
use crate::tables::Mark;
use base::Stamp;
use cell::BatchError;
use engine::{Command, Row};
use journal::{ReadError, Reader, RecordRef, WorldId};
use ledger::{Account, Class};
use std::path::Path;

/// What the journal told.
#[derive(Default, Debug)]
pub(crate) struct Journalled {
    /// The last images up to the posted sequence.
    pub(crate) sum: Sum,
    /// The first record that is there.
    pub(crate) first_sequence: u64,
    pub(crate) records: u64,
    /// The last record that was read; the posted sequence when there is none at all.
    pub(crate) last_sequence: u64,
    /// Whether the images are those of the posted sequence: otherwise tables cannot be compared with them.
    pub(crate) reaches_mark: bool,
    /// Whether they are all images there are: otherwise rows of older records are unknown.
    pub(crate) from_start: bool,
    /// The rules that were set.
    pub(crate) rules: Rules,
}

/// Opens the journal, of one world if that is known.
pub(crate) fn open(folder: &Path, sequence: u64, world: Option<&WorldId>) -> Result<Reader, ReadError> {
    Reader::open_world(folder, sequence, world)
}

/// Reads the whole journal, up to its last record of this moment. Damage becomes a finding.
pub(crate) fn read(
    folder: &Path,
    world: Option<&WorldId>,
    mark: &Mark,
    keyed: Keyed,
    progress: &Progress,
    findings: &mut Findings,
) -> Result<Journalled, AuditError> {
    let last = last_sequence(folder, world, mark.sequence);
    let mut walk = Walk::new(mark, keyed);
    progress.expect_records(last);
    let first = first_sequence(folder, world, mark.sequence, findings)?;
    if let Some(first) = first {
        walk.told.from_start = first == 1;
        walk.told.first_sequence = first;
        walk.previous_end = (first == 1).then_some(Stamp { at_us: 0, seq: 0 });
        let mut damaged = false;
        let mut reader = open(folder, first, world).map_err(AuditError::Journal)?;
        loop {
            match reader.read_next() {
                Ok(Some(record)) if record.sequence <= last => {
                    progress.record(record.sequence);
                    walk.record(&record, findings);
                }
                Ok(_) => break,
                Err(error) => {
                    damage(error, walk.told.last_sequence, findings)?;
                    damaged = true;
                }
            }
        }
        if !damaged && walk.told.last_sequence < mark.sequence {
            let message = format!(
                "the journal ends after record {}, yet the tables were posted up to record {}",
                walk.told.last_sequence, mark.sequence
            );
            findings.add(FindingKind::JournalEndLost, "journal", last_segment(folder), message);
        }
    }
    if mark.sequence == 0 {
        walk.at_mark(&[0; 32], Stamp { at_us: 0, seq: 0 }, findings);
    }
    walk.told.sum = walk.latest.sum();
    Ok(walk.told)
}

/// The last record of this moment. A live journal goes on while it is read; what comes later is not waited for.
pub(crate) fn last_sequence(folder: &Path, world: Option<&WorldId>, posted: u64) -> u64 {
    let Ok(mut reader) = open(folder, posted, world) else { return u64::MAX };
    let mut last = posted;
    loop {
        match reader.read_next() {
            Ok(Some(record)) => last = record.sequence,
            Ok(None) => return last,
            // It will be met again, and named, when the journal is read from its start.
            Err(_) => return u64::MAX,
        }
    }
}

/// The first record that is there; older segments may be gone. `None` when nothing can be read at all.
fn first_sequence(
    folder: &Path,
    world: Option<&WorldId>,
    posted: u64,
    findings: &mut Findings,
) -> Result<Option<u64>, AuditError> {
    let missing = match open(folder, 1, world) {
        Ok(_) => return Ok(Some(1)),
        Err(error @ ReadError::Missing { .. }) => error,
        Err(error) => return damage(error, 0, findings).map(|()| None),
    };
    // The reader knows its segments by the records they hold: the least that opens is the first there is.
    let (mut gone, mut there) = (1, posted.max(1).saturating_add(1));
    if open(folder, there, world).is_err() {
        damage(missing, 0, findings)?;
        return Ok(None);
    }
    while there - gone > 1 {
        let middle = gone + (there - gone) / 2;
        if open(folder, middle, world).is_ok() { there = middle } else { gone = middle }
    }
    let message =
        format!("{missing}: rows last written before record {there} cannot be compared with the journal");
    let ReadError::Missing { segment } = missing else { return Ok(Some(there)) };
    findings.add(FindingKind::JournalIncomplete, "journal", segment, message);
    Ok(Some(there))
}

fn damage(error: ReadError, after: u64, findings: &mut Findings) -> Result<(), AuditError> {
    let message = format!("{error}; nothing after record {after} can be checked against the journal");
    match error {
        ReadError::Invalid { segment, offset, .. } => {
            findings.add(
                FindingKind::JournalDamaged,
                "journal",
                format!("{segment} offset {offset}"),
                message,
            );
        }
        ReadError::Missing { segment } => {
            findings.add(FindingKind::JournalIncomplete, "journal", segment, message)
        }
        ReadError::InvalidRow { sequence, .. } => {
            findings.add(FindingKind::JournalDamaged, "journal", format!("record {sequence}"), message);
        }
        ReadError::Io { .. } | ReadError::Shelf { .. } => return Err(AuditError::Journal(error)),
    }
    Ok(())
}

fn last_segment(folder: &Path) -> String {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.ends_with(".journal")).max().unwrap_or_default()
}

struct Walk<'a> {
    told: Journalled,
    latest: Latest,
    mark: &'a Mark,
    /// The last stamp of the record before; absent when that record is not there.
    previous_end: Option<Stamp>,
}

impl<'a> Walk<'a> {
    fn new(mark: &'a Mark, keyed: Keyed) -> Walk<'a> {
        Walk { told: Journalled::default(), latest: Latest::new(keyed), mark, previous_end: None }
    }

    fn record(&mut self, record: &RecordRef<'_>, findings: &mut Findings) {
        self.told.records += 1;
        self.told.last_sequence = record.sequence;
        let key = || format!("record {}", record.sequence);
        let batch = match Batch::read(record.payload) {
            Ok(batch) => batch,
            Err(error) => {
                findings.add(FindingKind::BatchUnreadable, "journal", key(), error.to_string());
                return;
            }
        };
        self.stamps(record.sequence, &batch, findings);
        if let Err(error) = self.rows(record.sequence, &batch, findings) {
            findings.add(FindingKind::BatchUnreadable, "journal", key(), error.to_string());
        }
        if record.sequence == self.mark.sequence {
            self.at_mark(&record.hash, batch.last_stamp, findings);
        }
    }

    fn at_mark(&mut self, hash: &[u8; 32], stamp: Stamp, findings: &mut Findings) {
        self.told.reaches_mark = true;
        let sequence = self.mark.sequence;
        if self.mark.hash != hash {
            let message = format!("its hash is not that of journal record {sequence}");
            findings.add(FindingKind::MarkWrong, "mark", "id=1", message);
        }
        if self.mark.stamp != stamp {
            let (ours, theirs) = (self.mark.stamp, stamp);
            let message = format!(
                "its stamp is ({}, {}), journal record {sequence} ends with ({}, {})",
                ours.at_us, ours.seq, theirs.at_us, theirs.seq
            );
            findings.add(FindingKind::MarkWrong, "mark", "id=1", message);
        }
    }

    /// Stamps rise from decision to decision; queries take stamps too, so there may be gaps.
    fn stamps(&mut self, sequence: u64, batch: &Batch<'_>, findings: &mut Findings) {
        let mut before = self.previous_end;
        let mut add =
            |kind, message: String| findings.add(kind, "journal", format!("record {sequence}"), message);
        let mut wrong = |message| add(FindingKind::StampNotRising, message);
        for (index, command) in batch.commands.iter().enumerate() {
            let first = command.stamp;
            if before.is_some_and(|before| first.at_us <= before.at_us || first.seq <= before.seq) {
                wrong(format!(
                    "command {index} has the stamp ({}, {}), not above the one before",
                    first.at_us, first.seq
                ));
            }
            // The messages of a chain take the stamps after it, one microsecond apart at least.
            let more = command.steps.saturating_sub(1);
            before = Some(Stamp {
                at_us: first.at_us.saturating_add(i64::from(more)),
                seq: first.seq.saturating_add(u64::from(more)),
            });
        }
        let last = batch.last_stamp;
        if before.is_some_and(|before| last.at_us < before.at_us || last.seq < before.seq) {
            wrong(format!(
                "its last stamp ({}, {}) comes before those of its commands",
                last.at_us, last.seq
            ));
        }
        self.previous_end = Some(last);
        for (index, decided) in batch.commands.iter().enumerate() {
            match decided.command() {
                Ok(Command::SetRules(command)) if decided.accepted => {
                    self.told.rules.set(decided.stamp.at_us, &command.rules);
                }
                Ok(Command::ApproveRules(command)) if decided.accepted => {
                    self.told.rules.approved(decided.stamp.at_us, command.version, command.terms);
                }
                Ok(_) => {}
                Err(error) => add(FindingKind::BatchUnreadable, format!("command {index}: {error}")),
            }
        }
    }

    fn rows(&mut self, sequence: u64, batch: &Batch<'_>, findings: &mut Findings) -> Result<(), BatchError> {
        for changed in &batch.rows {
            if sequence > self.mark.sequence {
                let (_, row) = changed.row()?;
                tail_row(sequence, row.as_ref(), findings);
                continue;
            }
            // Last images are read in their types where they stand in the tables; those that were written over are
            // read no more by anybody but a replay.
            let Changed { table, deleted, columns } = *changed;
            self.latest.put(table, changed.key()?, (!deleted).then_some(columns));
        }
        Ok(())
    }
}

/// What is journalled but not posted is in no table yet; what can be said of a row alone is checked here.
fn tail_row(sequence: u64, row: Option<&Row>, findings: &mut Findings) {
    match row {
        Some(Row::Posting(posting)) => {
            for (kind, message) in shape::faults(posting) {
                let key = text_of_key(&Row::Posting(posting.clone()).key());
                findings.add(
                    kind,
                    "posting",
                    key,
                    format!("{message} (journal record {sequence}, not posted yet)"),
                );
            }
        }
        Some(row @ Row::Account(account)) if is_below(account) => {
            let message = format!("below what is held on it (journal record {sequence}, not posted yet)");
            findings.add(FindingKind::AccountBelow, "account", text_of_key(&row.key()), message);
        }
        _ => {}
    }
}

fn is_below(account: &Account) -> bool {
    account.kind.class() == Class::Liability && account.balance_minor < account.held_minor.units()
}
