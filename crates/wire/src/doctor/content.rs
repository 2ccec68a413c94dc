//! The forms in which serialisers of several languages write the same JSON. The order of members is kept, which the
//! strict reader of requests does not do.

use super::Mistake;
use crate::json::{self, Json};

/// How a serialiser writes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    /// Members sorted by name.
    sorted: bool,
    /// A space after `,` and `:`, as Python has it.
    spaced: bool,
    /// Letters outside ASCII as `\uXXXX`.
    ascii: bool,
    /// `/` as `\/`, as PHP has it.
    slashes: bool,
    /// Signs of markup as `\uXXXX`, as Go and Gson have it.
    markup: &'static str,
    /// Spaces for each depth, on lines of their own; none for one line.
    indent: usize,
}

enum Node<'a> {
    Text(String),
    Other(&'a str),
    List(Vec<Node<'a>>),
    Object(Vec<(String, Node<'a>)>),
}

/// The same content in the forms of other serialisers, those that differ least first. Empty when it is no JSON.
pub(super) fn forms(text: &str) -> Vec<(Mistake, String)> {
    if json::parse(text).is_err() {
        return Vec::new();
    }
    let Some(node) = (Reader { text, at: 0 }).node() else { return Vec::new() };
    let mut styles = Vec::new();
    for sorted in [false, true] {
        for (spaced, ascii, slashes) in [
            (false, false, false),
            (false, true, false),
            (true, true, false),
            (true, false, false),
            (false, false, true),
            (false, true, true),
        ] {
            styles.push(Style { sorted, spaced, ascii, slashes, ..Style::default() });
        }
    }
    let sent = styles.iter().copied().find(|style| node.written(*style) == text);
    styles.extend(["<>&", "<>&='"].map(|markup| Style { markup, ..Style::default() }));
    styles.push(Style { indent: 2, spaced: true, ..Style::default() });
    let mut found: Vec<(usize, Mistake, String)> = Vec::new();
    for style in styles {
        let written = node.written(style);
        if written != text && !found.iter().any(|(_, _, known)| *known == written) {
            let (far, mistake) = difference(sent, style);
            found.push((far, mistake, written));
        }
    }
    found.sort_by_key(|(far, _, _)| *far);
    found.into_iter().map(|(_, mistake, written)| (mistake, written)).collect()
}

/// In how many ways two styles differ, and what to call it.
fn difference(sent: Option<Style>, signed: Style) -> (usize, Mistake) {
    let Some(sent) = sent else {
        // White space of no style that we know, for example that of a pretty printer.
        let plain = !signed.sorted && !signed.ascii && !signed.slashes && signed.markup.is_empty();
        return if plain { (1, Mistake::ContentSpaces) } else { (2, Mistake::ContentRewritten) };
    };
    let differs = [
        (sent.sorted != signed.sorted, Mistake::ContentOrder),
        (sent.spaced != signed.spaced || sent.indent != signed.indent, Mistake::ContentSpaces),
        (sent.ascii != signed.ascii || sent.markup != signed.markup, Mistake::ContentUnicode),
        (sent.slashes != signed.slashes, Mistake::ContentSlashes),
    ];
    let mut ways = differs.iter().filter(|(differs, _)| *differs).map(|(_, mistake)| *mistake);
    let first = ways.next().unwrap_or(Mistake::ContentRewritten);
    match ways.count() {
        0 => (1, first),
        more => (1 + more, Mistake::ContentRewritten),
    }
}

/// Walks over JSON that was checked before; so deep as the check allows, and never deeper.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn node(&mut self) -> Option<Node<'a>> {
        match self.peek()? {
            b'"' => Some(Node::Text(self.string()?)),
            b'[' => {
                let mut items = Vec::new();
                self.each(b']', |reader| {
                    items.push(reader.node()?);
                    Some(())
                })?;
                Some(Node::List(items))
            }
            b'{' => {
                let mut members = Vec::new();
                self.each(b'}', |reader| {
                    let name = reader.string()?;
                    reader.peek()?;
                    reader.at += 1; // the colon
                    members.push((name, reader.node()?));
                    Some(())
                })?;
                Some(Node::Object(members))
            }
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
                self.at += end;
                Some(Node::Other(&rest[..end]))
            }
        }
    }

    /// What stands between the brackets, one after the other.
    fn each(&mut self, close: u8, mut item: impl FnMut(&mut Reader<'a>) -> Option<()>) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                byte if byte == close => {
                    self.at += 1;
                    return Some(());
                }
                b',' => {
                    self.at += 1;
                    self.skip_space();
                }
                _ => item(self)?,
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.skip_space();
        let (from, bytes) = (self.at, self.text.as_bytes());
        self.at += 1;
        while *bytes.get(self.at)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        match json::parse(self.text.get(from..self.at)?) {
            Ok(Json::Text(text)) => Some(text),
            Ok(Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) | Err(_) => {
                None
            }
        }
    }
}

impl Node<'_> {
    fn written(&self, style: Style) -> String {
        let mut out = String::new();
        self.write(style, 0, &mut out);
        out
    }

    fn write(&self, style: Style, depth: usize, out: &mut String) {
        match self {
            Node::Text(text) => write_string(text, style, out),
            Node::Other(text) => out.push_str(text),
            Node::List(items) => {
                let writers =
                    items.iter().map(|item| move |out: &mut String| item.write(style, depth + 1, out));
                write_all(('[', ']'), style, depth, out, writers);
            }
            Node::Object(members) => {
                let mut members: Vec<&(String, Node<'_>)> = members.iter().collect();
                if style.sorted {
                    members.sort_by(|(left, _), (right, _)| left.cmp(right));
                }
                let writers = members.into_iter().map(|(name, value)| {
                    move |out: &mut String| {
                        write_string(name, style, out);
                        out.push_str(if style.spaced { ": " } else { ":" });
                        value.write(style, depth + 1, out);
                    }
                });
                write_all(('{', '}'), style, depth, out, writers);
            }
        }
    }
}

fn write_all<W: FnOnce(&mut String)>(
    (open, close): (char, char),
    style: Style,
    depth: usize,
    out: &mut String,
    items: impl Iterator<Item = W>,
) {
    let new_line = |depth: usize, out: &mut String| {
        if style.indent > 0 {
            out.push('\n');
            out.push_str(&" ".repeat(style.indent * depth));
        }
    };
    out.push(open);
    let mut any = false;
    for item in items {
        if any {
            out.push_str(if style.spaced && style.indent == 0 { ", " } else { "," });
        }
        new_line(depth + 1, out);
        item(out);
        any = true;
    }
    if any {
        new_line(depth, out);
    }
    out.push(close);
}

fn write_string(text: &str, style: Style, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if style.slashes => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other if other < ' ' || (style.ascii && !other.is_ascii()) || style.markup.contains(other) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
