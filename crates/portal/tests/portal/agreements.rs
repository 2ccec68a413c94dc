//! A buyer signs an agreement on its page or by the sandbox API, and ends it.

use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{AgreementNo, Day, Text};
use engine::{AgreementDelivery, FindOffer, OfferAgreement};
use serde_json::json;
use trade::{AgreementState, PeriodRule, PersonalProduct, Terms, Unit, WireCharset};

async fn offer(shop: &Shop, scene: &str) -> AgreementNo {
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
    let delivery = AgreementDelivery {
        notify_url: None,
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
