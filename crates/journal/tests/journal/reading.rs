//! The reader: what it lends, and how little it asks of the disk.

use std::path::Path;
use std::sync::Arc;

use journal::{Journal, Options, ReadError, Reader};

use crate::memory_disk::MemoryDisk;
use crate::{WORLD, append, open, records};

/// Lengths around the reader's window, so that records lie across its end in many ways.
fn long_payload(sequence: u64) -> Vec<u8> {
    let bytes = match sequence % 40 {
        0 => 700_000,
        1 => 262_144 - 64,
        2 => 262_144,
        _ => 3_000 + (sequence * 997 % 4_099) as usize,
    };
    (0..bytes).map(|index| (index as u64 * 31 + sequence) as u8).collect()
}

#[test]
fn lent_records_are_those_of_the_iterator() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1 << 20, ..Options::new(WORLD) };
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    for sequence in 1..=200 {
        journal.append(&long_payload(sequence)).unwrap();
    }
    let iterated = records(folder.path(), 7);
    assert_eq!(iterated.len(), 194);
    let mut reader = Reader::open(folder.path(), 7).unwrap();
    for (record, sequence) in iterated.iter().zip(7..) {
        let lent = reader.read_next().unwrap().unwrap();
        assert_eq!((lent.sequence, lent.payload == long_payload(sequence)), (sequence, true));
        assert_eq!(lent.to_record(), *record);
    }
    assert!(reader.read_next().unwrap().is_none());
    // The end as of now: both ways go on from there.
    journal.append(b"later").unwrap();
    assert_eq!(reader.read_next().unwrap().unwrap().payload, b"later");
    journal.append(b"last").unwrap();
    assert_eq!(reader.next().unwrap().unwrap().payload, b"last");
}

#[test]
fn after_an_error_nothing_more_is_lent() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 3);
    let first = folder.path().join("00000001.journal");
    let mut bytes = std::fs::read(&first).unwrap();
    bytes[4096 + 64] ^= 1;
    std::fs::write(&first, bytes).unwrap();
    let mut reader = Reader::open(folder.path(), 1).unwrap();
    assert!(matches!(reader.read_next(), Err(ReadError::Invalid { offset: 4096, .. })));
    assert!(reader.read_next().unwrap().is_none());
    assert!(reader.next().is_none());
}

#[test]
fn many_small_records_are_read_together() {
    let disk = MemoryDisk::default();
    let folder = Path::new("/journal");
    let options = Options { segment_bytes: 1 << 20, ..Options::on(Arc::new(disk.clone()), WORLD) };
    let (mut journal, _) = Journal::open(folder, options).unwrap();
    for _ in 0..1_000 {
        journal.append(&[7; 200]).unwrap();
    }
    let mut reader = Reader::open_on(Arc::new(disk.clone()), folder, 1, None).unwrap();
    let before = disk.reads();
    for sequence in 1..=1_000 {
        assert_eq!(reader.read_next().unwrap().unwrap().sequence, sequence);
    }
    assert!(disk.reads() - before <= 4, "{} reads", disk.reads() - before);
}
