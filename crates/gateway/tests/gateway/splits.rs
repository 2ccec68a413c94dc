//! Splits, their receivers and their queries, v2 and v3.

use crate::client::{Answer, Client};
use crate::methods::pay;
use crate::rest_client::RestClient;
use crate::shop::Shop;
use people::PartyStatus;

pub async fn bind(client: &Client, list: &str) -> Answer {
    let biz = format!(r#"{{"out_request_no":"b1","receiver_list":[{list}]}}"#);
    client.call("alipay.trade.royalty.relation.bind", &biz).await
}

pub async fn settle(client: &Client, trade_no: &str, number: &str, parts: &str, more: &str) -> Answer {
    let biz = format!(
        r#"{{"out_request_no":"{number}","trade_no":"{trade_no}","royalty_parameters":[{parts}]{more}}}"#
    );
    client.call("alipay.trade.order.settle", &biz).await
}

async fn ask(client: &Client, method: &str, biz: &str) -> Answer {
    client.call(method, biz).await
}

#[tokio::test]
async fn money_is_split_asked_for_and_split_again() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let bob = shop.bob;
    let bound = bind(&client, &format!(r#"{{"type":"userId","account":"{bob}","memo":"分账"}}"#)).await;
    assert_eq!((bound.outcome().as_str(), bound.get("result_code").as_str()), ("10000", "SUCCESS"));
    let trade_no = pay(&shop, &client, "T1", "100").await.get("trade_no");
    let parts = format!(
        r#"{{"royalty_type":"transfer","trans_in":"{bob}","trans_in_type":"userId","amount":10.5,"desc":"分账"}},
        {{"trans_in":"13800001234","trans_in_type":"loginName","trans_out":"{}","amount_percentage":"5"}}"#,
        shop.seller
    );
    let done = settle(&client, &trade_no, "S1", &parts, "").await;
    assert_eq!(done.names(), ["code", "msg", "settle_no", "trade_no"]);
    assert_eq!((done.get("trade_no"), done.get("settle_no")), (trade_no.clone(), format!("{trade_no}0001")));
    assert_eq!(settle(&client, &trade_no, "S1", &parts, "").await.get("settle_no"), done.get("settle_no"));
    let part = |amount: &str| format!(r#"{{"trans_in":"{bob}","amount":"{amount}"}}"#);
    let differs = settle(&client, &trade_no, "S1", &part("10.50"), "").await;
    assert_eq!(differs.outcome(), "40004 ACQ.DISCORDANT_REPEAT_REQUEST");
    let query = "alipay.trade.order.settle.query";
    let by_no = ask(&client, query, &format!(r#"{{"settle_no":"{trade_no}0001"}}"#)).await;
    let by_number =
        ask(&client, query, &format!(r#"{{"trade_no":"{trade_no}","out_request_no":"S1"}}"#)).await;
    assert_eq!(by_no.inner(), by_number.inner());
    assert_eq!(by_no.names(), ["code", "msg", "operation_dt", "out_request_no", "royalty_detail_list"]);
    let lines = by_no.inner()["royalty_detail_list"].as_array().unwrap().clone();
    let said = |line: &serde_json::Value| format!("{} {}", line["amount"], line["state"]);
    let lines: Vec<String> = lines.iter().map(said).collect();
    assert_eq!(lines, [r#""10.50" "SUCCESS""#, r#""5.00" "SUCCESS""#]);
    let left = format!(r#"{{"trade_no":"{trade_no}"}}"#);
    let left = ask(&client, "alipay.trade.order.onsettle.query", &left).await;
    assert_eq!(left.get("unsettled_amount"), "14.50");
    let more = settle(&client, &trade_no, "S2", &part("14.51"), "").await;
    assert_eq!(more.outcome(), "40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR");
    let finish = r#","extend_params":{"royalty_finish":"true"}"#;
    assert_eq!(settle(&client, &trade_no, "S2", &part("1"), finish).await.outcome(), "10000");
    let late = settle(&client, &trade_no, "S3", &part("1"), "").await;
    assert_eq!(late.outcome(), "40004 ACQ.ALREADY_FINISH_ALLOC");
}

#[tokio::test]
async fn splits_are_refused_by_name() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let (bob, seller, alice) = (shop.bob, shop.seller, shop.alice);
    let part = |amount: &str| format!(r#"{{"trans_in":"{bob}","amount":"{amount}"}}"#);
    let trade_no = pay(&shop, &client, "T1", "100").await.get("trade_no");
    bind(&client, &format!(r#"{{"type":"userId","account":"{bob}"}}"#)).await;
    for (no, parts, more, outcome) in [
        ("1", part("1"), "", "40004 ACQ.TRADE_NOT_EXIST"),
        ("2026010222001400000000000742", part("1"), "", "40004 ACQ.TRADE_NOT_EXIST"),
        (&trade_no, String::new(), "", "40004 ACQ.INVALID_PARAMETER"),
        (&trade_no, part("0"), "", "40004 ACQ.INVALID_PARAMETER"),
        (&trade_no, format!(r#"{{"trans_in":"{bob}"}}"#), "", "40004 ACQ.INVALID_PARAMETER"),
        (
            &trade_no,
            format!(r#"{{"trans_in":"{bob}","amount_percentage":"101"}}"#),
            "",
            "40004 ACQ.INVALID_PARAMETER",
        ),
        (
            &trade_no,
            format!(r#"{{"trans_in":"{bob}","amount":"1","royalty_type":"replenish"}}"#),
            "",
            "40004 ACQ.INVALID_PARAMETER",
        ),
        (&trade_no, part("1"), r#","royalty_mode":"later""#, "40004 ACQ.INVALID_PARAMETER"),
        (&trade_no, vec![part("1"); 21].join(","), "", "40004 ACQ.INVALID_PARAMETER"),
        (
            &trade_no,
            format!(r#"{{"trans_in":"{bob}","amount":"1","trans_out":"{alice}"}}"#),
            "",
            "40004 ACQ.MUST_ALLOC_FROM_ROOT_ACCOUNT",
        ),
        (
            &trade_no,
            format!(r#"{{"trans_in":"{seller}","amount":"1"}}"#),
            "",
            "40004 ACQ.ROYALTY_ACCOUNTS_EQUAL",
        ),
        (
            &trade_no,
            format!(r#"{{"trans_in":"{alice}","amount":"1"}}"#),
            "",
            "40004 ACQ.ROYALTY_RECEIVER_INVALID",
        ),
        (
            &trade_no,
            r#"{"trans_in":"nobody@example.com","trans_in_type":"loginName","amount":"1"}"#.to_owned(),
            "",
            "40004 ACQ.ROYALTY_RECEIVER_INVALID",
        ),
    ] {
        assert_eq!(settle(&client, no, "S1", &parts, more).await.outcome(), outcome, "{no} {parts} {more}");
    }
    let query = "alipay.trade.order.settle.query";
    let outcome = |no: &str| format!(r#"{{"settle_no":"{no}"}}"#);
    let none = ask(&client, query, &outcome(&format!("{trade_no}0009"))).await;
    assert_eq!(none.outcome(), "40004 INVALID_PARAMETER");
    assert_eq!(ask(&client, query, &outcome("1")).await.outcome(), "40004 MERCHANT_TRADE_NOT_MATCH");
    assert_eq!(ask(&client, query, "{}").await.outcome(), "40004 INVALID_PARAMETER");
    let left = ask(&client, "alipay.trade.order.onsettle.query", r#"{"trade_no":"1"}"#).await;
    assert_eq!(left.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
}

#[tokio::test]
async fn a_part_that_came_back_is_told_as_failed() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    bind(&client, &format!(r#"{{"type":"userId","account":"{}"}}"#, shop.bob)).await;
    let trade_no = pay(&shop, &client, "T1", "100").await.get("trade_no");
    shop.set_status(shop.bob, PartyStatus::Closed).await;
    let part = format!(r#"{{"trans_in":"{}","amount":"1"}}"#, shop.bob);
    let done = settle(&client, &trade_no, "S1", &part, "").await;
    assert_eq!(done.outcome(), "10000");
    let told = format!(r#"{{"settle_no":"{}"}}"#, done.get("settle_no"));
    let told = ask(&client, "alipay.trade.order.settle.query", &told).await.inner();
    let line = &told["royalty_detail_list"][0];
    assert_eq!((line["state"].as_str(), line["error_code"].is_string()), (Some("FAIL"), true));
}

#[tokio::test]
async fn receivers_are_bound_listed_and_given_up() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let frozen = shop.merchant("frozen@example.com").await;
    shop.set_status(frozen, PartyStatus::Frozen).await;
    let one = |account: &str, more: &str| format!(r#"{{"type":"userId","account":"{account}"{more}}}"#);
    let bob = shop.bob.to_string();
    for (list, outcome) in [
        (String::new(), "40004 RECEIVER_LIST_EMPTY"),
        (vec![one(&bob, ""); 21].join(","), "40004 RECEIVER_LIST_OVERLOAD"),
        (one("2088999999999999", ""), "40004 USER_NOT_EXIST"),
        (r#"{"type":"loginName","account":"nobody@example.com"}"#.to_owned(), "40004 USER_NOT_EXIST"),
        (one(&bob, r#","name":"another""#), "40004 USERNAME_NOT_MATCH"),
        (one(&frozen.to_string(), ""), "40004 RECEIVER_ACCOUNT_STATE_INVALID"),
        (format!(r#"{{"type":"openId","account":"{bob}"}}"#), "40004 INVALID_PARAMETER"),
        (format!(r#"{{"type":"cardAliasNo","account":"{bob}"}}"#), "40004 INVALID_RECEIVER_TYPE"),
        (format!(r#"{{"account":"{bob}"}}"#), "40004 INVALID_PARAMETER"),
        (one(&bob, r#","memo":"a""#), "10000"),
        (r#"{"type":"loginName","account":"Alice@example.com"}"#.to_owned(), "10000"),
    ] {
        assert_eq!(bind(&client, &list).await.outcome(), outcome, "{list}");
    }
    let list = "alipay.trade.royalty.relation.batchquery";
    let page = ask(&client, list, r#"{"out_request_no":"q1","page_size":1,"page_num":2}"#).await;
    assert_eq!(page.inner()["total_record_num"], 2);
    assert_eq!(page.inner()["total_page_num"], 2);
    assert_eq!(page.inner()["receiver_list"][0]["account"], "alice@example.com");
    let outside = ask(&client, list, r#"{"out_request_no":"q1","page_size":101}"#).await;
    assert_eq!(outside.outcome(), "40004 INVALID_PARAMETER");
    let unbind = |receiver: String| format!(r#"{{"out_request_no":"u1","receiver_list":[{receiver}]}}"#);
    let another = unbind(one(&bob, r#","name":"another""#));
    let another = ask(&client, "alipay.trade.royalty.relation.unbind", &another).await;
    assert_eq!(another.outcome(), "40004 USERNAME_NOT_MATCH", "given up by number, but not he");
    let unbind = ask(&client, "alipay.trade.royalty.relation.unbind", &unbind(one(&bob, ""))).await;
    assert_eq!(unbind.get("result_code"), "SUCCESS");
    let all = ask(&client, list, r#"{"out_request_no":"q2"}"#).await.inner();
    assert_eq!(all["receiver_list"].as_array().map(Vec::len), Some(1));
    let rate = ask(&client, "alipay.trade.royalty.rate.query", r#"{"out_request_no":"r1"}"#).await;
    assert_eq!(
        (rate.inner()["max_ratio"].as_i64(), rate.get("user_id")),
        (Some(30), shop.seller.to_string())
    );
}

#[tokio::test]
async fn what_is_frozen_for_splits_cannot_be_spent_until_they_are_finished() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let paid = format!(
        r#"{{"out_trade_no":"T1","total_amount":"100","subject":"a","auth_code":"{code}",
        "extend_params":{{"royalty_freeze":"true"}}}}"#
    );
    let trade_no = ask(&client, "alipay.trade.pay", &paid).await.get("trade_no");
    assert_eq!(available(&shop).await, "0.00");
    let finish = r#","extend_params":{"royalty_finish":true}"#;
    assert_eq!(settle(&client, &trade_no, "S1", "", finish).await.outcome(), "10000");
    assert_eq!(available(&shop).await, "99.40");
}

async fn available(shop: &Shop) -> String {
    let query = engine::FindAccount { party: shop.seller, currency: money::Currency::Cny };
    shop.door.ask(query).await.unwrap().available().to_string()
}

#[tokio::test]
async fn the_v3_interface_splits_too() {
    let shop = Shop::open().await;
    let v2 = shop.client().await;
    let client = RestClient::of(&v2);
    let bob = shop.bob;
    let bind = format!(r#"{{"out_request_no":"b","receiver_list":[{{"type":"userId","account":"{bob}"}}]}}"#);
    assert_eq!(client.post("royalty/relation/bind", &bind).await.outcome(), "200");
    let trade_no = pay(&shop, &v2, "T1", "100").await.get("trade_no");
    let split = |amount: &str| {
        format!(
            r#"{{"out_request_no":"S{amount}","trade_no":"{trade_no}",
            "royalty_parameters":[{{"trans_in":"{bob}","amount":"{amount}"}}]}}"#
        )
    };
    let done = client.post("order/settle", &split("3.00")).await;
    assert_eq!((done.outcome(), done.get("settle_no")), ("200".into(), format!("{trade_no}0001")));
    let refused = client.post("order/settle", &split("30.00")).await;
    assert_eq!(refused.outcome(), "400 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR");
    let path = format!("/v3/alipay/trade/order/settle/query?settle_no={trade_no}0001");
    let told = client.call("GET", &path, "").await;
    assert_eq!((told.outcome(), told.get("out_request_no")), ("200".into(), "S3.00".into()));
    let rate = client.call("GET", "/v3/alipay/trade/royalty/rate/query?out_request_no=r1", "").await;
    assert_eq!(rate.json()["max_ratio"], 30);
}

pub async fn refund(client: &Client, trade_no: &str, number: &str, amount: &str, parts: &str) -> Answer {
    let biz = format!(
        r#"{{"trade_no":"{trade_no}","refund_amount":"{amount}","out_request_no":"{number}",
        "refund_royalty_parameters":[{parts}]}}"#
    );
    client.call("alipay.trade.refund", &biz).await
}

/// A shop with an order of 100.00, of which Bob has 30.00.
async fn split_order(shop: &Shop, client: &Client) -> String {
    bind(client, &format!(r#"{{"type":"userId","account":"{}"}}"#, shop.bob)).await;
    let trade_no = pay(shop, client, "T1", "100").await.get("trade_no");
    let part = format!(r#"{{"trans_in":"{}","amount":"30"}}"#, shop.bob);
    assert_eq!(settle(client, &trade_no, "S1", &part, "").await.outcome(), "10000");
    trade_no
}

#[tokio::test]
async fn a_refund_takes_parts_back_from_receivers() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let trade_no = split_order(&shop, &client).await;
    let (bob, seller) = (shop.bob, shop.seller);
    let part = format!(
        r#"{{"royalty_type":"transfer","trans_out":"{bob}","trans_out_type":"userId","trans_in":"{seller}",
        "trans_in_type":"userId","amount":"12.5","desc":"退分账"}}"#
    );
    let done = refund(&client, &trade_no, "R1", "20", &part).await;
    assert_eq!((done.get("fund_change"), done.get("refund_fee")), ("Y".into(), "20.00".into()));
    // 69.40 less 7.50 of its own, and 0.12 of the fee.
    assert_eq!(available(&shop).await, "62.02");
    let again = refund(&client, &trade_no, "R1", "20", &part).await;
    assert_eq!((again.get("fund_change"), again.get("refund_fee")), ("N".into(), "20.00".into()));
    assert_eq!(available(&shop).await, "62.02");
    let other = refund(&client, &trade_no, "R1", "20", "").await;
    assert_eq!(other.outcome(), "40004 ACQ.DISCORDANT_REPEAT_REQUEST");
    assert!(other.get("sub_msg").contains("refund_royalty_parameters"), "{}", other.get("sub_msg"));
    let told = format!(r#"{{"settle_no":"{trade_no}0002"}}"#);
    let told = ask(&client, "alipay.trade.order.settle.query", &told).await.inner();
    let line = &told["royalty_detail_list"][0];
    let said =
        [&line["operation_type"], &line["trans_out"], &line["trans_in"], &line["amount"], &line["state"]];
    let (bob, seller) = (bob.to_string(), seller.to_string());
    assert_eq!(said, ["transfer_refund", &bob, &seller, "12.50", "SUCCESS"]);
    let left = format!(r#"{{"trade_no":"{trade_no}"}}"#);
    let left = ask(&client, "alipay.trade.order.onsettle.query", &left).await;
    assert_eq!(left.get("unsettled_amount"), "12.50");
    let query = format!(r#"{{"trade_no":"{trade_no}","out_request_no":"R1"}}"#);
    let found = ask(&client, "alipay.trade.fastpay.refund.query", &query).await.inner();
    let line = &found["refund_royaltys"][0];
    assert_eq!(
        [&line["trans_out"], &line["refund_amount"], &line["result_code"]],
        [&*bob, "12.50", "SUCCESS"]
    );
    // One that took nothing back says nothing of it.
    assert_eq!(refund(&client, &trade_no, "R2", "1", "").await.outcome(), "10000");
    let query = format!(r#"{{"trade_no":"{trade_no}","out_request_no":"R2"}}"#);
    let found = ask(&client, "alipay.trade.fastpay.refund.query", &query).await;
    assert_eq!(found.get("refund_amount"), "1.00");
    assert!(!found.names().iter().any(|name| name == "refund_royaltys"));
}

#[tokio::test]
async fn parts_that_cannot_be_taken_back_are_refused_by_name() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let trade_no = split_order(&shop, &client).await;
    let (bob, alice) = (shop.bob, shop.alice);
    for (parts, outcome) in [
        (r#"{"amount":"1"}"#.to_owned(), "40004 ACQ.INVALID_PARAMETER"),
        (format!(r#"{{"trans_out":"{bob}"}}"#), "40004 ACQ.INVALID_PARAMETER"),
        (format!(r#"{{"trans_out":"{bob}","amount":"0"}}"#), "40004 ACQ.INVALID_PARAMETER"),
        (format!(r#"{{"trans_out":"{bob}","amount":"0.001"}}"#), "40004 ACQ.INVALID_PARAMETER"),
        (format!(r#"{{"trans_out":"{bob}","amount":"-1"}}"#), "40004 ACQ.INVALID_PARAMETER"),
        (
            format!(r#"{{"trans_out":"{bob}","amount":"1","royalty_type":"replenish"}}"#),
            "40004 ACQ.INVALID_PARAMETER",
        ),
        (
            format!(r#"{{"trans_out":"{bob}","trans_out_type":"cardAliasNo","amount":"1"}}"#),
            "40004 ACQ.INVALID_PARAMETER",
        ),
        (
            vec![format!(r#"{{"trans_out":"{bob}","amount":"1"}}"#); 21].join(","),
            "40004 ACQ.INVALID_PARAMETER",
        ),
        (
            format!(r#"{{"trans_out":"{bob}","trans_in":"{alice}","amount":"1"}}"#),
            "40004 ACQ.USER_NOT_MATCH_ERR",
        ),
        (
            r#"{"trans_out":"nobody@example.com","trans_out_type":"loginName","amount":"1"}"#.to_owned(),
            "40004 ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST",
        ),
        (format!(r#"{{"trans_out":"{alice}","amount":"1"}}"#), "40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"),
        (format!(r#"{{"trans_out":"{bob}","amount":"20.01"}}"#), "40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"),
        (
            format!(r#"{{"trans_out":"{bob}","amount_percentage":"31"}}"#),
            "40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR",
        ),
    ] {
        assert_eq!(refund(&client, &trade_no, "R1", "20", &parts).await.outcome(), outcome, "{parts}");
    }
    let part = format!(r#"{{"trans_out":"{bob}","amount":"20"}}"#);
    shop.set_status(bob, PartyStatus::Closed).await;
    let refused = refund(&client, &trade_no, "R1", "20", &part).await;
    assert_eq!(refused.outcome(), "40004 ACQ.TRADE_SETTLE_ERROR");
    assert_eq!(refused.get("refund_fee"), "0.00");
    shop.set_status(bob, PartyStatus::Normal).await;
    assert_eq!(refund(&client, &trade_no, "R1", "20", &part).await.get("fund_change"), "Y");
    assert_eq!(available(&shop).await, "69.52");
}

#[tokio::test]
async fn the_same_number_with_another_freeze_is_another_order() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let order = |freeze: &str| {
        format!(
            r#"{{"out_trade_no":"T1","total_amount":"1","subject":"a","extend_params":{{"royalty_freeze":{freeze}}}}}"#
        )
    };
    let open = async |freeze: &str| client.call("alipay.trade.precreate", &order(freeze)).await.outcome();
    assert_eq!(open("\"true\"").await, "10000");
    assert_eq!(open("true").await, "10000");
    assert_eq!(open("\"false\"").await, "40004 ACQ.CONTEXT_INCONSISTENT");
    assert_eq!(open("\"yes\"").await, "40004 ACQ.INVALID_PARAMETER");
}

#[tokio::test]
async fn what_clients_write_for_nothing_is_nothing() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let paid = |more: &str| {
        format!(r#"{{"out_trade_no":"T1","total_amount":"100","subject":"a","auth_code":"{code}",{more}}}"#)
    };
    let wrong = ask(&client, "alipay.trade.pay", &paid(r#""extend_params":"[]""#)).await;
    assert_eq!(wrong.outcome(), "40004 ACQ.INVALID_PARAMETER");
    let as_text = r#""extend_params":"{\"royalty_freeze\":\"true\",\"hb_fq_num\":\"3\"}""#;
    assert_eq!(ask(&client, "alipay.trade.pay", &paid(as_text)).await.outcome(), "10000");
    assert_eq!(available(&shop).await, "0.00");
    let empty = r#"{"out_trade_no":"T2","total_amount":"1","subject":"a","extend_params":""}"#;
    assert_eq!(ask(&client, "alipay.trade.precreate", empty).await.outcome(), "10000");
    let refund = r#"{"out_trade_no":"T1","refund_amount":"100","refund_royalty_parameters":""}"#;
    assert_eq!(ask(&client, "alipay.trade.refund", refund).await.outcome(), "10000");
}

#[tokio::test]
async fn twenty_receivers_get_their_parts_and_give_them_back() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let trade_no = pay(&shop, &client, "T1", "100").await.get("trade_no");
    let mut receivers = Vec::new();
    for at in 0..20 {
        receivers.push(shop.merchant(&format!("receiver{at}@example.com")).await);
    }
    let list =
        |part: &dyn Fn(&base::PartyId) -> String| receivers.iter().map(part).collect::<Vec<_>>().join(",");
    let bound = bind(&client, &list(&|one| format!(r#"{{"type":"userId","account":"{one}"}}"#))).await;
    assert_eq!(bound.outcome(), "10000");
    let parts = list(&|one| format!(r#"{{"trans_in":"{one}","amount":"1.50"}}"#));
    assert_eq!(settle(&client, &trade_no, "S1", &parts, "").await.outcome(), "10000");
    let back = list(&|one| format!(r#"{{"trans_out":"{one}","amount":"1.50"}}"#));
    let last = *receivers.last().unwrap();
    shop.set_status(last, PartyStatus::Closed).await;
    assert_eq!(refund(&client, &trade_no, "R1", "30", &back).await.outcome(), "40004 ACQ.TRADE_SETTLE_ERROR");
    assert_eq!(available(&shop).await, "69.40");
    shop.set_status(last, PartyStatus::Normal).await;
    assert_eq!(refund(&client, &trade_no, "R1", "30", &back).await.get("fund_change"), "Y");
    assert_eq!(available(&shop).await, "69.58");
}
