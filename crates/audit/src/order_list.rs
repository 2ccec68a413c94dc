//! All orders, found by their number.
//!
//! Orders come in the order of their numbers, slot by slot, and so does nearly everything that points at them. So they
//! lie in one list for each slot, and the next one that is asked for is looked for near the last: that walks through
//! memory in order, where a map would jump.

use crate::orders::OrderFacts;
use base::{OrderNo, SLOTS};
use std::collections::BTreeMap;

/// The orders of one slot, by number.
#[derive(Default, Debug)]
struct OfSlot {
    numbers: Vec<i64>,
    facts: Vec<OrderFacts>,
    /// Where the last one that was asked for lies.
    last: usize,
}

/// All orders.
#[derive(Debug)]
pub(crate) struct OrderList {
    slots: Vec<OfSlot>,
    /// Those that came out of order: their number is not of the slot they lie in.
    strays: BTreeMap<OrderNo, OrderFacts>,
}

impl OrderList {
    pub(crate) fn new() -> OrderList {
        OrderList {
            slots: std::iter::repeat_with(OfSlot::default).take(usize::from(SLOTS)).collect(),
            strays: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, facts: OrderFacts) {
        let list = &mut self.slots[usize::from(facts.no.slot().number())];
        if list.numbers.last().is_none_or(|last| *last < facts.no.number()) {
            list.numbers.push(facts.no.number());
            list.facts.push(facts);
        } else {
            self.strays.insert(facts.no, facts);
        }
    }

    pub(crate) fn get_mut(&mut self, no: OrderNo) -> Option<&mut OrderFacts> {
        let list = &mut self.slots[usize::from(no.slot().number())];
        match list.find(no.number()) {
            Some(place) => Some(&mut list.facts[place]),
            None if self.strays.is_empty() => None,
            None => self.strays.get_mut(&no),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OrderFacts> {
        self.slots.iter().flat_map(|list| &list.facts).chain(self.strays.values())
    }
}

impl OfSlot {
    /// Guesses the place from the last one, as if numbers rose evenly. From there the steps double until they are past
    /// it; between the last two it is searched.
    fn find(&mut self, number: i64) -> Option<usize> {
        let numbers = self.numbers.as_slice();
        let guess = self.guess(number)?;
        let (mut low, mut high, mut step) = (guess, guess, 1);
        if numbers[guess] > number {
            while low > 0 && numbers[low] > number {
                high = low;
                low = low.saturating_sub(step);
                step *= 2;
            }
        } else {
            while numbers.get(high).is_some_and(|here| *here < number) {
                low = high;
                high += step;
                step *= 2;
            }
        }
        let high = numbers.len().min(high + 1);
        let place = low + numbers[low..high].binary_search(&number).ok()?;
        self.last = place;
        Some(place)
    }

    /// A place near a number; `None` when there are no orders.
    fn guess(&self, number: i64) -> Option<usize> {
        let (first, end) = (*self.numbers.first()?, *self.numbers.last()?);
        let ends = self.numbers.len() - 1;
        let last = self.last.min(ends);
        let places = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let gap = end.saturating_sub(first) / places(ends).max(1);
        let ahead = number.saturating_sub(self.numbers[last]) / gap.max(1);
        let place = places(last).saturating_add(ahead).clamp(0, places(ends));
        usize::try_from(place).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_from_every_place_and_no_other() {
        for count in 0..20 {
            let mut list = OfSlot { numbers: (0..count).map(|no| no * 10).collect(), ..OfSlot::default() };
            for last in 0..20 {
                for number in -11..210 {
                    list.last = last;
                    let there = number >= 0 && number % 10 == 0 && number / 10 < count;
                    let found = list.find(number);
                    assert_eq!(
                        found,
                        there.then_some((number / 10) as usize),
                        "{number} of {count} from {last}"
                    );
                }
            }
        }
    }
}
