//! A payment by card that its bank did not decide yet: the page that waits, and the way to another way to pay.

use super::live::Live;
use super::pay::form_gone;
use super::{Place, Sent, unanswered};
use crate::bank;
use crate::card_words::{card_name, state_words};
use crate::order_view::{self, Progress, Standing, Summary, progress};
use crate::respond::{Frame, Visitor, page, see_other};
use crate::session::Session;
use askama::Template;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::Response;
use engine::FindBankOrder;
use serde::Deserialize;
use trade::Order;

#[derive(Template)]
#[template(path = "cashier_wait.html")]
struct WaitPage<'a> {
    f: Frame<'a>,
    order: Summary,
    /// Absent when it was decided and the merchant's books are about to say so.
    waits: Option<Waits>,
    /// Where it looks again: the page may have been the answer to a form.
    here: String,
    action: String,
    csrf: String,
    live: Live,
}

/// What the bank is asked.
struct Waits {
    card: String,
    state: &'static str,
    bank_order: String,
}

/// The form that revokes.
#[derive(Deserialize)]
pub(super) struct RevokeForm {
    #[serde(default)]
    csrf: String,
    /// Which payment was shown with it: another one of the same order is not meant.
    #[serde(default)]
    bank_order: String,
}

/// The page that waits for the bank while it is asked; else what `or` makes.
pub(super) async fn wait_or(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    id: &str,
    session: Session,
    or: impl AsyncFnOnce() -> Response,
) -> Response {
    let waits = match progress(place.portal, session.party, order.no).await {
        Ok(Progress::Bank(no)) => {
            let Ok(view) = place.portal.door.ask(FindBankOrder { party: session.party, no }).await else {
                return unanswered(place, f);
            };
            Some(Waits {
                card: card_name(&view.card, f.t),
                state: state_words(view.order.state, f.t),
                bank_order: no.to_string(),
            })
        }
        Ok(Progress::Free) => return or().await,
        // Decided after the order was read: nobody who paid is asked to pay.
        Ok(Progress::Decided) => match place.order(f).await {
            Ok(fresh) if place.standing(&fresh) == Standing::Payable => None,
            Ok(_) => return see_other(&place.address("")),
            Err(response) => return response,
        },
        Err(_) => return unanswered(place, f),
    };
    let live = Live::of(place, order, place.address("/result")).of_payer();
    let Ok(order) = order_view::summary(place.portal, order, f.t).await else { return unanswered(place, f) };
    let (here, action) = (place.address(""), place.address("/revoke"));
    let csrf = place.portal.seals.token(&place.path(), id);
    page(StatusCode::OK, &WaitPage { f, order, waits, here, action, csrf, live })
}

/// Revokes what is under way, so that the order can be paid in another way. Sent twice, it is revoked once.
pub(super) async fn revoke(place: Place<'_>, visitor: Visitor, form: Sent<RevokeForm>) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let (Ok(Form(RevokeForm { csrf, bank_order })), Some((id, session))) =
        (form, place.session(&visitor, &order))
    else {
        return form_gone(&place, f, &order).await;
    };
    if !place.portal.seals.is_right(&csrf, &place.path(), &id) {
        return form_gone(&place, f, &order).await;
    }
    match progress(place.portal, session.party, order.no).await {
        Ok(Progress::Bank(no)) if bank_order.parse() == Ok(no) => {
            match bank::close(place.portal, session.party, no).await {
                // Decided a moment ago: the page says how.
                Ok(_) | Err(bank::BankNo::TooLate | bank::BankNo::NoOrder) => see_other(&place.address("")),
                Err(_) => unanswered(&place, f),
            }
        }
        Ok(_) => see_other(&place.address("")),
        Err(_) => unanswered(&place, f),
    }
}
