//! The clerk's decisions: when to read the tables, what to submit, what to do with the answers. Pure: moments come as
//! arguments (`at` since the clerk began, `now_us` of the world's clock), rows from a reader, so that the loop with
//! threads and the simulator run the same code.

use crate::Options;
use crate::submitted::{AGAIN, Page, Submitted};
use base::{HOUR_US, Plant, TimerNo, planted};
use cell::NotDecided;
use engine::RunTimer;
use std::time::Duration;
use store::{Look, Reader, StoreError};

/// Least wait between two looks into the store.
const GAP: Duration = Duration::from_millis(50);
/// Wait after the cell was busy or the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);

/// What one look into the store showed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is due.
    pub page: Page,
    /// When the next timer is due that is not due yet, microseconds UTC; absent when there is none, or when the page
    /// is cut.
    pub nearest_us: Option<i64>,
}

/// Reads the timers that are due until a moment, `limit` at most.
///
/// # Errors
/// What the store says.
pub fn look(reader: &mut dyn Reader, until_us: i64, limit: usize) -> Result<Seen, StoreError> {
    let until_us = if planted(Plant::TimerRunsEarly) { until_us + HOUR_US } else { until_us };
    let rows = reader.due_timers(until_us, limit)?;
    let cut = rows.len() >= limit;
    let nearest_us = if cut {
        None
    } else {
        let next = reader.due_timers(i64::MAX, rows.len() + 1)?;
        next.iter().map(|timer| timer.due_at_us).find(|at_us| *at_us > until_us)
    };
    Ok(Seen { page: Page { rows, until_us, cut }, nearest_us })
}

/// The state of a clerk at work. Lost in a crash without harm.
#[derive(Clone, Debug)]
pub struct Rounds {
    look: Look,
    submitted: Submitted,
    limit: usize,
}

impl Rounds {
    /// A clerk that has seen nothing yet. `tick`: how often the world's clock is looked at while a timer is due some
    /// time later.
    pub fn new(options: Options, tick: Duration) -> Rounds {
        Rounds { look: Look::new(GAP, tick), submitted: Submitted::default(), limit: options.page }
    }

    /// The store has more than before.
    pub fn posted(&mut self) {
        self.look.want();
    }

    /// The world's clock was moved, and somebody waits for what became due.
    pub fn moved(&mut self, at: Duration) {
        self.look.want_at_once(at);
    }

    /// When to ask [`Rounds::is_due`] next; absent when only [`Rounds::posted`] changes the answer.
    pub fn wake_at(&self, at: Duration, now_us: i64) -> Option<Duration> {
        self.look.wake_at(at, now_us)
    }

    /// Whether to read the store now, as by [`look`].
    pub fn is_due(&self, at: Duration, now_us: i64) -> bool {
        self.look.is_due(at, now_us)
    }

    /// Timers read at once.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// What to submit after a look that lasted from `begun` to `at`, in the order of the due times.
    pub fn take(&mut self, seen: &Seen, begun: Duration, at: Duration) -> Vec<RunTimer> {
        let check_after = (!seen.page.rows.is_empty()).then_some(AGAIN);
        self.look.ended(begun, at, seen.nearest_us, check_after);
        let new = self.submitted.take_new(&seen.page, at);
        new.iter().map(|timer| RunTimer { due_at_us: timer.due_at_us, timer: timer.no }).collect()
    }

    /// The store could not be read.
    pub fn failed(&mut self, at: Duration) {
        self.look.pause(at, PAUSE);
    }

    /// What became of a timer that was submitted.
    pub fn answered(&mut self, timer: TimerNo, answer: Result<(), NotDecided>, at: Duration) {
        if answer.is_err() {
            // Busy or unknown: running it again is harmless, but not at once.
            self.submitted.give_up(timer);
            self.look.pause(at, PAUSE);
        }
    }
}
