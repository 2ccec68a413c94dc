//! What one payer pays by the codes on merchants' counters: so much a day by the wallet, and so much by each card.

use crate::crossing::{Two, fen, receive, two};
use crate::registering::ask;
use crate::script::{Script, check_in, cny};
use crate::support::World;
use base::{BankOrderNo, CardNo, OrderNo, PartyId, Text};
use engine::{
    AskCard, BankAnswered, BindCard, CloseBankOrder, Command, ConfirmPay, FindStaticUse, LastTry, OpenOrder,
    Parcel, PayByCard, Reply, SendBankOrder, SetPartyStatus, Table, Verdict,
};
use fund::{BankOrder, BankOrderKind, BankOrderState, BankReason, Card, CardKind, Done};
use people::{Attempt, PartyStatus};
use std::collections::BTreeMap;
use trade::{Order, Product, STATIC_WAITING_MAX, StaticPay, StaticUse, StaticWait, Trade, TradeState};

const TOWN: &str = "
    merchant shop 10.00
    person alice 2000.00
    person bob 100.00
    bk-ask 1234 alice
    bk-bind 1234 alice
    bk-ask 5678 alice
    bk-bind 5678 alice as=A2
";

fn town() -> Script {
    check_in(TOWN, "")
}

const OVER: &str = "refused StaticLimit";
const PAID: &str = "Paid";

/// An order of the code on the counter, and a proof for it.
fn scanned(script: &mut Script, order: &str, amount: &str) {
    script.play(&format!(
        "
        counter {order} shop {amount} buyer=alice -> WaitBuyerPay
        try {order} alice P{order}
        judge alice P{order} right
    "
    ));
}

fn confirmed(script: &mut Script, order: &str, expected: &str) {
    script.play(&format!("confirm {order} alice P{order} -> {expected}"));
    adds_up(script);
}

/// The counters are what the trades come to.
fn adds_up(script: &Script) {
    adds_up_in(&script.world);
}

fn adds_up_in(world: &World) {
    let digest = |no: CardNo| world.get::<Card>((no.slot(), no)).unwrap().digest;
    let mut trades: BTreeMap<_, i64> = BTreeMap::new();
    for order in world.all::<BankOrder>().filter(|order| order.kind == BankOrderKind::Pay) {
        // What was given up, or pays what was never there, counts by itself until the bank has said its last word.
        let is_there = order.about.is_some_and(|no| world.get::<Trade>((order.slot, no)).is_some());
        let by_itself = match order.state {
            BankOrderState::GivenUp => true,
            BankOrderState::Asked | BankOrderState::Unknown => !is_there,
            _ => false,
        };
        if by_itself {
            let key = StaticUse::key_at(order.party, Some(digest(order.card)), order.counted_at_us.unwrap());
            *trades.entry(key).or_default() += order.amount_minor.units();
        }
    }
    for pay in world.all::<StaticPay>() {
        let Some(at_us) = pay.counted_at_us else {
            assert!(pay.card.is_none() && pay.counted().is_zero(), "{pay:?}");
            continue;
        };
        assert!(!pay.counted().is_zero(), "what counts nothing counts at no moment: {pay:?}");
        let key = StaticUse::key_at(pay.payer, pay.card.map(digest), at_us);
        *trades.entry(key).or_default() += pay.counted_minor.units();
    }
    for used in world.all::<StaticUse>() {
        let key = (used.slot, used.payer, used.pocket, used.day);
        assert_eq!(trades.remove(&key).unwrap_or_default(), used.sum_minor.units(), "{used:?}");
    }
    assert!(trades.is_empty(), "{trades:?}");
    let waits = |pay: &StaticPay| {
        let trade = world.get::<Trade>((pay.slot, pay.order_no));
        trade.is_some_and(|trade| trade.state == TradeState::Waiting)
    };
    for wait in world.all::<StaticWait>() {
        let of_payer = world.all::<StaticPay>().filter(|pay| pay.payer == wait.payer && waits(pay));
        assert_eq!(of_payer.count(), wait.waiting as usize, "{wait:?}");
    }
}

/// What alice used today of the wallet, or of a card.
fn used(script: &mut Script, last_four: Option<&str>) -> String {
    let party = script.party("alice");
    let card = last_four.map(|four| card(script, four));
    ask(&mut script.world, FindStaticUse { party, card }).unwrap().sum().to_string()
}

fn card(script: &Script, last_four: &str) -> CardNo {
    let found = script.world.all::<Card>().find(|card| card.last_four.as_str() == last_four);
    found.unwrap().no
}

#[test]
fn the_wallet_pays_five_hundred_a_day_and_anew_the_next_day() {
    let mut script = town();
    scanned(&mut script, "T1", "300.00");
    scanned(&mut script, "T2", "200.01");
    scanned(&mut script, "T3", "200.00");
    scanned(&mut script, "T4", "0.01");
    confirmed(&mut script, "T1", PAID);
    // Two were opened while there was room for both; the money is judged when it moves.
    confirmed(&mut script, "T2", OVER);
    script.play("balance alice -> 1700.00");
    confirmed(&mut script, "T3", PAID);
    confirmed(&mut script, "T4", OVER);
    // Refused, it can be paid by other means and at another time, and by other codes at once.
    script.play("query T4 shop -> WaitBuyerPay");
    script.play("code alice A9\npay T9 shop A9 300.00 -> paid Paid");
    assert_eq!(used(&mut script, None), "500.00");
    script.world.advance(base::DAY_US);
    assert_eq!(used(&mut script, None), "0.00");
    scanned(&mut script, "T5", "500.01");
    confirmed(&mut script, "T5", OVER);
    scanned(&mut script, "T6", "500.00");
    confirmed(&mut script, "T6", PAID);
    assert_eq!(used(&mut script, None), "500.00");
}

#[test]
fn what_comes_back_is_room_of_the_day_on_which_it_was_paid() {
    let mut script = town();
    scanned(&mut script, "T1", "500.00");
    confirmed(&mut script, "T1", PAID);
    script.play("refund T1 shop 100.00 R1");
    adds_up(&script);
    assert_eq!(used(&mut script, None), "400.00");
    scanned(&mut script, "T2", "100.01");
    confirmed(&mut script, "T2", OVER);
    script.play("refund T1 shop 400.00 R2");
    adds_up(&script);
    assert_eq!(used(&mut script, None), "0.00");
    scanned(&mut script, "T3", "500.00");
    confirmed(&mut script, "T3", PAID);
    script.world.advance(base::DAY_US);
    scanned(&mut script, "T4", "500.00");
    confirmed(&mut script, "T4", PAID);
    // What was paid yesterday gives today nothing.
    script.play("refund T3 shop 500.00 R3");
    adds_up(&script);
    assert_eq!(used(&mut script, None), "500.00");
}

#[test]
fn an_order_that_was_closed_meanwhile_gives_the_room_back() {
    let mut script = town();
    scanned(&mut script, "T1", "500.00");
    script.play("between 2: close T1 shop");
    script.play("confirm T1 alice PT1 -> ?");
    adds_up(&script);
    assert_eq!(used(&mut script, None), "0.00");
    script.play("balance alice -> 2000.00");
}

#[test]
fn each_card_has_a_counter_of_its_own() {
    let mut script = town();
    for (order, amount) in [("T1", "300.00"), ("T2", "300.00"), ("T3", "300.00"), ("T4", "500.00")] {
        scanned(&mut script, order, amount);
    }
    script.play(
        "
        bk-pay T1 alice 1234 PT1                -> Asked 300.00
        bk-pay T1 alice 1234 PT1                -> Asked 300.00
        bk-pay T2 alice 1234 PT2                -> refused Pay(StaticLimit)
        bk-pay T2 alice 5678 PT2                -> Asked 300.00
        ",
    );
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "300.00", "counted while the bank is asked, and once");
    // What the bank refuses gives the room back.
    script.play(
        "
        bk-send pay:T1
        bk-refused pay:T1                       -> Failed 300.00
        ",
    );
    adds_up(&script);
    assert_eq!([used(&mut script, Some("1234")), used(&mut script, Some("5678"))], ["0.00", "300.00"]);
    script.play("bk-pay T3 alice 1234 PT3 -> Asked 300.00");
    script.play("bk-send pay:T2\nbk-done pay:T2 300.00 -> Done 300.00");
    adds_up(&script);
    // Cards leave the wallet's room alone.
    confirmed(&mut script, "T4", PAID);
    // What goes back to a card is room of that card again.
    script.play("refund T2 shop 300.00 R2");
    adds_up(&script);
    assert_eq!([used(&mut script, Some("5678")), used(&mut script, None)], ["0.00", "500.00"]);
}

#[test]
fn a_card_that_is_given_up_gives_the_room_back() {
    let mut script = town();
    scanned(&mut script, "T1", "500.00");
    script.play("bk-pay T1 alice 1234 PT1 -> Asked 500.00\nbk-close pay:T1 alice -> Closed 500.00");
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "0.00");
    scanned(&mut script, "T2", "500.00");
    script.play("bk-pay T2 alice 1234 PT2 -> Asked 500.00\nbk-send pay:T2\nclose T2 shop");
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "500.00", "the bank may still take it");
    script.play("bk-done pay:T2 500.00 -> Returning 500.00");
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "0.00");
}

#[test]
fn what_was_given_up_keeps_its_room_until_the_last_word_of_the_bank() {
    for word in ["bk-refused pay:T1 -> Closed 500.00", "bk-done pay:T1 500.00 -> Returning 500.00"] {
        let mut script = town();
        scanned(&mut script, "T1", "500.00");
        scanned(&mut script, "T2", "0.01");
        script.play(
            "
            bk-pay T1 alice 1234 PT1            -> Asked 500.00
            bk-send pay:T1
            bk-close pay:T1 alice               -> GivenUp 500.00
            bk-pay T2 alice 1234 PT2            -> refused Pay(StaticLimit)
            ",
        );
        adds_up(&script);
        assert_eq!(used(&mut script, Some("1234")), "500.00", "the bank may still take it");
        // Its trade is paid by other means meanwhile, which count what they pay.
        script.play("try T1 alice P9\njudge alice P9 right\nconfirm T1 alice P9 -> Paid");
        adds_up(&script);
        assert_eq!([used(&mut script, Some("1234")), used(&mut script, None)], ["500.00", "500.00"]);
        script.play(word);
        adds_up(&script);
        assert_eq!([used(&mut script, Some("1234")), used(&mut script, None)], ["0.00", "500.00"], "{word}");
        script.play("bk-pay T2 alice 1234 PT2 -> Asked 0.01");
        adds_up(&script);
    }
}

#[test]
fn a_card_that_is_bound_anew_has_what_it_had_left() {
    let mut script = town();
    for (order, amount) in [("T1", "300.00"), ("T2", "200.01"), ("T3", "200.00")] {
        scanned(&mut script, order, amount);
    }
    script.play(
        "
        bk-pay T1 alice 1234 PT1                -> Asked 300.00
        bk-send pay:T1
        bk-done pay:T1 300.00                   -> Done 300.00
        bk-unbind 1234 alice                    -> Unbound
        bk-ask 1234 alice
        bk-bind 1234 alice as=A3
        bk-pay T2 alice 1234 PT2                -> refused Pay(StaticLimit)
        bk-pay T3 alice 1234 PT3                -> Asked 200.00
        ",
    );
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "500.00");
    // What goes back to the binding of before is room of the same card.
    script.play("refund T1 shop 300.00 R1");
    adds_up(&script);
    assert_eq!(used(&mut script, Some("1234")), "200.00");
}

#[test]
fn ten_orders_of_counters_wait_and_one_makes_room_when_it_is_paid_or_over() {
    let mut script = town();
    for number in 1..=10 {
        script.play(&format!("counter T{number} shop 1.00 buyer=alice -> WaitBuyerPay"));
    }
    script.play(
        "
        counter T11 shop 1.00 buyer=alice       -> refused TooManyWaiting
        counter T1 shop 1.00 buyer=alice        -> WaitBuyerPay
        counter T20 shop 1.00 buyer=bob         -> WaitBuyerPay
        status alice frozen
        counter T11 shop 1.00 buyer=alice       -> refused Pay(BuyerBlocked)
        status alice normal
        close T1 shop
        counter T11 shop 1.00 buyer=alice       -> WaitBuyerPay
        counter T12 shop 1.00 buyer=alice       -> refused TooManyWaiting
        try T2 alice P2
        judge alice P2 right
        confirm T2 alice P2                     -> Paid
        counter T12 shop 1.00 buyer=alice       -> WaitBuyerPay
        counter T13 shop 1.00 buyer=alice       -> refused TooManyWaiting
        try T3 alice P3
        judge alice P3 right
        bk-pay T3 alice 1234 P3                 -> Asked 1.00
        counter T13 shop 1.00 buyer=alice       -> refused TooManyWaiting
        bk-send pay:T3
        bk-done pay:T3 1.00                     -> Done 1.00
        counter T13 shop 1.00 buyer=alice       -> WaitBuyerPay
        counter T14 shop 1.00 buyer=alice       -> refused TooManyWaiting
        refund T2 shop 1.00 R2
        counter T14 shop 1.00 buyer=alice       -> refused TooManyWaiting
        ",
    );
    adds_up(&script);
}

#[test]
fn of_two_reasons_the_earlier() {
    let mut script = town();
    scanned(&mut script, "T1", "500.01");
    script.play(
        "
        status alice frozen
        confirm T1 alice PT1                    -> refused BuyerBlocked
        status alice normal
        confirm T1 alice P9                     -> refused ProofMissing
        confirm T1 alice PT1                    -> refused StaticLimit
        bk-pay T1 alice 9999 PT1                -> refused Pay(StaticLimit)
        counter T2 shop 2000.01 buyer=alice     -> WaitBuyerPay
        try T2 alice P2
        judge alice P2 right
        confirm T2 alice P2                     -> refused StaticLimit
        ",
    );
    adds_up(&script);
    assert_eq!(used(&mut script, None), "0.00");
}

#[test]
fn an_order_of_a_counter_is_its_payers_alone() {
    let mut script = town();
    script.play(
        "
        counter T1 shop 5.00 buyer=alice        -> WaitBuyerPay
        counter T1 shop 5.00 buyer=alice        -> WaitBuyerPay
        counter T1 shop 6.00 buyer=alice        -> refused NumberTaken(total_amount)
        counter T1 shop 5.00 buyer=bob          -> refused NumberTaken(buyer_id)
        page T1 shop 5.00 buyer=alice           -> refused NumberTaken(product_code)
        claim T1 bob                            -> refused BuyerDiffers
        claim T1 alice                          -> WaitBuyerPay
        counter T2 shop 5.00 buyer=shop         -> refused Pay(BuyerIsSeller)
        counter T3 shop 5.00                    -> WaitBuyerPay
        claim T3 alice                          -> refused OrderNotFound
        status bob frozen
        counter T4 shop 5.00 buyer=bob          -> refused Pay(BuyerBlocked)
        ",
    );
    assert_eq!(script.world.all::<StaticPay>().count(), 1, "who may not pay is not noted");
    assert_eq!(script.world.all::<StaticUse>().count(), 0);
    let left = StaticUse::fresh(script.party("alice"), None, script.world.wall_us).left();
    assert_eq!(left, cny("500.00"));
}

/// An order of a code on the counter, for the buyer in the other cell.
fn counter(two: &Two, number: &str) -> OpenOrder {
    let mut order = two.order_for_buyer();
    (order.meaning.product, order.out_trade_no) = (Product::StaticCode, Text::new(number).unwrap());
    order
}

/// An order of a code on the counter that is asked for twice, beside another one that waits; at the first question its
/// buyer is frozen, at the second not any more. The first answer makes the order vanish. `meanwhile` happens before the
/// buyer hears of it, and gives what is sent to the merchant.
fn never_there(meanwhile: impl FnOnce(&mut Two, OrderNo) -> Vec<Parcel>) -> Two {
    let mut two = two();
    let party = two.buyer;
    let (other, order) = (counter(&two, "n2"), counter(&two, "n1"));
    let asked = two.merchants.run(other).parcels.remove(0);
    let answer = receive(&mut two.buyers, &asked).parcels.remove(0);
    receive(&mut two.merchants, &answer);
    let asked = [(); 2].map(|()| two.merchants.run(order.clone()).parcels.remove(0));
    let order_no = two.merchants.all::<Order>().last().unwrap().no;
    two.buyers.run(SetPartyStatus { party, status: PartyStatus::Frozen });
    let mut sent = vec![receive(&mut two.buyers, &asked[0]).parcels.remove(0)];
    assert_eq!(two.buyers.all::<StaticPay>().count(), 1, "who may not pay is not noted");
    two.buyers.run(SetPartyStatus { party, status: PartyStatus::Normal });
    sent.push(receive(&mut two.buyers, &asked[1]).parcels.remove(0));
    assert_eq!(waiting(&two), 2);
    sent.extend(meanwhile(&mut two, order_no));
    adds_up_in(&two.buyers);
    for parcel in &sent {
        for back in receive(&mut two.merchants, parcel).parcels {
            receive(&mut two.buyers, &back);
            adds_up_in(&two.buyers);
        }
    }
    assert_eq!((two.merchants.all::<Order>().count(), two.buyers.all::<Trade>().count()), (1, 1));
    assert_eq!(waiting(&two), 1, "what was never there keeps nobody's place, and takes none away");
    two
}

fn waiting(two: &Two) -> u32 {
    two.buyers.all::<StaticWait>().map(|wait| wait.waiting).sum()
}

fn proven(two: &mut Two, order_no: OrderNo) {
    let (slot, party, expires_at_us) = (two.buyer.slot(), two.buyer, i64::MAX);
    two.buyers.force(Attempt { slot, party, no: 1, about: order_no, proven: true, expires_at_us });
}

/// The buyer pays with a card of its own; what pays it, not sent yet.
fn by_card(two: &mut Two, order_no: OrderNo) -> BankOrderNo {
    let (party, bank) = (two.buyer, Text::new("CMB").unwrap());
    let (kind, last_four) = (CardKind::Debit, Text::new("1234").unwrap());
    let asked = AskCard { party, bank, kind, last_four, digest: [5; 16] };
    let card = ask(&mut two.buyers, asked).unwrap().no;
    let agreement = Text::new("A1").unwrap();
    ask(&mut two.buyers, BindCard { party, card, agreement }).unwrap();
    proven(two, order_no);
    let pay = PayByCard { buyer: party, order_no, card, attempt: 1, last_try: LastTry::Unsaid };
    ask(&mut two.buyers, pay).unwrap().no
}

/// Something happens to a bank order; gives what is sent to the merchant.
fn happens(two: &mut Two, no: BankOrderNo, what: &str) -> Vec<Parcel> {
    let party: PartyId = two.buyer;
    let done = Done { amount: fen(300), bank_ref: Text::new("R1").unwrap() };
    let command: Command = match what {
        "send" => SendBankOrder { no }.into(),
        "close" => CloseBankOrder { party, no }.into(),
        "done" => BankAnswered { no, verdict: Verdict::Done(done) }.into(),
        "refused" => BankAnswered { no, verdict: Verdict::Refused(BankReason::NoMoney) }.into(),
        other => panic!("{other}"),
    };
    let ran = two.buyers.run(command);
    assert!(ran.is_accepted(), "{what}");
    ran.parcels
}

/// What the buyer's card used today, in fen.
fn used_of_card(two: &mut Two) -> u64 {
    let party = two.buyer;
    let card = two.buyers.all::<Card>().next().map(|card| card.no);
    let used = ask(&mut two.buyers, FindStaticUse { party, card }).unwrap();
    used.sum_minor.units().unsigned_abs()
}

#[test]
fn an_order_that_was_never_there_uses_no_room_of_the_wallet() {
    let paid = |two: &mut Two, order_no: OrderNo| {
        proven(two, order_no);
        let ran = two.buyers.run(ConfirmPay { buyer: two.buyer, order_no, attempt: 1 });
        let party = two.buyer;
        let used = ask(&mut two.buyers, FindStaticUse { party, card: None }).unwrap();
        assert_eq!(used.sum(), fen(300), "it counts while its money is under way");
        assert_eq!(waiting(two), 1);
        ran.parcels
    };
    for two in [never_there(|_, _| Vec::new()), never_there(paid)] {
        assert_eq!(two.buyers.all::<StaticPay>().count(), 1, "of the other one");
        assert!(two.buyers.all::<StaticUse>().all(|used| used.sum().is_zero()));
        assert_eq!(two.purses(), (1_000, 0));
    }
}

#[test]
fn what_a_bank_may_take_for_an_order_that_was_never_there_keeps_its_room_until_its_last_word() {
    let before_and_after: [(&[&str], &[&str]); 6] = [
        (&[], &["close"]),
        (&[], &["send", "refused"]),
        (&["send"], &["close", "refused"]),
        (&["send"], &["done"]),
        (&["send", "close"], &["refused"]),
        (&["send", "close"], &["done"]),
    ];
    for (before, after) in before_and_after {
        let mut two = never_there(|two, order_no| {
            let no = by_card(two, order_no);
            before.iter().flat_map(|what| happens(two, no, what)).collect()
        });
        let no = two.buyers.all::<BankOrder>().next().unwrap().no;
        let last = after.len() - 1;
        for what in &after[..last] {
            assert_eq!(used_of_card(&mut two), 300, "before {what} of {before:?} {after:?}");
            happens(&mut two, no, what);
            adds_up_in(&two.buyers);
        }
        assert_eq!(used_of_card(&mut two), 300, "the bank may still take it: {before:?} {after:?}");
        happens(&mut two, no, after[last]);
        adds_up_in(&two.buyers);
        assert_eq!(used_of_card(&mut two), 0, "{before:?} {after:?}");
        assert_eq!(two.purses(), (1_000, 0));
    }
}

#[test]
fn what_a_card_paid_for_an_order_that_was_never_there_goes_back_and_counts_nothing() {
    let mut two = never_there(|two, order_no| {
        let no = by_card(two, order_no);
        happens(two, no, "send");
        let sent = happens(two, no, "done");
        assert_eq!((used_of_card(two), waiting(two)), (300, 1));
        sent
    });
    assert_eq!(used_of_card(&mut two), 0);
    let pays = two.buyers.all::<BankOrder>().find(|order| order.kind == BankOrderKind::Pay).unwrap();
    assert_eq!(pays.state, BankOrderState::Returning);
    assert_eq!(two.purses(), (1_000, 0));
}

/// What waits is counted once, however often its buyer is asked, and the last place is its own.
#[test]
fn an_order_that_is_asked_for_twice_waits_once() {
    let mut two = two();
    let slot = two.buyer.slot();
    for number in 1..STATIC_WAITING_MAX {
        let order = counter(&two, &format!("w{number}"));
        let asked = two.merchants.run(order).parcels.remove(0);
        let answer = receive(&mut two.buyers, &asked).parcels.remove(0);
        receive(&mut two.merchants, &answer);
    }
    let order = counter(&two, "n1");
    let asked = [(); 2].map(|()| two.merchants.run(order.clone()).parcels.remove(0));
    let answers = asked.map(|asked| receive(&mut two.buyers, &asked).parcels.remove(0));
    for answer in &answers {
        let ended = receive(&mut two.merchants, answer).answered.expect("its chain ends");
        assert!(matches!(ended.1, Reply::OpenOrder(Ok(_))), "{ended:?}");
    }
    adds_up_in(&two.buyers);
    let wait = two.buyers.get::<StaticWait>((slot, two.buyer)).unwrap();
    assert_eq!(wait.waiting, STATIC_WAITING_MAX);
}

/// What a card pays otherwise counts in nobody's day, nor does it give back what counts there.
#[test]
fn a_card_that_pays_otherwise_leaves_the_counter_alone() {
    let mut script = town();
    scanned(&mut script, "T1", "300.00");
    script.play(
        "
        bk-pay T1 alice 1234 PT1                -> Asked 300.00
        page T2 shop 200.00 buyer=alice
        claim T2 alice                          -> WaitBuyerPay
        try T2 alice P2
        judge alice P2 right
        bk-pay T2 alice 1234 P2                 -> Asked 200.00
        bk-send pay:T2
        bk-close pay:T2 alice                   -> GivenUp 200.00
        bk-refused pay:T2                       -> Closed 200.00
        ",
    );
    assert_eq!(used(&mut script, Some("1234")), "300.00");
    assert_eq!(script.world.all::<StaticPay>().count(), 1);
}

/// A counter that is wrong already is left to the audit: no refund and no word of a bank waits for it.
#[test]
fn a_wrong_counter_keeps_no_money_back() {
    let lost = |script: &mut Script| script.world.rows.retain(|key, _| key.table() != Table::StaticUse);
    let mut script = town();
    scanned(&mut script, "T1", "500.00");
    confirmed(&mut script, "T1", PAID);
    lost(&mut script);
    script.play("refund T1 shop 500.00 R1\nbalance alice -> 2000.00");
    scanned(&mut script, "T2", "500.00");
    script.play(
        "
        bk-pay T2 alice 1234 PT2                -> Asked 500.00
        bk-send pay:T2
        bk-close pay:T2 alice                   -> GivenUp 500.00
        ",
    );
    lost(&mut script);
    script.play("bk-refused pay:T2 -> Closed 500.00");
    assert!(script.world.all::<StaticUse>().all(|used| used.sum().is_zero()));
}
