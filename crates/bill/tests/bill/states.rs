//! What each row of a deal is to its person: state, direction, pocket, what came back, and what happened in order.

use crate::samples::*;
use base::{BankOrderNo, OrderNo};
use bill::{
    BillDirection, BillFilter, BillKind, BillPocket, BillState, Deal, Happened, bill_page, bill_story,
    deal_of,
};
use engine::Row;
use fund::{BankOrder, BankOrderKey, BankOrderKind, BankOrderState, BankReason};
use money::{Currency, Minor};
use std::sync::Arc;
use store::{MemoryStore, Store};
use trade::{Escrow, EscrowState, Goods, Refund, RefundState, Trade, TradeState};
use transfer::{Transfer, TransferState};

fn tables(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
    let mut store = MemoryStore::new();
    post(&mut store, beside());
    post(&mut store, rows);
    store
}

type Told = (BillState, BillDirection, Option<BillPocket>, u64);

fn told(deal: &Deal) -> Told {
    let refunded = deal.refunded().minor().units().unsigned_abs();
    (deal.state(false), deal.direction(), deal.pocket(), refunded)
}

#[test]
fn payments_are_told_as_they_stand() {
    use {BillDirection as D, BillPocket as P, BillState as S};
    let (waits, paid) = (trade(NOON_US), paid(NOON_US));
    let by_card = Some(BankOrderNo::of(stamp(NOON_US + 9), ann().slot()));
    let closed = Trade { state: TradeState::Closed, closed_at_us: Some(NOON_US + 5), ..waits.clone() };
    let back = |units, state| Trade { refunded_minor: minor(units), state, ..paid.clone() };
    for (trade, expected) in [
        (waits.clone(), (S::Waiting, D::Out, None, 0)),
        (Trade { bank_order: by_card, ..waits }, (S::UnderWay, D::Out, Some(P::Card), 0)),
        (paid.clone(), (S::Paid, D::Out, Some(P::Balance), 0)),
        (Trade { bank_order: by_card, ..paid.clone() }, (S::Paid, D::Out, Some(P::Card), 0)),
        (back(4_00, TradeState::Paid), (S::PartlyRefunded, D::Out, Some(P::Balance), 4_00)),
        (back(10_00, TradeState::Closed), (S::Refunded, D::Out, Some(P::Balance), 10_00)),
        (closed, (S::Closed, D::Neutral, None, 0)),
    ] {
        let deal = Deal::Payment(Arc::new(trade));
        assert_eq!(told(&deal), expected, "{deal:?}");
    }
}

#[test]
fn transfers_are_told_as_they_stand() {
    use {BillDirection as D, BillPocket as P, BillState as S, TransferState as T};
    let balance = Some(P::Balance);
    for (state, is_paid, expected) in [
        (T::Offered, false, (S::Waiting, D::Out, None, 0)),
        (T::Waiting, true, (S::UnderWay, D::Out, balance, 0)),
        (T::UnderWay, true, (S::UnderWay, D::Out, balance, 0)),
        (T::Done, true, (S::Done, D::Out, balance, 0)),
        (T::Returned, true, (S::Returned, D::Out, balance, 5_00)),
        (T::Cancelled, true, (S::Returned, D::Out, balance, 5_00)),
        (T::Cancelled, false, (S::Closed, D::Neutral, None, 0)),
    ] {
        let paid_at_us = Some(NOON_US + 1).filter(|_| is_paid);
        let deal = Deal::Sent(Arc::new(Transfer { state, paid_at_us, ..sent(NOON_US) }));
        assert_eq!(told(&deal), expected, "{deal:?}");
    }
    let had = Deal::Received(Arc::new(received(NOON_US)));
    assert_eq!(told(&had), (S::Done, D::In, balance, 0));
}

#[test]
fn orders_to_the_bank_are_told_as_they_stand() {
    use {BankOrderKind as K, BankOrderState as B, BillState as S};
    for (state, expected, refunded) in [
        (B::Draft, S::Waiting, 0),
        (B::Asked, S::UnderWay, 0),
        (B::Unknown, S::UnderWay, 0),
        (B::GivenUp, S::UnderWay, 0),
        (B::Done, S::Done, 0),
        (B::Failed, S::Failed, 0),
        (B::Closed, S::Closed, 0),
        (B::Returning, S::UnderWay, 0),
        (B::Returned, S::Returned, 20_00),
        (B::Credited, S::Done, 0),
    ] {
        for (kind, pocket) in [(K::TopUp, BillPocket::Card), (K::Withdraw, BillPocket::Balance)] {
            let order = Arc::new(BankOrder { state, ..at_bank(NOON_US, kind) });
            let deal = Deal::of_bank_order(order).unwrap();
            assert_eq!(told(&deal), (expected, BillDirection::Neutral, Some(pocket), refunded), "{deal:?}");
        }
    }
    for kind in [K::Pay, K::Return, K::Transfer] {
        assert_eq!(Deal::of_bank_order(Arc::new(at_bank(NOON_US, kind))), None, "{kind:?}");
    }
}

fn escrow(state: EscrowState, order_no: OrderNo) -> Escrow {
    let none = Minor::ZERO;
    Escrow {
        slot: order_no.slot(),
        order_no,
        seller: shop(),
        buyer: ann(),
        state,
        goods: Goods::Physical,
        currency: Currency::Cny,
        paid_minor: minor(10_00),
        held_minor: if state.is_final() { none } else { minor(10_00) },
        released_minor: if state.is_final() { minor(10_00) } else { none },
        refunded_minor: none,
        steps: 1,
        cases: 0,
        open_case: None,
        transport: None,
        logistics_company: None,
        logistics_no: None,
        reminded: false,
        buyer_extensions: 0,
        seller_extensions: 0,
        paid_at_us: NOON_US,
        sent_at_us: None,
        ended_at_us: None,
        receipt_due_at_us: None,
        receipt_left_us: None,
        pending_no: None,
        ends: false,
        due_at_us: None,
        timer: None,
    }
}

#[test]
fn a_payment_is_under_way_until_the_goods_are_there() {
    for (state, expected) in [
        (EscrowState::WaitSellerSend, BillState::UnderWay),
        (EscrowState::PartSent, BillState::UnderWay),
        (EscrowState::WaitBuyerConfirm, BillState::UnderWay),
        (EscrowState::Finished, BillState::Paid),
    ] {
        let trade = paid(NOON_US);
        let store = tables([row(escrow(state, trade.no)), row(trade)]);
        let page = bill_page(&mut *store.reader().unwrap(), ann(), &BillFilter::default(), None, 9).unwrap();
        assert_eq!(page.bills[0].state(), expected, "{state:?}");
        let story = bill_story(&mut *store.reader().unwrap(), page.bills[0].deal.clone()).unwrap();
        assert_eq!(story.bill.state(), expected, "{state:?}");
    }
}

fn refund(number: &str, units: u64, state: RefundState, at_us: i64) -> Refund {
    Refund {
        slot: shop().slot(),
        order_no: paid(NOON_US).no,
        out_request_no: text(number),
        state,
        currency: Currency::Cny,
        amount_minor: minor(units),
        fee_back_minor: Minor::ZERO,
        refunded_after_minor: minor(units),
        reason: Some(text("too cold")),
        by_cancel: false,
        at_us,
    }
}

/// What happened in the full bill of a row, and how much moved.
fn happened(store: &MemoryStore, deal: Deal) -> Vec<(Happened, u64)> {
    let story = bill_story(&mut *store.reader().unwrap(), deal).unwrap();
    let units = |money: money::Money| money.minor().units().unsigned_abs();
    story.happenings.iter().map(|one| (one.what, one.amount.map_or(0, units))).collect()
}

#[test]
fn a_payment_tells_each_refund_as_it_stands() {
    let trade = Trade { refunded_minor: minor(5_00), ..paid(NOON_US) };
    let (later, earlier) = (NOON_US + 9_000_000, NOON_US + 8_000_000);
    let store = tables([
        row(trade.clone()),
        row(refund("A", 3_00, RefundState::Done, later)),
        row(refund("B", 2_00, RefundState::Done, earlier)),
        row(refund("C", 1_00, RefundState::UnderWay, later)),
        row(refund("D", 1_00, RefundState::Returned, later)),
    ]);
    use Happened as H;
    let deal = Deal::Payment(Arc::new(trade));
    let expected = [
        (H::Created, 0),
        (H::Paid, 10_00),
        (H::Refunded, 2_00),
        (H::Refunded, 3_00),
        (H::RefundUnderWay, 1_00),
        (H::RefundReturned, 1_00),
    ];
    assert_eq!(happened(&store, deal.clone()), expected);
    let story = bill_story(&mut *store.reader().unwrap(), deal).unwrap();
    for (happening, at_us) in story.happenings[2..].iter().zip([earlier, later, later, later]) {
        assert_eq!((happening.at_us, happening.note.as_deref()), (at_us, Some("too cold")));
    }
    assert_eq!((story.remark, story.merchant_no, story.fee), (None, None, fen(0)));
}

#[test]
fn refunds_of_which_the_buyer_has_nothing_are_told() {
    use Happened as H;
    for (state, what) in
        [(RefundState::UnderWay, H::RefundUnderWay), (RefundState::Returned, H::RefundReturned)]
    {
        let store = tables([row(paid(NOON_US)), row(refund("A", 3_00, state, NOON_US + 9_000_000))]);
        let told = happened(&store, Deal::Payment(Arc::new(paid(NOON_US))));
        assert_eq!(told, [(H::Created, 0), (H::Paid, 10_00), (what, 3_00)], "{state:?}");
    }
}

#[test]
fn a_refund_to_a_card_is_told_as_its_bank_tells_it() {
    use {BankOrderState as B, Happened as H};
    let pays = at_bank(NOON_US + 9, BankOrderKind::Pay);
    let trade = Trade { bank_order: Some(pays.no), refunded_minor: minor(3_00), ..paid(NOON_US) };
    let given_at_us = NOON_US + 9_000_000;
    for (state, end) in [
        (None, None),
        (Some(B::Asked), None),
        (Some(B::Unknown), None),
        (Some(B::Done), Some(H::Refunded)),
        (Some(B::Failed), Some(H::RefundCredited)),
    ] {
        let refund = refund("A", 3_00, RefundState::Done, given_at_us);
        let mut rows = vec![row(trade.clone()), row(pays.clone()), row(refund)];
        let mut heard_at_us = None;
        if let Some(state) = state {
            let key = text(&format!("{} refund A", pays.no));
            let back = BankOrder { state, key, ..at_bank(given_at_us, BankOrderKind::Return) };
            heard_at_us = back.heard_at_us;
            let (slot, party, kind, key, no) = (back.slot, back.party, back.kind, back.key.clone(), back.no);
            rows.extend([row(BankOrderKey { slot, party, kind, key, no }), row(back)]);
        }
        let deal = Deal::Payment(Arc::new(trade.clone()));
        let story = bill_story(&mut *tables(rows).reader().unwrap(), deal).unwrap();
        let refunds = story.happenings.iter().filter(|one| one.note.as_deref() == Some("too cold"));
        let found: Vec<_> = refunds.map(|one| (one.what, one.at_us, one.amount)).collect();
        let amount = Some(fen(3_00));
        let under_way = (H::RefundUnderWay, given_at_us, amount);
        let end = end.map(|what| (what, heard_at_us.unwrap(), amount));
        assert_eq!(found, [under_way].into_iter().chain(end).collect::<Vec<_>>(), "{state:?}");
    }
}

#[test]
fn other_deals_tell_what_happened_to_them() {
    use {BankOrderKind as K, BankOrderState as B, Happened as H, TransferState as T};
    let by_card = at_bank(NOON_US + 9, K::Pay);
    let store = tables([row(by_card.clone())]);
    let pays = Trade { bank_order: Some(by_card.no), ..trade(NOON_US) };
    let closed = Trade { state: TradeState::Closed, closed_at_us: Some(NOON_US + 5), ..trade(NOON_US) };
    let offered = Transfer { state: T::Offered, paid_at_us: None, ended_at_us: None, ..sent(NOON_US) };
    let waits =
        Transfer { state: T::Waiting, due_at_us: Some(NOON_US + 99), ended_at_us: None, ..sent(NOON_US) };
    let called_back = Transfer { state: T::Cancelled, ..sent(NOON_US) };
    let given_up = Transfer { state: T::Cancelled, paid_at_us: None, ..sent(NOON_US) };
    let bank = |state, kind| BankOrder { state, ..at_bank(NOON_US, kind) };
    let failed = BankOrder { reason: Some(BankReason::NoMoney), ..bank(B::Failed, K::TopUp) };
    let draft = BankOrder { tries: 0, heard_at_us: None, ..bank(B::Draft, K::Withdraw) };
    for (deal, expected) in [
        (Deal::Payment(Arc::new(pays)), vec![(H::Created, 0), (H::Asked, 0)]),
        (Deal::Payment(Arc::new(closed)), vec![(H::Created, 0), (H::Closed, 0)]),
        (Deal::Sent(Arc::new(offered)), vec![(H::Created, 0)]),
        (Deal::Sent(Arc::new(waits)), vec![(H::Created, 0), (H::Paid, 5_00), (H::Arrives, 0)]),
        (Deal::Sent(Arc::new(sent(NOON_US))), vec![(H::Created, 0), (H::Paid, 5_00), (H::Arrived, 5_00)]),
        (Deal::Sent(Arc::new(called_back)), vec![(H::Created, 0), (H::Paid, 5_00), (H::Returned, 5_00)]),
        (Deal::Sent(Arc::new(given_up)), vec![(H::Created, 0), (H::Closed, 0)]),
        (Deal::Received(Arc::new(received(NOON_US))), vec![(H::Arrived, 3_00)]),
        (Deal::AtBank(Arc::new(draft)), vec![(H::Created, 0)]),
        (
            Deal::AtBank(Arc::new(bank(B::Done, K::TopUp))),
            vec![(H::Created, 0), (H::Asked, 0), (H::Arrived, 20_00)],
        ),
        (Deal::AtBank(Arc::new(failed.clone())), vec![(H::Created, 0), (H::Asked, 0), (H::Failed, 0)]),
    ] {
        assert_eq!(happened(&store, deal.clone()), expected, "{deal:?}");
    }
    let story = bill_story(&mut *store.reader().unwrap(), Deal::AtBank(Arc::new(failed))).unwrap();
    assert_eq!(story.happenings[2].note.as_deref(), Some("no_money"));
}

/// The order that brings back what one took too late, a minute after it, and the row that names it.
fn return_of(order: &BankOrder) -> (BankOrder, BankOrderKey) {
    let at_us = order.asked_at_us + 60_000_000;
    let back =
        BankOrder { key: text(&format!("{} late", order.no)), ..at_bank(at_us, BankOrderKind::Return) };
    let (slot, party, kind, key, no) = (back.slot, back.party, back.kind, back.key.clone(), back.no);
    (back, BankOrderKey { slot, party, kind, key, no })
}

#[test]
fn a_payment_tells_what_became_of_the_last_card_that_was_to_pay_it() {
    use {BankOrderState as B, Happened as H};
    let asked = |state| BankOrder { state, ..at_bank(NOON_US + 9, BankOrderKind::Pay) };
    let refused = BankOrder { reason: Some(BankReason::NoMoney), ..asked(B::Failed) };
    let waits = Trade { last_try: Some(refused.no), ..trade(NOON_US) };
    // Paid in another way, a second after it was asked for.
    let paid = Trade { last_try: Some(refused.no), ..paid(NOON_US) };
    for (order, trade, expected) in [
        (refused.clone(), &waits, vec![(H::Created, 0), (H::Asked, 0), (H::Failed, 0)]),
        (refused.clone(), &paid, vec![(H::Created, 0), (H::Asked, 0), (H::Failed, 0), (H::Paid, 10_00)]),
        (asked(B::GivenUp), &waits, vec![(H::Created, 0), (H::Asked, 0)]),
        (asked(B::Closed), &waits, vec![(H::Created, 0), (H::Asked, 0)]),
        (asked(B::Returning), &waits, vec![(H::Created, 0), (H::Asked, 0)]),
        (asked(B::Returned), &waits, vec![(H::Created, 0), (H::Asked, 0), (H::Returned, 20_00)]),
        (asked(B::Credited), &waits, vec![(H::Created, 0), (H::Asked, 0), (H::Returned, 20_00)]),
    ] {
        let state = order.state;
        let (back, named) = return_of(&order);
        let store = tables([row(order), row(back.clone()), row(named)]);
        let deal = Deal::Payment(Arc::new(trade.clone()));
        assert_eq!(happened(&store, deal.clone()), expected, "{state:?}");
        let story = bill_story(&mut *store.reader().unwrap(), deal).unwrap();
        let returned = story.happenings.iter().find(|one| one.what == H::Returned);
        let is_late = returned.is_none_or(|one| Some(one.at_us) == back.heard_at_us);
        assert!(is_late, "{state:?}: it is there again when it came back, not when it was taken");
    }
    let store = tables([row(refused)]);
    let story = bill_story(&mut *store.reader().unwrap(), Deal::Payment(Arc::new(waits))).unwrap();
    assert_eq!(story.happenings[2].note.as_deref(), Some("no_money"));
}

#[test]
fn a_bill_is_found_by_its_number_by_whose_it_is_alone() {
    let orders = [at_bank(NOON_US + 4, BankOrderKind::TopUp), at_bank(NOON_US + 5, BankOrderKind::Pay)];
    let rows = [row(paid(NOON_US + 1)), row(sent(NOON_US + 2)), row(received(NOON_US + 3))];
    let store = tables(rows.into_iter().chain(orders.clone().map(row)));
    let page = bill_page(&mut *store.reader().unwrap(), ann(), &BillFilter::default(), None, 9).unwrap();
    assert_eq!(page.bills.len(), 4);
    for bill in page.bills {
        let find = |party| deal_of(&mut *store.reader().unwrap(), party, &bill.deal.no()).unwrap();
        assert_eq!(find(ann()), Some(bill.deal.clone()));
        assert_eq!(find(bob()), None, "{:?}", bill.deal);
    }
    let kind = |no: &str| deal_of(&mut *store.reader().unwrap(), ann(), no).unwrap().map(|deal| deal.kind());
    assert_eq!(kind(&orders[0].no.to_string()), Some(BillKind::TopUp));
    for none in ["", "1", "支付", orders[1].no.to_string().as_str(), paid(NOON_US).no.to_string().as_str()]
    {
        assert_eq!(kind(none), None, "{none}");
    }
}
