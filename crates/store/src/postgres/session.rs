//! One connection to PostgreSQL, for a thread that waits for its answers.
//!
//! The connection is driven by a thread of its own, so that whoever waits needs no runtime and may be on one: the wait
//! is that of a read from a file. Every wait has an end; after it, and after any failure of the connection, the session
//! is broken for good: what was asked last may have happened or not.

use crate::StoreError;
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls, Row, Statement};

/// The longest wait for one answer. A posting of a million rows takes some ten seconds; a server that is silent for
/// longer is as good as gone.
const ANSWER_TIME: Duration = Duration::from_secs(120);
/// The longest wait for a connection, unless its address says another.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// After so long without a word the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// Statements kept prepared: some for each table and those of the lists.
const STATEMENTS_MAX: usize = 512;
/// What every session says first. Times are numbers here; the zone only keeps functions of it out of surprises.
const GREETING: &str = "SET TIME ZONE 'UTC'; SET client_min_messages = warning; \
     SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off";

/// What a statement is given.
pub type Value<'a> = &'a (dyn ToSql + Sync);

/// A connection that is asked one thing after another.
pub struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    /// Whether the server warned since this was last asked.
    warned: Arc<AtomicBool>,
    /// Whether an answer is missing: nothing may be asked any more.
    broken: bool,
    /// The longest wait for one answer.
    answer_time: Duration,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session(broken: {})", self.is_broken())
    }
}

impl Session {
    /// Connects.
    pub(crate) fn open(config: &Config) -> Result<Session, StoreError> {
        let mut config = config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIME);
        }
        config.keepalives_idle(KEEPALIVE);
        let warned = Arc::new(AtomicBool::new(false));
        let (tell, told) = mpsc::sync_channel(1);
        let (to_drive, warns) = (config, warned.clone());
        let named = thread::Builder::new().name("postgres".to_owned());
        named.spawn(move || drive(&to_drive, &tell, &warns)).map_err(StoreError::Thread)?;
        let client = told.recv().map_err(|_| StoreError::ConnectionGone)?.map_err(StoreError::unreachable)?;
        let mut session =
            Session { client, statements: HashMap::new(), warned, broken: false, answer_time: ANSWER_TIME };
        session.run(GREETING)?;
        Ok(session)
    }

    /// Waits no longer than this for one answer from now on.
    pub fn wait_at_most(&mut self, answer_time: Duration) {
        self.answer_time = answer_time;
    }

    /// Whether it is of no use any more.
    pub fn is_broken(&self) -> bool {
        self.broken || self.client.is_closed()
    }

    /// Whether the server warned since this was last asked. A commit that was not replicated as it should be is no
    /// error to PostgreSQL: it says "done" and warns.
    pub fn take_warning(&self) -> bool {
        self.warned.swap(false, Ordering::AcqRel)
    }

    /// When the server was started, microseconds UTC: another server, and the same one started anew, differ by it.
    pub fn server_since_us(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint";
        let rows = self.query(sql, &[])?;
        Ok(rows.first().ok_or(StoreError::ConnectionGone)?.try_get(0)?)
    }

    /// Runs statements without parameters.
    pub fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = wait(self.answer_time, self.client.batch_execute(sql));
        self.checked(done)
    }

    /// Runs a statement; gives how many rows it changed.
    pub fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        let done = wait(self.answer_time, self.client.execute(&statement, values));
        self.checked(done)
    }

    /// Runs a statement that gives rows.
    pub fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql)?;
        let done = wait(self.answer_time, self.client.query(&statement, values));
        self.checked(done)
    }

    /// Runs a statement many times without waiting for one before the next is sent; gives the first failure.
    pub(crate) fn execute_each(&mut self, sql: &str, values: &[Vec<Value<'_>>]) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let client = &self.client;
        let sent = values.iter().map(|values| client.execute(&statement, values));
        let done = wait(self.answer_time, futures_util::future::join_all(sent));
        self.checked(done.map(|all| all.into_iter().find_map(Result::err).map_or(Ok(()), Err)))
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if self.is_broken() {
            return Err(StoreError::ConnectionGone);
        }
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let done = wait(self.answer_time, self.client.prepare(sql));
        let statement = self.checked(done)?;
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The answer; without one, or when the connection is gone, nothing may be asked any more.
    fn checked<T>(&mut self, done: Option<Result<T, Error>>) -> Result<T, StoreError> {
        match done {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => {
                self.broken |= is_fatal(&error);
                Err(StoreError::from(error))
            }
            None => {
                self.broken = true;
                Err(StoreError::NoAnswer { waited: self.answer_time })
            }
        }
    }
}

/// Connects, hands the client over, and carries bytes until it is dropped.
fn drive(config: &Config, tell: &mpsc::SyncSender<Result<Client, Error>>, warned: &AtomicBool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    // Whoever waits hears that nobody connects.
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let (client, mut connection) = match config.connect(NoTls).await {
            Ok(both) => both,
            // Nobody waits any more when this fails.
            Err(error) => return drop(tell.send(Err(error))),
        };
        if tell.send(Ok(client)).is_err() {
            return;
        }
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(_))) => warned.store(true, Ordering::Release),
                Some(Ok(_)) => {}
                // Whoever asked last hears of it.
                Some(Err(_)) | None => return,
            }
        }
    });
}

/// Whether nothing can be asked after this: the connection is gone, or the server said that it ends.
fn is_fatal(error: &Error) -> bool {
    match error.as_db_error() {
        None => true,
        Some(said) => is_of_connection(said.code()),
    }
}

/// Whether a state says that the connection or the server ends: what was asked may have happened or not.
pub(crate) fn is_of_connection(state: &SqlState) -> bool {
    let code = state.code();
    code.starts_with("08") || code.starts_with("57P")
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for an answer; `None` when it took too long.
fn wait<F: Future>(most: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut context, until) = (Context::from_waker(&waker), Instant::now() + most);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return Some(answer);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}
