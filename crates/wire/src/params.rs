//! The parameters of a call: query string and body merged, percent-decoded, still bytes.
//!
//! Bytes are kept because with `charset=gbk` the signature covers GBK bytes; text is made only after the signature
//! was checked. Nothing here guesses: a broken escape or two different values under one name are refused, since
//! the part that signs and the part that reads could otherwise see different requests.

use crate::charset::Charset;

/// Most parameters of one request. Clients send about twenty; methods with top-level business parameters under 100.
pub const FIELDS_MAX: usize = 200;

/// Usual number of parameters: room for them is taken at once.
const FIELDS_USUAL: usize = 16;

/// The parameters of one request in order of arrival, each name once.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// Names and values one after the other, decoded: one piece of memory instead of two for each parameter.
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// How many of them, the first ones, stood in the query.
    query_fields: usize,
}

/// Where a parameter lies in `bytes`: its value begins where its name ends.
#[derive(Debug, Clone, Copy)]
struct Field {
    from: usize,
    name_end: usize,
    end: usize,
}

impl PartialEq for Params {
    fn eq(&self, other: &Params) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Params {}

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
        // Most clients use one of them alone; then there is nothing to merge.
        let (query, form_body) = (query.unwrap_or_default(), form_body.unwrap_or_default());
        let mut query_fields = Params::of_form(query)?;
        query_fields.query_fields = query_fields.len();
        let mut params = Params::of_form(form_body)?;
        for (name, value) in multipart_fields {
            let from = params.bytes.len();
            params.bytes.extend_from_slice(name.as_bytes());
            let name_end = params.bytes.len();
            params.bytes.extend_from_slice(&value);
            params.keep(from, name_end)?;
        }
        if query_fields.is_empty() {
            return Ok(params);
        }
        if params.is_empty() {
            return Ok(query_fields);
        }
        let body_names_charset = params.get("charset").is_some();
        let mut merged = Params::with_room(query_fields.bytes.len() + params.bytes.len());
        let own = |(name, _): &(&str, &[u8])| !(body_names_charset && *name == "charset");
        for (name, value) in query_fields.iter().filter(own).chain(params.iter()) {
            let from = merged.bytes.len();
            merged.bytes.extend_from_slice(name.as_bytes());
            let name_end = merged.bytes.len();
            merged.bytes.extend_from_slice(value);
            merged.keep(from, name_end)?;
        }
        merged.query_fields =
            query_fields.len() - usize::from(body_names_charset && query_fields.get("charset").is_some());
        Ok(merged)
    }

    /// The value of a name, empty values included.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let named = |field: &&Field| &self.bytes[field.from..field.name_end] == name.as_bytes();
        self.fields.iter().find(named).map(|field| &self.bytes[field.name_end..field.end])
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
        charset_of(self.get("charset"))
    }

    /// Every parameter in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|field| {
            let name = std::str::from_utf8(&self.bytes[field.from..field.name_end]);
            (name.unwrap_or_default(), &self.bytes[field.name_end..field.end])
        })
    }

    /// How many parameters, the first ones, stood in the query. What stood in both counts to the query; only `charset`
    /// counts to the body then.
    pub fn query_len(&self) -> usize {
        self.query_fields
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no parameter at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn with_room(bytes: usize) -> Params {
        Params { bytes: Vec::with_capacity(bytes), fields: Vec::with_capacity(FIELDS_USUAL), query_fields: 0 }
    }

    fn of_form(form: &[u8]) -> Result<Params, ParamError> {
        if form.is_empty() {
            return Ok(Params::default());
        }
        // Decoding never makes a text longer.
        let mut params = Params::with_room(form.len());
        for (count, piece) in form.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).enumerate() {
            if count >= FIELDS_MAX {
                return Err(ParamError::TooMany);
            }
            let split = piece.iter().position(|byte| *byte == b'=');
            let (name, value) = match split {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &[][..]),
            };
            let from = params.bytes.len();
            unescape(name, &mut params.bytes)?;
            let name_end = params.bytes.len();
            // A name is told to be wrong before its value is.
            std::str::from_utf8(&params.bytes[from..]).map_err(|_| ParamError::BadName)?;
            unescape(value, &mut params.bytes)?;
            params.keep(from, name_end)?;
        }
        Ok(params)
    }

    /// Takes the parameter that was just put at the end of `bytes`.
    fn keep(&mut self, from: usize, name_end: usize) -> Result<(), ParamError> {
        let name = std::str::from_utf8(&self.bytes[from..name_end]).map_err(|_| ParamError::BadName)?;
        if name.is_empty() {
            return Err(ParamError::BadName);
        }
        match self.get(name) {
            Some(known) if known == &self.bytes[name_end..] => {
                self.bytes.truncate(from);
                return Ok(());
            }
            Some(_) => return Err(ParamError::Repeated { name: name.to_owned() }),
            None => {}
        }
        if self.fields.len() >= FIELDS_MAX {
            return Err(ParamError::TooMany);
        }
        self.fields.push(Field { from, name_end, end: self.bytes.len() });
        Ok(())
    }
}

/// The charset that this value of `charset` names, UTF-8 when there is none.
pub fn charset_of(value: Option<&[u8]>) -> Result<Charset, ParamError> {
    match value.unwrap_or_default() {
        [] => Ok(Charset::Utf8),
        name => std::str::from_utf8(name).ok().and_then(Charset::parse).ok_or(ParamError::CharsetUnknown),
    }
}

/// The values of some names as they stand in a form, without decoding it: what an answer needs of a request that is not
/// read any further. `None` when a name or one of these values is escaped, or a name has two values; then only reading
/// the form tells. An absent name is `Some(None)`.
pub fn glance<'a, const N: usize>(form: &'a [u8], names: [&str; N]) -> Option<[Option<&'a [u8]>; N]> {
    let escaped = |text: &[u8]| text.iter().any(|byte| matches!(byte, b'%' | b'+'));
    let mut found = [None; N];
    for piece in form.split(|byte| *byte == b'&') {
        let split = piece.iter().position(|byte| matches!(byte, b'=' | b'%' | b'+'));
        let (name, value) = match split {
            Some(at) if piece[at] == b'=' => (&piece[..at], &piece[at + 1..]),
            Some(_) => return None,
            None => (piece, &[][..]),
        };
        let Some(place) = names.iter().position(|known| known.as_bytes() == name) else { continue };
        match found[place] {
            Some(known) if known != value => return None,
            _ if escaped(value) => return None,
            _ => found[place] = Some(value),
        }
    }
    Some(found)
}

/// Form decoding: `+` is a space, `%xx` a byte in either letter case, all else itself.
fn unescape(text: &[u8], out: &mut Vec<u8>) -> Result<(), ParamError> {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'+' | b'%')) {
        out.extend_from_slice(&rest[..at]);
        if rest[at] == b'+' {
            out.push(b' ');
            rest = &rest[at + 1..];
            continue;
        }
        let digits = rest.get(at + 1..at + 3).ok_or(ParamError::BrokenEscape)?;
        let high = hex_value(digits[0]).ok_or(ParamError::BrokenEscape)?;
        let low = hex_value(digits[1]).ok_or(ParamError::BrokenEscape)?;
        out.push(high << 4 | low);
        rest = &rest[at + 3..];
    }
    out.extend_from_slice(rest);
    Ok(())
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
    fn what_stood_in_the_query_comes_first() {
        let query_len = |query: &str, body: &str| {
            let params = Params::merge(Some(query.as_bytes()), Some(body.as_bytes()), Vec::new());
            params.expect("valid").query_len()
        };
        assert_eq!(query_len("a=1&b=2", ""), 2);
        assert_eq!(query_len("", "a=1&b=2"), 0);
        assert_eq!(query_len("a=1&b=2", "b=2&c=3"), 2);
        assert_eq!(query_len("a=1&charset=utf-8", "charset=GBK&c=3"), 1);
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
    fn a_glance_sees_what_reading_sees_or_nothing() {
        let names = ["app_id", "method", "sign_type"];
        let form = b"app_id=7&biz_content=%7B%7D+&method=a.b&x&sign_type=";
        let seen = glance(form, names).expect("nothing that matters is escaped");
        assert_eq!(seen, [Some(&b"7"[..]), Some(&b"a.b"[..]), Some(&b""[..])]);
        assert_eq!(glance(b"", names), Some([None; 3]));
        assert_eq!(glance(b"app_id=7&app_id=7", names), Some([Some(&b"7"[..]), None, None]));
        for unsure in
            ["app_id=7&app_id=8", "app%5Fid=7", "app_id=%37", "method=a+b", "a+b=1", "app_id=&app_id=1"]
        {
            assert_eq!(glance(unsure.as_bytes(), names), None, "{unsure}");
        }
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
