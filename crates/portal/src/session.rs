//! Who is signed in on which page, in memory only: a restart signs everybody out, and nothing is lost by it.
//!
//! A session is bound to one party and one purpose (one order, or the wallet), is drawn new at every sign-in and lives
//! ten minutes, as long as the password proof that it stands for. What a device of `/api/v1` proved for its pay codes
//! is kept here as well, so that it ends with all else.

use crate::chance;
use crate::portal::Portal;
use crate::sign_in::Proof;
use aws_lc_rs::hmac;
use base::{OrderNo, PartyId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use people::PROOF_LIFE_US;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sessions kept at once; the oldest go first. Each needed a right password.
const SESSIONS_MAX: usize = 100_000;

/// What a session may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// Pay this order.
    Order(OrderNo),
    /// Look into the wallet and show a pay code.
    Wallet,
    /// Say yes to apps.
    Authorize,
    /// Draw pay codes for the device of this number, which is signed in by itself.
    PayCodes(u64),
}

/// A signed-in party.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Session {
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Who signed in.
    pub(crate) party: PartyId,
    /// The try of the payment password that was right.
    pub(crate) attempt: u64,
    /// Whether that try was used up, so that the next payment needs another. A sign-in by passkey pays nothing.
    pub(crate) spent: bool,
    /// The passkey that signed in, by its number: the session ends with it.
    pub(crate) passkey: Option<u64>,
    /// What the session is called where its secret id must not stand.
    pub(crate) no: u64,
    /// When it ends, microseconds UTC.
    pub(crate) expires_at_us: i64,
}

/// All sessions, by their secret id.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<String, Session>>,
    /// When all of a party were ended: what was proven before that and comes late begins none. Kept as long as a proof.
    ended: Mutex<HashMap<PartyId, i64>>,
    /// Passkeys that were removed, and when: a session that one of them began and that comes late is none.
    removed: Mutex<HashMap<(PartyId, u64), i64>>,
    /// The number of the last session.
    last: AtomicU64,
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session for what was proven, and gives its id.
    pub(crate) fn begin(&self, purpose: Purpose, proof: Proof, now_us: i64) -> String {
        self.begin_as(chance::token(), purpose, proof, now_us)
    }

    /// Remembers what a device proved for its pay codes, in the place of what it proved before. It is found by the
    /// device, which has a token of its own: the id is no secret, and opens no page.
    pub(crate) fn begin_of_device(&self, device: u64, proof: Proof, now_us: i64) {
        self.begin_as(id_of_device(proof.party, device), Purpose::PayCodes(device), proof, now_us);
    }

    fn begin_as(&self, id: String, purpose: Purpose, proof: Proof, now_us: i64) -> String {
        let Proof { party, attempt, since_us, passkey } = proof;
        // Held until the session is listed: else all could be ended between the two, and this one go on.
        let ended = self.ended();
        if ended.get(&party).is_some_and(|ended_at_us| since_us <= *ended_at_us) {
            return id;
        }
        let removed = self.removed();
        if passkey.is_some_and(|passkey| removed.contains_key(&(party, passkey))) {
            return id;
        }
        let mut open = self.open();
        if open.len() >= SESSIONS_MAX {
            let mut ends: Vec<i64> = open.values().map(|session| session.expires_at_us).collect();
            let (_, median, _) = ends.select_nth_unstable(SESSIONS_MAX / 2);
            let median = *median;
            open.retain(|_, session| session.expires_at_us > median.max(now_us));
        }
        let expires_at_us = now_us + PROOF_LIFE_US;
        let (spent, no) = (passkey.is_some(), self.last.fetch_add(1, Ordering::Relaxed));
        open.insert(id.clone(), Session { purpose, party, attempt, spent, passkey, no, expires_at_us });
        drop((ended, removed));
        id
    }

    /// The session of this id, when it is alive and for this purpose.
    pub(crate) fn find(&self, id: &str, purpose: Purpose, now_us: i64) -> Option<Session> {
        self.open().get(id).copied().filter(|found| found.purpose == purpose && now_us < found.expires_at_us)
    }

    /// What a device proved for its pay codes, while that stands.
    pub(crate) fn of_device(&self, party: PartyId, device: u64, now_us: i64) -> Option<Session> {
        self.find(&id_of_device(party, device), Purpose::PayCodes(device), now_us)
    }

    /// Notes that the try of a session was used up.
    pub(crate) fn spend(&self, id: &str) {
        if let Some(session) = self.open().get_mut(id) {
            session.spent = true;
        }
    }

    fn ended(&self) -> MutexGuard<'_, HashMap<PartyId, i64>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all sessions of a party, also those that are about to begin.
    pub(crate) fn end_all(&self, party: PartyId, now_us: i64) {
        let mut ended = self.ended();
        ended.retain(|_, ended_at_us| now_us < ended_at_us.saturating_add(PROOF_LIFE_US));
        ended.insert(party, now_us);
        drop(ended);
        self.open().retain(|_, session| session.party != party);
    }

    fn removed(&self) -> MutexGuard<'_, HashMap<(PartyId, u64), i64>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the sessions that a passkey began, also those that are about to begin.
    pub(crate) fn end_of_passkey(&self, party: PartyId, passkey: u64, now_us: i64) {
        let mut removed = self.removed();
        removed.retain(|_, removed_at_us| now_us < removed_at_us.saturating_add(PROOF_LIFE_US));
        removed.insert((party, passkey), now_us);
        drop(removed);
        self.open().retain(|_, session| session.party != party || session.passkey != Some(passkey));
    }

    /// How many are alive.
    fn alive(&self, now_us: i64) -> usize {
        self.open().values().filter(|session| now_us < session.expires_at_us).count()
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.open().remove(id);
    }

    /// Ends what a device proved for its pay codes.
    pub(crate) fn end_of_device(&self, party: PartyId, device: u64) {
        self.end(&id_of_device(party, device));
    }
}

impl Portal {
    /// How many pages and devices are signed in, for whoever watches.
    pub fn sessions_alive(&self) -> usize {
        self.sessions.alive(self.door.now_us())
    }
}

/// Under which id a device's proof is kept. No drawn id has a space.
fn id_of_device(party: PartyId, device: u64) -> String {
    format!("device {party} {device}")
}

/// Makes and checks the hidden token that proves a form was served by us to the browser that sends it.
pub(crate) struct Seals {
    key: hmac::Key,
}

impl Seals {
    /// With a key that lives as long as the process.
    pub(crate) fn new() -> Seals {
        Seals { key: hmac::Key::new(hmac::HMAC_SHA256, &chance::bytes::<32>()) }
    }

    /// The token of a form, bound to a cookie that only its browser has.
    pub(crate) fn token(&self, form: &str, cookie: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, format!("{form}\n{cookie}").as_bytes()))
    }

    /// Whether the token is right, compared in constant time.
    pub(crate) fn is_right(&self, token: &str, form: &str, cookie: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(token) else { return false };
        hmac::verify(&self.key, format!("{form}\n{cookie}").as_bytes(), &tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Stamp};

    fn order(at_us: i64) -> Purpose {
        Purpose::Order(OrderNo::of(Stamp { at_us, seq: 1 }, Slot::PLATFORM))
    }

    #[test]
    fn a_session_serves_its_purpose_for_ten_minutes() {
        let sessions = Sessions::default();
        let party = PartyId::platform(Slot::PLATFORM);
        let proof = Proof { party, attempt: 9, since_us: 100, passkey: None };
        let id = sessions.begin(order(1), proof, 100);
        assert_eq!(sessions.find(&id, order(1), 100).map(|session| session.attempt), Some(9));
        assert_eq!(sessions.find(&id, order(2), 100), None);
        assert_eq!(sessions.find(&id, Purpose::Wallet, 100), None);
        assert_eq!(sessions.find("guess", order(1), 100), None);
        assert!(sessions.find(&id, order(1), 99 + PROOF_LIFE_US).is_some());
        assert_eq!(sessions.find(&id, order(1), 100 + PROOF_LIFE_US), None);
        let alive = [99, 100].map(|after_us| sessions.alive(after_us + PROOF_LIFE_US));
        assert_eq!(alive, [1, 0], "who is signed out is not counted");
        assert_ne!(sessions.begin(order(1), proof, 100), id);
        sessions.end(&id);
        assert_eq!(sessions.find(&id, order(1), 100), None);
    }

    #[test]
    fn a_new_password_ends_all_pages_of_its_owner_and_those_that_come_late() {
        let sessions = Sessions::default();
        let (party, other) = (PartyId::platform(Slot::PLATFORM), PartyId::issue(1, Slot::PLATFORM).unwrap());
        let proof = |party, since_us| Proof { party, attempt: 9, since_us, passkey: None };
        let ids = [party, other].map(|party| sessions.begin(Purpose::Wallet, proof(party, 100), 100));
        sessions.end_all(party, 200);
        assert_eq!(sessions.find(&ids[0], Purpose::Wallet, 200), None);
        assert!(sessions.find(&ids[1], Purpose::Wallet, 200).is_some(), "another's");
        let late = sessions.begin(Purpose::Wallet, proof(party, 200), 201);
        assert_eq!(sessions.find(&late, Purpose::Wallet, 201), None, "begun with the old password");
        let anew = sessions.begin(Purpose::Wallet, proof(party, 201), 202);
        assert!(sessions.find(&anew, Purpose::Wallet, 202).is_some());
    }

    #[test]
    fn a_passkey_that_is_removed_ends_its_pages_and_those_that_come_late() {
        let sessions = Sessions::default();
        let party = PartyId::platform(Slot::PLATFORM);
        let proof = |passkey| Proof { party, attempt: 9, since_us: 100, passkey };
        let ids = [Some(1), Some(2), None].map(|key| sessions.begin(Purpose::Wallet, proof(key), 100));
        sessions.end_of_passkey(party, 1, 200);
        let found = ids.map(|id| sessions.find(&id, Purpose::Wallet, 200).map(|session| session.spent));
        assert_eq!(found, [None, Some(true), Some(false)], "a sign-in by passkey pays nothing");
        let late = sessions.begin(Purpose::Wallet, proof(Some(1)), 201);
        assert_eq!(sessions.find(&late, Purpose::Wallet, 201), None);
    }

    #[test]
    fn what_a_device_proved_is_its_own_opens_no_page_and_ends_with_all_else() {
        let sessions = Sessions::default();
        let (party, other) = (PartyId::platform(Slot::PLATFORM), PartyId::issue(1, Slot::PLATFORM).unwrap());
        let proof =
            |since_us: i64| Proof { party, attempt: since_us.unsigned_abs(), since_us, passkey: None };
        let attempt =
            |party, device, now_us| sessions.of_device(party, device, now_us).map(|session| session.attempt);
        sessions.begin_of_device(7, proof(100), 100);
        assert_eq!(attempt(party, 7, 100), Some(100));
        assert_eq!((attempt(party, 8, 100), attempt(other, 7, 100)), (None, None));
        assert_eq!(sessions.find(&id_of_device(party, 7), Purpose::Wallet, 100), None);
        assert_eq!(attempt(party, 7, 100 + PROOF_LIFE_US), None, "ten minutes");
        sessions.begin_of_device(7, proof(200), 200);
        assert_eq!(attempt(party, 7, 99 + PROOF_LIFE_US), Some(200), "the newer one counts");
        sessions.end_of_device(party, 7);
        assert_eq!(attempt(party, 7, 200), None);
        sessions.begin_of_device(7, proof(300), 300);
        sessions.end_all(party, 400);
        assert_eq!(attempt(party, 7, 400), None);
        sessions.begin_of_device(7, proof(400), 401);
        assert_eq!(attempt(party, 7, 401), None, "what was proven before and comes late");
    }

    #[test]
    fn nothing_ends_between_the_look_and_the_listing_of_a_session() {
        let sessions = Sessions::default();
        let proof =
            Proof { party: PartyId::platform(Slot::PLATFORM), attempt: 9, since_us: 100, passkey: None };
        std::thread::scope(|threads| {
            let listing = sessions.open();
            threads.spawn(|| sessions.begin(Purpose::Wallet, proof, 100));
            // The thread cannot list its session; once it looked, nobody may end it.
            let mut held = 0;
            for _bounded in 0..10_000 {
                held = if sessions.ended.try_lock().is_err() { held + 1 } else { 0 };
                if held == 20 {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            drop(listing);
            assert_eq!(held, 20, "what was ended is not held while a session is listed");
        });
    }

    #[test]
    fn a_form_token_fits_its_form_and_cookie_only() {
        let seals = Seals::new();
        let token = seals.token("pay", "cookie");
        assert!(seals.is_right(&token, "pay", "cookie"));
        for (token, form, cookie) in [
            ("", "pay", "cookie"),
            (token.as_str(), "pay2", "cookie"),
            (token.as_str(), "pay", "other"),
            ("%%%", "pay", "cookie"),
        ] {
            assert!(!seals.is_right(token, form, cookie));
        }
        assert!(!Seals::new().is_right(&token, "pay", "cookie"));
    }
}
