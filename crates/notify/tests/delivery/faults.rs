//! Letters that fail on request: sent twice, late or overtaken, and never lost.

use crate::house::{House, START_US, delivery};
use crate::shop::{SUCCESS, Shop};
use notify::{Inbox, LetterKind, Sent};
use std::sync::Arc;
use trade::NoticeEvent;
use world::{Faults, Rule};

fn faults(fault: &str) -> Arc<Faults> {
    let faults = Arc::new(Faults::default());
    let fault = fault.parse().expect("a fault");
    faults.set(Rule::once(fault, None), START_US).expect("it can stand");
    faults
}

/// The letters, once there are so many that have ended.
async fn letters(inbox: &Inbox, count: usize) -> Vec<Sent> {
    for _ in 0..2_000 {
        let letters = inbox.look(None, 0);
        if letters.len() >= count && letters.iter().all(|letter| letter.called.is_some()) {
            return letters;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?}", inbox.look(None, 0));
}

/// Until the letter that the rule is for was looked at.
async fn used_up(rules: &Faults) {
    for _ in 0..2_000 {
        if rules.is_quiet() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no letter came");
}

fn kinds(letters: &[Sent]) -> Vec<&'static str> {
    letters.iter().map(|letter| letter.kind.name()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_is_the_same_letter_again_and_is_not_counted() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox) = house.deliver_failing(faults("notify-duplicate"));
    let inbox = inbox.expect("a sandbox world has one");
    let first = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    let sent = letters(&inbox, 2).await;
    assert_eq!(kinds(&sent), ["usual", "duplicate"]);
    assert_eq!((&sent[0].post, sent[0].notice), (&sent[1].post, sent[1].notice));
    house.until(first.no, "counted once", |notice| notice.attempts == 1).await;
    assert!(inbox.is_told(first.no, 0) && inbox.is_told(first.no, 1) && !inbox.is_told(first.no, 2));
    // The next goes once.
    let second = house.pay(house.unpaid("T2", delivery(&shop.url()))).await;
    house.until_delivered(second.no).await;
    assert_eq!(kinds(&letters(&inbox, 3).await), ["usual", "duplicate", "usual"]);
    assert_eq!(inbox.last(), 3);
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_letter_of_the_same_order_goes_first() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let rules = faults("notify-reorder");
    let (running, inbox) = house.deliver_failing(rules.clone());
    let inbox = inbox.expect("a sandbox world has one");
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    // It is held: nothing goes until there is another one.
    used_up(&rules).await;
    assert!(inbox.look(None, 0).is_empty());
    house.refund(order.no, 100, "R1").await;
    let sent = letters(&inbox, 2).await;
    assert_eq!(kinds(&sent), ["usual", "reordered"]);
    assert!(sent[0].notice > sent[1].notice, "the refund before the payment");
    house.until_delivered(order.no).await;
    let events: Vec<_> =
        house.notices(order.no).iter().map(|notice| (notice.event, notice.attempts)).collect();
    assert_eq!(events, [(NoticeEvent::Refunded, 1), (NoticeEvent::Paid, 1)]);
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_letter_lets_others_pass_and_arrives() {
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let rules = faults("notify-delay:3");
    let (running, inbox) = house.deliver_failing(rules.clone());
    let inbox = inbox.expect("a sandbox world has one");
    let late = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    // It is this one that the rule is for.
    used_up(&rules).await;
    let other = house.pay(house.unpaid("T2", delivery(&shop.url()))).await;
    let sent = letters(&inbox, 2).await;
    let orders: Vec<_> = sent.iter().map(|letter| (letter.order, letter.kind.name())).collect();
    assert_eq!(orders, [(other.no, "usual"), (late.no, "delayed")]);
    house.until_delivered(late.no).await;
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_world_sends_as_ever() {
    let house = House::of(false).await;
    let rules = faults("notify-delay:30");
    let (running, inbox) = house.deliver_failing(rules.clone());
    assert!(inbox.is_none(), "a live world keeps no letters");
    // An address that a live world does not call: the attempt is made at once, and counted.
    let order = house.pay(house.unpaid("T1", delivery("http://127.0.0.1:9/"))).await;
    house.until(order.no, "tried", |notice| notice.attempts == 1).await;
    assert!(!rules.is_quiet(), "the rule was not looked at");
    house.close(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_that_were_asked_for_say_how() {
    use notify::{Again, Forgery};
    let (house, shop) = (House::open().await, Shop::open(SUCCESS).await);
    let (running, inbox, resender) = house.deliver_watched(crate::house::quick());
    let order = house.pay(house.unpaid("T1", delivery(&shop.url()))).await;
    house.until_delivered(order.no).await;
    let notice = house.notices(order.no)[0].clone();
    let members = [("total_amount".to_owned(), "0.01".to_owned())].into();
    for again in [
        Again::default(),
        Again { members, ..Again::default() },
        Again { forgery: Some(Forgery::Unsigned), ..Again::default() },
    ] {
        resender.send(&notice, again).await.expect("sent");
    }
    let kinds: Vec<LetterKind> = inbox.look(None, 0).into_iter().map(|letter| letter.kind).collect();
    let changed = LetterKind::Changed(vec!["total_amount".to_owned()]);
    assert_eq!(kinds, [LetterKind::Usual, LetterKind::Again, changed, LetterKind::Forged(Forgery::Unsigned)]);
    house.close(running).await;
}
