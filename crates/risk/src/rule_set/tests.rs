use super::*;
use crate::facts::tests::facts;
use crate::rule::Wait;
use crate::{Proof, seeds};
use proptest::prelude::*;

fn rule(id: &str, condition: &str, verdict: Verdict) -> Rule {
    let text = |text: &str| Text::new(text).unwrap();
    let id = Text::new(id).unwrap();
    let reason_zh = text(&format!("因{id}"));
    let reason_en = text(&format!("by {id}"));
    Rule { id, condition: condition.into(), verdict, reason_zh, reason_en, shadow: false, from_us: 0 }
}

fn set(rules: Vec<Rule>) -> RuleSet {
    RuleSet::compile(3, rules).unwrap()
}

fn ids(list: &[RuleId]) -> Vec<&str> {
    list.iter().map(Text::as_str).collect()
}

const BROKEN: &str = "1 / (hour - hour) == 1";

#[test]
fn the_strictest_verdict_holds_and_all_that_fired_are_told() {
    let rules = set(vec![
        rule("a", "hour == 23", Verdict::Verify(Proof::Otp)),
        rule("b", "hour == 22", Verdict::Refuse),
        rule("c", "true", Verdict::Delay(Wait::OneDay)),
        rule("d", "true", Verdict::Delay(Wait::OneDay)),
        rule("e", "true", Verdict::Allow),
    ]);
    let finding = rules.evaluate(&facts(), 0);
    assert_eq!(finding.verdict, Verdict::Delay(Wait::OneDay));
    assert_eq!(ids(&finding.fired), ["a", "c", "d", "e"]);
    assert_eq!(finding.proofs, BTreeSet::from([Proof::Otp]), "a laxer rule's");
    assert_eq!(finding.reason.as_ref().map(|reason| reason.1.as_str()), Some("by c"));
    assert!(finding.shadow.is_empty() && finding.failed.is_empty() && !finding.is_silent());
    assert_eq!(rules.version(), 3);
}

#[test]
fn every_proof_that_is_asked_for_is_told_and_none_of_a_rule_in_shadow() {
    let asks = |id, proof| rule(id, "true", Verdict::Verify(proof));
    let watched = Rule { shadow: true, ..asks("c", Proof::Password) };
    let finding = set(vec![asks("a", Proof::Passkey), asks("b", Proof::Otp), watched]).evaluate(&facts(), 0);
    assert_eq!(finding.verdict, Verdict::Verify(Proof::Passkey));
    assert_eq!(finding.proofs, BTreeSet::from([Proof::Otp, Proof::Passkey]));
}

#[test]
fn without_rules_everything_is_allowed_in_silence() {
    assert!(RuleSet::none().evaluate(&facts(), 0).is_silent() && RuleSet::none().is_empty());
    assert!(set(vec![rule("a", "false", Verdict::Refuse)]).evaluate(&facts(), 0).is_silent());
}

#[test]
fn a_rule_in_shadow_is_told_and_decides_nothing() {
    let watched = Rule { shadow: true, ..rule("w", "true", Verdict::Refuse) };
    let broken = Rule { shadow: true, ..rule("x", BROKEN, Verdict::Refuse) };
    let finding = set(vec![watched, broken]).evaluate(&facts(), 0);
    assert_eq!(
        (finding.verdict, ids(&finding.shadow), ids(&finding.failed)),
        (Verdict::Allow, vec!["w"], vec!["x"])
    );
    assert!(finding.fired.is_empty() && finding.reason.is_none() && !finding.is_silent());
}

#[test]
fn a_rule_holds_from_its_moment() {
    let rules = set(vec![Rule { from_us: 10, ..rule("a", "true", Verdict::Refuse) }]);
    assert_eq!(rules.evaluate(&facts(), 9).verdict, Verdict::Allow);
    assert_eq!(rules.evaluate(&facts(), 10).verdict, Verdict::Refuse);
}

#[test]
fn what_cannot_be_evaluated_lets_only_small_payments_through() {
    let broken = || rule("x", BROKEN, Verdict::Allow);
    let at = |scene, amount_minor| Facts { scene, amount_minor, ..facts() };
    for (scene, amount, says) in [
        (Scene::Transfer, 1, Verdict::Review),
        (Scene::Withdraw, 1, Verdict::Review),
        (Scene::Pay, SMALL_PAY_MINOR, Verdict::Allow),
        (Scene::Pay, SMALL_PAY_MINOR + 1, Verdict::Review),
    ] {
        let finding = set(vec![broken()]).evaluate(&at(scene, amount), 0);
        assert!(finding.proofs.is_empty());
        assert_eq!((finding.verdict, ids(&finding.failed)), (says, vec!["x"]), "{scene:?} {amount}");
        assert!(finding.reason.is_none() && !finding.is_silent());
    }
    // The others are evaluated all the same, on both sides of it.
    let rules =
        vec![rule("a", "true", Verdict::Delay(Wait::TwoHours)), broken(), rule("r", "true", Verdict::Refuse)];
    let finding = set(rules).evaluate(&facts(), 0);
    assert_eq!((finding.verdict, ids(&finding.fired)), (Verdict::Refuse, vec!["a", "r"]));
    assert_eq!(finding.reason.map(|reason| reason.1.to_string()), Some("by r".into()));
}

#[test]
fn a_wrong_rule_is_named_with_its_place() {
    let good = || rule("good", "true", Verdict::Allow);
    let wrong = |second: Rule| RuleSet::compile(1, vec![good(), second]).unwrap_err().to_string();
    let long = format!("hour == {:<600}", 1);
    for (second, said) in [
        (rule("", "true", Verdict::Allow), "rule 2 (): the id has 1 to 16 letters, digits, `-` and `_`"),
        (
            rule("a b", "true", Verdict::Allow),
            "rule 2 (a b): the id has 1 to 16 letters, digits, `-` and `_`",
        ),
        (good(), "rule 2 (good): the id stands twice"),
        (rule("a", &long, Verdict::Allow), "rule 2 (a): the condition has more than 512 bytes"),
        (rule("a", "true &&\n true", Verdict::Allow), "rule 2 (a): the condition is one line"),
        (rule("a", "true && colour", Verdict::Allow), "rule 2 (a): column 9: `colour` is no fact"),
    ] {
        assert_eq!(wrong(second), said);
    }
    let many =
        |count: usize| (0..count).map(|at| rule(&at.to_string(), "true", Verdict::Allow)).collect::<Vec<_>>();
    assert!(RuleSet::compile(1, many(RULES_MAX)).is_ok());
    assert_eq!(RuleSet::compile(1, many(RULES_MAX + 1)), Err(RuleError::TooMany));
}

#[test]
fn the_built_in_rules_fire_where_they_should() {
    let rules = set(seeds());
    let pay = Facts { scene: Scene::Pay, payer_age_s: 86_399, amount_minor: 500_001, ..facts() };
    let known = Facts { payee_known: true, ..facts() };
    let near = Facts { transfers_day: 4, transfers_day_minor: 18_000_000, amount_minor: 4_500_000, ..known };
    let night = Facts { hour: 5, payer_age_s: 86_399, amount_minor: 100_001, payee_known: true, ..facts() };
    for (facts, fired) in [
        (Facts { amount_minor: 499_999, ..facts() }, vec![]),
        (Facts { amount_minor: 500_000, ..facts() }, vec!["R02a"]),
        (Facts { amount_minor: 2_000_000, ..facts() }, vec!["R02a", "R02b"]),
        (Facts { amount_minor: 2_000_000, payee_known: true, ..facts() }, vec![]),
        (Facts { amount_minor: 2_000_000, payer_kind: crate::Payer::Merchant, ..facts() }, vec![]),
        (near, vec!["R07"]),
        (Facts { transfers_day: 3, transfers_day_minor: 13_500_000, ..near }, vec![]),
        (Facts { transfers_day_minor: 17_999_999, ..near }, vec![]),
        (Facts { transfers_day_minor: 20_000_000, ..near }, vec!["R07"]),
        (Facts { transfers_day_minor: 20_000_001, ..near }, vec![]),
        (Facts { amount_minor: 4_499_999, ..near }, vec![]),
        (Facts { amount_minor: 5_000_001, ..near }, vec![]),
        (night, vec!["N01"]),
        (Facts { hour: 6, ..night }, vec![]),
        (Facts { payer_age_s: 86_400, ..night }, vec![]),
        (Facts { amount_minor: 100_000, ..night }, vec![]),
        (pay, vec!["N02"]),
        (Facts { amount_minor: 500_000, ..pay }, vec![]),
        (Facts { payer_age_s: 86_400, ..pay }, vec![]),
    ] {
        assert_eq!(ids(&rules.evaluate(&facts, 0).fired), fired, "{facts}");
    }
}

fn some_rule() -> impl Strategy<Value = (&'static str, Verdict, bool)> {
    let conditions = vec!["true", "false", "hour > 11", "payee_known", "amount_minor > 7", BROKEN];
    (prop::sample::select(conditions), prop::sample::select(Verdict::ALL.to_vec()), any::<bool>())
}

proptest! {
    /// No further rule makes a verdict laxer; the order of rules does not change it; shadow never does.
    #[test]
    fn verdicts_only_grow(
        list in prop::collection::vec(some_rule(), 0..12), hour in 0..24_u64, amount in 0..300_000_u64, pay: bool,
    ) {
        let scene = if pay { Scene::Pay } else { Scene::Transfer };
        let facts = Facts { scene, hour, amount_minor: amount, ..facts() };
        let rules: Vec<Rule> = list.iter().enumerate().map(|(at, (condition, verdict, shadow))| {
            Rule { shadow: *shadow, ..rule(&format!("r{at}"), condition, *verdict) }
        }).collect();
        let whole = set(rules.clone()).evaluate(&facts, 0);
        if let Some((_, fewer)) = rules.split_last() {
            let fewer = set(fewer.to_vec()).evaluate(&facts, 0);
            prop_assert!(fewer.verdict <= whole.verdict && fewer.proofs.is_subset(&whole.proofs));
        }
        let turned = set(rules.iter().rev().cloned().collect()).evaluate(&facts, 0);
        prop_assert_eq!((turned.verdict, &turned.proofs), (whole.verdict, &whole.proofs));
        let shown: Vec<Rule> = rules.into_iter().filter(|rule| !rule.shadow).collect();
        let without = set(shown).evaluate(&facts, 0);
        prop_assert_eq!((without.verdict, without.fired, without.reason), (whole.verdict, whole.fired, whole.reason));
    }
}
