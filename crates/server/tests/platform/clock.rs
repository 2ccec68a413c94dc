//! The world's clock: moved, played, kept.

use crate::server::{Server, call, complaint, printed, tongbao, up};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const DAY_S: i64 = 86_400;

/// A merchant's server: keeps the `notify_time` of each call, and answers the same to all.
struct Shop {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    fn answering(status: u16, body: &'static str) -> Shop {
        Shop::slowly(status, body, Duration::ZERO)
    }

    fn slowly(status: u16, body: &'static str, wait: Duration) -> Shop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let keep = heard.clone();
        // It ends with the process: the test does not wait for another call.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                let (mut text, mut piece) = (String::new(), [0; 4096]);
                while !whole(&text) {
                    let read = stream.read(&mut piece).unwrap_or(0);
                    if read == 0 {
                        break;
                    }
                    text.push_str(&String::from_utf8_lossy(&piece[..read]));
                }
                let body_of = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                let time = body_of.split('&').find_map(|pair| pair.strip_prefix("notify_time="));
                keep.lock()
                    .unwrap()
                    .push(time.unwrap_or("none").replace("%3A", ":").replace(['+'], " ").replace("%20", " "));
                std::thread::sleep(wait);
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _told = stream.write_all(answer.as_bytes());
            }
        });
        Shop { address, heard }
    }

    fn url(&self) -> String {
        format!("http://{}/notify", self.address)
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn until_heard(&self) {
        let began = std::time::Instant::now();
        while self.heard().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(60), "nobody called the shop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    length.is_none_or(|length: usize| body.len() >= length)
}

impl Server {
    /// Makes an order that waits for buyer 0: it exists, and is not paid.
    fn waiting_order(&self, number: &str, timeout: &str, notify_url: Option<&str>) {
        let buyer = self.ready["buyers"][0]["user_id"].as_str().unwrap();
        let biz = json!({ "out_trade_no": number, "total_amount": "1.50", "subject": "茶", "buyer_id": buyer,
            "timeout_express": timeout, "product_code": "JSAPI_PAY" });
        let (answer, _) = self.gateway_told("alipay.trade.create", &biz, notify_url);
        assert_eq!(answer["alipay_trade_create_response"]["code"], "10000", "{answer}");
    }

    fn status_of(&self, number: &str) -> String {
        let (answer, _) = self.gateway("alipay.trade.query", &json!({ "out_trade_no": number }));
        let answer = &answer["alipay_trade_query_response"];
        answer["trade_status"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn pay(&self, number: &str) {
        let found: Value = self.gateway("alipay.trade.query", &json!({ "out_trade_no": number })).0;
        let trade_no = &found["alipay_trade_query_response"]["trade_no"];
        let buyer = &self.ready["buyers"][0];
        let body =
            json!({ "login": buyer["login"], "pay_password": buyer["pay_password"], "trade_no": trade_no });
        self.sandbox("/pay", &body);
    }

    fn clock(&self) -> Value {
        serde_json::from_str(&self.get("/sandbox/clock").1).unwrap()
    }

    fn advance(&self, by: &str) -> Value {
        self.sandbox("/clock/advance", &json!({ "by": by }))
    }

    /// A call of the clock that must be refused: status and error.
    fn refused(&self, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/sandbox/clock{path}");
        let (status, text) = call(&self.address, "POST", &path, &body.to_string()).unwrap();
        assert_ne!(status, 200, "{path} {body}: {text}");
        (status, serde_json::from_str::<Value>(&text).unwrap()["error"].clone())
    }
}

fn events<'a>(journey: &'a Value, what: &str) -> Vec<&'a Value> {
    journey["events"].as_array().unwrap().iter().filter(|event| event["what"] == what).collect()
}

fn seconds(text: &str) -> i64 {
    wire::timestamp::parse_cn(text).unwrap() / 1_000_000
}

/// Each event with its seconds since the journey's begin, without what differs from world to world.
fn story(journey: &Value) -> Vec<String> {
    let began = seconds(journey["from"].as_str().unwrap());
    let told = |event: &Value| {
        let at = seconds(event["at"].as_str().unwrap()) - began;
        let part = |name: &str| event[name].to_string();
        format!("{at} {} {} {} {}", part("what"), part("out_trade_no"), part("attempt"), part("outcome"))
    };
    journey["events"].as_array().unwrap().iter().map(told).collect()
}

fn clean(data: &Path) {
    printed(&["verify", "--data", data.to_str().unwrap()]);
}

#[test]
fn orders_expire_in_the_order_of_time_when_the_clock_is_advanced_past_them() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    for (number, timeout) in [("late", "3h"), ("early", "20m"), ("middle", "90m"), ("longest", "2d")] {
        server.waiting_order(number, timeout, None);
    }
    server.precreate("offer");
    let journey = server.advance("1d");
    let closed: Vec<_> =
        events(&journey, "order_closed").iter().map(|event| event["out_trade_no"].clone()).collect();
    assert_eq!(closed, ["early", "middle", "late"], "{journey}");
    assert_eq!(events(&journey, "offer_expired")[0]["out_trade_no"], "offer");
    assert_eq!(
        (&journey["counts"]["orders_closed"], &journey["counts"]["offers_expired"]),
        (&json!(3), &json!(1))
    );
    let began = seconds(journey["from"].as_str().unwrap());
    for (event, due) in events(&journey, "order_closed").iter().zip([20 * 60, 90 * 60, 3 * 3600]) {
        let at = seconds(event["at"].as_str().unwrap()) - began;
        assert!((at - due).abs() <= 5, "{event}");
    }
    for number in ["late", "early", "middle"] {
        assert_eq!(server.status_of(number), "TRADE_CLOSED", "{number}");
    }
    assert_eq!(server.status_of("longest"), "WAIT_BUYER_PAY");
    assert!(server.advance("0")["events"].as_array().unwrap().is_empty());
    server.stop();
    clean(&data);
}

#[test]
fn the_whole_ladder_is_played_at_its_world_times() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let (server, shop) = (Server::start(&data), Shop::answering(500, "fail"));
    server.waiting_order("told", "15d", Some(&shop.url()));
    server.pay("told");
    let journey = server.advance("2d");
    let attempts = events(&journey, "notification");
    let outcomes: Vec<_> = attempts.iter().map(|event| event["outcome"].as_str().unwrap()).collect();
    // The first attempt is due at once: it is made before the clock moves, or belongs to the move.
    let rest = &outcomes[outcomes.len() - 7..];
    assert_eq!(rest, ["failed", "failed", "failed", "failed", "failed", "failed", "given_up"], "{journey}");
    let heard: Vec<i64> = shop.heard().iter().map(|time| seconds(time)).collect();
    let waits: Vec<i64> = heard.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let ladder = [240, 600, 600, 3_600, 7_200, 21_600, 54_000];
    assert_eq!(waits.len(), ladder.len(), "{heard:?}");
    for (wait, rung) in waits.iter().zip(ladder) {
        // Before the first the clock runs: a busy machine may take its time between a letter and its count.
        let most = if rung == 240 { 60 } else { 2 };
        assert!((wait - rung).abs() <= most, "{waits:?}");
    }
    let listed: Value = serde_json::from_str(&server.get("/sandbox/notifications").1).unwrap();
    assert_eq!(listed["notifications"][0]["state"], "given_up");
    server.stop();
    clean(&data);
}

#[test]
fn the_clock_is_never_set_back_nor_too_far() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    server.waiting_order("stays", "3h", None);
    server.advance("1h");
    let before = server.clock();
    let earlier = wire::timestamp::format_cn(before["now_us"].as_i64().unwrap() - 60_000_000);
    let (status, error) = server.refused("/set", &json!({ "to": earlier }));
    assert_eq!((status, &error["code"]), (409, &json!("clock_backwards")));
    assert!(error["message"].as_str().unwrap().contains("never go back"), "{error}");
    let (status, error) = server.refused("/advance", &json!({ "by": "8000d" }));
    assert_eq!((status, &error["code"]), (409, &json!("clock_too_far")));
    let after = server.clock();
    assert!((after["offset_seconds"].as_i64().unwrap() - 3_600).abs() <= 5, "{after}");
    assert_eq!(after["mode"], "running");
    assert!(after["now_us"].as_i64() >= before["now_us"].as_i64());
    assert_eq!(server.status_of("stays"), "WAIT_BUYER_PAY");
    server.stop();
}

#[test]
fn a_killed_server_goes_on_at_its_worlds_time() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    server.advance("30d");
    let shown = server.clock()["now_us"].as_i64().unwrap();
    server.kill();
    let server = Server::start(&data);
    let again = server.clock();
    // The move itself took its time, which the world did not see.
    assert!((again["offset_seconds"].as_i64().unwrap() - 30 * DAY_S).abs() <= 5, "{again}");
    assert!(again["now_us"].as_i64().unwrap() >= shown);
    // Orders are made in the world's time, and callers sign by their own.
    server.waiting_order("now", "3h", None);
    assert_eq!(server.status_of("now"), "WAIT_BUYER_PAY");
    let frozen = server.sandbox("/clock/freeze", &json!({}));
    assert_eq!(frozen["mode"], "frozen");
    server.kill();
    // A backup takes the clock along.
    let copy = temporary.path().join("copy");
    printed(&["backup", "--data", data.to_str().unwrap(), "--to", copy.to_str().unwrap()]);
    assert_eq!(
        std::fs::read(data.join("worlds/default/clock.json")).unwrap(),
        std::fs::read(copy.join("worlds/default/clock.json")).unwrap()
    );
    let server = Server::start(&data);
    assert_eq!(server.clock()["mode"], "frozen");
    assert!(server.clock()["now_us"].as_i64().unwrap() >= frozen["now_us"].as_i64().unwrap());
    server.stop();
    std::fs::write(data.join("worlds/default/clock.json"), "{").unwrap();
    let said = complaint(&up(&data));
    assert!(said.contains("clock.json is damaged"), "{said}");
}

#[test]
fn notifications_go_out_while_the_clock_stands() {
    let temporary = tempfile::tempdir().unwrap();
    let (server, shop) = (Server::start(&temporary.path().join("data")), Shop::answering(200, "success"));
    server.sandbox("/clock/freeze", &json!({}));
    server.waiting_order("told", "3h", Some(&shop.url()));
    server.pay("told");
    for _ in 0..500 {
        if !shop.heard().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(shop.heard().len(), 1);
    server.sandbox("/clock/run", &json!({}));
    server.stop();
}

#[test]
fn four_hundred_days_leave_nothing_open_and_the_books_clean() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let (server, shop) = (Server::start(&data), Shop::answering(200, "no"));
    for number in 0..12 {
        server.waiting_order(&format!("open{number}"), "15d", Some(&shop.url()));
        server.waiting_order(&format!("paid{number}"), "15d", Some(&shop.url()));
        server.pay(&format!("paid{number}"));
        server.precreate(&format!("offer{number}"));
    }
    let journey = server.advance("400d");
    let counts = &journey["counts"];
    assert_eq!((&counts["orders_closed"], &counts["offers_expired"]), (&json!(12), &json!(12)), "{counts}");
    assert_eq!(counts["notifications_given_up"], 24, "{counts}");
    assert_eq!(journey["face"], Value::Null, "the face is told flat");
    let times: Vec<_> =
        journey["events"].as_array().unwrap().iter().map(|event| event["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    for number in 0..12 {
        assert_eq!(server.status_of(&format!("open{number}")), "TRADE_CLOSED");
        assert_eq!(server.status_of(&format!("paid{number}")), "TRADE_FINISHED");
    }
    server.stop();
    clean(&data);
}

#[test]
fn the_same_calls_tell_the_same_story() {
    let told = || {
        let temporary = tempfile::tempdir().unwrap();
        let (server, shop) = (Server::start(&temporary.path().join("data")), Shop::answering(500, "no"));
        let day = wire::timestamp::format_cn(
            (server.clock()["now_us"].as_i64().unwrap() / 1_000_000 / DAY_S + 3) * DAY_S * 1_000_000,
        );
        server.sandbox("/clock/freeze", &json!({}));
        server.sandbox("/clock/set", &json!({ "to": day }));
        for (number, timeout) in [("a", "2h"), ("b", "30m"), ("c", "2h"), ("d", "1d")] {
            server.waiting_order(number, timeout, Some(&shop.url()));
        }
        server.pay("d");
        // The first attempt is made at once.
        shop.until_heard();
        let journey = server.advance("40h");
        server.stop();
        story(&journey)
    };
    let (first, second) = (told(), told());
    // Three closed orders with eight attempts each, and seven more of the one that was paid.
    assert_eq!(first.len(), 3 + 3 * 8 + 7, "{first:#?}");
    assert_eq!(first, second);
}

#[test]
fn a_second_move_is_told_busy_and_the_command_line_moves_too() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let (server, shop) = (Server::start(&data), Shop::slowly(200, "success", Duration::from_secs(6)));
    server.waiting_order("slow", "1h", Some(&shop.url()));
    std::thread::scope(|threads| {
        let moved = threads.spawn(|| server.advance("2h"));
        shop.until_heard();
        let (status, error) = server.refused("/advance", &json!({ "by": 1 }));
        assert_eq!((status, &error["code"]), (503, &json!("busy")));
        let journey = moved.join().unwrap();
        assert_eq!(journey["counts"]["notifications_delivered"], 1);
    });
    let url = format!("http://{}", server.address);
    let ready = format!("{}.ready", data.display());
    let shown = printed(&["clock", "show", "--url", &url]);
    assert!(shown.contains("running, ") && shown.contains("ahead of real time"), "{shown}");
    server.waiting_order("told", "30m", None);
    let told = printed(&["clock", "advance", "1h", "--ready", &ready]);
    assert!(told.contains("order told (") && told.contains("orders closed: 1"), "{told}");
    let told: Value = serde_json::from_str(&printed(&["clock", "freeze", "--url", &url, "--json"])).unwrap();
    assert_eq!(told["mode"], "frozen");
    assert!(printed(&["clock", "run", "--url", &url]).contains("running"));
    let said = complaint(&["clock", "set", "2020-01-01 00:00:00", "--url", &url]);
    assert!(said.contains("forwards only"), "{said}");
    server.stop();
    let output = tongbao(&["clock", "show", "--url", &url]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no server answers at"));
}

#[test]
fn a_move_that_is_cut_off_goes_on_from_the_moment_it_came_to() {
    for signal in ["-KILL", "-TERM"] {
        let temporary = tempfile::tempdir().unwrap();
        let data = temporary.path().join("data");
        let (server, shop) = (Server::start(&data), Shop::slowly(500, "no", Duration::from_millis(1_500)));
        server.waiting_order("slow", "10d", Some(&shop.url()));
        let address = server.address.clone();
        let moved =
            std::thread::spawn(move || call(&address, "POST", "/sandbox/clock/advance", r#"{"by":"20d"}"#));
        shop.until_heard();
        server.signal(signal);
        server.wait(Duration::from_secs(10));
        let answer = moved.join().unwrap();
        if let Some((status, text)) = answer {
            assert!(status == 504 && text.contains("the server is stopping"), "{signal}: {status} {text}");
        }
        let server = Server::start(&data);
        let ahead_s = server.clock()["offset_seconds"].as_i64().unwrap();
        assert!((10 * DAY_S - 5..10 * DAY_S + 600).contains(&ahead_s), "{signal}: {ahead_s}");
        assert_eq!(server.status_of("slow"), "TRADE_CLOSED");
        let journey = server.advance("2d");
        assert_eq!(journey["counts"]["notifications_given_up"], 1, "{signal}: {journey}");
        server.stop();
        clean(&data);
    }
}

#[test]
fn a_call_may_be_signed_by_the_real_or_the_worlds_clock() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let real_us = server.clock()["now_us"].as_i64().unwrap();
    server.advance("30d");
    server.waiting_order("known", "3h", None);
    let asked = |ahead_s: i64| {
        let (at_us, biz) = (real_us + ahead_s * 1_000_000, json!({ "out_trade_no": "known" }));
        let (answer, _) = server.gateway_at(at_us, "alipay.trade.query", &biz, None);
        let answer = &answer["alipay_trade_query_response"];
        (
            answer["code"].as_str().unwrap().to_owned(),
            answer["sub_code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    for (ahead_s, understood) in
        [(0, true), (30 * DAY_S, true), (15 * DAY_S, false), (-2 * DAY_S, false), (32 * DAY_S, false)]
    {
        let (code, sub_code) = asked(ahead_s);
        assert_eq!(code == "10000", understood, "{ahead_s}: {code} {sub_code}");
        assert!(understood || sub_code == "isv.invalid-timestamp", "{ahead_s}: {code} {sub_code}");
    }
    server.stop();
}
