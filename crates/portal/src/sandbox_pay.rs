//! `POST /sandbox/pay`: the whole way of a buyer through the cashier in one call.

use crate::order_view::{self, order_of_address};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, read};
use crate::sign_in::{self, About};
use crate::{sandbox_bank, sandbox_escrow};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{OrderNo, PartyId, Secret};
use engine::{ClaimOrder, ConfirmPay, FindEscrow, FindOrderByNo, LastTry, PayByCard, PayByCardRefused};
use fund::BankOrder;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trade::{ClaimRefused, EscrowState, Order, OrderState, PayRefused, SigningRefused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayRequest {
    login: String,
    pay_password: String,
    qr_code: Option<String>,
    order_url: Option<String>,
    order_string: Option<String>,
    trade_no: Option<String>,
    /// Pays by this card instead of the balance.
    card_id: Option<String>,
}

/// What the buyer has in hand.
pub(crate) enum Handed {
    /// The content of a QR code.
    QrCode(String),
    /// An address: of our cashier, of a code, or of the gateway with a signed request.
    Address(String),
    /// The signed text that an app hands to the wallet.
    OrderString(String),
    /// Our number of an order.
    TradeNo(String),
}

impl Handed {
    /// The one thing that was given.
    pub(crate) fn one(
        qr_code: Option<String>,
        order_url: Option<String>,
        order_string: Option<String>,
        trade_no: Option<String>,
    ) -> Result<Handed, SandboxError> {
        match (qr_code, order_url, order_string, trade_no) {
            (Some(text), None, None, None) => Ok(Handed::QrCode(text)),
            (None, Some(text), None, None) => Ok(Handed::Address(text)),
            (None, None, Some(text), None) => Ok(Handed::OrderString(text)),
            (None, None, None, Some(text)) => Ok(Handed::TradeNo(text)),
            _ => {
                let message = "give one of qr_code, order_url, order_string and trade_no";
                Err(SandboxError::bad("bad_request", message))
            }
        }
    }
}

/// The state as the wire names it. An offer that nobody took up waits for its buyer too.
fn trade_status(state: OrderState) -> &'static str {
    match state {
        OrderState::Offered | OrderState::WaitBuyerPay => "WAIT_BUYER_PAY",
        OrderState::Paid => "TRADE_SUCCESS",
        OrderState::Finished => "TRADE_FINISHED",
        OrderState::Closed => "TRADE_CLOSED",
    }
}

/// The state as the wire names it; of a guaranteed trade that was paid, where its money stands.
pub(crate) async fn status_of(portal: &Portal, order: &Order) -> Result<&'static str, SandboxError> {
    if order.product.goods().is_none() || order.paid_at_us.is_none() {
        return Ok(trade_status(order.state));
    }
    let view = portal.door.ask(FindEscrow { order_no: order.no, party: None }).await;
    view.map(|view| view.escrow.state.trade_status())
        .map_err(|error| SandboxError::of(error, sandbox_escrow::refused))
}

/// The state right after a payment, without another look.
fn status_when_paid(order: &Order) -> &'static str {
    match order.product.goods() {
        None => trade_status(order.state),
        Some(goods) if goods.are_sent_at_once() => EscrowState::WaitBuyerConfirm.trade_status(),
        Some(_) => EscrowState::WaitSellerSend.trade_status(),
    }
}

/// Signs in, takes the order up and pays it.
pub(crate) async fn pay(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Answer {
    let PayRequest { login, pay_password, qr_code, order_url, order_string, trade_no, card_id } =
        read(&headers, &body)?;
    let card = card_id.map(|text| sandbox_bank::card_no(&text)).transpose()?;
    let handed = Handed::one(qr_code, order_url, order_string, trade_no)?;
    let (order_no, by_code) = order_of(&portal, handed).await?;
    found(&portal, order_no).await?;
    let password = Secret::new(pay_password);
    let proof = sign_in::by_login(&portal, &login, password, About::Order(order_no)).await?;
    let (buyer, attempt) = (proof.party, proof.attempt);
    let Some(card) = card else {
        let order = from_balance(&portal, ConfirmPay { buyer, order_no, attempt }, by_code).await?;
        return answer(paid_told(&portal, &order).await);
    };
    let command = PayByCard { buyer, order_no, card, attempt, last_try: LastTry::Unsaid };
    let asked = by_card(&portal, command, by_code).await?;
    answer(json!({ "trade_no": order_no.to_string(), "bank_order": sandbox_bank::order_told(&asked) }))
}

/// The order of a number.
pub(crate) async fn found(portal: &Portal, order_no: OrderNo) -> Result<Arc<Order>, SandboxError> {
    let found = portal.door.ask(FindOrderByNo { order_no }).await;
    found.map_err(|error| SandboxError::of(error, |_| no_order()))
}

/// There is none, or it is not for whoever asks.
pub(crate) fn no_order() -> SandboxError {
    SandboxError::missing("order_not_found", "there is no such order")
}

async fn claim(
    portal: &Portal,
    buyer: PartyId,
    order_no: OrderNo,
    by_code: bool,
) -> Result<(), SandboxError> {
    let claim = ClaimOrder { order_no, buyer, by_code };
    let claimed = portal.door.ask(claim).await;
    claimed.map(|_| ()).map_err(|error| SandboxError::of(error, claim_refused))
}

/// Takes an order up and pays it from the balance, with what proved it.
pub(crate) async fn from_balance(
    portal: &Portal,
    command: ConfirmPay,
    by_code: bool,
) -> Result<Arc<Order>, SandboxError> {
    claim(portal, command.buyer, command.order_no, by_code).await?;
    portal.door.ask(command).await.map_err(|error| SandboxError::of(error, pay_refused))
}

async fn paid_told(portal: &Portal, order: &Order) -> Value {
    // That it was paid is known whatever comes of this look and the next.
    let status = status_of(portal, order).await.unwrap_or_else(|_| status_when_paid(order));
    let mut paid = json!({
        "trade_no": order.no.to_string(),
        "out_trade_no": order.out_trade_no.as_str(),
        "trade_status": status,
        "total_amount": order.total().to_string(),
    });
    if let Ok(Some(signing)) = order_view::signing(portal, order.no).await {
        paid["agreement_no"] = json!(signing.agreement_no.map(|no| no.to_string()));
        paid["sign_refused"] = json!(signing.refused.map(not_signed));
    }
    paid
}

/// Takes an order up and asks the bank: it is paid when the bank has said so.
pub(crate) async fn by_card(
    portal: &Portal,
    command: PayByCard,
    by_code: bool,
) -> Result<Arc<BankOrder>, SandboxError> {
    claim(portal, command.buyer, command.order_no, by_code).await?;
    let asked = portal.door.ask(command).await;
    asked.map_err(|error| {
        SandboxError::of(error, |refused| match refused {
            PayByCardRefused::Pay(refused) => pay_refused(refused),
            PayByCardRefused::MovedOn => SandboxError::conflict("moved_on", refused),
            PayByCardRefused::CreditOff => SandboxError::conflict("credit_card_off", refused),
            PayByCardRefused::Card(refused) => sandbox_bank::order_refused(refused),
        })
    })
}

/// Why the buyer paid and signed nothing, for programs.
const fn not_signed(refused: SigningRefused) -> &'static str {
    match refused {
        SigningRefused::SellerBlocked => "seller_blocked",
        SigningRefused::NumberTaken => "number_taken",
        SigningRefused::BuyerBlocked => "buyer_blocked",
        SigningRefused::SameInForce => "same_in_force",
    }
}

/// The order that was handed over, and whether its code was scanned.
pub(crate) async fn order_of(portal: &Portal, handed: Handed) -> Result<(OrderNo, bool), SandboxError> {
    let not_ours = || SandboxError::missing("order_not_found", "this is no link or code of this platform");
    match handed {
        Handed::QrCode(text) => order_of_address(portal, text.trim()).ok_or_else(not_ours),
        Handed::Address(text) => {
            let text = text.trim();
            if let Some(found) = order_of_address(portal, text) {
                return Ok(found);
            }
            let (_, query) = text.split_once('?').ok_or_else(not_ours)?;
            let query = query.split('#').next().unwrap_or_default();
            opened(portal, query).await.map(|order_no| (order_no, false))
        }
        Handed::OrderString(text) => opened(portal, text.trim()).await.map(|order_no| (order_no, false)),
        Handed::TradeNo(text) => {
            let order_no = text.parse().map_err(|error| SandboxError::bad("bad_trade_no", error))?;
            Ok((order_no, false))
        }
    }
}

async fn opened(portal: &Portal, text: &str) -> Result<OrderNo, SandboxError> {
    let opened = portal.intake.open(text.to_owned()).await;
    opened.map_err(|why| SandboxError::new(StatusCode::UNPROCESSABLE_ENTITY, "order_refused", why))
}

/// Why a buyer does not take an order up, for programs.
pub(crate) fn claim_refused(refused: ClaimRefused) -> SandboxError {
    match refused {
        ClaimRefused::OrderNotFound => SandboxError::missing("order_not_found", refused),
        ClaimRefused::AlreadyPaid => SandboxError::conflict("already_paid", refused),
        ClaimRefused::AlreadyClosed => SandboxError::conflict("already_closed", refused),
        ClaimRefused::CodeExpired => SandboxError::conflict("code_expired", refused),
        ClaimRefused::BuyerNotFound => SandboxError::missing("party_not_found", refused),
        ClaimRefused::BuyerBlocked => SandboxError::conflict("buyer_blocked", refused),
        ClaimRefused::TooManyWaiting => SandboxError::conflict("too_many_waiting", refused),
        ClaimRefused::BuyerIsSeller => SandboxError::conflict("buyer_is_seller", refused),
        ClaimRefused::BuyerDiffers => SandboxError::conflict("buyer_differs", refused),
    }
}

/// Why a buyer does not pay, for programs.
pub(crate) fn pay_refused(refused: PayRefused) -> SandboxError {
    match refused {
        PayRefused::TradeNotFound => SandboxError::missing("order_not_found", refused),
        PayRefused::AlreadyPaid => SandboxError::conflict("already_paid", refused),
        PayRefused::AlreadyClosed => SandboxError::conflict("already_closed", refused),
        PayRefused::CodeInvalid => SandboxError::conflict("code_invalid", refused),
        PayRefused::ProofMissing => SandboxError::conflict("proof_missing", refused),
        PayRefused::BuyerBlocked => SandboxError::conflict("buyer_blocked", refused),
        PayRefused::BuyerIsSeller => SandboxError::conflict("buyer_is_seller", refused),
        PayRefused::BuyerDiffers => SandboxError::conflict("buyer_differs", refused),
        PayRefused::StaticLimit => SandboxError::conflict("static_limit", refused),
        PayRefused::BuyerStopped => SandboxError::conflict("buyer_stopped", refused),
        PayRefused::BuyerLimit => SandboxError::conflict("buyer_limit", refused),
        PayRefused::BalanceTooLow => SandboxError::conflict("balance_too_low", refused),
        PayRefused::CardUnderWay => SandboxError::conflict("card_under_way", refused),
        PayRefused::Risk(_) => SandboxError::conflict("risk", refused),
    }
}
