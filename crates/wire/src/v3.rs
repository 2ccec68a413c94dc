//! The texts of the v3 interface: the `Authorization` header taken apart, and what the signatures of a call and of its
//! answer cover. Every line ends with a line feed, the last one too.
//!
//! Clients put the keys in different orders and may add their own, so they are read by name; what is signed is the
//! header's text as it came, up to `,sign=`.

use crate::sign::SignType;

/// The scheme of RSA: PKCS#1 v1.5 with SHA-256.
pub const SCHEME: &str = "ALIPAY-SHA256withRSA";
/// The scheme of SM2. The documents do not give it; this is its likeliest name (protocol reference 2.2).
pub const SM2_SCHEME: &str = "ALIPAY-SM2withSM3";

/// What stands between the text that is signed and its signature.
const BEFORE_SIGN: &str = ",sign=";

/// Why a header is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// It does not begin with [`SCHEME`] or [`SM2_SCHEME`] and a space.
    #[error("the scheme is neither {SCHEME} nor {SM2_SCHEME}")]
    SchemeUnknown,
    /// A key is there twice: two readers could take different values.
    #[error("a key is given twice")]
    Repeated,
}

/// An `Authorization` header. Nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// How it says that it is signed.
    pub sign_type: SignType,
    /// The text that is signed, as it came.
    pub signed: &'a str,
    /// The signature in base64; absent when there is none.
    pub sign: Option<&'a str>,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Authorization<'a> {
    /// Takes the header's value apart.
    ///
    /// # Errors
    /// Another scheme, or a key that is there twice.
    pub fn parse(header: &'a str) -> Result<Authorization<'a>, AuthorizationError> {
        let (scheme, rest) = header.split_once(' ').ok_or(AuthorizationError::SchemeUnknown)?;
        let sign_type = match scheme {
            SCHEME => SignType::Rsa2,
            SM2_SCHEME => SignType::Sm2,
            _ => return Err(AuthorizationError::SchemeUnknown),
        };
        let rest = rest.trim();
        let (signed, sign) = match rest.split_once(BEFORE_SIGN) {
            Some((signed, sign)) => (signed, Some(sign).filter(|sign| !sign.is_empty())),
            None => (rest, None),
        };
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (key, value) in signed.split(',').filter_map(|piece| piece.split_once('=')) {
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(AuthorizationError::Repeated);
            }
            pairs.push((key, value));
        }
        Ok(Authorization { sign_type, signed, sign, pairs })
    }

    /// The value of a key; an empty one counts as absent.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        let found = self.pairs.iter().find(|(known, _)| *known == key);
        found.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

/// The text that a call's signature covers. `uri` is path and query as they stood on the request line, `body` the bytes
/// that were sent. The line of `app_auth_token` is there only when its header is.
pub fn request_text(
    signed: &str,
    verb: &str,
    uri: &str,
    body: &[u8],
    app_auth_token: Option<&[u8]>,
) -> Vec<u8> {
    let mut lines = vec![signed.as_bytes(), verb.as_bytes(), uri.as_bytes(), body];
    lines.extend(app_auth_token);
    in_lines(&lines)
}

/// The text that an answer's signature covers.
pub fn answer_text(timestamp_ms: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    in_lines(&[timestamp_ms.as_bytes(), nonce.as_bytes(), body])
}

fn in_lines(lines: &[&[u8]]) -> Vec<u8> {
    let mut text = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_by_name_and_signed_as_they_came() {
        for (text, serial) in [
            ("app_id=2021000000000001,app_cert_sn=ab,nonce=n-1,timestamp=1767323045000", Some("ab")),
            ("timestamp=1767323045000,nonce=n-1,app_id=2021000000000001", None),
            ("nonce=n-1,own,app_cert_sn=,x=1=2,timestamp=1767323045000,app_id=2021000000000001", None),
        ] {
            let header = format!("{SCHEME} {text},sign=QUJD+/==");
            let read = Authorization::parse(&header).expect("well formed");
            assert_eq!((read.signed, read.sign), (text, Some("QUJD+/==")));
            assert_eq!(read.get("app_id"), Some("2021000000000001"));
            assert_eq!((read.get("nonce"), read.get("timestamp")), (Some("n-1"), Some("1767323045000")));
            assert_eq!((read.get("app_cert_sn"), read.get("sign")), (serial, None));
        }
        for text in ["ALIPAY-SHA256withRSA app_id=1", "ALIPAY-SHA256withRSA app_id=1,sign="] {
            let read = Authorization::parse(text).expect("well formed");
            assert_eq!((read.signed, read.sign), ("app_id=1", None));
        }
    }

    #[test]
    fn another_scheme_and_a_key_given_twice_are_refused() {
        for text in
            ["", "ALIPAY-SHA256withRSA", "ALIPAY-SM2withSM2 app_id=1,sign=A", "Bearer x", "app_id=1,sign=A"]
        {
            assert_eq!(Authorization::parse(text), Err(AuthorizationError::SchemeUnknown), "{text}");
        }
        let twice = format!("{SCHEME} app_id=1,nonce=2,app_id=1,sign=A");
        assert_eq!(Authorization::parse(&twice), Err(AuthorizationError::Repeated));
    }

    #[test]
    fn the_texts_to_sign_are_frozen() {
        let auth = "app_id=2021000000000001,nonce=9f,timestamp=1767323045000";
        let body = br#"{"out_trade_no":"T1"}"#;
        assert_eq!(
            request_text(auth, "POST", "/v3/alipay/trade/query", body, None),
            b"app_id=2021000000000001,nonce=9f,timestamp=1767323045000\nPOST\n/v3/alipay/trade/query\n\
            {\"out_trade_no\":\"T1\"}\n"
        );
        assert_eq!(
            request_text("a=1", "GET", "/v3/a/b?c=%E6%94%AF+", b"", Some(b"token")),
            b"a=1\nGET\n/v3/a/b?c=%E6%94%AF+\n\ntoken\n"
        );
        assert_eq!(answer_text("1767323045123", "77ab", b"{}"), b"1767323045123\n77ab\n{}\n");
    }
}
