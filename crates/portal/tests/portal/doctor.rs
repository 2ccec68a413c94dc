//! The page of the signature doctor.

use crate::shop::Shop;
use axum::http::StatusCode;
use serde_json::json;
use std::sync::OnceLock;
use wire::sign::{PrivateKey, SignType};

const PATH: &str = "/sandbox/doctor";

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| wire::keygen::rsa_2048().unwrap())
}

fn other_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| wire::keygen::rsa_2048().unwrap())
}

async fn app_of(shop: &Shop, key: &PrivateKey) -> String {
    let body = json!({"seller_id": shop.seller.to_string(), "public_key": key.public_key().to_base64()});
    shop.call("/sandbox/app", body).await.1["app_id"].as_str().unwrap().to_owned()
}

/// The form with its signature, signed over `signed`.
fn request(text: &str, key: &PrivateKey, signed: &str) -> String {
    let sign = key.sign(SignType::Rsa2, signed.as_bytes()).replace('+', "%2B").replace('=', "%3D");
    format!("{text}&sign={sign}")
}

#[tokio::test]
async fn a_pasted_request_is_diagnosed_in_both_languages() {
    let shop = Shop::open().await;
    let (app, _other) = (app_of(&shop, key()).await, app_of(&shop, other_key()).await);
    let mut browser = shop.browser();
    let empty = browser.get(PATH).await;
    assert!(empty.status == StatusCode::OK && empty.html.contains("name=\"request\""), "{}", empty.html);
    assert!(browser.get("/sandbox").await.html.contains("/sandbox/doctor"));

    let text = format!("app_id={app}&biz_content={{\"subject\":\"a/<b>\"}}&charset=utf-8&sign_type=RSA2");
    let slashed = text.replace('/', "\\/");
    let page = browser.post(PATH, &[("request", &request(&text, key(), &slashed))]).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in
        ["<h2>content-slashes</h2>", "斜杠转义", "send the very text", "a\\/&#60;b&#62;", "a/&#60;b&#62;"]
    {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    assert!(!page.html.contains("<b>"), "what was pasted is never markup");

    for (key, signed, said) in [
        (key(), text.as_str(), "签名正确"),
        (other_key(), &text, "<h2>key-of-another-app</h2>"),
        (key(), "something", "<h2>wrong-key-or-altered</h2>"),
    ] {
        let page = browser.post(PATH, &[("request", &request(&text, key, signed)), ("key", "")]).await;
        assert!(page.status == StatusCode::OK && page.html.contains(said), "{said}: {}", page.html);
    }
    browser.language = "en";
    let page = browser.post(PATH, &[("request", &request(&text, key(), &text))]).await;
    assert!(page.html.contains("The signature is right."), "{}", page.html);
}

#[tokio::test]
async fn a_key_may_be_given_and_what_cannot_be_read_is_said() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    let text = "app_id=1&charset=utf-8&sign_type=RSA2";
    let right = request(text, key(), text);
    let pem = key().public_key().to_pem();
    let page = browser.post(PATH, &[("request", &right), ("key", &pem)]).await;
    assert!(page.status == StatusCode::OK && page.html.contains("签名正确"), "{}", page.html);
    let private = key().to_pkcs8_pem();
    for (request, key, said) in [
        (right.as_str(), "", "没有此 app_id 的应用"),
        (&right, private.as_str(), "公钥无法识别"),
        ("a=%zz", &pem, "无法识别为请求"),
        ("", &pem, "无法识别为请求"),
        (&"a".repeat(300_000), &pem, "无法识别为请求"),
    ] {
        let page = browser.post(PATH, &[("request", request), ("key", key)]).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.html.contains(said), "{said}: {}", page.html);
    }
}

#[tokio::test]
async fn a_live_world_has_no_such_page() {
    let shop = Shop::open_world(false).await;
    assert_eq!(shop.browser().get(PATH).await.status, StatusCode::NOT_FOUND);
}
