//! A statement from outside, read into the books: the file as a whole first, then each line as a command. Whatever ends
//! it in between, the same file goes on where it was; read again it changes nothing.

use crate::bank::{Bank, StatementSaid};
use crate::channel::Readers;
use base::{BankOrderNo, Day, Slot};
use cell::{CellError, Door};
use engine::{Ask, BeginStatement, ImportLine, Row, Table};
use recon::{
    BankAccount, BeginStatementRefused, FileError, ImportRefused, ReadStatement, Statement, StatementLine,
    read,
};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Lines that are decided at once. Those of one order go one after the other, in the order of the statement.
const LINES_AT_ONCE: usize = 64;
/// A command that was not decided, or of which nobody knows whether it was, is asked again after this: the same again
/// changes nothing.
const PAUSE: Duration = Duration::from_millis(100);
/// So often at most.
const TRIES_MAX: u32 = 50;
/// A line is heard, then booked.
const ASKS_MAX: u32 = 3;
/// The tables follow what was decided within this, or are busy.
const POSTED_TIME: Duration = Duration::from_secs(1);
/// Rows read at once.
const PAGE: usize = 500;
/// Downloads of one statement in one go: each may be cut off or be another day's.
const DOWNLOADS_MAX: u32 = 6;

/// A statement that is in the books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// Its account.
    pub account: BankAccount,
    /// Its day.
    pub day: Day,
    /// Whether all of it had been booked before.
    pub already: bool,
}

/// Why a statement is not in the books, or not wholly.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotImported {
    /// The file is none that can be read. Nothing of it was taken.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is of another account than the one that is reconciled. Nothing of it was taken.
    #[error("the statement is of account {given}, and these books are reconciled with {expected}")]
    OtherAccount {
        /// The account that is reconciled.
        expected: BankAccount,
        /// The statement's.
        given: BankAccount,
    },
    /// It is not the one that was read before. Nothing of it was taken.
    #[error(transparent)]
    Statement(#[from] BeginStatementRefused),
    /// A line of it is not the one that was read before.
    #[error(transparent)]
    Line(#[from] ImportRefused),
    /// The bank gave the statement of another day, whenever it was asked.
    #[error("the bank gave the statement of {given}")]
    OtherDay {
        /// That day.
        given: Day,
    },
    /// The bank has no statement of that day: it is not over, or was before the bank knew us.
    #[error("the bank has no statement of that day: it is not over, or was before the bank knew this world")]
    NotClosed,
    /// This bank keeps no statements.
    #[error("the bank inside keeps no statements; start with --bank or --bank-iso for one that does")]
    KeepsNone,
    /// Nothing was heard of the bank.
    #[error("the bank does not answer; try again")]
    Silent,
    /// The cell did not decide in time. What was booked stays booked; the same file goes on from there.
    #[error("the platform is busy; the same file goes on where this one stopped")]
    Busy,
    /// A line is heard again and again and is never booked.
    #[error("line {serial} cannot be booked")]
    Stuck {
        /// Its serial.
        serial: u32,
    },
}

/// Reads statements into one world's books.
#[derive(Clone)]
pub struct Importer {
    door: Door,
    bank: Arc<dyn Bank>,
    books: String,
    readers: Readers,
    /// The one account whose statements are read, once it is known.
    account: Arc<OnceLock<BankAccount>>,
    turn: Arc<Semaphore>,
}

impl std::fmt::Debug for Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer").field("books", &self.books).finish_non_exhaustive()
    }
}

impl Importer {
    /// An importer. `books`: what the keys of our orders begin with at the bank.
    pub fn new(door: Door, bank: Arc<dyn Bank>, books: &str, readers: Readers) -> Importer {
        let (books, turn) = (books.to_owned(), Arc::new(Semaphore::new(1)));
        Importer { door, bank, books, readers, account: Arc::default(), turn }
    }

    /// Says which account is reconciled. Else it is that of the first statement that was read.
    #[must_use]
    pub fn of_account(self, account: BankAccount) -> Importer {
        Importer { account: Arc::new(OnceLock::from(account)), ..self }
    }

    /// The account that is reconciled; `None` while no statement was read.
    ///
    /// # Errors
    /// [`NotImported::Busy`] when the tables cannot be read, or do not have what was decided yet.
    pub(crate) async fn account(&self) -> Result<Option<BankAccount>, NotImported> {
        if let Some(account) = self.account.get() {
            return Ok(Some(account.clone()));
        }
        // A start may find a statement in the journal that is not in the tables yet.
        let mut posted = self.door.posted();
        let durable = self.door.stats().durable_sequence.load(Ordering::Acquire);
        let posting = posted.wait_for(|sequence| *sequence >= durable);
        let is_posted = tokio::time::timeout(POSTED_TIME, posting).await.is_ok_and(|seen| seen.is_ok());
        if !is_posted {
            return Err(NotImported::Busy);
        }
        let readers = self.readers.clone();
        let read = move || readers().and_then(|mut reader| first_account(reader.as_mut()));
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(account)) => Ok(account.map(|account| self.account.get_or_init(|| account).clone())),
            Ok(Err(error)) => {
                tracing::error!(%error, "it cannot be read which account is reconciled");
                Err(NotImported::Busy)
            }
            Err(_) => Err(NotImported::Busy),
        }
    }

    /// Reads a file. One at a time: the next one waits.
    ///
    /// # Errors
    /// Why it is not, or not wholly, in the books.
    pub async fn import(&self, file: &[u8]) -> Result<Imported, NotImported> {
        self.book(read(file)?).await
    }

    /// Fetches the statement of a day from the bank and reads it. What is damaged or of another day is fetched again.
    ///
    /// # Errors
    /// Why it is not, or not wholly, in the books.
    pub async fn fetch(&self, day: Day) -> Result<Imported, NotImported> {
        let mut last = NotImported::Silent;
        for _ in 0..DOWNLOADS_MAX {
            let file = match self.bank.statement(day).await {
                StatementSaid::File(file) => file,
                StatementSaid::NotClosed => return Err(NotImported::NotClosed),
                StatementSaid::KeepsNone => return Err(NotImported::KeepsNone),
                StatementSaid::Silent => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            last = match read(&file) {
                Ok(statement) if statement.day == day => return self.book(statement).await,
                Ok(statement) => NotImported::OtherDay { given: statement.day },
                Err(error) => NotImported::File(error),
            };
            tracing::warn!(%day, error = %last, "a statement is fetched again");
        }
        Err(last)
    }

    async fn book(&self, statement: Statement) -> Result<Imported, NotImported> {
        let _turn = self.turn.acquire().await;
        let (account, day) = (statement.account.clone(), statement.day);
        if let Some(expected) = self.account().await?.filter(|expected| *expected != account) {
            return Err(NotImported::OtherAccount { expected, given: account });
        }
        let lines = u32::try_from(statement.lines.len()).map_err(|_| FileError::TooManyLines)?;
        let begin = BeginStatement {
            account: account.clone(),
            day,
            currency: statement.currency,
            opening_minor: statement.opening_minor,
            closing_minor: statement.closing_minor,
            lines,
            digest: statement.digest(),
        };
        let begun = ask(&self.door, &begin).await?;
        self.account.get_or_init(|| account.clone());
        let already = begun.ended_at_us.is_some();
        if !already {
            self.lines(&account, day, lines, statement.lines).await?;
        }
        tracing::info!(%day, lines, already, "a statement is in the books");
        Ok(Imported { account, day, already })
    }

    async fn lines(
        &self,
        account: &BankAccount,
        day: Day,
        of_lines: u32,
        lines: Vec<StatementLine>,
    ) -> Result<(), NotImported> {
        // What names no order of ours waits for nothing.
        let mut chains: BTreeMap<(Option<BankOrderNo>, u32), Vec<ImportLine>> = BTreeMap::new();
        for line in lines {
            let order = self.order_of(&line);
            let place = (order, order.map_or(line.serial, |_| 0));
            let command = ImportLine { account: account.clone(), day, of_lines, line, order };
            chains.entry(place).or_default().push(command);
        }
        let mut under_way = JoinSet::new();
        for chain in chains.into_values() {
            if under_way.len() >= LINES_AT_ONCE {
                joined(under_way.join_next().await)?;
            }
            let door = self.door.clone();
            under_way.spawn(async move {
                for command in &chain {
                    book_line(&door, command).await?;
                }
                Ok(())
            });
        }
        while let Some(done) = under_way.join_next().await {
            joined(Some(done))?;
        }
        Ok(())
    }

    /// The order that a line's key names, when the key is one of these books.
    fn order_of(&self, line: &StatementLine) -> Option<BankOrderNo> {
        line.order_key.as_str().strip_prefix(&self.books)?.parse().ok()
    }
}

/// The account of the statement that was read first.
fn first_account(reader: &mut dyn Reader) -> Result<Option<BankAccount>, StoreError> {
    let mut first: Option<Arc<ReadStatement>> = None;
    each_statement(reader, |statement| {
        if first.as_ref().is_none_or(|first| statement.begun_at_us < first.begun_at_us) {
            first = Some(statement);
        }
    })?;
    Ok(first.map(|first| first.account.clone()))
}

/// Hands every statement on that was begun.
pub(crate) fn each_statement(
    reader: &mut dyn Reader,
    mut look: impl FnMut(Arc<ReadStatement>),
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let rows = reader.scan(Table::ReadStatement, Some(Slot::PLATFORM), after.as_ref(), PAGE)?;
        let (count, last) = (rows.len(), rows.last().map(Row::key));
        for row in rows {
            if let Row::ReadStatement(statement) = row {
                look(statement);
            }
        }
        if count < PAGE {
            return Ok(());
        }
        after = last;
    }
}

fn joined(done: Option<Result<Result<(), NotImported>, tokio::task::JoinError>>) -> Result<(), NotImported> {
    match done {
        None => Ok(()),
        Some(Ok(done)) => done,
        Some(Err(error)) => {
            tracing::error!(%error, "a line was not carried to its end");
            Err(NotImported::Busy)
        }
    }
}

/// Asks until the line is booked: the first answer may be that it was the first word of what the bank did.
async fn book_line(door: &Door, command: &ImportLine) -> Result<(), NotImported> {
    for _ in 0..ASKS_MAX {
        if ask(door, command).await?.is_some() {
            return Ok(());
        }
    }
    Err(NotImported::Stuck { serial: command.line.serial })
}

/// Asks until it is known what was decided.
async fn ask<C>(door: &Door, command: &C) -> Result<C::Done, NotImported>
where
    C: Ask + Clone,
    NotImported: From<C::Refused>,
{
    for _ in 0..TRIES_MAX {
        match door.ask(command.clone()).await {
            Ok(done) => return Ok(done),
            Err(CellError::Refused(refused)) => return Err(refused.into()),
            Err(CellError::Busy | CellError::Unknown) => tokio::time::sleep(PAUSE).await,
        }
    }
    Err(NotImported::Busy)
}
