//! Settlement of a merchant's sales by contract: what sales of a day came to, and when it is the merchant's to use.

use base::{DAY_US, Day, Field, HoldNo, PartyId, Record, Slot, TimerNo};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// When the money of a sale is the merchant's to use.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, Field,
)]
#[serde(rename_all = "snake_case")]
pub enum SettlementTerm {
    /// At once (T+0).
    #[default]
    SameDay,
    /// When the day after the sale's begins in China (T+1).
    NextDay,
}

/// The sales of one merchant on one day that are settled the day after. Their money is on the merchant's balance and
/// held there until then.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "settlement_batch", key = 4)]
pub struct SettlementBatch {
    /// The merchant's slot.
    pub slot: Slot,
    /// The merchant.
    pub seller: PartyId,
    /// The currency of the sales.
    pub currency: Currency,
    /// The day of the sales, in China.
    pub sold_on: Day,
    /// How many.
    pub sales: u32,
    /// What buyers paid, minor units.
    pub gross_minor: Minor,
    /// The fees of these payments.
    pub fee_minor: Minor,
    /// What of it the merchant gave back before it was settled; what came back from buyers who could not be reached is
    /// not in it.
    pub refunded_minor: Minor,
    /// What of the fees was given back with that.
    pub fee_back_minor: Minor,
    /// The hold on the merchant's balance; absent when nothing is left to settle, and once it is settled.
    pub hold: Option<HoldNo>,
    /// The timer that settles it; absent once it did.
    pub timer: Option<TimerNo>,
    /// When it was settled, microseconds UTC.
    pub settled_at_us: Option<i64>,
}

impl SettlementBatch {
    /// What is settled: gross − fee − refunded + fee given back. An error when that is below zero.
    pub fn net(&self) -> Result<Money, MoneyError> {
        let of = |minor: Minor| minor.of(self.currency);
        let came = of(self.gross_minor).checked_add(of(self.fee_back_minor))?;
        came.checked_sub(of(self.fee_minor))?.checked_sub(of(self.refunded_minor))
    }

    /// When it is due, microseconds UTC: when the day after begins in China.
    pub fn due_at_us(&self) -> i64 {
        settles_at_us(self.sold_on)
    }
}

/// When sales of a day are settled under [`SettlementTerm::NextDay`], microseconds UTC: a microsecond into the day
/// after. Moments that people name are whole seconds, and of one decision two timers that are due at one moment would
/// be one.
pub fn settles_at_us(sold_on: Day) -> i64 {
    sold_on.plus_days(1).begins_at_us().saturating_add(1)
}

/// The day whose sales are settled at a moment that [`settles_at_us`] gave.
pub fn sold_on(settles_at_us: i64) -> Day {
    Day::of(settles_at_us.saturating_sub(DAY_US))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_settled_when_the_next_begins_in_china() {
        let day: Day = "2026-02-28".parse().unwrap();
        let at_us = settles_at_us(day);
        assert_eq!((Day::of(at_us), Day::of(at_us - 2)), ("2026-03-01".parse().unwrap(), day));
        assert_eq!(sold_on(at_us), day);
    }
}
