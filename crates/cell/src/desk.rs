//! The state machine of a cell: cache, stamps, rules. It decides batches in memory and does no I/O but reading rows
//! that are not cached. Threads drive it here, the simulator drives the same code.

use crate::numbers::Numbers;
use crate::recent::Recent;
use crate::sealed::Changes;
use base::{PartyId, Plant, SlotSet, Stamp, Stamper, planted};
use engine::{Change, Command, Fault, InForce, Key, Ran, Row, Table, Workspace, run};
use foldhash::fast::RandomState;
use ledger::{AccountId, AccountKind};
use money::Currency;
use risk::RuleSet;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use store::Reader;
use trade::Rulebook;

/// Posted rows kept in memory at most, beside those that are not posted yet. Sketch: two of each active party, 220
/// bytes each: two million active parties in 900 MB. Beyond it all are dropped and come back as they are needed.
const KEPT_ROWS_MAX: usize = 4_000_000;
/// Commands from which on a batch reads on one state of the store: opening one costs about three reads.
const HOLD_MIN: usize = 8;

/// Commands whose first rows are looked at together before they are decided: enough to wait for many at once, few
/// enough that all are still at hand.
const AHEAD: usize = 16;

/// A row in memory.
struct Entry {
    /// Absent when it was deleted and the store may still hold it.
    row: Option<Row>,
    /// The batch that changed it last; zero when it is as the store has it.
    batch: u64,
}

/// A row that the batch being decided has changed.
#[derive(Clone, Copy)]
struct Changed {
    /// Its place among the changes.
    place: usize,
    /// Whether this batch made it, so that nothing of it is stored anywhere yet.
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
    pub changes: Changes,
    /// The last stamp given.
    pub last_stamp: Stamp,
}

/// The single writer's memory. A row is looked for among the changes of the batch being decided, then in the cache,
/// then, by the time its number was issued, in the batch that made it, then in the store.
///
/// Why rows stay with the batch that made them: most are never looked at again, and putting millions of them into one
/// table and taking them out again cost half of the writer's time, in lines that the processor did not have at hand.
pub struct Desk {
    cache: HashMap<Key, Entry, RandomState>,
    reader: Box<dyn Reader>,
    stamper: Stamper,
    /// The stamp's time up to which the store has everything.
    posted_at_us: i64,
    wall_us: i64,
    rules: InForce,
    /// The slots this cell decides.
    home: SlotSet,
    /// The batch being decided or, between two, the next one; the time of the last stamp before it; what it changed so
    /// far.
    batch: u64,
    began_at_us: i64,
    changes: Vec<Option<(Key, Option<Row>)>>,
    changed: HashMap<Key, Changed, RandomState>,
    /// Batches that are not posted yet, oldest first.
    recent: VecDeque<Recent>,
    /// Rows in the cache that are named by numbers of ours: a later batch changed them than the one that made them.
    overtaken: usize,
    /// Rows in memory that are as the store has them.
    kept: usize,
    /// The merchants' order numbers that were used.
    numbers: Numbers,
    /// Whether the batch being decided is large enough to read on one state of the store, and whether it does.
    holds: bool,
    held: bool,
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
        rules: InForce,
        tail: impl IntoIterator<Item = (u64, Key, Option<Row>)>,
    ) -> Desk {
        let mut desk = Desk {
            cache: HashMap::default(),
            reader,
            stamper: Stamper::after(last_stamp),
            posted_at_us: posted.at_us,
            wall_us: 0,
            rules,
            home,
            batch: last_sequence + 1,
            began_at_us: last_stamp.at_us,
            changes: Vec::new(),
            changed: HashMap::default(),
            recent: VecDeque::new(),
            overtaken: 0,
            kept: 0,
            numbers: Numbers::incomplete(),
            holds: false,
            held: false,
            loads: 0,
        };
        for (batch, key, row) in tail {
            desk.remember(&key, row.as_ref());
            if !key.table().write_only() {
                desk.cache_change(&key, row, batch);
            }
        }
        desk
    }

    /// Takes over the rows that the store has of tables which are always in memory. To be called before the first
    /// decision.
    pub fn move_in(&mut self, residents: impl IntoIterator<Item = Row>) {
        for row in residents {
            // What is journalled and not posted yet is newer.
            let entry = Entry { row: Some(row.clone()), batch: 0 };
            self.cache.entry(row.key()).or_insert(entry);
        }
    }

    /// Takes over the order numbers that the store had, or will have had, when this desk began.
    pub fn know_numbers(&mut self, stored: Numbers) {
        self.numbers.join(stored);
    }

    /// Decides commands in order; each sees all those before it. A fault leaves memory ahead of the journal: the desk
    /// must be thrown away.
    pub fn decide(&mut self, commands: &[Command], wall_us: i64) -> Result<Batch, Fault> {
        self.wall_us = wall_us;
        self.holds = commands.len() >= HOLD_MIN;
        let mut outcomes = Vec::with_capacity(commands.len());
        for commands in commands.chunks(AHEAD) {
            commands.iter().for_each(|command| self.touch(command));
            for command in commands {
                outcomes.push(run(self, command)?);
            }
        }
        if std::mem::take(&mut self.held) {
            self.reader.let_go().map_err(|error| Fault(error.to_string()))?;
        }
        let changes = self.end_batch();
        let journalled = commands.iter().any(|command| !command.is_query());
        assert!(journalled || changes.is_empty(), "queries change nothing");
        let (sequence, last_stamp) = (journalled.then_some(self.batch), self.stamper.last());
        if let Some(sequence) = sequence {
            self.recent.push_back(Recent::new(sequence, last_stamp.at_us, changes.clone()));
        }
        self.batch += u64::from(journalled);
        self.began_at_us = last_stamp.at_us;
        Ok(Batch { sequence, outcomes, changes, last_stamp })
    }

    /// Looks at the rows in memory that a command will ask for first, one command after the other: most lie in memory
    /// that no cache of the processor holds, and while nothing depends on them it waits for several at once.
    fn touch(&self, command: &Command) {
        let (party, buyer) = match command {
            Command::IssuePayCode(command) => (command.party, None),
            Command::TopUp(command) => (command.party, None),
            Command::OpenOrder(command) => {
                let code = command.pay_by.as_ref().map(|by| Key::PayCode((by.slot, by.digest)));
                (command.seller, code.and_then(|code| self.owner(&code)))
            }
            Command::ConfirmPay(command) => (command.buyer, None),
            _ => return,
        };
        for party in [Some(party), buyer].into_iter().flatten() {
            let account = AccountId::of(party, AccountKind::Balance, Currency::Cny);
            let keys = [Key::Party((party.slot(), party)), Key::Account((party.slot(), account))];
            let rows = keys.map(|key| self.cache.get(&key).and_then(|entry| entry.row.as_ref()));
            let seen = rows.map(|row| match row {
                Some(Row::Party(party)) => party.login.as_str().bytes().next().map_or(0, i64::from),
                Some(Row::Account(account)) => account.balance_minor,
                _ => 0,
            });
            std::hint::black_box(seen);
        }
    }

    /// Whose pay code it is.
    fn owner(&self, code: &Key) -> Option<PartyId> {
        match self.cache.get(code)?.row.as_ref()? {
            Row::PayCode(code) => Some(code.party),
            _ => None,
        }
    }

    /// Gives what the batch changed. Rows that were there before it go on in the cache; its own stay with it.
    fn end_batch(&mut self) -> Changes {
        self.changed.clear();
        let mut changes: Vec<_> = std::mem::take(&mut self.changes).into_iter().flatten().collect();
        for (key, row) in &changes {
            if !key.table().write_only() && !self.is_of_this_batch(key) {
                self.cache_change(key, row.clone(), self.batch);
            }
        }
        if planted(Plant::BatchDropsDeletes) {
            changes.retain(|(_, row)| row.is_some());
        }
        Arc::new(changes)
    }

    fn cache_change(&mut self, key: &Key, row: Option<Row>, batch: u64) {
        match self.cache.insert(key.clone(), Entry { row, batch }) {
            Some(before) => self.kept = self.kept.saturating_sub(usize::from(before.batch == 0)),
            None => self.overtaken += usize::from(self.born_at_us(key).is_some()),
        }
    }

    /// When the number in a key was issued. Numbers of another cell say nothing, because its clock is not ours.
    fn born_at_us(&self, key: &Key) -> Option<i64> {
        let ours = |slot| self.home.contains(slot) || planted(Plant::OtherClocksTrusted);
        key.born().filter(|(slot, _)| ours(*slot)).map(|(_, at_us)| at_us)
    }

    /// Whether no row of this key can have been there before this batch.
    fn is_of_this_batch(&self, key: &Key) -> bool {
        self.born_at_us(key).is_some_and(|at_us| at_us > self.began_at_us)
    }

    /// Hears that the store holds everything up to a batch and its last stamp; the keys that changed are given: these
    /// rows need not stay.
    pub fn posted<'a>(&mut self, sequence: u64, stamp: Stamp, keys: impl IntoIterator<Item = &'a Key>) {
        if !planted(Plant::PostedMomentNotMoved) {
            self.posted_at_us = self.posted_at_us.max(stamp.at_us);
        }
        while self.recent.front().is_some_and(|batch| batch.sequence <= sequence) {
            self.recent.pop_front();
        }
        for key in keys {
            let born = self.born_at_us(key).is_some();
            if born && self.overtaken == 0 {
                continue;
            }
            let Some(entry) = self.cache.get_mut(key) else { continue };
            let newer = entry.batch > sequence && !planted(Plant::RowForgottenEarly);
            if newer || entry.batch == 0 {
                continue;
            }
            if entry.row.is_none() || !(key.table().keep() || key.table().resident()) {
                self.cache.remove(key);
                self.overtaken -= usize::from(born);
            } else {
                entry.batch = 0;
                self.kept += 1;
            }
        }
        if self.kept > KEPT_ROWS_MAX {
            self.cache.retain(|key, entry| entry.batch > 0 || key.table().resident());
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

    /// What is known beside the rows themselves.
    fn remember(&mut self, key: &Key, row: Option<&Row>) {
        match row {
            Some(Row::OrderNumber(_)) => self.numbers.add(key),
            Some(row) => self.rules.learn(row),
            None => {}
        }
    }

    fn put(&mut self, key: Key, row: Option<Row>, fresh: bool) {
        self.remember(&key, row.as_ref());
        if key.table().write_only() {
            assert!(fresh, "a row that is only ever written is written once");
            self.changes.push(Some((key, row)));
            return;
        }
        if let Some(Changed { place, fresh }) = self.changed.get(&key).copied() {
            if row.is_none() && fresh {
                // Made and gone within one batch: nobody ever hears of it.
                self.changes[place] = None;
                self.changed.remove(&key);
            } else if let Some(change) = &mut self.changes[place] {
                change.1 = row;
            }
            return;
        }
        // What an earlier batch touched may be stored, whatever this decision believes.
        let fresh = self.is_of_this_batch(&key)
            || ((fresh || key.table().resident()) && !self.cache.contains_key(&key));
        self.changed.insert(key.clone(), Changed { place: self.changes.len(), fresh });
        self.changes.push(Some((key, row)));
    }
}

impl Workspace for Desk {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        if let Some(Changed { place, .. }) = self.changed.get(key) {
            return Ok(self.changes[*place].as_ref().and_then(|(_, row)| row.clone()));
        }
        let born_at_us = self.born_at_us(key);
        if born_at_us.is_some_and(|at_us| at_us > self.began_at_us) {
            return Ok(None);
        }
        if let Some(entry) = self.cache.get(key) {
            return Ok(entry.row.clone());
        }
        if let Some(at_us) = born_at_us.filter(|at_us| *at_us > self.posted_at_us) {
            // Newer than anything in the store: the batch of that time made it, or it was never written.
            let made_in = self.recent.partition_point(|batch| batch.last_at_us < at_us);
            return Ok(self.recent.get_mut(made_in).and_then(|batch| batch.find(key)));
        }
        let table = key.table();
        if table.resident() || (table == Table::OrderNumber && self.numbers.never(key)) {
            return Ok(None);
        }
        if table.write_only() {
            return Err(Fault(format!("{} is not for decisions to read", table.name())));
        }
        let fault = |error: store::StoreError| Fault(error.to_string());
        if self.holds && !self.held {
            // Rows leave memory only between batches, once they are posted: a state taken now has all of them.
            self.reader.hold().map_err(fault)?;
            self.held = true;
        }
        self.loads += 1;
        let row = self.reader.row(key).map_err(fault)?;
        if row.is_some() && key.table().keep() {
            let entry = Entry { row: row.clone(), batch: 0 };
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
        self.rules.rules(at_us)
    }

    fn risk(&self, at_us: i64) -> Option<Arc<RuleSet>> {
        self.rules.risk(at_us)
    }

    fn screen_list(&self, at_us: i64) -> Option<Arc<risk::ScreenList>> {
        self.rules.screen_list(at_us)
    }
}
