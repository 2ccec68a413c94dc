//! How many streams of events are open, and how often each may look: in all, of one person, and of one device. A stream
//! holds a connection, whatever it watches.

use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use base::PartyId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Streams at once: a quarter of the connections that the server takes.
const STREAMS_MAX: usize = 1_000;
/// Streams of one person at once.
const STREAMS_OF_PERSON_MAX: usize = 4;
/// Streams of one device at once. A browser opens six connections to one place; two leave room for what is asked, and
/// for one that is not yet known to be gone.
const STREAMS_OF_DEVICE_MAX: usize = 2;
/// Least wait from one look to the next: the tables move twenty times in a second, and nobody reads so fast.
pub(super) const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Looks of all streams together in a second, about; as many streams look at once when they begin. Each asks the cell
/// three times and opens the tables anew.
const LOOKS_A_SECOND: u32 = 50;

/// The streams that are open: of each person the devices, one for each stream.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Mutex<HashMap<PartyId, Vec<u64>>>,
}

/// The place of one stream among all; given back when it ends.
#[derive(Debug)]
pub(super) struct Place {
    streams: Arc<Streams>,
    party: PartyId,
    device: u64,
}

/// Least wait from one look of a stream to its next one where so many are open: the more there are, the longer, so that
/// those who pay do not wait for those who watch.
fn pause_among(streams: usize) -> Duration {
    let streams = u32::try_from(streams).unwrap_or(u32::MAX);
    LOOK_PAUSE.max(LOOK_PAUSE.saturating_mul(streams) / LOOKS_A_SECOND)
}

impl Streams {
    /// How many are open.
    fn count(&self) -> usize {
        self.open().values().map(Vec::len).sum()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<PartyId, Vec<u64>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more stream of this device. 429 when it, its person or everybody together has enough.
    pub(super) fn place(self: &Arc<Streams>, party: PartyId, device: u64) -> Result<Place, SandboxError> {
        let refused = |message: String| {
            Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", message))
        };
        let mut open = self.open();
        let own = open.get(&party).map_or(&[][..], Vec::as_slice);
        if own.iter().filter(|one| **one == device).count() >= STREAMS_OF_DEVICE_MAX {
            return refused(format!("{STREAMS_OF_DEVICE_MAX} streams of this device are open; close one"));
        }
        if own.len() >= STREAMS_OF_PERSON_MAX {
            return refused(format!("{STREAMS_OF_PERSON_MAX} streams of the account are open; close one"));
        }
        if open.values().map(Vec::len).sum::<usize>() >= STREAMS_MAX {
            let message = "as many streams are open as there can be; ask from time to time instead";
            return refused(message.to_owned());
        }
        open.entry(party).or_default().push(device);
        Ok(Place { streams: self.clone(), party, device })
    }
}

impl Place {
    /// How long a stream waits from one look to the next, with those that are open now.
    pub(super) fn pause(&self) -> Duration {
        pause_among(self.streams.count())
    }

    /// How long a stream that begins now waits for its first look: not at all among few. Among many each one that comes
    /// waits longer than the one before, so that those that come at once do not look at once.
    pub(super) fn first_pause(&self) -> Duration {
        let count = self.streams.count();
        let few = u32::try_from(count).is_ok_and(|count| count <= LOOKS_A_SECOND);
        if few { Duration::ZERO } else { pause_among(count) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        let Some(own) = open.get_mut(&self.party) else { return };
        if let Some(at) = own.iter().position(|one| *one == self.device) {
            own.swap_remove(at);
        }
        if own.is_empty() {
            open.remove(&self.party);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    fn party(number: u64) -> PartyId {
        PartyId::issue(number, Slot::PLATFORM).unwrap()
    }

    #[test]
    fn a_device_has_two_streams_a_person_four_and_all_a_thousand() {
        let streams = Arc::new(Streams::default());
        let refused = |place: Result<Place, SandboxError>, word: &str| {
            let error = place.unwrap_err();
            assert_eq!((error.status(), error.code()), (StatusCode::TOO_MANY_REQUESTS, "too_many_streams"));
            assert!(error.message().contains(word), "{}", error.message());
        };
        let mut places = Vec::from([1, 1, 2, 2].map(|device| streams.place(party(1), device).unwrap()));
        refused(streams.place(party(1), 2), "of this device");
        refused(streams.place(party(1), 3), "of the account");
        // The last one of device 2: the place is that device's again, and not another's.
        places.pop();
        refused(streams.place(party(1), 1), "of this device");
        places.push(streams.place(party(1), 2).unwrap());
        for number in 2..=250 {
            places.extend([1, 1, 2, 2].map(|device| streams.place(party(number), device).unwrap()));
        }
        assert_eq!(places.len(), STREAMS_MAX);
        refused(streams.place(party(251), 1), "as there can be");
        refused(streams.place(party(1), 1), "of this device");
        places.clear();
        assert!(streams.open().is_empty(), "nothing is kept of whoever went away");
    }

    #[test]
    fn many_streams_look_more_seldom_so_that_all_together_look_no_more_often() {
        for (streams, millis) in
            [(0, 1_000), (1, 1_000), (50, 1_000), (51, 1_020), (100, 2_000), (STREAMS_MAX, 20_000)]
        {
            assert_eq!(pause_among(streams), Duration::from_millis(millis), "{streams}");
        }
        let streams = Arc::new(Streams::default());
        let places = [(1, 1), (1, 2), (2, 1)].map(|(one, device)| streams.place(party(one), device).unwrap());
        assert_eq!((streams.count(), places[0].pause()), (3, LOOK_PAUSE));
        let mut more = Vec::new();
        let waits = (3..=57).map(|one| {
            let place = streams.place(party(one), 1).unwrap();
            let wait = place.first_pause();
            more.push(place);
            wait
        });
        let waits: Vec<_> = waits.collect();
        assert!(waits[..47].iter().all(Duration::is_zero), "fifty look at once: {waits:?}");
        let each_later = (51..=58).map(|streams| Duration::from_millis(20 * streams)).collect::<Vec<_>>();
        assert_eq!(waits[47..], each_later, "those that come then look one after the other");
        more.truncate(48);
        assert_eq!(places[0].pause(), Duration::from_millis(1_020), "with 51 streams");
        drop((places, more));
        assert_eq!(streams.count(), 0);
    }
}
