//! A set of rules played over payments that are past: what it would have said, against what became of them.

use crate::facts::Facts;
use crate::records::RiskOutcome;
use crate::rule::{RuleId, Verdict};
use crate::rule_set::RuleSet;
use std::collections::BTreeMap;

/// Examples that are kept of a rule and of each kind of change; the first ones.
pub const EXAMPLES_MAX: usize = 10;

/// A payment of the past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastPayment {
    /// What it is called, as decisions call it.
    pub subject: String,
    /// When it was decided, microseconds UTC.
    pub at_us: i64,
    /// What was known then.
    pub facts: Facts,
    /// What became of it.
    pub outcome: RiskOutcome,
}

/// How many payments, and how much they were together, fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Together, fen.
    pub sum_minor: u128,
}

impl Tally {
    fn add(&mut self, payment: &PastPayment) {
        self.count += 1;
        self.sum_minor += u128::from(payment.facts.amount_minor);
    }
}

/// What a set would have said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Backtest {
    /// All payments that were played.
    pub all: Tally,
    /// By what the set says, and what became of them.
    pub verdicts: BTreeMap<(Verdict, Became), Tally>,
    /// By rule: what it fired on, watched rules too, with the first subjects. In the order of ids.
    pub rules: BTreeMap<RuleId, (Tally, Vec<String>)>,
    /// Rules that could not be evaluated, and how often.
    pub failed: BTreeMap<RuleId, u64>,
    /// Payments that went on at once and would not have, the first ones, with what the set says.
    pub newly_stopped: Vec<(String, Verdict)>,
    /// Payments that were stopped and would have gone on at once, the first ones.
    pub newly_passed: Vec<String>,
}

/// What became of a payment, in an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Became {
    /// It went on.
    Passed,
    /// Its money waited.
    Delayed,
    /// It was stopped.
    Stopped,
}

impl Became {
    /// As it is told.
    pub const fn word(self) -> &'static str {
        match self {
            Became::Passed => "passed",
            Became::Delayed => "delayed",
            Became::Stopped => "stopped",
        }
    }
}

impl From<RiskOutcome> for Became {
    fn from(outcome: RiskOutcome) -> Became {
        match outcome {
            RiskOutcome::Passed => Became::Passed,
            RiskOutcome::Delayed => Became::Delayed,
            RiskOutcome::Stopped => Became::Stopped,
        }
    }
}

/// Plays a set over payments, in the order in which they are given. Rules hold from the moment that they name.
pub fn backtest(rules: &RuleSet, payments: &[PastPayment]) -> Backtest {
    let mut told = Backtest::default();
    for rule in rules.rules() {
        told.rules.insert(rule.id.clone(), (Tally::default(), Vec::new()));
    }
    for payment in payments {
        told.all.add(payment);
        let finding = rules.evaluate(&payment.facts, payment.at_us);
        let became = Became::from(payment.outcome);
        told.verdicts.entry((finding.verdict, became)).or_default().add(payment);
        for id in finding.fired.iter().chain(&finding.shadow) {
            let (tally, examples) = told.rules.entry(id.clone()).or_default();
            tally.add(payment);
            keep(examples, || payment.subject.clone());
        }
        for id in &finding.failed {
            *told.failed.entry(id.clone()).or_default() += 1;
        }
        match (became, finding.verdict) {
            (Became::Passed, Verdict::Delay(_) | Verdict::Review | Verdict::Refuse) => {
                keep(&mut told.newly_stopped, || (payment.subject.clone(), finding.verdict));
            }
            (Became::Stopped, Verdict::Allow) => keep(&mut told.newly_passed, || payment.subject.clone()),
            (Became::Passed, Verdict::Allow | Verdict::Verify(_))
            | (Became::Stopped, Verdict::Verify(_) | Verdict::Delay(_) | Verdict::Review | Verdict::Refuse)
            | (Became::Delayed, _) => {}
        }
    }
    told
}

fn keep<T>(examples: &mut Vec<T>, example: impl FnOnce() -> T) {
    if examples.len() < EXAMPLES_MAX {
        examples.push(example());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::facts;
    use crate::rule::{Rule, Wait};
    use base::Text;

    fn set() -> RuleSet {
        let rule = |id: &str, condition: &str, verdict, shadow, from_us| Rule {
            id: Text::new(id).unwrap(),
            condition: condition.into(),
            verdict,
            reason_zh: Text::new("核实").unwrap(),
            reason_en: Text::new("checked").unwrap(),
            shadow,
            from_us,
        };
        let rules = vec![
            rule("R1", "amount_minor > 100", Verdict::Review, false, 0),
            rule("R2", "amount_minor > 100", Verdict::Refuse, true, 0),
            rule("R3", "amount_minor > 200", Verdict::Delay(Wait::TwoHours), false, 50),
            rule("R4", "amount_minor / (amount_minor - 300) > 100000", Verdict::Refuse, false, 0),
        ];
        RuleSet::compile(3, rules).unwrap()
    }

    fn payment(amount_minor: u64, at_us: i64, outcome: RiskOutcome) -> PastPayment {
        let subject = format!("order {amount_minor} {at_us}");
        PastPayment { subject, at_us, facts: Facts { amount_minor, ..facts() }, outcome }
    }

    #[test]
    fn what_a_set_says_stands_against_what_became_of_the_payments() {
        use RiskOutcome::*;
        let payments = [
            payment(100, 10, Passed),
            payment(101, 20, Passed),
            payment(101, 21, Stopped),
            payment(201, 30, Delayed),
            payment(201, 60, Delayed),
            payment(50, 70, Stopped),
            payment(300, 80, Passed),
        ];
        let told = backtest(&set(), &payments);
        assert_eq!((told.all.count, told.all.sum_minor), (7, 1_054));
        let verdicts = told
            .verdicts
            .iter()
            .map(|((verdict, became), tally)| (verdict.word(), became.word(), tally.count, tally.sum_minor));
        let verdicts: Vec<_> = verdicts.collect();
        assert_eq!(
            verdicts,
            [
                ("allow", "passed", 1, 100),
                ("allow", "stopped", 1, 50),
                ("review", "passed", 2, 401),
                ("review", "delayed", 2, 402),
                ("review", "stopped", 1, 101),
            ]
        );
        let fired = |id: &str| {
            let (tally, examples) = &told.rules[&RuleId::new(id).unwrap()];
            (tally.count, examples.len())
        };
        assert_eq!([fired("R1"), fired("R2"), fired("R3"), fired("R4")], [(5, 5), (5, 5), (2, 2), (0, 0)]);
        assert_eq!(told.failed.values().copied().collect::<Vec<_>>(), [1]);
        assert_eq!(told.newly_passed, ["order 50 70"]);
        let stopped: Vec<&str> = told.newly_stopped.iter().map(|(subject, _)| subject.as_str()).collect();
        assert_eq!(stopped, ["order 101 20", "order 300 80"]);
        assert_eq!(backtest(&set(), &payments), told, "the same twice");
    }

    #[test]
    fn examples_are_the_first_ones() {
        let payments: Vec<_> = (0..30).map(|at| payment(500, at, RiskOutcome::Passed)).collect();
        let told = backtest(&set(), &payments);
        let (tally, examples) = &told.rules[&RuleId::new("R1").unwrap()];
        assert_eq!((tally.count, examples.len(), examples[9].as_str()), (30, EXAMPLES_MAX, "order 500 9"));
    }
}
