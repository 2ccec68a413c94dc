//! Where a notification may go.
//!
//! Why: a merchant names the address and our server calls it, so without a guard any merchant could make us call our
//! own neighbours: databases, metadata services, the admin page of the router. The guard looks at the text of the
//! address, then at each resolved IP address, and the connection is made to that very IP address: a name that
//! resolves to something else the second time gains nothing.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What may be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// A live world: public addresses, on port 80, 443 or 1024 and above.
    Public,
    /// A sandbox world: loopback and private networks too, where developers run their shops, on any port.
    Near,
}

/// Why an address is not called. The texts never repeat the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressRefused {
    /// Not a web address.
    #[error("the address is not an http or https URL")]
    NotWeb,
    /// It holds a user name or password.
    #[error("the address holds a user name or password")]
    UserInfo,
    /// A port of another protocol.
    #[error("the port is not allowed")]
    Port,
    /// It lies in a network that must not be reached from here.
    #[error("the address lies in a network that must not be called")]
    Network,
    /// The name has no IP address.
    #[error("the host name was not found")]
    NotFound,
}

impl Reach {
    /// The address parsed, when its text may be called. A host given as an IP address is judged here; a name is judged
    /// when it is resolved.
    pub fn check(self, text: &str) -> Result<Url, AddressRefused> {
        let url = Url::parse(text).map_err(|_| AddressRefused::NotWeb)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressRefused::NotWeb);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressRefused::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(AddressRefused::Port)?;
        if port == 0 || self == Reach::Public && port < 1024 && !matches!(port, 80 | 443) {
            return Err(AddressRefused::Port);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(AddressRefused::NotWeb)?;
        // The parser has already turned every odd spelling (decimal, octal, hexadecimal, short) into the plain one.
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        match bare.parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(AddressRefused::Network),
            Ok(_) | Err(_) => Ok(url),
        }
    }

    /// Whether this IP address may be called.
    pub fn allows(self, address: IpAddr) -> bool {
        let kind = match address {
            IpAddr::V4(address) => kind_v4(address),
            IpAddr::V6(address) => kind_v6(address),
        };
        match kind {
            Kind::Public => true,
            Kind::Near => self == Reach::Near,
            Kind::Never => false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Anywhere on the Internet.
    Public,
    /// This machine and private networks.
    Near,
    /// Metadata services, multicast, reserved ranges, and IPv6 forms that hide an IPv4 address.
    Never,
}

/// Metadata services of clouds that lie outside the link-local range.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// The IANA special-purpose registry of IPv4.
fn kind_v4(address: Ipv4Addr) -> Kind {
    if METADATA_V4.contains(&address) {
        return Kind::Never;
    }
    match address.octets() {
        [127, ..] | [10, ..] | [192, 168, ..] => Kind::Near,
        [172, second, ..] if (16..32).contains(&second) => Kind::Near,
        // Shared address space of carriers; private overlay networks use it too.
        [100, second, ..] if (64..128).contains(&second) => Kind::Near,
        // "This network", link-local, protocol assignments, documentation, 6to4 relays.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => Kind::Never,
        // Documentation and benchmarking.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Never,
        // Multicast, reserved and broadcast.
        [224..=255, ..] => Kind::Never,
        _ => Kind::Public,
    }
}

/// Only global unicast without its special parts is public; mapped, translated and tunnelled IPv4 addresses are never
/// needed, since the IPv4 address itself could be named.
fn kind_v6(address: Ipv6Addr) -> Kind {
    if address == Ipv6Addr::LOCALHOST {
        return Kind::Near;
    }
    match address.segments() {
        // A metadata service inside the private range.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] => Kind::Never,
        [first, ..] if first & 0xfe00 == 0xfc00 => Kind::Near,
        // Teredo and other protocol assignments, documentation, 6to4.
        [0x2001, second, ..] if second < 0x0200 || second == 0x0db8 => Kind::Never,
        [0x2002, ..] => Kind::Never,
        [0x3fff, second, ..] if second < 0x1000 => Kind::Never,
        [first, ..] if first & 0xe000 == 0x2000 => Kind::Public,
        _ => Kind::Never,
    }
}

/// Resolves names and hands out only addresses that may be called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard(pub(crate) Reach);

impl Guard {
    fn allowed(self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, AddressRefused> {
        let found: Vec<SocketAddr> = found.collect();
        let allowed: Vec<SocketAddr> = found.iter().copied().filter(|at| self.0.allows(at.ip())).collect();
        match (found.is_empty(), allowed.is_empty()) {
            (true, _) => Err(AddressRefused::NotFound),
            (false, true) => Err(AddressRefused::Network),
            (false, false) => Ok(allowed),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let allowed = guard.allowed(found.map_err(|_| AddressRefused::NotFound)?)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AddressRefused::{Network, NotWeb, Port, UserInfo};

    /// Address, the answer in a live world, the answer in a sandbox world.
    const TABLE: &[(&str, Option<AddressRefused>, Option<AddressRefused>)] = &[
        // Ordinary shops.
        ("https://shop.example/notify", None, None),
        ("http://shop.example/notify?a=1&b=%20", None, None),
        ("https://shop.example:443/n", None, None),
        ("http://shop.example:8080/n", None, None),
        ("https://xn--fiq228c.example/n", None, None),
        ("https://支付.example/n", None, None),
        ("http://8.8.8.8/n", None, None),
        ("http://223.5.5.5:65535/n", None, None),
        ("http://[2606:4700:4700::1111]/n", None, None),
        ("http://[2400:3200::1]:8443/n", None, None),
        ("HTTP://SHOP.EXAMPLE/N", None, None),
        // A name is judged when it is resolved.
        ("http://localhost:9000/n", None, None),
        // Not the web, or not an address.
        ("", Some(NotWeb), Some(NotWeb)),
        ("shop.example/notify", Some(NotWeb), Some(NotWeb)),
        ("//shop.example/notify", Some(NotWeb), Some(NotWeb)),
        ("/notify", Some(NotWeb), Some(NotWeb)),
        ("gopher://8.8.8.8:6379/_SET", Some(NotWeb), Some(NotWeb)),
        ("file:///etc/passwd", Some(NotWeb), Some(NotWeb)),
        ("ftp://8.8.8.8/n", Some(NotWeb), Some(NotWeb)),
        ("dict://8.8.8.8:11211/stat", Some(NotWeb), Some(NotWeb)),
        ("ldap://8.8.8.8/n", Some(NotWeb), Some(NotWeb)),
        ("ws://8.8.8.8/n", Some(NotWeb), Some(NotWeb)),
        ("javascript:alert(1)", Some(NotWeb), Some(NotWeb)),
        ("data:text/plain,success", Some(NotWeb), Some(NotWeb)),
        ("http://", Some(NotWeb), Some(NotWeb)),
        ("http://a b/n", Some(NotWeb), Some(NotWeb)),
        ("http://[::1/n", Some(NotWeb), Some(NotWeb)),
        ("http://[fe80::1%25eth0]/n", Some(NotWeb), Some(NotWeb)),
        ("http://256.256.256.256/n", Some(NotWeb), Some(NotWeb)),
        ("http://shop.example:99999/n", Some(NotWeb), Some(NotWeb)),
        // Who signs in where.
        ("http://user@8.8.8.8/n", Some(UserInfo), Some(UserInfo)),
        ("http://user:word@shop.example/n", Some(UserInfo), Some(UserInfo)),
        ("http://:word@shop.example/n", Some(UserInfo), Some(UserInfo)),
        ("http://shop.example@127.0.0.1/n", Some(UserInfo), Some(UserInfo)),
        // Ports of other protocols.
        ("http://shop.example:25/n", Some(Port), None),
        ("http://shop.example:22/n", Some(Port), None),
        ("https://8.8.8.8:53/n", Some(Port), None),
        ("http://shop.example:0/n", Some(Port), Some(Port)),
        // This machine, in every spelling.
        ("http://127.0.0.1/n", Some(Network), None),
        ("http://127.0.0.1:8080/n", Some(Network), None),
        ("http://127.255.255.254/n", Some(Network), None),
        ("http://2130706433/n", Some(Network), None),
        ("http://0x7f000001/n", Some(Network), None),
        ("http://0177.0.0.1/n", Some(Network), None),
        ("http://0x7f.1/n", Some(Network), None),
        ("http://127.1/n", Some(Network), None),
        ("http://１２７.０.０.１/n", Some(Network), None),
        ("http://127.0.0.1./n", Some(Network), None),
        ("http://127。0。0。1/n", Some(Network), None),
        ("http://[::1]/n", Some(Network), None),
        ("http://[0:0:0:0:0:0:0:1]/n", Some(Network), None),
        ("http://0.0.0.0/n", Some(Network), Some(Network)),
        ("http://0/n", Some(Network), Some(Network)),
        ("http://0.1.2.3/n", Some(Network), Some(Network)),
        ("http://[::]/n", Some(Network), Some(Network)),
        // Private networks.
        ("http://10.0.0.1/n", Some(Network), None),
        ("http://10.255.255.255/n", Some(Network), None),
        ("http://172.16.0.1/n", Some(Network), None),
        ("http://172.31.255.255/n", Some(Network), None),
        ("http://172.15.255.255/n", None, None),
        ("http://172.32.0.1/n", None, None),
        ("http://192.168.1.1/n", Some(Network), None),
        ("http://192.169.0.1/n", None, None),
        ("http://100.64.0.1/n", Some(Network), None),
        ("http://100.127.255.255/n", Some(Network), None),
        ("http://100.128.0.1/n", None, None),
        ("http://[fc00::1]/n", Some(Network), None),
        ("http://[fd12:3456::1]/n", Some(Network), None),
        // Metadata services and link-local addresses.
        ("http://169.254.169.254/latest/meta-data/", Some(Network), Some(Network)),
        ("http://2852039166/latest/meta-data/", Some(Network), Some(Network)),
        ("http://0xa9fea9fe/", Some(Network), Some(Network)),
        ("http://169.254.170.2/v2/credentials", Some(Network), Some(Network)),
        ("http://100.100.100.200/latest/meta-data/", Some(Network), Some(Network)),
        ("http://168.63.129.16/machine", Some(Network), Some(Network)),
        ("http://192.0.0.192/latest/", Some(Network), Some(Network)),
        ("http://[fd00:ec2::254]/latest/", Some(Network), Some(Network)),
        ("http://[fe80::1]/n", Some(Network), Some(Network)),
        ("http://[febf::1]/n", Some(Network), Some(Network)),
        ("http://[fec0::1]/n", Some(Network), Some(Network)),
        // IPv6 forms that hide an IPv4 address.
        ("http://[::ffff:127.0.0.1]/n", Some(Network), Some(Network)),
        ("http://[::ffff:8.8.8.8]/n", Some(Network), Some(Network)),
        ("http://[::ffff:a9fe:a9fe]/n", Some(Network), Some(Network)),
        ("http://[::127.0.0.1]/n", Some(Network), Some(Network)),
        ("http://[64:ff9b::7f00:1]/n", Some(Network), Some(Network)),
        ("http://[64:ff9b::808:808]/n", Some(Network), Some(Network)),
        ("http://[64:ff9b:1::1]/n", Some(Network), Some(Network)),
        ("http://[2002:7f00:1::]/n", Some(Network), Some(Network)),
        ("http://[2001:0:7f00:1::]/n", Some(Network), Some(Network)),
        // Multicast, documentation, benchmarking, reserved.
        ("http://224.0.0.1/n", Some(Network), Some(Network)),
        ("http://239.255.255.250/n", Some(Network), Some(Network)),
        ("http://240.0.0.1/n", Some(Network), Some(Network)),
        ("http://255.255.255.255/n", Some(Network), Some(Network)),
        ("http://192.0.2.1/n", Some(Network), Some(Network)),
        ("http://198.51.100.1/n", Some(Network), Some(Network)),
        ("http://203.0.113.1/n", Some(Network), Some(Network)),
        ("http://198.18.0.1/n", Some(Network), Some(Network)),
        ("http://198.20.0.1/n", None, None),
        ("http://192.88.99.1/n", Some(Network), Some(Network)),
        ("http://[ff02::1]/n", Some(Network), Some(Network)),
        ("http://[2001:db8::1]/n", Some(Network), Some(Network)),
        ("http://[3fff::1]/n", Some(Network), Some(Network)),
        ("http://[100::1]/n", Some(Network), Some(Network)),
        ("http://[4000::1]/n", Some(Network), Some(Network)),
    ];

    #[test]
    fn every_address_of_the_table_is_judged() {
        assert!(TABLE.len() >= 60);
        for (text, live, sandbox) in TABLE {
            assert_eq!(Reach::Public.check(text).err(), *live, "live {text:?}");
            assert_eq!(Reach::Near.check(text).err(), *sandbox, "sandbox {text:?}");
        }
    }

    #[test]
    fn a_name_leads_only_to_addresses_that_may_be_called() {
        let at = |text: &str| SocketAddr::new(text.parse().expect("an address"), 0);
        let live = |found: &[&str]| Guard(Reach::Public).allowed(found.iter().map(|text| at(text)));
        assert_eq!(live(&[]), Err(AddressRefused::NotFound));
        assert_eq!(live(&["127.0.0.1"]), Err(Network));
        assert_eq!(live(&["10.0.0.1", "::1", "169.254.169.254"]), Err(Network));
        assert_eq!(live(&["::ffff:10.0.0.1"]), Err(Network));
        assert_eq!(live(&["127.0.0.1", "8.8.8.8"]), Ok(vec![at("8.8.8.8")]));
        assert_eq!(live(&["8.8.8.8", "2400:3200::1"]), Ok(vec![at("8.8.8.8"), at("2400:3200::1")]));
    }

    #[tokio::test]
    async fn the_resolver_refuses_loopback_in_a_live_world_only() {
        let resolve = |reach| Guard(reach).resolve("localhost".parse().expect("a name"));
        let refused = resolve(Reach::Public).await.err().expect("refused");
        assert_eq!(refused.downcast_ref::<AddressRefused>(), Some(&Network));
        assert!(resolve(Reach::Near).await.expect("allowed").all(|at| at.ip().is_loopback()));
    }
}
