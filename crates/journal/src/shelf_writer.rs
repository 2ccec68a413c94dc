//! The one writer of a journal whose records are rows of a database.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{AppendError, Check, OpenError, ReadError};
use crate::format::{Fault, Hash, PAYLOAD_MAX_BYTES, WorldId, encode_record, record_hash};
use crate::shelf::{Fence, Kept, Shelf, ShelfError};
use crate::shelf_reader::ShelfReader;
use crate::writer::{Opened, Options, Position};

/// A journal in a database, open for writing.
pub(crate) struct ShelfJournal {
    shelf: Arc<dyn Shelf>,
    world: WorldId,
    epoch: u64,
    /// The last durable record.
    last: Position,
    /// Set by the first failure that could not be settled, and never cleared.
    poisoned: bool,
    /// The record being written; kept for its memory.
    record: Vec<u8>,
}

impl fmt::Debug for ShelfJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({}, epoch {}, sequence {})", self.shelf.place(), self.epoch, self.last.sequence)
    }
}

/// Takes the journal over and checks everything after the posted sequence.
pub(crate) fn open(shelf: &Arc<dyn Shelf>, options: &Options) -> Result<(ShelfJournal, Opened), OpenError> {
    let taken = shelf.take(&options.world, true);
    let fence = taken.map_err(|source| OpenError::Shelf { place: shelf.place(), source })?;
    let known = options.posted_sequence.max(options.acknowledged_sequence);
    if fence.last.sequence < known {
        return Err(OpenError::EndLost { last: fence.last.sequence, known });
    }
    check_end(shelf, options, &fence)?;
    let journal = ShelfJournal {
        shelf: shelf.clone(),
        world: options.world,
        epoch: fence.epoch,
        last: fence.last,
        poisoned: false,
        record: Vec::new(),
    };
    let Position { sequence, hash } = fence.last;
    let last_epoch = fence.epoch.saturating_sub(1);
    Ok((journal, Opened { last_sequence: sequence, last_epoch, last_hash: hash, truncated_bytes: 0 }))
}

/// The records after the posted one are whole, and the last is the one that the fence names.
fn check_end(shelf: &Arc<dyn Shelf>, options: &Options, fence: &Fence) -> Result<(), ReadError> {
    if fence.last.sequence == 0 {
        return Ok(());
    }
    let mut reader = ShelfReader::open(shelf.clone(), options.world, options.posted_sequence.max(1));
    let mut last = Position { sequence: 0, hash: [0; 32] };
    while let Some(record) = reader.read_next()? {
        last = Position { sequence: record.sequence, hash: record.hash };
    }
    if last.sequence != fence.last.sequence {
        let fault = Fault::new(Check::Sequence, fence.last.sequence, last.sequence);
        return Err(reader.invalid(fence.last.sequence, fault));
    }
    if last.hash != fence.last.hash {
        let fault = Fault::of_bytes(Check::Chain, &fence.last.hash, &last.hash);
        return Err(reader.invalid(last.sequence, fault));
    }
    Ok(())
}

impl ShelfJournal {
    /// Appends one record. A connection that is lost meanwhile is settled by the fence, under an epoch of
    /// our own that is one higher: the record stands or it does not, and in the latter case it is written
    /// again. Only what cannot be settled in time is unknown.
    pub(crate) fn append(&mut self, payload: &[u8]) -> Result<Position, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        if payload.len() > PAYLOAD_MAX_BYTES {
            return Err(AppendError::TooLong { bytes: payload.len() });
        }
        let sequence = self.last.sequence + 1;
        for times in 0.. {
            let before = &self.last.hash;
            encode_record(&self.world, self.epoch, sequence, before, payload, &mut self.record);
            let position = Position { sequence, hash: record_hash(&self.record) };
            let stands = match self.shelf.keep(self.epoch, &position, &self.record) {
                Ok(Kept::Stands) => true,
                Ok(Kept::Fenced(fence)) => self.is_ours(&fence, &position)?,
                Err(ShelfError::Unknown(_)) => self.settle(&position)?,
                Err(ShelfError::Conflict(_)) if self.shelf.rest(times) => false,
                Err(error) => return Err(self.unknown(sequence, error)),
            };
            if stands {
                self.last = position;
                return Ok(position);
            }
            if !self.shelf.rest(times) {
                break;
            }
        }
        let given_up = ShelfError::Unknown("it was tried again and again".to_owned());
        Err(self.unknown(sequence, given_up))
    }

    /// Makes sure that nobody has taken the journal over.
    pub(crate) fn confirm(&mut self) -> Result<(), AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        let sequence = self.last.sequence;
        let fence = match self.shelf.fence() {
            Ok(Some(fence)) => fence,
            Ok(None) => return Err(self.went_back(sequence)),
            Err(ShelfError::Unknown(_) | ShelfError::Conflict(_)) => self.retake(sequence)?,
            Err(error) => return Err(self.unknown(sequence, error)),
        };
        if fence.epoch > self.epoch {
            return Err(self.fenced(fence.epoch));
        }
        if fence.epoch == self.epoch && fence.last == self.last {
            return Ok(());
        }
        Err(self.went_back(sequence))
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn position(&self) -> Position {
        self.last
    }

    /// The fence did not stand where it had to. True when it stands at our own record, under our epoch.
    fn is_ours(&mut self, fence: &Fence, position: &Position) -> Result<bool, AppendError> {
        if fence.epoch > self.epoch {
            return Err(self.fenced(fence.epoch));
        }
        if fence.epoch == self.epoch && fence.last == *position {
            return Ok(true);
        }
        Err(self.went_back(position.sequence))
    }

    /// Nobody knows whether the record was written: asks the fence, after everything that was under way.
    /// True when it stands, false when it does not and never will.
    fn settle(&mut self, position: &Position) -> Result<bool, AppendError> {
        let fence = self.retake(position.sequence)?;
        if fence.last == *position {
            return Ok(true);
        }
        if fence.last == self.last {
            return Ok(false);
        }
        Err(self.went_back(position.sequence))
    }

    /// Takes the journal over from ourselves, on a connection that works, and gives the fence.
    fn retake(&mut self, sequence: u64) -> Result<Fence, AppendError> {
        for times in 0.. {
            if !self.shelf.rest(times) {
                break;
            }
            match self.shelf.take(&self.world, false) {
                Ok(fence) => {
                    // A taking that was itself cut off may have raised it more than once. Who came between and is
                    // gone again shows by the last record, unless it wrote nothing: then nothing happened.
                    self.epoch = fence.epoch;
                    return Ok(fence);
                }
                Err(ShelfError::Unknown(_) | ShelfError::Conflict(_)) => {}
                Err(error) => return Err(self.unknown(sequence, error)),
            }
        }
        let gone = ShelfError::Unknown("the database did not come back".to_owned());
        Err(self.unknown(sequence, gone))
    }

    fn fenced(&mut self, theirs: u64) -> AppendError {
        self.poisoned = true;
        AppendError::Fenced { ours: self.epoch, theirs }
    }

    /// The last record is neither ours nor the one before: another writer went on, or the database stands
    /// where it stood before.
    fn went_back(&mut self, sequence: u64) -> AppendError {
        let why = "the fence stands at another record than ours".to_owned();
        self.unknown(sequence, ShelfError::Refused(why))
    }

    /// Closes the journal.
    fn unknown(&mut self, sequence: u64, error: ShelfError) -> AppendError {
        self.poisoned = true;
        let path = PathBuf::from(self.shelf.place());
        AppendError::Unknown { sequence, action: "keep it in", path, source: io::Error::other(error) }
    }
}

/// The hash that stands before the first record.
pub(crate) const BEFORE_FIRST: Hash = [0; 32];
