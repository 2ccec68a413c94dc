//! The platform and a bank in another process: each is killed while the other goes on, and at the end both books say
//! the same.

use crate::bank_process::Bank;
use crate::cards::{PROMPT, advance, bind, books_are_exact, get, wish};
use crate::server::{Server, complaint, up};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

pub(crate) fn start(data: &Path, bank: &Bank) -> Server {
    let url = format!("http://{}", bank.address);
    let secret = bank.ready["secret_file"].as_str().unwrap();
    Server::start_with(data, "info", &["--bank", &url, "--bank-secret", secret])
}

fn orders(server: &Server) -> Vec<Value> {
    let told = get(server, &format!("/sandbox/bank/orders?login={}", server.login(0)));
    told["bank_orders"].as_array().unwrap().clone()
}

fn fen(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// What the platform says that the bank did, in fen, and how many movements that is.
fn believed(orders: &[Value]) -> (i64, usize) {
    let done = |order: &&Value| ["done", "returning", "returned", "credited"].contains(&state(order));
    let signed = |order: &Value| {
        let amount = fen(&order["amount"]);
        if order["kind"] == "top_up" { amount } else { -amount }
    };
    let done: Vec<&Value> = orders.iter().filter(done).collect();
    (done.iter().map(|order| signed(order)).sum(), done.len())
}

fn state(order: &Value) -> &str {
    order["state"].as_str().unwrap()
}

/// The name of the world's life at the bank.
pub(crate) fn generation(data: &Path) -> String {
    let note = fs::read_to_string(data.join("worlds/default/bank.json")).unwrap();
    let note: Value = serde_json::from_str(&note).unwrap();
    note["generation"].as_str().unwrap().to_owned()
}

fn told_truth(bank: &Bank, data: &Path) -> Value {
    bank.truth_of(&generation(data))
}

#[test]
fn nothing_is_lost_or_doubled_when_either_side_is_killed_between_steps() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let mut bank = Bank::start(&temporary.path().join("bank"), &["--seed", "11"]);
    let server = start(&data, &bank);
    server.sandbox("/clock/freeze", &json!({}));
    let card = bind(&server, PROMPT);
    let rates = json!({ "silent_before_ppm": 200_000, "silent_after_ppm": 200_000, "slow_ppm": 200_000,
        "other_amount_ppm": 200_000 });
    bank.faults(&rates);
    let ask = |server: &Server, path: &str, amount: &str, key: &str| {
        server.sandbox(path, &wish(server, &card, amount, key));
    };
    // Nobody answers: nothing is known, and nothing failed.
    bank.kill();
    for number in 0..5 {
        ask(&server, "/bank/topup", &format!("{}.00", 10 + number), &format!("in-{number}"));
        ask(&server, "/bank/withdraw", &format!("{}.00", 1 + number), &format!("out-{number}"));
    }
    advance(&server, "2s");
    assert!(orders(&server).iter().all(|order| state(order) == "unknown"), "{:?}", orders(&server));
    bank.start_again();
    advance(&server, "3s");
    server.kill();
    let server = start(&data, &bank);
    ask(&server, "/bank/topup", "40.00", "in-late");
    // Killed at whatever step these are, on both sides.
    ask(&server, "/bank/withdraw", "30.00", "out-late");
    bank.kill();
    server.kill();
    bank.start_again();
    let server = start(&data, &bank);
    advance(&server, "72h");
    let all = orders(&server);
    let last = ["done", "returned", "failed", "closed", "credited"];
    assert!(all.iter().all(|order| last.contains(&state(order))), "{all:?}");
    assert!(all.len() >= 12, "{all:?}");
    let truth = told_truth(&bank, &data);
    let movements = truth["movements"].as_array().unwrap().len();
    assert_eq!(believed(&all), (truth["reserve_minor"].as_i64().unwrap(), movements), "{truth}");
    assert_eq!(truth["books_balance"], true);
    // How many follows from the orders' numbers, which follow from the time: two of twelve were seen, none is next to
    // impossible.
    assert!(!truth["faults"].as_array().unwrap().is_empty(), "some faults struck: {truth}");
    server.stop();
    books_are_exact(&data);
}

#[test]
fn a_world_that_begins_anew_is_another_one_for_the_bank() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let bank = Bank::start(&temporary.path().join("bank"), &[]);
    let server = start(&data, &bank);
    server.sandbox("/clock/freeze", &json!({}));
    let once = |server: &Server, amount: &str| {
        let card = bind(server, PROMPT);
        server.sandbox("/bank/topup", &wish(server, &card, amount, "k1"));
        advance(server, "1s");
        assert_eq!(orders(server).iter().map(state).collect::<Vec<_>>(), ["done"]);
        let truth = told_truth(&bank, &data);
        assert_eq!(truth["movements"].as_array().unwrap().len(), 1, "{truth}");
    };
    once(&server, "10.00");
    server.sandbox("/world/reset", &json!({}));
    server.sandbox("/clock/freeze", &json!({}));
    once(&server, "11.00");
    server.stop();
    let secret = temporary.path().join("bank/secret");
    let mut options = up(&data);
    options.extend(["--bank", "127.0.0.1:1", "--bank-secret", secret.to_str().unwrap()]);
    let said = complaint(&options);
    assert!(said.contains("http://"), "{said}");
}
