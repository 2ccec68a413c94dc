//! The keys of an app while they are exchanged: two may be active at once, so that no call is refused on the way from
//! one to the next.

use base::{AppId, Field, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// Keys that one app has in its life, retired ones with them: more than one a year for a long life, and few enough to
/// be read in one decision.
pub const KEYS_OF_APP_MAX: u32 = 50;

/// Where a key of an app stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum AppKeyState {
    /// The app's own; its columns stand in the app's row too.
    Current,
    /// The other one that calls may be signed with: the next one, or the last one until it is retired.
    Second,
    /// Calls signed with it are refused. For good.
    Retired,
}

/// What happens to a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppKeyEvent {
    /// It becomes the current one.
    Promote,
    /// The other one became the current one.
    Demote,
    /// It is retired.
    Retire,
}

/// The state after an event; `None` where the event cannot be.
pub fn app_key_next(state: AppKeyState, event: AppKeyEvent) -> Option<AppKeyState> {
    match (state, event) {
        (AppKeyState::Second, AppKeyEvent::Promote) => Some(AppKeyState::Current),
        (AppKeyState::Current, AppKeyEvent::Demote) => Some(AppKeyState::Second),
        (AppKeyState::Current | AppKeyState::Second, AppKeyEvent::Retire) => Some(AppKeyState::Retired),
        (AppKeyState::Current, AppKeyEvent::Promote) => None,
        (AppKeyState::Second, AppKeyEvent::Demote) => None,
        (AppKeyState::Retired, AppKeyEvent::Promote | AppKeyEvent::Demote | AppKeyEvent::Retire) => None,
    }
}

/// A key that an app has or had. Rows are there from the first exchange on; before it the app's row says all.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "app_key", key = 3)]
pub struct AppKey {
    /// The merchant's slot.
    pub slot: Slot,
    /// The app.
    pub app: AppId,
    /// Which of the app's keys, from 1 without a gap.
    pub number: u32,
    /// Where it stands.
    pub state: AppKeyState,
    /// The public key, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// The certificate it stands in as PEM text, in certificate mode.
    pub certificate: Option<Text<8000>>,
    /// The serial that calls name, in certificate mode (md5 hex).
    pub cert_sn: Option<Text<32>>,
    /// When it was added, microseconds UTC.
    pub added_at_us: i64,
    /// From when on calls signed with it are refused, though nobody retired it; microseconds UTC.
    pub not_after_us: Option<i64>,
    /// When it was retired, microseconds UTC.
    pub retired_at_us: Option<i64>,
}

impl AppKey {
    /// Whether calls may be signed with it at this time.
    pub fn is_active(&self, now_us: i64) -> bool {
        let in_time = self.not_after_us.is_none_or(|end_us| now_us < end_us);
        match self.state {
            AppKeyState::Current | AppKeyState::Second => in_time,
            AppKeyState::Retired => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retired_key_stays_retired_and_a_key_ends_with_its_time() {
        use AppKeyEvent::{Demote, Promote, Retire};
        use AppKeyState::{Current, Retired, Second};
        let table = [
            (Current, Promote, None),
            (Current, Demote, Some(Second)),
            (Current, Retire, Some(Retired)),
            (Second, Promote, Some(Current)),
            (Second, Demote, None),
            (Second, Retire, Some(Retired)),
            (Retired, Promote, None),
            (Retired, Demote, None),
            (Retired, Retire, None),
        ];
        for (state, event, after) in table {
            assert_eq!(app_key_next(state, event), after, "{state:?} {event:?}");
        }
        let app = AppId::issue(1, Slot::PLATFORM).expect("fits");
        let key = AppKey {
            slot: Slot::PLATFORM,
            app,
            number: 1,
            state: Current,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            added_at_us: 0,
            not_after_us: Some(10),
            retired_at_us: None,
        };
        assert!(key.is_active(9) && !key.is_active(10));
        assert!(AppKey { not_after_us: None, ..key.clone() }.is_active(i64::MAX));
        assert!(!AppKey { state: Retired, ..key }.is_active(0));
    }
}
