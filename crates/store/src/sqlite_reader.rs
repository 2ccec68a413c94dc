//! Reads the SQLite tables.

use crate::sql::{self, Owner, SkipFirst, of};
use crate::sqlite::read_mark;
use crate::{Mark, Reader, StoreError};
use base::{AgreementNo, AppId, BankOrderNo, NoticeNo, OrderNo, PartyId, Sink, Slot, TransferNo};
use engine::{Key, Row, Table, Tabled};
use fund::{BankOrder, Card};
use rusqlite::Connection;
use std::sync::Arc;
use trade::{Frozen, Mandate, Notice, Order, RefundWish, Timer, Trade};
use transfer::{Received, Transfer};

/// Reads the tables through a connection of its own that cannot change them.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
}

impl SqliteReader {
    pub(crate) fn new(connection: Connection) -> SqliteReader {
        SqliteReader { connection }
    }

    /// Holds on to the present state of the tables: every later call sees it, until [`SqliteReader::release`].
    /// While it is held the WAL cannot be cut back, so hold it for one report and not for ever.
    pub fn snapshot(&mut self) -> Result<(), StoreError> {
        self.release()?;
        self.connection.execute_batch("BEGIN")?;
        // The state is fixed by the first reading, not by BEGIN.
        read_mark(&self.connection).map(|_| ())
    }

    /// Lets go of a snapshot; nothing happens when none is held.
    pub fn release(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    /// Does several readings on one state of the tables.
    fn on_one_state<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.connection.is_autocommit() {
            return work(&self.connection);
        }
        let state = self.connection.transaction()?;
        let found = work(&state)?;
        state.commit()?;
        Ok(found)
    }

    fn list<R: Tabled>(
        &self,
        rest: &str,
        bind: impl FnOnce(&mut dyn Sink),
    ) -> Result<Vec<Arc<R>>, StoreError> {
        let sql = format!("{} {rest}", of(R::TABLE_ID).select);
        let found = sql::rows(&self.connection, R::TABLE_ID, &sql, bind)?;
        Ok(found.iter().map(typed).collect())
    }

    /// The newest rows of a party with numbers up to `newest`, at most `limit`. The index is named: of short rows the
    /// planner would walk the whole slot instead.
    fn of_party<R: Tabled>(
        &self,
        party: PartyId,
        newest: i64,
        limit: usize,
    ) -> Result<Vec<Arc<R>>, StoreError> {
        let Owner { column, index, .. } =
            sql::owner(R::TABLE_ID).expect("only lists of parties are asked for");
        let rest = format!("WHERE slot = ? AND {column} = ? AND no <= ? ORDER BY no DESC LIMIT ?");
        self.list(&format!("INDEXED BY {index} {rest}"), |sink| {
            sink.int(i64::from(party.slot().number()));
            sink.int(party.number().cast_signed());
            sink.int(newest);
            sink.int(sql_limit(limit));
        })
    }

    /// The newest rows of all slots, at most `limit`, with numbers up to `newest`. Each slot is walked from its end, so
    /// that no index over all slots is needed; only the numbers of rows that do not make it are read.
    fn newest_of_all<R: Tabled>(&mut self, newest: i64, limit: usize) -> Result<Vec<Arc<R>>, StoreError> {
        let name = R::TABLE_ID.name();
        self.on_one_state(|connection| {
            let sql = format!("SELECT no FROM {name} WHERE slot = ? AND no <= ? ORDER BY no DESC LIMIT ?");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut numbers: Vec<(i64, u8)> = Vec::new();
            for slot in Slot::all().map(Slot::number) {
                let found = statement.query_map((slot, newest, sql_limit(limit)), |row| row.get(0))?;
                for number in found {
                    numbers.push((number?, slot));
                }
            }
            numbers.sort_unstable_by(|one, other| other.cmp(one));
            numbers.truncate(limit);
            let mut rows = Vec::with_capacity(numbers.len());
            for (number, slot) in numbers {
                let found = sql::rows(connection, R::TABLE_ID, &of(R::TABLE_ID).row, |sink| {
                    sink.int(i64::from(slot));
                    sink.int(number);
                })?;
                rows.extend(found.iter().map(typed));
            }
            Ok(rows)
        })
    }
}

fn typed<R: Tabled>(row: &Row) -> Arc<R> {
    R::unwrap(row).expect("the row was read from the table of its record").clone()
}

/// The newest number below this one; without one, the newest of all.
fn newest_below(before: Option<i64>) -> i64 {
    before.map_or(i64::MAX, |before| before - 1)
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl Reader for SqliteReader {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, StoreError> {
        let table = key.table();
        Ok(sql::rows(&self.connection, table, &of(table).row, |sink| key.write(sink))?.pop())
    }

    fn mark(&mut self) -> Result<Mark, StoreError> {
        read_mark(&self.connection)
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        self.snapshot()
    }

    fn let_go(&mut self) -> Result<(), StoreError> {
        self.release()
    }

    fn scan(
        &mut self,
        table: Table,
        slot: Option<Slot>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let mut after = after;
        if let (Some(slot), Some(key)) = (slot, after) {
            // A slot's table with one row has no second page; a key of another slot is before all or behind all.
            if key.slot() > slot || (key.slot() == slot && table.key_columns() == 1) {
                return Ok(Vec::new());
            }
            after = after.filter(|key| key.slot() == slot);
        }
        let sql = sql::scan(table, slot.is_some(), after.is_some());
        sql::rows(&self.connection, table, &sql, |sink| {
            if let Some(slot) = slot {
                sink.int(i64::from(slot.number()));
            }
            if let Some(key) = after {
                key.write(&mut SkipFirst(sink, slot.is_none()));
            }
            sink.int(sql_limit(limit));
        })
    }

    fn due_timers(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Timer>>, StoreError> {
        self.list("WHERE due_at_us <= ? ORDER BY due_at_us, slot, no LIMIT ?", |sink| {
            sink.int(until_us);
            sink.int(sql_limit(limit));
        })
    }

    fn due_notices(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.list("WHERE next_at_us <= ? ORDER BY next_at_us, slot, no LIMIT ?", |sink| {
            sink.int(until_us);
            sink.int(sql_limit(limit));
        })
    }

    fn notices(
        &mut self,
        app: Option<AppId>,
        order: Option<OrderNo>,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        let (newest, limit_rows) = (newest_below(before.map(NoticeNo::number)), sql_limit(limit));
        match (app, order) {
            (None, None) => self.newest_of_all(newest, limit),
            // The unary plus keeps the index by order in use, which finds a handful of rows.
            (None, Some(order)) => {
                self.list("WHERE order_no = ? AND +no <= ? ORDER BY no DESC LIMIT ?", |sink| {
                    sink.int(order.number());
                    sink.int(newest);
                    sink.int(limit_rows);
                })
            }
            (Some(app), Some(order)) => {
                self.list("WHERE order_no = ? AND +app = ? AND +no <= ? ORDER BY no DESC LIMIT ?", |sink| {
                    sink.int(order.number());
                    sink.int(app.number().cast_signed());
                    sink.int(newest);
                    sink.int(limit_rows);
                })
            }
            // An app lies in its merchant's slot, and so do the merchant's notices.
            (Some(app), None) => {
                self.list("WHERE slot = ? AND app = ? AND no <= ? ORDER BY no DESC LIMIT ?", |sink| {
                    sink.int(i64::from(app.slot().number()));
                    sink.int(app.number().cast_signed());
                    sink.int(newest);
                    sink.int(limit_rows);
                })
            }
        }
    }

    fn notices_of_slot(
        &mut self,
        slot: Slot,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.list("WHERE slot = ? AND no <= ? ORDER BY no DESC LIMIT ?", |sink| {
            sink.int(i64::from(slot.number()));
            sink.int(newest_below(before.map(NoticeNo::number)));
            sink.int(sql_limit(limit));
        })
    }

    fn orders(
        &mut self,
        seller: Option<PartyId>,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Order>>, StoreError> {
        let newest = newest_below(before.map(OrderNo::number));
        let Some(seller) = seller else { return self.newest_of_all(newest, limit) };
        self.of_party(seller, newest, limit)
    }

    fn trades(
        &mut self,
        buyer: PartyId,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Trade>>, StoreError> {
        self.of_party(buyer, newest_below(before.map(OrderNo::number)), limit)
    }

    fn frozen(&mut self, payer: PartyId, limit: usize) -> Result<Vec<Arc<Frozen>>, StoreError> {
        self.list("WHERE slot = ? AND payer = ? AND state <> 'over' ORDER BY no DESC LIMIT ?", |sink| {
            sink.int(i64::from(payer.slot().number()));
            sink.int(payer.number().cast_signed());
            sink.int(sql_limit(limit));
        })
    }

    fn transfers(
        &mut self,
        payer: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Transfer>>, StoreError> {
        self.of_party(payer, newest_below(before.map(TransferNo::number)), limit)
    }

    fn due_bank_orders(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        self.list("WHERE next_try_at_us <= ? ORDER BY next_try_at_us, slot, no LIMIT ?", |sink| {
            sink.int(until_us);
            sink.int(sql_limit(limit));
        })
    }

    fn received(
        &mut self,
        payee: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Received>>, StoreError> {
        self.of_party(payee, newest_below(before.map(TransferNo::number)), limit)
    }

    fn bank_orders(
        &mut self,
        party: PartyId,
        before: Option<BankOrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<BankOrder>>, StoreError> {
        self.of_party(party, newest_below(before.map(BankOrderNo::number)), limit)
    }

    fn mandates(
        &mut self,
        buyer: PartyId,
        before: Option<AgreementNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Mandate>>, StoreError> {
        self.of_party(buyer, newest_below(before.map(AgreementNo::number)), limit)
    }

    fn open_refund_wishes(
        &mut self,
        seller: PartyId,
        after: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<RefundWish>>, StoreError> {
        let rest =
            "INDEXED BY refund_wish_open WHERE slot = ? AND seller = ? AND order_no > ? AND state = 'open'
            ORDER BY order_no LIMIT ?";
        self.list(rest, |sink| {
            sink.int(i64::from(seller.slot().number()));
            sink.int(seller.number().cast_signed());
            sink.int(after.map_or(-1, OrderNo::number));
            sink.int(sql_limit(limit));
        })
    }

    fn cards(&mut self, party: PartyId, limit: usize) -> Result<Vec<Arc<Card>>, StoreError> {
        self.list("WHERE slot = ? AND party = ? AND state <> 'payee' ORDER BY no DESC LIMIT ?", |sink| {
            sink.int(i64::from(party.slot().number()));
            sink.int(party.number().cast_signed());
            sink.int(sql_limit(limit));
        })
    }

    fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name());
        let count: i64 = self.connection.prepare_cached(&sql)?.query_row((), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}
