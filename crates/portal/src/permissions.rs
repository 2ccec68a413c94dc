//! What somebody signed or allowed, in the wallet: agreements under which a merchant takes money, and apps that know
//! the user or act for the merchant; each with the way to end it.
//!
//! Lists come from the tables, which follow the cell by a moment; what stands is looked up where it is decided. To end
//! something takes nothing from anybody, so a signed-in wallet is enough, and no password is asked.

mod agreement;
mod freeze;
mod grant;

use crate::mandates;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, done, message, page};
use crate::session::Session;
use crate::wallet::{self, Next, Sent, Shared};
use agreement::{agreement_line, ask_agreement, end_agreement, show_agreement};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use base::{AgreementNo, AppId, PartyId, Slot};
use cell::CellError;
use engine::{FindGrant, Key, Row, Table};
use freeze::{ask_freeze, end_freeze};
use grant::{ask_grant, end_grant, grant_line};
use people::{Grant, GrantKind};
use serde::Deserialize;
use std::sync::Arc;
use store::{Reader, StoreError};

pub(crate) use freeze::{FreezeLine, freeze_lines};

/// Authorisations that are looked at for the list.
const ROWS_MAX: usize = 200;

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/permissions", get(list))
        .route("/wallet/agreements/{no}", get(show_agreement))
        .route("/wallet/agreements/{no}/end", get(ask_agreement).post(end_agreement))
        .route("/wallet/freezes/{no}/end", get(ask_freeze).post(end_freeze))
        .route("/wallet/grants/{kind}/{app}/end", get(ask_grant).post(end_grant))
}

#[derive(Deserialize)]
struct EndForm {
    #[serde(default)]
    csrf: String,
}

/// An agreement or an authorisation as the list shows it.
struct Line {
    name: String,
    about: String,
    more: String,
    href: String,
}

#[derive(Template)]
#[template(path = "permissions.html")]
struct ListPage<'a> {
    f: Frame<'a>,
    agreements: Vec<Line>,
    grants: Vec<Line>,
}

#[derive(Template)]
#[template(path = "permission_end.html")]
struct EndPage<'a> {
    f: Frame<'a>,
    title: &'static str,
    text: &'static str,
    lines: Vec<(&'static str, String)>,
    action: String,
    csrf: String,
    back: String,
}

fn busy(f: Frame<'_>) -> Response {
    message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
}

/// There is none, it is somebody else's, or it has ended: which of these is nobody else's business.
fn gone(f: Frame<'_>) -> Response {
    let back = Some((f.t.back_to_permissions, format!("{}/wallet/permissions", f.root)));
    message(f, StatusCode::NOT_FOUND, (f.t.permission_gone, f.t.permission_gone_text), back)
}

/// The numbers of the agreements that this buyer has in force, and what this owner allowed to apps.
fn rows_of(
    reader: &mut dyn Reader,
    owner: PartyId,
) -> Result<(Vec<AgreementNo>, Vec<Arc<Grant>>), StoreError> {
    let slot = owner.slot();
    let numbers = mandates::numbers_of(reader, owner)?;
    let lowest = AppId::issue(0, Slot::PLATFORM).expect("the lowest id");
    let before = Key::Grant((slot, owner, lowest, GrantKind::User));
    let grants = reader.scan(Table::Grant, Some(slot), Some(&before), ROWS_MAX)?;
    let grants = grants.iter().filter_map(|row| match row {
        Row::Grant(grant) if grant.owner == owner => Some(grant.clone()),
        _ => None,
    });
    Ok((numbers, grants.collect()))
}

async fn list(State(portal): Shared, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((_, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Permissions, "", None);
    };
    let party = session.party;
    let Some((numbers, grants)) = portal.read(move |reader| rows_of(reader, party)).await else {
        return busy(f);
    };
    let (mut agreements, mut apps) = (Vec::new(), Vec::new());
    let Ok(mandates) = mandates::in_force(&portal, party, numbers).await else { return busy(f) };
    for mandate in mandates {
        agreements.push(agreement_line(&portal, &mandate, f).await);
    }
    for grant in grants {
        match portal.door.ask(FindGrant { owner: party, app: grant.app, kind: grant.kind }).await {
            Ok(grant) if grant.is_live() => apps.push(grant_line(&portal, &grant, f).await),
            Ok(_) | Err(CellError::Refused(_)) => {}
            Err(CellError::Busy | CellError::Unknown) => return busy(f),
        }
    }
    page(StatusCode::OK, &ListPage { f, agreements, grants: apps })
}

/// Who is signed in, when the form is the one that was served for this path.
fn allowed(portal: &Portal, visitor: &Visitor, path: &str, form: Sent<EndForm>) -> Option<Session> {
    let (Ok(Form(EndForm { csrf })), Some((id, session))) = (form, wallet::session(portal, visitor)) else {
        return None;
    };
    portal.seals.is_right(&csrf, path, &id).then_some(session)
}

fn form_gone(f: Frame<'_>) -> Response {
    let again = Some((f.t.reload, format!("{}/wallet/permissions", f.root)));
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), again)
}

fn ended(f: Frame<'_>, text: &str) -> Response {
    let back = Some((f.t.back_to_permissions, format!("{}/wallet/permissions", f.root)));
    done(f, (f.t.ended, text), back)
}

fn not_known(f: Frame<'_>) -> Response {
    let look = Some((f.t.see_result, format!("{}/wallet/permissions", f.root)));
    message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.end_unknown_text), look)
}
