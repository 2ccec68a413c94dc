//! What a bank says against its own word or ours.

use crate::BankRef;
use base::{BankOrderNo, Field, Record, Slot};
use money::{Currency, Minor};
use serde::{Deserialize, Serialize};

/// What is surprising.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum SurpriseKind {
    /// It did something with another amount or currency.
    AmountDiffers,
    /// It did it again, under another name of its own.
    SecondReference,
    /// It did what it had refused, or what was closed.
    DoneAfterEnd,
    /// It did what it was never asked to do.
    DoneUnasked,
    /// It refuses what it had done, or what it was never asked to do.
    RefusedAgainstWord,
}

/// One contradiction, noted once, for whoever compares the books with the bank's.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "bank_surprise", key = 4)]
pub struct BankSurprise {
    /// The order's slot.
    pub slot: Slot,
    /// The order.
    pub no: BankOrderNo,
    /// What is surprising.
    pub kind: SurpriseKind,
    /// The bank's name of the movement; empty when it names none.
    pub bank_ref: BankRef,
    /// The currency that the bank speaks of.
    pub currency: Currency,
    /// How much the bank speaks of, minor units.
    pub amount_minor: Minor,
    /// Whether it stands in the books as suspense: money that is certainly at the wrong place.
    pub booked: bool,
    /// When it was heard first, microseconds UTC.
    pub at_us: i64,
}

impl SurpriseKind {
    /// Whether money of this kind is booked as suspense at once. The others say that the bank's word cannot be taken as
    /// it is: its statement decides, and until then no sum of it is certain.
    pub const fn is_booked(self) -> bool {
        match self {
            SurpriseKind::DoneAfterEnd => true,
            // An order that was not sent may still be, and its answer is booked then.
            SurpriseKind::DoneUnasked
            | SurpriseKind::AmountDiffers
            | SurpriseKind::SecondReference
            | SurpriseKind::RefusedAgainstWord => false,
        }
    }
}
