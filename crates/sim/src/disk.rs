//! A disk in memory that keeps exactly what [`journal::Disk`] promises, and loses whatever it may lose.
//!
//! Why so strict: a real disk is kind most of the time. This one takes every freedom the contract leaves: what was
//! not synced stays, goes, or stays in part, sector by sector; a failed sync leaves pages that count as clean; a name
//! that was not made durable with its folder is gone. [`SimDisk`] is the machine's disk; a process reaches it through
//! a [`Mount`], which ends with the process.
//!
//! Reading order: `image` (one file), `names`, this file, `mount`.

mod image;
mod mount;
mod names;
#[cfg(test)]
mod tests;

pub use image::Loss;
pub use mount::Mount;

use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use image::Image;
use journal::FileIdentity;
use names::{Named, Names, folder_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many changes a full disk refuses at most before there is room again.
const FULL_CHANGES_MOST: i64 = 40;

/// A machine's disk. Clones are the same disk.
#[derive(Clone)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    files: BTreeMap<u64, Held>,
    names: Names,
    /// Files, handles and processes are numbered together.
    last_no: u64,
    /// Which disk it is among its copies.
    disk_no: u64,
    copies: u64,
    alive: BTreeSet<u64>,
    /// How many changes are still refused because the disk is full.
    full_left: i64,
    dice: Dice,
    swarm: Swarm,
    counters: Counters,
}

/// A file, named or not.
#[derive(Clone, Default, Debug)]
struct Held {
    image: Image,
    /// The handle that has it locked, and its process.
    locked: Option<(u64, u64)>,
}

impl SimDisk {
    /// An empty disk without faults.
    pub fn new(dice: &Dice) -> SimDisk {
        SimDisk::holding(BTreeMap::new(), Names::default(), dice.fork("disk"), 0, 0)
    }

    fn holding(files: BTreeMap<u64, Held>, names: Names, dice: Dice, last_no: u64, disk_no: u64) -> SimDisk {
        let state = State {
            files,
            names,
            last_no,
            disk_no,
            copies: 0,
            alive: BTreeSet::new(),
            full_left: 0,
            dice,
            swarm: Swarm::calm(),
            counters: Counters::new(),
        };
        SimDisk { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these faults strike; a healed swarm also makes room on a full disk.
    pub fn set_swarm(&self, swarm: &Swarm) {
        let mut state = self.state();
        state.swarm = swarm.clone();
        state.full_left = 0;
    }

    /// What happened since the last time it was asked.
    pub fn take_counters(&self) -> Counters {
        self.state().counters.take()
    }

    /// A process that uses this disk begins.
    pub fn mount(&self) -> Arc<Mount> {
        let mut state = self.state();
        let process = state.number();
        state.alive.insert(process);
        drop(state);
        Arc::new(Mount::new(self.clone(), process))
    }

    /// The power goes: every process on this machine ends, and of what was not durable a part is lost, drawn for each
    /// file and each folder.
    pub fn lose_power(&self) {
        self.lose_power_with(None);
    }

    /// As [`SimDisk::lose_power`], with the same kind of loss for every file.
    pub fn lose_power_as(&self, loss: Loss) {
        self.lose_power_with(Some(loss));
    }

    fn lose_power_with(&self, loss: Option<Loss>) {
        let mut guard = self.state();
        let state = &mut *guard;
        state.alive.clear();
        for held in state.files.values_mut() {
            held.locked = None;
            if !held.image.is_durable() {
                let loss = loss.unwrap_or(*state.dice.pick(&Loss::ALL));
                state.counters.hit(loss.counter());
                held.image.lose_power(loss, &mut state.dice);
            } else {
                // What a failed sync left behind is seen and not durable.
                held.image.lose_power(Loss::Everything, &mut state.dice);
            }
        }
        let lost = state.names.lose_power(&mut state.dice);
        if lost > 0 {
            state.counters.add("disk.lost-names", lost);
        }
        let State { files, names, .. } = state;
        files.retain(|file, _| names.has(*file));
    }

    /// All locks are forgotten, as on a network folder whose server restarts: whoever held one goes on unaware, and
    /// the next to ask gets it.
    pub fn lose_locks(&self) {
        self.state().files.values_mut().for_each(|held| held.locked = None);
    }

    /// A copy of everything that is seen, as an operator would make with `cp`: all durable, no locks, no faults. The
    /// files have identities of their own.
    pub fn copy(&self) -> SimDisk {
        let mut state = self.state();
        state.copies += 1;
        let files =
            state.files.iter().map(|(file, held)| (*file, Held { image: held.image.copy(), locked: None }));
        let dice = state.dice.fork_numbered("copy", state.copies);
        let disk_no = state.disk_no.wrapping_mul(1_000).wrapping_add(state.copies);
        SimDisk::holding(files.collect(), state.names.copy(), dice, state.last_no, disk_no)
    }

    /// Whether a power loss now would take nothing.
    pub fn is_durable(&self) -> bool {
        self.state().files.values().all(|held| held.image.is_durable())
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(f, "SimDisk({} files, {} processes)", state.files.len(), state.alive.len())
    }
}

impl State {
    fn number(&mut self) -> u64 {
        self.last_no += 1;
        self.last_no
    }

    /// Fails when the process has ended: a handle that outlived it does nothing.
    fn living(&mut self, process: u64) -> io::Result<&mut State> {
        if self.alive.contains(&process) { Ok(self) } else { Err(io::Error::other("the process has ended")) }
    }

    fn strikes(&mut self, fault: Fault) -> bool {
        self.swarm.strikes(fault, &mut self.dice, &mut self.counters)
    }

    /// An occasion for a fault that fails the call.
    fn fails_by(&mut self, fault: Fault) -> io::Result<()> {
        if self.strikes(fault) { Err(io::Error::other(fault.name())) } else { Ok(()) }
    }

    fn fails_full(&mut self) -> io::Result<()> {
        if self.full_left == 0 {
            return Ok(());
        }
        self.full_left -= 1;
        self.counters.hit("disk.refused-full");
        Err(io::Error::from(ErrorKind::StorageFull))
    }

    fn file_named(&self, path: &Path) -> io::Result<u64> {
        match self.names.get(path) {
            Some(Named::File(file)) => Ok(file),
            Some(Named::Folder) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn folder_there(&self, folder: &Path) -> io::Result<()> {
        if self.names.is_folder(folder) { Ok(()) } else { Err(ErrorKind::NotFound.into()) }
    }

    /// The file of this name, made if it is not there.
    fn made(&mut self, path: &Path) -> io::Result<u64> {
        match self.file_named(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.folder_there(&folder_of(path))?;
                self.fails_full()?;
                self.fails_by(Fault::NameFails)?;
                let file = self.number();
                self.files.insert(file, Held::default());
                self.names.add(path, Named::File(file));
                Ok(file)
            }
            found => found,
        }
    }

    fn held(&mut self, file: u64) -> &mut Held {
        self.files.get_mut(&file).expect("a file stays while the process that opened it lives")
    }

    fn identity(&self, file: u64) -> FileIdentity {
        // Zero would mean that the moment is not known.
        FileIdentity { number: file, made_at_ns: self.disk_no as i64 + 1 }
    }

    /// Writes, or a part of it, or not at all.
    fn write(&mut self, file: u64, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if self.full_left == 0 && self.strikes(Fault::DiskFull) {
            self.full_left = self.dice.range(1, FULL_CHANGES_MOST);
        }
        self.fails_full()?;
        self.fails_by(Fault::WriteFails)?;
        if self.strikes(Fault::WriteTorn) {
            let part = self.dice.index(bytes.len() + 1);
            self.held(file).image.write(offset, &bytes[..part]);
            return Err(io::Error::other(Fault::WriteTorn.name()));
        }
        self.held(file).image.write(offset, bytes);
        Ok(())
    }

    fn sync(&mut self, file: u64) -> io::Result<()> {
        if self.strikes(Fault::SyncKeeps) {
            self.held(file).image.sync();
            return Err(io::Error::other(Fault::SyncKeeps.name()));
        }
        if self.strikes(Fault::SyncLoses) {
            let loss = *self.dice.pick(&[Loss::Everything, Loss::Later, Loss::Any]);
            let State { files, dice, .. } = self;
            files.get_mut(&file).expect("it is open").image.sync_in_part(loss, dice);
            return Err(io::Error::other(Fault::SyncLoses.name()));
        }
        self.held(file).image.sync();
        Ok(())
    }
}
