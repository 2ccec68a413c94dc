//! The last image of every row, as hashes: what the journal says the tables hold, in one sum.
//!
//! Images come in the order of the journal. They are parted by their key's hash and appended; when a part is full,
//! all but the last image of each key are dropped. So memory is touched in order and not at random, which is what
//! makes it fast. In the end the hashes of the last images are summed: tables whose rows have the same count and the
//! same sum hold the same rows. The hash is keyed for this run and each row's hash covers its key, so a sum cannot be
//! aimed at.
//!
//! Bound: two images of 32 bytes for each row that is there, and 16 MiB.

use crate::keyed::Keyed;
use engine::Table;

/// Parts: so many that one fits into the processor's cache, so few that their ends do too.
const PARTS: usize = 512;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// Images a part holds before its first clearing.
const LEAST: usize = 1 << 10;
/// Stands in the place of the row's hash when the row was deleted.
const GONE: u128 = 0;
/// Set in the tag of a key, so that no key is taken for a row.
const OF_KEY: u64 = 1 << 8;

/// The hash of a row's bytes.
pub(crate) fn row_hash(keyed: &Keyed, table: Table, bytes: &[u8]) -> u128 {
    keyed.hash(u64::from(table.number()), bytes)
}

/// How many rows there are, and the sum of their hashes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Sum {
    rows: u64,
    hashes: u128,
}

impl Sum {
    pub(crate) fn add(&mut self, row: u128) {
        self.rows += 1;
        self.hashes = self.hashes.wrapping_add(row);
    }
}

#[derive(Clone, Copy, Debug)]
struct Image {
    key: u128,
    row: u128,
}

#[derive(Debug)]
struct Part {
    images: Vec<Image>,
    full_at: usize,
}

/// The last images so far.
#[derive(Debug)]
pub(crate) struct Latest {
    keyed: Keyed,
    parts: Vec<Part>,
    index: Vec<u32>,
}

impl Latest {
    pub(crate) fn new(keyed: Keyed) -> Latest {
        let part = || Part { images: Vec::with_capacity(LEAST), full_at: LEAST };
        Latest { keyed, parts: std::iter::repeat_with(part).take(PARTS).collect(), index: Vec::new() }
    }

    /// An image: the row's bytes, absent when it was deleted.
    pub(crate) fn put(&mut self, table: Table, key: &[u8], row: Option<&[u8]>) {
        let key = self.keyed.hash(OF_KEY | u64::from(table.number()), key);
        let row = row.map_or(GONE, |bytes| row_hash(&self.keyed, table, bytes));
        let part = &mut self.parts[(key >> (128 - PART_BITS)) as usize];
        part.images.push(Image { key, row });
        if part.images.len() == part.full_at {
            part.clear(&mut self.index);
        }
    }

    /// The sum over the rows that are there after all.
    pub(crate) fn sum(mut self) -> Sum {
        let mut sum = Sum::default();
        for mut part in self.parts {
            part.clear(&mut self.index);
            part.images.iter().for_each(|image| sum.add(image.row));
        }
        sum
    }
}

impl Part {
    /// Drops all but the last image of each key, and those of rows that are gone.
    fn clear(&mut self, index: &mut Vec<u32>) {
        let places = (2 * self.images.len()).next_power_of_two();
        index.clear();
        index.resize(places, 0);
        // From the last to the first; what is kept gathers at the end.
        let mut kept = self.images.len();
        for at in (0..self.images.len()).rev() {
            let image = self.images[at];
            let mut place = image.key as usize & (places - 1);
            let seen = loop {
                match index[place] {
                    0 => break false,
                    // Places are counted from one.
                    other if self.images[other as usize - 1].key == image.key => break true,
                    _ => place = (place + 1) & (places - 1),
                }
            };
            if !seen {
                index[place] = u32::try_from(kept).expect("a part holds far fewer than 2³² images");
                kept -= 1;
                self.images[kept] = image;
            }
        }
        self.images.drain(..kept);
        self.images.retain(|image| image.row != GONE);
        self.full_at = LEAST.max(2 * self.images.len());
        self.images.reserve_exact(self.full_at - self.images.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A plain map says the same, whatever was written, written again and deleted.
    #[test]
    fn only_the_last_image_of_each_row_counts() {
        let keyed = Keyed::drawn().unwrap();
        let mut latest = Latest::new(keyed);
        let mut rows: BTreeMap<(Table, u64), u64> = BTreeMap::new();
        let mut chance = 1_u64;
        for step in 0..1_500_000_u64 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = (chance >> 33) % 300_000;
            let table = if key.is_multiple_of(2) { Table::Order } else { Table::Account };
            if chance >> 61 == 0 {
                rows.remove(&(table, key));
                latest.put(table, &key.to_le_bytes(), None);
            } else {
                rows.insert((table, key), step);
                latest.put(table, &key.to_le_bytes(), Some(&step.to_le_bytes()));
            }
        }
        let held: usize = latest.parts.iter().map(|part| part.images.capacity()).sum();
        assert!(held <= 2 * rows.len() + PARTS * LEAST, "{held} for {} rows", rows.len());
        let mut sum = Sum::default();
        for ((table, _), step) in &rows {
            sum.add(row_hash(&keyed, *table, &step.to_le_bytes()));
        }
        let found = latest.sum();
        assert_eq!(found, sum);
        let mut other = sum;
        other.hashes = other.hashes.wrapping_add(1);
        assert_ne!(found, other);
    }
}
