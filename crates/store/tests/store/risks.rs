//! The smallest and the largest rows of risk rules.

use super::{last, longest};
use crate::samples::*;
use base::{PartyId, Slot};
use engine::Row;
use risk::{
    Measure, RiskCase, RiskCaseState, RiskDecision, RiskOutcome, RiskProposal, RiskRules, ScreenHit,
    ScreenList, ScreenProposal, ScreenRelease, Screening, Verdict,
};

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

pub(super) fn screening() -> [Row; 10] {
    let (slot, party, _) = last();
    let (none, platform) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
    let list = |slot, version, digest, entries, threshold, proposed_by, effective_at_us| ScreenList {
        slot,
        version,
        digest,
        entries,
        threshold,
        proposed_by,
        approved_by: text("a"),
        effective_at_us,
    };
    let proposal = |slot, version, digest, number, proposed_by, proposed_at_us| ScreenProposal {
        slot,
        version,
        digest,
        entries: number,
        threshold: number,
        proposed_by,
        proposed_at_us,
    };
    let screening = |slot, party, about, number: u8, at_us, subjects| Screening {
        slot,
        party,
        about,
        version: if number == 0 { 0 } else { u32::MAX },
        name: [number; 16],
        at_us,
        subjects,
    };
    let release = |slot, party, subject, proposed_by, proposed_at_us| ScreenRelease {
        slot,
        party,
        subject,
        proposed_by,
        proposed_at_us,
    };
    let least = ScreenHit {
        slot: none,
        party: platform,
        subject: text(""),
        no: 0,
        at_us: i64::MIN,
        about: text(""),
        name: [0; 16],
        version: 0,
        entry: text(""),
        alias: 0,
        score: 0,
        measure: Measure::Han,
        matched: text(""),
    };
    let most = ScreenHit {
        slot,
        party,
        subject: longest(),
        no: i64::MAX.unsigned_abs(),
        at_us: i64::MAX,
        about: longest(),
        name: [255; 16],
        version: u32::MAX,
        entry: longest(),
        alias: u32::MAX,
        score: u32::MAX,
        measure: Measure::Account,
        matched: longest(),
    };
    [
        row(list(slot, u32::MAX, [255; 32], u32::MAX, 1_000, longest(), i64::MAX)),
        row(proposal(slot, u32::MAX, [255; 32], u32::MAX, longest(), i64::MAX)),
        row(screening(slot, party, longest(), 255, i64::MAX, longest())),
        row(most),
        row(release(slot, party, longest(), longest(), i64::MAX)),
        row(release(none, platform, text(""), text(""), i64::MIN)),
        row(list(none, 1, [0; 32], 1, 700, text(""), i64::MIN)),
        row(proposal(none, 0, [0; 32], 0, text(""), i64::MIN)),
        row(screening(none, platform, text(""), 0, i64::MIN, text(""))),
        row(least),
    ]
}
