//! Amounts.

use crate::Currency;
use base::{ColumnKind, Field, FieldError, Sink, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why an amount could not be made or computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MoneyError {
    /// The two amounts are of different currencies.
    #[error("amounts of different currencies")]
    CurrencyDiffers,
    /// More would be taken than there is.
    #[error("less than zero")]
    BelowZero,
    /// More minor units than a store can hold (2⁶³ − 1).
    #[error("amount too large")]
    TooLarge,
}

/// Minor units as a column holds them, beside the row's currency: 0 to 2⁶³ − 1. It has no arithmetic of its own;
/// join it with its currency to a [`Money`] first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Minor(i64);

impl Minor {
    /// Nothing.
    pub const ZERO: Minor = Minor(0);

    /// Joins the units with the row's currency.
    pub const fn of(self, currency: Currency) -> Money {
        Money { minor: self.0, currency }
    }

    /// The units.
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl Field for Minor {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(self.0);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let units = source.int()?;
        if units < 0 { Err(FieldError::new("Minor", units)) } else { Ok(Minor(units)) }
    }
}

/// An amount: whole minor units (fen, cents) of one currency, never negative, at most 2⁶³ − 1 units because both
/// stores keep 64-bit signed integers and what they cannot hold must not exist in memory either.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    /// An amount of whole minor units.
    pub fn from_minor(minor: u64, currency: Currency) -> Result<Money, MoneyError> {
        let minor = i64::try_from(minor).map_err(|_| MoneyError::TooLarge)?;
        Ok(Money { minor, currency })
    }

    /// The units, for a column beside the currency.
    pub const fn minor(self) -> Minor {
        Minor(self.minor)
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum; both must be of one currency.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor, currency: self.currency })
    }

    /// The difference; both must be of one currency, and it cannot be below zero.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        if other.minor > self.minor {
            return Err(MoneyError::BelowZero);
        }
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::BelowZero)?;
        Ok(Money { minor, currency: self.currency })
    }

    /// Whether this is more than `other`, of the same currency.
    pub fn exceeds(self, other: Money) -> Result<bool, MoneyError> {
        self.same_currency(other)?;
        Ok(self.minor > other.minor)
    }

    fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyDiffers) }
    }
}

impl fmt::Display for Money {
    /// Decimal text with exactly the currency's decimals, as on the wire: `0.01`, `100.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        if exponent == 0 {
            return write!(f, "{}", self.minor);
        }
        let unit = 10_i64.pow(exponent);
        let (whole, part) = (self.minor.div_euclid(unit), self.minor.rem_euclid(unit));
        write!(f, "{whole}.{part:0width$}", width = exponent as usize)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(minor: u64) -> Money {
        Money::from_minor(minor, Currency::Cny).unwrap()
    }

    #[test]
    fn sums_are_checked() {
        assert_eq!(fen(1).checked_add(fen(2)), Ok(fen(3)));
        assert_eq!(fen(1).checked_sub(fen(2)), Err(MoneyError::BelowZero));
        assert_eq!(fen(i64::MAX as u64).checked_add(fen(1)), Err(MoneyError::TooLarge));
        assert_eq!(Money::from_minor(i64::MAX as u64 + 1, Currency::Cny), Err(MoneyError::TooLarge));
        let dollar = Money::from_minor(1, Currency::Usd).unwrap();
        assert_eq!(fen(1).checked_add(dollar), Err(MoneyError::CurrencyDiffers));
        assert_eq!(fen(1).checked_sub(dollar), Err(MoneyError::CurrencyDiffers));
        assert_eq!(fen(1).exceeds(dollar), Err(MoneyError::CurrencyDiffers));
    }

    #[test]
    fn text_has_the_currency_s_decimals() {
        assert_eq!(fen(1).to_string(), "0.01");
        assert_eq!(fen(10_000).to_string(), "100.00");
        assert_eq!(Money::from_minor(5, Currency::Jpy).unwrap().to_string(), "5");
    }
}
