//! Clocks: the world has one true time, and every node a wall clock that may be wrong, jump, go back or stand still.
//! All times are microseconds UTC.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The wall clock of a node. Clones are the same clock, so that a part of the node can hold it while the world moves
/// it.
#[derive(Clone, Debug, Default)]
pub struct WallClock {
    shared: Arc<Mutex<Hands>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Hands {
    true_us: i64,
    offset_us: i64,
    /// What it shows while it stands still.
    frozen_us: Option<i64>,
}

impl Hands {
    fn shown_us(&self) -> i64 {
        self.frozen_us.unwrap_or(self.true_us + self.offset_us)
    }
}

impl WallClock {
    /// A clock that is right.
    pub fn new(true_us: i64) -> WallClock {
        let clock = WallClock::default();
        clock.tick(true_us);
        clock
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the clock shows now.
    pub fn now_us(&self) -> i64 {
        self.hands().shown_us()
    }

    /// How far it is ahead of the true time; negative when it is behind.
    pub fn ahead_us(&self) -> i64 {
        let hands = self.hands();
        hands.shown_us() - hands.true_us
    }

    /// As the function that nodes ask for the time.
    pub fn as_function(&self) -> Arc<dyn Fn() -> i64 + Send + Sync> {
        let clock = self.clone();
        Arc::new(move || clock.now_us())
    }

    /// The true time goes on to this moment. The world says so to every clock before it wakes a node.
    pub fn tick(&self, true_us: i64) {
        self.hands().true_us = true_us;
    }

    /// Sets it so far ahead of the true time, or behind, and lets it run.
    pub fn skew(&self, offset_us: i64) {
        let mut hands = self.hands();
        hands.offset_us = offset_us;
        hands.frozen_us = None;
    }

    /// Moves its hands by so much from where they are; a frozen clock stays frozen, at the new place.
    pub fn jump(&self, by_us: i64) {
        let mut hands = self.hands();
        hands.offset_us += by_us;
        hands.frozen_us = hands.frozen_us.map(|shown_us| shown_us + by_us);
    }

    /// Stops it at what it shows.
    pub fn freeze(&self) {
        let mut hands = self.hands();
        hands.frozen_us = Some(hands.shown_us());
    }

    /// Lets it run on from what it shows, so that it is behind by as long as it stood still.
    pub fn thaw(&self) {
        let mut hands = self.hands();
        hands.offset_us = hands.shown_us() - hands.true_us;
        hands.frozen_us = None;
    }

    /// Makes it right.
    pub fn heal(&self) {
        self.skew(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::DAY_US;

    #[test]
    fn a_clock_is_skewed_jumps_and_heals() {
        let clock = WallClock::new(1_000);
        assert_eq!(clock.now_us(), 1_000);
        clock.skew(-3 * DAY_US);
        clock.tick(2_000);
        assert_eq!(clock.now_us(), 2_000 - 3 * DAY_US);
        clock.jump(3 * DAY_US + 5);
        assert_eq!((clock.now_us(), clock.ahead_us()), (2_005, 5));
        clock.heal();
        assert_eq!(clock.now_us(), 2_000);
    }

    #[test]
    fn a_frozen_clock_stands_still_and_runs_on_late() {
        let clock = WallClock::new(1_000);
        clock.freeze();
        clock.tick(5_000);
        assert_eq!(clock.now_us(), 1_000);
        clock.jump(10);
        assert_eq!(clock.now_us(), 1_010);
        clock.thaw();
        clock.tick(6_000);
        assert_eq!(clock.now_us(), 2_010);
    }

    #[test]
    fn clones_and_functions_are_the_same_clock() {
        let clock = WallClock::new(0);
        let read = clock.clone().as_function();
        clock.tick(9);
        assert_eq!(read(), 9);
    }
}
