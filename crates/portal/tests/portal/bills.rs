//! `/api/v1/me/bills`: the deals of a person as they stand, page by page, and what was had and spent in a month.

use crate::persons::{PAY_PASSWORD, PHONE, code_of};
use crate::shop::{BUYER, PASSWORD, Shop, fen};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::{BankOrderNo, CardNo, DAY_US, MINUTE_US, OrderNo, PartyId, Text};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, ClaimOrder, CloseOrder, ConfirmBankOrder, JudgePassword,
    LastTry, PayByCard, PrepareBankOrder, RefundOrder, SendBankOrder, TryPassword, Verdict, Which,
};
use fund::{BankReason, CardKind, Done};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tower::ServiceExt;
use trade::Product;

const SELLER: &str = "shop@example.com";

/// A person who is signed in, with 100.00 yuan, and a shop.
struct Wallet {
    shop: Shop,
    token: String,
    party: PartyId,
}

impl Wallet {
    async fn open() -> Wallet {
        let shop = Shop::open().await;
        shop.top_up(shop.seller, 10_000).await;
        let (token, party) = shop.person().await;
        Wallet { shop, token, party }
    }

    async fn get(&self, below: &str) -> (StatusCode, Value) {
        self.shop.api("GET", &format!("/api/v1/me/bills{below}"), &self.token, &Value::Null).await
    }

    async fn page(&self, query: &str) -> Value {
        let (status, page) = self.get(query).await;
        assert_eq!(status, StatusCode::OK, "{query}: {page}");
        page
    }

    async fn bills(&self, query: &str) -> Vec<Value> {
        self.page(query).await["bills"].as_array().unwrap().clone()
    }

    /// The one bill there is, in the list and in full, which agree.
    async fn only(&self) -> Value {
        let bills = self.bills("").await;
        assert_eq!(bills.len(), 1, "{bills:?}");
        let full = self.full(bills[0]["no"].as_str().unwrap()).await;
        for (name, value) in bills[0].as_object().unwrap() {
            assert_eq!(full[name], *value, "{name} of {full}");
        }
        full
    }

    /// The table of some days, in a language: status, name and lines.
    async fn table(&self, query: &str, language: &str) -> (StatusCode, String, Vec<String>) {
        let request = Request::get(format!("/api/v1/me/bills/export{query}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", language);
        let request = request.body(Body::empty()).unwrap();
        let response = self.shop.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        if status == StatusCode::OK {
            assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
            assert_eq!(headers["cache-control"], "no-store");
        }
        let name = headers.get("content-disposition").map_or("", |value| value.to_str().unwrap()).to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (status, name, text.lines().map(str::to_owned).collect())
    }

    async fn full(&self, no: &str) -> Value {
        self.page(&format!("/{no}")).await
    }

    /// A minute goes by.
    fn wait(&self) {
        self.shop.now_us.fetch_add(MINUTE_US, Ordering::Relaxed);
    }

    async fn claimed(&self, minor: u64, subject: &str) -> OrderNo {
        let order_no = self.shop.order_of(Product::QrCode, minor, subject, None).await.order.no;
        let claim = ClaimOrder { order_no, buyer: self.party, by_code: true };
        self.shop.door.ask(claim).await.unwrap();
        order_no
    }

    async fn paid(&self, minor: u64, subject: &str) -> OrderNo {
        let order_no = self.claimed(minor, subject).await;
        self.pay(order_no).await;
        order_no
    }

    async fn pay(&self, order_no: OrderNo) {
        let body = json!({
            "login": PHONE,
            "pay_password": PAY_PASSWORD,
            "trade_no": order_no.to_string(),
        });
        let (status, said) = self.shop.call("/sandbox/pay", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    async fn refund(&self, order_no: OrderNo, minor: u64, number: &str) {
        self.wait();
        let refund = RefundOrder {
            seller: self.shop.seller,
            which: Which::No(order_no),
            amount: fen(minor),
            out_request_no: Some(Text::new(number).unwrap()),
            reason: Some(Text::new("too cold").unwrap()),
            back: Vec::new(),
        };
        self.shop.door.ask(refund).await.unwrap();
    }

    /// Sends ten yuan to the buyer of the shop.
    async fn sent(&self, arrival: &str) -> String {
        let body = json!({
            "login": PHONE,
            "pay_password": PAY_PASSWORD,
            "payee": BUYER,
            "amount": "10.00",
            "accept_unknown": true,
            "arrival": arrival,
            "remark": "for lunch",
        });
        let (status, said) = self.shop.call("/sandbox/transfers", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["order_id"].as_str().unwrap().to_owned()
    }

    /// Has three yuan from the buyer of the shop.
    async fn had(&self) -> String {
        let body = json!({
            "login": BUYER,
            "pay_password": PASSWORD,
            "payee": PHONE,
            "amount": "3.00",
            "accept_unknown": true,
            "remark": "thank you",
        });
        let (status, said) = self.shop.call("/sandbox/transfers", body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        said["order_id"].as_str().unwrap().to_owned()
    }

    async fn card(&self) -> CardNo {
        let ask = AskCard {
            party: self.party,
            bank: Text::new("ICBC").unwrap(),
            kind: CardKind::Debit,
            last_four: Text::new("4321").unwrap(),
            digest: [7; 16],
        };
        let card = self.shop.door.ask(ask).await.unwrap().no;
        let agreement = Text::new("A1").unwrap();
        self.shop.door.ask(BindCard { party: self.party, card, agreement }).await.unwrap();
        card
    }

    async fn proof(&self, about: OrderNo) -> u64 {
        let party = self.party;
        let attempt = self.shop.door.ask(TryPassword { party, about }).await.unwrap().attempt;
        self.shop.door.ask(JudgePassword { party, attempt, right: true }).await.unwrap();
        attempt
    }

    /// A bank order of twenty yuan that is a draft.
    async fn drafted(&self, card: CardNo, way: BankWay, key: &str) -> BankOrderNo {
        let key = Text::new(key).unwrap();
        let wish = PrepareBankOrder { party: self.party, card, way, amount: fen(20_00), key };
        self.shop.door.ask(wish).await.unwrap().no
    }

    /// The same, confirmed and sent to the bank.
    async fn asked(&self, card: CardNo, way: BankWay, key: &str) -> BankOrderNo {
        let no = self.drafted(card, way, key).await;
        let attempt = self.proof(no.topic()).await;
        self.shop.door.ask(ConfirmBankOrder { party: self.party, no, attempt }).await.unwrap();
        self.shop.door.ask(SendBankOrder { no }).await.unwrap();
        no
    }

    /// The newest order to a bank.
    async fn last_at_bank(&self) -> BankOrderNo {
        self.shop.wait_posted().await;
        self.shop.reader().bank_orders(self.party, None, 1).unwrap()[0].no
    }

    async fn bank_says(&self, no: BankOrderNo, verdict: Verdict) {
        self.shop.door.ask(BankAnswered { no, verdict }).await.unwrap();
    }
}

fn done(minor: u64, bank_ref: &str) -> Verdict {
    Verdict::Done(Done { amount: fen(minor), bank_ref: Text::new(bank_ref).unwrap() })
}

/// What happened to a bill in full.
fn happened(full: &Value) -> Vec<&str> {
    full["timeline"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect()
}

fn holds(bill: &Value, expected: Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(bill[name], *value, "{name} of {bill}");
    }
}

#[tokio::test]
async fn a_payment_is_one_bill_with_its_refunds() {
    let wallet = Wallet::open().await;
    assert!(wallet.bills("").await.is_empty(), "money of the sandbox is nobody's deal");
    let no = wallet.paid(7_00, "Coffee beans").await;
    let paid = wallet.only().await;
    holds(
        &paid,
        json!({
            "no": no.to_string(), "kind": "payment", "direction": "out", "title": "Coffee beans",
            "other_name": "小店 <b>&", "amount": "7.00", "refunded": "0.00", "state": "paid", "pocket": "balance",
            "category": "shopping", "remark": null, "fee": null, "pay_url": null, "can_cancel": false,
        }),
    );
    let at = paid["at"].as_str().unwrap();
    assert!(at.starts_with("2026-01-02T12:") && at.ends_with("+08:00"), "{at}");
    assert!(paid["merchant_no"].as_str().unwrap().starts_with('A'), "{paid}");
    assert_eq!(happened(&paid), ["created", "paid"]);

    wallet.refund(no, 2_00, "R1").await;
    let partly = wallet.only().await;
    holds(&partly, json!({ "refunded": "2.00", "state": "partly_refunded", "direction": "out" }));
    assert_eq!(happened(&partly), ["created", "paid", "refunded"]);
    holds(&partly["timeline"][2], json!({ "amount": "2.00", "note": "too cold" }));

    wallet.refund(no, 5_00, "R2").await;
    let wholly = wallet.only().await;
    holds(&wholly, json!({ "amount": "7.00", "refunded": "7.00", "state": "refunded" }));
    assert_eq!(happened(&wholly), ["created", "paid", "refunded", "refunded"]);
}

#[tokio::test]
async fn what_waits_leads_to_the_cashier_and_what_is_closed_leads_nowhere() {
    let wallet = Wallet::open().await;
    let no = wallet.claimed(7_00, "tea").await;
    let waits = wallet.only().await;
    holds(&waits, json!({ "state": "waiting", "pocket": null, "pay_url": wallet.shop.path(no) }));
    assert_eq!(happened(&waits), ["created"]);
    let close = CloseOrder { seller: wallet.shop.seller, which: Which::No(no) };
    wallet.shop.door.ask(close).await.unwrap();
    let closed = wallet.only().await;
    holds(&closed, json!({ "state": "closed", "direction": "neutral", "pay_url": null, "refunded": "0.00" }));
    assert_eq!(happened(&closed), ["created", "closed"]);
}

#[tokio::test]
async fn a_payment_is_under_way_until_the_goods_are_there() {
    let wallet = Wallet::open().await;
    let body = json!({ "seller_login": SELLER, "app_id": wallet.shop.app.to_string(), "out_trade_no": "E1",
        "subject": "lamp", "total_amount": "30.00", "goods": "physical", "buyer_login": PHONE });
    let (status, opened) = wallet.shop.call("/sandbox/escrows", body).await;
    assert_eq!(status, StatusCode::OK, "{opened}");
    let trade_no = opened["trade_no"].as_str().unwrap();
    wallet.pay(trade_no.parse().unwrap()).await;
    holds(&wallet.only().await, json!({ "no": trade_no, "state": "under_way", "pay_url": null }));
    let by_seller = json!({ "login": SELLER, "transport": "express", "company": "SF", "number": "1" });
    let by_buyer = json!({ "login": PHONE, "pay_password": PAY_PASSWORD });
    for (act, body) in [("send", by_seller), ("confirm", by_buyer)] {
        let path = format!("/sandbox/escrows/{trade_no}/{act}");
        let (status, said) = wallet.shop.call(&path, body).await;
        assert_eq!(status, StatusCode::OK, "{act}: {said}");
    }
    holds(&wallet.only().await, json!({ "state": "paid", "direction": "out" }));
}

#[tokio::test]
async fn transfers_are_bills_of_both_sides() {
    let wallet = Wallet::open().await;
    let (out, had) = (wallet.sent("at_once").await, wallet.had().await);
    let bills = wallet.bills("").await;
    let numbers: Vec<&str> = bills.iter().map(|bill| bill["no"].as_str().unwrap()).collect();
    assert_eq!(numbers, [had.as_str(), out.as_str()], "newest first");
    let masked = json!({ "other_name": "***y", "other_login": "lil***@example.com" });
    for (bill, expected) in [
        (
            &bills[1],
            json!({ "kind": "transfer_out", "direction": "out", "title": "for lunch", "amount": "10.00",
                "state": "done", "pocket": "balance", "category": "transfer" }),
        ),
        (
            &bills[0],
            json!({ "kind": "transfer_in", "direction": "in", "title": "thank you", "amount": "3.00",
                "state": "done", "pocket": "balance", "category": "transfer" }),
        ),
    ] {
        holds(bill, expected);
        holds(bill, masked.clone());
    }
    let full = wallet.full(&out).await;
    holds(&full, json!({ "remark": "for lunch", "can_cancel": false, "merchant_no": null }));
    assert_eq!(happened(&full), ["created", "paid", "arrived"]);
    let full = wallet.full(&had).await;
    assert_eq!((&full["remark"], happened(&full)), (&json!("thank you"), vec!["arrived"]));
}

#[tokio::test]
async fn a_transfer_that_waits_can_be_called_back() {
    let wallet = Wallet::open().await;
    let no = wallet.sent("24h").await;
    let waits = wallet.only().await;
    holds(&waits, json!({ "state": "under_way", "can_cancel": true, "refunded": "0.00" }));
    assert_eq!(happened(&waits), ["created", "paid", "arrives"]);
    assert!(waits["timeline"][2]["at"].as_str().unwrap().starts_with("2026-01-03T12:"), "{waits}");
    let path = format!("/sandbox/transfers/{no}/cancel");
    assert_eq!(wallet.shop.call(&path, json!({ "login": PHONE })).await.0, StatusCode::OK);
    let back = wallet.only().await;
    holds(&back, json!({ "state": "returned", "can_cancel": false, "refunded": "10.00" }));
    assert_eq!(happened(&back), ["created", "paid", "returned"]);
}

#[tokio::test]
async fn money_from_and_to_the_own_card_is_neither_had_nor_spent() {
    let wallet = Wallet::open().await;
    let card = wallet.card().await;
    let draft = wallet.drafted(card, BankWay::TopUp, "k1").await;
    holds(&wallet.only().await, json!({ "no": draft.to_string(), "state": "waiting", "can_cancel": true }));
    let top_up = wallet.asked(card, BankWay::TopUp, "k2").await;
    let full = wallet.full(&top_up.to_string()).await;
    holds(&full, json!({ "state": "under_way", "can_cancel": true }));
    assert_eq!(happened(&full), ["created", "asked"]);
    wallet.bank_says(top_up, done(20_00, "R1")).await;
    let full = wallet.full(&top_up.to_string()).await;
    holds(
        &full,
        json!({ "kind": "top_up", "direction": "neutral", "title": "", "other_name": "ICBC", "other_login": "4321",
            "amount": "20.00", "state": "done", "pocket": "card", "category": "cash", "can_cancel": false }),
    );
    assert_eq!(happened(&full), ["created", "asked", "arrived"]);

    let withdrawal = wallet.asked(card, BankWay::Withdraw, "k3").await;
    wallet.bank_says(withdrawal, done(20_00, "R2")).await;
    let failed = wallet.asked(card, BankWay::Withdraw, "k4").await;
    wallet.bank_says(failed, Verdict::Refused(BankReason::CardBlocked)).await;
    for (no, state) in [(withdrawal, "done"), (failed, "failed")] {
        let full = wallet.full(&no.to_string()).await;
        holds(
            &full,
            json!({ "kind": "withdrawal", "direction": "neutral", "state": state, "pocket": "balance" }),
        );
    }
    let full = wallet.full(&failed.to_string()).await;
    assert_eq!(happened(&full), ["created", "asked", "failed"]);
    assert_eq!(full["timeline"][2]["note"], "card_blocked");
}

#[tokio::test]
async fn what_a_card_pays_is_told_on_its_payment_alone() {
    let wallet = Wallet::open().await;
    let (card, order_no) = (wallet.card().await, wallet.claimed(8_00, "lamp").await);
    let attempt = wallet.proof(order_no).await;
    let pay = PayByCard { buyer: wallet.party, order_no, card, attempt, last_try: LastTry::Unsaid };
    let no = wallet.shop.door.ask(pay).await.unwrap().no;
    wallet.shop.door.ask(SendBankOrder { no }).await.unwrap();
    let under_way = wallet.only().await;
    holds(
        &under_way,
        json!({ "state": "under_way", "pocket": "card", "pay_url": null, "can_cancel": false }),
    );
    assert_eq!(happened(&under_way), ["created", "asked"]);
    wallet.bank_says(no, done(8_00, "R1")).await;
    let paid = wallet.only().await;
    holds(&paid, json!({ "state": "paid", "pocket": "card", "kind": "payment" }));
    let (status, said) = wallet.get(&format!("/{no}")).await;
    assert_eq!((status, code_of(&said)), (StatusCode::NOT_FOUND, "bill_not_found"));

    // What goes back to the card is there when its bank says so.
    wallet.refund(order_no, 3_00, "R1").await;
    assert_eq!(happened(&wallet.only().await), ["created", "asked", "paid", "refund_under_way"]);
    let back = wallet.last_at_bank().await;
    wallet.wait();
    wallet.shop.door.ask(SendBankOrder { no: back }).await.unwrap();
    wallet.bank_says(back, done(3_00, "R2")).await;
    let arrived = wallet.only().await;
    assert_eq!(happened(&arrived), ["created", "asked", "paid", "refund_under_way", "refunded"]);
    let told = &arrived["timeline"];
    holds(&told[4], json!({ "amount": "3.00", "note": "too cold" }));
    assert!(told[3]["at"].as_str() < told[4]["at"].as_str(), "{arrived}");

    wallet.refund(order_no, 1_00, "R2").await;
    let back = wallet.last_at_bank().await;
    wallet.shop.door.ask(SendBankOrder { no: back }).await.unwrap();
    wallet.bank_says(back, Verdict::Refused(BankReason::CardBlocked)).await;
    let credited = wallet.only().await;
    assert_eq!(happened(&credited)[5..], ["refund_under_way", "refund_credited"]);
    holds(&credited["timeline"][6], json!({ "amount": "1.00", "note": "too cold" }));
}

#[tokio::test]
async fn pages_have_each_bill_once_also_when_more_come() {
    let wallet = Wallet::open().await;
    let mut expected = Vec::new();
    for number in 0..5 {
        expected.insert(0, wallet.paid(1_00, &format!("tea {number}")).await.to_string());
    }
    let (mut found, mut query, mut pages) = (Vec::new(), "?limit=2".to_owned(), 0);
    loop {
        let page = wallet.page(&query).await;
        let bills = page["bills"].as_array().unwrap();
        assert!(bills.len() <= 2, "{page}");
        found.extend(bills.iter().map(|bill| bill["no"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&before={next}");
        wallet.paid(1_00, "more tea").await;
    }
    assert_eq!((found, pages), (expected, 3));
    assert_eq!(wallet.bills("").await.len(), 7);
}

#[tokio::test]
async fn bills_are_filtered_by_kind_and_by_words() {
    let wallet = Wallet::open().await;
    let coffee = wallet.paid(1_00, "Coffee beans").await.to_string();
    let (tea, out) = (wallet.paid(1_00, "tea").await.to_string(), wallet.sent("at_once").await);
    let by_number = format!("?q={out}");
    for (query, expected) in [
        ("?kind=payment", vec![&tea, &coffee]),
        ("?kind=transfer_out", vec![&out]),
        ("?kind=withdrawal", vec![]),
        ("?q=COFFEE", vec![&coffee]),
        ("?q=lunch", vec![&out]),
        ("?q=lunch&kind=payment", vec![]),
        ("?q=%E5%B0%8F%E5%BA%97", vec![&tea, &coffee]),
        // What a mask hides is not found out by asking.
        ("?q=lily", vec![]),
        (by_number.as_str(), vec![&out]),
    ] {
        let bills = wallet.bills(query).await;
        let found: Vec<&str> = bills.iter().map(|bill| bill["no"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
    let long = format!("?q={}", "x".repeat(101));
    for (below, code) in [
        ("?limit=0", "bad_limit"),
        ("?limit=101", "bad_limit"),
        ("?limit=x", "bad_request"),
        ("?kind=gift", "bad_request"),
        ("?before=x", "bad_cursor"),
        ("?colour=red", "bad_request"),
        (long.as_str(), "bad_q"),
        ("/months?count=0", "bad_count"),
        ("/months?count=25", "bad_count"),
        ("/months?months=2", "bad_request"),
    ] {
        let (status, said) = wallet.get(below).await;
        assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, code), "{below}: {said}");
    }
}

/// Two bills with a day between them.
async fn on_two_days() -> (Wallet, [String; 2]) {
    let wallet = Wallet::open().await;
    let first = wallet.paid(7_00, "=HYPERLINK(1), \"tea\"").await.to_string();
    wallet.shop.now_us.fetch_add(DAY_US, Ordering::Relaxed);
    let second = wallet.paid(1_00, "coffee").await.to_string();
    (wallet, [first, second])
}

#[tokio::test]
async fn bills_are_filtered_by_days() {
    let (wallet, [first, second]) = on_two_days().await;
    for (query, expected) in [
        ("?first=2026-01-02&last=2026-01-02", vec![&first]),
        ("?first=2026-01-03&last=2026-01-31", vec![&second]),
        ("?first=2026-01-02&last=2026-01-03", vec![&second, &first]),
        ("?first=2026-01-01&last=2026-01-01", vec![]),
        ("?first=2026-01-02&last=2026-01-03&q=coffee", vec![&second]),
        ("?first=2026-01-02&last=2026-01-03&kind=top_up", vec![]),
    ] {
        let found = wallet.bills(query).await;
        let numbers: Vec<&str> = found.iter().map(|bill| bill["no"].as_str().unwrap()).collect();
        assert_eq!(numbers, expected, "{query}");
    }
    for (query, code) in [
        ("?first=2026-01-02", "bad_day"),
        ("?last=2026-01-02", "bad_day"),
        ("?first=2026-02-30&last=2026-03-01", "bad_day"),
        ("?first=2026-01-02&last=today", "bad_day"),
        ("?first=2026-01-02&last=2026-01-01", "bad_days"),
    ] {
        let (status, said) = wallet.get(query).await;
        assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, code), "{query}");
    }
}

#[tokio::test]
async fn bills_of_some_days_are_a_table_in_the_language_of_who_asks() {
    let (wallet, [first, second]) = on_two_days().await;
    let (status, name, lines) = wallet.table("?first=2026-01-02&last=2026-01-02", "en").await;
    assert_eq!(status, StatusCode::OK, "{lines:?}");
    assert_eq!(name, "attachment; filename=\"tongbao-bills-2026-01-02-2026-01-02.csv\"");
    assert_eq!(lines.len(), 2, "the other day is not in it: {lines:?}");
    assert!(lines[0].starts_with("\u{feff}\"Time\",\"Kind\",\"Category\",\"Title\""), "{}", lines[0]);
    let cells = [
        "Payment".to_owned(),
        "Shopping".to_owned(),
        "'=HYPERLINK(1), \"\"tea\"\"".to_owned(),
        "小店 <b>&".to_owned(),
        "sho***@example.com".to_owned(),
        "Out".to_owned(),
        "7.00".to_owned(),
        "0.00".to_owned(),
        "0.00".to_owned(),
        "Paid".to_owned(),
        "Balance".to_owned(),
        format!("{first}\t"),
    ];
    let behind = cells.map(|cell| format!(",\"{cell}\"")).concat();
    assert!(lines[1].starts_with("\"2026-01-02 12:"), "{}", lines[1]);
    assert!(lines[1].ends_with(&behind), "{} has not {behind}", lines[1]);

    let (_, _, lines) = wallet.table("?first=2026-01-02&last=2026-01-03", "zh-CN").await;
    assert!(lines[0].starts_with("\u{feff}\"时间\",\"类型\""), "{}", lines[0]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains(&second) && lines[2].contains(&first), "newest first: {lines:?}");
    assert!(lines[1].contains("\"付款\"") && lines[1].contains("\"支出\""), "{}", lines[1]);
    let (_, _, lines) = wallet.table("?first=2026-01-02&last=2026-01-03&kind=top_up", "en").await;
    assert_eq!(lines.len(), 1, "nothing but the names of the columns: {lines:?}");

    for (query, code) in [
        ("?first=2026-01-02&last=x", "bad_day"),
        ("?first=2026-01-03&last=2026-01-02", "bad_days"),
        ("?first=2025-01-01&last=2026-01-02", "bad_days"),
    ] {
        let (status, said) = wallet.get(&format!("/export{query}")).await;
        assert_eq!((status, code_of(&said)), (StatusCode::BAD_REQUEST, code), "{query}");
    }
    assert_eq!(
        wallet.table("?first=2025-01-02&last=2026-01-02", "en").await.0,
        StatusCode::OK,
        "a year is not too long"
    );
    let path = "/api/v1/me/bills/export?first=2026-01-02&last=2026-01-03";
    let (status, said) = wallet.shop.api("GET", path, "", &Value::Null).await;
    assert_eq!((status, code_of(&said)), (StatusCode::UNAUTHORIZED, "not_signed_in"));
}

fn total(category: &str, had: &str, spent: &str, count: u32) -> Value {
    json!({ "category": category, "in": had, "out": spent, "count": count })
}

#[tokio::test]
async fn a_month_says_what_was_had_and_spent_without_what_came_back() {
    let wallet = Wallet::open().await;
    let card = wallet.card().await;
    let whole = wallet.paid(4_00, "cake").await;
    wallet.refund(whole, 4_00, "R1").await;
    let part = wallet.paid(7_00, "coffee").await;
    wallet.refund(part, 2_00, "R2").await;
    wallet.claimed(9_00, "tea").await;
    wallet.sent("at_once").await;
    wallet.had().await;
    let top_up = wallet.asked(card, BankWay::TopUp, "k1").await;
    wallet.bank_says(top_up, done(20_00, "R1")).await;
    let months = wallet.page("/months?count=2").await["months"].clone();
    let categories = [
        total("shopping", "0.00", "5.00", 1),
        total("transfer", "3.00", "10.00", 2),
        total("cash", "20.00", "0.00", 1),
    ];
    let expected = json!([
        { "month": "2026-01", "in": "3.00", "out": "15.00", "categories": categories },
        { "month": "2025-12", "in": "0.00", "out": "0.00", "categories": [] },
    ]);
    assert_eq!(months, expected);
    assert_eq!(wallet.page("/months").await["months"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn nobody_sees_the_bills_of_somebody_else() {
    let wallet = Wallet::open().await;
    let card = wallet.card().await;
    let numbers = [
        wallet.paid(1_00, "tea").await.to_string(),
        wallet.sent("at_once").await,
        wallet.had().await,
        wallet.drafted(card, BankWay::TopUp, "k1").await.to_string(),
    ];
    let (other, _) = wallet.shop.stranger().await;
    for no in &numbers {
        assert_eq!(wallet.get(&format!("/{no}")).await.0, StatusCode::OK, "{no}");
        let path = format!("/api/v1/me/bills/{no}");
        let (status, said) = wallet.shop.api("GET", &path, &other, &Value::Null).await;
        assert_eq!((status, code_of(&said)), (StatusCode::NOT_FOUND, "bill_not_found"), "{no}");
        let (status, said) = wallet.shop.api("GET", &path, "", &Value::Null).await;
        assert_eq!((status, code_of(&said)), (StatusCode::UNAUTHORIZED, "not_signed_in"), "{no}");
    }
    let (status, page) = wallet.shop.api("GET", "/api/v1/me/bills", &other, &Value::Null).await;
    assert_eq!((status, &page), (StatusCode::OK, &json!({ "bills": [], "next": null })));
    for nothing in ["/1", "/x", "/2026010222001400000000000742"] {
        let (status, said) = wallet.get(nothing).await;
        assert_eq!((status, code_of(&said)), (StatusCode::NOT_FOUND, "bill_not_found"), "{nothing}");
    }
}
