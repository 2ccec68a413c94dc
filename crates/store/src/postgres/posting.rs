//! Posts rows: a statement for each slot of each table, sent one behind the other, in one transaction with the mark.

use super::session::Session;
use super::statements;
use super::values::Arrays;
use super::{CELL, Database};
use crate::{Image, Mark, Reader, Store, StoreError};
use base::Stamp;
use engine::{Key, Row, Table};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::types::ToSql;

/// Rows of one statement at most. Sketch: 400 bytes each, 1.6 MB.
const ROWS_TOGETHER: usize = 4_000;
/// Rows that are on their way before an answer is waited for. Sketch: 400 bytes each, twice, 50 MB.
const ROWS_UNDER_WAY: usize = 64_000;
/// How often a posting that the server gave up for another transaction's sake is done again.
const TRIES: u32 = 5;
/// The wait before that.
const REST: Duration = Duration::from_millis(20);

const READ_MARK: &str = "SELECT sequence, at_us, seq, hash FROM mark WHERE cell = $1";
/// The row stays locked until the posting ends, so that of two who post each sees what the other did.
const TAKE_MARK: &str = "SELECT sequence, at_us, seq, hash FROM mark WHERE cell = $1 FOR UPDATE";
const WRITE_MARK: &str = "UPDATE mark SET sequence = $2, at_us = $3, seq = $4, hash = $5 WHERE cell = $1";

/// Tables in a PostgreSQL database, open for posting.
#[derive(Debug)]
pub struct PostgresStore {
    database: Database,
    /// Absent after the connection was lost, until the next call.
    session: Option<Session>,
    /// The last record that was posted, as far as is known here. A standby that takes the primary's place may lack it,
    /// and whoever posted it does not post it again.
    posted: u64,
}

impl PostgresStore {
    pub(super) fn new(database: Database, session: Session) -> PostgresStore {
        PostgresStore { database, session: Some(session), posted: 0 }
    }

    /// The session, made anew when the last one broke.
    fn session(&mut self) -> Result<&mut Session, StoreError> {
        let session = match self.session.take().filter(|session| !session.is_broken()) {
            Some(session) => session,
            None => self.database.session()?,
        };
        Ok(self.session.insert(session))
    }

    fn try_post(&mut self, images: &[Image<'_>], mark: &Mark) -> Result<(), StoreError> {
        let posted = self.posted;
        let session = self.session()?;
        session.run("BEGIN")?;
        match write(session, images, mark, posted) {
            // A connection that is lost here leaves the posting done or not: it is done again, to the same end.
            Ok(()) => {
                session.run("COMMIT")?;
                self.posted = self.posted.max(mark.sequence);
                Ok(())
            }
            Err(error) => {
                // The first error is the one to tell.
                let _ended = session.run("ROLLBACK");
                Err(error)
            }
        }
    }
}

impl Store for PostgresStore {
    fn mark(&mut self) -> Result<Mark, StoreError> {
        let posted = self.posted;
        not_behind(read_mark(self.session()?, READ_MARK)?, posted)
    }

    fn begin(&mut self) -> Result<Mark, StoreError> {
        let mark = read_mark(self.session()?, READ_MARK)?;
        self.posted = mark.sequence;
        Ok(mark)
    }

    fn post(&mut self, changes: &BTreeMap<Key, Option<Row>>, mark: Mark) -> Result<(), StoreError> {
        let images: Vec<Image<'_>> = changes.iter().map(|(key, row)| (key, row.as_ref())).collect();
        self.post_sorted(&images, mark)
    }

    fn post_sorted(&mut self, images: &[Image<'_>], mark: Mark) -> Result<(), StoreError> {
        debug_assert!(images.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each key once");
        for _ in 1..TRIES {
            match self.try_post(images, &mark) {
                Err(error) if error.is_conflict() => std::thread::sleep(REST),
                done => return done,
            }
        }
        self.try_post(images, &mark)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.database.open_reader()?.of_one_server()?))
    }
}

/// The mark that these tables stand at.
pub(super) fn read(session: &mut Session) -> Result<Mark, StoreError> {
    read_mark(session, READ_MARK)
}

fn read_mark(session: &mut Session, sql: &str) -> Result<Mark, StoreError> {
    let rows = session.query(sql, &[&CELL])?;
    let damaged = |found: &str| StoreError::RowDamaged {
        table: "mark",
        source: base::FieldError::new("a mark", found),
    };
    let row = rows.first().ok_or_else(|| damaged("nothing"))?;
    let (sequence, at_us, seq): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let hash: &[u8] = row.try_get(3)?;
    let hash = hash.try_into().map_err(|_| damaged("a hash of another length"))?;
    let stamp = Stamp { at_us, seq: seq.unsigned_abs() };
    Ok(Mark { sequence: sequence.unsigned_abs(), stamp, hash })
}

/// Refuses tables that stand behind what was posted.
fn not_behind(mark: Mark, posted: u64) -> Result<Mark, StoreError> {
    if mark.sequence < posted {
        return Err(StoreError::WentBack { posted, found: mark.sequence });
    }
    Ok(mark)
}

fn write(session: &mut Session, images: &[Image<'_>], mark: &Mark, posted: u64) -> Result<(), StoreError> {
    not_behind(read_mark(session, TAKE_MARK)?, posted)?.check_next(mark)?;
    for rows in images.chunk_by(|(one, _), (other, _)| one.table() == other.table()) {
        let table = rows[0].0.table();
        write_table(session, table, rows).map_err(|error| error.of_rows(table.name()))?;
    }
    // Numbers of 2⁶³ and more become negative here, which the table refuses.
    let (sequence, seq) = (mark.sequence.cast_signed(), mark.stamp.seq.cast_signed());
    let values: [&(dyn ToSql + Sync); 5] = [&CELL, &sequence, &mark.stamp.at_us, &seq, &mark.hash.as_slice()];
    session.execute(WRITE_MARK, &values).map(|_| ()).map_err(|error| error.of_rows("mark"))
}

/// Rows of one slot that go together.
struct Group {
    slot: i64,
    arrays: Arrays,
}

/// Groups of one statement that were not sent yet.
#[derive(Default)]
struct Waiting {
    groups: Vec<Group>,
    rows: usize,
}

impl Waiting {
    /// The group of this slot, a new one when the last is of another or full.
    fn group(&mut self, slot: i64, columns: &[base::Column]) -> &mut Group {
        let fits = |group: &Group| group.slot == slot && group.arrays.rows < ROWS_TOGETHER;
        if !self.groups.last().is_some_and(fits) {
            self.groups.push(Group { slot, arrays: Arrays::of(columns) });
        }
        self.rows += 1;
        self.groups.last_mut().expect("one was pushed when there was none")
    }

    fn send(&mut self, session: &mut Session, sql: &str) -> Result<(), StoreError> {
        let groups = std::mem::take(self).groups;
        if groups.is_empty() {
            return Ok(());
        }
        let values: Vec<_> = groups.iter().map(|group| group.arrays.list(&group.slot)).collect();
        session.execute_each(sql, &values)
    }
}

fn write_table(session: &mut Session, table: Table, images: &[Image<'_>]) -> Result<(), StoreError> {
    let sql = statements::of(table);
    let (columns, key) = (table.columns(), &table.columns()[..table.key_columns()]);
    let (mut written, mut gone) = (Waiting::default(), Waiting::default());
    for (image, row) in images {
        let slot = i64::from(image.slot().number());
        match row {
            Some(row) => {
                debug_assert_eq!(row.key(), **image, "a row stands under its own key");
                written.group(slot, columns).arrays.take(|sink| row.write(sink));
            }
            None => gone.group(slot, key).arrays.take(|sink| image.write(sink)),
        }
        if written.rows >= ROWS_UNDER_WAY {
            written.send(session, &sql.upsert)?;
        }
        if gone.rows >= ROWS_UNDER_WAY {
            gone.send(session, &sql.delete)?;
        }
    }
    gone.send(session, &sql.delete)?;
    written.send(session, &sql.upsert)
}
