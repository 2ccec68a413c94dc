//! Recomputes the books from journal and tables, and names each row that is wrong.
//!
//! Why a way of its own: whoever checks the books must not be the one who wrote them. Nothing here asks the engine or
//! the store; the audit reads the SQLite file itself, row by row inside one read transaction, and the journal with its
//! reader, and it never writes. So it can be run on a live folder as well as on a stopped one.
//!
//! What it checks: the journal's chain, sequences, stamps and batches; that the tables hold exactly the last image of
//! each row up to the posted sequence; that postings balance, have the shape of their kind, and add up to the
//! accounts; and that orders, trades, refunds, numbers, receipts, notices, timers, parties and logins agree with the
//! postings and with each other.
//!
//! Cost: time is linear in journal and tables. Memory: per row of the tables 16 bytes of its key's hash, 16 of its
//! own and its sequence (about 50 with the map); per account about 100 bytes; per order about 250, with 40 for each of
//! its postings; per top-up 40.
//!
//! Reading order: `report`, `tables` (the snapshot), `images` (rows as hashes), `chain` (the journal), `compare`,
//! then the checks: `books`, `shape`, `parties`, `orders`, `payments`, `refunds`, `around`.

mod around;
mod books;
mod chain;
mod checks;
mod compare;
mod images;
mod orders;
mod parties;
mod payments;
mod refunds;
mod report;
mod shape;
mod tables;

pub use report::{Figures, Finding, FindingKind, Report};

use crate::checks::Checks;
use crate::compare::Comparison;
use crate::report::Findings;
use crate::tables::Snapshot;
use engine::Table;
use journal::{ReadError, WorldId};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where a world lies on the disk.
#[derive(Clone, Copy, Debug)]
pub struct WorldFolder<'a> {
    /// The folder of journal segments.
    pub journal: &'a Path,
    /// The SQLite file of the posted tables.
    pub tables: &'a Path,
}

/// How to verify.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which world the journal must belong to; any when absent.
    pub world: Option<WorldId>,
    /// Findings named at most; the rest is counted. A wholly foreign file would otherwise name every row there is.
    pub findings_max: usize,
}

/// Enough to see what happened, little enough to read.
const FINDINGS_MAX: usize = 1_000;

impl Default for Options {
    fn default() -> Options {
        Options { world: None, findings_max: FINDINGS_MAX }
    }
}

/// Why nothing can be said about the books. Damage that can be named is a [`Finding`], not an error.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The system refused to read the journal.
    #[error("the journal cannot be read: {0}")]
    Journal(#[source] ReadError),
    /// The tables cannot be opened, or are not of this release.
    #[error("the tables in {path} cannot be read: {source}")]
    Tables {
        /// The SQLite file.
        path: PathBuf,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
}

/// Verifies a world, live or stopped, without writing. The tables are taken as they stand when it begins, the journal
/// up to its last record of that moment.
pub fn verify(folder: WorldFolder<'_>, options: &Options) -> Result<Report, AuditError> {
    let began = Instant::now();
    let mut snapshot = Snapshot::open(folder.tables, false)?;
    let mut report = audit(folder, options, &snapshot);
    if snapshot.was_disturbed() {
        // A server was started meanwhile: the folder is read again as a live one.
        snapshot = Snapshot::open(folder.tables, true)?;
        report = audit(folder, options, &snapshot);
    }
    let mut report = report?;
    report.figures.elapsed_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(report)
}

fn audit(folder: WorldFolder<'_>, options: &Options, snapshot: &Snapshot) -> Result<Report, AuditError> {
    let mut findings = Findings::new(options.findings_max);
    // The mark first, it fixes the snapshot: whatever is posted in it was in the journal before.
    let mark = snapshot.mark(&mut findings)?;
    let journal = chain::read(folder.journal, options.world.as_ref(), &mark, &mut findings)?;
    let mut figures = Figures {
        journal_records: journal.records,
        posted_sequence: mark.sequence,
        last_sequence: journal.last_sequence,
        ..Figures::default()
    };
    let mut comparison = Comparison::new(journal, options.findings_max);
    let mut checks = Checks::default();
    for table in READ_ORDER {
        let rows = snapshot.each_row(*table, |row| {
            comparison.row(*table, &row, &mut findings);
            checks.row(*table, &row, &mut findings);
        })?;
        figures.rows.push((table.name(), rows));
    }
    comparison.finish(folder.journal, options.world.as_ref(), &mut findings)?;
    (figures.postings, figures.entries) = checks.finish(&mut findings);
    Ok(findings.report(figures))
}

/// What is pointed at comes before what points at it.
const READ_ORDER: &[Table] = &[
    Table::Party,
    Table::Login,
    Table::Credential,
    Table::SlotHead,
    Table::App,
    Table::Rulebook,
    Table::Account,
    Table::Hold,
    Table::Order,
    Table::Posting,
    Table::TopUpReceipt,
    Table::OrderNumber,
    Table::Refund,
    Table::Trade,
    Table::Receipt,
    Table::Notice,
    Table::PayCode,
    Table::Attempt,
    Table::Timer,
];

const _: () = assert!(READ_ORDER.len() == Table::ALL.len());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_once() {
        for table in Table::ALL {
            assert_eq!(READ_ORDER.iter().filter(|read| *read == table).count(), 1, "{}", table.name());
        }
    }
}
