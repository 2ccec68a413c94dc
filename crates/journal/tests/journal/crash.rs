//! Power loss at every step, and every step failing: nothing acknowledged is lost, nothing half
//! written is read.

use std::path::Path;
use std::sync::Arc;

use journal::{AppendError, Disk, Journal, Options, Prepare};

use crate::disk_model::{DiskModel, Failing, Kind};
use crate::{check_records, check_records_on, options, payload, records};

const APPENDS: u64 = 8;
const IMAGES: u64 = 6;

fn watched(disk: &Arc<DiskModel>, prepare: Prepare) -> Options {
    Options { hook: Some(disk.clone()), prepare, ..options() }
}

/// Opens and appends up to `APPENDS` more records until something fails; gives the last sequence that
/// was acknowledged, by `open` or by `append`.
fn work(folder: &Path, disk: &Arc<DiskModel>, prepare: Prepare, acknowledged: u64) -> u64 {
    let Ok((mut journal, opened)) = Journal::open(folder, watched(disk, prepare)) else {
        return acknowledged;
    };
    assert!(opened.last_sequence >= acknowledged, "an acknowledged record is gone");
    let mut last = opened.last_sequence;
    for _ in 0..APPENDS {
        match journal.append(&payload(last + 1)) {
            Ok(position) => last = position.sequence,
            Err(error) => {
                assert!(matches!(error, AppendError::Unknown { sequence, .. } if sequence == last + 1));
                assert!(matches!(journal.append(b""), Err(AppendError::Poisoned)));
                return last;
            }
        }
    }
    last
}

/// Every image a power loss may leave opens, holds what was acknowledged, and goes on.
fn check_images(disk: &DiskModel, acknowledged: u64, what: &str) {
    let folder = Path::new("/");
    for number in 0..IMAGES {
        let image: Arc<dyn Disk> = Arc::new(disk.image(number));
        let on_image = Options { disk: image.clone(), ..options() };
        // The image's files are others than those that were written.
        let adopting = Options { adopt: true, ..on_image.clone() };
        let (mut journal, opened) = match Journal::open(folder, adopting) {
            Ok(opened) => opened,
            Err(error) => panic!("{what}, image {number}: {error}"),
        };
        let last = opened.last_sequence;
        assert!((acknowledged..=acknowledged + 1).contains(&last), "{what}, image {number}: {last}");
        check_records_on(&image, folder, last);
        journal.append(&payload(last + 1)).unwrap();
        drop(journal);
        let (_, opened) = Journal::open(folder, on_image).unwrap();
        assert_eq!((opened.last_sequence, opened.truncated_bytes), (last + 1, 0));
        check_records_on(&image, folder, last + 1);
    }
}

fn steps_of_two_runs(prepare: Prepare) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(DiskModel::default());
    let first = work(folder.path(), &disk, prepare, 0);
    assert_eq!(work(folder.path(), &disk, prepare, first), 2 * APPENDS);
    disk.steps()
}

fn check_power_loss(prepare: Prepare) {
    for from in 0..steps_of_two_runs(prepare) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(DiskModel::default());
        // The step under way may be done in part: all of its bytes are pending.
        disk.fail(Some(Failing { from, count: usize::MAX, kind: Kind::Full(usize::MAX) }));
        let first = work(folder.path(), &disk, prepare, 0);
        let acknowledged = if first == APPENDS { work(folder.path(), &disk, prepare, first) } else { first };
        check_images(&disk, acknowledged, &format!("power lost at step {from}"));
    }
}

#[test]
fn power_may_fail_at_any_step() {
    check_power_loss(Prepare::Never);
}

/// The thread's steps come in between, differently each time; what must hold is the same.
#[test]
fn power_may_fail_while_a_segment_is_prepared() {
    check_power_loss(Prepare::AheadOnThread);
}

/// One step fails (or that step and all that follow, so that no marker can be left), the process
/// starts again on the same disk, goes on, and then power is lost.
fn check_failing(kind: Kind, count: usize, prepare: Prepare) {
    for from in 0..steps_of_two_runs(prepare) {
        let what = format!("step {from} and {count} in all fail with {kind:?}");
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(DiskModel::default());
        disk.fail(Some(Failing { from, count, kind }));
        let first = work(folder.path(), &disk, prepare, 0);
        let second = work(folder.path(), &disk, prepare, first);
        disk.fail(None);
        check_images(&disk, second, &what);
        let third = work(folder.path(), &disk, prepare, second);
        assert!(third >= second + APPENDS, "{what}: did not go on");
        check_records(folder.path(), third);
        check_images(&disk, third, &what);
        let epochs: Vec<u64> = records(folder.path(), 1).iter().map(|record| record.epoch).collect();
        assert!(epochs.is_sorted());
    }
}

#[test]
fn any_step_may_fail() {
    check_failing(Kind::Io, 1, Prepare::Never);
}

#[test]
fn any_step_may_fail_while_a_segment_is_prepared() {
    check_failing(Kind::Io, 1, Prepare::AheadOnThread);
}

#[test]
fn any_step_may_fail_and_the_marker_too() {
    check_failing(Kind::Io, 6, Prepare::Never);
}

#[test]
fn any_write_may_end_short() {
    check_failing(Kind::Full(30), 1, Prepare::Never);
    check_failing(Kind::Full(usize::MAX), 1, Prepare::Never);
}

#[test]
fn a_failed_sync_closes_the_journal_and_the_next_one_writes_a_fresh_segment() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(DiskModel::default());
    let (mut journal, _) = Journal::open(folder.path(), watched(&disk, Prepare::Never)).unwrap();
    journal.append(&payload(1)).unwrap();
    // The write succeeds, the sync does not.
    disk.fail(Some(Failing { from: disk.steps() + 1, count: 1, kind: Kind::Io }));
    let error = journal.append(&payload(2)).unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 2, action: "sync", .. }), "{error}");
    assert!(matches!(journal.append(&payload(2)), Err(AppendError::Poisoned)));
    assert!(folder.path().join("taint").exists());
    drop(journal);

    let (mut journal, opened) = Journal::open(folder.path(), watched(&disk, Prepare::Never)).unwrap();
    assert_eq!((opened.last_sequence, journal.epoch()), (2, 2));
    assert!(!folder.path().join("taint").exists());
    assert_eq!(crate::segments(folder.path()), ["00000001.journal", "00000002.journal"]);
    journal.append(&payload(3)).unwrap();
    check_records(folder.path(), 3);
    let epochs: Vec<u64> = records(folder.path(), 1).iter().map(|record| record.epoch).collect();
    assert_eq!(epochs, [1, 1, 2]);
}
