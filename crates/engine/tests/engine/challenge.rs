//! Codes that are sent to addresses: counted before they are compared, for one purpose, once.

use crate::support::World;
use base::{DAY_US, MINUTE_US, SECOND_US, next_china_midnight_us};
use engine::{OpenChallenge, Reply, RunTimer, Table, TryChallenge};
use people::{Challenge, ChallengePurpose, OpenChallengeRefused, TryChallengeRefused, slot_of_address};

const ADDRESS: [u8; 16] = [3; 16];
const CODE: [u8; 16] = [8; 16];

fn open_for(world: &mut World, purpose: ChallengePurpose) -> Result<i64, OpenChallengeRefused> {
    match world.run(OpenChallenge { address: ADDRESS, purpose, code: CODE }).reply {
        Some(Reply::OpenChallenge(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

fn open(world: &mut World) -> Result<i64, OpenChallengeRefused> {
    open_for(world, ChallengePurpose::Register)
}

fn name_for(
    world: &mut World,
    purpose: ChallengePurpose,
    code: [u8; 16],
) -> Result<u64, TryChallengeRefused> {
    match world.run(TryChallenge { address: ADDRESS, purpose, code }).reply {
        Some(Reply::TryChallenge(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

fn name(world: &mut World, code: [u8; 16]) -> Result<u64, TryChallengeRefused> {
    name_for(world, ChallengePurpose::Register, code)
}

fn row(world: &World) -> Challenge {
    (*world.get::<Challenge>((slot_of_address(&ADDRESS), ADDRESS)).unwrap()).clone()
}

#[test]
fn a_code_is_tried_five_times_and_each_try_counts_first() {
    let mut world = World::new();
    assert_eq!(name(&mut world, CODE), Err(TryChallengeRefused::NoChallenge));
    open(&mut world).unwrap();
    for left in (0..5).rev() {
        assert_eq!(name(&mut world, [9; 16]), Err(TryChallengeRefused::Wrong { tries_left: left }));
        assert_eq!(row(&world).tries, 5 - left);
    }
    // The right one comes too late, and is not compared.
    assert_eq!(name(&mut world, CODE), Err(TryChallengeRefused::Exhausted));
    world.advance(MINUTE_US);
    open(&mut world).unwrap();
    assert!(name(&mut world, CODE).is_ok(), "a new code has tries of its own");
}

#[test]
fn a_right_code_is_right_once_for_its_purpose_and_in_time() {
    let mut world = World::new();
    open(&mut world).unwrap();
    for purpose in [
        ChallengePurpose::SignIn,
        ChallengePurpose::LoginPassword,
        ChallengePurpose::PayPassword,
        ChallengePurpose::CloseAccount,
    ] {
        assert_eq!(name_for(&mut world, purpose, CODE), Err(TryChallengeRefused::NoChallenge));
    }
    assert_eq!(row(&world).tries, 0, "what was sent for something else is not used up");
    let proof = name(&mut world, CODE).unwrap();
    assert_eq!(row(&world).proof, Some(proof));
    assert_eq!(name(&mut world, CODE), Err(TryChallengeRefused::NoChallenge), "it was named");
    world.advance(MINUTE_US);
    open(&mut world).unwrap();
    let sent_at_us = row(&world).sent_at_us;
    world.wall_us = sent_at_us + 5 * MINUTE_US - 1;
    name(&mut world, CODE).expect("five minutes are not over");
    world.advance(MINUTE_US);
    open(&mut world).unwrap();
    world.wall_us = row(&world).sent_at_us + 5 * MINUTE_US;
    assert_eq!(name(&mut world, CODE), Err(TryChallengeRefused::NoChallenge), "it is too old");
}

#[test]
fn an_address_gets_a_code_a_minute_and_ten_a_day() {
    let mut world = World::new();
    open(&mut world).unwrap();
    let sent_at_us = row(&world).sent_at_us;
    let soon = Err(OpenChallengeRefused::TooSoon { until_us: sent_at_us + 60 * SECOND_US });
    assert_eq!(open(&mut world), soon);
    assert_eq!(open_for(&mut world, ChallengePurpose::SignIn), soon, "whatever it is for");
    for _ in 1..10 {
        world.advance(MINUTE_US);
        open(&mut world).unwrap();
    }
    let until_us = next_china_midnight_us(world.wall_us);
    assert_eq!(open(&mut world), Err(OpenChallengeRefused::TooMany { until_us }), "before it is too soon");
    world.advance(MINUTE_US);
    assert_eq!(open(&mut world), Err(OpenChallengeRefused::TooMany { until_us }));
    world.wall_us = until_us;
    open(&mut world).unwrap();
    assert_eq!(row(&world).sends, 1, "a new day");
    assert_eq!(world.count(Table::Timer), 1, "one timer, however many codes were sent");
}

#[test]
fn what_was_sent_is_forgotten_after_its_day() {
    let mut world = World::new();
    open(&mut world).unwrap();
    name(&mut world, CODE).unwrap();
    world.advance(DAY_US);
    let due = world.due();
    assert_eq!(due.len(), 1);
    world.run(RunTimer { due_at_us: due[0].due_at_us, timer: due[0].no });
    assert_eq!((world.count(Table::Challenge), world.count(Table::Timer)), (0, 0));
}

#[test]
fn late_in_the_day_the_row_outlives_the_day_with_its_code() {
    let mut world = World::new();
    world.wall_us = next_china_midnight_us(world.wall_us) - SECOND_US;
    let expires_at_us = open(&mut world).unwrap();
    assert!(row(&world).forget_at_us > expires_at_us);
}
