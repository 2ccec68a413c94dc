//! Payments by counter codes: a small world that lived, and one thing of it changed at a time. Each check is known by
//! what it says, so that none can be taken out unseen.

use crate::funds::{bind, done, hear};
use crate::world::{World, found};
use audit::FindingKind::{PartyWrong, UsageWrong};
use audit::{Replay, Report};
use base::{OrderNo, PartyId};
use cell::Door;
use engine::{CloseBankOrder, JudgePassword, LastTry, PayByCard, TryPassword, Verdict};
use trade::STATIC_WAITING_MAX;

/// C1 is paid from the wallet. By card, C2 is given up and waits, C3 is given up and paid from the wallet, C4 waits for
/// the bank, C5 is paid and refunded in part. The others nobody pays: as many wait as may.
pub(crate) const ORDERS: u32 = STATIC_WAITING_MAX + 3;

/// What happens at the bank of one of them.
pub(crate) async fn pay(door: &Door, number: u32, order_no: OrderNo, buyer: PartyId) {
    if !(2..=5).contains(&number) {
        return;
    }
    let card = bind(door, buyer, &format!("100{number}")).await;
    let attempt = door.ask(TryPassword { party: buyer, about: order_no }).await.unwrap().attempt;
    door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
    let last_try = LastTry::Unsaid;
    let no = door.ask(PayByCard { buyer, order_no, card, attempt, last_try }).await.unwrap().no;
    match number {
        2 | 3 => {
            hear(door, no, Verdict::Unknown).await;
            door.ask(CloseBankOrder { party: buyer, no }).await.unwrap();
        }
        5 => hear(door, no, done(1_500, "in 5")).await,
        _ => {}
    }
}

/// Puts the numbers of orders in: `{C1}`.
fn filled(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some((before, rest)) = text.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        let number = format!("(SELECT no FROM order_number WHERE out_trade_no = '{name}')");
        text = format!("{before}{number}{after}");
    }
    text
}

fn changed(statements: &str) -> Report {
    let world = World::of_counter_codes();
    world.change(&filled(statements));
    world.verify()
}

/// Whether this is said of a row of a table.
fn says(report: &Report, table: &str, message: &str) -> bool {
    let said = |finding: &&audit::Finding| finding.table == table && finding.message.contains(message);
    report.findings.iter().filter(said).any(|finding| finding.kind == UsageWrong)
}

/// Whether anything is said of counter codes, but that rows differ from the journal.
fn blames_counters(report: &Report) -> bool {
    let of_counters = |finding: &&audit::Finding| finding.table.starts_with("static_");
    report.findings.iter().filter(of_counters).any(|finding| finding.kind == UsageWrong)
}

#[test]
fn what_lived_is_clean_and_is_decided_again_the_same() {
    let report = World::of_counter_codes().replay(Replay::ALL);
    assert!(report.is_clean(), "{report}");
    let rows = |table: &str| report.figures.rows.iter().find(|(name, _)| *name == table).unwrap().1;
    // Four cards and the wallet.
    assert_eq!((rows("static_pay"), rows("static_use"), rows("static_wait")), (u64::from(ORDERS), 5, 1));
}

/// The orders of merchants whose slots lie in other cells are not there.
#[test]
fn a_cell_of_buyers_alone_counts_what_was_given_up() {
    let report = changed("DELETE FROM orders");
    assert!(!blames_counters(&report), "{report}");
}

/// An order that was never there leaves no trade; what a card was asked for it counts by itself.
#[test]
fn what_pays_an_order_that_was_never_there_counts_until_its_last_word() {
    const FORGOTTEN: &str = "DELETE FROM trade WHERE no IN ({C2}, {C4});
        UPDATE static_wait SET waiting = waiting - 2;
        UPDATE static_pay SET card = NULL, counted_at_us = NULL, counted_minor = 0 WHERE order_no = {C4}";
    let report = changed(FORGOTTEN);
    assert!(!blames_counters(&report), "{report}");
    for about in ["{C2}", "{C4}"] {
        let report =
            changed(&format!("{FORGOTTEN}; UPDATE bank_order SET state = 'closed' WHERE about = {about}"));
        assert!(says(&report, "static_use", "it counts 1500, trades 0"), "{about}\n{report}");
        // Its bank has said its last word, and the room is given back.
        let given_back = "UPDATE static_use SET sum_minor = 0 WHERE pocket = \
            (SELECT card.digest FROM card JOIN bank_order ON bank_order.card = card.no WHERE bank_order.about =";
        let report = changed(&format!(
            "{FORGOTTEN}; UPDATE bank_order SET state = 'closed' WHERE about = {about}; {given_back} {about})"
        ));
        assert!(!blames_counters(&report), "{about}\n{report}");
    }
    let report = changed("DELETE FROM trade WHERE no = {C4}");
    assert!(says(&report, "static_pay", "it counts, and no trade has this number"), "{report}");
    let report = changed("DELETE FROM trade WHERE no = {C6}");
    assert!(says(&report, "static_pay", "no trade has this number"), "{report}");
    let report = changed("DELETE FROM trade WHERE no = {C2}; UPDATE bank_order SET party = party + 100000");
    assert!(says(&report, "static_pay", "no trade has this number"), "another payer's card\n{report}");
}

#[test]
fn each_wrong_row_is_named_for_what_is_wrong_with_it() {
    for (change, table, message) in [
        (
            "DELETE FROM static_pay WHERE order_no = {C6}",
            "trade",
            "it came by a counter code, and that is not noted",
        ),
        ("UPDATE static_use SET day = 20260199", "static_use", "its day is none"),
        (
            "UPDATE static_use SET sum_minor = 1 WHERE pocket = zeroblob(16)",
            "static_use",
            "it counts 1, trades 3000",
        ),
        ("UPDATE static_wait SET waiting = 9", "static_wait", "it counts 9 that wait, trades 10"),
        ("DELETE FROM static_wait", "static_wait", "it counts 0 that wait, trades 10"),
        // One more than may, which both sides say.
        (
            "UPDATE static_wait SET waiting = 11; UPDATE trade SET state = 'waiting' WHERE no = {C1}",
            "static_wait",
            "it counts 11 that wait, trades 11",
        ),
        ("DELETE FROM static_pay WHERE order_no = {C2}", "static_use", "it counts 1500, trades 0"),
        (
            "UPDATE trade SET buyer = buyer + 100000 WHERE no = {C1}",
            "static_pay",
            "its trade is another payer's",
        ),
        (
            "UPDATE trade SET refunded_minor = 1 WHERE no = {C1}",
            "static_pay",
            "something else than its trade took and did not give back",
        ),
        (
            "UPDATE trade SET state = 'closed' WHERE no = {C1}",
            "static_pay",
            "something else than its trade took and did not give back",
        ),
        (
            "UPDATE bank_order SET state = 'failed' WHERE about = {C4}",
            "static_pay",
            "something else than its trade took and did not give back",
        ),
        (
            "UPDATE static_pay SET counted_at_us = NULL WHERE order_no = {C1}",
            "static_pay",
            "at no moment, or in another pocket",
        ),
        (
            "UPDATE static_pay SET card = (SELECT min(no) FROM card) WHERE order_no = {C1}",
            "static_pay",
            "at no moment, or in another pocket",
        ),
        (
            "UPDATE static_pay SET card = NULL WHERE order_no = {C5}",
            "static_pay",
            "at no moment, or in another pocket",
        ),
        (
            "UPDATE static_pay SET counted_at_us = counted_at_us - 1 WHERE order_no = {C1}",
            "static_pay",
            "at another moment than its trade was paid",
        ),
        (
            "UPDATE static_pay SET counted_at_us = counted_at_us + 5000000 WHERE order_no = {C5}",
            "static_pay",
            "at another moment than its trade was paid",
        ),
    ] {
        let report = changed(change);
        assert!(says(&report, table, message), "{change}\n{report}");
    }
}

#[test]
fn what_is_no_fault_is_not_named() {
    for change in [
        // A card counts when its bank is asked, which is before it pays.
        "UPDATE static_pay SET counted_at_us = counted_at_us - 1 WHERE order_no = {C5}",
        // An order can be closed while its bank is asked.
        "UPDATE trade SET state = 'closed' WHERE no = {C4}; UPDATE static_wait SET waiting = 9",
        "UPDATE bank_order SET state = 'unknown' WHERE about = {C4}",
    ] {
        let report = changed(change);
        assert!(!blames_counters(&report), "{change}\n{report}");
    }
}

/// Trades and counter agree, and both say more than may be paid in a day.
#[test]
fn more_than_may_be_paid_in_a_day_is_named() {
    for (fen, is_above) in [(50_000, false), (50_001, true)] {
        let report = changed(&format!(
            "UPDATE static_pay SET counted_minor = {} WHERE order_no = {{C1}};
             UPDATE static_use SET sum_minor = {fen} WHERE pocket = zeroblob(16)",
            fen - 1_500
        ));
        assert!(!says(&report, "static_use", "it counts"), "{report}");
        let told = format!("{fen} was paid, above the limit of 50000");
        assert_eq!(says(&report, "static_use", &told), is_above, "{report}");
    }
}

#[test]
fn whoever_is_named_is_a_party_of_the_slot() {
    for table in ["static_pay", "static_use", "static_wait"] {
        let report = changed(&format!("UPDATE {table} SET payer = payer + 100000"));
        found(&report, PartyWrong, table);
    }
}
