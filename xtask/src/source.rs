//! Enough of a Rust reader for the rules of `tidy`: code without its comments and literals, and where functions
//! begin and end.
//!
//! Why not a real parser: the rules need three facts (is this byte code, where does a function end, where do the
//! tests begin), and a parser would be the largest dependency of the whole workspace's tooling.

/// The text with every comment and the inside of every string and character literal replaced by spaces. Lines and
/// byte offsets stay where they were, so a position in one text is a position in the other.
pub(crate) fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at);
        if end > at {
            blank(&mut out[at..end]);
            at = end;
        } else {
            at += 1;
        }
    }
    // Only whole characters were blanked, each byte by one space: what is left is valid.
    String::from_utf8_lossy(&out).into_owned()
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The end of the comment or literal that begins at `at`; `at` itself when none does.
fn literal_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return at + block_comment(rest);
    }
    let word_before = at > 0 && is_word(bytes[at - 1]);
    if !word_before && let Some(length) = raw_string(rest) {
        return at + length;
    }
    match rest[0] {
        b'"' => at + quoted(rest, b'"'),
        b'\'' => at + character(rest),
        _ => at,
    }
}

/// Length of a block comment; they nest.
fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length of `r"…"`, `r#"…"#`, `br"…"`, `cr"…"`, when one begins here.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = if rest.starts_with(b"br") || rest.starts_with(b"cr") { 2 } else { 1 };
    if prefix == 1 && rest.first() != Some(&b'r') {
        return None;
    }
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(prefix + hashes) != Some(&b'"') {
        return None;
    }
    let body = prefix + hashes + 1;
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let length = rest[body..].windows(close.len()).position(|window| window == close);
    Some(length.map_or(rest.len(), |length| body + length + close.len()))
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a character literal; 0 for a lifetime, which looks like one without an end.
fn character(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return quoted(rest, b'\'');
    }
    // One character of up to four bytes, then the quote.
    let end = rest.iter().take(6).skip(2).position(|byte| *byte == b'\'').map_or(0, |found| found + 3);
    let one = std::str::from_utf8(rest.get(1..end.saturating_sub(1)).unwrap_or(b""));
    if one.is_ok_and(|text| text.chars().count() == 1) { end } else { 0 }
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Byte offsets at which `word` stands alone in `text`.
pub(crate) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).is_none_or(|index| !is_word(text.as_bytes()[index]));
        let after = text.as_bytes().get(at + word.len()).is_none_or(|byte| !is_word(*byte));
        before && after
    })
}

/// The line of a byte offset, counted from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Byte offset at which the unit tests begin: the first `#[cfg(test)]` whose next item is an inline `mod tests`.
/// The text's length when there are none. `mod tests;` does not count: it would free the rest of its file.
pub(crate) fn tests_begin(masked: &str) -> usize {
    let found = masked.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let mut rest = masked[at + mark.len()..].trim_start();
        while let Some(attribute) = rest.strip_prefix("#[") {
            rest = attribute.split_once('\n').map_or("", |(_, after)| after).trim_start();
        }
        rest.strip_prefix("mod tests").is_some_and(|after| after.trim_start().starts_with('{'))
    });
    found.map_or(masked.len(), |(at, _)| at)
}

/// One function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Line of `fn`, from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to its closing brace, both counted.
    pub(crate) lines: usize,
}

/// Every function with a body in masked text, nested ones too.
pub(crate) fn functions(masked: &str) -> Vec<Function> {
    words(masked, "fn").filter_map(|at| function_at(masked, at)).collect()
}

fn function_at(masked: &str, at: usize) -> Option<Function> {
    let head = masked[at + 2..].trim_start();
    let name: String = head.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    // `fn(u64) -> u64` is a type.
    if name.is_empty() {
        return None;
    }
    let (mut depth, mut inside) = (0_usize, 0_usize);
    for (offset, byte) in masked.as_bytes()[at..].iter().enumerate() {
        match byte {
            b'(' | b'[' if depth == 0 => inside += 1,
            b')' | b']' if depth == 0 => inside = inside.saturating_sub(1),
            b';' if depth == 0 && inside == 0 => return None,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && inside == 0 {
                    let line = line_of(masked, at);
                    return Some(Function { name, line, lines: line_of(masked, at + offset) - line + 1 });
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        let text = "let a = \"f64 // no\"; // f64\nlet b = 'f'; /* f64 /* f64 */ f64 */ let c: f32;";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked.lines().count(), 2);
        assert!(!masked.contains("f64"));
        assert!(masked.contains("let c: f32;"));
    }

    #[test]
    fn escapes_raw_strings_and_lifetimes_are_told_apart() {
        assert!(mask(r#"x("\"f64"); f32"#).trim_end().ends_with("f32"));
        assert!(!mask("r#\"a\" f64\"# ").contains("f64"));
        assert!(mask("fn a<'a>(x: &'a f64) {}").contains("f64"));
        assert!(mask(r"let q = '\''; f64").contains("f64"));
        assert!(mask("let y = '元'; f64").contains("f64"));
        assert!(!mask("let y = '元'; f64").contains('元'));
        assert!(mask("for\"x\" f64").contains("f64"), "a word that ends in r is no raw string");
    }

    #[test]
    fn functions_are_found_with_their_length() {
        let text = "trait T { fn none(&self) -> [u8; 2]; }\nfn one() -> u8 {\n    if x { 1 } else { 2 }\n}\n\
                    type F = fn(u8) -> u8;\nfn two() {}\n";
        let found = functions(&mask(text));
        let one = Function { name: "one".into(), line: 2, lines: 3 };
        let two = Function { name: "two".into(), line: 6, lines: 1 };
        assert_eq!(found, [one, two]);
    }

    #[test]
    fn only_an_inline_test_module_ends_the_code() {
        let inline = "fn a() {}\n#[cfg(test)]\n#[allow(unused, reason = \"x\")]\nmod tests {\n}\n";
        assert_eq!(tests_begin(inline), 10);
        let elsewhere = "#[cfg(test)]\nmod tests;\nfn a() {}\n";
        assert_eq!(tests_begin(elsewhere), elsewhere.len());
        let helper = "#[cfg(test)]\nfn sample() {}\n";
        assert_eq!(tests_begin(helper), helper.len());
    }
}
