//! SQL made from a table's columns, and rows to and from it.

use crate::StoreError;
use base::{FieldError, Sink, Source};
use engine::{Row, Table};
use rusqlite::types::{Null, ToSql, ValueRef};
use rusqlite::{Connection, Statement};
use std::sync::LazyLock;

/// The statements of one table that are used again and again.
pub(crate) struct TableSql {
    /// Writes a row, new or changed; all columns in order. Of a table with an [`Owner`] it changes nothing when the row
    /// was another party's: then it is to be removed first.
    pub(crate) upsert: String,
    /// Writes a row that is new, and fails when it is not. Only for tables with indexes beside their key: for the
    /// others `upsert` costs no more.
    pub(crate) insert: Option<String>,
    /// Removes the row of a key.
    pub(crate) delete: String,
    /// Reads the row of a key.
    pub(crate) row: String,
    /// Begins every reading of whole rows: `SELECT … FROM table`.
    pub(crate) select: String,
}

static TABLES: LazyLock<Vec<TableSql>> = LazyLock::new(|| Table::ALL.iter().copied().map(build).collect());

/// The statements of a table.
pub(crate) fn of(table: Table) -> &'static TableSql {
    &TABLES[table as usize]
}

fn names(table: Table) -> impl Iterator<Item = &'static str> {
    table.columns().iter().map(|column| column.name)
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn marks(count: usize) -> String {
    list(std::iter::repeat_n("?", count))
}

/// The key's columns as SQL lists them.
pub(crate) fn key_list(table: Table) -> String {
    list(names(table).take(table.key_columns()))
}

/// Tables with indexes beside their key. In the others, writing over a row is one walk down one tree.
pub(crate) const INDEXED: [Table; 9] = [
    Table::Notice,
    Table::Timer,
    Table::BankOrder,
    Table::Order,
    Table::Trade,
    Table::Transfer,
    Table::Received,
    Table::Mandate,
    Table::RefundWish,
];

/// How the rows of a table are found by the party that they are of.
pub(crate) struct Owner {
    table: Table,
    /// The column that names the party.
    pub(crate) column: &'static str,
    /// The index by slot, party and number.
    pub(crate) index: &'static str,
}

/// Tables whose rows are lists of parties. A row stays its party's.
const OWNED: [Owner; 6] = [
    Owner { table: Table::Order, column: "seller", index: "orders_seller" },
    Owner { table: Table::Trade, column: "buyer", index: "trade_buyer" },
    Owner { table: Table::Transfer, column: "payer", index: "transfer_payer" },
    Owner { table: Table::Received, column: "payee", index: "received_payee" },
    Owner { table: Table::BankOrder, column: "party", index: "bank_order_party" },
    Owner { table: Table::Mandate, column: "buyer", index: "mandate_buyer" },
];

/// The owner's column of a table, if its rows are lists of parties.
pub(crate) fn owner(table: Table) -> Option<&'static Owner> {
    OWNED.iter().find(|owner| owner.table == table)
}

fn build(table: Table) -> TableSql {
    let (name, width, key_width) = (table.name(), table.columns().len(), table.key_columns());
    let columns = list(names(table));
    let key = key_list(table);
    let found = format!("({key}) = ({})", marks(key_width));
    let select = format!("SELECT {columns} FROM {name}");
    let values = format!("INTO {name} ({columns}) VALUES ({})", marks(width));
    let indexed = INDEXED.contains(&table);
    TableSql {
        // With one tree, REPLACE writes the record over the old one without looking; with several it would have to
        // remove the old entries first, and an update leaves alone the indexes none of whose columns it sets.
        upsert: if indexed { on_conflict(table, &values) } else { format!("INSERT OR REPLACE {values}") },
        insert: indexed.then(|| format!("INSERT {values}")),
        delete: format!("DELETE FROM {name} WHERE {found}"),
        row: format!("{select} WHERE {found}"),
        select,
    }
}

fn on_conflict(table: Table, values: &str) -> String {
    // An index of which a column is set is written anew, even with what it had.
    let owner = owner(table).map(|owner| owner.column);
    let set: Vec<String> = names(table)
        .skip(table.key_columns())
        .filter(|column| Some(*column) != owner)
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let update = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    let same = owner.map_or_else(String::new, |column| format!(" WHERE {column} = excluded.{column}"));
    format!("INSERT {values} ON CONFLICT ({}) DO {update}{same}", key_list(table))
}

/// Reads a page of a table in key order. Parameters: the slot when it is fixed, the key to begin after when there is
/// one (without its slot when that is fixed), the number of rows.
pub(crate) fn scan(table: Table, in_slot: bool, after: bool) -> String {
    let rest = table.key_columns() - usize::from(in_slot);
    let columns = list(names(table).take(table.key_columns()).skip(usize::from(in_slot)));
    let after = after.then(|| format!("({columns}) > ({})", marks(rest)));
    let conditions: Vec<String> = in_slot.then(|| "slot = ?".to_owned()).into_iter().chain(after).collect();
    let filter =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!("{}{filter} ORDER BY {} LIMIT ?", of(table).select, key_list(table))
}

/// Binds values to a statement's parameters, in order.
pub(crate) struct SqlSink<'a, 'c> {
    statement: &'a mut Statement<'c>,
    bound: usize,
    failed: Option<rusqlite::Error>,
}

impl<'a, 'c> SqlSink<'a, 'c> {
    pub(crate) fn new(statement: &'a mut Statement<'c>) -> SqlSink<'a, 'c> {
        SqlSink { statement, bound: 0, failed: None }
    }

    fn bind(&mut self, value: impl ToSql) {
        self.bound += 1;
        if let Err(error) = self.statement.raw_bind_parameter(self.bound, value) {
            self.failed.get_or_insert(error);
        }
    }

    /// The first value that could not be bound, if any.
    pub(crate) fn finish(self) -> rusqlite::Result<()> {
        self.failed.map_or(Ok(()), Err)
    }
}

impl Sink for SqlSink<'_, '_> {
    fn null(&mut self) {
        self.bind(Null);
    }
    fn int(&mut self, value: i64) {
        self.bind(value);
    }
    fn text(&mut self, value: &str) {
        self.bind(value);
    }
    fn blob(&mut self, value: &[u8]) {
        self.bind(value);
    }
}

/// Leaves out the first value: the rest of a key whose slot is bound already.
pub(crate) struct SkipFirst<'a>(pub(crate) &'a mut dyn Sink, pub(crate) bool);

impl SkipFirst<'_> {
    fn pass(&mut self) -> Option<&mut dyn Sink> {
        if std::mem::replace(&mut self.1, true) { Some(&mut *self.0) } else { None }
    }
}

impl Sink for SkipFirst<'_> {
    fn null(&mut self) {
        if let Some(sink) = self.pass() {
            sink.null();
        }
    }
    fn int(&mut self, value: i64) {
        if let Some(sink) = self.pass() {
            sink.int(value);
        }
    }
    fn text(&mut self, value: &str) {
        if let Some(sink) = self.pass() {
            sink.text(value);
        }
    }
    fn blob(&mut self, value: &[u8]) {
        if let Some(sink) = self.pass() {
            sink.blob(value);
        }
    }
}

/// Reads the columns of a result row, in order.
struct RowSource<'a, 'r> {
    row: &'a rusqlite::Row<'r>,
    next: usize,
}

impl RowSource<'_, '_> {
    fn peek(&self) -> Result<ValueRef<'_>, FieldError> {
        self.row.get_ref(self.next).map_err(|error| FieldError::new("a column", error))
    }

    fn take(&mut self) -> Result<ValueRef<'_>, FieldError> {
        self.next += 1;
        self.row.get_ref(self.next - 1).map_err(|error| FieldError::new("a column", error))
    }
}

impl Source for RowSource<'_, '_> {
    fn take_null(&mut self) -> Result<bool, FieldError> {
        let null = matches!(self.peek()?, ValueRef::Null);
        self.next += usize::from(null);
        Ok(null)
    }
    fn int(&mut self) -> Result<i64, FieldError> {
        match self.take()? {
            ValueRef::Integer(number) => Ok(number),
            other => Err(FieldError::new("an integer", other.data_type())),
        }
    }
    fn text(&mut self) -> Result<&str, FieldError> {
        match self.take()? {
            ValueRef::Text(bytes) => {
                std::str::from_utf8(bytes).map_err(|error| FieldError::new("text", error))
            }
            other => Err(FieldError::new("text", other.data_type())),
        }
    }
    fn blob(&mut self) -> Result<&[u8], FieldError> {
        match self.take()? {
            ValueRef::Blob(bytes) => Ok(bytes),
            other => Err(FieldError::new("bytes", other.data_type())),
        }
    }
}

/// Runs a statement that gives whole rows of a table.
pub(crate) fn rows(
    connection: &Connection,
    table: Table,
    sql: &str,
    bind: impl FnOnce(&mut dyn Sink),
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut sink = SqlSink::new(&mut statement);
    bind(&mut sink);
    sink.finish()?;
    let (mut found, mut results) = (Vec::new(), statement.raw_query());
    while let Some(row) = results.next()? {
        let mut source = RowSource { row, next: 0 };
        let read = table.read(&mut source);
        found.push(read.map_err(|source| StoreError::RowDamaged { table: table.name(), source })?);
    }
    Ok(found)
}
