//! How many calls to merchants there were, by how they ended, and how long they took. Written without a lock, read by
//! whoever watches. Which endings there are is fixed; neither merchants nor addresses are named.

use crate::attempt::Called;
use crate::failure::Failure;
use cell::{Histogram, Spread};
use std::sync::atomic::{AtomicU64, Ordering};

/// The names of the endings, for programs.
const ENDINGS: [&str; 7] =
    ["delivered", "not_called", "no_connection", "too_slow", "other_status", "other_body", "broken"];

/// The calls to merchants since the program began, those that developers asked for among them.
#[derive(Debug, Default)]
pub struct Tally {
    calls: [AtomicU64; ENDINGS.len()],
    took: Histogram,
}

impl Tally {
    /// Counts a call.
    pub(crate) fn note(&self, called: &Called) {
        let place = match called.outcome {
            Ok(()) => 0,
            Err(Failure::Refused(_)) => 1,
            Err(Failure::NoConnection) => 2,
            Err(Failure::TooSlow(_)) => 3,
            Err(Failure::Status(_)) => 4,
            Err(Failure::WrongBody) => 5,
            Err(Failure::Broken) => 6,
        };
        self.calls[place].fetch_add(1, Ordering::Relaxed);
        self.took.note(called.took);
    }

    /// Each ending and how many calls ended so.
    pub fn calls(&self) -> [(&'static str, u64); ENDINGS.len()] {
        std::array::from_fn(|place| (ENDINGS[place], self.calls[place].load(Ordering::Relaxed)))
    }

    /// How long calls took.
    pub fn took(&self) -> Spread {
        self.took.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn each_ending_has_a_name_of_its_own() {
        let (tally, took) = (Tally::default(), Duration::from_millis(3));
        let outcomes = [
            Ok(()),
            Err(Failure::NoConnection),
            Err(Failure::TooSlow(took)),
            Err(Failure::Status(500)),
            Err(Failure::WrongBody),
            Err(Failure::Broken),
        ];
        for outcome in outcomes {
            tally.note(&Called { outcome, took });
        }
        let [delivered, not_called, rest @ ..] = tally.calls();
        assert_eq!((delivered, not_called), (("delivered", 1), ("not_called", 0)));
        assert!(rest.iter().all(|(_, number)| *number == 1), "{rest:?}");
        assert_eq!((tally.took().count, tally.took().sum_us), (6, 18_000));
    }
}
