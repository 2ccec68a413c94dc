//! What a merchant's developers see over `/api/v1/sellers`: what their programs were told, and why a signature is
//! wrong.

use crate::api_wallet::refused;
use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use base::OrderNo;
use serde_json::{Value, json};
use trade::Product;
use wire::sign::{PrivateKey, SignType};

impl Shop {
    /// An order that was paid, of which the shop's program is to hear.
    pub(crate) async fn told_of(&self) -> String {
        let number = self.order(Product::QrCode, 1_00).await.order.no;
        self.pays_code(number).await;
        number.to_string()
    }

    /// The buyer scans the code of an order and pays it.
    pub(crate) async fn pays_code(&self, number: OrderNo) {
        let paid = json!({ "login": BUYER, "pay_password": PASSWORD, "qr_code": self.world.qr_url(number) });
        assert_eq!(self.call("/sandbox/pay", paid).await.0, StatusCode::OK);
    }

    /// Another merchant with an app of this key: the merchant's and the app's number.
    async fn other_merchant(&self, key: &PrivateKey) -> (String, String) {
        let other = json!({ "kind": "merchant", "login": "other@example.com", "name": "other" });
        let (_, said) = self.call("/sandbox/party", other).await;
        let seller = said["user_id"].as_str().unwrap().to_owned();
        let body = json!({ "seller_id": seller, "public_key": key.public_key().to_base64() });
        let (status, app) = self.call("/sandbox/app", body).await;
        assert_eq!(status, StatusCode::OK, "{app}");
        (seller, app["app_id"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn what_programs_were_told_comes_in_pages_and_is_the_merchant_s_own() {
    let shop = Shop::open().await;
    let (token, id) = shop.as_owner().await;
    let (first, second) = (shop.told_of().await, shop.told_of().await);
    let page = shop.seen("/notifications?limit=1", &token).await;
    let newest = &page["notifications"][0];
    assert_eq!(newest["trade_no"], second.as_str());
    assert_eq!(
        [&newest["event"], &newest["state"], &newest["trade_status"]],
        ["paid", "due", "TRADE_SUCCESS"]
    );
    assert_eq!((&newest["attempts"], &newest["app_id"]), (&json!(0), &json!(shop.app.to_string())));
    let next = page["next"].as_str().unwrap();
    let rest = shop.seen(&format!("/notifications?limit=1&before={next}&app_id={}", shop.app), &token).await;
    assert_eq!((&rest["notifications"][0]["trade_no"], &rest["next"]), (&json!(first), &Value::Null));
    let full = shop.seen(&format!("/orders/{first}"), &token).await;
    assert_eq!(full["notices"][0], rest["notifications"][0]);

    let notice = newest["notify_id"].as_str().unwrap();
    let again = format!("/notifications/{notice}/again");
    let said = shop.for_shop("POST", &again, &token, &Value::Null).await;
    assert_eq!(refused(&said), (503, "busy"), "no letter leaves this world");
    let key = wire::keygen::rsa_2048().unwrap();
    let (other, app) = shop.other_merchant(&key).await;
    shop.makes_owner("other@example.com", &id).await;
    let said = shop.api("POST", &format!("/api/v1/sellers/{other}{again}"), &token, &Value::Null).await;
    assert_eq!(refused(&said), (404, "notification_not_found"), "it is another merchant's");
    for (query, status, why) in [
        ("?limit=0".to_owned(), 400, "bad_limit"),
        ("?before=x".to_owned(), 400, "bad_cursor"),
        ("?app_id=x".to_owned(), 400, "bad_app_id"),
        (format!("?app_id={app}"), 404, "app_not_found"),
    ] {
        let said = shop.for_shop("GET", &format!("/notifications{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (status, why), "{query}");
    }
    assert_eq!(shop.noted().await, ["notice.again"], "of its own alone");
    let said = shop.for_shop("POST", "/notifications/1/again", &token, &Value::Null).await;
    assert_eq!(refused(&said), (404, "notification_not_found"));
}

#[tokio::test]
async fn a_signature_is_explained_to_the_merchant_of_its_app_alone() {
    let shop = Shop::open().await;
    let (token, _) = shop.as_owner().await;
    let key = wire::keygen::rsa_2048().unwrap();
    let body = json!({ "seller_id": shop.seller.to_string(), "public_key": key.public_key().to_base64() });
    let (_, opened) = shop.call("/sandbox/app", body).await;
    let app = opened["app_id"].as_str().unwrap();
    let request = |app: &str, signed: Option<&str>| {
        let text = format!("app_id={app}&charset=utf-8&sign_type=RSA2");
        let sign = key.sign(SignType::Rsa2, signed.unwrap_or(&text).as_bytes());
        format!("{text}&sign={}", sign.replace('+', "%2B").replace('=', "%3D"))
    };
    let asked = async |body: Value| shop.for_shop("POST", "/doctor", &token, &body).await;
    let (status, right) = asked(json!({ "request": request(app, None) })).await;
    assert_eq!((status, &right["is_right"], &right["mistake"]), (StatusCode::OK, &json!(true), &Value::Null));
    let (_, wrong) = asked(json!({ "request": request(app, Some("something")) })).await;
    assert_eq!(
        (&wrong["is_right"], &wrong["mistake"]["kind"]),
        (&json!(false), &json!("wrong-key-or-altered"))
    );
    assert!(wrong["rebuilt"].as_str().unwrap().starts_with("app_id="), "{wrong}");
    for words in ["advice", "advice_en"] {
        assert!(!wrong["mistake"][words].as_str().unwrap().is_empty(), "{wrong}");
    }

    let (_, others) = shop.other_merchant(&key).await;
    let of_others = json!({ "request": request(&others, None) });
    assert_eq!(refused(&asked(of_others).await), (404, "app_not_found"), "it is another merchant's");
    let with_key = json!({ "request": request(&others, None), "key": key.public_key().to_pem() });
    assert_eq!(asked(with_key).await.1["is_right"], json!(true), "whoever has the key may look");
    let private = json!({ "request": request(app, None), "key": key.to_pkcs8_pem().as_str() });
    for (body, why) in [
        (private, "bad_key"),
        (json!({ "request": "a=%zz" }), "request_unreadable"),
        (json!({ "request": "" }), "request_unreadable"),
        (json!({}), "bad_request"),
    ] {
        assert_eq!(refused(&asked(body).await), (400, why));
    }
}
