//! Every change made to the disk goes through here, one function per kind of change, so that tests
//! can watch each step and make it fail.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
pub trait Hook: Send + Sync {
    /// Decides what becomes of the step. A step that gets `Go` can still fail at the system's hands.
    fn before(&self, step: Step<'_>) -> Verdict;
}

/// A change that failed.
#[derive(Debug)]
pub(crate) struct DiskError {
    pub(crate) action: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// A file open for reading and writing, with its path for messages.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
}

/// The way to the disk.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) hook: Option<Arc<dyn Hook>>,
}

impl Disk {
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
        done.map_err(|source| DiskError { action, path: path.to_path_buf(), source })
    }

    pub(crate) fn create(&self, path: &Path) -> Result<OpenFile, DiskError> {
        let file = self.run("create", path, Step::Create(path), || {
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
        })?;
        Ok(OpenFile { file, path: path.to_path_buf() })
    }

    pub(crate) fn set_length(&self, open: &OpenFile, bytes: u64) -> Result<(), DiskError> {
        let step = Step::SetLength(&open.path, bytes);
        self.run("set the length of", &open.path, step, || open.file.set_len(bytes))
    }

    pub(crate) fn write(&self, open: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let step = Step::Write(&open.path, offset, bytes);
        let failed = |source| DiskError { action: "write", path: open.path.clone(), source };
        match self.hook.as_ref().map_or(Verdict::Go, |hook| hook.before(step)) {
            Verdict::Go => open.file.write_all_at(bytes, offset).map_err(failed),
            Verdict::Fail(error) => Err(failed(error)),
            Verdict::Short(most, error) => {
                let part = &bytes[..most.min(bytes.len())];
                open.file.write_all_at(part, offset).map_err(failed)?;
                Err(failed(error))
            }
        }
    }

    pub(crate) fn sync(&self, open: &OpenFile) -> Result<(), DiskError> {
        self.run("sync", &open.path, Step::SyncFile(&open.path), || open.file.sync_data())
    }

    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), DiskError> {
        self.run("sync folder", folder, Step::SyncFolder(folder), || File::open(folder)?.sync_all())
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.run("rename", from, Step::Rename(from, to), || fs::rename(from, to))
    }

    pub(crate) fn remove(&self, path: &Path) -> Result<(), DiskError> {
        self.run("remove", path, Step::Remove(path), || fs::remove_file(path))
    }
}
