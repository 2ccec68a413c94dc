//! The cashier: a buyer follows a link or scans a code, signs in, checks, pays, and goes back to the shop.
//!
//! What a page does is decided by the order in the cell and by the session; nothing that matters is taken from the
//! request but the link's token, the password and the form's token.

mod live;
mod passkey;
mod pay;
mod pocket;
mod result;
mod wait;

use crate::order_view::{self, Standing, Summary, Unanswered, claim_words, standing};
use crate::passkey_page::PasskeyForm;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other, with_cookie};
use crate::session::{Purpose, Session};
use crate::sign_in::{self, About, Proof, SignInRefused};
use crate::visit::{self, Visit};
use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{PartyId, SECOND_US, Secret};
use cell::CellError;
use engine::ClaimOrder;
use live::{InWallet, Live, Look, Now};
use pay::{PayForm, form_gone, pay, pay_page};
use people::PROOF_LIFE_US;
use serde::Deserialize;
use std::sync::Arc;
use trade::{ClaimRefused, Order};
use wait::{RevokeForm, revoke};

/// The cookie of a signed-in buyer; its path binds it to one order's pages.
const SESSION: &str = "tongbao_cashier";

/// How the buyer came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// By the merchant's link.
    Link,
    /// By scanning the order's code, whose own life then counts.
    Code,
}

impl Way {
    const fn segment(self) -> &'static str {
        match self {
            Way::Link => "cashier",
            Way::Code => "qr",
        }
    }
}

/// The routes of links and of scanned codes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    routes_of(Way::Link).merge(routes_of(Way::Code))
}

type Text = Path<String>;
type Shared = State<Arc<Portal>>;
type Sent<T> = Result<Form<T>, FormRejection>;

fn routes_of(way: Way) -> Router<Arc<Portal>> {
    let path = format!("/{}/{{token}}", way.segment());
    Router::new()
        .route(
            &path,
            get(async move |State(p): Shared, Path(t): Text, v: Visitor| {
                show(Place::new(&p, way, t), v).await
            }),
        )
        .route(
            &format!("{path}/sign-in"),
            post(async move |State(p): Shared, Path(t): Text, v: Visitor, form: Sent<SignInForm>| {
                sign_in(Place::new(&p, way, t), v, form).await
            }),
        )
        .route(
            &format!("{path}/pay"),
            post(async move |State(p): Shared, Path(t): Text, v: Visitor, form: Sent<PayForm>| {
                pay(Place::new(&p, way, t), v, form).await
            }),
        )
        .route(
            &format!("{path}/revoke"),
            post(async move |State(p): Shared, Path(t): Text, v: Visitor, form: Sent<RevokeForm>| {
                revoke(Place::new(&p, way, t), v, form).await
            }),
        )
        .merge(result::routes_of(way, &path))
        .merge(live::routes_of(way, &path))
        .merge(passkey::routes_of(way, &path))
}

/// Which pages we are on.
struct Place<'a> {
    portal: &'a Arc<Portal>,
    way: Way,
    token: String,
}

impl<'a> Place<'a> {
    fn new(portal: &'a Arc<Portal>, way: Way, token: String) -> Place<'a> {
        Place { portal, way, token }
    }

    /// The path of the order's page below the world's root. Only made from a token that named an order.
    fn path(&self) -> String {
        format!("/{}/{}", self.way.segment(), self.token)
    }

    fn address(&self, rest: &str) -> String {
        format!("{}{}{rest}", self.portal.root, self.path())
    }

    fn by_code(&self) -> bool {
        self.way == Way::Code
    }

    /// The session of this browser for this order.
    fn session(&self, visitor: &Visitor, order: &Order) -> Option<(String, Session)> {
        let id = visitor.cookie(SESSION)?;
        let found = self.portal.sessions.find(id, Purpose::Order(order.no), self.portal.door.now_us())?;
        Some((id.to_owned(), found))
    }

    fn standing(&self, order: &Order) -> Standing {
        standing(order, self.by_code(), self.portal.door.now_us())
    }

    /// The order of the link, or the page that says why there is none.
    async fn order(&self, f: Frame<'_>) -> Result<Arc<Order>, Response> {
        match order_view::find(self.portal, &self.token).await {
            Ok(Some(order)) => Ok(order),
            Ok(None) => Err(message(f, StatusCode::NOT_FOUND, (f.t.not_found, f.t.not_found_text), None)),
            Err(Unanswered) => Err(unanswered(self, f)),
        }
    }
}

/// The sign-in form of the cashier.
#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    pay_password: String,
}

#[derive(Template)]
#[template(path = "cashier_sign_in.html")]
struct SignInPage<'a> {
    f: Frame<'a>,
    order: Summary,
    action: String,
    csrf: String,
    login: &'a str,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
    live: Live,
    /// The ways to pay with the wallet; absent where terms are to be read first, which only this page shows.
    wallet: Option<InWallet>,
}

/// The platform could not tell how the order stands: it may be paid, or about to be.
fn unanswered(place: &Place<'_>, f: Frame<'_>) -> Response {
    let again = Some((f.t.reload, place.address("")));
    message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.unanswered_text), again)
}

/// Shows the order: to sign in, to pay, or that nothing can be done any more.
async fn show(place: Place<'_>, visitor: Visitor) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let session = place.session(&visitor, &order);
    match (place.standing(&order), session) {
        (Standing::Payable, Some((id, session))) => {
            wait::wait_or(&place, f, &order, &id, session, async || {
                pay_page(&place, f, &order, &id, session, None).await
            })
            .await
        }
        (Standing::Payable, None) => sign_in_page(&place, &visitor, &order, "", None).await,
        (Standing::Paid, Some((_, session))) if is_payer(&order, session.party) => {
            see_other(&place.address("/result"))
        }
        (other @ (Standing::Closed | Standing::CodeExpired), _) => {
            match live::look(&place, &order).await {
                // Its time is over, or it was closed, but its bank was asked in time and may take the money yet.
                Ok(Look { now: Now::Paying, .. }) => {
                    result::not_known(&place, f, &order, StatusCode::OK).await
                }
                Ok(Look { last, .. }) => {
                    result::ended(&place, f, &order, result::ended_words(other, last, f.t)).await
                }
                Err(Unanswered) => unanswered(&place, f),
            }
        }
        // Who paid, what and how much is nobody else's business.
        (other, _) => {
            let (status, words) = other.words(f.t);
            message(f, status, words, None)
        }
    }
}

/// The form that asks who pays.
async fn sign_in_page(
    place: &Place<'_>,
    visitor: &Visitor,
    order: &Order,
    login: &str,
    refused: Option<(StatusCode, String)>,
) -> Response {
    let f = visitor.frame(place.portal);
    let visit = Visit::of(visitor);
    let (status, error) = refused.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let csrf = visit.token(place.portal, &place.path());
    let passkey =
        PasskeyForm::signing_in(place.portal, f.t, place.address("/sign-in/passkey"), csrf.clone(), "");
    let seen = visit.token(place.portal, &result::seal_of(place));
    let live = Live::of(place, order, result::address(place, &seen));
    let wallet = InWallet::of(place, order);
    let Ok(order) = order_view::summary(place.portal, order, f.t).await else {
        return unanswered(place, f);
    };
    let (action, wallet) = (place.address("/sign-in"), wallet.filter(|_| order.terms.is_empty()));
    let shown = SignInPage { f, order, action, csrf, login, passkey, error, live, wallet };
    visit.keep(place.portal, page(status, &shown))
}

/// Signs the buyer in and takes the order up for them.
async fn sign_in(place: Place<'_>, visitor: Visitor, form: Sent<SignInForm>) -> Response {
    let f = visitor.frame(place.portal);
    let order = match place.order(f).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let own = form.ok().filter(|Form(SignInForm { csrf, .. })| {
        visit::is_own_form(place.portal, &visitor, &place.path(), csrf)
    });
    let Some(Form(SignInForm { login, pay_password, .. })) = own else {
        return form_gone(&place, f, &order).await;
    };
    if place.standing(&order) != Standing::Payable {
        return see_other(&place.address(""));
    }
    let about = About::Order(order.no);
    let proof = match sign_in::by_login(place.portal, &login, Secret::new(pay_password), about).await {
        Ok(proof) => proof,
        Err(refused) => {
            return sign_in_page(&place, &visitor, &order, &login, Some(refused.told(f.t))).await;
        }
    };
    take_up(&place, &visitor, &order, &login, proof).await
}

/// Takes the order up for whoever signed in, and begins the session.
async fn take_up(place: &Place<'_>, visitor: &Visitor, order: &Order, login: &str, proof: Proof) -> Response {
    let f = visitor.frame(place.portal);
    let claim = ClaimOrder { order_no: order.no, buyer: proof.party, by_code: place.by_code() };
    match place.portal.door.ask(claim).await {
        Ok(_) => {}
        // It ended meanwhile: the order's page says how.
        Err(CellError::Refused(ClaimRefused::AlreadyPaid | ClaimRefused::AlreadyClosed)) => {
            return see_other(&place.address(""));
        }
        Err(CellError::Refused(refused)) => {
            return result::ended(place, f, order, claim_words(refused, f.t)).await;
        }
        Err(CellError::Busy | CellError::Unknown) => {
            let busy = SignInRefused::Busy.told(f.t);
            return sign_in_page(place, visitor, order, login, Some(busy)).await;
        }
    }
    let (purpose, now_us) = (Purpose::Order(order.no), place.portal.door.now_us());
    let id = place.portal.sessions.begin(purpose, proof, now_us);
    let life_s = PROOF_LIFE_US / SECOND_US;
    let cookie = place.portal.cookie(SESSION, &id, &place.path(), Some(life_s));
    with_cookie(see_other(&place.address("")), &cookie)
}

fn is_payer(order: &Order, party: PartyId) -> bool {
    order.buyer == Some(party)
}
