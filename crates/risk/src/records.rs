//! Risk as it is stored: versions of the rules and what is proposed, on the platform's slot; what was found of payments
//! and which of them wait for a person, in the payer's slot.

use crate::rule::{RuleError, TEXT_BYTES_MAX, Verdict, read_rules};
use crate::rule_set::RuleSet;
use base::{ColumnKind, Field, FieldError, PartyId, Record, Sink, Slot, Source, Text};

/// What an operator is called, 1 to 64 characters.
pub type Operator = Text<64>;
/// A list of rules as it was written.
pub type RulesText = Text<TEXT_BYTES_MAX>;
/// Which payment a finding is of: `order NO`, `debit AGREEMENT NUMBER AMOUNT`, `withdraw NO`, or `transfer WAY NUMBER
/// AMOUNT PAYEE`. The same payment asked for again has the same.
pub type Subject = Text<160>;
/// Ids of rules, with spaces between.
pub type RuleIds = Text<3400>;

/// A version of the rules that two operators agreed on.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "risk_rules", key = 2)]
pub struct RiskRules {
    /// The platform's slot.
    pub slot: Slot,
    /// Its number, from 1 without gaps.
    pub version: u32,
    /// The rules.
    pub text: RulesText,
    /// BLAKE3 of the text: what was approved.
    pub digest: [u8; 32],
    /// Who proposed it.
    pub proposed_by: Operator,
    /// Who approved it: somebody else.
    pub approved_by: Operator,
    /// From when on it holds, microseconds UTC: when it was approved.
    pub effective_at_us: i64,
}

/// Rules that somebody wishes to be the next version.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "risk_proposal", key = 2)]
pub struct RiskProposal {
    /// The platform's slot.
    pub slot: Slot,
    /// The version that it shall be.
    pub version: u32,
    /// The rules.
    pub text: RulesText,
    /// BLAKE3 of the text.
    pub digest: [u8; 32],
    /// Who wrote it last.
    pub proposed_by: Operator,
    /// When that was, microseconds UTC.
    pub proposed_at_us: i64,
}

/// What became of a payment that rules spoke of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Field)]
pub enum RiskOutcome {
    /// It went on.
    Passed,
    /// It went on, and its money waits.
    Delayed,
    /// It was stopped; nothing moved.
    Stopped,
}

/// What the rules said of one payment. There is none when no rule fired.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "risk_decision", key = 3)]
pub struct RiskDecision {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub party: PartyId,
    /// The stamp's sequence of the decision.
    pub no: u64,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// The payment.
    pub subject: Subject,
    /// The version of the rules.
    pub version: u32,
    /// The facts, as [`crate::Facts`] writes them.
    pub facts: Text<600>,
    /// What the rules said.
    pub verdict: Verdict,
    /// What was done.
    pub outcome: RiskOutcome,
    /// The rules that fired.
    pub fired: RuleIds,
    /// Those that fired but are only watched.
    pub shadow: RuleIds,
    /// Those that could not be evaluated.
    pub failed: RuleIds,
    /// What the payer may be told, in Chinese.
    pub reason_zh: Option<Text<100>>,
    /// The same in English.
    pub reason_en: Option<Text<100>>,
}

/// Where a case stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Field)]
pub enum RiskCaseState {
    /// Nobody has looked at it yet.
    Open,
    /// The payment may be made, when the payer asks for it again.
    Released,
    /// It may not.
    Refused,
}

/// What may happen to a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RiskCaseEvent {
    /// An operator lets the payment through.
    Release,
    /// An operator says no.
    Refuse,
}

impl RiskCaseState {
    /// The state after an event, or `None` when it was decided before: a decision is not taken back, the payer asks for
    /// another payment.
    pub const fn next(self, event: RiskCaseEvent) -> Option<RiskCaseState> {
        match (self, event) {
            (RiskCaseState::Open, RiskCaseEvent::Release) => Some(RiskCaseState::Released),
            (RiskCaseState::Open, RiskCaseEvent::Refuse) => Some(RiskCaseState::Refused),
            (
                RiskCaseState::Released | RiskCaseState::Refused,
                RiskCaseEvent::Release | RiskCaseEvent::Refuse,
            ) => None,
        }
    }
}

/// A payment that a person of the platform looks at.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "risk_case", key = 3)]
pub struct RiskCase {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub party: PartyId,
    /// The payment.
    pub subject: Subject,
    /// The number of the decision that opened it.
    pub decision: u64,
    /// Where it stands.
    pub state: RiskCaseState,
    /// When it was opened, microseconds UTC.
    pub opened_at_us: i64,
    /// Who decided it.
    pub decided_by: Option<Operator>,
    /// When, microseconds UTC.
    pub decided_at_us: Option<i64>,
}

/// What a text of rules is known by.
pub fn digest(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

/// Reads and compiles a text of rules.
pub fn compile(version: u32, text: &str) -> Result<RuleSet, RuleError> {
    RuleSet::compile(version, read_rules(text)?)
}

impl RiskRules {
    /// The rules, compiled. Those that this release cannot read any more count as one rule that always fails.
    pub fn compiled(&self) -> RuleSet {
        compile(self.version, self.text.as_str()).unwrap_or_else(|_| RuleSet::unreadable(self.version))
    }
}

impl Field for Verdict {
    const KIND: ColumnKind = ColumnKind::Text;
    fn write(&self, sink: &mut dyn Sink) {
        sink.text(self.word());
    }
    fn read(source: &mut dyn Source) -> Result<Verdict, FieldError> {
        let word = source.text()?;
        Verdict::of_word(word).ok_or_else(|| FieldError::new("Verdict", word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_decided_once() {
        use {RiskCaseEvent::*, RiskCaseState::*};
        for (state, event, next) in [
            (Open, Release, Some(Released)),
            (Open, Refuse, Some(Refused)),
            (Released, Release, None),
            (Released, Refuse, None),
            (Refused, Release, None),
            (Refused, Refuse, None),
        ] {
            assert_eq!(state.next(event), next, "{state:?} {event:?}");
        }
    }

    #[test]
    fn rules_that_cannot_be_read_stop_transfers() {
        let text = |text| Text::new(text).unwrap();
        let (by, at) = (Text::new("ada").unwrap(), 0);
        let rules = RiskRules {
            slot: Slot::PLATFORM,
            version: 4,
            text: text("not rules"),
            digest: digest("not rules"),
            proposed_by: by.clone(),
            approved_by: by,
            effective_at_us: at,
        };
        let set = rules.compiled();
        let finding = set.evaluate(&crate::facts::tests::facts(), 0);
        assert_eq!((set.version(), set.is_empty(), finding.verdict), (4, false, Verdict::Review));
        assert_eq!(finding.failed.len(), 1);
    }
}
