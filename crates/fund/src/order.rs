//! Bank orders: what we ask a bank to do with one card, once.

use crate::BankOrderState;
use base::{BankOrderNo, CardNo, Field, OrderNo, PartyId, Record, Slot, Text, TimerNo};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What a bank calls a movement of its own, 1–64 characters.
pub type BankRef = Text<64>;
/// The caller's key of an order, 1–64 characters, unique per party and kind. Of returns it is ours: the number of what
/// is returned, and which part of it.
pub type BankKey = Text<100>;

/// What an order does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BankOrderKind {
    /// Card to balance.
    TopUp,
    /// Balance to card.
    Withdraw,
    /// Card to a merchant's order.
    Pay,
    /// Back to the card that paid: of a payment or top-up that came too late, or a refund.
    Return,
    /// Balance to somebody else's card, by a transfer.
    Transfer,
}

impl BankOrderKind {
    /// Whether money comes from the card; else it goes there.
    pub const fn is_in(self) -> bool {
        match self {
            BankOrderKind::TopUp | BankOrderKind::Pay => true,
            BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer => false,
        }
    }
}

/// Why a bank refuses for good.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BankReason {
    /// Not enough money on the card.
    NoMoney,
    /// A limit of the bank.
    OverLimit,
    /// The card is lost, expired or blocked.
    CardBlocked,
    /// The agreement was ended.
    AgreementEnded,
    /// The bank gives no reason that we know.
    Other,
}

/// One order to a bank, in the party's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "bank_order", key = 2)]
pub struct BankOrder {
    /// The party's slot.
    pub slot: Slot,
    /// Its number. With the world's generation before it, the key that the bank takes it once by.
    pub no: BankOrderNo,
    /// Whose money.
    pub party: PartyId,
    /// The card.
    pub card: CardNo,
    /// What it does.
    pub kind: BankOrderKind,
    /// Where it stands.
    pub state: BankOrderState,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What moves at the bank, minor units, above zero.
    pub amount_minor: Minor,
    /// What we take for it, minor units: only of a withdrawal or a transfer.
    pub fee_minor: Minor,
    /// What of the free sum it used, minor units: only of a withdrawal.
    pub free_minor: Minor,
    /// When its limits were counted, microseconds UTC, so that they can be given back to the same day and month;
    /// absent while they are not counted, or were given back.
    pub counted_at_us: Option<i64>,
    /// What it is about: the order that it pays, the payment or top-up that it returns, or the transfer that it carries
    /// out.
    pub about: Option<OrderNo>,
    /// The key it was asked for by.
    pub key: BankKey,
    /// When it was asked for, microseconds UTC.
    pub asked_at_us: i64,
    /// When the bank is to be asked next, microseconds UTC; absent while nothing is to be asked.
    pub next_try_at_us: Option<i64>,
    /// How often the bank was asked.
    pub tries: u32,
    /// The bank's name of the movement, once it is done.
    pub bank_ref: Option<BankRef>,
    /// Why the bank refused.
    pub reason: Option<BankReason>,
    /// When the bank's last word on it was heard, microseconds UTC.
    pub heard_at_us: Option<i64>,
    /// The timer that gives it up.
    pub timer: Option<TimerNo>,
    /// When that timer is due, microseconds UTC.
    pub gives_up_at_us: Option<i64>,
    /// What of a class I account's limit it uses, minor units: only of a withdrawal, with its fee.
    pub life_minor: Minor,
}

/// What a bank says that it did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Done {
    /// How much moved.
    pub amount: Money,
    /// What the bank calls it.
    pub bank_ref: BankRef,
}

impl BankOrder {
    /// What moves at the bank.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }

    /// What we take for it.
    pub fn fee(&self) -> Money {
        self.fee_minor.of(self.currency)
    }

    /// What leaves the party's balance for it. Fails above what an amount can be.
    pub fn with_fee(&self) -> Result<Money, MoneyError> {
        self.amount().checked_add(self.fee())
    }
}

/// Finds an order by the key it was asked for by.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "bank_order_key", key = 4)]
pub struct BankOrderKey {
    /// The party's slot.
    pub slot: Slot,
    /// Whose order.
    pub party: PartyId,
    /// What it does: each kind has keys of its own.
    pub kind: BankOrderKind,
    /// The key.
    pub key: BankKey,
    /// The order.
    pub no: BankOrderNo,
}
