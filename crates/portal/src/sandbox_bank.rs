//! `/sandbox/bank/…`: cards and bank orders without a browser.

use crate::bank::{self, BankNo, CardElements, ElementsWrong};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::sandbox_party::amount_of;
use crate::sign_in::SignInRefused;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use base::{BankOrderNo, CardNo, PartyId, Secret, Text};
use engine::{BankWay, FindBankOrder};
use fund::{
    AskCardRefused, BankCode, BankHealth, BankOrder, BankOrderRefused, BindCardRefused, Card, FindBankRefused,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::timestamp::format_cn;

/// Cards and orders that one call tells, at most.
const SHOWN_MAX: usize = 200;

type Shared = State<Arc<Portal>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BindRequest {
    login: String,
    card_number: String,
    holder: String,
    id_number: Option<String>,
    mobile: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfirmRequest {
    login: String,
    card_id: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardRequest {
    login: String,
    card_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveRequest {
    login: String,
    pay_password: String,
    card_id: String,
    amount: String,
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseRequest {
    login: String,
    bank_order_no: String,
}

/// Whose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: String,
}

/// Asks the bank about a card; it sends a code, which a sandbox shows.
pub(crate) async fn bind(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let BindRequest { login, card_number, holder, id_number, mobile } = read(&headers, &body)?;
    let party = party_of(&portal, Some(&login), None).await?;
    let elements = CardElements::of(&card_number, &holder, id_number.as_deref(), &mobile)?;
    let (card, message) = bank::ask_card(&portal, party, elements).await?;
    let mut told = card_told(&card);
    told["bank_message"] = json!(message);
    answer(told)
}

impl From<ElementsWrong> for SandboxError {
    fn from(wrong: ElementsWrong) -> SandboxError {
        match wrong {
            ElementsWrong::Holder => {
                let message = "give the holder's name and a mobile number of 11 digits";
                SandboxError::bad("bad_holder", message)
            }
            ElementsWrong::IdNumber => {
                let message = "an identity number has eighteen characters with a right checksum";
                SandboxError::bad("bad_id_number", message)
            }
        }
    }
}

/// Gives the bank the code, and binds the card.
pub(crate) async fn confirm(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let ConfirmRequest { login, card_id, code } = read(&headers, &body)?;
    let party = party_of(&portal, Some(&login), None).await?;
    answer(card_told(&*bank::confirm_card(&portal, party, card_no(&card_id)?, Secret::new(code)).await?))
}

/// Gives a card up.
pub(crate) async fn unbind(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let CardRequest { login, card_id } = read(&headers, &body)?;
    let party = party_of(&portal, Some(&login), None).await?;
    answer(card_told(&*bank::unbind_card(&portal, party, card_no(&card_id)?).await?))
}

/// The cards of a party, newest first.
pub(crate) async fn cards(State(portal): Shared, Query(whose): Query<Whose>) -> Answer {
    let party = party_of(&portal, Some(&whose.login), None).await?;
    let cards = portal.read(move |reader| reader.cards(party, SHOWN_MAX)).await;
    let cards = cards.ok_or_else(|| SandboxError::broken("cards cannot be read"))?;
    answer(json!({ "cards": cards.iter().map(|card| card_told(card)).collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthRequest {
    bank: String,
    health: Option<String>,
}

/// Says how well a bank answers, whatever is seen of it; without `health` it goes by what is seen again.
pub(crate) async fn health(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let HealthRequest { bank: code, health } = read(&headers, &body)?;
    let bank = portal.bank.as_ref().ok_or(BankNo::NoBank)?;
    let code: BankCode = Text::new(&code).map_err(|error| SandboxError::bad("bad_bank", error))?;
    let health = health.map(|text| {
        let found = BankHealth::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| SandboxError::bad("bad_health", "health is up, slow, maintenance or down"))
    });
    bank.set_health(code.clone(), health.transpose()?);
    answer(json!({ "bank": code.as_str(), "health": bank.health(&code).name() }))
}

/// Fills the balance from a card.
pub(crate) async fn top_up(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    move_money(&portal, read(&headers, &body)?, BankWay::TopUp).await
}

/// Pays out of the balance to a card.
pub(crate) async fn withdraw(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    move_money(&portal, read(&headers, &body)?, BankWay::Withdraw).await
}

async fn move_money(portal: &Portal, asked: MoveRequest, way: BankWay) -> Answer {
    let MoveRequest { login, pay_password, card_id, amount, key } = asked;
    let party = party_of(portal, Some(&login), None).await?;
    let (card, amount) = (card_no(&card_id)?, amount_of(&amount)?);
    if key.is_empty() || key.chars().any(char::is_control) {
        return Err(SandboxError::bad(
            "bad_key",
            "key is 1 to 64 characters, none of them a control character",
        ));
    }
    let key = Text::new(&key).map_err(|error| SandboxError::bad("bad_key", error))?;
    let order = bank::prepare(portal, party, card, way, amount, key).await?;
    answer(order_told(&*bank::confirm(portal, &order, Secret::new(pay_password)).await?))
}

/// Gives an order up.
pub(crate) async fn close(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let CloseRequest { login, bank_order_no } = read(&headers, &body)?;
    let party = party_of(&portal, Some(&login), None).await?;
    answer(order_told(&*bank::close(&portal, party, order_no(&bank_order_no)?).await?))
}

/// The bank orders of a party, newest first.
pub(crate) async fn orders(State(portal): Shared, Query(whose): Query<Whose>) -> Answer {
    let party = party_of(&portal, Some(&whose.login), None).await?;
    let orders = portal.read(move |reader| reader.bank_orders(party, None, SHOWN_MAX)).await;
    let orders = orders.ok_or_else(|| SandboxError::broken("bank orders cannot be read"))?;
    answer(json!({ "bank_orders": orders.iter().map(|order| order_told(order)).collect::<Vec<_>>() }))
}

/// One bank order, as it stands.
pub(crate) async fn order(
    State(portal): Shared,
    Path(no): Path<String>,
    Query(whose): Query<Whose>,
) -> Answer {
    let party: PartyId = party_of(&portal, Some(&whose.login), None).await?;
    let found = portal.door.ask(FindBankOrder { party, no: order_no(&no)? }).await;
    let found = found.map_err(|error| {
        SandboxError::of(error, |FindBankRefused::NotFound| SandboxError::from(BankNo::NoOrder))
    })?;
    answer(order_told(&found.order))
}

pub(crate) fn card_no(text: &str) -> Result<CardNo, SandboxError> {
    text.parse().map_err(|error| SandboxError::bad("bad_card_id", error))
}

fn order_no(text: &str) -> Result<BankOrderNo, SandboxError> {
    text.parse().map_err(|error| SandboxError::bad("bad_bank_order_no", error))
}

/// A card as calls tell it.
pub(crate) fn card_told(card: &Card) -> Value {
    json!({
        "card_id": card.no.to_string(),
        "state": card.state.as_str(),
        "bank": card.bank.as_str(),
        "kind": card.kind.as_str(),
        "last_four": card.last_four.as_str(),
    })
}

/// An order as calls tell it.
pub(crate) fn order_told(order: &BankOrder) -> Value {
    json!({
        "bank_order_no": order.no.to_string(),
        "kind": order.kind.as_str(),
        "state": order.state.as_str(),
        "card_id": order.card.to_string(),
        "amount": order.amount().to_string(),
        "fee": order.fee().to_string(),
        "about": order.about.map(|about| about.to_string()),
        "asked_at": format_cn(order.asked_at_us),
        "tries": order.tries,
        "next_try_at": order.next_try_at_us.map(format_cn),
        "heard_at": order.heard_at_us.map(format_cn),
        "reason": order.reason.map(|reason| reason.as_str()),
    })
}

impl From<BankNo> for SandboxError {
    fn from(no: BankNo) -> SandboxError {
        match no {
            BankNo::NoBank => SandboxError::missing("no_bank", "this world speaks with no bank"),
            BankNo::NumberWrong => {
                SandboxError::bad("bad_card_number", "a card's number has 16 to 19 digits that check (Luhn)")
            }
            BankNo::NotTheOwner => {
                let message = "a card is bound by its holder: name or identity number is another's";
                SandboxError::conflict("not_the_owner", message)
            }
            BankNo::Bank(words) => SandboxError::conflict("bank_refused", words),
            BankNo::Ask(why) => match why {
                AskCardRefused::PartyNotFound => SandboxError::missing("party_not_found", why),
                AskCardRefused::PartyBlocked => SandboxError::conflict("party_blocked", why),
                AskCardRefused::AlreadyBound => SandboxError::conflict("already_bound", why),
            },
            BankNo::Bind(why) => match why {
                BindCardRefused::CardNotFound => SandboxError::missing("card_not_found", why),
                BindCardRefused::CardEnded => SandboxError::conflict("card_ended", why),
            },
            BankNo::NoCard => SandboxError::missing("card_not_found", "there is no such card"),
            BankNo::NoOrder => SandboxError::missing("bank_order_not_found", "there is no such bank order"),
            BankNo::Order(why) => order_refused(why),
            BankNo::Ended => SandboxError::conflict("bank_order_ended", "the bank order is over"),
            BankNo::Risk(why) => SandboxError::conflict("risk", why),
            BankNo::PriceChanged => {
                SandboxError::conflict("price_changed", "the fee has changed; ask with a new key")
            }
            BankNo::TooLate => SandboxError::conflict("too_late", "it cannot be given up any more"),
            BankNo::ProofGone => SandboxError::conflict("proof_missing", "pay_password must be given again"),
            BankNo::SignIn(refused) => SandboxError::from(refused),
            BankNo::Busy => SandboxError::from(SignInRefused::Busy),
            BankNo::Unknown => {
                let message = "the outcome is not known; look before you try again";
                SandboxError::new(StatusCode::GATEWAY_TIMEOUT, "unknown", message)
            }
        }
    }
}

pub(crate) fn order_refused(why: BankOrderRefused) -> SandboxError {
    let code = match why {
        BankOrderRefused::KeyTaken { .. } => "key_taken",
        BankOrderRefused::NothingToMove => "nothing_to_move",
        BankOrderRefused::CurrencyDiffers => "currency_differs",
        BankOrderRefused::PartyNotFound => "party_not_found",
        BankOrderRefused::PartyBlocked => "party_blocked",
        BankOrderRefused::PartyStopped => "party_stopped",
        BankOrderRefused::CardNotBound => "card_not_bound",
        BankOrderRefused::CardIsCredit => "card_is_credit",
        BankOrderRefused::OverSingle { .. } => "over_single_limit",
        BankOrderRefused::OverDay { .. } => "over_day_limit",
        BankOrderRefused::OverMonth { .. } => "over_month_limit",
        BankOrderRefused::OverClass { .. } => "over_class_limit",
        BankOrderRefused::BalanceTooLow => "balance_too_low",
    };
    SandboxError::conflict(code, why)
}
