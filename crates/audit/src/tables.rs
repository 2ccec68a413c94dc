//! The posted tables as they stand at one moment, read without the store's own code.

use crate::AuditError;
use crate::images::{put_bytes, put_int, put_null};
use crate::pages::{self, Pages};
use crate::report::{FindingKind, Findings};
use base::{ColumnKind, Stamp};
use engine::Table;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a lock of the poster is waited for. Readers need one only for the moment of opening.
const BUSY: Duration = Duration::from_secs(10);

/// How far the tables were posted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    pub(crate) sequence: u64,
    pub(crate) stamp: Stamp,
    pub(crate) hash: Vec<u8>,
}

/// One read transaction on the SQLite file.
#[derive(Debug)]
pub(crate) struct Snapshot {
    connection: Connection,
    path: PathBuf,
    /// The file as it was, when nobody had it open; then SQLite takes no locks and makes no files beside it.
    alone: Option<Still>,
}

/// What tells that nobody has the file open, and that nobody had it meanwhile.
#[derive(PartialEq, Debug)]
struct Still {
    bytes: u64,
    changed: SystemTime,
}

impl Still {
    /// `None` while a write-ahead log is there: a server runs, or was killed.
    fn of(path: &Path) -> Option<Still> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        if Path::new(&log).exists() {
            return None;
        }
        let file = std::fs::metadata(path).ok()?;
        Some(Still { bytes: file.len(), changed: file.modified().ok()? })
    }
}

impl Snapshot {
    /// Opens the file for reading; with `shared`, always in a way that others may write meanwhile. An ordinary reader
    /// would leave files of its own owner beside a stopped database, which the server might then not be able to open.
    pub(crate) fn open(path: &Path, shared: bool) -> Result<Snapshot, AuditError> {
        let failed = |source| AuditError::Tables { path: path.to_path_buf(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let alone = if shared { None } else { Still::of(path) };
        let address = path.to_str().filter(|_| alone.is_some()).map(immutable_address);
        let connection = match &address {
            Some(address) => Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI),
            None => Connection::open_with_flags(path, flags),
        };
        let connection = connection.map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.execute_batch("BEGIN").map_err(failed)?;
        let alone = alone.filter(|_| address.is_some());
        Ok(Snapshot { connection, path: path.to_path_buf(), alone })
    }

    /// Whether a server was started while the file was read as if nobody had it open: nothing read then counts.
    pub(crate) fn was_disturbed(&self) -> bool {
        self.alone.is_some() && Still::of(&self.path) != self.alone
    }

    fn failed(&self, source: rusqlite::Error) -> AuditError {
        AuditError::Tables { path: self.path.clone(), source }
    }

    /// The mark; the first read, so it fixes the snapshot. A mark that is not there counts as nothing posted.
    pub(crate) fn mark(&self, findings: &mut Findings) -> Result<Mark, AuditError> {
        let sql = "SELECT sequence, at_us, seq, hash FROM mark";
        let mut statement = self.connection.prepare(sql).map_err(|source| self.failed(source))?;
        let marks = statement.query_map((), |row| {
            let sequence: i64 = row.get(0)?;
            let seq: i64 = row.get(2)?;
            let stamp = Stamp { at_us: row.get(1)?, seq: seq.max(0).unsigned_abs() };
            Ok(Mark { sequence: sequence.max(0).unsigned_abs(), stamp, hash: row.get(3)? })
        });
        let marks: Result<Vec<Mark>, _> = marks.and_then(Iterator::collect);
        let mut marks = marks.map_err(|source| self.failed(source))?;
        if marks.len() != 1 {
            findings.add(
                FindingKind::MarkWrong,
                "mark",
                "id=1",
                format!("{} rows instead of one", marks.len()),
            );
        }
        let nothing = Mark { sequence: 0, stamp: Stamp { at_us: 0, seq: 0 }, hash: vec![0; 32] };
        Ok(marks.pop().unwrap_or(nothing))
    }

    /// Lets SQLite check every page, index and constraint of its file.
    pub(crate) fn check_file(&self, findings: &mut Findings) -> Result<(), AuditError> {
        let failed = |source| self.failed(source);
        let mut statement = self.connection.prepare("PRAGMA integrity_check").map_err(failed)?;
        let faults = statement.query_map((), |row| row.get(0)).map_err(failed)?;
        for fault in faults {
            let fault: String = fault.map_err(failed)?;
            if fault != "ok" {
                findings.add(FindingKind::FileDamaged, "sqlite", "file", fault);
            }
        }
        Ok(())
    }

    /// Appends each row of a table to some bytes, in the order of its key, and lends these with the place where the row
    /// begins and the length of its key. How many rows there are.
    pub(crate) fn each_row(
        &self,
        table: Table,
        bytes: &mut Vec<u8>,
        lend: impl FnMut(&mut Vec<u8>, usize, usize),
    ) -> Result<u64, AuditError> {
        let rows = match self.plain_root(table) {
            Ok(Some(root)) => match Pages::open(&self.connection) {
                Ok(Some(pages)) => rows_of_pages(pages, root, table, bytes, lend),
                Ok(None) => self.rows_of_sql(table, bytes, lend),
                Err(error) => Err(error),
            },
            Ok(None) => self.rows_of_sql(table, bytes, lend),
            Err(error) => Err(error),
        };
        rows.map_err(|source| self.failed(source))
    }

    /// The first page of a table's tree, when the table has the form that `pages` reads.
    fn plain_root(&self, table: Table) -> rusqlite::Result<Option<u32>> {
        let without_rowid = "SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main' AND type = 'table'";
        let without_rowid: Option<bool> =
            self.connection.query_row(without_rowid, [table.name()], |row| row.get(0)).optional()?;
        let encoding: String = self.connection.pragma_query_value(None, "encoding", |row| row.get(0))?;
        if without_rowid != Some(true) || encoding != "UTF-8" {
            return Ok(None);
        }
        let sql =
            "SELECT name, pk, hidden <> 0 OR dflt_value IS NOT NULL FROM pragma_table_xinfo(?1) ORDER BY cid";
        let mut statement = self.connection.prepare(sql)?;
        let found = statement.query_map([table.name()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let found: Vec<(String, i64, bool)> = found.collect::<Result<_, _>>()?;
        let expected = table.columns().iter().enumerate().map(|(index, column)| {
            let place = if index < table.key_columns() { index as i64 + 1 } else { 0 };
            (column.name.to_owned(), place, false)
        });
        if !expected.eq(found) {
            return Ok(None);
        }
        let root = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        self.connection.query_row(root, [table.name()], |row| row.get(0)).map(Some)
    }

    /// Rows as SQL gives them, for a table of any form.
    fn rows_of_sql(
        &self,
        table: Table,
        bytes: &mut Vec<u8>,
        mut lend: impl FnMut(&mut Vec<u8>, usize, usize),
    ) -> rusqlite::Result<u64> {
        let names: Vec<String> =
            table.columns().iter().map(|column| format!("\"{}\"", column.name)).collect();
        let key = names[..table.key_columns()].join(", ");
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY {key}", names.join(", "), table.name());
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(())?;
        let (key_columns, mut count) = (table.key_columns(), 0);
        while let Some(row) = rows.next()? {
            let start = bytes.len();
            for column in 0..key_columns {
                write(row.get_ref(column)?, bytes);
            }
            let key_bytes = bytes.len() - start;
            for column in key_columns..names.len() {
                write(row.get_ref(column)?, bytes);
            }
            count += 1;
            lend(bytes, start, key_bytes);
        }
        Ok(count)
    }
}

/// Rows as they stand on the pages.
fn rows_of_pages(
    mut pages: Pages<'_>,
    root: u32,
    table: Table,
    bytes: &mut Vec<u8>,
    mut lend: impl FnMut(&mut Vec<u8>, usize, usize),
) -> rusqlite::Result<u64> {
    let (columns, key_columns, mut count) = (table.columns().len(), table.key_columns(), 0);
    pages.each_record(root, |record| {
        let start = bytes.len();
        let key_bytes = pages::write_record(record, columns, key_columns, bytes)?;
        count += 1;
        lend(bytes, start, key_bytes);
        Some(())
    })?;
    Ok(count)
}

/// The address of a file that nobody changes.
fn immutable_address(path: &str) -> String {
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// Writes a stored value as the journal would. What no column may hold, such as a float, is written as text, so that it
/// differs and shows; text that is none stays as it is, for the same reason.
fn write(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => put_null(out),
        ValueRef::Integer(number) => put_int(out, number),
        ValueRef::Real(number) => put_bytes(out, ColumnKind::Text, number.to_string().as_bytes()),
        ValueRef::Text(bytes) => put_bytes(out, ColumnKind::Text, bytes),
        ValueRef::Blob(bytes) => put_bytes(out, ColumnKind::Blob, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    #[test]
    fn a_file_that_somebody_opened_meanwhile_is_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("with ? and # and %20.sqlite");
        let server = Connection::open(&path).unwrap();
        server.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)").unwrap();
        let live = Snapshot::open(&path, false).unwrap();
        assert!(live.alone.is_none() && !live.was_disturbed());
        drop((live, server));
        let stopped = Snapshot::open(&path, false).unwrap();
        let rows: i64 = stopped.connection.query_row("SELECT count(*) FROM t", (), |row| row.get(0)).unwrap();
        assert!(rows == 0 && stopped.alone.is_some() && !stopped.was_disturbed());
        let server = Connection::open(&path).unwrap();
        server.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        assert!(stopped.was_disturbed(), "a server runs");
        drop(server);
        assert!(stopped.was_disturbed(), "a server ran");
        assert!(!Snapshot::open(&path, true).unwrap().was_disturbed());
    }

    /// A table as the store makes them, with rows of all lengths and kinds of value; `extra` goes into its making.
    fn made(connection: &Connection, table: Table, count: i64, options: &str) {
        let columns =
            table.columns().iter().map(|column| format!("\"{}\" {}", column.name, sql_kind(column.kind)));
        let columns: Vec<String> = columns.collect();
        let names: Vec<&str> =
            table.columns()[..table.key_columns()].iter().map(|column| column.name).collect();
        let (columns, key) = (columns.join(", "), names.join(", "));
        let sql = format!("CREATE TABLE {} ({columns}, PRIMARY KEY ({key})) {options}", table.name());
        connection.execute_batch(&sql).unwrap();
        let places = vec!["?"; table.columns().len()].join(", ");
        let mut insert =
            connection.prepare(&format!("INSERT INTO {} VALUES ({places})", table.name())).unwrap();
        for row in 0..count {
            // Keys come out of order, so that pages are split in their middle.
            let chance = |column: i64| {
                ((row * 7_919 % count) << 8 | column).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed())
            };
            let values = table.columns().iter().enumerate().map(|(index, column)| {
                let chance = chance(index as i64);
                let number = chance >> (chance.unsigned_abs() % 64);
                let letters = if chance % 50 == 0 { 5_000 } else { 30 };
                let text = "宝a".repeat(number.unsigned_abs() as usize % letters);
                match column.kind {
                    _ if index >= table.key_columns() && chance % 3 == 0 => Value::Null,
                    ColumnKind::Int => Value::Integer(number),
                    ColumnKind::Text => Value::Text(text),
                    ColumnKind::Blob => Value::Blob(text.into_bytes()),
                }
            });
            // Short keys meet each other; one of them is enough.
            let _taken = insert.execute(params_from_iter(values));
        }
    }

    fn sql_kind(kind: ColumnKind) -> &'static str {
        match kind {
            ColumnKind::Int => "INTEGER",
            ColumnKind::Text => "TEXT",
            ColumnKind::Blob => "BLOB",
        }
    }

    /// Rows with the length of their key, as one of both ways gives them.
    fn by_pages(snapshot: &Snapshot, table: Table) -> rusqlite::Result<Vec<(Vec<u8>, usize)>> {
        let root = snapshot.plain_root(table)?.expect("a plain table");
        let pages = Pages::open(&snapshot.connection)?.expect("this SQLite gives its pages");
        let mut rows = Vec::new();
        rows_of_pages(pages, root, table, &mut Vec::new(), |bytes, start, key| {
            rows.push((bytes.split_off(start), key));
        })?;
        Ok(rows)
    }

    fn by_sql(snapshot: &Snapshot, table: Table) -> Vec<(Vec<u8>, usize)> {
        let mut rows = Vec::new();
        let lend = |bytes: &mut Vec<u8>, start, key| rows.push((bytes.split_off(start), key));
        snapshot.rows_of_sql(table, &mut Vec::new(), lend).unwrap();
        rows
    }

    #[test]
    fn pages_give_the_rows_that_sql_gives() {
        for (page_bytes, count) in [(512, 300), (4_096, 3_000)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("tables.sqlite");
            let server = Connection::open(&path).unwrap();
            server
                .execute_batch(&format!("PRAGMA page_size = {page_bytes}; PRAGMA journal_mode = WAL; BEGIN"))
                .unwrap();
            for table in Table::ALL {
                made(&server, *table, count, "STRICT, WITHOUT ROWID");
            }
            server.execute_batch("COMMIT").unwrap();
            let live = Snapshot::open(&path, false).unwrap();
            assert_eq!(by_sql(&live, Table::Party).len(), by_pages(&live, Table::Party).unwrap().len());
            for table in Table::ALL {
                server.execute_batch(&format!("DELETE FROM {} WHERE rowid % 2", table.name())).unwrap_err();
                let sql = format!("DELETE FROM {} WHERE slot % 3 = 0", table.name());
                server.execute_batch(&sql).unwrap();
            }
            // What was read first stands: the other connection's changes are not of this transaction.
            let later = Snapshot::open(&path, false).unwrap();
            for table in Table::ALL {
                let (before, after) = (by_pages(&live, *table).unwrap(), by_pages(&later, *table).unwrap());
                assert!(before.len() > after.len() && after.len() > 10, "{}", table.name());
                assert!(before == by_sql(&live, *table), "{}", table.name());
                assert!(after == by_sql(&later, *table), "{}", table.name());
            }
        }
    }

    #[test]
    fn tables_of_another_form_are_left_to_sql() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tables.sqlite");
        let server = Connection::open(&path).unwrap();
        made(&server, Table::Party, 100, "STRICT");
        made(&server, Table::Login, 100, "WITHOUT ROWID");
        made(&server, Table::Hold, 100, "STRICT, WITHOUT ROWID");
        server.execute_batch("ALTER TABLE hold ADD COLUMN more INTEGER DEFAULT 7").unwrap();
        let snapshot = Snapshot::open(&path, false).unwrap();
        let plain = |table| snapshot.plain_root(table).unwrap().is_some();
        assert!(plain(Table::Login) && !plain(Table::Party) && !plain(Table::Hold));
        assert!(!plain(Table::Account), "it is not there");
        let count = |table| snapshot.each_row(table, &mut Vec::new(), |bytes, _, _| bytes.clear()).unwrap();
        assert_eq!(count(Table::Party), 100);
        assert_eq!(count(Table::Hold), 100);
    }

    /// Whatever stands in the file, the rows are others or it is an error, and it ends.
    #[test]
    fn damaged_pages_are_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tables.sqlite");
        let server = Connection::open(&path).unwrap();
        server.execute_batch("PRAGMA page_size = 512; BEGIN").unwrap();
        made(&server, Table::Notice, 300, "STRICT, WITHOUT ROWID");
        server.execute_batch("COMMIT").unwrap();
        drop(server);
        let whole = std::fs::read(&path).unwrap();
        let (mut chance, mut errors) = (1_u64, 0);
        for _ in 0..500 {
            let mut bytes = whole.clone();
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The first bytes of a page tell where its rows begin; the first page is the schema's.
            let page = 1 + (chance >> 33) as usize % (bytes.len() / 512 - 1);
            bytes[512 * page + (chance >> 8) as usize % 24] = (chance >> 24) as u8;
            std::fs::write(&path, &bytes).unwrap();
            let snapshot = Snapshot::open(&path, false).unwrap();
            errors += u32::from(by_pages(&snapshot, Table::Notice).is_err());
        }
        assert!(errors > 50, "{errors}");
    }
}
