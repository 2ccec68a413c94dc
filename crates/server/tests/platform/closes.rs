//! The close of days from outside: trial balances that are even, each day once, payments meanwhile, and kill -9.

use crate::cards::{advance, books_are_exact, get};
use crate::server::{Server, call, printed};
use serde_json::{Value, json};

/// The days that are closed, newest first.
fn days(server: &Server) -> Vec<Value> {
    get(server, "/sandbox/close")["days"].as_array().unwrap().clone()
}

fn is_even(day: &Value) {
    for book in day["trial_balance"].as_array().unwrap() {
        assert_eq!(
            (&book["difference"], &book["difference_at_end"]),
            (&json!("0.00"), &json!("0.00")),
            "{day}"
        );
    }
}

#[test]
fn days_are_closed_once_also_over_a_kill() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let top_up = |server: &Server, key: &str| {
        server.sandbox("/topup", &json!({ "login": server.login(0), "amount": "30.00", "key": key }));
    };
    top_up(&server, "k1");
    let (status, told) = call(&server.address, "POST", "/sandbox/close", r#"{"day":"2999-01-01"}"#).unwrap();
    assert_eq!(status, 409, "{told}");
    advance(&server, "24h");
    top_up(&server, "k2");
    server.sandbox("/close", &json!({}));
    let first = days(&server);
    assert_eq!(first.len(), 1, "{first:?}");
    is_even(&first[0]);
    let reserve = |day: &Value| {
        let accounts = day["trial_balance"][0]["accounts"].as_array().unwrap();
        let reserve = accounts.iter().find(|line| line["kind"] == "bank_reserve").unwrap();
        ["opening", "debit", "credit", "closing"].map(|name| reserve[name].as_str().unwrap().to_owned())
    };
    let [opening, debit, credit, closing] = reserve(&first[0]);
    assert_eq!((opening.as_str(), credit.as_str(), closing), ("0.00", "0.00", format!("-{debit}")));
    advance(&server, "72h");
    server.sandbox("/close", &json!({}));
    let four = days(&server);
    assert_eq!(four.len(), 4, "a day without payments is closed too");
    four.iter().for_each(is_even);
    assert_eq!(four[3], first[0], "what is closed does not change");
    assert_eq!(reserve(&four[2])[1], "30.00");
    server.kill();

    let server = Server::start(&data);
    let again = server.sandbox("/close", &json!({}));
    assert_eq!((&again["closed"], days(&server)), (&json!(0), four.clone()));
    let one = get(&server, &format!("/sandbox/close?day={}", four[1]["day"].as_str().unwrap()));
    assert_eq!(one["days"], json!([four[1]]));
    let told = printed(&["close", "--url", &format!("http://{}", server.address)]);
    assert!(told.starts_with("Closed up to "), "{told}");
    server.stop();
    books_are_exact(&data);
}
