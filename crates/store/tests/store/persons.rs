//! The smallest and the largest rows of people.

use crate::samples::*;
use base::{Day, Slot, TimerNo};
use engine::Row;
use people::{Challenge, ChallengePurpose, ChallengeState};

/// Of every table a row with nothing in it and one with as much as fits.
pub(crate) fn extremes() -> Vec<Row> {
    let smallest = Challenge {
        slot: Slot::PLATFORM,
        address: [0; 16],
        purpose: ChallengePurpose::Register,
        code: [0; 16],
        state: ChallengeState::Open,
        tries: 0,
        proof: None,
        sent_at_us: i64::MIN,
        expires_at_us: i64::MIN,
        day: Day::of(0),
        sends: 0,
        forget_at_us: i64::MIN,
        timer: TimerNo::of(stamp(0), Slot::PLATFORM),
    };
    let largest = Challenge {
        slot: slot(99),
        address: [255; 16],
        purpose: ChallengePurpose::CloseAccount,
        code: [255; 16],
        state: ChallengeState::Used,
        tries: u32::MAX,
        proof: Some(i64::MAX.unsigned_abs()),
        sent_at_us: i64::MAX,
        expires_at_us: i64::MAX,
        day: Day::of(0),
        sends: u32::MAX,
        forget_at_us: i64::MAX,
        timer: TimerNo::of(stamp(1 << 50), slot(99)),
    };
    vec![row(smallest), row(largest)]
}
