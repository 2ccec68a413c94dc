//! The columns of a row in the journal's form, read one after the other: the audit's own reader of the form that
//! `base::BinarySink` writes.
//!
//! A value is a byte for its kind (nothing, a number, text, bytes), then the number, or a length and so many bytes.
//! Numbers stand with seven bits to the byte, the lowest first; numbers of a column have their sign in the lowest bit.

use base::{ColumnKind, FieldError, Source};

/// The byte that stands for no value.
pub(crate) const NOTHING: u8 = 0;
/// The bit of each of eight bytes that says that another byte follows.
const FOLLOWS: u64 = 0x8080_8080_8080_8080;

/// The byte that stands for a kind of value.
pub(crate) const fn kind_number(kind: ColumnKind) -> u8 {
    match kind {
        ColumnKind::Int => 1,
        ColumnKind::Text => 2,
        ColumnKind::Blob => 3,
    }
}

/// What is left of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<'a>(pub(crate) &'a [u8]);

impl<'a> Columns<'a> {
    /// Passes over the next value; gives its kind, and what it holds when it is text or bytes.
    pub(crate) fn pass(&mut self) -> Option<(u8, &'a [u8])> {
        let (&kind, rest) = self.0.split_first()?;
        self.0 = rest;
        match kind {
            NOTHING => Some((kind, &[])),
            1 => {
                let (_, bytes) = number(self.0)?;
                self.0 = &self.0[bytes..];
                Some((kind, &[]))
            }
            2 | 3 => self.held().map(|held| (kind, held)),
            _ => None,
        }
    }

    /// A length and so many bytes.
    fn held(&mut self) -> Option<&'a [u8]> {
        let (length, bytes) = number(self.0)?;
        let (held, rest) = self.0[bytes..].split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(held)
    }

    fn expect(&mut self, kind: ColumnKind, what: &'static str) -> Result<(), FieldError> {
        match self.0.split_first() {
            Some((&found, rest)) if found == kind_number(kind) => {
                self.0 = rest;
                Ok(())
            }
            Some((found, _)) => Err(FieldError::new(what, format!("kind {found}"))),
            None => Err(FieldError::new(what, "end of row")),
        }
    }
}

impl Source for Columns<'_> {
    fn take_null(&mut self) -> Result<bool, FieldError> {
        match self.0.split_first() {
            Some((&NOTHING, rest)) => {
                self.0 = rest;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(FieldError::new("a value", "end of row")),
        }
    }

    fn int(&mut self) -> Result<i64, FieldError> {
        self.expect(ColumnKind::Int, "an integer")?;
        let (number, bytes) = number(self.0).ok_or_else(|| FieldError::new("an integer", "no number"))?;
        self.0 = &self.0[bytes..];
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn text(&mut self) -> Result<&str, FieldError> {
        self.expect(ColumnKind::Text, "text")?;
        let held = self.held().ok_or_else(|| FieldError::new("text", "a length beyond the row's end"))?;
        std::str::from_utf8(held).map_err(|error| FieldError::new("text", error))
    }

    fn blob(&mut self) -> Result<&[u8], FieldError> {
        self.expect(ColumnKind::Blob, "bytes")?;
        self.held().ok_or_else(|| FieldError::new("bytes", "a length beyond the row's end"))
    }
}

/// A number, and how many bytes it takes. `None` when it does not end in time or has more than 64 bits.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((u64::from(first), 1));
    }
    if let Some((eight, rest)) = bytes.split_first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let ends = !eight & FOLLOWS;
        if ends != 0 {
            // The lowest of these bits is the top bit of the last byte.
            let bits = ends.trailing_zeros() + 1;
            let kept = eight & (u64::MAX >> (64 - bits));
            return Some((joined(kept), bits as usize / 8));
        }
        return match *rest {
            [ninth, ..] if ninth < 0x80 => Some((joined(eight & !FOLLOWS) | u64::from(ninth) << 56, 9)),
            // One bit is left for the tenth.
            [ninth, tenth @ ..=1, ..] => {
                Some((joined(eight & !FOLLOWS) | u64::from(ninth & 0x7f) << 56 | u64::from(tenth) << 63, 10))
            }
            _ => None,
        };
    }
    let mut number = 0;
    for (index, byte) in bytes.iter().enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

/// Eight bytes of seven bits each, without the gaps: pairs are joined, then pairs of pairs, then both halves.
const fn joined(bytes: u64) -> u64 {
    let pairs = (bytes & 0x007f_007f_007f_007f) | (bytes & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = (pairs & 0x0000_3fff_0000_3fff) | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    (fours & 0x0fff_ffff) | (fours & 0x0fff_ffff_0000_0000) >> 4
}

/// A number below 2⁵⁶ as eight bytes of seven bits each: what `joined` joins.
pub(crate) const fn spread(number: u64) -> u64 {
    let fours = (number & 0x0fff_ffff) | (number & 0x00ff_ffff_f000_0000) << 4;
    let pairs = (fours & 0x0000_3fff_0000_3fff) | (fours & 0x0fff_c000_0fff_c000) << 2;
    (pairs & 0x007f_007f_007f_007f) | (pairs & 0x3f80_3f80_3f80_3f80) << 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{BinarySink, BinarySource, Sink};

    #[test]
    fn it_reads_what_the_sink_writes() {
        let mut tried: Vec<i64> =
            (0..63).flat_map(|bits| [1 << bits, (1 << bits) - 1, -(1 << bits)]).collect();
        tried.extend([i64::MAX, i64::MIN, i64::MIN + 1]);
        for number in tried {
            let text = "宝".repeat(number.unsigned_abs() as usize % 100);
            let mut bytes = Vec::new();
            let mut sink = BinarySink(&mut bytes);
            sink.int(number);
            sink.null();
            sink.text(&text);
            sink.blob(text.as_bytes());
            sink.int(number);
            let mut read = Columns(&bytes);
            assert_eq!(read.int(), Ok(number));
            assert_eq!((read.take_null(), read.take_null()), (Ok(true), Ok(false)));
            assert_eq!(read.text(), Ok(text.as_str()));
            assert_eq!(read.blob(), Ok(text.as_bytes()));
            assert_eq!((read.int(), read.0), (Ok(number), [].as_slice()), "at the very end");
            let mut passed = Columns(&bytes);
            let kinds: Vec<u8> = std::iter::from_fn(|| passed.pass()).map(|(kind, _)| kind).collect();
            assert_eq!((kinds.as_slice(), passed.0), ([1, 0, 2, 3, 1].as_slice(), [].as_slice()));
        }
    }

    /// The product's reader and this one take the same bytes for the same values, and refuse the same.
    #[test]
    fn it_refuses_what_the_products_reader_refuses() {
        let mut chance = 7_u64;
        for _ in 0..200_000 {
            let mut bytes = [0; 24];
            for byte in &mut bytes {
                chance =
                    chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Mostly bytes that a number goes on after, so that long ones come up.
                *byte = (chance >> 33) as u8 | if chance >> 60 > 2 { 0x80 } else { 0 };
            }
            for kind in 0..4 {
                bytes[0] = kind;
                let length = 1 + (chance >> 40) as usize % 23;
                let (mut ours, mut theirs) = (Columns(&bytes[..length]), BinarySource::new(&bytes[..length]));
                match kind {
                    0 => assert_eq!(ours.take_null(), theirs.take_null()),
                    1 => assert_eq!(ours.int().ok(), theirs.int().ok()),
                    2 => assert_eq!(ours.text().ok(), theirs.text().ok()),
                    _ => assert_eq!(ours.blob().ok(), theirs.blob().ok()),
                }
            }
        }
    }
}
