//! Nonces that were used: a request of the v3 interface is taken once, as long as its timestamp lets it in.
//!
//! What is kept is a digest of 128 bits, keyed with chance of this process, until the request would be too old anyway.
//! Memory is bounded, for each app and in all, and what was seen is never dropped early: new requests are refused
//! instead. A restart forgets everything; methods repeat safely by the merchant's numbers.

use base::AppId;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

/// Nonces kept for one app: 1,000 calls a second for ten minutes, half of that where a nonce lives twenty, about 40 MB.
const OF_ONE_APP_MAX: usize = 600_000;
/// Nonces kept in all, about 160 MB.
const OF_ALL_MAX: usize = 2_400_000;
/// Nonces are forgotten together, so often: a queue of single ones would take as much memory as they do.
const FORGET_EVERY_US: i64 = 5_000_000;

const _: () = assert!(OF_ALL_MAX >= 2 * OF_ONE_APP_MAX);

/// Why a nonce is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NonceRefused {
    /// The app used it already.
    Seen,
    /// The app uses more than are kept.
    AppHasTooMany,
    /// All apps together use more than are kept.
    AllHaveTooMany,
}

/// The nonces of all apps.
pub(crate) struct Nonces {
    keys: [RandomState; 2],
    of_one_app_max: usize,
    of_all_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_app: HashMap<AppId, HashSet<u128>>,
    count: usize,
    /// What is forgotten at which time.
    leaving: BTreeMap<i64, Vec<(AppId, u128)>>,
}

impl Default for Nonces {
    fn default() -> Nonces {
        Nonces::bounded(OF_ONE_APP_MAX, OF_ALL_MAX)
    }
}

impl Nonces {
    fn bounded(of_one_app_max: usize, of_all_max: usize) -> Nonces {
        let (keys, kept) = ([RandomState::new(), RandomState::new()], Mutex::default());
        Nonces { keys, of_one_app_max, of_all_max, kept }
    }

    /// Takes an app's nonce; until `forget_at_us` it is not taken again.
    pub(crate) fn take(
        &self,
        app: AppId,
        nonce: &str,
        now_us: i64,
        forget_at_us: i64,
    ) -> Result<(), NonceRefused> {
        let [high, low] = self.keys.each_ref().map(|key| u128::from(key.hash_one(nonce)));
        let digest = high << 64 | low;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forget(now_us);
        let full = kept.count >= self.of_all_max;
        let of_app = kept.by_app.get(&app);
        if of_app.is_some_and(|seen| seen.contains(&digest)) {
            return Err(NonceRefused::Seen);
        }
        if of_app.is_some_and(|seen| seen.len() >= self.of_one_app_max) {
            return Err(NonceRefused::AppHasTooMany);
        }
        if full {
            return Err(NonceRefused::AllHaveTooMany);
        }
        kept.by_app.entry(app).or_default().insert(digest);
        kept.count += 1;
        // One step longer than the request is let in: other calls may look at the clock later and forget first.
        let leaves_at = forget_at_us.div_euclid(FORGET_EVERY_US) + 2;
        kept.leaving.entry(leaves_at).or_default().push((app, digest));
        Ok(())
    }
}

impl Kept {
    fn forget(&mut self, now_us: i64) {
        let now = now_us.div_euclid(FORGET_EVERY_US);
        while let Some(first) = self.leaving.first_entry().filter(|first| *first.key() <= now) {
            for (app, digest) in first.remove() {
                let Some(seen) = self.by_app.get_mut(&app) else { continue };
                self.count -= usize::from(seen.remove(&digest));
                if seen.is_empty() {
                    self.by_app.remove(&app);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: i64 = 1_000_000;

    fn app(number: u64) -> AppId {
        format!("{}", 9_021_000_000_000_000 + number).parse().unwrap()
    }

    #[test]
    fn a_nonce_is_taken_once_by_each_app_until_it_is_forgotten() {
        let nonces = Nonces::bounded(10, 20);
        let until_us = 600 * SECOND_US;
        assert_eq!(nonces.take(app(0), "a", 0, until_us), Ok(()));
        assert_eq!(nonces.take(app(1), "a", 0, until_us), Ok(()));
        assert_eq!(nonces.take(app(0), "b", 0, until_us), Ok(()));
        for at_us in [0, 1, until_us - 1, until_us] {
            assert_eq!(nonces.take(app(0), "a", at_us, until_us), Err(NonceRefused::Seen), "{at_us}");
        }
        let later_us = until_us + 2 * FORGET_EVERY_US;
        assert_eq!(nonces.take(app(0), "a", later_us, later_us + 1), Ok(()));
        let kept = nonces.kept.lock().unwrap();
        assert_eq!((kept.count, kept.by_app.len(), kept.leaving.len()), (1, 1, 1));
    }

    #[test]
    fn memory_is_bounded_and_no_app_takes_the_room_of_another() {
        let nonces = Nonces::bounded(2, 3);
        let take = |number, nonce: &str, now_us| nonces.take(app(number), nonce, now_us, now_us + SECOND_US);
        assert_eq!((take(0, "a", 0), take(0, "b", 0)), (Ok(()), Ok(())));
        assert_eq!(take(0, "c", 0), Err(NonceRefused::AppHasTooMany));
        assert_eq!(take(0, "a", 0), Err(NonceRefused::Seen));
        assert_eq!(take(1, "c", 0), Ok(()));
        assert_eq!(take(1, "d", 0), Err(NonceRefused::AllHaveTooMany));
        let later_us = SECOND_US + 2 * FORGET_EVERY_US;
        assert_eq!((take(0, "c", later_us), take(1, "d", later_us)), (Ok(()), Ok(())));
    }
}
