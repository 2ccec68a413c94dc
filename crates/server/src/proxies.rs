//! Who a request is from when it came through proxies of ours.

use axum::http::HeaderMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Where each proxy notes from whom it had a request, the latest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word is believed. Anybody may send the header; only what a trusted one wrote counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Arc<[IpAddr]>);

impl Proxies {
    /// These and no others.
    pub(crate) fn new(trusted: &[IpAddr]) -> Proxies {
        Proxies(trusted.iter().map(IpAddr::to_canonical).collect())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The client: the last one that is no proxy of ours. Where a proxy wrote nothing that can be read, the proxy is.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        if !self.trusts(client) {
            return client;
        }
        let notes = headers.get_all(FORWARDED_FOR).into_iter().rev();
        let notes = notes.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        for note in notes {
            let Some(from) = address_of(note) else { return client };
            client = from;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

/// An address, with or without a port.
fn address_of(note: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(note).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_trusted_proxy_wrote_counts() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = Proxies::new(&[ip("127.0.0.1"), ip("10.0.0.7")]);
        let client = |peer: &str, notes: &[&str]| {
            let mut headers = HeaderMap::new();
            for note in notes {
                headers.append(FORWARDED_FOR, note.parse().unwrap());
            }
            proxies.client(ip(peer), &headers).to_string()
        };
        for (peer, notes, expected) in [
            ("127.0.0.1", &[][..], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("::ffff:127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            // A stranger's own word, in front of the proxy's.
            ("127.0.0.1", &["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            // Two proxies of ours.
            ("127.0.0.1", &["198.51.100.1, 203.0.113.7, 10.0.0.7"], "203.0.113.7"),
            ("127.0.0.1", &["10.0.0.7"], "10.0.0.7"),
            ("198.51.100.9", &["203.0.113.7"], "198.51.100.9"),
            ("127.0.0.1", &["203.0.113.7:4711"], "203.0.113.7"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("127.0.0.1", &["unknown"], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7, odd"], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
        ] {
            assert_eq!(client(peer, notes), expected, "{peer} {notes:?}");
        }
    }
}
