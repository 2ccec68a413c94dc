//! How many calls there were, by method and by how they ended, and how long they took. Written without a lock, read by
//! whoever watches; which methods and which endings there are is fixed, so that nothing that a caller sends makes it
//! grow.

use crate::codes::Failure;
use crate::registry::{Done, METHODS, Standing};
use crate::request::Origin;
use cell::{Histogram, Spread};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The name under which calls are counted that name no method of ours.
const OTHER: &str = "other";

/// How a call ended, as far as somebody who watches acts on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It was carried out, or the caller was led to a page.
    Done,
    /// Business refused it: a balance too low, an order that is not there.
    Refused,
    /// The caller asked wrongly: a signature, a missing field of the interface, a method that is not here.
    Wrong,
    /// Nobody knows what became of it: the cell was busy, or its journal failed.
    Unknown,
    /// There was no place for it in time; nothing was done.
    TurnedAway,
}

impl Ending {
    /// All of them.
    pub const ALL: [Ending; 5] =
        [Ending::Done, Ending::Refused, Ending::Wrong, Ending::Unknown, Ending::TurnedAway];

    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Refused => "refused",
            Ending::Wrong => "wrong",
            Ending::Unknown => "unknown",
            Ending::TurnedAway => "turned_away",
        }
    }

    /// How a call that had a place ended.
    pub(crate) fn of(done: &Result<Done, Failure>) -> Ending {
        match done {
            Ok(_) => Ending::Done,
            Err(failure) if failure.is_unknown() => Ending::Unknown,
            Err(failure) if failure.is_of_gateway() => Ending::Wrong,
            Err(_) => Ending::Refused,
        }
    }
}

/// Calls of one method, by how they ended.
type Row = [AtomicU64; Ending::ALL.len()];

/// The calls of a gateway since it began, whichever world it served.
#[derive(Debug)]
pub struct Tally {
    /// In the order of the methods; the last row is for all other names.
    calls: Box<[Row]>,
    took: Histogram,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { calls: (0..=METHODS.len()).map(|_| Row::default()).collect(), took: Histogram::default() }
    }
}

impl Tally {
    /// Counts a call that took so long, from its head to its signed answer.
    pub(crate) fn note(&self, origin: &Origin, ending: Ending, took: Duration) {
        self.count(origin, ending);
        self.took.note(took);
    }

    /// Counts a call whose time says nothing.
    pub(crate) fn count(&self, origin: &Origin, ending: Ending) {
        self.calls[row_of(origin)][ending as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Method, ending and number: all endings of each method that was called, and of all other names.
    pub fn calls(&self) -> Vec<(&'static str, Ending, u64)> {
        let names = METHODS.iter().map(|method| method.name).chain([OTHER]);
        let mut told = Vec::new();
        for (name, row) in names.zip(self.calls.iter()) {
            let numbers: Vec<u64> = row.iter().map(|number| number.load(Ordering::Relaxed)).collect();
            if name == OTHER || numbers.iter().any(|number| *number > 0) {
                told.extend(
                    Ending::ALL.into_iter().zip(numbers).map(|(ending, number)| (name, ending, number)),
                );
            }
        }
        told
    }

    /// How long calls took.
    pub fn took(&self) -> Spread {
        self.took.read()
    }
}

/// The row of the method that was called.
fn row_of(origin: &Origin) -> usize {
    let place = |name: &str| METHODS.binary_search_by(|method| method.name.cmp(name)).ok();
    match &origin.method {
        Some(Standing::Here(method)) => place(method.name).unwrap_or(METHODS.len()),
        Some(Standing::Known(_)) | None => METHODS.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::standing;
    use wire::public_code::GatewayError;

    #[test]
    fn a_call_is_counted_under_its_method_or_under_none_of_ours() {
        let tally = Tally::default();
        assert!(tally.calls().iter().all(|(name, _, number)| *name == OTHER && *number == 0));
        for method in METHODS {
            let origin = Origin { method: standing(method.name), ..Origin::unknown() };
            tally.note(&origin, Ending::Done, Duration::from_millis(1));
        }
        let told = tally.calls();
        assert_eq!(told.len(), (METHODS.len() + 1) * Ending::ALL.len(), "so many and never more");
        for method in METHODS {
            assert!(told.contains(&(method.name, Ending::Done, 1)), "{}", method.name);
        }
        for name in ["alipay.trade.settle.confirm", "alipay.trade.nonsense", "1&<\"\n"] {
            let origin = Origin { method: standing(name), ..Origin::unknown() };
            tally.count(&origin, Ending::TurnedAway);
        }
        assert!(tally.calls().contains(&(OTHER, Ending::TurnedAway, 3)));
        assert_eq!(tally.calls().len(), told.len(), "strangers' names are no labels");
        assert_eq!(tally.took().count, METHODS.len() as u64);
    }

    #[test]
    fn an_ending_tells_who_acts() {
        let refused = Failure::refused(trade::CloseRefused::TradeNotFound);
        for (done, ending) in [
            (Err(Failure::gateway(GatewayError::UnknownError)), Ending::Unknown),
            (Err(Failure::gateway(GatewayError::InvalidSignature)), Ending::Wrong),
            (Err(refused), Ending::Refused),
        ] {
            assert_eq!(Ending::of(&done), ending);
        }
        for (place, ending) in Ending::ALL.into_iter().enumerate() {
            assert_eq!(ending as usize, place, "{}", ending.name());
        }
    }
}
