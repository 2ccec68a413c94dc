//! Days of the calendar in China: what plans and limits by date are written in.

use crate::{CHINA_OFFSET_US, ColumnKind, DAY_US, Field, FieldError, Sink, Source, china_date};
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The last day there is: the library's clock ends a day before year 10000.
const LAST: Day = Day(99_991_230);
/// The first year that is read: before it there is no stamp.
const FIRST_YEAR: u32 = 1970;

/// A day in China, kept as the number `yyyymmdd`; sorts by time. 1970-01-01 to 9999-12-30.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(u32);

/// Text that is no day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a day is written yyyy-MM-dd")]
pub struct DayError;

impl Day {
    /// The day of a moment, microseconds UTC.
    pub fn of(at_us: i64) -> Day {
        Day::from_number(china_date(at_us)).unwrap_or(LAST)
    }

    /// The day of this number `yyyymmdd`; `None` when there is no such day.
    pub fn from_number(number: u32) -> Option<Day> {
        let day = Day(number);
        (number / 10_000 >= FIRST_YEAR && day <= LAST && day.date().is_some()).then_some(day)
    }

    /// The day of the month, 1 to 31.
    pub const fn of_month(self) -> u32 {
        self.0 % 100
    }

    /// Its first moment, microseconds UTC.
    pub fn begins_at_us(self) -> i64 {
        let midnight =
            self.date().and_then(|date| Offset::constant(8).to_timestamp(date.at(0, 0, 0, 0)).ok());
        midnight.map_or(i64::MAX, |moment| moment.as_microsecond())
    }

    /// So many days later, at most the last day there is.
    pub fn plus_days(self, days: u32) -> Day {
        self.plus(Span::new().try_days(i64::from(days)))
    }

    /// So many days earlier, at least the first day there is.
    pub fn minus_days(self, days: u32) -> Day {
        let at_us = self.begins_at_us().saturating_sub(i64::from(days).saturating_mul(DAY_US));
        if at_us < -CHINA_OFFSET_US { Day(FIRST_YEAR * 10_000 + 101) } else { Day::of(at_us) }
    }

    /// The same day of the month so many months later, or that month's last day when it is shorter; at most the last
    /// day there is.
    pub fn plus_months(self, months: u32) -> Day {
        self.plus(Span::new().try_months(i64::from(months)))
    }

    /// How many months the month of `later` is after this one's; 0 when it is not after it.
    pub fn months_until(self, later: Day) -> u32 {
        let month = |day: Day| day.0 / 10_000 * 12 + day.0 / 100 % 100;
        month(later).saturating_sub(month(self))
    }

    /// How many days `later` is after this one; 0 when it is not after it.
    pub fn days_until(self, later: Day) -> u32 {
        let days = (later.begins_at_us().saturating_sub(self.begins_at_us())) / DAY_US;
        u32::try_from(days).unwrap_or(0)
    }

    fn date(self) -> Option<Date> {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    fn plus(self, span: Result<Span, jiff::Error>) -> Day {
        let date = span.ok().zip(self.date()).and_then(|(span, date)| date.checked_add(span).ok());
        let number = date.map_or(u32::MAX, |date| {
            let (year, month, day) =
                (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
            u32::from(year) * 10_000 + u32::from(month) * 100 + u32::from(day)
        });
        Day(number.min(LAST.0))
    }
}

/// The moment so many months after another, at the same time of the day in China; in a shorter month its last day.
/// Microseconds UTC.
pub fn plus_months_us(at_us: i64, months: u32) -> i64 {
    let of_day = (at_us + CHINA_OFFSET_US).rem_euclid(DAY_US);
    Day::of(at_us).plus_months(months).begins_at_us().saturating_add(of_day)
}

impl fmt::Display for Day {
    /// `yyyy-MM-dd`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// Reads what `Display` writes, and nothing else.
    fn from_str(text: &str) -> Result<Day, DayError> {
        let fits = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = fits.then(|| text.replace('-', "").parse().ok()).flatten();
        number.and_then(Day::from_number).ok_or(DayError)
    }
}

impl Field for Day {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(i64::from(self.0));
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let number = source.int()?;
        let day = u32::try_from(number).ok().and_then(Day::from_number);
        day.ok_or_else(|| FieldError::new("Day", number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_those_of_china_and_read_back() {
        let midnight = 1_767_283_200_000_000; // 2026-01-02 00:00 in China
        assert_eq!((Day::of(midnight - 1), Day::of(midnight)), (day("2026-01-01"), day("2026-01-02")));
        assert_eq!(day("2026-01-02").begins_at_us(), midnight);
        assert_eq!(day("2026-01-02").to_string(), "2026-01-02");
        for wrong in [
            "",
            "2026-1-02",
            "2026-02-29",
            "20260102",
            "2026-01-02 ",
            "1969-12-31",
            "9999-12-31",
            "２026-01-0",
        ] {
            assert_eq!(wrong.parse::<Day>(), Err(DayError), "{wrong}");
        }
    }

    #[test]
    fn a_shorter_month_ends_on_its_last_day() {
        for (from, months, to) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2026-12-15", 1, "2027-01-15"),
            ("9999-12-15", 1, "9999-12-30"),
        ] {
            assert_eq!(day(from).plus_months(months), day(to), "{from} {months}");
        }
        let noon = day("2026-01-31").begins_at_us() + DAY_US / 2;
        assert_eq!(plus_months_us(noon, 1), day("2026-02-28").begins_at_us() + DAY_US / 2);
    }

    #[test]
    fn days_and_months_are_counted() {
        let (first, later) = (day("2026-02-27"), day("2026-03-02"));
        assert_eq!((first.plus_days(3), later.minus_days(3)), (later, first));
        assert_eq!((first.days_until(later), later.days_until(first)), (3, 0));
        assert_eq!((first.months_until(later), later.months_until(first)), (1, 0));
        assert_eq!(day("9999-12-29").plus_days(u32::MAX), LAST);
        assert_eq!(day("1970-01-03").minus_days(9), day("1970-01-01"));
    }
}
