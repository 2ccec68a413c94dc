//! Challenges that wait for a passkey: each is worth one answer within five minutes, to whoever asked for it and for
//! what it was asked. In memory only: after a restart one asks again.

use super::budget::Budget;
use super::passkey_news::Copies;
use crate::chance;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::session::Session;
use axum::http::StatusCode;
use base::{MINUTE_US, PartyId};
use people::{Device, ShownAct};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyAuthentication, PasskeyRegistration, Url, Webauthn, WebauthnBuilder,
};

/// How long a challenge waits, microseconds.
const CHALLENGE_LIFE_US: i64 = 5 * MINUTE_US;
/// Challenges of signing in that wait at once: whoever asks for one is a stranger, and may thirty times in ten minutes.
const WAITING_MAX: usize = 50_000;
/// Challenges of one kind that a session has at once: as many windows as somebody pays in.
const OF_SESSION_MAX: usize = 8;
/// Sessions whose challenges are kept before those that are over are thrown away.
const SESSIONS_KEPT: usize = 1_000;

/// What the site is called where people choose a passkey.
const SITE_NAME: &str = "通宝 Tongbao";

/// The address of this machine under which browsers know passkeys.
const HOME: &str = "localhost";

/// Challenges of strangers, by the id that their answer names.
struct Waiting<T> {
    open: Mutex<HashMap<String, (i64, T)>>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Waiting<T> {
        Waiting { open: Mutex::default() }
    }
}

impl<T> Waiting<T> {
    /// Keeps a challenge and gives its id; `None` when too many wait.
    fn put(&self, what: T, now_us: i64) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= WAITING_MAX {
            open.retain(|_, (until_us, _)| now_us < *until_us);
        }
        if open.len() >= WAITING_MAX {
            return None;
        }
        let id = chance::token();
        open.insert(id.clone(), (now_us.saturating_add(CHALLENGE_LIFE_US), what));
        Some(id)
    }

    /// Takes a challenge: whatever comes of its answer, there is no second one.
    fn take(&self, id: &str, now_us: i64) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(id).filter(|(until_us, _)| now_us < *until_us).map(|(_, what)| what)
    }
}

/// Challenges of those who are signed in: a few a session, the last it asked for, so that nobody takes another's place.
struct OfSessions<T> {
    open: Mutex<HashMap<Asker, VecDeque<OfSession<T>>>>,
}

struct OfSession<T> {
    id: String,
    until_us: i64,
    what: T,
}

impl<T> Default for OfSessions<T> {
    fn default() -> OfSessions<T> {
        OfSessions { open: Mutex::default() }
    }
}

impl<T> OfSessions<T> {
    /// Keeps a challenge, in the place of the session's oldest when it has enough, and gives its id.
    fn put(&self, asker: Asker, what: T, now_us: i64) -> String {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= SESSIONS_KEPT && open.len().is_power_of_two() {
            open.retain(|_, own| own.iter().any(|one| now_us < one.until_us));
        }
        let (id, until_us) = (chance::token(), now_us.saturating_add(CHALLENGE_LIFE_US));
        let own = open.entry(asker).or_default();
        own.truncate(OF_SESSION_MAX - 1);
        own.push_front(OfSession { id: id.clone(), until_us, what });
        id
    }

    /// Takes a session's challenge: whatever comes of its answer, there is no second one.
    fn take(&self, asker: Asker, id: &str, now_us: i64) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get_mut(&asker)?;
        let place = own.iter().position(|one| one.id == id)?;
        let taken = own.remove(place)?;
        if own.is_empty() {
            open.remove(&asker);
        }
        (now_us < taken.until_us).then_some(taken.what)
    }
}

/// Which session asked, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Through {
    /// One of `/api/v1`.
    Device(u64),
    /// One of the pages.
    Page(u64),
}

/// Who asked for a challenge: a session, so that no other one answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Asker {
    pub(super) party: PartyId,
    through: Through,
}

impl Asker {
    /// A session of `/api/v1`.
    pub(crate) fn device(device: &Device) -> Asker {
        Asker { party: device.party, through: Through::Device(device.no) }
    }

    /// A session of the pages.
    pub(crate) fn page(session: &Session) -> Asker {
        Asker { party: session.party, through: Through::Page(session.no) }
    }
}

/// A new passkey that is about to be added, by somebody who proved both passwords.
pub(super) struct Adding {
    /// The number of the try of the login password.
    pub(super) since: u64,
    pub(super) state: PasskeyRegistration,
}

/// An act of somebody who is signed in, that waits for its passkey.
pub(super) struct Confirming {
    pub(super) state: PasskeyAuthentication,
    pub(super) act: ShownAct,
    /// Whether an order's code was scanned.
    pub(super) by_code: bool,
}

/// An act on a page where nobody is signed in: whoever has the passkey does it.
pub(super) struct Agreeing {
    pub(super) state: DiscoverableAuthentication,
    pub(super) act: ShownAct,
    /// The token of the form that asked, which is of one page in one browser.
    pub(super) form: String,
}

/// All challenges that wait.
#[derive(Default)]
pub(crate) struct Ceremonies {
    adding: OfSessions<Adding>,
    signing_in: Waiting<DiscoverableAuthentication>,
    confirming: OfSessions<Confirming>,
    agreeing: Waiting<Agreeing>,
    /// What strangers may ask for.
    pub(super) budget: Budget,
    /// Keys that somebody has a copy of.
    pub(super) copies: Copies,
}

fn kept(id: Option<String>) -> Result<String, SandboxError> {
    id.ok_or_else(super::crowded)
}

impl Ceremonies {
    pub(super) fn begin_adding(&self, asker: Asker, adding: Adding, now_us: i64) -> String {
        self.adding.put(asker, adding, now_us)
    }

    pub(super) fn added(&self, id: &str, asker: Asker, now_us: i64) -> Result<Adding, SandboxError> {
        self.adding.take(asker, id, now_us).ok_or_else(wrong)
    }

    pub(super) fn begin_signing_in(
        &self,
        state: DiscoverableAuthentication,
        now_us: i64,
    ) -> Result<String, SandboxError> {
        kept(self.signing_in.put(state, now_us))
    }

    pub(super) fn signed_in(
        &self,
        id: &str,
        now_us: i64,
    ) -> Result<DiscoverableAuthentication, SandboxError> {
        self.signing_in.take(id, now_us).ok_or_else(wrong)
    }

    pub(super) fn begin_confirming(&self, asker: Asker, confirming: Confirming, now_us: i64) -> String {
        self.confirming.put(asker, confirming, now_us)
    }

    pub(super) fn confirmed(&self, id: &str, asker: Asker, now_us: i64) -> Result<Confirming, SandboxError> {
        self.confirming.take(asker, id, now_us).ok_or_else(wrong)
    }

    pub(super) fn begin_agreeing(&self, agreeing: Agreeing, now_us: i64) -> Result<String, SandboxError> {
        kept(self.agreeing.put(agreeing, now_us))
    }

    /// What was asked by this form for this very act.
    pub(super) fn agreed(
        &self,
        id: &str,
        form: &str,
        act: &ShownAct,
        now_us: i64,
    ) -> Result<Agreeing, SandboxError> {
        let waiting = self.agreeing.take(id, now_us);
        waiting.filter(|agreeing| agreeing.form == form && agreeing.act == *act).ok_or_else(wrong)
    }
}

/// Whatever is wrong with an answer, one refusal.
pub(super) fn wrong() -> SandboxError {
    let message = "the passkey proves nothing here: its challenge is unknown, over or another's, or the key is not \
                   one of the account; ask for a new challenge";
    SandboxError::new(StatusCode::FORBIDDEN, "wrong_passkey", message)
}

/// The site that passkeys are bound to: the address that the platform tells, which is of HTTPS, or this machine.
pub(super) fn site(portal: &Portal) -> Result<Webauthn, SandboxError> {
    relying_party(&portal.world.base_url).ok_or_else(|| {
        let message = "passkeys need an address of HTTPS with a name, or http://localhost: see --base-url";
        SandboxError::conflict("no_passkeys_here", message)
    })
}

/// Where pages with passkeys are: the name that they are bound to, and the address under which it works.
pub(crate) fn home(portal: &Portal) -> Option<(String, String)> {
    let site = relying_party(&portal.world.base_url)?;
    let origin = site.get_allowed_origins().first()?.clone();
    Some((origin.domain()?.to_owned(), origin.origin().ascii_serialization()))
}

/// The origin of an address, as browsers write it: without a path, and without the port that its scheme has anyway.
pub(crate) fn origin_of(base_url: &str) -> String {
    match Url::parse(base_url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => base_url.to_owned(),
    }
}

fn relying_party(base_url: &str) -> Option<Webauthn> {
    let mut url = Url::parse(base_url).ok()?;
    // Browsers know passkeys of names only, so a number of this machine stands for its name.
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    if host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()) {
        url.set_host(Some(HOME)).ok()?;
    }
    let name = url.domain()?.to_owned();
    if url.scheme() != "https" && name != HOME {
        return None;
    }
    WebauthnBuilder::new(&name, &url).ok()?.rp_name(SITE_NAME).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_eight_challenges_and_takes_no_place_of_another() {
        let waiting = OfSessions::default();
        let party = PartyId::platform(base::Slot::PLATFORM);
        let asker = |no| Asker { party, through: Through::Page(no) };
        let other = Asker { party, through: Through::Device(1) };
        let elsewhere = waiting.put(other, 3, 0);
        assert_eq!(waiting.take(asker(1), &elsewhere, 0), None, "a page is no device of its number");
        assert_eq!(waiting.take(other, &elsewhere, 0), Some(3));
        let first = waiting.put(asker(1), 1, 0);
        let other = waiting.put(asker(2), 2, 0);
        assert_eq!(waiting.take(asker(2), &first, 0), None, "another session's");
        let last: Vec<String> = (0..8).map(|n| waiting.put(asker(1), n, 0)).collect();
        assert_eq!(waiting.take(asker(1), &first, 0), None, "the oldest made room");
        assert_eq!(waiting.take(asker(1), &last[0], CHALLENGE_LIFE_US), None, "too late");
        assert_eq!(waiting.take(asker(1), &last[1], 0), Some(1));
        assert_eq!(waiting.take(asker(1), &last[1], 0), None, "once");
        assert_eq!(waiting.take(asker(2), &other, 0), Some(2));
        for device in 3..3_003 {
            waiting.put(asker(device), 0, CHALLENGE_LIFE_US);
        }
        assert_eq!(waiting.open.lock().unwrap().len(), 3_000, "what is over is thrown away");
    }

    #[test]
    fn a_challenge_is_answered_once_and_within_five_minutes() {
        let waiting = Waiting::default();
        let id = waiting.put(7, 0).unwrap();
        assert_eq!(waiting.take("guess", 1), None);
        assert_eq!(waiting.take(&id, CHALLENGE_LIFE_US - 1), Some(7));
        assert_eq!(waiting.take(&id, 1), None, "once");
        let id = waiting.put(8, 0).unwrap();
        assert_eq!(waiting.take(&id, CHALLENGE_LIFE_US), None, "late");
    }

    #[test]
    fn what_nobody_is_signed_in_for_is_done_by_its_own_form_as_it_was_shown() {
        let ceremonies = Ceremonies::default();
        let site = relying_party("http://localhost").unwrap();
        let party = PartyId::platform(base::Slot::PLATFORM);
        let about = base::OrderNo::of(base::Stamp { at_us: 1, seq: 0 }, base::Slot::PLATFORM);
        let yuan = |minor| money::Money::from_minor(minor, money::Currency::Cny).unwrap();
        let (kind, amount, payee, card) = (people::ActKind::Sign, yuan(3_000), party, None);
        let act = ShownAct { kind, about, payee, amount, card, delay_us: 0 };
        let less = ShownAct { amount: yuan(2_999), ..act };
        let freeze = ShownAct { kind: people::ActKind::Freeze, ..act };
        for (form, shown, is_it) in
            [("form", act, true), ("other", act, false), ("form", less, false), ("form", freeze, false)]
        {
            let (_, state) = site.start_discoverable_authentication().unwrap();
            let id = ceremonies.begin_agreeing(Agreeing { state, act, form: "form".into() }, 0).unwrap();
            assert_eq!(ceremonies.agreed(&id, form, &shown, 1).is_ok(), is_it, "{form} {shown:?}");
            assert!(ceremonies.agreed(&id, "form", &act, 1).is_err(), "once");
        }
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_over_makes_room() {
        let waiting = Waiting::default();
        for _ in 0..WAITING_MAX {
            waiting.put((), 0).unwrap();
        }
        assert_eq!(waiting.put((), 1), None);
        assert!(waiting.put((), CHALLENGE_LIFE_US).is_some());
    }

    #[test]
    fn passkeys_are_of_names_over_https_or_of_this_machine() {
        let origin = |base_url: &str| {
            relying_party(base_url).map(|site| site.get_allowed_origins()[0].as_str().to_owned())
        };
        assert_eq!(origin("https://pay.example.com").as_deref(), Some("https://pay.example.com/"));
        assert_eq!(origin("http://127.0.0.1:8080").as_deref(), Some("http://localhost:8080/"));
        assert_eq!(origin("http://[::1]:8080").as_deref(), Some("http://localhost:8080/"));
        assert_eq!(origin("http://localhost").as_deref(), Some("http://localhost/"));
        for none in ["http://pay.example.com", "https://192.0.2.7", "pay"] {
            assert_eq!(origin(none), None, "{none}");
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (base_url, origin) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://PAY.example.com:443/w/default", "https://pay.example.com"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(origin_of(base_url), origin);
        }
    }
}
