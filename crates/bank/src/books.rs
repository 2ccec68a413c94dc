//! The books as a whole: opening them, one transaction for each call, and what time does to them.

use crate::fault::{Chance, Rates};
use crate::folder::{Folder, FolderError};
use crate::order::Due;
use crate::schema::{APPLICATION_ID, CREATE, CREATE_LATER};
use aws_lc_rs::hmac;
use base::Day;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

/// Days that one call may close: a world's clock is never moved further at once.
const DAYS_AT_ONCE_MAX: u32 = 4_000;

/// Why the books did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error("the bank's books: {0}")]
    Store(#[from] rusqlite::Error),
    /// The file is another program's.
    #[error("bank.db holds no books of a bank")]
    Foreign,
    /// Begun with another seed.
    #[error("these books were begun with seed {0}; another one would tell another story")]
    Seed(u64),
    /// What stands in a row cannot be.
    #[error("the bank's books are damaged: {0}")]
    Damaged(&'static str),
    /// Rates above the whole.
    #[error("a rate is 0 to 1000000 parts per million")]
    Rates,
    /// The call's time is too far from the bank's.
    #[error("the world's time went {DAYS_AT_ONCE_MAX} days and more at once")]
    TooFar,
}

/// The books of a bank, opened by one process.
#[derive(Debug)]
pub struct Books {
    connection: Connection,
    folder: Folder,
    seed: u64,
    key: hmac::Key,
}

/// Who calls, and when it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    /// The world's generation.
    pub(crate) generation: &'a str,
    /// The world's time, microseconds UTC.
    pub(crate) now_us: i64,
}

/// The books during one call: one transaction, one generation, one moment.
pub(crate) struct Desk<'a> {
    pub(crate) books: &'a Transaction<'a>,
    pub(crate) generation: &'a str,
    /// The bank's time: the world's, and never before what an earlier call said.
    pub(crate) now_us: i64,
    pub(crate) chance: Chance,
    key: &'a hmac::Key,
}

impl Books {
    /// Opens the books of a folder; the first time they are made with the seed (0 when none is given). Refuses
    /// another seed later. Rates that are given replace those that are kept.
    pub fn open(folder: Folder, seed: Option<u64>, rates: Option<Rates>) -> Result<Books, BooksError> {
        let key = folder.own_key()?;
        let mut connection = Connection::open(folder.books_file())?;
        connection.pragma_update(None, "trusted_schema", false)?;
        let found: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            let making = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            making.execute_batch(CREATE)?;
            making.pragma_update(None, "application_id", APPLICATION_ID)?;
            making.commit()?;
        } else if found != APPLICATION_ID {
            return Err(BooksError::Foreign);
        }
        connection.execute_batch(CREATE_LATER)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // An answer leaves only after its commit is on the disk.
        connection.pragma_update(None, "synchronous", "full")?;
        let kept = meta(&connection, "seed")?.and_then(|text| text.parse().ok());
        let seed = match (kept, seed) {
            (Some(kept), Some(other)) if kept != other => return Err(BooksError::Seed(kept)),
            (Some(kept), _) => kept,
            (None, given) => given.unwrap_or(0),
        };
        set_meta(&connection, "seed", &seed.to_string())?;
        let books = Books { connection, folder, seed, key };
        if let Some(rates) = rates {
            books.set_rates(&rates)?;
        }
        Ok(books)
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Sets the rates of faults, from the next arrival on. What was drawn stays as it was drawn.
    pub fn set_rates(&self, rates: &Rates) -> Result<(), BooksError> {
        if !rates.are_rates() {
            return Err(BooksError::Rates);
        }
        let text = serde_json::to_string(rates).map_err(|_| BooksError::Rates)?;
        Ok(set_meta(&self.connection, "rates", &text)?)
    }

    /// The rates of faults.
    pub fn rates(&self) -> Result<Rates, BooksError> {
        let Some(text) = meta(&self.connection, "rates")? else { return Ok(Rates::default()) };
        serde_json::from_str(&text).map_err(|_| BooksError::Damaged("rates"))
    }

    /// One call: time comes to where the call says it is, then the work is done; all of it is durable, or none.
    pub(crate) fn call<T>(
        &mut self,
        caller: Caller<'_>,
        work: impl FnOnce(&Desk<'_>) -> Result<T, BooksError>,
    ) -> Result<T, BooksError> {
        let chance = Chance::new(self.seed, self.rates()?);
        let books = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut desk = Desk {
            books: &books,
            generation: caller.generation,
            now_us: caller.now_us,
            chance,
            key: &self.key,
        };
        desk.advance()?;
        let done = work(&desk)?;
        books.commit()?;
        Ok(done)
    }
}

impl Desk<'_> {
    /// Brings this generation's books to the present: what is due is done at its own moment, days that are over are
    /// closed.
    fn advance(&mut self) -> Result<(), BooksError> {
        let sql = "SELECT now_us, open_day FROM generation WHERE id = ?";
        let known = self.books.query_row(sql, [self.generation], |row| Ok((row.get(0)?, row.get(1)?)));
        let (was_us, open): (i64, String) = match known.optional()? {
            Some(known) => known,
            None => {
                let open = Day::of(self.now_us).to_string();
                let sql = "INSERT INTO generation VALUES (?, ?, ?, 1)";
                self.books.execute(sql, (self.generation, self.now_us, &open))?;
                (self.now_us, open)
            }
        };
        self.now_us = self.now_us.max(was_us);
        let mut open: Day = open.parse().map_err(|_| BooksError::Damaged("open day"))?;
        if open.days_until(Day::of(self.now_us)) > DAYS_AT_ONCE_MAX {
            return Err(BooksError::TooFar);
        }
        loop {
            let due: Option<Due> = self.next_due()?;
            let day = Day::of(due.as_ref().map_or(self.now_us, |due| due.at_us));
            while open < day {
                self.close_day(open)?;
                open = open.plus_days(1);
            }
            match due {
                Some(due) => self.come_due(&due)?,
                None => break,
            }
        }
        let sql = "UPDATE generation SET now_us = ?, open_day = ? WHERE id = ?";
        self.books.execute(sql, (self.now_us, open.to_string(), self.generation))?;
        Ok(())
    }

    /// A key within this generation, as draws are made by.
    pub(crate) fn draw_key(&self, key: &str) -> String {
        format!("{}/{key}", self.generation)
    }

    /// A keyed digest of a text for one purpose, hex.
    pub(crate) fn digest(&self, purpose: &str, text: &str) -> String {
        hex::encode(self.tag(purpose, text))
    }

    /// Six digits that nobody without the bank's key can tell.
    pub(crate) fn six_digits(&self, purpose: &str, text: &str) -> String {
        let tag = self.tag(purpose, text);
        let number = tag.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }

    fn tag(&self, purpose: &str, text: &str) -> hmac::Tag {
        hmac::sign(self.key, format!("{purpose}\n{}\n{text}", self.generation).as_bytes())
    }

    /// Notes what happened that no caller is told, for `GET /truth`.
    pub(crate) fn note(
        &self,
        class: &str,
        order_key: Option<&str>,
        reference: Option<&str>,
        day: Option<Day>,
        amount_minor: Option<i64>,
    ) -> Result<(), BooksError> {
        let no = self.next_no("truth")?;
        let sql = "INSERT INTO truth VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let day = day.map(|day| day.to_string());
        let values = (self.generation, no, self.now_us, class, order_key, reference, day, amount_minor);
        self.books.execute(sql, values)?;
        Ok(())
    }

    /// The number of the next row of a numbered table of this generation.
    pub(crate) fn next_no(&self, table: &'static str) -> Result<i64, BooksError> {
        let sql = format!("SELECT coalesce(max(no), 0) + 1 FROM {table} WHERE generation = ?");
        Ok(self.books.query_row(&sql, [self.generation], |row| row.get(0))?)
    }
}

fn meta(connection: &Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    connection.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| row.get(0)).optional()
}

fn set_meta(connection: &Connection, name: &str, value: &str) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(sql, (name, value)).map(drop)
}
