//! Payment passwords at the rim: the argon2id string that a row keeps, and the comparison.
//!
//! The password is mixed with a pepper that lies outside the database before it is hashed, so a stolen table holds
//! nothing to guess at. A comparison takes tens of milliseconds of one core and 19 MiB: [`Checker`] lets two run at
//! once and a bounded number wait, so that guessing cannot starve the pages.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use people::Verifier;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use world::{Secrets, World};

/// Memory of one hash, KiB (OWASP password storage, argon2id: 19 MiB with two passes).
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Digits of a payment password (domain rule: exactly six).
const DIGITS: usize = 6;
/// Comparisons that run at once.
const RUNNING_MAX: usize = 2;
/// Sign-ins that may be under way, waiting ones included: 64 of them take about two seconds.
const UNDER_WAY_MAX: usize = 64;

const _: () = assert!(UNDER_WAY_MAX >= 2 * RUNNING_MAX);

/// A payment password could not be hashed: the machine has not the memory for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the payment password could not be hashed")]
pub struct HashError;

/// Whether this can be a payment password: six ASCII digits.
pub fn is_well_formed(password: &str) -> bool {
    password.len() == DIGITS && password.bytes().all(|byte| byte.is_ascii_digit())
}

/// The costs of a password that somebody chose.
fn argon2id() -> Argon2<'static> {
    argon2id_at(MEMORY_KIB, PASSES)
}

fn argon2id_at(memory_kib: u32, passes: u32) -> Argon2<'static> {
    let params = Params::new(memory_kib, passes, LANES, None).expect("the costs are within argon2's ranges");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The argon2id string of a password, as rows keep it. `salt` is sixteen fresh random bytes. Blocks for tens of
/// milliseconds.
pub fn hash(secrets: &Secrets, password: &str, salt: [u8; 16]) -> Result<Verifier, HashError> {
    hash_with(&argon2id(), secrets, password, salt)
}

/// As [`hash`], for a password that a sandbox world was seeded with, at the least that argon2 can cost: such a password
/// stands in the open beside the books, so that making guesses dear would protect nobody and only make every new world
/// wait. The string says what it cost, and is compared at that. Any other world hashes at full cost.
pub fn hash_seeded(world: &World, password: &str, salt: [u8; 16]) -> Result<Verifier, HashError> {
    if !world.sandbox {
        return hash(&world.secrets, password, salt);
    }
    hash_with(&argon2id_at(Params::MIN_M_COST, Params::MIN_T_COST), &world.secrets, password, salt)
}

fn hash_with(
    argon2id: &Argon2<'_>,
    secrets: &Secrets,
    password: &str,
    salt: [u8; 16],
) -> Result<Verifier, HashError> {
    let peppered = secrets.peppered(password);
    let hash = argon2id.hash_password_with_salt(peppered.reveal(), &salt).map_err(|_| HashError)?;
    Verifier::new(&hash.to_string()).map_err(|_| HashError)
}

/// Whether the password is the one of this string, compared in constant time. A string of an unknown pepper or shape
/// matches nothing. Blocks for tens of milliseconds, or as long as the costs in the string take.
pub fn verify(secrets: &Secrets, verifier: &Verifier, pepper_version: u32, password: &str) -> bool {
    let peppered = secrets.peppered(password);
    let same = argon2id().verify_password(peppered.reveal().as_slice(), verifier.as_str()).is_ok();
    same && pepper_version == Secrets::PEPPER_VERSION
}

/// Too many sign-ins are under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Crowded;

/// Runs comparisons on threads of their own, a bounded number of them.
pub(crate) struct Checker {
    under_way: Arc<Semaphore>,
    running: Arc<Semaphore>,
    decoy: Verifier,
}

/// A place in the queue: taken before a try is counted, so that nobody loses a try to a crowd.
pub(crate) struct Place {
    running: Arc<Semaphore>,
    _held: OwnedSemaphorePermit,
}

impl Checker {
    /// `drawn` becomes the decoy that unknown names are compared with: salt and hash of a string of the full costs. A
    /// drawn hash is of no password that anybody could name, and costs whoever compares as much as a true one.
    pub(crate) fn new(drawn: [u8; 48]) -> Checker {
        let (salt, hash) = drawn.split_at(16);
        let [salt, hash] = [salt, hash].map(|part| STANDARD_NO_PAD.encode(part));
        let text = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}");
        let decoy = Verifier::new(&text).expect("as long as any other verifier");
        let (under_way, running) = (Semaphore::new(UNDER_WAY_MAX), Semaphore::new(RUNNING_MAX));
        Checker { under_way: Arc::new(under_way), running: Arc::new(running), decoy }
    }

    /// A string that no six digits match, for names that nobody has: they cost the same work.
    pub(crate) fn decoy(&self) -> Verifier {
        self.decoy.clone()
    }

    /// Makes the verifier of a new password, within the same bounds.
    pub(crate) async fn make(
        &self,
        world: Arc<World>,
        password: Secret<String>,
        salt: [u8; 16],
    ) -> Result<Verifier, HashError> {
        let running = self.running.clone().acquire_owned().await;
        let made = tokio::task::spawn_blocking(move || {
            let _place = running;
            hash(&world.secrets, password.reveal(), salt)
        });
        made.await.unwrap_or(Err(HashError))
    }

    /// Takes a place for one sign-in.
    pub(crate) fn queue(&self) -> Result<Place, Crowded> {
        let held = self.under_way.clone().try_acquire_owned().map_err(|_| Crowded)?;
        Ok(Place { running: self.running.clone(), _held: held })
    }
}

impl Place {
    /// Compares. A comparison that could not be run counts as wrong.
    pub(crate) async fn compare(
        self,
        world: Arc<World>,
        verifier: Verifier,
        pepper_version: u32,
        password: Secret<String>,
    ) -> bool {
        let running = self.running.clone().acquire_owned().await;
        let compared = tokio::task::spawn_blocking(move || {
            // Both places are given back when the work is done, also when nobody waits for it any more.
            let _places = (self, running);
            verify(&world.secrets, &verifier, pepper_version, password.reveal())
        });
        compared.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_with_the_right_pepper_matches() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let verifier = hash(&secrets, "739164", [1; 16]).unwrap();
        assert!(verifier.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{verifier}");
        assert!(verify(&secrets, &verifier, Secrets::PEPPER_VERSION, "739164"));
        assert!(!verify(&secrets, &verifier, Secrets::PEPPER_VERSION, "739165"));
        assert!(!verify(&secrets, &verifier, Secrets::PEPPER_VERSION + 1, "739164"));
        let other = Secrets::from_master(&[8; 32]).unwrap();
        assert!(!verify(&other, &verifier, Secrets::PEPPER_VERSION, "739164"));
        assert!(!verify(&secrets, &Verifier::new("739164").unwrap(), Secrets::PEPPER_VERSION, "739164"));
        assert_ne!(hash(&secrets, "739164", [2; 16]).unwrap(), verifier);
    }

    /// What a password costs is told by its string, so a name that nobody has must not be told from one that somebody
    /// has by the time that its comparison takes.
    #[test]
    fn the_decoy_is_a_string_of_full_costs_that_nothing_matches() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let (decoy, real) = (Checker::new([9; 48]).decoy(), hash(&secrets, "739164", [1; 16]).unwrap());
        assert_eq!(decoy.as_str().len(), real.as_str().len());
        let costs = |text: &Verifier| text.as_str().split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(costs(&decoy), costs(&real));
        assert!(!verify(&secrets, &decoy, Secrets::PEPPER_VERSION, "739164"));
    }

    #[test]
    fn a_payment_password_has_six_digits() {
        for (text, fits) in
            [("000000", true), ("12345", false), ("1234567", false), ("12345a", false), ("１２", false)]
        {
            assert_eq!(is_well_formed(text), fits, "{text}");
        }
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away_before_it_waits() {
        let checker = Checker::new([1; 48]);
        let places: Vec<Place> = (0..UNDER_WAY_MAX).map(|_| checker.queue().unwrap()).collect();
        assert_eq!(checker.queue().err(), Some(Crowded));
        drop(places);
        assert!(checker.queue().is_ok());
    }
}
