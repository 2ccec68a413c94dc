//! Challenges: a code that was sent to an address, tried, and used up by what it was sent for.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{Day, Slot};
use people::{
    AddressDigest, CHALLENGE_LIFE_US, Challenge, ChallengePurpose, ChallengeState, CodeDigest,
    OpenChallengeRefused, SENDS_A_DAY_MAX, TryChallengeRefused, forget_at_us, sends_with_next,
    slot_of_address, tried, used,
};
use serde::{Deserialize, Serialize};
use trade::{Timer, TimerTask};

/// Notes that a code is sent to an address; an earlier one is worth nothing from then on. The rim sends the code once
/// this is durable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenChallenge {
    /// The address.
    pub address: AddressDigest,
    /// What the code is for.
    pub purpose: ChallengePurpose,
    /// Keyed digest of the code.
    pub code: CodeDigest,
}

impl OpenChallenge {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

/// Gives the moment at which the code expires, microseconds UTC.
pub(crate) fn open_challenge(
    rows: &mut Rows<'_>,
    command: &OpenChallenge,
) -> Result<Next<i64>, Stop<OpenChallengeRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let before = rows.get::<Challenge>((slot, command.address))?;
    let sends = sends_with_next(before.as_deref(), now_us).map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    if let Some(before) = before {
        rows.delete::<Timer>((slot, before.forget_at_us, before.timer));
    }
    let OpenChallenge { address, purpose, code } = command.clone();
    let (forget_at_us, expires_at_us) = (forget_at_us(now_us), now_us + CHALLENGE_LIFE_US);
    let timer = rows.after(forget_at_us, |timer| {
        timer.task = TimerTask::ForgetCode;
        timer.code = Some(address);
    });
    let (state, tries, proof, day) = (ChallengeState::Open, 0, None, Day::of(now_us));
    rows.put(Challenge {
        slot,
        address,
        purpose,
        code,
        state,
        tries,
        proof,
        sent_at_us: now_us,
        expires_at_us,
        day,
        sends,
        forget_at_us,
        timer,
    });
    Ok(Next::Answer(expires_at_us))
}

/// Tries a code. That it was tried stands whatever the verdict is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TryChallenge {
    /// The address.
    pub address: AddressDigest,
    /// What the code is to be for.
    pub purpose: ChallengePurpose,
    /// Keyed digest of what was typed.
    pub code: CodeDigest,
}

impl TryChallenge {
    pub(crate) fn slot(&self) -> Slot {
        slot_of_address(&self.address)
    }
}

/// A proof whose owner said to be somebody else: no more is sent to the address that day. Guesses in all are counted
/// beside the login password.
pub(crate) fn guessed(used: Challenge) -> Challenge {
    Challenge { sends: SENDS_A_DAY_MAX, ..used }
}

/// Gives the number of the proof, which one command uses up.
pub(crate) fn try_challenge(
    rows: &mut Rows<'_>,
    command: &TryChallenge,
) -> Result<Next<u64>, Stop<TryChallengeRefused>> {
    let slot = rows.slot();
    let Some(challenge) = rows.get::<Challenge>((slot, command.address))? else {
        return Stop::because(TryChallengeRefused::NoChallenge);
    };
    let (after, verdict) = tried((*challenge).clone(), command.purpose, &command.code, rows.stamp());
    match (after, verdict) {
        (Some(after), Ok(proof)) => {
            rows.put(after);
            Ok(Next::Answer(proof))
        }
        (Some(after), Err(refused)) => {
            rows.put(after);
            Err(Stop::Noted(refused))
        }
        (None, Err(refused)) => Stop::because(refused),
        (None, Ok(_)) => Err(Stop::Fault(Fault("a right code left no proof".to_owned()))),
    }
}
/// The challenge of an address as it is once `proof` was used for this; `None` when that proves nothing. The caller
/// puts it when it does what was proven.
pub(crate) fn prove(
    rows: &mut Rows<'_>,
    address: AddressDigest,
    purpose: ChallengePurpose,
    proof: u64,
) -> Result<Option<Challenge>, Fault> {
    let challenge = rows.get::<Challenge>((rows.slot(), address))?;
    Ok(challenge.and_then(|challenge| used(&challenge, purpose, proof, rows.now_us())))
}
