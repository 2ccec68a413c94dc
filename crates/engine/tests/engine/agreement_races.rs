//! Agreements with other commands between the steps of their chains, as other cells would decide them.

use crate::script::check_in;
use trade::{Mandate, Trade};

const PEOPLE: &str = "
    merchant shop 10.00
    person alice 500.00 slot=31
    person bob 500.00 slot=32
    offer A1 shop month=1 first=2026-01-10 single=30.00
    try A1 alice P1
    judge alice P1 right
";

const SIGNED: &str = "
    sign A1 alice P1                        -> Normal
";

#[test]
fn whichever_of_debit_and_end_comes_first_in_the_buyer_s_slot_happened_first() {
    for end in ["unsign A1 shop", "give-up A1 alice"] {
        let by = if end.starts_with("unsign") { "Merchant" } else { "Buyer" };
        // Before the money leaves.
        check_in(
            PEOPLE,
            &format!(
                "{SIGNED}
            between 2 : {end}
            debit T1 shop A1 30.00              -> ok | refused Mandate(Ended)
            balance alice                       -> 500.00
            both A1                             -> Stop 0 debits 0.00 step 0 by {by}
            query T1 shop                       -> refused TradeNotFound
        "
            ),
        );
        // While it is under way: it was taken before the end.
        check_in(
            PEOPLE,
            &format!(
                "{SIGNED}
            between 3 : {end}
            debit T1 shop A1 30.00              -> ok | paid Paid
            balance alice                       -> 470.00
            both A1                             -> Stop 1 debits 30.00 step 1 by {by}
            told A1                             -> dut_user_sign, dut_user_unsign
        "
            ),
        );
    }
}

#[test]
fn both_parties_end_it_at_once_and_it_ends_once() {
    for (step, told) in [(2, "ok | refused AgreementNotFound"), (3, "refused AgreementNotFound | ok")] {
        check_in(
            PEOPLE,
            &format!(
                "{SIGNED}
            between {step} : give-up A1 alice
            unsign A1 shop                      -> {told}
            told A1                             -> dut_user_sign, dut_user_unsign
        "
            ),
        );
    }
}

#[test]
fn a_debit_that_finds_its_order_given_up_goes_back_and_is_not_counted() {
    check_in(
        PEOPLE,
        &format!(
            "{SIGNED}
        between 3 : cancel T1 shop
        debit T1 shop A1 30.00                  -> nothing | refused Open(AlreadyClosed)
        balance alice                           -> 500.00
        both A1                                 -> Normal 0 debits 0.00 step 0
        trade-row T1 alice                      -> Closed 0.00
        # Its place in the plan is free again.
        debit T2 shop A1 30.00                  -> paid Paid
        # And when the agreement has ended before the money is back.
        advance 31d
        between 3 : cancel T3 shop
        between 4 : give-up A1 alice
        debit T3 shop A1 30.00                  -> nothing | ok | refused Open(AlreadyClosed)
        balance alice                           -> 470.00
        both A1                                 -> Stop 1 debits 30.00 step 1 by Buyer
    "
        ),
    );
}

#[test]
fn a_debit_asked_again_while_it_is_under_way_waits_for_the_first() {
    check_in(
        PEOPLE,
        &format!(
            "{SIGNED}
        between 3 : debit T1 shop A1 30.00
        debit T1 shop A1 30.00                  -> Offered | paid Paid
        # Two numbers for one planned debit: one is taken.
        advance 31d
        between 2 : debit T2 shop A1 30.00
        debit T3 shop A1 30.00                  -> paid Paid | refused Mandate(DateNotMatch)
        both A1                                 -> Normal 2 debits 60.00 step 2
    "
        ),
    );
}

#[test]
fn two_buyers_sign_one_offer_and_one_has_it() {
    check_in(
        PEOPLE,
        "
        try A1 bob P2
        judge bob P2 right
        between 2 : sign A1 bob P2
        between 3 : sign A1 bob P2
        sign A1 alice P1                        -> refused UnderWay | refused UnderWay | Normal
        sign A1 bob P2                          -> refused BuyerDiffers
    ",
    );
    check_in(
        PEOPLE,
        "
        # Refused, the offer is there for somebody else.
        status alice frozen
        sign A1 alice P1                        -> refused BuyerBlocked
        try A1 bob P2
        judge bob P2 right
        sign A1 bob P2                          -> Normal
    ",
    );
}

#[test]
fn an_end_that_overtakes_the_signature_is_the_end() {
    check_in(
        PEOPLE,
        "
        between 3 : give-up A1 alice
        sign A1 alice P1                        -> ok | refused AlreadyEnded
        both A1                                 -> Stop 0 debits 0.00 step 0 by Buyer
        told A1                                 -> dut_user_unsign
    ",
    );
}

#[test]
fn a_day_that_is_moved_while_a_debit_is_under_way_stays_moved() {
    check_in(
        PEOPLE,
        &format!(
            "{SIGNED}
        between 2 : postpone A1 shop 2026-01-20
        debit T1 shop A1 30.00                  -> 2026-01-20 | refused Mandate(DateNotMatch)
        advance 10d
        between 3 : postpone A1 shop 2026-03-01
        debit T1 shop A1 30.00                  -> 2026-03-01 | paid Paid
        both A1                                 -> Normal 1 debits 30.00 step 0
    "
        ),
    );
}

#[test]
fn a_debit_that_goes_back_leaves_a_plan_that_was_moved_meanwhile() {
    check_in(
        "
        merchant shop 10.00
        person alice 500.00 slot=31
        offer A1 shop day=7 first=2026-01-05 single=30.00
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1
        advance 5d
    ",
        "
        # Counted from the 5th, the next day is the 12th: moved to the 15th, of which the 10th is the first day.
        between 3 : cancel T1 shop
        between 3 : postpone A1 shop 2026-01-15
        between 3 : debit T2 shop A1 30.00
        debit T1 shop A1 30.00  -> nothing | 2026-01-15 | paid Paid | refused Open(AlreadyClosed)
        both A1                                 -> Normal 1 debits 30.00 step 1
        debit T3 shop A1 30.00                  -> refused Mandate(DateNotMatch)
        balance alice                           -> 470.00
    ",
    );
}

#[test]
fn a_debit_that_goes_back_was_not_the_last_debit() {
    const FREE: &str = "
        merchant shop 10.00
        person alice 500.00 slot=31
        offer A1 shop
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1
    ";
    // When the last debit was made that did not go back.
    let last = |script: &str| {
        let played = check_in(FREE, script);
        let mandate = played.world.all::<Mandate>().next().unwrap();
        let paid = played.world.all::<Trade>().filter_map(|trade| trade.paid_at_us).max();
        assert_eq!(mandate.last_debit_at_us, paid, "{script}");
        paid
    };
    let never = last(
        "
        between 3 : cancel T1 shop
        debit T1 shop A1 30.00 noplan=1 -> nothing | refused Open(AlreadyClosed)
    ",
    );
    assert_eq!(never, None);
    let before = last(
        "
        debit T1 shop A1 30.00 noplan=1 -> paid Paid
        between 3 : cancel T2 shop
        debit T2 shop A1 30.00 noplan=1 -> nothing | refused Open(AlreadyClosed)
    ",
    );
    assert!(before.is_some());
    // A later one stays the last.
    let later = last(
        "
        between 3 : cancel T1 shop
        between 3 : debit T2 shop A1 30.00 noplan=1
        debit T1 shop A1 30.00 noplan=1 -> nothing | paid Paid | refused Open(AlreadyClosed)
    ",
    );
    assert!(later.is_some());
}
