//! Values on their way to PostgreSQL and back.
//!
//! PostgreSQL's text holds every character but the one of the number zero, which a merchant may send in a subject. It
//! is written as two, and so is the one of the number one, which begins them: every text comes back as it was, all
//! others stand there as they are, and texts come in the same order.

use base::{Column, ColumnKind, FieldError, Sink, Source};
use bytes::BytesMut;
use std::borrow::Cow;
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Begins what stands for another character.
const MARK: char = '\u{1}';
/// What stands for the character zero, and for the mark itself: in their order, and before all others.
const ZERO: &str = "\u{1}\u{1}";
const ONE: &str = "\u{1}\u{2}";

/// Text as PostgreSQL can hold it.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(MARK, ONE).replace('\0', ZERO))
}

/// Text as it was; `None` when nobody wrote it so.
fn unescaped(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(MARK) {
        return Some(Cow::Borrowed(text));
    }
    let (mut whole, mut letters) = (String::with_capacity(text.len()), text.chars());
    while let Some(letter) = letters.next() {
        whole.push(match letter {
            MARK => match letters.next()? {
                '\u{1}' => '\0',
                '\u{2}' => MARK,
                _ => return None,
            },
            plain => plain,
        });
    }
    Some(Cow::Owned(whole))
}

/// Values of one statement, in order.
#[derive(Default)]
pub(super) struct Values(Vec<Box<dyn ToSql + Sync>>);

impl Values {
    /// The values as a statement takes them.
    pub(super) fn list(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

impl Sink for Values {
    fn null(&mut self) {
        self.0.push(Box::new(None::<i64>));
    }
    fn int(&mut self, value: i64) {
        self.0.push(Box::new(value));
    }
    fn text(&mut self, value: &str) {
        self.0.push(Box::new(escaped(value).into_owned()));
    }
    fn blob(&mut self, value: &[u8]) {
        self.0.push(Box::new(value.to_vec()));
    }
}

/// One column of many rows, as an array.
#[derive(Debug)]
enum Array {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Blob(Vec<Option<Vec<u8>>>),
}

impl ToSql for Array {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Array::Int(values) => values.to_sql(kind, out),
            Array::Text(values) => values.to_sql(kind, out),
            Array::Blob(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::BYTEA_ARRAY].contains(kind)
    }

    to_sql_checked!();
}

/// Rows of one slot, column by column; the slot itself is left out of them.
pub(super) struct Arrays {
    arrays: Vec<Array>,
    /// The column that is written next; the first is the slot.
    next: usize,
    /// How many rows were written.
    pub(super) rows: usize,
}

impl Arrays {
    /// No rows of these columns, the first of which is the slot.
    pub(super) fn of(columns: &[Column]) -> Arrays {
        let empty = |column: &Column| match column.kind {
            ColumnKind::Int => Array::Int(Vec::new()),
            ColumnKind::Text => Array::Text(Vec::new()),
            ColumnKind::Blob => Array::Blob(Vec::new()),
        };
        Arrays { arrays: columns.iter().skip(1).map(empty).collect(), next: 0, rows: 0 }
    }

    /// Takes one row, or the key of one.
    pub(super) fn take(&mut self, write: impl FnOnce(&mut dyn Sink)) {
        self.next = 0;
        write(self);
        assert_eq!(self.next, self.arrays.len() + 1, "a row has the columns of its table");
        self.rows += 1;
    }

    /// The values as a statement takes them: the slot, then an array for each other column.
    pub(super) fn list<'a>(&'a self, slot: &'a i64) -> Vec<&'a (dyn ToSql + Sync)> {
        let slot: &(dyn ToSql + Sync) = slot;
        let arrays = self.arrays.iter().map(|array| array as &(dyn ToSql + Sync));
        std::iter::once(slot).chain(arrays).collect()
    }

    /// The array of the next column; `None` for the slot.
    fn place(&mut self) -> Option<&mut Array> {
        self.next += 1;
        self.next.checked_sub(2).map(|at| &mut self.arrays[at])
    }
}

const KIND: &str = "a record writes the kinds that its columns have";

impl Sink for Arrays {
    fn null(&mut self) {
        match self.place() {
            Some(Array::Int(values)) => values.push(None),
            Some(Array::Text(values)) => values.push(None),
            Some(Array::Blob(values)) => values.push(None),
            None => {}
        }
    }
    fn int(&mut self, value: i64) {
        match self.place() {
            Some(Array::Int(values)) => values.push(Some(value)),
            None => {}
            Some(other) => panic!("{KIND}: {other:?}"),
        }
    }
    fn text(&mut self, value: &str) {
        match self.place() {
            Some(Array::Text(values)) => values.push(Some(escaped(value).into_owned())),
            None => {}
            Some(other) => panic!("{KIND}: {other:?}"),
        }
    }
    fn blob(&mut self, value: &[u8]) {
        match self.place() {
            Some(Array::Blob(values)) => values.push(Some(value.to_vec())),
            None => {}
            Some(other) => panic!("{KIND}: {other:?}"),
        }
    }
}

/// Whether a column is absent, whatever it would hold.
struct Absent(bool);

impl<'a> FromSql<'a> for Absent {
    fn from_sql(_: &Type, _: &'a [u8]) -> Result<Absent, Box<dyn Error + Sync + Send>> {
        Ok(Absent(false))
    }

    fn from_sql_null(_: &Type) -> Result<Absent, Box<dyn Error + Sync + Send>> {
        Ok(Absent(true))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Reads the columns of a result row, in order.
pub(super) struct RowSource<'a> {
    row: &'a Row,
    next: usize,
    /// The text that was read last, when it stood there escaped.
    text: String,
}

impl<'a> RowSource<'a> {
    /// From the first column on.
    pub(super) fn new(row: &'a Row) -> RowSource<'a> {
        RowSource { row, next: 0, text: String::new() }
    }

    fn take<T: FromSql<'a>>(&mut self, wanted: &'static str) -> Result<T, FieldError> {
        self.next += 1;
        self.row.try_get(self.next - 1).map_err(|error| FieldError::new(wanted, error))
    }
}

impl Source for RowSource<'_> {
    fn take_null(&mut self) -> Result<bool, FieldError> {
        let found = self.row.try_get::<_, Absent>(self.next);
        let Absent(null) = found.map_err(|error| FieldError::new("a column", error))?;
        self.next += usize::from(null);
        Ok(null)
    }
    fn int(&mut self) -> Result<i64, FieldError> {
        self.take("an integer")
    }
    fn text(&mut self) -> Result<&str, FieldError> {
        let stored: &str = self.take("text")?;
        match unescaped(stored) {
            Some(Cow::Borrowed(_)) => Ok(stored),
            Some(Cow::Owned(text)) => {
                self.text = text;
                Ok(&self.text)
            }
            None => Err(FieldError::new("text", "a mark that stands for nothing")),
        }
    }
    fn blob(&mut self) -> Result<&[u8], FieldError> {
        self.take("bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was() {
        let texts = [
            "",
            "\0",
            "\0\0",
            "\0\u{1}",
            "\0a",
            "\u{1}",
            "\u{1}\0",
            "\u{1}\u{1}",
            "\u{1}\u{2}",
            "\u{2}",
            "a",
            "a\0",
            "a\u{1}",
            "a\u{2}",
            "tea",
            "茶\0",
        ];
        assert!(texts.is_sorted());
        let stored = texts.map(escaped);
        assert!(stored.is_sorted(), "they come in the same order: {stored:?}");
        for (text, stored) in texts.iter().zip(stored) {
            assert!(!stored.contains('\0'));
            assert_eq!(unescaped(&stored).as_deref(), Some(*text));
        }
        assert_eq!(escaped("茶"), "茶");
        for damaged in ["\u{1}", "\u{1}a", "a\u{1}"] {
            assert_eq!(unescaped(damaged), None);
        }
    }
}
