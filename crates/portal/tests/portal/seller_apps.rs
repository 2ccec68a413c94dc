//! Stores and apps of a merchant, from outside: opened and closed, and keys that are exchanged while calls go on.

use crate::api_wallet::refused;
use crate::persons::{LOGIN_PASSWORD, PAY_PASSWORD, PHONE};
use crate::shop::Shop;
use axum::http::StatusCode;
use base::Text;
use engine::{OpenApp, OpenParty};
use people::{AppMode, PartyKind};
use serde_json::{Value, json};

impl Shop {
    /// Somebody in this role, by the token.
    async fn staff_as(&self, role: &str) -> String {
        let (_, owner) = self.register(crate::seller_staff::FRIEND).await;
        self.appoint(&owner, "owner").await;
        let (token, id) = self.register(PHONE).await;
        assert_eq!(self.appoint(&id, role).await, format!("200 {role}"));
        token
    }

    fn of_seller(&self, path: &str) -> String {
        format!("/api/v1/sellers/{}/{path}", self.seller)
    }

    async fn asked(&self, method: &str, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        self.api(method, &self.of_seller(path), token, &body).await
    }
}

#[tokio::test]
async fn a_manager_opens_renames_and_closes_stores() {
    let shop = Shop::open().await;
    let token = shop.staff_as("manager").await;
    let named = |store_id: &str, name: &str| json!({ "store_id": store_id, "store_name": name });
    for (path, body, told) in [
        ("stores", named("", "a"), (400, "bad_request")),
        ("stores", named("S1", " "), (400, "bad_request")),
        ("stores", named(&"9".repeat(33), "a"), (400, "bad_request")),
        ("stores", json!({ "store_id": "S1" }), (400, "bad_request")),
        ("stores/S1/close", Value::Null, (404, "store_not_found")),
    ] {
        assert_eq!(refused(&shop.asked("POST", path, &token, body).await), told, "{path}");
    }
    for (store_id, name) in [("S2", "湖边店"), ("S1", "hill"), ("S1", "山上店"), ("S1", "山上店")] {
        let (status, said) = shop.asked("POST", "stores", &token, named(store_id, name)).await;
        assert_eq!((status, &said["store_name"]), (StatusCode::OK, &json!(name)), "{said}");
    }
    for _again in 0..2 {
        let (status, said) = shop.asked("POST", "stores/S2/close", &token, Value::Null).await;
        assert_eq!((status, said["closed_at"].is_string()), (StatusCode::OK, true), "{said}");
    }
    let (_, first) = shop.asked("GET", "stores?limit=1", &token, Value::Null).await;
    assert_eq!((&first["stores"][0]["store_name"], &first["next"]), (&json!("山上店"), &json!("S1")));
    let (_, second) = shop.asked("GET", "stores?limit=1&before=S1", &token, Value::Null).await;
    assert_eq!((&second["stores"][0]["store_id"], &second["next"]), (&json!("S2"), &Value::Null));
    let long = format!("stores?before={}", "9".repeat(33));
    assert_eq!(refused(&shop.asked("GET", &long, &token, Value::Null).await), (400, "bad_cursor"));
}

#[tokio::test]
async fn a_developer_exchanges_a_key_while_calls_go_on() {
    let shop = Shop::open().await;
    let token = shop.staff_as("developer").await;
    let (status, told) = shop.asked("GET", "apps", &token, Value::Null).await;
    assert_eq!((status, &told["may_set"]), (StatusCode::OK, &json!(true)), "{told}");
    let app = &told["apps"][0];
    assert_eq!(app["app_id"], shop.app.to_string());
    assert_eq!(
        (&app["mode"], &app["sign_type"], &app["status"]),
        (&json!("key"), &json!("RSA2"), &json!("online"))
    );
    assert_eq!(app["gateway_url"], "http://pay.test/gateway.do");
    assert_eq!((&app["certificates"], &app["keys"][0]["state"]), (&Value::Null, &json!("current")));

    let keys = format!("apps/{}/keys", shop.app);
    let drawn = || wire::keygen::rsa_2048().unwrap().public_key().to_base64();
    let (second, third) = (drawn(), drawn());
    for (proof, told) in [
        (json!({}), (400, "bad_request")),
        (json!({ "login_password": "another-1" }), (403, "wrong_login")),
        (json!({ "pay_password": "135790" }), (403, "wrong_password")),
    ] {
        let mut body = json!({ "public_key": second });
        body.as_object_mut().unwrap().extend(proof.as_object().unwrap().clone());
        assert_eq!(refused(&shop.asked("POST", &keys, &token, body).await), told, "{proof}");
    }
    assert!(shop.noted().await.is_empty(), "whoever found the session open adds no key");
    let with = |key: &str| json!({ "public_key": key, "login_password": LOGIN_PASSWORD });
    let (status, told) = shop.asked("POST", &keys, &token, with(&second)).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let key = &told["keys"][1];
    assert_eq!((&key["number"], &key["state"], &key["active"]), (&json!(2), &json!("second"), &json!(true)));
    assert_eq!(key["public_key"], second.as_str());
    // Whoever lost the answer sends it again, also as PEM, and hears the same.
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{second}\n-----END PUBLIC KEY-----\n");
    for known in [json!(second), json!(pem)] {
        let (status, again) = shop.asked("POST", &keys, &token, json!({ "public_key": known })).await;
        assert_eq!((status, &again), (StatusCode::OK, &told), "{known}");
    }
    for (body, told) in [
        (json!({ "public_key": third, "pay_password": PAY_PASSWORD }), (409, "two_active")),
        (json!({ "public_key": "x" }), (400, "bad_public_key")),
        (json!({}), (400, "bad_request")),
    ] {
        assert_eq!(refused(&shop.asked("POST", &keys, &token, body).await), told);
    }
    for (act, state) in
        [("2/promote", "current"), ("2/promote", "current"), ("1/retire", "current"), ("1/retire", "current")]
    {
        let (status, told) = shop.asked("POST", &format!("{keys}/{act}"), &token, Value::Null).await;
        assert_eq!((status, &told["keys"][1]["state"]), (StatusCode::OK, &json!(state)), "{act} {told}");
    }
    for (act, told) in [
        ("2/retire", (409, "last_active")),
        ("1/promote", (409, "key_retired")),
        ("9/promote", (404, "key_not_found")),
        ("x/promote", (400, "bad_request")),
    ] {
        let said = shop.asked("POST", &format!("{keys}/{act}"), &token, Value::Null).await;
        assert_eq!(refused(&said), told, "{act}");
    }
    for (path, status) in [("", 201), ("/3/retire", 200), ("", 409)] {
        let body = if path.is_empty() { with(&third) } else { Value::Null };
        let said = shop.asked("POST", &format!("{keys}{path}"), &token, body).await;
        assert_eq!(said.0.as_u16(), status, "{path}: {}", said.1);
        assert!(
            status != 409 || said.1["code"] == "key_known",
            "a retired key does not come back: {}",
            said.1
        );
    }
    let (add, promote, retire) = ("app_key.add", "app_key.promote", "app_key.retire");
    let noted = [add, add, promote, promote, retire, retire, retire, promote, promote, add, retire, add];
    assert_eq!(shop.noted().await, noted, "what cannot be read, or is there, is asked of nobody");
}

#[tokio::test]
async fn another_merchants_app_is_none() {
    let shop = Shop::open().await;
    let token = shop.staff_as("developer").await;
    let (login, name) = (Text::new("other@example.com").unwrap(), Text::new("other").unwrap());
    let other = OpenParty { kind: PartyKind::Merchant, login, name, password: None };
    let seller = shop.door.ask(other).await.unwrap();
    let open = OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let others = shop.door.ask(open).await.unwrap().to_string();
    let body = json!({ "public_key": shop.world.platform.public_key });
    for app in [others.as_str(), "9021000000000000", "x"] {
        for act in ["keys", "keys/1/promote", "keys/1/retire"] {
            let said = shop.asked("POST", &format!("apps/{app}/{act}"), &token, body.clone()).await;
            assert_eq!(refused(&said), (404, "app_not_found"), "{app} {act}");
        }
    }
    let (_, told) = shop.asked("GET", "apps", &token, Value::Null).await;
    assert_eq!(told["apps"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn a_manager_sees_the_apps_and_sets_no_key() {
    let shop = Shop::open().await;
    let token = shop.staff_as("manager").await;
    let (_, told) = shop.asked("GET", "apps", &token, Value::Null).await;
    assert_eq!(told["may_set"], false);
    let path = format!("apps/{}/keys", shop.app);
    let body = json!({ "public_key": shop.world.platform.public_key });
    assert_eq!(refused(&shop.asked("POST", &path, &token, body).await), (403, "role_forbids"));
}
