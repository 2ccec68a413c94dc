//! Every figure that is told to whoever watches: its name, what kind of figure it is, and what it means. Rules of
//! alarms and the dashboard may name these alone.

/// How a figure moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Only grows, from 0 at the start.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often something took how long, in buckets.
    Histogram,
}

impl Kind {
    /// Its name in the text.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// One figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) help: &'static str,
}

/// Declares the figures, and the list of all of them.
macro_rules! metrics {
    ($($constant:ident = $kind:ident $name:literal, $help:literal;)*) => {
        $(
            #[doc = $help]
            pub(crate) const $constant: Metric = Metric { name: $name, kind: Kind::$kind, help: $help };
        )*
        /// All of them, in the order in which they are told.
        #[cfg(test)]
        pub(crate) const METRICS: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    BUILD = Gauge "tongbao_build_info", "Always 1; its label is the version of the program.";
    STARTED = Gauge "tongbao_start_time_seconds", "When the process began, seconds since 1970 UTC.";
    SERVES = Gauge "tongbao_serves", "Whether a world is open: 0 while it begins anew.";
    CELL_OPEN = Gauge "tongbao_cell_open", "Whether the cell decides: 0 after a failure, until it is open again.";
    COMMANDS = Counter "tongbao_commands_total", "Commands decided, queries among them.";
    BATCHES = Counter "tongbao_batches_total", "Batches that became durable.";
    JOURNAL_BYTES = Counter "tongbao_journal_bytes_total", "Bytes of records written to the journal.";
    LOADS = Counter "tongbao_loads_total", "Rows that decisions had to read from the tables.";
    QUEUE_LENGTH = Gauge "tongbao_queue_length", "Commands at the cell's door that nobody has begun to decide.";
    BUSY = Counter "tongbao_busy_total", "Commands turned away because the queue was full.";
    QUEUE_WAIT = Histogram "tongbao_queue_wait_seconds", "How long commands waited until their batch was begun.";
    DECIDE = Histogram "tongbao_decide_seconds", "How long deciding a batch took.";
    JOURNAL = Histogram "tongbao_journal_seconds", "How long writing and flushing a record of the journal took.";
    ANSWER = Histogram "tongbao_answer_seconds", "How long commands took from the door to their durable answer.";
    POST = Histogram "tongbao_post_seconds", "How long posting a group of batches into the tables took.";
    JOURNAL_FAILURES = Counter "tongbao_journal_failures_total", "Batches that the journal did not take.";
    REOPENED = Counter "tongbao_cell_reopened_total", "How often the cell failed and was opened again.";
    POSTING_FAILS = Gauge "tongbao_posting_fails", "Whether the tables refused the last posting.";
    POSTING_FAILURES = Counter "tongbao_posting_failures_total", "Postings that the tables refused.";
    POSTED_ROWS = Counter "tongbao_posted_rows_total", "Rows posted into the tables.";
    BACKLOG_ROWS = Gauge "tongbao_backlog_rows", "Rows that are durable and not in the tables yet.";
    LAG_RECORDS = Gauge "tongbao_posting_lag_records", "Records of the journal that the tables do not have yet.";
    LAG = Gauge "tongbao_posting_lag_seconds", "How long the oldest of those has waited for the tables.";
    DURABLE = Gauge "tongbao_durable_sequence", "The last durable record of the journal.";
    CALLS = Counter "tongbao_gateway_calls_total", "Calls of the gateway, by method and by how they ended.";
    CALL = Histogram "tongbao_gateway_call_seconds", "How long calls of the gateway took, turned away ones left out.";
    LETTERS = Counter "tongbao_notify_calls_total", "Calls to merchants' addresses, by how they ended.";
    LETTER = Histogram "tongbao_notify_call_seconds", "How long calls to merchants' addresses took.";
    SESSIONS = Gauge "tongbao_sessions", "Pages and devices that somebody is signed in on.";
    TABLES_READABLE = Gauge "tongbao_tables_readable", "Whether the figures that are read from the tables are there.";
    NOTICES_DUE = Gauge "tongbao_notices_due", "Notifications whose time has come, 1,000 at most.";
    NOTICES_FAILING = Gauge "tongbao_notices_failing", "Notifications that failed and come again, among 1,000.";
    NOTICES_LATE = Gauge "tongbao_notices_late_seconds", "How long the first due notification has been due.";
    TIMERS_DUE = Gauge "tongbao_timers_due", "Timers that are due and have not run, 1,000 at most.";
    TIMERS_LATE = Gauge "tongbao_timers_late_seconds", "How long the first of them has been due.";
    BANK_ORDERS = Gauge "tongbao_bank_orders_open", "Bank orders without the bank's last word, by state, among 1,000.";
    BANK_ORDERS_AGE = Gauge "tongbao_bank_orders_oldest_seconds", "How long ago the oldest of them was asked for.";
    DISK_FREE = Gauge "tongbao_disk_free_bytes", "What is free where the data folder lies.";
    DISK_SIZE = Gauge "tongbao_disk_size_bytes", "How large the disk is that the data folder lies on.";
    SEGMENTS = Gauge "tongbao_journal_segments", "Files of the journal.";
    TAINTED = Gauge "tongbao_journal_tainted", "Whether a failed write left its mark in the journal's folder.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_follow_the_rules_of_the_form() {
        let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len(), "each name once");
        for Metric { name, kind, help } in METRICS {
            let plain =
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            assert!(plain && name.starts_with("tongbao_"), "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert!(*kind != Kind::Histogram || name.ends_with("_seconds"), "{name}");
            assert!(help.ends_with('.') && !help.contains(['\n', '\\']), "{name}");
        }
    }
}
