//! Stamps: the only source of time and of ids inside a decision.

use crate::{Plant, SECOND_US, planted};
use serde::{Deserialize, Serialize};

/// The moment and the order of one decision, given by the cell alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Stamp {
    /// Microseconds since 1970 UTC. Strictly increasing within a cell, so it also makes ids unique.
    pub at_us: i64,
    /// The decision's number within its cell, from 1, without repeats.
    pub seq: u64,
}

/// Gives stamps: a clock that jumps back makes us late, never reordered.
#[derive(Clone, Copy, Debug)]
pub struct Stamper {
    last: Stamp,
}

impl Stamper {
    /// Goes on after the last stamp that was given; `Stamp { at_us: 0, seq: 0 }` for a fresh world.
    pub fn after(last: Stamp) -> Stamper {
        Stamper { last }
    }

    /// The next stamp: time is `max(last + 1, wall)`, the sequence is one higher.
    pub fn stamp(&mut self, wall_us: i64) -> Stamp {
        let least_us = self.last.at_us + 1;
        let least_us =
            if planted(Plant::StampsGoBack) { least_us.min(wall_us + SECOND_US) } else { least_us };
        self.last = Stamp { at_us: wall_us.max(least_us), seq: self.last.seq + 1 };
        self.last
    }

    /// The last stamp given.
    pub fn last(&self) -> Stamp {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back_and_sequence_never_repeats() {
        let mut stamper = Stamper::after(Stamp { at_us: 0, seq: 0 });
        let first = stamper.stamp(1_000);
        let back = stamper.stamp(500);
        let same = stamper.stamp(1_001);
        assert_eq!((first.at_us, back.at_us, same.at_us), (1_000, 1_001, 1_002));
        assert_eq!((first.seq, back.seq, same.seq), (1, 2, 3));
    }
}
