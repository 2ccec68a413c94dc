//! `/api/v1/me/payments`: paying an order from the balance or with a card, with the payment password or a passkey.
//!
//! Whoever pays says what the order showed: its amount, and which payment by card was its last one. Where something
//! happened since, nothing is paid and no proof is tried; so a wish whose answer was lost is sent again without fear.
//! What was paid already, or is under way, is told as it stands.
//!
//! A challenge for a passkey stands for one order with its payee, amount and what it is paid with, which the answer
//! shows, and for the session that asked. What was shown goes with the proof into the cell, which compares it with what
//! would be paid. An order that also signs an agreement is not paid here, where its terms are not shown.

mod wish;

use super::bank_orders::{MoveState, Tried};
use super::given::ActChallenge;
use super::orders::{Look, Seen, look_at, seen_by, signs_agreement};
use crate::bank::{self, BankNo};
use crate::people::passkey_acts;
use crate::people::{Asker, Who, crowded};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_pay::{self, Handed, claim_refused, found, no_order};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{BankOrderNo, OrderNo, PartyId};
use cell::CellError;
use engine::{ConfirmPay, FindParty, LastTry, PayByCard, act_of_paying};
use fund::BankOrderState;
use money::Money;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use trade::ClaimRefused;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wish::{NewPayment, Proven, Wish, bank_order_of, pocket_of};

/// The calls of payments.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(pay))
        .routes(routes!(begin))
        .routes(routes!(show))
        .routes(routes!(revoke))
}

/// What is to be paid with a passkey, and with what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentWish {
    /// The text of a code that was scanned.
    qr_code: Option<String>,
    /// An address: of a cashier page, or of the gateway with a signed request.
    order_url: Option<String>,
    /// The signed text that a shop's app hands over.
    order_string: Option<String>,
    /// Our number; shows an order to its buyer only.
    trade_no: Option<String>,
    /// `balance`, also when it is not said, or the number of an own card.
    pocket: Option<String>,
}

/// A payment by card that is to be revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokedTry {
    /// `last_try` of the payment as it was shown: another one of the same order is not meant.
    bank_order: String,
}

/// What is paid with a passkey, and the challenge for exactly that.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentChallenge {
    /// What a browser needs.
    #[serde(flatten)]
    challenge: ActChallenge,
    /// The order.
    trade_no: String,
    /// Who is paid, by number.
    payee: String,
    /// Who is paid, by name.
    payee_name: String,
    /// What is sold.
    subject: String,
    /// How much, yuan.
    amount: String,
}

/// What came of a payment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payment {
    /// The order.
    trade_no: String,
    /// Where its payment stands.
    state: PaymentState,
    /// The bank order of its last payment by card, also when that came to nothing.
    last_try: Option<String>,
    /// Where that bank order stands: also whether money that the bank took after it was revoked is back on the card.
    last_try_state: Option<MoveState>,
    /// Why the bank refused it: `no_money`, `over_limit`, `card_blocked`, `agreement_ended` or `other`.
    last_try_reason: Option<String>,
}

/// Where the payment of an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentState {
    /// Nothing pays it: it can be paid. After a payment by card the bank said no, or it was revoked.
    Open,
    /// The bank is asked.
    UnderWay,
    /// It is paid.
    Paid,
    /// It was paid, and all of it went back.
    Refunded,
    /// It was closed, and cannot be paid.
    Closed,
}

/// Refuses what cannot be paid without having seen more than is shown here.
async fn signs_nothing(portal: &Portal, order_no: OrderNo) -> Result<(), SandboxError> {
    if signs_agreement(portal, order_no).await? {
        let message = "paying also signs an agreement: pay at the cashier page, which shows the terms";
        return Err(SandboxError::conflict("signs_agreement", message));
    }
    Ok(())
}

fn payment(order_no: OrderNo, look: Look) -> Json<Payment> {
    let Look { state, last_try } = look;
    Json(Payment {
        trade_no: order_no.to_string(),
        state,
        last_try: last_try.map(|tried| tried.no.to_string()),
        last_try_state: last_try.map(|tried| tried.state),
        last_try_reason: last_try.and_then(Tried::reason),
    })
}

/// The order that the path of a call names. What is no number is nobody's order.
async fn of_path(portal: &Portal, party: PartyId, trade_no: String) -> Result<Seen, SandboxError> {
    if trade_no.parse::<OrderNo>().is_err() {
        return Err(no_order());
    }
    seen_by(portal, party, Handed::TradeNo(trade_no)).await
}

/// A card was asked to pay the order since it was shown.
fn moved_on() -> SandboxError {
    let message = "a card was asked to pay this order since it was shown; look at it again";
    SandboxError::conflict("moved_on", message)
}

/// Refuses what is not as it was shown. Of payments by card the cell looks once more.
fn as_shown(
    order: &trade::Order,
    look: Look,
    amount: Money,
    last_try: Option<BankOrderNo>,
) -> Result<(), SandboxError> {
    if order.total() != amount {
        let message = format!("the order costs {}; look at it again", order.total());
        return Err(SandboxError::conflict("changed", message));
    }
    if look.last_try_no() == last_try { Ok(()) } else { Err(moved_on()) }
}

/// Shows a payment and gives its challenge for a passkey.
#[utoipa::path(
    post,
    path = "/me/payments/options",
    tag = "payments",
    request_body = PaymentWish,
    responses((status = 200, description = "What is paid, and its challenge.", body = PaymentChallenge))
)]
pub(crate) async fn begin(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<PaymentChallenge>, SandboxError> {
    let PaymentWish { qr_code, order_url, order_string, trade_no, pocket } = read(&headers, &body)?;
    let handed = Handed::one(qr_code, order_url, order_string, trade_no)?;
    let card = pocket_of(Some(pocket.as_deref().unwrap_or_default()))?;
    // Before an order is opened for nothing.
    if !passkey_acts::has_any(&portal, this.party).await? {
        return Err(passkey_acts::none_yet());
    }
    let Seen { order, by_code } = seen_by(&portal, this.party, handed).await?;
    signs_nothing(&portal, order.no).await?;
    let payee = portal.door.ask(FindParty { party: order.seller }).await;
    let payee = payee.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    let act = act_of_paying(order.no, order.seller, order.total(), card);
    let options = passkey_acts::begin(&portal, Asker::device(&this), act, by_code).await?;
    Ok(Json(PaymentChallenge {
        challenge: ActChallenge::of(options),
        trade_no: order.no.to_string(),
        payee: order.seller.to_string(),
        payee_name: payee.name.to_string(),
        subject: order.subject.to_string(),
        amount: order.total().to_string(),
    }))
}

/// Pays an order. One that whoever asks paid before, or that a bank is asked to pay, is told as it stands, whatever is
/// given.
#[utoipa::path(
    post,
    path = "/me/payments",
    tag = "payments",
    request_body = NewPayment,
    responses((status = 200, description = "The order is paid, or its bank is asked.", body = Payment))
)]
pub(crate) async fn pay(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Payment>, SandboxError> {
    let Wish { handed, amount, last_try, by } = read::<NewPayment>(&headers, &body)?.wish()?;
    let seen = seen_by(&portal, this.party, handed).await?;
    let order_no = seen.order.no;
    let look = look_at(&portal, this.party, &seen).await?;
    match look.state {
        PaymentState::Open => {}
        PaymentState::UnderWay | PaymentState::Paid | PaymentState::Refunded => {
            return Ok(payment(order_no, look));
        }
        PaymentState::Closed => return Err(claim_refused(ClaimRefused::AlreadyClosed)),
    }
    as_shown(&seen.order, look, amount, last_try)?;
    signs_nothing(&portal, order_no).await?;
    let proven = by.prove(&portal, &this, &seen).await?;
    match pay_proven(&portal, this.party, order_no, proven, look.last_try).await {
        // The same wish came twice at once, and the other one was taken first.
        Err(error) if matches!(error.code(), "already_paid" | "card_under_way") => {
            as_it_stands(&portal, this.party, order_no).await
        }
        paid => paid.map(|look| payment(order_no, look)),
    }
}

/// Takes an order up and pays it with what was proven for it.
async fn pay_proven(
    portal: &Portal,
    buyer: PartyId,
    order_no: OrderNo,
    proven: Proven,
    last_try: Option<Tried>,
) -> Result<Look, SandboxError> {
    let Proven { card, by_code, attempt } = proven;
    let Some(card) = card else {
        sandbox_pay::from_balance(portal, ConfirmPay { buyer, order_no, attempt }, by_code).await?;
        return Ok(Look { state: PaymentState::Paid, last_try });
    };
    let last_try = LastTry::Is(last_try.map(|tried| tried.no));
    let command = PayByCard { buyer, order_no, card, attempt, last_try };
    let asked = sandbox_pay::by_card(portal, command, by_code).await?;
    // It may be one that was asked before, by the same card.
    let state = if asked.state == BankOrderState::Done { PaymentState::Paid } else { PaymentState::UnderWay };
    Ok(Look { state, last_try: Some(Tried::of(&asked)) })
}

/// A payment of whoever asks, after it was decided elsewhere.
async fn as_it_stands(
    portal: &Portal,
    party: PartyId,
    order_no: OrderNo,
) -> Result<Json<Payment>, SandboxError> {
    let seen = Seen { order: found(portal, order_no).await?, by_code: false };
    if seen.order.buyer != Some(party) {
        return Err(claim_refused(ClaimRefused::AlreadyPaid));
    }
    look_at(portal, party, &seen).await.map(|look| payment(order_no, look))
}

/// Where the payment of an order of one's own stands.
#[utoipa::path(
    get,
    path = "/me/payments/{trade_no}",
    tag = "payments",
    params(("trade_no" = String, Path, description = "The order.")),
    responses((status = 200, description = "The payment.", body = Payment))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(trade_no): Path<String>,
) -> Result<Json<Payment>, SandboxError> {
    let seen = of_path(&portal, this.party, trade_no).await?;
    look_at(&portal, this.party, &seen).await.map(|look| payment(seen.order.no, look))
}

/// Revokes a payment by card that its bank did not decide, so that the order can be paid in another way; what the bank
/// takes all the same goes back to the card. One that is decided is told as it stands.
#[utoipa::path(
    post,
    path = "/me/payments/{trade_no}/revoke",
    tag = "payments",
    params(("trade_no" = String, Path, description = "The order.")),
    request_body = RevokedTry,
    responses((status = 200, description = "The payment.", body = Payment))
)]
pub(crate) async fn revoke(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    Path(trade_no): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Payment>, SandboxError> {
    let RevokedTry { bank_order } = read(&headers, &body)?;
    let bank_order = bank_order_of(&bank_order)?;
    let seen = of_path(&portal, this.party, trade_no).await?;
    let look = look_at(&portal, this.party, &seen).await?;
    if look.last_try_no() != Some(bank_order) {
        return Err(moved_on());
    }
    // Also where the order is closed or its time is over: its bank may still be asked.
    match bank::close(&portal, this.party, bank_order).await {
        // Decided before: the payment says how.
        // Something may have been done: who cannot be told how it stands must not hear that nothing was.
        Ok(_) | Err(BankNo::TooLate) => {
            let stands = as_it_stands(&portal, this.party, seen.order.no).await;
            stands.map_err(|error| match error.status() {
                StatusCode::SERVICE_UNAVAILABLE => {
                    SandboxError::of(CellError::<Infallible>::Unknown, |never| match never {})
                }
                _ => error,
            })
        }
        Err(no) => Err(no.into()),
    }
}
