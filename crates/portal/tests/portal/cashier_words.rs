//! What the cashier says when it cannot say how an order stands, or a form comes that does nothing: no word about money
//! that may have been taken.

use crate::card_forms::{bank_takes, card, leads_to, pay, signed_in, under_way};
use crate::shop::{BUYER, PASSWORD, Page, Shop};
use axum::http::StatusCode;
use engine::{CloseBankOrder, CloseOrder, SendBankOrder, SetPartyStatus, Which};
use people::PartyStatus;
use std::sync::atomic::Ordering;
use trade::{OrderState, Product};

/// What a form is sent to, below the page of an order.
const FORMS: [&str; 5] = ["pay", "revoke", "pay/passkey", "sign-in", "sign-in/passkey"];

fn is_not_told(page: &Page, path: &str) {
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.html);
    assert!(page.html.contains("请不要重复付款") && !page.html.contains("没有扣款"), "{}", page.html);
    assert!(page.html.contains(&format!("class=\"button\" href=\"{path}\"")), "{}", page.html);
}

#[tokio::test]
async fn an_order_that_cannot_be_looked_at_is_not_said_to_be_unpaid() {
    let shop = Shop::open().await;
    let (_, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    // The tables are behind: nobody can tell what pays.
    shop.wait_posted().await;
    shop.held.store(true, Ordering::Relaxed);
    shop.top_up(shop.seller, 1).await;
    // The seconds that the page waits go by at once.
    tokio::time::pause();
    let behind = browser.get(&path).await;
    tokio::time::resume();
    shop.held.store(false, Ordering::Relaxed);
    is_not_told(&behind, &path);

    // Nobody answers any more, after the payment or before it.
    shop.cell.close();
    for below in ["", "/result"] {
        is_not_told(&browser.get(&format!("{path}{below}")).await, &path);
    }
    for form in FORMS {
        is_not_told(&browser.post(&format!("{path}/{form}"), &[("csrf", csrf.as_str())]).await, &path);
    }
}

#[tokio::test]
async fn a_page_that_opens_with_nothing_to_pay_with_says_nothing_of_an_earlier_try() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let order_no = shop.order(Product::Page, 10_001).await.order.no;
    let (path, mut browser) = (shop.path(order_no), shop.browser());
    browser.sign_in(&path, BUYER, PASSWORD).await;
    let csrf = browser.get(&path).await.csrf();
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    let no = under_way(&shop, order_no).await;
    shop.door.ask(SendBankOrder { no }).await.unwrap();
    shop.door.ask(CloseBankOrder { party: shop.buyer, no }).await.unwrap();
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    assert!(page.html.contains("余额不足以支付此订单"), "{}", page.html);
    assert!(!page.html.contains("没有扣款"), "{}", page.html);
}

#[tokio::test]
async fn a_form_that_does_nothing_is_no_word_about_the_payment_of_another() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    let forged = [("csrf", "guess")];
    for form in FORMS {
        let page = browser.post(&format!("{path}/{form}"), &forged).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{form}: {}", page.html);
        assert!(
            page.html.contains("页面已失效") && page.html.contains("这张表单没有起作用"),
            "{}",
            page.html
        );
        assert!(!page.html.contains("没有扣款"), "{form}: {}", page.html);
    }
    // The bank is asked.
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    for form in FORMS {
        let page = browser.post(&format!("{path}/{form}"), &forged).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{form}: {}", page.html);
        assert!(page.html.contains("结果待确认"), "{form}: {}", page.html);
        assert!(
            !page.html.contains("没有扣款") && !page.html.contains("页面已失效"),
            "{form}: {}",
            page.html
        );
    }
    // Closing the order asks no bank to stop.
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order_no) }).await.unwrap();
    let closed = browser.post(&format!("{path}/pay"), &forged).await;
    assert!(closed.html.contains("结果待确认"), "{}", closed.html);
    assert_eq!(shop.state(order_no).await, OrderState::Closed);

    // It is paid.
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    bank_takes(&shop, under_way(&shop, order_no).await, 8_00).await;
    assert_eq!(shop.state(order_no).await, OrderState::Paid);
    for form in FORMS {
        leads_to(&browser.post(&format!("{path}/{form}"), &forged).await, &path);
    }
}

#[tokio::test]
async fn an_order_that_ends_while_somebody_signs_in_is_told_as_it_ended() {
    let shop = Shop::open().await;
    let [closed, paid] = [signed_in(&shop).await, signed_in(&shop).await];

    let (order_no, path, _) = closed;
    let (mut second, sign_in) = (shop.browser(), format!("{path}/sign-in"));
    let csrf = second.get(&path).await.csrf();
    let fields = [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    // The order is read before it is closed, and taken up after it: trying the password takes longer.
    let close = CloseOrder { seller: shop.seller, which: Which::No(order_no) };
    let (page, done) = tokio::join!(second.post(&sign_in, &fields), shop.door.ask(close));
    assert!(done.is_ok());
    leads_to(&page, &path);
    assert_eq!(second.get(&path).await.status, StatusCode::GONE);

    let (order_no, path, mut first) = paid;
    let (mut second, sign_in) = (shop.browser(), format!("{path}/sign-in"));
    let csrf = second.get(&path).await.csrf();
    let fields = [("csrf", csrf.as_str()), ("login", BUYER), ("pay_password", PASSWORD)];
    let csrf = first.get(&path).await.csrf();
    let form = [("csrf", csrf.as_str())];
    let pay = format!("{path}/pay");
    let (page, done) = tokio::join!(second.post(&sign_in, &fields), first.post(&pay, &form));
    leads_to(&done, &format!("{path}/result"));
    leads_to(&page, &path);
    assert_eq!(shop.state(order_no).await, OrderState::Paid);
}

#[tokio::test]
async fn a_payment_that_finds_its_order_closed_leads_to_how_it_ended() {
    let shop = Shop::open().await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    // Nothing comes in to an account that was given up: the money goes back, and the order is closed.
    shop.door.ask(SetPartyStatus { party: shop.seller, status: PartyStatus::Closed }).await.unwrap();
    leads_to(&browser.post(&format!("{path}/pay"), &[("csrf", csrf.as_str())]).await, &path);
    assert_eq!((shop.state(order_no).await, shop.balance(shop.buyer).await), (OrderState::Closed, 10_000));
    let page = browser.get(&path).await;
    assert!(page.status == StatusCode::GONE && page.html.contains("订单已关闭"), "{}", page.html);
}
