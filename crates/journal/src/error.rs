//! What can go wrong, named so that an operator can act on it.

use std::io;
use std::path::PathBuf;

use crate::shelf::ShelfError;

/// Which rule a stored byte range broke.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// The first bytes are not those of a segment or record.
    Magic,
    /// The format version is not the one this program reads.
    Version,
    /// A length is beyond its bound or beyond the end of the file.
    Length,
    /// The checksum does not fit the bytes.
    Checksum,
    /// The segment belongs to another world.
    World,
    /// The number inside the segment is not the one in its name: a file was renamed or swapped.
    SegmentNumber,
    /// The epoch is lower than that of the record before.
    Epoch,
    /// The sequence is not the one that follows.
    Sequence,
    /// The hash of the record before is not the one this record was written after.
    Chain,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A segment that must be there is not.
    #[error("segment {segment} is missing")]
    Missing {
        /// File name of the segment.
        segment: String,
    },
    /// Stored bytes broke a rule although they were once durable: damage, not a torn write.
    #[error("segment {segment} offset {offset}: {check:?} expected {expected}, found {found}")]
    Invalid {
        /// File name of the segment.
        segment: String,
        /// Byte offset, from the start of the file, of the record (0: the segment header).
        offset: u64,
        /// The rule that was broken.
        check: Check,
        /// What the rule asked for.
        expected: String,
        /// What was stored.
        found: String,
    },
    /// A stored row broke a rule although it was once durable.
    #[error("record {sequence} in {place}: {check:?} expected {expected}, found {found}")]
    InvalidRow {
        /// The database.
        place: String,
        /// The record that was to come.
        sequence: u64,
        /// The rule that was broken.
        check: Check,
        /// What the rule asked for.
        expected: String,
        /// What was stored.
        found: String,
    },
    /// The database that keeps the records cannot be read.
    #[error("the records in {place} cannot be read: {source}")]
    Shelf {
        /// The database.
        place: String,
        /// Its reason.
        source: ShelfError,
    },
    /// The operating system refused.
    #[error("cannot read {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

/// Why a journal was not opened for writing. Nothing acknowledged has been changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The journal cannot be read; see the cause. An operator must restore the named segment.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Another process, or another `Journal` of this one, has the folder open.
    #[error("another writer holds {folder}")]
    Locked {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// The folder is not the one that the journal was made in: it was copied, or moved to another file
    /// system, or its file `lock` was replaced. Two writers of one journal would tell two stories.
    #[error(
        "{folder} is a copy: its journal was made in another folder, which may still be in use. If that \
         one will never be used again, take this one over (adopt); else restore a backup into a folder \
         of its own"
    )]
    Copied {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// The journal ends before a record that is known to have been durable: its end was lost.
    #[error("journal ends at sequence {last} but {known} was durable")]
    EndLost {
        /// Last sequence found.
        last: u64,
        /// Sequence that must be there (posted by the caller, or noted before an error).
        known: u64,
    },
    /// The database that keeps the records was not taken over.
    #[error("the journal in {place} cannot be opened: {source}")]
    Shelf {
        /// The database.
        place: String,
        /// Its reason.
        source: ShelfError,
    },
    /// The operating system refused a change.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

/// Why a record was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The payload is longer than `PAYLOAD_MAX_BYTES`. Nothing was written; the journal goes on.
    #[error("payload of {bytes} bytes is too long")]
    TooLong {
        /// The payload's length.
        bytes: usize,
    },
    /// An earlier append failed. Nothing was written; open the journal again.
    #[error("journal is closed after an earlier error")]
    Poisoned,
    /// A writer of a higher epoch has opened the folder, although this one never gave up its lock.
    /// Nothing was written, and this journal is closed.
    #[error("epoch {theirs} has taken the journal over from epoch {ours}")]
    Fenced {
        /// This writer's epoch.
        ours: u64,
        /// The epoch that is noted in the folder.
        theirs: u64,
    },
    /// The outcome of this record is unknown: it is or is not there after the next `open`.
    #[error("outcome of record {sequence} is unknown: cannot {action} {path}")]
    Unknown {
        /// The record's sequence.
        sequence: u64,
        /// What failed, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}
