//! Tables in memory: the model that the others are compared with, and what simulations run on.

use crate::checks::check;
use crate::{Mark, Reader, Store, StoreError};
use base::{AgreementNo, AppId, BankOrderNo, NoticeNo, OrderNo, PartyId, Plant, Slot, TransferNo, planted};
use engine::{Key, Row, Table, Tabled};
use fund::{BankOrder, Card, CardState};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use trade::{Frozen, FrozenState, Mandate, Notice, Order, RefundWish, RefundWishState, Timer, Trade};
use transfer::{Received, Transfer};

/// Tables in memory. Clones share their rows, so that a clone kept aside is what a restart finds.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<RwLock<Tables>>,
}

#[derive(Debug)]
struct Tables {
    // Keys begin with the slot, so drawers in order are a table in key order.
    drawers: BTreeMap<(Table, Slot), BTreeMap<Key, Row>>,
    mark: Mark,
}

impl Default for Tables {
    fn default() -> Tables {
        Tables { drawers: BTreeMap::new(), mark: Mark::START }
    }
}

impl MemoryStore {
    /// Empty tables.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        // A post checks before it changes, so that even a panic leaves the tables whole.
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        Ok(self.tables().mark)
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        let mut tables = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        tables.mark.check_next(&mark)?;
        changes.values().flatten().try_for_each(check)?;

        // Nothing is refused below this line.
        let count = changes.len().saturating_sub(usize::from(planted(Plant::LastRowNotPosted)));
        for (key, row) in changes.iter().take(count) {
            let drawer = tables.drawers.entry((key.table(), key.slot())).or_default();
            match row {
                Some(row) => drawer.insert(key.clone(), row.clone()),
                None if planted(Plant::DeletesNotPosted) => None,
                None => drawer.remove(key),
            };
        }
        tables.mark = mark;
        Ok(())
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Tables {
    fn rows(&self, table: Table) -> impl Iterator<Item = &Row> {
        let drawers = self.drawers.iter().filter(move |((of, _), _)| *of == table);
        drawers.flat_map(|(_, drawer)| drawer.values())
    }

    /// The rows of a table that `wanted` picks, ordered by `rank`, the first `limit` of them.
    fn pick<R: Tabled, O: Ord>(
        &self,
        limit: usize,
        wanted: impl Fn(&R) -> bool,
        rank: impl Fn(&R) -> O,
    ) -> Vec<Arc<R>> {
        let rows = self.rows(R::TABLE_ID).filter_map(R::unwrap).filter(|row| wanted(row));
        let mut picked: Vec<Arc<R>> = rows.cloned().collect();
        picked.sort_by_key(|row| rank(row));
        picked.truncate(limit);
        picked
    }
}

impl Reader for MemoryStore {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, StoreError> {
        let tables = self.tables();
        Ok(tables.drawers.get(&(key.table(), key.slot())).and_then(|drawer| drawer.get(key)).cloned())
    }

    fn mark(&mut self) -> Result<Mark, StoreError> {
        Ok(self.tables().mark)
    }

    fn scan(
        &mut self,
        table: Table,
        slot: Option<Slot>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let tables = self.tables();
        let drawers = tables.drawers.iter().filter(|((of, _), _)| *of == table);
        let drawers = drawers.filter(|((_, at), _)| {
            slot.is_none_or(|slot| slot == *at) && after.is_none_or(|key| key.slot() <= *at)
        });
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = drawers.flat_map(|(_, drawer)| drawer.range((begin, Bound::Unbounded)));
        Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
    }

    fn due_timers(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Timer>>, StoreError> {
        let due = |timer: &Timer| timer.due_at_us <= until_us;
        Ok(self.tables().pick(limit, due, |timer| (timer.due_at_us, timer.slot, timer.no)))
    }

    fn due_notices(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Notice>>, StoreError> {
        let due = |notice: &Notice| notice.next_at_us.is_some_and(|at_us| at_us <= until_us);
        Ok(self.tables().pick(limit, due, |notice| (notice.next_at_us, notice.slot, notice.no)))
    }

    fn notices(
        &mut self,
        app: Option<AppId>,
        order: Option<OrderNo>,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        let wanted = |notice: &Notice| {
            app.is_none_or(|app| app == notice.app)
                && order.is_none_or(|order| order == notice.order_no)
                && before.is_none_or(|before| notice.no < before)
        };
        Ok(self.tables().pick(limit, wanted, |notice| std::cmp::Reverse(notice.no)))
    }

    fn notices_of_slot(
        &mut self,
        slot: Slot,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        let wanted = |notice: &Notice| notice.slot == slot && before.is_none_or(|before| notice.no < before);
        Ok(self.tables().pick(limit, wanted, |notice| std::cmp::Reverse(notice.no)))
    }

    fn orders(
        &mut self,
        seller: Option<PartyId>,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Order>>, StoreError> {
        let wanted = |order: &Order| {
            seller.is_none_or(|seller| seller == order.seller)
                && before.is_none_or(|before| order.no < before)
        };
        Ok(self.tables().pick(limit, wanted, |order| std::cmp::Reverse(order.no)))
    }

    fn trades(
        &mut self,
        buyer: PartyId,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Trade>>, StoreError> {
        let wanted = |trade: &Trade| trade.buyer == buyer && before.is_none_or(|before| trade.no < before);
        Ok(self.tables().pick(limit, wanted, |trade| std::cmp::Reverse(trade.no)))
    }

    fn frozen(&mut self, payer: PartyId, limit: usize) -> Result<Vec<Arc<Frozen>>, StoreError> {
        let wanted = |frozen: &Frozen| frozen.payer == payer && frozen.state != FrozenState::Over;
        Ok(self.tables().pick(limit, wanted, |frozen| std::cmp::Reverse(frozen.no)))
    }

    fn transfers(
        &mut self,
        payer: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Transfer>>, StoreError> {
        let wanted =
            |transfer: &Transfer| transfer.payer == payer && before.is_none_or(|before| transfer.no < before);
        Ok(self.tables().pick(limit, wanted, |transfer| std::cmp::Reverse(transfer.no)))
    }

    fn received(
        &mut self,
        payee: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Received>>, StoreError> {
        let wanted =
            |received: &Received| received.payee == payee && before.is_none_or(|before| received.no < before);
        Ok(self.tables().pick(limit, wanted, |received| std::cmp::Reverse(received.no)))
    }

    fn due_bank_orders(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        let due = |order: &BankOrder| order.next_try_at_us.is_some_and(|at_us| at_us <= until_us);
        Ok(self.tables().pick(limit, due, |order| (order.next_try_at_us, order.slot, order.no)))
    }

    fn bank_orders(
        &mut self,
        party: PartyId,
        before: Option<BankOrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        let wanted =
            |order: &BankOrder| order.party == party && before.is_none_or(|before| order.no < before);
        Ok(self.tables().pick(limit, wanted, |order| std::cmp::Reverse(order.no)))
    }

    fn mandates(
        &mut self,
        buyer: PartyId,
        before: Option<AgreementNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Mandate>>, StoreError> {
        let wanted =
            |mandate: &Mandate| mandate.buyer == buyer && before.is_none_or(|before| mandate.no < before);
        Ok(self.tables().pick(limit, wanted, |mandate| std::cmp::Reverse(mandate.no)))
    }

    fn open_refund_wishes(
        &mut self,
        seller: PartyId,
        after: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<RefundWish>>, StoreError> {
        let wanted = |wish: &RefundWish| {
            wish.seller == seller
                && wish.state == RefundWishState::Open
                && after.is_none_or(|after| wish.order_no > after)
        };
        Ok(self.tables().pick(limit, wanted, |wish| wish.order_no))
    }

    fn cards(&mut self, party: PartyId, limit: usize) -> Result<Vec<Arc<Card>>, StoreError> {
        let wanted = |card: &Card| card.party == party && card.state != CardState::Payee;
        Ok(self.tables().pick(limit, wanted, |card| std::cmp::Reverse(card.no)))
    }

    fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        Ok(self.tables().rows(table).count() as u64)
    }
}
