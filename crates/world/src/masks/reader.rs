//! Reads JSON, or what was meant to be JSON, piece by piece and writes what of it is shown. Where it is none any more
//! nobody can tell names from values: nothing is shown from there on.

use super::looks::{looks, unescaped};
use super::{MASK, NAME_BYTES_MAX, Way, name, plain, shown};

/// How the text is shown. `depth` tells how often it lay in a text of JSON itself.
pub(super) fn read(text: &str, way: Way, depth: usize) -> String {
    let out = String::with_capacity(text.len());
    let mut reader = Reader { out, way, depth, open: Vec::new(), name: None, over: false };
    let mut rest = text;
    while !rest.is_empty() {
        rest = reader.step(rest);
    }
    reader.out
}

struct Reader {
    out: String,
    way: Way,
    depth: usize,
    /// For each bracket that is open: the name that a list's values stand under; nothing for an object.
    open: Vec<Option<String>>,
    /// The name of the value to come.
    name: Option<String>,
    /// Whether the last bracket was closed.
    over: bool,
}

impl Reader {
    /// Takes the next piece; gives what is left.
    fn step<'a>(&mut self, rest: &'a str) -> &'a str {
        let first = rest.as_bytes()[0];
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => self.keep(rest, 1),
            _ if self.over => self.lose(),
            b'"' => self.text(rest),
            b'{' | b'[' => {
                let name = self.name.take().or_else(|| self.list_name());
                self.open.push(name.filter(|_| first == b'['));
                self.keep(rest, 1)
            }
            b'}' | b']' => {
                self.open.pop();
                self.over = self.open.is_empty();
                self.name = None;
                self.keep(rest, 1)
            }
            b',' => {
                self.name = None;
                self.keep(rest, 1)
            }
            b':' => self.keep(rest, 1),
            _ => self.word(rest),
        }
    }

    fn keep<'a>(&mut self, rest: &'a str, bytes: usize) -> &'a str {
        let (taken, left) = rest.split_at(bytes);
        self.out.push_str(taken);
        left
    }

    fn lose(&mut self) -> &'static str {
        self.out.push_str(MASK);
        ""
    }

    /// What stands without quotes: a number, or a name of a client that writes no JSON.
    fn word<'a>(&mut self, rest: &'a str) -> &'a str {
        let end = rest.find([',', ':', '"', '{', '}', '[', ']', ' ', '\t', '\r', '\n']);
        let (word, left) = rest.split_at(end.unwrap_or(rest.len()));
        let bare = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')).unwrap_or(word);
        if self.is_name(left) && name(bare) == bare {
            self.name = Some(plain(bare));
            self.out.push_str(word);
        } else if matches!(word, "null" | "true" | "false") {
            self.out.push_str(word);
        } else if is_number(word) {
            let text = self.shown(word);
            self.out.push_str(&text);
        } else {
            return self.lose();
        }
        left
    }

    /// A text in quotes: a name when a colon follows it.
    fn text<'a>(&mut self, rest: &'a str) -> &'a str {
        let inner = &rest[1..];
        let mut escaped = false;
        let end = inner.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let (inner, left) = match end {
            Some(end) => (&inner[..end], &inner[end + 1..]),
            None => (inner, ""),
        };
        let text = if self.is_name(left) {
            self.name = Some(plain(&unescaped(inner)));
            shown_name(inner)
        } else {
            self.shown(inner)
        };
        self.out.push('"');
        self.out.push_str(&text);
        if end.is_some() {
            self.out.push('"');
        }
        left
    }

    /// Whether what stands before this is a name.
    fn is_name(&self, left: &str) -> bool {
        self.name.is_none() && left.trim_start().starts_with(':')
    }

    fn shown(&self, text: &str) -> String {
        let name = self.name.clone().or_else(|| self.list_name()).unwrap_or_default();
        shown(&name, text, self.way, self.depth)
    }

    fn list_name(&self) -> Option<String> {
        self.open.last().cloned().flatten()
    }
}

/// Clients make a whole body a name, too.
fn shown_name(text: &str) -> String {
    if text.len() > NAME_BYTES_MAX || text.contains(['\\', '{']) { MASK.to_owned() } else { looks(text) }
}

fn is_number(word: &str) -> bool {
    let of_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    word.starts_with(|first: char| first.is_ascii_digit() || first == '-') && word.bytes().all(of_number)
}
