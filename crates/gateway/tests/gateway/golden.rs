//! Whole answers, frozen to the byte. A change here is a change for every client.

use crate::client::Answer;
use crate::methods::pay;
use crate::shop::Shop;

/// The answer without what differs from run to run.
fn frozen(answer: &Answer, trade_no: &str) -> String {
    let sign = answer.sign.as_deref().unwrap();
    let text = answer.text().replace(sign, "<sign>");
    if trade_no.is_empty() { text } else { text.replace(trade_no, "<no>") }
}

#[tokio::test]
async fn answers_are_frozen() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let paid = pay(&shop, &client, "T1", "8.88").await;
    let no = paid.get("trade_no");
    let buyer = shop.alice.to_string();
    let golden = |text: &str| text.replace("<buyer>", &buyer);
    assert_eq!(
        frozen(&paid, &no),
        golden(
            "{\"alipay_trade_pay_response\":{\"code\":\"10000\",\"msg\":\"Success\",\
            \"buyer_logon_id\":\"al***@example.com\",\"buyer_pay_amount\":\"8.88\",\"buyer_user_id\":\"<buyer>\",\
            \"fund_bill_list\":[{\"amount\":\"8.88\",\"fund_channel\":\"ALIPAYACCOUNT\"}],\
            \"gmt_payment\":\"2026-01-02 03:04:05\",\"invoice_amount\":\"8.88\",\"out_trade_no\":\"T1\",\
            \"point_amount\":\"0.00\",\"receipt_amount\":\"8.88\",\"total_amount\":\"8.88\",\"trade_no\":\"<no>\"},\
            \"sign\":\"<sign>\"}"
        )
    );
    let found = client.call("alipay.trade.query", r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!(
        frozen(&found, &no),
        golden(
            "{\"alipay_trade_query_response\":{\"code\":\"10000\",\"msg\":\"Success\",\
            \"buyer_logon_id\":\"al***@example.com\",\"buyer_pay_amount\":\"8.88\",\"buyer_user_id\":\"<buyer>\",\
            \"buyer_user_type\":\"PRIVATE\",\"invoice_amount\":\"8.88\",\"out_trade_no\":\"T1\",\
            \"point_amount\":\"0.00\",\"receipt_amount\":\"8.88\",\"send_pay_date\":\"2026-01-02 03:04:05\",\
            \"subject\":\"苹果 a\",\"total_amount\":\"8.88\",\"trade_no\":\"<no>\",\"trade_status\":\"TRADE_SUCCESS\"},\
            \"sign\":\"<sign>\"}"
        )
    );
    let nobody = client.call("alipay.trade.query", r#"{"out_trade_no":"N1"}"#).await;
    assert_eq!(
        frozen(&nobody, ""),
        "{\"alipay_trade_query_response\":{\"code\":\"40004\",\"msg\":\"Business Failed\",\
        \"sub_code\":\"ACQ.TRADE_NOT_EXIST\",\"sub_msg\":\"交易不存在\",\"buyer_pay_amount\":\"0.00\",\
        \"invoice_amount\":\"0.00\",\"out_trade_no\":\"N1\",\"point_amount\":\"0.00\",\"receipt_amount\":\"0.00\"},\
        \"sign\":\"<sign>\"}"
    );
    let cancelled = client.call("alipay.trade.cancel", r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!(
        frozen(&cancelled, &no),
        "{\"alipay_trade_cancel_response\":{\"code\":\"10000\",\"msg\":\"Success\",\"action\":\"refund\",\
        \"out_trade_no\":\"T1\",\"retry_flag\":\"N\",\"trade_no\":\"<no>\"},\"sign\":\"<sign>\"}"
    );
}

#[tokio::test]
async fn slashes_are_escaped_and_the_certificate_stands_before_the_sign() {
    let shop = Shop::open().await;
    let client = shop.cert_client().await;
    let made = client
        .call("alipay.trade.precreate", r#"{"out_trade_no":"Q1","total_amount":"1","subject":"s"}"#)
        .await;
    let token = made.get("qr_code").rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        frozen(&made, "").replace(&token, "<token>").replace(&shop.world.platform.cert_sn, "<sn>"),
        "{\"alipay_trade_precreate_response\":{\"code\":\"10000\",\"msg\":\"Success\",\"out_trade_no\":\"Q1\",\
        \"qr_code\":\"http:\\/\\/127.0.0.1:8080\\/qr\\/<token>\"},\"alipay_cert_sn\":\"<sn>\",\"sign\":\"<sign>\"}"
    );
}
