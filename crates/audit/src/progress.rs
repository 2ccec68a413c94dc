//! How far an audit has come, for whoever waits for it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that an audit moves while it runs and another thread may read. Figures for people: they agree with each
/// other only roughly.
#[derive(Debug, Default)]
pub struct Progress {
    records: AtomicU64,
    records_expected: AtomicU64,
    rows: AtomicU64,
    commands: AtomicU64,
}

impl Progress {
    /// The last journal record that was read, and the last there is.
    pub fn records(&self) -> (u64, u64) {
        (self.records.load(Ordering::Relaxed), self.records_expected.load(Ordering::Relaxed))
    }

    /// Rows of the tables that were read.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Commands that were decided again.
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::Relaxed)
    }

    pub(crate) fn expect_records(&self, last: u64) {
        self.records_expected.store(last, Ordering::Relaxed);
    }

    pub(crate) fn record(&self, sequence: u64) {
        self.records.store(sequence, Ordering::Relaxed);
    }

    pub(crate) fn add_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    pub(crate) fn add_commands(&self, commands: u64) {
        self.commands.fetch_add(commands, Ordering::Relaxed);
    }
}
