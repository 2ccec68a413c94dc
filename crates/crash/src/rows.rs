//! The content of a SQLite file, to be compared.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::io::Write;
use std::path::Path;

/// All rows of all tables but of the list of migrations, as bytes.
pub(crate) fn rows(tables: &Path) -> anyhow::Result<Vec<u8>> {
    rows_where(tables, "name <> 'schema_version'")
}

/// The list of migrations, which only a start reads.
pub(crate) fn versions(tables: &Path) -> anyhow::Result<Vec<u8>> {
    rows_where(tables, "name = 'schema_version'")
}

fn rows_where(tables: &Path, which: &str) -> anyhow::Result<Vec<u8>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = Connection::open_with_flags(tables, flags)?;
    let mut list = open
        .prepare(&format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND {which} ORDER BY name"))?;
    let names: Result<Vec<String>, _> = list.query_map((), |row| row.get(0))?.collect();
    let mut all = Vec::new();
    for name in names? {
        let mut statement = open.prepare(&format!("SELECT * FROM \"{name}\" NOT INDEXED"))?;
        let columns = statement.column_count();
        let mut found = statement.query(())?;
        while let Some(row) = found.next()? {
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => all.push(0),
                    ValueRef::Integer(number) => write!(all, "i{number}")?,
                    ValueRef::Real(number) => write!(all, "r{number}")?,
                    ValueRef::Text(text) => all.extend([b"t", text].concat()),
                    ValueRef::Blob(bytes) => all.extend([b"b", bytes].concat()),
                }
            }
        }
        write!(all, "end of {name}")?;
    }
    Ok(all)
}

/// Whether SQLite finds its file whole, indexes and all.
pub(crate) fn is_whole(tables: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let checked = Connection::open_with_flags(tables, flags)
        .and_then(|open| open.query_row("PRAGMA integrity_check", (), |row| row.get::<_, String>(0)));
    checked.is_ok_and(|text| text == "ok")
}
