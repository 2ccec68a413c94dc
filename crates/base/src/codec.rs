//! The compact form of a row in the journal: each value with its kind, so that a reader which does not know
//! the table can still compare it, column by column, with what the tables hold.

use crate::{FieldError, Sink, Source};

const NULL: u8 = 0;
const INT: u8 = 1;
const TEXT: u8 = 2;
const BLOB: u8 = 3;

/// A value read without knowing its field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// Absent.
    Null,
    /// An integer.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Blob(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// Writes values into a byte string that the caller owns.
#[derive(Debug)]
pub struct BinarySink<'a>(pub &'a mut Vec<u8>);

impl BinarySink<'_> {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number as u8) | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

impl Sink for BinarySink<'_> {
    fn null(&mut self) {
        self.0.push(NULL);
    }
    fn int(&mut self, value: i64) {
        self.0.push(INT);
        // Zigzag: small negative numbers stay short.
        self.varint(((value << 1) ^ (value >> 63)).cast_unsigned());
    }
    fn text(&mut self, value: &str) {
        self.0.push(TEXT);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value.as_bytes());
    }
    fn blob(&mut self, value: &[u8]) {
        self.0.push(BLOB);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }
}

/// Reads values from a byte string. Any input gives a value or an error, never a panic.
#[derive(Debug)]
pub struct BinarySource<'a> {
    rest: &'a [u8],
}

impl<'a> BinarySource<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> BinarySource<'a> {
        BinarySource { rest: bytes }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next value, whatever its kind.
    pub fn value(&mut self) -> Result<Value, FieldError> {
        match self.rest.first() {
            Some(&NULL) => {
                self.rest = &self.rest[1..];
                Ok(Value::Null)
            }
            Some(&INT) => self.int().map(Value::Int),
            Some(&TEXT) => self.text().map(|text| Value::Text(text.to_owned())),
            Some(&BLOB) => self.blob().map(|bytes| Value::Blob(bytes.to_vec())),
            Some(other) => Err(FieldError::new("a kind of value", other)),
            None => Err(FieldError::new("a value", "end of row")),
        }
    }

    fn expect(&mut self, tag: u8, what: &'static str) -> Result<(), FieldError> {
        match self.rest.split_first() {
            Some((&found, rest)) if found == tag => {
                self.rest = rest;
                Ok(())
            }
            Some((found, _)) => Err(FieldError::new(what, format!("kind {found}"))),
            None => Err(FieldError::new(what, "end of row")),
        }
    }

    fn varint(&mut self) -> Result<u64, FieldError> {
        let mut number: u64 = 0;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.rest.split_first() else {
                return Err(FieldError::new("an integer", "end of row"));
            };
            self.rest = rest;
            if shift == 63 && byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(FieldError::new("an integer", "more than 64 bits"))
    }

    fn bytes(&mut self) -> Result<&'a [u8], FieldError> {
        let length = self.varint()?;
        let length = usize::try_from(length).ok().filter(|length| *length <= self.rest.len());
        let length = length.ok_or_else(|| FieldError::new("bytes", "a length beyond the row's end"))?;
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(bytes)
    }
}

impl Source for BinarySource<'_> {
    fn take_null(&mut self) -> Result<bool, FieldError> {
        match self.rest.split_first() {
            Some((&NULL, rest)) => {
                self.rest = rest;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(FieldError::new("a value", "end of row")),
        }
    }
    fn int(&mut self) -> Result<i64, FieldError> {
        self.expect(INT, "an integer")?;
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
    fn text(&mut self) -> Result<&str, FieldError> {
        self.expect(TEXT, "text")?;
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|error| FieldError::new("text", error))
    }
    fn blob(&mut self) -> Result<&[u8], FieldError> {
        self.expect(BLOB, "bytes")?;
        self.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_read_back(number in any::<i64>(), text in ".*", bytes in any::<Vec<u8>>()) {
            let mut out = Vec::new();
            let mut sink = BinarySink(&mut out);
            sink.int(number);
            sink.null();
            sink.text(&text);
            sink.blob(&bytes);
            let mut source = BinarySource::new(&out);
            prop_assert_eq!(source.int().unwrap(), number);
            prop_assert!(source.take_null().unwrap());
            prop_assert_eq!(source.text().unwrap(), text.as_str());
            prop_assert_eq!(source.blob().unwrap(), bytes.as_slice());
            prop_assert!(source.is_empty());
        }

        #[test]
        fn any_bytes_give_a_value_or_an_error(bytes in any::<Vec<u8>>()) {
            let mut source = BinarySource::new(&bytes);
            while source.value().is_ok() {}
        }
    }
}
