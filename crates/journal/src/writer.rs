//! The one writer of a journal.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, DiskError, Hook, OpenFile};
use crate::error::{AppendError, OpenError};
use crate::folder::{Lock, leave_taint, make_segment};
use crate::format::{
    Hash, PAYLOAD_MAX_BYTES, SEGMENT_HEADER_BYTES, SegmentHeader, WorldId, encode_record, record_hash,
};
use crate::opening;

/// Length of a segment unless told otherwise: 64 MiB, some 150,000 payments. Long enough that making
/// one (a few syncs) does not show, short enough to archive and to read at start.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;

/// How to open a journal for writing.
#[derive(Clone)]
pub struct Options {
    /// The world the journal belongs to; segments of another are refused.
    pub world: WorldId,
    /// Length of a new segment in bytes. A longer record gets a segment of its own length.
    pub segment_bytes: u64,
    /// Last sequence that the caller has already carried elsewhere, 0 for none. Older segments are
    /// not read at start, and a journal that ends before it is refused.
    pub posted_sequence: u64,
    /// Watches and fails changes to the disk, in tests.
    pub hook: Option<Arc<dyn Hook>>,
}

impl Options {
    /// Default segment length, nothing posted, no hook.
    pub fn new(world: WorldId) -> Options {
        Options { world, segment_bytes: SEGMENT_BYTES_DEFAULT, posted_sequence: 0, hook: None }
    }
}

/// What `open` found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Sequence of the last record, 0 if there is none. All up to it are durable now.
    pub last_sequence: u64,
    /// Highest epoch taken before this opening, 0 if none; this writer's is one higher.
    pub last_epoch: u64,
    /// Hash of the last record, zeros if there is none.
    pub last_hash: Hash,
    /// Bytes of an unfinished record that were cut off the end. Never part of an acknowledged
    /// record, unless the disk damaged the very last one: worth a line in the log.
    pub truncated_bytes: u64,
}

/// Where an appended record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Its sequence; contiguous, from 1.
    pub sequence: u64,
    /// Its BLAKE3 hash, which the next record carries.
    pub hash: Hash,
}

/// A journal open for writing. Holds the folder's lock until dropped.
pub struct Journal {
    pub(crate) folder: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) world: WorldId,
    pub(crate) segment_bytes: u64,
    pub(crate) epoch: u64,
    pub(crate) tail: Tail,
    /// Set by the first error and never cleared: nothing is retried.
    pub(crate) poisoned: bool,
    /// The record being written; kept for its memory.
    pub(crate) record: Vec<u8>,
    pub(crate) _lock: Lock,
}

/// The end of the journal.
pub(crate) struct Tail {
    /// The last segment.
    pub(crate) open: OpenFile,
    pub(crate) number: u64,
    /// Its length.
    pub(crate) file_bytes: u64,
    /// Where the next record goes.
    pub(crate) offset: u64,
    /// The last durable record.
    pub(crate) sequence: u64,
    pub(crate) hash: Hash,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tail { sequence, .. } = &self.tail;
        write!(f, "Journal({:?}, epoch {}, sequence {sequence})", self.folder, self.epoch)
    }
}

impl Journal {
    /// Opens the journal in `folder`, which is made if it is not there (its parent must be).
    ///
    /// Everything after the posted sequence is checked. An unfinished record at the very end is cut
    /// off; any other damage is refused. What was read is durable when this returns. The new epoch is
    /// higher than any before it.
    pub fn open(folder: &Path, options: Options) -> Result<(Journal, Opened), OpenError> {
        opening::open(folder, options)
    }

    /// Appends one record and makes it durable. When this returns `Ok`, the record stays.
    ///
    /// After `AppendError::Unknown` the journal refuses everything: drop it and open it again, and see
    /// whether the record is there.
    pub fn append(&mut self, payload: &[u8]) -> Result<Position, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        if payload.len() > PAYLOAD_MAX_BYTES {
            return Err(AppendError::TooLong { bytes: payload.len() });
        }
        let sequence = self.tail.sequence + 1;
        encode_record(&self.world, self.epoch, sequence, &self.tail.hash, payload, &mut self.record);
        if let Err(error) = self.write_record() {
            self.poisoned = true;
            leave_taint(&self.folder, &self.disk, self.tail.sequence);
            let DiskError { action, path, source } = error;
            return Err(AppendError::Unknown { sequence, action, path, source });
        }
        self.tail.offset += self.record.len() as u64;
        self.tail.sequence = sequence;
        self.tail.hash = record_hash(&self.record);
        Ok(Position { sequence, hash: self.tail.hash })
    }

    /// The epoch this writer's records carry.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The last durable record; sequence 0 and zeros before the first.
    pub fn position(&self) -> Position {
        Position { sequence: self.tail.sequence, hash: self.tail.hash }
    }

    fn write_record(&mut self) -> Result<(), DiskError> {
        let bytes = self.record.len() as u64;
        if self.tail.offset + bytes > self.tail.file_bytes {
            self.roll(bytes)?
        }
        self.disk.write(&self.tail.open, self.tail.offset, &self.record)?;
        self.disk.sync(&self.tail.open)
    }

    /// Goes on in a new segment with room for a record of so many bytes.
    fn roll(&mut self, record_bytes: u64) -> Result<(), DiskError> {
        let header = SegmentHeader {
            number: self.tail.number + 1,
            first_sequence: self.tail.sequence + 1,
            epoch: self.epoch,
            before: self.tail.hash,
            world: self.world,
        };
        let file_bytes = self.segment_bytes.max(SEGMENT_HEADER_BYTES as u64 + record_bytes);
        self.tail.open = make_segment(&self.folder, &self.disk, &header, &[], file_bytes)?;
        self.tail.number = header.number;
        self.tail.file_bytes = file_bytes;
        self.tail.offset = SEGMENT_HEADER_BYTES as u64;
        Ok(())
    }
}
