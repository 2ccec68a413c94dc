//! One transfer in the wallet: whom it would go to, before the payment password is given or a passkey asked for; how it
//! stands afterwards; and the way to call back what still waits.

use crate::passkey_page::{ActFields, PasskeyForm, Unopened, told, words};
use crate::people::{Asker, passkey_acts};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sending::{NotSent, confirm, confirm_with, current, knows, other_side};
use crate::session::Session;
use crate::texts::shown;
use crate::transfer_words::{arrival_words, refusal_words, state_words};
use crate::wallet::{self, Next, Sent, Shared};
use crate::wallet_transfers::{FORM, back, busy, form_gone};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{Secret, TransferNo};
use cell::CellError;
use engine::{CancelTransfer, FindTransfer, WhichTransfer, act_of_transfer};
use serde::Deserialize;
use std::sync::Arc;
use transfer::{ConfirmTransferRefused, Transfer, TransferState};

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/transfers/{no}", get(show))
        .route("/wallet/transfers/{no}/confirm", post(pay))
        .route("/wallet/transfers/{no}/passkey/options", post(begin_by_passkey))
        .route("/wallet/transfers/{no}/passkey", post(pay_by_passkey))
        .route("/wallet/transfers/{no}/cancel", post(call_back))
}

#[derive(Deserialize)]
struct PayForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    pay_password: String,
}

#[derive(Template)]
#[template(path = "wallet_transfer.html")]
struct OnePage<'a> {
    f: Frame<'a>,
    csrf: String,
    action: String,
    name: String,
    login: String,
    amount: String,
    arrival: &'static str,
    remark: String,
    state: &'static str,
    lines: Vec<(&'static str, String)>,
    /// It waits for the payer's word.
    is_offered: bool,
    /// It can be called back.
    can_cancel: bool,
    is_done: bool,
    unknown: bool,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
}

fn gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::NOT_FOUND, (f.t.transfer_gone, f.t.transfer_gone_text), back(f))
}

/// The page that says so.
fn unopened(f: Frame<'_>, why: Unopened) -> Response {
    match why {
        Unopened::FormGone => form_gone(f),
        Unopened::NotThere => gone(f),
        Unopened::Busy => busy(f),
    }
}

/// The signed-in payer's transfer.
async fn find(portal: &Portal, session: Session, no: &str) -> Result<Arc<Transfer>, Unopened> {
    let no: TransferNo = no.parse().map_err(|_| Unopened::NotThere)?;
    let query = FindTransfer { payer: session.party, which: WhichTransfer::No(no) };
    Ok(portal.door.ask(query).await?)
}

async fn show(State(portal): Shared, Path(no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Transfers, "", None);
    };
    match find(&portal, session, &no).await {
        Ok(transfer) => one_page(&portal, f, &id, &transfer, StatusCode::OK, None).await,
        Err(why) => unopened(f, why),
    }
}

async fn one_page(
    portal: &Portal,
    f: Frame<'_>,
    id: &str,
    transfer: &Transfer,
    status: StatusCode,
    error: Option<String>,
) -> Response {
    let payee = other_side(portal, transfer.payee).await;
    let is_offered = transfer.state == TransferState::Offered;
    let path = format!("{FORM}/{}", transfer.no);
    let (csrf, action) = (portal.seals.token(&path, id), format!("{}{path}", portal.root));
    let passkey = match is_offered {
        true => PasskeyForm::confirming(portal, f.t.passkey_send, transfer.payer, &action, &csrf).await,
        false => None,
    };
    let moment = |at_us: Option<i64>| at_us.map(|at_us| f.t.moment(at_us)).unwrap_or_default();
    let arrives = transfer.due_at_us.filter(|_| transfer.state == TransferState::Waiting);
    let lines = [
        (f.t.time, moment(transfer.paid_at_us)),
        (f.t.transfer_arrives, moment(arrives)),
        (f.t.trade_no, transfer.no.to_string()),
    ];
    let one = OnePage {
        f,
        csrf,
        action,
        name: payee.name,
        login: payee.login,
        amount: shown(transfer.amount()),
        arrival: arrival_words(transfer.arrival, f.t),
        remark: transfer.remark.as_ref().map(ToString::to_string).unwrap_or_default(),
        state: state_words(transfer.state, f.t),
        lines: lines.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        is_offered,
        can_cancel: is_offered || transfer.state == TransferState::Waiting,
        is_done: transfer.state == TransferState::Done,
        unknown: is_offered && !knows(portal, transfer).await,
        passkey,
        error,
    };
    page(status, &one)
}

/// What a form of one transfer is held against before anything is done: session, token, transfer.
async fn opened(
    portal: &Portal,
    visitor: &Visitor,
    no: &str,
    csrf: &str,
) -> Result<(String, Session, Arc<Transfer>), Unopened> {
    let (id, session) = wallet::session(portal, visitor).ok_or(Unopened::FormGone)?;
    if !portal.seals.is_right(csrf, &format!("{FORM}/{no}"), &id) {
        return Err(Unopened::FormGone);
    }
    let transfer = find(portal, session, no).await?;
    Ok((id, session, transfer))
}

/// Pays: the password is given for this very transfer and used up by it.
async fn pay(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<PayForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(PayForm { csrf, pay_password })) = form else { return form_gone(f) };
    let (id, _, transfer) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    let done = confirm(&portal, &transfer, Secret::new(pay_password)).await;
    paid(&portal, f, &id, transfer, done).await
}

/// Gives the script the challenge for this transfer as its page shows it.
async fn begin_by_passkey(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<ActFields>,
) -> Response {
    let Ok(Form(fields)) = form else { return Unopened::FormGone.told(visitor.texts) };
    match opened(&portal, &visitor, &no, &fields.csrf).await {
        Ok((_, session, transfer)) => {
            let (asker, act) = (Asker::page(&session), act_of_transfer(&transfer));
            told(passkey_acts::begin(&portal, asker, act, false).await, visitor.texts)
        }
        Err(why) => why.told(visitor.texts),
    }
}

/// Pays what was shown.
async fn pay_by_passkey(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<ActFields>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(fields)) = form else { return form_gone(f) };
    let (id, session, transfer) = match opened(&portal, &visitor, &no, &fields.csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    if transfer.state != TransferState::Offered {
        return see_other(&format!("{}{FORM}/{no}", portal.root));
    }
    let act = act_of_transfer(&transfer);
    match fields.confirmed(&portal, &session, |shown| *shown == act).await {
        Ok(confirmed) => {
            let done = confirm_with(&portal, &transfer, confirmed.proof).await;
            paid(&portal, f, &id, transfer, done).await
        }
        Err(error) => {
            let error_words = Some(words(&error, f.t).to_owned());
            one_page(&portal, f, &id, &transfer, error.status(), error_words).await
        }
    }
}

/// What the payer sees of it.
async fn paid(
    portal: &Portal,
    f: Frame<'_>,
    id: &str,
    transfer: Arc<Transfer>,
    done: Result<Arc<Transfer>, NotSent>,
) -> Response {
    let result = format!("{}{FORM}/{}", portal.root, transfer.no);
    let again = async |status, words: String| {
        let now = current(portal, transfer.clone()).await;
        one_page(portal, f, id, &now, status, Some(words)).await
    };
    match done {
        Ok(_) => see_other(&result),
        Err(NotSent::SignIn(refused)) => again(refused.status(), refused.words(f.t)).await,
        Err(NotSent::Refused(refused)) => {
            let words = match refused {
                ConfirmTransferRefused::NotFound => return gone(f),
                ConfirmTransferRefused::AlreadyCancelled => f.t.transfer_cancelled,
                ConfirmTransferRefused::ProofMissing => f.t.proof_gone,
                ConfirmTransferRefused::Refused(refused) => refusal_words(refused, f.t),
            };
            again(StatusCode::CONFLICT, words.to_owned()).await
        }
        Err(NotSent::Unknown) => {
            let link = Some((f.t.see_result, result));
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.unknown_text), link)
        }
    }
}

/// Calls back what still waits. Sent twice, it is called back once.
async fn call_back(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<PayForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(PayForm { csrf, .. })) = form else { return form_gone(f) };
    let (id, session, transfer) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    match portal.door.ask(CancelTransfer { payer: session.party, transfer: transfer.no }).await {
        Ok(_) => see_other(&format!("{}{FORM}/{no}", portal.root)),
        Err(CellError::Refused(_)) => {
            let now = current(&portal, transfer).await;
            let words = Some(f.t.transfer_too_late.to_owned());
            one_page(&portal, f, &id, &now, StatusCode::CONFLICT, words).await
        }
        Err(CellError::Busy | CellError::Unknown) => busy(f),
    }
}
