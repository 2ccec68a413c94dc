//! Faults on request from outside, and what the report says of shops that take them well or badly.

use crate::letters::shop;
use crate::server::{Server, call, printed, tongbao};
use serde_json::{Value, json};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);
const PAY: &str = "alipay.trade.pay";
const QUERY: &str = "alipay.trade.query";
const REFUND: &str = "alipay.trade.refund";

fn set(server: &Server, fault: &str) {
    server.sandbox("/faults", &json!({ "fault": fault }));
}

/// A payment by a fresh code of the first buyer.
fn payment(server: &Server, number: &str) -> Value {
    let code = &server.sandbox("/paycode", &json!({ "login": server.login(0) }))["auth_code"];
    json!({ "out_trade_no": number, "total_amount": "1.50", "subject": "茶", "scene": "bar_code", "auth_code": code })
}

fn outcome(answer: &Value) -> String {
    let inner = answer.as_object().unwrap().iter().find(|(name, _)| name.ends_with("_response")).unwrap().1;
    let text = |name: &str| inner[name].as_str().unwrap_or_default().to_owned();
    [text("code"), text("sub_code"), text("trade_status")].join(" ").trim().replace("  ", " ")
}

fn query(server: &Server, number: &str) -> String {
    outcome(&server.gateway(QUERY, &json!({ "out_trade_no": number })).0)
}

fn pay(server: &Server, number: &str, notify_url: Option<&str>) -> String {
    outcome(&server.gateway_told(PAY, &payment(server, number), notify_url).0)
}

/// The kinds and orders that the report names, and its exit code.
fn report(server: &Server, patience: &str) -> (Vec<(String, String)>, Option<i32>) {
    let url = format!("http://{}", server.address);
    let output = tongbao(&["report", "--url", &url, "--patience", patience, "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = told["findings"].as_array().unwrap().iter();
    (found.map(|finding| (text(&finding["kind"]), text(&finding["order"]))).collect(), output.status.code())
}

fn finding(kind: &str, order: &str) -> (String, String) {
    (kind.to_owned(), order.to_owned())
}

fn heard(calls: &Receiver<String>) -> String {
    calls.recv_timeout(LIMIT).unwrap()
}

/// The books are whole, whatever was told.
fn stop_and_verify(server: Server, data: &std::path::Path) {
    server.stop();
    let verified = tongbao(&["verify", "--replay", "--data", data.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn an_answer_that_is_lost_or_unknown_says_nothing_of_the_money() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    assert_eq!(pay(&server, "F0", None), "10000");
    // Lost: no byte of an answer, and the payment stands.
    set(&server, "lost-answer");
    let lost = payment(&server, "F1");
    assert_eq!(server.try_gateway(PAY, &lost), None);
    assert_eq!(query(&server, "F1"), "10000 TRADE_SUCCESS");
    // The same again is the same payment.
    assert_eq!(outcome(&server.gateway(PAY, &lost).0), "10000");
    set(&server, "error-after");
    assert_eq!(pay(&server, "F2", None), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(query(&server, "F2"), "10000 TRADE_SUCCESS");
    set(&server, "error-before");
    assert_eq!(pay(&server, "F3", None), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(query(&server, "F3"), "40004 ACQ.TRADE_NOT_EXIST");
    set(&server, "maintenance");
    let (status, page) = server.try_gateway(QUERY, &json!({ "out_trade_no": "F1" })).unwrap();
    assert!(status == 503 && page.contains("系统维护中"), "{status} {page}");
    // Somebody who asks each time is right.
    assert_eq!(report(&server, "0"), (vec![], Some(0)));
    // Three payments were made, and each once.
    let accounts = printed(&["account", "list", "--json", "--data", data.to_str().unwrap()]);
    assert!(!accounts.contains("\"balance\":\"-"), "{accounts}");
    stop_and_verify(server, &data);
}

#[test]
fn the_report_names_what_a_careless_shop_did_and_nothing_of_a_careful_one() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    // Careful: asked, repeated, cancelled.
    for (number, fault) in [("C1", "error-after"), ("C2", "error-before")] {
        set(&server, fault);
        assert_eq!(pay(&server, number, None), "20000 ACQ.SYSTEM_ERROR");
        query(&server, number);
    }
    assert_eq!(pay(&server, "C3", None), "10000", "the next buyer");
    assert_eq!(report(&server, "0"), (vec![], Some(0)));
    // Careless: a new number at once.
    set(&server, "error-after");
    assert_eq!(pay(&server, "P1", None), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(pay(&server, "P2", None), "10000");
    assert_eq!(report(&server, "3600"), (vec![finding("paid_twice", "P1")], Some(1)));
    // The first was not paid, so that nothing was paid twice; but nobody asked.
    set(&server, "error-before");
    assert_eq!(pay(&server, "N1", None), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(pay(&server, "N2", None), "10000");
    assert_eq!(report(&server, "3600").0, [finding("paid_twice", "P1")], "it may still ask");
    assert_eq!(report(&server, "0").0, [finding("paid_twice", "P1"), finding("never_asked", "N1")]);
    query(&server, "N1");
    assert_eq!(report(&server, "0").0, [finding("paid_twice", "P1")]);
    // What is given back is not paid twice any more.
    let back = |number: &str, refund: &str, amount: &str| {
        let biz = json!({ "out_trade_no": number, "refund_amount": amount, "out_request_no": refund });
        outcome(&server.gateway(REFUND, &biz).0)
    };
    assert_eq!(back("P1", "B1", "1.50"), "10000");
    assert_eq!(report(&server, "0"), (vec![], Some(0)));
    // A refund under a new number.
    set(&server, "error-after");
    assert_eq!(back("P2", "R1", "0.50"), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(back("P2", "R1", "0.50"), "10000", "careful: the same number");
    assert_eq!(report(&server, "0"), (vec![], Some(0)));
    set(&server, "error-after");
    assert_eq!(back("P2", "R2", "0.40"), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(back("P2", "R3", "0.40"), "10000");
    let url = format!("http://{}", server.address);
    assert_eq!(report(&server, "3600").0, [finding("refunded_twice", "P2 (R2)")]);
    let words = tongbao(&["report", "--url", &url]);
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(
        words.contains("R3") && words.contains("Repeat a refund with the same out_request_no."),
        "{words}"
    );
    let (status, _) = call(&server.address, "DELETE", "/sandbox/report", "").unwrap();
    assert_eq!((status, report(&server, "0")), (200, (vec![], Some(0))));
    stop_and_verify(server, &data);
}

/// The latest notification about an order, once it is delivered.
fn delivered(server: &Server, number: &str) -> Value {
    let app = server.ready["apps"][0]["app_id"].as_str().unwrap();
    let began = Instant::now();
    loop {
        let path = format!("/sandbox/notifications?app_id={app}&out_trade_no={number}");
        let listed: Value = serde_json::from_str(&server.get(&path).1).unwrap();
        let notices = listed["notifications"].as_array().unwrap();
        if let Some(notice) = notices.iter().find(|notice| notice["state"] == "delivered") {
            return notice.clone();
        }
        assert!(began.elapsed() < LIMIT, "{listed}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Until the fault that was asked for has happened.
fn used_up(server: &Server) {
    let began = Instant::now();
    while server.get("/sandbox/faults").1 != r#"{"faults":[]}"# {
        assert!(began.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn letters_come_early_twice_and_forged_and_the_report_knows_who_took_what() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let (url, calls) = shop();
    set(&server, "notify-early");
    assert_eq!(pay(&server, "E1", Some(&url)), "10000");
    let early = calls.try_recv().unwrap();
    assert!(early.contains("out_trade_no=E1&"), "the letter was there before the answer: {early}");
    set(&server, "notify-duplicate");
    assert_eq!(pay(&server, "D1", Some(&url)), "10000");
    let (first, second) = (heard(&calls), heard(&calls));
    assert!(first == second && first.contains("out_trade_no=D1&"), "{first} {second}");
    set(&server, "notify-reorder");
    assert_eq!(pay(&server, "O1", Some(&url)), "10000");
    // It is this one that is held.
    used_up(&server);
    assert_eq!(pay(&server, "O2", Some(&url)), "10000");
    let both = [heard(&calls), heard(&calls)];
    assert!(both[0].contains("out_trade_no=O2&") && both[1].contains("out_trade_no=O1&"), "{both:?}");
    // To take a letter twice is right.
    let notice = delivered(&server, "D1");
    assert_eq!(notice["attempts"], 1);
    assert_eq!(report(&server, "0"), (vec![], Some(0)));
    let again = |more: Value| {
        let mut asked = json!({ "notify_id": notice["notify_id"] });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.sandbox("/notifications/resend", &asked);
    };
    again(json!({ "members": { "subject": "coffee" } }));
    assert_eq!(report(&server, "0"), (vec![], Some(0)), "a shop need not compare everything");
    again(json!({ "forge": "other_key" }));
    again(json!({ "members": { "total_amount": "0.01" } }));
    let found = [finding("took_forgery", "D1"), finding("took_changed", "D1")];
    assert_eq!(report(&server, "0"), (found.to_vec(), Some(1)));
    let (_, letters) = server.get("/sandbox/notifications/letters");
    let letters: Value = serde_json::from_str(&letters).unwrap();
    let kinds: Vec<&str> = letters["letters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| letter["kind"].as_str().unwrap())
        .collect();
    let expected = ["usual", "usual", "duplicate", "usual", "reordered", "changed", "forged", "changed"];
    assert_eq!(kinds, expected);
    stop_and_verify(server, &data);
}

#[test]
fn faults_are_set_and_cleared_from_the_command_line() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let url = format!("http://{}", server.address);
    let run = |words: &[&str]| printed(&[&["fault"], words, &["--url", &url]].concat());
    assert_eq!(run(&["list"]).trim(), "no fault stands");
    let set = run(&["set", "error-after", "--method", PAY, "--every", "2", "--next", "1", "--seed", "7"]);
    assert_eq!(set.trim(), format!("1. error-after, method {PAY}, next 1, every 2: seen 0, happened 0"));
    assert_eq!(pay(&server, "T1", None), "10000");
    assert!(run(&["list"]).contains("seen 1, happened 0"));
    assert_eq!(pay(&server, "T2", None), "20000 ACQ.SYSTEM_ERROR");
    assert_eq!(run(&["list"]).trim(), "no fault stands", "it is used up");
    run(&["set", "maintenance", "--for", "3600"]);
    assert_eq!(server.try_gateway(QUERY, &json!({ "out_trade_no": "T1" })).unwrap().0, 503);
    // The window is of the world's time.
    server.sandbox("/clock/advance", &json!({ "by": "2h" }));
    assert_eq!(query(&server, "T1"), "10000 TRADE_SUCCESS");
    run(&["set", "rate-limit"]);
    assert_eq!(run(&["clear", "3"]).trim(), "cleared: 1");
    let wrong = tongbao(&["fault", "set", "nonsense", "--url", &url]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("there is no such fault"));
    stop_and_verify(server, &data);
}
