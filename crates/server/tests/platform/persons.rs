//! Persons against the program: what lies on the disk, what outlives a kill, and what a backup holds.

use crate::cards::{advance, books_are_exact};
use crate::server::{Server, call, printed};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

const PHONE: &str = "13912345678";
pub(crate) const NAME: &str = "欧阳试金石";
const ID_NUMBER: &str = "11010519491231002X";
const LOGIN_PASSWORD: &str = "canary-password-7";
const PAY_PASSWORD: &str = "836205";
const EMAIL: &str = "canary-mail@example.com";
const DEVICE: &str = "canary-device-9";
const CARD: &str = "6222020000010006";

fn api(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let (status, text) = call(&server.address, "POST", path, &body.to_string()).unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

/// As somebody who is signed in.
pub(crate) fn as_person(server: &Server, verb: &str, path: &str, token: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let (host, length) = (&server.address, body.len());
    let head = format!("{verb} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    let rest = format!(
        "authorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(format!("{head}{rest}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn code(server: &Server, purpose: &str) -> String {
    let (status, said) = api(server, "/api/v1/challenges", &json!({ "to": PHONE, "purpose": purpose }));
    assert_eq!(status, 200, "{said}");
    let (_, sent) = server.get(&format!("/sandbox/messages?to={PHONE}"));
    let sent: Value = serde_json::from_str(&sent).unwrap();
    sent["messages"].as_array().unwrap().last().unwrap()["code"].as_str().unwrap().to_owned()
}

/// Registers the person and proves the identity; gives the token.
pub(crate) fn somebody(server: &Server) -> String {
    let body = json!({ "to": PHONE, "code": code(server, "register"), "login_password": LOGIN_PASSWORD,
        "pay_password": PAY_PASSWORD });
    let (status, said) = api(server, "/api/v1/people", &body);
    assert_eq!(status, 200, "{said}");
    let token = said["token"].as_str().unwrap().to_owned();
    let identity = json!({ "name": NAME, "id_number": ID_NUMBER }).to_string();
    let answer = as_person(server, "POST", "/api/v1/identity", &token, &identity);
    assert!(answer.contains("class_1"), "{answer}");
    token
}

/// A card of the person that its bank knows nothing of for ten minutes; gives our number of it.
fn slow_card(server: &Server) -> String {
    let ask = json!({ "login": PHONE, "card_number": "6222020000010006", "holder": NAME, "mobile": PHONE });
    let asked = server.sandbox("/bank/cards", &ask);
    let code: String = asked["bank_message"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let confirm = json!({ "login": PHONE, "card_id": asked["card_id"], "code": code });
    server.sandbox("/bank/cards/confirm", &confirm)["card_id"].as_str().unwrap().to_owned()
}

/// All files below a folder, but the keys.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("keys") {
                files(&path, found);
            }
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn nothing_of_a_person_lies_on_the_disk_in_clear_and_everything_outlives_a_kill() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let code_of = code(&server, "register");
    let body = json!({ "to": PHONE, "code": code_of, "login_password": LOGIN_PASSWORD,
        "pay_password": PAY_PASSWORD, "device": DEVICE });
    let (status, said) = api(&server, "/api/v1/people", &body);
    assert_eq!(status, 200, "{said}");
    let token = said["token"].as_str().unwrap().to_owned();
    let secret = token.rsplit('.').next().unwrap();
    let mail = json!({ "to": EMAIL, "purpose": "register" });
    assert_eq!(api(&server, "/api/v1/challenges", &mail).0, 200);
    let identity = json!({ "name": NAME, "id_number": ID_NUMBER }).to_string();
    let answer = as_person(&server, "POST", "/api/v1/identity", &token, &identity);
    assert!(answer.contains("class_1"), "{answer}");
    slow_card(&server);
    // Two wrong tries, then the process dies: they stay counted.
    let wrong = json!({ "login": PHONE, "password": "wrong-password-1" });
    for _ in 0..2 {
        assert_eq!(api(&server, "/api/v1/sessions", &wrong).0, 403);
    }
    server.kill();
    let mut found = Vec::new();
    files(&data, &mut found);
    assert!(found.iter().any(|(path, _)| path.ends_with("vault.db")), "the vault is looked at, too");
    assert!(found.iter().any(|(_, bytes)| holds(bytes, "139****5678")), "what merchants may see is there");
    let words =
        [PHONE, EMAIL, NAME, ID_NUMBER, CARD, DEVICE, LOGIN_PASSWORD, PAY_PASSWORD, secret, code_of.as_str()];
    for canary in words {
        for (path, bytes) in &found {
            // Six digits may stand in any file by chance: texts of rows hold them in quotes nowhere.
            let by_chance = canary.len() == 6;
            assert!(by_chance || !holds(bytes, canary), "{canary} is in {path}");
        }
    }
    let server = Server::start(&data);
    let listed = as_person(&server, "GET", "/api/v1/sessions", &token, "");
    assert!(listed.contains(DEVICE), "the session goes on: {listed}");
    assert_eq!(api(&server, "/api/v1/sessions", &wrong).0, 403, "the third");
    let right = json!({ "login": PHONE, "password": LOGIN_PASSWORD });
    assert_eq!(api(&server, "/api/v1/sessions", &right).0, 423, "locked, also for the right one");
    let backup = temporary.path().join("backup");
    printed(&["backup", "--data", data.to_str().unwrap(), "--to", backup.to_str().unwrap()]);
    server.stop();
    assert!(printed(&["verify", "--data", data.to_str().unwrap()]).contains("exact"));
    let copy = temporary.path().join("copy");
    printed(&["restore", "--from", backup.to_str().unwrap(), "--data", copy.to_str().unwrap()]);
    let server = Server::start(&copy);
    server.sandbox("/evidence", &json!({ "login": PHONE, "kind": "face_to_face", "provider": "branch" }));
    server.stop();
}

/// A bank compares whom the form of a card names: before somebody said who it is, no card is asked for.
#[test]
fn a_person_who_said_nothing_yet_has_no_card() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let body = json!({ "to": PHONE, "code": code(&server, "register"), "login_password": LOGIN_PASSWORD,
        "pay_password": PAY_PASSWORD });
    let (status, said) = api(&server, "/api/v1/people", &body);
    assert_eq!(status, 200, "{said}");
    let ask = json!({ "login": PHONE, "card_number": "6222020000010006", "holder": NAME, "mobile": PHONE });
    let (status, said) = api(&server, "/sandbox/bank/cards", &ask);
    assert_eq!((status, said["error"]["code"].as_str()), (409, Some("party_blocked")), "{said}");
    server.stop();
}

#[test]
fn a_card_pays_without_a_class_and_no_account_is_given_up_while_money_is_out() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.sandbox("/clock/freeze", &json!({}));
    let token = somebody(&server);
    let card = slow_card(&server);
    let pay = json!({ "login": PHONE, "pay_password": PAY_PASSWORD, "qr_code": server.precreate("P1"),
        "card_id": card });
    server.sandbox("/pay", &pay);
    advance(&server, "30m");
    let paid = server.gateway("alipay.trade.query", &json!({ "out_trade_no": "P1" })).0;
    assert_eq!(paid["alipay_trade_query_response"]["trade_status"], "TRADE_SUCCESS", "{paid}");
    server.sandbox("/topup", &json!({ "login": PHONE, "amount": "10.00", "key": "all" }));
    let all = json!({ "login": PHONE, "pay_password": PAY_PASSWORD, "card_id": card, "amount": "10.00", "key": "w" });
    server.sandbox("/bank/withdraw", &all);
    let close = |code: String| {
        let body = json!({ "to": PHONE, "code": code, "forget": false }).to_string();
        as_person(&server, "POST", "/api/v1/me/close", &token, &body)
    };
    let sent = code(&server, "close_account");
    let answer = close(sent);
    assert!(answer.contains("409") && answer.contains("not_empty"), "the bank may still refuse: {answer}");
    advance(&server, "30m");
    let answer = close(code(&server, "close_account"));
    assert!(answer.contains("\"closed\""), "{answer}");
    server.stop();
    books_are_exact(&data);
}

/// Asks for a code to register with, noted as coming from this client; gives the status.
fn asked_from(server: &Server, client: &str, number: u32) -> u16 {
    let body = json!({ "to": format!("1381234{number:04}"), "purpose": "register" }).to_string();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let (host, length) = (&server.address, body.len());
    let head = format!("POST /api/v1/challenges HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    let rest = format!(
        "x-forwarded-for: {client}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(format!("{head}{rest}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn behind_a_trusted_proxy_each_client_has_its_own_budget_of_messages() {
    let temporary = tempfile::tempdir().unwrap();
    let (trusting, strange) = (temporary.path().join("trusting"), temporary.path().join("strange"));
    let server = Server::start_with(&trusting, "info", &["--trust-proxy", "127.0.0.1"]);
    assert!((0..30).all(|number| asked_from(&server, "203.0.113.7", number) == 200));
    assert_eq!(asked_from(&server, "203.0.113.7", 30), 429);
    assert_eq!(asked_from(&server, "198.51.100.1, 203.0.113.7", 31), 429, "its own word counts for nothing");
    assert_eq!(asked_from(&server, "203.0.113.8", 32), 200);
    server.stop();
    let server = Server::start(&strange);
    assert!((0..30).all(|number| asked_from(&server, &format!("203.0.113.{number}"), number) == 200));
    assert_eq!(
        asked_from(&server, "203.0.113.99", 30),
        429,
        "nobody's word is believed unless it was said so"
    );
    server.stop();
}
