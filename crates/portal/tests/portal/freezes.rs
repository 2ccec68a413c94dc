//! A payer agrees to a pre-authorisation on its page, or by the sandbox API.

use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{FreezeNo, Text};
use engine::{FindFreezeByNo, OpenFreeze};
use serde_json::json;
use trade::{FreezeDelivery, FreezeMeaning, FreezeProduct, FreezeState, FreezeWay, Timeout, WireCharset};

async fn open(shop: &Shop, number: &str, minor: u64) -> FreezeNo {
    let open = OpenFreeze {
        seller: shop.seller,
        app: shop.app,
        out_order_no: Text::new(number).unwrap(),
        meaning: FreezeMeaning {
            out_request_no: Text::new("R0").unwrap(),
            way: FreezeWay::Voucher,
            product: FreezeProduct::PreAuth,
            amount: fen(minor),
            title: Text::new("Deposit <1>").unwrap(),
        },
        delivery: FreezeDelivery { notify_url: None, charset: WireCharset::Utf8, rsa1: false },
        timeout: Some(Timeout::After(base::HOUR_US)),
        pay_by: None,
    };
    shop.door.ask(open).await.unwrap().no
}

fn path_of(shop: &Shop, freeze: FreezeNo) -> String {
    shop.world.freeze_url(freeze).strip_prefix(&shop.world.base_url).unwrap().to_owned()
}

async fn state(shop: &Shop, freeze: FreezeNo) -> FreezeState {
    shop.door.ask(FindFreezeByNo { freeze }).await.unwrap().state
}

#[tokio::test]
async fn a_payer_agrees_to_a_freeze_once() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 5_000).await;
    let numbers = [open(&shop, "F1", 3_000).await, open(&shop, "F2", 900_000_000).await];
    let body = |name: &str, value: String| json!({"login": BUYER, "pay_password": PASSWORD, name: value});
    let by_code = body("code_value", shop.world.freeze_url(numbers[0]));
    let (status, held) = shop.call("/sandbox/freeze", by_code.clone()).await;
    assert_eq!((status, &held["order_status"]), (StatusCode::OK, &json!("AUTHORIZED")), "{held}");
    let (status, again) = shop.call("/sandbox/freeze", by_code).await;
    assert_eq!((status, &again["error"]["code"]), (StatusCode::CONFLICT, &json!("already_frozen")));
    // What is frozen cannot be frozen, or spent, again.
    let (_, poor) = shop.call("/sandbox/freeze", body("auth_no", numbers[1].to_string())).await;
    assert_eq!(poor["error"]["code"], "balance_too_low");
    for (name, value, code) in [
        ("code_value", "http://pay.test/cashier/x".to_owned(), "freeze_not_found"),
        ("auth_no", "1".to_owned(), "bad_auth_no"),
        ("auth_no", "2026010200002000000000000742".to_owned(), "freeze_not_found"),
        ("other", String::new(), "bad_request"),
    ] {
        assert_eq!(shop.call("/sandbox/freeze", body(name, value)).await.1["error"]["code"], code, "{name}");
    }
}

#[tokio::test]
async fn a_payer_reads_what_is_asked_and_agrees_on_the_page() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 5_000).await;
    let freeze = open(&shop, "F1", 3_000).await;
    let path = path_of(&shop, freeze);
    let mut browser = shop.browser();
    browser.language = "en";
    let seen = browser.get(&path).await;
    for said in ["Pre-authorisation", "30.00", "Deposit &#60;1&#62;"] {
        assert!(seen.html.contains(said), "{said}: {}", seen.html);
    }
    let csrf = seen.csrf();
    let form = |password| [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", password)];
    assert_eq!(browser.post(&path, &form("000000")).await.status, StatusCode::FORBIDDEN);
    let foreign = [("csrf", "x"), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_eq!(browser.post(&path, &foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(state(&shop, freeze).await, FreezeState::Init);
    let agreed = browser.post(&path, &form(PASSWORD)).await;
    assert!(
        agreed.status == StatusCode::OK && agreed.html.contains("set aside for the payee"),
        "{}",
        agreed.html
    );
    assert_eq!(state(&shop, freeze).await, FreezeState::Authorized);
    // Twice, and looked at again: it says what is so.
    let twice = browser.post(&path, &form(PASSWORD)).await;
    assert!(twice.html.contains("set aside for the payee"), "{}", twice.html);
    assert!(browser.get(&path).await.html.contains("set aside for the payee"));
}

#[tokio::test]
async fn what_cannot_be_agreed_to_is_said_on_the_page() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.language = "en";
    let dead = browser.get("/freeze/x").await;
    assert!(dead.status == StatusCode::NOT_FOUND && dead.html.contains("No such pre-authorisation"));
    let freeze = open(&shop, "F1", 900_000_000).await;
    let path = path_of(&shop, freeze);
    let csrf = browser.get(&path).await.csrf();
    let form = [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    let poor = browser.post(&path, &form).await;
    assert!(poor.status == StatusCode::CONFLICT && poor.html.contains("Top up"), "{}", poor.html);
    assert!(
        poor.html.contains("Reload") || poor.html.contains(&path[1..]),
        "a way to try again: {}",
        poor.html
    );
    // The payer who was asked first stays the payer.
    let other =
        json!({"kind": "buyer", "login": "rose@example.com", "pay_password": PASSWORD, "balance": "90.00"});
    assert_eq!(shop.call("/sandbox/party", other).await.0, StatusCode::OK);
    let rose = [("csrf", csrf.as_str()), ("login", "rose@example.com"), ("pay_password", PASSWORD)];
    let differs = browser.post(&path, &rose).await;
    assert!(differs.status == StatusCode::CONFLICT && differs.html.contains("Another payer was asked"));
    shop.now_us.fetch_add(2 * base::HOUR_US, std::sync::atomic::Ordering::Relaxed);
    let late = browser.get(&path).await;
    assert!(late.status == StatusCode::GONE && late.html.contains("nobody agreed in time"), "{}", late.html);
}
