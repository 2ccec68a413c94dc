//! The next segment, made ready before it is needed.
//!
//! A file whose blocks were written once, if only with zeros, takes a record with much less work at
//! the sync: nothing but the record's own bytes changes. So while one segment fills, a thread writes
//! zeros into the next, piece by piece and each piece synced, so that they never pile up in front of a
//! record's own sync. The file keeps an unfinished name until the writer needs it; a crash leaves
//! nothing but that, and the next opening removes it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use crate::folder::unfinished_path;
use crate::watched::{DiskError, OpenFile, Watched};

/// Zeros written and synced together.
const PIECE_BYTES: u64 = 1 << 20;

/// Whether the next segment is made ready before it is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prepare {
    /// No: each segment is a file full of holes until records are written. Everything happens on the
    /// caller's thread and in one order, the same each time.
    Never,
    /// Yes, on a thread of the journal's own, once a quarter of a segment is in use. Appends wait for it
    /// when the next segment begins, and then at most for the piece (1 MiB) under way. Every byte is
    /// written twice: small records gain (a quarter to a third at 4 KiB on ext4), large ones that fill
    /// the disk's bandwidth lose. `examples/journal_speed.rs` measures it.
    AheadOnThread,
}

/// A segment being made ready.
pub(crate) struct Preparing {
    /// Up to where zeros are wanted; closed when no more are.
    wanted: Option<Sender<u64>>,
    /// Whether what was wanted and is not yet done may stay undone.
    stopping: Arc<AtomicBool>,
    asked_bytes: u64,
    file_bytes: u64,
    thread: Option<JoinHandle<Option<OpenFile>>>,
}

impl Preparing {
    /// `None` if there can be no thread; then the segment is made when it is needed.
    pub(crate) fn start(folder: &Path, disk: &Watched, epoch: u64, file_bytes: u64) -> Option<Preparing> {
        let (wanted, wishes) = channel();
        let (path, disk) = (unfinished_path(folder, "next", epoch), disk.clone());
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = stopping.clone();
        let prepare = move || fill(&path, &disk, file_bytes, &wishes, &stop).ok();
        let thread = thread::Builder::new().name("journal-prepare".to_string()).spawn(prepare).ok()?;
        Some(Preparing { wanted: Some(wanted), stopping, asked_bytes: 0, file_bytes, thread: Some(thread) })
    }

    /// `used_bytes` of the present segment's `of_bytes` are in use: the next one is to be complete when
    /// three quarters are, so that the work is spread over the records between.
    pub(crate) fn keep_pace(&mut self, used_bytes: u64, of_bytes: u64) {
        let beyond = used_bytes.saturating_sub(starts_at(of_bytes));
        let share = u128::from(beyond) * 2 * u128::from(self.file_bytes) / u128::from(of_bytes.max(1));
        let share = u64::try_from(share).unwrap_or(u64::MAX).max(1);
        let wanted = share.checked_next_multiple_of(PIECE_BYTES).unwrap_or(u64::MAX).min(self.file_bytes);
        if wanted > self.asked_bytes {
            self.asked_bytes = wanted;
            // A thread that ended has failed; the segment is made when it is needed.
            let _ = self.wanted.as_ref().map(|wishes| wishes.send(wanted));
        }
    }

    /// The file as far as it came: of full length, perhaps with holes. `None` if it could not be made.
    pub(crate) fn finish(mut self) -> Option<OpenFile> {
        self.end()
    }

    /// Lets the thread end after the piece under way.
    fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.wanted = None;
    }

    fn end(&mut self) -> Option<OpenFile> {
        self.stop();
        self.thread.take()?.join().ok().flatten()
    }
}

impl Drop for Preparing {
    fn drop(&mut self) {
        // The folder's lock is given up after this: nobody writes in the folder any more.
        self.end();
    }
}

/// Where in a segment of that length the next one is begun.
pub(crate) fn starts_at(segment_bytes: u64) -> u64 {
    segment_bytes / 4
}

fn fill(
    path: &Path,
    disk: &Watched,
    file_bytes: u64,
    wishes: &Receiver<u64>,
    stopping: &AtomicBool,
) -> Result<OpenFile, DiskError> {
    let open = disk.create(path)?;
    disk.set_length(&open, file_bytes)?;
    let zeros = vec![0; PIECE_BYTES.min(file_bytes) as usize];
    let mut at = 0;
    while let Ok(wanted) = wishes.recv() {
        while at < wanted && !stopping.load(Ordering::Relaxed) {
            let bytes = PIECE_BYTES.min(wanted - at);
            disk.write(&open, at, &zeros[..bytes as usize])?;
            disk.sync(&open)?;
            at += bytes;
        }
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::real_disk::RealDisk;
    use crate::watched::{Hook, Step, Verdict};

    /// Holds each write up until it may go on.
    struct Gate {
        writes: AtomicUsize,
        arrived: Sender<()>,
        may_go: Mutex<Receiver<()>>,
    }

    impl Hook for Gate {
        fn before(&self, step: Step<'_>) -> Verdict {
            if matches!(step, Step::Write(..)) {
                self.writes.fetch_add(1, Ordering::Relaxed);
                self.arrived.send(()).unwrap();
                self.may_go.lock().unwrap().recv().unwrap();
            }
            Verdict::Go
        }
    }

    #[test]
    fn a_slow_preparation_is_cut_short_after_the_piece_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let (arrived, arrivals) = channel();
        let (go, may_go) = channel();
        let gate = Arc::new(Gate { writes: AtomicUsize::new(0), arrived, may_go: Mutex::new(may_go) });
        let disk = Watched { disk: Arc::new(RealDisk), hook: Some(gate.clone()) };
        let bytes = 4 * PIECE_BYTES;
        let mut preparing = Preparing::start(folder.path(), &disk, 1, bytes).unwrap();
        preparing.keep_pace(bytes, bytes);
        arrivals.recv().unwrap();
        preparing.stop();
        (0..4).for_each(|_| go.send(()).unwrap());
        let open = preparing.finish().unwrap();
        assert_eq!((gate.writes.load(Ordering::Relaxed), open.file.length().unwrap()), (1, bytes));
    }

    #[test]
    fn the_work_is_spread_over_the_second_and_third_quarter() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Watched { disk: Arc::new(RealDisk), hook: None };
        let bytes = 4 * PIECE_BYTES;
        let mut preparing = Preparing::start(folder.path(), &disk, 1, bytes).unwrap();
        let mut asked = Vec::new();
        for used in [PIECE_BYTES, PIECE_BYTES * 3 / 2, PIECE_BYTES * 2, PIECE_BYTES * 3, bytes, u64::MAX] {
            preparing.keep_pace(used, bytes);
            asked.push(preparing.asked_bytes / PIECE_BYTES);
        }
        assert_eq!(asked, [1, 1, 2, 4, 4, 4]);
    }
}
