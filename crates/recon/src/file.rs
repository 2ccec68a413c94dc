//! A statement file: bounded, understood as a whole, or refused with the reason and the place.

use crate::{Statement, StatementLine, camt, sheet};
use money::{AmountError, Currency, Money, parse_amount};

/// Largest file that is read. A line has some hundred bytes, so it holds more than [`LINES_MAX`] of CSV.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// Most lines of one statement.
pub const LINES_MAX: usize = 100_000;

/// Why a file is refused. Nothing of a refused file takes effect.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the file has more than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("the file is no text in UTF-8")]
    NotText,
    /// Neither of the two forms.
    #[error("the file is neither a statement in CSV nor camt.053.001.08")]
    FormUnknown,
    /// Its end is missing.
    #[error("the file was cut off: {0}")]
    Cut(&'static str),
    /// The checksum of its foot is another.
    #[error("the checksum does not fit: the file was changed or damaged on its way")]
    ChecksumWrong,
    /// XML that defines or uses entities of its own: an attack, or no statement.
    #[error("the file has a document type or entities; statements have none")]
    Entities,
    /// XML that is not well-formed or too deep.
    #[error("the XML is not well-formed, or deeper than statements are")]
    Malformed,
    /// More lines than [`LINES_MAX`].
    #[error("the statement has more than {LINES_MAX} lines")]
    TooManyLines,
    /// A field is missing or wrong.
    #[error("line {line}: {field} is missing or wrong")]
    Field {
        /// The line's place in the file, from 1; 0 is the head.
        line: usize,
        /// What the field is called.
        field: &'static str,
    },
    /// A line's amount is zero or below.
    #[error("line {line}: an amount is above zero, and the direction says where it went")]
    AmountNotPositive {
        /// The line's place in the file, from 1.
        line: usize,
    },
    /// The account is in another currency than ours.
    #[error("the account's currency is not CNY")]
    AccountCurrency,
    /// A serial that stands twice, or one that is missing.
    #[error("the serials are not 1 to {lines}, each once")]
    Serials {
        /// How many lines there are.
        lines: usize,
    },
    /// Another number of lines than the file says.
    #[error("the file says it has {said} lines and has {found}")]
    Count {
        /// What it says.
        said: usize,
        /// What it has.
        found: usize,
    },
    /// The opening balance and the lines do not give the closing balance.
    #[error("the opening balance and the lines do not give the closing balance")]
    Sum,
}

/// Reads a statement. Lines may stand in any order; they are given by serial.
pub fn read(bytes: &[u8]) -> Result<Statement, FileError> {
    if u64::try_from(bytes.len()).map_or(true, |length| length > FILE_BYTES_MAX) {
        return Err(FileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| FileError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    let mut statement = if text.starts_with(sheet::FORM) {
        sheet::read(text)?
    } else if text.trim_start().starts_with('<') {
        camt::read(text)?
    } else {
        return Err(FileError::FormUnknown);
    };
    check(&mut statement)?;
    Ok(statement)
}

/// What holds for every statement, whatever its form.
fn check(statement: &mut Statement) -> Result<(), FileError> {
    if statement.currency != Currency::Cny {
        return Err(FileError::AccountCurrency);
    }
    let lines = statement.lines.len();
    statement.lines.sort_by_key(|line| line.serial);
    let in_turn = |(index, line): (usize, &StatementLine)| usize::try_from(line.serial) == Ok(index + 1);
    if !statement.lines.iter().enumerate().all(in_turn) {
        return Err(FileError::Serials { lines });
    }
    let counted = statement.lines.iter().filter(|line| line.amount.currency() == statement.currency);
    let sum = counted.map(StatementLine::signed_minor).try_fold(statement.opening_minor, i64::checked_add);
    if sum == Some(statement.closing_minor) { Ok(()) } else { Err(FileError::Sum) }
}

impl StatementLine {
    /// What the line did to the account's balance, minor units of the line's currency.
    pub fn signed_minor(&self) -> i64 {
        let units = self.amount.minor().units();
        if self.is_credit { units } else { -units }
    }
}

/// Reads a line's amount.
pub(crate) fn amount(text: &str, currency: &str, line: usize) -> Result<Money, FileError> {
    let wrong = |field| FileError::Field { line, field };
    let currency = Currency::from_code(currency).ok_or(wrong("currency"))?;
    if text.starts_with('-') {
        return Err(FileError::AmountNotPositive { line });
    }
    match parse_amount(text, currency) {
        Ok(amount) if amount.is_zero() => Err(FileError::AmountNotPositive { line }),
        Ok(amount) => Ok(amount),
        Err(AmountError::NotDecimal | AmountError::TooPrecise | AmountError::TooLarge) => {
            Err(wrong("amount"))
        }
    }
}

/// Reads a balance, which may be below zero.
pub(crate) fn balance(text: &str, currency: Currency, field: &'static str) -> Result<i64, FileError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let amount = parse_amount(digits, currency).map_err(|_| FileError::Field { line: 0, field })?;
    let units = amount.minor().units();
    Ok(if negative { -units } else { units })
}
