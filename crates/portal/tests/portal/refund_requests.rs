//! `…/refund-request`: a buyer asks its merchant for money back; the merchant's people see who waits, and give it or
//! say why not.

use crate::api_wallet::refused;
use crate::api_wallet_events::{changed, next};
use crate::persons::{PAY_PASSWORD, PHONE};
use crate::seller_staff::{COUSIN, FRIEND};
use crate::shop::Shop;
use axum::http::StatusCode;
use base::OrderNo;
use engine::ClaimOrder;
use serde_json::{Value, json};
use trade::Product;

/// A person with 100.00 yuan who buys, and another one who owns the shop.
struct Two {
    shop: Shop,
    /// The buyer's.
    token: String,
    /// The owner's.
    owner: String,
}

impl Two {
    async fn open() -> Two {
        let shop = Shop::open().await;
        shop.top_up(shop.seller, 10_000).await;
        let (token, _) = shop.person().await;
        let (owner, id) = shop.register(FRIEND).await;
        assert_eq!(shop.appoint(&id, "owner").await, "200 owner");
        Two { shop, token, owner }
    }

    async fn paid(&self, minor: u64) -> String {
        let party = self.party().await;
        let order_no: OrderNo = self.shop.order_of(Product::QrCode, minor, "soup", None).await.order.no;
        self.shop.door.ask(ClaimOrder { order_no, buyer: party, by_code: true }).await.unwrap();
        let body = json!({ "login": PHONE, "pay_password": PAY_PASSWORD, "trade_no": order_no.to_string() });
        let (status, said) = self.shop.call("/sandbox/pay", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        order_no.to_string()
    }

    async fn party(&self) -> base::PartyId {
        let (_, me) = self.shop.api("GET", "/api/v1/me", &self.token, &Value::Null).await;
        me["user_id"].as_str().unwrap().parse().unwrap()
    }

    async fn asks(&self, no: &str, key: &str, reason: &str) -> (StatusCode, Value) {
        let path = format!("/api/v1/me/bills/{no}/refund-request");
        self.shop.keyed(&path, &self.token, key, &json!({ "reason": reason })).await
    }

    async fn bill(&self, no: &str) -> Value {
        let (status, bill) =
            self.shop.api("GET", &format!("/api/v1/me/bills/{no}"), &self.token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{bill}");
        bill
    }

    async fn at_shop(&self, method: &str, below: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/sellers/{}{below}", self.shop.seller);
        self.shop.api(method, &path, &self.owner, body).await
    }

    async fn says_no(&self, no: &str, asking: u32, reason: &str) -> (StatusCode, Value) {
        let body = json!({ "asking": asking, "reason": reason });
        self.at_shop("POST", &format!("/orders/{no}/refund-request/refusal"), &body).await
    }

    /// The orders whose buyers wait.
    async fn waiting(&self, query: &str) -> (Vec<String>, Value) {
        let (status, page) = self.at_shop("GET", &format!("/refund-requests{query}"), &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let orders = page["requests"].as_array().unwrap().iter();
        let numbers = orders.map(|one| one["order"]["trade_no"].as_str().unwrap().to_owned()).collect();
        (numbers, page["next"].clone())
    }
}

#[tokio::test]
async fn a_buyer_asks_and_reads_why_not() {
    let two = Two::open().await;
    let no = two.paid(7_00).await;
    let before = two.bill(&no).await;
    assert_eq!((&before["can_ask_refund"], &before["refund_request"]), (&json!(true), &Value::Null));
    let asked = two.asks(&no, "k1", " it is cold ").await;
    assert_eq!(asked.0, StatusCode::OK, "{}", asked.1);
    assert_eq!(two.asks(&no, "k1", "it is cold").await, asked, "the same again is the same");
    assert_eq!(refused(&two.asks(&no, "k1", "it is late").await), (409, "key_reused"));
    assert_eq!(refused(&two.asks(&no, "k2", "it is cold").await), (409, "already_asked"));
    let open = two.bill(&no).await;
    assert_eq!(open["can_ask_refund"], json!(false));
    for (name, value) in [
        ("state", json!("open")),
        ("asking", json!(1)),
        ("reason", json!("it is cold")),
        ("answer", Value::Null),
        ("answered_at", Value::Null),
    ] {
        assert_eq!(open["refund_request"][name], value, "{name} of {open}");
    }

    assert_eq!(two.waiting("").await, (vec![no.clone()], Value::Null));
    let (_, order) = two.at_shop("GET", &format!("/orders/{no}"), &Value::Null).await;
    assert_eq!(order["refund_request"], open["refund_request"]);
    assert_eq!(refused(&two.says_no(&no, 2, "eaten").await), (409, "request_changed"));
    assert_eq!(refused(&two.says_no(&no, 1, " ").await), (400, "bad_reason"));
    let said = two.says_no(&no, 1, "it was eaten").await;
    assert_eq!(said.0, StatusCode::OK, "{}", said.1);
    assert_eq!(two.says_no(&no, 1, "it was eaten").await, said, "the same again is told");
    let told = two.bill(&no).await;
    assert_eq!(told["refund_request"]["state"], "refused");
    assert_eq!(told["refund_request"]["answer"], "it was eaten");
    assert_eq!(told["can_ask_refund"], json!(true), "it may be asked again");
    assert_eq!(two.waiting("").await.0, Vec::<String>::new());
    let (_, acts) = two.at_shop("GET", "/acts", &Value::Null).await;
    assert!(acts.to_string().contains("order.refuse_refund"), "{acts}");
}

#[tokio::test]
async fn a_refund_meets_what_was_asked_for() {
    let two = Two::open().await;
    let no = two.paid(7_00).await;
    assert_eq!(two.asks(&no, "k1", "it is cold").await.0, StatusCode::OK);
    let path = format!("/api/v1/sellers/{}/orders/{no}/refunds", two.shop.seller);
    let wish = json!({ "amount": "7.00", "refundable": "7.00" });
    let said = two.shop.keyed(&path, &two.owner, "r1", &wish).await;
    assert_eq!(said.0, StatusCode::CREATED, "{}", said.1);
    let bill = two.bill(&no).await;
    assert_eq!((&bill["state"], &bill["refund_request"]["state"]), (&json!("refunded"), &json!("met")));
    assert_eq!(bill["can_ask_refund"], json!(false));
    assert_eq!(refused(&two.asks(&no, "k2", "more").await), (409, "refunds_over"));
    assert_eq!(two.waiting("").await.0, Vec::<String>::new());
}

#[tokio::test]
async fn who_waits_comes_in_pages_the_oldest_first() {
    let two = Two::open().await;
    let mut numbers = Vec::new();
    for key in ["a", "b", "c"] {
        let no = two.paid(1_00).await;
        assert_eq!(two.asks(&no, key, "it is cold").await.0, StatusCode::OK);
        numbers.push(no);
    }
    two.says_no(&numbers[1], 1, "eaten").await;
    let (first, next) = two.waiting("?limit=1").await;
    assert_eq!(first, numbers[..1]);
    let after = next.as_str().unwrap();
    let (second, next) = two.waiting(&format!("?limit=1&after={after}")).await;
    assert_eq!((second.as_slice(), next), (&numbers[2..], Value::Null));
    let said = two.at_shop("GET", "/refund-requests?after=x", &Value::Null).await;
    assert_eq!(refused(&said), (400, "bad_cursor"));
}

#[tokio::test]
async fn what_is_not_paid_or_somebody_elses_is_not_asked_for() {
    let two = Two::open().await;
    let order_no = two.shop.order_of(Product::QrCode, 1_00, "soup", None).await.order.no;
    let no = order_no.to_string();
    assert_eq!(
        refused(&two.asks(&no, "k1", "it is cold").await),
        (404, "bill_not_found"),
        "nobody took it up"
    );
    let buyer = two.party().await;
    two.shop.door.ask(ClaimOrder { order_no, buyer, by_code: true }).await.unwrap();
    assert_eq!(refused(&two.asks(&no, "k2", "it is cold").await), (409, "not_paid"));
    let paid = two.paid(1_00).await;
    let (other, _) = two.shop.stranger().await;
    let path = format!("/api/v1/me/bills/{paid}/refund-request");
    let said = two.shop.keyed(&path, &other, "k3", &json!({ "reason": "mine" })).await;
    assert_eq!(refused(&said), (404, "bill_not_found"));
    for (body, code) in [(json!({ "reason": "" }), "bad_reason"), (json!({}), "bad_request")] {
        let said = two.shop.keyed(&path, &two.token, "k4", &body).await;
        assert_eq!(refused(&said), (400, code));
    }
    let said = two.shop.api("POST", &path, &two.token, &json!({ "reason": "cold" })).await;
    assert_eq!(refused(&said), (400, "key_missing"));
    assert_eq!(refused(&two.says_no(&paid, 1, "eaten").await), (404, "request_not_found"));
}

#[tokio::test]
async fn who_is_not_of_the_shop_neither_sees_nor_answers() {
    let two = Two::open().await;
    let no = two.paid(1_00).await;
    assert_eq!(two.asks(&no, "k1", "it is cold").await.0, StatusCode::OK);
    let rival = json!({ "kind": "merchant", "login": "rival@example.com", "name": "rival" });
    let (status, rival) = two.shop.call("/sandbox/party", rival).await;
    assert_eq!(status, StatusCode::OK, "{rival}");
    let rival = rival["user_id"].as_str().unwrap();
    let (rivals_owner, id) = two.shop.register(COUSIN).await;
    let owns = json!({ "user_id": id, "role": "owner" });
    let (status, said) = two.shop.call("/sandbox/merchants/rival@example.com/staff", owns).await;
    assert_eq!(status, StatusCode::OK, "{said}");

    let at = |seller: &str, below: &str| format!("/api/v1/sellers/{seller}{below}");
    let (shop, refusal) = (two.shop.seller.to_string(), format!("/orders/{no}/refund-request/refusal"));
    let no_to_it = json!({ "asking": 1, "reason": "eaten" });
    for (token, seller, code) in [
        (&two.token, shop.as_str(), "seller_not_found"),
        (&rivals_owner, shop.as_str(), "seller_not_found"),
        (&rivals_owner, rival, "request_not_found"),
    ] {
        let said = two.shop.api("POST", &at(seller, &refusal), token, &no_to_it).await;
        assert_eq!(refused(&said), (404, code), "{seller}");
    }
    for token in [&two.token, &rivals_owner] {
        let said = two.shop.api("GET", &at(&shop, "/refund-requests"), token, &Value::Null).await;
        assert_eq!(refused(&said), (404, "seller_not_found"));
    }
    let own = two.shop.api("GET", &at(rival, "/refund-requests"), &rivals_owner, &Value::Null).await;
    assert_eq!((own.0, &own.1["requests"]), (StatusCode::OK, &json!([])), "{}", own.1);
    // The owner's own bills are not the buyer's either.
    let path = format!("/api/v1/me/bills/{no}/refund-request");
    let said = two.shop.keyed(&path, &two.owner, "k1", &json!({ "reason": "it is cold" })).await;
    assert_eq!(refused(&said), (404, "bill_not_found"));
    assert_eq!(two.bill(&no).await["refund_request"]["state"], "open");
}

#[tokio::test]
async fn a_key_of_an_asking_before_asks_for_nothing_anew() {
    let two = Two::open().await;
    let no = two.paid(1_00).await;
    for (key, asking) in [("k1", 1), ("k2", 2)] {
        assert_eq!(two.asks(&no, key, "it is cold").await.0, StatusCode::OK);
        assert_eq!(two.says_no(&no, asking, "eaten").await.0, StatusCode::OK);
    }
    let (status, late) = two.asks(&no, "k1", "it is cold").await;
    let request = &late["request"];
    assert_eq!(
        (status, &request["state"], &request["asking"]),
        (StatusCode::OK, &json!("refused"), &json!(2))
    );
    assert_eq!(two.waiting("").await.0, Vec::<String>::new());
    assert_eq!(two.bill(&no).await["can_ask_refund"], json!(true));
}

#[tokio::test]
async fn both_sides_hear_of_it_while_they_watch() {
    let two = Two::open().await;
    let no = two.paid(7_00).await;
    let events = format!("/api/v1/sellers/{}/events", two.shop.seller);
    let mut of_shop = two.shop.watch_at(&events, &two.owner).await.into_body();
    let mut of_buyer = two.shop.watch_at("/api/v1/me/events", &two.token).await.into_body();
    assert_eq!(next(&mut of_shop).await, changed(&["orders", "money"]));
    assert_eq!(next(&mut of_buyer).await, changed(&["account", "bills"]));
    assert_eq!(two.asks(&no, "k1", "it is cold").await.0, StatusCode::OK);
    assert_eq!(next(&mut of_shop).await, changed(&["orders"]), "somebody waits");
    assert_eq!(next(&mut of_buyer).await, changed(&["bills"]), "on another device of the buyer");
    assert_eq!(two.says_no(&no, 1, "it was eaten").await.0, StatusCode::OK);
    assert_eq!(next(&mut of_buyer).await, changed(&["bills"]), "the merchant said no");
    assert_eq!(next(&mut of_shop).await, changed(&["orders"]), "to others of the merchant, too");
}

#[tokio::test]
async fn what_was_asked_back_is_in_the_copy_of_what_is_kept() {
    let two = Two::open().await;
    let (asked, not_asked) = (two.paid(7_00).await, two.paid(1_00).await);
    assert_eq!(two.asks(&asked, "k1", "it is cold").await.0, StatusCode::OK);
    assert_eq!(two.says_no(&asked, 1, "it was eaten").await.0, StatusCode::OK);
    let (status, data) = two.shop.api("GET", "/api/v1/me/data", &two.token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{data}");
    let of = |no: &str| {
        let found = data["payments"].as_array().unwrap().iter().find(|one| one["trade_no"] == no);
        found.unwrap_or_else(|| panic!("{data}"))["refund_request"].clone()
    };
    assert_eq!(of(&asked), two.bill(&asked).await["refund_request"]);
    assert_eq!(of(&asked)["answer"], "it was eaten");
    assert_eq!(of(&not_asked), Value::Null);
}
