//! What a world's clock shows. Pure: the real time comes as an argument.
//!
//! A world's time is the real time plus a distance, or it stands still. It may be moved, but only forwards: the cell's
//! stamps never go back, so a clock that was set back would change nothing but stop everything that waits for it.

use base::{DAY_US, HOUR_US, MINUTE_US, SECOND_US};

/// How far a world may be ahead of real time: 20 years. Ids, certificates and four-digit years hold for far longer, and
/// no developer waits for more.
pub const AHEAD_MAX_US: i64 = 7_305 * DAY_US;
/// The last moment that a clock standing still may show: 9999-12-30 in China.
const LAST_US: i64 = 253_402_185_599_000_000;

/// How a world's clock goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockSetting {
    /// It runs, so far ahead of real time; behind it after a rest.
    Running {
        /// The distance, microseconds.
        ahead_us: i64,
    },
    /// It stands still.
    Standing {
        /// At this moment, microseconds UTC.
        at_us: i64,
    },
}

/// Why a clock is not moved. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClockRefused {
    /// The moment is over.
    #[error(
        "the world's clock goes forwards only, and {} is before its now, {}: the stamps of what was decided never go \
         back",
        wire::timestamp::format_cn(*.target_us),
        wire::timestamp::format_cn(*.now_us)
    )]
    Backwards {
        /// The world's now, microseconds UTC.
        now_us: i64,
        /// What was asked for.
        target_us: i64,
    },
    /// The moment is too far away.
    #[error(
        "a world may be 20 years ahead of real time, so until {} at most",
        wire::timestamp::format_cn(*.last_us)
    )]
    TooFar {
        /// The last moment that is allowed now, microseconds UTC.
        last_us: i64,
    },
}

impl ClockSetting {
    /// The clock of a new world: real time.
    pub const REAL: ClockSetting = ClockSetting::Running { ahead_us: 0 };

    /// What it shows, microseconds UTC.
    pub fn now_us(self, real_us: i64) -> i64 {
        match self {
            ClockSetting::Running { ahead_us } => real_us.saturating_add(ahead_us),
            ClockSetting::Standing { at_us } => at_us,
        }
    }

    /// The same clock showing another moment; whether it runs stays as it was.
    #[must_use]
    pub fn showing(self, at_us: i64, real_us: i64) -> ClockSetting {
        match self {
            ClockSetting::Running { .. } => ClockSetting::Running { ahead_us: at_us.saturating_sub(real_us) },
            ClockSetting::Standing { .. } => ClockSetting::Standing { at_us },
        }
    }

    /// A clock that shows a moment, and runs on from there or stands.
    pub fn from(at_us: i64, runs: bool, real_us: i64) -> ClockSetting {
        let kind = if runs { ClockSetting::REAL } else { ClockSetting::Standing { at_us } };
        kind.showing(at_us, real_us)
    }

    /// Whether it runs.
    pub fn runs(self) -> bool {
        match self {
            ClockSetting::Running { .. } => true,
            ClockSetting::Standing { .. } => false,
        }
    }

    /// Whether a clock can be in this state: what was read from a file is not believed.
    pub fn is_sound(self) -> bool {
        match self {
            ClockSetting::Running { ahead_us } => (-AHEAD_MAX_US..=AHEAD_MAX_US).contains(&ahead_us),
            ClockSetting::Standing { at_us } => (0..=LAST_US).contains(&at_us),
        }
    }
}

/// Whether a clock that shows `now_us` may be moved to a moment.
///
/// # Errors
/// When the moment is over, or too far away.
pub fn check_move(now_us: i64, target_us: i64, real_us: i64) -> Result<(), ClockRefused> {
    if target_us < now_us {
        return Err(ClockRefused::Backwards { now_us, target_us });
    }
    let last_us = real_us.saturating_add(AHEAD_MAX_US);
    if target_us > last_us { Err(ClockRefused::TooFar { last_us }) } else { Ok(()) }
}

/// Not a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a span is whole seconds, or numbers with units, the largest first: 3d, 15m, 1d12h, 90s (w, d, h, m, s)"
)]
pub struct SpanError;

/// The units of a span, largest first: seconds stand without one too.
const UNITS: [(u8, i64); 5] =
    [(b'w', 7 * DAY_US), (b'd', DAY_US), (b'h', HOUR_US), (b'm', MINUTE_US), (b's', SECOND_US)];

/// Reads a span such as `3d`, `1d12h` or `90`, in microseconds.
///
/// # Errors
/// What is no such span, or longer than any clock goes.
pub fn parse_span(text: &str) -> Result<i64, SpanError> {
    let (mut total_us, mut number, mut units) = (0i64, None::<i64>, &UNITS[..]);
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            let tens = number.unwrap_or(0).checked_mul(10).ok_or(SpanError)?;
            number = Some(tens.checked_add(i64::from(byte - b'0')).ok_or(SpanError)?);
            continue;
        }
        let place = units.iter().position(|(letter, _)| *letter == byte).ok_or(SpanError)?;
        let part_us = number.take().ok_or(SpanError)?.checked_mul(units[place].1).ok_or(SpanError)?;
        total_us = total_us.checked_add(part_us).ok_or(SpanError)?;
        units = &units[place + 1..];
    }
    let bare = units.len() == UNITS.len();
    match number {
        Some(seconds) if bare => seconds.checked_mul(SECOND_US).ok_or(SpanError),
        // A number without its unit behind others, or nothing at all.
        Some(_) => Err(SpanError),
        None if bare => Err(SpanError),
        None => Ok(total_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL_US: i64 = 1_767_283_200_000_000;

    #[test]
    fn a_running_clock_keeps_its_distance_and_a_standing_one_its_moment() {
        let ahead = ClockSetting::Running { ahead_us: DAY_US };
        assert_eq!((ahead.now_us(0), ahead.now_us(5)), (DAY_US, DAY_US + 5));
        let still = ClockSetting::Standing { at_us: 7 };
        assert_eq!((still.now_us(0), still.now_us(5)), (7, 7));
        assert_eq!(ahead.showing(3 * DAY_US, DAY_US), ClockSetting::Running { ahead_us: 2 * DAY_US });
        assert_eq!(still.showing(9, 5), ClockSetting::Standing { at_us: 9 });
        // A clock that rested goes on where it stood, behind real time.
        assert_eq!(ClockSetting::from(7, true, 10).now_us(11), 8);
        assert_eq!(ClockSetting::from(7, false, 10).now_us(11), 7);
        assert!(ahead.runs() && !still.runs());
        assert_eq!(
            ClockSetting::Running { ahead_us: i64::MAX }.now_us(i64::MAX),
            i64::MAX,
            "nothing overflows"
        );
    }

    #[test]
    fn a_clock_moves_forwards_and_twenty_years_at_most() {
        let last_us = REAL_US + AHEAD_MAX_US;
        for (now_us, target_us, expected) in [
            (REAL_US, REAL_US, Ok(())),
            (REAL_US, last_us, Ok(())),
            (REAL_US, REAL_US - 1, Err(ClockRefused::Backwards { now_us: REAL_US, target_us: REAL_US - 1 })),
            (REAL_US, last_us + 1, Err(ClockRefused::TooFar { last_us })),
            (REAL_US, i64::MAX, Err(ClockRefused::TooFar { last_us })),
            (last_us, last_us + 1, Err(ClockRefused::TooFar { last_us })),
        ] {
            assert_eq!(check_move(now_us, target_us, REAL_US), expected, "{now_us} to {target_us}");
        }
        let said = check_move(REAL_US, REAL_US - SECOND_US, REAL_US).unwrap_err().to_string();
        assert!(said.contains("2026-01-01 23:59:59 is before its now, 2026-01-02 00:00:00"), "{said}");
    }

    #[test]
    fn what_no_clock_can_show_is_not_sound() {
        for (setting, sound) in [
            (ClockSetting::REAL, true),
            (ClockSetting::Running { ahead_us: AHEAD_MAX_US }, true),
            (ClockSetting::Running { ahead_us: AHEAD_MAX_US + 1 }, false),
            (ClockSetting::Running { ahead_us: i64::MIN }, false),
            (ClockSetting::Standing { at_us: REAL_US }, true),
            (ClockSetting::Standing { at_us: -1 }, false),
            (ClockSetting::Standing { at_us: i64::MAX }, false),
        ] {
            assert_eq!(setting.is_sound(), sound, "{setting:?}");
        }
    }

    #[test]
    fn spans_are_seconds_or_numbers_with_units() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("90", Some(90)),
            ("90s", Some(90)),
            ("15m", Some(900)),
            ("2h", Some(7_200)),
            ("3d", Some(259_200)),
            ("1w", Some(604_800)),
            ("1d12h", Some(129_600)),
            ("1w2d3h4m5s", Some(788_645)),
            ("", None),
            ("d", None),
            ("-3d", None),
            ("3 d", None),
            ("1.5d", None),
            ("3D", None),
            ("3x", None),
            ("12h1d", None),
            ("1d1d", None),
            ("1d30", None),
            ("99999999999999999999", None),
            ("9223372036854775807", None),
            ("9223372036854w", None),
            ("15250284452471w1d", None),
        ] {
            assert_eq!(parse_span(text).ok(), seconds.map(|seconds: i64| seconds * SECOND_US), "{text}");
        }
    }
}
