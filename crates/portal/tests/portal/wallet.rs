//! The wallet and the pay code.

use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop};
use axum::http::StatusCode;
use engine::{ClaimOrder, PayBy};
use trade::{OrderState, Product};

async fn sign_in(browser: &mut Browser, next: &str, password: &str) -> Page {
    let csrf = browser.get("/wallet").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("next", next), ("login", BUYER), ("pay_password", password)];
    browser.post("/wallet/sign-in", &fields).await
}

/// The digits below the bar code.
fn digits(page: &Page) -> String {
    let (_, rest) = page.html.split_once("<p class=\"digits\">").expect("the code is shown");
    rest.split('<').next().unwrap().replace(' ', "")
}

#[tokio::test]
async fn the_pay_code_is_shown_as_bars_and_square_and_can_be_charged_once() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    assert!(browser.get("/wallet/paycode").await.html.contains("name=\"pay_password\""));
    assert_eq!(sign_in(&mut browser, "paycode", PASSWORD).await.location, "/wallet/paycode");
    let page = browser.get("/wallet/paycode").await;
    assert!(page.html.contains("class=\"barcode\"") && page.html.contains("class=\"qrcode\""));
    assert!(page.html.contains("http-equiv=\"refresh\" content=\"59\""), "{}", page.html);
    assert!(!page.html.contains("<form"), "nothing to press by mistake");
    let code = digits(&page);
    assert_eq!(code.len(), 18);
    assert_ne!(digits(&browser.get("/wallet/paycode").await), code, "each view draws a new one");

    let digest = shop.world.secrets.pay_code_digest(&code);
    let pay_by = PayBy { slot: base::Slot::of_id(code[16..].parse().unwrap()), digest };
    assert_eq!(pay_by.slot, shop.buyer.slot());
    let first = shop.charge(5_00, pay_by).await;
    assert!(first.is_ok_and(|opened| opened.paid));
    assert!(shop.charge(5_00, pay_by).await.is_err(), "a code works once");
    assert_eq!(shop.balance(shop.buyer).await, 95_00);
}

#[tokio::test]
async fn a_waiting_payment_is_confirmed_with_the_password_for_it() {
    let shop = Shop::open().await;
    let order = shop.order(Product::QrCode, 7_00).await.order;
    let claim = ClaimOrder { order_no: order.no, buyer: shop.buyer, by_code: true };
    shop.door.ask(claim).await.unwrap();
    shop.wait_posted().await;
    let mut browser = shop.browser();
    sign_in(&mut browser, "wallet", PASSWORD).await;
    let page = browser.get("/wallet").await;
    let number = order.no.to_string();
    assert!(page.html.contains("¥ 100.00") && page.html.contains(&number), "{}", page.html);

    let csrf = page.csrf();
    let mut fields = vec![("csrf", csrf.as_str()), ("trade_no", number.as_str()), ("pay_password", "100001")];
    let wrong = browser.post("/wallet/confirm", &fields).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.html.contains("支付密码不正确"), "{}", wrong.html);
    assert_eq!(shop.state(order.no).await, OrderState::WaitBuyerPay);

    fields[2].1 = PASSWORD;
    let stolen = [("csrf", "x"), fields[1], fields[2]];
    assert_eq!(browser.post("/wallet/confirm", &stolen).await.status, StatusCode::FORBIDDEN);
    let paid = browser.post("/wallet/confirm", &fields).await;
    assert_eq!(paid.location, format!("/wallet/trades/{number}"), "{}", paid.html);
    assert_eq!(shop.state(order.no).await, OrderState::Paid);
    let page = browser.get(&paid.location).await;
    assert!(page.html.contains("支付成功") && page.html.contains("¥ 7.00"));
    assert!(!browser.get("/wallet").await.html.contains("/wallet/confirm"), "nothing waits any more");
}

#[tokio::test]
async fn the_wallet_is_its_owner_s_until_signed_out() {
    let shop = Shop::open().await;
    shop.another_buyer("tom@example.com").await;
    let order = shop.order(Product::QrCode, 7_00).await.order;
    let mut browser = shop.browser();
    browser.sign_in(&shop.qr_path(order.no), "tom@example.com", PASSWORD).await;
    let path = format!("/wallet/trades/{}", order.no);
    assert!(browser.get(&path).await.html.contains("name=\"pay_password\""));

    sign_in(&mut browser, "wallet", PASSWORD).await;
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "another buyer's payment");
    let session = browser.cookie("tongbao_wallet").unwrap();
    let csrf = browser.get("/wallet").await.csrf();
    browser.post("/wallet/sign-out", &[("csrf", csrf.as_str())]).await;
    browser.plant("tongbao_wallet", "/wallet", &session);
    assert!(browser.get("/wallet").await.html.contains("name=\"pay_password\""), "the session is dead");
}

#[tokio::test]
async fn a_trade_number_that_cannot_be_one_changes_nothing() {
    let shop = Shop::open().await;
    let mut browser = shop.browser();
    sign_in(&mut browser, "wallet", PASSWORD).await;
    let csrf = browser.get("/wallet").await.csrf();
    for number in ["1969123122001400000000000000", "9999123022001400000000000099"] {
        let fields = [("csrf", csrf.as_str()), ("trade_no", number), ("pay_password", PASSWORD)];
        let refused = browser.post("/wallet/confirm", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.html);
    }
    // A row that the tables refuse would hold up the posting of everything after it.
    shop.top_up(shop.buyer, 1_00).await;
    shop.wait_posted().await;
    assert_eq!(shop.balance(shop.buyer).await, 10_100);
}

/// Names of the books' sides come from code, not from a template: a side without words would be English in Chinese.
#[tokio::test]
async fn the_page_of_statements_is_in_the_language_of_its_reader() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 1_00).await;
    let mut browser = shop.browser();
    let chinese = browser.get("/sandbox/recon").await;
    assert!(
        chinese.html.contains("负债：个人余额") && chinese.html.contains("资产：银行备付金"),
        "{}",
        chinese.html
    );
    let main = chinese.html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    let text: String =
        main.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    let english =
        text.replace("CNY", "").replace("USD", "").chars().any(|letter| letter.is_ascii_alphabetic());
    assert!(!english, "{text}");
    browser.language = "en-US";
    assert!(browser.get("/sandbox/recon").await.html.contains("owed: customers"));
}
