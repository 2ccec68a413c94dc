//! What a buyer signed and allowed, in the wallet, and how it is ended there.

use crate::agreements::offer_from;
use crate::shop::{BUYER, Browser, PASSWORD, Shop};
use axum::http::StatusCode;
use base::AgreementNo;
use engine::{DebitOrder, FindGrant, FindMandate, OpenApp};
use people::{AppMode, GrantKind};
use serde_json::json;
use trade::{AgreementState, EndedBy, Product};

const LIST: &str = "/wallet/permissions";

async fn sign_in(browser: &mut Browser, login: &str) -> String {
    let csrf = browser.get(LIST).await.csrf();
    let fields =
        [("csrf", csrf.as_str()), ("next", "permissions"), ("login", login), ("pay_password", PASSWORD)];
    browser.post("/wallet/sign-in", &fields).await.location
}

/// Signed by the buyer of the shop: 30.00 each month from 2026-01-05 on.
async fn signed(shop: &Shop, scene: &str) -> AgreementNo {
    let agreement_no = offer_from(shop, scene, 20_260_105).await;
    let body = json!({"login": BUYER, "pay_password": PASSWORD, "agreement_no": agreement_no.to_string()});
    assert_eq!(shop.call("/sandbox/agreement/sign", body).await.0, StatusCode::OK);
    agreement_no
}

#[tokio::test]
async fn a_buyer_sees_an_agreement_with_its_debits_and_ends_it() {
    let shop = Shop::open().await;
    let agreement_no = signed(&shop, "KEEP").await;
    let mut order = shop.request(Product::FaceToFace, 20_00, "January", None);
    order.pay_by = None;
    shop.door.ask(DebitOrder { order, agreement_no, by_plan: true }).await.unwrap();
    shop.wait_posted().await;
    let mut browser = shop.browser();
    browser.language = "en";
    assert_eq!(sign_in(&mut browser, BUYER).await, LIST);
    assert!(browser.get("/wallet").await.html.contains(LIST), "the wallet leads there");
    let list = browser.get(LIST).await;
    let page = format!("/wallet/agreements/{agreement_no}");
    for said in ["KEEP", "Next payment 2026-02-05", page.as_str(), "No app is authorised"] {
        assert!(list.html.contains(said), "{said}: {}", list.html);
    }
    let seen = browser.get(&page).await;
    for said in ["30.00", "1 month(s)", "2026-01-05", "2026-02-05", "1 · ¥ 20.00", "January"] {
        assert!(seen.html.contains(said), "{said}: {}", seen.html);
    }
    let end = format!("{page}/end");
    assert!(seen.html.contains(&end), "{}", seen.html);
    let asked = browser.get(&end).await;
    assert!(asked.html.contains("can take no more money") && asked.html.contains("30.00"), "{}", asked.html);
    let state = async || {
        let mandate = shop.door.ask(FindMandate { buyer: shop.buyer, agreement_no }).await.unwrap();
        (mandate.state, mandate.ended_by)
    };
    // A form from elsewhere ends nothing, nor does that of another page.
    let list_token = browser.get("/wallet").await.csrf();
    for token in ["x", list_token.as_str()] {
        assert_eq!(browser.post(&end, &[("csrf", token)]).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(state().await, (AgreementState::Normal, None));
    let csrf = asked.csrf();
    let ended = browser.post(&end, &[("csrf", csrf.as_str())]).await;
    assert!(
        ended.status == StatusCode::OK && ended.html.contains("The agreement has ended"),
        "{}",
        ended.html
    );
    assert_eq!(state().await, (AgreementState::Stop, Some(EndedBy::Buyer)));
    assert_eq!(browser.post(&end, &[("csrf", csrf.as_str())]).await.status, StatusCode::NOT_FOUND, "once");
    // The list does not wait for the tables.
    assert!(!browser.get(LIST).await.html.contains("KEEP"));
    let after = browser.get(&page).await;
    assert!(after.html.contains("This agreement has ended") && !after.html.contains(&end), "{}", after.html);
    assert_eq!(browser.get(&end).await.status, StatusCode::NOT_FOUND);
    // The merchant hears of it as of any end.
    shop.wait_posted().await;
    let (_, told) = shop.get("/sandbox/notifications").await;
    assert!(told.to_string().contains("dut_user_unsign"), "{told}");
}

#[tokio::test]
async fn nobody_sees_or_ends_what_another_signed() {
    let shop = Shop::open().await;
    let agreement_no = signed(&shop, "MINE").await;
    shop.another_buyer("tom@example.com").await;
    shop.wait_posted().await;
    let mut browser = shop.browser();
    let page = format!("/wallet/agreements/{agreement_no}");
    let end = format!("{page}/end");
    for path in [LIST, &page, &end, "/wallet/grants/user/9021100000000106/end"] {
        let stranger = browser.get(path).await;
        assert!(stranger.html.contains("value=\"permissions\""), "{path} asks who comes: {}", stranger.html);
    }
    assert_eq!(browser.post(&end, &[("csrf", "x")]).await.status, StatusCode::FORBIDDEN);
    sign_in(&mut browser, "tom@example.com").await;
    assert!(!browser.get(LIST).await.html.contains("MINE"));
    for path in [page.as_str(), end.as_str(), "/wallet/agreements/x", "/wallet/grants/pet/1/end"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // With the token of a form that was served to somebody else.
    let mut owner = shop.browser();
    sign_in(&mut owner, BUYER).await;
    let csrf = owner.get(&end).await.csrf();
    assert_eq!(browser.post(&end, &[("csrf", csrf.as_str())]).await.status, StatusCode::FORBIDDEN);
    let mandate = shop.door.ask(FindMandate { buyer: shop.buyer, agreement_no }).await.unwrap();
    assert_eq!(mandate.state, AgreementState::Normal);
}

#[tokio::test]
async fn authorisations_are_listed_and_taken_back_one_by_one() {
    let shop = Shop::open().await;
    let app = shop.app;
    let allow = json!({"as": "user", "login": BUYER, "app_id": app.to_string(), "scope": "auth_base"});
    assert_eq!(shop.call("/sandbox/authorize", allow).await.0, StatusCode::OK);
    shop.wait_posted().await;
    let mut browser = shop.browser();
    browser.language = "en";
    sign_in(&mut browser, BUYER).await;
    let end = format!("/wallet/grants/user/{app}/end");
    let list = browser.get(LIST).await;
    assert!(
        list.html.contains(&end) && list.html.contains("knows who you are (your user number)"),
        "{}",
        list.html
    );
    let asked = browser.get(&end).await;
    assert!(asked.html.contains(&app.to_string()) && asked.html.contains("worth nothing"), "{}", asked.html);
    assert_eq!(
        browser.get(&format!("/wallet/grants/merchant/{app}/end")).await.status,
        StatusCode::NOT_FOUND
    );
    let grant = FindGrant { owner: shop.buyer, app, kind: GrantKind::User };
    assert_eq!(browser.post(&end, &[("csrf", "x")]).await.status, StatusCode::FORBIDDEN);
    assert!(shop.door.ask(grant.clone()).await.unwrap().is_live());
    let csrf = asked.csrf();
    let ended = browser.post(&end, &[("csrf", csrf.as_str())]).await;
    assert!(ended.html.contains("was taken back"), "{}", ended.html);
    assert!(!shop.door.ask(grant).await.unwrap().is_live());
    assert!(!browser.get(LIST).await.html.contains(&end));
    assert_eq!(browser.get(&end).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_merchant_takes_back_what_an_app_does_for_it() {
    let shop = Shop::open().await;
    let made = json!({"kind": "merchant", "login": "tea@example.com", "pay_password": PASSWORD});
    let (status, made) = shop.call("/sandbox/party", made).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let owner: base::PartyId = made["user_id"].as_str().unwrap().parse().unwrap();
    let own = OpenApp {
        seller: owner,
        mode: AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    shop.door.ask(own).await.unwrap();
    let allow = json!({"as": "merchant", "login": "tea@example.com", "app_id": shop.app.to_string()});
    let (status, given) = shop.call("/sandbox/authorize", allow).await;
    assert_eq!(status, StatusCode::OK, "{given}");
    shop.wait_posted().await;
    let mut browser = shop.browser();
    browser.language = "en";
    sign_in(&mut browser, "tea@example.com").await;
    let end = format!("/wallet/grants/merchant/{}/end", shop.app);
    let list = browser.get(LIST).await;
    assert!(list.html.contains(&end) && list.html.contains("takes payments, refunds"), "{}", list.html);
    let csrf = browser.get(&end).await.csrf();
    assert_eq!(browser.post(&end, &[("csrf", csrf.as_str())]).await.status, StatusCode::OK);
    let grant = FindGrant { owner, app: shop.app, kind: GrantKind::Merchant };
    assert!(!shop.door.ask(grant).await.unwrap().is_live());
}
