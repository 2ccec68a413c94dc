//! Orders as a merchant's people see them.

use super::super::moment;
use super::super::refund_requests::RefundRequest;
use super::happened::{SellerEvent, SellerRefund, SellerSplit, timeline};
use super::notices::SellerNotice;
use super::orders::Sight;
use super::postings::SellerPosting;
use bill::{SaleState, SaleStory, yuan};
use serde::{Deserialize, Serialize};
use trade::{CardChannel, Order, OrderState, Product, RefundWish};
use utoipa::ToSchema;

/// An order of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerOrder {
    /// Our number.
    trade_no: String,
    /// The merchant's number.
    out_trade_no: String,
    /// What is sold.
    subject: String,
    /// How much, yuan.
    amount: String,
    /// What of it was given back, also what is on its way, yuan.
    refunded: String,
    /// Where it stands.
    state: SellerOrderState,
    /// How it was brought before the buyer.
    product: SellerProduct,
    /// The buyer's login, masked; null while nobody took it up.
    payer: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When it was paid.
    paid_at: Option<String>,
    /// The store.
    store_id: Option<String>,
    /// What the store was called then.
    store_name: Option<String>,
}

/// Where an order stands for its merchant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SellerOrderState {
    /// Not paid yet; also what nobody took up.
    Waiting,
    /// Paid; also what was refunded in part.
    Paid,
    /// All of it was given back.
    Refunded,
    /// Paid too long ago to be refunded.
    Finished,
    /// Never paid.
    Closed,
}

/// How an order is brought before the buyer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SellerProduct {
    /// The merchant scans the buyer's code.
    FaceToFace,
    /// The buyer scans the order's code.
    QrCode,
    /// In a mini program.
    MiniProgram,
    /// From a phone's app.
    App,
    /// From a phone's browser.
    Wap,
    /// From a desktop's browser.
    Page,
    /// The buyer scanned the code on the counter and said how much.
    StaticCode,
    /// Held until the goods arrive.
    Escrow,
}

/// What an order was paid with.
#[derive(Debug, Serialize, ToSchema)]
struct SellerMethod {
    kind: SellerMethodKind,
    /// The bank of the card.
    bank: Option<String>,
}

/// What an order was paid with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SellerMethodKind {
    /// The buyer's balance.
    Balance,
    /// A card with its holder's own money.
    DebitCard,
    /// A card with the bank's money.
    CreditCard,
}

/// An order of a merchant in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerOrderDetails {
    /// The order.
    order: SellerOrder,
    /// More about what is sold.
    body: Option<String>,
    /// The app that made it.
    app_id: String,
    /// The till.
    terminal_id: Option<String>,
    /// The clerk.
    operator_id: Option<String>,
    /// What it was paid with; null before it is.
    method: Option<SellerMethod>,
    /// The fee that was taken, yuan; null for whoever may see neither takings nor bills.
    fee: Option<String>,
    /// What of the fee was given back, yuan; null as the fee is.
    fee_returned: Option<String>,
    /// What may still be refunded, yuan.
    refundable: String,
    /// Whether it can be refunded now.
    can_refund: bool,
    /// Whether it waits for its buyer and can be cancelled.
    can_cancel: bool,
    /// When it closes unpaid.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was closed.
    closed_at: Option<String>,
    /// With the sales of which day its money is settled; null when it was the merchant's at once.
    settled_with: Option<String>,
    /// What its code says, while it waits for somebody to scan it.
    qr_code: Option<String>,
    /// What happened, earliest first.
    timeline: Vec<SellerEvent>,
    /// Its refunds, earliest first.
    refunds: Vec<SellerRefund>,
    /// What the buyer asked to have back, last.
    refund_request: Option<RefundRequest>,
    /// What receivers got of it, or gave for refunds; empty for whoever may see neither takings nor bills.
    splits: Vec<SellerSplit>,
    /// What the merchant's programs were told of it, not those of others; empty for whoever may not see apps.
    notices: Vec<SellerNotice>,
    /// The postings in the merchant's books; empty for whoever may see neither takings nor bills.
    postings: Vec<SellerPosting>,
    /// Whether all of these lists are whole, told or not: 200 of each are told at most, and a posting that is made long
    /// after what it is of is not always found.
    is_whole: bool,
}

impl SellerOrderState {
    /// Its name, as it is told.
    const fn name(self) -> &'static str {
        match self {
            SellerOrderState::Waiting => "waiting",
            SellerOrderState::Paid => "paid",
            SellerOrderState::Refunded => "refunded",
            SellerOrderState::Finished => "finished",
            SellerOrderState::Closed => "closed",
        }
    }
}

/// Where an order stands at a moment, microseconds UTC, by its name.
pub(super) fn state_name(order: &Order, now_us: i64) -> &'static str {
    SellerOrderState::from(SaleState::of(order, now_us)).name()
}

impl From<SaleState> for SellerOrderState {
    fn from(state: SaleState) -> SellerOrderState {
        match state {
            SaleState::Waiting => SellerOrderState::Waiting,
            SaleState::Paid => SellerOrderState::Paid,
            SaleState::Refunded => SellerOrderState::Refunded,
            SaleState::Finished => SellerOrderState::Finished,
            SaleState::Closed => SellerOrderState::Closed,
        }
    }
}

impl From<SellerOrderState> for SaleState {
    fn from(state: SellerOrderState) -> SaleState {
        match state {
            SellerOrderState::Waiting => SaleState::Waiting,
            SellerOrderState::Paid => SaleState::Paid,
            SellerOrderState::Refunded => SaleState::Refunded,
            SellerOrderState::Finished => SaleState::Finished,
            SellerOrderState::Closed => SaleState::Closed,
        }
    }
}

const fn product_of(product: Product) -> SellerProduct {
    match product {
        Product::FaceToFace => SellerProduct::FaceToFace,
        Product::QrCode => SellerProduct::QrCode,
        Product::StaticCode => SellerProduct::StaticCode,
        Product::MiniProgram => SellerProduct::MiniProgram,
        Product::App => SellerProduct::App,
        Product::Wap => SellerProduct::Wap,
        Product::Page => SellerProduct::Page,
        Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => SellerProduct::Escrow,
    }
}

fn text<T: ToString>(text: Option<&T>) -> Option<String> {
    text.map(ToString::to_string)
}

impl SellerOrder {
    /// An order as it is told at a moment, microseconds UTC.
    pub(super) fn of(order: &Order, now_us: i64) -> SellerOrder {
        SellerOrder {
            trade_no: order.no.to_string(),
            out_trade_no: order.out_trade_no.to_string(),
            subject: order.subject.to_string(),
            amount: order.total().to_string(),
            refunded: order.refunded().to_string(),
            state: SaleState::of(order, now_us).into(),
            product: product_of(order.product),
            payer: text(order.buyer_login_masked.as_ref()),
            opened_at: moment(order.opened_at_us),
            paid_at: order.paid_at_us.map(moment),
            store_id: text(order.store_id.as_ref()),
            store_name: text(order.store_name.as_ref()),
        }
    }
}

/// What may still be refunded of an order, yuan.
pub(super) fn refundable(order: &Order) -> String {
    match order.state {
        OrderState::Paid => yuan(order.total_minor.units() - order.refunded_minor.units()),
        OrderState::Offered | OrderState::WaitBuyerPay | OrderState::Finished | OrderState::Closed => yuan(0),
    }
}

fn method_of(order: &Order) -> SellerMethod {
    let kind = match order.card {
        None => SellerMethodKind::Balance,
        Some(CardChannel::DebitCard) => SellerMethodKind::DebitCard,
        Some(CardChannel::CreditCard) => SellerMethodKind::CreditCard,
    };
    SellerMethod { kind, bank: text(order.card_bank.as_ref()) }
}

impl SellerOrderDetails {
    /// An order in full as it is told to somebody with this sight, who the story has no more for; `qr_code` is what its
    /// code says.
    pub(super) fn of(story: &SaleStory, sight: Sight, qr_code: String, now_us: i64) -> SellerOrderDetails {
        let order = &story.order;
        let state = SaleState::of(order, now_us);
        let is_left = order.refunded_minor.units() < order.total_minor.units();
        let is_scanned = order.product == Product::QrCode && state == SaleState::Waiting;
        SellerOrderDetails {
            order: SellerOrder::of(order, now_us),
            body: text(order.body.as_ref()),
            app_id: order.app.to_string(),
            terminal_id: text(order.terminal_id.as_ref()),
            operator_id: text(order.operator_id.as_ref()),
            method: order.paid_at_us.map(|_| method_of(order)),
            fee: sight.books.then(|| order.fee().to_string()),
            fee_returned: sight.books.then(|| order.fee_returned().to_string()),
            refundable: refundable(order),
            can_refund: state == SaleState::Paid && is_left,
            can_cancel: state == SaleState::Waiting,
            expires_at: moment(order.expires_at_us),
            closed_at: order.closed_at_us.map(moment),
            settled_with: text(order.settled_with.as_ref()),
            qr_code: is_scanned.then_some(qr_code),
            timeline: timeline(story),
            refunds: story.refunds.iter().map(|refund| SellerRefund::seen(refund, sight.books)).collect(),
            refund_request: None,
            splits: story.parts.iter().map(SellerSplit::of).collect(),
            notices: story.notices.iter().map(|notice| SellerNotice::of(notice)).collect(),
            postings: story.postings.iter().map(|posting| SellerPosting::of(posting, order.seller)).collect(),
            is_whole: story.is_whole,
        }
    }

    /// The same, with what the buyer asked to have back.
    pub(super) fn with_request(self, wish: Option<&RefundWish>) -> SellerOrderDetails {
        SellerOrderDetails { refund_request: wish.map(RefundRequest::of), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_by_one_name() {
        use SellerOrderState as S;
        for state in [S::Waiting, S::Paid, S::Refunded, S::Finished, S::Closed] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
