//! The promises of a cell, seen from its door: durable before answered, nothing lost, unknown never told as failed.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::{PartyId, Slot, Text};
use cell::{Cell, CellError, Clock, Door, Options};
use engine::{FindAccount, Key, OpenParty, Row, TopUp};
use journal::{Hook, Step, Verdict};
use money::{Currency, Money};
use people::PartyKind;
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use store::{Mark, MemoryStore, Reader, SqliteStore, Store, StoreError};

fn clock() -> Clock {
    let now = AtomicI64::new(1_700_000_000_000_000);
    Arc::new(move || now.fetch_add(10, Ordering::Relaxed))
}

fn options() -> Options {
    Options::new(*b"a world of tests")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

fn open_party(login: &str) -> OpenParty {
    let (login, name) = (Text::new(login).unwrap(), Text::new("n").unwrap());
    OpenParty { kind: PartyKind::Person, login, name, password: None }
}

fn top_up(party: PartyId, amount: u64, key: &str) -> TopUp {
    TopUp { party, amount: fen(amount), key: Text::new(key).unwrap() }
}

async fn balance(door: &Door, party: PartyId) -> i64 {
    door.ask(FindAccount { party, currency: Currency::Cny }).await.unwrap().balance_minor
}

/// A gate that a test closes and opens.
#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Gate {
    fn shut(&self) {
        *self.0.lock().unwrap() = true;
    }
    fn open(&self) {
        *self.0.lock().unwrap() = false;
        self.1.notify_all();
    }
    fn pass(&self) {
        let mut shut = self.0.lock().unwrap();
        while *shut {
            shut = self.1.wait(shut).unwrap();
        }
    }
}

/// A store that posts only while it may.
struct Reluctant {
    inner: Box<dyn Store>,
    refuses: Arc<AtomicBool>,
    gate: Arc<Gate>,
}

impl Store for Reluctant {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        self.inner.mark()
    }
    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        self.gate.pass();
        if self.refuses.load(Ordering::Relaxed) {
            return Err(StoreError::Missing { path: "refused by the test".into() });
        }
        self.inner.post(changes, mark)
    }
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

fn sqlite(folder: &Path) -> Box<dyn Store> {
    Box::new(SqliteStore::open(&folder.join("tables.sqlite")).unwrap())
}

fn open(folder: &Path) -> (Cell, Door) {
    Cell::open(&folder.join("journal"), sqlite(folder), clock(), options()).unwrap()
}

#[test]
fn what_was_answered_is_there_after_closing_and_opening() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, door) = open(folder.path());
    let party = wait(door.ask(open_party("a"))).unwrap();
    wait(door.ask(top_up(party, 100, "k"))).unwrap();
    cell.close();
    let (cell, door) = open(folder.path());
    assert_eq!(door.stats().backlog_rows.load(Ordering::Relaxed), 0, "closing posts everything");
    assert_eq!(wait(balance(&door, party)), 100);
    wait(door.ask(top_up(party, 100, "k"))).unwrap();
    assert_eq!(wait(balance(&door, party)), 100, "the same key again changes nothing");
    cell.close();
}

#[test]
fn the_unposted_tail_is_served_at_once_and_posted_later() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = Arc::new(AtomicBool::new(true));
    let store = Reluctant { inner: sqlite(folder.path()), refuses, gate: Arc::default() };
    let journal = folder.path().join("journal");
    let (cell, door) = Cell::open(&journal, Box::new(store), clock(), options()).unwrap();
    let party = wait(door.ask(open_party("a"))).unwrap();
    wait(door.ask(top_up(party, 100, "k"))).unwrap();
    for _try in 0..200 {
        if door.stats().posting_fails.load(Ordering::Relaxed) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(door.stats().posting_fails.load(Ordering::Relaxed), "whoever watches is told");
    assert!(door.stats().posting_failures.load(Ordering::Relaxed) >= 1);
    let (lag, later) = (door.posting_lag(), Duration::from_millis(20));
    std::thread::sleep(later);
    assert!(door.posting_lag() >= lag + later, "what is not posted grows older");
    assert_eq!(door.stats().post.read().count, 0, "no posting went well");
    cell.close();
    assert_eq!(sqlite(folder.path()).mark().unwrap().sequence, 0, "nothing was posted");
    let (cell, door) = open(folder.path());
    assert_eq!(wait(balance(&door, party)), 100);
    let other = wait(door.ask(open_party("a"))).unwrap_err();
    assert_eq!(other, CellError::Refused(engine::OpenPartyRefused::LoginTaken));
    cell.close();
    assert!(sqlite(folder.path()).mark().unwrap().sequence >= 2);
}

/// Lets the disk fail or stall.
#[derive(Default)]
struct Disk {
    gate: Gate,
    fails: AtomicBool,
    syncs: AtomicU64,
}

impl Hook for Disk {
    fn before(&self, step: Step<'_>) -> Verdict {
        if let Step::SyncFile(_) = step {
            self.gate.pass();
            self.syncs.fetch_add(1, Ordering::Relaxed);
            if self.fails.load(Ordering::Relaxed) {
                return Verdict::Fail(io::Error::other("the disk failed"));
            }
        }
        Verdict::Go
    }
}

fn open_on(folder: &Path, disk: &Arc<Disk>, queue_max: usize) -> (Cell, Door) {
    let mut options = options();
    options.hook = Some(disk.clone());
    options.queue_max = queue_max;
    Cell::open(&folder.join("journal"), Box::new(MemoryStore::new()), clock(), options).unwrap()
}

#[test]
fn neither_an_answer_nor_a_query_leaves_before_the_batch_is_durable() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 100);
    let party = wait(door.ask(open_party("a"))).unwrap();
    disk.gate.shut();
    wait(async {
        let mut changed = Box::pin(door.ask(top_up(party, 100, "k")));
        let mut seen = Box::pin(balance(&door, party));
        let patience = Duration::from_millis(200);
        assert!(
            tokio::time::timeout(patience, &mut changed).await.is_err(),
            "answered before it was durable"
        );
        assert!(tokio::time::timeout(patience, &mut seen).await.is_err(), "shown before it was durable");
        disk.gate.open();
        assert_eq!(changed.await.unwrap().balance_minor, 100);
        assert_eq!(seen.await, 100);
    });
    cell.close();
}

#[test]
fn a_failed_flush_is_unknown_and_the_cell_goes_on_from_what_the_journal_holds() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 100);
    let party = wait(door.ask(open_party("a"))).unwrap();
    disk.fails.store(true, Ordering::Relaxed);
    let failed = wait(door.ask(top_up(party, 100, "k"))).unwrap_err();
    assert_eq!(failed, CellError::Unknown, "never told as a refusal");
    disk.fails.store(false, Ordering::Relaxed);
    // The same key again: whether or not the first was kept, the money is there once.
    let after = wait(async {
        for _try in 0..100 {
            match door.ask(top_up(party, 100, "k")).await {
                Ok(account) => return account.balance_minor,
                Err(CellError::Refused(refused)) => panic!("a fault became a refusal: {refused:?}"),
                Err(CellError::Busy | CellError::Unknown) => {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
            }
        }
        panic!("the cell did not come back");
    });
    assert_eq!(after, 100);
    assert!(door.stats().reopened.load(Ordering::Relaxed) >= 1);
    assert!(door.stats().journal_failures.load(Ordering::Relaxed) >= 1);
    assert!(!door.stats().is_down.load(Ordering::Relaxed), "it is open again");
    cell.close();
}

#[test]
fn while_the_journal_cannot_be_opened_again_the_cell_is_told_to_be_down() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 100);
    let party = wait(door.ask(open_party("a"))).unwrap();
    disk.fails.store(true, Ordering::Relaxed);
    // The writer hears of a batch that failed when it hands over the next.
    for _once in 0..2 {
        assert!(wait(door.ask(top_up(party, 100, "k"))).is_err());
    }
    let down = || door.stats().is_down.load(Ordering::Relaxed);
    let told = |wanted: bool| {
        for _try in 0..400 {
            if down() == wanted {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    };
    assert!(told(true));
    disk.fails.store(false, Ordering::Relaxed);
    assert!(told(false), "the disk is well again");
    cell.close();
}

#[test]
fn each_stage_of_a_command_is_timed_and_the_queue_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 100);
    let party = wait(door.ask(open_party("a"))).unwrap();
    let stats = door.stats();
    let counts =
        || [&stats.queue_wait, &stats.decide, &stats.journal, &stats.answer].map(|one| one.read().count);
    assert_eq!((counts(), stats.queued.load(Ordering::Relaxed)), ([1; 4], 0));
    assert_eq!(wait(balance(&door, party)), 0);
    assert_eq!(counts(), [2, 2, 1, 2], "a query needs no place in the journal");
    disk.gate.shut();
    let slow = Duration::from_millis(100);
    for number in 0..20 {
        door.submit(top_up(party, 1, &format!("k{number}")).into(), Box::new(|_| {}));
        std::thread::sleep(Duration::from_millis(5));
    }
    // One batch at the disk, one sealed, one that waits to be sealed: whoever came after them is counted.
    assert!(stats.queued.load(Ordering::Relaxed) > 0, "they wait at the door");
    std::thread::sleep(slow);
    disk.gate.open();
    cell.close();
    assert_eq!(stats.queued.load(Ordering::Relaxed), 0);
    assert_eq!((counts()[0], counts()[3]), (22, 22));
    assert!(stats.answer.read().sum_us >= 100_000, "they waited for the disk");
    assert_eq!((door.posting_lag(), stats.post.read().count > 0), (Duration::ZERO, true));
}

#[test]
fn a_full_queue_says_busy_and_decides_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 2);
    let party = wait(door.ask(open_party("a"))).unwrap();
    disk.gate.shut();
    let answers: Arc<Mutex<Vec<bool>>> = Arc::default();
    for number in 0..50 {
        let answers = answers.clone();
        let command = top_up(party, 1, &format!("k{number}")).into();
        door.submit(command, Box::new(move |answer| answers.lock().unwrap().push(answer.is_ok())));
        std::thread::sleep(Duration::from_millis(2));
    }
    let busy = answers.lock().unwrap().iter().filter(|accepted| !**accepted).count();
    assert!(busy > 0, "fifty commands cannot wait in a queue of two");
    assert_eq!(door.stats().busy.load(Ordering::Relaxed), busy as u64);
    let queued = door.stats().queued.load(Ordering::Relaxed);
    assert!((1..=2).contains(&queued), "who was turned away does not wait: {queued}");
    disk.gate.open();
    let accepted = 50 - busy as i64;
    while (answers.lock().unwrap().len() as i64) < 50 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(wait(balance(&door, party)), accepted, "busy means that nothing was decided");
    cell.close();
}

#[test]
fn a_slow_store_slows_the_cell_down_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Gate::default());
    let store =
        Reluctant { inner: Box::new(MemoryStore::new()), refuses: Arc::default(), gate: gate.clone() };
    let mut bounded = options();
    bounded.backlog_rows_max = 10;
    let (cell, door) = Cell::open(&folder.path().join("journal"), Box::new(store), clock(), bounded).unwrap();
    let party = wait(door.ask(open_party("a"))).unwrap();
    gate.shut();
    let answered = Arc::new(AtomicU64::new(0));
    for number in 0..40 {
        let answered = answered.clone();
        let command = top_up(party, 1, &format!("k{number}")).into();
        door.submit(
            command,
            Box::new(move |answer| {
                if answer.is_ok() {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }),
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(200));
    let before = answered.load(Ordering::Relaxed);
    assert!((1..40).contains(&before), "the backlog's bound holds the writer back: {before}");
    gate.open();
    while answered.load(Ordering::Relaxed) < 40 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(wait(balance(&door, party)), 40);
    cell.close();
}

#[test]
fn a_second_cell_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, _door) = open(folder.path());
    let second = Cell::open(&folder.path().join("journal"), sqlite(folder.path()), clock(), options());
    assert!(second.is_err());
    cell.close();
}

#[test]
fn tables_of_another_journal_are_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &two] {
        let (cell, door) = open(folder.path());
        wait(door.ask(open_party(&folder.path().display().to_string()))).unwrap();
        cell.close();
    }
    let mixed = Cell::open(&one.path().join("journal"), sqlite(two.path()), clock(), options());
    assert!(matches!(mixed, Err(cell::CellOpenError::OtherJournal { sequence: 1 })), "{mixed:?}");
}

#[test]
fn apps_are_known_at_the_door_once_they_are_durable() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, door) = open(folder.path());
    let (login, name) = (Text::new("m").unwrap(), Text::new("n").unwrap());
    let seller =
        wait(door.ask(OpenParty { kind: PartyKind::Merchant, login, name, password: None })).unwrap();
    let app = engine::OpenApp {
        seller,
        mode: people::AppMode::Key,
        public_key: vec![1, 2, 3],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let id = wait(door.ask(app)).unwrap();
    assert_eq!(door.app(id).unwrap().public_key, [1, 2, 3]);
    cell.close();
    let (cell, door) = open(folder.path());
    assert_eq!(door.app(id).unwrap().seller, seller);
    assert!(door.app(base::AppId::issue(9, Slot::PLATFORM).unwrap()).is_none());
    cell.close();
}

#[test]
fn who_took_a_yes_back_is_known_at_the_door_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, door) = open(folder.path());
    let app = base::AppId::issue(9, Slot::PLATFORM).unwrap();
    let (other, ever) = (base::AppId::issue(10, Slot::PLATFORM).unwrap(), 0..i64::MAX);
    let user = wait(door.ask(open_party("u"))).unwrap();
    let as_user = people::GrantKind::User;
    for (number, app) in [(1, app), (2, other)] {
        let (scopes, code) = (Text::new("auth_base").unwrap(), [number; 16]);
        let (owner, kind, own_app, attempt, passkey) = (user, as_user, None, None, None);
        let yes = engine::Authorize { owner, app, kind, scopes, own_app, code, attempt, passkey };
        wait(door.ask(yes)).unwrap();
    }
    assert!(door.withdrawn(app, ever.clone()).is_empty());
    wait(door.ask(engine::WithdrawGrant { owner: user, app, kind: as_user })).unwrap();
    let told = door.withdrawn(app, ever.clone());
    assert_eq!(told.iter().map(|grant| grant.owner).collect::<Vec<_>>(), [user]);
    let at_us = told[0].withdrawn_at_us.unwrap();
    cell.close();
    let (cell, door) = open(folder.path());
    assert_eq!(door.withdrawn(app, at_us..at_us + 1), told);
    assert!(door.withdrawn(app, at_us + 1..i64::MAX).is_empty() && door.withdrawn(app, 0..at_us).is_empty());
    assert!(door.withdrawn(other, ever).is_empty());
    cell.close();
}

#[test]
fn dated_rules_hold_from_their_moment_on_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, door) = open(folder.path());
    let mut rules = trade::Rulebook::first();
    rules.merchant_fee_ppm = money::Rate::from_ppm(0).unwrap();
    wait(door.ask(engine::SetRules { rules: rules.clone() })).unwrap();
    cell.close();
    let (cell, _door) = open(folder.path());
    cell.close();
    let mut reader = sqlite(folder.path()).reader().unwrap();
    let row = reader.row(&Key::Rulebook((Slot::PLATFORM, 0))).unwrap();
    assert_eq!(row, Some(Row::Rulebook(Arc::new(rules))));
}

#[test]
fn a_cell_whose_disk_stays_broken_says_busy_and_comes_back_when_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let (cell, door) = open_on(folder.path(), &disk, 100);
    let party = wait(door.ask(open_party("a"))).unwrap();
    disk.fails.store(true, Ordering::Relaxed);
    assert_eq!(wait(door.ask(top_up(party, 1, "k"))).unwrap_err(), CellError::Unknown);
    let meanwhile = wait(door.ask(top_up(party, 1, "l"))).unwrap_err();
    assert!(matches!(meanwhile, CellError::Busy | CellError::Unknown), "never a refusal: {meanwhile:?}");
    disk.fails.store(false, Ordering::Relaxed);
    let back = wait(async {
        for _try in 0..200 {
            if let Ok(account) = door.ask(top_up(party, 1, "l")).await {
                return account.balance_minor;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        0
    });
    assert!((1..=2).contains(&back), "the unknown one may have been kept: {back}");
    cell.close();
}

#[test]
fn an_order_posted_long_ago_is_found_and_one_never_made_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (cell, door) = open(folder.path());
    let (login, name) = (Text::new("m").unwrap(), Text::new("n").unwrap());
    let seller =
        wait(door.ask(OpenParty { kind: PartyKind::Merchant, login, name, password: None })).unwrap();
    let app = engine::OpenApp {
        seller,
        mode: people::AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let order = engine::OpenOrder {
        seller,
        app: wait(door.ask(app)).unwrap(),
        out_trade_no: Text::new("T1").unwrap(),
        meaning: trade::Meaning {
            product: trade::Product::QrCode,
            total: fen(100),
            subject: Text::new("s").unwrap(),
            body: None,
            named_buyer: None,
            goods_detail: None,
        },
        delivery: trade::Delivery {
            notify_url: None,
            return_url: None,
            quit_url: None,
            charset: trade::WireCharset::Utf8,
            rsa1: false,
            store_id: None,
            terminal_id: None,
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        },
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    };
    let order_no = wait(door.ask(order)).unwrap().order.no;
    wait(async {
        let mut posted = door.posted();
        while *posted.borrow_and_update() < 2 {
            posted.changed().await.unwrap();
        }
    });
    let find = |order_no| door.ask(engine::FindOrderByNo { order_no });
    assert!(wait(find(order_no)).is_ok(), "it left memory when it was posted, and is in the tables");
    let later = base::OrderNo::of(base::Stamp { at_us: i64::MAX / 200, seq: 0 }, seller.slot());
    assert_eq!(wait(find(later)).unwrap_err(), CellError::Refused(trade::FindRefused::TradeNotFound));
    cell.close();
    let (cell, door) = open(folder.path());
    assert!(wait(door.ask(engine::FindOrderByNo { order_no })).is_ok(), "also after a restart");
    cell.close();
}
