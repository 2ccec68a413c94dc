//! Records: rows of typed tables.
//!
//! A struct that derives [`Record`] is the single description of a table: its columns, its key, and how it is
//! written to the journal and to SQL. Columns are 64-bit integers, text or bytes, so that an operator can read
//! them with plain SQL and every store can hold them.

use std::{fmt, hash::Hash};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnKind {
    /// A signed 64-bit integer: counts, money in minor units, microseconds, ids.
    Int,
    /// UTF-8 text: names, and the short words of enums.
    Text,
    /// Bytes: digests, keys.
    Blob,
}

/// One column of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, in snake_case, with the unit last.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it may be absent.
    pub nullable: bool,
}

/// A stored value that does not fit its field: the row is damaged or from a newer release.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("stored value does not fit {field}: {found}")]
pub struct FieldError {
    /// The field's type.
    pub field: &'static str,
    /// What was found.
    pub found: String,
}

impl FieldError {
    /// An error naming the field's type and what was found instead.
    pub fn new(field: &'static str, found: impl fmt::Display) -> FieldError {
        FieldError { field, found: found.to_string() }
    }
}

/// Where a row's columns are written, in order.
pub trait Sink {
    /// An absent value.
    fn null(&mut self);
    /// An integer.
    fn int(&mut self, value: i64);
    /// Text.
    fn text(&mut self, value: &str);
    /// Bytes.
    fn blob(&mut self, value: &[u8]);
}

/// Where a row's columns are read from, in order. A value of another kind is an error.
pub trait Source {
    /// Whether the next value is absent; if so it is consumed.
    fn take_null(&mut self) -> Result<bool, FieldError>;
    /// The next value, an integer.
    fn int(&mut self) -> Result<i64, FieldError>;
    /// The next value, text.
    fn text(&mut self) -> Result<&str, FieldError>;
    /// The next value, bytes.
    fn blob(&mut self) -> Result<&[u8], FieldError>;
}

/// A value that fills one column.
pub trait Field: Sized {
    /// What its column holds.
    const KIND: ColumnKind;
    /// Whether its column may be absent.
    const NULLABLE: bool = false;
    /// Writes the value.
    fn write(&self, sink: &mut dyn Sink);
    /// Reads a value back.
    fn read(source: &mut dyn Source) -> Result<Self, FieldError>;
}

/// A row of a typed table. Derived; the struct's first fields are the key, the first of them is the slot.
pub trait Record: Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// The key: a tuple that begins with the slot.
    type Key: Clone + Ord + Hash + fmt::Debug + Send + Sync + 'static;
    /// The table's name.
    const TABLE: &'static str;
    /// All columns in order; the key's come first.
    const COLUMNS: &'static [Column];
    /// How many of the columns are the key.
    const KEY_COLUMNS: usize;
    /// The key of this row.
    fn key(&self) -> Self::Key;
    /// The slot of a key.
    fn slot_of(key: &Self::Key) -> crate::Slot;
    /// Writes all columns in order.
    fn write(&self, sink: &mut dyn Sink);
    /// Reads all columns in order.
    fn read(source: &mut dyn Source) -> Result<Self, FieldError>;
    /// Writes the key's columns in order.
    fn write_key(key: &Self::Key, sink: &mut dyn Sink);
    /// Reads the key's columns in order.
    fn read_key(source: &mut dyn Source) -> Result<Self::Key, FieldError>;
}

impl Field for i64 {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(*self);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        source.int()
    }
}

macro_rules! int_field {
    ($($name:ident),*) => {$(
        impl Field for $name {
            const KIND: ColumnKind = ColumnKind::Int;
            fn write(&self, sink: &mut dyn Sink) {
                // Values above i64::MAX cannot be stored and so must not exist; the reader would refuse them.
                sink.int(i64::try_from(*self).unwrap_or(i64::MIN));
            }
            fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
                let number = source.int()?;
                $name::try_from(number).map_err(|_| FieldError::new(stringify!($name), number))
            }
        }
    )*};
}
int_field!(u8, u16, u32, u64);

impl Field for bool {
    const KIND: ColumnKind = ColumnKind::Int;
    fn write(&self, sink: &mut dyn Sink) {
        sink.int(i64::from(*self));
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        match source.int()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(FieldError::new("bool", other)),
        }
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: ColumnKind = T::KIND;
    const NULLABLE: bool = true;
    fn write(&self, sink: &mut dyn Sink) {
        match self {
            Some(value) => value.write(sink),
            None => sink.null(),
        }
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        if source.take_null()? { Ok(None) } else { T::read(source).map(Some) }
    }
}

impl<const N: usize> Field for [u8; N] {
    const KIND: ColumnKind = ColumnKind::Blob;
    fn write(&self, sink: &mut dyn Sink) {
        sink.blob(self);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let bytes = source.blob()?;
        bytes.try_into().map_err(|_| FieldError::new("bytes of a fixed length", bytes.len()))
    }
}

impl Field for Vec<u8> {
    const KIND: ColumnKind = ColumnKind::Blob;
    fn write(&self, sink: &mut dyn Sink) {
        sink.blob(self);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        source.blob().map(<[u8]>::to_vec)
    }
}
