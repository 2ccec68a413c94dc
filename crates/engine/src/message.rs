//! What slots say to each other. A message is applied exactly once and cannot be refused: "no" is another message.

use crate::{Fault, Reply, Rows, claim_order, order_paid, pay_request, refund_order};
use base::{OrderNo, PartyId, Slot, Text};
use money::Money;
use serde::{Deserialize, Serialize};
use trade::{ClaimRefused, OutRequestNo, ReceiptOutcome, Subject};

/// Merchant's slot to buyer's slot: pay this order with the code that was shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayRequest {
    /// The order.
    pub order_no: OrderNo,
    /// Who is paid.
    pub seller: PartyId,
    /// The buyer that the order already has, or that the merchant named.
    pub only_buyer: Option<PartyId>,
    /// How much.
    pub total: Money,
    /// What for.
    pub subject: Subject,
    /// Keyed digest of the code.
    pub attempt: [u8; 16],
}

/// Buyer's slot to merchant's slot: not paid (yet), and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayRefusal {
    /// The order.
    pub order_no: OrderNo,
    /// Keyed digest of the code.
    pub attempt: [u8; 16],
    /// What became of the attempt: anything but paid.
    pub outcome: ReceiptOutcome,
    /// Who must confirm, when the outcome is to wait, with the masked login.
    pub buyer: Option<(PartyId, Text<100>)>,
}

/// Buyer's slot to merchant's slot: the money left the buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order_no: OrderNo,
    /// Who paid.
    pub buyer: PartyId,
    /// The buyer's login as merchants may see it.
    pub buyer_login_masked: Text<100>,
    /// How much.
    pub amount: Money,
    /// The code's digest when a code was shown; absent when the buyer confirmed.
    pub attempt: Option<[u8; 16]>,
}

/// Merchant's slot to buyer's slot: the order could not take the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayReturned {
    /// The order.
    pub order_no: OrderNo,
    /// Who gets the money back.
    pub buyer: PartyId,
    /// How much.
    pub amount: Money,
    /// The code's digest when a code was shown.
    pub attempt: Option<[u8; 16]>,
}

/// Merchant's slot to buyer's slot: may this buyer take the order up?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimAsk {
    /// The order.
    pub order_no: OrderNo,
    /// Who takes it up.
    pub buyer: PartyId,
    /// Who is paid.
    pub seller: PartyId,
    /// How much.
    pub total: Money,
    /// What for.
    pub subject: Subject,
    /// Whether the order was only just opened for this buyer, and vanishes if the answer is no.
    pub opening: bool,
}

/// Buyer's slot to merchant's slot: the answer to [`ClaimAsk`].
#[derive(Clone, Debug)]
pub struct ClaimAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// Who takes it up.
    pub buyer: PartyId,
    /// The masked login, or why not.
    pub answer: Result<Text<100>, ClaimRefused>,
    /// As asked.
    pub opening: bool,
}

/// Merchant's slot to buyer's slot: the order was closed unpaid, or is another buyer's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TradeClosed {
    /// The order.
    pub order_no: OrderNo,
    /// Whose trade ends: two buyers of one slot share its drawer.
    pub buyer: PartyId,
}

/// Merchant's slot to buyer's slot: money comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundIn {
    /// The order.
    pub order_no: OrderNo,
    /// Who gets it.
    pub buyer: PartyId,
    /// How much.
    pub amount: Money,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
}

/// Buyer's slot to merchant's slot: whether the refund arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
    /// Whether the buyer has the money.
    pub arrived: bool,
    /// Whether the buyer has all of the order's money back. Only the buyer's slot knows: a sum in the merchant's slot
    /// counts refunds that may still bounce.
    pub whole: bool,
}

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// See [`PayRequest`].
    PayRequest(PayRequest),
    /// See [`PayRefusal`].
    PayRefusal(PayRefusal),
    /// See [`OrderPaid`].
    OrderPaid(OrderPaid),
    /// See [`PayReturned`].
    PayReturned(PayReturned),
    /// See [`ClaimAsk`].
    ClaimAsk(ClaimAsk),
    /// See [`ClaimAnswer`].
    ClaimAnswer(ClaimAnswer),
    /// See [`TradeClosed`].
    TradeClosed(TradeClosed),
    /// See [`RefundIn`].
    RefundIn(RefundIn),
    /// See [`RefundAnswer`].
    RefundAnswer(RefundAnswer),
}

/// Applies a message in its slot. The last message of a chain gives the answer to the command that began it.
pub(crate) fn apply(rows: &mut Rows<'_>, message: &Message) -> Result<Option<Reply>, Fault> {
    match message {
        Message::PayRequest(message) => pay_request::pay_request(rows, message),
        Message::PayRefusal(message) => pay_request::pay_refusal(rows, message),
        Message::OrderPaid(message) => order_paid::order_paid(rows, message),
        Message::PayReturned(message) => order_paid::pay_returned(rows, message),
        Message::ClaimAsk(message) => claim_order::claim_ask(rows, message),
        Message::ClaimAnswer(message) => claim_order::claim_answer(rows, message),
        Message::TradeClosed(message) => claim_order::trade_closed(rows, message),
        Message::RefundIn(message) => refund_order::refund_in(rows, message),
        Message::RefundAnswer(message) => refund_order::refund_answer(rows, message),
    }
}

impl Message {
    /// The slot of an order's merchant, where answers go.
    pub(crate) fn home(order_no: OrderNo) -> Slot {
        order_no.slot()
    }
}
