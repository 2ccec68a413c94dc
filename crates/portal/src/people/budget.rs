//! How many messages one client may ask for, in memory: in all, whatever addresses it names, and to one address.
//!
//! An address gets ten codes a day, which the cell counts. Strangers together get seven of them, so that nobody who
//! knows a phone number can keep its owner from signing in; the rest is for whoever is signed in as the owner, or asks
//! from where the owner signed in before.

use base::{DAY_US, Day};
use people::{AddressDigest, ChallengePurpose, SENDS_A_DAY_MAX};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where a request came from; the listener says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Whom it counts as: a neighbourhood of IPv6 is one client.
    fn counted(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => v4,
        }
    }
}

/// Messages one client gets in a span. A household behind one address registers its phones in it; a list of numbers
/// takes years.
const ASKED_MAX: u32 = 30;
/// The span.
const SPAN: Duration = Duration::from_secs(600);
/// Clients and addresses remembered at once.
const CLIENTS_MAX: usize = 50_000;
/// Codes of one purpose that one stranger gets sent to one address in a day of China.
const OF_PURPOSE_MAX: usize = 3;
/// Codes that all strangers together get sent to one address in a day of China.
const OF_STRANGERS_MAX: usize = 7;
/// How long a client is known from which an owner signed in, microseconds.
const KNOWN_US: i64 = 90 * DAY_US;

const _: () = assert!(OF_PURPOSE_MAX < OF_STRANGERS_MAX && OF_STRANGERS_MAX < SENDS_A_DAY_MAX as usize);

/// What strangers asked for an address on a day.
struct Strangers {
    day: Day,
    asked: Vec<(IpAddr, ChallengePurpose)>,
}

/// What clients asked for.
#[derive(Default)]
pub(crate) struct Budget {
    asked: Mutex<HashMap<IpAddr, (Instant, u32)>>,
    strangers: Mutex<HashMap<AddressDigest, Strangers>>,
    /// From where owners signed in, and until when that counts.
    known: Mutex<HashMap<(AddressDigest, IpAddr), i64>>,
}

/// Forgets other days, then addresses that nearly nobody asked for, at last all: the cell has the last word anyway.
fn make_room(strangers: &mut HashMap<AddressDigest, Strangers>, day: Day) {
    strangers.retain(|_, of_address| of_address.day == day);
    if strangers.len() >= CLIENTS_MAX {
        strangers.retain(|_, of_address| of_address.asked.len() > 1);
    }
    if strangers.len() >= CLIENTS_MAX {
        strangers.clear();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Budget {
    /// Counts one more message of this client. False when it had enough.
    pub(crate) fn take(&self, client: Option<ClientAddress>, now: Instant) -> bool {
        let Some(client) = client.map(ClientAddress::counted) else { return true };
        let mut asked = locked(&self.asked);
        if asked.len() >= CLIENTS_MAX && !asked.contains_key(&client) {
            asked.retain(|_, (began, _)| now.duration_since(*began) < SPAN);
            // Forgetting who asked would give each of a crowd its thirty anew.
            if asked.len() >= CLIENTS_MAX {
                return false;
            }
        }
        let (began, count) = asked.entry(client).or_insert((now, 0));
        if now.duration_since(*began) >= SPAN {
            (*began, *count) = (now, 0);
        }
        *count += 1;
        *count <= ASKED_MAX
    }

    /// Counts one more code to this address for a client that is not signed in as its owner. False when strangers had
    /// their part of the day, or this one had its own. Asked before the cell is, which has the last word.
    pub(crate) fn take_stranger(
        &self,
        address: AddressDigest,
        purpose: ChallengePurpose,
        client: Option<ClientAddress>,
        now_us: i64,
    ) -> bool {
        let Some(client) = client.map(ClientAddress::counted) else { return true };
        if locked(&self.known).get(&(address, client)).is_some_and(|until_us| now_us < *until_us) {
            return true;
        }
        let mut strangers = locked(&self.strangers);
        let day = Day::of(now_us);
        if strangers.len() >= CLIENTS_MAX && !strangers.contains_key(&address) {
            make_room(&mut strangers, day);
        }
        let of_address = strangers.entry(address).or_insert(Strangers { day, asked: Vec::new() });
        if of_address.day != day {
            *of_address = Strangers { day, asked: Vec::new() };
        }
        let own = of_address.asked.iter().filter(|asked| **asked == (client, purpose)).count();
        if own >= OF_PURPOSE_MAX || of_address.asked.len() >= OF_STRANGERS_MAX {
            return false;
        }
        of_address.asked.push((client, purpose));
        true
    }

    /// The owner of an address signed in from this client.
    pub(crate) fn know(&self, address: AddressDigest, client: Option<ClientAddress>, now_us: i64) {
        let Some(client) = client.map(ClientAddress::counted) else { return };
        let mut known = locked(&self.known);
        if known.len() >= CLIENTS_MAX {
            known.retain(|_, until_us| now_us < *until_us);
            if known.len() >= CLIENTS_MAX {
                known.clear();
            }
        }
        known.insert((address, client), now_us.saturating_add(KNOWN_US));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> Option<ClientAddress> {
        Some(ClientAddress(text.parse().unwrap()))
    }

    #[test]
    fn a_client_gets_thirty_messages_in_ten_minutes() {
        let (budget, began) = (Budget::default(), Instant::now());
        let taken = |client, at| budget.take(client, began + at);
        assert!((0..30).all(|_| taken(client("203.0.113.7"), Duration::ZERO)));
        assert!(!taken(client("203.0.113.7"), Duration::ZERO));
        assert!(!taken(client("::ffff:203.0.113.7"), Duration::ZERO), "the same in another dress");
        assert!(taken(client("203.0.113.8"), Duration::ZERO));
        assert!(taken(client("203.0.113.7"), SPAN), "later again");
        assert!((0..30).all(|n| taken(client(&format!("2001:db8::{n}")), Duration::ZERO)));
        assert!(!taken(client("2001:db8::ffff"), Duration::ZERO), "one neighbourhood");
        assert!((0..100).all(|_| taken(None, Duration::ZERO)), "nobody said where it came from");
    }

    #[test]
    fn a_crowd_gives_nobody_a_budget_anew() {
        let (budget, began) = (Budget::default(), Instant::now());
        let one = client("203.0.113.7");
        assert!((0..30).all(|_| budget.take(one, began)));
        for number in 0..u32::try_from(CLIENTS_MAX).unwrap() - 1 {
            assert!(budget.take(Some(ClientAddress(std::net::Ipv4Addr::from_bits(number).into())), began));
        }
        assert!(!budget.take(client("198.51.100.1"), began), "too many at once");
        assert!(!budget.take(one, began), "and the first is not forgotten");
        assert!(budget.take(client("198.51.100.1"), began + SPAN), "a span later there is room");
    }

    #[test]
    fn an_address_that_many_ask_for_is_not_forgotten_for_others() {
        let budget = Budget::default();
        let taken = |address: u32, from: &str, at_us| {
            let mut digest = [0; 16];
            digest[..4].copy_from_slice(&address.to_be_bytes());
            budget.take_stranger(digest, ChallengePurpose::SignIn, client(from), at_us)
        };
        assert_eq!((0..9).filter(|n| taken(u32::MAX, &format!("203.0.113.{n}"), 0)).count(), 7);
        for address in 0..=u32::try_from(CLIENTS_MAX).unwrap() {
            assert!(taken(address, "203.0.113.1", 0));
        }
        assert!(!taken(u32::MAX, "203.0.113.50", 0));
        assert!(locked(&budget.strangers).len() < CLIENTS_MAX);
    }

    #[test]
    fn strangers_leave_an_address_enough_for_its_owner() {
        use ChallengePurpose::{Register, SignIn};
        let budget = Budget::default();
        let taken = |address: u8, purpose, from: &str, at_us| {
            budget.take_stranger([address; 16], purpose, client(from), at_us)
        };
        assert!((0..3).all(|_| taken(1, SignIn, "203.0.113.1", 0)));
        assert!(!taken(1, SignIn, "203.0.113.1", 0), "three of a purpose");
        assert!(taken(1, Register, "203.0.113.1", 0), "another purpose");
        assert!(taken(2, SignIn, "203.0.113.1", 0), "another address");
        let others = (2..9).filter(|n| taken(1, SignIn, &format!("203.0.113.{n}"), 0)).count();
        assert_eq!(others, 3, "seven of all strangers together");
        budget.know([1; 16], client("203.0.113.9"), 0);
        assert!((0..10).all(|_| taken(1, SignIn, "203.0.113.9", 0)), "the owner's own place");
        assert!(taken(1, SignIn, "203.0.113.1", DAY_US), "another day");
        assert!(!(0..8).all(|_| taken(1, Register, "203.0.113.9", KNOWN_US)), "known for ninety days");
    }
}
