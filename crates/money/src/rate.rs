//! Rates and shares.

use crate::{Money, MoneyError};
use base::{ColumnKind, Field, FieldError, Sink, Source};
use serde::{Deserialize, Serialize};

/// One whole, in parts per million.
const WHOLE_PPM: u32 = 1_000_000;

/// A share of an amount in parts per million, 0 to 1,000,000 (6,000 = 0.6 %).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Rate(u32);

/// A rate above one whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a rate of {0} parts per million is above one whole")]
pub struct RateError(pub u32);

impl Rate {
    /// Nothing.
    pub const ZERO: Rate = Rate(0);

    /// A rate in parts per million, 0 to 1,000,000.
    pub const fn from_ppm(ppm: u32) -> Result<Rate, RateError> {
        if ppm <= WHOLE_PPM { Ok(Rate(ppm)) } else { Err(RateError(ppm)) }
    }

    /// Parts per million.
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// The share of an amount, rounded half up to the minor unit: 0.005 becomes 0.01. Never more than the amount.
    pub fn share_half_up(self, of: Money) -> Result<Money, MoneyError> {
        // Below 2⁶³ × 2²⁰: the product cannot overflow.
        let exact = u128::from(of.minor().units().unsigned_abs()) * u128::from(self.0);
        let units = (exact + u128::from(WHOLE_PPM / 2)) / u128::from(WHOLE_PPM);
        Money::from_minor(u64::try_from(units).map_err(|_| MoneyError::TooLarge)?, of.currency())
    }
}

impl Money {
    /// `self × part ⁄ whole`, rounded down to the minor unit. Taken of a growing `part` it grows to exactly `self` at
    /// `part = whole`, so that what is given back in steps adds up to the whole. Zero when `whole` is zero.
    pub fn proportion_down(self, part: Money, whole: Money) -> Result<Money, MoneyError> {
        if part.currency() != whole.currency() {
            return Err(MoneyError::CurrencyDiffers);
        }
        if whole.is_zero() {
            return Ok(Money::zero(self.currency()));
        }
        let units = |money: Money| u128::from(money.minor().units().unsigned_abs());
        let share = units(self) * units(part) / units(whole);
        Money::from_minor(u64::try_from(share).map_err(|_| MoneyError::TooLarge)?, self.currency())
    }
}

impl Field for Rate {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(i64::from(self.0));
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let ppm = source.int()?;
        u32::try_from(ppm)
            .ok()
            .and_then(|ppm| Rate::from_ppm(ppm).ok())
            .ok_or_else(|| FieldError::new("Rate", ppm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;
    use proptest::prelude::*;

    fn fen(minor: u64) -> Money {
        Money::from_minor(minor, Currency::Cny).unwrap()
    }

    #[test]
    fn six_per_mille_of_a_hundred_yuan_is_sixty_fen() {
        let rate = Rate::from_ppm(6_000).unwrap();
        assert_eq!(rate.share_half_up(fen(10_000)), Ok(fen(60)));
        assert_eq!(rate.share_half_up(fen(1)), Ok(fen(0)));
        assert_eq!(rate.share_half_up(fen(84)), Ok(fen(1)));
        assert_eq!(rate.share_half_up(fen(83)), Ok(fen(0)));
        assert_eq!(Rate::from_ppm(1_000_001), Err(RateError(1_000_001)));
    }

    proptest! {
        /// Given back in any steps, a fee comes back whole and never a fen more.
        #[test]
        fn parts_add_up_to_the_whole(fee in 0_u64..1_000_000, cuts in proptest::collection::vec(1_u64..10_000, 1..20)) {
            let total: u64 = cuts.iter().sum();
            let (mut refunded, mut returned) = (0, 0);
            for cut in cuts {
                refunded += cut;
                let now = fen(fee).proportion_down(fen(refunded), fen(total)).unwrap().minor().units();
                prop_assert!(now >= returned && now <= fee as i64);
                returned = now;
            }
            prop_assert_eq!(returned, fee as i64);
        }
    }
}
