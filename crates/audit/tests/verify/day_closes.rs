//! Days that were closed, and one row changed at a time.

use crate::rows::{Case, run};
use audit::FindingKind::*;
use base::Day;
use cell::Door;
use std::path::Path;
use store::SqliteStore;

/// Closes every day that is over.
pub(crate) async fn live(door: &Door, tables: &Path) {
    let durable = door.stats().durable_sequence.load(std::sync::atomic::Ordering::Acquire);
    door.posted().wait_for(|sequence| *sequence >= durable).await.unwrap();
    let last = Day::of(door.now_us()).minus_days(1);
    let mut reader = SqliteStore::open_reader(tables).unwrap();
    let due = bill::days_to_close(&mut reader, last, 31).unwrap();
    assert!(due.len() > 1, "two slots' days are over at least");
    for close in due {
        assert!(!door.ask(close).await.unwrap().already);
    }
}

#[test]
fn rows_of_closed_days() {
    let (moved, wrong) = ("debit_minor > 0", &[("trial_balance", DayCloseWrong)]);
    run(&[
        Case("trial_balance", moved, "debit_minor = debit_minor + 1", wrong),
        Case("trial_balance", moved, "credit_minor = credit_minor + 1", wrong),
        Case("trial_balance", moved, "balance_minor = balance_minor + 1", wrong),
        Case("trial_balance", moved, "closed_at_us = 7", wrong),
        Case("day_close", "slot >= 0", "last_date = 20991231", wrong),
        Case("day_close", "slot >= 0", "first_date = 19990101", &[("day_close", DayCloseWrong)]),
        Case("day_close", "slot >= 0", "closed_at_us = 7", &[("day_close", DayCloseWrong)]),
        Case("day_close", "slot >= 0", "last_date = 19990101", &[("day_close", DayCloseWrong)]),
    ]);
}
