//! The wallet's passkeys: which there are, a new one, one less; and the wallet's sign-in with one.

use crate::passkey_page::{credential, form_gone, told, words};
use crate::people::{Asker, ClientAddress, OwnPassword, home, key_ring};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sandbox::SandboxError;
use crate::session::Session;
use crate::sign_in::Proof;
use crate::visit;
use crate::wallet::{self, Next, Sent, Shared, begin, sign_in_page};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use cell::CellError;
use engine::FindProfile;
use serde::Deserialize;
use std::sync::Arc;

/// The form's name in its token.
const FORM: &str = "/wallet/passkeys";

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/passkeys", get(list).post(add))
        .route("/wallet/passkeys/options", post(begin_adding))
        .route("/wallet/passkeys/{no}/remove", post(remove))
        .route("/wallet/sign-in/passkey", post(sign_in))
}

/// What a browser sends about a passkey. Which fields are there depends on what is asked.
#[derive(Deserialize)]
struct PasskeyFields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    next: Next,
    #[serde(default)]
    name: String,
    #[serde(default)]
    login_password: String,
    #[serde(default)]
    pay_password: String,
    #[serde(default)]
    challenge_id: String,
    #[serde(default)]
    credential: String,
}

/// A passkey as the page lists it.
struct Line {
    no: u64,
    name: String,
    added: String,
    used: String,
}

#[derive(Template)]
#[template(path = "wallet_passkeys.html")]
struct PasskeysPage<'a> {
    f: Frame<'a>,
    csrf: String,
    lines: Vec<Line>,
    /// Whether the party may have passkeys.
    registered: bool,
    /// The name that passkeys are bound to, and the address under which it works.
    home: Option<(String, String)>,
    error: Option<&'static str>,
}

fn gone(portal: &Portal, f: Frame<'_>) -> Response {
    let again = Some((f.t.reload, format!("{}{FORM}", portal.root)));
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), again)
}

/// The session and the fields of a form of ours.
fn own_form(
    portal: &Portal,
    visitor: &Visitor,
    form: Sent<PasskeyFields>,
) -> Option<(String, Session, PasskeyFields)> {
    let ((id, session), Form(fields)) = (wallet::session(portal, visitor)?, form.ok()?);
    portal.seals.is_right(&fields.csrf, FORM, &id).then_some((id, session, fields))
}

async fn list(State(portal): Shared, visitor: Visitor) -> Response {
    match wallet::session(&portal, &visitor) {
        None => sign_in_page(&portal, &visitor, Next::Passkeys, "", None),
        Some((id, session)) => list_page(&portal, &visitor, &id, session, None).await,
    }
}

async fn list_page(
    portal: &Portal,
    visitor: &Visitor,
    id: &str,
    session: Session,
    refused: Option<SandboxError>,
) -> Response {
    let (f, party) = (visitor.frame(portal), session.party);
    let registered = match portal.door.ask(FindProfile { party }).await {
        Ok(_) => Ok(true),
        Err(CellError::Refused(_)) => Ok(false),
        Err(CellError::Busy | CellError::Unknown) => Err(()),
    };
    let (Ok(registered), Ok(keys)) = (registered, key_ring::of_party(portal, party).await) else {
        return message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None);
    };
    let lines = keys.into_iter().map(|key| Line {
        no: key.row.no,
        added: f.t.moment(key.row.added_at_us),
        used: f.t.moment(key.row.used_at_us),
        name: key.name,
    });
    let (lines, csrf) = (lines.collect(), portal.seals.token(FORM, id));
    let status = refused.as_ref().map_or(StatusCode::OK, SandboxError::status);
    let error = refused.as_ref().map(|refused| words(refused, f.t));
    page(status, &PasskeysPage { f, csrf, lines, registered, home: home(portal), error })
}

/// Gives the script the challenge of a new passkey, when both passwords are right.
async fn begin_adding(State(portal): Shared, visitor: Visitor, form: Sent<PasskeyFields>) -> Response {
    let Some((_, session, fields)) = own_form(&portal, &visitor, form) else {
        return form_gone(visitor.texts);
    };
    let PasskeyFields { login_password, pay_password, .. } = fields;
    let asker = Asker::page(&session);
    told(key_ring::begin_adding(&portal, asker, login_password, pay_password).await, visitor.texts)
}

async fn add(State(portal): Shared, visitor: Visitor, form: Sent<PasskeyFields>) -> Response {
    let Some((id, session, fields)) = own_form(&portal, &visitor, form) else {
        return gone(&portal, visitor.frame(&portal));
    };
    let added = match credential(&fields.credential) {
        Ok(made) => {
            key_ring::add(&portal, Asker::page(&session), &fields.challenge_id, &made, &fields.name).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => see_other(&format!("{}{FORM}", portal.root)),
        Err(error) => list_page(&portal, &visitor, &id, session, Some(error)).await,
    }
}

async fn remove(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<PasskeyFields>,
) -> Response {
    let Some((id, session, fields)) = own_form(&portal, &visitor, form) else {
        return gone(&portal, visitor.frame(&portal));
    };
    let removed = match no.parse() {
        Ok(no) => key_ring::remove(&portal, session.party, no, OwnPassword::Pay(fields.pay_password)).await,
        Err(_) => Err(key_ring::not_found()),
    };
    match removed {
        // Whoever signed in with the key that is gone is asked to sign in again.
        Ok(()) => see_other(&format!("{}{FORM}", portal.root)),
        Err(error) => list_page(&portal, &visitor, &id, session, Some(error)).await,
    }
}

/// Signs in to the wallet.
async fn sign_in(
    State(portal): Shared,
    client: Option<Extension<ClientAddress>>,
    visitor: Visitor,
    form: Sent<PasskeyFields>,
) -> Response {
    let Ok(Form(fields)) = form else { return gone(&portal, visitor.frame(&portal)) };
    if !visit::is_own_form(&portal, &visitor, wallet::FORM, &fields.csrf) {
        return gone(&portal, visitor.frame(&portal));
    }
    let client = client.map(|Extension(client)| client);
    match signed_in(&portal, client, &fields.challenge_id, &fields.credential).await {
        Ok(proof) => begin(&portal, proof, fields.next),
        Err(error) => {
            let told = (error.status(), words(&error, visitor.texts).to_owned());
            sign_in_page(&portal, &visitor, fields.next, "", Some(told))
        }
    }
}

/// Who has the passkey that answered a page's challenge.
pub(crate) async fn signed_in(
    portal: &Arc<Portal>,
    client: Option<ClientAddress>,
    challenge_id: &str,
    text: &str,
) -> Result<Proof, SandboxError> {
    let signed = key_ring::sign_in(portal, client, challenge_id, &credential(text)?).await?;
    let key_ring::SignedIn { party, passkey, since, since_us } = signed;
    Ok(Proof { party, attempt: since, since_us, passkey: Some(passkey) })
}
