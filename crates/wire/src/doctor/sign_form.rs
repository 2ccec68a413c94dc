//! The forms in which a signature may have come by mistake.

use super::Mistake;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use percent_encoding::percent_decode_str;

/// Longest `sign` that is looked at, in characters: hexadecimal of the largest key's signature, with room.
const SIGN_MAX: usize = 16 * 1024;

/// The bytes of a signature in the one form that is right.
pub(super) fn plain(sign: &str) -> Option<Vec<u8>> {
    STANDARD.decode(sign.replace(' ', "+")).ok()
}

/// What the signature is when it was written in another form; only forms whose marks it has.
pub(super) fn readings(sign: &str) -> Vec<(Mistake, Vec<u8>)> {
    let mut found = Vec::new();
    if sign.len() > SIGN_MAX {
        return found;
    }
    let mut add =
        |mistake: Mistake, bytes: Option<Vec<u8>>| found.extend(bytes.map(|bytes| (mistake, bytes)));
    if sign.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        add(Mistake::SignHex, hex::decode(sign).ok());
    }
    if sign.contains('%') {
        let once = percent_decode_str(sign).decode_utf8().ok();
        add(Mistake::SignEscapedTwice, once.and_then(|text| plain(&text)));
    }
    if sign.contains(['\r', '\n', '\t', '"', '\'', '\\']) || sign.trim() != sign {
        let joined =
            sign.trim().replace("\\r", "").replace("\\n", "").replace(['\r', '\n', '\t', '"', '\''], "");
        add(Mistake::SignLineBroken, plain(&joined));
    }
    if sign.contains(['-', '_']) || !sign.ends_with('=') {
        let usual = sign.replace(['-'], "+").replace('_', "/").replace(' ', "+");
        add(Mistake::SignUrlSafe, STANDARD_NO_PAD.decode(usual.trim_end_matches('=')).ok());
    }
    let inner = plain(sign).and_then(|bytes| String::from_utf8(bytes).ok());
    add(Mistake::SignBase64Twice, inner.and_then(|text| plain(text.trim())));
    found
}
