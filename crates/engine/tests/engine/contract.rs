//! Contracts: proposed, approved, and in the decisions that take fees.

use crate::script::{Script, Words, check_in};
use base::Text;
use engine::{ApproveContract, Command, FindContracts, ProposeContract};
use money::Rate;
use trade::{Contract, ContractProduct, ContractStatus, ContractTerms, SettlementTerm};

fn product(name: &str) -> ContractProduct {
    ContractProduct::ALL
        .into_iter()
        .find(|product| product.as_str() == name)
        .unwrap_or_else(|| panic!("no product {name}"))
}

/// `5000`, `5000@1d` (from a day on), `ended:5000`, `5000+t1` (settled the next day).
fn terms(script: &Script, text: &str) -> ContractTerms {
    let (status, rest) = match text.strip_prefix("ended:") {
        Some(rest) => (ContractStatus::Ended, rest),
        None => (ContractStatus::InForce, text),
    };
    let (rest, settlement) = match rest.strip_suffix("+t1") {
        Some(rest) => (rest, SettlementTerm::NextDay),
        None => (rest, SettlementTerm::SameDay),
    };
    let (ppm, from) = rest.split_once('@').map_or((rest, None), |(ppm, from)| (ppm, Some(from)));
    let valid_from_us = from.map(|from| match from.strip_prefix('-') {
        Some(span) => script.world.wall_us - crate::script::span_us(span),
        None => script.world.wall_us + crate::script::span_us(from),
    });
    let fee_ppm = Rate::from_ppm(ppm.parse().unwrap()).unwrap();
    ContractTerms { status, fee_ppm, valid_from_us, settlement }
}

/// The commands of this file, `ct-…`: `ct-propose ada shop page 0 5000`, `ct-approve bea shop page 1`, `ct-all shop`.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    // A line is blank between `_`.
    let operator = || Text::new(&words.at(1).trim_matches('-').replace('_', " ")).unwrap();
    let seller = |at: usize| script.party(words.at(at));
    Some(match words.at(0) {
        "ct-propose" => ProposeContract {
            operator: operator(),
            seller: seller(2),
            product: product(words.at(3)),
            base_version: words.at(4).parse().unwrap(),
            terms: terms(script, words.at(5)),
            reason: Text::new(words.named.get("why").copied().unwrap_or("better-terms")).unwrap(),
        }
        .into(),
        "ct-approve" => {
            let (seller, product, version) = (seller(2), product(words.at(3)), words.at(4).parse().unwrap());
            let row = script.world.get::<Contract>((seller.slot(), seller, product, version));
            let read = words.named.get("read").map(|text| terms(script, text));
            let terms = read.or(row.as_ref().map(|row| row.terms())).unwrap_or(terms(script, "0"));
            let why = words.named.get("why").map(|text| Text::new(text).unwrap());
            let reason = why.or(row.map(|row| row.reason.clone())).unwrap_or(Text::new("").unwrap());
            ApproveContract { operator: operator(), seller, product, version, terms, reason }.into()
        }
        "ct-all" => FindContracts { seller: seller(1) }.into(),
        _ => return None,
    })
}

const PEOPLE: &str = "
    merchant shop 5000.00 slot=11
    merchant other slot=12
    person alice 50000.00 slot=21
";

#[test]
fn a_contract_is_of_two_people_and_of_the_terms_that_were_read() {
    check_in(
        PEOPLE,
        "
        ct-all shop                                    -> nothing
        ct-all alice                                   -> refused SellerNotFound
        ct-propose - shop page 0 5000                  -> refused NoOperator
        ct-propose _ada shop page 0 5000               -> refused NoOperator
        ct-propose ada alice page 0 5000               -> refused SellerNotFound
        ct-propose ada nobody page 0 5000              -> refused SellerNotFound
        ct-propose ada shop page 1 5000                -> refused Stale { current: 0 }
        ct-propose ada shop page 0 5000 why=           -> refused NoReason
        ct-propose ada shop page 0 100001              -> refused FeeTooHigh
        ct-propose ada shop transfer 0 1               -> refused NoFee
        ct-propose ada shop page 0 ended:0@-1m         -> refused FeeDiffers { in_force_ppm: 6000 }
        ct-propose ada shop page 0 5000@-1m            -> refused FromThePast
        ct-approve - shop page 1                       -> refused NoOperator
        ct-approve bea shop page 0                     -> refused Stale { current: 0 }
        ct-approve bea shop page 1                     -> refused NotFound
        ct-propose ada shop page 0 100000              -> version 1
        ct-propose ada shop page 0 5000                -> version 1
        ct-approve ada shop page 1                     -> refused SelfApproval
        ct-approve bea shop page 1 read=100000         -> refused Edited
        ct-approve ada_ shop page 1                    -> refused NoOperator
        ct-propose ada shop page 0 5000 why=other
        ct-approve bea shop page 1 why=better-terms    -> refused Edited
        ct-all shop                                    -> page v0 proposed 5000
        ct-approve bea shop page 1                     -> version 1
        # Whoever lost the answer hears it again; nobody else agreed to it, nor to other words.
        ct-approve bea shop page 1                     -> version 1
        ct-approve cem shop page 1                     -> refused Stale { current: 1 }
        ct-approve bea shop page 1 read=5000@3d        -> refused Stale { current: 1 }
        ct-approve bea shop page 1 why=better-terms    -> refused Stale { current: 1 }
        ct-propose ada shop page 0 4000                -> refused Stale { current: 1 }
        ct-propose bea shop page 1 4000@1d             -> version 2
        ct-approve ada shop page 2                     -> version 2
        ct-propose bea shop page 2 3000                -> version 3
        ct-all shop                                    -> page v2 5000 waiting 4000 proposed 3000
        ct-all other                                   -> nothing
        advance 24h
        ct-all shop                                    -> page v2 4000 proposed 3000
    ",
    );
}

#[test]
fn an_end_has_the_fee_that_holds_when_it_is_agreed_to() {
    check_in(
        PEOPLE,
        "
        ct-propose ada shop page 0 4000@1d             -> version 1
        ct-approve bea shop page 1                     -> version 1
        # What is agreed to and begins before the end does counts.
        ct-propose ada shop page 1 ended:6000@2d       -> refused FeeDiffers { in_force_ppm: 4000 }
        ct-propose ada shop page 1 ended:4000@2d       -> version 2
        ct-propose ada shop page 1 ended:6000          -> version 2
        advance 24h
        ct-approve bea shop page 2                     -> refused FeeDiffers { in_force_ppm: 4000 }
        ct-propose ada shop page 1 ended:4000          -> version 2
        ct-approve bea shop page 2                     -> version 2
    ",
    );
}

#[test]
fn eight_versions_wait_and_no_more() {
    let mut script = String::new();
    for version in 0..8 {
        script.push_str(&format!("ct-propose ada shop app {version} {version}@{}d\n", version + 1));
        script.push_str(&format!("ct-approve bea shop app {}\n", version + 1));
    }
    script.push_str(
        "
        ct-approve bea shop app 9                      -> refused NotFound
        ct-propose ada shop app 8 9@1h                 -> version 9
        ct-approve ada shop app 9                      -> refused TooManyWaiting
        # What holds at once waits for nothing: its time has come, or it never named one.
        advance 1h
        ct-approve bea shop app 9                      -> version 9
        ct-all shop                                    -> app v9 9
        ct-propose ada shop app 9 10                   -> version 10
        ct-approve bea shop app 10                     -> version 10
        ct-all shop                                    -> app v10 10
        advance 8d
    ",
    );
    // What was agreed to last holds, though others were to begin after it.
    script.push_str("ct-all shop -> app v10 10\n");
    check_in(PEOPLE, &script);
}

#[test]
fn fees_are_of_the_version_in_force_when_the_order_is_paid() {
    check_in(
        PEOPLE,
        "
        code alice A1
        pay T1 shop A1 100.00                          -> paid Paid
        order T1                                       -> Paid refunded 0.00 fee 0.60 returned 0.00
        ct-propose ada shop face_to_face 0 3800
        code alice A2
        pay T2 shop A2 100.00                          -> paid Paid
        order T2                                       -> Paid refunded 0.00 fee 0.60 returned 0.00
        ct-approve bea shop face_to_face 1
        code alice A3
        pay T3 shop A3 100.00                          -> paid Paid
        order T3                                       -> Paid refunded 0.00 fee 0.38 returned 0.00
        code alice A4
        pay T4 other A4 100.00                         -> paid Paid
        order T4                                       -> Paid refunded 0.00 fee 0.60 returned 0.00
        create T5 shop 100.00 buyer=alice
        try T5 alice P5
        judge alice P5 right
        confirm T5 alice P5                            -> Paid
        order T5                                       -> Paid refunded 0.00 fee 0.60 returned 0.00
        ct-propose ada shop face_to_face 1 10000@1h
        ct-approve bea shop face_to_face 2
        code alice A6
        pay T6 shop A6 100.00                          -> paid Paid
        order T6                                       -> Paid refunded 0.00 fee 0.38 returned 0.00
        advance 1h
        code alice A7
        pay T7 shop A7 100.00                          -> paid Paid
        order T7                                       -> Paid refunded 0.00 fee 1.00 returned 0.00
        # A refund gives back of the order's own fee, whatever the contract says now.
        refund T3 shop 50.00 R1
        order T3                                       -> Paid refunded 50.00 fee 0.38 returned 0.19
        refund T3 shop 50.00 R2
        order T3                                       -> Closed refunded 100.00 fee 0.38 returned 0.38
        # Without a rule the fee is nothing.
        ct-propose ada shop face_to_face 2 0
        ct-approve bea shop face_to_face 3
        code alice A8
        pay T8 shop A8 100.00                          -> paid Paid
        order T8                                       -> Paid refunded 0.00 fee 0.00 returned 0.00
    ",
    );
}

#[test]
fn fees_are_rounded_half_up_to_the_fen() {
    for (ppm, amount, fee) in [
        (6_000, "100.00", "0.60"),
        (6_000, "0.83", "0.00"),
        (6_000, "0.84", "0.01"),
        (3_800, "1.31", "0.00"),
        (3_800, "1.32", "0.01"),
        (100_000, "0.04", "0.00"),
        (100_000, "0.05", "0.01"),
        (100_000, "99.95", "10.00"),
        (0, "1000.00", "0.00"),
    ] {
        check_in(
            PEOPLE,
            &format!(
                "
                ct-propose ada shop face_to_face 0 {ppm}
                ct-approve bea shop face_to_face 1
                code alice A1
                pay T1 shop A1 {amount}
                order T1 -> Paid refunded 0.00 fee {fee} returned 0.00
            "
            ),
        );
    }
}

#[test]
fn an_ended_contract_opens_nothing_and_what_was_opened_is_still_paid() {
    check_in(
        PEOPLE,
        "
        create T1 shop 100.00 buyer=alice
        ct-propose ada shop mini_program 0 2000
        ct-approve bea shop mini_program 1
        ct-propose ada shop mini_program 1 ended:2000
        ct-approve bea shop mini_program 2
        create T2 shop 100.00 buyer=alice              -> refused NotSigned
        create T2 shop 0.00 buyer=alice                -> refused NotSigned
        create T2 other 100.00 buyer=alice             -> WaitBuyerPay
        code alice A1
        pay T3 shop A1 100.00                          -> paid Paid
        create T1 shop 100.00 buyer=alice              -> WaitBuyerPay
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1                            -> Paid
        order T1                                       -> Paid refunded 0.00 fee 0.20 returned 0.00
        ct-propose ada shop mini_program 2 2000@1h
        ct-approve bea shop mini_program 3
        create T4 shop 100.00 buyer=alice              -> refused NotSigned
        advance 1h
        create T4 shop 100.00 buyer=alice              -> WaitBuyerPay
        status shop frozen
        ct-propose ada shop mini_program 3 ended:2000
        ct-approve bea shop mini_program 4
        create T5 shop 100.00 buyer=alice              -> refused SellerBlocked
    ",
    );
}

/// Signs terms by two people for products of `shop`.
fn sign(terms: &str, products: &[&str]) -> String {
    let lines = products
        .iter()
        .map(|product| format!("ct-propose ada shop {product} 0 {terms}\nct-approve bea shop {product} 1\n"));
    lines.collect()
}

#[test]
fn an_end_keeps_the_fee_in_force() {
    check_in(
        PEOPLE,
        "
        ct-propose ada shop page 0 ended:0             -> refused FeeDiffers { in_force_ppm: 6000 }
        ct-propose ada shop page 0 ended:100000        -> refused FeeDiffers { in_force_ppm: 6000 }
        ct-propose ada shop page 0 ended:100001        -> refused FeeTooHigh
        ct-propose ada shop page 0 2000
        ct-approve bea shop page 1
        ct-propose ada shop page 1 ended:6000          -> refused FeeDiffers { in_force_ppm: 2000 }
        ct-propose ada shop page 1 3000@1h
        ct-approve bea shop page 2
        # Not the rate that waits for its time.
        ct-propose ada shop page 2 ended:3000@1m       -> refused FeeDiffers { in_force_ppm: 2000 }
        ct-propose ada shop page 2 ended:2000          -> version 3
        ct-approve bea shop page 3                     -> version 3
        ct-propose ada shop page 3 ended:0             -> refused FeeDiffers { in_force_ppm: 2000 }
        ct-propose ada shop transfer 0 ended:1         -> refused NoFee
        ct-propose ada shop transfer 0 ended:0         -> version 1
    ",
    );
}

#[test]
fn each_product_has_a_contract_of_its_own() {
    let beginning = format!("{PEOPLE}\nmerchant mall 10.00 slot=13\n");
    let of = |product: &str, script: &str| {
        let terms = if product == "transfer" { "0" } else { "20000" };
        check_in(&beginning, &format!("{}\n{script}", sign(terms, &[product])));
    };
    let frozen = "
        code alice A1
        fz-code F1 shop A1 30.00                       -> AUTHORIZED
        fz-pay T1 shop F1 10.00                        -> paid Paid
    ";
    of("pre_authorisation", &format!("{frozen}\norder T1 -> Paid refunded 0.00 fee 0.20 returned 0.00"));
    of("face_to_face", &format!("{frozen}\norder T1 -> Paid refunded 0.00 fee 0.06 returned 0.00"));
    let debited = "
        offer A1 shop month=1 first=2026-01-10 single=30.00
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1                               -> Normal
        debit T1 shop A1 10.00                         -> paid Paid
    ";
    of("debit_agreement", &format!("{debited}\norder T1 -> Paid refunded 0.00 fee 0.20 returned 0.00"));
    of("face_to_face", &format!("{debited}\norder T1 -> Paid refunded 0.00 fee 0.06 returned 0.00"));
    let held = "
        escrow T1 shop 100.00
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        confirm T1 alice P1
        seller send T1 shop express SF 1001
        try T1 alice P3
        judge alice P3 right
        received T1 alice P3                           -> Finished held 0.00
    ";
    of("escrow", &format!("{held}\norder T1 -> Finished refunded 0.00 fee 2.00 returned 0.00"));
    of("page", &format!("{held}\norder T1 -> Finished refunded 0.00 fee 0.60 returned 0.00"));
    of("transfer", "tr-send X1 shop alice 30.00 -> Done 30.00\n balance shop -> 4970.00");
}

#[test]
fn an_ended_contract_refuses_in_every_product() {
    let beginning = format!(
        "{PEOPLE}\n{}",
        "
        offer A1 shop month=1 first=2026-01-10 single=30.00
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1                               -> Normal
        code alice A1
        fz-code F1 shop A1 30.00                       -> AUTHORIZED
    "
    );
    let products = ["page", "face_to_face", "pre_authorisation", "debit_agreement", "escrow"];
    let script = format!(
        "{}{}{}",
        sign("ended:6000", &products),
        sign("ended:0", &["transfer"]),
        "
        page T2 shop 10.00                             -> refused NotSigned
        precreate T3 shop 10.00                        -> refused NotSigned
        code alice A4
        pay T4 shop A4 10.00                           -> refused NotSigned
        fz-code F2 shop A4 10.00                       -> refused NotSigned
        escrow T5 shop 10.00                           -> refused NotSigned
        debit T6 shop A1 10.00                         -> refused Open(NotSigned)
        tr-send X1 shop alice 30.00                    -> refused NotSigned
        # What was set aside before is paid.
        fz-pay T7 shop F1 10.00                        -> paid Paid
        order T7                                       -> Paid refunded 0.00 fee 0.06 returned 0.00
        status shop frozen
        tr-send X1 shop alice 30.00                    -> refused NotSigned
        fz-code F2 shop A4 10.00                       -> refused SellerBlocked
    "
    );
    check_in(&beginning, &script);
}
