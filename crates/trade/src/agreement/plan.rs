//! The plan of debits: which day the next one is due, in which days around it a debit is taken, and its limits.
//!
//! Planned days are counted from one day and not from the debit before, so that months that are short do not move the
//! later ones. A debit is taken from five days before its planned day to five days after it; a planned day whose days
//! are over without a debit is skipped. Where the documents are silent the choice is ours: see `differences.md`.

use super::{PeriodRule, Progress, Unit};
use base::{Day, Plant, planted};
use money::Money;

/// How many days before and after its planned day a debit is taken (protocol 5.14).
pub const WINDOW_DAYS: u32 = 5;
/// The shortest period in days (protocol 5.14).
pub const PERIOD_DAYS_MIN: u32 = 7;

/// The next planned debit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many periods it lies after the day that the plan is counted from.
    pub step: u32,
    /// Its planned day.
    pub day: Day,
}

/// Why a debit does not fit the rule of its agreement. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeriodRefused {
    /// More than one debit may take, or another currency.
    SingleExceeded,
    /// More than all debits together may take.
    TotalExceeded,
    /// All debits that may be made were made.
    TimesExceeded,
    /// Not in the days around the planned one.
    DateNotMatch,
}

/// Why the next debit is not postponed. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PostponeFault {
    /// No debit is planned any more.
    NothingPlanned,
    /// Not after the planned day, before today, or not before the planned day after that one.
    DateNotAllowed,
}

impl PeriodRule {
    /// The planned day so many periods after a day.
    fn planned(&self, from: Day, step: u32) -> Day {
        let count = self.every.saturating_mul(step);
        match self.unit {
            Unit::Day => from.plus_days(count),
            Unit::Month => from.plus_months(count),
        }
    }

    /// The next debit that can still be made on a day; `None` when all were made.
    pub fn next(&self, progress: &Progress, today: Day) -> Option<Plan> {
        if self.payments.is_some_and(|payments| progress.debits >= payments) {
            return None;
        }
        let from = progress.plan_from.unwrap_or(self.first);
        // The first planned day that is not over: a guess that is not too late, then at most a few steps.
        let oldest = today.minus_days(WINDOW_DAYS);
        let passed = match self.unit {
            Unit::Day => from.days_until(oldest),
            Unit::Month => from.months_until(oldest).saturating_sub(1),
        };
        let mut step = progress.plan_step.max(passed / self.every.max(1));
        while self.planned(from, step) < oldest {
            step += 1;
        }
        Some(Plan { step, day: self.planned(from, step) })
    }
}

/// Judges a debit of this amount on this day. Gives the plan's debit that it is.
pub fn judge_debit(
    rule: &PeriodRule,
    progress: &Progress,
    amount: Money,
    today: Day,
) -> Result<Plan, PeriodRefused> {
    if amount.exceeds(rule.single).unwrap_or(true) && !planted(Plant::SingleLimitIgnored) {
        return Err(PeriodRefused::SingleExceeded);
    }
    let debited = progress.debited_minor.of(amount.currency());
    let within =
        |most: Money| debited.checked_add(amount).is_ok_and(|sum| !sum.exceeds(most).unwrap_or(true));
    if rule.total.is_some_and(|most| !within(most)) {
        return Err(PeriodRefused::TotalExceeded);
    }
    let plan = rule.next(progress, today).ok_or(PeriodRefused::TimesExceeded)?;
    if today < plan.day.minus_days(WINDOW_DAYS) && !planted(Plant::DebitTakenEarly) {
        return Err(PeriodRefused::DateNotMatch);
    }
    Ok(plan)
}

/// Judges the day that the next debit is to be postponed to: after its planned day, not in the past, and before the
/// planned day after it, so that no debit is lost.
pub fn judge_postpone(
    rule: &PeriodRule,
    progress: &Progress,
    to: Day,
    today: Day,
) -> Result<(), PostponeFault> {
    let plan = rule.next(progress, today).ok_or(PostponeFault::NothingPlanned)?;
    let after = rule.planned(progress.plan_from.unwrap_or(rule.first), plan.step.saturating_add(1));
    if to > plan.day && to >= today && to < after { Ok(()) } else { Err(PostponeFault::DateNotAllowed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::AgreementState;
    use money::{Currency, Minor};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn yuan(units: u64) -> Money {
        Money::from_minor(units * 100, Currency::Cny).unwrap()
    }

    fn rule(unit: Unit, every: u32, first: &str) -> PeriodRule {
        PeriodRule { unit, every, first: day(first), single: yuan(30), total: None, payments: None }
    }

    fn progress(from: &str, step: u32, debits: u32, debited: u64) -> Progress {
        Progress {
            version: 1,
            state: AgreementState::Normal,
            debited_minor: if debited == 0 { Minor::ZERO } else { yuan(debited).minor() },
            debits,
            plan_from: Some(day(from)),
            plan_step: step,
            last_debit_at_us: None,
            ended_at_us: None,
            ended_by: None,
        }
    }

    #[test]
    fn a_debit_is_taken_from_five_days_before_to_five_days_after_its_day() {
        let month = rule(Unit::Month, 1, "2026-02-10");
        for (today, step, expected) in [
            ("2026-02-04", 0, Err(PeriodRefused::DateNotMatch)),
            ("2026-02-05", 0, Ok((0, "2026-02-10"))),
            ("2026-02-10", 0, Ok((0, "2026-02-10"))),
            ("2026-02-15", 0, Ok((0, "2026-02-10"))),
            // Its days are over: the next one is planned, and its days have not begun.
            ("2026-02-16", 0, Err(PeriodRefused::DateNotMatch)),
            ("2026-03-05", 0, Ok((1, "2026-03-10"))),
            // The first one was made.
            ("2026-02-15", 1, Err(PeriodRefused::DateNotMatch)),
            ("2026-03-04", 1, Err(PeriodRefused::DateNotMatch)),
            ("2026-03-05", 1, Ok((1, "2026-03-10"))),
            ("2030-12-12", 1, Ok((58, "2030-12-10"))),
        ] {
            let judged = judge_debit(&month, &progress("2026-02-10", step, step, 0), yuan(30), day(today));
            assert_eq!(
                judged,
                expected.map(|(step, planned)| Plan { step, day: day(planned) }),
                "{today} {step}"
            );
        }
    }

    #[test]
    fn days_of_two_debits_that_overlap_belong_to_the_one_that_is_next() {
        let week = rule(Unit::Day, 7, "2026-02-10");
        for (today, step, expected) in [
            ("2026-02-12", 0, Ok((0, "2026-02-10"))),
            ("2026-02-12", 1, Ok((1, "2026-02-17"))),
            ("2026-02-11", 1, Err(PeriodRefused::DateNotMatch)),
            ("2026-02-15", 0, Ok((0, "2026-02-10"))),
            ("2026-02-16", 0, Ok((1, "2026-02-17"))),
            ("2027-02-10", 0, Ok((52, "2027-02-09"))),
        ] {
            let judged = judge_debit(&week, &progress("2026-02-10", step, step, 0), yuan(1), day(today));
            assert_eq!(
                judged,
                expected.map(|(step, planned)| Plan { step, day: day(planned) }),
                "{today} {step}"
            );
        }
    }

    #[test]
    fn a_month_without_the_day_ends_on_its_last_and_the_later_ones_do_not_move() {
        let month = rule(Unit::Month, 1, "2026-01-28");
        let planned =
            |step, today: &str| month.next(&progress("2026-01-31", step, 0, 0), day(today)).unwrap().day;
        assert_eq!(planned(0, "2026-01-31"), day("2026-01-31"));
        assert_eq!(planned(1, "2026-02-01"), day("2026-02-28"));
        assert_eq!(planned(2, "2026-03-01"), day("2026-03-31"));
        assert_eq!(planned(0, "2026-03-06"), day("2026-03-31"), "skipped twice");
        assert_eq!(planned(0, "2026-03-05"), day("2026-02-28"), "its last day");
    }

    #[test]
    fn limits_come_before_the_date_in_their_order() {
        let limited =
            PeriodRule { total: Some(yuan(60)), payments: Some(3), ..rule(Unit::Day, 7, "2026-02-10") };
        let on = |debits, debited, amount, today: &str| {
            judge_debit(&limited, &progress("2026-02-10", debits, debits, debited), yuan(amount), day(today))
                .err()
        };
        assert_eq!(on(3, 60, 31, "2026-01-01"), Some(PeriodRefused::SingleExceeded));
        assert_eq!(on(3, 60, 30, "2026-01-01"), Some(PeriodRefused::TotalExceeded));
        assert_eq!(on(3, 30, 30, "2026-01-01"), Some(PeriodRefused::TimesExceeded));
        assert_eq!(on(2, 30, 30, "2026-01-01"), Some(PeriodRefused::DateNotMatch));
        assert_eq!(on(2, 30, 30, "2026-02-24"), None);
        assert_eq!(on(2, 31, 30, "2026-02-24"), Some(PeriodRefused::TotalExceeded));
    }

    #[test]
    fn a_debit_is_postponed_past_its_day_and_not_past_the_next() {
        let month = rule(Unit::Month, 1, "2026-02-10");
        let made = progress("2026-02-10", 1, 1, 30);
        let judged = |to: &str, today: &str| judge_postpone(&month, &made, day(to), day(today));
        for (to, today, fits) in [
            ("2026-03-10", "2026-02-20", false),
            ("2026-03-11", "2026-02-20", true),
            ("2026-04-09", "2026-02-20", true),
            ("2026-04-10", "2026-02-20", false),
            ("2026-03-11", "2026-03-12", false),
            ("2026-03-12", "2026-03-12", true),
        ] {
            assert_eq!(
                judged(to, today),
                if fits { Ok(()) } else { Err(PostponeFault::DateNotAllowed) },
                "{to}"
            );
        }
        let over = PeriodRule { payments: Some(1), ..month };
        let judged = judge_postpone(&over, &made, day("2026-03-11"), day("2026-02-20"));
        assert_eq!(judged, Err(PostponeFault::NothingPlanned));
    }
}
