//! `/api/v1/ops/applications`: applications of merchants as those see them who review them. Whoever reads names or
//! documents is noted.

use super::{Act, act, next_of, page_of, part, parts_of};
use crate::api::moment;
use crate::api::ops::read::books;
use crate::api::page::limit;
use crate::people::AtDesk;
use crate::people::merchant_documents::{document_kind, document_of, handed_in};
use crate::people::merchant_told::{Application, ApplicationWithNames, told, told_with_names};
use crate::people::merchants::{application, not_own, refused};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, read};
use crate::sandbox_merchants::{Reviewed, take_step};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use base::{Slot, Text};
use engine::{ApplicationRefused, Key, Row, Table};
use people::ApplicationState;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(document))
        .routes(routes!(claim))
        .routes(routes!(pass))
        .routes(routes!(reject))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(unsign))
}

/// Which applications.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsApplicationQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// As `AUDITING`; all when it is not said.
    state: Option<String>,
}

/// A page of applications.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsApplicationPage {
    applications: Vec<Application>,
    next: Option<String>,
}

/// What a reviewer says. Reasons and a note are of turning an application down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsReview {
    #[serde(default)]
    reasons: Vec<String>,
    note: Option<String>,
}

/// Applications without what is known by name. A page may be short and still have a next one: it looks at 5,000.
#[utoipa::path(
    get,
    path = "/ops/applications",
    tag = "ops-applications",
    params(OpsApplicationQuery),
    responses((status = 200, description = "Applications.", body = OpsApplicationPage))
)]
pub(super) async fn list(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsApplicationQuery>,
) -> Result<Json<OpsApplicationPage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let state = asked.state.as_deref().map(state_of).transpose()?;
    let after = asked.cursor.as_deref().map(after_of).transpose()?;
    let page = books(&portal, move |reader| {
        page_of(reader, Table::MerchantApplication, after, limit, |_, row| match row {
            Row::MerchantApplication(row) if state.is_none_or(|state| row.state == state) => {
                Ok(Some(told(&row, moment)))
            }
            _ => Ok(None),
        })
    });
    let (applications, last) = page.await?;
    let next = last.and_then(|key| match key {
        Key::MerchantApplication((slot, login)) => {
            Some(next_of(&[&slot.number().to_string(), login.as_str()]))
        }
        _ => None,
    });
    Ok(Json(OpsApplicationPage { applications, next }))
}

fn state_of(name: &str) -> Result<ApplicationState, SandboxError> {
    let found = ApplicationState::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| SandboxError::bad("bad_state", "there is no such state").of_field("state"))
}

fn after_of(cursor: &str) -> Result<Key, SandboxError> {
    let [slot, login] = parts_of(cursor)?;
    let slot = Slot::new(part(&slot)?).map_err(|_| super::bad_cursor())?;
    let login = Text::new(&login).map_err(|_| super::bad_cursor())?;
    Ok(Key::MerchantApplication((slot, login)))
}

/// One application, with what is known by name. Each look is noted.
#[utoipa::path(
    get,
    path = "/ops/applications/{login}",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    responses((status = 200, description = "The application.", body = ApplicationWithNames))
)]
pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
) -> Result<Json<ApplicationWithNames>, SandboxError> {
    let row = application(&portal, &login, None).await?;
    let look = Act::look("application.look", row.login.as_str());
    let asked = portal.clone();
    let work = async move { told_with_names(&asked, &row, moment).await.map(Json) };
    act(&portal, &desk, look, work).await
}

/// A document as it was handed in. Each look is noted.
#[utoipa::path(
    get,
    path = "/ops/applications/{login}/documents/{kind}",
    tag = "ops-applications",
    params(
        ("login" = String, Path, description = "Of the application."),
        ("kind" = String, Path, description = "What the document is.")
    ),
    responses((status = 200, description = "The picture."))
)]
pub(super) async fn document(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path((login, kind)): Path<(String, String)>,
) -> Answer {
    let row = application(&portal, &login, None).await?;
    let kind = document_kind(&kind)?;
    handed_in(&row, kind)?;
    let look = Act::look("application.document", format!("{} {}", row.login, kind.name()));
    let asked = portal.clone();
    let work = async move {
        let (bytes, picture) = document_of(&asked, &row, kind).await?;
        let kind = if picture == "jpg" { "image/jpeg".to_owned() } else { format!("image/{picture}") };
        Ok(([(CONTENT_TYPE, kind)], bytes).into_response())
    };
    act(&portal, &desk, look, work).await
}

/// Takes an application to review it.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/claim",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn claim(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "claim", "application.claim"), &headers, &body).await
}

/// Passes an application.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/pass",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn pass(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "pass", "application.pass"), &headers, &body).await
}

/// Turns an application down, for reasons.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/reject",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn reject(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "reject", "application.reject"), &headers, &body).await
}

/// Suspends a merchant: nothing new is sold.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/suspend",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn suspend(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "suspend", "application.suspend"), &headers, &body).await
}

/// Lets a suspended merchant go on.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/resume",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn resume(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "resume", "application.resume"), &headers, &body).await
}

/// Ends a merchant's contract with the platform.
#[utoipa::path(
    post,
    path = "/ops/applications/{login}/unsign",
    tag = "ops-applications",
    params(("login" = String, Path, description = "Of the application.")),
    request_body = OpsReview,
    responses((status = 200, description = "The application as it stands.", body = Application))
)]
pub(super) async fn unsign(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    Path(login): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Application>, SandboxError> {
    step(&portal, &desk, (login.as_str(), "unsign", "application.unsign"), &headers, &body).await
}

/// Takes an application the step of this name, noted under the other.
async fn step(
    portal: &Arc<Portal>,
    desk: &AtDesk,
    (login, step, name): (&str, &'static str, &'static str),
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Json<Application>, SandboxError> {
    let OpsReview { reasons, note } = read(headers, body)?;
    let row = application(portal, login, None).await?;
    // A decision that suspends knows no operator, so it is said here, of reviews too.
    let is_own = row.applicant.to_string() == desk.operator.as_str();
    let (login, merchant) = (row.login.clone(), row.merchant);
    let operator = desk.operator.clone();
    let reviewed = Reviewed { reviewer: operator.clone(), reasons, note };
    let noted = Act::of(name, login.as_str(), body);
    let asked = portal.clone();
    let work = async move {
        if is_own {
            return Err(refused(ApplicationRefused::OwnCase));
        }
        if let Some(merchant) = merchant {
            not_own(&asked, operator.as_str(), merchant).await?;
        }
        let row = take_step(&asked, login.as_str(), step, reviewed).await?;
        Ok(Json(told(&row, moment)))
    };
    act(portal, desk, noted, work).await
}
