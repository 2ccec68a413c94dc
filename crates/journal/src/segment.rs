//! One segment file, read record by record.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Plant, planted};

use crate::disk::{Access, Disk, DiskFile};
use crate::error::{Check, ReadError};
use crate::format::{
    ALIGN_BYTES, Fault, RECORD_HEADER_BYTES, RECORD_MAGIC, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
    WorldId, check_record, decode_head, record_bytes,
};

/// Bytes looked at together when the end of a segment is searched.
const SEARCH_BYTES: usize = 1 << 20;
const _: () = assert!(SEARCH_BYTES.is_multiple_of(ALIGN_BYTES));
/// Bytes passed over at once when they are zeros.
const ZEROS_BYTES: usize = 4096;
const _: () = assert!(ZEROS_BYTES.is_multiple_of(ALIGN_BYTES));
/// Bytes read together when records are read one after the other: small enough to be still in the
/// processor's cache when they are checked and hashed.
const WINDOW_BYTES: usize = 256 << 10;

/// The file name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:08}.journal")
}

/// A part of a segment in memory. What is in it may be older than what is on the disk by now.
#[derive(Debug)]
pub(crate) struct Window {
    /// Where in the file the bytes begin.
    start: u64,
    bytes: Vec<u8>,
    /// How many of `bytes` are read; the rest is kept for its memory.
    filled: usize,
    /// Bytes read together, at least.
    ahead_bytes: usize,
}

impl Window {
    /// Reads ahead, for records one after the other.
    pub(crate) fn ahead() -> Window {
        Window { start: 0, bytes: Vec::new(), filled: 0, ahead_bytes: WINDOW_BYTES }
    }

    /// Reads what is asked for, for a record here and there.
    fn exact() -> Window {
        Window { ahead_bytes: 0, ..Window::ahead() }
    }

    /// Bytes that the window holds; a record is given as where it stands in it.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[..self.filled][range]
    }

    /// Forgets what was read, for another segment or to look again.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    fn holds(&self, offset: u64, bytes: usize) -> Option<Range<usize>> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let to = from.checked_add(bytes)?;
        (to <= self.filled).then_some(from..to)
    }
}

/// A whole record in a window.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) head: RecordHeader,
    /// Where it stands in the window.
    pub(crate) range: Range<usize>,
}

#[derive(Debug)]
pub(crate) struct Segment {
    disk: Arc<dyn Disk>,
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    pub(crate) name: String,
    pub(crate) file_bytes: u64,
    pub(crate) header: SegmentHeader,
}

impl Segment {
    /// Opens for reading and checks the header against the name and, if given, the world.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        folder: &Path,
        number: u64,
        world: Option<&WorldId>,
    ) -> Result<Segment, ReadError> {
        let name = segment_name(number);
        let path = folder.join(&name);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => ReadError::Missing { segment: name.clone() },
            _ => ReadError::Io { path: path.clone(), source },
        };
        let file = disk.open(&path, Access::Read).map_err(failed)?;
        let file_bytes = file.length().map_err(failed)?;
        let invalid = |fault: Fault| invalid(&name, 0, fault);
        if file_bytes < SEGMENT_HEADER_BYTES as u64 {
            let least = format!("at least {SEGMENT_HEADER_BYTES}");
            return Err(invalid(Fault::new(Check::Length, least, file_bytes)));
        }
        let mut page = vec![0; SEGMENT_HEADER_BYTES];
        file.read_at(0, &mut page).map_err(failed)?;
        let header = SegmentHeader::decode(&page).map_err(invalid)?;
        if header.number != number {
            return Err(invalid(Fault::new(Check::SegmentNumber, number, header.number)));
        }
        if let Some(world) = world
            && header.world != *world
        {
            return Err(invalid(Fault::of_bytes(Check::World, world, &header.world)));
        }
        Ok(Segment { disk: disk.clone(), file, path, name, file_bytes, header })
    }

    /// The record at `offset`, checked by itself: not yet against its neighbours. What the window holds
    /// is looked at first; what is not whole there is read again, as a writer may have gone on.
    /// The inner error says why no whole record stands there.
    pub(crate) fn record_at(
        &self,
        offset: u64,
        window: &mut Window,
    ) -> Result<Result<Found, Fault>, ReadError> {
        if window.holds(offset, RECORD_HEADER_BYTES).is_some()
            && let Ok(found) = self.record_within(offset, window)?
        {
            return Ok(Ok(found));
        }
        window.clear();
        self.record_within(offset, window)
    }

    fn record_within(&self, offset: u64, window: &mut Window) -> Result<Result<Found, Fault>, ReadError> {
        let room_bytes = self.file_bytes.saturating_sub(offset);
        if room_bytes < RECORD_HEADER_BYTES as u64 {
            return Ok(Err(Fault::new(Check::Length, "a record", "the end of the file")));
        }
        let range = self.ensure(offset, RECORD_HEADER_BYTES, window)?;
        let head = match decode_head(window.bytes(range), room_bytes) {
            Ok(head) => head,
            Err(fault) => return Ok(Err(fault)),
        };
        let range = self.ensure(offset, record_bytes(head.payload_bytes), window)?;
        let bytes = window.bytes(range.clone());
        let believed = planted(Plant::TornRecordAccepted);
        let whole = if believed { Ok(()) } else { check_record(&self.header.world, bytes) };
        Ok(whole.map(|()| Found { head, range }))
    }

    /// Makes the window hold so many bytes, which the file has.
    fn ensure(&self, offset: u64, bytes: usize, window: &mut Window) -> Result<Range<usize>, ReadError> {
        if let Some(range) = window.holds(offset, bytes) {
            return Ok(range);
        }
        // What is held of it already is kept as it was read: a record is checked as one.
        let kept = window.holds(offset, 0).map_or(0..0, |range| range.start..window.filled);
        let held = kept.len();
        window.bytes.copy_within(kept, 0);
        (window.start, window.filled) = (offset, 0);
        let room = usize::try_from(self.file_bytes - offset).unwrap_or(usize::MAX);
        let wanted = bytes.max(window.ahead_bytes).min(room);
        if window.bytes.len() < wanted {
            window.bytes.resize(wanted, 0)
        }
        self.read(offset + held as u64, &mut window.bytes[held..wanted])?;
        window.filled = wanted;
        Ok(0..bytes)
    }

    /// Searches from `offset` on for a whole record of `least_sequence` or later: proof that the
    /// bytes before it were once acknowledged.
    pub(crate) fn later_record(&self, offset: u64, least_sequence: u64) -> Result<Option<u64>, ReadError> {
        let mut candidate = Window::exact();
        let mut chunk = vec![0; SEARCH_BYTES];
        let mut at = offset;
        while at < self.file_bytes {
            let bytes = chunk.len().min((self.file_bytes - at) as usize);
            self.read(at, &mut chunk[..bytes])?;
            let mut from = 0;
            while let Some(found) = next_magic(&chunk[..bytes], from) {
                from = found + ALIGN_BYTES;
                let place = at + found as u64;
                candidate.clear();
                if let Ok(found) = self.record_within(place, &mut candidate)?
                    && found.head.sequence >= least_sequence
                {
                    return Ok(Some(place));
                }
            }
            at += bytes as u64;
        }
        Ok(None)
    }

    /// How many bytes from `offset` on are in use: up to the last one that is not zero.
    pub(crate) fn used_bytes(&self, offset: u64) -> Result<u64, ReadError> {
        let mut chunk = vec![0; SEARCH_BYTES];
        let (mut at, mut used) = (offset, 0);
        while at < self.file_bytes {
            let bytes = chunk.len().min((self.file_bytes - at) as usize);
            self.read(at, &mut chunk[..bytes])?;
            if let Some(last) = chunk[..bytes].iter().rposition(|byte| *byte != 0) {
                used = at + last as u64 + 1 - offset;
            }
            at += bytes as u64;
        }
        Ok(used)
    }

    /// Whether the name now belongs to another file: a writer has copied the segment after an error.
    pub(crate) fn was_replaced(&self) -> Result<bool, ReadError> {
        let failed = |source| ReadError::Io { path: self.path.clone(), source };
        let ours = self.file.identity().map_err(failed)?;
        Ok(ours != self.disk.identity(&self.path).map_err(failed)?)
    }

    pub(crate) fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadError> {
        let failed = |source| ReadError::Io { path: self.path.clone(), source };
        self.file.read_at(offset, into).map_err(failed)
    }
}

/// Where the next record may begin. Mostly zeros are searched: whole blocks of them are passed over.
fn next_magic(bytes: &[u8], from: usize) -> Option<usize> {
    let is_zero = |block: &[u8]| block.iter().fold(0, |all, byte| all | byte) == 0;
    let (mut at, mut block_end) = (from, from);
    while at < bytes.len() {
        if at >= block_end {
            block_end = (at + ZEROS_BYTES).min(bytes.len());
            if is_zero(&bytes[at..block_end]) {
                at = block_end;
                continue;
            }
        }
        if bytes[at..].starts_with(&RECORD_MAGIC) {
            return Some(at);
        }
        at += ALIGN_BYTES;
    }
    None
}

pub(crate) fn invalid(segment: &str, offset: u64, fault: Fault) -> ReadError {
    let Fault { check, expected, found } = fault;
    ReadError::Invalid { segment: segment.to_string(), offset, check, expected, found }
}
