//! Every change that the writer makes goes through here, one function per kind of change, so that tests
//! can watch each step and make it fail, on whatever disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, DiskFile};

/// A change about to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// Make an empty file, or empty an old unfinished one.
    Create(&'a Path),
    /// Set a file's length in bytes.
    SetLength(&'a Path, u64),
    /// Write the bytes at the offset.
    Write(&'a Path, u64, &'a [u8]),
    /// Make a file's data, and what is needed to reach it, durable.
    SyncFile(&'a Path),
    /// Make the names in a folder durable.
    SyncFolder(&'a Path),
    /// Rename a file, replacing a file that has the new name.
    Rename(&'a Path, &'a Path),
    /// Remove a file.
    Remove(&'a Path),
}

/// What becomes of a step.
#[derive(Debug)]
pub enum Verdict {
    /// It is carried out.
    Go,
    /// It fails and nothing is done.
    Fail(io::Error),
    /// It fails after so many bytes of a write; for other steps the same as `Fail`.
    Short(usize, io::Error),
}

/// Asked before each change to the disk. For fault injection and crash images in tests.
///
/// The lock file and the journal's folder are made without asking. With
/// [`Prepare::AheadOnThread`](crate::Prepare) the steps of the file that is prepared come from another
/// thread, in between.
pub trait Hook: Send + Sync {
    /// Decides what becomes of the step. A step that gets `Go` can still fail at the system's hands.
    fn before(&self, step: Step<'_>) -> Verdict;
}

/// An access that failed.
#[derive(Debug)]
pub(crate) struct DiskError {
    pub(crate) action: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl DiskError {
    /// For `map_err`: the action failed on this path.
    pub(crate) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
        move |source| DiskError { action, path: path.to_path_buf(), source }
    }
}

/// A file open for reading and writing, with its path for messages.
#[derive(Clone, Debug)]
pub(crate) struct OpenFile {
    pub(crate) file: Arc<dyn DiskFile>,
    pub(crate) path: PathBuf,
}

/// A disk with somebody who may watch.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) hook: Option<Arc<dyn Hook>>,
}

impl Watched {
    fn run<T>(
        &self,
        action: &'static str,
        path: &Path,
        step: Step<'_>,
        go: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, DiskError> {
        let verdict = self.hook.as_ref().map_or(Verdict::Go, |hook| hook.before(step));
        let done = match verdict {
            Verdict::Go => go(),
            Verdict::Fail(error) | Verdict::Short(_, error) => Err(error),
        };
        done.map_err(DiskError::of(action, path))
    }

    pub(crate) fn create(&self, path: &Path) -> Result<OpenFile, DiskError> {
        let file = self.run("create", path, Step::Create(path), || self.disk.create(path))?;
        Ok(OpenFile { file, path: path.to_path_buf() })
    }

    pub(crate) fn set_length(&self, open: &OpenFile, bytes: u64) -> Result<(), DiskError> {
        let step = Step::SetLength(&open.path, bytes);
        self.run("set the length of", &open.path, step, || open.file.set_length(bytes))
    }

    pub(crate) fn write(&self, open: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let step = Step::Write(&open.path, offset, bytes);
        let verdict = self.hook.as_ref().map_or(Verdict::Go, |hook| hook.before(step));
        let written = match verdict {
            Verdict::Go => open.file.write_at(offset, bytes),
            Verdict::Fail(error) => Err(error),
            Verdict::Short(most, error) => {
                open.file.write_at(offset, &bytes[..most.min(bytes.len())]).and(Err(error))
            }
        };
        written.map_err(DiskError::of("write", &open.path))
    }

    pub(crate) fn sync(&self, open: &OpenFile) -> Result<(), DiskError> {
        self.run("sync", &open.path, Step::SyncFile(&open.path), || open.file.sync())
    }

    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), DiskError> {
        self.run("sync folder", folder, Step::SyncFolder(folder), || self.disk.sync_folder(folder))
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.run("rename", from, Step::Rename(from, to), || self.disk.rename(from, to))
    }

    pub(crate) fn remove(&self, path: &Path) -> Result<(), DiskError> {
        self.run("remove", path, Step::Remove(path), || self.disk.remove(path))
    }
}
