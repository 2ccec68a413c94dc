//! Apps that sign with SM2, over both interfaces: who is believed, and how they are answered.

use crate::client::Client;
use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, Shop, VALIDITY, key, name, platform, root_with};
use base::Text;
use engine::OpenApp;
use people::AppMode;
use wire::cert::{Authority, Certificate, cert_sn};
use wire::keygen;
use wire::sign::{PrivateKey, PublicKey, SignType};
use world::Platform;

const METHOD: &str = "alipay.trade.query";
const BIZ: &str = r#"{"out_trade_no":"T1"}"#;
const NOT_THERE: &str = "40004 ACQ.TRADE_NOT_EXIST";
const WRONG_TYPE: &str = "40002 isv.invalid-signature-type";

/// The keys and certificates of SM2 of a platform, and its authority.
fn sm2_platform() -> (Platform, Authority) {
    let root = root_with("Tongbao SM2 Root", keygen::sm2().unwrap());
    (platform(&root, keygen::sm2().unwrap()), root)
}

/// A client with an SM2 key of its own, and the platform's public SM2 key.
async fn sm2_client(shop: &Shop) -> (Client, PublicKey) {
    let (platform, _) = sm2_platform();
    let public = platform.key.public_key().clone();
    shop.world.sm2.set(platform).unwrap();
    (unanswered(shop).await, public)
}

/// A client with an SM2 key in a world whose platform has none.
async fn unanswered(shop: &Shop) -> Client {
    client_of(shop, None).await.0
}

/// A client in certificate mode, and the platform's side of SM2.
async fn cert_client(shop: &Shop) -> (Client, Platform) {
    let (platform, root) = sm2_platform();
    shop.world.sm2.set(platform.clone()).unwrap();
    let (mut client, own) = client_of(shop, Some(&root)).await;
    client.cert_sn = Some(platform.cert_sn.clone());
    client.always = vec![("app_cert_sn", own.unwrap()), ("alipay_root_cert_sn", platform.root_sn.clone())];
    (client, platform)
}

/// A client with an SM2 key, and the serial of its certificate, when an authority issues one.
async fn client_of(shop: &Shop, root: Option<&Authority>) -> (Client, Option<String>) {
    let own = keygen::sm2().unwrap();
    let certificate = root.map(|root| root.issue(&name("app"), 77, VALIDITY, own.public_key()).unwrap());
    let serial = certificate.as_ref().map(|pem| cert_sn(pem).unwrap());
    let command = OpenApp {
        seller: shop.seller,
        mode: if certificate.is_some() { AppMode::Cert } else { AppMode::Key },
        public_key: own.public_key().to_spki(),
        certificate: certificate.as_ref().map(|pem| Text::new(pem).unwrap()),
        cert_sn: serial.as_ref().map(|serial| Text::new(serial).unwrap()),
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let app = shop.door.ask(command).await.unwrap();
    (Client::new(shop.router.clone(), app.to_string(), own), serial)
}

fn diagnosis(headers: &axum::http::HeaderMap) -> &str {
    let line = headers.get("x-tongbao-diagnosis").map_or("", |value| value.to_str().unwrap());
    line.split(':').next().unwrap_or_default()
}

#[tokio::test]
async fn a_v2_call_is_believed_and_answered_in_sm2() {
    let shop = Shop::open_world(true).await;
    let (client, platform) = sm2_client(&shop).await;
    let right = client.params(METHOD, BIZ, &[("sign_type", "SM2")]);
    let right = client.sign_as(right, SignType::Sm2);
    let answer = client.post(&right).await;
    assert_eq!(answer.outcome(), NOT_THERE);
    assert!(platform.verify(SignType::Sm2, &answer.signed, answer.sign.as_deref().unwrap()));
    // A changed parameter is no longer what was signed; the answer is signed all the same.
    let mut wrong = right.clone();
    wrong.iter_mut().find(|(name, _)| name == "biz_content").unwrap().1 =
        br#"{"out_trade_no":"T2"}"#.to_vec();
    let answer = client.post(&wrong).await;
    assert_eq!(answer.outcome(), "40002 isv.invalid-signature");
    assert!(platform.verify(SignType::Sm2, &answer.signed, answer.sign.as_deref().unwrap()));
    // The right key under the name of another algorithm.
    for named in ["RSA2", "RSA"] {
        let params = client.params(METHOD, BIZ, &[("sign_type", named)]);
        let answer = client.post(&client.sign_as(params, SignType::Sm2)).await;
        let found = (answer.outcome(), diagnosis(&answer.headers).to_owned());
        assert_eq!(found, (WRONG_TYPE.to_owned(), "sign-type-of-other-key".to_owned()), "{named}");
    }
    // RSA in its place.
    let rsa = key(APP_KEY);
    let mixed = Client { key: rsa, ..client.again() };
    for (named, found) in [("RSA2", WRONG_TYPE), ("RSA", WRONG_TYPE), ("SM2", "40002 isv.invalid-signature")]
    {
        let params = mixed.params(METHOD, BIZ, &[("sign_type", named)]);
        let answer = mixed.post(&mixed.sign_as(params, SignType::Rsa2)).await;
        assert_eq!(
            (answer.outcome().as_str(), diagnosis(&answer.headers)),
            (found, "rsa-for-sm2"),
            "{named}"
        );
        assert!(platform.verify(SignType::Sm2, &answer.signed, answer.sign.as_deref().unwrap()));
    }
}

#[tokio::test]
async fn an_rsa_app_cannot_sign_with_sm2() {
    let shop = Shop::open_world(true).await;
    let mut client = shop.client().await;
    client.key = keygen::sm2().unwrap();
    for (named, found) in [("SM2", WRONG_TYPE), ("RSA2", "40002 isv.invalid-signature")] {
        let params = client.params(METHOD, BIZ, &[("sign_type", named)]);
        let answer = client.post(&client.sign_as(params, SignType::Sm2)).await;
        assert_eq!(
            (answer.outcome().as_str(), diagnosis(&answer.headers)),
            (found, "sm2-for-rsa"),
            "{named}"
        );
        client.checked(&answer, SignType::Rsa2);
    }
}

#[tokio::test]
async fn without_a_platform_key_nothing_is_signed_with_another() {
    let shop = Shop::open_world(true).await;
    let client = unanswered(&shop).await;
    let params = client.params(METHOD, BIZ, &[("sign_type", "SM2")]);
    let answer = client.post(&client.sign_as(params, SignType::Sm2)).await;
    assert_eq!((answer.outcome().as_str(), answer.sign), (NOT_THERE, None));
}

#[tokio::test]
async fn a_v3_call_names_its_scheme_and_is_answered_in_sm2() {
    let shop = Shop::open_world(true).await;
    let (client, platform) = sm2_client(&shop).await;
    let rest = RestClient::of(&client);
    let call = |scheme: &'static str, own: PrivateKey| {
        let (rest, uri) = (&rest, "/v3/alipay/trade/query");
        async move {
            let mut ask = rest.ask("POST", uri, BIZ);
            let text = format!("{}\n{}\n{}\n{}\n", ask.auth, ask.verb, ask.uri, ask.body);
            let sign = own.sign(SignType::Rsa2, text.as_bytes());
            ask.headers.push(("authorization", format!("{scheme} {},sign={sign}", ask.auth)));
            ask.auth = String::new();
            rest.exchange(&ask).await
        }
    };
    let own = || PrivateKey::parse(&client.key.to_pkcs8_pem()).unwrap();
    let (sm2, rsa) = ("ALIPAY-SM2withSM3", "ALIPAY-SHA256withRSA");
    for (scheme, key, outcome, hint) in [
        (sm2, own(), "400 ACQ.TRADE_NOT_EXIST", ""),
        (sm2, keygen::sm2().unwrap(), "401 invalid-signature", ""),
        (sm2, crate::shop::key(APP_KEY), "401 invalid-signature", "rsa-for-sm2"),
        (rsa, crate::shop::key(APP_KEY), "400 invalid-signature-type", "rsa-for-sm2"),
        (rsa, own(), "400 invalid-signature-type", "sign-type-of-other-key"),
    ] {
        let told = call(scheme, key).await;
        assert_eq!(format!("{} {}", told.status, told.get("code")), outcome, "{}", told.body);
        assert_eq!(diagnosis(&told.headers), hint, "{outcome}");
        let header = |name: &str| told.headers[name].to_str().unwrap();
        let text = format!("{}\n{}\n{}\n", header("alipay-timestamp"), header("alipay-nonce"), told.body);
        assert!(platform.verify(SignType::Sm2, text.as_bytes(), header("alipay-signature")), "{outcome}");
    }
    let rsa_app = RestClient::by_key(&shop).await;
    let mut ask = rsa_app.sign(rsa_app.ask("POST", "/v3/alipay/trade/query", BIZ));
    ask.headers.push(("authorization", format!("{sm2} {},sign={}", ask.auth, ask.sign)));
    ask.auth = String::new();
    let told = rsa_app.exchange(&ask).await;
    assert_eq!(told.get("code"), "invalid-signature-type", "{}", told.body);
    assert_eq!(diagnosis(&told.headers), "sign-type-of-other-key");
}

#[tokio::test]
async fn in_certificate_mode_serials_are_those_of_sm2() {
    let shop = Shop::open_world(true).await;
    let (client, platform) = cert_client(&shop).await;
    let rsa = &shop.world.platform;
    let ask = |name: &'static str, value: String| {
        let client = &client;
        async move {
            let params = client.params(METHOD, BIZ, &[("sign_type", "SM2"), (name, &value)]);
            client.post(&client.sign_as(params, SignType::Sm2)).await
        }
    };
    let answer = ask("sign_type", "SM2".to_owned()).await;
    assert_eq!(answer.outcome(), NOT_THERE);
    assert_eq!(answer.cert_sn.as_ref(), Some(&platform.cert_sn));
    let public = platform.key.public_key();
    assert!(public.verify(SignType::Sm2, &answer.signed, answer.sign.as_deref().unwrap()));
    for (name, value, outcome, hint) in [
        ("app_cert_sn", "-", "40001 isv.missing-app-cert-sn", ""),
        ("app_cert_sn", &platform.cert_sn, "40002 isv.app-cert-not-exist", "app-sn-of-platform"),
        ("alipay_root_cert_sn", "-", "40001 isv.missing-alipay-root-cert-sn", ""),
        (
            "alipay_root_cert_sn",
            &rsa.root_sn,
            "40002 isv.invalid-alipay-root-cert-sn",
            "root-sn-of-other-algorithm",
        ),
    ] {
        let answer = ask(name, if value == "-" { String::new() } else { value.to_owned() }).await;
        assert_eq!(
            (answer.outcome().as_str(), diagnosis(&answer.headers)),
            (outcome, hint),
            "{name} {value}"
        );
        assert_eq!(answer.cert_sn.as_ref(), Some(&platform.cert_sn), "also with a failure");
    }
    // And an RSA app does not name the roots of SM2.
    let of_rsa = shop.cert_client().await;
    let params = of_rsa.params(METHOD, BIZ, &[("alipay_root_cert_sn", &platform.root_sn)]);
    let answer = of_rsa.post(&of_rsa.sign(params)).await;
    assert_eq!(answer.outcome(), "40002 isv.invalid-alipay-root-cert-sn");
    assert_eq!(diagnosis(&answer.headers), "root-sn-of-other-algorithm");
}

#[tokio::test]
async fn each_certificate_of_the_platform_can_be_fetched() {
    let shop = Shop::open_world(true).await;
    let (client, platform) = cert_client(&shop).await;
    for found in [&platform, &shop.world.platform] {
        let biz = format!(r#"{{"alipay_cert_sn":"{}"}}"#, found.cert_sn);
        let params = client.params("alipay.open.app.alipaycert.download", &biz, &[("sign_type", "SM2")]);
        let answer = client.post(&client.sign_as(params, SignType::Sm2)).await;
        let certificate = Certificate::parse(&found.certificate).unwrap();
        assert_eq!(answer.get("alipay_cert_content"), certificate.to_download_content());
    }
}

#[tokio::test]
async fn a_v3_call_in_certificate_mode_is_answered_with_the_serial_of_sm2() {
    let shop = Shop::open_world(true).await;
    let (client, platform) = cert_client(&shop).await;
    let rest = RestClient::of(&client);
    let mut ask = rest.ask("POST", "/v3/alipay/trade/query", BIZ);
    let text = format!("{}\n{}\n{}\n{}\n", ask.auth, ask.verb, ask.uri, ask.body);
    let sign = client.key.sign(SignType::Sm2, text.as_bytes());
    ask.headers.push(("authorization", format!("ALIPAY-SM2withSM3 {},sign={sign}", ask.auth)));
    ask.auth = String::new();
    let told = rest.exchange(&ask).await;
    assert_eq!((told.status, told.get("code").as_str()), (400, "ACQ.TRADE_NOT_EXIST"), "{}", told.body);
    let header = |name: &str| told.headers[name].to_str().unwrap();
    assert_eq!(header("alipay-sn"), platform.cert_sn);
    let text = format!("{}\n{}\n{}\n", header("alipay-timestamp"), header("alipay-nonce"), told.body);
    assert!(platform.key.public_key().verify(SignType::Sm2, text.as_bytes(), header("alipay-signature")));
}
