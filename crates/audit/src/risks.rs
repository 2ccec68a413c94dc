//! Risk rules: each version is of two people, in its turn and of the text that was approved; what was found of a
//! payment is of a version that held then; and a case is of a finding that asked for it.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record, SlotSet};
use engine::Tabled;
use risk::{RiskCase, RiskCaseState, RiskDecision, RiskOutcome, RiskProposal, RiskRules, Verdict};
use std::collections::BTreeMap;

/// What is kept of a finding: enough to hold its case against it.
#[derive(Debug)]
struct Found {
    subject: String,
    stopped: bool,
}

/// All rules and findings.
#[derive(Debug)]
pub(crate) struct Risks {
    /// The slots whose rows are here.
    home: SlotSet,
    /// When each version began to hold, microseconds UTC.
    versions: BTreeMap<u32, i64>,
    found: BTreeMap<(PartyId, u64), Found>,
}

impl Risks {
    pub(crate) fn new(home: SlotSet) -> Risks {
        Risks { home, versions: BTreeMap::new(), found: BTreeMap::new() }
    }

    pub(crate) fn rules(&mut self, rules: &RiskRules, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                findings.add(
                    FindingKind::RiskWrong,
                    "risk_rules",
                    text_of_key(&RiskRules::wrap_key(rules.key())),
                    message,
                );
            }
        };
        let before = self.versions.last_key_value().map_or((0, i64::MIN), |(version, at)| (*version, *at));
        check(rules.version == before.0 + 1, "a version before it is missing");
        check(rules.effective_at_us > before.1, "it holds from before the version before it");
        check(rules.proposed_by != rules.approved_by, "who proposed it approved it");
        check(rules.digest == risk::digest(rules.text.as_str()), "its text is not what was approved");
        check(risk::compile(rules.version, rules.text.as_str()).is_ok(), "its rules cannot be read");
        self.versions.insert(rules.version, rules.effective_at_us);
    }

    pub(crate) fn proposal(&mut self, proposal: &RiskProposal, findings: &mut Findings) {
        let newest = self.versions.last_key_value().map_or(0, |(version, _)| *version);
        let right = proposal.version == newest + 1
            && proposal.digest == risk::digest(proposal.text.as_str())
            && risk::compile(proposal.version, proposal.text.as_str()).is_ok();
        if !right {
            let key = text_of_key(&RiskProposal::wrap_key(proposal.key()));
            let message = "it is not the next version, or not of its digest, or cannot be read";
            findings.add(FindingKind::RiskWrong, "risk_proposal", key, message);
        }
    }

    pub(crate) fn decision(&mut self, row: &RiskDecision, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&RiskDecision::wrap_key(row.key()));
                findings.add(FindingKind::RiskWrong, "risk_decision", key, message);
            }
        };
        let held = self.versions.range(..=row.version).next_back();
        let held = held.is_some_and(|(version, from)| *version == row.version && *from <= row.at_us)
            && self.versions.get(&row.version.saturating_add(1)).is_none_or(|from| *from > row.at_us);
        // The rules may lie in another cell.
        check(held || !self.home.contains(base::Slot::PLATFORM), "its rules did not hold then");
        check(row.party.slot() == row.slot, "its payer is of another slot");
        let silent =
            row.fired.as_str().is_empty() && row.shadow.as_str().is_empty() && row.failed.as_str().is_empty();
        check(!silent, "no rule spoke");
        let done = match row.verdict {
            Verdict::Allow => row.outcome == RiskOutcome::Passed,
            Verdict::Verify(_) | Verdict::Review => row.outcome != RiskOutcome::Delayed,
            Verdict::Delay(_) => true,
            Verdict::Refuse => row.outcome == RiskOutcome::Stopped,
        };
        check(done, "what was done is not what its rules said");
        let found = Found { subject: row.subject.to_string(), stopped: row.outcome == RiskOutcome::Stopped };
        self.found.insert((row.party, row.no), found);
    }

    pub(crate) fn case(&mut self, case: &RiskCase, findings: &mut Findings) {
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&RiskCase::wrap_key(case.key()));
                findings.add(FindingKind::RiskWrong, "risk_case", key, message);
            }
        };
        let found = self.found.get(&(case.party, case.decision));
        check(
            found.is_some_and(|found| found.stopped && found.subject == case.subject.as_str()),
            "no finding of its payment opened it",
        );
        let open = case.state == RiskCaseState::Open;
        check(
            open == case.decided_by.is_none() && open == case.decided_at_us.is_none(),
            "who decided it, and when, is not of its state",
        );
        check(
            case.decided_at_us.is_none_or(|at_us| at_us >= case.opened_at_us),
            "it was decided before it was opened",
        );
    }
}
