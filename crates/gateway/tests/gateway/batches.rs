//! Batches of transfers over the wire: asked for, looked at page by page, refused; and no card number in what is kept.

use crate::client::{Answer, Client};
use crate::shop::{Shop, yuan};
use base::{BankOrderNo, Day, Text};
use engine::{
    DetailFilter, FindCardTransfer, FindTransferBatch, ImportLine, LookedAt, RunTimer, TransferBatchView,
    Verdict, WhichBatch, WhichCardTransfer,
};
use fund::Done;
use people::PartyStatus;
use recon::StatementLine;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const CREATE: &str = "alipay.fund.batch.create";
const QUERY: &str = "alipay.fund.batch.detail.query";
const CARD: &str = "6222021234567894";
const HOLDER: &str = "欧阳金丝雀";

fn to(number: &str, identity: &str, kind: &str, name: Option<&str>) -> Value {
    let mut payee = json!({ "identity": identity, "identity_type": kind });
    if let Some(name) = name {
        payee["name"] = name.into();
    }
    if kind == "BANKCARD_ACCOUNT" {
        payee["bankcard_ext_info"] = json!({ "account_type": "2" });
    }
    json!({ "out_biz_no": number, "trans_amount": "1.00", "payee_info": payee })
}

/// A request with these details of 1.00 each, and these members in the place of the usual ones; `null` takes one away.
fn biz(number: &str, details: &[Value], more: &Value) -> Value {
    let count = details.len();
    let mut biz = json!({ "out_batch_no": number, "product_code": "BATCH_PAY_V2", "biz_scene": "DIRECT_TRANSFER",
        "order_title": "工资", "total_trans_amount": format!("{count}.00"), "total_count": count.to_string(),
        "trans_order_list": details });
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => drop(biz.as_object_mut().unwrap().remove(name)),
            value => biz[name] = value.clone(),
        }
    }
    biz
}

async fn send(client: &Client, number: &str, details: &[Value], more: Value) -> Answer {
    client.call(CREATE, &biz(number, details, &more).to_string()).await
}

async fn look(client: &Client, by: Value) -> Answer {
    client.call(QUERY, &by.to_string()).await
}

/// A batch as the platform has it, with its first details.
async fn stored(shop: &Shop, number: &str) -> TransferBatchView {
    let which = WhichBatch::Out(Text::new(number).unwrap());
    let (only, after) = (DetailFilter::default(), LookedAt::default());
    let find = FindTransferBatch { payer: shop.seller, which, only, page: 1, page_size: 9, after };
    shop.door.ask(find).await.unwrap()
}

/// The clock of a batch is due.
async fn turns(shop: &Shop, number: &str) {
    let batch = stored(shop, number).await.batch;
    let (due_at_us, timer) = (batch.due_at_us.unwrap(), batch.timer.unwrap());
    shop.door.ask(RunTimer { due_at_us, timer }).await.unwrap();
}

/// How each detail stands: `d1 FAIL PAYEE_NOT_EXIST`.
async fn stands(client: &Client, by: Value) -> Vec<String> {
    let told: Value = look(client, by).await.inner();
    let said = |one: &Value| {
        let word = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("out_biz_no"), word("status"), word("error_code"))
    };
    told["acc_detail_list"].as_array().map_or_else(Vec::new, |list| list.iter().map(said).collect())
}

async fn rich() -> Shop {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 100_000).await;
    shop
}

async fn balance(client: &Client) -> String {
    let account = client.call("alipay.fund.account.query", r#"{"account_type":"ACCTRANS_ACCOUNT"}"#).await;
    account.get("available_amount")
}

#[tokio::test]
async fn a_batch_is_taken_once_and_each_detail_told() {
    let shop = rich().await;
    let client = shop.client().await;
    let bob = shop.bob.to_string();
    let mut details = vec![
        to("d1", &bob, "ALIPAY_USER_ID", None),
        to("d2", "alice@example.com", "ALIPAY_LOGON_ID", Some("name")),
        to("d3", "alice@example.com", "ALIPAY_LOGON_ID", Some("别人")),
        to("d4", "nobody@example.com", "ALIPAY_LOGON_ID", Some("name")),
        to("d5", CARD, "BANKCARD_ACCOUNT", Some(HOLDER)),
    ];
    details[0]["remark"] = "一月".into();
    let sent = send(&client, "b1", &details, json!({})).await;
    assert_eq!(sent.names(), ["code", "msg", "batch_trans_id", "out_batch_no", "status"]);
    assert_eq!((sent.outcome().as_str(), sent.get("status").as_str()), ("10000", "DEALING"));
    assert_eq!(sent.get("batch_trans_id").len(), 28);
    assert_eq!(balance(&client).await, "1000.00", "nothing moves before its turn");
    assert_eq!(send(&client, "b1", &details, json!({})).await.inner(), sent.inner());
    assert_eq!(shop.cards_asked.load(Ordering::Relaxed), 1, "of a known batch no bank is asked again");
    let mut other = details.clone();
    other[0]["remark"] = "二月".into();
    assert_eq!(send(&client, "b1", &other, json!({})).await.outcome(), "40004 PAYMENT_INFO_INCONSISTENCY");
    turns(&shop, "b1").await;
    let found = look(&client, json!({ "out_batch_no": "b1" })).await;
    for (name, value) in [
        ("batch_status", "DEALING"),
        ("product_code", "BATCH_PAY_V2"),
        ("biz_scene", "DIRECT_TRANSFER"),
        ("total_amount", "5.00"),
        ("success_amount", "2.00"),
        ("fail_amount", "2.00"),
    ] {
        assert_eq!(found.get(name), value, "{name}");
    }
    let told: Value = found.inner();
    for (name, value) in [("success_count", 2), ("fail_count", 2), ("page_size", 5), ("total_item_count", 5)]
    {
        assert_eq!(told[name], value, "{name}");
    }
    let list = told["acc_detail_list"].as_array().unwrap();
    let stands: Vec<String> = list
        .iter()
        .map(|one| {
            let word = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", word("out_biz_no"), word("status"), word("error_code"))
        })
        .collect();
    assert_eq!(
        stands,
        [
            "d1 SUCCESS -",
            "d2 SUCCESS -",
            "d3 FAIL PAYEE_USERINFO_ERROR",
            "d4 FAIL PAYEE_NOT_EXIST",
            "d5 DEALING -"
        ]
    );
    assert_eq!(
        (&list[0]["remark"], list[0]["alipay_order_no"].as_str().unwrap().len()),
        (&json!("一月"), 32)
    );
    assert_eq!(balance(&client).await, "996.90", "three yuan and the fee of the card");
    let id = list[1]["detail_id"].as_str().unwrap();
    for (by, count) in [
        (json!({ "detail_no": id }), 1),
        (json!({ "detail_no": "1" }), 0),
        (json!({ "out_biz_no": "d3" }), 1),
        (json!({ "detail_status": "FAIL" }), 2),
        (json!({ "detail_status": "DISUSE" }), 0),
        (json!({ "page_num": "2", "page_size": "2" }), 2),
        (json!({ "page_num": "0", "page_size": "2" }), 2),
        (json!({ "page_num": "4", "page_size": "2" }), 0),
        (json!({ "page_size": "9999", "product_code": "BATCH_PAY_V2", "biz_scene": "DIRECT_TRANSFER" }), 5),
    ] {
        let mut by = by;
        by["out_batch_no"] = "b1".into();
        let told: Value = look(&client, by.clone()).await.inner();
        assert_eq!(told["acc_detail_list"].as_array().map_or(0, Vec::len), count, "{by}");
    }
    for (by, outcome) in [
        (json!({ "out_batch_no": "b9" }), "40004 ORDER_NOT_EXIST"),
        (json!({ "out_batch_no": "b1", "product_code": "BATCH_API_TO_ACC" }), "40004 ORDER_NOT_EXIST"),
        (json!({ "out_batch_no": "b1", "biz_scene": "MESSAGE_BATCH_PAY" }), "40004 ORDER_NOT_EXIST"),
        (json!({}), "40004 INVALID_PARAMETER"),
        (json!({ "out_batch_no": "b1", "detail_status": "INIT" }), "40004 INVALID_PARAMETER"),
        (json!({ "out_batch_no": "b1", "payee_account": "1" }), "40004 INVALID_PARAMETER"),
        (json!({ "out_batch_no": "b1", "page_size": "0" }), "40004 INVALID_PARAMETER"),
    ] {
        assert_eq!(look(&client, by.clone()).await.outcome(), outcome, "{by}");
    }
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(shop.folder()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap_or_default());
    }
    for secret in [CARD, HOLDER] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "what was said of a card is in the journal");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_whole_batch_is_told_and_writes_nothing() {
    let shop = rich().await;
    let client = shop.client().await;
    let bob = shop.bob.to_string();
    let one = || to("d1", &bob, "ALIPAY_USER_ID", None);
    let two = || vec![one(), to("d2", &bob, "ALIPAY_USER_ID", None)];
    let many: Vec<Value> =
        (0..1_001).map(|line| to(&format!("d{line}"), &bob, "ALIPAY_USER_ID", None)).collect();
    let card = |number: &str| vec![to("d1", number, "BANKCARD_ACCOUNT", Some(HOLDER))];
    for (details, more, outcome) in [
        (two(), json!({ "out_batch_no": null }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "out_batch_no": "b:1" }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "product_code": null }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "biz_scene": "LOCAL" }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "order_title": null }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "total_count": "3" }), "40004 PARAM_ILLEGAL"),
        (two(), json!({ "total_trans_amount": "2.01" }), "40004 PARAM_ILLEGAL"),
        (vec![one(), one()], json!({}), "40004 PARAM_ILLEGAL"),
        (vec![], json!({ "total_count": "1", "total_trans_amount": "1.00" }), "40004 PARAM_ILLEGAL"),
        (many, json!({ "total_count": "1000" }), "40004 INVALID_PARAMETER"),
        (card(CARD), json!({ "product_code": "BATCH_API_TO_ACC" }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "time_expire": "2026-01-02" }), "40004 INVALID_PARAMETER"),
        (two(), json!({ "time_expire": "2026-01-02 03:04" }), "40004 PARAM_ILLEGAL"),
        (two(), json!({ "time_expire": "2026-02-02 03:04" }), "40004 PARAM_ILLEGAL"),
        (
            two(),
            json!({ "payer_info": { "identity": bob, "identity_type": "ALIPAY_USER_ID" } }),
            "40004 INVALID_PARAMETER",
        ),
        (card("6222020000000312"), json!({}), "40004 REQUEST_PROCESSING"),
    ] {
        let answer = send(&client, "b1", &details, more.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{more}");
        let found = look(&client, json!({ "out_batch_no": "b1" })).await;
        assert_eq!(found.outcome(), "40004 ORDER_NOT_EXIST", "{more}");
    }
    shop.set_status(shop.seller, PartyStatus::Frozen).await;
    assert_eq!(send(&client, "b1", &two(), json!({})).await.outcome(), "40004 PAYER_STATUS_ERROR");
    shop.set_status(shop.seller, PartyStatus::Normal).await;
    let payer = json!({ "identity": shop.seller.to_string(), "identity_type": "ALIPAY_USER_ID" });
    let more =
        json!({ "payer_info": payer, "biz_scene": "MESSAGE_BATCH_PAY", "time_expire": "2026-01-03 03:04" });
    assert_eq!(send(&client, "b1", &two(), more).await.get("status"), "WAIT_PAY");
    let found = look(&client, json!({ "out_batch_no": "b1", "detail_status": "WAIT_PAY" })).await;
    assert_eq!(found.get("batch_status"), "WAIT_PAY");
}

/// The first reason that holds is told, as the platform orders them.
#[tokio::test]
async fn a_number_that_was_used_is_told_before_what_is_wrong_with_the_list() {
    let shop = rich().await;
    let client = shop.client().await;
    let details = [to("d1", &shop.bob.to_string(), "ALIPAY_USER_ID", None)];
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "10000");
    for more in [json!({ "total_count": "2" }), json!({ "total_trans_amount": "9.99" })] {
        let used = send(&client, "b1", &details, more.clone()).await;
        assert_eq!(used.outcome(), "40004 PAYMENT_INFO_INCONSISTENCY", "{more}");
        let fresh = send(&client, "b2", &details, more.clone()).await;
        assert_eq!(fresh.outcome(), "40004 PARAM_ILLEGAL", "{more}");
    }
}

/// A thousand questions to a bank that says nothing would hold the call for minutes.
#[tokio::test]
async fn a_bank_is_asked_about_no_batch_that_is_not_taken() {
    let shop = rich().await;
    let client = shop.client().await;
    let card = |line: u32, number: &str| to(&format!("d{line}"), number, "BANKCARD_ACCOUNT", Some(HOLDER));
    let mut details: Vec<Value> = (1..=70).map(|line| card(line, CARD)).collect();
    let asked = || shop.cards_asked.load(Ordering::Relaxed);
    let wrong = send(&client, "b1", &details, json!({ "total_trans_amount": "1.00" })).await;
    assert_eq!((wrong.outcome().as_str(), asked()), ("40004 PARAM_ILLEGAL", 0));
    shop.set_status(shop.seller, PartyStatus::Frozen).await;
    let frozen = send(&client, "b1", &details, json!({})).await;
    assert_eq!((frozen.outcome().as_str(), asked()), ("40004 PAYER_STATUS_ERROR", 0));
    shop.set_status(shop.seller, PartyStatus::Normal).await;
    details[0] = card(1, "6222021234567812");
    let silent = send(&client, "b1", &details, json!({})).await;
    assert_eq!((silent.outcome().as_str(), asked()), ("40004 REQUEST_PROCESSING", 32));
    details[0] = card(1, CARD);
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "10000");
    assert_eq!(asked(), 32 + 70);
}

/// The holder's name was held against the list of before: nothing is taken, and the same number is good again.
#[tokio::test]
async fn a_list_that_comes_while_a_bank_is_asked_is_not_slipped_past() {
    let shop = rich().await;
    let client = shop.client().await;
    let details = [to("d1", "6222021234567814", "BANKCARD_ACCOUNT", Some(HOLDER))];
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "40004 REQUEST_PROCESSING");
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "10000");
    turns(&shop, "b1").await;
    assert_eq!(stands(&client, json!({ "out_batch_no": "b1" })).await, ["d1 DEALING -"]);
}

/// Wrong names are counted by the card's number alone, in a batch and beside it.
#[tokio::test]
async fn names_of_a_card_are_not_guessed_in_batches_either() {
    let shop = rich().await;
    let client = shop.client().await;
    let wrong = "6222021234567811";
    let card = |number: &str, card: &str, name: &str| to(number, card, "BANKCARD_ACCOUNT", Some(name));
    let details = [
        card("d1", wrong, "甲"),
        card("d2", wrong, "乙"),
        card("d3", wrong, "丙"),
        card("d4", "6222020000000311", "甲"),
        card("d5", wrong, "丁"),
        card("d6", wrong, "戊"),
        card("d7", wrong, "己"),
        card("d8", CARD, HOLDER),
    ];
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "10000");
    turns(&shop, "b1").await;
    let mut wanted: Vec<String> = (1..=6).map(|line| format!("d{line} FAIL PAYEE_CARD_INFO_ERROR")).collect();
    wanted.extend(["d7 FAIL RESOURCE_LIMIT_EXCEED".to_owned(), "d8 DEALING -".to_owned()]);
    assert_eq!(stands(&client, json!({ "out_batch_no": "b1" })).await, wanted);
    let payee = card("c1", wrong, "庚")["payee_info"].clone();
    let alone = json!({ "out_biz_no": "c1", "trans_amount": "1.00", "product_code": "TRANS_BANKCARD_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER", "payee_info": payee });
    let alone = client.call("alipay.fund.trans.uni.transfer", &alone.to_string()).await;
    assert_eq!(alone.outcome(), "40004 RESOURCE_LIMIT_EXCEED");
}

/// A line of the bank's statement about an order of one yuan.
async fn line(shop: &Shop, no: BankOrderNo, serial: u32, is_credit: bool, reference: &str) {
    let day: Day = "2026-01-02".parse().unwrap();
    let line = StatementLine {
        serial,
        value_day: day,
        order_key: Text::new(&no.to_string()).unwrap(),
        reference: Text::new(reference).unwrap(),
        is_credit,
        amount: yuan(100),
    };
    let account = Text::new("TB1").unwrap();
    shop.door.ask(ImportLine { account, day, of_lines: 9, line, order: Some(no) }).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_detail_that_the_bank_sends_back_is_told_as_refund() {
    let shop = rich().await;
    let client = shop.client().await;
    let details = [
        to("d1", CARD, "BANKCARD_ACCOUNT", Some(HOLDER)),
        to("d2", &shop.bob.to_string(), "ALIPAY_USER_ID", None),
    ];
    assert_eq!(send(&client, "b1", &details, json!({})).await.outcome(), "10000");
    turns(&shop, "b1").await;
    let which = WhichCardTransfer::No(stored(&shop, "b1").await.details[0].row.transfer.unwrap());
    let no = shop.door.ask(FindCardTransfer { payer: shop.seller, which }).await.unwrap().order.no;
    let done = Done { amount: yuan(100), bank_ref: Text::new("B1").unwrap() };
    shop.bank_says(no, Verdict::Done(done)).await;
    line(&shop, no, 1, false, "B1").await;
    let all = json!({ "out_batch_no": "b1" });
    assert_eq!(stands(&client, all.clone()).await, ["d1 SUCCESS -", "d2 SUCCESS -"]);
    line(&shop, no, 2, true, "B2").await;
    assert_eq!(stands(&client, all.clone()).await, ["d1 REFUND PAYEE_CARD_INFO_ERROR", "d2 SUCCESS -"]);
    for (status, wanted) in [("REFUND", "d1 REFUND PAYEE_CARD_INFO_ERROR"), ("SUCCESS", "d2 SUCCESS -")] {
        let by = json!({ "out_batch_no": "b1", "detail_status": status });
        assert_eq!(stands(&client, by).await, [wanted]);
    }
    let found = look(&client, all).await;
    assert_eq!((found.get("batch_status"), found.get("success_amount")), ("SUCCESS".into(), "2.00".into()));
    assert_eq!(balance(&client).await, "998.90", "the amount, and not the fee");
}
