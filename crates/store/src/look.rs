//! When to look into the tables next, for the rooms that do what a row makes due.
//!
//! Pure: moments come as arguments, so that a loop with a real clock and one with a simulated clock decide alike. Two
//! clocks are told apart: `at` is the time since the loop began, which never goes back; `now_us` is the world's clock,
//! microseconds UTC, which may.

use std::time::Duration;

/// When a loop looks into the tables.
#[derive(Clone, Debug)]
pub struct Look {
    gap: Duration,
    tick: Duration,
    /// Whether something may have become due.
    wanted: bool,
    /// Not before this.
    not_before: Duration,
    /// When the next row is due that was not due at the last look, microseconds UTC.
    nearest_us: Option<i64>,
    /// When to look although nothing says so.
    check_at: Option<Duration>,
}

impl Look {
    /// The first look is wanted at once. Between two there is `gap` at least; while something is due some time later,
    /// the world's clock is looked at every `tick`, because it may be set.
    pub fn new(gap: Duration, tick: Duration) -> Look {
        Look { gap, tick, wanted: true, not_before: Duration::ZERO, nearest_us: None, check_at: None }
    }

    /// Something may have become due.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// As [`Look::want`], and without the gap: somebody waits for it.
    pub fn want_at_once(&mut self, at: Duration) {
        self.wanted = true;
        self.not_before = self.not_before.min(at);
    }

    /// When to ask [`Look::is_due`] next; absent when only [`Look::want`] changes the answer.
    pub fn wake_at(&self, at: Duration, now_us: i64) -> Option<Duration> {
        if self.wanted {
            return Some(self.not_before);
        }
        let nearest = self.nearest_us.map(|due_at_us| {
            let wait_us = due_at_us.saturating_sub(now_us).max(0);
            at + Duration::from_micros(wait_us.unsigned_abs()).min(self.tick)
        });
        let first = nearest.into_iter().chain(self.check_at).min()?;
        Some(self.not_before.max(first))
    }

    /// Whether to look now.
    pub fn is_due(&self, at: Duration, now_us: i64) -> bool {
        let due = self.nearest_us.is_some_and(|due_at_us| due_at_us <= now_us);
        let check = self.check_at.is_some_and(|check_at| check_at <= at);
        at >= self.not_before && (self.wanted || due || check)
    }

    /// A look that began at `begun` ended at `at`. It showed all that is due, and that the next row is due at
    /// `nearest_us`. The next look waits four times as long as this one took, so that looking costs a fifth of a core
    /// at most. `check_after`: look again after so long, whatever happens.
    pub fn ended(
        &mut self,
        begun: Duration,
        at: Duration,
        nearest_us: Option<i64>,
        check_after: Option<Duration>,
    ) {
        self.wanted = false;
        self.not_before = at + self.gap.max(at.saturating_sub(begun) * 4);
        self.nearest_us = nearest_us;
        self.check_at = check_after.map(|wait| at + wait);
    }

    /// Look again, but only after a pause: something failed.
    pub fn pause(&mut self, at: Duration, pause: Duration) {
        self.wanted = true;
        self.not_before = self.not_before.max(at + pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(20);
    const TICK: Duration = Duration::from_millis(250);

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_look_is_wanted_at_first_and_after_a_change_but_not_at_once_again() {
        let mut look = Look::new(GAP, TICK);
        assert_eq!(look.wake_at(ms(5), 0), Some(ms(0)));
        assert!(look.is_due(ms(5), 0));
        look.ended(ms(5), ms(6), None, None);
        assert_eq!(look.wake_at(ms(6), 0), None, "nothing is to come");
        look.want();
        assert_eq!(look.wake_at(ms(6), 0), Some(ms(26)));
        assert!(!look.is_due(ms(25), 0) && look.is_due(ms(26), 0));
        look.ended(ms(30), ms(130), None, None);
        look.want();
        assert_eq!(look.wake_at(ms(130), 0), Some(ms(530)), "a long look is followed by a longer pause");
    }

    #[test]
    fn what_is_due_later_is_waited_for_in_ticks() {
        let mut look = Look::new(GAP, TICK);
        look.ended(ms(0), ms(0), Some(1_000_000), None);
        assert_eq!(look.wake_at(ms(100), 0), Some(ms(350)));
        assert_eq!(look.wake_at(ms(100), 990_000), Some(ms(110)));
        assert!(!look.is_due(ms(100), 999_999) && look.is_due(ms(100), 1_000_000));
        assert_eq!(look.wake_at(ms(100), i64::MAX), Some(ms(100)), "the clock was set ahead");
        assert_eq!(look.wake_at(ms(100), i64::MIN), Some(ms(350)), "the clock was set back");
    }

    #[test]
    fn who_waits_for_a_look_has_it_at_once() {
        let mut look = Look::new(GAP, TICK);
        look.ended(ms(0), ms(100), None, None);
        look.want_at_once(ms(101));
        assert!(look.is_due(ms(101), 0));
    }

    #[test]
    fn a_pause_holds_everything_back_and_a_check_comes_by_itself() {
        let mut look = Look::new(GAP, TICK);
        look.pause(ms(0), ms(1_000));
        assert!(!look.is_due(ms(999), i64::MAX) && look.is_due(ms(1_000), 0));
        look.ended(ms(1_000), ms(1_000), None, Some(ms(10_000)));
        assert_eq!(look.wake_at(ms(1_000), 0), Some(ms(11_000)));
        assert!(!look.is_due(ms(10_999), 0) && look.is_due(ms(11_000), 0));
    }
}
