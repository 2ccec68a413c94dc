//! `/sandbox/merchants`: the queue of those who review applications of merchants, and what operators do with merchants.

use crate::people::merchant_documents::document_of;
use crate::people::merchant_names::screened;
use crate::people::merchant_told::{told, told_with_names};
use crate::people::merchants::{application, applications, step};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::staff;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use base::Text;
use engine::{ApplicationStep, ScreenState};
use people::{ApplicationState, OperatorAct, RejectReason, ReviewerName};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use wire::timestamp::format_cn;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
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
pub(crate) async fn list(State(portal): State<Arc<Portal>>, Query(query): Query<ListQuery>) -> Answer {
    let name = query.state.as_deref().unwrap_or(ApplicationState::Auditing.name());
    let state = ApplicationState::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name));
    let state = state.ok_or_else(|| SandboxError::bad("bad_state", "there is no such state"))?;
    let mut found = applications(&portal, move |row| row.state == state).await?;
    found.sort_by_key(|row| row.changed_at_us);
    answer(json!({ "applications": found.iter().map(|row| told(row, format_cn)).collect::<Vec<_>>() }))
}

/// One application, with what is known by name.
pub(crate) async fn show(State(portal): State<Arc<Portal>>, Path(login): Path<String>) -> Answer {
    let row = application(&portal, &login, None).await?;
    answer(told_with_names(&portal, &row, format_cn).await?)
}

/// A document as it was handed in.
pub(crate) async fn document(
    State(portal): State<Arc<Portal>>,
    Path((login, kind)): Path<(String, String)>,
) -> Answer {
    let row = application(&portal, &login, None).await?;
    let (bytes, picture) = document_of(&portal, &row, &kind).await?;
    let kind = if picture == "jpg" { "image/jpeg".to_owned() } else { format!("image/{picture}") };
    Ok(([(CONTENT_TYPE, kind)], bytes).into_response())
}

/// What a reviewer or an operator does.
pub(crate) async fn act(
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
    let asked = match act.as_str() {
        "claim" => ApplicationStep::Claim(reviewer()?),
        "pass" => ApplicationStep::Pass(reviewer()?),
        "reject" => {
            let note = note.as_deref().map(Text::new).transpose();
            let note = note.map_err(|error| SandboxError::bad("bad_note", error))?;
            ApplicationStep::Reject { reviewer: reviewer()?, reasons: bits_of(&reasons)?, note }
        }
        "suspend" => ApplicationStep::Suspend,
        "resume" => ApplicationStep::Resume,
        "unsign" => ApplicationStep::Unsign,
        _ => return Err(SandboxError::missing("act_unknown", "there is no such act")),
    };
    // Looked at as soon as somebody takes it, so that a second look is there before the review ends.
    let looks = matches!(asked, ApplicationStep::Claim(_) | ApplicationStep::Pass(_));
    let clear = !looks || screened(&portal, &login).await? == ScreenState::Clear;
    if !clear && matches!(asked, ApplicationStep::Pass(_)) {
        let message = "a name of the application is alike to one on a list: decide its case first";
        return Err(SandboxError::conflict("under_review", message));
    }
    answer(told(&*step(&portal, &login, asked).await?, format_cn))
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
