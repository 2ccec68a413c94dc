//! `/api/v1/me/transfers`: money from person to person. An offer shows whom it would go to; it is paid with the payment
//! password or a passkey, and called back while it waits.

use super::collect;
use super::given::{self, ActChallenge, ActProof};
use super::{Key, first_or_again, moment};
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_party::amount_of;
use crate::sandbox_transfer::{not_called_back, not_found, refused};
use crate::sending::{Named, Wish, confirm_with, knows, offer, remark_of, shown_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{PartyId, TransferNo};
use engine::{CancelTransfer, FindParty, FindTransfer, PartyNotFound, WhichTransfer, act_of_transfer};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use transfer::{TransferNotFound, TransferRefused};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of transfers.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(send))
        .routes(routes!(show))
        .routes(routes!(confirm))
        .routes(routes!(begin))
        .routes(routes!(cancel))
}

/// Money from the balance of whoever asks to somebody else's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transfer {
    /// Its number.
    no: String,
    /// Where it stands.
    state: TransferState,
    /// The payee's name; of a person masked.
    payee_name: String,
    /// The payee's login, masked.
    payee_login: String,
    /// Whether the payer's money came to this payee within 180 days. If not, the payer is to be warned.
    known: bool,
    /// How much, yuan.
    amount: String,
    /// What the payer says to it.
    remark: Option<String>,
    /// When the payee shall have it. Risk rules may make it later when it is paid.
    arrival: Arrival,
    /// When the money goes, while it waits.
    #[schema(format = DateTime)]
    arrives_at: Option<String>,
    /// When it was paid; until then, when it was asked for.
    #[schema(format = DateTime)]
    at: String,
}

/// A transfer that was offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TransferOffer {
    /// The transfer as it stands.
    #[serde(flatten)]
    transfer: Transfer,
    /// Whether it was offered before under this key.
    replayed: bool,
}

/// Where a transfer stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TransferState {
    /// It is to be confirmed; nothing moved.
    Offered,
    /// It is paid and waits for its time; it can be called back.
    Waiting,
    /// The money is on its way.
    UnderWay,
    /// The payee has it.
    Done,
    /// The payee could not have it; the payer has it again.
    Returned,
    /// It was not confirmed in time, or called back.
    Cancelled,
}

/// When the payee shall have the money.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
enum Arrival {
    /// As soon as it is paid.
    #[default]
    #[serde(rename = "at_once")]
    AtOnce,
    /// Two hours after it was paid.
    #[serde(rename = "2h")]
    TwoHours,
    /// 24 hours after it was paid.
    #[serde(rename = "24h")]
    OneDay,
}

/// A transfer to offer: `to` or `collect`, one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTransfer {
    /// The payee's login: a mobile number or an e-mail address.
    to: Option<String>,
    /// The token of a code to collect by, as `/codes` tells it: it names the payee, and an amount in it binds.
    collect: Option<String>,
    /// How much, yuan.
    amount: String,
    /// What is said to it: 200 characters at most, in one line. Where nothing is said, what the code says.
    remark: Option<String>,
    /// When the payee shall have it; at once when it is not said.
    #[serde(default)]
    arrival: Arrival,
}

impl From<transfer::Arrival> for Arrival {
    fn from(arrival: transfer::Arrival) -> Arrival {
        match arrival {
            transfer::Arrival::AtOnce => Arrival::AtOnce,
            transfer::Arrival::TwoHours => Arrival::TwoHours,
            transfer::Arrival::OneDay => Arrival::OneDay,
        }
    }
}

impl From<Arrival> for transfer::Arrival {
    fn from(arrival: Arrival) -> transfer::Arrival {
        match arrival {
            Arrival::AtOnce => transfer::Arrival::AtOnce,
            Arrival::TwoHours => transfer::Arrival::TwoHours,
            Arrival::OneDay => transfer::Arrival::OneDay,
        }
    }
}

impl From<transfer::TransferState> for TransferState {
    fn from(state: transfer::TransferState) -> TransferState {
        use transfer::TransferState as S;
        match state {
            S::Offered => TransferState::Offered,
            S::Waiting => TransferState::Waiting,
            S::UnderWay => TransferState::UnderWay,
            S::Done => TransferState::Done,
            S::Returned => TransferState::Returned,
            S::Cancelled => TransferState::Cancelled,
        }
    }
}

/// A transfer as its payer sees it. Nobody is asked to confirm one whose payee cannot be named.
async fn told(portal: &Portal, transfer: &transfer::Transfer, known: bool) -> Result<Transfer, SandboxError> {
    let payee = portal.door.ask(FindParty { party: transfer.payee }).await;
    let payee = payee.map_err(|error| {
        SandboxError::of(error, |PartyNotFound| SandboxError::broken("a transfer's payee is not there"))
    })?;
    let payee = shown_of(&payee);
    Ok(Transfer {
        no: transfer.no.to_string(),
        state: transfer.state.into(),
        payee_name: payee.name,
        payee_login: payee.login,
        known,
        amount: transfer.amount().to_string(),
        remark: transfer.remark.as_ref().map(ToString::to_string),
        arrival: transfer.arrival.into(),
        arrives_at: transfer.due_at_us.filter(|_| transfer.paid_at_us.is_some()).map(moment),
        at: moment(transfer.paid_at_us.unwrap_or(transfer.opened_at_us)),
    })
}

/// The same, when whether the payee is known must be looked up.
async fn told_anew(portal: &Portal, transfer: &transfer::Transfer) -> Result<Json<Transfer>, SandboxError> {
    let known = knows(portal, transfer).await;
    told(portal, transfer, known).await.map(Json)
}

/// A transfer of whoever asks.
async fn find(portal: &Portal, payer: PartyId, no: &str) -> Result<Arc<transfer::Transfer>, SandboxError> {
    let no: TransferNo = no.parse().map_err(|_| not_found())?;
    let found = portal.door.ask(FindTransfer { payer, which: WhichTransfer::No(no) }).await;
    found.map_err(|error| SandboxError::of(error, |TransferNotFound| not_found()))
}

fn wish(portal: &Portal, payer: PartyId, key: &Key, asked: NewTransfer) -> Result<Wish, SandboxError> {
    let NewTransfer { to, collect, amount, remark, arrival } = asked;
    let amount = amount_of(&amount)?;
    let bad_remark = |()| SandboxError::bad("bad_remark", "a remark has 200 characters at most, in one line");
    let remark = remark_of(remark.as_deref().unwrap_or_default()).map_err(bad_remark)?;
    let (payee, remark) = match (to, collect) {
        (Some(login), None) => (Named::Login(login), remark),
        (None, Some(token)) => {
            let asked = collect::read_token(portal, &token)?;
            if let Some(bound) = asked.amount.filter(|bound| *bound != amount) {
                let message = format!("the code asks for {bound}, and for nothing else");
                return Err(SandboxError::conflict("changed", message));
            }
            (Named::User(asked.user), remark.or(asked.remark))
        }
        _ => {
            let message = "name the payee by to or by collect, one of the two";
            return Err(SandboxError::bad("bad_request", message));
        }
    };
    let number = key.of_kind("transfer");
    Ok(Wish { payer, payee, amount, arrival: arrival.into(), remark, number })
}

/// Offers a transfer, and tells whom it would go to. Nothing moves before it is confirmed.
#[utoipa::path(
    post,
    path = "/me/transfers",
    tag = "transfers",
    params(("Idempotency-Key" = String, Header, description = "The key of this wish.")),
    request_body = NewTransfer,
    responses(
        (status = 201, description = "The offer, to be confirmed within 15 minutes.", body = TransferOffer),
        (status = 200, description = "What was offered before under this key, as it stands.", body = TransferOffer)
    )
)]
pub(crate) async fn send(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    key: Key,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<TransferOffer>), SandboxError> {
    let wish = wish(&portal, this.party, &key, read(&headers, &body)?)?;
    let offered = offer(&portal, wish).await.map_err(|error| {
        SandboxError::of(error, |why| match why {
            TransferRefused::NumberTaken { field } => {
                // Its name on the wire of merchants' programs is no name here.
                let field = match field {
                    "payee_info" => "payee",
                    "trans_amount" => "amount",
                    other => other,
                };
                SandboxError::conflict("key_reused", format!("the key was used with another {field}"))
            }
            why => refused(why),
        })
    })?;
    let replayed = offered.replayed;
    let transfer = told(&portal, &offered.transfer, offered.known).await?;
    Ok((first_or_again(replayed), Json(TransferOffer { transfer, replayed })))
}

/// A transfer as it stands.
#[utoipa::path(
    get,
    path = "/me/transfers/{no}",
    tag = "transfers",
    params(("no" = String, Path, description = "The transfer.")),
    responses((status = 200, description = "The transfer.", body = Transfer))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<Transfer>, SandboxError> {
    let transfer = find(&portal, this.party, &no).await?;
    told_anew(&portal, &transfer).await
}

/// Pays an offered transfer. One that is not offered any more is told as it stands, whatever is given.
#[utoipa::path(
    post,
    path = "/me/transfers/{no}/confirm",
    tag = "transfers",
    params(("no" = String, Path, description = "The transfer.")),
    request_body = ActProof,
    responses((status = 200, description = "The transfer.", body = Transfer))
)]
pub(crate) async fn confirm(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Transfer>, SandboxError> {
    let given = read::<ActProof>(&headers, &body)?.one()?;
    let transfer = find(&portal, this.party, &no).await?;
    if transfer.state != transfer::TransferState::Offered {
        return told_anew(&portal, &transfer).await;
    }
    let proof = given.prove(&portal, &this, act_of_transfer(&transfer)).await?;
    let paid = confirm_with(&portal, &transfer, proof).await?;
    told_anew(&portal, &paid).await
}

/// Begins to pay an offered transfer with a passkey.
#[utoipa::path(
    post,
    path = "/me/transfers/{no}/confirm/options",
    tag = "transfers",
    params(("no" = String, Path, description = "The transfer.")),
    responses((status = 200, description = "The challenge.", body = ActChallenge))
)]
pub(crate) async fn begin(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<ActChallenge>, SandboxError> {
    let transfer = find(&portal, this.party, &no).await?;
    given::begin(&portal, &this, act_of_transfer(&transfer)).await.map(Json)
}

/// Calls a transfer back that is offered or waits for its time.
#[utoipa::path(
    post,
    path = "/me/transfers/{no}/cancel",
    tag = "transfers",
    params(("no" = String, Path, description = "The transfer.")),
    responses((status = 200, description = "The transfer.", body = Transfer))
)]
pub(crate) async fn cancel(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(no): Path<String>,
) -> Result<Json<Transfer>, SandboxError> {
    let transfer = find(&portal, this.party, &no).await?;
    let done = portal.door.ask(CancelTransfer { payer: this.party, transfer: transfer.no }).await;
    let done = done.map_err(|error| SandboxError::of(error, not_called_back))?;
    told_anew(&portal, &done).await
}
