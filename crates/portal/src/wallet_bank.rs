//! One bank order in the wallet: its price before the password is given or a passkey asked for, and where it stands
//! afterwards.

use crate::bank;
use crate::card_words::{card_name, kind_words, reason_words, refusal_words, state_words};
use crate::passkey_page::{ActFields, PasskeyForm, Unopened, told, words};
use crate::people::{Asker, passkey_acts};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::session::Session;
use crate::texts::shown;
use crate::wallet::{self, Next, Sent, Shared};
use crate::wallet_cards::{busy, form_gone};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{BankOrderNo, Secret};
use engine::{BankView, FindBankOrder, act_of_bank_order};
use fund::{BankEvent, BankMove, BankOrderKind, BankOrderState, bank_next};
use money::Money;
use serde::Deserialize;
use std::sync::Arc;

/// The form's name in its token.
pub(crate) const FORM: &str = "/wallet/bank-orders";

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/bank-orders/{no}", get(show))
        .route("/wallet/bank-orders/{no}/confirm", post(confirm))
        .route("/wallet/bank-orders/{no}/passkey/options", post(begin_by_passkey))
        .route("/wallet/bank-orders/{no}/passkey", post(confirm_by_passkey))
        .route("/wallet/bank-orders/{no}/close", post(close))
}

#[derive(Deserialize)]
struct OneForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    pay_password: String,
}

#[derive(Template)]
#[template(path = "wallet_bank.html")]
struct OnePage<'a> {
    f: Frame<'a>,
    csrf: String,
    action: String,
    kind: &'static str,
    card: String,
    amount: String,
    state: &'static str,
    reason: Option<&'static str>,
    lines: Vec<(&'static str, String)>,
    is_draft: bool,
    is_done: bool,
    /// The bank's word is awaited, so the page looks again.
    is_open: bool,
    is_given_up: bool,
    can_close: bool,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
}

fn gone(f: Frame<'_>) -> Response {
    let back = Some((f.t.cards, format!("{}/wallet/cards", f.root)));
    message(f, StatusCode::NOT_FOUND, (f.t.bank_gone, f.t.bank_gone_text), back)
}

/// The page that says so.
fn unopened(f: Frame<'_>, why: Unopened) -> Response {
    match why {
        Unopened::FormGone => form_gone(f),
        Unopened::NotThere => gone(f),
        Unopened::Busy => busy(f),
    }
}

/// The signed-in party's order.
async fn find(portal: &Portal, session: Session, no: &str) -> Result<BankView, Unopened> {
    let no: BankOrderNo = no.parse().map_err(|_| Unopened::NotThere)?;
    Ok(portal.door.ask(FindBankOrder { party: session.party, no }).await?)
}

async fn show(State(portal): Shared, Path(no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Cards, "", None);
    };
    match find(&portal, session, &no).await {
        Ok(view) => one_page(&portal, f, &id, &view, None).await,
        Err(why) => unopened(f, why),
    }
}

/// What the passkey's button says; none where nothing is confirmed.
const fn passkey_words(kind: BankOrderKind, f: Frame<'_>) -> Option<&'static str> {
    match kind {
        BankOrderKind::TopUp => Some(f.t.passkey_top_up),
        BankOrderKind::Withdraw => Some(f.t.passkey_withdraw),
        BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer => None,
    }
}

async fn one_page(
    portal: &Portal,
    f: Frame<'_>,
    id: &str,
    view: &BankView,
    error: Option<(StatusCode, String)>,
) -> Response {
    let (order, path) = (&view.order, format!("{FORM}/{}", view.order.no));
    let (status, error) = error.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let sum = |money: Option<Money>| money.map(shown).unwrap_or_default();
    let is_out = order.kind == BankOrderKind::Withdraw;
    let lines = [
        (f.t.card_fee, sum(is_out.then(|| order.fee()))),
        (f.t.card_from_balance, sum(order.with_fee().ok().filter(|_| is_out))),
        (f.t.card_to_balance, sum((order.kind == BankOrderKind::TopUp).then(|| order.amount()))),
        (f.t.time, f.t.moment(order.asked_at_us)),
        (f.t.bank_order_no, order.no.to_string()),
    ];
    let (csrf, action) = (portal.seals.token(&path, id), format!("{}{path}", portal.root));
    let is_draft = order.state == BankOrderState::Draft;
    let passkey = match passkey_words(order.kind, f).filter(|_| is_draft) {
        Some(label) => PasskeyForm::confirming(portal, label, order.party, &action, &csrf).await,
        None => None,
    };
    let one = OnePage {
        f,
        csrf,
        action,
        kind: kind_words(order.kind, f.t),
        card: card_name(&view.card, f.t),
        amount: shown(order.amount()),
        state: state_words(order.state, f.t),
        reason: reason_words(order, f.t),
        lines: lines.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        is_draft,
        is_done: order.state == BankOrderState::Done,
        is_open: order.state.is_open() || order.state == BankOrderState::Returning,
        is_given_up: order.state == BankOrderState::GivenUp,
        can_close: matches!(bank_next(order.kind, order.state, BankEvent::Close), BankMove::To(_)),
        passkey,
        error,
    };
    page(status, &one)
}

/// What a form of one order is held against before anything is done.
async fn opened(
    portal: &Portal,
    visitor: &Visitor,
    no: &str,
    csrf: &str,
) -> Result<(String, Session, BankView), Unopened> {
    let (id, session) = wallet::session(portal, visitor).ok_or(Unopened::FormGone)?;
    if !portal.seals.is_right(csrf, &format!("{FORM}/{no}"), &id) {
        return Err(Unopened::FormGone);
    }
    let view = find(portal, session, no).await?;
    Ok((id, session, view))
}

/// Confirms a draft: the password is given for this very order and used up by it.
async fn confirm(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<OneForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(OneForm { csrf, pay_password })) = form else { return form_gone(f) };
    let (id, session, view) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    match bank::confirm(&portal, &view.order, Secret::new(pay_password)).await {
        Ok(_) => see_other(&format!("{}{FORM}/{no}", portal.root)),
        Err(refused) => again(&portal, f, &id, session, &no, refused).await,
    }
}

/// Gives the script the challenge for this order as its page shows it.
async fn begin_by_passkey(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<ActFields>,
) -> Response {
    let Ok(Form(fields)) = form else { return Unopened::FormGone.told(visitor.texts) };
    let opened = opened(&portal, &visitor, &no, &fields.csrf).await;
    match opened.map(|(_, session, view)| (session, act_of_bank_order(&view.order))) {
        Ok((session, Some(act))) => {
            told(passkey_acts::begin(&portal, Asker::page(&session), act, false).await, visitor.texts)
        }
        Ok((_, None)) => Unopened::NotThere.told(visitor.texts),
        Err(why) => why.told(visitor.texts),
    }
}

/// Confirms what was shown.
async fn confirm_by_passkey(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<ActFields>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(fields)) = form else { return form_gone(f) };
    let (id, session, view) = match opened(&portal, &visitor, &no, &fields.csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    let result = format!("{}{FORM}/{no}", portal.root);
    if view.order.state != BankOrderState::Draft {
        return see_other(&result);
    }
    let act = act_of_bank_order(&view.order);
    match fields.confirmed(&portal, &session, |shown| Some(*shown) == act).await {
        Ok(confirmed) => match bank::confirm_with(&portal, &view.order, confirmed.proof).await {
            Ok(_) => see_other(&result),
            Err(refused) => again(&portal, f, &id, session, &no, refused).await,
        },
        Err(error) => {
            let refused = Some((error.status(), words(&error, f.t).to_owned()));
            one_page(&portal, f, &id, &view, refused).await
        }
    }
}

/// Gives an order up. Sent twice, it is given up once.
async fn close(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<OneForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(OneForm { csrf, .. })) = form else { return form_gone(f) };
    let (id, session, view) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(why) => return unopened(f, why),
    };
    match bank::close(&portal, session.party, view.order.no).await {
        Ok(_) => see_other(&format!("{}{FORM}/{no}", portal.root)),
        Err(refused) => again(&portal, f, &id, session, &no, refused).await,
    }
}

/// The order as it stands now, with what did not come about.
async fn again(
    portal: &Portal,
    f: Frame<'_>,
    id: &str,
    session: Session,
    no: &str,
    refused: bank::BankNo,
) -> Response {
    match find(portal, session, no).await {
        Ok(now) => one_page(portal, f, id, &now, Some(refusal_words(refused, f.t))).await,
        Err(why) => unopened(f, why),
    }
}
