//! Orders over `/api/v1`: what a scanned code is, how an order is shown to whom, and how it is paid.

use crate::agreements::order_that_signs;
use crate::api_wallet::{CREDIT, DEBIT, by_password, done, refused, with_bank};
use crate::backtest::rule;
use crate::passkeys::{SITE, sign};
use crate::persons::PAY_PASSWORD;
use crate::shop::{BUYER, Shop, fen};
use axum::http::StatusCode;
use base::{BankOrderNo, HOUR_US, OrderNo, PartyId};
use engine::{
    BankAnswered, ClaimOrder, CloseOrder, FindBankOrder, FindTrade, OpenOrder, RefundOrder, SendBankOrder,
    Which,
};
use fund::{BankOrderState, BankReason};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use trade::{OrderState, Product, QR_LIFE_US, Timeout};

impl Shop {
    async fn look(&self, token: &str, text: &str) -> (StatusCode, Value) {
        self.api("POST", "/api/v1/codes", token, &json!({ "text": text })).await
    }

    async fn look_at(&self, token: &str, which: &Value) -> (StatusCode, Value) {
        self.api("POST", "/api/v1/me/orders", token, which).await
    }

    /// Pays an order as it is shown now.
    async fn pay_from(
        &self,
        token: &str,
        which: &Value,
        pocket: &str,
        password: &str,
    ) -> (StatusCode, Value) {
        let (_, shown) = self.look_at(token, which).await;
        let mut body = as_shown(which, &shown);
        body["pocket"] = json!(pocket);
        body["pay_password"] = json!(password);
        self.pay(token, &body).await
    }

    async fn pay(&self, token: &str, body: &Value) -> (StatusCode, Value) {
        self.api("POST", "/api/v1/me/payments", token, body).await
    }

    async fn payment(&self, token: &str, order_no: OrderNo) -> (StatusCode, Value) {
        self.api("GET", &format!("/api/v1/me/payments/{order_no}"), token, &Value::Null).await
    }

    async fn revoke(&self, token: &str, order_no: OrderNo, bank_order: &str) -> (StatusCode, Value) {
        let body = json!({ "bank_order": bank_order });
        self.api("POST", &format!("/api/v1/me/payments/{order_no}/revoke"), token, &body).await
    }

    /// The number of a bank order that pays nothing.
    async fn another_bank_order(&self, token: &str, card: &str) -> String {
        let body = json!({ "card": card, "amount": "1.00" });
        let (_, said) = self.keyed("/api/v1/me/top-ups", token, "other", &body).await;
        said["no"].as_str().unwrap().to_owned()
    }

    /// The number of the bank order that pays an order.
    async fn bank_order_of(&self, buyer: PartyId, order_no: OrderNo) -> String {
        self.door.ask(FindTrade { buyer, order_no }).await.unwrap().bank_order.unwrap().to_string()
    }
}

fn by_code(shop: &Shop, order_no: OrderNo) -> Value {
    json!({ "qr_code": shop.world.qr_url(order_no) })
}

/// What names an order, with what was shown of it; where nothing was, something that is as good as any.
fn as_shown(which: &Value, shown: &Value) -> Value {
    let mut body = which.clone();
    body["amount"] = shown.get("amount").cloned().unwrap_or(json!("1.00"));
    body["last_try"] = shown.get("last_try").cloned().unwrap_or(Value::Null);
    body
}

fn by_number(order_no: OrderNo) -> Value {
    json!({ "trade_no": order_no.to_string() })
}

/// State of an order or a payment.
fn state((status, said): &(StatusCode, Value)) -> &str {
    assert_eq!(*status, StatusCode::OK, "{said}");
    said["state"].as_str().unwrap()
}

#[tokio::test]
async fn a_scanned_code_is_an_order_with_what_it_can_be_paid_with() {
    let (shop, bank) = with_bank().await;
    let (token, _) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let order_no = shop.order(Product::QrCode, 12_30).await.order.no;
    let url = shop.world.qr_url(order_no);
    let (status, code) = shop.look(&token, &format!(" {url}\n")).await;
    assert_eq!((status, &code["kind"]), (StatusCode::OK, &json!("order")), "{code}");
    let order = &code["order"];
    let shown = [&order["payee_name"], &order["subject"], &order["amount"], &order["state"]];
    assert_eq!(shown, ["小店 <b>&", "coffee", "12.30", "open"]);
    assert_eq!(order["trade_no"], order_no.to_string());
    assert_eq!((&order["pay_with"], &order["last_try"]), (&json!({ "qr_code": url }), &Value::Null));
    assert_eq!((&order["signs_agreement"], &order["cashier_url"]), (&json!(false), &json!(url)));
    assert!(order["expires_at"].as_str().unwrap().ends_with("+08:00"), "{order}");
    let pockets = order["pockets"].as_array().unwrap();
    assert_eq!(pockets[0], json!({ "kind": "balance", "available": "100.00", "enough": true }));
    assert_eq!((&pockets[1]["kind"], &pockets[1]["card"]["no"]), (&json!("card"), &json!(card)));
    assert_eq!(shop.state(order_no).await, OrderState::Offered, "nobody took it up by looking");

    let by_string = json!({ "order_string": format!("order={order_no}") });
    for which in [by_code(&shop, order_no), json!({ "order_url": url }), by_string] {
        let (_, order) = shop.look_at(&token, &which).await;
        assert_eq!((&order["trade_no"], &order["pay_with"]), (&json!(order_no.to_string()), &which));
    }
    bank.is_down.store(true, Ordering::Relaxed);
    let dear = shop.order(Product::QrCode, 10_001).await.order.no;
    let (_, order) = shop.look_at(&token, &by_code(&shop, dear)).await;
    let pockets = order["pockets"].as_array().unwrap();
    assert_eq!(
        (pockets.len(), &pockets[0]["enough"]),
        (1, &json!(false)),
        "a bank that cannot be reached is left out"
    );
    for text in
        ["", "hello", "281234567890123407", "https://pay.test/qr/guess", "https://pay.test/agreement/x"]
    {
        assert_eq!(refused(&shop.look(&token, text).await), (404, "code_unknown"), "{text}");
    }
    for (which, status, code) in [
        (json!({}), 400, "bad_request"),
        (json!({ "qr_code": url, "trade_no": order_no.to_string() }), 400, "bad_request"),
        (json!({ "qr_code": "hello" }), 404, "order_not_found"),
        (json!({ "trade_no": "x" }), 400, "bad_trade_no"),
        (json!({ "order_string": "forged" }), 422, "order_refused"),
        (json!({ "code": "x" }), 400, "bad_request"),
    ] {
        assert_eq!(refused(&shop.look_at(&token, &which).await), (status, code), "{which}");
    }
}

#[tokio::test]
async fn a_number_shows_an_order_to_its_buyer_only_and_nobody_sees_what_another_took_up() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let (stranger, _) = shop.stranger().await;
    let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
    let (number, code) = (by_number(order_no), by_code(&shop, order_no));
    assert_eq!(refused(&shop.look_at(&token, &number).await), (404, "order_not_found"), "nobody's yet");
    let said = shop.pay_from(&token, &number, "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (404, "order_not_found"));
    assert_eq!(state(&shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await), "paid");
    assert_eq!(state(&shop.look_at(&token, &number).await), "paid");
    assert_eq!(refused(&shop.look_at(&stranger, &number).await), (404, "order_not_found"));
    let taken = shop.order(Product::QrCode, 1_00).await.order.no;
    shop.door.ask(ClaimOrder { order_no: taken, buyer: party, by_code: false }).await.unwrap();
    let nobodys = BankOrderNo::from_number(1_700_000_000_000_000_012).unwrap().to_string();
    for (order_no, why) in [(order_no, "already_paid"), (taken, "buyer_differs")] {
        let code = by_code(&shop, order_no);
        for said in [
            shop.look_at(&stranger, &code).await,
            shop.look(&stranger, &shop.world.qr_url(order_no)).await,
            shop.pay_from(&stranger, &code, "balance", PAY_PASSWORD).await,
        ] {
            assert_eq!(refused(&said), (409, why));
        }
        for said in [
            shop.pay_from(&stranger, &by_number(order_no), "balance", PAY_PASSWORD).await,
            shop.payment(&stranger, order_no).await,
            shop.revoke(&stranger, order_no, &nobodys).await,
        ] {
            assert_eq!(refused(&said), (404, "order_not_found"));
        }
    }
    let body = json!({ "bank_order": nobodys });
    for (method, path) in [("GET", "/api/v1/me/payments/x"), ("POST", "/api/v1/me/payments/x/revoke")] {
        let said = shop.api(method, path, &token, &body).await;
        assert_eq!(refused(&said), (404, "order_not_found"), "what is no number is nobody's order");
    }
    assert_eq!(shop.balance(party).await, 9_900);
}

#[tokio::test]
async fn an_order_is_paid_once_from_the_balance_with_the_password_for_it() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let order_no = shop.order(Product::QrCode, 12_30).await.order.no;
    let code = by_code(&shop, order_no);
    assert_eq!(refused(&shop.pay_from(&token, &code, "balance", "604417").await), (403, "wrong_password"));
    assert_eq!(refused(&shop.pay_from(&token, &code, "balance", "6044").await), (400, "bad_password"));
    assert_eq!(refused(&shop.pay_from(&token, &code, "purse", PAY_PASSWORD).await), (400, "bad_pocket"));
    let mut other = as_shown(&code, &json!({ "amount": "12.29" }));
    (other["pocket"], other["pay_password"]) = (json!("balance"), json!("604417"));
    assert_eq!(refused(&shop.pay(&token, &other).await), (409, "changed"), "no proof is tried");
    other.as_object_mut().unwrap().remove("amount");
    assert_eq!(refused(&shop.pay(&token, &other).await), (400, "bad_request"), "nobody said what was shown");
    assert_eq!(shop.state(order_no).await, OrderState::Offered, "it was taken up by nobody");
    let (status, paid) = shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await;
    let expected = json!({ "trade_no": order_no.to_string(), "state": "paid", "last_try": null,
        "last_try_state": null, "last_try_reason": null });
    assert_eq!((status, paid), (StatusCode::OK, expected));
    assert_eq!(shop.balance(party).await, 8_770);
    let again = shop.pay_from(&token, &code, "balance", "604417").await;
    assert_eq!(state(&again), "paid", "it was paid: nothing is asked for it any more");
    assert_eq!(state(&shop.payment(&token, order_no).await), "paid");
    assert_eq!(shop.balance(party).await, 8_770);
    let (_, shown) = shop.look_at(&token, &by_number(order_no)).await;
    assert_eq!((&shown["state"], &shown["pockets"]), (&json!("paid"), &json!([])));

    let dear = shop.order(Product::QrCode, 10_001).await.order.no;
    let said = shop.pay_from(&token, &by_code(&shop, dear), "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "balance_too_low"));
    let stopped = shop.api("POST", "/api/v1/me/stop-payment", &token, &Value::Null).await;
    assert_eq!(stopped.0, StatusCode::OK);
    let small = shop.order(Product::QrCode, 1_00).await.order.no;
    let said = shop.pay_from(&token, &by_code(&shop, small), "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "buyer_stopped"));
}

#[tokio::test]
async fn what_is_over_is_shown_as_over_and_not_paid() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
    let late = shop.order(Product::QrCode, 1_00).await.order.no;
    shop.door.ask(ClaimOrder { order_no, buyer: party, by_code: false }).await.unwrap();
    shop.door.ask(CloseOrder { seller: shop.seller, which: Which::No(order_no) }).await.unwrap();
    let link = json!({ "order_url": shop.world.cashier_url(order_no) });
    assert_eq!(state(&shop.look_at(&token, &link).await), "closed");
    let said = shop.pay_from(&token, &link, "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "already_closed"));
    shop.now_us.fetch_add(QR_LIFE_US, Ordering::Relaxed);
    let code = by_code(&shop, late);
    assert_eq!(refused(&shop.look_at(&token, &code).await), (409, "code_expired"));
    let said = shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "code_expired"));
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn a_card_pays_when_its_bank_has_said_so() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let (card, credit) = (shop.bound_card(&token, DEBIT).await, shop.bound_card(&token, CREDIT).await);
    let order_no = shop.order(Product::QrCode, 8_00).await.order.no;
    let code = by_code(&shop, order_no);
    assert_eq!(state(&shop.pay_from(&token, &code, &card, PAY_PASSWORD).await), "under_way");
    // Another way to pay does not pay a second time.
    for (pocket, password) in
        [(card.as_str(), "604417"), (credit.as_str(), PAY_PASSWORD), ("balance", PAY_PASSWORD)]
    {
        assert_eq!(state(&shop.pay_from(&token, &code, pocket, password).await), "under_way", "{pocket}");
    }
    let (_, shown) = shop.look_at(&token, &by_number(order_no)).await;
    assert_eq!((&shown["state"], &shown["pockets"]), (&json!("paying"), &json!([])));
    let bank_order = shop.bank_order_of(party, order_no).await;
    let at_bank =
        shop.api("GET", &format!("/api/v1/me/bank-orders/{bank_order}"), &token, &Value::Null).await;
    assert_eq!(refused(&at_bank), (404, "bank_order_not_found"), "it is told with its payment");
    shop.bank_says(&bank_order, engine::Verdict::Refused(BankReason::NoMoney)).await;
    assert_eq!(state(&shop.look_at(&token, &by_number(order_no)).await), "open");
    assert_eq!(state(&shop.pay_from(&token, &by_number(order_no), &credit, PAY_PASSWORD).await), "under_way");
    shop.bank_says(&shop.bank_order_of(party, order_no).await, done(8_00)).await;
    assert_eq!(state(&shop.look_at(&token, &by_number(order_no)).await), "paid");
    assert_eq!(shop.balance(party).await, 10_000);

    let another = shop.order(Product::QrCode, 1_00).await.order.no;
    shop.api("DELETE", &format!("/api/v1/me/cards/{card}"), &token, &by_password()).await;
    let said = shop.pay_from(&token, &by_code(&shop, another), &card, PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "card_not_bound"));
}

impl Shop {
    /// An order of an hour that a card is asked to pay: its number, its code and the bank order.
    async fn asked_within_an_hour(
        &self,
        token: &str,
        party: PartyId,
        card: &str,
    ) -> (OrderNo, Value, String) {
        let request = self.request(Product::QrCode, 8_00, "coffee", None);
        let request = OpenOrder { timeout: Some(Timeout::After(HOUR_US)), ..request };
        let order_no = self.door.ask(request).await.unwrap().order.no;
        let code = by_code(self, order_no);
        assert_eq!(state(&self.pay_from(token, &code, card, PAY_PASSWORD).await), "under_way");
        let bank_order = self.bank_order_of(party, order_no).await;
        (order_no, code, bank_order)
    }
}

#[tokio::test]
async fn what_its_bank_has_is_under_way_also_when_the_time_of_the_order_is_over() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    for verdict in [engine::Verdict::Refused(BankReason::NoMoney), done(8_00)] {
        let (order_no, code, bank_order) = shop.asked_within_an_hour(&token, party, &card).await;
        shop.now_us.fetch_add(HOUR_US, Ordering::Relaxed);
        assert_eq!(shop.state(order_no).await, OrderState::WaitBuyerPay, "nobody closed it yet");
        assert_eq!(state(&shop.payment(&token, order_no).await), "under_way");
        assert_eq!(state(&shop.look_at(&token, &by_number(order_no)).await), "paying");
        assert_eq!(state(&shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await), "under_way");

        shop.bank_says(&bank_order, verdict).await;
        let (_, stands) = shop.payment(&token, order_no).await;
        assert_eq!((&stands["state"], &stands["last_try"]), (&json!("closed"), &json!(bank_order)));
        assert_eq!(state(&shop.look_at(&token, &by_number(order_no)).await), "closed");
    }
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn what_was_paid_and_went_back_is_refunded_and_not_closed() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 10_000).await;
    let (token, _) = shop.person().await;
    let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
    let code = by_code(&shop, order_no);
    assert_eq!(state(&shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await), "paid");
    let refund = RefundOrder {
        seller: shop.seller,
        which: Which::No(order_no),
        amount: fen(1_00),
        out_request_no: None,
        reason: None,
        back: Vec::new(),
    };
    shop.door.ask(refund).await.unwrap();
    assert_eq!(state(&shop.look_at(&token, &code).await), "refunded");
    assert_eq!(state(&shop.payment(&token, order_no).await), "refunded");
}

#[tokio::test]
async fn a_wish_that_is_sent_again_pays_nothing_that_was_not_seen() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let order_no = shop.order(Product::QrCode, 8_00).await.order.no;
    let code = by_code(&shop, order_no);
    let (_, shown) = shop.look_at(&token, &code).await;
    let mut body = as_shown(&code, &shown);
    (body["pocket"], body["pay_password"]) = (json!(card), json!(PAY_PASSWORD));
    let (_, first) = shop.pay(&token, &body).await;
    let last_try = first["last_try"].as_str().unwrap().to_owned();
    assert_eq!(last_try, shop.bank_order_of(party, order_no).await);
    assert_eq!(state(&shop.pay(&token, &body).await), "under_way");
    shop.bank_says(&last_try, engine::Verdict::Refused(BankReason::NoMoney)).await;

    // Its answer was lost: what came of it is not known where it is sent again.
    let mut wrong = body.clone();
    wrong["pay_password"] = json!("604417");
    for body in [&body, &wrong] {
        assert_eq!(refused(&shop.pay(&token, body).await), (409, "moved_on"), "before any proof is tried");
    }
    let mut from_balance = body.clone();
    from_balance["pocket"] = json!("balance");
    assert_eq!(refused(&shop.pay(&token, &from_balance).await), (409, "moved_on"));
    assert_eq!(shop.balance(party).await, 10_000);
    let (_, stands) = shop.payment(&token, order_no).await;
    assert_eq!((&stands["state"], &stands["last_try"]), (&json!("open"), &json!(last_try)));
    let (_, shown) = shop.look_at(&token, &by_number(order_no)).await;
    assert_eq!((&shown["state"], &shown["last_try"]), (&json!("open"), &json!(last_try)));

    body["last_try"] = json!(last_try);
    let (_, second) = shop.pay(&token, &body).await;
    let second = second["last_try"].as_str().unwrap();
    assert_ne!(second, last_try);
    shop.bank_says(second, done(8_00)).await;
    let (_, paid) = shop.payment(&token, order_no).await;
    assert_eq!((&paid["state"], &paid["last_try"]), (&json!("paid"), &json!(second)));
    assert_eq!(state(&shop.pay(&token, &wrong).await), "paid", "whatever is given");
}

#[tokio::test]
async fn a_payment_that_its_bank_does_not_decide_is_revoked_and_free_for_another_way() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let order_no = shop.order(Product::QrCode, 8_00).await.order.no;
    let code = by_code(&shop, order_no);
    assert_eq!(state(&shop.pay_from(&token, &code, &card, PAY_PASSWORD).await), "under_way");
    let bank_order = shop.bank_order_of(party, order_no).await;
    assert_eq!(refused(&shop.revoke(&token, order_no, "x").await), (400, "bad_bank_order_no"));
    let another = shop.another_bank_order(&token, &card).await;
    assert_eq!(refused(&shop.revoke(&token, order_no, &another).await), (409, "moved_on"));
    let said = shop.api("POST", &format!("/api/v1/me/payments/{order_no}/revoke"), &token, &json!({})).await;
    assert_eq!(refused(&said), (400, "bad_request"));
    for _twice in 0..2 {
        let (_, free) = shop.revoke(&token, order_no, &bank_order).await;
        assert_eq!((&free["state"], &free["last_try"]), (&json!("open"), &json!(bank_order)), "{free}");
    }
    assert_eq!(state(&shop.pay_from(&token, &code, "balance", PAY_PASSWORD).await), "paid");
    assert_eq!(state(&shop.revoke(&token, order_no, &bank_order).await), "paid", "it is told as it stands");
    assert_eq!(shop.balance(party).await, 9_200);
}

#[tokio::test]
async fn a_payment_is_revoked_also_when_its_order_is_over_meanwhile() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    for (by_its_merchant, meanwhile) in [(false, "under_way"), (true, "closed")] {
        let (order_no, _, bank_order) = shop.asked_within_an_hour(&token, party, &card).await;
        let no: BankOrderNo = bank_order.parse().unwrap();
        shop.door.ask(SendBankOrder { no }).await.unwrap();
        if by_its_merchant {
            let close = CloseOrder { seller: shop.seller, which: Which::No(order_no) };
            shop.door.ask(close).await.unwrap();
        } else {
            shop.now_us.fetch_add(HOUR_US, Ordering::Relaxed);
        }
        assert_eq!(state(&shop.payment(&token, order_no).await), meanwhile);
        let (_, over) = shop.revoke(&token, order_no, &bank_order).await;
        assert_eq!([&over["state"], &over["last_try_state"]], ["closed", "closing"], "{over}");
        let found = shop.door.ask(FindBankOrder { party, no }).await.unwrap();
        assert_eq!(found.order.state, BankOrderState::GivenUp, "the bank is told never to do it");
    }
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn what_became_of_the_last_card_is_told_with_its_order() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let order_no = shop.order(Product::QrCode, 8_00).await.order.no;
    let (code, number) = (by_code(&shop, order_no), by_number(order_no));
    let of = |said: &Value| ["last_try", "last_try_state", "last_try_reason"].map(|name| said[name].clone());
    let (_, shown) = shop.look_at(&token, &code).await;
    assert_eq!(of(&shown), [Value::Null, Value::Null, Value::Null]);
    let last = async || {
        let (_, order) = shop.look_at(&token, &number).await;
        let (_, payment) = shop.payment(&token, order_no).await;
        assert_eq!(of(&order), of(&payment));
        of(&payment)
    };
    let (_, asked) = shop.pay_from(&token, &code, &card, PAY_PASSWORD).await;
    let first = shop.bank_order_of(party, order_no).await;
    assert_eq!(of(&asked), [json!(first), json!("under_way"), Value::Null]);
    shop.bank_says(&first, engine::Verdict::Refused(BankReason::NoMoney)).await;
    assert_eq!(last().await, [json!(first), json!("failed"), json!("no_money")]);
    let (_, bill) = shop.api("GET", &format!("/api/v1/me/bills/{order_no}"), &token, &Value::Null).await;
    let end = &bill["timeline"][2];
    assert_eq!([&end["what"], &end["note"]], ["failed", "no_money"], "{bill}");

    assert_eq!(state(&shop.pay_from(&token, &number, &card, PAY_PASSWORD).await), "under_way");
    let second = shop.bank_order_of(party, order_no).await;
    let no: BankOrderNo = second.parse().unwrap();
    shop.door.ask(SendBankOrder { no }).await.unwrap();
    assert_eq!(state(&shop.revoke(&token, order_no, &second).await), "open");
    assert_eq!(last().await, [json!(second), json!("closing"), Value::Null]);
    shop.door.ask(BankAnswered { no, verdict: done(8_00) }).await.unwrap();
    assert_eq!(last().await, [json!(second), json!("returning"), Value::Null], "it goes back to the card");
    let (_, paid) = shop.pay_from(&token, &number, "balance", PAY_PASSWORD).await;
    assert_eq!((&paid["state"], &paid["last_try_state"]), (&json!("paid"), &json!("returning")), "{paid}");
}

#[tokio::test]
async fn a_passkey_pays_with_the_card_that_was_shown_with_it() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let order_no = shop.order(Product::QrCode, 8_00).await.order.no;
    let mut body = by_code(&shop, order_no);
    for (pocket, status, code) in [("purse", 400, "bad_pocket"), ("balance", 200, "none")] {
        body["pocket"] = json!(pocket);
        let said = shop.api("POST", "/api/v1/me/payments/options", &token, &body).await;
        assert_eq!(refused(&said), (status, code), "{pocket}");
    }
    body["pocket"] = json!(card);
    let (status, shown) = shop.api("POST", "/api/v1/me/payments/options", &token, &body).await;
    assert_eq!((status, &shown["amount"]), (StatusCode::OK, &json!("8.00")), "{shown}");
    let credential = sign(&mut key, SITE, &shown).await;
    let mut proof = as_shown(&by_code(&shop, order_no), &shown);
    (proof["challenge_id"], proof["credential"]) = (shown["challenge_id"].clone(), json!(credential));
    let mut both = proof.clone();
    both["pocket"] = json!("balance");
    let said = shop.api("POST", "/api/v1/me/payments", &token, &both).await;
    assert_eq!(refused(&said), (400, "bad_request"), "what was shown is what is paid");
    let mut other = proof.clone();
    other["amount"] = json!("7.99");
    assert_eq!(refused(&shop.pay(&token, &other).await), (409, "changed"));
    for _twice in 0..2 {
        assert_eq!(state(&shop.pay(&token, &proof).await), "under_way");
    }
    assert!(!shop.bank_order_of(party, order_no).await.is_empty());
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn an_order_that_signs_an_agreement_is_paid_where_its_terms_are_shown() {
    let shop = Shop::open().await;
    let (token, party) = shop.person().await;
    let order_no = order_that_signs(&shop, "A").await;
    let url = shop.world.cashier_url(order_no);
    let link = json!({ "order_url": url });
    let (_, shown) = shop.look_at(&token, &link).await;
    assert_eq!((&shown["signs_agreement"], &shown["cashier_url"]), (&json!(true), &json!(url)), "{shown}");
    let said = shop.pay_from(&token, &link, "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "signs_agreement"));
    assert_eq!(shop.balance(party).await, 10_000);
}

#[tokio::test]
async fn risk_rules_and_lists_of_names_hold_here_as_on_the_pages() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    shop.put_in_force(0, rule("R", "true", "refuse", false)).await;
    let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
    let said = shop.pay_from(&token, &by_code(&shop, order_no), "balance", PAY_PASSWORD).await;
    assert_eq!(refused(&said), (409, "risk"));
    let (transfers, withdrawals) = ("/api/v1/me/transfers", "/api/v1/me/withdrawals");
    for (path, body, below) in [
        (transfers, json!({ "to": BUYER, "amount": "1.00" }), transfers),
        (withdrawals, json!({ "card": card, "amount": "1.00" }), "/api/v1/me/bank-orders"),
    ] {
        let (status, draft) = shop.keyed(path, &token, "k", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{draft}");
        let confirm = format!("{below}/{}/confirm", draft["no"].as_str().unwrap());
        let said = shop.api("POST", &confirm, &token, &by_password()).await;
        assert_eq!(refused(&said), (409, "risk"), "{path}");
    }
    assert_eq!(shop.balance(party).await, 10_000);
    let listed = shop.another_buyer("tom@example.com").await;
    shop.wait_posted().await;
    shop.agree(0, &format!("A1,account,{listed},,,own,mule\n")).await;
    let send = json!({ "to": "tom@example.com", "amount": "1.00" });
    assert_eq!(
        refused(&shop.keyed(transfers, &token, "k-2", &send).await),
        (409, "risk"),
        "nothing is offered"
    );
}
