//! One suite on every store, the model in memory first; then what only the SQLite or PostgreSQL tables have.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

mod cases;
mod extremes;
mod model;
mod persons;
mod postgres;
mod postgres_lint;
mod postgres_server;
mod samples;
mod speed;
mod sqlite;

use std::path::PathBuf;
use store::{Database, MemoryStore, SqliteStore, Store};

/// Where a store lies, so that it can be opened again.
pub(crate) trait Shelf {
    /// Opens the store.
    fn open(&self) -> Box<dyn Store>;
}

/// Keeps the rows of a store in memory.
#[derive(Default)]
pub(crate) struct MemoryShelf(MemoryStore);

impl Shelf for MemoryShelf {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.clone())
    }
}

/// A folder of its own for one database.
pub(crate) struct SqliteShelf(tempfile::TempDir);

impl Default for SqliteShelf {
    fn default() -> SqliteShelf {
        SqliteShelf(tempfile::tempdir().unwrap())
    }
}

impl SqliteShelf {
    /// The database's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("tables.db")
    }
}

impl Shelf for SqliteShelf {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(&self.path()).unwrap())
    }
}

/// A database of its own in a PostgreSQL server.
pub(crate) struct PostgresShelf(pub(crate) Database);

impl PostgresShelf {
    /// An empty one; `None`, with a line that says so, where no PostgreSQL is installed.
    pub(crate) fn make() -> Option<PostgresShelf> {
        postgres_server::new_database().map(|address| PostgresShelf(Database::parse(&address).unwrap()))
    }
}

impl Shelf for PostgresShelf {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.open().unwrap())
    }
}

macro_rules! store_suite {
    ($($case:ident),* $(,)?) => {
        mod memory { $(#[test] fn $case() { super::cases::$case(&super::MemoryShelf::default()) })* }
        mod in_sqlite { $(#[test] fn $case() { super::cases::$case(&super::SqliteShelf::default()) })* }
        mod in_postgres {$(
            #[test]
            fn $case() {
                if let Some(shelf) = super::PostgresShelf::make() {
                    super::cases::$case(&shelf);
                }
            }
        )*}
    };
}

store_suite!(
    a_new_store_stands_at_the_start,
    a_post_is_all_or_nothing,
    every_broken_rule_is_refused,
    the_last_image_wins_and_a_deleted_row_is_gone,
    reopened_tables_keep_everything,
    a_reader_sees_what_was_posted_and_no_more,
    every_table_gives_back_its_extreme_rows,
    a_scan_pages_through_a_table_and_through_a_slot,
    due_timers_come_earliest_first,
    due_notices_come_earliest_first,
    due_bank_orders_come_earliest_first,
    cards_and_bank_orders_come_newest_first,
    notices_come_newest_first,
    orders_come_newest_first,
    trades_come_newest_first,
    transfers_come_newest_first,
    lists_of_a_party_give_each_row_once,
    wishes_that_wait_come_oldest_first,
    the_mark_never_goes_back,
);
