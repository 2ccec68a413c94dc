//! `POST /sandbox/app/profile` and the page `/sandbox/profiles`: how the platform behaves towards an app, and where the
//! two ways part.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::visit::{self, Visit};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::AppId;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use world::{AppSetting, Oddity, Profile};

/// The name of the page's form in its token.
const FORM: &str = "/sandbox/profiles";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileRequest {
    app_id: String,
    profile: Option<Profile>,
}

/// What the page's form sends.
#[derive(Deserialize)]
pub(crate) struct ProfileForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    profile: String,
}

/// Chooses a profile, or tells it.
pub(crate) async fn set(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let ProfileRequest { app_id, profile } = read(&headers, &body)?;
    let app = app_of(&portal, &app_id)?;
    if let Some(profile) = profile {
        choose(&portal, app, profile).await?;
    }
    answer(json!({ "app_id": app.to_string(), "profile": portal.world.apps.of(app).profile.name() }))
}

/// The page.
pub(crate) async fn show(State(portal): State<Arc<Portal>>, visitor: Visitor) -> Response {
    shown(&portal, &visitor, StatusCode::OK, None)
}

/// A form of the page.
pub(crate) async fn posted(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    Form(form): Form<ProfileForm>,
) -> Response {
    let ProfileForm { csrf, app_id, profile } = form;
    if !visit::is_own_form(&portal, &visitor, FORM, &csrf) {
        let f = visitor.frame(&portal);
        let link = Some((f.t.reload, format!("{}{FORM}", portal.root)));
        return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), link);
    }
    match chosen(&portal, app_id.trim(), &profile).await {
        Ok(()) => see_other(&format!("{}{FORM}", portal.root)),
        Err(refused) => shown(&portal, &visitor, StatusCode::BAD_REQUEST, Some(refused.message())),
    }
}

async fn chosen(portal: &Arc<Portal>, app_id: &str, profile: &str) -> Result<(), SandboxError> {
    let app = app_of(portal, app_id)?;
    let profile = profile.parse().map_err(|error| SandboxError::bad("bad_request", error))?;
    choose(portal, app, profile).await
}

/// The app of this id.
pub(crate) fn app_of(portal: &Portal, app_id: &str) -> Result<AppId, SandboxError> {
    let app: AppId = app_id.parse().map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let missing = || SandboxError::missing("app_not_found", "there is no such app");
    portal.door.app(app).map(|app| app.id).ok_or_else(missing)
}

/// Chooses the profile of an app; durable when it returns.
pub(crate) async fn choose(portal: &Arc<Portal>, app: AppId, profile: Profile) -> Result<(), SandboxError> {
    change(portal, app, move |setting| setting.profile = profile).await.map(|_| ())
}

/// Changes how an app is treated; durable when it returns.
pub(crate) async fn change(
    portal: &Portal,
    app: AppId,
    change: impl FnOnce(&mut AppSetting) + Send + 'static,
) -> Result<AppSetting, SandboxError> {
    let apps = portal.world.apps.clone();
    let done = tokio::task::spawn_blocking(move || apps.change(app, change)).await;
    done.map_err(SandboxError::broken)?.map_err(SandboxError::broken)
}

fn shown(portal: &Portal, visitor: &Visitor, status: StatusCode, error: Option<&str>) -> Response {
    let f = visitor.frame(portal);
    let visit = Visit::of(visitor);
    let csrf = visit.token(portal, FORM);
    let real = portal.world.apps.all();
    let real = real.iter().filter(|(_, setting)| setting.profile == Profile::Real);
    let real = real.map(|(app, _)| app.to_string()).collect();
    let response = page(status, &ProfilesPage { f, csrf, error, oddities: &Oddity::ALL, real });
    visit.keep(portal, response)
}

#[derive(Template)]
#[template(path = "sandbox_profiles.html")]
struct ProfilesPage<'a> {
    f: Frame<'a>,
    csrf: String,
    error: Option<&'a str>,
    oddities: &'a [Oddity],
    real: Vec<String>,
}
