//! How fast rows are posted: run by hand with
//! `cargo test --release -p store --test store -- --ignored --nocapture posting_speed`.

use crate::samples::*;
use crate::{Shelf, SqliteShelf};
use base::Stamp;
use engine::Row;
use ledger::{AccountId, AccountKind, Posting, PostingKind, Side};
use money::Currency;
use std::time::Instant;
use store::{Mark, SqliteStore, Store};
use trade::{Order, OrderNumber, OrderState, Trade, TradeState};

/// Payments in all.
const PAYMENTS: u64 = 200_000;
/// Payments of one batch; each is five rows and two accounts.
const BATCH: u64 = 10_000;
const SELLERS: u64 = 10_000;
const BUYERS: u64 = 1_000_000;

/// The rows that one paid order leaves: order, number, trade and a posting on either side, with both accounts.
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
        row(account(buyer, 900_000, 0)),
        row(account(seller, 800_000 + number.cast_signed(), 0)),
        row(paid),
    ]
}

#[test]
#[ignore = "a measurement, meant for a release build"]
fn posting_speed() {
    let shelf = SqliteShelf::default();
    drop(shelf.open());
    let mut store = SqliteStore::open(&shelf.path()).unwrap();
    let payments: u64 = std::env::var("PAYMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAYMENTS);
    let batch_size: u64 = std::env::var("BATCH").ok().and_then(|text| text.parse().ok()).unwrap_or(BATCH);
    let (mut rows, mut spent) = (0, Vec::new());
    for batch in 0..payments / batch_size {
        let changes = changes((batch * batch_size..(batch + 1) * batch_size).flat_map(payment));
        rows += changes.len();
        let sequence = batch + 1;
        let stamp = Stamp { at_us: sequence.cast_signed(), seq: sequence };
        let begun = Instant::now();
        store.post(&changes, Mark { sequence, stamp, hash: [1; 32] }).unwrap();
        spent.push(begun.elapsed().as_micros());
    }
    let whole: u128 = spent.iter().sum();
    let quarter = spent.len().div_ceil(4);
    let (first, last): (u128, u128) =
        (spent[..quarter].iter().sum(), spent[spent.len() - quarter..].iter().sum());
    let per_second = |count: u128, micros: u128| count * 1_000_000 / micros.max(1);
    let quarter_payments = u128::from(batch_size) * quarter as u128;
    println!("{payments} payments, {rows} rows in {} ms", whole / 1_000);
    println!(
        "rows/s {}, payments/s {}",
        per_second(rows as u128, whole),
        per_second(u128::from(payments), whole)
    );
    println!(
        "payments/s first quarter {}, last {}",
        per_second(quarter_payments, first),
        per_second(quarter_payments, last)
    );
    let bytes = std::fs::metadata(shelf.path()).unwrap().len();
    println!("{} bytes in the file per payment", bytes / payments);
}
