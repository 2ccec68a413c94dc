//! Faults on request and the run report, for programs and as a page.

use crate::shop::{NOON_US, Shop};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::AppId;
use http_body_util::BodyExt;
use portal::{FaultDesk, Finding, FindingKind, Reporting};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use tower::ServiceExt;
use world::{Faults, Rule, RuleRefused, Standing};

const PATH: &str = "/sandbox/faults";

/// A desk that has one thing to report until it is to forget it.
#[derive(Default)]
pub(crate) struct OneFinding {
    faults: Faults,
    forgotten: Mutex<bool>,
}

impl FaultDesk for OneFinding {
    fn set(&self, rule: Rule) -> Result<u64, RuleRefused> {
        self.faults.set(rule, NOON_US)
    }

    fn set_once(&self, rule: Rule) -> Result<u64, RuleRefused> {
        self.faults.set_once(rule, NOON_US)
    }

    fn list(&self) -> Vec<Standing> {
        self.faults.list(NOON_US)
    }

    fn clear(&self, no: Option<u64>, app: Option<AppId>) -> usize {
        self.faults.clear(no, app, NOON_US)
    }

    fn report(&self, app: Option<AppId>, patience: Duration) -> Reporting<'_> {
        let finding = Finding {
            kind: FindingKind::NeverAsked,
            app: app.unwrap_or_else(|| AppId::issue(1, base::Slot::new(1).unwrap()).unwrap()),
            at_us: NOON_US,
            order: "<T1>".to_owned(),
            other: None,
            method: Some("alipay.trade.pay".to_owned()),
            trace_id: Some(format!("patience {}", patience.as_secs())),
            notice: None,
        };
        let forgotten = *self.forgotten.lock().unwrap();
        Box::pin(async move { Some(if forgotten { Vec::new() } else { vec![finding] }) })
    }

    fn forget(&self) {
        *self.forgotten.lock().unwrap() = true;
    }
}

impl Shop {
    async fn delete(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::delete(path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn listed(&self) -> Vec<Value> {
        self.get(PATH).await.1["faults"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared() {
    let shop = Shop::open().await;
    assert!(shop.listed().await.is_empty(), "none by itself");
    let app = shop.app.to_string();
    let asked = json!({
        "fault": "latency:200-800", "app_id": app, "method": "alipay.trade.pay", "every": 5, "next": 3, "seed": 7,
        "percent": 50, "for_s": 60
    });
    let (status, set) = shop.call(PATH, asked).await;
    assert_eq!(status, StatusCode::OK, "{set}");
    let expected = json!({
        "no": 1, "fault": "latency:200-800", "app_id": app, "method": "alipay.trade.pay", "next": 3, "every": 5,
        "percent": 50, "seed": 7, "until": "2026-01-02 12:01:00", "seen": 0, "hits": 0
    });
    assert_eq!(set, expected);
    let (_, second) = shop.call(PATH, json!({ "fault": "notify-duplicate" })).await;
    assert_eq!((&second["no"], &second["next"], &second["app_id"]), (&json!(2), &json!(1), &Value::Null));
    assert_eq!(shop.listed().await, [set, second]);
    assert_eq!(shop.delete("/sandbox/faults?no=9").await.1["error"]["code"], "fault_not_found");
    assert_eq!(shop.delete(&format!("{PATH}?app_id={app}")).await.1, json!({ "cleared": 1 }));
    assert_eq!(shop.listed().await.len(), 1);
    assert_eq!(shop.delete("/sandbox/faults?no=2").await.1, json!({ "cleared": 1 }));
    assert_eq!(shop.delete(PATH).await.1, json!({ "cleared": 0 }));
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_and_nothing_stands() {
    let shop = Shop::open().await;
    for (asked, code, said) in [
        (json!({ "fault": "error" }), "bad_fault", "there is no such fault"),
        (json!({ "fault": "latency" }), "bad_fault", "whole milliseconds"),
        (json!({ "fault": "latency:70000" }), "bad_fault", "from 0 to 60000"),
        (json!({ "fault": "error-after", "next": 0 }), "bad_fault", "from 1"),
        (json!({ "fault": "error-after", "percent": 101 }), "bad_fault", "from 1 to 100"),
        (json!({ "fault": "error-after", "for_s": 0 }), "bad_fault", "for_s"),
        (json!({ "fault": "error-after", "method": "Pay!" }), "bad_fault", "alipay.trade.pay"),
        (json!({ "fault": "query-lag", "method": "alipay.trade.pay" }), "bad_fault", "query-lag is for"),
        (json!({ "fault": "notify-delay", "method": "alipay.trade.pay" }), "bad_fault", "have no method"),
        (json!({ "fault": "error-after", "app_id": "x" }), "bad_app_id", ""),
        (json!({ "fault": "error-after", "app_id": "9021000000000001" }), "app_not_found", "no such app"),
        (json!({ "fault": "error-after", "nxt": 1 }), "bad_request", "unknown field"),
        (json!({}), "bad_request", "missing field"),
    ] {
        let (_, answer) = shop.call(PATH, asked.clone()).await;
        assert_eq!(answer["error"]["code"], code, "{asked}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(said), "{asked}: {answer}");
    }
    assert!(shop.listed().await.is_empty());
    for _ in 0..world::RULES_MAX {
        shop.call(PATH, json!({ "fault": "error-after" })).await;
    }
    let (status, answer) = shop.call(PATH, json!({ "fault": "error-after" })).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::CONFLICT, &json!("too_many_faults")));
}

#[tokio::test]
async fn the_report_is_told_with_its_words_until_it_is_forgotten() {
    let shop = Shop::open().await;
    let (_, told) = shop.get(&format!("/sandbox/report?app_id={}&patience_s=5", shop.app)).await;
    let found = &told["findings"][0];
    assert_eq!((&found["kind"], &found["order"]), (&json!("never_asked"), &json!("<T1>")));
    assert_eq!((&found["at"], &found["trace_id"]), (&json!("2026-01-02 12:00:00"), &json!("patience 5")));
    assert_eq!(found["app_id"], shop.app.to_string());
    assert!(
        found["text"].as_str().unwrap().starts_with("The outcome of alipay.trade.pay for <T1> was unknown")
    );
    assert!(found["advice_zh"].as_str().unwrap().contains("查询"));
    assert_eq!(shop.get("/sandbox/report").await.1["findings"][0]["trace_id"], "patience 60");
    assert_eq!(shop.get("/sandbox/report?patience=5").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(shop.delete("/sandbox/report").await.1, json!({ "forgotten": true }));
    assert_eq!(shop.get("/sandbox/report").await.1, json!({ "findings": [] }));
}

#[tokio::test]
async fn the_page_sets_and_clears_and_shows_what_was_found() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let page = browser.get(PATH).await;
    assert!(page.status == StatusCode::OK && page.html.contains("没有设置故障"), "{}", page.html);
    assert!(
        page.html.contains("never_asked")
            && page.html.contains("结果未知")
            && page.html.contains("&#60;T1&#62;")
    );
    let csrf = page.csrf();
    let foreign = [("csrf", "x"), ("fault", "lost-answer"), ("next", "1")];
    assert_eq!(browser.post(PATH, &foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post(PATH, &foreign[1..]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        shop.browser().post(PATH, &[("csrf", &csrf), foreign[1], foreign[2]]).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(shop.listed().await.is_empty(), "a form of another place sets nothing");
    let own = ("csrf", csrf.as_str());
    let (method, next) = (("method", " alipay.trade.pay "), ("next", "2"));
    let fields = [own, ("fault", "lost-answer"), ("app_id", ""), method, next];
    let set = browser.post(PATH, &fields).await;
    assert_eq!((set.status, set.location.as_str()), (StatusCode::SEE_OTHER, PATH));
    let listed = shop.listed().await;
    assert_eq!((&listed[0]["fault"], &listed[0]["next"]), (&json!("lost-answer"), &json!(2)));
    browser.language = "en";
    let page = browser.get(PATH).await;
    assert!(page.html.contains("1. lost-answer, alipay.trade.pay, next=2"), "{}", page.html);
    assert!(page.html.contains("nobody queried") && page.html.contains("Faults that stand"));
    for fields in
        [[own, ("fault", "nonsense"), ("next", "1")], [own, ("fault", "error-after"), ("next", "-1")]]
    {
        let wrong = browser.post(PATH, &fields).await;
        assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.html.contains("role=\"alert\""));
    }
    assert_eq!(browser.post(PATH, &[("clear", "1")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post(PATH, &[own, ("clear", "1")]).await.status, StatusCode::SEE_OTHER);
    assert!(shop.listed().await.is_empty());
    assert!(browser.get("/sandbox").await.html.contains("/sandbox/faults"));
    assert!(browser.get("/").await.html.contains("/sandbox/faults"));
}
