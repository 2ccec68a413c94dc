//! The report against money laundering of a day, from outside.

use crate::shop::Shop;
use axum::http::StatusCode;
use base::{DAY_US, Day};
use engine::CloseDay;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const TOM: &str = "tom@example.com";

impl Shop {
    /// Closes every day up to and with this one.
    async fn close_until(&self, day: Day) {
        self.wait_posted().await;
        let closes: Vec<CloseDay> = bill::days_to_close(&mut *self.reader(), day, 9).unwrap();
        for close in closes {
            self.door.ask(close).await.unwrap();
        }
        self.wait_posted().await;
    }

    async fn aml(&self, day: Day) -> (StatusCode, Value) {
        self.get(&format!("/sandbox/aml?day={day}")).await
    }
}

/// Cash of one fen below the sum and at it, in parts, on two days and of two parties; and a party on a list.
#[tokio::test]
async fn a_closed_day_is_reported_by_party_and_day() {
    let shop = Shop::open().await;
    let tom = shop.another_buyer(TOM).await;
    let (day, had) = (Day::of(shop.door.now_us()), shop.balance(shop.buyer).await.unsigned_abs());
    let toms = shop.balance(tom).await.unsigned_abs();
    for part in [2_000_000, 2_999_999 - had, 1] {
        shop.top_up(shop.buyer, part).await;
    }
    shop.top_up(tom, 4_999_999 - toms).await;
    let list = format!("id,kind,names,birth,id_digest,source,reason\nA1,account,{tom},,,own,mule\n");
    let body = json!({ "operator": "ada", "base_version": 0, "list": list });
    let (_, proposed) = shop.call("/sandbox/screening", body).await;
    let body = json!({ "operator": "bea", "version": 1, "digest": proposed["digest"] });
    shop.wait_posted().await;
    assert_eq!(shop.call("/sandbox/screening/approve", body).await.1["held"], 1);
    shop.wait_posted().await;
    let (_, told) = shop.call("/sandbox/screening/hits", json!({ "login": TOM })).await;
    let subject = &told["hits"][0]["subject"];
    let body = json!({ "operator": "cid", "login": TOM, "subject": subject, "release": false });
    assert_eq!(shop.call("/sandbox/risk/decide", body).await.0, StatusCode::OK);
    shop.wait_posted().await;

    let open = shop.aml(day).await;
    assert_eq!(
        (open.0, &open.1["error"]["code"]),
        (StatusCode::CONFLICT, &json!("day_not_over")),
        "{}",
        open.1
    );
    assert_eq!(shop.aml(day.plus_days(400)).await.1["error"]["code"], "day_not_over", "nothing moved yet");
    assert_eq!(shop.get("/sandbox/aml?day=today").await.1["error"]["code"], "bad_day");
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    // The missing fen comes a day later: it is of another sum.
    shop.top_up(tom, 1).await;
    shop.wait_posted().await;
    assert_eq!(shop.aml(day).await.1["error"]["code"], "day_open");
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    shop.close_until(day.plus_days(1)).await;
    let (status, told) = shop.aml(day).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let cash = |party: String| json!({ "user_id": party, "rule": "cash", "way": "in", "sum_fen": 5_000_000 });
    let mut large = told["large"][0].clone();
    assert!(large.as_object_mut().unwrap().remove("count").unwrap().as_u64() >= Some(3));
    assert_eq!((large, told["large"].as_array().unwrap().len()), (cash(shop.buyer.to_string()), 1), "{told}");
    assert_eq!(
        told["listed"],
        json!([{ "user_id": tom.to_string(), "subject": subject, "report_by": day.to_string() }])
    );
    let file = told["file"].as_str().unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert!(lines[1].starts_with(&format!("large,{},cash,in,", shop.buyer)), "{file}");
    assert!(lines[2].starts_with(&format!("suspicious,{tom},on_list 1 A1,,,,,{day},{day},NEW")), "{file}");
    let (whole, digest) = file.trim_end().rsplit_once("blake3,").unwrap();
    let right: String = risk::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, right);
    assert_eq!(shop.aml(day).await.1, told, "the same twice");
    assert_eq!(shop.aml(day.plus_days(1)).await.1["large"], json!([]));
}
