//! The way back from the cashier: the merchant's `return_url` with signed parameters appended.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::charset::Charset;
use crate::notify_form;
use crate::sign::{PrivateKey, SignType};

/// Longest `return_url` accepted, in bytes (the wire says 256; longer ones are sent in practice).
pub const URL_BYTES_MAX: usize = 2048;

/// What a URL may not hold raw although people write it: only these are escaped, existing escapes stay.
const RAW: AsciiSet = CONTROLS.add(b'"').add(b'<').add(b'>').add(b'`');

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
    let (address, fragment) = match return_url.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (return_url, None),
    };
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let signed = notify_form::signed(pairs, charset, sign_type, key);
    let mut url = format!("{}{separator}{signed}", utf8_percent_encode(address, &RAW));
    if let Some(fragment) = fragment {
        url.push('#');
        url.extend(utf8_percent_encode(fragment, &RAW));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

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
