//! Reads a journal, stopped or live, without changing it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::Disk;
use crate::error::{Check, ReadError};
use crate::folder::segment_numbers;
use crate::format::{
    ALIGN_BYTES, Fault, Hash, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, WorldId, record_hash,
};
use crate::real_disk::RealDisk;
use crate::segment::{Found, Segment, Window, invalid, segment_name};

/// One record of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Place in the journal; contiguous, from 1.
    pub sequence: u64,
    /// Epoch of the writer that appended it.
    pub epoch: u64,
    /// BLAKE3 hash of the whole record, which the next record carries.
    pub hash: Hash,
    /// The bytes given to `append`.
    pub payload: Vec<u8>,
}

/// One record of the journal, its payload still where it was read. For who looks at every record once
/// and keeps none of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordRef<'a> {
    /// Place in the journal; contiguous, from 1.
    pub sequence: u64,
    /// Epoch of the writer that appended it.
    pub epoch: u64,
    /// BLAKE3 hash of the whole record, which the next record carries.
    pub hash: Hash,
    /// The bytes given to `append`.
    pub payload: &'a [u8],
}

impl RecordRef<'_> {
    /// The record with a payload of its own.
    pub fn to_record(&self) -> Record {
        let RecordRef { sequence, epoch, hash, payload } = *self;
        Record { sequence, epoch, hash, payload: payload.to_vec() }
    }
}

/// Iterates over the records from a given sequence on; checks checksum, sequence, epoch and chain.
///
/// [`Reader::read_next`] gives the same records without copying their payloads.
///
/// `None` means the end as of now: on a live journal a later `next` goes on where it stopped. After an
/// error only `None` follows. Of a live journal the reader may see the one record whose append has not
/// returned yet: who must not act on it stops at the last acknowledged sequence.
#[derive(Debug)]
pub struct Reader {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// Records before this are checked but not given.
    from_sequence: u64,
    pub(crate) segment: Segment,
    /// First sequence of the segment after, once that exists: what stands in this one from there on
    /// is void (it was copied into the next after an error).
    next_first_sequence: Option<u64>,
    /// Where the next record stands.
    pub(crate) offset: u64,
    pub(crate) place: Place,
    /// The last record given, to recognise it in a segment that repeats it.
    given: Option<(u64, Hash)>,
    pub(crate) last_record_offset: Option<u64>,
    /// What was read of the segment and not yet looked at.
    window: Window,
    failed: bool,
}

/// What the next record must carry.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) sequence: u64,
    /// The next epoch is this or higher.
    pub(crate) epoch: u64,
    pub(crate) before: Hash,
}

impl Place {
    fn start_of(segment: &Segment) -> Place {
        let header = &segment.header;
        Place { sequence: header.first_sequence, epoch: 0, before: header.before }
    }

    pub(crate) fn check(&self, head: &RecordHeader) -> Result<(), Fault> {
        if head.sequence != self.sequence {
            return Err(Fault::new(Check::Sequence, self.sequence, head.sequence));
        }
        if head.epoch < self.epoch {
            return Err(Fault::new(Check::Epoch, format!("at least {}", self.epoch), head.epoch));
        }
        if head.before != self.before {
            return Err(Fault::of_bytes(Check::Chain, &self.before, &head.before));
        }
        Ok(())
    }
}

impl Reader {
    /// Opens the journal in `folder` at `from_sequence` (0 and 1 both mean the first record). Segments
    /// that end before it are not read. Fails when the segment that holds it is not there.
    pub fn open(folder: &Path, from_sequence: u64) -> Result<Reader, ReadError> {
        Reader::open_world(folder, from_sequence, None)
    }

    /// As `open`, but refuses the segments of another world.
    pub fn open_world(
        folder: &Path,
        from_sequence: u64,
        world: Option<&WorldId>,
    ) -> Result<Reader, ReadError> {
        Reader::open_on(Arc::new(RealDisk), folder, from_sequence, world)
    }

    /// As `open_world`, on any disk.
    pub fn open_on(
        disk: Arc<dyn Disk>,
        folder: &Path,
        from_sequence: u64,
        world: Option<&WorldId>,
    ) -> Result<Reader, ReadError> {
        let from_sequence = from_sequence.max(1);
        let numbers = segment_numbers(disk.as_ref(), folder)?;
        for number in numbers.iter().rev() {
            let segment = Segment::open(&disk, folder, *number, world)?;
            let first = segment.header.first_sequence;
            if *number == 1 && first != 1 {
                return Err(invalid(&segment.name, 0, Fault::new(Check::Sequence, 1, first)));
            }
            if first > from_sequence {
                continue;
            }
            return Ok(Reader {
                disk,
                folder: folder.to_path_buf(),
                from_sequence,
                next_first_sequence: None,
                offset: SEGMENT_HEADER_BYTES as u64,
                place: Place::start_of(&segment),
                segment,
                given: None,
                last_record_offset: None,
                window: Window::ahead(),
                failed: false,
            });
        }
        let wanted = numbers.first().map_or(1, |oldest| oldest.saturating_sub(1));
        Err(ReadError::Missing { segment: segment_name(wanted) })
    }

    /// The world the journal belongs to.
    pub fn world(&self) -> WorldId {
        self.segment.header.world
    }

    /// The next record, or `None` at the end as of now and after an error: what the iterator gives, with
    /// the payload lent until the next call.
    pub fn read_next(&mut self) -> Result<Option<RecordRef<'_>>, ReadError> {
        if self.failed {
            return Ok(None);
        }
        match self.advance() {
            Ok(None) => Ok(None),
            Ok(Some((Found { head, range }, hash))) => {
                let record = self.window.bytes(range);
                let payload = &record[RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + head.payload_bytes];
                Ok(Some(RecordRef { sequence: head.sequence, epoch: head.epoch, hash, payload }))
            }
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }

    /// The next record that is wanted, with its hash, or `None` at the end.
    fn advance(&mut self) -> Result<Option<(Found, Hash)>, ReadError> {
        loop {
            if self.next_first_sequence.is_some_and(|first| first <= self.place.sequence) {
                self.enter(self.segment.header.number + 1)?;
                continue;
            }
            match self.segment.record_at(self.offset, &mut self.window)? {
                Ok(found) => {
                    let (wanted, hash) = self.take(&found)?;
                    if wanted {
                        return Ok(Some((found, hash)));
                    }
                }
                Err(fault) => {
                    if !self.goes_on(fault)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// No whole record stands here. True: look again. False: this is the end.
    /// A writer may have gone on between our reading and our looking around, so what proves damage
    /// counts only if the record is still not whole after the proof was seen.
    fn goes_on(&mut self, fault: Fault) -> Result<bool, ReadError> {
        if self.next_first_sequence.is_some() {
            return Err(self.damage(fault));
        }
        if self.segment.was_replaced()? {
            self.enter(self.segment.header.number)?;
            return Ok(true);
        }
        if let Some(first) = self.first_sequence_of_next()? {
            self.next_first_sequence = Some(first);
            return Ok(true);
        }
        let after = self.offset + ALIGN_BYTES as u64;
        if self.segment.later_record(after, self.place.sequence)?.is_none() {
            return Ok(false);
        }
        self.window.clear();
        match self.segment.record_at(self.offset, &mut self.window)? {
            Ok(_) => Ok(true),
            Err(fault) => Err(self.damage(fault)),
        }
    }

    /// The record is whole; checks its place and moves behind it. Whether it is wanted, and its hash.
    fn take(&mut self, found: &Found) -> Result<(bool, Hash), ReadError> {
        let head = &found.head;
        self.place.check(head).map_err(|fault| self.damage(fault))?;
        let hash = record_hash(self.window.bytes(found.range.clone()));
        if let Some((sequence, given)) = self.given
            && sequence == head.sequence
            && given != hash
        {
            return Err(self.damage(Fault::of_bytes(Check::Chain, &given, &hash)));
        }
        self.last_record_offset = Some(self.offset);
        self.offset += found.range.len() as u64;
        self.place = Place { sequence: head.sequence + 1, epoch: head.epoch, before: hash };
        let wanted = head.sequence >= self.from_sequence;
        if wanted {
            self.given = Some((head.sequence, hash));
            self.from_sequence = head.sequence + 1;
        }
        Ok((wanted, hash))
    }

    fn first_sequence_of_next(&self) -> Result<Option<u64>, ReadError> {
        let number = self.segment.header.number + 1;
        if segment_numbers(self.disk.as_ref(), &self.folder)?.last() < Some(&number) {
            return Ok(None);
        }
        let next = Segment::open(&self.disk, &self.folder, number, Some(&self.world()))?;
        Ok(Some(next.header.first_sequence))
    }

    fn enter(&mut self, number: u64) -> Result<(), ReadError> {
        let next = Segment::open(&self.disk, &self.folder, number, Some(&self.world()))?;
        // A segment starts further back only when it repeats records after an error; those
        // are checked against what was given.
        let repeats = next.header.first_sequence < self.place.sequence;
        if !repeats && next.header.before != self.place.before {
            let fault = Fault::of_bytes(Check::Chain, &self.place.before, &next.header.before);
            return Err(invalid(&next.name, 0, fault));
        }
        let epoch = if repeats { 0 } else { self.place.epoch };
        self.place = Place { epoch, ..Place::start_of(&next) };
        self.segment = next;
        self.window.clear();
        self.next_first_sequence = None;
        self.last_record_offset = None;
        self.offset = SEGMENT_HEADER_BYTES as u64;
        // A segment that is not the last must end exactly where the one after it starts.
        self.next_first_sequence = self.first_sequence_of_next()?;
        Ok(())
    }

    fn damage(&self, fault: Fault) -> ReadError {
        invalid(&self.segment.name, self.offset, fault)
    }
}

impl Iterator for Reader {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read_next().map(|record| record.map(|record| record.to_record())).transpose()
    }
}
