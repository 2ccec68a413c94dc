//! What only the SQLite tables have: the schema, the views, the file, backups.

use crate::extremes::extremes;
use crate::samples::*;
use crate::{Shelf, SqliteShelf};
use base::{ColumnKind, OrderNo};
use engine::Table;
use rusqlite::{Connection, OpenFlags};
use store::{Reader, SqliteStore, Store, StoreError};
use trade::Order;

fn raw(shelf: &SqliteShelf) -> Connection {
    Connection::open_with_flags(shelf.path(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn column(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let found = statement.query_map((), |row| row.get::<_, String>(0)).unwrap();
    found.collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_schema_is_that_of_the_records() {
    let shelf = SqliteShelf::default();
    drop(shelf.open());
    let connection = raw(&shelf);
    for table in Table::ALL {
        let mut statement = connection
            .prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid")
            .unwrap();
        let found = statement.query_map([table.name()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, bool>(2)?,
                row.get::<_, i64>(3)?,
            ))
        });
        let found: Vec<_> = found.unwrap().collect::<Result<_, _>>().unwrap();
        let expected = (1_i64..).zip(table.columns()).map(|(place, column)| {
            let kind = match column.kind {
                ColumnKind::Int => "INTEGER",
                ColumnKind::Text => "TEXT",
                ColumnKind::Blob => "BLOB",
            };
            let of_key = if place <= table.key_columns() as i64 { place } else { 0 };
            (column.name.to_owned(), kind.to_owned(), !column.nullable, of_key)
        });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{}", table.name());
        let sql = "SELECT strict AND wr FROM pragma_table_list WHERE schema = 'main' AND name = ?";
        let strict: bool = connection.query_row(sql, [table.name()], |row| row.get(0)).unwrap();
        assert!(strict, "{} is STRICT, WITHOUT ROWID", table.name());
    }
    let mut names: Vec<&str> =
        Table::ALL.iter().map(|table| table.name()).chain(["mark", "schema_version"]).collect();
    names.sort_unstable();
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    assert_eq!(column(&connection, tables), names);
}

/// Writing over a row of a table with one tree is cheap, of one with several it is not: `sql` treats them apart.
#[test]
fn only_what_is_due_and_what_is_a_partys_has_an_index_beside_its_key() {
    let shelf = SqliteShelf::default();
    drop(shelf.open());
    let sql =
        "SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
    assert_eq!(
        column(&raw(&shelf), sql),
        [
            "bank_order",
            "mandate",
            "notice",
            "orders",
            "received",
            "refund_wish",
            "timer",
            "trade",
            "transfer"
        ]
    );
}

#[test]
fn a_number_that_gets_another_owner_is_in_that_ones_list_alone() {
    let shelf = SqliteShelf::default();
    let (mut store, ann, bob) = (shelf.open(), party(5, 7), party(6, 7));
    for (sequence, owner) in [(1, ann), (2, bob)] {
        store.post(&changes([row(trade(900, owner, party(1, 3)))]), mark(sequence)).unwrap();
    }
    let mut reader = store.reader().unwrap();
    let mut count = |owner| reader.trades(owner, None, 9).unwrap().len();
    assert_eq!((count(ann), count(bob)), (0, 1));
    let by_index = "SELECT buyer || '' FROM trade INDEXED BY trade_buyer WHERE slot = 7";
    assert_eq!(column(&raw(&shelf), by_index), [bob.to_string()]);
}

#[test]
fn a_row_that_looks_new_and_is_not_is_written_over() {
    let shelf = SqliteShelf::default();
    let mut store = shelf.open();
    let app = base::AppId::issue(1, slot(7)).unwrap();
    let told = |attempts| {
        let order_no = OrderNo::of(stamp(900), slot(7));
        row(trade::Notice { attempts, ..notice(900, app, order_no, Some(5)) })
    };
    store.post(&changes([told(0)]), mark(1)).unwrap();
    store.post(&changes([told(1)]), mark(2)).unwrap();
    let notices = store.reader().unwrap().notices(None, None, None, 9).unwrap();
    assert_eq!(notices.iter().map(|notice| notice.attempts).collect::<Vec<_>>(), [1]);
    let by_index = "SELECT no || '' FROM notice INDEXED BY notice_next WHERE next_at_us = 5";
    assert_eq!(column(&raw(&shelf), by_index).len(), 1);
}

#[test]
fn entries_are_shown_one_by_one() {
    let shelf = SqliteShelf::default();
    let mut store = shelf.open();
    store.post(&changes([row(posting(3, 7, 250)), row(posting(4, 8, 1))]), mark(1)).unwrap();
    let sql =
        "SELECT slot || ' ' || posting_no || ' ' || leg || ' ' || kind || ' ' || side || ' ' || amount_minor
        || ' ' || balance_after_minor FROM entry ORDER BY slot, posting_no, leg";
    let expected = [
        "7 307 1 top_up debit 250 -250",
        "7 307 2 top_up credit 250 250",
        "8 408 1 top_up debit 1 -1",
        "8 408 2 top_up credit 1 1",
    ];
    assert_eq!(column(&raw(&shelf), sql), expected);
}

#[test]
fn orders_are_shown_as_merchants_know_them() {
    let shelf = SqliteShelf::default();
    let mut store = shelf.open();
    // The last and first microseconds of a day in China.
    let orders = [1_767_283_199_999_999, 1_767_283_200_000_000]
        .map(|at_us| Order { created_at_us: Some(at_us), ..order(at_us, party(1, 42)) });
    store.post(&changes(orders.clone().map(row)), mark(1)).unwrap();
    let sql = "SELECT trade_no || ' ' || total || ' ' || currency || ' ' || created_at FROM v_order ORDER BY trade_no";
    let expected =
        orders.map(|order| order.no).into_iter().zip(["2026-01-01 23:59:59", "2026-01-02 00:00:00"]);
    let expected: Vec<String> = expected.map(|(no, at)| format!("{no} 12.34 CNY {at}")).collect();
    assert_eq!(column(&raw(&shelf), sql), expected);
}

#[test]
fn lists_are_read_along_an_index() {
    let shelf = SqliteShelf::default();
    drop(shelf.open());
    let connection = raw(&shelf);
    for (sql, wanted) in [
        ("SELECT * FROM timer WHERE due_at_us <= 1 ORDER BY due_at_us, slot, no LIMIT 9", "timer_due (due_at_us<?)"),
        (
            "SELECT * FROM notice WHERE next_at_us <= 1 ORDER BY next_at_us, slot, no LIMIT 9",
            "notice_next (next_at_us<?)",
        ),
        (
            "SELECT * FROM bank_order WHERE next_try_at_us <= 1 ORDER BY next_try_at_us, slot, no LIMIT 9",
            "bank_order_next (next_try_at_us<?)",
        ),
        ("SELECT * FROM notice WHERE order_no = 1 AND +app = 1 ORDER BY no DESC LIMIT 9", "notice_order (order_no=?)"),
        ("SELECT * FROM notice WHERE slot = 1 AND app = 1 ORDER BY no DESC LIMIT 9", "PRIMARY KEY (slot=?)"),
        (
            "SELECT * FROM orders INDEXED BY orders_seller WHERE slot = 1 AND seller = 1 AND no <= 1 ORDER BY no DESC",
            "orders_seller (slot=? AND seller=? AND no<?)",
        ),
        (
            "SELECT * FROM trade INDEXED BY trade_buyer WHERE slot = 1 AND buyer = 1 AND no <= 1 ORDER BY no DESC",
            "trade_buyer (slot=? AND buyer=? AND no<?)",
        ),
        (
            "SELECT * FROM transfer INDEXED BY transfer_payer WHERE slot = 1 AND payer = 1 AND no <= 1
                ORDER BY no DESC",
            "transfer_payer (slot=? AND payer=? AND no<?)",
        ),
        (
            "SELECT * FROM received INDEXED BY received_payee WHERE slot = 1 AND payee = 1 AND no <= 1
                ORDER BY no DESC",
            "received_payee (slot=? AND payee=? AND no<?)",
        ),
        (
            "SELECT * FROM bank_order INDEXED BY bank_order_party WHERE slot = 1 AND party = 1 AND no <= 1
                ORDER BY no DESC",
            "bank_order_party (slot=? AND party=? AND no<?)",
        ),
        (
            "SELECT * FROM mandate INDEXED BY mandate_buyer WHERE slot = 1 AND buyer = 1 AND no <= 1 ORDER BY no DESC",
            "mandate_buyer (slot=? AND buyer=? AND no<?)",
        ),
        (
            "SELECT * FROM refund_wish INDEXED BY refund_wish_open WHERE slot = 1 AND seller = 1 AND order_no > 1
                AND state = 'open' ORDER BY order_no LIMIT 9",
            "refund_wish_open (slot=? AND seller=? AND order_no>?)",
        ),
        ("SELECT * FROM orders WHERE (slot, no) > (1, 1) ORDER BY slot, no LIMIT 9", "PRIMARY KEY ((slot,no)>(?,?))"),
        ("SELECT * FROM refund WHERE slot = 1 AND (order_no, out_request_no) > (1, '') ORDER BY slot, order_no,
            out_request_no", "(slot=? AND (order_no,out_request_no)>(?,?))"),
        ("SELECT * FROM refund WHERE (slot, order_no, out_request_no) = (1, 1, '')",
            "(slot=? AND order_no=? AND out_request_no=?)"),
    ] {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan = statement.query_map((), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        let plan = plan.join("; ");
        assert!(plan.contains(wanted) && plan.contains("SEARCH"), "{sql}\n{plan}");
        assert!(!plan.contains("B-TREE") || sql.contains("order_no = 1"), "sorted: {sql}\n{plan}");
    }
}

#[test]
fn enums_and_kinds_are_checked_by_the_tables_themselves() {
    let shelf = SqliteShelf::default();
    shelf.open().post(&changes(extremes()), mark(1)).unwrap();
    let connection = raw(&shelf);
    for broken in [
        "UPDATE orders SET state = 'lost'",
        "UPDATE orders SET total_minor = 'many'",
        "UPDATE orders SET total_minor = 1.5",
        "UPDATE orders SET total_minor = -1, refunded_minor = -1",
        "UPDATE account SET held_minor = -1",
        "UPDATE posting SET amount_1_minor = -amount_1_minor",
        "UPDATE posting SET side_1 = NULL",
        "UPDATE posting SET side_1 = 'left'",
        "UPDATE receipt SET attempt = zeroblob(15)",
        "UPDATE party SET slot = 100",
        "UPDATE mark SET hash = zeroblob(31)",
        "INSERT INTO mark (id, sequence, at_us, seq, hash) VALUES (2, 0, 0, 0, zeroblob(32))",
    ] {
        assert!(connection.execute(broken, ()).is_err(), "{broken}");
    }
}

#[test]
fn a_damaged_row_is_an_error_and_names_its_table() {
    let shelf = SqliteShelf::default();
    shelf.open().post(&changes([row(order(1, party(1, 7)))]), mark(1)).unwrap();
    let connection = raw(&shelf);
    connection.execute("UPDATE orders SET seller = 7", ()).unwrap();
    let read = SqliteStore::open_reader(&shelf.path()).unwrap().scan(Table::Order, None, None, 9);
    assert!(matches!(read, Err(StoreError::RowDamaged { table: "orders", .. })), "{read:?}");
}

#[test]
fn a_reader_needs_tables_and_cannot_make_them() {
    let shelf = SqliteShelf::default();
    assert!(matches!(SqliteStore::open_reader(&shelf.path()), Err(StoreError::Missing { .. })));
    assert!(!shelf.path().exists());
    std::fs::write(shelf.path(), vec![b'x'; 8_192]).unwrap();
    assert!(matches!(SqliteStore::open_reader(&shelf.path()), Err(StoreError::FileDamaged(_))));
    assert!(matches!(SqliteStore::open(&shelf.path()), Err(StoreError::FileDamaged(_))));
}

#[test]
fn a_stopped_folder_can_be_read() {
    let shelf = SqliteShelf::default();
    shelf.open().post(&changes(extremes()), mark(5)).unwrap();
    let files = std::fs::read_dir(shelf.path().parent().unwrap()).unwrap().count();
    assert_eq!(files, 1, "the last to close leaves one file");
    let mut reader = SqliteStore::open_reader(&shelf.path()).unwrap();
    assert_eq!(reader.mark().unwrap(), mark(5));
}

#[test]
fn a_snapshot_stays_while_others_post() {
    let shelf = SqliteShelf::default();
    let mut store = SqliteStore::open(&shelf.path()).unwrap();
    store.post(&changes([row(order(1, party(1, 7)))]), mark(1)).unwrap();
    let mut reader = SqliteStore::open_reader(&shelf.path()).unwrap();
    reader.snapshot().unwrap();
    store.post(&changes([row(order(2, party(1, 7)))]), mark(2)).unwrap();
    store.sync().unwrap();
    assert_eq!((reader.mark().unwrap(), reader.count(Table::Order).unwrap()), (mark(1), 1));
    assert_eq!(reader.orders(None, None, 9).unwrap().len(), 1);
    reader.snapshot().unwrap();
    assert_eq!((reader.mark().unwrap(), reader.count(Table::Order).unwrap()), (mark(2), 2));
    store.post(&changes([row(order(3, party(1, 7)))]), mark(3)).unwrap();
    reader.release().unwrap();
    assert_eq!(reader.orders(None, None, 9).unwrap().len(), 3);
}

#[test]
fn a_backup_of_live_tables_is_one_state_of_them() {
    let shelf = SqliteShelf::default();
    let to = shelf.path().with_file_name("copy.db");
    let mut store = SqliteStore::open(&shelf.path()).unwrap();
    store.post(&changes(extremes()), mark(1)).unwrap();
    let (from, target) = (shelf.path(), to.clone());
    let copying = std::thread::spawn(move || SqliteStore::backup(&from, &target).unwrap());
    for sequence in 2..200 {
        let at_us = i64::try_from(sequence).unwrap();
        store.post(&changes([row(order(at_us, party(1, 7)))]), mark(sequence)).unwrap();
    }
    let stands_at = copying.join().unwrap();
    let mut copy = SqliteStore::open(&to).unwrap();
    assert_eq!(copy.mark().unwrap(), stands_at);
    // Each post after the first added one order, and each was posted together with its mark.
    let orders = copy.reader().unwrap().count(Table::Order).unwrap();
    assert_eq!(orders, stands_at.sequence - 1 + 2);
    copy.post(&changes([row(order(500, party(1, 7)))]), mark(500)).unwrap();
    let again = SqliteStore::backup(&shelf.path(), &to);
    assert!(matches!(again, Err(StoreError::Occupied { .. })), "{again:?}");
    let names = std::fs::read_dir(to.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("partial")));
}

#[test]
fn a_backup_of_nothing_leaves_nothing() {
    let shelf = SqliteShelf::default();
    let to = shelf.path().with_file_name("copy.db");
    assert!(matches!(SqliteStore::backup(&shelf.path(), &to), Err(StoreError::Missing { .. })));
    assert_eq!(std::fs::read_dir(to.parent().unwrap()).unwrap().count(), 0);
}

#[test]
fn a_second_poster_cannot_take_the_tables_back() {
    let shelf = SqliteShelf::default();
    let (mut one, mut two) = (shelf.open(), shelf.open());
    one.post(&changes([row(order(1, party(1, 7)))]), mark(7)).unwrap();
    assert!(matches!(two.post(&Changes::new(), mark(6)), Err(StoreError::MarkBack { posted: 7, given: 6 })));
    assert_eq!(OrderNo::of(stamp(1), slot(7)), one.reader().unwrap().orders(None, None, 1).unwrap()[0].no);
}

#[test]
fn a_checkpoint_moves_the_wal_into_the_file_and_nothing_else_changes() {
    let shelf = SqliteShelf::default();
    let path = shelf.path();
    let mut store = SqliteStore::open(&path).unwrap();
    let wal = |store: &SqliteStore| {
        let raw = rusqlite::Connection::open(&path).unwrap();
        let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let found = raw.query_row("PRAGMA wal_checkpoint(NOOP)", (), pages).unwrap();
        assert_eq!(store.reader().unwrap().mark().unwrap().sequence, 1);
        found
    };
    let orders = (1..200).map(|number| row(order(number, party(1, 7))));
    store.post(&changes(orders.clone()), mark(1)).unwrap();
    store.checkpoint().unwrap();
    let (written, moved) = wal(&store);
    assert!(written > 1 && moved == 0, "few pages wait for more: {written}, {moved}");
    store.checkpoint_from(u32::try_from(written).unwrap() + 1);
    store.checkpoint().unwrap();
    assert_eq!(wal(&store), (written, 0), "one is missing");
    store.checkpoint_from(u32::try_from(written).unwrap());
    store.checkpoint().unwrap();
    assert_eq!(wal(&store), (written, written), "all of them are moved");
    store.checkpoint().unwrap();
    assert_eq!(wal(&store), (written, written), "nothing is left to move");
    // Whoever finds the file alone finds everything.
    let alone = shelf.path().with_file_name("alone.sqlite");
    std::fs::copy(&path, &alone).unwrap();
    let mut reader = SqliteStore::open_reader(&alone).unwrap();
    assert_eq!(reader.count(engine::Table::Order).unwrap(), orders.count() as u64);
}
