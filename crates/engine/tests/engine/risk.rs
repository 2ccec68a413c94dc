//! Risk rules: proposed, approved, and in the decisions that move money.

use crate::script::{Script, Words, check_in};
use ::risk::{
    Proof, RiskCase, RiskDecision, RiskProposal, RiskRules, Rule, Subject, Verdict, Wait, digest, seeds,
};
use base::{Slot, Text};
use engine::{ApproveRisk, Command, DecideRisk, FindRiskCase, FindRiskRules, ProposeRisk};

/// Rules by name: of one that fires above 100 yuan, with the verdict of that name; and some of their own.
fn rules(name: &str) -> String {
    let rule = |id: &str, condition: &str, verdict| Rule {
        id: Text::new(id).unwrap(),
        condition: condition.into(),
        verdict,
        reason_zh: Text::new("核实").unwrap(),
        reason_en: Text::new("checked").unwrap(),
        shadow: name == "shadow",
        from_us: 0,
    };
    let large = |verdict| rule("L", "amount_minor > 10000", verdict);
    let list = match name {
        "none" => vec![],
        "seeds" => seeds(),
        "wrong" => vec![rule("W", "colour == 1", Verdict::Refuse)],
        "broken" => vec![rule("B", "1 / (hour - hour) == 0", Verdict::Allow)],
        "refuse" | "shadow" => vec![large(Verdict::Refuse)],
        "review" => vec![large(Verdict::Review)],
        "young" => vec![rule("Y", "payer_age_s < 86400", Verdict::Review)],
        "both" => {
            vec![large(Verdict::Delay(Wait::TwoHours)), rule("P", "true", Verdict::Verify(Proof::Passkey))]
        }
        "all" => vec![
            rule("P", "true", Verdict::Verify(Proof::Passkey)),
            rule("O", "true", Verdict::Verify(Proof::Otp)),
            large(Verdict::Review),
            rule("R", "amount_minor > 20000", Verdict::Refuse),
        ],
        "kinds" => vec![
            rule("O", "amount_minor > 10000", Verdict::Verify(Proof::Otp)),
            rule("P", "amount_minor > 10000", Verdict::Verify(Proof::Passkey)),
        ],
        "password" => vec![large(Verdict::Verify(Proof::Password))],
        "passkey" => vec![large(Verdict::Verify(Proof::Passkey))],
        "otp" => vec![large(Verdict::Verify(Proof::Otp))],
        "wait2" => vec![large(Verdict::Delay(Wait::TwoHours))],
        "wait24" => vec![large(Verdict::Delay(Wait::OneDay))],
        "second" => vec![rule("S", "scene == \"transfer\" && transfers_day >= 1", Verdict::Refuse)],
        "unknown" => vec![rule("K", "scene == \"transfer\" && !payee_known", Verdict::Refuse)],
        other => panic!("no rules {other}"),
    };
    serde_json::to_string(&list).unwrap()
}

/// The subject of a payer's case whose payment has this name.
fn subject(script: &Script, name: &str) -> Subject {
    let order = format!("order {}", script.no(name));
    let transfer = format!(" {name} ");
    let found = script.world.all::<RiskCase>().map(|case| case.subject.clone());
    let fits = |subject: &Subject| {
        let subject = subject.as_str();
        subject == order || subject.contains(&transfer) || subject.starts_with(name)
    };
    found.into_iter().find(fits).unwrap_or(Text::new("none").unwrap())
}

/// The commands of this file, `rk-…`; lines that look give none.
pub(crate) fn command(script: &Script, words: &Words<'_>) -> Option<Command> {
    let operator = || Text::new(words.at(1).trim_matches('-')).unwrap();
    Some(match words.at(0) {
        "rk-propose" => {
            let text = words.plain.get(3).map_or("not rules".to_owned(), |name| rules(name));
            let base_version = words.at(2).parse().unwrap();
            ProposeRisk { operator: operator(), base_version, text: Text::new(&text).unwrap() }.into()
        }
        "rk-approve" => {
            let version = words.at(2).parse().unwrap();
            let read = script.world.get::<RiskProposal>((Slot::PLATFORM, version)).map(|row| row.digest);
            let read = words.named.get("read").map_or(read, |name| Some(digest(&rules(name))));
            ApproveRisk { operator: operator(), version, digest: read.unwrap_or_default() }.into()
        }
        "rk-rules" => FindRiskRules {}.into(),
        "rk-release" | "rk-refuse" => {
            let (party, subject) = (script.party(words.at(2)), subject(script, words.at(3)));
            DecideRisk { operator: operator(), party, subject, release: words.at(0) == "rk-release" }.into()
        }
        "rk-case" => {
            FindRiskCase { party: script.party(words.at(1)), subject: subject(script, words.at(2)) }.into()
        }
        _ => return None,
    })
}

/// Lines that look: `rk-said alice`, the newest finding; `rk-count`, how many findings and cases there are.
pub(crate) fn look(script: &Script, words: &Words<'_>) -> String {
    match words.at(0) {
        "rk-said" => {
            let party = script.party(words.at(1));
            let newest = script.world.all::<RiskDecision>().filter(|row| row.party == party).last();
            newest.map_or("none".to_owned(), |row| {
                let lists = [&row.fired, &row.shadow, &row.failed].map(|ids| format!("[{ids}]")).join("");
                format!("v{} {} {:?} {lists}", row.version, row.verdict, row.outcome)
            })
        }
        "rk-count" => {
            let findings = script.world.all::<RiskDecision>().count();
            format!("{findings} {}", script.world.all::<RiskCase>().count())
        }
        other => panic!("no such line: {other}"),
    }
}

const PEOPLE: &str = "
    merchant shop 5000.00 slot=11
    person alice 5000.00 slot=21
    person bob 20.00 slot=31
";

#[test]
fn rules_are_of_two_people_and_of_the_text_that_was_read() {
    check_in(
        PEOPLE,
        "
        rk-rules                                       -> none none
        rk-propose - 0 review                          -> refused NoOperator
        rk-propose ada 1 review                        -> refused Stale { current: 0 }
        rk-approve bea 1                               -> refused NotFound
        rk-propose ada 0 review                        -> version 1
        rk-rules                                       -> none 1
        rk-approve - 1                                 -> refused NoOperator
        rk-approve bea 0                               -> refused Stale { current: 0 }
        rk-approve bea 2                               -> refused NotFound
        rk-approve ada 1                               -> refused SelfApproval
        rk-approve ada 1 read=refuse                   -> refused SelfApproval
        rk-propose cid 0 refuse                        -> version 1
        rk-approve bea 1 read=review                   -> refused Edited
        rk-approve cid 1                               -> refused SelfApproval
        rk-approve ada 1                               -> version 1
        rk-rules                                       -> 1 none
        rk-approve bea 1                               -> refused Stale { current: 1 }
        rk-propose ada 0 none                          -> refused Stale { current: 1 }
        rk-propose ada 1 none                          -> version 2
        rk-approve bea 2                               -> version 2
        rk-rules                                       -> 2 none
        ",
    );
}

#[test]
fn wrong_rules_are_not_even_proposed() {
    let script = check_in(PEOPLE, "");
    let mut world = script.world.clone();
    for (name, said) in [
        (
            Some("wrong"),
            "Rules(Rule { place: 1, id: \"W\", wrong: Condition { column: 1, what: \"`colour` is no fact\" } })",
        ),
        (None, "Rules(Unreadable("),
    ] {
        let text = name.map_or("not rules".to_owned(), rules);
        let ran = world.run(ProposeRisk {
            operator: Text::new("ada").unwrap(),
            base_version: 0,
            text: Text::new(&text).unwrap(),
        });
        assert!(format!("{:?}", ran.reply).contains(said), "{:?}", ran.reply);
    }
    assert_eq!(world.all::<RiskRules>().count() + world.all::<RiskProposal>().count(), 0);
}

#[test]
fn a_program_s_transfer_is_refused_reviewed_and_released() {
    check_in(
        PEOPLE,
        "
        tr-send X0 shop bob 100.01                     -> Done 100.01
        rk-count                                       -> 0 0
        rk-propose ada 0 review                        -> version 1
        rk-approve bea 1                               -> version 1
        tr-send X1 shop bob 100.00                     -> Done 100.00
        rk-count                                       -> 0 0
        tr-send X2 shop bob 100.01                     -> refused Risk(UnderReview)
        rk-said shop                                   -> v1 review Stopped [L][][]
        tr-send X2 shop bob 100.01                     -> refused Risk(UnderReview)
        rk-count                                       -> 1 1
        rk-case shop X2                                -> Open
        balance shop                                   -> 4799.99
        rk-release - shop X2                           -> refused NoOperator
        rk-release ada alice X2                        -> refused NotFound
        rk-release ada shop X2                         -> Released
        rk-refuse ada shop X2                          -> refused Decided(Released)
        tr-send X2 shop bob 100.02                     -> refused Risk(UnderReview)
        tr-send X2 shop alice 100.01                   -> refused Risk(UnderReview)
        tr-send X2 shop bob 100.01                     -> Done 100.01
        rk-said shop                                   -> v1 review Passed [L][][]
        tr-send X3 shop bob 200.00                     -> refused Risk(UnderReview)
        rk-refuse ada shop X3                          -> Refused
        rk-release ada shop X3                         -> refused Decided(Refused)
        tr-send X3 shop bob 200.00                     -> refused Risk(Refused)
        tr-number X3 shop                              -> refused TransferNotFound
        tr-send X9 shop bob 4900.00                    -> refused BalanceTooLow
        ",
    );
}

#[test]
fn every_verdict_on_a_program_s_transfer() {
    for (name, said, found) in [
        ("refuse", "refused Risk(Refused)", "refuse Stopped [L][][]"),
        ("shadow", "Done 100.01", "allow Passed [][L][]"),
        ("password", "refused Risk(ProofMissing(Password))", "verify:password Stopped [L][][]"),
        ("otp", "refused Risk(ProofMissing(Otp))", "verify:otp Stopped [L][][]"),
        ("wait2", "refused Risk(UnderReview)", "delay:2 Stopped [L][][]"),
        ("broken", "refused Risk(UnderReview)", "review Stopped [][][B]"),
    ] {
        let lines = format!(
            "rk-propose ada 0 {name} -> version 1
             rk-approve bea 1 -> version 1
             tr-send X1 shop bob 100.01 -> {said}
             rk-said shop -> v1 {found}"
        );
        check_in(PEOPLE, &lines);
    }
}

#[test]
fn every_verdict_on_a_person_s_transfer() {
    for (name, later, said, found) in [
        ("refuse", "", "refused Refused(Risk(Refused))", "refuse Stopped [L][][]"),
        ("password", "", "Done 100.01", "verify:password Passed [L][][]"),
        ("otp", "", "refused Refused(Risk(ProofMissing(Otp)))", "verify:otp Stopped [L][][]"),
        ("review", "", "refused Refused(Risk(UnderReview))", "review Stopped [L][][]"),
        ("wait2", "", "Waiting 100.01", "delay:2 Delayed [L][][]"),
        ("wait24", "later=2h", "Waiting 100.01", "delay:24 Delayed [L][][]"),
        ("wait2", "later=1d", "Waiting 100.01", "delay:2 Delayed [L][][]"),
    ] {
        let lines = format!(
            "rk-propose ada 0 {name} -> version 1
             rk-approve bea 1 -> version 1
             tr-offer X1 alice bob 100.01 {later} -> Offered unknown
             try X1 alice P1
             judge alice P1 right
             tr-confirm X1 alice P1 -> {said}
             rk-said alice -> v1 {found}"
        );
        check_in(PEOPLE, &lines);
    }
}

#[test]
fn what_rules_keep_back_goes_when_its_time_comes() {
    check_in(
        PEOPLE,
        "
        rk-propose ada 0 wait24                        -> version 1
        rk-approve bea 1                               -> version 1
        tr-offer X1 alice bob 100.01                   -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        tr-confirm X1 alice P1                         -> Waiting 100.01
        balance alice                                  -> 4899.99
        tr-offer X1 alice bob 100.01                   -> Waiting unknown
        tr-offer X1 alice bob 100.01 later=2h          -> refused NumberTaken(arrival)
        tr-offer X1 alice bob 100.01 later=1d          -> refused NumberTaken(arrival)
        ",
    );
}

#[test]
fn rules_see_what_was_sent_and_whom_a_payer_knows() {
    check_in(
        PEOPLE,
        "
        rk-propose ada 0 second                        -> version 1
        rk-approve bea 1                               -> version 1
        tr-send X1 shop bob 1.00                       -> Done 1.00
        tr-send X2 shop bob 1.00                       -> refused Risk(Refused)
        rk-propose ada 1 unknown                       -> version 2
        rk-approve bea 2                               -> version 2
        tr-send X2 shop alice 1.00                     -> refused Risk(Refused)
        tr-send X2 shop bob 1.00                       -> Done 1.00
        ",
    );
}

#[test]
fn a_payment_of_an_order_is_stopped_and_released() {
    let paid = |name: &str, amount: &str, said: &str| {
        format!(
            "page {name} shop {amount}
             claim {name} alice
             try {name} alice {name}P
             judge alice {name}P right
             confirm {name} alice {name}P -> {said}
             "
        )
    };
    let lines = [
        "rk-propose ada 0 review -> version 1\n rk-approve bea 1 -> version 1\n".to_owned(),
        paid("A1", "100.00", "Paid"),
        paid("A2", "100.01", "refused Risk(UnderReview)"),
        "rk-said alice -> v1 review Stopped [L][][]
         balance alice -> 4900.00
         rk-case alice A2 -> Open
         confirm A2 alice A2P -> refused ProofMissing
         rk-release ada alice A2 -> Released
         try A2 alice A2Q
         judge alice A2Q right
         confirm A2 alice A2Q -> Paid
         rk-said alice -> v1 review Passed [L][][]
         rk-propose ada 1 broken -> version 2
         rk-approve bea 2 -> version 2
         "
        .to_owned(),
        paid("A3", "1000.00", "Paid"),
        "rk-said alice -> v2 allow Passed [][][B]\n".to_owned(),
        paid("A4", "1000.01", "refused Risk(UnderReview)"),
    ];
    check_in(PEOPLE, &lines.concat());
}

#[test]
fn what_a_person_refused_stays_refused_when_no_rule_fires_any_more() {
    check_in(
        PEOPLE,
        "
        rk-propose ada 0 review                        -> version 1
        rk-approve bea 1                               -> version 1
        tr-send X1 shop bob 100.01                     -> refused Risk(UnderReview)
        rk-refuse ada shop X1                          -> Refused
        rk-propose ada 1 none                          -> version 2
        rk-approve bea 2                               -> version 2
        tr-send X1 shop bob 100.01                     -> refused Risk(Refused)
        rk-count                                       -> 1 1
        tr-send X2 shop bob 100.01                     -> Done 100.01
        ",
    );
    check_in(
        PEOPLE,
        "
        rk-propose ada 0 young                         -> version 1
        rk-approve bea 1                               -> version 1
        page A1 shop 1.00
        claim A1 alice
        try A1 alice P1
        judge alice P1 right
        confirm A1 alice P1                            -> refused Risk(UnderReview)
        rk-refuse ada alice A1                         -> Refused
        advance 1d
        try A1 alice P2
        judge alice P2 right
        confirm A1 alice P2                            -> refused Risk(Refused)
        page A2 shop 1.00
        claim A2 alice
        try A2 alice P3
        judge alice P3 right
        confirm A2 alice P3                            -> Paid
        ",
    );
}

#[test]
fn every_rule_that_asks_for_a_proof_is_heard() {
    for (name, amount, said, found) in [
        ("both", "100.01", "Risk(ProofMissing(Passkey))", "delay:2 Stopped [L P][][]"),
        ("all", "100.01", "Risk(ProofMissing(Passkey))", "review Stopped [P O L][][]"),
        ("all", "200.01", "Risk(Refused)", "refuse Stopped [P O L R][][]"),
    ] {
        let lines = format!(
            "rk-propose ada 0 {name} -> version 1
             rk-approve bea 1 -> version 1
             tr-send X1 shop bob {amount} -> refused {said}
             tr-offer X2 alice bob {amount} -> Offered unknown
             try X2 alice P1
             judge alice P1 right
             tr-confirm X2 alice P1 -> refused Refused({said})
             rk-said alice -> v1 {found}"
        );
        check_in(PEOPLE, &lines);
    }
}

#[test]
fn an_offer_that_somebody_looks_at_waits_for_three_days() {
    check_in(
        PEOPLE,
        "
        rk-propose ada 0 review                        -> version 1
        rk-approve bea 1                               -> version 1
        tr-offer X1 alice bob 100.01                   -> Offered unknown
        try X1 alice P1
        judge alice P1 right
        tr-confirm X1 alice P1                         -> refused Refused(Risk(UnderReview))
        tr-confirm X1 alice P1                         -> refused ProofMissing
        advance 20m
        due                                            -> ?
        tr-find X1 alice                               -> Offered 100.01
        try X1 alice P2
        judge alice P2 right
        tr-confirm X1 alice P2                         -> refused Refused(Risk(UnderReview))
        rk-count                                       -> 1 1
        rk-release ada alice X1                        -> Released
        try X1 alice P3
        judge alice P3 right
        tr-confirm X1 alice P3                         -> Done 100.01
        tr-offer X2 alice bob 100.02                   -> Offered known
        try X2 alice P4
        judge alice P4 right
        tr-confirm X2 alice P4                         -> refused Refused(Risk(UnderReview))
        advance 2d
        try X2 alice P5
        judge alice P5 right
        tr-confirm X2 alice P5                         -> refused Refused(Risk(UnderReview))
        advance 1d
        due                                            -> ?
        tr-find X2 alice                               -> Cancelled 100.02
        ",
    );
}

/// Two operators agree on these rules as this version.
fn agreed(version: u32, name: &str) -> String {
    format!("rk-propose ada {} {name} -> version {version}\n rk-approve bea {version}\n", version - 1)
}

#[test]
fn a_payment_by_code_is_stopped_confirmed_and_let_through() {
    let lines = [
        agreed(1, "refuse"),
        "code alice C1
         pay T1 shop C1 100.01                 -> refused Pay(Risk(Refused))
         pay T1 shop C1 100.01                 -> refused Pay(Risk(Refused))
         rk-said alice                         -> v1 refuse Stopped [L][][]
         rk-count                              -> 1 0
         balance alice                         -> 5000.00
         code alice C2
         pay T2 shop C2 100.00                 -> paid Paid
         rk-count                              -> 1 0
         "
        .to_owned(),
        // The buyer is sent to the page that asks for the password, and there it goes through.
        agreed(2, "password"),
        "code alice C3
         pay T3 shop C3 100.01                 -> WaitBuyerPay
         rk-said alice                         -> v2 verify:password Stopped [L][][]
         try T3 alice P3
         judge alice P3 right
         confirm T3 alice P3                   -> Paid
         rk-said alice                         -> v2 verify:password Passed [L][][]
         "
        .to_owned(),
        // No page gives a higher proof.
        agreed(3, "otp"),
        "code alice C4
         pay T4 shop C4 100.01                 -> refused Pay(Risk(Refused))
         "
        .to_owned(),
        // A released case lets the order be paid by another code.
        agreed(4, "wait2"),
        "code alice C5
         pay T5 shop C5 100.01                 -> refused Pay(Risk(Refused))
         rk-case alice T5                      -> Open
         code alice C6
         pay T5 shop C6 100.01                 -> refused Pay(Risk(Refused))
         rk-release ada alice T5               -> Released
         code alice C7
         pay T5 shop C7 100.01                 -> paid Paid
         rk-said alice                         -> v4 delay:2 Passed [L][][]
         "
        .to_owned(),
    ];
    check_in(PEOPLE, &lines.concat());
}

#[test]
fn a_card_does_not_pay_what_rules_stop() {
    check_in(
        PEOPLE,
        "
        bk-ask 1234 alice
        bk-bind 1234 alice
        rk-propose ada 0 review                        -> version 1
        rk-approve bea 1                               -> version 1
        page T1 shop 100.01
        claim T1 alice
        try T1 alice P1
        judge alice P1 right
        bk-pay T1 alice 1234 P1                        -> refused Pay(Risk(UnderReview))
        bk-pay T1 alice 1234 P1                        -> refused Pay(ProofMissing)
        rk-count                                       -> 1 1
        rk-release ada alice T1                        -> Released
        try T1 alice P2
        judge alice P2 right
        bk-pay T1 alice 1234 P2                        -> Asked 100.01
        rk-said alice                                  -> v1 review Passed [L][][]
        rk-propose ada 1 refuse                        -> version 2
        rk-approve bea 2                               -> version 2
        page T2 shop 100.01
        claim T2 alice
        try T2 alice P3
        judge alice P3 right
        bk-pay T2 alice 1234 P3                        -> refused Pay(Risk(Refused))
        rk-propose ada 2 password                      -> version 3
        rk-approve bea 3                               -> version 3
        try T2 alice P4
        judge alice P4 right
        bk-pay T2 alice 1234 P4                        -> Asked 100.01
        ",
    );
}

#[test]
fn a_withdrawal_that_rules_stop_keeps_its_money_here_until_a_person_lets_it_go() {
    let lines = |name: &str, said: &str, balance: &str, found: &str| {
        format!(
            "bk-ask 1234 alice
             bk-bind 1234 alice
             rk-propose ada 0 {name}                  -> version 1
             rk-approve bea 1                         -> version 1
             bk-out bk1 alice 1234 100.01             -> Draft 100.01
             try bk1 alice P1
             judge alice P1 right
             bk-confirm bk1 alice P1                  -> {said}
             balance alice                            -> {balance}
             rk-said alice                            -> v1 {found}
             "
        )
    };
    for (name, said, balance, found) in [
        ("refuse", "refused Risk(Refused)", "5000.00", "refuse Stopped [L][][]"),
        ("wait24", "refused Risk(UnderReview)", "5000.00", "delay:24 Stopped [L][][]"),
        ("otp", "refused Risk(ProofMissing(Otp))", "5000.00", "verify:otp Stopped [L][][]"),
        // What cannot be evaluated lets no money out.
        ("broken", "refused Risk(UnderReview)", "5000.00", "review Stopped [][][B]"),
        ("password", "Asked 100.01", "4899.99", "verify:password Passed [L][][]"),
        ("shadow", "Asked 100.01", "4899.99", "allow Passed [][L][]"),
    ] {
        check_in(PEOPLE, &lines(name, said, balance, found));
    }
    // Its draft waits for the person: longer than a day, and not for ever.
    let released = "bk-confirm bk1 alice P1                  -> refused ProofMissing
                    advance 2d
                    due                                      -> ?
                    rk-release ada alice withdraw            -> Released
                    try bk1 alice P2
                    judge alice P2 right
                    bk-confirm bk1 alice P2                  -> Asked 100.01
                    balance alice                            -> 4899.99
                    rk-said alice                            -> v1 review Passed [L][][]
                    ";
    let left = "advance 3d
                due                                      -> ?
                bk-see bk1 alice                         -> Closed 100.01
                balance alice                            -> 5000.00
                ";
    for after in [released, left] {
        let stopped = lines("review", "refused Risk(UnderReview)", "5000.00", "review Stopped [L][][]");
        check_in(PEOPLE, &(stopped + after));
    }
}

#[test]
fn a_debit_that_rules_stop_is_refused_and_made_when_a_person_let_it_go() {
    let signed = "
        offer A1 shop month=1 first=2026-01-05 single=1000.00
        try A1 alice P1
        judge alice P1 right
        sign A1 alice P1                        -> Normal
        ";
    for (name, found) in [
        ("refuse", "refuse Stopped [L][][]"),
        ("password", "verify:password Stopped [L][][]"),
        ("otp", "verify:otp Stopped [L][][]"),
        ("wait2", "delay:2 Stopped [L][][]"),
        ("review", "review Stopped [L][][]"),
    ] {
        let lines = format!(
            "{signed}
             {}
             debit T1 shop A1 100.01                 -> refused Mandate(Risk)
             rk-said alice                           -> v1 {found}
             balance alice                           -> 5000.00
             debit T2 shop A1 100.00                 -> paid Paid
            ",
            agreed(1, name)
        );
        check_in(PEOPLE, &lines);
    }
    let lines = format!(
        "{signed}
         {}
         debit T1 shop A1 100.01                 -> refused Mandate(Risk)
         debit T1 shop A1 100.01                 -> refused Mandate(Risk)
         rk-count                                -> 1 1
         rk-release ada alice debit              -> Released
         debit T1 shop A1 100.02                 -> refused Mandate(Risk)
         debit T1 shop A1 100.01                 -> paid Paid
         debit T1 shop A1 100.01                 -> paid Paid
         rk-said alice                           -> v1 review Passed [L][][]
        ",
        agreed(1, "review")
    );
    check_in(PEOPLE, &lines);
}
