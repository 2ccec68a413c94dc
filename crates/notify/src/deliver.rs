//! The loop: reads due notices, starts attempts, waits for whatever comes next.

use crate::attempt::Ended;
use crate::inbox::Inbox;
use crate::postman::Postman;
use crate::queue::Bounds;
use crate::resend::Resender;
use crate::rounds::{Rounds, Seen, look};
use crate::tally::Tally;
use cell::Door;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use trade::Notice;
use world::{Faults, World};

/// Opens a reader of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// How often the clock is looked at while an attempt is due some time later; the store is not touched for that.
const TICK: Duration = Duration::from_millis(250);

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
    moved: Option<watch::Receiver<u64>>,
}

impl std::fmt::Debug for Notify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notify").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Notify {
    /// Prepares delivery; nothing is sent before [`Notify::run`].
    pub fn new(world: Arc<World>, door: Door, readers: Readers, options: Options) -> Notify {
        Notify::made(world, door, readers, options, None)
    }

    /// As [`Notify::new`]; in a sandbox world letters meet the faults that were asked for.
    pub fn failing_on_request(
        world: Arc<World>,
        door: Door,
        readers: Readers,
        options: Options,
        faults: Arc<Faults>,
    ) -> Notify {
        Notify::made(world, door, readers, options, Some(faults))
    }

    fn made(
        world: Arc<World>,
        door: Door,
        readers: Readers,
        options: Options,
        faults: Option<Arc<Faults>>,
    ) -> Notify {
        let postman = Arc::new(Postman::new(world, door.clone(), &options, faults));
        Notify { postman, door, readers, options, moved: None }
    }

    /// Looks at once whenever this changes: the world's clock was moved, and somebody waits for what became due.
    #[must_use]
    pub fn woken_by(self, moved: watch::Receiver<u64>) -> Notify {
        Notify { moved: Some(moved), ..self }
    }

    /// What is sent, for developers to watch; absent in a live world.
    pub fn inbox(&self) -> Option<Arc<Inbox>> {
        self.postman.inbox()
    }

    /// What is counted of calls to merchants, for whoever watches.
    pub fn tally(&self) -> Arc<Tally> {
        self.postman.tally()
    }

    /// Sends notices again on demand.
    pub fn resender(&self) -> Resender {
        Resender::new(self.postman.clone())
    }

    /// Delivers until `shutdown` is ready, then lets calls under way end for a moment. Returns early only when the cell
    /// has stopped for good.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let (mut posted, mut moved) = (self.door.posted(), self.moved.clone());
        let bounds = Bounds { per_app: self.options.per_app, total: self.options.total };
        let mut run = Run {
            notify: &self,
            rounds: Rounds::new(bounds, TICK),
            calls: Calls::default(),
            reader: None,
            start: Instant::now(),
        };
        loop {
            let wake = run.wake();
            tokio::select! {
                () = &mut shutdown => break,
                changed = posted.changed() => match changed {
                    Ok(()) => run.rounds.posted(),
                    Err(_) => break,
                },
                Some(()) = changed(&mut moved) => run.rounds.moved(run.start.elapsed()),
                Some(joined) = run.calls.set.join_next_with_id() => run.call_ended(joined),
                () = sleep_until(wake) => run.look_if_due().await,
            }
        }
        run.calls.drain(self.options.drain).await;
    }
}

/// Ready when the clock was moved; `None` when nobody moves it.
async fn changed(moved: &mut Option<watch::Receiver<u64>>) -> Option<()> {
    moved.as_mut()?.changed().await.ok()
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
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
    rounds: Rounds,
    calls: Calls,
    reader: Option<Box<dyn Reader>>,
    start: Instant,
}

impl Run<'_> {
    fn wake(&self) -> Option<Instant> {
        let wake_at = self.rounds.wake_at(self.start.elapsed(), self.notify.door.now_us())?;
        Some(self.start + wake_at)
    }

    fn call_ended(&mut self, joined: Result<(Id, Ended), JoinError>) {
        let (id, ended) = joined.unwrap_or_else(|error| {
            tracing::error!("an attempt broke off");
            (error.id(), Ended::NOT_MADE)
        });
        match self.calls.notices.remove(&id) {
            Some(notice) => self.rounds.ended(&notice, ended),
            None => self.rounds.posted(),
        }
    }

    async fn look_if_due(&mut self) {
        let (begun, until_us) = (self.start.elapsed(), self.notify.door.now_us());
        if !self.rounds.is_due(begun, until_us) {
            return;
        }
        let (reader, readers, limit) = (self.reader.take(), self.notify.readers.clone(), self.rounds.limit());
        let read = move || -> Result<(Box<dyn Reader>, Seen), StoreError> {
            let mut reader = reader.map_or_else(|| readers(), Ok)?;
            let seen = look(reader.as_mut(), until_us, limit)?;
            Ok((reader, seen))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok((reader, seen))) => {
                self.reader = Some(reader);
                let notices = self.rounds.take(&seen, begun, self.start.elapsed());
                self.send(notices);
            }
            Ok(Err(error)) => self.store_failed(&error),
            Err(error) => self.store_failed(&error),
        }
    }

    fn store_failed(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "due notifications cannot be read; trying again");
        self.rounds.failed(self.start.elapsed());
    }

    fn send(&mut self, notices: Vec<Arc<Notice>>) {
        for notice in notices {
            let (postman, sent) = (self.notify.postman.clone(), notice.clone());
            let call = self.calls.set.spawn(async move { postman.attempt(&sent).await });
            self.calls.notices.insert(call.id(), notice);
        }
    }
}
