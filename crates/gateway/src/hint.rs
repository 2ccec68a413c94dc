//! Why a signature is probably wrong: tries what developers get wrong and sees which one fits. Only for sandbox
//! worlds, in a response header and the log, never in the signed body; a cause is one of these texts, so that nothing
//! of the request is in it.

use wire::canonical::{join_sorted, notify_text, request_text};
use wire::charset::Charset;
use wire::params::Params;
use wire::sign::{PublicKey, SignType};

/// The most likely cause, in plain English and ASCII.
pub(crate) fn likely_cause(
    params: &Params,
    sign_type: SignType,
    key: &PublicKey,
    platform: &PublicKey,
) -> &'static str {
    let Some(sign) = params.get("sign").and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return "sign is not text";
    };
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b' ');
    if !sign.bytes().all(base64) {
        return "sign is not base64: was it escaped twice, or written as hex?";
    }
    let length_bytes = sign.bytes().filter(|byte| *byte != b'=').count() * 6 / 8;
    if length_bytes != key.bits().div_ceil(8) {
        return "sign has another length than the registered key makes: wrong key, or the signature was cut off";
    }
    let fits = |kind: SignType, text: &[u8]| key.verify(kind, text, sign);
    let text = request_text(params, false);
    let other = match sign_type {
        SignType::Rsa => SignType::Rsa2,
        SignType::Rsa2 => SignType::Rsa,
    };
    if fits(other, &text) {
        return "signed with the other sign_type: RSA is SHA-1, RSA2 is SHA-256";
    }
    for (cause, text) in variants(params) {
        if fits(sign_type, &text) {
            return cause;
        }
    }
    if platform == key {
        return "the registered key is the platform's public key; register the one of your own pair";
    }
    "wrong key, or a parameter changed after signing: compare the text in sub_msg with the one you signed"
}

type Pairs<'a> = Vec<(&'a str, Vec<u8>)>;

/// Texts that clients sign by mistake, with the mistake.
fn variants(params: &Params) -> Vec<(&'static str, Vec<u8>)> {
    let signed = |(name, value): &(&str, &[u8])| *name != "sign" && !value.is_empty();
    let changed = |change: &dyn Fn(&[u8]) -> Vec<u8>| -> Vec<u8> {
        let pairs: Pairs<'_> =
            params.iter().filter(signed).map(|(name, value)| (name, change(value))).collect();
        join_sorted(pairs.iter().map(|(name, value)| (*name, value.as_slice())))
    };
    let without =
        |left_out: &str| join_sorted(params.iter().filter(signed).filter(|(name, _)| *name != left_out));
    let recoded = |from: Charset, to: Charset| {
        changed(&|value| {
            from.decode(value).ok().and_then(|text| to.encode(&text).ok()).unwrap_or_else(|| value.to_vec())
        })
    };
    let replaced = |from: u8, to: u8| {
        changed(&|value| value.iter().map(|byte| if *byte == from { to } else { *byte }).collect())
    };
    vec![
        (
            "sign_type was left out of the text to sign; in requests it is signed too",
            notify_text(params.iter()),
        ),
        ("biz_content was left out of the text to sign", without("biz_content")),
        ("charset was left out of the text to sign", without("charset")),
        ("a '+' was lost: it must travel as %2B", replaced(b' ', b'+')),
        ("values were escaped before signing; sign them as they are", changed(&escaped)),
        ("the text was signed as GBK but charset says utf-8", recoded(Charset::Utf8, Charset::Gbk)),
        ("the text was signed as UTF-8 but charset says GBK", recoded(Charset::Gbk, Charset::Utf8)),
    ]
}

/// As `encodeURIComponent` and its like write it.
fn escaped(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() * 3);
    for byte in value {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}
