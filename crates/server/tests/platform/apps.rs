//! How single apps are treated, over restarts and a new beginning; and the guide of methods.

use crate::server::{Server, call, complaint, printed};
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn what_was_said_of_an_app_outlives_a_kill_and_not_a_new_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let app = server.ready["apps"][0]["app_id"].clone();
    let settings = |server: &Server, more: Value| {
        let mut body = json!({ "app_id": app });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = server.sandbox("/app/settings", &body);
        (told["open_id"].as_bool().unwrap(), told["third_party"].as_bool().unwrap())
    };
    assert_eq!(settings(&server, json!({ "open_id": true, "third_party": false })), (true, false));
    server.kill();
    let server = Server::start(&data);
    assert_eq!(settings(&server, json!({})), (true, false));
    server.sandbox("/world/reset", &json!({}));
    assert_eq!(settings(&server, json!({})), (false, true));
    server.kill();
    let server = Server::start(&data);
    assert_eq!(settings(&server, json!({})), (false, true));
    server.stop();
}

#[test]
fn the_sandbox_shows_every_method() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"));
    let (status, text) = server.get("/sandbox/methods");
    assert_eq!(status, 200);
    let told: Value = serde_json::from_str(&text).unwrap();
    let methods = told["methods"].as_array().unwrap();
    assert_eq!(methods.len(), gateway::methods().count());
    let pay = methods.iter().find(|method| method["name"] == "alipay.trade.pay").unwrap();
    assert_eq!(pay["v3"], "/v3/alipay/trade/pay");
    let refused = pay["refusals"].as_array().unwrap();
    assert!(refused.iter().any(|one| one["sub_code"] == "ACQ.BUYER_BALANCE_NOT_ENOUGH"));
    assert!(!text.contains('`'), "backquotes are for Markdown");
    server.stop();
}

/// The app with a key that was drawn for it, as an entry of the ready file has it.
fn entry(folder: &Path, app: &str, name: &str, drawn: &Value) -> Value {
    let file = folder.join(name);
    std::fs::write(&file, drawn["private_key_pkcs8"].as_str().unwrap()).unwrap();
    json!({ "app_id": app, "private_key_pkcs8": file, "sign_type": "RSA2" })
}

/// The sub_code that a query is told.
fn told(server: &Server, entry: &Value) -> String {
    let answer = server.gateway_for(entry, "alipay.trade.query", &json!({ "out_trade_no": "nothing" }), None);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["alipay_trade_query_response"]["sub_code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn keys_that_were_exchanged_outlive_a_kill_and_so_does_a_disabled_app() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let seller = server.ready["apps"][0]["seller_id"].clone();
    let opened = server.sandbox("/app", &json!({ "seller_id": seller }));
    let app = opened["app_id"].as_str().unwrap().to_owned();
    let old = entry(folder.path(), &app, "old", &opened);
    let added = server.sandbox(&format!("/apps/{app}/keys"), &json!({}));
    let new = entry(folder.path(), &app, "new", &added);
    server.kill();
    let server = Server::start(&data);
    let (taken, refused) = ("ACQ.TRADE_NOT_EXIST", "isv.invalid-signature");
    assert_eq!((told(&server, &old), told(&server, &new)), (taken.into(), taken.into()));
    server.sandbox(&format!("/apps/{app}/keys/2/promote"), &json!({}));
    server.sandbox(&format!("/apps/{app}/keys/1/retire"), &json!({}));
    server.kill();
    let server = Server::start(&data);
    assert_eq!((told(&server, &old), told(&server, &new)), (refused.into(), taken.into()));
    server.sandbox(&format!("/apps/{app}/disable"), &json!({}));
    server.kill();
    let server = Server::start(&data);
    assert_eq!(told(&server, &new), "isv.invalid-app-state");
    server.sandbox(&format!("/apps/{app}/enable"), &json!({}));
    assert_eq!(told(&server, &new), taken);
    server.stop();
    printed(&["verify", "--data", data.to_str().unwrap()]);
}

#[test]
fn the_command_line_exchanges_keys() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let app = server.ready["apps"][0]["app_id"].as_str().unwrap();
    let url = server.ready["base_url"].as_str().unwrap();
    let run = |words: &[&str]| printed(&[&["app"], words, &["--url", url]].concat());
    let added = run(&["key", "add", app]);
    assert!(added.starts_with(&format!("key 2 of app {app}\n")) && added.contains("PRIVATE KEY"), "{added}");
    assert!(run(&["key", "list", app]).contains("2. second, RSA2, added "));
    assert!(run(&["key", "promote", app, "2"]).contains("1. second"));
    let retired = run(&["key", "retire", app, "1"]);
    assert!(retired.starts_with("1. retired") && retired.contains("\n2. current"), "{retired}");
    assert!(complaint(&["app", "key", "retire", app, "2", "--url", url]).contains("the last active key"));
    assert_eq!(run(&["disable", app]).trim_end(), format!("app {app}: disabled"));
    assert_eq!(run(&["enable", app]).trim_end(), format!("app {app}: online"));
    server.stop();
}

#[test]
fn what_the_sandbox_says_no_to_about_keys() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"));
    let app = |mode: &str| {
        let apps = server.ready["apps"].as_array().unwrap();
        apps.iter().find(|app| app["mode"] == mode).unwrap()["app_id"].as_str().unwrap().to_owned()
    };
    let (by_key, by_cert) = (app("key"), app("cert"));
    let refused = |path: &str, body: &str| {
        let (status, text) = call(&server.address, "POST", &format!("/sandbox{path}"), body).unwrap();
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        format!("{status} {}", told["error"]["code"].as_str().unwrap_or("fine"))
    };
    let keys = |app: &str, rest: &str| format!("/apps/{app}/keys{rest}");
    assert_eq!(refused(&keys("1", ""), "{}"), "400 bad_app_id");
    assert_eq!(refused(&keys("9021100009999964", ""), "{}"), "404 app_not_found");
    assert_eq!(refused("/apps/9021100009999964/disable", "{}"), "404 app_not_found");
    assert_eq!(refused(&keys(&by_key, ""), r#"{"public_key":"no"}"#), "400 bad_public_key");
    assert_eq!(refused(&keys(&by_key, ""), r#"{"not_after":"soon"}"#), "400 bad_not_after");
    assert_eq!(refused(&keys(&by_key, ""), r#"{"not_after":"2001-01-01 00:00:00"}"#), "409 key_expired");
    assert_eq!(refused(&keys(&by_cert, ""), r#"{"not_after":"2099-01-01 00:00:00"}"#), "400 bad_not_after");
    assert_eq!(refused(&keys(&by_key, "/2/promote"), "{}"), "404 key_not_found");
    assert_eq!(refused(&keys(&by_key, "/1/retire"), "{}"), "409 last_active");
    assert_eq!(refused(&keys(&by_key, "/1/retire"), r#"{"now":true}"#), "400 bad_request");
    assert_eq!(refused(&keys(&by_key, ""), "{}"), "200 fine");
    assert_eq!(refused(&keys(&by_key, ""), "{}"), "409 two_active");
    assert_eq!(refused(&keys(&by_key, "/2/retire"), "{}"), "200 fine");
    assert_eq!(refused(&keys(&by_key, "/2/promote"), "{}"), "409 key_retired");
    let certified = server.sandbox(&keys(&by_cert, ""), &json!({}));
    assert!(certified["app_cert"].as_str().unwrap().contains("BEGIN CERTIFICATE"));
    let (_, listed) = server.get(&format!("/sandbox{}", keys(&by_cert, "")));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed["mode"], &listed["status"]), (&json!("cert"), &json!("online")));
    let second = &listed["keys"][1];
    assert_eq!(
        (&second["state"], &second["active"], &second["sign_type"]),
        (&json!("second"), &json!(true), &json!("RSA2"))
    );
    assert!(second["cert_sn"].as_str().unwrap().len() == 32 && second["not_after"].is_string());
    server.stop();
}
