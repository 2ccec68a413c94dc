//! Rules played over the past: the facts are those that the decisions saw, and nothing is changed.

use crate::shop::{BUYER, PASSWORD, Shop};
use axum::http::StatusCode;
use base::{Day, Text};
use engine::{CardTransferAsk, Key, PayBy, PayeeCard, Row, Table, TransferToCard};
use fund::CardKind;
use money::{Currency, Money};
use risk::{Facts, RiskOutcome};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{MemoryStore, Store};
use trade::Product;

const TOM: &str = "tom@example.com";

pub(crate) fn rule(id: &str, condition: &str, verdict: &str, shadow: bool) -> Value {
    json!({ "id": id, "condition": condition, "verdict": verdict, "reason_zh": "核实", "reason_en": "checked",
        "shadow": shadow })
}

impl Shop {
    pub(crate) async fn put_in_force(&self, base: u32, rule: Value) {
        let body = json!({ "operator": "ada", "base_version": base, "rules": [rule] });
        let (_, proposed) = self.call("/sandbox/risk", body).await;
        let body = json!({ "operator": "bea", "version": base + 1, "digest": proposed["digest"] });
        assert_eq!(self.call("/sandbox/risk/approve", body).await.0, StatusCode::OK);
    }

    async fn send_to_tom(&self, amount: &str) -> StatusCode {
        let body = json!({ "login": BUYER, "pay_password": PASSWORD, "payee": TOM, "amount": amount,
            "accept_unknown": true });
        self.call("/sandbox/transfers", body).await.0
    }

    async fn pay_page(&self, minor: u64) -> StatusCode {
        let order = self.order(Product::Page, minor).await.order;
        let body = json!({ "login": BUYER, "pay_password": PASSWORD, "trade_no": order.no.to_string() });
        self.call("/sandbox/pay", body).await.0
    }

    /// The tables without what rules noted.
    fn without_decisions(&self) -> MemoryStore {
        let (mut reader, mut copy) = (self.reader(), MemoryStore::new());
        let tables = Table::ALL.iter().filter(|table| **table != Table::RiskDecision);
        let rows = tables.flat_map(|table| reader.scan(*table, None, None, 10_000).unwrap());
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mark = self.reader().mark().unwrap();
        copy.post(&rows, mark).unwrap();
        copy
    }
}

#[tokio::test]
async fn facts_of_the_past_are_those_that_the_decisions_saw() {
    let shop = Shop::open().await;
    shop.another_buyer(TOM).await;
    shop.top_up(shop.buyer, 90_000).await;
    // Watches everything: each payment leaves its facts.
    shop.put_in_force(0, rule("W", "true", "refuse", true)).await;
    for amount in ["10.00", "20.00", "30.00"] {
        assert_eq!(shop.send_to_tom(amount).await, StatusCode::OK);
    }
    assert_eq!(shop.pay_page(4_000).await, StatusCode::OK);
    let (_, issued) = shop.call("/sandbox/paycode", json!({ "login": BUYER })).await;
    let digest = shop.world.secrets.pay_code_digest(issued["auth_code"].as_str().unwrap());
    assert!(shop.charge(1_500, PayBy { slot: shop.buyer.slot(), digest }).await.unwrap().paid);
    shop.wait_posted().await;

    let days = Day::of(0)..=Day::of(i64::MAX);
    let noted = bill::past_payments(&mut *shop.reader(), &days).unwrap();
    assert_eq!(noted.len(), 5, "{noted:?}");
    let bounded = bill::past_payments_within(&mut *shop.reader(), &days, 5);
    assert!(matches!(bounded, Err(bill::BillError::TooMuch)), "parties are rows, too: {bounded:?}");
    let decided: Vec<Facts> = shop
        .reader()
        .scan(Table::RiskDecision, None, None, 100)
        .unwrap()
        .iter()
        .map(|row| match row {
            Row::RiskDecision(row) => Facts::read(row.facts.as_str()).unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    let rebuilt = bill::past_payments(&mut *shop.without_decisions().reader().unwrap(), &days).unwrap();
    assert_eq!(rebuilt.iter().map(|one| one.facts).collect::<Vec<_>>(), decided);
    assert_eq!(rebuilt, noted);
    assert_eq!(rebuilt.iter().map(|one| one.facts.transfers_day).collect::<Vec<_>>(), [0, 1, 2, 3, 3]);
    assert_eq!(rebuilt.iter().filter(|one| one.facts.payee_known).count(), 2);

    // One that is stopped is told with what stopped it.
    shop.put_in_force(1, rule("L", "amount_minor > 5000", "refuse", false)).await;
    assert_eq!(shop.pay_page(5_001).await, StatusCode::CONFLICT);
    shop.wait_posted().await;
    let now = bill::past_payments(&mut *shop.reader(), &days).unwrap();
    assert_eq!((now.len(), now[5].outcome, now[5].facts.amount_minor), (6, RiskOutcome::Stopped, 5_001));

    let rules = json!([rule("T", "scene == \"transfer\" && amount_minor >= 2000", "review", false)]);
    let (status, told) = shop.call("/sandbox/risk/backtest", json!({ "rules": rules })).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let lines: Vec<String> = told["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {} {} {}", line["verdict"], line["became"], line["count"], line["sum_fen"]))
        .collect();
    let expected =
        [r#""allow" "passed" 3 "6500""#, r#""allow" "stopped" 1 "5001""#, r#""review" "passed" 2 "5000""#];
    assert_eq!(lines, expected);
    assert_eq!((&told["rules"][0]["count"], told["newly_stopped"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(told["newly_passed"].as_array().unwrap().len(), 1);
    let (_, again) = shop.call("/sandbox/risk/backtest", json!({ "rules": rules })).await;
    assert_eq!(again, told, "the same twice");
    let (_, none) = shop.call("/sandbox/risk/backtest", json!({ "rules": rules, "to": "2020-01-01" })).await;
    assert_eq!(none["payments"]["count"], 0);
    let wrong = json!({ "rules": [rule("T", "colour", "review", false)] });
    assert_eq!(shop.call("/sandbox/risk/backtest", wrong).await.1["error"]["code"], "bad_rules");
}

/// A merchant's transfers to cards are looked at by rules as its other transfers are, and count with them.
#[tokio::test]
async fn transfers_to_cards_are_among_them() {
    let shop = Shop::open().await;
    shop.top_up(shop.seller, 90_000).await;
    shop.put_in_force(0, rule("W", "true", "refuse", true)).await;
    let text = |text: &str| Text::new(text).unwrap();
    for (number, minor) in [("C1", 1_000), ("C2", 2_000)] {
        let card = PayeeCard {
            digest: [3; 16],
            bank: Text::new("ICBC").unwrap(),
            kind: CardKind::Debit,
            last_four: Text::new("7894").unwrap(),
            agreement: Text::new("P1").unwrap(),
        };
        let ask = CardTransferAsk {
            payer: shop.seller,
            card: Ok(card),
            number: [5; 16],
            screen_version: 0,
            named: [4; 16],
            amount: Money::from_minor(minor, Currency::Cny).unwrap(),
            out_biz_no: text(number),
            title: None,
            remark: None,
        };
        let (app, passback, notify_url) = (shop.app, None, None);
        let command = TransferToCard { ask, app, passback, notify_url, gbk: false, rsa1: false };
        shop.door.ask(command).await.unwrap();
    }
    shop.wait_posted().await;
    let days = Day::of(0)..=Day::of(i64::MAX);
    let noted = bill::past_payments(&mut *shop.reader(), &days).unwrap();
    let rebuilt = bill::past_payments(&mut *shop.without_decisions().reader().unwrap(), &days).unwrap();
    assert_eq!(rebuilt, noted);
    let seen: Vec<_> = noted.iter().map(|one| (one.facts.transfers_day, one.facts.amount_minor)).collect();
    assert_eq!(seen, [(0, 1_000), (1, 2_000)]);
}
