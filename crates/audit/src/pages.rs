//! Rows read from the pages of the SQLite file, by its published format (sqlite.org/fileformat2.html).
//!
//! Why not by SQL: asking SQLite for each column of each row was the largest part of an audit. SQLite still gives the
//! pages, through `sqlite_dbpage`, so they are those of the read transaction, with its write-ahead log and locks; what
//! stands on them is read here. That is one more reading of the tables which the store's own code has no part in.
//!
//! Only the form is read in which all tables of a world are made: `WITHOUT ROWID`, columns in the order of their key,
//! no default values, UTF-8. Such a table is one tree, in which each page holds whole rows in the order of their keys.
//! Any other is left to SQL, see `tables`.

use crate::images::{put_bytes, put_int, put_null};
use base::ColumnKind;
use rusqlite::{Connection, Error, Statement, ffi};

/// Pages below one another at most: each holds four rows at least, so 2³² pages are never deeper.
const DEPTH_MAX: usize = 20;
/// How a page begins that lies above others, and one that holds rows only.
const INNER: u8 = 0x02;
const LEAF: u8 = 0x0a;

/// The pages as of one read transaction.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    statement: Statement<'a>,
    /// Bytes of a page that hold rows.
    usable: usize,
    /// How many there are: no tree has more.
    count: u64,
    /// A row that is longer than a page has room for.
    long: Vec<u8>,
}

/// One page of a tree.
#[derive(Debug)]
struct Page {
    number: u32,
    bytes: Vec<u8>,
    inner: bool,
    cells: usize,
    /// What comes next of an inner page: a page below and a row by turns.
    step: usize,
}

/// Where a row begins, and where the page hangs whose keys are lower.
struct Cell {
    /// Bytes of the row in all.
    length: usize,
    /// Where they begin on the page.
    start: usize,
}

impl<'a> Pages<'a> {
    /// The pages, when this SQLite can give them.
    pub(crate) fn open(connection: &'a Connection) -> Result<Option<Pages<'a>>, Error> {
        let Ok(statement) = connection.prepare("SELECT data FROM sqlite_dbpage WHERE pgno = ?1") else {
            return Ok(None);
        };
        let count: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let mut pages = Pages { statement, usable: 0, count: count.unsigned_abs(), long: Vec::new() };
        let mut first = Vec::new();
        pages.load(1, &mut first)?;
        let kept = first.get(20).map_or(0, |kept| usize::from(*kept));
        // The least that the format allows.
        pages.usable =
            first.len().checked_sub(kept).filter(|usable| *usable >= 480).ok_or_else(|| broken(1))?;
        Ok(Some(pages))
    }

    /// Gives each row of a tree, in the order of the keys, in the file's form.
    pub(crate) fn each_record(
        &mut self,
        root: u32,
        mut give: impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), Error> {
        let mut seen = 1;
        let mut path = vec![self.page(root, Vec::new())?];
        let mut spare = Vec::new();
        while let Some(mut page) = path.pop() {
            if !page.inner {
                for index in 0..page.cells {
                    self.give(&page, index, &mut give)?;
                }
                spare = page.bytes;
                continue;
            }
            let (index, row_next) = (page.step / 2, page.step % 2 == 1);
            page.step += 1;
            if row_next {
                self.give(&page, index, &mut give)?;
                path.push(page);
                continue;
            }
            let below = page.below(index).ok_or_else(|| broken(page.number))?;
            if index < page.cells {
                path.push(page);
            }
            seen += 1;
            if seen > self.count || path.len() > DEPTH_MAX {
                return Err(broken(below));
            }
            path.push(self.page(below, std::mem::take(&mut spare))?);
        }
        Ok(())
    }

    fn load(&mut self, number: u32, into: &mut Vec<u8>) -> Result<(), Error> {
        into.clear();
        let mut rows = self.statement.query([number])?;
        let row = rows.next()?.ok_or_else(|| broken(number))?;
        into.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|_| broken(number))?);
        Ok(())
    }

    fn page(&mut self, number: u32, mut bytes: Vec<u8>) -> Result<Page, Error> {
        // The first page holds the schema, never a table of ours.
        if number < 2 {
            return Err(broken(number));
        }
        self.load(number, &mut bytes)?;
        let inner = match bytes.first() {
            Some(&INNER) => true,
            Some(&LEAF) => false,
            _ => return Err(broken(number)),
        };
        let cells = usize::from(u16_at(&bytes, 3).ok_or_else(|| broken(number))?);
        Ok(Page { number, bytes, inner, cells, step: 0 })
    }

    /// Gives one row, put together when it goes on elsewhere.
    fn give(
        &mut self,
        page: &Page,
        index: usize,
        give: &mut impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), Error> {
        let failed = || broken(page.number);
        let Cell { length, start } = page.cell(index).ok_or_else(failed)?;
        let here = bytes_here(length, self.usable);
        let record = page.bytes.get(start..start + here).ok_or_else(failed)?;
        if here == length {
            return give(record).ok_or_else(failed);
        }
        let mut long = std::mem::take(&mut self.long);
        long.clear();
        long.extend_from_slice(record);
        let mut next = u32_at(&page.bytes, start + here).ok_or_else(failed)?;
        let mut bytes = Vec::new();
        while long.len() < length {
            self.load(next, &mut bytes)?;
            let part = (length - long.len()).min(self.usable - 4);
            long.extend_from_slice(bytes.get(4..4 + part).ok_or_else(failed)?);
            next = u32_at(&bytes, 0).ok_or_else(failed)?;
        }
        let given = give(&long);
        self.long = long;
        given.ok_or_else(failed)
    }
}

impl Page {
    /// The page below that comes before a row; after the last row, the last one.
    fn below(&self, index: usize) -> Option<u32> {
        if index == self.cells { u32_at(&self.bytes, 8) } else { u32_at(&self.bytes, self.place(index)?) }
    }

    fn place(&self, index: usize) -> Option<usize> {
        let header = if self.inner { 12 } else { 8 };
        u16_at(&self.bytes, header + 2 * index).map(usize::from)
    }

    fn cell(&self, index: usize) -> Option<Cell> {
        let place = self.place(index)? + if self.inner { 4 } else { 0 };
        let (length, bytes) = varint(self.bytes.get(place..)?)?;
        // No row is longer than what SQLite takes by its own bound.
        let length = usize::try_from(length).ok().filter(|length| *length <= i32::MAX as usize)?;
        Some(Cell { length, start: place + bytes })
    }
}

/// How much of a row stands on its page; the rest hangs behind it on pages of its own.
fn bytes_here(length: usize, usable: usize) -> usize {
    let most = (usable - 12) * 64 / 255 - 23;
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let here = least + (length - least) % (usable - 4);
    if here <= most { here } else { least }
}

/// Appends a row in the journal's form; gives the length of its key. `None` when it is no row of so many columns.
/// Columns that a table got later are absent in older rows.
pub(crate) fn write_record(
    record: &[u8],
    columns: usize,
    key_columns: usize,
    out: &mut Vec<u8>,
) -> Option<usize> {
    let (header_bytes, first) = varint(record)?;
    let (header, mut body) = record.split_at_checked(usize::try_from(header_bytes).ok()?)?;
    let mut kinds = header.get(first..)?;
    let (start, mut key) = (out.len(), 0);
    for column in 0..columns {
        if column == key_columns {
            key = out.len() - start;
        }
        if kinds.is_empty() {
            put_null(out);
            continue;
        }
        let (kind, bytes) = varint(kinds)?;
        kinds = &kinds[bytes..];
        let length = value_bytes(kind)?;
        let (value, rest) = body.split_at_checked(length)?;
        body = rest;
        write_value(kind, value, out)?;
    }
    if columns == key_columns {
        key = out.len() - start;
    }
    (kinds.is_empty() && body.is_empty()).then_some(key)
}

/// How many bytes a value of some kind takes.
fn value_bytes(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        10 | 11 => None,
        _ => usize::try_from((kind - 12) / 2).ok(),
    }
}

fn write_value(kind: u64, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match kind {
        0 => put_null(out),
        8 | 9 => put_int(out, i64::from(kind == 9)),
        1..=6 => put_int(out, int(value)?),
        7 => {
            // No column holds one: written as text it differs from the journal, and shows.
            let number = f64::from_be_bytes(value.try_into().ok()?);
            put_bytes(out, ColumnKind::Text, number.to_string().as_bytes());
        }
        _ => put_bytes(out, if kind.is_multiple_of(2) { ColumnKind::Blob } else { ColumnKind::Text }, value),
    }
    Some(())
}

/// A signed number, its highest byte first.
fn int(bytes: &[u8]) -> Option<i64> {
    Some(match *bytes {
        [a] => i64::from(a.cast_signed()),
        [a, b] => i64::from(i16::from_be_bytes([a, b])),
        [a, b, c] => i64::from(i32::from_be_bytes([a, b, c, 0]) >> 8),
        [a, b, c, d] => i64::from(i32::from_be_bytes([a, b, c, d])),
        [a, b, c, d, e, f] => i64::from_be_bytes([a, b, c, d, e, f, 0, 0]) >> 16,
        _ => i64::from_be_bytes(bytes.try_into().ok()?),
    })
}

/// A number of one to nine bytes, and how many it takes: seven bits each, the highest first, the ninth byte whole.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    bytes.get(8).map(|last| (number << 8 | u64::from(*last), 9))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// What SQLite would say of such a page.
fn broken(page: u32) -> Error {
    let message = format!("page {page} of the file is damaged");
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(message))
}
