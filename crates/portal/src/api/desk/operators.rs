//! `/api/v1/ops/operators`: who acts for the platform, proposed by one admin and approved by another. Operators of the
//! console are persons, and are named by their user ids.

use super::{Act, OpsWithdrawn, PAGE, act};
use crate::api::moment;
use crate::api::ops::read::books;
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, party_of, read};
use crate::sandbox_operators::refused;
use crate::staff;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{PartyId, Slot};
use engine::{
    ApproveOperator, FindParty, FindProfile, ProposeOperator, Row, Table, Tabled, WithdrawOperator,
};
use people::{Operator, OperatorName, OperatorProposal, OperatorRole, Party, PartyStatus, Profile};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Reader, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(propose))
        .routes(routes!(approve))
        .routes(routes!(withdraw))
}

/// An operator.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsOperator {
    /// The person; nothing for an operator that is none, as the first admin of a world.
    user_id: Option<String>,
    /// The name under which it acts.
    name: String,
    /// Masked; nothing for who is no person.
    login: Option<String>,
    role: &'static str,
    active: bool,
    proposed_by: Option<String>,
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    since: String,
}

/// What somebody shall be.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsOperatorProposal {
    user_id: Option<String>,
    name: String,
    login: Option<String>,
    role: &'static str,
    active: bool,
    proposed_by: String,
    #[schema(format = DateTime)]
    at: String,
}

/// Operators and proposals, at most 500 of each.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsOperators {
    operators: Vec<OpsOperator>,
    proposals: Vec<OpsOperatorProposal>,
}

/// What a person shall be. An approval says the same words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsOperatorRequest {
    user_id: String,
    /// `viewer`, `clerk`, `risk_officer`, `treasurer` or `admin`.
    #[schema(value_type = String)]
    role: OperatorRole,
    /// Whether to act at all.
    active: bool,
}

/// Whose proposal is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsOperatorWithdrawal {
    user_id: String,
}

/// What a person is, or shall be.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsOperatorTold {
    user_id: String,
    role: &'static str,
    active: bool,
}

/// All operators, and what is proposed.
#[utoipa::path(
    get,
    path = "/ops/operators",
    tag = "ops-operators",
    responses((status = 200, description = "Operators and proposals.", body = OpsOperators))
)]
pub(super) async fn list(State(portal): State<Arc<Portal>>) -> Result<Json<OpsOperators>, SandboxError> {
    let found = books(&portal, |reader| {
        let (mut operators, mut proposals) = (Vec::new(), Vec::new());
        for row in reader.scan(Table::Operator, Some(Slot::PLATFORM), None, PAGE)? {
            if let Row::Operator(row) = row {
                operators.push(operator_told(reader, &row)?);
            }
        }
        for row in reader.scan(Table::OperatorProposal, Some(Slot::PLATFORM), None, PAGE)? {
            if let Row::OperatorProposal(row) = row {
                proposals.push(proposal_told(reader, &row)?);
            }
        }
        Ok(OpsOperators { operators, proposals })
    });
    Ok(Json(found.await?))
}

fn operator_told(reader: &mut dyn Reader, row: &Operator) -> Result<OpsOperator, StoreError> {
    let (user_id, login) = person(reader, &row.name)?;
    Ok(OpsOperator {
        user_id,
        name: row.name.to_string(),
        login,
        role: row.role.as_str(),
        active: row.active,
        proposed_by: row.proposed_by.as_ref().map(ToString::to_string),
        approved_by: row.approved_by.as_ref().map(ToString::to_string),
        since: moment(row.since_us),
    })
}

fn proposal_told(reader: &mut dyn Reader, row: &OperatorProposal) -> Result<OpsOperatorProposal, StoreError> {
    let (user_id, login) = person(reader, &row.name)?;
    Ok(OpsOperatorProposal {
        user_id,
        name: row.name.to_string(),
        login,
        role: row.role.as_str(),
        active: row.active,
        proposed_by: row.proposed_by.to_string(),
        at: moment(row.proposed_at_us),
    })
}

/// The person of an operator's name, with its masked login.
fn person(
    reader: &mut dyn Reader,
    name: &OperatorName,
) -> Result<(Option<String>, Option<String>), StoreError> {
    let Ok(user) = name.as_str().parse::<PartyId>() else { return Ok((None, None)) };
    let row = reader.row(&Party::wrap_key((user.slot(), user)))?;
    let login = row.as_ref().and_then(Party::unwrap).map(|party| party.masked_login());
    Ok((login.is_some().then(|| user.to_string()), login))
}

/// Proposes what a person shall be. While the first admin is alone, each proposes itself as the second one, and nobody
/// proposes anybody else. Proposing again, by whomever, replaces what was proposed.
#[utoipa::path(
    post,
    path = "/ops/operators/proposal",
    tag = "ops-operators",
    request_body = OpsOperatorRequest,
    responses((status = 200, description = "It is proposed.", body = OpsOperatorTold))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsOperatorTold>, SandboxError> {
    let OpsOperatorRequest { user_id, role, active } = read(&headers, &body)?;
    let user = party_of(&portal, None, Some(&user_id)).await?;
    if active {
        signs_in(&portal, user).await?;
    }
    let name = AtDesk::of(user).operator;
    let takes_post = name == desk.operator && role == OperatorRole::Admin && active;
    let by = appointer(&portal, &desk, takes_post).await?;
    let asked = portal.clone();
    let work = async move {
        let proposed = asked.door.ask(ProposeOperator { by, name, role, active }).await;
        let row = proposed.map_err(|error| SandboxError::of(error, refused))?;
        Ok(Json(OpsOperatorTold { user_id: user.to_string(), role: row.role.as_str(), active: row.active }))
    };
    let subject = format!("{user} {} {}", role.as_str(), active_word(active));
    act(&portal, &desk, Act::of("operator.propose", subject, &body), work).await
}

/// Approves what another admin proposed. While the first admin is alone, the second one approves itself.
#[utoipa::path(
    post,
    path = "/ops/operators/approval",
    tag = "ops-operators",
    request_body = OpsOperatorRequest,
    responses((status = 200, description = "It is so from now on.", body = OpsOperatorTold))
)]
pub(super) async fn approve(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsOperatorTold>, SandboxError> {
    let OpsOperatorRequest { user_id, role, active } = read(&headers, &body)?;
    let user = party_of(&portal, None, Some(&user_id)).await?;
    if active {
        signs_in(&portal, user).await?;
    }
    let (name, by, asked) = (AtDesk::of(user).operator, desk.operator.clone(), portal.clone());
    let work = async move {
        let approved = asked.door.ask(ApproveOperator { by, name, role, active }).await;
        let row = approved.map_err(|error| SandboxError::of(error, refused))?;
        Ok(Json(OpsOperatorTold { user_id: user.to_string(), role: row.role.as_str(), active: row.active }))
    };
    let subject = format!("{user} {} {}", role.as_str(), active_word(active));
    act(&portal, &desk, Act::of("operator.approve", subject, &body), work).await
}

/// Takes a proposal back.
#[utoipa::path(
    post,
    path = "/ops/operators/withdrawal",
    tag = "ops-operators",
    request_body = OpsOperatorWithdrawal,
    responses((status = 200, description = "Nothing is proposed any more.", body = OpsWithdrawn))
)]
pub(super) async fn withdraw(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsWithdrawn>, SandboxError> {
    let OpsOperatorWithdrawal { user_id } = read(&headers, &body)?;
    let user = party_of(&portal, None, Some(&user_id)).await?;
    let name = AtDesk::of(user).operator;
    let by = appointer(&portal, &desk, name == desk.operator).await?;
    let asked = portal.clone();
    let work = async move {
        let withdrawn = asked.door.ask(WithdrawOperator { by, name }).await;
        withdrawn.map_err(|error| SandboxError::of(error, refused))?;
        Ok(Json(OpsWithdrawn { withdrawn: true }))
    };
    act(&portal, &desk, Act::of("operator.withdraw", user.to_string(), &body), work).await
}

const fn active_word(active: bool) -> &'static str {
    if active { "active" } else { "inactive" }
}

/// Refuses somebody who cannot sign in: such an operator would only look as if there were one more.
async fn signs_in(portal: &Portal, user: PartyId) -> Result<(), SandboxError> {
    let none = || {
        let message = "an operator is a registered person whose account is neither frozen nor closed";
        SandboxError::conflict("cannot_sign_in", message)
    };
    let profile = portal.door.ask(FindProfile { party: user }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, |_| none()))?;
    let party = portal.door.ask(FindParty { party: user }).await;
    let party = party.map_err(|error| SandboxError::of(error, |_| none()))?;
    if may_sign_in(&party, &profile) { Ok(()) } else { Err(none()) }
}

/// Whether somebody may sign in who registered. An address that is somebody else's by now signs nobody in.
fn may_sign_in(party: &Party, profile: &Profile) -> bool {
    party.status == PartyStatus::Normal && profile.erased_at_us.is_none() && profile.address.is_some()
}

/// Under which name somebody proposes operators: the own one. While a world for trying out has its first admin alone,
/// whoever is no operator speaks for that admin, of itself as the second one and of nothing else: otherwise nobody at a
/// console could become it. Proposals outlive that time; one about somebody else, in the first admin's name, would then
/// be approved by who wrote it. The trail names the person.
async fn appointer(portal: &Portal, desk: &AtDesk, of_itself: bool) -> Result<OperatorName, SandboxError> {
    let found = staff::find(portal, desk.operator.clone()).await?;
    if !of_itself || found.operator.is_some() || !staff::lets_everybody(portal, &found) {
        return Ok(desk.operator.clone());
    }
    let first = books(portal, |reader| reader.scan(Table::Operator, Some(Slot::PLATFORM), None, 1)).await?;
    let first = first.iter().find_map(Operator::unwrap).map(|row| row.name.clone());
    Ok(first.unwrap_or_else(|| desk.operator.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Text;
    use people::{AccountClass, PartyKind, PaymentStop};

    #[test]
    fn who_was_forgotten_or_lost_the_address_does_not_sign_in() {
        let id = PartyId::issue(7, Slot::PLATFORM).unwrap();
        let may = |status, erased_at_us, address| {
            let party = Party {
                slot: id.slot(),
                id,
                kind: PartyKind::Person,
                status,
                login: Text::new("tom").unwrap(),
                name: Text::new("Tom").unwrap(),
                opened_at_us: 0,
                class: AccountClass::Unverified,
                login_masked: None,
                stop: PaymentStop::Nobody,
                proofs_after: 0,
            };
            let profile = Profile {
                slot: id.slot(),
                party: id,
                data_key: [1; 16],
                address,
                sealed_address: Vec::new(),
                sealed_name: None,
                sealed_id_number: None,
                erased_at_us,
            };
            may_sign_in(&party, &profile)
        };
        let address = Some([2; 16]);
        assert!(may(PartyStatus::Normal, None, address));
        assert!(!may(PartyStatus::Frozen, None, address));
        assert!(!may(PartyStatus::Closed, None, address));
        assert!(!may(PartyStatus::Normal, Some(1), address));
        assert!(!may(PartyStatus::Normal, None, None));
    }
}
