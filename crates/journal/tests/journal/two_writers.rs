//! Nobody but one writer: locks that were lost, folders that were copied.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use journal::{AppendError, Hook, Journal, OpenError, Options, Reader, Step, Verdict};

use crate::memory_disk::MemoryDisk;
use crate::{WORLD, append, check_records, open, options, payload, refused};

const FOLDER: &str = "/journal";

fn on(disk: &MemoryDisk) -> Options {
    Options { segment_bytes: 4096 + 1024, ..Options::on(Arc::new(disk.clone()), WORLD) }
}

fn open_on(options: Options) -> Journal {
    Journal::open(Path::new(FOLDER), options).unwrap().0
}

fn payloads_on(disk: &MemoryDisk) -> Vec<Vec<u8>> {
    let mut reader = Reader::open_on(Arc::new(disk.clone()), Path::new(FOLDER), 1, Some(&WORLD)).unwrap();
    let mut payloads = Vec::new();
    while let Some(record) = reader.read_next().unwrap() {
        payloads.push(record.payload.to_vec());
    }
    payloads
}

/// Runs once, before the first step that `at` picks.
struct Once<F> {
    at: fn(&Step<'_>) -> bool,
    run: Mutex<Option<F>>,
}

impl<F: FnOnce() + Send> Hook for Once<F> {
    fn before(&self, step: Step<'_>) -> Verdict {
        if (self.at)(&step) {
            let run = self.run.lock().unwrap().take();
            run.into_iter().for_each(|run| run());
        }
        Verdict::Go
    }
}

fn once<F: FnOnce() + Send + 'static>(at: fn(&Step<'_>) -> bool, run: F) -> Option<Arc<dyn Hook>> {
    Some(Arc::new(Once { at, run: Mutex::new(Some(run)) }))
}

#[test]
fn a_writer_that_lost_its_lock_is_fenced_and_changes_nothing() {
    let disk = MemoryDisk::default();
    let mut old = open_on(on(&disk));
    append(&mut old, 3);
    assert!(matches!(Journal::open(Path::new(FOLDER), on(&disk)), Err(OpenError::Locked { .. })));
    disk.forget_locks();
    let mut new = open_on(on(&disk));
    let changes = disk.changes();
    let fenced = old.append(b"too late").unwrap_err();
    assert!(matches!(fenced, AppendError::Fenced { ours: 1, theirs: 2 }), "{fenced}");
    assert!(matches!(old.append(b"too late"), Err(AppendError::Poisoned)));
    assert_eq!(disk.changes(), changes);
    drop(old);
    append(&mut new, 3);
    assert_eq!(payloads_on(&disk), (1..=6).map(payload).collect::<Vec<_>>());
    // The old writer's end did not give the new one's lock away.
    assert!(matches!(Journal::open(Path::new(FOLDER), on(&disk)), Err(OpenError::Locked { .. })));
}

#[test]
fn a_real_writer_is_fenced_by_the_note_in_the_lock_file() {
    let folder = tempfile::tempdir().unwrap();
    let (mut old, _) = open(folder.path());
    append(&mut old, 1);
    // The same epoch, written again, is nobody else's.
    let lock = folder.path().join("lock");
    let ours = fs::read(&lock).unwrap();
    fs::write(&lock, &ours).unwrap();
    append(&mut old, 1);
    let other = tempfile::tempdir().unwrap();
    drop(open(other.path()));
    drop(open(other.path()));
    fs::write(&lock, fs::read(other.path().join("lock")).unwrap()).unwrap();
    assert!(matches!(old.append(b""), Err(AppendError::Fenced { ours: 1, theirs: 2 })));
    assert!(!folder.path().join("taint").exists());
}

#[test]
fn a_damaged_note_closes_the_journal_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    append(&mut journal, 2);
    fs::write(folder.path().join("lock"), b"00000000000000000001 00000000").unwrap();
    let error = journal.append(&payload(3)).unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 3, action: "read the epoch in", .. }));
    assert!(matches!(journal.append(b""), Err(AppendError::Poisoned)));
    drop(journal);
    // Whose epoch stood in the note nobody knows: the next one is above whatever it may have been.
    let (journal, opened) = open(folder.path());
    assert_eq!((opened.last_sequence, journal.epoch()), (2, (1 << 32) + 1));
}

#[test]
fn what_is_written_while_another_takes_over_is_not_acknowledged() {
    let disk = MemoryDisk::default();
    let new = Arc::new(Mutex::new(None));
    let (their_disk, theirs) = (disk.clone(), new.clone());
    let take_over = move || {
        their_disk.forget_locks();
        *theirs.lock().unwrap() = Some(open_on(on(&their_disk)));
    };
    let is_record = |step: &Step<'_>| matches!(step, Step::Write(_, at, _) if *at > 4096);
    let mut old = open_on(Options { hook: once(is_record, take_over), ..on(&disk) });
    append(&mut old, 1);
    let error = old.append(&payload(2)).unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 2, action: "keep", .. }), "{error}");
    assert!(matches!(old.append(b""), Err(AppendError::Poisoned)));
    assert_eq!(new.lock().unwrap().as_ref().unwrap().position().sequence, 1);
}

#[test]
fn what_is_acknowledged_until_the_new_epoch_is_noted_is_read_by_the_new_writer() {
    let disk = MemoryDisk::default();
    let mut old = open_on(on(&disk));
    append(&mut old, 1);
    let acknowledge = move || append(&mut old, 1);
    disk.forget_locks();
    let is_note = |step: &Step<'_>| matches!(step, Step::Write(path, ..) if path.ends_with("lock"));
    let new = open_on(Options { hook: once(is_note, acknowledge), ..on(&disk) });
    assert_eq!(new.position().sequence, 2);
}

/// Power is lost at every change, in several ways: the same folder opens without being adopted.
#[test]
fn after_any_power_loss_the_folder_is_still_the_same() {
    let work = |disk: &MemoryDisk| {
        let Ok((mut journal, _)) = Journal::open(Path::new(FOLDER), on(disk)) else { return 0 };
        (1..=8).take_while(|sequence| journal.append(&payload(*sequence)).is_ok()).count() as u64
    };
    let whole = MemoryDisk::default();
    assert_eq!(work(&whole), 8);
    for changes in 0..whole.changes() {
        let disk = MemoryDisk::default();
        disk.fail_from(changes);
        let acknowledged = work(&disk);
        for image in 0..8 {
            let left = disk.after_power_loss(image);
            let (journal, opened) = Journal::open(Path::new(FOLDER), on(&left)).unwrap_or_else(|error| {
                panic!("after {changes} changes, image {image}: {error}");
            });
            let last = opened.last_sequence;
            assert!((acknowledged..=acknowledged + 1).contains(&last), "{changes}, {image}: {last}");
            drop(journal);
            assert_eq!(payloads_on(&left), (1..=last).map(payload).collect::<Vec<_>>());
        }
    }
}

fn copy(from: &Path, to: &Path, but: &[&str]) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        if !but.contains(&name.to_str().unwrap()) {
            fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}

#[test]
fn a_copied_folder_is_refused_until_it_is_adopted() {
    let parent = tempfile::tempdir().unwrap();
    let (from, to) = (parent.path().join("from"), parent.path().join("to"));
    let (mut journal, _) = open(&from);
    append(&mut journal, 20);
    copy(&from, &to, &[]);
    let error = refused(&to);
    assert!(matches!(&error, OpenError::Copied { folder } if *folder == to));
    assert!(error.to_string().contains("adopt"), "{error}");
    // Refused means untouched, and reading is not writing.
    assert_eq!(fs::read(to.join("lock")).unwrap(), fs::read(from.join("lock")).unwrap());
    check_records(&to, 20);
    assert!(matches!(refused(&to), OpenError::Copied { .. }));

    let adopting = Options { adopt: true, ..options() };
    let (mut adopted, opened) = Journal::open(&to, adopting).unwrap();
    assert_eq!((opened.last_sequence, adopted.epoch()), (20, 2));
    append(&mut adopted, 1);
    drop(adopted);
    assert_eq!(open(&to).1.last_sequence, 21);
    append(&mut journal, 1);
}

#[test]
fn a_folder_that_was_renamed_is_the_same_folder() {
    let parent = tempfile::tempdir().unwrap();
    let (from, to) = (parent.path().join("from"), parent.path().join("to"));
    append(&mut open(&from).0, 3);
    fs::rename(&from, &to).unwrap();
    assert_eq!(open(&to).1.last_sequence, 3);
}

#[test]
fn segments_alone_and_folders_of_old_are_taken_and_then_known() {
    let parent = tempfile::tempdir().unwrap();
    let path = |name: &str| parent.path().join(name);
    append(&mut open(&path("from")).0, 3);
    copy(&path("from"), &path("restored"), &["lock", "place"]);
    copy(&path("from"), &path("old"), &["place"]);
    for name in ["restored", "old"] {
        assert_eq!(open(&path(name)).1.last_sequence, 3);
        let again = path(name).with_extension("again");
        copy(&path(name), &again, &[]);
        assert!(matches!(refused(&again), OpenError::Copied { .. }), "{name}");
    }
}

#[test]
fn a_note_that_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    append(&mut open(folder.path()).0, 1);
    let place = folder.path().join("place");
    let note = fs::read(&place).unwrap();
    for wrong in [&note[..note.len() - 1], b"", &[b"1", &note[1..]].concat()] {
        fs::write(&place, wrong).unwrap();
        assert!(matches!(refused(folder.path()), OpenError::Copied { .. }));
    }
    fs::write(&place, &note).unwrap();
    assert_eq!(open(folder.path()).1.last_sequence, 1);
}
