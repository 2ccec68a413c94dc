//! The single writer of a set of slots.
//!
//! Why one writer: popular accounts make parallel writers wait for each other anyway; one writer needs no locks, can be
//! decided again exactly, and shares one disk flush among a whole batch.
//!
//! Three threads, one direction: the writer takes what waits, stamps and decides it in memory ([`Desk`], which does no
//! I/O of its own); the journal thread makes the batch durable and only then answers; the poster carries the rows into
//! the store later and in bulk. While one batch becomes durable, the next is decided.
//!
//! Promises: nothing is answered, published or posted before its batch is durable, and neither is a query that saw it.
//! A failed append stops the cell: memory is ahead of the journal then, so it is thrown away and read again under a
//! higher epoch, and the callers hear "unknown". A full queue says busy at once; a full backlog slows the writer to the
//! poster's pace.
//!
//! What the threads do is in parts without threads ([`recover`], [`Desk`], [`Sealed`], [`Counter`], [`Posting`],
//! [`Carrier`]), so that the simulator drives the same code.
//!
//! Reading order: `desk`, `batch`, `sealed`, `carrier`, `recovery`, `door`, `figures`, `writer`, `poster`, `open`;
//! `postgres_shelf`.

mod batch;
mod carrier;
mod desk;
mod door;
mod figures;
mod numbers;
mod open;
mod poster;
mod postgres_shelf;
mod recent;
mod recovery;
mod references;
mod sealed;
mod writer;

pub use batch::{BatchError, BatchRecord, ChangedRow, JournalledCommand};
pub use carrier::Carrier;
pub use desk::{Batch, Desk};
pub use door::{CellError, Clock, Door, Inbox, NotDecided, Promise, Stats};
pub use figures::{BOUNDS_US, Histogram, Since, Spread};
pub use open::{Cell, CellOpenError, Options};
pub use poster::Posting;
pub use postgres_shelf::PostgresShelf;
pub use recovery::{Recovered, recover};
pub use sealed::{Changes, Counter, Durable, Leaving, Sealed};
