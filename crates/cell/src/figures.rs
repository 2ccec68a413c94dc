//! Figures that threads write and others read without a lock: counts of how long something took, and since when
//! something waits. Writing is two additions; nothing grows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds of the buckets of a [`Histogram`], microseconds: from a decision in memory to what a caller gives up
/// on. Fixed, so that figures of different times and machines can be added.
pub const BOUNDS_US: [u64; 16] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000,
];
/// The buckets, and one for what is longer than every bound.
const BUCKETS: usize = BOUNDS_US.len() + 1;

/// How often something took how long.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum_us: AtomicU64,
}

/// A histogram as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spread {
    /// For each of [`BOUNDS_US`]: how many took at most so long.
    pub within: [u64; BOUNDS_US.len()],
    /// How many there were.
    pub count: u64,
    /// How long they took together, microseconds.
    pub sum_us: u64,
}

impl Histogram {
    /// Counts something that took so long.
    pub fn note(&self, took: Duration) {
        let took_us = microseconds(took);
        let bucket = BOUNDS_US.partition_point(|bound_us| *bound_us < took_us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(took_us, Ordering::Relaxed);
    }

    /// What was counted. The count is that of the buckets, whatever is written meanwhile; the sum may be ahead of it or
    /// behind by what is being written now.
    pub fn read(&self) -> Spread {
        let (mut within, mut count) = ([0; BOUNDS_US.len()], 0);
        for (place, bucket) in self.buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            if let Some(within) = within.get_mut(place) {
                *within = count;
            }
        }
        Spread { within, count, sum_us: self.sum_us.load(Ordering::Relaxed) }
    }
}

/// Stands for "nothing waits".
const NOTHING: u64 = u64::MAX;

/// Since when something waits, if anything does.
#[derive(Debug)]
pub struct Since {
    born: Instant,
    /// Microseconds after `born`.
    after_us: AtomicU64,
}

impl Default for Since {
    fn default() -> Since {
        Since { born: Instant::now(), after_us: AtomicU64::new(NOTHING) }
    }
}

impl Since {
    /// Something waits since then.
    pub(crate) fn begin(&self, at: Instant) {
        self.after_us.store(microseconds(at.saturating_duration_since(self.born)), Ordering::Release);
    }

    /// Nothing waits.
    pub(crate) fn end(&self) {
        self.after_us.store(NOTHING, Ordering::Release);
    }

    /// How long it has waited; nothing when nothing waits.
    pub fn age(&self) -> Option<Duration> {
        let after_us = self.after_us.load(Ordering::Acquire);
        let since = (after_us != NOTHING).then(|| self.born + Duration::from_micros(after_us));
        since.map(|since| Instant::now().saturating_duration_since(since))
    }
}

/// Whole microseconds.
fn microseconds(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(NOTHING - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_as_long_as_a_bound_is_within_it() {
        let histogram = Histogram::default();
        for took_us in [0, 50, 51, 1_000, 10_000_000, 10_000_001] {
            histogram.note(Duration::from_micros(took_us));
        }
        let Spread { within, count, sum_us } = histogram.read();
        assert_eq!((within[0], within[1], within[3], within[4], within[15]), (2, 3, 3, 4, 5));
        assert_eq!((count, sum_us), (6, 20_001_102));
        assert!(within.is_sorted() && BOUNDS_US.is_sorted());
    }

    #[test]
    fn an_age_is_told_while_something_waits() {
        let since = Since::default();
        assert_eq!(since.age(), None);
        since.begin(Instant::now());
        std::thread::sleep(Duration::from_millis(2));
        assert!(since.age().is_some_and(|age| age >= Duration::from_millis(2)));
        since.end();
        assert_eq!(since.age(), None);
    }
}
