//! Orders of a merchant over `/api/v1/sellers`: taken at the till, by code, looked at, given back and cancelled by a
//! person who acts for it.

use crate::api_wallet::refused;
use crate::persons::PHONE;
use crate::seller_staff::FRIEND;
use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use base::{OrderNo, PartyId};
use engine::{ClaimOrder, SetPartyStatus};
use people::PartyStatus;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use trade::Product;

/// The login of the shop.
const SHOP: &str = "shop@example.com";

impl Shop {
    /// Makes somebody owner of a merchant.
    pub(crate) async fn makes_owner(&self, seller_login: &str, user_id: &str) {
        let asked = json!({ "user_id": user_id, "role": "owner" });
        let (status, said) = self.call(&format!("/sandbox/merchants/{seller_login}/staff"), asked).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    /// A person who owns the shop: the token and the number.
    pub(crate) async fn as_owner(&self) -> (String, String) {
        let (token, id) = self.register(PHONE).await;
        self.makes_owner(SHOP, &id).await;
        (token, id)
    }

    /// A call for the shop.
    pub(crate) async fn for_shop(
        &self,
        method: &str,
        below: &str,
        token: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        self.api(method, &format!("/api/v1/sellers/{}{below}", self.seller), token, body).await
    }

    /// What a call that reads says, which must be something good.
    pub(crate) async fn seen(&self, below: &str, token: &str) -> Value {
        let (status, said) = self.for_shop("GET", below, token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{below}: {said}");
        said
    }

    /// A call for the shop that makes something, under a key.
    pub(crate) async fn made(
        &self,
        below: &str,
        token: &str,
        key: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        self.keyed(&format!("/api/v1/sellers/{}{below}", self.seller), token, key, body).await
    }

    /// The digits that a buyer shows.
    pub(crate) async fn shown_code(&self, login: &str) -> String {
        let (status, issued) = self.call("/sandbox/paycode", json!({ "login": login })).await;
        assert_eq!(status, StatusCode::OK, "{issued}");
        issued["auth_code"].as_str().unwrap().to_owned()
    }

    /// Takes money at the till and gives the order's number.
    pub(crate) async fn taken(&self, token: &str, key: &str, login: &str, amount: &str) -> String {
        let code = self.shown_code(login).await;
        let (status, said) = self.made("/till", token, key, &charge(&code, amount)).await;
        assert_eq!((status, &said["outcome"]), (StatusCode::CREATED, &json!("paid")), "{said}");
        said["order"]["trade_no"].as_str().unwrap().to_owned()
    }

    /// An order that somebody took up and has not paid.
    async fn taken_up(&self, minor: u64) -> OrderNo {
        let order_no = self.order(Product::QrCode, minor).await.order.no;
        let claim = ClaimOrder { order_no, buyer: self.buyer, by_code: true };
        self.door.ask(claim).await.unwrap();
        order_no
    }
}

fn charge(code: &str, amount: &str) -> Value {
    json!({ "pay_code": code, "amount": amount, "subject": "午餐" })
}

#[tokio::test]
async fn the_till_takes_money_once_for_one_key() {
    let shop = Shop::open().await;
    let (token, id) = shop.as_owner().await;
    let code = shop.shown_code(BUYER).await;
    let mut body = charge(&code, "32.00");
    body["terminal_id"] = json!("T1");
    let (status, said) = shop.made("/till", &token, "k1", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let order = &said["order"];
    assert_eq!([&said["outcome"], &order["state"], &order["product"]], ["paid", "paid", "face_to_face"]);
    assert_eq!([&order["amount"], &order["refunded"], &order["subject"]], ["32.00", "0.00", "午餐"]);
    assert_eq!(said["replayed"], false);
    assert!(!said.to_string().contains(BUYER), "the buyer is masked: {said}");
    let (status, again) = shop.made("/till", &token, "k1", &body).await;
    assert_eq!((status, &again["replayed"]), (StatusCode::OK, &json!(true)), "{again}");
    assert_eq!((&again["order"], &again["outcome"]), (order, &said["outcome"]));
    assert_eq!(shop.balance(shop.buyer).await, 68_00);
    assert_eq!(shop.balance(shop.seller).await, 31_81, "less the fee");

    let number = order["trade_no"].as_str().unwrap();
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!(full["order"], *order);
    assert_eq!([&full["terminal_id"], &full["operator_id"]], ["T1", id.as_str()], "the person is the clerk");
    assert_eq!(full["method"], json!({ "kind": "balance", "bank": null }));

    let other = charge(&code, "32.01");
    assert_eq!(refused(&shop.made("/till", &token, "k1", &other).await), (409, "key_reused"));
    let used = shop.made("/till", &token, "k2", &charge(&code, "1.00")).await;
    assert_eq!(refused(&used), (409, "code_invalid"), "a code works once");
    let fresh = shop.shown_code(BUYER).await;
    let (status, said) = shop.made("/till", &token, "k2", &charge(&fresh, "1.00")).await;
    assert_eq!(
        (status, &said["outcome"]),
        (StatusCode::OK, &json!("paid")),
        "another code tries again: {said}"
    );
    assert_eq!(shop.balance(shop.buyer).await, 67_00);

    let fresh = shop.shown_code(BUYER).await;
    body["pay_code"] = json!(fresh);
    let over = shop.made("/till", &token, "k1", &body).await;
    assert_eq!(refused(&over), (409, "already_paid"));
    assert_eq!((&over.1["trade_no"], &over.1["state"]), (&order["trade_no"], &json!("paid")), "{}", over.1);
    assert_eq!(shop.balance(shop.buyer).await, 67_00);
}

/// What may move money is noted before it does, whatever comes of it; what is only told again is not.
#[tokio::test]
async fn the_till_notes_what_it_is_about_to_do() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let code = shop.shown_code(BUYER).await;
    let first = charge(&code, "32.00");
    for status in [StatusCode::CREATED, StatusCode::OK, StatusCode::OK] {
        assert_eq!(shop.made("/till", &token, "k1", &first).await.0, status);
        assert_eq!(shop.noted().await, ["till.charge"], "its first code again is no new act");
    }
    let fresh = shop.shown_code(BUYER).await;
    let over = shop.made("/till", &token, "k1", &charge(&fresh, "32.00")).await;
    assert_eq!(refused(&over), (409, "already_paid"));
    assert_eq!(shop.noted().await.len(), 1, "of what is over nothing can be taken any more");

    let dear = charge(&shop.shown_code(BUYER).await, "500.00");
    assert_eq!(refused(&shop.made("/till", &token, "k2", &dear).await), (409, "balance_too_low"));
    assert_eq!(shop.noted().await, ["till.charge"; 2], "it was noted first, and then refused");
    let wrong = charge(&fresh, "0.00");
    assert_eq!(refused(&shop.made("/till", &token, "k3", &wrong).await), (400, "bad_amount"));
    assert_eq!(shop.noted().await.len(), 2, "what cannot be asked for is no act");

    // Where it waits, asking again may still take the money.
    shop.top_up(shop.buyer, 500_000).await;
    let waits = charge(&shop.shown_code(BUYER).await, "1000.01");
    for _again in 0..2 {
        let (_, said) = shop.made("/till", &token, "k4", &waits).await;
        assert_eq!(said["outcome"], "waiting", "{said}");
    }
    assert_eq!(shop.noted().await.len(), 4);
}

/// Two clerks whose tills drew the same key: the second sold nothing yet, so it hears nothing of the first one's sale.
#[tokio::test]
async fn a_key_of_one_till_is_none_of_another() {
    let shop = Shop::open().await;
    let (one, _) = shop.as_owner().await;
    let (other, id) = shop.register(FRIEND).await;
    assert_eq!(shop.appoint(&id, "till").await, "200 till");
    let code = shop.shown_code(BUYER).await;
    let mut body = charge(&code, "32.00");
    (body["store_id"], body["terminal_id"]) = (json!("S1"), json!("T1"));
    let (status, said) = shop.made("/till", &one, "k1", &body).await;
    assert_eq!((status, &said["outcome"]), (StatusCode::CREATED, &json!("paid")), "{said}");

    let fresh = shop.shown_code(BUYER).await;
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        (body["pay_code"], body[name]) = (json!(fresh), value);
        body
    };
    let first = &one;
    for (token, body, field) in [
        (&other, body.clone(), "operator_id"),
        (&other, with("subject", json!("午餐")), "operator_id"),
        (first, with("store_id", json!("S2")), "store_id"),
        (first, with("terminal_id", json!("T2")), "terminal_id"),
        (first, with("terminal_id", Value::Null), "terminal_id"),
        (first, with("amount", json!("1.00")), "amount"),
        (first, with("subject", json!("晚餐")), "subject"),
    ] {
        let said = shop.made("/till", token, "k1", &body).await;
        assert_eq!(refused(&said), (409, "key_reused"), "{body}");
        assert!(said.1["detail"].as_str().unwrap().ends_with(field), "{}", said.1);
        assert_eq!(said.1["trade_no"], Value::Null, "another's sale is not named: {}", said.1);
    }
    assert_eq!(shop.balance(shop.buyer).await, 68_00, "paid once");
    assert_eq!(shop.noted().await, ["till.charge"], "what is refused so is no act");
    let (status, again) = shop.made("/till", &one, "k1", &body).await;
    assert_eq!((status, &again["outcome"]), (StatusCode::OK, &json!("paid")), "{again}");

    let body = json!({ "amount": "5.00", "subject": "豆浆" });
    assert_eq!(shop.made("/codes", &one, "c1", &body).await.0, StatusCode::CREATED);
    let said = shop.made("/codes", &other, "c1", &body).await;
    assert_eq!(refused(&said), (409, "key_reused"), "two who wait at one code would both be served");
}

/// What became of an order is told whatever became of the merchant's apps, and money does not wait for the tables.
#[tokio::test]
async fn the_till_hears_of_its_key_first() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let code = shop.shown_code(BUYER).await;
    let body = charge(&code, "32.00");
    shop.held.store(true, Ordering::Relaxed);
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let (said, told) = shop.made("/till", &token, "k1", &body).await;
        assert_eq!((said, &told["outcome"]), (status, &json!("paid")), "{told}");
        assert_eq!(told["replayed"], status == StatusCode::OK);
    }
    shop.held.store(false, Ordering::Relaxed);
    let (status, said) = shop.call(&format!("/sandbox/apps/{}/disable", shop.app), json!({})).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (status, told) = shop.made("/till", &token, "k1", &body).await;
    assert_eq!((status, &told["outcome"]), (StatusCode::OK, &json!("paid")), "{told}");
    let new = shop.made("/till", &token, "k2", &charge(&code, "1.00")).await;
    assert_eq!(refused(&new), (409, "no_app"));
    assert_eq!(shop.balance(shop.buyer).await, 68_00);
}

#[tokio::test]
async fn the_till_says_why_it_takes_nothing() {
    let shop = Shop::open().await;
    let (token, id) = shop.as_owner().await;
    let code = shop.shown_code(BUYER).await;
    let good = charge(&code, "1.00");
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (body, why) in [
        (with("amount", json!("0.00")), "bad_amount"),
        (with("amount", json!("1.001")), "bad_amount"),
        (with("subject", json!(" ")), "bad_subject"),
        (with("subject", json!("x".repeat(257))), "bad_subject"),
        (with("pay_code", json!("123")), "bad_pay_code"),
        (with("pay_code", json!("311234567890123456")), "bad_pay_code"),
        (with("store_id", json!("9".repeat(33))), "bad_store_id"),
        (with("terminal_id", json!("a\nb")), "bad_terminal_id"),
        (with("more", json!(1)), "bad_request"),
    ] {
        assert_eq!(refused(&shop.made("/till", &token, "k", &body).await), (400, why), "{body}");
    }
    let without = shop.for_shop("POST", "/till", &token, &good).await;
    assert_eq!(refused(&without), (400, "key_missing"));
    let dear = shop.made("/till", &token, "dear", &charge(&code, "500.00")).await;
    assert_eq!(refused(&dear), (409, "balance_too_low"));
    shop.door.ask(SetPartyStatus { party: shop.seller, status: PartyStatus::Frozen }).await.unwrap();
    let code = shop.shown_code(BUYER).await;
    let frozen = shop.made("/till", &token, "frozen", &charge(&code, "1.00")).await;
    assert_eq!(refused(&frozen), (409, "seller_blocked"));
    assert_eq!(shop.balance(shop.buyer).await, 10_000, "nothing was taken");

    let bare = json!({ "kind": "merchant", "login": "bare@example.com", "name": "bare" });
    let (status, said) = shop.call("/sandbox/party", bare).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    shop.makes_owner("bare@example.com", &id).await;
    let path = format!("/api/v1/sellers/{}/till", said["user_id"].as_str().unwrap());
    let said = shop.keyed(&path, &token, "k", &charge(&code, "1.00")).await;
    assert_eq!(refused(&said), (409, "no_app"));
}

#[tokio::test]
async fn a_payment_that_waits_is_confirmed_or_cancelled() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    shop.top_up(shop.buyer, 500_000).await;
    let mut numbers = Vec::new();
    for key in ["w1", "w2"] {
        let code = shop.shown_code(BUYER).await;
        let body = charge(&code, "1000.01");
        let (status, said) = shop.made("/till", &token, key, &body).await;
        assert_eq!((status, &said["outcome"]), (StatusCode::CREATED, &json!("waiting")), "{said}");
        assert_eq!(said["order"]["state"], "waiting");
        numbers.push((said["order"]["trade_no"].as_str().unwrap().to_owned(), key, body));
    }
    let (waiting, key, body) = &numbers[0];
    let full = shop.seen(&format!("/orders/{waiting}"), &token).await;
    assert_eq!((&full["can_cancel"], &full["can_refund"]), (&json!(true), &json!(false)), "{full}");
    let cancel = format!("/orders/{waiting}/cancel");
    for _twice in 0..2 {
        let (status, said) = shop.for_shop("POST", &cancel, &token, &Value::Null).await;
        assert_eq!((status, &said["order"]["state"]), (StatusCode::OK, &json!("closed")), "{said}");
    }
    let closed = shop.made("/till", &token, key, body).await;
    assert_eq!(refused(&closed), (409, "already_closed"));
    assert_eq!((&closed.1["trade_no"], &closed.1["state"]), (&json!(waiting), &json!("closed")));

    let (confirmed, ..) = &numbers[1];
    let paid = json!({ "login": BUYER, "pay_password": PASSWORD, "trade_no": confirmed });
    assert_eq!(shop.call("/sandbox/pay", paid).await.0, StatusCode::OK);
    assert_eq!(shop.seen(&format!("/orders/{confirmed}"), &token).await["order"]["state"], "paid");
    let cancel = |number: &str| format!("/orders/{number}/cancel");
    let said = shop.for_shop("POST", &cancel(confirmed), &token, &Value::Null).await;
    assert_eq!(refused(&said), (409, "already_paid"), "money that came is refunded by whoever may");
    let offered = shop.order(Product::QrCode, 1_00).await.order.no.to_string();
    let full = shop.seen(&format!("/orders/{offered}"), &token).await;
    assert_eq!(full["can_cancel"], true, "{full}");
    let wish = json!({ "amount": "1.00", "refundable": "0.00" });
    let said = shop.made(&format!("/orders/{offered}/refunds"), &token, "r", &wish).await;
    assert_eq!(refused(&said), (409, "not_paid"));
    for _twice in 0..2 {
        let (status, said) = shop.for_shop("POST", &cancel(&offered), &token, &Value::Null).await;
        assert_eq!((status, &said["order"]["state"]), (StatusCode::OK, &json!("closed")), "{said}");
    }
    let taken = ClaimOrder { order_no: offered.parse().unwrap(), buyer: shop.buyer, by_code: true };
    assert!(shop.door.ask(taken).await.is_err(), "a code that was taken back is worth nothing");
    for number in ["1", "2026010222001000000000000001"] {
        let said = shop.for_shop("POST", &cancel(number), &token, &Value::Null).await;
        assert_eq!(refused(&said), (404, "order_not_found"), "{number}");
    }
}

#[tokio::test]
async fn a_code_of_a_fixed_amount_is_one_order() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let body = json!({ "amount": "5.00", "subject": "豆浆" });
    let (status, code) = shop.made("/codes", &token, "c1", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{code}");
    let number: OrderNo = code["trade_no"].as_str().unwrap().parse().unwrap();
    assert_eq!(code["text"], shop.world.qr_url(number));
    assert_eq!([&code["amount"], &code["subject"]], ["5.00", "豆浆"]);
    let svg = code["qr_svg"].as_str().unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    let (status, again) = shop.made("/codes", &token, "c1", &body).await;
    assert_eq!((status, &again["replayed"]), (StatusCode::OK, &json!(true)));
    assert_eq!((&again["trade_no"], &again["text"]), (&code["trade_no"], &code["text"]));
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!((&full["qr_code"], &full["order"]["payer"]), (&code["text"], &Value::Null));

    let paid = json!({ "login": BUYER, "pay_password": PASSWORD, "qr_code": code["text"] });
    assert_eq!(shop.call("/sandbox/pay", paid).await.0, StatusCode::OK);
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!((&full["qr_code"], &full["order"]["state"]), (&Value::Null, &json!("paid")));
    assert_eq!(refused(&shop.made("/codes", &token, "c1", &body).await), (409, "already_paid"));
    let other = json!({ "amount": "6.00", "subject": "豆浆" });
    assert_eq!(refused(&shop.made("/codes", &token, "c1", &other).await), (409, "key_reused"));
}

#[tokio::test]
async fn money_is_given_back_once_for_one_key_and_as_it_was_shown() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let number = shop.taken(&token, "k1", BUYER, "32.00").await;
    let path = format!("/orders/{number}/refunds");
    let wish =
        |amount: &str, shown: &str| json!({ "amount": amount, "refundable": shown, "reason": "少一份" });
    let (status, said) = shop.made(&path, &token, "r1", &wish("2.00", "32.00")).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let refund = &said["refund"];
    assert_eq!([&refund["amount"], &refund["state"], &refund["reason"]], ["2.00", "done", "少一份"]);
    assert_eq!((&said["refundable"], &said["replayed"]), (&json!("30.00"), &json!(false)));
    let (status, again) = shop.made(&path, &token, "r1", &wish("2.00", "32.00")).await;
    assert_eq!((status, &again["replayed"]), (StatusCode::OK, &json!(true)), "{again}");
    assert_eq!(again["refund"], *refund);
    assert_eq!(shop.balance(shop.buyer).await, 70_00);

    for (key, amount, shown, status, why) in [
        ("r1", "3.00", "30.00", 409, "key_reused"),
        ("r2", "3.00", "32.00", 409, "changed"),
        ("r2", "30.01", "30.00", 409, "more_than_left"),
        ("r2", "0.00", "30.00", 400, "bad_amount"),
        ("r2", "x", "30.00", 400, "bad_amount"),
        ("r2", "1.00", "x", 400, "bad_amount"),
    ] {
        let said = shop.made(&path, &token, key, &wish(amount, shown)).await;
        assert_eq!(refused(&said), (status, why), "{amount} of {shown}");
    }
    let long = json!({ "amount": "1.00", "refundable": "30.00", "reason": "x".repeat(257) });
    assert_eq!(refused(&shop.made(&path, &token, "r2", &long).await), (400, "bad_reason"));
    assert_eq!(shop.balance(shop.buyer).await, 70_00, "nothing moved");
    let (status, said) = shop.made(&path, &token, "r2", &wish("30.00", "30.00")).await;
    assert_eq!((status, &said["refundable"]), (StatusCode::CREATED, &json!("0.00")), "{said}");
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    let none = shop.made(&path, &token, "r3", &wish("1.00", "0.00")).await;
    assert_eq!(refused(&none), (409, "already_closed"));

    let waiting = shop.taken_up(1_00).await;
    let said = shop.made(&format!("/orders/{waiting}/refunds"), &token, "r4", &wish("1.00", "0.00")).await;
    assert_eq!(refused(&said), (409, "not_paid"));
    let said = shop.made("/orders/1/refunds", &token, "r5", &wish("1.00", "0.00")).await;
    assert_eq!(refused(&said), (404, "order_not_found"));

    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!((&full["order"]["state"], &full["can_refund"]), (&json!("refunded"), &json!(false)));
    let kinds: Vec<&str> =
        full["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "paid", "refund", "refund"], "{full}");
    assert_eq!(full["refunds"].as_array().unwrap().len(), 2);
    let own = |posting: &Value| {
        let lines = posting["lines"].as_array().unwrap();
        let own = lines.iter().find(|line| line["own"] == json!(true)).unwrap();
        let text = |name: &str| own[name].as_str().unwrap().to_owned();
        (posting["template"].as_str().unwrap().to_owned(), text("side"), text("balance_after"))
    };
    let postings: Vec<_> = full["postings"].as_array().unwrap().iter().map(own).collect();
    let templates: Vec<&str> = postings.iter().map(|(template, ..)| template.as_str()).collect();
    assert_eq!(templates, ["pay_in", "refund_out", "refund_out"], "{full}");
    assert_eq!((postings[0].1.as_str(), postings[0].2.as_str()), ("credit", "31.81"));
    assert_eq!((postings[2].1.as_str(), postings[2].2.as_str()), ("debit", "0.00"));
}

#[tokio::test]
async fn orders_come_in_pages_by_state_day_and_number() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let mut numbers = Vec::new();
    for key in ["a", "b", "c"] {
        numbers.push(shop.taken(&token, key, BUYER, "1.00").await);
    }
    let waiting = shop.taken_up(1_00).await.to_string();
    numbers.push(waiting.clone());
    numbers.reverse();
    let told = |page: &Value| -> Vec<String> {
        let orders = page["orders"].as_array().unwrap();
        orders.iter().map(|order| order["trade_no"].as_str().unwrap().to_owned()).collect()
    };
    let first = shop.seen("/orders?limit=3", &token).await;
    assert_eq!(told(&first), numbers[..3]);
    let second =
        shop.seen(&format!("/orders?limit=3&before={}", first["next"].as_str().unwrap()), &token).await;
    assert_eq!((told(&second), &second["next"]), (numbers[3..].to_vec(), &Value::Null));
    assert_eq!(told(&shop.seen("/orders?state=waiting", &token).await), [waiting.as_str()]);
    let paid = shop.seen("/orders?state=paid&limit=3", &token).await;
    assert_eq!((told(&paid), &paid["next"]), (numbers[1..].to_vec(), &Value::Null), "exactly as many as fit");
    assert_eq!(told(&shop.seen("/orders?from=2026-01-02&to=2026-01-02", &token).await), numbers);
    for none in ["?to=2026-01-01", "?from=2026-01-03", "?state=refunded", "?find=nothing"] {
        assert!(told(&shop.seen(&format!("/orders{none}"), &token).await).is_empty(), "{none}");
    }
    let own = first["orders"][1]["out_trade_no"].as_str().unwrap().to_owned();
    for number in [numbers[1].as_str(), own.as_str()] {
        assert_eq!(told(&shop.seen(&format!("/orders?find={number}"), &token).await), [numbers[1].as_str()]);
    }
    let (long, wordy) = (format!("?find={}", "1".repeat(65)), format!("?words={}", "w".repeat(65)));
    for (query, why) in [
        ("?limit=0", "bad_limit"),
        ("?limit=101", "bad_limit"),
        ("?before=x", "bad_cursor"),
        ("?state=odd", "bad_request"),
        ("?from=2026-13-01", "bad_day"),
        ("?to=today", "bad_day"),
        ("?from=2026-01-03&to=2026-01-02", "bad_span"),
        ("?find=", "bad_find"),
        (long.as_str(), "bad_find"),
        ("?words=", "bad_words"),
        ("?words=%20", "bad_words"),
        (wordy.as_str(), "bad_words"),
        ("?other=1", "bad_request"),
    ] {
        let said = shop.for_shop("GET", &format!("/orders{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (400, why), "{query}");
    }
    let said = shop.for_shop("GET", "/orders/1", &token, &Value::Null).await;
    assert_eq!(refused(&said), (404, "order_not_found"));
}

/// By words in what is sold, together with the rest of the filter, page by page.
#[tokio::test]
async fn orders_are_found_by_words() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let mut numbers = Vec::new();
    for (key, subject) in [("a", "Iced COFFEE"), ("b", "热豆浆"), ("c", "coffee beans")] {
        let body = json!({ "amount": "1.00", "subject": subject });
        let (status, code) = shop.made("/codes", &token, key, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{code}");
        numbers.push(code["trade_no"].as_str().unwrap().to_owned());
    }
    let told = |page: &Value| -> Vec<String> {
        let orders = page["orders"].as_array().unwrap();
        orders.iter().map(|order| order["trade_no"].as_str().unwrap().to_owned()).collect()
    };
    let soy = "%E8%B1%86%E6%B5%86";
    for (query, found) in [
        ("words=coffee", vec![2, 0]),
        ("words=%20Coffee%20", vec![2, 0]),
        ("words=coffee&state=waiting", vec![2, 0]),
        ("words=coffee&state=paid", vec![]),
        ("words=coffee&to=2026-01-01", vec![]),
        ("words=tea", vec![]),
        (&*format!("words={soy}"), vec![1]),
    ] {
        let page = shop.seen(&format!("/orders?{query}"), &token).await;
        let expected: Vec<_> = found.into_iter().map(|at: usize| numbers[at].clone()).collect();
        assert_eq!(told(&page), expected, "{query}");
        assert_eq!((&page["next"], &page["is_whole"]), (&Value::Null, &json!(true)), "{query}");
    }
    let first = shop.seen("/orders?words=coffee&limit=1", &token).await;
    assert_eq!((told(&first), &first["is_whole"]), (vec![numbers[2].clone()], &json!(true)), "it is full");
    let next = first["next"].as_str().unwrap();
    let second = shop.seen(&format!("/orders?words=coffee&limit=1&before={next}"), &token).await;
    assert_eq!((told(&second), &second["next"]), (vec![numbers[0].clone()], &Value::Null));
}

#[tokio::test]
async fn another_merchant_s_order_is_none() {
    let shop = Shop::open().await;
    let (token, id) = shop.as_owner().await;
    let number = shop.taken(&token, "k", BUYER, "1.00").await;
    let other = json!({ "kind": "merchant", "login": "other@example.com", "name": "other" });
    let (_, said) = shop.call("/sandbox/party", other).await;
    shop.makes_owner("other@example.com", &id).await;
    let other: PartyId = said["user_id"].as_str().unwrap().parse().unwrap();
    let at = |below: &str| format!("/api/v1/sellers/{other}{below}");
    let none = shop.api("GET", &at(&format!("/orders?find={number}")), &token, &Value::Null).await;
    assert_eq!(none.1["orders"], json!([]), "{}", none.1);
    let path = at(&format!("/orders/{number}"));
    assert_eq!(refused(&shop.api("GET", &path, &token, &Value::Null).await), (404, "order_not_found"));
    let wish = json!({ "amount": "1.00", "refundable": "1.00" });
    let said = shop.keyed(&format!("{path}/refunds"), &token, "r", &wish).await;
    assert_eq!(refused(&said), (404, "order_not_found"));
    let said = shop.api("POST", &format!("{path}/cancel"), &token, &Value::Null).await;
    assert_eq!(refused(&said), (404, "order_not_found"));
    assert_eq!(shop.balance(shop.buyer).await, 99_00);
}
