//! Money from person to person: by the sandbox API, and in the wallet.

use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop};
use axum::http::StatusCode;
use engine::SetPartyStatus;
use people::PartyStatus;
use serde_json::{Value, json};

const TOM: &str = "tom@example.com";

pub(crate) async fn send(shop: &Shop, more: Value) -> (StatusCode, Value) {
    let mut body = json!({ "login": BUYER, "pay_password": PASSWORD, "payee": TOM, "amount": "10.00" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    shop.call("/sandbox/transfers", body).await
}

async fn listed(shop: &Shop, login: &str) -> Value {
    shop.wait_posted().await;
    shop.get(&format!("/sandbox/transfers?login={login}")).await.1
}

#[tokio::test]
async fn a_call_sends_money_and_says_before_it_moves_that_the_payee_is_unknown() {
    let shop = Shop::open().await;
    shop.another_buyer(TOM).await;
    let (status, unknown) = send(&shop, json!({})).await;
    assert_eq!((status, &unknown["error"]["code"]), (StatusCode::CONFLICT, &json!("payee_unknown")));
    assert!(unknown["error"]["message"].as_str().unwrap().contains("to***@example.com"), "{unknown}");
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    let (status, sent) = send(&shop, json!({ "accept_unknown": true, "remark": "午饭" })).await;
    assert_eq!((status, &sent["status"]), (StatusCode::OK, &json!("SUCCESS")), "{sent}");
    assert_eq!((&sent["payee_login"], &sent["arrival"]), (&json!("to***@example.com"), &json!("at_once")));
    assert_eq!(shop.balance(shop.buyer).await, 9_000);
    // Now he is known. The same number is the same transfer.
    for _again in 0..2 {
        let (status, known) = send(&shop, json!({ "out_biz_no": "n1" })).await;
        assert_eq!((status, &known["status"]), (StatusCode::OK, &json!("SUCCESS")), "{known}");
        assert_eq!(shop.balance(shop.buyer).await, 8_000);
        shop.wait_posted().await;
    }
    let (mine, his) = (listed(&shop, BUYER).await, listed(&shop, TOM).await);
    // With the one that was not accepted.
    assert_eq!((mine["sent"].as_array().unwrap().len(), mine["received"].as_array().unwrap().len()), (3, 0));
    let had = &his["received"][1];
    assert_eq!((&had["order_id"], &had["amount"]), (&sent["order_id"], &json!("10.00")), "{his}");
}

#[tokio::test]
async fn a_call_is_refused_by_name() {
    let shop = Shop::open().await;
    let tom = shop.another_buyer(TOM).await;
    for (more, code) in [
        (json!({ "login": "nobody@example.com" }), "party_not_found"),
        (json!({ "amount": "1.001" }), "bad_amount"),
        (json!({ "amount": "0" }), "bad_amount"),
        (json!({ "arrival": "soon" }), "bad_request"),
        (json!({ "remark": "a\nb" }), "bad_request"),
        (json!({ "other": 1 }), "bad_request"),
        (json!({ "payee": "nobody@example.com" }), "payee_not_found"),
        (json!({ "payee": BUYER }), "payee_is_payer"),
        (json!({ "amount": "200000.01" }), "above_single_limit"),
        (json!({ "amount": "100.01" }), "balance_too_low"),
        (json!({ "accept_unknown": true, "pay_password": "100001" }), "wrong_password"),
        (json!({ "accept_unknown": true, "pay_password": "1" }), "bad_password"),
        (json!({ "accept_unknown": true, "out_biz_no": "n1" }), ""),
        (json!({ "accept_unknown": true, "out_biz_no": "n1", "amount": "1" }), "number_taken"),
    ] {
        let (status, told) = send(&shop, more.clone()).await;
        let found = told["error"]["code"].as_str().unwrap_or_default();
        assert_eq!(found, code, "{more}: {status} {told}");
    }
    let status = |party, status| shop.door.ask(SetPartyStatus { party, status });
    status(tom, PartyStatus::Closed).await.unwrap();
    assert_eq!(send(&shop, json!({})).await.1["error"]["code"], "payee_blocked");
    status(shop.buyer, PartyStatus::Frozen).await.unwrap();
    assert_eq!(send(&shop, json!({})).await.1["error"]["code"], "payer_blocked");
    assert_eq!(shop.balance(shop.buyer).await, 9_000);
}

#[tokio::test]
async fn a_waiting_transfer_is_called_back_by_a_call() {
    let shop = Shop::open().await;
    shop.another_buyer(TOM).await;
    let (_, waits) = send(&shop, json!({ "accept_unknown": true, "arrival": "24h" })).await;
    assert_eq!((&waits["status"], &waits["arrival"]), (&json!("DEALING"), &json!("24h")), "{waits}");
    assert!(waits["arrives_at"].is_string() && waits["ended_at"].is_null(), "{waits}");
    assert_eq!(shop.balance(shop.buyer).await, 9_000);
    let path = |no: &Value| format!("/sandbox/transfers/{}/cancel", no.as_str().unwrap());
    let by = |login: &str| json!({ "login": login });
    let other = shop.call(&path(&waits["order_id"]), by(TOM)).await.1;
    assert_eq!(other["error"]["code"], "transfer_not_found");
    for _again in 0..2 {
        let (status, back) = shop.call(&path(&waits["order_id"]), by(BUYER)).await;
        assert_eq!((status, &back["status"]), (StatusCode::OK, &json!("CLOSED")), "{back}");
    }
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    let (_, gone) = send(&shop, json!({ "accept_unknown": true })).await;
    let late = shop.call(&path(&gone["order_id"]), by(BUYER)).await.1;
    assert_eq!(late["error"]["code"], "already_sent");
    assert_eq!(shop.call("/sandbox/transfers/1/cancel", by(BUYER)).await.1["error"]["code"], "bad_order_id");
}

async fn sign_in(browser: &mut Browser, login: &str) -> Page {
    let csrf = browser.get("/wallet/transfers").await.csrf();
    let fields =
        [("csrf", csrf.as_str()), ("next", "transfers"), ("login", login), ("pay_password", PASSWORD)];
    browser.post("/wallet/sign-in", &fields).await
}

/// The value of a hidden field.
fn hidden(page: &Page, name: &str) -> String {
    let (_, rest) = page.html.split_once(&format!("name=\"{name}\" value=\"")).expect("the field is there");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_wallet_shows_the_payee_masked_and_sends_with_the_password() {
    let shop = Shop::open().await;
    shop.another_buyer(TOM).await;
    let mut browser = shop.browser();
    assert_eq!(sign_in(&mut browser, BUYER).await.location, "/wallet/transfers");
    assert!(browser.get("/wallet").await.html.contains("/wallet/transfers"));
    let page = browser.get("/wallet/transfers").await;
    let (csrf, number) = (page.csrf(), hidden(&page, "number"));
    let ask = |payee: &'static str, amount: &'static str, arrival: &'static str| {
        let fields = [("csrf", csrf.as_str()), ("number", number.as_str())];
        [fields[0], fields[1], ("payee", payee), ("amount", amount), ("arrival", arrival), ("remark", "<b>")]
    };
    for (payee, amount, words) in [
        ("nobody@example.com", "5", "没有找到收款账号"),
        (BUYER, "5", "不能转账给自己"),
        (TOM, "x", "请输入正确的金额"),
        (TOM, "0", "请输入正确的金额"),
        (TOM, "200000.01", "超过转账限额"),
        (TOM, "100.01", "余额不足"),
    ] {
        let refused = browser.post("/wallet/transfers", &ask(payee, amount, "2h")).await;
        assert!(refused.html.contains(words), "{payee} {amount}: {}", refused.html);
        assert!(refused.html.contains("<option value=\"2h\" selected>"), "what was chosen stays");
    }
    let stolen = [("csrf", "x"), ("payee", TOM), ("amount", "5")];
    assert_eq!(browser.post("/wallet/transfers", &stolen).await.status, StatusCode::FORBIDDEN);
    let offered = browser.post("/wallet/transfers", &ask(TOM, "5", "at_once")).await;
    let twice = browser.post("/wallet/transfers", &ask(TOM, "5", "at_once")).await;
    assert_eq!(offered.location, twice.location, "a form sent twice is one transfer");
    let page = browser.get(&offered.location).await;
    for part in ["to***@example.com", "¥ 5.00", "谨防诈骗", "实时到账", "&#60;b&#62;"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    assert!(!page.html.contains(TOM), "the whole login is not shown");
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    let csrf = page.csrf();
    let path = format!("{}/confirm", offered.location);
    let wrong = browser.post(&path, &[("csrf", csrf.as_str()), ("pay_password", "100001")]).await;
    assert!(wrong.status == StatusCode::FORBIDDEN && wrong.html.contains("支付密码不正确"), "{}", wrong.html);
    let right = [("csrf", csrf.as_str()), ("pay_password", PASSWORD)];
    assert_eq!(browser.post(&path, &right).await.location, offered.location);
    assert_eq!(shop.balance(shop.buyer).await, 9_500);
    assert_eq!(browser.post(&path, &right).await.location, offered.location, "sent twice, it is paid once");
    assert_eq!(shop.balance(shop.buyer).await, 9_500);
    let page = browser.get(&offered.location).await;
    assert!(page.html.contains("已到账") && !page.html.contains("/cancel"), "{}", page.html);
    shop.wait_posted().await;
    assert!(browser.get("/wallet/transfers").await.html.contains(&offered.location));
    let mut his = shop.browser();
    sign_in(&mut his, TOM).await;
    let page = his.get("/wallet/transfers").await;
    assert!(page.html.contains("¥ 5.00") && page.html.contains("li***@example.com"), "{}", page.html);
    assert_eq!(his.get(&offered.location).await.status, StatusCode::NOT_FOUND, "another's transfer");
}

#[tokio::test]
async fn what_waits_is_called_back_in_the_wallet() {
    let shop = Shop::open().await;
    shop.another_buyer(TOM).await;
    let mut browser = shop.browser();
    sign_in(&mut browser, BUYER).await;
    let page = browser.get("/wallet/transfers").await;
    let (csrf, number) = (page.csrf(), hidden(&page, "number"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("number", number.as_str()),
        ("payee", TOM),
        ("amount", "5"),
        ("arrival", "2h"),
    ];
    let path = browser.post("/wallet/transfers", &fields).await.location;
    let page = browser.get(&path).await;
    let csrf = page.csrf();
    let pay = [("csrf", csrf.as_str()), ("pay_password", PASSWORD)];
    browser.post(&format!("{path}/confirm"), &pay).await;
    assert_eq!(shop.balance(shop.buyer).await, 9_500);
    let page = browser.get(&path).await;
    assert!(page.html.contains("等待到账") && page.html.contains("2小时后到账"), "{}", page.html);
    let stolen = browser.post(&format!("{path}/cancel"), &[("csrf", "x")]).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    for _again in 0..2 {
        let back = browser.post(&format!("{path}/cancel"), &[("csrf", csrf.as_str())]).await;
        assert_eq!(back.location, path, "{}", back.html);
    }
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
    assert!(browser.get(&path).await.html.contains("已撤销"));
    let paid = browser.post(&format!("{path}/confirm"), &pay).await;
    assert_eq!(paid.status, StatusCode::CONFLICT);
    assert_eq!(browser.get("/wallet/transfers/1").await.status, StatusCode::NOT_FOUND);
}
