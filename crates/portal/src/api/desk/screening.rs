//! `/api/v1/ops/screening`: lists of names, proposed by one operator and approved by another, and what they found of
//! somebody. Cases are decided at `/ops/risk/cases/decide`.

use super::shapes::{OpsHits, shaped};
use super::{Act, act};
use crate::api::moment;
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, party_of, read};
use crate::sandbox_risk::hex;
use crate::sandbox_screening::{BODY_BYTES_MAX, approve_list, hits_told, propose_list};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::HeaderMap;
use engine::FindScreenList;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    let list_bytes = DefaultBodyLimit::max(BODY_BYTES_MAX);
    OpenApiRouter::default()
        .routes(routes!(show))
        .routes(routes!(hits))
        .routes(routes!(propose).layer(list_bytes))
        .routes(routes!(approve))
}

/// A list in force, without names.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNameList {
    version: u32,
    digest: String,
    entries: u32,
    /// Thousandths.
    threshold: u32,
    proposed_by: String,
    approved_by: String,
    #[schema(format = DateTime)]
    effective_at: String,
}

/// A list that is proposed, without names.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNameListProposal {
    version: u32,
    digest: String,
    entries: u32,
    threshold: u32,
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
}

/// The list in force, and what is proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNameLists {
    in_force: Option<OpsNameList>,
    proposal: Option<OpsNameListProposal>,
}

/// A list that shall be the next version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsNameListRequest {
    /// The version that it was written on top of; 0 for none.
    base_version: u32,
    /// Thousandths, 700 to 1,000; 850 when it is not said.
    threshold: Option<u32>,
    /// CSV or JSON lines.
    list: String,
}

/// What was proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNameListProposed {
    version: u32,
    digest: String,
    entries: u32,
}

/// What is approved, as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsNameListApproval {
    version: u32,
    /// 64 hexadecimal digits.
    digest: String,
}

/// What holds from now on, and what looking at everybody came to; nothing of that when it is done later.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsNameListApproved {
    version: u32,
    #[schema(format = DateTime)]
    effective_at: String,
    looked_at: Option<u64>,
    held: Option<u64>,
    failed: Option<u64>,
}

/// Of whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsHitQuery {
    user_id: String,
}

/// The list in force and what is proposed, without names.
#[utoipa::path(
    get,
    path = "/ops/screening",
    tag = "ops-screening",
    responses((status = 200, description = "The lists.", body = OpsNameLists))
)]
pub(super) async fn show(State(portal): State<Arc<Portal>>) -> Result<Json<OpsNameLists>, SandboxError> {
    let view = portal.door.ask(FindScreenList {}).await;
    let view = view.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    let in_force = view.list.as_ref().map(|list| OpsNameList {
        version: list.version,
        digest: hex(&list.digest),
        entries: list.entries,
        threshold: list.threshold,
        proposed_by: list.proposed_by.to_string(),
        approved_by: list.approved_by.to_string(),
        effective_at: moment(list.effective_at_us),
    });
    let proposal = view.proposal.as_ref().map(|proposal| OpsNameListProposal {
        version: proposal.version,
        digest: hex(&proposal.digest),
        entries: proposal.entries,
        threshold: proposal.threshold,
        proposed_by: proposal.proposed_by.to_string(),
        proposed_at: moment(proposal.proposed_at_us),
    });
    Ok(Json(OpsNameLists { in_force, proposal }))
}

/// What lists found of somebody, with the names of the list, newest first, at most 200. Each look is noted.
#[utoipa::path(
    get,
    path = "/ops/screening/hits",
    tag = "ops-screening",
    params(OpsHitQuery),
    responses((status = 200, description = "The hits.", body = OpsHits))
)]
pub(super) async fn hits(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Query(asked): Query<OpsHitQuery>,
) -> Result<Json<OpsHits>, SandboxError> {
    let party = party_of(&portal, None, Some(&asked.user_id)).await?;
    let own = portal.clone();
    let work = async move {
        own.posted().await?;
        shaped(hits_told(&own, party, moment).await?)
    };
    act(&portal, &desk, Act::look("screening.look", party.to_string()), work).await
}

/// Proposes the next version: the whole list, CSV or JSON lines.
#[utoipa::path(
    post,
    path = "/ops/screening/proposal",
    tag = "ops-screening",
    request_body = OpsNameListRequest,
    responses((status = 200, description = "It is proposed.", body = OpsNameListProposed))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsNameListProposed>, SandboxError> {
    let OpsNameListRequest { base_version, threshold, list } = read(&headers, &body)?;
    let (own, operator) = (portal.clone(), desk.operator.clone());
    let work = async move {
        let row = propose_list(&own, operator, base_version, threshold, list).await?;
        Ok(Json(OpsNameListProposed { version: row.version, digest: hex(&row.digest), entries: row.entries }))
    };
    let subject = format!("base version {base_version}");
    act(&portal, &desk, Act::of("screening.propose", subject, &body), work).await
}

/// Approves a proposal, and looks at everybody who is known.
#[utoipa::path(
    post,
    path = "/ops/screening/approval",
    tag = "ops-screening",
    request_body = OpsNameListApproval,
    responses((status = 200, description = "It holds.", body = OpsNameListApproved))
)]
pub(super) async fn approve(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsNameListApproved>, SandboxError> {
    let OpsNameListApproval { version, digest } = read(&headers, &body)?;
    let (own, operator) = (portal.clone(), desk.operator.clone());
    let work = async move {
        let (row, looked) = approve_list(&own, operator, version, &digest).await?;
        Ok(Json(OpsNameListApproved {
            version: row.version,
            effective_at: moment(row.effective_at_us),
            looked_at: looked.map(|seen| seen.looked),
            held: looked.map(|seen| seen.held),
            failed: looked.map(|seen| seen.failed),
        }))
    };
    act(&portal, &desk, Act::of("screening.approve", format!("version {version}"), &body), work).await
}
