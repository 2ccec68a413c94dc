//! What happens next: events by time. Events of one moment come in the order in which they were entered or, when the
//! schedule was given dice, in a random one, so that no order is relied upon by accident.

use crate::dice::Dice;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Events to come, and the true time, in microseconds UTC.
#[derive(Debug)]
pub struct Schedule<E> {
    heap: BinaryHeap<Entry<E>>,
    now_us: i64,
    entered: u64,
    dice: Option<Dice>,
}

#[derive(Debug)]
struct Entry<E> {
    at_us: i64,
    /// Drawn, or zero: decides among events of one moment.
    lot: u64,
    /// In which it was entered: decides what is still equal.
    no: u64,
    event: E,
}

impl<E> Entry<E> {
    fn place(&self) -> (i64, u64, u64) {
        (self.at_us, self.lot, self.no)
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Entry<E>) -> Ordering {
        // The heap gives the greatest first.
        other.place().cmp(&self.place())
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Entry<E>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Entry<E>) -> bool {
        self.place() == other.place()
    }
}

impl<E> Eq for Entry<E> {}

impl<E> Schedule<E> {
    /// Begins at a moment; events of one moment come as they were entered.
    pub fn new(now_us: i64) -> Schedule<E> {
        Schedule { heap: BinaryHeap::new(), now_us, entered: 0, dice: None }
    }

    /// Begins at a moment; events of one moment come in an order that the dice decide.
    pub fn shuffled(now_us: i64, dice: Dice) -> Schedule<E> {
        Schedule { dice: Some(dice), ..Schedule::new(now_us) }
    }

    /// The true time: that of the event given last.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// Enters an event. One in the past happens now.
    pub fn at(&mut self, at_us: i64, event: E) {
        self.entered += 1;
        let lot = self.dice.as_mut().map_or(0, Dice::bits);
        self.heap.push(Entry { at_us: at_us.max(self.now_us), lot, no: self.entered, event });
    }

    /// Enters an event so many microseconds from now.
    pub fn after(&mut self, wait_us: i64, event: E) {
        self.at(self.now_us.saturating_add(wait_us), event);
    }

    /// When the next event is.
    pub fn next_at_us(&self) -> Option<i64> {
        self.heap.peek().map(|entry| entry.at_us)
    }

    /// Takes the next event; the time goes on to its moment.
    #[expect(clippy::should_implement_trait, reason = "events are entered between two takes: no iterator")]
    pub fn next(&mut self) -> Option<(i64, E)> {
        let entry = self.heap.pop()?;
        self.now_us = entry.at_us;
        Some((entry.at_us, entry.event))
    }

    /// How many are to come.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Keeps the events for which it is said, each at its place.
    pub fn retain(&mut self, keep: impl Fn(&E) -> bool) {
        self.heap.retain(|entry| keep(&entry.event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(mut schedule: Schedule<u32>) -> Vec<(i64, u32)> {
        std::iter::from_fn(|| schedule.next()).collect()
    }

    #[test]
    fn events_come_by_time_and_then_as_entered() {
        let mut schedule = Schedule::new(100);
        schedule.at(300, 1);
        schedule.at(200, 2);
        schedule.after(100, 3);
        schedule.at(0, 4);
        assert_eq!((schedule.len(), schedule.next_at_us()), (4, Some(100)));
        assert_eq!(drained(schedule), [(100, 4), (200, 2), (200, 3), (300, 1)]);
    }

    #[test]
    fn time_goes_on_and_never_back() {
        let mut schedule = Schedule::new(0);
        schedule.at(50, 'a');
        schedule.next();
        schedule.at(10, 'b');
        assert_eq!(schedule.next(), Some((50, 'b')));
        schedule.after(i64::MAX, 'c');
        assert_eq!(schedule.next(), Some((i64::MAX, 'c')));
        assert!(schedule.is_empty());
    }

    #[test]
    fn with_dice_one_moment_has_an_order_of_its_own_per_seed() {
        let order = |seed| {
            let mut schedule = Schedule::shuffled(0, Dice::new(seed));
            (0..20).for_each(|event| schedule.at(7, event));
            schedule.at(6, 99);
            drained(schedule)
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert_eq!(order(1)[0], (6, 99));
    }

    #[test]
    fn events_can_be_withdrawn() {
        let mut schedule = Schedule::new(0);
        (0..4).for_each(|event| schedule.at(i64::from(event), event));
        schedule.retain(|event| event % 2 == 1);
        assert_eq!(drained(schedule), [(1, 1), (3, 3)]);
    }
}
