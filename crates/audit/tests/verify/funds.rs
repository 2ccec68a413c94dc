//! Bank cards and bank orders: a few that lived, and one row of them changed at a time.

use crate::rows::{Case, run};
use crate::world::{World, found};
use audit::FindingKind::{self, *};
use base::{BankOrderNo, CardNo, Day, OrderNo, PartyId, Slot, Text};
use cell::Door;
use engine::{
    AskCard, BankAnswered, BankWay, BeginStatement, BindCard, CloseBankOrder, CloseSuspense, CloseWay,
    ConfirmBankOrder, ImportLine, JudgePassword, LastTry, PayByCard, PrepareBankOrder, ProposeSuspense,
    SendBankOrder, SetPockets, TopUp, TryPassword, UnbindCard, Verdict,
};
use fund::{BankReason, CardKind, Done, Pocket};
use money::{Currency, Money};
use recon::{Statement, StatementLine};

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

pub(crate) async fn bind(door: &Door, party: PartyId, digits: &str) -> CardNo {
    let (bank, last_four) = (Text::new("ICBC").unwrap(), Text::new(digits).unwrap());
    let mut digest = [0; 16];
    digest[..4].copy_from_slice(digits.as_bytes());
    let asked = AskCard { party, bank, kind: CardKind::Debit, last_four, digest };
    let card = door.ask(asked).await.unwrap().no;
    let agreement = Text::new(&format!("A{digits}")).unwrap();
    door.ask(BindCard { party, card, agreement }).await.unwrap();
    card
}

async fn draft(
    door: &Door,
    party: PartyId,
    card: CardNo,
    way: BankWay,
    amount: u64,
    key: &str,
) -> BankOrderNo {
    let key = Text::new(key).unwrap();
    door.ask(PrepareBankOrder { party, card, way, amount: fen(amount), key }).await.unwrap().no
}

async fn confirm(door: &Door, party: PartyId, no: BankOrderNo) {
    let attempt = door.ask(TryPassword { party, about: no.topic() }).await.unwrap().attempt;
    door.ask(JudgePassword { party, attempt, right: true }).await.unwrap();
    door.ask(ConfirmBankOrder { party, no, attempt }).await.unwrap();
}

pub(crate) async fn hear(door: &Door, no: BankOrderNo, verdict: Verdict) {
    door.ask(SendBankOrder { no }).await.unwrap();
    door.ask(BankAnswered { no, verdict }).await.unwrap();
}

pub(crate) fn done(amount: u64, name: &str) -> Verdict {
    Verdict::Done(Done { amount: fen(amount), bank_ref: Text::new(name).unwrap() })
}

/// An account whose owner is known brings money in by card, once so that it counts and once so that it is given back.
pub(crate) async fn known(door: &Door, party: PartyId) {
    let card = bind(door, party, "1234").await;
    for (amount, key, verdict) in
        [(120, "counts", done(120, "known 1")), (121, "given back", Verdict::Refused(BankReason::NoMoney))]
    {
        let no = draft(door, party, card, BankWay::TopUp, amount, key).await;
        confirm(door, party, no).await;
        hear(door, no, verdict).await;
    }
}

#[test]
fn rows_of_what_accounts_of_a_person_share() {
    let of_order = &[("person_count", UsageWrong), ("person_spend", UsageWrong)];
    let spend = &[("person_spend", UsageWrong)];
    run(&[
        Case("person_count", "kind = 'card_day'", "count = 2", &[("person_count", UsageWrong)]),
        Case("person_count", "kind = 'card_month'", "sum_minor = 119", &[("person_count", UsageWrong)]),
        Case("person_spend", "slot >= 0", "amount_minor = 121", of_order),
        Case("person_spend", "slot >= 0", "at_us = 7", of_order),
        Case("person_spend", "slot >= 0", "kind = 'withdraw'", of_order),
        Case("bank_order", "\"key\" = 'counts'", "counted_at_us = counted_at_us - 1", spend),
        Case("bank_order", "\"key\" = 'counts'", "kind = 'withdraw'", spend),
        // One that is not counted says that it is.
        Case(
            "bank_order",
            "\"key\" = 'given back'",
            "counted_at_us = 1900000000000000",
            &[("bank_order", UsageWrong)],
        ),
    ]);
    // What nobody counts is missed, also when nothing else is counted.
    let world = World::copy();
    world.change("DELETE FROM person_spend; DELETE FROM person_count");
    let report = world.verify();
    assert_eq!(found(&report, UsageWrong, "bank_order").message, "its person does not count it");
}

/// A buyer tries to pay by card, and again: the bank refuses both.
pub(crate) async fn tried(door: &Door, buyer: PartyId, order_no: OrderNo) {
    let (card, last_try) = (bind(door, buyer, "8642").await, LastTry::Unsaid);
    for _ in 0..2 {
        let attempt = door.ask(TryPassword { party: buyer, about: order_no }).await.unwrap().attempt;
        door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
        let order = door.ask(PayByCard { buyer, order_no, card, attempt, last_try }).await.unwrap();
        hear(door, order.no, Verdict::Refused(BankReason::NoMoney)).await;
    }
}

#[test]
fn the_last_try_of_a_trade_is_its_newest_bank_order() {
    let (tried, first) =
        ("last_try IS NOT NULL", "last_try = (SELECT min(no) FROM bank_order WHERE kind = 'pay')");
    run(&[
        Case("trade", tried, "last_try = NULL", &[("trade", TradeWrong)]),
        Case("trade", tried, first, &[("trade", TradeWrong)]),
        Case("trade", "no = {T1}", first, &[("trade", TradeWrong)]),
    ]);
}

/// Cards in every state, and of orders: a draft, one of each end, money that came too late and is on its way back, and
/// money that a bank took after it had refused.
pub(crate) async fn live(door: &Door, party: PartyId, pass: impl Fn(i64)) {
    let key = Text::new("for the bank").unwrap();
    door.ask(TopUp { party, amount: fen(10_000_000), key }).await.unwrap();
    let card = bind(door, party, "1234").await;
    let gone = bind(door, party, "5678").await;
    let pockets = Some(vec![Pocket::Card(gone), Pocket::Card(card), Pocket::Balance]);
    door.ask(SetPockets { party, pockets }).await.unwrap();
    door.ask(UnbindCard { party, card: gone }).await.unwrap();

    draft(door, party, card, BankWay::TopUp, 101, "draft").await;
    let order = async |way, amount, key| {
        let no = draft(door, party, card, way, amount, key).await;
        confirm(door, party, no).await;
        no
    };
    let came = order(BankWay::TopUp, 102, "came").await;
    hear(door, came, done(102, "in 1")).await;
    let refused = order(BankWay::TopUp, 103, "refused").await;
    hear(door, refused, Verdict::Refused(BankReason::NoMoney)).await;
    door.ask(BankAnswered { no: refused, verdict: done(103, "in 2") }).await.unwrap();
    let late = order(BankWay::TopUp, 104, "late").await;
    hear(door, late, Verdict::Unknown).await;
    door.ask(CloseBankOrder { party, no: late }).await.unwrap();
    pass(1_000_000);
    hear(door, late, done(104, "in 3")).await;
    let went = order(BankWay::Withdraw, 2_100_000, "went").await;
    hear(door, went, done(2_100_000, "out 1")).await;
    let back = order(BankWay::Withdraw, 106, "back").await;
    hear(door, back, Verdict::Refused(BankReason::CardBlocked)).await;
    order(BankWay::Withdraw, 107, "waits").await;
    // It says against its word that it did it, twice.
    door.ask(BankAnswered { no: refused, verdict: done(103, "in 4") }).await.unwrap();
    let found_in = order(BankWay::TopUp, 110, "found in").await;
    hear(door, found_in, done(110, "in 10")).await;
    let found_out = order(BankWay::Withdraw, 111, "found out").await;
    hear(door, found_out, done(111, "out 11")).await;
    let lines = [
        (Some(went), false, 2_100_000, "out 1"),
        (Some(went), false, 2_100_000, "out 1"),
        (None, true, 777, "nobody's"),
        (None, false, 770, "nobody's"),
        (Some(refused), true, 103, "in 2"),
        (Some(refused), true, 103, "in 4"),
        (Some(found_in), true, 110, "in of no name"),
        (Some(found_out), false, 111, "out of no name"),
        // Paid out, and sent back by the bank days later.
        (Some(went), true, 2_100_000, "sent back"),
    ];
    statement(door, 20_260_102, &lines).await;
    let close = async |serial, slot, way| {
        let (account, day) = (Text::new("TB1").unwrap(), Day::from_number(20_260_102).unwrap());
        let reason: recon::ClosingReason = Text::new("looked into").unwrap();
        let (first, second) = (Text::new("li").unwrap(), Text::new("wu").unwrap());
        let (at, why) = (account.clone(), reason.clone());
        door.ask(ProposeSuspense { slot, account: at, day, serial, way, reason: why, operator: first })
            .await
            .unwrap();
        if serial != 2 {
            let operator = second;
            door.ask(CloseSuspense { slot, account, day, serial, way, reason, operator }).await.unwrap();
        }
    };
    close(3, Slot::PLATFORM, CloseWay::Own).await;
    close(4, Slot::PLATFORM, CloseWay::Own).await;
    close(5, refused.slot(), CloseWay::GiveBack).await;
    close(9, went.slot(), CloseWay::GiveBack).await;
    // Proposed only.
    close(2, went.slot(), CloseWay::Own).await;
    close(7, found_in.slot(), CloseWay::Match(found_in)).await;
    close(8, found_out.slot(), CloseWay::Match(found_out)).await;
    let unsettled = order(BankWay::TopUp, 109, "without a line").await;
    hear(door, unsettled, done(109, "in 9")).await;
}

/// The bank's statement of a day with these lines, of their orders.
pub(crate) async fn statement(door: &Door, day: u32, of: &[(Option<BankOrderNo>, bool, u64, &str)]) {
    let (day, account) = (Day::from_number(day).unwrap(), Text::new("TB1").unwrap());
    let line = |(serial, (_, is_credit, minor, name)): (u32, &(Option<BankOrderNo>, bool, u64, &str))| {
        let (order_key, reference) = (Text::new("").unwrap(), Text::new(name).unwrap());
        StatementLine {
            serial,
            value_day: day,
            order_key,
            reference,
            is_credit: *is_credit,
            amount: fen(*minor),
        }
    };
    let lines: Vec<StatementLine> = (1..).zip(of).map(line).collect();
    let closing_minor = lines.iter().map(StatementLine::signed_minor).sum();
    let (currency, opening_minor) = (lines[0].amount.currency(), 0);
    let whole = Statement { account, day, currency, opening_minor, closing_minor, lines };
    let (digest, of_lines) = (whole.digest(), u32::try_from(whole.lines.len()).unwrap());
    let account = whole.account.clone();
    let begin = BeginStatement {
        account: account.clone(),
        day,
        currency,
        opening_minor,
        closing_minor,
        lines: of_lines,
        digest,
    };
    door.ask(begin).await.unwrap();
    for (line, (order, ..)) in whole.lines.into_iter().zip(of) {
        let import = ImportLine { account: account.clone(), day, of_lines, line, order: *order };
        door.ask(import).await.unwrap().unwrap();
    }
}

#[test]
fn lines_of_statements() {
    let line = &[("statement_line", StatementWrong)][..];
    let both = &[("statement_line", StatementWrong), ("settlement", StatementWrong)][..];
    run(&[
        Case("statement_line", "serial = 1 AND day = 20260102", "reference = 'other'", line),
        Case("statement_line", "serial = 1 AND day = 20260102", "amount_minor = 1", line),
        Case("statement_line", "serial = 1 AND day = 20260102", "bank_order = bank_order + 100", both),
        Case(
            "statement_line",
            "serial = 2 AND day = 20260102",
            "amount_minor = amount_minor - 1",
            &[("suspense", StatementWrong), ("posting", StatementWrong), ("account", BankSums)],
        ),
        Case(
            "statement_line",
            "serial = 3 AND day = 20260102",
            "is_credit = 0",
            &[("suspense", StatementWrong), ("posting", StatementWrong), ("account", BankSums)],
        ),
        Case(
            "statement_line",
            "serial = 4 AND day = 20260102",
            "class = 'never_sent'",
            &[("suspense", StatementWrong)],
        ),
        Case(
            "suspense",
            "serial = 3 AND day = 20260102",
            "owner = 'customer'",
            &[("suspense", StatementWrong)],
        ),
        Case("suspense", "serial = 2 AND day = 20260102", "party = NULL", &[("suspense", StatementWrong)]),
        Case(
            "suspense",
            "serial = 4 AND day = 20260102",
            "amount_minor = 1",
            &[("suspense", StatementWrong)],
        ),
        Case("settlement", "serial = 1 AND day = 20260102", "serial = 2", line),
        Case(
            "statement_line",
            "reference = 'sent back'",
            "reference = 'out 1'",
            &[("suspense_closing", StatementWrong)],
        ),
        Case(
            "suspense_closing",
            "serial = 3 AND day = 20260102",
            "way = 'given_back'",
            &[("suspense_closing", StatementWrong), ("posting", StatementWrong)],
        ),
        Case(
            "suspense_closing",
            "serial = 5 AND day = 20260102",
            "bank_order = bank_order + 100",
            &[("suspense_closing", StatementWrong), ("bank_order", BankOrderWrong)],
        ),
        Case(
            "suspense_closing",
            "serial = 5 AND day = 20260102",
            "way = 'matched'",
            &[("suspense_closing", StatementWrong)],
        ),
        Case(
            "suspense_closing",
            "serial = 4 AND day = 20260102",
            "way = 'matched'",
            &[("suspense_closing", StatementWrong), ("posting", StatementWrong)],
        ),
        Case(
            "statement",
            "day = 20260102",
            "booked = 5, ended_at_us = NULL",
            &[("statement", StatementWrong)],
        ),
        Case("statement", "day = 20260102", "digest = zeroblob(32)", &[("statement", StatementWrong)]),
        Case("statement", "day = 20260102", "opening_minor = 1", &[("statement", StatementWrong)]),
        Case(
            "surprise_settlement",
            "serial = 6 AND day = 20260102",
            "serial = 5",
            &[("surprise_settlement", StatementWrong), ("posting", StatementWrong), ("account", BankSums)],
        ),
    ]);
}

/// What an operator decided is money on its way: to whom it goes, how much and for which line is looked at.
#[test]
fn what_closings_did_with_suspense() {
    const BACK: &str = "kind = 'return' AND key LIKE '% 5'";
    let closing = &[("suspense_closing", StatementWrong)][..];
    let proposal = &[("suspense_proposal", StatementWrong)][..];
    run(&[
        Case("bank_order", BACK, "about = (SELECT no FROM bank_order WHERE key = 'came')", closing),
        Case("bank_order", BACK, "party = party + 100", closing),
        Case("bank_order", BACK, "currency = 'usd'", closing),
        Case("bank_order", BACK, "amount_minor = amount_minor - 1", closing),
        Case("bank_order", BACK, "key = key || '5'", closing),
        Case("suspense_closing", "serial = 5 AND day = 20260102", "way = 'own'", closing),
        Case("settlement", "reference = 'in of no name'", "reference = 'in 10'", closing),
        Case("settlement", "reference = 'out of no name'", "reference = 'out 11'", closing),
        Case("bank_order", "key = 'found in'", "currency = 'usd'", closing),
        Case("bank_order", "key = 'found out'", "amount_minor = 112", closing),
        Case("suspense_closing", "serial = 7 AND day = 20260102", "way = 'own'", closing),
        Case("suspense_closing", "serial = 7 AND day = 20260102", "approved_by = operator", closing),
        Case("suspense_closing", "serial = 7 AND day = 20260102", "approved_by = NULL", closing),
        Case("suspense_closing", "serial = 7 AND day = 20260102", "operator = ''", closing),
        Case("suspense_closing", "serial = 7 AND day = 20260102", "approved_by = ' ' || operator", closing),
        Case("suspense_proposal", "serial = 2 AND day = 20260102", "way = 'matched'", proposal),
        Case("suspense_proposal", "serial = 2 AND day = 20260102", "way = 'given_back'", proposal),
        Case(
            "suspense_proposal",
            "serial = 2 AND day = 20260102",
            "bank_order = 1700000000000000012",
            proposal,
        ),
        Case("suspense_proposal", "serial = 2 AND day = 20260102", "operator = ''", proposal),
        Case("suspense_proposal", "serial = 2 AND day = 20260102", "reason = 'another'", &[]),
        Case("suspense_closing", "serial = 8 AND day = 20260102", "bank_order = bank_order + 100", closing),
    ]);
}

#[test]
fn a_proposal_stands_for_a_suspense_that_is_open() {
    let closed = "slot = (SELECT slot FROM suspense_closing WHERE serial = 3 AND day = 20260102), serial = 3";
    for place in [closed, "serial = 77"] {
        let world = World::copy();
        world.change(&format!("UPDATE suspense_proposal SET {place}"));
        let report = world.verify();
        let message = &found(&report, StatementWrong, "suspense_proposal").message;
        assert!(message.contains("closed, or not there"), "{message}");
    }
}

#[test]
fn in_which_order_somebody_pays() {
    const ORDER: &[(&str, FindingKind)] = &[("pocket_order", CardWrong)];
    run(&[
        Case("pocket_order", "slot >= 0", "pockets = 'balance,balance'", ORDER),
        Case("pocket_order", "slot >= 0", "pockets = '2026010100004100000000000000'", ORDER),
        Case("pocket_order", "slot >= 0", "pockets = 'cash'", &[("pocket_order", RowUnreadable)]),
        Case(
            "card",
            "last_four = '1234' AND party IN (SELECT party FROM pocket_order)",
            "state = 'unbound'",
            ORDER,
        ),
    ]);
    let world = World::copy();
    let text: String =
        world.sql().query_row("SELECT pockets FROM pocket_order", (), |row| row.get(0)).unwrap();
    assert!(
        text.ends_with(",balance") && text.split(',').count() == 2,
        "the card that was given up is gone: {text}"
    );
}

#[test]
fn cards_and_bank_orders() {
    const DRAFT: &str = "key = 'draft'";
    const CAME: &str = "key = 'came'";
    const LATE: &str = "key = 'late'";
    const BACK: &str = "kind = 'return'";
    const WENT: &str = "key = 'went'";
    const WAITS: &str = "key = 'waits'";
    let order = &[("bank_order", BankOrderWrong)][..];
    let order_and_sums = &[("bank_order", BankOrderWrong), ("account", BankSums)][..];
    run(&[
        Case("card", "last_four = '1234'", "agreement = NULL", &[("card", CardWrong)]),
        Case("card", "last_four = '1234'", "digest = zeroblob(16)", &[("card_name", CardWrong)]),
        Case(
            "card",
            "last_four = '5678'",
            "state = 'bound', digest = (SELECT digest FROM card LIMIT 1)",
            &[("card", CardWrong)],
        ),
        Case("card_name", "no > 0", "no = no + 100", &[("card_name", CardWrong), ("card", CardWrong)]),
        Case(
            "posting",
            "no = (SELECT min(no) FROM posting WHERE kind = 'card_in')",
            "account_2 = account_2 + 10000000",
            &[("posting", PostingShape)],
        ),
        Case("bank_order", CAME, "amount_minor = amount_minor + 1", order_and_sums),
        Case("bank_order", CAME, "state = 'failed'", order_and_sums),
        Case("bank_order", CAME, "bank_ref = NULL", order),
        Case("bank_order", CAME, "reason = 'other'", order),
        Case("bank_order", CAME, "next_try_at_us = 1", order),
        Case(
            "bank_order",
            CAME,
            "counted_at_us = NULL",
            &[("bank_order", BankOrderWrong), ("usage", UsageWrong)],
        ),
        Case("bank_order", CAME, "card = card + 100", order),
        Case("bank_order", CAME, "about = no", order),
        Case("bank_order", CAME, "tries = 0", order),
        Case(
            "bank_order",
            CAME,
            "key = 'other'",
            &[("bank_order", BankOrderWrong), ("bank_order_key", BankOrderWrong)],
        ),
        Case(
            "bank_order",
            DRAFT,
            "timer = NULL, gives_up_at_us = NULL",
            &[("bank_order", BankOrderWrong), ("timer", TimerWrong)],
        ),
        Case(
            "timer",
            "task = 'give_up_bank_order'",
            "order_no = order_no + 100",
            &[("timer", TimerWrong), ("bank_order", TimerWrong)],
        ),
        Case("bank_order", LATE, "state = 'returned'", order),
        Case("bank_order", LATE, "state = 'done'", order),
        Case("bank_order", BACK, "amount_minor = amount_minor - 1", &[("account", BankSums)]),
        Case("bank_order", BACK, "about = about + 100", order),
        Case("bank_order", BACK, "state = 'returning'", order_and_sums),
        Case(
            "bank_order",
            WENT,
            "fee_minor = fee_minor + 1",
            &[("bank_order", BankOrderWrong), ("account", FeeIncome)],
        ),
        Case("bank_order", WENT, "free_minor = free_minor - 1", &[("usage", UsageWrong)]),
        Case(
            "bank_order",
            WENT,
            "life_minor = amount_minor - 1",
            &[("bank_order", BankOrderWrong), ("party", UsageWrong)],
        ),
        Case("bank_order", WENT, "life_minor = amount_minor + fee_minor", &[("party", UsageWrong)]),
        Case(
            "bank_order",
            WAITS,
            "amount_minor = amount_minor + 1",
            &[("bank_order", BankOrderWrong), ("account", BankSums), ("usage", UsageWrong)],
        ),
        Case("usage", "kind = 'withdraw_day'", "sum_minor = sum_minor - 1", &[("usage", UsageWrong)]),
        Case(
            "bank_surprise",
            "bank_ref = 'in 2'",
            "booked = 0",
            &[("bank_surprise", BankOrderWrong), ("account", BankSums)],
        ),
        Case("bank_surprise", "bank_ref = 'in 2'", "amount_minor = 1", order_and_sums),
    ]);
}

#[test]
fn a_return_that_was_opened_twice_is_named() {
    let world = World::copy();
    world.change(
        "INSERT INTO bank_order SELECT slot, no + 100, party, card, kind, state, currency, amount_minor, fee_minor,
            free_minor, counted_at_us, about, key || '2', asked_at_us, next_try_at_us, tries, bank_ref, reason,
            heard_at_us, timer, gives_up_at_us, life_minor FROM bank_order WHERE kind = 'return'",
    );
    let report = world.verify();
    let twice = report
        .findings
        .iter()
        .any(|finding| finding.kind == BankOrderWrong && finding.message.contains("2 returns of 208 in all"));
    assert!(twice, "{report}");
    assert!(found(&report, BankSums, "account").message.contains("clearing_out"), "{report}");
}
