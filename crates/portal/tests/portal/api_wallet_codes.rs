//! Codes that a person shows, over `/api/v1`: to pay at a till, which needs the payment password, and to be paid by.

use crate::api_wallet::{by_password, refused};
use crate::persons::{ID_NUMBER, LOGIN_PASSWORD, PHONE};
use crate::shop::Shop;
use axum::http::StatusCode;
use base::PartyId;
use engine::{PayBy, SetPartyStatus};
use people::PartyStatus;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DRAW: &str = "/api/v1/me/pay-codes";
const NEEDED: (u16, &str) = (403, "pay_password_needed");
const NINE_MINUTES_US: i64 = 540_000_000;

impl Shop {
    async fn draw(&self, token: &str, body: &Value) -> (StatusCode, Value) {
        self.api("POST", DRAW, token, body).await
    }

    /// A code without a password.
    async fn draw_again(&self, token: &str) -> (StatusCode, Value) {
        self.draw(token, &json!({})).await
    }

    async fn signed_in_anew(&self) -> String {
        let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD });
        let (status, said) = self.post("/api/v1/sessions", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["token"].as_str().unwrap().to_owned()
    }

    async fn collect_code(&self, token: &str, query: &str) -> (StatusCode, Value) {
        self.api("GET", &format!("/api/v1/me/collect-code{query}"), token, &Value::Null).await
    }

    async fn scan(&self, token: &str, text: &str) -> (StatusCode, Value) {
        self.api("POST", "/api/v1/codes", token, &json!({ "text": text })).await
    }
}

#[tokio::test]
async fn a_pay_code_is_drawn_after_the_password_and_pays_once() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    assert_eq!(refused(&shop.draw_again(&token).await), NEEDED);
    let wrong = shop.draw(&token, &json!({ "pay_password": "604417" })).await;
    assert_eq!(refused(&wrong), (403, "wrong_password"));
    assert_eq!(refused(&shop.draw(&token, &json!({ "pay_password": "6044" })).await), (400, "bad_password"));
    assert_eq!(refused(&shop.draw(&token, &json!({ "password": "x" })).await), (400, "bad_request"));
    assert_eq!(refused(&shop.draw_again(&token).await), NEEDED, "a wrong one opens nothing");
    let (status, drawn) = shop.draw(&token, &by_password()).await;
    assert_eq!(status, StatusCode::CREATED, "{drawn}");
    let code = drawn["code"].as_str().unwrap();
    assert!(code.len() == 18 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    assert!(drawn["expires_at"].as_str().unwrap().ends_with("+08:00"), "{drawn}");
    for picture in ["bar_svg", "qr_svg"] {
        let svg = drawn[picture].as_str().unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    }
    let (status, next) = shop.draw_again(&token).await;
    assert_eq!(status, StatusCode::CREATED, "{next}");
    assert_ne!(next["code"], code);
    let digest = shop.world.secrets.pay_code_digest(code);
    let pay_by = PayBy { slot: party.slot(), digest };
    assert!(shop.charge(5_00, pay_by).await.unwrap().paid);
    assert!(shop.charge(5_00, pay_by).await.is_err(), "a code works once");
    assert_eq!(shop.balance(party).await, 9_500);
}

#[tokio::test]
async fn the_password_stands_for_ten_minutes_for_the_session_that_gave_it() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    let given = async |token: &str| {
        let (status, said) = shop.draw(token, &by_password()).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
    };
    let other = shop.signed_in_anew().await;
    given(&token).await;
    assert_eq!(refused(&shop.draw_again(&other).await), NEEDED, "another session of the same person");
    shop.now_us.fetch_add(NINE_MINUTES_US, Ordering::Relaxed);
    let (status, said) = shop.draw_again(&token).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    // What is drawn without it does not make it last longer.
    shop.now_us.fetch_add(61_000_000, Ordering::Relaxed);
    assert_eq!(refused(&shop.draw_again(&token).await), NEEDED, "too long ago");

    given(&token).await;
    let out = shop.api("DELETE", "/api/v1/sessions/others", &other, &Value::Null).await;
    assert_eq!(out.0, StatusCode::OK, "{}", out.1);
    assert_eq!(shop.draw_again(&token).await.0, StatusCode::UNAUTHORIZED, "it is signed out");
    given(&other).await;
    let third = shop.signed_in_anew().await;
    shop.api("DELETE", "/api/v1/sessions/others", &other, &Value::Null).await;
    assert_eq!(shop.draw_again(&third).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(refused(&shop.draw_again(&other).await), NEEDED, "whoever signs others out proves it anew");

    given(&other).await;
    let code = shop.code(PHONE, "pay_password").await;
    let set = json!({ "to": PHONE, "code": code, "password": "940173", "id_number": ID_NUMBER });
    let (status, said) = shop.post("/api/v1/pay-password", set).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(
        refused(&shop.draw_again(&other).await),
        NEEDED,
        "a new password makes the old proof worthless"
    );
    assert_eq!(refused(&shop.draw(&other, &by_password()).await), (403, "wrong_password"));
}

#[tokio::test]
async fn a_code_to_collect_by_names_an_account_and_never_a_login() {
    let shop = Shop::open().await;
    let (session, party): (String, PartyId) = shop.person().await;
    let (stranger, _) = shop.stranger().await;
    let (status, drawn) = shop.collect_code(&session, "?amount=12.3&remark=a%20%26%20b").await;
    assert_eq!(status, StatusCode::OK, "{drawn}");
    let text = drawn["text"].as_str().unwrap();
    let token = text.strip_prefix("http://pay.test/app/wallet/#/collect?c=").unwrap();
    assert!(!text.contains(PHONE) && !text.contains(&party.to_string()), "{text}");
    assert!(drawn["qr_svg"].as_str().unwrap().starts_with("<svg "), "{drawn}");
    let (status, found) = shop.scan(&stranger, text).await;
    let collect = json!({ "token": token, "name": "**明", "amount": "12.30", "remark": "a & b" });
    assert_eq!((status, found), (StatusCode::OK, json!({ "kind": "collect", "collect": collect })));

    let (_, open) = shop.collect_code(&stranger, "").await;
    let (_, found) = shop.scan(&session, open["text"].as_str().unwrap()).await;
    let asked = &found["collect"];
    assert_eq!((&asked["amount"], &asked["remark"]), (&Value::Null, &Value::Null));
    let send = json!({ "collect": asked["token"], "amount": "1.00" });
    let (status, offer) = shop.keyed("/api/v1/me/transfers", &session, "k", &send).await;
    assert_eq!((status, &offer["payee_login"]), (StatusCode::CREATED, &json!("139****0055")), "{offer}");

    for (query, code) in [
        ("?amount=0.00", "bad_amount"),
        ("?amount=x", "bad_amount"),
        ("?remark=a%0Ab", "bad_remark"),
        ("?login=x", "bad_request"),
    ] {
        assert_eq!(refused(&shop.collect_code(&session, query).await), (400, code), "{query}");
    }
    let long = format!("?remark={}", "%F0%9F%8D%9C".repeat(200));
    let (status, drawn) = shop.collect_code(&session, &long).await;
    assert_eq!(status, StatusCode::OK, "the longest remark has room: {drawn}");
    let closed = SetPartyStatus { party, status: PartyStatus::Closed };
    shop.door.ask(closed).await.unwrap();
    assert_eq!(refused(&shop.scan(&stranger, text).await), (404, "code_unknown"), "nobody collects any more");
}

#[tokio::test]
async fn nobody_finds_accounts_by_codes_that_were_not_drawn_here() {
    let shop = Shop::open().await;
    let (session, _) = shop.person().await;
    let (stranger, _) = shop.stranger().await;
    let (_, drawn) = shop.collect_code(&session, "?amount=1.00").await;
    let text = drawn["text"].as_str().unwrap();
    assert_eq!(shop.scan(&stranger, text).await.0, StatusCode::OK);
    let page = "/app/wallet/#/collect";
    let (_, token) = text.split_once("?c=").unwrap();
    for text in [
        format!("http://pay.test{page}?u={}", shop.buyer),
        format!("http://pay.test{page}?c={}", shop.buyer),
        format!("http://evil.test{page}?c={token}"),
        format!("{text}x"),
        text[..text.len() - 1].to_owned(),
        text.replacen("?c=", "?c=x", 1),
        token.to_owned(),
    ] {
        assert_eq!(refused(&shop.scan(&stranger, &text).await), (404, "code_unknown"), "{text}");
    }
}
