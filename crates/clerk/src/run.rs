//! The loop: reads due timers, submits them, waits for whatever comes next.

use crate::rounds::{Rounds, Seen, look};
use base::TimerNo;
use cell::{Door, NotDecided};
use engine::{Command, Reply, RunTimer};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Opens a reader of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// How often the clock is looked at while a timer is due some time later; the store is not touched for that.
const TICK: Duration = Duration::from_millis(250);

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
    moved: Option<watch::Receiver<u64>>,
}

impl std::fmt::Debug for Clerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clerk").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Clerk {
    /// Prepares the clerk; nothing is submitted before [`Clerk::run`].
    pub fn new(door: Door, readers: Readers, options: Options) -> Clerk {
        Clerk { door, readers, options, moved: None }
    }

    /// Looks at once whenever this changes: the world's clock was moved, and somebody waits for what became due.
    #[must_use]
    pub fn woken_by(self, moved: watch::Receiver<u64>) -> Clerk {
        Clerk { moved: Some(moved), ..self }
    }

    /// Runs what is due until `shutdown` is ready. What was submitted then is decided or stays due. Returns early only
    /// when the cell has stopped for good.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let (mut posted, mut moved) = (self.door.posted(), self.moved.clone());
        let (tell, mut answers) = mpsc::unbounded_channel();
        let rounds = Rounds::new(self.options, TICK);
        let mut run = Run { clerk: &self, tell, rounds, reader: None, start: Instant::now() };
        loop {
            let wake = run.wake();
            tokio::select! {
                () = &mut shutdown => return,
                changed = posted.changed() => match changed {
                    Ok(()) => run.rounds.posted(),
                    Err(_) => return,
                },
                Some(()) = changed(&mut moved) => run.rounds.moved(run.start.elapsed()),
                Some((timer, answer)) = answers.recv() => run.answered(timer, answer),
                () = sleep_until(wake) => run.look_if_due().await,
            }
        }
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

type Answer = (TimerNo, Result<(), NotDecided>);

/// What the loop keeps.
struct Run<'a> {
    clerk: &'a Clerk,
    tell: mpsc::UnboundedSender<Answer>,
    rounds: Rounds,
    reader: Option<Box<dyn Reader>>,
    start: Instant,
}

impl Run<'_> {
    fn wake(&self) -> Option<Instant> {
        let wake_at = self.rounds.wake_at(self.start.elapsed(), self.clerk.door.now_us())?;
        Some(self.start + wake_at)
    }

    fn answered(&mut self, timer: TimerNo, answer: Result<(), NotDecided>) {
        self.rounds.answered(timer, answer, self.start.elapsed());
    }

    async fn look_if_due(&mut self) {
        let (begun, until_us) = (self.start.elapsed(), self.clerk.door.now_us());
        if !self.rounds.is_due(begun, until_us) {
            return;
        }
        let (reader, readers, limit) = (self.reader.take(), self.clerk.readers.clone(), self.rounds.limit());
        let read = move || -> Result<(Box<dyn Reader>, Seen), StoreError> {
            let mut reader = reader.map_or_else(|| readers(), Ok)?;
            let seen = look(reader.as_mut(), until_us, limit)?;
            Ok((reader, seen))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok((reader, seen))) => {
                self.reader = Some(reader);
                let timers = self.rounds.take(&seen, begun, self.start.elapsed());
                self.submit(timers);
            }
            Ok(Err(error)) => self.store_failed(&error),
            Err(error) => self.store_failed(&error),
        }
    }

    fn store_failed(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "due timers cannot be read; trying again");
        self.rounds.failed(self.start.elapsed());
    }

    fn submit(&mut self, timers: Vec<RunTimer>) {
        if !timers.is_empty() {
            tracing::debug!(timers = timers.len(), "running what is due");
        }
        for command in timers {
            let (no, tell) = (command.timer, self.tell.clone());
            let answer = Box::new(move |reply: Result<Reply, NotDecided>| {
                // A clerk that ended does not want the answer any more.
                let _told = tell.send((no, reply.map(drop)));
            });
            self.clerk.door.submit(Command::RunTimer(command), answer);
        }
    }
}
