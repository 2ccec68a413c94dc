//! Passkeys on pages: the form that the script fills with what the browser made, what it asks for before, and the words
//! of a refusal. Without a script, or where browsers know no passkeys of this address, the forms stay hidden.

use crate::people::passkey_acts::{self, Confirmed};
use crate::people::{Asker, ClientAddress, home, key_ring};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message};
use crate::sandbox::SandboxError;
use crate::session::Session;
use crate::texts::Texts;
use crate::visit;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use base::PartyId;
use cell::CellError;
use people::ShownAct;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::sync::Arc;

/// Where a page asks for a challenge to sign in with.
const SIGN_IN_OPTIONS: &str = "/passkey/options";

/// The route of challenges to sign in with. It changes nothing, and nobody is named: it needs no form's token.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route(SIGN_IN_OPTIONS, post(begin_signing_in))
}

async fn begin_signing_in(
    State(portal): State<Arc<Portal>>,
    client: Option<Extension<ClientAddress>>,
    visitor: Visitor,
) -> Response {
    let client = client.map(|Extension(client)| client);
    told(key_ring::begin_signing_in(&portal, client), visitor.texts)
}

/// A form with one button, which the script sends.
pub(crate) struct PasskeyForm {
    /// Where the script asks for the challenge.
    pub(crate) options: String,
    /// Where the answer goes.
    pub(crate) action: String,
    /// The name that passkeys of this world are bound to: under another one the form stays hidden.
    pub(crate) site: String,
    /// The page's own token.
    pub(crate) csrf: String,
    /// What else the form says, by name: where the buyer wanted to go, or which payment of a list it is.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// The name of a choice beside the form, which is sent with it.
    pub(crate) chosen: Option<&'static str>,
    /// The button's words.
    pub(crate) label: String,
    /// What tells the button from others of the same words, for whoever hears the page; begins with these words.
    pub(crate) named: Option<String>,
}

impl PasskeyForm {
    /// The form that signs in, and sends its answer to this address; `None` in a world without passkeys.
    pub(crate) fn signing_in(
        portal: &Portal,
        t: &Texts,
        action: String,
        csrf: String,
        next: &'static str,
    ) -> Option<PasskeyForm> {
        let options = format!("{}{SIGN_IN_OPTIONS}", portal.root);
        let form = PasskeyForm::at(portal, (options, action), csrf, t.passkey_sign_in)?;
        let hidden = Some(("next", next.to_owned())).filter(|(_, next)| !next.is_empty());
        Some(PasskeyForm { hidden: hidden.into_iter().collect(), ..form })
    }

    /// The form that confirms what is done at this address, by whoever has a passkey; `None` in a world without them.
    /// Its button says as much as the one beside it.
    pub(crate) fn agreeing(portal: &Portal, label: &str, action: &str, csrf: &str) -> Option<PasskeyForm> {
        let ways = (format!("{action}/passkey/options"), format!("{action}/passkey"));
        PasskeyForm::at(portal, ways, csrf.to_owned(), label)
    }

    /// As [`PasskeyForm::agreeing`], for somebody who is signed in and has a passkey.
    pub(crate) async fn confirming(
        portal: &Portal,
        label: &str,
        party: PartyId,
        action: &str,
        csrf: &str,
    ) -> Option<PasskeyForm> {
        let form = PasskeyForm::agreeing(portal, label, action, csrf)?;
        // Without an answer the payment password is there.
        passkey_acts::has_any(portal, party).await.unwrap_or(false).then_some(form)
    }

    fn at(
        portal: &Portal,
        (options, action): (String, String),
        csrf: String,
        label: &str,
    ) -> Option<PasskeyForm> {
        let (site, _) = home(portal)?;
        let (label, hidden) = (label.to_owned(), Vec::new());
        Some(PasskeyForm { options, action, site, csrf, hidden, chosen: None, label, named: None })
    }
}

/// What a browser sends of an act: before the passkey is asked for, and with its answer. Which fields are there depends
/// on the page.
#[derive(Deserialize, Default)]
pub(crate) struct ActFields {
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) challenge_id: String,
    #[serde(default)]
    pub(crate) credential: String,
    /// What an order is paid with.
    #[serde(default)]
    pub(crate) pocket: String,
    /// Which of the payments that wait.
    #[serde(default)]
    pub(crate) trade_no: String,
}

impl ActFields {
    /// The proof of an act that a page of this session showed, when it `fits` what the page does.
    pub(crate) async fn confirmed(
        &self,
        portal: &Arc<Portal>,
        session: &Session,
        fits: impl FnOnce(&ShownAct) -> bool,
    ) -> Result<Confirmed, SandboxError> {
        let made = credential(&self.credential)?;
        passkey_acts::confirm(portal, Asker::page(session), &self.challenge_id, &made, fits).await
    }

    /// The same of a page on which nobody is signed in.
    pub(crate) async fn agreed(
        &self,
        portal: &Arc<Portal>,
        act: ShownAct,
    ) -> Result<Confirmed, SandboxError> {
        let made = credential(&self.credential)?;
        passkey_acts::confirm_unnamed(portal, &self.csrf, &self.challenge_id, &made, act).await
    }
}

/// What the script asked for, or why it gets nothing, in the words of the page.
pub(crate) fn told(answer: Result<Value, SandboxError>, t: &Texts) -> Response {
    match answer {
        Ok(options) => Json(options).into_response(),
        Err(error) => {
            let body = json!({ "error": { "code": error.code(), "message": words(&error, t) } });
            (error.status(), Json(body)).into_response()
        }
    }
}

/// Why a form of ours opens nothing. Each page says it in words of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unopened {
    /// The form is out of date, or not of this browser.
    FormGone,
    /// What it names is not there.
    NotThere,
    /// The platform did not answer: nothing is wrong with the form.
    Busy,
}

impl<R: Debug> From<CellError<R>> for Unopened {
    fn from(error: CellError<R>) -> Unopened {
        match error {
            CellError::Refused(_) => Unopened::NotThere,
            CellError::Busy | CellError::Unknown => Unopened::Busy,
        }
    }
}

impl Unopened {
    /// For the script.
    pub(crate) fn told(self, t: &Texts) -> Response {
        let (status, code, words) = match self {
            Unopened::FormGone => (StatusCode::FORBIDDEN, "form_gone", t.page_gone_text),
            Unopened::NotThere => (StatusCode::NOT_FOUND, "not_there", t.passkey_not_there),
            Unopened::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", t.page_busy),
        };
        (status, Json(json!({ "error": { "code": code, "message": words } }))).into_response()
    }

    /// The page that says so: of a form that is out of date the page's own, which leads on, and title and text of what
    /// is not there.
    pub(crate) fn page(
        self,
        f: Frame<'_>,
        form_gone: impl FnOnce() -> Response,
        not_there: (&'static str, &'static str),
    ) -> Response {
        match self {
            Unopened::FormGone => form_gone(),
            Unopened::NotThere => message(f, StatusCode::NOT_FOUND, not_there, None),
            Unopened::Busy => message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None),
        }
    }
}

/// What a passkey's form on the page of this path says, when we served it to this browser.
pub(crate) fn own_act(
    portal: &Portal,
    visitor: &Visitor,
    path: &str,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Result<ActFields, Unopened> {
    let Ok(Form(fields)) = sent else { return Err(Unopened::FormGone) };
    if visit::is_own_form(portal, visitor, path, &fields.csrf) { Ok(fields) } else { Err(Unopened::FormGone) }
}

/// A form that is out of date, for the script.
pub(crate) fn form_gone(t: &Texts) -> Response {
    Unopened::FormGone.told(t)
}

/// What the browser made, out of a form's field. One that cannot be read is a wrong one.
pub(crate) fn credential<T: DeserializeOwned>(text: &str) -> Result<T, SandboxError> {
    serde_json::from_str(text).map_err(|_| key_ring::unreadable())
}

/// What the visitor reads.
pub(crate) fn words(error: &SandboxError, t: &Texts) -> &'static str {
    match error.code() {
        "wrong_passkey" => t.passkey_wrong,
        "wrong_login" => t.passkey_wrong_login,
        "wrong_password" | "bad_password" => t.passkey_wrong_pin,
        "locked" => t.passkey_locked,
        "frozen" => t.blocked_text,
        "passkey_known" => t.passkey_known,
        "too_many_passkeys" => t.passkey_too_many,
        "too_many_challenges" => t.passkey_too_often,
        "no_passkey" => t.passkey_none_yet,
        "passkey_not_found" => t.passkey_gone,
        "no_passkeys_here" => t.passkey_nowhere,
        "unknown" => t.passkey_unknown,
        _ => t.page_busy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::ENGLISH;

    #[test]
    fn only_a_form_that_is_out_of_date_is_said_to_be() {
        for (why, unopened, status) in [
            (None, Unopened::FormGone, StatusCode::FORBIDDEN),
            (Some(CellError::Refused(())), Unopened::NotThere, StatusCode::NOT_FOUND),
            (Some(CellError::Busy), Unopened::Busy, StatusCode::SERVICE_UNAVAILABLE),
            (Some(CellError::Unknown), Unopened::Busy, StatusCode::SERVICE_UNAVAILABLE),
        ] {
            assert_eq!(why.map_or(Unopened::FormGone, Unopened::from), unopened);
            assert_eq!(unopened.told(&ENGLISH).status(), status);
        }
    }
}
