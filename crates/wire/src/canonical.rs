//! The texts that signatures cover. `name=value` pairs sorted by name in byte order, joined with `&`, nothing
//! escaped; what is left out differs between requests and notifications.

use crate::params::Params;

/// The text that a request's signature covers: every parameter but `sign`. Empty values are left out, unless
/// `keep_empty`: a few clients sign the empty ones they send.
pub fn request_text(params: &Params, keep_empty: bool) -> Vec<u8> {
    join_sorted(params.iter().filter(|(name, value)| *name != "sign" && (keep_empty || !value.is_empty())))
}

/// The text that the signature of a notification or of a page return covers: every pair with a value but `sign`
/// and `sign_type`. Values are bytes of the notification's charset.
pub fn notify_text<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let covered = |(name, value): &(&str, &[u8])| !matches!(*name, "sign" | "sign_type") && !value.is_empty();
    join_sorted(pairs.into_iter().filter(covered))
}

/// All pairs given, sorted by name and joined as `name=value&name=value`.
pub fn join_sorted<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut pairs: Vec<(&str, &[u8])> = pairs.into_iter().collect();
    pairs.sort_by_key(|(name, _)| *name);
    let mut text = Vec::with_capacity(pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push(b'&');
        }
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_a_request_is_frozen() {
        let query = b"timestamp=2026-01-02+03%3A04%3A05&method=alipay.trade.query&app_id=2021000000000001\
            &charset=utf-8&format=json&version=1.0&sign_type=RSA2&sign=AAAA&notify_url=";
        let body = b"biz_content=%7B%22out_trade_no%22%3A%22T1%22%2c%22total_amount%22%3a%220.01%22%7D";
        let params = Params::merge(Some(query), Some(body), Vec::new()).expect("valid");
        let text = request_text(&params, false);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
        assert_eq!(
            String::from_utf8_lossy(&text),
            "app_id=2021000000000001&biz_content={\"out_trade_no\":\"T1\",\"total_amount\":\"0.01\"}&charset=utf-8\
            &format=json&method=alipay.trade.query&sign_type=RSA2&timestamp=2026-01-02 03:04:05&version=1.0"
        );
        let golden = "d8414d0659ae47815fb5de0e13081123209696bfcd2c98ce1291b0aa5d264ca5";
        assert_eq!(hex::encode(digest), golden);
        assert!(String::from_utf8_lossy(&request_text(&params, true)).contains("&notify_url=&sign_type="));
    }

    #[test]
    fn a_notification_leaves_out_sign_type_and_what_is_empty() {
        let pairs = [("b", "2"), ("sign", "x"), ("a", "1"), ("sign_type", "RSA2"), ("c", "")];
        let text = notify_text(pairs.iter().map(|(name, value)| (*name, value.as_bytes())));
        assert_eq!(text, b"a=1&b=2");
    }
}
