//! Passkeys from outside, by an authenticator in software: added, signed in with, paid with, removed; and what is
//! signed for one thing opens no other.

use crate::persons::{ID_NUMBER, LOGIN_PASSWORD, PAY_PASSWORD, PHONE, code_of};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::PartyId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{FindPasskeys, Opened};
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tower::ServiceExt;
use trade::Product;
use webauthn_rs::prelude::Url;

pub(crate) const SITE: &str = "https://pay.test";
const OTHER_SITE: &str = "https://evil.pay.test";
const MINUTE_US: i64 = 60_000_000;

/// Somebody who says yes to everything, and is verified when that is asked for.
struct Owner;

#[async_trait::async_trait]
impl UserValidationMethod for Owner {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence: true, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// What a device keeps: nothing yet, or one key.
pub(crate) type Key = Option<Passkey>;

fn authenticator(key: &Key) -> Authenticator<Key, Owner, RustCryptoBackend> {
    let mut made = Authenticator::new(Aaguid::new_empty(), key.clone(), Owner, RustCryptoBackend);
    made.set_make_credentials_with_signature_counter(true);
    made
}

/// As a browser writes it: bytes are base64url, and not lists of numbers.
fn in_base64(value: Value) -> Value {
    match value {
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_u64) => {
            let bytes: Vec<u8> = list.iter().map(|byte| byte.as_u64().unwrap().try_into().unwrap()).collect();
            json!(URL_SAFE_NO_PAD.encode(bytes))
        }
        Value::Array(list) => list.into_iter().map(in_base64).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, in_base64(member))).collect()
        }
        other => other,
    }
}

pub(crate) async fn create(key: &mut Key, site: &str, options: &Value) -> Value {
    let options: CredentialCreationOptions = serde_json::from_value(options.clone()).unwrap();
    let mut browser = Client::new(authenticator(key));
    let made = browser.register(&Url::parse(site).unwrap(), options, DefaultClientData).await.unwrap();
    key.clone_from(browser.authenticator().store());
    in_base64(serde_json::to_value(made).unwrap())
}

pub(crate) async fn sign(key: &mut Key, site: &str, options: &Value) -> Value {
    let options: CredentialRequestOptions = serde_json::from_value(options.clone()).unwrap();
    let mut browser = Client::new(authenticator(key));
    let signed = browser.authenticate(&Url::parse(site).unwrap(), options, DefaultClientData).await.unwrap();
    key.clone_from(browser.authenticator().store());
    in_base64(serde_json::to_value(signed).unwrap())
}

fn answer_to(options: &Value, credential: &Value) -> Value {
    json!({ "challenge_id": options["challenge_id"], "credential": credential })
}

impl Shop {
    async fn begin_adding(&self, token: &str) -> Value {
        let body = json!({ "login_password": LOGIN_PASSWORD, "pay_password": PAY_PASSWORD });
        let (status, options) = self.api("POST", "/api/v1/passkeys/options", token, &body).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        options
    }

    pub(crate) async fn add_passkey(&self, token: &str, key: &mut Key) -> String {
        let options = self.begin_adding(token).await;
        let mut body = answer_to(&options, &create(key, SITE, &options).await);
        body["name"] = json!("phone\u{7}");
        let (status, said) = self.api("POST", "/api/v1/passkeys", token, &body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["id"].as_str().unwrap().to_owned()
    }

    /// Removes a passkey with the payment password.
    async fn remove_passkey(&self, token: &str, passkey: &str) -> (StatusCode, Value) {
        let body = json!({ "pay_password": PAY_PASSWORD });
        self.api("DELETE", &format!("/api/v1/passkeys/{passkey}"), token, &body).await
    }

    /// Kinds of what was sent to the phone, once there are so many: they are sent in the background.
    async fn told(&self, kinds: &[&str]) -> Vec<String> {
        for _bounded in 0..500 {
            let (_, sent) = self.api("GET", &format!("/sandbox/messages?to={PHONE}"), "", &Value::Null).await;
            let sent = sent["messages"].as_array().unwrap().iter();
            let sent = sent.map(|message| message["kind"].as_str().unwrap().to_owned());
            let sent: Vec<String> = sent.filter(|kind| kind.starts_with("passkey")).collect();
            if sent.len() >= kinds.len() {
                return sent;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nobody was told of {kinds:?}");
    }

    async fn sign_in_options(&self) -> Value {
        let (status, options) = self.post("/api/v1/sessions/passkey/options", json!({})).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        options
    }

    async fn sign_in_by(&self, options: &Value, credential: &Value) -> (StatusCode, Value) {
        self.post("/api/v1/sessions/passkey", answer_to(options, credential)).await
    }

    async fn pay_options(&self, token: &str, order: &Opened) -> Value {
        let body = json!({ "qr_code": self.world.qr_url(order.order.no) });
        let (status, options) = self.api("POST", "/api/v1/me/payments/options", token, &body).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        options
    }

    async fn pay_by(&self, token: &str, options: &Value, credential: &Value) -> (StatusCode, Value) {
        let mut body = answer_to(options, credential);
        let order_no = options["trade_no"].as_str().unwrap().parse().unwrap();
        body["qr_code"] = json!(self.world.qr_url(order_no));
        body["amount"] = options["amount"].clone();
        self.api("POST", "/api/v1/me/payments", token, &body).await
    }

    /// Somebody with 100.00 yuan who may pay, and the session.
    pub(crate) async fn person(&self) -> (String, PartyId) {
        let (token, id) = self.register(PHONE).await;
        let named = json!({ "name": "王小明", "id_number": ID_NUMBER });
        assert_eq!(self.api("POST", "/api/v1/identity", &token, &named).await.0, StatusCode::OK);
        for kind in ["bank_card", "mobile_operator", "education"] {
            let body = json!({ "login": PHONE, "kind": kind, "provider": "one" });
            assert_eq!(self.post("/sandbox/evidence", body).await.0, StatusCode::OK);
        }
        let party = id.parse().unwrap();
        self.top_up(party, 10_000).await;
        (token, party)
    }
}

fn refused(said: &(StatusCode, Value)) -> (StatusCode, &str) {
    (said.0, code_of(&said.1))
}

const WRONG: (StatusCode, &str) = (StatusCode::FORBIDDEN, "wrong_passkey");

#[tokio::test]
async fn a_passkey_is_added_with_both_passwords_signs_in_and_is_removed() {
    let shop = Shop::open_at(SITE).await;
    let (token, id) = shop.register(PHONE).await;
    for (login_password, pay_password, status, code) in [
        ("plum-blossom-8", PAY_PASSWORD, StatusCode::FORBIDDEN, "wrong_login"),
        (LOGIN_PASSWORD, "604417", StatusCode::FORBIDDEN, "wrong_password"),
        (LOGIN_PASSWORD, "6044", StatusCode::BAD_REQUEST, "bad_password"),
    ] {
        let wrong = json!({ "login_password": login_password, "pay_password": pay_password });
        let said = shop.api("POST", "/api/v1/passkeys/options", &token, &wrong).await;
        assert_eq!(refused(&said), (status, code));
    }
    let alone = json!({ "login_password": LOGIN_PASSWORD });
    let said = shop.api("POST", "/api/v1/passkeys/options", &token, &alone).await;
    assert_eq!(
        refused(&said),
        (StatusCode::BAD_REQUEST, "bad_request"),
        "a key pays: one password is not enough"
    );
    let mut phone = None;
    let passkey = shop.add_passkey(&token, &mut phone).await;
    let (_, listed) = shop.api("GET", "/api/v1/passkeys", &token, &Value::Null).await;
    let listed = &listed["passkeys"];
    assert_eq!((listed[0]["id"].as_str(), &listed[0]["name"]), (Some(&*passkey), &json!("phone")));
    assert_eq!(listed.as_array().unwrap().len(), 1);

    // Nobody is named; the key knows whose it is.
    let options = shop.sign_in_options().await;
    assert!(options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    let signed = sign(&mut phone, SITE, &options).await;
    let (status, said) = shop.sign_in_by(&options, &signed).await;
    assert_eq!((status, &said["user_id"]), (StatusCode::OK, &json!(id)), "{said}");
    let anew = said["token"].as_str().unwrap().to_owned();
    assert_eq!(shop.api("GET", "/api/v1/me", &anew, &Value::Null).await.0, StatusCode::OK);

    // The same answer again, and an answer to another challenge.
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG, "replayed");
    let other = shop.sign_in_options().await;
    assert_eq!(refused(&shop.sign_in_by(&other, &signed).await), WRONG, "signed for another challenge");
    assert_eq!(refused(&shop.sign_in_by(&other, &signed).await), WRONG, "one answer for each challenge");

    let options = shop.sign_in_options().await;
    let signed = sign(&mut phone, SITE, &options).await;
    assert_eq!(shop.remove_passkey(&token, &passkey).await.0, StatusCode::OK);
    assert_eq!(refused(&shop.remove_passkey(&token, &passkey).await).1, "passkey_not_found");
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG, "removed");
    // What it signed in went with it.
    assert_eq!(shop.api("GET", "/api/v1/me", &anew, &Value::Null).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(shop.api("GET", "/api/v1/me", &token, &Value::Null).await.0, StatusCode::OK, "by password");
}

#[tokio::test]
async fn a_session_alone_removes_no_passkey() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.register(PHONE).await;
    let (mut phone, mut tablet) = (None, None);
    let ids = [shop.add_passkey(&token, &mut phone).await, shop.add_passkey(&token, &mut tablet).await];
    let path = format!("/api/v1/passkeys/{}", ids[0]);
    for (body, status, code) in [
        (json!({}), StatusCode::BAD_REQUEST, "bad_request"),
        (json!({ "login_password": "plum-blossom-8" }), StatusCode::FORBIDDEN, "wrong_login"),
        (json!({ "pay_password": "604417" }), StatusCode::FORBIDDEN, "wrong_password"),
    ] {
        assert_eq!(refused(&shop.api("DELETE", &path, &token, &body).await), (status, code));
    }
    let (_, listed) = shop.api("GET", "/api/v1/passkeys", &token, &Value::Null).await;
    assert_eq!(listed["passkeys"].as_array().unwrap().len(), 2);
    let body = json!({ "login_password": LOGIN_PASSWORD });
    assert_eq!(shop.api("DELETE", &path, &token, &body).await.0, StatusCode::OK);
    assert_eq!(shop.remove_passkey(&token, &ids[1]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_owner_is_told_of_every_key_that_comes_or_goes_or_was_copied() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.person().await;
    let mut phone = None;
    let passkey = shop.add_passkey(&token, &mut phone).await;
    assert_eq!(shop.told(&["passkey_added"]).await, ["passkey_added"]);
    let mut copy = phone.clone();
    // The first answer is refused by the cell, those of the copy's first use by the credential itself.
    for round in 0..3 {
        let options = shop.sign_in_options().await;
        let signed = sign(&mut phone, SITE, &options).await;
        assert_eq!(shop.sign_in_by(&options, &signed).await.0, StatusCode::OK, "{round}");
    }
    let options = shop.sign_in_options().await;
    let signed = sign(&mut copy, SITE, &options).await;
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG);
    let told = ["passkey_added", "passkey_copied"];
    assert_eq!(shop.told(&told).await, told);
    // Again within the hour, and by way of a payment: refused, and not told again.
    let order = shop.order(Product::QrCode, 100).await;
    let options = shop.pay_options(&token, &order).await;
    let signed = sign(&mut copy, SITE, &options).await;
    assert_eq!(refused(&shop.pay_by(&token, &options, &signed).await), WRONG);
    assert_eq!(shop.remove_passkey(&token, &passkey).await.0, StatusCode::OK);
    let told = ["passkey_added", "passkey_copied", "passkey_removed"];
    assert_eq!(shop.told(&told).await, told);
}

#[tokio::test]
async fn where_a_passkey_signed_in_its_owner_is_known() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.register(PHONE).await;
    let mut phone = None;
    shop.add_passkey(&token, &mut phone).await;
    let post = async |path: &str, body: Value, client: &str| {
        let client: std::net::IpAddr = client.parse().unwrap();
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.extension(portal::ClientAddress(client));
        let request = request.body(Body::from(body.to_string())).unwrap();
        shop.router.clone().oneshot(request).await.unwrap().status()
    };
    let code = async |client: &str| {
        shop.now_us.fetch_add(61_000_000, Ordering::Relaxed);
        post("/api/v1/challenges", json!({ "to": PHONE, "purpose": "sign_in" }), client).await
    };
    // Strangers take all that strangers get.
    for n in 0..9 {
        code(&format!("203.0.113.{n}")).await;
    }
    assert_eq!(code("203.0.113.99").await, StatusCode::TOO_MANY_REQUESTS);
    let options = shop.sign_in_options().await;
    let signed = sign(&mut phone, SITE, &options).await;
    let by = answer_to(&options, &signed);
    assert_eq!(post("/api/v1/sessions/passkey", by, "203.0.113.99").await, StatusCode::OK);
    assert_eq!(code("203.0.113.99").await, StatusCode::OK);
}

#[tokio::test]
async fn a_challenge_is_of_its_session_its_kind_and_its_five_minutes() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.register(PHONE).await;
    let body = json!({ "login": PHONE, "password": LOGIN_PASSWORD, "device": "laptop" });
    let (_, said) = shop.post("/api/v1/sessions", body).await;
    let laptop = said["token"].as_str().unwrap().to_owned();

    let (mut tablet, mut phone) = (None, None);
    let options = shop.begin_adding(&token).await;
    let made = create(&mut tablet, SITE, &options).await;
    let said = shop.api("POST", "/api/v1/passkeys", &laptop, &answer_to(&options, &made)).await;
    assert_eq!(refused(&said), WRONG, "another session");
    let said = shop.api("POST", "/api/v1/passkeys", &token, &answer_to(&options, &made)).await;
    assert_eq!(said.0, StatusCode::OK, "which takes nothing away by that");
    let said = shop.api("POST", "/api/v1/passkeys", &token, &answer_to(&options, &made)).await;
    assert_eq!(refused(&said), WRONG, "it was answered");

    let options = shop.begin_adding(&token).await;
    let made = create(&mut phone, SITE, &options).await;
    shop.now_us.fetch_add(5 * MINUTE_US, Ordering::Relaxed);
    let said = shop.api("POST", "/api/v1/passkeys", &token, &answer_to(&options, &made)).await;
    assert_eq!(refused(&said), WRONG, "too late");

    shop.add_passkey(&token, &mut phone).await;
    let options = shop.sign_in_options().await;
    let signed = sign(&mut phone, SITE, &options).await;
    let order = shop.order(Product::QrCode, 100).await;
    let mut shown = shop.pay_options(&token, &order).await;
    shown["challenge_id"] = options["challenge_id"].clone();
    assert_eq!(refused(&shop.pay_by(&token, &shown, &signed).await), WRONG, "of another kind");
    shop.now_us.fetch_add(5 * MINUTE_US, Ordering::Relaxed);
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG, "too late");
}

#[tokio::test]
async fn other_origins_and_keys_without_their_owner_open_nothing() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.person().await;
    let mut phone = None;
    let options = shop.begin_adding(&token).await;
    let made = create(&mut phone, OTHER_SITE, &options).await;
    let said = shop.api("POST", "/api/v1/passkeys", &token, &answer_to(&options, &made)).await;
    assert_eq!(refused(&said), WRONG, "made elsewhere");

    shop.add_passkey(&token, &mut phone).await;
    let options = shop.sign_in_options().await;
    let signed = sign(&mut phone, OTHER_SITE, &options).await;
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG, "signed elsewhere");
    let order = shop.order(Product::QrCode, 1_000).await;
    let options = shop.pay_options(&token, &order).await;
    let signed = sign(&mut phone, OTHER_SITE, &options).await;
    assert_eq!(refused(&shop.pay_by(&token, &options, &signed).await), WRONG, "signed elsewhere");

    // The bit that says that the owner was verified is within what is signed.
    let options = shop.sign_in_options().await;
    let mut lax = options.clone();
    lax["publicKey"]["userVerification"] = json!("discouraged");
    let signed = sign(&mut phone, SITE, &lax).await;
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG, "nobody was verified");
}

#[tokio::test]
async fn a_passkey_pays_the_order_that_was_shown_and_no_other() {
    let shop = Shop::open_at(SITE).await;
    let (token, party) = shop.person().await;
    let (small, large) = (shop.order(Product::QrCode, 100).await, shop.order(Product::QrCode, 5_000).await);
    let body = json!({ "qr_code": shop.world.qr_url(small.order.no) });
    let said = shop.api("POST", "/api/v1/me/payments/options", &token, &body).await;
    assert_eq!(refused(&said), (StatusCode::CONFLICT, "no_passkey"));

    let mut phone = None;
    let passkey = shop.add_passkey(&token, &mut phone).await;
    let shown = shop.pay_options(&token, &small).await;
    assert_eq!(
        (&shown["amount"], &shown["payee"], &shown["trade_no"]),
        (&json!("1.00"), &json!(shop.seller.to_string()), &json!(small.order.no.to_string()))
    );
    // A number stands on receipts: it shows nobody another's order.
    let by_number = json!({ "trade_no": large.order.no.to_string() });
    let said = shop.api("POST", "/api/v1/me/payments/options", &token, &by_number).await;
    assert_eq!(refused(&said), (StatusCode::NOT_FOUND, "order_not_found"));
    // What was signed for one order pays no other one.
    let signed = sign(&mut phone, SITE, &shown).await;
    let other = shop.pay_options(&token, &large).await;
    assert_eq!(refused(&shop.pay_by(&token, &other, &signed).await), WRONG);
    assert_eq!(shop.balance(party).await, 10_000);

    let (status, paid) = shop.pay_by(&token, &shown, &signed).await;
    assert_eq!((status, &paid["state"]), (StatusCode::OK, &json!("paid")), "{paid}");
    assert_eq!(paid["trade_no"], small.order.no.to_string());
    let (status, again) = shop.pay_by(&token, &shown, &signed).await;
    assert_eq!((status, again), (StatusCode::OK, paid), "it is told as it stands, and paid once");
    assert_eq!(shop.balance(party).await, 9_900);

    let shown = shop.pay_options(&token, &large).await;
    let signed = sign(&mut phone, SITE, &shown).await;
    assert_eq!(shop.remove_passkey(&token, &passkey).await.0, StatusCode::OK);
    assert_eq!(refused(&shop.pay_by(&token, &shown, &signed).await), WRONG, "removed");
    assert_eq!(shop.balance(party).await, 9_900);
    // The payment password goes on.
    let body =
        json!({ "login": PHONE, "pay_password": PAY_PASSWORD, "trade_no": large.order.no.to_string() });
    assert_eq!(shop.call("/sandbox/pay", body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_copied_key_is_found_by_its_counter() {
    let shop = Shop::open_at(SITE).await;
    let (token, id) = shop.register(PHONE).await;
    let party: PartyId = id.parse().unwrap();
    let mut phone = None;
    shop.add_passkey(&token, &mut phone).await;
    let mut copy = phone.clone();
    let kept = async || shop.door.ask(FindPasskeys { party }).await.unwrap()[0].sealed_key.clone();
    let before = kept().await;
    for round in 0..2 {
        let options = shop.sign_in_options().await;
        let signed = sign(&mut phone, SITE, &options).await;
        assert_eq!(shop.sign_in_by(&options, &signed).await.0, StatusCode::OK, "{round}");
    }
    let after = kept().await;
    assert_ne!(after, before, "the credential is kept with its counter");
    let options = shop.sign_in_options().await;
    let signed = sign(&mut copy, SITE, &options).await;
    assert_eq!(refused(&shop.sign_in_by(&options, &signed).await), WRONG);
    assert_eq!(kept().await, after);
}

#[tokio::test]
async fn a_copy_of_ones_data_has_all_that_is_of_the_person_and_nothing_of_others() {
    let shop = Shop::open_at(SITE).await;
    let (token, _) = shop.person().await;
    let mut phone = None;
    shop.add_passkey(&token, &mut phone).await;
    let sent = crate::transfers::send(&shop, json!({ "payee": PHONE, "accept_unknown": true })).await;
    assert_eq!(sent.0, StatusCode::OK, "{}", sent.1);
    let (stranger, _) = shop.stranger().await;
    let (_, data) = shop.api("GET", "/api/v1/me/data", &token, &Value::Null).await;
    let names = ["payments", "transfers_sent", "cards", "bank_orders", "agreements", "applications"];
    for name in names {
        assert!(data[name].as_array().is_some_and(Vec::is_empty), "{name}: {data}");
    }
    assert_eq!(data["transfers_received"][0]["amount"], sent.1["amount"], "{data}");
    assert_eq!(data["passkeys"][0]["name"], "phone", "{data}");
    assert_eq!(
        (&data["sessions"][0]["device"], &data["sessions"][0]["current"]),
        (&json!("phone"), &json!(true))
    );
    let (_, data) = shop.api("GET", "/api/v1/me/data", &stranger, &Value::Null).await;
    assert_eq!((&data["passkeys"], &data["transfers_received"]), (&json!([]), &json!([])));
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_site_that_browsers_give_no_passkeys_says_so() {
    let shop = Shop::open().await;
    let (token, _) = shop.register(PHONE).await;
    let body = json!({ "login_password": LOGIN_PASSWORD, "pay_password": PAY_PASSWORD });
    let said = shop.api("POST", "/api/v1/passkeys/options", &token, &body).await;
    assert_eq!(refused(&said), (StatusCode::CONFLICT, "no_passkeys_here"));
}
