//! `/sandbox/demo` and `/sandbox/snippets`: what a developer begins with. The apps and buyers that the world was seeded
//! with, where their keys lie, and what to paste.
//!
//! The server knows them ([`StartDesk`]), because it seeded the world and holds the files. A private key is never told:
//! its path is.

use crate::guard;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use crate::sandbox_app::AppSignType;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::routing::get;
use axum::{Router, middleware};
use base::{AppId, PartyId};
use engine::FindAccount;
use money::Currency;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What a world was seeded with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartShown {
    /// The gateway's address on port 80, if the platform listens there.
    pub gateway_port_80: Option<String>,
    /// The apps.
    pub apps: Vec<StartApp>,
    /// The buyers, who have play money alone.
    pub buyers: Vec<StartBuyer>,
}

/// An app of the seeding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartApp {
    /// Its id.
    pub app: AppId,
    /// Its merchant.
    pub seller: PartyId,
    /// The name that the merchant signs in with.
    pub seller_login: String,
    /// How the merchant is shown.
    pub seller_name: String,
    /// `key` or `cert`.
    pub mode: &'static str,
    /// What it signs with.
    pub sign_type: AppSignType,
    /// Its files, by what is in them.
    pub files: Vec<(&'static str, PathBuf)>,
}

/// A buyer of the seeding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartBuyer {
    /// The name to sign in with.
    pub login: String,
    /// Its id.
    pub party: PartyId,
    /// How it is shown.
    pub name: String,
    /// Six digits, drawn for play money.
    pub pay_password: String,
}

/// Something to paste.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnippetShown {
    /// The library, and how it is installed.
    pub title: &'static str,
    /// The lines.
    pub code: String,
}

/// Why there is nothing to paste.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoSnippets {
    /// No snippet is in this language.
    #[error("there is no such language; GET /sandbox/demo lists those there are")]
    LanguageUnknown,
    /// Snippets name the files of an app, which only apps in public-key mode with keys of the seeding have.
    #[error("only an app of the seeding in public-key mode, whose private key lies here, has files to name")]
    AppWithoutFiles,
    /// What was seeded cannot be read; this is for the log.
    #[error("{0}")]
    Unread(String),
}

/// Tells what a developer begins with. The server has it.
pub trait StartDesk: Send + Sync {
    /// What the world was seeded with. It reads a file; the error is for the log.
    fn start(&self) -> Result<StartShown, String>;
    /// The languages that snippets are in.
    fn languages(&self) -> Vec<&'static str>;
    /// What to paste in a language, for this app or the first that has files. It reads a file.
    fn snippets(&self, language: &str, app: Option<AppId>) -> Result<Vec<SnippetShown>, NoSnippets>;
}

#[derive(Clone)]
struct Desk {
    portal: Arc<Portal>,
    start: Arc<dyn StartDesk>,
}

/// The routes of what a developer begins with. Only for worlds for trying out.
pub fn start_routes(portal: Arc<Portal>, start: Arc<dyn StartDesk>) -> Router {
    let router =
        Router::new().route("/sandbox/demo", get(demo)).route("/sandbox/snippets/{language}", get(snippets));
    router.layer(middleware::from_fn(guard::guard)).with_state(Desk { portal, start })
}

async fn demo(State(desk): State<Desk>) -> Answer {
    let start = desk.start.clone();
    let read = tokio::task::spawn_blocking(move || (start.start(), start.languages())).await;
    let (shown, languages) = read.map_err(SandboxError::broken)?;
    let StartShown { gateway_port_80, apps, buyers } = shown.map_err(SandboxError::broken)?;
    let mut listed = Vec::with_capacity(buyers.len());
    for buyer in buyers {
        listed.push(desk.buyer(buyer).await?);
    }
    let base_url = &desk.portal.world.base_url;
    answer(json!({
        "gateway": format!("{base_url}/gateway.do"),
        "gateway_port_80": gateway_port_80,
        "sandbox": format!("{base_url}/sandbox"),
        "base_url": base_url,
        "languages": languages,
        "apps": apps.iter().map(|app| desk.app(app)).collect::<Vec<_>>(),
        "buyers": listed,
    }))
}

impl Desk {
    fn app(&self, app: &StartApp) -> Value {
        let StartApp { app, seller, seller_login, seller_name, mode, sign_type, files } = app;
        let (world, sign_type) = (&self.portal.world, sign_type.sign_type());
        let platform_public_key = world.platform_of(sign_type).map(|platform| platform.public_key.clone());
        let files: serde_json::Map<String, Value> = files
            .iter()
            .map(|(name, path)| ((*name).to_owned(), Value::from(path.display().to_string())))
            .collect();
        json!({
            "app_id": app.to_string(),
            "seller_id": seller.to_string(),
            "seller_login": seller_login,
            "seller_name": seller_name,
            "mode": mode,
            "sign_type": sign_type.name(),
            "profile": world.apps.of(*app).profile.name(),
            "platform_public_key": platform_public_key,
            "files": files,
        })
    }

    async fn buyer(&self, buyer: StartBuyer) -> Result<Value, SandboxError> {
        let StartBuyer { login, party, name, pay_password } = buyer;
        let account = self.portal.door.ask(FindAccount { party, currency: Currency::Cny }).await;
        let account = account.map_err(|error| SandboxError::of(error, SandboxError::broken))?;
        Ok(json!({
            "login": login,
            "user_id": party.to_string(),
            "name": name,
            "balance": account.available().to_string(),
            "pay_password": pay_password,
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SnippetsRequest {
    app_id: Option<String>,
}

async fn snippets(
    State(desk): State<Desk>,
    language: Result<Path<String>, PathRejection>,
    query: Result<Query<SnippetsRequest>, QueryRejection>,
) -> Answer {
    let Path(language) = language.map_err(|error| SandboxError::bad("bad_request", error))?;
    let Query(SnippetsRequest { app_id }) = query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let app: Option<AppId> = app_id
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let (start, wanted) = (desk.start.clone(), language.clone());
    let read = tokio::task::spawn_blocking(move || start.snippets(&wanted, app)).await;
    let snippets = read.map_err(SandboxError::broken)?.map_err(|error| match error {
        NoSnippets::LanguageUnknown => SandboxError::missing("language_not_found", error),
        NoSnippets::AppWithoutFiles => SandboxError::missing("app_not_found", error),
        NoSnippets::Unread(why) => SandboxError::broken(why),
    })?;
    let shown: Vec<Value> =
        snippets.iter().map(|SnippetShown { title, code }| json!({ "title": title, "code": code })).collect();
    answer(json!({ "language": language, "snippets": shown }))
}
