//! The smallest and the largest rows of risk rules.

use super::{last, longest};
use crate::samples::*;
use base::{PartyId, Slot};
use engine::Row;
use risk::{RiskCase, RiskCaseState, RiskDecision, RiskOutcome, RiskProposal, RiskRules, Verdict};

pub(super) fn extremes() -> [Row; 8] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let most = i64::MAX.unsigned_abs();
    let rules = RiskRules {
        slot: none,
        version: 1,
        text: text(""),
        digest: [0; 32],
        proposed_by: text(""),
        approved_by: text("a"),
        effective_at_us: i64::MIN,
    };
    let proposal = RiskProposal {
        slot: none,
        version: 0,
        text: text(""),
        digest: [0; 32],
        proposed_by: text(""),
        proposed_at_us: i64::MIN,
    };
    let case = RiskCase {
        slot: none,
        party: platform,
        subject: text(""),
        decision: 0,
        state: RiskCaseState::Open,
        opened_at_us: i64::MIN,
        decided_by: None,
        decided_at_us: None,
    };
    let decision = RiskDecision {
        slot: none,
        party: platform,
        no: 0,
        at_us: i64::MIN,
        subject: text(""),
        version: 0,
        facts: text(""),
        verdict: Verdict::Allow,
        outcome: RiskOutcome::Passed,
        fired: text(""),
        shadow: text(""),
        failed: text(""),
        reason_zh: None,
        reason_en: None,
    };
    [
        row(RiskRules {
            slot,
            version: u32::MAX,
            text: longest(),
            digest: [255; 32],
            proposed_by: longest(),
            approved_by: text("a"),
            effective_at_us: i64::MAX,
        }),
        row(RiskProposal {
            slot,
            version: u32::MAX,
            text: longest(),
            digest: [255; 32],
            proposed_by: longest(),
            proposed_at_us: i64::MAX,
        }),
        row(RiskCase {
            slot,
            party,
            subject: longest(),
            decision: most,
            state: RiskCaseState::Released,
            opened_at_us: i64::MAX,
            decided_by: Some(longest()),
            decided_at_us: Some(i64::MAX),
        }),
        row(RiskDecision {
            slot,
            party,
            no: most,
            at_us: i64::MAX,
            subject: longest(),
            version: u32::MAX,
            facts: longest(),
            verdict: Verdict::Refuse,
            outcome: RiskOutcome::Stopped,
            fired: longest(),
            shadow: longest(),
            failed: longest(),
            reason_zh: Some(longest()),
            reason_en: Some(longest()),
        }),
        row(rules),
        row(proposal),
        row(case),
        row(decision),
    ]
}
