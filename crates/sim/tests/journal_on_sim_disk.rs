//! The real journal on the simulated disk: whatever fails and whenever the power goes, a record whose append returned
//! is found again, and one whose append failed is found whole or not at all.

use journal::{AppendError, Journal, Options, Reader};
use sim::{Dice, Fault, Level, SimDisk, Swarm};
use std::path::Path;
use std::sync::Arc;

const FOLDER: &str = "/cell/journal";
const WORLD: [u8; 16] = [7; 16];

/// What the caller of the journal knows.
#[derive(Default)]
struct Known {
    /// Payloads by sequence from 1 that were acknowledged.
    acknowledged: Vec<Vec<u8>>,
    /// What may follow them: the appends that failed, each at the end it had then.
    unknown: Vec<Vec<u8>>,
    failed_opens: u32,
    cut_appends: u32,
}

fn options(disk: &SimDisk) -> Options {
    Options { segment_bytes: 16 << 10, ..Options::on(disk.mount(), WORLD) }
}

/// Reads everything and compares it with what is known; what stands there now is known from now on.
fn check(disk: &SimDisk, known: &mut Known, seed: u64) {
    let reader = Reader::open_on(disk.mount(), Path::new(FOLDER), 1, Some(&WORLD));
    let found: Vec<Vec<u8>> = reader
        .expect("it opens")
        .map(|record| record.unwrap_or_else(|error| panic!("seed {seed}: {error}")).payload.to_vec())
        .collect();
    let acknowledged = known.acknowledged.len();
    assert!(found.len() >= acknowledged, "seed {seed}: {} of {acknowledged} are left", found.len());
    for (index, (found, told)) in found.iter().zip(&known.acknowledged).enumerate() {
        assert!(found == told, "seed {seed}: record {} is another", index + 1);
    }
    for more in &found[acknowledged..] {
        assert!(known.unknown.contains(more), "seed {seed}: a record that nobody wrote");
    }
    known.acknowledged = found;
    known.unknown.clear();
}

/// One life of a writer: opens, appends, ends by a kill or a power loss.
fn live(disk: &SimDisk, dice: &mut Dice, known: &mut Known, seed: u64, swarm: &Swarm) {
    let swarm = if known.failed_opens % 8 == 7 { Swarm::calm() } else { swarm.clone() };
    disk.set_swarm(&swarm);
    let mount = disk.mount();
    let opened = Journal::open(
        Path::new(FOLDER),
        Options { segment_bytes: 16 << 10, ..Options::on(mount.clone(), WORLD) },
    );
    match opened {
        Err(_) => known.failed_opens += 1,
        Ok((mut journal, opened)) => {
            known.failed_opens = 0;
            disk.set_swarm(&Swarm::calm());
            check(disk, known, seed);
            assert_eq!(opened.last_sequence, known.acknowledged.len() as u64);
            disk.set_swarm(&swarm);
            for _ in 0..dice.below(60) {
                let payload: Vec<u8> = (0..dice.range(1, 3_000)).map(|_| dice.bits() as u8).collect();
                match journal.append(&payload) {
                    Ok(_) => known.acknowledged.push(payload),
                    Err(AppendError::Unknown { .. }) => {
                        known.unknown.push(payload);
                        known.cut_appends += 1;
                        break;
                    }
                    Err(other) => panic!("seed {seed}: {other}"),
                }
            }
        }
    }
    if dice.chance(500) { disk.lose_power() } else { mount.kill() }
}

fn run(seed: u64) -> (usize, u32, String) {
    let dice = Dice::new(seed);
    let disk = SimDisk::new(&dice);
    let swarm = Swarm::draw(&dice);
    let setup = disk.mount();
    journal::Disk::make_folder(&*setup, Path::new("/cell")).expect("an empty disk takes it");
    journal::Disk::sync_folder(&*setup, Path::new("/")).expect("and keeps it");
    let (mut dice, mut known) = (dice.fork("writer"), Known::default());
    for _ in 0..12 {
        live(&disk, &mut dice, &mut known, seed, &swarm);
    }
    disk.set_swarm(&Swarm::calm());
    disk.lose_power();
    let (journal, _) = Journal::open(Path::new(FOLDER), options(&disk))
        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    drop(journal);
    check(&disk, &mut known, seed);
    (known.acknowledged.len(), known.cut_appends, disk.take_counters().to_string())
}

/// More on demand: `SIM_DISK_SEEDS=10000 cargo test -p sim --test journal_on_sim_disk`.
fn seeds() -> u64 {
    std::env::var("SIM_DISK_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100)
}

#[test]
fn no_acknowledged_record_is_lost_in_any_seed() {
    let (mut records, mut cut) = (0, 0);
    for seed in 0..seeds() {
        let (kept, failed, _) = run(seed);
        records += kept;
        cut += failed;
    }
    println!("{records} records, {cut} failed appends");
    assert!(records as u64 > seeds() * 50 && u64::from(cut) * 4 > seeds(), "that says little");
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    for seed in 0..5 {
        assert_eq!(run(seed), run(seed));
    }
}

#[test]
fn a_second_owner_is_kept_out_and_a_copy_is_noticed() {
    let disk = SimDisk::new(&Dice::new(1));
    let root: Arc<dyn journal::Disk> = disk.mount();
    root.make_folder(Path::new("/cell")).expect("an empty disk takes it");
    let first = Journal::open(Path::new(FOLDER), options(&disk)).expect("nobody else is there");
    assert!(matches!(
        Journal::open(Path::new(FOLDER), options(&disk)),
        Err(journal::OpenError::Locked { .. })
    ));
    let copied = Journal::open(Path::new(FOLDER), options(&disk.copy()));
    assert!(matches!(copied, Err(journal::OpenError::Copied { .. })), "{copied:?}");
    drop(first);
    Journal::open(Path::new(FOLDER), options(&disk)).expect("the lock is free");
}

#[test]
fn an_owner_that_lost_its_lock_is_fenced() {
    let disk = SimDisk::new(&Dice::new(1));
    let root: Arc<dyn journal::Disk> = disk.mount();
    root.make_folder(Path::new("/cell")).expect("an empty disk takes it");
    let (mut zombie, _) = Journal::open(Path::new(FOLDER), options(&disk)).expect("nobody else is there");
    zombie.append(b"mine").expect("it is the owner");
    disk.lose_locks();
    let (mut owner, _) = Journal::open(Path::new(FOLDER), options(&disk)).expect("the lock is lost");
    assert!(matches!(zombie.append(b"late"), Err(AppendError::Fenced { .. })));
    owner.append(b"next").expect("it is the owner now");
    let records = Reader::open_on(disk.mount(), Path::new(FOLDER), 1, None).expect("it opens");
    assert_eq!(records.filter_map(|record| Some(record.ok()?.payload.to_vec())).count(), 2);
}

/// A writer that is paused before its first record stands in the note alone; the next one tears the note, the third
/// must not take the paused one's epoch.
#[test]
fn an_epoch_is_not_given_twice_when_its_note_was_torn() {
    for seed in 0..40 {
        let disk = SimDisk::new(&Dice::new(seed));
        let open = || Journal::open(Path::new("/journal"), options(&disk));
        let (mut journal, _) = open().expect("a new folder opens");
        journal.append(b"one").expect("nothing fails");
        drop(journal);
        let (mut paused, _) = open().expect("it opens again");
        disk.lose_locks();
        disk.set_swarm(&Swarm::calm().with(Fault::WriteTorn, Level::Always));
        assert!(open().is_err(), "seed {seed}: the note cannot be written");
        disk.set_swarm(&Swarm::calm());
        disk.lose_locks();
        let (mut newest, _) = open().expect("nothing is wrong any more");
        newest.append(b"two").expect("it is the owner");
        assert!(newest.epoch() > paused.epoch(), "seed {seed}: epoch {} twice", paused.epoch());
        assert!(matches!(paused.append(b"other"), Err(AppendError::Fenced { .. })), "seed {seed}");
    }
}
