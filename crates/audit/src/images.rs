//! Rows as bytes, and as people read them.

use crate::columns::{Columns, NOTHING, kind_number, spread};
use base::{BinarySink, BinarySource, Column, ColumnKind, Value};
use engine::{Key, Table};
use std::fmt::Write as _;

/// The bits that eight bytes of a number hold.
const LOW_56: u64 = (1 << 56) - 1;

/// A row in the journal's form, its key first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoded<'a> {
    pub(crate) bytes: &'a [u8],
    /// How many of the bytes are the key.
    pub(crate) key_bytes: usize,
}

impl Encoded<'_> {
    /// The key as people read it.
    pub(crate) fn key_text(&self, table: Table) -> String {
        key_text(table, &values(self.bytes))
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.bytes[..self.key_bytes]
    }
}

/// Whether a row's bytes are as many values as its table has columns, each of its kind, absent only where it may be;
/// then how many bytes the first `key_columns` take. Says nothing of the values themselves, and takes no memory.
pub(crate) fn key_length(bytes: &[u8], columns: &[Column], key_columns: usize) -> Option<usize> {
    let (mut rest, mut key) = (Columns(bytes), 0);
    for (index, column) in columns.iter().enumerate() {
        let (kind, held) = rest.pass()?;
        let fits = if kind == NOTHING { column.nullable } else { kind == kind_number(column.kind) };
        if !fits || (column.kind == ColumnKind::Text && !is_text(held)) {
            return None;
        }
        if index + 1 == key_columns {
            key = bytes.len() - rest.0.len();
        }
    }
    rest.0.is_empty().then_some(key)
}

/// Most texts are short and of plain letters, which takes less to see than to read them.
fn is_text(held: &[u8]) -> bool {
    held.iter().all(u8::is_ascii) || std::str::from_utf8(held).is_ok()
}

/// Writes a number as the journal does, behind bytes that are there already.
pub(crate) fn put_int(out: &mut Vec<u8>, number: i64) {
    // Zigzag: the sign is the lowest bit.
    put_head(out, ColumnKind::Int, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// As `put_int`, for text or bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, kind: ColumnKind, bytes: &[u8]) {
    put_head(out, kind, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Writes that there is no value.
pub(crate) fn put_null(out: &mut Vec<u8>) {
    out.push(NOTHING);
}

/// A kind and a number of seven bits to the byte. Most numbers are short; of others more bytes are written first and
/// then cut: that asks for room once.
fn put_head(out: &mut Vec<u8>, kind: ColumnKind, number: u64) {
    let kind = kind_number(kind);
    if number < 0x80 {
        out.extend_from_slice(&[kind, number as u8]);
        return;
    }
    let start = out.len();
    let length = (u64::BITS - number.leading_zeros()).div_ceil(7) as usize;
    let [a, b, c, d, e, f, g, h] = spread(number & LOW_56).to_le_bytes();
    let mut head = [kind, a, b, c, d, e, f, g, h, (number >> 56) as u8 & 0x7f, (number >> 63) as u8];
    for byte in &mut head[1..length] {
        *byte |= 0x80;
    }
    out.extend_from_slice(&head);
    out.truncate(start + length + 1);
}

/// The bytes of a key.
pub(crate) fn key_bytes(key: &Key) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(48);
    key.write(&mut BinarySink(&mut bytes));
    bytes
}

/// All values of a row, up to the first that cannot be read.
pub(crate) fn values(bytes: &[u8]) -> Vec<Value> {
    let mut source = BinarySource::new(bytes);
    let mut values = Vec::new();
    while !source.is_empty() {
        let Ok(value) = source.value() else { break };
        values.push(value);
    }
    values
}

/// A key as `column=value` pairs, ready for a WHERE clause.
pub(crate) fn key_text(table: Table, values: &[Value]) -> String {
    let columns = &table.columns()[..table.key_columns()];
    let pairs: Vec<String> = columns
        .iter()
        .zip(values)
        .map(|(column, value)| format!("{}={}", column.name, shown(value)))
        .collect();
    pairs.join(" ")
}

/// The key of a typed row or reference.
pub(crate) fn text_of_key(key: &Key) -> String {
    key_text(key.table(), &values(&key_bytes(key)))
}

/// A value as it may be printed: what is secret or personal is only said to differ.
pub(crate) fn shown_value(column: &Column, value: &Value) -> String {
    match column.name {
        "verifier" | "sealed_aes_key" | "login" | "name" | "buyer_login_masked" | "payer_login_masked"
            if *value != Value::Null =>
        {
            "(not shown)".to_owned()
        }
        _ => shown(value),
    }
}

fn shown(value: &Value) -> String {
    let Value::Blob(bytes) = value else { return value.to_string() };
    let mut text = String::from("x'");
    for byte in bytes.iter().take(32) {
        let _infallible = write!(text, "{byte:02x}");
    }
    text.push_str(if bytes.len() > 32 { "…'" } else { "'" });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Sink as _;

    #[test]
    fn what_is_written_here_is_what_the_journal_writes() {
        for number in [0, 1, -1, 63, 64, -64, -65, 1 << 40, i64::MAX, i64::MIN] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            put_int(&mut ours, number);
            BinarySink(&mut theirs).int(number);
            let text = "金".repeat(number.unsigned_abs() as usize % 200);
            put_bytes(&mut ours, ColumnKind::Text, text.as_bytes());
            BinarySink(&mut theirs).text(&text);
            put_bytes(&mut ours, ColumnKind::Blob, text.as_bytes());
            BinarySink(&mut theirs).blob(text.as_bytes());
            assert_eq!(ours, theirs);
            let columns = [ColumnKind::Int, ColumnKind::Text, ColumnKind::Blob];
            let columns = columns.map(|kind| Column { name: "a", kind, nullable: false });
            assert_eq!(key_length(&ours, &columns, 3), Some(ours.len()));
            let first = key_length(&ours, &columns, 1).unwrap();
            assert_eq!(key_length(&ours[..first], &columns[..1], 1), Some(first));
            assert_eq!(key_length(&ours[..ours.len() - 1], &columns, 3), None, "cut off");
        }
    }

    #[test]
    fn columns_are_counted_and_of_their_kind() {
        let column = |kind, nullable| Column { name: "a", kind, nullable };
        let columns = [column(ColumnKind::Int, false), column(ColumnKind::Text, true)];
        let row = |write: &dyn Fn(&mut BinarySink<'_>)| {
            let mut bytes = Vec::new();
            write(&mut BinarySink(&mut bytes));
            key_length(&bytes, &columns, 1).is_some()
        };
        let long = "苹".repeat(100);
        assert!(row(&|sink| {
            sink.int(500);
            sink.text(&long);
        }));
        assert!(row(&|sink| {
            sink.int(-1);
            sink.null();
        }));
        assert!(!row(&|sink| sink.int(1)), "one too few");
        assert!(
            !row(&|sink| {
                sink.int(1);
                sink.null();
                sink.null();
            }),
            "one too many"
        );
        assert!(
            !row(&|sink| {
                sink.null();
                sink.null();
            }),
            "it must be there"
        );
        assert!(
            !row(&|sink| {
                sink.int(1);
                sink.blob(b"a");
            }),
            "another kind"
        );
        assert_eq!(key_length(&[1, 2, 2, 1, 0xff], &columns, 1), None, "no text");
        assert_eq!(key_length(&[1, 2, 2, 9, b'a'], &columns, 1), None, "cut off");
    }
}
