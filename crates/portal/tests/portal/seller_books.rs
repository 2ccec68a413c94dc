//! A merchant's days over `/api/v1/sellers`: how a day goes, the days that are over, their bills and settlements.

use crate::api_wallet::refused;
use crate::persons::{LOGIN_PASSWORD, PHONE};
use crate::shop::{BUYER, Shop};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::DAY_US;
use engine::{RefundOrder, Which};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tower::ServiceExt;

const TOM: &str = "tom@example.com";

impl Shop {
    /// Days go by, and the owner signs in anew.
    async fn days_later(&self, days: i64) -> String {
        self.now_us.fetch_add(days * DAY_US, Ordering::Relaxed);
        let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD });
        let (status, said) = self.post("/api/v1/sessions", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn given_back(&self, trade_no: &str, minor: u64, number: &str) {
        let refund = RefundOrder {
            seller: self.seller,
            which: Which::No(trade_no.parse().unwrap()),
            amount: crate::shop::fen(minor),
            out_request_no: Some(base::Text::new(number).unwrap()),
            reason: None,
            back: Vec::new(),
        };
        self.door.ask(refund).await.unwrap();
    }

    /// A file: its status, its type and its first bytes.
    async fn file(&self, below: &str, token: &str) -> (StatusCode, String, Vec<u8>) {
        let path = format!("/api/v1/sellers/{}{below}", self.seller);
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, kind, bytes[..bytes.len().min(4)].to_vec())
    }
}

fn day(board: &Value, name: &str, field: &str) -> Value {
    board[name][field].clone()
}

#[tokio::test]
async fn a_day_stands_beside_the_same_weekday_before() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    shop.another_buyer(TOM).await;
    let empty = shop.seen("/dashboard", &token).await;
    assert_eq!(day(&empty, "today", "takings"), json!("0.00"));
    for (field, value) in [("average_ticket", Value::Null), ("success_rate_bp", Value::Null)] {
        assert_eq!(day(&empty, "today", field), value, "{field} of {empty}");
    }
    assert_eq!(empty["repurchase"]["rate_bp"], Value::Null);
    let first = shop.taken(&token, "a", BUYER, "10.00").await;
    shop.taken(&token, "b", BUYER, "5.00").await;

    let token = shop.days_later(7).await;
    shop.taken(&token, "c", BUYER, "3.00").await;
    shop.taken(&token, "d", TOM, "4.01").await;
    shop.given_back(&first, 2_00, "R1").await;
    shop.order(trade::Product::QrCode, 1_00).await;
    let board = shop.seen("/dashboard", &token).await;
    assert_eq!((&board["day"], &board["is_today"]), (&json!("2026-01-09"), &json!(true)));
    for (name, field, value) in [
        ("today", "takings", json!("7.01")),
        ("today", "payments", json!(2)),
        ("today", "average_ticket", json!("3.50")),
        ("today", "opened", json!(3)),
        ("today", "paid_of_opened", json!(2)),
        ("today", "success_rate_bp", json!(6_666)),
        ("today", "refunds", json!(1)),
        ("today", "refunded", json!("2.00")),
        ("today", "net", json!("5.01")),
        ("today", "payers", json!(2)),
        ("today", "new_payers", json!(1)),
        ("today", "returning_payers", json!(1)),
        ("week_ago", "day", json!("2026-01-02")),
        ("week_ago", "takings", json!("15.00")),
        ("week_ago", "payers", json!(1)),
        ("week_ago", "new_payers", json!(1)),
        ("week_ago", "refunds", json!(0)),
    ] {
        assert_eq!(day(&board, name, field), value, "{name} {field} of {board}");
    }
    let hours = board["today"]["hours"].as_array().unwrap();
    assert_eq!(hours.len(), 24);
    assert_eq!(hours[12], json!({ "hour": 12, "takings": "7.01", "payments": 2 }));
    assert_eq!(hours[11]["takings"], "0.00");
    assert_eq!(board["week_ago_until_now"]["takings"], "15.00", "the clock is later in the day");
    let again = &board["repurchase"];
    let counted = [&again["days"], &again["payers"], &again["payers_again"], &again["rate_bp"]];
    assert_eq!(counted, [&json!(30), &json!(2), &json!(1), &json!(5_000)]);
    assert_eq!((&board["is_whole"], &board["orders_read_max"]), (&json!(true), &json!(50_000)));

    let before = shop.seen("/dashboard?day=2026-01-02", &token).await;
    assert_eq!((&before["today"], &before["is_today"]), (&board["week_ago"], &json!(false)));
    for (query, why) in [("?day=2026-01-10", "bad_day"), ("?day=x", "bad_day"), ("?days=1", "bad_request")] {
        let said = shop.for_shop("GET", &format!("/dashboard{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (400, why), "{query}");
    }
}

#[tokio::test]
async fn closed_days_have_the_sums_of_their_bills_and_a_file() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let first = shop.taken(&token, "a", BUYER, "10.00").await;
    shop.taken(&token, "b", BUYER, "5.00").await;
    shop.given_back(&first, 10_00, "R1").await;
    let today = shop.seen("/bills", &token).await;
    assert_eq!((&today["days"], &today["next"]), (&json!([]), &Value::Null), "today is not over");

    let token = shop.days_later(3).await;
    let two = shop.seen("/bills?limit=2", &token).await;
    let days: Vec<&str> =
        two["days"].as_array().unwrap().iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!((days, &two["next"]), (vec!["2026-01-04", "2026-01-03"], &json!("2026-01-03")));
    assert_eq!(two["days"][0]["takings"], "0.00");
    let rest = shop.seen("/bills?limit=2&before=2026-01-03", &token).await;
    assert_eq!(rest["next"], Value::Null, "the merchant was registered on that day");
    let sold = json!([{
        "day": "2026-01-02",
        "unsettled": false,
        "too_many_rows": false,
        "sales": 2,
        "takings": "15.00",
        "refunds": 1,
        "refunded": "10.00",
        "fee": "0.09",
        "fee_back": "0.06",
        "split": "0.00",
        "net": "4.97",
    }]);
    assert_eq!(rest["days"], sold);
    assert_eq!(shop.balance(shop.seller).await, 4_97);
    for (query, why) in [("?limit=0", "bad_limit"), ("?limit=32", "bad_limit"), ("?before=x", "bad_cursor")] {
        let said = shop.for_shop("GET", &format!("/bills{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (400, why), "{query}");
    }

    for kind in ["", "?kind=trade", "?kind=account"] {
        let (status, content, bytes) = shop.file(&format!("/bills/2026-01-02{kind}"), &token).await;
        assert_eq!((status, content.as_str()), (StatusCode::OK, "application/zip"), "{kind}");
        assert_eq!(bytes, b"PK\x03\x04", "{kind}");
    }
    for (below, status, why) in [
        ("2026-01-03", 404, "bill_not_found"),
        ("2026-01-05", 404, "bill_not_found"),
        ("2026-01", 404, "bill_not_found"),
        ("2019-01-01", 404, "bill_not_found"),
        ("yesterday", 400, "bad_day"),
        ("2026-01-02?kind=other", 400, "bad_request"),
    ] {
        let said = shop.for_shop("GET", &format!("/bills/{below}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (status, why), "{below}");
    }

    // A month has a file as soon as it is over.
    let token = shop.days_later(30).await;
    for kind in ["", "?kind=trade", "?kind=account"] {
        let (status, content, bytes) = shop.file(&format!("/bills/2026-01{kind}"), &token).await;
        assert_eq!((status, content.as_str()), (StatusCode::OK, "application/zip"), "{kind}");
        assert_eq!(bytes, b"PK\x03\x04", "{kind}");
    }
    for below in ["2026-02", "2025-12"] {
        let said = shop.for_shop("GET", &format!("/bills/{below}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (404, "bill_not_found"), "{below}");
    }
}

/// Two readings that go on let nobody else begin: a merchant's page that is polled must not take all that reads.
#[tokio::test]
async fn what_reads_much_waits_for_its_turn_and_says_so_when_none_comes() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    shop.taken(&token, "a", BUYER, "10.00").await;
    let token = shop.days_later(2).await;
    let stalled = shop.stalled();
    let get = async |below: &str| shop.for_shop("GET", below, &token, &Value::Null).await;
    let others = async {
        while stalled.waiting() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let all = async {
            let (board, bills, bill) = (get("/dashboard"), get("/bills"), get("/bills/2026-01-02"));
            tokio::join!(board, bills, bill, get("/notifications"))
        };
        let said = tokio::time::timeout(Duration::from_secs(60), all).await.expect("nobody waits for ever");
        stalled.end();
        said
    };
    let (first, second, others) = tokio::join!(get("/dashboard"), get("/bills"), others);
    for said in [others.0, others.1, others.2, others.3] {
        assert_eq!(refused(&said), (503, "busy"));
    }
    assert_eq!((first.0, second.0), (StatusCode::OK, StatusCode::OK), "{} {}", first.1, second.1);
    assert_eq!(get("/bills/2026-01-02").await.0, StatusCode::OK, "turns come back");
}

#[tokio::test]
async fn who_is_paid_at_once_has_nothing_to_settle() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    shop.taken(&token, "a", BUYER, "10.00").await;
    assert_eq!(shop.seen("/settlements", &token).await, json!({ "settlements": [], "next": null }));
    for (query, why) in [("?limit=0", "bad_limit"), ("?before=x", "bad_cursor")] {
        let said = shop.for_shop("GET", &format!("/settlements{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (400, why), "{query}");
    }
}
