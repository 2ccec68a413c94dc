//! The page that asks "pay this, and with what?", and what comes of the answer.

use super::live::{self, Live, Now};
use super::pocket::{Pockets, pockets};
use super::{Place, Sent, is_payer, passkey, result, unanswered};
use crate::card_words::order_refusal_words;
use crate::order_view::{self, Progress, Standing, Summary, Unanswered};
use crate::passkey_page::PasskeyForm;
use crate::pockets::card_of;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::risk_words::risk_words;
use crate::session::Session;
use crate::sign_in::{self, About};
use askama::Template;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::Response;
use base::{CardNo, PartyId, Secret};
use cell::CellError;
use engine::{ConfirmPay, FindParty, LastTry, PayByCard, PayByCardRefused};
use serde::Deserialize;
use trade::{Order, PayRefused};

/// The form that pays.
#[derive(Deserialize)]
pub(super) struct PayForm {
    #[serde(default)]
    pub(super) csrf: String,
    /// What is paid with: the balance, or the number of a card.
    #[serde(default)]
    pub(super) pocket: String,
    /// Asked for again once the password of the sign-in was used up by a card.
    #[serde(default)]
    pub(super) pay_password: String,
}

#[derive(Template)]
#[template(path = "cashier_pay.html")]
struct PayPage<'a> {
    f: Frame<'a>,
    order: Summary,
    action: String,
    csrf: String,
    buyer: String,
    pockets: Pockets,
    can_pay: bool,
    asks_password: bool,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
    live: Live,
}

/// What a form hears that is out of date, or not of this browser: it did nothing, which says nothing of a payment that
/// another one made.
pub(super) async fn form_gone(place: &Place<'_>, f: Frame<'_>, order: &Order) -> Response {
    match live::now(place, order).await {
        Ok(Now::Paid | Now::Refunded) => see_other(&place.address("")),
        Ok(Now::Paying) => result::not_known(place, f, order, StatusCode::FORBIDDEN).await,
        Ok(Now::Waiting | Now::Taken | Now::Tried | Now::Closed | Now::CodeExpired) => {
            let again = Some((f.t.reload, place.address("")));
            message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.form_did_nothing), again)
        }
        Err(Unanswered) => unanswered(place, f),
    }
}

/// The page that asks "pay this?".
pub(super) async fn pay_page(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    id: &str,
    session: Session,
    error: Option<String>,
) -> Response {
    let Ok(buyer) = place.portal.door.ask(FindParty { party: session.party }).await else {
        return unanswered(place, f);
    };
    let Ok(pockets) = pockets(place.portal, f, order, &buyer).await else { return unanswered(place, f) };
    let can_pay = pockets.all.iter().any(|pocket| pocket.pays);
    let status = if error.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    // Nothing was asked for by opening the page, and an earlier try may have taken money.
    let why = if buyer.stop.holds() { f.t.opens_stopped } else { f.t.opens_too_low };
    let error = error.or_else(|| (!can_pay).then(|| why.to_owned()));
    let (action, csrf) = (place.address("/pay"), place.portal.seals.token(&place.path(), id));
    let live = Live::of(place, order, place.address("/result")).of_payer();
    let (buyer, asks_password) = (buyer.masked_login(), session.spent);
    let Ok(order) = order_view::summary(place.portal, order, f.t).await else { return unanswered(place, f) };
    let passkey = match can_pay {
        true => passkey::pay_form(place, f, &session, &csrf, &order).await,
        false => None,
    };
    let shown =
        PayPage { f, order, action, csrf, buyer, pockets, can_pay, asks_password, passkey, error, live };
    page(status, &shown)
}

/// Pays. Sent twice, it pays once: the second finds the trade paid, or the same bank order.
pub(super) async fn pay(place: Place<'_>, visitor: Visitor, form: Sent<PayForm>) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let (Ok(Form(form)), Some((id, session))) = (form, place.session(&visitor, &order)) else {
        return form_gone(&place, f, &order).await;
    };
    if !place.portal.seals.is_right(&form.csrf, &place.path(), &id) {
        return form_gone(&place, f, &order).await;
    }
    let Ok(card) = card_of(&form.pocket) else { return form_gone(&place, f, &order).await };
    if let Some(elsewhere) = moved_on(&place, f, &order, session.party).await {
        return elsewhere;
    }
    let attempt = match attempt(&place, &order, session, form.pay_password).await {
        Ok(attempt) => attempt,
        Err(words) => return pay_page(&place, f, &order, &id, session, Some(words(f))).await,
    };
    match card {
        None => by_balance(&place, f, &order, &id, Session { attempt, ..session }).await,
        Some(card) => by_card(&place, f, &order, &id, Session { attempt, ..session }, card).await,
    }
}

/// Where a form leads that came again, or too late: nothing asks for a payment that was made, or is under way.
pub(super) async fn moved_on(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    buyer: PartyId,
) -> Option<Response> {
    match place.standing(order) {
        Standing::Payable => match order_view::progress(place.portal, buyer, order.no).await {
            Ok(Progress::Free) => None,
            Ok(Progress::Bank(_) | Progress::Decided) => Some(see_other(&place.address(""))),
            Err(_) => Some(unanswered(place, f)),
        },
        Standing::Paid if is_payer(order, buyer) => Some(see_other(&place.address("/result"))),
        Standing::Paid | Standing::Refunded | Standing::Closed | Standing::CodeExpired => {
            Some(see_other(&place.address("")))
        }
    }
}

/// Words of a refusal, in the language of the page.
type Words = Box<dyn FnOnce(Frame<'_>) -> String + Send>;

/// The password try that pays: the one of the sign-in, or a new one when that was used up.
async fn attempt(place: &Place<'_>, order: &Order, session: Session, password: String) -> Result<u64, Words> {
    if !session.spent {
        return Ok(session.attempt);
    }
    let (party, about) = (session.party, About::Order(order.no));
    let proof =
        sign_in::by_party(place.portal, party, &party.to_string(), Secret::new(password), about).await;
    proof
        .map(|proof| proof.attempt)
        .map_err(|refused| Box::new(move |f: Frame<'_>| refused.words(f.t)) as Words)
}

/// Pays from the balance with the proof of the session.
pub(super) async fn by_balance(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    id: &str,
    session: Session,
) -> Response {
    let confirm = ConfirmPay { buyer: session.party, order_no: order.no, attempt: session.attempt };
    match place.portal.door.ask(confirm).await {
        Ok(_) => see_other(&place.address("/result")),
        Err(CellError::Refused(refused)) => not_paid(place, f, order, id, session, refused).await,
        Err(CellError::Busy) => pay_page(place, f, order, id, session, Some(f.t.busy.to_owned())).await,
        Err(CellError::Unknown) => result::not_known(place, f, order, StatusCode::GATEWAY_TIMEOUT).await,
    }
}

/// Asks the bank: the page that waits shows what it says.
pub(super) async fn by_card(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    id: &str,
    session: Session,
    card: CardNo,
) -> Response {
    let Session { party: buyer, attempt, .. } = session;
    // The form was looked at: it is refused while anything is under way, and asks for a proof after each try.
    let last_try = LastTry::Unsaid;
    match place.portal.door.ask(PayByCard { buyer, order_no: order.no, card, attempt, last_try }).await {
        Ok(_) => {
            place.portal.sessions.spend(id);
            see_other(&place.address(""))
        }
        Err(CellError::Refused(PayByCardRefused::Pay(refused))) => {
            not_paid(place, f, order, id, session, refused).await
        }
        Err(CellError::Refused(PayByCardRefused::MovedOn)) => see_other(&place.address("")),
        Err(CellError::Refused(PayByCardRefused::CreditOff)) => {
            pay_page(place, f, order, id, session, Some(f.t.credit_off.to_owned())).await
        }
        Err(CellError::Refused(PayByCardRefused::Card(refused))) => {
            let words = order_refusal_words(refused, f.t).to_owned();
            pay_page(place, f, order, id, session, Some(words)).await
        }
        Err(CellError::Busy) => pay_page(place, f, order, id, session, Some(f.t.busy.to_owned())).await,
        Err(CellError::Unknown) => {
            // It may have been used up.
            place.portal.sessions.spend(id);
            result::not_known(place, f, order, StatusCode::GATEWAY_TIMEOUT).await
        }
    }
}

/// What the buyer sees when the payment was refused.
async fn not_paid(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    id: &str,
    session: Session,
    refused: PayRefused,
) -> Response {
    let again = async |words: &str| pay_page(place, f, order, id, session, Some(words.to_owned())).await;
    let (status, words) = match refused {
        PayRefused::AlreadyPaid => return see_other(&place.address("/result")),
        PayRefused::BalanceTooLow => return again(f.t.balance_too_low).await,
        PayRefused::StaticLimit => return again(f.t.over_static_limit).await,
        PayRefused::BuyerStopped => return again(f.t.payments_stopped).await,
        PayRefused::BuyerLimit => return again(f.t.over_limit).await,
        // What was closed meanwhile may have been so with a card under way: the order's page says how it stands.
        PayRefused::CardUnderWay | PayRefused::AlreadyClosed => return see_other(&place.address("")),
        PayRefused::ProofMissing => {
            place.portal.sessions.end(id);
            let again = Some((f.t.reload, place.address("")));
            return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.proof_gone), again);
        }
        PayRefused::Risk(why) => {
            // What was noted used the try up.
            place.portal.sessions.spend(id);
            (StatusCode::FORBIDDEN, risk_words(why, f.t))
        }
        PayRefused::BuyerBlocked => (StatusCode::FORBIDDEN, (f.t.blocked, f.t.blocked_text)),
        PayRefused::BuyerIsSeller => (StatusCode::FORBIDDEN, (f.t.own_order, f.t.own_order_text)),
        PayRefused::TradeNotFound | PayRefused::BuyerDiffers | PayRefused::CodeInvalid => {
            (StatusCode::FORBIDDEN, (f.t.other_buyer, f.t.other_buyer_text))
        }
    };
    result::ended(place, f, order, (status, words)).await
}
