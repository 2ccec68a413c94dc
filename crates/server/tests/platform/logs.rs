//! What the log must never hold.

use crate::server::{Server, call};
use serde_json::json;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Base64 of a signature that no key makes.
const WRONG_SIGN: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY";

fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64
}

#[test]
fn no_secret_is_logged_however_much_is() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start_logging(&data, "trace");
    let buyer = json!({ "kind": "buyer", "login": "Lin.Daiyu@example.test", "name": "林黛玉",
                        "pay_password": "918273", "balance": "9.00" });
    server.sandbox("/party", &buyer);
    let code = server.sandbox("/paycode", &json!({ "login": "lin.daiyu@example.test" }));
    let code = code["auth_code"].as_str().unwrap().to_owned();
    let app = server.sandbox("/app", &json!({ "seller_id": server.ready["apps"][0]["seller_id"] }));
    let pay = json!({ "out_trade_no": "S1", "total_amount": "1.50", "subject": "葬花吟", "scene": "bar_code",
                      "auth_code": code });
    let (paid, sign) = server.gateway("alipay.trade.pay", &pay);
    assert_eq!(paid["alipay_trade_pay_response"]["code"], "10000", "{paid}");
    let wrong = json!({ "login": "lin.daiyu@example.test", "pay_password": "604417",
                        "qr_code": server.precreate("S2") });
    let (status, _) = call(&server.address, "POST", "/sandbox/pay", &wrong.to_string()).unwrap();
    assert_eq!(status, 403);
    let (app_id, timestamp) = (&server.ready["apps"][0]["app_id"], wire::timestamp::format_cn(now_us()));
    let query = format!(
        "app_id={}&method=alipay.trade.query&charset=utf-8&version=1.0&sign_type=RSA2&timestamp={}&sign={WRONG_SIGN}\
         &biz_content=%E8%91%AC%E8%8A%B1%E5%90%9F",
        app_id.as_str().unwrap(),
        timestamp.replace(' ', "+")
    );
    let (_, refused) = server.get(&format!("/gateway.do?{query}"));
    assert!(refused.contains("isv.invalid-signature"), "{refused}");
    let keys = data.join("worlds/default/keys");
    let line = |text: &str| text.lines().nth(4).unwrap().to_owned();
    let mut secrets = vec![
        ("a password", "918273".to_owned()),
        ("a wrong password", "604417".to_owned()),
        ("a name", "林黛玉".to_owned()),
        ("a login", "daiyu@".to_owned()),
        ("what was sold", "葬花吟".to_owned()),
        ("a pay code", code),
        ("a wrong signature", WRONG_SIGN.to_owned()),
        ("a request's signature", sign[..32].to_owned()),
        ("an answer's signature", paid["sign"].as_str().unwrap()[..32].to_owned()),
        ("a new app's key", line(app["private_key_pkcs8"].as_str().unwrap())),
        ("a new app's content key", app["aes_key"].as_str().unwrap().to_owned()),
        ("the master key", fs::read_to_string(keys.join("master.key")).unwrap().trim().to_owned()),
    ];
    for file in ["platform_private.pem", "root_private.pem"] {
        secrets.push((file, line(&fs::read_to_string(keys.join(file)).unwrap())));
    }
    server.stop();
    let log = fs::read_to_string(temporary.path().join("data.out")).unwrap();
    assert!(log.contains("a call was answered"), "the log was taken: {log}");
    assert!(
        log.contains("mistake=\"sign-of-other-length\""),
        "a wrong signature is told by its mistake alone"
    );
    assert!(log.contains("trace_id="), "an answer is found by the number that its caller has");
    for (what, secret) in secrets {
        assert!(secret.len() >= 6 && !log.contains(&secret), "{what} is in the log");
    }
}

#[test]
fn no_picture_of_the_memory_is_left_by_a_crash() {
    let temporary = tempfile::tempdir().unwrap();
    let server = Server::start(&temporary.path().join("data"));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    server.stop();
}
