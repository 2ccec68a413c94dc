//! Currencies.

use base::Field;
use serde::{Deserialize, Serialize};

/// A currency of ISO 4217 that the ledger keeps books in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Currency {
    /// Chinese yuan, two decimals; the minor unit is the fen.
    Cny,
    /// United States dollar, two decimals.
    Usd,
    /// Japanese yen, no decimals.
    Jpy,
}

impl Currency {
    /// All of them.
    pub const ALL: [Currency; 3] = [Currency::Cny, Currency::Usd, Currency::Jpy];

    /// Decimals of the minor unit (ISO 4217).
    pub const fn exponent(self) -> u32 {
        match self {
            Currency::Cny | Currency::Usd => 2,
            Currency::Jpy => 0,
        }
    }

    /// The three-digit number of ISO 4217, which account ids carry.
    pub const fn number(self) -> u64 {
        match self {
            Currency::Cny => 156,
            Currency::Usd => 840,
            Currency::Jpy => 392,
        }
    }

    /// The three-letter code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Cny => "CNY",
            Currency::Usd => "USD",
            Currency::Jpy => "JPY",
        }
    }

    /// The currency with this three-letter code, upper case.
    pub fn from_code(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|currency| currency.code() == code)
    }
}
