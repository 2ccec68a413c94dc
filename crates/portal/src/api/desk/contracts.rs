//! `/api/v1/ops/contracts`: by which terms a merchant uses each product, proposed by one operator and approved by
//! another.

use super::{Act, act};
use crate::api::moment;
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, party_of, read};
use crate::sandbox_contract::{approve_terms, propose_terms, refused, terms_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::Text;
use engine::{ApproveContract, ContractView, FindContracts, ProposeContract};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Contract, ContractProduct, ContractStatus, SettlementTerm};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(show)).routes(routes!(propose)).routes(routes!(approve))
}

/// Whose contracts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsContractQuery {
    /// The merchant.
    user_id: String,
}

/// Terms of a product, agreed to or proposed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsTerms {
    product: &'static str,
    version: u32,
    /// `in_force` or `ended`.
    status: &'static str,
    /// Parts of a million.
    fee_ppm: u32,
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// `same_day` or `next_day`.
    settlement: &'static str,
    reason: String,
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    approved_at: Option<String>,
}

/// How a merchant may use one product.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsProductContract {
    product: &'static str,
    /// The newest version that was agreed to; 0 for none.
    version: u32,
    /// Nothing when the dated rules hold.
    in_force: Option<OpsTerms>,
    /// Agreed to, and waiting for their time; the newest first.
    waiting: Vec<OpsTerms>,
    proposal: Option<OpsTerms>,
}

/// All products of a merchant.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsContracts {
    seller_id: String,
    contracts: Vec<OpsProductContract>,
}

/// Terms that are proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsTermsProposal {
    user_id: String,
    #[schema(value_type = String)]
    product: ContractProduct,
    /// `in_force` or `ended`.
    #[schema(value_type = String)]
    status: ContractStatus,
    fee_ppm: u32,
    /// When it begins, RFC 3339 of China time; when it is approved, where it is not said.
    valid_from: Option<String>,
    /// `same_day` or `next_day`.
    #[serde(default)]
    #[schema(value_type = String)]
    settlement: SettlementTerm,
    /// The version that it was written on top of; 0 for none.
    base_version: u32,
    #[schema(value_type = String)]
    reason: Text<256>,
}

/// Terms that are approved, as they were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsTermsApproval {
    user_id: String,
    #[schema(value_type = String)]
    product: ContractProduct,
    #[schema(value_type = String)]
    status: ContractStatus,
    fee_ppm: u32,
    valid_from: Option<String>,
    #[serde(default)]
    #[schema(value_type = String)]
    settlement: SettlementTerm,
    version: u32,
    #[schema(value_type = String)]
    reason: Text<256>,
}

/// All products of a merchant: the terms in force, what waits for its time, what is proposed.
#[utoipa::path(
    get,
    path = "/ops/contracts",
    tag = "ops-contracts",
    params(OpsContractQuery),
    responses((status = 200, description = "The contracts.", body = OpsContracts))
)]
pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsContractQuery>,
) -> Result<Json<OpsContracts>, SandboxError> {
    let seller = party_of(&portal, None, Some(&asked.user_id)).await?;
    let views = portal.door.ask(FindContracts { seller }).await;
    let views = views.map_err(|error| SandboxError::of(error, refused))?;
    let contracts = views.iter().map(told).collect();
    Ok(Json(OpsContracts { seller_id: seller.to_string(), contracts }))
}

/// Proposes terms.
#[utoipa::path(
    post,
    path = "/ops/contracts/proposal",
    tag = "ops-contracts",
    request_body = OpsTermsProposal,
    responses((status = 200, description = "What is proposed.", body = OpsTerms))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsTerms>, SandboxError> {
    let asked: OpsTermsProposal = read(&headers, &body)?;
    let OpsTermsProposal { user_id, product, status, fee_ppm, valid_from, .. } = asked;
    let OpsTermsProposal { settlement, base_version, reason, .. } = asked;
    let seller = party_of(&portal, None, Some(&user_id)).await?;
    let terms = terms_of(status, fee_ppm, begins(valid_from)?.as_deref(), settlement)?;
    let operator = desk.operator.clone();
    let proposal = ProposeContract { operator, seller, product, base_version, terms, reason };
    let own = portal.clone();
    let work = async move { Ok(Json(told_version(&*propose_terms(&own, proposal).await?))) };
    let subject = format!("{seller} {} base version {base_version}", product.as_str());
    act(&portal, &desk, Act::of("contract.propose", subject, &body), work).await
}

/// Approves what was read: the same terms and the same reason, by another operator.
#[utoipa::path(
    post,
    path = "/ops/contracts/approval",
    tag = "ops-contracts",
    request_body = OpsTermsApproval,
    responses((status = 200, description = "What is agreed to.", body = OpsTerms))
)]
pub(super) async fn approve(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsTerms>, SandboxError> {
    let asked: OpsTermsApproval = read(&headers, &body)?;
    let OpsTermsApproval { user_id, product, status, fee_ppm, valid_from, .. } = asked;
    let OpsTermsApproval { settlement, version, reason, .. } = asked;
    let seller = party_of(&portal, None, Some(&user_id)).await?;
    let terms = terms_of(status, fee_ppm, begins(valid_from)?.as_deref(), settlement)?;
    let operator = desk.operator.clone();
    let approval = ApproveContract { operator, seller, product, version, terms, reason };
    let own = portal.clone();
    let work = async move { Ok(Json(told_version(&*approve_terms(&own, approval).await?))) };
    let subject = format!("{seller} {} version {version}", product.as_str());
    act(&portal, &desk, Act::of("contract.approve", subject, &body), work).await
}

/// A moment of the API as `terms_of` reads it. 400 `bad_time`.
pub(super) fn begins(moment: Option<String>) -> Result<Option<String>, SandboxError> {
    let Some(moment) = moment else { return Ok(None) };
    let wrong = || SandboxError::bad("bad_time", "a moment is written yyyy-MM-ddTHH:mm:ss+08:00");
    let local = moment.strip_suffix("+08:00").and_then(|local| local.split_once('T'));
    let (day, time) = local.ok_or_else(|| wrong().of_field("valid_from"))?;
    Ok(Some(format!("{day} {time}")))
}

fn told(view: &ContractView) -> OpsProductContract {
    OpsProductContract {
        product: view.product.as_str(),
        version: view.version,
        in_force: view.in_force.as_deref().map(told_version),
        waiting: view.waiting.iter().map(|waiting| told_version(waiting)).collect(),
        proposal: view.proposal.as_deref().map(told_version),
    }
}

fn told_version(row: &Contract) -> OpsTerms {
    OpsTerms {
        product: row.product.as_str(),
        version: row.version,
        status: row.status.as_str(),
        fee_ppm: row.fee_ppm.ppm(),
        valid_from: row.valid_from_us.map(moment),
        settlement: row.settlement.as_str(),
        reason: row.reason.to_string(),
        proposed_by: row.proposed_by.to_string(),
        proposed_at: moment(row.proposed_at_us),
        approved_by: row.approved_by.as_ref().map(ToString::to_string),
        approved_at: row.approved_at_us.map(moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_begins_at_a_moment_of_china_time() {
        let read = |text: &str| begins(Some(text.to_owned())).map_err(|error| error.code());
        assert_eq!(read("2026-01-02T03:04:05+08:00"), Ok(Some("2026-01-02 03:04:05".to_owned())));
        for wrong in ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "2026-01-02", ""] {
            assert_eq!(read(wrong), Err("bad_time"), "{wrong}");
        }
        assert_eq!(begins(None).map_err(|error| error.code()), Ok(None));
    }
}
