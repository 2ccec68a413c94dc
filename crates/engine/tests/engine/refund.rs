//! Giving back, wholly or in parts, once per number.

use crate::script::check_in;

const PEOPLE: &str = "
    merchant shop 10.00
    person alice 5000.00
";

#[test]
fn every_refusal_of_a_refund_has_a_row() {
    check_in(
        PEOPLE,
        "
        refund T1 shop 30.00                    -> refused TradeNotFound
        pay T1 shop XX 100.00                   -> refused Pay(CodeInvalid)
        refund T1 shop 100.00                   -> refused NotPaid
        code alice A1
        pay T1 shop A1 100.00
        refund T1 shop 99.99                    -> refused PartNeedsNumber
        refund T1 shop 100.01                   -> refused PartNeedsNumber
        refund T1 shop 100.01 R1                -> refused MoreThanLeft
        refund T1 shop 0.00 R1                  -> refused MoreThanLeft
        refund T1 shop 30.00 R1 in=USD          -> refused MoreThanLeft
        refund T1 shop 30.00 R1                 -> moved Paid 30.00
        refund T1 shop 30.01 R1                 -> refused NumberTaken(refund_amount)
        refund T1 shop 30.00 R1 in=USD          -> refused NumberTaken(refund_amount)
        refund T1 shop 70.01 R2                 -> refused MoreThanLeft
        refund T1 shop 100.00                   -> refused MoreThanLeft
        refund T1 shop 70.00 R2                 -> moved Closed 100.00
        refund T1 shop 0.01 R3                  -> refused AlreadyClosed
        refund T1 shop 0.01                     -> refused AlreadyClosed
        # A number that was used answers as it did, also when the order is closed.
        refund T1 shop 30.00 R1                 -> same Closed 30.00
        refund T1 shop 31.00 R1                 -> refused NumberTaken(refund_amount)
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
        fees shop                               -> 0
        close T2 shop                           -> refused TradeNotFound
        page T3 shop 1.00
        claim T3 alice
        close T3 shop
        refund T3 shop 1.00                     -> refused AlreadyClosed
        code alice A2
        pay T4 shop A2 100.00
        merchant second
        page X1 second 109.40
        claim X1 shop
        try X1 shop P1
        judge shop P1 right
        confirm X1 shop P1                      -> Paid
        balance shop                            -> 0.00
        refund T4 shop 100.00                   -> refused SellerBalanceTooLow
        refund T4 shop 1000.00 R1               -> refused MoreThanLeft
        topup shop 99.39
        refund T4 shop 100.00                   -> refused SellerBalanceTooLow
        topup shop 0.01
        advance 364d
        refund T4 shop 100.00                   -> moved Closed 100.00
    ",
    );
}

#[test]
fn the_window_is_over_after_a_year_and_that_is_told_first() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        refund T1 shop 1.00 R1                  -> moved Paid 1.00
        advance 365d
        refund T1 shop 2.00 R2                  -> refused Finished
        refund T1 shop 2.00                     -> refused Finished
        refund T1 shop 1000.00 R2               -> refused Finished
        refund T1 shop 1.00 R1                  -> same Paid 1.00
        refund T1 shop 2.00 R1                  -> refused NumberTaken(refund_amount)
        query T1 shop                           -> Paid
    ",
    );
}

#[test]
fn without_a_number_only_the_whole_is_given_back_once() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        refund T1 shop 100.00                   -> moved Closed 100.00
        refund T1 shop 100.00                   -> same Closed 100.00
        refund T1 shop 100.00 T1                -> same Closed 100.00
        refund T1 shop 50.00                    -> refused NumberTaken(refund_amount)
        # Another order's refund may have the same number.
        code alice A2
        pay T2 shop A2 100.00
        refund T2 shop 100.00 T1                -> moved Closed 100.00
    ",
    );
}

#[test]
fn the_fee_comes_back_in_proportion_and_whole_at_the_end() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 1.00
        order T1                                -> Paid refunded 0.00 fee 0.01 returned 0.00
        refund T1 shop 0.33 R1                  -> moved Paid 0.33
        refund-row T1 R1                        -> Done 0.33 fee 0.00
        refund T1 shop 0.33 R2                  -> moved Paid 0.66
        refund T1 shop 0.34 R3                  -> moved Closed 1.00
        refund-row T1 R3                        -> Done 0.34 fee 0.01
        fees shop                               -> 0
        balance shop                            -> 10.00
        code alice A2
        pay T2 shop A2 99.99
        order T2                                -> Paid refunded 0.00 fee 0.60 returned 0.00
        refund T2 shop 33.33 R1                 -> moved Paid 33.33
        refund-row T2 R1                        -> Done 33.33 fee 0.20
        fees shop                               -> 40
        trade-row T2 alice                      -> Paid 33.33
        refund T2 shop 0.01 R2                  -> moved Paid 33.34
        refund-row T2 R2                        -> Done 0.01 fee 0.00
        refund T2 shop 66.65 R3                 -> moved Closed 99.99
        refund-row T2 R3                        -> Done 66.65 fee 0.40
        trade-row T2 alice                      -> Closed 99.99
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
    ",
    );
}

#[test]
fn a_refund_to_a_closed_account_bounces_with_its_fee() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        refund T1 shop 30.00 R1                 -> moved Paid 30.00
        balance shop                            -> 79.58
        fees shop                               -> 42
        status alice closed
        refund T1 shop 50.00 R2                 -> refused BuyerClosed
        balance shop                            -> 79.58
        fees shop                               -> 42
        order T1                                -> Paid refunded 30.00 fee 0.60 returned 0.18
        refund-row T1 R2                        -> Returned 50.00 fee 0.30
        refunded T1 shop R2                     -> none
        trade-row T1 alice                      -> Paid 30.00
        refund T1 shop 70.00 R2                 -> refused BuyerClosed
        status alice frozen
        # A frozen party can receive; the number that bounced may be used again, also for another amount.
        refund T1 shop 70.00 R2                 -> moved Closed 100.00
        refunded T1 shop R2                     -> Done 70.00
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
        fees shop                               -> 0
        notices T1                              -> Paid 0.00, Refunded R1 30.00, Refunded R2 100.00 closed
    ",
    );
}

#[test]
fn the_reason_is_kept_and_is_no_part_of_the_meaning() {
    let played = check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        refund T1 shop 30.00 R1 reason=broken   -> moved Paid 30.00
        refund T1 shop 30.00 R1 reason=late     -> same Paid 30.00
    ",
    );
    assert_eq!(played.refund("T1", "R1").reason.as_ref().map(|reason| reason.as_str()), Some("broken"));
}
