//! Damage to the journal is named by segment and offset, and what cannot be checked any more is said.

use crate::world::{WORLD, World, found};
use audit::{AuditError, FindingKind, Options, Report, WorldFolder, verify};
use std::fs;
use std::path::Path;

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A bit of the n-th segment's first record is turned.
fn turn(world: &World, segment: usize, offset: usize) -> Report {
    let path = &world.segments()[segment];
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= 1;
    fs::write(path, bytes).unwrap();
    world.verify()
}

#[test]
fn a_turned_bit_is_named_by_segment_and_offset() {
    for (segment, offset, start) in
        [(0, 4096 + 80, 4096), (1, 4096 + 30, 4096), (1, 4096 + 40, 4096), (1, 24, 0)]
    {
        let world = World::copy();
        let report = turn(&world, segment, offset);
        let finding = found(&report, FindingKind::JournalDamaged, "journal");
        assert_eq!(finding.key, format!("{} offset {start}", name(&world.segments()[segment])));
        assert!(finding.message.contains("nothing after record"), "{}", finding.message);
    }
}

#[test]
fn a_cut_segment_is_damage_in_the_middle_and_a_lost_end_at_the_last() {
    let world = World::copy();
    let middle = world.segments()[1].clone();
    fs::OpenOptions::new().write(true).open(&middle).unwrap().set_len(4096 + 100).unwrap();
    let report = world.verify();
    let finding = found(&report, FindingKind::JournalDamaged, "journal");
    assert_eq!(finding.key, format!("{} offset 4096", name(&middle)));

    let world = World::copy();
    let last = world.segments().pop().unwrap();
    fs::OpenOptions::new().write(true).open(&last).unwrap().set_len(4096 + 100).unwrap();
    let report = world.verify();
    assert_eq!(found(&report, FindingKind::JournalEndLost, "journal").key, name(&last));
}

#[test]
fn a_removed_segment_is_named_wherever_it_was() {
    let last = World::copy().segments().len() - 1;
    let world = World::copy();
    let middle = world.segments().remove(1);
    fs::remove_file(&middle).unwrap();
    assert_eq!(found(&world.verify(), FindingKind::JournalIncomplete, "journal").key, name(&middle));

    let world = World::copy();
    fs::remove_file(&world.segments()[last]).unwrap();
    found(&world.verify(), FindingKind::JournalEndLost, "journal");

    // The first may have been archived: the rest is checked all the same.
    let world = World::copy();
    let first = world.segments().remove(0);
    fs::remove_file(&first).unwrap();
    let report = world.verify();
    assert_eq!(found(&report, FindingKind::JournalIncomplete, "journal").key, name(&first));
    assert_eq!(report.findings.len(), 1, "{report}");
    world.change("UPDATE notice SET last_error = 'changed' WHERE state = 'delivered'");
    found(&world.verify(), FindingKind::RowDiffers, "notice");

    for segment in world.segments() {
        fs::remove_file(segment).unwrap();
    }
    found(&world.verify(), FindingKind::JournalIncomplete, "journal");
}

#[test]
fn swapped_segments_are_named() {
    let world = World::copy();
    let segments = world.segments();
    let (one, two) = (fs::read(&segments[1]).unwrap(), fs::read(&segments[2]).unwrap());
    fs::write(&segments[1], two).unwrap();
    fs::write(&segments[2], one).unwrap();
    let report = world.verify();
    let finding = found(&report, FindingKind::JournalDamaged, "journal");
    assert!(
        [1, 2].map(|at| format!("{} offset 0", name(&segments[at]))).contains(&finding.key),
        "{}",
        finding.key
    );
}

/// Whole records with a right chain, but a payload that was changed before it was written.
fn rewrite(world: &World, change: impl Fn(u64, &mut Vec<u8>)) -> Report {
    forge(world, change);
    world.verify()
}

/// As `rewrite`, and nothing is verified yet.
pub(crate) fn forge(world: &World, mut change: impl FnMut(u64, &mut Vec<u8>)) {
    let copy = World::copy();
    fs::remove_dir_all(world.journal()).unwrap();
    let (mut journal, _) = journal::Journal::open(&world.journal(), journal::Options::new(WORLD)).unwrap();
    for record in journal::Reader::open(&copy.journal(), 1).unwrap() {
        let mut record = record.unwrap();
        change(record.sequence, &mut record.payload);
        journal.append(&record.payload).unwrap();
    }
}

#[test]
fn an_image_that_was_written_over_must_have_its_columns_too() {
    let world = World::copy();
    let mut seen = 0;
    forge(&world, |_, payload| {
        let mut batch = cell::BatchRecord::decode(payload).unwrap();
        let heads = batch.rows.iter_mut().filter(|row| row.table == engine::Table::SlotHead);
        for row in heads {
            seen += 1;
            if seen == 1 {
                row.columns.push(0);
            }
        }
        *payload = crate::replay::encode(&batch);
    });
    assert!(seen > 1);
    let report = world.verify();
    let finding = found(&report, FindingKind::BatchUnreadable, "journal");
    assert!(finding.message.contains("has not the columns of its table"), "{}", finding.message);
}

#[test]
fn a_record_that_holds_no_batch_is_named() {
    let report = rewrite(&World::copy(), |sequence, payload| {
        if sequence == 3 {
            payload.truncate(20);
        }
    });
    assert_eq!(found(&report, FindingKind::BatchUnreadable, "journal").key, "record 3");
    // The form byte is followed by the last stamp, the count of commands, then the first command with its stamp.
    let command = 1 + 16 + 4 + 16 + 4 + 1 + 4;
    let report = rewrite(&World::copy(), |sequence, payload| {
        if sequence == 4 {
            // A number that no command has, in two bytes.
            payload[command..command + 2].copy_from_slice(&[0xff, 0x7f]);
        }
    });
    let finding = found(&report, FindingKind::BatchUnreadable, "journal");
    assert!(finding.key == "record 4" && finding.message.contains("command 0"), "{}", finding.message);
}

#[test]
fn a_stamp_that_goes_back_is_named() {
    // The first command's stamp, then the last stamp of the record.
    for at in [1 + 16 + 4, 1] {
        let report = rewrite(&World::copy(), |sequence, payload| {
            if sequence == 5 {
                payload[at..at + 8].copy_from_slice(&1_i64.to_le_bytes());
            }
        });
        assert_eq!(found(&report, FindingKind::StampNotRising, "journal").key, "record 5");
    }
}

#[test]
fn a_row_changed_in_the_journal_differs_from_its_table() {
    // Another journal with a right chain: its last record is not the one that was posted.
    let subject = "苹果 🍎".as_bytes();
    let report = rewrite(&World::copy(), |_, payload| {
        for at in 0..payload.len().saturating_sub(subject.len()) {
            if payload[at..].starts_with(subject) {
                payload[at + subject.len() - 1] ^= 1;
            }
        }
    });
    found(&report, FindingKind::MarkWrong, "mark");
    let finding = found(&report, FindingKind::RowDiffers, "orders");
    assert!(finding.message.contains("column subject is"), "{}", finding.message);
}

#[test]
fn what_is_journalled_but_not_posted_is_checked_by_itself() {
    // The tables are those of before; the mark says so.
    let world = World::copy();
    let connection = world.sql();
    for table in engine::Table::ALL {
        connection.execute(&format!("DELETE FROM \"{}\"", table.name()), ()).unwrap();
    }
    connection.execute("UPDATE mark SET sequence = 0, at_us = 0, seq = 0, hash = zeroblob(32)", ()).unwrap();
    drop(connection);
    let report = world.verify();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.figures.posted_sequence, 0);

    // One leg of every top-up is changed in the journal, and every balance made negative.
    let report = rewrite(&world, |_, payload| {
        let batch = cell::BatchRecord::decode(payload).unwrap();
        for row in batch.rows {
            let (_, Some(typed)) = row.row().unwrap() else { continue };
            let mut changed = Vec::new();
            match typed {
                engine::Row::Posting(posting) => {
                    let mut posting = (*posting).clone();
                    posting.business_date = 20_000_101;
                    base::Record::write(&posting, &mut base::BinarySink(&mut changed));
                }
                engine::Row::Account(account) if account.balance_minor > 0 => {
                    let mut account = (*account).clone();
                    account.balance_minor = -account.balance_minor;
                    base::Record::write(&account, &mut base::BinarySink(&mut changed));
                }
                _ => continue,
            }
            // The same length: only the figures differ.
            let at = (0..payload.len()).find(|at| payload[*at..].starts_with(&row.columns)).unwrap();
            if changed.len() == row.columns.len() {
                payload[at..at + changed.len()].copy_from_slice(&changed);
            }
        }
    });
    assert!(found(&report, FindingKind::PostingShape, "posting").message.contains("not posted yet"));
    assert!(found(&report, FindingKind::AccountBelow, "account").message.contains("not posted yet"));
}

#[test]
fn what_cannot_be_read_at_all_is_an_error_not_a_finding() {
    let world = World::copy();
    let options = Options::default();
    let nowhere = world.journal().join("nowhere");
    let missing = verify(WorldFolder { journal: &world.journal(), tables: &nowhere }, &options);
    assert!(matches!(missing, Err(AuditError::Tables { .. })), "{missing:?}");
    let missing = verify(WorldFolder { journal: &nowhere, tables: &world.tables() }, &options);
    assert!(matches!(missing, Err(AuditError::Journal(_))), "{missing:?}");
    let foreign = Options { world: Some([9; 16]), ..Options::default() };
    let report =
        verify(WorldFolder { journal: &world.journal(), tables: &world.tables() }, &foreign).unwrap();
    found(&report, FindingKind::JournalDamaged, "journal");
}
