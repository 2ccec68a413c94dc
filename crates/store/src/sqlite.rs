//! Tables in SQLite: one connection posts, readers have their own.

use crate::migrations::{MIGRATIONS, check_current, migrate};
use crate::sql::{self, SqlSink};
use crate::write_out::WriteOut;
use crate::{Image, Mark, Reader, SqliteReader, Store, StoreError};
use base::Stamp;
use engine::{Key, Row};
use rusqlite::{CachedStatement, Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The oldest SQLite that is accepted: before 3.51.3 a WAL could be reset while another connection still read it, which
/// damaged databases in rare races.
const OLDEST_LIBRARY: i32 = 3_051_003;
/// How long a statement waits for a lock, for example while another process takes a backup.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Bytes of a page. Larger ones suit appended rows, smaller ones random rows; measured, see `tests/store/speed.rs`.
const PAGE_BYTES: i64 = 4_096;
/// Most memory for pages on the posting connection, KiB; taken only as it fills.
const POSTING_CACHE_KIB: i64 = 262_144;
/// Most memory for pages on a reading connection, KiB.
const READING_CACHE_KIB: i64 = 4_096;
/// Pages in the WAL before they are moved into the file: 512 MiB, so that a page that is written by many batches is
/// moved once. The WAL keeps the length it came to: cutting it back and growing it again costs the disk more than the
/// room is worth.
const CHECKPOINT_PAGES: i64 = 131_072;
/// Statements kept prepared: three for each table and those of the lists.
const STATEMENTS: usize = 96;

/// Tables in one SQLite file, beside it its `-wal` and `-shm`.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    /// Pages in the WAL from which on a checkpoint moves them.
    checkpoint_pages: i64,
    /// The file and its WAL, to be written out; absent until there was a checkpoint.
    files: Option<(WriteOut, WriteOut)>,
}

impl SqliteStore {
    /// Opens the tables for posting, makes them when there are none, and brings older ones to this release.
    /// Refuses a SQLite library that is too old, tables of a newer release or of another program, and a file system on
    /// which the settings that keep them whole do not hold.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        check_library(rusqlite::version_number())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        // First, because it refuses what is not ours before anything is changed.
        migrate(&mut connection, path, MIGRATIONS)?;
        require(&connection, "journal_mode", "wal", "wal")?;
        // The journal is the truth: a post that a power failure takes back is posted again.
        require(&connection, "synchronous", "normal", "1")?;
        connection.pragma_update(None, "cache_size", -POSTING_CACHE_KIB)?;
        // Whoever posts says when there is time for it.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        Ok(SqliteStore { connection, path: path.to_owned(), checkpoint_pages: CHECKPOINT_PAGES, files: None })
    }

    /// Opens the tables for reading only, also while they are posted into, or when nobody has them open.
    /// Refuses a missing file and tables of another release.
    pub fn open_reader(path: &Path) -> Result<SqliteReader, StoreError> {
        check_library(rusqlite::version_number())?;
        let connection = open_read_only(path)?;
        connection.pragma_update(None, "cache_size", -READING_CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        check_current(&connection, path)?;
        Ok(SqliteReader::new(connection))
    }

    /// Moves the WAL's pages into the file as soon as there are so many, at least one; for tests of exactly that.
    pub fn checkpoint_from(&mut self, pages: u32) {
        self.checkpoint_pages = pages.max(1).into();
    }

    /// Makes everything posted so far durable. Journal segments may be dropped only below a mark that was synced.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        // A commit under FULL syncs the WAL with all commits before it. It must change something to be written at all.
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        self.connection.pragma_update(None, "synchronous", "full")?;
        let synced = self.connection.pragma_update(None, "user_version", (version + 1) & 0x7fff_ffff);
        self.connection.pragma_update(None, "synchronous", "normal")?;
        Ok(synced?)
    }

    /// Moves the WAL's pages into the file, little by little as far as the disk is concerned.
    fn move_wal(&mut self) -> Result<(), StoreError> {
        if self.files.is_none() {
            let mut wal = self.path.clone().into_os_string();
            wal.push("-wal");
            self.files = WriteOut::open(&self.path).zip(WriteOut::open(Path::new(&wal)));
        }
        let Some((file, wal)) = &self.files else {
            self.wal("PASSIVE")?;
            return Ok(());
        };
        wal.once();
        let done = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let named = std::thread::Builder::new().name("poster-write".to_owned());
            // Without a thread SQLite's flush does all of it at once.
            let _helper = named.spawn_scoped(threads, || file.until(&done));
            let moved = self.wal("PASSIVE");
            done.store(true, Ordering::Release);
            moved.map(drop)
        })
    }

    /// Pages in the WAL, and how many of them stand in the file, after a checkpoint of a mode.
    fn wal(&self, mode: &str) -> Result<(i64, i64), StoreError> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        Ok(self.connection.query_row(&sql, (), |row| Ok((row.get(1)?, row.get(2)?)))?)
    }
}

impl Store for SqliteStore {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        read_mark(&self.connection)
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        let images: Vec<Image<'_>> = changes.iter().map(|(key, row)| (key, row.as_ref())).collect();
        self.post_sorted(&images, mark)
    }

    fn post_sorted(&mut self, images: &[Image<'_>], mark: Mark) -> Result<(), StoreError> {
        debug_assert!(images.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each key once");
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let posted = read_mark(&transaction)?;
        posted.check_next(&mark)?;
        write_rows(&transaction, images, &posted)?;
        write_mark(&transaction, &mark)?;
        transaction.commit()?;
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let (written, moved) = self.wal("NOOP")?;
        if written - moved < self.checkpoint_pages {
            return Ok(());
        }
        self.move_wal()
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(SqliteStore::open_reader(&self.path)?))
    }
}

fn check_library(found: i32) -> Result<(), StoreError> {
    let text = |number: i32| format!("{}.{}.{}", number / 1_000_000, number / 1_000 % 1_000, number % 1_000);
    if found < OLDEST_LIBRARY {
        return Err(StoreError::LibraryTooOld { found: text(found), needed: text(OLDEST_LIBRARY) });
    }
    Ok(())
}

/// Opens a file that must be there, without the right to change it.
pub(crate) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Makes a setting and reads it back: SQLite keeps the old one in silence where a new one cannot be had.
fn require(
    connection: &Connection,
    name: &'static str,
    value: &str,
    wanted: &'static str,
) -> Result<(), StoreError> {
    // Some settings answer with their new value, others with nothing.
    connection.query_row(&format!("PRAGMA {name} = {value}"), (), |_| Ok(())).optional()?;
    let found = connection.pragma_query_value(None, name, |row| {
        row.get_ref(0).map(|found| match found {
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        })
    })?;
    if found == wanted { Ok(()) } else { Err(StoreError::Setting { name, wanted, found }) }
}

/// The mark that these tables stand at.
pub(crate) fn read_mark(connection: &Connection) -> Result<Mark, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT sequence, at_us, seq, hash FROM mark WHERE id = 1")?;
    let mark = statement.query_row((), |row| {
        let stamp = Stamp { at_us: row.get(1)?, seq: row.get::<_, i64>(2)?.unsigned_abs() };
        Ok(Mark { sequence: row.get::<_, i64>(0)?.unsigned_abs(), stamp, hash: row.get(3)? })
    })?;
    Ok(mark)
}

fn write_mark(connection: &Connection, mark: &Mark) -> Result<(), StoreError> {
    // Numbers of 2⁶³ and more become negative here, which the table refuses.
    let (sequence, seq) = (mark.sequence.cast_signed(), mark.stamp.seq.cast_signed());
    let sql = "UPDATE mark SET sequence = ?, at_us = ?, seq = ?, hash = ? WHERE id = 1";
    let mut statement = connection.prepare_cached(sql)?;
    let changed = statement.execute((sequence, mark.stamp.at_us, seq, mark.hash));
    changed.map(|_| ()).map_err(|error| StoreError::of_row("mark", error))
}

/// Writes rows in the order of their keys: table by table, and within a table along its pages.
fn write_rows(connection: &Connection, images: &[Image<'_>], posted: &Mark) -> Result<(), StoreError> {
    for rows in images.chunk_by(|(one, _), (other, _)| one.table() == other.table()) {
        let table = rows[0].0.table();
        let named = |error| StoreError::of_row(table.name(), error);
        let statements = sql::of(table);
        let mut upsert = connection.prepare_cached(&statements.upsert)?;
        let mut delete = connection.prepare_cached(&statements.delete)?;
        let mut insert =
            statements.insert.as_deref().map(|sql| connection.prepare_cached(sql)).transpose()?;
        for (key, row) in rows {
            let newer = key.born().is_some_and(|(_, born_at_us)| born_at_us > posted.stamp.at_us);
            let Some(row) = row else {
                run(&mut delete, |sink| key.write(sink)).map_err(named)?;
                continue;
            };
            debug_assert_eq!(row.key(), **key, "a row stands under its own key");
            if let Some(insert) = insert.as_mut().filter(|_| newer) {
                match run(insert, |sink| row.write(sink)) {
                    Ok(_) => continue,
                    // Named by another clock than the mark's; nothing was written.
                    Err(error) if is_taken(&error) => {}
                    Err(error) => return Err(named(error)),
                }
            }
            let written = run(&mut upsert, |sink| row.write(sink)).map_err(named)?;
            if written == 0 {
                // The number had another owner, whose index must forget it.
                run(&mut delete, |sink| key.write(sink)).map_err(named)?;
                run(&mut upsert, |sink| row.write(sink)).map_err(named)?;
            }
        }
    }
    Ok(())
}

fn is_taken(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

fn run(
    statement: &mut CachedStatement<'_>,
    bind: impl FnOnce(&mut SqlSink<'_, '_>),
) -> rusqlite::Result<usize> {
    let mut sink = SqlSink::new(statement);
    bind(&mut sink);
    sink.finish()?;
    statement.raw_execute()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_library_is_refused_by_its_version() {
        let refused = check_library(3_051_002).unwrap_err().to_string();
        assert_eq!(refused, "SQLite 3.51.2 is too old: 3.51.3 or newer is needed");
        check_library(3_051_003).unwrap();
        check_library(rusqlite::version_number()).unwrap();
    }
}
