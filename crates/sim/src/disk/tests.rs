//! What survives a kill and a power loss, and what each fault does.

use super::*;
use crate::faults::Level;
use journal::{Access, Disk, DiskFile};
use std::collections::BTreeSet;

const ROOM: &str = "/room";
const FILE: &str = "/room/a";

/// A disk with a durable folder, and a process on it.
fn disk(seed: u64) -> (SimDisk, Arc<Mount>) {
    let disk = SimDisk::new(&Dice::new(seed));
    let mount = disk.mount();
    mount.make_folder(Path::new(ROOM)).unwrap();
    mount.sync_folder(Path::new("/")).unwrap();
    (disk, mount)
}

/// A durable file of so many bytes of this value.
fn file(mount: &Mount, bytes: usize, value: u8) -> Arc<dyn DiskFile> {
    let file = mount.create(Path::new(FILE)).unwrap();
    file.write_at(0, &vec![value; bytes]).unwrap();
    file.sync().unwrap();
    mount.sync_folder(Path::new(ROOM)).unwrap();
    file
}

fn contents(mount: &Mount) -> Option<Vec<u8>> {
    let file = mount.open(Path::new(FILE), Access::Read).ok()?;
    let mut bytes = vec![0; file.length().unwrap() as usize];
    file.read_at(0, &mut bytes).unwrap();
    Some(bytes)
}

fn after_power_loss(disk: &SimDisk, loss: Loss) -> Option<Vec<u8>> {
    disk.lose_power_as(loss);
    contents(&disk.mount())
}

fn only(fault: Fault) -> Swarm {
    Swarm::calm().with(fault, Level::Always)
}

#[test]
fn what_was_synced_stays_and_what_was_not_is_lost() {
    let (disk, mount) = disk(1);
    let open = file(&mount, 1_000, 1);
    assert!(disk.is_durable());
    open.write_at(500, &[2; 1_000]).unwrap();
    assert!(!disk.is_durable());
    assert_eq!(contents(&mount).unwrap()[500..], [2; 1_000], "seen at once");
    assert_eq!(after_power_loss(&disk, Loss::Everything), Some(vec![1; 1_000]));
}

#[test]
fn a_kill_loses_nothing_that_was_seen() {
    let (disk, mount) = disk(1);
    let open = file(&mount, 10, 1);
    open.write_at(0, &[2; 20]).unwrap();
    mount.kill();
    assert!(open.write_at(0, &[3]).is_err() && open.sync().is_err(), "its handles are gone");
    assert!(mount.names(Path::new(ROOM)).is_err());
    assert_eq!(contents(&disk.mount()), Some(vec![2; 20]));
    assert_eq!(after_power_loss(&disk, Loss::Everything), Some(vec![1; 10]), "and still not durable");
}

#[test]
fn sectors_stay_or_go_whole_in_every_mixture() {
    let mut mixtures = BTreeSet::new();
    for seed in 0..200 {
        let (disk, mount) = disk(seed);
        let open = file(&mount, 3 * 512, 1);
        open.write_at(100, &[2; 3 * 512 - 200]).unwrap();
        let bytes = after_power_loss(&disk, Loss::Any).unwrap();
        let kept: Vec<bool> = [300, 800, 1_200].map(|at| bytes[at] == 2).to_vec();
        for (at, byte) in bytes.iter().enumerate() {
            let written = (100..3 * 512 - 100).contains(&at) && kept[at / 512];
            assert_eq!(*byte, if written { 2 } else { 1 }, "at {at}");
        }
        mixtures.insert(kept);
    }
    assert_eq!(mixtures.len(), 8, "{mixtures:?}");
}

#[test]
fn a_sector_is_left_as_any_of_its_writes_left_it() {
    let found: BTreeSet<u8> = (0..100)
        .map(|seed| {
            let (disk, mount) = disk(seed);
            let open = file(&mount, 512, 1);
            open.write_at(0, &[2; 512]).unwrap();
            open.write_at(0, &[3; 512]).unwrap();
            let bytes = after_power_loss(&disk, Loss::Any).unwrap();
            assert!(bytes.iter().all(|byte| *byte == bytes[0]));
            bytes[0]
        })
        .collect();
    assert_eq!(found, BTreeSet::from([1, 2, 3]));
}

#[test]
fn lost_later_keeps_all_writes_up_to_a_moment() {
    let lengths: BTreeSet<usize> = (0..200)
        .map(|seed| {
            let (disk, mount) = disk(seed);
            let open = file(&mount, 8 * 512, 0);
            for sector in 0..8 {
                open.write_at(sector * 512, &[9; 512]).unwrap();
            }
            let bytes = after_power_loss(&disk, Loss::Later).unwrap();
            let kept = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            assert!(bytes[kept..].iter().all(|byte| *byte == 0), "a torn end, no hole");
            kept / 512
        })
        .collect();
    assert_eq!(lengths, (0..=8).collect());
}

#[test]
fn a_length_is_new_or_old_and_room_is_zeros() {
    let mut lengths = BTreeSet::new();
    for seed in 0..100 {
        let (disk, mount) = disk(seed);
        let open = file(&mount, 100, 7);
        open.set_length(50).unwrap();
        open.set_length(1_000).unwrap();
        assert_eq!(contents(&mount).unwrap()[50..], [0; 950], "nothing of the old end comes back");
        let bytes = after_power_loss(&disk, Loss::Any).unwrap();
        lengths.insert(bytes.len());
        let kept = if bytes.len() == 100 { 100 } else { 50 };
        assert!(bytes[..kept].iter().all(|byte| *byte == 7) && bytes[kept..].iter().all(|byte| *byte == 0));
    }
    assert_eq!(lengths, BTreeSet::from([100, 1_000]));
    let (disk, mount) = disk(1);
    let open = file(&mount, 0, 0);
    open.set_length(1 << 40).unwrap();
    open.sync().unwrap();
    disk.lose_power();
    let length = disk.mount().open(Path::new(FILE), Access::Read).unwrap().length().unwrap();
    assert_eq!(length, 1 << 40, "room costs nothing");
}

#[test]
fn names_need_their_folder_to_be_synced() {
    let mut found = BTreeSet::new();
    for seed in 0..100 {
        let (disk, mount) = disk(seed);
        let open = file(&mount, 1, 1);
        let fresh = mount.create(Path::new("/room/new")).unwrap();
        fresh.write_at(0, &[2]).unwrap();
        fresh.sync().unwrap();
        mount.rename(Path::new("/room/new"), Path::new(FILE)).unwrap();
        assert_eq!(contents(&mount), Some(vec![2]));
        assert_ne!(open.identity().unwrap(), mount.identity(Path::new(FILE)).unwrap());
        disk.lose_power();
        let mount = disk.mount();
        let mut names = mount.names(Path::new(ROOM)).unwrap();
        names.sort();
        found.insert((names.join(" "), contents(&mount).unwrap()));
    }
    let expected = [("a", 1), ("a new", 1), ("a", 2)].map(|(names, byte)| (names.to_owned(), vec![byte]));
    assert_eq!(found, BTreeSet::from(expected), "all changes up to some moment, a renaming as one");
}

#[test]
fn a_folder_that_was_not_made_sure_takes_everything_along() {
    let lost = (0..50).filter(|seed| {
        let disk = SimDisk::new(&Dice::new(*seed));
        let mount = disk.mount();
        mount.make_folder(Path::new(ROOM)).unwrap();
        file(&mount, 1, 1);
        disk.lose_power();
        contents(&disk.mount()).is_none()
    });
    assert!((5..45).contains(&lost.count()));
}

#[test]
fn a_failed_sync_loses_for_good_what_is_not_written_again() {
    let mut lost = 0;
    for seed in 0..20 {
        let (disk, mount) = disk(seed);
        let open = file(&mount, 1_024, 1);
        open.write_at(0, &[2; 1_024]).unwrap();
        disk.set_swarm(&only(Fault::SyncLoses));
        assert!(open.sync().is_err());
        disk.set_swarm(&Swarm::calm());
        assert_eq!(contents(&mount), Some(vec![2; 1_024]), "the pages look clean");
        open.sync().unwrap();
        assert!(disk.is_durable(), "as far as anybody can tell");
        open.write_at(0, &[3; 10]).unwrap();
        open.sync().unwrap();
        let bytes = after_power_loss(&disk, Loss::Nothing).unwrap();
        assert_eq!(bytes[..10], [3; 10], "what was written again stays");
        assert!(bytes[10..512].iter().all(|byte| *byte == 2), "and its sector with it");
        lost += u32::from(bytes[512] == 1);
        assert_eq!(disk.take_counters().count("fault.sync-loses"), 1);
    }
    assert!((5..20).contains(&lost), "a sync that succeeded later did not save the other sector: {lost}");
}

#[test]
fn a_sync_may_fail_though_everything_is_durable() {
    let (disk, mount) = disk(1);
    let open = file(&mount, 4, 1);
    open.write_at(0, &[2; 4]).unwrap();
    disk.set_swarm(&only(Fault::SyncKeeps));
    assert!(open.sync().is_err());
    assert_eq!(after_power_loss(&disk, Loss::Everything), Some(vec![2; 4]));
}

#[test]
fn writes_fail_whole_or_in_part() {
    let (disk, mount) = disk(3);
    let open = file(&mount, 100, 1);
    disk.set_swarm(&only(Fault::WriteFails));
    assert!(open.write_at(0, &[2; 100]).is_err());
    disk.set_swarm(&only(Fault::WriteTorn));
    let parts: BTreeSet<usize> = (0..50)
        .map(|_| {
            let wrote = open.write_at(0, &[3; 100]);
            assert!(wrote.is_err());
            disk.set_swarm(&Swarm::calm());
            let bytes = contents(&mount).unwrap();
            assert!(!bytes.contains(&2), "a failed write wrote nothing");
            open.write_at(0, &[1; 100]).unwrap();
            disk.set_swarm(&only(Fault::WriteTorn));
            bytes.iter().filter(|byte| **byte == 3).count()
        })
        .collect();
    assert!(parts.len() > 10, "{parts:?}");
}

#[test]
fn a_full_disk_refuses_for_a_while() {
    let (disk, mount) = disk(1);
    let open = file(&mount, 1, 1);
    disk.set_swarm(&only(Fault::DiskFull));
    assert_eq!(open.write_at(0, &[2]).unwrap_err().kind(), ErrorKind::StorageFull);
    disk.state().swarm = Swarm::calm();
    let refused = (0..100).take_while(|_| open.write_at(0, &[2]).is_err()).count() as i64;
    assert!(refused < FULL_CHANGES_MOST);
    disk.set_swarm(&only(Fault::DiskFull));
    assert!(open.write_at(0, &[2]).is_err());
    disk.set_swarm(&Swarm::calm());
    open.write_at(0, &[2]).unwrap();
}

#[test]
fn a_lock_is_one_handles_until_it_is_lost() {
    let (disk, first) = disk(1);
    let path = Path::new("/room/lock");
    let second = disk.mount();
    let held = first.lock(path).unwrap().unwrap();
    assert!(second.lock(path).unwrap().is_none() && first.lock(path).unwrap().is_none());
    drop(held);
    let held = second.lock(path).unwrap().unwrap();
    second.kill();
    let again = first.lock(path).unwrap().unwrap();
    drop(held);
    assert!(first.lock(path).unwrap().is_none(), "the dead handle frees nothing");
    disk.lose_locks();
    let third = disk.mount();
    let taken = third.lock(path).unwrap().unwrap();
    again.write_at(0, b"zombie").unwrap();
    drop(again);
    assert!(disk.mount().lock(path).unwrap().is_none(), "the new owner's lock is its own");
    taken.write_at(0, b"owner").unwrap();
}

#[test]
fn a_copy_goes_its_own_way_with_files_of_its_own() {
    let (disk, mount) = disk(1);
    let open = file(&mount, 2, 1);
    open.write_at(0, &[2; 2]).unwrap();
    let copy = disk.copy();
    open.write_at(0, &[3; 2]).unwrap();
    let other = copy.mount();
    assert_eq!(contents(&other), Some(vec![2; 2]));
    assert_ne!(other.identity(Path::new(FILE)).unwrap(), mount.identity(Path::new(FILE)).unwrap());
    assert_eq!(after_power_loss(&copy, Loss::Everything), Some(vec![2; 2]), "a copy is durable");
    assert_eq!(contents(&mount), Some(vec![3; 2]), "the first knows nothing of it");
}

#[test]
fn errors_are_those_of_the_contract() {
    let (_disk, mount) = disk(1);
    let open = file(&mount, 2, 1);
    let kind = |result: io::Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(open.read_at(1, &mut [0; 2])), ErrorKind::UnexpectedEof);
    assert_eq!(kind(mount.remove(Path::new("/room/none"))), ErrorKind::NotFound);
    assert_eq!(kind(mount.create(Path::new("/none/x")).map(drop)), ErrorKind::NotFound);
    let reader = mount.open(Path::new(FILE), Access::Read).unwrap();
    assert_eq!(kind(reader.write_at(0, &[1])), ErrorKind::PermissionDenied);
    mount.remove(Path::new(FILE)).unwrap();
    assert_eq!(kind(mount.open(Path::new(FILE), Access::Read).map(drop)), ErrorKind::NotFound);
    assert_eq!(reader.length().unwrap(), 2, "an open handle goes on");
}

#[test]
fn a_seed_gives_the_same_disk_again() {
    let run = |seed| {
        let (disk, mount) = disk(seed);
        disk.set_swarm(
            &Swarm::calm().with(Fault::WriteTorn, Level::Tenfold).with(Fault::SyncLoses, Level::Tenfold),
        );
        let mut told = Vec::new();
        let open = mount.create(Path::new(FILE));
        told.push(mount.sync_folder(Path::new(ROOM)).is_ok());
        for step in 0..200_u64 {
            let Ok(open) = &open else { break };
            let wrote = open.write_at(step * 37 % 4_000, &[step as u8; 300]);
            told.push(wrote.map_err(|error| error.kind()).is_ok());
            if step % 9 == 0 {
                told.push(open.sync().is_ok());
            }
        }
        disk.lose_power();
        disk.set_swarm(&Swarm::calm());
        (told, contents(&disk.mount()), disk.take_counters())
    };
    assert!(run(3) == run(3), "the same seed");
    assert!(run(3).0 != run(4).0, "another seed");
}
