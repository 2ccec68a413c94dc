//! Guaranteed trades: every refusal, every way of a case, every clock; and that the seller has nothing before the end.
//!
//! `seller send T1 shop express SF 1001`, `buyer case T1 alice 30.00 refund`, `arbiter decide T1 10.00 20.00`;
//! `received T1 alice P1` confirms with a try that was judged right. `no=` gives the act its number.

use crate::script::{Script, check_in, cny};
use base::Text;
use engine::{ActOnEscrow, Actor, EscrowAct, EscrowView};
use ledger::AccountKind;
use money::Currency;
use std::collections::BTreeMap;
use trade::{CaseKind, EscrowState, EscrowStep, GoodsState, Logistics, Transport};

pub(crate) fn command(script: &Script, plain: &[&str], named: &BTreeMap<&str, &str>) -> ActOnEscrow {
    let at =
        |index: usize| *plain.get(index).unwrap_or_else(|| panic!("word {index} is missing in {plain:?}"));
    let words = || Text::new(named.get("why").copied().unwrap_or("because")).unwrap();
    let actor = match at(0) {
        "seller" => Actor::Seller(script.party(at(3))),
        "buyer" => Actor::Buyer(script.party(at(3))),
        _ => Actor::Arbiter,
    };
    let logistics = || Logistics {
        transport: match at(4) {
            "express" => Transport::Express,
            "ems" => Transport::Ems,
            "post" => Transport::Post,
            "unneeded" => Transport::Unneeded,
            other => panic!("no transport {other}"),
        },
        company: plain.get(5).map(|text| Text::new(text).unwrap()),
        number: plain.get(6).map(|text| Text::new(text).unwrap()),
    };
    let claim = || {
        let kind = if at(5) == "return" { CaseKind::ReturnAndRefund } else { CaseKind::RefundOnly };
        (kind, GoodsState::NotReceived, cny(at(4)), Some(words()))
    };
    let act = match at(1) {
        "send" | "sendpart" => EscrowAct::Send { logistics: logistics(), part: at(1) == "sendpart" },
        "extend" => EscrowAct::Extend,
        "case" => {
            let (kind, goods_state, amount, reason) = claim();
            EscrowAct::OpenCase { kind, goods_state, amount, reason }
        }
        "edit" => {
            let (kind, goods_state, amount, reason) = claim();
            EscrowAct::EditCase { kind, goods_state, amount, reason }
        }
        "agree" => EscrowAct::AgreeCase,
        "refuse" => EscrowAct::RefuseCase { reason: words() },
        "sendback" => EscrowAct::SendBack { logistics: logistics() },
        "receiveback" => EscrowAct::ReceiveBack,
        "refuseback" => EscrowAct::RefuseBack { reason: words() },
        "withdraw" => EscrowAct::Withdraw,
        "service" => EscrowAct::CallService,
        "evidence" => EscrowAct::GiveEvidence { words: words() },
        "decide" => EscrowAct::Decide { to_buyer: cny(at(3)), to_seller: cny(at(4)), words: Some(words()) },
        other => panic!("no act {other}"),
    };
    let request_no = named.get("no").map_or_else(|| script.fresh_no(), |text| Text::new(text).unwrap());
    ActOnEscrow { order_no: script.no(at(2)), actor, request_no, act }
}

/// `WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree`.
pub(crate) fn told(view: &EscrowView) -> String {
    let case = view.case.as_ref().map(|case| format!(", case {} {:?}", case.no, case.state));
    format!("{:?} held {}{}", view.escrow.state, view.escrow.held(), case.unwrap_or_default())
}

const PAID: &str = "
    merchant shop 10.00
    person alice 1000.00
    person carol 1000.00
    escrow T1 shop 100.00
    claim T1 alice
    try T1 alice P1
    judge alice P1 right
    confirm T1 alice P1
";

/// A paid and sent escrow.
const SENT: &str = "
    merchant shop 10.00
    person alice 1000.00
    person carol 1000.00
    escrow T1 shop 100.00
    claim T1 alice
    try T1 alice P1
    judge alice P1 right
    confirm T1 alice P1
    seller send T1 shop express SF 1001
";

#[test]
fn the_seller_is_paid_when_the_buyer_confirms_and_not_before() {
    let played = check_in(
        PAID,
        "
        see T1                                  -> WaitSellerSend held 100.00
        see T1 carol                            -> refused EscrowNotFound
        see T2                                  -> refused EscrowNotFound
        balance shop                            -> 10.00
        balance alice                           -> 900.00
        fees shop                               -> 0
        try T1 alice P2
        judge alice P2 right
        received T1 alice P2                    -> refused NotSent
        received T1 alice P2                    -> refused ProofMissing
        received T1 carol P2                    -> refused EscrowNotFound
        seller send T1 shop express SF 1001     -> WaitBuyerConfirm held 100.00
        balance shop                            -> 10.00
        try T1 alice P3
        judge alice P3 right
        received T1 alice P3 no=c1              -> Finished held 0.00
        order T1                                -> Finished refunded 0.00 fee 0.60 returned 0.00
        balance shop                            -> 109.40
        fees shop                               -> 60
        try T1 alice P4
        judge alice P4 right
        received T1 alice P4 no=c1              -> Finished held 0.00
        try T1 alice P5
        judge alice P5 right
        received T1 alice P5 no=c2              -> refused AlreadyFinished
        refund T1 shop 1.00 R1                  -> refused Finished
        seller send T1 shop express SF 1002     -> refused AlreadyFinished
        buyer case T1 alice 1.00 refund         -> refused AlreadyFinished
        advance 400d
        tick                                    -> 0
    ",
    );
    let platform = base::PartyId::platform(played.party("shop").slot());
    assert_eq!(played.world.balance(platform, AccountKind::Escrow), 0);
}

#[test]
fn every_refusal_of_an_act_has_a_row() {
    check_in(
        PAID,
        "
        seller send T2 shop express SF 1        -> refused EscrowNotFound
        seller send T1 carol express SF 1       -> refused EscrowNotFound
        buyer send T1 alice express SF 1        -> refused ActorDiffers
        arbiter send T1 it express SF 1         -> refused ActorDiffers
        seller send T1 shop express SF 1 no=~1  -> refused NumberUnfit
        seller send T1 shop express             -> refused LogisticsUnfit
        seller send T1 shop unneeded SF 1       -> refused LogisticsUnfit
        buyer extend T1 alice                   -> refused NotSent
        buyer case T1 alice 30.00 return        -> refused NothingToReturn
        buyer case T1 alice 0.00 refund         -> refused AmountUnfit
        buyer case T1 alice 100.01 refund       -> refused AmountUnfit
        buyer withdraw T1 alice                 -> refused NoCase
        seller agree T1 shop                    -> refused NoCase
        seller sendpart T1 shop post EMS 7      -> PartSent held 100.00
        seller send T1 shop express SF 1 no=s1  -> WaitBuyerConfirm held 100.00
        seller send T1 shop express SF 1 no=s1  -> WaitBuyerConfirm held 100.00
        seller send T1 shop express SF 2 no=s1  -> refused NumberTaken(number)
        seller send T1 shop ems SF 1 no=s1      -> refused NumberTaken(transport)
        seller extend T1 shop no=s1             -> refused NumberTaken(act)
        seller send T1 shop express SF 2        -> refused AlreadySent
        buyer extend T1 alice                   -> refused ExtensionTooEarly
        buyer case T1 alice 30.00 return no=k1  -> WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree
        buyer case T1 alice 31.00 return no=k1  -> refused NumberTaken(amount)
        buyer case T1 alice 30.00 refund no=k1  -> refused NumberTaken(kind)
        buyer case T1 alice 30.00 return        -> refused CaseOpen
        buyer extend T1 alice                   -> refused CaseOpen
        buyer edit T1 alice 20.00 refund        -> refused CaseStateDiffers
        buyer service T1 alice                  -> refused CaseStateDiffers
        buyer evidence T1 alice                 -> refused NotInDispute
        arbiter decide T1 10.00 20.00           -> refused NotInDispute
        try T1 alice P2
        judge alice P2 right
        received T1 alice P2                    -> refused CaseOpen
        # What the buyer asks for is not the seller's to give.
        refund T1 shop 70.01 R1                 -> refused MoreThanLeft
        refund T1 shop 0.00 R1                  -> refused MoreThanLeft
        seller refuse T1 shop                   -> WaitBuyerConfirm held 100.00, case 1 SellerRefused
        seller agree T1 shop                    -> refused CaseStateDiffers
        buyer service T1 alice                  -> WaitBuyerConfirm held 100.00, case 1 SellerRefused
        buyer service T1 alice                  -> refused CaseStateDiffers
        buyer edit T1 alice 20.00 refund        -> refused CaseStateDiffers
        arbiter decide T1 10.00 19.99           -> refused AmountUnfit
        arbiter decide T1 10.00 20.01           -> refused AmountUnfit
        advance 3d
        buyer evidence T1 alice                 -> refused EvidenceOver
    ",
    );
}

#[test]
fn evidence_and_cases_are_bounded() {
    let evidence = "seller evidence T1 shop\n".repeat(20);
    let cases = "buyer case T1 alice 1.00 refund\nbuyer withdraw T1 alice\n".repeat(9);
    check_in(
        SENT,
        &format!(
            "
        buyer case T1 alice 1.00 refund
        seller refuse T1 shop
        buyer service T1 alice
        {evidence}
        seller evidence T1 shop                 -> refused EvidenceFull
        buyer evidence T1 alice
        buyer withdraw T1 alice
        {cases}
        buyer case T1 alice 1.00 refund         -> refused CasesUsedUp
    "
        ),
    );
}

#[test]
fn refund_only_returns_and_partial_refunds() {
    check_in(
        SENT,
        "
        buyer case T1 alice 30.00 refund        -> WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree
        seller agree T1 shop                    -> WaitBuyerConfirm held 70.00, case 1 Refunding
        see T1 alice                            -> WaitBuyerConfirm held 70.00, case 1 Success
        balance alice                           -> 930.00
        order T1                                -> Paid refunded 30.00 fee 0.00 returned 0.00
        trade-row T1 alice                      -> Paid 30.00
        refund T1 shop 20.00 R1                 -> moved Paid 50.00
        refund T1 shop 20.00 R1                 -> same Paid 50.00
        buyer case T1 alice 10.00 return        -> WaitBuyerConfirm held 50.00, case 2 WaitSellerAgree
        seller agree T1 shop                    -> WaitBuyerConfirm held 50.00, case 2 WaitBuyerReturn
        seller receiveback T1 shop              -> refused CaseStateDiffers
        buyer sendback T1 alice express         -> refused LogisticsUnfit
        buyer sendback T1 alice express SF 9    -> WaitBuyerConfirm held 50.00, case 2 WaitSellerConfirm
        buyer sendback T1 alice express SF 8    -> refused CaseStateDiffers
        seller receiveback T1 shop              -> WaitBuyerConfirm held 40.00, case 2 Refunding
        try T1 alice P2
        judge alice P2 right
        received T1 alice P2                    -> Finished held 0.00, case 2 Success
        balance shop                            -> 49.76
        fees shop                               -> 24
        balance alice                           -> 960.00
    ",
    );
    check_in(
        SENT,
        "
        buyer case T1 alice 100.00 refund
        seller agree T1 shop
        see T1                                  -> Closed held 0.00, case 1 Success
        order T1                                -> Closed refunded 100.00 fee 0.00 returned 0.00
        trade-row T1 alice                      -> Closed 100.00
        seller extend T1 shop                   -> refused AlreadyClosed
        balance alice                           -> 1000.00
    ",
    );
    check_in(
        PAID,
        "
        cancel T1 shop                          -> refund Closed
        see T1                                  -> Closed held 0.00
        balance alice                           -> 1000.00
    ",
    );
}

#[test]
fn disputes_are_divided_in_fen() {
    check_in(
        SENT,
        "
        buyer case T1 alice 100.00 return
        seller agree T1 shop
        buyer sendback T1 alice post CP 9
        seller refuseback T1 shop               -> WaitBuyerConfirm held 100.00, case 1 SellerRefused
        buyer evidence T1 alice why=photo
        seller evidence T1 shop why=worn
        arbiter decide T1 33.33 66.67           -> WaitBuyerConfirm held 66.67, case 1 Refunding
        # All that is held was in dispute: the rest is the seller's at once.
        advance 1s
        tick                                    -> 1
        see T1                                  -> Finished held 0.00, case 1 Success
        balance alice                           -> 933.33
        balance shop                            -> 76.27
        fees shop                               -> 40
    ",
    );
    check_in(
        SENT,
        "
        buyer case T1 alice 40.00 refund
        seller refuse T1 shop
        buyer edit T1 alice 30.00 refund        -> WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree
        seller refuse T1 shop
        buyer service T1 alice
        # A part was in dispute: the trade goes on.
        arbiter decide T1 0.00 30.00            -> WaitBuyerConfirm held 100.00, case 1 Closed
        tick                                    -> 0
        buyer case T1 alice 100.00 refund
        seller refuse T1 shop
        buyer service T1 alice
        arbiter decide T1 0.00 100.00           -> WaitBuyerConfirm held 100.00, case 2 Closed
        buyer case T1 alice 100.00 refund       -> refused CaseOpen
        advance 1s
        tick                                    -> 1
        see T1                                  -> Finished held 0.00, case 2 Closed
    ",
    );
}

#[test]
fn a_seller_who_sent_nothing_is_never_paid_by_a_dispute() {
    // Silence of customer service is for the buyer, whatever the seller says.
    check_in(
        PAID,
        "
        buyer case T1 alice 100.00 refund
        seller refuse T1 shop
        buyer service T1 alice
        seller evidence T1 shop
        advance 5d
        advance 1s
        tick                                    -> 1
        see T1                                  -> Closed held 0.00, case 1 Success
        balance shop                            -> 10.00
        balance alice                           -> 1000.00
    ",
    );
    // A decision for the seller, or for both, leaves the rest held: the seller is still to send.
    for (to_buyer, to_seller, after, rest) in [
        ("0.00", "100.00", "WaitSellerSend held 100.00, case 1 Closed", "900.00"),
        ("30.00", "70.00", "WaitSellerSend held 70.00, case 1 Refunding", "930.00"),
    ] {
        for (send, state) in [("", "WaitSellerSend"), ("seller sendpart T1 shop express SF 1", "PartSent")] {
            let mut played = check_in(
                PAID,
                &format!(
                    "
                    {send}
                    buyer case T1 alice 100.00 refund
                    seller refuse T1 shop
                    buyer service T1 alice
                    arbiter decide T1 {to_buyer} {to_seller}  -> {}
                    advance 1s
                    tick                                      -> 0
                    balance shop                              -> 10.00
                    balance alice                             -> {rest}
                    seller send T1 shop express SF 2
                    try T1 alice P2
                    judge alice P2 right
                    ",
                    after.replace("WaitSellerSend", state)
                ),
            );
            let case = if to_buyer == "0.00" { "Closed" } else { "Success" };
            played.play(&format!("received T1 alice P2 -> Finished held 0.00, case 1 {case}"));
        }
    }
    // Nor when it never sends: the last day gives the rest back.
    check_in(
        PAID,
        "
        buyer case T1 alice 100.00 refund
        seller refuse T1 shop
        buyer service T1 alice
        arbiter decide T1 30.00 70.00
        advance 48h
        tick                                    -> 1
        advance 363d
        tick                                    -> 1
        see T1                                  -> Closed held 0.00, case 1 Success
        balance shop                            -> 10.00
        balance alice                           -> 1000.00
    ",
    );
}

#[test]
fn our_own_refunds_do_not_use_up_numbers_of_the_merchant() {
    let mut played = check_in(
        SENT,
        "
        buyer case T1 alice 30.00 refund
        seller agree T1 shop
        balance alice                           -> 930.00
    ",
    );
    let number = played.no("T1").to_string();
    played.play(&format!(
        "
        refund T1 shop 30.00 {number}           -> moved Paid 60.00
        balance alice                           -> 960.00
        cancel T1 shop                          -> refund Closed
        balance alice                           -> 1000.00
    "
    ));
    let mut numbers: Vec<String> =
        played.world.all::<trade::Refund>().map(|refund| refund.out_request_no.to_string()).collect();
    numbers.retain(|of_refund| *of_refund != number);
    assert!(numbers.len() == 2 && numbers.iter().all(|own| own.starts_with(trade::OWN_STEP)), "{numbers:?}");
}

#[test]
fn our_own_numbers_are_never_used_again() {
    let played = check_in(
        SENT,
        "
        buyer case T1 alice 30.00 refund
        status alice closed
        seller agree T1 shop
        see T1                                  -> WaitBuyerConfirm held 100.00, case 1 Closed
        cancel T1 shop                          -> refused Refund(BuyerClosed)
    ",
    );
    let mut refunds: Vec<(u32, i64)> = Vec::new();
    for refund in played.world.all::<trade::Refund>() {
        let no = refund.out_request_no.as_str().trim_start_matches(trade::OWN_STEP).parse().unwrap();
        refunds.push((no, refund.amount_minor.units()));
    }
    refunds.sort_unstable();
    // Each has the number of the step that made it.
    assert_eq!(refunds, [(4, 3_000), (6, 10_000)]);
}

#[test]
fn a_closed_seller_is_not_paid_while_the_buyer_can_be_reached() {
    let back = "
        balance shop                            -> 10.00
        balance alice                           -> 1000.00
    ";
    for (acts, waits, ticks) in [
        // The time to confirm is over; customer service decided for the seller; a part was sent.
        ("seller send T1 shop express SF 1\nstatus shop closed", "advance 10d\nadvance 1s", 1),
        (
            "seller send T1 shop express SF 1\nbuyer case T1 alice 100.00 refund\nseller refuse T1 shop\n\
             buyer service T1 alice\narbiter decide T1 0.00 100.00\nstatus shop closed",
            "advance 1s",
            1,
        ),
        (
            "seller sendpart T1 shop express SF 1\nstatus shop closed\nadvance 48h\ntick -> 1",
            "advance 363d",
            1,
        ),
        // Confirmed: the seller would have it, and cannot.
        (
            "seller send T1 shop express SF 1\nstatus shop closed\ntry T1 alice P2\njudge alice P2 right\n\
             received T1 alice P2 no=c1 -> WaitBuyerConfirm held 100.00\ntry T1 alice P3\njudge alice P3 right\n\
             received T1 alice P3 no=c2 -> WaitBuyerConfirm held 100.00\n\
             buyer case T1 alice 1.00 refund -> refused CaseOpen",
            "advance 1s",
            1,
        ),
    ] {
        let mut played = check_in(PAID, acts);
        played.play(&format!("{waits}\ntick -> {ticks}"));
        let escrow = played.world.all::<trade::Escrow>().last().unwrap();
        assert_eq!(escrow.state, EscrowState::Closed, "{acts}");
        played.play(back);
    }
    // That the buyer could not be reached some days ago says nothing of today.
    check_in(
        SENT,
        "
        status alice closed
        refund T1 shop 10.00 R1                 -> refused BuyerClosed
        status alice normal
        status shop closed
        advance 10d
        advance 1s
        tick                                    -> 1
        see T1                                  -> Closed held 0.00
        balance alice                           -> 1000.00
    ",
    );
    // Neither can be reached: it ends with the seller, as ADR 0005 has it.
    check_in(
        SENT,
        "
        status shop closed
        status alice closed
        advance 10d
        advance 1s
        tick                                    -> 1
        see T1                                  -> WaitBuyerConfirm held 100.00
        advance 1s
        tick                                    -> 1
        see T1                                  -> Finished held 0.00
        balance shop                            -> 109.40
    ",
    );
}

#[test]
fn an_escrow_s_own_state_says_until_when_money_can_be_given_back() {
    // Sent on the last day but one: it is open beyond the refund window of other orders.
    check_in(
        PAID,
        "
        advance 48h
        tick                                    -> 1
        advance 362d
        seller send T1 shop post CP 1
        advance 10d
        tick                                    -> 0
        refund T1 shop 10.00 R1                 -> moved Paid 10.00
        cancel T1 shop                          -> refused TooLate
        see T1                                  -> WaitBuyerConfirm held 90.00
        advance 20d
        tick                                    -> 1
        refund T1 shop 10.00 R2                 -> refused Finished
    ",
    );
}

#[test]
fn a_cancel_waits_for_the_case() {
    check_in(
        SENT,
        "
        buyer case T1 alice 30.00 refund
        cancel T1 shop                          -> refused CaseOpen
        see T1                                  -> WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree
        buyer withdraw T1 alice
        cancel T1 shop                          -> refund Closed
    ",
    );
}

#[test]
fn a_decision_is_the_same_with_all_of_its_amounts_only() {
    check_in(
        SENT,
        "
        buyer case T1 alice 30.00 refund
        seller refuse T1 shop
        buyer service T1 alice
        arbiter decide T1 10.00 20.00 no=d1     -> WaitBuyerConfirm held 90.00, case 1 Refunding
        arbiter decide T1 10.00 20.00 no=d1     -> WaitBuyerConfirm held 90.00, case 1 Success
        arbiter decide T1 10.00 20.01 no=d1     -> refused NumberTaken(to_seller)
        arbiter decide T1 10.01 20.00 no=d1     -> refused NumberTaken(to_buyer)
        # Later cases change nothing of what was decided.
        buyer case T1 alice 5.00 refund
        arbiter decide T1 10.00 20.00 no=d1     -> WaitBuyerConfirm held 90.00, case 2 WaitSellerAgree
    ",
    );
}

#[test]
fn a_case_stops_the_time_to_confirm_and_gives_it_back() {
    check_in(
        SENT,
        "
        advance 9d
        tick                                    -> 0
        buyer case T1 alice 30.00 refund
        advance 4d
        tick                                    -> 0
        buyer withdraw T1 alice                 -> WaitBuyerConfirm held 100.00, case 1 Closed
        advance 23h
        tick                                    -> 0
        buyer extend T1 alice                   -> WaitBuyerConfirm held 100.00, case 1 Closed
        buyer extend T1 alice                   -> refused ExtensionsUsedUp
        advance 73h
        tick                                    -> 1
        see T1                                  -> Finished held 0.00, case 1 Closed
        balance shop                            -> 109.40
    ",
    );
    check_in(
        SENT,
        "
        seller extend T1 shop
        seller extend T1 shop
        seller extend T1 shop
        seller extend T1 shop                   -> refused ExtensionsUsedUp
        advance 24d
        tick                                    -> 0
        advance 1d
        tick                                    -> 1
        see T1                                  -> Finished held 0.00
    ",
    );
}

#[test]
fn each_side_s_silence_has_its_clock() {
    for (acts, waits, seconds, after) in [
        ("", "10d", "1s", "Finished held 0.00"),
        ("buyer case T1 alice 30.00 refund", "5d", "1s", "WaitBuyerConfirm held 70.00, case 1 Success"),
        (
            "buyer case T1 alice 30.00 return",
            "5d",
            "1s",
            "WaitBuyerConfirm held 100.00, case 1 WaitBuyerReturn",
        ),
        (
            "buyer case T1 alice 30.00 refund\nseller refuse T1 shop",
            "7d",
            "1s",
            "WaitBuyerConfirm held 100.00, case 1 Closed",
        ),
        (
            "buyer case T1 alice 30.00 return\nseller agree T1 shop",
            "7d",
            "1s",
            "WaitBuyerConfirm held 100.00, case 1 Closed",
        ),
        (
            "buyer case T1 alice 30.00 return\nseller agree T1 shop\nbuyer sendback T1 alice express SF 1",
            "10d",
            "1s",
            "WaitBuyerConfirm held 70.00, case 1 Success",
        ),
        (
            "buyer case T1 alice 30.00 return\nseller agree T1 shop\nbuyer sendback T1 alice post CP 1",
            "30d",
            "1s",
            "WaitBuyerConfirm held 70.00, case 1 Success",
        ),
        (
            "buyer case T1 alice 30.00 refund\nseller refuse T1 shop\nbuyer service T1 alice",
            "5d",
            "1s",
            "WaitBuyerConfirm held 70.00, case 1 Success",
        ),
        (
            "buyer case T1 alice 30.00 refund\nseller refuse T1 shop\nbuyer service T1 alice\nseller evidence T1 shop",
            "5d",
            "1s",
            "WaitBuyerConfirm held 100.00, case 1 Closed",
        ),
    ] {
        let mut played = check_in(SENT, acts);
        // A minute early nothing happens.
        played.play(&format!("advance {waits}"));
        played.world.wall_us -= 60_000_000;
        played.play("tick -> 0");
        played.world.wall_us += 60_000_000;
        played.play(&format!("advance {seconds}\ntick -> 1\nsee T1 -> {after}"));
    }
}

#[test]
fn goods_that_are_never_sent_come_back_as_money() {
    check_in(
        PAID,
        "
        advance 48h
        tick                                    -> 1
        see T1                                  -> WaitSellerSend held 100.00
        buyer case T1 alice 30.00 refund        -> WaitSellerSend held 100.00, case 1 WaitSellerAgree
        advance 48h
        tick                                    -> 1
        see T1                                  -> WaitSellerSend held 70.00, case 1 Success
        # After three days what is asked for is granted at once.
        buyer case T1 alice 20.00 refund        -> WaitSellerSend held 50.00, case 2 Refunding
        see T1                                  -> WaitSellerSend held 50.00, case 2 Success
        advance 361d
        tick                                    -> 1
        see T1                                  -> Closed held 0.00, case 2 Success
        balance alice                           -> 1000.00
        order T1                                -> Closed refunded 100.00 fee 0.00 returned 0.00
    ",
    );
    // While the seller may still send, sending gives the longer time.
    check_in(
        PAID,
        "
        buyer case T1 alice 30.00 refund
        seller send T1 shop express SF 1        -> WaitBuyerConfirm held 100.00, case 1 WaitSellerAgree
        advance 49h
        tick                                    -> 0
        advance 71h
        advance 1s
        tick                                    -> 1
        see T1                                  -> WaitBuyerConfirm held 70.00, case 1 Success
        advance 10d
        advance 1s
        tick                                    -> 1
        see T1                                  -> Finished held 0.00, case 1 Success
    ",
    );
    // What was sent in part belongs to the seller on the last day.
    check_in(
        PAID,
        "
        seller sendpart T1 shop express SF 1
        advance 48h
        tick                                    -> 1
        advance 363d
        tick                                    -> 1
        see T1                                  -> Finished held 0.00
    ",
    );
}

#[test]
fn money_that_cannot_reach_a_closed_buyer_is_held_and_ends_with_the_seller() {
    check_in(
        PAID,
        "
        buyer case T1 alice 30.00 refund
        status alice closed
        seller agree T1 shop                    -> WaitSellerSend held 70.00, case 1 Refunding
        see T1                                  -> WaitSellerSend held 100.00, case 1 Closed
        refund T1 shop 10.00 R1                 -> refused BuyerClosed
        see T1                                  -> WaitSellerSend held 100.00, case 1 Closed
        cancel T1 shop                          -> refused Refund(BuyerClosed)
        advance 48h
        tick                                    -> 1
        advance 363d
        tick                                    -> 1
        see T1                                  -> WaitSellerSend held 100.00, case 1 Closed
        advance 1s
        tick                                    -> 1
        see T1                                  -> Finished held 0.00, case 1 Closed
        balance shop                            -> 109.40
    ",
    );
}

#[test]
fn kinds_of_goods_have_their_own_time() {
    for (goods, sends, waits) in [
        ("topup", false, None),
        ("auto", false, Some("24h")),
        ("virtual", true, Some("3d")),
        ("wholesale", true, Some("15d")),
        ("cross", true, Some("20d")),
    ] {
        let mut played = check_in(
            "merchant shop 10.00
             person alice 1000.00",
            &format!(
                "escrow T1 shop 100.00 of={goods}
                 escrow T1 shop 100.00 of=physical -> refused NumberTaken(product_code)
                 claim T1 alice
                 try T1 alice P1
                 judge alice P1 right
                 confirm T1 alice P1"
            ),
        );
        if sends {
            played.play("seller send T1 shop unneeded -> WaitBuyerConfirm held 100.00");
        } else {
            played
                .play("see T1 -> WaitBuyerConfirm held 100.00\nbuyer extend T1 alice -> refused NoExtension");
        }
        if let Some(waits) = waits {
            played.play(&format!("tick -> 0\nadvance {waits}\nadvance 1s"));
        }
        played.play("advance 1s\ntick -> 1\nsee T1 -> Finished held 0.00");
    }
}

#[test]
fn steps_tell_where_an_escrow_has_been() {
    let played = check_in(
        SENT,
        "
        buyer case T1 alice 100.00 refund
        seller agree T1 shop
    ",
    );
    let mut steps: Vec<_> = played.world.all::<EscrowStep>().cloned().collect();
    steps.sort_by_key(|step| step.no);
    let told: Vec<String> = steps
        .iter()
        .map(|step| format!("{} {:?} {:?} {:?}", step.no, step.kind, step.side, step.state))
        .collect();
    assert_eq!(
        told,
        [
            "1 Paid Buyer WaitSellerSend",
            "2 Sent Seller WaitBuyerConfirm",
            "3 CaseOpened Buyer WaitBuyerConfirm",
            "4 CaseAgreed Seller WaitBuyerConfirm",
            "5 CaseArrived Platform Closed",
        ]
    );
    let last = played.world.all::<trade::Notice>().last().unwrap();
    let said = last.content.as_ref().unwrap().as_str();
    for member in
        [r#""trade_status":"TRADE_CLOSED""#, r#""refund_status":"SUCCESS""#, r#""refund_fee":"100.00""#]
    {
        assert!(said.contains(member), "{said}");
    }
    let escrow = played.world.all::<trade::Escrow>().last().unwrap();
    assert_eq!((escrow.state, escrow.currency), (EscrowState::Closed, Currency::Cny));
}

/// The members of the letters so far, in their order.
fn letters(played: &Script) -> Vec<BTreeMap<String, String>> {
    let mut notices: Vec<_> = played.world.all::<trade::Notice>().cloned().collect();
    notices.sort_by_key(|notice| notice.no);
    notices
        .iter()
        .map(|notice| serde_json::from_str(notice.content.as_ref().unwrap().as_str()).unwrap())
        .collect()
}

#[test]
fn letters_tell_refunds_when_they_have_arrived() {
    let played = check_in(
        SENT,
        "
        refund T1 shop 20.00 R1
        buyer case T1 alice 30.00 refund
        seller agree T1 shop
        status alice closed
        refund T1 shop 10.00 R2                 -> refused BuyerClosed
        status alice normal
        refund T1 shop 50.00 R3
    ",
    );
    let told: Vec<(String, [Option<String>; 3])> = letters(&played)
        .iter()
        .map(|letter| {
            let of = |name: &str| letter.get(name).cloned();
            (letter["escrow_step"].clone(), [of("refund_fee"), of("out_biz_no"), of("trade_status")])
        })
        .collect();
    let none = |step: &str| (step.to_owned(), [None, None, Some("WAIT_BUYER_CONFIRM_GOODS".to_owned())]);
    let back = |step: &str, fee: &str, number: &str, status: &str| {
        (step.to_owned(), [Some(fee.to_owned()), Some(number.to_owned()), Some(status.to_owned())])
    };
    let waits = "WAIT_BUYER_CONFIRM_GOODS";
    assert_eq!(
        told[1..],
        [
            none("sent"),
            none("given_back"),
            back("arrived", "20.00", "R1", waits),
            none("case_opened"),
            none("case_agreed"),
            back("case_arrived", "50.00", "~6", waits),
            none("given_back"),
            none("returned"),
            none("given_back"),
            back("arrived", "100.00", "R3", "TRADE_CLOSED"),
        ]
    );
    let last = letters(&played).pop().unwrap();
    for (name, value) in [
        ("receipt_amount", "100.00"),
        ("buyer_pay_amount", "100.00"),
        ("invoice_amount", "100.00"),
        ("point_amount", "0.00"),
        ("fund_bill_list", r#"[{"amount":"100.00","fundChannel":"ALIPAYACCOUNT"}]"#),
        ("seller_email", played_login(&played, "shop").as_str()),
    ] {
        assert_eq!(last[name], value, "{name}");
    }
    for (name, length) in [("gmt_create", 19), ("gmt_payment", 19), ("gmt_close", 19), ("gmt_refund", 23)] {
        assert_eq!(last[name].len(), length, "{name}: {}", last[name]);
    }
    assert!(letters(&played)[..told.len() - 1].iter().all(|letter| !letter.contains_key("gmt_close")));
}

fn played_login(played: &Script, name: &str) -> String {
    let party = played.party(name);
    played.world.get::<people::Party>((party.slot(), party)).unwrap().login.to_string()
}

#[test]
fn letters_of_a_provider_s_order_name_the_merchant_s_own_app() {
    let mut played = check_in("merchant shop 10.00\nmerchant helper\nperson alice 1000.00", "");
    let (owner, helper) = (played.party("shop"), played.party("helper"));
    let (own_app, app) = (played.apps[&owner], played.apps[&helper]);
    let (kind, code) = (people::GrantKind::Merchant, crate::script::digest("grant"));
    let scopes = Text::new("").unwrap();
    let granted = played.world.run(engine::Authorize {
        owner,
        app,
        kind,
        scopes,
        own_app: Some(own_app),
        code,
        attempt: None,
        passkey: None,
    });
    assert!(granted.is_accepted());
    played.play(
        "
        escrow T1 shop 100.00 app=helper
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1
    ",
    );
    let paid = letters(&played).pop().unwrap();
    assert_eq!((&paid["auth_app_id"], &paid["escrow_step"]), (&own_app.to_string(), &"paid".to_owned()));
    assert_eq!(played.world.all::<trade::Notice>().last().unwrap().app, app);
}

/// Wherever its parties leave it, time alone brings an escrow and its cases to an end within 400 days.
#[test]
fn everything_ends_by_itself() {
    let sent = "seller send T1 shop post CP 1";
    let refused = "buyer case T1 alice 30.00 return\nseller refuse T1 shop";
    let refused_all = "buyer case T1 alice 100.00 refund\nseller refuse T1 shop\nbuyer service T1 alice";
    for acts in [
        "".to_owned(),
        "seller sendpart T1 shop express SF 1".to_owned(),
        sent.to_owned(),
        "buyer case T1 alice 100.00 refund".to_owned(),
        "status alice closed".to_owned(),
        format!("{sent}\nbuyer case T1 alice 30.00 refund"),
        format!("{sent}\nbuyer case T1 alice 30.00 return\nseller agree T1 shop"),
        format!(
            "{sent}\nbuyer case T1 alice 30.00 return\nseller agree T1 shop\nbuyer sendback T1 alice post CP 2"
        ),
        format!("{sent}\n{refused}"),
        format!("{sent}\n{refused}\nbuyer service T1 alice"),
        format!("{sent}\n{refused}\nbuyer service T1 alice\nseller evidence T1 shop"),
        format!("{sent}\n{refused}\nbuyer service T1 alice\narbiter decide T1 10.00 20.00"),
        format!("{sent}\n{refused}\nbuyer service T1 alice\nstatus alice closed"),
        "status shop closed".to_owned(),
        format!("{sent}\nstatus shop closed"),
        format!("{sent}\nstatus shop closed\nstatus alice closed"),
        "seller sendpart T1 shop express SF 1\nstatus shop closed\nstatus alice closed".to_owned(),
        format!("{refused_all}\narbiter decide T1 30.00 70.00"),
        format!("{refused_all}\nseller evidence T1 shop"),
        format!("{refused_all}\narbiter decide T1 30.00 70.00\nstatus shop closed\nstatus alice closed"),
        format!(
            "{sent}\n{refused_all}\narbiter decide T1 30.00 70.00\nstatus shop closed\nstatus alice closed"
        ),
    ] {
        let mut played = check_in(PAID, &acts);
        let last_us = played.world.wall_us + 400 * base::DAY_US;
        loop {
            let next = played.world.all::<trade::Timer>().map(|timer| timer.due_at_us).min();
            let Some(next_us) = next.filter(|next_us| *next_us <= last_us) else { break };
            played.world.wall_us = played.world.wall_us.max(next_us + 1_000);
            played.play("due");
        }
        assert_eq!(played.world.all::<trade::Timer>().count(), 0, "{acts}");
        assert!(played.world.all::<trade::Escrow>().all(|escrow| escrow.state.is_final()), "{acts}");
        assert!(played.world.all::<trade::EscrowCase>().all(|case| case.state.is_final()), "{acts}");
        let platform = base::PartyId::platform(played.party("shop").slot());
        assert_eq!(played.world.balance(platform, AccountKind::Escrow), 0, "{acts}");
    }
}
