//! Apps that sign with SM2, declared with a world: believed, answered, notified, and the same after every copy.

use crate::letters::shop;
use crate::server::{Server, printed, tongbao};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;
use wire::canonical::join_sorted;
use wire::sign::{PrivateKey, PublicKey, SignType};

const WORLD: &str = r#"
[[merchants]]
login = "tea@example.com"
name = "Tea house"
apps = [{ mode = "key", sign_type = "SM2" }, { mode = "cert", sign_type = "SM2" }]
"#;
const QUERY: &str = "alipay.trade.query";

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

fn text_of(file: &Value) -> String {
    fs::read_to_string(file.as_str().unwrap()).unwrap()
}

/// The apps that were declared: the demo merchant's two come first.
fn sm2_apps(server: &Server) -> Vec<Value> {
    let apps = server.ready["apps"].as_array().unwrap()[2..].to_vec();
    assert!(apps.iter().all(|app| app["sign_type"] == "SM2"), "{apps:?}");
    apps
}

fn platform_key(app: &Value) -> PublicKey {
    PublicKey::parse(&text_of(&app["platform_public_key"]), SignType::Sm2).unwrap()
}

/// What a query of an order that is not there answers, after its signature was checked.
fn ask(server: &Server, app: &Value) -> Value {
    let answer = server.gateway_for(app, QUERY, &json!({ "out_trade_no": "none" }), None);
    let read: Value = serde_json::from_str(&answer).unwrap();
    let from = answer.find(":{").unwrap() + 1;
    let until = answer.find("},\"").unwrap() + 1;
    let sign = read["sign"].as_str().unwrap();
    let signed = &answer.as_bytes()[from..until];
    assert!(platform_key(app).verify(SignType::Sm2, signed, sign), "{answer}");
    assert_eq!(read["alipay_trade_query_response"]["sub_code"], "ACQ.TRADE_NOT_EXIST", "{answer}");
    read
}

/// Whether the platform signed a letter.
fn is_signed(app: &Value, form: &str) -> bool {
    let pairs: BTreeMap<String, String> = form
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| (k.to_owned(), unescaped(v)))
        .collect();
    assert_eq!(pairs["sign_type"], "SM2");
    let signed = pairs.iter().filter(|(name, _)| !["sign", "sign_type"].contains(&name.as_str()));
    let text = join_sorted(signed.map(|(name, value)| (name.as_str(), value.as_bytes())));
    platform_key(app).verify(SignType::Sm2, &text, &pairs["sign"])
}

fn unescaped(text: &str) -> String {
    let params = wire::params::Params::merge(Some(format!("v={text}").as_bytes()), None, Vec::new()).unwrap();
    String::from_utf8(params.get("v").unwrap_or_default().to_vec()).unwrap()
}

#[test]
fn a_declared_app_pays_and_hears_of_it_in_sm2() {
    let place = Place::new();
    let server = place.start("one");
    let (url, letters) = shop();
    for (number, app) in sm2_apps(&server).iter().enumerate() {
        ask(&server, app);
        let biz = json!({ "out_trade_no": format!("S_{number}"), "total_amount": "1.50", "subject": "茶" });
        let opened = server.gateway_for(app, "alipay.trade.precreate", &biz, Some(&url));
        let opened: Value = serde_json::from_str(&opened).unwrap();
        let code = &opened["alipay_trade_precreate_response"]["qr_code"];
        let password = &server.ready["buyers"][0]["pay_password"];
        server
            .sandbox("/pay", &json!({ "login": server.login(0), "pay_password": password, "qr_code": code }));
        let heard = || letters.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(is_signed(app, &heard()));
        let (_, told) =
            server.get(&format!("/sandbox/notifications?app_id={}", app["app_id"].as_str().unwrap()));
        let told: Value = serde_json::from_str(&told).unwrap();
        let id = &told["notifications"][0]["notify_id"];
        let resend = |more: Value| {
            let mut body = json!({ "notify_id": id });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            server.sandbox("/notifications/resend", &body);
            heard()
        };
        assert!(is_signed(app, &resend(json!({}))));
        assert!(
            is_signed(app, &resend(json!({ "members": { "total_amount": "9.00" } }))),
            "edited and signed"
        );
        assert!(!is_signed(app, &resend(json!({ "forge": "other_key" }))));
        assert!(!is_signed(app, &resend(json!({ "forge": "changed_after_signing" }))));
    }
}

#[test]
fn the_platforms_key_stays_through_resets_and_copies() {
    let place = Place::new();
    let server = place.start("one");
    let apps = sm2_apps(&server);
    server.sandbox("/world/reset", &json!({}));
    apps.iter().for_each(|app| drop(ask(&server, app)));
    let (packed, unpacked) = (place.at("world.tar"), place.at("unpacked"));
    printed(&["world", "export", "--data", &place.at("one"), "--to", &packed]);
    printed(&["world", "import", "--from", &packed, "--data", &unpacked]);
    let file = place.at("world.toml");
    let shared = place.at("shared");
    printed(&["world", "create", "--data", &shared, "--world", &file, "--keys-of", &place.at("one")]);
    server.stop();
    let server = place.start("one");
    apps.iter().for_each(|app| drop(ask(&server, app)));
    let other = Server::start(Path::new(&unpacked));
    // The files of the first world fit the copy's answers.
    for (app, first) in sm2_apps(&other).iter().zip(&apps) {
        assert_eq!((&app["app_id"], platform_key(app)), (&first["app_id"], platform_key(first)));
        ask(&other, first);
    }
    let shared = Server::start(Path::new(&shared));
    assert_eq!(platform_key(&sm2_apps(&shared)[0]), platform_key(&apps[0]), "shared with --keys-of");
    ask(&shared, &sm2_apps(&shared)[0]);
}

#[test]
fn the_doctor_of_the_command_line_reads_sm2() {
    let place = Place::new();
    let server = place.start("one");
    let app = &sm2_apps(&server)[0];
    let key = PrivateKey::parse(&text_of(&app["private_key_sec1"])).unwrap();
    let rsa = PrivateKey::parse(&text_of(&server.ready["apps"][0]["private_key_pkcs8"])).unwrap();
    let text = format!("app_id={}&charset=utf-8&sign_type=SM2", app["app_id"].as_str().unwrap());
    let (file, public) = (place.at("request"), place.at("public"));
    fs::write(&public, key.public_key().to_pem()).unwrap();
    for keys in [["--data", &place.at("one")], ["--key", &public]] {
        let said = |key: &PrivateKey, signed: &str| {
            let sign = key.sign(SignType::Rsa2, signed.as_bytes()).replace('+', "%2B").replace('=', "%3D");
            fs::write(&file, format!("{text}&sign={sign}")).unwrap();
            let done = tongbao(&["doctor", &file, keys[0], keys[1]]);
            let told = String::from_utf8(done.stderr).unwrap();
            assert!(matches!(done.status.code(), Some(0 | 1)), "{told}");
            (done.status.code(), String::from_utf8(done.stdout).unwrap())
        };
        let (code, out) = said(&key, &text);
        assert!(code == Some(0) && out.contains("签名正确"), "{out}");
        let (code, out) = said(&key, &format!("{text}&"));
        assert!(code == Some(1) && out.starts_with("ampersand-around\n"), "{out}");
        let (code, out) = said(&rsa, &text);
        assert!(code == Some(1) && out.starts_with("rsa-for-sm2\n"), "{out}");
    }
}

/// OpenSSL in a folder; it must end well.
fn openssl(place: &Place, arguments: &[&str]) {
    let mut command = std::process::Command::new("openssl");
    let done = command.args(arguments).current_dir(place.0.path()).output();
    let done = done.expect("this test needs OpenSSL 3: install the package openssl");
    assert!(done.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn openssl_is_a_client_and_reads_every_file_of_an_app() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    const USER_ID: &str = "distid:1234567812345678";
    let place = Place::new();
    let server = place.start("one");
    let file = |app: &Value, name: &str| app[name].as_str().unwrap().to_owned();
    for app in sm2_apps(&server) {
        let now_us = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
        let timestamp = wire::timestamp::format_cn(now_us as i64);
        let mut pairs = BTreeMap::from([
            ("app_id", app["app_id"].as_str().unwrap().to_owned()),
            ("biz_content", r#"{"out_trade_no":"none"}"#.to_owned()),
            ("charset", "utf-8".to_owned()),
            ("method", QUERY.to_owned()),
            ("sign_type", "SM2".to_owned()),
            ("timestamp", timestamp),
            ("version", "1.0".to_owned()),
        ]);
        if app["mode"] == "cert" {
            let (root, own) = (file(&app, "root_cert"), file(&app, "app_cert"));
            for certificate in [&own, &file(&app, "platform_cert")] {
                openssl(
                    &place,
                    &["verify", "-x509_strict", "-vfyopt", USER_ID, "-CAfile", &root, certificate],
                );
            }
            let text = |path: &str| fs::read_to_string(path).unwrap();
            pairs.insert("app_cert_sn", wire::cert::cert_sn(&text(&own)).unwrap());
            pairs.insert("alipay_root_cert_sn", wire::cert::root_sn(&text(&root), SignType::Sm2).unwrap());
        }
        let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        fs::write(place.at("text"), joined.join("&")).unwrap();
        let sm3 = ["pkeyutl", "-rawin", "-digest", "sm3", "-pkeyopt", USER_ID, "-in", "text"];
        let key = file(&app, "private_key_sec1");
        openssl(&place, &[&sm3[..], &["-sign", "-inkey", &key, "-out", "sig"]].concat());
        pairs.insert("sign", STANDARD.encode(fs::read(place.at("sig")).unwrap()));
        let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let (_, answer) = server.get(&format!("/gateway.do?{}", query.join("&")));
        assert!(answer.contains("ACQ.TRADE_NOT_EXIST"), "{answer}");
        let signed = &answer[answer.find(":{").unwrap() + 1..answer.find("},\"").unwrap() + 1];
        let read: Value = serde_json::from_str(&answer).unwrap();
        fs::write(place.at("text"), signed).unwrap();
        fs::write(place.at("sig"), STANDARD.decode(read["sign"].as_str().unwrap()).unwrap()).unwrap();
        let platform = file(&app, "platform_public_key");
        openssl(&place, &[&sm3[..], &["-verify", "-pubin", "-inkey", &platform, "-sigfile", "sig"]].concat());
    }
}
