//! A cell whose journal and tables are in PostgreSQL: the same answers and rows as on files, and nothing lost or
//! doubled when connections end at any moment.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

#[path = "../../store/tests/store/postgres_server.rs"]
mod postgres_server;

use base::{PartyId, Text};
use cell::{Cell, CellError, CellOpenError, Clock, Door, Options, PostgresShelf};
use engine::{FindAccount, OpenParty, Table, TopUp};
use journal::{Record, Shelf, WorldId};
use money::{Currency, Money};
use people::PartyKind;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{Database, Reader, SqliteStore};

const WORLD: WorldId = *b"a world of tests";
const NOWHERE: &str = "nowhere";

/// Stands still: what is decided follows from the commands alone.
fn clock() -> Clock {
    Arc::new(|| 1_700_000_000_000_000)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn open_party(login: &str) -> OpenParty {
    let (login, name) = (Text::new(login).unwrap(), Text::new("n").unwrap());
    OpenParty { kind: PartyKind::Person, login, name, password: None }
}

fn top_up(party: PartyId, amount: u64, key: &str) -> TopUp {
    let amount = Money::from_minor(amount, Currency::Cny).unwrap();
    TopUp { party, amount, key: Text::new(key).unwrap() }
}

fn balance(door: &Door, party: PartyId) -> i64 {
    wait(door.ask(FindAccount { party, currency: Currency::Cny })).unwrap().balance_minor
}

fn shelf(database: &Database, owner: u8) -> Arc<dyn Shelf> {
    Arc::new(PostgresShelf::new(database.clone(), [owner; 16]))
}

fn try_open(database: &Database, owner: u8) -> Result<(Cell, Door), CellOpenError> {
    let options = Options { shelf: Some(shelf(database, owner)), ..Options::new(WORLD) };
    Cell::open(Path::new(NOWHERE), Box::new(database.open()?), clock(), options)
}

fn open(database: &Database, owner: u8) -> (Cell, Door) {
    try_open(database, owner).unwrap()
}

fn database() -> Option<Database> {
    Some(Database::parse(&postgres_server::new_database()?).unwrap())
}

fn records(options: &journal::Options, folder: &Path) -> Vec<Record> {
    journal::read(folder, options, 1).unwrap().map(Result::unwrap).collect()
}

fn on_shelf(database: &Database) -> journal::Options {
    journal::Options { shelf: Some(shelf(database, 99)), ..journal::Options::new(WORLD) }
}

/// What a day of commands is answered, word for word.
fn play(door: &Door) -> Vec<String> {
    let mut told = Vec::new();
    for number in 0..40 {
        let opened = wait(door.ask(open_party(&format!("p{}", number % 30))));
        told.push(format!("{opened:?}"));
        let Ok(party) = opened else { continue };
        for (amount, key) in [(100, "k"), (100, "k"), (101, "k"), (7, "\0\u{1}")] {
            told.push(format!("{:?}", wait(door.ask(top_up(party, amount, key)))));
        }
        told.push(format!("{:?}", wait(door.ask(FindAccount { party, currency: Currency::Cny }))));
    }
    told
}

#[test]
fn answers_rows_and_records_are_those_of_files() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (journal, tables) = (folder.path().join("journal"), folder.path().join("tables.sqlite"));
    let store = Box::new(SqliteStore::open(&tables).unwrap());
    let (cell, door) = Cell::open(&journal, store, clock(), Options::new(WORLD)).unwrap();
    let on_files = play(&door);
    cell.close();
    let (cell, door) = open(&database, 1);
    assert_eq!(play(&door), on_files);
    cell.close();
    // Closed and opened, both still say the same.
    let (cell, door) = open(&database, 1);
    let again = play(&door);
    cell.close();
    let store = Box::new(SqliteStore::open(&tables).unwrap());
    let (cell, door) = Cell::open(&journal, store, clock(), Options::new(WORLD)).unwrap();
    assert_eq!(play(&door), again);
    cell.close();
    let (mut one, mut other) = (SqliteStore::open_reader(&tables).unwrap(), database.open_reader().unwrap());
    let mut rows = 0;
    for table in Table::ALL {
        let found = one.scan(*table, None, None, 10_000).unwrap();
        rows += found.len();
        assert_eq!(found, other.scan(*table, None, None, 10_000).unwrap(), "{}", table.name());
    }
    assert!(rows > 150, "{rows} rows were compared");
    let (files, kept) =
        (records(&journal::Options::new(WORLD), &journal), records(&on_shelf(&database), &journal));
    assert!(!files.is_empty());
    assert_eq!(files, kept, "the same bytes, epochs and hashes");
}

#[test]
fn a_second_platform_is_refused_while_the_first_is_alive() {
    let Some(database) = database() else { return };
    let (cell, door) = open(&database, 1);
    let party = wait(door.ask(open_party("a"))).unwrap();
    let refused = try_open(&database, 2).map(drop).unwrap_err().to_string();
    assert!(refused.contains("served by another process"), "{refused}");
    wait(door.ask(top_up(party, 100, "k"))).unwrap();
    cell.close();
    drop(door);
    let (cell, door) = open(&database, 2);
    assert_eq!(balance(&door, party), 100);
    cell.close();
    let other_world = journal::Options { world: [9; 16], ..on_shelf(&database) };
    let refused = journal::Journal::open(Path::new(NOWHERE), other_world).map(drop).unwrap_err().to_string();
    assert!(refused.contains("books of another world"), "{refused}");
}

/// An owner that was paused: its connection is gone for the server, but it does not know yet.
#[test]
fn an_owner_that_was_taken_for_dead_writes_and_answers_nothing_more() {
    let Some(database) = database() else { return };
    let (cell, door) = open(&database, 1);
    let party = wait(door.ask(open_party("a"))).unwrap();
    let mut session = database.session().unwrap();
    session.run("UPDATE fence SET owner_since_us = 0 WHERE cell = 0").unwrap();
    let (taken, new_door) = open(&database, 2);
    wait(new_door.ask(top_up(party, 100, "k"))).unwrap();
    for key in ["late", "later"] {
        let asked = wait(door.ask(top_up(party, 5, key)));
        assert!(matches!(asked, Err(CellError::Unknown | CellError::Busy)), "{asked:?}");
    }
    let asked = wait(door.ask(FindAccount { party, currency: Currency::Cny }));
    assert!(matches!(asked, Err(CellError::Unknown | CellError::Busy)), "no query either: {asked:?}");
    assert_eq!(balance(&new_door, party), 100);
    drop(cell);
    taken.close();
}

/// Ends the connections of a database again and again until it is told to stop.
fn cut(address: &Database, name: &str, stop: &AtomicBool) -> u64 {
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    );
    let (mut ended, mut rest) = (0, 1);
    while !stop.load(Ordering::Acquire) {
        let Ok(mut session) = address.session() else { continue };
        if let Ok(rows) = session.query(&sql, &[]) {
            ended += rows[0].get::<_, i64>(0).unsigned_abs();
        }
        // Of another length each time, so that another step is met.
        rest = rest * 7 % 61;
        std::thread::sleep(Duration::from_millis(rest));
    }
    ended
}

#[test]
fn nothing_is_lost_or_doubled_while_connections_end() {
    const ASKERS: u64 = 8;
    const EACH: u64 = 60;
    let Some(address) = postgres_server::new_database() else { return };
    let database = Database::parse(&address).unwrap();
    let (before, name) = address.rsplit_once('/').unwrap();
    let elsewhere = Database::parse(&format!("{before}/postgres")).unwrap();
    let (cell, door) = open(&database, 1);
    let party = wait(door.ask(open_party("a"))).unwrap();
    let (stop, unknown, until) =
        (AtomicBool::new(false), AtomicU64::new(0), Instant::now() + Duration::from_secs(120));
    let ended = std::thread::scope(|threads| {
        let cutting = threads.spawn(|| cut(&elsewhere, name, &stop));
        let askers: Vec<_> = (0..ASKERS)
            .map(|asker| {
                let (door, unknown) = (door.clone(), &unknown);
                threads.spawn(move || {
                    for number in 0..EACH {
                        // The same key until it is answered: it takes effect once.
                        let key = format!("{asker}-{number}");
                        loop {
                            assert!(Instant::now() < until, "it goes on in time");
                            match wait(door.ask(top_up(party, 1, &key))) {
                                Ok(_) => break,
                                Err(CellError::Unknown) => drop(unknown.fetch_add(1, Ordering::Relaxed)),
                                Err(CellError::Busy) => std::thread::sleep(Duration::from_millis(5)),
                                Err(other) => panic!("never told as failed: {other:?}"),
                            }
                        }
                    }
                })
            })
            .collect();
        for asker in askers {
            asker.join().unwrap();
        }
        stop.store(true, Ordering::Release);
        cutting.join().unwrap()
    });
    let reopened = door.stats().reopened.load(Ordering::Relaxed);
    println!(
        "{ended} connections ended, {} answers unknown, reopened {reopened} times",
        unknown.load(Ordering::Relaxed)
    );
    assert!(ended > 5, "{ended} connections were ended");
    assert_eq!(balance(&door, party), i64::try_from(ASKERS * EACH).unwrap());
    cell.close();
    let kept = records(&on_shelf(&database), Path::new(NOWHERE));
    let mark = database.open_reader().unwrap().mark().unwrap();
    assert_eq!(kept.last().map(|record| (record.sequence, record.hash)), Some((mark.sequence, mark.hash)));
    let mut reader = database.open_reader().unwrap();
    assert_eq!(reader.count(Table::TopUpReceipt).unwrap(), ASKERS * EACH);
}
