//! `/api/v1/me/pay-codes`: the code that a buyer shows at a till. Whoever finds an open wallet must not pay with it, so
//! a code is drawn after the payment password only; for ten minutes the same session draws further ones without it.

use super::moment;
use crate::pay_code::{IssueRefused, issue};
use crate::people::Who;
use crate::picture::{bar_code, qr_code};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sign_in::{self, About};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::Secret;
use people::Device;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The call of pay codes.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(draw))
}

/// What proves that the owner draws a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayCode {
    /// The payment password, six digits; not needed for ten minutes after it was given here.
    pay_password: Option<String>,
}

/// A code that can be used once until it expires.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayCode {
    /// The 18 digits.
    code: String,
    /// Until when.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The bar code, a document of SVG.
    bar_svg: String,
    /// The QR code, a document of SVG.
    qr_svg: String,
}

fn password_needed() -> SandboxError {
    let message = "give pay_password: it was not given in this session within ten minutes";
    SandboxError::new(StatusCode::FORBIDDEN, "pay_password_needed", message)
}

/// The number of the try that stands for the code.
async fn proof(portal: &Portal, this: &Device, password: Option<String>) -> Result<u64, SandboxError> {
    let party = this.party;
    let Some(password) = password else {
        let kept = portal.sessions.of_device(party, this.no, portal.door.now_us());
        return kept.map(|session| session.attempt).ok_or_else(password_needed);
    };
    let password = Secret::new(password);
    let proof = sign_in::by_party(portal, party, &party.to_string(), password, About::Wallet).await?;
    portal.sessions.begin_of_device(this.no, proof, portal.door.now_us());
    Ok(proof.attempt)
}

/// Draws a code. It is shown once, and kept nowhere.
#[utoipa::path(
    post,
    path = "/me/pay-codes",
    tag = "pay-codes",
    request_body = NewPayCode,
    responses((status = 201, description = "The code.", body = PayCode))
)]
pub(crate) async fn draw(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<PayCode>), SandboxError> {
    let NewPayCode { pay_password } = read(&headers, &body)?;
    let attempt = proof(&portal, &this, pay_password).await?;
    let issued = issue(&portal, this.party, Some(attempt)).await.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            IssueRefused::PartyNotFound => SandboxError::missing("party_not_found", refused),
            IssueRefused::ProofMissing => {
                portal.sessions.end_all(this.party, portal.door.now_us());
                password_needed()
            }
        })
    })?;
    let code = issued.code.reveal();
    let (Some(bar), Some(qr)) = (bar_code(code), qr_code(code)) else {
        return Err(SandboxError::broken("a pay code cannot be drawn"));
    };
    let drawn = PayCode {
        code: code.clone(),
        expires_at: moment(issued.expires_at_us),
        bar_svg: bar.svg(),
        qr_svg: qr.svg(),
    };
    Ok((StatusCode::CREATED, Json(drawn)))
}
