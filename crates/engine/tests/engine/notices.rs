//! Notices: in the decision of what they tell, and the ladder of their attempts.

use crate::script::{Script, check, check_in};
use base::{MINUTE_US, Text};
use engine::NoticeTried;
use trade::{NOTICE_LADDER_US, Notice, NoticeEvent, NoticeState};

const PAID: &str = "
    merchant shop 10.00
    person alice 5000.00
    code alice A1
    pay T1 shop A1 100.00
";

fn notices(played: &Script) -> Vec<Notice> {
    played.world.all::<Notice>().map(|notice| (**notice).clone()).collect()
}

#[test]
fn a_notice_is_written_with_what_it_tells() {
    let played = check_in(
        PAID,
        "
        refund T1 shop 30.00 R1
        refund T1 shop 70.00 R2
        page T2 shop 5.00
        claim T2 alice
        close T2 shop
        page T3 shop 5.00 silent=y
        claim T3 alice
        close T3 shop
        notices T3                              -> \u{20}
        notices T1                              -> Paid 0.00, Refunded R1 30.00, Refunded R2 100.00 closed
        notices T2                              -> Closed 0.00 closed
    ",
    );
    let order = played.order("T1");
    let all = notices(&played);
    let [paid, part, rest, closed] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((paid.event, paid.happened_at_us), (NoticeEvent::Paid, order.paid_at_us.unwrap()));
    assert_eq!((rest.event, rest.happened_at_us), (NoticeEvent::Refunded, order.closed_at_us.unwrap()));
    assert_eq!(closed.happened_at_us, played.order("T2").closed_at_us.unwrap());
    for notice in [paid, part, rest, closed] {
        assert_eq!((notice.slot, notice.app), (order.slot, played.apps[&played.party("shop")]));
        assert_eq!(notice.url.as_str(), "https://shop.example/notify");
        assert_eq!(
            (notice.state, notice.attempts, notice.next_at_us),
            (NoticeState::Due, 0, Some(notice.happened_at_us))
        );
        assert_eq!(notice.no.at_us(), notice.happened_at_us, "written by the decision itself");
    }
}

#[test]
fn a_cancel_and_an_expiry_tell_too() {
    check_in(
        PAID,
        "
        cancel T1 shop
        page T2 shop 5.00 timeout=1m
        page T3 shop 5.00 timeout=1m
        claim T2 alice
        advance 60s
        due
        notices T2                              -> Closed 0.00 closed
        # Nobody took it up: for the world it never was.
        notices T3                              -> \u{20}
    ",
    );
}

#[test]
fn eight_attempts_over_a_day_then_it_is_given_up() {
    let mut played = check(PAID);
    let no = notices(&played)[0].no;
    let failed = |attempts_before| NoticeTried {
        notice: no,
        attempts_before,
        delivered: false,
        error: Some(Text::new("500").unwrap()),
    };
    for (attempt, wait) in NOTICE_LADDER_US.iter().enumerate() {
        played.world.run(failed(attempt as u32));
        let notice = notices(&played)[0].clone();
        let next = notice.next_at_us.expect("another attempt");
        assert_eq!((notice.state, notice.attempts), (NoticeState::Due, attempt as u32 + 1));
        assert!(
            (played.world.wall_us..played.world.wall_us + MINUTE_US).contains(&(next - wait)),
            "{notice:?}"
        );
        assert_eq!(notice.last_error.as_ref().map(|error| error.as_str()), Some("500"));
        played.world.wall_us = next;
    }
    played.world.run(failed(7));
    let notice = notices(&played)[0].clone();
    assert_eq!((notice.state, notice.attempts, notice.next_at_us), (NoticeState::GivenUp, 8, None));
    let before = played.world.rows.clone();
    played.world.run(NoticeTried { notice: no, attempts_before: 8, delivered: true, error: None });
    assert!(before == played.world.rows, "given up is the end");
}

#[test]
fn a_late_word_about_an_earlier_attempt_is_ignored() {
    let mut played = check(PAID);
    let no = notices(&played)[0].no;
    let word =
        |attempts_before, delivered| NoticeTried { notice: no, attempts_before, delivered, error: None };
    played.world.run(word(0, false));
    let before = played.world.rows.clone();
    played.world.run(word(0, true));
    played.world.run(word(0, false));
    assert!(before == played.world.rows);
    played.world.run(word(1, true));
    let notice = notices(&played)[0].clone();
    assert_eq!((notice.state, notice.attempts, notice.next_at_us), (NoticeState::Delivered, 2, None));
    let before = played.world.rows.clone();
    played.world.run(word(2, false));
    assert!(before == played.world.rows, "delivered is the end");
}

#[test]
fn a_word_about_a_notice_that_is_not_there_changes_nothing() {
    let mut played = check(PAID);
    let order = played.order("T1");
    let no = base::NoticeNo::from_number(order.no.number()).unwrap();
    let before = played.world.rows.clone();
    assert!(
        played
            .world
            .run(NoticeTried { notice: no, attempts_before: 0, delivered: true, error: None })
            .is_accepted()
    );
    assert!(before == played.world.rows);
}
