//! The door of a cell: where commands come in and answers go out.

use crate::figures::{Histogram, Since};
use crate::references::References;
use base::{AppId, PartyId, Stamp};
use engine::{Ask, Command, Key, Reply, Row};
use people::{App, AppKey, Grant};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// Gives the world's time, microseconds UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Why a command has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotDecided {
    /// The caller retries with the same key. Nothing was decided.
    #[error("the cell is full or stopping; nothing was decided")]
    Busy,
    /// The caller queries. The command may have been carried out, or not.
    #[error("the outcome is unknown")]
    Unknown,
}

/// Three kinds of "no", because three different people act.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CellError<R: fmt::Debug> {
    /// The customer acts.
    #[error("refused: {0:?}")]
    Refused(R),
    /// The caller retries with the same key. Nothing was decided.
    #[error("the cell is full or stopping; nothing was decided")]
    Busy,
    /// The caller queries; the operator looks. Never shown as a refusal: the money may have moved.
    #[error("the outcome is unknown")]
    Unknown,
}

impl<R: fmt::Debug> From<NotDecided> for CellError<R> {
    fn from(not: NotDecided) -> CellError<R> {
        match not {
            NotDecided::Busy => CellError::Busy,
            NotDecided::Unknown => CellError::Unknown,
        }
    }
}

/// Where an answer goes.
pub(crate) type Answer = Box<dyn FnOnce(Result<Reply, NotDecided>) + Send>;

/// A command that waits for its answer. Dropped without one, it says "unknown".
pub(crate) struct Ticket {
    command: Command,
    promise: Promise,
}

impl Ticket {
    /// The command, for deciding, and the promise to answer it.
    pub(crate) fn part(self) -> (Command, Promise) {
        (self.command, self.promise)
    }
}

/// The duty to answer. If it is dropped, as when a thread dies, the caller hears "unknown".
pub struct Promise {
    give: Option<Answer>,
    /// When the command came to the door; absent when it did not come through one.
    asked: Option<Instant>,
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Promise")
    }
}

impl Promise {
    /// A promise that is kept by handing the answer on; it must be quick.
    pub fn new(give: impl FnOnce(Result<Reply, NotDecided>) + Send + 'static) -> Promise {
        Promise { give: Some(Box::new(give)), asked: None }
    }

    /// A promise to nobody, for what the cell says to itself.
    pub fn to_nobody() -> Promise {
        Promise { give: None, asked: None }
    }

    /// Answers. Only for what is durable, or for what was not decided.
    pub fn keep(mut self, answer: Result<Reply, NotDecided>) {
        if let Some(give) = self.give.take() {
            give(answer);
        }
    }

    /// A promise to who has come to the door just now.
    fn at_the_door(give: Answer) -> Promise {
        Promise { give: Some(give), asked: Some(Instant::now()) }
    }

    /// How long its caller has waited until a moment.
    pub(crate) fn waited(&self, until: Instant) -> Option<Duration> {
        self.asked.map(|asked| until.saturating_duration_since(asked))
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(give) = self.give.take() {
            give(Err(NotDecided::Unknown));
        }
    }
}

/// What waits in the queue.
pub(crate) enum Waiting {
    Ask(Box<Ticket>),
    Stop,
}

/// Figures of a running cell, since it was opened.
#[derive(Debug, Default)]
pub struct Stats {
    /// Commands decided, queries included.
    pub commands: AtomicU64,
    /// Batches journalled.
    pub batches: AtomicU64,
    /// Bytes of journal payload.
    pub journal_bytes: AtomicU64,
    /// Rows that decisions had to load from the store.
    pub loads: AtomicU64,
    /// Rows journalled but not posted yet.
    pub backlog_rows: AtomicU64,
    /// Rows posted.
    pub posted_rows: AtomicU64,
    /// Commands turned away because the queue was full.
    pub busy: AtomicU64,
    /// The last durable record of the journal.
    pub durable_sequence: AtomicU64,
    /// The last stamp in it, microseconds UTC.
    pub last_stamp_us: AtomicI64,
    /// Whether the store refused the last posting; what is journalled is safe, but nothing reaches the tables.
    pub posting_fails: AtomicBool,
    /// How often the cell was opened again after a failure.
    pub reopened: AtomicU64,
    /// Whether the cell failed and is not open again yet: whoever asks hears busy.
    pub is_down: AtomicBool,
    /// Commands at the door that nobody has begun to decide.
    pub queued: AtomicU64,
    /// How long commands waited from the door until their batch was begun.
    pub queue_wait: Histogram,
    /// How long deciding a batch took.
    pub decide: Histogram,
    /// How long making a batch durable took: writing its record and flushing the disk. Batches of queries are not
    /// among them.
    pub journal: Histogram,
    /// How long commands took from the door to their answer.
    pub answer: Histogram,
    /// How long a posting took.
    pub post: Histogram,
    /// Batches that the journal did not take; their callers heard "unknown".
    pub journal_failures: AtomicU64,
    /// Postings that the store refused, each try counted.
    pub posting_failures: AtomicU64,
    /// Since when the oldest batch that is not posted waits for it. Ask [`Door::posting_lag`].
    pub unposted: Since,
}

impl Stats {
    /// A batch is durable. Told before anybody is answered.
    pub(crate) fn tell_durable(&self, sequence: u64, last_stamp: Stamp) {
        self.last_stamp_us.store(last_stamp.at_us, Ordering::Release);
        self.durable_sequence.store(sequence, Ordering::Release);
    }
}

/// The door of a cell; cheap to clone.
#[derive(Clone)]
pub struct Door {
    pub(crate) queue: SyncSender<Waiting>,
    pub(crate) references: Arc<References>,
    pub(crate) posted: watch::Receiver<u64>,
    pub(crate) clock: Clock,
    pub(crate) stats: Arc<Stats>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

/// The other side of a door that no cell drains: its owner takes the commands out and keeps the promises.
pub struct Inbox {
    waiting: Receiver<Waiting>,
    posted: watch::Sender<u64>,
    references: Arc<References>,
    stats: Arc<Stats>,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}

impl Inbox {
    /// The next command, if one waits.
    pub fn take(&self) -> Option<(Command, Promise)> {
        match self.waiting.try_recv() {
            Ok(Waiting::Ask(ticket)) => {
                self.stats.queued.fetch_sub(1, Ordering::Relaxed);
                Some(ticket.part())
            }
            Ok(Waiting::Stop) | Err(_) => None,
        }
    }

    /// Tells who waits at the door that the store has everything up to a journal record.
    pub fn posted(&self, sequence: u64) {
        self.posted.send_replace(sequence);
    }

    /// Shows the door what a durable batch changed.
    pub fn learn<'a>(&self, changes: impl IntoIterator<Item = &'a (Key, Option<Row>)>) {
        self.references.learn(changes);
    }
}

impl Door {
    /// A door whose commands somebody else than a running cell takes: simulations and tests.
    pub fn detached(queue_max: usize, clock: Clock) -> (Door, Inbox) {
        let (queue, waiting) = mpsc::sync_channel(queue_max);
        let (watch, posted) = watch::channel(0);
        let references = Arc::new(References::default());
        let stats: Arc<Stats> = Arc::default();
        let inbox = Inbox { waiting, posted: watch, references: references.clone(), stats: stats.clone() };
        (Door { queue, references, posted, clock, stats }, inbox)
    }

    /// Asks and waits for the answer, which is durable when it comes.
    pub async fn ask<C: Ask>(&self, command: C) -> Result<C::Done, CellError<C::Refused>> {
        let (give, take) = oneshot::channel();
        // A caller that went away does not want its answer any more.
        self.submit(command.into(), Box::new(move |answer| drop(give.send(answer))));
        let reply = take.await.unwrap_or(Err(NotDecided::Unknown))?;
        let answer = C::answer(reply).expect("a command is answered by its own kind of reply");
        answer.map_err(CellError::Refused)
    }

    /// Puts a command into the queue. The answer is given on a thread of the cell and must be quick.
    pub fn submit(&self, command: Command, answer: Box<dyn FnOnce(Result<Reply, NotDecided>) + Send>) {
        let waiting = Waiting::Ask(Box::new(Ticket { command, promise: Promise::at_the_door(answer) }));
        // Before it is in the queue: whoever takes it out counts it down.
        self.stats.queued.fetch_add(1, Ordering::Relaxed);
        let refused = match self.queue.try_send(waiting) {
            Ok(()) => return,
            Err(TrySendError::Full(waiting) | TrySendError::Disconnected(waiting)) => waiting,
        };
        self.stats.queued.fetch_sub(1, Ordering::Relaxed);
        self.stats.busy.fetch_add(1, Ordering::Relaxed);
        if let Waiting::Ask(ticket) = refused {
            ticket.part().1.keep(Err(NotDecided::Busy));
        }
    }

    /// An app as of the last durable batch.
    pub fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.references.app(id)
    }

    /// The keys of an app in the order of their numbers, as of the last durable batch; `None` while it has only the one
    /// that it was opened with.
    pub fn app_keys(&self, id: AppId) -> Option<Arc<Vec<Arc<AppKey>>>> {
        self.references.app_keys(id)
    }

    /// The apps of this merchant with the lowest ids, at most so many, as of the last durable batch. An index
    /// leads to them: it costs what they are, however many apps others have.
    pub fn apps_of(&self, seller: PartyId, most: usize) -> Vec<Arc<App>> {
        self.references.apps_of(seller, most)
    }

    /// What users took back from this app within a time (microseconds UTC), the earliest first, as of the last durable
    /// batch: of each user the last time. Looks at all that was ever taken back from the app.
    pub fn withdrawn(&self, app: AppId, within_us: Range<i64>) -> Vec<Arc<Grant>> {
        self.references.withdrawn(app, within_us)
    }

    /// The journal sequence up to which the store has all rows; changes with each posting.
    pub fn posted(&self) -> watch::Receiver<u64> {
        self.posted.clone()
    }

    /// Whether the store has everything that was answered until now.
    pub fn is_settled(&self) -> bool {
        // In this order: what becomes durable meanwhile is not asked for.
        let durable = self.stats.durable_sequence.load(Ordering::Acquire);
        *self.posted.borrow() >= durable
    }

    /// How long the oldest batch that is durable and not in the store has waited for it.
    pub fn posting_lag(&self) -> Duration {
        if self.is_settled() { Duration::ZERO } else { self.stats.unposted.age().unwrap_or_default() }
    }

    /// The moment of the last durable decision, microseconds UTC; 0 before the first.
    pub fn last_stamp_us(&self) -> i64 {
        self.stats.last_stamp_us.load(Ordering::Acquire)
    }

    /// The world's clock, microseconds UTC.
    pub fn now_us(&self) -> i64 {
        (self.clock)()
    }

    /// Figures of the cell.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
