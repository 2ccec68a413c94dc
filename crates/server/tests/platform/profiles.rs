//! Profiles of apps: declared with a world, chosen while it runs, kept, and as declared again when it begins anew.

use crate::server::{Server, printed};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const WORLD: &str = r#"
[[merchants]]
login = "tea@example.com"
name = "Tea house"
apps = [{ mode = "key", profile = "real" }, { mode = "key" }]
"#;

/// The profiles of the demo's two apps and the declared ones, as a wrong call of each shows them.
fn shown(server: &Server) -> Vec<bool> {
    let apps = server.ready["apps"].as_array().unwrap();
    let odd = |app: &Value| {
        let answer = server.gateway_for(app, "alipay.no.such.method", &json!({}), None);
        assert!(answer.contains("isv.invalid-method"), "{answer}");
        answer.contains("解决方案")
    };
    apps.iter().map(odd).collect()
}

fn choose(server: &Server, app: usize, profile: &str) {
    let app_id = &server.ready["apps"][app]["app_id"];
    let told = server.sandbox("/app/profile", &json!({ "app_id": app_id, "profile": profile }));
    assert_eq!(told["profile"], profile);
}

#[test]
fn a_profile_is_kept_until_the_world_begins_anew() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("world.toml"), WORLD).unwrap();
    let (data, file, declared) = (at("one"), at("world.toml"), vec![false, false, true, false]);
    let server = Server::start_with(Path::new(&data), "info", &["--world", &file]);
    let told = |server: &Server| {
        let apps = server.ready["apps"].as_array().unwrap();
        apps.iter().map(|app| app["profile"] == "real").collect::<Vec<_>>()
    };
    assert_eq!((told(&server), shown(&server)), (declared.clone(), declared.clone()));
    choose(&server, 2, "strict");
    choose(&server, 1, "real");
    let chosen = vec![false, true, false, false];
    assert_eq!(shown(&server), chosen);
    server.kill();
    let server = Server::start(Path::new(&data));
    assert_eq!((told(&server), shown(&server)), (chosen.clone(), chosen.clone()), "after a kill");
    printed(&["world", "export", "--data", &data, "--to", &at("world.tar")]);
    printed(&["world", "import", "--from", &at("world.tar"), "--data", &at("two")]);
    let copy = Server::start(Path::new(&at("two")));
    assert_eq!(shown(&copy), chosen, "in a copy");
    server.sandbox("/world/reset", &json!({}));
    assert_eq!(shown(&server), declared, "begun anew");
    server.stop();
    assert_eq!(shown(&Server::start(Path::new(&data))), declared, "and started again");
    // A file that cannot be read is named.
    let profiles = Path::new(&at("two")).join("worlds/default/apps.json");
    copy.stop();
    fs::write(&profiles, "{").unwrap();
    let said =
        crate::server::complaint(&["up", "--no-port-80", "--listen", "127.0.0.1:0", "--data", &at("two")]);
    assert!(said.contains("apps.json"), "{said}");
}
