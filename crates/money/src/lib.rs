//! Money: whole minor units of one currency, checked, without operators.
//!
//! Direction lives in the posting (debit or credit), never in a sign. Rates are parts per million. Each rounding
//! has one named function and one stated rule. Amounts arrive as decimal text and are parsed by one parser.
//!
//! Reading order: `currency`, `amount`, `parse`, `rate`.

mod amount;
mod currency;
mod parse;
mod rate;

pub use amount::{Minor, Money, MoneyError};
pub use currency::Currency;
pub use parse::{AmountError, parse_amount};
pub use rate::{Rate, RateError};
