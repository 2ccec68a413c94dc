//! Money from person to person over `/api/v1`: offered, confirmed, called back, and refused.

use crate::api_wallet::{by_password, refused};
use crate::passkeys::{SITE, sign};
use crate::persons::PHONE;
use crate::shop::{BUYER, Shop};
use axum::http::StatusCode;
use base::PartyId;
use engine::SetPartyStatus;
use people::PartyStatus;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const SEND: &str = "/api/v1/me/transfers";
const PAYEE_PHONE: &str = "13900000002";
const HOUR_US: i64 = 3_600_000_000;

impl Shop {
    async fn offered(&self, token: &str, key: &str, body: &Value) -> Value {
        let (status, said) = self.keyed(SEND, token, key, body).await;
        assert_eq!((status, &said["replayed"]), (StatusCode::CREATED, &json!(false)), "{said}");
        said
    }

    /// The same again under its key.
    async fn offered_again(&self, token: &str, key: &str, body: &Value) -> Value {
        let (status, said) = self.keyed(SEND, token, key, body).await;
        assert_eq!((status, &said["replayed"]), (StatusCode::OK, &json!(true)), "{said}");
        said
    }

    /// The token of a code to collect by, of whoever is signed in here.
    pub(crate) async fn collect_token(&self, token: &str, query: &str) -> String {
        let path = format!("/api/v1/me/collect-code{query}");
        let (status, said) = self.api("GET", &path, token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["text"].as_str().unwrap().rsplit_once("#/collect?c=").unwrap().1.to_owned()
    }

    async fn on_transfer(
        &self,
        token: &str,
        transfer: &Value,
        act: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let path = format!("{SEND}/{}/{act}", transfer["no"].as_str().unwrap());
        self.api("POST", &path, token, body).await
    }

    async fn transfer(&self, token: &str, transfer: &Value) -> (StatusCode, Value) {
        let path = format!("{SEND}/{}", transfer["no"].as_str().unwrap());
        self.api("GET", &path, token, &Value::Null).await
    }
}

fn to(login: &str, amount: &str) -> Value {
    json!({ "to": login, "amount": amount })
}

#[tokio::test]
async fn an_offer_shows_whom_it_goes_to_and_is_paid_once() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let mut body = to(BUYER, "12.30");
    body["remark"] = json!("lunch");
    let offer = shop.offered(&token, "k-1", &body).await;
    let shown = [&offer["state"], &offer["payee_name"], &offer["payee_login"], &offer["amount"]];
    assert_eq!(shown, ["offered", "***y", "li***@example.com", "12.30"]);
    let more = [&offer["known"], &offer["remark"], &offer["arrival"], &offer["arrives_at"]];
    assert_eq!(more, [&json!(false), &json!("lunch"), &json!("at_once"), &Value::Null]);
    assert_eq!(shop.offered_again(&token, "k-1", &body).await["no"], offer["no"], "the same key");
    assert_eq!(shop.balance(party).await, 10_000, "nothing moved");

    let wrong = shop.on_transfer(&token, &offer, "confirm", &json!({ "pay_password": "604417" })).await;
    assert_eq!(refused(&wrong), (403, "wrong_password"));
    let (status, sent) = shop.on_transfer(&token, &offer, "confirm", &by_password()).await;
    assert_eq!((status, &sent["state"]), (StatusCode::OK, &json!("done")), "{sent}");
    let again = shop.on_transfer(&token, &offer, "confirm", &json!({ "pay_password": "604417" })).await;
    assert_eq!((again.0, &again.1["state"]), (StatusCode::OK, &json!("done")), "nothing is asked any more");
    assert_eq!((shop.balance(party).await, shop.balance(shop.buyer).await), (8_770, 11_230));
    assert_eq!(
        refused(&shop.on_transfer(&token, &offer, "cancel", &Value::Null).await),
        (409, "already_sent")
    );
    assert_eq!(
        shop.offered_again(&token, "k-1", &body).await["state"],
        "done",
        "the key is of this transfer for ever"
    );
    shop.wait_posted().await;
    assert_eq!(shop.transfer(&token, &offer).await.1["known"], true);
    assert_eq!(shop.offered(&token, "k-2", &to(BUYER, "1.00")).await["known"], true);
}

#[tokio::test]
async fn a_key_is_of_one_wish_however_its_payee_is_named() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let (payee, payee_id) = shop.register(PAYEE_PHONE).await;
    let first = to(PAYEE_PHONE, "1.00");
    let by_code = json!({ "collect": shop.collect_token(&payee, "").await, "amount": "1.00" });
    let offer = shop.offered(&token, "k-1", &first).await;
    let with = |field: &str, value: &str| {
        let mut body = first.clone();
        body[field] = json!(value);
        body
    };
    for other in [with("amount", "1.01"), with("remark", "x"), with("arrival", "2h"), with("to", BUYER)] {
        assert_eq!(refused(&shop.keyed(SEND, &token, "k-1", &other).await), (409, "key_reused"), "{other}");
    }
    assert_eq!(shop.offered_again(&token, "k-1", &by_code).await["no"], offer["no"], "the same payee");
    let scanned = shop.offered(&token, "k-2", &by_code).await;
    assert_ne!(scanned["no"], offer["no"]);
    assert_eq!(shop.offered_again(&token, "k-2", &first).await["no"], scanned["no"]);
    // Another payer's key is another one.
    let (stranger, id) = shop.stranger().await;
    shop.top_up(id.parse().unwrap(), 1_000).await;
    assert_eq!(refused(&shop.keyed(SEND, &stranger, "k-1", &first).await), (409, "above_single_limit"));
    // A key that was used for an account that is closed now still says what became of it.
    let closed = SetPartyStatus { party: payee_id.parse().unwrap(), status: PartyStatus::Closed };
    shop.door.ask(closed).await.unwrap();
    assert_eq!(shop.offered_again(&token, "k-2", &by_code).await["no"], scanned["no"]);
    assert_eq!(refused(&shop.keyed(SEND, &token, "k-3", &by_code).await), (404, "payee_not_found"));
}

#[tokio::test]
async fn what_was_offered_is_told_again_though_nobody_has_its_login_any_more() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let (payee, _) = shop.register(PAYEE_PHONE).await;
    let mut body = to(PAYEE_PHONE, "1.00");
    body["remark"] = json!("lunch");
    let offer = shop.offered(&token, "k-1", &body).await;
    let mut nobody = body.clone();
    nobody["to"] = json!("13900009999");
    let said = shop.keyed(SEND, &token, "k-1", &nobody).await;
    assert_eq!(refused(&said), (409, "key_reused"), "its payee is there: another login is another wish");
    let code = shop.code(PAYEE_PHONE, "close_account").await;
    let close = json!({ "to": PAYEE_PHONE, "code": code, "forget": true });
    let closed = shop.api("POST", "/api/v1/me/close", &payee, &close).await;
    assert_eq!(closed.0, StatusCode::OK, "{}", closed.1);
    assert_eq!(shop.offered_again(&token, "k-1", &body).await["no"], offer["no"]);
    for (field, value) in [("amount", "1.01"), ("remark", "tea"), ("arrival", "2h"), ("to", BUYER)] {
        let mut other = body.clone();
        other[field] = json!(value);
        assert_eq!(refused(&shop.keyed(SEND, &token, "k-1", &other).await), (409, "key_reused"), "{other}");
    }
    assert_eq!(refused(&shop.keyed(SEND, &token, "k-2", &body).await), (404, "payee_not_found"));
}

#[tokio::test]
async fn an_amount_in_a_code_binds_and_its_remark_is_said_where_none_is() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let (payee, _) = shop.register(PAYEE_PHONE).await;
    let code = shop.collect_token(&payee, "?amount=12.3&remark=lunch").await;
    let sent = |amount: &str| json!({ "collect": code, "amount": amount });
    for amount in ["12.29", "0.01", "99.00"] {
        let said = shop.keyed(SEND, &token, "k-1", &sent(amount)).await;
        assert_eq!(refused(&said), (409, "changed"), "{amount}");
    }
    let offer = shop.offered(&token, "k-1", &sent("12.30")).await;
    assert_eq!((&offer["amount"], &offer["remark"]), (&json!("12.30"), &json!("lunch")), "{offer}");
    assert_eq!(offer["payee_login"], "139****0002");
    let mut own_words = sent("12.30");
    own_words["remark"] = json!("thanks");
    assert_eq!(shop.offered(&token, "k-2", &own_words).await["remark"], "thanks");
}

#[tokio::test]
async fn what_was_offered_is_told_again_though_its_payee_is_listed_since() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let listed = shop.another_buyer("tom@example.com").await;
    let body = to("tom@example.com", "1.00");
    let offer = shop.offered(&token, "k-1", &body).await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{listed},,,own,mule\n")).await;
    assert_eq!(shop.offered_again(&token, "k-1", &body).await["no"], offer["no"]);
    assert_eq!(refused(&shop.keyed(SEND, &token, "k-2", &body).await), (409, "risk"));
}

#[tokio::test]
async fn a_transfer_that_cannot_be_is_refused_with_its_reason() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let own_code = shop.collect_token(&token, "").await;
    let own = json!({ "collect": own_code, "amount": "1.00" });
    let both = json!({ "to": BUYER, "collect": own_code, "amount": "1.00" });
    let with = |field: &str, value: &str| {
        let mut body = to(BUYER, "1.00");
        body[field] = json!(value);
        body
    };
    for (body, status, code) in [
        (json!({ "amount": "1.00" }), 400, "bad_request"),
        (both, 400, "bad_request"),
        (json!({ "to_user": shop.buyer.to_string(), "amount": "1.00" }), 400, "bad_request"),
        (json!({ "collect": shop.buyer.to_string(), "amount": "1.00" }), 404, "code_unknown"),
        (json!({ "collect": format!("{own_code}x"), "amount": "1.00" }), 404, "code_unknown"),
        (with("to", "nobody@example.com"), 404, "payee_not_found"),
        (with("to", PHONE), 409, "payee_is_payer"),
        (own, 409, "payee_is_payer"),
        (with("amount", "1.001"), 400, "bad_amount"),
        (with("amount", "0.00"), 400, "bad_amount"),
        (with("amount", "100.01"), 409, "balance_too_low"),
        (with("amount", "99999999.00"), 409, "above_single_limit"),
        (with("remark", "two\nlines"), 400, "bad_remark"),
        (with("remark", &"x".repeat(201)), 400, "bad_remark"),
        (with("arrival", "3h"), 400, "bad_request"),
        (with("title", "x"), 400, "bad_request"),
    ] {
        let said = shop.keyed(SEND, &token, "k", &body).await;
        assert_eq!(refused(&said), (status, code), "{body}");
    }
    assert_eq!(refused(&shop.api("POST", SEND, &token, &to(BUYER, "1.00")).await), (400, "key_missing"));

    let offer = shop.offered(&token, "k-1", &to(BUYER, "1.00")).await;
    let (stranger, _) = shop.stranger().await;
    for act in ["confirm", "confirm/options", "cancel"] {
        let said = shop.on_transfer(&stranger, &offer, act, &by_password()).await;
        assert_eq!(refused(&said), (404, "transfer_not_found"), "{act}");
    }
    assert_eq!(refused(&shop.transfer(&stranger, &offer).await), (404, "transfer_not_found"));
    let unreadable = json!({ "no": "x" });
    assert_eq!(refused(&shop.transfer(&token, &unreadable).await), (404, "transfer_not_found"));
    for body in [json!({}), json!({ "challenge_id": "c" })] {
        assert_eq!(refused(&shop.on_transfer(&token, &offer, "confirm", &body).await), (400, "bad_request"));
    }
    let stopped = shop.api("POST", "/api/v1/me/stop-payment", &token, &Value::Null).await;
    assert_eq!(stopped.0, StatusCode::OK);
    let said = shop.on_transfer(&token, &offer, "confirm", &by_password()).await;
    assert_eq!(refused(&said), (409, "payer_stopped"));
    assert_eq!(refused(&shop.keyed(SEND, &token, "k-2", &to(BUYER, "1.00")).await), (409, "payer_stopped"));
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn what_waits_is_called_back_and_what_nobody_confirmed_is_over() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let later = json!({ "to": BUYER, "amount": "10.00", "arrival": "2h" });
    let offer = shop.offered(&token, "k-1", &later).await;
    let (_, waits) = shop.on_transfer(&token, &offer, "confirm", &by_password()).await;
    assert_eq!((&waits["state"], &waits["arrival"]), (&json!("waiting"), &json!("2h")), "{waits}");
    assert!(waits["arrives_at"].as_str().unwrap().ends_with("+08:00"), "{waits}");
    assert_eq!(shop.balance(party).await, 9_000);
    for _twice in 0..2 {
        let (status, back) = shop.on_transfer(&token, &offer, "cancel", &Value::Null).await;
        assert_eq!((status, &back["state"]), (StatusCode::OK, &json!("cancelled")), "{back}");
    }
    assert_eq!(shop.balance(party).await, 10_000);
    let (status, over) =
        shop.on_transfer(&token, &offer, "confirm", &json!({ "pay_password": "604417" })).await;
    assert_eq!((status, &over["state"]), (StatusCode::OK, &json!("cancelled")), "it is told as it stands");

    let slow = shop.offered(&token, "k-2", &to(BUYER, "1.00")).await;
    shop.now_us.fetch_add(HOUR_US, Ordering::Relaxed);
    let said = shop.on_transfer(&token, &slow, "confirm", &by_password()).await;
    assert_eq!(refused(&said), (409, "already_cancelled"));
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn a_passkey_pays_the_transfer_that_asked_and_no_other() {
    let shop = Shop::open_at(SITE).await;
    let (token, party): (String, PartyId) = shop.person().await;
    let large = shop.offered(&token, "k-1", &to(BUYER, "50.00")).await;
    let small = shop.offered(&token, "k-2", &to(BUYER, "1.00")).await;
    let none = shop.on_transfer(&token, &small, "confirm/options", &Value::Null).await;
    assert_eq!(refused(&none), (409, "no_passkey"));
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let mut proofs = Vec::new();
    for _twice in 0..2 {
        let (status, options) = shop.on_transfer(&token, &small, "confirm/options", &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        let credential = sign(&mut key, SITE, &options).await;
        proofs.push(json!({ "challenge_id": options["challenge_id"], "credential": credential }));
    }
    let said = shop.on_transfer(&token, &large, "confirm", &proofs[0]).await;
    assert_eq!(refused(&said), (403, "wrong_passkey"));
    assert_eq!(shop.balance(party).await, 10_000);
    let (status, sent) = shop.on_transfer(&token, &small, "confirm", &proofs[1]).await;
    assert_eq!((status, &sent["state"]), (StatusCode::OK, &json!("done")), "{sent}");
    assert_eq!(shop.balance(party).await, 9_900);
}
