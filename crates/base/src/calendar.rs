//! China time, UTC+8 without summer time: what trade numbers, days and wire times are written in.

use jiff::civil::Date;
use jiff::{Timestamp, tz::Offset};

/// Microseconds of a second.
pub const SECOND_US: i64 = 1_000_000;
/// Microseconds of a minute.
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// Microseconds of an hour.
pub const HOUR_US: i64 = 60 * MINUTE_US;
/// Microseconds of a day.
pub const DAY_US: i64 = 24 * HOUR_US;
/// China time is ahead of UTC by eight hours, all year.
pub const CHINA_OFFSET_US: i64 = 8 * HOUR_US;

/// The business date in China of a moment, as the number `yyyymmdd`. Moments outside years 1–9999 give 0.
pub fn china_date(at_us: i64) -> u32 {
    let Ok(moment) = Timestamp::from_microsecond(at_us) else { return 0 };
    let date: Date = Offset::constant(8).to_datetime(moment).date();
    let (year, month, day) =
        (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    u32::from(year) * 10_000 + u32::from(month) * 100 + u32::from(day)
}

/// A moment in China as the interface writes it: `yyyy-MM-dd HH:mm:ss`. Moments outside years 1–9999 give an empty
/// text.
pub fn china_moment(at_us: i64) -> String {
    let Ok(moment) = Timestamp::from_microsecond(at_us) else { return String::new() };
    Offset::constant(8).to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The first moment of the next day in China: when an order with timeout `1c` closes.
pub fn next_china_midnight_us(at_us: i64) -> i64 {
    let local = at_us + CHINA_OFFSET_US;
    (local.div_euclid(DAY_US) + 1) * DAY_US - CHINA_OFFSET_US
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_sixteen_hours_utc() {
        let before = 1_767_283_199_999_999; // 2026-01-01 23:59:59.999999 in China
        assert_eq!(china_date(before), 20_260_101);
        assert_eq!(china_moment(before), "2026-01-01 23:59:59");
        assert_eq!(china_date(before + 1), 20_260_102);
        assert_eq!(next_china_midnight_us(before), before + 1);
        assert_eq!(next_china_midnight_us(before + 1), before + 1 + DAY_US);
    }
}
