//! A world in which nothing was changed from outside is clean, running or stopped, and is not changed by looking.

use crate::world::World;
use audit::Replay;
use base::Text;
use engine::{FindLogin, TopUp};
use money::{Currency, Money};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_stopped_world_is_clean_and_stays_as_it_is() {
    let world = World::of(&World::with_escrows());
    let before = fs::read(world.tables()).unwrap();
    let report = world.verify();
    assert!(report.is_clean(), "{report}");
    assert_eq!(fs::read(world.tables()).unwrap(), before);
    assert_eq!(world.files(), ["journal", "tables.sqlite"], "looking leaves nothing behind");
    let rows: BTreeMap<&str, u64> = report.figures.rows.iter().copied().collect();
    for (table, count) in &rows {
        let stored: i64 = world
            .sql()
            .query_row(&format!("SELECT count(*) FROM \"{table}\""), (), |row| row.get(0))
            .unwrap();
        assert_eq!(stored, i64::try_from(*count).unwrap(), "{table}");
        let empty = ["link", "outbox"].contains(table);
        assert_eq!(*count == 0, empty, "the world must have rows in {table}");
    }
    assert_eq!(report.figures.postings, rows["posting"]);
    let entries: i64 = world.sql().query_row("SELECT count(*) FROM entry", (), |row| row.get(0)).unwrap();
    assert_eq!(i64::try_from(report.figures.entries), Ok(entries));
    let figures = &report.figures;
    assert!(figures.journal_records > 40);
    assert_eq!(
        (figures.posted_sequence, figures.last_sequence),
        (figures.journal_records, figures.journal_records)
    );
    assert!(world.segments().len() > 3, "several segments, so that each can be damaged");
    assert!(report.to_string().contains("The books are exact."));
}

#[test]
fn a_running_world_is_clean_while_money_moves() {
    World::watched(|world, door| {
        let (stop, door) = (Arc::new(AtomicBool::new(false)), door.clone());
        let stopped = stop.clone();
        let mover = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let login = Text::new("alice@example.com").unwrap();
            let party = runtime.block_on(door.ask(FindLogin { login })).unwrap();
            let amount = Money::from_minor(1, Currency::Cny).unwrap();
            let mut moved = 0;
            while !stopped.load(Ordering::Relaxed) && moved < 1_000_000 {
                moved += 1;
                let key = Text::new(&format!("again {moved}")).unwrap();
                runtime.block_on(door.ask(TopUp { party, amount, key })).unwrap();
            }
            moved
        });
        let mut last = 0;
        for _again in 0..10 {
            let report = world.replay(Replay::ALL);
            assert!(report.is_clean(), "{report}");
            assert!(report.figures.commands_replayed >= report.figures.posted_sequence, "{report}");
            assert!(report.figures.last_sequence >= report.figures.posted_sequence);
            assert!(report.figures.last_sequence >= last, "later is not less");
            last = report.figures.last_sequence;
        }
        stop.store(true, Ordering::Relaxed);
        assert!(mover.join().unwrap() > 0);
    });
}
