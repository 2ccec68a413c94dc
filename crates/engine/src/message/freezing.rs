//! What the slots of merchant and payer say to each other about a pre-authorisation.

use base::{FreezeNo, OperationNo, OrderNo, PartyId, Text};
use money::Money;
use serde::{Deserialize, Serialize};
use trade::{HoldRefused, Subject};

/// Merchant's slot to payer's slot: set this money aside, or ask the payer to confirm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeAsk {
    /// The freeze.
    pub freeze: FreezeNo,
    /// Who may take the money.
    pub seller: PartyId,
    /// How much.
    pub amount: Money,
    /// What for.
    pub title: Text<100>,
    /// Keyed digest of the code that was shown; absent when the payer takes it up signed in.
    pub code: Option<[u8; 16]>,
    /// The only payer who may agree, when there is one already.
    pub payer: Option<PartyId>,
}

/// Payer's slot to merchant's slot: who is asked to confirm, or no.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeAnswer {
    /// The freeze.
    pub freeze: FreezeNo,
    /// As asked.
    pub code: Option<[u8; 16]>,
    /// Who must confirm, with the masked login, or why not.
    pub answer: Result<(PartyId, Text<100>), HoldRefused>,
}

/// Payer's slot to merchant's slot: the money is set aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeHeld {
    /// The freeze.
    pub freeze: FreezeNo,
    /// Whose money it is.
    pub payer: PartyId,
    /// The payer's login as merchants may see it.
    pub payer_login_masked: Text<100>,
    /// The code's digest when a code was shown; absent when the payer confirmed.
    pub code: Option<[u8; 16]>,
}

/// Merchant's slot to payer's slot: the freeze was closed, or is another payer's; whatever is held is free.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeEnded {
    /// The freeze.
    pub freeze: FreezeNo,
    /// Whose part ends.
    pub payer: PartyId,
}

/// Merchant's slot to payer's slot: set a part free.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeRelease {
    /// The freeze.
    pub freeze: FreezeNo,
    /// The operation.
    pub operation: OperationNo,
    /// How much.
    pub amount: Money,
}

/// Payer's slot to merchant's slot: the part is free.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeReleased {
    /// The freeze.
    pub freeze: FreezeNo,
    /// The operation.
    pub operation: OperationNo,
}

/// Merchant's slot to payer's slot: pay this order from what is frozen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeCharge {
    /// The freeze.
    pub freeze: FreezeNo,
    /// The order.
    pub order_no: OrderNo,
    /// The operation.
    pub operation: OperationNo,
    /// How much.
    pub amount: Money,
    /// What for.
    pub subject: Subject,
    /// What is set free with it.
    pub release: Option<Money>,
}

/// Payer's slot to merchant's slot: the money left the payer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FreezeCharged {
    /// The freeze.
    pub freeze: FreezeNo,
    /// The order.
    pub order_no: OrderNo,
    /// The operation.
    pub operation: OperationNo,
    /// What was set free with it.
    pub release: Option<Money>,
}

/// Merchant's slot to payer's slot: the order could not take the money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChargeReturned {
    /// The freeze.
    pub freeze: FreezeNo,
    /// The order.
    pub order_no: OrderNo,
    /// How much comes back.
    pub amount: Money,
    /// Whether it is frozen again; else it is free.
    pub hold_again: bool,
}

/// Within the merchant's slot: the rest is free that the last payment set free.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestReleased {
    /// The freeze.
    pub freeze: FreezeNo,
    /// How much.
    pub amount: Money,
}
