//! `/sandbox/risk`: risk rules, proposed by one operator and approved by another; payments that wait for a person; and
//! why a payment was stopped. An operator is whoever the call says: a sandbox has no staff.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Text};
use engine::{ApproveRisk, DecideRisk, FindRiskRules, Key, ProposeRisk, Row, Table};
use risk::{
    ApproveRiskRefused, DecideRiskRefused, Operator, ProposeRiskRefused, RiskCase, RiskDecision, Rule,
    Subject, seeds,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::timestamp::format_cn;

/// Findings and cases of a party that are looked through, at most.
const LOOKED_MAX: usize = 10_000;
/// Findings and cases that one call tells, at most: the newest.
const SHOWN_MAX: usize = 100;

type Shared = State<Arc<Portal>>;

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

fn listed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
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
    let text = serde_json::to_string(&rules).map_err(SandboxError::broken)?;
    let text = Text::new(&text).map_err(|error| SandboxError::bad("bad_rules", error))?;
    let proposed = portal.door.ask(ProposeRisk { operator, base_version, text }).await;
    let proposed = proposed.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ProposeRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ProposeRiskRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ProposeRiskRefused::Rules(_) => SandboxError::bad("bad_rules", refused),
        })
    })?;
    answer(json!({ "version": proposed.version, "digest": hex(&proposed.digest) }))
}

/// Approves a proposal; it holds from that moment on.
pub(crate) async fn approve(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ApproveRequest { operator, version, digest } = read(&headers, &body)?;
    let digest = unhex(&digest)
        .ok_or_else(|| SandboxError::bad("bad_request", "digest: 64 hexadecimal digits of the text"))?;
    let approved = portal.door.ask(ApproveRisk { operator, version, digest }).await;
    let approved = approved.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            ApproveRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            ApproveRiskRefused::Stale { .. } => SandboxError::conflict("stale", refused),
            ApproveRiskRefused::NotFound => SandboxError::missing("proposal_not_found", refused),
            ApproveRiskRefused::SelfApproval => SandboxError::conflict("self_approval", refused),
            ApproveRiskRefused::Edited => SandboxError::conflict("edited", refused),
        })
    })?;
    let effective_at = format_cn(approved.effective_at_us);
    answer(json!({ "version": approved.version, "effective_at": effective_at }))
}

/// What the rules said of a payer's payments, newest first: facts, and the rules that fired. Findings follow their
/// payments by a moment: they are read from the tables.
pub(crate) async fn why(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let PartyRequest { login, user_id } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let after = Key::RiskDecision((party.slot(), party, 0));
    let found = scan(&portal, Table::RiskDecision, party, after).await?;
    let found = found.iter().rev().filter_map(|row| match row {
        Row::RiskDecision(row) if row.party == party => Some(finding(row)),
        _ => None,
    });
    answer(json!({ "findings": found.take(SHOWN_MAX).collect::<Vec<_>>() }))
}

/// A payer's payments that a person decides, or decided.
pub(crate) async fn cases(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let PartyRequest { login, user_id } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let none = Subject::new("").map_err(SandboxError::broken)?;
    let found = scan(&portal, Table::RiskCase, party, Key::RiskCase((party.slot(), party, none))).await?;
    let found = found.iter().filter_map(|row| match row {
        Row::RiskCase(row) if row.party == party => Some(case(row)),
        _ => None,
    });
    answer(json!({ "cases": found.take(SHOWN_MAX).collect::<Vec<_>>() }))
}

async fn scan(portal: &Portal, table: Table, party: PartyId, after: Key) -> Result<Vec<Row>, SandboxError> {
    let rows = portal.read(move |reader| reader.scan(table, Some(party.slot()), Some(&after), LOOKED_MAX));
    rows.await.ok_or_else(|| SandboxError::broken("risk findings cannot be read"))
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
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let decided = portal.door.ask(DecideRisk { operator, party, subject, release }).await;
    let decided = decided.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            DecideRiskRefused::NoOperator => SandboxError::bad("no_operator", refused),
            DecideRiskRefused::NotFound => SandboxError::missing("case_not_found", refused),
            DecideRiskRefused::Decided(_) => SandboxError::conflict("decided", refused),
        })
    })?;
    answer(case(&decided))
}
