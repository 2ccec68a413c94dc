//! What a request says of the answer that it can use.

use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Whether an answer may be sent in this `content-encoding`.
pub(crate) fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let (mut named, mut any) = (None, None);
    for part in parts(headers, &ACCEPT_ENCODING) {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case(coding) {
            named = Some(!is_nothing(weight));
        } else if name == "*" {
            any = Some(!is_nothing(weight));
        }
    }
    named.or(any).unwrap_or(false)
}

/// `q=0` in any of its forms: what is named with it is not wanted.
fn is_nothing(weight: &str) -> bool {
    let value = weight.split_once('=').map(|(_, value)| value.trim());
    value.is_some_and(|value| value.starts_with('0') && value.chars().all(|c| matches!(c, '0' | '.')))
}

/// Whether who asks has the form of this tag already.
pub(crate) fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    parts(headers, &IF_NONE_MATCH).any(|part| part == "*" || part.strip_prefix("W/").unwrap_or(part) == tag)
}

/// The parts of a header's lists.
fn parts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn an_encoding_is_taken_when_it_is_asked_for() {
        let cases: &[(&[&'static str], bool, bool)] = &[
            (&[], false, false),
            (&["gzip, deflate, br, zstd"], true, true),
            (&["gzip;q=1.0, br;q=0.8"], true, true),
            (&["gzip", "br"], true, true),
            (&["GZIP"], false, true),
            (&["identity"], false, false),
            (&["br;q=0, gzip"], false, true),
            (&["br; q=0.000 , gzip"], false, true),
            (&["br;q=0.001"], true, false),
            (&["*"], true, true),
            (&["*, br;q=0"], false, true),
            (&["*;q=0, gzip"], false, true),
            (&["brotli, gzipped"], false, false),
            (&[""], false, false),
        ];
        for (lines, brotli, gzip) in cases {
            let headers = headers(&ACCEPT_ENCODING, lines);
            assert_eq!((takes(&headers, "br"), takes(&headers, "gzip")), (*brotli, *gzip), "{lines:?}");
        }
    }

    #[test]
    fn a_tag_is_known_in_any_list() {
        let tag = HeaderValue::from_static("\"a1\"");
        let cases: &[(&[&'static str], bool)] = &[
            (&[], false),
            (&["\"a1\""], true),
            (&["W/\"a1\""], true),
            (&["\"b2\", \"a1\""], true),
            (&["\"b2\"", "\"a1\""], true),
            (&["*"], true),
            (&["\"b2\""], false),
            (&["a1"], false),
            (&["\"a1"], false),
        ];
        for (lines, known) in cases {
            assert_eq!(has(&headers(&IF_NONE_MATCH, lines), &tag), *known, "{lines:?}");
        }
    }
}
