//! The way to a database that keeps the records, a row each, in the place of files: all that the journal
//! asks of it. The one in PostgreSQL is made above; a test answers from memory and loses connections.
//!
//! Beside the records stands the *fence*: the highest epoch that anybody took, and the last record. Taking
//! the journal over raises the epoch, and a record is written only together with the fence, which must
//! still stand at the writer's epoch and at the record before. So an old owner writes nothing more, and
//! after a connection was lost in the middle of a write, the fence says what became of it: whoever takes
//! the journal over first waits for what is under way.

use std::fmt;

use crate::format::WorldId;
use crate::writer::Position;

/// Who may write the next record, and which was the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fence {
    /// The highest epoch that was taken.
    pub epoch: u64,
    /// The last record; sequence 0 and zeros before the first.
    pub last: Position,
}

/// What came of writing a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It stands, durably.
    Stands,
    /// It was not written: the fence did not stand where it had to. This is where it stands.
    Fenced(Fence),
}

/// Why a database did not do what was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShelfError {
    /// It refused, and nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// It gave the transaction up for another one's sake, and nothing was changed: the same again may
    /// succeed.
    #[error("{0}")]
    Conflict(String),
    /// The connection was lost or nothing was answered: what was asked may have been done or not.
    #[error("{0}")]
    Unknown(String),
    /// Another writer that is alive holds the journal.
    #[error("it is served by another process ({0}); stop that one first")]
    Held(String),
    /// The records are of another world.
    #[error(
        "it holds the books of another world; name another database, or the data folder that belongs to it"
    )]
    OtherWorld,
}

/// A database that keeps records behind a fence.
pub trait Shelf: Send + Sync + fmt::Debug {
    /// Where it is, for messages; without a password.
    fn place(&self) -> String;

    /// Takes the journal over: raises the epoch, durably, and gives the fence with the new one. Makes the
    /// fence when there is none. Every write under a lower epoch has taken effect before this returns,
    /// and shows in what it gives, or never will. Refuses while another owner is alive; this one's own
    /// connections that were lost are none.
    ///
    /// `anew`: whoever takes it reads everything again. Otherwise it goes on with what it remembers of the
    /// tables beside the journal, and a server that was started anew or replaced since is refused: it may
    /// have all that was acknowledged and yet lack rows that were posted.
    fn take(&self, world: &WorldId, anew: bool) -> Result<Fence, ShelfError>;

    /// The fence as it stands; `None` when nobody ever took the journal.
    fn fence(&self) -> Result<Option<Fence>, ShelfError>;

    /// Writes a record, whose place and hash are given, durably and together with the fence; or neither.
    fn keep(&self, epoch: u64, position: &Position, record: &[u8]) -> Result<Kept, ShelfError>;

    /// Records from this sequence on, in order, without a gap of this method's making: some, at most what
    /// fits into memory with ease; none at the end.
    fn records(&self, from_sequence: u64) -> Result<Vec<Vec<u8>>, ShelfError>;

    /// Waits a little before something is asked again that came to nothing so many times; false when it
    /// should be given up.
    fn rest(&self, times: u32) -> bool;
}
