//! Sends what was written to a file on its way to the disk, a little at a time.
//!
//! A disk serves what comes first. The tables and the journal lie on one disk, and a checkpoint that flushes some
//! hundred megabytes at once makes the next record of the journal, for which people wait, stand behind all of them.
//! So the file is written out in small pieces before and while SQLite flushes it: its own flush, which alone makes
//! anything durable, then finds little left to do. Nothing here promises anything, and without it everything is right
//! and only slower.
#![allow(unsafe_code, reason = "no safe wrapper of sync_file_range is to be had; one call, see below")]

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Bytes written out together: under a millisecond of the disk's time.
const PIECE_BYTES: u64 = 512 << 10;
/// Between two walks through a file that is still being written.
const PAUSE: Duration = Duration::from_millis(2);

/// A file that is written out. Its descriptor is never closed: closing any descriptor of a file gives up all locks that
/// this process has on it, SQLite's among them.
#[derive(Debug)]
pub(crate) struct WriteOut(ManuallyDrop<File>);

impl WriteOut {
    /// Opens a file for it; `None` when that cannot be done.
    pub(crate) fn open(path: &Path) -> Option<WriteOut> {
        File::open(path).ok().map(|file| WriteOut(ManuallyDrop::new(file)))
    }

    /// Writes out once what is dirty, piece by piece, each waited for.
    pub(crate) fn once(&self) {
        let Ok(bytes) = self.0.metadata().map(|of| of.len()) else { return };
        let mut at = 0;
        while at < bytes {
            self.piece(at);
            at += PIECE_BYTES;
        }
    }

    /// Writes out what becomes dirty until `done`.
    pub(crate) fn until(&self, done: &AtomicBool) {
        while !done.load(Ordering::Acquire) {
            self.once();
            std::thread::sleep(PAUSE);
        }
    }

    #[cfg(target_os = "linux")]
    fn piece(&self, at: u64) {
        use std::os::fd::AsRawFd;
        let (Ok(at), Ok(bytes)) = (i64::try_from(at), i64::try_from(PIECE_BYTES)) else { return };
        let how = libc::SYNC_FILE_RANGE_WAIT_BEFORE
            | libc::SYNC_FILE_RANGE_WRITE
            | libc::SYNC_FILE_RANGE_WAIT_AFTER;
        // SAFETY: the descriptor is open, because `self` is never closed; the call takes plain numbers and touches no
        // memory of ours.
        let _untold = unsafe { libc::sync_file_range(self.0.as_raw_fd(), at, bytes, how) };
        // An error is seen again, and told, by SQLite's own flush: each open file hears of it once.
    }

    #[cfg(not(target_os = "linux"))]
    fn piece(&self, _at: u64) {}
}
