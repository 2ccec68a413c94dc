//! Statements of the reserve account: lines are written when money moves, and get their serials when their day is
//! closed.
//!
//! A statement is true to itself: its closing balance is its opening balance and its lines. Where a fault bent a
//! line, it departs from the bank's own books, and only `GET /truth` tells.

use crate::books::{BooksError, Desk};
use crate::fault::{FileFault, LineFault};
use crate::order::CURRENCY;
use base::Day;
use rusqlite::{OptionalExtension, Row};

/// What a line in the wrong currency says.
const OTHER_CURRENCY: &str = "USD";

/// Money that moved, as a line is to tell it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Booked<'a> {
    pub(crate) key: &'a str,
    /// 1, or 2 when it is the second time of an order that is done twice.
    pub(crate) time: u8,
    pub(crate) reference: &'a str,
    pub(crate) at_us: i64,
    /// Into the reserve.
    pub(crate) is_credit: bool,
    pub(crate) amount_minor: i64,
}

/// A line of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) serial: i64,
    pub(crate) value_day: String,
    pub(crate) booked_at_us: i64,
    /// The key of the order; empty for what nobody asked for.
    pub(crate) order_key: String,
    pub(crate) reference: String,
    pub(crate) is_credit: bool,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}

/// The statement of a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Statement {
    pub(crate) account: String,
    pub(crate) day: Day,
    pub(crate) opening_minor: i64,
    pub(crate) closing_minor: i64,
    pub(crate) lines: Vec<Line>,
    /// What strikes this download.
    pub(crate) is_cut: bool,
}

impl Desk<'_> {
    /// Writes the line of a movement, as the faults of lines let it.
    pub(crate) fn write_line(&self, booked: &Booked<'_>) -> Result<(), BooksError> {
        let value_day = Day::of(booked.at_us);
        let draw_key = self.draw_key(&format!("{}/{}", booked.key, booked.time));
        let fault = self.chance.line(&draw_key);
        let by = 1 + i64::from(self.chance.below("amount of line", &draw_key, 1_000));
        let amount = booked.amount_minor.saturating_add(by);
        let plain = |day: Day, amount_minor: i64, is_credit: bool, currency: &str| {
            self.insert_line(booked, day, value_day, amount_minor, is_credit, currency)
        };
        let (own, credit) = (booked.amount_minor, booked.is_credit);
        if let Some(fault) = fault {
            let (key, reference) = (Some(booked.key), Some(booked.reference));
            self.note(fault.code(), key, reference, Some(value_day), Some(own))?;
        }
        match fault {
            None => plain(value_day, own, credit, CURRENCY),
            Some(LineFault::Missing) => Ok(()),
            Some(LineFault::Twice) => {
                plain(value_day, own, credit, CURRENCY)?;
                plain(value_day, own, credit, CURRENCY)
            }
            Some(LineFault::OtherAmount) => plain(value_day, amount, credit, CURRENCY),
            Some(LineFault::OtherSign) => plain(value_day, own, !credit, CURRENCY),
            Some(LineFault::OtherCurrency) => plain(value_day, own, credit, OTHER_CURRENCY),
            Some(LineFault::Late(days)) => plain(value_day.plus_days(days), own, credit, CURRENCY),
        }
    }

    /// Writes a line as it is given.
    pub(crate) fn insert_line(
        &self,
        booked: &Booked<'_>,
        day: Day,
        value_day: Day,
        amount_minor: i64,
        is_credit: bool,
        currency: &str,
    ) -> Result<(), BooksError> {
        let no = self.next_no("line")?;
        let (day, value_day) = (day.to_string(), value_day.to_string());
        let key = (!booked.key.is_empty()).then_some(booked.key);
        let (at_us, reference) = (booked.at_us, booked.reference);
        let sql = "INSERT INTO line VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)";
        let generation = self.generation;
        let values =
            (generation, no, day, value_day, at_us, key, reference, is_credit, amount_minor, currency);
        self.books.execute(sql, values)?;
        Ok(())
    }

    /// Closes a day: its lines get their serials, and its balances are written down.
    pub(crate) fn close_day(&self, day: Day) -> Result<(), BooksError> {
        let text = day.to_string();
        let draw_key = self.draw_key(&text);
        if let Some(amount_minor) = self.chance.stranger(&draw_key) {
            let at_us = day.plus_days(1).begins_at_us() - 1;
            let reference = self.stranger_reference(day);
            let is_credit = self.chance.stranger_pays_in(&draw_key);
            let booked = Booked { key: "", time: 1, reference: &reference, at_us, is_credit, amount_minor };
            self.insert_line(&booked, day, day, amount_minor, is_credit, CURRENCY)?;
            self.note("line_stranger", None, Some(&reference), Some(day), Some(amount_minor))?;
        }
        let sql = "UPDATE line SET serial = (
                       SELECT count(*) FROM line AS before
                       WHERE before.generation = line.generation AND before.day = line.day AND before.no <= line.no
                   ) WHERE generation = ? AND day = ?";
        let lines = self.books.execute(sql, (self.generation, &text))?;
        let sql = "SELECT coalesce(sum(CASE WHEN is_credit THEN amount_minor ELSE -amount_minor END), 0)
                   FROM line WHERE generation = ? AND day = ? AND currency = ?";
        let moved: i64 = self.books.query_row(sql, (self.generation, &text, CURRENCY), |row| row.get(0))?;
        let sql = "SELECT closing_minor FROM statement WHERE generation = ? ORDER BY day DESC LIMIT 1";
        let opening: Option<i64> =
            self.books.query_row(sql, [self.generation], |row| row.get(0)).optional()?;
        let opening = opening.unwrap_or(0);
        let closing = opening.checked_add(moved).ok_or(BooksError::Damaged("a balance without end"))?;
        let sql = "INSERT INTO statement VALUES (?, ?, ?, ?, ?, 0)";
        let lines = i64::try_from(lines).map_err(|_| BooksError::Damaged("lines without end"))?;
        self.books.execute(sql, (self.generation, &text, opening, closing, lines))?;
        Ok(())
    }

    /// The statement of a day as this download shows it; `None` when the day is not over or was before this generation.
    pub(crate) fn statement(&self, day: Day) -> Result<Option<Statement>, BooksError> {
        let sql = "UPDATE statement SET downloads = downloads + 1 WHERE generation = ? AND day = ?
                   RETURNING downloads";
        let count: Option<i64> =
            self.books.query_row(sql, (self.generation, day.to_string()), |row| row.get(0)).optional()?;
        let Some(count) = count else { return Ok(None) };
        let draw_key = self.draw_key(&format!("{day}/{count}"));
        let Some(mut statement) = self.true_statement(day)? else { return Ok(None) };
        match self.chance.file(&draw_key) {
            None => {}
            Some(FileFault::Cut) => statement.is_cut = true,
            Some(FileFault::Resent) => {
                if let Some(before) = self.true_statement(day.minus_days(1))? {
                    statement = before;
                }
            }
            Some(FileFault::Shuffled) => {
                let place = |line: &Line| {
                    self.chance.below("shuffle", &format!("{draw_key}/{}", line.serial), u32::MAX)
                };
                statement.lines.sort_by_key(place);
            }
        }
        Ok(Some(statement))
    }

    fn true_statement(&self, day: Day) -> Result<Option<Statement>, BooksError> {
        let text = day.to_string();
        let sql = "SELECT opening_minor, closing_minor FROM statement WHERE generation = ? AND day = ?";
        let balances =
            self.books.query_row(sql, (self.generation, &text), |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((opening_minor, closing_minor)) = balances.optional()? else { return Ok(None) };
        let sql = "SELECT serial, value_day, booked_at_us, coalesce(order_key, ''), reference, is_credit,
                       amount_minor, currency
                   FROM line WHERE generation = ? AND day = ? ORDER BY no";
        let line = |row: &Row<'_>| {
            Ok(Line {
                serial: row.get(0)?,
                value_day: row.get(1)?,
                booked_at_us: row.get(2)?,
                order_key: row.get(3)?,
                reference: row.get(4)?,
                is_credit: row.get(5)?,
                amount_minor: row.get(6)?,
                currency: row.get(7)?,
            })
        };
        let mut found = self.books.prepare_cached(sql)?;
        let lines = found.query_map((self.generation, &text), line)?.collect::<Result<Vec<_>, _>>()?;
        let account = self.account_number();
        Ok(Some(Statement { account, day, opening_minor, closing_minor, lines, is_cut: false }))
    }

    /// The number of the reserve account of this generation, 20 letters and digits.
    pub(crate) fn account_number(&self) -> String {
        format!("TB{}", self.digest("account", "reserve").get(..18).unwrap_or_default())
    }

    fn stranger_reference(&self, day: Day) -> String {
        format!("X{}", day.to_string().replace('-', ""))
    }
}
