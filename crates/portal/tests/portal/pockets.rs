//! `/me/pockets`: a person's own order of what it pays with, and whatever offers ways to pay by it.

use crate::api_wallet::{Bank, CREDIT, DEBIT, by_password, done, refused, with_bank};
use crate::card_forms;
use crate::persons::PAY_PASSWORD;
use crate::shop::Shop;
use axum::http::StatusCode;
use base::PartyId;
use engine::{SetPartyStatus, SetPockets};
use fund::{POCKETS_MAX, Pocket};
use people::PartyStatus;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use trade::Product;

const PATH: &str = "/api/v1/me/pockets";

/// A person with 100.00 yuan, a debit and a credit card.
struct Payer {
    shop: Shop,
    token: String,
    party: PartyId,
    debit: String,
    credit: String,
}

impl Payer {
    async fn open() -> (Payer, std::sync::Arc<crate::api_wallet::Bank>) {
        let (shop, bank) = with_bank().await;
        let (token, party) = shop.person().await;
        let (debit, credit) = (shop.bound_card(&token, DEBIT).await, shop.bound_card(&token, CREDIT).await);
        (Payer { shop, token, party, debit, credit }, bank)
    }

    async fn asks(&self, method: &str, body: &Value) -> (StatusCode, Value) {
        self.shop.api(method, PATH, &self.token, body).await
    }

    /// Sets an order, and gives what is told of it.
    async fn sets(&self, pockets: &[&str]) -> (StatusCode, Value) {
        self.asks("PUT", &json!({ "pockets": pockets })).await
    }

    /// The names of a list of pockets.
    fn names(&self, said: &Value) -> Vec<&'static str> {
        let named = |pocket: &Value| {
            let no =
                if pocket["card"].is_null() { "balance" } else { pocket["card"]["no"].as_str().unwrap() };
            match no {
                "balance" => "balance",
                no if no == self.debit => "debit",
                no if no == self.credit => "credit",
                other => panic!("no pocket {other}"),
            }
        };
        said["pockets"].as_array().unwrap().iter().map(named).collect()
    }

    /// What an order of so much is offered to be paid with.
    async fn offered(&self, minor: u64) -> Vec<&'static str> {
        let order_no = self.shop.order(Product::QrCode, minor).await.order.no;
        let body = json!({ "qr_code": self.shop.world.qr_url(order_no) });
        let (status, order) = self.shop.api("POST", "/api/v1/me/orders", &self.token, &body).await;
        assert_eq!(status, StatusCode::OK, "{order}");
        self.names(&order)
    }

    /// Pays an order with the credit card.
    async fn pays_by_credit(&self) {
        let order_no = self.shop.order(Product::QrCode, 1_00).await.order.no;
        let body = json!({
            "qr_code": self.shop.world.qr_url(order_no), "amount": "1.00", "last_try": null,
            "pocket": self.credit, "pay_password": PAY_PASSWORD,
        });
        let (status, paid) = self.shop.api("POST", "/api/v1/me/payments", &self.token, &body).await;
        assert_eq!(status, StatusCode::OK, "{paid}");
        self.shop.bank_says(paid["last_try"].as_str().unwrap(), done(1_00)).await;
    }
}

#[tokio::test]
async fn an_order_is_set_told_and_given_up() {
    let (payer, _) = Payer::open().await;
    let (status, first) = payer.asks("GET", &Value::Null).await;
    assert_eq!((status, &first["is_set"]), (StatusCode::OK, &json!(false)), "{first}");
    assert_eq!(
        (payer.names(&first), &first["most"]),
        (vec!["balance", "debit", "credit"], &json!(POCKETS_MAX))
    );
    let set = payer.sets(&[&payer.credit, "balance"]).await;
    assert_eq!((set.0, &set.1["is_set"]), (StatusCode::OK, &json!(true)), "{}", set.1);
    assert_eq!(payer.names(&set.1), ["credit", "balance", "debit"], "what is not in it follows");
    let own: Vec<&Value> = set.1["pockets"].as_array().unwrap().iter().map(|one| &one["is_set"]).collect();
    assert_eq!(own, [&json!(true), &json!(true), &json!(false)]);
    assert_eq!(set.1["pockets"][0]["pocket"], json!(payer.credit));
    assert_eq!(payer.sets(&[&payer.credit, "balance"]).await, set, "the same again is the same");
    assert_eq!(payer.asks("GET", &Value::Null).await, set);
    let (_, data) = payer.shop.api("GET", "/api/v1/me/data", &payer.token, &Value::Null).await;
    assert_eq!(data["pockets"], json!([payer.credit, "balance"]));

    let path = format!("/api/v1/me/cards/{}", payer.credit);
    let (status, said) = payer.shop.api("DELETE", &path, &payer.token, &by_password()).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (_, left) = payer.asks("GET", &Value::Null).await;
    assert_eq!((payer.names(&left), &left["is_set"]), (vec!["balance", "debit"], &json!(true)));
    for _ in 0..2 {
        let (status, cleared) = payer.asks("DELETE", &Value::Null).await;
        assert_eq!((status, &cleared["is_set"]), (StatusCode::OK, &json!(false)), "{cleared}");
    }
}

#[tokio::test]
async fn what_cannot_be_an_order_is_refused_with_its_reason() {
    let (payer, _) = Payer::open().await;
    payer.sets(&[&payer.debit]).await;
    let before = payer.asks("GET", &Value::Null).await;
    let debit = payer.debit.as_str();
    let others = card_forms::card(&payer.shop).await.to_string();
    let many = vec![debit; POCKETS_MAX + 1];
    for (pockets, status, code) in [
        (&["cash"][..], 400, "bad_pocket"),
        (&[""], 400, "bad_pocket"),
        (&many[..], 400, "too_many_pockets"),
        (&[others.as_str()], 404, "card_not_found"),
        (&[debit, "balance", debit], 400, "pocket_twice"),
        (&[], 400, "no_pockets"),
    ] {
        assert_eq!(refused(&payer.sets(pockets).await), (status, code), "{pockets:?}");
    }
    for body in [json!({}), json!({ "pockets": null }), json!({ "pockets": ["balance"], "more": 1 })] {
        assert_eq!(refused(&payer.asks("PUT", &body).await), (400, "bad_request"), "{body}");
    }
    assert_eq!(payer.asks("GET", &Value::Null).await, before, "nothing was changed");
    let (status, _) = payer.shop.api("GET", PATH, "", &Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    let (party, path) = (payer.party, format!("/api/v1/me/cards/{}", payer.credit));
    payer.shop.api("DELETE", &path, &payer.token, &by_password()).await;
    assert_eq!(refused(&payer.sets(&[&payer.credit]).await), (409, "card_not_bound"));
    payer.shop.door.ask(SetPartyStatus { party, status: PartyStatus::Frozen }).await.unwrap();
    let pockets = Some(vec![Pocket::Balance]);
    let frozen = payer.shop.door.ask(SetPockets { party, pockets }).await;
    assert!(frozen.is_err(), "{frozen:?}");
}

#[tokio::test]
async fn the_pay_sheet_goes_by_the_own_order_before_what_was_used_last() {
    let (payer, bank) = Payer::open().await;
    assert_eq!(payer.offered(1_00).await, ["balance", "debit", "credit"]);
    payer.pays_by_credit().await;
    assert_eq!(payer.offered(1_00).await, ["credit", "balance", "debit"], "the rule: what was used last");
    payer.sets(&[&payer.debit]).await;
    assert_eq!(payer.offered(1_00).await, ["debit", "credit", "balance"], "the own order, and then the rule");
    payer.sets(&["balance", &payer.debit, &payer.credit]).await;
    assert_eq!(payer.offered(1_00).await, ["balance", "debit", "credit"]);
    assert_eq!(
        payer.offered(10_001).await,
        ["debit", "credit", "balance"],
        "what is too little stands behind"
    );
    bank.is_down.store(true, Ordering::Relaxed);
    assert_eq!(payer.offered(1_00).await, ["balance"], "a bank that cannot be reached is left out");
    bank.is_down.store(false, Ordering::Relaxed);
    payer.asks("DELETE", &Value::Null).await;
    assert_eq!(payer.offered(1_00).await, ["credit", "balance", "debit"], "the rule again");
}

#[tokio::test]
async fn an_order_of_a_counter_code_goes_by_it() {
    let (payer, _) = Payer::open().await;
    payer.shop.makes_owner("shop@example.com", &payer.party.to_string()).await;
    payer.sets(&[&payer.credit, &payer.debit]).await;
    let path = format!("/api/v1/sellers/{}/counter-code", payer.shop.seller);
    let (_, code) = payer.shop.api("GET", &path, &payer.token, &Value::Null).await;
    let token = code["text"].as_str().unwrap().split_once("/app/wallet/#/shop?c=").unwrap().1;
    let body = json!({ "token": token, "amount": "1.00" });
    let (status, order) = payer.shop.keyed("/api/v1/me/shop-orders", &payer.token, "one", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{order}");
    assert_eq!(payer.names(&order), ["credit", "debit", "balance"]);
}

#[tokio::test]
async fn the_cashier_goes_by_it() {
    let shop = Shop::open_with("http://pay.test", Arc::new(Bank::default())).await;
    let card = card_forms::card(&shop).await;
    let (_, path, mut browser) = card_forms::signed_in(&shop).await;
    let values = |html: &str| {
        let at = |value: &str| html.find(&format!("value=\"{value}\"")).expect("it is offered");
        at(&card.to_string()) < at("balance")
    };
    assert!(!values(&browser.get(&path).await.html), "the balance is enough, and the rule has it first");
    let (party, pockets) = (shop.buyer, Some(vec![Pocket::Card(card), Pocket::Balance]));
    shop.door.ask(SetPockets { party, pockets }).await.unwrap();
    let page = browser.get(&path).await;
    assert!(values(&page.html), "{}", page.html);
    let chosen = page.html.split_once(" checked").expect("one is chosen").0;
    assert!(chosen.ends_with(&format!("value=\"{card}\"")), "{chosen}");
}
