//! `/api/v1` as a whole: who may ask, how it says no, and what it says of itself.

use crate::persons::{LOGIN_PASSWORD, PAY_PASSWORD, PHONE};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tower::ServiceExt;

/// The description as the web front reads it.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/api/openapi.json");
/// When this variable is set, the description is written instead of compared.
const WRITE: &str = "TONGBAO_WRITE_OPENAPI";

impl Shop {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    }
}

async fn text_of(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Status and code of a problem that is whole.
async fn problem(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_str(&text_of(response).await).unwrap();
    let code = problem["code"].as_str().unwrap().to_owned();
    assert_eq!(problem["type"], format!("urn:tongbao:problem:{code}"), "{problem}");
    assert_eq!(problem["status"], status, "{problem}");
    for member in ["title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
    (status, code)
}

async fn described(shop: &Shop) -> Value {
    let (status, api) = shop.get("/api/v1/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    api
}

/// A path with something in the place of each parameter.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn a_stranger_is_refused_by_every_call_of_a_person() {
    let shop = Shop::open().await;
    let api = described(&shop).await;
    let (mut refused, mut open) = (0, BTreeSet::new());
    for (path, calls) in api["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let at = filled(path);
            if call["security"].is_null() {
                open.insert(format!("{method} {path}"));
                continue;
            }
            for headers in [&[] as &[(&str, &str)], &[("authorization", "Bearer guess")]] {
                let said = shop.ask(&method.to_uppercase(), &at, headers, "").await;
                assert_eq!(problem(said).await, (401, "not_signed_in".to_owned()), "{method} {path}");
            }
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
    let expected = [
        "get /api/v1/openapi.json",
        "get /api/v1/site",
        "post /api/v1/challenges",
        "post /api/v1/login-password",
        "post /api/v1/pay-password",
        "post /api/v1/people",
        "post /api/v1/sessions",
        "post /api/v1/sessions/passkey",
        "post /api/v1/sessions/passkey/options",
    ];
    assert_eq!(open, BTreeSet::from(expected.map(str::to_owned)), "nobody else is let in without a session");
}

/// Method, path, headers, body, and the status and code of what comes back.
type Asked<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);

#[tokio::test]
async fn whatever_is_refused_is_a_problem() {
    let shop = Shop::open().await;
    let json_sent = ("content-type", "application/json");
    let long = format!("\"{}\"", "x".repeat(70_000));
    let cases: [Asked<'_>; 9] = [
        ("GET", "/api/v1/nothing", &[], "", 404, "not_found"),
        ("GET", "/api/v1", &[], "", 404, "not_found"),
        ("GET", "/api/v1/sessions/1/2", &[], "", 404, "not_found"),
        ("PUT", "/api/v1/me", &[], "", 405, "method_not_allowed"),
        ("GET", "/api/v1/challenges", &[], "", 405, "method_not_allowed"),
        ("POST", "/api/v1/challenges", &[], "{}", 415, "not_json"),
        ("POST", "/api/v1/challenges", &[json_sent], "{", 400, "bad_request"),
        ("POST", "/api/v1/challenges", &[json_sent], &long, 413, "too_large"),
        (
            "POST",
            "/api/v1/challenges",
            &[json_sent, ("sec-fetch-site", "cross-site")],
            "{}",
            403,
            "foreign_site",
        ),
    ];
    for (method, path, headers, body, status, code) in cases {
        let said = shop.ask(method, path, headers, body).await;
        assert_eq!(problem(said).await, (status, code.to_owned()), "{method} {path}");
    }
    let said = shop.ask("PUT", "/api/v1/sessions", &[], "").await;
    assert_eq!(said.headers()["allow"], "POST, GET");
    let said = shop.ask("HEAD", "/api/v1/me", &[], "").await;
    assert_eq!(said.status(), StatusCode::UNAUTHORIZED, "HEAD is asked as GET is");
}

#[tokio::test]
async fn the_sandbox_says_no_as_before() {
    let shop = Shop::open().await;
    let said = shop.ask("POST", "/sandbox/pay", &[], "{}").await;
    assert_eq!(said.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(said.headers()["content-type"], "application/json");
    let said: Value = serde_json::from_str(&text_of(said).await).unwrap();
    assert_eq!(said["error"]["code"], "not_json");
}

#[tokio::test]
async fn an_account_is_told_with_moments_of_rfc_3339() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &Value::Null).await;
    let opened = me["opened_at"].as_str().unwrap();
    assert!(opened.starts_with("2026-01-02T12:0") && opened.ends_with("+08:00"), "{me}");
    assert_eq!((&me["identified"], &me["name_masked"]), (&json!(false), &Value::Null), "{me}");
}

#[tokio::test]
async fn a_site_is_told_to_anybody_and_its_books_are_those_of_the_account() {
    let shop = Shop::open().await;
    let (status, site) = shop.get("/api/v1/site").await;
    assert_eq!(status, StatusCode::OK, "{site}");
    let origin = json!("http://pay.test");
    assert_eq!((&site["root"], &site["origin"], &site["sandbox"]), (&json!(""), &origin, &json!(true)));
    assert_eq!(site["passkey_origin"], Value::Null, "not without TLS");
    let (token, _) = shop.register(PHONE).await;
    let (_, me) = shop.api("GET", "/api/v1/me", &token, &Value::Null).await;
    assert!(me["world"].as_str().is_some_and(|world| world.len() > 20), "{me}");
    assert_eq!(me["world"], site["world"]);
    let (_, listed) = shop.api("GET", "/api/v1/sessions", &token, &Value::Null).await;
    assert_eq!(listed["sessions"][0]["id"], me["session"], "{listed}");

    let elsewhere = Shop::open_at("http://127.0.0.1:8080/w/default").await;
    let (_, other) = elsewhere.get("/api/v1/site").await;
    let (origin, passkeys) = (json!("http://127.0.0.1:8080"), json!("http://localhost:8080"));
    assert_eq!(
        (&other["origin"], &other["passkey_origin"]),
        (&origin, &passkeys),
        "browsers know names only"
    );
    assert_eq!(other["root"], "/w/default");
    assert_ne!(other["world"], site["world"]);
}

#[tokio::test]
async fn a_browser_that_signs_itself_out_forgets_the_cookie_and_what_it_kept() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let login = json!({ "login": PHONE, "password": LOGIN_PASSWORD }).to_string();
    let another = shop.ask("POST", "/api/v1/sessions", &[("content-type", "application/json")], &login).await;
    assert_eq!(another.status(), StatusCode::OK);
    let bearer = format!("Bearer {token}");
    let out = async |path: &str| shop.ask("DELETE", path, &[("authorization", bearer.as_str())], "").await;
    let others = out("/api/v1/sessions/others").await;
    assert_eq!(others.status(), StatusCode::OK);
    for header in ["clear-site-data", "set-cookie"] {
        assert!(others.headers().get(header).is_none(), "{header}: this one stays");
    }
    let this = out("/api/v1/sessions/current").await;
    assert_eq!(this.status(), StatusCode::OK);
    assert_eq!(this.headers()["clear-site-data"], "\"cache\", \"storage\"");
    let gone = "tongbao_person=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
    assert_eq!(this.headers()["set-cookie"], gone);
    assert_eq!(problem(out("/api/v1/sessions/current").await).await, (401, "not_signed_in".to_owned()));
}

#[tokio::test]
async fn a_problem_tells_programs_what_it_knows() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let stop = async |method: &str, body: &Value| {
        let (status, said) = shop.api(method, "/api/v1/me/stop-payment", &token, body).await;
        (status.as_u16(), said)
    };
    assert_eq!(stop("POST", &Value::Null).await.0, 200);
    let (status, said) = stop("DELETE", &json!({ "pay_password": "12" })).await;
    assert_eq!(
        (status, &said["code"], &said["field"]),
        (400, &json!("bad_password"), &json!("pay_password"))
    );
    for left in [2, 1] {
        let (status, said) = stop("DELETE", &json!({ "pay_password": "604417" })).await;
        let expected = (403, &json!("wrong_password"), &json!(left));
        assert_eq!((status, &said["code"], &said["tries_left"]), expected, "{said}");
        assert!(said.get("locked_until").is_none() && said.get("field").is_none(), "{said}");
    }
    // The third try locks, and a right one is not looked at then.
    for password in ["604417", PAY_PASSWORD] {
        let (status, said) = stop("DELETE", &json!({ "pay_password": password })).await;
        assert_eq!((status, &said["code"]), (423, &json!("locked")), "{said}");
        let until = said["locked_until"].as_str().unwrap();
        assert!(until.starts_with("2026-01-02T15:") && until.ends_with("+08:00"), "{said}");
        assert!(said.get("tries_left").is_none(), "{said}");
    }
    let (_, said) = shop.api("GET", "/api/v1/me/bills?limit=0", &token, &Value::Null).await;
    assert_eq!((&said["code"], &said["field"]), (&json!("bad_limit"), &json!("limit")));
    // The login password tells nobody how many tries are left, only when it opens.
    for _ in 0..3 {
        let login = json!({ "login": PHONE, "password": "not-this-one-7" });
        let (_, said) = shop.post("/api/v1/sessions", login).await;
        assert!(said["code"] == "wrong_login" && said.get("tries_left").is_none(), "{said}");
    }
    let (_, said) =
        shop.post("/api/v1/sessions", json!({ "login": PHONE, "password": LOGIN_PASSWORD })).await;
    assert!(said["code"] == "locked" && said["locked_until"].is_string(), "{said}");
}

/// The web front is built from the kept description, without the program.
#[tokio::test]
async fn the_description_that_is_kept_is_the_one_that_is_told() {
    let shop = Shop::open().await;
    let said = shop.ask("GET", "/api/v1/openapi.json", &[], "").await;
    assert_eq!(said.headers()["content-type"], "application/json");
    let told = text_of(said).await;
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(Path::new(KEPT).parent().unwrap()).unwrap();
        std::fs::write(KEPT, &told).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(kept == told, "web/api/openapi.json is old: run this test again with {WRITE}=1");
}
