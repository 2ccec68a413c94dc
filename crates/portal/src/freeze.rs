//! The page on which a payer agrees to a pre-authorisation: who asks, for what and for how much, and a form that asks
//! who agrees and for the payment password.
//!
//! One step and no session, as for agreements: the password is given for this very freeze and used up by it.

use crate::order_view::name_of;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page};
use crate::sign_in::{self, About, SignInForm, SignInRefused};
use crate::texts::{Texts, shown};
use crate::visit::{self, Visit};
use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use base::{FreezeNo, Secret};
use cell::CellError;
use engine::{ClaimFreeze, ConfirmFreeze, FindFreezeByNo};
use std::sync::Arc;
use trade::{Freeze, FreezeState, HoldRefused};

type Shared = State<Arc<Portal>>;

#[derive(Template)]
#[template(path = "freeze.html")]
struct FreezePage<'a> {
    f: Frame<'a>,
    payee: String,
    title: String,
    amount: String,
    action: String,
    csrf: String,
    login: &'a str,
    error: Option<String>,
}

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/freeze/{token}", get(show).post(agree))
}

/// The freeze that a token of our own addresses names.
pub(crate) fn of_token(portal: &Portal, token: &str) -> Option<FreezeNo> {
    portal.world.secrets.order_of_token(token).map(FreezeNo::of_topic)
}

/// The freeze of a link, or the page that says why not.
async fn find(portal: &Portal, f: Frame<'_>, token: &str) -> Result<Arc<Freeze>, Response> {
    let not_found = || message(f, StatusCode::NOT_FOUND, (f.t.freeze_gone, f.t.freeze_gone_text), None);
    let Some(freeze) = of_token(portal, token) else { return Err(not_found()) };
    match portal.door.ask(FindFreezeByNo { freeze }).await {
        Ok(freeze) => Ok(freeze),
        Err(CellError::Refused(_)) => Err(not_found()),
        Err(CellError::Busy | CellError::Unknown) => {
            Err(message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None))
        }
    }
}

async fn show(State(portal): Shared, Path(token): Path<String>, visitor: Visitor) -> Response {
    match find(&portal, visitor.frame(&portal), &token).await {
        Ok(freeze) => form(&portal, &visitor, &token, &freeze, "", None).await,
        Err(response) => response,
    }
}

async fn form(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    freeze: &Freeze,
    login: &str,
    error: Option<(StatusCode, String)>,
) -> Response {
    let f = visitor.frame(portal);
    let over = freeze.state == FreezeState::Init && portal.door.now_us() >= freeze.expires_at_us;
    match freeze.state {
        FreezeState::Authorized => {
            return message(f, StatusCode::OK, (f.t.freeze_done, f.t.freeze_done_text), None);
        }
        FreezeState::Init if !over => {}
        FreezeState::Init | FreezeState::Finish | FreezeState::Closed => {
            return message(f, StatusCode::GONE, (f.t.freeze_gone, f.t.freeze_gone_text), None);
        }
    }
    let visit = Visit::of(visitor);
    let path = format!("/freeze/{token}");
    let (csrf, payee) = (visit.token(portal, &path), name_of(portal, freeze.seller).await);
    let (action, title) = (format!("{}{path}", portal.root), freeze.title.to_string());
    let amount = shown(freeze.money(freeze.amount_minor));
    let (status, error) = error.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let response = page(status, &FreezePage { f, payee, title, amount, action, csrf, login, error });
    visit.keep(portal, response)
}

async fn agree(
    State(portal): Shared,
    Path(token): Path<String>,
    visitor: Visitor,
    sent: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let freeze = match find(&portal, f, &token).await {
        Ok(freeze) => freeze,
        Err(response) => return response,
    };
    let path = format!("/freeze/{token}");
    let again = || Some((f.t.reload, format!("{}{path}", portal.root)));
    let gone = |status| message(f, status, (f.t.form_gone, f.t.page_gone_text), again());
    let Ok(Form(SignInForm { csrf, login, pay_password })) = sent else {
        return gone(StatusCode::BAD_REQUEST);
    };
    if !visit::is_own_form(&portal, &visitor, &path, &csrf) {
        return gone(StatusCode::FORBIDDEN);
    }
    match agreed(&portal, freeze.no, &login, Secret::new(pay_password)).await {
        Ok(_) => message(f, StatusCode::OK, (f.t.freeze_done, f.t.freeze_done_text), None),
        Err(NotAgreed::SignIn(refused)) => {
            let error = Some((refused.status(), refused.words(f.t)));
            form(&portal, &visitor, &token, &freeze, &login, error).await
        }
        Err(NotAgreed::Refused(refused)) => {
            message(f, StatusCode::CONFLICT, words(refused, f.t), link(refused).then(again).flatten())
        }
        Err(NotAgreed::Unknown) => {
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.freeze_unknown_text), again())
        }
    }
}

/// Whether another try can end better.
const fn link(refused: HoldRefused) -> bool {
    matches!(refused, HoldRefused::ProofMissing | HoldRefused::BalanceTooLow | HoldRefused::PayerIsSeller)
}

const fn words(refused: HoldRefused, t: &Texts) -> (&'static str, &'static str) {
    match refused {
        HoldRefused::CodeInvalid | HoldRefused::NotAsked | HoldRefused::AlreadyClosed => {
            (t.freeze_gone, t.freeze_gone_text)
        }
        HoldRefused::AlreadyHeld => (t.freeze_done, t.freeze_done_text),
        HoldRefused::ProofMissing => (t.form_gone, t.freeze_proof_gone),
        HoldRefused::PayerBlocked => (t.freeze_blocked, t.freeze_blocked_text),
        HoldRefused::PayerIsSeller => (t.freeze_own, t.freeze_own_text),
        HoldRefused::PayerDiffers => (t.freeze_other, t.freeze_other_text),
        HoldRefused::PayerStopped => (t.freeze_blocked, t.payments_stopped),
        HoldRefused::PayerLimit => (t.freeze_too_little, t.over_limit),
        HoldRefused::BalanceTooLow => (t.freeze_too_little, t.freeze_too_little_text),
    }
}

/// Why a pre-authorisation is not agreed to.
pub(crate) enum NotAgreed {
    /// Nobody is signed in.
    SignIn(SignInRefused),
    /// The rules say no.
    Refused(HoldRefused),
    /// It is not known.
    Unknown,
}

impl From<CellError<HoldRefused>> for NotAgreed {
    fn from(error: CellError<HoldRefused>) -> NotAgreed {
        match error {
            CellError::Refused(refused) => NotAgreed::Refused(refused),
            CellError::Busy => NotAgreed::SignIn(SignInRefused::Busy),
            CellError::Unknown => NotAgreed::Unknown,
        }
    }
}

/// Signs in, takes the freeze up and confirms it.
pub(crate) async fn agreed(
    portal: &Portal,
    freeze: FreezeNo,
    login: &str,
    password: Secret<String>,
) -> Result<Arc<Freeze>, NotAgreed> {
    let about = About::Order(freeze.topic());
    let proof = sign_in::by_login(portal, login, password, about).await.map_err(NotAgreed::SignIn)?;
    let (payer, attempt) = (proof.party, proof.attempt);
    portal.door.ask(ClaimFreeze { freeze, payer }).await?;
    Ok(portal.door.ask(ConfirmFreeze { payer, freeze, attempt }).await?)
}
