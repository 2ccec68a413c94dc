//! The loop: reads due timers, submits them, waits for whatever comes next.

use crate::submitted::{AGAIN, Page, Submitted};
use base::TimerNo;
use cell::{Door, NotDecided};
use engine::{Command, Reply, RunTimer};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::mpsc;
use tokio::time::Instant;
use trade::Timer;

/// Opens a reader of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// Least wait between two looks into the store. A look also waits four times as long as the last one took.
const GAP: Duration = Duration::from_millis(50);
/// How often the clock is looked at while a timer is due some time later; the store is not touched for that.
const TICK: Duration = Duration::from_millis(250);
/// Wait after the cell was busy or the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);

/// Bounds of the clerk.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Due timers read and submitted at once. They share the cell's queue with the customers, so not too many.
    pub page: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { page: 500 }
    }
}

/// Runs the timers of one world.
pub struct Clerk {
    door: Door,
    readers: Readers,
    options: Options,
}

impl std::fmt::Debug for Clerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clerk").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Clerk {
    /// Prepares the clerk; nothing is submitted before [`Clerk::run`].
    pub fn new(door: Door, readers: Readers, options: Options) -> Clerk {
        Clerk { door, readers, options }
    }

    /// Runs what is due until `shutdown` is ready. What was submitted then is decided or stays due. Returns early only
    /// when the cell has stopped for good.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut posted = self.door.posted();
        let (tell, mut answers) = mpsc::unbounded_channel();
        let mut run = Run { clerk: &self, tell, submitted: Submitted::default(), look: Look::new() };
        loop {
            let wake = run.look.wake(self.door.now_us());
            tokio::select! {
                () = &mut shutdown => return,
                changed = posted.changed() => match changed {
                    Ok(()) => run.look.wanted = true,
                    Err(_) => return,
                },
                Some((timer, answer)) = answers.recv() => run.answered(timer, answer),
                () = sleep_until(wake) => run.look_if_due().await,
            }
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// When to look into the store next.
struct Look {
    reader: Option<Box<dyn Reader>>,
    /// Whether something may have become due.
    wanted: bool,
    /// Not before this.
    not_before: Instant,
    /// When the next timer is due that was not due at the last look, microseconds UTC.
    nearest_us: Option<i64>,
    /// When to see whether what was submitted is gone from the store.
    check_at: Option<Instant>,
}

impl Look {
    fn new() -> Look {
        Look { reader: None, wanted: true, not_before: Instant::now(), nearest_us: None, check_at: None }
    }

    fn wake(&self, now_us: i64) -> Option<Instant> {
        if self.wanted {
            return Some(self.not_before);
        }
        let nearest = self.nearest_us.map(|at_us| {
            let wait_us = at_us.saturating_sub(now_us).max(0);
            Instant::now() + Duration::from_micros(wait_us.unsigned_abs()).min(TICK)
        });
        let first = nearest.into_iter().chain(self.check_at).min()?;
        Some(self.not_before.max(first))
    }
}

/// One read of the store.
struct Seen {
    reader: Box<dyn Reader>,
    page: Page,
    nearest_us: Option<i64>,
}

fn read(
    reader: Option<Box<dyn Reader>>,
    readers: &Readers,
    until_us: i64,
    limit: usize,
) -> Result<Seen, StoreError> {
    let mut reader = match reader {
        Some(reader) => reader,
        None => readers()?,
    };
    let rows = reader.due_timers(until_us, limit)?;
    let cut = rows.len() >= limit;
    let nearest_us = if cut {
        None
    } else {
        let next = reader.due_timers(i64::MAX, rows.len() + 1)?;
        next.iter().map(|timer| timer.due_at_us).find(|at_us| *at_us > until_us)
    };
    Ok(Seen { reader, page: Page { rows, until_us, cut }, nearest_us })
}

type Answer = (TimerNo, Result<(), NotDecided>);

/// What the loop keeps.
struct Run<'a> {
    clerk: &'a Clerk,
    tell: mpsc::UnboundedSender<Answer>,
    submitted: Submitted,
    look: Look,
}

impl Run<'_> {
    fn answered(&mut self, timer: TimerNo, answer: Result<(), NotDecided>) {
        if answer.is_err() {
            // Busy or unknown: running it again is harmless, but not at once.
            self.submitted.give_up(timer);
            self.look_after(PAUSE);
        }
    }

    async fn look_if_due(&mut self) {
        let until_us = self.clerk.door.now_us();
        let due = self.look.nearest_us.is_some_and(|at_us| at_us <= until_us);
        let begun = Instant::now();
        let check = self.look.check_at.is_some_and(|at| at <= begun);
        if !self.look.wanted && !due && !check {
            return;
        }
        let (reader, readers, limit) =
            (self.look.reader.take(), self.clerk.readers.clone(), self.clerk.options.page);
        let seen = tokio::task::spawn_blocking(move || read(reader, &readers, until_us, limit)).await;
        match seen {
            Ok(Ok(seen)) => {
                self.look.wanted = false;
                self.look.not_before = Instant::now() + GAP.max(begun.elapsed() * 4);
                (self.look.reader, self.look.nearest_us) = (Some(seen.reader), seen.nearest_us);
                self.look.check_at = (!seen.page.rows.is_empty()).then(|| Instant::now() + AGAIN);
                self.submit(&seen.page);
            }
            Ok(Err(error)) => self.store_failed(&error),
            Err(error) => self.store_failed(&error),
        }
    }

    fn store_failed(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "due timers cannot be read; trying again");
        self.look_after(PAUSE);
    }

    fn look_after(&mut self, pause: Duration) {
        self.look.wanted = true;
        self.look.not_before = self.look.not_before.max(Instant::now() + pause);
    }

    /// Submits in the order of the due times.
    fn submit(&mut self, page: &Page) {
        let timers = self.submitted.take_new(page, Instant::now());
        if !timers.is_empty() {
            tracing::debug!(timers = timers.len(), "running what is due");
        }
        for timer in timers {
            let Timer { due_at_us, no, .. } = *timer;
            let tell = self.tell.clone();
            let answer = Box::new(move |reply: Result<Reply, NotDecided>| {
                // A clerk that ended does not want the answer any more.
                let _told = tell.send((no, reply.map(drop)));
            });
            self.clerk.door.submit(Command::RunTimer(RunTimer { due_at_us, timer: no }), answer);
        }
    }
}
