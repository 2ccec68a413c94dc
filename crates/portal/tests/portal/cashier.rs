//! A buyer's way through the cashier.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use trade::{OrderState, Product};
use wire::sign::SignType;

#[tokio::test]
async fn a_buyer_signs_in_pays_once_and_is_led_back_with_signed_parameters() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 66_60).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());

    let first = browser.get(&path).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.html.contains("¥ 66.60") && first.html.contains("coffee"), "{}", first.html);
    assert_eq!(shop.state(order.no).await, OrderState::Offered, "looking does not take an order up");

    let signed_in = browser.sign_in(&path, " LILY@example.com ", PASSWORD).await;
    assert_eq!((signed_in.status, signed_in.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    assert_eq!(shop.state(order.no).await, OrderState::WaitBuyerPay);

    let confirm = browser.get(&path).await;
    assert!(
        confirm.html.contains("¥ 100.00") && confirm.html.contains("li***@example.com"),
        "{}",
        confirm.html
    );
    let csrf = confirm.csrf();
    for _twice in 0..2 {
        let paid = browser.post(&format!("{path}/pay"), &[("csrf", csrf.as_str())]).await;
        assert_eq!(paid.location, format!("{path}/result"), "{}", paid.html);
    }
    assert_eq!(shop.state(order.no).await, OrderState::Paid);
    assert_eq!(shop.balance(shop.buyer).await, 33_40);

    let result = browser.get(&format!("{path}/result")).await;
    assert!(result.html.contains("支付成功") && result.html.contains(&order.no.to_string()));
    let (_, link) = result.html.split_once("class=\"button\" href=\"").unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    let (address, query) = link.split_once('?').unwrap();
    assert_eq!(address, "https://shop.test/back");
    let pairs: Vec<(String, String)> =
        query.split('&').map(|pair| unescaped(pair.split_once('=').unwrap())).collect();
    let params: BTreeMap<&str, &str> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(params["shop"], "1");
    assert_eq!(params["method"], "alipay.trade.page.pay.return");
    assert_eq!((params["trade_no"], params["total_amount"]), (order.no.to_string().as_str(), "66.60"));
    assert!(!params.contains_key("trade_status"));
    let covered = params.iter().filter(|(name, _)| !matches!(**name, "shop" | "sign" | "sign_type"));
    let text: Vec<String> = covered.map(|(name, value)| format!("{name}={value}")).collect();
    let key = shop.world.platform.key.public_key();
    assert!(key.verify(SignType::Rsa2, text.join("&").as_bytes(), params["sign"]));
}

fn unescaped((name, value): (&str, &str)) -> (String, String) {
    let (mut bytes, mut rest) = (Vec::new(), value.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    (name.to_owned(), String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn a_scanned_code_is_paid_and_shows_no_way_to_a_shop() {
    let shop = Shop::open().await;
    let order = shop.order(Product::QrCode, 12_30).await.order;
    let (path, mut browser) = (shop.qr_path(order.no), shop.browser());
    assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.pay(&path).await.location, format!("{path}/result"));
    let result = browser.get(&format!("{path}/result")).await;
    assert!(result.html.contains("支付成功") && result.html.contains("¥ 12.30"));
    assert!(!result.html.contains("shop.test"));
}

#[tokio::test]
async fn pages_speak_the_browser_s_language() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Wap, 1_00).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    assert!(browser.get(&path).await.html.contains("<html lang=\"zh-CN\">"));
    browser.language = "en-US,en;q=0.9";
    let english = browser.get(&path).await;
    assert!(english.html.contains("<html lang=\"en\">") && english.html.contains("Payee"));
    for chinese in ["收款", "付款", "支付", "密码", "登录", "金额"] {
        assert!(!english.html.contains(chinese), "{chinese}");
    }
    let wrong = browser.sign_in(&path, BUYER, "100001").await;
    assert!(wrong.html.contains("Three wrong tries in a row"), "{}", wrong.html);
}

#[tokio::test]
async fn every_page_has_strict_headers() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let mut browser = shop.browser();
    for path in ["/", "/wallet", "/wallet/paycode", "/sandbox", "/cashier/none", &shop.path(order.no)] {
        let page = browser.get(path).await;
        let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"));
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert!(!page.html.contains("style=\"") && !page.html.contains("<style"), "{path}");
        assert!(!page.html.contains("onclick") && !page.html.contains("<script>"), "{path}");
    }
    for asset in ["portal.css", "portal.js", "tongbao.svg"] {
        assert_eq!(browser.get(&format!("/assets/{asset}")).await.status, StatusCode::OK);
    }
    assert_eq!(browser.get("/assets/..%2fsrc").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_merchants_write_stays_text_and_a_script_address_is_no_way_out() {
    let shop = Shop::open().await;
    let subject = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";
    let order = shop.order_of(Product::Page, 1_00, subject, Some("javascript:alert(1)//")).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    let mut pages = vec![browser.get(&path).await.html];
    let nasty = "\"><script>alert(2)</script>";
    pages.push(browser.sign_in(&path, nasty, "100001").await.html);
    browser.sign_in(&path, BUYER, PASSWORD).await;
    pages.push(browser.get(&path).await.html);
    browser.pay(&path).await;
    pages.push(browser.get(&format!("{path}/result")).await.html);
    assert!(pages[3].contains("支付成功"));
    for html in &pages {
        assert!(
            !html.contains("<script>") && !html.contains("<img src=x") && !html.contains("<b>"),
            "{html}"
        );
        assert!(!html.contains("href=\"javascript:") && !html.contains("url=javascript:"), "{html}");
    }
    assert!(pages[0].contains("&#60;script&#62;"));
}

#[tokio::test]
async fn nothing_in_a_request_chooses_where_the_browser_goes() {
    let shop = Shop::open().await;
    let order = shop.order_of(Product::Page, 1_00, "tea", None).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    let csrf = browser.get(&path).await.csrf();
    let evil = "https://evil.example/";
    let mut fields = vec![("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    for name in ["return_url", "next", "redirect", "quit_url"] {
        fields.push((name, evil));
    }
    let signed_in = browser.post(&format!("{path}/sign-in?return_url={evil}"), &fields).await;
    assert_eq!(signed_in.location, path);
    let page = browser.get(&format!("{path}?return_url={evil}&next=//evil.example")).await;
    assert!(!page.html.contains("evil.example"));
    assert_eq!(browser.pay(&path).await.location, format!("{path}/result"));
    let result = browser.get(&format!("{path}/result?return_url={evil}")).await;
    assert!(!result.html.contains("evil.example") && !result.html.contains("http-equiv=\"refresh\""));
    let csrf = browser.get("/wallet").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("next", evil), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_ne!(browser.post("/wallet/sign-in", &fields).await.location, evil);
}
