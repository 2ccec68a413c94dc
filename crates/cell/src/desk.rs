//! The state machine of a cell: cache, stamps, rules. It decides batches in memory and does no I/O but reading rows
//! that are not cached. Threads drive it here, the simulator drives the same code.

use base::{SlotSet, Stamp, Stamper};
use engine::{Change, Command, Fault, Key, Ran, Row, Workspace, run};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;
use store::Reader;
use trade::Rulebook;

/// Posted rows kept in memory at most, beside those that are not posted yet. Sketch: two of each active party, 220
/// bytes each: two million active parties in 900 MB. Beyond it all are dropped and come back as they are needed.
const KEPT_ROWS_MAX: usize = 4_000_000;
/// Commands from which on a batch reads on one state of the store: opening one costs about three reads.
const HOLD_MIN: usize = 8;

/// A row in memory.
struct Entry {
    /// Absent when it was deleted and the store may still hold it.
    row: Option<Row>,
    /// The batch that changed it last; zero when it is as the store has it.
    batch: u64,
    /// Its place among that batch's changes.
    place: usize,
    /// Whether that batch made it, so that nothing of it is stored anywhere yet.
    fresh: bool,
}

/// What a batch came to. Nothing of it may leave the cell before it is durable.
#[derive(Debug)]
pub struct Batch {
    /// Its number in the journal; absent when it holds queries only and is not journalled.
    pub sequence: Option<u64>,
    /// What each command came to, in order.
    pub outcomes: Vec<Ran>,
    /// The last image of each row that changed; absent when it is gone.
    pub changes: Vec<(Key, Option<Row>)>,
    /// The last stamp given.
    pub last_stamp: Stamp,
}

/// The single writer's memory.
pub struct Desk {
    cache: HashMap<Key, Entry, RandomState>,
    reader: Box<dyn Reader>,
    stamper: Stamper,
    /// The stamp's time up to which the store has everything.
    posted_at_us: i64,
    wall_us: i64,
    rules: Vec<Arc<Rulebook>>,
    /// The slots this cell decides.
    home: SlotSet,
    /// The batch being decided.
    batch: u64,
    changes: Vec<Option<(Key, Option<Row>)>>,
    /// Rows in memory that are as the store has them.
    kept: usize,
    loads: u64,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk(batch {}, {} rows cached)", self.batch, self.cache.len())
    }
}

impl Desk {
    /// Starts after the last durable batch; the store has everything up to `posted`. `tail` holds the rows that
    /// are journalled but not posted yet, oldest first. `home` are the slots that this cell decides.
    pub fn new(
        home: SlotSet,
        reader: Box<dyn Reader>,
        posted: Stamp,
        last_stamp: Stamp,
        last_sequence: u64,
        rules: Vec<Arc<Rulebook>>,
        tail: impl IntoIterator<Item = (u64, Key, Option<Row>)>,
    ) -> Desk {
        let mut desk = Desk {
            cache: HashMap::default(),
            reader,
            stamper: Stamper::after(last_stamp),
            posted_at_us: posted.at_us,
            wall_us: 0,
            rules: Vec::new(),
            home,
            batch: last_sequence + 1,
            changes: Vec::new(),
            kept: 0,
            loads: 0,
        };
        rules.into_iter().for_each(|rules| desk.learn(rules));
        for (batch, key, row) in tail {
            if let Some(Row::Rulebook(rules)) = &row {
                desk.learn(rules.clone());
            }
            desk.cache.insert(key, Entry { row, batch, place: 0, fresh: false });
        }
        desk
    }

    /// Decides commands in order; each sees all those before it. A fault leaves memory ahead of the journal: the desk
    /// must be thrown away.
    pub fn decide(&mut self, commands: &[Command], wall_us: i64) -> Result<Batch, Fault> {
        self.wall_us = wall_us;
        let holds = commands.len() >= HOLD_MIN;
        let fault = |error: store::StoreError| Fault(error.to_string());
        if holds {
            // Rows leave memory only between batches, once they are posted: a state taken now has all of them.
            self.reader.hold().map_err(fault)?;
        }
        let mut outcomes = Vec::with_capacity(commands.len());
        for command in commands {
            outcomes.push(run(self, command)?);
        }
        if holds {
            self.reader.let_go().map_err(fault)?;
        }
        let changes: Vec<_> = self.changes.drain(..).flatten().collect();
        let journalled = commands.iter().any(|command| !command.is_query());
        assert!(journalled || changes.is_empty(), "queries change nothing");
        let sequence = journalled.then_some(self.batch);
        self.batch += u64::from(journalled);
        Ok(Batch { sequence, outcomes, changes, last_stamp: self.stamper.last() })
    }

    /// Hears that the store holds everything up to a batch and its last stamp; the keys that changed are given: these
    /// rows need not stay.
    pub fn posted<'a>(&mut self, sequence: u64, stamp: Stamp, keys: impl IntoIterator<Item = &'a Key>) {
        self.posted_at_us = self.posted_at_us.max(stamp.at_us);
        for key in keys {
            let Some(entry) = self.cache.get_mut(key) else { continue };
            if entry.batch > sequence || entry.batch == 0 {
                continue;
            }
            if entry.row.is_none() || !key.table().keep() {
                self.cache.remove(key);
            } else {
                entry.batch = 0;
                self.kept += 1;
            }
        }
        if self.kept > KEPT_ROWS_MAX {
            self.cache.retain(|_, entry| entry.batch > 0);
            self.kept = 0;
        }
    }

    /// The slots this cell decides.
    pub fn home(&self) -> SlotSet {
        self.home
    }

    /// Rows that decisions had to wait for because they were not in memory.
    pub fn loads(&self) -> u64 {
        self.loads
    }

    fn learn(&mut self, rules: Arc<Rulebook>) {
        self.rules.retain(|known| known.effective_at_us != rules.effective_at_us);
        self.rules.push(rules);
        self.rules.sort_by_key(|rules| rules.effective_at_us);
    }

    fn put(&mut self, key: Key, row: Option<Row>, fresh: bool) {
        if let Some(Row::Rulebook(rules)) = &row {
            self.learn(rules.clone());
        }
        let (batch, changes) = (self.batch, &mut self.changes);
        match self.cache.get_mut(&key) {
            Some(entry) if entry.batch == batch => {
                if row.is_none() && entry.fresh {
                    // Made and gone within one batch: nobody ever hears of it.
                    changes[entry.place] = None;
                    self.cache.remove(&key);
                    return;
                }
                if let Some(change) = &mut changes[entry.place] {
                    change.1 = row.clone();
                }
                entry.row = row;
            }
            Some(entry) => {
                self.kept -= usize::from(entry.batch == 0);
                // What an earlier batch touched may be stored, whatever this decision believes.
                *entry = Entry { row: row.clone(), batch, place: changes.len(), fresh: false };
                changes.push(Some((key, row)));
            }
            None => {
                let entry = Entry { row: row.clone(), batch, place: changes.len(), fresh };
                self.cache.insert(key.clone(), entry);
                changes.push(Some((key, row)));
            }
        }
    }
}

impl Workspace for Desk {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        if let Some(entry) = self.cache.get(key) {
            return Ok(entry.row.clone());
        }
        // Named by a number newer than anything in the store, and not in memory: it was never written. Numbers of
        // another cell say nothing, because its clock is not ours.
        let born = key.born().filter(|(slot, _)| self.home.contains(*slot));
        if born.is_some_and(|(_, born_at_us)| born_at_us > self.posted_at_us) {
            return Ok(None);
        }
        self.loads += 1;
        let row = self.reader.row(key).map_err(|error| Fault(error.to_string()))?;
        if row.is_some() && key.table().keep() {
            let entry = Entry { row: row.clone(), batch: 0, place: 0, fresh: false };
            self.cache.insert(key.clone(), entry);
            self.kept += 1;
        }
        Ok(row)
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { row, fresh } => self.put(row.key(), Some(row), fresh),
                Change::Delete { key } => self.put(key, None, false),
            }
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.stamper.stamp(self.wall_us)
    }

    fn home(&self) -> SlotSet {
        self.home
    }

    fn rules(&self, at_us: i64) -> Arc<Rulebook> {
        let holds = self.rules.iter().rev().find(|rules| rules.effective_at_us <= at_us);
        holds.cloned().unwrap_or_else(|| Arc::new(Rulebook::first()))
    }
}
