//! Passkeys in the pages, by an authenticator in software: what the script sends, and what it cannot be made to send.

use crate::authorize::{BACK, app, page_of};
use crate::passkeys::{Key, SITE, create, sign};
use crate::persons::{LOGIN_PASSWORD, PAY_PASSWORD, PHONE};
use crate::shop::{Browser, Page, Shop};
use axum::http::StatusCode;
use engine::{FindPasskeys, RemovePasskey};
use serde_json::Value;
use trade::Product;

/// What the script asked for.
fn options(page: &Page) -> Value {
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    serde_json::from_str(&page.html).unwrap()
}

/// The fields that the script sends with the answer of the browser.
fn fields<'a>(csrf: &'a str, options: &'a Value, made: &'a str) -> [(&'a str, &'a str); 3] {
    [("csrf", csrf), ("challenge_id", options["challenge_id"].as_str().unwrap()), ("credential", made)]
}

/// Signs in on an order's page, or in the wallet.
pub(crate) async fn sign_in(browser: &mut Browser, page: &str, action: &str, key: &mut Key) -> Page {
    let csrf = browser.get(page).await.csrf();
    let asked = options(&browser.post("/passkey/options", &[]).await);
    let made = sign(key, SITE, &asked).await.to_string();
    browser.post(action, &fields(&csrf, &asked, &made)).await
}

#[tokio::test]
async fn the_wallet_adds_signs_in_with_and_removes_a_passkey() {
    let shop = Shop::open_at(SITE).await;
    shop.person().await;
    let mut browser = shop.browser();
    let page = browser.get("/wallet/passkeys").await;
    assert!(page.html.contains("data-passkey=\"get\"") && page.html.contains("data-site=\"pay.test\" "));
    let csrf = page.csrf();
    let by = [("csrf", &*csrf), ("next", "passkeys"), ("login", PHONE), ("pay_password", PAY_PASSWORD)];
    assert_eq!(browser.post("/wallet/sign-in", &by).await.location, "/wallet/passkeys");
    let csrf = browser.get("/wallet/passkeys").await.csrf();
    for (login_password, pay_password, code) in
        [("plum-blossom-8", PAY_PASSWORD, "wrong_login"), (LOGIN_PASSWORD, "604417", "wrong_password")]
    {
        let by = [("csrf", &*csrf), ("login_password", login_password), ("pay_password", pay_password)];
        let said = browser.post("/wallet/passkeys/options", &by).await;
        assert!(said.status == StatusCode::FORBIDDEN && said.html.contains(code), "{}", said.html);
    }
    let by = [("csrf", &*csrf), ("login_password", LOGIN_PASSWORD), ("pay_password", PAY_PASSWORD)];
    let asked = options(&browser.post("/wallet/passkeys/options", &by).await);
    let mut phone = None;
    let made = create(&mut phone, SITE, &asked).await.to_string();
    let mut sent = fields(&csrf, &asked, &made).to_vec();
    let foreign = [("csrf", "guess"), sent[1], sent[2]];
    assert_eq!(browser.post("/wallet/passkeys", &foreign).await.status, StatusCode::FORBIDDEN);
    sent.push(("name", "<b>phone"));
    assert_eq!(browser.post("/wallet/passkeys", &sent).await.location, "/wallet/passkeys");
    let again = browser.post("/wallet/passkeys", &sent).await;
    assert!(again.status == StatusCode::FORBIDDEN && again.html.contains("通行密钥无效"), "{}", again.html);
    let list = browser.get("/wallet/passkeys").await.html;
    assert!(list.contains("&#60;b&#62;phone"), "{list}");

    let mut other = shop.browser();
    assert_eq!(
        sign_in(&mut other, "/wallet", "/wallet/sign-in/passkey", &mut phone).await.location,
        "/wallet"
    );
    assert!(other.get("/wallet").await.html.contains("/wallet/passkeys"));
    let (_, rest) = list.split_once("action=\"/wallet/passkeys/").unwrap();
    let path = format!("/wallet/passkeys/{}", rest.split('"').next().unwrap());
    let by = |pay_password| [("csrf", csrf.as_str()), ("pay_password", pay_password)];
    assert_eq!(browser.post(&path, &by("604417")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post(&path, &by(PAY_PASSWORD)).await.location, "/wallet/passkeys");
    assert!(browser.get("/wallet/passkeys").await.html.contains("还没有通行密钥"));
    let gone = other.get("/wallet").await.html;
    assert!(gone.contains("name=\"login\""), "what the key signed in is signed out: {gone}");
    let refused = sign_in(&mut other, "/wallet", "/wallet/sign-in/passkey", &mut phone).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_cashier_takes_a_passkey_for_the_order_that_its_page_shows() {
    let shop = Shop::open_at(SITE).await;
    let (token, party) = shop.person().await;
    let mut phone = None;
    shop.add_passkey(&token, &mut phone).await;
    let (small, large) = (shop.order(Product::QrCode, 100).await, shop.order(Product::QrCode, 5_000).await);
    let paths = [shop.qr_path(small.order.no), shop.qr_path(large.order.no)];
    let mut browser = shop.browser();
    for path in &paths {
        let signed = sign_in(&mut browser, path, &format!("{path}/sign-in/passkey"), &mut phone).await;
        assert_eq!(signed.location, *path, "{}", signed.html);
    }
    let page = browser.get(&paths[1]).await;
    assert!(page.html.contains("name=\"pay_password\""), "signing in pays nothing: {}", page.html);
    let csrf = page.csrf();
    let without = browser.post(&format!("{}/pay", paths[1]), &[("csrf", &*csrf)]).await;
    assert_eq!((without.status, shop.balance(party).await), (StatusCode::CONFLICT, 10_000));

    let csrf_of_small = browser.get(&paths[0]).await.csrf();
    let ask = format!("{}/pay/passkey/options", paths[0]);
    let of_small = options(&browser.post(&ask, &[("csrf", &*csrf_of_small)]).await);
    let made = sign(&mut phone, SITE, &of_small).await.to_string();
    let pay = format!("{}/pay/passkey", paths[1]);
    let refused = browser.post(&pay, &fields(&csrf, &of_small, &made)).await;
    assert!(refused.html.contains("通行密钥无效"), "another order's: {}", refused.html);
    let ask = format!("{}/pay/passkey/options", paths[1]);
    assert_eq!(browser.post(&ask, &[("csrf", "guess")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.balance(party).await, 10_000);

    let of_large = options(&browser.post(&ask, &[("csrf", &*csrf)]).await);
    let made = sign(&mut phone, SITE, &of_large).await.to_string();
    let paid = browser.post(&pay, &fields(&csrf, &of_large, &made)).await;
    assert_eq!(paid.location, format!("{}/result", paths[1]), "{}", paid.html);
    assert_eq!(shop.balance(party).await, 5_000);
    let again = browser.post(&pay, &fields(&csrf, &of_large, &made)).await;
    assert_eq!(
        (again.location.as_str(), shop.balance(party).await),
        (&*format!("{}/result", paths[1]), 5_000)
    );
}

/// The cell decides: pages may learn a moment later that the key was removed.
#[tokio::test]
async fn a_passkey_that_was_removed_meanwhile_says_yes_to_no_app() {
    let shop = Shop::open_at(SITE).await;
    let (token, party) = shop.person().await;
    let mut phone = None;
    shop.add_passkey(&token, &mut phone).await;
    let (app, mut browser) = (app(&shop).await, shop.browser());
    let id = app.to_string();
    let wanted = [("app_id", id.as_str()), ("scope", "auth_user"), ("redirect_uri", BACK)];
    let csrf = browser.get(&page_of(app, "auth_user", BACK, "")).await.csrf();
    let asked = options(&browser.post("/passkey/options", &[]).await);
    let made = sign(&mut phone, SITE, &asked).await.to_string();
    let mut sent = fields(&csrf, &asked, &made).to_vec();
    sent.extend(wanted);
    let signed_in = browser.post("/oauth2/user/sign-in/passkey", &sent).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.html);
    let csrf = browser.get(&signed_in.location).await.csrf();
    let mut yes = vec![("csrf", csrf.as_str())];
    yes.extend(wanted);
    let agreed = browser.post("/oauth2/user/agree", &yes).await;
    assert!(agreed.location.contains("auth_code="), "{}", agreed.html);
    let no = shop.door.ask(FindPasskeys { party }).await.unwrap()[0].no;
    shop.door.ask(RemovePasskey { party, no }).await.unwrap();
    let refused = browser.post("/oauth2/user/agree", &yes).await;
    assert_eq!((refused.status, &*refused.location), (StatusCode::CONFLICT, ""), "{}", refused.html);
}

#[tokio::test]
async fn a_world_without_passkeys_shows_no_form_of_them() {
    let shop = Shop::open().await;
    let page = shop.browser().get("/wallet").await;
    assert!(!page.html.contains("data-passkey"), "{}", page.html);
}
