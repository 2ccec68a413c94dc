//! Names that nobody has are counted and locked like names that somebody has: otherwise the lock would tell a guesser
//! which names exist.

use base::Stamp;
use people::{Credential, PasswordRefused, TRIES_MAX, reserved};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Names remembered at once; the memory is dropped when it is full, and the ghosts are unlocked.
const NAMES_MAX: usize = 20_000;

/// Tries of names that nobody has, in memory only.
#[derive(Default)]
pub(crate) struct Ghosts {
    tries: Mutex<HashMap<String, Credential>>,
}

impl Ghosts {
    /// Counts a try of this name as the people's rule would. Gives the refusal that is due once the password was
    /// compared; the error is a lock that was there before, with which nothing is compared.
    pub(crate) fn count(
        &self,
        name: &str,
        blank: Credential,
        now_us: i64,
    ) -> Result<PasswordRefused, PasswordRefused> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= NAMES_MAX {
            tries.clear();
        }
        let known = tries.get(name).cloned().unwrap_or(blank);
        let credential = reserved(known, Stamp { at_us: now_us, seq: 0 })?;
        let refused = if credential.tries >= TRIES_MAX {
            PasswordRefused::Locked { until_us: credential.locked_until_us }
        } else {
            PasswordRefused::Wrong { tries_left: TRIES_MAX - credential.tries }
        };
        tries.insert(name.to_owned(), credential);
        Ok(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot};
    use people::{LOCK_US, Verifier};

    #[test]
    fn a_name_that_nobody_has_locks_at_the_third_try() {
        let party = PartyId::platform(Slot::PLATFORM);
        let verifier = Verifier::new("").unwrap();
        let (pepper_version, tries, locked_until_us) = (1, 0, 0);
        let blank =
            Credential { slot: party.slot(), party, verifier, pepper_version, tries, locked_until_us };
        let ghosts = Ghosts::default();
        let said: Vec<_> = (1..=4).map(|now_us| ghosts.count("nobody", blank.clone(), now_us)).collect();
        let locked = PasswordRefused::Locked { until_us: 3 + LOCK_US };
        let wrong = |tries_left| PasswordRefused::Wrong { tries_left };
        assert_eq!(said, [Ok(wrong(2)), Ok(wrong(1)), Ok(locked), Err(locked)]);
        assert_eq!(ghosts.count("other", blank.clone(), 5), Ok(wrong(2)));
        assert_eq!(ghosts.count("nobody", blank, 3 + LOCK_US), Ok(wrong(2)));
    }
}
