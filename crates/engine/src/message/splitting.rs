//! What the slots of merchant and receiver say to each other about the parts of an order's money.

use base::{OrderNo, PartyId};
use money::Money;
use serde::{Deserialize, Serialize};

/// Merchant's slot to receiver's slot: a part of an order's money comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SplitIn {
    /// The order.
    pub order_no: OrderNo,
    /// The split's place in the order.
    pub place: u32,
    /// The line's place in the split.
    pub line: u32,
    /// Who gets it.
    pub receiver: PartyId,
    /// How much.
    pub amount: Money,
}

/// Receiver's slot to merchant's slot: whether the part arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SplitAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// The split's place in the order.
    pub place: u32,
    /// The line's place in the split.
    pub line: u32,
    /// Whether the receiver has the money.
    pub arrived: bool,
}

/// Merchant's slot to receiver's slot: give a part back for a refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackAsk {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that takes back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
    /// Who gives it back.
    pub receiver: PartyId,
    /// How much.
    pub amount: Money,
}

/// Receiver's slot to merchant's slot: whether the part left the receiver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackAnswer {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that takes back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
    /// Whether the money left the receiver: its account is not closed and had enough.
    pub taken: bool,
}

/// Merchant's slot to receiver's slot: the refund was not made, the part comes again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackReturn {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that took back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
    /// Who has it again.
    pub receiver: PartyId,
    /// How much.
    pub amount: Money,
}

/// Merchant's slot to receiver's slot: the refund could not reach the buyer, the part comes again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackRestore {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that took back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
    /// Who is to have it again.
    pub receiver: PartyId,
    /// How much.
    pub amount: Money,
}

/// Receiver's slot to merchant's slot: whether the part is there again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackRestored {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that took back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
    /// Whether the receiver has the money: its account was not closed meanwhile.
    pub arrived: bool,
}

/// Receiver's slot to merchant's slot: the part is there again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackReturned {
    /// The order.
    pub order_no: OrderNo,
    /// The place in the order of the split that took back.
    pub place: u32,
    /// The line's place in it.
    pub line: u32,
}
