//! What can go wrong, named so that an operator can act on it.

use base::FieldError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why the tables could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database at this place.
    #[error("there are no tables at {}", path.display())]
    Missing {
        /// Where they were looked for.
        path: PathBuf,
    },
    /// Something is there already, where a new file was to be written.
    #[error("{} is there already", path.display())]
    Occupied {
        /// The file that would have been overwritten.
        path: PathBuf,
    },
    /// The SQLite library is too old to be trusted with these tables.
    #[error("SQLite {found} is too old: {needed} or newer is needed")]
    LibraryTooOld {
        /// The library's version.
        found: String,
        /// The oldest that is accepted.
        needed: String,
    },
    /// The file is a database, but not one of ours.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer release wrote these tables.
    #[error(
        "the tables are from a newer release: migration {found} is not known here, the last known is {known}"
    )]
    Newer {
        /// The name of the first migration that is not known here.
        found: String,
        /// The name of the last one that is.
        known: String,
    },
    /// An older release wrote these tables, and a reader may not change them.
    #[error(
        "the tables are from an older release: migration {missing} is to be run first, by opening them for posting"
    )]
    Older {
        /// The name of the first migration that has not run.
        missing: String,
    },
    /// A migration that ran here is not the one of this release: a released migration was edited.
    #[error("migration {name} is not the one that these tables were made with")]
    MigrationEdited {
        /// Its name in this release.
        name: String,
    },
    /// A setting that keeps the tables whole could not be made.
    #[error("SQLite setting {name} is {found}, not {wanted}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// A post behind what was posted already, or from another journal.
    #[error(
        "journal record {given} cannot be posted: the tables stand at record {posted}, of this or another journal"
    )]
    MarkBack {
        /// The sequence the tables stand at.
        posted: u64,
        /// The sequence of the refused post.
        given: u64,
    },
    /// A row breaks a rule of its table. Nothing of its batch was kept.
    #[error("a row of {table} breaks a rule: {rule}")]
    RowRefused {
        /// The table.
        table: &'static str,
        /// The rule, as the table states it.
        rule: String,
    },
    /// A stored row does not fit its record: damage, or a row of another release.
    #[error("a row of {table} could not be read: {source}")]
    RowDamaged {
        /// The table.
        table: &'static str,
        /// What did not fit.
        source: FieldError,
    },
    /// The file is damaged; restore a backup or post the journal again.
    #[error("the tables' file is damaged: {0}")]
    FileDamaged(#[source] rusqlite::Error),
    /// The disk or quota is full; nothing of the batch was kept.
    #[error("no space is left for the tables: {0}")]
    Full(#[source] rusqlite::Error),
    /// Any other failure of the database, such as a lock that was not freed in time.
    #[error("the tables could not be used: {0}")]
    Database(#[source] rusqlite::Error),
    /// The file stayed locked for as long as a backup waits.
    #[error("{} is locked", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A finished copy did not pass SQLite's check: the original is damaged, or the disk.
    #[error("the copy {} is damaged: {verdict}", path.display())]
    CopyDamaged {
        /// The copy.
        path: PathBuf,
        /// What the check said.
        verdict: String,
    },
    /// A file could not be written, moved or synced.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl StoreError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> StoreError {
        StoreError::File { path: path.to_owned(), source }
    }

    /// The error of a statement that writes a row of `table`.
    pub(crate) fn of_row(table: &'static str, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
                StoreError::RowRefused { table, rule: error.to_string() }
            }
            _ => StoreError::from(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        // What goes wrong while a statement is prepared comes in another form, which has no code of its own.
        let error = without_statement(error);
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::FileDamaged(error),
            Some(ErrorCode::DiskFull) => StoreError::Full(error),
            _ => StoreError::Database(error),
        }
    }
}

/// The statement that was being prepared says nothing about what is wrong with the file, and may be a page long.
fn without_statement(error: rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            let said = msg.lines().next().unwrap_or_default().to_owned();
            rusqlite::Error::SqliteFailure(error, Some(said))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_in_one_line() {
        let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let (msg, sql) =
            ("malformed database schema (account)\nand more".to_owned(), "CREATE\nTABLE".to_owned());
        let found = StoreError::from(rusqlite::Error::SqlInputError { error, msg, sql, offset: 0 });
        assert_eq!(found.to_string(), "the tables' file is damaged: malformed database schema (account)");
    }
}
