//! What a person should know, and which limits hold, over `/api/v1`.

use crate::api_wallet::{CREDIT, DEBIT, by_password, done, refused, with_bank};
use crate::persons::{ID_NUMBER, PAY_PASSWORD, PHONE};
use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::http::StatusCode;
use base::{DAY_US, MINUTE_US, Text};
use engine::{RefundOrder, Verdict, Which};
use fund::BankReason;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use trade::Product;

const NOTICES: &str = "/api/v1/me/notices";
pub(crate) const LIMITS: &str = "/api/v1/me/limits";

impl Shop {
    pub(crate) async fn seen_at(&self, token: &str, path: &str) -> Value {
        let (status, said) = self.api("GET", path, token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{path}: {said}");
        said
    }

    async fn notices(&self, token: &str, query: &str) -> Vec<Value> {
        self.seen_at(token, &format!("{NOTICES}{query}")).await["notices"].as_array().unwrap().clone()
    }

    /// Drafts a top-up and confirms it; gives its number.
    async fn topping_up(&self, token: &str, key: &str, card: &str, amount: &str) -> String {
        let body = json!({ "card": card, "amount": amount });
        let (status, said) = self.keyed("/api/v1/me/top-ups", token, key, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let no = said["no"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/me/bank-orders/{no}/confirm");
        let (status, said) = self.api("POST", &path, token, &by_password()).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        no
    }

    /// Pays 12.30 for coffee, and has 2.00 of it back; gives the number of the payment.
    async fn coffee(&self, token: &str) -> String {
        self.top_up(self.seller, 10_000).await;
        let order_no = self.order_of(Product::QrCode, 1_230, "coffee", None).await.order.no;
        let body = json!({
            "qr_code": self.world.qr_url(order_no),
            "amount": "12.30",
            "last_try": null,
            "pocket": "balance",
            "pay_password": PAY_PASSWORD,
        });
        let (status, said) = self.api("POST", "/api/v1/me/payments", token, &body).await;
        assert_eq!((status, &said["state"]), (StatusCode::OK, &json!("paid")), "{said}");
        self.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
        let refund = RefundOrder {
            seller: self.seller,
            which: Which::No(order_no),
            amount: fen(200),
            out_request_no: Some(Text::new("R1").unwrap()),
            reason: Some(Text::new("too cold").unwrap()),
            back: Vec::new(),
        };
        self.door.ask(refund).await.unwrap();
        order_no.to_string()
    }

    /// Sends ten yuan that wait for two hours; gives the number of the transfer.
    async fn sending(&self, token: &str) -> String {
        let body = json!({ "to": BUYER, "amount": "10.00", "arrival": "2h", "remark": "lunch" });
        let (status, said) = self.keyed("/api/v1/me/transfers", token, "t-1", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let no = said["no"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/me/transfers/{no}/confirm");
        let (_, said) = self.api("POST", &path, token, &by_password()).await;
        assert_eq!(said["state"], "waiting", "{said}");
        no
    }

    /// The shop's buyer sends three yuan to the person.
    async fn thanks(&self) {
        let body = json!({
            "login": BUYER,
            "pay_password": PASSWORD,
            "payee": PHONE,
            "amount": "3.00",
            "accept_unknown": true,
            "remark": "thank you",
        });
        let (status, said) = self.call("/sandbox/transfers", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }
}

#[tokio::test]
async fn what_happened_is_told_newest_first_with_the_screen_it_leads_to() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let arrived = shop.topping_up(&token, "k-1", &card, "30.00").await;
    shop.bank_says(&arrived, done(3_000)).await;
    let failed = shop.topping_up(&token, "k-2", &card, "1.00").await;
    shop.bank_says(&failed, Verdict::Refused(BankReason::NoMoney)).await;
    let coffee = shop.coffee(&token).await;
    let sent = shop.sending(&token).await;
    shop.thanks().await;
    let mut key = None;
    let passkey = shop.add_passkey(&token, &mut key).await;
    let session = shop.seen_at(&token, "/api/v1/me").await["session"].clone();

    let all = shop.notices(&token, "").await;
    let shown: Vec<[&Value; 5]> = all
        .iter()
        .map(|one| {
            let opens = &one["opens"];
            [&one["kind"], &one["amount"], &one["title"], &opens["screen"], &opens["no"]]
        })
        .collect();
    let had = all[1]["opens"]["no"].clone();
    let expected = [
        [json!("passkey_added"), Value::Null, json!("phone"), json!("passkey"), json!(passkey)],
        [json!("transfer_received"), json!("3.00"), json!("thank you"), json!("bill"), had],
        [json!("transfer_waits"), json!("10.00"), json!("lunch"), json!("bill"), json!(sent)],
        [json!("refund_arrived"), json!("2.00"), json!("coffee"), json!("bill"), json!(coffee)],
        [json!("payment_done"), json!("12.30"), json!("coffee"), json!("bill"), json!(coffee)],
        [json!("top_up_failed"), json!("1.00"), json!(""), json!("bill"), json!(failed)],
        [json!("top_up_done"), json!("30.00"), json!(""), json!("bill"), json!(arrived)],
        [json!("signed_in"), Value::Null, json!("phone"), json!("session"), session],
    ];
    assert_eq!(shown.len(), expected.len(), "{all:?}");
    for (shown, expected) in shown.iter().zip(&expected) {
        assert_eq!(*shown, expected.each_ref());
    }
    assert_eq!((&all[3]["words"], &all[5]["reason"]), (&json!("too cold"), &json!("no_money")));
    assert_eq!((&all[6]["other_name"], &all[6]["other_login"]), (&json!("ICBC"), &json!("4321")));
    assert!(all[2]["arrives_at"].as_str().unwrap().ends_with("+08:00"), "{}", all[2]);
    assert_eq!(
        (&all[1]["other_name"], &all[1]["other_login"]),
        (&json!("***y"), &json!("lil***@example.com"))
    );
    for one in &all {
        assert!(one["at"].as_str().unwrap().ends_with("+08:00"), "{one}");
        if one["opens"]["screen"] == "bill" {
            let path = format!("/api/v1/me/bills/{}", one["opens"]["no"].as_str().unwrap());
            assert_eq!(shop.api("GET", &path, &token, &Value::Null).await.0, StatusCode::OK, "{one}");
        }
    }

    for limit in [1, 3, 8] {
        let (mut found, mut before) = (Vec::new(), String::new());
        for _page in 0..=all.len() {
            let page = shop.seen_at(&token, &format!("{NOTICES}?limit={limit}{before}")).await;
            found.extend(page["notices"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(found, all, "in pages of {limit}");
    }
}

#[tokio::test]
async fn notices_are_of_whoever_asks_and_a_wrong_page_is_refused() {
    let shop = Shop::open().await;
    let (token, _) = shop.person().await;
    shop.coffee(&token).await;
    let (stranger, _) = shop.stranger().await;
    let kinds: Vec<Value> = shop.notices(&stranger, "").await.iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["signed_in"]);
    for (query, code) in [
        ("?limit=0", "bad_limit"),
        ("?limit=101", "bad_limit"),
        ("?before=", "bad_cursor"),
        ("?before=1", "bad_cursor"),
        ("?before=1.2.3.4", "bad_cursor"),
        ("?kind=payment", "bad_request"),
    ] {
        let said = shop.api("GET", &format!("{NOTICES}{query}"), &token, &Value::Null).await;
        assert_eq!(refused(&said), (400, code), "{query}");
    }
    for path in [NOTICES, LIMITS] {
        assert_eq!(refused(&shop.api("GET", path, "", &Value::Null).await), (401, "not_signed_in"), "{path}");
    }
    let stopped = async || shop.seen_at(&token, NOTICES).await["payments_stopped_by"].clone();
    assert_eq!(stopped().await, "none");
    shop.api("POST", "/api/v1/me/stop-payment", &token, &Value::Null).await;
    assert_eq!(stopped().await, "owner");
    shop.api("DELETE", "/api/v1/me/stop-payment", &token, &by_password()).await;
    assert_eq!(stopped().await, "none");
}

/// The limits of one kind: period, most, used, left and whether it begins anew.
pub(crate) fn of_kind<'a>(limits: &'a Value, kind: &str) -> Vec<[&'a Value; 5]> {
    let all = limits["limits"].as_array().unwrap().iter().filter(|one| one["kind"] == kind);
    all.map(|one| [&one["period"], &one["most"], &one["used"], &one["left"], &one["begins_anew_at"]])
        .collect()
}

#[tokio::test]
async fn each_limit_is_told_with_what_is_used_of_it_and_left() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let (tomorrow, next_month) = ("2026-01-03T00:00:00+08:00", "2026-02-01T00:00:00+08:00");
    let fresh = shop.seen_at(&token, LIMITS).await;
    assert_eq!(fresh["class"], "class_2");
    assert!(of_kind(&fresh, "card").is_empty(), "no card is bound");
    let year = [json!("year"), json!("100000.00"), json!("0.00"), json!("100000.00")];
    assert_eq!(of_kind(&fresh, "balance")[0][..4], year.each_ref());

    let card = shop.bound_card(&token, DEBIT).await;
    let arrived = shop.topping_up(&token, "k-1", &card, "30.00").await;
    shop.bank_says(&arrived, done(3_000)).await;
    let failed = shop.topping_up(&token, "k-2", &card, "1.00").await;
    shop.bank_says(&failed, Verdict::Refused(BankReason::NoMoney)).await;
    shop.coffee(&token).await;
    shop.sending(&token).await;
    let limits = shop.seen_at(&token, LIMITS).await;
    let next_year = "2027-01-01T00:00:00+08:00";
    let none = Value::Null;
    for (kind, at, expected) in [
        ("balance", 0, ["year", "200000.00", "20.30", "199979.70", next_year]),
        ("transfer", 0, ["day", "200000.00", "10.00", "199990.00", tomorrow]),
        ("withdraw", 0, ["once", "50000.00", "0.00", "50000.00", ""]),
        ("withdraw", 1, ["day", "150000.00", "0.00", "150000.00", tomorrow]),
        ("withdraw_free", 0, ["life", "20000.00", "0.00", "20000.00", ""]),
        ("static_code", 0, ["day", "500.00", "0.00", "500.00", tomorrow]),
        ("static_code", 1, ["day", "500.00", "0.00", "500.00", tomorrow]),
        ("card", 0, ["once", "50000.00", "0.00", "50000.00", ""]),
        ("card", 1, ["day", "50000.00", "30.00", "49970.00", tomorrow]),
        ("card", 2, ["month", "300000.00", "30.00", "299970.00", next_month]),
    ] {
        let expected = expected.map(|text| if text.is_empty() { none.clone() } else { json!(text) });
        assert_eq!(of_kind(&limits, kind)[at], expected.each_ref(), "{kind} {at}");
    }
    let count =
        limits["limits"].as_array().unwrap().iter().filter(|one| one["card"]["no"] == card.as_str()).count();
    assert_eq!(count, 4, "three of the card and one of counter codes");
    let shown = json!({ "no": card, "bank": "ICBC", "last_four": "4321" });
    assert!(limits["limits"].as_array().unwrap().iter().any(|one| one["card"] == shown));
    let twice = shop.bound_card(&token, CREDIT).await;
    let limits = shop.seen_at(&token, LIMITS).await;
    assert_eq!(of_kind(&limits, "card").len(), 6, "{twice} is told beside the other");
}

/// One channel alone: a thousand yuan in the account's life, and what came back is room again.
#[tokio::test]
async fn an_account_of_class_one_has_its_life() {
    let shop = Shop::open().await;
    let (token, id) = shop.register(PHONE).await;
    let named = json!({ "name": "王小明", "id_number": ID_NUMBER });
    assert_eq!(shop.api("POST", "/api/v1/identity", &token, &named).await.0, StatusCode::OK);
    shop.top_up(id.parse().unwrap(), 10_000).await;
    let balance = async || {
        let limits = shop.seen_at(&token, LIMITS).await;
        assert_eq!(limits["class"], "class_1");
        json!(of_kind(&limits, "balance"))
    };
    assert_eq!(balance().await, json!([["life", "1000.00", "0.00", "1000.00", null]]));
    shop.coffee(&token).await;
    assert_eq!(balance().await, json!([["life", "1000.00", "10.30", "989.70", null]]));
}

#[tokio::test]
async fn what_is_paid_out_is_told_and_what_came_back_is_not() {
    let (shop, _) = with_bank().await;
    let (token, _) = shop.person().await;
    let card = shop.bound_card(&token, DEBIT).await;
    let paid_out = async |key: &str, amount: &str| {
        let body = json!({ "card": card, "amount": amount });
        let (status, said) = shop.keyed("/api/v1/me/withdrawals", &token, key, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let no = said["no"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/me/bank-orders/{no}/confirm");
        assert_eq!(shop.api("POST", &path, &token, &by_password()).await.0, StatusCode::OK);
        no
    };
    let used = async || {
        let limits = shop.seen_at(&token, LIMITS).await;
        let of = |kind: &str, at: usize| of_kind(&limits, kind)[at][2].as_str().unwrap().to_owned();
        [of("withdraw", 0), of("withdraw", 1), of("withdraw_free", 0)]
    };
    let gone = paid_out("w-1", "30.00").await;
    assert_eq!(used().await, ["0.00", "30.00", "30.00"], "from the moment at which it is asked for");
    shop.bank_says(&gone, done(3_000)).await;
    let back = paid_out("w-2", "5.00").await;
    shop.bank_says(&back, Verdict::Refused(BankReason::CardBlocked)).await;
    assert_eq!(used().await, ["0.00", "30.00", "30.00"], "what the bank refused came back");
    shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    assert_eq!(used().await, ["0.00", "0.00", "30.00"], "a day is over, a life is not");
}

#[tokio::test]
async fn whoever_nobody_vouches_for_pays_nothing() {
    let shop = Shop::open().await;
    let (stranger, _) = shop.stranger().await;
    let limits = shop.seen_at(&stranger, LIMITS).await;
    assert_eq!(limits["class"], "unverified");
    let nothing = [json!("life"), json!("0.00"), json!("0.00"), json!("0.00"), Value::Null];
    for kind in ["balance", "withdraw_free"] {
        assert_eq!(of_kind(&limits, kind)[0], nothing.each_ref(), "{kind}");
    }
}
