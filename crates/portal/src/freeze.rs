//! The page on which a payer agrees to a pre-authorisation: who asks, for what and for how much, and a form that asks
//! who agrees and for the payment password, or for a passkey, which says both.
//!
//! One step and no session, as for agreements: either is given for this very freeze and used up by it.

use crate::order_view::name_of;
use crate::passkey_page::{self, ActFields, PasskeyForm, Unopened, told};
use crate::people::{ClientAddress, passkey_acts};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page};
use crate::sign_in::{self, About, SignInForm, SignInRefused};
use crate::texts::{Texts, shown};
use crate::visit::{self, Visit};
use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use base::{FreezeNo, PartyId, Secret};
use cell::CellError;
use engine::{ClaimFreeze, ConfirmFreeze, FindFreezeByNo, act_of_freezing};
use people::ShownAct;
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
    passkey: Option<PasskeyForm>,
    error: Option<String>,
}

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/freeze/{token}", get(show).post(agree))
        .route("/freeze/{token}/passkey/options", post(begin_by_passkey))
        .route("/freeze/{token}/passkey", post(agree_by_passkey))
}

/// The freeze that a token of our own addresses names.
pub(crate) fn of_token(portal: &Portal, token: &str) -> Option<FreezeNo> {
    portal.world.secrets.order_of_token(token).map(FreezeNo::of_topic)
}

/// The freeze of a link.
async fn find(portal: &Portal, token: &str) -> Result<Arc<Freeze>, Unopened> {
    let freeze = of_token(portal, token).ok_or(Unopened::NotThere)?;
    Ok(portal.door.ask(FindFreezeByNo { freeze }).await?)
}

/// The page that says so.
fn unopened(portal: &Portal, f: Frame<'_>, token: &str, why: Unopened) -> Response {
    let form_gone = || gone(portal, f, token, StatusCode::FORBIDDEN);
    why.page(f, form_gone, (f.t.freeze_gone, f.t.freeze_gone_text))
}

/// What a passkey's form is held against before anything is done: the freeze, and that this browser was given it.
async fn opened(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Result<(Arc<Freeze>, ActFields), Unopened> {
    let freeze = find(portal, token).await?;
    let fields = passkey_page::own_act(portal, visitor, &format!("/freeze/{token}"), sent)?;
    Ok((freeze, fields))
}

async fn show(State(portal): Shared, Path(token): Path<String>, visitor: Visitor) -> Response {
    match find(&portal, &token).await {
        Ok(freeze) => form(&portal, &visitor, &token, &freeze, "", None).await,
        Err(why) => unopened(&portal, visitor.frame(&portal), &token, why),
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
    let passkey = PasskeyForm::agreeing(portal, f.t.passkey_freeze, &action, &csrf);
    let response = page(status, &FreezePage { f, payee, title, amount, action, csrf, login, passkey, error });
    visit.keep(portal, response)
}

async fn agree(
    State(portal): Shared,
    Path(token): Path<String>,
    visitor: Visitor,
    sent: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let freeze = match find(&portal, &token).await {
        Ok(freeze) => freeze,
        Err(why) => return unopened(&portal, f, &token, why),
    };
    let Ok(Form(SignInForm { csrf, login, pay_password })) = sent else {
        return gone(&portal, f, &token, StatusCode::BAD_REQUEST);
    };
    if !visit::is_own_form(&portal, &visitor, &format!("/freeze/{token}"), &csrf) {
        return gone(&portal, f, &token, StatusCode::FORBIDDEN);
    }
    let done = agreed(&portal, freeze.no, &login, Secret::new(pay_password)).await;
    result(&portal, &visitor, &token, &freeze, &login, done).await
}

fn again<'a>(portal: &Portal, f: Frame<'a>, token: &str) -> (&'a str, String) {
    (f.t.reload, format!("{}/freeze/{token}", portal.root))
}

fn gone(portal: &Portal, f: Frame<'_>, token: &str, status: StatusCode) -> Response {
    message(f, status, (f.t.form_gone, f.t.page_gone_text), Some(again(portal, f, token)))
}

/// What the payer sees of it.
async fn result(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    freeze: &Freeze,
    login: &str,
    done: Result<Arc<Freeze>, NotAgreed>,
) -> Response {
    let f = visitor.frame(portal);
    let again = || again(portal, f, token);
    match done {
        Ok(_) => message(f, StatusCode::OK, (f.t.freeze_done, f.t.freeze_done_text), None),
        Err(NotAgreed::SignIn(refused)) => {
            let error = Some((refused.status(), refused.words(f.t)));
            form(portal, visitor, token, freeze, login, error).await
        }
        Err(NotAgreed::Refused(refused)) => {
            message(f, StatusCode::CONFLICT, words(refused, f.t), link(refused).then(again))
        }
        Err(NotAgreed::Unknown) => {
            let unknown = (f.t.unknown, f.t.freeze_unknown_text);
            message(f, StatusCode::GATEWAY_TIMEOUT, unknown, Some(again()))
        }
    }
}

/// What is agreed to, as the page shows it.
fn act_of(freeze: &Freeze) -> ShownAct {
    act_of_freezing(freeze.no, freeze.seller, freeze.money(freeze.amount_minor))
}

/// Gives the script the challenge for this freeze.
async fn begin_by_passkey(
    State(portal): Shared,
    Path(token): Path<String>,
    client: Option<Extension<ClientAddress>>,
    visitor: Visitor,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Response {
    let (freeze, fields) = match opened(&portal, &visitor, &token, sent).await {
        Ok(found) => found,
        Err(why) => return why.told(visitor.texts),
    };
    let client = client.map(|Extension(client)| client);
    told(passkey_acts::begin_unnamed(&portal, client, &fields.csrf, act_of(&freeze)), visitor.texts)
}

/// Agrees for whoever has the passkey.
async fn agree_by_passkey(
    State(portal): Shared,
    Path(token): Path<String>,
    visitor: Visitor,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let (freeze, fields) = match opened(&portal, &visitor, &token, sent).await {
        Ok(found) => found,
        Err(why) => return unopened(&portal, f, &token, why),
    };
    match fields.agreed(&portal, act_of(&freeze)).await {
        Ok(confirmed) => {
            let done = agree_with(&portal, freeze.no, confirmed.party, confirmed.proof).await;
            result(&portal, &visitor, &token, &freeze, "", done).await
        }
        Err(error) => {
            let error = Some((error.status(), passkey_page::words(&error, f.t).to_owned()));
            form(&portal, &visitor, &token, &freeze, "", error).await
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
    agree_with(portal, freeze, proof.party, proof.attempt).await
}

/// Takes the freeze up and confirms it with what was proven for it.
async fn agree_with(
    portal: &Portal,
    freeze: FreezeNo,
    payer: PartyId,
    attempt: u64,
) -> Result<Arc<Freeze>, NotAgreed> {
    portal.door.ask(ClaimFreeze { freeze, payer }).await?;
    Ok(portal.door.ask(ConfirmFreeze { payer, freeze, attempt }).await?)
}
