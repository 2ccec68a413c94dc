//! The cashier while an order waits: what its page asks, who sees what came of it, the ways by the wallet.

use crate::agreements::order_that_signs;
use crate::card_forms::{card, hidden, pay, signed_in, under_way};
use crate::persons::PAY_PASSWORD;
use crate::shop::{BUYER, PASSWORD, Page, Shop, fen};
use axum::http::StatusCode;
use base::{BankOrderNo, OrderNo, Text};
use engine::{
    BankAnswered, CloseBankOrder, CloseOrder, FindOrderByNo, OpenOrder, RefundOrder, RunTimer, SendBankOrder,
    Verdict, Which,
};
use fund::{BankOrderKind, BankReason, Done};
use serde_json::json;
use std::sync::atomic::Ordering;
use trade::{Delivery, OrderState, Product, QR_LIFE_US};

/// What the page's script hears: state, whether it stops, and whether any time is left.
async fn state(shop: &Shop, path: &str) -> (String, bool, bool) {
    let (status, told) = shop.get(&format!("{path}/state")).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told.as_object().unwrap().len(), 3, "nothing else is told: {told}");
    let left = told["seconds_left"].as_i64().unwrap();
    assert!(left >= 0, "{told}");
    (told["state"].as_str().unwrap().to_owned(), told["over"].as_bool().unwrap(), left > 0)
}

fn goes_on(state: &str) -> (String, bool, bool) {
    (state.to_owned(), false, true)
}

/// The value of an attribute.
fn value(page: &Page, name: &str) -> String {
    let (_, rest) = page.html.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("{}", page.html));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_hears_how_its_order_stands() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let fresh = shop.order(Product::Page, 1_00).await.order;
    assert_eq!(state(&shop, &shop.path(fresh.no)).await, goes_on("waiting"));

    let (order_no, path, mut browser) = signed_in(&shop).await;
    assert_eq!(state(&shop, &path).await, goes_on("taken"));
    // Whoever took it up is not told to sign in.
    assert!(value(&shop.browser().get(&path).await, "data-taken").contains("登录"));
    let own = browser.get(&path).await;
    assert_eq!(value(&own, "data-taken"), "");
    let csrf = own.csrf();
    pay(&mut browser, &path, &csrf, card).await;
    assert_eq!(state(&shop, &path).await, goes_on("paying"));
    let waits = browser.get(&path).await;
    let (csrf, bank_order) = (waits.csrf(), hidden(&waits, "bank_order"));
    let revoke = [("csrf", csrf.as_str()), ("bank_order", bank_order.as_str())];
    browser.post(&format!("{path}/revoke"), &revoke).await;
    assert_eq!(state(&shop, &path).await, goes_on("tried"));
    let csrf = browser.get(&path).await.csrf();
    let form = [("csrf", csrf.as_str()), ("pocket", "balance"), ("pay_password", PASSWORD)];
    browser.post(&format!("{path}/pay"), &form).await;
    let (paid, over, _) = state(&shop, &path).await;
    assert_eq!((paid.as_str(), over), ("paid", true));

    let (seller, which) = (shop.seller, Which::No(order_no));
    let (amount, out_request_no, reason, back) = (fen(8_00), None, None, Vec::new());
    shop.door.ask(RefundOrder { seller, which, amount, out_request_no, reason, back }).await.unwrap();
    let (refunded, over, _) = state(&shop, &path).await;
    assert_eq!((refunded.as_str(), over), ("refunded", true));
}

#[tokio::test]
async fn the_page_hears_that_nobody_can_pay_any_more() {
    let shop = Shop::open().await;
    let [closed, late] = [shop.order(Product::Page, 1_00).await, shop.order(Product::Page, 1_00).await];
    let mut browser = shop.browser();
    browser.sign_in(&shop.path(closed.order.no), BUYER, PASSWORD).await;
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(closed.order.no) }).await.unwrap();
    let (told, over, _) = state(&shop, &shop.path(closed.order.no)).await;
    assert_eq!((told.as_str(), over), ("closed", true));

    let code = shop.order(Product::QrCode, 1_00).await.order;
    assert_eq!(state(&shop, &shop.qr_path(code.no)).await, goes_on("waiting"));
    shop.now_us.fetch_add(QR_LIFE_US, Ordering::Relaxed);
    let told = state(&shop, &shop.qr_path(code.no)).await;
    assert_eq!(told, ("code_expired".to_owned(), true, false), "the code is too old");

    shop.now_us.store(late.order.expires_at_us, Ordering::Relaxed);
    let told = state(&shop, &shop.path(late.order.no)).await;
    assert_eq!(told, ("closed".to_owned(), true, false), "its time is over");
}

#[tokio::test]
async fn an_order_that_a_bank_may_still_pay_is_not_told_as_closed() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    pay(&mut browser, &path, &csrf, card).await;
    let order = shop.door.ask(engine::FindOrderByNo { order_no }).await.unwrap();
    shop.now_us.store(order.expires_at_us, Ordering::Relaxed);
    assert_eq!(state(&shop, &path).await, ("paying".to_owned(), false, false));
    let page = browser.get(&path).await;
    assert!(page.html.contains("结果待确认") && !page.html.contains("没有扣款"), "{}", page.html);
}

/// Closes an order: its merchant does, or its time is over.
async fn close(shop: &Shop, order_no: OrderNo, by_merchant: bool) {
    if by_merchant {
        shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order_no) }).await.unwrap();
    } else {
        let order = shop.door.ask(FindOrderByNo { order_no }).await.unwrap();
        let (due_at_us, timer) = (order.expires_at_us, order.timer.unwrap());
        shop.now_us.store(due_at_us, Ordering::Relaxed);
        shop.door.ask(RunTimer { due_at_us, timer }).await.unwrap();
    }
    assert_eq!(shop.state(order_no).await, OrderState::Closed);
}

/// An order that was closed while a card was to pay it, with its page.
async fn closed_under_way(by_merchant: bool) -> (Shop, BankOrderNo, String) {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    pay(&mut browser, &path, &csrf, card).await;
    let no = under_way(&shop, order_no).await;
    close(&shop, order_no, by_merchant).await;
    (shop, no, path)
}

async fn answer(shop: &Shop, no: BankOrderNo, minor: Option<u64>) {
    let verdict = match minor {
        Some(minor) => Verdict::Done(Done { amount: fen(minor), bank_ref: Text::new("R1").unwrap() }),
        None => Verdict::Refused(BankReason::Other),
    };
    shop.door.ask(BankAnswered { no, verdict }).await.unwrap();
}

/// What the page and its script say of an order that was closed while its bank was asked.
async fn ended(shop: &Shop, path: &str, words: &str) {
    let (told, over, _) = state(shop, path).await;
    assert_eq!((told.as_str(), over), ("closed", true), "{words}");
    let page = shop.browser().get(path).await;
    assert_eq!(page.status, StatusCode::GONE, "{words}: {}", page.html);
    assert!(page.html.contains("订单已关闭") && page.html.contains(words), "{words}: {}", page.html);
    assert!(!page.html.contains("没有扣款"), "{words}: {}", page.html);
}

#[tokio::test]
async fn a_closed_order_whose_bank_is_asked_is_not_known_and_its_end_says_what_became_of_the_money() {
    for by_merchant in [true, false] {
        let (shop, no, path) = closed_under_way(by_merchant).await;
        for is_sent in [false, true] {
            if is_sent {
                shop.door.ask(SendBankOrder { no }).await.unwrap();
            }
            let (told, over, _) = state(&shop, &path).await;
            assert_eq!((told.as_str(), over), ("paying", false), "{by_merchant} {is_sent}");
            let page = shop.browser().get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.html);
            assert!(page.html.contains("结果待确认") && !page.html.contains("没有扣款"), "{}", page.html);
        }
        shop.door.ask(CloseBankOrder { party: shop.buyer, no }).await.unwrap();
        ended(&shop, &path, "如果银行之后仍然扣款").await;
        // The bank took it all the same: it goes back to the card, which takes it or does not.
        answer(&shop, no, Some(8_00)).await;
        ended(&shop, &path, "正在退回银行卡").await;
        shop.wait_posted().await;
        let orders = shop.reader().bank_orders(shop.buyer, None, 9).unwrap();
        let back = orders.iter().find(|order| order.kind == BankOrderKind::Return).unwrap().no;
        shop.door.ask(SendBankOrder { no: back }).await.unwrap();
        let (took_it, words) =
            if by_merchant { (Some(8_00), "已退回银行卡") } else { (None, "已退入余额") };
        answer(&shop, back, took_it).await;
        ended(&shop, &path, words).await;
    }
}

#[tokio::test]
async fn that_nothing_was_taken_is_said_only_of_an_order_that_no_card_was_to_pay() {
    for by_merchant in [true, false] {
        // What its bank refused may be the second of two.
        let (shop, no, path) = closed_under_way(by_merchant).await;
        shop.door.ask(SendBankOrder { no }).await.unwrap();
        answer(&shop, no, None).await;
        ended(&shop, &path, "银行卡付款的结果请在钱包中查看").await;

        let order = shop.order(Product::Page, 1_00).await.order;
        let path = shop.path(order.no);
        shop.browser().sign_in(&path, BUYER, PASSWORD).await;
        close(&shop, order.no, by_merchant).await;
        let page = shop.browser().get(&path).await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.html.contains("订单已关闭") && page.html.contains("没有扣款"), "{}", page.html);
    }
}

/// The fields that sign the buyer in.
fn signing_in(csrf: &str) -> [(&str, &str); 3] {
    [("csrf", csrf), ("login", BUYER), ("pay_password", PASSWORD)]
}

/// Each arrival from a shop is without the cookies that other sites do not send.
#[tokio::test]
async fn whoever_comes_from_a_shop_again_keeps_what_the_pages_that_are_open_hold() {
    let shop = Shop::open().await;
    let orders = [shop.order(Product::Page, 1_00).await.order, shop.order(Product::Page, 2_00).await.order];
    let [path, other] = [shop.path(orders[0].no), shop.path(orders[1].no)];
    let mut desktop = shop.browser();
    let first = desktop.led_to(&path).await;
    let (csrf, result) = (first.csrf(), value(&first, "data-result"));
    desktop.led_to(&other).await;

    let early = desktop.get(&result).await;
    assert!(early.status == StatusCode::OK && early.html.contains("还没有收到付款"), "{}", early.html);
    let mut phone = shop.browser();
    phone.sign_in(&path, BUYER, PASSWORD).await;
    phone.pay(&path).await;
    let paid = desktop.get(&result).await;
    assert!(paid.html.contains("支付成功"), "{}", paid.html);
    // The forms keep their token: without it, or without the cookie, nobody is signed in.
    let sign_in = format!("{other}/sign-in");
    for token in ["", csrf.as_str()] {
        assert_eq!(desktop.post(&sign_in, &signing_in(token)).await.status, StatusCode::FORBIDDEN);
    }
    let own = desktop.get(&other).await.csrf();
    assert_eq!(shop.browser().post(&sign_in, &signing_in(&own)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desktop.post(&sign_in, &signing_in(&own)).await.location, other);
}

#[tokio::test]
async fn a_link_that_is_not_ours_tells_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let path = shop.path(order.no);
    let changed = format!("{}{}", &path[..path.len() - 1], if path.ends_with('a') { 'b' } else { 'a' });
    for path in ["/cashier/none", "/qr/none", changed.as_str()] {
        let (status, told) = shop.get(&format!("{path}/state")).await;
        assert_eq!((status, &told["error"]["code"]), (StatusCode::NOT_FOUND, &json!("order_not_found")));
    }
    let answer = shop.browser().get(&format!("{path}/state")).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(!answer.html.contains("coffee") && !answer.html.contains(&order.no.to_string()));
}

#[tokio::test]
async fn a_page_that_showed_the_order_sees_that_somebody_else_paid_it() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let (path, mut desktop) = (shop.path(order.no), shop.browser());
    let result = value(&desktop.get(&path).await, "data-result");
    assert!(result.starts_with(&format!("{path}/result?seen=")), "{result}");

    // Pressed too early: nothing is told as failed, and there is no way back to a shop that was not paid.
    let early = desktop.get(&result).await;
    assert_eq!(early.status, StatusCode::OK);
    assert!(early.html.contains("还没有收到付款") && !early.html.contains("shop.test"), "{}", early.html);
    assert_eq!(value(&early, "data-result"), result);

    // The wallet reads what the page's code says, and pays what it shows.
    let (token, _) = shop.person().await;
    let text = shop.world.cashier_url(order.no);
    let (_, code) = shop.api("POST", "/api/v1/codes", &token, &json!({ "text": text })).await;
    assert_eq!(code["order"]["pay_with"], json!({ "order_url": text }), "{code}");
    let (amount, last_try) = (&code["order"]["amount"], &code["order"]["last_try"]);
    let wish = json!({ "order_url": text, "amount": amount, "last_try": last_try, "pocket": "balance",
        "pay_password": PAY_PASSWORD });
    let (_, said) = shop.api("POST", "/api/v1/me/payments", &token, &wish).await;
    assert_eq!(said["state"], "paid", "{said}");
    let paid = desktop.get(&result).await;
    assert!(paid.html.contains("支付成功") && paid.html.contains("¥ 1.00"), "{}", paid.html);
    assert!(paid.html.contains("class=\"button\" href=\"https://shop.test/back"), "{}", paid.html);
    assert!(paid.html.contains("data-back=\"5\"") && !paid.html.contains("http-equiv=\"refresh\""));

    // The address alone opens nothing, nor does a token of another order or one that was made up.
    let mut stranger = shop.browser();
    stranger.get(&path).await;
    let other = shop.order(Product::Page, 1_00).await.order;
    let of_other = value(&desktop.get(&shop.path(other.no)).await, "data-result");
    let (_, token_of_other) = of_other.split_once('?').unwrap();
    let planted = format!("{path}/result?{token_of_other}");
    let twice = format!("{result}&seen=guess");
    let guessed = format!("{path}/result?seen=guess");
    for (who, browser, address) in [
        ("a stranger", &mut stranger, &result),
        ("somebody new", &mut shop.browser(), &result),
        ("another order's", &mut desktop.clone(), &planted),
        ("made up", &mut desktop.clone(), &guessed),
        ("said twice", &mut desktop.clone(), &twice),
    ] {
        let page = browser.get(address).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()), "{who}");
    }
    let late = stranger.get(&path).await;
    assert!(late.html.contains("订单已支付") && !late.html.contains("data-result"), "{}", late.html);
}

#[tokio::test]
async fn the_wallet_pays_the_order_of_the_page() {
    let shop = Shop::open().await;
    let (by_link, by_code) =
        (shop.order(Product::Wap, 1_00).await.order, shop.order(Product::QrCode, 1_00).await.order);
    for (path, name) in [(shop.path(by_link.no), "order_url"), (shop.qr_path(by_code.no), "qr_code")] {
        let page = shop.browser().get(&path).await;
        let link = format!("/app/wallet/#/pay?{name}=http%3A%2F%2Fpay.test");
        assert!(page.html.contains(&link), "{}", page.html);
        assert!(page.html.contains(&path.replace('/', "%2F")), "{}", page.html);
        assert!(page.html.contains("class=\"qrcode\""), "{}", page.html);
        // Without a script, somebody who paid by the code says so.
        let (_, without) = page.html.split_once("<noscript>").unwrap();
        assert!(without.contains(&format!("href=\"{}\"", value(&page, "data-result"))), "{without}");
    }
    // Terms that are signed by paying are read on this page.
    let page = shop.browser().get(&shop.path(order_that_signs(&shop, "A").await)).await;
    assert!(!page.html.contains("/app/wallet/") && !page.html.contains("class=\"qrcode\""));
    // No wallet is served where the calls of persons are not.
    let live = Shop::open_world(false).await;
    let order = live.order(Product::Page, 1_00).await.order;
    let page = live.browser().get(&live.path(order.no)).await;
    assert!(page.html.contains("class=\"qrcode\"") && !page.html.contains("/app/wallet/"));
}

#[tokio::test]
async fn an_order_that_ended_unpaid_leads_back_where_the_signed_request_says() {
    let shop = Shop::open().await;
    let request = shop.request(Product::Wap, 1_00, "coffee", Some("https://shop.test/back"));
    let quit_url = Some(Text::new("https://shop.test/quit").unwrap());
    let delivery = Delivery { quit_url, ..request.delivery.clone() };
    let order = shop.door.ask(OpenOrder { delivery, ..request }).await.unwrap().order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    browser.sign_in(&path, BUYER, PASSWORD).await;
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order.no) }).await.unwrap();
    let page = browser.get(&format!("{path}?quit_url=https://evil.example/")).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.html.contains("订单已关闭") && page.html.contains("¥ 1.00"), "{}", page.html);
    assert!(page.html.contains("href=\"https://shop.test/quit\""), "{}", page.html);
    let ways = ["shop.test/back", "evil.example", "data-back", "data-state"];
    assert!(ways.iter().all(|way| !page.html.contains(way)), "{}", page.html);
}

#[tokio::test]
async fn what_merchants_write_stays_text_also_where_an_order_ended_or_is_not_known() {
    let shop = Shop::open().await;
    let subject = "</noscript><script>alert('x')</script>\" data-result=\"//evil.example\" x=\"";
    let order = shop.order_of(Product::Page, 1_00, subject, None).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    let first = browser.get(&path).await;
    let not_known = browser.get(&value(&first, "data-result")).await;
    browser.sign_in(&path, BUYER, PASSWORD).await;
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order.no) }).await.unwrap();
    let ended = browser.get(&path).await;
    for page in [&first, &not_known, &ended] {
        assert!(page.html.contains("&#60;script&#62;"), "{}", page.html);
        for nasty in ["<script>", "<b>", "\"//evil.example\"", "javascript:"] {
            assert!(!page.html.contains(nasty), "{nasty}: {}", page.html);
        }
    }
}

/// Less than 60 KB as they are is less than that on the way, whatever compresses them.
#[tokio::test]
async fn the_cashier_is_light() {
    let shop = Shop::open().await;
    let order = shop.order(Product::Page, 1_00).await.order;
    let mut browser = shop.browser();
    let mut bytes = 0;
    for path in [
        &*shop.path(order.no),
        "/assets/portal.css",
        "/assets/portal.js",
        "/assets/cashier.css",
        "/assets/cashier.js",
        "/assets/passkey.js",
        "/assets/tongbao.svg",
    ] {
        let part = browser.get(path).await;
        assert_eq!(part.status, StatusCode::OK, "{path}");
        bytes += part.bytes.len();
    }
    assert!(bytes < 60_000, "{bytes}");
}
