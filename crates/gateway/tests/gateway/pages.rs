//! Orders that a browser or the wallet brings: links, forms and order strings.

use crate::client::{Client, Params, form};
use crate::methods::query;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use engine::{ClaimOrder, CloseOrder, Which};
use people::PartyStatus;

const BIZ: &str = r#"{"out_trade_no":"P1","total_amount":"6.66","subject":"it's \"two\" + <b>",
    "product_code":"FAST_INSTANT_TRADE_PAY"}"#;

fn page(client: &Client) -> Params {
    client.sign(client.params("alipay.trade.page.pay", BIZ, &[("return_url", "https://shop.example/r?a=1")]))
}

fn get(params: &Params) -> Request<Body> {
    Request::get(format!("/gateway.do?{}", form(params))).body(Body::empty()).unwrap()
}

fn post(params: &Params) -> Request<Body> {
    let request = Request::post("/gateway.do?charset=utf-8")
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(form(params))).unwrap()
}

#[tokio::test]
async fn a_link_and_a_form_lead_to_the_same_cashier() {
    let shop = Shop::open().await;
    for client in [shop.client().await, shop.cert_client().await] {
        let (found, headers, _) = client.exchange(get(&page(&client))).await;
        let (seen, of_form, _) = client.exchange(post(&page(&client))).await;
        assert_eq!((found, seen), (StatusCode::FOUND, StatusCode::SEE_OTHER));
        let location = headers["location"].to_str().unwrap();
        let token = location.strip_prefix("http://127.0.0.1:8080/cashier/").unwrap();
        assert!(shop.world.secrets.order_of_token(token).is_some());
        assert_eq!(of_form["location"], location);
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(query(&client, "P1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST", "nobody took it up");
    }
}

#[tokio::test]
async fn what_is_wrong_is_a_page_without_foreign_markup() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let mut changed = page(&client);
    changed.push(("extra".to_owned(), b"<script>alert(1)</script>&amp;'\"".to_vec()));
    for request in [get(&changed), post(&changed)] {
        let (status, headers, body) = client.exchange(request).await;
        let text = String::from_utf8(body).unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "text/html;charset=utf-8");
        assert!(text.contains("isv.invalid-signature") && text.contains("<html") && !text.contains("<form"));
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    }
    let more = [("charset", "GBK"), ("return_url", "javascript:alert(1)")];
    let gbk = client.sign(client.params("alipay.trade.page.pay", BIZ, &more));
    let (_, headers, body) = client.exchange(get(&gbk)).await;
    assert_eq!(headers["content-type"], "text/html;charset=GBK");
    assert!(
        String::from_utf8(body.clone()).is_err()
            && wire::charset::Charset::Gbk.decode(&body).unwrap().contains("无法付款")
    );
}

#[tokio::test]
async fn addresses_must_be_of_the_web() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    for (name, url) in [
        ("return_url", "javascript:alert(1)"),
        ("return_url", "//evil.example"),
        ("return_url", "shop.example"),
        ("notify_url", "file:///etc/passwd"),
        ("notify_url", "http://a b/"),
        ("notify_url", "https://a\r\nX: y"),
    ] {
        let biz = r#"{"out_trade_no":"U1","total_amount":"1","subject":"s"}"#;
        let said = client.call_with("alipay.trade.precreate", biz, &[(name, url)]).await;
        assert_eq!(said.outcome(), "40004 ACQ.INVALID_PARAMETER", "{url}");
        assert!(said.get("sub_msg").contains(name));
    }
}

#[tokio::test]
async fn the_wallet_opens_order_strings_and_links() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let app = BIZ.replace("FAST_INSTANT_TRADE_PAY", "QUICK_MSECURITY_PAY").replace("P1", "A1");
    let signed = client.sign(client.params("alipay.trade.app.pay", &app, &[]));
    let order_no = shop.gateway.open_order_text(&form(&signed)).await.unwrap();
    assert_eq!(shop.gateway.open_order_text(&form(&signed)).await.unwrap(), order_no);
    shop.claim(order_no, shop.alice).await;
    assert_eq!(query(&client, "A1").await.get("trade_no"), order_no.to_string());

    let wap = BIZ.replace("FAST_INSTANT_TRADE_PAY", "QUICK_WAP_PAY").replace("P1", "W1");
    let signed = client.sign(client.params("alipay.trade.wap.pay", &wap, &[]));
    let link = format!("http://127.0.0.1:8080/gateway.do?{}", form(&signed));
    assert!(shop.gateway.open_order_text(&link).await.is_ok());

    let over_http = client.call("alipay.trade.app.pay", &app.replace("A1", "A2")).await;
    assert_eq!(over_http.names(), ["code", "msg", "out_trade_no", "seller_id", "total_amount"]);
}

/// Whoever hands an order string over again, because the answer was lost, hears how its order stands.
#[tokio::test]
async fn an_order_string_names_its_order_also_after_it_was_paid() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let biz =
        |number: &str| BIZ.replace("FAST_INSTANT_TRADE_PAY", "QUICK_MSECURITY_PAY").replace("P1", number);
    let [paid, claimed, offered] = ["A1", "A2", "A3"]
        .map(|number| form(&client.sign(client.params("alipay.trade.app.pay", &biz(number), &[]))));
    let order_no = shop.gateway.open_order_text(&paid).await.unwrap();
    shop.claim(order_no, shop.alice).await;
    shop.confirm(order_no, shop.alice).await;
    assert_eq!(shop.gateway.open_order_text(&paid).await.unwrap(), order_no);
    // A program is told by the same method that it is paid.
    let over_http = client.call("alipay.trade.app.pay", &biz("A1")).await;
    assert_eq!(over_http.outcome(), "40004 ACQ.TRADE_HAS_SUCCESS");

    let waits = shop.gateway.open_order_text(&claimed).await.unwrap();
    shop.claim(waits, shop.alice).await;
    shop.gateway.open_order_text(&offered).await.unwrap();
    shop.set_status(shop.seller, PartyStatus::Frozen).await;
    assert_eq!(shop.gateway.open_order_text(&paid).await.unwrap(), order_no);
    assert_eq!(shop.gateway.open_order_text(&claimed).await.unwrap(), waits);
    let refused = shop.gateway.open_order_text(&offered).await.unwrap_err();
    assert_eq!(refused.sub_code, "ACQ.SELLER_BEEN_BLOCKED", "nobody took it up");
    // Another meaning under a number is no second look at it.
    let dearer = biz("A1").replace("6.66", "6.67");
    let other = form(&client.sign(client.params("alipay.trade.app.pay", &dearer, &[])));
    let refused = shop.gateway.open_order_text(&other).await.unwrap_err();
    assert_eq!(refused.sub_code, "ACQ.CONTEXT_INCONSISTENT");
}

#[tokio::test]
async fn the_wallet_opens_nothing_else() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let refund =
        client.sign(client.params("alipay.trade.refund", r#"{"out_trade_no":"T","refund_amount":"1"}"#, &[]));
    let mut changed = page(&client);
    changed.last_mut().unwrap().1 = b"AAAA".to_vec();
    for (text, sub_code) in [
        (form(&refund), "isv.invalid-method"),
        (form(&changed), "isv.invalid-signature"),
        (String::new(), "isv.missing-method"),
        ("%zz".to_owned(), "isv.suspected-attack"),
        ("https://shop.example/".to_owned(), "isv.missing-method"),
    ] {
        let refused = shop.gateway.open_order_text(&text).await.unwrap_err();
        assert_eq!(refused.sub_code, sub_code, "{text}");
        assert!(refused.to_string().starts_with(sub_code));
    }
}

#[tokio::test]
async fn a_link_can_be_used_for_days_and_an_answer_cannot() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let link = page(&client);
    shop.advance(10 * base::DAY_US);
    assert_eq!(client.exchange(get(&link)).await.0, StatusCode::FOUND);
    assert_eq!(query(&client, "P1").await.outcome(), "40002 isv.invalid-timestamp");
    shop.advance(10 * base::DAY_US);
    assert_eq!(client.exchange(get(&link)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_link_of_an_order_that_is_over_still_leads_to_its_cashier() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let link = page(&client);
    let (_, opened, _) = client.exchange(get(&link)).await;
    let order_no = shop.gateway.open_order_text(&form(&link)).await.unwrap();
    shop.door.ask(ClaimOrder { order_no, buyer: shop.alice, by_code: false }).await.unwrap();
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order_no) }).await.unwrap();
    let (status, again, _) = client.exchange(get(&link)).await;
    assert_eq!((status, &again["location"]), (StatusCode::FOUND, &opened["location"]));
    assert!(shop.gateway.open_order_text(&form(&link)).await.is_ok(), "the cashier says that it is closed");
}
