//! The journal, wherever it is kept.

use std::fmt;
use std::path::Path;

use crate::error::{AppendError, OpenError, ReadError};
use crate::opening;
use crate::reader::{Reader, Record};
use crate::shelf_reader::ShelfReader;
use crate::shelf_writer::{self, ShelfJournal};
use crate::writer::{FileJournal, Opened, Options, Position};

/// A journal open for writing. On files it holds the folder's lock until dropped.
pub struct Journal(Place);

enum Place {
    Files(Box<FileJournal>),
    Shelf(ShelfJournal),
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Files(files) => files.fmt(f),
            Place::Shelf(shelf) => shelf.fmt(f),
        }
    }
}

impl Journal {
    /// Opens the journal in `folder`, which is made if it is not there (its parent must be), or on the
    /// shelf that the options name.
    ///
    /// Everything after the posted sequence is checked. An unfinished record at the very end is cut
    /// off; any other damage is refused. What was read is durable when this returns. The new epoch is
    /// higher than any before it.
    pub fn open(folder: &Path, options: Options) -> Result<(Journal, Opened), OpenError> {
        match &options.shelf {
            Some(shelf) => {
                let (journal, opened) = shelf_writer::open(shelf, &options)?;
                Ok((Journal(Place::Shelf(journal)), opened))
            }
            None => {
                let (journal, opened) = opening::open(folder, options)?;
                Ok((Journal(Place::Files(Box::new(journal))), opened))
            }
        }
    }

    /// Appends one record and makes it durable. When this returns `Ok`, the record stays.
    ///
    /// After `AppendError::Unknown` and `AppendError::Fenced` the journal refuses everything: drop it and
    /// open it again, and see whether the record is there.
    pub fn append(&mut self, payload: &[u8]) -> Result<Position, AppendError> {
        match &mut self.0 {
            Place::Files(files) => files.append(payload),
            Place::Shelf(shelf) => shelf.append(payload),
        }
    }

    /// Makes sure that nobody has taken the journal over, for answers that depend on it and write nothing: an old owner
    /// that wakes up would otherwise tell what is not true any more. Errors as those of [`Journal::append`].
    pub fn confirm(&mut self) -> Result<(), AppendError> {
        match &mut self.0 {
            Place::Files(files) => files.confirm(),
            Place::Shelf(shelf) => shelf.confirm(),
        }
    }

    /// The epoch this writer's records carry.
    pub fn epoch(&self) -> u64 {
        match &self.0 {
            Place::Files(files) => files.epoch(),
            Place::Shelf(shelf) => shelf.epoch(),
        }
    }

    /// The last durable record; sequence 0 and zeros before the first.
    pub fn position(&self) -> Position {
        match &self.0 {
            Place::Files(files) => files.position(),
            Place::Shelf(shelf) => shelf.position(),
        }
    }
}

/// Records one after another, from files or from a shelf.
#[derive(Debug)]
pub struct Records(Source);

#[derive(Debug)]
enum Source {
    Files(Box<Reader>),
    Shelf(ShelfReader),
}

/// Reads the journal that these options open, from a sequence on (0 and 1 both mean the first record), as
/// [`Reader`] does. Fails when it is on files and the segment that holds it is not there.
pub fn read(folder: &Path, options: &Options, from_sequence: u64) -> Result<Records, ReadError> {
    Ok(Records(match &options.shelf {
        Some(shelf) => Source::Shelf(ShelfReader::open(shelf.clone(), options.world, from_sequence)),
        None => {
            let disk = options.disk.clone();
            Source::Files(Box::new(Reader::open_on(disk, folder, from_sequence, None)?))
        }
    }))
}

impl Iterator for Records {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Files(reader) => reader.next(),
            Source::Shelf(reader) => reader.next(),
        }
    }
}
