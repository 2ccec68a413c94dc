//! Apps that sign with SM2, over both interfaces: who is believed, and how they are answered.

use crate::client::Client;
use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, Shop, key};
use engine::OpenApp;
use people::AppMode;
use std::sync::Arc;
use wire::keygen;
use wire::sign::{PrivateKey, PublicKey, SignType};
use world::Sm2Platform;

const METHOD: &str = "alipay.trade.query";
const BIZ: &str = r#"{"out_trade_no":"T1"}"#;
const NOT_THERE: &str = "40004 ACQ.TRADE_NOT_EXIST";
const WRONG_TYPE: &str = "40002 isv.invalid-signature-type";

/// A client with an SM2 key of its own, and the platform's public SM2 key.
async fn sm2_client(shop: &Shop) -> (Client, PublicKey) {
    let platform = keygen::sm2().unwrap();
    let (public, public_key) = (platform.public_key().clone(), platform.public_key().to_base64());
    shop.world.sm2.set(Sm2Platform { key: Arc::new(platform), public_key }).unwrap();
    (unanswered(shop).await, public)
}

/// A client with an SM2 key in a world whose platform has none.
async fn unanswered(shop: &Shop) -> Client {
    let own = keygen::sm2().unwrap();
    let command = OpenApp {
        seller: shop.seller,
        mode: AppMode::Key,
        public_key: own.public_key().to_spki(),
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let app = shop.door.ask(command).await.unwrap();
    Client::new(shop.router.clone(), app.to_string(), own)
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
