//! A disk that loses what was not synced. It watches the steps of a journal, fails those it is told
//! to, and makes images of what a power loss would leave.
//!
//! After a failed sync the kernel marks the pages clean: they stay readable and are never written.
//! The model does the same, for names in a folder too.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use journal::{Hook, Step, Verdict};

use crate::memory_disk::MemoryDisk;

pub(crate) const SECTOR_BYTES: usize = 512;
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// How a failing step fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Io,
    /// A write ends after so many bytes for want of space.
    Full(usize),
}

/// Which steps fail, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Failing {
    pub(crate) from: usize,
    pub(crate) count: usize,
    pub(crate) kind: Kind,
}

#[derive(Default)]
pub(crate) struct DiskModel {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    steps: usize,
    failing: Option<Failing>,
    files: Vec<FileState>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<(String, Option<usize>)>,
}

#[derive(Default, Clone)]
struct FileState {
    durable: Vec<u8>,
    /// Length if set, else bytes at an offset.
    pending: Vec<(u64, Option<Vec<u8>>)>,
}

impl FileState {
    /// Carries out what is pending, sector by sector where `keep` says so.
    fn after(&self, mut keep: impl FnMut() -> bool) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for (at, data) in &self.pending {
            let Some(data) = data else {
                bytes.resize(*at as usize, 0);
                continue;
            };
            let (mut from, end) = (*at as usize, *at as usize + data.len());
            if bytes.len() < end {
                bytes.resize(end, 0)
            }
            while from < end {
                let to = ((from / SECTOR_BYTES + 1) * SECTOR_BYTES).min(end);
                if keep() {
                    bytes[from..to].copy_from_slice(&data[from - *at as usize..to - *at as usize]);
                }
                from = to;
            }
        }
        bytes
    }
}

impl State {
    fn file(&mut self, path: &Path) -> &mut FileState {
        let name = name(path);
        if !self.names.contains_key(&name) {
            self.link(name.clone())
        }
        &mut self.files[self.names[&name]]
    }

    fn link(&mut self, name: String) {
        self.files.push(FileState::default());
        let id = self.files.len() - 1;
        self.names.insert(name.clone(), id);
        self.pending_names.push((name, Some(id)));
    }

    fn run(&mut self, step: Step<'_>, fails: bool, written: usize) {
        match step {
            Step::Write(path, at, bytes) => {
                let data = bytes[..written.min(bytes.len())].to_vec();
                self.file(path).pending.push((at, Some(data)));
            }
            Step::SyncFile(path) => {
                let file = self.file(path);
                if !fails {
                    file.durable = file.after(|| true)
                }
                file.pending.clear();
            }
            Step::SyncFolder(_) => {
                for (name, id) in std::mem::take(&mut self.pending_names) {
                    if !fails {
                        put(&mut self.durable_names, name, id)
                    }
                }
            }
            _ if fails => {}
            Step::Create(path) => self.link(name(path)),
            Step::SetLength(path, bytes) => self.file(path).pending.push((bytes, None)),
            Step::Rename(from, to) => {
                let id = self.names.remove(&name(from)).unwrap();
                self.names.insert(name(to), id);
                self.pending_names.extend([(name(from), None), (name(to), Some(id))]);
            }
            Step::Remove(path) => {
                self.names.remove(&name(path));
                self.pending_names.push((name(path), None));
            }
        }
    }
}

fn put(names: &mut BTreeMap<String, usize>, name: String, id: Option<usize>) {
    match id {
        Some(id) => drop(names.insert(name, id)),
        None => drop(names.remove(&name)),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_string()
}

impl Hook for DiskModel {
    fn before(&self, step: Step<'_>) -> Verdict {
        let mut state = self.state.lock().unwrap();
        let number = state.steps;
        state.steps += 1;
        let failing =
            state.failing.filter(|failing| number >= failing.from && number - failing.from < failing.count);
        match failing.map(|failing| failing.kind) {
            None => {
                state.run(step, false, usize::MAX);
                Verdict::Go
            }
            Some(Kind::Io) => {
                state.run(step, true, 0);
                Verdict::Fail(io::Error::from_raw_os_error(EIO))
            }
            Some(Kind::Full(most)) => {
                state.run(step, true, most);
                Verdict::Short(most, io::Error::from_raw_os_error(ENOSPC))
            }
        }
    }
}

impl DiskModel {
    pub(crate) fn fail(&self, failing: Option<Failing>) {
        self.state.lock().unwrap().failing = failing;
    }

    pub(crate) fn steps(&self) -> usize {
        self.state.lock().unwrap().steps
    }

    /// What a power loss now would leave in the folder, as the folder `/` of another disk. Image 0 keeps nothing that
    /// is pending, image 1 everything, the others a random part of the sectors and the first few of the names.
    pub(crate) fn image(&self, number: u64) -> MemoryDisk {
        let image = MemoryDisk::default();
        let state = self.state.lock().unwrap();
        let mut random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ state.steps as u64;
        let mut bits = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        let mut names = state.durable_names.clone();
        let named = match number {
            0 => 0,
            1 => state.pending_names.len(),
            _ => bits() as usize % (state.pending_names.len() + 1),
        };
        for (name, id) in &state.pending_names[..named] {
            put(&mut names, name.clone(), *id);
        }
        for (name, id) in names {
            let bytes = state.files[id].after(|| match number {
                0 => false,
                1 => true,
                _ => bits() >> 40 & 1 == 1,
            });
            image.put(&Path::new("/").join(name), bytes);
        }
        image
    }
}
