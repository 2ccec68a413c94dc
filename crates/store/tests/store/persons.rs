//! The smallest and the largest rows of people.

use crate::samples::*;
use base::{Day, PartyId, Slot, TimerNo};
use engine::Row;
use people::{Challenge, ChallengePurpose, ChallengeState, Profile, SignIn};

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
    let mut rows = vec![row(smallest), row(largest)];
    rows.extend(persons());
    rows
}

fn persons() -> Vec<Row> {
    let (nobody, last) = (PartyId::platform(Slot::PLATFORM), party(9_999_999_999, 99));
    let blob: Vec<u8> = (0..=u8::MAX).cycle().take(500).collect();
    vec![
        row(Profile {
            slot: Slot::PLATFORM,
            party: nobody,
            data_key: [0; 16],
            address: None,
            sealed_address: Vec::new(),
            sealed_name: None,
            sealed_id_number: None,
            erased_at_us: None,
        }),
        row(Profile {
            slot: slot(99),
            party: last,
            data_key: [255; 16],
            address: Some([255; 16]),
            sealed_address: blob.clone(),
            sealed_name: Some(blob.clone()),
            sealed_id_number: Some(blob),
            erased_at_us: Some(i64::MAX),
        }),
        row(SignIn::fresh(nobody, text(""), 0, 0)),
        row(SignIn {
            verifier: text(&"𝕏".repeat(200)),
            tries: u32::MAX,
            locked_until_us: i64::MAX,
            tried: i64::MAX.unsigned_abs(),
            tried_at_us: i64::MAX,
            judged: i64::MAX.unsigned_abs(),
            seen_at_us: i64::MIN,
            changes: u32::MAX,
            ..SignIn::fresh(last, text(""), u32::MAX, 0)
        }),
    ]
}
