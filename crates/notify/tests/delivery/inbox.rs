//! What developers can watch, take over, and ask for once more.

use crate::house::{House, delivery, key, quick};
use crate::shop::{SUCCESS, Say, Shop};
use notify::{Again, Forgery, Options, ResendRefused, Sent};
use std::collections::BTreeMap;
use std::time::Duration;
use trade::NoticeState;
use wire::canonical::notify_text;
use wire::charset::Charset;
use wire::params::Params;
use wire::sign::SignType;

/// Long enough for a busy machine; a letter ends the wait.
const WAIT: Duration = Duration::from_secs(20);

fn member(form: &str, name: &str) -> Option<String> {
    let params = Params::merge(None, Some(form.as_bytes()), Vec::new()).expect("a form");
    params.text(name, Charset::Utf8).expect("text")
}

/// Whether a letter bears the platform's signature.
fn is_right(form: &str) -> bool {
    let params = Params::merge(None, Some(form.as_bytes()), Vec::new()).expect("a form");
    let Some(sign) = member(form, "sign") else { return false };
    key().public_key().verify(SignType::Rsa2, &notify_text(params.iter()), &sign)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_kept_as_they_were_sent_with_how_they_ended() {
    let (house, shop) = (House::open().await, Shop::open(Say::Answer(500, "")).await);
    let (running, inbox, _) = house.deliver_watched(quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until(order.no, "tried", |notice| notice.attempts == 1).await;
    let letters = inbox.look(Some(house.app), 0);
    let [Sent { no: 1, post, to_listener: false, called: Some(called), .. }] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert_eq!(post.url, shop.url());
    assert_eq!(called.outcome.unwrap_err().to_string(), "answered with HTTP 500");
    assert!(is_right(&post.form));
    assert_eq!(member(&post.form, "out_trade_no").as_deref(), Some("T1"));
    assert!(inbox.look(None, 1).is_empty(), "nothing after the last");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_has_the_letter_in_the_address_s_place_and_its_answer_counts() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox, _) = house.deliver_watched(Options { timeout: WAIT, ..quick() });
    let pay = async |number| house.pay(house.unpaid(number, delivery(&shop.url()))).await;
    // A listener is there before the order is paid.
    let (letters, order) = tokio::join!(inbox.listen(Some(house.app), 0, WAIT), pay("T1"));
    assert_eq!(letters.len(), 1);
    assert!(letters[0].to_listener && letters[0].called.is_none());
    assert!(inbox.answer(letters[0].no, 200, b"success".to_vec()));
    assert!(!inbox.answer(letters[0].no, 200, b"success".to_vec()), "nobody waits any more");
    house.until(order.no, "delivered", |notice| notice.state == NoticeState::Delivered).await;
    // A wrong answer is no delivery, and none at all neither.
    let (letters, second) = tokio::join!(inbox.listen(None, letters[0].no, WAIT), pay("T2"));
    assert!(inbox.answer(letters[0].no, 200, b"ok".to_vec()));
    house.until(second.no, "tried", |notice| notice.attempts == 1).await;
    let error = house.notices(second.no)[0].last_error.clone().expect("an error");
    assert_eq!(error.as_str(), "answered HTTP 200, but the body is not `success`");
    running.stop().await;
    let (running, inbox, _) = house.deliver_watched(quick());
    // It counts from before: all the same it hears what waits.
    let (letters, third) = tokio::join!(inbox.listen(None, 99, WAIT), pay("T3"));
    assert_eq!(letters.len(), 1);
    house.until(third.no, "tried", |notice| notice.attempts == 1).await;
    let error = house.notices(third.no)[0].last_error.clone().expect("an error");
    assert_eq!(error.as_str(), "no answer within 1500 ms");
    assert!(shop.calls().is_empty(), "the address was never called");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_of_another_app_takes_nothing() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox, _) = house.deliver_watched(quick());
    let other = "9021000000999999".parse().expect("an app's id");
    assert!(inbox.listen(Some(other), 0, Duration::ZERO).await.is_empty());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until(order.no, "delivered", |notice| notice.state == NoticeState::Delivered).await;
    assert_eq!(shop.calls().len(), 1);
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_sent_again_changed_or_forged_and_never_counted() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox, resender) = house.deliver_watched(quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until(order.no, "delivered", |notice| notice.state == NoticeState::Delivered).await;
    let notice = house.notices(order.no)[0].clone();
    let changed = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let rows = [
        (Again::default(), true, order.total().to_string()),
        (Again { members: changed("total_amount", "0.02"), ..Again::default() }, true, "0.02".to_owned()),
        (Again { forgery: Some(Forgery::Unsigned), ..Again::default() }, false, order.total().to_string()),
        (Again { forgery: Some(Forgery::OtherKey), ..Again::default() }, false, order.total().to_string()),
        (Again { forgery: Some(Forgery::ChangedAfterSigning), ..Again::default() }, false, "0.01".to_owned()),
    ];
    for (asked, right, total) in rows {
        let what = format!("{asked:?}");
        let called = resender.send(&notice, asked).await.expect(&what);
        assert_eq!(called.outcome, Ok(()), "{what}");
        let form = inbox.look(None, 0).pop().expect("a letter").post.form;
        assert_eq!(is_right(&form), right, "{what}");
        assert_eq!(member(&form, "total_amount"), Some(total), "{what}");
        assert_eq!(member(&form, "notify_id"), Some(notice.no.to_string()), "{what}");
    }
    assert_eq!(shop.calls().len(), 6);
    assert_eq!(house.notices(order.no)[0].attempts, 1, "only the first is counted");
    let named = Again { members: changed("sign", "x"), ..Again::default() };
    assert_eq!(resender.send(&notice, named).await, Err(ResendRefused::SignatureNamed));
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_letters_are_kept() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox, resender) = house.deliver_watched(quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until(order.no, "delivered", |notice| notice.state == NoticeState::Delivered).await;
    let notice = house.notices(order.no)[0].clone();
    let unsigned = Again { forgery: Some(Forgery::Unsigned), ..Again::default() };
    for _letter in 0..1_000 {
        assert!(resender.send(&notice, unsigned.clone()).await.is_ok());
    }
    assert_eq!(inbox.look(None, 0)[0].no, 2, "the first of 1,001 is gone");
    assert_eq!(inbox.look(None, 0).len(), 100);
    assert_eq!(inbox.look(None, 1_000)[0].no, 1_001);
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_whose_sender_hung_up_ends_all_the_same() {
    let (house, shop) = (House::open().await, Shop::open(Say::Answer(500, "")).await);
    let (running, inbox, resender) = house.deliver_watched(quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until(order.no, "tried", |notice| notice.attempts == 1).await;
    let notice = house.notices(order.no)[0].clone();
    shop.say(Say::Hang(Duration::from_secs(3)));
    let asked = tokio::spawn(async move { resender.send(&notice, Again::default()).await });
    shop.until_calls(2).await;
    asked.abort();
    let began = std::time::Instant::now();
    while inbox.look(None, 1)[0].called.is_none() {
        assert!(began.elapsed() < WAIT, "it is under way for ever");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    house.close(running).await;
}
