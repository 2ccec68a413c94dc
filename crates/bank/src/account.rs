//! Accounts and postings. Every account is seen from the bank: a balance is what the bank owes its holder. The
//! money on cards is issued at their first sight, so the sum of all balances is zero.

use crate::books::{BooksError, Desk};
use crate::order_ask::Direction;
use base::Day;
use rusqlite::OptionalExtension;

/// The platform's reserve account. It may be overdrawn, because a sandbox also gives money out of nothing.
pub(crate) const RESERVE: &str = "reserve";
/// What the money on cards was issued from.
const ISSUED: &str = "issued";
/// What a usual card is opened with: 1,000,000.00 yuan, in fen.
const CARD_OPENING_MINOR: i64 = 100_000_000;

/// The account of a card.
pub(crate) fn of_card(digest: &str) -> String {
    format!("card:{digest}")
}

/// A movement to be posted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement<'a> {
    pub(crate) at_us: i64,
    pub(crate) debit: &'a str,
    pub(crate) credit: &'a str,
    pub(crate) amount_minor: i64,
    pub(crate) order_key: Option<&'a str>,
    pub(crate) reference: Option<&'a str>,
}

impl Desk<'_> {
    /// Opens a card's account.
    pub(crate) fn open_card_account(&self, digest: &str, is_poor: bool) -> Result<(), BooksError> {
        let account = of_card(digest);
        let sql = "INSERT OR IGNORE INTO account VALUES (?, ?, 0)";
        for id in [RESERVE, ISSUED, account.as_str()] {
            self.books.execute(sql, (self.generation, id))?;
        }
        if is_poor {
            return Ok(());
        }
        self.post(Movement {
            at_us: self.now_us,
            debit: ISSUED,
            credit: &account,
            amount_minor: CARD_OPENING_MINOR,
            order_key: None,
            reference: None,
        })
    }

    /// Posts a movement: the one place where a balance changes.
    pub(crate) fn post(&self, movement: Movement<'_>) -> Result<(), BooksError> {
        let Movement { at_us, debit, credit, amount_minor, order_key, reference } = movement;
        let no = self.next_no("posting")?;
        let sql = "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let values = (self.generation, no, at_us, debit, credit, amount_minor, order_key, reference);
        self.books.execute(sql, values)?;
        let sql = "UPDATE account SET balance_minor = balance_minor + ? WHERE generation = ? AND id = ?";
        let taken = self.books.execute(sql, (-amount_minor, self.generation, debit))?;
        let given = self.books.execute(sql, (amount_minor, self.generation, credit))?;
        if (taken, given) != (1, 1) {
            return Err(BooksError::Damaged("a posting to an account that is not there"));
        }
        Ok(())
    }

    /// What an account has, in fen; 0 when it is not there.
    pub(crate) fn balance_minor(&self, account: &str) -> Result<i64, BooksError> {
        let sql = "SELECT balance_minor FROM account WHERE generation = ? AND id = ?";
        let found = self.books.query_row(sql, (self.generation, account), |row| row.get(0)).optional()?;
        Ok(found.unwrap_or(0))
    }

    /// What a card paid in since the first moment of a day, in fen. What the bank took back of a payment to it, which
    /// goes the same way, is none of its holder's doing.
    pub(crate) fn paid_since_minor(&self, account: &str, day: Day) -> Result<i64, BooksError> {
        let sql = "SELECT coalesce(sum(posting.amount_minor), 0) FROM posting
                   JOIN bank_order AS asked
                   ON asked.generation = posting.generation AND asked.key = posting.order_key
                   WHERE posting.generation = ? AND debit = ? AND credit = ? AND at_us >= ?
                   AND asked.direction = ?";
        let values = (self.generation, account, RESERVE, day.begins_at_us(), Direction::In.code());
        Ok(self.books.query_row(sql, values, |row| row.get(0))?)
    }
}
