//! The profiles of apps: each oddity under both. What is decided is the same.

use crate::client::{Answer, Client, Params, form};
use crate::shop::{APP_KEY, Shop};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::Text;
use engine::FindOrderByNo;
use gateway::Gateway;
use std::sync::Arc;
use trade::WireCharset;
use wire::charset::Charset;
use wire::sign::SignType;
use world::{Oddity, Profile};

const QUERY: &str = "alipay.trade.query";
const CANCEL: &str = "alipay.trade.cancel";
const BIZ: &str = r#"{"out_trade_no":"T1"}"#;
const PROFILES: [Profile; 2] = [Profile::Strict, Profile::Real];

/// A client of a new app with this profile.
async fn client(shop: &Shop, profile: Profile) -> Client {
    let client = shop.client().await;
    shop.world.apps.change(client.app_id.parse().unwrap(), |setting| setting.profile = profile).unwrap();
    client
}

fn signed(client: &Client, method: &str, biz: &str, more: &[(&str, &str)]) -> Params {
    client.sign(client.params(method, biz, more))
}

/// The charset in which the shop hears of an order that is opened in this way.
async fn letters(
    shop: &Shop,
    client: &Client,
    number: &str,
    request: impl FnOnce(&Params) -> Request<Body>,
) -> Charset {
    let biz = format!(r#"{{"out_trade_no":"{number}","total_amount":"1.00","subject":"龙井茶"}}"#);
    let answer = client.send(request(&signed(client, "alipay.trade.precreate", &biz, &[]))).await;
    client.checked(&answer, SignType::Rsa2);
    assert_eq!(answer.outcome(), "10000", "{}", answer.text());
    let url = answer.get("qr_code");
    let order_no = shop.world.secrets.order_of_token(url.rsplit('/').next().unwrap()).unwrap();
    let order = shop.door.ask(FindOrderByNo { order_no }).await.unwrap();
    assert_eq!(order.subject.as_str(), "龙井茶", "the content is read alike");
    match order.charset {
        WireCharset::Utf8 => Charset::Utf8,
        WireCharset::Gbk => Charset::Gbk,
    }
}

#[tokio::test]
async fn letters_are_in_gbk_when_the_charset_is_named_in_the_body_alone() {
    let shop = Shop::open().await;
    for profile in PROFILES {
        let client = client(&shop, profile).await;
        let odd = if profile.has(Oddity::LettersInGbk) { Charset::Gbk } else { Charset::Utf8 };
        let plain = "application/x-www-form-urlencoded";
        let post = |kind: &str, query: &str| {
            let head = Request::post(format!("/gateway.do{query}")).header("content-type", kind.to_owned());
            move |params: &Params| head.body(Body::from(form(params))).unwrap()
        };
        let number = |which: u32| format!("{}_{which}", profile.name());
        let typed = "application/x-www-form-urlencoded; Charset=\"UTF-8\"";
        assert_eq!(letters(&shop, &client, &number(1), post(plain, "")).await, odd);
        assert_eq!(letters(&shop, &client, &number(2), post(plain, "?charset=utf-8")).await, Charset::Utf8);
        assert_eq!(letters(&shop, &client, &number(3), post(typed, "")).await, Charset::Utf8);
        let get = |params: &Params| {
            Request::get(format!("/gateway.do?{}", form(params))).body(Body::empty()).unwrap()
        };
        assert_eq!(letters(&shop, &client, &number(4), get).await, Charset::Utf8);
    }
}

/// What an answer says, read in this charset; it is no text of the other one.
fn in_charset(answer: &Answer, profile: Profile) -> String {
    assert_eq!(answer.headers["content-type"], "text/html;charset=utf-8");
    let odd = profile.has(Oddity::UnknownInGbk);
    assert_eq!(Charset::Utf8.decode(&answer.signed).is_err(), odd);
    if odd { Charset::Gbk } else { Charset::Utf8 }.decode(&answer.signed).unwrap()
}

#[tokio::test]
async fn an_unknown_outcome_is_told_in_gbk_and_signed_over_these_bytes() {
    let mut shop = Shop::open().await;
    let clients = [client(&shop, Profile::Strict).await, client(&shop, Profile::Real).await];
    let crowded = Arc::new(Gateway::with_places(shop.world.clone(), shop.door.clone(), 0));
    shop.stop_cell();
    for (mut client, profile) in clients.into_iter().zip(PROFILES) {
        let answer = client.post(&signed(&client, QUERY, BIZ, &[])).await;
        client.checked(&answer, SignType::Rsa2);
        assert!(in_charset(&answer, profile).contains("系统繁忙"));
        client.router = gateway::routes(crowded.clone());
        let answer = client.post(&signed(&client, QUERY, BIZ, &[])).await;
        client.checked(&answer, SignType::Rsa2);
        assert!(in_charset(&answer, profile).contains("\"20000\""), "also when there is no place");
    }
}

#[tokio::test]
async fn the_error_page_is_in_gbk() {
    let shop = Shop::open().await;
    for profile in PROFILES {
        let client = client(&shop, profile).await;
        let wrong = signed(&client, "alipay.trade.page.pay", "{}", &[]);
        let request = Request::get(format!("/gateway.do?{}", form(&wrong))).body(Body::empty()).unwrap();
        let (status, headers, body) = client.exchange(request).await;
        let (charset, kind) = match profile.has(Oddity::PagesInGbk) {
            true => (Charset::Gbk, "text/html;charset=GBK"),
            false => (Charset::Utf8, "text/html;charset=utf-8"),
        };
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, kind));
        let text = charset.decode(&body).unwrap();
        assert!(
            text.contains("无法付款") && text.contains(&format!("<meta charset=\"{}\">", charset.name())),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_refusal_of_the_gateway_goes_on_with_an_address() {
    let shop = Shop::open().await;
    for profile in PROFILES {
        let client = client(&shop, profile).await;
        let mut wrong = signed(&client, QUERY, BIZ, &[]);
        wrong.push(("extra".to_owned(), b"1".to_vec()));
        for (params, outcome) in [
            (wrong, "40002 isv.invalid-signature"),
            (signed(&client, QUERY, BIZ, &[("timestamp", "noon")]), "40002 isv.invalid-timestamp"),
            (signed(&client, QUERY, BIZ, &[("app_auth_token", "x")]), "20001 aop.invalid-app-auth-token"),
        ] {
            let answer = client.post(&params).await;
            client.checked(&answer, SignType::Rsa2);
            assert_eq!(answer.outcome(), outcome);
            let trace = answer.headers["trace_id"].to_str().unwrap();
            let more = format!("，解决方案：{}/sandbox?traceId={trace}&source=openapi", shop.world.base_url);
            assert_eq!(
                answer.get("sub_msg").ends_with(&more),
                profile.has(Oddity::HelpLink),
                "{}",
                answer.text()
            );
        }
        // Business has none, under either.
        assert!(!client.call(QUERY, BIZ).await.get("sub_msg").contains("http"));
    }
}

#[tokio::test]
async fn a_token_comes_without_codes() {
    let shop = Shop::open().await;
    for profile in PROFILES {
        let client = client(&shop, profile).await;
        let code =
            world::code_of(profile.name().repeat(4).as_bytes()[..15].try_into().unwrap(), shop.alice.slot());
        let command = engine::Authorize {
            owner: shop.alice,
            app: client.app_id.parse().unwrap(),
            kind: people::GrantKind::User,
            scopes: Text::new("auth_user").unwrap(),
            own_app: None,
            code: shop.world.secrets.token_digest(&code),
            attempt: None,
            passkey: None,
        };
        shop.door.ask(command).await.unwrap();
        let more = [("grant_type", "authorization_code"), ("code", code.as_str())];
        let answer = client.call_with("alipay.system.oauth.token", "", &more).await;
        assert!(!answer.get("access_token").is_empty(), "{}", answer.text());
        let codes = if profile.has(Oddity::TokenWithoutCode) { ("", "") } else { ("10000", "Success") };
        assert_eq!((answer.get("code").as_str(), answer.get("msg").as_str()), codes);
        // A failure has its codes under both.
        let answer = client.call_with("alipay.system.oauth.token", "", &more).await;
        assert_eq!(answer.outcome(), "40002 isv.code-invalid");
    }
}

#[tokio::test]
async fn an_unknown_cancel_is_misspelt() {
    let mut shop = Shop::open().await;
    let clients = [client(&shop, Profile::Strict).await, client(&shop, Profile::Real).await];
    shop.stop_cell();
    for (client, profile) in clients.into_iter().zip(PROFILES) {
        let of = async |method: &str| {
            let answer = client.post(&signed(&client, method, BIZ, &[])).await;
            client.checked(&answer, SignType::Rsa2);
            in_charset(&answer, profile)
        };
        let odd = profile.has(Oddity::CancelMisspelt);
        let cancel = of(CANCEL).await;
        let spelt = if odd { "\"AQC.SYSTEM_ERROR\"" } else { "\"ACQ.SYSTEM_ERROR\"" };
        assert!(cancel.contains(spelt) && cancel.contains("\"retry_flag\":\"Y\""), "{cancel}");
        assert!(of(QUERY).await.contains("\"ACQ.SYSTEM_ERROR\""), "the others are spelt right");
    }
}

#[tokio::test]
async fn an_app_that_nobody_chose_for_is_strict_and_v3_knows_no_oddities() {
    let shop = Shop::open().await;
    let real = client(&shop, Profile::Real).await;
    let usual = shop.client_of(shop.seller, APP_KEY, false, false).await;
    let wrong = [("timestamp", "noon")];
    let answer = usual.post(&signed(&usual, QUERY, BIZ, &wrong)).await;
    assert!(!answer.get("sub_msg").contains("http"), "{}", answer.text());
    let rest = crate::rest_client::RestClient::of(&real);
    let told = rest.exchange(&rest.sign(rest.ask("POST", "/v3/alipay/trade/nothing", BIZ))).await;
    assert!(!told.get("message").contains("解决方案"), "{}", told.body);
}
