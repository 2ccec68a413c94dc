//! What a merchant's people who watch are told of its orders, over `/api/v1/sellers`.

use crate::api_wallet::refused;
use crate::api_wallet_events::{QUIET, changed, next};
use crate::persons::PHONE;
use crate::seller_staff::FRIEND;
use crate::shop::{BUYER, PASSWORD, Shop};
use axum::body::Body;
use axum::http::StatusCode;
use engine::ClaimOrder;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use trade::Product;

impl Shop {
    fn live(&self) -> String {
        format!("/api/v1/sellers/{}/events", self.seller)
    }

    /// A stream of the shop, and the first that it says.
    async fn watches_shop(&self, token: &str) -> (Body, Option<Value>) {
        let response = self.watch_at(&self.live(), token).await;
        assert_eq!(response.status(), StatusCode::OK);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((&*header("content-type"), &*header("cache-control")), ("text/event-stream", "no-store"));
        let mut body = response.into_body();
        let first = next(&mut body).await;
        (body, first)
    }

    /// Somebody in this role beside an owner: the token and the number.
    async fn works_as(&self, role: &str) -> (String, String) {
        let (_, owner) = self.register(FRIEND).await;
        assert_eq!(self.appoint(&owner, "owner").await, "200 owner");
        let (token, id) = self.register(PHONE).await;
        assert_eq!(self.appoint(&id, role).await, format!("200 {role}"));
        (token, id)
    }
}

#[tokio::test]
async fn whoever_works_at_the_till_hears_of_orders_alone() {
    let shop = Shop::open().await;
    let (token, _) = shop.works_as("till").await;
    let (mut body, first) = shop.watches_shop(&token).await;
    assert_eq!(first, changed(&["orders"]), "a till hears nothing of what the shop has");
    shop.top_up(shop.seller, 1).await;
    let silence = tokio::time::timeout(QUIET, body.frame()).await;
    assert!(silence.is_err(), "nothing happened to an order: {silence:?}");
    let mut orders = Vec::new();
    for _order in 0..2 {
        orders.push(shop.order(Product::QrCode, 1_00).await.order.no);
        assert_eq!(next(&mut body).await, changed(&["orders"]), "one more");
    }
    shop.door.ask(ClaimOrder { order_no: orders[0], buyer: shop.buyer, by_code: true }).await.unwrap();
    assert_eq!(next(&mut body).await, changed(&["orders"]), "somebody took it up");
    let paid = json!({
        "login": BUYER,
        "pay_password": PASSWORD,
        "trade_no": orders[0].to_string(),
    });
    assert_eq!(shop.call("/sandbox/pay", paid).await.0, StatusCode::OK);
    assert_eq!(next(&mut body).await, changed(&["orders"]), "it is paid");
    let cancel = format!("/orders/{}/cancel", orders[1]);
    let (status, said) = shop.for_shop("POST", &cancel, &token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(next(&mut body).await, changed(&["orders"]), "the other one is closed");
}

#[tokio::test]
async fn whoever_may_see_takings_hears_that_money_moved_too() {
    let shop = Shop::open().await;
    let (token, _) = shop.works_as("finance").await;
    let (mut body, first) = shop.watches_shop(&token).await;
    assert_eq!(first, changed(&["orders", "money"]));
    shop.top_up(shop.seller, 100).await;
    assert_eq!(next(&mut body).await, changed(&["money"]));
    shop.order(Product::QrCode, 1_00).await;
    assert_eq!(next(&mut body).await, changed(&["orders"]));
}

#[tokio::test]
async fn a_stream_ends_with_the_role_that_it_began_in() {
    let shop = Shop::open().await;
    let (token, id) = shop.works_as("finance").await;
    let (mut body, _) = shop.watches_shop(&token).await;
    assert_eq!(shop.appoint(&id, "till").await, "200 till");
    shop.order(Product::QrCode, 1_00).await;
    assert_eq!(next(&mut body).await, None, "whoever sees less now asks again, and is told less");
    let (mut body, first) = shop.watches_shop(&token).await;
    assert_eq!(first, changed(&["orders"]));
    let ended = json!({ "user_id": id, "role": "till", "active": false });
    let (status, said) = shop.call("/sandbox/merchants/shop@example.com/staff", ended).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    shop.order(Product::QrCode, 1_00).await;
    assert_eq!(next(&mut body).await, None, "whoever does not act for it hears nothing more");
    let said = shop.api("GET", &shop.live(), &token, &Value::Null).await;
    assert_eq!(refused(&said), (404, "seller_not_found"));
}

#[tokio::test]
async fn the_streams_of_a_shop_are_among_those_of_the_person() {
    let shop = Shop::open().await;
    let (token, _) = shop.works_as("till").await;
    let one = shop.watches_shop(&token).await;
    let own = shop.watch_at("/api/v1/me/events", &token).await;
    assert_eq!(own.status(), StatusCode::OK);
    let said = shop.api("GET", &shop.live(), &token, &Value::Null).await;
    assert_eq!(refused(&said), (429, "too_many_streams"));
    drop(one);
    drop(shop.watches_shop(&token).await);
}
