//! The faults that a developer may ask for: their names, what each needs to be told, and how that is read.
//!
//! What each does to a call or a letter is the business of the room that carries it; here they are words.

use std::fmt;
use std::str::FromStr;

/// Longest wait of an answer, milliseconds: some clients wait for a minute, none for longer.
pub const LATENCY_MS_MAX: u32 = 60_000;
/// Furthest that queries may lag behind, seconds: a day.
pub const LAG_S_MAX: u32 = 86_400;
/// How far queries lag behind when nothing is said, seconds.
const LAG_S_USUAL: u32 = 60;
/// Longest delay of a letter, seconds. A clock that is being moved waits for letters for 60 s.
pub const DELAY_S_MAX: u32 = 30;
/// How long a letter is delayed when nothing is said, seconds.
const DELAY_S_USUAL: u32 = 5;

/// A fault that can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// The call is decided at once, its answer waits, milliseconds.
    Latency {
        /// At least so long.
        from_ms: u32,
        /// At most so long.
        to_ms: u32,
    },
    /// The answer is 20000 and nothing was decided.
    ErrorBefore,
    /// The answer is 20000 and the call was decided.
    ErrorAfter,
    /// The call was decided and the connection closes without an answer.
    LostAnswer,
    /// A query is answered as things stood so long ago, seconds.
    QueryLag {
        /// How far behind.
        seconds: u32,
    },
    /// The answer is 20000 in GBK whatever charset was asked for; nothing was decided.
    GbkError,
    /// The answer is 40005; nothing was decided.
    RateLimit,
    /// The front answers instead of the gateway: HTTP 503 and a page. Nothing was decided.
    Maintenance,
    /// A letter is sent twice.
    NotifyDuplicate,
    /// A letter waits, seconds; later ones go before it.
    NotifyDelay {
        /// How long.
        seconds: u32,
    },
    /// A letter waits until a later one of the app was sent.
    NotifyReorder,
    /// The answer waits until the letter about it was sent.
    NotifyEarly,
}

/// Why a text names no fault. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FaultError {
    /// No fault has this name.
    #[error(
        "there is no such fault; there are latency:MS, latency:MS-MS, error-before, error-after, lost-answer, \
         query-lag:S, gbk-error, rate-limit, maintenance, notify-duplicate, notify-delay:S, notify-reorder, \
         notify-early"
    )]
    Unknown,
    /// It takes no value.
    #[error("this fault takes no value")]
    ValueNotWanted,
    /// Its value is missing or no number.
    #[error(
        "latency needs whole milliseconds, such as latency:1500 or latency:200-800; lag and delay whole seconds"
    )]
    ValueMalformed,
    /// Its value is too small or too large.
    #[error("the value is from {from} to {to}")]
    ValueOutOfRange {
        /// The smallest.
        from: u32,
        /// The largest.
        to: u32,
    },
}

impl Fault {
    /// Its name, without a value.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Latency { .. } => "latency",
            Fault::ErrorBefore => "error-before",
            Fault::ErrorAfter => "error-after",
            Fault::LostAnswer => "lost-answer",
            Fault::QueryLag { .. } => "query-lag",
            Fault::GbkError => "gbk-error",
            Fault::RateLimit => "rate-limit",
            Fault::Maintenance => "maintenance",
            Fault::NotifyDuplicate => "notify-duplicate",
            Fault::NotifyDelay { .. } => "notify-delay",
            Fault::NotifyReorder => "notify-reorder",
            Fault::NotifyEarly => "notify-early",
        }
    }

    /// Whether it happens to letters, when they are sent, and not to calls.
    pub const fn is_of_letters(self) -> bool {
        match self {
            Fault::NotifyDuplicate | Fault::NotifyDelay { .. } | Fault::NotifyReorder => true,
            Fault::Latency { .. }
            | Fault::ErrorBefore
            | Fault::ErrorAfter
            | Fault::LostAnswer
            | Fault::QueryLag { .. }
            | Fault::GbkError
            | Fault::RateLimit
            | Fault::Maintenance
            | Fault::NotifyEarly => false,
        }
    }

    /// Whether the caller cannot tell from its answer whether the call was decided.
    pub const fn leaves_unknown(self) -> bool {
        match self {
            Fault::ErrorBefore
            | Fault::ErrorAfter
            | Fault::LostAnswer
            | Fault::GbkError
            | Fault::Maintenance => true,
            Fault::Latency { .. }
            | Fault::QueryLag { .. }
            | Fault::RateLimit
            | Fault::NotifyDuplicate
            | Fault::NotifyDelay { .. }
            | Fault::NotifyReorder
            | Fault::NotifyEarly => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match *self {
            Fault::Latency { from_ms, to_ms } if from_ms == to_ms => write!(f, "{name}:{from_ms}"),
            Fault::Latency { from_ms, to_ms } => write!(f, "{name}:{from_ms}-{to_ms}"),
            Fault::QueryLag { seconds } | Fault::NotifyDelay { seconds } => write!(f, "{name}:{seconds}"),
            Fault::ErrorBefore
            | Fault::ErrorAfter
            | Fault::LostAnswer
            | Fault::GbkError
            | Fault::RateLimit
            | Fault::Maintenance
            | Fault::NotifyDuplicate
            | Fault::NotifyReorder
            | Fault::NotifyEarly => f.write_str(name),
        }
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Fault, FaultError> {
        let (name, value) = match text.trim().split_once(':') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        let plain = |fault| if value.is_none() { Ok(fault) } else { Err(FaultError::ValueNotWanted) };
        match name {
            "latency" => latency(value.ok_or(FaultError::ValueMalformed)?),
            "query-lag" => Ok(Fault::QueryLag { seconds: seconds(value, LAG_S_USUAL, LAG_S_MAX)? }),
            "notify-delay" => Ok(Fault::NotifyDelay { seconds: seconds(value, DELAY_S_USUAL, DELAY_S_MAX)? }),
            "error-before" => plain(Fault::ErrorBefore),
            "error-after" => plain(Fault::ErrorAfter),
            "lost-answer" => plain(Fault::LostAnswer),
            "gbk-error" => plain(Fault::GbkError),
            "rate-limit" => plain(Fault::RateLimit),
            "maintenance" => plain(Fault::Maintenance),
            "notify-duplicate" => plain(Fault::NotifyDuplicate),
            "notify-reorder" => plain(Fault::NotifyReorder),
            "notify-early" => plain(Fault::NotifyEarly),
            _ => Err(FaultError::Unknown),
        }
    }
}

fn latency(value: &str) -> Result<Fault, FaultError> {
    let (from, to) = value.split_once('-').unwrap_or((value, value));
    let (from_ms, to_ms) = (number(from)?, number(to)?);
    if from_ms > to_ms || to_ms > LATENCY_MS_MAX {
        return Err(FaultError::ValueOutOfRange { from: 0, to: LATENCY_MS_MAX });
    }
    Ok(Fault::Latency { from_ms, to_ms })
}

fn seconds(value: Option<&str>, usual: u32, max: u32) -> Result<u32, FaultError> {
    let seconds = value.map_or(Ok(usual), number)?;
    if (1..=max).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(FaultError::ValueOutOfRange { from: 1, to: max })
    }
}

fn number(text: &str) -> Result<u32, FaultError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        text.parse().map_err(|_| FaultError::ValueMalformed)
    } else {
        Err(FaultError::ValueMalformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_read_as_it_is_written() {
        for text in [
            "latency:0",
            "latency:200-800",
            "error-before",
            "error-after",
            "lost-answer",
            "query-lag:60",
            "gbk-error",
            "rate-limit",
            "maintenance",
            "notify-duplicate",
            "notify-delay:5",
            "notify-reorder",
            "notify-early",
        ] {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.to_string(), text);
            assert_eq!(text.split(':').next(), Some(fault.name()));
        }
        assert_eq!("query-lag".parse(), Ok(Fault::QueryLag { seconds: 60 }));
        assert_eq!(" latency : 5 ".parse(), Ok(Fault::Latency { from_ms: 5, to_ms: 5 }));
    }

    #[test]
    fn what_is_no_fault_is_refused_with_its_reason() {
        use FaultError as E;
        let latency = E::ValueOutOfRange { from: 0, to: LATENCY_MS_MAX };
        for (text, error) in [
            ("", E::Unknown),
            ("Latency:5", E::Unknown),
            ("error", E::Unknown),
            ("error-after:1", E::ValueNotWanted),
            ("latency", E::ValueMalformed),
            ("latency:", E::ValueMalformed),
            ("latency:-5", E::ValueMalformed),
            ("latency:+5", E::ValueMalformed),
            ("latency:99999999999", E::ValueMalformed),
            ("latency:9-5", latency),
            ("latency:60001", latency),
            ("query-lag:0", E::ValueOutOfRange { from: 1, to: LAG_S_MAX }),
            ("notify-delay:31", E::ValueOutOfRange { from: 1, to: DELAY_S_MAX }),
        ] {
            assert_eq!(text.parse::<Fault>(), Err(error), "{text}");
        }
    }
}
