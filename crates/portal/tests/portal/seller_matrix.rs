//! Every call of a merchant, tried in every role and by a stranger: who may ask is what one table says.

use crate::api_wallet::refused;
use crate::persons::PHONE;
use crate::seller_staff::{COUSIN, FRIEND};
use crate::shop::{Shop, fen};
use axum::http::StatusCode;
use base::{OrderNo, Text};
use engine::{BindRelations, NewRelation, OpenOrder, Share, SplitOrder, SplitPart};
use people::{StaffAct, StaffRole};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use trade::{Product, ReceiverNamed};

use StaffAct::{
    Leave, Refund, SeeApps, SeeBills, SeeOrders, SeeStaff, SeeTakings, SetApps, SetStaff, SetStores,
    TakePayments,
};

/// What each call needs: written down once more, so that a row cannot be changed by mistake.
const NEEDED: &[(&str, &str, StaffAct)] = &[
    ("get", "/staff", SeeStaff),
    ("post", "/staff", SetStaff),
    ("delete", "/staff/{user_id}", SetStaff),
    ("get", "/stores", SeeOrders),
    ("post", "/stores", SetStores),
    ("post", "/stores/{store_id}/close", SetStores),
    ("get", "/apps", SeeApps),
    ("post", "/apps/{app_id}/keys", SetApps),
    ("post", "/apps/{app_id}/keys/{number}/promote", SetApps),
    ("post", "/apps/{app_id}/keys/{number}/retire", SetApps),
    ("get", "/dashboard", SeeTakings),
    ("get", "/events", SeeOrders),
    ("get", "/orders", SeeOrders),
    ("get", "/orders/{trade_no}", SeeOrders),
    ("post", "/orders/{trade_no}/refunds", Refund),
    ("post", "/orders/{trade_no}/cancel", TakePayments),
    ("post", "/orders/{trade_no}/refund-request/refusal", Refund),
    ("get", "/refund-requests", SeeOrders),
    ("post", "/till", TakePayments),
    ("post", "/codes", TakePayments),
    ("get", "/counter-code", TakePayments),
    ("get", "/bills", SeeBills),
    ("get", "/bills/{day}", SeeBills),
    ("get", "/settlements", SeeBills),
    ("get", "/notifications", SeeApps),
    ("post", "/notifications/{notify_id}/again", SetApps),
    ("post", "/doctor", SeeApps),
    ("get", "/acts", SeeStaff),
    // The last: whoever was let through acts no more.
    ("delete", "/staff/me", Leave),
];

/// Where calls of a merchant begin.
const SELLER: &str = "/api/v1/sellers/{seller_id}";

/// The calls below [`SELLER`] as the API tells them, with the name of what they need.
async fn described(shop: &Shop) -> BTreeMap<(String, String), String> {
    let (_, api) = shop.get("/api/v1/openapi.json").await;
    let mut found = BTreeMap::new();
    for (path, calls) in api["paths"].as_object().unwrap() {
        let Some(rest) = path.strip_prefix(SELLER) else { continue };
        for (method, call) in calls.as_object().unwrap() {
            let act = call["x-staff-act"].as_str().unwrap_or("nothing").to_owned();
            found.insert((method.clone(), rest.to_owned()), act);
        }
    }
    found
}

impl Shop {
    /// What a call of a merchant says to whoever has this token.
    async fn tried(&self, method: &str, path: &str, token: &str) -> (u16, String) {
        let seller = self.seller.to_string();
        let whole = format!("{SELLER}{path}");
        let parts = whole.split('/').map(|part| match part {
            "{seller_id}" => seller.as_str(),
            other if other.starts_with('{') => "1",
            other => other,
        });
        let at = parts.collect::<Vec<_>>().join("/");
        if path == "/events" && self.watch_at(&at, token).await.status() == StatusCode::OK {
            // It does not end by itself: that it begins is enough.
            return (200, "none".to_owned());
        }
        let said = self.api(&method.to_uppercase(), &at, token, &json!({})).await;
        let (status, code) = refused(&said);
        (status, code.to_owned())
    }

    /// An order that was paid, split, given back in part, and told of.
    async fn full_order(&self) -> OrderNo {
        let order_no: OrderNo = self.told_of().await.parse().unwrap();
        let (seller, account) = (self.seller, Text::new("tom@example.com").unwrap());
        let receiver = self.another_buyer("tom@example.com").await;
        let relation = NewRelation { receiver, named: ReceiverNamed::LoginName, account, memo: None };
        self.door.ask(BindRelations { seller, receivers: vec![relation] }).await.unwrap();
        let part = SplitPart { payer: None, receiver: Some(receiver), share: Share::Amount(fen(10)) };
        let out_request_no = Text::new("SPLIT-7").unwrap();
        let split = SplitOrder { seller, order_no, out_request_no, parts: vec![part], finish: false };
        self.door.ask(split).await.unwrap();
        self.given_back(&order_no.to_string(), 20, "R1").await;
        order_no
    }
}

/// Which kinds of things the timeline of an order tells.
fn kinds(full: &Value) -> Vec<&str> {
    full["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_call_needs_what_is_written_down() {
    let shop = Shop::open().await;
    let needed: BTreeMap<_, _> = NEEDED
        .iter()
        .map(|(method, path, act)| (((*method).to_owned(), (*path).to_owned()), act.as_str().to_owned()))
        .collect();
    assert_eq!(needed.len(), NEEDED.len(), "a call stands twice");
    assert_eq!(described(&shop).await, needed);
}

#[tokio::test]
async fn every_call_is_tried_in_every_role_and_by_a_stranger() {
    let shop = Shop::open().await;
    let (_, owner) = shop.register(PHONE).await;
    assert_eq!(shop.appoint(&owner, "owner").await, "200 owner");
    let (stranger, _) = shop.register(FRIEND).await;
    let (token, user) = shop.register(COUSIN).await;
    for (method, path, _) in NEEDED {
        let said = shop.tried(method, path, &stranger).await;
        assert_eq!(said, (404, "seller_not_found".to_owned()), "a stranger: {method} {path}");
        assert_eq!(shop.tried(method, path, "").await, (401, "not_signed_in".to_owned()), "{method} {path}");
    }
    for role in StaffRole::ALL {
        assert_eq!(shop.appoint(&user, role.as_str()).await, format!("200 {}", role.as_str()));
        for (method, path, act) in NEEDED {
            let (status, code) = shop.tried(method, path, &token).await;
            let let_through = status != 401 && code != "role_forbids" && code != "seller_not_found";
            assert_eq!(let_through, role.may(*act), "{role:?}: {method} {path}: {status} {code}");
            assert!(let_through || (status, code.as_str()) == (403, "role_forbids"), "{status} {code}");
        }
    }
    // Whoever goes is a stranger again, at once.
    let ended = json!({ "user_id": user, "role": "viewer", "active": false });
    shop.call("/sandbox/merchants/shop@example.com/staff", ended).await;
    let said = shop.tried("get", "/orders", &token).await;
    assert_eq!(said, (404, "seller_not_found".to_owned()));
}

/// Who may see an order may not therefore see what the merchant has, keeps and pays, nor where its programs are.
#[tokio::test]
async fn of_an_order_each_role_is_told_what_it_may_see_elsewhere() {
    let shop = Shop::open().await;
    let (_, owner) = shop.register(PHONE).await;
    assert_eq!(shop.appoint(&owner, "owner").await, "200 owner");
    let (token, user) = shop.register(COUSIN).await;
    let number = shop.full_order().await;
    for (role, books, notices) in [
        (StaffRole::Owner, true, true),
        (StaffRole::Manager, true, true),
        (StaffRole::Finance, true, false),
        (StaffRole::Till, false, false),
        (StaffRole::Developer, false, true),
        (StaffRole::Viewer, true, false),
    ] {
        assert_eq!(shop.appoint(&user, role.as_str()).await, format!("200 {}", role.as_str()));
        let full = shop.seen(&format!("/orders/{number}"), &token).await;
        let is_told = |member: &str| match &full[member] {
            Value::Array(all) => !all.is_empty(),
            other => other.is_string(),
        };
        for (member, told) in [
            ("fee", books),
            ("fee_returned", books),
            ("splits", books),
            ("postings", books),
            ("notices", notices),
            ("refunds", true),
            ("refundable", true),
        ] {
            assert_eq!(is_told(member), told, "{role:?}: {member} of {full}");
        }
        assert_eq!(full["refunds"][0]["fee_back"].is_string(), books, "{role:?}: {full}");
        for (kind, told) in [("split", books), ("notice", notices), ("refund", true)] {
            assert_eq!(kinds(&full).contains(&kind), told, "{role:?}: {kind} of {full}");
        }
        let text = full.to_string();
        for (words, told) in [("balance_after", books), ("SPLIT-7", books), ("127.0.0.1:9/notify", notices)] {
            assert_eq!(text.contains(words), told, "{role:?}: {words} in {full}");
        }
    }
}

#[tokio::test]
async fn letters_to_another_merchant_s_app_are_not_told_of_an_order_that_it_made() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let isv = crate::authorize::app(&shop).await;
    let yes = json!({ "as": "merchant", "user_id": shop.seller.to_string(), "app_id": isv.to_string() });
    assert_eq!(shop.call("/sandbox/authorize", yes).await.0, StatusCode::OK);
    let by_isv = OpenOrder { app: isv, ..shop.request(Product::QrCode, 1_00, "tea", None) };
    let number = shop.door.ask(by_isv).await.unwrap().order.no;
    shop.pays_code(number).await;
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!(shop.reader().notices(None, Some(number), None, 9).unwrap().len(), 1, "there is one");
    assert_eq!((&full["app_id"], &full["notices"]), (&json!(isv.to_string()), &json!([])));
    assert!(kinds(&full).contains(&"paid") && !kinds(&full).contains(&"notice"), "{full}");
}

#[tokio::test]
async fn who_acts_for_one_merchant_is_a_stranger_at_another() {
    let shop = Shop::open().await;
    let (token, owner) = shop.register(PHONE).await;
    shop.appoint(&owner, "owner").await;
    let (_, other) = shop
        .call("/sandbox/party", json!({ "kind": "merchant", "login": "other@example.com", "name": "other" }))
        .await;
    let other = other["user_id"].as_str().unwrap().to_owned();
    for seller in [other.as_str(), owner.as_str(), "2088000000000000", "1", "x"] {
        let path = format!("/api/v1/sellers/{seller}/staff");
        let said = shop.api("GET", &path, &token, &Value::Null).await;
        assert_eq!(refused(&said), (404, "seller_not_found"), "{seller}");
    }
    let path = format!("/api/v1/sellers/{}/staff", shop.seller);
    assert_eq!(shop.api("GET", &path, &token, &Value::Null).await.0.as_u16(), 200);
}
