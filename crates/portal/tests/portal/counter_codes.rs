//! The code on a merchant's counter over `/api/v1`: drawn by a person of the merchant, scanned and paid by a payer.

use crate::api_wallet::{DEBIT, refused, with_bank};
use crate::api_wallet_news::{LIMITS, of_kind};
use crate::persons::PAY_PASSWORD;
use crate::shop::Shop;
use axum::http::StatusCode;
use base::{DAY_US, PartyId, Text};
use engine::{OpenStore, SetAppStatus, SetPartyStatus};
use people::{AppStatus, PartyStatus};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const ORDERS: &str = "/api/v1/me/shop-orders";
const PAGE: &str = "http://pay.test/app/wallet/#/shop?c=";

impl Shop {
    /// Somebody who owns the shop and has money: the token and the account.
    async fn at_counter(&self, minor: u64) -> (String, PartyId) {
        let (token, party) = self.person().await;
        self.makes_owner("shop@example.com", &party.to_string()).await;
        self.top_up(party, minor).await;
        (token, party)
    }

    async fn counter_code(&self, token: &str, query: &str) -> (StatusCode, Value) {
        self.for_shop("GET", &format!("/counter-code{query}"), token, &Value::Null).await
    }

    /// The token that the shop's code holds.
    async fn shop_token(&self, token: &str) -> String {
        let (status, code) = self.counter_code(token, "").await;
        assert_eq!(status, StatusCode::OK, "{code}");
        code["text"].as_str().unwrap().split_once("/app/wallet/#/shop?c=").unwrap().1.to_owned()
    }

    async fn scanned(&self, token: &str, text: &str) -> (StatusCode, Value) {
        self.api("POST", "/api/v1/codes", token, &json!({ "text": text })).await
    }

    async fn shop_order(&self, token: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        self.keyed(ORDERS, token, key, body).await
    }

    /// Opens an order of the shop's code, and gives its number.
    async fn opened(&self, token: &str, key: &str, of: &str, amount: &str) -> String {
        let (status, order) = self.shop_order(token, key, &json!({ "token": of, "amount": amount })).await;
        assert_eq!((status, &order["state"]), (StatusCode::CREATED, &json!("open")), "{order}");
        order["trade_no"].as_str().unwrap().to_owned()
    }

    async fn pays(&self, token: &str, number: &str, amount: &str, pocket: &str) -> (StatusCode, Value) {
        let body = json!({
            "trade_no": number, "amount": amount, "last_try": null, "pocket": pocket, "pay_password": PAY_PASSWORD,
        });
        self.api("POST", "/api/v1/me/payments", token, &body).await
    }
}

#[tokio::test]
async fn a_code_is_drawn_scanned_in_both_forms_and_paid() {
    let shop = Shop::open().await;
    let (token, party) = shop.at_counter(90_000).await;
    let (status, code) = shop.counter_code(&token, "").await;
    assert_eq!(status, StatusCode::OK, "{code}");
    assert_eq!((&code["name"], &code["store_id"]), (&json!("小店 <b>&"), &Value::Null));
    let (text, emv) = (code["text"].as_str().unwrap(), code["emv_text"].as_str().unwrap());
    assert!(text.starts_with(PAGE) && emv.starts_with("000201010211") && emv.contains("5303156"), "{code}");
    for picture in ["qr_svg", "emv_qr_svg"] {
        assert!(code[picture].as_str().unwrap().starts_with("<svg "), "{code}");
    }
    assert_eq!(shop.counter_code(&token, "").await.1, code, "what is printed does not change");

    let (status, found) = shop.scanned(&token, text).await;
    let of = text.strip_prefix(PAGE).unwrap();
    let told = json!({
        "token": of, "name": "小店 <b>&", "store_name": null, "most": "500.00", "left": "500.00",
    });
    assert_eq!((status, &found), (StatusCode::OK, &json!({ "kind": "shop", "shop": told })));
    assert_eq!(shop.scanned(&token, emv).await.1, found);

    let body = json!({ "token": of, "amount": "12.3" });
    let (status, order) = shop.shop_order(&token, "k1", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{order}");
    let shown = [&order["payee_name"], &order["subject"], &order["amount"], &order["state"]];
    assert_eq!(shown, ["小店 <b>&", "小店 <b>&", "12.30", "open"]);
    assert_eq!(order["pay_with"], json!({ "trade_no": order["trade_no"] }));
    let number = order["trade_no"].as_str().unwrap();
    let before = shop.balance(party).await;
    let (status, paid) = shop.pays(&token, number, "12.30", "balance").await;
    assert_eq!((status, &paid["state"]), (StatusCode::OK, &json!("paid")), "{paid}");
    assert_eq!(shop.balance(party).await, before - 12_30);
    assert_eq!(shop.scanned(&token, text).await.1["shop"]["left"], "487.70");

    // The merchant sees it among its orders; the payer who lost the answer hears how far it is.
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!((&full["order"]["product"], &full["order"]["state"]), (&json!("static_code"), &json!("paid")));
    let (status, again) = shop.shop_order(&token, "k1", &body).await;
    assert_eq!(
        (status, &again["trade_no"], &again["state"]),
        (StatusCode::OK, &json!(number), &json!("paid"))
    );
    for other in [
        json!({ "token": of, "amount": "12.31" }),
        json!({ "token": of, "amount": "12.30", "subject": "tea" }),
    ] {
        assert_eq!(refused(&shop.shop_order(&token, "k1", &other).await), (409, "key_reused"), "{other}");
    }
}

#[tokio::test]
async fn a_code_of_a_store_names_it() {
    let shop = Shop::open().await;
    let (token, _) = shop.at_counter(1).await;
    assert_eq!(refused(&shop.counter_code(&token, "?store_id=S1").await), (404, "store_not_found"));
    let long = "S".repeat(33);
    assert_eq!(
        refused(&shop.counter_code(&token, &format!("?store_id={long}")).await),
        (400, "bad_store_id")
    );
    let (store_id, name) = (Text::new("S1").unwrap(), Text::new("corner").unwrap());
    shop.door.ask(OpenStore { seller: shop.seller, store_id, name }).await.unwrap();
    let (status, code) = shop.counter_code(&token, "?store_id=S1").await;
    assert_eq!((status, &code["store_name"]), (StatusCode::OK, &json!("corner")), "{code}");
    assert!(code["emv_text"].as_str().unwrap().contains("62060302S1"), "{code}");
    let text = code["text"].as_str().unwrap();
    let (_, found) = shop.scanned(&token, text).await;
    assert_eq!(found["shop"]["store_name"], "corner", "{found}");
    let of = text.strip_prefix(PAGE).unwrap();
    let number = shop.opened(&token, "k", of, "1.00").await;
    let full = shop.seen(&format!("/orders/{number}"), &token).await;
    assert_eq!((&full["order"]["store_id"], &full["order"]["store_name"]), (&json!("S1"), &json!("corner")));
    let whole = json!({ "token": shop.shop_token(&token).await, "amount": "1.00" });
    assert_eq!(refused(&shop.shop_order(&token, "k", &whole).await), (409, "key_reused"), "of another store");
}

#[tokio::test]
async fn what_was_changed_is_no_code() {
    let shop = Shop::open().await;
    let (token, _) = shop.at_counter(1).await;
    let (_, code) = shop.counter_code(&token, "").await;
    let of = shop.shop_token(&token).await;
    let (said, mac) = of.split_once('.').unwrap();
    let last = if mac.ends_with('A') { 'B' } else { 'A' };
    let emv = code["emv_text"].as_str().unwrap();
    for changed in [
        String::new(),
        said.to_owned(),
        format!("{said}.{}{last}", &mac[1..]),
        format!("{said}A.{mac}"),
        format!("B{}.{mac}", &said[1..]),
    ] {
        let order = json!({ "token": changed, "amount": "1.00" });
        assert_eq!(refused(&shop.shop_order(&token, "k", &order).await), (404, "code_unknown"), "{changed}");
        let text = format!("{PAGE}{changed}");
        assert_eq!(refused(&shop.scanned(&token, &text).await), (404, "code_unknown"), "{text}");
    }
    for text in [
        emv.replacen("com.tongbao", "com.another", 1),
        emv.replacen("5303156", "5303840", 1),
        format!("{emv} x"),
    ] {
        assert_eq!(refused(&shop.scanned(&token, &text).await), (404, "code_unknown"), "{text}");
    }
}

#[tokio::test]
async fn each_refusal_of_an_order_has_its_code() {
    let shop = Shop::open().await;
    let (token, _) = shop.at_counter(90_000).await;
    let of = shop.shop_token(&token).await;
    let ask = |amount: &str| json!({ "token": of, "amount": amount });
    let long = json!({ "token": of, "amount": "1.00", "subject": "x".repeat(257) });
    for (body, status, code) in [
        (ask("0.00"), 400, "bad_amount"),
        (ask("-1"), 400, "bad_amount"),
        (ask("1.001"), 400, "bad_amount"),
        (long, 400, "bad_subject"),
        (json!({ "token": of, "amount": "1.00", "subject": "a\nb" }), 400, "bad_subject"),
        (json!({ "token": of }), 400, "bad_request"),
        (json!({ "token": "x", "amount": "1.00" }), 404, "code_unknown"),
        (ask("500.01"), 409, "static_limit"),
    ] {
        assert_eq!(refused(&shop.shop_order(&token, "k", &body).await), (status, code), "{body}");
    }
    let keyless = shop.api("POST", ORDERS, &token, &ask("1.00")).await;
    assert_eq!(refused(&keyless), (400, "key_missing"));
    let nobody = shop.api("POST", ORDERS, "", &ask("1.00")).await;
    assert_eq!(refused(&nobody), (401, "not_signed_in"));

    let number = shop.opened(&token, "k1", &of, "1.00").await;
    shop.door.ask(SetAppStatus { app: shop.app, status: AppStatus::Disabled }).await.unwrap();
    assert_eq!(refused(&shop.shop_order(&token, "k2", &ask("1.00")).await), (409, "no_app"));
    let (status, again) = shop.shop_order(&token, "k1", &ask("1.00")).await;
    assert_eq!((status, &again["trade_no"]), (StatusCode::OK, &json!(number)), "it is told all the same");
    shop.door.ask(SetAppStatus { app: shop.app, status: AppStatus::Online }).await.unwrap();

    let set = async |status| {
        shop.door.ask(SetPartyStatus { party: shop.seller, status }).await.unwrap();
    };
    set(PartyStatus::Frozen).await;
    assert_eq!(refused(&shop.shop_order(&token, "k3", &ask("1.00")).await), (409, "seller_blocked"));
    assert_eq!(refused(&shop.counter_code(&token, "").await), (409, "seller_blocked"));
    set(PartyStatus::Closed).await;
    assert_eq!(refused(&shop.shop_order(&token, "k3", &ask("1.00")).await), (404, "code_unknown"));
    assert_eq!(refused(&shop.scanned(&token, &format!("{PAGE}{of}")).await), (404, "code_unknown"));
}

#[tokio::test]
async fn a_payer_pays_five_hundred_a_day_from_each_pocket() {
    let (shop, _bank) = with_bank().await;
    let (token, party) = shop.at_counter(200_000).await;
    let of = shop.shop_token(&token).await;
    let first = shop.opened(&token, "k1", &of, "300.00").await;
    let second = shop.opened(&token, "k2", &of, "200.01").await;
    let (status, said) = shop.pays(&token, &first, "300.00", "balance").await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let before = shop.balance(party).await;
    assert_eq!(refused(&shop.pays(&token, &second, "200.01", "balance").await), (409, "static_limit"));
    assert_eq!(shop.balance(party).await, before, "nothing moved");
    let (status, said) = shop.shop_order(&token, "k3", &json!({ "token": of, "amount": "200.01" })).await;
    assert_eq!((status, &said["code"]), (StatusCode::CONFLICT, &json!("static_limit")), "{said}");
    assert!(said["detail"].as_str().unwrap().contains("200.00"), "what is left is told: {said}");

    // A card has a day of its own.
    let card = shop.bound_card(&token, DEBIT).await;
    let third = shop.opened(&token, "k3", &of, "200.01").await;
    let (status, said) = shop.pays(&token, &second, "200.01", &card).await;
    assert_eq!((status, &said["state"]), (StatusCode::OK, &json!("under_way")), "{said}");
    assert_eq!(refused(&shop.pays(&token, &third, "200.01", "balance").await), (409, "static_limit"));

    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    let next = shop.opened(&token, "k4", &of, "500.00").await;
    let (status, said) = shop.pays(&token, &next, "500.00", "balance").await;
    assert_eq!((status, &said["state"]), (StatusCode::OK, &json!("paid")), "{said}");
}

#[tokio::test]
async fn what_counter_codes_took_is_told_of_each_pocket() {
    let (shop, _bank) = with_bank().await;
    let (token, _) = shop.at_counter(90_000).await;
    let card = shop.bound_card(&token, DEBIT).await;
    let of = shop.shop_token(&token).await;
    for (key, amount, pocket) in
        [("k1", "12.30", "balance"), ("k2", "7.00", &*card), ("k3", "0.70", "balance")]
    {
        let number = shop.opened(&token, key, &of, amount).await;
        let (status, said) = shop.pays(&token, &number, amount, pocket).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }
    let told = async |ends: &str| {
        let limits = shop.seen_at(&token, LIMITS).await;
        let codes = of_kind(&limits, "static_code");
        assert!(codes.iter().all(|one| one[4] == ends), "{limits}");
        json!(codes.iter().map(|one| &one[..4]).collect::<Vec<_>>())
    };
    let day = |used: &str, left: &str| json!(["day", "500.00", used, left]);
    let both = json!([day("13.00", "487.00"), day("7.00", "493.00")]);
    assert_eq!(told("2026-01-03T00:00:00+08:00").await, both, "the wallet, then the card");
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    let both = json!([day("0.00", "500.00"), day("0.00", "500.00")]);
    assert_eq!(told("2026-01-04T00:00:00+08:00").await, both, "a day is over");
}

#[tokio::test]
async fn an_eleventh_order_waits_until_one_is_paid() {
    let shop = Shop::open().await;
    let (token, _) = shop.at_counter(90_000).await;
    let of = shop.shop_token(&token).await;
    let first = shop.opened(&token, "k1", &of, "1.00").await;
    for number in 2..=10 {
        shop.opened(&token, &format!("k{number}"), &of, "1.00").await;
    }
    let body = json!({ "token": of, "amount": "1.00" });
    assert_eq!(refused(&shop.shop_order(&token, "k11", &body).await), (409, "too_many_waiting"));
    let (status, said) = shop.pays(&token, &first, "1.00", "balance").await;
    assert_eq!((status, &said["state"]), (StatusCode::OK, &json!("paid")), "{said}");
    shop.opened(&token, "k11", &of, "1.00").await;
}

#[tokio::test]
async fn a_merchant_whose_contract_ended_takes_no_order() {
    let shop = Shop::open().await;
    let (token, _) = shop.at_counter(1).await;
    let body = json!({ "token": shop.shop_token(&token).await, "amount": "1.00" });
    for (version, status) in [(1, "in_force"), (2, "ended")] {
        let mut terms = json!({
            "user_id": shop.seller.to_string(), "product": "face_to_face", "status": status, "fee_ppm": 6_000,
            "reason": "of a test", "operator": "ada", "base_version": version - 1,
        });
        let (said, proposed) = shop.call("/sandbox/contracts", terms.clone()).await;
        assert_eq!(said, StatusCode::OK, "{proposed}");
        let terms = terms.as_object_mut().unwrap();
        terms.remove("base_version");
        terms.insert("operator".to_owned(), json!("bea"));
        terms.insert("version".to_owned(), json!(version));
        let (said, approved) = shop.call("/sandbox/contracts/approve", json!(terms)).await;
        assert_eq!(said, StatusCode::OK, "{approved}");
    }
    assert_eq!(refused(&shop.shop_order(&token, "k", &body).await), (409, "not_signed"));
}
