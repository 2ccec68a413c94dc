//! Signing in: the login password of a person, its tries, and when the person was seen last.
//!
//! The rule of tries is that of the payment password: counted before the comparison, three wrong ones in a row lock
//! for three hours. A code that was sent to the address opens the lock.

use base::{DAY_US, Day, PartyId, Record, Slot, Stamp};

use crate::password::{ATTEMPT_LIFE_US, Credential, PasswordRefused, Verifier, judged, reserved};

/// How long nobody signed in before somebody who proves the address may take it over: by then a number that was given
/// up is somebody else's (customary: 90 days).
pub const DORMANT_US: i64 = 90 * DAY_US;
/// Wrong guesses, with a code, of whose account it is, before the login password has to be right again. Who knows area,
/// birthday and sex of a person has some five hundred identity numbers to try, one a day: five are one chance in a
/// hundred, and an owner makes none.
pub const GUESSES_MAX: u32 = 5;
/// Changes of the payment password in a day of China.
pub const PASSWORD_CHANGES_A_DAY_MAX: u32 = 3;

/// A person's login password.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "sign_in", key = 2)]
pub struct SignIn {
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
    /// The last try that was reserved: its stamp's sequence; zero when none.
    pub tried: u64,
    /// When that was, microseconds UTC.
    pub tried_at_us: i64,
    /// The last try that was judged right; zero when none.
    pub judged: u64,
    /// When the person signed in last or opened the account, microseconds UTC.
    pub seen_at_us: i64,
    /// The day of China that `changes` counts.
    pub changed_day: Day,
    /// Changes of the payment password that day.
    pub changes: u32,
    /// Wrong guesses, with a code, of whose account it is, since its owner signed in last.
    pub guesses: u32,
}

impl SignIn {
    /// Of an account that is opened now.
    pub fn fresh(party: PartyId, verifier: Verifier, pepper_version: u32, now_us: i64) -> SignIn {
        SignIn {
            slot: party.slot(),
            party,
            verifier,
            pepper_version,
            tries: 0,
            locked_until_us: 0,
            tried: 0,
            tried_at_us: 0,
            judged: 0,
            seen_at_us: now_us,
            changed_day: Day::of(now_us),
            changes: 0,
            guesses: 0,
        }
    }

    fn credential(&self) -> Credential {
        Credential {
            slot: self.slot,
            party: self.party,
            verifier: self.verifier.clone(),
            pepper_version: self.pepper_version,
            tries: self.tries,
            locked_until_us: self.locked_until_us,
        }
    }

    fn with(self, counted: Credential) -> SignIn {
        SignIn { tries: counted.tries, locked_until_us: counted.locked_until_us, ..self }
    }

    /// With a try counted before it is compared.
    ///
    /// # Errors
    /// While it is locked.
    pub fn reserved(self, stamp: Stamp) -> Result<SignIn, PasswordRefused> {
        let counted = reserved(self.credential(), stamp)?;
        Ok(SignIn { tried: stamp.seq, tried_at_us: stamp.at_us, ..self.with(counted) })
    }

    /// After a try was judged right. A try is judged once, none after a later one, and in time.
    ///
    /// # Errors
    /// When there is no such try.
    pub fn proven(self, attempt: u64, now_us: i64) -> Result<SignIn, PasswordRefused> {
        let is_open = self.judged < attempt && attempt <= self.tried;
        if !is_open || now_us >= self.tried_at_us.saturating_add(ATTEMPT_LIFE_US) {
            return Err(PasswordRefused::NoAttempt);
        }
        let cleared = judged(self.credential(), true);
        Ok(SignIn { judged: attempt, seen_at_us: now_us, guesses: 0, ..self.with(cleared) })
    }

    /// After the address was proven by a code: the lock opens, and tries under way are worth nothing.
    pub fn seen(self, now_us: i64) -> SignIn {
        let (cleared, judged) = (judged(self.credential(), true), self.tried);
        SignIn { judged, seen_at_us: now_us, guesses: 0, ..self.with(cleared) }
    }

    /// After somebody who proved the address said to be another person than the owner.
    pub fn guessed(self) -> SignIn {
        SignIn { guesses: self.guesses.saturating_add(1), ..self }
    }

    /// Whether codes open nothing any more before the login password was right.
    pub fn is_guessed_out(&self) -> bool {
        self.guesses >= GUESSES_MAX
    }

    /// Whether nobody signed in for so long that the address may be somebody else's by now.
    pub fn is_dormant(&self, now_us: i64) -> bool {
        now_us.saturating_sub(self.seen_at_us) >= DORMANT_US
    }

    /// With one more change of the payment password counted; `None` when there were enough that day.
    pub fn with_change(self, now_us: i64) -> Option<SignIn> {
        let today = Day::of(now_us);
        let before = if self.changed_day == today { self.changes } else { 0 };
        let (changed_day, changes) = (today, before + 1);
        (before < PASSWORD_CHANGES_A_DAY_MAX).then_some(SignIn { changed_day, changes, ..self })
    }
}
