//! Segments that are made ready ahead.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use journal::{Hook, Journal, Options, Prepare, Step, Verdict};

use crate::{append, check_records, open, options, segments};

/// Tells when a prepared file is about to be synced, and which files became segments.
struct Watcher {
    synced: Mutex<Sender<()>>,
    renamed: Mutex<Vec<(String, String)>>,
}

impl Hook for Watcher {
    fn before(&self, step: Step<'_>) -> Verdict {
        let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_string();
        match step {
            Step::SyncFile(path) if name(path).starts_with("next-") => {
                self.synced.lock().unwrap().send(()).unwrap();
            }
            Step::Rename(from, to) => self.renamed.lock().unwrap().push((name(from), name(to))),
            _ => {}
        }
        Verdict::Go
    }
}

fn watched() -> (Options, Arc<Watcher>, Receiver<()>) {
    let (synced, syncs) = channel();
    let watcher = Arc::new(Watcher { synced: Mutex::new(synced), renamed: Mutex::new(Vec::new()) });
    // Segments of many blocks, but of one piece.
    let segment_bytes = 256 * 1024;
    let hook: Option<Arc<dyn Hook>> = Some(watcher.clone());
    (Options { segment_bytes, prepare: Prepare::AheadOnThread, hook, ..options() }, watcher, syncs)
}

#[test]
fn the_next_segment_is_ready_and_full_of_written_zeros_when_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (options, watcher, syncs) = watched();
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    for (round, kilobytes) in [220, 200, 200].into_iter().enumerate() {
        // Beyond a quarter of the segment, but not to its end.
        journal.append(&vec![1; kilobytes * 1024]).unwrap();
        syncs.recv().unwrap();
        assert_eq!(segments(folder.path()).len(), round + 1);
        // Does not fit any more.
        journal.append(&[2; 40 * 1024]).unwrap();
        let renamed = watcher.renamed.lock().unwrap().last().unwrap().clone();
        assert_eq!(renamed, ("next-1.tmp".to_string(), format!("{:08}.journal", round + 2)));
        let made = fs::metadata(folder.path().join(&renamed.1)).unwrap();
        assert_eq!(made.len(), 256 * 1024);
        assert!(made.blocks() * 512 >= made.len(), "{} blocks", made.blocks());
        // The header was synced under the old name.
        assert_eq!(syncs.try_iter().count(), 1);
    }
    drop(journal);
    assert_eq!(open(folder.path()).1.last_sequence, 6);
}

#[test]
fn a_prepared_file_takes_a_record_longer_than_a_segment() {
    let folder = tempfile::tempdir().unwrap();
    let (options, watcher, syncs) = watched();
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    journal.append(&[1; 100 * 1024]).unwrap();
    syncs.recv().unwrap();
    journal.append(&[2; 900 * 1024]).unwrap();
    assert_eq!(watcher.renamed.lock().unwrap().last().unwrap().0, "next-1.tmp");
    let long = fs::metadata(folder.path().join("00000002.journal")).unwrap();
    assert_eq!(long.len(), 4096 + 64 + 900 * 1024);
    journal.append(b"next").unwrap();
    drop(journal);
    assert_eq!(open(folder.path()).1.last_sequence, 3);
}

#[test]
fn what_was_not_needed_is_removed_by_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let (options, _, syncs) = watched();
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    journal.append(&[1; 200 * 1024]).unwrap();
    syncs.recv().unwrap();
    drop(journal);
    assert!(folder.path().join("next-1.tmp").exists());
    fs::write(folder.path().join("segment.tmp"), b"of an older program").unwrap();
    open(folder.path());
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["00000001.journal", "lock", "place"]);
}

#[test]
fn nothing_is_prepared_unless_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (options, watcher, syncs) = watched();
    let options = Options { prepare: Prepare::Never, ..options };
    let (mut journal, _) = Journal::open(folder.path(), options).unwrap();
    for _ in 0..8 {
        journal.append(&[1; 100 * 1024]).unwrap();
    }
    drop(journal);
    assert!(syncs.try_recv().is_err());
    assert!(watcher.renamed.lock().unwrap().iter().all(|(from, _)| !from.starts_with("next")));
}

#[test]
fn small_segments_prepared_in_a_hurry_hold_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let ahead = Options { prepare: Prepare::AheadOnThread, ..options() };
    let (mut journal, _) = Journal::open(folder.path(), ahead).unwrap();
    append(&mut journal, 300);
    drop(journal);
    check_records(folder.path(), 300);
}
