//! The posted tables: what the journal has decided, kept as typed rows that an operator can read with plain SQL.
//!
//! Why a room of its own: the journal is the truth, so the tables may lag behind it, be posted in large sorted batches
//! and be rebuilt. One connection posts; readers see only what was posted, each with a connection of its own.
//! [`MemoryStore`] is the model: one suite of tests runs on it, on [`SqliteStore`] and on [`PostgresStore`].
//!
//! Reading order: this file, `memory` (the model), `sql` (statements from a table's columns), `sqlite`,
//! `sqlite_reader`, `migrations`, `fresh_schema`, `backup`; `postgres` with its rooms; `look` (when to read what is
//! due).

mod backup;
mod checks;
mod error;
mod fresh_schema;
mod look;
mod memory;
mod migrations;
mod postgres;
mod sql;
mod sqlite;
mod sqlite_reader;
mod write_out;

pub use error::StoreError;
pub use look::Look;
pub use memory::MemoryStore;
pub use postgres::{Database, PostgresReader, PostgresStore, Session, Value};
pub use sqlite::SqliteStore;
pub use sqlite_reader::SqliteReader;

use base::{AgreementNo, AppId, BankOrderNo, NoticeNo, OrderNo, PartyId, Slot, Stamp, TransferNo};
use engine::{Key, Row, Table};
use fund::{BankOrder, Card};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Frozen, Mandate, Notice, Order, RefundWish, Timer, Trade};
use transfer::{Received, Transfer};

/// How far the journal has been posted into the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The sequence of the last journal record posted; zero before the first.
    pub sequence: u64,
    /// The last stamp given up to there.
    pub stamp: Stamp,
    /// The hash of that journal record; zeros before the first.
    pub hash: [u8; 32],
}

impl Mark {
    /// The mark of tables into which nothing was posted.
    pub const START: Mark = Mark { sequence: 0, stamp: Stamp { at_us: 0, seq: 0 }, hash: [0; 32] };

    /// Refuses a mark that would go back, or that names the same record by another hash: rows of the past, or of
    /// another journal, must not overwrite newer ones. The same mark again is allowed, so that a post can be repeated.
    fn check_next(&self, next: &Mark) -> Result<(), StoreError> {
        let back = next.sequence < self.sequence
            || next.stamp.seq < self.stamp.seq
            || next.stamp.at_us < self.stamp.at_us;
        let forked = next.sequence == self.sequence && next.hash != self.hash;
        if back || forked {
            return Err(StoreError::MarkBack { posted: self.sequence, given: next.sequence });
        }
        Ok(())
    }
}

/// The last image of a changed row; absent when the row is gone.
pub type Image<'a> = (&'a Key, Option<&'a Row>);

/// Tables that rows are posted into. One holder posts; see [`Reader`] for everybody else.
pub trait Store: Send {
    /// How far the journal has been posted.
    fn mark(&mut self) -> Result<Mark, StoreError>;

    /// The mark to begin from, for who reads all that was journalled behind it: what the store remembers of earlier
    /// postings counts no more. [`Store::mark`] and postings refuse tables that stand behind what was posted since.
    fn begin(&mut self) -> Result<Mark, StoreError> {
        self.mark()
    }

    /// Posts the last image of each changed row (`None`: the row is gone) together with the mark, all or nothing.
    /// Refuses a mark that goes back and rows that break a rule of their table; nothing of the batch is kept then.
    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError>;

    /// Posts as [`Store::post`] does, from images that are sorted by key, each key once. A store that writes in the
    /// order of keys needs no map then.
    fn post_sorted(&mut self, images: &[Image<'_>], mark: Mark) -> Result<(), StoreError> {
        let changes = images.iter().map(|(key, row)| ((*key).clone(), row.cloned()));
        self.post(&changes.collect(), mark)
    }

    /// Moves what was posted to where it stays, when enough has come together: to be called after postings, when
    /// nobody waits. A store that needs no such thing does nothing.
    ///
    /// # Errors
    /// What the disk says; what was posted stands all the same, and the next call tries again.
    fn checkpoint(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// A reader of what was posted. It may be used on another thread while this store posts.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;
}

/// Reads posted rows. Each call sees one state of the tables, the newest when it begins.
pub trait Reader: Send {
    /// One row.
    fn row(&mut self, key: &Key) -> Result<Option<Row>, StoreError>;

    /// How far the journal has been posted.
    fn mark(&mut self) -> Result<Mark, StoreError>;

    /// Up to `limit` rows of a table in key order, of one slot or all, after a key of that table (which need not
    /// exist). The next page begins after the key of the last row; a short page is the last.
    fn scan(
        &mut self,
        table: Table,
        slot: Option<Slot>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// Holds on to the present state for the calls that follow, until [`Reader::release`]: many point reads are cheaper
    /// on one state than on one each. A store without such a cost does nothing.
    fn hold(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Lets go of what [`Reader::hold`] took; nothing happens when nothing is held.
    fn let_go(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Timers due at or before a moment (microseconds UTC), earliest first, in all slots.
    fn due_timers(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Timer>>, StoreError>;

    /// Notices whose next attempt is due at or before a moment (microseconds UTC), earliest first, in all slots.
    fn due_notices(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<Notice>>, StoreError>;

    /// Notices, newest first: of one app, about one order, of both or of all, with a number below `before`.
    fn notices(
        &mut self,
        app: Option<AppId>,
        order: Option<OrderNo>,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError>;

    /// Notices of a slot, newest first, with a number below `before`.
    fn notices_of_slot(
        &mut self,
        slot: Slot,
        before: Option<NoticeNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Notice>>, StoreError>;

    /// Orders, newest first: of one merchant or of all, with a number below `before`.
    fn orders(
        &mut self,
        seller: Option<PartyId>,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Order>>, StoreError>;

    /// Trades of a buyer, newest order first, with a number below `before`.
    fn trades(
        &mut self,
        buyer: PartyId,
        before: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Trade>>, StoreError>;

    /// What a payer agreed to or is asked to agree to, and is not over; newest first.
    fn frozen(&mut self, payer: PartyId, limit: usize) -> Result<Vec<Arc<Frozen>>, StoreError>;

    /// What a payer sent or offered to send, newest first, with a number below `before`.
    fn transfers(
        &mut self,
        payer: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Transfer>>, StoreError>;

    /// What a payee had by transfers, the newest transfer first, with a number below `before`. One that waited on its
    /// way is as new as its number, however late it came.
    fn received(
        &mut self,
        payee: PartyId,
        before: Option<TransferNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Received>>, StoreError>;

    /// Bank orders that a bank is to be asked about at or before a moment (microseconds UTC), earliest first, in all
    /// slots.
    fn due_bank_orders(&mut self, until_us: i64, limit: usize) -> Result<Vec<Arc<BankOrder>>, StoreError>;

    /// Bank orders of a party, newest first, with a number below `before`.
    fn bank_orders(
        &mut self,
        party: PartyId,
        before: Option<BankOrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<BankOrder>>, StoreError>;

    /// Agreements that a buyer signed, in force or ended, newest first, with a number below `before`.
    fn mandates(
        &mut self,
        buyer: PartyId,
        before: Option<AgreementNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Mandate>>, StoreError>;

    /// What a merchant's buyers ask it to give back and it has not answered, the oldest order first, of orders with a
    /// number above `after`.
    fn open_refund_wishes(
        &mut self,
        seller: PartyId,
        after: Option<OrderNo>,
        limit: usize,
    ) -> Result<Vec<Arc<RefundWish>>, StoreError>;

    /// Bank cards of a party's own in any state, newest first: those that money was sent to are somebody else's.
    fn cards(&mut self, party: PartyId, limit: usize) -> Result<Vec<Arc<Card>>, StoreError>;

    /// How many rows a table has. It walks the table: for operators and tests, not for every request.
    fn count(&mut self, table: Table) -> Result<u64, StoreError>;
}
