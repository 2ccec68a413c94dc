//! The checks of the v3 interface before any method runs: each fault by its name, and of two the earlier.

use crate::client::Client;
use crate::rest_client::{Ask, RestClient};
use crate::shop::{APP_KEY, OTHER_KEY, START_US, Shop, key};
use engine::SetAppStatus;
use gateway::Gateway;
use people::AppStatus;
use std::sync::Arc;

const QUERY: &str = "/v3/alipay/trade/query";
const BIZ: &str = r#"{"out_trade_no":"N1"}"#;
/// The business was reached.
const UNDERSTOOD: &str = "400 ACQ.TRADE_NOT_EXIST";

async fn outcome(client: &RestClient, change: impl FnOnce(&mut Ask)) -> String {
    let mut ask = client.ask("POST", QUERY, BIZ);
    change(&mut ask);
    client.send(&client.sign(ask)).await.outcome()
}

/// Minutes from the server's clock, as the header writes times.
fn at(minutes: i64, ms: i64) -> String {
    format!("timestamp={}", START_US / 1_000 + minutes * 60_000 + ms)
}

#[tokio::test]
async fn each_fault_of_the_header_has_its_name() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    let (app, now) = (format!("app_id={}", client.app_id), at(0, 0));
    for (auth, expected) in [
        (format!("nonce=a1,{now}"), "400 missing-app-id"),
        (format!("app_id=,nonce=a2,{now}"), "400 missing-app-id"),
        (format!("{app},nonce=a3"), "400 missing-timestamp"),
        (format!("{app},nonce=a4,timestamp=soon"), "400 invalid-timestamp"),
        (format!("{app},nonce=a5,timestamp=+1767294245000"), "400 invalid-timestamp"),
        (format!("{app},nonce=a6,timestamp=99999999999999999999"), "400 invalid-timestamp"),
        (format!("{app},nonce=a7,{}", at(-10, -1)), "400 invalid-timestamp"),
        (format!("{app},nonce=a8,{}", at(10, 1)), "400 invalid-timestamp"),
        (format!("{app},nonce=a9,{}", at(-10, 0)), UNDERSTOOD),
        (format!("{app},nonce=b1,{}", at(10, 0)), UNDERSTOOD),
        (format!("{app},nonce=b2,{},expired_seconds=59", at(-1, 0)), "400 invalid-timestamp"),
        (format!("{app},nonce=b3,{},expired_seconds=60", at(-1, 0)), UNDERSTOOD),
        (format!("{app},nonce=b4,{},expired_seconds=86400", at(-10, -1)), "400 invalid-timestamp"),
        (format!("{app},nonce=b5,{now},expired_seconds=x"), "400 invalid-parameter"),
        (format!("{app},{now}"), "400 invalid-parameter"),
        (format!("{app},nonce=b6,nonce=b7,{now}"), "400 suspected-attack"),
        (format!("own=1,{now},x,nonce=b8,{app}"), UNDERSTOOD),
    ] {
        assert_eq!(outcome(&client, |ask| ask.auth = auth.clone()).await, expected, "{auth}");
    }
    let none = client.send(&Ask { auth: String::new(), ..client.ask("POST", QUERY, BIZ) }).await;
    assert_eq!(none.outcome(), "400 missing-timestamp");
    assert_eq!(client.send(&client.ask("POST", QUERY, BIZ)).await.outcome(), "400 missing-signature");
    let mut other = client.ask("POST", QUERY, BIZ);
    other.headers.push(("authorization", format!("ALIPAY-SM2withSM3 {},sign=AAAA", other.auth)));
    other.auth = String::new();
    assert_eq!(client.send(&other).await.outcome(), "400 invalid-signature-type");
}

#[tokio::test]
async fn a_changed_part_is_a_wrong_signature() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    type Change = fn(&mut Ask);
    let changes: [(&str, Change); 7] = [
        ("verb", |ask| ask.verb = "PUT".to_owned()),
        ("path", |ask| ask.uri = "/v3/alipay/trade/cancel".to_owned()),
        ("query", |ask| ask.uri.push_str("?out_trade_no=N2")),
        ("body", |ask| ask.body = BIZ.replace("N1", "N2")),
        ("auth", |ask| ask.auth.push_str(",x=1")),
        ("token", |ask| ask.headers.push(("alipay-app-auth-token", "t".to_owned()))),
        ("sign", |ask| ask.sign = "AAAA".to_owned()),
    ];
    for (what, change) in changes {
        let mut ask = client.sign(client.ask("POST", QUERY, BIZ));
        change(&mut ask);
        assert_eq!(client.send(&ask).await.outcome(), "401 invalid-signature", "{what}");
    }
    let mut other = RestClient::by_key(&shop).await;
    other.key = key(OTHER_KEY);
    let told = other.call("POST", QUERY, BIZ).await;
    assert_eq!(told.outcome(), "401 invalid-signature");
    assert!(told.get("message").contains(&format!("\nPOST\n{QUERY}\n{BIZ}\n]")), "{}", told.body);
}

#[tokio::test]
async fn a_request_is_taken_once() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    let ask = client.sign(client.ask("POST", QUERY, BIZ));
    assert_eq!(client.send(&ask).await.outcome(), UNDERSTOOD);
    let again = client.send(&ask).await;
    assert_eq!(again.outcome(), "400 suspected-attack");
    assert!(again.get("message").contains("查询"), "it may have been carried out");
    // The nonce alone counts, and for its app alone.
    let auth = ask.auth.clone();
    let later = auth.replace(&at(0, 0), &at(1, 0));
    assert_eq!(outcome(&client, |ask| ask.auth = later.clone()).await, "400 suspected-attack");
    let other = RestClient::by_key(&shop).await;
    let own = auth.replace(&client.app_id, &other.app_id);
    assert_eq!(outcome(&other, |ask| ask.auth = own.clone()).await, UNDERSTOOD);
    // Nobody uses up a nonce whose signature is wrong.
    let mut forged = client.ask("POST", QUERY, BIZ);
    forged.sign = "AAAA".to_owned();
    assert_eq!(client.send(&forged).await.outcome(), "401 invalid-signature");
    assert_eq!(client.send(&client.sign(forged)).await.outcome(), UNDERSTOOD);
    // Too old is told before seen already.
    shop.advance(11 * base::MINUTE_US);
    assert_eq!(client.send(&ask).await.outcome(), "400 invalid-timestamp");
    let fresh = auth.replace(&at(0, 0), &at(11, 0));
    assert_eq!(outcome(&client, |ask| ask.auth = fresh.clone()).await, UNDERSTOOD);
}

#[tokio::test]
async fn where_the_clock_was_moved_both_times_are_right_and_a_nonce_still_works_once() {
    let shop = Shop::open().await;
    let mut client = RestClient::by_key(&shop).await;
    let gateway = Gateway::new(shop.world.clone(), shop.door.clone()).also_by(Arc::new(|| START_US));
    client.router = gateway::routes(Arc::new(gateway));
    shop.advance(3 * base::DAY_US);
    for (days, expected) in [(0, UNDERSTOOD), (3, UNDERSTOOD), (1, "400 invalid-timestamp")] {
        let mut ask = client.ask("POST", QUERY, BIZ);
        ask.auth = ask.auth.replace(&at(0, 0), &at(days * 24 * 60, 0));
        let ask = client.sign(ask);
        assert_eq!(client.send(&ask).await.outcome(), expected, "{days} days");
        if expected == UNDERSTOOD {
            assert_eq!(client.send(&ask).await.outcome(), "400 suspected-attack", "{days} days, again");
        }
    }
}

#[tokio::test]
async fn in_certificate_mode_both_serials_must_be_right() {
    let shop = Shop::open().await;
    let client = RestClient::of(&shop.cert_client().await);
    assert_eq!(outcome(&client, |_| {}).await, UNDERSTOOD);
    let serial =
        |ask: &Ask| ask.auth.split(',').find(|pair| pair.starts_with("app_cert_sn=")).unwrap().to_owned();
    let without = outcome(&client, |ask| ask.auth = ask.auth.replace(&format!("{},", serial(ask)), "")).await;
    assert_eq!(without, "400 missing-app-cert-sn");
    let wrong = outcome(&client, |ask| ask.auth = ask.auth.replace(&serial(ask), "app_cert_sn=00")).await;
    assert_eq!(wrong, "401 app-cert-not-exist");
    let mut named = client.ask("POST", QUERY, BIZ);
    named.auth = named.auth.replace(&serial(&named), "app_cert_sn=00");
    let told = client.send(&client.sign(named)).await;
    assert!(told.headers.contains_key("x-tongbao-diagnosis"), "the developer is told why");
    assert_eq!(outcome(&client, |ask| ask.headers.truncate(1)).await, "400 missing-alipay-root-cert-sn");
    let root = outcome(&client, |ask| ask.headers[1].1 = "00".to_owned()).await;
    assert_eq!(root, "401 invalid-alipay-root-cert-sn");
    shop.advance(40_000 * base::DAY_US / 10);
    let now = START_US / 1_000 + 4_000 * 86_400_000;
    let late =
        outcome(&client, |ask| ask.auth = ask.auth.replace(&at(0, 0), &format!("timestamp={now}"))).await;
    assert_eq!(late, "401 app-cert-expired");
}

#[tokio::test]
async fn what_may_not_be_called_is_told_by_status() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    for (path, expected) in [
        ("/v3/alipay/trade/nonsense", "400 invalid-method"),
        ("/v3/alipay/trade/query/", "400 invalid-method"),
        ("/v3/alipay.trade.query", "400 invalid-method"),
        ("/v3/alipay/trade/page/pay", "400 invalid-method"),
        ("/v3/alipay/trade/wap/pay", "400 invalid-method"),
        ("/v3/alipay/trade/app/pay", "400 invalid-method"),
        ("/v3/alipay/trade/settle/confirm", "403 insufficient-isv-permissions"),
    ] {
        assert_eq!(client.call("POST", path, BIZ).await.outcome(), expected, "{path}");
    }
    let token = outcome(&client, |ask| ask.headers.push(("alipay-app-auth-token", "t".to_owned()))).await;
    assert_eq!(token, "401 invalid-app-auth-token");
    let user = client.call("POST", QUERY, r#"{"out_trade_no":"N1","auth_token":"t"}"#).await;
    assert_eq!(user.outcome(), "401 invalid-auth-token");
    let stranger = Client::new(shop.router.clone(), "9021000000000099".to_owned(), key(APP_KEY));
    assert_eq!(RestClient::of(&stranger).call("POST", QUERY, BIZ).await.outcome(), "400 invalid-app-id");
    let (app, status) = (client.app_id.parse().unwrap(), AppStatus::Disabled);
    shop.door.ask(SetAppStatus { app, status }).await.unwrap();
    assert_eq!(client.call("POST", QUERY, BIZ).await.outcome(), "403 invalid-app-state");
}

#[tokio::test]
async fn what_is_no_object_of_json_is_refused() {
    let shop = Shop::open().await;
    let client = RestClient::by_key(&shop).await;
    for (body, expected) in [
        ("{", "400 illegal-json"),
        ("[1]", "400 illegal-json"),
        (r#"{"out_trade_no":"N1","out_trade_no":"N1"}"#, "400 illegal-json"),
        (" ", "400 illegal-json"),
    ] {
        assert_eq!(client.call("POST", QUERY, body).await.outcome(), expected, "{body}");
    }
    for (kind, expected) in [
        ("application/x-www-form-urlencoded", "400 invalid-content-type"),
        ("multipart/form-data; boundary=b", "400 invalid-content-type"),
        ("Application/JSON; charset=UTF-8", UNDERSTOOD),
        ("text/plain", UNDERSTOOD),
    ] {
        assert_eq!(outcome(&client, |ask| ask.headers[0].1 = kind.to_owned()).await, expected, "{kind}");
    }
    assert_eq!(outcome(&client, |ask| ask.headers.truncate(0)).await, UNDERSTOOD);
    let long = format!(r#"{{"out_trade_no":"N1","x":"{}"}}"#, "y".repeat(gateway::BODY_BYTES_MAX));
    assert_eq!(client.call("POST", QUERY, &long).await.outcome(), "400 invalid-parameter");
}

#[tokio::test]
async fn of_two_faults_the_earlier_is_told() {
    let shop = Shop::open().await;
    let client = RestClient::of(&shop.cert_client().await);
    // The path is unknown and the body no JSON throughout; one fault after the other is mended.
    let mut ask = client.ask("POST", "/v3/alipay/trade/nonsense", "{");
    ask.auth = ask.auth.replace(&at(0, 0), &at(-60, 0));
    assert_eq!(client.send(&ask).await.outcome(), "400 invalid-timestamp");
    ask.auth = ask.auth.replace(&at(-60, 0), &at(0, 0));
    assert_eq!(client.send(&ask).await.outcome(), "400 missing-signature");
    ask.sign = "AAAA".to_owned();
    ask.headers[1].1 = "00".to_owned();
    assert_eq!(client.send(&ask).await.outcome(), "401 invalid-signature");
    let mut signed = client.sign(ask);
    assert_eq!(client.send(&signed).await.outcome(), "401 invalid-alipay-root-cert-sn");
    signed.headers[1].1 = shop.world.platform.root_sn.clone();
    assert_eq!(client.send(&signed).await.outcome(), "400 invalid-method");
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_hears_500_without_a_signature_and_keeps_the_nonce() {
    let shop = Shop::open().await;
    let mut client = RestClient::by_key(&shop).await;
    let open = client.router.clone();
    let crowded = Gateway::with_places(shop.world.clone(), shop.door.clone(), 0);
    client.router = gateway::routes(Arc::new(crowded));
    let ask = client.sign(client.ask("POST", QUERY, BIZ));
    let told = client.exchange(&ask).await;
    assert_eq!(told.outcome(), "500 SYSTEM_ERROR");
    assert!(!told.headers.contains_key("alipay-signature"), "refusing costs no signature");
    assert!(told.headers.contains_key("alipay-trace-id"));
    client.router = open;
    assert_eq!(client.send(&ask).await.outcome(), UNDERSTOOD);
}
