//! The cashier with passkeys: signing in with one, and confirming the payment with one in the place of the payment
//! password.
//!
//! Signing in says who pays, and pays nothing: the payment is confirmed on its own page, where payee, amount and what
//! is paid with stand, by a challenge for exactly these.

use super::pay::{by_balance, by_card, form_gone, moved_on, pay_page};
use super::{Place, Sent, Shared, Standing, Text, Way, sign_in_page, take_up};
use crate::order_view::{self, Summary, Unanswered};
use crate::passkey_page::{ActFields, PasskeyForm, Unopened, told, words};
use crate::people::passkey_acts::{self, Confirmed};
use crate::people::{Asker, ClientAddress};
use crate::pockets::card_of;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, see_other};
use crate::session::Session;
use crate::visit;
use crate::wallet_passkeys::signed_in;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use engine::act_of_paying;
use people::{ActKind, ShownAct};
use std::sync::Arc;
use trade::Order;

/// The routes below an order's page.
pub(super) fn routes_of(way: Way, path: &str) -> Router<Arc<Portal>> {
    type Client = Option<Extension<ClientAddress>>;
    Router::new()
        .route(
            &format!("{path}/sign-in/passkey"),
            post(async move |State(p): Shared, Path(t): Text, c: Client, v: Visitor, form: Fields| {
                sign_in(Place::new(&p, way, t), c.map(|Extension(client)| client), v, form).await
            }),
        )
        .route(
            &format!("{path}/pay/passkey/options"),
            post(async move |State(p): Shared, Path(t): Text, v: Visitor, form: Fields| {
                begin_paying(Place::new(&p, way, t), v, form).await
            }),
        )
        .route(
            &format!("{path}/pay/passkey"),
            post(async move |State(p): Shared, Path(t): Text, v: Visitor, form: Fields| {
                pay(Place::new(&p, way, t), v, form).await
            }),
        )
}

type Fields = Sent<ActFields>;

/// The form that pays with a passkey, where the buyer has one, once the password of the sign-in does not pay by itself.
pub(super) async fn pay_form(
    place: &Place<'_>,
    f: Frame<'_>,
    session: &Session,
    csrf: &str,
    order: &Summary,
) -> Option<PasskeyForm> {
    if !session.spent {
        return None;
    }
    let words = if order.terms.is_empty() { f.t.passkey_pay } else { f.t.passkey_pay_and_sign };
    let (label, action) = (words.replace("{}", &order.amount), place.address("/pay"));
    let form = PasskeyForm::confirming(place.portal, &label, session.party, &action, csrf).await?;
    Some(PasskeyForm { chosen: Some("pocket"), ..form })
}

/// Signs the buyer in and takes the order up.
async fn sign_in(
    place: Place<'_>,
    client: Option<ClientAddress>,
    visitor: Visitor,
    form: Fields,
) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let form = form
        .ok()
        .filter(|Form(fields)| visit::is_own_form(place.portal, &visitor, &place.path(), &fields.csrf));
    let Some(Form(fields)) = form else { return form_gone(&place, f, &order).await };
    if place.standing(&order) != Standing::Payable {
        return see_other(&place.address(""));
    }
    match signed_in(place.portal, client, &fields.challenge_id, &fields.credential).await {
        Ok(proof) => take_up(&place, &visitor, &order, "", proof).await,
        Err(error) => {
            let told = (error.status(), words(&error, f.t).to_owned());
            sign_in_page(&place, &visitor, &order, "", Some(told)).await
        }
    }
}

/// Gives the script the challenge for this payment as its page shows it, with what was chosen to pay with.
async fn begin_paying(place: Place<'_>, visitor: Visitor, form: Fields) -> Response {
    match asked(&place, &visitor, form).await {
        Ok((session, act)) => {
            let begun = passkey_acts::begin(place.portal, Asker::page(&session), act, place.by_code()).await;
            told(begun, visitor.texts)
        }
        Err(why) => why.told(visitor.texts),
    }
}

/// Who asks, and for which payment.
async fn asked(place: &Place<'_>, visitor: &Visitor, form: Fields) -> Result<(Session, ShownAct), Unopened> {
    let order = match order_view::find(place.portal, &place.token).await {
        Ok(found) => found.ok_or(Unopened::NotThere)?,
        Err(Unanswered) => return Err(Unopened::Busy),
    };
    let (_, session, fields) = own_form(place, visitor, &order, form).ok_or(Unopened::FormGone)?;
    let card = card_of(&fields.pocket).map_err(|()| Unopened::FormGone)?;
    Ok((session, act_of_paying(order.no, order.seller, order.total(), card)))
}

fn own_form(
    place: &Place<'_>,
    visitor: &Visitor,
    order: &Order,
    form: Fields,
) -> Option<(String, Session, ActFields)> {
    let ((id, session), Form(fields)) = (place.session(visitor, order)?, form.ok()?);
    place.portal.seals.is_right(&fields.csrf, &place.path(), &id).then_some((id, session, fields))
}

/// Pays what was shown, with what was chosen when the passkey was asked for.
async fn pay(place: Place<'_>, visitor: Visitor, form: Fields) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let Some((id, session, fields)) = own_form(&place, &visitor, &order, form) else {
        return form_gone(&place, f, &order).await;
    };
    if let Some(elsewhere) = moved_on(&place, f, &order, session.party).await {
        return elsewhere;
    }
    // A session is of one order, so a challenge for another one is none of its.
    let fits = |act: &ShownAct| {
        act.about == order.no && matches!(act.kind, ActKind::PayFromBalance | ActKind::PayByCard)
    };
    match fields.confirmed(place.portal, &session, fits).await {
        Ok(Confirmed { act, proof, .. }) => {
            let session = Session { attempt: proof, ..session };
            match act.card {
                None => by_balance(&place, f, &order, &id, session).await,
                Some(card) => by_card(&place, f, &order, &id, session, card).await,
            }
        }
        Err(error) => pay_page(&place, f, &order, &id, session, Some(words(&error, f.t).to_owned())).await,
    }
}
