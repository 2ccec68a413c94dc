//! Nothing goes wrong: what is written is read back.

use journal::{AppendError, Journal, OpenError, Options, PAYLOAD_MAX_BYTES, ReadError, Reader};

use crate::{WORLD, append, check_records, open, options, records, refused, segments};

#[test]
fn an_empty_journal_starts_at_sequence_and_epoch_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, opened) = open(folder.path());
    assert_eq!((opened.last_sequence, opened.last_epoch, opened.truncated_bytes), (0, 0, 0));
    assert_eq!(opened.last_hash, [0; 32]);
    assert_eq!(journal.epoch(), 1);
    assert!(records(folder.path(), 1).is_empty());
    assert_eq!(journal.append(b"a").unwrap().sequence, 1);
    assert_eq!(records(folder.path(), 0)[0].payload, b"a");
}

#[test]
fn records_roll_over_segments_and_come_back_from_any_sequence() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    append(&mut journal, 40);
    assert!(segments(folder.path()).len() >= 5);
    check_records(folder.path(), 40);
    for from in 1..=42 {
        let found: Vec<u64> = records(folder.path(), from).iter().map(|record| record.sequence).collect();
        assert_eq!(found, (from..=40).collect::<Vec<_>>());
    }
}

#[test]
fn reopening_goes_on_where_the_journal_ended() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..6 {
        let (mut journal, opened) = open(folder.path());
        assert_eq!((opened.last_sequence, opened.last_epoch), (round * 7, round));
        assert_eq!(opened.last_hash, journal.position().hash);
        assert_eq!(opened.truncated_bytes, 0);
        append(&mut journal, 7);
    }
    check_records(folder.path(), 42);
    for record in records(folder.path(), 1) {
        assert_eq!(record.epoch, (record.sequence - 1) / 7 + 1);
    }
}

#[test]
fn an_epoch_is_never_taken_twice_even_without_a_record() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        assert_eq!(open(folder.path()).0.epoch(), round);
    }
}

#[test]
fn the_hash_of_a_record_is_blake3_of_its_bytes_and_the_next_one_carries_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let first = journal.append(b"five!").unwrap();
    let second = journal.append(b"").unwrap();
    let bytes = std::fs::read(folder.path().join("00000001.journal")).unwrap();
    assert_eq!(first.hash, *blake3::hash(&bytes[4096..4096 + 72]).as_bytes());
    assert_eq!(bytes[4096 + 72 + 32..4096 + 72 + 64], first.hash);
    assert_eq!(second.hash, *blake3::hash(&bytes[4096 + 72..4096 + 72 + 64]).as_bytes());
}

#[test]
fn a_record_longer_than_a_segment_gets_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let long = vec![0xF8; 50_000];
    journal.append(&long).unwrap();
    journal.append(b"after").unwrap();
    drop(journal);
    let (mut journal, opened) = open(folder.path());
    assert_eq!(opened.last_sequence, 2);
    journal.append(&long).unwrap();
    let payloads: Vec<_> = records(folder.path(), 1).into_iter().map(|record| record.payload).collect();
    assert_eq!(payloads, [long.clone(), b"after".to_vec(), long]);
}

#[test]
fn too_long_a_payload_is_refused_and_the_journal_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let refused = journal.append(&vec![0; PAYLOAD_MAX_BYTES + 1]);
    assert!(matches!(refused, Err(AppendError::TooLong { bytes }) if bytes == PAYLOAD_MAX_BYTES + 1));
    assert_eq!(journal.append(b"next").unwrap().sequence, 1);
}

#[test]
fn only_one_writer_holds_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    assert!(matches!(refused(folder.path()), OpenError::Locked { .. }));
    drop(journal);
    open(folder.path());
}

#[test]
fn a_reader_follows_a_live_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let mut reader = Reader::open(folder.path(), 1).unwrap();
    assert_eq!(reader.world(), WORLD);
    for sequence in 1..=40 {
        assert!(reader.next().is_none());
        append(&mut journal, 1);
        assert_eq!(reader.next().unwrap().unwrap().sequence, sequence);
    }
}

#[test]
fn a_reader_beside_a_busy_writer_sees_only_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let mut reader = Reader::open(folder.path(), 1).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || append(&mut journal, 1_000));
        let mut seen = 0;
        loop {
            let ended = writer.is_finished();
            for record in &mut reader {
                seen += 1;
                let record = record.unwrap();
                assert_eq!((record.sequence, record.payload), (seen, crate::payload(seen)));
            }
            if ended {
                break;
            }
        }
        assert_eq!(seen, 1_000);
    });
}

#[test]
fn segments_before_the_posted_sequence_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    append(&mut journal, 40);
    drop(journal);
    std::fs::write(folder.path().join("00000001.journal"), b"archived badly").unwrap();
    assert!(matches!(refused(folder.path()), OpenError::Read(ReadError::Invalid { .. })));
    let posted = Options { posted_sequence: 35, ..options() };
    assert_eq!(Journal::open(folder.path(), posted.clone()).unwrap().1.last_sequence, 40);
    // Archived for good: still not needed.
    std::fs::remove_file(folder.path().join("00000001.journal")).unwrap();
    assert_eq!(Journal::open(folder.path(), posted).unwrap().1.last_sequence, 40);
    assert!(matches!(refused(folder.path()), OpenError::Read(ReadError::Missing { segment })
        if segment == "00000001.journal"));
}

#[test]
fn a_journal_that_ends_before_the_posted_sequence_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let posted = |posted_sequence| Options { posted_sequence, ..options() };
    let lost = Journal::open(folder.path(), posted(1)).unwrap_err();
    assert!(matches!(lost, OpenError::EndLost { last: 0, known: 1 }));
    append(&mut open(folder.path()).0, 5);
    let lost = Journal::open(folder.path(), posted(6)).unwrap_err();
    assert!(matches!(lost, OpenError::EndLost { last: 5, known: 6 }));
    Journal::open(folder.path(), posted(5)).unwrap();
}
