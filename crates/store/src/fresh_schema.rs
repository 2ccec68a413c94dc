//! The schema that the migrations come to, for tables that are new: running each of them, with the copies of tables
//! that later ones make of earlier ones, takes most of the time in which a small world is made.
//!
//! `fresh_schema.sql` is written by a program and held equal to the migrations by a test. It names the last migration
//! that is in it and carries a digest of all of them: newer migrations run after it, and where the digest does not
//! fit, it is not looked at and every migration runs. So an old file costs time and nothing else. After a migration
//! was added, it is written anew by: `cargo test -p store --lib -- --ignored write_fresh_schema`.

use crate::migrations::{Migration, checksum};

const SQL: &str = include_str!("fresh_schema.sql");
/// How its first line begins; the name of the last migration follows, then the digest.
const HEAD: &str = "-- Of ";

/// A schema that stands for the first migrations.
pub(crate) struct FreshSchema {
    /// Makes it in an empty database, with the rows that the migrations put there.
    pub(crate) sql: &'static str,
    /// For how many it stands.
    pub(crate) migrations: usize,
}

impl FreshSchema {
    /// The one that is the work of the first of these migrations, if it is.
    pub(crate) fn of(migrations: &[Migration]) -> Option<FreshSchema> {
        FreshSchema::read(SQL, migrations)
    }

    fn read(sql: &'static str, migrations: &[Migration]) -> Option<FreshSchema> {
        let (name, of) = sql.lines().next()?.strip_prefix(HEAD)?.split_once(' ')?;
        let count = 1 + migrations.iter().position(|migration| migration.name == name)?;
        (digest(&migrations[..count]) == of).then_some(FreshSchema { sql, migrations: count })
    }
}

fn digest(migrations: &[Migration]) -> String {
    let mut hasher = blake3::Hasher::new();
    for migration in migrations {
        hasher.update(checksum(migration).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::{MIGRATIONS, migrate};
    use rusqlite::Connection;
    use std::fmt::Write;
    use std::path::Path;

    /// Migrations that may be newer than the file. Whoever adds one need not write it anew, so that two who add one
    /// each do not meet in it; but new tables should not become slow to make.
    const NEWER_MAX: usize = 8;
    const WRITE: &str = "write it anew: cargo test -p store --lib -- --ignored write_fresh_schema";

    /// Tables that every migration made in its turn.
    fn migrated(migrations: &[Migration]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for migration in migrations {
            connection.execute_batch(migration.sql).unwrap();
        }
        connection
    }

    /// What makes this schema and its rows, in an order in which everything comes after what it names.
    fn dumped(connection: &Connection) -> String {
        let mut text = String::new();
        for kind in ["table", "index", "view", "trigger"] {
            let sql = "SELECT sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL AND name <> 'schema_version'
                       AND name NOT LIKE 'sqlite%' ORDER BY rowid";
            let mut statement = connection.prepare(sql).unwrap();
            for made in statement.query_map([kind], |row| row.get::<_, String>(0)).unwrap() {
                writeln!(text, "{};", made.unwrap()).unwrap();
            }
        }
        for table in names(connection) {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query(()).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let quoted = |at| {
                    let value: rusqlite::types::Value = row.get(at).unwrap();
                    connection.query_row("SELECT quote(?)", [value], |row| row.get::<_, String>(0)).unwrap()
                };
                let values: Vec<String> = (0..columns).map(quoted).collect();
                writeln!(text, "INSERT INTO {table} VALUES ({});", values.join(", ")).unwrap();
            }
        }
        text
    }

    fn names(connection: &Connection) -> Vec<String> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_version'
                   AND name NOT LIKE 'sqlite%' ORDER BY name";
        let mut statement = connection.prepare(sql).unwrap();
        let names = statement.query_map((), |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    #[test]
    fn new_tables_are_those_that_the_migrations_come_to() {
        let fresh = FreshSchema::of(MIGRATIONS).unwrap_or_else(|| panic!("a migration was edited: {WRITE}"));
        assert!(MIGRATIONS.len() - fresh.migrations <= NEWER_MAX, "it is old: {WRITE}");
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("tables"), MIGRATIONS).unwrap();
        let (made, wanted) = (dumped(&connection), dumped(&migrated(MIGRATIONS)));
        assert!(made == wanted, "the tables differ: {WRITE}");
        let changes =
            |of: &Connection| of.query_row("PRAGMA schema_version", (), |row| row.get::<_, i64>(0)).unwrap();
        assert!(changes(&connection) < changes(&migrated(MIGRATIONS)), "they were made without the detours");
        assert!(wanted.contains("CREATE TABLE mark") && wanted.contains("INSERT INTO mark"), "{wanted}");
    }

    #[test]
    fn newer_migrations_run_after_it_and_edited_ones_instead_of_it() {
        const NEXT: Migration =
            Migration { name: "9999_party_add_note", sql: "CREATE TABLE note (id INTEGER)" };
        let next: Vec<Migration> = MIGRATIONS.iter().copied().chain([NEXT]).collect();
        let stands_for = FreshSchema::of(MIGRATIONS).unwrap().migrations;
        assert_eq!(FreshSchema::of(&next).unwrap().migrations, stands_for);
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("tables"), &next).unwrap();
        assert_eq!(dumped(&connection), dumped(&migrated(&next)));
        let mut edited = MIGRATIONS.to_vec();
        edited[1].sql = concat!(
            include_str!("../migrations/sqlite/0002_people_create.sql"),
            "CREATE TABLE more (id INTEGER);"
        );
        assert!(FreshSchema::of(&edited).is_none());
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("tables"), &edited).unwrap();
        assert_eq!(dumped(&connection), dumped(&migrated(&edited)));
        assert!(FreshSchema::of(&MIGRATIONS[..2]).is_none());
    }

    #[test]
    #[ignore = "writes the file"]
    fn write_fresh_schema() {
        let last = MIGRATIONS.last().unwrap().name;
        let head =
            format!("{HEAD}{last} {}\n-- Written by a program: see fresh_schema.rs.\n", digest(MIGRATIONS));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fresh_schema.sql");
        std::fs::write(path, head + &dumped(&migrated(MIGRATIONS))).unwrap();
    }
}
