//! A batch that is not posted yet, for the rows that it made.

use crate::sealed::Changes;
use engine::{Key, Row};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Changes from which on a batch gets an index when it is first asked: below, looking through them is as fast.
const INDEX_MIN: usize = 64;

/// The rows of a batch, found by key.
#[derive(Debug)]
pub(crate) struct Recent {
    /// Its number in the journal.
    pub(crate) sequence: u64,
    /// Its last stamp's time: numbers up to it, and above that of the batch before, were issued in this batch.
    pub(crate) last_at_us: i64,
    changes: Changes,
    /// Places by key; made when it is first needed, which for most batches is never.
    index: HashMap<Key, usize, RandomState>,
}

impl Recent {
    pub(crate) fn new(sequence: u64, last_at_us: i64, changes: Changes) -> Recent {
        Recent { sequence, last_at_us, changes, index: HashMap::default() }
    }

    /// The row as this batch left it; absent when it did not touch it or deleted it.
    pub(crate) fn find(&mut self, key: &Key) -> Option<Row> {
        if self.changes.len() < INDEX_MIN {
            return self.changes.iter().find(|(one, _)| one == key).and_then(|(_, row)| row.clone());
        }
        if self.index.is_empty() {
            let places = self.changes.iter().enumerate();
            self.index.extend(places.map(|(place, (key, _))| (key.clone(), place)));
        }
        self.index.get(key).and_then(|place| self.changes[*place].1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot, Text};
    use people::Login;
    use std::sync::Arc;

    #[test]
    fn rows_are_found_with_and_without_an_index() {
        for count in [3, INDEX_MIN + 1] {
            let logins = (0..count).map(|number| {
                let (slot, party) = (Slot::PLATFORM, PartyId::issue(1, Slot::PLATFORM).unwrap());
                let row = Row::Login(Arc::new(Login {
                    slot,
                    login: Text::new(&number.to_string()).unwrap(),
                    party,
                }));
                (row.key(), (number != 1).then_some(row))
            });
            let changes: Changes = Arc::new(logins.collect());
            let mut recent = Recent::new(1, 1, changes.clone());
            for (key, row) in changes.iter() {
                assert_eq!(recent.find(key), *row);
            }
            assert_eq!(recent.find(&Key::SlotHead((Slot::PLATFORM,))), None);
        }
    }
}
