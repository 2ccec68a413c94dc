//! Bank cards from outside: binding, money in and out, the bank's silence, the world's clock, and kill -9.

use crate::server::{Server, call, printed};
use serde_json::{Value, json};

/// A card that the bank treats as its last two digits say.
pub(crate) const PROMPT: &str = "6222021234567894";
const CUT_OFF: &str = "6222020000030004";
const SLOW: &str = "6222020000010006";
const LATE: &str = "6222020000000007";
const REFUSES: &str = "6222020000060001";

/// Binds a card of the first buyer; gives our number of it.
pub(crate) fn bind(server: &Server, number: &str) -> String {
    let login = server.login(0);
    let ask = json!({ "login": login, "card_number": number, "holder": "张三", "mobile": "13812345678" });
    let asked = server.sandbox("/bank/cards", &ask);
    assert_eq!(asked["state"], "asked", "{asked}");
    let code: String = asked["bank_message"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let confirm = json!({ "login": login, "card_id": asked["card_id"], "code": code });
    let bound = server.sandbox("/bank/cards/confirm", &confirm);
    assert_eq!((&bound["state"], &bound["bank"]), (&json!("bound"), &json!("ICBC")), "{bound}");
    bound["card_id"].as_str().unwrap().to_owned()
}

pub(crate) fn wish(server: &Server, card: &str, amount: &str, key: &str) -> Value {
    let buyer = &server.ready["buyers"][0];
    json!({ "login": buyer["login"], "pay_password": buyer["pay_password"], "card_id": card, "amount": amount,
        "key": key })
}

fn refused(server: &Server, path: &str, body: &Value) -> String {
    let (status, text) =
        call(&server.address, "POST", &format!("/sandbox{path}"), &body.to_string()).unwrap();
    assert!((400..500).contains(&status), "{status} {text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    told["error"]["code"].as_str().unwrap().to_owned()
}

pub(crate) fn get(server: &Server, path: &str) -> Value {
    let (status, text) = server.get(path);
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn order(server: &Server, asked: &Value) -> Value {
    let no = asked["bank_order_no"].as_str().unwrap();
    get(server, &format!("/sandbox/bank/orders/{no}?login={}", server.login(0)))
}

/// Lets the world's clock go on, and all that falls due on the way be done.
pub(crate) fn advance(server: &Server, by: &str) -> Value {
    server.sandbox("/clock/advance", &json!({ "by": by }))
}

/// A top-up of the sandbox of the smallest sum tells the balance.
fn balance(server: &Server, key: &str) -> String {
    let asked = json!({ "login": server.login(0), "amount": "0.01", "key": key });
    server.sandbox("/topup", &asked)["balance"].as_str().unwrap().to_owned()
}

pub(crate) fn books_are_exact(data: &std::path::Path) {
    let told = printed(&["verify", "--data", data.to_str().unwrap(), "--replay"]);
    assert!(told.contains("The books are exact."), "{told}");
}

#[test]
fn cards_are_bound_filled_from_paid_out_to_and_given_up() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let card = bind(&server, PROMPT);
    let before = balance(&server, "b0");

    let filled = server.sandbox("/bank/topup", &wish(&server, &card, "30.00", "k1"));
    assert_eq!((&filled["state"], &filled["fee"]), (&json!("asked"), &json!("0.00")), "{filled}");
    advance(&server, "1s");
    assert_eq!(order(&server, &filled)["state"], "done");
    let again = server.sandbox("/bank/topup", &wish(&server, &card, "30.00", "k1"));
    assert_eq!(again["bank_order_no"], filled["bank_order_no"], "one key, one order");
    assert_eq!(refused(&server, "/bank/topup", &wish(&server, &card, "30.01", "k1")), "key_taken");

    server.sandbox("/topup", &json!({ "login": server.login(0), "amount": "30000.00", "key": "fill" }));
    let paid = server.sandbox("/bank/withdraw", &wish(&server, &card, "25000.00", "k2"));
    assert_eq!(paid["fee"], "5.00", "0.1 % above the free 20,000: {paid}");
    advance(&server, "1s");
    assert_eq!(order(&server, &paid)["state"], "done");
    let after = balance(&server, "b1");
    let fen = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(fen(&after), fen(&before) + 3_000 + 3_000_000 - 2_500_500 + 1);

    let mut wrong = wish(&server, &card, "1.00", "k3");
    wrong["pay_password"] = json!("000000");
    assert_eq!(refused(&server, "/bank/withdraw", &wrong), "wrong_password");
    assert_eq!(
        refused(&server, "/bank/withdraw", &wish(&server, &card, "50000.01", "k4")),
        "over_single_limit"
    );
    assert_eq!(refused(&server, "/bank/topup", &wish(&server, &card, "50000.01", "k5")), "over_single_limit");
    assert_eq!(
        refused(&server, "/bank/withdraw", &wish(&server, &card, "9999999.99", "k6")),
        "over_single_limit"
    );

    let gone = server.sandbox("/bank/cards/unbind", &json!({ "login": server.login(0), "card_id": card }));
    assert_eq!(gone["state"], "unbound");
    assert_eq!(refused(&server, "/bank/topup", &wish(&server, &card, "1.00", "k7")), "card_not_bound");
    server.stop();
    books_are_exact(&data);
    let kept = data.read_dir().unwrap().count();
    assert!(kept > 0);
    for word in [PROMPT, "13812345678", "张三"] {
        assert!(!holds(&data, word.as_bytes()), "{word} is written somewhere");
    }
}

/// Whether a file below a folder holds these bytes.
fn holds(folder: &std::path::Path, bytes: &[u8]) -> bool {
    folder.read_dir().unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        let content = std::fs::read(&path).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[test]
fn a_bank_that_is_silent_slow_or_late_is_asked_until_it_speaks() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let [cut_off, slow, late, refuses] = [CUT_OFF, SLOW, LATE, REFUSES].map(|number| bind(&server, number));
    let before = balance(&server, "b0");
    let top_up = |card: &str, key| server.sandbox("/bank/topup", &wish(&server, card, "10.00", key));
    let cut_off = top_up(&cut_off, "k1");
    let slow = top_up(&slow, "k2");
    let late = top_up(&late, "k3");
    let refused = top_up(&refuses, "k4");
    let paid_out = server.sandbox("/bank/withdraw", &wish(&server, &refuses, "10.00", "k5"));
    let states = || {
        [&cut_off, &slow, &late, &refused, &paid_out]
            .map(|asked| order(&server, asked)["state"].as_str().unwrap().to_owned())
    };
    // A second after it was sent, which may be a moment after the clock was read here.
    let journey = advance(&server, "2s");
    assert_eq!(journey["counts"]["bank_orders_decided"], 1, "{journey}");
    assert_eq!(states(), ["done", "unknown", "unknown", "failed", "failed"]);
    advance(&server, "30m");
    assert_eq!(states()[1..3], ["done", "unknown"]);
    advance(&server, "24h");
    assert_eq!(states()[2], "given_up");
    advance(&server, "2h");
    assert_eq!(states()[2], "returning", "this bank is as slow the other way");
    advance(&server, "26h");
    assert_eq!(states()[2], "returned", "it came after it was given up, and went back");
    let orders = get(&server, &format!("/sandbox/bank/orders?login={}", server.login(0)));
    let returns: Vec<&Value> =
        orders["bank_orders"].as_array().unwrap().iter().filter(|order| order["kind"] == "return").collect();
    assert_eq!(returns.len(), 1, "{orders}");
    assert_eq!((&returns[0]["state"], &returns[0]["amount"]), (&json!("done"), &json!("10.00")));
    let fen = |text: String| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(fen(balance(&server, "b1")), fen(before) + 2_000 + 1);
    server.stop();
    books_are_exact(&data);
}

#[test]
fn a_server_that_is_killed_while_the_bank_is_asked_goes_on_from_the_rows() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let [prompt, slow] = [PROMPT, SLOW].map(|number| bind(&server, number));
    let before = balance(&server, "b0");
    let waits = server.sandbox("/bank/topup", &wish(&server, &slow, "10.00", "k1"));
    let paid_out = server.sandbox("/bank/withdraw", &wish(&server, &slow, "20.00", "k2"));
    advance(&server, "1s");
    // This one is killed at whatever step it is.
    let at_once = server.sandbox("/bank/topup", &wish(&server, &prompt, "30.00", "k3"));
    server.kill();
    let server = Server::start(&data);
    assert_eq!(order(&server, &waits)["state"], "unknown");
    advance(&server, "1h");
    for asked in [&waits, &paid_out, &at_once] {
        assert_eq!(order(&server, asked)["state"], "done");
    }
    let fen = |text: String| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(fen(balance(&server, "b1")), fen(before) + 1_000 - 2_000 + 3_000 + 1);
    server.stop();
    books_are_exact(&data);
}

#[test]
fn a_card_pays_an_order_and_gets_its_refund() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let [cut_off, refuses] = [CUT_OFF, REFUSES].map(|number| bind(&server, number));
    let before = balance(&server, "b0");
    let buyer = &server.ready["buyers"][0];
    let (login, pay_password) = (&buyer["login"], &buyer["pay_password"]);
    let pay = |card: &str, code: &str| {
        let mut by = json!({ "login": login, "pay_password": pay_password, "qr_code": code });
        by["card_id"] = json!(card);
        by
    };
    let query = || {
        let biz = json!({ "out_trade_no": "C1", "query_options": ["fund_bill_list"] });
        server.gateway("alipay.trade.query", &biz).0["alipay_trade_query_response"].clone()
    };
    let code = server.precreate("C1");
    server.sandbox("/pay", &pay(&refuses, &code));
    advance(&server, "1s");
    assert_eq!(query()["trade_status"], "WAIT_BUYER_PAY", "the bank refused, the order waits");
    let asked = server.sandbox("/pay", &pay(&cut_off, &code));
    assert_eq!(asked["bank_order"]["state"], "asked", "{asked}");
    assert_eq!(query()["trade_status"], "WAIT_BUYER_PAY", "nothing was heard yet");
    advance(&server, "2s");
    let paid = query();
    assert_eq!(paid["trade_status"], "TRADE_SUCCESS", "{paid}");
    let bill = &paid["fund_bill_list"][0];
    assert_eq!(
        (&bill["fund_channel"], &bill["fund_type"]),
        (&json!("BANKCARD"), &json!("DEBIT_CARD")),
        "{paid}"
    );
    assert_eq!((&bill["bank_code"], &bill["amount"]), (&json!("ICBC"), &json!("1.50")));
    let refund = json!({ "out_trade_no": "C1", "refund_amount": "0.50", "out_request_no": "R1" });
    let refunded = server.gateway("alipay.trade.refund", &refund).0["alipay_trade_refund_response"].clone();
    assert_eq!(refunded["fund_change"], "Y", "{refunded}");
    advance(&server, "2s");
    let orders = get(&server, &format!("/sandbox/bank/orders?login={}", server.login(0)));
    let returned = &orders["bank_orders"][0];
    assert_eq!((&returned["kind"], &returned["state"]), (&json!("return"), &json!("done")), "{orders}");
    assert_eq!(returned["amount"], "0.50");
    let fen = |text: String| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(fen(balance(&server, "b1")), fen(before) + 1, "no balance was touched");
    server.stop();
    books_are_exact(&data);
}
