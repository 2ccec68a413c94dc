//! The book of original entry: append-only, hash-chained, on files or in rows of a database.
//!
//! What happens is written here first, in order, and made durable before anyone is answered; every
//! table can be rebuilt from it. The journal stores opaque payloads and knows nothing of the engine.
//!
//! Promises:
//! - A record whose `append` returned is found again after any kill or power loss.
//! - A record whose `append` failed or never returned is found whole or not at all.
//! - Damage is named (segment, offset, check), never skipped. One case cannot be told apart: damage to
//!   the very last record looks like a torn write and is cut off. `Options::posted_sequence` is the
//!   floor under that: what the caller knows to be there must be there.
//! - After an error while writing or syncing nothing is tried again on that file: the kernel marks
//!   pages clean after a failed sync, so a second sync would lie. A marker is left, and the next
//!   `open` copies what is not surely durable into a fresh segment.
//!
//! Assumption: a disk writes a 512-byte sector whole or not at all.
//! Bounds: one record is written at a time, at most [`PAYLOAD_MAX_BYTES`]; one process writes a folder.
//!
//! Folder: `00000001.journal`, `00000002.journal`, … (segments), `lock` (held by the writer, holds the
//! last epoch), `place` (which file `lock` is, so that a copied folder is noticed), `taint` (only after
//! an error), `*.tmp` (unfinished, removed by `open`). A copy of the segments alone is a whole journal.
//! In a database a record is one row, of the same bytes, and a fence row says who may write the next; both
//! change in one transaction (`shelf.rs`, what keeps them is given by the caller).
//! Reading order: `format.rs`, `reader.rs`, `writer.rs`, `folder.rs`, `lock.rs`, `disk.rs`; `shelf.rs`,
//! `shelf_writer.rs`, `shelf_reader.rs`; `book.rs`, which is either.

mod book;
mod copying;
mod disk;
mod error;
mod folder;
mod format;
mod lock;
mod opening;
mod prepare;
mod reader;
mod real_disk;
mod segment;
mod shelf;
mod shelf_reader;
mod shelf_writer;
mod watched;
mod writer;

pub use book::{Journal, Records, read};
pub use copying::{CopyError, copy_to_folder};
pub use disk::{Access, Disk, DiskFile, FileIdentity};
pub use error::{AppendError, Check, OpenError, ReadError};
pub use format::{Hash, PAYLOAD_MAX_BYTES, WorldId};
pub use prepare::Prepare;
pub use reader::{Reader, Record, RecordRef};
pub use real_disk::RealDisk;
pub use shelf::{Fence, Kept, Shelf, ShelfError};
pub use watched::{Hook, Step, Verdict};
pub use writer::{Opened, Options, Position, SEGMENT_BYTES_DEFAULT};
