//! The signature doctor: finds out why the signature of a request is wrong, by trying what developers get wrong and
//! seeing which of it verifies.
//!
//! A cause that lies in the text is named only when the text so altered has this very signature, and a cause that lies
//! in the keys only when another key we know fits; all else is [`Mistake::Unknown`], which claims nothing. Work is
//! bounded by [`TRIES_MAX`] and [`BYTES_MAX`], since anybody can send wrong signatures.
//!
//! Reading order: [`Mistake`], [`diagnose`], then `texts` (what is tried) and `content` (JSON written in other ways).

mod content;
mod mistake;
mod pasted;
mod serial;
mod shown;
mod sign_form;
mod texts;

pub use mistake::Mistake;
pub use pasted::{PASTED_BYTES_MAX, Pasted, PastedError};
pub use serial::{SerialDiagnosis, Serials, registered_key};

use crate::canonical::request_text;
use crate::charset::Charset;
use crate::params::Params;
use crate::sign::{PublicKey, SignType, verify_request};
use crate::sm2;
use std::collections::BTreeSet;

/// Most signatures that are checked for one diagnosis. All that is tried of a usual request fits in.
pub const TRIES_MAX: usize = 64;
/// Most bytes that are hashed for one diagnosis: all tries of a request of 64 KiB.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most keys of other apps that are tried.
pub const OTHERS_MAX: usize = 3;
/// Most retired keys of the app that are tried.
pub const RETIRED_MAX: usize = 3;

/// The keys that may have to do with a request.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The app's registered key.
    pub registered: &'a PublicKey,
    /// The other one that the app may sign with, while it exchanges its key.
    pub second: Option<&'a PublicKey>,
    /// Keys that the app had before, the latest first; the first [`RETIRED_MAX`] are tried.
    pub retired: &'a [PublicKey],
    /// The platform's key, when it is known.
    pub platform: Option<&'a PublicKey>,
    /// Keys of other apps; the first [`OTHERS_MAX`] are tried.
    pub others: &'a [PublicKey],
}

/// What is wrong with a signature, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The mistake.
    pub mistake: Mistake,
    /// The text that the platform rebuilt from the request and checked.
    pub rebuilt: Vec<u8>,
    /// The text that this signature really is of, when it was found.
    pub verifying: Option<Vec<u8>>,
    /// The name of the parameter that it is about.
    pub parameter: Option<String>,
    /// The charset that the request names.
    pub charset: Charset,
}

/// Finds what is wrong with the signature of a request; `None` when it is right.
pub fn diagnose(params: &Params, keys: &Keys<'_>) -> Option<Diagnosis> {
    let rebuilt = request_text(params, false);
    let found = match read(params) {
        Err(mistake) => Found::plain(mistake),
        Ok((sign_type, _)) if is_right(params, sign_type, keys) => return None,
        Ok((sign_type, sign)) => {
            let mut trial = Trial::new(keys, sign_type, &rebuilt);
            let found = find(params, sign, &rebuilt, &mut trial);
            found_by_second(params, (sign_type, sign), &rebuilt, keys).unwrap_or(found)
        }
    };
    let charset = params.charset().unwrap_or_default();
    let Found { mistake, text, parameter } = found;
    Some(Diagnosis { mistake, rebuilt, verifying: text, parameter, charset })
}

/// Whether a key that the app may sign with made the signature.
fn is_right(params: &Params, sign_type: SignType, keys: &Keys<'_>) -> bool {
    let mut own = std::iter::once(keys.registered).chain(keys.second);
    own.any(|key| verify_request(params, sign_type, key))
}

/// What the second key proves about the text. Where it proves nothing, the first key's findings stand.
fn found_by_second(
    params: &Params,
    (sign_type, sign): (SignType, &str),
    rebuilt: &[u8],
    keys: &Keys<'_>,
) -> Option<Found> {
    let keys = Keys { registered: keys.second?, second: None, ..*keys };
    let mut trial = Trial::new(&keys, sign_type, rebuilt);
    Some(find(params, sign, rebuilt, &mut trial)).filter(|found| found.text.is_some())
}

/// Sign type and signature as they were given.
fn read(params: &Params) -> Result<(SignType, &str), Mistake> {
    let text = |name: &str| params.get(name).map(std::str::from_utf8).filter(|text| *text != Ok(""));
    let sign = text("sign").ok_or(Mistake::SignMissing)?.map_err(|_| Mistake::SignNotBase64)?;
    let sign_type = text("sign_type").and_then(Result::ok).and_then(SignType::parse);
    Ok((sign_type.ok_or(Mistake::SignTypeUnknown)?, sign))
}

fn find(params: &Params, sign: &str, rebuilt: &[u8], trial: &mut Trial<'_>) -> Found {
    for (mistake, bytes) in sign_form::readings(sign) {
        trial.signature = bytes;
        if trial.is_of(trial.keys.registered, trial.sign_type, rebuilt) {
            return Found { mistake, text: Some(rebuilt.to_vec()), parameter: None };
        }
    }
    let Some(signature) = sign_form::plain(sign) else { return Found::plain(Mistake::SignNotBase64) };
    trial.signature = signature;
    let registered = trial.keys.registered;
    if trial.keys.platform == Some(registered) {
        return Found::plain(Mistake::PlatformKeyRegistered);
    }
    if let Some(found) = other_keys(rebuilt, trial) {
        return found;
    }
    if let Some(mistake) = other_algorithm(registered, trial.sign_type, &trial.signature) {
        return Found::plain(mistake);
    }
    if registered.is_sm2() {
        return of_sm2(params, rebuilt, trial);
    }
    if trial.signature.len() != registered.bits().div_ceil(8) {
        return Found::plain(Mistake::SignOfOtherLength);
    }
    if let Some(found) = texts::other_sign_type(params, trial) {
        return found;
    }
    if registered.bits() < trial.sign_type.modulus_bits_min() {
        return Found::plain(Mistake::RegisteredKeyTooShort);
    }
    texts::find(params, trial).unwrap_or(Found::plain(Mistake::Unknown))
}

/// The same for a key of SM2, whose signatures vary in length.
fn of_sm2(params: &Params, rebuilt: &[u8], trial: &mut Trial<'_>) -> Found {
    if !sm2::is_signature(&trial.signature) {
        return Found::plain(Mistake::SignNotDer);
    }
    if trial.keys.registered.is_sm2_of_nobody(rebuilt, &trial.signature) {
        return Found { mistake: Mistake::Sm2UserId, text: Some(rebuilt.to_vec()), parameter: None };
    }
    texts::find(params, trial).unwrap_or(Found::plain(Mistake::Unknown))
}

/// Lengths of RSA signatures in use, bytes: of 1024 to 4096 bits.
const RSA_SIGNATURE_BYTES: [usize; 4] = [128, 256, 384, 512];

/// Whether SM2 and RSA are mixed up: between the app's key, the sign type that is named, and the shape of the
/// signature, which no text can explain.
fn other_algorithm(registered: &PublicKey, named: SignType, signature: &[u8]) -> Option<Mistake> {
    let sm2_shaped = sm2::is_signature(signature);
    let rsa_shaped = !sm2_shaped && RSA_SIGNATURE_BYTES.contains(&signature.len());
    let (key_of_sm2, sm2_named) = (registered.is_sm2(), named == SignType::Sm2);
    match key_of_sm2 {
        true if rsa_shaped => Some(Mistake::RsaForSm2),
        false if sm2_shaped => Some(Mistake::Sm2ForRsa),
        true | false => (key_of_sm2 != sm2_named).then_some(Mistake::SignTypeOfOtherKey),
    }
}

/// As [`diagnose`], of a call whose text is not examined: only whether SM2 and RSA are mixed up in it. `sign` is what
/// stands there, when anything does.
pub fn mixed_up(registered: &PublicKey, named: SignType, sign: Option<&str>) -> Option<Mistake> {
    let signature = sign.and_then(sign_form::plain).unwrap_or_default();
    other_algorithm(registered, named, &signature)
}

/// Whether the text is right and another key signed it.
fn other_keys(rebuilt: &[u8], trial: &mut Trial<'_>) -> Option<Found> {
    let keys = trial.keys;
    let platform = keys.platform.iter().map(|key| (*key, Mistake::SignedByPlatform));
    let others = keys.others.iter().take(OTHERS_MAX).map(|key| (key, Mistake::KeyOfAnotherApp));
    let retired = keys.retired.iter().take(RETIRED_MAX).map(|key| (key, Mistake::RetiredKey));
    for (key, mistake) in platform.chain(retired).chain(others) {
        if key != keys.registered && trial.is_of(key, trial.sign_type, rebuilt) {
            return Some(Found { mistake, text: Some(rebuilt.to_vec()), parameter: None });
        }
    }
    None
}

/// A mistake with what proves it.
struct Found {
    mistake: Mistake,
    text: Option<Vec<u8>>,
    parameter: Option<String>,
}

impl Found {
    fn plain(mistake: Mistake) -> Found {
        Found { mistake, text: None, parameter: None }
    }
}

/// One signature, tried on texts until the bounds are reached.
struct Trial<'a> {
    keys: &'a Keys<'a>,
    sign_type: SignType,
    signature: Vec<u8>,
    tries_left: usize,
    bytes_left: usize,
    seen: BTreeSet<Vec<u8>>,
}

impl<'a> Trial<'a> {
    fn new(keys: &'a Keys<'a>, sign_type: SignType, rebuilt: &[u8]) -> Trial<'a> {
        // The rebuilt text itself was checked before.
        let seen = BTreeSet::from([rebuilt.to_vec()]);
        Trial { keys, sign_type, signature: Vec::new(), tries_left: TRIES_MAX, bytes_left: BYTES_MAX, seen }
    }

    /// Whether the signature is that of this text with this key. Beyond the bounds nothing is.
    fn is_of(&mut self, key: &PublicKey, sign_type: SignType, text: &[u8]) -> bool {
        if self.tries_left == 0 || self.bytes_left < text.len() {
            return false;
        }
        self.tries_left -= 1;
        self.bytes_left -= text.len();
        key.verify_bytes(sign_type, text, &self.signature)
    }

    /// The mistake, when the app's key signed this text. No text is tried twice.
    fn text(&mut self, mistake: Mistake, text: Vec<u8>) -> Option<Found> {
        if self.tries_left == 0 || self.bytes_left < text.len() {
            // Not kept either: nothing will be tried any more.
            return None;
        }
        if self.seen.contains(&text) || !self.is_of(self.keys.registered, self.sign_type, &text) {
            self.seen.insert(text);
            return None;
        }
        Some(Found { mistake, text: Some(text), parameter: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keygen::rsa_2048;

    #[test]
    fn beyond_the_bounds_nothing_is_tried() {
        let key = rsa_2048().expect("a key");
        let keys =
            Keys { registered: key.public_key(), platform: None, second: None, retired: &[], others: &[] };
        let mut trial = Trial::new(&keys, SignType::Rsa2, b"");
        trial.signature = key.sign_bytes(SignType::Rsa2, b"right");
        for count in 0..TRIES_MAX - 1 {
            assert!(trial.text(Mistake::Unknown, format!("wrong {count}").into_bytes()).is_none());
            assert!(
                trial.text(Mistake::Unknown, b"wrong 0".to_vec()).is_none(),
                "the same again costs nothing"
            );
        }
        assert!(trial.is_of(key.public_key(), SignType::Rsa2, b"right"), "the last one");
        assert!(!trial.is_of(key.public_key(), SignType::Rsa2, b"right"), "one too many");
        let kept = trial.seen.len();
        assert!(trial.text(Mistake::Unknown, b"never seen".to_vec()).is_none());
        assert_eq!(trial.seen.len(), kept, "what is not tried is not kept");
        let mut trial = Trial { bytes_left: 4, ..Trial::new(&keys, SignType::Rsa2, b"") };
        trial.signature = key.sign_bytes(SignType::Rsa2, b"right");
        assert!(!trial.is_of(key.public_key(), SignType::Rsa2, b"right"), "too long");
    }
    #[test]
    fn all_that_is_tried_of_a_usual_request_is_within_the_bounds() {
        let pair = rsa_2048().expect("a key");
        let others: Vec<PublicKey> =
            (0..OTHERS_MAX + 1).map(|_| rsa_2048().expect("a key").public_key().clone()).collect();
        let platform = rsa_2048().expect("a key");
        let platform = Some(platform.public_key());
        let keys =
            Keys { registered: pair.public_key(), platform, second: None, retired: &[], others: &others };
        let query = "app_id=1&method=alipay.trade.page.pay&charset=utf-8&sign_type=RSA2&version=1.0&format=JSON\
            &timestamp=2026-01-02+03%3A04%3A05&notify_url=https%3A%2F%2Fh%2Fn%3Fa%3D1&return_url=https%3A%2F%2Fh";
        let body = "biz_content=%7B%22subject%22%3A%22%E8%8C%B6%2Ftea+%26+%3Ccake%3E%22%2C%22body%22%3A%22it's%22%7D";
        let params = Params::merge(Some(query.as_bytes()), Some(body.as_bytes()), Vec::new()).expect("valid");
        let rebuilt = request_text(&params, false);
        let mut trial = Trial::new(&keys, SignType::Rsa2, &rebuilt);
        let sign = pair.sign(SignType::Rsa2, b"something else");
        assert_eq!(find(&params, &sign, &rebuilt, &mut trial).mistake, Mistake::Unknown);
        // The rebuilt text is among those seen; the platform's key, other apps' keys and the other algorithm, which is
        // tried with two texts, are not.
        let needed = trial.seen.len() - 1 + 1 + OTHERS_MAX + 2;
        assert!(needed <= TRIES_MAX, "{needed} tries are needed");
    }
}
