//! The payment password: tries are counted before the comparison, so that no crowd of guessers gets more of them.
//!
//! The comparison itself (argon2id, with a pepper outside the database) happens at the rim, between two commands: the
//! first reserves the try and counts it as wrong, the second carries the verdict, which is bound to one order.
//! Rule: six digits; three wrong tries in a row lock for three hours.

use base::{HOUR_US, MINUTE_US, OrderNo, PartyId, Plant, Record, Slot, Stamp, Text, planted};

/// The stored form of a password: an argon2id string over the peppered password.
pub type Verifier = Text<200>;

/// Wrong tries in a row before the lock.
pub const TRIES_MAX: u32 = 3;
/// How long the lock lasts.
pub const LOCK_US: i64 = 3 * HOUR_US;
/// How long a reserved try may wait for its verdict.
pub const ATTEMPT_LIFE_US: i64 = MINUTE_US;
/// How long a right password stands for its order.
pub const PROOF_LIFE_US: i64 = 10 * MINUTE_US;

/// A party's payment password.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "credential", key = 2)]
pub struct Credential {
    /// The party's slot.
    pub slot: Slot,
    /// Whose it is.
    pub party: PartyId,
    /// What the rim compares with.
    pub verifier: Verifier,
    /// Which pepper the verifier was made with.
    pub pepper_version: u32,
    /// Tries since the last right one, counted when they are reserved.
    pub tries: u32,
    /// Locked until this moment, microseconds UTC; zero when never.
    pub locked_until_us: i64,
}

/// A try under way, or a right password that stands for one order.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "password_attempt", key = 3)]
pub struct Attempt {
    /// The party's slot.
    pub slot: Slot,
    /// Who tries.
    pub party: PartyId,
    /// The stamp's sequence of the reservation.
    pub no: u64,
    /// The order the password is meant for.
    pub about: OrderNo,
    /// Whether the password was right.
    pub proven: bool,
    /// When it is worth nothing any more, microseconds UTC.
    pub expires_at_us: i64,
}

/// Why a password is not accepted. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordRefused {
    /// The party does not exist, is closed, or has no payment password.
    #[error("no such party, or it has no payment password")]
    NoPassword,
    /// Too many wrong tries.
    #[error("locked until {until_us} after too many wrong tries")]
    Locked {
        /// When the lock opens, microseconds UTC.
        until_us: i64,
    },
    /// The verdict names a try that was never reserved, was judged before or waited too long.
    #[error("no such try")]
    NoAttempt,
    /// The password was wrong.
    #[error("wrong password, {tries_left} tries left")]
    Wrong {
        /// How many tries are left before the lock.
        tries_left: u32,
    },
    /// The password was right, and the operator froze the account: nobody signs in.
    #[error("the account is frozen")]
    Frozen,
}

/// Counts a try before it is compared. Refuses while locked; after the lock counting starts anew.
pub fn reserved(mut credential: Credential, stamp: Stamp) -> Result<Credential, PasswordRefused> {
    if stamp.at_us < credential.locked_until_us {
        return Err(PasswordRefused::Locked { until_us: credential.locked_until_us });
    }
    if credential.tries >= TRIES_MAX {
        credential.tries = 0;
    }
    credential.tries += u32::from(!planted(Plant::TriesNotCounted));
    if credential.tries >= TRIES_MAX {
        // The last try locks at once: a right password opens the lock again, a crash in between does not.
        credential.locked_until_us = stamp.at_us + LOCK_US;
    }
    Ok(credential)
}

/// The credential after a verdict: a right password clears the count.
pub fn judged(mut credential: Credential, right: bool) -> Credential {
    if right {
        credential.tries = 0;
        credential.locked_until_us = 0;
    }
    credential
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Credential {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let verifier = Text::new("$argon2id$").unwrap();
        Credential { slot: party.slot(), party, verifier, pepper_version: 1, tries: 0, locked_until_us: 0 }
    }

    fn at(at_us: i64) -> Stamp {
        Stamp { at_us, seq: 1 }
    }

    #[test]
    fn the_third_try_locks_for_three_hours_and_a_right_one_clears() {
        let mut credential = fresh();
        for _try in 0..3 {
            credential = reserved(credential, at(10)).unwrap();
        }
        let until_us = 10 + LOCK_US;
        assert_eq!(reserved(credential.clone(), at(11)), Err(PasswordRefused::Locked { until_us }));
        let cleared = judged(credential.clone(), true);
        assert!(reserved(cleared, at(11)).is_ok());
        let still = judged(credential, false);
        assert_eq!(reserved(still.clone(), at(until_us - 1)), Err(PasswordRefused::Locked { until_us }));
        assert_eq!(reserved(still, at(until_us)).unwrap().tries, 1);
    }
}
