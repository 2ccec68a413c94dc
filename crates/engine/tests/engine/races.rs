//! What other cells decide while a chain of messages is under way. With one cell a chain is never interrupted; the
//! messages must hold when it is.

use crate::script::check_in;

const PEOPLE: &str = "
    merchant shop 10.00
    person alice 5000.00 slot=31
    person carol 5000.00 slot=31
    person bob 5000.00 slot=32
";

#[test]
fn a_payment_that_finds_its_order_closed_goes_back() {
    check_in(
        PEOPLE,
        "
        code alice A1
        # Step 2 is the buyer's slot, step 3 the merchant's.
        between 3 : cancel T1 shop
        pay T1 shop A1 30.00                    -> close Closed | refused Pay(AlreadyClosed)
        pay T1 shop A1 30.00                    -> refused Pay(AlreadyClosed)
        balance alice                           -> 5000.00
        trade-row T1 alice                      -> Closed 0.00
        query T1 shop                           -> Closed
        code alice A2
        between 2 : close T2 shop
        pay T2 shop A2 30.00                    -> Closed | refused Pay(AlreadyClosed)
        balance alice                           -> 5000.00
        notices T2                              -> Closed 0.00 closed
    ",
    );
}

#[test]
fn a_confirmation_that_finds_its_order_closed_goes_back() {
    check_in(
        PEOPLE,
        "
        page T1 shop 30.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        between 2 : cancel T1 shop
        confirm T1 alice P1                     -> close Closed | refused AlreadyClosed
        balance alice                           -> 5000.00
        balance shop                            -> 10.00
        trade-row T1 alice                      -> Closed 0.00
        cancel T1 shop                          -> close Closed
    ",
    );
}

#[test]
fn a_wait_that_finds_its_order_closed_ends() {
    check_in(
        PEOPLE,
        "
        code alice A1
        between 3 : close T1 shop
        pay T1 shop A1 2000.00                  -> Closed | refused Pay(AlreadyClosed)
        trade-row T1 alice                      -> Closed 0.00
        pay T1 shop A1 2000.00                  -> refused Pay(AlreadyClosed)
    ",
    );
}

#[test]
fn two_buyers_take_up_one_order_and_one_has_it() {
    check_in(
        PEOPLE,
        "
        page T1 shop 30.00
        # Another slot.
        between 3 : claim T1 bob
        claim T1 alice                          -> WaitBuyerPay | refused BuyerDiffers
        trade-row T1 bob                        -> Waiting 0.00
        trade-row T1 alice                      -> Closed 0.00
        # The same slot: there is one drawer for the trade, and it is the first one's.
        page T2 shop 30.00
        between 3 : claim T2 carol
        claim T2 alice                          -> refused BuyerDiffers | WaitBuyerPay
        trade-row T2 alice                      -> Waiting 0.00
        page T3 shop 30.00
        between 2 : claim T3 carol
        claim T3 alice                          -> WaitBuyerPay | refused BuyerDiffers
        trade-row T3 carol                      -> Waiting 0.00
        try T3 carol P1
        judge carol P1 right
        confirm T3 carol P1                     -> Paid
    ",
    );
}

#[test]
fn a_buyer_who_claims_twice_has_it_twice() {
    check_in(
        PEOPLE,
        "
        page T1 shop 30.00
        between 3 : claim T1 alice
        claim T1 alice                          -> WaitBuyerPay | WaitBuyerPay
        trade-row T1 alice                      -> Waiting 0.00
        create T2 shop 30.00 buyer=alice        -> WaitBuyerPay
        between 3 : create T3 shop 30.00 buyer=alice
        create T3 shop 30.00 buyer=alice        -> WaitBuyerPay | WaitBuyerPay
    ",
    );
}

#[test]
fn a_claim_that_finds_its_order_closed_is_told_so() {
    check_in(
        PEOPLE,
        "
        page T1 shop 30.00
        between 3 : cancel T1 shop
        claim T1 alice                          -> nothing | refused AlreadyClosed
        trade-row T1 alice                      -> Closed 0.00
        between 3 : cancel T2 shop
        create T2 shop 30.00 buyer=alice        -> nothing | refused AlreadyClosed
        trade-row T2 alice                      -> Closed 0.00
        create T2 shop 30.00 buyer=alice        -> refused AlreadyClosed
        # Given up by the merchant, and the buyer is not there: the number stays used.
        between 3 : cancel T3 shop
        create T3 shop 30.00 buyer=nobody       -> nothing | refused BuyerNotFound
        create T3 shop 30.00 buyer=nobody       -> refused AlreadyClosed
    ",
    );
}

#[test]
fn two_codes_for_one_order_pay_once() {
    check_in(
        PEOPLE,
        "
        code alice A1
        code bob B1
        # Bob's payment overtakes alice's, whose money is already under way and comes back.
        between 3 : pay T1 shop B1 30.00 slot=32
        pay T1 shop A1 30.00                    -> paid Paid | refused Pay(AlreadyClosed)
        balance alice                           -> 5000.00
        balance bob                             -> 4970.00
        trade-row T1 bob                        -> Paid 0.00
        trade-row T1 alice                      -> Closed 0.00
        query T1 shop                           -> Paid
    ",
    );
}

#[test]
fn one_buyer_with_two_codes_pays_once() {
    check_in(
        PEOPLE,
        "
        code alice A1
        code alice A2
        # The money of the first is under way when the second is shown: that one waits for the first.
        between 3 : pay T1 shop A2 30.00 slot=31
        pay T1 shop A1 30.00                    -> WaitBuyerPay | paid Paid
        balance alice                           -> 4970.00
        trade-row T1 alice                      -> Paid 0.00
        pay T1 shop A2 30.00                    -> paid Paid
        # Two buyers of one slot.
        code alice A3
        code carol C1
        between 3 : pay T2 shop C1 30.00 slot=31
        pay T2 shop A3 30.00                    -> refused Pay(BuyerDiffers) | paid Paid
        balance carol                           -> 5000.00
        trade-row T2 alice                      -> Paid 0.00
    ",
    );
}

#[test]
fn two_buyers_who_must_confirm_do_not_both_wait() {
    check_in(
        PEOPLE,
        "
        code alice A1
        code bob B1
        between 3 : pay T1 shop B1 2000.00 slot=32
        pay T1 shop A1 2000.00                  -> WaitBuyerPay | refused Pay(BuyerDiffers)
        trade-row T1 bob                        -> Waiting 0.00
        trade-row T1 alice                      -> Closed 0.00
    ",
    );
}

#[test]
fn a_payment_under_way_wins_over_another_s_wait() {
    check_in(
        PEOPLE,
        "
        code alice A1
        code bob B1
        rules fee=0 limit=50.00
        # Bob waits because the limit fell while alice's money was under way.
        between 3 : rules fee=0 limit=10.00
        between 3 : pay T1 shop B1 30.00 slot=32
        pay T1 shop A1 30.00                    -> ok | WaitBuyerPay | paid Paid
        trade-row T1 bob                        -> Closed 0.00
        trade-row T1 alice                      -> Paid 0.00
        balance bob                             -> 5000.00
    ",
    );
}

#[test]
fn whichever_step_a_cancel_comes_before_the_money_is_back() {
    for step in 2..=3 {
        for (other, told) in [("cancel T1 shop", "close Closed"), ("close T1 shop", "Closed")] {
            check_in(
                PEOPLE,
                &format!(
                    "
                code alice A1
                between {step} : {other}
                pay T1 shop A1 30.00                -> {told} | refused Pay(AlreadyClosed)
                balance alice                       -> 5000.00
                trade-row T1 alice                  -> Closed 0.00
            "
                ),
            );
        }
    }
}

#[test]
fn refunds_that_cross_each_other_add_up() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        # The second closes the order while the first is still under way.
        between 3 : refund T1 shop 40.00 R2
        refund T1 shop 60.00 R1                 -> moved Closed 100.00 | moved Closed 60.00
        order T1                                -> Closed refunded 100.00 fee 0.60 returned 0.60
        trade-row T1 alice                      -> Closed 100.00
        balance alice                           -> 5000.00
        # More than is left is refused although nothing has arrived yet.
        code alice A2
        pay T2 shop A2 100.00
        between 2 : refund T2 shop 60.01 R2
        refund T2 shop 40.00 R1                 -> refused MoreThanLeft | moved Paid 40.00
        # The same number while it is under way.
        between 2 : refund T2 shop 10.00 R3
        refund T2 shop 10.00 R3                 -> same Paid 50.00 | moved Paid 50.00
    ",
    );
}

#[test]
fn a_bounce_behind_a_refund_gives_no_more_fee_back_than_was_taken() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 1.50
        order T1                                -> Paid refunded 0.00 fee 0.01 returned 0.00
        # 0.80 bounces while 0.60 behind it arrives with the fen of the fee.
        status alice closed
        between 3 : status alice normal
        between 3 : refund T1 shop 0.70 R2
        refund T1 shop 0.80 R1                  -> ok | moved Paid 0.70 | refused BuyerClosed
        refund T1 shop 0.10 R3                  -> moved Paid 0.80
        refund T1 shop 0.70 R4                  -> moved Closed 1.50
        fees shop                               -> 0
    ",
    );
}

#[test]
fn a_bounce_of_what_would_have_closed_the_order_leaves_it_open() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00
        between 2 : status alice closed
        refund T1 shop 100.00 R1                -> ok | refused BuyerClosed
        query T1 shop                           -> Paid
        balance shop                            -> 109.40
    ",
    );
}
