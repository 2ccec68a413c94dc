//! What a passkey confirms beside payments from the balance: each act by its own proof, once, and by no other's.

use crate::bank;
use crate::identity::person_with;
use crate::passkeys::{add, using};
use crate::registering::ask;
use crate::script::{Script, cny};
use base::{CardNo, HOUR_US, OrderNo, Slot};
use engine::{ProvePasskey, RemovePasskey, SetPartyStatus, StopBy, StopPayments, Table};
use people::{ActKind, PROOF_LIFE_US, PartyStatus, Passkey, PasskeyRefused, ShownAct};
use std::sync::Arc;

/// An act of `mei`, the line that does it with the proof `K`, and what its refusal for want of a proof is.
struct Deed {
    act: ShownAct,
    line: &'static str,
    missing: &'static str,
}

/// A script in which everything that a passkey confirms waits for `mei`, each of 200.00.
fn waiting(rules: &str) -> (Script, Arc<Passkey>) {
    let mut script =
        crate::script::check("merchant shop\nmerchant other\nperson tom 1.00\nperson ann 1.00\n");
    let mei = person_with(&mut script.world, 1, 5);
    script.parties.insert("mei".to_owned(), mei);
    if !rules.is_empty() {
        script.play(&format!("rk-propose ada 0 {rules}\nrk-approve bea 1"));
    }
    script.play(
        "
        topup mei 900.00 key=k
        bk-ask 1234 mei
        bk-bind 1234 mei
        bk-ask 5678 mei
        bk-bind 5678 mei as=A2
        page T1 shop 200.00
        claim T1 mei
        page T2 shop 200.00
        claim T2 mei
        tr-offer X1 mei tom 200.00
        tr-offer X2 mei tom 200.00 later=2h
        bk-in bk1 mei 1234 200.00
        bk-out bk2 mei 1234 200.00
        offer A1 shop month=1 first=2026-01-10 single=200.00
        fz-voucher F1 shop 200.00
        fz-claim F1 mei
        ",
    );
    let passkey = add(&mut script.world, mei, 1);
    (script, passkey)
}

/// Everything that waits; what is shown of each is written down here, not taken from the decisions.
fn deeds(script: &Script) -> Vec<Deed> {
    let [mei, tom, shop] = ["mei", "tom", "shop"].map(|name| script.party(name));
    let cards = ["1234", "5678"].map(|name| Some(bank::card(script, mei, name)));
    let act = |kind, about: OrderNo, payee, card: Option<CardNo>, delay_us| ShownAct {
        kind,
        about,
        payee,
        amount: cny("200.00"),
        card,
        delay_us,
    };
    let order = |name: &str| script.no(name);
    let transfer = |name: &str| crate::transfer::no(script, name).topic();
    let moved = |name: &str| bank::no(script, name).topic();
    let (freeze, pay) = (crate::freeze::about(script, "F1"), ActKind::PayByCard);
    let [missing, of_card, hold] =
        ["refused ProofMissing", "refused Pay(ProofMissing)", "refused ProofMissing"];
    [
        (act(ActKind::PayFromBalance, order("T1"), shop, None, 0), "confirm T1 mei K", missing),
        (act(ActKind::PayFromBalance, order("T2"), shop, None, 0), "confirm T2 mei K", missing),
        (act(pay, order("T1"), shop, cards[0], 0), "bk-pay T1 mei 1234 K", of_card),
        (act(pay, order("T1"), shop, cards[1], 0), "bk-pay T1 mei 5678 K", of_card),
        (act(ActKind::Transfer, transfer("X1"), tom, None, 0), "tr-confirm X1 mei K", missing),
        (act(ActKind::Transfer, transfer("X2"), tom, None, 2 * HOUR_US), "tr-confirm X2 mei K", missing),
        (act(ActKind::TopUp, moved("bk1"), mei, cards[0], 0), "bk-confirm bk1 mei K", missing),
        (act(ActKind::Withdraw, moved("bk2"), mei, cards[0], 0), "bk-confirm bk2 mei K", missing),
        (act(ActKind::Sign, script.agreement("A1").topic(), shop, None, 0), "sign A1 mei K", missing),
        (act(ActKind::Freeze, freeze, shop, None, 0), "fz-confirm F1 mei K", hold),
    ]
    .map(|(act, line, missing)| Deed { act, line, missing })
    .into()
}

/// Says that the passkey confirmed this act: the proof `K`.
fn prove(script: &mut Script, passkey: &Passkey, act: ShownAct) {
    let proof =
        ask(&mut script.world, ProvePasskey { by: using(passkey, 0), act, sealed_key: None }).unwrap();
    script.tries.insert("K".to_owned(), proof);
}

fn proofs(script: &Script) -> usize {
    script.world.count(Table::PasskeyProof)
}

#[test]
fn each_act_takes_its_own_proof_once_and_no_other_one() {
    let number = deeds(&waiting("").0).len();
    for shown in 0..number {
        let (mut script, passkey) = waiting("");
        let deeds = deeds(&script);
        prove(&mut script, &passkey, deeds[shown].act);
        for (place, deed) in deeds.iter().enumerate().filter(|(place, _)| *place != shown) {
            assert_eq!(script.line(deed.line), deed.missing, "{} by the proof of {shown}", deed.line);
            assert_eq!(proofs(&script), 1, "{place}: it is worth what it was");
        }
        script.play("judge mei K right -> refused NoAttempt");
        let done = script.line(deeds[shown].line);
        assert!(!done.contains("refused"), "{}: {done}", deeds[shown].line);
        assert_eq!(proofs(&script), 0, "{}: used up", deeds[shown].line);
        script.world.check();
    }
}

#[test]
fn whatever_was_shown_differently_confirms_nothing() {
    let number = deeds(&waiting("").0).len();
    for place in 0..number {
        let (mut script, passkey) = waiting("");
        let Deed { act, line, missing } = deeds(&script).swap_remove(place);
        let other_card = bank::card(&script, script.party("mei"), "5678");
        let other_card = if act.card == Some(other_card) { None } else { Some(other_card) };
        let about = OrderNo::of(base::Stamp { at_us: 7, seq: 0 }, Slot::PLATFORM);
        let kinds = deeds(&script).into_iter().map(|deed| deed.act.kind).filter(|kind| *kind != act.kind);
        let mut wrong: Vec<ShownAct> = kinds.map(|kind| ShownAct { kind, ..act }).collect();
        wrong.extend([
            ShownAct { amount: cny("199.99"), ..act },
            ShownAct { amount: money::Money::zero(act.amount.currency()), ..act },
            ShownAct { amount: act.amount.minor().of(money::Currency::Usd), ..act },
            ShownAct { payee: script.party("ann"), ..act },
            ShownAct { card: other_card, ..act },
            ShownAct { delay_us: act.delay_us + HOUR_US, ..act },
            ShownAct { about, ..act },
        ]);
        for wrong in wrong {
            prove(&mut script, &passkey, wrong);
            assert_eq!(script.line(line), missing, "{line} by {wrong:?}");
        }
        prove(&mut script, &passkey, act);
        let done = script.line(line);
        assert!(!done.contains("refused"), "{line}: {done}");
    }
}

#[test]
fn a_proof_ends_with_its_time_and_with_its_key() {
    let number = deeds(&waiting("").0).len();
    for place in 0..number {
        for (end, is_good) in [("almost", true), ("late", false), ("removed", false)] {
            let (mut script, passkey) = waiting("");
            let Deed { act, line, missing } = deeds(&script).swap_remove(place);
            prove(&mut script, &passkey, act);
            match end {
                "almost" => script.world.advance(PROOF_LIFE_US - 1_000_000),
                "late" => script.world.advance(PROOF_LIFE_US),
                _ => {
                    let party = script.party("mei");
                    ask(&mut script.world, RemovePasskey { party, no: passkey.no }).unwrap();
                }
            }
            let said = script.line(line);
            assert!(
                if is_good { !said.contains("refused") } else { said == missing },
                "{line} {end}: {said}"
            );
        }
    }
}

#[test]
fn a_counter_that_goes_back_confirms_nothing() {
    let (mut script, passkey) = waiting("");
    for (counter, Deed { act, .. }) in (1..).zip(deeds(&script)) {
        let at = |counter| ProvePasskey { by: using(&passkey, counter), act, sealed_key: None };
        ask(&mut script.world, at(counter)).unwrap();
        for back in [0, counter - 1, counter] {
            let said = ask(&mut script.world, at(back));
            assert_eq!(said, Err(PasskeyRefused::CounterBack), "{:?} {back}", act.kind);
        }
    }
    assert_eq!(proofs(&script), deeds(&script).len());
}

#[test]
fn a_passkey_is_refused_what_the_password_is_for_the_same_reason() {
    let number = deeds(&waiting("").0).len();
    let mut stops = 0;
    for change in ["none", "stopped", "frozen", "poor", "card gone"] {
        for place in 0..number {
            let said = ["password", "passkey"].map(|by| {
                let (mut script, passkey) = waiting("");
                let (mei, Deed { act, line, .. }) = (script.party("mei"), deeds(&script).swap_remove(place));
                if by == "password" {
                    let about = line.split(' ').nth(1).unwrap();
                    script.play(&format!("try {about} mei K\njudge mei K right"));
                } else {
                    prove(&mut script, &passkey, act);
                }
                match change {
                    "stopped" => {
                        let (by, lift) = (StopBy::Owner { attempt: 0 }, false);
                        ask(&mut script.world, StopPayments { party: mei, by, lift }).map(drop).unwrap();
                    }
                    "frozen" => {
                        let status = PartyStatus::Frozen;
                        ask(&mut script.world, SetPartyStatus { party: mei, status }).unwrap();
                    }
                    "poor" => script.play(
                        "tr-offer X9 mei ann 750.00\ntry X9 mei P9\njudge mei P9 right\ntr-confirm X9 mei P9",
                    ),
                    "card gone" => script.play("bk-unbind 1234 mei"),
                    _ => {}
                }
                let said = script.line(line);
                script.world.check();
                said
            });
            assert_eq!(said[0], said[1], "deed {place}, {change}");
            stops += usize::from(said[0].contains("refused"));
        }
    }
    assert!(stops > 20, "{stops} refusals were compared");
}

#[test]
fn a_rule_that_asks_for_a_passkey_is_met_by_one_in_every_act_that_rules_look_at() {
    for place in 0..deeds(&waiting("").0).len() {
        let (mut script, passkey) = waiting("passkey");
        let Deed { act, line, .. } = deeds(&script).swap_remove(place);
        // Money that comes in, what is signed, and freezes are not looked at.
        let looked = !matches!(act.kind, ActKind::TopUp | ActKind::Sign | ActKind::Freeze);
        let about = line.split(' ').nth(1).unwrap();
        script.play(&format!("try {about} mei K\njudge mei K right"));
        if looked {
            let said = script.line(line);
            assert!(said.contains("Risk(ProofMissing(Passkey))"), "{line}: {said}");
            prove(&mut script, &passkey, act);
        }
        let said = script.line(line);
        assert!(!said.contains("refused"), "{line}: {said}");
        if looked {
            script.play("rk-said mei -> v1 verify:passkey Passed [L][][]");
        }
        assert_eq!(proofs(&script), 0, "{line}");
    }
}

#[test]
fn what_a_rule_stops_uses_the_proof_up() {
    for place in 0..deeds(&waiting("").0).len() {
        let (mut script, passkey) = waiting("otp");
        let Deed { act, line, .. } = deeds(&script).swap_remove(place);
        prove(&mut script, &passkey, act);
        let said = script.line(line);
        let looked = !matches!(act.kind, ActKind::TopUp | ActKind::Sign | ActKind::Freeze);
        assert_eq!(said.contains("Risk(ProofMissing(Otp))"), looked, "{line}: {said}");
        assert_eq!(proofs(&script), 0, "{line}");
        script.world.check();
    }
}

#[test]
fn a_passkey_is_no_code_when_rules_ask_for_both() {
    for place in 0..deeds(&waiting("").0).len() {
        for (by, missing) in [("password", "Passkey"), ("passkey", "Otp")] {
            let said = format!("Risk(ProofMissing({missing}))");
            let (mut script, passkey) = waiting("kinds");
            let Deed { act, line, .. } = deeds(&script).swap_remove(place);
            if by == "password" {
                let about = line.split(' ').nth(1).unwrap();
                script.play(&format!("try {about} mei K\njudge mei K right"));
            } else {
                prove(&mut script, &passkey, act);
            }
            let looked = !matches!(act.kind, ActKind::TopUp | ActKind::Sign | ActKind::Freeze);
            let told = script.line(line);
            assert_eq!(told.contains(&said), looked, "{line} by {by}: {told}");
            assert_eq!(told.contains("refused"), looked, "{line} by {by}: {told}");
        }
    }
}
