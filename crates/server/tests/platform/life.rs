//! Starting, serving, stopping, dying.

use crate::server::{Server, complaint, printed, tongbao, top_up, up};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

#[test]
fn the_first_start_seeds_and_the_ready_file_names_everything() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let ready = server.ready.clone();
    for member in ["gateway", "sandbox", "base_url", "data"] {
        assert!(ready[member].is_string(), "{member}: {ready}");
    }
    assert!(ready["gateway_port_80"].is_null() && ready["pid"].is_u64());
    let modes: Vec<_> = ready["apps"].as_array().unwrap().iter().map(|app| app["mode"].clone()).collect();
    assert_eq!(modes, ["key", "cert"]);
    for app in ready["apps"].as_array().unwrap() {
        let mut files = vec!["private_key_pkcs1", "private_key_pkcs8", "platform_public_key"];
        if app["mode"] == "cert" {
            files.extend(["app_cert", "platform_cert", "root_cert"]);
        }
        for file in files {
            let text = std::fs::read_to_string(app[file].as_str().unwrap()).unwrap();
            assert!(text.starts_with("-----BEGIN "), "{file}");
        }
        assert_eq!(app["seller_id"].as_str().unwrap().len(), 16);
        assert_eq!(app["aes_key"].as_str().unwrap().len(), 24, "16 bytes in base64");
    }
    assert_eq!(ready["buyers"].as_array().unwrap().len(), 2);
    assert_eq!(ready["buyers"][0]["balance"], "10000.00");
    server.stop();
    // A later start tells the same, with the balances of then.
    let again = Server::start(&temporary.path().join("data"));
    assert_eq!(again.ready["apps"], ready["apps"]);
    assert_eq!(again.ready["buyers"], ready["buyers"]);
    again.stop();
    let said = std::fs::read_to_string(temporary.path().join("data.out")).unwrap();
    for part in [
        "private_pkcs8.txt",
        "buyer1@demo.tongbao",
        "Start page",
        "/wallet/paycode",
        "To enter the apps",
        "tongbao verify",
        "AopClient",
    ] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
}

#[test]
fn paths_may_name_the_world_and_others_are_not_found() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let (status, health) = server.get("/healthz");
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!((status, &health["ok"]), (200, &Value::Bool(true)));
    assert!(
        health["posted_sequence"].is_u64() && health["backlog_rows"].is_u64() && health["batches"].is_u64()
    );
    assert_eq!(server.get("/w/default/healthz").0, 200);
    assert_eq!(server.get("/w/default/").0, 200);
    let (status, text) = server.get("/w/other/gateway.do");
    assert!(status == 404 && text.contains("no such world"), "{status} {text}");
    let (status, text) = server.get("/nothing");
    assert!(status == 404 && text.contains("/gateway.do"), "{status} {text}");
    for (path, code) in [("/api/v2/me", "not_found"), ("/w/other/api/v1/me", "world_not_found")] {
        let (status, text) = server.get(path);
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &problem["code"]), (404, &Value::from(code)), "{text}");
    }
    // The gateway answers even to nonsense in its own form.
    let (status, text) = server.get("/w/default/gateway.do?method=alipay.trade.query");
    assert!(status == 200 && text.contains("\"code\""), "{status} {text}");
    server.stop();
}

#[test]
fn a_body_that_comes_in_pieces_is_read_whole() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head =
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    for piece in ["meth", "od=alipay.tra", "de.query", ""] {
        stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("{\"alipay_trade_query_response\":{\"code\":"), "{answer}");
    server.stop();
}

#[test]
fn a_signal_ends_it_well_even_when_a_client_dawdles() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let mut slow = TcpStream::connect(&server.address).unwrap();
    slow.write_all(b"GET /gateway.do HTTP/1.1\r\nhost:").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.signal("-TERM");
    let (status, _) = server.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn clients_that_never_finish_a_request_are_dropped() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let half_head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\n";
    let half_body =
        format!("{half_head}content-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\na=");
    std::thread::scope(|threads| {
        for sent in [half_head, &half_body] {
            let server = &server;
            threads.spawn(move || {
                let mut slow = TcpStream::connect(&server.address).unwrap();
                slow.write_all(sent.as_bytes()).unwrap();
                slow.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
                let mut answer = Vec::new();
                slow.read_to_end(&mut answer).unwrap();
            });
        }
    });
    assert_eq!(server.get("/healthz").0, 200);
    server.stop();
}

#[test]
fn a_first_start_that_was_killed_is_finished_by_the_next() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    for killed_after_ms in [20, 60, 120, 240, 400, 600, 900] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tongbao"));
        let mut child = command.args(up(&data)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(killed_after_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let server = Server::start(&data);
    assert_eq!(server.ready["apps"].as_array().unwrap().len(), 2);
    let buyers = server.ready["buyers"].clone();
    assert_eq!((&buyers[0]["balance"], &buyers[1]["balance"]), (&"10000.00".into(), &"500.00".into()));
    // The passwords that are told are those that were kept: both buyers can pay.
    for (number, buyer) in buyers.as_array().unwrap().iter().enumerate() {
        let qr_code = server.precreate(&format!("first{number}"));
        let body = serde_json::json!({ "login": buyer["login"], "pay_password": buyer["pay_password"],
            "qr_code": qr_code });
        assert_eq!(server.sandbox("/pay", &body)["trade_status"], "TRADE_SUCCESS");
    }
    server.stop();
    assert!(printed(&["verify", "--data", data.to_str().unwrap()]).contains("exact"));
}

#[test]
fn an_interrupt_ends_it_too_and_the_books_are_posted() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    assert_eq!(top_up(&server.address, &server.login(0), "one"), Some(200));
    server.signal("-INT");
    assert_eq!(server.wait(Duration::from_secs(10)).0.code(), Some(0));
    let account = printed(&["account", "show", "buyer1@demo.tongbao", "--data", data.to_str().unwrap()]);
    assert!(account.contains("10000.01"), "{account}");
}

/// What the clients of one round heard.
#[derive(Default)]
struct Heard {
    sent: usize,
    acknowledged: usize,
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let heard = Mutex::new(Heard::default());
    let mut server = Server::start(&data);
    let login = server.login(0);
    for round in 0..3 {
        let address = server.address.clone();
        std::thread::scope(|threads| {
            for client in 0..4 {
                let (heard, address, login) = (&heard, &address, &login);
                threads.spawn(move || {
                    for number in 0..2_000 {
                        heard.lock().unwrap().sent += 1;
                        let Some(status) = top_up(address, login, &format!("{round}-{client}-{number}"))
                        else {
                            break;
                        };
                        assert_eq!(status, 200);
                        heard.lock().unwrap().acknowledged += 1;
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(400));
            server.kill();
        });
        server = Server::start(&data);
        let balance = server.ready["buyers"][0]["balance"].as_str().unwrap().replace('.', "");
        let arrived = balance.parse::<usize>().unwrap() - 1_000_000;
        let heard = heard.lock().unwrap();
        assert!(heard.acknowledged > 0, "nothing happened, nothing was proved");
        assert!(
            (heard.acknowledged..=heard.sent).contains(&arrived),
            "{arrived}: {} to {}",
            heard.acknowledged,
            heard.sent
        );
    }
    let verified = printed(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.contains("exact"), "{verified}");
    server.stop();
}

#[test]
fn a_second_server_and_a_taken_port_are_refused_in_words() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let said = complaint(&up(&data));
    let process = format!("process {}", server.ready["pid"]);
    assert!(said.contains(data.to_str().unwrap()) && said.contains(&process), "{said}");
    server.stop();

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = complaint(&["up", "--no-port-80", "--listen", &address, "--data", data.to_str().unwrap()]);
    assert!(said.contains(&address) && said.contains("taken"), "{said}");
    // Port 80 beside another address is only reported; that it starts is checked where it may be had or not.
    assert!(!tongbao(&["up", "--listen", "nonsense", "--data", data.to_str().unwrap()]).status.success());
}

#[test]
fn it_starts_quickly_and_small() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    Server::start(&data).stop();
    let server = Server::start(&data);
    let status =
        std::fs::read_to_string(Path::new("/proc").join(server.ready["pid"].to_string()).join("status"));
    if let Ok(status) = status {
        let kb: u64 = status
            .lines()
            // Its own memory: pages of the program's file are the system's to keep, and a debug build has many.
            .find_map(|line| line.strip_prefix("RssAnon:")?.split_whitespace().next()?.parse().ok())
            .unwrap();
        assert!(kb < 48 * 1024, "{kb} kB when idle");
    }
    server.stop();
}
