//! Forms of a payment by card that come again, come late, or come from somebody else.

use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop, fen};
use axum::http::StatusCode;
use base::{BankOrderNo, CardNo, OrderNo, Text};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, CloseOrder, FindBankOrder, FindTrade, PrepareBankOrder,
    SendBankOrder, Verdict, Which,
};
use fund::{BankOrderState, CardKind, Done};
use trade::{OrderState, Product};

const OTHER: &str = "tom@example.com";

/// A card that the buyer bound.
pub(crate) async fn card(shop: &Shop) -> CardNo {
    let ask = AskCard {
        party: shop.buyer,
        bank: Text::new("ICBC").unwrap(),
        kind: CardKind::Debit,
        last_four: Text::new("4321").unwrap(),
        digest: [7; 16],
    };
    let card = shop.door.ask(ask).await.unwrap().no;
    let agreement = Text::new("A1").unwrap();
    shop.door.ask(BindCard { party: shop.buyer, card, agreement }).await.unwrap();
    card
}

/// An order, and the buyer's browser on its page.
pub(crate) async fn signed_in(shop: &Shop) -> (OrderNo, String, Browser) {
    let order = shop.order(Product::Page, 8_00).await.order;
    let (path, mut browser) = (shop.path(order.no), shop.browser());
    assert_eq!(browser.sign_in(&path, BUYER, PASSWORD).await.location, path);
    (order.no, path, browser)
}

pub(crate) async fn pay(browser: &mut Browser, path: &str, csrf: &str, card: CardNo) -> Page {
    let card = card.to_string();
    browser.post(&format!("{path}/pay"), &[("csrf", csrf), ("pocket", &card)]).await
}

pub(crate) async fn under_way(shop: &Shop, order_no: OrderNo) -> BankOrderNo {
    let trade = shop.door.ask(FindTrade { buyer: shop.buyer, order_no }).await.unwrap();
    trade.bank_order.unwrap()
}

async fn bank_state(shop: &Shop, no: BankOrderNo) -> BankOrderState {
    shop.door.ask(FindBankOrder { party: shop.buyer, no }).await.unwrap().order.state
}

pub(crate) async fn bank_takes(shop: &Shop, no: BankOrderNo, minor: u64) {
    shop.door.ask(SendBankOrder { no }).await.unwrap();
    let done = Done { amount: fen(minor), bank_ref: Text::new("R1").unwrap() };
    shop.door.ask(BankAnswered { no, verdict: Verdict::Done(done) }).await.unwrap();
}

pub(crate) fn leads_to(page: &Page, path: &str) {
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, path), "{}", page.html);
}

/// The value of a hidden field.
pub(crate) fn hidden(page: &Page, name: &str) -> String {
    let (_, rest) = page.html.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_that_comes_again_leads_to_how_the_order_stands() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    // A slow bank: the page that waits has an address of its own, and looks again there.
    for _twice in 0..2 {
        leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    }
    let waits = browser.get(&path).await;
    assert_eq!(waits.status, StatusCode::OK);
    assert!(waits.html.contains(&format!("content=\"3;url={path}\"")), "{}", waits.html);
    // The bank was prompt with it: the form neither pays again nor asks to.
    bank_takes(&shop, under_way(&shop, order_no).await, 8_00).await;
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &format!("{path}/result"));
    leads_to(&browser.post(&format!("{path}/pay"), &[("csrf", &csrf)]).await, &format!("{path}/result"));
    assert_eq!(shop.balance(shop.buyer).await, 10_000);
}

#[tokio::test]
async fn a_form_of_an_order_that_was_closed_leads_to_its_page() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order_no) }).await.unwrap();
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    assert_eq!(browser.get(&path).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_form_that_revokes_means_the_payment_that_it_was_shown_with() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    let shown = browser.get(&path).await;
    let (csrf, first) = (shown.csrf(), hidden(&shown, "bank_order"));
    let form = [("csrf", csrf.as_str()), ("bank_order", first.as_str())];
    leads_to(&browser.post(&format!("{path}/revoke"), &form).await, &path);
    // Another payment of the same order: the old form, sent again, leaves it alone.
    let again = browser.get(&path).await.csrf();
    let fields = [("csrf", again.as_str()), ("pocket", &card.to_string()), ("pay_password", PASSWORD)];
    leads_to(&browser.post(&format!("{path}/pay"), &fields).await, &path);
    let second = under_way(&shop, order_no).await;
    assert_ne!(second.to_string(), first);
    for bank_order in [first.as_str(), "", "1"] {
        let form = [("csrf", csrf.as_str()), ("bank_order", bank_order)];
        leads_to(&browser.post(&format!("{path}/revoke"), &form).await, &path);
        assert_eq!(under_way(&shop, order_no).await, second, "{bank_order:?}");
    }
    let form = [("csrf", csrf.as_str()), ("bank_order", &second.to_string())];
    leads_to(&browser.post(&format!("{path}/revoke"), &form).await, &path);
    let trade = shop.door.ask(FindTrade { buyer: shop.buyer, order_no }).await.unwrap();
    assert_eq!(trade.bank_order, None);
}

#[tokio::test]
async fn nobody_else_revokes_a_payment() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (order_no, path, mut browser) = signed_in(&shop).await;
    let csrf = browser.get(&path).await.csrf();
    leads_to(&pay(&mut browser, &path, &csrf, card).await, &path);
    let (csrf, no) = (browser.get(&path).await.csrf(), under_way(&shop, order_no).await);
    shop.door.ask(SendBankOrder { no }).await.unwrap();
    let (before, bank_order) = (bank_state(&shop, no).await, no.to_string());

    let (_, elsewhere, mut at_other) = signed_in(&shop).await;
    let of_other_order = at_other.get(&elsewhere).await.csrf();
    let mut nobody = shop.browser();
    shop.another_buyer(OTHER).await;
    // Signed in as somebody else, on another order, with that session planted on this one.
    let tom_s = shop.order(Product::Page, 1_00).await.order;
    let (tom_s_path, mut tom) = (shop.path(tom_s.no), shop.browser());
    tom.sign_in(&tom_s_path, OTHER, PASSWORD).await;
    let tom_s_form = tom.get(&tom_s_path).await.csrf();
    let session = tom.cookie("tongbao_cashier").unwrap();
    tom.plant("tongbao_cashier", &path, &session);

    let revoke = format!("{path}/revoke");
    for (who, csrf) in [("without a token", ""), ("with the token of another order", of_other_order.as_str())]
    {
        let form = [("csrf", csrf), ("bank_order", bank_order.as_str())];
        assert_eq!(browser.post(&revoke, &form).await.status, StatusCode::FORBIDDEN, "{who}");
    }
    for csrf in [csrf.as_str(), tom_s_form.as_str()] {
        for (who, browser) in [("nobody", &mut nobody), ("another buyer", &mut tom)] {
            let form = [("csrf", csrf), ("bank_order", bank_order.as_str())];
            assert_eq!(browser.post(&revoke, &form).await.status, StatusCode::FORBIDDEN, "{who}");
        }
    }
    assert_eq!((bank_state(&shop, no).await, under_way(&shop, order_no).await), (before, no));
    assert_eq!(shop.state(order_no).await, OrderState::WaitBuyerPay);
}

/// The page of a bank order that waits looks again at its own address, also when it answers a form.
#[tokio::test]
async fn an_order_to_the_bank_is_looked_at_again_at_its_own_address() {
    let shop = Shop::open().await;
    let card = card(&shop).await;
    let (key, way) = (Text::new("k").unwrap(), BankWay::TopUp);
    let draft = PrepareBankOrder { party: shop.buyer, card, way, amount: fen(5_00), key };
    let no = shop.door.ask(draft).await.unwrap().no;
    let mut browser = shop.browser();
    let csrf = browser.get("/wallet/cards").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("next", "cards"), ("login", BUYER), ("pay_password", PASSWORD)];
    browser.post("/wallet/sign-in", &fields).await;
    let path = format!("/wallet/bank-orders/{no}");
    let csrf = browser.get(&path).await.csrf();
    let form = [("csrf", csrf.as_str()), ("pay_password", PASSWORD)];
    for _twice in 0..2 {
        leads_to(&browser.post(&format!("{path}/confirm"), &form).await, &path);
    }
    let waits = browser.get(&path).await;
    assert!(waits.html.contains(&format!("content=\"3;url={path}\"")), "{}", waits.html);
}
