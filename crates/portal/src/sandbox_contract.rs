//! `/sandbox/contracts`: by which terms a merchant uses each product, proposed by one operator and approved by another.
//! An operator is whoever the call says, held to its role when it has one (`staff`).

use crate::people::merchants::not_own;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::staff;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::Text;
use engine::{ApproveContract, ContractView, FindContracts, ProposeContract};
use money::Rate;
use people::OperatorAct;
use risk::Operator;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trade::{Contract, ContractProduct, ContractRefused, ContractStatus, ContractTerms, SettlementTerm};
use wire::timestamp::{format_cn, parse_cn};

type Shared = State<Arc<Portal>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsRequest {
    operator: Operator,
    login: Option<String>,
    user_id: Option<String>,
    product: ContractProduct,
    status: ContractStatus,
    fee_ppm: u32,
    valid_from: Option<String>,
    #[serde(default)]
    settlement: SettlementTerm,
    base_version: Option<u32>,
    reason: Option<Text<256>>,
    version: Option<u32>,
}

/// All products of a merchant: the terms in force, what waits for its time, what is proposed.
pub(crate) async fn show(State(portal): Shared, whose: Query<Whose>) -> Answer {
    let seller = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let views = portal.door.ask(FindContracts { seller }).await;
    let views = views.map_err(|error| SandboxError::of(error, refused))?;
    let contracts: Vec<Value> = views.iter().map(told).collect();
    answer(json!({ "seller_id": seller.to_string(), "contracts": contracts }))
}

/// Proposes terms.
pub(crate) async fn propose(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: TermsRequest = read(&headers, &body)?;
    staff::may(&portal, asked.operator.as_str(), OperatorAct::ProposeContract).await?;
    let seller = party_of(&portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let terms = terms_of(asked.status, asked.fee_ppm, asked.valid_from.as_deref(), asked.settlement)?;
    let (Some(base_version), None) = (asked.base_version, asked.version) else {
        return Err(SandboxError::bad("bad_request", "a proposal has a base_version and no version"));
    };
    let none = Text::new("").map_err(SandboxError::broken)?;
    let TermsRequest { operator, product, reason, .. } = asked;
    let reason = reason.unwrap_or(none);
    let proposal = ProposeContract { operator, seller, product, base_version, terms, reason };
    answer(told_version(&*propose_terms(&portal, proposal).await?))
}

/// Puts terms before another operator.
pub(crate) async fn propose_terms(
    portal: &Portal,
    proposal: ProposeContract,
) -> Result<Arc<Contract>, SandboxError> {
    not_own(portal, proposal.operator.as_str(), proposal.seller).await?;
    portal.door.ask(proposal).await.map_err(|error| SandboxError::of(error, refused))
}

/// Approves what was read: the same terms and the same reason, by another operator.
pub(crate) async fn approve(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: TermsRequest = read(&headers, &body)?;
    staff::may(&portal, asked.operator.as_str(), OperatorAct::ApproveContract).await?;
    let seller = party_of(&portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let terms = terms_of(asked.status, asked.fee_ppm, asked.valid_from.as_deref(), asked.settlement)?;
    let (Some(version), None, Some(reason)) = (asked.version, asked.base_version, asked.reason) else {
        let message = "an approval names the version, the terms and the reason that were read";
        return Err(SandboxError::bad("bad_request", message));
    };
    let TermsRequest { operator, product, .. } = asked;
    let approval = ApproveContract { operator, seller, product, version, terms, reason };
    answer(told_version(&*approve_terms(&portal, approval).await?))
}

/// Agrees to terms that another operator proposed.
pub(crate) async fn approve_terms(
    portal: &Portal,
    approval: ApproveContract,
) -> Result<Arc<Contract>, SandboxError> {
    not_own(portal, approval.operator.as_str(), approval.seller).await?;
    portal.door.ask(approval).await.map_err(|error| SandboxError::of(error, refused))
}

/// Terms as a call names them; `valid_from` is of China time.
pub(crate) fn terms_of(
    status: ContractStatus,
    fee_ppm: u32,
    valid_from: Option<&str>,
    settlement: SettlementTerm,
) -> Result<ContractTerms, SandboxError> {
    let fee_ppm = Rate::from_ppm(fee_ppm).map_err(|error| SandboxError::bad("bad_rate", error))?;
    let valid_from_us = valid_from.map(parse_cn).transpose();
    let valid_from_us = valid_from_us.map_err(|error| SandboxError::bad("bad_time", error))?;
    Ok(ContractTerms { status, fee_ppm, valid_from_us, settlement })
}

/// A refusal in words.
pub(crate) fn refused(refused: ContractRefused) -> SandboxError {
    match refused {
        ContractRefused::NoOperator => SandboxError::bad("no_operator", refused),
        ContractRefused::SellerNotFound => SandboxError::missing("seller_not_found", refused),
        ContractRefused::Stale { .. } => SandboxError::conflict("stale", refused),
        ContractRefused::NoReason => SandboxError::bad("no_reason", refused),
        ContractRefused::FeeTooHigh | ContractRefused::NoFee => SandboxError::bad("bad_rate", refused),
        ContractRefused::FeeDiffers { .. } => SandboxError::conflict("fee_differs", refused),
        ContractRefused::NoSettlement => SandboxError::bad("bad_settlement", refused),
        ContractRefused::SettlementDiffers => SandboxError::conflict("settlement_differs", refused),
        ContractRefused::FromThePast => SandboxError::bad("bad_time", refused),
        ContractRefused::NotFound => SandboxError::missing("proposal_not_found", refused),
        ContractRefused::TooManyWaiting => SandboxError::conflict("too_many_waiting", refused),
        ContractRefused::SelfApproval => SandboxError::conflict("self_approval", refused),
        ContractRefused::Edited => SandboxError::conflict("edited", refused),
    }
}

fn told(view: &ContractView) -> Value {
    json!({
        "product": view.product.as_str(),
        "version": view.version,
        "in_force": view.in_force.as_deref().map(told_version),
        "waiting": view.waiting.iter().map(|waiting| told_version(waiting)).collect::<Vec<_>>(),
        "proposal": view.proposal.as_deref().map(told_version),
    })
}

fn told_version(row: &Contract) -> Value {
    json!({
        "product": row.product.as_str(),
        "version": row.version,
        "status": row.status.as_str(),
        "fee_ppm": row.fee_ppm.ppm(),
        "valid_from": row.valid_from_us.map(format_cn),
        "settlement": row.settlement.as_str(),
        "reason": row.reason.as_str(),
        "proposed_by": row.proposed_by.as_str(),
        "proposed_at": format_cn(row.proposed_at_us),
        "approved_by": row.approved_by.as_ref().map(Text::as_str),
        "approved_at": row.approved_at_us.map(format_cn),
    })
}
