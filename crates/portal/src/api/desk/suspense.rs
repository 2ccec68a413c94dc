//! `/api/v1/ops/suspense`: money that nothing explains, and what becomes of it: proposed by one operator, closed by
//! another.

use super::shapes::{OpsClosing, OpsClosingProposal, OpsUnclear, shaped};
use super::{Act, OpsWithdrawn, act, next_of, page_of, part, parts_of};
use crate::api::moment;
use crate::api::ops::read::books;
use crate::api::page::limit;
use crate::people::AtDesk;
use crate::portal::Portal;
use crate::recon_books::{closing_told, proposal_told, unclear};
use crate::sandbox::{SandboxError, read};
use crate::sandbox_suspense::{
    Way, Wish, close_suspense, command, place, propose_closing, refused, withdraw_proposal,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use base::{Record, Slot, Text};
use engine::{CloseSuspense, Key, Row, Table, Tabled, WithdrawSuspense};
use recon::{CloseSuspenseRefused, Suspense};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

type SuspenseKey = <Suspense as Record>::Key;

/// The calls.
pub(super) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(propose))
        .routes(routes!(close))
        .routes(routes!(withdraw))
}

/// Which suspense.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OpsSuspenseQuery {
    /// How many at most, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `open` or `closed`; both when it is not said.
    state: Option<String>,
}

/// A page of suspense.
#[derive(Serialize, ToSchema)]
pub(super) struct OpsSuspensePage {
    suspense: Vec<OpsUnclear>,
    next: Option<String>,
}

/// Which suspense, and what shall become of it. A closing says the words of the proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsSuspenseWish {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
    /// `give_back`, `own` or `match`.
    #[schema(value_type = String)]
    way: Way,
    /// With `match` alone.
    bank_order_no: Option<String>,
    reason: String,
}

/// Which suspense.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpsSuspensePlace {
    slot: u8,
    account: String,
    day: String,
    serial: u32,
}

/// Money that nothing explains, slot by slot. A page may be short and still have a next one: it looks at 5,000 rows.
#[utoipa::path(
    get,
    path = "/ops/suspense",
    tag = "ops-suspense",
    params(OpsSuspenseQuery),
    responses((status = 200, description = "Suspense.", body = OpsSuspensePage))
)]
pub(super) async fn list(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<OpsSuspenseQuery>,
) -> Result<Json<OpsSuspensePage>, SandboxError> {
    let limit = limit(asked.limit)?;
    let is_closed = asked.state.as_deref().map(closed_of).transpose()?;
    let after = asked.cursor.as_deref().map(after_of).transpose()?;
    let now_us = portal.door.now_us();
    let page = books(&portal, move |reader| {
        page_of(reader, Table::Suspense, after, limit, |reader, row| {
            let Row::Suspense(row) = row else { return Ok(None) };
            let found = unclear(reader, row)?;
            let wanted = is_closed.is_none_or(|is_closed| found.closing.is_some() == is_closed);
            Ok(wanted.then(|| found.told(now_us, moment)))
        })
    });
    let (suspense, last) = page.await?;
    let suspense = suspense.into_iter().map(|told| shaped(told).map(|Json(one)| one));
    let suspense: Vec<OpsUnclear> = suspense.collect::<Result<_, _>>()?;
    let next = last.and_then(|key| match key {
        Key::Suspense((slot, account, day, serial)) => {
            let (slot, day, serial) = (slot.number().to_string(), day.to_string(), serial.to_string());
            Some(next_of(&[&slot, account.as_str(), &day, &serial]))
        }
        _ => None,
    });
    Ok(Json(OpsSuspensePage { suspense, next }))
}

fn closed_of(state: &str) -> Result<bool, SandboxError> {
    match state {
        "open" => Ok(false),
        "closed" => Ok(true),
        _ => Err(SandboxError::bad("bad_state", "state is open or closed").of_field("state")),
    }
}

fn after_of(cursor: &str) -> Result<Key, SandboxError> {
    let [slot, account, day, serial] = parts_of(cursor)?;
    let slot = Slot::new(part(&slot)?).map_err(|_| super::bad_cursor())?;
    let account = Text::new(&account).map_err(|_| super::bad_cursor())?;
    Ok(Key::Suspense((slot, account, part(&day)?, part(&serial)?)))
}

/// The command of a call, and what the trail calls its subject.
async fn wished(
    portal: &Portal,
    desk: &AtDesk,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(CloseSuspense, String), SandboxError> {
    let OpsSuspenseWish { slot, account, day, serial, way, bank_order_no, reason } = read(headers, body)?;
    let wish = Wish { slot, account, day, serial, way, bank_order_no, reason };
    let command = command(wish, desk.operator.as_str())?;
    let key = (command.slot, command.account.clone(), command.day, command.serial);
    let subject = subject_of(portal, key).await?;
    Ok((command, subject))
}

/// What the trail calls a suspense: the place of one that there is, never words of the caller. 404
/// `suspense_not_found`.
async fn subject_of(portal: &Portal, key: SuspenseKey) -> Result<String, SandboxError> {
    let found = books(portal, move |reader| reader.row(&Suspense::wrap_key(key))).await?;
    let Some(Key::Suspense((slot, account, day, serial))) = found.map(|row| row.key()) else {
        return Err(refused(CloseSuspenseRefused::NotFound));
    };
    Ok(format!("{} {account} {day} {serial}", slot.number()))
}

/// Proposes how to close a suspense; nothing moves.
#[utoipa::path(
    post,
    path = "/ops/suspense/proposal",
    tag = "ops-suspense",
    request_body = OpsSuspenseWish,
    responses((status = 200, description = "What is proposed.", body = OpsClosingProposal))
)]
pub(super) async fn propose(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsClosingProposal>, SandboxError> {
    let (command, subject) = wished(&portal, &desk, &headers, &body).await?;
    let own = portal.clone();
    let work = async move { shaped(proposal_told(&*propose_closing(&own, command).await?, moment)) };
    act(&portal, &desk, Act::of("suspense.propose", subject, &body), work).await
}

/// Closes a suspense as another operator proposed.
#[utoipa::path(
    post,
    path = "/ops/suspense/closing",
    tag = "ops-suspense",
    request_body = OpsSuspenseWish,
    responses((status = 200, description = "How it was closed.", body = OpsClosing))
)]
pub(super) async fn close(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsClosing>, SandboxError> {
    let (command, subject) = wished(&portal, &desk, &headers, &body).await?;
    let own = portal.clone();
    let work = async move { shaped(closing_told(&*close_suspense(&own, command).await?, moment)) };
    act(&portal, &desk, Act::of("suspense.close", subject, &body), work).await
}

/// Takes a proposal back.
#[utoipa::path(
    post,
    path = "/ops/suspense/withdrawal",
    tag = "ops-suspense",
    request_body = OpsSuspensePlace,
    responses((status = 200, description = "Nothing is proposed any more.", body = OpsWithdrawn))
)]
pub(super) async fn withdraw(
    State(portal): State<Arc<Portal>>,
    desk: AtDesk,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<OpsWithdrawn>, SandboxError> {
    let OpsSuspensePlace { slot, account, day, serial } = read(&headers, &body)?;
    let (slot, account, day, serial) = place(slot, &account, &day, serial)?;
    let subject = subject_of(&portal, (slot, account.clone(), day, serial)).await?;
    let (operator, own) = (desk.operator.clone(), portal.clone());
    let work = async move {
        let withdrawal = WithdrawSuspense { slot, account, day, serial, operator };
        withdraw_proposal(&own, withdrawal).await?;
        Ok(Json(OpsWithdrawn { withdrawn: true }))
    };
    act(&portal, &desk, Act::of("suspense.withdraw", subject, &body), work).await
}
