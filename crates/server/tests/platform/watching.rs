//! What whoever watches is told: at an address of its own, in the form that Prometheus reads, and in words.

use crate::letters::shop;
use crate::server::{Server, call, complaint, tongbao, top_up};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Labels that there may be.
const LABELS: [&str; 5] = ["version", "method", "ending", "state", "le"];
/// Lines at most: each method with five endings, ten histograms, and the rest.
const LINES_MAX: usize = 800;

fn watched(data: &Path, options: &[&str]) -> Server {
    Server::start_with(data, "info", &[&["--metrics", "0"][..], options].concat())
}

/// Where the figures are.
fn address(server: &Server) -> String {
    let url = server.ready["metrics"].as_str().unwrap();
    url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap().to_owned()
}

fn scraped(server: &Server) -> String {
    let (status, text) = call(&address(server), "GET", "/metrics", "").unwrap();
    assert_eq!(status, 200, "{text}");
    text
}

/// The figures by their names with labels; the text must be in the form.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let (mut kinds, mut told) = (BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, kind) = head.split_once(' ').unwrap();
            assert!(text.contains(&format!("# HELP {name} ")), "{name} has no meaning");
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} twice");
        }
        if line.starts_with('#') {
            continue;
        }
        let (name, figure) = line.rsplit_once(' ').unwrap();
        let family = name.split('{').next().unwrap();
        let of = ["_bucket", "_sum", "_count"].iter().find_map(|part| family.strip_suffix(part));
        let of = of.filter(|of| kinds.get(*of).is_some_and(|kind| kind == "histogram")).unwrap_or(family);
        assert!(kinds.contains_key(of), "{line}: told before its kind");
        assert!(told.insert(name.to_owned(), figure.parse().unwrap()).is_none(), "{line} twice");
    }
    for (name, _) in kinds.iter().filter(|(_, kind)| *kind == "histogram") {
        let prefix = format!("{name}_bucket{{le=\"");
        let bound =
            |key: &str| key[prefix.len()..].trim_end_matches("\"}").replace("+Inf", "inf").parse::<f64>();
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        buckets.extend(
            told.iter()
                .filter(|(key, _)| key.starts_with(&prefix))
                .map(|(key, count)| (bound(key).unwrap(), *count)),
        );
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(
            buckets.len() == 17 && buckets.is_sorted_by(|one, other| one.1 <= other.1),
            "{name}: {buckets:?}"
        );
        assert_eq!(buckets[16], (f64::INFINITY, told[&format!("{name}_count")]), "{name}");
    }
    told
}

fn labels(text: &str) -> BTreeSet<&str> {
    let inside = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('{'));
    let pairs = inside.flat_map(|(_, rest)| rest.split(','));
    pairs.filter_map(|pair| pair.split_once("=\"").map(|(name, _)| name)).collect()
}

/// Scrapes until the figures fit.
fn until(server: &Server, what: &str, fits: impl Fn(&BTreeMap<String, f64>) -> bool) {
    let began = Instant::now();
    loop {
        let text = scraped(server);
        if fits(&figures(&text)) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "not {what}: {text}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn pay(server: &Server, number: &str, notify_url: &str) {
    let biz = json!({ "out_trade_no": number, "total_amount": "1.50", "subject": "watched tea" });
    let (answer, _) = server.gateway_told("alipay.trade.precreate", &biz, Some(notify_url));
    let code = &answer["alipay_trade_precreate_response"]["qr_code"];
    let password = &server.ready["buyers"][0]["pay_password"];
    server.sandbox("/pay", &json!({ "login": server.login(0), "pay_password": password, "qr_code": code }));
}

#[test]
fn figures_move_with_a_payment_and_tell_nothing_of_anybody() {
    let temporary = tempfile::tempdir().unwrap();
    let server = watched(&temporary.path().join("data"), &[]);
    let before = figures(&scraped(&server));
    assert_eq!((before["tongbao_serves"], before["tongbao_cell_open"]), (1.0, 1.0));
    let (url, heard) = shop();
    pay(&server, "WATCHED_1", &url);
    heard.recv_timeout(Duration::from_secs(30)).unwrap();
    server.get("/gateway.do?method=alipay.trade.nonsense&app_id=watched%22%0A");
    until(&server, "counted", |now| {
        let precreate = "tongbao_gateway_calls_total{method=\"alipay.trade.precreate\",ending=\"done\"}";
        let nonsense = "tongbao_gateway_calls_total{method=\"other\",ending=\"wrong\"}";
        let delivered = "tongbao_notify_calls_total{ending=\"delivered\"}";
        [precreate, nonsense, delivered].iter().all(|name| now.get(*name) == Some(&1.0))
    });
    until(&server, "posted", |now| now["tongbao_posting_lag_records"] == 0.0);
    let text = scraped(&server);
    let now = figures(&text);
    for name in [
        "tongbao_commands_total",
        "tongbao_batches_total",
        "tongbao_journal_bytes_total",
        "tongbao_posted_rows_total",
        "tongbao_queue_wait_seconds_count",
        "tongbao_decide_seconds_count",
        "tongbao_journal_seconds_count",
        "tongbao_answer_seconds_count",
        "tongbao_post_seconds_count",
        "tongbao_gateway_call_seconds_count",
        "tongbao_notify_call_seconds_count",
    ] {
        assert!(now[name] > before[name], "{name}: {} {}", before[name], now[name]);
    }
    assert!(now["tongbao_disk_free_bytes"] > 0.0 && now["tongbao_journal_segments"] >= 1.0);
    assert!(now["tongbao_tables_readable"] == 1.0 && now["tongbao_queue_length"] == 0.0);
    assert!(labels(&text).is_subset(&BTreeSet::from(LABELS)), "{:?}", labels(&text));
    assert!(text.lines().count() < LINES_MAX);
    let mut people: Vec<String> = vec!["WATCHED_1".to_owned(), "watched".to_owned(), url];
    for buyer in server.ready["buyers"].as_array().unwrap() {
        people.extend(["login", "user_id"].map(|name| buyer[name].as_str().unwrap().to_owned()));
    }
    for app in server.ready["apps"].as_array().unwrap() {
        people.extend(["app_id", "seller_id"].map(|name| app[name].as_str().unwrap().to_owned()));
    }
    for word in people {
        assert!(!text.contains(&word), "{word} in:\n{text}");
    }
    server.stop();
}

#[test]
fn figures_have_an_address_of_their_own_and_none_unless_asked_for() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = watched(&data, &[]);
    let of_figures = address(&server);
    assert!(of_figures.starts_with("127.0.0.1:") && of_figures != server.address);
    for path in ["/metrics", "/w/default/metrics"] {
        assert_eq!(server.get(path).0, 404, "{path} at the public address");
    }
    for path in ["/", "/healthz", "/gateway.do", "/sandbox/clock", "/metrics/x"] {
        assert_eq!(
            call(&of_figures, "GET", path, "").unwrap().0,
            404,
            "{path} at the address of the figures"
        );
    }
    assert_eq!(call(&of_figures, "POST", "/metrics", "").unwrap().0, 405);
    server.stop();
    assert!(call(&of_figures, "GET", "/metrics", "").is_none(), "it ends with the server");
    let quiet = Server::start(&data);
    assert!(quiet.ready["metrics"].is_null() && quiet.get("/metrics").0 == 404);
    let taken = quiet.address.clone();
    let other = temporary.path().join("other");
    let other = other.to_str().unwrap();
    let up = ["up", "--no-port-80", "--listen", "127.0.0.1:0", "--data", other, "--metrics"];
    let said = complaint(&[&up[..], &[taken.as_str()]].concat());
    assert!(said.contains(&taken) && said.contains("--metrics"), "{said}");
    let said = complaint(&[&up[..], &["0.0.0.0:9464"]].concat());
    assert!(said.contains("strangers"), "{said}");
    quiet.stop();
}

/// The exit code and the words of `tongbao doctor system`.
fn examined(arguments: &[&str]) -> (Option<i32>, String) {
    let done = tongbao(&[&["doctor", "system"][..], arguments].concat());
    let said = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn the_doctor_says_in_words_what_is_wrong_with_a_platform() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let folder = data.to_str().unwrap();
    let (code, said) = examined(&["--data", folder]);
    assert!(code == Some(2) && said.contains("no data folder"), "{said}");
    // Nobody has a place at this gateway.
    let server = watched(&data, &["--calls-max", "0"]);
    let url = server.ready["metrics"].as_str().unwrap().to_owned();
    let (code, said) = examined(&["--metrics", &url, "--data", folder]);
    let of_disk = |said: &str| said.contains("disk-low.md");
    let is_well = code == Some(0) && said.starts_with("Nothing is wrong now.");
    assert!(is_well || of_disk(&said), "{said}");
    std::thread::scope(|threads| {
        // For longer than it takes between two looks.
        threads.spawn(|| {
            for number in 0..4 {
                server.gateway("alipay.trade.query", &json!({ "out_trade_no": format!("T{number}") }));
            }
        });
        let (code, said) = examined(&["--metrics", &url]);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("turned away") && said.contains("see docs/runbook/calls-turned-away.md"),
            "{said}"
        );
    });
    assert_eq!(top_up(&server.address, &server.login(0), "k"), Some(200), "payments elsewhere go on");
    let (_, said) = examined(&["--metrics", &url]);
    assert!(
        said.contains("over: Calls were turned away") || said.contains(": Calls were turned away"),
        "{said}"
    );
    server.stop();
    let (code, said) = examined(&["--metrics", &url]);
    assert!(code == Some(2) && said.contains("docs/runbook/down.md"), "{said}");
    let (code, said) = examined(&["--data", folder]);
    assert!(code == Some(1) && said.starts_with("grave: No server serves"), "{said}");
}

#[test]
fn a_merchant_that_is_gone_and_tables_that_are_gone_are_seen() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = watched(&data, &[]);
    pay(&server, "GONE_1", "http://127.0.0.1:9/notify");
    until(&server, "counted", |now| {
        now["tongbao_notify_calls_total{ending=\"no_connection\"}"] >= 1.0
            && now["tongbao_notices_failing"] >= 1.0
    });
    let tables = data.join("worlds/default/tables.sqlite");
    let hidden = data.join("worlds/default/hidden");
    std::fs::rename(&tables, &hidden).unwrap();
    until(&server, "unreadable", |now| now["tongbao_tables_readable"] == 0.0);
    let url = server.ready["metrics"].as_str().unwrap().to_owned();
    let (code, said) = examined(&["--metrics", &url]);
    assert!(code == Some(1) && said.contains("docs/runbook/tables-unreadable.md"), "{said}");
    std::fs::rename(&hidden, &tables).unwrap();
    until(&server, "readable", |now| now["tongbao_tables_readable"] == 1.0);
    server.stop();
}

#[test]
fn whoever_watches_goes_on_when_the_world_begins_anew() {
    let temporary = tempfile::tempdir().unwrap();
    let server = watched(&temporary.path().join("data"), &[]);
    pay(&server, "ANEW_1", "http://127.0.0.1:9/notify");
    server.sandbox("/world/reset", &json!({}));
    let now = figures(&scraped(&server));
    assert!(now["tongbao_serves"] == 1.0 && now["tongbao_cell_open"] == 1.0);
    let of_precreate = "tongbao_gateway_calls_total{method=\"alipay.trade.precreate\",ending=\"done\"}";
    assert!(!now.contains_key(of_precreate), "the counters of the old books are gone with them");
    server.stop();
}
