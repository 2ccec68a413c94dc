//! The pages on which users and merchants say yes to apps, certifications, and the calls that do the same.

use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop};
use axum::http::StatusCode;
use base::{AppId, Text};
use engine::{FindToken, OpenApp, OpenCertification, TakeTokens};
use people::{AppMode, GrantKind, TokenRole};
use serde_json::json;

pub(crate) const BACK: &str = "http://127.0.0.1:3000/back?a=1";

/// An app of somebody else, and its name on the wire.
pub(crate) async fn app(shop: &Shop) -> AppId {
    let made = shop.call("/sandbox/party", json!({"kind": "merchant", "login": "isv@example.com"})).await.1;
    let seller = made["user_id"].as_str().unwrap().parse().unwrap();
    let open = OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: vec![1, 2, 3],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    shop.door.ask(open).await.unwrap()
}

pub(crate) fn page_of(app: AppId, scope: &str, back: &str, state: &str) -> String {
    let escaped = |text: &str| wire::page::query_of(&[("v", text)])[2..].to_owned();
    format!(
        "/oauth2/publicAppAuthorize.htm?app_id={app}&scope={scope}&redirect_uri={}&state={}",
        escaped(back),
        escaped(state)
    )
}

async fn sign_in(browser: &mut Browser, page: &Page, fields: &[(&str, &str)], kind: &str) -> Page {
    let csrf = page.csrf();
    let mut all = vec![("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    all.extend_from_slice(fields);
    browser.post(&format!("/oauth2/{kind}/sign-in"), &all).await
}

/// What stands in the address behind a name.
fn member(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
}

async fn take(shop: &Shop, app: AppId, kind: GrantKind, code: &str) -> bool {
    let secrets = &shop.world.secrets;
    let slot = world::slot_of_token(code).unwrap();
    let [given, access, refresh] = ["", "a", "r"].map(|end| secrets.token_digest(&format!("{code}{end}")));
    let role = TokenRole::Code;
    let taken = shop.door.ask(TakeTokens { slot, app, kind, role, given, access, refresh }).await;
    taken.is_ok() && shop.door.ask(FindToken { slot, app, kind, digest: access }).await.is_ok()
}

#[tokio::test]
async fn a_user_signs_in_agrees_and_goes_back_with_a_code() {
    let shop = Shop::open().await;
    let (app, mut browser) = (app(&shop).await, shop.browser());
    let path = page_of(app, "auth_user", BACK, "x&y=z");
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' http://127.0.0.1:3000;"), "{policy}");
    let id = app.to_string();
    let asked = [("app_id", id.as_str()), ("scope", "auth_user"), ("redirect_uri", BACK), ("state", "x&y=z")];
    let stolen = [("csrf", "x"), ("login", BUYER), ("pay_password", PASSWORD)];
    let stolen: Vec<_> = stolen.into_iter().chain(asked).collect();
    assert_eq!(browser.post("/oauth2/user/sign-in", &stolen).await.status, StatusCode::FORBIDDEN);
    let signed_in = sign_in(&mut browser, &page, &asked, "user").await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    let page = browser.get(&signed_in.location).await;
    assert!(!page.html.contains("pay_password"), "signed in");
    let csrf = page.csrf();
    let without: Vec<_> = [("csrf", "x")].into_iter().chain(asked).collect();
    assert_eq!(browser.post("/oauth2/user/agree", &without).await.status, StatusCode::FORBIDDEN);
    let with: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(asked).collect();
    let agreed = browser.post("/oauth2/user/agree", &with).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.html);
    assert!(
        agreed.location.starts_with(&format!("{BACK}&app_id={app}&source=alipay_wallet&scope=auth_user&"))
    );
    assert!(agreed.location.ends_with("&state=x%26y%3Dz"), "{}", agreed.location);
    let code = member(&agreed.location, "auth_code").unwrap();
    assert!(take(&shop, app, GrantKind::User, &code).await);
    // A form that was changed on the way leads nowhere else.
    let elsewhere: Vec<_> = with
        .iter()
        .map(|(name, value)| (*name, if *name == "redirect_uri" { "http://evil.example/" } else { *value }))
        .collect();
    let refused = browser.post("/oauth2/user/agree", &elsewhere).await;
    assert_eq!((refused.status, refused.location.as_str()), (StatusCode::BAD_REQUEST, ""));
}

#[tokio::test]
async fn who_is_signed_in_tells_who_he_is_without_a_click() {
    let shop = Shop::open().await;
    let (app, mut browser) = (app(&shop).await, shop.browser());
    let path = page_of(app, "auth_base", BACK, "");
    let id = app.to_string();
    let page = browser.get(&path).await;
    let asked = [("app_id", id.as_str()), ("scope", "auth_base"), ("redirect_uri", BACK)];
    let signed_in = sign_in(&mut browser, &page, &asked, "user").await;
    let first = member(&signed_in.location, "auth_code").expect("the sign-in was enough");
    let again = browser.get(&path).await;
    assert_eq!(again.status, StatusCode::FOUND);
    let second = member(&again.location, "auth_code").unwrap();
    assert!(first != second && member(&again.location, "state").is_none());
    assert!(take(&shop, app, GrantKind::User, &second).await);
    // The session opens nothing but these pages.
    assert!(browser.get("/wallet").await.html.contains("pay_password"));
}

#[tokio::test]
async fn a_wrong_request_is_a_page_and_never_a_way_elsewhere() {
    let shop = Shop::open().await;
    let (app, mut browser) = (app(&shop).await, shop.browser());
    let unknown: AppId = AppId::issue(77, app.slot()).unwrap();
    let long = "s".repeat(513);
    for (path, status) in [
        (page_of(unknown, "auth_user", BACK, ""), StatusCode::NOT_FOUND),
        (page_of(app, "auth_zhima", BACK, ""), StatusCode::BAD_REQUEST),
        (page_of(app, "", BACK, ""), StatusCode::BAD_REQUEST),
        (page_of(app, "auth_user", "", ""), StatusCode::BAD_REQUEST),
        (page_of(app, "auth_user", "javascript:alert(1)", ""), StatusCode::BAD_REQUEST),
        (page_of(app, "auth_user", "https://shop.example/back", ""), StatusCode::BAD_REQUEST),
        (page_of(app, "auth_user", "http://127.0.0.1@evil.example/", ""), StatusCode::BAD_REQUEST),
        (page_of(app, "auth_user", BACK, &long), StatusCode::BAD_REQUEST),
        ("/oauth2/publicAppAuthorize.htm".to_owned(), StatusCode::NOT_FOUND),
    ] {
        let page = browser.get(&path).await;
        assert_eq!((page.status, page.location.as_str()), (status, ""), "{path}");
        assert!(page.html.contains("无法授权"), "{path}");
    }
    for (origins, status) in [
        (json!(["https://shop.example/path"]), StatusCode::BAD_REQUEST),
        (json!(["shop.example"]), StatusCode::BAD_REQUEST),
        (json!(["https://other.example:8443", "https://shop.example"]), StatusCode::OK),
    ] {
        let body = json!({"app_id": app.to_string(), "origins": origins});
        assert_eq!(shop.call("/sandbox/app/callback", body).await.0, status);
    }
    let registered = page_of(app, "auth_user", "https://shop.example/back", "");
    assert_eq!(browser.get(&registered).await.status, StatusCode::OK);
    let to_act = page_of(app, "", BACK, "").replace("publicAppAuthorize", "appToAppAuth");
    browser.language = "en";
    let to_act = browser.get(&to_act).await;
    assert_eq!(to_act.status, StatusCode::OK);
    assert!(to_act.html.contains("take this back in your wallet"), "{}", to_act.html);
    let neighbour = page_of(app, "auth_user", "https://shop.example.evil.example/back", "");
    assert_eq!(browser.get(&neighbour).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_merchant_is_asked_for_the_app_that_was_invited() {
    let shop = Shop::open().await;
    let isv = app(&shop).await;
    let own = shop.door.apps_of(shop.seller, 9);
    let made = shop.call("/sandbox/app", json!({"seller_id": shop.seller.to_string()})).await.1;
    let second: AppId = made["app_id"].as_str().unwrap().parse().unwrap();
    assert!(own.iter().all(|app| app.id < second), "not the one that is taken without an invitation");
    let merchant = json!({"as": "merchant", "user_id": shop.seller.to_string(), "app_id": isv.to_string()});
    let with = |name: &str, value: String| {
        let mut body = merchant.clone();
        body[name] = json!(value);
        body
    };
    let stands_for = async || {
        let (owner, kind) = (shop.seller, GrantKind::Merchant);
        shop.door.ask(engine::FindGrant { owner, app: isv, kind }).await.unwrap().own_app
    };
    let (_, told) = shop.call("/sandbox/authorize", with("auth_app_id", isv.to_string())).await;
    assert_eq!(told["error"]["code"], "no_own_app", "it is another merchant's");
    let (_, told) = shop.call("/sandbox/authorize", with("auth_app_id", "9".to_owned())).await;
    assert_eq!(told["error"]["code"], "app_not_found");
    assert_eq!(
        shop.call("/sandbox/authorize", with("auth_app_id", second.to_string())).await.0,
        StatusCode::OK
    );
    assert_eq!(stands_for().await, Some(second));
    let user =
        json!({"as": "user", "login": BUYER, "app_id": isv.to_string(), "auth_app_id": second.to_string()});
    assert_eq!(shop.call("/sandbox/authorize", user).await.1["error"]["code"], "bad_request");

    let asked = |path: &str, more: &str| {
        let back = wire::page::query_of(&[("redirect_uri", BACK)]);
        format!("/oauth2/{path}.htm?app_id={isv}&{back}&{more}")
    };
    let mut browser = shop.browser();
    for (path, more, status) in [
        ("appToAppAuth", format!("auth_app_id={second}"), StatusCode::OK),
        ("appToAppAuth", "auth_app_id=9".to_owned(), StatusCode::NOT_FOUND),
        ("appToAppBatchAuth", "application_type=TINYAPP,WEBAPP".to_owned(), StatusCode::OK),
        ("appToAppBatchAuth", "application_type=TINYAPP,%20".to_owned(), StatusCode::BAD_REQUEST),
        ("appToAppBatchAuth", String::new(), StatusCode::OK),
    ] {
        assert_eq!(browser.get(&asked(path, &more)).await.status, status, "{path} {more}");
    }
    let page = browser.get(&asked("appToAppAuth", &format!("auth_app_id={second}"))).await;
    assert!(page.html.contains(&second.to_string()), "{}", page.html);
    // A buyer is no merchant, and so has no app that was invited.
    let (app_id, invited) = (isv.to_string(), second.to_string());
    let fields = [("app_id", app_id.as_str()), ("redirect_uri", BACK), ("auth_app_id", &invited)];
    let signed_in = sign_in(&mut browser, &page, &fields, "merchant").await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert_eq!(member(&signed_in.location, "auth_app_id"), Some(invited.clone()));
    let (_, path) = signed_in.location.split_once("/oauth2/").unwrap();
    let page = browser.get(&format!("/oauth2/{path}")).await;
    let csrf = page.csrf();
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    let refused = browser.post("/oauth2/merchant/agree", &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.html);
}

#[tokio::test]
async fn a_live_world_sends_nobody_to_its_own_machine() {
    let shop = Shop::open_world(false).await;
    let own = shop.door.apps_of(shop.seller, 1).first().unwrap().id;
    let page = shop.browser().get(&page_of(own, "auth_user", BACK, "")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn calls_do_what_the_pages_do() {
    let shop = Shop::open().await;
    let app = app(&shop).await;
    let id = app.to_string();
    let user = json!({"as": "user", "login": BUYER, "app_id": id});
    let (status, given) = shop.call("/sandbox/authorize", user.clone()).await;
    assert_eq!(status, StatusCode::OK, "{given}");
    assert!(take(&shop, app, GrantKind::User, given["auth_code"].as_str().unwrap()).await);
    let merchant = json!({"as": "merchant", "user_id": shop.seller.to_string(), "app_id": id});
    let (status, given) = shop.call("/sandbox/authorize", merchant.clone()).await;
    assert_eq!(status, StatusCode::OK, "{given}");
    assert!(take(&shop, app, GrantKind::Merchant, given["app_auth_code"].as_str().unwrap()).await);
    let (_, late) = shop.call("/sandbox/authorize", merchant.clone()).await;
    assert_eq!(shop.call("/sandbox/authorize/withdraw", merchant).await.0, StatusCode::OK);
    assert!(!take(&shop, app, GrantKind::Merchant, late["app_auth_code"].as_str().unwrap()).await);
    for (path, body, code) in [
        ("authorize", json!({"as": "user", "login": BUYER, "app_id": "x"}), "app_not_found"),
        ("authorize", json!({"as": "user", "login": BUYER, "app_id": id, "scope": "x"}), "bad_scope"),
        ("authorize", json!({"as": "user", "login": "nobody", "app_id": id}), "party_not_found"),
        ("authorize", json!({"as": "merchant", "login": BUYER, "app_id": id}), "cannot_authorize"),
        ("authorize", json!({"as": "merchant", "login": "isv@example.com", "app_id": id}), "own_app"),
        (
            "authorize/withdraw",
            json!({"as": "user", "login": "isv@example.com", "app_id": id}),
            "not_authorized",
        ),
    ] {
        let (_, told) = shop.call(&format!("/sandbox/{path}"), body.clone()).await;
        assert_eq!(told["error"]["code"], code, "{body}");
    }
    let made = shop.call("/sandbox/party", json!({"kind": "merchant", "login": "bare@example.com"})).await;
    assert_eq!(made.0, StatusCode::OK);
    let bare = json!({"as": "merchant", "login": "bare@example.com", "app_id": id});
    assert_eq!(shop.call("/sandbox/authorize", bare).await.1["error"]["code"], "no_own_app");
}

#[tokio::test]
async fn a_person_passes_or_fails_a_certification_on_its_page() {
    let shop = Shop::open().await;
    let own = shop.door.apps_of(shop.seller, 1).first().unwrap().id;
    let ids =
        ["p", "f"].map(|from| shop.world.secrets.token(world::TokenUse::Certify, from, shop.seller.slot()));
    for id in &ids {
        let ask = OpenCertification {
            seller: shop.seller,
            app: own,
            id: shop.world.secrets.token_digest(id),
            outer_order_no: Text::new("N1").unwrap(),
            meaning: [1; 16],
            return_url: Some(Text::new("http://127.0.0.1:3000/done").unwrap()),
        };
        shop.door.ask(ask).await.unwrap();
    }
    let mut browser = shop.browser();
    let path = format!("/certify/{}", ids[0]);
    let csrf = browser.get(&path).await.csrf();
    let stolen = browser.post(&path, &[("csrf", "x"), ("passed", "yes")]).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    assert!(stolen.html.contains("没有任何更改") && !stolen.html.contains("没有扣款"), "{}", stolen.html);
    let passed = browser.post(&path, &[("csrf", csrf.as_str()), ("passed", "yes")]).await;
    assert!(passed.html.contains("认证已通过") && passed.html.contains("http://127.0.0.1:3000/done"));
    assert!(browser.get(&path).await.html.contains("认证已通过"), "it stays decided");
    let (_, told) = shop.call("/sandbox/certify", json!({"certify_id": ids[0], "passed": false})).await;
    assert_eq!(told["error"]["code"], "already_certified");
    let (_, told) = shop.call("/sandbox/certify", json!({"certify_id": ids[1], "passed": false})).await;
    assert_eq!(told["state"], "failed");
    let (_, told) = shop.call("/sandbox/certify", json!({"certify_id": "x", "passed": false})).await;
    assert_eq!(told["error"]["code"], "certification_not_found");
    assert_eq!(browser.get("/certify/x07").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_code_of_an_app_is_drawn_when_it_was_made_here() {
    let shop = Shop::open().await;
    let url = shop.world.app_code_url("alipays://platformapi/startapp?appId=1");
    let path = url.strip_prefix(&shop.world.base_url).unwrap();
    let mut browser = shop.browser();
    let drawn = browser.get(path).await;
    assert_eq!(drawn.headers["content-type"], "image/svg+xml");
    assert!(drawn.html.starts_with("<svg"));
    assert_eq!(browser.get(&path.replace("appId", "appIe")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_app_s_settings_are_told_and_kept() {
    let shop = Shop::open().await;
    let app = app(&shop).await.to_string();
    let set = async |more: serde_json::Value| {
        let mut body = json!({"app_id": app});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shop.call("/sandbox/app/settings", body).await.1
    };
    let told_all = |open_id: bool, third_party: bool, cert: bool| {
        let app = app.clone();
        json!({"app_id": app, "open_id": open_id, "third_party": third_party, "certificate_to_send": cert})
    };
    let told = |open_id, third_party| told_all(open_id, third_party, false);
    assert_eq!(set(json!({})).await, told(false, true));
    assert_eq!(set(json!({"open_id": true})).await, told(true, true));
    assert_eq!(set(json!({"third_party": false})).await, told(true, false));
    assert_eq!(set(json!({"certificate_to_send": true})).await, told_all(true, false, true));
    assert_eq!(set(json!({"certificate_to_send": false})).await, told(true, false));
    assert_eq!(set(json!({})).await, told(true, false));
    let wrong = shop.call("/sandbox/app/settings", json!({"app_id": "9"})).await.1;
    assert_eq!(wrong["error"]["code"], "app_not_found");
    // It may ask users still, and no merchant.
    let merchant = json!({"as": "merchant", "user_id": shop.seller.to_string(), "app_id": app});
    assert_eq!(shop.call("/sandbox/authorize", merchant).await.1["error"]["code"], "not_third_party");
    let user = json!({"as": "user", "login": BUYER, "app_id": app});
    assert_eq!(shop.call("/sandbox/authorize", user).await.0, StatusCode::OK);
    let back = wire::page::query_of(&[("redirect_uri", BACK)]);
    let page = shop.browser().get(&format!("/oauth2/appToAppAuth.htm?app_id={app}&{back}")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_user_signs_in_with_a_passkey_and_a_merchant_is_offered_none() {
    let shop = Shop::open_at(crate::passkeys::SITE).await;
    let (token, _) = shop.person().await;
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let (app, mut browser) = (app(&shop).await, shop.browser());
    let path = page_of(app, "auth_user", BACK, "x&y=z");
    let page = browser.get(&path).await;
    assert!(page.html.contains("action=\"/oauth2/user/sign-in/passkey\""), "{}", page.html);
    assert!(
        page.html.contains("name=\"state\" value=\"x&#38;y=z\""),
        "what was asked comes along: {}",
        page.html
    );
    let (csrf, id) = (page.csrf(), app.to_string());
    let begun = browser.post("/passkey/options", &[]).await;
    let begun: serde_json::Value = serde_json::from_str(&begun.html).unwrap();
    let made = crate::passkeys::sign(&mut key, crate::passkeys::SITE, &begun).await.to_string();
    let mut form = vec![("challenge_id", begun["challenge_id"].as_str().unwrap()), ("credential", &made)];
    form.extend([("app_id", &*id), ("scope", "auth_user"), ("redirect_uri", BACK), ("state", "x&y=z")]);
    let stolen: Vec<_> = form.iter().copied().chain([("csrf", "x")]).collect();
    assert_eq!(browser.post("/oauth2/user/sign-in/passkey", &stolen).await.status, StatusCode::FORBIDDEN);
    form.push(("csrf", &csrf));
    let signed_in = browser.post("/oauth2/user/sign-in/passkey", &form).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.html);
    let page = browser.get(&signed_in.location).await;
    assert!(!page.html.contains("pay_password") && !page.html.contains("passkey"), "{}", page.html);
    let again = browser.post("/oauth2/user/sign-in/passkey", &form).await;
    assert!(again.status == StatusCode::FORBIDDEN && again.html.contains("通行密钥无效"), "{}", again.html);
    let merchants = format!("/oauth2/appToAppAuth.htm?app_id={app}&redirect_uri=http%3A%2F%2F127.0.0.1");
    let merchants = shop.browser().get(&merchants).await;
    assert!(!merchants.html.contains("passkey"), "{}", merchants.html);
}
