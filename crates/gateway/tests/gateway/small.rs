//! The small methods: certifications, codes of apps, uploads, and what only answers.

use crate::client::Client;
use crate::rest_client::RestClient;
use crate::shop::{OTHER_KEY, Shop};
use axum::body::Body;
use axum::http::Request;
use base::{HOUR_US, SECOND_US};
use engine::DecideCertification;
use people::PartyStatus;

const INITIALIZE: &str = "alipay.user.certify.open.initialize";
const CERTIFY: &str = "alipay.user.certify.open.certify";
const QUERY: &str = "alipay.user.certify.open.query";

fn asked(number: &str, name: &str) -> String {
    format!(
        r#"{{"outer_order_no":"{number}","biz_code":"FACE","identity_param":{{"identity_type":"CERT_INFO","cert_type":"IDENTITY_CARD","cert_name":"{name}","cert_no":"1"}},"merchant_config":{{"return_url":"http://127.0.0.1/back"}}}}"#
    )
}

async fn decide(shop: &Shop, certify_id: &str, passed: bool) {
    let (slot, id) = (shop.seller.slot(), shop.world.secrets.token_digest(certify_id));
    shop.door.ask(DecideCertification { slot, id, passed }).await.unwrap();
}

#[tokio::test]
async fn a_certification_is_asked_for_decided_and_told() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let first = client.call(INITIALIZE, &asked("N1", "wang")).await;
    let certify_id = first.get("certify_id");
    assert_eq!((first.outcome().as_str(), certify_id.len()), ("10000", 32));
    assert_eq!(client.call(INITIALIZE, &asked("N1", "wang")).await.get("certify_id"), certify_id);
    assert_eq!(client.call(INITIALIZE, &asked("N1", "li")).await.outcome(), "40004 ARRANGEMENT_STATUS_ERROR");
    let biz = format!(r#"{{"certify_id":"{certify_id}"}}"#);
    assert_eq!(client.call(QUERY, &biz).await.outcome(), "40004 OPEN_CERTIFY_BILL_STATUS_ERROR");
    let (status, headers, _) = {
        let params = client.sign(client.params(CERTIFY, &biz, &[]));
        let uri = format!("/gateway.do?{}", crate::client::form(&params));
        client.exchange(Request::get(uri).body(Body::empty()).unwrap()).await
    };
    let page = format!("http://127.0.0.1:8080/certify/{certify_id}");
    assert_eq!((status.as_u16(), headers["location"].to_str().unwrap()), (302, page.as_str()));
    decide(&shop, &certify_id, true).await;
    let told = client.call(QUERY, &biz).await;
    assert_eq!((told.get("passed").as_str(), told.names()), ("T", names(&["code", "msg", "passed"])));
    let failed = client.call(INITIALIZE, &asked("N2", "wang")).await.get("certify_id");
    decide(&shop, &failed, false).await;
    let told = client.call(QUERY, &format!(r#"{{"certify_id":"{failed}"}}"#)).await;
    assert_eq!(told.get("passed"), "F");
    let rest = RestClient::of(&client);
    let told =
        rest.call("GET", &format!("/v3/alipay/user/certify/open/query?certify_id={certify_id}"), "").await;
    assert_eq!((told.status, told.json()["passed"].as_str()), (200, Some("T")));
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn every_refusal_of_a_certification_has_a_row() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let right = asked("N1", "wang");
    for (from, to) in [
        (r#""outer_order_no":"N1","#, ""),
        ("N1", "N 1"),
        (r#""biz_code":"FACE","#, ""),
        (r#""FACE""#, r#""FACES""#),
        ("identity_param", "identity_params"),
        (r#""identity_type":"CERT_INFO","#, ""),
        ("http://", "javascript://"),
    ] {
        let answer = client.call(INITIALIZE, &right.replace(from, to)).await;
        assert_eq!(answer.outcome(), "40004 ILLEGAL_ARGUMENT_FORMAT", "{from}");
    }
    assert_eq!(client.call(QUERY, "{}").await.outcome(), "40004 ILLEGAL_ARGUMENT_FORMAT");
    let unknown = r#"{"certify_id":"01234567890123456789012345678907"}"#;
    assert_eq!(client.call(QUERY, unknown).await.outcome(), "40004 OPEN_CERTIFY_BILL_NOT_EXIST");
    let certify_id = client.call(INITIALIZE, &right).await.get("certify_id");
    let biz = format!(r#"{{"certify_id":"{certify_id}"}}"#);
    let stranger = shop.merchant("other@example.com").await;
    let stranger = shop.client_of(stranger, OTHER_KEY, false, false).await;
    assert_eq!(stranger.call(QUERY, &biz).await.outcome(), "40004 OPEN_CERTIFY_BILL_NOT_EXIST");
    shop.advance(23 * HOUR_US + SECOND_US);
    assert_eq!(client.call(QUERY, &biz).await.outcome(), "40004 CERTIFY_ID_EXPIRED");
}

/// A multipart body: text parts, then a file.
fn multipart(texts: &[(&str, &[u8])], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in texts {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend_from_slice(value);
        body.extend(b"\r\n");
    }
    if let Some((name, bytes)) = file {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file_content\"; filename=\"";
        body.extend(format!("{head}{name}\"\r\nContent-Type: image/png\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn upload(client: &Client, biz_code: &str, file: Option<(&str, &[u8])>) -> crate::client::Answer {
    let params = client.sign(client.params("alipay.open.file.upload", "", &[("biz_code", biz_code)]));
    let texts: Vec<(&str, &[u8])> =
        params.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let request = Request::post("/gateway.do").header("content-type", "multipart/form-data; boundary=b");
    client.send(request.body(Body::from(multipart(&texts, file))).unwrap()).await
}

#[tokio::test]
async fn a_file_is_named_by_its_bytes() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let first = upload(&client, "openpt_appstore", Some(("a.png", b"\x00picture"))).await;
    assert_eq!(first.outcome(), "10000");
    assert!(first.get("file_id").starts_with("A*") && first.get("file_id").len() == 32);
    let again = upload(&client, "openpt_appstore", Some(("b.png", b"\x00picture"))).await;
    assert_eq!(again.get("file_id"), first.get("file_id"));
    let other = upload(&client, "openpt_appstore", Some(("a.png", b"\x00pictures"))).await;
    assert_ne!(other.get("file_id"), first.get("file_id"));
    for (biz_code, file, outcome) in [
        ("-", Some(("a.png", &b"x"[..])), "40002 isv.invalid-parameter"),
        ("x", None, "40002 isv.upload-fail"),
        ("x", Some(("a", &b"x"[..])), "40002 isv.invalid-file-extension"),
        ("x", Some(("a.png", &b""[..])), "40002 isv.invalid-file-size"),
    ] {
        assert_eq!(upload(&client, biz_code, file).await.outcome(), outcome);
    }
}

#[tokio::test]
async fn the_rest_interface_signs_the_data_part_of_an_upload() {
    let shop = Shop::open().await;
    let rest = RestClient::by_key(&shop).await;
    let data = br#"{"biz_code":"openpt_appstore"}"#;
    let ask = rest.ask("POST", "/v3/alipay/open/file/upload", std::str::from_utf8(data).unwrap());
    let mut ask = rest.sign(ask);
    ask.headers = vec![("content-type", "multipart/form-data; boundary=b".to_owned())];
    ask.body = String::from_utf8(multipart(&[("data", data)], Some(("a.png", b"picture")))).unwrap();
    let told = rest.send(&ask).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert!(told.json()["file_id"].as_str().unwrap().starts_with("A*"));
    let mut changed = ask.clone();
    changed.body = changed.body.replace("openpt", "other");
    changed.auth = changed.auth.replace("n-", "m-");
    assert_eq!(rest.send(&changed).await.json()["code"], "invalid-signature");
}

#[tokio::test]
async fn methods_that_only_answer() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let risk = client.call(
        "alipay.security.risk.content.analyze",
        r#"{"account_type":"1","account":"a","version":"2.0"}"#,
    );
    let risk = risk.await;
    assert_eq!((risk.get("need_query").as_str(), risk.get("result_action").as_str()), ("no_need", "PASSED"));
    let code = r#"{"url_param":"pages/index","query_param":"x=1","describe":"tea"}"#;
    let url = client.call("alipay.open.app.qrcode.create", code).await.get("qr_code_url");
    assert!(url.starts_with("http://127.0.0.1:8080/app-code?link=alipays"), "{url}");
    let (page, query) = ("页".repeat(256), "x".repeat(256));
    let code = |page: &str, query: &str| {
        format!(r#"{{"url_param":"{page}","query_param":"{query}","describe":"tea"}}"#)
    };
    assert_eq!(client.call("alipay.open.app.qrcode.create", &code("页", &query)).await.outcome(), "10000");
    let long = client.call("alipay.open.app.qrcode.create", &code(&page, &query)).await;
    assert_eq!(long.outcome(), "40004 INVALID_PARAMETER");
    assert!(long.get("sub_msg").contains("2331"), "{}", long.text());
    let missing = client.call("alipay.open.app.qrcode.create", "{}").await;
    assert_eq!(missing.outcome(), "40004 INVALID_PARAMETER");
    let consult = |user: &str| format!(r#"{{"alipay_user_id":"{user}"}}"#);
    let alice = consult(&shop.alice.to_string());
    let told = client.call("alipay.trade.advance.consult", &alice).await;
    assert_eq!((told.outcome().as_str(), &told.inner()["refer_result"]), ("10000", &false.into()));
    let told = client.call("alipay.trade.advance.consult", &consult("2088000000000000")).await;
    assert_eq!(told.outcome(), "40004 USER_NOT_EXIST");
    shop.set_status(shop.alice, PartyStatus::Frozen).await;
    assert_eq!(
        client.call("alipay.trade.advance.consult", &alice).await.outcome(),
        "40004 USER_STAUTS_ERROR"
    );
}

#[tokio::test]
async fn a_credit_trade_is_looked_up_when_it_is_told_of() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let pay = format!(
        r#"{{"out_trade_no":"S1","total_amount":"1.00","subject":"tea","scene":"bar_code","auth_code":"{code}"}}"#
    );
    let trade_no = client.call("alipay.trade.pay", &pay).await.get("trade_no");
    let sync = |no: &str, kind: &str, status: &str| {
        format!(
            r#"{{"trade_no":"{no}","out_request_no":"Q1","biz_type":"{kind}","order_biz_info":"{{\"status\":\"{status}\"}}"}}"#
        )
    };
    let method = "alipay.trade.orderinfo.sync";
    let told = client.call(method, &sync(&trade_no, "CREDIT_AUTH", "COMPLETE")).await;
    assert_eq!((told.outcome().as_str(), told.get("out_trade_no").as_str()), ("10000", "S1"));
    assert_eq!(told.get("buyer_user_id"), shop.alice.to_string());
    for (biz, outcome) in [
        (sync("x", "CREDIT_AUTH", "COMPLETE"), "40004 ACQ.TRADE_NOT_EXIST"),
        (sync("2026010222001400000000000742", "CREDIT_AUTH", "COMPLETE"), "40004 ACQ.TRADE_NOT_EXIST"),
        (sync(&trade_no, "CREDIT", "COMPLETE"), "40004 ACQ.INVALID_PARAMETER"),
        (sync(&trade_no, "CREDIT_AUTH", "DONE"), "40004 ACQ.NOTIFY_STATUS_INVALID"),
        (
            sync(&trade_no, "CREDIT_AUTH", "COMPLETE").replace("out_request_no", "other"),
            "40004 ACQ.INVALID_PARAMETER",
        ),
    ] {
        assert_eq!(client.call(method, &biz).await.outcome(), outcome, "{biz}");
    }
}
