//! What came of an order: paid, closed, refused, or not known yet; and the ways on, all of them of the signed order.
//!
//! Whoever paid sees the result, and so does the browser that was shown the order while it could be paid: somebody who
//! scans the code of a desktop's page pays on the phone, and the desktop goes back to the shop. A link that is followed
//! later shows neither.

use super::live::{self, Live, Now};
use super::{Place, Shared, Text, Way, is_payer, unanswered};
use crate::order_view::{self, Standing, Summary};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::texts::Texts;
use crate::visit;
use askama::Template;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use fund::BankOrderState;
use serde::Deserialize;
use std::sync::Arc;
use trade::Order;

/// Title and text.
type Words = (&'static str, &'static str);

/// What a browser says that did not sign in.
#[derive(Deserialize)]
struct Seen {
    /// Proves that this browser was shown the order.
    #[serde(default)]
    seen: String,
}

/// What the mark above the title says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mark {
    Paid,
    NotKnown,
    Ended,
}

impl Mark {
    /// What the style sheet calls it.
    const fn class(self) -> &'static str {
        match self {
            Mark::Paid => "mark",
            Mark::NotKnown => "mark note",
            Mark::Ended => "mark over",
        }
    }
}

#[derive(Template)]
#[template(path = "cashier_result.html")]
struct ResultPage<'a> {
    f: Frame<'a>,
    order: Summary,
    mark: &'static str,
    title: &'static str,
    text: &'static str,
    paid: Option<Paid>,
    /// The way back to the shop; of an order that was not paid, where buyers go who give up.
    return_url: Option<String>,
    /// Where to look again, and what the script asks meanwhile; absent when all is known.
    live: Option<Live>,
    /// The words of looking again.
    again: &'static str,
}

/// What is told of an order that was paid.
struct Paid {
    trade_no: String,
    at: String,
}

/// The route below an order's page.
pub(super) fn routes_of(way: Way, path: &str) -> Router<Arc<Portal>> {
    type Asked = Result<Query<Seen>, QueryRejection>;
    Router::new().route(
        &format!("{path}/result"),
        get(async move |State(p): Shared, Path(t): Text, v: Visitor, asked: Asked| {
            let seen = asked.map_or_else(|_| String::new(), |Query(Seen { seen })| seen);
            show(Place::new(&p, way, t), v, &seen).await
        }),
    )
}

/// What the token is of that proves that a browser was shown an order.
pub(super) fn seal_of(place: &Place<'_>) -> String {
    // No path has a space: it is no form's token.
    format!("{} seen", place.path())
}

/// The address of the result, for a browser with this token.
pub(super) fn address(place: &Place<'_>, token: &str) -> String {
    place.address(&format!("/result?seen={token}"))
}

/// What the buyer who paid sees, with the way back to the shop, or whoever was shown the order.
async fn show(place: Place<'_>, visitor: Visitor, seen: &str) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let own = place.session(&visitor, &order).is_some_and(|(_, session)| is_payer(&order, session.party));
    let was_shown = visit::is_own_form(place.portal, &visitor, &seal_of(&place), seen);
    if place.standing(&order) == Standing::Paid && (own || was_shown) {
        return paid(&place, f, order).await;
    }
    if !was_shown {
        return see_other(&place.address(""));
    }
    let live = Live::of(&place, &order, address(&place, seen));
    let again = (f.t.look_again, if own { live.of_payer() } else { live });
    match live::now(&place, &order).await {
        Ok(Now::Waiting | Now::Taken | Now::Tried) => {
            let words = (f.t.not_paid_yet, f.t.not_paid_yet_text);
            tell(&place, f, &order, Mark::NotKnown, (StatusCode::OK, words), Some(again)).await
        }
        Ok(Now::Paying) => {
            let words = (f.t.unknown, f.t.unknown_text);
            tell(&place, f, &order, Mark::NotKnown, (StatusCode::OK, words), Some(again)).await
        }
        // The order's page says so.
        Ok(Now::Paid | Now::Refunded | Now::Closed | Now::CodeExpired) => see_other(&place.address("")),
        Err(_) => {
            let words = (f.t.unknown, f.t.unknown_text);
            let status = StatusCode::SERVICE_UNAVAILABLE;
            tell(&place, f, &order, Mark::NotKnown, (status, words), Some(again)).await
        }
    }
}

async fn paid(place: &Place<'_>, f: Frame<'_>, order: Arc<Order>) -> Response {
    let at = order.paid_at_us.map(|at_us| f.t.moment(at_us)).unwrap_or_default();
    let told = Paid { trade_no: order.no.to_string(), at };
    let Ok(summary) = order_view::summary(place.portal, &order, f.t).await else {
        return unanswered(place, f);
    };
    let return_url = order_view::return_link(place.portal, order).await;
    let text = if return_url.is_none() { f.t.keep_number } else { "" };
    let (mark, title) = (Mark::Paid.class(), f.t.success);
    let (paid, live, again) = (Some(told), None, "");
    let shown = ResultPage { f, order: summary, mark, title, text, paid, return_url, live, again };
    page(StatusCode::OK, &shown)
}

/// The page of an order that was not paid and will not be by whoever reads it: it was closed, or the payment refused.
pub(super) async fn ended(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    told: (StatusCode, Words),
) -> Response {
    tell(place, f, order, Mark::Ended, told, None).await
}

/// Status, title and text of an order that ended unpaid. That nothing was taken is said of none that a card was to pay:
/// its bank may have taken the money, and one that was revoked before the last try may still.
pub(super) fn ended_words(
    standing: Standing,
    last: Option<BankOrderState>,
    t: &'static Texts,
) -> (StatusCode, Words) {
    let (status, (title, nothing_taken)) = standing.words(t);
    let text = match last {
        None => nothing_taken,
        Some(BankOrderState::GivenUp) => t.bank_given_up_text,
        Some(BankOrderState::Returning) => t.bank_returning,
        Some(BankOrderState::Returned) => t.bank_returned,
        Some(BankOrderState::Credited) => t.bank_credited,
        Some(
            BankOrderState::Draft
            | BankOrderState::Asked
            | BankOrderState::Unknown
            | BankOrderState::Done
            | BankOrderState::Failed
            | BankOrderState::Closed,
        ) => t.closed_after_card,
    };
    (status, (title, text))
}

/// The page of a payment that may have been made: its answer was lost, or a bank may still take money for what ended.
pub(super) async fn not_known(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    status: StatusCode,
) -> Response {
    // Its address opens for who signed in.
    let again = (f.t.see_result, Live::of(place, order, place.address("/result")).of_payer());
    let told = (status, (f.t.unknown, f.t.unknown_text));
    tell(place, f, order, Mark::NotKnown, told, Some(again)).await
}

/// The page that says this of an order. Where the order cannot be shown, the words alone are.
async fn tell(
    place: &Place<'_>,
    f: Frame<'_>,
    order: &Order,
    mark: Mark,
    (status, (title, text)): (StatusCode, Words),
    again: Option<(&'static str, Live)>,
) -> Response {
    let Ok(order) = order_view::summary(place.portal, order, f.t).await else {
        let link = again.map(|(words, live)| (words, live.result));
        return message(f, status, (title, text), link);
    };
    let (again, live) = again.map_or(("", None), |(words, live)| (words, Some(live)));
    let return_url = order.quit_url.clone().filter(|_| live.is_none());
    let (mark, paid) = (mark.class(), None);
    page(status, &ResultPage { f, order, mark, title, text, paid, return_url, live, again })
}
