//! A buyer signs an agreement on its page or by the sandbox API, and ends it.

use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{AgreementNo, Day, OrderNo, Text};
use engine::{AgreementDelivery, FindOffer, OfferAgreement, OpenSigning};
use serde_json::json;
use trade::{AgreementState, PeriodRule, PersonalProduct, Product, Terms, Unit, Validity, WireCharset};

pub(crate) async fn offer(shop: &Shop, scene: &str) -> AgreementNo {
    offer_from(shop, scene, 20_300_105).await
}

/// 30.00 each month from this day (`yyyymmdd`) on.
pub(crate) async fn offer_from(shop: &Shop, scene: &str, first: u32) -> AgreementNo {
    let (unit, every, first) = (Unit::Month, 1, Day::from_number(first).unwrap());
    let rule = PeriodRule { unit, every, first, single: fen(3_000), total: None, payments: None };
    offer_of(shop, PersonalProduct::CyclePay, scene, Some(rule), None).await
}

pub(crate) async fn offer_of(
    shop: &Shop,
    product: PersonalProduct,
    scene: &str,
    rule: Option<PeriodRule>,
    validity: Option<Validity>,
) -> AgreementNo {
    let sign_scene = Text::new(scene).unwrap();
    let (external_agreement_no, external_logon_id) = (None, None);
    let terms = Terms { product, sign_scene, external_agreement_no, external_logon_id, rule, validity };
    let delivery = AgreementDelivery {
        notify_url: Some(Text::new("http://127.0.0.1:9/agreements").unwrap()),
        return_url: Some(Text::new("https://shop.example/back?a=1").unwrap()),
        charset: WireCharset::Utf8,
        rsa1: false,
    };
    let (seller, app) = (shop.seller, shop.app);
    let offered = OfferAgreement { seller, app, terms, delivery, sign_within_us: None };
    shop.door.ask(offered).await.unwrap().no
}

#[tokio::test]
async fn a_buyer_signs_and_ends_without_a_browser() {
    let shop = Shop::open().await;
    let agreement_no = offer(&shop, "A").await;
    let wrong = json!({"login": BUYER, "pay_password": PASSWORD, "sign_url": "http://pay.test/agreement/x"});
    let (status, answer) = shop.call("/sandbox/agreement/sign", wrong).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::NOT_FOUND, &json!("agreement_not_found")));
    let url = shop.world.agreement_url(agreement_no);
    let body = json!({"login": BUYER, "pay_password": PASSWORD, "sign_url": url});
    let (status, signed) = shop.call("/sandbox/agreement/sign", body).await;
    assert_eq!((status, &signed["status"]), (StatusCode::OK, &json!("NORMAL")), "{signed}");
    let back = signed["return_url"].as_str().unwrap();
    assert!(
        back.starts_with("https://shop.example/back?a=1&") && back.contains("agreement.page.sign.return"),
        "{back}"
    );
    let end = json!({"login": BUYER, "pay_password": PASSWORD, "agreement_no": agreement_no.to_string()});
    let (status, ended) = shop.call("/sandbox/agreement/end", end.clone()).await;
    assert_eq!((status, &ended["status"]), (StatusCode::OK, &json!("STOP")), "{ended}");
    let (status, _) = shop.call("/sandbox/agreement/end", end).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_buyer_reads_the_terms_and_signs_on_the_page() {
    let shop = Shop::open().await;
    let agreement_no = offer(&shop, "B").await;
    let path = shop.world.agreement_url(agreement_no);
    let path = path.strip_prefix(&shop.world.base_url).unwrap();
    let mut browser = shop.browser();
    let seen = browser.get(path).await;
    assert!(seen.html.contains("30.00") && seen.html.contains("2030-01-05"), "{}", seen.html);
    let csrf = seen.csrf();
    let form = |password| [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", password)];
    assert_eq!(browser.post(path, &form("000000")).await.status, StatusCode::FORBIDDEN);
    let foreign = [("csrf", "x"), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_eq!(browser.post(path, &foreign).await.status, StatusCode::FORBIDDEN);
    let state = async || shop.door.ask(FindOffer { agreement_no }).await.unwrap().state;
    assert_eq!(state().await, AgreementState::Temp);
    let signed = browser.post(path, &form(PASSWORD)).await;
    assert!(signed.html.contains("https://shop.example/back"), "{}", signed.html);
    assert_eq!(state().await, AgreementState::Normal);
}

fn path_of(shop: &Shop, agreement_no: AgreementNo) -> String {
    let url = shop.world.agreement_url(agreement_no);
    url.strip_prefix(&shop.world.base_url).unwrap().to_owned()
}

#[tokio::test]
async fn the_page_shows_all_that_is_signed() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.language = "en";
    let cycle = path_of(&shop, offer(&shop, "SHOWN|CYCLE").await);
    let html = browser.get(&cycle).await.html;
    for said in ["SHOWN|CYCLE", "30.00", "1 month(s)", "2030-01-05", "No end"] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let (product, valid) = (PersonalProduct::Withholding, Validity { unit: Unit::Month, count: 12 });
    let free = path_of(&shop, offer_of(&shop, product, "SHOWN|FREE", None, Some(valid)).await);
    let html = browser.get(&free).await.html;
    for said in ["SHOWN|FREE", "Any amount, at any time", "12 month(s) from signing on"] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert!(html.contains("You can end it in your wallet"), "{html}");
}

#[tokio::test]
async fn pages_of_agreements_do_not_speak_of_orders_or_money() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    browser.language = "en";
    let dead = browser.get("/agreement/x").await;
    assert_eq!(dead.status, StatusCode::NOT_FOUND);
    assert!(dead.html.contains("No such agreement"), "{}", dead.html);
    // Offered, then signed by one while another has the form before him.
    let agreement_no = offer(&shop, "C").await;
    let path = path_of(&shop, agreement_no);
    let csrf = browser.get(&path).await.csrf();
    let stolen = browser.post(&path, &[("csrf", "x"), ("login", BUYER), ("pay_password", PASSWORD)]).await;
    assert!(stolen.status == StatusCode::FORBIDDEN && stolen.html.contains("Nothing was changed"));
    let other = json!({"kind": "buyer", "login": "rose@example.com", "pay_password": PASSWORD});
    assert_eq!(shop.call("/sandbox/party", other).await.0, StatusCode::OK);
    let form = |login| [("csrf", csrf.as_str()), ("login", login), ("pay_password", PASSWORD)];
    assert_eq!(browser.post(&path, &form("rose@example.com")).await.status, StatusCode::OK);
    let late = browser.post(&path, &form(BUYER)).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.html.contains("This agreement belongs to someone else"), "{}", late.html);
    for page in [dead, stolen, late] {
        assert!(!page.html.contains("order") && !page.html.contains("No money"), "{}", page.html);
    }
}

/// An order whose buyer signs by paying it, 30.00 each month.
pub(crate) async fn order_that_signs(shop: &Shop, scene: &str) -> OrderNo {
    let (unit, every, first) = (Unit::Month, 1, Day::from_number(20_300_105).unwrap());
    let rule = PeriodRule { unit, every, first, single: fen(3_000), total: None, payments: None };
    let terms = Terms {
        product: PersonalProduct::CyclePay,
        sign_scene: Text::new(scene).unwrap(),
        external_agreement_no: None,
        external_logon_id: None,
        rule: Some(rule),
        validity: None,
    };
    let order = shop.request(Product::Page, 1_200, "coffee", None);
    shop.door.ask(OpenSigning { order, terms, sign_notify_url: None }).await.unwrap().order.no
}

#[tokio::test]
async fn the_cashier_shows_what_is_signed_by_paying_and_what_came_of_it() {
    let shop = Shop::open().await;
    for said in ["is signed", "Nothing was signed again"] {
        let path = shop.path(order_that_signs(&shop, "A").await);
        let mut browser = shop.browser();
        browser.language = "en";
        let seen = browser.get(&path).await;
        assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.status, StatusCode::SEE_OTHER);
        let asked = browser.get(&path).await;
        for page in [&seen, &asked] {
            for words in ["also signs", "30.00", "2030-01-05", "1 month(s)", "12.00"] {
                assert!(page.html.contains(words), "{words}: {}", page.html);
            }
        }
        assert!(asked.html.contains("Pay and sign"), "{}", asked.html);
        assert_eq!(browser.pay(&path).await.status, StatusCode::SEE_OTHER);
        let result = browser.get(&format!("{path}/result")).await;
        assert!(result.html.contains(said), "{said}: {}", result.html);
    }
}

#[tokio::test]
async fn the_sandbox_tells_what_was_signed_by_paying() {
    let shop = Shop::open().await;
    let pay = async || {
        let order_no = order_that_signs(&shop, "B").await;
        let body = json!({"login": BUYER, "pay_password": PASSWORD, "trade_no": order_no.to_string()});
        let (status, paid) = shop.call("/sandbox/pay", body).await;
        assert_eq!((status, &paid["trade_status"]), (StatusCode::OK, &json!("TRADE_SUCCESS")), "{paid}");
        paid
    };
    let first = pay().await;
    assert!(first["agreement_no"].is_string() && first["sign_refused"].is_null(), "{first}");
    let second = pay().await;
    assert_eq!((&second["agreement_no"], &second["sign_refused"]), (&json!(null), &json!("same_in_force")));
}

#[tokio::test]
async fn the_wallet_sends_an_order_that_signs_to_the_cashier() {
    let shop = Shop::open().await;
    let order_no = order_that_signs(&shop, "C").await;
    let path = shop.path(order_no);
    let mut browser = shop.browser();
    browser.sign_in(&path, BUYER, PASSWORD).await;
    shop.wait_posted().await;
    browser.sign_in("/wallet", BUYER, PASSWORD).await;
    let wallet = browser.get("/wallet").await;
    assert!(wallet.html.contains(&format!("href=\"{path}\"")), "{}", wallet.html);
    assert!(!wallet.html.contains("/wallet/confirm"), "no password is asked here: {}", wallet.html);
    let number = order_no.to_string();
    let csrf = wallet.csrf();
    let form = [("csrf", csrf.as_str()), ("trade_no", number.as_str()), ("pay_password", PASSWORD)];
    let sent = browser.post("/wallet/confirm", &form).await;
    assert_eq!((sent.status, sent.location), (StatusCode::SEE_OTHER, path));
}
