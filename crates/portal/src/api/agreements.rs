//! `/api/v1/me/agreements`: under which agreements merchants take money, and the way to end one. To end one takes
//! nothing from anybody, so a session is enough, and no password is asked.

use super::moment;
use crate::agreement::limits_of;
use crate::mandates;
use crate::order_view::Unanswered;
use crate::people::{Who, crowded};
use crate::portal::Portal;
use crate::respond::Visitor;
use crate::sandbox::SandboxError;
use crate::texts::Texts;
use axum::Json;
use axum::extract::{Path, State};
use base::{AgreementNo, PartyId};
use cell::CellError;
use engine::{EndMandate, FindMandate, FindParty};
use serde::Serialize;
use std::sync::Arc;
use trade::{AgreementState, Mandate};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of agreements.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(end))
}

/// An agreement under which a merchant takes money.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Agreement {
    /// Its number.
    no: String,
    /// Who takes money.
    merchant_name: String,
    /// In which business.
    scene: String,
    /// When it was signed.
    #[schema(format = DateTime)]
    signed_at: String,
    /// Until when it holds; for ever when it is absent.
    #[schema(format = DateTime)]
    valid_until: Option<String>,
    /// How much may be taken and when, in the language of `Accept-Language`.
    limits: Vec<String>,
}

/// The agreements of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Agreements {
    /// Those in force.
    agreements: Vec<Agreement>,
}

/// An agreement that was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementEnded {
    /// Its number.
    ended: String,
}

fn not_found() -> SandboxError {
    SandboxError::missing("agreement_not_found", "there is no such agreement")
}

/// The agreements of whoever asks that are in force.
#[utoipa::path(
    get,
    path = "/me/agreements",
    tag = "agreements",
    responses((status = 200, description = "The agreements.", body = Agreements))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    visitor: Visitor,
) -> Result<Json<Agreements>, SandboxError> {
    let buyer = this.party;
    // The tables follow the cell by a moment, and what was just signed must be seen.
    portal.posted().await?;
    let numbers = portal.read(move |reader| mandates::numbers_of(reader, buyer)).await;
    let numbers = numbers.ok_or_else(|| SandboxError::broken("agreements cannot be read"))?;
    let mut agreements = Vec::new();
    for mandate in mandates::in_force(&portal, buyer, numbers).await.map_err(|_| crowded())? {
        // One that was ended meanwhile is none.
        agreements.extend(told(&portal, buyer, &mandate, visitor.texts).await?);
    }
    Ok(Json(Agreements { agreements }))
}

async fn told(
    portal: &Portal,
    buyer: PartyId,
    mandate: &Mandate,
    t: &Texts,
) -> Result<Option<Agreement>, SandboxError> {
    let (mandate, agreement) = match mandates::signed_by(portal, buyer, mandate.no).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        Err(Unanswered) => return Err(crowded()),
    };
    let merchant = portal.door.ask(FindParty { party: mandate.seller }).await;
    let merchant = merchant.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let terms = agreement.terms();
    Ok(Some(Agreement {
        no: mandate.no.to_string(),
        merchant_name: merchant.name.to_string(),
        scene: mandate.sign_scene.to_string(),
        signed_at: moment(mandate.signed_at_us),
        valid_until: terms.validity.map(|_| moment(mandate.invalid_at_us)),
        limits: limits_of(&terms, t).into_iter().map(|(name, limit)| format!("{name} {limit}")).collect(),
    }))
}

/// Whether this buyer signed the agreement and it has ended.
async fn has_ended(portal: &Portal, buyer: PartyId, agreement_no: AgreementNo) -> Result<bool, SandboxError> {
    match portal.door.ask(FindMandate { buyer, agreement_no }).await {
        Ok(mandate) => Ok(mandate.state == AgreementState::Stop),
        Err(CellError::Refused(_)) => Ok(false),
        Err(CellError::Busy | CellError::Unknown) => Err(crowded()),
    }
}

/// Ends an agreement: its merchant takes nothing by it any more.
#[utoipa::path(
    delete,
    path = "/me/agreements/{no}",
    tag = "agreements",
    params(("no" = String, Path, description = "The agreement.")),
    responses((status = 200, description = "It is ended.", body = AgreementEnded))
)]
pub(crate) async fn end(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<AgreementEnded>, SandboxError> {
    let agreement_no: AgreementNo = no.parse().map_err(|_| not_found())?;
    let buyer = this.party;
    if let Err(error) = portal.door.ask(EndMandate { buyer, agreement_no }).await {
        // Whoever asks again, because the answer was lost, is answered as the first time.
        let is_again =
            matches!(error, CellError::Refused(_)) && has_ended(&portal, buyer, agreement_no).await?;
        if !is_again {
            return Err(SandboxError::of(error, |_| not_found()));
        }
    }
    Ok(Json(AgreementEnded { ended: agreement_no.to_string() }))
}
