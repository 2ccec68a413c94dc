//! Texts whose letters were changed by somebody on the way: plus signs, charsets, escapes, other serialisers.

use super::{Pair, Texts, joined};
use crate::charset::Charset;
use crate::doctor::{Found, Mistake, Trial, content};
use crate::json::{self, Json};
use percent_encoding::percent_decode;

/// Spaces of which each set is tried to have been plus signs; more are taken all together.
const PLUS_MAX: u32 = 2;

/// How a language escapes values.
struct Escapes {
    /// What stays, beside letters and digits.
    kept: &'static [u8],
    /// Whether a space becomes `+`.
    plus: bool,
    /// Whether the digits are in capital letters.
    capital: bool,
}

/// PHP `rawurlencode`; Java `URLEncoder`; JavaScript `encodeURIComponent`; Python `quote`; .NET `UrlEncode`.
const ESCAPES: [Escapes; 5] = [
    Escapes { kept: b"-_.~", plus: false, capital: true },
    Escapes { kept: b"-_.*", plus: true, capital: true },
    Escapes { kept: b"-_.~!*'()", plus: false, capital: true },
    Escapes { kept: b"-_.~/", plus: false, capital: true },
    Escapes { kept: b"-_.!*()", plus: true, capital: false },
];

/// Signs of markup, `&` first, and what they are written as.
const MARKUP: [(&str, &str); 5] =
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#039;")];
/// Other ways to write them.
const MARKUP_ALSO: [(&str, &str); 4] = [("'", "&#39;"), ("'", "&apos;"), ("\"", "&#34;"), ("'", "&#x27;")];

impl Texts<'_> {
    /// `+` that travelled unescaped, or spaces that were signed as `+`.
    pub(super) fn plus(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let is_space = |byte: &&u8| **byte == b' ';
        let timed = |name: &str| name == "timestamp";
        let others = self.pairs.iter().filter(|(name, _)| !timed(name));
        let spaces = others.flat_map(|(_, value)| value.iter()).filter(is_space).count();
        // Bit n stands for the nth space, in the order of the parameters.
        let whole = u64::MAX;
        let mut masks = vec![whole];
        if spaces > 1 && spaces <= PLUS_MAX as usize {
            masks.extend((0..spaces).map(|bit| 1 << bit));
        }
        for mask in masks {
            let found = trial.text(Mistake::PlusLost, self.with_plus(mask, false));
            if found.is_some() {
                return found;
            }
        }
        let found = trial.text(Mistake::SpacesAsPlus, self.with_plus(whole, true));
        found.or_else(|| trial.text(Mistake::SpacesAsPlus, self.with_plus(0, true)))
    }

    fn with_plus(&self, mask: u64, also_time: bool) -> Vec<u8> {
        let mut seen: u32 = 0;
        let mut pairs: Vec<Pair<'_>> = self.pairs.clone();
        for (name, value) in &mut pairs {
            let timed = *name == "timestamp";
            for byte in value.iter_mut().filter(|byte| **byte == b' ') {
                let chosen =
                    if timed { also_time } else { mask == u64::MAX || (mask >> seen.min(63)) & 1 == 1 };
                seen += u32::from(!timed);
                if chosen {
                    *byte = b'+';
                }
            }
        }
        joined(&pairs)
    }

    /// Bytes of another charset than the declared one.
    pub(super) fn charsets(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let declared = self.charset;
        let (other, signed_as) = match declared {
            Charset::Utf8 => (Charset::Gbk, Mistake::SignedAsGbk),
            Charset::Gbk => (Charset::Utf8, Mistake::SignedAsUtf8),
        };
        let recoded = |from: Charset, to: Charset| {
            self.changed(|_, value| {
                let text = from.decode(value).ok();
                text.and_then(|text| to.encode(&text).ok()).unwrap_or_else(|| value.to_vec())
            })
        };
        let marks = self.changed_text(|text| {
            text.chars().map(|letter| if letter.is_ascii() { letter as u8 } else { b'?' }).collect()
        });
        let as_latin = self.changed(|_, value| latin1(value).into_bytes());
        let from_latin = self.changed_text(|text| {
            let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
            bytes.unwrap_or_else(|| text.as_bytes().to_vec())
        });
        trial
            .text(signed_as, recoded(declared, other))
            .or_else(|| trial.text(Mistake::SentInOtherCharset, recoded(other, declared)))
            .or_else(|| trial.text(Mistake::SignedAsQuestionMarks, marks))
            .or_else(|| trial.text(Mistake::Latin1, as_latin))
            .or_else(|| trial.text(Mistake::Latin1, from_latin))
    }

    /// Values escaped for an address before signing, or once too often after it.
    pub(super) fn escaped(&self, trial: &mut Trial<'_>) -> Option<Found> {
        for escapes in &ESCAPES {
            let found = trial.text(Mistake::ValuesEscaped, self.changed(|_, value| escapes.write(value)));
            if found.is_some() {
                return found;
            }
        }
        let some = |chosen: &dyn Fn(&str) -> bool| {
            self.changed(|name, value| if chosen(name) { ESCAPES[0].write(value) } else { value.to_vec() })
        };
        let twice = self.changed(|_, value| percent_decode(value).collect());
        let twice_form = self.changed(|_, value| {
            let spaced: Vec<u8> = value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            percent_decode(&spaced).collect()
        });
        trial
            .text(Mistake::ValuesEscaped, some(&|name| name == "biz_content"))
            .or_else(|| trial.text(Mistake::ValuesEscaped, some(&|name| name.ends_with("_url"))))
            .or_else(|| trial.text(Mistake::ValuesEscapedTwice, twice))
            .or_else(|| trial.text(Mistake::ValuesEscapedTwice, twice_form))
    }

    /// Values escaped for a page before signing, or after it; then names may have it too (`amp;charset`).
    pub(super) fn markup(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let signed = |signs: &[(&str, &str)]| {
            self.changed_text(|text| {
                let escaped =
                    signs.iter().fold(text.to_owned(), |text, (sign, mark)| text.replace(sign, mark));
                self.charset.encode_lossy(&escaped)
            })
        };
        let plain = |value: &[u8]| match self.charset.decode(value) {
            Ok(text) => {
                let also = MARKUP_ALSO.iter().chain(MARKUP.iter().rev());
                self.charset.encode_lossy(&also.fold(text, |text, (sign, mark)| text.replace(mark, sign)))
            }
            Err(_) => value.to_vec(),
        };
        let pairs: Vec<Pair<'_>> = self
            .pairs
            .iter()
            .map(|(name, value)| (name.strip_prefix("amp;").unwrap_or(name), plain(value)))
            .filter(|(name, _)| *name != "sign")
            .collect();
        trial
            .text(Mistake::HtmlOnTheWay, joined(&pairs))
            .or_else(|| trial.text(Mistake::HtmlSigned, signed(&MARKUP[..4])))
            .or_else(|| trial.text(Mistake::HtmlSigned, signed(&MARKUP)))
    }

    /// The content as other serialisers write it.
    pub(super) fn content(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let text = self.content_text()?;
        content::forms(&text)
            .into_iter()
            .find_map(|(mistake, form)| trial.text(mistake, self.with_content(&form)?))
    }

    /// Quotes of the content that were escaped once too often.
    pub(super) fn quotes(&self, trial: &mut Trial<'_>) -> Option<Found> {
        let text = self.content_text()?;
        let slashed = text.replace('\\', "\\\\").replace('"', "\\\"");
        let quoted = format!("\"{slashed}\"");
        let stripped = text.replace("\\\"", "\"").replace("\\\\", "\\");
        let inner = match json::parse(&text) {
            Ok(Json::Text(inner)) => Some(inner),
            Ok(Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) | Err(_) => {
                None
            }
        };
        let forms = [Some(slashed), Some(quoted), Some(stripped), inner];
        forms
            .into_iter()
            .flatten()
            .find_map(|form| trial.text(Mistake::ContentQuoted, self.with_content(&form)?))
    }
}

impl Escapes {
    fn write(&self, value: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(value.len() * 3);
        for byte in value {
            match byte {
                b' ' if self.plus => out.push(b'+'),
                byte if byte.is_ascii_alphanumeric() || self.kept.contains(byte) => out.push(*byte),
                byte if self.capital => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
                byte => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
            }
        }
        out
    }
}

/// Each byte as the letter that it is in Latin-1.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
