//! How fast rows are posted, table by table: run by hand with
//! `cargo test --release -p store --test store -- --ignored --nocapture posting_speed`; with `ON=postgres` in the
//! environment into PostgreSQL, whose own processor time is not in the figures: look at the milliseconds then.

use crate::samples::*;
use crate::{PostgresShelf, Shelf, SqliteShelf};
use base::{AppId, Stamp};
use engine::{Row, Table};
use ledger::{AccountId, AccountKind, Posting, PostingKind, Side};
use money::Currency;
use std::collections::BTreeMap;
use std::time::Instant;
use store::{Mark, SqliteStore, Store};
use trade::{Order, OrderNumber, OrderState, Receipt, Trade, TradeState};

/// Payments in all; `PAYMENTS` in the environment sets another number.
const PAYMENTS: u64 = 400_000;
/// Payments of one posting, each seven rows and two accounts; `BATCH` in the environment sets another number.
/// `PAGE` sets the bytes of a page.
/// `WITHOUT` names an index that is dropped first, to see what it costs.
const BATCH: u64 = 50_000;
const SELLERS: u64 = 10_000;
const BUYERS: u64 = 1_000_000;

/// The rows that one paid order leaves: order, number, trade, receipt, notice and a posting on either side, with both
/// accounts.
fn payment(number: u64) -> Vec<Row> {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let (seller, buyer) = (spread % SELLERS, (spread >> 8) % BUYERS);
    let seller = party(1_000_000_000 + seller / 100, (seller % 100) as u8);
    let buyer = party(2_000_000_000 + buyer / 100, (buyer % 100) as u8);
    let at_us = 1_767_283_200_000_000 + i64::try_from(number).unwrap() * 50;
    let paid = Order {
        state: OrderState::Paid,
        buyer: Some(buyer),
        fee_minor: minor(7),
        created_at_us: Some(at_us),
        paid_at_us: Some(at_us + 1),
        out_trade_no: text(&format!("T{spread:020}")),
        ..order(at_us, seller)
    };
    let leg = |owner, kind| AccountId::of(owner, kind, Currency::Cny);
    let page = |owner: base::PartyId, kind, entries| Posting {
        kind,
        order_no: Some(paid.no),
        slot: owner.slot(),
        no: base::PostingNo::of(stamp(at_us), owner.slot()),
        entries,
        ..posting(at_us, 0, 1)
    };
    let transit =
        |owner: base::PartyId| AccountId::platform(owner.slot(), AccountKind::Transit, Currency::Cny);
    let fees = AccountId::platform(seller.slot(), AccountKind::FeeIncome, Currency::Cny);
    let out = [
        entry(leg(buyer, AccountKind::Balance), Side::Debit, 1_234, 900_000),
        entry(transit(buyer), Side::Credit, 1_234, 77),
        None,
        None,
    ];
    let arrived = [
        entry(transit(seller), Side::Debit, 1_234, -77),
        entry(leg(seller, AccountKind::Balance), Side::Credit, 1_227, 800_000),
        entry(fees, Side::Credit, 7, 4_000),
        None,
    ];
    vec![
        row(OrderNumber {
            slot: seller.slot(),
            seller,
            out_trade_no: paid.out_trade_no.clone(),
            no: paid.no,
        }),
        row(Trade {
            state: TradeState::Paid,
            refunded_minor: minor(0),
            paid_at_us: Some(at_us + 1),
            total_minor: minor(1_234),
            subject: text("tea"),
            ..trade(at_us, buyer, seller)
        }),
        row(page(buyer, PostingKind::PayOut, out)),
        row(page(seller, PostingKind::PayIn, arrived)),
        row(Receipt {
            slot: seller.slot(),
            order_no: paid.no,
            attempt: u128::from(spread).to_le_bytes(),
            outcome: trade::ReceiptOutcome::Paid,
            at_us,
        }),
        row(notice(at_us, AppId::issue(1, seller.slot()).unwrap(), paid.no, Some(at_us))),
        row(account(buyer, 900_000, 0)),
        row(account(seller, 800_000 + number.cast_signed(), 0)),
        row(paid),
    ]
}

/// Processor time of this process, microseconds, and bytes it wrote.
fn spent() -> (u64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap().parse().unwrap();
    ((ticks(11) + ticks(12)) * 10_000, written)
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "a measurement, meant for a release build"]
fn posting_speed() {
    let (payments, batch_size) = (setting("PAYMENTS", PAYMENTS), setting("BATCH", BATCH));
    let shelf = SqliteShelf::default();
    if let Ok(bytes) = std::env::var("PAGE") {
        // The size of pages stays as the file was made.
        let file = rusqlite::Connection::open(shelf.path()).unwrap();
        file.execute_batch(&format!("PRAGMA page_size = {bytes}; PRAGMA user_version = 1")).unwrap();
    }
    let on_postgres = std::env::var("ON").is_ok_and(|on| on == "postgres");
    let mut store: Box<dyn Store> = if on_postgres {
        PostgresShelf::make().expect("PostgreSQL is installed").open()
    } else {
        let store = SqliteStore::open(&shelf.path()).unwrap();
        if let Ok(index) = std::env::var("WITHOUT") {
            let file = rusqlite::Connection::open(shelf.path()).unwrap();
            file.execute_batch(&format!("DROP INDEX {index}")).unwrap();
        }
        Box::new(store)
    };
    let accounts =
        (0..BUYERS).map(|buyer| row(account(party(2_000_000_000 + buyer / 100, (buyer % 100) as u8), 1, 0)));
    store.post(&changes(accounts), Mark { sequence: 1, stamp: stamp(1), hash: [1; 32] }).unwrap();
    let (mut sequence, mut by_table) = (1, BTreeMap::<Table, (u64, u64, u64)>::new());
    let begun = Instant::now();
    let (mut quarters, mut whole) = (Vec::new(), 0);
    for batch in 0..payments / batch_size {
        let rows: Vec<Row> = (batch * batch_size..(batch + 1) * batch_size).flat_map(payment).collect();
        let mut of_batch = 0;
        // One posting for each table, so that each has a figure; together they cost what one posting does.
        for table in Table::ALL {
            let changes = changes(rows.iter().filter(|row| row.table() == *table).cloned());
            if changes.is_empty() {
                continue;
            }
            sequence += 1;
            let before = spent();
            store
                .post(&changes, Mark { sequence, stamp: Stamp { at_us: 1, seq: sequence }, hash: [1; 32] })
                .unwrap();
            let after = spent();
            let of_table = by_table.entry(*table).or_default();
            of_table.0 += changes.len() as u64;
            of_table.1 += after.0 - before.0;
            of_table.2 += after.1 - before.1;
            of_batch += after.0 - before.0;
        }
        quarters.push(of_batch as f64 / batch_size as f64);
        whole += of_batch;
    }
    println!("{payments} payments in groups of {batch_size}: {} ms", begun.elapsed().as_millis());
    for (table, (rows, cpu_us, bytes)) in &by_table {
        println!(
            "{:>14} {:>9} rows {:>6.2} us and {:>6} bytes written a payment",
            table.name(),
            rows,
            *cpu_us as f64 / payments as f64,
            bytes / payments
        );
    }
    println!("{:.2} us of processor a payment; by group {quarters:.1?}", whole as f64 / payments as f64);
    if !on_postgres {
        println!(
            "{} bytes in the file per payment",
            std::fs::metadata(shelf.path()).unwrap().len() / payments
        );
    }
}
