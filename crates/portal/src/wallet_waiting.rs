//! Payments that wait in the wallet for their buyer: each is confirmed with the payment password, or by a passkey.

use crate::order_view::{self, Unanswered};
use crate::passkey_page::{ActFields, PasskeyForm, Unopened, told, words};
use crate::people::{Asker, passkey_acts};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, see_other};
use crate::risk_words::risk_words;
use crate::session::Session;
use crate::sign_in::{self, About};
use crate::texts::{Texts, shown};
use crate::wallet::{self, FORM, Sent, Shared, cashier_of, form_gone, wallet_page};
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use base::{OrderNo, PartyId, Secret};
use cell::CellError;
use engine::{ConfirmPay, FindTrade, act_of_paying};
use people::{ActKind, ShownAct};
use serde::Deserialize;
use std::sync::Arc;
use trade::{PayRefused, Trade};

/// Where they are confirmed.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/confirm", post(confirm))
        .route("/wallet/confirm/passkey/options", post(begin_by_passkey))
        .route("/wallet/confirm/passkey", post(confirm_by_passkey))
}

#[derive(Deserialize)]
struct ConfirmForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    trade_no: String,
    #[serde(default)]
    pay_password: String,
}

/// The form that pays one of them with a passkey, for those who have one.
pub(crate) async fn pay_form(
    portal: &Portal,
    f: Frame<'_>,
    party: PartyId,
    trade: &Trade,
    payee: &str,
    csrf: &str,
) -> Option<PasskeyForm> {
    let action = format!("{}/wallet/confirm", portal.root);
    let label = f.t.passkey_pay.replace("{}", &shown(trade.total()));
    let form = PasskeyForm::confirming(portal, &label, party, &action, csrf).await?;
    // Several stand in one list.
    let named = Some(format!("{label} · {payee}"));
    Some(PasskeyForm { hidden: vec![("trade_no", trade.no.to_string())], named, ..form })
}

/// Who is signed in, and which payment a form of ours names.
fn opened(
    portal: &Portal,
    visitor: &Visitor,
    csrf: &str,
    trade_no: &str,
) -> Option<(String, Session, OrderNo)> {
    let (id, session) = wallet::session(portal, visitor)?;
    let order_no = trade_no.parse().ok()?;
    portal.seals.is_right(csrf, FORM, &id).then_some((id, session, order_no))
}

/// Where a payment must be made instead: what is signed by paying must have been seen.
async fn elsewhere(portal: &Portal, f: Frame<'_>, order_no: OrderNo) -> Option<Response> {
    match order_view::signing(portal, order_no).await {
        Ok(None) => None,
        Ok(Some(_)) => Some(see_other(&cashier_of(portal, order_no))),
        Err(Unanswered) => Some(message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None)),
    }
}

/// Confirms one waiting payment: the password is given for this very order.
async fn confirm(State(portal): Shared, visitor: Visitor, form: Sent<ConfirmForm>) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(ConfirmForm { csrf, trade_no, pay_password })) = form else { return form_gone(&portal, f) };
    let Some((id, session, order_no)) = opened(&portal, &visitor, &csrf, &trade_no) else {
        return form_gone(&portal, f);
    };
    if let Some(elsewhere) = elsewhere(&portal, f, order_no).await {
        return elsewhere;
    }
    let party = session.party;
    // The name is for those without a password; whoever is signed in has one.
    let (name, about) = (party.to_string(), About::Order(order_no));
    match sign_in::by_party(&portal, party, &name, Secret::new(pay_password), about).await {
        Ok(proof) => pay(&portal, &visitor, (&id, session), order_no, proof.attempt).await,
        Err(refused) => {
            let words = Some(refused.words(f.t));
            wallet_page(&portal, &visitor, &id, session, refused.status(), words).await
        }
    }
}

/// Gives the script the challenge for one waiting payment as the wallet shows it.
async fn begin_by_passkey(State(portal): Shared, visitor: Visitor, form: Sent<ActFields>) -> Response {
    match asked(&portal, &visitor, form).await {
        Ok((session, act)) => {
            told(passkey_acts::begin(&portal, Asker::page(&session), act, false).await, visitor.texts)
        }
        Err(why) => why.told(visitor.texts),
    }
}

/// Who asks, and for which payment.
async fn asked(
    portal: &Portal,
    visitor: &Visitor,
    form: Sent<ActFields>,
) -> Result<(Session, ShownAct), Unopened> {
    let Ok(Form(ActFields { csrf, trade_no, .. })) = form else { return Err(Unopened::FormGone) };
    let opened = opened(portal, visitor, &csrf, &trade_no);
    let (_, session, order_no) = opened.ok_or(Unopened::FormGone)?;
    let trade = portal.door.ask(FindTrade { buyer: session.party, order_no }).await?;
    Ok((session, act_of_paying(order_no, trade.seller, trade.total(), None)))
}

/// Pays what was shown.
async fn confirm_by_passkey(State(portal): Shared, visitor: Visitor, form: Sent<ActFields>) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(fields)) = form else { return form_gone(&portal, f) };
    let Some((id, session, order_no)) = opened(&portal, &visitor, &fields.csrf, &fields.trade_no) else {
        return form_gone(&portal, f);
    };
    if let Some(elsewhere) = elsewhere(&portal, f, order_no).await {
        return elsewhere;
    }
    let fits = |act: &ShownAct| act.kind == ActKind::PayFromBalance && act.about == order_no;
    match fields.confirmed(&portal, &session, fits).await {
        Ok(confirmed) => pay(&portal, &visitor, (&id, session), order_no, confirmed.proof).await,
        Err(error) => {
            let words = Some(words(&error, f.t).to_owned());
            wallet_page(&portal, &visitor, &id, session, error.status(), words).await
        }
    }
}

/// Pays with what was proven for this order.
async fn pay(
    portal: &Portal,
    visitor: &Visitor,
    (id, session): (&str, Session),
    order_no: OrderNo,
    attempt: u64,
) -> Response {
    let f = visitor.frame(portal);
    let again = async |status, error: &str| {
        wallet_page(portal, visitor, id, session, status, Some(error.to_owned())).await
    };
    let result = format!("{}/wallet/trades/{order_no}", portal.root);
    match portal.door.ask(ConfirmPay { buyer: session.party, order_no, attempt }).await {
        Ok(_) | Err(CellError::Refused(PayRefused::AlreadyPaid)) => see_other(&result),
        Err(CellError::Refused(refused)) => again(StatusCode::CONFLICT, refusal_words(refused, f.t)).await,
        Err(CellError::Busy) => again(StatusCode::SERVICE_UNAVAILABLE, f.t.busy).await,
        Err(CellError::Unknown) => {
            let link = Some((f.t.see_result, result));
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.unknown_text), link)
        }
    }
}

fn refusal_words(refused: PayRefused, t: &Texts) -> &'static str {
    match refused {
        PayRefused::BalanceTooLow => t.balance_too_low,
        PayRefused::StaticLimit => t.over_static_limit,
        PayRefused::BuyerStopped => t.payments_stopped,
        PayRefused::BuyerLimit => t.over_limit,
        PayRefused::CardUnderWay => t.card_under_way,
        PayRefused::ProofMissing => t.proof_gone,
        PayRefused::AlreadyPaid => t.paid_already,
        PayRefused::AlreadyClosed => t.closed_text,
        PayRefused::Risk(why) => risk_words(why, t).1,
        PayRefused::BuyerBlocked => t.blocked_text,
        PayRefused::BuyerIsSeller => t.own_order_text,
        PayRefused::TradeNotFound | PayRefused::BuyerDiffers | PayRefused::CodeInvalid => t.not_found,
    }
}
