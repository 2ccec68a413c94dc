//! The journal by behaviour, through its public surface alone.

// Helpers outside `#[test]` functions are tests too.
#![allow(clippy::unwrap_used)]

mod crash;
mod damage;
mod disk_model;
mod memory_disk;
mod plain;
mod prepared;
mod reading;
mod shelf;
mod two_writers;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use journal::{Disk, Journal, OpenError, Opened, Options, Prepare, Reader, RealDisk, Record};

const WORLD: [u8; 16] = *b"world of tests 1";
/// Offset of the first record of a segment.
const HEADER_BYTES: usize = 4096;

/// Small segments, a few records each, and every run the same.
fn options() -> Options {
    Options { segment_bytes: 4096 + 1024, prepare: Prepare::Never, ..Options::new(WORLD) }
}

fn open(folder: &Path) -> (Journal, Opened) {
    Journal::open(folder, options()).unwrap()
}

fn refused(folder: &Path) -> OpenError {
    Journal::open(folder, options()).unwrap_err()
}

/// The payload of the record of this sequence; lengths differ, some are empty.
fn payload(sequence: u64) -> Vec<u8> {
    let bytes = (sequence * 37 % 211) as usize;
    (0..bytes).map(|index| (index as u64 * 7 + sequence * 13) as u8).collect()
}

fn append(journal: &mut Journal, count: u64) {
    for _ in 0..count {
        let sequence = journal.position().sequence + 1;
        assert_eq!(journal.append(&payload(sequence)).unwrap().sequence, sequence);
    }
}

fn records(folder: &Path, from: u64) -> Vec<Record> {
    Reader::open(folder, from).unwrap().map(|record| record.unwrap()).collect()
}

/// Every record has the payload of its sequence, and there are so many.
fn check_records(folder: &Path, last: u64) {
    check_records_on(&(Arc::new(RealDisk) as Arc<dyn Disk>), folder, last);
}

fn check_records_on(disk: &Arc<dyn Disk>, folder: &Path, last: u64) {
    let reader = Reader::open_on(disk.clone(), folder, 1, Some(&WORLD)).unwrap();
    let records: Vec<Record> = reader.map(|record| record.unwrap()).collect();
    assert_eq!(records.len() as u64, last);
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record.sequence, index as u64 + 1);
        assert_eq!(record.payload, payload(record.sequence));
    }
}

fn segments(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".journal"));
    names.sort();
    names
}
