//! Stores of a merchant through the sandbox API.

use crate::shop::Shop;
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_store_is_opened_renamed_listed_and_closed() {
    let shop = Shop::open().await;
    let seller = shop.seller.to_string();
    let at = |store_id: &str| json!({"user_id": seller, "store_id": store_id});
    let named =
        |store_id: &str, name: &str| json!({"user_id": seller, "store_id": store_id, "store_name": name});
    for (path, body, status, code) in [
        ("", named("", "a"), 400, "bad_request"),
        ("", named(&"9".repeat(33), "a"), 400, "bad_request"),
        ("", named("S1", " "), 400, "bad_request"),
        ("", at("S1"), 400, "bad_request"),
        (
            "",
            json!({"user_id": shop.buyer.to_string(), "store_id": "S1", "store_name": "a"}),
            404,
            "seller_not_found",
        ),
        ("", json!({"login": "nobody", "store_id": "S1", "store_name": "a"}), 404, "party_not_found"),
        ("/close", at("S1"), 404, "store_not_found"),
        ("/close", named("S1", "a"), 400, "bad_request"),
    ] {
        let (got, said) = shop.call(&format!("/sandbox/stores{path}"), body.clone()).await;
        assert_eq!((got.as_u16(), said["error"]["code"].as_str()), (status, Some(code)), "{body} {said}");
    }
    for (store_id, name) in [("S2", "by the lake"), ("S1", "hill"), ("S1", "on the hill")] {
        let (status, opened) = shop.call("/sandbox/stores", named(store_id, name)).await;
        assert_eq!(
            (status, &opened["store_name"], &opened["closed_at"]),
            (StatusCode::OK, &json!(name), &json!(null))
        );
    }
    assert_eq!(shop.call("/sandbox/stores/close", at("S2")).await.0, StatusCode::OK);
    let (_, told) = shop.get(&format!("/sandbox/stores?user_id={seller}")).await;
    let stores = told["stores"].as_array().unwrap();
    let seen: Vec<_> =
        stores.iter().map(|one| (one["store_name"].as_str().unwrap(), one["closed_at"].is_null())).collect();
    assert_eq!(seen, [("on the hill", true), ("by the lake", false)], "{told}");
}
