//! Usage: how much of a limit a party used in a period. Counted in the decision that moves the money, in the party's
//! own slot, so that two movements never see the same room.
//!
//! Limits themselves belong to the products that have them; here is what they are held against. Only yuan are counted:
//! the rules that set such limits speak of nothing else.

use base::{Field, PartyId, Record, Slot, china_date};
use money::{Currency, Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What is counted, and so over which period. A kind's name is stored: it is never used for something else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum UsageKind {
    /// Sent to other accounts, by day.
    TransferDay,
    /// Sent to other accounts, by month.
    TransferMonth,
    /// Paid out to bank cards, by day.
    WithdrawDay,
    /// Paid out to bank cards without a fee, over the party's whole life.
    WithdrawFree,
    /// Paid from the balance, by year.
    BalanceYear,
    /// Paid from the balance, over the party's whole life.
    BalanceLife,
    /// Brought in or paid by bank cards, by day.
    CardDay,
    /// Brought in or paid by bank cards, by month.
    CardMonth,
    /// Received by a merchant without a licence, by day.
    ReceiveDay,
    /// Received by a merchant without a licence, by month.
    ReceiveMonth,
}

/// How long a counter counts before it begins anew. Days, months and years are those of China.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// One day.
    Day,
    /// One month of the calendar.
    Month,
    /// One year of the calendar.
    Year,
    /// For ever.
    Life,
}

impl UsageKind {
    /// All kinds, for tests and for the audit.
    pub const ALL: [UsageKind; 10] = [
        UsageKind::TransferDay,
        UsageKind::TransferMonth,
        UsageKind::WithdrawDay,
        UsageKind::WithdrawFree,
        UsageKind::BalanceYear,
        UsageKind::BalanceLife,
        UsageKind::CardDay,
        UsageKind::CardMonth,
        UsageKind::ReceiveDay,
        UsageKind::ReceiveMonth,
    ];

    /// How long it counts before it begins anew.
    pub const fn span(self) -> Span {
        match self {
            UsageKind::TransferDay | UsageKind::WithdrawDay | UsageKind::CardDay | UsageKind::ReceiveDay => {
                Span::Day
            }
            UsageKind::TransferMonth | UsageKind::CardMonth | UsageKind::ReceiveMonth => Span::Month,
            UsageKind::BalanceYear => Span::Year,
            UsageKind::WithdrawFree | UsageKind::BalanceLife => Span::Life,
        }
    }

    /// The period that a moment (microseconds UTC) falls into: `yyyymmdd`, `yyyymm`, `yyyy`, or 0 for a whole life.
    pub fn period(self, at_us: i64) -> u32 {
        let date = china_date(at_us);
        match self.span() {
            Span::Day => date,
            Span::Month => date / 100,
            Span::Year => date / 10_000,
            Span::Life => 0,
        }
    }
}

/// How much a party used of something in one period. There is no row before the first time.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "usage", key = 4)]
pub struct Usage {
    /// The party's slot.
    pub slot: Slot,
    /// Whose it is.
    pub party: PartyId,
    /// What is counted.
    pub kind: UsageKind,
    /// The period, as [`UsageKind::period`] writes it.
    pub period: u32,
    /// How many times.
    pub count: u32,
    /// How much in all, fen.
    pub sum_minor: Minor,
}

impl Usage {
    /// The key of a party's counter at a moment, microseconds UTC.
    pub fn key_at(party: PartyId, kind: UsageKind, at_us: i64) -> (Slot, PartyId, UsageKind, u32) {
        (party.slot(), party, kind, kind.period(at_us))
    }

    /// A counter that counted nothing yet, of the period that a moment (microseconds UTC) falls into.
    pub fn fresh(party: PartyId, kind: UsageKind, at_us: i64) -> Usage {
        let (slot, party, kind, period) = Usage::key_at(party, kind, at_us);
        Usage { slot, party, kind, period, count: 0, sum_minor: Minor::ZERO }
    }

    /// How much in all.
    pub fn sum(&self) -> Money {
        self.sum_minor.of(Currency::Cny)
    }

    /// What is left of a limit; nothing when it is used up, or is in another currency.
    pub fn left(&self, limit: Money) -> Money {
        limit.checked_sub(self.sum()).unwrap_or(Money::zero(Currency::Cny))
    }

    /// Whether so much more stays within a limit: exactly the limit does. Another currency than yuan never does.
    pub fn allows(&self, amount: Money, limit: Money) -> bool {
        let after = self.sum().checked_add(amount);
        after.and_then(|after| after.exceeds(limit)).is_ok_and(|exceeds| !exceeds)
    }

    /// Once more, so much more. Fails for another currency than yuan, and above what a row can hold.
    pub fn plus(&self, amount: Money) -> Result<Usage, MoneyError> {
        let sum_minor = self.sum().checked_add(amount)?.minor();
        let count = self.count.checked_add(1).ok_or(MoneyError::TooLarge)?;
        Ok(Usage { count, sum_minor, ..self.clone() })
    }

    /// As if one time of so much had not been: what failed is given back. Fails when that much was never counted.
    pub fn minus(&self, amount: Money) -> Result<Usage, MoneyError> {
        let sum_minor = self.sum().checked_sub(amount)?.minor();
        let count = self.count.checked_sub(1).ok_or(MoneyError::BelowZero)?;
        Ok(Usage { count, sum_minor, ..self.clone() })
    }

    /// As if a part of what was counted had not been: it came back, and how many times stays. Fails when that much was
    /// never counted.
    pub fn minus_part(&self, amount: Money) -> Result<Usage, MoneyError> {
        Ok(Usage { sum_minor: self.sum().checked_sub(amount)?.minor(), ..self.clone() })
    }

    /// Whether a period is one that its kind can have.
    pub fn period_fits(&self) -> bool {
        let (year, month, day) = match self.kind.span() {
            Span::Day => (self.period / 10_000, self.period / 100 % 100, self.period % 100),
            Span::Month => (self.period / 100, self.period % 100, 1),
            Span::Year => (self.period, 1, 1),
            Span::Life => return self.period == 0,
        };
        base::Day::from_number(year.saturating_mul(10_000).saturating_add(month * 100 + day)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT_US: i64 = 1_767_283_200_000_000; // 2026-01-02 00:00 in China
    const NEW_YEAR_US: i64 = MIDNIGHT_US - 86_400_000_000;

    fn fen(units: u64) -> Money {
        Money::from_minor(units, Currency::Cny).unwrap()
    }

    fn used(units: u64) -> Usage {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        Usage::fresh(party, UsageKind::TransferDay, MIDNIGHT_US).plus(fen(units)).unwrap()
    }

    #[test]
    fn a_period_begins_at_midnight_in_china() {
        for (kind, before, from) in [
            (UsageKind::TransferDay, 20_260_101, 20_260_102),
            (UsageKind::TransferMonth, 202_601, 202_601),
            (UsageKind::WithdrawFree, 0, 0),
        ] {
            assert_eq!((kind.period(MIDNIGHT_US - 1), kind.period(MIDNIGHT_US)), (before, from), "{kind:?}");
        }
        for (kind, before, from) in [
            (UsageKind::TransferDay, 20_251_231, 20_260_101),
            (UsageKind::CardMonth, 202_512, 202_601),
            (UsageKind::BalanceYear, 2025, 2026),
            (UsageKind::BalanceLife, 0, 0),
        ] {
            assert_eq!((kind.period(NEW_YEAR_US - 1), kind.period(NEW_YEAR_US)), (before, from), "{kind:?}");
        }
    }

    #[test]
    fn every_kind_knows_its_own_periods_from_others() {
        for kind in UsageKind::ALL {
            let row = |period| Usage { kind, period, ..used(1) };
            assert!(row(kind.period(MIDNIGHT_US)).period_fits(), "{kind:?}");
            for period in [1, 13, 202_613, 20_260_230, u32::MAX] {
                assert!(!row(period).period_fits(), "{kind:?} {period}");
            }
        }
    }

    #[test]
    fn a_limit_is_reached_exactly_and_no_further() {
        let usage = used(60);
        assert!(usage.allows(fen(40), fen(100)));
        assert!(!usage.allows(fen(41), fen(100)));
        assert!(!usage.allows(Money::from_minor(1, Currency::Usd).unwrap(), fen(100)));
        assert_eq!(
            (usage.left(fen(100)), usage.left(fen(60)), usage.left(fen(59))),
            (fen(40), fen(0), fen(0))
        );
    }

    #[test]
    fn what_is_given_back_was_never_used() {
        let usage = used(60);
        let more = usage.plus(fen(40)).unwrap();
        assert_eq!((more.count, more.sum()), (2, fen(100)));
        assert_eq!(more.minus(fen(40)), Ok(usage.clone()));
        assert_eq!(usage.minus(fen(61)), Err(MoneyError::BelowZero));
        let none = usage.minus(fen(60)).unwrap();
        assert_eq!((none.count, none.minus(fen(0))), (0, Err(MoneyError::BelowZero)));
        assert_eq!(
            usage.plus(Money::from_minor(u64::MAX >> 1, Currency::Cny).unwrap()),
            Err(MoneyError::TooLarge)
        );
    }
}
