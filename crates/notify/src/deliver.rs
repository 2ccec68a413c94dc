//! The loop: reads due notices, starts attempts, waits for whatever comes next.

use crate::attempt::{Ended, Postman};
use crate::queue::{Bounds, Page, Queue};
use cell::Door;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use trade::Notice;
use world::World;

/// Opens a reader of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// Due notices read at once.
const PAGE: usize = 512;
/// Due notices read at most while some merchants are held up: sketch 65,536 rows of 400 bytes, 26 MB.
const PAGE_MAX: usize = 65_536;
/// Least wait between two looks into the store. A look also waits four times as long as the last one took, so that a
/// long queue takes at most a fifth of one core.
const GAP: Duration = Duration::from_millis(20);
/// How often the clock is looked at while an attempt is due some time later; the store is not touched for that.
const TICK: Duration = Duration::from_millis(250);
/// Wait after the store could not be read.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Bounds of delivering.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Calls under way per app. Eight keep a shop's small server alive.
    pub per_app: usize,
    /// Calls under way in all.
    pub total: usize,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest call, from the name's resolution to the last byte of the answer. No document names it; 15 s is the upper
    /// end of what is customary.
    pub timeout: Duration,
    /// How long calls under way may go on after the shutdown. What is cut off is sent again after the next start.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            per_app: 8,
            total: 256,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            drain: Duration::from_secs(3),
        }
    }
}

/// Delivers the notifications of one world.
pub struct Notify {
    postman: Arc<Postman>,
    door: Door,
    readers: Readers,
    options: Options,
}

impl std::fmt::Debug for Notify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notify").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Notify {
    /// Prepares delivery; nothing is sent before [`Notify::run`].
    pub fn new(world: Arc<World>, door: Door, readers: Readers, options: Options) -> Notify {
        let postman = Arc::new(Postman::new(world, door.clone(), &options));
        Notify { postman, door, readers, options }
    }

    /// Delivers until `shutdown` is ready, then lets calls under way end for a moment. Returns early only when the cell
    /// has stopped for good.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut posted = self.door.posted();
        let bounds = Bounds { per_app: self.options.per_app, total: self.options.total };
        let mut run =
            Run { notify: &self, queue: Queue::new(bounds), calls: Calls::default(), look: Look::new() };
        loop {
            let wake = run.look.wake(self.door.now_us());
            tokio::select! {
                () = &mut shutdown => break,
                changed = posted.changed() => match changed {
                    Ok(()) => run.look.wanted = true,
                    Err(_) => break,
                },
                Some(joined) = run.calls.set.join_next_with_id() => run.call_ended(joined),
                () = sleep_until(wake) => run.look_if_due().await,
            }
        }
        run.calls.drain(self.options.drain).await;
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
    /// When the next attempt is due that was not due at the last look, microseconds UTC.
    nearest_us: Option<i64>,
    /// Rows to read.
    limit: usize,
}

impl Look {
    fn new() -> Look {
        Look { reader: None, wanted: true, not_before: Instant::now(), nearest_us: None, limit: PAGE }
    }

    fn wake(&self, now_us: i64) -> Option<Instant> {
        if self.wanted {
            return Some(self.not_before);
        }
        let wait_us = self.nearest_us?.saturating_sub(now_us).max(0);
        let wait = Duration::from_micros(wait_us.unsigned_abs()).min(TICK);
        Some(self.not_before.max(Instant::now() + wait))
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
    let rows = reader.due_notices(until_us, limit)?;
    let cut = rows.len() >= limit;
    let nearest_us = if cut {
        None
    } else {
        let next = reader.due_notices(i64::MAX, rows.len() + 1)?;
        next.iter().filter_map(|notice| notice.next_at_us).find(|at_us| *at_us > until_us)
    };
    Ok(Seen { reader, page: Page { rows, until_us, cut }, nearest_us })
}

/// Attempts under way.
#[derive(Default)]
struct Calls {
    set: JoinSet<Ended>,
    notices: HashMap<Id, Arc<Notice>>,
}

impl Calls {
    async fn drain(mut self, limit: Duration) {
        let all_ended = async { while self.set.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all_ended).await.is_err() {
            tracing::info!(
                cut_off = self.set.len(),
                "notifications under way are cut off and sent again later"
            );
            self.set.shutdown().await;
        }
    }
}

/// What the loop keeps.
struct Run<'a> {
    notify: &'a Notify,
    queue: Queue,
    calls: Calls,
    look: Look,
}

impl Run<'_> {
    fn call_ended(&mut self, joined: Result<(Id, Ended), JoinError>) {
        let (id, ended) = joined.unwrap_or_else(|error| {
            tracing::error!("an attempt broke off");
            (error.id(), Ended::NOT_MADE)
        });
        if let Some(notice) = self.calls.notices.remove(&id) {
            self.queue.ended(&notice, ended.counted, ended.slow);
        }
        self.look.wanted = true;
    }

    async fn look_if_due(&mut self) {
        let due = self.look.nearest_us.is_some_and(|at_us| at_us <= self.notify.door.now_us());
        if !self.look.wanted && !due {
            return;
        }
        let begun = Instant::now();
        let (reader, readers, limit) =
            (self.look.reader.take(), self.notify.readers.clone(), self.look.limit);
        let until_us = self.notify.door.now_us();
        let seen = tokio::task::spawn_blocking(move || read(reader, &readers, until_us, limit)).await;
        self.look.wanted = false;
        match seen {
            Ok(Ok(seen)) => {
                self.look.not_before = Instant::now() + GAP.max(begun.elapsed() * 4);
                (self.look.reader, self.look.nearest_us) = (Some(seen.reader), seen.nearest_us);
                self.send(&seen.page);
            }
            Ok(Err(error)) => self.look_again_later(&error),
            Err(error) => self.look_again_later(&error),
        }
    }

    fn look_again_later(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "due notifications cannot be read; trying again");
        self.look.wanted = true;
        self.look.not_before = Instant::now() + STORE_PAUSE;
    }

    fn send(&mut self, page: &Page) {
        for notice in self.queue.start(page) {
            let (postman, sent) = (self.notify.postman.clone(), notice.clone());
            let call = self.calls.set.spawn(async move { postman.attempt(&sent).await });
            self.calls.notices.insert(call.id(), notice);
        }
        // A full page of notices that cannot go now hides those of other merchants behind it.
        let hidden = page.cut && self.queue.has_room();
        self.look.wanted |= hidden && self.look.limit < PAGE_MAX;
        self.look.limit = if hidden { (self.look.limit * 4).min(PAGE_MAX) } else { PAGE };
    }
}
