//! Bank cards in the wallet: the list, binding with the bank's code, one card with the forms that move money, and the
//! way to give it up.

use crate::bank::{self, CardElements, ElementsWrong};
use crate::card_words::{card_name, kind_words, refusal_words, state_words};
use crate::chance;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page, see_other};
use crate::session::Session;
use crate::texts::{Texts, shown};
use crate::wallet::{self, Next, Sent, Shared};
use crate::wallet_bank;
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base::{CardNo, Secret, Text};
use cell::CellError;
use engine::{BankWay, FindCard};
use fund::{BankOrder, Card, CardKind, CardState};
use money::{Currency, parse_amount};
use serde::Deserialize;
use std::sync::Arc;

/// The form's name in its token.
pub(crate) const FORM: &str = "/wallet/cards";
/// Cards and bank orders of a list.
const LISTED_MAX: usize = 20;

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/wallet/cards", get(list).post(ask))
        .route("/wallet/cards/{no}", get(show))
        .route("/wallet/cards/{no}/confirm", post(confirm))
        .route("/wallet/cards/{no}/unbind", post(unbind))
        .route("/wallet/cards/{no}/move", post(draft))
}

#[derive(Deserialize, Default)]
struct AskForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    card_number: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    id_number: String,
    #[serde(default)]
    mobile: String,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize, Default)]
struct MoveForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    number: String,
}

/// A card or a bank order as a list shows it.
struct Line {
    name: String,
    at: String,
    amount: String,
    state: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "wallet_cards.html")]
struct ListPage<'a> {
    f: Frame<'a>,
    csrf: String,
    cards: Vec<Line>,
    orders: Vec<Line>,
    holder: String,
    mobile: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "wallet_card.html")]
struct OnePage<'a> {
    f: Frame<'a>,
    csrf: String,
    action: String,
    name: String,
    number: String,
    /// The code of the bank is awaited.
    is_asked: bool,
    /// Money goes both ways.
    is_debit: bool,
    /// What the bank wrote, where nobody has a telephone.
    message: Option<String>,
    amount: String,
    error: Option<String>,
}

pub(crate) fn busy(f: Frame<'_>) -> Response {
    message(f, StatusCode::SERVICE_UNAVAILABLE, (f.t.broken, f.t.page_busy), None)
}

fn back(f: Frame<'_>) -> Option<(&str, String)> {
    Some((f.t.cards, format!("{}{FORM}", f.root)))
}

fn gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::NOT_FOUND, (f.t.card_gone, f.t.card_gone_text), back(f))
}

pub(crate) fn form_gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), back(f))
}

async fn list(State(portal): Shared, visitor: Visitor) -> Response {
    match wallet::session(&portal, &visitor) {
        None => wallet::sign_in_page(&portal, &visitor, Next::Cards, "", None),
        Some((id, session)) => list_page(&portal, &visitor, &id, session, AskForm::default(), None).await,
    }
}

async fn list_page(
    portal: &Portal,
    visitor: &Visitor,
    id: &str,
    session: Session,
    asked: AskForm,
    error: Option<(StatusCode, String)>,
) -> Response {
    let (f, party) = (visitor.frame(portal), session.party);
    // The tables follow the cell by a moment, and a card that was just bound must be seen.
    if !portal.is_posted().await {
        return busy(f);
    }
    let rows = portal.read(move |reader| {
        Ok((reader.cards(party, LISTED_MAX)?, reader.bank_orders(party, None, LISTED_MAX)?))
    });
    let Some((cards, orders)) = rows.await else { return busy(f) };
    let card_lines = cards.iter().filter(|card| matches!(card.state, CardState::Asked | CardState::Bound));
    let (status, error) = error.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let list = ListPage {
        f,
        csrf: portal.seals.token(FORM, id),
        cards: card_lines.map(|card| card_line(portal, card, f.t)).collect(),
        orders: orders.iter().map(|order| order_line(portal, order, &cards, f.t)).collect(),
        holder: asked.holder,
        mobile: asked.mobile,
        error,
    };
    page(status, &list)
}

fn card_line(portal: &Portal, card: &Card, t: &'static Texts) -> Line {
    Line {
        name: card_name(card, t),
        at: t.moment(card.changed_at_us),
        amount: String::new(),
        state: if card.state == CardState::Asked { t.card_asked } else { "" },
        href: format!("{}{FORM}/{}", portal.root, card.no),
    }
}

fn order_line(portal: &Portal, order: &BankOrder, cards: &[Arc<Card>], t: &'static Texts) -> Line {
    let card = cards.iter().find(|card| card.no == order.card);
    let card = card.map_or_else(String::new, |card| format!(" · {}", card_name(card, t)));
    Line {
        name: format!("{}{card}", kind_words(order.kind, t)),
        at: t.moment(order.asked_at_us),
        amount: shown(order.amount()),
        state: state_words(order.state, t),
        href: format!("{}{}/{}", portal.root, wallet_bank::FORM, order.no),
    }
}

/// Asks the bank about a card; the page that takes its code is the answer.
async fn ask(State(portal): Shared, visitor: Visitor, form: Sent<AskForm>) -> Response {
    let f = visitor.frame(&portal);
    let (Ok(Form(asked)), Some((id, session))) = (form, wallet::session(&portal, &visitor)) else {
        return form_gone(f);
    };
    if !portal.seals.is_right(&asked.csrf, FORM, &id) {
        return form_gone(f);
    }
    let id_number = Some(asked.id_number.trim()).filter(|text| !text.is_empty());
    let elements = match CardElements::of(&asked.card_number, &asked.holder, id_number, &asked.mobile) {
        Ok(elements) => elements,
        Err(wrong) => {
            let error = Some((StatusCode::UNPROCESSABLE_ENTITY, elements_words(wrong, f.t).to_owned()));
            return list_page(&portal, &visitor, &id, session, asked, error).await;
        }
    };
    match bank::ask_card(&portal, session.party, elements).await {
        Ok((card, message)) => one_page(&portal, f, &id, &card, message, None),
        Err(no) => {
            let error = Some(refusal_words(no, f.t));
            list_page(&portal, &visitor, &id, session, asked, error).await
        }
    }
}

const fn elements_words(wrong: ElementsWrong, t: &'static Texts) -> &'static str {
    match wrong {
        ElementsWrong::Holder => t.card_mobile_wrong,
        ElementsWrong::IdNumber => t.card_id_number_wrong,
    }
}

/// The signed-in party's card, or the page that says why not.
async fn find(portal: &Portal, f: Frame<'_>, session: Session, no: &str) -> Result<Arc<Card>, Response> {
    let Ok(card) = no.parse::<CardNo>() else { return Err(gone(f)) };
    match portal.door.ask(FindCard { party: session.party, card }).await {
        Ok(card) if card.state == CardState::Unbound => Err(gone(f)),
        Ok(card) => Ok(card),
        Err(CellError::Refused(_)) => Err(gone(f)),
        Err(CellError::Busy | CellError::Unknown) => Err(busy(f)),
    }
}

async fn show(State(portal): Shared, Path(no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Cards, "", None);
    };
    match find(&portal, f, session, &no).await {
        Ok(card) => one_page(&portal, f, &id, &card, None, None),
        Err(response) => response,
    }
}

fn one_page(
    portal: &Portal,
    f: Frame<'_>,
    id: &str,
    card: &Card,
    message: Option<String>,
    error: Option<(StatusCode, String, MoveForm)>,
) -> Response {
    let path = format!("{FORM}/{}", card.no);
    let (status, error, asked) = match error {
        None => (StatusCode::OK, None, MoveForm::default()),
        Some((status, words, asked)) => (status, Some(words), asked),
    };
    let one = OnePage {
        f,
        csrf: portal.seals.token(&path, id),
        action: format!("{}{path}", portal.root),
        name: card_name(card, f.t),
        // The same number again is the same order, however often the form is sent.
        number: if asked.number.is_empty() { chance::token() } else { asked.number },
        is_asked: card.state == CardState::Asked,
        is_debit: card.kind == CardKind::Debit,
        message,
        amount: asked.amount,
        error,
    };
    page(status, &one)
}

/// What a form of one card is held against before anything is done: session, token, card.
async fn opened(
    portal: &Portal,
    visitor: &Visitor,
    no: &str,
    csrf: &str,
) -> Result<(String, Session, Arc<Card>), Response> {
    let f = visitor.frame(portal);
    let Some((id, session)) = wallet::session(portal, visitor) else { return Err(form_gone(f)) };
    if !portal.seals.is_right(csrf, &format!("{FORM}/{no}"), &id) {
        return Err(form_gone(f));
    }
    let card = find(portal, f, session, no).await?;
    Ok((id, session, card))
}

/// Gives the bank its code.
async fn confirm(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<CodeForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(CodeForm { csrf, code })) = form else { return form_gone(f) };
    let (id, session, card) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match bank::confirm_card(&portal, session.party, card.no, Secret::new(code.trim().to_owned())).await {
        Ok(_) => see_other(&format!("{}{FORM}", portal.root)),
        Err(no) => {
            let (status, words) = refusal_words(no, f.t);
            one_page(&portal, f, &id, &card, None, Some((status, words, MoveForm::default())))
        }
    }
}

/// Gives the card up. Sent twice, it is given up once.
async fn unbind(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<CodeForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(CodeForm { csrf, .. })) = form else { return form_gone(f) };
    let (_, session, card) = match opened(&portal, &visitor, &no, &csrf).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match bank::unbind_card(&portal, session.party, card.no).await {
        Ok(_) => see_other(&format!("{}{FORM}", portal.root)),
        Err(no) => {
            let (status, words) = refusal_words(no, f.t);
            message(f, status, (f.t.broken, &words), back(f))
        }
    }
}

/// Drafts what the form asks for; the next page shows its fee and takes the password.
async fn draft(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<MoveForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(Form(asked)) = form else { return form_gone(f) };
    let (id, session, card) = match opened(&portal, &visitor, &no, &asked.csrf).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let way = match asked.way.as_str() {
        "topup" => BankWay::TopUp,
        "withdraw" => BankWay::Withdraw,
        _ => return form_gone(f),
    };
    let again = |(status, words), asked| one_page(&portal, f, &id, &card, None, Some((status, words, asked)));
    let Ok(amount) = parse_amount(asked.amount.trim(), Currency::Cny) else {
        return again((StatusCode::UNPROCESSABLE_ENTITY, f.t.transfer_amount_wrong.to_owned()), asked);
    };
    let Some(key) = Text::new(&asked.number).ok().filter(|key: &Text<64>| !key.as_str().is_empty()) else {
        return form_gone(f);
    };
    match bank::prepare(&portal, session.party, card.no, way, amount, key).await {
        Ok(order) => see_other(&format!("{}{}/{}", portal.root, wallet_bank::FORM, order.no)),
        // A number that was used for something else is drawn anew.
        Err(no) => again(refusal_words(no, f.t), MoveForm { number: String::new(), ..asked }),
    }
}
