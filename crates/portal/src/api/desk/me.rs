//! `GET /api/v1/ops/me`: who is signed in, and what it may do.

use crate::people::{AtDesk, Who, crowded};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::staff;
use axum::Json;
use axum::extract::State;
use engine::FindParty;
use people::OperatorAct;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(show))
}

/// Who is signed in, as an operator.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsMe {
    user_id: String,
    /// Masked.
    login: String,
    /// `viewer`, `clerk`, `risk_officer`, `treasurer` or `admin`; nothing for who is no operator.
    role: Option<&'static str>,
    /// Whether the operator may act at all.
    active: bool,
    /// The world has no second operator yet: whoever is no operator has every role.
    everybody: bool,
    /// Whether the world is for trying out.
    sandbox: bool,
    /// What may be done.
    acts: Vec<&'static str>,
}

/// Whoever is signed in hears it: who is no operator may do nothing, and that is told, not refused.
#[utoipa::path(
    get,
    path = "/ops/me",
    tag = "ops-me",
    responses((status = 200, description = "Who is signed in, and what it may do.", body = OpsMe))
)]
pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
) -> Result<Json<OpsMe>, SandboxError> {
    let found = staff::find(&portal, AtDesk::of(this.party).operator).await?;
    let everybody = staff::lets_everybody(&portal, &found);
    let party = portal.door.ask(FindParty { party: this.party }).await;
    let party = party.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let may = |act: &OperatorAct| found.operator.as_ref().map_or(everybody, |row| row.may(*act));
    Ok(Json(OpsMe {
        user_id: this.party.to_string(),
        login: party.masked_login(),
        role: found.operator.as_ref().map(|row| row.role.as_str()),
        active: found.operator.as_ref().is_some_and(|row| row.active),
        everybody,
        sandbox: portal.world.sandbox,
        acts: OperatorAct::ALL.into_iter().filter(may).map(OperatorAct::name).collect(),
    }))
}
