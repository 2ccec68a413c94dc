//! The posted tables as they stand at one moment, read without the store's own code.

use crate::AuditError;
use crate::images::{put_bytes, put_int};
use crate::report::{FindingKind, Findings};
use base::{ColumnKind, Stamp};
use engine::Table;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
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
        mut lend: impl FnMut(&mut Vec<u8>, usize, usize),
    ) -> Result<u64, AuditError> {
        let failed = |source| self.failed(source);
        let names: Vec<String> =
            table.columns().iter().map(|column| format!("\"{}\"", column.name)).collect();
        let key = names[..table.key_columns()].join(", ");
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY {key}", names.join(", "), table.name());
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query(()).map_err(failed)?;
        let (key_columns, mut count) = (table.key_columns(), 0);
        while let Some(row) = rows.next().map_err(failed)? {
            let start = bytes.len();
            for column in 0..key_columns {
                write(row.get_ref(column).map_err(failed)?, bytes);
            }
            let key_bytes = bytes.len() - start;
            for column in key_columns..names.len() {
                write(row.get_ref(column).map_err(failed)?, bytes);
            }
            count += 1;
            lend(bytes, start, key_bytes);
        }
        Ok(count)
    }
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
        ValueRef::Null => out.push(0),
        ValueRef::Integer(number) => put_int(out, number),
        ValueRef::Real(number) => put_bytes(out, ColumnKind::Text, number.to_string().as_bytes()),
        ValueRef::Text(bytes) => put_bytes(out, ColumnKind::Text, bytes),
        ValueRef::Blob(bytes) => put_bytes(out, ColumnKind::Blob, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
