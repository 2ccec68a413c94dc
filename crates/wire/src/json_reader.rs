//! Bytes to [`Json`], by the grammar of RFC 8259 and nothing more.

use crate::json::{DEPTH_MAX, Json, JsonError, Object, TEXT_BYTES_MAX};

/// Reads one JSON value, white space around it allowed.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(JsonError::TooLong);
    }
    let mut reader = Reader { text, at: 0 };
    reader.skip_space();
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.malformed());
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn malformed(&self) -> JsonError {
        JsonError::Malformed { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// `depth` counts the lists and objects around this value, so the stack is bounded by [`DEPTH_MAX`].
    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH_MAX => Err(JsonError::TooDeep),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => Err(self.malformed()),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.malformed());
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Json::Object(Object::default()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.malformed());
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.malformed());
            }
            self.skip_space();
            members.push((name, self.value(depth)?));
            self.skip_space();
            if self.take(b'}') {
                return Object::of(members).map(Json::Object);
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(depth)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.malformed());
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while matches!(self.peek(), Some(byte) if byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            // Stops at ASCII only, so both ends are character boundaries.
            out.push_str(&self.text[start..self.at]);
            if self.take(b'"') {
                return Ok(out);
            }
            if !self.take(b'\\') {
                return Err(self.malformed());
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.peek().ok_or(self.malformed())? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.malformed()),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four digits, or a surrogate pair of two escapes. Half a pair is no character and is refused.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let malformed = self.malformed();
        let high = self.four_digits()?;
        let code = match high {
            0xD800..=0xDBFF => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(malformed);
                }
                let low = self.four_digits()?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(malformed);
                }
                0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            }
            other => other,
        };
        char::from_u32(code).ok_or(malformed)
    }

    fn four_digits(&mut self) -> Result<u32, JsonError> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16)).ok_or(self.malformed())?;
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        parse(text).expect("valid").as_object().expect("an object").clone()
    }

    #[test]
    fn values_are_read_as_written() {
        let read = object(
            r#" {"amount":0.10,"huge":1e400,"s":"a\/\"\\\u4f60\ud83d\ude00\n","n":null,"yes":true,"no":"false",
                "list":[{"id":1},{"id":"2"}],"tags":["x",7],"o":{},"e":""} "#,
        );
        assert_eq!(read.text("amount"), Ok(Some("0.10")));
        assert_eq!(read.text("huge"), Ok(Some("1e400")));
        assert_eq!(read.text("s"), Ok(Some("a/\"\\你😀\n")));
        assert_eq!((read.text("n"), read.text("zz")), (Ok(None), Ok(None)));
        assert_eq!((read.bool("yes"), read.bool("no")), (Ok(Some(true)), Ok(Some(false))));
        assert_eq!(read.objects("list").expect("objects")[1].text("id"), Ok(Some("2")));
        assert_eq!(read.texts("tags"), Ok(vec!["x", "7"]));
        assert!(read.object("o").expect("an object").is_some());
        assert_eq!(read.required_text("e"), Err(JsonError::Missing { member: "e".to_owned() }));
    }

    #[test]
    fn a_wrong_kind_names_the_member() {
        let read = object(r#"{"a":[],"b":"x","c":[1,{}]}"#);
        let wrong = |member: &str, wanted| JsonError::WrongKind { member: member.to_owned(), wanted };
        assert_eq!(read.text("a"), Err(wrong("a", "a string")));
        assert_eq!(read.list("b"), Err(wrong("b", "a list")));
        assert_eq!(read.object("b").map(|_| ()), Err(wrong("b", "an object")));
        assert_eq!(read.bool("b"), Err(wrong("b", "true or false")));
        assert_eq!(read.objects("c").map(|_| ()), Err(wrong("c", "a list of objects")));
        assert_eq!(read.texts("c"), Err(wrong("c", "a list of strings")));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{'a':1}",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "1e+",
            "tru",
            "nul",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\ud800\"",
            "\"\\ud800x\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"a\nb\"",
            "\"\u{0}\"",
            "1 2",
            "{}x",
            "\u{feff}{}",
            "NaN",
            "[1 2]",
            "{\"a\":}",
            "//x\n1",
        ] {
            assert!(matches!(parse(text), Err(JsonError::Malformed { .. })), "{text:?}: {:?}", parse(text));
        }
    }

    #[test]
    fn a_name_given_twice_is_refused_at_any_depth() {
        let repeated = JsonError::Repeated { member: "a".to_owned() };
        for text in ["{\"a\":1,\"b\":2,\"a\":1}", "[{\"x\":{\"a\":1,\"\\u0061\":2}}]"] {
            assert_eq!(parse(text), Err(repeated.clone()), "{text}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(DEPTH_MAX)).is_ok());
        assert_eq!(parse(&nested(DEPTH_MAX + 1)), Err(JsonError::TooDeep));
        assert_eq!(parse(&"{\"a\":".repeat(100_000)[..TEXT_BYTES_MAX]), Err(JsonError::TooDeep));
        let long = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        assert!(parse(&long(TEXT_BYTES_MAX)).is_ok());
        assert_eq!(parse(&long(TEXT_BYTES_MAX + 1)), Err(JsonError::TooLong));
    }

    #[test]
    fn the_compact_form_is_sorted_and_reads_back() {
        let value = parse("{ \"b\": [1, true, null], \"a\": \"x\\\"\\u0001/\" }").expect("valid");
        assert_eq!(value.to_compact(), "{\"a\":\"x\\\"\\u0001/\",\"b\":[1,true,null]}");
        assert_eq!(parse(&value.to_compact()), Ok(value));
    }
}
