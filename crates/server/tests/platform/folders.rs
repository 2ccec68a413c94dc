//! Data folders: what is refused, and what the command line reads from them.

use crate::server::{Server, complaint, printed, tongbao, up};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn lists_for_people_and_for_programs_live_and_stopped() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let at = data.to_str().unwrap();
    server
        .sandbox("/party", &json!({ "kind": "buyer", "login": "icy@example.com", "pay_password": "739164" }));
    server.sandbox("/party/status", &json!({ "login": "icy@example.com", "status": "frozen" }));
    let body = json!({ "login": server.login(1), "pay_password": server.ready["buyers"][1]["pay_password"],
        "qr_code": server.precreate("T1") });
    let trade_no = server.sandbox("/pay", &body)["trade_no"].as_str().unwrap().to_owned();
    let check = || {
        let parties = printed(&["party", "list", "--data", at]);
        assert_eq!(parties.lines().count(), 5, "head, merchant, three buyers:\n{parties}");
        assert!(parties.contains("frozen") && parties.contains("icy@example.com"), "{parties}");
        let shown: Value =
            serde_json::from_str(&printed(&["party", "show", "icy@example.com", "--json", "--data", at]))
                .unwrap();
        assert_eq!((&shown["kind"], &shown["status"]), (&json!("person"), &json!("frozen")));
        let id = shown["id"].as_str().unwrap();
        assert_eq!(
            printed(&["party", "show", id, "--data", at]),
            printed(&["party", "show", "icy@example.com", "--data", at])
        );
        let apps: Value = serde_json::from_str(&printed(&["app", "list", "--json", "--data", at])).unwrap();
        assert_eq!(apps.as_array().unwrap().len(), 2);
        let accounts: Value = serde_json::from_str(&printed(&[
            "account",
            "list",
            "--of",
            "buyer1@demo.tongbao",
            "--json",
            "--data",
            at,
        ]))
        .unwrap();
        assert_eq!(accounts[0]["balance"], "10000.00");
        let account = accounts[0]["id"].as_str().unwrap();
        assert!(printed(&["account", "show", account, "--data", at]).contains("10000.00"));
        let orders = printed(&["order", "list", "--data", at]);
        assert!(
            orders.lines().count() == 2 && orders.contains(&trade_no) && orders.contains("茶"),
            "{orders}"
        );
        assert_eq!(printed(&["order", "list", "--of", "shop@demo.tongbao", "--data", at]), orders);
        assert_eq!(printed(&["order", "list", "--of", "icy@example.com", "--data", at]), "(none)\n");
        for which in [trade_no.as_str(), "T1"] {
            let order: Value =
                serde_json::from_str(&printed(&["order", "show", which, "--json", "--data", at])).unwrap();
            let found = [&order["trade_no"], &order["state"], &order["total"], &order["fee"]];
            assert_eq!(found, [&json!(trade_no), &json!("paid"), &json!("1.50"), &json!("0.01")]);
        }
        assert!(complaint(&["order", "show", "none", "--data", at]).contains("no order none"));
        assert!(complaint(&["app", "show", "9021100000009999", "--data", at]).contains("no app"));
        assert!(printed(&["verify", "--data", at]).contains("exact"));
    };
    // The command line reads what was posted, which follows within milliseconds.
    let began = std::time::Instant::now();
    while !printed(&["order", "list", "--data", at]).contains("  paid  ") {
        assert!(began.elapsed().as_secs() < 10, "never posted");
    }
    check();
    server.stop();
    check();
    // A pipe that is closed early is no error.
    let piped = std::process::Command::new("sh")
        .args(["-c", &format!("{} party list --data {at} | head -1", env!("CARGO_BIN_EXE_tongbao"))])
        .output()
        .unwrap();
    assert!(piped.stderr.is_empty(), "{}", String::from_utf8_lossy(&piped.stderr));
}

#[test]
fn keys_that_others_can_read_are_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    Server::start(&data).stop();
    let keys = data.join("worlds/default/keys");
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o700);
    for file in ["keys/master.key", "keys/platform_private.pem", "keys/root_private.pem", "demo.json"] {
        let path = data.join("worlds/default").join(file);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let said = complaint(&up(&data));
        assert!(said.contains(path.to_str().unwrap()) && said.contains("chmod 600"), "{said}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    Server::start(&data).stop();
}

#[test]
fn folders_that_are_not_ours_or_not_whole_are_refused_in_words() {
    let temporary = tempfile::tempdir().unwrap();
    let foreign = temporary.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("thesis.txt"), "").unwrap();
    assert!(complaint(&up(&foreign)).contains("thesis.txt"));
    assert!(complaint(&["verify", "--data", foreign.to_str().unwrap()]).contains("no data folder"));
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1, "nothing was written into it");

    let data = temporary.path().join("data");
    Server::start(&data).stop();
    let (version, kept) = (data.join("VERSION"), fs::read(data.join("VERSION")).unwrap());
    fs::write(&version, "9\n").unwrap();
    assert!(complaint(&up(&data)).contains("newer release"));
    fs::write(&version, "1\n").unwrap();
    assert!(complaint(&up(&data)).contains("an earlier program"));
    fs::write(&version, kept).unwrap();

    let master = data.join("worlds/default/keys/master.key");
    fs::rename(&master, temporary.path().join("master")).unwrap();
    assert!(complaint(&up(&data)).contains("master.key"));
    fs::rename(temporary.path().join("master"), &master).unwrap();

    let segment = data.join("worlds/default/journal/00000001.journal");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[4096 + 100] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let said = complaint(&up(&data));
    assert!(said.contains("journal"), "{said}");
    let verified = tongbao(&["verify", "--data", data.to_str().unwrap()]);
    let found = String::from_utf8(verified.stdout).unwrap();
    assert!(
        verified.status.code() == Some(1) && found.contains("00000001.journal"),
        "{:?} {found}",
        verified.status
    );
}

#[test]
fn a_demo_is_never_made_anew_over_parties_that_are_there() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    Server::start(&data).stop();
    fs::remove_file(data.join("worlds/default/demo.json")).unwrap();
    let told = complaint(&up(&data));
    assert!(told.contains("demo.json is missing"), "{told}");
    assert!(!data.join("worlds/default/demo.json").exists(), "no new passwords that are nobody's");
}
