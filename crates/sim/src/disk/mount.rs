//! A disk as one process sees it, and its open files: the calls of [`journal::Disk`], one by one.

use super::names::{Named, folder_of};
use super::{SimDisk, State};
use crate::faults::Fault;
use journal::{Access, Disk, DiskFile, FileIdentity};
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// A disk as one process sees it. When the process ends, its handles do nothing any more and its locks are free.
pub struct Mount {
    disk: SimDisk,
    process: u64,
}

impl Mount {
    pub(super) fn new(disk: SimDisk, process: u64) -> Mount {
        Mount { disk, process }
    }

    /// The process is killed: what it wrote stays seen, durable or not.
    pub fn kill(&self) {
        let mut state = self.disk.state();
        state.alive.remove(&self.process);
        for held in state.files.values_mut() {
            if held.locked.is_some_and(|(_, process)| process == self.process) {
                held.locked = None;
            }
        }
    }

    fn handle(&self, state: &mut State, file: u64, access: Access) -> Arc<dyn DiskFile> {
        let (disk, process) = (self.disk.clone(), self.process);
        Arc::new(Handle { disk, process, handle: state.number(), file, access })
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mount({:?}, process {})", self.disk, self.process)
    }
}

impl Disk for Mount {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        if state.names.is_folder(folder) {
            return Ok(());
        }
        if state.names.get(folder).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.folder_there(&folder_of(folder))?;
        state.fails_full()?;
        state.fails_by(Fault::NameFails)?;
        state.names.add(folder, Named::Folder);
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.folder_there(folder)?;
        state.fails_by(Fault::ReadFails)?;
        let mut names: Vec<String> = state.names.inside(folder).map(|(name, _)| name.to_owned()).collect();
        // The contract knows no order, so nobody gets one.
        state.dice.shuffle(&mut names);
        Ok(names)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        let file = state.made(path)?;
        state.held(file).image.set_length(0);
        Ok(self.handle(state, file, Access::ReadWrite))
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        let file = state.file_named(path)?;
        state.fails_by(Fault::ReadFails)?;
        Ok(self.handle(state, file, access))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Arc<dyn DiskFile>>> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        let file = state.made(path)?;
        if state.held(file).locked.is_some() {
            state.counters.hit("disk.lock-refused");
            return Ok(None);
        }
        let (disk, process, handle) = (self.disk.clone(), self.process, state.number());
        state.held(file).locked = Some((handle, process));
        Ok(Some(Arc::new(Handle { disk, process, handle, file, access: Access::ReadWrite })))
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        let file = state.file_named(path)?;
        Ok(state.identity(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.file_named(from)?;
        assert_eq!(folder_of(from), folder_of(to), "a file stays in its folder");
        state.fails_by(Fault::NameFails)?;
        if from != to {
            state.names.rename(from, to);
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.file_named(path)?;
        state.fails_by(Fault::NameFails)?;
        state.names.remove(path);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.folder_there(folder)?;
        if state.strikes(Fault::FolderSyncFails) {
            state.names.sync_in_part(folder, &mut state.dice);
            return Err(io::Error::other(Fault::FolderSyncFails.name()));
        }
        state.names.sync(folder);
        Ok(())
    }
}

/// An open file of one process.
struct Handle {
    disk: SimDisk,
    process: u64,
    handle: u64,
    file: u64,
    access: Access,
}

impl Handle {
    fn may_write(&self) -> io::Result<()> {
        if self.access == Access::ReadWrite { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle(file {}, process {}, {:?})", self.file, self.process, self.access)
    }
}

impl DiskFile for Handle {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.state().living(self.process)?.held(self.file).image.length())
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.may_write()?;
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.fails_full()?;
        state.fails_by(Fault::NameFails)?;
        state.held(self.file).image.set_length(bytes);
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let mut guard = self.disk.state();
        let state = guard.living(self.process)?;
        state.fails_by(Fault::ReadFails)?;
        let there = state.held(self.file).image.read(offset, into);
        if there { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.may_write()?;
        self.disk.state().living(self.process)?.write(self.file, offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.state().living(self.process)?.sync(self.file)
    }

    fn identity(&self) -> io::Result<FileIdentity> {
        Ok(self.disk.state().living(self.process)?.identity(self.file))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if let Some(held) = state.files.get_mut(&self.file)
            && held.locked == Some((self.handle, self.process))
        {
            held.locked = None;
        }
    }
}
