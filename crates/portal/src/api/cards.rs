//! `/api/v1/me/cards`: the bank cards of a person, bound with the code that their bank sends.

use super::moment;
use crate::bank::{self, BankNo, CardElements};
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sign_in::{self, About};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{CardNo, PartyId, Secret};
use engine::FindCard;
use fund::FindBankRefused;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Cards that one call looks at, those that were given up among them.
const SEEN_MAX: usize = 200;

/// The calls of cards.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(list, bind)).routes(routes!(confirm)).routes(routes!(unbind))
}

/// A bank card of a person. Its whole number is kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Card {
    /// Our number of it.
    no: String,
    /// The bank, as the payment world abbreviates it.
    bank: String,
    /// What kind of card.
    kind: CardKind,
    /// The last four digits of its number.
    last_four: String,
    /// Where it stands.
    state: CardState,
    /// When the bank was first asked about it.
    #[schema(format = DateTime)]
    asked_at: String,
}

/// What kind of card it is. A credit card can only pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CardKind {
    /// Its holder's own money.
    Debit,
    /// The bank's money.
    Credit,
}

/// Where a card stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CardState {
    /// The bank's code is awaited.
    Asked,
    /// It can be used.
    Bound,
    /// It was given up.
    Unbound,
}

/// The cards of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cards {
    /// Those that are asked for or bound, the newest first.
    cards: Vec<Card>,
}

/// A card that the bank is asked about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedCard {
    /// The card.
    card: Card,
    /// What the bank's message says, in worlds where nobody has a telephone.
    message: Option<String>,
}

/// A card to bind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCard {
    /// Its number, 16 to 19 digits.
    number: String,
    /// The holder's name.
    holder: String,
    /// The number of the holder's identity card; not needed once it is known who one is.
    id_number: Option<String>,
    /// The mobile number that the bank knows, 11 digits.
    mobile: String,
}

/// The code that the bank sent, and who gives it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardCode {
    /// As it was sent.
    code: String,
    /// The payment password, six digits.
    pay_password: String,
}

/// Who gives a card up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardProof {
    /// The payment password, six digits.
    pay_password: String,
}

impl Card {
    /// A card as the API tells it.
    pub(super) fn of(card: &fund::Card) -> Card {
        Card {
            no: card.no.to_string(),
            bank: card.bank.to_string(),
            kind: match card.kind {
                fund::CardKind::Debit => CardKind::Debit,
                fund::CardKind::Credit => CardKind::Credit,
            },
            last_four: card.last_four.to_string(),
            state: match card.state {
                fund::CardState::Asked => CardState::Asked,
                fund::CardState::Bound => CardState::Bound,
                // Somebody else's card is none of a person's own, and is never told here.
                fund::CardState::Unbound | fund::CardState::Payee => CardState::Unbound,
            },
            asked_at: moment(card.asked_at_us),
        }
    }
}

fn number_of(text: &str) -> Result<CardNo, SandboxError> {
    text.parse().map_err(|_| SandboxError::from(BankNo::NoCard))
}

/// A card of whoever asks.
async fn find(portal: &Portal, party: PartyId, no: &str) -> Result<Arc<fund::Card>, SandboxError> {
    let found = portal.door.ask(FindCard { party, card: number_of(no)? }).await;
    found.map_err(|error| {
        SandboxError::of(error, |FindBankRefused::NotFound| SandboxError::from(BankNo::NoCard))
    })
}

/// Refuses whoever does not know the payment password: an open wallet alone changes nobody's cards.
async fn proven(portal: &Portal, party: PartyId, password: String) -> Result<(), SandboxError> {
    let password = Secret::new(password);
    sign_in::by_party(portal, party, &party.to_string(), password, About::Wallet).await?;
    Ok(())
}

/// The cards of whoever asks.
#[utoipa::path(
    get,
    path = "/me/cards",
    tag = "cards",
    responses((status = 200, description = "The cards.", body = Cards))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
) -> Result<Json<Cards>, SandboxError> {
    let party = this.party;
    // The tables follow the cell by a moment, and a card that was just bound must be seen.
    portal.posted().await?;
    let cards = portal.read(move |reader| reader.cards(party, SEEN_MAX)).await;
    let cards = cards.ok_or_else(|| SandboxError::broken("cards cannot be read"))?;
    let kept = cards.iter().filter(|card| card.state != fund::CardState::Unbound);
    Ok(Json(Cards { cards: kept.map(|card| Card::of(card)).collect() }))
}

/// Asks the bank about a card, which sends its holder a code. Asked again for a card that waits for its code, the same
/// card.
#[utoipa::path(
    post,
    path = "/me/cards",
    tag = "cards",
    request_body = NewCard,
    responses((status = 201, description = "The card, which waits for the bank's code.", body = AskedCard))
)]
pub(crate) async fn bind(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<AskedCard>), SandboxError> {
    let NewCard { number, holder, id_number, mobile } = read(&headers, &body)?;
    let elements = CardElements::of(&number, &holder, id_number.as_deref(), &mobile)?;
    let (card, message) = bank::ask_card(&portal, this.party, elements).await?;
    Ok((StatusCode::CREATED, Json(AskedCard { card: Card::of(&card), message })))
}

/// Gives the bank the code that it sent, and binds the card. One that is bound is told as it stands, whatever is given.
#[utoipa::path(
    post,
    path = "/me/cards/{no}/confirm",
    tag = "cards",
    params(("no" = String, Path, description = "The card.")),
    request_body = CardCode,
    responses((status = 200, description = "The card.", body = Card))
)]
pub(crate) async fn confirm(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Card>, SandboxError> {
    let CardCode { code, pay_password } = read(&headers, &body)?;
    let code = Secret::new(code.trim().to_owned());
    let card = find(&portal, this.party, &no).await?;
    if card.state == fund::CardState::Asked {
        proven(&portal, this.party, pay_password).await?;
    }
    let card = bank::confirm_card(&portal, this.party, card.no, code).await?;
    Ok(Json(Card::of(&card)))
}

/// Gives a card up. What is under way goes on. One that was given up is told as it stands, whatever is given.
#[utoipa::path(
    delete,
    path = "/me/cards/{no}",
    tag = "cards",
    params(("no" = String, Path, description = "The card.")),
    request_body = CardProof,
    responses((status = 200, description = "The card.", body = Card))
)]
pub(crate) async fn unbind(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Card>, SandboxError> {
    let CardProof { pay_password } = read(&headers, &body)?;
    let card = find(&portal, this.party, &no).await?;
    if card.state == fund::CardState::Unbound {
        return Ok(Json(Card::of(&card)));
    }
    proven(&portal, this.party, pay_password).await?;
    let card = bank::unbind_card(&portal, this.party, card.no).await?;
    Ok(Json(Card::of(&card)))
}
