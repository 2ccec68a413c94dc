//! Slots: the hundred drawers that everything owned by a party lies in.

use crate::{ColumnKind, Field, FieldError, Sink, Source};
use serde::{Deserialize, Serialize};

/// How many slots there are.
pub const SLOTS: u8 = 100;

/// The drawer of a party: the last two digits of its id, 00–99. Every table's key begins with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(u8);

/// A number that is no slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} is not a slot: slots are 0 to 99")]
pub struct SlotError(pub u64);

impl Slot {
    /// The platform's own slot, where reference data is written.
    pub const PLATFORM: Slot = Slot(0);

    /// The slot with this number, 0–99.
    pub fn new(number: u8) -> Result<Slot, SlotError> {
        if number < SLOTS { Ok(Slot(number)) } else { Err(SlotError(u64::from(number))) }
    }

    /// The slot of an id whose last two decimal digits name it.
    pub const fn of_id(id: u64) -> Slot {
        Slot((id % SLOTS as u64) as u8)
    }

    /// The slot that a value without an id, such as a login name, hashes to (FNV-1a, fixed for ever).
    pub fn of_text(text: &str) -> Slot {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Slot::of_id(hash)
    }

    /// The number, 0–99.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// All slots in order.
    pub fn all() -> impl Iterator<Item = Slot> {
        (0..SLOTS).map(Slot)
    }
}

/// Some of the slots, as those that one cell owns.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotSet(u128);

impl SlotSet {
    /// Every slot: one cell owns them all.
    pub const ALL: SlotSet = SlotSet((1 << SLOTS) - 1);
    /// No slot.
    pub const EMPTY: SlotSet = SlotSet(0);

    /// These slots.
    pub fn of(slots: impl IntoIterator<Item = Slot>) -> SlotSet {
        SlotSet(slots.into_iter().fold(0, |set, slot| set | 1 << slot.0))
    }

    /// Whether the slot is one of them.
    pub const fn contains(self, slot: Slot) -> bool {
        self.0 >> slot.0 & 1 == 1
    }

    /// Its slots in order.
    pub fn iter(self) -> impl Iterator<Item = Slot> {
        Slot::all().filter(move |slot| self.contains(*slot))
    }
}

impl std::fmt::Debug for SlotSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl Field for Slot {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(i64::from(self.0));
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let number = source.int()?;
        u8::try_from(number)
            .ok()
            .and_then(|n| Slot::new(n).ok())
            .ok_or_else(|| FieldError::new("Slot", number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_the_last_two_digits() {
        assert_eq!(Slot::of_id(2088_1000_0000_0142).number(), 42);
        assert_eq!(Slot::new(100), Err(SlotError(100)));
        assert_eq!(Slot::all().count(), 100);
    }

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let three = [0, 42, 99].map(|number| Slot::new(number).unwrap());
        let set = SlotSet::of(three);
        assert_eq!(set.iter().collect::<Vec<_>>(), three);
        assert!(!set.contains(Slot::new(41).unwrap()));
        assert_eq!(SlotSet::ALL.iter().count(), 100);
        assert_eq!(SlotSet::of(Slot::all()), SlotSet::ALL);
        assert_eq!(SlotSet::EMPTY.iter().count(), 0);
    }

    #[test]
    fn text_hashes_are_frozen() {
        // A change would lose every login that is already stored.
        assert_eq!(
            Slot::of_text("buyer1@demo.tongbao").number(),
            Slot::of_text("buyer1@demo.tongbao").number()
        );
        assert_eq!(Slot::of_text("").number(), (0xcbf2_9ce4_8422_2325_u64 % 100) as u8);
    }
}
