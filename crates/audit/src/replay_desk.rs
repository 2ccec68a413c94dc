//! The rows and stamps that a command is decided on again.

use crate::batch::Changed;
use crate::images::key_bytes;
use crate::keyed::Keyed;
use crate::latest::row_hash;
use base::{BinarySource, SlotSet, Stamp};
use engine::{Change, Fault, InForce, Key, Row, Workspace};
use foldhash::fast::RandomState;
use risk::RuleSet;
use std::collections::HashMap;
use std::sync::Arc;
use trade::Rulebook;

/// Bytes of rows that lie together.
const CHUNK_BYTES: usize = 16 << 20;

/// A row that the batch at hand changed.
#[derive(Debug)]
pub(crate) struct Touched {
    /// Absent when it is gone.
    pub(crate) row: Option<Row>,
    /// The place of the command that changed it last.
    pub(crate) by: usize,
}

/// What a batch changed, by key.
pub(crate) type AllTouched = HashMap<Key, Touched, RandomState>;

/// The rows as the journal leaves them before a batch, and what the batch did to them so far. Rows of which there are
/// few are kept in their type, all others as bytes: about 50 bytes each beside their own, and as much again for images
/// that were replaced.
pub(crate) struct ReplayDesk {
    home: SlotSet,
    few: HashMap<Key, Row, RandomState>,
    many: Many,
    touched: AllTouched,
    rules: InForce,
    /// The command being decided, and its next stamp.
    command: usize,
    next: Stamp,
}

impl ReplayDesk {
    pub(crate) fn new(keyed: Keyed, home: SlotSet) -> ReplayDesk {
        ReplayDesk {
            home,
            few: HashMap::default(),
            many: Many::new(keyed),
            touched: HashMap::default(),
            rules: InForce::default(),
            command: 0,
            next: Stamp { at_us: 0, seq: 0 },
        }
    }

    /// A command of the batch begins, with the stamp that it had.
    pub(crate) fn begin(&mut self, command: usize, stamp: Stamp) {
        self.command = command;
        self.next = stamp;
    }

    /// What the batch came to; the desk forgets it.
    pub(crate) fn take_touched(&mut self) -> AllTouched {
        std::mem::take(&mut self.touched)
    }

    /// The journal's image of a row.
    pub(crate) fn take_over(&mut self, key: Key, row: Option<Row>, changed: &Changed<'_>) {
        if key.table().write_only() {
            return;
        }
        if !key.table().keep() {
            // A row that was read in its type has the columns of its table.
            if let Ok(key) = changed.key() {
                self.many.put(key, changed);
            }
            return;
        }
        if let Key::Rulebook((_, effective_at_us)) = key {
            self.rules.forget(effective_at_us);
        }
        if let Some(row) = &row {
            self.rules.learn(row);
        }
        match row {
            Some(row) => self.few.insert(key, row),
            None => self.few.remove(&key),
        };
    }

    /// Whether a row is among the journal's images.
    pub(crate) fn is_there(&self, key: &Key) -> bool {
        if key.table().keep() { self.few.contains_key(key) } else { self.many.place(key).is_some() }
    }

    fn put(&mut self, key: Key, row: Option<Row>) {
        if let Some(row) = &row {
            self.rules.learn(row);
        }
        let by = self.command;
        self.touched.insert(key, Touched { row, by });
    }
}

impl Workspace for ReplayDesk {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        if let Some(touched) = self.touched.get(key) {
            return Ok(touched.row.clone());
        }
        if key.table().keep() {
            return Ok(self.few.get(key).cloned());
        }
        if key.table().write_only() {
            return Err(Fault(format!(
                "a row of {} is read, which decisions only write",
                key.table().name()
            )));
        }
        self.many.get(key)
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { row, .. } => self.put(row.key(), Some(row)),
                Change::Delete { key } => self.put(key, None),
            }
        }
    }

    /// The stamps of a chain follow its first without a gap.
    fn stamp(&mut self) -> Stamp {
        let stamp = self.next;
        self.next = Stamp { at_us: stamp.at_us.saturating_add(1), seq: stamp.seq.saturating_add(1) };
        stamp
    }

    fn rules(&self, at_us: i64) -> Arc<Rulebook> {
        self.rules.rules(at_us)
    }

    fn risk(&self, at_us: i64) -> Option<Arc<RuleSet>> {
        self.rules.risk(at_us)
    }

    fn screen_list(&self, at_us: i64) -> Option<Arc<risk::ScreenList>> {
        self.rules.screen_list(at_us)
    }

    fn home(&self) -> SlotSet {
        self.home
    }
}

/// Where the bytes of a row lie.
#[derive(Clone, Copy, Debug)]
struct Place {
    chunk: u32,
    start: u32,
    bytes: u32,
}

/// Rows as bytes.
struct Many {
    keyed: Keyed,
    places: HashMap<u128, Place, RandomState>,
    chunks: Vec<Vec<u8>>,
    /// Bytes of rows that are still there, and of all that were written.
    live_bytes: usize,
    written_bytes: usize,
}

impl Many {
    fn new(keyed: Keyed) -> Many {
        Many { keyed, places: HashMap::default(), chunks: Vec::new(), live_bytes: 0, written_bytes: 0 }
    }

    fn get(&self, key: &Key) -> Result<Option<Row>, Fault> {
        let Some(place) = self.place(key) else { return Ok(None) };
        let read = key.table().read(&mut BinarySource::new(self.bytes(place)));
        read.map(Some).map_err(|error| Fault(error.to_string()))
    }

    fn place(&self, key: &Key) -> Option<Place> {
        self.places.get(&row_hash(&self.keyed, key.table(), &key_bytes(key))).copied()
    }

    fn bytes(&self, place: Place) -> &[u8] {
        &self.chunks[place.chunk as usize][place.start as usize..][..place.bytes as usize]
    }

    fn put(&mut self, key: &[u8], changed: &Changed<'_>) {
        let id = row_hash(&self.keyed, changed.table, key);
        let before = if changed.deleted {
            self.places.remove(&id)
        } else {
            let place = append(&mut self.chunks, changed.columns);
            self.live_bytes += changed.columns.len();
            self.written_bytes += changed.columns.len();
            self.places.insert(id, place)
        };
        self.live_bytes -= before.map_or(0, |place| place.bytes as usize);
        if self.written_bytes > 2 * self.live_bytes + 2 * CHUNK_BYTES {
            self.clear();
        }
    }

    /// Leaves out what was replaced or deleted.
    fn clear(&mut self) {
        let old = std::mem::take(&mut self.chunks);
        for place in self.places.values_mut() {
            let bytes = &old[place.chunk as usize][place.start as usize..][..place.bytes as usize];
            *place = append(&mut self.chunks, bytes);
        }
        self.written_bytes = self.live_bytes;
    }
}

fn append(chunks: &mut Vec<Vec<u8>>, bytes: &[u8]) -> Place {
    let full = chunks.last().is_none_or(|chunk| chunk.len() + bytes.len() > CHUNK_BYTES);
    if full {
        chunks.push(Vec::with_capacity(CHUNK_BYTES.max(bytes.len())));
    }
    let small = |number: usize| u32::try_from(number).expect("a row is far smaller than 4 GiB");
    let chunk = chunks.len() - 1;
    let place = Place { chunk: small(chunk), start: small(chunks[chunk].len()), bytes: small(bytes.len()) };
    chunks[chunk].extend_from_slice(bytes);
    place
}
