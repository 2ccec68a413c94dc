//! Transfers, their queries, the merchant's account and its limits, v2 and v3.

use crate::client::{Answer, Client};
use crate::rest_client::RestClient;
use crate::shop::Shop;
use people::PartyStatus;
use serde_json::{Value, json};

const UNI: &str = "alipay.fund.trans.uni.transfer";
const QUERY: &str = "alipay.fund.trans.common.query";
const OLD: &str = "alipay.fund.trans.toaccount.transfer";
const OLD_QUERY: &str = "alipay.fund.trans.order.query";

/// A request with these members in the place of, or beside, the usual ones; `null` takes one away.
fn biz(shop: &Shop, number: &str, more: &Value) -> Value {
    let payee = json!({ "identity": shop.bob.to_string(), "identity_type": "ALIPAY_USER_ID" });
    let mut biz = json!({ "out_biz_no": number, "trans_amount": "1.00", "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER", "payee_info": payee });
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => drop(biz.as_object_mut().unwrap().remove(name)),
            value => biz[name] = value.clone(),
        }
    }
    biz
}

async fn send(shop: &Shop, client: &Client, number: &str, more: Value) -> Answer {
    client.call(UNI, &biz(shop, number, &more).to_string()).await
}

async fn rich() -> Shop {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 100_000).await;
    shop
}

#[tokio::test]
async fn money_is_sent_once_and_asked_for_by_every_number() {
    let shop = rich().await;
    let client = shop.client().await;
    let more =
        json!({ "trans_amount": 12.5, "order_title": "工资", "remark": "一月", "passback_params": "p=1" });
    let done = send(&shop, &client, "t1", more.clone()).await;
    assert_eq!(
        done.names(),
        ["code", "msg", "order_id", "out_biz_no", "pay_fund_order_id", "status", "trans_date"]
    );
    let (order_id, fund_no) = (done.get("order_id"), done.get("pay_fund_order_id"));
    assert_eq!((done.outcome().as_str(), done.get("status").as_str()), ("10000", "SUCCESS"));
    assert_eq!((order_id.len(), fund_no.len()), (32, 32));
    assert_eq!(done.get("trans_date"), "2026-01-02 03:04:05");
    assert_eq!(send(&shop, &client, "t1", more).await.inner(), done.inner());
    let by_number =
        json!({ "out_biz_no": "t1", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    let found = client.call(QUERY, &by_number.to_string()).await;
    for (name, value) in [
        ("trans_amount", "12.50"),
        ("status", "SUCCESS"),
        ("pay_date", "2026-01-02 03:04:05"),
        ("order_fee", "0.00"),
        ("passback_params", "p=1"),
    ] {
        assert_eq!(found.get(name), value, "{name}");
    }
    assert_eq!(found.get("receiver_user_id"), shop.bob.to_string());
    // The movement of money goes before the order, and both before the merchant's number.
    for by in [
        json!({ "order_id": order_id }),
        json!({ "pay_fund_order_id": fund_no, "order_id": "1" }),
        json!({ "order_id": order_id, "out_biz_no": "t9" }),
    ] {
        assert_eq!(client.call(QUERY, &by.to_string()).await.inner(), found.inner(), "{by}");
    }
    let rest = RestClient::of(&client);
    let path = "/v3/alipay/fund/trans/common/query";
    let told = rest.call("GET", &format!("{path}?order_id={order_id}"), "").await;
    assert_eq!((told.status, told.json()["trans_amount"].as_str()), (200, Some("12.50")));
    let body = biz(&shop, "t2", &json!({})).to_string();
    let again = rest.call("POST", "/v3/alipay/fund/trans/uni/transfer", &body).await;
    assert_eq!(again.json()["status"], "SUCCESS");
    let account = client.call("alipay.fund.account.query", r#"{"account_type":"ACCTRANS_ACCOUNT"}"#).await;
    assert_eq!(
        (account.get("available_amount"), account.get("freeze_amount")),
        ("986.50".into(), "0.00".into())
    );
    let quota = r#"{"product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER"}"#;
    let quota = client.call("alipay.fund.quota.query", quota).await;
    for (name, value) in [
        ("new_quota_single_min", "0.10"),
        ("new_quota_single_max", "1000000.00"),
        ("new_quota_daily", "2000000.00"),
        ("new_quota_daily_remain", "1999986.50"),
        ("new_quota_monthly_remain", "29999986.50"),
    ] {
        assert_eq!(quota.get(name), value, "{name}");
    }
}

#[tokio::test]
async fn transfers_are_refused_by_name() {
    let shop = rich().await;
    let client = shop.client().await;
    let payee = |identity: &str, kind: &str, name: Option<&str>| {
        let name = name.unwrap_or_default();
        json!({ "payee_info": { "identity": identity, "identity_type": kind, "name": name } })
    };
    let (id, login, open) = ("ALIPAY_USER_ID", "ALIPAY_LOGON_ID", "ALIPAY_OPEN_ID");
    let wrong = "40004 INVALID_PARAMETER";
    for (more, outcome) in [
        (json!({ "out_biz_no": "" }), wrong),
        (json!({ "trans_amount": "0" }), wrong),
        (json!({ "trans_amount": "100000000.01" }), wrong),
        (json!({ "product_code": null }), wrong),
        (json!({ "product_code": "TRANS_BANKCARD_NO_PWD" }), wrong),
        (json!({ "product_code": "STD_RED_PACKET" }), wrong),
        (json!({ "biz_scene": "PERSONAL_PAY" }), wrong),
        (json!({ "payee_info": null }), wrong),
        (payee("6222000000000000", "BANKCARD_ACCOUNT", None), wrong),
        (payee("13800001234", login, None), wrong),
        (json!({ "payer_info": { "identity": "2088" } }), wrong),
        (payee("nobody", id, None), "40004 PAYEE_NOT_EXIST"),
        (payee("2088999999999999", id, None), "40004 PAYEE_NOT_EXIST"),
        (payee("nobody@example.com", login, Some("name")), "40004 PAYEE_NOT_EXIST"),
        (payee("not-an-open-id", open, None), "40004 PAYEE_NOT_EXIST"),
        (payee("13800001234", login, Some("other")), "40004 PAYEE_USERINFO_ERROR"),
        (payee(&shop.bob.to_string(), id, Some("other")), "40004 PAYEE_USERINFO_ERROR"),
        (payee(&shop.seller.to_string(), id, None), "40004 PAYER_PAYEE_CANNOT_SAME"),
        (json!({ "trans_amount": "0.09" }), "40004 EXCEED_LIMIT_SM_MIN_AMOUNT"),
        (json!({ "trans_amount": "1000000.01" }), "40004 EXCEED_LIMIT_SM_AMOUNT"),
        (json!({ "trans_amount": "1000.01" }), "40004 PAYER_BALANCE_NOT_ENOUGH"),
    ] {
        let answer = send(&shop, &client, "t1", more.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{more}");
    }
    let query =
        json!({ "out_biz_no": "t1", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    // What was refused took no number.
    assert_eq!(client.call(QUERY, &query.to_string()).await.outcome(), "40004 ORDER_NOT_EXIST");
    let by_login = payee("13800001234", login, Some("name"));
    assert_eq!(send(&shop, &client, "t1", by_login).await.outcome(), "10000");
    let name = shop.world.secrets.open_id(client.app_id.parse().unwrap(), shop.bob);
    assert_eq!(send(&shop, &client, "t2", payee(&name, open, None)).await.outcome(), "10000");
    let taken = send(&shop, &client, "t1", json!({})).await;
    assert_eq!(taken.outcome(), "40004 PAYMENT_INFO_INCONSISTENCY");
    assert!(taken.get("sub_msg").ends_with("payee_info"), "{}", taken.get("sub_msg"));
    shop.set_status(shop.bob, PartyStatus::Closed).await;
    for _again in 0..2 {
        let back = send(&shop, &client, "t3", json!({})).await;
        assert_eq!(back.outcome(), "40004 PAYEE_ACCOUNT_STATUS_ERROR");
    }
    let query =
        json!({ "out_biz_no": "t3", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    let found = client.call(QUERY, &query.to_string()).await;
    assert_eq!(
        (found.get("status"), found.get("error_code")),
        ("FAIL".into(), "PAYEE_ACCOUNT_STATUS_ERROR".into())
    );
    shop.set_status(shop.bob, PartyStatus::Normal).await;
    shop.set_status(shop.seller, PartyStatus::Frozen).await;
    assert_eq!(send(&shop, &client, "t4", json!({})).await.outcome(), "40004 PAYER_STATUS_ERROR");
    for (by, outcome) in [
        (json!({}), wrong),
        (json!({ "out_biz_no": "t1" }), wrong),
        (json!({ "order_id": "1" }), "40004 ORDER_NOT_EXIST"),
        (json!({ "pay_fund_order_id": "1" }), "40004 ORDER_NOT_EXIST"),
    ] {
        assert_eq!(client.call(QUERY, &by.to_string()).await.outcome(), outcome, "{by}");
    }
}

#[tokio::test]
async fn the_limit_of_a_day_is_told() {
    let shop = rich().await;
    shop.top_up(shop.seller, 300_000_000).await;
    let client = shop.client().await;
    for number in ["t1", "t2"] {
        let half = json!({ "trans_amount": "1000000.00" });
        assert_eq!(send(&shop, &client, number, half).await.outcome(), "10000");
    }
    let over = send(&shop, &client, "t3", json!({ "trans_amount": "0.10" })).await;
    assert_eq!(over.outcome(), "40004 EXCEED_LIMIT_DM_AMOUNT");
}

#[tokio::test]
async fn the_older_interface_has_numbers_of_its_own() {
    let shop = rich().await;
    let client = shop.client().await;
    let ask = |more: Value| {
        let mut biz = json!({ "out_biz_no": "t1", "payee_type": "ALIPAY_LOGONID", "payee_account": "13800001234",
            "amount": "2.00", "payer_show_name": "茶馆", "payee_real_name": "name" });
        for (name, value) in more.as_object().unwrap() {
            biz[name] = value.clone();
        }
        biz.to_string()
    };
    assert_eq!(send(&shop, &client, "t1", json!({})).await.outcome(), "10000");
    let done = client.call(OLD, &ask(json!({}))).await;
    assert_eq!(done.names(), ["code", "msg", "order_id", "out_biz_no", "pay_date"]);
    let found = client.call(OLD_QUERY, r#"{"out_biz_no":"t1"}"#).await;
    assert_eq!((found.get("order_id"), found.get("status")), (done.get("order_id"), "SUCCESS".into()));
    let by_no = client.call(OLD_QUERY, &json!({ "order_id": done.get("order_id") }).to_string()).await;
    assert_eq!(by_no.inner(), found.inner());
    for (more, outcome) in [
        (json!({ "payee_type": "CARD" }), "40004 INVALID_PARAMETER"),
        (json!({ "payee_account": "" }), "40004 INVALID_PARAMETER"),
        (json!({ "amount": "3.00" }), "40004 PAYMENT_INFO_INCONSISTENCY"),
        (json!({ "out_biz_no": "t2", "payee_real_name": "other" }), "40004 PAYEE_USERINFO_ERROR"),
        (json!({ "out_biz_no": "t2", "payee_account": "x@example.com" }), "40004 PAYEE_NOT_EXIST"),
    ] {
        assert_eq!(client.call(OLD, &ask(more.clone())).await.outcome(), outcome, "{more}");
    }
    assert_eq!(client.call(OLD_QUERY, r#"{"out_biz_no":"t2"}"#).await.outcome(), "40004 ORDER_NOT_EXIST");
    assert_eq!(client.call(OLD_QUERY, "{}").await.outcome(), "40004 INVALID_PARAMETER");
}

#[tokio::test]
async fn nobody_sees_or_spends_what_is_another_s() {
    let shop = rich().await;
    let client = shop.client().await;
    let done = send(&shop, &client, "t1", json!({})).await;
    let mall = shop.merchant("mall@example.com").await;
    let other = shop.client_of(mall, crate::shop::OTHER_KEY, false, false).await;
    let by_no = json!({ "order_id": done.get("order_id") }).to_string();
    assert_eq!(other.call(QUERY, &by_no).await.outcome(), "40004 ORDER_NOT_EXIST");
    let account = json!({ "alipay_user_id": shop.seller.to_string() }).to_string();
    assert_eq!(
        other.call("alipay.fund.account.query", &account).await.outcome(),
        "40004 NO_PERMISSION_ACCOUNT"
    );
    assert_eq!(client.call("alipay.fund.account.query", &account).await.get("available_amount"), "999.00");
    for wrong in
        [r#"{"account_type":"TRUSTEESHIP"}"#, r#"{"alipay_user_id":"1"}"#, r#"{"merchant_user_id":"1"}"#]
    {
        assert_eq!(
            client.call("alipay.fund.account.query", wrong).await.outcome(),
            "40004 INVALID_PARAMETER"
        );
    }
}

/// The documents have money sent with a certificate only; here it is a setting of the app.
#[tokio::test]
async fn an_app_may_be_set_to_send_with_a_certificate_only() {
    let shop = rich().await;
    let (key, cert) = (shop.client().await, shop.cert_client().await);
    for client in [&key, &cert] {
        let app = client.app_id.parse().unwrap();
        shop.world.apps.change(app, |setting| setting.certificate_to_send = true).unwrap();
    }
    let refused = send(&shop, &key, "t1", json!({})).await;
    assert_eq!(refused.outcome(), "40006 isv.insufficient-isv-permissions");
    assert_eq!(send(&shop, &cert, "t1", json!({})).await.outcome(), "10000");
    let found =
        json!({ "out_biz_no": "t1", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    assert_eq!(key.call(QUERY, &found.to_string()).await.outcome(), "10000", "it may look");
}

#[tokio::test]
async fn an_app_in_open_id_mode_hears_the_payee_s_name() {
    let shop = rich().await;
    let client = shop.client().await;
    let app = client.app_id.parse().unwrap();
    shop.world.apps.change(app, |setting| setting.open_id = true).unwrap();
    let done = send(&shop, &client, "t1", json!({})).await;
    let found = client.call(QUERY, &json!({ "order_id": done.get("order_id") }).to_string()).await;
    assert_eq!(found.get("receiver_open_id"), shop.world.secrets.open_id(app, shop.bob));
    assert_eq!(found.get("receiver_user_id"), "");
}
