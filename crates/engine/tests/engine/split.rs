//! Splits: parts of an order's money for receivers that were bound, once per number.

use crate::script::{Script, Words, check_in, cny};
use crate::support::World;
use base::{OrderNo, PartyId, Text};
use engine::{
    BackPart, BindRelations, FindSplit, NewRelation, Share, SplitOrder, SplitPart, SplitView,
    UnbindRelations, WhichSplit,
};
use ledger::{Account, AccountId, AccountKind, Hold, HoldState};
use money::Money;
use trade::{
    Escrow, Notice, Order, ReceiverNamed, Split, SplitBook, SplitKind, SplitLine, SplitState, Timer,
    TimerTask, to_hold,
};

/// `bind shop carol bob`.
pub(crate) fn bind(script: &Script, words: &Words<'_>) -> BindRelations {
    let receivers = words.plain[2..].iter().map(|name| NewRelation {
        receiver: script.party(name),
        named: ReceiverNamed::LoginName,
        account: Text::new(name).unwrap(),
        memo: words.text("memo"),
    });
    BindRelations { seller: script.party(words.at(1)), receivers: receivers.collect() }
}

/// `unbind shop carol`.
pub(crate) fn unbind(script: &Script, words: &Words<'_>) -> UnbindRelations {
    let receivers = words.plain[2..].iter().map(|name| script.party(name)).collect();
    UnbindRelations { seller: script.party(words.at(1)), receivers }
}

/// `split T1 shop S1 carol:10.00 bob:5% finish=y payer=alice`.
pub(crate) fn split(script: &Script, words: &Words<'_>) -> SplitOrder {
    let part = |text: &&str| {
        let (receiver, share) = part(script, text);
        SplitPart { payer: words.named.get("payer").map(|name| script.party(name)), receiver, share }
    };
    SplitOrder {
        seller: script.party(words.at(2)),
        order_no: script.no(words.at(1)),
        out_request_no: Text::new(words.at(3)).unwrap(),
        parts: words.plain[4..].iter().map(part).collect(),
        finish: words.named.contains_key("finish"),
    }
}

/// `carol:10.00` or `carol:5%`.
fn part(script: &Script, text: &str) -> (Option<PartyId>, Share) {
    let (name, share) = text.split_once(':').expect("receiver:share");
    let share = match share.strip_suffix('%') {
        Some(percent) => Share::Percent(percent.parse().unwrap()),
        None => Share::Amount(cny(share)),
    };
    ((name != "nobody").then(|| script.party(name)), share)
}

/// What a refund takes back: `refund T1 shop 10.00 R1 back=carol:5.00,bob:5% payee=shop`.
pub(crate) fn back(script: &Script, words: &Words<'_>) -> Vec<BackPart> {
    let payee = words.named.get("payee").map(|name| script.party(name));
    let Some(parts) = words.named.get("back") else { return Vec::new() };
    let parts = parts.split(',').map(|text| part(script, text));
    parts.map(|(receiver, share)| BackPart { payee, receiver, share }).collect()
}

/// `find-split T1 shop S1`, or by its place: `find-split T1 shop 1`.
pub(crate) fn find(script: &Script, words: &Words<'_>) -> FindSplit {
    let which = words.at(3);
    let which =
        which.parse().map_or_else(|_| WhichSplit::Number(Text::new(which).unwrap()), WhichSplit::Place);
    FindSplit { seller: script.party(words.at(2)), order_no: script.no(words.at(1)), which }
}

pub(crate) fn told(view: &SplitView) -> String {
    let lines = view.lines.iter().map(|line| format!("{:?} {}", line.state, line.amount()));
    format!("{}: {}", view.split.place, lines.collect::<Vec<_>>().join(", ")).trim().to_owned()
}

/// What must hold of an order's splits whenever nothing is under way.
pub(crate) fn check(world: &World, order: &Order) {
    let kinds: Vec<(u32, SplitKind)> = world
        .all::<Split>()
        .filter(|split| split.order_no == order.no)
        .map(|split| (split.place, split.kind))
        .collect();
    let of_kind = |line: &SplitLine, kind| kinds.contains(&(line.place, kind));
    let lines = || world.all::<SplitLine>().filter(|line| line.order_no == order.no);
    assert!(lines().all(|line| line.state.is_final()), "a part is under way at rest: {order:?}");
    let done = |kind| -> i64 {
        let done = lines().filter(|line| line.state == SplitState::Done && of_kind(line, kind));
        done.map(|line| line.amount_minor.units()).sum()
    };
    let kept = lines().filter(|line| line.state == SplitState::Kept).map(|line| line.amount_minor.units());
    let (out, back) = (done(SplitKind::Out), done(SplitKind::Back) + kept.sum::<i64>());
    let Some(book) = world.get::<SplitBook>((order.slot, order.no)) else {
        return assert_eq!((out, back), (0, 0), "{order:?}");
    };
    assert_eq!(book.split_minor.units(), out - back, "{order:?}");
    assert!((out - back) * 10 <= order.total_minor.units() * 3, "more than the contract allows: {order:?}");
    let splits = world.all::<Split>().filter(|split| split.order_no == order.no);
    assert!(splits.into_iter().all(|split| split.open == 0 && split.place <= book.splits), "{order:?}");
    let escrow = world.get::<Escrow>((order.slot, order.no));
    let in_escrow = escrow.map_or(Money::zero(order.currency), |escrow| escrow.held());
    assert_eq!(
        (book.giving_minor.units(), book.fee_due_minor.units()),
        (0, 0),
        "nothing waits at rest: {order:?}"
    );
    let held = book.hold.map_or(0, |no| {
        let hold = world.get::<Hold>((order.slot, no)).expect("a hold is there");
        assert_eq!(hold.state, HoldState::Open, "{order:?}");
        hold.amount_minor.units()
    });
    assert_eq!(held, to_hold(order, in_escrow, &book).unwrap().minor().units(), "{order:?}");
    let timers = world.all::<Timer>().filter(|timer| timer.task == TimerTask::FreeSplits);
    let own: Vec<_> = timers.filter(|timer| timer.order_no == Some(order.no)).map(|timer| timer.no).collect();
    assert_eq!(own, Vec::from_iter(book.timer), "one timer while something is held: {order:?}");
    assert_eq!(book.timer.is_some(), held > 0, "{order:?}");
    let id = AccountId::of(order.seller, AccountKind::Balance, order.currency);
    let open = world.all::<Hold>().filter(|hold| hold.account == id && hold.state == HoldState::Open);
    let open: i64 = open.map(|hold| hold.amount_minor.units()).sum();
    let account = world.get::<Account>((order.slot, id)).unwrap();
    assert_eq!(account.held_minor.units(), open, "L4: {account:?}");
}

/// How many splits of an order gave something to somebody: the merchant hears of each.
pub(crate) fn ended(world: &World, no: OrderNo) -> usize {
    let splits = world.all::<Split>().filter(|split| split.order_no == no && split.kind == SplitKind::Out);
    splits.filter(|split| split.lines > 0).count()
}

/// What the merchant was told of an order's splits.
fn told_of(world: &World, no: OrderNo) -> Vec<serde_json::Value> {
    let messages = world.all::<Notice>().filter(|notice| notice.order_no == no);
    let texts = messages.filter_map(|notice| notice.content.clone());
    texts.map(|text| serde_json::from_str(text.as_str()).unwrap()).collect()
}

const PEOPLE: &str = "
    merchant shop 10.00 slot=11
    person alice 5000.00 slot=21
    person carol 0.01 slot=31
    person bob 0.01 slot=11
    merchant partner 0.01 slot=32
";

#[test]
fn every_refusal_of_a_split_has_a_row() {
    check_in(
        PEOPLE,
        "
        split T1 shop S1 carol:1.00             -> refused TradeNotFound
        page T0 shop 100.00
        split T0 shop S1 carol:1.00             -> refused TradeNotFound
        claim T0 alice
        split T0 shop S1 carol:1.00             -> refused NotPaid
        close T0 shop
        split T0 shop S1 carol:1.00             -> refused Ended
        code alice A1
        pay T1 shop A1 100.00
        split T1 partner S1 carol:1.00          -> refused TradeNotFound
        split T1 shop S1 carol:1.00             -> refused ReceiverNotBound
        split T1 shop S1 nobody:1.00            -> refused ReceiverNotBound
        bind shop carol bob
        split T1 shop S1 carol:1.00 payer=alice -> refused PayerDiffers
        split T1 shop S1 shop:1.00              -> refused ReceiverIsSeller
        split T1 shop S1 carol:1.00 partner:1.00 -> refused ReceiverNotBound
        split T1 shop S1 carol:0.00             -> refused MoreThanLeft
        split T1 shop S1 carol:30.01            -> refused MoreThanLeft
        status shop frozen
        split T1 shop S1 carol:1.00             -> refused SellerBlocked
        status shop normal
        split T1 shop S1 carol:10.00 bob:5%     -> 1: Done 10.00, Done 5.00
        balance carol                           -> 10.01
        balance bob                             -> 5.01
        balance shop                            -> 94.40
        split T1 shop S1 carol:10.00 bob:5.00   -> 1: Done 10.00, Done 5.00
        split T1 shop S1 carol:10.00 bob:5.01   -> refused NumberTaken(royalty_parameters)
        split T1 shop S1 carol:10.00            -> refused NumberTaken(royalty_parameters)
        split T1 shop S1 carol:10.00 carol:5.00 -> refused NumberTaken(royalty_parameters)
        split T1 shop S1 carol:10.00 bob:5% finish=y -> refused NumberTaken(royalty_finish)
        left T1 shop                            -> 15.00
        split T1 shop S2 bob:15.01              -> refused MoreThanLeft
        unbind shop carol
        split T1 shop S2 carol:1.00             -> refused ReceiverNotBound
        split T1 shop S1 carol:10.00 bob:5.00   -> 1: Done 10.00, Done 5.00
        find-split T1 shop S1                   -> 1: Done 10.00, Done 5.00
        find-split T1 shop 1                    -> 1: Done 10.00, Done 5.00
        find-split T1 shop S2                   -> refused SplitNotFound
        find-split T1 partner S1                -> refused TradeNotFound
        split T1 shop S3 finish=y               -> 2:
        split T1 shop S3 finish=y               -> 2:
        split T1 shop S4 bob:1.00               -> refused Finished
        left T1 shop                            -> 0.00
        balance carol                           -> 10.01
        code alice A2
        pay T2 shop A2 100.00
        advance 364d
        split T2 shop S1 bob:1.00               -> 1: Done 1.00
        advance 1d
        split T2 shop S2 bob:1.00               -> refused Ended
        split T2 shop S1 bob:1.00               -> 1: Done 1.00
    ",
    );
}

#[test]
fn a_merchant_without_money_cannot_split() {
    check_in(
        PEOPLE,
        "
        bind shop carol
        code alice A1
        pay T1 shop A1 100.00
        page X1 partner 109.30
        claim X1 shop
        try X1 shop P1
        judge shop P1 right
        confirm X1 shop P1                      -> Paid
        balance shop                            -> 0.10
        split T1 shop S1 carol:0.11             -> refused SellerBalanceTooLow
        split T1 shop S1 carol:0.10             -> 1: Done 0.10
        ",
    );
}

#[test]
fn no_more_splits_than_an_order_may_have() {
    let mut script = String::from("bind shop carol\ncode alice A1\npay T1 shop A1 100.00\n");
    for number in 1..=128 {
        script.push_str(&format!("split T1 shop S{number} carol:0.01 -> {number}: Done 0.01\n"));
    }
    script.push_str(
        "split T1 shop S129 carol:0.01 -> refused TooMany\nsplit T1 shop S128 carol:0.01 -> 128: Done 0.01\n\
         refund T1 shop 1.00 R1 back=carol:0.01 -> refused Back(TooMany)\n\
         refund T1 shop 1.00 R1 -> moved Paid 1.00\n\
         split T1 shop S130 finish=y -> 129:\nsplit T1 shop S131 finish=y -> refused Finished",
    );
    check_in(PEOPLE, &script);
}

#[test]
fn a_part_for_a_closed_receiver_comes_back() {
    check_in(
        PEOPLE,
        "
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00
        status carol closed
        split T1 shop S1 carol:20.00 bob:10.00  -> 1: Returned 20.00, Done 10.00
        balance shop                            -> 99.40
        left T1 shop                            -> 20.00
        split T1 shop S1 carol:20.00 bob:10.00  -> 1: Returned 20.00, Done 10.00
        split T1 shop S2 bob:20.00              -> 2: Done 20.00
        # A frozen account takes money.
        status bob frozen
        code alice A2
        pay T2 shop A2 100.00
        split T2 shop S1 bob:10.00              -> 1: Done 10.00
    ",
    );
}

#[test]
fn what_is_frozen_for_splits_is_free_when_they_are_finished() {
    check_in(
        PEOPLE,
        "
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        account shop CNY                        -> 10.00
        split T1 shop S1 carol:20.00            -> 1: Done 20.00
        account shop CNY                        -> 10.00
        refund T1 shop 30.00 R1                 -> moved Paid 30.00
        account shop CNY                        -> 10.00
        status carol closed
        split T1 shop S2 carol:5.00             -> 2: Returned 5.00
        account shop CNY                        -> 10.00
        split T1 shop S3 bob:5.00 finish=y      -> 3: Done 5.00
        account shop CNY                        -> 54.58
        # Another order's money is not taken for this one.
        code alice A2
        pay T2 shop A2 100.00 freeze=y
        account shop CNY                        -> 54.58
        refund T2 shop 100.00                   -> moved Closed 100.00
        account shop CNY                        -> 54.58
        # A refund that comes back is held again.
        code alice A3
        pay T4 shop A3 100.00 freeze=y
        status alice closed
        refund T4 shop 40.00 R1                 -> refused BuyerClosed
        status alice normal
        account shop CNY                        -> 54.58
        page T3 shop 10.00 freeze=y
        claim T3 alice
        close T3 shop
    ",
    );
}

#[test]
fn a_refund_after_a_split_is_the_merchants_to_bear() {
    check_in(
        PEOPLE,
        "
        bind shop carol
        code alice A1
        pay T1 shop A1 100.00
        split T1 shop S1 carol:20.00            -> 1: Done 20.00
        refund T1 shop 90.00 R1                 -> refused SellerBalanceTooLow
        refund T1 shop 89.00 R1                 -> moved Paid 89.00
        balance carol                           -> 20.01
        # What was given back cannot be passed on.
        topup shop 100.00
        left T1 shop                            -> 0.00
        split T1 shop S2 carol:0.01             -> refused MoreThanLeft
    ",
    );
}

#[test]
fn a_frozen_order_pays_its_refund_after_a_split_from_both() {
    check_in(
        PEOPLE,
        "
        bind shop carol
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        split T1 shop S1 carol:30.00            -> 1: Done 30.00
        refund T1 shop 100.00                   -> refused SellerBalanceTooLow
        topup shop 20.00
        refund T1 shop 100.00                   -> moved Closed 100.00
        account shop CNY                        -> 0.00
    ",
    );
}

#[test]
fn splits_and_refunds_under_way_together_keep_the_money() {
    check_in(
        PEOPLE,
        "
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        between 2 : refund T1 shop 80.00 R1
        split T1 shop S1 carol:10.00            -> moved Paid 80.00 | 1: Done 10.00
        between 2 : status carol closed
        split T1 shop S2 carol:5.00             -> ok | 2: Returned 5.00
        between 3 : split T1 shop S4 bob:1.00 finish=y
        split T1 shop S3 carol:5.00             -> 4: Done 1.00 | 3: Returned 5.00
        # What came back after the end was to be passed on, and still may be.
        split T1 shop S5 bob:5.01               -> refused MoreThanLeft
        split T1 shop S5 bob:4.00               -> 5: Done 4.00
        left T1 shop                            -> 1.00
        split T1 shop S6 bob:1.00 finish=y      -> 6: Done 1.00
        split T1 shop S7 bob:0.01               -> refused Finished
        split T1 shop S8 finish=y               -> refused Finished
    ",
    );
}

#[test]
fn receivers_are_bound_given_up_and_counted() {
    check_in(
        PEOPLE,
        "
        bind shop carol bob partner
        bound shop                              -> 1 carol, 2 bob, 3 partner
        bind shop bob alice memo=friend
        bound shop                              -> 1 carol, 2 bob, 3 partner, 4 alice
        unbind shop bob nobody
        bound shop                              -> 1 carol, 2 alice, 3 partner
        unbind shop carol partner carol
        bound shop                              -> 1 alice
        bound partner                           ->
        unbind shop alice
        bound shop                              ->
    ",
    );
}

const SPLIT: &str = "
    merchant shop 10.00 slot=11
    person alice 5000.00 slot=21
    person carol 0.00 slot=31
    person bob 0.00 slot=11
    person dave 5.00 slot=41
    merchant partner 0.01 slot=32
    bind shop carol bob
    code alice A1
    pay T1 shop A1 100.00
    split T1 shop S1 carol:20.00 bob:10.00
";

#[test]
fn every_refusal_of_taking_back_has_a_row() {
    check_in(
        SPLIT,
        "
        refund T9 shop 10.00 R1 back=carol:1.00             -> refused TradeNotFound
        page T0 shop 100.00
        claim T0 alice
        refund T0 shop 10.00 R1 back=carol:1.00             -> refused NotPaid
        refund T1 shop 10.00 back=carol:1.00                -> refused PartNeedsNumber
        refund T1 shop 100.01 R1 back=carol:1.00            -> refused MoreThanLeft
        refund T1 shop 10.00 R1 back=carol:1.00 payee=alice -> refused Back(PayeeDiffers)
        refund T1 shop 10.00 R1 back=nobody:1.00            -> refused Back(ReceiverNotFound)
        refund T1 shop 10.00 R1 back=dave:1.00              -> refused Back(MoreThanSplit)
        refund T1 shop 10.00 R1 back=carol:0.00             -> refused Back(MoreThanSplit)
        refund T1 shop 10.00 R1 back=carol:0%               -> refused Back(MoreThanSplit)
        refund T1 shop 30.00 R1 back=carol:20.01            -> refused Back(MoreThanSplit)
        refund T1 shop 30.00 R1 back=carol:10.00,carol:10.01 -> refused Back(MoreThanSplit)
        refund T1 shop 10.00 R1 back=carol:5.00,bob:5.01    -> refused Back(MoreThanSplit)
        refund T1 shop 10.00 R1 back=carol:5.00,bob:1% payee=shop reason=sour -> moved Paid 10.00
        balance carol                                       -> 15.00
        balance bob                                         -> 9.00
        # 79.40 less 4.00 of its own, and 0.06 of the fee.
        balance shop                                        -> 75.46
        refund T1 shop 10.00 R1 back=carol:5.00,bob:1.00    -> same Paid 10.00
        refund T1 shop 10.00 R1 back=carol:5%,bob:1.00 payee=shop -> same Paid 10.00
        refund T1 shop 10.00 R1 back=carol:5.00             -> refused NumberTaken(refund_royalty_parameters)
        refund T1 shop 10.00 R1 back=bob:1.00,carol:5.00    -> refused NumberTaken(refund_royalty_parameters)
        refund T1 shop 10.00 R1                             -> refused NumberTaken(refund_royalty_parameters)
        refund T1 shop 11.00 R1 back=carol:5.00,bob:1.00    -> refused NumberTaken(refund_amount)
        refund T1 shop 1.00 R2                              -> moved Paid 11.00
        refund T1 shop 1.00 R2 back=bob:1.00                -> refused NumberTaken(refund_royalty_parameters)
        # Nobody gives back twice.
        refund T1 shop 20.00 R3 back=carol:15.01            -> refused Back(MoreThanSplit)
        # What came back may be split again.
        left T1 shop                                        -> 6.00
        find-split T1 shop 2                                -> 2: Done 5.00, Done 1.00
        find-split T1 shop R1                               -> refused SplitNotFound
        ",
    );
}

#[test]
fn a_receiver_that_cannot_pay_leaves_everybody_as_they_were() {
    check_in(
        SPLIT,
        "
        page X1 partner 19.00
        claim X1 carol
        try X1 carol P1
        judge carol P1 right
        confirm X1 carol P1                                 -> Paid
        balance carol                                       -> 1.00
        refund T1 shop 30.00 R1 back=bob:10.00,carol:1.01   -> refused Back(CannotPay)
        balance bob                                         -> 10.00
        balance carol                                       -> 1.00
        balance shop                                        -> 79.40
        find-split T1 shop 2                                -> 2: Returned 10.00, Refused 1.01
        # The number is free, and less can be had.
        refund T1 shop 30.00 R1 back=bob:10.00,carol:1.00   -> moved Paid 30.00
        balance carol                                       -> 0.00
        status bob closed
        refund T1 shop 30.00 R2 back=carol:1.00             -> refused Back(CannotPay)
        ",
    );
}

#[test]
fn a_closed_receiver_keeps_its_part_and_a_frozen_one_gives_it() {
    check_in(
        SPLIT,
        "
        status bob closed
        refund T1 shop 30.00 R1 back=bob:10.00,carol:5.00   -> refused Back(CannotPay)
        balance carol                                       -> 20.00
        status carol frozen
        refund T1 shop 30.00 R1 back=carol:5.00             -> moved Paid 30.00
        balance carol                                       -> 15.00
        ",
    );
}

#[test]
fn receivers_give_the_whole_refund_and_the_fee_is_the_merchants() {
    check_in(
        SPLIT,
        "
        balance shop                                        -> 79.40
        refund T1 shop 30.00 R1 back=carol:20.00,bob:10.00  -> moved Paid 30.00
        balance shop                                        -> 79.58
        balance carol                                       -> 0.00
        balance bob                                         -> 0.00
        refund T1 shop 70.00 R2                             -> moved Closed 100.00
        balance shop                                        -> 10.00
        balance alice                                       -> 5000.00
        # So little that the fee has no part in it: nothing moves at the merchant.
        code alice A2
        pay T2 shop A2 0.10
        split T2 shop S1 carol:0.03                         -> 1: Done 0.03
        refund T2 shop 0.03 R1 back=carol:0.03              -> moved Paid 0.03
        balance shop                                        -> 10.07
        balance carol                                       -> 0.00
        status alice closed
        split T2 shop S2 carol:0.02                         -> 3: Done 0.02
        refund T2 shop 0.02 R2 back=carol:0.02              -> refused BuyerClosed
        balance shop                                        -> 10.05
        balance carol                                       -> 0.02
        status alice normal
        refund T2 shop 0.02 R2                              -> moved Paid 0.05
        refund T2 shop 0.02 R2                              -> same Paid 0.05
        refund T2 shop 0.02 R2 back=carol:0.02              -> refused NumberTaken(refund_royalty_parameters)
        ",
    );
}

#[test]
fn a_refund_that_cannot_arrive_leaves_everybody_as_they_were_at_each_try() {
    check_in(
        SPLIT,
        "
        status alice closed
        refund T1 shop 30.00 R1 back=carol:20.00,bob:1.00   -> refused BuyerClosed
        balance carol                                       -> 20.00
        balance bob                                         -> 10.00
        balance shop                                        -> 79.40
        find-split T1 shop 2                                -> 2: Returned 20.00, Returned 1.00
        left T1 shop                                        -> 0.00
        refund T1 shop 30.00 R1 back=carol:20.00            -> refused BuyerClosed
        balance carol                                       -> 20.00
        balance shop                                        -> 79.40
        status alice normal
        refund T1 shop 30.00 R1 back=carol:15.00            -> moved Paid 30.00
        refund T1 shop 30.00 R1 back=carol:15.00            -> same Paid 30.00
        refund T1 shop 30.00 R1 back=carol:20.00            -> refused NumberTaken(refund_royalty_parameters)
        balance carol                                       -> 5.00
        left T1 shop                                        -> 15.00
        ",
    );
}

#[test]
fn a_refund_that_receivers_pay_nearly_alone_comes_back_to_them_and_the_fee_to_us() {
    check_in(
        SPLIT,
        "
        # The merchant has nothing: neither its own share nor a fee that it was never given can be missing.
        status alice closed
        page X1 partner 79.40
        claim X1 shop
        try X1 shop P1
        judge shop P1 right
        confirm X1 shop P1                                  -> Paid
        balance shop                                        -> 0.00
        refund T1 shop 30.00 R1 back=carol:20.00,bob:10.00  -> refused BuyerClosed
        refund T1 shop 30.00 R1 back=carol:20.00,bob:9.90   -> refused BuyerClosed
        balance shop                                        -> 0.00
        balance carol                                       -> 20.00
        balance bob                                         -> 10.00
        status alice normal
        refund T1 shop 30.00 R1 back=carol:20.00,bob:9.90   -> moved Paid 30.00
        balance shop                                        -> 0.08
        balance bob                                         -> 0.10
        ",
    );
}

#[test]
fn a_part_of_a_refund_that_came_back_stays_with_the_merchant_when_its_receiver_is_gone() {
    for (step, states, shop) in [
        (10, "Returned 20.00, Returned 1.00", "79.40"),
        (8, "Kept 20.00, Returned 1.00", "99.40"),
        (4, "Kept 20.00, Returned 1.00", "99.40"),
    ] {
        let script = format!(
            "
            status alice closed
            between {step} : status carol closed
            refund T1 shop 30.00 R1 back=carol:20.00,bob:1.00 -> ?
            find-split T1 shop 2                        -> 2: {states}
            balance bob                                 -> 10.00
            balance shop                                -> {shop}
            "
        );
        check_in(SPLIT, &script);
    }
}

#[test]
fn the_same_refund_while_its_parts_go_back_is_not_known_yet() {
    check_in(
        SPLIT,
        "
        status alice closed
        between 6 : refund T1 shop 30.00 R1 back=carol:20.00
        refund T1 shop 30.00 R1 back=carol:20.00 -> refused Back(UnderWay) | refused BuyerClosed
        ",
    );
}

#[test]
fn a_merchant_with_nothing_else_holds_no_fee_that_it_does_not_have() {
    check_in(
        "
        merchant shop 0.00 slot=11
        person alice 5000.00 slot=21
        person carol 0.00 slot=31
        person bob 0.00 slot=32
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        split T1 shop S1 carol:20.00
        ",
        "
        refund T1 shop 20.00 R1 back=carol:20.00            -> moved Paid 20.00
        account shop CNY                                    -> 0.00
        balance shop                                        -> 79.52
        split T1 shop S2 carol:20.00                        -> 3: Done 20.00
        # What is left may be less than the receivers' parts of a refund that is under way.
        between 4 : refund T1 shop 50.00 R3
        between 4 : split T1 shop S3 bob:0.01
        between 4 : status alice closed
        refund T1 shop 20.00 R2 back=carol:20.00 -> moved Paid 70.00 | refused MoreThanLeft | ok | refused BuyerClosed
        left T1 shop                                        -> 9.82
        ",
    );
}

#[test]
fn what_receivers_gave_is_not_split_again_before_the_refund_has_arrived() {
    check_in(
        SPLIT,
        "
        status alice closed
        between 4 : split T1 shop S2 bob:0.01
        refund T1 shop 30.00 R1 back=carol:20.00            -> refused MoreThanLeft | refused BuyerClosed
        balance carol                                       -> 20.00
        left T1 shop                                        -> 0.00
        ",
    );
}

#[test]
fn a_merchant_that_is_short_refunds_with_what_receivers_give() {
    check_in(
        SPLIT,
        "
        page X1 partner 79.00
        claim X1 shop
        try X1 shop P1
        judge shop P1 right
        confirm X1 shop P1                                  -> Paid
        balance shop                                        -> 0.40
        refund T1 shop 20.00 R1                             -> refused SellerBalanceTooLow
        refund T1 shop 20.00 R1 back=carol:19.00            -> refused SellerBalanceTooLow
        balance carol                                       -> 20.00
        refund T1 shop 20.00 R1 back=carol:19.48            -> moved Paid 20.00
        balance shop                                        -> 0.00
        ",
    );
}

#[test]
fn a_frozen_order_gives_back_what_receivers_gave_first() {
    check_in(
        SPLIT,
        "
        code alice A2
        pay T2 shop A2 100.00 freeze=y
        split T2 shop S1 carol:30.00                        -> 1: Done 30.00
        account shop CNY                                    -> 79.40
        refund T2 shop 40.00 R1 back=carol:30.00            -> moved Paid 40.00
        account shop CNY                                    -> 79.40
        left T2 shop                                        -> 30.00
        split T2 shop S2 finish=y                           -> 3:
        account shop CNY                                    -> 139.04
        # Nothing more comes, and yet what was given can come back.
        refund T1 shop 5.00 R1 back=bob:5.00                -> moved Paid 5.00
        ",
    );
}

/// Plays each of these before each step of a refund that takes parts back; the world is checked after each line,
/// whatever the answers are.
fn between_steps(steps: std::ops::Range<u32>, first: &str, commands: &[&str]) {
    for step in steps {
        for between in commands {
            for freeze in ["", "freeze=y"] {
                let people =
                    SPLIT.replace("pay T1 shop A1 100.00", &format!("pay T1 shop A1 100.00 {freeze}"));
                let parts = "back=carol:20.00,bob:5.00";
                let script =
                    format!("{first}between {step} : {between}\nrefund T1 shop 30.00 R1 {parts} -> ?\n");
                crate::script::check(&format!("{people}{script}left T1 shop\n"));
            }
        }
    }
}

const BETWEEN: [&str; 8] = [
    "refund T1 shop 80.00 R2",
    "refund T1 shop 30.00 R1 back=carol:20.00,bob:5.00",
    "refund T1 shop 30.00 R1",
    "refund T1 shop 20.00 R2 back=carol:20.00",
    "split T1 shop S2 bob:1.00 finish=y",
    "status carol closed",
    "status alice closed",
    "cancel T1 shop",
];

#[test]
fn what_happens_while_parts_are_taken_back_keeps_the_money() {
    between_steps(2..8, "", &BETWEEN);
}

#[test]
fn what_happens_while_a_refund_comes_back_keeps_the_money() {
    between_steps(2..12, "status alice closed\n", &BETWEEN);
    between_steps(2..12, "status alice closed\n", &["status alice normal", "split T1 shop S2 bob:0.01"]);
}

#[test]
fn the_same_refund_while_parts_are_taken_back_is_not_known_yet() {
    check_in(
        SPLIT,
        "
        between 2 : refund T1 shop 30.00 R1 back=carol:20.00
        refund T1 shop 30.00 R1 back=carol:20.00 -> refused Back(UnderWay) | moved Paid 30.00
        ",
    );
}

#[test]
fn what_is_frozen_is_free_after_a_year() {
    check_in(
        PEOPLE,
        "
        bind shop carol
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        split T1 shop S1 carol:20.00            -> 1: Done 20.00
        advance 364d
        due
        account shop CNY                        -> 10.00
        advance 1d
        due
        account shop CNY                        -> 89.40
        split T1 shop S2 carol:1.00             -> refused Ended
        ",
    );
}

#[test]
fn a_guaranteed_trade_is_split_when_its_money_is_released() {
    check_in(
        "
        merchant shop 10.00 slot=11
        person alice 5000.00 slot=21
        person carol 0.00 slot=31
        bind shop carol
        ",
        "
        escrow T1 shop 100.00 of=virtual freeze=y
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        left T1 shop                            -> 0.00
        split T1 shop S1 carol:10.00            -> refused InEscrow
        refund T1 shop 10.00 R1                 -> moved Paid 10.00
        seller send T1 shop unneeded
        split T1 shop S1 carol:10.00            -> refused InEscrow
        try T1 alice P2
        judge alice P2 right
        received T1 alice P2
        # 90.00 less 0.54, held for splits.
        account shop CNY                        -> 10.00
        left T1 shop                            -> 30.00
        split T1 shop S1 carol:10.00            -> 1: Done 10.00
        balance carol                           -> 10.00
        account shop CNY                        -> 10.00
        split T1 shop S2 carol:1.00 finish=y    -> 2: Done 1.00
        account shop CNY                        -> 88.46
        refund T1 shop 1.00 R2 back=carol:1.00  -> refused Finished
        ",
    );
}

#[test]
fn what_came_back_of_the_last_split_may_be_split_again() {
    check_in(
        PEOPLE,
        "
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00 freeze=y
        split T1 shop S1 bob:10.00              -> 1: Done 10.00
        status carol closed
        split T1 shop S2 carol:5.00 finish=y    -> 2: Returned 5.00
        account shop CNY                        -> 99.40
        left T1 shop                            -> 5.00
        split T1 shop S3 carol:4.00             -> 3: Returned 4.00
        left T1 shop                            -> 5.00
        split T1 shop S4 bob:5.01               -> refused MoreThanLeft
        split T1 shop S5 bob:5.00               -> 4: Done 5.00
        left T1 shop                            -> 0.00
        split T1 shop S6 bob:0.01               -> refused Finished
        ",
    );
}

#[test]
fn what_comes_back_to_an_escrow_late_is_not_the_merchants_to_split() {
    check_in(
        "
        merchant shop 0.00 slot=11
        person alice 5000.00 slot=21
        person carol 0.00 slot=31
        bind shop carol
        ",
        "
        escrow T1 shop 100.00 of=virtual freeze=y
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        seller send T1 shop unneeded
        try T1 alice P2
        judge alice P2 right
        between 2 : received T1 alice P2
        between 2 : status alice closed
        refund T1 shop 90.00 R1                 -> ?
        account shop CNY                        -> 0.00
        left T1 shop                            -> 9.94
        split T1 shop S1 carol:1.00             -> 1: Done 1.00
        left T1 shop                            -> 8.94
        account shop CNY                        -> 0.00
        ",
    );
}

#[test]
fn the_same_order_with_another_freeze_is_another_order() {
    check_in(
        PEOPLE,
        "
        page T1 shop 10.00 freeze=y
        page T1 shop 10.00                      -> refused NumberTaken(royalty_freeze)
        page T2 shop 10.00
        page T2 shop 10.00 freeze=y             -> refused NumberTaken(royalty_freeze)
        ",
    );
}

#[test]
fn the_merchant_hears_how_a_split_ended() {
    let script = crate::script::check(&format!(
        "{PEOPLE}
        bind shop carol bob
        code alice A1
        pay T1 shop A1 100.00
        status carol closed
        split T1 shop S1 carol:20.00 bob:5%
        split T1 shop S1 carol:20.00 bob:5%
        split T1 shop S2 finish=y
        "
    ));
    let told = told_of(&script.world, script.no("T1"));
    assert_eq!(told.len(), 1, "once, and not of a request that gives nobody anything: {told:?}");
    assert_eq!(told[0]["msg_method"], "alipay.trade.order.settle.notify");
    let content: serde_json::Value = serde_json::from_str(told[0]["biz_content"].as_str().unwrap()).unwrap();
    assert_eq!(content["out_request_no"], "S1");
    assert_eq!(content["trade_no"], script.no("T1").to_string());
    let lines = content["royalty_detail_list"].as_array().unwrap();
    let states: Vec<_> = lines.iter().map(|line| (&line["state"], &line["amount"])).collect();
    assert_eq!(states, [(&"FAIL".into(), &"20.00".into()), (&"SUCCESS".into(), &"5.00".into())]);
    assert_eq!(lines[0]["error_code"], "ROYALTY_RECEIVER_ACCOUNT_NOT_EXIST");
}

#[test]
fn twenty_receivers_that_are_gone_fit_into_one_message() {
    let names: Vec<String> = (0..20).map(|at| format!("r{at}")).collect();
    let mut script = String::from("merchant shop 0.00\nperson alice 10000000.00\n");
    for name in &names {
        script.push_str(&format!("person {name} 0.00\n"));
    }
    script.push_str(&format!("bind shop {}\ncode alice A1\n", names.join(" ")));
    script.push_str("page T1 shop 9999999.99\nclaim T1 alice\ntry T1 alice P1\n");
    script.push_str("judge alice P1 right\nconfirm T1 alice P1\n");
    names.iter().for_each(|name| script.push_str(&format!("status {name} closed\n")));
    let number = "S".repeat(64);
    let parts: Vec<String> = names.iter().map(|name| format!("{name}:100000.00")).collect();
    script.push_str(&format!("split T1 shop {number} {}\n", parts.join(" ")));
    let script = crate::script::check(&script);
    assert_eq!(told_of(&script.world, script.no("T1")).len(), 1);
}

#[test]
fn nineteen_parts_go_back_when_the_twentieth_is_not_there() {
    let names: Vec<String> = (0..20).map(|at| format!("r{at}")).collect();
    let mut script = String::from("merchant shop 0.00\nperson alice 1000.00\n");
    names.iter().for_each(|name| script.push_str(&format!("person {name} 0.00\n")));
    script.push_str(&format!("bind shop {}\ncode alice A1\npay T1 shop A1 100.00\n", names.join(" ")));
    let parts: Vec<String> = names.iter().map(|name| format!("{name}:1.00")).collect();
    script.push_str(&format!("split T1 shop S1 {}\nstatus r19 closed\n", parts.join(" ")));
    script
        .push_str(&format!("refund T1 shop 20.00 R1 back={} -> refused Back(CannotPay)\n", parts.join(",")));
    script.push_str("balance r0 -> 1.00\nstatus r19 normal\n");
    script.push_str(&format!("refund T1 shop 20.00 R1 back={} -> moved Paid 20.00\n", parts.join(",")));
    script.push_str("balance r0 -> 0.00\n");
    crate::script::check(&script);
}
