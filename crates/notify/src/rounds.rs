//! The decisions of delivering: when to read the tables, what to send, what follows from the end of an attempt. Pure:
//! moments come as arguments (`at` since the loop began, `now_us` of the world's clock), rows from a reader, so that
//! the loop with threads and the simulator run the same code.

use crate::attempt::Ended;
use crate::queue::{Bounds, Page, Queue};
use std::sync::Arc;
use std::time::Duration;
use store::{Look, Reader, StoreError};
use trade::Notice;

/// Due notices read at once.
const PAGE: usize = 512;
/// Due notices read at most while some merchants are held up: sketch 65,536 rows of 400 bytes, 26 MB.
const PAGE_MAX: usize = 65_536;
/// Least wait between two looks into the store.
const GAP: Duration = Duration::from_millis(20);
/// Wait after the store could not be read.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// What one look into the store showed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is due.
    pub page: Page,
    /// When the next attempt is due that is not due yet, microseconds UTC; absent when there is none, or when the page
    /// is cut.
    pub nearest_us: Option<i64>,
}

/// Reads the notices that are due until a moment, `limit` at most.
///
/// # Errors
/// What the store says.
pub fn look(reader: &mut dyn Reader, until_us: i64, limit: usize) -> Result<Seen, StoreError> {
    let rows = reader.due_notices(until_us, limit)?;
    let cut = rows.len() >= limit;
    let nearest_us = if cut {
        None
    } else {
        let next = reader.due_notices(i64::MAX, rows.len() + 1)?;
        next.iter().filter_map(|notice| notice.next_at_us).find(|at_us| *at_us > until_us)
    };
    Ok(Seen { page: Page { rows, until_us, cut }, nearest_us })
}

/// The state of delivering. Lost in a crash without harm: the store shows again what is due.
#[derive(Clone, Debug)]
pub struct Rounds {
    look: Look,
    queue: Queue,
    limit: usize,
}

impl Rounds {
    /// Nothing was seen yet. `tick`: how often the world's clock is looked at while an attempt is due some time later.
    pub fn new(bounds: Bounds, tick: Duration) -> Rounds {
        Rounds { look: Look::new(GAP, tick), queue: Queue::new(bounds), limit: PAGE }
    }

    /// The store has more than before.
    pub fn posted(&mut self) {
        self.look.want();
    }

    /// The world's clock was moved, and somebody waits for what became due.
    pub fn moved(&mut self, at: Duration) {
        self.look.want_at_once(at);
    }

    /// When to ask [`Rounds::is_due`] next; absent when only [`Rounds::posted`] or [`Rounds::ended`] change the answer.
    pub fn wake_at(&self, at: Duration, now_us: i64) -> Option<Duration> {
        self.look.wake_at(at, now_us)
    }

    /// Whether to read the store now, as by [`look`].
    pub fn is_due(&self, at: Duration, now_us: i64) -> bool {
        self.look.is_due(at, now_us)
    }

    /// Notices to read at once.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The attempts to begin after a look that lasted from `begun` to `at`; they count as under way from here on.
    pub fn take(&mut self, seen: &Seen, begun: Duration, at: Duration) -> Vec<Arc<Notice>> {
        self.look.ended(begun, at, seen.nearest_us, None);
        let started = self.queue.start(&seen.page);
        // A full page of notices that cannot go now hides those of other merchants behind it.
        let hidden = seen.page.cut && self.queue.has_room();
        if hidden && self.limit < PAGE_MAX {
            self.look.want();
        }
        self.limit = if hidden { (self.limit * 4).min(PAGE_MAX) } else { PAGE };
        started
    }

    /// The store could not be read.
    pub fn failed(&mut self, at: Duration) {
        self.look.pause(at, STORE_PAUSE);
    }

    /// An attempt ended.
    pub fn ended(&mut self, notice: &Notice, ended: Ended) {
        self.queue.ended(notice, ended.counted, ended.slow);
        self.look.want();
    }
}
