//! One file: its bytes as they are seen, its bytes as a power loss finds them, and what lies between the two.

use crate::dice::Dice;
use std::collections::BTreeMap;

/// A disk writes so many bytes whole or not at all.
pub(crate) const SECTOR_BYTES: usize = 512;

/// How a power loss treats what was not durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// All of it is gone.
    Everything,
    /// None of it is gone.
    Nothing,
    /// What was written after some moment is gone.
    Later,
    /// Any sector stays or goes for itself, as any of the writes left it.
    Any,
}

impl Loss {
    /// All kinds.
    pub const ALL: [Loss; 4] = [Loss::Everything, Loss::Nothing, Loss::Later, Loss::Any];

    /// The name of its counter.
    pub const fn counter(self) -> &'static str {
        match self {
            Loss::Everything => "disk.lost-everything",
            Loss::Nothing => "disk.lost-nothing",
            Loss::Later => "disk.lost-later",
            Loss::Any => "disk.lost-any",
        }
    }
}

/// Bytes with a length; what lies between their end and the length is zeros that take no room.
#[derive(Clone, Default, Debug)]
struct Bytes {
    held: Vec<u8>,
    length: u64,
}

impl Bytes {
    fn set_length(&mut self, length: u64) {
        self.length = length;
        self.held.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    }

    /// What lies at `offset`, zeros beyond the end.
    fn read(&self, offset: u64, into: &mut [u8]) {
        into.fill(0);
        let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(self.held.len());
        let part = &self.held[begin..self.held.len().min(begin + into.len())];
        into[..part.len()].copy_from_slice(part);
    }

    /// Puts bytes at `offset`; the length is not changed and nothing is put beyond it.
    fn put(&mut self, offset: u64, bytes: &[u8]) {
        let room = self.length.saturating_sub(offset).min(bytes.len() as u64) as usize;
        if room == 0 {
            return;
        }
        let end = offset as usize + room;
        if self.held.len() < end {
            self.held.resize(end, 0);
        }
        self.held[offset as usize..end].copy_from_slice(&bytes[..room]);
    }

    fn sector(&self, sector: u64) -> Sector {
        let mut image = [0; SECTOR_BYTES];
        self.read(sector * SECTOR_BYTES as u64, &mut image);
        image
    }
}

type Sector = [u8; SECTOR_BYTES];

/// A sector that was written since the last sync.
#[derive(Clone, Debug)]
struct Dirty {
    /// What earlier writes left there, and which writes they were, rising.
    earlier: Vec<(u64, Sector)>,
    /// The last write, which left what is seen.
    write: u64,
}

/// A file's two images.
#[derive(Clone, Default, Debug)]
pub(crate) struct Image {
    seen: Bytes,
    durable: Bytes,
    dirty: BTreeMap<u64, Dirty>,
    /// Counts sectors written since the last sync, to know their order.
    writes: u64,
    /// The shortest length since the last sync, when the length was changed.
    length_dirty: Option<u64>,
}

impl Image {
    pub(crate) fn length(&self) -> u64 {
        self.seen.length
    }

    /// Whether the bytes are there: false when the file ends before.
    pub(crate) fn read(&self, offset: u64, into: &mut [u8]) -> bool {
        let there = offset.checked_add(into.len() as u64).is_some_and(|end| end <= self.seen.length);
        if there {
            self.seen.read(offset, into);
        }
        there
    }

    pub(crate) fn set_length(&mut self, bytes: u64) {
        let before = self.length_dirty.unwrap_or(self.seen.length);
        if bytes < self.seen.length {
            // What was written beyond the cut is gone, in every version of a sector.
            self.dirty.retain(|sector, _| sector * (SECTOR_BYTES as u64) < bytes);
            if let Some(last) = self.dirty.get_mut(&(bytes / SECTOR_BYTES as u64)) {
                last.earlier.clear();
            }
        }
        self.seen.set_length(bytes);
        self.length_dirty = Some(before.min(bytes));
    }

    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = offset + bytes.len() as u64;
        if self.seen.length < end {
            self.set_length(end);
        }
        for sector in offset / SECTOR_BYTES as u64..=(end - 1) / SECTOR_BYTES as u64 {
            self.writes += 1;
            let write = self.writes;
            match self.dirty.get_mut(&sector) {
                Some(dirty) => {
                    dirty.earlier.push((dirty.write, self.seen.sector(sector)));
                    dirty.write = write;
                }
                None => drop(self.dirty.insert(sector, Dirty { earlier: Vec::new(), write })),
            }
        }
        self.seen.put(offset, bytes);
    }

    /// What is seen becomes durable.
    pub(crate) fn sync(&mut self) {
        self.keep_length();
        self.writes = 0;
        for sector in std::mem::take(&mut self.dirty).into_keys() {
            // A length that an earlier failed sync lost is needed by what is written beyond it.
            let end = ((sector + 1) * SECTOR_BYTES as u64).min(self.seen.length);
            if self.durable.length < end {
                self.durable.set_length(end);
            }
            self.durable.put(sector * SECTOR_BYTES as u64, &self.seen.sector(sector));
        }
    }

    /// A sync fails: a part of what is seen becomes durable, the rest is seen but counts as clean.
    pub(crate) fn sync_in_part(&mut self, loss: Loss, dice: &mut Dice) {
        self.keep_some(loss, dice);
        self.dirty.clear();
        self.length_dirty = None;
        self.writes = 0;
    }

    /// The power goes: what is durable is all there is.
    pub(crate) fn lose_power(&mut self, loss: Loss, dice: &mut Dice) {
        self.keep_some(loss, dice);
        *self = Image { durable: self.durable.clone(), ..Image::default() };
        self.seen = self.durable.clone();
    }

    /// A copy of what is seen, all of it durable.
    pub(crate) fn copy(&self) -> Image {
        Image { seen: self.seen.clone(), durable: self.seen.clone(), ..Image::default() }
    }

    /// Whether a power loss could take anything.
    pub(crate) fn is_durable(&self) -> bool {
        self.dirty.is_empty() && self.length_dirty.is_none()
    }

    fn keep_length(&mut self) {
        if let Some(shortest) = self.length_dirty.take() {
            self.durable.set_length(shortest.min(self.durable.length));
            self.durable.set_length(self.seen.length);
        }
    }

    fn keep_some(&mut self, loss: Loss, dice: &mut Dice) {
        match loss {
            Loss::Everything => return,
            Loss::Nothing => return self.sync(),
            Loss::Later | Loss::Any => {}
        }
        // The length is kept for itself, and sectors beyond it are gone with it.
        if dice.chance(500) {
            self.keep_length();
        }
        let last_kept = dice.range(0, self.writes as i64) as u64;
        for (sector, dirty) in &self.dirty {
            let now = [(dirty.write, self.seen.sector(*sector))];
            let mut versions = dirty.earlier.iter().chain(&now);
            let kept = match loss {
                Loss::Later => versions.rfind(|(write, _)| *write <= last_kept),
                _ => {
                    let which = dice.index(dirty.earlier.len() + 2);
                    which.checked_sub(1).and_then(|which| versions.nth(which))
                }
            };
            if let Some((_, image)) = kept {
                self.durable.put(sector * SECTOR_BYTES as u64, image);
            }
        }
    }
}
