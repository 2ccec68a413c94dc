//! The v3 interface: what each method says there, in both key modes, and with encrypted content.

use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, Shop, yuan};
use engine::{FindOrder, Which};

async fn paid(shop: &Shop, client: &RestClient, number: &str, amount: &str) -> crate::rest_client::Told {
    let code = shop.pay_code(shop.alice).await;
    let body = format!(
        r#"{{"out_trade_no":"{number}","total_amount":"{amount}","subject":"苹果","auth_code":"{code}"}}"#
    );
    client.post("pay", &body).await
}

#[tokio::test]
async fn every_method_answers_with_its_bare_fields_in_both_modes() {
    let shop = Shop::open().await;
    for (mode, client) in [("k", shop.client().await), ("c", shop.cert_client().await)] {
        let client = RestClient::of(&client);
        let number = |name: &str| format!("{mode}{name}");
        let paid = paid(&shop, &client, &number("1"), "8.88").await;
        assert_eq!(paid.outcome(), "200", "{}", paid.body);
        assert_eq!(paid.headers["content-type"], "application/json;charset=utf-8");
        let names: Vec<String> = paid.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            names,
            [
                "buyer_logon_id",
                "buyer_pay_amount",
                "buyer_user_id",
                "fund_bill_list",
                "gmt_payment",
                "invoice_amount",
                "out_trade_no",
                "point_amount",
                "receipt_amount",
                "total_amount",
                "trade_no"
            ],
            "neither code nor msg nor an envelope"
        );
        let named = |name: &str| format!(r#"{{"out_trade_no":"{}"}}"#, number(name));
        let found = client.post("query", &named("1")).await;
        assert_eq!((found.outcome().as_str(), found.get("trade_status").as_str()), ("200", "TRADE_SUCCESS"));
        let refund = |more: &str| {
            format!(r#"{{"out_trade_no":"{}","refund_amount":3,"out_request_no":"r{more}"}}"#, number("1"))
        };
        let refunded = client.post("refund", &refund("1")).await;
        assert_eq!((refunded.outcome().as_str(), refunded.get("refund_fee").as_str()), ("200", "3.00"));
        let asked = format!(r#"{{"out_trade_no":"{}","out_request_no":"r1"}}"#, number("1"));
        let known = client.post("fastpay/refund/query", &asked).await;
        assert_eq!(known.get("refund_status"), "REFUND_SUCCESS");
        let cancelled = client.post("cancel", &named("1")).await;
        assert_eq!((cancelled.outcome().as_str(), cancelled.get("action").as_str()), ("200", "refund"));

        let order = |name: &str, more: &str| {
            let number = number(name);
            format!(r#"{{"out_trade_no":"{number}","total_amount":"1.00","subject":"a"{more}}}"#)
        };
        let offered = client.post("precreate", &order("2", "")).await;
        assert!(offered.get("qr_code").starts_with("http://127.0.0.1:8080/"), "{}", offered.body);
        let created = client.post("create", &order("3", &format!(r#","buyer_id":"{}""#, shop.alice))).await;
        assert_eq!(created.get("out_trade_no"), number("3"));
        let closed = client.post("close", &named("3")).await;
        assert_eq!((closed.outcome().as_str(), closed.get("out_trade_no")), ("200", number("3")));
        let serial = format!(r#"{{"alipay_cert_sn":"{}"}}"#, shop.world.platform.cert_sn);
        let loaded = client.call("POST", "/v3/alipay/open/app/alipaycert/download", &serial).await;
        assert!(!loaded.get("alipay_cert_content").is_empty());
    }
}

/// There is no code in the answer, so nobody must take a waiting order for a paid one.
#[tokio::test]
async fn an_order_that_waits_for_its_buyer_is_accepted_not_done() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    let waiting = paid(&shop, &client, "T1", "5000").await;
    assert_eq!((waiting.status, waiting.get("buyer_pay_amount").as_str()), (202, "0.00"));
    assert!(waiting.json().get("gmt_payment").is_none());
    let found = client.post("query", r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!(found.get("trade_status"), "WAIT_BUYER_PAY");
}

#[tokio::test]
async fn both_interfaces_show_one_world() {
    let shop = Shop::open().await;
    let v2 = shop.client().await;
    let v3 = RestClient::of(&v2);
    let first = paid(&shop, &v3, "T1", "2").await;
    let found = v2.call("alipay.trade.query", r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!(found.get("trade_no"), first.get("trade_no"));
    let query = v3.post("query", r#"{"out_trade_no":"T1"}"#).await;
    let mut inner = found.inner();
    inner.as_object_mut().unwrap().retain(|name, _| name != "code" && name != "msg");
    assert_eq!(query.json(), inner, "the same members");
}

#[tokio::test]
async fn business_refusals_keep_their_names() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    for (name, body, expected) in [
        ("query", r#"{"out_trade_no":"T9"}"#, "400 ACQ.TRADE_NOT_EXIST"),
        ("query", "{}", "400 ACQ.INVALID_PARAMETER"),
        ("query", "", "400 ACQ.INVALID_PARAMETER"),
        ("close", r#"{"out_trade_no":"T9"}"#, "400 ACQ.TRADE_NOT_EXIST"),
        ("refund", r#"{"out_trade_no":"T9","refund_amount":"1"}"#, "400 ACQ.TRADE_NOT_EXIST"),
        (
            "pay",
            r#"{"out_trade_no":"T9","total_amount":"1","subject":"a","auth_code":"288888888888888888"}"#,
            "400 ACQ.PAYMENT_AUTH_CODE_INVALID",
        ),
    ] {
        let told = client.post(name, body).await;
        assert_eq!(told.outcome(), expected, "{name} {body}");
    }
    assert_eq!(client.post("query", r#"{"out_trade_no":"T8"}"#).await.get("message"), "交易不存在");
}

/// What is not known is a fault of ours, never a failed payment.
#[tokio::test]
async fn an_outcome_that_is_not_known_is_500() {
    let mut shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    shop.stop_cell();
    for name in ["query", "cancel", "refund"] {
        let told = client.post(name, r#"{"out_trade_no":"T1","refund_amount":"1"}"#).await;
        assert_eq!(told.outcome(), "500 SYSTEM_ERROR", "{name}");
    }
}

#[tokio::test]
async fn fields_come_from_the_query_with_any_verb() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    paid(&shop, &client, "T1", "2").await;
    let path = "/v3/alipay/trade/query";
    for verb in ["GET", "DELETE", "POST", "PUT", "PATCH"] {
        let found = client.call(verb, &format!("{path}?out_trade_no=T%31&x=%E6%94%AF+y"), "").await;
        assert_eq!(found.outcome(), "200", "{verb}");
        let split = client.call(verb, &format!("{path}?query_options=fund_bill_list"), T1).await;
        assert!(split.json().get("fund_bill_list").is_some(), "{verb}");
    }
    for (query, expected) in [
        ("out_trade_no=T1&out_trade_no=T2", "400 suspected-attack"),
        ("out_trade_no=%GG", "400 suspected-attack"),
        ("out_trade_no=%FF", "400 suspected-attack"),
    ] {
        let told = client.call("GET", &format!("{path}?{query}"), "").await;
        assert_eq!(told.outcome(), expected, "{query}");
    }
    let twice = client.call("POST", &format!("{path}?out_trade_no=T1"), T1).await;
    assert_eq!(twice.outcome(), "400 illegal-json", "{}", twice.body);
}

const T1: &str = r#"{"out_trade_no":"T1"}"#;

#[tokio::test]
async fn the_verb_may_be_named_in_a_header() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    paid(&shop, &client, "T1", "2").await;
    let ask = client.ask("POST", "/v3/alipay/trade/query", T1);
    // Signed with the verb of the request line, and with the one that stands in its place.
    for signed_verb in ["POST", "PATCH"] {
        let mut ask = client.ask("POST", &ask.uri, T1);
        ask.verb = signed_verb.to_owned();
        let mut ask = client.sign(ask);
        ask.verb = "POST".to_owned();
        ask.headers.push(("x-http-method-override", "patch".to_owned()));
        assert_eq!(client.send(&ask).await.outcome(), "200", "{signed_verb}");
    }
    let mut other = client.ask("POST", &ask.uri, T1);
    other.verb = "PUT".to_owned();
    let mut other = client.sign(other);
    other.verb = "POST".to_owned();
    other.headers.push(("x-http-method-override", "PATCH".to_owned()));
    assert_eq!(client.send(&other).await.outcome(), "401 invalid-signature");
    for verb in ["OPTIONS", "PROPFIND"] {
        assert_eq!(client.call(verb, &ask.uri, T1).await.outcome(), "400 invalid-method", "{verb}");
    }
}

#[tokio::test]
async fn a_world_may_be_named_and_signed_with_or_without_its_name() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    paid(&shop, &client, "T1", "2").await;
    let (short, long) = ("/v3/alipay/trade/query", "/w/default/v3/alipay/trade/query");
    for (sent, signed) in [(short, short), (long, long), (long, short), (short, long)] {
        let mut ask = client.sign(client.ask("POST", signed, T1));
        ask.uri = sent.to_owned();
        assert_eq!(client.send(&ask).await.outcome(), "200", "{sent} {signed}");
    }
    let other = client.exchange(&client.sign(client.ask("POST", "/w/other/v3/alipay/trade/query", T1))).await;
    assert_eq!(other.outcome(), "400 invalid-app-id");
}

#[tokio::test]
async fn addresses_in_the_body_belong_to_the_call() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    let order = |number: &str, url: &str| {
        format!(
            r#"{{"out_trade_no":"{number}","total_amount":"1","subject":"a","buyer_id":"{}",
            "notify_url":"{url}","return_url":"http://shop.example/back"}}"#,
            shop.alice
        )
    };
    let made = client.post("create", &order("T1", "http://shop.example/told")).await;
    assert_eq!(made.outcome(), "200");
    let which = Which::Out(base::Text::new("T1").unwrap());
    let found = shop.door.ask(FindOrder { seller: shop.seller, which }).await.unwrap();
    assert_eq!(found.total(), yuan(100));
    let url = |url: &Option<trade::Url>| url.as_ref().map(|url| url.as_str().to_owned());
    assert_eq!(url(&found.notify_url).as_deref(), Some("http://shop.example/told"));
    assert_eq!(
        client.post("create", &order("T2", "no address")).await.outcome(),
        "400 ACQ.INVALID_PARAMETER"
    );
    let number = r#"{"out_trade_no":"T1","notify_url":["x"]}"#;
    assert_eq!(client.post("query", number).await.outcome(), "400 ACQ.INVALID_PARAMETER");
}

#[tokio::test]
async fn content_is_encrypted_both_ways_and_errors_are_plain() {
    let shop = Shop::open().await;
    let client = RestClient::of(&shop.client_of(shop.seller, APP_KEY, false, true).await);
    let aes = client.aes.clone().unwrap();
    paid(&shop, &client, "T1", "3.21").await;
    let sealed = |plain: &str, kind: &str| {
        let body = if plain.is_empty() { String::new() } else { aes.encrypt(plain.as_bytes()) };
        let mut ask = client.ask("POST", "/v3/alipay/trade/query", &body);
        ask.headers[0].1 = "text/plain".to_owned();
        ask.headers.push(("alipay-encrypt-type", kind.to_owned()));
        client.sign(ask)
    };
    let found = client.send(&sealed(T1, "AES")).await;
    assert_eq!(
        (found.status, &found.headers["content-type"]),
        (200, &"text/plain;charset=utf-8".parse().unwrap())
    );
    let opened = String::from_utf8(aes.decrypt(&found.body).unwrap()).unwrap();
    assert!(opened.contains(r#""total_amount":"3.21""#), "{opened}");
    for (plain, kind, expected) in [
        (r#"{"out_trade_no":"T9"}"#, "AES", "400 ACQ.TRADE_NOT_EXIST"),
        ("[]", "AES", "400 decryption-error-unknown"),
        ("{", "AES", "400 illegal-json"),
        ("", "AES", "400 ACQ.INVALID_PARAMETER"),
        (T1, "DES", "400 invalid-encrypt-type"),
        (T1, "", "400 decryption-error-missing-encrypt-type"),
    ] {
        let told = client.send(&sealed(plain, kind)).await;
        assert_eq!(told.outcome(), expected, "{plain} {kind}");
    }
    let mut broken = client.ask("POST", "/v3/alipay/trade/query", "QUJD");
    broken.headers.push(("alipay-encrypt-type", "AES".to_owned()));
    let broken = client.send(&client.sign(broken)).await;
    assert_eq!(broken.outcome(), "400 decryption-error-unknown");
    let without = RestClient::by_key(&shop).await;
    let mut ask = without.ask("POST", "/v3/alipay/trade/query", T1);
    ask.headers.push(("alipay-encrypt-type", "AES".to_owned()));
    let told = without.send(&without.sign(ask)).await;
    assert_eq!(told.outcome(), "400 decryption-error-not-valid-encrypt-key");
}
