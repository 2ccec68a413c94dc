//! Notifications held in the hand: watched, taken by `tongbao listen`, sent again.

use crate::server::{Server, call};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);

/// A shop that answers `success` and hands on what it hears.
pub(crate) fn shop() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let (heard, calls) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
            let body = loop {
                let count = stream.read(&mut piece).unwrap();
                assert!(count > 0, "a call was cut off");
                bytes.extend_from_slice(&piece[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let lower = head.to_ascii_lowercase();
                let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() == length.parse::<usize>().unwrap() {
                    break body.to_owned();
                }
            };
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nsuccess")
                .unwrap();
            if heard.send(body).is_err() {
                return;
            }
        }
    });
    (url, calls)
}

/// `tongbao listen`, ended with the test.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn listen(server: &Server, shop: &str) -> Listening {
    let child = Command::new(env!("CARGO_BIN_EXE_tongbao"))
        .args(["listen", "--forward", shop, "--url", &format!("http://{}", server.address)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Listening(child)
}

/// Pays an order whose shop is at an address where nobody is.
fn pay(server: &Server, number: &str) {
    let biz = json!({ "out_trade_no": number, "total_amount": "1.50", "subject": "茶" });
    let nobody = "http://127.0.0.1:9/notify";
    let (answer, _) = server.gateway_told("alipay.trade.precreate", &biz, Some(nobody));
    let code = &answer["alipay_trade_precreate_response"]["qr_code"];
    let password = &server.ready["buyers"][0]["pay_password"];
    let body = json!({ "login": server.login(0), "pay_password": password, "qr_code": code });
    let paid = call(&server.address, "POST", "/sandbox/pay", &body.to_string()).unwrap();
    assert_eq!(paid.0, 200, "{}", paid.1);
}

/// The notices of the demo app, once one fits.
fn until(server: &Server, fits: impl Fn(&Value) -> bool) -> Value {
    let app = server.ready["apps"][0]["app_id"].as_str().unwrap();
    let began = Instant::now();
    loop {
        let (_, text) = server.get(&format!("/sandbox/notifications?app_id={app}"));
        let listed: Value = serde_json::from_str(&text).unwrap();
        let notices = listed["notifications"].as_array().unwrap();
        if let Some(found) = notices.iter().find(|notice| fits(notice)) {
            return found.clone();
        }
        assert!(began.elapsed() < LIMIT, "{text}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_shop_that_nobody_can_reach_is_notified_through_listen_and_again_on_demand() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    // Nobody listens yet: the address is tried, and fails.
    pay(&server, "L1");
    until(&server, |notice| notice["out_trade_no"] == "L1" && notice["last_error"] == "no connection");
    let (url, calls) = shop();
    let listening = listen(&server, &url);
    // It is there once a letter that is asked for again reaches the shop.
    let notice = until(&server, |notice| notice["out_trade_no"] == "L1");
    let again = json!({ "notify_id": notice["notify_id"] });
    let began = Instant::now();
    while server.sandbox("/notifications/resend", &again)["ended"]["delivered"] != true {
        assert!(began.elapsed() < LIMIT);
        thread::sleep(Duration::from_millis(20));
    }
    assert!(calls.recv_timeout(LIMIT).unwrap().contains("out_trade_no=L1&"));
    assert_eq!(until(&server, |notice| notice["out_trade_no"] == "L1")["attempts"], 1, "it is not counted");
    pay(&server, "L2");
    until(&server, |notice| notice["out_trade_no"] == "L2" && notice["state"] == "delivered");
    assert!(calls.recv_timeout(LIMIT).unwrap().contains("out_trade_no=L2&"));
    let forged = json!({ "notify_id": notice["notify_id"], "forge": "changed_after_signing" });
    assert_eq!(server.sandbox("/notifications/resend", &forged)["ended"]["delivered"], true);
    assert!(calls.recv_timeout(LIMIT).unwrap().contains("total_amount=0.01"));
    let (_, text) = server.get("/sandbox/notifications/letters?after=1");
    let listed: Value = serde_json::from_str(&text).unwrap();
    let last = listed["letters"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["to_listener"], &last["ended"]["delivered"]), (&json!(true), &json!(true)));
    assert!(last["form"].as_str().unwrap().contains("total_amount=0.01"));
    drop(listening);
    server.stop();
}
