//! Bad input: each a specific error in the right envelope, and nothing changed.

use crate::client::{Client, Params, form};
use crate::methods::query;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;
use wire::sign::SignType;

const CREATE: &str = "alipay.trade.create";
const FIELD: &str = "40004 ACQ.INVALID_PARAMETER";
const JSON: &str = "40002 isv.illegal-json";
const PARAMETER: &str = "40002 isv.invalid-parameter";

/// A good order with one member written otherwise; an empty `value` leaves it out.
fn order(shop: &Shop, name: &str, value: &str) -> String {
    let buyer = format!("\"{}\"", shop.alice);
    let mut members = vec![
        ("out_trade_no", "\"X1\""),
        ("total_amount", "\"1.00\""),
        ("subject", "\"s\""),
        ("buyer_id", &buyer),
    ];
    members.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        members.push((name, value));
    }
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

async fn nothing_changed(client: &Client) {
    assert_eq!(query(client, "X1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
}

#[tokio::test]
async fn amounts() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let nines = format!("\"{}\"", "9".repeat(40));
    for value in [
        "\"0\"",
        "\"0.00\"",
        "\"-1\"",
        "\"-0.01\"",
        "\"0.001\"",
        "\"1e3\"",
        "\"１．００\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"\"",
        "\" \"",
        "\" 1.00\"",
        "\"1.00 \"",
        "\"1,000.00\"",
        "\"+1.00\"",
        "\"0x10\"",
        "\".5\"",
        "\"1.\"",
        "\"1.0.0\"",
        "\"一百\"",
        "\"1.00\\u0000\"",
        "\"١\"",
        "\"true\"",
        &nines,
        "1e400",
        "1e3",
        "-1",
        "0",
        "0.001",
        "1e-400",
        "true",
        "null",
        "[]",
        "{}",
        "[\"1.00\"]",
        "",
    ] {
        let answer = client.call(CREATE, &order(&shop, "total_amount", value)).await;
        assert_eq!(answer.outcome(), FIELD, "{value}");
        assert_eq!(answer.node, "alipay_trade_create_response");
        assert!(answer.get("sub_msg").contains("total_amount"), "{value}");
    }
    let above = client.call(CREATE, &order(&shop, "total_amount", "\"100000000.01\"")).await;
    assert_eq!(above.outcome(), "40004 ACQ.TOTAL_FEE_EXCEED");
    nothing_changed(&client).await;
}

#[tokio::test]
async fn fields() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let long = |letter: &str, count: usize| format!("\"{}\"", letter.repeat(count));
    let goods =
        format!("[{}]", vec![r#"{"goods_id":"g","goods_name":"n","quantity":1,"price":"1"}"#; 151].join(","));
    let (x257, zi257, n65, b401) = (long("x", 257), long("字", 257), long("n", 65), long("b", 401));
    for (name, value) in [
        ("subject", "\"a&b\""),
        ("subject", "\"a=b\""),
        ("subject", "\"a/b\""),
        ("subject", "\"a\\u0000b\""),
        ("subject", "\"a\\nb\""),
        ("subject", "\"a\\u007fb\""),
        ("subject", "\"\""),
        ("subject", &x257),
        ("subject", &zi257),
        ("subject", "{\"a\":\"b\"}"),
        ("subject", ""),
        ("out_trade_no", ""),
        ("out_trade_no", "\"\""),
        ("out_trade_no", &n65),
        ("out_trade_no", "\"a-b\""),
        ("out_trade_no", "\"订单1\""),
        ("out_trade_no", "[\"a\"]"),
        ("buyer_id", ""),
        ("buyer_id", "\"2088abcdefghijkl\""),
        ("seller_id", "\"2088000000000001\""),
        ("body", &b401),
        ("body", "\"a\\u0007\""),
        ("timeout_express", "\"1.5h\""),
        ("timeout_express", "\"0m\""),
        ("timeout_express", "\"16d\""),
        ("timeout_express", "\"soon\""),
        ("time_expire", "\"tomorrow\""),
        ("time_expire", "\"2030-02-30 00:00:00\""),
        ("goods_detail", "\"apples\""),
        ("product_code", "\"NO_SUCH\""),
        ("product_code", "\"FAST_INSTANT_TRADE_PAY\""),
        ("discountable_amount", "\"2\""),
        ("goods_type", "\"2\""),
        ("enable_pay_channels", "\"pcredit\""),
        ("disable_pay_channels", "\"credit_group,balance\""),
        ("royalty_info", "{\"royalty_type\":\"ROYALTY\"}"),
        ("is_async_pay", "true"),
        ("store_id", &n65),
        ("passback_params", &long("p", 513)),
    ] {
        let answer = client.call(CREATE, &order(&shop, name, value)).await;
        assert_eq!(answer.outcome(), FIELD, "{name} {value}");
        assert!(answer.get("sub_msg").contains(name), "{name}: {}", answer.get("sub_msg"));
    }
    for (name, value, expected) in [
        ("trans_currency", "\"USD\"", "40004 ACQ.CURRENCY_NOT_SUPPORT"),
        ("goods_detail", goods.as_str(), "40004 ACQ.SUB_GOODS_SIZE_MAX_COUNT"),
        ("buyer_id", "\"2088999999999999\"", "40004 ACQ.BUYER_NOT_EXIST"),
        ("time_expire", "\"2020-01-01 00:00:00\"", "40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"),
    ] {
        assert_eq!(client.call(CREATE, &order(&shop, name, value)).await.outcome(), expected, "{name}");
    }
    let both = order(&shop, "enable_pay_channels", r#""balance","disable_pay_channels":"pcredit""#);
    assert_eq!(client.call(CREATE, &both).await.outcome(), FIELD);
    let parts = order(&shop, "discountable_amount", r#""0.40","undiscountable_amount":"0.50""#);
    assert_eq!(client.call(CREATE, &parts).await.outcome(), FIELD);
    nothing_changed(&client).await;
    let right = r#""0.40","undiscountable_amount":"0.60","seller_id":"SELLER",
        "trans_currency":"CNY","enable_pay_channels":"balance""#;
    let right = order(&shop, "discountable_amount", &right.replace("SELLER", &shop.seller.to_string()));
    assert_eq!(client.call(CREATE, &right).await.outcome(), "10000", "all of these together are right");
}

#[tokio::test]
async fn codes_and_scenes() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (scene, code) in [
        ("bar_code", ""),
        ("bar_code", "12"),
        ("bar_code", "288888888888888a"),
        ("bar_code", "198888888888888888"),
        ("bar_code", "２８８８８８８８８８８８８８８８８８"),
        ("telepathy", "288888888888888888"),
        ("bar_code", "2222222222222222222222222222222222222222"),
    ] {
        let biz = format!(
            r#"{{"out_trade_no":"X1","total_amount":"1","subject":"s","scene":"{scene}","auth_code":"{code}"}}"#
        );
        assert_eq!(client.call("alipay.trade.pay", &biz).await.outcome(), FIELD, "{scene} {code}");
    }
    let page = r#"{"out_trade_no":"X1","total_amount":"1","subject":"s","product_code":"QUICK_WAP_WAY"}"#;
    let (_, _, body) = client
        .exchange(
            Request::get(format!(
                "/gateway.do?{}",
                form(&client.sign(client.params("alipay.trade.page.pay", page, &[])))
            ))
            .body(Body::empty())
            .unwrap(),
        )
        .await;
    assert!(String::from_utf8(body).unwrap().contains("product_code"));
    nothing_changed(&client).await;
}

#[tokio::test]
async fn texts_that_are_no_json() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let good = order(&shop, "", "");
    let open = &good[..good.len() - 1];
    let deep = format!("{open},\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{open},\"x\":{}1{}}}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let long = format!("{open},\"x\":\"{}\"}}", "x".repeat(262_144));
    for (content, expected) in [
        (format!("{open},\"total_amount\":\"2.00\"}}"), JSON),
        (format!("{open},\"extend_params\":{{\"card_type\":\"a\",\"card_type\":\"b\"}}}}"), JSON),
        (deep, JSON),
        (objects, JSON),
        (long, JSON),
        (open.to_owned(), JSON),
        (format!("[{good}]"), JSON),
        ("\"hello\"".to_owned(), JSON),
        ("null".to_owned(), JSON),
        (format!("{open},}}"), JSON),
        (good.repeat(2), JSON),
        (good.replace('"', "'"), JSON),
        (order(&shop, "subject", "\"a\\ud83d\""), JSON),
        (order(&shop, "total_amount", "NaN"), JSON),
        (order(&shop, "total_amount", "01.00"), JSON),
    ] {
        let answer = client.call(CREATE, &content).await;
        assert_eq!(answer.outcome(), expected, "{}", content.chars().take(200).collect::<String>());
        assert_eq!(answer.node, "alipay_trade_create_response");
    }
    nothing_changed(&client).await;
}

/// Signs content of any bytes and sends it.
async fn of_bytes(client: &Client, content: &[u8], charset: &str) -> String {
    let mut params = client.params(CREATE, "x", &[("charset", charset)]);
    params.iter_mut().find(|(name, _)| name == "biz_content").unwrap().1 = content.to_vec();
    let answer = client.post(&client.sign(params)).await;
    client.checked(&answer, SignType::Rsa2);
    let declared = answer.headers["content-type"].to_str().unwrap().to_lowercase();
    assert!(declared.ends_with(charset), "{declared}");
    assert!(
        wire::charset::Charset::parse(charset).unwrap().decode(&answer.raw).is_ok(),
        "text of the charset"
    );
    let text = wire::charset::Charset::parse(charset).unwrap().decode(&answer.signed).unwrap();
    let inner: serde_json::Value = serde_json::from_str(&text).unwrap();
    let said =
        |name: &str| inner.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    format!("{} {}", said("code"), said("sub_code")).trim().to_owned()
}

#[tokio::test]
async fn bytes_that_are_no_text() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let with = |subject: &[u8]| {
        let text = order(&shop, "subject", "\"@\"").into_bytes();
        let at = text.iter().position(|byte| *byte == b'@').unwrap();
        [&text[..at], subject, &text[at + 1..]].concat()
    };
    for wrong in [&b"\xff\xfe"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"] {
        assert_eq!(of_bytes(&client, &with(wrong), "utf-8").await, PARAMETER, "{wrong:?}");
    }
    for wrong in [&b"\xff\xff"[..], b"\x81 ", b"\\ud83d\\ude00", b"\x94\x39\xfc\x36"] {
        let said = of_bytes(&client, &with(wrong), "gbk").await;
        assert!([PARAMETER, JSON].contains(&said.as_str()), "{wrong:?}: {said}");
    }
    nothing_changed(&client).await;
    assert_eq!(of_bytes(&client, &with("😀 family 🇨🇳".as_bytes()), "utf-8").await, "10000");
    assert_eq!(query(&client, "X1").await.get("subject"), "😀 family 🇨🇳");
    let chinese = order(&shop, "subject", "\"测试商品\"").replace("X1", "X2");
    let bytes = wire::charset::Charset::Gbk.encode(&chinese).unwrap();
    assert_eq!(of_bytes(&client, &bytes, "gbk").await, "10000");
    assert_eq!(query(&client, "X2").await.get("subject"), "测试商品");
}

#[tokio::test]
async fn names_given_twice_and_escapes_that_are_broken() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let signed = client.sign(client.params(CREATE, &order(&shop, "", ""), &[]));
    let query_of = |more: &str| format!("/gateway.do?{}{more}", form(&signed));
    for more in ["&biz_content=%7B%7D", "&extra=%zz", "&=1", "&sign=AAAA"] {
        let request = Request::get(query_of(more)).body(Body::empty()).unwrap();
        assert_eq!(client.send(request).await.outcome(), "40002 isv.suspected-attack", "{more}");
    }
    // The body repeats a name of the query: the query alone tells whose call it is, so the refusal is signed.
    let request = Request::post(query_of("")).header("content-type", "application/x-www-form-urlencoded");
    let answer = client.send(request.body(Body::from("biz_content=%7B%7D")).unwrap()).await;
    assert_eq!(answer.outcome(), "40002 isv.suspected-attack");
    client.checked(&answer, SignType::Rsa2);
    let many: Params = (0..1000).map(|number| (format!("extra{number}"), b"1".to_vec())).collect();
    let answer = client.post(&[signed.clone(), many].concat()).await;
    assert_eq!(answer.outcome(), "40002 isv.suspected-attack");
    nothing_changed(&client).await;
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_in_an_envelope() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let biz = order(&shop, "body", &format!("\"{}\"", "x".repeat(10 << 20)));
    let mut signed = client.sign(client.params(CREATE, &biz, &[]));
    let answer = client.post(&signed).await;
    assert_eq!((answer.outcome().as_str(), answer.node.as_str()), (PARAMETER, "error_response"));
    let content = signed.remove(signed.iter().position(|(name, _)| name == "biz_content").unwrap());
    let request = Request::post(format!("/gateway.do?{}", form(&signed)))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = client.send(request.body(Body::from(form(&vec![content]))).unwrap()).await;
    client.checked(&answer, SignType::Rsa2);
    assert_eq!(
        (answer.outcome().as_str(), answer.node.as_str()),
        (PARAMETER, "alipay_trade_create_response")
    );
    nothing_changed(&client).await;
}
