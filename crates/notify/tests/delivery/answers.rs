//! What counts as delivered, and what follows when it does not.

use crate::house::{House, delivery, quick};
use crate::shop::{SUCCESS, Say, Shop};
use base::{MINUTE_US, NoticeNo};
use std::collections::BTreeSet;
use std::time::Duration;
use trade::{NOTICE_LADDER_US, NoticeState};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_http_200_with_success_counts() {
    let (house, elsewhere) = (House::open().await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let long = "success".repeat(20_000);
    let long: &'static str = Box::leak(long.into_boxed_str());
    let body = "answered HTTP 200, but the body is not `success`";
    for (number, (say, error)) in [
        (Say::Answer(200, ""), body),
        (Say::Answer(200, "fail"), body),
        (Say::Answer(200, "SUCCESS"), body),
        (Say::Answer(200, "Success"), body),
        (Say::Answer(200, "success\n"), body),
        (Say::Answer(200, " success"), body),
        (Say::Answer(200, "succes"), body),
        (Say::Answer(200, "success<!-- -->"), body),
        (Say::Answer(200, "\"success\""), body),
        (Say::Answer(200, long), body),
        (Say::Answer(201, "success"), "answered with HTTP 201"),
        (Say::Answer(404, "success"), "answered with HTTP 404"),
        (Say::Answer(500, "success"), "answered with HTTP 500"),
        (Say::Redirect(elsewhere.url()), "answered with HTTP 302"),
        (Say::Hang(Duration::from_secs(3)), "no answer within 1500 ms"),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{number} {error}");
        let shop = Shop::open(say).await;
        let order = house.pay(house.unpaid(&format!("T{number}"), delivery(&shop.url()))).await;
        house.until(order.no, &what, |notice| notice.attempts == 1).await;
        let notice = house.notices(order.no)[0].clone();
        assert_eq!(notice.state, NoticeState::Due, "{what}");
        assert_eq!(notice.last_error.as_ref().map(ToString::to_string).as_deref(), Some(error));
        assert_eq!(shop.calls().len(), 1, "{what}");
    }
    assert!(elsewhere.calls().is_empty(), "redirects are not followed");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listening_is_counted_and_tried_again() {
    let house = House::open().await;
    // Closed when this line is over: a server's task may go on listening for a moment.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (running, tally) = house.deliver_counted(quick());
    let order = house.pay(house.unpaid("T1", delivery(&format!("http://{nobody}/notify")))).await;
    house.until(order.no, "tried", |notice| notice.attempts == 1).await;
    let error = house.notices(order.no)[0].last_error.clone().expect("an error");
    assert_eq!(error.as_str(), "no connection");
    let failed: Vec<_> = tally.calls().into_iter().filter(|(_, number)| *number > 0).collect();
    assert_eq!(failed, [("no_connection", 1)], "whoever watches sees it");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_follow_the_ladder_and_end_after_the_eighth() {
    let (house, shop) = (House::open().await, Shop::open(Say::Answer(500, "")).await);
    let running = house.deliver(quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    for (made, wait_us) in NOTICE_LADDER_US.into_iter().enumerate() {
        house.until(order.no, "tried", |notice| notice.attempts as usize == made + 1).await;
        // Not a moment early.
        house.pass(wait_us - 1_000_000);
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(shop.calls().len(), made + 1);
        house.pass(1_001_000);
    }
    house
        .until(order.no, "given up", |notice| notice.state == NoticeState::GivenUp && notice.attempts == 8)
        .await;
    house.pass(48 * 60 * MINUTE_US);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let told: Vec<_> = shop.calls().iter().map(|call| call.members()).collect();
    assert_eq!(told.len(), 8);
    let distinct =
        |name: &str| told.iter().map(|members| members[name].clone()).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("notify_id"), distinct("notify_time"), distinct("gmt_payment")), (1, 8, 1));
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delivery_goes_on_after_a_restart() {
    let (house, shop) = (House::open().await, Shop::open(Say::Hang(Duration::from_secs(3))).await);
    let first = house.deliver(notify::Options { timeout: Duration::from_secs(3), ..quick() });
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    shop.until_calls(1).await;
    first.stop().await;
    assert_eq!(house.notices(order.no)[0].attempts, 0, "an attempt that was cut off is not counted");

    shop.say(Say::Answer(503, ""));
    let second = house.deliver(quick());
    house.until(order.no, "tried", |notice| notice.attempts == 1).await;
    second.stop().await;

    shop.say(SUCCESS);
    let third = house.deliver(quick());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(shop.calls().len(), 2, "not due yet");
    house.pass(4 * MINUTE_US + 1_000);
    house.until_delivered(order.no).await;
    let ids: BTreeSet<String> = shop.calls().iter().map(|call| call.members()["notify_id"].clone()).collect();
    let no: NoticeNo = house.notices(order.no)[0].no;
    assert_eq!(ids, BTreeSet::from([no.to_string()]));
    house.close(third).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_world_does_not_call_its_neighbours() {
    let (house, shop) = (House::of(false).await, Shop::open(SUCCESS).await);
    let running = house.deliver(quick());
    let by_name = format!("http://localhost:{}/notify", shop.port);
    for (number, url) in
        [shop.url(), by_name, "http://169.254.169.254/latest/meta-data/".to_owned()].iter().enumerate()
    {
        let order = house.pay(house.unpaid(&format!("T{number}"), delivery(url))).await;
        house.until(order.no, "counted", |notice| notice.attempts == 1).await;
        let error = house.notices(order.no)[0].last_error.clone().expect("an error");
        assert_eq!(
            error.as_str(),
            "not called: the address lies in a network that must not be called",
            "{url}"
        );
    }
    assert!(shop.calls().is_empty());
    house.close(running).await;
}
