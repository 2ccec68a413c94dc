//! Worlds that are declared, begin anew, and are packed into one file.

use crate::server::{Server, call, complaint, printed};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) const WORLD: &str = r#"
seed = 7
clock = "2026-01-01 09:00:00"

[[merchants]]
login = "tea@example.com"
name = "Tea house"
balance = "100.00"
apps = [{ mode = "key" }]

[[buyers]]
login = "mei@example.com"
name = "Mei"
pay_password = "246810"
balance = "50.00"
"#;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.0.path().join("world.toml"), WORLD).unwrap();
        place
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn start(&self, name: &str) -> Server {
        Server::start_with(Path::new(&self.at(name)), "info", &["--world", &self.at("world.toml")])
    }
}

/// What happens in a world in which always the same is done: every number that is given out.
pub(crate) fn play(server: &Server) -> Vec<String> {
    let code = server.sandbox("/paycode", &json!({ "login": "mei@example.com" }))["auth_code"].clone();
    let biz = json!({ "out_trade_no": "T_1", "total_amount": "1.50", "subject": "茶",
        "scene": "bar_code", "auth_code": code });
    let (paid, _) = server.gateway("alipay.trade.pay", &biz);
    let paid = &paid["alipay_trade_pay_response"];
    assert_eq!(paid["code"], "10000", "{paid}");
    let open = json!({ "kind": "buyer", "login": "new@example.com", "balance": "1.00" });
    let opened = server.sandbox("/party", &open);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut numbers =
        vec![text(&code), text(&paid["trade_no"]), text(&paid["gmt_payment"]), text(&opened["user_id"])];
    for buyer in server.ready["buyers"].as_array().unwrap() {
        numbers.extend([text(&buyer["user_id"]), text(&buyer["pay_password"])]);
    }
    for app in server.ready["apps"].as_array().unwrap() {
        numbers.extend([text(&app["app_id"]), text(&app["seller_id"]), text(&app["aes_key"])]);
    }
    numbers
}

/// The balance after a cent more: there is no call that only looks.
pub(crate) fn balance(server: &Server, login: &str) -> String {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let key = CALLS.fetch_add(1, Ordering::Relaxed).to_string();
    let said = server.sandbox("/topup", &json!({ "login": login, "amount": "0.01", "key": key }));
    said["balance"].as_str().unwrap().to_owned()
}

pub(crate) fn reset(server: &Server) -> Value {
    server.sandbox("/world/reset", &json!({}))
}

#[test]
fn one_seed_gives_the_same_numbers_and_a_reset_gives_them_again() {
    let place = Place::new();
    let (one, two) = (place.start("one"), place.start("two"));
    assert_eq!(one.ready["buyers"][2]["balance"], "50.00");
    assert_eq!(one.ready["apps"].as_array().unwrap().len(), 3);
    let played = play(&one);
    assert_eq!(played, play(&two));
    assert!(played.contains(&"2026-01-01 09:00:01".to_owned()), "{played:?}");
    assert_eq!(balance(&one, "mei@example.com"), "48.51");
    let face = reset(&one);
    assert_eq!(
        face,
        json!({ "name": "default", "seed": 7, "starts_at": "2026-01-01 09:00:00", "resets": 1 })
    );
    assert_eq!(balance(&one, "mei@example.com"), "50.01");
    let gone = json!({ "login": "new@example.com", "amount": "0.01", "key": "1" }).to_string();
    let (status, _) = call(&one.address, "POST", "/sandbox/topup", &gone).unwrap();
    assert_eq!(status, 404, "what was made since is gone");
    let told = |path: &str| -> Value { serde_json::from_str(&one.get(path).1).unwrap() };
    assert_eq!(told("/sandbox/requests")["requests"], json!([]), "nobody asked of these books yet");
    let demo = told("/sandbox/demo");
    assert_eq!(demo["apps"][0]["app_id"], one.ready["apps"][0]["app_id"]);
    assert_eq!(demo["buyers"][2]["balance"], "50.01");
    let (query, _) = one.gateway("alipay.trade.query", &json!({ "out_trade_no": "T_1" }));
    let seen = &told("/sandbox/requests")["requests"][0];
    assert_eq!((&seen["number"], &seen["signature"]), (&json!(1), &json!("right")));
    assert_eq!(seen["sub_code"], "ACQ.TRADE_NOT_EXIST");
    assert_eq!(query["alipay_trade_query_response"]["sub_code"], "ACQ.TRADE_NOT_EXIST");
    reset(&one);
    assert_eq!(played, play(&one), "and gives the same numbers again");
    let data = one.ready["data"].as_str().unwrap().to_owned();
    one.stop();
    printed(&["verify", "--data", &data, "--replay"]);
    let again = place.start("one");
    assert_eq!(balance(&again, "mei@example.com"), "48.51", "what came after a reset is kept");
}

/// Whoever keeps something of a world for being offline must be able to tell when it is of another one.
#[test]
fn books_are_told_by_an_id_that_a_reset_changes_and_a_restart_does_not() {
    let place = Place::new();
    let id = |server: &Server| {
        let (status, site) = server.get("/api/v1/site");
        let site: Value = serde_json::from_str(&site).unwrap();
        assert_eq!(status, 200, "{site}");
        site["world"].as_str().unwrap().to_owned()
    };
    let server = place.start("one");
    let first = id(&server);
    reset(&server);
    let second = id(&server);
    assert_ne!(first, second, "also in a world of a seed");
    server.stop();
    let again = place.start("one");
    assert_eq!(id(&again), second);
    printed(&["backup", "--data", &place.at("one"), "--to", &place.at("copy")]);
    again.stop();
    let copy = Server::start(Path::new(&place.at("copy")));
    assert_ne!(id(&copy), second, "a copy goes another way");
    copy.stop();
}

/// A list of names is of persons: it goes with the books that agreed on it, and can be agreed on again.
#[test]
fn lists_of_names_go_with_a_reset() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let lists = data.join("worlds/default/lists");
    let list = "id,kind,names,birth,id_digest,source,reason\nP1,person,Zhao,,,own,test\n";
    for _ in 0..2 {
        assert!(!lists.exists());
        let proposal = json!({ "operator": "ada", "base_version": 0, "list": list });
        let proposed = server.sandbox("/screening", &proposal);
        let approval = json!({ "operator": "bea", "version": 1, "digest": proposed["digest"] });
        assert_eq!(server.sandbox("/screening/approve", &approval)["version"], 1);
        assert_eq!(fs::read_dir(&lists).unwrap().count(), 1);
        reset(&server);
    }
    server.stop();
}

#[test]
fn a_moved_clock_goes_back_with_a_reset() {
    let place = Place::new();
    let server = place.start("one");
    server.sandbox("/clock/advance", &json!({ "by": "400d" }));
    reset(&server);
    let (_, face) = server.get("/sandbox/clock");
    let face: Value = serde_json::from_str(&face).unwrap();
    assert!(face["now"].as_str().unwrap().starts_with("2026-01-01 09:00:0"), "{face}");
    assert_eq!(face["mode"], "frozen");
}

#[test]
fn a_reset_that_was_cut_off_is_finished_by_the_next_start() {
    let place = Place::new();
    let server = place.start("one");
    let folder = Path::new(server.ready["data"].as_str().unwrap()).join("worlds/default");
    play(&server);
    server.kill();
    // As after a kill between the mark and the end: the journal is gone, the tables are not.
    fs::write(folder.join("EMPTYING"), "").unwrap();
    fs::remove_dir_all(folder.join("journal")).unwrap();
    let server = place.start("one");
    assert_eq!(balance(&server, "mei@example.com"), "50.01");
    assert!(!folder.join("EMPTYING").exists());
    server.stop();
    printed(&["verify", "--data", &place.at("one")]);
}

#[test]
fn a_first_seeding_that_was_cut_off_begins_anew() {
    let place = Place::new();
    let server = place.start("one");
    let demo = Path::new(server.ready["data"].as_str().unwrap()).join("worlds/default/demo.json");
    let apps = server.ready["apps"].clone();
    server.kill();
    let whole = fs::read(&demo).unwrap();
    let mut half: Value = serde_json::from_slice(&whole).unwrap();
    half["apps"] = json!([]);
    fs::write(&demo, half.to_string()).unwrap();
    fs::write(demo.with_file_name("EMPTYING"), "").unwrap();
    let server = place.start("one");
    assert_eq!(server.ready["apps"], apps, "no app of the first attempt is left over");
}

#[test]
fn books_are_thrown_away_under_their_mark_only() {
    let place = Place::new();
    let server = place.start("one");
    let folder = Path::new(server.ready["data"].as_str().unwrap()).join("worlds/default");
    play(&server);
    server.stop();
    let (demo, journal, aside) = (folder.join("demo.json"), folder.join("journal"), folder.join("aside"));
    let whole = fs::read(&demo).unwrap();
    let mut half: Value = serde_json::from_slice(&whole).unwrap();
    half["apps"] = json!([]);
    fs::write(&demo, half.to_string()).unwrap();
    let up = ["up", "--no-port-80", "--listen", "127.0.0.1:0", "--data", &place.at("one")];
    let said = complaint(&up);
    assert!(said.contains("demo.json"), "a note that was changed: {said}");
    fs::write(&demo, &whole).unwrap();
    fs::rename(&journal, &aside).unwrap();
    let said = complaint(&up);
    assert!(said.contains("journal") && said.contains("backup"), "a journal that is gone: {said}");
    fs::rename(&demo, folder.join("demo.aside")).unwrap();
    let said = complaint(&up);
    assert!(said.contains("without its journal"), "tables alone: {said}");
    fs::rename(&aside, &journal).unwrap();
    fs::rename(folder.join("demo.aside"), &demo).unwrap();
    let server = place.start("one");
    assert_eq!(balance(&server, "mei@example.com"), "48.51", "nothing was thrown away");
}

#[test]
fn a_first_start_that_fails_may_be_tried_with_another_declaration() {
    let place = Place::new();
    let (data, file) = (place.at("one"), place.at("world.toml"));
    let said =
        complaint(&["world", "create", "--data", &data, "--world", &file, "--keys-of", &place.at("none")]);
    assert!(said.contains("none"), "{said}");
    fs::write(&file, WORLD.replace("seed = 7", "seed = 8")).unwrap();
    let server = place.start("one");
    let (_, face) = server.get("/sandbox/world");
    let face: Value = serde_json::from_str(&face).unwrap();
    assert_eq!(face["seed"], 8);
}

#[test]
fn callers_during_a_reset_are_answered_by_the_old_or_the_new_world() {
    let place = Place::new();
    let server = place.start("one");
    let address = server.address.clone();
    std::thread::scope(|threads| {
        for client in 0..4 {
            let address = &address;
            threads.spawn(move || {
                for number in 0..50 {
                    let key = format!("{client}-{number}");
                    let body = json!({ "login": "mei@example.com", "amount": "0.01", "key": key });
                    let (status, said) = call(address, "POST", "/sandbox/topup", &body.to_string()).unwrap();
                    assert!([200, 503, 504].contains(&status), "{status} {said}");
                }
            });
        }
        for _ in 0..5 {
            reset(&server);
        }
    });
    reset(&server);
    assert_eq!(balance(&server, "mei@example.com"), "50.01", "nothing of the old world came over");
    let data = server.ready["data"].as_str().unwrap().to_owned();
    server.stop();
    printed(&["verify", "--data", &data]);
}

/// The private keys of a world's apps, in the order of their ids.
fn app_keys(data: &str) -> Vec<Vec<u8>> {
    let apps = fs::read_dir(Path::new(data).join("worlds/default/keys/apps")).unwrap();
    let mut folders: Vec<_> = apps.map(|app| app.unwrap().path()).collect();
    folders.sort();
    let keys: Vec<_> =
        folders.iter().filter_map(|app| fs::read(app.join("private_pkcs8.pem")).ok()).collect();
    assert!(keys.len() > 2, "the demo's two and one that the file declares");
    keys
}

#[test]
fn a_world_is_made_packed_and_unpacked() {
    let place = Place::new();
    let (made, file) = (place.at("made"), place.at("world.toml"));
    assert!(printed(&["world", "create", "--data", &made, "--world", &file]).contains("world made"));
    let seeding = fs::read_to_string(Path::new(&made).join("worlds/default/seeding.json")).unwrap();
    let costs = |what: &str| seeding.matches(what).count();
    assert_eq!(
        (costs("$m=8,t=1,p=1$"), costs("$argon2id$")),
        (3, 3),
        "passwords that stand in the open cost little"
    );
    let said = complaint(&["world", "create", "--data", &made, "--world", &file]);
    assert!(said.contains("already"), "{said}");
    let shared = place.at("shared");
    printed(&["world", "create", "--data", &shared, "--world", &file, "--keys-of", &made]);
    let key =
        |data: &str| fs::read(Path::new(data).join("worlds/default/keys/platform_private.pem")).unwrap();
    assert_eq!(key(&made), key(&shared));
    assert_eq!(app_keys(&made), app_keys(&shared), "declared apps share theirs too");
    let server = Server::start(Path::new(&made));
    play(&server);
    let (packed, unpacked) = (place.at("world.tar"), place.at("unpacked"));
    printed(&["world", "export", "--data", &made, "--to", &packed]);
    let said = complaint(&["world", "export", "--data", &made, "--to", &packed]);
    assert!(said.contains("world.tar"), "a file is not written over: {said}");
    printed(&["world", "import", "--from", &packed, "--data", &unpacked]);
    let said = complaint(&["world", "import", "--from", &packed, "--data", &unpacked]);
    assert!(said.contains("not empty"), "{said}");
    let said = complaint(&["world", "import", "--from", &file, "--data", &place.at("none")]);
    assert!(said.contains("no exported world"), "{said}");
    let other = Server::start(Path::new(&unpacked));
    assert_eq!(balance(&other, "mei@example.com"), balance(&server, "mei@example.com"));
    assert_eq!(reset(&other)["resets"], 1, "it can begin anew too");
    assert_eq!(balance(&other, "mei@example.com"), "50.01");
}

#[test]
fn a_file_that_declares_no_world_makes_nothing() {
    let place = Place::new();
    fs::write(place.at("wrong.toml"), "seed = 1\nsed = 2\n").unwrap();
    let said =
        complaint(&["world", "create", "--data", &place.at("none"), "--world", &place.at("wrong.toml")]);
    assert!(said.contains("sed"), "{said}");
    assert!(!Path::new(&place.at("none")).exists());
}

#[test]
fn of_two_resets_at_once_one_does_nothing() {
    let place = Place::new();
    let server = place.start("one");
    let answers: Vec<u16> = std::thread::scope(|threads| {
        let ask = || call(&server.address, "POST", "/sandbox/world/reset", "{}").unwrap().0;
        let asking: Vec<_> = (0..8).map(|_| threads.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|status| [200, 409].contains(status)), "{answers:?}");
    let done = answers.iter().filter(|status| **status == 200).count();
    let (_, face) = server.get("/sandbox/world");
    let face: Value = serde_json::from_str(&face).unwrap();
    assert_eq!(face["resets"], done, "{answers:?}");
}

#[test]
fn a_world_of_the_release_before_is_served_and_not_reset() {
    let place = Place::new();
    let server = Server::start(Path::new(&place.at("old")));
    let folder = Path::new(server.ready["data"].as_str().unwrap()).join("worlds/default");
    let apps = server.ready["apps"].clone();
    server.stop();
    // What that release wrote: no seeding, and a demo without the newer members.
    fs::remove_file(folder.join("seeding.json")).unwrap();
    let demo = folder.join("demo.json");
    let mut old: Value = serde_json::from_slice(&fs::read(&demo).unwrap()).unwrap();
    for member in ["merchants", "app_plans"] {
        old.as_object_mut().unwrap().remove(member).unwrap();
    }
    for app in old["apps"].as_array_mut().unwrap() {
        app.as_object_mut().unwrap().retain(|name, _| ["id", "mode"].contains(&name.as_str()));
    }
    fs::write(&demo, old.to_string()).unwrap();
    let server = Server::start(Path::new(&place.at("old")));
    assert_eq!(server.ready["apps"], apps);
    let (status, said) = call(&server.address, "POST", "/sandbox/world/reset", "{}").unwrap();
    assert_eq!(status, 409, "{said}");
    assert!(said.contains("earlier release"), "{said}");
    server.precreate("T_1");
}

#[test]
fn books_that_are_just_being_filled_are_not_copied() {
    let place = Place::new();
    let server = place.start("one");
    let folder = Path::new(server.ready["data"].as_str().unwrap()).join("worlds/default");
    server.stop();
    fs::write(folder.join("EMPTYING"), "").unwrap();
    let said = complaint(&["backup", "--data", &place.at("one"), "--to", &place.at("copy")]);
    assert!(said.contains("just being filled"), "{said}");
}
