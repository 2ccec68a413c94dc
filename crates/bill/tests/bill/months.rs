//! What a person had and spent, month by month.

use crate::samples::*;
use base::{DAY_US, Day};
use bill::{BillCategory, MonthTotal, month_totals};
use engine::Row;
use fund::{BankOrder, BankOrderKind, BankOrderState};
use money::Currency;
use store::{MemoryStore, Store};
use trade::{Trade, TradeState};
use transfer::{Received, Transfer, TransferState};

fn totals(rows: impl IntoIterator<Item = Row>, count: u32) -> Vec<MonthTotal> {
    let mut store = MemoryStore::new();
    post(&mut store, rows);
    month_totals(&mut *store.reader().unwrap(), ann(), Day::of(NOON_US), count).unwrap()
}

/// What was had and spent, and how many bills these are, of one category of the newest month.
fn of(months: &[MonthTotal], category: BillCategory) -> (u64, u64, u32) {
    let units = |money: money::Money| money.minor().units().unsigned_abs();
    let found = months[0].categories.iter().find(|total| total.category == category);
    found.map_or((0, 0, 0), |total| (units(total.had), units(total.spent), total.count))
}

#[test]
fn what_was_paid_and_did_not_come_back_is_spent() {
    let back = |at: i64, units, state| Trade { refunded_minor: minor(units), state, ..paid(NOON_US + at) };
    let closed = Trade { state: TradeState::Closed, closed_at_us: Some(NOON_US), ..trade(NOON_US + 4) };
    let dollars = Trade { currency: Currency::Usd, ..paid(NOON_US + 6) };
    let months = totals(
        [
            row(paid(NOON_US + 1)),
            row(back(2, 4_00, TradeState::Paid)),
            row(back(3, 10_00, TradeState::Closed)),
            row(closed),
            row(trade(NOON_US + 5)),
            row(dollars),
        ],
        1,
    );
    assert_eq!(of(&months, BillCategory::Shopping), (0, 16_00, 2));
    assert_eq!((months[0].spent, months[0].had), (fen(16_00), fen(0)));
}

#[test]
fn transfers_count_when_they_were_paid_and_cash_is_neither_had_nor_spent() {
    let sent = |at: i64, state| Transfer { state, ..sent(NOON_US + at) };
    let offered = Transfer { paid_at_us: None, ..sent(5, TransferState::Offered) };
    let bank = |at: i64, kind, state| BankOrder { state, ..at_bank(NOON_US + at, kind) };
    let months = totals(
        [
            row(sent(1, TransferState::Done)),
            row(sent(2, TransferState::Waiting)),
            row(sent(3, TransferState::Returned)),
            row(sent(4, TransferState::Cancelled)),
            row(offered),
            row(received(NOON_US + 6)),
            row(bank(7, BankOrderKind::TopUp, BankOrderState::Done)),
            row(bank(8, BankOrderKind::TopUp, BankOrderState::Failed)),
            row(bank(9, BankOrderKind::Withdraw, BankOrderState::Done)),
            row(bank(10, BankOrderKind::Withdraw, BankOrderState::Unknown)),
            row(bank(11, BankOrderKind::Pay, BankOrderState::Done)),
        ],
        1,
    );
    assert_eq!(of(&months, BillCategory::Transfer), (3_00, 10_00, 3));
    assert_eq!(of(&months, BillCategory::Cash), (20_00, 20_00, 2));
    assert_eq!((months[0].had, months[0].spent), (fen(3_00), fen(10_00)));
}

#[test]
fn what_the_platform_takes_for_a_withdrawal_is_spent() {
    let withdrawal = |at: i64, state| {
        let order = at_bank(NOON_US + at, BankOrderKind::Withdraw);
        row(BankOrder { state, fee_minor: minor(10), ..order })
    };
    let rows = [
        row(paid(NOON_US + 1)),
        withdrawal(2, BankOrderState::Done),
        // Its fee came back with it.
        withdrawal(3, BankOrderState::Failed),
        withdrawal(4, BankOrderState::Unknown),
    ];
    let months = totals(rows, 1);
    assert_eq!(of(&months, BillCategory::Cash), (0, 20_10, 1));
    let fees = |at: usize| months[0].categories[at].fees;
    assert_eq!((fees(0), fees(1)), (fen(0), fen(10)));
    assert_eq!((months[0].had, months[0].spent), (fen(0), fen(10_10)));
}

#[test]
fn a_bill_counts_in_the_month_in_which_it_was_paid() {
    let december = "2025-12-31".parse::<Day>().unwrap().begins_at_us();
    let new_year = december + DAY_US;
    // Asked for in December, paid a second after midnight.
    let over_night = Trade { paid_at_us: Some(new_year + 1_000_000), ..paid(december) };
    // Sent in December; it waited for two weeks.
    let late = Received { at_us: new_year + 13 * DAY_US, ..received(december) };
    let old = paid(december - 40 * DAY_US);
    let rows = || [row(over_night.clone()), row(late.clone()), row(paid(december + 5)), row(old.clone())];
    let months = totals(rows(), 3);
    let told: Vec<(String, u64, u64)> = months
        .iter()
        .map(|month| {
            let units = |money: money::Money| money.minor().units().unsigned_abs();
            (month.first.to_string(), units(month.had), units(month.spent))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-01-01".to_owned(), 3_00, 10_00),
            ("2025-12-01".to_owned(), 0, 10_00),
            ("2025-11-01".to_owned(), 0, 10_00),
        ]
    );
    let months = totals(rows(), 1);
    assert_eq!((months.len(), months[0].had, months[0].spent), (1, fen(3_00), fen(10_00)));
    let empty = totals(None, 2);
    assert!(empty.len() == 2 && empty.iter().all(|month| month.categories.is_empty()), "{empty:?}");
}
