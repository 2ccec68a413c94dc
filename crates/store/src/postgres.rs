//! Tables in PostgreSQL: one session posts, readers have their own.
//!
//! The same columns, rules and answers as in SQLite, from the same records. What differs: rows are written as arrays,
//! a statement for each slot (`posting`), because the way to the server is long; and the server is somebody else's, so
//! that it is looked at before anything is kept there (`server`), and may go away at any moment (`session`).
//!
//! Reading order: this file, `session`, `server`, `schema`, `statements`, `values`, `posting`, `reader`.

mod posting;
mod reader;
mod schema;
mod server;
mod session;
mod statements;
mod values;

pub use posting::PostgresStore;
pub use reader::PostgresReader;
pub(crate) use session::is_of_connection;
pub use session::{Session, Value};

use crate::StoreError;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// The cell whose books these are. There is one so far; tables that are of a cell name it all the same.
pub(crate) const CELL: i64 = 0;
/// Sessions of readers that are kept for the next one.
const IDLE_MAX: usize = 16;
/// The port of PostgreSQL when an address names none.
const PORT: u16 = 5_432;

/// A PostgreSQL database that books are kept in. Cheap to clone; prints no password.
#[derive(Clone)]
pub struct Database {
    config: Arc<Config>,
    /// Whether a server is refused that may lose what it acknowledged when it is replaced by its standby.
    no_loss: bool,
    idle: Arc<Mutex<Vec<Session>>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({})", self.place())
    }
}

impl Database {
    /// Reads an address such as `postgres://user:password@host:5432/name`. Refuses what is none, one without a host or
    /// a name of a database, and one that demands TLS, which is not spoken yet.
    pub fn parse(address: &str) -> Result<Database, StoreError> {
        let refused = |why: &str| Err(StoreError::Address(why.to_owned()));
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return refused("the address of a database begins with postgres://");
        }
        // The reason that the library gives may hold a piece of the address, and so of the password.
        let Ok(config) = Config::from_str(address) else {
            return refused(
                "the address of the database cannot be read: postgres://user:password@host:5432/name is meant, \
                 with letters of a password that are not plain written as %XX",
            );
        };
        if config.get_hosts().is_empty() {
            return refused("the address of the database names no host");
        }
        if config.get_dbname().is_none() {
            return refused("the address of the database names no database: postgres://host/name");
        }
        if config.get_ssl_mode() == SslMode::Require {
            return refused(
                "sslmode=require is asked for, but TLS to the database is not spoken yet: use a socket, the \
                 loopback, or a tunnel",
            );
        }
        Ok(Database { config: Arc::new(config), no_loss: false, idle: Arc::default() })
    }

    /// The same database, which is refused when it may lose what it acknowledged.
    #[must_use]
    pub fn without_loss(self) -> Database {
        Database { no_loss: true, ..self }
    }

    /// Server and database, without user and password.
    pub fn place(&self) -> String {
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
        let hosts = self.config.get_hosts().iter().enumerate().map(|(at, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(at)),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{}", path.display(), port(at)),
        });
        let name = self.config.get_dbname().unwrap_or_default();
        format!("{}/{name}", hosts.collect::<Vec<_>>().join(","))
    }

    /// A session of its own.
    pub fn session(&self) -> Result<Session, StoreError> {
        Session::open(&self.config)
    }

    /// Looks at the server, makes the tables when there are none, brings older ones to this release, and opens them for
    /// posting. Refuses a server that cannot keep books, and tables of a newer release or of another program.
    pub fn open(&self) -> Result<PostgresStore, StoreError> {
        let mut session = self.session()?;
        server::check(&mut session, &self.place(), self.no_loss)?;
        schema::migrate(&mut session, &self.place(), schema::MIGRATIONS)?;
        Ok(PostgresStore::new(self.clone(), session))
    }

    /// Opens the tables for reading only. Refuses tables of another release.
    pub fn open_reader(&self) -> Result<PostgresReader, StoreError> {
        let mut session = self.lend()?;
        schema::check_current(&mut session, &self.place())?;
        Ok(PostgresReader::new(self.clone(), session))
    }

    /// Throws away everything that is kept here, all or nothing: the next books begin at the first record. The fence
    /// stays and rises, so that whoever still writes the old ones writes nothing more.
    pub fn empty(&self) -> Result<(), StoreError> {
        let mut session = self.session()?;
        schema::migrate(&mut session, &self.place(), schema::MIGRATIONS)?;
        schema::empty(&mut session)
    }

    /// A session for reading, perhaps one that was given back.
    fn lend(&self) -> Result<Session, StoreError> {
        let kept = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(session) = kept() {
            if !session.is_broken() {
                return Ok(session);
            }
        }
        self.session()
    }

    /// Keeps a session for the next reader.
    fn give_back(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !session.is_broken() && idle.len() < IDLE_MAX {
            idle.push(session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_never_printed_whole() {
        let database = Database::parse("postgres://wang:s3cret@db.example:5433/books").unwrap();
        assert_eq!(database.place(), "db.example:5433/books");
        assert_eq!(format!("{database:?}"), "Database(db.example:5433/books)");
        assert_eq!(Database::parse("postgresql://h/b").unwrap().place(), "h:5432/b");
        assert_eq!(Database::parse("postgres://%2Frun%2Fpg/b").unwrap().place(), "/run/pg:5432/b");
        for (wrong, told) in [
            ("mysql://h/b", "begins with postgres://"),
            ("host=h dbname=b", "begins with postgres://"),
            ("postgres:///b", "names no host"),
            ("postgres://h", "names no database"),
            ("postgres://wang:s3cret@h:port/b", "cannot be read"),
            ("postgres://h/b?sslmode=require", "TLS to the database is not spoken yet"),
        ] {
            let refused = Database::parse(wrong).unwrap_err().to_string();
            assert!(refused.contains(told) && !refused.contains("s3cret"), "{wrong}: {refused}");
        }
    }
}
