//! Many merchants, some of them slow.

use crate::house::{House, delivery, quick};
use crate::shop::{SUCCESS, Say, Shop};
use engine::OpenOrder;
use notify::Options;
use std::time::{Duration, Instant};
use trade::NoticeState;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_merchant_has_a_bound_and_holds_nobody_up() {
    let house = House::open().await;
    let slow = Shop::open(Say::Hang(Duration::from_secs(30))).await;
    let quick_shop = Shop::open(SUCCESS).await;
    // The slow one's notices are all older.
    for number in 0..60 {
        house.pay(house.unpaid(&format!("S{number}"), delivery(&slow.url()))).await;
    }
    let app = house.another_app().await;
    let mut orders = Vec::new();
    for number in 0..10 {
        let open = OpenOrder { app, ..house.unpaid(&format!("Q{number}"), delivery(&quick_shop.url())) };
        orders.push(house.pay(open).await.no);
    }
    let begun = Instant::now();
    let running = house.deliver(Options { timeout: Duration::from_secs(20), ..quick() });
    for order in orders {
        house.until_delivered(order).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(slow.until_calls(8).await.len(), 8);
    assert_eq!((slow.most(), quick_shop.calls().len()), (8, 10));
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_is_sent_once_while_it_goes_well() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let mut orders = Vec::new();
    for number in 0..150 {
        orders.push(house.pay(house.unpaid(&format!("T{number}"), delivery(&shop.url()))).await.no);
    }
    for order in orders {
        house
            .until(order, "delivered", |notice| {
                notice.state == NoticeState::Delivered && notice.attempts == 1
            })
            .await;
    }
    assert_eq!(shop.calls().len(), 150);
    assert!(shop.most() <= 8);
    house.close(running).await;
}
