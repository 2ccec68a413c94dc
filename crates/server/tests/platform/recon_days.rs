//! Days of business with a bank that makes every mistake it knows: at the end each line has its class, what nothing
//! explains is exactly what the bank itself says it did wrong, and no file, read again, changes anything.

use crate::bank_apart::{generation, start};
use crate::bank_process::Bank;
use crate::cards::{PROMPT, bind, books_are_exact, get, wish};
use crate::server::{Server, printed, send};
use engine::{Row, Table};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use recon::{BookedLine, Class};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Reader, SqliteStore};

/// How long the loop that fetches may take for all days.
const PATIENCE: Duration = Duration::from_secs(120);
/// Days without business at the end: a line comes three days late at most.
const REST_DAYS: usize = 5;
/// Callers at once: three wrong tries lock a login, and a try under way counts.
const CALLERS: usize = 2;

/// Each class of fault often enough that some strike in five days.
fn rates(ppm: u32) -> Value {
    let names = [
        "silent_before",
        "silent_after",
        "slow",
        "late_success",
        "twice",
        "other_amount",
        "sent_back",
        "line_missing",
        "line_twice",
        "line_amount",
        "line_sign",
        "line_late",
    ];
    let mut rates: BTreeMap<String, u32> = names.map(|name| (format!("{name}_ppm"), ppm)).into();
    rates.insert("line_stranger_ppm".to_owned(), 600_000);
    for file in ["file_cut_ppm", "file_resent_ppm", "file_shuffled_ppm"] {
        rates.insert(file.to_owned(), 250_000);
    }
    json!(rates)
}

/// Lets the clock go on. A move with thousands of orders takes longer than other calls may: the command line waits.
fn advance(server: &Server, by: &str) {
    printed(&["clock", "advance", by, "--url", &format!("http://{}", server.address)]);
}

/// What a class comes to: how many lines, and their sum in minor units.
type Sums = BTreeMap<&'static str, (u64, i128)>;

fn rows<T>(reader: &mut dyn Reader, table: Table, take: impl Fn(&Row) -> Option<T>) -> Vec<T> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = reader.scan(table, None, after.as_ref(), 1_000).unwrap();
        found.extend(page.iter().filter_map(&take));
        if page.len() < 1_000 {
            return found;
        }
        after = page.last().map(Row::key);
    }
}

/// The lines that the bank's own truth says there are, by the class that they must have.
fn expected(truth: &Value, orders: &[Arc<BankOrder>], books: &str) -> Sums {
    let mut sums = Sums::new();
    let mut add = |class: Class, minor: i128| {
        let sum = sums.entry(class.code()).or_default();
        *sum = (sum.0 + 1, sum.1 + minor);
    };
    let faults = truth["faults"].as_array().unwrap();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let bent: BTreeMap<String, String> = faults
        .iter()
        .filter(|fault| fault["class"].as_str().is_some_and(|class| class.starts_with("line_")))
        .map(|fault| (text(fault, "ref"), text(fault, "class")))
        .collect();
    let mut settled = BTreeSet::new();
    for moved in truth["movements"].as_array().unwrap() {
        let (key, reference) = (text(moved, "key"), text(moved, "ref"));
        let amount = i128::from(moved["amount_minor"].as_i64().unwrap());
        let order =
            orders.iter().find(|order| key == format!("{books}{}", order.no)).expect("an order of ours");
        if order.kind.is_in() != (moved["direction"] == "in") {
            // What was paid came back: of a withdrawal, which people look at.
            add(Class::SignDiffers, amount);
            continue;
        }
        let own = order.bank_ref.as_ref().is_none_or(|known| known.as_str() == reference);
        let mut plain = |late: bool| {
            let class = if !own || !settled.insert(key.clone()) {
                Class::Duplicate
            } else if !order.state.was_done() {
                Class::AgainstWord
            } else if late {
                Class::Late
            } else {
                Class::Matched
            };
            add(class, amount);
        };
        match bent.get(&reference).map(String::as_str) {
            None => plain(false),
            Some("line_missing") => {}
            Some("line_twice") => {
                plain(false);
                plain(false);
            }
            Some("line_late") => plain(true),
            Some("line_amount") => add(Class::AmountDiffers, amount),
            Some("line_sign") => add(Class::SignDiffers, amount),
            Some("line_currency") => add(Class::CurrencyDiffers, amount),
            Some(other) => panic!("{other}"),
        }
    }
    for stranger in faults.iter().filter(|fault| fault["class"] == "line_stranger") {
        add(Class::TheirsOnly, i128::from(stranger["amount_minor"].as_i64().unwrap()));
    }
    sums
}

fn booked(lines: &[Arc<BookedLine>]) -> Sums {
    let mut sums = Sums::new();
    for line in lines {
        let sum = sums.entry(line.class.code()).or_default();
        *sum = (sum.0 + 1, sum.1 + i128::from(line.amount_minor.units()));
    }
    sums
}

/// One story: days with their movements, a bank with its seed.
struct Story {
    seed: &'static str,
    days: usize,
    moves_a_day: usize,
    ppm: u32,
    begun: Instant,
}

impl Story {
    #[allow(clippy::print_stdout, reason = "a long run says where it is")]
    fn tell(&self, what: &str) {
        println!("{:>7.1} s  {what}", self.begun.elapsed().as_secs_f64());
    }

    fn play(&self) {
        let temporary = tempfile::tempdir().unwrap();
        let data = temporary.path().join("data");
        let mut bank = Bank::start(&temporary.path().join("bank"), &["--seed", self.seed]);
        let mut server = start(&data, &bank);
        server.sandbox("/clock/freeze", &json!({}));
        let card = bind(&server, PROMPT);
        let before = balance(&server, "before");
        bank.faults(&rates(self.ppm));
        for day in 0..self.days {
            for part in 0..4 {
                self.moves(&server, &card, day, part);
                advance(&server, "6h");
            }
            // Either may die on any day.
            if day % 2 == 0 {
                server.kill();
                server = start(&data, &bank);
            } else {
                bank.kill();
                bank.start_again();
            }
            self.tell(&format!("day {} of {} is over", day + 1, self.days));
        }
        for _ in 0..REST_DAYS {
            advance(&server, "24h");
        }
        let days = fetched(&server);
        let books = generation(&data);
        let truth = bank.truth_of(&books);
        let found = get(&server, "/sandbox/recon");
        assert_eq!(found["books"][0]["currency"], "CNY", "{found}");
        for book in found["books"].as_array().unwrap() {
            assert_eq!(
                (&book["difference"], &book["reserve_unexplained"]),
                (&json!("0.00"), &json!("0.00")),
                "{book}"
            );
        }
        replayed(&server, &bank, &books, &days);
        let again = get(&server, "/sandbox/recon");
        assert_eq!(
            (&again["suspense"], &again["books"]),
            (&found["suspense"], &found["books"]),
            "nothing changed"
        );
        let after = balance(&server, "after");
        server.stop();
        self.compare(&data, &truth, &books, after - before);
        books_are_exact(&data);
        self.tell("verify: the books are exact");
    }

    fn moves(&self, server: &Server, card: &str, day: usize, part: usize) {
        let of_part = self.moves_a_day / 4;
        std::thread::scope(|threads| {
            for caller in 0..CALLERS {
                threads.spawn(move || {
                    for number in (caller..of_part).step_by(CALLERS) {
                        let (name, fen) = (format!("{day}-{part}-{number}"), (number * 7 + day) % 90 + 10);
                        let way = if number % 3 == 2 { "/bank/withdraw" } else { "/bank/topup" };
                        server.sandbox(way, &wish(server, card, &format!("0.{fen}"), &name));
                    }
                });
            }
        });
    }

    fn compare(&self, data: &Path, truth: &Value, books: &str, gained: i128) {
        let mut reader = SqliteStore::open_reader(&data.join("worlds/default/tables.sqlite")).unwrap();
        let orders = rows(&mut reader, Table::BankOrder, |row| match row {
            Row::BankOrder(order) => Some(order.clone()),
            _ => None,
        });
        let lines = rows(&mut reader, Table::BookedLine, |row| match row {
            Row::BookedLine(line) => Some(line.clone()),
            _ => None,
        });
        assert!(orders.iter().all(|order| !order.state.is_open()), "an order waits for ever");
        let (mut expected, mut found) = (expected(truth, &orders, books), booked(&lines));
        self.tell(&format!("{} orders, {} lines: {found:?}", orders.len(), lines.len()));
        // How much a line was bent by, the bank does not tell: 0.01 to 10.00 each.
        let name = Class::AmountDiffers.code();
        let (meant, bent) =
            (expected.remove(name).unwrap_or_default(), found.remove(name).unwrap_or_default());
        let more = bent.1 - meant.1;
        assert!(
            meant.0 == bent.0 && (i128::from(meant.0)..=i128::from(meant.0) * 1_000).contains(&more),
            "{bent:?}"
        );
        assert_eq!(found, expected, "what is booked is what the bank did");
        let suspended = rows(&mut reader, Table::Suspense, |row| match row {
            Row::Suspense(row) => Some((row.class.code(), i128::from(row.amount_minor.units()))),
            _ => None,
        });
        for class in Class::ALL.into_iter().filter(|class| class.is_suspense() && class.code() != name) {
            let own = suspended.iter().filter(|(code, _)| *code == class.code());
            let sum = own.fold((0, 0), |sum, (_, minor)| (sum.0 + 1, sum.1 + minor));
            assert_eq!(sum, expected.get(class.code()).copied().unwrap_or_default(), "{class:?}");
        }
        let seen: BTreeSet<&str> =
            truth["faults"].as_array().unwrap().iter().filter_map(|f| f["class"].as_str()).collect();
        self.tell(&format!("classes of faults that struck: {seen:?}"));
        // No double credit, and nothing back to a card that was not taken from it.
        let sum = |kind, states: &[BankOrderState]| -> i128 {
            let of = orders.iter().filter(|order| order.kind == kind && states.contains(&order.state));
            of.map(|order| i128::from(order.amount_minor.units()) + i128::from(order.fee_minor.units())).sum()
        };
        let done = [BankOrderState::Done];
        assert_eq!(gained, sum(BankOrderKind::TopUp, &done) - sum(BankOrderKind::Withdraw, &done));
        for back in orders.iter().filter(|order| order.kind == BankOrderKind::Return) {
            let of = orders.iter().find(|order| Some(order.no.topic()) == back.about).unwrap();
            assert!(of.state.was_done() && of.kind.is_in(), "a refund without a debit: {back:?}");
        }
    }
}

/// The buyer's balance in fen, by a top-up of 0.01 that is not counted.
fn balance(server: &Server, key: &str) -> i128 {
    let asked = json!({ "login": server.login(0), "amount": "0.01", "key": key });
    let told = server.sandbox("/topup", &asked)["balance"].as_str().unwrap().replace('.', "");
    told.parse::<i128>().unwrap() - if key == "after" { 1 } else { 0 }
}

/// Waits until the loop has fetched every day, which it does by itself, and gives the days.
fn fetched(server: &Server) -> Vec<String> {
    let today = get(server, "/sandbox/clock")["now"].as_str().unwrap()[..10].to_owned();
    let begun = Instant::now();
    loop {
        let told = get(server, "/sandbox/recon");
        let statements = told["statements"].as_array().unwrap();
        let newest = statements.first().map(|one| one["day"].as_str().unwrap().to_owned());
        let yesterday = today.parse::<base::Day>().unwrap().minus_days(1).to_string();
        let ended =
            statements.iter().all(|one| one["lines"] == one["booked"] && one["unexplained"] == "0.00");
        if ended && newest.as_ref().is_some_and(|day| *day >= yesterday) {
            return statements.iter().map(|one| one["day"].as_str().unwrap().to_owned()).collect();
        }
        assert!(begun.elapsed() < PATIENCE, "not fetched until {yesterday}: {newest:?}");
        // What the bank did not give is asked for again in the world's time.
        advance(server, "2m");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Hands every file over once more, in both forms: it changes nothing.
fn replayed(server: &Server, bank: &Bank, books: &str, days: &[String]) {
    bank.faults(&json!({}));
    for day in days {
        for (form, kind) in [("csv", "text/csv"), ("camt053", "application/xml")] {
            let file = bank.statement(books, &format!("/statements/{day}?format={form}"), 0);
            let (status, told) = send(&server.address, "/sandbox/recon/statements", kind, &file).unwrap();
            let told: Value = serde_json::from_str(&told).unwrap();
            assert_eq!((status, &told["already_booked"]), (200, &json!(true)), "{day} {told}");
        }
    }
}

#[test]
fn five_days_with_every_fault_end_as_the_bank_says() {
    Story { seed: "20260801", days: 5, moves_a_day: 48, ppm: 60_000, begun: Instant::now() }.play();
}

/// The long one: `cargo xtask recon-run`.
#[test]
#[ignore = "takes an hour or so; cargo xtask recon-run"]
fn thirty_days_with_every_fault_end_as_the_bank_says() {
    let number = |name: &str, usual: usize| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let (days, moves) = (number("TONGBAO_RECON_DAYS", 30), number("TONGBAO_RECON_MOVES", 20_000));
    let story =
        Story { seed: "30", days, moves_a_day: moves.div_ceil(days), ppm: 20_000, begun: Instant::now() };
    story.play();
}
