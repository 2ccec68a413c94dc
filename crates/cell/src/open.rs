//! Opening, running and closing a cell.

use crate::batch::BatchError;
use crate::door::{Clock, Door, NotDecided, Stats, Waiting};
use crate::numbers::Numbers;
use crate::poster::{self, Unposted};
use crate::recovery::{Recovered, recover};
use crate::references::References;
use crate::sealed::{Changes, Counter};
use crate::writer::{Ended, SEALED_MAX, Writer, keep_journal};
use base::SlotSet;
use journal::{Hook, Shelf, WorldId};
use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Reader, Store, StoreError};
use tokio::sync::watch;

/// Commands waiting at the door. Beyond this we say busy at once rather than answer late.
const QUEUE_MAX: usize = 16_384;
/// Rows journalled but not posted at which the writer slows down. Sketch: 400 bytes each, 800 MB.
const BACKLOG_ROWS_MAX: u64 = 2_000_000;
/// Wait before a failed cell is opened again.
const REOPEN: Duration = Duration::from_millis(200);

/// How to open a cell.
#[derive(Clone)]
pub struct Options {
    /// Which world the journal belongs to.
    pub world: WorldId,
    /// Rows journalled but not posted at which the writer slows down to the poster's pace.
    pub backlog_rows_max: u64,
    /// Commands waiting at the door.
    pub queue_max: usize,
    /// A database that keeps the journal in the place of the folder.
    pub shelf: Option<Arc<dyn Shelf>>,
    /// Fails the disk on purpose, in tests.
    pub hook: Option<Arc<dyn Hook>>,
}

impl Options {
    /// The usual bounds.
    pub fn new(world: WorldId) -> Options {
        Options { world, backlog_rows_max: BACKLOG_ROWS_MAX, queue_max: QUEUE_MAX, shelf: None, hook: None }
    }
}

/// Why a cell was not opened.
#[derive(Debug, thiserror::Error)]
pub enum CellOpenError {
    /// The journal cannot be opened.
    #[error("journal: {0}")]
    Journal(#[from] journal::OpenError),
    /// The journal cannot be read.
    #[error("journal: {0}")]
    JournalRead(#[from] journal::ReadError),
    /// A journalled batch cannot be read.
    #[error("journal record {sequence}: {source}")]
    Batch {
        /// The record.
        sequence: u64,
        /// What is wrong.
        #[source]
        source: BatchError,
    },
    /// The store cannot be read.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The tables were posted from another journal, as after restoring only one of the two.
    #[error("the tables were posted from another journal: record {sequence} differs from what was posted")]
    OtherJournal {
        /// The last posted record.
        sequence: u64,
    },
    /// The system gives no thread.
    #[error("no thread for the cell: {0}")]
    Thread(std::io::Error),
}

/// A running cell. Dropping it stops the threads without waiting; [`Cell::close`] waits until all rows are posted.
pub struct Cell {
    door: Door,
    supervisor: Option<JoinHandle<()>>,
    stopping: Arc<AtomicBool>,
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cell")
    }
}

impl Cell {
    /// Opens the journal in `folder`, or on the shelf of the options, and serves over `store`: what is journalled but
    /// not posted yet is in memory at once, and posted in the background.
    pub fn open(
        folder: &Path,
        store: Box<dyn Store>,
        clock: Clock,
        options: Options,
    ) -> Result<(Cell, Door), CellOpenError> {
        let (queue, waiting) = mpsc::sync_channel(options.queue_max);
        let references = Arc::new(References::default());
        let stats = Arc::new(Stats::default());
        let (watch, posted) = watch::channel(0);
        let stopping = Arc::new(AtomicBool::new(false));
        let (folder, stop) = (folder.to_path_buf(), stopping.clone());
        let house = House { folder, clock: clock.clone(), options, references, stats, watch, stopping: stop };
        let mut store = store;
        let start = house.start(store.as_mut())?;
        let door =
            Door { queue, references: house.references.clone(), posted, clock, stats: house.stats.clone() };
        let supervise = named("writer");
        let supervisor = supervise.spawn(move || house.supervise(start, store, &waiting));
        let supervisor = supervisor.map_err(CellOpenError::Thread)?;
        Ok((Cell { door: door.clone(), supervisor: Some(supervisor), stopping }, door))
    }

    /// Decides what waits, answers it, posts all rows, and stops.
    pub fn close(mut self) {
        self.stop();
        if let Some(supervisor) = self.supervisor.take() {
            let _ended = supervisor.join();
        }
    }

    fn stop(&self) {
        // Before the word in the queue, which a batch that fails takes with it.
        self.stopping.store(true, Ordering::Release);
        // A cell that ended by itself does not need to be told.
        let _told = self.door.queue.send(Waiting::Stop);
    }
}

/// All that outlives one run of the threads.
struct House {
    folder: PathBuf,
    clock: Clock,
    options: Options,
    references: Arc<References>,
    stats: Arc<Stats>,
    watch: watch::Sender<u64>,
    /// Whether the cell was told to stop; outlives every failure.
    stopping: Arc<AtomicBool>,
}

impl House {
    /// Opens the journal under a higher epoch, reads what is not posted, and prepares the desk.
    fn start(&self, store: &mut dyn Store) -> Result<Recovered, CellOpenError> {
        let mut options = journal::Options::new(self.options.world);
        options.hook = self.options.hook.clone();
        options.shelf = self.options.shelf.clone();
        // What was answered must still be there when the cell is opened again: a database may come back older.
        options.acknowledged_sequence = self.stats.durable_sequence.load(Ordering::Acquire);
        let start = recover(&self.folder, options, store, SlotSet::ALL)?;
        start.apps.iter().for_each(|app| self.references.put(app.clone()));
        start.app_keys.iter().for_each(|key| self.references.put_key(key));
        start.withdrawn.iter().for_each(|grant| self.references.note_withdrawal(grant));
        let posted = (start.mark.sequence, start.mark.stamp);
        let (sequence, stamp) = start.tail.last().map_or(posted, |batch| (batch.sequence, batch.last_stamp));
        self.stats.tell_durable(sequence, stamp);
        self.watch.send_replace(start.mark.sequence);
        Ok(start)
    }

    /// Runs the threads; after a failure throws memory away, reads the journal's end and goes on.
    fn supervise(self, start: Recovered, store: Box<dyn Store>, waiting: &Receiver<Waiting>) {
        let (mut start, mut store) = (start, store);
        loop {
            let ended;
            (ended, store) = self.run(start, store, waiting);
            match ended {
                Ended::Stopped => return,
                Ended::Failed(reason) if self.stopping.load(Ordering::Acquire) => {
                    tracing::error!(reason, "the cell failed while it stopped; the next start goes on");
                    return;
                }
                Ended::Failed(reason) => tracing::error!(reason, "the cell failed and is opened again"),
            }
            self.stats.is_down.store(true, Ordering::Relaxed);
            self.stats.reopened.fetch_add(1, Ordering::Relaxed);
            let Some(again) = self.start_again(store.as_mut(), waiting) else { return };
            start = again;
        }
    }

    /// Tries until the journal opens. Meanwhile nothing can be decided: whoever asks hears busy.
    fn start_again(&self, store: &mut dyn Store, waiting: &Receiver<Waiting>) -> Option<Recovered> {
        loop {
            std::thread::sleep(REOPEN);
            if self.stopping.load(Ordering::Acquire) {
                return None;
            }
            match self.start(store) {
                Ok(start) => {
                    self.stats.is_down.store(false, Ordering::Relaxed);
                    return Some(start);
                }
                Err(error) => tracing::error!(%error, "the cell cannot be opened again yet"),
            }
            while let Ok(next) = waiting.try_recv() {
                match next {
                    Waiting::Ask(ticket) => {
                        self.stats.queued.fetch_sub(1, Ordering::Relaxed);
                        ticket.part().1.keep(Err(NotDecided::Busy));
                    }
                    Waiting::Stop => return None,
                }
            }
        }
    }

    fn run(
        &self,
        start: Recovered,
        store: Box<dyn Store>,
        waiting: &Receiver<Waiting>,
    ) -> (Ended, Box<dyn Store>) {
        let Recovered { mut journal, desk, tail, unread_numbers, .. } = start;
        let (numbers_in, numbers) = mpsc::channel();
        // Without a reader the numbers stay unread, and the desk looks each one up.
        let mut stored = unread_numbers.then(|| store.reader().ok()).flatten();
        let (sealed_in, sealed) = mpsc::sync_channel(SEALED_MAX);
        let (durable_in, durable) = mpsc::channel();
        let (posted_in, posted) = mpsc::channel();
        let (sweep, swept) = mpsc::channel::<Changes>();
        let counter = Counter::new(desk.home());
        let backlog_rows: u64 = tail.iter().map(|batch| batch.changes.len() as u64).sum();
        self.stats.backlog_rows.store(backlog_rows, Ordering::Relaxed);
        let since = Instant::now();
        for batch in tail {
            durable_in.send(Unposted { since, batch }).expect("the receiver is here");
        }
        let writer = Writer {
            desk,
            queue: waiting,
            sealed: sealed_in,
            posted,
            forgetting: VecDeque::new(),
            numbers,
            sweep,
            backlog_rows,
            backlog_rows_max: self.options.backlog_rows_max,
            clock: self.clock.clone(),
            stats: self.stats.clone(),
            rest_until: Instant::now(),
        };
        let ending = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let (watch, stats) = (self.watch.clone(), self.stats.clone());
            let end = || ending.load(Ordering::Acquire) || self.stopping.load(Ordering::Acquire);
            let post = move || poster::run(store, durable, posted_in, watch, stats, end);
            let drop_all = move || {
                poster::stand_back();
                swept.into_iter().for_each(drop);
            };
            named("sweeper").spawn_scoped(threads, drop_all).expect("the system gives a thread");
            let poster = named("poster").spawn_scoped(threads, post).expect("the system gives a thread");
            if let Some(mut reader) = stored.take() {
                let read = move || read_numbers(reader.as_mut(), &numbers_in, end);
                named("numbers").spawn_scoped(threads, read).expect("the system gives a thread");
            }
            let (references, stats) = (&self.references, &self.stats);
            let keep = move || keep_journal(counter, &mut journal, &sealed, &durable_in, references, stats);
            let keeper = named("journal").spawn_scoped(threads, keep).expect("the system gives a thread");
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| writer.run()));
            let ended = ended.unwrap_or_else(|_| Ended::Failed("a decision broke an invariant".to_owned()));
            ending.store(true, Ordering::Release);
            let kept = keeper.join().unwrap_or_else(|_| Err("the journal thread died".to_owned()));
            let store = poster.join().expect("the poster has no way to fail but to try again");
            (kept.map_or_else(Ended::Failed, |()| ended), store)
        })
    }
}

/// Reads the order numbers of earlier times in the background.
fn read_numbers(reader: &mut dyn Reader, tell: &mpsc::Sender<Numbers>, ending: impl Fn() -> bool) {
    poster::stand_back();
    match Numbers::read(reader, usize::MAX, ending) {
        // A writer that stopped does not need to hear.
        Ok(numbers) if numbers.is_complete() => drop(tell.send(numbers)),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "order numbers cannot be read; each new one is looked up"),
    }
}

fn named(name: &str) -> std::thread::Builder {
    std::thread::Builder::new().name(name.to_owned())
}
