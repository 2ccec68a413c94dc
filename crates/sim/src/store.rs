//! The posted tables in memory, as a node's machine keeps them: they outlive the node, and a power loss may take the
//! last posts away, never one in the middle (what SQLite with `synchronous=NORMAL` promises).
//!
//! Each post remembers the rows it replaced, so that going back costs no copy of the tables until it happens.

use crate::counters::Counters;
use crate::dice::Dice;
use crate::faults::{Fault, Swarm};
use base::{AgreementNo, AppId, BankOrderNo, NoticeNo, OrderNo, PartyId, Slot, TransferNo};
use engine::{Key, Row, Table};
use fund::{BankOrder, Card};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Mark, MemoryStore, Reader, Store, StoreError};
use trade::{Frozen, Mandate, Notice, Order, RefundWish, Timer, Trade};
use transfer::{Received, Transfer};

/// Posts that a power loss can take away at most. Older ones are taken to be checkpointed.
pub const LOST_POSTS_MOST: usize = 64;
/// Posts that a store refuses in a row at most.
const REFUSED_MOST: i64 = 20;

/// Tables in memory with faults. Clones share their rows, so that a clone kept aside is what a restart finds.
#[derive(Clone, Debug)]
pub struct SimStore {
    shared: Arc<Mutex<Content>>,
}

#[derive(Debug)]
struct Content {
    tables: MemoryStore,
    /// How to take the last posts back, oldest first.
    undo: VecDeque<Undo>,
    /// Posts that are still refused.
    refused_left: i64,
    copies: u64,
    dice: Dice,
    swarm: Swarm,
    counters: Counters,
}

/// What one post replaced.
#[derive(Clone, Debug)]
struct Undo {
    before: Vec<(Key, Option<Row>)>,
    mark: Mark,
}

impl SimStore {
    /// Empty tables without faults.
    pub fn new(dice: &Dice) -> SimStore {
        SimStore::holding(MemoryStore::new(), dice.fork("store"))
    }

    fn holding(tables: MemoryStore, dice: Dice) -> SimStore {
        let content = Content {
            tables,
            undo: VecDeque::new(),
            refused_left: 0,
            copies: 0,
            dice,
            swarm: Swarm::calm(),
            counters: Counters::new(),
        };
        SimStore { shared: Arc::new(Mutex::new(content)) }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these faults strike; refusals under way end.
    pub fn set_swarm(&self, swarm: &Swarm) {
        let mut content = self.content();
        content.swarm = swarm.clone();
        content.refused_left = 0;
    }

    /// What happened since the last time it was asked.
    pub fn take_counters(&self) -> Counters {
        self.content().counters.take()
    }

    /// What was posted up to now stays, whatever happens.
    pub fn checkpoint(&self) {
        self.content().undo.clear();
    }

    /// The power goes: if the dice say so, some of the last posts are lost. How many.
    pub fn lose_power(&self) -> usize {
        let mut content = self.content();
        let Content { dice, swarm, counters, undo, .. } = &mut *content;
        if undo.is_empty() || !swarm.strikes(Fault::StoreLosesTail, dice, counters) {
            content.undo.clear();
            return 0;
        }
        let posts = 1 + dice.index(undo.len());
        content.go_back(posts);
        posts
    }

    /// Takes back so many of the last posts, as far as they were not checkpointed.
    pub fn lose_posts(&self, posts: usize) {
        self.content().go_back(posts);
    }

    /// A copy of the tables as they are, of its own, without faults.
    pub fn copy(&self) -> SimStore {
        let mut content = self.content();
        content.copies += 1;
        let dice = content.dice.fork_numbered("copy", content.copies);
        SimStore::holding(content.rebuilt(&BTreeMap::new(), content.mark()), dice)
    }

    /// A reader that never fails, for checks of the world itself. It is taken anew after a power loss.
    pub fn quiet_reader(&self) -> Box<dyn Reader> {
        Box::new(self.content().tables.clone())
    }
}

impl Content {
    fn mark(&self) -> Mark {
        Reader::mark(&mut self.tables.clone()).expect("memory is always there")
    }

    fn fails_by(&mut self, fault: Fault) -> Result<(), StoreError> {
        if self.swarm.strikes(fault, &mut self.dice, &mut self.counters) {
            Err(failed(fault))
        } else {
            Ok(())
        }
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        if self.refused_left == 0
            && self.swarm.strikes(Fault::StoreRefuses, &mut self.dice, &mut self.counters)
        {
            self.refused_left = self.dice.range(1, REFUSED_MOST);
            // A commit may be done although its answer was an error.
            if self.dice.chance(300) {
                self.counters.hit("store.posted-but-refused");
                self.keep(changes, mark)?;
            }
        }
        if self.refused_left > 0 {
            self.refused_left -= 1;
            return Err(failed(Fault::StoreRefuses));
        }
        self.keep(changes, mark)
    }

    fn keep(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        let mut reader = self.tables.clone();
        let before = changes.keys().map(|key| Ok((key.clone(), reader.row(key)?)));
        let undo = Undo { before: before.collect::<Result<_, StoreError>>()?, mark: self.mark() };
        self.tables.post(changes, mark)?;
        self.undo.push_back(undo);
        if self.undo.len() > LOST_POSTS_MOST {
            self.undo.pop_front();
        }
        Ok(())
    }

    fn go_back(&mut self, posts: usize) {
        let kept = self.undo.len().saturating_sub(posts);
        let taken = self.undo.split_off(kept);
        let Some(oldest) = taken.front() else { return };
        let mut images: BTreeMap<&Key, &Option<Row>> = BTreeMap::new();
        // The oldest post knows what was there before all of them.
        for (key, row) in taken.iter().rev().flat_map(|undo| &undo.before) {
            images.insert(key, row);
        }
        let images = images.into_iter().map(|(key, row)| (key.clone(), row.clone())).collect();
        self.tables = self.rebuilt(&images, oldest.mark);
        self.undo.clear();
    }

    /// Tables of their own with the same rows but these images, at this mark.
    fn rebuilt(&self, images: &BTreeMap<Key, Option<Row>>, mark: Mark) -> MemoryStore {
        let mut reader = self.tables.clone();
        let mut rows: BTreeMap<Key, Option<Row>> = BTreeMap::new();
        for table in Table::ALL {
            let scanned = reader.scan(*table, None, None, usize::MAX).expect("memory is always there");
            rows.extend(scanned.into_iter().map(|row| (row.key(), Some(row))));
        }
        rows.extend(images.iter().map(|(key, row)| (key.clone(), row.clone())));
        rows.retain(|_, row| row.is_some());
        let mut tables = MemoryStore::new();
        tables.post(&rows, mark).expect("rows that were posted once are posted again");
        tables
    }
}

fn failed(fault: Fault) -> StoreError {
    StoreError::File { path: "tables".into(), source: std::io::Error::other(fault.name()) }
}

impl Store for SimStore {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        Reader::mark(self)
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        self.content().post(changes, mark)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl SimStore {
    /// One read: it fails, or goes to the tables as they are now.
    fn read<T>(&self, go: impl FnOnce(&mut MemoryStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut content = self.content();
        content.fails_by(Fault::StoreReadFails)?;
        go(&mut content.tables)
    }
}

impl Reader for SimStore {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, StoreError> {
        self.read(|tables| tables.row(key))
    }

    fn mark(&mut self) -> Result<Mark, StoreError> {
        self.read(Reader::mark)
    }

    fn scan(
        &mut self,
        table: Table,
        slot: Option<Slot>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(|tables| tables.scan(table, slot, after, limit))
    }

    fn due_timers(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Timer>>, StoreError> {
        self.read(|tables| tables.due_timers(until_us, limit))
    }

    fn due_notices(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.read(|tables| tables.due_notices(until_us, limit))
    }

    fn notices(
        &mut self,
        app: Option<AppId>,
        order: Option<OrderNo>,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.read(|tables| tables.notices(app, order, before, limit))
    }

    fn notices_of_slot(
        &mut self,
        slot: Slot,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.read(|tables| tables.notices_of_slot(slot, before, limit))
    }

    fn orders(
        &mut self,
        seller: Option<PartyId>,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Order>>, StoreError> {
        self.read(|tables| tables.orders(seller, before, limit))
    }

    fn trades(
        &mut self,
        buyer: PartyId,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Trade>>, StoreError> {
        self.read(|tables| tables.trades(buyer, before, limit))
    }

    fn frozen(&mut self, payer: PartyId, limit: usize) -> Result<Vec<Arc<Frozen>>, StoreError> {
        self.read(|tables| tables.frozen(payer, limit))
    }

    fn transfers(
        &mut self,
        payer: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Transfer>>, StoreError> {
        self.read(|tables| tables.transfers(payer, before, limit))
    }

    fn received(
        &mut self,
        payee: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Received>>, StoreError> {
        self.read(|tables| tables.received(payee, before, limit))
    }

    fn due_bank_orders(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        self.read(|tables| tables.due_bank_orders(until_us, limit))
    }

    fn bank_orders(
        &mut self,
        party: PartyId,
        before: Option<BankOrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        self.read(|tables| tables.bank_orders(party, before, limit))
    }

    fn mandates(
        &mut self,
        buyer: PartyId,
        before: Option<AgreementNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Mandate>>, StoreError> {
        self.read(|tables| tables.mandates(buyer, before, limit))
    }

    fn open_refund_wishes(
        &mut self,
        seller: PartyId,
        after: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<RefundWish>>, StoreError> {
        self.read(|tables| tables.open_refund_wishes(seller, after, limit))
    }

    fn cards(&mut self, party: PartyId, limit: usize) -> Result<Vec<Arc<Card>>, StoreError> {
        self.read(|tables| tables.cards(party, limit))
    }

    fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        self.read(|tables| tables.count(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Level;
    use base::{Stamp, TimerNo};
    use engine::Tabled;
    use std::collections::BTreeSet;
    use trade::TimerTask;

    fn mark(sequence: u64) -> Mark {
        let at_us = i64::try_from(sequence).unwrap();
        Mark { sequence, stamp: Stamp { at_us, seq: sequence }, hash: [sequence as u8; 32] }
    }

    /// A timer by its number, due when it is said.
    fn timer(no: i64, due_at_us: i64) -> Row {
        let slot = Slot::new(7).unwrap();
        let no = TimerNo::of(Stamp { at_us: no, seq: no as u64 }, slot);
        Row::Timer(Arc::new(Timer {
            slot,
            due_at_us,
            no,
            task: TimerTask::ForgetCode,
            order_no: None,
            code: None,
            party: None,
            attempt: None,
        }))
    }

    fn image(row: Row) -> BTreeMap<Key, Option<Row>> {
        BTreeMap::from([(row.key(), Some(row))])
    }

    /// Each post adds a timer and takes away the one before the last.
    fn post(store: &mut SimStore, sequence: u64) -> Result<(), StoreError> {
        let no = sequence as i64 * 10;
        let mut changes = image(timer(no, no));
        if sequence > 2 {
            changes.insert(timer(no - 20, no - 20).key(), None);
        }
        store.post(&changes, mark(sequence))
    }

    fn state(store: &SimStore) -> (u64, Vec<i64>) {
        let mut reader = store.quiet_reader();
        let rows = reader.scan(Timer::TABLE_ID, None, None, 100).unwrap();
        let due = rows.iter().filter_map(Timer::unwrap).map(|timer| timer.due_at_us);
        (reader.mark().unwrap().sequence, due.collect())
    }

    fn only(fault: Fault) -> Swarm {
        Swarm::calm().with(fault, Level::Always)
    }

    #[test]
    fn a_power_loss_takes_the_last_posts_and_never_one_in_the_middle() {
        let mut found = BTreeSet::new();
        for seed in 0..200 {
            let mut store = SimStore::new(&Dice::new(seed));
            let mut states = vec![state(&store)];
            for sequence in 1..=5 {
                post(&mut store, sequence).unwrap();
                states.push(state(&store));
            }
            store.set_swarm(&only(Fault::StoreLosesTail));
            let lost = store.lose_power();
            assert_eq!(state(&store), states[5 - lost], "exactly as it was {lost} posts ago");
            assert_eq!(store.lose_power(), 0, "what is found at the start is durable");
            found.insert(lost);
            store.set_swarm(&Swarm::calm());
            for sequence in states[5 - lost].0 + 1..=5 {
                post(&mut store, sequence).unwrap();
            }
            assert_eq!(state(&store), states[5], "posted again");
        }
        assert_eq!(found, (1..=5).collect());
    }

    #[test]
    fn what_was_checkpointed_or_is_old_stays() {
        let mut store = SimStore::new(&Dice::new(1));
        (1..=3).for_each(|sequence| post(&mut store, sequence).unwrap());
        store.checkpoint();
        (4..=5).for_each(|sequence| post(&mut store, sequence).unwrap());
        store.lose_posts(100);
        assert_eq!(state(&store).0, 3);
        (4..=203).for_each(|sequence| post(&mut store, sequence).unwrap());
        store.lose_posts(1_000);
        assert_eq!(state(&store).0, 203 - LOST_POSTS_MOST as u64);
    }

    #[test]
    fn without_the_fault_a_power_loss_takes_nothing() {
        let mut store = SimStore::new(&Dice::new(1));
        post(&mut store, 1).unwrap();
        assert_eq!((store.lose_power(), state(&store).0), (0, 1));
    }

    #[test]
    fn posts_are_refused_for_a_while_and_may_be_done_all_the_same() {
        let mut done = 0;
        for seed in 0..50 {
            let mut store = SimStore::new(&Dice::new(seed));
            store.set_swarm(&only(Fault::StoreRefuses));
            assert!(post(&mut store, 1).is_err());
            done += state(&store).0;
            store.content().swarm = Swarm::calm();
            let refused = (0..100).take_while(|_| post(&mut store, 1).is_err()).count() as i64;
            assert!(refused < REFUSED_MOST);
            assert_eq!(state(&store), (1, vec![10]), "the same post again does no harm");
        }
        assert!((5..30).contains(&done), "{done} of 50");
    }

    #[test]
    fn reads_fail_by_plan_and_quiet_ones_never() {
        let mut store = SimStore::new(&Dice::new(1));
        post(&mut store, 1).unwrap();
        store.set_swarm(&only(Fault::StoreReadFails));
        let mut reader = store.reader().unwrap();
        assert!(reader.due_timers(100, 9).is_err() && reader.mark().is_err());
        assert_eq!(state(&store).0, 1);
        store.set_swarm(&Swarm::calm());
        assert_eq!(reader.due_timers(100, 9).unwrap().len(), 1);
        assert_eq!(store.take_counters().count("fault.store-read-fails"), 2);
    }

    #[test]
    fn a_clone_is_the_same_store_and_a_copy_is_not() {
        let mut store = SimStore::new(&Dice::new(1));
        post(&mut store, 1).unwrap();
        let (mut clone, copy) = (store.clone(), store.copy());
        post(&mut clone, 2).unwrap();
        assert_eq!((state(&store).0, state(&copy)), (2, (1, vec![10])));
    }
}
