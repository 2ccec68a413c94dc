//! The way to a disk: all that the journal asks of a file system. [`RealDisk`](crate::RealDisk) answers
//! with the system's files; a simulator answers from memory and loses what a power loss may lose.
//!
//! Two things must be kept apart: what is *seen* by later calls, and what is *durable*, that is found
//! again after a power loss. Every change is seen at once by every handle and every path, also by those
//! of other users of the same disk. It is durable only when this page says so:
//!
//! - Bytes and length of a file: as they were seen when a [`DiskFile::sync`] of any handle of that file
//!   began, once that sync has returned `Ok`.
//! - A name (made by `create`, `lock` or `rename`, taken away by `rename` or `remove`): as it was seen
//!   when a [`Disk::sync_folder`] of its folder began, once that has returned `Ok`.
//! - A folder's own name: with `sync_folder` of the folder above it.
//!
//! A power loss may keep any part of what is not durable yet:
//!
//! - of bytes written: any set of whole 512-byte sectors, counted from the start of the file, each as
//!   any one of the writes since the last sync left it; a sector never holds part of one write;
//! - a new length or the old one; bytes never written, between an old end and a new one, are zeros;
//! - of a folder's changes: all up to some moment, in the order they were made. A `rename` is one
//!   change: the new name is the old file or the new one, never neither.
//!
//! Names and bytes are independent: a durable name says nothing about the bytes of its file.
//!
//! A sync that fails leaves the changes it was to make durable *seen but lost*: no later sync makes them
//! durable, as the kernel marks such pages clean. Only writing the bytes again and syncing that does.
//!
//! No call is retried, and after the end of a process all its handles and locks are gone while what was
//! seen stays seen. Errors: `NotFound` where a name is not there, `UnexpectedEof` where a read would go
//! beyond the end; every other kind is treated as a failure of the disk.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Which file it is, whatever name it has: stays through renaming and through every restart, and no
/// other file, not even a copy of it, has the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileIdentity {
    /// The file's number (inode) on its file system. It may be given again after the file is gone.
    pub number: u64,
    /// When the file was made, in nanoseconds UTC; 0 where the file system does not keep it.
    pub made_at_ns: i64,
}

/// For what a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Reading alone: a journal that may not be written is read all the same.
    Read,
    /// Reading and writing.
    ReadWrite,
}

/// A file system, as far as the journal needs one. Folder and file names are plain; nothing is a link.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Makes the folder if it is not there; the one above must be.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;

    /// The names in the folder, in any order, without the folder's own path. Names that are not UTF-8
    /// are left out. Names that come and go meanwhile may be there or not.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Makes an empty file, and opens it for reading and writing. A file that has the name is emptied
    /// (it stays the same file).
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens a file that is there. The handle stays with the file when its name goes to another.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens the file for reading and writing, makes it (empty) if it is not there, and locks it for
    /// this handle alone: `None` while another handle has it locked, of this process or of another.
    /// Who only reads or writes it needs no lock. The lock ends when the last clone of the handle is
    /// dropped or its process ends; it is not on the disk.
    fn lock(&self, path: &Path) -> io::Result<Option<Arc<dyn DiskFile>>>;

    /// Which file has the name now. A handle tells its own with [`DiskFile::identity`].
    fn identity(&self, path: &Path) -> io::Result<FileIdentity>;

    /// Gives a file another name in the same folder; a file that had that name loses it. Seen at once
    /// and whole: nobody finds the new name missing.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a file's name away. Handles that are open go on.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in the folder durable, as they are seen now.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file. Dropping it closes it and makes nothing durable.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Sets its length in bytes: what is beyond is cut off, what is new reads as zeros.
    fn set_length(&self, bytes: u64) -> io::Result<()>;

    /// Fills `into` with the bytes from `offset` on; `UnexpectedEof` when the file ends before.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;

    /// Writes all the bytes at `offset`, longer than the file if need be. After an error any part of
    /// them may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes the file's bytes and length durable, as they are seen now.
    fn sync(&self) -> io::Result<()>;

    /// Which file it is.
    fn identity(&self) -> io::Result<FileIdentity>;
}
