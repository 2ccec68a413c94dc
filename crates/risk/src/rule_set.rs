//! Rules, compiled, and what they say of one payment.

use crate::expression::Node;
use crate::facts::{Facts, Scene};
use crate::rule::{CONDITION_BYTES_MAX, Proof, RULES_MAX, Rule, RuleError, RuleId, Verdict, Wrong};
use crate::syntax;
use base::Text;
use std::collections::BTreeSet;

/// Up to how much a payment of an order goes through though a rule could not be evaluated, fen (1,000 yuan): as much as
/// is paid without a password on a customary day. Above it, and for every transfer, somebody looks first.
pub const SMALL_PAY_MINOR: u64 = 100_000;

/// A version of the rules, compiled once.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSet {
    version: u32,
    rules: Vec<Compiled>,
}

#[derive(Clone, PartialEq, Debug)]
struct Compiled {
    rule: Rule,
    condition: Node,
}

/// What the rules say of one payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The strictest verdict of all rules that fired, and of what could not be evaluated.
    pub verdict: Verdict,
    /// Every proof that a rule asks for that fired, also when the verdict is a stricter one: a payment that waits, or
    /// that somebody looks at, is the payer's own all the same. Each is asked for: a higher one is not always another.
    pub proofs: BTreeSet<Proof>,
    /// The rules that fired, in the order of the set.
    pub fired: Vec<RuleId>,
    /// Those that fired but are only watched.
    pub shadow: Vec<RuleId>,
    /// Those that could not be evaluated, watched ones too.
    pub failed: Vec<RuleId>,
    /// What the payer is told, Chinese and English: the reason of the first rule with the strictest verdict. Absent
    /// when nothing fired, or when the verdict is that of a failure.
    pub reason: Option<(Text<100>, Text<100>)>,
}

impl Finding {
    /// Whether nothing is to be told of it: allowed, and no rule fired or failed.
    pub fn is_silent(&self) -> bool {
        self.verdict == Verdict::Allow
            && self.fired.is_empty()
            && self.shadow.is_empty()
            && self.failed.is_empty()
    }
}

impl RuleSet {
    /// No rules: everything is allowed. Version 0, which holds before any was approved.
    pub const fn none() -> RuleSet {
        RuleSet { version: 0, rules: Vec::new() }
    }

    /// Compiles rules, all or none. The first that is wrong is named, with the place in its condition.
    pub fn compile(version: u32, rules: Vec<Rule>) -> Result<RuleSet, RuleError> {
        if rules.len() > RULES_MAX {
            return Err(RuleError::TooMany);
        }
        let mut ids = BTreeSet::new();
        let mut compiled = Vec::with_capacity(rules.len());
        for (at, rule) in rules.into_iter().enumerate() {
            let condition = if ids.insert(rule.id.clone()) { condition_of(&rule) } else { Err(Wrong::Twice) };
            match condition {
                Ok(condition) => compiled.push(Compiled { rule, condition }),
                Err(wrong) => return Err(RuleError::Rule { place: at + 1, id: rule.id, wrong }),
            }
        }
        Ok(RuleSet { version, rules: compiled })
    }

    /// Rules that cannot be read: one that always fails stands for them.
    pub(crate) fn unreadable(version: u32) -> RuleSet {
        let none = || Text::new("").expect("no text is within every bound");
        let rule = Rule {
            id: Text::new("unreadable").expect("the id is short"),
            condition: String::new(),
            verdict: Verdict::Allow,
            reason_zh: none(),
            reason_en: none(),
            shadow: false,
            from_us: 0,
        };
        RuleSet { version, rules: vec![Compiled { rule, condition: Node::Int(0) }] }
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether there is nothing to evaluate, so that no fact needs to be looked up.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Its rules as they were written.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// What the rules say at a moment, microseconds UTC. Every rule is evaluated, in the order of the set, so that what
    /// fired is told whole.
    pub fn evaluate(&self, facts: &Facts, now_us: i64) -> Finding {
        let (mut fired, mut shadow, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let mut verdict = Verdict::Allow;
        let (mut proofs, mut reason) = (BTreeSet::new(), None);
        for Compiled { rule, condition } in self.rules.iter().filter(|known| known.rule.from_us <= now_us) {
            match condition.holds(facts) {
                Ok(false) => {}
                Ok(true) if rule.shadow => shadow.push(rule.id.clone()),
                Ok(true) => {
                    fired.push(rule.id.clone());
                    proofs.extend(rule.verdict.proof());
                    if rule.verdict > verdict || reason.is_none() {
                        verdict = verdict.max(rule.verdict);
                        reason = Some((rule.reason_zh.clone(), rule.reason_en.clone()));
                    }
                }
                Err(_) => {
                    failed.push(rule.id.clone());
                    let says = if rule.shadow { Verdict::Allow } else { on_failure(facts) };
                    if says > verdict {
                        (verdict, reason) = (says, None);
                    }
                }
            }
        }
        Finding { verdict, proofs, fired, shadow, failed, reason }
    }
}

/// What is done when a rule cannot be evaluated. Small payments go on: a rule of ours that is wrong must not close
/// shops. Money that leaves for another account, and large sums, are looked at.
fn on_failure(facts: &Facts) -> Verdict {
    match facts.scene {
        Scene::Pay if facts.amount_minor <= SMALL_PAY_MINOR => Verdict::Allow,
        Scene::Pay | Scene::Transfer | Scene::Withdraw => Verdict::Review,
    }
}

fn condition_of(rule: &Rule) -> Result<Node, Wrong> {
    let id = rule.id.as_str();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(Wrong::Id);
    }
    if rule.condition.len() > CONDITION_BYTES_MAX {
        return Err(Wrong::Long);
    }
    if rule.condition.chars().any(char::is_control) {
        return Err(Wrong::Lines);
    }
    syntax::read(&rule.condition).map_err(|syntax::Fault { column, what }| Wrong::Condition { column, what })
}

#[cfg(test)]
mod tests;
