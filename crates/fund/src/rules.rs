//! Fees, limits and clocks of bank orders.

use crate::BankCode;
use base::{DAY_US, HOUR_US, MINUTE_US};
use money::{Currency, Money, MoneyError, Rate};

/// The most one withdrawal may be: 50,000.00 yuan, in fen.
pub const WITHDRAW_SINGLE_FEN: u64 = 5_000_000;
/// The most a party may withdraw on one day in China when it arrives at once: 150,000.00 yuan, in fen.
pub const WITHDRAW_DAY_FEN: u64 = 15_000_000;
/// What a party may withdraw without a fee in its whole life: 20,000.00 yuan, in fen.
pub const WITHDRAW_FREE_LIFE_FEN: u64 = 2_000_000;
/// What a withdrawal costs above that, parts per million (1,000 = 0.1 %). Since 2016-10-12.
pub const WITHDRAW_FEE_PPM: u32 = 1_000;
/// What a withdrawal with a fee costs at least: 0.10 yuan, in fen.
pub const WITHDRAW_FEE_MIN_FEN: u64 = 10;
/// How long a draft waits for its party, and money from a card for the bank, before it is given up: 24 h.
pub const GIVE_UP_US: i64 = DAY_US;
/// How long a draft waits that a person of the platform looks at, from when it was given to one: three days, over a
/// weekend.
pub const REVIEWED_DRAFT_US: i64 = 3 * DAY_US;

const _: () = assert!(WITHDRAW_SINGLE_FEN <= WITHDRAW_DAY_FEN);
const _: () = assert!(CARD_USUAL.are_in_order() && CARD_ICBC.are_in_order() && CARD_ABC.are_in_order());

/// What a bank lets its cards pay, top-ups and payments together, in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CardLimits {
    /// At once.
    pub single_fen: u64,
    /// On one day in China.
    pub day_fen: u64,
    /// In one month in China.
    pub month_fen: u64,
}

/// Of a bank whose table nobody published: 10,000.00 at once, 20,000.00 a day, 100,000.00 a month.
const CARD_USUAL: CardLimits =
    CardLimits { single_fen: 1_000_000, day_fen: 2_000_000, month_fen: 10_000_000 };
/// 50,000.00 at once and a day, 300,000.00 a month (domain reference 1.4).
const CARD_ICBC: CardLimits = CardLimits { single_fen: 5_000_000, day_fen: 5_000_000, month_fen: 30_000_000 };
/// 10,000.00 at once and a day, 300,000.00 a month (the same).
const CARD_ABC: CardLimits = CardLimits { single_fen: 1_000_000, day_fen: 1_000_000, month_fen: 30_000_000 };

impl CardLimits {
    const fn are_in_order(self) -> bool {
        self.single_fen <= self.day_fen && self.day_fen <= self.month_fen
    }
}

/// What a card of this bank may pay. The sums of day and month are those of all cards of its party: who has cards of
/// two banks comes to the lower limit sooner, and never above the one of the card that pays.
pub fn card_limits(bank: &BankCode) -> CardLimits {
    match bank.as_str() {
        "ICBC" => CARD_ICBC,
        "ABC" => CARD_ABC,
        _ => CARD_USUAL,
    }
}

/// The first wait for a bank's word; each next is twice as long.
const WAIT_FIRST_US: i64 = 1_000_000;
/// The longest of these.
const WAIT_LONGEST_US: i64 = 10 * MINUTE_US;
/// How many waits double until the longest is reached: 2⁹ s is below ten minutes, 2¹⁰ s above.
const DOUBLINGS: u32 = 10;
/// So many waits of an hour follow, and then one a day: a clock that is moved by a year asks some hundred times and not
/// ten thousand.
const HOURLY: u32 = 48;

/// When the bank is to be asked again after the `tries`-th time it was asked (from 1): after 1 s, then twice as long
/// each time up to 10 min, then hourly for two days, then daily.
pub fn next_try_at_us(now_us: i64, tries: u32) -> i64 {
    let done = tries.saturating_sub(1);
    let wait_us = if done < DOUBLINGS {
        WAIT_FIRST_US << done
    } else if done == DOUBLINGS {
        WAIT_LONGEST_US
    } else if done <= DOUBLINGS + HOURLY {
        HOUR_US
    } else {
        DAY_US
    };
    now_us.saturating_add(wait_us)
}

/// An amount of yuan from fen.
///
/// # Panics
/// Above what an amount can be: for the constants of this room, which are not.
pub fn fen(units: u64) -> Money {
    Money::from_minor(units, Currency::Cny).expect("a limit is an amount")
}

/// What a withdrawal costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WithdrawPrice {
    /// What of the free sum it uses.
    pub free: Money,
    /// The fee.
    pub fee: Money,
}

/// The price of a withdrawal when `free_left` of the free sum is left. The free sum is used up first; what is above it
/// costs 0.1 %, rounded half up to the fen, and 0.10 yuan at least. Fails for another currency than `free_left` has.
pub fn withdraw_price(amount: Money, free_left: Money) -> Result<WithdrawPrice, MoneyError> {
    if !amount.exceeds(free_left)? {
        return Ok(WithdrawPrice { free: amount, fee: Money::zero(amount.currency()) });
    }
    let rate = Rate::from_ppm(WITHDRAW_FEE_PPM).expect("0.1 % is a rate");
    let share = rate.share_half_up(amount.checked_sub(free_left)?)?;
    let least = Money::from_minor(WITHDRAW_FEE_MIN_FEN, amount.currency())?;
    let fee = if least.exceeds(share)? { least } else { share };
    Ok(WithdrawPrice { free: free_left, fee })
}

/// What a transfer to a card costs: what a merchant's withdrawal costs, who has no free sum (domain reference 4: 0.1 %
/// for others' cards as for one's own; it names no other rate for merchants).
pub fn card_transfer_fee(amount: Money) -> Result<Money, MoneyError> {
    Ok(withdraw_price(amount, Money::zero(amount.currency()))?.fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_costs_what_the_table_says() {
        // amount, what is left of the free sum, what it uses of it, fee; all fen
        for (amount, left, free, fee) in [
            (2_000_000, 2_000_000, 2_000_000, 0),
            (2_000_001, 2_000_000, 2_000_000, 10),
            (1, 0, 0, 10),
            (10_000, 0, 0, 10),
            (10_499, 0, 0, 10),
            (10_500, 0, 0, 11),
            (1_000_000, 0, 0, 1_000),
            (3_000_000, 500_000, 500_000, 2_500),
            (5_000_000, 2_000_000, 2_000_000, 3_000),
        ] {
            let price = withdraw_price(self::fen(amount), self::fen(left));
            let wanted = WithdrawPrice { free: self::fen(free), fee: self::fen(fee) };
            assert_eq!(price, Ok(wanted), "{amount} with {left} left");
        }
        for (amount, fee) in [(10, 10), (10_000, 10), (10_500, 11), (2_000_000, 2_000)] {
            assert_eq!(card_transfer_fee(self::fen(amount)), Ok(self::fen(fee)), "transfer of {amount}");
        }
        let dollar = Money::from_minor(1, Currency::Usd).unwrap();
        assert_eq!(withdraw_price(dollar, fen(1)), Err(MoneyError::CurrencyDiffers));
    }

    #[test]
    fn waits_double_to_ten_minutes_then_hours_then_days() {
        let second = 1_000_000;
        let waits: Vec<i64> = (1..=12).map(|tries| next_try_at_us(0, tries) / second).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 3_600]);
        assert_eq!(next_try_at_us(0, 59), HOUR_US);
        assert_eq!(next_try_at_us(0, 60), DAY_US);
        assert_eq!(next_try_at_us(0, u32::MAX), DAY_US);
        assert_eq!(next_try_at_us(i64::MAX, 1), i64::MAX);
        assert_eq!(next_try_at_us(5, 0), 5 + second);
    }
}
