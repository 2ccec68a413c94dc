//! The first moment at which a time is over, to the microsecond. A chain's steps are a microsecond apart.

use crate::script::{Script, check, cny};
use base::DAY_US;
use trade::{CANCEL_WINDOW_US, PayCode, REFUND_WINDOW_US};

const PEOPLE: &str = "
    merchant shop 100.00
    person alice 5000.00
";

/// Plays `before`, takes the moment from the world, and asks `line` `early` microseconds before that moment.
fn at(before: &str, moment: fn(&Script) -> i64, early: i64, line: &str) {
    let mut played = check(&format!("{PEOPLE}\n{before}"));
    played.world.wall_us = moment(&played) - early;
    played.play(line);
}

fn expiry(played: &Script) -> i64 {
    played.order("T1").expires_at_us
}

#[test]
fn a_code() {
    let until = |played: &Script| played.world.all::<PayCode>().next().unwrap().expires_at_us;
    at("code alice A1", until, 2, "pay T1 shop A1 1.00 -> paid Paid");
    at("code alice A1", until, 1, "pay T1 shop A1 1.00 -> refused Pay(CodeInvalid)");
}

#[test]
fn an_order() {
    let page = "page T1 shop 1.00";
    at(page, expiry, 3, "claim T1 alice -> WaitBuyerPay");
    at(page, expiry, 0, "claim T1 alice -> refused AlreadyClosed");
    at(page, expiry, 1, "page T1 shop 1.00 -> Offered");
    at(page, expiry, 0, "page T1 shop 1.00 -> refused AlreadyClosed");
    at(page, expiry, 1, "timer T1 -> ok\nlook T1 -> Offered");
    at(page, expiry, 0, "timer T1 -> ok\nlook T1 -> Closed");
    let mut played = check(PEOPLE);
    let now = played.world.wall_us + 1_000_000;
    played.world.wall_us = now;
    played.play("page T1 shop 1.00 expires=0s -> refused ExpiryPassed");
    assert_eq!(cny("1.00").minor().units(), 100);
}

#[test]
fn money_under_way() {
    let ready = "
        page T1 shop 1.00 timeout=5m
        claim T1 alice
        advance 4m
        try T1 alice P1
        judge alice P1 right
    ";
    at(ready, expiry, 2, "confirm T1 alice P1 -> Paid");
    at(ready, expiry, 1, "confirm T1 alice P1 -> refused AlreadyClosed\nbalance alice -> 5000.00");
}

#[test]
fn a_qr_code() {
    let until = |played: &Script| played.order("T1").code_expires_at_us.unwrap();
    at("precreate T1 shop 1.00", until, 1, "claim T1 alice code -> WaitBuyerPay");
    at("precreate T1 shop 1.00", until, 0, "claim T1 alice code -> refused CodeExpired");
    at("precreate T1 shop 1.00", until, 0, "claim T1 alice -> WaitBuyerPay");
}

#[test]
fn a_password() {
    let until = |played: &Script| played.world.all::<people::Attempt>().next().unwrap().expires_at_us;
    let tried = "page T1 shop 1.00\nclaim T1 alice\ntry T1 alice P1";
    at(tried, until, 1, "judge alice P1 right -> ok");
    at(tried, until, 0, "judge alice P1 right -> refused NoAttempt");
    let proven = "page T1 shop 1.00\nclaim T1 alice\ntry T1 alice P1\njudge alice P1 right";
    at(proven, until, 1, "confirm T1 alice P1 -> Paid");
    at(proven, until, 0, "confirm T1 alice P1 -> refused ProofMissing");
}

#[test]
fn the_windows_after_payment() {
    let paid = "code alice A1\npay T1 shop A1 1.00";
    let cancel = |played: &Script| played.order("T1").paid_at_us.unwrap() + CANCEL_WINDOW_US;
    let refund = |played: &Script| played.order("T1").paid_at_us.unwrap() + REFUND_WINDOW_US;
    at(paid, cancel, 1, "cancel T1 shop -> refund Closed");
    at(paid, cancel, 0, "cancel T1 shop -> refused TooLate");
    at(paid, refund, 1, "cancel T1 shop -> refused TooLate");
    at(paid, refund, 0, "cancel T1 shop -> refused Finished");
    at(paid, refund, 1, "refund T1 shop 1.00 -> moved Closed 1.00");
    at(paid, refund, 0, "refund T1 shop 1.00 -> refused Finished");
    assert_eq!((CANCEL_WINDOW_US, REFUND_WINDOW_US), (DAY_US, 365 * DAY_US));
}
