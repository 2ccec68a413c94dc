//! What the cashier refuses, and that nothing is paid by it.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use base::{HOUR_US, MINUTE_US};
use people::{LOCK_US, PartyStatus};
use std::sync::atomic::Ordering;
use trade::{OrderState, Product, QR_LIFE_US};

#[tokio::test]
async fn three_wrong_passwords_lock_and_a_name_that_nobody_has_gets_the_same_answers() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let path = shop.path(order.no);
    let mut answers = Vec::new();
    for login in [BUYER, "nobody@example.com"] {
        let (mut browser, mut seen) = (shop.browser(), Vec::new());
        for _try in 0..3 {
            let page = browser.sign_in(&path, login, "100001").await;
            let html = page.html.replace(login, "LOGIN").replace(&page.csrf(), "CSRF");
            // The token of the visit is of its browser.
            let token = html.split_once("seen=").expect("the way to the result").1;
            let token = token.split_once('"').expect("the end of an address").0;
            let html = html.replace(&format!("seen={token}"), "seen=TOKEN");
            seen.push((page.status, html));
        }
        let late = browser.sign_in(&path, login, PASSWORD).await;
        assert_eq!(late.status, StatusCode::LOCKED, "{}", late.html);
        assert!(late.html.contains("已锁定") && late.html.contains("15:00:"), "{}", late.html);
        answers.push(seen);
    }
    let statuses: Vec<StatusCode> = answers[0].iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [StatusCode::FORBIDDEN, StatusCode::FORBIDDEN, StatusCode::LOCKED]);
    assert_eq!(answers[0][..2], answers[1][..2], "the two are not told apart");
    assert_eq!(shop.state(order.no).await, OrderState::Offered);

    shop.now_us.fetch_add(LOCK_US, Ordering::Relaxed);
    let (mut browser, path) = (shop.browser(), path);
    assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_password_of_another_shape_is_told_and_not_counted() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    for wrong in ["", "12345", "1234567", "abcdef"] {
        let page = browser.sign_in(&path, BUYER, wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("6 位数字"));
    }
    assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    let csrf = browser.get(&path).await.csrf();
    let right = [("login", BUYER), ("pay_password", PASSWORD)];
    let sign_in = format!("{path}/sign-in");
    // No token, a wrong one, one of another form, and a right one without its cookie.
    let wallet = browser.get("/wallet").await.csrf();
    for token in [None, Some("x"), Some(wallet.as_str())] {
        let mut fields = right.to_vec();
        fields.extend(token.map(|token| ("csrf", token)));
        assert_eq!(browser.post(&sign_in, &fields).await.status, StatusCode::FORBIDDEN);
    }
    let fields = [right[0], right[1], ("csrf", csrf.as_str())];
    assert_eq!(shop.browser().post(&sign_in, &fields).await.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.state(order.no).await, OrderState::Offered);

    assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.status, StatusCode::SEE_OTHER);
    for token in ["", csrf.as_str()] {
        let page = browser.post(&format!("{path}/pay"), &[("csrf", token)]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(shop.state(order.no).await, OrderState::WaitBuyerPay);
}

#[tokio::test]
async fn a_session_of_another_order_pays_nothing() {
    let shop = Shop::open().await;
    let (one, two) =
        (shop.order(Product::Page, 1_00).await.order, shop.order(Product::Page, 2_00).await.order);
    let (path, other) = (shop.path(one.no), shop.path(two.no));
    let mut browser = shop.browser();
    browser.sign_in(&path, BUYER, PASSWORD).await;
    let csrf = browser.get(&path).await.csrf();
    let session = browser.cookie("tongbao_cashier").unwrap();
    browser.plant("tongbao_cashier", &other, &session);
    assert!(browser.get(&other).await.html.contains("name=\"pay_password\""), "signed out there");
    let page = browser.post(&format!("{other}/pay"), &[("csrf", csrf.as_str())]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.state(two.no).await, OrderState::Offered);
    // Nor does it open the wallet.
    browser.plant("tongbao_wallet", "/wallet", &session);
    assert!(browser.get("/wallet").await.html.contains("name=\"pay_password\""));
}

#[tokio::test]
async fn a_sign_in_is_worth_ten_minutes() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    browser.sign_in(&path, BUYER, PASSWORD).await;
    let csrf = browser.get(&path).await.csrf();
    shop.now_us.fetch_add(10 * MINUTE_US, Ordering::Relaxed);
    let page = browser.post(&format!("{path}/pay"), &[("csrf", csrf.as_str())]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
}

#[tokio::test]
async fn each_reason_not_to_pay_has_its_page() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    for path in ["/cashier/none", "/qr/aaaaaaaaaaaaaaaaaaaaaaaa", "/cashier/%3Cscript%3E"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.html.contains("没有找到订单") && !page.html.contains("<script>"));
    }

    let dear = shop.order(Product::Page, 10_001).await.order;
    browser.sign_in(&shop.path(dear.no), BUYER, PASSWORD).await;
    let page = browser.get(&shop.path(dear.no)).await;
    assert!(page.html.contains("余额不足") && !page.html.contains("确认支付"), "{}", page.html);

    shop.another_buyer("tom@example.com").await;
    let page = shop.browser().sign_in(&shop.path(dear.no), "tom@example.com", PASSWORD).await;
    assert!(page.html.contains("这是别人的订单"), "{}", page.html);

    let own = shop.order(Product::Page, 1_00).await.order;
    let page = shop.browser().sign_in(&shop.path(own.no), "shop@example.com", PASSWORD).await;
    assert!(page.html.contains("不能向自己付款"), "{}", page.html);

    shop.set_status(PartyStatus::Frozen).await;
    let page = browser.sign_in(&shop.path(own.no), BUYER, PASSWORD).await;
    assert!(page.html.contains("账户暂不能付款"), "{}", page.html);
    shop.set_status(PartyStatus::Normal).await;

    browser.sign_in(&shop.path(own.no), BUYER, PASSWORD).await;
    browser.pay(&shop.path(own.no)).await;
    let page = shop.browser().get(&shop.path(own.no)).await;
    assert!(page.html.contains("订单已支付") && !page.html.contains("shop.test"), "{}", page.html);
    let page = shop.browser().get(&format!("{}/result", shop.path(own.no))).await;
    assert_eq!(page.location, shop.path(own.no), "the result is the payer's alone");

    let code = shop.order(Product::QrCode, 1_00).await.order;
    shop.now_us.fetch_add(QR_LIFE_US, Ordering::Relaxed);
    let page = browser.get(&shop.qr_path(code.no)).await;
    assert!(page.html.contains("二维码已过期"), "{}", page.html);
    shop.now_us.fetch_add(HOUR_US, Ordering::Relaxed);
    let page = browser.get(&shop.qr_path(code.no)).await;
    assert!(page.html.contains("订单已关闭"), "{}", page.html);
}

#[tokio::test]
async fn a_form_from_another_site_is_not_looked_at() {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = Request::post(format!("{}/sign-in", shop.path(order.no))).header("host", "pay.test");
        let request = request.header(name, value).body(Body::empty()).unwrap();
        assert_eq!(shop.router.clone().oneshot(request).await.unwrap().status(), StatusCode::FORBIDDEN);
    }
}
