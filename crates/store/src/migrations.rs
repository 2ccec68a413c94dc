//! Numbered changes of the schema. Each runs once, in order; which ran, and what it said, is kept in `schema_version`.

use crate::StoreError;
use crate::fresh_schema::FreshSchema;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// One numbered change. Released ones are never edited.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    /// `NNNN_table_verb_what`, as its file is called.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../migrations/sqlite/", $name, ".sql")) }),*]
    };
}

/// All migrations of this release.
pub(crate) const MIGRATIONS: &[Migration] = migrations![
    "0001_mark_create",
    "0002_people_create",
    "0003_ledger_create",
    "0004_trade_create",
    "0005_crossing_create",
    "0006_checks_spell_out",
    "0007_notice_tells_messages",
    "0008_grants_create",
    "0009_agreement_create",
    "0010_products_widen",
    "0011_escrow_create",
    "0012_freeze_create",
    "0013_signing_create",
    "0014_split_create",
    "0015_split_learns_returns",
    "0016_usage_transfers",
    "0017_challenge_create",
    "0018_person_create",
    "0019_fund_create",
    "0020_statement_create",
    "0021_identity_create",
    "0022_trade_adds_cards",
    "0023_frozen_says_since",
    "0024_statement_begins",
    "0025_app_key_create",
    "0026_merchant_application_create",
    "0027_device_create",
    "0028_risk_create",
    "0029_suspense_closes",
    "0030_transfer_keeps_asked",
    "0031_withdrawals_of_a_person",
    "0032_contract_create",
    "0033_day_close_create",
    "0034_receipt_tells_risk",
    "0035_passkey_create",
    "0036_settlement_batch_create",
    "0037_sign_in_counts_guesses",
    "0038_card_transfer_create",
    "0039_screening_create",
    "0040_device_tells_passkey",
    "0041_operations_create",
    "0042_transfer_batch_create",
    "0043_passkey_proof_tells_act",
    "0044_screening_stops",
    "0045_card_transfer_comes_back",
    "0046_bills_by_party",
    "0047_trade_last_try",
    "0048_merchant_staff_create",
    "0049_ops_trail",
    "0050_orders_by_seller",
    "0051_staff_act",
    "0052_ops_trail_open",
    "0053_mandate_by_buyer",
    "0054_static_pay_create",
    "0055_rules_version_create",
    "0056_refund_wish_create",
    "0057_pocket_order_create",
];

/// Tells our databases from those of other programs ("tong" in ASCII).
const APPLICATION_ID: i64 = 0x746f_6e67;

const CREATE_VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    number        INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
    name          TEXT    NOT NULL,
    checksum      TEXT    NOT NULL,
    applied_at_us INTEGER NOT NULL
) STRICT";

/// Brings the tables to this release, all or nothing; new ones take the schema that the migrations come to at once.
/// Refuses those of another program, of a newer release, and those
/// that were made with an edited migration.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if is_empty(&transaction)? {
        transaction.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))?;
        transaction.execute_batch(CREATE_VERSIONS)?;
        if let Some(fresh) = FreshSchema::of(migrations) {
            transaction.execute_batch(fresh.sql)?;
            for (number, migration) in (1..).zip(&migrations[..fresh.migrations]) {
                note(&transaction, number, migration)?;
            }
        }
    }
    let ran = check(&transaction, path, migrations)?;
    for (number, migration) in (1..).zip(migrations).skip(ran) {
        transaction.execute_batch(migration.sql)?;
        note(&transaction, number, migration)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Remembers that a migration ran.
fn note(connection: &Connection, number: i64, migration: &Migration) -> Result<(), StoreError> {
    let sql = "INSERT INTO schema_version (number, name, checksum, applied_at_us) VALUES (?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute((number, migration.name, checksum(migration), now_us()))?;
    Ok(())
}

/// Refuses tables that this release cannot read as they are.
pub(crate) fn check_current(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let ran = check(connection, path, MIGRATIONS)?;
    match MIGRATIONS.get(ran) {
        Some(missing) => Err(StoreError::Older { missing: missing.name.to_owned() }),
        None => Ok(()),
    }
}

fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))?)
}

/// How many of the migrations have run.
fn check(connection: &Connection, path: &Path, migrations: &[Migration]) -> Result<usize, StoreError> {
    let id: i64 = connection.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let mut statement =
        connection.prepare("SELECT number, name, checksum FROM schema_version ORDER BY number")?;
    let ran = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let ran: Vec<(i64, String, String)> = ran.collect::<Result<_, _>>()?;
    let mut known = migrations.iter();
    for (expected, (number, name, found)) in (1..).zip(&ran) {
        let Some(migration) = known.next() else {
            let last = migrations.last().map_or("none", |migration| migration.name);
            return Err(StoreError::Newer { found: name.clone(), known: last.to_owned() });
        };
        if *number != expected || *found != checksum(migration) {
            return Err(StoreError::MigrationEdited { name: migration.name.to_owned() });
        }
    }
    Ok(ran.len())
}

pub(crate) fn checksum(migration: &Migration) -> String {
    blake3::hash(migration.sql.as_bytes()).to_hex().to_string()
}

pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::types::Value;
    use std::collections::{BTreeMap, BTreeSet};

    const NEXT: Migration =
        Migration { name: "9999_party_add_note", sql: "ALTER TABLE party ADD COLUMN note TEXT" };

    fn with_next() -> Vec<Migration> {
        MIGRATIONS.iter().copied().chain([NEXT]).collect()
    }

    fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
        migrate(connection, Path::new("tables"), migrations)
    }

    fn tables(connection: &Connection) -> i64 {
        connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", (), |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn names_are_numbered_without_gaps() {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert!(migration.name.starts_with(&format!("{number:04}_")), "{}", migration.name);
            for part in ["-- Why: ", "-- Lock: ", "-- Undo: ", &format!("-- {}.sql", migration.name)] {
                assert!(migration.sql.contains(part), "{} has no {part:?}", migration.name);
            }
        }
    }

    #[test]
    fn an_older_database_migrates_and_keeps_its_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &MIGRATIONS[..2]).unwrap();
        connection.execute("INSERT INTO login (slot, login, party) VALUES (7, 'a', 1)", ()).unwrap();
        assert!(matches!(check_current(&connection, Path::new("tables")),
            Err(StoreError::Older { missing }) if missing == "0003_ledger_create"));
        run(&mut connection, MIGRATIONS).unwrap();
        check_current(&connection, Path::new("tables")).unwrap();
        run(&mut connection, &with_next()).unwrap();
        let kept: i64 =
            connection.query_row("SELECT party FROM login WHERE slot = 7", (), |row| row.get(0)).unwrap();
        let ran: i64 =
            connection.query_row("SELECT max(number) FROM schema_version", (), |row| row.get(0)).unwrap();
        assert_eq!((kept, ran), (1, MIGRATIONS.len() as i64 + 1));
    }

    /// Tables that a migration copies keep their rows, their columns and what they allow.
    #[test]
    fn copied_tables_keep_their_rows_and_their_checks() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &MIGRATIONS[..5]).unwrap();
        let rows = "
            INSERT INTO account VALUES (1, 2, 3, 'balance', 'cny', 7, 1, 4);
            INSERT INTO posting (slot, no, kind, business_date, currency, account_1, side_1, amount_1_minor,
                balance_after_1_minor, account_2, side_2, amount_2_minor, balance_after_2_minor)
                VALUES (1, 2, 'top_up', 20260101, 'cny', 1, 'debit', 5, -5, 2, 'credit', 5, 5);
            INSERT INTO hold VALUES (1, 2, 3, 'cny', 4, 'open', 5);
            INSERT INTO trade VALUES (1, 2, 3, 4, 'waiting', 'tea', 'cny', 5, 0, 6, NULL, NULL);
            INSERT INTO receipt VALUES (1, 2, zeroblob(16), 'asked', 3);
            INSERT INTO top_up VALUES (1, 2, 'k', 'cny', 3, 4);
            INSERT INTO refund VALUES (1, 2, 'r', 'done', 'cny', 3, 1, 3, NULL, 0, 4);
            INSERT INTO notice VALUES (1, 2, 3, 4, 'paid', 'http://a', 0, 0, NULL, 5, 'due', 0, 6, NULL);
            INSERT INTO timer VALUES (1, 2, 3, 'forget_code', NULL, NULL, NULL, NULL);";
        connection.execute_batch(rows).unwrap();
        run(&mut connection, MIGRATIONS).unwrap();
        for table in ["account", "posting", "hold", "trade", "receipt", "top_up", "refund", "notice", "timer"]
        {
            let sql = format!("SELECT count(*) FROM {table} WHERE slot = 1");
            assert_eq!(connection.query_row(&sql, (), |row| row.get::<_, i64>(0)).unwrap(), 1, "{table}");
        }
        for broken in [
            "UPDATE account SET kind = 'other'",
            "UPDATE account SET held_minor = 8",
            "UPDATE posting SET amount_1_minor = 6",
            "UPDATE posting SET currency = 'eur'",
            "UPDATE hold SET state = ''",
            "UPDATE trade SET state = 'offered'",
            "UPDATE receipt SET outcome = 'lost'",
            "UPDATE refund SET currency = 'CNY'",
            "UPDATE notice SET event = 'due'",
            "UPDATE timer SET task = 'sleep'",
        ] {
            assert!(connection.execute(broken, ()).is_err(), "{broken}");
        }
        let legs = "SELECT count(*) FROM entry UNION ALL SELECT count(*) FROM v_order";
        assert_eq!(connection.query_row(legs, (), |row| row.get::<_, i64>(0)).unwrap(), 2);
    }

    /// All that a table of one row says, by column.
    fn only_row(connection: &Connection, table: &str) -> BTreeMap<String, Value> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let values: Vec<Value> = statement
            .query_row((), |row| {
                (0..names.len()).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()
            })
            .unwrap();
        names.into_iter().zip(values).collect()
    }

    /// No two columns of the row say the same, so that none can take another's place unseen.
    #[test]
    fn orders_that_are_copied_keep_each_column() {
        let mut connection = Connection::open_in_memory().unwrap();
        let copies =
            MIGRATIONS.iter().position(|migration| migration.name == "0054_static_pay_create").unwrap();
        run(&mut connection, &MIGRATIONS[..copies]).unwrap();
        let row = "
            INSERT INTO orders (slot, no, seller, app, out_trade_no, product, state, currency, total_minor,
                refunded_minor, fee_minor, fee_returned_minor, subject, body, goods_detail, named_buyer, buyer,
                buyer_login_masked, notify_url, return_url, quit_url, charset, rsa1, store_id, terminal_id,
                operator_id, passback_params, merchant_order_no, opened_at_us, created_at_us, expires_at_us,
                code_expires_at_us, paid_at_us, closed_at_us, timer, card, card_bank, settled_with, store_name)
            VALUES (1, 2, 3, 4, 'out', 'qr_code', 'paid', 'usd', 900, 800, 700, 600, 'tea', 'body', 'goods', 5, 6,
                'a***', 'notify', 'return', 'quit', 'gbk', 0, 'store', 'terminal', 'operator', 'passback',
                'number', 11, 12, 13, 14, 15, 16, 17, 'debit_card', 'CMB', 18, 'name')";
        connection.execute(row, ()).unwrap();
        let before = only_row(&connection, "orders");
        let said: BTreeSet<String> = before.values().map(|value| format!("{value:?}")).collect();
        assert_eq!(said.len(), before.len(), "{before:?}");
        assert!(!before.values().any(|value| *value == Value::Null), "{before:?}");
        run(&mut connection, MIGRATIONS).unwrap();
        assert_eq!(only_row(&connection, "orders"), before);
    }

    #[test]
    fn a_newer_database_is_refused_by_name() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &with_next()).unwrap();
        let refused = run(&mut connection, MIGRATIONS).unwrap_err().to_string();
        assert!(
            refused.contains("9999_party_add_note") && refused.contains(MIGRATIONS.last().unwrap().name),
            "{refused}"
        );
        assert!(matches!(check_current(&connection, Path::new("tables")), Err(StoreError::Newer { .. })));
    }

    #[test]
    fn an_edited_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, MIGRATIONS).unwrap();
        let mut edited = MIGRATIONS.to_vec();
        edited[1].sql = "CREATE TABLE party (id INTEGER)";
        let refused = run(&mut connection, &edited);
        assert!(matches!(refused, Err(StoreError::MigrationEdited { name }) if name == "0002_people_create"));
    }

    #[test]
    fn a_failing_migration_leaves_the_older_database() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &MIGRATIONS[..1]).unwrap();
        let before = tables(&connection);
        let mut broken = MIGRATIONS.to_vec();
        broken[2].sql = "CREATE TABLE account (id INTEGER); CREATE TABLE account (id INTEGER)";
        run(&mut connection, &broken).unwrap_err();
        assert_eq!(tables(&connection), before);
        run(&mut connection, MIGRATIONS).unwrap();
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (id INTEGER)").unwrap();
        assert!(matches!(run(&mut connection, MIGRATIONS), Err(StoreError::Foreign { .. })));
        assert_eq!(tables(&connection), 1);
    }
}
