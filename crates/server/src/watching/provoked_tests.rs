//! Each alarm is provoked, at the part that it is about where that can be done at once, and told in words.

use super::judge::{Alarm, Finding, Weight, judge};
use super::look::{Ground, Waiting};
use super::of_cell;
use super::samples::Samples;
use super::text::Page;
use base::Text;
use cell::{Cell, CellError, Clock, Door, Options};
use engine::{Key, OpenParty, Row};
use journal::{Hook, Step, Verdict};
use people::PartyKind;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use store::{Mark, MemoryStore, Reader, Store, StoreError};

/// No finding.
const NOTHING: [(Weight, Alarm); 0] = [];

/// Switches of a cell's surroundings.
#[derive(Default)]
struct Trouble {
    /// The disk below the journal fails.
    disk_fails: AtomicBool,
    /// It stands still.
    disk_stands: Mutex<bool>,
    moves: Condvar,
    /// The store refuses what is posted.
    refuses: AtomicBool,
}

impl Trouble {
    fn stand(&self, stands: bool) {
        *self.disk_stands.lock().unwrap() = stands;
        self.moves.notify_all();
    }
}

impl Hook for Trouble {
    fn before(&self, step: Step<'_>) -> Verdict {
        if let Step::SyncFile(_) = step {
            drop(self.moves.wait_while(self.disk_stands.lock().unwrap(), |stands| *stands).unwrap());
            if self.disk_fails.load(Ordering::Relaxed) {
                return Verdict::Fail(io::Error::other("the disk failed"));
            }
        }
        Verdict::Go
    }
}

struct Tables {
    inner: MemoryStore,
    trouble: Arc<Trouble>,
}

impl Store for Tables {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        Store::mark(&mut self.inner)
    }
    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        if self.trouble.refuses.load(Ordering::Relaxed) {
            return Err(StoreError::Missing { path: "refused by the test".into() });
        }
        self.inner.post(changes, mark)
    }
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

fn open(folder: &Path, trouble: &Arc<Trouble>, queue_max: usize) -> (Cell, Door) {
    let now = AtomicI64::new(1_700_000_000_000_000);
    let clock: Clock = Arc::new(move || now.fetch_add(10, Ordering::Relaxed));
    let tables = Tables { inner: MemoryStore::new(), trouble: trouble.clone() };
    let hook: Option<Arc<dyn Hook>> = Some(trouble.clone());
    let options = Options { hook, queue_max, ..Options::new(*b"a world of tests") };
    Cell::open(&folder.join("journal"), Box::new(tables), clock, options).unwrap()
}

fn party(login: &str) -> OpenParty {
    let (login, name) = (Text::new(login).unwrap(), Text::new("n").unwrap());
    OpenParty { kind: PartyKind::Person, login, name, password: None }
}

fn ask(door: &Door, login: &str) -> Result<(), CellError<engine::OpenPartyRefused>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(door.ask(party(login))).map(drop)
}

fn samples(door: &Door) -> Samples {
    let mut page = Page::default();
    of_cell(&mut page, door);
    Samples::read(&page.into_text()).unwrap()
}

/// What is told of two moments, without the words.
fn told(before: &Samples, now: &Samples) -> Vec<(Weight, Alarm)> {
    judge(before, now).iter().map(|finding| (finding.weight, finding.alarm)).collect()
}

/// Waits for something that comes soon.
fn until(what: &str, fits: impl Fn() -> bool) {
    for _try in 0..1_000 {
        if fits() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("not {what}");
}

#[test]
fn a_cell_that_is_well_tells_nothing() {
    let (folder, trouble) = (tempfile::tempdir().unwrap(), Arc::default());
    let (cell, door) = open(folder.path(), &trouble, 100);
    let before = samples(&door);
    for number in 0..30 {
        ask(&door, &format!("p{number}")).unwrap();
    }
    let now = samples(&door);
    assert_eq!(told(&before, &now), NOTHING);
    assert_eq!(now.get("tongbao_commands_total"), before.get("tongbao_commands_total").map(|old| old + 30.0));
    cell.close();
}

#[test]
fn tables_that_refuse_are_told_until_they_take_rows_again() {
    let (folder, trouble) = (tempfile::tempdir().unwrap(), Arc::new(Trouble::default()));
    let (cell, door) = open(folder.path(), &trouble, 100);
    trouble.refuses.store(true, Ordering::Relaxed);
    ask(&door, "a").unwrap();
    let refused = (Weight::Serious, Alarm::PostingRefused);
    until("refused", || told(&samples(&door), &samples(&door)) == [refused]);
    let now = samples(&door);
    assert!(
        now.get("tongbao_posting_lag_seconds") > Some(0.0)
            && now.get("tongbao_posting_lag_records") == Some(1.0)
    );
    trouble.refuses.store(false, Ordering::Relaxed);
    until("posted", || door.is_settled() && told(&samples(&door), &samples(&door)).is_empty());
    assert_eq!(samples(&door).get("tongbao_posting_lag_seconds"), Some(0.0));
    cell.close();
}

#[test]
fn a_full_queue_and_slow_answers_are_told_while_the_disk_stands_still() {
    let (folder, trouble) = (tempfile::tempdir().unwrap(), Arc::new(Trouble::default()));
    let (cell, door) = open(folder.path(), &trouble, 40);
    ask(&door, "first").unwrap();
    let before = samples(&door);
    trouble.stand(true);
    for number in 0..200 {
        door.submit(party(&format!("p{number}")).into(), Box::new(|_| {}));
        std::thread::sleep(Duration::from_millis(1));
    }
    let now = samples(&door);
    assert_eq!(told(&before, &now), [(Weight::Grave, Alarm::QueueFull)]);
    assert!(now.get("tongbao_queue_length") >= Some(1.0));
    assert_eq!(told(&now, &now), [(Weight::Past, Alarm::QueueFull)], "it is over when it does not go on");
    std::thread::sleep(Duration::from_millis(1_100));
    trouble.stand(false);
    until("answered", || samples(&door).get("tongbao_queue_length") == Some(0.0));
    cell.close();
    let later = samples(&door);
    assert!(told(&now, &later).contains(&(Weight::Serious, Alarm::AnswersSlow)), "{later:?}");
}

#[test]
fn telling_figures_waits_for_neither_the_writer_nor_the_disk() {
    let (folder, trouble) = (tempfile::tempdir().unwrap(), Arc::new(Trouble::default()));
    let (cell, door) = open(folder.path(), &trouble, 100);
    ask(&door, "first").unwrap();
    trouble.refuses.store(true, Ordering::Relaxed);
    trouble.stand(true);
    for number in 0..20 {
        door.submit(party(&format!("p{number}")).into(), Box::new(|_| {}));
        std::thread::sleep(Duration::from_millis(5));
    }
    let begun = std::time::Instant::now();
    let commands = samples(&door).get("tongbao_commands_total");
    for _scrape in 0..99 {
        samples(&door);
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(samples(&door).get("tongbao_commands_total"), commands, "they stand still all the while");
    trouble.stand(false);
    trouble.refuses.store(false, Ordering::Relaxed);
    cell.close();
}

#[test]
fn a_journal_that_fails_takes_the_cell_down_until_it_is_opened_again() {
    let (folder, trouble) = (tempfile::tempdir().unwrap(), Arc::new(Trouble::default()));
    let (cell, door) = open(folder.path(), &trouble, 100);
    ask(&door, "a").unwrap();
    let before = samples(&door);
    trouble.disk_fails.store(true, Ordering::Relaxed);
    assert_eq!(ask(&door, "b"), Err(CellError::Unknown));
    // The writer hears of a batch that failed when it hands over the next.
    assert!(ask(&door, "c").is_err());
    let grave = |alarm| (Weight::Grave, alarm);
    until("down", || told(&before, &samples(&door)) == [grave(Alarm::CellDown), grave(Alarm::JournalFails)]);
    trouble.disk_fails.store(false, Ordering::Relaxed);
    let past = |alarm| (Weight::Past, alarm);
    until("open", || {
        let now = samples(&door);
        told(&now, &now) == [past(Alarm::CellDown), past(Alarm::JournalFails)]
    });
    cell.close();
}

#[test]
fn a_disk_that_runs_full_is_told_in_time() {
    let disk = |free_bytes, is_tainted| {
        let mut page = Page::default();
        Ground { free_bytes, size_bytes: 1_000_000_000_000, segments: 3, is_tainted }.tell(&mut page);
        let now = Samples::read(&page.into_text()).unwrap();
        told(&now, &now)
    };
    assert_eq!(disk(100_000_000_000, false), NOTHING);
    assert_eq!(disk(99_000_000_000, false), [(Weight::Serious, Alarm::DiskLow)]);
    assert_eq!(disk(20_000_000_000, false), [(Weight::Serious, Alarm::DiskLow)]);
    assert_eq!(disk(19_000_000_000, false), [(Weight::Grave, Alarm::DiskFull)]);
    assert_eq!(disk(0, false), [(Weight::Grave, Alarm::DiskFull)]);
    assert_eq!(disk(500_000_000_000, true), [(Weight::Grave, Alarm::JournalFails)]);
}

#[test]
fn nothing_waits_in_empty_tables() {
    let mut page = Page::default();
    Waiting::look(&mut MemoryStore::new(), 5).unwrap().tell(&mut page);
    let now = Samples::read(&page.into_text()).unwrap();
    assert_eq!(told(&now, &now), NOTHING);
    assert_eq!(now.get("tongbao_bank_orders_open{state=\"unknown\"}"), Some(0.0));
}

/// Figures of two moments, and the alarm that they are; none at the bounds.
type Told = (&'static str, &'static str, Option<(Weight, Alarm)>);

const TOLD: [Told; 20] = [
    ("a 0", "tongbao_serves 0", Some((Weight::Grave, Alarm::Down))),
    ("a 0", "tongbao_serves 1", None),
    ("a 0", "tongbao_posting_lag_seconds 30", None),
    ("a 0", "tongbao_posting_lag_seconds 30.5", Some((Weight::Serious, Alarm::PostingBehind))),
    ("a 0", "tongbao_tables_readable 0", Some((Weight::Serious, Alarm::TablesUnreadable))),
    ("a 0", "tongbao_timers_late_seconds 60", None),
    ("a 0", "tongbao_timers_late_seconds 61", Some((Weight::Serious, Alarm::TimersLate))),
    ("a 0", "tongbao_notices_late_seconds 60", None),
    ("a 0", "tongbao_notices_late_seconds 61", Some((Weight::Serious, Alarm::NotificationsLate))),
    ("a 0", "tongbao_bank_orders_oldest_seconds 3600", None),
    ("a 0", "tongbao_bank_orders_oldest_seconds 3601", Some((Weight::Serious, Alarm::BankSilent))),
    (
        "tongbao_gateway_calls_total{method=\"m\",ending=\"unknown\"} 3",
        "tongbao_gateway_calls_total{method=\"m\",ending=\"unknown\"} 4",
        Some((Weight::Serious, Alarm::CallsUnknown)),
    ),
    (
        "tongbao_gateway_calls_total{method=\"m\",ending=\"unknown\"} 4",
        "tongbao_gateway_calls_total{method=\"m\",ending=\"unknown\"} 4",
        Some((Weight::Past, Alarm::CallsUnknown)),
    ),
    (
        "a 0",
        "tongbao_gateway_calls_total{method=\"m\",ending=\"turned_away\"} 1",
        Some((Weight::Serious, Alarm::CallsTurnedAway)),
    ),
    ("a 0", "tongbao_gateway_calls_total{method=\"m\",ending=\"refused\"} 9", None),
    (
        "a 0",
        "tongbao_notify_calls_total{ending=\"delivered\"} 9\ntongbao_notify_calls_total{ending=\"no_connection\"} 11",
        Some((Weight::Serious, Alarm::NotificationsFail)),
    ),
    (
        "a 0",
        "tongbao_notify_calls_total{ending=\"delivered\"} 10\ntongbao_notify_calls_total{ending=\"broken\"} 10",
        None,
    ),
    ("a 0", "tongbao_notify_calls_total{ending=\"no_connection\"} 19", None),
    (
        "a 0",
        "tongbao_answer_seconds_count 200\ntongbao_answer_seconds_bucket{le=\"1\"} 197",
        Some((Weight::Serious, Alarm::AnswersSlow)),
    ),
    ("a 0", "tongbao_answer_seconds_count 200\ntongbao_answer_seconds_bucket{le=\"1\"} 198", None),
];

#[test]
fn a_figure_beyond_its_bound_is_told_and_one_at_it_is_not() {
    for (before, now, expected) in TOLD {
        let found = told(&Samples::read(before).unwrap(), &Samples::read(now).unwrap());
        assert_eq!(found, Vec::from_iter(expected), "{now}");
    }
}

#[test]
fn the_worst_comes_first_and_each_finding_names_its_page() {
    let now =
        "tongbao_busy_total 3\ntongbao_timers_late_seconds 100\ntongbao_cell_open 0\ntongbao_timers_due 7";
    let (before, now) = (Samples::read("tongbao_busy_total 3").unwrap(), Samples::read(now).unwrap());
    let found = judge(&before, &now);
    let weights: Vec<Weight> = found.iter().map(|finding| finding.weight).collect();
    assert_eq!(weights, [Weight::Grave, Weight::Serious, Weight::Past]);
    let said: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(
        said[0].starts_with("grave: The cell failed") && said[0].ends_with("  see docs/runbook/cell-down.md")
    );
    assert!(said[1].contains("7 timers are due") && said[1].contains("100 s"), "{}", said[1]);
    assert!(
        said[2].starts_with("over: Commands were turned away") && said[2].contains("3 since"),
        "{}",
        said[2]
    );
}

#[test]
fn a_counter_that_began_anew_is_not_taken_for_one_that_fell() {
    let (before, now) = ("tongbao_busy_total 30", "tongbao_busy_total 2");
    let found = judge(&Samples::read(before).unwrap(), &Samples::read(now).unwrap());
    assert!(found[0].says.contains(": 2 within the last moments"), "{}", found[0].says);
}
