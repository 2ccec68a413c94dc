//! `/sellers/{seller_id}/doctor`: why the signature of a request is wrong. Nothing is kept or done: a right request is
//! not carried out here.

use crate::people::AtShop;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_doctor::{Findings, Unclear, found_for};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use wire::doctor::Mistake;

/// A request to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SellerDoctorRequest {
    /// The request as it was sent: its message, its address, or the text of its query or form.
    request: String,
    /// A public key or a certificate to check with, instead of what is registered for the app.
    key: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerDoctorFindings {
    /// Whether the signature is right, and so are the serials where certificates are used.
    is_right: bool,
    /// What is wrong.
    mistake: Option<SellerMistake>,
    /// The text that the platform rebuilds and checks.
    rebuilt: String,
    /// The text that the signature really is of, when it was found.
    verifying: Option<String>,
    /// Where the two part.
    difference: Option<SellerDifference>,
    /// A serial as it should be, with what it is computed from.
    expected: Option<String>,
}

/// A mistake and what to do about it.
#[derive(Debug, Serialize, ToSchema)]
struct SellerMistake {
    /// Its name.
    kind: &'static str,
    /// What to do, in Chinese.
    advice: &'static str,
    /// What to do, in English.
    advice_en: &'static str,
    /// The parameter that it is about.
    parameter: Option<String>,
}

/// Where two texts part.
#[derive(Debug, Serialize, ToSchema)]
struct SellerDifference {
    /// What the platform rebuilds there.
    ours: String,
    /// What was signed there.
    yours: String,
}

impl SellerDoctorFindings {
    fn of(findings: Findings) -> SellerDoctorFindings {
        let Findings { mistake, parameter, rebuilt, verifying, difference, expected } = findings;
        let told = |mistake: Mistake| SellerMistake {
            kind: mistake.name(),
            advice: mistake.advice_zh(),
            advice_en: mistake.advice_en(),
            parameter,
        };
        SellerDoctorFindings {
            is_right: mistake.is_none(),
            mistake: mistake.map(told),
            rebuilt,
            verifying,
            difference: difference.map(|(ours, yours)| SellerDifference { ours, yours }),
            expected,
        }
    }
}

fn unclear(why: Unclear) -> SandboxError {
    match why {
        Unclear::Request => {
            let message =
                "no request: without parameters, wrongly encoded, or one parameter twice with two values";
            SandboxError::bad("request_unreadable", message).of_field("request")
        }
        Unclear::App => {
            SandboxError::missing("app_not_found", "the merchant has no app of this app_id: give its key")
        }
        Unclear::Key => {
            let message = "the key cannot be read: give a public key or a certificate, never a private key";
            SandboxError::bad("bad_key", message).of_field("key")
        }
    }
}

/// Finds out why the signature of a request is wrong.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/doctor",
    tag = "seller-tools",
    params(("seller_id" = String, Path, description = "The merchant.")),
    request_body = SellerDoctorRequest,
    responses((status = 200, description = "What was found.", body = SellerDoctorFindings))
)]
pub(crate) async fn examine(
    State(portal): State<Arc<Portal>>,
    AtShop { seller, .. }: AtShop,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<SellerDoctorFindings>, SandboxError> {
    let SellerDoctorRequest { request, key } = read(&headers, &body)?;
    // Some sixty signatures may be checked, which is work for a thread that may take its time.
    let look = move || found_for(&portal, Some(seller), &request, key.as_deref().unwrap_or_default());
    let found = tokio::task::spawn_blocking(look).await.map_err(SandboxError::broken)?;
    found.map(SellerDoctorFindings::of).map(Json).map_err(unclear)
}
