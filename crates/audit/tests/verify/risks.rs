//! Risk rules: two versions that held, payments that they stopped and let through, and one row changed at a time.

use crate::rows::{Case, run};
use audit::FindingKind::*;
use base::{AppId, PartyId, Text};
use cell::Door;
use engine::{
    ApproveRisk, ConfirmTransfer, DecideRisk, FindPasskeys, JudgePassword, OfferTransfer, PasskeyUse,
    ProposeRisk, ProvePasskey, TransferAsk, TransferMoney, TryPassword, act_of_transfer,
};
use money::{Currency, Money};
use risk::{Proof, Rule, Verdict};
use transfer::{Arrival, TransferWay};

/// Rules that meet transfers of 7.77, 8.88 and 9.99 only: nothing else of the world is touched by them. Those for 5.55
/// and 6.66 meet none: rows are changed to say that they did.
fn rules(verdict: Verdict) -> String {
    let rule = |id, fen, verdict| Rule {
        id: Text::new(id).unwrap(),
        condition: format!("scene == \"transfer\" && amount_minor == {fen}"),
        verdict,
        reason_zh: Text::new("核实").unwrap(),
        reason_en: Text::new("checked").unwrap(),
        shadow: false,
        from_us: 0,
    };
    let asks = |id, fen, proof| rule(id, fen, Verdict::Verify(proof));
    let rules = [
        rule("R1", 777, verdict),
        rule("R2", 888, Verdict::Refuse),
        asks("R3", 999, Proof::Passkey),
        asks("R4", 666, Proof::Password),
        asks("R5", 555, Proof::Otp),
    ];
    serde_json::to_string(&rules).unwrap()
}

async fn propose(door: &Door, base_version: u32, text: &str) -> engine::ApproveRisk {
    let operator = Text::new("ada").unwrap();
    let proposed = door.ask(ProposeRisk { operator, base_version, text: Text::new(text).unwrap() }).await;
    let (version, digest) = proposed.map(|proposal| (proposal.version, proposal.digest)).unwrap();
    ApproveRisk { operator: Text::new("bea").unwrap(), version, digest }
}

/// A transfer is released and made (`K1`), one is refused by a person (`K2`), one by its rule (`K3`), one waits (`K4`);
/// and a third version is proposed. A person's transfer (`V1`) is open as long as somebody looks at it.
pub(crate) async fn live(door: &Door, shop: PartyId, app: AppId, alice: PartyId, bob: PartyId) {
    let send = |number: &str, fen| TransferMoney {
        ask: TransferAsk {
            payer: shop,
            payee: Ok(alice),
            named: [7; 16],
            amount: Money::from_minor(fen, Currency::Cny).unwrap(),
            out_biz_no: Text::new(number).unwrap(),
            title: None,
            remark: None,
        },
        way: TransferWay::Uni,
        app,
        passback: None,
        notify_url: None,
        gbk: false,
        rsa1: false,
    };
    let approval = propose(door, 0, &rules(Verdict::Allow)).await;
    door.ask(approval).await.unwrap();
    let approval = propose(door, 1, &rules(Verdict::Review)).await;
    door.ask(approval).await.unwrap();
    for (number, fen) in [("K1", 777), ("K2", 777), ("K3", 888), ("K4", 777)] {
        door.ask(send(number, fen)).await.unwrap_err();
    }
    for (number, release) in [("K1", true), ("K2", false)] {
        let subject = Text::new(&format!("transfer uni {number} 7.77 {alice}")).unwrap();
        let operator = Text::new("bea").unwrap();
        door.ask(DecideRisk { operator, party: shop, subject, release }).await.unwrap();
    }
    crate::transfer_batches::stopped(door, shop, app, bob).await;
    door.ask(send("K1", 777)).await.unwrap();
    let ask = crate::transfers::ask(alice, bob, "V1", 777);
    let offered = door.ask(OfferTransfer { ask, arrival: Arrival::AtOnce }).await.unwrap().transfer;
    let tried = door.ask(TryPassword { party: alice, about: offered.no.topic() }).await.unwrap();
    let attempt = tried.attempt;
    door.ask(JudgePassword { party: alice, attempt, right: true }).await.unwrap();
    door.ask(ConfirmTransfer { payer: alice, transfer: offered.no, attempt }).await.unwrap_err();
    propose(door, 2, &rules(Verdict::Refuse)).await;
}

/// A person's transfer of 9.99 goes on by a passkey, which its rule asks for.
pub(crate) async fn by_passkey(door: &Door, person: PartyId, payee: PartyId) {
    let ask = crate::transfers::ask(person, payee, "by key", 999);
    let offered = door.ask(OfferTransfer { ask, arrival: Arrival::AtOnce }).await.unwrap().transfer;
    let passkey = door.ask(FindPasskeys { party: person }).await.unwrap()[0].clone();
    let by = PasskeyUse { party: person, place: passkey.place, no: passkey.no, counter: 3 };
    let act = act_of_transfer(&offered);
    let attempt = door.ask(ProvePasskey { by, act, sealed_key: None }).await.unwrap();
    door.ask(ConfirmTransfer { payer: person, transfer: offered.no, attempt }).await.unwrap();
}

#[test]
fn rows_of_risk() {
    let (stopped, passed) = ("outcome = 'stopped'", "outcome = 'passed' AND verdict <> 'verify:passkey'");
    let of_k4 = "subject LIKE '% K4 %'";
    let after_refusal = "subject = replace(subject, ' K1 ', ' K2 '), verdict = 'allow'";
    let passed_review = "outcome = 'passed' AND verdict = 'review'";
    let by_key = "verdict = 'verify:passkey'";
    let by_program = "facts = replace(facts, 'channel=wallet', 'channel=program'), fired = 'R4', \
                      verdict = 'verify:password'";
    run(&[
        Case("risk_rules", "version = 2", "approved_by = 'ada'", &[("risk_rules", RiskWrong)]),
        Case("risk_rules", "version = 2", "text = '[]'", &[("risk_rules", RiskWrong)]),
        Case("risk_rules", "version = 2", "digest = zeroblob(32)", &[("risk_rules", RiskWrong)]),
        Case("risk_rules", "version = 2", "effective_at_us = 7", &[("risk_rules", RiskWrong)]),
        Case(
            "risk_rules",
            "version = 2",
            "effective_at_us = effective_at_us + 900000000000",
            &[("risk_decision", RiskWrong)],
        ),
        Case("risk_proposal", "slot >= 0", "digest = zeroblob(32)", &[("risk_proposal", RiskWrong)]),
        Case("risk_proposal", "slot >= 0", "text = 'no rules'", &[("risk_proposal", RiskWrong)]),
        Case("risk_decision", stopped, "version = 1", &[("risk_decision", RiskWrong)]),
        Case("risk_decision", stopped, "fired = ''", &[("risk_decision", RiskWrong)]),
        Case("risk_decision", stopped, "outcome = 'delayed'", &[("risk_decision", RiskWrong)]),
        Case("risk_decision", stopped, "subject = 'order 1'", &[("risk_case", RiskWrong)]),
        Case("risk_decision", passed, "verdict = 'refuse'", &[("risk_decision", RiskWrong)]),
        // What its rule asks a passkey for, and was given less or something else.
        Case(
            "risk_decision",
            by_key,
            "facts = replace(facts, 'password=false', 'password=true')",
            &[("risk_decision", RiskWrong)],
        ),
        Case(
            "risk_decision",
            by_key,
            "facts = replace(facts, 'channel=wallet', 'channel=program')",
            &[("risk_decision", RiskWrong)],
        ),
        // Only a detail of a batch is stopped to be looked at, and given to nobody.
        Case(
            "risk_decision",
            "subject LIKE 'transfer uni %:1 %'",
            "subject = replace(subject, ':1 ', '-1 ')",
            &[("risk_decision", RiskWrong)],
        ),
        // One of two proofs was given, and none stands for a code.
        Case("risk_decision", by_key, "fired = 'R3 R5'", &[("risk_decision", RiskWrong)]),
        Case("risk_decision", by_key, "fired = 'R5 R3'", &[("risk_decision", RiskWrong)]),
        // A program gives no password.
        Case("risk_decision", by_key, by_program, &[("risk_decision", RiskWrong)]),
        Case("risk_decision", by_key, "outcome = 'delayed'", &[("risk_decision", RiskWrong)]),
        Case("risk_case", "state = 'open'", "state = 'released'", &[("risk_case", RiskWrong)]),
        Case("risk_case", "state = 'released'", "decided_by = NULL", &[("risk_case", RiskWrong)]),
        Case("risk_case", "state = 'released'", "decided_at_us = 1", &[("risk_case", RiskWrong)]),
        Case("risk_case", "state = 'open'", "decision = decision + 1", &[("risk_case", RiskWrong)]),
        // What was passed though it was to be looked at, and is of no case, or of one that nobody released in time.
        Case("risk_case", "state = 'released'", "state = 'refused'", &[("risk_decision", RiskWrong)]),
        Case(
            "risk_case",
            "state = 'released'",
            "decided_at_us = decided_at_us + 9000000000",
            &[("risk_decision", RiskWrong)],
        ),
        // What its rules let through after a person had refused it.
        Case("risk_decision", passed, after_refusal, &[("risk_decision", RiskWrong)]),
        // What was stopped to be looked at, and was given to nobody.
        Case("risk_decision", "verdict = 'refuse'", "verdict = 'review'", &[("risk_decision", RiskWrong)]),
        // What nobody was to look at.
        Case("risk_decision", of_k4, "verdict = 'refuse'", &[("risk_case", RiskWrong)]),
        Case("risk_decision", of_k4, "verdict = 'verify:otp'", &[("risk_case", RiskWrong)]),
        Case("risk_decision", passed_review, "verdict = 'verify:otp'", &[("risk_decision", RiskWrong)]),
        // An offer that is open for as long as nobody gave it.
        Case(
            "transfer",
            "state = 'offered' AND out_biz_no = 'V1'",
            "due_at_us = due_at_us + 1",
            &[("transfer", TransferWrong)],
        ),
        Case("risk_case", "subject LIKE '% V1 %'", "opened_at_us = 7", &[("transfer", TransferWrong)]),
    ]);
}
