//! The days and months that bills are of.

use base::Day;
use std::fmt;
use std::str::FromStr;

/// A day or a month in China.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    first: Day,
    is_month: bool,
}

/// Text that is neither a day nor a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a day is written yyyy-MM-dd, a month yyyy-MM")]
pub struct PeriodError;

impl Period {
    /// One day.
    pub const fn day(day: Day) -> Period {
        Period { first: day, is_month: false }
    }

    /// When it begins, microseconds UTC.
    pub fn begins_at_us(self) -> i64 {
        self.first.begins_at_us()
    }

    /// When it is over, microseconds UTC: the first moment that is not in it.
    pub fn ends_at_us(self) -> i64 {
        let next = if self.is_month { self.first.plus_months(1) } else { self.first.plus_days(1) };
        next.begins_at_us()
    }

    /// As file names have it: `20260102`, or `202601` for a month.
    pub fn compact(self) -> String {
        self.to_string().replace('-', "")
    }

    /// The period that [`Period::compact`] wrote so.
    pub fn of_compact(text: &str) -> Option<Period> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let written = match text.len() {
            8 if digits => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
            6 if digits => format!("{}-{}", &text[..4], &text[4..]),
            _ => return None,
        };
        written.parse().ok()
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        if text.len() == 7 {
            let first = format!("{text}-01").parse().map_err(|_| PeriodError)?;
            return Ok(Period { first, is_month: true });
        }
        text.parse().map(Period::day).map_err(|_| PeriodError)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.first.to_string();
        f.write_str(if self.is_month { &day[..7] } else { &day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::DAY_US;

    #[test]
    fn days_and_months_are_those_of_china() {
        let day: Period = "2026-01-02".parse().unwrap();
        assert_eq!(day.begins_at_us(), 1_767_283_200_000_000);
        assert_eq!(day.ends_at_us() - day.begins_at_us(), DAY_US);
        let month: Period = "2028-02".parse().unwrap();
        assert_eq!(month.ends_at_us() - month.begins_at_us(), 29 * DAY_US);
        for (text, compact) in [("2026-01-02", "20260102"), ("2028-02", "202802")] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.to_string().as_str(), period.compact().as_str()), (text, compact));
            assert_eq!(Period::of_compact(compact), Some(period));
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for wrong in
            ["", "2026", "2026-13", "2026-02-30", "20260102", "2026-1-02", "2026-01-02 ", "2026年1月"]
        {
            assert_eq!(wrong.parse::<Period>(), Err(PeriodError), "{wrong}");
        }
        for wrong in ["", "2026", "20261302", "2026-1", "支付支付支付"] {
            assert_eq!(Period::of_compact(wrong), None, "{wrong}");
        }
    }
}
