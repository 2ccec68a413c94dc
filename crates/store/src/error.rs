//! What can go wrong, named so that an operator can act on it.

use base::FieldError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::error::SqlState;

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
    /// The tables stand behind what was posted: the database came back older than it was.
    #[error(
        "the tables stand at record {found}, but record {posted} was posted: the database came back older than it was"
    )]
    WentBack {
        /// The last record that was posted.
        posted: u64,
        /// The record that they stand at.
        found: u64,
    },
    /// The database server is another one, or was started anew, while one state of it was relied on.
    #[error("the database server was started anew or replaced")]
    ServerReplaced,
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
    /// What was given is not the address of a database that can be used.
    #[error("{0}")]
    Address(String),
    /// A database server that the books cannot be kept in, by its version or a setting.
    #[error("the database at {place} cannot keep books: {why}")]
    Server {
        /// The server and database.
        place: String,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// Nothing answers at the database's address, or it does not let us in.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The connection to the database ended. What was asked last may have happened or not.
    #[error("the connection to the database is lost: {0}")]
    ConnectionLost(String),
    /// The connection to the database ended before; nothing was asked.
    #[error("the connection to the database is gone")]
    ConnectionGone,
    /// The database does not answer. What was asked last may have happened or not.
    #[error("the database gave no answer within {} s", waited.as_secs())]
    NoAnswer {
        /// How long was waited.
        waited: Duration,
    },
    /// The database refused a statement; nothing of it was done.
    #[error("the database refused: {message} (SQLSTATE {state})")]
    Refused {
        /// The state by which PostgreSQL names the reason.
        state: String,
        /// What it says. Never the row itself.
        message: String,
    },
    /// The system gives no thread for a connection.
    #[error("no thread for a connection: {0}")]
    Thread(#[source] std::io::Error),
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

    /// Nobody let us in.
    pub(crate) fn unreachable(error: tokio_postgres::Error) -> StoreError {
        StoreError::Unreachable(told(&error))
    }

    /// Whether what was asked of a database may have happened although it was not told so.
    pub fn is_unknown(&self) -> bool {
        matches!(self, StoreError::ConnectionLost(_) | StoreError::NoAnswer { .. })
    }

    /// Whether the database gave up a transaction for the sake of another one: the same again may succeed.
    pub fn is_conflict(&self) -> bool {
        let states = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        matches!(self, StoreError::Refused { state, .. } if states.iter().any(|known| known.code() == state))
    }

    /// The error of a statement of PostgreSQL's that writes rows of `table`.
    pub(crate) fn of_rows(self, table: &'static str) -> StoreError {
        match self {
            // Class 22: a value that cannot be; class 23: a row that breaks a rule.
            StoreError::Refused { state, message } if state.starts_with("22") || state.starts_with("23") => {
                StoreError::RowRefused { table, rule: message }
            }
            other => other,
        }
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

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> StoreError {
        match error.as_db_error() {
            Some(said) if crate::postgres::is_of_connection(said.code()) => {
                StoreError::ConnectionLost(told(&error))
            }
            // The details and the statement, which PostgreSQL adds, hold values of rows: they are not repeated.
            Some(said) => StoreError::Refused {
                state: said.code().code().to_owned(),
                message: said.message().to_owned(),
            },
            None => StoreError::ConnectionLost(told(&error)),
        }
    }
}

/// What went wrong, without values of rows.
fn told(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} (SQLSTATE {})", said.message(), said.code().code()),
        None => {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            let said = error.to_string();
            // Newer releases of the library name the cause themselves.
            match cause {
                Some(cause) if !said.ends_with(&cause) => said + &cause,
                _ => said,
            }
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
