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
    use super::super::{PREFIX, access, openapi};
    use super::*;
    use Repeats::{Proof, Receiver, Same, Shown, Sight, Spare, Version};
    use axum::http::HeaderValue;
    use base::Slot;
    use std::collections::BTreeMap;

    /// Why a call that writes may come twice without a key.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum Repeats {
        /// It names what it makes, sets or ends: the second one finds it so, or is refused.
        Same,
        /// What it is let through by is used up by the first one: a code, or the answer of a passkey.
        Proof,
        /// It says what it was decided on as that was read: the second one is refused where that moved on, and
        /// proposes the same again where nobody agreed yet.
        Version,
        /// It says back what was shown, and what stands elsewhere by then is not moved again.
        Shown,
        /// It makes one more of what nobody has to have: few at a time, and each lapses by itself.
        Spare,
        /// Whoever gets what it sends takes that once, however often it comes.
        Receiver,
        /// It looks, and leaves nothing behind but the note of who looked, or what whoever looks claims by that.
        Sight,
    }

    /// The calls that write and take no key. A new one stands here with its reason, or takes a key.
    const WITHOUT_KEY: &[(&str, &str, Repeats)] = &[
        ("POST", "/challenges", Spare),
        ("POST", "/people", Proof),
        ("POST", "/login-password", Proof),
        ("POST", "/pay-password", Proof),
        ("POST", "/sessions", Spare),
        ("POST", "/sessions/passkey", Proof),
        ("POST", "/sessions/passkey/options", Spare),
        ("DELETE", "/sessions/{id}", Same),
        ("POST", "/me/close", Same),
        ("POST", "/me/stop-payment", Same),
        ("DELETE", "/me/stop-payment", Same),
        ("POST", "/passkeys", Proof),
        ("POST", "/passkeys/options", Spare),
        ("DELETE", "/passkeys/{id}", Same),
        ("POST", "/identity", Same),
        ("POST", "/identity/limit", Same),
        ("POST", "/merchants", Same),
        ("POST", "/merchants/{login}/documents/{kind}", Same),
        ("POST", "/merchants/{login}/submit", Same),
        ("POST", "/merchants/{login}/confirm", Same),
        ("POST", "/merchants/{login}/sign", Same),
        ("POST", "/me/cards", Same),
        ("POST", "/me/cards/{no}/confirm", Same),
        ("DELETE", "/me/cards/{no}", Same),
        ("PUT", "/me/pockets", Same),
        ("DELETE", "/me/pockets", Same),
        ("POST", "/me/bank-orders/{no}/confirm", Same),
        ("POST", "/me/bank-orders/{no}/confirm/options", Spare),
        ("POST", "/me/bank-orders/{no}/close", Same),
        ("POST", "/me/transfers/{no}/confirm", Same),
        ("POST", "/me/transfers/{no}/confirm/options", Spare),
        ("POST", "/me/transfers/{no}/cancel", Same),
        ("POST", "/codes", Sight),
        ("POST", "/me/orders", Sight),
        ("POST", "/me/payments", Shown),
        ("POST", "/me/payments/options", Spare),
        ("POST", "/me/payments/{trade_no}/revoke", Same),
        ("POST", "/me/pay-codes", Spare),
        ("DELETE", "/me/agreements/{no}", Same),
        ("POST", "/sellers/{seller_id}/staff", Same),
        ("DELETE", "/sellers/{seller_id}/staff/me", Same),
        ("DELETE", "/sellers/{seller_id}/staff/{user_id}", Same),
        ("POST", "/sellers/{seller_id}/stores", Same),
        ("POST", "/sellers/{seller_id}/stores/{store_id}/close", Same),
        ("POST", "/sellers/{seller_id}/apps/{app_id}/keys", Same),
        ("POST", "/sellers/{seller_id}/apps/{app_id}/keys/{number}/promote", Same),
        ("POST", "/sellers/{seller_id}/apps/{app_id}/keys/{number}/retire", Same),
        ("POST", "/sellers/{seller_id}/orders/{trade_no}/cancel", Same),
        ("POST", "/sellers/{seller_id}/orders/{trade_no}/refund-request/refusal", Version),
        ("POST", "/sellers/{seller_id}/notifications/{notify_id}/again", Receiver),
        ("POST", "/sellers/{seller_id}/doctor", Sight),
        ("POST", "/ops/operators/proposal", Same),
        ("POST", "/ops/operators/approval", Same),
        ("POST", "/ops/operators/withdrawal", Same),
        ("POST", "/ops/risk/proposal", Version),
        ("POST", "/ops/risk/approval", Version),
        ("POST", "/ops/risk/backtest", Sight),
        ("POST", "/ops/risk/cases/decide", Same),
        ("POST", "/ops/screening/proposal", Version),
        ("POST", "/ops/screening/approval", Version),
        ("POST", "/ops/applications/{login}/claim", Same),
        ("POST", "/ops/applications/{login}/pass", Same),
        ("POST", "/ops/applications/{login}/reject", Same),
        ("POST", "/ops/applications/{login}/suspend", Same),
        ("POST", "/ops/applications/{login}/resume", Same),
        ("POST", "/ops/applications/{login}/unsign", Same),
        ("POST", "/ops/contracts/proposal", Version),
        ("POST", "/ops/contracts/approval", Version),
        ("POST", "/ops/rules/proposal", Version),
        ("POST", "/ops/rules/approval", Version),
        ("POST", "/ops/suspense/proposal", Same),
        ("POST", "/ops/suspense/closing", Same),
        ("POST", "/ops/suspense/withdrawal", Same),
        // A clock that is told `by` is told from where, and stands elsewhere the second time.
        ("POST", "/ops/world/clock", Shown),
        // One that stands and does the same is answered as it stands.
        ("POST", "/ops/world/faults", Same),
        ("DELETE", "/ops/world/faults/{no}", Same),
    ];

    #[test]
    fn every_write_takes_a_key_or_is_known_to_repeat_safely() {
        let api = serde_json::to_value(openapi::document()).unwrap();
        let takes_key = |method: &str, path: &str| {
            let call = &api["paths"][format!("{PREFIX}{path}")][method.to_lowercase()];
            let mut told = call["parameters"].as_array().into_iter().flatten();
            told.any(|one| {
                one["name"] == "Idempotency-Key" && one["in"] == "header" && one["required"] == true
            })
        };
        let known: BTreeMap<_, _> =
            WITHOUT_KEY.iter().map(|(method, path, why)| ((*method, *path), *why)).collect();
        assert_eq!(known.len(), WITHOUT_KEY.len(), "a call stands twice");
        let mut keys = 0;
        for (method, path, _) in access::TABLE.iter().filter(|(method, ..)| *method != "GET") {
            let why = known.get(&(*method, *path));
            assert_eq!(takes_key(method, path), why.is_none(), "{method} {path} repeats by {why:?}");
            keys += usize::from(why.is_none());
        }
        assert!(keys > 5, "{keys} calls take a key");
        for (method, path) in known.keys() {
            assert!(access::of(method, path).is_some(), "{method} {path} is no call");
        }
    }

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
