//! SQL of this dialect, made from a table's columns.

use base::{Column, ColumnKind};
use engine::Table;
use std::sync::LazyLock;

/// The statements of one table that are used again and again.
pub(super) struct TableSql {
    /// Writes rows of one slot, new or changed: the slot, then an array for each other column.
    pub(super) upsert: String,
    /// Removes the rows of keys in one slot: the slot, then an array for each other column of the key.
    pub(super) delete: String,
    /// Reads the row of a key.
    pub(super) row: String,
    /// Begins every reading of whole rows: `SELECT … FROM table`.
    pub(super) select: String,
    /// The columns as SQL lists them.
    pub(super) columns: String,
}

static TABLES: LazyLock<Vec<TableSql>> = LazyLock::new(|| Table::ALL.iter().copied().map(build).collect());

/// The statements of a table.
pub(super) fn of(table: Table) -> &'static TableSql {
    &TABLES[table as usize]
}

/// A name as SQL writes it: some of ours are words of PostgreSQL's.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn names(columns: &[Column]) -> String {
    list(columns.iter().map(|column| quoted(column.name)))
}

/// `$first, $first+1, …`
fn places(first: usize, count: usize) -> String {
    list((first..first + count).map(|number| format!("${number}")))
}

fn array(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Int => "bigint[]",
        ColumnKind::Text => "text[]",
        ColumnKind::Blob => "bytea[]",
    }
}

/// Rows made from arrays, the second parameter and those after it.
fn unnested(columns: &[Column], name: &str) -> String {
    let arrays = columns.iter().zip(2..).map(|(column, number)| format!("${number}::{}", array(column.kind)));
    format!("unnest({}) AS {name} ({})", list(arrays), names(columns))
}

fn build(table: Table) -> TableSql {
    let (name, columns) = (quoted(table.name()), names(table.columns()));
    let (key, rest) = table.columns().split_at(table.key_columns());
    let others = &table.columns()[1..];
    let set = list(rest.iter().map(|column| format!("{0} = excluded.{0}", quoted(column.name))));
    let conflict = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {set}") };
    let found: String =
        key[1..].iter().map(|column| format!(" AND {name}.{0} = gone.{0}", quoted(column.name))).collect();
    let using = if key.len() > 1 { format!(" USING {}", unnested(&key[1..], "gone")) } else { String::new() };
    let select = format!("SELECT {columns} FROM {name}");
    let each = list(others.iter().map(|column| format!("new.{}", quoted(column.name))));
    TableSql {
        upsert: format!(
            "INSERT INTO {name} ({columns}) SELECT $1::bigint, {each} FROM {} ON CONFLICT ({}) DO {conflict}",
            unnested(others, "new"),
            names(key)
        ),
        delete: format!("DELETE FROM {name}{using} WHERE {name}.slot = $1{found}"),
        row: format!("{select} WHERE ({}) = ({})", names(key), places(1, key.len())),
        select,
        columns,
    }
}

/// Reads a page of a table in key order. Parameters: the slot when it is fixed, the key to begin after when there is
/// one (without its slot when that is fixed), the number of rows.
pub(super) fn scan(table: Table, in_slot: bool, after: bool) -> String {
    let fixed = usize::from(in_slot);
    let key = &table.columns()[..table.key_columns()];
    let rest = &key[fixed..];
    let mut conditions = Vec::new();
    if in_slot {
        conditions.push("slot = $1".to_owned());
    }
    if after {
        conditions.push(format!("({}) > ({})", names(rest), places(1 + fixed, rest.len())));
    }
    let limit = 1 + fixed + if after { rest.len() } else { 0 };
    let filter =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!("{}{filter} ORDER BY {} LIMIT ${limit}", of(table).select, names(key))
}

/// Reads the newest rows of all slots with numbers up to the first parameter, at most the second. Each slot is walked
/// from its end, so that no index over all slots is needed.
pub(super) fn newest_of_all(table: Table) -> String {
    let TableSql { select, columns, .. } = of(table);
    let of_slot = format!("{select} WHERE slot = slots.number AND no <= $1 ORDER BY no DESC LIMIT $2");
    format!(
        "SELECT {columns} FROM generate_series(0::bigint, 99::bigint) AS slots (number), \
         LATERAL ({of_slot}) AS newest ORDER BY no DESC, slot DESC LIMIT $2"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Engines that spread rows by slot send a statement to the one place that has them when it names the slot.
    #[test]
    fn every_statement_that_writes_is_of_one_slot() {
        for table in Table::ALL {
            let (sql, name) = (of(*table), table.name());
            assert_eq!(table.columns()[0].name, "slot", "{name}");
            assert!(sql.upsert.starts_with(&format!("INSERT INTO \"{name}\" (\"slot\"")), "{}", sql.upsert);
            assert!(sql.upsert.contains("SELECT $1::bigint, "), "{}", sql.upsert);
            assert!(sql.upsert.contains("ON CONFLICT (\"slot\""), "{}", sql.upsert);
            assert!(sql.delete.contains(&format!("WHERE \"{name}\".slot = $1")), "{}", sql.delete);
            assert!(sql.row.contains("WHERE (\"slot\""), "{}", sql.row);
        }
    }

    #[test]
    fn a_page_is_read_by_numbered_parameters() {
        let end = |in_slot, after| {
            let sql = scan(Table::Refund, in_slot, after);
            sql.split_once("FROM").expect("it reads a table").1.trim().to_owned()
        };
        let order = "ORDER BY \"slot\", \"order_no\", \"out_request_no\"";
        assert_eq!(end(false, false), format!("\"refund\" {order} LIMIT $1"));
        assert_eq!(end(true, false), format!("\"refund\" WHERE slot = $1 {order} LIMIT $2"));
        assert_eq!(
            end(true, true),
            format!(
                "\"refund\" WHERE slot = $1 AND (\"order_no\", \"out_request_no\") > ($2, $3) {order} LIMIT $4"
            )
        );
        assert_eq!(
            end(false, true),
            format!(
                "\"refund\" WHERE (\"slot\", \"order_no\", \"out_request_no\") > ($1, $2, $3) {order} LIMIT $4"
            )
        );
    }
}
