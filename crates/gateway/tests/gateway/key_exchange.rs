//! An app exchanges its key or certificate: both are taken while both are active, the retired one is refused by its
//! code, on either interface.

use crate::client::Client;
use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, OTHER_KEY, START_US, Shop, VALIDITY, key, name, root};
use base::{AppId, Text};
use engine::{AddAppKey, PromoteAppKey, RetireAppKey, SetAppStatus};
use people::AppStatus;
use wire::cert::cert_sn;

const QUERY: (&str, &str) = ("alipay.trade.query", r#"{"out_trade_no":"nothing"}"#);

/// What calls over v2 and v3 are told, without the words.
async fn outcomes(client: &Client) -> [String; 2] {
    let rest = RestClient::of(client);
    [client.call(QUERY.0, QUERY.1).await.outcome(), rest.post("query", QUERY.1).await.outcome()]
}

const TAKEN: [&str; 2] = ["40004 ACQ.TRADE_NOT_EXIST", "400 ACQ.TRADE_NOT_EXIST"];

/// The same client with the other key.
fn with_other_key(client: &Client) -> Client {
    Client { key: key(OTHER_KEY), ..client.again() }
}

async fn add(shop: &Shop, app: AppId, not_after_us: Option<i64>) {
    let public_key = key(OTHER_KEY).public_key().to_spki();
    let add = AddAppKey {
        app,
        public_key,
        certificate: None,
        cert_sn: None,
        not_after_us,
        first_not_after_us: None,
    };
    assert_eq!(shop.door.ask(add).await.unwrap(), 2);
}

#[tokio::test]
async fn two_keys_are_taken_until_one_is_retired() {
    let shop = Shop::open().await;
    let old = shop.client().await;
    let new = with_other_key(&old);
    let app: AppId = old.app_id.parse().unwrap();
    let refused = ["40002 isv.invalid-signature", "401 invalid-signature"];
    assert_eq!(outcomes(&old).await, TAKEN);
    assert_eq!(outcomes(&new).await, refused);
    add(&shop, app, None).await;
    assert_eq!(
        (outcomes(&old).await, outcomes(&new).await),
        (TAKEN.map(str::to_owned), TAKEN.map(str::to_owned))
    );
    shop.door.ask(PromoteAppKey { app, number: 2 }).await.unwrap();
    assert_eq!(
        (outcomes(&old).await, outcomes(&new).await),
        (TAKEN.map(str::to_owned), TAKEN.map(str::to_owned))
    );
    shop.door.ask(RetireAppKey { app, number: 1 }).await.unwrap();
    assert_eq!(outcomes(&new).await, TAKEN);
    assert_eq!(outcomes(&old).await, refused);
    let answer = old.call(QUERY.0, QUERY.1).await;
    let told = answer.headers["x-tongbao-diagnosis"].to_str().unwrap();
    assert!(told.starts_with("retired-key: "), "{told}");
}

#[tokio::test]
async fn a_key_is_refused_from_the_moment_on_that_was_said() {
    let shop = Shop::open().await;
    let old = shop.client().await;
    let new = with_other_key(&old);
    add(&shop, old.app_id.parse().unwrap(), Some(START_US + 60_000_000)).await;
    assert_eq!(outcomes(&new).await, TAKEN);
    shop.advance(60_000_000);
    assert_eq!(new.call(QUERY.0, QUERY.1).await.outcome(), "40002 isv.invalid-signature");
    assert_eq!(outcomes(&old).await, TAKEN);
}

#[tokio::test]
async fn two_certificates_are_taken_by_their_serials_until_one_is_retired() {
    let shop = Shop::open().await;
    let old = shop.cert_client().await;
    let app: AppId = old.app_id.parse().unwrap();
    let public = key(OTHER_KEY).public_key().clone();
    let pem = root().issue(&name("app"), 78, VALIDITY, &public).unwrap();
    let serial = cert_sn(&pem).unwrap();
    let mut new = with_other_key(&old);
    new.always[0].1 = serial.clone();
    let unknown = ["40002 isv.invalid-signature", "401 invalid-signature"];
    assert_eq!(outcomes(&new).await, unknown, "a certificate that nobody added");
    let (certificate, serial) = (Some(Text::new(&pem).unwrap()), Some(Text::new(&serial).unwrap()));
    let add = AddAppKey {
        app,
        public_key: public.to_spki(),
        certificate,
        cert_sn: serial,
        not_after_us: Some(VALIDITY.until_us),
        first_not_after_us: None,
    };
    assert_eq!(shop.door.ask(add).await.unwrap(), 2);
    assert_eq!(
        (outcomes(&old).await, outcomes(&new).await),
        (TAKEN.map(str::to_owned), TAKEN.map(str::to_owned))
    );
    let mixed = Client { key: key(APP_KEY), ..new.again() };
    assert_eq!(
        outcomes(&mixed).await,
        unknown,
        "the serial names the other certificate than the one that signed"
    );
    shop.door.ask(RetireAppKey { app, number: 1 }).await.unwrap();
    assert_eq!(outcomes(&new).await, TAKEN);
    let gone = outcomes(&old).await;
    assert_eq!(gone[0], "40002 isv.app-cert-not-exist");
    assert!(gone[1].ends_with(" app-cert-not-exist"), "{}", gone[1]);
    let answer = old.call(QUERY.0, QUERY.1).await;
    assert!(answer.headers["x-tongbao-diagnosis"].to_str().unwrap().starts_with("retired-key: "));
}

#[tokio::test]
async fn the_calls_of_a_disabled_app_are_refused_until_it_is_enabled() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let app: AppId = client.app_id.parse().unwrap();
    shop.door.ask(SetAppStatus { app, status: AppStatus::Disabled }).await.unwrap();
    let refused = outcomes(&client).await;
    assert_eq!(refused[0], "40003 isv.invalid-app-state");
    assert!(refused[1].ends_with(" invalid-app-state"), "{}", refused[1]);
    shop.door.ask(SetAppStatus { app, status: AppStatus::Online }).await.unwrap();
    assert_eq!(outcomes(&client).await, TAKEN);
}
