//! Batches of transfers through the sandbox API: listed, shown, agreed to and given up.

use crate::shop::Shop;
use base::Text;
use engine::{BatchAsk, CreateTransferBatch, DetailAsk, DetailPayee};
use money::{Currency, Money};
use serde_json::json;
use transfer::{BatchProduct, BatchScene};

async fn create(shop: &Shop, number: &str) {
    let amount = Money::from_minor(100, Currency::Cny).unwrap();
    let detail = DetailAsk {
        out_biz_no: Text::new("d1").unwrap(),
        payee: DetailPayee::Account(Ok(shop.buyer)),
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
        scene: BatchScene::Approved,
        total: amount,
        expires_at_us: None,
        title: None,
        remark: None,
        details: vec![detail],
    };
    let (passback, notify_url, gbk, rsa1) = (None, None, false, false);
    let command = CreateTransferBatch { ask, app: shop.app, passback, notify_url, gbk, rsa1 };
    shop.door.ask(command).await.unwrap();
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
