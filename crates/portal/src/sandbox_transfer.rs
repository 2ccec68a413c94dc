//! `/sandbox/transfers`: money from person to person without a browser.

use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::sending::{
    Named, NotSent, Wish, arrival_name, arrival_of, confirm, current, fresh_number, offer, other_side,
    remark_of,
};
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base::{PartyId, Secret, TransferNo};
use cell::CellError;
use engine::CancelTransfer;
use money::{Currency, parse_amount};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use transfer::{
    CancelTransferRefused, ConfirmTransferRefused, LimitRefused, OutBizNo, Received, Transfer,
    TransferRefused,
};
use wire::timestamp::format_cn;

/// Transfers of one list.
const LISTED_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendRequest {
    login: String,
    pay_password: String,
    payee: String,
    amount: String,
    #[serde(default)]
    arrival: String,
    #[serde(default)]
    remark: String,
    out_biz_no: Option<String>,
    #[serde(default)]
    accept_unknown: bool,
}

/// Whose transfers to list, or whose to call back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

/// Offers a transfer and confirms it with the payer's password. A payee to whom the payer's money did not come for 180
/// days is named before it moves: the call must say that it is meant.
pub(crate) async fn send(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let request: SendRequest = read(&headers, &body)?;
    let payer = party_of(&portal, Some(&request.login), None).await?;
    let wish = wish(payer, &request)?;
    let offered = offer(&portal, wish).await.map_err(|error| SandboxError::of(error, refused))?;
    if !offered.known && !request.accept_unknown {
        let payee = other_side(&portal, offered.transfer.payee).await;
        let message = format!(
            "nothing was sent to {} ({}) for 180 days; if it is meant, send it again with accept_unknown",
            payee.name, payee.login
        );
        return Err(SandboxError::conflict("payee_unknown", message));
    }
    let paid = confirm(&portal, &offered.transfer, Secret::new(request.pay_password)).await?;
    answer(sent(&portal, &paid).await)
}

fn wish(payer: PartyId, request: &SendRequest) -> Result<Wish, SandboxError> {
    let amount = parse_amount(&request.amount, Currency::Cny);
    let arrival = arrival_of(&request.arrival);
    let bad = |message| SandboxError::bad("bad_request", message);
    let number = match &request.out_biz_no {
        None => fresh_number(),
        Some(text) => OutBizNo::new(text).map_err(|error| SandboxError::bad("bad_request", error))?,
    };
    Ok(Wish {
        payer,
        payee: Named::Login(request.payee.clone()),
        amount: amount.map_err(|error| SandboxError::bad("bad_amount", error))?,
        arrival: arrival.ok_or_else(|| bad("arrival is at_once, 2h or 24h"))?,
        remark: remark_of(&request.remark)
            .map_err(|()| bad("a remark has 200 characters at most, in one line"))?,
        number,
    })
}

/// What somebody sent and had, newest first.
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    query: Result<Query<Whose>, QueryRejection>,
) -> Answer {
    let Query(Whose { login, user_id }) = query.map_err(|error| SandboxError::bad("bad_request", error))?;
    let party = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let rows = portal.read(move |reader| {
        Ok((reader.transfers(party, None, LISTED_MAX)?, reader.received(party, None, LISTED_MAX)?))
    });
    let (out, had) = rows.await.ok_or_else(|| SandboxError::broken("the transfers cannot be read"))?;
    let (mut sends, mut receives) = (Vec::new(), Vec::new());
    for posted in out {
        let now = current(&portal, posted).await;
        sends.push(sent(&portal, &now).await);
    }
    for row in had {
        receives.push(received(&portal, &row).await);
    }
    answer(json!({ "sent": sends, "received": receives }))
}

/// Calls a transfer back that is offered or waits: what the payer does in the wallet, and support on the payer's word.
pub(crate) async fn cancel(
    State(portal): State<Arc<Portal>>,
    Path(order_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Whose { login, user_id } = read(&headers, &body)?;
    let payer = party_of(&portal, login.as_deref(), user_id.as_deref()).await?;
    let transfer: TransferNo = order_id.parse().map_err(|error| SandboxError::bad("bad_order_id", error))?;
    let done = portal.door.ask(CancelTransfer { payer, transfer }).await;
    let done = done.map_err(|error| SandboxError::of(error, not_called_back))?;
    answer(sent(&portal, &done).await)
}

async fn sent(portal: &Portal, transfer: &Transfer) -> Value {
    let payee = other_side(portal, transfer.payee).await;
    json!({
        "order_id": transfer.no.to_string(),
        "out_biz_no": transfer.out_biz_no.as_str(),
        "payer_id": transfer.payer.to_string(),
        "payee_id": transfer.payee.to_string(),
        "payee_login": payee.login,
        "payee_name": payee.name,
        "amount": transfer.amount().to_string(),
        "arrival": arrival_name(transfer.arrival),
        "status": transfer.state.wire(),
        "remark": transfer.remark.as_ref().map(|remark| remark.as_str()),
        "paid_at": transfer.paid_at_us.map(format_cn),
        "arrives_at": transfer.due_at_us.filter(|_| transfer.paid_at_us.is_some()).map(format_cn),
        "ended_at": transfer.ended_at_us.map(format_cn),
    })
}

async fn received(portal: &Portal, row: &Received) -> Value {
    let payer = other_side(portal, row.payer).await;
    json!({
        "order_id": row.no.to_string(),
        "payer_id": row.payer.to_string(),
        "payer_login": payer.login,
        "payer_name": payer.name,
        "amount": row.amount().to_string(),
        "at": format_cn(row.at_us),
    })
}

impl From<NotSent> for SandboxError {
    fn from(not: NotSent) -> SandboxError {
        match not {
            NotSent::SignIn(refused) => refused.into(),
            NotSent::Refused(why) => not_confirmed(why),
            NotSent::Unknown => SandboxError::of(CellError::Unknown, not_confirmed),
        }
    }
}

/// Why a transfer is not called back, for programs.
pub(crate) fn not_called_back(refused: CancelTransferRefused) -> SandboxError {
    match refused {
        CancelTransferRefused::NotFound => not_found(),
        CancelTransferRefused::TooLate => SandboxError::conflict("already_sent", refused),
    }
}

/// The payer has no such transfer.
pub(crate) fn not_found() -> SandboxError {
    SandboxError::missing("transfer_not_found", "no such transfer")
}

/// Why a transfer is not offered, or not paid, for programs.
pub(crate) fn refused(refused: TransferRefused) -> SandboxError {
    match refused {
        TransferRefused::PayerNotFound => SandboxError::missing("party_not_found", refused),
        TransferRefused::NumberTaken { field: _ } => SandboxError::conflict("number_taken", refused),
        TransferRefused::PayeeNotFound => SandboxError::missing("payee_not_found", refused),
        TransferRefused::PayeeNameDiffers => SandboxError::conflict("payee_name_differs", refused),
        TransferRefused::PayeeBlocked => SandboxError::conflict("payee_blocked", refused),
        TransferRefused::PayeeIsPayer => SandboxError::conflict("payee_is_payer", refused),
        TransferRefused::NotSigned => SandboxError::conflict("not_signed", refused),
        TransferRefused::PayerBlocked => SandboxError::conflict("payer_blocked", refused),
        TransferRefused::PayerStopped => SandboxError::conflict("payer_stopped", refused),
        TransferRefused::Limit(limit) => match limit {
            LimitRefused::TooSmall => SandboxError::bad("bad_amount", limit),
            LimitRefused::TooLarge => SandboxError::conflict("above_single_limit", limit),
            LimitRefused::Day => SandboxError::conflict("above_day_limit", limit),
            LimitRefused::Month => SandboxError::conflict("above_month_limit", limit),
        },
        TransferRefused::BalanceTooLow => SandboxError::conflict("balance_too_low", refused),
        TransferRefused::Risk(_) => SandboxError::conflict("risk", refused),
    }
}

fn not_confirmed(why: ConfirmTransferRefused) -> SandboxError {
    match why {
        ConfirmTransferRefused::NotFound => not_found(),
        ConfirmTransferRefused::AlreadyCancelled => SandboxError::conflict("already_cancelled", why),
        ConfirmTransferRefused::ProofMissing => SandboxError::conflict("proof_missing", why),
        ConfirmTransferRefused::Refused(why) => refused(why),
    }
}
