//! `/api/v1/codes` and `/me/orders`: what a scanned code, a link or a signed text is, before anything is paid. Looking
//! takes nothing up.

use super::bank_orders::{MoveState, Tried};
use super::cards::Card;
use super::collect::{self, Collect};
use super::counter_codes::{self, ShopCode};
use super::moment;
use super::payments::PaymentState;
use crate::order_view::{self, Progress, Standing, order_of_address, standing};
use crate::people::{Who, crowded};
use crate::pockets::{self, Pocket};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_pay::{Handed, claim_refused, found, no_order, order_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{BankOrderNo, OrderNo, PartyId};
use engine::FindParty;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::ClaimRefused;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The calls of codes and orders.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(look)).routes(routes!(show)).routes(routes!(counter_codes::order))
}

/// An order as whoever may pay it sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Order {
    /// Our number of it.
    trade_no: String,
    /// Who is paid.
    payee_name: String,
    /// What is sold.
    subject: String,
    /// How much, yuan.
    amount: String,
    /// Where it stands for whoever asks.
    state: OrderState,
    /// What it was shown by: a payment names it by that, unchanged.
    pay_with: WhichOrder,
    /// The bank order of its last payment by card, also when that came to nothing; `last_try` of a payment.
    last_try: Option<String>,
    /// Where that bank order stands.
    last_try_state: Option<MoveState>,
    /// Why the bank refused it: `no_money`, `over_limit`, `card_blocked`, `agreement_ended` or `other`.
    last_try_reason: Option<String>,
    /// When it closes unpaid.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether paying it also signs an agreement: then it is paid on its cashier page, which shows the terms.
    signs_agreement: bool,
    /// Its cashier page.
    cashier_url: String,
    /// What it can be paid with, the best first; nothing when it cannot be paid any more.
    pockets: Vec<OrderPocket>,
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OrderState {
    /// It can be paid.
    Open,
    /// A bank is asked to pay it.
    Paying,
    /// It is paid.
    Paid,
    /// It was paid, and all of it went back.
    Refunded,
    /// It cannot be paid any more.
    Closed,
}

/// One way to pay an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum OrderPocket {
    /// The balance: `pocket` is `balance`.
    Balance {
        /// What can be spent of it, yuan.
        available: String,
        /// Whether that is enough for the order.
        enough: bool,
    },
    /// A card: `pocket` is its number.
    Card {
        /// The card.
        card: Card,
    },
}

/// What somebody has in hand: one of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichOrder {
    /// The text of a code that was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
    /// An address: of a cashier page, or of the gateway with a signed request.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_url: Option<String>,
    /// The signed text that a shop's app hands over.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_string: Option<String>,
    /// Our number; shows an order to its buyer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
}

/// A code that was scanned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScannedCode {
    /// Its text.
    text: String,
}

/// What a code is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Code {
    /// A merchant's order.
    Order {
        /// The order.
        order: Box<Order>,
    },
    /// Somebody collects money: a transfer by its `token`.
    Collect {
        /// Who, and what for.
        collect: Collect,
    },
    /// The code on a merchant's counter: an order by its `token`.
    Shop {
        /// Which merchant.
        shop: ShopCode,
    },
}

/// An order that somebody may see, and whether its code was scanned.
pub(super) struct Seen {
    /// The order.
    pub(super) order: Arc<trade::Order>,
    /// Whether its code was scanned, whose own life then counts.
    pub(super) by_code: bool,
}

/// The order that was handed over, when this party may see it. A number stands on receipts: it shows an order to nobody
/// but its buyer. Whatever shows it, an order that somebody else took up is nobody else's business.
pub(super) async fn seen_by(portal: &Portal, party: PartyId, handed: Handed) -> Result<Seen, SandboxError> {
    let by_number = matches!(handed, Handed::TradeNo(_));
    let (order_no, by_code) = order_of(portal, handed).await?;
    seen(portal, party, order_no, by_code, by_number).await
}

async fn seen(
    portal: &Portal,
    party: PartyId,
    order_no: OrderNo,
    by_code: bool,
    by_number: bool,
) -> Result<Seen, SandboxError> {
    let order = found(portal, order_no).await?;
    match order.buyer.or(order.named_buyer) {
        Some(buyer) if buyer == party => Ok(Seen { order, by_code }),
        Some(_) | None if by_number => Err(no_order()),
        Some(_) if order.paid_at_us.is_some() => Err(claim_refused(ClaimRefused::AlreadyPaid)),
        Some(_) => Err(claim_refused(ClaimRefused::BuyerDiffers)),
        None => Ok(Seen { order, by_code }),
    }
}

/// How far the paying of an order has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Look {
    /// Where it stands.
    pub(super) state: PaymentState,
    /// The last payment by card.
    pub(super) last_try: Option<Tried>,
}

impl Look {
    /// The bank order of the last payment by card.
    pub(super) fn last_try_no(self) -> Option<BankOrderNo> {
        self.last_try.map(|tried| tried.no)
    }
}

/// Where an order stands for a party that may see it. Only the code can be too old: the order itself may go on.
pub(super) async fn look_at(portal: &Portal, party: PartyId, seen: &Seen) -> Result<Look, SandboxError> {
    let Seen { order, by_code } = seen;
    let tried = order_view::tried(portal, party, order.no).await;
    let (progress, last_try) = tried.map_err(|_| crowded())?;
    let state = match (standing(order, *by_code, portal.door.now_us()), progress) {
        (Standing::Paid, _) => PaymentState::Paid,
        (Standing::Refunded, _) => PaymentState::Refunded,
        (Standing::CodeExpired, _) => return Err(claim_refused(ClaimRefused::CodeExpired)),
        (Standing::Payable, Progress::Free) => PaymentState::Open,
        // Its bank was asked in time and may take the money after it. Of an order that its merchant closed, the state
        // of the last try alone tells so: no money that comes now pays it.
        (Standing::Payable | Standing::Closed, Progress::Bank(_)) => PaymentState::UnderWay,
        // What is decided was decided after the order was read: the merchant's books are about to say how.
        (Standing::Payable, Progress::Decided) => PaymentState::UnderWay,
        (Standing::Closed, Progress::Decided) if order.state == trade::OrderState::WaitBuyerPay => {
            PaymentState::UnderWay
        }
        (Standing::Closed, Progress::Free | Progress::Decided) => PaymentState::Closed,
    };
    let last_try = match last_try {
        Some(no) => Some(Tried::find(portal, party, no).await?),
        None => None,
    };
    Ok(Look { state, last_try })
}

impl From<PaymentState> for OrderState {
    fn from(state: PaymentState) -> OrderState {
        match state {
            PaymentState::Open => OrderState::Open,
            PaymentState::UnderWay => OrderState::Paying,
            PaymentState::Paid => OrderState::Paid,
            PaymentState::Refunded => OrderState::Refunded,
            PaymentState::Closed => OrderState::Closed,
        }
    }
}

/// Whether paying an order also signs an agreement.
pub(super) async fn signs_agreement(portal: &Portal, order_no: OrderNo) -> Result<bool, SandboxError> {
    order_view::signing(portal, order_no).await.map(|signing| signing.is_some()).map_err(|_| crowded())
}

/// An order as it is told to a party that may see it.
pub(super) async fn told(
    portal: &Portal,
    party: PartyId,
    seen: &Seen,
    pay_with: WhichOrder,
) -> Result<Order, SandboxError> {
    let Look { state, last_try } = look_at(portal, party, seen).await?;
    let state = OrderState::from(state);
    let Seen { order, by_code } = seen;
    let pockets = match state {
        OrderState::Open => {
            let found = pockets::of_order(portal, order, party).await.map_err(|_| crowded())?;
            found.all.iter().map(OrderPocket::of).collect()
        }
        OrderState::Paying | OrderState::Paid | OrderState::Refunded | OrderState::Closed => Vec::new(),
    };
    let payee = portal.door.ask(FindParty { party: order.seller }).await;
    let payee = payee.map_err(|error| SandboxError::of(error, |_| crowded()))?;
    // Whoever scanned a code is led to the page of that code: a link has another life.
    let cashier_url = match by_code {
        true => portal.world.qr_url(order.no),
        false => portal.world.cashier_url(order.no),
    };
    Ok(Order {
        trade_no: order.no.to_string(),
        payee_name: payee.name.to_string(),
        subject: order.subject.to_string(),
        amount: order.total().to_string(),
        state,
        pay_with,
        last_try: last_try.map(|tried| tried.no.to_string()),
        last_try_state: last_try.map(|tried| tried.state),
        last_try_reason: last_try.and_then(Tried::reason),
        expires_at: moment(order.expires_at_us),
        signs_agreement: signs_agreement(portal, order.no).await?,
        cashier_url,
        pockets,
    })
}

impl OrderPocket {
    fn of(pocket: &Pocket) -> OrderPocket {
        match pocket {
            Pocket::Balance { available, enough } => {
                OrderPocket::Balance { available: available.to_string(), enough: *enough }
            }
            Pocket::Card { card, .. } => OrderPocket::Card { card: Card::of(card) },
        }
    }
}

impl WhichOrder {
    /// An order by our number.
    pub(super) fn numbered(order_no: OrderNo) -> WhichOrder {
        WhichOrder { trade_no: Some(order_no.to_string()), ..WhichOrder::default() }
    }

    /// The one thing that was given.
    pub(super) fn handed(self) -> Result<Handed, SandboxError> {
        Handed::one(self.qr_code, self.order_url, self.order_string, self.trade_no)
    }
}

/// Tells what a scanned code is.
#[utoipa::path(
    post,
    path = "/codes",
    tag = "orders",
    request_body = ScannedCode,
    responses((status = 200, description = "An order, or whom it pays: somebody, or a merchant.", body = Code))
)]
pub(crate) async fn look(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Code>, SandboxError> {
    let ScannedCode { text } = read(&headers, &body)?;
    let text = text.trim();
    if let Some(asked) = collect::read_text(&portal, text) {
        return Ok(Json(Code::Collect { collect: collect::told(&portal, asked).await? }));
    }
    if let Some(counter) = counter_codes::read_text(&portal, text) {
        let shop = counter_codes::told(&portal, this.party, counter).await?;
        return Ok(Json(Code::Shop { shop }));
    }
    let (order_no, by_code) = order_of_address(&portal, text).ok_or_else(unknown)?;
    let seen = seen(&portal, this.party, order_no, by_code, false).await?;
    let handed = Some(text.to_owned());
    let pay_with = match by_code {
        true => WhichOrder { qr_code: handed, ..WhichOrder::default() },
        false => WhichOrder { order_url: handed, ..WhichOrder::default() },
    };
    let order = told(&portal, this.party, &seen, pay_with).await?;
    Ok(Json(Code::Order { order: Box::new(order) }))
}

/// Nothing of ours.
pub(super) fn unknown() -> SandboxError {
    SandboxError::missing("code_unknown", "this is no code of this platform")
}

/// Shows an order before it is paid. A signed request that was not opened yet is opened by it.
#[utoipa::path(
    post,
    path = "/me/orders",
    tag = "orders",
    request_body = WhichOrder,
    responses((status = 200, description = "The order.", body = Order))
)]
pub(crate) async fn show(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Order>, SandboxError> {
    let which: WhichOrder = read(&headers, &body)?;
    let seen = seen_by(&portal, this.party, which.clone().handed()?).await?;
    told(&portal, this.party, &seen, which).await.map(Json)
}
