//! Chance, all of it drawn from one seed. Each part of the world throws dice of its own, named by a label, so that
//! one more throw in one part changes nothing in the others and an old seed keeps most of its story.

/// Dice from a seed: the same seed, the same throws. The generator is xoshiro256++, filled by splitmix64.
#[derive(Clone, Debug)]
pub struct Dice {
    /// What it was made from; children are named by it, not by how far it was thrown.
    origin: u64,
    state: [u64; 4],
}

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Dice {
        let mut walk = seed;
        Dice { origin: seed, state: [(); 4].map(|()| splitmix(&mut walk)) }
    }

    /// Dice of their own for a part of the world. They depend on the seed and the label alone: the same label gives
    /// the same dice however often these were thrown, so every label is used once.
    pub fn fork(&self, label: &str) -> Dice {
        self.fork_numbered(label, 0)
    }

    /// As [`Dice::fork`], for the parts of which there are several, such as cells.
    pub fn fork_numbered(&self, label: &str, number: u64) -> Dice {
        // FNV-1a: fixed for ever, so that a seed means the same in every release of the compiler.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in label.bytes().chain(number.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut walk = self.origin ^ hash.rotate_left(17);
        Dice::new(splitmix(&mut walk))
    }

    /// Sixty-four even bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let drawn = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        drawn
    }

    /// A number from 0 to `bound - 1`, evenly; `bound` is at least 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below zero");
        // The upper half of the product is even up to one part in 2^64 / bound, which no run can see.
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A place in a list of so many, evenly; at least one.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number from `least` to `most`, both included, evenly.
    pub fn range(&mut self, least: i64, most: i64) -> i64 {
        assert!(least <= most, "a range has a number in it");
        let width = most.abs_diff(least);
        if width == u64::MAX {
            return self.bits() as i64;
        }
        least.wrapping_add_unsigned(self.below(width + 1))
    }

    /// A number from `least` to `most`, where each order of magnitude is as likely as the next: most are small, some
    /// are huge. For waits, from microseconds to days. `least` is at least 1.
    pub fn magnitude(&mut self, least: i64, most: i64) -> i64 {
        assert!(0 < least && least <= most, "a magnitude is positive");
        let bits = self.range(i64::from(least.ilog2()), i64::from(most.ilog2()));
        let low = 1_i64 << bits;
        let high = low.checked_mul(2).map_or(i64::MAX, |double| double - 1);
        self.range(low.max(least), high.min(most))
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// True so many times in a million.
    pub fn chance_ppm(&mut self, ppm: u32) -> bool {
        self.below(1_000_000) < u64::from(ppm)
    }

    /// One of a list that is not empty, evenly.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// One of a list, each as often as its weight says; the weights are not all zero.
    pub fn weighted<'a, T>(&mut self, choices: &'a [(u32, T)]) -> &'a T {
        let total: u64 = choices.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (weight, choice) in choices {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        unreachable!("the throw lies below the sum of the weights")
    }

    /// Puts a list into a random order, each order evenly.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.index(last + 1);
            list.swap(last, other);
        }
    }
}

/// The next step of splitmix64, which spreads a seed of few bits over all of them.
fn splitmix(walk: &mut u64) -> u64 {
    *walk = walk.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *walk;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_throws_for_ever() {
        // Regression files name seeds: these numbers must not change.
        let mut dice = Dice::new(0);
        assert_eq!([dice.bits(), dice.bits()], [5987356902031041503, 7051070477665621255]);
        assert_ne!(Dice::new(1).bits(), Dice::new(0).bits());
    }

    #[test]
    fn a_fork_depends_on_its_label_and_not_on_throws() {
        let fresh = Dice::new(7);
        let mut thrown = Dice::new(7);
        thrown.bits();
        assert_eq!(fresh.fork("disk").bits(), thrown.fork("disk").bits());
        assert_ne!(fresh.fork("disk").bits(), fresh.fork("clock").bits());
        assert_ne!(fresh.fork_numbered("cell", 0).bits(), fresh.fork_numbered("cell", 1).bits());
        assert_ne!(fresh.fork("a").fork("b").bits(), fresh.fork("b").fork("a").bits());
    }

    #[test]
    fn throws_stay_in_bounds_and_reach_both_ends() {
        let mut dice = Dice::new(3);
        let mut seen = [false; 5];
        for _ in 0..1_000 {
            seen[(dice.range(-2, 2) + 2) as usize] = true;
            assert!((10..=1_000_000).contains(&dice.magnitude(10, 1_000_000)));
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(dice.range(i64::MAX, i64::MAX), i64::MAX);
        assert_eq!(dice.magnitude(i64::MAX, i64::MAX), i64::MAX);
        assert_eq!(dice.below(1), 0);
    }

    #[test]
    fn magnitudes_are_even_over_orders_not_over_numbers() {
        let mut dice = Dice::new(4);
        let small = (0..1_000).filter(|_| dice.magnitude(1, 1_000_000) < 1_000).count();
        assert!((350..650).contains(&small), "{small} of a thousand are small");
    }

    #[test]
    fn chances_are_what_they_say() {
        let mut dice = Dice::new(5);
        let of = |hits: usize, about: usize| hits.abs_diff(about) < about / 5;
        assert!(of((0..10_000).filter(|_| dice.chance(100)).count(), 1_000));
        assert!(of((0..10_000).filter(|_| dice.chance_ppm(100_000)).count(), 1_000));
        assert!(!(0..1_000).any(|_| dice.chance(0)));
        assert!((0..1_000).all(|_| dice.chance(1_000)));
        let choices = [(0, 'a'), (1, 'b'), (3, 'c')];
        let drawn: Vec<char> = (0..10_000).map(|_| *dice.weighted(&choices)).collect();
        assert!(!drawn.contains(&'a'));
        assert!(of(drawn.iter().filter(|one| **one == 'b').count(), 2_500));
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut list: Vec<u32> = (0..50).collect();
        Dice::new(6).shuffle(&mut list);
        assert_ne!(list, (0..50).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..50).collect::<Vec<_>>());
    }
}
