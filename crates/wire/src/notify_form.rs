//! Notifications and page returns as form text: which pairs are sent, how they are signed and escaped.
//!
//! Verifiers disagree about empty values and about `alipay_cert_sn`, so neither is ever sent; all of them drop
//! `sign` and `sign_type`. A value that begins with `@` breaks the check of old PHP clients: the caller should not
//! put one in front. Spaces are written `%20`, which every decoder reads.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::canonical;
use crate::charset::Charset;
use crate::sign::{PrivateKey, SignType};

/// All but letters, digits and `-_.~`.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The `Content-Type` of a notification in this charset.
pub fn content_type(charset: Charset) -> String {
    format!("application/x-www-form-urlencoded; charset={}", charset.name())
}

/// The pairs as a form body in this charset, sorted by name; empty values are dropped. What GBK cannot write
/// becomes `?`.
pub fn encode(pairs: &[(&str, &str)], charset: Charset) -> String {
    encode_bytes(&bytes_of(pairs, charset))
}

/// The pairs with `sign_type` and `sign` added, as a form body. The signature covers the bytes that are sent.
/// Pairs named `sign`, `sign_type` or `alipay_cert_sn` are the caller's mistake and are dropped.
pub fn signed(pairs: &[(&str, &str)], charset: Charset, sign_type: SignType, key: &PrivateKey) -> String {
    let mut sent = bytes_of(pairs, charset);
    sent.retain(|(name, _)| !matches!(*name, "sign" | "sign_type" | "alipay_cert_sn"));
    let text = canonical::notify_text(sent.iter().map(|(name, value)| (*name, value.as_slice())));
    sent.push(("sign_type", sign_type.name().as_bytes().to_vec()));
    sent.push(("sign", key.sign(sign_type, &text).into_bytes()));
    encode_bytes(&sent)
}

fn bytes_of<'a>(pairs: &[(&'a str, &str)], charset: Charset) -> Vec<(&'a str, Vec<u8>)> {
    let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| (*name, charset.encode_lossy(value))).collect()
}

fn encode_bytes(pairs: &[(&str, Vec<u8>)]) -> String {
    let mut sorted: Vec<&(&str, Vec<u8>)> = pairs.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let written = sorted.iter().map(|(name, value)| {
        format!("{}={}", percent_encode(name.as_bytes(), &ESCAPED), percent_encode(value, &ESCAPED))
    });
    written.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_sorted_escaped_and_never_empty() {
        let pairs = [("subject", "支付 1+1=2&%~"), ("body", ""), ("app_id", "2021")];
        assert_eq!(
            encode(&pairs, Charset::Utf8),
            "app_id=2021&subject=%E6%94%AF%E4%BB%98%201%2B1%3D2%26%25~"
        );
        assert_eq!(encode(&[("s", "支😀")], Charset::Gbk), "s=%D6%A7%3F");
        assert_eq!(content_type(Charset::Gbk), "application/x-www-form-urlencoded; charset=GBK");
    }
}
