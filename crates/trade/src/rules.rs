//! Sums, limits and clocks of trades.

use crate::Product;
use base::{DAY_US, HOUR_US, MINUTE_US, Plant, Record, Slot, next_china_midnight_us, planted};
use money::{Minor, Money, MoneyError, Rate};
use serde::{Deserialize, Serialize};

/// The most one order may be: 100,000,000.00 yuan, in fen (documented range 0.01 to 100000000).
pub const TOTAL_MAX_FEN: i64 = 10_000_000_000;
/// How long a face-to-face order waits for its buyer unless the merchant says otherwise: 3 h.
pub const EXPIRY_FACE_US: i64 = 3 * HOUR_US;
/// How long any other order waits unless the merchant says otherwise, and the most it may: 15 d.
pub const EXPIRY_DEFAULT_US: i64 = 15 * DAY_US;
/// How long an order's QR code can be scanned, whatever the order's own time: 2 h.
pub const QR_LIFE_US: i64 = 2 * HOUR_US;
/// How long a buyer's pay code can be used: 60 s.
pub const PAY_CODE_LIFE_US: i64 = MINUTE_US;
/// How long after payment a merchant may refund: 12 months, taken as 365 d.
pub const REFUND_WINDOW_US: i64 = 365 * DAY_US;
/// How long after payment a merchant may cancel: 24 h.
pub const CANCEL_WINDOW_US: i64 = DAY_US;
/// Waits before the second, third, … attempt of a notification; after the last the notice is given up.
pub const NOTICE_LADDER_US: [i64; 7] =
    [4 * MINUTE_US, 10 * MINUTE_US, 10 * MINUTE_US, HOUR_US, 2 * HOUR_US, 6 * HOUR_US, 15 * HOUR_US];

/// The dated rules that every decision reads. They are written in slot 00 and not yet told to cells without it: those
/// go by [`Rulebook::first`].
#[derive(Clone, PartialEq, Eq, Debug, Record, Serialize, Deserialize)]
#[record(table = "rulebook", key = 2)]
pub struct Rulebook {
    /// Slot 00.
    pub slot: Slot,
    /// From when it holds, microseconds UTC.
    pub effective_at_us: i64,
    /// What a merchant pays for each payment, of its amount, rounded half up.
    pub merchant_fee_ppm: Rate,
    /// Above this a face-to-face payment needs the buyer's password (fen).
    pub password_free_limit_minor: Minor,
}

impl Rulebook {
    /// The rules of a new world: a fee of 6,000 ppm, no password up to 1,000.00 yuan.
    pub fn first() -> Rulebook {
        let fee = Rate::from_ppm(6_000).expect("0.6 % is a rate");
        let limit = Money::from_minor(100_000, money::Currency::Cny).expect("a small amount");
        Rulebook {
            slot: Slot::PLATFORM,
            effective_at_us: 0,
            merchant_fee_ppm: fee,
            password_free_limit_minor: limit.minor(),
        }
    }
}

/// The fee of a payment at a rate, rounded half up to the fen.
pub fn fee_at(rate: Rate, amount: Money) -> Result<Money, MoneyError> {
    if planted(Plant::FeeRoundedDown) {
        let fen = |units| Money::from_minor(units, amount.currency());
        return amount.proportion_down(fen(rate.ppm().into())?, fen(1_000_000)?);
    }
    rate.share_half_up(amount)
}

/// A relative timeout as merchants write it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Timeout {
    /// So many microseconds after the request, 1 min to 15 d.
    After(i64),
    /// At midnight in China (`1c`).
    EndOfDay,
}

/// Text that is no timeout.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a timeout is a whole number with m, h or d, from 1m to 15d, or 1c")]
pub struct TimeoutError;

impl Timeout {
    /// Reads `<n>m`, `<n>h`, `<n>d` or `1c`; 1 minute to 15 days, no decimals.
    pub fn parse(text: &str) -> Result<Timeout, TimeoutError> {
        if text == "1c" {
            return Ok(Timeout::EndOfDay);
        }
        let unit_us = match text.as_bytes().last() {
            Some(b'm') => MINUTE_US,
            Some(b'h') => HOUR_US,
            Some(b'd') => DAY_US,
            _ => return Err(TimeoutError),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeoutError);
        }
        let count: i64 = digits.parse().map_err(|_| TimeoutError)?;
        let after = count.checked_mul(unit_us).ok_or(TimeoutError)?;
        if (MINUTE_US..=EXPIRY_DEFAULT_US).contains(&after) {
            Ok(Timeout::After(after))
        } else {
            Err(TimeoutError)
        }
    }

    /// The moment it means for a request made at `at_us`.
    pub fn at(self, at_us: i64) -> i64 {
        match self {
            Timeout::After(after) => at_us + after,
            Timeout::EndOfDay => next_china_midnight_us(at_us),
        }
    }
}

/// When an order closes unpaid: the absolute time wins over the relative one, the product's default comes last. Never
/// later than 15 d, whatever is asked.
pub fn expiry(product: Product, timeout: Option<Timeout>, absolute_us: Option<i64>, at_us: i64) -> i64 {
    let default = match product {
        Product::FaceToFace => EXPIRY_FACE_US,
        Product::QrCode => EXPIRY_FACE_US,
        Product::StaticCode => EXPIRY_FACE_US,
        Product::MiniProgram | Product::App | Product::Wap | Product::Page => EXPIRY_DEFAULT_US,
        Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => EXPIRY_DEFAULT_US,
    };
    let timeout = timeout.filter(|_| !planted(Plant::TimeoutIgnored));
    absolute_us
        .or(timeout.map(|timeout| timeout.at(at_us)))
        .unwrap_or(at_us + default)
        .min(at_us + EXPIRY_DEFAULT_US)
}

/// How much of the fee a refund gives back: in proportion to what is refunded in all, rounded down, less what was given
/// back before. With the last refund the whole fee has come back. Never more than the refund, because before it exactly
/// the share had come back (see [`bounce_fee_back`]) and a fee is never more than its payment.
pub fn refund_fee_back(
    fee: Money,
    returned: Money,
    refunded_after: Money,
    total: Money,
) -> Result<Money, MoneyError> {
    let share = fee.proportion_down(refunded_after, total)?;
    let returned = if planted(Plant::FeeGivenBackTwice) { Money::zero(fee.currency()) } else { returned };
    if returned.exceeds(share)? { Ok(Money::zero(fee.currency())) } else { share.checked_sub(returned) }
}

/// How much of the fee is taken again with a refund that came back: whatever is then above the share of all that is
/// still refunded. It may be a fen less or more than that refund gave back, when others were made behind it.
pub fn bounce_fee_back(
    fee: Money,
    returned: Money,
    refunded_after: Money,
    total: Money,
) -> Result<Money, MoneyError> {
    let share = fee.proportion_down(refunded_after, total)?;
    if share.exceeds(returned)? { Ok(Money::zero(fee.currency())) } else { returned.checked_sub(share) }
}

/// How a refund is paid for, of which receivers of splits gave a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paying {
    /// What the merchant gives itself.
    pub own: Money,
    /// What of the fee comes back at once: never more than the merchant's own share.
    pub fee_now: Money,
    /// What of the fee comes back when the refund has arrived. Until then the merchant does not have it, so that it
    /// need not be asked for it when the refund comes back.
    pub fee_later: Money,
}

impl Paying {
    /// For a refund of `amount` of which receivers gave `back`, with all of its part of the fee.
    pub fn of(amount: Money, back: Money, fee_back: Money) -> Result<Paying, MoneyError> {
        let own = amount.checked_sub(back)?;
        let fee_now = if fee_back.exceeds(own)? { own } else { fee_back };
        Ok(Paying { own, fee_now, fee_later: fee_back.checked_sub(fee_now)? })
    }

    /// What of the fee is taken again when the refund came back and `fee_back` is asked for (see [`bounce_fee_back`]):
    /// what is not paid yet is not paid at all, and the rest is taken of the merchant's own share. Where others were
    /// made behind it this may be a fen less or more than what is asked for; the next refund evens it out.
    pub fn fee_again(&self, fee_back: Money) -> Result<Money, MoneyError> {
        let most = self.own.checked_add(self.fee_later)?;
        let at_least = if self.fee_later.exceeds(fee_back)? { self.fee_later } else { fee_back };
        Ok(if at_least.exceeds(most)? { most } else { at_least })
    }
}

/// When the next attempt of a notice is due after `attempts` were made, the last of them at `at_us`; `None` at the end.
pub fn next_attempt_us(attempts: u32, at_us: i64) -> Option<i64> {
    let step = usize::try_from(attempts).ok()?.checked_sub(1)?;
    NOTICE_LADDER_US.get(step + usize::from(planted(Plant::LadderSkipsAStep))).map(|wait| at_us + wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_documented() {
        for (text, expected) in [
            ("1m", Some(MINUTE_US)),
            ("90m", Some(90 * MINUTE_US)),
            ("2h", Some(2 * HOUR_US)),
            ("15d", Some(15 * DAY_US)),
            ("16d", None),
            ("0m", None),
            ("1.5h", None),
            ("h", None),
            ("", None),
            ("10", None),
            ("2c", None),
            ("-1m", None),
            ("１m", None),
            ("99999999d", None),
        ] {
            let parsed = Timeout::parse(text).ok();
            assert_eq!(parsed, expected.map(Timeout::After), "{text:?}");
        }
        assert_eq!(Timeout::parse("1c"), Ok(Timeout::EndOfDay));
    }

    #[test]
    fn no_fee_is_asked_for_that_the_merchant_was_not_given() {
        let fen = |units| Money::from_minor(units, money::Currency::Cny).unwrap();
        for (amount, back, fee, own, now, later) in
            [(100, 0, 6, 100, 6, 0), (100, 97, 6, 3, 3, 3), (100, 100, 6, 0, 0, 6), (100, 94, 6, 6, 6, 0)]
        {
            let paying = Paying::of(fen(amount), fen(back), fen(fee)).unwrap();
            let wanted = Paying { own: fen(own), fee_now: fen(now), fee_later: fen(later) };
            assert_eq!(paying, wanted, "{amount} {back} {fee}");
            for asked in [fee - 1, fee, fee + 1] {
                let again = paying.fee_again(fen(asked)).unwrap();
                let taken = again.checked_sub(paying.fee_later).unwrap();
                assert!(!taken.exceeds(paying.own).unwrap(), "{amount} {back} {asked}");
                assert!(asked.abs_diff(again.minor().units().unsigned_abs()) <= 1, "{amount} {back} {asked}");
            }
            assert_eq!(paying.fee_again(fen(fee)), Ok(fen(fee)));
        }
    }

    #[test]
    fn the_absolute_time_wins_and_the_product_decides_last() {
        let face = |timeout, absolute| expiry(Product::FaceToFace, timeout, absolute, 1_000);
        assert_eq!(face(None, None), 1_000 + EXPIRY_FACE_US);
        assert_eq!(face(Some(Timeout::After(MINUTE_US)), None), 1_000 + MINUTE_US);
        assert_eq!(face(Some(Timeout::After(MINUTE_US)), Some(7)), 7);
        assert_eq!(expiry(Product::Page, None, None, 0), EXPIRY_DEFAULT_US);
    }

    #[test]
    fn the_ladder_has_eight_attempts_over_a_day() {
        let mut at = 0;
        let mut attempts = 1;
        while let Some(next) = next_attempt_us(attempts, at) {
            (at, attempts) = (next, attempts + 1);
        }
        assert_eq!((attempts, at), (8, 24 * HOUR_US + 24 * MINUTE_US));
    }
}
