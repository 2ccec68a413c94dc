//! How fast the bills of somebody who has very many are read: run by hand with
//! `cargo test --release -p bill --test bill -- --ignored --nocapture paging_speed`.

use crate::samples::*;
use base::Day;
use bill::{BillFilter, bill_page, month_totals};
use engine::Row;
use fund::BankOrderKind;
use std::time::{Duration, Instant};
use store::{Reader, SqliteStore};
use trade::Trade;
use transfer::{Received, Transfer};

/// Bills of the person; `BILLS` in the environment sets another number. Another one of the slot has as many.
const BILLS: i64 = 100_000;
/// Bills of a page.
const LIMIT: usize = 20;

/// One bill of Ann's, and one of somebody else's in the same slot and table.
fn pair(at: i64) -> [Row; 2] {
    let at_us = NOON_US + at * 1_000_000;
    let other_us = at_us + 500_000;
    match at % 4 {
        0 => [row(paid(at_us)), row(Trade { buyer: bob(), ..paid(other_us) })],
        1 => [row(sent(at_us)), row(Transfer { payer: bob(), payee: ann(), ..sent(other_us) })],
        2 => [row(received(at_us)), row(Received { payer: ann(), payee: bob(), ..received(other_us) })],
        _ => {
            let other = fund::BankOrder { party: bob(), ..at_bank(other_us, BankOrderKind::TopUp) };
            [row(at_bank(at_us, BankOrderKind::Withdraw)), row(other)]
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

#[test]
#[ignore = "a measurement, meant for a release build"]
fn paging_speed() {
    let bills = std::env::var("BILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(BILLS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.db");
    let mut store = SqliteStore::open(&path).unwrap();
    post(&mut store, beside());
    for begin in (0..bills).step_by(10_000) {
        post(&mut store, (begin..bills.min(begin + 10_000)).flat_map(pair));
    }
    let mut reader = SqliteStore::open_reader(&path).unwrap();
    let reader: &mut dyn Reader = &mut reader;
    let (every, mut before, mut times, mut count) = (BillFilter::default(), None, Vec::new(), 0);
    loop {
        let (page, took) = timed(|| bill_page(reader, ann(), &every, before, LIMIT).unwrap());
        times.push(took);
        count += page.bills.len();
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(count, usize::try_from(bills).unwrap(), "each once");
    let (first, last) = (times[0], times[times.len() - 1]);
    println!("{count} bills in {} pages: {} ms", times.len(), times.iter().sum::<Duration>().as_millis());
    println!("the first {} us, the last {} us", first.as_micros(), last.as_micros());
    times.sort_unstable();
    let part = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    println!("50 % within {} us, 99 % within {} us, all within {} us", part(50), part(99), part(100));
    let nothing = BillFilter::new(None, "no such words");
    let (page, took) = timed(|| bill_page(reader, ann(), &nothing, None, LIMIT).unwrap());
    println!("a page with a filter that fits nothing: {} us, {:?}", took.as_micros(), page.next);
    let today = Day::of(NOON_US + bills * 1_000_000);
    let (months, took) = timed(|| month_totals(reader, ann(), today, 6).unwrap());
    println!("totals of {} months: {} ms", months.len(), took.as_millis());
}
