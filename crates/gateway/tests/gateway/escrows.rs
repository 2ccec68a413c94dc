//! Guaranteed trades on the wire: how they are made, undone and asked about.

use crate::client::Client;
use crate::methods::query;
use crate::shop::Shop;
use base::{OrderNo, SECOND_US, Text};
use engine::{ActOnEscrow, Actor, EscrowAct};
use people::PartyStatus;
use trade::{CaseKind, GoodsState, Logistics, Transport};

const CREATE: &str = "alipay.trade.create";

fn biz(shop: &Shop, number: &str) -> String {
    format!(
        r#"{{"out_trade_no":"{number}","total_amount":"30","subject":"lamp","buyer_id":"{}","escrow_goods":"physical"}}"#,
        shop.alice
    )
}

pub async fn paid(shop: &Shop, client: &Client, number: &str) -> OrderNo {
    let made = client.call(CREATE, &biz(shop, number)).await;
    assert_eq!(made.outcome(), "10000", "{}", made.text());
    let order_no = made.get("trade_no").parse().unwrap();
    shop.confirm(order_no, shop.alice).await;
    order_no
}

pub async fn act(shop: &Shop, order_no: OrderNo, actor: Actor, act: EscrowAct) {
    let request_no = Text::new(&format!("R{}", shop.door.now_us())).unwrap();
    shop.door.ask(ActOnEscrow { order_no, actor, request_no, act }).await.unwrap();
}

#[tokio::test]
async fn a_refused_creation_leaves_its_number_free() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    shop.set_status(shop.alice, PartyStatus::Frozen).await;
    let refused = client.call(CREATE, &biz(&shop, "E1")).await;
    assert_eq!(refused.outcome(), "40004 ACQ.BUYER_ENABLE_STATUS_FORBID");
    assert_eq!(refused.get("out_trade_no"), "E1");
    assert_eq!(query(&client, "E1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
    shop.set_status(shop.alice, PartyStatus::Normal).await;
    // The number can be used, also for another buyer and for the same.
    let other = biz(&shop, "E1").replace(&shop.alice.to_string(), &shop.bob.to_string());
    let made = client.call(CREATE, &other).await;
    assert_eq!(made.outcome(), "10000", "{}", made.text());
    assert_eq!(client.call(CREATE, &other).await.get("trade_no"), made.get("trade_no"));
    assert_eq!(query(&client, "E1").await.get("trade_status"), "WAIT_BUYER_PAY");
}

#[tokio::test]
async fn a_payment_that_would_not_be_held_is_not_taken() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    for (method, more) in [
        ("alipay.trade.precreate", String::new()),
        ("alipay.trade.pay", format!(r#","scene":"bar_code","auth_code":"{code}""#)),
    ] {
        let biz = format!(
            r#"{{"out_trade_no":"P1","total_amount":"3","subject":"s","escrow_goods":"physical"{more}}}"#
        );
        let answer = client.call(method, &biz).await;
        assert_eq!(answer.outcome(), "40004 ACQ.INVALID_PARAMETER", "{method}");
        assert!(answer.text().contains("escrow_goods"), "{}", answer.text());
    }
    assert_eq!(query(&client, "P1").await.outcome(), "40004 ACQ.TRADE_NOT_EXIST");
}

#[tokio::test]
async fn a_cancel_waits_for_the_case() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let order_no = paid(&shop, &client, "E2").await;
    let (kind, goods_state) = (CaseKind::RefundOnly, GoodsState::NotReceived);
    let open = EscrowAct::OpenCase { kind, goods_state, amount: crate::shop::yuan(1_000), reason: None };
    act(&shop, order_no, Actor::Buyer(shop.alice), open).await;
    let cancel = r#"{"out_trade_no":"E2"}"#;
    let refused = client.call("alipay.trade.cancel", cancel).await;
    assert_eq!(refused.outcome(), "40004 ACQ.CANCEL_NOT_ALLOWED");
    shop.advance(SECOND_US);
    act(&shop, order_no, Actor::Buyer(shop.alice), EscrowAct::Withdraw).await;
    assert_eq!(client.call("alipay.trade.cancel", cancel).await.get("action"), "refund");
}

#[tokio::test]
async fn a_query_that_lags_tells_where_the_money_was() {
    let (shop, client, faults) = crate::faults::lagging().await;
    let order_no = paid(&shop, &client, "E3").await;
    shop.advance(90 * SECOND_US);
    let logistics = Logistics {
        transport: Transport::Express,
        company: Some(Text::new("SF").unwrap()),
        number: Some(Text::new("1").unwrap()),
    };
    act(&shop, order_no, Actor::Seller(shop.seller), EscrowAct::Send { logistics, part: false }).await;
    crate::faults::lag(&faults, 60);
    assert_eq!(query(&client, "E3").await.get("trade_status"), "WAIT_SELLER_SEND_GOODS");
    assert_eq!(query(&client, "E3").await.get("trade_status"), "WAIT_BUYER_CONFIRM_GOODS");
    shop.advance(90 * SECOND_US);
    let refund = r#"{"out_trade_no":"E3","refund_amount":"30","out_request_no":"R1"}"#;
    assert_eq!(client.call("alipay.trade.refund", refund).await.outcome(), "10000");
    crate::faults::lag(&faults, 60);
    assert_eq!(query(&client, "E3").await.get("trade_status"), "WAIT_BUYER_CONFIRM_GOODS");
    assert_eq!(query(&client, "E3").await.get("trade_status"), "TRADE_CLOSED");
}
