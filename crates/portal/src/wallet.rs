//! The buyer's wallet: balance, payments that wait for the password, last payments, and the pay code.

use crate::order_view::{self, name_of};
use crate::passkey_page::PasskeyForm;
use crate::pay_code;
use crate::permissions::{FreezeLine, freeze_lines};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other, with_cookie};
use crate::session::{Purpose, Session};
use crate::sign_in::{self, About, Proof};
use crate::texts::{Texts, shown};
use crate::visit::{self, Visit};
use crate::wallet_waiting;
use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{OrderNo, SECOND_US, Secret};
use cell::CellError;
use engine::{FindAccount, FindParty, FindTrade};
use money::Currency;
use people::PROOF_LIFE_US;
use serde::Deserialize;
use std::sync::Arc;
use trade::{Trade, TradeState};

/// The cookie of a signed-in wallet.
const SESSION: &str = "tongbao_wallet";
/// The form's name in its token.
pub(crate) const FORM: &str = "/wallet";
/// Payments shown.
const TRADES_MAX: usize = 20;

pub(crate) type Shared = State<Arc<Portal>>;
pub(crate) type Sent<T> = Result<Form<T>, FormRejection>;

/// The wallet's routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet", get(show))
        .route("/wallet/paycode", get(show_pay_code))
        .route("/wallet/sign-in", post(sign_in))
        .route("/wallet/sign-out", post(sign_out))
        .route("/wallet/trades/{trade_no}", get(show_trade))
}

/// Where the buyer wanted to go before signing in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Next {
    /// The wallet.
    #[default]
    Wallet,
    /// The pay code.
    Paycode,
    /// What was signed and allowed.
    Permissions,
    /// What was sent and had.
    Transfers,
    /// The export of transactions.
    Export,
    /// Bank cards.
    Cards,
    /// Passkeys.
    Passkeys,
}

impl Next {
    const fn name(self) -> &'static str {
        match self {
            Next::Wallet => "wallet",
            Next::Paycode => "paycode",
            Next::Permissions => "permissions",
            Next::Transfers => "transfers",
            Next::Export => "export",
            Next::Cards => "cards",
            Next::Passkeys => "passkeys",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Next::Wallet => "/wallet",
            Next::Paycode => "/wallet/paycode",
            Next::Permissions => "/wallet/permissions",
            Next::Transfers => "/wallet/transfers",
            Next::Export => "/wallet/export",
            Next::Cards => "/wallet/cards",
            Next::Passkeys => "/wallet/passkeys",
        }
    }
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    next: Next,
    #[serde(default)]
    login: String,
    #[serde(default)]
    pay_password: String,
}

#[derive(Deserialize)]
struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

#[derive(Template)]
#[template(path = "wallet_sign_in.html")]
struct SignInPage<'a> {
    f: Frame<'a>,
    csrf: String,
    next: &'static str,
    login: &'a str,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
}

/// A payment as the wallet lists it.
struct Line {
    trade_no: String,
    payee: String,
    subject: String,
    amount: String,
    at: String,
    state: &'static str,
    /// The cashier's page, where the buyer sees what is signed by paying.
    cashier: Option<String>,
    /// The form that pays it with a passkey.
    passkey: Option<PasskeyForm>,
}

#[derive(Template)]
#[template(path = "wallet.html")]
struct WalletPage<'a> {
    f: Frame<'a>,
    csrf: String,
    name: String,
    login: String,
    available: String,
    waiting: Vec<Line>,
    freezes: Vec<FreezeLine>,
    recent: Vec<Line>,
    error: Option<String>,
}

impl WalletPage<'_> {
    /// Whether there is a form for the script to fill.
    fn has_passkeys(&self) -> bool {
        self.waiting.iter().any(|line| line.passkey.is_some())
    }
}

#[derive(Template)]
#[template(path = "wallet_trade.html")]
struct TradePage<'a> {
    f: Frame<'a>,
    line: Line,
    is_paid: bool,
}

/// The session of this browser's wallet.
pub(crate) fn session(portal: &Portal, visitor: &Visitor) -> Option<(String, Session)> {
    let id = visitor.cookie(SESSION)?;
    let found = portal.sessions.find(id, Purpose::Wallet, portal.door.now_us())?;
    Some((id.to_owned(), found))
}

/// The form that asks who comes, with what was wrong with the answer before.
pub(crate) fn sign_in_page(
    portal: &Portal,
    visitor: &Visitor,
    next: Next,
    login: &str,
    refused: Option<(StatusCode, String)>,
) -> Response {
    let f = visitor.frame(portal);
    let visit = Visit::of(visitor);
    let (status, error) = refused.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let (csrf, next) = (visit.token(portal, FORM), next.name());
    let action = format!("{}/wallet/sign-in/passkey", portal.root);
    let passkey = PasskeyForm::signing_in(portal, f.t, action, csrf.clone(), next);
    let response = page(status, &SignInPage { f, csrf, next, login, passkey, error });
    visit.keep(portal, response)
}

/// The form is out of date.
pub(crate) fn form_gone(portal: &Portal, f: Frame<'_>) -> Response {
    let again = Some((f.t.reload, format!("{}/wallet", portal.root)));
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.form_gone_text), again)
}

async fn sign_in(State(portal): Shared, visitor: Visitor, form: Sent<SignInForm>) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(SignInForm { csrf, next, login, pay_password })) = form else { return form_gone(&portal, f) };
    if !visit::is_own_form(&portal, &visitor, FORM, &csrf) {
        return form_gone(&portal, f);
    }
    match sign_in::by_login(&portal, &login, Secret::new(pay_password), About::Wallet).await {
        Err(refused) => sign_in_page(&portal, &visitor, next, &login, Some(refused.told(f.t))),
        Ok(proof) => begin(&portal, proof, next),
    }
}

/// Begins a session for what was proven, and leads to where the buyer wanted to go.
pub(crate) fn begin(portal: &Portal, proof: Proof, next: Next) -> Response {
    let id = portal.sessions.begin(Purpose::Wallet, proof, portal.door.now_us());
    let cookie = portal.cookie(SESSION, &id, "/wallet", Some(PROOF_LIFE_US / SECOND_US));
    with_cookie(see_other(&format!("{}{}", portal.root, next.path())), &cookie)
}

async fn sign_out(State(portal): Shared, visitor: Visitor, form: Sent<SignOutForm>) -> Response {
    if let (Some((id, _)), Ok(Form(SignOutForm { csrf }))) = (session(&portal, &visitor), form)
        && portal.seals.is_right(&csrf, FORM, &id)
    {
        portal.sessions.end(&id);
    }
    with_cookie(
        see_other(&format!("{}/wallet", portal.root)),
        &portal.cookie(SESSION, "", "/wallet", Some(0)),
    )
}

async fn show(State(portal): Shared, visitor: Visitor) -> Response {
    match session(&portal, &visitor) {
        None => sign_in_page(&portal, &visitor, Next::Wallet, "", None),
        Some((id, session)) => wallet_page(&portal, &visitor, &id, session, StatusCode::OK, None).await,
    }
}

/// The wallet, with what did not come about.
pub(crate) async fn wallet_page(
    portal: &Portal,
    visitor: &Visitor,
    id: &str,
    session: Session,
    status: StatusCode,
    error: Option<String>,
) -> Response {
    let (f, party) = (visitor.frame(portal), session.party);
    let account = portal.door.ask(FindAccount { party, currency: Currency::Cny }).await;
    let trades = portal.read(move |reader| reader.trades(party, None, TRADES_MAX)).await;
    let freezes = freeze_lines(portal, party, f.t).await;
    let (Ok(owner), Ok(account), Some(trades), Some(freezes)) =
        (portal.door.ask(FindParty { party }).await, account, trades, freezes)
    else {
        return message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None);
    };
    let csrf = portal.seals.token(FORM, id);
    let (mut waiting, mut recent) = (Vec::new(), Vec::new());
    for posted in trades {
        // The tables follow the cell by a moment: what seems to wait is looked up where it is decided.
        let trade = match posted.state {
            TradeState::Paid | TradeState::Closed => posted,
            TradeState::Waiting => {
                let current = FindTrade { buyer: party, order_no: posted.no };
                portal.door.ask(current).await.unwrap_or(posted)
            }
        };
        let mut line = line(portal, &trade, f.t).await;
        if trade.state != TradeState::Waiting {
            recent.push(line);
            continue;
        }
        let Ok(signing) = order_view::signing(portal, trade.no).await else {
            return message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None);
        };
        line.cashier = signing.map(|_| cashier_of(portal, trade.no));
        line.passkey = wallet_waiting::pay_form(portal, f, party, &trade, &line.payee, &csrf).await;
        waiting.push(line);
    }
    let page_of = WalletPage {
        f,
        csrf,
        name: owner.name.to_string(),
        login: owner.masked_login(),
        available: shown(account.available()),
        waiting,
        freezes,
        recent,
        error,
    };
    page(status, &page_of)
}

/// The cashier's page of an order.
pub(crate) fn cashier_of(portal: &Portal, order_no: OrderNo) -> String {
    format!("{}/cashier/{}", portal.root, portal.world.secrets.order_token(order_no))
}

async fn line(portal: &Portal, trade: &Trade, t: &'static Texts) -> Line {
    let state = match trade.state {
        TradeState::Waiting => t.state_waiting,
        TradeState::Paid => t.state_paid,
        TradeState::Closed if trade.paid_at_us.is_some() => t.state_refunded,
        TradeState::Closed => t.state_closed,
    };
    Line {
        trade_no: trade.no.to_string(),
        payee: name_of(portal, trade.seller).await,
        subject: trade.subject.to_string(),
        amount: shown(trade.total()),
        at: t.moment(trade.paid_at_us.unwrap_or(trade.created_at_us)),
        state,
        cashier: None,
        passkey: None,
    }
}

/// Shows one payment of the signed-in buyer.
async fn show_trade(State(portal): Shared, Path(trade_no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((_, session)) = session(&portal, &visitor) else {
        return sign_in_page(&portal, &visitor, Next::Wallet, "", None);
    };
    let not_found = || message(f, StatusCode::NOT_FOUND, (f.t.not_found, f.t.not_found_text), None);
    let Ok(order_no) = trade_no.parse::<OrderNo>() else { return not_found() };
    match portal.door.ask(FindTrade { buyer: session.party, order_no }).await {
        Ok(trade) => {
            let is_paid = trade.state == TradeState::Paid;
            let line = line(&portal, &trade, f.t).await;
            page(StatusCode::OK, &TradePage { f, line, is_paid })
        }
        Err(CellError::Refused(_)) => not_found(),
        Err(CellError::Busy | CellError::Unknown) => {
            message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.busy), None)
        }
    }
}

/// Shows a fresh pay code.
async fn show_pay_code(State(portal): Shared, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    match session(&portal, &visitor) {
        None => sign_in_page(&portal, &visitor, Next::Paycode, "", None),
        Some((_, session)) => pay_code::show(&portal, f, session).await,
    }
}
