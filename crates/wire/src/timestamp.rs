//! Times as the wire writes them: `yyyy-MM-dd HH:mm:ss`, China time (UTC+8, no summer time), and microseconds UTC
//! inside.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// 0000-01-01 00:00:00 in China.
const FIRST_US: i64 = -62_167_248_000_000_000;
/// 9999-12-30 23:59:59 in China: the library's clock ends a day before year 10000.
const LAST_US: i64 = 253_402_185_599_000_000;

/// The form, `d` for a digit.
const SHAPE: &str = "dddd-dd-dd dd:dd:dd";

/// Not `yyyy-MM-dd HH:mm:ss`, or no such moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is written yyyy-MM-dd HH:mm:ss")]
pub struct TimestampError;

/// The moment of a China time, in microseconds UTC. Exactly 19 characters; a leap second is refused.
pub fn parse_cn(text: &str) -> Result<i64, TimestampError> {
    let bytes = text.as_bytes();
    let shape = SHAPE.as_bytes();
    let fits = |(byte, kind): (&u8, &u8)| if *kind == b'd' { byte.is_ascii_digit() } else { byte == kind };
    if bytes.len() != shape.len() || !bytes.iter().zip(shape).all(fits) {
        return Err(TimestampError);
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().fold(0i16, |value, digit| value * 10 + i16::from(digit - b'0'))
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)).map_err(|_| TimestampError);
    let time = DateTime::new(number(0, 4), small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, 0);
    let time = time.map_err(|_| TimestampError)?;
    let moment = Offset::constant(8).to_timestamp(time).map_err(|_| TimestampError)?;
    Ok(moment.as_microsecond())
}

/// `yyyy-MM-dd HH:mm:ss` of a moment in microseconds UTC, fractions cut off. Moments outside years 0 to 9999 are
/// written as the nearest end.
pub fn format_cn(at_us: i64) -> String {
    let time = china(at_us);
    let two = |number: i8| [number / 10, number % 10];
    let (century, year) = ((time.year() / 100) as i8, (time.year() % 100) as i8);
    let numbers = [century, year, time.month(), time.day(), time.hour(), time.minute(), time.second()];
    let mut digits = numbers.into_iter().flat_map(two).map(|digit| char::from(b'0' + digit as u8));
    SHAPE.chars().map(|kind| if kind == 'd' { digits.next().unwrap_or('0') } else { kind }).collect()
}

/// As [`format_cn`] with milliseconds: `yyyy-MM-dd HH:mm:ss.SSS`.
pub fn format_cn_millis(at_us: i64) -> String {
    let millis = at_us.div_euclid(1_000).rem_euclid(1_000);
    format!("{}.{millis:03}", format_cn(at_us))
}

fn china(at_us: i64) -> DateTime {
    let in_range = at_us.clamp(FIRST_US, LAST_US);
    let moment = Timestamp::from_microsecond(in_range).expect("the range is that of four-digit years");
    Offset::constant(8).to_datetime(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_time_is_eight_hours_ahead() {
        assert_eq!(parse_cn("1970-01-01 08:00:00"), Ok(0));
        assert_eq!(parse_cn("2026-01-02 03:04:05"), Ok(1_767_294_245_000_000));
        assert_eq!(format_cn(1_767_294_245_999_999), "2026-01-02 03:04:05");
        assert_eq!(format_cn_millis(1_767_294_245_999_999), "2026-01-02 03:04:05.999");
        assert_eq!(format_cn_millis(-1), "1970-01-01 07:59:59.999");
        assert_eq!(parse_cn("2024-02-29 23:59:59"), Ok(1_709_222_399_000_000));
    }

    #[test]
    fn the_ends_are_written_too() {
        assert_eq!(format_cn(i64::MIN), "0000-01-01 00:00:00");
        assert_eq!(format_cn(i64::MAX), "9999-12-30 23:59:59");
        assert_eq!(parse_cn("0000-01-01 00:00:00"), Ok(FIRST_US));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-1-2 3:4:5",
            "2026-02-30 00:00:00",
            "2026-01-02 24:00:00",
            "2026-01-02 03:04:60",
            "2026-13-01 00:00:00",
            "2026-00-01 00:00:00",
            "2026-01-02 03:04:05 ",
            "２026-01-02 03:04:0",
            "+026-01-02 03:04:05",
            "2026-01-02 03:04:5x",
        ] {
            assert_eq!(parse_cn(text), Err(TimestampError), "{text}");
        }
    }
}
