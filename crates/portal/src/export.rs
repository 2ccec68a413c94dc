//! A person's transactions as a file, in the form that programs for keeping one's books read.
//!
//! Lists come from the tables; they are waited for, so that what was just paid is in the file.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page};
use crate::turns::TurnOf;
use crate::wallet::{self, Next, Sent, Shared};
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Form, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base::Day;
use bill::{BillError, Export, person_file};
use engine::FindParty;
use people::Party;
use serde::Deserialize;
use std::sync::Arc;

/// The form's name in its token.
const FORM: &str = "/wallet/export";
/// Days of one file at most, the first and the last counted: a year.
const DAYS_MAX: u32 = 366;
/// How many days the form offers at first.
const DAYS_OFFERED: u32 = 30;
/// Characters of a password for the file.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=32;

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/wallet/export", get(show).post(export))
}

#[derive(Deserialize)]
struct ExportForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "wallet_export.html")]
struct ExportPage<'a> {
    f: Frame<'a>,
    csrf: String,
    first: String,
    last: String,
    error: Option<&'static str>,
}

/// What the form asks for, checked.
struct Wanted {
    first: Day,
    last: Day,
    password: Option<String>,
}

impl ExportForm {
    /// Days in order, none of them in the future, a year at most.
    fn read(&self, today: Day) -> Option<Wanted> {
        let (first, last): (Day, Day) = (self.first.parse().ok()?, self.last.parse().ok()?);
        let password = Some(self.password.clone()).filter(|password| !password.is_empty());
        let is_long_enough = |password: &String| {
            PASSWORD_LENGTH.contains(&password.len()) && password.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let fits = first <= last && last <= today && first.days_until(last) < DAYS_MAX;
        (fits && password.as_ref().is_none_or(is_long_enough)).then_some(Wanted { first, last, password })
    }
}

async fn show(State(portal): Shared, visitor: Visitor) -> Response {
    let Some((id, _)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Export, "", None);
    };
    let last = Day::of(portal.door.now_us());
    let first = last.minus_days(DAYS_OFFERED - 1);
    let csrf = portal.seals.token(FORM, &id);
    let (first, last) = (first.to_string(), last.to_string());
    page(StatusCode::OK, &ExportPage { f: visitor.frame(&portal), csrf, first, last, error: None })
}

async fn export(State(portal): Shared, visitor: Visitor, form: Sent<ExportForm>) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Export, "", None);
    };
    let again = Some((f.t.reload, format!("{}/wallet/export", portal.root)));
    let form = match form {
        Ok(Form(form)) if portal.seals.is_right(&form.csrf, FORM, &id) => form,
        Ok(_) | Err(_) => {
            return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.form_gone_text), again);
        }
    };
    let now_us = portal.door.now_us();
    let Some(wanted) = form.read(Day::of(now_us)) else {
        let csrf = portal.seals.token(FORM, &id);
        let ExportForm { first, last, .. } = form;
        let again = ExportPage { f, csrf, first, last, error: Some(f.t.export_wrong) };
        return page(StatusCode::BAD_REQUEST, &again);
    };
    let busy = || message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None);
    let Ok(owner) = portal.door.ask(FindParty { party: session.party }).await else { return busy() };
    if !portal.is_posted().await {
        return busy();
    }
    match packed(&portal, owner, wanted, now_us).await {
        Some((name, Ok(bytes))) => file(&name, bytes),
        Some((_, Err(BillError::TooLong))) => {
            let csrf = portal.seals.token(FORM, &id);
            let ExportForm { first, last, .. } = form;
            let again = ExportPage { f, csrf, first, last, error: Some(f.t.export_too_long) };
            page(StatusCode::BAD_REQUEST, &again)
        }
        Some((_, Err(error))) => {
            tracing::error!(%error, "an export cannot be made");
            busy()
        }
        None => busy(),
    }
}

/// The file and its name; `None` when there was no turn or no reading in time.
async fn packed(
    portal: &Portal,
    owner: Arc<Party>,
    wanted: Wanted,
    now_us: i64,
) -> Option<(String, Result<Vec<u8>, BillError>)> {
    let turn = portal.turn(TurnOf::Person).await.ok()?;
    let make = move |reader: &mut dyn store::Reader| {
        let export = Export {
            party: owner.id,
            name: owner.name.as_str(),
            login: owner.login_masked.as_ref().map_or(owner.login.as_str(), |masked| masked.as_str()),
            first: wanted.first,
            last: wanted.last,
            at_us: now_us,
            password: wanted.password.as_deref(),
        };
        let made = person_file(reader, &export);
        Ok((export.file_name(), made))
    };
    portal.read_in_turn(turn, make).await
}

fn file(name: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}.zip\""));
    headers.insert(CONTENT_DISPOSITION, saved.expect("digits and letters make a header"));
    response
}
