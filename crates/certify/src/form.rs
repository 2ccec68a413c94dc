//! Form bodies as notifications are written: read for what they say, written for letters that the script sends itself.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use std::collections::BTreeMap;

/// All but letters, digits and `-_.~`.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Characters of a signature that are shown: enough to tell two apart.
const SIGN_CHARS: usize = 12;

/// The members of a form. Bytes that are no UTF-8 (a GBK letter's) are replaced: numbers, amounts and states, which
/// are all that is read here, are ASCII in every charset.
pub(crate) fn read(form: &str) -> BTreeMap<String, String> {
    let plain = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    form.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (plain(n), plain(v))).collect()
}

/// Pairs as a form.
pub(crate) fn write(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| percent_encode(text.as_bytes(), &ESCAPED).to_string();
    let written = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    written.collect::<Vec<_>>().join("&")
}

/// The form for people: one pair a line, unescaped, the signature cut. Repeated names stand as often as they were sent.
pub(crate) fn shown(form: &str) -> String {
    let lines = form.split('&').flat_map(|pair| {
        read(pair).into_iter().map(|(name, value)| match name.as_str() {
            "sign" if value.chars().count() > SIGN_CHARS => {
                format!("sign={}…", value.chars().take(SIGN_CHARS).collect::<String>())
            }
            _ => format!("{name}={value}"),
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_written_and_shown() {
        let form = write(&[("a", "1+1=2 &"), ("subject", "茶"), ("sign", "0123456789abcdef")]);
        assert_eq!(form, "a=1%2B1%3D2%20%26&subject=%E8%8C%B6&sign=0123456789abcdef");
        assert_eq!(read(&form)["a"], "1+1=2 &");
        assert_eq!(read("a=x+y")["a"], "x y");
        assert_eq!(shown(&format!("{form}&a=2")), "a=1+1=2 &\nsubject=茶\nsign=0123456789ab…\na=2");
        assert_eq!(read("s=%D6%A7&out_trade_no=N1")["out_trade_no"], "N1", "a GBK letter");
    }
}
