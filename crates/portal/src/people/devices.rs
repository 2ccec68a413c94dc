//! Who is signed in on which device.

use crate::chance;
use base::{DAY_US, HOUR_US, PartyId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a session lives.
const LIFE_US: i64 = 30 * DAY_US;
/// How long it lives unused.
const IDLE_US: i64 = 72 * HOUR_US;
/// Devices of one person; the one that was used longest ago goes first.
const OF_PERSON_MAX: usize = 10;
/// Sessions kept at once; each needed a right password or code.
const SESSIONS_MAX: usize = 100_000;

/// A signed-in device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Device {
    /// What it is called in lists; opens nothing.
    pub(crate) id: String,
    /// Who is signed in.
    pub(crate) party: PartyId,
    /// What the person calls it.
    pub(crate) name: String,
    /// When it signed in, microseconds UTC.
    pub(crate) since_us: i64,
    /// When it was used last, microseconds UTC.
    pub(crate) seen_at_us: i64,
}

impl Device {
    fn is_live(&self, now_us: i64) -> bool {
        now_us < self.since_us + LIFE_US && now_us < self.seen_at_us + IDLE_US
    }
}

/// All of them, by their secret tokens.
#[derive(Default)]
pub(crate) struct Devices {
    open: Mutex<HashMap<String, Device>>,
}

impl Devices {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Device>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs a device in and gives its token, drawn anew each time.
    pub(crate) fn begin(&self, party: PartyId, name: String, now_us: i64) -> String {
        let (token, id) = (chance::token(), chance::token()[..12].to_owned());
        let mut open = self.open();
        if open.len() >= SESSIONS_MAX {
            open.retain(|_, device| device.is_live(now_us));
        }
        let mut of_person: Vec<(i64, String)> = open
            .iter()
            .filter(|(_, device)| device.party == party)
            .map(|(token, device)| (device.seen_at_us, token.clone()))
            .collect();
        of_person.sort();
        let too_many = (of_person.len() + 1).saturating_sub(OF_PERSON_MAX);
        for (_, oldest) in of_person.into_iter().take(too_many) {
            open.remove(&oldest);
        }
        open.insert(token.clone(), Device { id, party, name, since_us: now_us, seen_at_us: now_us });
        token
    }

    /// The device with this token, when it is signed in; noted as seen.
    pub(crate) fn find(&self, token: &str, now_us: i64) -> Option<Device> {
        let mut open = self.open();
        let device = open.get_mut(token)?;
        if !device.is_live(now_us) {
            open.remove(token);
            return None;
        }
        device.seen_at_us = device.seen_at_us.max(now_us);
        Some(device.clone())
    }

    /// A person's devices, the last used first.
    pub(crate) fn of(&self, party: PartyId, now_us: i64) -> Vec<Device> {
        let open = self.open();
        let live = open.values().filter(|device| device.party == party && device.is_live(now_us));
        let mut devices: Vec<Device> = live.cloned().collect();
        devices.sort_by(|one, other| (other.seen_at_us, &other.id).cmp(&(one.seen_at_us, &one.id)));
        devices
    }

    /// Signs a person's device out. False when there is none of this name.
    pub(crate) fn end(&self, party: PartyId, id: &str) -> bool {
        let mut open = self.open();
        let before = open.len();
        open.retain(|_, device| device.party != party || device.id != id);
        open.len() < before
    }

    /// Signs a person out everywhere, but where `except` is the device.
    pub(crate) fn end_all(&self, party: PartyId, except: Option<&str>) {
        self.open().retain(|_, device| device.party != party || Some(device.id.as_str()) == except);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    fn person(number: u64) -> PartyId {
        PartyId::issue(number, Slot::PLATFORM).unwrap()
    }

    #[test]
    fn a_session_ends_by_age_by_rest_and_by_hand() {
        let devices = Devices::default();
        let token = devices.begin(person(1), "phone".to_owned(), 0);
        assert_ne!(devices.begin(person(1), "phone".to_owned(), 0), token);
        assert_eq!(devices.find("guess", 0), None);
        assert_eq!(devices.find(&token, IDLE_US - 1).map(|device| device.name).as_deref(), Some("phone"));
        assert_eq!(devices.find(&token, 2 * IDLE_US), None, "unused for too long");
        let token = devices.begin(person(1), "phone".to_owned(), 0);
        let steps = (1..).map(|step| step * (IDLE_US / 2)).take_while(|at| *at < LIFE_US);
        assert!(steps.into_iter().all(|at| devices.find(&token, at).is_some()));
        assert_eq!(devices.find(&token, LIFE_US), None, "too old, however much it was used");
        let token = devices.begin(person(1), "phone".to_owned(), 0);
        let id = devices.find(&token, 0).unwrap().id;
        assert!(!devices.end(person(2), &id), "another's");
        assert!(devices.end(person(1), &id) && !devices.end(person(1), &id));
        assert_eq!(devices.find(&token, 0), None);
    }

    #[test]
    fn a_person_has_ten_devices_and_may_end_all_but_one() {
        let devices = Devices::default();
        let first = devices.begin(person(1), "0".to_owned(), 0);
        let tokens: Vec<String> = (1..=10).map(|at| devices.begin(person(1), at.to_string(), at)).collect();
        let other = devices.begin(person(2), "other".to_owned(), 0);
        assert_eq!(devices.find(&first, 11), None);
        let names: Vec<String> = devices.of(person(1), 11).into_iter().map(|device| device.name).collect();
        assert_eq!((names.len(), names[0].as_str()), (10, "10"));
        let kept = devices.find(&tokens[3], 12).unwrap().id;
        devices.end_all(person(1), Some(&kept));
        assert_eq!(devices.of(person(1), 12).len(), 1);
        assert!(devices.find(&other, 12).is_some());
    }
}
