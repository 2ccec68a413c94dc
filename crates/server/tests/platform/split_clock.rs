//! Splits under the world's clock: what is frozen for them is free after a year, and the books stay exact.

use crate::server::{Server, printed};
use serde_json::{Value, json};

fn ask(server: &Server, method: &str, biz: &Value) -> Value {
    let (answer, _) = server.gateway(method, biz);
    let answer = answer[format!("{}_response", method.replace('.', "_"))].clone();
    assert_eq!(answer["code"], "10000", "{method} {answer}");
    answer
}

/// Paid under `royalty_freeze`; gives its number.
fn pay_frozen(server: &Server, number: &str) -> String {
    let buyer = &server.ready["buyers"][0];
    let biz = json!({ "out_trade_no": number, "total_amount": "100.00", "subject": "茶", "buyer_id": buyer["user_id"],
        "product_code": "JSAPI_PAY", "extend_params": { "royalty_freeze": "true" } });
    let trade_no = ask(server, "alipay.trade.create", &biz)["trade_no"].clone();
    let pay = json!({ "login": buyer["login"], "pay_password": buyer["pay_password"], "trade_no": trade_no });
    server.sandbox("/pay", &pay);
    trade_no.as_str().unwrap().to_owned()
}

#[test]
fn what_is_frozen_for_splits_is_free_after_a_year() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let receiver = server.sandbox("/party", &json!({ "kind": "merchant", "login": "receiver@example.com" }));
    let receiver = receiver["user_id"].clone();
    let bind = json!({ "out_request_no": "b", "receiver_list": [{ "type": "userId", "account": receiver }] });
    ask(&server, "alipay.trade.royalty.relation.bind", &bind);
    let [left, finished, refunded] =
        ["left", "finished", "refunded"].map(|number| pay_frozen(&server, number));
    for trade_no in [&left, &finished, &refunded] {
        let parts = json!([{ "trans_in": receiver, "amount": "20.00" }]);
        let biz = json!({ "out_request_no": "S1", "trade_no": trade_no, "royalty_parameters": parts });
        ask(&server, "alipay.trade.order.settle", &biz);
    }
    let finish =
        json!({ "out_request_no": "S2", "trade_no": finished, "extend_params": { "royalty_finish": true } });
    ask(&server, "alipay.trade.order.settle", &finish);
    let back = json!([{ "trans_out": receiver, "amount": "20.00" }]);
    let whole = json!({ "trade_no": refunded, "refund_amount": "100.00", "refund_royalty_parameters": back });
    assert_eq!(ask(&server, "alipay.trade.refund", &whole)["fund_change"], "Y");
    // Of these three one still holds something.
    let early = server.sandbox("/clock/advance", &json!({ "by": "364d" }));
    assert_eq!(early["counts"]["split_freezes_ended"], 0, "{early}");
    let journey = server.sandbox("/clock/advance", &json!({ "by": "2d" }));
    assert_eq!(journey["counts"]["split_freezes_ended"], 1, "{journey}");
    let told =
        journey["events"].as_array().unwrap().iter().find(|event| event["what"] == "split_freeze_ended");
    assert_eq!(told.expect("it is told")["trade_no"], json!(left), "{journey}");
    let late = json!({ "out_request_no": "S3", "trade_no": left, "royalty_parameters":
        [{ "trans_in": receiver, "amount": "1.00" }] });
    let (late, _) = server.gateway("alipay.trade.order.settle", &late);
    assert_eq!(late["alipay_trade_order_settle_response"]["sub_code"], "ACQ.ILLEGAL_SETTLE_STATE", "{late}");
    server.stop();
    let told = printed(&["verify", "--data", data.to_str().unwrap(), "--replay"]);
    assert!(told.contains("The books are exact."), "{told}");
}
