//! Pre-authorisations: a few that lived, and one row of them changed at a time.

use crate::rows::{Case, run};
use crate::world::World;
use audit::FindingKind::*;
use audit::Options;
use base::{AppId, PartyId, Slot, SlotSet, Text};
use cell::Door;
use engine::{
    CancelFreeze, ClaimFreeze, OpenFreeze, OpenOrder, PayBy, PayFrozen, Unfreeze, WhichFreeze, WhichOperation,
};
use money::{Currency, Money};
use trade::{FreezeDelivery, FreezeMeaning, FreezeProduct, FreezeWay, Timeout, WireCharset};

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

fn open(shop: PartyId, app: AppId, number: &str, amount: u64, pay_by: Option<PayBy>) -> OpenFreeze {
    OpenFreeze {
        seller: shop,
        app,
        out_order_no: Text::new(number).unwrap(),
        meaning: FreezeMeaning {
            out_request_no: Text::new("R0").unwrap(),
            way: if pay_by.is_some() { FreezeWay::Code } else { FreezeWay::Voucher },
            product: FreezeProduct::PreAuth,
            amount: fen(amount),
            title: Text::new("押金").unwrap(),
        },
        delivery: FreezeDelivery {
            notify_url: Some(Text::new("http://127.0.0.1:1/notify").unwrap()),
            charset: WireCharset::Utf8,
            rsa1: false,
        },
        timeout: Some(Timeout::After(3_600_000_000)),
        pay_by,
    }
}

/// One freeze that waits, one that is held and partly used, one that is used up, one that was cancelled.
pub(crate) async fn live(door: &Door, shop: PartyId, alice: PartyId, codes: [PayBy; 3], order: OpenOrder) {
    let app = order.app;
    let waits = door.ask(open(shop, app, "F1", 500, None)).await.unwrap();
    door.ask(ClaimFreeze { freeze: waits.no, payer: alice }).await.unwrap();
    let [held, used, cancelled] = codes;
    let held = door.ask(open(shop, app, "F2", 3_000, Some(held))).await.unwrap();
    let free = Unfreeze {
        seller: shop,
        freeze: held.no,
        out_request_no: Text::new("U1").unwrap(),
        amount: fen(1_000),
        remark: Text::new("part").unwrap(),
        notify_url: None,
    };
    door.ask(free).await.unwrap();
    let used = door.ask(open(shop, app, "F3", 4_000, Some(used))).await.unwrap();
    let (product, complete) = (FreezeProduct::PreAuth, true);
    door.ask(PayFrozen { order, freeze: used.no, product, complete }).await.unwrap();
    door.ask(open(shop, app, "F4", 600, Some(cancelled))).await.unwrap();
    let cancel = CancelFreeze {
        seller: shop,
        which: WhichFreeze::Out(Text::new("F4").unwrap()),
        operation: WhichOperation::Out(None, Text::new("R0").unwrap()),
        remark: Text::new("undo").unwrap(),
        notify_url: None,
    };
    door.ask(cancel).await.unwrap();
}

#[test]
fn freezes() {
    const FROZE: &str = "no = (SELECT min(no) FROM notice WHERE content LIKE '%fund_auth_freeze%')";
    const FREED: &str = "no = (SELECT min(no) FROM notice WHERE content LIKE '%fund_auth_unfreeze%')";
    const CANCELLED: &str =
        "no = (SELECT min(no) FROM notice WHERE content LIKE '%fund_auth_operation_cancel%')";
    const HELD: &str = "out_order_no = 'F2'";
    const USED: &str = "out_order_no = 'F3'";
    run(&[
        Case("freeze", HELD, "rest_minor = rest_minor + 1", &[("freeze", FreezeWrong)]),
        Case(
            "freeze",
            HELD,
            "rest_minor = rest_minor + 1, unfrozen_minor = unfrozen_minor - 1",
            &[("freeze", FreezeWrong)],
        ),
        Case(
            "freeze",
            USED,
            "unfrozen_minor = unfrozen_minor + 1, paid_minor = paid_minor - 1",
            &[("freeze", FreezeWrong)],
        ),
        Case("freeze", HELD, "frozen_at_us = NULL", &[("freeze", FreezeWrong)]),
        Case("freeze", HELD, "payer = NULL", &[("freeze", FreezeWrong)]),
        Case("freeze", HELD, "state = 'finish'", &[("freeze", FreezeWrong), ("timer", TimerWrong)]),
        Case("freeze", USED, "state = 'closed'", &[("freeze", FreezeWrong)]),
        Case("freeze", HELD, "under_way = 1", &[("freeze", FreezeWrong)]),
        Case("freeze", HELD, "app = app + 100", &[("freeze", FreezeWrong), ("notice", NoticeWrong)]),
        Case("freeze", HELD, "seller = seller + 100", &[("freeze", PartyWrong), ("freeze", FreezeWrong)]),
        Case("freeze", HELD, "timer = timer + 100", &[("freeze", TimerWrong), ("timer", TimerWrong)]),
        Case("freeze", "out_order_no = 'F1'", "expires_at_us = 1", &[("timer", TimerWrong)]),
        Case("freeze", HELD, "opened_at_us = 1", &[("freeze", FreezeWrong)]),
        Case(
            "freeze",
            HELD,
            "out_order_no = 'other'",
            &[("freeze", NumberWrong), ("freeze_number", NumberWrong)],
        ),
        Case("freeze_number", HELD, "freeze = 7", &[("freeze", NumberWrong), ("freeze_number", NumberWrong)]),
        Case("freeze_operation", "kind = 'unfreeze'", "amount_minor = 1", &[("freeze", FreezeWrong)]),
        Case(
            "freeze_operation",
            "kind = 'unfreeze'",
            "rest_after_minor = rest_after_minor + 1",
            &[("freeze_operation", FreezeWrong)],
        ),
        Case(
            "freeze_operation",
            "kind = 'pay'",
            "rest_after_minor = rest_after_minor + 1",
            &[("freeze_operation", FreezeWrong)],
        ),
        Case("freeze_operation", "kind = 'unfreeze'", "at_us = 1", &[("freeze_operation", FreezeWrong)]),
        Case("freeze_operation", "kind = 'pay'", "order_no = 7", &[("freeze_operation", FreezeWrong)]),
        Case("freeze_operation", "kind = 'pay'", "amount_minor = 1", &[("freeze_operation", FreezeWrong)]),
        Case(
            "freeze_operation",
            "kind = 'pay'",
            "state = 'returned'",
            &[("freeze_operation", FreezeWrong), ("freeze", FreezeWrong)],
        ),
        Case("freeze_operation", "kind = 'pay'", "done_at_us = NULL", &[("freeze_operation", FreezeWrong)]),
        Case("freeze_operation", "kind = 'pay'", "kind = 'unfreeze'", &[("freeze", FreezeWrong)]),
        Case(
            "frozen",
            "state = 'held'",
            "held_minor = held_minor + 1",
            &[("frozen", FreezeWrong), ("freeze", FreezeWrong)],
        ),
        Case("frozen", "state = 'held'", "hold = 7", &[("frozen", FreezeWrong), ("hold", HoldWrong)]),
        Case("frozen", "state = 'held'", "state = 'over'", &[("frozen", FreezeWrong)]),
        Case("frozen", "state = 'held'", "amount_minor = 1", &[("frozen", FreezeWrong)]),
        Case(
            "frozen",
            "state = 'held'",
            "payer = payer + 100",
            &[("frozen", FreezeWrong), ("frozen", PartyWrong), ("freeze", FreezeWrong)],
        ),
        Case("frozen", "state = 'over'", "state = 'waiting'", &[("freeze", FreezeWrong)]),
        Case("frozen", "state = 'waiting'", "state = 'over'", &[("freeze", FreezeWrong)]),
        Case(
            "hold",
            "no IN (SELECT hold FROM frozen)",
            "amount_minor = 1",
            &[("frozen", FreezeWrong), ("account", AccountHeld)],
        ),
        Case(
            "hold",
            "no IN (SELECT hold FROM frozen)",
            "state = 'released'",
            &[("frozen", FreezeWrong), ("account", AccountHeld)],
        ),
        Case("notice", FROZE, "url = 'http://other/'", &[("notice", NoticeWrong)]),
        Case("notice", FROZE, "app = app + 100", &[("notice", NoticeWrong)]),
        Case(
            "notice",
            FROZE,
            "content = replace(content, 'fund_auth_freeze', 'fund_auth_thaw')",
            &[("notice", NoticeWrong), ("freeze", NoticeWrong)],
        ),
        Case(
            "notice",
            CANCELLED,
            "content = replace(content, 'fund_auth_operation_cancel', 'fund_auth_thaw')",
            &[("notice", NoticeWrong), ("freeze", NoticeWrong)],
        ),
        Case("notice", CANCELLED, "url = 'http://other/'", &[("notice", NoticeWrong)]),
        Case(
            "freeze",
            "out_order_no = 'F4'",
            "cancelled = 0",
            &[("notice", NoticeWrong), ("freeze", NoticeWrong)],
        ),
        Case("notice", FREED, "content = '[]'", &[("notice", NoticeWrong), ("freeze", NoticeWrong)]),
        Case("notice", FREED, "url = 'http://other/'", &[("notice", NoticeWrong)]),
        Case("freeze", HELD, "notify_url = NULL", &[("notice", NoticeWrong)]),
        Case(
            "timer",
            "task = 'end_freeze'",
            "order_no = 7",
            &[("timer", TimerWrong), ("freeze", TimerWrong)],
        ),
    ]);
}

/// Of a world of several cells each is verified alone: what lies in another one is not missed.
#[test]
fn what_lies_in_another_cell_is_not_missed() {
    let world = World::copy();
    let slot = |table: &str| -> u8 {
        world.sql().query_row(&format!("SELECT min(slot) FROM {table}"), (), |row| row.get(0)).unwrap()
    };
    let (at_shop, at_payer) = (slot("freeze"), slot("frozen WHERE state = 'held'"));
    assert_ne!(at_shop, at_payer, "the payer is elsewhere");
    for (gone, named, home) in [("freeze", "frozen", at_payer), ("frozen", "freeze", at_shop)] {
        let world = World::copy();
        world.change(&format!("DELETE FROM {gone}"));
        let home = SlotSet::of([Slot::new(home).unwrap()]);
        let cell = Options { home, ..Options::default() };
        let wrong = |report: &audit::Report| {
            let about = report
                .findings
                .iter()
                .filter(|finding| finding.table == named && finding.kind == FreezeWrong);
            about.count()
        };
        assert!(wrong(&world.verify()) > 0, "in a world of one cell it is");
        assert_eq!(wrong(&world.verify_with(cell)), 0, "{named} without {gone}");
    }
}
