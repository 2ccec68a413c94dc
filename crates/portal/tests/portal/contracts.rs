//! Contracts through the sandbox API: two operators, the fee of a payment, and an end.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use serde_json::{Value, json};
use trade::{OpenRefused, Product};

fn with(mut body: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_contract_is_proposed_approved_told_and_ends() {
    let shop = Shop::open().await;
    let seller = shop.seller.to_string();
    let terms = json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 3800});
    let propose = |more: Value| {
        let all = json!({"operator": "ada", "base_version": 0, "reason": "new"});
        with(with(all, &terms), &more)
    };
    let approve =
        |more: Value| with(with(json!({"operator": "bea", "version": 1, "reason": "new"}), &terms), &more);
    for (path, body, status, code) in [
        ("", propose(json!({"operator": ""})), 400, "no_operator"),
        ("", propose(json!({"operator": " ada"})), 400, "no_operator"),
        ("", propose(json!({"status": "ended"})), 409, "fee_differs"),
        ("", propose(json!({"user_id": "2088999999999999"})), 404, "party_not_found"),
        ("", propose(json!({"user_id": shop.buyer.to_string()})), 404, "seller_not_found"),
        ("", propose(json!({"base_version": 3})), 409, "stale"),
        ("", propose(json!({"reason": ""})), 400, "no_reason"),
        ("", propose(json!({"fee_ppm": 100_001})), 400, "bad_rate"),
        ("", propose(json!({"fee_ppm": 1_000_001})), 400, "bad_rate"),
        ("", propose(json!({"product": "transfer"})), 400, "bad_rate"),
        ("", propose(json!({"product": "odd"})), 400, "bad_request"),
        ("", propose(json!({"product": "escrow", "settlement": "next_day"})), 400, "bad_settlement"),
        ("", propose(json!({"settlement": "t1"})), 400, "bad_request"),
        ("", propose(json!({"valid_from": "2001-01-01 00:00:00"})), 400, "bad_time"),
        ("", propose(json!({"version": 1})), 400, "bad_request"),
        ("/approve", approve(json!({})), 404, "proposal_not_found"),
        ("/approve", approve(json!({"reason": null})), 400, "bad_request"),
    ] {
        let (got, said) = shop.call(&format!("/sandbox/contracts{path}"), body.clone()).await;
        assert_eq!((got.as_u16(), said["error"]["code"].as_str()), (status, Some(code)), "{body} {said}");
    }
    let (status, proposed) = shop.call("/sandbox/contracts", propose(json!({}))).await;
    assert_eq!((status, &proposed["approved_by"]), (StatusCode::OK, &Value::Null), "{proposed}");
    for (more, code) in [
        (json!({"operator": "bea "}), "no_operator"),
        (json!({"operator": "ada"}), "self_approval"),
        (json!({"fee_ppm": 3801}), "edited"),
        (json!({"reason": "newer"}), "edited"),
    ] {
        let (_, said) = shop.call("/sandbox/contracts/approve", approve(more)).await;
        assert_eq!(said["error"]["code"], code);
    }
    let (status, approved) = shop.call("/sandbox/contracts/approve", approve(json!({}))).await;
    assert_eq!((status, &approved["approved_by"]), (StatusCode::OK, &json!("bea")), "{approved}");
    let (status, again) = shop.call("/sandbox/contracts/approve", approve(json!({}))).await;
    assert_eq!((status, again), (StatusCode::OK, approved), "asked again, it answers the same");
    let (status, none) = shop.get(&format!("/sandbox/contracts?user_id={}", shop.buyer)).await;
    assert_eq!((status, &none["error"]["code"]), (StatusCode::NOT_FOUND, &json!("seller_not_found")));
    let (_, seen) = shop.get(&format!("/sandbox/contracts?user_id={seller}")).await;
    let page = &seen["contracts"][0];
    assert_eq!((&page["product"], &page["in_force"]["fee_ppm"]), (&json!("page"), &json!(3800)), "{seen}");
    assert_eq!(seen["contracts"].as_array().unwrap().len(), 9);
    assert_eq!((&seen["contracts"][1]["in_force"], &page["proposal"]), (&Value::Null, &Value::Null));

    let end = json!({"status": "ended", "base_version": 1, "reason": "closed"});
    shop.call("/sandbox/contracts", propose(end)).await;
    let end = json!({"status": "ended", "version": 2, "reason": "closed"});
    assert_eq!(shop.call("/sandbox/contracts/approve", approve(end)).await.0, StatusCode::OK);
    let order = |product| shop.request(product, 10_000, "tea", None);
    let refused = shop.door.ask(order(Product::Page)).await.unwrap_err();
    assert!(matches!(refused, cell::CellError::Refused(OpenRefused::NotSigned)), "{refused:?}");
    shop.door.ask(order(Product::Wap)).await.unwrap();
}

#[tokio::test]
async fn sales_that_are_settled_the_day_after_are_told_by_day() {
    let shop = Shop::open().await;
    let seller = shop.seller.to_string();
    let terms = json!({"user_id": seller, "product": "page", "status": "in_force", "fee_ppm": 10_000, "reason": "new",
        "settlement": "next_day"});
    shop.call("/sandbox/contracts", with(json!({"operator": "ada", "base_version": 0}), &terms)).await;
    let (status, approved) =
        shop.call("/sandbox/contracts/approve", with(json!({"operator": "bea", "version": 1}), &terms)).await;
    assert_eq!((status, &approved["settlement"]), (StatusCode::OK, &json!("next_day")), "{approved}");
    let path = format!("/sandbox/settlements?user_id={seller}");
    assert_eq!(shop.get(&path).await.1["settlements"], json!([]));
    let path_of = shop.path(shop.order(Product::Page, 10_000).await.order.no);
    let mut browser = shop.browser();
    browser.sign_in(&path_of, BUYER, PASSWORD).await;
    browser.pay(&path_of).await;
    shop.wait_posted().await;
    let (_, told) = shop.get(&path).await;
    let day = &told["settlements"][0];
    let figures =
        ["sales", "gross", "fee", "refunded", "fee_back", "net", "settled_at"].map(|name| day[name].clone());
    let expected = json!([1, "100.00", "1.00", "0.00", "0.00", "99.00", null]);
    assert_eq!(Value::from(figures.to_vec()), expected, "{told}");
    assert_eq!(shop.get("/sandbox/settlements").await.0, StatusCode::BAD_REQUEST, "whose");
}
