//! `/sandbox/operators`: who acts for the platform, and in which role; proposed by one admin, approved by another.

use crate::portal::Portal;
use crate::recon_books::each;
use crate::sandbox::{Answer, SandboxError, answer, read};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use engine::{ApproveOperator, OperatorRefused, ProposeOperator, Row, Table, WithdrawOperator};
use people::{OperatorName, OperatorRole};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Reader;
use wire::timestamp::format_cn;

type Shared = State<Arc<Portal>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorRequest {
    operator: OperatorName,
    name: OperatorName,
    role: OperatorRole,
    #[serde(default = "yes")]
    active: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawRequest {
    operator: OperatorName,
    name: OperatorName,
}

const fn yes() -> bool {
    true
}

/// All operators, and what is proposed.
pub(crate) async fn list(State(portal): Shared) -> Answer {
    let posted = portal.is_posted().await;
    let found = portal.read(|reader: &mut dyn Reader| {
        let (mut operators, mut proposals): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        each(reader, Table::Operator, |row| {
            if let Row::Operator(row) = row {
                operators.push(json!({
                    "name": row.name.as_str(),
                    "role": row.role.as_str(),
                    "active": row.active,
                    "proposed_by": row.proposed_by.as_ref().map(|name| name.as_str()),
                    "approved_by": row.approved_by.as_ref().map(|name| name.as_str()),
                    "since": format_cn(row.since_us),
                }));
            }
        })?;
        each(reader, Table::OperatorProposal, |row| {
            if let Row::OperatorProposal(row) = row {
                proposals.push(json!({
                    "name": row.name.as_str(),
                    "role": row.role.as_str(),
                    "active": row.active,
                    "proposed_by": row.proposed_by.as_str(),
                    "at": format_cn(row.proposed_at_us),
                }));
            }
        })?;
        Ok((operators, proposals))
    });
    let found = found.await.filter(|_| posted);
    let (operators, proposals) = found.ok_or_else(|| SandboxError::broken("the books cannot be read"))?;
    answer(json!({ "operators": operators, "proposals": proposals }))
}

/// Proposes what an operator shall be.
pub(crate) async fn propose(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let OperatorRequest { operator: by, name, role, active } = read(&headers, &body)?;
    let proposed = portal.door.ask(ProposeOperator { by, name, role, active }).await;
    let row = proposed.map_err(|error| SandboxError::of(error, refused))?;
    answer(
        json!({ "name": row.name.as_str(), "role": row.role.as_str(), "active": row.active, "proposed": true }),
    )
}

/// Approves what another admin proposed.
pub(crate) async fn approve(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let OperatorRequest { operator: by, name, role, active } = read(&headers, &body)?;
    let approved = portal.door.ask(ApproveOperator { by, name, role, active }).await;
    let row = approved.map_err(|error| SandboxError::of(error, refused))?;
    let since = format_cn(row.since_us);
    answer(
        json!({ "name": row.name.as_str(), "role": row.role.as_str(), "active": row.active, "since": since }),
    )
}

/// Takes a proposal back.
pub(crate) async fn withdraw(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let WithdrawRequest { operator: by, name } = read(&headers, &body)?;
    let withdrawn = portal.door.ask(WithdrawOperator { by, name }).await;
    withdrawn.map_err(|error| SandboxError::of(error, refused))?;
    answer(json!({ "withdrawn": true }))
}

/// A refusal in words.
pub(crate) fn refused(why: OperatorRefused) -> SandboxError {
    match why {
        OperatorRefused::NoOperator => SandboxError::bad("no_operator", why),
        OperatorRefused::Founded => SandboxError::conflict("founded", why),
        OperatorRefused::NotAdmin => SandboxError::new(StatusCode::FORBIDDEN, "role_forbids", why),
        OperatorRefused::NotProposed => SandboxError::missing("proposal_not_found", why),
        OperatorRefused::SelfApproval => SandboxError::conflict("self_approval", why),
        OperatorRefused::Edited => SandboxError::conflict("edited", why),
    }
}
