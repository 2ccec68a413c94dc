//! The bank from inside: every refusal and fault, and random calls after which the books must balance.

use crate::binding::{AskBinding, AskPayee, ConfirmBinding};
use crate::books::{Books, BooksError, Caller, Desk};
use crate::camt::camt053;
use crate::fault::{Rates, WHOLE_PPM};
use crate::folder::Folder;
use crate::inspect::AskBalance;
use crate::issuer::is_card_number;
use crate::order::Reply;
use crate::order_ask::{AskOrder, Direction};
use crate::sheet::csv;
use base::{DAY_US, Day, HOUR_US, MINUTE_US};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-01-02 12:00 in China.
const NOON: i64 = 1_767_283_200_000_000 + DAY_US / 2;

struct Town {
    _at: tempfile::TempDir,
    books: Books,
    now_us: i64,
}

impl Town {
    fn new(rates: Rates) -> Town {
        Town::with_seed(7, rates)
    }

    fn with_seed(seed: u64, rates: Rates) -> Town {
        let at = tempfile::tempdir().unwrap();
        let folder = Folder::claim(&at.path().join("bank")).unwrap();
        let books = Books::open(folder, Some(seed), Some(rates)).unwrap();
        Town { _at: at, books, now_us: NOON }
    }

    fn call<T>(&mut self, work: impl FnOnce(&Desk<'_>) -> Result<T, BooksError>) -> T {
        self.books.call(Caller { generation: "g1", now_us: self.now_us }, work).unwrap()
    }

    fn bind(&mut self, key: &str, card: &str) -> Value {
        self.call(|desk| desk.bind(&asking(key, card))).unwrap()
    }

    fn confirm(&mut self, key: &str, otp: &str) -> Value {
        self.call(|desk| desk.confirm(key, &ConfirmBinding { otp: otp.to_owned() })).unwrap()
    }

    fn otp(&mut self, key: &str) -> String {
        let inbox = self.call(|desk| desk.inbox());
        let letters = inbox["messages"].as_array().unwrap();
        let letter = letters.iter().find(|letter| letter["key"] == key).unwrap();
        letter["otp"].as_str().unwrap().to_owned()
    }

    /// A bound card's agreement.
    fn agreement(&mut self, card: &str) -> String {
        let key = format!("bind-{}", &card[card.len() - 5..]);
        assert_eq!(self.bind(&key, card)["state"], "asked");
        let otp = self.otp(&key);
        let bound = self.confirm(&key, &otp);
        assert_eq!(bound["state"], "bound", "{bound}");
        bound["agreement"].as_str().unwrap().to_owned()
    }

    fn payee(&mut self, card: &str, holder: &str) -> Value {
        let ask = AskPayee { card: card.to_owned(), holder: holder.to_owned() };
        self.call(|desk| desk.payee(&ask))
    }

    fn order(&mut self, ask: &AskOrder) -> Reply {
        self.call(|desk| desk.order(ask))
    }

    fn answer(&mut self, ask: &AskOrder) -> Value {
        match self.order(ask) {
            Reply::Said(value) => value,
            other => panic!("{other:?}"),
        }
    }

    fn state(&mut self, key: &str) -> Value {
        self.call(|desk| desk.order_state(key))
    }

    fn reserve(&mut self) -> i64 {
        self.call(|desk| desk.balance(&AskBalance { agreement: None }))["balance_minor"].as_i64().unwrap()
    }

    fn balances(&mut self) -> bool {
        self.call(|desk| desk.books_balance())
    }

    fn later(&mut self, by_us: i64) {
        self.now_us += by_us;
    }

    fn faults(&mut self) -> Vec<Value> {
        self.call(|desk| desk.truth())["faults"].as_array().unwrap().clone()
    }
}

fn asking(key: &str, card: &str) -> AskBinding {
    AskBinding {
        key: key.to_owned(),
        card: card.to_owned(),
        holder: "李四".to_owned(),
        identity: "11010519491231002X".to_owned(),
        mobile: "13800001234".to_owned(),
    }
}

fn card(body: &str) -> String {
    (0..10).map(|digit| format!("{body}{digit}")).find(|number| is_card_number(number)).unwrap()
}

fn usual_card() -> String {
    card("622202123456780000")
}

fn ordering(key: &str, agreement: &str, direction: Direction, amount_minor: i64) -> AskOrder {
    let (key, agreement, currency) = (key.to_owned(), agreement.to_owned(), "CNY".to_owned());
    AskOrder { key, agreement, direction, amount_minor, currency }
}

fn always(set: impl FnOnce(&mut Rates)) -> Rates {
    let mut rates = Rates::default();
    set(&mut rates);
    rates
}

#[test]
fn a_payees_name_takes_money_in_and_gives_none() {
    let mut town = Town::new(Rates::default());
    let number = usual_card();
    let known = town.payee(&number, "李四");
    assert_eq!((known["state"].as_str(), known["bank"].as_str()), (Some("known"), Some("ICBC")));
    assert_eq!(town.payee(&number, "李四"), known, "the same again is the same");
    assert_eq!(town.payee(&number, "王五")["reason"], "holder_differs");
    for (digits, reason) in [("9901", "holder_differs"), ("9904", "card_lost")] {
        let number = card(&format!("62220212345678{digits}"));
        assert_eq!(town.payee(&number, "李四")["reason"], reason);
    }
    assert_eq!(town.payee("1", "李四")["reason"], "card_number_wrong");

    let name = known["payee"].as_str().unwrap().to_owned();
    let before = town.reserve();
    assert_eq!(town.answer(&ordering("o1", &name, Direction::Out, 500))["state"], "done");
    assert_eq!(town.reserve(), before - 500);
    for (key, direction) in [("o2", Direction::In), ("o3", Direction::Return)] {
        let said = town.answer(&ordering(key, &name, direction, 100));
        assert_eq!(said["reason"], "agreement_unknown", "{said}");
    }
    assert!(town.balances());
    // Its holder binds it later; somebody else does not.
    let mut other = asking("b1", &number);
    other.holder = "王五".to_owned();
    assert_eq!(town.call(|desk| desk.bind(&other)).unwrap()["reason"], "holder_differs");
    let agreement = town.agreement(&number);
    assert_eq!(town.answer(&ordering("o4", &agreement, Direction::In, 100))["state"], "done");
    assert_eq!(town.payee(&number, "李四"), known);
}

#[test]
fn a_card_is_bound_by_its_code_and_again_by_the_same_agreement() {
    let mut town = Town::new(Rates::default());
    let card = usual_card();
    let asked = town.bind("k1", &card);
    assert_eq!(asked, json!({ "state": "asked", "bank": "ICBC", "kind": "debit", "last_four": &card[15..] }));
    assert_eq!(town.bind("k1", &card), asked, "the same again");
    assert_eq!(town.call(|desk| desk.bind(&asking("k1", "622202"))), None, "another meaning is a conflict");
    let otp = town.otp("k1");
    let wrong = if otp == "000000" { "000001" } else { "000000" };
    assert_eq!(town.confirm("k1", wrong), json!({ "state": "code_wrong", "tries_left": 4 }));
    let bound = town.confirm("k1", &otp);
    assert_eq!(bound["state"], "bound");
    assert_eq!(town.confirm("k1", wrong), bound, "a binding that is made stays");
    assert_eq!(town.bind("k1", &card), bound);
    town.bind("k2", &card);
    let otp = town.otp("k2");
    assert_eq!(town.confirm("k2", &otp), bound, "one agreement for a card");
    assert_eq!(town.call(|desk| desk.confirm("k9", &ConfirmBinding { otp: otp.clone() })), None);
    assert!(town.balances());
}

#[test]
fn bindings_are_refused_by_number_card_and_elements() {
    let mut town = Town::new(Rates::default());
    for (number, reason) in [
        ("6222021234567800001", "card_number_wrong"),
        (&card("999999123456780000"), "card_number_wrong"),
        (&card("622202123456789904"), "card_lost"),
        (&card("622202123456789901"), "holder_differs"),
        (&card("622202123456789902"), "identity_differs"),
        (&card("622202123456789903"), "mobile_differs"),
    ] {
        let refused = json!({ "state": "refused", "reason": reason });
        let key = format!("{number}-{reason}");
        assert_eq!(town.bind(&key, number), refused, "{number}");
        assert_eq!(town.confirm(&key, "000000"), refused, "no code makes up for it");
    }
    town.agreement(&usual_card());
    let other = AskBinding { holder: "王五".to_owned(), ..asking("k1", &usual_card()) };
    let refused = town.call(|desk| desk.bind(&other)).unwrap();
    assert_eq!(refused["reason"], "holder_differs", "a card has one holder");
}

#[test]
fn a_code_ends_by_tries_and_by_time() {
    let mut town = Town::new(Rates::default());
    town.bind("k1", &usual_card());
    let otp = town.otp("k1");
    let wrong = if otp == "000000" { "000001" } else { "000000" };
    for left in (1..5).rev() {
        assert_eq!(town.confirm("k1", wrong)["tries_left"], left);
    }
    let refused = json!({ "state": "refused", "reason": "too_many_tries" });
    assert_eq!(town.confirm("k1", wrong), refused);
    assert_eq!(town.confirm("k1", &otp), refused, "also the right one");
    town.bind("k2", &usual_card());
    let otp = town.otp("k2");
    town.later(10 * MINUTE_US);
    assert_eq!(town.confirm("k2", &otp)["reason"], "code_expired");
}

#[test]
fn orders_move_money_both_ways_once_for_each_key() {
    let mut town = Town::new(Rates::default());
    let agreement = town.agreement(&usual_card());
    assert_eq!(town.state("o1"), json!({ "state": "never_received" }));
    let first = ordering("o1", &agreement, Direction::In, 10_000);
    let done = town.answer(&first);
    assert_eq!((&done["state"], &done["amount_minor"]), (&json!("done"), &json!(10_000)));
    town.later(MINUTE_US);
    assert_eq!(town.answer(&first), done, "the same again moves nothing");
    assert_eq!(town.state("o1"), done);
    for other in [
        ordering("o1", &agreement, Direction::In, 10_001),
        ordering("o1", &agreement, Direction::Out, 10_000),
        ordering("o1", "AG", Direction::In, 10_000),
        AskOrder { currency: "USD".to_owned(), ..first.clone() },
    ] {
        assert_eq!(town.order(&other), Reply::Conflict, "{other:?}");
    }
    assert_eq!(town.reserve(), 10_000);
    town.answer(&ordering("o2", &agreement, Direction::Out, 3_000));
    town.answer(&ordering("o3", &agreement, Direction::Return, 500));
    assert_eq!(town.reserve(), 6_500);
    let of_card = town.call(|desk| desk.balance(&AskBalance { agreement: Some(agreement.clone()) }));
    assert_eq!(of_card["balance_minor"], 100_000_000 - 6_500);
    assert!(town.balances());
}

#[test]
fn orders_are_refused_in_order_of_precedence() {
    let mut town = Town::new(Rates::default());
    let usual = town.agreement(&usual_card());
    let poor = town.agreement(&card("622202123456789905"));
    let closed = town.agreement(&card("622202123456789906"));
    let careful = town.agreement(&card("621700123456780000"));
    let usd = AskOrder { currency: "USD".to_owned(), ..ordering("a", "AG", Direction::In, 0) };
    for (ask, reason) in [
        (usd, "currency_unknown"),
        (ordering("b", "AG", Direction::In, 0), "amount_out_of_range"),
        (ordering("c", "AG", Direction::In, -1), "amount_out_of_range"),
        (ordering("d", &usual, Direction::Out, 10_000_000_001), "amount_out_of_range"),
        (ordering("e", "AG", Direction::In, 1), "agreement_unknown"),
        (ordering("f", &closed, Direction::Out, 1), "account_takes_nothing"),
        (ordering("g", &closed, Direction::Return, 1), "account_takes_nothing"),
        (ordering("h", &usual, Direction::In, 5_000_001), "single_limit"),
        (ordering("i", &poor, Direction::In, 1), "balance_too_low"),
    ] {
        let refused = json!({ "state": "refused", "reason": reason });
        assert_eq!(town.answer(&ask), refused, "{ask:?}");
        assert_eq!(town.state(&ask.key), refused, "for good");
    }
    // 10,000 a payment, 20,000 a day, 100,000 a month.
    let full = |key: String| ordering(&key, &careful, Direction::In, 1_000_000);
    for day in 0..5 {
        for time in 0..2 {
            assert_eq!(town.answer(&full(format!("{day}-{time}")))["state"], "done", "{day} {time}");
        }
        assert_eq!(town.answer(&full(format!("{day}-2")))["reason"], "day_limit");
        town.later(DAY_US);
    }
    assert_eq!(town.answer(&full("month".to_owned()))["reason"], "month_limit");
    town.later(30 * DAY_US);
    assert_eq!(town.answer(&full("next".to_owned()))["state"], "done");
    assert!(town.balances());
}

#[test]
fn a_revoked_number_is_never_done_and_a_done_one_says_so() {
    let mut town = Town::new(always(|rates| rates.slow_ppm = WHOLE_PPM));
    let agreement = town.agreement(&usual_card());
    let revoke = |town: &mut Town, key: &str| town.call(|desk| desk.revoke(key));
    let refused = json!({ "state": "refused", "reason": "revoked" });
    let tombstone = json!({ "revoked": true, "order": refused });
    assert_eq!(revoke(&mut town, "never"), tombstone);
    assert_eq!(town.answer(&ordering("never", &agreement, Direction::Out, 1)), refused);
    assert_eq!(revoke(&mut town, "never"), tombstone, "the same again");
    let slow = ordering("slow", &agreement, Direction::Out, 1);
    assert_eq!(town.answer(&slow)["state"], "processing");
    assert_eq!(revoke(&mut town, "slow"), tombstone);
    town.later(2 * DAY_US);
    assert_eq!((town.answer(&slow), town.reserve()), (refused, 0));
    town.books.set_rates(&Rates::default()).unwrap();
    let done = town.answer(&ordering("done", &agreement, Direction::Out, 1));
    assert_eq!(revoke(&mut town, "done"), json!({ "revoked": false, "order": done }));
    assert_eq!(town.reserve(), -1);
}

#[test]
fn every_fault_of_orders_does_what_its_name_says() {
    let strike = |set: fn(&mut Rates)| {
        let mut town = Town::new(Rates::default());
        let agreement = town.agreement(&usual_card());
        town.books.set_rates(&always(set)).unwrap();
        let ask = ordering("o1", &agreement, Direction::In, 10_000);
        let first = town.order(&ask);
        (town, ask, first)
    };
    let (mut town, ask, first) = strike(|rates| rates.silent_before_ppm = WHOLE_PPM);
    assert_eq!((first, town.reserve()), (Reply::Silence, 0));
    assert_eq!(town.state("o1")["state"], "never_received");
    assert_eq!((&town.answer(&ask)["state"], town.reserve()), (&json!("done"), 10_000));

    let (mut town, ask, first) = strike(|rates| rates.silent_after_ppm = WHOLE_PPM);
    assert_eq!((first, town.reserve()), (Reply::Silence, 10_000));
    assert_eq!((&town.answer(&ask)["state"], town.reserve()), (&json!("done"), 10_000));

    let (mut town, ask, first) = strike(|rates| rates.slow_ppm = WHOLE_PPM);
    assert_eq!((first, town.reserve()), (Reply::Said(json!({ "state": "processing" })), 0));
    town.later(2 * DAY_US);
    let done = town.answer(&ask);
    assert_eq!((&done["state"], town.reserve()), (&json!("done"), 10_000));
    let done_at_us = done["done_at_us"].as_i64().unwrap();
    assert!(NOON < done_at_us && done_at_us < NOON + DAY_US, "at its own moment, not when it was asked");

    let (mut town, _, first) = strike(|rates| rates.late_success_ppm = WHOLE_PPM);
    assert_eq!(first, Reply::Said(json!({ "state": "refused", "reason": "not_available" })));
    assert_eq!(town.reserve(), 0);
    town.later(2 * DAY_US);
    assert_eq!((&town.state("o1")["state"], town.reserve()), (&json!("done"), 10_000));

    let (mut town, ask, first) = strike(|rates| rates.twice_ppm = WHOLE_PPM);
    assert_eq!((first, town.reserve()), (Reply::Said(town.state("o1")), 20_000));
    town.answer(&ask);
    let twice = town.faults().into_iter().find(|fault| fault["class"] == "twice_done").unwrap();
    assert_ne!(twice["ref"], town.state("o1")["ref"]);
    assert_eq!(town.reserve(), 20_000, "not a third time");

    let (mut town, ask, first) = strike(|rates| rates.other_amount_ppm = WHOLE_PPM);
    let Reply::Said(first) = first else { panic!("silent") };
    assert!(first["state"] == "done" && first["amount_minor"] != 10_000);
    assert_eq!((&town.answer(&ask)["amount_minor"], town.reserve()), (&json!(10_000), 10_000));
}

#[test]
fn what_was_paid_to_a_card_comes_back_once_days_later_and_stays_done() {
    let mut town = Town::new(Rates::default());
    let agreement = town.agreement(&usual_card());
    town.books.set_rates(&always(|rates| rates.sent_back_ppm = WHOLE_PPM)).unwrap();
    town.answer(&ordering("in", &agreement, Direction::In, 500));
    let done = town.answer(&ordering("out", &agreement, Direction::Out, 10_000));
    assert_eq!((&done["state"], town.reserve()), (&json!("done"), -9_500));
    town.later(DAY_US / 2);
    assert_eq!(town.reserve(), -9_500, "not at once");
    town.later(5 * DAY_US);
    assert_eq!((town.state("out"), town.reserve()), (done.clone(), 500));
    let faults = town.faults();
    assert_eq!(faults.len(), 1, "what came in does not go back: {faults:?}");
    assert_eq!((&faults[0]["class"], &faults[0]["key"]), (&json!("sent_back"), &json!("out")));
    let lines: Vec<_> = (0..5)
        .filter_map(|days| town.call(|desk| desk.statement(Day::of(NOON).plus_days(days))))
        .flat_map(|statement| statement.lines)
        .filter(|line| line.order_key == "out")
        .collect();
    let said = |line: &crate::statement::Line| (line.is_credit, line.amount_minor);
    assert_eq!(lines.iter().map(said).collect::<Vec<_>>(), [(false, 10_000), (true, 10_000)]);
    assert_ne!(lines[0].reference, lines[1].reference);
}

#[test]
fn what_comes_back_leaves_the_cards_limit_for_paying_in_as_it_was() {
    let mut town = Town::new(Rates::default());
    // 10,000 a payment, 20,000 a day.
    let careful = town.agreement(&card("621700123456780000"));
    town.books.set_rates(&always(|rates| rates.sent_back_ppm = WHOLE_PPM)).unwrap();
    town.answer(&ordering("out", &careful, Direction::Out, 1_500_000));
    // Until it is back, and on that very day.
    let hours = (1..=4 * 24).find(|_hour| {
        town.later(HOUR_US);
        town.reserve() == 0
    });
    assert!(hours.is_some(), "it does not come back");
    let full = |key: &str| ordering(key, &careful, Direction::In, 1_000_000);
    let states = ["a", "b", "c"].map(|key| town.answer(&full(key))["state"].clone());
    assert_eq!(states, ["done", "done", "refused"]);
}

#[test]
fn every_fault_of_lines_shows_in_the_statement_and_in_the_truth() {
    let shown = |set: fn(&mut Rates)| {
        let mut town = Town::new(Rates::default());
        let agreement = town.agreement(&usual_card());
        town.books.set_rates(&always(set)).unwrap();
        town.answer(&ordering("o1", &agreement, Direction::In, 10_000));
        town.later(5 * DAY_US);
        let day = Day::of(NOON);
        let statements: Vec<_> =
            (0..4).map(|days| town.call(|desk| desk.statement(day.plus_days(days))).unwrap()).collect();
        let classes: Vec<_> = town.faults().iter().map(|fault| fault["class"].clone()).collect();
        assert_eq!(town.reserve(), 10_000);
        (statements, classes)
    };
    let (plain, none) = shown(|_| {});
    assert_eq!((plain[0].lines.len(), plain[0].closing_minor, none.len()), (1, 10_000, 0));
    assert_eq!((plain[0].lines[0].serial, plain[0].lines[0].order_key.as_str()), (1, "o1"));
    assert_eq!((plain[1].lines.len(), plain[1].opening_minor, plain[1].closing_minor), (0, 10_000, 10_000));
    let (missing, class) = shown(|rates| rates.line_missing_ppm = WHOLE_PPM);
    assert_eq!((missing[0].lines.len(), missing[0].closing_minor), (0, 0));
    assert_eq!(class, ["line_missing"]);
    let (twice, class) = shown(|rates| rates.line_twice_ppm = WHOLE_PPM);
    assert_eq!((twice[0].lines.len(), twice[0].lines[1].serial, twice[0].closing_minor), (2, 2, 20_000));
    assert_eq!(class, ["line_twice"]);
    let (amount, class) = shown(|rates| rates.line_amount_ppm = WHOLE_PPM);
    assert!(amount[0].lines[0].amount_minor > 10_000 && class == ["line_amount"]);
    let (late, class) = shown(|rates| rates.line_late_ppm = WHOLE_PPM);
    assert!(late[0].lines.is_empty() && class == ["line_late"]);
    let late: Vec<_> = late.iter().flat_map(|statement| &statement.lines).collect();
    assert_eq!((late.len(), late[0].value_day.as_str()), (1, "2026-01-02"));
    let (sign, class) = shown(|rates| rates.line_sign_ppm = WHOLE_PPM);
    let line = &sign[0].lines[0];
    assert!(!line.is_credit || line.currency == "USD", "{line:?}");
    assert!(class == ["line_sign"] || class == ["line_currency"]);
    let (strangers, class) = shown(|rates| rates.line_stranger_ppm = WHOLE_PPM);
    assert!(strangers.iter().all(|one| one.lines.iter().any(|line| line.order_key.is_empty())));
    assert!(class.len() >= 4 && class.iter().all(|class| class == "line_stranger"));
}

#[test]
fn every_fault_of_files_strikes_the_download_and_not_the_books() {
    let mut town = Town::new(Rates::default());
    let agreement = town.agreement(&usual_card());
    for (day, number) in [(0, 0), (1, 0), (1, 1), (1, 2), (1, 3), (1, 4)] {
        town.now_us = NOON + day * DAY_US;
        town.answer(&ordering(&format!("{day}-{number}"), &agreement, Direction::In, 100));
    }
    town.now_us = NOON + 2 * DAY_US;
    let day = Day::of(NOON + DAY_US);
    let download = |town: &mut Town, set: fn(&mut Rates)| {
        town.books.set_rates(&always(set)).unwrap();
        town.call(|desk| desk.statement(day)).unwrap()
    };
    let whole = download(&mut town, |_| {});
    let cut = download(&mut town, |rates| rates.file_cut_ppm = WHOLE_PPM);
    assert!(csv(&whole).starts_with(&csv(&cut)) && csv(&cut).len() < csv(&whole).len());
    let resent = download(&mut town, |rates| rates.file_resent_ppm = WHOLE_PPM);
    assert_eq!((resent.day, resent.lines.len()), (Day::of(NOON), 1));
    let shuffled = download(&mut town, |rates| rates.file_shuffled_ppm = WHOLE_PPM);
    let mut sorted = shuffled.lines.clone();
    sorted.sort_by_key(|line| line.serial);
    assert!(sorted == whole.lines && shuffled.lines != whole.lines);
    assert_eq!(download(&mut town, |_| {}), whole);
    let future = Day::of(town.now_us);
    assert_eq!(town.call(|desk| desk.statement(future)), None, "a day that is not over");
}

#[test]
fn time_never_goes_back_and_generations_are_apart() {
    let mut town = Town::new(Rates::default());
    let agreement = town.agreement(&usual_card());
    town.later(HOUR_US);
    town.answer(&ordering("o1", &agreement, Direction::In, 100));
    town.now_us = NOON;
    let done = town.answer(&ordering("o2", &agreement, Direction::In, 100));
    assert_eq!(done["done_at_us"], NOON + HOUR_US);
    let other = Caller { generation: "g2", now_us: NOON - DAY_US };
    let state = town.books.call(other, |desk| desk.order_state("o1")).unwrap();
    assert_eq!(state["state"], "never_received");
    let unknown = town.books.call(other, |desk| desk.order(&ordering("o1", &agreement, Direction::In, 100)));
    let refused = json!({ "state": "refused", "reason": "agreement_unknown" });
    assert_eq!(unknown.unwrap(), Reply::Said(refused), "an agreement belongs to its generation");
    let far = Caller { generation: "g1", now_us: NOON + 5_000 * DAY_US };
    assert!(matches!(town.books.call(far, |desk| desk.order_state("o1")), Err(BooksError::TooFar)));
}

#[test]
fn books_open_again_with_their_seed_alone() {
    let at = tempfile::tempdir().unwrap();
    let claim = || Folder::claim(&at.path().join("bank")).unwrap();
    let rates = always(|rates| rates.twice_ppm = 5);
    drop(Books::open(claim(), Some(3), Some(rates)).unwrap());
    assert!(matches!(Books::open(claim(), Some(4), None), Err(BooksError::Seed(3))));
    let books = Books::open(claim(), None, None).unwrap();
    assert_eq!((books.seed(), books.rates().unwrap()), (3, rates));
    assert!(matches!(
        books.set_rates(&always(|rates| rates.slow_ppm = WHOLE_PPM + 1)),
        Err(BooksError::Rates)
    ));
    drop(books);
    let other = rusqlite::Connection::open(at.path().join("bank/bank.db")).unwrap();
    other.pragma_update(None, "application_id", 1).unwrap();
    drop(other);
    assert!(matches!(Books::open(claim(), None, None), Err(BooksError::Foreign)));
}

#[test]
fn no_file_of_the_bank_holds_a_card_number_or_a_name() {
    let mut town = Town::new(Rates::default());
    town.agreement(&usual_card());
    let root = town._at.path().join("bank");
    for entry in std::fs::read_dir(root).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [usual_card().as_str(), "李四", "11010519491231002X", "13800001234"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }
}

#[test]
fn what_the_bank_prints_is_what_the_platform_reads() {
    let mut town =
        Town::new(Rates { line_stranger_ppm: WHOLE_PPM, line_sign_ppm: 400_000, ..Rates::default() });
    let agreement = town.agreement(&usual_card());
    for number in 0..20 {
        let direction = if number % 2 == 0 { Direction::In } else { Direction::Out };
        town.answer(&ordering(&format!("o{number}"), &agreement, direction, 100 + number));
    }
    town.later(DAY_US);
    let statement = town.call(|desk| desk.statement(Day::of(NOON))).unwrap();
    let read = recon::read(csv(&statement).as_bytes()).unwrap();
    assert_eq!(recon::read(camt053(&statement).unwrap().as_bytes()).unwrap(), read, "in both forms");
    assert_eq!((read.day, read.opening_minor), (statement.day, statement.opening_minor));
    assert_eq!(
        (read.closing_minor, read.account.as_str()),
        (statement.closing_minor, statement.account.as_str())
    );
    assert_eq!(read.lines.len(), 21);
    for (read, line) in read.lines.iter().zip(&statement.lines) {
        assert_eq!((read.order_key.as_str(), read.reference.as_str()), (&*line.order_key, &*line.reference));
        assert_eq!((read.is_credit, read.amount.minor().units()), (line.is_credit, line.amount_minor));
        assert_eq!(read.amount.currency().code(), line.currency);
    }
}

/// One step of a random story.
#[derive(Clone, Debug)]
enum Step {
    Order { key: u8, direction: Direction, amount_minor: i64 },
    Query { key: u8 },
    Revoke { key: u8 },
    Wait { by_us: i64 },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out), Just(Direction::Return)];
    let order = (0..12_u8, direction, 1..5_000_000_i64);
    let step = prop_oneof![
        6 => order.prop_map(|(key, direction, amount_minor)| Step::Order { key, direction, amount_minor }),
        2 => (0..12_u8).prop_map(|key| Step::Query { key }),
        1 => (0..12_u8).prop_map(|key| Step::Revoke { key }),
        2 => (0..DAY_US).prop_map(|by_us| Step::Wait { by_us }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

fn some_rates() -> impl Strategy<Value = Rates> {
    let rate = || prop_oneof![Just(0), Just(200_000_u32)];
    ((rate(), rate(), rate(), rate(), rate()), (rate(), rate(), rate(), rate(), rate())).prop_map(|(a, b)| {
        Rates {
            silent_before_ppm: a.0,
            silent_after_ppm: a.1,
            slow_ppm: a.2,
            late_success_ppm: a.3,
            twice_ppm: a.4,
            other_amount_ppm: b.0,
            line_missing_ppm: b.1,
            line_twice_ppm: b.2,
            line_late_ppm: b.3,
            line_stranger_ppm: b.4,
            ..Rates::default()
        }
    })
}

/// Plays a story and gives everything that was heard and all statements.
fn play(seed: u64, rates: Rates, story: &[Step]) -> (Vec<String>, Vec<String>) {
    let mut town = Town::with_seed(seed, rates);
    let agreement = town.agreement(&usual_card());
    let mut heard = Vec::new();
    let mut decided: std::collections::BTreeMap<u8, Value> = std::collections::BTreeMap::new();
    for step in story {
        match step {
            Step::Order { key, direction, amount_minor } => {
                let reply = town.order(&ordering(&key.to_string(), &agreement, *direction, *amount_minor));
                heard.push(format!("{reply:?}").replace(&agreement, ""));
            }
            Step::Query { key } => {
                let state = town.state(&key.to_string());
                if state["state"] == "done" {
                    let before = decided.insert(*key, state.clone());
                    assert!(before.is_none_or(|before| before == state), "what is done stays as it is");
                } else {
                    assert!(!decided.contains_key(key), "{state}");
                }
                heard.push(state.to_string());
            }
            Step::Revoke { key } => heard.push(town.call(|desk| desk.revoke(&key.to_string())).to_string()),
            Step::Wait { by_us } => town.later(*by_us),
            Step::Reopen => {
                let Town { _at, books, now_us } = town;
                drop(books);
                let folder = Folder::claim(&_at.path().join("bank")).unwrap();
                town = Town { books: Books::open(folder, None, None).unwrap(), _at, now_us };
            }
        }
        assert!(town.balances(), "{step:?}");
    }
    town.later(5 * DAY_US);
    let (reserve, truth) = (town.reserve(), town.call(|desk| desk.truth()));
    check_movements(reserve, &truth);
    let mut statements = Vec::new();
    let (mut day, last) = (Day::of(NOON), Day::of(town.now_us));
    let mut closing = 0;
    while day < last {
        let statement = town.call(|desk| desk.statement(day)).unwrap();
        assert_eq!(statement.opening_minor, closing, "a day begins where the day before ended");
        let signed = statement
            .lines
            .iter()
            .map(|line| if line.is_credit { line.amount_minor } else { -line.amount_minor });
        closing += signed.sum::<i64>();
        assert_eq!(statement.closing_minor, closing);
        statements
            .push(csv(&statement).replace(&statement.account, "").split("end,").next().unwrap().to_owned());
        day = day.plus_days(1);
    }
    let bends = ["line_missing", "line_twice", "line_amount", "line_stranger"];
    let is_bent = |fault: &Value| bends.iter().any(|class| fault["class"] == *class);
    if !town.faults().iter().any(is_bent) {
        assert_eq!(closing, reserve, "without faults of lines the statement is the account");
    }
    (heard, statements)
}

/// The reserve is what moved, and no key moved twice unless that fault struck it.
fn check_movements(reserve: i64, truth: &Value) {
    let mut sum = 0;
    let mut keys = std::collections::BTreeMap::<&str, usize>::new();
    for movement in truth["movements"].as_array().unwrap() {
        let amount = movement["amount_minor"].as_i64().unwrap();
        sum += if movement["direction"] == "in" { amount } else { -amount };
        *keys.entry(movement["key"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(sum, reserve);
    for (key, count) in keys {
        let faults = truth["faults"].as_array().unwrap();
        let twice = faults.iter().any(|fault| fault["class"] == "twice_done" && fault["key"] == key);
        assert_eq!(count, if twice { 2 } else { 1 }, "{key}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn after_any_story_the_books_balance_and_the_same_story_is_the_same_again(
        seed in 0..4_u64,
        rates in some_rates(),
        story in steps(),
    ) {
        prop_assert_eq!(play(seed, rates, &story), play(seed, rates, &story));
    }
}
