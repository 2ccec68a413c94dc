//! Who is signed in on which device. A row knows a keyed digest of the token that opens it, never the token, so that a
//! copy of the tables signs nobody in; and it lasts, so that a restart signs nobody out.

use base::{DAY_US, HOUR_US, PartyId, Record, Slot};

/// How long a session lives, however much it is used.
pub const DEVICE_LIFE_US: i64 = 30 * DAY_US;
/// How long it lives unused.
pub const DEVICE_IDLE_US: i64 = 72 * HOUR_US;
/// Steps in which use is noted: no request within one writes anything.
pub const DEVICE_SEEN_STEP_US: i64 = HOUR_US;
/// Devices of one person. The next one takes the place of a session that is over, else of the one that was used longest
/// ago. There is no bound over all persons: each row needed a right password or code of an account of its own.
pub const DEVICES_MAX: u32 = 10;

const _: () = assert!(DEVICE_SEEN_STEP_US * 10 <= DEVICE_IDLE_US && DEVICE_IDLE_US < DEVICE_LIFE_US);

/// Keyed digest of a device's token.
pub type DeviceToken = [u8; 16];

/// A signed-in device.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "device", key = 3)]
pub struct Device {
    /// The party's slot.
    pub slot: Slot,
    /// Who is signed in.
    pub party: PartyId,
    /// Its place among the person's, below [`DEVICES_MAX`].
    pub place: u32,
    /// The sequence of the stamp that signed it in: what it is called in lists; opens nothing.
    pub no: u64,
    /// Digest of the token that opens it.
    pub token: DeviceToken,
    /// What the person calls it, sealed.
    pub sealed_name: Vec<u8>,
    /// When it signed in, microseconds UTC.
    pub since_us: i64,
    /// When it was used last, microseconds UTC, to [`DEVICE_SEEN_STEP_US`].
    pub seen_at_us: i64,
    /// The number of the passkey that it signed in with: it ends with that. Absent after a password or a code.
    pub passkey: Option<u64>,
}

impl Device {
    /// Whether the session goes on at this moment.
    pub fn is_live(&self, now_us: i64) -> bool {
        now_us < self.since_us.saturating_add(DEVICE_LIFE_US)
            && now_us < self.seen_at_us.saturating_add(DEVICE_IDLE_US)
    }

    /// Whether this is the token that opens it, in a time that does not tell where they part.
    pub fn opens_with(&self, token: &DeviceToken) -> bool {
        self.token.iter().zip(token).fold(0, |parted, (one, other)| parted | (one ^ other)) == 0
    }

    /// Whether its use at this moment is worth noting.
    pub fn is_seen_anew(&self, now_us: i64) -> bool {
        now_us >= self.seen_at_us.saturating_add(DEVICE_SEEN_STEP_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_age_and_by_rest() {
        let party = PartyId::platform(Slot::PLATFORM);
        let fresh = Device {
            slot: party.slot(),
            party,
            place: 0,
            no: 1,
            token: [7; 16],
            sealed_name: Vec::new(),
            since_us: 0,
            seen_at_us: 0,
            passkey: None,
        };
        assert!(fresh.is_live(DEVICE_IDLE_US - 1) && !fresh.is_live(DEVICE_IDLE_US));
        let used = Device { seen_at_us: DEVICE_LIFE_US - 1, ..fresh.clone() };
        assert!(used.is_live(DEVICE_LIFE_US - 1) && !used.is_live(DEVICE_LIFE_US));
        assert!(!fresh.is_seen_anew(DEVICE_SEEN_STEP_US - 1) && fresh.is_seen_anew(DEVICE_SEEN_STEP_US));
        assert!(fresh.opens_with(&[7; 16]));
        for place in 0..16 {
            let mut other = [7; 16];
            other[place] ^= 1;
            assert!(!fresh.opens_with(&other), "{place}");
        }
    }
}
