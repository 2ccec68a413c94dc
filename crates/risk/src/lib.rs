//! Risk rules (风控): what is looked at before money moves, beyond limits that are the same for everybody.
//!
//! A rule is a condition in the Common Expression Language over a fixed list of facts, with a verdict. A set of rules
//! is compiled once, into a form of our own that cannot loop and whose cost is bounded by the length of its text; it is
//! evaluated in the decision that moves the money, with facts that are rows and the stamp, so that a day decided again
//! has the same verdicts. A rule that cannot be evaluated never lets a large sum through in silence.
//!
//! Reading order: `facts`, `rule`, `rule_set`, `seeds`, `records`, `refusal`; `syntax` and `expression` say how a
//! condition is understood. Then `backtest` (rules played over the past), `screening` (lists of names) and `aml` (what
//! of a day must be reported).

mod aml;
mod backtest;
mod expression;
mod facts;
mod records;
mod refusal;
mod rule;
mod rule_set;
mod screening;
mod seeds;
mod syntax;

pub use aml::{
    AmlReport, CASH_MINOR, FIRM_MINOR, Form, Large, LargeRule, Movement, PERSON_MINOR, Pattern, REPORT_DAYS,
    Suspicious, Way, aml_report, report_by,
};
pub use backtest::{Backtest, Became, EXAMPLES_MAX, PastPayment, Tally, backtest};
pub use facts::{Channel, Fact, FactKind, Facts, Payer, Scene};
pub use records::{
    Operator, RiskCase, RiskCaseEvent, RiskCaseState, RiskDecision, RiskOutcome, RiskProposal, RiskRules,
    RuleIds, RulesText, Subject, compile, digest,
};
pub use refusal::{
    ApproveRiskRefused, DecideRiskRefused, ProposeListRefused, ProposeRiskRefused, RiskNotFound, RiskRefused,
    ScreenRefused,
};
pub use rule::{
    CONDITION_BYTES_MAX, Proof, RULES_MAX, Rule, RuleError, RuleId, TEXT_BYTES_MAX, Verdict, Wait, Wrong,
    read_rules,
};
pub use rule_set::{Finding, RuleSet, SMALL_PAY_MINOR};
pub use screening::{
    ABOUT_PERSON, About, ENTRIES_MAX, EntryId, EntryKind, HITS_MAX, Hit, LIST_BYTES_MAX, ListEntry,
    ListError, Looked, MERCHANT_PLACES, Matched, Measure, NAMES_MAX, NameList, ScreenHit, ScreenList,
    ScreenProposal, ScreenRelease, Screening, Subjects, THRESHOLD_MAX, THRESHOLD_MIN, about_merchant,
    hit_subject, is_screen_subject, list_digest,
};
pub use seeds::seeds;
