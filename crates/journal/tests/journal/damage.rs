//! Stored bytes change behind our back: torn ends are cut off, everything else is refused by name.

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Check, Journal, OpenError, Options, ReadError, Reader};

use crate::{HEADER_BYTES, append, check_records, open, options, payload, records, refused, segments};

fn record_bytes(sequence: u64) -> usize {
    64 + payload(sequence).len().next_multiple_of(8)
}

fn first_segment(folder: &Path) -> PathBuf {
    folder.join("00000001.journal")
}

/// A stopped journal of four records in one segment, its bytes, and where the last record starts and ends.
fn four_records() -> (tempfile::TempDir, Vec<u8>, usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 4);
    assert_eq!(segments(folder.path()).len(), 1);
    let bytes = fs::read(first_segment(folder.path())).unwrap();
    let start = HEADER_BYTES + (1..4).map(record_bytes).sum::<usize>();
    (folder, bytes, start, start + record_bytes(4))
}

/// Opens an image whose last record may be torn: three or four records, and it goes on well.
fn check_torn(folder: &Path, image: &[u8], whole: &[u8]) {
    fs::write(first_segment(folder), image).unwrap();
    let seen = records(folder, 1).len() as u64;
    let (mut journal, opened) = open(folder);
    let last = if image == whole { 4 } else { 3 };
    assert_eq!((opened.last_sequence, seen), (last, last));
    append(&mut journal, 2);
    drop(journal);
    check_records(folder, last + 2);
    for name in &segments(folder)[1..] {
        fs::remove_file(folder.join(name)).unwrap();
    }
}

#[test]
fn a_last_record_cut_at_any_byte_is_cut_off() {
    let (folder, whole, start, end) = four_records();
    for cut in start..=end {
        let mut image = whole.clone();
        image[cut..end].fill(0);
        check_torn(folder.path(), &image, &whole);
        // The same with the file ending there, as a copy broken off would.
        if cut < end {
            check_torn(folder.path(), &whole[..cut], &whole)
        }
    }
}

#[test]
fn a_last_record_with_any_sectors_missing_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(folder.path(), Options::new(options().world)).unwrap();
    append(&mut journal, 3);
    let start = HEADER_BYTES + (1..4).map(record_bytes).sum::<usize>();
    let long: Vec<u8> = (0..3_000u32).map(|index| (index % 251) as u8 + 1).collect();
    journal.append(&long).unwrap();
    drop(journal);
    let whole = fs::read(first_segment(folder.path())).unwrap()[..16 * 1024].to_vec();
    let end = start + 64 + 3_000;
    let sectors: Vec<usize> = (start / 512..=(end - 1) / 512).collect();
    assert!((6..=8).contains(&sectors.len()));
    for kept in 0..1u32 << sectors.len() {
        let mut image = whole.clone();
        for (index, sector) in sectors.iter().enumerate() {
            let lost = kept >> index & 1 == 0;
            // An older write to the same sector stays: it was durable.
            if lost {
                image[(sector * 512).max(start)..((sector + 1) * 512).min(end)].fill(0)
            }
        }
        fs::write(first_segment(folder.path()), &image).unwrap();
        let last = if image == whole { 4 } else { 3 };
        let (journal, opened) = Journal::open(folder.path(), options()).unwrap();
        assert_eq!(opened.last_sequence, last, "sectors {kept:b}");
        assert_eq!(opened.truncated_bytes > 0, last == 3 && kept != 0);
        drop(journal);
        if last == 3 {
            // Wiped: the second opening finds nothing to cut.
            assert_eq!(open(folder.path()).1.truncated_bytes, 0);
            check_records(folder.path(), 3);
        }
    }
}

#[test]
fn a_record_inside_the_payload_of_a_torn_record_is_not_taken_for_a_later_one() {
    let (folder, whole, start, _) = four_records();
    // The bytes of a real record of this journal, aligned as a record would be.
    let (mut journal, _) = open(folder.path());
    journal.append(&whole[start..start + record_bytes(4)]).unwrap();
    drop(journal);
    let mut image = fs::read(first_segment(folder.path())).unwrap();
    image[start + record_bytes(4)] = 0;
    fs::write(first_segment(folder.path()), &image).unwrap();
    assert_eq!(open(folder.path()).1.last_sequence, 4);
}

#[test]
fn a_forged_later_record_inside_a_torn_record_is_not_taken_for_one() {
    // Who chooses a payload may make a record of any sequence, but does not know the world's id.
    let foreign = tempfile::tempdir().unwrap();
    let world = Options { world: *b"world of forgers", ..options() };
    append(&mut Journal::open(foreign.path(), world).unwrap().0, 4);
    let theirs = fs::read(first_segment(foreign.path())).unwrap();
    let fourth = HEADER_BYTES + (1..4).map(record_bytes).sum::<usize>();

    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    append(&mut journal, 1);
    journal.append(&theirs[fourth..fourth + record_bytes(4)]).unwrap();
    drop(journal);
    let mut image = fs::read(first_segment(folder.path())).unwrap();
    image[HEADER_BYTES + record_bytes(1)] = 0;
    fs::write(first_segment(folder.path()), &image).unwrap();
    assert_eq!(open(folder.path()).1.last_sequence, 1);
}

#[test]
fn a_flipped_bit_anywhere_before_the_last_record_is_refused() {
    let (folder, whole, start, _) = four_records();
    let mut seen_offsets = std::collections::BTreeSet::new();
    for at in 0..start {
        let mut image = whole.clone();
        image[at] ^= 1 << (at % 8);
        fs::write(first_segment(folder.path()), &image).unwrap();
        let OpenError::Read(ReadError::Invalid { segment, offset, .. }) = refused(folder.path()) else {
            panic!("byte {at}: another refusal");
        };
        assert_eq!(segment, "00000001.journal");
        let record_starts = [0, 4096, 4096 + record_bytes(1), 4096 + record_bytes(1) + record_bytes(2)];
        let expected = record_starts.iter().rfind(|start| **start <= at).unwrap();
        assert_eq!(offset, *expected as u64, "byte {at}");
        seen_offsets.insert(offset);
        let read = Reader::open(folder.path(), 1).and_then(|reader| reader.collect::<Result<Vec<_>, _>>());
        assert!(matches!(read, Err(ReadError::Invalid { .. })), "byte {at}");
    }
    assert_eq!(seen_offsets.len(), 4);
}

#[test]
fn a_damaged_end_of_a_segment_that_is_not_the_last_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 40);
    let whole = fs::read(first_segment(folder.path())).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for cut in [used, used - 100] {
        let mut image = whole.clone();
        image[cut..].fill(0);
        fs::write(first_segment(folder.path()), image).unwrap();
        let OpenError::Read(ReadError::Invalid { segment, .. }) = refused(folder.path()) else { panic!() };
        assert_eq!(segment, "00000001.journal");
    }
}

#[test]
fn a_missing_segment_is_named() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 40);
    fs::remove_file(folder.path().join("00000003.journal")).unwrap();
    let message = refused(folder.path()).to_string();
    assert_eq!(message, "segment 00000003.journal is missing");
    assert!(matches!(Reader::open(folder.path(), 1), Err(ReadError::Missing { segment })
        if segment == "00000003.journal"));
}

#[test]
fn swapped_segments_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 40);
    let path = |number: u64| folder.path().join(format!("{number:08}.journal"));
    fs::rename(path(2), folder.path().join("aside")).unwrap();
    fs::rename(path(3), path(2)).unwrap();
    fs::rename(folder.path().join("aside"), path(3)).unwrap();
    check_refused(folder.path(), Check::SegmentNumber, "00000003.journal");
}

#[test]
fn another_world_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 3);
    let other = Options { world: *b"world of tests 2", ..options() };
    let error = Journal::open(folder.path(), other).unwrap_err();
    assert!(matches!(error, OpenError::Read(ReadError::Invalid { check: Check::World, .. })));
    check_records(folder.path(), 3);
}

/// Two journals with the same first record; the second one's bytes are put into the first one's file.
#[test]
fn records_of_another_history_break_the_chain() {
    let (folder, whole, start, end) = four_records();
    let other = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(other.path());
    for sequence in 1..=4 {
        let mut payload = payload(sequence);
        if sequence == 3 {
            payload[0] ^= 1
        }
        journal.append(&payload).unwrap();
    }
    let theirs = fs::read(first_segment(other.path())).unwrap();
    let mut image = whole.clone();
    image[start..end].copy_from_slice(&theirs[start..end]);
    fs::write(first_segment(folder.path()), image).unwrap();
    check_refused(folder.path(), Check::Chain, "00000001.journal");
}

#[test]
fn a_gap_in_the_sequence_is_refused_even_at_the_end() {
    let (folder, whole, start, end) = four_records();
    let third = start - record_bytes(3);
    let mut image = whole.clone();
    image[third..].fill(0);
    image[third..third + end - start].copy_from_slice(&whole[start..end]);
    fs::write(first_segment(folder.path()), image).unwrap();
    check_refused(folder.path(), Check::Sequence, "00000001.journal");
}

fn check_refused(folder: &Path, expected: Check, named: &str) {
    let error = refused(folder);
    let OpenError::Read(ReadError::Invalid { check, ref segment, .. }) = error else { panic!("{error}") };
    assert_eq!((check, segment.as_str()), (expected, named), "{error}");
}
