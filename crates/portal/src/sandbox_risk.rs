//! `/sandbox/risk`: risk rules, proposed by one operator and approved by another; payments that wait for a person; and
//! why a payment was stopped. An operator is whoever the call says, held to its role when it has one (`staff`).

use crate::people::merchants::not_own;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::staff;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use base::{PartyId, Text};
use engine::{ApproveRisk, DecideRisk, FindRiskRules, Key, ProposeRisk, Row};
use people::OperatorAct;
use risk::{
    ApproveRiskRefused, DecideRiskRefused, Operator, ProposeRiskRefused, RiskCase, RiskCaseState,
    RiskDecision, RiskProposal, RiskRules, Rule, Subject, seeds,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// Findings and cases of a party that are read at once.
const PAGE_ROWS: usize = 1_000;
/// Findings and cases that one call tells, at most.
const SHOWN_MAX: usize = 100;

type Shared = State<Arc<Portal>>;

/// The calls.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/sandbox/risk", get(show).post(propose))
        .route("/sandbox/risk/approve", post(approve))
        .route("/sandbox/risk/why", post(why))
        .route("/sandbox/risk/cases", post(cases))
        .route("/sandbox/risk/decide", post(decide))
        .route("/sandbox/risk/backtest", post(crate::sandbox_backtest::backtest))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposeRequest {
    operator: Operator,
    base_version: u32,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveRequest {
    operator: Operator,
    version: u32,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyRequest {
    login: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideRequest {
    operator: Operator,
    login: Option<String>,
    user_id: Option<String>,
    subject: Subject,
    release: bool,
}

/// The rules in force, what is proposed, and the built-in rules to begin with.
pub(crate) async fn show(State(portal): Shared) -> Answer {
    let view = portal.door.ask(FindRiskRules {}).await;
    let view = view.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    let rules = view.rules.as_ref().map(|rules| {
        json!({
            "version": rules.version,
            "rules": listed(rules.text.as_str()),
            "digest": hex(&rules.digest),
            "proposed_by": rules.proposed_by.as_str(),
            "approved_by": rules.approved_by.as_str(),
            "effective_at": format_cn(rules.effective_at_us),
        })
    });
    let proposal = view.proposal.as_ref().map(|proposal| {
        json!({
            "version": proposal.version,
            "rules": listed(proposal.text.as_str()),
            "digest": hex(&proposal.digest),
            "proposed_by": proposal.proposed_by.as_str(),
            "proposed_at": format_cn(proposal.proposed_at_us),
        })
    });
    answer(json!({ "in_force": rules, "proposal": proposal, "built_in": seeds() }))
}

/// The rules of a text.
pub(crate) fn listed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// A digest as calls write it.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of 64 hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// Proposes the next version.
pub(crate) async fn propose(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ProposeRequest { operator, base_version, rules } = read(&headers, &body)?;
    staff::may(&portal, operator.as_str(), OperatorAct::SetRisk).await?;
    let proposed = propose_rules(&portal, operator, base_version, &rules).await?;
    answer(json!({ "version": proposed.version, "digest": hex(&proposed.digest) }))
}

/// Puts rules before another operator, as the next version.
pub(crate) async fn propose_rules(
    portal: &Portal,
    operator: Operator,
    base_version: u32,
    rules: &[Rule],
) -> Result<Arc<RiskProposal>, SandboxError> {
    let text = serde_json::to_string(rules).map_err(SandboxError::broken)?;
    let text = Text::new(&text).map_err(|error| SandboxError::bad("bad_rules", error))?;
    let proposed = portal.door.ask(ProposeRisk { operator, base_version, text }).await;
    proposed.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ProposeRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ProposeRiskRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ProposeRiskRefused::Rules(_) => SandboxError::bad("bad_rules", refused),
        })
    })
}

/// Approves a proposal; it holds from that moment on.
pub(crate) async fn approve(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ApproveRequest { operator, version, digest } = read(&headers, &body)?;
    staff::may(&portal, operator.as_str(), OperatorAct::SetRisk).await?;
    let approved = approve_rules(&portal, operator, version, &digest).await?;
    let effective_at = format_cn(approved.effective_at_us);
    answer(json!({ "version": approved.version, "effective_at": effective_at }))
}

/// Puts the proposal of this version and digest in force.
pub(crate) async fn approve_rules(
    portal: &Portal,
    operator: Operator,
    version: u32,
    digest: &str,
) -> Result<Arc<RiskRules>, SandboxError> {
    let digest = unhex(digest)
        .ok_or_else(|| SandboxError::bad("bad_request", "digest: 64 hexadecimal digits of the text"))?;
    let approved = portal.door.ask(ApproveRisk { operator, version, digest }).await;
    approved.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ApproveRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ApproveRiskRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ApproveRiskRefused::NotFound => SandboxError::missing("proposal_not_found", refused),
            ApproveRiskRefused::SelfApproval => SandboxError::conflict("self_approval", refused),
            ApproveRiskRefused::Edited => SandboxError::conflict("edited", refused),
        })
    })
}

/// What the rules said of a payer's payments, newest first: facts, and the rules that fired. Findings follow their
/// payments by a moment: they are read from the tables.
pub(crate) async fn why(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let PartyRequest { login, user_id } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let found = portal.read(move |reader| newest(reader, party, PAGE_ROWS, SHOWN_MAX)).await;
    let found = found.ok_or_else(|| SandboxError::broken("risk findings cannot be read"))?;
    answer(json!({ "findings": found.iter().map(|row| finding(row)).collect::<Vec<_>>() }))
}

/// The newest findings of a party, the last first.
fn newest(
    reader: &mut dyn Reader,
    party: PartyId,
    page: usize,
    most: usize,
) -> Result<VecDeque<Arc<RiskDecision>>, StoreError> {
    let mut found = VecDeque::new();
    each(reader, party, page, Key::RiskDecision((party.slot(), party, 0)), |row| match row {
        Row::RiskDecision(row) if row.party == party => {
            found.push_front(row);
            found.truncate(most);
            true
        }
        _ => false,
    })?;
    Ok(found)
}

/// Shows the rows after a key to `see`, page by page, until it has seen enough.
fn each(
    reader: &mut dyn Reader,
    party: PartyId,
    page: usize,
    after: Key,
    mut see: impl FnMut(Row) -> bool,
) -> Result<(), StoreError> {
    let (table, mut after) = (after.table(), after);
    loop {
        let rows = reader.scan(table, Some(party.slot()), Some(&after), page)?;
        let Some(last) = rows.last().map(Row::key) else { return Ok(()) };
        let is_last = rows.len() < page;
        for row in rows {
            if !see(row) {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
        after = last;
    }
}

/// A payer's payments that a person decides, or decided: those that wait come first, the oldest before the others, then
/// the last decided. `open` counts all that wait.
pub(crate) async fn cases(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let PartyRequest { login, user_id } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let found = portal.read(move |reader| queue(reader, party, PAGE_ROWS, SHOWN_MAX)).await;
    let (cases, open) = found.ok_or_else(|| SandboxError::broken("risk cases cannot be read"))?;
    answer(json!({ "open": open, "cases": cases.iter().map(|row| case(row)).collect::<Vec<_>>() }))
}

/// The cases of a party as they are told, and how many wait.
fn queue(
    reader: &mut dyn Reader,
    party: PartyId,
    page: usize,
    most: usize,
) -> Result<(Vec<Arc<RiskCase>>, usize), StoreError> {
    let none = Subject::new("").expect("no text is within every bound");
    let (mut waiting, mut decided, mut open) = (BTreeMap::new(), BTreeMap::new(), 0);
    each(reader, party, page, Key::RiskCase((party.slot(), party, none)), |row| {
        let Row::RiskCase(row) = row else { return false };
        if row.party != party {
            return false;
        }
        match row.decided_at_us {
            None => {
                open += 1;
                waiting.insert((row.opened_at_us, row.subject.clone()), row);
                if waiting.len() > most {
                    waiting.pop_last();
                }
            }
            Some(at_us) => {
                decided.insert((at_us, row.subject.clone()), row);
                if decided.len() > most {
                    decided.pop_first();
                }
            }
        }
        true
    })?;
    let cases = waiting.into_values().chain(decided.into_values().rev()).take(most);
    Ok((cases.collect(), open))
}

fn finding(row: &RiskDecision) -> Value {
    let ids = |text: &str| text.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    json!({
        "subject": row.subject.as_str(),
        "at": format_cn(row.at_us),
        "version": row.version,
        "verdict": row.verdict.word(),
        "outcome": row.outcome.as_str(),
        "fired": ids(row.fired.as_str()),
        "shadow": ids(row.shadow.as_str()),
        "failed": ids(row.failed.as_str()),
        "facts": row.facts.as_str(),
        "reason_zh": row.reason_zh.as_ref().map(Text::as_str),
        "reason_en": row.reason_en.as_ref().map(Text::as_str),
    })
}

fn case(row: &RiskCase) -> Value {
    json!({
        "subject": row.subject.as_str(),
        "state": row.state.as_str(),
        "opened_at": format_cn(row.opened_at_us),
        "decided_by": row.decided_by.as_ref().map(Text::as_str),
        "decided_at": row.decided_at_us.map(format_cn),
    })
}

/// Decides a case; a released payment is made when its payer asks for it again.
pub(crate) async fn decide(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let DecideRequest { operator, login, user_id, subject, release } = read(&headers, &body)?;
    staff::may(&portal, operator.as_str(), OperatorAct::DecideRisk).await?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let decided = decide_case(&portal, DecideRisk { operator, party, subject, release }).await?;
    let mut told = case(&decided);
    // What a list of names found is released by two: this was the first of them.
    told["needs_another_operator"] = json!(release && decided.state == RiskCaseState::Open);
    answer(told)
}

/// Decides a case, or is the first of two who release it.
pub(crate) async fn decide_case(
    portal: &Portal,
    decision: DecideRisk,
) -> Result<Arc<RiskCase>, SandboxError> {
    not_own(portal, decision.operator.as_str(), decision.party).await?;
    let decided = portal.door.ask(decision).await;
    decided.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            DecideRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            DecideRiskRefused::NotFound => SandboxError::missing("case_not_found", refused),
            DecideRiskRefused::Decided(_) => SandboxError::conflict("decided", refused),
            DecideRiskRefused::SelfRelease => SandboxError::conflict("self_release", refused),
            DecideRiskRefused::OwnCase => SandboxError::conflict("own_case", refused),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use risk::{RiskOutcome, Verdict};
    use store::{Mark, MemoryStore, Store};

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn found(party: PartyId, no: u64) -> Row {
        let (fired, none) = (text("R"), || text(""));
        let row = RiskDecision {
            slot: party.slot(),
            party,
            no,
            at_us: 0,
            subject: text("order 1"),
            version: 1,
            facts: text(""),
            verdict: Verdict::Refuse,
            outcome: RiskOutcome::Stopped,
            fired,
            shadow: none(),
            failed: none(),
            reason_zh: None,
            reason_en: None,
        };
        Row::RiskDecision(Arc::new(row))
    }

    fn opened(party: PartyId, subject: &str, opened_at_us: i64, decided_at_us: Option<i64>) -> Row {
        let state = if decided_at_us.is_some() { RiskCaseState::Refused } else { RiskCaseState::Open };
        let decided_by = decided_at_us.map(|_| text("ada"));
        let subject = text(subject);
        let slot = party.slot();
        let row =
            RiskCase { slot, party, subject, decision: 1, state, opened_at_us, decided_by, decided_at_us };
        Row::RiskCase(Arc::new(row))
    }

    fn filled(rows: Vec<Row>) -> MemoryStore {
        let mut store = MemoryStore::new();
        let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    fn parties() -> [PartyId; 2] {
        [1, 2].map(|number| PartyId::issue(number, Slot::PLATFORM).unwrap())
    }

    #[test]
    fn the_newest_findings_are_told_however_many_there_are() {
        let [party, other] = parties();
        let rows = (1..=7).map(|no| found(party, no)).chain((8..=9).map(|no| found(other, no)));
        let mut store = filled(rows.collect());
        for page in [1, 3, 7, 100] {
            let told = newest(&mut store, party, page, 3).unwrap();
            assert_eq!(told.iter().map(|row| row.no).collect::<Vec<_>>(), [7, 6, 5], "{page}");
        }
        assert_eq!(newest(&mut store, other, 1, 3).unwrap().len(), 2);
    }

    #[test]
    fn what_waits_is_told_before_what_was_decided() {
        let [party, other] = parties();
        let mut store = filled(vec![
            opened(party, "a", 1, Some(60)),
            opened(party, "b", 2, Some(50)),
            opened(party, "c", 9, None),
            opened(party, "d", 8, None),
            opened(other, "a", 1, None),
        ]);
        for page in [1, 2, 100] {
            for (most, told) in [(9, "dcab"), (3, "dca"), (1, "d")] {
                let (cases, open) = queue(&mut store, party, page, most).unwrap();
                let subjects: Vec<&str> = cases.iter().map(|case| case.subject.as_str()).collect();
                assert_eq!((subjects.concat().as_str(), open), (told, 2), "{page} {most}");
            }
        }
    }
}
