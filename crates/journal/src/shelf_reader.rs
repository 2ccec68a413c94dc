//! Reads the records of a database, without changing them.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::error::{Check, ReadError};
use crate::format::{
    Fault, RECORD_HEADER_BYTES, WorldId, check_record, decode_head, record_before, record_bytes, record_hash,
};
use crate::reader::{Place, Record};
use crate::shelf::Shelf;
use crate::shelf_writer::BEFORE_FIRST;

/// Iterates over the records from a given sequence on; checks checksum, sequence, epoch and chain. `None`
/// means the end as of now; after an error only `None` follows.
#[derive(Debug)]
pub(crate) struct ShelfReader {
    shelf: Arc<dyn Shelf>,
    world: WorldId,
    place: Place,
    /// Whether the hash before the next record is known: not of the first that is read in the middle.
    knows_before: bool,
    page: VecDeque<Vec<u8>>,
    failed: bool,
}

impl ShelfReader {
    /// From `from_sequence` on (0 and 1 both mean the first record).
    pub(crate) fn open(shelf: Arc<dyn Shelf>, world: WorldId, from_sequence: u64) -> ShelfReader {
        let sequence = from_sequence.max(1);
        let place = Place { sequence, epoch: 0, before: BEFORE_FIRST };
        ShelfReader { shelf, world, place, knows_before: sequence == 1, page: VecDeque::new(), failed: false }
    }

    /// The next record, or `None` at the end as of now and after an error.
    pub(crate) fn read_next(&mut self) -> Result<Option<Record>, ReadError> {
        Ok(self.read_bytes()?.map(|bytes| bytes.1))
    }

    /// The next record with its bytes.
    pub(crate) fn read_bytes(&mut self) -> Result<Option<(Vec<u8>, Record)>, ReadError> {
        if self.failed {
            return Ok(None);
        }
        let read = self.advance();
        self.failed = read.is_err();
        read
    }

    fn advance(&mut self) -> Result<Option<(Vec<u8>, Record)>, ReadError> {
        if self.page.is_empty() {
            let found = self.shelf.records(self.place.sequence);
            let failed = |source| ReadError::Shelf { place: self.shelf.place(), source };
            self.page = found.map_err(failed)?.into();
        }
        let Some(bytes) = self.page.pop_front() else { return Ok(None) };
        let record = self.check(&bytes).map_err(|fault| self.invalid(self.place.sequence, fault))?;
        self.place = Place { sequence: record.sequence + 1, epoch: record.epoch, before: record.hash };
        self.knows_before = true;
        Ok(Some((bytes, record)))
    }

    fn check(&mut self, bytes: &[u8]) -> Result<Record, Fault> {
        if bytes.len() < RECORD_HEADER_BYTES {
            return Err(Fault::new(Check::Length, format!("at least {RECORD_HEADER_BYTES}"), bytes.len()));
        }
        let head = decode_head(bytes, bytes.len() as u64)?;
        let whole = record_bytes(head.payload_bytes);
        if whole != bytes.len() {
            return Err(Fault::new(Check::Length, whole, bytes.len()));
        }
        check_record(&self.world, bytes)?;
        if !self.knows_before {
            self.place.before = record_before(bytes);
        }
        self.place.check(&head)?;
        let payload = bytes[RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + head.payload_bytes].to_vec();
        Ok(Record { sequence: head.sequence, epoch: head.epoch, hash: record_hash(bytes), payload })
    }

    /// The error of a row that broke a rule.
    pub(crate) fn invalid(&self, sequence: u64, fault: Fault) -> ReadError {
        let Fault { check, expected, found } = fault;
        ReadError::InvalidRow { place: self.shelf.place(), sequence, check, expected, found }
    }
}

impl Iterator for ShelfReader {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read_next().transpose()
    }
}
