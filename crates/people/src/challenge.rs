//! Challenges: a code is sent to a phone or an e-mail address, and whoever knows it has the address.
//!
//! A row knows the address and the code by keyed digests only. Every try is counted before it is compared, in the same
//! decision; a right one makes a proof that one later decision uses up. Facts: domain reference 1.3.

use base::{DAY_US, Day, Field, MINUTE_US, Record, SECOND_US, Slot, Stamp, TimerNo};
use serde::{Deserialize, Serialize};

use crate::LoginName;

/// Keyed digest of a phone number or e-mail address, as it is compared.
pub type AddressDigest = [u8; 16];
/// Keyed digest of a code with its address and purpose, so that it is worth nothing elsewhere.
pub type CodeDigest = [u8; 16];

/// How long a code lives (customary: 5 minutes).
pub const CHALLENGE_LIFE_US: i64 = 5 * MINUTE_US;
/// How long a right code stands for the step it was given for.
pub const CHALLENGE_PROOF_LIFE_US: i64 = 5 * MINUTE_US;
/// Tries of one code.
pub const CHALLENGE_TRIES_MAX: u32 = 5;
/// Shortest time from one code to the next to the same address.
pub const RESEND_AFTER_US: i64 = 60 * SECOND_US;
/// Codes to one address in a day of China.
pub const SENDS_A_DAY_MAX: u32 = 10;

const _: () = assert!(RESEND_AFTER_US < CHALLENGE_LIFE_US);

/// What a code is sent for. It is worth nothing for anything else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ChallengePurpose {
    /// To open an account.
    Register,
    /// To sign in.
    SignIn,
    /// To set a new login password.
    LoginPassword,
    /// To set a new payment password.
    PayPassword,
    /// To give the account up.
    CloseAccount,
}

impl ChallengePurpose {
    /// Its name on the wire and in digests.
    pub const fn name(self) -> &'static str {
        match self {
            ChallengePurpose::Register => "register",
            ChallengePurpose::SignIn => "sign_in",
            ChallengePurpose::LoginPassword => "login_password",
            ChallengePurpose::PayPassword => "pay_password",
            ChallengePurpose::CloseAccount => "close_account",
        }
    }
}

/// Where a challenge stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ChallengeState {
    /// Sent; nobody named the right code yet.
    Open,
    /// The right code was named; one decision may use that.
    Proven,
    /// It was used.
    Used,
}

/// What happens to a challenge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChallengeEvent {
    /// The right code was named.
    Name,
    /// What it was sent for was done.
    Use,
}

/// The state after an event; `None` when it is not possible.
pub const fn challenge_next(state: ChallengeState, event: ChallengeEvent) -> Option<ChallengeState> {
    match (state, event) {
        (ChallengeState::Open, ChallengeEvent::Name) => Some(ChallengeState::Proven),
        (ChallengeState::Proven, ChallengeEvent::Use) => Some(ChallengeState::Used),
        // Nothing was proven.
        (ChallengeState::Open, ChallengeEvent::Use) => None,
        // A code works once.
        (ChallengeState::Proven | ChallengeState::Used, ChallengeEvent::Name) => None,
        (ChallengeState::Used, ChallengeEvent::Use) => None,
    }
}

/// The last code that was sent to an address, and how many were sent that day.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "challenge", key = 2)]
pub struct Challenge {
    /// The slot of the address: that of a party which signs in with it.
    pub slot: Slot,
    /// The address.
    pub address: AddressDigest,
    /// What the code is for.
    pub purpose: ChallengePurpose,
    /// Digest of the code.
    pub code: CodeDigest,
    /// Where it stands.
    pub state: ChallengeState,
    /// Tries of this code, counted before they were compared.
    pub tries: u32,
    /// The sequence of the stamp of the right try.
    pub proof: Option<u64>,
    /// When it was sent, microseconds UTC.
    pub sent_at_us: i64,
    /// When the code, or what it proved, is worth nothing any more, microseconds UTC.
    pub expires_at_us: i64,
    /// The day of China that `sends` counts.
    pub day: Day,
    /// Codes sent to the address that day.
    pub sends: u32,
    /// When the row is forgotten, microseconds UTC: not before the day is over and the code expired.
    pub forget_at_us: i64,
    /// The timer that forgets it.
    pub timer: TimerNo,
}

/// Why no code is sent. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenChallengeRefused {
    /// The address got its codes of today.
    #[error("no more codes today, until {until_us}")]
    TooMany {
        /// When the next day begins, microseconds UTC.
        until_us: i64,
    },
    /// The last code was sent a moment ago.
    #[error("the next code not before {until_us}")]
    TooSoon {
        /// When the next may be sent, microseconds UTC.
        until_us: i64,
    },
}

/// Why a code is not accepted. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TryChallengeRefused {
    /// No code was sent to this address for this, or it expired, or it was named before.
    #[error("no such code")]
    NoChallenge,
    /// It was tried too often.
    #[error("the code was tried too often")]
    Exhausted,
    /// It is another code.
    #[error("wrong code, {tries_left} tries left")]
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
}

/// How many codes the address got today, with the one that is asked for now.
///
/// # Errors
/// The budget of the address.
pub fn sends_with_next(before: Option<&Challenge>, now_us: i64) -> Result<u32, OpenChallengeRefused> {
    let today = Day::of(now_us);
    let Some(before) = before else { return Ok(1) };
    let sends = if before.day == today { before.sends } else { 0 };
    if sends >= SENDS_A_DAY_MAX {
        return Err(OpenChallengeRefused::TooMany { until_us: today.plus_days(1).begins_at_us() });
    }
    let until_us = before.sent_at_us.saturating_add(RESEND_AFTER_US);
    if now_us < until_us {
        return Err(OpenChallengeRefused::TooSoon { until_us });
    }
    Ok(sends + 1)
}

/// When the row of a code that is sent now is forgotten, microseconds UTC.
pub fn forget_at_us(now_us: i64) -> i64 {
    let tomorrow_us = Day::of(now_us).plus_days(1).begins_at_us();
    tomorrow_us.max(now_us.saturating_add(CHALLENGE_LIFE_US + CHALLENGE_PROOF_LIFE_US))
}

const _: () = assert!(CHALLENGE_LIFE_US + CHALLENGE_PROOF_LIFE_US < DAY_US);

/// Counts a try and compares it. What it gives first is the row to keep whatever the verdict is; nothing is to be kept
/// when there was nothing to try.
pub fn tried(
    challenge: Challenge,
    purpose: ChallengePurpose,
    code: &CodeDigest,
    stamp: Stamp,
) -> (Option<Challenge>, Result<u64, TryChallengeRefused>) {
    let is_live = challenge.purpose == purpose && stamp.at_us < challenge.expires_at_us;
    let Some(state) = challenge_next(challenge.state, ChallengeEvent::Name).filter(|_| is_live) else {
        return (None, Err(TryChallengeRefused::NoChallenge));
    };
    if challenge.tries >= CHALLENGE_TRIES_MAX {
        return (None, Err(TryChallengeRefused::Exhausted));
    }
    let tries = challenge.tries + 1;
    if !are_same(&challenge.code, code) {
        let tries_left = CHALLENGE_TRIES_MAX - tries;
        return (Some(Challenge { tries, ..challenge }), Err(TryChallengeRefused::Wrong { tries_left }));
    }
    let expires_at_us = stamp.at_us.saturating_add(CHALLENGE_PROOF_LIFE_US);
    let proof = Some(stamp.seq);
    (Some(Challenge { tries, state, proof, expires_at_us, ..challenge }), Ok(stamp.seq))
}

/// The challenge used up, when `proof` is what proved it for this purpose and that still stands.
pub fn used(challenge: &Challenge, purpose: ChallengePurpose, proof: u64, now_us: i64) -> Option<Challenge> {
    let is_right = challenge.purpose == purpose && challenge.proof == Some(proof);
    let state = challenge_next(challenge.state, ChallengeEvent::Use)?;
    (is_right && now_us < challenge.expires_at_us).then(|| Challenge { state, ..challenge.clone() })
}

/// Whether two digests are the same, in a time that does not tell where they part.
fn are_same(one: &CodeDigest, other: &CodeDigest) -> bool {
    one.iter().zip(other).fold(0, |parted, (one, other)| parted | (one ^ other)) == 0
}

/// The name that somebody with this address signs in with: rows, commands and the journal know no other.
pub fn login_of_address(address: &AddressDigest) -> LoginName {
    LoginName::new(&text_of_digest(DIGEST_MARK, address)).expect("34 characters are few enough")
}

/// A digest as a text: a mark, then its bytes in hexadecimal digits.
pub(crate) fn text_of_digest(mark: &str, digest: &[u8; 16]) -> String {
    let letters = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| {
        let digit = u32::from(digit);
        char::from_digit(digit, 16).unwrap_or('0')
    });
    mark.chars().chain(letters).collect()
}

/// What names of digests begin with; nobody may choose a name that does.
pub const DIGEST_MARK: &str = "h:";

/// What a party's login begins with once its address is somebody else's; its number follows.
pub const GONE_MARK: &str = "gone:";

/// The slot that everything about an address is decided in.
pub fn slot_of_address(address: &AddressDigest) -> Slot {
    Slot::of_text(login_of_address(address).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_goes_forward_once() {
        use ChallengeEvent::{Name, Use};
        use ChallengeState::{Open, Proven, Used};
        for (state, event, after) in [
            (Open, Name, Some(Proven)),
            (Open, Use, None),
            (Proven, Name, None),
            (Proven, Use, Some(Used)),
            (Used, Name, None),
            (Used, Use, None),
        ] {
            assert_eq!(challenge_next(state, event), after, "{state:?} {event:?}");
        }
    }

    #[test]
    fn an_address_is_a_name_of_hexadecimal_digits() {
        let mut address = [0; 16];
        address[0] = 0xa7;
        address[15] = 0x0f;
        assert_eq!(login_of_address(&address).as_str(), format!("h:a7{}0f", "0".repeat(28)));
        assert_eq!(slot_of_address(&address), Slot::of_text(login_of_address(&address).as_str()));
    }

    #[test]
    fn digests_are_compared_whole() {
        let one = [7; 16];
        for place in 0..16 {
            let mut other = one;
            other[place] ^= 128;
            assert!(!are_same(&one, &other), "{place}");
        }
        assert!(are_same(&one, &one));
    }
}
