//! Splits: parts of an order's money for receivers that were bound, once per number.

use crate::script::{Script, Words, check_in, cny};
use crate::support::World;
use base::Text;
use engine::{
    BindRelations, FindSplit, NewRelation, Share, SplitOrder, SplitPart, SplitView, UnbindRelations,
    WhichSplit,
};
use ledger::{Account, AccountId, AccountKind, Hold, HoldState};
use trade::{Order, ReceiverNamed, Split, SplitBook, SplitLine, SplitState, to_hold};

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
        let (name, share) = text.split_once(':').expect("receiver:share");
        let share = match share.strip_suffix('%') {
            Some(percent) => Share::Percent(percent.parse().unwrap()),
            None => Share::Amount(cny(share)),
        };
        let receiver = (name != "nobody").then(|| script.party(name));
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
    let lines = || world.all::<SplitLine>().filter(|line| line.order_no == order.no);
    assert!(lines().all(|line| line.state != SplitState::UnderWay), "a part is under way at rest: {order:?}");
    let done: i64 =
        lines().filter(|line| line.state == SplitState::Done).map(|line| line.amount_minor.units()).sum();
    let Some(book) = world.get::<SplitBook>((order.slot, order.no)) else {
        return assert_eq!(done, 0, "{order:?}");
    };
    assert_eq!(book.split_minor.units(), done, "{order:?}");
    assert!(done * 10 <= order.total_minor.units() * 3, "more than the contract allows: {order:?}");
    let splits = world.all::<Split>().filter(|split| split.order_no == order.no);
    assert!(splits.into_iter().all(|split| split.open == 0 && split.place <= book.splits), "{order:?}");
    let held = book.hold.map_or(0, |no| {
        let hold = world.get::<Hold>((order.slot, no)).expect("a hold is there");
        assert_eq!(hold.state, HoldState::Open, "{order:?}");
        hold.amount_minor.units()
    });
    assert_eq!(held, to_hold(order, &book).unwrap().minor().units(), "{order:?}");
    let id = AccountId::of(order.seller, AccountKind::Balance, order.currency);
    let open = world.all::<Hold>().filter(|hold| hold.account == id && hold.state == HoldState::Open);
    let open: i64 = open.map(|hold| hold.amount_minor.units()).sum();
    let account = world.get::<Account>((order.slot, id)).unwrap();
    assert_eq!(account.held_minor.units(), open, "L4: {account:?}");
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
    for number in 1..=64 {
        script.push_str(&format!("split T1 shop S{number} carol:0.01 -> {number}: Done 0.01\n"));
    }
    script.push_str(
        "split T1 shop S65 carol:0.01 -> refused TooMany\nsplit T1 shop S64 carol:0.01 -> 64: Done 0.01",
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
        split T1 shop S5 bob:1.00               -> refused Finished
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
