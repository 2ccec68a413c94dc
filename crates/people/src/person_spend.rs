//! What the accounts of one person use together of limits that are a person's: what cards pay and bring in, and what is
//! withdrawn. Counted in the slot of the person, so that five accounts never see the same room five times.

use crate::{IdentityDigest, UsageKind};
use base::{BankOrderNo, Field, Record, Slot};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What an order uses of a person's limits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum SpendKind {
    /// A bank card brings money in, or pays.
    Card,
    /// Money is withdrawn to the person's own card.
    Withdraw,
}

impl SpendKind {
    /// Where it is counted.
    pub const fn counters(self) -> &'static [UsageKind] {
        match self {
            SpendKind::Card => &[UsageKind::CardDay, UsageKind::CardMonth],
            SpendKind::Withdraw => &[UsageKind::WithdrawDay],
        }
    }
}

/// That an order of one of a person's accounts is counted: once, and given back once.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "person_spend", key = 3)]
pub struct PersonSpend {
    /// The slot of the identity.
    pub slot: Slot,
    /// Who.
    pub identity: IdentityDigest,
    /// The bank order, in the account's slot.
    pub bank_order: BankOrderNo,
    /// What it uses.
    pub kind: SpendKind,
    /// How much, fen.
    pub amount_minor: Minor,
    /// In whose periods it counts, microseconds UTC.
    pub at_us: i64,
    /// The number of the newest question that it answered: what an older one could not use is not given back.
    pub ask: u64,
}

/// How much a person used of something in one period, over all accounts.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "person_count", key = 4)]
pub struct PersonCount {
    /// The slot of the identity.
    pub slot: Slot,
    /// Who.
    pub identity: IdentityDigest,
    /// What is counted.
    pub kind: UsageKind,
    /// The period, as [`UsageKind::period`] writes it.
    pub period: u32,
    /// How many times.
    pub count: u32,
    /// How much in all, fen.
    pub sum_minor: Minor,
}

impl PersonCount {
    /// A counter that counted nothing yet, of the period that a moment (microseconds UTC) falls into.
    pub fn fresh(slot: Slot, identity: IdentityDigest, kind: UsageKind, at_us: i64) -> PersonCount {
        let period = kind.period(at_us);
        PersonCount { slot, identity, kind, period, count: 0, sum_minor: Minor::ZERO }
    }

    fn sum(&self) -> Money {
        self.sum_minor.of(Currency::Cny)
    }

    /// Whether so much more stays within a limit: exactly the limit does. Another currency than yuan never does.
    pub fn allows(&self, amount: Money, limit: Money) -> bool {
        let after = self.sum().checked_add(amount);
        after.and_then(|after| after.exceeds(limit)).is_ok_and(|exceeds| !exceeds)
    }

    /// Once more, so much more. Fails for another currency than yuan, and above what a row can hold.
    pub fn plus(&self, amount: Money) -> Result<PersonCount, MoneyError> {
        let sum_minor = self.sum().checked_add(amount)?.minor();
        let count = self.count.checked_add(1).ok_or(MoneyError::TooLarge)?;
        Ok(PersonCount { count, sum_minor, ..self.clone() })
    }

    /// As if one time of so much had not been. Fails when that much was never counted.
    pub fn minus(&self, amount: Money) -> Result<PersonCount, MoneyError> {
        let sum_minor = self.sum().checked_sub(amount)?.minor();
        let count = self.count.checked_sub(1).ok_or(MoneyError::BelowZero)?;
        Ok(PersonCount { count, sum_minor, ..self.clone() })
    }
}
