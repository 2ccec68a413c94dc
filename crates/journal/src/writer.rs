//! The one writer of a journal on files.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use base::{Plant, planted};

use crate::disk::Disk;
use crate::error::AppendError;
use crate::folder::{leave_taint, make_segment, name_segment};
use crate::format::{
    Hash, PAYLOAD_MAX_BYTES, SEGMENT_HEADER_BYTES, SegmentHeader, WorldId, encode_record, record_hash,
};
use crate::lock::Lock;
use crate::prepare::{Prepare, Preparing, starts_at};
use crate::real_disk::RealDisk;
use crate::shelf::Shelf;
use crate::watched::{DiskError, Hook, OpenFile, Watched};

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
    /// Last sequence whose append this process saw return, 0 for none: a journal that ends before it is
    /// refused.
    pub acknowledged_sequence: u64,
    /// Takes over a folder that was copied or moved from elsewhere ([`OpenError::Copied`]), for good.
    pub adopt: bool,
    /// Whether the next segment is made ready on a thread before it is needed.
    pub prepare: Prepare,
    /// Where the folder is.
    pub disk: Arc<dyn Disk>,
    /// A database that keeps the records in the place of the folder's files. Then nothing of the folder
    /// is looked at.
    pub shelf: Option<Arc<dyn Shelf>>,
    /// Watches and fails changes to the disk, in tests.
    pub hook: Option<Arc<dyn Hook>>,
}

impl Options {
    /// On real files: default segment length, nothing prepared, nothing posted, no adopting, no hook.
    pub fn new(world: WorldId) -> Options {
        Options::on(Arc::new(RealDisk), world)
    }

    /// On any disk, else as `new`. There is no thread: the same calls change the disk in the same order.
    pub fn on(disk: Arc<dyn Disk>, world: WorldId) -> Options {
        Options {
            world,
            segment_bytes: SEGMENT_BYTES_DEFAULT,
            posted_sequence: 0,
            acknowledged_sequence: 0,
            adopt: false,
            prepare: Prepare::Never,
            disk,
            shelf: None,
            hook: None,
        }
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

/// A journal on files, open for writing. Holds the folder's lock until dropped.
pub(crate) struct FileJournal {
    pub(crate) folder: PathBuf,
    pub(crate) disk: Watched,
    pub(crate) world: WorldId,
    pub(crate) segment_bytes: u64,
    pub(crate) prepare: Prepare,
    pub(crate) epoch: u64,
    pub(crate) tail: Tail,
    /// The next segment. Above the lock: it ends before the lock is given up.
    pub(crate) preparing: Option<Preparing>,
    /// Set by the first error and never cleared: nothing is retried.
    pub(crate) poisoned: bool,
    /// The record being written; kept for its memory.
    pub(crate) record: Vec<u8>,
    pub(crate) lock: Lock,
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

impl fmt::Debug for FileJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tail { sequence, .. } = &self.tail;
        write!(f, "Journal({:?}, epoch {}, sequence {sequence})", self.folder, self.epoch)
    }
}

impl FileJournal {
    /// Appends one record and makes it durable. When this returns `Ok`, the record stays.
    ///
    /// After `AppendError::Unknown` and `AppendError::Fenced` the journal refuses everything: drop it and
    /// open it again, and see whether the record is there.
    pub(crate) fn append(&mut self, payload: &[u8]) -> Result<Position, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        if payload.len() > PAYLOAD_MAX_BYTES {
            return Err(AppendError::TooLong { bytes: payload.len() });
        }
        let sequence = self.tail.sequence + 1;
        let higher = self.higher_epoch().map_err(|error| self.unknown(sequence, error))?;
        if let Some(theirs) = higher {
            self.poisoned = true;
            return Err(AppendError::Fenced { ours: self.epoch, theirs });
        }
        encode_record(&self.world, self.epoch, sequence, &self.tail.hash, payload, &mut self.record);
        if let Err(error) = self.write_record() {
            leave_taint(&self.folder, &self.disk, self.tail.sequence);
            return Err(self.unknown(sequence, error));
        }
        // Who took over meanwhile may have read the journal before this record was in it.
        match self.higher_epoch() {
            Ok(None) => {}
            Ok(Some(theirs)) => {
                let error = io::Error::other(format!("epoch {theirs} has taken the journal over"));
                return Err(self.unknown(sequence, DiskError::of("keep", &self.folder)(error)));
            }
            Err(error) => return Err(self.unknown(sequence, error)),
        }
        self.tail.offset += self.record.len() as u64;
        self.tail.sequence = sequence;
        if !planted(Plant::HashNotCarried) {
            self.tail.hash = record_hash(&self.record);
        }
        self.prepare_next();
        Ok(Position { sequence, hash: self.tail.hash })
    }

    /// Makes sure that nobody has taken the journal over, for answers that depend on it and write nothing: an old owner
    /// that wakes up would otherwise tell what is not true any more. Errors as those of `append`.
    pub(crate) fn confirm(&mut self) -> Result<(), AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        let sequence = self.tail.sequence;
        match self.higher_epoch() {
            Ok(None) => Ok(()),
            Ok(Some(theirs)) => {
                self.poisoned = true;
                Err(AppendError::Fenced { ours: self.epoch, theirs })
            }
            Err(error) => Err(self.unknown(sequence, error)),
        }
    }

    /// The epoch this writer's records carry.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The last durable record; sequence 0 and zeros before the first.
    pub(crate) fn position(&self) -> Position {
        Position { sequence: self.tail.sequence, hash: self.tail.hash }
    }

    /// The epoch that is noted in the folder, if it is higher than ours.
    fn higher_epoch(&self) -> Result<Option<u64>, DiskError> {
        let noted = self.lock.noted_epoch()?;
        let ours = self.epoch + u64::from(planted(Plant::FenceOffByOne));
        Ok((noted > ours).then_some(noted))
    }

    /// Closes the journal.
    fn unknown(&mut self, sequence: u64, error: DiskError) -> AppendError {
        self.poisoned = true;
        let DiskError { action, path, source } = error;
        AppendError::Unknown { sequence, action, path, source }
    }

    fn write_record(&mut self) -> Result<(), DiskError> {
        let bytes = self.record.len() as u64;
        if self.tail.offset + bytes > self.tail.file_bytes {
            self.roll(bytes)?
        }
        self.disk.write(&self.tail.open, self.tail.offset, &self.record)?;
        if planted(Plant::NoSyncBeforeReturn) {
            return Ok(());
        }
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
        self.tail.open = match self.preparing.take().and_then(Preparing::finish) {
            Some(open) => {
                if file_bytes > self.segment_bytes {
                    self.disk.set_length(&open, file_bytes)?
                }
                name_segment(&self.folder, &self.disk, &header, open)?
            }
            None => make_segment(&self.folder, &self.disk, &header, &[], file_bytes)?,
        };
        self.tail.number = header.number;
        self.tail.file_bytes = file_bytes;
        self.tail.offset = SEGMENT_HEADER_BYTES as u64;
        Ok(())
    }

    /// Begins to make the next segment ready, or goes on with it.
    fn prepare_next(&mut self) {
        let Tail { offset, file_bytes, .. } = self.tail;
        if self.prepare == Prepare::Never || offset < starts_at(file_bytes) {
            return;
        }
        if self.preparing.is_none() {
            self.preparing = Preparing::start(&self.folder, &self.disk, self.epoch, self.segment_bytes);
        }
        if let Some(preparing) = &mut self.preparing {
            preparing.keep_pace(offset, file_bytes);
        }
    }
}
