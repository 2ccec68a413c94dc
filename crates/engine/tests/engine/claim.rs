//! The buyer takes an order up: by its code, by a link, or because the merchant named the buyer.

use crate::script::check_in;

const PEOPLE: &str = "
    merchant shop
    person alice 5000.00
    person bob 100.00
";

#[test]
fn an_offer_exists_for_the_world_once_a_buyer_takes_it_up() {
    check_in(
        PEOPLE,
        "
        precreate T1 shop 30.00                 -> Offered
        precreate T1 shop 30.00                 -> Offered
        precreate T1 shop 30.01                 -> refused NumberTaken(total_amount)
        query T1 shop                           -> refused TradeNotFound
        query #T1 shop                          -> refused TradeNotFound
        refunded T1 shop R1                     -> refused TradeNotFound
        close T1 shop                           -> refused TradeNotFound
        refund T1 shop 30.00                    -> refused TradeNotFound
        look T1                                 -> Offered
        trade T1 alice                          -> refused TradeNotFound
        claim T1 alice code                     -> WaitBuyerPay
        claim T1 alice code                     -> WaitBuyerPay
        query T1 shop                           -> WaitBuyerPay
        query #T1 shop                          -> WaitBuyerPay
        trade T1 alice                          -> Waiting
        precreate T1 shop 30.00                 -> WaitBuyerPay
        precreate T1 shop 30.01                 -> refused NumberTaken(total_amount)
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        precreate T1 shop 30.00                 -> refused AlreadyPaid
        claim T1 alice                          -> refused AlreadyPaid
        notices T1                              -> Paid 0.00
    ",
    );
}

#[test]
fn every_refusal_of_a_claim_has_a_row() {
    check_in(
        PEOPLE,
        "
        person icy
        status icy frozen
        person gone
        status gone closed
        merchant second
        claim T9 alice                          -> refused OrderNotFound
        page T1 shop 30.00                      -> Offered
        claim T1 nobody                         -> refused BuyerNotFound
        claim T1 gone                           -> refused BuyerNotFound
        claim T1 icy                            -> refused BuyerBlocked
        claim T1 shop                           -> refused BuyerIsSeller
        query T1 shop                           -> refused TradeNotFound
        claim T1 alice                          -> WaitBuyerPay
        claim T1 bob                            -> refused BuyerDiffers
        page T2 shop 30.00 buyer=bob            -> Offered
        claim T2 alice                          -> refused BuyerDiffers
        claim T2 bob                            -> WaitBuyerPay
        close T1 shop                           -> Closed
        claim T1 alice                          -> refused AlreadyClosed
        trade-row T1 alice                      -> Closed 0.00
        trade-row T1 bob                        -> none
        # A merchant may buy from another.
        page T3 shop 1.00
        claim T3 second                         -> WaitBuyerPay
        # Of two reasons the earlier.
        claim T1 shop                           -> refused AlreadyClosed
        page T4 shop 1.00 buyer=alice
        claim T4 icy                            -> refused BuyerDiffers
        claim T4 shop                           -> refused BuyerIsSeller
        precreate T5 shop 1.00
        advance 2h
        claim T5 shop code                      -> refused CodeExpired
        claim T5 nobody code                    -> refused CodeExpired
    ",
    );
}

#[test]
fn a_qr_code_lives_two_hours_at_most() {
    check_in(
        PEOPLE,
        "
        precreate T1 shop 30.00 timeout=1d
        precreate T2 shop 30.00 qr=10m
        precreate T3 shop 30.00 qr=5h
        precreate T4 shop 30.00
        advance 9m
        claim T2 alice code                     -> WaitBuyerPay
        advance 1m
        # Taken up in time, it may be looked at later.
        claim T2 alice code                     -> WaitBuyerPay
        precreate T5 shop 30.00 qr=10m
        advance 10m
        claim T5 alice code                     -> refused CodeExpired
        claim T5 alice                          -> WaitBuyerPay
        advance 99m
        claim T4 bob code                       -> WaitBuyerPay
        advance 1m
        claim T1 alice code                     -> refused CodeExpired
        claim T3 alice code                     -> refused CodeExpired
        advance 1h
        # Three hours: the order itself is over, timer or not.
        claim T3 alice                          -> refused AlreadyClosed
        claim T4 bob                            -> refused AlreadyClosed
        precreate T3 shop 30.00 qr=5h           -> refused AlreadyClosed
        due
        query T3 shop                           -> refused TradeNotFound
        claim T3 alice                          -> refused AlreadyClosed
        notices T3                              -> \u{20}
        query T4 shop                           -> Closed
        trade-row T4 bob                        -> Closed 0.00
        claim T1 alice                          -> WaitBuyerPay
    ",
    );
}

#[test]
fn links_wait_fifteen_days() {
    check_in(
        PEOPLE,
        "
        page T1 shop 30.00
        create T2 shop 30.00 buyer=alice        -> WaitBuyerPay
        advance 14d
        due                                     -> 0
        claim T1 alice                          -> WaitBuyerPay
        advance 1d
        claim T1 bob                            -> refused AlreadyClosed
        due                                     -> 2
        query T1 shop                           -> Closed
        query T2 shop                           -> Closed
        trade-row T2 alice                      -> Closed 0.00
    ",
    );
}

#[test]
fn a_named_buyer_has_the_trade_at_once() {
    check_in(
        PEOPLE,
        "
        create T1 shop 30.00 buyer=alice        -> WaitBuyerPay
        create T1 shop 30.00 buyer=alice        -> WaitBuyerPay
        create T1 shop 30.00 buyer=bob          -> refused NumberTaken(buyer_id)
        create T1 shop 30.00                    -> refused NumberTaken(buyer_id)
        trade T1 alice                          -> Waiting
        trade T1 bob                            -> refused TradeNotFound
        claim T1 bob                            -> refused BuyerDiffers
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        create T1 shop 30.00 buyer=alice        -> refused AlreadyPaid
        balance shop                            -> 29.82
    ",
    );
}

#[test]
fn an_order_without_a_named_buyer_is_taken_up_by_whom_it_reaches() {
    check_in(
        PEOPLE,
        "
        create T1 shop 30.00                    -> WaitBuyerPay
        query T1 shop                           -> WaitBuyerPay
        claim T1 alice                          -> WaitBuyerPay
        trade T1 alice                          -> Waiting
        claim T1 bob                            -> refused BuyerDiffers
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
    ",
    );
}

#[test]
fn an_order_at_a_till_is_paid_by_code_alone() {
    check_in(
        PEOPLE,
        "
        pay T1 shop XX 30.00                    -> refused Pay(CodeInvalid)
        claim T1 alice                          -> refused OrderNotFound
        trade-row T1 alice                      -> none
        code alice A1
        pay T1 shop A1 30.00                    -> paid Paid
        # Once its buyer is known, the buyer may look at it to confirm.
        code alice A2
        pay T2 shop A2 2000.00                  -> WaitBuyerPay
        claim T2 alice                          -> WaitBuyerPay
        claim T2 bob                            -> refused BuyerDiffers
    ",
    );
}

#[test]
fn looking_finds_what_is_there_and_only_for_its_owner() {
    let played = check_in(
        PEOPLE,
        "
        merchant second
        page T1 shop 30.00
        claim T1 alice                          -> WaitBuyerPay
        query T1 second                         -> refused TradeNotFound
        query #T1 second                        -> refused TradeNotFound
        query T9 shop                           -> refused TradeNotFound
        close #T1 second                        -> refused TradeNotFound
        cancel #T1 second                       -> nothing
        refund #T1 second 30.00                 -> refused TradeNotFound
        refunded #T1 second R1                  -> refused TradeNotFound
        look T9                                 -> refused TradeNotFound
        trade T1 bob                            -> refused TradeNotFound
        who alice                               -> alice Normal
        who nobody                              -> refused PartyNotFound
        account alice CNY                       -> 5000.00
        account alice USD                       -> refused PartyNotFound
        account nobody CNY                      -> refused PartyNotFound
        login nobody@example.com                -> refused PartyNotFound
        topup shop 100.00
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        refund T1 shop 10.00 R1                 -> moved Paid 10.00
        refunded T1 shop R1                     -> Done 10.00
        refunded #T1 shop R1                    -> Done 10.00
        refunded T1 shop R2                     -> none
        refunded T9 shop R1                     -> refused TradeNotFound
    ",
    );
    let order = played.order("T1");
    assert_eq!(
        order.buyer_login_masked.as_ref().map(|login| login.as_str().contains("al***@example.com")),
        Some(true)
    );
    assert!(order.created_at_us.is_some() && order.created_at_us > Some(order.opened_at_us));
}

#[test]
fn another_merchant_in_the_same_slot_is_another_merchant() {
    check_in(
        "
        merchant shop slot=5
        merchant second slot=5
        person alice 100.00 slot=5
        person bob 100.00 slot=5
    ",
        "
        page T1 shop 30.00
        claim T1 alice                          -> WaitBuyerPay
        query #T1 second                        -> refused TradeNotFound
        close #T1 second                        -> refused TradeNotFound
        cancel #T1 second                       -> nothing
        trade T1 bob                            -> refused TradeNotFound
        try T1 bob P1
        judge bob P1 right
        confirm T1 bob P1                       -> refused TradeNotFound
        claim T1 bob                            -> refused BuyerDiffers
        try T1 alice P2
        judge alice P2 right
        confirm T1 alice P1                     -> refused ProofMissing
        confirm T1 alice P2                     -> Paid
        refund #T1 second 30.00                 -> refused TradeNotFound
        balance shop                            -> 29.82
    ",
    );
}

#[test]
fn an_order_at_the_till_is_not_there_for_who_has_its_number_alone() {
    check_in(
        "
        merchant shop
        person alice 5000.00
    ",
        "
        pay T1 shop X1 30.00                    -> refused Pay(CodeInvalid)
        claim T1 alice                          -> refused OrderNotFound
        # Nor when it is over: what it was is nobody's business.
        close T1 shop                           -> Closed
        claim T1 alice                          -> refused OrderNotFound
        pay T2 shop X1 30.00                    -> refused Pay(CodeInvalid)
        advance 4h
        claim T2 alice                          -> refused OrderNotFound
    ",
    );
}
