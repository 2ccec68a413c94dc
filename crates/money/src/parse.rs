//! The one parser of amounts.

use crate::{Currency, Money};

/// Why a text is no amount. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
    /// Not `digits` or `digits.digits` in ASCII, or a leading zero before other digits.
    #[error("not a decimal number such as 12.34")]
    NotDecimal,
    /// More decimals than the currency has.
    #[error("too many decimals for the currency")]
    TooPrecise,
    /// More than twelve digits before the point.
    #[error("amount too large")]
    TooLarge,
}

/// Digits before the point that are accepted: far above any limit, far below overflow.
const WHOLE_DIGITS_MAX: usize = 12;

/// Reads `0` or `[1-9][0-9]{0,11}`, then optionally `.` and one digit up to as many as the currency has. ASCII only; no
/// sign, exponent, space or separator (reliability rule: fractions of a fen must not exist anywhere).
pub fn parse_amount(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) if part.is_empty() || whole.is_empty() => return Err(AmountError::NotDecimal),
        Some((whole, part)) => (whole, part),
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || (whole.len() > 1 && whole.starts_with('0')) {
        return Err(AmountError::NotDecimal);
    }
    let exponent = currency.exponent() as usize;
    if part.len() > exponent {
        return Err(AmountError::TooPrecise);
    }
    if whole.len() > WHOLE_DIGITS_MAX {
        return Err(AmountError::TooLarge);
    }
    let units: u64 = format!("{whole}{part:0<exponent$}").parse().map_err(|_| AmountError::TooLarge)?;
    Money::from_minor(units, currency).map_err(|_| AmountError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_decimals_are_amounts() {
        let fen = |minor| Ok(Money::from_minor(minor, Currency::Cny).unwrap());
        for (text, verdict) in [
            ("0", fen(0)),
            ("0.01", fen(1)),
            ("0.1", fen(10)),
            ("12.34", fen(1234)),
            ("100000000", fen(10_000_000_000)),
            ("999999999999.99", fen(99_999_999_999_999)),
            ("0.001", Err(AmountError::TooPrecise)),
            ("0.000", Err(AmountError::TooPrecise)),
            ("1000000000000", Err(AmountError::TooLarge)),
            ("9999999999999999999999999999999999999999", Err(AmountError::TooLarge)),
            ("", Err(AmountError::NotDecimal)),
            (".", Err(AmountError::NotDecimal)),
            ("1.", Err(AmountError::NotDecimal)),
            (".5", Err(AmountError::NotDecimal)),
            ("-1", Err(AmountError::NotDecimal)),
            ("+1", Err(AmountError::NotDecimal)),
            ("1e3", Err(AmountError::NotDecimal)),
            ("1E3", Err(AmountError::NotDecimal)),
            ("00.1", Err(AmountError::NotDecimal)),
            ("01", Err(AmountError::NotDecimal)),
            ("1,000", Err(AmountError::NotDecimal)),
            (" 1", Err(AmountError::NotDecimal)),
            ("1 ", Err(AmountError::NotDecimal)),
            ("NaN", Err(AmountError::NotDecimal)),
            ("inf", Err(AmountError::NotDecimal)),
            ("１．００", Err(AmountError::NotDecimal)),
            ("٣", Err(AmountError::NotDecimal)),
            ("1.2.3", Err(AmountError::NotDecimal)),
            ("0x1", Err(AmountError::NotDecimal)),
            ("1_0", Err(AmountError::NotDecimal)),
        ] {
            assert_eq!(parse_amount(text, Currency::Cny), verdict, "{text:?}");
        }
        assert_eq!(parse_amount("1.0", Currency::Jpy), Err(AmountError::TooPrecise));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in 0_u64..99_999_999_999_999) {
            let money = Money::from_minor(minor, Currency::Cny).unwrap();
            prop_assert_eq!(parse_amount(&money.to_string(), Currency::Cny), Ok(money));
        }

        #[test]
        fn any_text_gives_a_verdict(text in ".*") {
            let _verdict = parse_amount(&text, Currency::Cny);
        }
    }
}
