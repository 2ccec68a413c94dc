//! Closing what was not paid, and undoing what the merchant does not know.

use crate::script::check_in;

const PEOPLE: &str = "
    merchant shop 10.00
    person alice 5000.00
";

#[test]
fn every_refusal_of_a_close_has_a_row() {
    check_in(
        PEOPLE,
        "
        close T1 shop                           -> refused TradeNotFound
        page T1 shop 30.00
        close T1 shop                           -> refused TradeNotFound
        claim T1 alice
        close T1 shop                           -> Closed
        close T1 shop                           -> refused AlreadyClosed
        close #T1 shop                          -> refused AlreadyClosed
        trade-row T1 alice                      -> Closed 0.00
        notices T1                              -> Closed 0.00 closed
        code alice A1
        pay T2 shop A1 30.00                    -> paid Paid
        close T2 shop                           -> refused AlreadyPaid
        refund T2 shop 30.00                    -> moved Closed 30.00
        close T2 shop                           -> refused AlreadyClosed
        # Closed, the number is used for good.
        page T1 shop 30.00                      -> refused AlreadyClosed
        page T1 shop 31.00                      -> refused NumberTaken(total_amount)
        due                                     -> 0
    ",
    );
}

#[test]
fn a_cancel_says_what_it_did_and_says_it_again() {
    check_in(
        PEOPLE,
        "
        # Unknown.
        cancel T1 shop                          -> nothing
        # Offered: for the world there is nothing, yet nobody may take it up any more.
        precreate T1 shop 30.00                 -> Offered
        cancel T1 shop                          -> nothing
        cancel T1 shop                          -> nothing
        claim T1 alice code                     -> refused AlreadyClosed
        precreate T1 shop 30.00                 -> refused AlreadyClosed
        query T1 shop                           -> refused TradeNotFound
        notices T1                              -> \u{20}
        # Waiting.
        page T2 shop 30.00
        claim T2 alice
        cancel T2 shop                          -> close Closed
        cancel T2 shop                          -> close Closed
        trade-row T2 alice                      -> Closed 0.00
        notices T2                              -> Closed 0.00 closed
        # Closed by a close.
        page T3 shop 30.00
        claim T3 alice
        close T3 shop                           -> Closed
        cancel T3 shop                          -> close Closed
        # Paid.
        code alice A1
        pay T4 shop A1 30.00
        cancel T4 shop                          -> refund Closed
        cancel #T4 shop                         -> refund Closed
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
        fees shop                               -> 0
        trade-row T4 alice                      -> Closed 30.00
        # Paid and refunded by a refund.
        code alice A2
        pay T5 shop A2 30.00
        refund T5 shop 30.00                    -> moved Closed 30.00
        cancel T5 shop                          -> refund Closed
        # An attempt that was refused left an order that waits.
        pay T6 shop XX 30.00                    -> refused Pay(CodeInvalid)
        cancel T6 shop                          -> close Closed
        pay T6 shop XY 30.00                    -> refused AlreadyClosed
    ",
    );
}

#[test]
fn every_refusal_of_a_cancel_has_a_row() {
    let mut played = check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 30.00
        advance 1439m
        code alice A2
        pay T2 shop A2 30.00
        cancel T1 shop                          -> refund Closed
        advance 24h
        cancel T2 shop                          -> refused TooLate
        code alice A3
        pay T3 shop A3 2.00
        rules fee=0 limit=1000.00
        code alice A4
        pay T4 shop A4 100.00
        merchant second
        page X1 second 139.82
        claim X1 shop
        try X1 shop P1
        judge shop P1 right
        confirm X1 shop P1                      -> Paid
        balance shop                            -> 1.99
        cancel T4 shop                          -> refused Refund(SellerBalanceTooLow)
        order T4                                -> Paid refunded 0.00 fee 0.00 returned 0.00
        topup shop 200.00
        status alice closed
        cancel T4 shop                          -> refused Refund(BuyerClosed)
        order T4                                -> Paid refunded 0.00 fee 0.00 returned 0.00
        balance shop                            -> 201.99
        status alice normal
        cancel T4 shop                          -> refund Closed
        advance 365d
        # The refund window is over: that is told first, as the order of the reasons says.
        cancel T2 shop                          -> refused Finished
        refund T2 shop 30.00                    -> refused Finished
    ",
    );
    // No command finishes an order yet; the decision must hold when one does.
    let order = played.order("T3");
    played.world.force(trade::Order { state: trade::OrderState::Finished, ..(*order).clone() });
    played.play(
        "
        cancel T3 shop                          -> refused Finished
        refund T3 shop 2.00                     -> refused Finished
        close T3 shop                           -> refused AlreadyPaid
        claim T3 alice                          -> refused AlreadyPaid
        pay T3 shop A9 2.00                     -> refused AlreadyPaid
        pay T3 shop A3 2.00                     -> paid Finished
    ",
    );
}

#[test]
fn a_cancel_gives_back_what_is_left_under_a_number_of_its_own() {
    let played = check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 30.00
        refund T1 shop 10.00 R1                 -> moved Paid 10.00
        cancel T1 shop                          -> refund Closed
        order T1                                -> Closed refunded 30.00 fee 0.18 returned 0.18
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
    ",
    );
    let no = played.order("T1").no.to_string();
    let refund = played.refund("T1", &no);
    assert!(refund.by_cancel && refund.refunded_after() == played.order("T1").total());
    assert!(!played.refund("T1", "R1").by_cancel);
}

#[test]
fn a_cancel_never_writes_over_a_refund_that_took_its_number() {
    let mut played = check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 30.00
    ",
    );
    let no = played.order("T1").no.to_string();
    played.play(&format!(
        "
        refund T1 shop 10.00 {no}               -> moved Paid 10.00
        cancel T1 shop                          -> refund Closed
        refund-row T1 {no}                      -> Done 10.00 fee 0.06
        refund T1 shop 10.00 {no}               -> same Closed 10.00
        cancel T1 shop                          -> refund Closed
        balance alice                           -> 5000.00
    "
    ));
}
