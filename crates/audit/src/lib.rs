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
//! How rows are compared: the hash of every last image in the journal and of every row in the tables is summed, under a
//! key drawn for this run. Equal sums and counts mean equal rows; when they differ, both are read again and compared
//! row by row, to name what is wrong. The fast way only ever says "equal".
//!
//! Of images that were written over later, plain verifying reads the form and not the values: nobody reads them any
//! more. A replay reads all of them, and decides every command again.
//!
//! Cost: time is linear in journal and tables. Memory, at most: 64 bytes for each row of the tables; for each account
//! about 130, for each order about 500, for each top-up 40, for each agreement about 1,200; 20 MiB for what is on its
//! way. A replay keeps the rows themselves, see `replay_desk`. When rows differ, another 80 bytes for each row.
//!
//! Reading order: `report`, `tables` (the snapshot), `pages` (its rows), `columns`, `images` and `batch` (forms),
//! `keyed` and `latest` (sums), `chain` (the journal), `pipeline` (the threads), `compare` (names rows that differ);
//! then the checks: `books`, `shape`, `parties`, `order_list`, `orders`, `payments`, `rules`, `refunds`, `splits`,
//! `relations`, `around`, `order_notices`, `agreements`, `crossing`, `grants`, `persons`, `usage`,
//! `receivings`, `operators`, `ops_trail`, `merchant_stores`, `merchant_staff`, `app_keys`, `risks`, `screens`,
//! `person_spends`, `static_codes`, `transfers`, `card_transfers`, `transfer_batches`, `escrows`, `freezes`, `funds`,
//! `four_eyes`, `rules_versions`, `refund_wishes`; then `replay`.

mod agreements;
mod app_keys;
mod around;
mod batch;
mod books;
mod card_transfers;
mod chain;
mod checks;
mod columns;
mod compare;
mod contracts;
mod crossing;
mod day_closes;
mod escrow_history;
mod escrow_rows;
mod escrows;
mod four_eyes;
mod freezes;
mod funds;
mod grants;
mod images;
#[cfg(test)]
mod interleaved_tests;
mod keyed;
mod latest;
mod merchant_staff;
mod merchant_stores;
mod operators;
mod ops_trail;
mod order_list;
mod order_notices;
mod orders;
mod pages;
mod parties;
mod payments;
mod person_spends;
mod persons;
mod pipeline;
mod progress;
mod receipts;
mod receivings;
mod refund_play;
mod refund_wishes;
mod refunds;
mod relations;
mod replay;
mod replay_desk;
mod report;
mod risks;
mod rules;
mod rules_versions;
mod screens;
mod settlement_batches;
mod shape;
mod split_claims;
mod split_rows;
mod splits;
mod static_codes;
mod tables;
mod transfer_batches;
mod transfers;
mod usage;

pub use progress::Progress;
pub use replay::{Replay, ReplayError};
pub use report::{Figures, Finding, FindingKind, Report};

use crate::compare::Book;
use crate::keyed::Keyed;
use crate::report::Findings;
use crate::tables::Snapshot;
use base::SlotSet;
use engine::Table;
use journal::{ReadError, WorldId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
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
    /// The slots of the cell whose books these are. Worlds of several cells have sums that need all of them together.
    pub home: SlotSet,
    /// Which records are decided again; none when absent.
    pub replay: Option<Replay>,
    /// Whether SQLite is to check its file as well: every page, index and constraint. Costs as much as all else.
    pub file: bool,
    /// Moved while it runs.
    pub progress: Arc<Progress>,
}

/// Enough to see what happened, little enough to read.
const FINDINGS_MAX: usize = 1_000;

impl Default for Options {
    fn default() -> Options {
        Options {
            world: None,
            findings_max: FINDINGS_MAX,
            home: SlotSet::ALL,
            replay: None,
            file: false,
            progress: Arc::default(),
        }
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
    /// The system gives no chance to draw a key from.
    #[error("no key can be drawn to compare rows by: {0}")]
    Chance(#[source] std::io::Error),
}

/// Verifies a world, live or stopped, without writing. The tables are taken as they stand when it begins, the journal
/// up to its last record of that moment.
pub fn verify(folder: WorldFolder<'_>, options: &Options) -> Result<Report, AuditError> {
    let began = Instant::now();
    let mut snapshot = Snapshot::open(folder.tables, false)?;
    let mut report = audit(folder, options, &mut snapshot);
    if snapshot.was_disturbed() {
        // A server was started meanwhile: the folder is read again as a live one.
        snapshot = Snapshot::open(folder.tables, true)?;
        report = audit(folder, options, &mut snapshot);
    }
    let mut report = report?;
    report.figures.elapsed_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(report)
}

fn audit(folder: WorldFolder<'_>, options: &Options, snapshot: &mut Snapshot) -> Result<Report, AuditError> {
    let keyed = Keyed::drawn().map_err(AuditError::Chance)?;
    let mut findings = Findings::new(options.findings_max);
    // The mark first, it fixes the snapshot: whatever is posted in it was in the journal before.
    let mark = snapshot.mark(&mut findings)?;
    let (world, progress) = (options.world.as_ref(), &*options.progress);
    let home = options.home;
    let (mut of_journal, mut of_replay) = (findings.empty(), findings.empty());
    let (journal, tables, replayed) = std::thread::scope(|scope| {
        let reading =
            scope.spawn(|| chain::read(folder.journal, world, &mark, keyed, progress, &mut of_journal));
        let replaying = options.replay.map(|range| {
            let source = replay::Source { folder: folder.journal, world, home, posted: mark.sequence };
            let findings = &mut of_replay;
            scope.spawn(move || replay::replay(source, range, keyed, progress, findings))
        });
        let tables = pipeline::check_tables(snapshot, keyed, home, progress, &mut findings);
        (joined(reading), tables, replaying.map_or(Ok(0), joined))
    });
    let (journal, (scanned, mut checks)) = (journal?, tables?);
    findings.take_over(of_journal);
    findings.take_over(of_replay);
    if options.file {
        snapshot.check_file(&mut findings)?;
    }
    if journal.reaches_mark && (!journal.from_start || journal.sum != scanned.sum) {
        let book = Book { folder: folder.journal, world, journal: &journal, mark: &mark };
        compare::name_rows(book, snapshot, keyed, options.findings_max, &mut findings)?;
    }
    let mut figures = Figures {
        rows: scanned.rows,
        journal_records: journal.records,
        posted_sequence: mark.sequence,
        last_sequence: journal.last_sequence,
        ..Figures::default()
    };
    figures.commands_replayed = replayed?;
    // Rules are known from the journal's commands alone: without its start nobody knows when they were set.
    checks.rules = journal.from_start.then_some(journal.rules);
    (figures.postings, figures.entries, figures.payments) = checks.finish(&mut findings);
    Ok(findings.report(figures))
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What is pointed at comes before what points at it.
const READ_ORDER: &[Table] = &[
    Table::Party,
    Table::Login,
    Table::Credential,
    Table::SlotHead,
    Table::App,
    Table::AppKey,
    Table::MerchantApplication,
    Table::MerchantStore,
    Table::MerchantStaff,
    Table::StaffBook,
    Table::StaffPlace,
    Table::StaffNote,
    Table::Operator,
    Table::OperatorProposal,
    Table::OperatorBook,
    Table::OpsTrail,
    Table::OpsTrailOpen,
    Table::OpsTrailHead,
    Table::Grant,
    Table::Token,
    Table::Callback,
    Table::Certification,
    Table::Challenge,
    Table::Profile,
    Table::SignIn,
    Table::Passkey,
    Table::Device,
    Table::Standing,
    Table::Evidence,
    Table::Person,
    Table::Rulebook,
    Table::RulesVersion,
    Table::RulesBook,
    Table::Contract,
    Table::ContractBook,
    Table::RiskRules,
    Table::RiskProposal,
    Table::RiskDecision,
    Table::ScreenList,
    Table::ScreenProposal,
    Table::ScreenHit,
    Table::RiskCase,
    Table::ScreenRelease,
    Table::Screening,
    Table::Account,
    Table::Hold,
    Table::SettlementBatch,
    Table::Order,
    Table::Transfer,
    Table::Card,
    Table::CardName,
    Table::PocketOrder,
    Table::BankOrder,
    Table::CardTransfer,
    Table::BankOrderKey,
    Table::BankSurprise,
    Table::Settlement,
    Table::SurpriseSettlement,
    Table::ReadStatement,
    Table::BookedLine,
    Table::Suspense,
    Table::SuspenseClosing,
    Table::SuspenseProposal,
    Table::Posting,
    Table::DayClose,
    Table::TrialBalance,
    Table::TransferNumber,
    Table::CardTransferNumber,
    Table::TransferBatch,
    Table::TransferBatchNumber,
    Table::TransferBatchDetail,
    Table::TransferBatchLink,
    Table::CardGuess,
    Table::PersonSpend,
    Table::PersonCount,
    Table::Received,
    Table::KnownPayee,
    Table::Usage,
    Table::StaticUse,
    Table::StaticWait,
    Table::TopUpReceipt,
    Table::OrderNumber,
    Table::Refund,
    Table::RefundWish,
    Table::SplitBook,
    Table::Split,
    Table::SplitLine,
    Table::Relation,
    Table::StaticPay,
    Table::Trade,
    Table::Escrow,
    Table::EscrowCase,
    Table::EscrowStep,
    Table::Receipt,
    Table::Agreement,
    Table::Mandate,
    Table::AgreementName,
    Table::Debit,
    Table::Freeze,
    Table::FreezeOperation,
    Table::FreezeNumber,
    Table::Frozen,
    Table::Signing,
    Table::Notice,
    Table::PayCode,
    Table::Attempt,
    Table::PasskeyProof,
    Table::Timer,
    Table::Link,
    Table::Outbox,
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
