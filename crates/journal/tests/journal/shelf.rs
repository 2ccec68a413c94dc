//! A journal on a shelf: a connection may be lost before, in and after every step, and nothing is lost or doubled.

use journal::{
    AppendError, Fence, Journal, Kept, OpenError, Options, Position, ReadError, Reader, Shelf, ShelfError,
    WorldId, copy_to_folder,
};
use std::path::Path;
use std::sync::{Arc, Mutex};

const WORLD: WorldId = [7; 16];
const NOWHERE: &str = "nowhere";

/// When a connection is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Loss {
    /// What was asked never arrived.
    Before,
    /// It was done, and nobody heard.
    After,
    /// Two transactions met, and ours was given up.
    Conflict,
}

#[derive(Default, Debug)]
struct Database {
    fence: Option<Fence>,
    world: WorldId,
    owner: u8,
    rows: Vec<Vec<u8>>,
    /// Changes until the loss, and which.
    losses: Vec<(u32, Loss)>,
    changes: u32,
    alive: Vec<u8>,
    /// Whether another server took this one's place since the journal was opened.
    replaced: bool,
}

#[derive(Clone, Debug)]
struct MemoryShelf {
    owner: u8,
    database: Arc<Mutex<Database>>,
}

impl MemoryShelf {
    fn new() -> MemoryShelf {
        MemoryShelf { owner: 1, database: Arc::default() }
    }

    fn other(&self, owner: u8) -> MemoryShelf {
        MemoryShelf { owner, database: self.database.clone() }
    }

    fn lose(&self, change: u32, loss: Loss) {
        let mut database = self.database.lock().unwrap();
        let at = database.changes + change;
        database.losses.push((at, loss));
    }

    fn change<T>(&self, go: impl FnOnce(&mut Database) -> Result<T, ShelfError>) -> Result<T, ShelfError> {
        let mut database = self.database.lock().unwrap();
        let at = database.changes;
        database.changes += 1;
        let loss = database.losses.iter().find(|(when, _)| *when == at).map(|(_, loss)| *loss);
        let lost = || ShelfError::Unknown("lost".to_owned());
        match loss {
            None => go(&mut database),
            Some(Loss::Before) => Err(lost()),
            Some(Loss::After) => go(&mut database).and_then(|_| Err(lost())),
            Some(Loss::Conflict) => Err(ShelfError::Conflict("40001".to_owned())),
        }
    }
}

impl Shelf for MemoryShelf {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn take(&self, world: &WorldId, anew: bool) -> Result<Fence, ShelfError> {
        self.change(|database| {
            if database.replaced && !anew {
                return Err(ShelfError::Refused("replaced".to_owned()));
            }
            let before =
                database.fence.unwrap_or(Fence { epoch: 0, last: Position { sequence: 0, hash: [0; 32] } });
            if before.last.sequence > 0 && database.world != *world {
                return Err(ShelfError::OtherWorld);
            }
            if database.owner != self.owner && database.alive.contains(&database.owner) {
                return Err(ShelfError::Held("process 5".to_owned()));
            }
            (database.world, database.owner) = (*world, self.owner);
            let fence = Fence { epoch: before.epoch + 1, ..before };
            database.fence = Some(fence);
            Ok(fence)
        })
    }

    fn fence(&self) -> Result<Option<Fence>, ShelfError> {
        self.change(|database| Ok(database.fence))
    }

    fn keep(&self, epoch: u64, position: &Position, record: &[u8]) -> Result<Kept, ShelfError> {
        self.change(|database| {
            let fence = database.fence.unwrap();
            if fence.epoch != epoch || fence.last.sequence + 1 != position.sequence {
                return Ok(Kept::Fenced(fence));
            }
            database.fence = Some(Fence { epoch, last: *position });
            database.rows.push(record.to_vec());
            Ok(Kept::Stands)
        })
    }

    fn records(&self, from_sequence: u64) -> Result<Vec<Vec<u8>>, ShelfError> {
        let database = self.database.lock().unwrap();
        Ok(database.rows.iter().skip(from_sequence as usize - 1).take(3).cloned().collect())
    }

    fn rest(&self, times: u32) -> bool {
        times < 5
    }
}

fn options(shelf: &MemoryShelf) -> Options {
    Options { shelf: Some(Arc::new(shelf.clone())), ..Options::new(WORLD) }
}

fn open(shelf: &MemoryShelf) -> Journal {
    Journal::open(Path::new(NOWHERE), options(shelf)).unwrap().0
}

fn payloads(shelf: &MemoryShelf) -> Vec<Vec<u8>> {
    let records = journal::read(Path::new(NOWHERE), &options(shelf), 1).unwrap();
    records.map(|record| record.unwrap().payload).collect()
}

fn payload(number: u8) -> Vec<u8> {
    vec![number; usize::from(number)]
}

#[test]
fn what_was_appended_is_read_again_under_a_higher_epoch() {
    let shelf = MemoryShelf::new();
    let mut journal = open(&shelf);
    let positions: Vec<Position> = (1..=10).map(|number| journal.append(&payload(number)).unwrap()).collect();
    assert_eq!((journal.epoch(), journal.position()), (1, positions[9]));
    journal.confirm().unwrap();
    let (again, opened) = Journal::open(Path::new(NOWHERE), options(&shelf)).unwrap();
    assert_eq!((again.epoch(), again.position(), opened.last_sequence), (2, positions[9], 10));
    assert_eq!(payloads(&shelf), (1..=10).map(payload).collect::<Vec<_>>());
    let tail = journal::read(Path::new(NOWHERE), &options(&shelf), 8).unwrap();
    let hashes: Vec<_> = tail.map(|record| record.unwrap().hash).collect();
    assert_eq!(hashes, positions[7..].iter().map(|position| position.hash).collect::<Vec<_>>());
}

/// Every single loss at every change, and every pair of them close together.
#[test]
fn a_loss_at_any_step_is_settled_by_the_fence() {
    let kinds = [Loss::Before, Loss::After, Loss::Conflict];
    for first in 0..14 {
        for one in kinds {
            for (gap, two) in [1, 2, 3].into_iter().flat_map(|gap| kinds.map(|two| (gap, two))) {
                let shelf = MemoryShelf::new();
                let mut journal = open(&shelf);
                shelf.lose(first, one);
                shelf.lose(first + gap, two);
                for number in 1..=6 {
                    let position = journal.append(&payload(number)).unwrap();
                    assert_eq!(position.sequence, u64::from(number));
                    if number % 2 == 0 {
                        journal.confirm().unwrap();
                    }
                }
                let told = format!("{one:?} at {first}, {two:?} {gap} later");
                assert_eq!(payloads(&shelf), (1..=6).map(payload).collect::<Vec<_>>(), "{told}");
                shelf.database.lock().unwrap().losses.clear();
                assert_eq!(open(&shelf).position(), journal.position(), "{told}");
            }
        }
    }
}

#[test]
fn what_cannot_be_settled_in_time_is_unknown_and_the_journal_is_closed() {
    let shelf = MemoryShelf::new();
    let mut journal = open(&shelf);
    journal.append(b"one").unwrap();
    shelf.lose(0, Loss::After);
    (1..20).for_each(|change| shelf.lose(change, Loss::Before));
    let error = journal.append(b"two").unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 2, .. }), "{error}");
    assert!(matches!(journal.append(b"three"), Err(AppendError::Poisoned)));
    assert!(matches!(journal.confirm(), Err(AppendError::Poisoned)));
    // It was written, as the next to open finds out.
    shelf.database.lock().unwrap().losses.clear();
    assert_eq!(open(&shelf).position().sequence, 2);
}

#[test]
fn an_old_owner_writes_and_answers_nothing() {
    let shelf = MemoryShelf::new();
    let mut old = open(&shelf);
    old.append(b"one").unwrap();
    let mut new = open(&shelf.other(2));
    new.append(b"two").unwrap();
    assert!(matches!(old.append(b"late"), Err(AppendError::Fenced { ours: 1, theirs: 2 })));
    assert!(matches!(old.append(b"late"), Err(AppendError::Poisoned)));
    let mut newest = open(&shelf.other(3));
    assert!(matches!(new.confirm(), Err(AppendError::Fenced { ours: 2, theirs: 3 })));
    newest.append(b"three").unwrap();
    assert_eq!(payloads(&shelf), [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
}

/// An owner whose connection was lost while another took over and went on does not take it for its own record.
#[test]
fn a_loss_under_which_another_went_on_is_unknown() {
    let shelf = MemoryShelf::new();
    let mut old = open(&shelf);
    old.append(b"one").unwrap();
    let mut new = open(&shelf.other(2));
    new.append(b"theirs").unwrap();
    shelf.lose(0, Loss::Before);
    let error = old.append(b"ours").unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 2, .. }), "{error}");
    assert_eq!(payloads(&shelf), [b"one".to_vec(), b"theirs".to_vec()]);
}

/// A standby may have the record and yet lack rows that the cell no longer has in memory.
#[test]
fn a_server_that_was_replaced_is_not_gone_on_with() {
    let shelf = MemoryShelf::new();
    let mut journal = open(&shelf);
    journal.append(b"one").unwrap();
    shelf.lose(0, Loss::After);
    shelf.database.lock().unwrap().replaced = true;
    let error = journal.append(b"two").unwrap_err();
    assert!(matches!(error, AppendError::Unknown { sequence: 2, .. }), "{error}");
    assert_eq!(open(&shelf).position().sequence, 2, "whoever opens it reads what is there");
    let mut journal = open(&shelf);
    shelf.lose(0, Loss::Before);
    assert!(matches!(journal.confirm(), Err(AppendError::Unknown { .. })), "no query is answered either");
}

#[test]
fn a_living_owner_and_another_world_are_refused() {
    let shelf = MemoryShelf::new();
    let mut journal = open(&shelf);
    shelf.database.lock().unwrap().alive.push(1);
    let refused = Journal::open(Path::new(NOWHERE), options(&shelf.other(2))).unwrap_err();
    assert!(matches!(&refused, OpenError::Shelf { source: ShelfError::Held(_), .. }), "{refused}");
    journal.append(b"one").unwrap();
    let other = Options { world: [8; 16], ..options(&shelf) };
    let refused = Journal::open(Path::new(NOWHERE), other).unwrap_err();
    assert!(matches!(&refused, OpenError::Shelf { source: ShelfError::OtherWorld, .. }), "{refused}");
}

#[test]
fn an_end_that_was_lost_is_named() {
    let shelf = MemoryShelf::new();
    let mut journal = open(&shelf);
    (1..=4).for_each(|number| _ = journal.append(&payload(number)).unwrap());
    for known in [
        Options { posted_sequence: 5, ..options(&shelf) },
        Options { acknowledged_sequence: 5, ..options(&shelf) },
    ] {
        let lost = Journal::open(Path::new(NOWHERE), known).unwrap_err();
        assert!(matches!(lost, OpenError::EndLost { last: 4, known: 5 }), "{lost}");
    }
}

#[test]
fn damaged_and_missing_rows_are_named() {
    type Damage = fn(&mut Vec<Vec<u8>>);
    let cases: [(&str, Damage); 6] = [
        ("record 2 in memory: Checksum", |rows| rows[1][70] ^= 1),
        ("record 2 in memory: Length", |rows| rows[1].truncate(8)),
        ("record 2 in memory: Sequence", |rows| drop(rows.remove(1))),
        ("record 4 in memory: Sequence", |rows| drop(rows.pop())),
        ("record 2 in memory: Sequence", |rows| rows[1] = rows[0].clone()),
        ("record 1 in memory: Magic", |rows| rows[0][0] = 0),
    ];
    for (told, damage) in cases {
        let shelf = MemoryShelf::new();
        let mut journal = open(&shelf);
        (1..=4).for_each(|number| _ = journal.append(&[number; 30]).unwrap());
        damage(&mut shelf.database.lock().unwrap().rows);
        let refused = Journal::open(Path::new(NOWHERE), options(&shelf)).unwrap_err();
        assert!(matches!(refused, OpenError::Read(ReadError::InvalidRow { .. })), "{refused}");
        assert!(refused.to_string().starts_with(told), "{told}: {refused}");
    }
}

#[test]
fn a_copy_in_a_folder_is_the_same_journal() {
    let shelf = MemoryShelf::new();
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("journal");
    let mut journal = open(&shelf);
    (1..=9).for_each(|number| _ = journal.append(&payload(number)).unwrap());
    drop(journal);
    let mut journal = open(&shelf);
    let last = journal.append(&payload(10)).unwrap();
    let kept: Arc<dyn Shelf> = Arc::new(shelf.clone());
    assert_eq!(copy_to_folder(&kept, WORLD, &to).unwrap(), last);
    let copied: Vec<_> = Reader::open_world(&to, 1, Some(&WORLD)).unwrap().map(Result::unwrap).collect();
    let kept_records = journal::read(Path::new(NOWHERE), &options(&shelf), 1).unwrap();
    assert_eq!(copied, kept_records.map(Result::unwrap).collect::<Vec<_>>());
    assert!(copy_to_folder(&kept, WORLD, &to).is_err(), "a folder with a journal is left alone");
    let (mut on_files, opened) = Journal::open(&to, Options::new(WORLD)).unwrap();
    assert_eq!((opened.last_sequence, opened.last_hash), (10, last.hash));
    on_files.append(b"goes on").unwrap();
    // One without a record is whole as well.
    let (empty, to) = (MemoryShelf::new(), folder.path().join("empty"));
    drop(open(&empty));
    let empty: Arc<dyn Shelf> = Arc::new(empty);
    assert_eq!(copy_to_folder(&empty, WORLD, &to).unwrap().sequence, 0);
    assert_eq!(Journal::open(&to, Options::new(WORLD)).unwrap().1.last_sequence, 0);
}
