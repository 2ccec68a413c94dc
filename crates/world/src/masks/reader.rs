//! Reads JSON piece by piece and writes what of it is shown. It reads strictly: where a text is no JSON any more nobody
//! can tell names from values, and nothing is shown from there on; nor of what came after the first thing that is
//! hidden, for a bracket or a quote too many may have ended that early.
//!
//! What it keeps meanwhile is bounded: brackets to a depth, and names that are short.

use super::looks::unescaped;
use super::{MASK, Way, hides_all, is_word, masked, plain, shown};

/// How deep brackets may lie in one another; what lies deeper is not shown.
const DEPTH_MAX: usize = 64;

/// A text as it is shown.
pub(super) struct Shown {
    /// What is shown of it.
    pub(super) text: String,
    /// Whether it was JSON from its beginning to its end.
    pub(super) whole: bool,
}

/// How the text is shown. `nested` tells how often it lay in a text of JSON itself.
pub(super) fn read(text: &str, way: Way, nested: usize) -> Shown {
    let mut reader = Reader::new(text.len(), way, nested);
    let mut rest = text;
    while !rest.is_empty() {
        rest = reader.step(rest);
    }
    reader.end()
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// After `[`.
    ValueOrClose,
    Name,
    /// After `{`.
    NameOrClose,
    Colon,
    CommaOrClose,
    /// Blanks alone.
    End,
    /// It was no JSON: the rest was not read.
    Lost,
}

/// What says in an object whose value stands beside it, as the lists of names write it.
const KEYS: [&str; 4] = ["key", "name", "type", "field"];
/// What that value is called.
const VALUE: &str = "value";

/// A key and its value as two members of one object: `{"key":"mobile","value":"…"}`.
#[derive(Default)]
struct Pair {
    /// The key, where its value is hidden, as the lists of names write it.
    key: Option<String>,
    /// Where the value begins in `out`, when it came before its key.
    value_at: Option<usize>,
}

/// A bracket that is open.
enum Open {
    Object(Pair),
    /// With the name that its values stand under, as [`Reader::name`].
    List(Option<String>),
}

struct Reader {
    out: String,
    way: Way,
    nested: usize,
    open: Vec<Open>,
    /// The name that was read last, as the lists of names write it; nothing when nobody knows what it stands for.
    name: Option<String>,
    next: Next,
    /// How many brackets were open around the one of which nothing is shown.
    hidden_in: Option<usize>,
    /// Where the first thing that is hidden ends in `out`.
    hidden_at: Option<usize>,
    /// Where a name begins in `out` whose colon is to come: without one it is none.
    name_at: Option<usize>,
}

impl Reader {
    fn new(bytes: usize, way: Way, nested: usize) -> Reader {
        let out = String::with_capacity(bytes);
        let (open, next) = (Vec::new(), Next::Value);
        Reader { out, way, nested, open, name: None, next, hidden_in: None, hidden_at: None, name_at: None }
    }

    fn end(mut self) -> Shown {
        let whole = self.next == Next::End;
        if !whole {
            let read = self.out.len();
            if let Some(sure) = [self.hidden_at, self.name_at].into_iter().flatten().min() {
                self.out.truncate(sure);
            }
            let breaks = self.next == Next::Lost || self.out.len() < read;
            if breaks && !self.out.ends_with(MASK) {
                self.out.push_str(MASK);
            }
        }
        Shown { text: self.out, whole }
    }

    /// Takes the next piece; gives what is left.
    fn step<'a>(&mut self, rest: &'a str) -> &'a str {
        match (self.next, rest.as_bytes()[0]) {
            (_, b' ' | b'\t' | b'\r' | b'\n') => self.keep(rest),
            (Next::Value | Next::ValueOrClose, first @ (b'{' | b'[')) => self.enter(rest, first == b'['),
            (Next::Value | Next::ValueOrClose | Next::Name | Next::NameOrClose, b'"') => self.text(rest),
            (Next::Value | Next::ValueOrClose, b'-' | b'0'..=b'9' | b'a'..=b'z') => self.word(rest),
            (Next::Colon, b':') => {
                (self.next, self.name_at) = (Next::Value, None);
                let left = self.keep(rest);
                self.value_begins();
                left
            }
            (Next::CommaOrClose, b',') => {
                self.next = if self.is_in_list() { Next::Value } else { Next::Name };
                self.keep(rest)
            }
            (Next::ValueOrClose | Next::CommaOrClose, b']') if self.is_in_list() => self.leave(rest),
            (Next::NameOrClose | Next::CommaOrClose, b'}') if !self.is_in_list() => self.leave(rest),
            _ => self.lose(),
        }
    }

    fn put(&mut self, text: &str) {
        if self.hidden_in.is_none() {
            self.out.push_str(text);
        }
    }

    /// Takes one sign, which is one byte.
    fn keep<'a>(&mut self, rest: &'a str) -> &'a str {
        let (taken, left) = rest.split_at(1);
        self.put(taken);
        left
    }

    fn lose(&mut self) -> &'static str {
        self.next = Next::Lost;
        ""
    }

    fn enter<'a>(&mut self, rest: &'a str, is_list: bool) -> &'a str {
        if self.open.len() == DEPTH_MAX {
            return self.lose();
        }
        let under = self.under().map(str::to_owned);
        if self.hidden_in.is_none() && under.as_deref().is_none_or(|name| hides_all(name, self.way)) {
            self.put(MASK);
            self.hidden_at.get_or_insert(self.out.len());
            self.hidden_in = Some(self.open.len());
        }
        self.next = if is_list { Next::ValueOrClose } else { Next::NameOrClose };
        self.open.push(if is_list { Open::List(under) } else { Open::Object(Pair::default()) });
        self.keep(rest)
    }

    fn leave<'a>(&mut self, rest: &'a str) -> &'a str {
        let left = self.keep(rest);
        self.open.pop();
        if self.hidden_in == Some(self.open.len()) {
            self.hidden_in = None;
        }
        self.next = self.after_value();
        left
    }

    /// A name, or a value in quotes.
    fn text<'a>(&mut self, rest: &'a str) -> &'a str {
        let begin = self.out.len();
        self.put("\"");
        let Some((inner, left)) = quoted(rest) else { return self.lose() };
        if matches!(self.next, Next::Name | Next::NameOrClose) {
            self.name_at = self.hidden_in.is_none().then_some(begin);
            let is_known = is_word(inner);
            self.put(if is_known { inner } else { MASK });
            self.name = is_known.then(|| self.under_key(plain(inner)));
            self.next = Next::Colon;
            self.put("\"");
        } else {
            let text = self.shown(inner);
            self.put(&text);
            self.next = self.after_value();
            self.put("\"");
            // A name that stands where a value should may have its value behind it.
            if text != inner || is_word(inner) && hides_all(&plain(inner), self.way) {
                self.hidden_at.get_or_insert(self.out.len());
            }
            self.may_be_key(&unescaped(inner));
        }
        left
    }

    /// The name that a value stands under: its key, where that is another and hides it.
    fn under_key(&self, name: String) -> String {
        match self.open.last() {
            Some(Open::Object(Pair { key: Some(key), .. })) if name == VALUE => key.clone(),
            _ => name,
        }
    }

    /// Behind a name and its colon.
    fn value_begins(&mut self) {
        let (at, is_shown) = (self.out.len(), self.hidden_in.is_none());
        let is_value = self.name.as_deref() == Some(VALUE);
        if let Some(Open::Object(pair)) = self.open.last_mut()
            && is_shown
            && is_value
        {
            pair.value_at = Some(at);
        }
    }

    /// A text that may be a key: its value is hidden as one under it would be, also one that was written already.
    fn may_be_key(&mut self, text: &str) {
        let is_key = self.name.as_deref().is_some_and(|name| KEYS.contains(&name));
        if !is_key || self.hidden_in.is_some() || !is_word(text) || !hides_all(&plain(text), self.way) {
            return;
        }
        let Some(Open::Object(pair)) = self.open.last_mut() else { return };
        pair.key = Some(plain(text));
        if let Some(at) = pair.value_at.take() {
            self.out.truncate(at);
            self.out.push_str(MASK);
            let end = self.out.len();
            self.hidden_at = Some(self.hidden_at.map_or(end, |hidden| hidden.min(end)));
        }
    }

    /// A value without quotes.
    fn word<'a>(&mut self, rest: &'a str) -> &'a str {
        let of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
        let end = rest.find(|letter: char| !of_word(letter)).unwrap_or(rest.len());
        let (word, left) = rest.split_at(end);
        // Where a text breaks off, so may a number.
        if left.is_empty() && !self.open.is_empty() {
            return self.lose();
        }
        if matches!(word, "null" | "true" | "false") {
            self.put(word);
        } else if is_number(word) {
            let text = self.shown(word);
            self.put(&text);
            if text != word {
                self.hidden_at.get_or_insert(self.out.len());
            }
        } else {
            return self.lose();
        }
        self.next = self.after_value();
        left
    }

    fn after_value(&self) -> Next {
        if self.open.is_empty() { Next::End } else { Next::CommaOrClose }
    }

    fn is_in_list(&self) -> bool {
        matches!(self.open.last(), Some(Open::List(_)))
    }

    /// The name that the value to come stands under: none for the whole text; nothing when nobody knows it.
    fn under(&self) -> Option<&str> {
        match self.open.last() {
            None => Some(""),
            Some(Open::Object(_)) => self.name.as_deref(),
            Some(Open::List(name)) => name.as_deref(),
        }
    }

    fn shown(&self, text: &str) -> String {
        match self.under() {
            _ if self.hidden_in.is_some() => String::new(),
            Some(name) => shown(name, text, self.way, self.nested),
            None => masked(text),
        }
    }
}

/// What stands between the quotes that a text begins with, and what comes after them; nothing when it does not end or
/// is no text of JSON.
fn quoted(rest: &str) -> Option<(&str, &str)> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some((&rest[1..at], &rest[at + 1..])),
            b'\\' => match *bytes.get(at + 1)? {
                b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                _ => return None,
            },
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn is_number(word: &str) -> bool {
    let of_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, exponent) =
        word.split_once(['e', 'E']).map_or((word, None), |(rest, exponent)| (rest, Some(exponent)));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    of_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(of_digits)
        && exponent.is_none_or(|text| of_digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::{NAME_BYTES_MAX, json};

    /// The most that is kept on the way besides the text that is shown, bytes; and that text.
    fn kept(text: &str) -> (usize, String) {
        let mut reader = Reader::new(text.len(), Way::Asked, 0);
        let (mut rest, mut most) = (text, 0);
        let bytes = |name: &Option<String>| name.as_ref().map_or(0, String::capacity);
        while !rest.is_empty() {
            rest = reader.step(rest);
            let names = reader.open.iter().map(|open| match open {
                Open::Object(pair) => bytes(&pair.key),
                Open::List(name) => bytes(name),
            });
            let names = names.sum::<usize>() + bytes(&reader.name);
            most = most.max(names + reader.open.capacity() * size_of::<Open>());
        }
        assert!(reader.out.capacity() <= text.len() + MASK.len(), "{}", reader.out.capacity());
        (most, reader.end().text)
    }

    #[test]
    fn deep_brackets_under_a_long_name_take_no_more_than_their_text() {
        const BODY_BYTES: usize = 64 * 1024;
        let long = "n".repeat(BODY_BYTES / 2);
        let known = "n".repeat(NAME_BYTES_MAX);
        for name in [long.as_str(), known.as_str()] {
            for bracket in ["[", "{", "[[{", &format!("[{{\"{name}\":"), r#"{"a":["#] {
                let begin = format!("{{\"{name}\":");
                let brackets = bracket.repeat((BODY_BYTES - begin.len()) / bracket.len() + 1);
                let (most, shown) = kept(&format!("{begin}{brackets}"));
                assert!(most < 32 * 1024, "{most} bytes of {bracket:.9}");
                assert!(shown.len() <= begin.len() + DEPTH_MAX * (bracket.len() + MASK.len()), "{shown}");
                assert!(shown.ends_with(MASK), "{shown}");
            }
        }
        assert_eq!(
            json(&format!("{{\"{long}\":{}", "[".repeat(BODY_BYTES / 2)), Way::Asked),
            r#"{"***":***"#
        );
    }

    #[test]
    fn what_lies_too_deep_is_not_shown() {
        let deep = |brackets: usize| format!("{}\"x1\"{}", "[".repeat(brackets), "]".repeat(brackets));
        assert_eq!(json(&deep(DEPTH_MAX), Way::Asked), deep(DEPTH_MAX));
        let shown = json(&deep(DEPTH_MAX + 1), Way::Asked);
        assert_eq!(shown, format!("{}{MASK}", "[".repeat(DEPTH_MAX)));
    }

    #[test]
    fn what_is_json_is_told_from_what_is_not() {
        for (text, whole) in [
            (r#" {"a":[1,-0.5e+3,"\u00e9\n",null,true,{}],"b":{"c":[]}} "#, true),
            ("12", true),
            (r#""a""#, true),
            ("", false),
            (r#"{"a":1"#, false),
            (r#"{"a":1}}"#, false),
            (r#"{"a":1]"#, false),
            (r#"{"a":1,}"#, false),
            ("[1,]", false),
            ("[,1]", false),
            (r#"{"a"}"#, false),
            (r#"{"a":}"#, false),
            (r#"{"a":01}"#, false),
            (r#"{"a":1.}"#, false),
            (r#"{"a":-}"#, false),
            (r#"{"a":1e}"#, false),
            (r#"{"a":nul}"#, false),
            (r#"{"a":"\x"}"#, false),
            (r#"{"a":"\u12"}"#, false),
            ("{\"a\":\"\n\"}", false),
        ] {
            assert_eq!(read(text, Way::Asked, 0).whole, whole, "{text}");
        }
    }
}
