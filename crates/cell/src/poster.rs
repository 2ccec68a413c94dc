//! The poster: carries journalled rows into the store, many batches at a time, only the last image of each row.

use crate::door::Stats;
use crate::sealed::{Changes, Durable};
use base::{Plant, Stamp, planted};
use engine::{Key, Row, Table};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};
use store::{Image, Mark, Store, StoreError};
use tokio::sync::watch;

/// Rows in one posting at most. Large groups make the store's random pages cheaper; beyond this the gain is small and
/// the transaction's memory is not.
const ROWS_MAX: usize = 1_000_000;
/// Slots that a key may lie in.
const SLOTS: usize = 100;
/// Least wait from one posting to the next, unless there is enough for a large one. A posting of a few rows costs
/// nearly as much as one of some hundred; the tables, and so notifications and lists, are behind by so much.
const REST: Duration = Duration::from_millis(50);
/// What each row of a posting adds to the wait after it: at a high load groups grow, so that a page which many rows
/// share is written once and the disk is left to the journal.
const REST_A_ROW: Duration = Duration::from_micros(15);
/// The longest such wait.
const REST_MAX: Duration = Duration::from_secs(1);
/// Wait after the store refused a posting: it may be full or locked, and nothing is lost meanwhile.
const RETRY: Duration = Duration::from_millis(500);
/// How far the poster stands back behind the other threads (Unix niceness of its thread).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 19;

/// Batches that are posted together.
#[derive(Debug)]
pub struct Posting {
    /// How far the store is when they are posted.
    pub mark: Mark,
    batches: Vec<Durable>,
}

impl Posting {
    /// Gathers batches, oldest first, without a gap; at least one.
    pub fn gather(batches: Vec<Durable>) -> Posting {
        let last = batches.last().expect("one at least");
        let sequence = last.sequence + u64::from(planted(Plant::MarkOneAhead));
        let mark = Mark { sequence, stamp: last.last_stamp, hash: last.hash };
        Posting { mark, batches }
    }

    /// The last image of each row that they changed, sorted by key, each key once.
    pub fn images(&self) -> Vec<Image<'_>> {
        // A key begins with its table and its slot, so that all are sorted when each drawer is; and in most drawers
        // they are sorted already, because numbers grow with time, which a stable sort finds out at once.
        let drawer = |key: &Key| key.table() as usize * SLOTS + usize::from(key.slot().number());
        let left_out = usize::from(planted(Plant::PosterSkipsLastBatch) && self.batches.len() > 1);
        let batches = &self.batches[..self.batches.len() - left_out];
        let changes = || batches.iter().flat_map(|batch| batch.changes.iter());
        let mut ends = vec![0; Table::ALL.len() * SLOTS];
        changes().for_each(|(key, _)| ends[drawer(key)] += 1);
        let mut rows = 0;
        for end in &mut ends {
            rows += std::mem::replace(end, rows);
        }
        let Some(any) = changes().next() else { return Vec::new() };
        let mut sorted = vec![any; rows];
        for change in changes() {
            let place = &mut ends[drawer(&change.0)];
            sorted[*place] = change;
            *place += 1;
        }
        let mut begin = 0;
        for end in ends {
            sorted[begin..end].sort_by(|(one, _), (other, _)| one.cmp(other));
            begin = end;
        }
        let of_key = sorted.chunk_by(|(one, _), (other, _)| one == other);
        let first = planted(Plant::PosterKeepsFirstImage);
        let kept = of_key.filter_map(|images| if first { images.first() } else { images.last() });
        kept.map(|kept| image(kept)).collect()
    }

    /// Posts them, unless the store is further already: an old owner of the journal, which has not heard that it is
    /// one, may have posted the same batches and later ones.
    ///
    /// # Errors
    /// What the store says; nothing was posted then.
    pub fn post(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        if store.mark()?.sequence > self.mark.sequence {
            return Ok(());
        }
        store.post_sorted(&self.images(), self.mark)
    }

    /// How many changes they hold; a row that several of them changed counts for each.
    pub fn rows(&self) -> u64 {
        self.batches.iter().map(|batch| batch.changes.len() as u64).sum()
    }

    /// The changed rows of each batch, to tell the desk that they are in the store.
    pub fn into_changes(self) -> Vec<Changes> {
        self.batches.into_iter().map(|batch| batch.changes).collect()
    }
}

fn image((key, row): &(Key, Option<Row>)) -> Image<'_> {
    (key, row.as_ref())
}

/// A durable batch on its way to the poster.
pub(crate) struct Unposted {
    /// When it became durable.
    pub(crate) since: Instant,
    pub(crate) batch: Durable,
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
    durable: Receiver<Unposted>,
    tell: Sender<Posted>,
    watch: watch::Sender<u64>,
    stats: Arc<Stats>,
    ending: impl Fn() -> bool,
) -> Box<dyn Store> {
    stand_back();
    let mut rest_until = Instant::now();
    while let Ok(first) = durable.recv() {
        stats.unposted.begin(first.since);
        let mut batches = vec![first.batch];
        let mut rows = batches[0].changes.len();
        while rows < ROWS_MAX {
            // What stands alone is posted at once; what comes close after it waits for more of its kind.
            let rest = rest_until.saturating_duration_since(Instant::now());
            let Ok(next) = durable.recv_timeout(rest) else { break };
            rows += next.batch.changes.len();
            batches.push(next.batch);
        }
        let posting = Posting::gather(batches);
        let (mark, sequence) = (posting.mark, posting.mark.sequence);
        let mut begun = Instant::now();
        while let Err(error) = posting.post(store.as_mut()) {
            tracing::error!(sequence, %error, "posting failed");
            stats.posting_failures.fetch_add(1, Ordering::Relaxed);
            stats.posting_fails.store(true, Ordering::Relaxed);
            if ending() {
                drop(tell);
                while durable.recv().is_ok() {}
                return store;
            }
            std::thread::sleep(RETRY);
            begun = Instant::now();
        }
        stats.post.note(begun.elapsed());
        stats.posting_fails.store(false, Ordering::Relaxed);
        stats.posted_rows.fetch_add(posting.rows(), Ordering::Relaxed);
        stats.backlog_rows.fetch_sub(rows as u64, Ordering::Relaxed);
        let batches = posting.into_changes();
        // A writer that stopped does not need to hear; the rows are safe.
        let _heard = tell.send(Posted { sequence, last_stamp: mark.stamp, batches, rows: rows as u64 });
        watch.send_replace(sequence);
        if let Err(error) = store.checkpoint() {
            tracing::error!(sequence, %error, "what was posted could not be moved into the tables' file yet");
        }
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        rest_until = Instant::now() + (REST + REST_A_ROW.saturating_mul(rows)).min(REST_MAX);
        // What came meanwhile begins its own wait as soon as it is taken.
        stats.unposted.end();
    }
    store
}

/// Lets the writer go first where processors are few: posting can wait, answers should not. Where the system does not
/// allow it, everything works all the same.
pub(crate) fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::debug!(%error, "the poster keeps its priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot, Text};
    use people::{Login, SlotHead};
    use std::collections::BTreeMap;

    fn head(slot: u8, parties: u64) -> (Key, Option<Row>) {
        let slot = Slot::new(slot).unwrap();
        let row = Row::SlotHead(Arc::new(SlotHead { slot, parties, apps: 0 }));
        (row.key(), Some(row))
    }

    fn login(slot: u8, login: &str, gone: bool) -> (Key, Option<Row>) {
        let slot = Slot::new(slot).unwrap();
        let party = PartyId::issue(1, slot).unwrap();
        let row = Row::Login(Arc::new(Login { slot, login: Text::new(login).unwrap(), party }));
        (row.key(), (!gone).then_some(row))
    }

    #[test]
    fn each_row_is_posted_once_as_it_was_last_and_in_the_order_of_keys() {
        let batches = [
            vec![head(99, 1), login(7, "b", false), login(7, "a", false), head(0, 1)],
            vec![login(7, "b", true), head(99, 2), login(0, "z", false)],
            vec![],
            vec![login(7, "a", true), login(7, "a", false), head(99, 3)],
        ];
        let durable = batches.iter().zip(1..).map(|(changes, sequence)| Durable {
            sequence,
            hash: [0; 32],
            last_stamp: Stamp { at_us: 1, seq: sequence },
            changes: Arc::new(changes.clone()),
        });
        let posting = Posting::gather(durable.collect());
        let expected: BTreeMap<_, _> = batches.iter().flatten().cloned().collect();
        let found: Vec<_> = posting.images();
        let expected: Vec<Image<'_>> = expected.iter().map(|(key, row)| (key, row.as_ref())).collect();
        assert_eq!(found, expected);
        assert_eq!((posting.rows(), posting.mark.sequence), (10, 4));
    }
}
