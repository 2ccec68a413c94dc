//! Acts that a passkey confirms in the pages, by an authenticator in software: each by its own challenge, from whoever
//! asked for it.

use crate::agreements;
use crate::passkey_pages::sign_in;
use crate::passkeys::{Key, SITE, sign};
use crate::persons::{PAY_PASSWORD, PHONE};
use crate::shop::{BUYER, Browser, PASSWORD, Page, Shop, fen};
use axum::http::StatusCode;
use base::{BankOrderNo, CardNo, PartyId, Text};
use engine::{
    AskCard, BankWay, BindCard, ClaimOrder, FindBankOrder, FindFreezeByNo, FindOffer, FindOrderByNo,
    FindTrade, PrepareBankOrder,
};
use fund::{BankOrderState, CardKind};
use serde_json::{Value, json};
use trade::{AgreementState, FreezeState, OrderState, Product};

/// A shop, a person with money and a passkey, and a browser in which the person's wallet is open.
async fn shopping() -> (Shop, PartyId, Key, Browser) {
    let shop = Shop::open_at(SITE).await;
    let (token, party) = shop.person().await;
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let browser = wallet(&shop).await;
    (shop, party, key, browser)
}

/// A browser in which the person's wallet is open.
async fn wallet(shop: &Shop) -> Browser {
    let mut browser = shop.browser();
    let csrf = browser.get("/wallet").await.csrf();
    let by = [("csrf", &*csrf), ("next", "wallet"), ("login", PHONE), ("pay_password", PAY_PASSWORD)];
    assert_eq!(browser.post("/wallet/sign-in", &by).await.location, "/wallet");
    browser
}

async fn card(shop: &Shop, party: PartyId, digits: &str) -> CardNo {
    let (bank, kind) = (Text::new("ICBC").unwrap(), CardKind::Debit);
    let (last_four, digest) = (Text::new(digits).unwrap(), [digits.as_bytes()[0]; 16]);
    let card = shop.door.ask(AskCard { party, bank, kind, last_four, digest }).await.unwrap().no;
    let agreement = Text::new(digits).unwrap();
    shop.door.ask(BindCard { party, card, agreement }).await.unwrap();
    card
}

/// Asks for the challenge of a form below this address.
async fn asked(browser: &mut Browser, action: &str, fields: &[(&str, &str)]) -> Value {
    let page = browser.post(&format!("{action}/passkey/options"), fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    serde_json::from_str(&page.html).unwrap()
}

/// Sends what the browser made of a challenge.
async fn send(
    browser: &mut Browser,
    action: &str,
    fields: &[(&str, &str)],
    options: &Value,
    key: &mut Key,
) -> Page {
    let made = sign(key, SITE, options).await.to_string();
    let mut all = fields.to_vec();
    all.push(("challenge_id", options["challenge_id"].as_str().unwrap()));
    all.push(("credential", &made));
    browser.post(&format!("{action}/passkey"), &all).await
}

/// The form was served to another browser.
fn is_gone(page: &Page) {
    assert!(page.status == StatusCode::FORBIDDEN && page.html.contains("页面已失效"), "{}", page.html);
}

fn is_wrong(page: &Page) {
    assert!(page.status == StatusCode::FORBIDDEN && page.html.contains("通行密钥无效"), "{}", page.html);
}

#[tokio::test]
async fn the_cashier_pays_with_the_card_that_was_chosen_when_the_passkey_was_asked_for() {
    let (shop, party, mut key, _) = shopping().await;
    let cards = [card(&shop, party, "4321").await, card(&shop, party, "8765").await];
    let order_no = shop.order(Product::QrCode, 5_000).await.order.no;
    let (path, mut browser) = (shop.qr_path(order_no), shop.browser());
    let csrf = browser.get(&path).await.csrf();
    let begun = browser.post("/passkey/options", &[]).await;
    let begun: Value = serde_json::from_str(&begun.html).unwrap();
    let made = sign(&mut key, SITE, &begun).await.to_string();
    let id = begun["challenge_id"].as_str().unwrap();
    let by = [("csrf", &*csrf), ("challenge_id", id), ("credential", &*made)];
    assert_eq!(browser.post(&format!("{path}/sign-in/passkey"), &by).await.location, path);
    let page = browser.get(&path).await;
    assert!(page.html.contains("data-chosen=\"pocket\""), "{}", page.html);
    assert!(page.html.contains(">使用通行密钥支付 ¥ 50.00</button>"), "{}", page.html);
    let (csrf, action) = (page.csrf(), format!("{path}/pay"));
    let [chosen, other] = cards.map(|card| card.to_string());
    let odd = [("csrf", &*csrf), ("pocket", "purse")];
    let odd = browser.post(&format!("{action}/passkey/options"), &odd).await;
    assert_eq!(odd.status, StatusCode::FORBIDDEN, "{}", odd.html);
    let options = asked(&mut browser, &action, &[("csrf", &csrf), ("pocket", &chosen)]).await;
    // Another card in the form that follows is none of its business.
    let form = [("csrf", &*csrf), ("pocket", &*other)];
    let sent = send(&mut browser, &action, &form, &options, &mut key).await;
    assert_eq!((sent.status, &*sent.location), (StatusCode::SEE_OTHER, &*path), "{}", sent.html);
    let trade = shop.door.ask(FindTrade { buyer: party, order_no }).await.unwrap();
    let no = trade.bank_order.expect("the bank is asked");
    let order = shop.door.ask(FindBankOrder { party, no }).await.unwrap().order;
    assert_eq!((order.card, order.amount()), (cards[0], fen(5_000)));
    assert_eq!(shop.balance(party).await, 10_000);
}

/// Offers a transfer of this person; gives the address of its page.
async fn offered(browser: &mut Browser, amount: &str, arrival: &str) -> String {
    let page = browser.get("/wallet/transfers").await;
    let (_, rest) = page.html.split_once("name=\"number\" value=\"").unwrap();
    let (csrf, number) = (page.csrf(), rest.split('"').next().unwrap());
    let fields =
        [("csrf", &*csrf), ("number", number), ("payee", BUYER), ("amount", amount), ("arrival", arrival)];
    let page = browser.post("/wallet/transfers", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    page.location
}

#[tokio::test]
async fn a_transfer_is_confirmed_as_its_page_showed_it_and_by_its_own_challenge() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let small = offered(&mut browser, "1.00", "").await;
    let large = offered(&mut browser, "50.00", "2h").await;
    let page = browser.get(&large).await;
    assert!(page.html.contains("name=\"pay_password\"") && page.html.contains("data-passkey=\"get\""));
    assert!(page.html.contains(">使用通行密钥确认转账</button>"), "{}", page.html);
    let csrf_of_small = browser.get(&small).await.csrf();
    let csrf = page.csrf();
    let of_small = asked(&mut browser, &small, &[("csrf", &csrf_of_small)]).await;
    is_wrong(&send(&mut browser, &large, &[("csrf", &csrf)], &of_small, &mut key).await);
    let foreign = browser.post(&format!("{large}/passkey/options"), &[("csrf", &csrf_of_small)]).await;
    assert_eq!((foreign.status, shop.balance(party).await), (StatusCode::FORBIDDEN, 10_000));
    let options = asked(&mut browser, &large, &[("csrf", &csrf)]).await;
    for _twice in 0..2 {
        let sent = send(&mut browser, &large, &[("csrf", &csrf)], &options, &mut key).await;
        assert_eq!(sent.location, large, "{}", sent.html);
    }
    assert_eq!(shop.balance(party).await, 5_000);
    let done = browser.get(&large).await;
    assert!(!done.html.contains("data-passkey"), "nothing is left to confirm: {}", done.html);
}

#[tokio::test]
async fn what_one_browser_asked_for_no_other_one_of_the_same_person_sends() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let path = offered(&mut browser, "50.00", "2h").await;
    let mut other = wallet(&shop).await;
    let (csrf, csrf_of_other) = (browser.get(&path).await.csrf(), other.get(&path).await.csrf());
    let options = asked(&mut browser, &path, &[("csrf", &csrf)]).await;
    is_wrong(&send(&mut other, &path, &[("csrf", &csrf_of_other)], &options, &mut key).await);
    assert_eq!(shop.balance(party).await, 10_000);
    let sent = send(&mut browser, &path, &[("csrf", &csrf)], &options, &mut key).await;
    assert_eq!((&*sent.location, shop.balance(party).await), (&*path, 5_000), "{}", sent.html);
}

#[tokio::test]
async fn a_busy_platform_is_not_told_as_a_form_that_is_out_of_date() {
    let (shop, party, _, mut browser) = shopping().await;
    let transfer = offered(&mut browser, "1.00", "").await;
    let (card, key) = (card(&shop, party, "4321").await, Text::new("out").unwrap());
    let (way, amount) = (BankWay::Withdraw, fen(3_000));
    let no = shop.door.ask(PrepareBankOrder { party, card, way, amount, key }).await.unwrap().no;
    let agreement = shop.world.agreement_url(agreements::offer(&shop, "A").await);
    let agreement = agreement.strip_prefix(&shop.world.base_url).unwrap().to_owned();
    let freeze = crate::freezes::path_of(&shop, crate::freezes::open(&shop, "F1", 3_000).await);
    let order_no = shop.order(Product::QrCode, 1_000).await.order.no;
    let (order, trade_no) = (shop.qr_path(order_no), order_no.to_string());
    assert_eq!(browser.sign_in(&order, PHONE, PAY_PASSWORD).await.status, StatusCode::SEE_OTHER);
    let bank = format!("/wallet/bank-orders/{no}");
    let mut forms = Vec::new();
    for (page, action) in [
        (&*transfer, transfer.clone()),
        (&*bank, bank.clone()),
        (&*agreement, agreement.clone()),
        (&*freeze, freeze.clone()),
        (&*order, format!("{order}/pay")),
        ("/wallet", "/wallet/confirm".to_owned()),
    ] {
        forms.push((browser.get(page).await.csrf(), format!("{action}/passkey/options")));
    }
    let nothing = browser.post("/agreement/none/passkey/options", &[("csrf", &*forms[2].0)]).await;
    assert!(
        nothing.status == StatusCode::NOT_FOUND && nothing.html.contains("not_there"),
        "{}",
        nothing.html
    );
    shop.cell.close();
    for (csrf, options) in &forms {
        let said = browser.post(options, &[("csrf", &**csrf), ("trade_no", &*trade_no)]).await;
        assert_eq!(said.status, StatusCode::SERVICE_UNAVAILABLE, "{options} {}", said.html);
        assert!(said.html.contains("\"busy\""), "{options} {}", said.html);
    }
}

#[tokio::test]
async fn what_also_signs_an_agreement_is_paid_where_its_terms_are_shown() {
    let shop = Shop::open_at(SITE).await;
    let (token, party) = shop.person().await;
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let url = shop.world.cashier_url(agreements::order_that_signs(&shop, "A").await);
    let path = url.strip_prefix(SITE).unwrap();
    let body = json!({ "order_url": url });
    let (status, said) = shop.api("POST", "/api/v1/me/payments/options", &token, &body).await;
    assert_eq!((status, &said["code"]), (StatusCode::CONFLICT, &json!("signs_agreement")), "{said}");
    let mut browser = shop.browser();
    sign_in(&mut browser, path, &format!("{path}/sign-in/passkey"), &mut key).await;
    let page = browser.get(path).await;
    assert!(page.html.contains(">使用通行密钥支付 ¥ 12.00 并签约</button>"), "{}", page.html);
    let (csrf, action) = (page.csrf(), format!("{path}/pay"));
    let options = asked(&mut browser, &action, &[("csrf", &csrf)]).await;
    let paid = send(&mut browser, &action, &[("csrf", &csrf)], &options, &mut key).await;
    assert_eq!(paid.location, format!("{path}/result"), "{}", paid.html);
    assert_eq!(shop.balance(party).await, 8_800);
}

#[tokio::test]
async fn money_goes_to_and_from_a_card_by_passkey() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let card = card(&shop, party, "4321").await;
    let prepare = async |way, key: &str| {
        let (amount, key) = (fen(3_000), Text::new(key).unwrap());
        shop.door.ask(PrepareBankOrder { party, card, way, amount, key }).await.unwrap().no
    };
    let (out, into) = (prepare(BankWay::Withdraw, "out").await, prepare(BankWay::TopUp, "in").await);
    let path = |no: BankOrderNo| format!("/wallet/bank-orders/{no}");
    for (no, words) in [(out, "使用通行密钥提现"), (into, "使用通行密钥充值")] {
        let page = browser.get(&path(no)).await;
        assert!(page.html.contains(&format!(">{words}</button>")), "{}", page.html);
    }
    let state = async |no| shop.door.ask(FindBankOrder { party, no }).await.unwrap().order.state;
    for (no, other) in [(out, into), (into, out)] {
        let csrf = browser.get(&path(no)).await.csrf();
        if state(other).await == BankOrderState::Draft {
            let csrf_of_other = browser.get(&path(other)).await.csrf();
            let of_other = asked(&mut browser, &path(other), &[("csrf", &csrf_of_other)]).await;
            is_wrong(&send(&mut browser, &path(no), &[("csrf", &csrf)], &of_other, &mut key).await);
        }
        assert_eq!(state(no).await, BankOrderState::Draft);
        let options = asked(&mut browser, &path(no), &[("csrf", &csrf)]).await;
        for _twice in 0..2 {
            let sent = send(&mut browser, &path(no), &[("csrf", &csrf)], &options, &mut key).await;
            assert_eq!(sent.location, path(no), "{}", sent.html);
        }
        assert_eq!(state(no).await, BankOrderState::Asked);
    }
    assert_eq!(shop.balance(party).await, 7_000);
}

#[tokio::test]
async fn a_payment_that_waits_in_the_wallet_is_confirmed_by_passkey() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let orders = [shop.order(Product::Page, 1_000).await, shop.order(Product::Page, 2_000).await];
    let numbers = orders.map(|opened| opened.order.no);
    for order_no in numbers {
        shop.door.ask(ClaimOrder { order_no, buyer: party, by_code: false }).await.unwrap();
    }
    shop.wait_posted().await;
    let page = browser.get("/wallet").await;
    assert_eq!(page.html.matches("data-passkey=\"get\"").count(), 2, "{}", page.html);
    for amount in ["¥ 10.00", "¥ 20.00"] {
        // Whoever hears the page must know which of them a field or button is of.
        for words in ["使用通行密钥支付", "支付密码", "确认付款"] {
            let named = format!("aria-label=\"{words} {amount} · ");
            assert!(page.html.contains(&named), "{named}: {}", page.html);
        }
    }
    let (csrf, texts) = (page.csrf(), numbers.map(|no| no.to_string()));
    let form = |at: usize| [("csrf", csrf.as_str()), ("trade_no", texts[at].as_str())];
    let of_first = asked(&mut browser, "/wallet/confirm", &form(0)).await;
    is_wrong(&send(&mut browser, "/wallet/confirm", &form(1), &of_first, &mut key).await);
    let options = asked(&mut browser, "/wallet/confirm", &form(1)).await;
    let sent = send(&mut browser, "/wallet/confirm", &form(1), &options, &mut key).await;
    assert_eq!(sent.location, format!("/wallet/trades/{}", texts[1]), "{}", sent.html);
    let states =
        async |at: usize| shop.door.ask(FindOrderByNo { order_no: numbers[at] }).await.unwrap().state;
    assert_eq!((states(0).await, states(1).await), (OrderState::WaitBuyerPay, OrderState::Paid));
    assert_eq!(shop.balance(party).await, 8_000);
}

#[tokio::test]
async fn an_agreement_is_signed_by_whoever_has_the_passkey_on_the_page_that_asked() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let numbers = [agreements::offer(&shop, "A").await, agreements::offer(&shop, "B").await];
    let paths =
        numbers.map(|no| shop.world.agreement_url(no).strip_prefix(&shop.world.base_url).unwrap().to_owned());
    let page = browser.get(&paths[0]).await;
    assert!(page.html.contains("name=\"pay_password\"") && page.html.contains("data-passkey=\"get\""));
    assert!(page.html.contains(">使用通行密钥签约</button>"), "{}", page.html);
    let csrf = page.csrf();
    let csrf_of_other = browser.get(&paths[1]).await.csrf();
    let state = async |at: usize| shop.door.ask(FindOffer { agreement_no: numbers[at] }).await.unwrap().state;
    let of_other = asked(&mut browser, &paths[1], &[("csrf", &csrf_of_other)]).await;
    is_wrong(&send(&mut browser, &paths[0], &[("csrf", &csrf)], &of_other, &mut key).await);
    // What another browser asked for.
    let mut stranger = shop.browser();
    let csrf_of_stranger = stranger.get(&paths[0]).await.csrf();
    let of_stranger = asked(&mut stranger, &paths[0], &[("csrf", &csrf_of_stranger)]).await;
    // The stranger's form, brought into this browser.
    let forged = [("csrf", &*csrf_of_stranger)];
    let none = browser.post(&format!("{}/passkey/options", paths[0]), &forged).await;
    assert!(none.status == StatusCode::FORBIDDEN && none.html.contains("form_gone"), "{}", none.html);
    is_gone(&send(&mut browser, &paths[0], &forged, &of_stranger, &mut key).await);
    is_wrong(&send(&mut browser, &paths[0], &[("csrf", &csrf)], &of_stranger, &mut key).await);
    // What was asked to sign in signs nothing.
    let to_sign_in = browser.post("/passkey/options", &[]).await;
    let to_sign_in: Value = serde_json::from_str(&to_sign_in.html).unwrap();
    is_wrong(&send(&mut browser, &paths[0], &[("csrf", &csrf)], &to_sign_in, &mut key).await);
    assert_eq!(state(0).await, AgreementState::Temp);
    let options = asked(&mut browser, &paths[0], &[("csrf", &csrf)]).await;
    let sent = send(&mut browser, &paths[0], &[("csrf", &csrf)], &options, &mut key).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.html);
    let signed = shop.door.ask(FindOffer { agreement_no: numbers[0] }).await.unwrap();
    assert_eq!((signed.state, signed.buyer), (AgreementState::Normal, Some(party)));
    assert_eq!(state(1).await, AgreementState::Temp);
}

#[tokio::test]
async fn a_freeze_is_agreed_to_by_whoever_has_the_passkey() {
    let (shop, party, mut key, mut browser) = shopping().await;
    let numbers =
        [crate::freezes::open(&shop, "F1", 3_000).await, crate::freezes::open(&shop, "F2", 4_000).await];
    let paths = numbers.map(|no| crate::freezes::path_of(&shop, no));
    let page = browser.get(&paths[0]).await;
    assert!(page.html.contains(">使用通行密钥同意并冻结</button>"), "{}", page.html);
    let csrf = page.csrf();
    let csrf_of_other = browser.get(&paths[1]).await.csrf();
    let of_other = asked(&mut browser, &paths[1], &[("csrf", &csrf_of_other)]).await;
    is_wrong(&send(&mut browser, &paths[0], &[("csrf", &csrf)], &of_other, &mut key).await);
    // A stranger's form, brought into this browser.
    let mut stranger = shop.browser();
    let csrf_of_stranger = stranger.get(&paths[0]).await.csrf();
    let forged = [("csrf", &*csrf_of_stranger)];
    let of_stranger = asked(&mut stranger, &paths[0], &forged).await;
    let none = browser.post(&format!("{}/passkey/options", paths[0]), &forged).await;
    assert!(none.status == StatusCode::FORBIDDEN && none.html.contains("form_gone"), "{}", none.html);
    is_gone(&send(&mut browser, &paths[0], &forged, &of_stranger, &mut key).await);
    let untouched = shop.door.ask(FindFreezeByNo { freeze: numbers[0] }).await.unwrap();
    assert_eq!(untouched.state, FreezeState::Init);
    let options = asked(&mut browser, &paths[0], &[("csrf", &csrf)]).await;
    let sent = send(&mut browser, &paths[0], &[("csrf", &csrf)], &options, &mut key).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.html);
    let freeze = shop.door.ask(FindFreezeByNo { freeze: numbers[0] }).await.unwrap();
    assert_eq!((freeze.state, freeze.payer), (FreezeState::Authorized, Some(party)));
    let other = shop.door.ask(FindFreezeByNo { freeze: numbers[1] }).await.unwrap();
    assert_eq!(other.state, FreezeState::Init);
}

#[tokio::test]
async fn who_has_no_passkey_is_offered_none_where_it_is_known_who_it_is() {
    let shop = Shop::open_at(SITE).await;
    shop.top_up(shop.buyer, 10_000).await;
    shop.another_buyer("tom@example.com").await;
    let mut browser = shop.browser();
    let csrf = browser.get("/wallet").await.csrf();
    let by = [("csrf", &*csrf), ("next", "wallet"), ("login", BUYER), ("pay_password", PASSWORD)];
    assert_eq!(browser.post("/wallet/sign-in", &by).await.location, "/wallet");
    let page = browser.get("/wallet/transfers").await;
    let (csrf, number) = (page.csrf(), "N1");
    let fields = [("csrf", &*csrf), ("number", number), ("payee", "tom@example.com"), ("amount", "1.00")];
    let path = browser.post("/wallet/transfers", &fields).await.location;
    let page = browser.get(&path).await;
    assert!(page.html.contains("name=\"pay_password\"") && !page.html.contains("passkey"), "{}", page.html);
    let csrf = page.csrf();
    let none = browser.post(&format!("{path}/passkey/options"), &[("csrf", &csrf)]).await;
    assert!(none.status == StatusCode::CONFLICT && none.html.contains("no_passkey"), "{}", none.html);
}
