//! Each method: what it does and what it says, on both paths.

use crate::client::{Answer, Client};
use crate::shop::{Shop, yuan};
use base::{DAY_US, MINUTE_US};
use people::PartyStatus;

pub async fn pay(shop: &Shop, client: &Client, number: &str, amount: &str) -> Answer {
    let code = shop.pay_code(shop.alice).await;
    let biz = format!(
        r#"{{"out_trade_no":"{number}","total_amount":"{amount}","subject":"苹果 a",
        "scene":"bar_code","auth_code":"{code}"}}"#
    );
    client.call("alipay.trade.pay", &biz).await
}

pub async fn query(client: &Client, number: &str) -> Answer {
    client.call("alipay.trade.query", &format!(r#"{{"out_trade_no":"{number}"}}"#)).await
}

#[tokio::test]
async fn a_code_is_paid_at_once() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let paid = pay(&shop, &client, "T1", "8.88").await;
    assert_eq!(paid.outcome(), "10000");
    assert_eq!(
        paid.names(),
        [
            "code",
            "msg",
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
        ]
    );
    assert_eq!(paid.get("buyer_logon_id"), "al***@example.com");
    assert_eq!(paid.get("buyer_user_id"), shop.alice.to_string());
    assert_eq!(paid.get("gmt_payment"), "2026-01-02 03:04:05");
    assert_eq!(
        paid.inner()["fund_bill_list"].to_string(),
        r#"[{"amount":"8.88","fund_channel":"ALIPAYACCOUNT"}]"#
    );
    for (name, amount) in [("total_amount", "8.88"), ("receipt_amount", "8.88"), ("point_amount", "0.00")] {
        assert_eq!(paid.get(name), amount, "{name}");
    }
}

#[tokio::test]
async fn a_code_above_the_limit_waits_for_the_password() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let waiting = pay(&shop, &client, "T1", "5000").await;
    assert_eq!(
        (waiting.outcome().as_str(), waiting.get("msg").as_str()),
        ("10003", " order success pay inprocess")
    );
    assert_eq!(
        waiting.names(),
        [
            "code",
            "msg",
            "buyer_logon_id",
            "buyer_pay_amount",
            "buyer_user_id",
            "invoice_amount",
            "out_trade_no",
            "point_amount",
            "receipt_amount",
            "total_amount",
            "trade_no"
        ]
    );
    assert_eq!(
        (waiting.get("total_amount"), waiting.get("buyer_pay_amount")),
        ("5000.00".into(), "0.00".into())
    );
    assert_eq!(query(&client, "T1").await.get("trade_status"), "WAIT_BUYER_PAY");
    shop.confirm(waiting.get("trade_no").parse().unwrap(), shop.alice).await;
    assert_eq!(query(&client, "T1").await.get("trade_status"), "TRADE_SUCCESS");
}

#[tokio::test]
async fn payments_are_refused_by_name() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let by = |number: &str, amount: &str, subject: &str, code: &str| {
        format!(
            r#"{{"out_trade_no":"{number}","total_amount":"{amount}","subject":"{subject}","auth_code":"{code}"}}"#
        )
    };
    let unknown = client.call("alipay.trade.pay", &by("T0", "1", "s", "288888888888888888")).await;
    assert_eq!(unknown.outcome(), "40004 ACQ.PAYMENT_AUTH_CODE_INVALID");
    assert_eq!((unknown.get("out_trade_no"), unknown.get("receipt_amount")), ("T0".into(), "0.00".into()));

    let poor = shop.pay_code(shop.bob).await;
    let refused = client.call("alipay.trade.pay", &by("T1", "1.01", "s", &poor)).await;
    assert_eq!(refused.outcome(), "40004 ACQ.BUYER_BALANCE_NOT_ENOUGH");
    let again = client.call("alipay.trade.pay", &by("T1", "1.01", "s", &poor)).await;
    assert_eq!(again.outcome(), refused.outcome(), "the same attempt gets the same answer");

    assert_eq!(pay(&shop, &client, "T2", "1").await.outcome(), "10000");
    let code = shop.pay_code(shop.alice).await;
    for (amount, subject, expected) in [
        ("2", "苹果 a", "40004 ACQ.CONTEXT_INCONSISTENT"),
        ("1", "other", "40004 ACQ.CONTEXT_INCONSISTENT"),
        ("1", "苹果 a", "40004 ACQ.TRADE_HAS_SUCCESS"),
    ] {
        let said = client.call("alipay.trade.pay", &by("T2", amount, subject, &code)).await;
        assert_eq!(said.outcome(), expected, "{amount} {subject}");
    }
    let inconsistent = client.call("alipay.trade.pay", &by("T2", "2", "苹果 a", &code)).await;
    assert!(inconsistent.get("sub_msg").contains("total_amount"), "the field is named");

    let own = shop.pay_code(shop.seller).await;
    let own = client.call("alipay.trade.pay", &by("T3", "1", "s", &own)).await;
    assert_eq!(own.outcome(), "40004 ACQ.BUYER_SELLER_EQUAL");
    let large = client.call("alipay.trade.pay", &by("T4", "100000000.01", "s", &code)).await;
    assert_eq!(large.outcome(), "40004 ACQ.TOTAL_FEE_EXCEED");
    shop.set_status(shop.alice, PartyStatus::Frozen).await;
    assert_eq!(pay(&shop, &client, "T5", "1").await.outcome(), "40004 ACQ.BUYER_ENABLE_STATUS_FORBID");
    shop.set_status(shop.seller, PartyStatus::Frozen).await;
    assert_eq!(pay(&shop, &client, "T6", "1").await.outcome(), "40004 ACQ.SELLER_BEEN_BLOCKED");
}

#[tokio::test]
async fn a_code_order_exists_once_it_is_scanned() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let biz = r#"{"out_trade_no":"Q1","total_amount":"3.00","subject":"s"}"#;
    let made = client.call("alipay.trade.precreate", biz).await;
    assert_eq!(made.names(), ["code", "msg", "out_trade_no", "qr_code"]);
    let again = client.call("alipay.trade.precreate", biz).await;
    assert_eq!(again.get("qr_code"), made.get("qr_code"), "the same request gives the same code");
    assert_eq!(query(&client, "Q1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");

    let token = made.get("qr_code").rsplit('/').next().unwrap().to_owned();
    let order_no = shop.world.secrets.order_of_token(&token).unwrap();
    shop.claim(order_no, shop.alice).await;
    assert_eq!(query(&client, "Q1").await.get("trade_status"), "WAIT_BUYER_PAY");
    let other = client.call("alipay.trade.precreate", &biz.replace("3.00", "3.01")).await;
    assert_eq!(other.outcome(), "40004 ACQ.CONTEXT_INCONSISTENT");
    assert_eq!(other.get("out_trade_no"), "Q1");
}

#[tokio::test]
async fn a_trade_is_created_for_a_named_buyer() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let biz = |buyer: &str| format!(r#"{{"out_trade_no":"C1","total_amount":"3","subject":"s",{buyer}}}"#);
    for (buyer, expected) in [
        (r#""buyer_id":"2088999999999999""#.to_owned(), "40004 ACQ.BUYER_NOT_EXIST"),
        (r#""buyer_logon_id":"nobody@example.com""#.to_owned(), "40004 ACQ.BUYER_NOT_EXIST"),
        (r#""buyer_id":"2088x""#.to_owned(), "40004 ACQ.INVALID_PARAMETER"),
        (r#""buyer_open_id":"o""#.to_owned(), "40004 ACQ.INVALID_PARAMETER"),
        (format!(r#""buyer_id":"{}""#, shop.seller), "40004 ACQ.BUYER_SELLER_EQUAL"),
    ] {
        assert_eq!(client.call("alipay.trade.create", &biz(&buyer)).await.outcome(), expected, "{buyer}");
        assert_eq!(query(&client, "C1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST", "{buyer}");
    }
    let made = client.call("alipay.trade.create", &biz(r#""buyer_logon_id":"Alice@Example.com""#)).await;
    assert_eq!(made.names(), ["code", "msg", "out_trade_no", "trade_no"]);
    let same = client.call("alipay.trade.create", &biz(&format!(r#""buyer_id":"{}""#, shop.alice))).await;
    assert_eq!(same.get("trade_no"), made.get("trade_no"));
    let found = query(&client, "C1").await;
    assert_eq!(
        (found.get("trade_status"), found.get("receipt_amount")),
        ("WAIT_BUYER_PAY".into(), "0.00".into())
    );
    assert!(!found.names().contains(&"send_pay_date".to_owned()));
}

#[tokio::test]
async fn a_query_tells_what_is_stored() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let biz = format!(
        r#"{{"out_trade_no":"T1","total_amount":1.5,"subject":"😀 s","body":"a/b {{","auth_code":"{code}","store_id":"S",
        "terminal_id":"K","operator_id":"O","passback_params":"a%3D1","product_code":"FACE_TO_FACE_PAYMENT",
        "goods_detail":[{{"goods_id":"g","goods_name":"n","quantity":1,"price":"1.50"}}],"what_is_this":{{"a":[1]}}}}"#
    );
    let paid = client.call("alipay.trade.pay", &biz).await;
    assert_eq!(paid.outcome(), "10000");
    let found = query(&client, "T1").await;
    assert_eq!(
        found.names(),
        [
            "code",
            "msg",
            "body",
            "buyer_logon_id",
            "buyer_pay_amount",
            "buyer_user_id",
            "buyer_user_type",
            "invoice_amount",
            "out_trade_no",
            "passback_params",
            "point_amount",
            "receipt_amount",
            "send_pay_date",
            "store_id",
            "subject",
            "terminal_id",
            "total_amount",
            "trade_no",
            "trade_status"
        ]
    );
    assert_eq!((found.get("subject"), found.get("body")), ("😀 s".into(), "a/b {".into()));
    let both = format!(
        r#"{{"trade_no":"{}","out_trade_no":"whatever","query_options":["fund_bill_list"]}}"#,
        paid.get("trade_no")
    );
    let both = client.call("alipay.trade.query", &both).await;
    assert_eq!(both.get("out_trade_no"), "T1", "trade_no wins");
    assert!(both.names().contains(&"fund_bill_list".to_owned()));

    let nobody = query(&client, "T2").await;
    assert_eq!(
        nobody.names(),
        [
            "code",
            "msg",
            "sub_code",
            "sub_msg",
            "buyer_pay_amount",
            "invoice_amount",
            "out_trade_no",
            "point_amount",
            "receipt_amount"
        ]
    );
    let never_issued =
        client.call("alipay.trade.query", r#"{"trade_no":"2013112011001004330000121536"}"#).await;
    assert_eq!(never_issued.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    assert_eq!(client.call("alipay.trade.query", "{}").await.outcome(), "40004 ACQ.INVALID_PARAMETER");
    assert_eq!(client.call("alipay.trade.query", "").await.outcome(), "40004 ACQ.INVALID_PARAMETER");
    shop.advance(365 * DAY_US + base::MINUTE_US);
    let late = client.params(
        "alipay.trade.query",
        r#"{"out_trade_no":"T1"}"#,
        &[("timestamp", "2027-01-02 03:04:05")],
    );
    assert_eq!(client.post(&client.sign(late)).await.get("trade_status"), "TRADE_FINISHED");
}

#[tokio::test]
async fn closing_ends_what_was_not_paid() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let close = |number: &'static str| format!(r#"{{"out_trade_no":"{number}","operator_id":"o"}}"#);
    let unknown = client.call("alipay.trade.close", &close("N1")).await;
    assert_eq!(
        (unknown.outcome(), unknown.get("out_trade_no")),
        ("40004 ACQ.TRADE_NOT_EXIST".into(), "N1".into())
    );
    pay(&shop, &client, "T1", "5000").await;
    let closed = client.call("alipay.trade.close", &close("T1")).await;
    assert_eq!(closed.names(), ["code", "msg", "out_trade_no", "trade_no"]);
    assert_eq!(query(&client, "T1").await.get("trade_status"), "TRADE_CLOSED");
    let again = client.call("alipay.trade.close", &close("T1")).await;
    assert_eq!(again.outcome(), "40004 ACQ.REASON_TRADE_STATUS_INVALID");
    pay(&shop, &client, "T2", "5").await;
    assert_eq!(
        client.call("alipay.trade.close", &close("T2")).await.outcome(),
        "40004 ACQ.TRADE_STATUS_ERROR"
    );
}

#[tokio::test]
async fn cancelling_undoes_whatever_there_is() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let cancel = |number: &'static str| format!(r#"{{"out_trade_no":"{number}"}}"#);
    for biz in [cancel("N1"), r#"{"out_trade_no":"N1","trade_no":"123"}"#.to_owned()] {
        let unknown = client.call("alipay.trade.cancel", &biz).await;
        assert_eq!(unknown.names(), ["code", "msg", "out_trade_no", "retry_flag"]);
        assert_eq!(unknown.get("retry_flag"), "N");
    }
    pay(&shop, &client, "T1", "5000").await;
    pay(&shop, &client, "T2", "5").await;
    for (number, action) in [("T1", "close"), ("T2", "refund")] {
        for _again in 0..2 {
            let said = client.call("alipay.trade.cancel", &cancel(number)).await;
            assert_eq!((said.outcome(), said.get("action")), ("10000".into(), action.into()));
        }
        assert_eq!(query(&client, number).await.get("trade_status"), "TRADE_CLOSED");
    }
    pay(&shop, &client, "T3", "5").await;
    shop.advance(DAY_US + MINUTE_US);
    let late = client.call("alipay.trade.cancel", &cancel("T3")).await;
    assert_eq!(
        (late.outcome(), late.get("retry_flag")),
        ("40004 ACQ.TRADE_CANCEL_TIME_OUT".into(), "N".into())
    );
    assert_eq!(late.get("out_trade_no"), "T3");
}

#[tokio::test]
async fn times_are_read_as_documented() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let create = |number: &str, time: &str| {
        format!(
            r#"{{"out_trade_no":"{number}","total_amount":"1","subject":"s","buyer_id":"{}",{time}}}"#,
            shop.alice
        )
    };
    let passed =
        client.call("alipay.trade.create", &create("E1", r#""time_expire":"2026-01-02 03:04:05""#)).await;
    assert_eq!(passed.outcome(), "40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR");
    let both = create("E2", r#""timeout_express":"1m","time_expire":"2026-01-02 03:14:05""#);
    assert_eq!(client.call("alipay.trade.create", &both).await.outcome(), "10000");
    shop.advance(5 * MINUTE_US);
    assert_eq!(client.call("alipay.trade.create", &both).await.outcome(), "10000", "the absolute time wins");
    shop.advance(6 * MINUTE_US);
    assert_eq!(client.call("alipay.trade.create", &both).await.outcome(), "40004 ACQ.TRADE_HAS_CLOSE");
}

#[tokio::test]
async fn the_certificate_can_be_fetched() {
    let shop = Shop::open().await;
    for client in [shop.client().await, shop.cert_client().await] {
        let biz = format!(r#"{{"alipay_cert_sn":"{}"}}"#, shop.world.platform.cert_sn);
        let more = [("version", "-")];
        let found = client.call_with("alipay.open.app.alipaycert.download", &biz, &more).await;
        assert_eq!(found.outcome(), "10000");
        let content = found.get("alipay_cert_content");
        assert!(content.starts_with("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"), "base64 of PEM: {content}");
        let other =
            client.call_with("alipay.open.app.alipaycert.download", r#"{"alipay_cert_sn":"0"}"#, &more).await;
        assert_eq!(other.outcome(), "40002 isv.alipay-cert-not-exist");
        let none = client.call_with("alipay.open.app.alipaycert.download", "{}", &more).await;
        assert_eq!(none.outcome(), "40002 isv.invalid-parameter");
    }
}

#[tokio::test]
async fn another_merchants_orders_are_not_there() {
    let shop = Shop::open().await;
    let mine = shop.client().await;
    let other = shop.merchant("other@example.com").await;
    let stranger = shop.client_of(other, crate::shop::OTHER_KEY, false, false).await;
    let paid = pay(&shop, &mine, "T1", "5").await;
    for name in [format!(r#""trade_no":"{}""#, paid.get("trade_no")), r#""out_trade_no":"T1""#.to_owned()] {
        for (method, more) in [
            ("query", ""),
            ("close", ""),
            ("refund", r#","refund_amount":"5""#),
            ("fastpay.refund.query", r#","out_request_no":"1""#),
        ] {
            let said = stranger.call(&format!("alipay.trade.{method}"), &format!("{{{name}{more}}}")).await;
            assert_eq!(said.outcome(), "40004 ACQ.TRADE_NOT_EXIST", "{method} {name}");
        }
        let said = stranger.call("alipay.trade.cancel", &format!("{{{name}}}")).await;
        assert_eq!((said.outcome(), said.get("action")), ("10000".into(), String::new()));
    }
    assert_eq!(query(&mine, "T1").await.get("trade_status"), "TRADE_SUCCESS");
    assert_eq!(pay(&shop, &stranger, "T1", "6").await.outcome(), "10000", "numbers are each merchant's own");
    assert_eq!(yuan(500).to_string(), "5.00");
}
