//! Transfers in the wallet: a form that says to whom and how much, a page that shows whom it would go to and asks for
//! the payment password, what was sent and had, and the way to call back what still waits.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sending::{
    NotSent, Wish, arrival_name, arrival_of, confirm, current, fresh_number, knows, offer, other_side,
    remark_of,
};
use crate::session::Session;
use crate::texts::{Texts, shown};
use crate::transfer_words::{arrival_words, refusal_words, state_words};
use crate::wallet::{self, Next, Sent, Shared};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{Secret, TransferNo};
use cell::CellError;
use engine::{CancelTransfer, FindTransfer, WhichTransfer};
use money::{Currency, parse_amount};
use serde::Deserialize;
use std::sync::Arc;
use transfer::{ConfirmTransferRefused, OutBizNo, Received, Transfer, TransferRefused, TransferState};

/// The form's name in its token.
const FORM: &str = "/wallet/transfers";
/// Transfers of each list.
const LISTED_MAX: usize = 20;

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/transfers", get(list).post(ask))
        .route("/wallet/transfers/{no}", get(show))
        .route("/wallet/transfers/{no}/confirm", post(pay))
        .route("/wallet/transfers/{no}/cancel", post(call_back))
}

#[derive(Deserialize, Default)]
struct AskForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    payee: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    arrival: String,
    #[serde(default)]
    remark: String,
}

#[derive(Deserialize)]
struct PayForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    pay_password: String,
}

/// A transfer as a list shows it.
struct Line {
    name: String,
    login: String,
    amount: String,
    at: String,
    state: &'static str,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "wallet_transfers.html")]
struct ListPage<'a> {
    f: Frame<'a>,
    csrf: String,
    number: String,
    asked: AskForm,
    error: Option<&'static str>,
    sent: Vec<Line>,
    received: Vec<Line>,
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
    error: Option<String>,
}

fn busy(f: Frame<'_>) -> Response {
    message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
}

fn back(f: Frame<'_>) -> Option<(&str, String)> {
    Some((f.t.transfers, format!("{}{FORM}", f.root)))
}

fn gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::NOT_FOUND, (f.t.transfer_gone, f.t.transfer_gone_text), back(f))
}

fn form_gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), back(f))
}

async fn list(State(portal): Shared, visitor: Visitor) -> Response {
    match wallet::session(&portal, &visitor) {
        None => wallet::sign_in_page(&portal, &visitor, Next::Transfers, "", None),
        Some((id, session)) => list_page(&portal, &visitor, &id, session, AskForm::default(), None).await,
    }
}

async fn list_page(
    portal: &Portal,
    visitor: &Visitor,
    id: &str,
    session: Session,
    asked: AskForm,
    error: Option<(StatusCode, &'static str)>,
) -> Response {
    let (f, party) = (visitor.frame(portal), session.party);
    let rows = portal
        .read(move |reader| Ok((reader.transfers(party, LISTED_MAX)?, reader.received(party, LISTED_MAX)?)));
    let Some((out, had)) = rows.await else { return busy(f) };
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for posted in out {
        let now = current(portal, posted).await;
        sent.push(sent_line(portal, &now, f.t).await);
    }
    for row in had {
        received.push(received_line(portal, &row, f.t).await);
    }
    // The same number again is the same transfer, however often the form is sent.
    let number = if asked.number.is_empty() { fresh_number().to_string() } else { asked.number.clone() };
    let (status, error) = error.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let csrf = portal.seals.token(FORM, id);
    page(status, &ListPage { f, csrf, number, asked, error, sent, received })
}

async fn sent_line(portal: &Portal, transfer: &Transfer, t: &'static Texts) -> Line {
    let payee = other_side(portal, transfer.payee).await;
    Line {
        name: payee.name,
        login: payee.login,
        amount: shown(transfer.amount()),
        at: t.moment(transfer.paid_at_us.unwrap_or(transfer.opened_at_us)),
        state: state_words(transfer.state, t),
        href: Some(format!("{}{FORM}/{}", portal.root, transfer.no)),
    }
}

async fn received_line(portal: &Portal, row: &Received, t: &'static Texts) -> Line {
    let payer = other_side(portal, row.payer).await;
    Line {
        name: payer.name,
        login: payer.login,
        amount: shown(row.amount()),
        at: t.moment(row.at_us),
        state: t.transfer_done,
        href: None,
    }
}

/// Offers what the form asks for, and shows whom it would go to.
async fn ask(State(portal): Shared, visitor: Visitor, form: Sent<AskForm>) -> Response {
    let f = visitor.frame(&portal);
    let (Ok(Form(asked)), Some((id, session))) = (form, wallet::session(&portal, &visitor)) else {
        return form_gone(f);
    };
    if !portal.seals.is_right(&asked.csrf, FORM, &id) {
        return form_gone(f);
    }
    let again = async |asked: AskForm, status, words| {
        list_page(&portal, &visitor, &id, session, asked, Some((status, words))).await
    };
    let wish = match wish(session, &asked, f.t) {
        Ok(wish) => wish,
        Err(words) => return again(asked, StatusCode::UNPROCESSABLE_ENTITY, words).await,
    };
    match offer(&portal, wish).await {
        Ok(offered) => see_other(&format!("{}{FORM}/{}", portal.root, offered.transfer.no)),
        Err(CellError::Refused(refused)) => {
            // A number that was used for something else is drawn anew.
            let number = match refused {
                TransferRefused::NumberTaken { field: _ } => String::new(),
                _ => asked.number.clone(),
            };
            again(AskForm { number, ..asked }, StatusCode::CONFLICT, refusal_words(refused, f.t)).await
        }
        Err(CellError::Busy | CellError::Unknown) => {
            again(asked, StatusCode::SERVICE_UNAVAILABLE, f.t.busy).await
        }
    }
}

fn wish(session: Session, asked: &AskForm, t: &'static Texts) -> Result<Wish, &'static str> {
    let number = OutBizNo::new(&asked.number).ok().filter(|number| !number.as_str().is_empty());
    Ok(Wish {
        payer: session.party,
        payee_login: asked.payee.clone(),
        amount: parse_amount(asked.amount.trim(), Currency::Cny).map_err(|_| t.transfer_amount_wrong)?,
        arrival: arrival_of(&asked.arrival).ok_or(t.transfer_amount_wrong)?,
        remark: remark_of(&asked.remark).map_err(|()| t.transfer_remark_wrong)?,
        number: number.unwrap_or_else(fresh_number),
    })
}

/// The signed-in payer's transfer, or the page that says why not.
async fn find(portal: &Portal, f: Frame<'_>, session: Session, no: &str) -> Result<Arc<Transfer>, Response> {
    let Ok(no) = no.parse::<TransferNo>() else { return Err(gone(f)) };
    let query = FindTransfer { payer: session.party, which: WhichTransfer::No(no) };
    match portal.door.ask(query).await {
        Ok(transfer) => Ok(transfer),
        Err(CellError::Refused(_)) => Err(gone(f)),
        Err(CellError::Busy | CellError::Unknown) => Err(busy(f)),
    }
}

async fn show(State(portal): Shared, Path(no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Transfers, "", None);
    };
    match find(&portal, f, session, &no).await {
        Ok(transfer) => one_page(&portal, f, &id, &transfer, StatusCode::OK, None).await,
        Err(response) => response,
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
    let moment = |at_us: Option<i64>| at_us.map(|at_us| f.t.moment(at_us)).unwrap_or_default();
    let arrives = transfer.due_at_us.filter(|_| transfer.state == TransferState::Waiting);
    let lines = [
        (f.t.time, moment(transfer.paid_at_us)),
        (f.t.transfer_arrives, moment(arrives)),
        (f.t.trade_no, transfer.no.to_string()),
    ];
    let one = OnePage {
        f,
        csrf: portal.seals.token(&path, id),
        action: format!("{}{path}", portal.root),
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
        error,
    };
    page(status, &one)
}

/// Pays: the password is given for this very transfer and used up by it.
async fn pay(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<PayForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let (Ok(Form(PayForm { csrf, pay_password })), Some((id, session))) =
        (form, wallet::session(&portal, &visitor))
    else {
        return form_gone(f);
    };
    if !portal.seals.is_right(&csrf, &format!("{FORM}/{no}"), &id) {
        return form_gone(f);
    }
    let transfer = match find(&portal, f, session, &no).await {
        Ok(transfer) => transfer,
        Err(response) => return response,
    };
    let result = format!("{}{FORM}/{no}", portal.root);
    let again = async |status, words: String| {
        let now = current(&portal, transfer.clone()).await;
        one_page(&portal, f, &id, &now, status, Some(words)).await
    };
    match confirm(&portal, &transfer, Secret::new(pay_password)).await {
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
    let (Ok(Form(PayForm { csrf, .. })), Some((id, session))) = (form, wallet::session(&portal, &visitor))
    else {
        return form_gone(f);
    };
    if !portal.seals.is_right(&csrf, &format!("{FORM}/{no}"), &id) {
        return form_gone(f);
    }
    let transfer = match find(&portal, f, session, &no).await {
        Ok(transfer) => transfer,
        Err(response) => return response,
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

impl ListPage<'_> {
    /// Whether the form begins with this choice of arrival.
    fn chosen(&self, name: &str) -> bool {
        arrival_of(&self.asked.arrival).is_some_and(|chosen| arrival_name(chosen) == name)
    }
}
