//! Reads the PostgreSQL tables.

use super::Database;
use super::posting;
use super::session::Session;
use super::statements::{self, of};
use super::values::{RowSource, Values};
use crate::sql::{self, Owner, SkipFirst};
use crate::{Mark, Reader, StoreError};
use base::{AgreementNo, AppId, BankOrderNo, NoticeNo, OrderNo, PartyId, Sink, Slot, TransferNo};
use engine::{Key, Row, Table, Tabled};
use fund::{BankOrder, Card};
use std::sync::Arc;
use trade::{Frozen, Mandate, Notice, Order, RefundWish, Timer, Trade};
use transfer::{Received, Transfer};

/// One state of the tables for all that is read until it ends.
const HOLD: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Reads the tables through a session of its own.
#[derive(Debug)]
pub struct PostgresReader {
    database: Database,
    /// Absent after the connection was lost, until the next call.
    session: Option<Session>,
    /// Whether one state of the tables is held.
    held: bool,
    /// Since when the server runs that must stay the same one; any when absent.
    server_since_us: Option<i64>,
}

impl PostgresReader {
    pub(super) fn new(database: Database, session: Session) -> PostgresReader {
        PostgresReader { database, session: Some(session), held: false, server_since_us: None }
    }

    /// A reader for who relies on what was posted: when the server is started anew or replaced it reads no more, since
    /// a standby that took its place may lack rows that it had.
    pub(super) fn of_one_server(mut self) -> Result<PostgresReader, StoreError> {
        let since_us = self.ask(Session::server_since_us)?;
        self.server_since_us = Some(since_us);
        Ok(self)
    }

    /// Asks on the session that there is, and once more on a new one when that turns out to be gone: reading twice
    /// harms nobody. What is held is never read on another session, which would see another state.
    fn ask<T>(&mut self, ask: impl Fn(&mut Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(session) = self.session.as_mut() {
            let found = ask(session);
            if found.is_ok() || !session.is_broken() {
                return found;
            }
            self.session = None;
            if std::mem::take(&mut self.held) {
                return found;
            }
        }
        let mut session = self.database.session()?;
        if let Some(since_us) = self.server_since_us
            && session.server_since_us()? != since_us
        {
            return Err(StoreError::ServerReplaced);
        }
        ask(self.session.insert(session))
    }

    fn rows(
        &mut self,
        table: Table,
        sql: &str,
        bind: impl FnOnce(&mut dyn Sink),
    ) -> Result<Vec<Row>, StoreError> {
        let mut values = Values::default();
        bind(&mut values);
        let found = self.ask(|session| session.query(sql, &values.list()))?;
        let read = |row| table.read(&mut RowSource::new(row));
        let damaged = |source| StoreError::RowDamaged { table: table.name(), source };
        found.iter().map(|row| read(row).map_err(damaged)).collect()
    }

    fn list<R: Tabled>(
        &mut self,
        rest: &str,
        bind: impl FnOnce(&mut dyn Sink),
    ) -> Result<Vec<Arc<R>>, StoreError> {
        let sql = format!("{} {rest}", of(R::TABLE_ID).select);
        Ok(self.rows(R::TABLE_ID, &sql, bind)?.iter().map(typed).collect())
    }

    /// The newest rows of a party with numbers up to `newest`, at most `limit`.
    fn of_party<R: Tabled>(
        &mut self,
        party: PartyId,
        newest: i64,
        limit: usize,
    ) -> Result<Vec<Arc<R>>, StoreError> {
        let Owner { column, .. } = sql::owner(R::TABLE_ID).expect("only lists of parties are asked for");
        let rest = format!("WHERE slot = $1 AND {column} = $2 AND no <= $3 ORDER BY no DESC LIMIT $4");
        self.list(&rest, |sink| {
            sink.int(i64::from(party.slot().number()));
            sink.int(party.number().cast_signed());
            sink.int(newest);
            sink.int(sql_limit(limit));
        })
    }

    fn newest_of_all<R: Tabled>(&mut self, newest: i64, limit: usize) -> Result<Vec<Arc<R>>, StoreError> {
        let sql = statements::newest_of_all(R::TABLE_ID);
        let found = self.rows(R::TABLE_ID, &sql, |sink| {
            sink.int(newest);
            sink.int(sql_limit(limit));
        });
        Ok(found?.iter().map(typed).collect())
    }
}

impl Drop for PostgresReader {
    fn drop(&mut self) {
        if let Some(session) = self.session.take().filter(|_| !self.held) {
            self.database.give_back(session);
        }
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

impl Reader for PostgresReader {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, StoreError> {
        let table = key.table();
        Ok(self.rows(table, &of(table).row, |sink| key.write(sink))?.pop())
    }

    fn mark(&mut self) -> Result<Mark, StoreError> {
        self.ask(posting::read)
    }

    fn hold(&mut self) -> Result<(), StoreError> {
        self.let_go()?;
        self.ask(|session| session.run(HOLD))?;
        self.held = true;
        // The state is fixed by the first reading, not by BEGIN.
        self.mark().map(|_| ())
    }

    fn let_go(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.held) {
            return Ok(());
        }
        match self.session.as_mut() {
            Some(session) if !session.is_broken() => session.run("COMMIT"),
            // With its connection the state is gone too.
            _ => Ok(()),
        }
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
        let sql = statements::scan(table, slot.is_some(), after.is_some());
        self.rows(table, &sql, |sink| {
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
        self.list("WHERE due_at_us <= $1 ORDER BY due_at_us, slot, no LIMIT $2", |sink| {
            sink.int(until_us);
            sink.int(sql_limit(limit));
        })
    }

    fn due_notices(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Notice>>, StoreError> {
        self.list("WHERE next_at_us <= $1 ORDER BY next_at_us, slot, no LIMIT $2", |sink| {
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
            (None, Some(order)) => {
                self.list("WHERE order_no = $1 AND no <= $2 ORDER BY no DESC LIMIT $3", |sink| {
                    sink.int(order.number());
                    sink.int(newest);
                    sink.int(limit_rows);
                })
            }
            (Some(app), Some(order)) => {
                self.list("WHERE order_no = $1 AND app = $2 AND no <= $3 ORDER BY no DESC LIMIT $4", |sink| {
                    sink.int(order.number());
                    sink.int(app.number().cast_signed());
                    sink.int(newest);
                    sink.int(limit_rows);
                })
            }
            // An app lies in its merchant's slot, and so do the merchant's notices.
            (Some(app), None) => {
                self.list("WHERE slot = $1 AND app = $2 AND no <= $3 ORDER BY no DESC LIMIT $4", |sink| {
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
        self.list("WHERE slot = $1 AND no <= $2 ORDER BY no DESC LIMIT $3", |sink| {
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
        self.list("WHERE slot = $1 AND payer = $2 AND state <> 'over' ORDER BY no DESC LIMIT $3", |sink| {
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
        self.list("WHERE next_try_at_us <= $1 ORDER BY next_try_at_us, slot, no LIMIT $2", |sink| {
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
            "WHERE slot = $1 AND seller = $2 AND order_no > $3 AND state = 'open' ORDER BY order_no LIMIT $4";
        self.list(rest, |sink| {
            sink.int(i64::from(seller.slot().number()));
            sink.int(seller.number().cast_signed());
            sink.int(after.map_or(-1, OrderNo::number));
            sink.int(sql_limit(limit));
        })
    }

    fn cards(&mut self, party: PartyId, limit: usize) -> Result<Vec<Arc<Card>>, StoreError> {
        self.list("WHERE slot = $1 AND party = $2 AND state <> 'payee' ORDER BY no DESC LIMIT $3", |sink| {
            sink.int(i64::from(party.slot().number()));
            sink.int(party.number().cast_signed());
            sink.int(sql_limit(limit));
        })
    }

    fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.name());
        let rows = self.ask(|session| session.query(&sql, &[]))?;
        let count: i64 = rows.first().ok_or(StoreError::ConnectionGone)?.try_get(0)?;
        Ok(count.unsigned_abs())
    }
}
