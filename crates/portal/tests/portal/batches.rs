//! Batches of transfers through the sandbox API: listed, shown, agreed to and given up.

use crate::shop::Shop;
use base::Text;
use engine::{BatchAsk, CreateTransferBatch, DetailAsk, DetailPayee, PayeeCard, RunTimer};
use fund::CardKind;
use money::{Currency, Money};
use serde_json::{Value, json};
use std::sync::Arc;
use transfer::{BatchProduct, BatchScene, TransferBatch};

async fn create(shop: &Shop, number: &str) {
    let payee = DetailPayee::Account(Ok(shop.buyer));
    create_for(shop, number, payee, BatchScene::Approved).await;
}

async fn create_for(shop: &Shop, number: &str, payee: DetailPayee, scene: BatchScene) -> Arc<TransferBatch> {
    let amount = Money::from_minor(100, Currency::Cny).unwrap();
    let detail = DetailAsk {
        out_biz_no: Text::new("d1").unwrap(),
        payee,
        named: [7; 16],
        amount,
        title: None,
        remark: None,
    };
    let ask = BatchAsk {
        payer: shop.seller,
        out_batch_no: Text::new(number).unwrap(),
        said: [7; 16],
        product: BatchProduct::ApiToAcc,
        scene,
        count: 1,
        total: amount,
        expires_at_us: None,
        title: None,
        remark: None,
        screen_version: 0,
        details: vec![detail],
    };
    let (passback, notify_url, gbk, rsa1) = (None, None, false, false);
    let command = CreateTransferBatch { ask, app: shop.app, passback, notify_url, gbk, rsa1 };
    shop.door.ask(command).await.unwrap()
}

#[tokio::test]
async fn a_batch_that_waits_is_listed_shown_and_decided_once() {
    let shop = Shop::open().await;
    let whose = json!({ "user_id": shop.seller.to_string() });
    let buyers = json!({ "user_id": shop.buyer.to_string() });
    create(&shop, "B1").await;
    create(&shop, "B2").await;
    for (path, body, status, said) in [
        ("B1/agree", &buyers, 404, "batch_not_found"),
        ("B9/agree", &whose, 404, "batch_not_found"),
        ("B1/pay", &whose, 404, "not_found"),
        ("B1/agree", &whose, 200, "DEALING"),
        ("B1/agree", &whose, 200, "DEALING"),
        ("B1/give-up", &whose, 409, "batch_decided"),
        ("B2/give-up", &whose, 200, "DISUSE"),
    ] {
        let (got, told) = shop.call(&format!("/sandbox/batches/{path}"), body.clone()).await;
        let heard = told["batch_status"].as_str().or(told["error"]["code"].as_str());
        assert_eq!((got.as_u16(), heard), (status, Some(said)), "{path} {told}");
    }
    let (_, told) = shop.get(&format!("/sandbox/batches?user_id={}", shop.seller)).await;
    let batches = told["batches"].as_array().unwrap();
    let seen: Vec<_> = batches.iter().map(|one| one["out_batch_no"].as_str().unwrap()).collect();
    assert_eq!(seen, ["B2", "B1"], "{told}");
    let (_, told) = shop.get(&format!("/sandbox/batches/B2?user_id={}", shop.seller)).await;
    let detail = &told["details"][0];
    assert_eq!((&detail["out_biz_no"], &detail["status"]), (&json!("d1"), &json!("DISUSE")), "{told}");
}

/// Else whoever has no money would learn whether a name fits a card, without a transfer.
#[tokio::test]
async fn a_card_is_shown_once_it_is_paid() {
    let shop = Shop::open().await;
    for (number, fen, status) in [("B1", None, "FAIL"), ("B2", Some(1_000), "DEALING")] {
        let card = PayeeCard {
            digest: [9; 16],
            bank: Text::new("ICBC").unwrap(),
            kind: CardKind::Debit,
            last_four: Text::new("7894").unwrap(),
            agreement: Text::new("P1").unwrap(),
        };
        let payee = DetailPayee::Card { card: Ok(card), number: [8; 16] };
        let batch = create_for(&shop, number, payee, BatchScene::Direct).await;
        let path = format!("/sandbox/batches/{number}?user_id={}", shop.seller);
        let (_, told) = shop.get(&path).await;
        assert_eq!(told["details"][0]["to_card"], Value::Null, "before its turn: {told}");
        if let Some(fen) = fen {
            shop.top_up(shop.seller, fen).await;
        }
        let (due_at_us, timer) = (batch.due_at_us.unwrap(), batch.timer.unwrap());
        shop.door.ask(RunTimer { due_at_us, timer }).await.unwrap();
        let (_, told) = shop.get(&path).await;
        let detail = &told["details"][0];
        let seen = if fen.is_some() { json!("7894") } else { Value::Null };
        assert_eq!((&detail["status"], &detail["to_card"]), (&json!(status), &seen), "{told}");
    }
}
