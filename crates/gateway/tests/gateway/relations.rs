//! What an app can ask about its users: what they allow now, and who took it back.

use crate::client::{Answer, Client};
use crate::rest_client::RestClient;
use crate::shop::OTHER_KEY;
use crate::tokens::{Town, town};
use base::{DAY_US, PartyId, SECOND_US, Text};
use engine::{SetCallback, WithdrawGrant};
use people::{GrantKind, PartyStatus};
use serde_json::{Value, json};
use world::AppSetting;

const RELATION: &str = "alipay.open.auth.userauth.relationship.query";
const WITHDRAWN: &str = "alipay.user.deloauth.detail.query";
const SHOPS: &str = "alipay.offline.market.shop.category.query";

async fn relation(client: &Client, user: PartyId, scopes: &str) -> Answer {
    client.call(RELATION, &json!({ "user_id": user.to_string(), "scopes": scopes }).to_string()).await
}

async fn withdraw(town: &Town, owner: PartyId, kind: GrantKind) {
    town.shop.door.ask(WithdrawGrant { owner, app: town.helper_id, kind }).await.unwrap();
}

#[tokio::test]
async fn a_relation_is_what_the_user_allows_now() {
    let town = town().await;
    let (alice, scopes) = (town.shop.alice, "auth_user,auth_base");
    let told = async || relation(&town.helper, alice, scopes).await.get("query_detail");
    let (none, profile) =
        (r#"{"auth_base":false,"auth_user":false}"#, r#"{"auth_base":false,"auth_user":true}"#);
    assert_eq!(told().await, none);
    town.authorize(alice, GrantKind::User, "auth_user").await;
    assert_eq!(told().await, profile);
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    assert_eq!(relation(&other, alice, scopes).await.get("query_detail"), none, "another app's relation");
    // A merchant who lets the app act allows it nothing as a user.
    town.authorize(town.shop.seller, GrantKind::Merchant, "").await;
    assert_eq!(relation(&town.helper, town.shop.seller, scopes).await.get("query_detail"), none);
    town.shop.advance(SECOND_US);
    withdraw(&town, alice, GrantKind::User).await;
    assert_eq!(told().await, none);
    town.shop.advance(SECOND_US);
    town.authorize(alice, GrantKind::User, "auth_user").await;
    assert_eq!(told().await, profile);
    town.shop.set_status(alice, PartyStatus::Closed).await;
    assert_eq!(told().await, none, "who is gone allows nothing");
    let nobody = "2088999999999942".parse().unwrap();
    assert_eq!(
        relation(&town.helper, nobody, "auth_user").await.get("query_detail"),
        r#"{"auth_user":false}"#
    );
}

#[tokio::test]
async fn every_refusal_of_a_relation_has_a_row() {
    let town = town().await;
    for (biz, outcome, about) in [
        (json!({ "user_id": "2088000000000001" }), "40004 INVALID_PARAMETER", "scopes"),
        (json!({ "user_id": "2088000000000001", "scopes": "a,,b" }), "40004 INVALID_PARAMETER", "scopes"),
        (json!({ "user_id": "2088000000000001", "scopes": "a b" }), "40004 INVALID_PARAMETER", "scopes"),
        (
            json!({ "user_id": "2088000000000001", "scopes": "a,a" }),
            "40004 INVALID_PARAMETER",
            "scopes 不能重复",
        ),
        (
            json!({ "user_id": "2088000000000001", "scopes": "a".repeat(201) }),
            "40004 INVALID_PARAMETER",
            "scopes",
        ),
        (json!({ "user_id": "x", "scopes": "a" }), "40004 INVALID_PARAMETER", "user_id"),
        (json!({ "scopes": "a" }), "40004 INVALID_PARAMETER", "user_id"),
        (
            json!({ "open_id": "074a1Cc", "scopes": "a" }),
            "40002 isv.app-openid-not-match",
            "appid和openid不匹配",
        ),
    ] {
        let answer = town.helper.call(RELATION, &biz.to_string()).await;
        assert_eq!(answer.outcome(), outcome, "{biz}");
        assert!(answer.get("sub_msg").contains(about), "{biz}: {}", answer.get("sub_msg"));
    }
    let rest = RestClient::of(&town.helper);
    let uri = "/v3/alipay/open/auth/userauth/relationship/query?scopes=auth_user&open_id=074a1Cc";
    let told = rest.call("GET", uri, "").await;
    assert_eq!(
        (told.outcome(), told.get("message")),
        ("400 app-openid-not-match".into(), "appid和openid不匹配".into())
    );
}

fn page(date: &str, offset: u32, limit: u32) -> String {
    json!({ "date": date, "offset": offset, "limit": limit }).to_string()
}

#[tokio::test]
async fn who_took_it_back_is_told_day_by_day() {
    let town = town().await;
    let (alice, bob) = (town.shop.alice, town.shop.bob);
    let rest = RestClient::of(&town.helper);
    let told = async |date: &str, offset, limit| -> Value {
        let told =
            rest.call("POST", "/v3/alipay/user/deloauth/detail/query", &page(date, offset, limit)).await;
        assert_eq!(told.outcome(), "200");
        told.json()
    };
    for user in [alice, bob] {
        town.authorize(user, GrantKind::User, "auth_base").await;
    }
    town.authorize(town.shop.seller, GrantKind::Merchant, "").await;
    assert_eq!(told("20260102", 1, 10).await, json!({}));
    town.shop.advance(SECOND_US);
    withdraw(&town, bob, GrantKind::User).await;
    withdraw(&town, town.shop.seller, GrantKind::Merchant).await;
    town.shop.advance(SECOND_US);
    withdraw(&town, alice, GrantKind::User).await;
    let detail = |user: PartyId, at: &str| {
        let user_id = user.to_string();
        json!({ "del_auth_time": at, "scope": "auth_base", "user_id": user_id })
    };
    let (first, second) = (detail(bob, "2026-01-02 03:04:06"), detail(alice, "2026-01-02 03:04:07"));
    let both = json!([first, second]);
    assert_eq!(told("20260102", 1, 10).await, json!({ "details": both, "response": { "details": both } }));
    assert_eq!(told("20260102", 2, 1).await["details"], json!([second]));
    assert_eq!(told("20260102", 3, 1).await, json!({}));
    assert_eq!(told("20260101", 1, 10).await, json!({}));
    assert_eq!(told("20260103", 1, 10).await, json!({}));
    // Who allows it again has taken it back all the same; of two times the last is kept.
    town.authorize(bob, GrantKind::User, "auth_base").await;
    assert_eq!(told("20260102", 1, 1).await["details"], json!([first]));
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    let nothing = other.call(WITHDRAWN, &page("20260102", 1, 10)).await;
    assert_eq!(nothing.names(), ["code", "msg"], "another app's users");
}

#[tokio::test]
async fn the_days_of_withdrawals_end_at_midnight_in_china() {
    let town = town().await;
    town.authorize(town.shop.alice, GrantKind::User, "auth_base").await;
    // 2026-01-02 23:59:59 there.
    town.shop.advance(DAY_US - (3 * 3_600 + 4 * 60 + 6) * SECOND_US);
    withdraw(&town, town.shop.alice, GrantKind::User).await;
    let details = async |date: &str| {
        let answer = town.helper.call(WITHDRAWN, &page(date, 1, 10)).await;
        answer.inner().get("details").map_or(0, |details| details.as_array().unwrap().len())
    };
    assert_eq!((details("20260102").await, details("20260103").await), (1, 0));
    for (date, offset, limit) in [
        ("2026-01-02", 1, 1),
        ("20260230", 1, 1),
        ("x", 1, 1),
        ("20260102", 0, 1),
        ("20260102", 1, 0),
        ("20260102", 1, 101),
    ] {
        let answer = town.helper.call(WITHDRAWN, &page(date, offset, limit)).await;
        assert_eq!(answer.outcome(), "40004 INVALID_PARAMETER", "{date} {offset} {limit}");
    }
}

#[tokio::test]
async fn the_kinds_of_shop_are_a_list() {
    let town = town().await;
    let ids = async |biz: Value| -> Vec<String> {
        let answer = town.helper.call(SHOPS, &biz.to_string()).await;
        assert_eq!(answer.outcome(), "10000");
        let infos = answer.inner()["shop_category_config_infos"].as_array().unwrap().clone();
        infos.iter().map(|info| info["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(json!({})).await, ["01", "0101", "010101", "010102", "02", "0201"]);
    assert_eq!(ids(json!({ "op_role": "ISV", "category_id": "02" })).await, ["02", "0201"]);
    for biz in [json!({ "category_id": "9" }), json!({ "op_role": "x" })] {
        assert_eq!(town.helper.call(SHOPS, &biz.to_string()).await.outcome(), "40004 INVALID_PARAMETER");
    }
}

const INVITE: &str = "alipay.open.auth.appauth.invite.create";

#[tokio::test]
async fn a_merchant_is_invited_by_one_of_its_apps() {
    let town = town().await;
    let own = town.own_app.to_string();
    let ask = async |fields: Value| {
        let mut biz =
            json!({ "auth_app_id": own, "redirect_url": "http://127.0.0.1:3000/back?a=1", "state": "YQ==" });
        biz.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        town.helper.call(INVITE, &biz.to_string()).await
    };
    let page = "http://127.0.0.1:8080/oauth2/appToAppAuth.htm";
    let back = "http%3A%2F%2F127.0.0.1%3A3000%2Fback%3Fa%3D1";
    let app = &town.helper.app_id;
    assert_eq!(
        ask(json!({})).await.get("task_page_url"),
        format!("{page}?app_id={app}&redirect_uri={back}&auth_app_id={own}&state=YQ%3D%3D")
    );
    assert!(!ask(json!({ "state": "" })).await.get("task_page_url").contains("state"));
    let wrong = "40004 INVALID_PARAMETER";
    for (fields, outcome, about) in [
        (json!({ "auth_app_id": "" }), wrong, "auth_app_id 缺失"),
        (json!({ "auth_app_id": "x" }), "40004 AUTH_APP_NOT_EXIST", ""),
        (json!({ "auth_app_id": "9021999999999942" }), "40004 AUTH_APP_NOT_EXIST", ""),
        (json!({ "auth_app_id": app }), "40004 AUTH_APP_IS_OWN", ""),
        (json!({ "redirect_url": "" }), wrong, "redirect_url 缺失"),
        (json!({ "redirect_url": "ftp://a" }), wrong, "redirect_url 不是合法"),
        (json!({ "redirect_url": "https://shop.example/back" }), "40004 REDIRECT_URL_NOT_REGISTERED", ""),
        (json!({ "state": "a b" }), wrong, "state 应为base64"),
        (json!({ "state": "a".repeat(513) }), wrong, "state 应为base64"),
    ] {
        let answer = ask(fields.clone()).await;
        assert_eq!(answer.outcome(), outcome, "{fields}");
        assert!(answer.get("sub_msg").contains(about), "{fields}: {}", answer.get("sub_msg"));
    }
    let origins = Text::new("https://shop.example").unwrap();
    town.shop.door.ask(SetCallback { app: town.helper_id, origins }).await.unwrap();
    assert_eq!(ask(json!({ "redirect_url": "https://shop.example/back" })).await.outcome(), "10000");
}

/// The helper's app knows users by open_id, or acts for nobody else, from now on.
fn treat(town: &Town, open_id: bool, third_party: bool) {
    let setting = AppSetting { open_id, third_party, ..AppSetting::USUAL };
    town.shop.world.apps.change(town.helper_id, |said| *said = setting).unwrap();
}

#[tokio::test]
async fn an_app_in_open_id_mode_hears_and_gives_names() {
    let town = town().await;
    treat(&town, true, true);
    let (shop, helper) = (&town.shop, &town.helper);
    let name = shop.world.secrets.open_id(town.helper_id, shop.alice);
    let code = town.authorize(shop.alice, GrantKind::User, "auth_user").await;
    let by_code = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let tokens = helper.call_with("alipay.system.oauth.token", "", &by_code).await;
    assert_eq!(tokens.get("open_id"), name);
    for number in ["user_id", "alipay_user_id"] {
        assert!(!tokens.names().contains(&number.to_owned()), "{}", tokens.text());
    }
    let access = tokens.get("access_token");
    let share = helper.call_with("alipay.user.info.share", "", &[("auth_token", &access)]).await;
    assert_eq!((share.get("open_id"), share.get("user_id")), (name.clone(), String::new()));
    let ask = async |open_id: &str| {
        helper.call(RELATION, &json!({ "open_id": open_id, "scopes": "auth_user" }).to_string()).await
    };
    assert_eq!(ask(&name).await.get("query_detail"), r#"{"auth_user":true}"#);
    let others = shop.world.secrets.open_id(town.own_app, shop.alice);
    for wrong in [others.as_str(), "074a1Cc", &name[1..]] {
        assert_eq!(ask(wrong).await.outcome(), "40002 isv.app-openid-not-match", "{wrong}");
    }
    assert_eq!(ask("").await.outcome(), "40004 INVALID_PARAMETER");
    // An order for a named buyer, of the helper's own merchant.
    let order =
        json!({ "out_trade_no": "O1", "total_amount": "1.00", "subject": "tea", "buyer_open_id": name });
    let made = helper.call("alipay.trade.create", &order.to_string()).await;
    assert_eq!(made.outcome(), "10000", "{}", made.text());
    let found = helper.call("alipay.trade.query", r#"{"out_trade_no":"O1"}"#).await;
    assert_eq!((found.get("buyer_open_id"), found.get("buyer_user_id")), (name.clone(), String::new()));
    let mut wrong = order.clone();
    wrong["buyer_open_id"] = json!(others);
    wrong["out_trade_no"] = json!("O2");
    let wrong = helper.call("alipay.trade.create", &wrong.to_string()).await;
    assert_eq!(wrong.outcome(), "40002 isv.app-openid-not-match");
    // Who took it back is told so too.
    shop.advance(SECOND_US);
    withdraw(&town, shop.alice, GrantKind::User).await;
    let gone = helper.call(WITHDRAWN, &page("20260102", 1, 10)).await.inner()["details"][0].clone();
    assert_eq!((gone["open_id"].as_str(), gone.get("user_id")), (Some(name.as_str()), None));
    // The other mode again: the name says nothing there.
    treat(&town, false, true);
    assert_eq!(ask(&name).await.outcome(), "40002 isv.app-openid-not-match");
    let refused = helper.call("alipay.trade.create", &order.to_string()).await;
    assert_eq!(refused.outcome(), "40004 ACQ.INVALID_PARAMETER");
    let found = helper.call("alipay.trade.query", r#"{"out_trade_no":"O1"}"#).await;
    assert_eq!(found.get("buyer_user_id"), shop.alice.to_string());
}

#[tokio::test]
async fn an_app_that_is_no_third_party_acts_for_nobody_else() {
    let town = town().await;
    let code = town.authorize(town.shop.seller, GrantKind::Merchant, "").await;
    treat(&town, false, false);
    let biz = json!({ "grant_type": "authorization_code", "code": code }).to_string();
    let invite = json!({ "auth_app_id": town.own_app.to_string(), "redirect_url": "http://127.0.0.1/" });
    for (method, biz) in [
        ("alipay.open.auth.token.app", biz.as_str()),
        ("alipay.open.auth.token.app.query", r#"{"app_auth_token":"x"}"#),
        (INVITE, &invite.to_string()),
    ] {
        assert_eq!(town.helper.call(method, biz).await.outcome(), "40004 APP_NOT_ISV", "{method}");
    }
    treat(&town, false, true);
    assert_eq!(town.helper.call("alipay.open.auth.token.app", &biz).await.outcome(), "10000");
}
