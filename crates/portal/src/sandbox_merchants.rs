//! `/sandbox/merchants`: the queue of those who review applications of merchants, and what operators do with merchants.

use crate::people::merchant_documents::{document_kind, document_of};
use crate::people::merchant_names::screened;
use crate::people::merchant_told::{told, told_with_names};
use crate::people::merchants::{application, applications, step};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::{sandbox_merchant_staff, staff};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base::Text;
use engine::{ApplicationStep, ScreenState};
use people::{ApplicationState, MerchantApplication, OperatorAct, RejectReason, ReviewerName};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use wire::timestamp::format_cn;

/// What is done with merchants and those who apply to be one.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    let staff = get(sandbox_merchant_staff::list).post(sandbox_merchant_staff::set);
    Router::new()
        .route("/sandbox/merchants", get(list))
        .route("/sandbox/merchants/{login}", get(show))
        .route("/sandbox/merchants/{login}/documents/{kind}", get(document))
        .route("/sandbox/merchants/{login}/staff", staff)
        .route("/sandbox/merchants/{login}/{act}", post(act))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActRequest {
    reviewer: Option<String>,
    #[serde(default)]
    reasons: Vec<String>,
    note: Option<String>,
}

/// The applications that wait for review, or stand as `state` says; who waits longest comes first.
async fn list(State(portal): State<Arc<Portal>>, Query(query): Query<ListQuery>) -> Answer {
    let name = query.state.as_deref().unwrap_or(ApplicationState::Auditing.name());
    let state = ApplicationState::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name));
    let state = state.ok_or_else(|| SandboxError::bad("bad_state", "there is no such state"))?;
    let mut found = applications(&portal, move |row| row.state == state).await?;
    found.sort_by_key(|row| row.changed_at_us);
    answer(json!({ "applications": found.iter().map(|row| told(row, format_cn)).collect::<Vec<_>>() }))
}

/// One application, with what is known by name.
async fn show(State(portal): State<Arc<Portal>>, Path(login): Path<String>) -> Answer {
    let row = application(&portal, &login, None).await?;
    answer(told_with_names(&portal, &row, format_cn).await?)
}

/// A document as it was handed in.
async fn document(State(portal): State<Arc<Portal>>, Path((login, kind)): Path<(String, String)>) -> Answer {
    let row = application(&portal, &login, None).await?;
    let (bytes, picture) = document_of(&portal, &row, document_kind(&kind)?).await?;
    let kind = if picture == "jpg" { "image/jpeg".to_owned() } else { format!("image/{picture}") };
    Ok(([(CONTENT_TYPE, kind)], bytes).into_response())
}

/// What a reviewer or an operator does.
async fn act(
    State(portal): State<Arc<Portal>>,
    Path((login, act)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let ActRequest { reviewer, reasons, note } = read(&headers, &body)?;
    let reviewer = || -> Result<ReviewerName, SandboxError> {
        let name = reviewer.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let wrong = || SandboxError::bad("bad_reviewer", "name the reviewer, in 1 to 64 characters");
        ReviewerName::new(name.ok_or_else(wrong)?).map_err(|_| wrong())
    };
    let needs = match act.as_str() {
        "claim" | "pass" | "reject" => OperatorAct::ReviewMerchant,
        "suspend" | "resume" | "unsign" => OperatorAct::SuspendMerchant,
        _ => return Err(SandboxError::missing("act_unknown", "there is no such act")),
    };
    staff::may(&portal, reviewer()?.as_str(), needs).await?;
    let moved = take_step(&portal, &login, &act, Reviewed { reviewer: reviewer()?, reasons, note }).await?;
    answer(told(&moved, format_cn))
}

/// Who reviews, and what it says.
pub(crate) struct Reviewed {
    pub(crate) reviewer: ReviewerName,
    /// Why an application is turned down.
    pub(crate) reasons: Vec<String>,
    pub(crate) note: Option<String>,
}

/// Takes an application the step of this name.
pub(crate) async fn take_step(
    portal: &Portal,
    login: &str,
    act: &str,
    reviewed: Reviewed,
) -> Result<Arc<MerchantApplication>, SandboxError> {
    let Reviewed { reviewer, reasons, note } = reviewed;
    let asked = match act {
        "claim" => ApplicationStep::Claim(reviewer),
        "pass" => ApplicationStep::Pass(reviewer),
        "reject" => {
            let note = note.as_deref().map(Text::new).transpose();
            let note = note.map_err(|error| SandboxError::bad("bad_note", error))?;
            ApplicationStep::Reject { reviewer, reasons: bits_of(&reasons)?, note }
        }
        "suspend" => ApplicationStep::Suspend,
        "resume" => ApplicationStep::Resume,
        "unsign" => ApplicationStep::Unsign,
        _ => return Err(SandboxError::missing("act_unknown", "there is no such act")),
    };
    // Looked at as soon as somebody takes it, so that a second look is there before the review ends.
    let looks = matches!(asked, ApplicationStep::Claim(_) | ApplicationStep::Pass(_));
    let clear = !looks || screened(portal, login).await? == ScreenState::Clear;
    if !clear && matches!(asked, ApplicationStep::Pass(_)) {
        let message = "a name of the application is alike to one on a list: decide its case first";
        return Err(SandboxError::conflict("under_review", message));
    }
    step(portal, login, asked).await
}

fn bits_of(reasons: &[String]) -> Result<u32, SandboxError> {
    let mut bits = 0;
    for name in reasons {
        let reason = RejectReason::named(name);
        bits |=
            reason.ok_or_else(|| SandboxError::bad("bad_reason", format!("no such reason: {name}")))?.bit();
    }
    Ok(bits)
}
