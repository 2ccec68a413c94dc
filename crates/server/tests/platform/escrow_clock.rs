//! Guaranteed trades under the world's clock: made over the gateway, moved on by time alone, exact to the end.

use crate::server::{Server, printed};
use serde_json::{Value, json};
use std::path::Path;

fn open(server: &Server, number: &str, goods: &str) -> String {
    let buyer = &server.ready["buyers"][0];
    let biz = json!({ "out_trade_no": number, "total_amount": "3.00", "subject": "茶", "buyer_id": buyer["user_id"],
        "product_code": "JSAPI_PAY", "escrow_goods": goods });
    let (answer, _) = server.gateway("alipay.trade.create", &biz);
    let answer = &answer["alipay_trade_create_response"];
    assert_eq!(answer["code"], "10000", "{answer}");
    let trade_no = answer["trade_no"].as_str().unwrap().to_owned();
    let pay = json!({ "login": buyer["login"], "pay_password": buyer["pay_password"], "trade_no": trade_no });
    server.sandbox("/pay", &pay);
    trade_no
}

fn status_of(server: &Server, number: &str) -> String {
    let (answer, _) = server.gateway("alipay.trade.query", &json!({ "out_trade_no": number }));
    answer["alipay_trade_query_response"]["trade_status"].as_str().unwrap_or_default().to_owned()
}

fn shown(server: &Server, trade_no: &str) -> Value {
    serde_json::from_str(&server.get(&format!("/sandbox/escrows/{trade_no}")).1).unwrap()
}

fn clean(data: &Path) {
    let told = printed(&["verify", "--data", data.to_str().unwrap(), "--replay"]);
    assert!(told.contains("The books are exact."), "{told}");
}

#[test]
fn every_escrow_and_case_is_final_after_four_hundred_days() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let buyer = server.ready["buyers"][0]["user_id"].clone();
    let trades: Vec<String> =
        ["unsent", "asked", "virtual"].iter().map(|number| open(&server, number, "virtual")).collect();
    assert_eq!(status_of(&server, "unsent"), "WAIT_SELLER_SEND_GOODS");
    let ask = json!({ "user_id": buyer, "kind": "refund_only", "amount": "1.00" });
    server.sandbox(&format!("/escrows/{}/open_case", trades[1]), &ask);
    let seller = shown(&server, &trades[2])["seller_id"].clone();
    server.sandbox(
        &format!("/escrows/{}/send", trades[2]),
        &json!({ "user_id": seller, "transport": "unneeded" }),
    );
    assert_eq!(status_of(&server, "virtual"), "WAIT_BUYER_CONFIRM_GOODS");
    let journey = server.sandbox("/clock/advance", &json!({ "by": "400d" }));
    // Two are reminded and given back on the last day, one case is agreed to by silence, one is confirmed by time.
    assert_eq!(journey["counts"]["escrow_steps"], 6, "{journey}");
    for (number, status) in
        [("unsent", "TRADE_CLOSED"), ("asked", "TRADE_CLOSED"), ("virtual", "TRADE_FINISHED")]
    {
        assert_eq!(status_of(&server, number), status, "{number}");
    }
    for trade_no in &trades {
        let shown = shown(&server, trade_no);
        assert_eq!((&shown["held"], &shown["next_step_at"]), (&json!("0.00"), &Value::Null), "{shown}");
    }
    assert_eq!(shown(&server, &trades[1])["case"]["refund_status"], "SUCCESS");
    server.stop();
    clean(&data);
}
