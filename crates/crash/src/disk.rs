//! What a disk surely holds, what it may hold, and the images that a power loss can leave.
//!
//! Of a file's changes since its last sync each sector of 512 bytes may have arrived in any of its versions, of names
//! since the last sync of their folder any may have. A sector is whole or not there at all; a page of the cache holds
//! everything written into it so far, so a sector never skips an earlier change. After a sync that failed the cache
//! takes its pages for clean: only a page that is written again will be synced again.

use crate::content::{Change, File};
use crate::dice::Dice;
use crate::place;
use crate::recording::{Recording, What};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Entry {
    File(usize),
    Folder(usize),
}

/// A change of names in one folder.
#[derive(Clone, Debug)]
enum Naming {
    Put(String, Entry),
    Remove(String),
    Rename(String, String),
}

#[derive(Debug, Default)]
struct Folder {
    now: BTreeMap<String, Entry>,
    durable: BTreeMap<String, Entry>,
    /// Changes since the folder's last sync, with their place among all changes of names.
    pending: Vec<(u64, Naming)>,
}

/// How the pending changes of a file are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    None,
    All,
    Prefix,
    Sectors,
    Pages,
    TornLast,
    TornHeader,
}

/// All of them.
pub(crate) const MODES: [Mode; 7] =
    [Mode::None, Mode::All, Mode::Prefix, Mode::Sectors, Mode::Pages, Mode::TornLast, Mode::TornHeader];

/// How the pending changes of names are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Names {
    /// As on file systems that journal names: all up to some moment, and a sync of any file carries those before it.
    InOrder,
    /// As the standard allows: any of them, and only the folder's own sync makes them sure.
    Any,
    /// The same, but a folder that was made stays made.
    Files,
}

/// The disk at one moment.
#[derive(Debug)]
pub(crate) struct Disk {
    files: Vec<File>,
    folders: Vec<Folder>,
    by_inode: HashMap<u64, Entry>,
    namings: u64,
    /// Changes of names before this were carried by the sync of a file, where names are journalled.
    carried: u64,
}

impl Disk {
    /// An empty folder.
    pub(crate) fn new() -> Disk {
        Disk {
            files: Vec::new(),
            folders: vec![Folder::default()],
            by_inode: HashMap::new(),
            namings: 0,
            carried: 0,
        }
    }

    /// The disk that holds a folder, all of it durable.
    pub(crate) fn of(folder: &Path) -> anyhow::Result<Disk> {
        let mut disk = Disk::new();
        disk.take_in(0, folder)?;
        Ok(disk)
    }

    fn take_in(&mut self, place: usize, path: &Path) -> anyhow::Result<()> {
        self.by_inode.insert(fs::metadata(path)?.ino(), Entry::Folder(place));
        for found in fs::read_dir(path)? {
            let found = found?;
            let name = found.file_name().into_string().ok().context("a name that is no text")?;
            let entry = if found.file_type()?.is_dir() {
                self.folders.push(Folder::default());
                let inner = self.folders.len() - 1;
                self.take_in(inner, &found.path())?;
                Entry::Folder(inner)
            } else {
                let mut file = File::default();
                file.change(Change::Write(0, fs::read(found.path())?.into()));
                file.sync();
                self.files.push(file);
                self.by_inode.insert(found.metadata()?.ino(), Entry::File(self.files.len() - 1));
                Entry::File(self.files.len() - 1)
            };
            let folder = &mut self.folders[place];
            folder.now.insert(name.clone(), entry);
            folder.durable.insert(name, entry);
        }
        Ok(())
    }

    /// Takes in one change.
    pub(crate) fn apply(&mut self, recording: &Recording, what: &What) -> anyhow::Result<()> {
        match what {
            What::Start(inode) => {
                self.by_inode.insert(*inode, Entry::Folder(0));
            }
            What::Create(path, inode) => {
                let entry = Entry::File(self.files.len());
                self.files.push(File::default());
                self.by_inode.insert(*inode, entry);
                let (folder, name) = self.place(path)?;
                self.naming(folder, Naming::Put(name, entry));
            }
            What::Folder(path, inode) => {
                let entry = Entry::Folder(self.folders.len());
                self.folders.push(Folder::default());
                self.by_inode.insert(*inode, entry);
                let (folder, name) = self.place(path)?;
                self.naming(folder, Naming::Put(name, entry));
            }
            What::Write { inode, offset, data } => {
                let data = recording.bytes[data.clone()].into();
                self.file(*inode)?.change(Change::Write(*offset, data));
            }
            What::Length { inode, bytes } => self.file(*inode)?.change(Change::Length(*bytes)),
            What::Sync(inode) => match self.by_inode.get(inode) {
                Some(Entry::File(file)) => {
                    self.files[*file].sync();
                    self.carried = self.namings;
                }
                Some(Entry::Folder(folder)) => {
                    let folder = &mut self.folders[*folder];
                    folder.durable = folder.now.clone();
                    folder.pending.clear();
                }
                None => bail!("a sync of something unknown"),
            },
            What::Fault => {}
            What::SyncFailed(inode) => {
                if let Some(Entry::File(file)) = self.by_inode.get(inode) {
                    self.files[*file].sync_failed();
                }
            }
            What::Rename(from, to) => {
                let ((folder, from), (target, to)) = (self.place(from)?, self.place(to)?);
                if folder == target {
                    self.naming(folder, Naming::Rename(from, to));
                } else {
                    let entry = self.folders[folder].now.get(&from).copied().context("nothing to rename")?;
                    self.naming(target, Naming::Put(to, entry));
                    self.naming(folder, Naming::Remove(from));
                }
            }
            What::Remove(path) => {
                let (folder, name) = self.place(path)?;
                self.naming(folder, Naming::Remove(name));
            }
        }
        Ok(())
    }

    fn file(&mut self, inode: u64) -> anyhow::Result<&mut File> {
        match self.by_inode.get(&inode) {
            Some(Entry::File(file)) => Ok(&mut self.files[*file]),
            _ => bail!("a change of a file that was never made"),
        }
    }

    /// The folder that a path is in, and its last part.
    fn place(&self, path: &str) -> anyhow::Result<(usize, String)> {
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().context("an empty path")?.to_owned();
        let mut folder = 0;
        for part in parts {
            match self.folders[folder].now.get(part) {
                Some(Entry::Folder(next)) => folder = *next,
                _ => bail!("{path} lies in no folder that was made"),
            }
        }
        Ok((folder, name))
    }

    fn naming(&mut self, folder: usize, naming: Naming) {
        let folder = &mut self.folders[folder];
        name(&mut folder.now, &naming);
        folder.pending.push((self.namings, naming));
        self.namings += 1;
    }

    /// Makes one of the folders that a power loss at this moment can leave. With `trim`, segments of the journal end
    /// soon after their last byte instead of 64 MiB later: the same to a reader, and much quicker.
    pub(crate) fn image(
        &self,
        target: &Path,
        mode: Option<Mode>,
        names: Names,
        trim: bool,
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        let cut = self.carried + dice.below(self.namings - self.carried + 1);
        let namings = Namings { names, cut, mode };
        self.folder(0, target, &namings, trim, dice)?;
        place::renew(target)
    }

    fn folder(
        &self,
        place: usize,
        target: &Path,
        namings: &Namings,
        trim: bool,
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(target)?;
        for (name, entry) in namings.of(&self.folders[place], dice) {
            let path = target.join(&name);
            match entry {
                Entry::Folder(folder) => self.folder(folder, &path, namings, trim, dice)?,
                // Never synced and rebuilt from nothing: after a power loss it may be gone or hold anything.
                Entry::File(_) if name.ends_with("-shm") => match dice.below(3) {
                    0 => {}
                    1 => fs::write(&path, vec![0; 32_768])?,
                    _ => {
                        let garbage: Vec<u8> = (0..4_096).flat_map(|_| dice.next().to_le_bytes()).collect();
                        fs::write(&path, garbage)?;
                    }
                },
                Entry::File(file) => {
                    let mode = namings.mode.unwrap_or_else(|| MODES[dice.index(MODES.len())]);
                    let mut options = fs::OpenOptions::new();
                    let out = options.write(true).create_new(true).mode(0o600).open(&path)?;
                    let trim = trim && name.ends_with(".journal");
                    self.files[file].image(&out, mode, trim, dice)?;
                }
            }
        }
        Ok(())
    }
}

struct Namings {
    names: Names,
    cut: u64,
    /// Of all files; each its own when absent.
    mode: Option<Mode>,
}

impl Namings {
    fn of(&self, folder: &Folder, dice: &mut Dice) -> BTreeMap<String, Entry> {
        let mut entries = folder.durable.clone();
        for (place, naming) in &folder.pending {
            let taken = match (self.names, self.mode) {
                (Names::InOrder, _) => *place < self.cut,
                (Names::Files, _) if matches!(naming, Naming::Put(_, Entry::Folder(_))) => true,
                (Names::Any | Names::Files, Some(Mode::None)) => false,
                (Names::Any | Names::Files, Some(Mode::All)) => true,
                (Names::Any | Names::Files, _) => dice.below(2) == 0,
            };
            if taken {
                name(&mut entries, naming);
            }
        }
        entries
    }
}

fn name(entries: &mut BTreeMap<String, Entry>, naming: &Naming) {
    match naming {
        Naming::Put(name, entry) => {
            entries.insert(name.clone(), *entry);
        }
        Naming::Remove(name) => {
            entries.remove(name);
        }
        Naming::Rename(from, to) => {
            if let Some(entry) = entries.remove(from) {
                entries.insert(to.clone(), entry);
            }
        }
    }
}
