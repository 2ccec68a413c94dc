//! Which merchants' order numbers were used: a set in memory that answers "never" exactly and "perhaps" now and then
//! without need.
//!
//! Every new order asks whether its number is unused, and the answer is nearly always yes: without this set each asks
//! the store. A number that the set does not know was never written; one that it knows, or mixes up with another, is
//! looked up. Nothing is ever taken out, and until everything that was written before is in, nothing is "never".
//!
//! Why not a plain set: a hundred million orders would take gigabytes. Here a number takes 12 to 16 bits.

use engine::{Key, Table};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use store::{Reader, StoreError};

/// Numbers of the first layer; each further one has four times as many.
const FIRST_LAYER: usize = 1 << 20;
/// Layers at most: with them 357 million numbers in 535 MB. Beyond that, every number is looked up.
const LAYERS_MAX: usize = 5;
/// Words of 64 bits in a block; a number sets one bit in each, all in one or two lines of the processor's cache.
const WORDS: usize = 8;
/// Numbers for which one block is made: of those never written, about one in two hundred is looked up.
const NUMBERS_A_BLOCK: usize = 42;
/// Rows read at once.
const PAGE: usize = 10_000;

/// Numbers that were written, and perhaps some that were not.
#[derive(Debug)]
pub struct Numbers {
    hasher: FixedState,
    layers: Vec<Layer>,
    /// Whether everything that was ever written is in.
    complete: bool,
    /// Whether a number found no room: then this will never be complete.
    overflowed: bool,
}

#[derive(Debug)]
struct Layer {
    blocks: Vec<[u64; WORDS]>,
    room: usize,
}

impl Layer {
    fn new(numbers: usize) -> Layer {
        Layer { blocks: vec![[0; WORDS]; numbers / NUMBERS_A_BLOCK + 1], room: numbers }
    }

    fn block(&self, hash: u64) -> usize {
        // The upper half of the product is below the number of blocks, and even.
        ((u128::from(hash) * self.blocks.len() as u128) >> 64) as usize
    }
}

/// One bit for each word of a block.
fn bits(hash: u64) -> [u64; WORDS] {
    // The lower bits of the hash choose the bits, its upper bits the block: an odd multiplier mixes them again.
    let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    std::array::from_fn(|word| 1 << ((mixed >> (6 * word)) & 63))
}

impl Numbers {
    /// Knows nothing yet, and says "never" to nothing.
    pub fn incomplete() -> Numbers {
        Numbers { hasher: FixedState::default(), layers: Vec::new(), complete: false, overflowed: false }
    }

    /// Reads what the store has. Gives up after `rows_max` rows, and is incomplete then, or when `ending` says so.
    pub fn read(
        reader: &mut dyn Reader,
        rows_max: usize,
        ending: impl Fn() -> bool,
    ) -> Result<Numbers, StoreError> {
        let (mut numbers, mut after, mut rows) = (Numbers::incomplete(), None::<Key>, 0);
        while rows < rows_max && !ending() {
            let page = reader.scan(Table::OrderNumber, None, after.as_ref(), PAGE)?;
            rows += page.len();
            page.iter().for_each(|row| numbers.add(&row.key()));
            if page.len() < PAGE {
                numbers.complete = true;
                break;
            }
            after = page.last().map(engine::Row::key);
        }
        Ok(numbers)
    }

    /// Whether this key was certainly never written. Only for order numbers.
    pub fn never(&self, key: &Key) -> bool {
        if !self.complete {
            return false;
        }
        let hash = self.hasher.hash_one(key);
        let bits = bits(hash);
        !self.layers.iter().any(|layer| {
            let block = &layer.blocks[layer.block(hash)];
            block.iter().zip(bits).all(|(word, bit)| word & bit != 0)
        })
    }

    /// Takes a key in.
    pub fn add(&mut self, key: &Key) {
        if self.layers.last().is_none_or(|layer| layer.room == 0) {
            if self.layers.len() == LAYERS_MAX {
                (self.complete, self.overflowed) = (false, true);
                return;
            }
            self.layers.push(Layer::new(FIRST_LAYER << (2 * self.layers.len())));
        }
        let hash = self.hasher.hash_one(key);
        let Some(layer) = self.layers.last_mut() else { return };
        let block = layer.block(hash);
        layer.blocks[block].iter_mut().zip(bits(hash)).for_each(|(word, bit)| *word |= bit);
        layer.room -= 1;
    }

    /// Whether everything that was ever written is in.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes over what was read of earlier times, and whether that was everything.
    pub fn join(&mut self, mut earlier: Numbers) {
        let room = LAYERS_MAX.checked_sub(earlier.layers.len());
        self.overflowed |= earlier.overflowed || room.is_none_or(|room| self.layers.len() > room);
        self.complete = earlier.complete && !self.overflowed;
        // The last layer is the one that is filled further.
        earlier.layers.append(&mut self.layers);
        self.layers = earlier.layers;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot, Text};
    use engine::Row;
    use std::sync::Arc;
    use store::{Mark, MemoryStore, Store};
    use trade::OrderNumber;

    fn number(of: u64) -> Row {
        let seller = PartyId::issue(1 + of % 7, Slot::PLATFORM).unwrap();
        let no = base::OrderNo::of(base::Stamp { at_us: 1, seq: 1 }, Slot::PLATFORM);
        let out_trade_no = Text::new(&format!("N{of}")).unwrap();
        Row::OrderNumber(Arc::new(OrderNumber { slot: Slot::PLATFORM, seller, out_trade_no, no }))
    }

    fn full() -> Numbers {
        Numbers { complete: true, ..Numbers::incomplete() }
    }

    #[test]
    fn what_was_taken_in_is_never_called_unknown_and_few_others_are_known() {
        let mut numbers = full();
        let count = FIRST_LAYER as u64 + 50_000;
        (0..count).for_each(|of| numbers.add(&number(of).key()));
        assert_eq!(numbers.layers.len(), 2, "it grows");
        assert!((0..count).all(|of| !numbers.never(&number(of).key())));
        let mixed_up = (count..count + 100_000).filter(|of| !numbers.never(&number(*of).key())).count();
        assert!(mixed_up < 2_000, "{mixed_up} of 100,000");
    }

    #[test]
    fn nothing_is_never_until_everything_is_in() {
        let rows = (0..25_000).map(number).map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark { sequence: 1, ..Mark::START }).unwrap();
        let mut reader = store.reader().unwrap();
        let unused = number(99_999).key();
        assert!(!Numbers::read(reader.as_mut(), 10_000, || false).unwrap().never(&unused));
        assert!(!Numbers::read(reader.as_mut(), usize::MAX, || true).unwrap().never(&unused));
        let whole = Numbers::read(reader.as_mut(), usize::MAX, || false).unwrap();
        assert!(whole.never(&unused));
        assert!(rows.keys().all(|key| !whole.never(key)));
    }

    #[test]
    fn sets_are_joined() {
        let mut earlier = full();
        earlier.add(&number(1).key());
        let mut later = Numbers::incomplete();
        later.add(&number(2).key());
        later.join(earlier);
        assert!(
            !later.never(&number(1).key()) && !later.never(&number(2).key()) && later.never(&number(3).key())
        );
    }

    #[test]
    fn a_set_without_room_says_never_to_nothing() {
        let mut numbers = full();
        numbers.layers = (0..LAYERS_MAX).map(|_| Layer { blocks: vec![[0; WORDS]; 1], room: 0 }).collect();
        assert!(numbers.never(&number(1).key()));
        numbers.add(&number(2).key());
        assert!(!numbers.never(&number(1).key()));
        numbers.join(full());
        assert!(!numbers.never(&number(1).key()), "what found no room is still unknown");
    }
}
