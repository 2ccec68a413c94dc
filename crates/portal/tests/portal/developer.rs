//! What developers look at: the last calls, what the world was seeded with, what to paste, which faults there are.

use crate::shop::{BUYER, NOON_US, PASSWORD, Shop};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::AppId;
use http_body_util::BodyExt;
use portal::{AppSignType, NoSnippets, SnippetShown, StartApp, StartBuyer, StartDesk, StartShown};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower::ServiceExt;
use wire::doctor::Mistake;
use world::{AnswerKind, CutText, Interface, RequestSeen, Requests, SignatureSeen, SignedText};

async fn get(router: &Router, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn text(text: &str) -> CutText {
    CutText { text: text.to_owned(), cut: false }
}

fn seen(app_id: &str) -> RequestSeen {
    RequestSeen {
        number: 0,
        at_us: NOON_US,
        took_us: 1_500,
        interface: Interface::V2,
        verb: "POST".to_owned(),
        app_id: app_id.to_owned(),
        method: "alipay.trade.pay".to_owned(),
        status: 200,
        code: "40002",
        sub_code: "isv.invalid-signature",
        sub_msg: "验签出错".to_owned(),
        trace_id: "ab".repeat(16),
        signature: SignatureSeen::Wrong,
        mistake: Some(Mistake::Unknown),
        sign_type: "RSA2".to_owned(),
        signed: Some(SignedText { text: text("app_id=1"), bytes: 9, masked: true }),
        parameters: vec![("app_id".to_owned(), text("1"))],
        parameters_cut: false,
        answer_kind: AnswerKind::Json,
        answer: CutText { text: "{}".to_owned(), cut: true },
        fault: String::new(),
    }
}

#[tokio::test]
async fn requests_are_listed_page_by_page_and_shown_with_the_text_to_sign() {
    let requests = Arc::new(Requests::default());
    let router = portal::request_routes(requests.clone());
    let (one, other) = ("9021100000000106", "9021100000000207");
    for app in [one, other, one, "", one] {
        requests.note(seen(app));
    }
    let numbers = |told: &Value| {
        let listed = told["requests"].as_array().unwrap();
        listed.iter().map(|line| line["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    for (path, expected, next) in [
        ("", vec![5, 4, 3, 2, 1], Value::Null),
        ("?limit=2", vec![5, 4], json!(4)),
        ("?limit=2&after=4", vec![3, 2], json!(2)),
        ("?limit=2&after=2", vec![1], Value::Null),
        ("?app_id=9021100000000106&limit=1", vec![5], json!(5)),
        ("?app_id=9021100000000106&after=5", vec![3, 1], Value::Null),
    ] {
        let (status, told) = get(&router, &format!("/sandbox/requests{path}")).await;
        assert_eq!((status, numbers(&told), &told["next"]), (StatusCode::OK, expected, &next), "{path}");
    }
    let (_, told) = get(&router, "/sandbox/requests?limit=1").await;
    let line = &told["requests"][0];
    assert_eq!((&line["at"], &line["signature"]), (&json!("2026-01-02 12:00:00"), &json!("wrong")));
    assert!(line.get("parameters").is_none(), "a list is short: {line}");
    let (status, told) = get(&router, "/sandbox/requests/5").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told["string_to_sign"], json!({"text": "app_id=1", "cut": false, "bytes": 9, "masked": true}));
    assert_eq!(told["parameters"], json!([{"name": "app_id", "value": "1", "cut": false}]));
    assert_eq!(told["answer"], json!({"text": "{}", "cut": true}));
    assert_eq!(told["mistake"]["name"], "wrong-key-or-altered");
    assert_eq!(told["fault"], Value::Null);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_so() {
    let router = portal::request_routes(Arc::default());
    for (path, expected, code) in [
        ("?limit=0", StatusCode::BAD_REQUEST, "bad_request"),
        ("?limit=101", StatusCode::BAD_REQUEST, "bad_request"),
        ("?limit=-1", StatusCode::BAD_REQUEST, "bad_request"),
        ("?after=x", StatusCode::BAD_REQUEST, "bad_request"),
        ("?app=1", StatusCode::BAD_REQUEST, "bad_request"),
        ("?app_id=1", StatusCode::BAD_REQUEST, "bad_app_id"),
        ("/x", StatusCode::BAD_REQUEST, "bad_request"),
        ("/1", StatusCode::NOT_FOUND, "request_not_found"),
    ] {
        let (status, told) = get(&router, &format!("/sandbox/requests{path}")).await;
        assert_eq!((status, &told["error"]["code"]), (expected, &json!(code)), "{path}: {told}");
    }
}

/// A server that seeded one app and one buyer, or cannot read what it seeded.
struct Seeded(Result<StartShown, String>);

impl StartDesk for Seeded {
    fn start(&self) -> Result<StartShown, String> {
        self.0.clone()
    }

    fn languages(&self) -> Vec<&'static str> {
        vec!["go"]
    }

    fn snippets(&self, language: &str, app: Option<AppId>) -> Result<Vec<SnippetShown>, NoSnippets> {
        let shown = self.0.clone().map_err(NoSnippets::Unread)?;
        if language != "go" {
            return Err(NoSnippets::LanguageUnknown);
        }
        if app.is_some_and(|app| shown.apps[0].app != app) {
            return Err(NoSnippets::AppWithoutFiles);
        }
        Ok(vec![SnippetShown { title: "Go", code: "package main".to_owned() }])
    }
}

fn seeded(shop: &Shop) -> StartShown {
    StartShown {
        gateway_port_80: None,
        apps: vec![StartApp {
            app: shop.app,
            seller: shop.seller,
            seller_login: "shop@example.com".to_owned(),
            seller_name: "Shop".to_owned(),
            mode: "key",
            sign_type: AppSignType::Rsa2,
            files: vec![("private_key_pkcs8", PathBuf::from("keys/private_pkcs8.pem"))],
        }],
        buyers: vec![StartBuyer {
            login: BUYER.to_owned(),
            party: shop.buyer,
            name: "Lily".to_owned(),
            pay_password: PASSWORD.to_owned(),
        }],
    }
}

#[tokio::test]
async fn what_a_developer_begins_with_is_told_with_balances_and_paths_but_no_private_key() {
    let shop = Shop::open().await;
    let router = portal::start_routes(shop.portal.clone(), Arc::new(Seeded(Ok(seeded(&shop)))));
    let (status, told) = get(&router, "/sandbox/demo").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&told["gateway"], &told["languages"]),
        (&json!("http://pay.test/gateway.do"), &json!(["go"]))
    );
    let app = &told["apps"][0];
    assert_eq!((&app["app_id"], &app["profile"]), (&json!(shop.app.to_string()), &json!("strict")));
    assert_eq!(app["platform_public_key"], json!(shop.world.platform.public_key));
    assert_eq!(app["files"], json!({"private_key_pkcs8": "keys/private_pkcs8.pem"}));
    let buyer = &told["buyers"][0];
    assert_eq!((&buyer["balance"], &buyer["pay_password"]), (&json!("100.00"), &json!(PASSWORD)));
    assert!(!told.to_string().contains("PRIVATE KEY"));

    let (status, told) = get(&router, "/sandbox/snippets/go").await;
    assert_eq!((status, &told["snippets"][0]["code"]), (StatusCode::OK, &json!("package main")));
    for (path, status, code) in [
        ("cobol", StatusCode::NOT_FOUND, "language_not_found"),
        ("go?app_id=9021000000000000", StatusCode::NOT_FOUND, "app_not_found"),
        ("go?app_id=x", StatusCode::BAD_REQUEST, "bad_app_id"),
        ("go?app=1", StatusCode::BAD_REQUEST, "bad_request"),
    ] {
        let (found, told) = get(&router, &format!("/sandbox/snippets/{path}")).await;
        assert_eq!((found, &told["error"]["code"]), (status, &json!(code)), "{path}: {told}");
    }
}

#[tokio::test]
async fn the_first_page_leads_to_every_app_and_says_which_wallet_is_whose() {
    let page = Shop::open().await.browser().get("/").await.html;
    for app in ["wallet", "merchant", "console", "sandbox"] {
        assert!(page.contains(&format!("href=\"/app/{app}/\"")), "{app}: {page}");
    }
    assert!(page.contains("演示买家") && page.contains("先注册"), "{page}");
}

#[tokio::test]
async fn what_cannot_be_read_is_the_platforms_fault() {
    let shop = Shop::open().await;
    let router = portal::start_routes(shop.portal.clone(), Arc::new(Seeded(Err("torn".to_owned()))));
    for path in ["/sandbox/demo", "/sandbox/snippets/go"] {
        let (status, told) = get(&router, path).await;
        assert_eq!((status, &told["error"]["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("internal")));
        assert!(!told.to_string().contains("torn"), "why is for the log");
    }
}

#[tokio::test]
async fn what_falls_due_next_is_told_with_its_moment() {
    let shop = Shop::open().await;
    let order = shop.order(trade::Product::Page, 1_00).await.order.no;
    shop.wait_posted().await;
    let (status, told) = shop.get("/sandbox/clock/due").await;
    assert_eq!(status, StatusCode::OK);
    let due = told["due"].as_array().unwrap();
    let expires = due.iter().find(|due| due["what"] == "order_expires").unwrap();
    assert_eq!(expires["trade_no"], order.to_string(), "{told}");
    assert!(expires["at"].as_str().unwrap() > "2026-01-02 12:00:00", "{told}");
}

#[tokio::test]
async fn what_falls_due_is_told_when_the_tables_have_what_was_answered() {
    let shop = Shop::open().await;
    shop.wait_posted().await;
    shop.held.store(true, Ordering::Relaxed);
    let order = shop.order(trade::Product::Page, 1_00).await.order.no.to_string();
    // The seconds that the call waits go by at once.
    tokio::time::pause();
    let (status, told) = shop.get("/sandbox/clock/due").await;
    tokio::time::resume();
    shop.held.store(false, Ordering::Relaxed);
    assert_eq!((status, &told["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")), "{told}");
    // Nobody waits here for the tables but the call itself.
    let (status, told) = shop.get("/sandbox/clock/due").await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(told["due"].as_array().unwrap().iter().any(|due| due["trade_no"] == *order), "{told}");
}

#[tokio::test]
async fn a_party_is_looked_at_by_its_login_or_its_number() {
    let shop = Shop::open().await;
    let (buyer, seller) = (shop.buyer.to_string(), shop.seller.to_string());
    let (status, told) = shop.get(&format!("/sandbox/party?login={BUYER}")).await;
    let expected = json!({"user_id": buyer, "kind": "buyer", "status": "normal", "balance": "100.00"});
    assert_eq!((status, told), (StatusCode::OK, expected));
    shop.set_status(people::PartyStatus::Frozen).await;
    let (_, told) = shop.get(&format!("/sandbox/party?user_id={buyer}")).await;
    assert_eq!(told["status"], "frozen");
    assert_eq!(shop.get(&format!("/sandbox/party?user_id={seller}")).await.1["kind"], "merchant");
    for (query, status, code) in [
        ("", StatusCode::BAD_REQUEST, "bad_request"),
        ("?login=a&user_id=2088000000000000", StatusCode::BAD_REQUEST, "bad_request"),
        ("?login=nobody@example.com", StatusCode::NOT_FOUND, "party_not_found"),
        ("?user_id=x", StatusCode::BAD_REQUEST, "bad_user_id"),
        ("?name=x", StatusCode::BAD_REQUEST, "bad_request"),
    ] {
        let (found, told) = shop.get(&format!("/sandbox/party{query}")).await;
        assert_eq!((found, &told["error"]["code"]), (status, &json!(code)), "{query}: {told}");
    }
}

#[tokio::test]
async fn the_known_faults_are_told_as_a_call_names_them() {
    let shop = Shop::open().await;
    let (status, told) = shop.get("/sandbox/faults/known").await;
    assert_eq!(status, StatusCode::OK);
    let all = told["faults"].as_array().unwrap();
    assert_eq!(all.len(), 13, "{told}");
    let of = |text: &str| all.iter().find(|fault| fault["fault"] == text).cloned().unwrap();
    assert_eq!(of("notify-delay:5")["of"], "notifications");
    assert_eq!(of("lost-answer")["leaves_unknown"], true);
    assert_eq!(of("latency:200-2000")["name"], "latency");
}
