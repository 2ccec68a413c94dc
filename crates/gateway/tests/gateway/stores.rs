//! An order of a store that its merchant has is answered with the store's name; any other number is taken as it comes.

use crate::client::{Answer, Client};
use crate::methods::query;
use crate::shop::Shop;
use base::Text;
use engine::{CloseStore, OpenStore};

async fn pay_at(shop: &Shop, client: &Client, number: &str, store: &str) -> Answer {
    let code = shop.pay_code(shop.alice).await;
    let biz = format!(
        r#"{{"out_trade_no":"{number}","total_amount":"3","subject":"tea","auth_code":"{code}","store_id":"{store}"}}"#
    );
    client.call("alipay.trade.pay", &biz).await
}

#[tokio::test]
async fn an_order_tells_the_name_of_its_store() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let (seller, number) = (shop.seller, || Text::new("S1").unwrap());
    let has_name = |answer: &Answer| answer.names().contains(&"store_name".to_owned());
    let before = pay_at(&shop, &client, "T0", "S1").await;
    assert_eq!((before.outcome(), has_name(&before)), ("10000".to_owned(), false));
    let name = Text::new("湖边店").unwrap();
    shop.door.ask(OpenStore { seller, store_id: number(), name }).await.unwrap();
    let paid = pay_at(&shop, &client, "T1", "S1").await;
    assert_eq!((paid.outcome(), paid.get("store_name")), ("10000".to_owned(), "湖边店".to_owned()));
    let seen = query(&client, "T1").await;
    assert_eq!((seen.get("store_id"), seen.get("store_name")), ("S1".to_owned(), "湖边店".to_owned()));
    let biz = r#"{"out_trade_no":"T1","refund_amount":"1","out_request_no":"R1"}"#;
    assert_eq!(client.call("alipay.trade.refund", biz).await.get("store_name"), "湖边店");
    let unknown = pay_at(&shop, &client, "T2", "S2").await;
    assert_eq!((unknown.outcome(), has_name(&unknown)), ("10000".to_owned(), false));
    assert_eq!(query(&client, "T2").await.get("store_id"), "S2");
    shop.door.ask(CloseStore { seller, store_id: number() }).await.unwrap();
    let closed = pay_at(&shop, &client, "T3", "S1").await;
    assert_eq!((closed.outcome(), has_name(&closed)), ("10000".to_owned(), false));
    assert_eq!(query(&client, "T1").await.get("store_name"), "湖边店", "it keeps the name it had");
}
