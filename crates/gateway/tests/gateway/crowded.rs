//! More calls than there are places: who finds none is told so, signed, and nothing was done for it.

use crate::client::Client;
use crate::shop::{APP_KEY, Shop};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use gateway::{Ending, Gateway, Tally};
use std::sync::Arc;
use wire::charset::Charset;
use wire::sign::SignType;

const QUERY: &str = "alipay.trade.query";

/// A second gateway of the same world, without a single place.
fn crowded(shop: &Shop) -> Router {
    gateway::routes(Arc::new(Gateway::with_places(shop.world.clone(), shop.door.clone(), 0)))
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_hears_a_signed_20000() {
    let shop = Shop::open().await;
    let router = crowded(&shop);
    let mut by_key = shop.client_of(shop.seller, APP_KEY, true, false).await;
    let mut by_certificate = shop.cert_client().await;
    for client in [&mut by_key, &mut by_certificate] {
        client.router = router.clone();
        // Twice, because the second one has a kept signature.
        for _time in 0..2 {
            let refused = client.call(QUERY, r#"{"out_trade_no":"T1"}"#).await;
            assert_eq!(refused.node, "alipay_trade_query_response");
            assert_eq!(refused.outcome(), "20000 isp.unknow-error");
        }
    }
    let in_gbk = by_key.call_with(QUERY, r#"{"out_trade_no":"T1"}"#, &[("charset", "GBK")]).await;
    assert_eq!(in_gbk.headers["content-type"], "text/html;charset=GBK");
    let old = by_key.sign(by_key.params(QUERY, r#"{"out_trade_no":"T1"}"#, &[("sign_type", "RSA")]));
    by_key.checked(&by_key.post(&old).await, SignType::Rsa);
    let stranger = Client::new(router, "2021000000000001".to_owned(), crate::shop::key(APP_KEY));
    let unsigned = stranger.post(&stranger.sign(stranger.params(QUERY, "{}", &[]))).await;
    assert_eq!((unsigned.outcome().as_str(), unsigned.sign), ("20000 isp.unknow-error", None));
}

/// As most clients write it: dots, dashes and underscores are left as they are, so that what an answer needs to know
/// can be read at a glance.
fn in_plain_letters(params: &crate::client::Params) -> String {
    let form = crate::client::form(params);
    [("%2E", "."), ("%2D", "-"), ("%5F", "_")].iter().fold(form, |form, (from, to)| form.replace(from, to))
}

/// Requests with the same parameters, as clients bring them.
fn requests(params: &crate::client::Params) -> Vec<Request<Body>> {
    let (plain, escaped) = (in_plain_letters(params), crate::client::form(params));
    let post = |form: &str| {
        let head = Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
        head.body(Body::from(form.to_owned())).unwrap()
    };
    let get = |form: &str| Request::get(format!("/gateway.do?{form}")).body(Body::empty()).unwrap();
    let split = {
        let (query, body) = plain.split_once('&').unwrap();
        Request::post(format!("/gateway.do?{query}")).body(Body::from(body.to_owned())).unwrap()
    };
    let multipart = {
        let part = |(name, value): &(String, Vec<u8>)| {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            [head.as_bytes(), value, b"\r\n"].concat()
        };
        let body = [params.iter().map(part).collect::<Vec<_>>().concat(), b"--b--\r\n".to_vec()].concat();
        let head = Request::post("/gateway.do").header("content-type", "multipart/form-data; boundary=b");
        head.body(Body::from(body)).unwrap()
    };
    let mut all = vec![post(&plain), post(&escaped), post(&format!("{plain}&method=alipay%2Etrade.query"))];
    all.extend([get(&plain), get(&escaped), split, multipart]);
    all
}

#[tokio::test(start_paused = true)]
async fn however_a_call_comes_its_refusal_is_signed_for_its_caller() {
    let shop = Shop::open().await;
    let router = crowded(&shop);
    let by_key = shop.client_of(shop.seller, APP_KEY, true, true).await;
    let by_certificate = shop.cert_client().await;
    let cipher = by_key.aes.as_ref().unwrap().encrypt(br#"{"out_trade_no":"T1"}"#);
    let plain = r#"{"out_trade_no":"T1"}"#;
    let encrypted = [("encrypt_type", "AES")];
    for (mut client, biz, more, kind) in [
        (by_key.again(), plain, &[][..], SignType::Rsa2),
        (by_key.again(), plain, &[("charset", "GBK")], SignType::Rsa2),
        (by_key.again(), plain, &[("sign_type", "RSA")], SignType::Rsa),
        (by_key.again(), &cipher, &encrypted, SignType::Rsa2),
        (by_certificate.again(), plain, &[], SignType::Rsa2),
    ] {
        client.router = router.clone();
        let params = client.sign(client.params(QUERY, biz, more));
        for (way, request) in requests(&params).into_iter().enumerate() {
            let refused = client.send(request).await;
            client.checked(&refused, kind);
            assert_eq!(refused.node, "alipay_trade_query_response", "{way}");
            let in_gbk = more.contains(&("charset", "GBK"));
            let text = if in_gbk { Charset::Gbk } else { Charset::Utf8 }.decode(&refused.signed).unwrap();
            assert!(
                text.starts_with(
                    r#"{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error","#
                ),
                "{text}"
            );
            let charset = if in_gbk { "GBK" } else { "utf-8" };
            assert_eq!(refused.headers["content-type"], format!("text/html;charset={charset}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_wrong_is_refused_as_any_other() {
    let shop = Shop::open().await;
    let mut client = shop.client().await;
    client.router = crowded(&shop);
    let params = client.sign(client.params(QUERY, "{}", &[]));
    let plain = in_plain_letters(&params);
    let post = |form: String| Request::post("/gateway.do").body(Body::from(form)).unwrap();
    for form in [format!("{plain}&x=%"), format!("x=%zz&{plain}"), format!("{plain}&method=alipay.trade.pay")]
    {
        let refused = client.send(post(form)).await;
        assert_eq!(refused.outcome(), "20000 isp.unknow-error");
    }
    let unknown = client.send(post(plain.replace(QUERY, "alipay.trade.nonsense"))).await;
    client.checked(&unknown, SignType::Rsa2);
    assert_eq!(
        (unknown.node.as_str(), unknown.outcome().as_str()),
        ("error_response", "20000 isp.unknow-error")
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_encrypted_call_is_answered_in_plain() {
    let shop = Shop::open().await;
    let mut client = shop.client_of(shop.seller, APP_KEY, false, true).await;
    let cipher = client.aes.as_ref().unwrap().encrypt(br#"{"out_trade_no":"SECRET1"}"#);
    client.router = crowded(&shop);
    let refused = client.call_with(QUERY, &cipher, &[("encrypt_type", "AES")]).await;
    assert_eq!(refused.outcome(), "20000 isp.unknow-error");
    // The same bytes as to everybody else, so that nothing of the call can be in them.
    let plain = client.call(QUERY, r#"{"out_trade_no":"T1"}"#).await;
    assert_eq!(refused.signed, plain.signed);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_decided_for_a_call_without_a_place() {
    let shop = Shop::open().await;
    let mut client = shop.client().await;
    let before = client.router.clone();
    let code = shop.pay_code(shop.alice).await;
    let pay = format!(
        r#"{{"out_trade_no":"T1","subject":"x","total_amount":"1.00","scene":"bar_code","auth_code":"{code}"}}"#
    );
    client.router = crowded(&shop);
    assert_eq!(client.call("alipay.trade.pay", &pay).await.outcome(), "20000 isp.unknow-error");
    client.router = before;
    assert_eq!(client.call(QUERY, r#"{"out_trade_no":"T1"}"#).await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    assert_eq!(client.call("alipay.trade.pay", &pay).await.outcome(), "10000");
}

#[tokio::test(start_paused = true)]
async fn a_browser_without_a_place_gets_a_page_and_an_order_string_its_reason() {
    let shop = Shop::open().await;
    let mut client = shop.client().await;
    let biz = r#"{"out_trade_no":"T1","subject":"x","total_amount":"1.00","product_code":"FAST_INSTANT_TRADE_PAY"}"#;
    let params = client.sign(client.params("alipay.trade.page.pay", biz, &[]));
    client.router = crowded(&shop);
    let form = crate::client::form(&params);
    let request =
        axum::http::Request::get(format!("/gateway.do?{form}")).body(axum::body::Body::empty()).unwrap();
    let (_, headers, page) = client.exchange(request).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("isp.unknow-error"), "{page}");
    assert!(headers["trace_id"].len() == 32);
    let gateway = Gateway::with_places(shop.world.clone(), shop.door.clone(), 0);
    assert_eq!(gateway.open_order_text(&form).await.unwrap_err().sub_code, "isp.unknow-error");
}

/// How often a method ended so.
fn counted(tally: &Tally, method: &str, ending: Ending) -> u64 {
    let calls = tally.calls();
    let of_it = calls.iter().filter(|(name, ended, _)| *name == method && *ended == ending);
    of_it.map(|(_, _, number)| number).sum()
}

#[tokio::test]
async fn calls_are_counted_by_method_and_ending_and_never_by_a_strangers_word() {
    let shop = Shop::open().await;
    let tally = shop.gateway.tally();
    let mut client = shop.client().await;
    let precreate = "alipay.trade.precreate";
    client.call(precreate, r#"{"out_trade_no":"T1","subject":"x","total_amount":"1.00"}"#).await;
    client.call(QUERY, r#"{"out_trade_no":"T9"}"#).await;
    client.post(&client.params(QUERY, "{}", &[])).await;
    client.post(&client.sign(client.params("alipay.trade.nonsense", "{}", &[]))).await;
    for (method, ending, number) in [
        (precreate, Ending::Done, 1),
        (QUERY, Ending::Refused, 1),
        (QUERY, Ending::Wrong, 1),
        ("other", Ending::Wrong, 1),
        (QUERY, Ending::Done, 0),
        (QUERY, Ending::TurnedAway, 0),
    ] {
        assert_eq!(counted(&tally, method, ending), number, "{method} {ending:?}");
    }
    assert!(tally.calls().iter().all(|(name, ..)| [precreate, QUERY, "other"].contains(name)));
    assert_eq!(tally.took().count, 4);
    let full = Arc::new(Gateway::with_places(shop.world.clone(), shop.door.clone(), 0));
    let tally = full.tally();
    client.router = gateway::routes(full);
    client.call(QUERY, "{}").await;
    assert_eq!(counted(&tally, QUERY, Ending::TurnedAway), 1);
    assert_eq!(tally.took().count, 0, "how long it waited says nothing of calls that are served");
}
