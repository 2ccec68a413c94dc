//! Agreements, row by row: offered, signed, debited by their plan, postponed, ended. The world begins on 2026-01-05 at
//! nine in China.

use crate::script::{Script, check_in};
use base::DAY_US;
use engine::RunTimer;
use trade::{Agreement, AgreementState, FOREVER_US, Mandate, Notice, NoticeState, Progress, SIGN_LIFE_US};

const PEOPLE: &str = "
    merchant shop 10.00
    merchant mall 10.00
    person alice 500.00 slot=31
    person bob 500.00 slot=31
";

/// Signed by alice: 30.00 each month from the 10th on.
const SIGNED: &str = "
    offer A1 shop month=1 first=2026-01-10 single=30.00
    try A1 alice P1
    judge alice P1 right
    sign A1 alice P1                        -> Normal
";

fn signed(script: &str) -> Script {
    let mut played = check_in(PEOPLE, SIGNED);
    played.play(script);
    played
}

#[test]
fn every_refusal_of_an_offer_has_a_row() {
    check_in(
        PEOPLE,
        "
        offer A1 nobody month=1 first=2026-01-10        -> refused SellerNotFound
        offer A1 alice month=1 first=2026-01-10         -> refused SellerNotFound
        offer A1 shop app=mall month=1 first=2026-01-10 -> refused SellerNotFound
        offer A1 shop month=1 first=2026-01-04          -> refused FirstDayPassed
        offer A1 shop month=1 first=2026-01-05 ext=E1   -> Temp
        offer A1 shop month=1 first=2026-01-05 ext=E1   -> Temp
        offer A1 shop month=2 first=2026-01-05 ext=E1   -> refused NumberTaken(period_rule_params)
        offer A1 shop month=1 first=2026-01-05 ext=E1 single=31.00 -> refused NumberTaken(period_rule_params)
        offer A1 shop month=1 first=2026-01-05 ext=E1 valid=1m -> refused NumberTaken(sign_validity_period)
        offer A1 shop month=1 first=2026-01-05 ext=E1 scene=OTHER -> refused NumberTaken(sign_scene)
        offer A1 shop month=1 first=2026-01-05 ext=E1 logon=you -> refused NumberTaken(external_logon_id)
        offer A1 shop ext=E1                            -> refused NumberTaken(personal_product_code)
        # Another merchant's number is another number.
        offer A2 mall month=1 first=2026-01-05 ext=E1   -> Temp
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1                                -> Normal
        offer A1 shop month=1 first=2026-01-05 ext=E1   -> refused AlreadySigned
        unsign A1 shop                                  -> ok
        offer A1 shop month=1 first=2026-01-05 ext=E1   -> refused AlreadyEnded
        status shop frozen
        offer A3 shop month=1 first=2026-01-05          -> refused SellerBlocked
    ",
    );
}

#[test]
fn an_offer_that_nobody_signs_in_time_was_never_there() {
    let mut played = check_in(
        PEOPLE,
        "
        offer A1 shop month=1 first=2026-01-20 ext=E1 within=60s
        agreed A1 shop                          -> Temp
        agreed A1 mall                          -> refused AgreementNotFound
        try A1 alice P1
        judge alice P1 right
        advance 60s
        sign A1 alice P1                        -> refused AgreementNotFound
        # It is offered anew, also before its timer ran.
        offer A2 shop month=1 first=2026-01-20 ext=E1
        offered A1 shop                         -> refused AgreementNotFound
        due                                     -> 0
        advance 1d
        due                                     -> 2
        offered A2 shop                         -> refused AgreementNotFound
        offer A3 shop month=2 first=2026-01-20 ext=E1 -> Temp
        told A1                                 -> \u{20}
    ",
    );
    let offer = played.world.all::<Agreement>().next().unwrap().clone();
    assert_eq!(offer.sign_until_us - offer.offered_at_us, SIGN_LIFE_US);
    played.world.wall_us = offer.sign_until_us - 10;
    played.play("agreed A3 shop -> Temp");
}

#[test]
fn every_refusal_of_a_signature_has_a_row() {
    check_in(
        PEOPLE,
        "
        offer A1 shop month=1 first=2026-01-10
        offer A2 shop month=1 first=2026-01-20 single=5.00
        sign A9 alice P1                        -> refused AgreementNotFound
        sign A1 shop P1                         -> refused BuyerIsSeller
        sign A1 nobody P1                       -> refused BuyerNotFound
        sign A1 alice P1                        -> refused ProofMissing
        # A proof for another agreement, one that was not judged, and one that is too old.
        try A2 alice P2
        judge alice P2 right
        sign A1 alice P2                        -> refused ProofMissing
        try A1 alice P1
        sign A1 alice P1                        -> refused ProofMissing
        judge alice P1 right
        advance 10m
        sign A1 alice P1                        -> refused ProofMissing
        try A1 alice P3
        judge alice P3 right
        status alice frozen
        sign A1 alice P3                        -> refused BuyerBlocked
        status alice closed
        sign A1 alice P3                        -> refused BuyerNotFound
        status alice normal
        status shop frozen
        sign A1 alice P3                        -> refused SellerBlocked
        status shop normal
        sign A1 alice P3                        -> Normal
        # The proof is used up, the answer stands.
        sign A1 alice P3                        -> Normal
        sign A1 bob P3                          -> refused BuyerDiffers
        # The same product and business with the same merchant.
        try A2 alice P4
        judge alice P4 right
        sign A2 alice P4                        -> refused SameInForce
        unsign A1 shop                          -> ok
        sign A1 alice P3                        -> refused AlreadyEnded
        sign A2 alice P4                        -> Normal
        told A1                                 -> dut_user_sign, dut_user_unsign
        told A2                                 -> dut_user_sign
    ",
    );
}

#[test]
fn a_debit_follows_the_plan() {
    signed(
        "
        # 2026-01-05 lies five days before the 10th.
        debit T1 shop A1 30.00                  -> paid Paid
        debit T1 shop A1 30.00                  -> paid Paid
        balance alice                           -> 470.00
        balance shop                            -> 39.82
        both A1                                 -> Normal 1 debits 30.00 step 1
        notices T1                              -> Paid 0.00
        trade-row T1 alice                      -> Paid 0.00
        debit T2 shop A1 30.00                  -> refused Mandate(DateNotMatch)
        # What was refused leaves nothing, and its number is free.
        query T2 shop                           -> refused TradeNotFound
        advance 31d
        debit T2 shop A1 30.01                  -> refused Mandate(SingleExceeded)
        debit T2 shop A1 10.00                  -> paid Paid
        # A refund gives no debit back.
        refund T2 shop 10.00                    -> moved Closed 10.00
        debit T2 shop A1 10.00                  -> refused Open(AlreadyClosed)
        both A1                                 -> Normal 2 debits 40.00 step 2
        # The one of March is let pass.
        advance 65d
        debit T3 shop A1 30.00                  -> paid Paid
        both A1                                 -> Normal 3 debits 70.00 step 4
    ",
    );
}

#[test]
fn every_refusal_of_a_debit_has_a_row() {
    check_in(
        PEOPLE,
        "
        offer A1 shop day=7 first=2026-01-05 single=200.00 total=500.00 times=3
        offer A2 shop scene=OTHER valid=1m
        debit T1 shop A1 1.00                   -> refused NotSigned
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1                        -> Normal
        try A2 alice P2
        judge alice P2 right
        sign A2 alice P2                        -> Normal
        debit T1 nobody A1 1.00                 -> refused Open(SellerNotFound)
        debit T1 shop A9 1.00                   -> refused AgreementNotFound
        debit T1 mall A1 1.00                   -> refused AgreementNotFound
        debit T1 shop A1 200.00                 -> paid Paid
        debit T1 shop A1 199.00                 -> refused Open(NumberTaken(total_amount))
        debit T1 shop A2 200.00                 -> refused Open(NumberTaken(agreement_no))
        debit T2 shop A1 1.00 expires=0s        -> refused Open(ExpiryPassed)
        debit T2 shop A1 100000000.01           -> refused Open(TotalTooLarge)
        debit T2 shop A1 200.01                 -> refused Mandate(SingleExceeded)
        debit T2 shop A1 1.00                   -> refused Mandate(DateNotMatch)
        advance 7d
        status alice frozen
        debit T2 shop A1 1.00                   -> refused Mandate(BuyerBlocked)
        status alice normal
        status shop frozen
        debit T2 shop A1 1.00                   -> refused Open(SellerBlocked)
        status shop normal
        debit T2 shop A1 200.00                 -> paid Paid
        advance 7d
        debit T3 shop A1 100.01                 -> refused Mandate(TotalExceeded)
        # Without a plan: any day, any amount, but not as a debit by plan.
        debit T3 shop A2 1.00                   -> refused Mandate(Invalid)
        debit T3 shop A2 100.01 noplan=y        -> refused Mandate(BalanceTooLow)
        debit T3 shop A2 1.00 noplan=y          -> paid Paid
        debit T4 shop A1 50.00                  -> paid Paid
        advance 7d
        debit T5 shop A1 50.00                  -> refused Mandate(TimesExceeded)
        unsign A1 shop                          -> ok
        debit T5 shop A1 50.00                  -> refused Mandate(Ended)
        # Paid is paid, whatever became of the agreement.
        debit T4 shop A1 50.00                  -> paid Paid
        # Its month is over, first by the clock and then by its timer.
        advance 10d
        agreed A2 shop                          -> refused AgreementNotFound
        debit T6 shop A2 1.00 noplan=y          -> refused Mandate(Invalid)
        mandate A2 alice                        -> Normal
        due
        mandate A2 alice                        -> Stop
        debit T6 shop A2 1.00 noplan=y          -> refused Mandate(Invalid)
        both A2                                 -> Stop 1 debits 1.00 step 0 by Validity
        told A2                                 -> dut_user_sign, dut_user_unsign
    ",
    );
}

#[test]
fn every_refusal_of_an_end_has_a_row_for_both_parties() {
    signed(
        "
        offer A2 shop month=1 first=2026-01-10 scene=OTHER
        unsign A9 shop                          -> refused AgreementNotFound
        unsign A1 mall                          -> refused AgreementNotFound
        unsign A2 shop                          -> refused NotNormal
        give-up A1 bob                          -> refused AgreementNotFound
        give-up A2 alice                        -> refused AgreementNotFound
        named alice shop                        -> ok
        give-up A1 alice                        -> ok
        give-up A1 alice                        -> refused AgreementNotFound
        unsign A1 shop                          -> refused AgreementNotFound
        both A1                                 -> Stop 0 debits 0.00 step 0 by Buyer
        agreed A1 shop                          -> refused AgreementNotFound
        named alice shop                        -> refused AgreementNotFound
        told A1                                 -> dut_user_sign, dut_user_unsign
        debit T1 shop A1 1.00                   -> refused Mandate(Ended)
        # What was signed once can be signed again.
        offer A3 shop month=1 first=2026-01-10
        try A3 alice P3
        judge alice P3 right
        sign A3 alice P3                        -> Normal
        unsign A3 shop                          -> ok
        both A3                                 -> Stop 0 debits 0.00 step 0 by Merchant
    ",
    );
}

#[test]
fn the_next_debit_is_postponed_and_those_after_it_keep_their_distance() {
    signed(
        "
        offer A2 shop month=1 first=2026-01-10 scene=OTHER
        offer A3 shop scene=THIRD
        try A3 alice P3
        judge alice P3 right
        sign A3 alice P3
        postpone A9 shop 2026-01-20             -> refused AgreementNotFound
        postpone A1 mall 2026-01-20             -> refused AgreementNotFound
        postpone A2 shop 2026-01-20             -> refused NotNormal
        postpone A3 shop 2026-01-20             -> refused NothingPlanned
        postpone A1 shop 2026-01-10             -> refused DateNotAllowed
        postpone A1 shop 2026-01-09             -> refused DateNotAllowed
        postpone A1 shop 2026-02-10             -> refused DateNotAllowed
        postpone A1 shop 2026-01-31             -> 2026-01-31
        postpone A1 shop 2026-01-31             -> 2026-01-31
        debit T1 shop A1 30.00                  -> refused Mandate(DateNotMatch)
        advance 21d
        debit T1 shop A1 30.00                  -> paid Paid
        # The one after it is planned for the last of February.
        advance 28d
        debit T2 shop A1 30.00                  -> paid Paid
        both A1                                 -> Normal 2 debits 60.00 step 2
        unsign A1 shop
        postpone A1 shop 2026-04-10             -> refused AgreementNotFound
    ",
    );
}

#[test]
fn an_agreement_ends_with_its_validity_to_the_microsecond() {
    let mut played = check_in(
        PEOPLE,
        "
        offer A1 shop month=1 first=2026-01-10 valid=30d
        offer A2 shop month=1 first=2026-01-10 scene=OTHER
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1
        try A2 alice P2
        judge alice P2 right
        sign A2 alice P2
    ",
    );
    let rows: Vec<_> = played.world.all::<Mandate>().cloned().collect();
    let [first, forever] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(first.invalid_at_us, first.signed_at_us + 30 * DAY_US);
    assert_eq!(forever.invalid_at_us, FOREVER_US);
    let timer = RunTimer { due_at_us: first.invalid_at_us, timer: first.timer.unwrap() };
    played.world.wall_us = first.invalid_at_us - 3;
    played.world.run(timer.clone());
    played.play("mandate A1 alice -> Normal\nagreed A1 shop -> Normal");
    played.world.wall_us = first.invalid_at_us;
    played.play(
        "agreed A1 shop -> refused AgreementNotFound\ndebit T1 shop A1 1.00 -> refused Mandate(Invalid)",
    );
    played.world.run(timer);
    played.play("both A1 -> Stop 0 debits 0.00 step 0 by Validity");
}

#[test]
fn a_number_of_an_order_is_no_number_of_a_debit() {
    signed(
        "
        code alice C1
        pay T1 shop C1 5.00                     -> paid Paid
        debit T1 shop A1 5.00                   -> refused Open(NumberTaken(buyer_id))
        debit T2 shop A1 5.00                   -> paid Paid
        code alice C2
        pay T2 shop C2 5.00                     -> refused NumberTaken(buyer_id)
    ",
    );
}

#[test]
fn news_of_the_signing_does_not_come_after_that_of_the_end() {
    let states = |played: &Script| -> Vec<NoticeState> {
        played.world.all::<Notice>().map(|notice| notice.state).collect()
    };
    let mut played = signed("");
    assert_eq!(states(&played), [NoticeState::Due]);
    played.play("unsign A1 shop                          -> ok");
    assert_eq!(states(&played), [NoticeState::GivenUp, NoticeState::Due]);
    let told = played.world.all::<Notice>().next().unwrap();
    assert_eq!((told.next_at_us, told.last_error.is_some()), (None, true));
}

#[test]
#[should_panic(expected = "goes back to Normal")]
fn an_agreement_that_would_go_back_stops_the_decision() {
    let played = signed("unsign A1 shop -> ok");
    let agreement = played.world.all::<Agreement>().next().unwrap().as_ref().clone();
    let ended = agreement.progress();
    assert_eq!(ended.state, AgreementState::Stop);
    // An older word changes nothing, whatever it says.
    let older = Progress { state: AgreementState::Normal, ..ended };
    assert_eq!(agreement.clone().following(older), agreement);
    agreement.following(Progress { version: ended.version + 1, ..older });
}
