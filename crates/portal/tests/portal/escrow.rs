//! Guaranteed trades over the sandbox API: both sides and customer service.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use people::PartyStatus;
use serde_json::{Value, json};

const SELLER: &str = "shop@example.com";

async fn paid(shop: &Shop, number: &str) -> String {
    let body = json!({"seller_login": SELLER, "app_id": shop.app.to_string(), "out_trade_no": number,
        "subject": "lamp", "total_amount": "30.00", "goods": "physical", "buyer_login": BUYER});
    let (status, opened) = shop.call("/sandbox/escrows", body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{opened}");
    assert_eq!(shop.call("/sandbox/escrows", body).await.1, opened, "the same call again");
    let trade_no = opened["trade_no"].as_str().unwrap().to_owned();
    let pay = json!({"login": BUYER, "pay_password": PASSWORD, "trade_no": trade_no});
    let (status, paid) = shop.call("/sandbox/pay", pay).await;
    assert_eq!((status, &paid["trade_status"]), (StatusCode::OK, &json!("WAIT_SELLER_SEND_GOODS")), "{paid}");
    trade_no
}

async fn act(shop: &Shop, trade_no: &str, act: &str, body: Value) -> (StatusCode, Value) {
    shop.call(&format!("/sandbox/escrows/{trade_no}/{act}"), body).await
}

#[tokio::test]
async fn goods_are_sent_confirmed_and_paid_for() {
    let shop = Shop::open().await;
    let trade_no = paid(&shop, "E1").await;
    let before = shop.balance(shop.seller).await;
    let send = json!({"login": SELLER, "transport": "express", "company": "SF", "number": "1001", "request_no": "s1"});
    for _twice in 0..2 {
        let (status, sent) = act(&shop, &trade_no, "send", send.clone()).await;
        assert_eq!(
            (status, &sent["trade_status"]),
            (StatusCode::OK, &json!("WAIT_BUYER_CONFIRM_GOODS")),
            "{sent}"
        );
    }
    let (_, seen) = shop.call("/sandbox/order", json!({"trade_no": trade_no})).await;
    assert_eq!(seen["trade_status"], "WAIT_BUYER_CONFIRM_GOODS");
    let other =
        json!({"login": SELLER, "transport": "ems", "company": "SF", "number": "1001", "request_no": "s1"});
    assert_eq!(act(&shop, &trade_no, "send", other).await.1["error"]["code"], "number_taken");
    assert_eq!(shop.balance(shop.seller).await, before, "nothing before the buyer confirms");
    let wrong = json!({"login": BUYER, "pay_password": "000000"});
    assert_eq!(act(&shop, &trade_no, "confirm", wrong).await.1["error"]["code"], "wrong_password");
    let confirm = json!({"login": BUYER, "pay_password": PASSWORD});
    let (status, done) = act(&shop, &trade_no, "confirm", confirm.clone()).await;
    assert_eq!((status, &done["trade_status"]), (StatusCode::OK, &json!("TRADE_FINISHED")), "{done}");
    assert_eq!(shop.balance(shop.seller).await, before + 2_982);
    let (_, seen) = shop.call("/sandbox/order", json!({"trade_no": trade_no})).await;
    assert_eq!(seen["trade_status"], "TRADE_FINISHED");
    let (status, again) = act(&shop, &trade_no, "confirm", confirm).await;
    assert_eq!((status, &again["error"]["code"]), (StatusCode::CONFLICT, &json!("already_finished")));
    shop.wait_posted().await;
    let (_, shown) = shop.get(&format!("/sandbox/escrows/{trade_no}")).await;
    let steps: Vec<&str> =
        shown["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["paid", "sent", "confirmed"]);
    for login in [BUYER, SELLER] {
        let (_, listed) = shop.get(&format!("/sandbox/escrows?login={login}")).await;
        assert_eq!(listed["escrows"][0]["trade_no"], json!(trade_no), "{listed}");
    }
}

#[tokio::test]
async fn a_dispute_is_divided_and_each_side_has_its_acts() {
    let shop = Shop::open().await;
    let trade_no = paid(&shop, "E2").await;
    let open = json!({"login": BUYER, "kind": "refund_only", "amount": "30.00", "words": "broken"});
    let (status, opened) = act(&shop, &trade_no, "open_case", open).await;
    assert_eq!(
        (status, &opened["case"]["refund_status"]),
        (StatusCode::OK, &json!("WAIT_SELLER_AGREE")),
        "{opened}"
    );
    let (status, no) = act(&shop, &trade_no, "agree", json!({"login": BUYER})).await;
    assert_eq!((status, &no["error"]["code"]), (StatusCode::CONFLICT, &json!("not_yours")));
    for (name, body) in [
        ("refuse", json!({"login": SELLER, "words": "not so"})),
        ("call_service", json!({"login": BUYER})),
        ("evidence", json!({"login": BUYER, "words": "photo"})),
        ("evidence", json!({"login": SELLER, "words": "receipt"})),
    ] {
        let (status, told) = act(&shop, &trade_no, name, body).await;
        assert_eq!(status, StatusCode::OK, "{name}: {told}");
    }
    let uneven = json!({"to_buyer": "10.00", "to_seller": "19.00"});
    assert_eq!(act(&shop, &trade_no, "decide", uneven).await.1["error"]["code"], "bad_amount");
    let (_, decided) =
        act(&shop, &trade_no, "decide", json!({"to_buyer": "10.00", "to_seller": "20.00"})).await;
    assert_eq!(
        (&decided["case"]["refund_status"], &decided["refunded"]),
        (&json!("SUCCESS"), &json!("10.00"))
    );
    for (name, body, code) in [
        ("fly", json!({}), "no_such_act"),
        ("send", json!({"login": SELLER}), "bad_request"),
        ("send", json!({"login": SELLER, "wings": 2}), "bad_request"),
    ] {
        assert_eq!(act(&shop, &trade_no, name, body).await.1["error"]["code"], code, "{name}");
    }
    let (status, none) = shop.get("/sandbox/escrows/2026010222001400000000000742").await;
    assert_eq!((status, &none["error"]["code"]), (StatusCode::NOT_FOUND, &json!("escrow_not_found")));
}

#[tokio::test]
async fn a_refused_opening_leaves_its_number_free() {
    let shop = Shop::open().await;
    let body = json!({"seller_login": SELLER, "app_id": shop.app.to_string(), "out_trade_no": "E3",
        "subject": "lamp", "total_amount": "30.00", "goods": "physical", "buyer_login": BUYER});
    let mut ours = body.clone();
    ours["out_trade_no"] = json!("~3");
    assert_eq!(shop.call("/sandbox/escrows", ours).await.1["error"]["code"], "bad_request");
    shop.set_status(PartyStatus::Frozen).await;
    let (status, refused) = shop.call("/sandbox/escrows", body.clone()).await;
    assert_eq!((status, &refused["error"]["code"]), (StatusCode::CONFLICT, &json!("buyer_blocked")));
    shop.set_status(PartyStatus::Normal).await;
    let mut another = body.clone();
    another["total_amount"] = json!("31.00");
    let (status, opened) = shop.call("/sandbox/escrows", another).await;
    assert_eq!(status, StatusCode::OK, "{opened}");
    assert_eq!(shop.call("/sandbox/escrows", body).await.1["error"]["code"], "number_taken");
}

#[tokio::test]
async fn a_case_whose_money_came_back_granted_nothing() {
    let shop = Shop::open().await;
    let trade_no = paid(&shop, "E4").await;
    let open = json!({"login": BUYER, "kind": "refund_only", "amount": "10.00", "words": "broken"});
    act(&shop, &trade_no, "open_case", open).await;
    shop.set_status(PartyStatus::Closed).await;
    let (status, told) = act(&shop, &trade_no, "agree", json!({"login": SELLER})).await;
    assert_eq!((status, &told["held"]), (StatusCode::OK, &json!("30.00")), "{told}");
    assert_eq!(
        (&told["case"]["refund_status"], &told["case"]["granted"]),
        (&json!("CLOSED"), &json!("0.00"))
    );
}
