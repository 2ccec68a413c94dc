//! Agreements over the gateway: offered by a browser, signed, queried, debited, postponed, ended.

use crate::client::{Answer, Client};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;
use base::{AgreementNo, PartyId};
use engine::{JudgePassword, SignAgreement, TryPassword};

pub(crate) const PAGE_SIGN: &str = "alipay.user.agreement.page.sign";
const QUERY: &str = "alipay.user.agreement.query";
const UNSIGN: &str = "alipay.user.agreement.unsign";
const MODIFY: &str = "alipay.user.agreement.executionplan.modify";

/// The world begins on 2026-01-02.
pub(crate) const OFFER: &str = r#"{"personal_product_code":"CYCLE_PAY_AUTH_P","product_code":"CYCLE_PAY_AUTH",
    "sign_scene":"INDUSTRY|DIGITAL_MEDIA","external_agreement_no":"E1","access_params":{"channel":"ALIPAYAPP"},
    "period_rule_params":{"period_type":"MONTH","period":1,"execute_time":"2026-01-05","single_amount":"30.00"}}"#;

pub async fn offered(shop: &Shop, client: &Client) -> AgreementNo {
    let text = crate::client::form(&client.sign(client.params(
        PAGE_SIGN,
        OFFER,
        &[("return_url", "https://shop.example/back")],
    )));
    shop.gateway.offer_agreement_text(&text).await.unwrap()
}

pub(crate) async fn sign(shop: &Shop, agreement_no: AgreementNo, buyer: PartyId) {
    let tried = shop.door.ask(TryPassword { party: buyer, about: agreement_no.topic() }).await.unwrap();
    let attempt = tried.attempt;
    shop.door.ask(JudgePassword { party: buyer, attempt, right: true }).await.unwrap();
    shop.door.ask(SignAgreement { agreement_no, buyer, attempt }).await.unwrap();
}

pub(crate) async fn debit(client: &Client, number: &str, amount: &str, agreement_no: &str) -> Answer {
    let biz = format!(
        r#"{{"out_trade_no":"{number}","total_amount":"{amount}","subject":"月费","product_code":"CYCLE_PAY_AUTH",
        "agreement_params":{{"agreement_no":"{agreement_no}"}}}}"#
    );
    client.call("alipay.trade.pay", &biz).await
}

#[tokio::test]
async fn an_agreement_from_its_offer_to_its_end() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let agreement_no = offered(&shop, &client).await;
    let by_no = format!(r#"{{"agreement_no":"{agreement_no}"}}"#);
    assert_eq!(client.call(QUERY, &by_no).await.get("status"), "TEMP");
    let no = agreement_no.to_string();
    assert_eq!(debit(&client, "T0", "30.00", &no).await.outcome(), "40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL");
    assert_eq!(client.call(UNSIGN, &by_no).await.outcome(), "40004 USER_AGREEMENT_STATUS_IS_NOT_NORMAL");
    sign(&shop, agreement_no, shop.alice).await;
    let named = format!(
        r#"{{"alipay_user_id":"{}","personal_product_code":"CYCLE_PAY_AUTH_P","sign_scene":"INDUSTRY|DIGITAL_MEDIA",
        "external_agreement_no":"E1"}}"#,
        shop.alice
    );
    for biz in [&by_no, &named] {
        let found = client.call(QUERY, biz).await;
        assert_eq!((found.outcome(), found.get("status")), ("10000".to_owned(), "NORMAL".to_owned()));
        assert_eq!(found.get("agreement_no"), no);
        assert_eq!(found.get("next_deduct_time"), "2026-01-05");
        assert_eq!(found.get("invalid_time"), "2115-02-01 00:00:00");
        assert_eq!(found.get("principal_id"), shop.alice.to_string());
        assert_eq!(found.get("pricipal_type"), "CARD");
        assert_eq!(
            found.inner()["execution_plans"].to_string(),
            r#"[{"execute_time":"2026-01-05","latest_execute_time":"2026-01-10","period_id":"1","single_amount":"30.00"}]"#
        );
    }
    let paid = debit(&client, "T1", "30.00", &no).await;
    assert_eq!((paid.outcome(), paid.get("total_amount")), ("10000".to_owned(), "30.00".to_owned()));
    assert_eq!(paid.get("buyer_user_id"), shop.alice.to_string());
    assert_eq!(debit(&client, "T1", "30.00", &no).await.get("trade_no"), paid.get("trade_no"));
    assert_eq!(debit(&client, "T2", "30.00", &no).await.outcome(), "40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH");
    assert_eq!(debit(&client, "T2", "30.01", &no).await.outcome(), "40004 ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED");
    let moved = |day: &str| format!(r#"{{"agreement_no":"{no}","deduct_time":"{day}"}}"#);
    assert_eq!(client.call(MODIFY, &moved("2026-02-05")).await.outcome(), "40004 ILLEGAL_EXECUTION_TIME");
    let answer = client.call(MODIFY, &moved("2026-02-20")).await;
    assert_eq!((answer.outcome(), answer.get("deduct_time")), ("10000".to_owned(), "2026-02-20".to_owned()));
    assert_eq!(client.call(QUERY, &by_no).await.get("next_deduct_time"), "2026-02-20");
    assert_eq!(client.call(UNSIGN, &named).await.outcome(), "10000");
    assert_eq!(client.call(UNSIGN, &named).await.outcome(), "40004 AGREEMENT_NOT_EXIST");
    assert_eq!(client.call(QUERY, &by_no).await.outcome(), "40004 USER_AGREEMENT_NOT_EXIST");
    assert_eq!(client.call(MODIFY, &moved("2026-02-21")).await.outcome(), "40004 ILLEGAL_AGREEMENT");
    assert_eq!(debit(&client, "T3", "1.00", &no).await.outcome(), "40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL");
    assert_eq!(debit(&client, "T3", "1.00", "7").await.outcome(), "40004 ACQ.AGREEMENT_NOT_EXIST");
}

#[tokio::test]
async fn a_browser_is_sent_to_the_page_and_a_wallet_hands_over_the_same() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let agreement_no = offered(&shop, &client).await;
    let query = crate::client::form(&client.sign(client.params(PAGE_SIGN, OFFER, &[])));
    let request = Request::get(format!("/gateway.do?{query}")).body(Body::empty()).unwrap();
    let (status, headers, _) = client.exchange(request).await;
    assert_eq!(status, 302);
    let location = headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, shop.world.agreement_url(agreement_no), "the same number is the same offer");
    let text = crate::client::form(&client.sign(client.params(PAGE_SIGN, OFFER, &[])));
    let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let wallet = format!("alipays://platformapi/startapp?appId=60000157&sign_params={escaped}");
    assert_eq!(shop.gateway.offer_agreement_text(&wallet).await.unwrap(), agreement_no);
    assert!(shop.gateway.open_order_text(&text).await.is_err(), "no order");
}

#[tokio::test]
async fn a_text_of_another_kind_is_refused_before_it_does_anything() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let text = |method: &str, biz: &str| crate::client::form(&client.sign(client.params(method, biz, &[])));
    let order = |amount: &str| {
        let biz = format!(r#"{{"out_trade_no":"T1","total_amount":"{amount}","subject":"tea"}}"#);
        text("alipay.trade.app.pay", &biz)
    };
    let refusal = shop.gateway.offer_agreement_text(&order("1.00")).await.unwrap_err();
    assert_eq!(refusal.sub_code, "isv.invalid-method");
    // Its number is free, while an order that was opened keeps its own.
    shop.gateway.open_order_text(&order("2.00")).await.unwrap();
    assert!(shop.gateway.open_order_text(&order("1.00")).await.is_err());
    let refusal = shop.gateway.open_order_text(&text(PAGE_SIGN, OFFER)).await.unwrap_err();
    assert_eq!(refusal.sub_code, "isv.invalid-method");
    let first = OFFER.replace("30.00", "20.00");
    shop.gateway.offer_agreement_text(&text(PAGE_SIGN, &first)).await.unwrap();
    assert!(shop.gateway.offer_agreement_text(&text(PAGE_SIGN, OFFER)).await.is_err());
}

#[tokio::test]
async fn a_browser_that_cannot_be_sent_on_reads_of_what_it_came_for() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (method, said) in [
        (PAGE_SIGN, "无法签约"),
        ("alipay.user.certify.open.certify", "无法认证"),
        ("alipay.trade.page.pay", "无法付款"),
    ] {
        let query = crate::client::form(&client.sign(client.params(method, "{}", &[])));
        let request = Request::get(format!("/gateway.do?{query}")).body(Body::empty()).unwrap();
        let (status, _, body) = client.exchange(request).await;
        let page = String::from_utf8(body).unwrap();
        assert!(status == 200 && page.contains(said), "{page}");
        assert_eq!(page.contains("付款"), said == "无法付款", "{page}");
    }
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (from, to, field) in [
        ("\"MONTH\"", "\"WEEK\"", "period_type"),
        ("\"period\":1", "\"period\":0", "period"),
        ("\"MONTH\"", "\"DAY\"", "period"),
        ("2026-01-05", "2026-01-29", "execute_time"),
        ("30.00", "0.00", "single_amount"),
        ("ALIPAYAPP", "PIGEON", "channel"),
        ("\"E1\"", "\"E-1\"", "external_agreement_no"),
        ("INDUSTRY|DIGITAL_MEDIA", "DEFAULT|DEFAULT", "sign_scene"),
    ] {
        let text = crate::client::form(&client.sign(client.params(PAGE_SIGN, &OFFER.replace(from, to), &[])));
        let refusal = shop.gateway.offer_agreement_text(&text).await.unwrap_err();
        assert_eq!(refusal.sub_code, "INVALID_PARAMETER", "{to}");
        assert!(refusal.sub_msg.contains(field), "{to}: {}", refusal.sub_msg);
    }
    let unknown = OFFER.replace("CYCLE_PAY_AUTH_P", "OTHER_P");
    let text = crate::client::form(&client.sign(client.params(PAGE_SIGN, &unknown, &[])));
    let refusal = shop.gateway.offer_agreement_text(&text).await.unwrap_err();
    assert_eq!(refusal.sub_code, "PRODUCT_CODE_NOT_SUPPORTED_ERROR");
}

/// An order whose buyer signs [`OFFER`] by paying it.
fn signing_order(number: &str, product_code: &str, sign: &str) -> String {
    format!(
        r#"{{"out_trade_no":"{number}","total_amount":"12.00","subject":"会员","product_code":"{product_code}",
        "agreement_sign_params":{sign}}}"#
    )
}

#[tokio::test]
async fn an_order_is_paid_and_an_agreement_is_signed_in_one_step() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let by_buyer = format!(
        r#"{{"alipay_user_id":"{}","personal_product_code":"CYCLE_PAY_AUTH_P","sign_scene":"INDUSTRY|DIGITAL_MEDIA",
        "external_agreement_no":"E1"}}"#,
        shop.alice
    );
    for (number, method, code) in [
        ("S1", "alipay.trade.app.pay", "QUICK_MSECURITY_PAY"),
        ("S2", "alipay.trade.app.pay", "CYCLE_PAY_AUTH"),
        ("S3", "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    ] {
        let (sign, asked) = (
            OFFER.replace("\"E1\"", &format!("\"E{number}\"")),
            by_buyer.replace("E1", &format!("E{number}")),
        );
        let text = crate::client::form(&client.sign(client.params(
            method,
            &signing_order(number, code, &sign),
            &[],
        )));
        let order_no = shop.gateway.open_order_text(&text).await.unwrap();
        assert_eq!(
            shop.gateway.open_order_text(&text).await.unwrap(),
            order_no,
            "the same is the same order"
        );
        shop.claim(order_no, shop.alice).await;
        assert_eq!(client.call(QUERY, &asked).await.outcome(), "40004 USER_AGREEMENT_NOT_EXIST");
        shop.confirm(order_no, shop.alice).await;
        let signed = client.call(QUERY, &asked).await;
        assert_eq!((signed.outcome(), signed.get("status")), ("10000".to_owned(), "NORMAL".to_owned()));
        // Its number is used up.
        let again = client.call("alipay.trade.app.pay", &signing_order("S9", "CYCLE_PAY_AUTH", &sign)).await;
        assert_eq!(again.outcome(), "40004 AGREEMENT_ALREADY_SIGNED");
    }
}

#[tokio::test]
async fn what_an_order_signs_is_checked_field_by_field() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let app_pay = async |biz: &str| client.call("alipay.trade.app.pay", biz).await;
    for (from, to, field) in [
        ("\"MONTH\"", "\"WEEK\"", "period_type"),
        ("ALIPAYAPP", "PIGEON", "channel"),
        ("\"E1\"", "\"E-1\"", "external_agreement_no"),
        ("\"sign_scene\"", "\"sign_notify_url\":\"ftp://x\",\"sign_scene\"", "sign_notify_url"),
        ("\"sign_scene\"", "\"effect_time\":\"86401\",\"sign_scene\"", "effect_time"),
        ("\"sign_scene\"", "\"sub_merchant\":{\"sub_merchant_id\":\"1\"},\"sign_scene\"", "sub_merchant"),
    ] {
        let answer = app_pay(&signing_order("F1", "CYCLE_PAY_AUTH", &OFFER.replace(from, to))).await;
        assert_eq!(answer.outcome(), "40004 ACQ.INVALID_PARAMETER", "{to}");
        assert!(answer.get("sub_msg").contains(field), "{to}: {}", answer.get("sub_msg"));
    }
    // Only an order that signs is of these products.
    let plain =
        r#"{"out_trade_no":"F1","total_amount":"12.00","subject":"会员","product_code":"CYCLE_PAY_AUTH"}"#;
    assert_eq!(app_pay(plain).await.outcome(), "40004 ACQ.INVALID_PARAMETER");
    // Elsewhere nobody would see what is signed.
    for (method, code) in [
        ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        ("alipay.trade.precreate", "FACE_TO_FACE_PAYMENT"),
        ("alipay.trade.create", "JSAPI_PAY"),
        ("alipay.trade.pay", "FACE_TO_FACE_PAYMENT"),
    ] {
        let more =
            format!(r#"{{"buyer_id":"{}","scene":"bar_code","auth_code":"280000000000000000","#, shop.alice);
        let biz = signing_order("F2", code, OFFER).replacen('{', &more, 1);
        let text = crate::client::form(&client.sign(client.params(method, &biz, &[])));
        let (code, said) = if method.contains("wap") {
            let refusal = shop.gateway.open_order_text(&text).await.unwrap_err();
            (format!("40004 {}", refusal.sub_code), refusal.sub_msg)
        } else {
            let answer = client.call(method, &biz).await;
            (answer.outcome(), answer.get("sub_msg"))
        };
        assert_eq!(code, "40004 ACQ.INVALID_PARAMETER", "{method}");
        assert!(said.contains("agreement_sign_params"), "{method}: {said}");
    }
    // What was refused left nothing; what was taken is a key.
    let first = signing_order("F1", "CYCLE_PAY_AUTH", OFFER);
    assert_eq!(app_pay(&first).await.outcome(), "10000");
    let other = signing_order("F1", "CYCLE_PAY_AUTH", &OFFER.replace("30.00", "31.00"));
    let answer = app_pay(&other).await;
    assert_eq!(answer.outcome(), "40004 ACQ.CONTEXT_INCONSISTENT");
    assert!(answer.get("sub_msg").contains("agreement_sign_params"), "{}", answer.get("sub_msg"));
    let without = app_pay(&plain.replace("CYCLE_PAY_AUTH", "QUICK_MSECURITY_PAY")).await;
    assert!(without.get("sub_msg").contains("agreement_sign_params"), "{}", without.get("sub_msg"));
    // The number of another agreement.
    offered(&shop, &client).await;
    let taken = signing_order("F3", "CYCLE_PAY_AUTH", &OFFER.replace("30.00", "31.00"));
    let answer = app_pay(&taken).await;
    assert_eq!(answer.outcome(), "40004 OUT_AGREEMENT_NO_DUPLICATE");
    let begun = OFFER.replace("2026-01-05", "2026-01-01").replace("E1", "E2");
    assert_eq!(
        app_pay(&signing_order("F3", "CYCLE_PAY_AUTH", &begun)).await.outcome(),
        "40004 ILLEGAL_EXECUTION_TIME"
    );
}
