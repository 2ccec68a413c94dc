//! One file: what is durable of it, and what was changed since.

use crate::dice::Dice;
use crate::disk::Mode;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// What the system's cache takes for clean or dirty.
const PAGE: u64 = 4_096;
/// Left after the last byte of a trimmed segment.
const TRIMMED_ROOM: u64 = 64 * 1024;

/// A change that was not synced.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Write(u64, Arc<[u8]>),
    Length(u64),
}

type Sectors = BTreeMap<u64, Arc<[u8; SECTOR as usize]>>;

/// A file.
#[derive(Debug, Default)]
pub(crate) struct File {
    sectors: Sectors,
    bytes: u64,
    pending: Vec<Change>,
    /// Written before a sync that failed: in the cache, taken for clean, on the disk or not.
    stuck: Vec<(u64, Arc<[u8]>)>,
}

impl File {
    /// A change that the system took.
    pub(crate) fn change(&mut self, change: Change) {
        if let Change::Write(offset, data) = &change {
            self.unstick(*offset, offset + data.len() as u64);
        }
        self.pending.push(change);
    }

    /// What is stuck in pages that are written again will be synced with them.
    fn unstick(&mut self, from: u64, to: u64) {
        if self.stuck.is_empty() {
            return;
        }
        let (from, to) = (from / PAGE * PAGE, to.next_multiple_of(PAGE));
        for (offset, data) in &self.stuck {
            let (begin, end) = ((*offset).max(from), (offset + data.len() as u64).min(to));
            if begin < end {
                let part = &data[(begin - offset) as usize..(end - offset) as usize];
                self.pending.push(Change::Write(begin, part.into()));
            }
        }
    }

    /// Everything becomes durable, but for what is stuck.
    pub(crate) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write(offset, data) => {
                    write(&mut self.sectors, offset, &data);
                    self.bytes = self.bytes.max(offset + data.len() as u64);
                }
                Change::Length(bytes) => {
                    cut(&mut self.sectors, bytes);
                    self.bytes = bytes;
                }
            }
        }
    }

    /// A sync that failed: nothing of it is sure, and no later sync repeats it.
    pub(crate) fn sync_failed(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write(offset, data) => self.stuck.push((offset, data)),
                length @ Change::Length(_) => self.pending.push(length),
            }
        }
    }

    /// Writes one of the contents that a power loss can leave.
    pub(crate) fn image(&self, out: &fs::File, mode: Mode, trim: bool, dice: &mut Dice) -> io::Result<()> {
        let mut sectors = self.sectors.clone();
        for (offset, data) in &self.stuck {
            for (sector, range) in pieces(*offset, data.len()) {
                if mode != Mode::None && dice.below(2) == 0 {
                    write(&mut sectors, sector_begin(sector, *offset), &data[range]);
                }
            }
        }
        let lengths = self.lengths();
        let choice = Choice::new(mode, self.pending.len(), &self.pending, dice);
        let length_at = choice.length_at(dice);
        let mut bytes = lengths[length_at];
        for change in &self.pending[..length_at] {
            if let Change::Length(shorter) = change {
                cut(&mut sectors, *shorter);
            }
        }
        let mut versions: BTreeMap<u64, usize> = BTreeMap::new();
        for (index, change) in self.pending.iter().enumerate() {
            let Change::Write(offset, data) = change else { continue };
            let shrunk = shrunk_to(&self.pending[index..length_at.max(index)]);
            for (sector, range) in pieces(*offset, data.len()) {
                let place = sector * SECTOR;
                let taken = choice.takes(index, sector, &mut versions, dice);
                if taken && place < shrunk.min(bytes.max(1)) {
                    write(&mut sectors, sector_begin(sector, *offset), &data[range]);
                }
            }
        }
        if trim {
            let last = sectors.iter().rev().find(|(_, sector)| sector.iter().any(|byte| *byte != 0));
            let used = last.map_or(0, |(sector, _)| (sector + 1) * SECTOR);
            bytes = bytes.min(used + TRIMMED_ROOM);
        }
        put(out, &sectors, bytes)
    }

    /// The file's length after so many pending changes.
    fn lengths(&self) -> Vec<u64> {
        let mut bytes = self.bytes;
        let mut lengths = vec![bytes];
        for change in &self.pending {
            bytes = match change {
                Change::Write(offset, data) => bytes.max(offset + data.len() as u64),
                Change::Length(bytes) => *bytes,
            };
            lengths.push(bytes);
        }
        lengths
    }
}

/// The shortest length that was set by these changes.
fn shrunk_to(changes: &[Change]) -> u64 {
    let lengths =
        changes.iter().filter_map(|one| if let Change::Length(to) = one { Some(*to) } else { None });
    lengths.min().unwrap_or(u64::MAX)
}

/// Which pending changes arrive.
struct Choice {
    mode: Mode,
    count: usize,
    /// All before this arrive, in modes that have such a place.
    prefix: usize,
}

impl Choice {
    fn new(mode: Mode, count: usize, pending: &[Change], dice: &mut Dice) -> Choice {
        let in_header = |change: &Change| matches!(change, Change::Write(offset, _) if *offset < PAGE);
        let mode = match mode {
            Mode::TornHeader if !pending.iter().any(in_header) => Mode::Sectors,
            mode => mode,
        };
        let prefix = match mode {
            Mode::None => 0,
            Mode::Prefix => dice.index(count + 1),
            Mode::TornLast => count.saturating_sub(1),
            Mode::All | Mode::Sectors | Mode::Pages | Mode::TornHeader => count,
        };
        Choice { mode, count, prefix }
    }

    fn length_at(&self, dice: &mut Dice) -> usize {
        match self.mode {
            Mode::None | Mode::All | Mode::Prefix => self.prefix,
            Mode::Sectors | Mode::Pages | Mode::TornLast | Mode::TornHeader => match dice.below(4) {
                0 => 0,
                1 => dice.index(self.count + 1),
                _ => self.count,
            },
        }
    }

    /// Whether this change arrives in this sector. The version of a sector (or page) is drawn once: changes up to it
    /// are there, later ones are not.
    fn takes(&self, index: usize, sector: u64, versions: &mut BTreeMap<u64, usize>, dice: &mut Dice) -> bool {
        let mut drawn = |place: u64, from: usize| {
            let span = self.count - from + 1;
            *versions.entry(place).or_insert_with(|| from + dice.index(span))
        };
        match self.mode {
            Mode::None | Mode::All | Mode::Prefix => index < self.prefix,
            Mode::Sectors => index < drawn(sector, 0),
            Mode::Pages => index < drawn(sector * SECTOR / PAGE, 0),
            Mode::TornLast => index < self.prefix || index < drawn(sector, self.prefix),
            Mode::TornHeader if sector * SECTOR < PAGE => index < drawn(sector, 0),
            Mode::TornHeader => true,
        }
    }
}

/// A write split at the borders of sectors: sector and range of its data.
fn pieces(offset: u64, bytes: usize) -> Vec<(u64, std::ops::Range<usize>)> {
    let (mut at, end) = (offset, offset + bytes as u64);
    let mut found = Vec::with_capacity(bytes / SECTOR as usize + 2);
    while at < end {
        let next = ((at / SECTOR + 1) * SECTOR).min(end);
        found.push((at / SECTOR, (at - offset) as usize..(next - offset) as usize));
        at = next;
    }
    found
}

/// Where a write's piece in a sector begins.
fn sector_begin(sector: u64, offset: u64) -> u64 {
    (sector * SECTOR).max(offset)
}

fn write(sectors: &mut Sectors, offset: u64, data: &[u8]) {
    for (sector, range) in pieces(offset, data.len()) {
        let begin = (sector_begin(sector, offset) - sector * SECTOR) as usize;
        let stored = sectors.entry(sector).or_insert_with(|| Arc::new([0; SECTOR as usize]));
        Arc::make_mut(stored)[begin..begin + range.len()].copy_from_slice(&data[range]);
    }
}

fn cut(sectors: &mut Sectors, bytes: u64) {
    sectors.split_off(&bytes.div_ceil(SECTOR));
    if !bytes.is_multiple_of(SECTOR)
        && let Some(last) = sectors.get_mut(&(bytes / SECTOR))
    {
        Arc::make_mut(last)[(bytes % SECTOR) as usize..].fill(0);
    }
}

/// Writes sectors that hold something, in runs; the rest stays a hole.
fn put(out: &fs::File, sectors: &Sectors, bytes: u64) -> io::Result<()> {
    let mut run: Vec<u8> = Vec::new();
    let mut begin = 0;
    for (sector, stored) in sectors {
        let place = sector * SECTOR;
        if place != begin + run.len() as u64 || run.len() > 1 << 20 {
            out.write_all_at(&run, begin)?;
            run.clear();
            begin = place;
        }
        run.extend_from_slice(&stored[..]);
    }
    out.write_all_at(&run, begin)?;
    out.set_len(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(file: &File, mode: Mode, seed: u64) -> Vec<u8> {
        let path = std::env::temp_dir().join(format!("crash-content-{}-{seed}", std::process::id()));
        let out = fs::File::create(&path).unwrap();
        file.image(&out, mode, false, &mut Dice::new(seed, 0)).unwrap();
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(path).unwrap();
        bytes
    }

    fn written(file: &mut File, offset: u64, byte: u8, bytes: usize) {
        file.change(Change::Write(offset, vec![byte; bytes].into()));
    }

    #[test]
    fn what_was_synced_is_there_and_the_rest_in_any_version() {
        let mut file = File::default();
        written(&mut file, 0, b'a', 2_048);
        file.sync();
        written(&mut file, 100, b'b', 1_000);
        written(&mut file, 512, b'c', 512);
        let (mut seen_none, mut seen_all) = (false, false);
        for seed in 0..200 {
            let bytes = content(&file, Mode::Sectors, seed);
            assert!(bytes[..100].iter().all(|byte| *byte == b'a') && bytes[1_536] == b'a', "synced");
            // The second sector: as it was, with the first change, or with both; never the second change alone.
            let second = &bytes[512..1_024];
            assert!([b'a', b'b', b'c'].iter().any(|kind| second.iter().all(|byte| byte == kind)));
            seen_none |= second[0] == b'a';
            seen_all |= second[0] == b'c';
        }
        assert!(seen_none && seen_all);
        assert_eq!(content(&file, Mode::None, 1), vec![b'a'; 2_048]);
        assert_eq!(content(&file, Mode::All, 1)[600], b'c');
    }

    #[test]
    fn what_a_failed_sync_left_is_not_carried_by_the_next_unless_it_was_written_again() {
        let mut file = File::default();
        written(&mut file, 0, b'a', 8_192);
        file.sync();
        written(&mut file, 0, b'b', 8_192);
        file.sync_failed();
        file.sync();
        assert_eq!(content(&file, Mode::None, 1), vec![b'a'; 8_192]);
        written(&mut file, 10, b'c', 1);
        file.sync();
        let bytes = content(&file, Mode::None, 1);
        assert_eq!((bytes[9], bytes[10], bytes[11], bytes[4_096]), (b'b', b'c', b'b', b'a'));
    }

    #[test]
    fn a_shorter_file_does_not_keep_what_was_behind_its_end() {
        let mut file = File::default();
        written(&mut file, 0, b'a', 2_000);
        file.sync();
        file.change(Change::Length(0));
        written(&mut file, 0, b'b', 10);
        assert_eq!(content(&file, Mode::All, 1), vec![b'b'; 10]);
        file.sync();
        assert_eq!(content(&file, Mode::None, 1), vec![b'b'; 10]);
    }
}
