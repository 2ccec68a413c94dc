//! The poster: carries journalled rows into the store, many batches at a time, only the last image of each row.

use crate::door::Stats;
use crate::sealed::{Changes, Durable};
use base::Stamp;
use engine::{Key, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;
use store::{Mark, Store};
use tokio::sync::watch;

/// Rows in one posting at most. Large groups make the store's random pages cheaper; beyond this the gain is small and
/// the transaction's memory is not.
const ROWS_MAX: usize = 500_000;
/// Wait after the store refused a posting: it may be full or locked, and nothing is lost meanwhile.
const RETRY: Duration = Duration::from_millis(500);
/// How far the poster stands back behind the other threads (Unix niceness of its thread).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Batches that are posted together.
#[derive(Debug)]
pub struct Posting {
    /// The last image of each row that they changed.
    pub images: BTreeMap<Key, Option<Row>>,
    /// How far the store is when they are posted.
    pub mark: Mark,
    batches: Vec<Durable>,
}

impl Posting {
    /// Gathers batches, oldest first, without a gap; at least one.
    pub fn gather(batches: Vec<Durable>) -> Posting {
        let last = batches.last().expect("one at least");
        let mark = Mark { sequence: last.sequence, stamp: last.last_stamp, hash: last.hash };
        let mut images: BTreeMap<Key, Option<Row>> = BTreeMap::new();
        for batch in &batches {
            images.extend(batch.changes.iter().cloned());
        }
        Posting { images, mark, batches }
    }

    /// The changed rows of each batch, to tell the desk that they are in the store.
    pub fn into_changes(self) -> Vec<Changes> {
        self.batches.into_iter().map(|batch| batch.changes).collect()
    }
}

/// What the poster tells the writer.
pub(crate) struct Posted {
    pub(crate) sequence: u64,
    pub(crate) last_stamp: Stamp,
    pub(crate) batches: Vec<Changes>,
    pub(crate) rows: u64,
}

/// Posts until the journal thread is gone and everything is in the store; then gives the store back. A store that
/// refuses while the cell is `ending` is left as it is: the journal has everything, and the next start posts it. Then
/// the writer is let go, which may wait at the bound of the backlog.
pub(crate) fn run(
    mut store: Box<dyn Store>,
    durable: Receiver<Durable>,
    tell: Sender<Posted>,
    watch: watch::Sender<u64>,
    stats: Arc<Stats>,
    ending: impl Fn() -> bool,
) -> Box<dyn Store> {
    stand_back();
    while let Ok(first) = durable.recv() {
        let mut batches = vec![first];
        let mut rows = batches[0].changes.len();
        while rows < ROWS_MAX {
            let Ok(next) = durable.try_recv() else { break };
            rows += next.changes.len();
            batches.push(next);
        }
        let posting = Posting::gather(batches);
        let (mark, sequence) = (posting.mark, posting.mark.sequence);
        while let Err(error) = store.post(&posting.images, mark) {
            tracing::error!(sequence, %error, "posting failed");
            stats.posting_fails.store(true, Ordering::Relaxed);
            if ending() {
                drop(tell);
                while durable.recv().is_ok() {}
                return store;
            }
            std::thread::sleep(RETRY);
        }
        stats.posting_fails.store(false, Ordering::Relaxed);
        stats.posted_rows.fetch_add(posting.images.len() as u64, Ordering::Relaxed);
        stats.backlog_rows.fetch_sub(rows as u64, Ordering::Relaxed);
        let batches = posting.into_changes();
        // A writer that stopped does not need to hear; the rows are safe.
        let _heard = tell.send(Posted { sequence, last_stamp: mark.stamp, batches, rows: rows as u64 });
        watch.send_replace(sequence);
    }
    store
}

/// Lets the writer go first where processors are few: posting can wait, answers should not. Where the system does not
/// allow it, everything works all the same.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::debug!(%error, "the poster keeps its priority");
    }
}
