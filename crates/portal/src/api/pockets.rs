//! `/api/v1/me/pockets`: in which order a person wants to pay. Whatever offers ways to pay goes by it, as far as they
//! can pay; what is not in it follows by the rule.

use super::cards::Card;
use crate::people::Who;
use crate::pockets::{self, BALANCE, Pocket as Way};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::PartyId;
use engine::{FindPockets, SetPockets};
use fund::{POCKETS_MAX, Pocket, SetPocketsRefused};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Cards that one call looks at, those that were given up among them.
const CARDS_MAX: usize = 200;

/// The calls of the own order.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(show, set, clear))
}

/// What a person pays with, in its own order first and then by the rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonPockets {
    /// Whether there is an own order. Without one the rule holds: what was paid with last, the balance where it is
    /// enough, debit cards, credit cards.
    is_set: bool,
    /// How many an order has at most.
    most: usize,
    /// The balance and all cards that are bound.
    pockets: Vec<PersonPocket>,
}

/// The balance, or a card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonPocket {
    /// `balance`, or the number of a card: what an order names it by.
    pocket: String,
    /// Whether the own order has it.
    is_set: bool,
    /// The card.
    card: Option<Card>,
}

/// An own order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPockets {
    /// `balance` and numbers of bound cards, the first one first, each once.
    pockets: Vec<String>,
}

impl PersonPocket {
    fn of(way: &Way, own: &[Pocket]) -> PersonPocket {
        let pocket = Pocket::of_card(way.card_no());
        let card = match way {
            Way::Balance { .. } => None,
            Way::Card { card, .. } => Some(Card::of(card)),
        };
        PersonPocket { pocket: pocket.to_string(), is_set: own.contains(&pocket), card }
    }
}

/// What a text names.
fn pocket_of(text: &str) -> Result<Pocket, SandboxError> {
    if text == BALANCE {
        return Ok(Pocket::Balance);
    }
    text.parse().map(Pocket::Card).map_err(|_| {
        let message = format!("a pocket is {BALANCE} or the number of a card");
        SandboxError::bad("bad_pocket", message).of_field("pockets")
    })
}

fn not_set(why: SetPocketsRefused) -> SandboxError {
    match why {
        SetPocketsRefused::NoSuchPerson => SandboxError::missing("party_not_found", why),
        SetPocketsRefused::PartyBlocked => SandboxError::conflict("party_blocked", why),
        SetPocketsRefused::TooMany => SandboxError::bad("too_many_pockets", why).of_field("pockets"),
        SetPocketsRefused::CardNotFound => SandboxError::missing("card_not_found", why),
        SetPocketsRefused::CardNotBound => SandboxError::conflict("card_not_bound", why),
        SetPocketsRefused::Twice => SandboxError::bad("pocket_twice", why).of_field("pockets"),
        SetPocketsRefused::Empty => SandboxError::bad("no_pockets", why).of_field("pockets"),
    }
}

/// The order as it stands, with what it does not name.
async fn told(portal: &Portal, party: PartyId) -> Result<Json<PersonPockets>, SandboxError> {
    let order = portal.door.ask(FindPockets { party }).await;
    let order = order.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    // A card that was just bound must be seen.
    portal.posted().await?;
    let cards = portal.read(move |reader| reader.cards(party, CARDS_MAX)).await;
    let cards = cards.ok_or_else(|| SandboxError::broken("cards cannot be read"))?;
    let own = order.as_ref().map_or(&[][..], |order| order.pockets.pockets());
    let ways = pockets::as_set(cards, own);
    let pockets = ways.iter().map(|way| PersonPocket::of(way, own)).collect();
    Ok(Json(PersonPockets { is_set: order.is_some(), most: POCKETS_MAX, pockets }))
}

async fn change(
    portal: &Portal,
    party: PartyId,
    pockets: Option<Vec<Pocket>>,
) -> Result<Json<PersonPockets>, SandboxError> {
    let changed = portal.door.ask(SetPockets { party, pockets }).await;
    changed.map_err(|error| SandboxError::of(error, not_set))?;
    told(portal, party).await.map_err(SandboxError::not_seen)
}

/// In which order whoever asks pays.
#[utoipa::path(
    get,
    path = "/me/pockets",
    tag = "pockets",
    responses((status = 200, description = "The first one first.", body = PersonPockets))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
) -> Result<Json<PersonPockets>, SandboxError> {
    told(&portal, this.party).await
}

/// Sets an own order. The same again is the same.
#[utoipa::path(
    put,
    path = "/me/pockets",
    tag = "pockets",
    request_body = NewPockets,
    responses((status = 200, description = "The order as it stands.", body = PersonPockets))
)]
pub(crate) async fn set(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<PersonPockets>, SandboxError> {
    let NewPockets { pockets } = read(&headers, &body)?;
    let pockets = pockets.iter().map(|text| pocket_of(text)).collect::<Result<Vec<Pocket>, _>>()?;
    change(&portal, this.party, Some(pockets)).await
}

/// Gives the own order up: the rule holds again. Where none is, the same.
#[utoipa::path(
    delete,
    path = "/me/pockets",
    tag = "pockets",
    responses((status = 200, description = "The order by the rule.", body = PersonPockets))
)]
pub(crate) async fn clear(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
) -> Result<Json<PersonPockets>, SandboxError> {
    change(&portal, this.party, None).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code() {
        use SetPocketsRefused as R;
        for (why, status, code) in [
            (R::NoSuchPerson, 404, "party_not_found"),
            (R::PartyBlocked, 409, "party_blocked"),
            (R::TooMany, 400, "too_many_pockets"),
            (R::CardNotFound, 404, "card_not_found"),
            (R::CardNotBound, 409, "card_not_bound"),
            (R::Twice, 400, "pocket_twice"),
            (R::Empty, 400, "no_pockets"),
        ] {
            let told = not_set(why);
            assert_eq!((told.status().as_u16(), told.code()), (status, code), "{why}");
        }
    }

    #[test]
    fn a_pocket_is_the_balance_or_a_card_in_these_words_alone() {
        assert_eq!(pocket_of("balance").map_err(|error| error.code()), Ok(Pocket::Balance));
        for text in ["", "Balance", " balance", "cash", "1"] {
            assert_eq!(pocket_of(text).map_err(|error| error.code()), Err("bad_pocket"), "{text}");
        }
    }
}
