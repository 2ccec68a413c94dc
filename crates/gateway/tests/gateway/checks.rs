//! The checks before any method runs: each fault by its name, in the order of precedence.

use crate::client::{Params, form};
use crate::shop::{APP_KEY, OTHER_KEY, PLATFORM_KEY, Shop, key};
use axum::body::Body;
use axum::http::Request;
use engine::SetAppStatus;
use people::AppStatus;
use wire::canonical::{join_sorted, notify_text};
use wire::sign::SignType;

const METHOD: &str = "alipay.trade.query";
const BIZ: &str = r#"{"out_trade_no":"N1"}"#;
/// The business was reached.
const UNDERSTOOD: &str = "40004 ACQ.TRADE_NOT_EXIST";

#[tokio::test]
async fn parameters_travel_in_any_split() {
    let shop = Shop::open().await;
    for client in [shop.client().await, shop.cert_client().await] {
        let signed = client.sign(client.params(METHOD, BIZ, &[]));
        let half: Params = signed.iter().step_by(2).cloned().collect();
        let rest: Params = signed.iter().skip(1).step_by(2).cloned().collect();
        let both = format!("{}&charset=utf-8", form(&half));
        for (query, body) in
            [(form(&signed), String::new()), (String::new(), form(&signed)), (both, form(&rest))]
        {
            for target in ["/gateway.do", "/w/default/gateway.do", "http://pay.example/gateway.do"] {
                let request = Request::post(format!("{target}?{query}"))
                    .header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
                let answer = client.send(request.body(Body::from(body.clone())).unwrap()).await;
                client.checked(&answer, SignType::Rsa2);
                assert_eq!(answer.outcome(), UNDERSTOOD, "{target} {query} {body}");
            }
        }
        assert_eq!(client.get(&signed).await.outcome(), UNDERSTOOD);
    }
}

#[tokio::test]
async fn multipart_text_parts_are_parameters_and_files_are_not() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let mut signed = client.sign(client.params(METHOD, BIZ, &[]));
    signed.retain(|(name, _)| name != "biz_content");
    let boundary = "ALIPAY_SDK_PYTHON_BOUNDARY";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"biz_content\"\r\n\
        Content-Type: text/plain\r\n\r\n{BIZ}\r\n\
        --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\
        bytes\r\n--{boundary}--\r\n"
    );
    for kind in [
        "multipart/form-data; boundary=ALIPAY_SDK_PYTHON_BOUNDARY",
        "multipart/form-data;charset=utf-8;boundary=ALIPAY_SDK_PYTHON_BOUNDARY",
    ] {
        let request = Request::post(format!("/gateway.do?{}", form(&signed))).header("content-type", kind);
        let answer = client.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(answer.outcome(), UNDERSTOOD);
    }
    for (kind, body) in [
        ("multipart/form-data", body.as_str()),
        ("multipart/form-data; boundary=x", "--x"),
        ("application/json", "{}"),
    ] {
        let request = Request::post(format!("/gateway.do?{}", form(&signed))).header("content-type", kind);
        let answer = client.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(answer.outcome(), "40002 isv.invalid-content-type", "{kind}");
        client.checked(&answer, SignType::Rsa2);
        assert_eq!(answer.node, "alipay_trade_query_response");
    }
}

#[tokio::test]
async fn each_fault_has_its_name_in_the_methods_own_envelope() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (name, value, expected) in [
        ("sign_type", "-", "40001 isv.missing-signature-type"),
        ("sign_type", "RSA", "40002 isv.invalid-signature-type"),
        ("sign_type", "SM2", "40002 isv.invalid-signature-type"),
        ("sign_type", "none", "40002 isv.invalid-signature-type"),
        ("timestamp", "-", "40001 isv.missing-timestamp"),
        ("timestamp", "2026/01/02 03:04", "40002 isv.invalid-timestamp"),
        ("timestamp", "2026-02-30 03:04:05", "40002 isv.invalid-timestamp"),
        ("timestamp", "2025-12-31 23:04:05", "40002 isv.invalid-timestamp"),
        ("timestamp", "2026-01-03 06:04:05", "40002 isv.invalid-timestamp"),
        ("timestamp", "2026-01-01 05:04:05", UNDERSTOOD),
        ("version", "-", "40001 isv.missing-version"),
        ("version", "2.0", "40002 isv.invalid-parameter"),
        ("charset", "utf-7", "40002 isv.invalid-charset"),
        ("charset", "-", UNDERSTOOD),
        ("format", "XML", "40002 isv.invalid-format"),
        ("format", "json", UNDERSTOOD),
        ("auth_token", "x", "20001 aop.invalid-auth-token"),
        ("app_auth_token", "x", "20001 aop.invalid-app-auth-token"),
    ] {
        let answer = client.call_with(METHOD, BIZ, &[(name, value)]).await;
        assert_eq!(answer.outcome(), expected, "{name}={value}");
        assert_eq!(answer.node, "alipay_trade_query_response");
        assert_eq!(answer.headers["content-type"], "text/html;charset=utf-8");
    }
    let unsigned = client.post(&client.params(METHOD, BIZ, &[])).await;
    assert_eq!(unsigned.outcome(), "40001 isv.missing-signature");
    client.checked(&unsigned, SignType::Rsa2);
}

#[tokio::test]
async fn of_two_faults_the_earlier_is_told() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let faults = [
        ("method", "-"),
        ("app_id", "-"),
        ("sign_type", "-"),
        ("timestamp", "-"),
        ("version", "-"),
        ("charset", "x"),
        ("format", "x"),
    ];
    let expected = [
        "40001 isv.missing-method",
        "40001 isv.missing-app-id",
        "40001 isv.missing-signature-type",
        "40001 isv.missing-timestamp",
        "40001 isv.missing-version",
        "40002 isv.invalid-charset",
        "40002 isv.invalid-format",
    ];
    for first in 0..faults.len() {
        let answer = client.post(&client.params(METHOD, BIZ, &faults[first..])).await;
        assert_eq!(answer.outcome(), expected[first]);
    }
}

#[tokio::test]
async fn who_is_not_known_gets_no_signature() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (app_id, expected) in [
        ("-", "40001 isv.missing-app-id"),
        ("9021999999999999", "40002 isv.invalid-app-id"),
        ("2021000000000001", "40002 isv.invalid-app-id"),
        ("../etc", "40002 isv.invalid-app-id"),
    ] {
        let answer = client.post(&client.sign(client.params(METHOD, BIZ, &[("app_id", app_id)]))).await;
        assert_eq!((answer.outcome().as_str(), answer.sign.is_none()), (expected, true), "{app_id}");
        assert_eq!(answer.node, "alipay_trade_query_response");
    }
    let request = Request::post("/w/elsewhere/gateway.do").body(Body::empty()).unwrap();
    assert_eq!(client.send(request).await.outcome(), "40002 isv.invalid-app-id");
}

#[tokio::test]
async fn methods_are_here_or_known_or_neither() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (method, node, expected) in [
        ("-", "error_response", "40001 isv.missing-method"),
        ("alipay.trade.nonsense", "error_response", "40002 isv.invalid-method"),
        ("alipay.trade.<b>", "error_response", "40002 isv.invalid-method"),
        ("alipay.trade.create\0", "error_response", "40002 isv.invalid-method"),
        (
            "alipay.fund.trans.page.pay",
            "alipay_fund_trans_page_pay_response",
            "40006 isv.insufficient-isv-permissions",
        ),
        (
            "zhima.credit.score.get",
            "zhima_credit_score_get_response",
            "40006 isv.insufficient-isv-permissions",
        ),
    ] {
        let answer = client.call(method, BIZ).await;
        assert_eq!((answer.node.as_str(), answer.outcome().as_str()), (node, expected), "{method}");
    }
    assert!(client.call("zhima.credit.score.get", BIZ).await.get("sub_msg").contains("暂未模拟"));
}

#[tokio::test]
async fn a_wrong_signature_shows_the_text_and_is_diagnosed() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let params = client.params(METHOD, r#"{"out_trade_no":"支 1"}"#, &[]);
    let text =
        |pairs: &Params| join_sorted(pairs.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    let with =
        |sign: String| -> Params { [params.clone(), vec![("sign".to_owned(), sign.into_bytes())]].concat() };
    let own = |bytes: &[u8]| key(APP_KEY).sign(SignType::Rsa2, bytes);
    let no_type = notify_text(params.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    let gbk: Params = params
        .iter()
        .map(|(name, value)| {
            (name.clone(), wire::charset::Charset::Gbk.encode(std::str::from_utf8(value).unwrap()).unwrap())
        })
        .collect();
    let plus: Params = params
        .iter()
        .map(|(name, value)| {
            (name.clone(), value.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect())
        })
        .collect();
    let no_biz: Params = params.iter().filter(|(name, _)| name != "biz_content").cloned().collect();
    for (sign, cause) in [
        ("!!".to_owned(), "sign-not-base64"),
        ("支付".to_owned(), "sign-not-base64"),
        ("AAAA".to_owned(), "sign-of-other-length"),
        (key(OTHER_KEY).sign(SignType::Rsa2, &text(&params)), "wrong-key-or-altered"),
        (key(PLATFORM_KEY).sign(SignType::Rsa2, &text(&params)), "signed-by-platform"),
        (key(APP_KEY).sign(SignType::Rsa, &text(&params)), "other-sign-type"),
        (own(&no_type), "sign-type-left-out"),
        (own(&text(&gbk)), "signed-as-gbk"),
        (own(&text(&plus)), "spaces-as-plus"),
        (own(&text(&no_biz)), "parameter-left-out"),
        (own(b"something"), "wrong-key-or-altered"),
    ] {
        let answer = client.post(&with(sign)).await;
        client.checked(&answer, SignType::Rsa2);
        assert_eq!(answer.outcome(), "40002 isv.invalid-signature", "{cause}");
        let hint = answer.headers["x-tongbao-diagnosis"].to_str().unwrap();
        let (name, advice) = hint.split_once(": ").unwrap();
        assert_eq!(name, cause, "{hint}");
        assert!(!answer.text().contains(name) && !answer.text().contains(advice), "never in the body");
        if cause == "sign-not-base64" {
            continue;
        }
        let shown = answer.get("sub_msg");
        assert!(
            shown.contains("&amp;biz_content={&quot;out_trade_no&quot;:&quot;支 1&quot;}&amp;charset=utf-8"),
            "{shown}"
        );
    }
    // What is proven of a short request is not looked for in one that would cost too much.
    let long = client.params(METHOD, BIZ, &[("x", "y".repeat(70_000).as_str())]);
    let no_type = notify_text(long.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    let long = [long, vec![("sign".to_owned(), own(&no_type).into_bytes())]].concat();
    let hint = client.post(&long).await.headers["x-tongbao-diagnosis"].to_str().unwrap().to_owned();
    assert!(hint.starts_with("wrong-key-or-altered: "), "{hint}");
    let marked =
        [client.params(METHOD, BIZ, &[("x", "<b>")]), vec![("sign".to_owned(), b"AAAA".to_vec())]].concat();
    let said = client.post(&marked).await;
    assert!(
        said.text().contains("&lt;b&gt;") && !said.text().contains('<'),
        "an answer is text/html: no foreign markup"
    );
    assert!(said.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let live = Shop::open_world(false).await;
    let client = live.client().await;
    let answer = client
        .post(&[client.params(METHOD, BIZ, &[]), vec![("sign".to_owned(), b"AAAA".to_vec())]].concat())
        .await;
    assert!(!answer.headers.contains_key("x-tongbao-diagnosis"), "only a sandbox explains");
}

#[tokio::test]
async fn the_key_of_another_app_of_the_merchant_is_recognised() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let _other = shop.client_of(shop.seller, OTHER_KEY, false, false).await;
    let mut params = client.params(METHOD, BIZ, &[]);
    let signed = client.sign(params.clone());
    assert_eq!(
        client.post(&signed).await.headers.get("x-tongbao-diagnosis"),
        None,
        "a right one is not diagnosed"
    );
    let text = join_sorted(params.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    params.push(("sign".to_owned(), key(OTHER_KEY).sign(SignType::Rsa2, &text).into_bytes()));
    let answer = client.post(&params).await;
    assert_eq!(answer.outcome(), "40002 isv.invalid-signature");
    assert!(answer.headers["x-tongbao-diagnosis"].to_str().unwrap().starts_with("key-of-another-app: "));
}

#[tokio::test]
async fn a_signature_fits_one_app_one_text_and_may_lose_its_plus() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let signed = client.sign(client.params(METHOD, BIZ, &[]));
    let spaces: Params = signed
        .iter()
        .map(|(name, value)| {
            (
                name.clone(),
                value.iter().map(|byte| if *byte == b'+' && name == "sign" { b' ' } else { *byte }).collect(),
            )
        })
        .collect();
    assert_eq!(client.post(&spaces).await.outcome(), UNDERSTOOD);
    for (name, value) in [
        ("biz_content", r#"{"out_trade_no":"N2"}"#),
        ("notify_url", "http://127.0.0.1/"),
        ("timestamp", "2026-01-02 03:04:06"),
    ] {
        let mut changed: Params = signed.iter().filter(|(known, _)| known != name).cloned().collect();
        changed.push((name.to_owned(), value.as_bytes().to_vec()));
        assert_eq!(client.post(&changed).await.outcome(), "40002 isv.invalid-signature", "{name}");
    }
    let empties =
        [signed.clone(), vec![("auth_token".to_owned(), Vec::new()), ("notify_url".to_owned(), Vec::new())]]
            .concat();
    assert_eq!(client.post(&empties).await.outcome(), UNDERSTOOD, "empties take no part");
    let mut kept = client.params(METHOD, BIZ, &[]);
    kept.push(("prod_code".to_owned(), Vec::new()));
    assert_eq!(client.post(&client.sign(kept)).await.outcome(), UNDERSTOOD, "unless the client signed them");
}

#[tokio::test]
async fn sha1_is_for_apps_that_may() {
    let shop = Shop::open().await;
    let old = shop.client_of(shop.seller, APP_KEY, true, false).await;
    let answer = old.post(&old.sign(old.params(METHOD, BIZ, &[("sign_type", "RSA")]))).await;
    assert_eq!(answer.outcome(), UNDERSTOOD);
    old.checked(&answer, SignType::Rsa);
    let as_new = old.sign_as(old.params(METHOD, BIZ, &[]), SignType::Rsa);
    assert_eq!(old.post(&as_new).await.outcome(), "40002 isv.invalid-signature");
    let client = shop.client().await;
    let answer = client.post(&client.sign(client.params(METHOD, BIZ, &[("sign_type", "RSA")]))).await;
    assert_eq!(answer.outcome(), "40002 isv.invalid-signature-type");
    client.checked(&answer, SignType::Rsa2);
}

#[tokio::test]
async fn certificates_are_named_by_their_serials() {
    let shop = Shop::open().await;
    let client = shop.cert_client().await;
    let platform_sn = shop.world.platform.cert_sn.clone();
    let unknown = "00000000000000000000000000000000";
    for (name, value, expected, diagnosis) in [
        ("app_cert_sn", "-", "40001 isv.missing-app-cert-sn", ""),
        ("alipay_root_cert_sn", "-", "40001 isv.missing-alipay-root-cert-sn", ""),
        ("app_cert_sn", unknown, "40002 isv.app-cert-not-exist", "sn-unknown"),
        ("app_cert_sn", &platform_sn, "40002 isv.app-cert-not-exist", "app-sn-of-platform"),
        ("alipay_root_cert_sn", "0", "40002 isv.invalid-alipay-root-cert-sn", "sn-unknown"),
        ("alipay_root_cert_sn", &platform_sn, "40002 isv.invalid-alipay-root-cert-sn", "root-sn-of-other"),
        ("format", "JSON", UNDERSTOOD, ""),
    ] {
        let answer = client.call_with(METHOD, BIZ, &[(name, value)]).await;
        assert_eq!(answer.outcome(), expected, "{name}={value}");
        let said = answer.headers.get("x-tongbao-diagnosis").map(|value| value.to_str().unwrap());
        assert_eq!(said.unwrap_or_default().split(':').next(), Some(diagnosis), "{name}={value}");
    }
    // 2031: the certificate is past its end.
    shop.advance(160_000_000_000_000);
    let late = client.call_with(METHOD, BIZ, &[("timestamp", "2031-01-27 23:30:45")]).await;
    assert_eq!(late.outcome(), "40002 isv.app-cert-expired");
}

#[tokio::test]
async fn a_disabled_app_may_not_call_until_it_is_online_again() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let app = client.app_id.parse().unwrap();
    for (status, expected) in
        [(AppStatus::Disabled, "40003 isv.invalid-app-state"), (AppStatus::Online, UNDERSTOOD)]
    {
        shop.door.ask(SetAppStatus { app, status }).await.unwrap();
        assert_eq!(client.call(METHOD, BIZ).await.outcome(), expected);
    }
}

#[tokio::test]
async fn a_cell_that_cannot_answer_is_no_refusal() {
    let mut shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    shop.stop_cell();
    let pay = format!(r#"{{"out_trade_no":"T1","total_amount":"1","subject":"s","auth_code":"{code}"}}"#);
    let refund = r#"{"out_trade_no":"T1","refund_amount":"1"}"#;
    for (method, biz) in
        [("pay", pay.as_str()), ("query", BIZ), ("close", BIZ), ("cancel", BIZ), ("refund", refund)]
    {
        let said = client.call(&format!("alipay.trade.{method}"), biz).await;
        assert_eq!(said.outcome(), "20000 ACQ.SYSTEM_ERROR", "{method}");
        assert_eq!(said.get("msg"), "Service Currently Unavailable");
        assert_eq!(said.get("retry_flag"), if method == "cancel" { "Y" } else { "" });
    }
}
