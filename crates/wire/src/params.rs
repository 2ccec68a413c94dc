//! The parameters of a call: query string and body merged, percent-decoded, still bytes.
//!
//! Bytes are kept because with `charset=gbk` the signature covers GBK bytes; text is made only after the signature
//! was checked. Nothing here guesses: a broken escape or two different values under one name are refused, since
//! the part that signs and the part that reads could otherwise see different requests.

use crate::charset::Charset;

/// Most parameters of one request. Clients send about twenty; methods with top-level business parameters under 100.
pub const FIELDS_MAX: usize = 200;

/// The parameters of one request in order of arrival, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    fields: Vec<(String, Vec<u8>)>,
}

/// Why parameters were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// A `%` without two hexadecimal digits.
    #[error("a percent escape is broken")]
    BrokenEscape,
    /// A name is empty or not UTF-8.
    #[error("a parameter name is empty or not text")]
    BadName,
    /// One name came with two different values.
    #[error("parameter {name} was given twice with different values")]
    Repeated {
        /// The name.
        name: String,
    },
    /// More than [`FIELDS_MAX`] parameters.
    #[error("more than {FIELDS_MAX} parameters")]
    TooMany,
    /// `charset` is none of those that [`Charset::parse`] knows.
    #[error("the charset is not supported")]
    CharsetUnknown,
    /// A value is not text of the request's charset.
    #[error("parameter {name} is not valid in the charset of the request")]
    Malformed {
        /// The name.
        name: String,
    },
}

impl Params {
    /// Merges query string, form body and the text parts of a multipart body (their values are already raw).
    ///
    /// Equal values under one name are kept once. `charset` is the one name where the body may differ from the
    /// query and wins: several clients hard-code it in the query. All else that differs is [`ParamError::Repeated`].
    pub fn merge(
        query: Option<&[u8]>,
        form_body: Option<&[u8]>,
        multipart_fields: Vec<(String, Vec<u8>)>,
    ) -> Result<Params, ParamError> {
        let mut query_fields = Params::default();
        query_fields.add_form(query.unwrap_or_default())?;
        let mut params = Params::default();
        params.add_form(form_body.unwrap_or_default())?;
        for (name, value) in multipart_fields {
            params.add(name, value)?;
        }
        // Most clients use one of them alone; then there is nothing to merge.
        if query_fields.is_empty() {
            return Ok(params);
        }
        if params.is_empty() {
            return Ok(query_fields);
        }
        let body_names_charset = params.get("charset").is_some();
        let mut merged = Params::default();
        for (name, value) in query_fields.fields.into_iter().chain(params.fields) {
            if body_names_charset && name == "charset" {
                merged.fields.retain(|(known, _)| known != "charset");
            }
            merged.add(name, value)?;
        }
        Ok(merged)
    }

    /// The value of a name, empty values included.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// The value of a name as text, decoded strictly. An absent name is `None`, an empty value is `Some("")`.
    pub fn text(&self, name: &str, charset: Charset) -> Result<Option<String>, ParamError> {
        let Some(bytes) = self.get(name) else { return Ok(None) };
        match charset.decode(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(ParamError::Malformed { name: name.to_owned() }),
        }
    }

    /// The charset that the request names, UTF-8 when it names none.
    pub fn charset(&self) -> Result<Charset, ParamError> {
        let name = self.get("charset").unwrap_or_default();
        if name.is_empty() {
            return Ok(Charset::Utf8);
        }
        std::str::from_utf8(name).ok().and_then(Charset::parse).ok_or(ParamError::CharsetUnknown)
    }

    /// Every parameter in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no parameter at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn add_form(&mut self, form: &[u8]) -> Result<(), ParamError> {
        for (count, piece) in form.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).enumerate() {
            if count >= FIELDS_MAX {
                return Err(ParamError::TooMany);
            }
            let split = piece.iter().position(|byte| *byte == b'=');
            let (name, value) = match split {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &[][..]),
            };
            let name = String::from_utf8(unescape(name)?).map_err(|_| ParamError::BadName)?;
            self.add(name, unescape(value)?)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: Vec<u8>) -> Result<(), ParamError> {
        if name.is_empty() {
            return Err(ParamError::BadName);
        }
        match self.get(&name) {
            Some(known) if known == value => return Ok(()),
            Some(_) => return Err(ParamError::Repeated { name }),
            None => {}
        }
        if self.fields.len() >= FIELDS_MAX {
            return Err(ParamError::TooMany);
        }
        self.fields.push((name, value));
        Ok(())
    }
}

/// Form decoding: `+` is a space, `%xx` a byte in either letter case, all else itself.
fn unescape(text: &[u8]) -> Result<Vec<u8>, ParamError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = text.get(at + 1..at + 3).ok_or(ParamError::BrokenEscape)?;
                let high = hex_value(digits[0]).ok_or(ParamError::BrokenEscape)?;
                let low = hex_value(digits[1]).ok_or(ParamError::BrokenEscape)?;
                bytes.push(high << 4 | low);
                at += 2;
            }
            other => bytes.push(*other),
        }
        at += 1;
    }
    Ok(bytes)
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Params, ParamError> {
        Params::merge(Some(text.as_bytes()), None, Vec::new())
    }

    #[test]
    fn escapes_are_decoded_to_bytes() {
        let params = query("a=1+2%203&b=%e6%94%AF&c=%B8%b6&charset=GBK&d&e=").expect("valid");
        assert_eq!(params.get("a"), Some(&b"1 2 3"[..]));
        assert_eq!(params.text("b", Charset::Utf8), Ok(Some("支".to_owned())));
        assert_eq!(params.text("c", Charset::Gbk), Ok(Some("付".to_owned())));
        assert_eq!(params.text("c", Charset::Utf8), Err(ParamError::Malformed { name: "c".to_owned() }));
        assert_eq!(params.text("zz", Charset::Utf8), Ok(None));
        assert_eq!(params.charset(), Ok(Charset::Gbk));
        assert_eq!((params.get("d"), params.get("e")), (Some(&b""[..]), Some(&b""[..])));
        assert_eq!(params.len(), 6);
    }

    #[test]
    fn what_is_broken_is_refused() {
        for text in ["a=%", "a=%4", "a=%4g", "a=%+1", "%zz=1"] {
            assert_eq!(query(text), Err(ParamError::BrokenEscape), "{text}");
        }
        for text in ["=1", "%ff=1", "a=1&=2"] {
            assert_eq!(query(text), Err(ParamError::BadName), "{text}");
        }
        assert_eq!(query("charset=utf-7").expect("parses").charset(), Err(ParamError::CharsetUnknown));
        let many: Vec<String> = (0..=FIELDS_MAX).map(|n| format!("n{n}=1")).collect();
        assert_eq!(query(&many.join("&")), Err(ParamError::TooMany));
        assert!(query(&many[..FIELDS_MAX].join("&")).is_ok());
        assert_eq!(query(&vec!["a=1"; FIELDS_MAX + 1].join("&")), Err(ParamError::TooMany));
    }

    #[test]
    fn one_name_has_one_value() {
        let both = Params::merge(Some(b"a=1&charset=utf-8"), Some(b"a=%31&b=2"), Vec::new()).expect("equal");
        assert_eq!(both.len(), 3);
        let repeated = Err(ParamError::Repeated { name: "a".to_owned() });
        assert_eq!(Params::merge(Some(b"a=1"), Some(b"a=2"), Vec::new()), repeated);
        assert_eq!(query("a=1&a="), repeated);
        assert_eq!(Params::merge(None, Some(b"a=1"), vec![("a".to_owned(), b"2".to_vec())]), repeated);
    }

    #[test]
    fn only_the_charset_of_the_body_overrules_the_query() {
        let both =
            Params::merge(Some(b"charset=utf-8&a=1"), Some(b"charset=GBK"), Vec::new()).expect("body wins");
        assert_eq!(both.charset(), Ok(Charset::Gbk));
        let repeated = Err(ParamError::Repeated { name: "charset".to_owned() });
        assert_eq!(query("charset=utf-8&charset=GBK"), repeated);
        assert_eq!(Params::merge(None, Some(b"charset=utf-8&charset=GBK"), Vec::new()), repeated);
    }
}
