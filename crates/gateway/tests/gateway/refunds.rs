//! Refunds and their queries.

use crate::client::{Answer, Client};
use crate::methods::{pay, query};
use crate::shop::Shop;
use base::DAY_US;
use people::PartyStatus;

async fn refund(client: &Client, number: &str, amount: &str, request_no: &str) -> Answer {
    let request_no =
        if request_no.is_empty() { String::new() } else { format!(r#","out_request_no":"{request_no}""#) };
    let biz = format!(r#"{{"out_trade_no":"{number}","refund_amount":"{amount}"{request_no}}}"#);
    client.call("alipay.trade.refund", &biz).await
}

#[tokio::test]
async fn parts_are_refunded_until_nothing_is_left() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    pay(&shop, &client, "T1", "10").await;
    let first = refund(&client, "T1", "3", "r1").await;
    assert_eq!(
        first.names(),
        [
            "code",
            "msg",
            "buyer_logon_id",
            "buyer_user_id",
            "fund_change",
            "gmt_refund_pay",
            "out_trade_no",
            "refund_fee",
            "send_back_fee",
            "trade_no"
        ]
    );
    let said = |answer: &Answer| {
        (answer.outcome(), answer.get("fund_change"), answer.get("refund_fee"), answer.get("send_back_fee"))
    };
    let done = |change: &str, fee: &str, sent: &str| {
        ("10000".to_owned(), change.to_owned(), fee.to_owned(), sent.to_owned())
    };
    assert_eq!(said(&first), done("Y", "3.00", "3.00"));
    assert_eq!(said(&refund(&client, "T1", "2.5", "r2").await), done("Y", "5.50", "2.50"));
    assert_eq!(
        said(&refund(&client, "T1", "3.00", "r1").await),
        done("N", "3.00", "0.00"),
        "nothing moved now"
    );
    let differs = refund(&client, "T1", "3.01", "r1").await;
    assert_eq!(differs.outcome(), "40004 ACQ.DISCORDANT_REPEAT_REQUEST");
    let more = refund(&client, "T1", "4.51", "r3").await;
    assert_eq!(more.outcome(), "40004 ACQ.REASON_TRADE_REFUND_FEE_ERR");
    assert_eq!(
        (more.get("out_trade_no"), more.get("refund_fee"), more.get("send_back_fee")),
        ("T1".into(), "0.00".into(), "0.00".into())
    );
    assert_eq!(refund(&client, "T1", "1", "").await.outcome(), "40004 ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
    assert_eq!(query(&client, "T1").await.get("trade_status"), "TRADE_SUCCESS");
    assert_eq!(said(&refund(&client, "T1", "4.50", "r3").await), done("Y", "10.00", "4.50"));
    assert_eq!(query(&client, "T1").await.get("trade_status"), "TRADE_CLOSED");
    assert_eq!(refund(&client, "T1", "0.01", "r4").await.outcome(), "40004 ACQ.TRADE_HAS_CLOSE");
}

#[tokio::test]
async fn refunds_are_refused_by_name() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    assert_eq!(refund(&client, "N1", "1", "").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    pay(&shop, &client, "T1", "5000").await;
    assert_eq!(refund(&client, "T1", "5000", "").await.outcome(), "40004 ACQ.TRADE_STATUS_ERROR");
    pay(&shop, &client, "T2", "5").await;
    for (amount, more, expected) in [
        ("0", "", "40004 ACQ.INVALID_PARAMETER"),
        ("-1", "", "40004 ACQ.INVALID_PARAMETER"),
        ("5", r#","refund_currency":"USD""#, "40004 ACQ.CURRENCY_NOT_SUPPORT"),
        ("5", r#","out_request_no":"a&b""#, "40004 ACQ.INVALID_PARAMETER"),
        ("5", r#","refund_royalty_parameters":[{"amount":"1"}]"#, "40004 ACQ.INVALID_PARAMETER"),
    ] {
        let biz = format!(r#"{{"out_trade_no":"T2","refund_amount":"{amount}"{more}}}"#);
        assert_eq!(client.call("alipay.trade.refund", &biz).await.outcome(), expected, "{biz}");
    }
    shop.set_status(shop.alice, PartyStatus::Closed).await;
    assert_eq!(refund(&client, "T2", "5", "").await.outcome(), "40004 ACQ.BUYER_NOT_EXIST");
    assert_eq!(query(&client, "T2").await.get("trade_status"), "TRADE_SUCCESS");
    shop.set_status(shop.alice, PartyStatus::Normal).await;
    shop.advance(365 * DAY_US + base::MINUTE_US);
    let biz = r#"{"out_trade_no":"T2","refund_amount":"5"}"#;
    let late = client.call_with("alipay.trade.refund", biz, &[("timestamp", "2027-01-02 03:04:05")]).await;
    assert_eq!(late.outcome(), "40004 ACQ.TRADE_HAS_FINISHED");
}

#[tokio::test]
async fn a_refund_is_found_by_its_number() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    pay(&shop, &client, "T1", "10").await;
    let biz = r#"{"out_trade_no":"T1","refund_amount":"2.5","out_request_no":"r1","refund_reason":"坏了",
        "query_options":["refund_detail_item_list"]}"#;
    let refunded = client.call("alipay.trade.refund", biz).await;
    let items = refunded.inner()["refund_detail_item_list"].to_string();
    assert_eq!(items, r#"[{"amount":"2.50","fund_channel":"ALIPAYACCOUNT"}]"#);
    let find =
        |number: &str, more: &str| format!(r#"{{"out_trade_no":"{number}","out_request_no":"{more}}}"#);
    let method = "alipay.trade.fastpay.refund.query";
    let known = client.call(method, &find("T1", r#"r1""#)).await;
    assert_eq!(
        known.names(),
        [
            "code",
            "msg",
            "out_request_no",
            "out_trade_no",
            "refund_amount",
            "refund_reason",
            "refund_status",
            "total_amount",
            "trade_no"
        ]
    );
    assert_eq!(
        (known.get("refund_amount"), known.get("refund_status")),
        ("2.50".into(), "REFUND_SUCCESS".into())
    );
    let asked = find("T1", r#"r1","query_options":["refund_detail_item_list","gmt_refund_pay"]"#);
    let asked = client.call(method, &asked).await;
    assert_eq!(
        (asked.get("send_back_fee"), asked.get("gmt_refund_pay")),
        ("2.50".into(), "2026-01-02 03:04:05".into())
    );
    assert_eq!(client.call(method, &find("T1", r#"r2""#)).await.names(), ["code", "msg"]);
    assert_eq!(client.call(method, &find("T9", r#"r1""#)).await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    assert_eq!(
        client.call(method, r#"{"out_trade_no":"T1"}"#).await.outcome(),
        "40004 ACQ.INVALID_PARAMETER"
    );
}
