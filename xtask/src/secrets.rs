//! Keys and tokens that must never be committed. Tests make their own keys; samples are printed by the program.

use crate::source::line_of;
use crate::tidy::Finding;
use crate::tree::File;

/// A PEM body shorter than this is an illustration.
const KEY_BODY_CHARS: usize = 40;

/// How DER of an RSA private key begins in base64, without a PEM frame: PKCS#8 and PKCS#1. Kept in halves.
const BARE_KEYS: [(&str, &str); 3] =
    [("BADANBgkqhkiG9w0BAQEF", "AASC"), ("AgEAAoIB", "AQ"), ("IBAAKC", "AQEA")];

/// How well-known tokens begin, and how many letters and digits follow. Kept in halves.
const TOKENS: [(&str, &str, usize); 6] = [
    ("AK", "IA", 16),
    ("gh", "p_", 30),
    ("github_", "pat_", 30),
    ("xo", "xb-", 20),
    ("sk_", "live_", 20),
    ("np", "m_", 30),
];

/// All secrets of one file.
pub(crate) fn check(file: &File) -> Vec<Finding> {
    let text = &file.text;
    let places = pem_keys(text).into_iter().chain(bare_keys(text)).chain(tokens(text));
    let at = |(at, what): (usize, &str)| {
        let fix = "remove it, make it at run time, and treat it as known to everyone";
        Finding::new(&file.path, line_of(text, at), "secret", format!("looks like {what}"), fix)
    };
    places.map(at).collect()
}

fn pem_keys(text: &str) -> Vec<(usize, &'static str)> {
    let mark = ["PRIVATE", " KEY-----"].concat();
    let has_body = |(at, _): &(usize, &str)| {
        // Skips what source code puts between the lines of a text: quotes, commas, `\n`.
        let body = text[at + mark.len()..].replace("\\n", "").replace("\\r", "");
        let body = body.chars().filter(|c| !matches!(c, '"' | '\'' | ',' | '\\' | '+') && !c.is_whitespace());
        body.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '=')).count() >= KEY_BODY_CHARS
    };
    text.match_indices(mark.as_str()).filter(has_body).map(|(at, _)| (at, "a private key")).collect()
}

fn bare_keys(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (first, second) in BARE_KEYS {
        let word = [first, second].concat();
        for (at, _) in text.match_indices(word.as_str()) {
            let head = text[..at].chars().rev().take(8).collect::<String>();
            if head.contains("IIM") {
                found.push((at, "a private key"));
            }
        }
    }
    found
}

fn tokens(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (first, second, length) in TOKENS {
        let word = [first, second].concat();
        for (at, _) in text.match_indices(word.as_str()) {
            let alone = !text[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_ascii_alphanumeric() || c == '/' || c == '+');
            let tail = text[at + word.len()..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-');
            if alone && tail.count() >= length {
                found.push((at, "a token"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&File::new("a.md", text.to_owned())).len()
    }

    fn pem(kind: &str, body: &str) -> String {
        format!("-----BEGIN {kind}{} {}-----\n{body}\n", "PRIVATE", "KEY")
    }

    #[test]
    fn a_private_key_is_found_in_each_dress() {
        let body = "QUJD".repeat(16);
        assert_eq!(count(&pem("", &body)), 1);
        assert_eq!(count(&pem("RSA ", &body)), 1);
        assert_eq!(count(&pem("ENCRYPTED ", &body)), 1);
        assert_eq!(count(&pem("", &body).replace('\n', "\\n")), 1, "inside a string literal");
        assert_eq!(count(&format!("MIIEvQI{}{}", BARE_KEYS[0].0, BARE_KEYS[0].1)), 1);
        assert_eq!(count(&format!("MIIEow{}{}", BARE_KEYS[2].0, BARE_KEYS[2].1)), 1);
    }

    #[test]
    fn the_frame_alone_is_no_secret() {
        assert_eq!(count(&pem("", "…")), 0);
        assert_eq!(count(&pem("", "\";\nlet x = 1;")), 0);
        let public = "-----BEGIN PUBLIC KEY-----\n".to_owned() + &"QUJD".repeat(16);
        assert_eq!(count(&public), 0);
    }

    #[test]
    fn tokens_are_found() {
        for (first, second, length) in TOKENS {
            assert_eq!(count(&format!("key={first}{second}{}", "A1".repeat(length))), 1, "{first}{second}");
            assert_eq!(count(&format!("key={first}{second}A1")), 0);
        }
    }
}
