//! The two charsets of the wire. Both ways are strict: bytes that do not decode, and text that has no bytes, are
//! refused rather than replaced, because a replacement would change what was signed.

use encoding_rs::{EncoderResult, GBK};
use std::borrow::Cow;

/// A charset that a request may name in its `charset` parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// UTF-8, the default.
    #[default]
    Utf8,
    /// GBK, also for clients that say `gb2312` or `GB18030`.
    Gbk,
}

/// Why a text could not cross the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// The bytes are not text of this charset.
    #[error("the bytes are not valid {}", .0.name())]
    Malformed(Charset),
    /// The text has a character that this charset cannot write.
    #[error("a character cannot be written in {}", .0.name())]
    Unmappable(Charset),
}

impl Charset {
    /// The charset of a name, any letter case: `UTF-8`, `utf8`, `GBK`, `gb2312`, `GB18030`.
    pub fn parse(name: &str) -> Option<Charset> {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        if ["utf-8", "utf8"].iter().any(is) {
            Some(Charset::Utf8)
        } else if ["gbk", "gb2312", "gb18030"].iter().any(is) {
            Some(Charset::Gbk)
        } else {
            None
        }
    }

    /// The name as written in a `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Gbk => "GBK",
        }
    }

    /// The text of these bytes. A byte order mark is kept as a character, never interpreted.
    pub fn decode(self, bytes: &[u8]) -> Result<String, CharsetError> {
        let malformed = CharsetError::Malformed(self);
        match self {
            Charset::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| malformed),
            Charset::Gbk => GBK
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(|text| text.into_owned())
                .ok_or(malformed),
        }
    }

    /// The bytes of this text.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, CharsetError> {
        self.encode_with(text, |_, _| Err(CharsetError::Unmappable(self)))
    }

    /// The bytes of this text, a character without bytes written as `?`, for form values: there an answer with a
    /// lost emoji is better than none.
    pub fn encode_lossy(self, text: &str) -> Vec<u8> {
        let replaced = self.encode_with::<CharsetError>(text, |_, bytes| {
            bytes.push(b'?');
            Ok(())
        });
        replaced.expect("the replacement never refuses")
    }

    /// The bytes of a JSON text, a character without bytes written as its `\uXXXX` escape. Such characters stand
    /// only inside strings in JSON, so the value is unchanged.
    pub fn encode_json(self, json: &str) -> Vec<u8> {
        let escaped = self.encode_with::<CharsetError>(json, |character, bytes| {
            let mut units = [0u16; 2];
            for unit in character.encode_utf16(&mut units) {
                bytes.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
            Ok(())
        });
        escaped.expect("the replacement never refuses")
    }

    /// As [`Charset::encode_json`], without a copy where the bytes are those of the text.
    pub(crate) fn json_bytes(self, json: &str) -> Cow<'_, [u8]> {
        match self {
            Charset::Utf8 => Cow::Borrowed(json.as_bytes()),
            Charset::Gbk => Cow::Owned(self.encode_json(json)),
        }
    }

    fn encode_with<E>(
        self,
        text: &str,
        mut unmappable: impl FnMut(char, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        if self == Charset::Utf8 {
            return Ok(text.as_bytes().to_vec());
        }
        let mut encoder = GBK.new_encoder();
        let mut bytes = Vec::with_capacity(text.len() + 16);
        let mut rest = text;
        loop {
            bytes.reserve(encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(16));
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            rest = &rest[read..];
            match result {
                EncoderResult::InputEmpty => return Ok(bytes),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(character) => unmappable(character, &mut bytes)?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (name, charset) in [
            ("UTF-8", Some(Charset::Utf8)),
            ("utf8", Some(Charset::Utf8)),
            ("GBK", Some(Charset::Gbk)),
            ("gb2312", Some(Charset::Gbk)),
            ("GB18030", Some(Charset::Gbk)),
            ("latin1", None),
            ("", None),
            ("utf-8 ", None),
        ] {
            assert_eq!(Charset::parse(name), charset, "{name}");
        }
    }

    #[test]
    fn gbk_is_strict_both_ways() {
        assert_eq!(Charset::Gbk.encode("支付").as_deref(), Ok(&[0xD6, 0xA7, 0xB8, 0xB6][..]));
        assert_eq!(Charset::Gbk.decode(&[0xD6, 0xA7, 0xB8, 0xB6]).as_deref(), Ok("支付"));
        assert_eq!(Charset::Gbk.encode("a😀"), Err(CharsetError::Unmappable(Charset::Gbk)));
        assert_eq!(Charset::Gbk.decode(&[0xD6]), Err(CharsetError::Malformed(Charset::Gbk)));
        assert_eq!(Charset::Utf8.decode(&[0xB8, 0xB6]), Err(CharsetError::Malformed(Charset::Utf8)));
    }

    #[test]
    fn what_gbk_cannot_write_is_replaced_only_when_asked() {
        assert_eq!(Charset::Gbk.encode_lossy("好😀!"), [0xBA, 0xC3, b'?', b'!']);
        assert_eq!(Charset::Gbk.encode_json("\"😀\""), b"\"\\ud83d\\ude00\"");
        assert_eq!(Charset::Utf8.encode_json("\"😀\""), "\"😀\"".as_bytes());
    }
}
