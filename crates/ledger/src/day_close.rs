//! The close of a day: what each kind of account of a slot came to on a business date that is over.

use crate::AccountKind;
use base::{Day, Record, Slot};
use money::{Currency, Minor};
use serde::{Deserialize, Serialize};

/// What one kind of account moved on a day, all accounts of a slot together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DaySum {
    /// Their currency.
    pub currency: Currency,
    /// Their kind.
    pub kind: AccountKind,
    /// Sum of the debits, minor units.
    pub debit_minor: Minor,
    /// Sum of the credits, minor units.
    pub credit_minor: Minor,
}

/// How far the days of a slot are closed; one row for each slot that was ever closed.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "day_close", key = 1)]
pub struct DayClose {
    /// The slot.
    pub slot: Slot,
    /// The first day that was closed: that of the slot's first posting.
    pub first_date: Day,
    /// The last one; every day between is closed too.
    pub last_date: Day,
    /// When the last one was closed, microseconds UTC.
    pub closed_at_us: i64,
}

/// A line of the trial balance of a day, written once. A kind without balance and movement has none.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "trial_balance", key = 4)]
pub struct TrialBalance {
    /// The slot.
    pub slot: Slot,
    /// The day in China.
    pub business_date: Day,
    /// The currency.
    pub currency: Currency,
    /// The kind of account.
    pub kind: AccountKind,
    /// Sum of the day's debits, minor units.
    pub debit_minor: Minor,
    /// Sum of the day's credits, minor units.
    pub credit_minor: Minor,
    /// Credits minus debits of all days up to this one, minor units: what the accounts came to at its end.
    pub balance_minor: i64,
    /// When the day was closed, microseconds UTC.
    pub closed_at_us: i64,
}

/// Why a day is not closed. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CloseDayRefused {
    /// It is today, or later.
    #[error("the day is not over")]
    NotOver,
    /// Kinds are out of order or twice, or debits and credits of a currency differ.
    #[error("the sums are none of a day: debits and credits differ, or kinds are out of order")]
    Unbalanced,
    /// It was closed with other sums.
    #[error("the day was closed with other sums")]
    Differs,
    /// Another day is the next to be closed.
    #[error("{next} is the next day to be closed")]
    OutOfTurn {
        /// That day.
        next: Day,
    },
}

/// Whether sums can be those of one day: each kind once, in order, and debits equal credits in each currency.
pub fn day_balances(sums: &[DaySum]) -> bool {
    let in_order = sums.is_sorted_by(|a, b| (a.currency, a.kind) < (b.currency, b.kind));
    let even = Currency::ALL.into_iter().all(|currency| {
        let of = sums.iter().filter(|sum| sum.currency == currency);
        let net = of.map(|sum| i128::from(sum.debit_minor.units()) - i128::from(sum.credit_minor.units()));
        net.sum::<i128>() == 0
    });
    in_order && even
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::Money;

    #[test]
    fn sums_of_a_day_are_even_and_each_kind_stands_once() {
        let sum = |currency, kind, debit: u64, credit: u64| {
            let minor = |units| Money::from_minor(units, currency).unwrap().minor();
            DaySum { currency, kind, debit_minor: minor(debit), credit_minor: minor(credit) }
        };
        let (yuan, dollar) = (Currency::Cny, Currency::Usd);
        let balance = sum(yuan, AccountKind::Balance, 5, 12);
        let transit = sum(yuan, AccountKind::Transit, 7, 0);
        assert!(day_balances(&[]));
        assert!(day_balances(&[balance, transit]));
        assert!(!day_balances(&[transit, balance]), "out of order");
        assert!(!day_balances(&[balance, transit, transit]), "twice");
        assert!(!day_balances(&[balance, sum(yuan, AccountKind::Transit, 6, 0)]));
        let elsewhere = sum(dollar, AccountKind::Transit, 7, 0);
        assert!(!day_balances(&[balance, elsewhere]), "even over all currencies only");
    }
}
