//! The payment password: counted before it is compared, bound to one order.

use crate::script::check_in;
use engine::Reply;
use people::LOCK_US;

const PEOPLE: &str = "
    merchant shop
    person alice 5000.00
    person plain nopassword=y
    person gone
    status gone closed
    page T1 shop 30.00
    claim T1 alice
";

#[test]
fn every_refusal_of_a_password_has_a_row() {
    let played = check_in(
        PEOPLE,
        "
        try T1 nobody P0                        -> refused NoPassword
        try T1 plain P0                         -> refused NoPassword
        try T1 gone P0                          -> refused NoPassword
        judge alice P0 right                    -> refused NoAttempt
        judge nobody P0 right                   -> refused NoAttempt
        try T1 alice P1                         -> ok
        judge alice P1 right                    -> ok
        # Judged once.
        judge alice P1 right                    -> refused NoAttempt
        judge alice P1 wrong                    -> refused NoAttempt
        try T1 alice P2                         -> ok
        judge alice P2 wrong                    -> refused Wrong { tries_left: 2 }
        judge alice P2 right                    -> refused NoAttempt
        # It stays counted.
        try T1 alice P2                         -> ok
        judge alice P2 wrong                    -> refused Wrong { tries_left: 1 }
        confirm T1 alice P2                     -> refused ProofMissing
        try T1 alice P2                         -> ok
        judge alice P2 right                    -> ok
        try T1 alice P2
        advance 60s
        judge alice P2 right                    -> refused NoAttempt
        judge shop P2 right                     -> refused NoAttempt
    ",
    );
    assert!(played.last.is_some());
}

#[test]
fn three_wrong_tries_lock_for_three_hours() {
    let mut played = check_in(
        PEOPLE,
        "
        try T1 alice P1
    ",
    );
    let mut wrong = |line: &str, tries_left: u32| {
        played.play(&format!("{line} -> refused Wrong {{ tries_left: {tries_left} }}"));
    };
    wrong("judge alice P1 wrong", 2);
    played.play("try T1 alice P2");
    played.play("judge alice P2 wrong -> refused Wrong { tries_left: 1 }");
    played.play("try T1 alice P3");
    // The third try locked when it was reserved.
    let until_us = played.world.wall_us + LOCK_US;
    let locked = |reply: &Option<Reply>| match reply {
        Some(Reply::JudgePassword(Err(people::PasswordRefused::Locked { until_us })))
        | Some(Reply::TryPassword(Err(people::PasswordRefused::Locked { until_us }))) => *until_us,
        other => panic!("not locked: {other:?}"),
    };
    let credential = played
        .world
        .all::<people::Credential>()
        .find(|row| row.party == played.party("alice"))
        .unwrap()
        .clone();
    assert!((until_us..until_us + 1_000).contains(&credential.locked_until_us), "{credential:?}");
    let until_us = credential.locked_until_us;
    played.play(&format!("judge alice P3 wrong -> refused Locked {{ until_us: {until_us} }}"));
    assert_eq!(locked(&played.last), until_us);
    played.play(&format!("try T1 alice P4 -> refused Locked {{ until_us: {until_us} }}"));
    played.play("advance 179m");
    played.play(&format!("try T1 alice P4 -> refused Locked {{ until_us: {until_us} }}"));
    played.play(
        "
        advance 2m
        try T1 alice P4                         -> ok
        judge alice P4 right                    -> ok
        confirm T1 alice P4                     -> Paid
    ",
    );
}

#[test]
fn a_crowd_of_tries_is_no_more_than_three() {
    let mut played = check_in(
        PEOPLE,
        "
        try T1 alice P1                         -> ok
        try T1 alice P2                         -> ok
        try T1 alice P3                         -> ok
    ",
    );
    let credential = played
        .world
        .all::<people::Credential>()
        .find(|row| row.party == played.party("alice"))
        .unwrap()
        .clone();
    played.play(&format!(
        "
        try T1 alice P4                         -> refused Locked {{ until_us: {} }}
        # The last of them was right: the lock opens again.
        judge alice P3 right                    -> ok
        try T1 alice P5                         -> ok
        confirm T1 alice P3                     -> Paid
    ",
        credential.locked_until_us
    ));
}

#[test]
fn a_right_one_clears_the_count() {
    check_in(
        PEOPLE,
        "
        try T1 alice P1
        judge alice P1 wrong                    -> refused Wrong { tries_left: 2 }
        try T1 alice P2
        judge alice P2 right                    -> ok
        try T1 alice P3
        judge alice P3 wrong                    -> refused Wrong { tries_left: 2 }
    ",
    );
}

#[test]
fn tries_are_forgotten() {
    let mut played = check_in(
        PEOPLE,
        "
        try T1 alice P1
        try T1 alice P2
        judge alice P2 right
        advance 10m
        due                                     -> 0
        advance 61s
        due                                     -> 2
    ",
    );
    assert_eq!(played.world.count(engine::Table::Attempt), 0);
    played.play("confirm T1 alice P2 -> refused ProofMissing");
}

#[test]
fn a_proof_stands_for_ten_minutes_from_the_verdict() {
    let played = check_in(
        PEOPLE,
        "
        try T1 alice P1
        advance 59s
        judge alice P1 right                    -> ok
        advance 599s
        confirm T1 alice P1                     -> Paid
    ",
    );
    assert_eq!(played.world.count(engine::Table::Attempt), 0, "a proof is used up");
}

#[test]
fn another_s_proof_pays_nothing() {
    check_in(
        "
        merchant shop
        person alice 100.00 slot=3
        person bob 100.00 slot=3
        page T1 shop 30.00
        claim T1 alice
    ",
        "
        try T1 bob P1
        judge bob P1 right
        confirm T1 alice P1                     -> refused ProofMissing
        confirm T1 bob P1                       -> refused TradeNotFound
        judge alice P1 right                    -> refused NoAttempt
    ",
    );
}
