//! What the slots of payer and payee say to each other about a transfer.

use base::{BatchNo, PartyId, TransferNo};
use money::Money;
use serde::{Deserialize, Serialize};

/// Which command sent a transfer on its way, and so waits for its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TransferBy {
    /// `TransferMoney`.
    Program,
    /// `ConfirmTransfer`.
    Person,
    /// A timer: nobody waits.
    Clock,
    /// A detail of a batch, which ends with it: nobody waits.
    Batch,
}

/// The payer's slot to itself: a detail of a batch has its turn, in a decision and with a stamp of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DetailTurn {
    /// The batch.
    pub batch: BatchNo,
    /// The detail's place in it.
    pub line: u32,
}

/// Payer's slot to payee's slot: the money comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferIn {
    /// The transfer.
    pub transfer: TransferNo,
    /// Who paid.
    pub payer: PartyId,
    /// Who shall have it.
    pub payee: PartyId,
    /// How much.
    pub amount: Money,
    /// What sent it.
    pub by: TransferBy,
}

/// Payee's slot to payer's slot: whether it arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferAnswer {
    /// The transfer.
    pub transfer: TransferNo,
    /// Whether the payee has the money.
    pub arrived: bool,
    /// What sent it.
    pub by: TransferBy,
}
