//! The key of a call that makes something new: sent again with the same key, it makes nothing twice.

use crate::sandbox::SandboxError;
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use base::{PartyId, Text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The header that carries it.
pub(crate) const HEADER: &str = "idempotency-key";

/// Most characters of a key.
const KEY_MAX: usize = 64;

/// The header `Idempotency-Key` of a call: 1 to 64 letters, digits, `_` or `-`. 400 `key_missing` without it, 400
/// `bad_key` when it is anything else or comes twice.
#[derive(Clone, Debug)]
pub(crate) struct Key(pub(crate) Text<KEY_MAX>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = SandboxError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Key, SandboxError> {
        of(&parts.headers)
    }
}

impl Key {
    /// The key under which the engine takes a call of this kind. Digested, so that there is room for the kind before
    /// it: keys of two kinds never meet, and none meets one that a page drew, which has no dot.
    pub(crate) fn of_kind(&self, kind: &str) -> Text<KEY_MAX> {
        kept(kind, self.0.as_str())
    }

    /// The same where the engine keeps keys of many persons together: those of two never meet.
    pub(crate) fn of_person(&self, kind: &str, person: PartyId) -> Text<KEY_MAX> {
        kept(kind, &format!("{person}\n{}", self.0))
    }
}

fn kept(kind: &str, text: &str) -> Text<KEY_MAX> {
    let digested = URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()));
    Text::new(&format!("api.{kind}.{digested}")).expect("a kind has sixteen letters at most")
}

fn of(headers: &HeaderMap) -> Result<Key, SandboxError> {
    let bad = || {
        let message = format!("Idempotency-Key has 1 to {KEY_MAX} letters, digits, _ or -, and comes once");
        SandboxError::bad("bad_key", message)
    };
    let mut values = headers.get_all(HEADER).into_iter();
    let Some(value) = values.next() else {
        let message = "send Idempotency-Key: the same call with the same key makes nothing twice";
        return Err(SandboxError::bad("key_missing", message));
    };
    let text = value.to_str().map_err(|_| bad())?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if values.next().is_some() || text.is_empty() || !text.chars().all(fits) {
        return Err(bad());
    }
    Text::new(text).map(Key).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use base::Slot;

    fn found(values: &[&str]) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        of(&headers).map(|Key(key)| key.as_str().to_owned()).map_err(|error| error.code())
    }

    #[test]
    fn a_key_is_there_once_and_has_plain_characters() {
        let longest = "k".repeat(KEY_MAX);
        let too_long = "k".repeat(KEY_MAX + 1);
        let cases: [(&[&str], Result<&str, &str>); 7] = [
            (&["a_B-9"], Ok("a_B-9")),
            (&[longest.as_str()], Ok(longest.as_str())),
            (&[], Err("key_missing")),
            (&[""], Err("bad_key")),
            (&["two words"], Err("bad_key")),
            (&[too_long.as_str()], Err("bad_key")),
            (&["one", "two"], Err("bad_key")),
        ];
        for (values, expected) in cases {
            assert_eq!(found(values), expected.map(str::to_owned), "{values:?}");
        }
    }

    #[test]
    fn a_key_of_the_engine_is_of_one_kind_and_of_one_key() {
        let key = |text: &str| Key(Text::new(text).unwrap());
        let one = key("k").of_kind("transfer");
        assert_eq!(key("k").of_kind("transfer"), one);
        assert!(one != key("k").of_kind("withdrawal") && one != key("l").of_kind("transfer"));
        assert!(one.as_str().starts_with("api.transfer."), "{one}");
        assert!(key(&"k".repeat(KEY_MAX)).of_kind("sixteen_letters_").as_str().len() <= KEY_MAX);
        let [lily, tom] = [1, 2].map(|counter| PartyId::issue(counter, Slot::PLATFORM).unwrap());
        let of_lily = key("k").of_person("transfer", lily);
        assert_eq!(key("k").of_person("transfer", lily), of_lily);
        assert!(of_lily != key("k").of_person("transfer", tom) && of_lily != one);
    }
}
