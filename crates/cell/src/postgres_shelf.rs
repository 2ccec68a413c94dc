//! The journal in PostgreSQL: a record is a row of `journal`, and the row of the cell in `fence` says who may write the
//! next one. Both change in one statement, which is one transaction.
//!
//! Here and not in the journal's room: the tables are the store's, and of two neighbours neither knows the other.
//!
//! Who is alive is told by PostgreSQL: the fence names the connection of its owner (its process on the server, and
//! since when), and that connection ends with the owner's process. So a second platform on one database is refused, and
//! one that was killed is followed at once.

use journal::{Fence, Kept, Position, Shelf, ShelfError, WorldId};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Database, Session, StoreError};

/// The cell whose journal it is. There is one so far.
const CELL: i64 = 0;
/// The longest wait for the answer to a record.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// How often the same is asked again, and the first and longest rest before: some eight seconds in all.
const TIMES: u32 = 20;
const REST: Duration = Duration::from_millis(10);
const REST_MAX: Duration = Duration::from_millis(500);
/// How long the connection of an owner that was killed may take to end: the server looks when it has done what was
/// asked last.
const OWNER_ENDS: u32 = 50;
const OWNER_REST: Duration = Duration::from_millis(100);
/// Bytes of records that are read at once, unless one is longer.
const PAGE_BYTES: i64 = 16 << 20;

const READ_FENCE: &str = "SELECT epoch, sequence, hash FROM fence WHERE cell = $1";
const READ_OWNER: &str =
    "SELECT epoch, sequence, world, owner, owner_process, owner_since_us FROM fence WHERE cell = $1";
const MAKE_FENCE: &str =
    "INSERT INTO fence (cell, world, epoch, sequence, hash, owner, owner_process, owner_since_us)
    VALUES ($1, $2, 0, 0, $3, $4, $5, $6) ON CONFLICT (cell) DO NOTHING";
const TAKE_FENCE: &str = "UPDATE fence SET epoch = epoch + 1, world = $3, owner = $4, owner_process = $5,
    owner_since_us = $6 WHERE cell = $1 AND epoch = $2";
const WHO_WE_ARE: &str = "SELECT pid::bigint, (extract(epoch FROM backend_start) * 1000000)::bigint
    FROM pg_stat_activity WHERE pid = pg_backend_pid()";
const IS_ALIVE: &str = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1
    AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2";
const KEEP: &str = "WITH moved AS (UPDATE fence SET sequence = $3, hash = $4
        WHERE cell = $1 AND epoch = $2 AND sequence = $3::bigint - 1 RETURNING cell)
    INSERT INTO journal (cell, sequence, epoch, record)
        SELECT moved.cell, $3::bigint, $2::bigint, $5::bytea FROM moved";
const LENGTHS: &str =
    "SELECT sequence, octet_length(record)::bigint FROM journal WHERE cell = $1 AND sequence >= $2
    ORDER BY sequence LIMIT 256";
const RECORDS: &str =
    "SELECT record FROM journal WHERE cell = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence";

/// The journal's rows in a database.
#[derive(Debug)]
pub struct PostgresShelf {
    database: Database,
    /// Tells this owner from others.
    owner: [u8; 16],
    line: Mutex<Line>,
}

/// The way to the database.
#[derive(Default, Debug)]
struct Line {
    /// Absent before the first use and after the connection was lost.
    session: Option<Session>,
    /// Whether the fence names this connection as its owner's.
    took: bool,
    /// Since when the server runs that the journal was opened on.
    server_since_us: i64,
}

/// Who holds the fence.
struct Owner {
    epoch: i64,
    sequence: i64,
    world: Vec<u8>,
    owner: Vec<u8>,
    process: i64,
    since_us: i64,
}

impl PostgresShelf {
    /// The journal in this database, for an owner whose name nobody else has.
    pub fn new(database: Database, owner: [u8; 16]) -> PostgresShelf {
        PostgresShelf { database, owner, line: Mutex::default() }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks on the session that there is, or on a new one.
    fn ask<T>(&self, ask: impl FnOnce(&mut Session) -> Result<T, StoreError>) -> Result<T, ShelfError> {
        let line = &mut *self.line();
        let session = match line.session.take().filter(|session| !session.is_broken()) {
            Some(session) => session,
            None => {
                line.took = false;
                let mut session = self.database.session().map_err(told)?;
                session.wait_at_most(ANSWER_TIME);
                session
            }
        };
        let session = line.session.insert(session);
        session.take_warning();
        let done = ask(session).map_err(told)?;
        // A commit that the standby does not have yet is no error to PostgreSQL: it says "done", and warns.
        if session.take_warning() {
            line.session = None;
            return Err(ShelfError::Unknown("the server warned while it wrote".to_owned()));
        }
        Ok(done)
    }

    /// Whether the fence names the connection that there is: with another one, whoever asks after the owner would hear
    /// that it is gone.
    fn is_named(&self) -> bool {
        let line = self.line();
        line.took && line.session.as_ref().is_some_and(|session| !session.is_broken())
    }

    fn try_take(&self, world: &WorldId) -> Result<Option<Fence>, ShelfError> {
        let Some(found) = self.ask(read_owner)? else {
            self.ask(|session| make(session, world, &self.owner))?;
            return Ok(None);
        };
        // Books that were thrown away leave their fence.
        if found.world != *world && found.sequence > 0 {
            return Err(ShelfError::OtherWorld);
        }
        if found.owner != self.owner && self.ask(|session| is_alive(session, &found))? {
            let by = format!("its connection to the database is process {} there", found.process);
            return Err(ShelfError::Held(by));
        }
        let taken = self.ask(|session| take(session, world, &self.owner, found.epoch))?;
        if !taken {
            return Ok(None);
        }
        self.line().took = true;
        // Nobody else moves it now but one who takes it over, whose epoch is higher.
        let fence = self.fence()?.ok_or_else(missing)?;
        if fence.epoch.cast_signed() == found.epoch + 1 { Ok(Some(fence)) } else { Ok(None) }
    }
}

impl Shelf for PostgresShelf {
    fn place(&self) -> String {
        self.database.place()
    }

    fn take(&self, world: &WorldId, anew: bool) -> Result<Fence, ShelfError> {
        let since_us = self.ask(Session::server_since_us)?;
        if anew {
            self.line().server_since_us = since_us;
        } else if self.line().server_since_us != since_us {
            return Err(ShelfError::Refused("the server was started anew or replaced".to_owned()));
        }
        for times in 0..OWNER_ENDS {
            match self.try_take(world) {
                Ok(Some(fence)) => return Ok(fence),
                // It was just made, or somebody else was quicker.
                Ok(None) => {}
                Err(ShelfError::Held(_)) if times + 1 < OWNER_ENDS => std::thread::sleep(OWNER_REST),
                Err(error) => return Err(error),
            }
        }
        Err(ShelfError::Refused("others take the journal over again and again".to_owned()))
    }

    fn fence(&self) -> Result<Option<Fence>, ShelfError> {
        self.ask(|session| {
            let rows = session.query(READ_FENCE, &[&CELL])?;
            let Some(row) = rows.first() else { return Ok(None) };
            let (epoch, sequence): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let hash: &[u8] = row.try_get(2)?;
            let hash = hash.try_into().map_err(|_| StoreError::RowDamaged {
                table: "fence",
                source: base::FieldError::new("a hash", format!("{} bytes", hash.len())),
            })?;
            let last = Position { sequence: sequence.unsigned_abs(), hash };
            Ok(Some(Fence { epoch: epoch.unsigned_abs(), last }))
        })
    }

    fn keep(&self, epoch: u64, position: &Position, record: &[u8]) -> Result<Kept, ShelfError> {
        if !self.is_named() {
            return Err(ShelfError::Unknown("the connection that took the journal over is gone".to_owned()));
        }
        let (epoch, sequence) = (epoch.cast_signed(), position.sequence.cast_signed());
        let hash = position.hash.as_slice();
        let written =
            self.ask(|session| session.execute(KEEP, &[&CELL, &epoch, &sequence, &hash, &record]))?;
        if written == 1 {
            return Ok(Kept::Stands);
        }
        Ok(Kept::Fenced(self.fence()?.ok_or_else(missing)?))
    }

    fn records(&self, from_sequence: u64) -> Result<Vec<Vec<u8>>, ShelfError> {
        let from = from_sequence.cast_signed();
        self.ask(|session| {
            let (mut last, mut bytes) = (None, 0);
            for row in session.query(LENGTHS, &[&CELL, &from])? {
                let (sequence, length): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
                bytes += length;
                if last.is_some() && bytes > PAGE_BYTES {
                    break;
                }
                last = Some(sequence);
            }
            let Some(last) = last else { return Ok(Vec::new()) };
            let rows = session.query(RECORDS, &[&CELL, &from, &last])?;
            rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
        })
    }

    fn rest(&self, times: u32) -> bool {
        std::thread::sleep(REST.saturating_mul(1 << times.min(8)).min(REST_MAX));
        times < TIMES
    }
}

fn read_owner(session: &mut Session) -> Result<Option<Owner>, StoreError> {
    let rows = session.query(READ_OWNER, &[&CELL])?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Owner {
        epoch: row.try_get(0)?,
        sequence: row.try_get(1)?,
        world: row.try_get(2)?,
        owner: row.try_get(3)?,
        process: row.try_get(4)?,
        since_us: row.try_get(5)?,
    }))
}

/// The process on the server that this connection is, and since when.
fn who_we_are(session: &mut Session) -> Result<(i64, i64), StoreError> {
    let rows = session.query(WHO_WE_ARE, &[])?;
    let row = rows.first().ok_or(StoreError::ConnectionGone)?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

fn is_alive(session: &mut Session, found: &Owner) -> Result<bool, StoreError> {
    let process = i32::try_from(found.process).unwrap_or_default();
    let rows = session.query(IS_ALIVE, &[&process, &found.since_us])?;
    let count: i64 = rows.first().ok_or(StoreError::ConnectionGone)?.try_get(0)?;
    Ok(count > 0)
}

fn make(session: &mut Session, world: &WorldId, owner: &[u8; 16]) -> Result<u64, StoreError> {
    let (process, since_us) = who_we_are(session)?;
    let (world, zeros, owner) = (world.as_slice(), [0_u8; 32].as_slice(), owner.as_slice());
    session.execute(MAKE_FENCE, &[&CELL, &world, &zeros, &owner, &process, &since_us])
}

fn take(session: &mut Session, world: &WorldId, owner: &[u8; 16], epoch: i64) -> Result<bool, StoreError> {
    let (process, since_us) = who_we_are(session)?;
    let (world, owner) = (world.as_slice(), owner.as_slice());
    Ok(session.execute(TAKE_FENCE, &[&CELL, &epoch, &world, &owner, &process, &since_us])? == 1)
}

fn missing() -> ShelfError {
    ShelfError::Refused("the row of the fence is gone".to_owned())
}

fn told(error: StoreError) -> ShelfError {
    let text = error.to_string();
    match error {
        error if error.is_conflict() => ShelfError::Conflict(text),
        // Nothing was asked where nobody answers, but whoever asks goes on in the same way.
        StoreError::ConnectionLost(_)
        | StoreError::NoAnswer { .. }
        | StoreError::ConnectionGone
        | StoreError::Unreachable(_) => ShelfError::Unknown(text),
        _ => ShelfError::Refused(text),
    }
}
