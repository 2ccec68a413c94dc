//! The simulated bank as a process: asked over HTTP with a proof, killed between and during calls.

use crate::server::complaint;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use wire::bank_call::{BankCall, BankSecret};

/// 2026-01-02 12:00 in China, microseconds UTC.
const NOON: i64 = 1_767_326_400_000_000;
const DAY_US: i64 = 86_400_000_000;
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Bank {
    child: Child,
    data: PathBuf,
    pub(crate) address: String,
    secret: BankSecret,
    pub(crate) ready: Value,
}

impl Drop for Bank {
    fn drop(&mut self) {
        self.kill();
    }
}

fn card() -> &'static str {
    // ICBC, its check digit found by hand.
    "6222021234567800002"
}

impl Bank {
    pub(crate) fn start(data: &Path, options: &[&str]) -> Bank {
        Bank::start_at("127.0.0.1:0", data, options)
    }

    fn start_at(listen: &str, data: &Path, options: &[&str]) -> Bank {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tongbao"))
            .args(["bank", "--listen", listen, "--data", data.to_str().unwrap()])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address = ready["bank"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let secret = fs::read_to_string(ready["secret_file"].as_str().unwrap()).unwrap();
        let secret = BankSecret::from_hex(&secret).unwrap();
        Bank { child, data: data.to_owned(), address, secret, ready }
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }

    /// Starts again where it was, after a kill.
    pub(crate) fn start_again(&mut self) {
        let mut again = Bank::start_at(&self.address, &self.data, &[]);
        std::mem::swap(&mut self.child, &mut again.child);
    }

    fn again(mut self) -> Bank {
        self.kill();
        Bank::start(&self.data, &[])
    }

    /// Sends a call and gives the connection, with the call's proof.
    fn send(&self, verb: &str, path: &str, body: &str, time_us: i64) -> (TcpStream, String) {
        let generation = "g1";
        let call = BankCall { method: verb, path, generation, time_us, body: body.as_bytes() };
        let proof = self.secret.prove_call(&call);
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
        let head = format!(
            "{verb} {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\ntongbao-generation: {generation}\r\n\
             tongbao-time-us: {time_us}\r\ntongbao-proof: {proof}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        (stream, proof)
    }

    /// The answer: `None` when the connection closed without one. Its proof is checked.
    fn hear(&self, (mut stream, call_proof): (TcpStream, String)) -> Option<(u16, String)> {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, text) = answer.split_once("\r\n\r\n")?;
        let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
        let proof = head.lines().find_map(|line| line.strip_prefix("tongbao-proof: "))?;
        assert!(self.secret.is_answer(&call_proof, status, text.as_bytes(), proof), "{head}");
        Some((status, text.to_owned()))
    }

    pub(crate) fn ask_at(&self, verb: &str, path: &str, body: &Value, time_us: i64) -> Option<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, text) = self.hear(self.send(verb, path, &body, time_us))?;
        Some((status, serde_json::from_str(&text).unwrap()))
    }

    /// Sets the rates of faults.
    pub(crate) fn faults(&self, rates: &Value) {
        self.post("/faults", rates);
    }

    /// What the bank really did in a generation, without moving its time.
    pub(crate) fn truth_of(&self, generation: &str) -> Value {
        let call = BankCall { method: "GET", path: "/truth", generation, time_us: 0, body: b"" };
        let proof = self.secret.prove_call(&call);
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
        let head = format!(
            "GET /truth HTTP/1.1\r\nhost: bank\r\nconnection: close\r\ntongbao-generation: {generation}\r\n\
             tongbao-time-us: 0\r\ntongbao-proof: {proof}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        serde_json::from_str(&self.hear((stream, proof)).unwrap().1).unwrap()
    }

    /// The statement of a day of a generation, as text, at a moment of the world.
    pub(crate) fn statement(&self, generation: &str, path: &str, time_us: i64) -> String {
        let call = BankCall { method: "GET", path, generation, time_us, body: b"" };
        let proof = self.secret.prove_call(&call);
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\ntongbao-generation: {generation}\r\n\
             tongbao-time-us: {time_us}\r\ntongbao-proof: {proof}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (status, text) = self.hear((stream, proof)).unwrap();
        assert_eq!(status, 200, "{text}");
        text
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let (status, said) = self.ask_at("POST", path, body, NOON).unwrap();
        assert_eq!(status, 200, "{path} {said}");
        said
    }

    fn get(&self, path: &str) -> Value {
        let (status, said) = self.ask_at("GET", path, &Value::Null, NOON).unwrap();
        assert_eq!(status, 200, "{path} {said}");
        said
    }

    fn agreement(&self) -> String {
        let ask = json!({
            "key": "bind-1", "card": card(), "holder": "李四", "identity": "11010519491231002X",
            "mobile": "13800001234",
        });
        assert_eq!(self.post("/bindings", &ask)["state"], "asked");
        let otp = self.get("/inbox")["messages"][0]["otp"].clone();
        let bound = self.post("/bindings/bind-1/confirm", &json!({ "otp": otp }));
        bound["agreement"].as_str().unwrap().to_owned()
    }
}

fn order(key: &str, agreement: &str, direction: &str, amount_minor: i64) -> Value {
    json!({
        "key": key, "agreement": agreement, "direction": direction, "amount_minor": amount_minor,
        "currency": "CNY",
    })
}

#[test]
fn only_calls_with_a_proof_are_answered() {
    let at = tempfile::tempdir().unwrap();
    let bank = Bank::start(&at.path().join("bank"), &["--seed", "7"]);
    assert_eq!(bank.ready["seed"], 7);
    let unproven = |headers: &str, path: &str| {
        let mut stream = TcpStream::connect(&bank.address).unwrap();
        stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(unproven("", "/health"), "200");
    assert_eq!(unproven("", "/truth"), "401");
    let call = BankCall { method: "GET", path: "/truth", generation: "g1", time_us: NOON, body: b"" };
    let proof = bank.secret.prove_call(&call);
    let headers = |generation: &str, time: &str| {
        format!("tongbao-generation: {generation}\r\ntongbao-time-us: {time}\r\ntongbao-proof: {proof}\r\n")
    };
    assert_eq!(unproven(&headers("g1", &NOON.to_string()), "/truth"), "200");
    assert_eq!(unproven(&headers("g1", &NOON.to_string()), "/inbox"), "401", "of another path");
    assert_eq!(unproven(&headers("g2", &NOON.to_string()), "/truth"), "401", "of another generation");
    assert_eq!(unproven(&headers("g1", "1"), "/truth"), "401", "of another time");
    assert_eq!(unproven(&headers("g1", "soon"), "/truth"), "401");
    let said = complaint(&["bank", "--listen", "127.0.0.1:0", "--data", bank.data.to_str().unwrap()]);
    assert!(said.contains("another process"), "{said}");
}

#[test]
fn bad_calls_are_refused_and_change_nothing() {
    let at = tempfile::tempdir().unwrap();
    let bank = Bank::start(&at.path().join("bank"), &[]);
    let agreement = bank.agreement();
    let refused = |verb: &str, path: &str, body: Value| {
        let (status, said) = bank.ask_at(verb, path, &body, NOON).unwrap();
        (status, said["error"].as_str().unwrap().to_owned())
    };
    let wrong = |name: &str| (400, name.to_owned());
    assert_eq!(refused("POST", "/orders", json!({})), wrong("body_wrong"));
    assert_eq!(refused("POST", "/orders", order("a,b", &agreement, "in", 1)), wrong("body_wrong"));
    assert_eq!(refused("POST", "/orders", order(&"k".repeat(65), &agreement, "in", 1)), wrong("body_wrong"));
    assert_eq!(refused("POST", "/orders", order("a", &agreement, "up", 1)), wrong("body_wrong"));
    assert_eq!(refused("POST", "/faults", json!({ "slow_ppm": 1_000_001 })), wrong("body_wrong"));
    assert_eq!(refused("POST", "/faults", json!({ "unheard_of": 1 })), wrong("body_wrong"));
    assert_eq!(refused("GET", "/statements/2026-13-01", Value::Null), wrong("day_wrong"));
    assert_eq!(refused("GET", "/statements/2026-01-01?format=pdf", Value::Null), wrong("format_wrong"));
    assert_eq!(refused("GET", "/statements/2026-01-02", Value::Null), (404, "day_not_closed".to_owned()));
    assert_eq!(refused("GET", "/elsewhere", Value::Null), (404, "not_found".to_owned()));
    bank.post("/orders", &order("a", &agreement, "in", 1));
    let other = refused("POST", "/orders", order("a", &agreement, "in", 2));
    assert_eq!(other, (409, "conflict".to_owned()));
    assert_eq!(bank.post("/accounts/balance", &json!({}))["balance_minor"], 1);
}

#[test]
fn killed_between_and_during_calls_it_does_each_order_once() {
    let at = tempfile::tempdir().unwrap();
    let mut bank = Bank::start(&at.path().join("bank"), &["--seed", "7"]);
    let agreement = bank.agreement();
    let mut answers = Vec::new();
    for number in 0..24_i64 {
        let (key, direction) = (format!("o{number}"), if number % 3 == 0 { "out" } else { "in" });
        let ask = order(&key, &agreement, direction, 100 + number);
        match number % 4 {
            // Killed while it may be doing it.
            0 => {
                let _cut = bank.send("POST", "/orders", &ask.to_string(), NOON);
                bank = bank.again();
            }
            // Killed right after it answered.
            1 => {
                answers.push((key.clone(), bank.post("/orders", &ask)));
                bank = bank.again();
            }
            _ => answers.push((key.clone(), bank.post("/orders", &ask))),
        }
        let again = bank.post("/orders", &ask);
        assert_eq!(again["state"], "done");
        for (key, answer) in &answers {
            assert_eq!(bank.get(&format!("/orders/{key}")), *answer, "what was answered stays");
        }
    }
    let truth = bank.get("/truth");
    assert_eq!((&truth["books_balance"], truth["movements"].as_array().unwrap().len()), (&json!(true), 24));
    let sum: i64 = (0..24).map(|number| if number % 3 == 0 { -(100 + number) } else { 100 + number }).sum();
    assert_eq!(truth["reserve_minor"], sum);
}

#[test]
fn silence_closes_the_connection_and_a_statement_comes_in_both_forms() {
    let at = tempfile::tempdir().unwrap();
    let rates = at.path().join("faults.toml");
    fs::write(&rates, "silent_after_ppm = 1000000\n").unwrap();
    let bank = Bank::start(&at.path().join("bank"), &["--faults", rates.to_str().unwrap()]);
    let agreement = bank.agreement();
    let ask = order("o1", &agreement, "in", 12_345);
    assert_eq!(bank.ask_at("POST", "/orders", &ask, NOON), None, "not a byte");
    assert_eq!(bank.get("/orders/o1")["state"], "done");
    assert_eq!(bank.post("/faults", &json!({}))["silent_after_ppm"], 0);
    let text = |path: &str| {
        let (status, text) = bank.hear(bank.send("GET", path, "", NOON + DAY_US)).unwrap();
        assert_eq!(status, 200, "{text}");
        text
    };
    let csv = text("/statements/2026-01-02");
    assert!(csv.contains(",0.00,123.45\n") && csv.contains(",o1,") && csv.contains("\nend,1,"), "{csv}");
    let camt = text("/statements/2026-01-02?format=camt053");
    assert!(camt.contains("<EndToEndId>o1</EndToEndId>") && camt.contains(">123.45</Amt>"), "{camt}");
    let said = complaint(&["bank", "--data", at.path().to_str().unwrap(), "--faults", "missing.toml"]);
    assert!(said.contains("missing.toml"), "{said}");
}
