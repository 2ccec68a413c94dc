//! A cell that is told to stop ends, whatever fails meanwhile: a server that hangs at its end is killed, and looks
//! broken.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::Text;
use cell::{Cell, Clock, Door, Options};
use engine::{Command, Key, OpenParty, Row};
use journal::{Hook, Step, Verdict};
use people::PartyKind;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use store::{Mark, MemoryStore, Reader, Store, StoreError};

fn options() -> Options {
    Options::new(*b"a world of tests")
}

fn clock() -> Clock {
    let now = AtomicI64::new(1_700_000_000_000_000);
    Arc::new(move || now.fetch_add(10, Ordering::Relaxed))
}

fn ask(door: &Door, login: &str) -> mpsc::Receiver<bool> {
    let (give, take) = mpsc::channel();
    let (login, name) = (Text::new(login).unwrap(), Text::new("n").unwrap());
    let command = OpenParty { kind: PartyKind::Person, login, name, password: None };
    let answer = move |answer: Result<_, _>| {
        let _heard = give.send(answer.is_ok());
    };
    door.submit(Command::from(command), Box::new(answer));
    take
}

/// Closes, and says whether that ended.
fn closes(cell: Cell) -> bool {
    let (give, take) = mpsc::channel();
    std::thread::spawn(move || {
        cell.close();
        give.send(())
    });
    take.recv_timeout(Duration::from_secs(10)).is_ok()
}

/// A disk that is slow, and fails once it was told to.
#[derive(Default)]
struct Disk(AtomicBool);

impl Hook for Disk {
    fn before(&self, step: Step<'_>) -> Verdict {
        if matches!(step, Step::SyncFile(_)) && self.0.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(300));
            return Verdict::Fail(io::Error::other("the disk failed"));
        }
        Verdict::Go
    }
}

#[test]
fn a_disk_that_fails_under_the_last_batch_does_not_keep_it_open() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), Arc::new(Disk::default()));
    let mut options = options();
    options.hook = Some(disk.clone());
    let store = Box::new(MemoryStore::new());
    let (cell, door) = Cell::open(&folder.path().join("journal"), store, clock(), options).unwrap();
    assert!(ask(&door, "a").recv().unwrap());
    disk.0.store(true, Ordering::Release);
    let last = ask(&door, "b");
    // The writer takes the word to stop while the journal still writes; only then the disk fails.
    assert!(closes(cell), "the word to stop was lost with the batch that failed");
    assert!(!last.recv().unwrap(), "what was not durable was not acknowledged");
}

/// A store that cannot be posted into.
struct Full(MemoryStore);

impl Store for Full {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        Store::mark(&mut self.0)
    }
    fn post(&mut self, _: &BTreeMap<Key, Option<Row>>, _: Mark) -> Result<(), StoreError> {
        Err(StoreError::Missing { path: "the disk is full".into() })
    }
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Store::reader(&self.0)
    }
}

#[test]
fn a_full_store_and_a_full_backlog_do_not_keep_it_open_and_what_waits_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options();
    options.backlog_rows_max = 1;
    let journal = folder.path().join("journal");
    let (cell, door) = Cell::open(&journal, Box::new(Full(MemoryStore::new())), clock(), options).unwrap();
    assert!(ask(&door, "a").recv().unwrap());
    let waiting = ask(&door, "b");
    assert!(waiting.recv_timeout(Duration::from_millis(300)).is_err(), "the backlog holds the writer back");
    assert!(closes(cell), "the writer waits for a store that never posts");
    assert!(waiting.recv().unwrap(), "it is in the journal");
}
