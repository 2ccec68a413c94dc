//! A disk in memory: what the contract in `disk.rs` asks for, and no more. It loses what was not synced,
//! fails from a chosen change on, and forgets its locks when told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use journal::{Access, Disk, DiskFile, FileIdentity};

const SECTOR_BYTES: usize = 512;

#[derive(Clone, Default)]
struct FileState {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// The bytes after each change since the last sync.
    pending: Vec<Vec<u8>>,
}

#[derive(Clone, Default)]
struct State {
    files: BTreeMap<u64, FileState>,
    names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    /// The names after each change since the last sync.
    pending_names: Vec<BTreeMap<PathBuf, u64>>,
    last_number: u64,
    locked: BTreeSet<u64>,
    /// Grows when locks are forgotten, so that an old handle does not take a new lock away.
    lock_era: u64,
    changes: usize,
    fails_from: Option<usize>,
    reads: usize,
}

#[derive(Clone, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<State>>);

impl std::fmt::Debug for MemoryDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryDisk")
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    number: u64,
    /// The era of its lock, if it has one.
    locked: Option<u64>,
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl State {
    fn change(&mut self) -> io::Result<()> {
        self.changes += 1;
        match self.fails_from {
            Some(from) if self.changes > from => Err(io::Error::other("no power")),
            _ => Ok(()),
        }
    }

    fn make(&mut self, path: &Path) -> u64 {
        self.last_number += 1;
        self.files.insert(self.last_number, FileState::default());
        self.names.insert(path.to_path_buf(), self.last_number);
        self.pending_names.push(self.names.clone());
        self.last_number
    }

    fn number(&self, path: &Path) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(not_found)
    }

    fn edit(&mut self, number: u64, edit: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.change()?;
        let file = self.files.get_mut(&number).unwrap();
        edit(&mut file.seen);
        file.pending.push(file.seen.clone());
        Ok(())
    }
}

impl MemoryDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn handle(&self, number: u64, locked: Option<u64>) -> Arc<dyn DiskFile> {
        Arc::new(MemoryFile { disk: self.clone(), number, locked })
    }

    /// Changes made so far.
    pub(crate) fn changes(&self) -> usize {
        self.state().changes
    }

    /// Puts a durable file onto it.
    pub(crate) fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut state = self.state();
        let number = state.make(path);
        state.files.insert(number, FileState { seen: bytes.clone(), durable: bytes, pending: Vec::new() });
        state.durable_names = state.names.clone();
        state.pending_names.clear();
    }

    /// Calls of `read_at` so far.
    pub(crate) fn reads(&self) -> usize {
        self.state().reads
    }

    /// Every change after so many fails.
    pub(crate) fn fail_from(&self, changes: usize) {
        self.state().fails_from = Some(changes);
    }

    /// As if the machine that holds them were gone; whoever holds one does not hear of it.
    pub(crate) fn forget_locks(&self) {
        let mut state = self.state();
        state.locked.clear();
        state.lock_era += 1;
    }

    /// The disk after a power loss now. Image 0 keeps nothing that is pending, image 1 everything, the
    /// others a random part.
    pub(crate) fn after_power_loss(&self, image: u64) -> MemoryDisk {
        let mut state = self.state().clone();
        let mut random = image.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ state.changes as u64;
        let mut pick = |pending: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            match image {
                0 => 0,
                1 => pending,
                _ => (random >> 33) as usize % (pending + 1),
            }
        };
        let kept = pick(state.pending_names.len());
        if kept > 0 {
            state.durable_names = state.pending_names.swap_remove(kept - 1);
        }
        for file in state.files.values_mut() {
            let versions: Vec<&Vec<u8>> = std::iter::once(&file.durable).chain(&file.pending).collect();
            let mut bytes = vec![0; versions[pick(versions.len() - 1)].len()];
            for (index, sector) in bytes.chunks_mut(SECTOR_BYTES).enumerate() {
                let version = versions[pick(versions.len() - 1)];
                let from = (index * SECTOR_BYTES).min(version.len());
                let to = (from + sector.len()).min(version.len());
                sector[..to - from].copy_from_slice(&version[from..to]);
            }
            *file = FileState { seen: bytes.clone(), durable: bytes, pending: Vec::new() };
        }
        let names = state.durable_names.clone();
        let (files, last_number) = (state.files, state.last_number);
        let durable_names = names.clone();
        let state = State { files, names, durable_names, last_number, ..State::default() };
        MemoryDisk(Arc::new(Mutex::new(state)))
    }
}

impl Disk for MemoryDisk {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        let within = state.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(within.map(|path| path.file_name().unwrap().to_str().unwrap().to_string()).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        state.change()?;
        let number = match state.number(path) {
            Ok(number) => state.edit(number, Vec::clear).map(|()| number)?,
            Err(_) => state.make(path),
        };
        Ok(self.handle(number, None))
    }

    fn open(&self, path: &Path, _: Access) -> io::Result<Arc<dyn DiskFile>> {
        let number = self.state().number(path)?;
        Ok(self.handle(number, None))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Arc<dyn DiskFile>>> {
        let mut state = self.state();
        let number = match state.number(path) {
            Ok(number) => number,
            Err(_) => state.change().map(|()| state.make(path))?,
        };
        let era = state.lock_era;
        Ok(state.locked.insert(number).then(|| self.handle(number, Some(era))))
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        Ok(FileIdentity { number: self.state().number(path)?, made_at_ns: 0 })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        let number = state.names.remove(from).ok_or_else(not_found)?;
        state.names.insert(to.to_path_buf(), number);
        let names = state.names.clone();
        state.pending_names.push(names);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        state.names.remove(path).ok_or_else(not_found)?;
        let names = state.names.clone();
        state.pending_names.push(names);
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        state.durable_names = state.names.clone();
        state.pending_names.clear();
        Ok(())
    }
}

impl DiskFile for MemoryFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.state().files[&self.number].seen.len() as u64)
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.disk.state().edit(self.number, |seen| seen.resize(bytes as usize, 0))
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        state.reads += 1;
        let seen = &state.files[&self.number].seen;
        let range = offset as usize..offset as usize + into.len();
        into.copy_from_slice(seen.get(range).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.state().edit(self.number, |seen| {
            let (from, to) = (offset as usize, offset as usize + bytes.len());
            seen.resize(seen.len().max(to), 0);
            seen[from..to].copy_from_slice(bytes);
        })
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.change()?;
        let file = state.files.get_mut(&self.number).unwrap();
        file.durable = file.seen.clone();
        file.pending.clear();
        Ok(())
    }

    fn identity(&self) -> io::Result<FileIdentity> {
        Ok(FileIdentity { number: self.number, made_at_ns: 0 })
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if self.locked == Some(state.lock_era) {
            state.locked.remove(&self.number);
        }
    }
}
