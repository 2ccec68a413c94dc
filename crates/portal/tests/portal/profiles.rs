//! Profiles of apps, chosen by calls and on the page.

use crate::shop::Shop;
use axum::http::StatusCode;
use serde_json::{Value, json};
use world::{Oddity, Profile};

const PATH: &str = "/sandbox/profiles";
const CALL: &str = "/sandbox/app/profile";

#[tokio::test]
async fn an_app_is_opened_with_a_profile_and_changes_it() {
    let shop = Shop::open().await;
    let key = wire::keygen::rsa_2048().unwrap().public_key().to_base64();
    let open = |more: Value| {
        let mut body = json!({"seller_id": shop.seller.to_string(), "public_key": key});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shop.call("/sandbox/app", body)
    };
    let (_, usual) = open(json!({})).await;
    let (_, real) = open(json!({"profile": "real"})).await;
    assert_eq!((&usual["profile"], &real["profile"]), (&json!("strict"), &json!("real")));
    let (status, odd) = open(json!({"profile": "odd"})).await;
    assert_eq!((status, &odd["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("bad_request")));
    let of = |told: &Value| shop.world.apps.of(told["app_id"].as_str().unwrap().parse().unwrap()).profile;
    assert_eq!((of(&usual), of(&real)), (Profile::Strict, Profile::Real));
    for (app, profile, told) in [
        (&usual, None, "strict"),
        (&usual, Some("real"), "real"),
        (&real, None, "real"),
        (&real, Some("strict"), "strict"),
    ] {
        let (status, answer) = shop.call(CALL, json!({"app_id": app["app_id"], "profile": profile})).await;
        assert_eq!((status, answer), (StatusCode::OK, json!({"app_id": app["app_id"], "profile": told})));
        assert_eq!(of(app).name(), told);
    }
    for (body, status, code) in [
        (json!({"app_id": "x"}), 400, "bad_app_id"),
        (json!({"app_id": "9021100000009901"}), 404, "app_not_found"),
        (json!({"app_id": usual["app_id"], "profile": "Real"}), 400, "bad_request"),
        (json!({"app_id": usual["app_id"], "more": 1}), 400, "bad_request"),
    ] {
        let (found, answer) = shop.call(CALL, body).await;
        assert_eq!((found.as_u16(), answer["error"]["code"].as_str()), (status, Some(code)), "{answer}");
    }
    assert_eq!(of(&usual), Profile::Real, "a wrong call changes nothing");
}

#[tokio::test]
async fn the_page_tells_where_the_profiles_differ_and_chooses_one() {
    let shop = Shop::open().await;
    let app = shop.app.to_string();
    let mut browser = shop.browser();
    let page = browser.get(PATH).await;
    assert_eq!(page.status, StatusCode::OK);
    for oddity in Oddity::ALL {
        assert!(page.html.contains(oddity.name()), "{}", oddity.name());
    }
    let csrf = page.csrf();
    let fields = [("app_id", app.as_str()), ("profile", "real")];
    assert_eq!(browser.post(PATH, &fields).await.status, StatusCode::FORBIDDEN);
    let foreign = [("csrf", "x"), fields[0], fields[1]];
    assert_eq!(browser.post(PATH, &foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        shop.world.apps.of(shop.app).profile,
        Profile::Strict,
        "a form of another place chooses nothing"
    );
    let own = ("csrf", csrf.as_str());
    for (app_id, profile) in [("x", "real"), ("9021100000009901", "real"), (app.as_str(), "odd")] {
        let wrong = browser.post(PATH, &[own, ("app_id", app_id), ("profile", profile)]).await;
        assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.html.contains("role=\"alert\""), "{app_id}");
    }
    let spaced = format!(" {app} ");
    let set = browser.post(PATH, &[own, ("app_id", &spaced), fields[1]]).await;
    assert_eq!((set.status, set.location.as_str()), (StatusCode::SEE_OTHER, PATH));
    assert_eq!(shop.world.apps.of(shop.app).profile, Profile::Real);
    browser.language = "en";
    let page = browser.get(PATH).await;
    assert!(page.html.contains(&app) && page.html.contains("as observed"), "{}", page.html);
    browser.post(PATH, &[own, fields[0], ("profile", "strict")]).await;
    assert_eq!(shop.world.apps.of(shop.app).profile, Profile::Strict);
    assert!(browser.get("/sandbox").await.html.contains(PATH));
    let live = Shop::open_world(false).await;
    assert_eq!(live.browser().get(PATH).await.status, StatusCode::NOT_FOUND);
}
