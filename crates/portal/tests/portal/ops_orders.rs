//! The console's orders from outside: pages, and everything that happened to one of them.

use crate::backtest::rule;
use crate::persons::{PHONE, code_of};
use crate::shop::{BUYER, NOON_US, PASSWORD, Shop};
use axum::http::StatusCode;
use base::{FreezeNo, OrderNo, Text};
use engine::{AskRefund, DebitOrder, PayFrozen, RefundOrder, Which};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trade::{FreezeProduct, Product};

impl Shop {
    /// What the console hears.
    pub(crate) async fn ops(&self, token: &str, path: &str) -> (StatusCode, Value) {
        self.api("GET", &format!("/api/v1/ops{path}"), token, &Value::Null).await
    }

    /// A good answer of the console.
    pub(crate) async fn looked(&self, token: &str, path: &str) -> Value {
        let (status, said) = self.ops(token, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {said}");
        said
    }

    /// The buyer pays an order of a page, or does not.
    pub(crate) async fn paid_page(&self, minor: u64) -> (StatusCode, OrderNo) {
        let no = self.order(Product::Page, minor).await.order.no;
        let body = json!({ "login": BUYER, "pay_password": PASSWORD, "trade_no": no.to_string() });
        (self.call("/sandbox/pay", body).await.0, no)
    }
}

fn list<'a>(said: &'a Value, name: &str) -> Vec<&'a Value> {
    said[name].as_array().unwrap().iter().collect()
}

fn titles(said: &Value) -> Vec<&str> {
    list(said, "timeline").into_iter().map(|event| event["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_timeline_tells_every_row_and_both_sides_postings_in_the_order_of_time() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let (status, no) = shop.paid_page(1_000).await;
    assert_eq!(status, StatusCode::OK);
    let (key, reason) = (Text::new("W-1").unwrap(), Text::new("lily says it is cold").unwrap());
    shop.door.ask(AskRefund { buyer: shop.buyer, order_no: no, key, reason }).await.unwrap();
    let waits = shop.looked(&token, &format!("/orders/{no}")).await;
    let asked = list(&waits, "timeline").into_iter().find(|event| event["title"] == "refund_wish.asked");
    let asked = asked.unwrap_or_else(|| panic!("{waits}"));
    assert_eq!((&asked["fields"]["state"], &asked["no"]), (&json!("open"), &json!(no.to_string())));
    let refund = RefundOrder {
        seller: shop.seller,
        which: Which::No(no),
        amount: crate::shop::fen(400),
        out_request_no: Some(Text::new("R-1").unwrap()),
        reason: Some(Text::new("cold").unwrap()),
        back: Vec::new(),
    };
    shop.door.ask(refund).await.unwrap();
    let said = shop.looked(&token, &format!("/orders/{no}")).await;
    assert_eq!(
        (&said["order"]["state"], &said["order"]["total"], &said["order"]["refunded"]),
        (&json!("paid"), &json!("10.00"), &json!("4.00"))
    );
    let titles = titles(&said);
    for expected in [
        "order.opened",
        "order.paid",
        "trade.paid",
        "refund_wish.asked",
        "refund_wish.met",
        "refund.done",
        "notice.paid",
        "posting.pay_out",
        "posting.pay_in",
        "posting.refund_out",
        "posting.refund_in",
    ] {
        assert!(titles.contains(&expected), "{expected} is not in {titles:?}");
    }
    let moments: Vec<_> = list(&said, "timeline")
        .into_iter()
        .filter(|event| event["planned"] == false)
        .map(|event| event["at"].as_str().unwrap())
        .collect();
    assert!(moments.is_sorted(), "{moments:?}");
    // What an order is today is not said of the moment when it was opened.
    let fields = |title: &str| {
        let event = list(&said, "timeline").into_iter().find(|event| event["title"] == title);
        event.unwrap()["fields"].clone()
    };
    assert_eq!(fields("order.opened"), json!({}));
    let latest = fields("order.paid");
    assert_eq!((&latest["state"], &latest["refunded"]), (&json!("paid"), &json!("4.00")));
    assert_eq!((fields("trade.opened"), &fields("trade.paid")["credit_off"]), (json!({}), &json!("false")));
    // Each posting is even, and both sides are there.
    for event in list(&said, "timeline") {
        let Some(lines) = event["lines"].as_array() else { continue };
        let sum: i64 = lines.iter().map(signed).sum();
        assert_eq!(sum, 0, "{event}");
    }
    assert!(list(&said, "why_refused").is_empty(), "{said}");
    assert_eq!(said["truncated"], false);
    // Nothing that opens a door or names a person.
    let text = said.to_string();
    for hidden in ["notify_url", "http://127.0.0.1:9", BUYER, "javascript", "lily says", "W-1"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

/// What a buyer agreed to before, and is not asked again, is told with the order that it pays.
#[tokio::test]
async fn an_order_tells_the_agreement_or_the_freeze_that_pays_it() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.top_up(shop.buyer, 100_000).await;
    let field = |said: &Value, title: &str, name: &str| {
        let event = list(said, "timeline").into_iter().find(|event| event["title"] == title);
        event.unwrap_or_else(|| panic!("no {title} in {said}"))["fields"][name].clone()
    };

    let agreement_no = crate::agreements::offer_from(&shop, "A", 20_260_105).await;
    let sign_url = shop.world.agreement_url(agreement_no);
    let body = json!({ "login": BUYER, "pay_password": PASSWORD, "sign_url": sign_url });
    assert_eq!(shop.call("/sandbox/agreement/sign", body).await.0, StatusCode::OK);
    let order = shop.request(Product::FaceToFace, 1_000, "monthly", None);
    let debited = shop.door.ask(DebitOrder { order, agreement_no, by_plan: true }).await.unwrap().order.no;
    let said = shop.looked(&token, &format!("/orders/{debited}")).await;
    assert_eq!(field(&said, "debit.by_agreement", "agreement_no"), json!(agreement_no.to_string()));

    let other = crate::freezes::open(&shop, "F0", 500).await;
    let freeze = crate::freezes::open(&shop, "F1", 3_000).await;
    for no in [other, freeze] {
        let body = json!({ "login": BUYER, "pay_password": PASSWORD, "auth_no": no.to_string() });
        assert_eq!(shop.call("/sandbox/freeze", body).await.0, StatusCode::OK);
    }
    let pay = async |freeze: FreezeNo, minor: u64, complete: bool| {
        let order = shop.request(Product::FaceToFace, minor, "room", None);
        let product = FreezeProduct::PreAuth;
        shop.door.ask(PayFrozen { order, freeze, product, complete }).await.unwrap().order.no
    };
    let of_other = pay(other, 100, false).await;
    let paid = pay(freeze, 1_200, true).await;
    let said = shop.looked(&token, &format!("/orders/{paid}")).await;
    assert_eq!(field(&said, "freeze_operation.done", "freeze"), json!(freeze.to_string()));
    assert_eq!(field(&said, "freeze_operation.done", "amount"), json!("12.00"));
    let told = titles(&said);
    let whole = ["freeze.opened", "freeze.agreed", "freeze_operation.asked", "order.paid"];
    assert!(whole.iter().all(|title| told.contains(title)), "{told:?}");
    assert!(!told.contains(&"debit.by_agreement"), "{told:?}");
    let said = shop.looked(&token, &format!("/orders/{of_other}")).await;
    assert_eq!(field(&said, "freeze_operation.done", "freeze"), json!(other.to_string()));
    assert_eq!(said["truncated"], false);

    // What a code paid asks no freeze.
    let (_, page) = shop.paid_page(700).await;
    let said = shop.looked(&token, &format!("/orders/{page}")).await;
    assert!(titles(&said).iter().all(|title| !title.starts_with("freeze") && !title.starts_with("debit")));
}

/// A line of a posting in fen: above zero what is credited.
fn signed(line: &Value) -> i64 {
    let fen: i64 = line["amount"].as_str().unwrap().replace('.', "").parse().unwrap();
    if line["side"] == "credit" { fen } else { -fen }
}

#[tokio::test]
async fn why_a_payment_was_refused_is_told_with_the_rule_and_its_facts() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.put_in_force(0, rule("BIG", "amount_minor > 500", "refuse", false)).await;
    let (status, no) = shop.paid_page(1_000).await;
    assert_ne!(status, StatusCode::OK);
    let said = shop.looked(&token, &format!("/orders/{no}")).await;
    assert!(titles(&said).contains(&"risk.stopped"), "{said}");
    let why = list(&said, "why_refused");
    let [why] = &why[..] else { panic!("{said}") };
    assert_eq!((&why["title"], &why["rules"]), (&json!("risk.stopped"), &json!(["BIG"])));
    assert_eq!(why["reason_en"], "checked");
    let found = list(&said, "timeline").into_iter().find(|event| event["kind"] == "risk").unwrap();
    assert_eq!(
        (&found["rules"][0]["part"], &found["rules"][0]["text"]),
        (&json!("fired"), &json!("amount_minor > 500"))
    );
    assert!(!found["fields"]["facts"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn orders_come_in_pages_that_filters_hold_for() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let mut made = Vec::new();
    for minor in [100, 200, 300] {
        made.push(shop.paid_page(minor).await.1.to_string());
        made.push(shop.order(Product::Page, minor).await.order.no.to_string());
    }
    made.reverse();
    let (mut path, mut seen) = ("/orders?limit=4".to_owned(), Vec::new());
    loop {
        let page = shop.looked(&token, &path).await;
        seen.extend(list(&page, "orders").iter().map(|order| order["trade_no"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/orders?limit=4&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    let of = async |query: &str| {
        let page = shop.looked(&token, &format!("/orders?{query}")).await;
        list(&page, "orders").len()
    };
    assert_eq!(of("state=paid").await, 3);
    assert_eq!(of("state=finished").await, 0);
    assert_eq!(of("from=2026-01-02&to=2026-01-02").await, 6);
    assert_eq!(of("to=2026-01-01").await, 0);
    assert_eq!(of("from=2026-01-03").await, 0);
    assert_eq!(of(&format!("seller_id={}", shop.seller)).await, 6);
    for (query, code) in [
        ("state=lost", "bad_state"),
        ("from=today", "bad_day"),
        ("cursor=7", "bad_cursor"),
        ("limit=101", "bad_limit"),
        ("seller_id=1", "bad_user_id"),
    ] {
        let (status, said) = shop.ops(&token, &format!("/orders?{query}")).await;
        assert_eq!((status.as_u16(), code_of(&said)), (400, code), "{query}");
    }
    for (no, status, code) in
        [("7", 400, "bad_trade_no"), ("2026010222001400000000000742", 404, "order_not_found")]
    {
        let (found, said) = shop.ops(&token, &format!("/orders/{no}")).await;
        assert_eq!((found.as_u16(), code_of(&said)), (status, code), "{no}");
    }
}

#[tokio::test]
async fn a_number_is_found_wherever_it_is_from() {
    let shop = Shop::open().await;
    let (token, user_id) = shop.register(PHONE).await;
    let opened = shop.order(Product::Page, 100).await.order;
    let (trade_no, out_trade_no) = (opened.no.to_string(), opened.out_trade_no.to_string());
    let (app, seller) = (shop.app.to_string(), shop.seller.to_string());
    for (words, kind, screen, id) in [
        (trade_no.as_str(), "order", "order", trade_no.as_str()),
        (out_trade_no.as_str(), "order", "order", trade_no.as_str()),
        (user_id.as_str(), "party", "party", user_id.as_str()),
        (PHONE, "party", "party", user_id.as_str()),
        (app.as_str(), "app", "party", seller.as_str()),
    ] {
        let said = shop.looked(&token, &format!("/search?q={words}")).await;
        let found = list(&said, "found");
        let [thing] = &found[..] else { panic!("{words}: {said}") };
        assert_eq!(
            (&thing["kind"], &thing["screen"], &thing["id"]),
            (&json!(kind), &json!(screen), &json!(id))
        );
        assert!(!said.to_string().contains(PHONE), "{said}");
    }
    assert!(list(&shop.looked(&token, "/search?q=nothing").await, "found").is_empty());
    for query in ["q=", &format!("q={}", "x".repeat(101))] {
        let (status, said) = shop.ops(&token, &format!("/search?{query}")).await;
        assert_eq!((status.as_u16(), code_of(&said)), (400, "bad_q"));
    }
}

#[tokio::test]
async fn what_the_tables_do_not_have_yet_is_not_told_as_missing() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    shop.wait_posted().await;
    shop.held.store(true, std::sync::atomic::Ordering::Relaxed);
    let no = shop.order(Product::Page, 100).await.order.no;
    let (status, said) = shop.ops(&token, &format!("/orders/{no}")).await;
    assert_eq!((status.as_u16(), code_of(&said)), (503, "busy"), "{said}");
    assert!(no.at_us() >= NOON_US);
}

#[tokio::test]
async fn no_call_of_the_console_is_open_to_who_is_no_operator() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    crate::ops_parties::staffed(&shop).await;
    let (status, api) = shop.get("/api/v1/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    let mut refused = BTreeSet::new();
    for path in api["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/api/v1/ops/")) {
        let Some(path) = path.strip_prefix("/api/v1/ops") else { continue };
        if path == "/me" || api["paths"][format!("/api/v1/ops{path}")]["get"].is_null() {
            continue;
        }
        let at: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let (status, said) = shop.ops(&token, &at.join("/")).await;
        assert_eq!((status.as_u16(), code_of(&said)), (403, "operator_unknown"), "{path}");
        refused.insert(path.to_owned());
    }
    assert!(refused.len() > 15, "{refused:?}");
}
