//! Transfers as they are stored: in the payer's slot the transfer, its number and whom the payer knows; in the payee's
//! slot what came in.

use crate::{Arrival, TransferState, TransferWay};
use base::{AppId, PartyId, Record, Slot, Text, TimerNo, TransferNo};
use money::{Currency, Minor, Money};

/// The payer's number of a transfer (`out_biz_no`), unique in its series.
pub type OutBizNo = Text<64>;
/// What is said of a transfer.
pub type Words = Text<200>;

/// A transfer, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer", key = 2)]
pub struct Transfer {
    /// The payer's slot.
    pub slot: Slot,
    /// Our number of it (`order_id`).
    pub no: TransferNo,
    /// Who pays.
    pub payer: PartyId,
    /// Who shall have it.
    pub payee: PartyId,
    /// Who asked for it.
    pub way: TransferWay,
    /// The app that asked for it; absent when a person did.
    pub app: Option<AppId>,
    /// The payer's number of it.
    pub out_biz_no: OutBizNo,
    /// Keyed digest of how the payee was named, with the name that was to be compared: a part of its meaning.
    pub named: [u8; 16],
    /// What it is in.
    pub currency: Currency,
    /// How much, minor units, above zero.
    pub amount_minor: Minor,
    /// When the payee shall have it: as it was asked for, or as long as risk rules made it wait.
    pub arrival: Arrival,
    /// Its title, as the payee sees it.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
    /// What the merchant wants to hear again (`passback_params`).
    pub passback: Option<Text<512>>,
    /// Where it stands.
    pub state: TransferState,
    /// Where the merchant hears how it ended.
    pub notify_url: Option<Text<1024>>,
    /// Whether the merchant reads GBK.
    pub gbk: bool,
    /// Whether the merchant checks SHA-1 signatures.
    pub rsa1: bool,
    /// When it was asked for, microseconds UTC.
    pub opened_at_us: i64,
    /// When the payer paid, microseconds UTC.
    pub paid_at_us: Option<i64>,
    /// While it is offered, when the offer ends; while it waits, when it goes. Microseconds UTC.
    pub due_at_us: Option<i64>,
    /// When nothing could happen any more, microseconds UTC.
    pub ended_at_us: Option<i64>,
    /// The timer that is due at `due_at_us`.
    pub timer: Option<TimerNo>,
    /// The arrival that was asked for, when risk rules made it wait longer; absent while `arrival` is that.
    pub asked_arrival: Option<Arrival>,
}

impl Transfer {
    /// When the payee was to have it by its payer's wish: a part of the meaning of its number.
    pub fn asked_arrival(&self) -> Arrival {
        self.asked_arrival.unwrap_or(self.arrival)
    }

    /// How much.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }
}

/// Makes a payer's number unique, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "transfer_number", key = 4)]
pub struct TransferNumber {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub payer: PartyId,
    /// The series.
    pub way: TransferWay,
    /// The payer's number.
    pub out_biz_no: OutBizNo,
    /// The transfer.
    pub no: TransferNo,
}

/// Somebody to whom a payer's money came before, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "known_payee", key = 3)]
pub struct KnownPayee {
    /// The payer's slot.
    pub slot: Slot,
    /// Who paid.
    pub payer: PartyId,
    /// Who had it.
    pub payee: PartyId,
    /// When a transfer last came to its end there, microseconds UTC.
    pub last_at_us: i64,
}

/// What came in by a transfer, in the payee's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "received", key = 2)]
pub struct Received {
    /// The payee's slot.
    pub slot: Slot,
    /// The transfer.
    pub no: TransferNo,
    /// Who has it.
    pub payee: PartyId,
    /// Who paid.
    pub payer: PartyId,
    /// What it is in.
    pub currency: Currency,
    /// How much, minor units.
    pub amount_minor: Minor,
    /// When it came, microseconds UTC.
    pub at_us: i64,
}

impl Received {
    /// How much.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }
}
