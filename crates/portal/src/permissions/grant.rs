//! One authorisation: what the app may do, and how that is taken back.

use super::{EndForm, EndPage, Line, allowed, busy, ended, form_gone, gone, not_known};
use crate::order_view::name_of;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use crate::texts::Texts;
use crate::wallet::{self, Next, Sent, Shared};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::AppId;
use cell::CellError;
use engine::{FindGrant, WithdrawGrant};
use people::{Grant, GrantKind};

/// Its line in the list.
pub(super) async fn grant_line(portal: &Portal, grant: &Grant, f: Frame<'_>) -> Line {
    let Grant { app, kind, granted_at_us, .. } = *grant;
    Line {
        name: asker(portal, app).await,
        about: allows(grant, f.t).to_owned(),
        more: f.t.moment(granted_at_us),
        href: format!("{}/wallet/grants/{}/{app}/end", portal.root, kind.as_str()),
    }
}

/// Whose app it is, for people.
async fn asker(portal: &Portal, app: AppId) -> String {
    match portal.door.app(app) {
        Some(found) => name_of(portal, found.seller).await,
        None => app.to_string(),
    }
}

/// What the app may do.
fn allows(grant: &Grant, t: &Texts) -> &'static str {
    match grant.kind {
        GrantKind::Merchant => t.allows_acts,
        GrantKind::User if grant.scopes.as_str().split(',').any(|scope| scope == "auth_user") => {
            t.allows_profile
        }
        GrantKind::User => t.allows_who,
    }
}

fn kind_of(name: &str) -> Option<GrantKind> {
    [GrantKind::User, GrantKind::Merchant].into_iter().find(|kind| kind.as_str() == name)
}

/// The confirmation that an authorisation is to be taken back.
pub(super) async fn ask_grant(
    State(portal): Shared,
    Path((kind, app)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Permissions, "", None);
    };
    let (Some(kind), Ok(app)) = (kind_of(&kind), app.parse::<AppId>()) else { return gone(f) };
    let grant = match portal.door.ask(FindGrant { owner: session.party, app, kind }).await {
        Ok(grant) if grant.is_live() => grant,
        Ok(_) | Err(CellError::Refused(_)) => return gone(f),
        Err(CellError::Busy | CellError::Unknown) => return busy(f),
    };
    let lines = vec![
        (f.t.authorize_asker, asker(&portal, app).await),
        ("APPID", app.to_string()),
        (f.t.allowed, allows(&grant, f.t).to_owned()),
        (f.t.allowed_at, f.t.moment(grant.granted_at_us)),
    ];
    let path = format!("/wallet/grants/{}/{app}/end", kind.as_str());
    let text = match kind {
        GrantKind::User => f.t.end_user_text,
        GrantKind::Merchant => f.t.end_merchant_text,
    };
    let shown = EndPage {
        f,
        title: f.t.end_grant,
        text,
        lines,
        csrf: portal.seals.token(&path, &id),
        action: format!("{}{path}", portal.root),
        back: format!("{}/wallet/permissions", portal.root),
    };
    page(StatusCode::OK, &shown)
}

/// Takes an authorisation back. Sent twice, it is taken back once.
pub(super) async fn end_grant(
    State(portal): Shared,
    Path((kind, app)): Path<(String, String)>,
    visitor: Visitor,
    form: Sent<EndForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let (Some(kind), Ok(app)) = (kind_of(&kind), app.parse::<AppId>()) else { return gone(f) };
    let path = format!("/wallet/grants/{}/{app}/end", kind.as_str());
    let Some(session) = allowed(&portal, &visitor, &path, form) else { return form_gone(f) };
    match portal.door.ask(WithdrawGrant { owner: session.party, app, kind }).await {
        Ok(()) => ended(f, f.t.ended_grant_text),
        Err(CellError::Refused(_)) => gone(f),
        Err(CellError::Busy) => busy(f),
        Err(CellError::Unknown) => not_known(f),
    }
}
