//! The way back from the cashier: the merchant's `return_url` with signed parameters appended.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::charset::Charset;
use crate::notify_form;
use crate::sign::{PrivateKey, SignType};
use std::net::IpAddr;

/// Longest `return_url` accepted, in bytes (the wire says 256; longer ones are sent in practice).
pub const URL_BYTES_MAX: usize = 2048;

/// What a URL may not hold raw although people write it: only these are escaped, existing escapes stay.
const RAW: AsciiSet = CONTROLS.add(b'"').add(b'<').add(b'>').add(b'`');
/// What a value may not hold raw: all but letters, digits and the four unreserved marks (RFC 3986, 2.3).
const VALUE: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL cannot be a place to return to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a return URL begins with http:// or https://, has a host, no spaces and at most {URL_BYTES_MAX} bytes"
)]
pub struct ReturnUrlError;

/// Whether this text can be a `return_url` or a `notify_url`: an absolute web address without spaces, control
/// characters, backslashes or user name.
pub fn is_web_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    url.len() <= URL_BYTES_MAX
        && (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !host.contains('@')
        && !url
            .chars()
            .any(|character| character.is_control() || character.is_whitespace() || character == '\\')
}

/// `return_url` with `pairs`, `sign_type` and `sign` appended to its own query; its fragment stays last. Signed like
/// a notification: only `pairs` are covered, not what the merchant's query held before.
pub fn signed_return_url(
    return_url: &str,
    pairs: &[(&str, &str)],
    charset: Charset,
    sign_type: SignType,
    key: &PrivateKey,
) -> Result<String, ReturnUrlError> {
    if !is_web_address(return_url) {
        return Err(ReturnUrlError);
    }
    Ok(appended(return_url, &notify_form::signed(pairs, charset, sign_type, key)))
}

/// An address with `pairs` appended to its own query, escaped and unsigned; its fragment stays last.
///
/// # Errors
/// The address is no web address.
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> Result<String, ReturnUrlError> {
    if !is_web_address(url) {
        return Err(ReturnUrlError);
    }
    Ok(appended(url, &query_of(pairs)))
}

/// The text of a query: names as they are, values escaped.
pub fn query_of(pairs: &[(&str, &str)]) -> String {
    let escaped = |text: &str| utf8_percent_encode(text, &VALUE).to_string();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.join("&")
}

/// Scheme, host and port of a web address in lower case, `https://shop.example:8443`; `None` when it is none, or its
/// host has other letters than ASCII.
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|_| is_web_address(url))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    host.bytes().all(plain).then(|| format!("{scheme}://{host}").to_ascii_lowercase())
}

/// Whether an origin, as [`origin_of`] gives it, is the machine's own: only who sits at it can be sent there.
pub fn is_own_machine(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An address with more behind its own query.
fn appended(url: &str, more: &str) -> String {
    let (address, fragment) = match url.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (url, None),
    };
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let mut url = format!("{}{separator}{more}", utf8_percent_encode(address, &RAW));
    if let Some(fragment) = fragment {
        url.push('#');
        url.extend(utf8_percent_encode(fragment, &RAW));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_s_own_addresses_are_told_from_names_that_look_like_them() {
        for near in [
            "http://127.0.0.1:3000",
            "http://127.8.0.1",
            "http://[::1]:80",
            "http://localhost",
            "https://shop.localhost:8443",
        ] {
            assert!(is_own_machine(near), "{near}");
        }
        for far in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "http://[::2]",
            "https://evillocalhost",
            "http://2130706433",
        ] {
            assert!(!is_own_machine(far), "{far}");
        }
    }

    #[test]
    fn what_is_appended_cannot_change_the_address() {
        let pairs = [("state", "a&b=c#d"), ("auth_code", "x-1")];
        for (url, told) in [
            ("https://s.example", "https://s.example?state=a%26b%3Dc%23d&auth_code=x-1"),
            ("https://s.example/a?b=c#d", "https://s.example/a?b=c&state=a%26b%3Dc%23d&auth_code=x-1#d"),
        ] {
            assert_eq!(with_query(url, &pairs).as_deref(), Ok(told));
        }
        assert!(with_query("javascript://x", &pairs).is_err());
        for (url, origin) in [
            ("HTTPS://Shop.example:8443/a?b#c", Some("https://shop.example:8443")),
            ("http://[::1]:80", Some("http://[::1]:80")),
            ("http://商店.example/", None),
            ("http://a;b/", None),
            ("shop.example", None),
        ] {
            assert_eq!(origin_of(url).as_deref(), origin, "{url}");
        }
    }

    #[test]
    fn only_web_addresses_are_returned_to() {
        for url in ["https://shop.example", "HTTP://shop.example:8080/a?b=c#d", "http://商店.example/路"] {
            assert!(is_web_address(url), "{url}");
        }
        for url in [
            "",
            "shop.example",
            "javascript://x",
            "ftp://x",
            "https://",
            "https:///a",
            "https://a b",
            "http://:80/",
            "https://user@evil.example/",
            "https://a\n.example",
            "https://a.example\\@b",
        ] {
            assert!(!is_web_address(url), "{url}");
        }
        assert!(!is_web_address(&format!("https://a/{}", "x".repeat(URL_BYTES_MAX))));
    }
}
