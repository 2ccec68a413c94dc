//! What only the PostgreSQL tables have: the schema, the views, the server and its loss.

use crate::extremes::extremes;
use crate::postgres_server::new_database;
use crate::samples::*;
use crate::{PostgresShelf, Shelf};
use base::{ColumnKind, OrderNo};
use engine::Table;
use std::time::{Duration, Instant};
use store::{Database, Reader, Session, StoreError};
use trade::Order;

/// Rows of text, in one column.
fn column(session: &mut Session, sql: &str) -> Vec<String> {
    session.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn raw(shelf: &PostgresShelf) -> Session {
    shelf.0.session().unwrap()
}

#[test]
fn the_schema_is_that_of_the_records() {
    let Some(shelf) = PostgresShelf::make() else { return };
    drop(shelf.open());
    let mut session = raw(&shelf);
    for table in Table::ALL {
        let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                coalesce(array_position(i.indkey::int[], a.attnum::int)::bigint + 1, 0),
                coalesce(c.collname::text, '')
            FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            LEFT JOIN pg_collation c ON c.oid = a.attcollation
            WHERE a.attrelid = to_regclass($1::text) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
        let name = format!("\"{}\"", table.name());
        let rows = session.query(sql, &[&name]).unwrap();
        let found: Vec<(String, String, bool, i64, String)> =
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))).collect();
        let expected = (1_i64..).zip(table.columns()).map(|(place, column)| {
            let (kind, collation) = match column.kind {
                ColumnKind::Int => ("bigint", ""),
                ColumnKind::Text => ("text", "C"),
                ColumnKind::Blob => ("bytea", ""),
            };
            let of_key = if place <= table.key_columns() as i64 { place } else { 0 };
            let kind = kind.to_owned();
            (column.name.to_owned(), kind, !column.nullable, of_key, collation.to_owned())
        });
        let expected: Vec<_> = expected.collect();
        let hint = "a change of the SQLite schema needs a migration in migrations/postgres too";
        assert_eq!(found, expected, "{}: {hint}", table.name());
    }
    let own = ["mark", "fence", "journal", "tongbao_schema_version"];
    let mut names: Vec<&str> = Table::ALL.iter().map(|table| table.name()).chain(own).collect();
    names.sort_unstable();
    let tables =
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        ORDER BY relname COLLATE \"C\"";
    assert_eq!(column(&mut session, tables), names);
}

/// The same rules and lists as in SQLite: as many CHECKs of each table, and indexes of the same names.
#[test]
fn rules_and_indexes_are_those_of_sqlite() {
    let Some(shelf) = PostgresShelf::make() else { return };
    drop(shelf.open());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.db");
    drop(store::SqliteStore::open(&path).unwrap());
    let sqlite = rusqlite::Connection::open(&path).unwrap();
    let mut session = raw(&shelf);
    for table in Table::ALL {
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?";
        let made: String = sqlite.query_row(sql, [table.name()], |row| row.get(0)).unwrap();
        let sql =
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = to_regclass($1::text)";
        let name = format!("\"{}\"", table.name());
        let found: i64 = session.query(sql, &[&name]).unwrap()[0].get(0);
        assert_eq!(found, made.matches("CHECK (").count() as i64, "{}", table.name());
    }
    let mut statement = sqlite
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
        .unwrap();
    let wanted: Vec<String> =
        statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let sql = "SELECT relname::text FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
        WHERE NOT indisprimary AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE \"C\"";
    assert_eq!(column(&mut session, sql), wanted);
}

#[test]
fn enums_and_kinds_are_checked_by_the_tables_themselves() {
    let Some(shelf) = PostgresShelf::make() else { return };
    shelf.open().post(&changes(extremes()), mark(1)).unwrap();
    let mut session = raw(&shelf);
    for broken in [
        "UPDATE orders SET state = 'lost'",
        "UPDATE orders SET total_minor = -1, refunded_minor = -1",
        "UPDATE account SET held_minor = -1",
        "UPDATE posting SET amount_1_minor = -amount_1_minor",
        "UPDATE posting SET side_1 = NULL",
        "UPDATE posting SET side_1 = 'left'",
        "UPDATE receipt SET attempt = decode('00', 'hex')",
        "UPDATE party SET slot = 100",
        "UPDATE mark SET hash = decode('00', 'hex')",
        "INSERT INTO mark (cell, sequence, at_us, seq, hash) VALUES (0, 0, 0, 0, decode(repeat('00', 32), 'hex'))",
    ] {
        assert!(matches!(session.run(broken), Err(StoreError::Refused { .. })), "{broken}");
    }
}

#[test]
fn entries_and_orders_are_shown_as_in_sqlite() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    let orders = [1_767_283_199_999_999, 1_767_283_200_000_000]
        .map(|at_us| Order { created_at_us: Some(at_us), ..order(at_us, party(1, 42)) });
    let rows = orders.clone().map(row).into_iter().chain([row(posting(3, 7, 250))]);
    store.post(&changes(rows), mark(1)).unwrap();
    let sql = "SELECT trade_no || ' ' || total || ' ' || currency || ' ' || created_at FROM v_order ORDER BY trade_no";
    let expected =
        orders.map(|order| order.no).into_iter().zip(["2026-01-01 23:59:59", "2026-01-02 00:00:00"]);
    let expected: Vec<String> = expected.map(|(no, at)| format!("{no} 12.34 CNY {at}")).collect();
    let mut session = raw(&shelf);
    assert_eq!(column(&mut session, sql), expected);
    let sql =
        "SELECT slot || ' ' || posting_no || ' ' || leg || ' ' || kind || ' ' || side || ' ' || amount_minor
        || ' ' || balance_after_minor FROM entry ORDER BY slot, posting_no, leg";
    assert_eq!(column(&mut session, sql), ["7 307 1 top_up debit 250 -250", "7 307 2 top_up credit 250 250"]);
}

#[test]
fn text_with_the_one_character_that_postgres_lacks_comes_back_as_it_was() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    let odd = Order { subject: text("a\0b\u{1}"), out_trade_no: text("T\0"), ..order(1, party(1, 7)) };
    store.post(&changes([row(odd.clone())]), mark(1)).unwrap();
    let found = store.reader().unwrap().orders(None, None, 1).unwrap();
    assert_eq!(*found[0], odd);
}

#[test]
fn what_is_held_stays_while_others_post() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    store.post(&changes([row(order(1, party(1, 7)))]), mark(1)).unwrap();
    let mut reader = shelf.0.open_reader().unwrap();
    reader.hold().unwrap();
    store.post(&changes([row(order(2, party(1, 7)))]), mark(2)).unwrap();
    assert_eq!((reader.mark().unwrap(), reader.count(Table::Order).unwrap()), (mark(1), 1));
    assert_eq!(reader.orders(None, None, 9).unwrap().len(), 1);
    reader.hold().unwrap();
    assert_eq!((reader.mark().unwrap(), reader.count(Table::Order).unwrap()), (mark(2), 2));
    store.post(&changes([row(order(3, party(1, 7)))]), mark(3)).unwrap();
    reader.let_go().unwrap();
    assert_eq!(reader.orders(None, None, 9).unwrap().len(), 3);
}

#[test]
fn a_second_poster_cannot_take_the_tables_back() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let (mut one, mut two) = (shelf.open(), shelf.open());
    one.post(&changes([row(order(1, party(1, 7)))]), mark(7)).unwrap();
    assert!(matches!(two.post(&Changes::new(), mark(6)), Err(StoreError::MarkBack { posted: 7, given: 6 })));
    assert_eq!(OrderNo::of(stamp(1), slot(7)), one.reader().unwrap().orders(None, None, 1).unwrap()[0].no);
}

/// Ends every other connection to the database, as a server that restarts does.
fn end_others(session: &mut Session) {
    let sql = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    column(session, sql);
    let others = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid()";
    let until = Instant::now() + Duration::from_secs(10);
    while !column(session, others).is_empty() {
        assert!(Instant::now() < until, "they end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_lost_connection_is_made_anew_but_not_under_what_is_held() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    store.post(&changes([row(order(1, party(1, 7)))]), mark(1)).unwrap();
    let (mut reader, mut holding) = (shelf.0.open_reader().unwrap(), shelf.0.open_reader().unwrap());
    holding.hold().unwrap();
    end_others(&mut raw(&shelf));
    assert_eq!(reader.mark().unwrap(), mark(1), "a reader asks once more");
    let lost = holding.mark().unwrap_err();
    assert!(matches!(lost, StoreError::ConnectionLost(_) | StoreError::ConnectionGone), "{lost:?}");
    holding.let_go().unwrap();
    assert_eq!(holding.mark().unwrap(), mark(1));
    // Whoever posts tries again, as it does after every refusal.
    let next = changes([row(order(2, party(1, 7)))]);
    let posted = store.post(&next, mark(2)).or_else(|error| {
        assert!(matches!(error, StoreError::ConnectionLost(_) | StoreError::ConnectionGone), "{error:?}");
        store.post(&next, mark(2))
    });
    posted.unwrap();
    assert_eq!(reader.count(Table::Order).unwrap(), 2);
}

/// Two transactions that wait for each other: PostgreSQL gives one of them up (40P01), and the whole posting is done
/// again.
#[test]
fn a_posting_that_was_given_up_for_another_is_done_again() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    store.post(&changes([row(order(1, party(1, 7)))]), mark(1)).unwrap();
    let mut other = raw(&shelf);
    other.run("BEGIN; SELECT 1 FROM orders WHERE slot = 7 FOR UPDATE").unwrap();
    let posting = std::thread::spawn(move || {
        let paid = Order { fee_minor: minor(7), ..order(1, party(1, 7)) };
        store.post(&changes([row(paid)]), mark(2)).map(|()| store)
    });
    let waits = "SELECT pid::text FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let (mut watch, until) = (raw(&shelf), Instant::now() + Duration::from_secs(10));
    while column(&mut watch, waits).is_empty() {
        assert!(Instant::now() < until, "the posting waits for the order");
        std::thread::sleep(Duration::from_millis(5));
    }
    // It has the mark already, and found out first that nobody goes on.
    other.run("SELECT 1 FROM mark WHERE cell = 0 FOR UPDATE; COMMIT").unwrap();
    let store = posting.join().unwrap().unwrap();
    let found = store.reader().unwrap().orders(None, None, 1).unwrap();
    assert_eq!((found[0].fee_minor, store.reader().unwrap().mark().unwrap()), (minor(7), mark(2)));
    let sql = "SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()";
    let until = Instant::now() + Duration::from_secs(10);
    while column(&mut raw(&shelf), sql) == ["0"] {
        assert!(Instant::now() < until, "there was a deadlock");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn databases_of_others_and_of_other_releases_are_refused() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let told = |shelf: &PostgresShelf| shelf.0.open().map(drop).unwrap_err().to_string();
    let empty = shelf.0.open_reader().map(drop).unwrap_err().to_string();
    assert!(empty.contains("holds no books of tongbao"), "{empty}");
    raw(&shelf).run("CREATE TABLE theirs (id int)").unwrap();
    assert!(told(&shelf).contains("tables of another program"), "{}", told(&shelf));
    raw(&shelf).run("DROP TABLE theirs").unwrap();
    drop(shelf.open());
    let mut session = raw(&shelf);
    session.run("UPDATE tongbao_schema_version SET checksum = 'x'").unwrap();
    assert!(told(&shelf).contains("migration 0001_tables_create is not the one"), "{}", told(&shelf));
    session
        .run(
            "INSERT INTO tongbao_schema_version SELECT 99, '0099_from_the_future', '', 0;
             DELETE FROM tongbao_schema_version WHERE number < 99; UPDATE tongbao_schema_version SET number = 1",
        )
        .unwrap();
    session.run("INSERT INTO tongbao_schema_version SELECT 2, '0002_later', '', 0").unwrap();
    assert!(told(&shelf).contains("is not the one"), "{}", told(&shelf));
}

#[test]
fn a_server_that_cannot_keep_books_is_refused_by_its_setting() {
    let Some(address) = new_database() else { return };
    let database = Database::parse(&address).unwrap();
    let refused = database.clone().without_loss().open().map(drop).unwrap_err().to_string();
    assert!(refused.contains("synchronous_standby_names is empty"), "{refused}");
    let name = address.rsplit_once('/').unwrap().1;
    let mut session = database.session().unwrap();
    session.run(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).unwrap();
    let refused = database.open().map(drop).unwrap_err().to_string();
    assert!(refused.contains("synchronous_commit is off"), "{refused}");
    session.run(&format!("ALTER DATABASE {name} SET synchronous_commit = on")).unwrap();
    drop(database.open().unwrap());
    // Of another encoding.
    let odd = format!("{name}_ascii");
    session
        .run(&format!(
            "CREATE DATABASE {odd} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        ))
        .unwrap();
    let refused =
        Database::parse(&format!("{address}_ascii")).unwrap().open().map(drop).unwrap_err().to_string();
    assert!(refused.contains("encoding is SQL_ASCII"), "{refused}");
}

#[test]
fn who_does_not_answer_or_let_us_in_is_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = Database::parse(&format!("postgres://127.0.0.1:{}/b", closed.port())).unwrap();
    let refused = nobody.open().map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused:?}");
    let Some(address) = new_database() else { return };
    let missing = Database::parse(&format!("{address}_missing")).unwrap().open().map(drop).unwrap_err();
    assert!(matches!(&missing, StoreError::Unreachable(why) if why.contains("3D000")), "{missing:?}");
}

#[test]
fn emptied_books_begin_at_the_start() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    store.post(&changes(extremes()), mark(5)).unwrap();
    shelf.0.empty().unwrap();
    assert!(matches!(store.mark(), Err(StoreError::WentBack { posted: 5, found: 0 })));
    assert_eq!(store.begin().unwrap(), store::Mark::START);
    let mut reader = store.reader().unwrap();
    for table in Table::ALL {
        assert_eq!(reader.count(*table).unwrap(), 0, "{}", table.name());
    }
    store.post(&changes(extremes()), mark(1)).unwrap();
}

/// A standby that takes the primary's place may lack what was posted last: it is not gone on with as if it had it.
#[test]
fn tables_that_came_back_older_are_refused_until_everything_is_read_again() {
    let Some(shelf) = PostgresShelf::make() else { return };
    let mut store = shelf.open();
    assert_eq!(store.begin().unwrap(), store::Mark::START);
    store.post(&changes([row(order(1, party(1, 7)))]), mark(5)).unwrap();
    raw(&shelf).run("UPDATE mark SET sequence = 3, at_us = 3, seq = 3 WHERE cell = 0").unwrap();
    let next = changes([row(order(2, party(1, 7)))]);
    for refused in [store.mark().map(drop), store.post(&next, mark(6))] {
        assert!(matches!(refused, Err(StoreError::WentBack { posted: 5, found: 3 })), "{refused:?}");
    }
    assert_eq!(store.begin().unwrap().sequence, 3);
    store.post(&next, mark(6)).unwrap();
}
