//! A statement as CSV: a head, the names of the columns, a line each, and a foot with a count and a SHA-256 of all
//! before it.

use crate::file::{FileError, LINES_MAX, amount, balance};
use crate::{Statement, StatementLine};
use aws_lc_rs::digest::{SHA256, digest};
use base::{Day, Text};
use money::Currency;

/// The form's name and version, its first cell.
pub(crate) const FORM: &str = "tongbao-bank-statement-1";
/// The columns of a line.
const COLUMNS: &str = "serial,value_date,booked_at,order_key,reference,direction,amount,currency";
/// Longest row.
const ROW_BYTES_MAX: usize = 512;

/// Reads the form. What is true of every statement is checked by the caller.
pub(crate) fn read(text: &str) -> Result<Statement, FileError> {
    let (before, foot) = split_foot(text)?;
    let mut cells = foot.split(',').skip(1);
    let said = cells.next().and_then(|count| count.parse::<usize>().ok());
    let (Some(said), Some(checksum), None) = (said, cells.next(), cells.next()) else {
        return Err(FileError::Cut("its foot is not whole"));
    };
    if hex::encode(digest(&SHA256, before.as_bytes())) != checksum {
        return Err(FileError::ChecksumWrong);
    }
    let mut rows = before.lines();
    let mut statement = head(rows.next().unwrap_or_default())?;
    if rows.next() != Some(COLUMNS) {
        return Err(FileError::Field { line: 0, field: "columns" });
    }
    for (index, row) in rows.enumerate() {
        if index >= LINES_MAX {
            return Err(FileError::TooManyLines);
        }
        statement.lines.push(line(row, index + 1)?);
    }
    let found = statement.lines.len();
    if said == found { Ok(statement) } else { Err(FileError::Count { said, found }) }
}

/// The foot is the last row; everything before it is under its checksum.
fn split_foot(text: &str) -> Result<(&str, &str), FileError> {
    let missing = FileError::Cut("it has no foot");
    let body = text.strip_suffix('\n').ok_or(missing.clone())?;
    let at = body.rfind('\n').ok_or(missing.clone())? + 1;
    let (before, foot) = (body.get(..at), body.get(at..));
    match (before, foot) {
        (Some(before), Some(foot)) if foot.starts_with("end,") => Ok((before, foot)),
        _ => Err(missing),
    }
}

fn head(row: &str) -> Result<Statement, FileError> {
    let wrong = |field| FileError::Field { line: 0, field };
    let cells: Vec<&str> = row.split(',').collect();
    let [_, account, day, currency, opening, closing] = cells.as_slice() else { return Err(wrong("head")) };
    let currency = Currency::from_code(currency).ok_or(wrong("currency"))?;
    Ok(Statement {
        account: named(account).ok_or(wrong("account"))?,
        day: day.parse().map_err(|_| wrong("date"))?,
        currency,
        opening_minor: balance(opening, currency, "opening balance")?,
        closing_minor: balance(closing, currency, "closing balance")?,
        lines: Vec::new(),
    })
}

fn line(row: &str, number: usize) -> Result<StatementLine, FileError> {
    let wrong = |field| FileError::Field { line: number, field };
    if row.len() > ROW_BYTES_MAX {
        return Err(wrong("row"));
    }
    let cells: Vec<&str> = row.split(',').collect();
    let [serial, value_day, _booked_at, order_key, reference, direction, sum, currency] = cells.as_slice()
    else {
        return Err(wrong("row"));
    };
    Ok(StatementLine {
        serial: serial.parse().map_err(|_| wrong("serial"))?,
        value_day: value_day.parse::<Day>().map_err(|_| wrong("value date"))?,
        order_key: Text::new(order_key).map_err(|_| wrong("order key"))?,
        reference: named(reference).ok_or(wrong("reference"))?,
        is_credit: match *direction {
            "credit" => true,
            "debit" => false,
            _ => return Err(wrong("direction")),
        },
        amount: amount(sum, currency, number)?,
    })
}

/// Text that must not be empty.
pub(crate) fn named<const N: usize>(text: &str) -> Option<Text<N>> {
    Text::new(text).ok().filter(|text| !text.as_str().is_empty())
}
