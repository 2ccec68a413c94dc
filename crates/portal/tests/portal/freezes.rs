//! A payer agrees to a pre-authorisation on its page, or by the sandbox API.

use crate::shop::{BUYER, Browser, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{FreezeNo, Text};
use engine::{ClaimFreeze, FindFreezeByNo, OpenFreeze, Unfreeze};
use serde_json::json;
use trade::{FreezeDelivery, FreezeMeaning, FreezeProduct, FreezeState, FreezeWay, Timeout, WireCharset};

pub(crate) async fn open(shop: &Shop, number: &str, minor: u64) -> FreezeNo {
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
        delivery: FreezeDelivery {
            notify_url: Some(Text::new("http://127.0.0.1:1/").unwrap()),
            charset: WireCharset::Utf8,
            rsa1: false,
        },
        timeout: Some(Timeout::After(base::HOUR_US)),
        pay_by: None,
    };
    shop.door.ask(open).await.unwrap().no
}

pub(crate) fn path_of(shop: &Shop, freeze: FreezeNo) -> String {
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

async fn wallet(shop: &Shop, login: &str) -> Browser {
    let mut browser = shop.browser();
    browser.language = "en";
    let csrf = browser.get("/wallet").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("next", "wallet"), ("login", login), ("pay_password", PASSWORD)];
    assert_eq!(browser.post("/wallet/sign-in", &fields).await.location, "/wallet");
    browser
}

#[tokio::test]
async fn the_wallet_lists_what_waits_and_what_is_held() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 5_000).await;
    let waits = open(&shop, "F1", 200_000).await;
    let held = open(&shop, "F2", 3_000).await;
    shop.door.ask(ClaimFreeze { freeze: waits, payer: shop.buyer }).await.unwrap();
    let body = json!({"login": BUYER, "pay_password": PASSWORD, "auth_no": held.to_string()});
    assert_eq!(shop.call("/sandbox/freeze", body).await.0, StatusCode::OK);
    let part = Unfreeze {
        seller: shop.seller,
        freeze: held,
        out_request_no: Text::new("U1").unwrap(),
        amount: fen(1_250),
        remark: Text::new("part").unwrap(),
        notify_url: None,
    };
    shop.door.ask(part).await.unwrap();
    shop.wait_posted().await;
    let (_, told) = shop.get("/sandbox/notifications").await;
    let told = &told["notifications"][0];
    assert_eq!(told["params"]["notify_type"], "fund_auth_unfreeze", "{told}");
    assert!(told["trade_no"].is_null() && told["params"]["auth_no"] == held.to_string().as_str(), "{told}");
    let mut browser = wallet(&shop, BUYER).await;
    let seen = browser.get("/wallet").await;
    let link = path_of(&shop, waits);
    for said in ["Deposit &#60;1&#62;", "2,000.00", "Waits for you", link.as_str(), "17.50", "Set aside"] {
        assert!(seen.html.contains(said), "{said}: {}", seen.html);
    }
    // Whoever hears the page must know which of them a link is of.
    assert!(seen.html.contains("aria-label=\"See and agree ¥ 2,000.00 · "), "{}", seen.html);
    assert!(!seen.html.contains(&path_of(&shop, held)) && !seen.html.contains("/wallet/freezes/"));
    // From the list to the page, and there the payer agrees.
    shop.top_up(shop.buyer, 400_000).await;
    let csrf = browser.get(&link).await.csrf();
    let form = [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_eq!(browser.post(&link, &form).await.status, StatusCode::OK);
    let after = browser.get("/wallet").await;
    assert!(!after.html.contains("Waits for you"), "the list does not wait for the tables: {}", after.html);
    // Nobody else sees them, and nobody is told of one that nobody agreed to in time.
    shop.another_buyer("tom@example.com").await;
    let mut other = wallet(&shop, "tom@example.com").await;
    assert!(!other.get("/wallet").await.html.contains("Deposit"));
    let late = open(&shop, "F3", 100).await;
    shop.door.ask(ClaimFreeze { freeze: late, payer: shop.buyer }).await.unwrap();
    shop.wait_posted().await;
    assert!(browser.get("/wallet").await.html.contains("Waits for you"));
    shop.now_us.fetch_add(2 * base::HOUR_US, std::sync::atomic::Ordering::Relaxed);
    let mut browser = wallet(&shop, BUYER).await;
    assert!(!browser.get("/wallet").await.html.contains("Waits for you"));
}

#[tokio::test]
async fn a_payer_takes_back_what_a_closed_merchant_left() {
    let shop = Shop::open().await;
    shop.top_up(shop.buyer, 5_000).await;
    let numbers = [open(&shop, "F1", 3_000).await, open(&shop, "F2", 1_000).await];
    let body =
        |freeze: FreezeNo| json!({"login": BUYER, "pay_password": PASSWORD, "auth_no": freeze.to_string()});
    let end = async |freeze| {
        let (status, said) = shop.call("/sandbox/freeze/end", body(freeze)).await;
        (status, said["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(end(numbers[0]).await, (StatusCode::NOT_FOUND, "freeze_not_found".into()));
    shop.door.ask(ClaimFreeze { freeze: numbers[0], payer: shop.buyer }).await.unwrap();
    assert_eq!(end(numbers[0]).await, (StatusCode::CONFLICT, "not_frozen".into()));
    for freeze in numbers {
        assert_eq!(shop.call("/sandbox/freeze", body(freeze)).await.0, StatusCode::OK);
    }
    assert_eq!(end(numbers[0]).await, (StatusCode::CONFLICT, "merchant_not_closed".into()));
    shop.wait_posted().await;
    let mut browser = wallet(&shop, BUYER).await;
    let page = |freeze: FreezeNo| format!("/wallet/freezes/{freeze}/end");
    assert_eq!(browser.get(&page(numbers[1])).await.status, StatusCode::NOT_FOUND);
    let closed = json!({"user_id": shop.seller.to_string(), "status": "closed"});
    assert_eq!(shop.call("/sandbox/party/status", closed).await.0, StatusCode::OK);
    let (status, left) = shop.call("/sandbox/freeze/end", body(numbers[0])).await;
    assert_eq!((status, &left["rest_amount"]), (StatusCode::OK, &json!("0.00")), "{left}");
    assert_eq!(end(numbers[0]).await.0, StatusCode::OK, "again, the same");
    let wrong = json!({"login": BUYER, "pay_password": "000000", "auth_no": numbers[1].to_string()});
    assert_eq!(shop.call("/sandbox/freeze/end", wrong).await.0, StatusCode::FORBIDDEN);

    let listed = browser.get("/wallet").await;
    assert!(listed.html.contains(&page(numbers[1])), "{}", listed.html);
    assert!(!listed.html.contains(&page(numbers[0])), "{}", listed.html);
    let asked = browser.get(&page(numbers[1])).await;
    assert!(asked.html.contains("10.00") && asked.html.contains("account is closed"), "{}", asked.html);
    let stranger = [("csrf", "x")];
    assert_eq!(browser.post(&page(numbers[1]), &stranger).await.status, StatusCode::FORBIDDEN);
    assert_eq!(state(&shop, numbers[1]).await, FreezeState::Authorized);
    let csrf = asked.csrf();
    let ended = browser.post(&page(numbers[1]), &[("csrf", csrf.as_str())]).await;
    assert!(ended.html.contains("The rest is free again"), "{}", ended.html);
    let twice = browser.post(&page(numbers[1]), &[("csrf", csrf.as_str())]).await;
    assert!(twice.html.contains("The rest is free again"), "{}", twice.html);
    assert_eq!(state(&shop, numbers[1]).await, FreezeState::Closed);
    assert!(browser.get("/wallet").await.html.contains("50.00"), "all of it is there again");
    shop.another_buyer("tom@example.com").await;
    let mut other = wallet(&shop, "tom@example.com").await;
    assert_eq!(other.get(&page(numbers[1])).await.status, StatusCode::NOT_FOUND);
}
