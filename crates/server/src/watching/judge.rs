//! Says in words what figures tell: what is wrong now, worst first, and where somebody reads on. Pure: it is given the
//! figures of two moments. The rules of `docs/runbook/alerts.yml` say the same to Prometheus.

use super::samples::Samples;
use std::fmt;

/// Postings that are behind by more are an alarm, seconds. Usually they are behind by a second at most.
pub(crate) const LAG_MAX_S: u64 = 30;
/// Timers and notifications that are late by more are an alarm, seconds.
pub(crate) const LATE_MAX_S: u64 = 60;
/// A bank that has said no last word for so long is an alarm, seconds.
pub(crate) const BANK_MAX_S: u64 = 3_600;
/// Of the disk, less than this part free is an alarm, percent.
pub(crate) const DISK_LOW_PERCENT: u64 = 10;
/// And less than this may end at any moment, percent.
pub(crate) const DISK_FULL_PERCENT: u64 = 2;
/// Answers that take longer are slow, seconds: callers give up after three.
pub(crate) const SLOW_S: u64 = 1;
/// One in so many may be slow.
pub(crate) const SLOW_ONE_IN: u64 = 100;
/// Of the calls to merchants, more than this part failing is an alarm, percent: one shop that is gone is not.
pub(crate) const LETTERS_FAIL_PERCENT: u64 = 50;
/// Below so many calls a part says nothing.
pub(crate) const ENOUGH: u64 = 20;

/// How bad something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Weight {
    /// Payments fail, or will at any moment.
    Grave,
    /// Something is behind or failing; payments go on.
    Serious,
    /// It happened since the program began, and is over.
    Past,
}

/// Something that the figures tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Finding {
    pub(crate) weight: Weight,
    /// The alarm that says the same.
    pub(crate) alarm: Alarm,
    /// In words.
    pub(crate) says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Grave => "grave",
            Weight::Serious => "serious",
            Weight::Past => "over",
        };
        write!(f, "{weight}: {}\n  see {}", self.says, self.alarm.page())
    }
}

/// What may be wrong. Each has a rule of the same name and a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Alarm {
    Down,
    CellDown,
    JournalFails,
    DiskFull,
    DiskLow,
    PostingRefused,
    PostingBehind,
    QueueFull,
    CallsTurnedAway,
    CallsUnknown,
    AnswersSlow,
    TablesUnreadable,
    TimersLate,
    NotificationsLate,
    NotificationsFail,
    BankSilent,
}

impl Alarm {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Alarm; 16] = [
        Alarm::Down,
        Alarm::CellDown,
        Alarm::JournalFails,
        Alarm::DiskFull,
        Alarm::DiskLow,
        Alarm::PostingRefused,
        Alarm::PostingBehind,
        Alarm::QueueFull,
        Alarm::CallsTurnedAway,
        Alarm::CallsUnknown,
        Alarm::AnswersSlow,
        Alarm::TablesUnreadable,
        Alarm::TimersLate,
        Alarm::NotificationsLate,
        Alarm::NotificationsFail,
        Alarm::BankSilent,
    ];

    /// Where somebody reads what to do.
    pub(crate) const fn page(self) -> &'static str {
        match self {
            Alarm::Down => "docs/runbook/down.md",
            Alarm::CellDown => "docs/runbook/cell-down.md",
            Alarm::JournalFails => "docs/runbook/journal-fails.md",
            Alarm::DiskFull | Alarm::DiskLow => "docs/runbook/disk-low.md",
            Alarm::PostingRefused => "docs/runbook/posting-refused.md",
            Alarm::PostingBehind => "docs/runbook/posting-behind.md",
            Alarm::QueueFull => "docs/runbook/queue-full.md",
            Alarm::CallsTurnedAway => "docs/runbook/calls-turned-away.md",
            Alarm::CallsUnknown => "docs/runbook/calls-unknown.md",
            Alarm::AnswersSlow => "docs/runbook/answers-slow.md",
            Alarm::TablesUnreadable => "docs/runbook/tables-unreadable.md",
            Alarm::TimersLate => "docs/runbook/timers-late.md",
            Alarm::NotificationsLate => "docs/runbook/notifications-late.md",
            Alarm::NotificationsFail => "docs/runbook/notifications-fail.md",
            Alarm::BankSilent => "docs/runbook/bank-silent.md",
        }
    }
}

/// What two moments tell, worst first. A figure that is not there tells nothing.
pub(crate) fn judge(before: &Samples, now: &Samples) -> Vec<Finding> {
    let mut sight = Sight { before, now, found: Vec::new() };
    sight.cell();
    sight.disk();
    sight.tables();
    sight.calls();
    sight.late();
    sight.letters();
    // Stable: what was looked at first stays first among its like.
    sight.found.sort_by_key(|finding| finding.weight);
    sight.found
}

struct Sight<'a> {
    before: &'a Samples,
    now: &'a Samples,
    found: Vec<Finding>,
}

impl Sight<'_> {
    fn say(&mut self, weight: Weight, alarm: Alarm, says: String) {
        self.found.push(Finding { weight, alarm, says });
    }

    /// A figure; 0 when it is not there.
    fn figure(&self, name: &str) -> f64 {
        self.now.get(name).unwrap_or(0.0)
    }

    fn is(&self, name: &str, wanted: f64) -> bool {
        self.now.get(name) == Some(wanted)
    }

    /// By how much a counter rose between the two moments. One that is lower began anew.
    fn rise(&self, name: &str, label: &str) -> f64 {
        let (before, now) = (self.before.sum(name, label), self.now.sum(name, label));
        if now < before { now } else { now - before }
    }

    /// Tells of a counter: as going on when it rises, as over when it did before.
    fn counted(&mut self, name: &str, label: &str, alarm: Alarm, weight: Weight, what: &str) {
        let (rise, all) = (self.rise(name, label), self.now.sum(name, label));
        if rise > 0.0 {
            self.say(
                weight,
                alarm,
                format!("{what}: {rise} within the last moments, {all} since the start."),
            );
        } else if all > 0.0 {
            self.say(Weight::Past, alarm, format!("{what}: {all} since the start, none just now."));
        }
    }

    fn cell(&mut self) {
        if self.is("tongbao_serves", 0.0) {
            let says = "No world is open: it begins anew, or it could not be opened. Nobody can pay.";
            self.say(Weight::Grave, Alarm::Down, says.to_owned());
        }
        let reopened = self.figure("tongbao_cell_reopened_total");
        if self.is("tongbao_cell_open", 0.0) {
            let says = "The cell failed and cannot be opened again yet. Every payment is answered \"busy\".";
            self.say(Weight::Grave, Alarm::CellDown, says.to_owned());
        } else if reopened > 0.0 {
            let says = format!("The cell failed and was opened again, {reopened} times since the start.");
            self.say(Weight::Past, Alarm::CellDown, says);
        }
        let what = "The journal did not take batches; their callers heard \"unknown\"";
        let (name, grave) = ("tongbao_journal_failures_total", Weight::Grave);
        self.counted(name, "", Alarm::JournalFails, grave, what);
        if self.is("tongbao_journal_tainted", 1.0) {
            let says =
                "A failed write left its mark in the journal's folder, and nobody has opened it since.";
            self.say(Weight::Grave, Alarm::JournalFails, says.to_owned());
        }
    }

    fn disk(&mut self) {
        let (free, size) = (self.figure("tongbao_disk_free_bytes"), self.figure("tongbao_disk_size_bytes"));
        if size <= 0.0 {
            return;
        }
        let (percent, gigabytes) = (100.0 * free / size, free / 1e9);
        let says =
            format!("The disk below the data folder has {gigabytes:.1} GB free, {percent:.1} % of it.");
        if percent < DISK_FULL_PERCENT as f64 {
            let says = format!("{says} When it is full, nobody can pay.");
            self.say(Weight::Grave, Alarm::DiskFull, says);
        } else if percent < DISK_LOW_PERCENT as f64 {
            self.say(Weight::Serious, Alarm::DiskLow, says);
        }
    }

    fn tables(&mut self) {
        let rows = self.figure("tongbao_backlog_rows");
        let lag_s = self.figure("tongbao_posting_lag_seconds");
        if self.is("tongbao_posting_fails", 1.0) {
            let says = format!(
                "The tables refuse what is to be posted; {rows} rows wait, the first for {lag_s:.0} s. Nothing is \
                 lost: the journal has them. Lists stand still, and nothing is delivered or closed by time."
            );
            self.say(Weight::Serious, Alarm::PostingRefused, says);
        } else if lag_s > LAG_MAX_S as f64 {
            let says =
                format!("Posting is behind: {rows} rows wait for the tables, the first for {lag_s:.0} s.");
            self.say(Weight::Serious, Alarm::PostingBehind, says);
        }
        if self.is("tongbao_tables_readable", 0.0) {
            let says = "The tables cannot be read, so what waits in them is not known.";
            self.say(Weight::Serious, Alarm::TablesUnreadable, says.to_owned());
        }
    }

    fn calls(&mut self) {
        let full = "Commands were turned away because the cell's queue was full";
        self.counted("tongbao_busy_total", "", Alarm::QueueFull, Weight::Grave, full);
        let calls = "tongbao_gateway_calls_total";
        let (away, unknown) = ("ending=\"turned_away\"", "ending=\"unknown\"");
        let crowded = "Calls were turned away because more came than can be signed";
        self.counted(calls, away, Alarm::CallsTurnedAway, Weight::Serious, crowded);
        let nobody_knows = "Calls ended without a known outcome (20000)";
        self.counted(calls, unknown, Alarm::CallsUnknown, Weight::Serious, nobody_knows);
        let bucket = format!("le=\"{SLOW_S}\"");
        let answers = self.rise("tongbao_answer_seconds_count", "");
        let slow = answers - self.rise("tongbao_answer_seconds_bucket", &bucket);
        if answers >= ENOUGH as f64 && slow * SLOW_ONE_IN as f64 > answers {
            let says = format!("Answers are slow: {slow} of {answers} took more than {SLOW_S} s.");
            self.say(Weight::Serious, Alarm::AnswersSlow, says);
        }
    }

    fn late(&mut self) {
        let late_s = self.figure("tongbao_timers_late_seconds");
        if late_s > LATE_MAX_S as f64 {
            let due = self.figure("tongbao_timers_due");
            let says = format!(
                "{due} timers are due and have not run, the first for {late_s:.0} s: orders stay open that should be \
                 closed, and money in escrow waits."
            );
            self.say(Weight::Serious, Alarm::TimersLate, says);
        }
        let late_s = self.figure("tongbao_notices_late_seconds");
        if late_s > LATE_MAX_S as f64 {
            let due = self.figure("tongbao_notices_due");
            let says = format!("{due} notifications are due and not sent, the first for {late_s:.0} s.");
            self.say(Weight::Serious, Alarm::NotificationsLate, says);
        }
        let age_s = self.figure("tongbao_bank_orders_oldest_seconds");
        if age_s > BANK_MAX_S as f64 {
            let open = self.now.sum("tongbao_bank_orders_open", "");
            let says = format!(
                "{open} orders to banks have no last word, the oldest for {:.1} h: whoever asked for them waits.",
                age_s / 3_600.0
            );
            self.say(Weight::Serious, Alarm::BankSilent, says);
        }
    }

    fn letters(&mut self) {
        let name = "tongbao_notify_calls_total";
        let (all, good) = (self.rise(name, ""), self.rise(name, "ending=\"delivered\""));
        let failed = all - good;
        if all >= ENOUGH as f64 && failed * 100.0 > all * LETTERS_FAIL_PERCENT as f64 {
            let says = format!("{failed} of {all} calls to merchants failed just now.");
            self.say(Weight::Serious, Alarm::NotificationsFail, says);
        }
    }
}
