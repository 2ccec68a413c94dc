//! Lists, reports and back-tests of the program: what lasts over a restart and a backup, and what is read of a folder.

use crate::cards::{advance, books_are_exact, get};
use crate::server::{Server, complaint, printed};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_list_lasts_and_a_folder_tells_its_reports() {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name).to_str().unwrap().to_owned();
    let data = path("data");
    let server = Server::start(temporary.path().join("data").as_path());
    server.sandbox("/clock/freeze", &json!({}));
    let user_id = server.ready["buyers"][1]["user_id"].as_str().unwrap().to_owned();
    let list = format!("id,kind,names,birth,id_digest,source,reason\nA1,account,{user_id},,,own,mule\n");
    let proposed =
        server.sandbox("/screening", &json!({ "operator": "ada", "base_version": 0, "list": list }));
    let approve = json!({ "operator": "bea", "version": 1, "digest": proposed["digest"] });
    assert_eq!(server.sandbox("/screening/approve", &approve)["held"], 1);
    let top_up = json!({ "login": server.login(0), "amount": "49999.99", "key": "k1" });
    server.sandbox("/topup", &top_up);
    let now = get(&server, "/sandbox/clock")["now"].as_str().unwrap()[..10].to_owned();
    let aml = ["report", "aml", "--day", &now, "--data", &data];
    assert!(complaint(&aml).contains("not closed"));
    advance(&server, "24h");
    server.sandbox("/close", &json!({}));
    server.stop();

    let report = printed(&aml);
    assert!(report.starts_with("kind,party,rule,") && report.contains("\nblake3,"), "{report}");
    let to = path("report.csv");
    let said = printed(&["report", "aml", "--day", &now, "--data", &data, "--to", &to]);
    assert!(said.contains("large sums"), "{said}");
    assert_eq!(fs::read_to_string(&to).unwrap().trim_end(), report.trim_end(), "the same twice");
    let rules = path("rules.json");
    let rule = json!([{ "id": "T", "condition": "amount_minor > 1", "verdict": "review", "reason_zh": "核实",
        "reason_en": "checked" }]);
    fs::write(&rules, rule.to_string()).unwrap();
    let backtest = ["risk", "backtest", "--data", &data, "--rules", &rules];
    let told = printed(&backtest);
    assert!(told.contains("rule T: "), "{told}");
    let json: Value = serde_json::from_str(&printed(&[&backtest[..], &["--json"]].concat())).unwrap();
    assert!(json["payments"]["count"].is_u64(), "{json}");
    fs::write(&rules, "[{}]").unwrap();
    assert!(complaint(&backtest).contains("rules.json"));

    let (backup, copy) = (path("backup"), path("copy"));
    printed(&["backup", "--data", &data, "--to", &backup]);
    printed(&["restore", "--from", &backup, "--data", &copy]);
    let restored = Server::start_with(temporary.path().join("copy").as_path(), "info", &["--adopt"]);
    let hits = restored.sandbox("/screening/hits", &json!({ "user_id": user_id }));
    assert_eq!((&hits["hits"][0]["alias"], &hits["hits"][0]["state"]), (&json!(user_id), &json!("open")));
    assert_eq!(restored.sandbox("/screening/run", &json!({}))["held"], 1);
    restored.stop();
    books_are_exact(temporary.path().join("copy").as_path());
}
