//! `GET`, `POST /sandbox/party`, `POST /sandbox/party/status`, `/sandbox/party/stop-payment`, `/sandbox/topup`,
//! `/sandbox/paycode`.

use crate::people::safety;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::sign_in::login_name;
use crate::{chance, password, pay_code as codes};
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::{PartyId, Secret, Text};
use engine::{
    FindAccount, FindParty, NewPassword, OpenParty, OpenPartyRefused, SetPartyStatus, StopBy, StopPayments,
    TopUp, TopUpRefused,
};
use ledger::Account;
use money::{Currency, Money, parse_amount};
use people::{PartyKind, PartyName, PartyStatus};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use world::Secrets;

/// Digits of a payment password that is drawn when none was given.
const DRAWN_DIGITS: usize = 6;
/// The key of the top-up that an opening balance is booked with.
const OPENING_KEY: &str = "opening balance";

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Buyer,
    Merchant,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    kind: Kind,
    login: String,
    name: Option<String>,
    pay_password: Option<String>,
    balance: Option<String>,
}

/// Opens a buyer or a merchant, with an opening balance if one is given.
pub(crate) async fn open(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let OpenRequest { kind, login, name, pay_password, balance } = read(&headers, &body)?;
    let login = login_name(&login).ok_or_else(|| {
        SandboxError::bad("bad_login", "a login has 1 to 100 characters, none of them a space")
    })?;
    let name = party_name(name.as_deref().unwrap_or(login.as_str().split('@').next().unwrap_or_default()))?;
    let balance = balance.map(|text| amount_of(&text)).transpose()?.filter(|amount| !amount.is_zero());
    // A buyer always has a payment password; a merchant only when it was given.
    let pay_password = match (pay_password, kind) {
        (None, Kind::Buyer) => Some(chance::digits(DRAWN_DIGITS)),
        (given, _) => given,
    };
    let password = match &pay_password {
        None => None,
        Some(text) if password::is_well_formed(text) => {
            Some(new_password(&portal, Secret::new(text.clone())).await?)
        }
        Some(_) => return Err(SandboxError::bad("bad_password", "pay_password has six digits")),
    };
    let party_kind = match kind {
        Kind::Buyer => PartyKind::Person,
        Kind::Merchant => PartyKind::Merchant,
    };
    let command = OpenParty { kind: party_kind, login: login.clone(), name: name.clone(), password };
    let party = portal.door.ask(command).await.map_err(|error| SandboxError::of(error, open_refused))?;
    let mut available = Money::zero(Currency::Cny);
    if let Some(amount) = balance {
        let key = Text::new(OPENING_KEY).map_err(SandboxError::broken)?;
        available = book(&portal, TopUp { party, amount, key }).await?.available();
    }
    answer(json!({
        "user_id": party.to_string(),
        "kind": if kind == Kind::Buyer { "buyer" } else { "merchant" },
        "login": login.as_str(),
        "name": name.as_str(),
        "pay_password": pay_password,
        "balance": available.to_string(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookRequest {
    login: Option<String>,
    user_id: Option<String>,
}

/// How a party stands: what it is, what it may do, what it may spend.
pub(crate) async fn look(
    State(portal): State<Arc<Portal>>,
    query: Result<Query<LookRequest>, QueryRejection>,
) -> Answer {
    let Query(LookRequest { login, user_id }) =
        query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let missing = |refused| SandboxError::missing("party_not_found", refused);
    let found = portal.door.ask(FindParty { party }).await;
    let found = found.map_err(|error| SandboxError::of(error, missing))?;
    let account = portal.door.ask(FindAccount { party, currency: Currency::Cny }).await;
    let account = account.map_err(|error| SandboxError::of(error, missing))?;
    let kind = match found.kind {
        PartyKind::Person => "buyer",
        PartyKind::Merchant => "merchant",
    };
    let status = match found.status {
        PartyStatus::Normal => "normal",
        PartyStatus::Frozen => "frozen",
        PartyStatus::Closed => "closed",
    };
    let balance = account.available().to_string();
    answer(json!({ "user_id": party.to_string(), "kind": kind, "status": status, "balance": balance }))
}

fn party_name(text: &str) -> Result<PartyName, SandboxError> {
    let wrong = || SandboxError::bad("bad_name", "a name has 1 to 64 characters");
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(wrong());
    }
    PartyName::new(text.trim()).map_err(|_| wrong())
}

async fn new_password(portal: &Portal, text: Secret<String>) -> Result<NewPassword, SandboxError> {
    let made = portal.checker.make(portal.world.clone(), text, chance::bytes()).await;
    let verifier = made.map_err(SandboxError::broken)?;
    Ok(NewPassword { verifier, pepper_version: Secrets::PEPPER_VERSION })
}

fn open_refused(refused: OpenPartyRefused) -> SandboxError {
    match refused {
        OpenPartyRefused::LoginEmpty | OpenPartyRefused::LoginReserved => {
            SandboxError::bad("bad_login", refused)
        }
        OpenPartyRefused::LoginTaken => SandboxError::conflict("login_taken", refused),
        OpenPartyRefused::SlotFull => SandboxError::conflict("slot_full", refused),
    }
}

pub(crate) fn amount_of(text: &str) -> Result<Money, SandboxError> {
    parse_amount(text, Currency::Cny).map_err(|error| SandboxError::bad("bad_amount", error))
}

async fn book(portal: &Portal, command: TopUp) -> Result<Arc<Account>, SandboxError> {
    portal.door.ask(command).await.map_err(|error| SandboxError::of(error, top_up_refused))
}

fn top_up_refused(refused: TopUpRefused) -> SandboxError {
    match refused {
        TopUpRefused::KeyTaken => SandboxError::conflict("key_taken", refused),
        TopUpRefused::NothingToBook => SandboxError::bad("bad_amount", refused),
        TopUpRefused::PartyNotFound => SandboxError::missing("party_not_found", refused),
        TopUpRefused::PartyClosed => SandboxError::conflict("party_closed", refused),
        TopUpRefused::Ledger(_) => SandboxError::conflict("balance_too_large", refused),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Normal,
    Frozen,
    Closed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusRequest {
    login: Option<String>,
    user_id: Option<String>,
    status: Status,
}

/// Freezes a party, closes it, or opens it again.
pub(crate) async fn set_status(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let StatusRequest { login, user_id, status } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let (status, name) = match status {
        Status::Normal => (PartyStatus::Normal, "normal"),
        Status::Frozen => (PartyStatus::Frozen, "frozen"),
        Status::Closed => (PartyStatus::Closed, "closed"),
    };
    let missing = |refused| SandboxError::missing("party_not_found", refused);
    portal
        .door
        .ask(SetPartyStatus { party, status })
        .await
        .map_err(|error| SandboxError::of(error, missing))?;
    if status != PartyStatus::Normal {
        portal.sessions.end_all(party, portal.door.now_us());
    }
    answer(json!({ "user_id": party.to_string(), "status": name }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StopRequest {
    login: Option<String>,
    user_id: Option<String>,
    stopped: bool,
}

/// The operator stops what leaves a balance, or lifts the own stop.
pub(crate) async fn stop_payment(
    State(portal): State<Arc<Portal>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let StopRequest { login, user_id, stopped } = read(&headers, &body)?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    safety::asked(&portal, StopPayments { party, by: StopBy::Operator, lift: !stopped }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopUpRequest {
    login: Option<String>,
    user_id: Option<String>,
    amount: String,
    key: String,
}

/// Books play money for a party, once per key.
pub(crate) async fn top_up(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let TopUpRequest { login, user_id, amount, key } = read(&headers, &body)?;
    let amount = amount_of(&amount)?;
    let key = Text::new(&key).ok().filter(|key| !key.as_str().is_empty());
    let key = key.ok_or_else(|| SandboxError::bad("bad_key", "a key has 1 to 64 characters"))?;
    let party: PartyId = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let account = book(&portal, TopUp { party, amount, key }).await?;
    answer(json!({ "user_id": party.to_string(), "balance": account.available().to_string() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayCodeRequest {
    login: String,
}

/// A fresh pay code, as the buyer's phone would show it.
pub(crate) async fn pay_code(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let PayCodeRequest { login } = read(&headers, &body)?;
    let party = party_of(&portal, Some(&login), None).await?;
    let missing = |refused| SandboxError::missing("party_not_found", refused);
    let issued =
        codes::issue(&portal, party, None).await.map_err(|error| SandboxError::of(error, missing))?;
    let expires_at = wire::timestamp::format_cn(issued.expires_at_us);
    answer(json!({ "auth_code": issued.code.reveal(), "expires_at": expires_at }))
}
