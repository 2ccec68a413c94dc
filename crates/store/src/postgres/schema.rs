//! The tables of this dialect: numbered changes as in SQLite, in a series of their own.

use super::CELL;
use super::session::Session;
use crate::StoreError;
use crate::migrations::{Migration, checksum, now_us};

/// All migrations of this release. The first stands for those of SQLite up to `0054_static_pay_create`.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_tables_create",
        sql: include_str!("../../migrations/postgres/0001_tables_create.sql"),
    },
    Migration {
        name: "0002_rules_wishes_pockets_create",
        sql: include_str!("../../migrations/postgres/0002_rules_wishes_pockets_create.sql"),
    },
];

const CREATE_VERSIONS: &str = "CREATE TABLE tongbao_schema_version (
    number        bigint NOT NULL PRIMARY KEY CHECK (number > 0),
    name          text   NOT NULL,
    checksum      text   NOT NULL,
    applied_at_us bigint NOT NULL
)";
/// What others keep in the schema that we would make our tables in; what belongs to an extension does not count.
const STRANGERS: &str = "SELECT count(*) FROM pg_catalog.pg_class AS made
    WHERE made.relnamespace = current_schema()::regnamespace AND made.relkind IN ('r', 'p', 'v', 'm')
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS part WHERE part.objid = made.oid AND part.deptype = 'e')";
const IS_OURS: &str =
    "SELECT to_regclass('tongbao_schema_version') IS NOT NULL, current_schema() IS NOT NULL";
const RAN: &str = "SELECT number, name, checksum FROM tongbao_schema_version ORDER BY number";
const NOTE: &str = "INSERT INTO tongbao_schema_version (number, name, checksum, applied_at_us)
    VALUES ($1, $2, $3, $4)";

/// Brings the tables to this release, all or nothing. Refuses those of another program, of a newer release, and those
/// that were made with an edited migration.
pub(super) fn migrate(
    session: &mut Session,
    place: &str,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    session.run("BEGIN")?;
    match run(session, place, migrations) {
        Ok(()) => session.run("COMMIT"),
        Err(error) => {
            // The first error is the one to tell.
            let _ended = session.run("ROLLBACK");
            Err(error)
        }
    }
}

fn run(session: &mut Session, place: &str, migrations: &[Migration]) -> Result<(), StoreError> {
    if !is_ours(session, place)? {
        let strangers: i64 = one(session, STRANGERS)?;
        if strangers > 0 {
            return Err(foreign(place));
        }
        session.run(CREATE_VERSIONS)?;
    }
    let ran = check(session, migrations)?;
    for (number, migration) in (1_i64..).zip(migrations).skip(ran) {
        session.run(migration.sql)?;
        session.execute(NOTE, &[&number, &migration.name, &checksum(migration), &now_us()])?;
    }
    Ok(())
}

/// Refuses tables that this release cannot read as they are.
pub(super) fn check_current(session: &mut Session, place: &str) -> Result<(), StoreError> {
    if !is_ours(session, place)? {
        let why = "it holds no books of tongbao".to_owned();
        return Err(StoreError::Server { place: place.to_owned(), why });
    }
    let ran = check(session, MIGRATIONS)?;
    match MIGRATIONS.get(ran) {
        Some(missing) => Err(StoreError::Older { missing: missing.name.to_owned() }),
        None => Ok(()),
    }
}

/// Deletes every row of every table but the fence, which rises.
pub(super) fn empty(session: &mut Session) -> Result<(), StoreError> {
    let names = engine::Table::ALL.iter().map(|table| format!("\"{}\"", table.name()));
    let names = names.chain(["journal".to_owned()]).collect::<Vec<_>>().join(", ");
    session.run("BEGIN")?;
    let emptied = (|| {
        let zeros = [0_u8; 32].as_slice();
        // The fence first: who writes the old books waits for us here, and then finds a higher epoch.
        session.execute(
            "UPDATE fence SET epoch = epoch + 1, sequence = 0, hash = $2 WHERE cell = $1",
            &[&CELL, &zeros],
        )?;
        session.run(&format!("TRUNCATE {names}"))?;
        session.execute(
            "UPDATE mark SET sequence = 0, at_us = 0, seq = 0, hash = $2 WHERE cell = $1",
            &[&CELL, &zeros],
        )
    })();
    match emptied {
        Ok(_) => session.run("COMMIT"),
        Err(error) => {
            // The first error is the one to tell.
            let _ended = session.run("ROLLBACK");
            Err(error)
        }
    }
}

fn foreign(place: &str) -> StoreError {
    let why = "it holds tables of another program; name an empty database".to_owned();
    StoreError::Server { place: place.to_owned(), why }
}

/// Whether the tables are of this program.
fn is_ours(session: &mut Session, place: &str) -> Result<bool, StoreError> {
    let rows = session.query(IS_OURS, &[])?;
    let row = rows.first().ok_or(StoreError::ConnectionGone)?;
    let (ours, has_schema): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    if !has_schema {
        let why = "our role has no schema to make tables in (search_path)".to_owned();
        return Err(StoreError::Server { place: place.to_owned(), why });
    }
    Ok(ours)
}

fn one(session: &mut Session, sql: &str) -> Result<i64, StoreError> {
    let rows = session.query(sql, &[])?;
    Ok(rows.first().ok_or(StoreError::ConnectionGone)?.try_get(0)?)
}

/// How many of the migrations have run.
fn check(session: &mut Session, migrations: &[Migration]) -> Result<usize, StoreError> {
    let ran = session.query(RAN, &[])?;
    let mut known = migrations.iter();
    for (expected, row) in (1_i64..).zip(&ran) {
        let (number, name, found): (i64, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some(migration) = known.next() else {
            let last = migrations.last().map_or("none", |migration| migration.name);
            return Err(StoreError::Newer { found: name, known: last.to_owned() });
        };
        if number != expected || found != checksum(migration) {
            return Err(StoreError::MigrationEdited { name: migration.name.to_owned() });
        }
    }
    Ok(ran.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_without_gaps() {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert!(migration.name.starts_with(&format!("{number:04}_")), "{}", migration.name);
            for part in ["-- Why: ", "-- Lock: ", "-- Undo: ", &format!("-- {}.sql", migration.name)] {
                assert!(migration.sql.contains(part), "{} has no {part:?}", migration.name);
            }
        }
    }
}
