//! `/api/v1/ops/risk`: rules, proposed by one operator and approved by another; payments that wait for a person; rules
//! played over the past.

use super::shapes::{OpsBacktest, shaped};
use super::{Act, act, next_of, page_of, part, parts_of};
use crate::api::moment;
use crate::api::ops::read::books;
use crate::api::page::limit;
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, party_of, read};
use crate::sandbox_backtest::{backtest_told, played};
use crate::sandbox_risk::{approve_rules, decide_case, hex, listed, propose_rules};
use crate::turns::TurnOf;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::{PartyId, Text};
use engine::{DecideRisk, FindRiskCase, FindRiskRules, Key, Row, Table, Tabled};
use risk::{
    DecideRiskRefused, RiskCase, RiskCaseState, RiskProposal, RiskRules, Rule, ScreenRelease, Subject, seeds,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows that a back-test reads at most.
const BACKTEST_ROWS_MAX: usize = 500_000;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(show))
        .routes(routes!(propose))
        .routes(routes!(approve))
        .routes(routes!(cases))
        .routes(routes!(decide))
        .routes(routes!(backtest))
}

/// Rules in force.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsRiskRules {
    version: u32,
    #[schema(value_type = Vec<Object>)]
    rules: Value,
    digest: String,
    proposed_by: String,
    approved_by: String,
    #[schema(format = DateTime)]
    effective_at: String,
}

/// Rules that somebody wishes to be the next.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsRiskProposal {
    version: u32,
    #[schema(value_type = Vec<Object>)]
    rules: Value,
    digest: String,
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
}

/// The rules in force, what is proposed, and the built-in rules to begin with.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsRisk {
    in_force: Option<OpsRiskRules>,
    proposal: Option<OpsRiskProposal>,
    #[schema(value_type = Vec<Object>)]
    built_in: Vec<Rule>,
}

/// Rules that shall be the next version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsRulesRequest {
    /// The version that they were written on top of; 0 for none.
    base_version: u32,
    #[schema(value_type = Vec<Object>)]
    rules: Vec<Rule>,
}

/// What was proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsRulesProposed {
    version: u32,
    digest: String,
}

/// What is approved, as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsRulesApproval {
    version: u32,
    /// 64 hexadecimal digits of the text.
    digest: String,
}

/// What holds from now on.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsRulesApproved {
    version: u32,
    #[schema(format = DateTime)]
    effective_at: String,
}

/// A payment that a person decides.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsCase {
    /// Who pays.
    user_id: String,
    subject: String,
    /// `open`, `released` or `refused`.
    state: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
    decided_by: Option<String>,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// What a list of names found is released by two: the first of them.
    first_release_by: Option<String>,
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsCasePage {
    cases: Vec<OpsCase>,
    next: Option<String>,
}

/// Which cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsCaseQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `open`, `released` or `refused`; all when it is not said.
    state: Option<String>,
}

/// What becomes of a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsCaseDecision {
    user_id: String,
    #[schema(value_type = String)]
    subject: Subject,
    release: bool,
}

/// A case that was decided, or released by the first of two.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsCaseDecided {
    #[serde(flatten)]
    case: OpsCase,
    /// Whether another operator must release it, too.
    needs_another_operator: bool,
}

/// Rules, and the days they are played over; all days when none are said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsBacktestRequest {
    #[schema(value_type = Vec<Object>)]
    rules: Vec<Rule>,
    from: Option<String>,
    to: Option<String>,
}

/// The rules in force and what is proposed.
#[utoipa::path(
    get,
    path = "/ops/risk",
    tag = "ops-risk",
    responses((status = 200, description = "The rules.", body = OpsRisk))
)]
pub(super) async fn show(State(portal): State<Arc<Portal>>) -> Result<Json<OpsRisk>, SandboxError> {
    let view = portal.door.ask(FindRiskRules {}).await;
    let view = view.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    Ok(Json(OpsRisk {
        in_force: view.rules.as_deref().map(rules_told),
        proposal: view.proposal.as_deref().map(proposal_told),
        built_in: seeds(),
    }))
}

fn rules_told(row: &RiskRules) -> OpsRiskRules {
    OpsRiskRules {
        version: row.version,
        rules: listed(row.text.as_str()),
        digest: hex(&row.digest),
        proposed_by: row.proposed_by.to_string(),
        approved_by: row.approved_by.to_string(),
        effective_at: moment(row.effective_at_us),
    }
}

fn proposal_told(row: &RiskProposal) -> OpsRiskProposal {
    OpsRiskProposal {
        version: row.version,
        rules: listed(row.text.as_str()),
        digest: hex(&row.digest),
        proposed_by: row.proposed_by.to_string(),
        proposed_at: moment(row.proposed_at_us),
    }
}

/// Proposes the next version of the rules.
#[utoipa::path(
    post,
    path = "/ops/risk/proposal",
    tag = "ops-risk",
    request_body = OpsRulesRequest,
    responses((status = 200, description = "It is proposed.", body = OpsRulesProposed))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsRulesProposed>, SandboxError> {
    let OpsRulesRequest { base_version, rules } = read(&headers, &body)?;
    let (asked, operator) = (portal.clone(), desk.operator.clone());
    let work = async move {
        let row = propose_rules(&asked, operator, base_version, &rules).await?;
        Ok(Json(OpsRulesProposed { version: row.version, digest: hex(&row.digest) }))
    };
    let subject = format!("base version {base_version}");
    act(&portal, &desk, Act::of("risk.propose", subject, &body), work).await
}

/// Approves a proposal; it holds from that moment on.
#[utoipa::path(
    post,
    path = "/ops/risk/approval",
    tag = "ops-risk",
    request_body = OpsRulesApproval,
    responses((status = 200, description = "It holds.", body = OpsRulesApproved))
)]
pub(super) async fn approve(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsRulesApproved>, SandboxError> {
    let OpsRulesApproval { version, digest } = read(&headers, &body)?;
    let (asked, operator) = (portal.clone(), desk.operator.clone());
    let work = async move {
        let row = approve_rules(&asked, operator, version, &digest).await?;
        Ok(Json(OpsRulesApproved { version: row.version, effective_at: moment(row.effective_at_us) }))
    };
    act(&portal, &desk, Act::of("risk.approve", format!("version {version}"), &body), work).await
}

/// Payments that a person decides or decided, payer by payer. A page may be short and still have a next one: it looks
/// at 5,000 cases.
#[utoipa::path(
    get,
    path = "/ops/risk/cases",
    tag = "ops-risk",
    params(OpsCaseQuery),
    responses((status = 200, description = "Cases.", body = OpsCasePage))
)]
pub(super) async fn cases(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsCaseQuery>,
) -> Result<Json<OpsCasePage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let state = asked.state.as_deref().map(state_of).transpose()?;
    let after = asked.cursor.as_deref().map(after_of).transpose()?;
    let page = books(&portal, move |reader| {
        page_of(reader, Table::RiskCase, after, limit, |reader, row| match row {
            Row::RiskCase(row) if state.is_none_or(|state| row.state == state) => {
                told(reader, &row).map(Some)
            }
            _ => Ok(None),
        })
    });
    let (cases, last) = page.await?;
    let next = last.and_then(|key| match key {
        Key::RiskCase((_, party, subject)) => Some(next_of(&[&party.to_string(), subject.as_str()])),
        _ => None,
    });
    Ok(Json(OpsCasePage { cases, next }))
}

fn state_of(word: &str) -> Result<RiskCaseState, SandboxError> {
    let all = [RiskCaseState::Open, RiskCaseState::Released, RiskCaseState::Refused];
    let found = all.into_iter().find(|state| state.as_str() == word);
    found
        .ok_or_else(|| SandboxError::bad("bad_state", "state is open, released or refused").of_field("state"))
}

fn after_of(cursor: &str) -> Result<Key, SandboxError> {
    let [party, subject] = parts_of(cursor)?;
    let party: PartyId = part(&party)?;
    let subject = Text::new(&subject).map_err(|_| super::bad_cursor())?;
    Ok(Key::RiskCase((party.slot(), party, subject)))
}

fn told(reader: &mut dyn Reader, row: &RiskCase) -> Result<OpsCase, StoreError> {
    let release = reader.row(&ScreenRelease::wrap_key((row.slot, row.party, row.subject.clone())))?;
    let first = release.as_ref().and_then(ScreenRelease::unwrap).map(|row| row.proposed_by.to_string());
    Ok(case_told(row, first))
}

fn case_told(row: &RiskCase, first_release_by: Option<String>) -> OpsCase {
    OpsCase {
        user_id: row.party.to_string(),
        subject: row.subject.to_string(),
        state: row.state.as_str(),
        opened_at: moment(row.opened_at_us),
        decided_by: row.decided_by.as_ref().map(ToString::to_string),
        decided_at: row.decided_at_us.map(moment),
        first_release_by,
    }
}

/// Decides a case; a released payment is made when its payer asks for it again.
#[utoipa::path(
    post,
    path = "/ops/risk/cases/decide",
    tag = "ops-risk",
    request_body = OpsCaseDecision,
    responses((status = 200, description = "The case as it stands.", body = OpsCaseDecided))
)]
pub(super) async fn decide(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsCaseDecided>, SandboxError> {
    let OpsCaseDecision { user_id, subject, release } = read(&headers, &body)?;
    let party = party_of(&portal, None, Some(&user_id)).await?;
    // The trail takes the subject of a case that there is, never words of the caller.
    let subject = case_of(&portal, party, subject).await?.subject.clone();
    let about = format!("{party} {subject}");
    let (asked, operator) = (portal.clone(), desk.operator.clone());
    let work = async move {
        let decision = DecideRisk { operator: operator.clone(), party, subject, release };
        let row = decide_case(&asked, decision).await?;
        let needs_another_operator = release && row.state == RiskCaseState::Open;
        let first = needs_another_operator.then(|| operator.to_string());
        Ok(Json(OpsCaseDecided { case: case_told(&row, first), needs_another_operator }))
    };
    let name = if release { "risk.release" } else { "risk.refuse" };
    act(&portal, &desk, Act::of(name, about, &body), work).await
}

/// The case of this subject. 404 `case_not_found`.
async fn case_of(portal: &Portal, party: PartyId, subject: Subject) -> Result<Arc<RiskCase>, SandboxError> {
    let found = portal.door.ask(FindRiskCase { party, subject }).await;
    found.map_err(|error| {
        SandboxError::of(error, |_| SandboxError::missing("case_not_found", DecideRiskRefused::NotFound))
    })
}

/// Plays rules over the payments of the past; nothing is changed.
#[utoipa::path(
    post,
    path = "/ops/risk/backtest",
    tag = "ops-risk",
    request_body = OpsBacktestRequest,
    responses((status = 200, description = "What the rules would have said.", body = OpsBacktest))
)]
pub(super) async fn backtest(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsBacktest>, SandboxError> {
    let OpsBacktestRequest { rules, from, to } = read(&headers, &body)?;
    let asked = portal.clone();
    let work = async move {
        asked.posted().await?;
        let _turn = asked.turn(TurnOf::Operator).await?;
        shaped(backtest_told(&played(&asked, rules, (from, to), BACKTEST_ROWS_MAX).await?))
    };
    act(&portal, &desk, Act::of("risk.backtest", "", &body), work).await
}
