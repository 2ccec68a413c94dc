//! `/api/v1/me/top-ups`, `/me/withdrawals`, `/me/bank-orders`: money between the balance and an own card. A draft has
//! its number and its fee; it is confirmed with the payment password or a passkey, and carried out by the bank.

use super::cards::Card;
use super::given::{self, ActChallenge, ActProof};
use super::{Key, first_or_again, moment};
use crate::bank::{self, BankNo};
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_bank::card_no;
use crate::sandbox_party::amount_of;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{BankOrderNo, PartyId, Text};
use engine::{BankView, BankWay, FindBankOrder, Key as RowKey, act_of_bank_order};
use fund::{BankOrderKind, BankOrderRefused, BankOrderState, BankReason, FindBankRefused};
use people::ShownAct;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of bank orders.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(top_up))
        .routes(routes!(withdraw))
        .routes(routes!(show))
        .routes(routes!(confirm))
        .routes(routes!(begin))
        .routes(routes!(close))
}

/// Money between the balance and a card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BankOrder {
    /// Its number.
    no: String,
    /// Which way the money goes.
    kind: MoveKind,
    /// Where it stands.
    state: MoveState,
    /// What moves at the bank, yuan.
    amount: String,
    /// What we take for it on top of that, yuan.
    fee: String,
    /// The card.
    card: Card,
    /// Why the bank refused it: `no_money`, `over_limit`, `card_blocked`, `agreement_ended` or `other`.
    reason: Option<String>,
    /// When it was asked for.
    #[schema(format = DateTime)]
    at: String,
}

/// A bank order that was drafted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BankDraft {
    /// The bank order as it stands.
    #[serde(flatten)]
    order: BankOrder,
    /// Whether it was drafted before under this key.
    replayed: bool,
}

/// Which way the money goes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MoveKind {
    /// Card to balance.
    TopUp,
    /// Balance to card.
    Withdrawal,
}

/// Where a bank order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MoveState {
    /// It is to be confirmed; nothing moved.
    Draft,
    /// The bank was asked, and its word is awaited.
    UnderWay,
    /// The money arrived.
    Done,
    /// The bank refused it; nothing moved.
    Failed,
    /// It was given up before anything moved.
    Closed,
    /// It was given up while the bank was asked, whose word is awaited; what it took all the same goes back.
    Closing,
    /// The bank took the money after it was given up; it goes back to the card.
    Returning,
    /// The money is back on the card.
    Returned,
    /// The card did not take the money back: it came to the balance.
    Credited,
}

/// The last payment of an order by card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tried {
    /// Its bank order.
    pub(super) no: BankOrderNo,
    /// Where that stands.
    pub(super) state: MoveState,
    reason: Option<BankReason>,
}

/// How much is to move, and the card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBankOrder {
    /// The number of an own card.
    card: String,
    /// What arrives, yuan.
    amount: String,
}

fn state_of(state: BankOrderState) -> MoveState {
    match state {
        BankOrderState::Draft => MoveState::Draft,
        BankOrderState::Asked | BankOrderState::Unknown => MoveState::UnderWay,
        BankOrderState::GivenUp => MoveState::Closing,
        BankOrderState::Done => MoveState::Done,
        BankOrderState::Failed => MoveState::Failed,
        BankOrderState::Closed => MoveState::Closed,
        BankOrderState::Returning => MoveState::Returning,
        BankOrderState::Returned => MoveState::Returned,
        BankOrderState::Credited => MoveState::Credited,
    }
}

/// Which of ours a kind is; `None` of those that no call here is about.
fn kind_of(kind: BankOrderKind) -> Option<MoveKind> {
    match kind {
        BankOrderKind::TopUp => Some(MoveKind::TopUp),
        BankOrderKind::Withdraw => Some(MoveKind::Withdrawal),
        BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer => None,
    }
}

/// Why the bank refused an order; of one that was given up, nobody asks any more.
fn reason_of(order: &fund::BankOrder) -> Option<BankReason> {
    order.reason.filter(|_| order.state == BankOrderState::Failed)
}

impl Tried {
    /// A payment by card as it stands.
    pub(super) fn of(order: &fund::BankOrder) -> Tried {
        Tried { no: order.no, state: state_of(order.state), reason: reason_of(order) }
    }

    /// One of a party's. It is told with its order alone, and by no call here.
    pub(super) async fn find(
        portal: &Portal,
        party: PartyId,
        no: BankOrderNo,
    ) -> Result<Tried, SandboxError> {
        let found = portal.door.ask(FindBankOrder { party, no }).await;
        let gone = |FindBankRefused::NotFound| SandboxError::broken("a payment's bank order is not there");
        found.map(|view| Tried::of(&view.order)).map_err(|error| SandboxError::of(error, gone))
    }

    /// Why the bank refused it, as bank orders tell it.
    pub(super) fn reason(self) -> Option<String> {
        self.reason.map(|reason| reason.as_str().to_owned())
    }
}

impl BankOrder {
    fn of(order: &fund::BankOrder, card: &fund::Card) -> Result<BankOrder, SandboxError> {
        let reason = reason_of(order);
        Ok(BankOrder {
            no: order.no.to_string(),
            kind: kind_of(order.kind).ok_or(BankNo::NoOrder)?,
            state: state_of(order.state),
            amount: order.amount().to_string(),
            fee: order.fee().to_string(),
            card: Card::of(card),
            reason: reason.map(|reason| reason.as_str().to_owned()),
            at: moment(order.asked_at_us),
        })
    }
}

/// An order of whoever asks that a call here is about, with its act as it is shown.
async fn find(portal: &Portal, party: PartyId, no: &str) -> Result<(BankView, ShownAct), SandboxError> {
    let gone = || SandboxError::from(BankNo::NoOrder);
    let no: BankOrderNo = no.parse().map_err(|_| gone())?;
    let found = portal.door.ask(FindBankOrder { party, no }).await;
    let view = found.map_err(|error| SandboxError::of(error, |FindBankRefused::NotFound| gone()))?;
    let act = act_of_bank_order(&view.order).ok_or_else(gone)?;
    Ok((view, act))
}

/// Whether this key was used before. Of two calls at once both may be told to be the first; they make one order.
async fn is_used(
    portal: &Portal,
    party: PartyId,
    way: BankWay,
    key: &Text<64>,
) -> Result<bool, SandboxError> {
    let Ok(key) = Text::new(key.as_str()) else { return Ok(false) };
    portal.posted().await?;
    let key = RowKey::BankOrderKey((party.slot(), party, way.kind(), key));
    let found = portal.read(move |reader| reader.row(&key)).await;
    found.map(|row| row.is_some()).ok_or_else(|| SandboxError::broken("keys of bank orders cannot be read"))
}

/// Drafts an order. The key is one of its way: the same again is the same order, as it stands.
async fn draft(
    portal: &Portal,
    party: PartyId,
    way: BankWay,
    key: &Key,
    asked: NewBankOrder,
) -> Result<(StatusCode, Json<BankDraft>), SandboxError> {
    let (card, amount) = (card_no(&asked.card)?, amount_of(&asked.amount)?);
    let kind = match way {
        BankWay::TopUp => "top_up",
        BankWay::Withdraw => "withdrawal",
    };
    let key = key.of_kind(kind);
    let replayed = is_used(portal, party, way, &key).await?;
    let drafted = bank::prepare(portal, party, card, way, amount, key).await;
    let order = drafted.map_err(|no| match no {
        BankNo::Order(refused @ BankOrderRefused::KeyTaken { .. }) => {
            SandboxError::conflict("key_reused", refused)
        }
        other => SandboxError::from(other),
    })?;
    let (view, _) = find(portal, party, &order.no.to_string()).await?;
    let order = BankOrder::of(&view.order, &view.card)?;
    Ok((first_or_again(replayed), Json(BankDraft { order, replayed })))
}

/// Drafts a top-up: money from a card to the balance.
#[utoipa::path(
    post,
    path = "/me/top-ups",
    tag = "bank-orders",
    params(("Idempotency-Key" = String, Header, description = "The key of this wish.")),
    request_body = NewBankOrder,
    responses(
        (status = 201, description = "The draft, to be confirmed.", body = BankDraft),
        (status = 200, description = "What was drafted before under this key, as it stands.", body = BankDraft)
    )
)]
pub(crate) async fn top_up(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<BankDraft>), SandboxError> {
    draft(&portal, this.party, BankWay::TopUp, &key, read(&headers, &body)?).await
}

/// Drafts a withdrawal: money from the balance to a card.
#[utoipa::path(
    post,
    path = "/me/withdrawals",
    tag = "bank-orders",
    params(("Idempotency-Key" = String, Header, description = "The key of this wish.")),
    request_body = NewBankOrder,
    responses(
        (status = 201, description = "The draft with its fee, to be confirmed.", body = BankDraft),
        (status = 200, description = "What was drafted before under this key, as it stands.", body = BankDraft)
    )
)]
pub(crate) async fn withdraw(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<BankDraft>), SandboxError> {
    draft(&portal, this.party, BankWay::Withdraw, &key, read(&headers, &body)?).await
}

/// A top-up or withdrawal as it stands.
#[utoipa::path(
    get,
    path = "/me/bank-orders/{no}",
    tag = "bank-orders",
    params(("no" = String, Path, description = "The bank order.")),
    responses((status = 200, description = "The bank order.", body = BankOrder))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<BankOrder>, SandboxError> {
    let (view, _) = find(&portal, this.party, &no).await?;
    BankOrder::of(&view.order, &view.card).map(Json)
}

/// Confirms a draft. One that was confirmed before is told as it stands, whatever is given.
#[utoipa::path(
    post,
    path = "/me/bank-orders/{no}/confirm",
    tag = "bank-orders",
    params(("no" = String, Path, description = "The bank order.")),
    request_body = ActProof,
    responses((status = 200, description = "The bank order.", body = BankOrder))
)]
pub(crate) async fn confirm(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<BankOrder>, SandboxError> {
    let given = read::<ActProof>(&headers, &body)?.one()?;
    let (view, act) = find(&portal, this.party, &no).await?;
    if view.order.state != BankOrderState::Draft {
        return BankOrder::of(&view.order, &view.card).map(Json);
    }
    let proof = given.prove(&portal, &this, act).await?;
    let order = bank::confirm_with(&portal, &view.order, proof).await?;
    BankOrder::of(&order, &view.card).map(Json)
}

/// Begins to confirm a draft with a passkey.
#[utoipa::path(
    post,
    path = "/me/bank-orders/{no}/confirm/options",
    tag = "bank-orders",
    params(("no" = String, Path, description = "The bank order.")),
    responses((status = 200, description = "The challenge.", body = ActChallenge))
)]
pub(crate) async fn begin(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<ActChallenge>, SandboxError> {
    let (_, act) = find(&portal, this.party, &no).await?;
    given::begin(&portal, &this, act).await.map(Json)
}

/// Gives an order up. What goes to a card is given up only before it is confirmed.
#[utoipa::path(
    post,
    path = "/me/bank-orders/{no}/close",
    tag = "bank-orders",
    params(("no" = String, Path, description = "The bank order.")),
    responses((status = 200, description = "The bank order.", body = BankOrder))
)]
pub(crate) async fn close(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<BankOrder>, SandboxError> {
    let (view, _) = find(&portal, this.party, &no).await?;
    let order = bank::close(&portal, this.party, view.order.no).await?;
    BankOrder::of(&order, &view.card).map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_by_its_word() {
        let told = [
            (BankOrderState::Draft, MoveState::Draft),
            (BankOrderState::Asked, MoveState::UnderWay),
            (BankOrderState::Unknown, MoveState::UnderWay),
            (BankOrderState::GivenUp, MoveState::Closing),
            (BankOrderState::Done, MoveState::Done),
            (BankOrderState::Failed, MoveState::Failed),
            (BankOrderState::Closed, MoveState::Closed),
            (BankOrderState::Returning, MoveState::Returning),
            (BankOrderState::Returned, MoveState::Returned),
            (BankOrderState::Credited, MoveState::Credited),
        ];
        assert_eq!(told.map(|(state, _)| state), BankOrderState::ALL);
        for (state, expected) in told {
            assert_eq!(state_of(state), expected, "{state:?}");
        }
    }

    #[test]
    fn only_what_a_person_moves_itself_is_told_here() {
        assert!(kind_of(BankOrderKind::TopUp).is_some() && kind_of(BankOrderKind::Withdraw).is_some());
        for kind in [BankOrderKind::Pay, BankOrderKind::Return, BankOrderKind::Transfer] {
            assert!(kind_of(kind).is_none(), "{kind:?}");
        }
    }
}
