//! The merchant scans the buyer's code.

use crate::script::{check, check_in};

const PEOPLE: &str = "
    merchant shop
    person alice 5000.00
    person poor 1.00
    person bob 100.00
";

#[test]
fn a_shown_code_pays_at_once() {
    check_in(
        PEOPLE,
        "
        code alice A1                  -> ok
        pay T1 shop A1 30.00           -> paid Paid
        balance alice                  -> 4970.00
        balance shop                   -> 29.82
        fees shop                      -> 18
        order T1                       -> Paid refunded 0.00 fee 0.18 returned 0.00
        trade-row T1 alice             -> Paid 0.00
        trade T1 alice                 -> Paid
        query T1 shop                  -> Paid
        notices T1                     -> Paid 0.00
    ",
    );
}

#[test]
fn every_refusal_of_an_order_has_a_row() {
    check_in(
        PEOPLE,
        "
        code alice A1
        code poor P1
        person icy 50.00
        code icy I1
        status icy frozen
        merchant closed
        status closed closed
        merchant frozen
        status frozen frozen
        pay T1 nobody A1 30.00                  -> refused SellerNotFound
        pay T1 closed A1 30.00                  -> refused SellerBlocked
        pay T1 frozen A1 30.00                  -> refused SellerBlocked
        pay T1 shop A1 100000000.01             -> refused TotalTooLarge
        pay T1 shop A1 0.00                     -> refused TotalTooLarge
        pay T1 shop A1 30.00 in=USD             -> refused TotalTooLarge
        pay T1 shop A1 30.00 expires=0s         -> refused ExpiryPassed
        pay T1 shop A1 30.00 buyer=shop         -> refused Pay(BuyerIsSeller)
        create T1 shop 30.00 buyer=nobody       -> refused BuyerNotFound
        create T1 shop 30.00 buyer=icy          -> refused Pay(BuyerBlocked)
        create T1 shop 30.00 buyer=shop         -> refused Pay(BuyerIsSeller)
        precreate T1 shop 30.00 buyer=shop      -> refused Pay(BuyerIsSeller)
        pay T2 shop XX 30.00                    -> refused Pay(CodeInvalid)
        pay T2 shop I1 30.00                    -> refused Pay(BuyerBlocked)
        pay T2 shop P1 30.00                    -> refused Pay(BalanceTooLow)
        code shop S1
        pay T2 shop S1 30.00                    -> refused Pay(BuyerIsSeller)
        pay T2 shop A1 30.00                    -> paid Paid
        code bob B1
        pay T3 shop B1 30.00 buyer=alice        -> refused Pay(BuyerDiffers)
        code alice A2
        pay T3 shop A2 30.00 buyer=alice        -> paid Paid
        pay T4 shop A2 100000000.00             -> refused Pay(CodeInvalid)
        code alice A3
        pay T5 shop A3 0.01                     -> paid Paid
        balance shop                            -> 59.65
    ",
    );
}

#[test]
fn an_order_naming_its_seller_is_never_opened() {
    let played = check_in(
        PEOPLE,
        "
        create T1 shop 30.00 buyer=shop         -> refused Pay(BuyerIsSeller)
        query T1 shop                           -> refused TradeNotFound
    ",
    );
    assert_eq!(played.world.count(engine::Table::Order), 0);
}

#[test]
fn an_order_for_a_buyer_who_is_not_there_was_never_there() {
    let played = check_in(
        PEOPLE,
        "
        create T1 shop 30.00 buyer=nobody       -> refused BuyerNotFound
    ",
    );
    for table in
        [engine::Table::Order, engine::Table::OrderNumber, engine::Table::Timer, engine::Table::Trade]
    {
        assert_eq!(played.world.count(table), 0, "{table:?}");
    }
}

#[test]
fn of_two_reasons_the_earlier_is_told() {
    check_in(
        PEOPLE,
        "
        merchant second
        code alice A1
        pay T1 second A1 30.00
        pay T2 second XX 30.00                           -> refused Pay(CodeInvalid)
        pay T3 second XX 30.00                           -> refused Pay(CodeInvalid)
        close T3 second                                  -> Closed
        status second frozen
        # The number was used: that is told before the merchant's own state.
        pay T1 second XX 31.00                           -> refused NumberTaken(total_amount)
        pay T1 second XX 30.00                           -> refused AlreadyPaid
        pay T3 second XZ 30.00                           -> refused AlreadyClosed
        pay T2 second XY 30.00                           -> refused SellerBlocked
        pay T4 second XX 100000000.01 expires=0s         -> refused SellerBlocked
        pay T4 nobody XX 100000000.01                    -> refused SellerNotFound
        pay T4 shop XX 100000000.01 expires=0s           -> refused TotalTooLarge
        create T4 shop 1.00 buyer=nobody expires=0s      -> refused ExpiryPassed
        pay T1 shop XX 1.00 buyer=shop expires=0s        -> refused ExpiryPassed
        # In the buyer's slot: code, buyer, seller, named buyer, money.
        person icy 1.00
        code icy I1
        status icy frozen
        pay T5 shop I1 30.00 buyer=alice                 -> refused Pay(BuyerBlocked)
        code shop S1
        pay T5 shop S1 30.00 buyer=alice                 -> refused Pay(BuyerIsSeller)
        code poor P1
        pay T5 shop P1 30.00 buyer=alice                 -> refused Pay(BuyerDiffers)
    ",
    );
}

#[test]
fn the_same_meaning_gets_the_same_answer_and_another_names_its_field() {
    let played = check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 30.00 body=hot goods=green        -> paid Paid
        pay T1 shop A1 30.00 body=hot goods=green        -> paid Paid
        pay T1 shop A1 31.00 body=hot goods=green        -> refused NumberTaken(total_amount)
        pay T1 shop A1 30.00 body=hot goods=green in=USD -> refused NumberTaken(total_amount)
        pay T1 shop A1 30.00 body=hot goods=green subject=milk -> refused NumberTaken(subject)
        pay T1 shop A1 30.00 body=ice goods=green        -> refused NumberTaken(body)
        pay T1 shop A1 30.00 goods=green                 -> refused NumberTaken(body)
        pay T1 shop A1 30.00 body=hot goods=black        -> refused NumberTaken(goods_detail)
        pay T1 shop A1 30.00 body=hot goods=green buyer=alice -> refused NumberTaken(buyer_id)
        precreate T1 shop 30.00 body=hot goods=green     -> refused NumberTaken(product_code)
        # The first of several differences is named; delivery is no part of the meaning.
        pay T1 shop A1 31.00 subject=milk body=ice       -> refused NumberTaken(total_amount)
        pay T1 shop A1 30.00 body=hot goods=green store=9 passback=x silent=y -> paid Paid
        # Another code for a paid order is another attempt, and pays nothing.
        code bob B1
        pay T1 shop B1 30.00 body=hot goods=green        -> refused AlreadyPaid
        balance alice                                    -> 4970.00
        balance bob                                      -> 100.00
        # Another merchant may use the number.
        merchant second
        pay T1 second B1 1.00                            -> paid Paid
    ",
    );
    let order = played.order("T1");
    assert!(order.notify_url.is_some() && order.store_id.is_none(), "the first request's delivery stands");
}

#[test]
fn each_attempt_has_its_receipt() {
    check_in(
        PEOPLE,
        "
        pay T1 shop X1 30.00                    -> refused Pay(CodeInvalid)
        query T1 shop                           -> WaitBuyerPay
        code poor P1
        pay T1 shop P1 30.00                    -> refused Pay(BalanceTooLow)
        topup poor 100.00
        # The attempt was judged; money that comes later does not change its answer.
        pay T1 shop P1 30.00                    -> refused Pay(BalanceTooLow)
        pay T1 shop X1 30.00                    -> refused Pay(CodeInvalid)
        code poor P2
        pay T1 shop P2 30.00                    -> paid Paid
        pay T1 shop P2 30.00                    -> paid Paid
        pay T1 shop P1 30.00                    -> refused Pay(BalanceTooLow)
        pay T1 shop X2 30.00                    -> refused AlreadyPaid
        balance poor                            -> 71.00
    ",
    );
}

#[test]
fn an_answer_that_was_given_does_not_call_a_refunded_order_paid() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 30.00                    -> paid Paid
        topup shop 1.00
        cancel T1 shop                          -> refund Closed
        pay T1 shop A1 30.00                    -> refused AlreadyClosed
        code alice A2
        pay T1 shop A2 30.00                    -> refused AlreadyClosed
        balance alice                           -> 5000.00
    ",
    );
}

#[test]
fn a_code_lives_sixty_seconds_and_pays_once() {
    check_in(
        PEOPLE,
        "
        code alice A1
        advance 59s
        pay T1 shop A1 1.00                     -> paid Paid
        code alice A2
        advance 60s
        pay T2 shop A2 1.00                     -> refused Pay(CodeInvalid)
        due                                     -> 1
        # Used for one order, it is worth nothing for another, at the same till or elsewhere.
        code alice A3
        pay T3 shop A3 1.00                     -> paid Paid
        pay T4 shop A3 1.00                     -> refused Pay(CodeInvalid)
        merchant second
        pay T3 second A3 1.00                   -> refused Pay(CodeInvalid)
        # Shown and refused is used up as well.
        code poor P1
        pay T5 shop P1 30.00                    -> refused Pay(BalanceTooLow)
        pay T6 shop P1 1.00                     -> refused Pay(CodeInvalid)
        balance alice                           -> 4998.00
        status bob closed
        code bob B1                             -> refused PartyNotFound
        code nobody N1                          -> refused PartyNotFound
    ",
    );
}

#[test]
fn a_code_is_forgotten_by_its_own_timer_only() {
    let played = check_in(
        PEOPLE,
        "
        code alice A1
        advance 30s
        code alice A1
        advance 30s
        due                                     -> 1
        pay T1 shop A1 1.00                     -> paid Paid
        code alice A2
        advance 61s
        due                                     -> 1
    ",
    );
    assert_eq!(played.world.count(engine::Table::PayCode), 0);
    assert_eq!(played.world.count(engine::Table::Timer), 0);
}

#[test]
fn a_live_code_is_not_taken_over_by_another_buyer() {
    check(
        "
        merchant shop
        person alice 100.00 slot=7
        person carol 100.00 slot=7
        code alice A1
        code carol A1                           -> refused CodeTaken
        pay T1 shop A1 1.00                     -> paid Paid
        balance alice                           -> 99.00
        balance carol                           -> 100.00
        code carol A1                           -> ok
    ",
    );
}

#[test]
fn above_the_limit_the_buyer_confirms() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 1000.00                  -> paid Paid
        code alice A2
        pay T2 shop A2 1000.01                  -> WaitBuyerPay
        pay T2 shop A2 1000.01                  -> WaitBuyerPay
        balance alice                           -> 4000.00
        trade T2 alice                          -> Waiting
        query T2 shop                           -> WaitBuyerPay
        notices T2                              -> \u{20}
        code bob B1
        pay T2 shop B1 1000.01                  -> refused Pay(BuyerDiffers)
        try T2 alice P1
        judge alice P1 right                    -> ok
        confirm T2 alice P1                     -> Paid
        pay T2 shop A2 1000.01                  -> paid Paid
        confirm T2 alice P1                     -> refused AlreadyPaid
        balance alice                           -> 2999.99
        notices T2                              -> Paid 0.00
        topup shop 5000.00
        refund T2 shop 1000.01                  -> moved Closed 1000.01
        pay T2 shop A2 1000.01                  -> refused AlreadyClosed
        rules fee=0 limit=0.00                  -> ok
        code alice A4
        pay T4 shop A4 0.01                     -> WaitBuyerPay
    ",
    );
}

#[test]
fn the_waiting_buyer_may_show_another_code_but_it_waits_again() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 1000.01                  -> WaitBuyerPay
        code alice A2
        pay T1 shop A2 1000.01                  -> WaitBuyerPay
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        pay T1 shop A1 1000.01                  -> paid Paid
        pay T1 shop A2 1000.01                  -> paid Paid
        balance alice                           -> 3999.99
    ",
    );
}

#[test]
fn every_refusal_of_a_confirmation_has_a_row() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 2000.00                  -> WaitBuyerPay
        confirm T1 bob P0                       -> refused TradeNotFound
        confirm T9 alice P0                     -> refused TradeNotFound
        confirm T1 alice P0                     -> refused ProofMissing
        try T1 alice P1
        confirm T1 alice P1                     -> refused ProofMissing
        code alice A2
        pay T2 shop A2 2000.00                  -> WaitBuyerPay
        judge alice P1 right
        # Right, but for another order.
        confirm T2 alice P1                     -> refused ProofMissing
        status alice frozen
        confirm T1 alice P1                     -> refused BuyerBlocked
        confirm T2 alice P1                     -> refused ProofMissing
        status alice normal
        confirm T1 alice P1                     -> Paid
        # A proof pays once.
        confirm T1 alice P1                     -> refused AlreadyPaid
        try T2 alice P2
        judge alice P2 right
        advance 10m
        confirm T2 alice P2                     -> refused ProofMissing
        close T2 shop                           -> Closed
        confirm T2 alice P2                     -> refused AlreadyClosed
        code bob B1
        pay T3 shop B1 1000.01                  -> WaitBuyerPay
        try T3 bob P3
        judge bob P3 right
        confirm T3 bob P3                       -> refused BalanceTooLow
        topup bob 1000.00
        confirm T3 bob P3                       -> Paid
        balance bob                             -> 99.99
    ",
    );
}

#[test]
fn an_order_expires_by_its_timer_and_late_money_goes_back() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 2000.00                  -> WaitBuyerPay
        try T1 alice P0
        # 3 h at a till unless the merchant says otherwise.
        advance 175m
        try T1 alice P1
        judge alice P1 right
        advance 5m
        confirm T1 alice P1                     -> refused AlreadyClosed
        balance alice                           -> 5000.00
        balance shop                            -> 0.00
        trade-row T1 alice                      -> Closed 0.00
        query T1 shop                           -> Closed
        notices T1                              -> Closed 0.00 closed
        pay T1 shop A1 2000.00                  -> refused AlreadyClosed
        # Without late money the order is over at its time as well, timer or not.
        code alice A2
        pay T2 shop A2 2000.00                  -> WaitBuyerPay
        advance 3h
        code alice A3
        pay T2 shop A3 2000.00                  -> refused AlreadyClosed
        pay T2 shop A2 2000.00                  -> WaitBuyerPay
        query T2 shop                           -> WaitBuyerPay
        due
        query T2 shop                           -> Closed
        notices T2                              -> Closed 0.00 closed
        pay T2 shop A2 2000.00                  -> refused AlreadyClosed
    ",
    );
}

#[test]
fn a_timer_closes_exactly_at_its_time() {
    check_in(
        PEOPLE,
        "
        pay T1 shop XX 10.00 timeout=1m         -> refused Pay(CodeInvalid)
        pay T2 shop XX 10.00 timeout=5m expires=2m -> refused Pay(CodeInvalid)
        pay T3 shop XX 10.00 expires=16d        -> refused Pay(CodeInvalid)
        pay T4 shop XX 10.00 timeout=1c         -> refused Pay(CodeInvalid)
        timer T1                                -> ok
        query T1 shop                           -> WaitBuyerPay
        advance 60s
        due                                     -> 1
        query T1 shop                           -> Closed
        query T2 shop                           -> WaitBuyerPay
        advance 60s
        due                                     -> 1
        query T2 shop                           -> Closed
        # The day ends at midnight in China, fifteen hours after nine.
        advance 894m
        due                                     -> 0
        advance 4m
        due                                     -> 1
        query T4 shop                           -> Closed
        # Fifteen days are the most, whatever is asked.
        advance 14d
        query T3 shop                           -> WaitBuyerPay
        advance 1d
        due                                     -> 1
        query T3 shop                           -> Closed
    ",
    );
}

#[test]
fn a_merchant_who_gave_up_the_account_is_not_paid() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 2000.00                  -> WaitBuyerPay
        precreate T2 shop 10.00
        claim T2 alice                          -> WaitBuyerPay
        try T1 alice P1
        judge alice P1 right
        status shop closed
        confirm T1 alice P1                     -> refused AlreadyClosed
        balance alice                           -> 5000.00
        query T1 shop                           -> Closed
        trade-row T1 alice                      -> Closed 0.00
        status shop frozen
        # Money may come in to a frozen party.
        try T2 alice P2
        judge alice P2 right
        confirm T2 alice P2                     -> Paid
        balance shop                            -> 9.94
    ",
    );
}

#[test]
fn the_fee_is_the_rule_s_of_the_day_and_stays_with_the_order() {
    check_in(
        PEOPLE,
        "
        rules fee=10000 limit=1000.00 in=1h
        code alice A1
        pay T1 shop A1 100.00
        order T1                                -> Paid refunded 0.00 fee 0.60 returned 0.00
        advance 1h
        due
        code alice A2
        pay T2 shop A2 100.00
        order T2                                -> Paid refunded 0.00 fee 1.00 returned 0.00
        refund T1 shop 100.00                   -> moved Closed 100.00
        order T1                                -> Closed refunded 100.00 fee 0.60 returned 0.60
        fees shop                               -> 100
        # A rule of one whole: everything is fee.
        rules fee=1000000 limit=1000.00
        code alice A3
        pay T3 shop A3 0.01
        order T3                                -> Paid refunded 0.00 fee 0.01 returned 0.00
        refund T3 shop 0.01                     -> moved Closed 0.01
    ",
    );
}

#[test]
fn only_a_merchant_sells_and_only_through_its_own_app() {
    check_in(
        PEOPLE,
        "
        merchant near slot=41
        merchant next slot=41
        merchant far slot=42
        person clerk slot=41
        # A person has no app, and sells through nobody else's.
        precreate T1 clerk 1.00                 -> refused SellerNotFound
        precreate T1 clerk 1.00 app=near        -> refused SellerNotFound
        precreate T1 near 1.00 app=next         -> refused SellerNotFound
        precreate T1 near 1.00 app=far          -> refused SellerNotFound
        precreate T1 near 1.00 app=near         -> Offered
        # The number is used, yet not for others to go on with.
        precreate T1 near 1.00 app=next         -> refused SellerNotFound
        precreate T1 near 1.00                  -> Offered
    ",
    );
}
