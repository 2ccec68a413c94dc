//! Opens an order, and pays it at once when the buyer's code was shown.
//!
//! The merchant's number is the key: the same meaning again gets the same answer, another meaning is refused by the
//! name of the field. A new code under an unpaid order is a new attempt; the same code again is the same attempt.

use crate::agreement::signing;
use crate::command::Next;
use crate::{
    Fault, Message, PayRequest, Rows, Stop, claim_order, contract, grant, merchant_store, receiving,
    split_order,
};
use base::{AppId, OrderNo, PartyId, Plant, Slot, planted};
use money::{Currency, Minor};
use people::{Party, PartyKind, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    ContractProduct, Delivery, Meaning, OpenRefused, Order, OrderNumber, OrderState, OutTradeNo, PayRefused,
    Product, QR_LIFE_US, Receipt, ReceiptOutcome, SplitBook, TOTAL_MAX_FEN, Timeout, TimerTask, expiry,
};

/// A buyer's code, as the rim read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PayBy {
    /// The buyer's slot: the code's last two digits.
    pub slot: Slot,
    /// Keyed digest of the code.
    pub digest: [u8; 16],
}

/// A merchant asks to be paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenOrder {
    /// The merchant.
    pub seller: PartyId,
    /// The app that asks: the merchant's own, or one that the merchant authorised.
    pub app: AppId,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// What the order means.
    pub meaning: Meaning,
    /// How the merchant hears of it.
    pub delivery: Delivery,
    /// Relative timeout.
    pub timeout: Option<Timeout>,
    /// Absolute timeout, microseconds UTC; wins over the relative one.
    pub expires_at_us: Option<i64>,
    /// How long a QR code shall live at most; never above two hours.
    pub code_timeout: Option<Timeout>,
    /// The code that the buyer shows, for `trade.pay`.
    pub pay_by: Option<PayBy>,
    /// Whether what the merchant gets is held for splits when it is paid. The first request's stands.
    pub royalty_freeze: bool,
}

/// How far an opened order came.
#[derive(Clone, PartialEq, Debug)]
pub struct Opened {
    /// The order.
    pub order: Arc<Order>,
    /// Whether it is paid.
    pub paid: bool,
}

impl Opened {
    /// Not paid yet.
    pub(crate) fn waiting(order: Arc<Order>) -> Opened {
        Opened { order, paid: false }
    }

    /// Paid.
    pub(crate) fn paid(order: Arc<Order>) -> Opened {
        Opened { order, paid: true }
    }
}

impl OpenOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn open_order(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
) -> Result<Next<Opened>, Stop<OpenRefused>> {
    let party = merchant(rows, command.seller, command.app)?;
    let Some(party) = party else { return Stop::because(OpenRefused::SellerNotFound) };
    if let Some(order) = numbered(rows, command)? {
        if order.differs(&command.meaning).is_none() && signing::of_order(rows, &order)?.is_some() {
            return Stop::because(OpenRefused::NumberTaken { field: signing::FIELD });
        }
        return again(rows, command, order, &party);
    }
    let product = command.meaning.product.contract();
    let expires_at_us = acceptable(rows, command, &party, product)?;

    // Nothing can be refused here below this line; a payment may still be refused by the buyer's slot.
    let order = opened_anew(rows, command, expires_at_us)?;
    go_on(rows, command, order)
}

/// The merchant that asks, with an app that is its own or acts for it.
pub(crate) fn merchant(
    rows: &mut Rows<'_>,
    seller: PartyId,
    app: AppId,
) -> Result<Option<Arc<Party>>, crate::Fault> {
    let party = rows.get::<Party>((rows.slot(), seller))?.filter(|party| party.kind == PartyKind::Merchant);
    Ok(if grant::acts_for(rows, app, seller)? { party } else { None })
}

/// The order that has the merchant's number already.
pub(crate) fn numbered(rows: &mut Rows<'_>, command: &OpenOrder) -> Result<Option<Arc<Order>>, crate::Fault> {
    let slot = rows.slot();
    let number = rows.get::<OrderNumber>((slot, command.seller, command.out_trade_no.clone()))?;
    let Some(number) = number else { return Ok(None) };
    let order = rows.get::<Order>((slot, number.no))?;
    let order = order.ok_or_else(|| crate::Fault(format!("order {} has a number but no row", number.no)))?;
    Ok(Some(order))
}

/// Whether a new order may be opened under a contract; gives when it closes unpaid.
pub(crate) fn acceptable(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    party: &Party,
    product: ContractProduct,
) -> Result<i64, Stop<OpenRefused>> {
    if party.status != PartyStatus::Normal && !planted(Plant::FrozenMerchantSells) {
        return Stop::because(OpenRefused::SellerBlocked);
    }
    if !contract::is_signed(rows, party.id, product)? {
        return Stop::because(OpenRefused::NotSigned);
    }
    let total = command.meaning.total;
    if total.currency() != Currency::Cny || !(1..=TOTAL_MAX_FEN).contains(&total.minor().units()) {
        return Stop::because(OpenRefused::TotalTooLarge);
    }
    if let Err(refused) = receiving::allows(rows, party, total)? {
        return Stop::because(OpenRefused::Receiving(refused));
    }
    let expires_at_us = when_unpaid(rows, command);
    if expires_at_us <= rows.now_us() {
        return Stop::because(OpenRefused::ExpiryPassed);
    }
    if command.meaning.named_buyer == Some(command.seller) {
        return Stop::because(OpenRefused::Pay(PayRefused::BuyerIsSeller));
    }
    Ok(expires_at_us)
}

/// When a new order closes unless it is paid, microseconds UTC.
pub(crate) fn when_unpaid(rows: &Rows<'_>, command: &OpenOrder) -> i64 {
    expiry(command.meaning.product, command.timeout, command.expires_at_us, rows.now_us())
}

/// Writes a new order with its number.
pub(crate) fn opened_anew(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    expires_at_us: i64,
) -> Result<Arc<Order>, Fault> {
    let order = Arc::new(fresh(rows, command, expires_at_us)?);
    let (slot, seller, out_trade_no) = (rows.slot(), command.seller, command.out_trade_no.clone());
    rows.insert(OrderNumber { slot, seller, out_trade_no, no: order.no });
    rows.insert_shared(order.clone());
    split_order::hold_if_asked(rows, command, &order);
    Ok(order)
}

/// An order that is paid from money set aside before: it has its buyer from the beginning.
pub(crate) fn new_order(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    buyer: PartyId,
    expires_at_us: i64,
) -> Result<Order, Fault> {
    let now_us = rows.now_us();
    let order = fresh(rows, command, expires_at_us)?;
    Ok(Order { state: OrderState::WaitBuyerPay, created_at_us: Some(now_us), buyer: Some(buyer), ..order })
}

fn fresh(rows: &mut Rows<'_>, command: &OpenOrder, expires_at_us: i64) -> Result<Order, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let no = OrderNo::of(rows.stamp(), slot);
    let store_name = merchant_store::name_of(rows, command.seller, command.delivery.store_id.as_ref())?;
    let OpenOrder { seller, app, out_trade_no, meaning, delivery, .. } = command.clone();
    // A buyer who stands at the till has taken the order up by showing the code.
    let offered = command.pay_by.is_none() && (meaning.product.is_offer() || meaning.named_buyer.is_some());
    let code_life = |timeout: Timeout| timeout.at(now_us).min(now_us + QR_LIFE_US);
    let code_expires = command.code_timeout.map_or(now_us + QR_LIFE_US, code_life);
    let timer = rows.after(expires_at_us, |timer| {
        timer.task = TimerTask::ExpireOrder;
        timer.order_no = Some(no);
    });
    Ok(Order {
        slot,
        no,
        seller,
        app,
        out_trade_no,
        product: meaning.product,
        state: if offered { OrderState::Offered } else { OrderState::WaitBuyerPay },
        currency: meaning.total.currency(),
        total_minor: meaning.total.minor(),
        refunded_minor: Minor::ZERO,
        fee_minor: Minor::ZERO,
        fee_returned_minor: Minor::ZERO,
        subject: meaning.subject,
        body: meaning.body,
        goods_detail: meaning.goods_detail,
        named_buyer: meaning.named_buyer,
        buyer: None,
        buyer_login_masked: None,
        notify_url: delivery.notify_url,
        return_url: delivery.return_url,
        quit_url: delivery.quit_url,
        charset: delivery.charset,
        rsa1: delivery.rsa1,
        store_id: delivery.store_id,
        terminal_id: delivery.terminal_id,
        operator_id: delivery.operator_id,
        passback_params: delivery.passback_params,
        merchant_order_no: delivery.merchant_order_no,
        opened_at_us: now_us,
        created_at_us: (!offered).then_some(now_us),
        expires_at_us,
        code_expires_at_us: (meaning.product == Product::QrCode).then_some(code_expires),
        paid_at_us: None,
        closed_at_us: None,
        timer: Some(timer),
        card: None,
        card_bank: None,
        settled_with: None,
        store_name,
    })
}

/// The first field in which an order differs from a request under its number, under its name on the wire.
pub(crate) fn differs(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    order: &Order,
) -> Result<Option<&'static str>, crate::Fault> {
    if let Some(field) = order.differs(&command.meaning) {
        return Ok(Some(field));
    }
    let book = rows.get::<SplitBook>((order.slot, order.no))?;
    let same = book.is_some_and(|book| book.freeze) == command.royalty_freeze;
    Ok((!same).then_some("royalty_freeze"))
}

/// A request under a number that was used before.
pub(crate) fn again(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    order: Arc<Order>,
    seller: &Party,
) -> Result<Next<Opened>, Stop<OpenRefused>> {
    if let Some(field) = differs(rows, command, &order)? {
        return Stop::because(OpenRefused::NumberTaken { field });
    }
    if let Some(pay_by) = command.pay_by.filter(|_| !planted(Plant::ReceiptNotCompared)) {
        let receipt = rows.get::<Receipt>((rows.slot(), order.no, pay_by.digest))?;
        if let Some(receipt) = receipt {
            return attempt_answer(receipt.outcome, order).map(Next::Answer).map_err(Stop::Refused);
        }
    }
    match order.state {
        OrderState::Paid | OrderState::Finished => Stop::because(OpenRefused::AlreadyPaid),
        OrderState::Closed => Stop::because(OpenRefused::AlreadyClosed),
        OrderState::Offered | OrderState::WaitBuyerPay if rows.now_us() >= order.expires_at_us => {
            Stop::because(OpenRefused::AlreadyClosed)
        }
        OrderState::Offered | OrderState::WaitBuyerPay if seller.status != PartyStatus::Normal => {
            Stop::because(OpenRefused::SellerBlocked)
        }
        OrderState::Offered | OrderState::WaitBuyerPay => {
            // A new attempt to pay; an order that only waits is told as it was.
            if command.pay_by.is_some()
                && let Err(refused) = receiving::allows(rows, seller, order.total())?
            {
                return Stop::because(OpenRefused::Receiving(refused));
            }
            go_on(rows, command, order)
        }
    }
}

/// What became of one code for one order, the first time and every other: the outcome, brought up to date where the
/// buyer had to confirm. What was paid and given back is closed: a late repetition must not make the merchant hand out
/// the goods.
pub(crate) fn attempt_answer(outcome: ReceiptOutcome, order: Arc<Order>) -> Result<Opened, OpenRefused> {
    let refused = match outcome {
        ReceiptOutcome::Paid | ReceiptOutcome::Asked | ReceiptOutcome::Waiting => {
            return match order.state {
                OrderState::Paid | OrderState::Finished => Ok(Opened::paid(order)),
                OrderState::Closed => Err(OpenRefused::AlreadyClosed),
                OrderState::Offered | OrderState::WaitBuyerPay => Ok(Opened::waiting(order)),
            };
        }
        ReceiptOutcome::CodeInvalid => PayRefused::CodeInvalid,
        ReceiptOutcome::BuyerBlocked => PayRefused::BuyerBlocked,
        ReceiptOutcome::BuyerIsSeller => PayRefused::BuyerIsSeller,
        ReceiptOutcome::BuyerDiffers => PayRefused::BuyerDiffers,
        ReceiptOutcome::BuyerStopped => PayRefused::BuyerStopped,
        ReceiptOutcome::BuyerLimit => PayRefused::BuyerLimit,
        ReceiptOutcome::BalanceTooLow => PayRefused::BalanceTooLow,
        ReceiptOutcome::OrderClosed => PayRefused::AlreadyClosed,
        // A person may have to look at it: the wire has one code for both, and its buyer is asked to see to it.
        ReceiptOutcome::Risk => PayRefused::Risk(risk::RiskRefused::Refused),
    };
    Err(OpenRefused::Pay(refused))
}

/// Asks the buyer's slot when there is a buyer to ask; otherwise the order waits.
fn go_on(
    rows: &mut Rows<'_>,
    command: &OpenOrder,
    order: Arc<Order>,
) -> Result<Next<Opened>, Stop<OpenRefused>> {
    if let Some(PayBy { slot, digest }) = command.pay_by {
        let at_us = rows.now_us();
        rows.put(Receipt {
            slot: order.slot,
            order_no: order.no,
            attempt: digest,
            outcome: ReceiptOutcome::Asked,
            at_us,
        });
        let credit_off = receiving::credit_off(rows, order.seller)?;
        let message = PayRequest {
            order_no: order.no,
            seller: order.seller,
            only_buyer: order.buyer.or(order.named_buyer).filter(|_| !planted(Plant::OtherBuyersCodePays)),
            total: order.total(),
            subject: order.subject.clone(),
            attempt: digest,
            credit_off,
        };
        rows.send(slot, Message::PayRequest(message));
        return Ok(Next::Chain);
    }
    match (order.state, order.named_buyer) {
        // A guaranteed trade whose buyer is named exists at once, as every created one does.
        (OrderState::Offered, Some(buyer))
            if !order.product.is_offer() || order.product.goods().is_some() =>
        {
            let asked = claim_order::ask(rows, &order, buyer, true)?;
            rows.send(buyer.slot(), asked);
            Ok(Next::Chain)
        }
        _ => Ok(Next::Answer(Opened::waiting(order))),
    }
}
