//! Guaranteed trades: clean over a world that has them, and a finding for each thing that is changed.

use crate::world::{World, found};
use audit::FindingKind::{self, *};

/// The number of an order by its merchant's number.
fn order(number: &str) -> String {
    format!("(SELECT no FROM orders WHERE out_trade_no LIKE '{number}-%')")
}

#[test]
fn a_world_with_guaranteed_trades_is_clean() {
    let world = World::with_escrows();
    let report = world.verify();
    assert!(report.is_clean(), "{report}");
    let replayed = world.replay(audit::Replay::ALL);
    assert!(replayed.is_clean(), "{replayed}");
    let rows = |table| report.figures.rows.iter().find(|(name, _)| *name == table).unwrap().1;
    assert_eq!((rows("escrow"), rows("escrow_case"), rows("escrow_step")), (5, 4, 25));
}

#[test]
fn each_change_is_named() {
    let cases: &[(&str, &str, &str, FindingKind, &str)] = &[
        ("escrow", "E3", "held_minor = held_minor - 1, released_minor = 1", EscrowSums, "escrow"),
        ("escrow", "E3", "held_minor = held_minor - 1, released_minor = 1", EscrowHeld, "account"),
        ("escrow", "E3", "paid_minor = 2001, held_minor = 2001", EscrowSums, "escrow"),
        ("escrow", "E2", "refunded_minor = 0, held_minor = 2000", EscrowSums, "escrow"),
        ("escrow", "E1", "state = 'wait_buyer_confirm'", EscrowWrong, "escrow"),
        ("escrow", "E3", "goods = 'virtual'", EscrowWrong, "escrow"),
        ("escrow", "E3", "buyer = seller", EscrowWrong, "escrow"),
        ("escrow", "E3", "paid_at_us = paid_at_us + 1", EscrowWrong, "escrow"),
        ("escrow", "E1", "ended_at_us = NULL", EscrowWrong, "escrow"),
        ("escrow", "E3", "open_case = NULL", EscrowWrong, "escrow"),
        ("escrow", "E3", "steps = steps + 1", EscrowWrong, "escrow"),
        ("escrow", "E3", "cases = 2", EscrowWrong, "escrow"),
        ("escrow", "E3", "due_at_us = due_at_us + 1", TimerWrong, "escrow"),
        ("escrow", "E3", "timer = NULL", TimerWrong, "escrow"),
        ("escrow", "E3", "due_at_us = due_at_us + 1", TimerWrong, "timer"),
        ("escrow_case", "E3", "state = 'closed', ended_at_us = 1", EscrowWrong, "escrow"),
        ("escrow_case", "E2", "granted_minor = 699", EscrowWrong, "escrow"),
        ("escrow_case", "E2", "refund_no = NULL", EscrowWrong, "escrow"),
        ("escrow_step", "E2' AND kind = 'sent", "state = 'finished'", EscrowWrong, "escrow"),
        ("escrow_step", "E2' AND kind = 'case_agreed", "side = 'buyer'", EscrowWrong, "escrow"),
        ("escrow_step", "E2' AND kind = 'case_agreed", "case_state = 'closed'", EscrowWrong, "escrow"),
        ("escrow_step", "E2' AND kind = 'case_agreed", "no = 9", EscrowWrong, "escrow"),
        // Amounts of steps.
        ("escrow_step", "E5' AND kind = 'case_opened", "amount_minor = 701", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'decided", "amount_minor = 299", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'case_arrived", "amount_minor = 299", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'paid", "amount_minor = 1999", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'sent", "amount_minor = 1", EscrowWrong, "escrow"),
        ("escrow_step", "E4' AND kind = 'given_back", "amount_minor = 1999", EscrowWrong, "escrow"),
        ("escrow_step", "E4' AND kind = 'returned", "amount_minor = 1999", EscrowWrong, "escrow"),
        ("escrow_case", "E5", "claim_minor = 701", EscrowWrong, "escrow"),
        ("escrow_case", "E4", "refund_no = '~9'", EscrowWrong, "escrow"),
        ("escrow_case", "E5", "goods_state = 'not_received'", EscrowWrong, "escrow"),
        // Sides of steps outside of cases.
        ("escrow_step", "E5' AND kind = 'paid", "side = 'seller'", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'sent", "side = 'buyer'", EscrowWrong, "escrow"),
        ("escrow_step", "E5' AND kind = 'extended", "side = 'platform'", EscrowWrong, "escrow"),
        ("escrow_step", "E1' AND kind = 'confirmed", "side = 'platform'", EscrowWrong, "escrow"),
        ("escrow_step", "E4' AND kind = 'returned", "side = 'seller'", EscrowWrong, "escrow"),
        // What is counted, and clocks.
        ("escrow", "E5", "seller_extensions = 2", EscrowWrong, "escrow"),
        ("escrow", "E5", "buyer_extensions = 1", EscrowWrong, "escrow"),
        ("escrow", "E5", "ends = 1", EscrowWrong, "escrow"),
        ("escrow", "E3", "reminded = 1", EscrowWrong, "escrow"),
        ("escrow", "E3", "receipt_left_us = 5", EscrowWrong, "escrow"),
        ("escrow", "E5", "receipt_due_at_us = receipt_due_at_us + 1", EscrowWrong, "escrow"),
        ("escrow", "E5", "sent_at_us = sent_at_us + 1", EscrowWrong, "escrow"),
        ("escrow", "E5", "pending_no = '~8'", EscrowWrong, "escrow"),
        ("escrow_case", "E5", "buyer_evidence = 2", EscrowWrong, "escrow"),
        ("escrow_case", "E5", "seller_evidence = 1", EscrowWrong, "escrow"),
        ("escrow_case", "E5", "service = 'needed'", EscrowWrong, "escrow"),
        ("escrow_case", "E3", "since_us = since_us + 1", EscrowWrong, "escrow"),
        ("escrow_step", "E3' AND kind = 'case_opened", "at_us = at_us + 1", TimerWrong, "escrow"),
        ("orders", "E1", "fee_minor = fee_minor + 1", FeeWrong, "escrow"),
        ("orders", "E3", "state = 'finished'", EscrowWrong, "escrow"),
        ("notice", "E3", "event = 'paid', content = NULL", NoticeWrong, "escrow"),
    ];
    let lived = World::with_escrows();
    for (table, which, set, kind, on) in cases {
        let world = World::of(&lived);
        let (number, more) = which
            .split_once('\'')
            .map_or((*which, String::new()), |(number, more)| (number, format!("{more}'")));
        let column = if *table == "orders" { "no" } else { "order_no" };
        let exact = if *table == "notice" {
            format!("no = (SELECT max(no) FROM notice WHERE order_no = {})", order(number))
        } else {
            format!("{column} = {}{more}", order(number))
        };
        world.change(&format!("UPDATE {table} SET {set} WHERE {exact}"));
        let report = world.verify();
        found(&report, *kind, on);
    }
}
