//! Transfers to bank cards over the wire: asked for, asked after, paid, refused; and no card number in what is kept.

use crate::client::{Answer, Client};
use crate::rest_client::RestClient;
use crate::shop::{Shop, yuan};
use base::{BankOrderNo, Day, MINUTE_US, Text};
use engine::{FindCardTransfer, ImportLine, Verdict, WhichCardTransfer};
use fund::{BankReason, Done};
use recon::StatementLine;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const UNI: &str = "alipay.fund.trans.uni.transfer";
const QUERY: &str = "alipay.fund.trans.common.query";
const CARD: &str = "6222021234567894";
const HOLDER: &str = "欧阳金丝雀";

/// A request with these members in the place of the usual ones; `null` takes one away. Those of the payee and of the
/// card are named with a dot.
fn biz(number: &str, more: &Value) -> Value {
    let mut biz = json!({ "out_biz_no": number, "trans_amount": "10.00", "product_code": "TRANS_BANKCARD_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER", "payee_info": { "identity": CARD, "identity_type": "BANKCARD_ACCOUNT",
        "name": HOLDER, "bankcard_ext_info": { "account_type": "2" } } });
    for (path, value) in more.as_object().unwrap() {
        let (mut at, mut name) = (&mut biz, path.as_str());
        if let Some(inner) = path.strip_prefix("card.") {
            (at, name) = (&mut at["payee_info"]["bankcard_ext_info"], inner);
        } else if let Some(inner) = path.strip_prefix("payee.") {
            (at, name) = (&mut at["payee_info"], inner);
        }
        match value {
            Value::Null => drop(at.as_object_mut().unwrap().remove(name)),
            value => at[name] = value.clone(),
        }
    }
    biz
}

async fn send(client: &Client, number: &str, more: Value) -> Answer {
    client.call(UNI, &biz(number, &more).to_string()).await
}

async fn look(client: &Client, number: &str) -> Answer {
    let by = json!({ "out_biz_no": number, "product_code": "TRANS_BANKCARD_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    client.call(QUERY, &by.to_string()).await
}

async fn rich() -> Shop {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 100_000).await;
    shop
}

async fn order_of(shop: &Shop, number: &str) -> BankOrderNo {
    let which = WhichCardTransfer::Out(Text::new(number).unwrap());
    shop.door.ask(FindCardTransfer { payer: shop.seller, which }).await.unwrap().order.no
}

async fn balance(client: &Client) -> String {
    let account = client.call("alipay.fund.account.query", r#"{"account_type":"ACCTRANS_ACCOUNT"}"#).await;
    account.get("available_amount")
}

/// The holder's name was held against the list of before: nothing is taken, and the same number is good again.
#[tokio::test]
async fn a_list_that_comes_while_the_bank_is_asked_is_not_slipped_past() {
    let shop = rich().await;
    let client = shop.client().await;
    let card = json!({ "payee.identity": "6222021234567814" });
    assert_eq!(send(&client, "c1", card.clone()).await.outcome(), "40004 REQUEST_PROCESSING");
    assert_eq!(look(&client, "c1").await.outcome(), "40004 ORDER_NOT_EXIST");
    assert_eq!(balance(&client).await, "1000.00");
    assert_eq!(send(&client, "c1", card).await.outcome(), "10000");
}

#[tokio::test]
async fn money_goes_to_a_card_once_and_is_asked_for_by_every_number() {
    let shop = rich().await;
    let client = shop.client().await;
    let more = json!({ "order_title": "工资", "remark": "一月", "passback_params": "p=1" });
    let sent = send(&client, "c1", more.clone()).await;
    assert_eq!(
        sent.names(),
        ["code", "msg", "order_id", "out_biz_no", "pay_fund_order_id", "status", "trans_date"]
    );
    assert_eq!((sent.outcome().as_str(), sent.get("status").as_str()), ("10000", "DEALING"));
    assert_eq!(balance(&client).await, "989.90", "ten yuan and the fee");
    assert_eq!(send(&client, "c1", more.clone()).await.inner(), sent.inner());
    assert_eq!(balance(&client).await, "989.90");
    let dealing = look(&client, "c1").await;
    for (name, value) in [
        ("status", "DEALING"),
        ("trans_amount", "10.00"),
        ("order_fee", "0.10"),
        ("pay_date", "2026-01-02 03:04:05"),
        ("arrival_time_end", "2026-01-02 05:04:05"),
        ("passback_params", "p=1"),
    ] {
        assert_eq!(dealing.get(name), value, "{name}");
    }
    assert!(!dealing.names().contains(&"receiver_user_id".to_owned()));
    let (order_id, fund_no) = (sent.get("order_id"), sent.get("pay_fund_order_id"));
    for by in [json!({ "order_id": order_id }), json!({ "pay_fund_order_id": fund_no, "order_id": "1" })] {
        assert_eq!(client.call(QUERY, &by.to_string()).await.inner(), dealing.inner(), "{by}");
    }
    let older =
        client.call("alipay.fund.trans.order.query", &json!({ "order_id": order_id }).to_string()).await;
    assert_eq!((older.get("status"), older.get("order_fee")), ("DEALING".into(), "0.10".into()));
    let members =
        ["code", "msg", "arrival_time_end", "order_fee", "order_id", "out_biz_no", "pay_date", "status"];
    assert_eq!(older.names(), members, "the older query has fewer members");
    let strange = client.call("alipay.fund.trans.order.query", r#"{"order_id":"1"}"#).await;
    assert_eq!(strange.outcome(), "40004 ORDER_NOT_EXIST");
    // The number of a transfer to an account is of another series.
    let by =
        json!({ "out_biz_no": "c1", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
    assert_eq!(client.call(QUERY, &by.to_string()).await.outcome(), "40004 ORDER_NOT_EXIST");
    let no = order_of(&shop, "c1").await;
    shop.bank_says(no, Verdict::Unknown).await;
    assert_eq!(look(&client, "c1").await.get("status"), "DEALING", "silence is no answer");
    shop.advance(MINUTE_US);
    let done = Done { amount: yuan(1_000), bank_ref: Text::new("B1").unwrap() };
    shop.bank_says(no, Verdict::Done(done)).await;
    let found = look(&client, "c1").await;
    assert_eq!(
        (found.get("status"), found.get("arrival_time_end")),
        ("SUCCESS".into(), "2026-01-02 03:05:05".into())
    );
    assert_eq!(send(&client, "c1", more).await.get("status"), "SUCCESS");
    assert_eq!(balance(&client).await, "989.90");
    assert_eq!(shop.cards_asked.load(Ordering::Relaxed), 1, "of a known number the bank is not asked again");
    let rest = RestClient::of(&client);
    let told = rest.call("GET", &format!("/v3/alipay/fund/trans/common/query?order_id={order_id}"), "").await;
    assert_eq!((told.status, told.json()["order_fee"].as_str()), (200, Some("0.10")));
    let body = biz("c2", &json!({})).to_string();
    let again = rest.call("POST", "/v3/alipay/fund/trans/uni/transfer", &body).await;
    assert_eq!(again.json()["status"], "DEALING");
    let quota = r#"{"product_code":"TRANS_BANKCARD_NO_PWD","biz_scene":"DIRECT_TRANSFER"}"#;
    let quota = client.call("alipay.fund.quota.query", quota).await;
    assert_eq!(quota.get("new_quota_daily_remain"), "1999980.00");
}

#[tokio::test]
async fn what_the_bank_refuses_is_told_with_its_reason_and_comes_back() {
    let shop = rich().await;
    let client = shop.client().await;
    for (number, reason, code) in [
        ("f1", BankReason::CardBlocked, "PAYEE_CARD_INFO_ERROR"),
        ("f2", BankReason::OverLimit, "EXCEED_LIMIT_DC_RECEIVED"),
        ("f3", BankReason::Other, "BANK_RESPONSE_ERROR"),
    ] {
        assert_eq!(send(&client, number, json!({})).await.get("status"), "DEALING");
        shop.bank_says(order_of(&shop, number).await, Verdict::Refused(reason)).await;
        let found = look(&client, number).await;
        assert_eq!((found.get("status"), found.get("error_code")), ("FAIL".into(), code.into()));
        assert!(!found.get("fail_reason").is_empty());
        assert!(!found.names().contains(&"arrival_time_end".to_owned()));
        assert_eq!(send(&client, number, json!({})).await.get("status"), "FAIL");
        assert_eq!(balance(&client).await, "1000.00");
    }
}

/// A line of the bank's statement about an order.
async fn line(shop: &Shop, no: BankOrderNo, serial: u32, is_credit: bool, reference: &str) {
    let day: Day = "2026-01-02".parse().unwrap();
    let line = StatementLine {
        serial,
        value_day: day,
        order_key: Text::new(&no.to_string()).unwrap(),
        reference: Text::new(reference).unwrap(),
        is_credit,
        amount: yuan(1_000),
    };
    let account = Text::new("TB1").unwrap();
    shop.door.ask(ImportLine { account, day, of_lines: 9, line, order: Some(no) }).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_the_bank_sends_back_is_told_as_refund_and_the_fee_stays() {
    let shop = rich().await;
    let client = shop.client().await;
    let order_id = send(&client, "s1", json!({})).await.get("order_id");
    let no = order_of(&shop, "s1").await;
    let done = Done { amount: yuan(1_000), bank_ref: Text::new("B1").unwrap() };
    shop.bank_says(no, Verdict::Done(done)).await;
    line(&shop, no, 1, false, "B1").await;
    assert_eq!(look(&client, "s1").await.get("status"), "SUCCESS");
    assert_eq!(balance(&client).await, "989.90");
    line(&shop, no, 2, true, "B2").await;
    line(&shop, no, 2, true, "B2").await;
    let found = look(&client, "s1").await;
    assert_eq!((found.get("status"), found.get("order_fee")), ("REFUND".into(), "0.10".into()));
    assert_eq!(found.get("error_code"), "PAYEE_CARD_INFO_ERROR");
    assert!(found.get("fail_reason").contains("不能收款"), "{}", found.get("fail_reason"));
    assert!(!found.names().contains(&"arrival_time_end".to_owned()));
    assert_eq!(balance(&client).await, "999.90", "the amount, and not the fee");
    let by = json!({ "order_id": order_id }).to_string();
    let older = client.call("alipay.fund.trans.order.query", &by).await;
    assert_eq!((older.get("status"), older.get("error_code")), ("REFUND".into(), found.get("error_code")));
    assert_eq!(send(&client, "s1", json!({})).await.get("status"), "REFUND");
    assert_eq!(balance(&client).await, "999.90");
    let quota = r#"{"product_code":"TRANS_BANKCARD_NO_PWD","biz_scene":"DIRECT_TRANSFER"}"#;
    let quota = client.call("alipay.fund.quota.query", quota).await;
    assert_eq!(quota.get("new_quota_daily_remain"), "2000000.00", "it counts no more");
}

#[tokio::test]
async fn transfers_to_cards_are_refused_by_name() {
    let shop = rich().await;
    let client = shop.client().await;
    let wrong = "40004 INVALID_PARAMETER";
    for (more, outcome) in [
        (json!({ "trans_amount": "0" }), wrong),
        (json!({ "payee_info": null }), wrong),
        (json!({ "payee.identity": "62220212345678a4" }), wrong),
        (json!({ "payee.identity": "123" }), wrong),
        (json!({ "payee.identity_type": "ALIPAY_USER_ID" }), wrong),
        (json!({ "product_code": "TRANS_ACCOUNT_NO_PWD" }), wrong),
        (json!({ "payee.name": null }), wrong),
        (json!({ "payee.cert_no": "1" }), wrong),
        (json!({ "payee.bankcard_ext_info": null }), wrong),
        (json!({ "card.account_type": null }), wrong),
        (json!({ "card.account_type": "3" }), wrong),
        (json!({ "card.account_type": "1" }), wrong),
        (json!({ "payee.identity": "6222021234567811" }), "40004 PAYEE_CARD_INFO_ERROR"),
        (json!({ "payee.identity": "6222021234567812" }), "40004 REQUEST_PROCESSING"),
        (json!({ "payee.identity": "6222021234567813" }), "40004 SECURITY_CHECK_FAILED"),
        (json!({ "trans_amount": "0.09" }), "40004 EXCEED_LIMIT_SM_MIN_AMOUNT"),
        (json!({ "trans_amount": "1000000.01" }), "40004 EXCEED_LIMIT_SM_AMOUNT"),
        (json!({ "trans_amount": "1000.00" }), "40004 PAYER_BALANCE_NOT_ENOUGH"),
    ] {
        let answer = send(&client, "r1", more.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{more}");
        assert!(!answer.text().contains(CARD), "a refusal does not repeat the card");
    }
    assert_eq!(look(&client, "r1").await.outcome(), "40004 ORDER_NOT_EXIST", "it took no number");
    assert_eq!(balance(&client).await, "1000.00");
    assert_eq!(send(&client, "r1", json!({})).await.outcome(), "10000");
    for more in [
        json!({ "payee.identity": "6222021234567803" }),
        json!({ "payee.name": "李四" }),
        json!({ "card.inst_name": "工商银行" }),
        json!({ "card.account_type": "1", "card.inst_name": "工商银行" }),
        json!({ "trans_amount": "10.01" }),
        json!({ "order_title": "t" }),
        json!({ "remark": "r" }),
    ] {
        let answer = send(&client, "r1", more.clone()).await;
        assert_eq!(answer.outcome(), "40004 PAYMENT_INFO_INCONSISTENCY", "{more}");
    }
    let company = json!({ "card.account_type": "1", "card.inst_name": "工商银行" });
    assert_eq!(send(&client, "r2", company).await.outcome(), "10000");
}

/// Whoever has the money finds out under five names whose a card is not, and then nothing more of it before tomorrow,
/// also under the right name and after a restart of everything but the journal; other cards are not concerned.
#[tokio::test]
async fn names_of_a_card_are_not_guessed() {
    let shop = rich().await;
    let client = shop.client().await;
    let wrong = "6222021234567811";
    let named = |name: &str| json!({ "payee.identity": wrong, "payee.name": name });
    for name in ["甲", "甲", "乙", "丙", "丁", "戊"] {
        assert_eq!(send(&client, "g1", named(name)).await.outcome(), "40004 PAYEE_CARD_INFO_ERROR", "{name}");
    }
    for name in ["己", "甲", "戊"] {
        assert_eq!(send(&client, "g1", named(name)).await.outcome(), "40004 RESOURCE_LIMIT_EXCEED", "{name}");
    }
    let poor = json!({ "payee.identity": wrong, "trans_amount": "1000.00" });
    assert_eq!(send(&client, "g1", poor).await.outcome(), "40004 PAYER_BALANCE_NOT_ENOUGH", "comes before");
    assert_eq!(send(&client, "g1", json!({})).await.outcome(), "10000", "another card");
    shop.advance(24 * 60 * MINUTE_US);
    assert_eq!(send(&client, "g2", named("己")).await.outcome(), "40004 PAYEE_CARD_INFO_ERROR", "tomorrow");
}

/// Neither number nor holder stands in the journal.
#[tokio::test]
async fn a_card_number_is_kept_nowhere() {
    let shop = rich().await;
    let client = shop.client().await;
    assert_eq!(send(&client, "k1", json!({ "remark": "canary-remark" })).await.outcome(), "10000");
    let no = order_of(&shop, "k1").await;
    shop.bank_says(no, Verdict::Refused(BankReason::Other)).await;
    let mut seen = Vec::new();
    for entry in walk(shop.folder()) {
        seen.extend(std::fs::read(entry).unwrap());
    }
    let holds = |text: &str| seen.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("canary-remark"), "the journal is looked at");
    for secret in [CARD, &CARD[..12], HOLDER] {
        assert!(!holds(secret), "{secret} is kept");
    }
}

fn walk(at: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn the_merchants_bill_shows_amount_and_fee_and_what_came_back() {
    let shop = rich().await;
    let client = shop.client().await;
    let sent = send(&client, "b1", json!({ "remark": "一月" })).await.get("order_id");
    let back = send(&client, "b2", json!({})).await.get("order_id");
    shop.bank_says(order_of(&shop, "b2").await, Verdict::Refused(BankReason::Other)).await;
    let no = order_of(&shop, "b1").await;
    let done = Done { amount: yuan(1_000), bank_ref: Text::new("B1").unwrap() };
    shop.bank_says(no, Verdict::Done(done)).await;
    line(&shop, no, 1, false, "B1").await;
    line(&shop, no, 2, true, "B2").await;
    let query = r#"{"start_time":"2026-01-02 00:00:00","end_time":"2026-01-03 00:00:00"}"#;
    let mut lines = Vec::new();
    // The tables follow the cell by a moment.
    for _ in 0..200 {
        let told = client.call("alipay.data.bill.accountlog.query", query).await;
        lines = told.inner()["detail_list"].as_array().cloned().unwrap_or_default();
        if lines.len() >= 8 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let said = |line: &Value| {
        let names = ["type", "direction", "trans_amount", "alipay_order_no", "merchant_order_no"];
        names.map(|name| line[name].as_str().unwrap_or_default().to_owned())
    };
    let (sent, back) = (sent.as_str(), back.as_str());
    let wanted = [
        ["转账", "支出", "10.00", sent, "b1"],
        ["收费", "支出", "0.10", sent, "b1"],
        ["转账", "支出", "10.00", back, "b2"],
        ["收费", "支出", "0.10", back, "b2"],
        ["转账退回", "收入", "10.00", back, "b2"],
        ["退费", "收入", "0.10", back, "b2"],
        ["转账退回", "收入", "10.00", sent, "b1"],
    ];
    let found: Vec<_> = lines.iter().map(said).collect();
    assert_eq!(found[1..], wanted.map(|line| line.map(str::to_owned)));
}
