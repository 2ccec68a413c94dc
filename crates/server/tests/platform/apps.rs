//! How single apps are treated, over restarts and a new beginning; and the guide of methods.

use crate::server::Server;
use serde_json::{Value, json};

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
