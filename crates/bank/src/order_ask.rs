//! What an order asks for, and why it may be refused.

use serde::{Deserialize, Serialize};
use serde_json::json;

/// Which way the money goes, as seen from the platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// From the card into the reserve.
    In,
    /// From the reserve to the card.
    Out,
    /// From the reserve back to the card that paid it in.
    Return,
}

impl Direction {
    /// As the wire writes it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::Return => "return",
        }
    }

    /// Reads what [`Direction::code`] writes.
    pub(crate) fn from_code(code: &str) -> Option<Direction> {
        [Direction::In, Direction::Out, Direction::Return].into_iter().find(|one| one.code() == code)
    }
}

/// `POST /orders`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskOrder {
    pub(crate) key: String,
    pub(crate) agreement: String,
    pub(crate) direction: Direction,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}

/// Why an order is refused. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderRefused {
    CurrencyUnknown,
    AmountOutOfRange,
    AgreementUnknown,
    AccountTakesNothing,
    SingleLimit,
    DayLimit,
    MonthLimit,
    BalanceTooLow,
}

impl OrderRefused {
    /// As the wire writes it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            OrderRefused::CurrencyUnknown => "currency_unknown",
            OrderRefused::AmountOutOfRange => "amount_out_of_range",
            OrderRefused::AgreementUnknown => "agreement_unknown",
            OrderRefused::AccountTakesNothing => "account_takes_nothing",
            OrderRefused::SingleLimit => "single_limit",
            OrderRefused::DayLimit => "day_limit",
            OrderRefused::MonthLimit => "month_limit",
            OrderRefused::BalanceTooLow => "balance_too_low",
        }
    }
}

/// The largest order, in fen: a hundred million yuan, so that sums of a day's lines stay far from the end of 64 bits.
pub(crate) const AMOUNT_MAX_MINOR: i64 = 10_000_000_000;

impl AskOrder {
    /// What makes an order the same one again: every field of it but its key.
    pub(crate) fn meaning(&self) -> String {
        let AskOrder { key: _, agreement, direction, amount_minor, currency } = self;
        json!([agreement, direction.code(), amount_minor, currency]).to_string()
    }
}
