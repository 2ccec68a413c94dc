//! The page of closed days, and what calls are told.

use crate::shop::Shop;
use axum::http::StatusCode;
use base::{DAY_US, Day};
use engine::CloseDay;
use ledger::{AccountKind, DaySum};
use money::{Currency, Minor, Money};
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn closed_days_are_told_and_shown_in_both_languages() {
    let shop = Shop::open().await;
    let (day, slot) = (Day::of(shop.door.now_us()), shop.buyer.slot());
    let mut browser = shop.browser();
    assert!(browser.get("/sandbox/close").await.html.contains("还没有已结的会计日。"));
    assert_eq!(shop.get("/sandbox/close").await.1, json!({ "days": [] }));

    let fen = |units| Money::from_minor(units, Currency::Cny).unwrap().minor();
    let sum = |kind, debit_minor: Minor, credit_minor: Minor| DaySum {
        currency: Currency::Cny,
        kind,
        debit_minor,
        credit_minor,
    };
    let sums = vec![
        sum(AccountKind::Balance, fen(0), fen(12_345)),
        sum(AccountKind::BankReserve, fen(12_345), fen(0)),
    ];
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    shop.door.ask(CloseDay { slot, day, sums }).await.unwrap();
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    shop.door.ask(CloseDay { slot, day: day.plus_days(1), sums: vec![] }).await.unwrap();

    let (status, told) = shop.get("/sandbox/close").await;
    let days = told["days"].as_array().unwrap();
    assert_eq!((status, days.len()), (StatusCode::OK, 2), "{told}");
    assert_eq!(days[0]["day"], json!(day.plus_days(1).to_string()), "newest first");
    let book = &days[1]["trial_balance"][0];
    assert_eq!((&book["difference"], &book["difference_at_end"]), (&json!("0.00"), &json!("0.00")));
    let reserve = json!({ "kind": "bank_reserve", "opening": "0.00", "debit": "123.45", "credit": "0.00",
        "closing": "-123.45" });
    assert_eq!(book["accounts"][1], reserve, "{told}");
    assert_eq!(days[0]["trial_balance"][0]["accounts"][0]["opening"], "123.45", "{told}");
    let (_, one) = shop.get(&format!("/sandbox/close?day={day}")).await;
    assert_eq!(one["days"], json!([days[1]]));
    assert_eq!(shop.get("/sandbox/close?day=yesterday").await.1["error"]["code"], "bad_day");

    let page = browser.get("/sandbox/close").await.html;
    assert!(page.contains("日终") && page.contains("差额") && page.contains("-123.45"), "{page}");
    browser.language = "en";
    let page = browser.get("/sandbox/close").await.html;
    assert!(page.contains("Day close") && page.contains("difference") && page.contains("-123.45"), "{page}");

    let today = shop.call("/sandbox/close", json!({ "day": Day::of(shop.door.now_us()).to_string() })).await;
    assert_eq!((today.0, &today.1["error"]["code"]), (StatusCode::CONFLICT, &json!("day_not_over")));
    let nobody = shop.call("/sandbox/close", json!({})).await;
    assert_eq!((nobody.0, &nobody.1["error"]["code"]), (StatusCode::NOT_FOUND, &json!("no_close")));
}
