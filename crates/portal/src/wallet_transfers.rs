//! Transfers in the wallet: a form that says to whom and how much, and what was sent and had. The page of one transfer
//! is in `wallet_transfer`.

use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::sending::{
    Named, Wish, arrival_name, arrival_of, current, fresh_number, offer, other_side, remark_of,
};
use crate::session::Session;
use crate::texts::{Texts, shown};
use crate::transfer_words::{refusal_words, state_words};
use crate::wallet::{self, Next, Sent, Shared};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use cell::CellError;
use money::{Currency, parse_amount};
use serde::Deserialize;
use std::sync::Arc;
use transfer::{OutBizNo, Received, Transfer, TransferRefused};

/// The form's name in its token.
pub(crate) const FORM: &str = "/wallet/transfers";
/// Transfers of each list.
const LISTED_MAX: usize = 20;

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/wallet/transfers", get(list).post(ask))
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

pub(crate) fn busy(f: Frame<'_>) -> Response {
    message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
}

pub(crate) fn back(f: Frame<'_>) -> Option<(&str, String)> {
    Some((f.t.transfers, format!("{}{FORM}", f.root)))
}

pub(crate) fn form_gone(f: Frame<'_>) -> Response {
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
    let rows = portal.read(move |reader| {
        Ok((reader.transfers(party, None, LISTED_MAX)?, reader.received(party, None, LISTED_MAX)?))
    });
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
        payee: Named::Login(asked.payee.clone()),
        amount: parse_amount(asked.amount.trim(), Currency::Cny).map_err(|_| t.transfer_amount_wrong)?,
        arrival: arrival_of(&asked.arrival).ok_or(t.transfer_amount_wrong)?,
        remark: remark_of(&asked.remark).map_err(|()| t.transfer_remark_wrong)?,
        number: number.unwrap_or_else(fresh_number),
    })
}

impl ListPage<'_> {
    /// Whether the form begins with this choice of arrival.
    fn chosen(&self, name: &str) -> bool {
        arrival_of(&self.asked.arrival).is_some_and(|chosen| arrival_name(chosen) == name)
    }
}
