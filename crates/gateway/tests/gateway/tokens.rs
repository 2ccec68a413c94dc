//! Tokens of users and merchants: how they are got, what they open, how they end.

use crate::agreements::{OFFER, PAGE_SIGN, sign};
use crate::client::{Answer, Client, form};
use crate::rest_client::RestClient;
use crate::shop::{APP_KEY, OTHER_KEY, Shop};
use base::{AppId, DAY_US, MINUTE_US, PartyId, SECOND_US, Text};
use engine::{Authorize, FindAgreement, FindOrder, Which, WithdrawGrant};
use people::GrantKind;

const TOKEN: &str = "alipay.system.oauth.token";
const SHARE: &str = "alipay.user.info.share";
const APP_TOKEN: &str = "alipay.open.auth.token.app";
const APP_QUERY: &str = "alipay.open.auth.token.app.query";

/// A shop, the app of somebody who helps it, and the shop's own app.
pub struct Town {
    pub shop: Shop,
    pub helper: Client,
    pub helper_id: AppId,
    pub own_app: AppId,
}

pub async fn town() -> Town {
    let shop = Shop::open().await;
    let own = shop.client().await;
    let isv = shop.merchant("helper@example.com").await;
    let helper = shop.client_of(isv, APP_KEY, false, false).await;
    let (helper_id, own_app) = (helper.app_id.parse().unwrap(), own.app_id.parse().unwrap());
    Town { shop, helper, helper_id, own_app }
}

impl Town {
    pub async fn authorize(&self, owner: PartyId, kind: GrantKind, scopes: &str) -> String {
        let code = world::code_of(*b"fifteen letters", owner.slot());
        // The clock stands still, so nothing but the number tells codes apart.
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let code = format!("{count:06}{}", &code[6..]);
        let command = Authorize {
            owner,
            app: self.helper_id,
            kind,
            scopes: Text::new(scopes).unwrap(),
            own_app: (kind == GrantKind::Merchant).then_some(self.own_app),
            code: self.shop.world.secrets.token_digest(&code),
            attempt: None,
            passkey: None,
        };
        self.shop.door.ask(command).await.unwrap();
        code
    }

    async fn user_token(&self, scopes: &str) -> Answer {
        let code = self.authorize(self.shop.alice, GrantKind::User, scopes).await;
        self.helper.call_with(TOKEN, "", &[("grant_type", "authorization_code"), ("code", &code)]).await
    }

    async fn app_token(&self) -> Answer {
        let code = self.authorize(self.shop.seller, GrantKind::Merchant, "").await;
        let biz = format!(r#"{{"grant_type":"authorization_code","code":"{code}"}}"#);
        self.helper.call(APP_TOKEN, &biz).await
    }
}

#[tokio::test]
async fn a_user_s_code_becomes_tokens_once() {
    let town = town().await;
    let code = town.authorize(town.shop.alice, GrantKind::User, "auth_user").await;
    let by_code = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let answer = town.helper.call_with(TOKEN, "", &by_code).await;
    assert_eq!(answer.node, "alipay_system_oauth_token_response");
    let inner = answer.inner();
    assert_eq!((&inner["expires_in"], &inner["re_expires_in"]), (&1_296_000.into(), &2_592_000.into()));
    assert_eq!(answer.get("user_id"), town.shop.alice.to_string());
    assert_eq!(answer.get("alipay_user_id"), town.shop.alice.to_string());
    assert_eq!(answer.get("auth_start"), "2026-01-02 03:04:05");
    assert!(answer.get("access_token").starts_with("authusrB") && answer.get("access_token").len() == 40);
    let again = town.helper.call_with(TOKEN, "", &by_code).await;
    assert_eq!((again.node.as_str(), again.outcome().as_str()), ("error_response", "40002 isv.code-invalid"));
}

#[tokio::test]
async fn every_refusal_of_a_user_s_token_has_a_row() {
    let town = town().await;
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    let first = town.user_token("auth_user").await;
    let refresh = first.get("refresh_token");
    let renew =
        |token: &str| [("grant_type", "refresh_token".to_owned()), ("refresh_token", token.to_owned())];
    let call = async |client: &Client, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = client.call_with(TOKEN, "", &fields).await;
        (answer.node.clone(), answer.outcome())
    };
    let failed = |outcome: &str| ("error_response".to_owned(), outcome.to_owned());
    let by = |kind: &str, name: &'static str, value: &str| {
        [("grant_type", kind.to_owned()), (name, value.to_owned())]
    };
    let code = "authorization_code";
    for (fields, outcome) in [
        (by("password", "code", "x"), "40002 isv.grant-type-invalid"),
        (by("-", "code", "x"), "40002 isv.grant-type-invalid"),
        (by(code, "code", "-"), "40002 isv.code-invalid"),
        (by(code, "code", "abcd"), "40002 isv.code-invalid"),
        (by(code, "code", "0123456789012345678901234567890042"), "40002 isv.code-invalid"),
        (by(code, "code", &refresh), "40002 isv.code-invalid"),
        (by("refresh_token", "refresh_token", "-"), "40002 isv.refresh-token-invalid"),
        (by("refresh_token", "refresh_token", "abcd"), "40002 isv.refresh-token-invalid"),
        (by("refresh_token", "refresh_token", &first.get("access_token")), "40002 isv.refresh-token-invalid"),
    ] {
        assert_eq!(call(&town.helper, &fields).await, failed(outcome), "{fields:?}");
    }
    assert_eq!(call(&other, &renew(&refresh)).await, failed("40002 isv.unmatched-app-id"));
    let fresh = town.authorize(town.shop.alice, GrantKind::User, "auth_user").await;
    assert_eq!(call(&other, &by(code, "code", &fresh)).await, failed("40002 isv.unmatched-app-id"));
    town.shop.advance(10 * MINUTE_US + SECOND_US);
    assert_eq!(call(&town.helper, &by(code, "code", &fresh)).await, failed("40002 isv.code-invalid"));
    let renewed = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let renewed = town.helper.call_with(TOKEN, "", &renewed).await;
    assert_eq!(renewed.outcome(), "10000");
    assert_eq!(call(&town.helper, &renew(&refresh)).await, failed("40002 isv.refreshed-token-invalid"));
    let (owner, app, kind) = (town.shop.alice, town.helper_id, GrantKind::User);
    town.shop.door.ask(WithdrawGrant { owner, app, kind }).await.unwrap();
    let last = renewed.get("refresh_token");
    assert_eq!(call(&town.helper, &renew(&last)).await, failed("40002 isv.refresh-token-invalid"));
}

/// Calls long after the clients' timestamps; a world whose clock moves believes the real one too.
async fn later(town: &mut Town, by_us: i64) {
    // Stamps are some microseconds ahead of a clock that stands still.
    town.shop.advance(by_us + SECOND_US);
    let timestamp = wire::timestamp::format_cn(town.shop.door.now_us());
    town.helper.always = vec![("timestamp", timestamp)];
}

#[tokio::test]
async fn a_user_s_profile_opens_with_its_token_only() {
    let mut town = town().await;
    let token = town.user_token("auth_user").await.get("access_token");
    let answer = town.helper.call_with(SHARE, "", &[("auth_token", &token)]).await;
    assert_eq!(answer.outcome(), "10000");
    assert_eq!(
        (answer.get("user_id"), answer.get("nick_name")),
        (town.shop.alice.to_string(), "name".to_owned())
    );
    let invalid = "20001 aop.invalid-auth-token";
    for wrong in ["-", "x", "authusrB012345678901234567890123456789"] {
        let answer = town.helper.call_with(SHARE, "", &[("auth_token", wrong)]).await;
        assert_eq!(
            (answer.node.as_str(), answer.outcome().as_str()),
            ("alipay_user_info_share_response", invalid)
        );
    }
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    assert_eq!(other.call_with(SHARE, "", &[("auth_token", &token)]).await.outcome(), invalid);
    let base = town.user_token("auth_base").await.get("access_token");
    let answer = town.helper.call_with(SHARE, "", &[("auth_token", &base)]).await;
    assert_eq!(answer.outcome(), "40006 isv.insufficient-user-permissions");
    later(&mut town, 15 * DAY_US).await;
    let answer = town.helper.call_with(SHARE, "", &[("auth_token", &token)]).await;
    assert_eq!(answer.outcome(), "20001 aop.auth-token-time-out");
}

#[tokio::test]
async fn the_rest_interface_knows_both_tokens() {
    let town = town().await;
    let rest = RestClient::of(&town.helper);
    let code = town.authorize(town.shop.alice, GrantKind::User, "auth_user").await;
    let body = format!(r#"{{"grant_type":"authorization_code","code":"{code}"}}"#);
    let told = rest.call("POST", "/v3/alipay/system/oauth/token", &body).await;
    assert_eq!((told.status, told.json()["expires_in"].as_i64()), (200, Some(1_296_000)), "{}", told.body);
    let token = told.json()["access_token"].as_str().unwrap().to_owned();
    let told = rest.call("POST", "/v3/alipay/system/oauth/token", &body).await;
    assert_eq!((told.status, told.json()["code"].as_str()), (400, Some("code-invalid")), "{}", told.body);
    let share = "/v3/alipay/user/info/share";
    let told = rest.call("POST", share, &format!(r#"{{"auth_token":"{token}"}}"#)).await;
    assert_eq!((told.status, told.json()["nick_name"].as_str()), (200, Some("name")), "{}", told.body);
    for body in [r#"{"auth_token":"20130319e9b8d53d09034da8998caefa756c4006"}"#, "{}"] {
        let told = rest.call("POST", share, body).await;
        assert_eq!((told.status, told.json()["code"].as_str()), (401, Some("invalid-auth-token")));
        assert!(told.json()["message"].as_str().unwrap().contains("无效的访问令牌"));
        assert_eq!(told.json()["links"].as_array().unwrap().len(), 1);
    }
    let token = town.app_token().await.get("app_auth_token");
    let precreate = r#"{"out_trade_no":"R1","total_amount":"1.00","subject":"tea"}"#;
    let mut ask = rest.ask("POST", "/v3/alipay/trade/precreate", precreate);
    ask.headers.push(("alipay-app-auth-token", token.clone()));
    let told = rest.send(&rest.sign(ask.clone())).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let seller = town.shop.seller;
    let no = told.get("qr_code");
    let no = town.shop.world.secrets.order_of_token(no.rsplit('/').next().unwrap()).unwrap();
    town.shop.claim(no, town.shop.alice).await;
    let which = Which::Out(Text::new("R1").unwrap());
    let order = town.shop.door.ask(FindOrder { seller, which }).await.unwrap();
    assert_eq!((order.app, order.seller), (town.helper_id, seller));
    let mut ask = rest.ask("POST", "/v3/alipay/trade/query", r#"{"out_trade_no":"R1"}"#);
    ask.headers.push(("alipay-app-auth-token", "x".to_owned()));
    let told = rest.send(&rest.sign(ask)).await;
    assert_eq!((told.status, told.json()["code"].as_str()), (401, Some("invalid-app-auth-token")));
    assert!(told.json()["message"].as_str().unwrap().contains("无效的应用授权令牌"));
    let query = format!("/v3/alipay/open/auth/token/app/query?app_auth_token={token}");
    let told = rest.call("GET", &query, "").await;
    assert_eq!((told.status, told.json()["status"].as_str()), (200, Some("valid")), "{}", told.body);
}

#[tokio::test]
async fn every_refusal_of_a_merchant_s_token_has_a_row() {
    let mut town = town().await;
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    let fresh = town.authorize(town.shop.seller, GrantKind::Merchant, "").await;
    let user = town.authorize(town.shop.alice, GrantKind::User, "auth_user").await;
    let first = town.app_token().await;
    let inner = first.inner();
    assert_eq!((&inner["expires_in"], &inner["re_expires_in"]), (&31_536_000.into(), &32_140_800.into()));
    assert_eq!(first.get("auth_app_id"), town.own_app.to_string());
    assert_eq!(first.get("user_id"), town.shop.seller.to_string());
    assert_eq!(inner["tokens"][0]["app_auth_token"], inner["app_auth_token"]);
    let by_code = |code: &str| format!(r#"{{"grant_type":"authorization_code","code":"{code}"}}"#);
    let by_refresh = |token: &str| format!(r#"{{"grant_type":"refresh_token","refresh_token":"{token}"}}"#);
    for (biz, outcome) in [
        (r#"{"grant_type":"x"}"#.to_owned(), "40004 GRANT_TYPE_INVALID"),
        (by_code(""), "40004 AUTH_CODE_NOT_EXIST"),
        (by_code("x"), "40004 AUTH_CODE_NOT_EXIST"),
        (by_code(&user), "40004 AUTH_CODE_NOT_EXIST"),
        (by_refresh("x"), "40004 REFRESH_TOKEN_NOT_EXIST"),
        (by_refresh(&first.get("app_auth_token")), "40004 REFRESH_TOKEN_NOT_EXIST"),
    ] {
        let answer = town.helper.call(APP_TOKEN, &biz).await;
        assert_eq!(
            (answer.node.as_str(), answer.outcome().as_str()),
            ("alipay_open_auth_token_app_response", outcome)
        );
    }
    let refresh = first.get("app_refresh_token");
    assert_eq!(other.call(APP_TOKEN, &by_code(&fresh)).await.outcome(), "40004 APP_ID_NOT_CONSISTENT");
    assert_eq!(other.call(APP_TOKEN, &by_refresh(&refresh)).await.outcome(), "40004 APP_ID_NOT_CONSISTENT");
    let renewed = town.helper.call(APP_TOKEN, &by_refresh(&refresh)).await;
    assert_eq!(renewed.outcome(), "10000");
    assert_eq!(
        town.helper.call(APP_TOKEN, &by_refresh(&refresh)).await.outcome(),
        "40004 REFRESH_TOKEN_NOT_VALID"
    );
    later(&mut town, DAY_US).await;
    assert_eq!(town.helper.call(APP_TOKEN, &by_code(&fresh)).await.outcome(), "40004 AUTH_CODE_NOT_VALID");
    later(&mut town, 372 * DAY_US).await;
    let late = town.helper.call(APP_TOKEN, &by_refresh(&renewed.get("app_refresh_token"))).await;
    assert_eq!(late.outcome(), "40004 REFRESH_TOKEN_TIME_OUT");
}

#[tokio::test]
async fn a_merchant_s_token_is_told_of_until_and_after_it_ends() {
    let town = town().await;
    let other = town.shop.client_of(town.shop.seller, OTHER_KEY, false, false).await;
    let token = town.app_token().await.get("app_auth_token");
    let biz = format!(r#"{{"app_auth_token":"{token}"}}"#);
    let answer = town.helper.call(APP_QUERY, &biz).await;
    assert_eq!((answer.outcome().as_str(), answer.get("status").as_str()), ("10000", "valid"));
    assert_eq!(answer.get("auth_app_id"), town.own_app.to_string());
    assert_eq!(answer.get("user_id"), town.shop.seller.to_string());
    assert_eq!(answer.get("auth_end"), "2027-01-02 03:04:05");
    assert_eq!(answer.inner()["is_by_app_auth"], true);
    assert!(answer.inner()["auth_methods"].as_array().unwrap().contains(&"alipay.trade.pay".into()));
    assert_eq!(other.call(APP_QUERY, &biz).await.outcome(), "40004 AUTH_TOKEN_NOT_CONSISTENT");
    let unknown = r#"{"app_auth_token":"x"}"#;
    assert_eq!(town.helper.call(APP_QUERY, unknown).await.outcome(), "40004 AUTH_TOKEN_NOT_EXISTED");
    assert_eq!(town.helper.call(APP_QUERY, "{}").await.outcome(), "40004 ILLEGAL_PARAM");
    let (owner, app, kind) = (town.shop.seller, town.helper_id, GrantKind::Merchant);
    town.shop.door.ask(WithdrawGrant { owner, app, kind }).await.unwrap();
    let answer = town.helper.call(APP_QUERY, &biz).await;
    assert_eq!((answer.outcome().as_str(), answer.get("status").as_str()), ("10000", "invalid"));
}

#[tokio::test]
async fn an_app_acts_for_a_merchant_with_its_token_only() {
    let mut town = town().await;
    let token = town.app_token().await.get("app_auth_token");
    let code = town.shop.pay_code(town.shop.alice).await;
    let pay = format!(
        r#"{{"out_trade_no":"I1","total_amount":"2.00","subject":"tea","scene":"bar_code","auth_code":"{code}"}}"#
    );
    let with = async |town: &Town, method: &str, biz: &str| {
        town.helper.call_with(method, biz, &[("app_auth_token", &token)]).await
    };
    assert_eq!(with(&town, "alipay.trade.pay", &pay).await.outcome(), "10000");
    let query = r#"{"out_trade_no":"I1"}"#;
    // The order is the merchant's, whoever asks for it.
    let own = town.shop.client().await;
    assert_eq!(own.call("alipay.trade.query", query).await.get("trade_status"), "TRADE_SUCCESS");
    assert_eq!(with(&town, "alipay.trade.query", query).await.outcome(), "10000");
    assert_eq!(town.helper.call("alipay.trade.query", query).await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    let refund = r#"{"out_trade_no":"I1","refund_amount":"2.00"}"#;
    assert_eq!(with(&town, "alipay.trade.refund", refund).await.outcome(), "10000");
    let seller = town.shop.seller;
    let other_seller =
        r#"{"out_trade_no":"I2","total_amount":"2.00","subject":"tea","seller_id":"2088000000000000"}"#;
    assert_eq!(
        with(&town, "alipay.trade.precreate", other_seller).await.outcome(),
        "40004 ACQ.INVALID_PARAMETER"
    );
    let right =
        format!(r#"{{"out_trade_no":"I2","total_amount":"2.00","subject":"tea","seller_id":"{seller}"}}"#);
    assert_eq!(with(&town, "alipay.trade.precreate", &right).await.outcome(), "10000");
    let invalid = "20001 aop.invalid-app-auth-token";
    let theirs = own.call_with("alipay.trade.query", query, &[("app_auth_token", &token)]).await;
    assert_eq!(theirs.outcome(), invalid, "issued to another app");
    let (owner, app, kind) = (seller, town.helper_id, GrantKind::Merchant);
    town.shop.door.ask(WithdrawGrant { owner, app, kind }).await.unwrap();
    let answer = with(&town, "alipay.trade.query", query).await;
    assert_eq!((answer.node.as_str(), answer.outcome().as_str()), ("alipay_trade_query_response", invalid));
    let token = town.app_token().await.get("app_auth_token");
    later(&mut town, 365 * DAY_US).await;
    let answer = town.helper.call_with("alipay.trade.query", query, &[("app_auth_token", &token)]).await;
    assert_eq!(answer.outcome(), "20001 aop.app-auth-token-time-out");
}

#[tokio::test]
async fn an_app_offers_an_agreement_for_a_merchant_with_its_token() {
    let town = town().await;
    let token = town.app_token().await.get("app_auth_token");
    let notify = ("notify_url", "http://127.0.0.1:1/agreements");
    let offer = |extra: &[(&str, &str)]| form(&town.helper.sign(town.helper.params(PAGE_SIGN, OFFER, extra)));
    let offered = town.shop.gateway.offer_agreement_text(&offer(&[notify, ("app_auth_token", &token)])).await;
    let agreement_no = offered.unwrap();
    sign(&town.shop, agreement_no, town.shop.alice).await;
    let query = format!(r#"{{"agreement_no":"{agreement_no}"}}"#);
    let own = town.shop.client().await;
    assert_eq!(own.call("alipay.user.agreement.query", &query).await.get("status"), "NORMAL");
    let other = town.helper.call("alipay.user.agreement.query", &query).await;
    assert_eq!(other.outcome(), "40004 USER_AGREEMENT_NOT_EXIST", "without the token it is nobody's");
    let agreement = FindAgreement { seller: town.shop.seller, agreement_no };
    let agreement = town.shop.door.ask(agreement).await.unwrap();
    assert_eq!(agreement.app, town.helper_id);
}

#[tokio::test]
async fn an_app_freezes_and_takes_money_for_a_merchant_with_its_token() {
    let town = town().await;
    let code = town.shop.pay_code(town.shop.alice).await;
    let freeze = format!(
        r#"{{"out_order_no":"F1","out_request_no":"R0","order_title":"hotel","amount":"50","auth_code":"{code}","product_code":"PRE_AUTH"}}"#
    );
    let token = town.app_token().await.get("app_auth_token");
    let call = async |method: &str, biz: &str| {
        town.helper.call_with(method, biz, &[("app_auth_token", &token)]).await
    };
    let frozen = call("alipay.fund.auth.order.freeze", &freeze).await;
    assert_eq!(
        (frozen.outcome(), frozen.get("status")),
        ("10000".into(), "SUCCESS".into()),
        "{}",
        frozen.text()
    );
    let auth_no = frozen.get("auth_no");
    let pay = format!(
        r#"{{"auth_no":"{auth_no}","out_trade_no":"T1","total_amount":"20","subject":"night","product_code":"PRE_AUTH"}}"#
    );
    let theirs = town.helper.call("alipay.trade.pay", &pay).await;
    assert_eq!(theirs.outcome(), "40004 ACQ.AUTH_NO_ERROR", "without the token it is nobody's");
    assert_eq!(call("alipay.trade.pay", &pay).await.outcome(), "10000");
    let free = format!(r#"{{"auth_no":"{auth_no}","out_request_no":"U1","amount":"30","remark":"rest"}}"#);
    assert_eq!(call("alipay.fund.auth.order.unfreeze", &free).await.outcome(), "10000");
    let query = format!(r#"{{"auth_no":"{auth_no}","out_request_no":"R0"}}"#);
    let told = call("alipay.fund.auth.operation.detail.query", &query).await;
    assert_eq!(told.get("order_status"), "FINISH", "{}", told.text());
}
