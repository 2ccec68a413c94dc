//! Pay and sign in one step: what is signed, what is refused, and what stands in the way. The world begins on
//! 2026-01-05 at nine in China.

use crate::script::check_in;
use trade::{Notice, NoticeState};

const PEOPLE: &str = "
    merchant shop 10.00
    merchant mall 10.00
    person alice 500.00 slot=31
    person bob 500.00 slot=32
";

/// Alice has taken T1 up and given her password for it; by paying it she signs 30.00 each month under the number E1.
const AT_THE_CASHIER: &str = "
    page-sign T1 shop 12.00 month=1 first=2026-02-05 ext=E1  -> Offered
    claim T1 alice                          -> WaitBuyerPay
    try T1 alice P1
    judge alice P1 right
";

#[test]
fn the_buyer_who_pays_has_signed_and_both_are_told() {
    let played = check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        signing T1 A1                           -> waiting
        named alice shop ext=E1                 -> refused AgreementNotFound
        confirm T1 alice P1                     -> Paid
        signing T1 A1                           -> signed
        both A1                                 -> Normal 0 debits 0.00 step 0
        named alice shop ext=E1                 -> ok
        notices T1                              -> Paid 0.00
        told A1                                 -> dut_user_sign
        balance alice                           -> 488.00
        # Once more: it is paid, and nothing is signed again.
        confirm T1 alice P1                     -> refused AlreadyPaid
        told A1                                 -> dut_user_sign
        # The payment is none of the debits: the first is planned for February.
        debit D1 shop A1 30.00                  -> refused Mandate(DateNotMatch)
        advance 31d
        debit D1 shop A1 30.00                  -> paid Paid
        # Giving the payment back changes nothing of what was signed.
        refund T1 shop 12.00                    -> moved Closed 12.00
        both A1                                 -> Normal 1 debits 30.00 step 1
        unsign A1 shop                          -> ok
        told A1                                 -> dut_user_sign, dut_user_unsign
    "
        ),
    );
    let urls: Vec<&str> = played.world.all::<Notice>().map(|notice| notice.url.as_str()).collect();
    assert!(
        urls.iter().all(|url| *url == "https://shop.example/notify"),
        "the order's own address: {urls:?}"
    );
}

#[test]
fn the_agreement_is_told_at_its_own_address_when_it_has_one() {
    for (words, told) in [
        ("tell=https://shop.example/signed", ["https://shop.example/signed", "https://shop.example/notify"]),
        ("silent=y tell=https://shop.example/signed", ["https://shop.example/signed", ""]),
    ] {
        let played = check_in(
            PEOPLE,
            &format!(
                "page-sign T1 shop 12.00 month=1 first=2026-02-05 {words}
                claim T1 alice
                try T1 alice P1
                judge alice P1 right
                confirm T1 alice P1             -> Paid"
            ),
        );
        let at = |signed| {
            let mut notices = played.world.all::<Notice>();
            let found = notices.find(|notice| notice.content.is_some() == signed);
            found.map_or("", |notice| notice.url.as_str())
        };
        assert_eq!([at(true), at(false)], told);
    }
}

#[test]
fn every_refusal_of_an_order_that_signs_has_a_row() {
    check_in(
        PEOPLE,
        "
        page-sign T1 nobody 12.00 month=1 first=2026-02-05 -> refused Open(SellerNotFound)
        page-sign T1 shop 12.00 app=mall month=1 first=2026-02-05 -> refused Open(SellerNotFound)
        page-sign T1 shop 12.00 month=1 first=2026-02-05 expires=0s -> refused Open(ExpiryPassed)
        page-sign T1 shop 100000000.01 month=1 first=2026-02-05 -> refused Open(TotalTooLarge)
        page-sign T1 shop 12.00 month=1 first=2026-01-04 -> refused Offer(FirstDayPassed)
        page-sign T1 shop 12.00 month=1 first=2026-02-05 ext=E1 -> Offered
        # The same again is the same order; anything else under its number is refused by name.
        page-sign T1 shop 12.00 month=1 first=2026-02-05 ext=E1 -> Offered
        page-sign T1 shop 12.01 month=1 first=2026-02-05 ext=E1 -> refused Open(NumberTaken(total_amount))
        page-sign T1 shop 12.00 month=2 first=2026-02-05 ext=E1 -> refused Open(NumberTaken(agreement_sign_params))
        page T1 shop 12.00                      -> refused NumberTaken(agreement_sign_params)
        page T2 shop 12.00                      -> Offered
        page-sign T2 shop 12.00 month=1 first=2026-02-05 -> refused Open(NumberTaken(agreement_sign_params))
        # The agreement's number.
        offer A5 shop month=1 first=2026-02-05 ext=E5
        page-sign T5 shop 12.00 month=2 first=2026-02-05 ext=E5 -> refused Offer(NumberTaken(period_rule_params))
        page-sign T5 shop 12.00 month=1 first=2026-02-05 ext=E5 -> Offered
        try A5 bob P5
        judge bob P5 right
        sign A5 bob P5                          -> Normal
        page-sign T6 shop 12.00 month=1 first=2026-02-05 ext=E5 -> refused Offer(AlreadySigned)
        # An order that was opened before stays what it is.
        page-sign T5 shop 12.00 month=1 first=2026-02-05 ext=E5 -> Offered
        unsign A5 shop
        page-sign T6 shop 12.00 month=1 first=2026-02-05 ext=E5 -> refused Offer(AlreadyEnded)
        status shop frozen
        page-sign T6 shop 12.00 month=1 first=2026-02-05 -> refused Open(SellerBlocked)
        status shop normal
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                     -> Paid
        page-sign T1 shop 12.00 month=1 first=2026-02-05 ext=E1 -> refused Open(AlreadyPaid)
        close T2 shop                           -> refused TradeNotFound
        advance 16d
        due
        page-sign T5 shop 12.00 month=1 first=2026-02-05 ext=E5 -> refused Open(AlreadyClosed)
        signing T5 A5                           -> waiting
    ",
    );
}

#[test]
fn what_cannot_be_signed_is_paid_all_the_same_and_says_why() {
    // The buyer has signed the same, on the page for it, since the order was opened.
    check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        offer A9 shop month=2 first=2026-01-20
        page-sign T2 shop 5.00 month=1 first=2026-02-05
        try A9 alice P9
        judge alice P9 right
        sign A9 alice P9                        -> Normal
        claim T2 alice
        try T2 alice P2
        judge alice P2 right
        confirm T2 alice P2                     -> Paid
        signing T2 A2                           -> SameInForce
        notices T2                              -> Paid 0.00
        told A9                                 -> dut_user_sign
        # Two orders offer one number: whichever is paid first has it.
        page-sign T3 shop 5.00 month=1 first=2026-02-05 ext=E1
        claim T3 bob
        try T3 bob P3
        judge bob P3 right
        confirm T3 bob P3                       -> Paid
        signing T3 A3                           -> signed
        confirm T1 alice P1                     -> Paid
        signing T1 A1                           -> NumberTaken
        balance alice                           -> 483.00
    "
        ),
    );
    // A merchant that was frozen is paid what was under way, but takes nothing more.
    check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        status shop frozen
        confirm T1 alice P1                     -> Paid
        signing T1 A1                           -> SellerBlocked
        status shop normal
        named alice shop ext=E1                 -> refused AgreementNotFound
        # Its number is free.
        offer A1 shop month=1 first=2026-02-05 ext=E1 -> Temp
    "
        ),
    );
    // A buyer who was frozen while the money was under way.
    check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        between 3 : status alice frozen
        confirm T1 alice P1                     -> ok | Paid
        signing T1 A1                           -> BuyerBlocked
        offer A1 shop month=1 first=2026-02-05 ext=E1 -> Temp
    "
        ),
    );
}

#[test]
fn an_unpaid_order_signs_nothing() {
    check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        status alice frozen
        confirm T1 alice P1                     -> refused BuyerBlocked
        signing T1 A1                           -> waiting
        status alice normal
        # Closed while the money is under way: it comes back, and nothing is signed.
        between 2 : close T1 shop
        confirm T1 alice P1                     -> Closed | refused AlreadyClosed
        signing T1 A1                           -> waiting
        named alice shop ext=E1                 -> refused AgreementNotFound
        balance alice                           -> 500.00
        # The number is free for the next order.
        page-sign T2 shop 12.00 month=3 first=2026-02-05 ext=E1 -> Offered
    "
        ),
    );
}

#[test]
fn an_offer_of_the_same_number_gives_way_to_the_payment() {
    let played = check_in(
        PEOPLE,
        &format!(
            "offer A0 shop month=1 first=2026-02-05 ext=E1
        {AT_THE_CASHIER}
        confirm T1 alice P1                     -> Paid
        signing T1 A1                           -> signed
        offered A0 shop                         -> refused AgreementNotFound
        offer A2 shop month=1 first=2026-02-05 ext=E1 -> refused AlreadySigned
        advance 2d
        due
        both A1                                 -> Normal 0 debits 0.00 step 0
    "
        ),
    );
    assert!(played.world.all::<Notice>().all(|notice| notice.state == NoticeState::Due));
}

#[test]
fn while_the_buyer_s_slot_is_asked_nobody_else_signs() {
    check_in(
        PEOPLE,
        &format!(
            "{AT_THE_CASHIER}
        page-sign T2 shop 5.00 month=1 first=2026-02-05 ext=E1
        claim T2 bob
        try T2 bob P2
        judge bob P2 right
        between 3 : confirm T2 bob P2
        confirm T1 alice P1                     -> Paid | Paid
        signing T1 A1                           -> signed
        signing T2 A2                           -> NumberTaken
        # And an end that comes at once follows the signature.
        unsign A1 shop                          -> ok
        told A1                                 -> dut_user_sign, dut_user_unsign
    "
        ),
    );
}
