//! Rows as bytes, and as hashes: what is remembered of each row of the journal.

use base::{BinarySink, BinarySource, Column, Value};
use engine::{Key, Table};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};

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

    pub(crate) fn key_hash(&self) -> RowHash {
        hash(&self.bytes[..self.key_bytes])
    }
}

/// Sixteen bytes of BLAKE3: two rows that differ share them by chance once in 2¹²⁸.
pub(crate) type RowHash = [u8; 16];

/// The hash of a row's or a key's bytes.
pub(crate) fn hash(bytes: &[u8]) -> RowHash {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// Eight bytes of hash, to compare texts that are not kept.
pub(crate) fn text_hash(text: &str) -> u64 {
    let mut short = [0; 8];
    short.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(short)
}

/// The last image of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    pub(crate) hash: RowHash,
    /// The journal record that wrote it.
    pub(crate) sequence: u64,
}

/// The last image of every row up to the posted sequence.
#[derive(Debug)]
pub(crate) struct Images(Vec<HashMap<RowHash, Image, BuildHasherDefault<AlreadyHashed>>>);

impl Images {
    pub(crate) fn new() -> Images {
        Images(Table::ALL.iter().map(|_| HashMap::default()).collect())
    }

    pub(crate) fn put(&mut self, table: Table, key: RowHash, image: Image) {
        self.0[table as usize].insert(key, image);
    }

    /// Takes an image out: of a row that was deleted, or that was found in its table.
    pub(crate) fn take(&mut self, table: Table, key: &RowHash) -> Option<Image> {
        self.0[table as usize].remove(key)
    }

    /// What was not taken out.
    pub(crate) fn rest(&self) -> impl Iterator<Item = (Table, RowHash, Image)> {
        let tables = Table::ALL.iter().zip(&self.0);
        tables.flat_map(|(table, rows)| rows.iter().map(|(key, image)| (*table, *key, *image)))
    }
}

/// The keys are hashes already: their first bytes serve the map.
#[derive(Debug, Default)]
pub(crate) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*first);
        }
    }
    fn write_usize(&mut self, _length: usize) {}
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
        "verifier" | "sealed_aes_key" | "login" | "name" | "buyer_login_masked" if *value != Value::Null => {
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
