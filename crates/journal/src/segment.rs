//! One segment file, read record by record.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Check, ReadError};
use crate::format::{
    ALIGN_BYTES, Fault, RECORD_HEADER_BYTES, RECORD_MAGIC, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
    WorldId, check_record, decode_head, record_bytes,
};

/// Bytes looked at together when the end of a segment is searched.
const SEARCH_BYTES: usize = 1 << 20;
const _: () = assert!(SEARCH_BYTES.is_multiple_of(ALIGN_BYTES));

/// The file name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:08}.journal")
}

#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    path: PathBuf,
    pub(crate) name: String,
    pub(crate) file_bytes: u64,
    pub(crate) header: SegmentHeader,
}

impl Segment {
    /// Opens for reading and checks the header against the name and, if given, the world.
    pub(crate) fn open(folder: &Path, number: u64, world: Option<&WorldId>) -> Result<Segment, ReadError> {
        let name = segment_name(number);
        let path = folder.join(&name);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => ReadError::Missing { segment: name.clone() },
            _ => ReadError::Io { path: path.clone(), source },
        };
        let file = File::open(&path).map_err(failed)?;
        let file_bytes = file.metadata().map_err(failed)?.len();
        let invalid = |fault: Fault| invalid(&name, 0, fault);
        if file_bytes < SEGMENT_HEADER_BYTES as u64 {
            let least = format!("at least {SEGMENT_HEADER_BYTES}");
            return Err(invalid(Fault::new(Check::Length, least, file_bytes)));
        }
        let mut page = vec![0; SEGMENT_HEADER_BYTES];
        file.read_exact_at(&mut page, 0).map_err(failed)?;
        let header = SegmentHeader::decode(&page).map_err(invalid)?;
        if header.number != number {
            return Err(invalid(Fault::new(Check::SegmentNumber, number, header.number)));
        }
        if let Some(world) = world
            && header.world != *world
        {
            return Err(invalid(Fault::of_bytes(Check::World, world, &header.world)));
        }
        Ok(Segment { file, path, name, file_bytes, header })
    }

    /// Reads the record at `offset` into `record`, checked by itself: not yet against its neighbours.
    /// The inner error says why no whole record stands there.
    pub(crate) fn record_at(
        &self,
        offset: u64,
        record: &mut Vec<u8>,
    ) -> Result<Result<RecordHeader, Fault>, ReadError> {
        let room_bytes = self.file_bytes.saturating_sub(offset);
        if room_bytes < RECORD_HEADER_BYTES as u64 {
            return Ok(Err(Fault::new(Check::Length, "a record", "the end of the file")));
        }
        record.resize(RECORD_HEADER_BYTES, 0);
        self.read(offset, record)?;
        let head = match decode_head(record, room_bytes) {
            Ok(head) => head,
            Err(fault) => return Ok(Err(fault)),
        };
        record.resize(record_bytes(head.payload_bytes), 0);
        self.read(offset + RECORD_HEADER_BYTES as u64, &mut record[RECORD_HEADER_BYTES..])?;
        Ok(check_record(&self.header.world, record).map(|()| head))
    }

    /// Searches from `offset` on for a whole record of `least_sequence` or later: proof that the
    /// bytes before it were once acknowledged.
    pub(crate) fn later_record(&self, offset: u64, least_sequence: u64) -> Result<Option<u64>, ReadError> {
        let mut candidate = Vec::new();
        let mut chunk = vec![0; SEARCH_BYTES];
        let mut at = offset;
        while at < self.file_bytes {
            let bytes = chunk.len().min((self.file_bytes - at) as usize);
            self.read(at, &mut chunk[..bytes])?;
            for (index, word) in chunk[..bytes].chunks(ALIGN_BYTES).enumerate() {
                if !word.starts_with(&RECORD_MAGIC) {
                    continue;
                }
                let place = at + (index * ALIGN_BYTES) as u64;
                if let Ok(head) = self.record_at(place, &mut candidate)?
                    && head.sequence >= least_sequence
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
        let ours = self.file.metadata().map_err(failed)?;
        let named = fs::metadata(&self.path).map_err(failed)?;
        Ok((ours.dev(), ours.ino()) != (named.dev(), named.ino()))
    }

    pub(crate) fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), ReadError> {
        let failed = |source| ReadError::Io { path: self.path.clone(), source };
        self.file.read_exact_at(into, offset).map_err(failed)
    }
}

pub(crate) fn invalid(segment: &str, offset: u64, fault: Fault) -> ReadError {
    let Fault { check, expected, found } = fault;
    ReadError::Invalid { segment: segment.to_string(), offset, check, expected, found }
}
