//! Cards and the money between them and the balance, over `/api/v1`: what is asked, what is refused, and what is told.

use crate::passkeys::{SITE, sign};
use crate::persons::{ID_NUMBER, PAY_PASSWORD, code_of};
use crate::shop::{Shop, fen};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::{BankOrderNo, CardNo, PartyId, Secret, Text};
use engine::{BankAnswered, SendBankOrder, Verdict};
use fund::{BankAgreement, BankCode, BankHealth, BankReason, CardKind, Done, LastFour};
use http_body_util::BodyExt;
use portal::{Binding, CardAsked, CardBank, CardSeen};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use trade::Product;

/// A number of a debit card.
pub(crate) const DEBIT: &str = "6222021234567894321";
/// A number of a credit card.
pub(crate) const CREDIT: &str = "4392261234568765";
/// The code that the bank sends.
const CODE: &str = "314159";

/// A bank whose code everybody knows.
#[derive(Default)]
pub(crate) struct Bank {
    /// Whether it cannot be reached.
    pub(crate) is_down: AtomicBool,
    /// The identity numbers that it was told.
    told: Mutex<Vec<String>>,
}

impl CardBank for Bank {
    fn look(&self, number: &Secret<String>) -> Option<CardSeen> {
        let kind = match number.reveal().as_str() {
            DEBIT => CardKind::Debit,
            CREDIT => CardKind::Credit,
            _ => return None,
        };
        let last_four = Text::new(&number.reveal()[number.reveal().len() - 4..]).unwrap();
        Some(CardSeen { bank: Text::new("ICBC").unwrap(), kind, last_four })
    }

    fn bind(&self, asked: CardAsked) -> Binding<'_, Option<String>> {
        let identity = asked.elements.identity.as_ref().map(|number| number.reveal().clone());
        self.told.lock().unwrap().extend(identity);
        Box::pin(async { Ok(Some(format!("your code is {CODE}"))) })
    }

    fn health(&self, _: &BankCode) -> BankHealth {
        if self.is_down.load(Ordering::Relaxed) { BankHealth::Down } else { BankHealth::Up }
    }

    fn set_health(&self, _: BankCode, _: Option<BankHealth>) {}

    fn confirm(&self, card: CardNo, _: LastFour, code: Secret<String>) -> Binding<'_, BankAgreement> {
        Box::pin(async move {
            if code.reveal() != CODE {
                return Err("the code is wrong".to_owned());
            }
            Ok(Text::new(&card.to_string()).unwrap())
        })
    }
}

/// A world whose bank binds cards.
pub(crate) async fn with_bank() -> (Shop, Arc<Bank>) {
    let bank = Arc::new(Bank::default());
    (Shop::open_with(SITE, bank.clone()).await, bank)
}

pub(crate) fn refused((status, said): &(StatusCode, Value)) -> (u16, &str) {
    (status.as_u16(), code_of(said))
}

pub(crate) fn new_card(number: &str) -> Value {
    json!({ "number": number, "holder": "王小明", "mobile": "13812345678" })
}

/// The code of a bank, given by whoever knows the payment password.
fn with_code(code: &str) -> Value {
    json!({ "code": code, "pay_password": PAY_PASSWORD })
}

pub(crate) fn by_password() -> Value {
    json!({ "pay_password": PAY_PASSWORD })
}

impl Shop {
    /// A call that makes something new, under this key.
    pub(crate) async fn keyed(
        &self,
        path: &str,
        token: &str,
        key: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Binds a card and gives its number.
    pub(crate) async fn bound_card(&self, token: &str, number: &str) -> String {
        let (status, said) = self.api("POST", "/api/v1/me/cards", token, &new_card(number)).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let no = said["card"]["no"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/me/cards/{no}/confirm");
        let (status, said) = self.api("POST", &path, token, &with_code(CODE)).await;
        assert_eq!((status, &said["state"]), (StatusCode::OK, &json!("bound")), "{said}");
        no
    }

    /// The bank's word about an order that was asked for.
    pub(crate) async fn bank_says(&self, no: &str, verdict: Verdict) {
        let no: BankOrderNo = no.parse().unwrap();
        self.door.ask(SendBankOrder { no }).await.unwrap();
        self.door.ask(BankAnswered { no, verdict }).await.unwrap();
    }

    async fn drafted(&self, token: &str, path: &str, key: &str, card: &str, amount: &str) -> Value {
        let body = json!({ "card": card, "amount": amount });
        let (status, said) = self.keyed(path, token, key, &body).await;
        assert_eq!((status, &said["replayed"]), (StatusCode::CREATED, &json!(false)), "{said}");
        said
    }

    async fn confirm_bank_order(&self, token: &str, order: &Value, body: &Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/me/bank-orders/{}/confirm", order["no"].as_str().unwrap());
        self.api("POST", &path, token, body).await
    }
}

fn bank_order_no(order: &Value) -> BankOrderNo {
    order["no"].as_str().unwrap().parse().unwrap()
}

pub(crate) fn done(minor: u64) -> Verdict {
    Verdict::Done(Done { amount: fen(minor), bank_ref: Text::new("R1").unwrap() })
}

#[tokio::test]
async fn a_card_is_asked_for_bound_listed_and_given_up() {
    let (shop, bank) = with_bank().await;
    let (token, _) = shop.person().await;
    let (status, said) =
        shop.api("POST", "/api/v1/me/cards", &token, &new_card("6222 0212 3456 7894 321")).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    assert_eq!(said["message"], format!("your code is {CODE}"));
    let card = &said["card"];
    let no = card["no"].as_str().unwrap();
    let shown = [&card["bank"], &card["kind"], &card["last_four"], &card["state"]];
    assert_eq!(shown, ["ICBC", "debit", "4321", "asked"]);
    assert!(card["asked_at"].as_str().unwrap().ends_with("+08:00"), "{card}");
    assert!(!said.to_string().contains(DEBIT), "its whole number is told nowhere");
    assert_eq!(*bank.told.lock().unwrap(), [ID_NUMBER], "the bank hears who is known here");
    let (_, again) = shop.api("POST", "/api/v1/me/cards", &token, &new_card(DEBIT)).await;
    assert_eq!(again["card"]["no"], no, "asked again it is the same card");

    let confirm = format!("/api/v1/me/cards/{no}/confirm");
    let wrong = shop.api("POST", &confirm, &token, &with_code("000000")).await;
    assert_eq!(refused(&wrong), (409, "bank_refused"));
    let stranger = json!({ "code": CODE, "pay_password": "604417" });
    assert_eq!(refused(&shop.api("POST", &confirm, &token, &stranger).await), (403, "wrong_password"));
    let alone = json!({ "code": CODE });
    assert_eq!(refused(&shop.api("POST", &confirm, &token, &alone).await), (400, "bad_request"));
    for _twice in 0..2 {
        let (status, bound) = shop.api("POST", &confirm, &token, &with_code(CODE)).await;
        assert_eq!((status, &bound["state"]), (StatusCode::OK, &json!("bound")), "{bound}");
    }
    let bound = shop.api("POST", "/api/v1/me/cards", &token, &new_card(DEBIT)).await;
    assert_eq!(refused(&bound), (409, "already_bound"));
    let again = shop.api("POST", &confirm, &token, &stranger).await;
    assert_eq!((again.0, &again.1["state"]), (StatusCode::OK, &json!("bound")), "nothing is asked any more");
    let listed = async || {
        let (_, said) = shop.api("GET", "/api/v1/me/cards", &token, &Value::Null).await;
        said["cards"].as_array().unwrap().iter().map(|card| card["no"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [no]);
    let unbind =
        async |body: &Value| shop.api("DELETE", &format!("/api/v1/me/cards/{no}"), &token, body).await;
    let wrong = json!({ "pay_password": "604417" });
    assert_eq!(refused(&unbind(&json!({})).await), (400, "bad_request"));
    assert_eq!(refused(&unbind(&wrong).await), (403, "wrong_password"));
    assert_eq!(listed().await, [no], "an open wallet alone gives no card up");
    for _twice in 0..2 {
        let (status, ended) =
            shop.api("DELETE", &format!("/api/v1/me/cards/{no}"), &token, &by_password()).await;
        assert_eq!((status, &ended["state"]), (StatusCode::OK, &json!("unbound")), "{ended}");
    }
    assert!(listed().await.is_empty());
    let gone = shop.api("POST", &confirm, &token, &with_code(CODE)).await;
    assert_eq!(refused(&gone), (409, "card_ended"));
}

#[tokio::test]
async fn a_card_that_cannot_be_bound_is_refused_with_its_reason() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let with = |field: &str, value: Value| {
        let mut body = new_card(DEBIT);
        body[field] = value;
        body
    };
    for (body, status, code) in [
        (with("number", json!("1")), 400, "bad_card_number"),
        (with("holder", json!(" ")), 400, "bad_holder"),
        (with("mobile", json!("1381234567")), 400, "bad_holder"),
        (with("id_number", json!("1")), 400, "bad_id_number"),
        (with("holder", json!("李四")), 409, "not_the_owner"),
        (with("id_number", json!("110105199003072637")), 409, "not_the_owner"),
        (with("nickname", json!("x")), 400, "bad_request"),
    ] {
        let said = shop.api("POST", "/api/v1/me/cards", &token, &body).await;
        assert_eq!(refused(&said), (status, code), "{body}");
    }
    let no = shop.bound_card(&token, DEBIT).await;
    let (stranger, _) = shop.stranger().await;
    let unknown = shop.api("POST", "/api/v1/me/cards", &stranger, &new_card(CREDIT)).await;
    assert_eq!(refused(&unknown), (409, "party_blocked"), "nobody knows yet who it is");
    for (method, path, token) in [
        ("POST", format!("/api/v1/me/cards/{no}/confirm"), &stranger),
        ("DELETE", format!("/api/v1/me/cards/{no}"), &stranger),
        ("DELETE", "/api/v1/me/cards/1".to_owned(), &token),
        ("DELETE", "/api/v1/me/cards/x".to_owned(), &token),
    ] {
        let body = if method == "POST" { with_code(CODE) } else { by_password() };
        let said = shop.api(method, &path, token, &body).await;
        assert_eq!(refused(&said), (404, "card_not_found"), "{method} {path}");
    }
    let nowhere = Shop::open().await;
    let (token, _) = nowhere.person().await;
    let said = nowhere.api("POST", "/api/v1/me/cards", &token, &new_card(DEBIT)).await;
    assert_eq!(refused(&said), (404, "no_bank"));
    let body = json!({ "card": no, "amount": "1.00" });
    assert_eq!(refused(&nowhere.keyed("/api/v1/me/top-ups", &token, "k", &body).await), (404, "no_bank"));
}

#[tokio::test]
async fn a_top_up_is_drafted_once_confirmed_once_and_done_when_the_bank_says_so() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let path = "/api/v1/me/top-ups";
    let order = shop.drafted(&token, path, "k-1", &card, "30.00").await;
    let no = order["no"].as_str().unwrap();
    let shown = [&order["kind"], &order["state"], &order["amount"], &order["fee"]];
    assert_eq!(shown, ["top_up", "draft", "30.00", "0.00"]);
    assert_eq!((&order["card"]["no"], &order["reason"]), (&json!(card), &Value::Null));
    let same = json!({ "card": card, "amount": "30.00" });
    let again = async || {
        let (status, said) = shop.keyed(path, &token, "k-1", &same).await;
        assert_eq!((status, &said["no"]), (StatusCode::OK, &json!(no)), "the same key: {said}");
        assert_eq!(said["replayed"], true, "{said}");
        said["state"].clone()
    };
    assert_eq!(again().await, "draft");
    let other = json!({ "card": card, "amount": "30.01" });
    assert_eq!(refused(&shop.keyed(path, &token, "k-1", &other).await), (409, "key_reused"));
    let out = shop.drafted(&token, "/api/v1/me/withdrawals", "k-1", &card, "30.00").await;
    assert_eq!(out["kind"], "withdrawal", "keys of two kinds do not meet");
    assert_ne!(out["no"], no);

    let wrong = shop.confirm_bank_order(&token, &order, &json!({ "pay_password": "604417" })).await;
    assert_eq!(refused(&wrong), (403, "wrong_password"));
    let (status, asked) = shop.confirm_bank_order(&token, &order, &by_password()).await;
    assert_eq!((status, &asked["state"]), (StatusCode::OK, &json!("under_way")), "{asked}");
    let (_, twice) = shop.confirm_bank_order(&token, &order, &json!({ "pay_password": "604417" })).await;
    assert_eq!(twice["state"], "under_way", "it was confirmed: nothing is asked for it any more");
    assert_eq!(shop.balance(party).await, 10_000);
    assert_eq!(again().await, "under_way");
    shop.bank_says(no, done(3_000)).await;
    let (_, found) = shop.api("GET", &format!("/api/v1/me/bank-orders/{no}"), &token, &Value::Null).await;
    assert_eq!(found["state"], "done");
    assert_eq!(shop.balance(party).await, 13_000);
    let late = shop.api("POST", &format!("/api/v1/me/bank-orders/{no}/close"), &token, &Value::Null).await;
    assert_eq!(refused(&late), (409, "too_late"));

    let order = shop.drafted(&token, path, "k-2", &card, "1.00").await;
    shop.confirm_bank_order(&token, &order, &by_password()).await;
    shop.bank_says(order["no"].as_str().unwrap(), Verdict::Refused(BankReason::NoMoney)).await;
    let path = format!("/api/v1/me/bank-orders/{}", order["no"].as_str().unwrap());
    let (_, found) = shop.api("GET", &path, &token, &Value::Null).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("no_money")));
}

#[tokio::test]
async fn what_the_bank_was_asked_for_is_in_the_copy_of_what_is_kept() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let top_up = shop.drafted(&token, "/api/v1/me/top-ups", "k-1", &card, "30.00").await;
    shop.confirm_bank_order(&token, &top_up, &by_password()).await;
    shop.bank_says(top_up["no"].as_str().unwrap(), done(3_000)).await;
    let out = shop.drafted(&token, "/api/v1/me/withdrawals", "k-2", &card, "1.00").await;
    let (status, data) = shop.api("GET", "/api/v1/me/data", &token, &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{data}");
    let told = data["bank_orders"].as_array().unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    let of = |no: &Value| told.iter().find(|one| one["no"] == *no).unwrap();
    let (first, second) = (of(&top_up["no"]), of(&out["no"]));
    let shown = [&first["kind"], &first["state"], &first["amount"], &first["fee"], &first["card"]];
    assert_eq!(shown, ["top_up", "done", "30.00", "0.00", card.as_str()]);
    for moment in ["asked_at", "heard_at"] {
        assert!(first[moment].as_str().unwrap().ends_with("+08:00"), "{first}");
    }
    assert_eq!((&second["kind"], &second["state"]), (&json!("withdraw"), &json!("draft")));
    assert_eq!(second["heard_at"], Value::Null);
}

/// The bills of a day as a table.
const TABLE: &str = "bills/export?first=2026-01-02&last=2026-01-02";

#[tokio::test]
async fn nothing_is_told_from_tables_that_are_behind() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let order_no = shop.order(Product::QrCode, 1_00).await.order.no;
    let (top_up, code) =
        (json!({ "card": card, "amount": "1.00" }), json!({ "qr_code": shop.world.qr_url(order_no) }));
    let told = async || {
        let mut told = Vec::new();
        for below in ["bills", "bills/months", "bills/1", "cards", "agreements", "notices", "limits", TABLE] {
            told.push(shop.api("GET", &format!("/api/v1/me/{below}"), &token, &Value::Null).await);
        }
        told.push(shop.keyed("/api/v1/me/top-ups", &token, "k", &top_up).await);
        told.push(shop.api("POST", "/api/v1/me/orders", &token, &code).await);
        told
    };
    shop.wait_posted().await;
    shop.held.store(true, Ordering::Relaxed);
    shop.top_up(party, 1).await;
    // The seconds that each call waits go by at once.
    tokio::time::pause();
    let behind = told().await;
    tokio::time::resume();
    shop.held.store(false, Ordering::Relaxed);
    for said in &behind {
        assert_eq!(refused(said), (503, "busy"), "{}", said.1);
    }
    let statuses: Vec<u16> = told().await.iter().map(|(status, _)| status.as_u16()).collect();
    assert_eq!(statuses, [200, 200, 404, 200, 200, 200, 200, 200, 201, 200]);
}

#[tokio::test]
async fn a_bank_order_is_given_up_while_that_can_be() {
    let (shop, _) = with_bank().await;
    let (token, party) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let close = async |order: &Value| {
        let path = format!("/api/v1/me/bank-orders/{}/close", order["no"].as_str().unwrap());
        shop.api("POST", &path, &token, &Value::Null).await
    };
    let draft = shop.drafted(&token, "/api/v1/me/withdrawals", "k-1", &card, "30.00").await;
    for _twice in 0..2 {
        assert_eq!(close(&draft).await.1["state"], "closed");
    }
    let (status, after) = shop.confirm_bank_order(&token, &draft, &by_password()).await;
    assert_eq!((status, &after["state"]), (StatusCode::OK, &json!("closed")), "{after}");
    assert_eq!(shop.balance(party).await, 10_000);

    let out = shop.drafted(&token, "/api/v1/me/withdrawals", "k-2", &card, "30.00").await;
    let (_, asked) = shop.confirm_bank_order(&token, &out, &by_password()).await;
    assert_eq!(asked["state"], "under_way", "{asked}");
    assert_eq!(refused(&close(&out).await), (409, "too_late"), "it is owed to the card");
    assert_eq!(shop.balance(party).await, 7_000);

    let into = shop.drafted(&token, "/api/v1/me/top-ups", "k-3", &card, "5.00").await;
    shop.confirm_bank_order(&token, &into, &by_password()).await;
    shop.door.ask(SendBankOrder { no: bank_order_no(&into) }).await.unwrap();
    assert_eq!(close(&into).await.1["state"], "closing", "the bank still has to answer");
    shop.door.ask(BankAnswered { no: bank_order_no(&into), verdict: done(500) }).await.unwrap();
    let path = format!("/api/v1/me/bank-orders/{}", into["no"].as_str().unwrap());
    let (_, back) = shop.api("GET", &path, &token, &Value::Null).await;
    assert_eq!(back["state"], "returning", "what it took all the same goes back to the card");
}

#[tokio::test]
async fn a_bank_order_that_cannot_be_is_refused_with_its_reason() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let (debit, credit) = (shop.bound_card(&token, DEBIT).await, shop.bound_card(&token, CREDIT).await);
    let (top_up, withdraw) = ("/api/v1/me/top-ups", "/api/v1/me/withdrawals");
    for (path, card, amount, status, code) in [
        (top_up, "x", "1.00", 400, "bad_card_id"),
        (top_up, debit.as_str(), "1.001", 400, "bad_amount"),
        (top_up, debit.as_str(), "-1", 400, "bad_amount"),
        (top_up, debit.as_str(), "0.00", 409, "nothing_to_move"),
        (top_up, credit.as_str(), "1.00", 409, "card_is_credit"),
        (withdraw, debit.as_str(), "100.01", 409, "balance_too_low"),
        (top_up, debit.as_str(), "999999999.00", 409, "over_single_limit"),
    ] {
        let said = shop.keyed(path, &token, "k", &json!({ "card": card, "amount": amount })).await;
        assert_eq!(refused(&said), (status, code), "{path} {card} {amount}");
    }
    let body = json!({ "card": debit, "amount": "1.00" });
    assert_eq!(refused(&shop.api("POST", top_up, &token, &body).await), (400, "key_missing"));
    assert_eq!(refused(&shop.keyed(top_up, &token, "a b", &body).await), (400, "bad_key"));

    let (stranger, _) = shop.stranger().await;
    let order = shop.drafted(&token, top_up, "k-1", &debit, "1.00").await;
    let no = order["no"].as_str().unwrap();
    assert_eq!(refused(&shop.keyed(top_up, &stranger, "k-1", &body).await), (409, "card_not_bound"));
    for (method, path) in [
        ("GET", format!("/api/v1/me/bank-orders/{no}")),
        ("POST", format!("/api/v1/me/bank-orders/{no}/confirm")),
        ("POST", format!("/api/v1/me/bank-orders/{no}/confirm/options")),
        ("POST", format!("/api/v1/me/bank-orders/{no}/close")),
        ("GET", "/api/v1/me/bank-orders/x".to_owned()),
    ] {
        let said = shop.api(method, &path, &stranger, &by_password()).await;
        assert_eq!(refused(&said), (404, "bank_order_not_found"), "{method} {path}");
    }
    for body in [json!({}), json!({ "pay_password": PAY_PASSWORD, "challenge_id": "c" })] {
        assert_eq!(refused(&shop.confirm_bank_order(&token, &order, &body).await), (400, "bad_request"));
    }
    let options = format!("/api/v1/me/bank-orders/{no}/confirm/options");
    let said = shop.api("POST", &options, &token, &Value::Null).await;
    assert_eq!(refused(&said), (409, "no_passkey"));

    let stopped = shop.api("POST", "/api/v1/me/stop-payment", &token, &Value::Null).await;
    assert_eq!(stopped.0, StatusCode::OK, "{}", stopped.1);
    let said = shop.keyed(withdraw, &token, "k-4", &json!({ "card": debit, "amount": "1.00" })).await;
    assert_eq!(refused(&said), (409, "party_stopped"));
    shop.api("DELETE", &format!("/api/v1/me/cards/{debit}"), &token, &by_password()).await;
    assert_eq!(
        refused(&shop.confirm_bank_order(&token, &order, &by_password()).await),
        (409, "card_not_bound")
    );
}

#[tokio::test]
async fn a_passkey_confirms_the_bank_order_that_asked_and_no_other() {
    let (shop, _) = with_bank().await;
    let (token, party): (String, PartyId) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let mut key = None;
    shop.add_passkey(&token, &mut key).await;
    let large = shop.drafted(&token, "/api/v1/me/withdrawals", "k-1", &card, "30.00").await;
    let small = shop.drafted(&token, "/api/v1/me/withdrawals", "k-2", &card, "1.00").await;
    let path = format!("/api/v1/me/bank-orders/{}/confirm/options", small["no"].as_str().unwrap());
    let begin = async || {
        let (status, options) = shop.api("POST", &path, &token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        options
    };
    let proven = async |key: &mut crate::passkeys::Key| {
        let options = begin().await;
        json!({ "challenge_id": options["challenge_id"], "credential": sign(key, SITE, &options).await })
    };
    let proof = proven(&mut key).await;
    assert_eq!(refused(&shop.confirm_bank_order(&token, &large, &proof).await), (403, "wrong_passkey"));
    assert_eq!(
        refused(&shop.confirm_bank_order(&token, &small, &proof).await),
        (403, "wrong_passkey"),
        "once"
    );
    assert_eq!(shop.balance(party).await, 10_000);
    let proof = proven(&mut key).await;
    let (status, asked) = shop.confirm_bank_order(&token, &small, &proof).await;
    assert_eq!((status, &asked["state"]), (StatusCode::OK, &json!("under_way")), "{asked}");
    assert_eq!(shop.balance(party).await, 9_900);
}
