//! A request as somebody pastes it: a whole HTTP request, an address, or the text of a query or form.

use crate::params::{ParamError, Params};

/// Longest text that is read, in bytes: as much as the gateway takes.
pub const PASTED_BYTES_MAX: usize = 1024 * 1024;

/// The parts of a request that carry parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted<'a> {
    /// Behind the `?` of the address.
    pub query: &'a [u8],
    /// The form in the body.
    pub body: &'a [u8],
}

/// Why a pasted text is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PastedError {
    /// Longer than [`PASTED_BYTES_MAX`].
    #[error("the request is longer than {PASTED_BYTES_MAX} bytes")]
    TooLong,
    /// There are no parameters in it.
    #[error(
        "there are no parameters in it: paste an HTTP request, an address, or the text of a query or form"
    )]
    Empty,
    /// A multipart body.
    #[error("a multipart body cannot be read here: paste its text parts as a form")]
    Multipart,
    /// The parameters cannot be read.
    #[error("the parameters cannot be read: {0}")]
    Params(#[from] ParamError),
}

impl<'a> Pasted<'a> {
    /// Takes a pasted text apart.
    pub fn read(text: &'a [u8]) -> Result<Pasted<'a>, PastedError> {
        if text.len() > PASTED_BYTES_MAX {
            return Err(PastedError::TooLong);
        }
        let text = text.trim_ascii();
        let (line, _) = split_line(text);
        let pasted = match target(line) {
            Some(target) => {
                let body = body(text)?;
                Pasted { query: query(target).unwrap_or_default(), body }
            }
            None => match query(text) {
                Some(query) => Pasted { query, body: &[] },
                None => Pasted { query: &[], body: text },
            },
        };
        if pasted.query.is_empty() && pasted.body.is_empty() { Err(PastedError::Empty) } else { Ok(pasted) }
    }

    /// Its parameters, merged as the gateway merges them.
    pub fn params(&self) -> Result<Params, PastedError> {
        let params = Params::merge(Some(self.query), Some(self.body), Vec::new())?;
        if params.is_empty() { Err(PastedError::Empty) } else { Ok(params) }
    }
}

/// The target of a request line.
fn target(line: &[u8]) -> Option<&[u8]> {
    let mut words = line.split(|byte| *byte == b' ');
    let (verb, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_verb = !verb.is_empty() && verb.iter().all(u8::is_ascii_uppercase);
    (is_verb && version.starts_with(b"HTTP/")).then_some(target)
}

/// What stands behind the `?`, when it comes before any parameter; without the fragment.
fn query(address: &[u8]) -> Option<&[u8]> {
    let mark = address.iter().position(|byte| matches!(byte, b'?' | b'=' | b'&'))?;
    if address[mark] != b'?' {
        return None;
    }
    let query = &address[mark + 1..];
    Some(query.split(|byte| *byte == b'#').next().unwrap_or_default())
}

/// The body behind the headers.
fn body(request: &[u8]) -> Result<&[u8], PastedError> {
    let (_, mut rest) = split_line(request);
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        if line.is_empty() {
            return Ok(after.trim_ascii());
        }
        let lower = line.to_ascii_lowercase();
        if lower.starts_with(b"content-type:") && lower.windows(9).any(|word| word == b"multipart") {
            return Err(PastedError::Multipart);
        }
        rest = after;
    }
    Ok(&[])
}

/// The first line without its end, and the rest.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let line = &text[..end];
    (line.strip_suffix(b"\r").unwrap_or(line), text.get(end + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_however_they_are_pasted() {
        for (text, query, body) in [
            ("a=1&b=2\n", "", "a=1&b=2"),
            ("http://h/gateway.do?a=1&b=?#end", "a=1&b=?", ""),
            ("?a=1", "a=1", ""),
            ("POST /gateway.do?a=1 HTTP/1.1\r\nHost: h\r\n\r\nb=2\r\n", "a=1", "b=2"),
            ("POST http://h/gateway.do HTTP/1.1\nHost: h\n\nb=2", "", "b=2"),
            ("GET /gateway.do?a=1 HTTP/1.1\nHost: h", "a=1", ""),
            ("a=http://h/?x=1", "", "a=http://h/?x=1"),
        ] {
            let wanted = Pasted { query: query.as_bytes(), body: body.as_bytes() };
            assert_eq!(Pasted::read(text.as_bytes()), Ok(wanted), "{text}");
        }
        assert_eq!(Pasted::read(b" \n"), Err(PastedError::Empty));
        assert_eq!(Pasted::read(b"GET / HTTP/1.1\n\n"), Err(PastedError::Empty));
        assert_eq!(Pasted::read(&vec![b'a'; PASTED_BYTES_MAX + 1]), Err(PastedError::TooLong));
        let multipart = b"POST / HTTP/1.1\nContent-Type: multipart/form-data; boundary=x\n\n--x";
        assert_eq!(Pasted::read(multipart), Err(PastedError::Multipart));
        let broken = Pasted::read(b"a=%zz").and_then(|pasted| pasted.params());
        assert_eq!(broken, Err(PastedError::Params(ParamError::BrokenEscape)));
    }
}
