//! Who is signed in on which page, in memory only: a restart signs everybody out, and nothing is lost by it.
//!
//! A session is bound to one party and one purpose (one order, or the wallet), is drawn new at every sign-in and lives
//! ten minutes, as long as the password proof that it stands for.

use crate::chance;
use aws_lc_rs::hmac;
use base::{OrderNo, PartyId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use people::PROOF_LIFE_US;
use std::collections::HashMap;
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
    /// Whether that try was used up, so that the next payment needs another.
    pub(crate) spent: bool,
    /// When it ends, microseconds UTC.
    pub(crate) expires_at_us: i64,
}

/// All sessions, by their secret id.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session and gives its id.
    pub(crate) fn begin(&self, purpose: Purpose, party: PartyId, attempt: u64, now_us: i64) -> String {
        let id = chance::token();
        let mut open = self.open();
        if open.len() >= SESSIONS_MAX {
            let mut ends: Vec<i64> = open.values().map(|session| session.expires_at_us).collect();
            let (_, median, _) = ends.select_nth_unstable(SESSIONS_MAX / 2);
            let median = *median;
            open.retain(|_, session| session.expires_at_us > median.max(now_us));
        }
        let expires_at_us = now_us + PROOF_LIFE_US;
        open.insert(id.clone(), Session { purpose, party, attempt, spent: false, expires_at_us });
        id
    }

    /// The session of this id, when it is alive and for this purpose.
    pub(crate) fn find(&self, id: &str, purpose: Purpose, now_us: i64) -> Option<Session> {
        self.open().get(id).copied().filter(|found| found.purpose == purpose && now_us < found.expires_at_us)
    }

    /// Notes that the try of a session was used up.
    pub(crate) fn spend(&self, id: &str) {
        if let Some(session) = self.open().get_mut(id) {
            session.spent = true;
        }
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.open().remove(id);
    }
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
        let id = sessions.begin(order(1), party, 9, 100);
        assert_eq!(sessions.find(&id, order(1), 100).map(|session| session.attempt), Some(9));
        assert_eq!(sessions.find(&id, order(2), 100), None);
        assert_eq!(sessions.find(&id, Purpose::Wallet, 100), None);
        assert_eq!(sessions.find("guess", order(1), 100), None);
        assert!(sessions.find(&id, order(1), 99 + PROOF_LIFE_US).is_some());
        assert_eq!(sessions.find(&id, order(1), 100 + PROOF_LIFE_US), None);
        assert_ne!(sessions.begin(order(1), party, 9, 100), id);
        sessions.end(&id);
        assert_eq!(sessions.find(&id, order(1), 100), None);
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
