//! How many messages one client may ask for, whatever addresses it names: in memory, by real time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where a request came from; the listener says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Messages one client gets in a span. A household behind one address registers its phones in it; a list of numbers
/// takes years.
const ASKED_MAX: u32 = 30;
/// The span.
const SPAN: Duration = Duration::from_secs(600);
/// Clients remembered at once; the memory is dropped when it is full.
const CLIENTS_MAX: usize = 50_000;

/// What clients asked for.
#[derive(Default)]
pub(crate) struct Budget {
    asked: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

impl Budget {
    /// Counts one more message of this client. False when it had enough. A neighbourhood of IPv6 counts as one client.
    pub(crate) fn take(&self, client: Option<ClientAddress>, now: Instant) -> bool {
        let Some(ClientAddress(client)) = client else { return true };
        let client = match client.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => v4,
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= CLIENTS_MAX {
            asked.clear();
        }
        let (began, count) = asked.entry(client).or_insert((now, 0));
        if now.duration_since(*began) >= SPAN {
            (*began, *count) = (now, 0);
        }
        *count += 1;
        *count <= ASKED_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_thirty_messages_in_ten_minutes() {
        let (budget, began) = (Budget::default(), Instant::now());
        let client = |text: &str| Some(ClientAddress(text.parse().unwrap()));
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
}
