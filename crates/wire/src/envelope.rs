//! Answers: the inner object, the envelope around it, the signature over its exact bytes.
//!
//! Some clients cut the signed text out of the answer by counting braces, by regular expression or by offsets, and
//! one encodes the object anew; so the form is fixed to the character. No white space; the object first and `sign`
//! last; `code`, `msg`, `sub_code`, `sub_msg`, then members by name; strings as PHP writes them (`/` as `\/`,
//! Chinese raw); no member without a value, no `{}`. Base64 texts keep a raw `/`.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::Range;

use crate::charset::Charset;
use crate::sign::{PrivateKey, SignType};

/// The node for errors when the method is unknown or missing, and of the OAuth token call.
pub const ERROR_NODE: &str = "error_response";

/// What the name of every method's node ends with.
const NODE_END: &str = "_response";

/// Longer than most answers, so that writing one takes memory once.
const USUAL_BYTES: usize = 1_024;
/// Members of most answers.
const USUAL_MEMBERS: usize = 16;

/// The node of a method: `alipay.trade.query` answers in `alipay_trade_query_response`.
pub fn method_node(method: &str) -> String {
    let mut node = String::with_capacity(method.len() + NODE_END.len());
    node.extend(method.chars().map(|letter| if letter == '.' { '_' } else { letter }));
    node.push_str(NODE_END);
    node
}

/// Members of an object that will be part of an answer. Each value is written as JSON when it is given, all into one
/// piece of memory.
#[derive(Clone, Default)]
pub struct ObjectWriter {
    json: String,
    /// By name; each with its value's place in `json`.
    members: Vec<(&'static str, Range<usize>)>,
}

impl fmt::Debug for ObjectWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl PartialEq for ObjectWriter {
    fn eq(&self, other: &ObjectWriter) -> bool {
        self.values().eq(other.values())
    }
}

impl Eq for ObjectWriter {}

impl ObjectWriter {
    /// No member yet.
    pub fn new() -> ObjectWriter {
        ObjectWriter::default()
    }

    /// A string; left out when empty. Amounts, ids and times are strings too.
    pub fn text(&mut self, name: &'static str, value: &str) -> &mut ObjectWriter {
        if value.is_empty() { self } else { self.put(name, |out| write_string(value, out)) }
    }

    /// A string, when there is one.
    pub fn text_some(&mut self, name: &'static str, value: Option<&str>) -> &mut ObjectWriter {
        self.text(name, value.unwrap_or_default())
    }

    /// A whole number, only for members that clients read as such (`expires_in` and its like).
    pub fn int(&mut self, name: &'static str, value: i64) -> &mut ObjectWriter {
        self.put(name, |out| push(out, format_args!("{value}")))
    }

    /// `true` or `false`.
    pub fn bool(&mut self, name: &'static str, value: bool) -> &mut ObjectWriter {
        self.put(name, |out| out.push_str(if value { "true" } else { "false" }))
    }

    /// A list of strings; left out when it has none.
    pub fn texts<S: Into<String>>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> &mut ObjectWriter {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return self;
        }
        self.put(name, |out| write_list(&values, out, |text, out| write_string(text, out)))
    }

    /// A list of objects; empty ones are skipped, and the list is left out when none remains.
    pub fn objects(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = ObjectWriter>,
    ) -> &mut ObjectWriter {
        let values: Vec<ObjectWriter> = values.into_iter().filter(|object| !object.is_empty()).collect();
        if values.is_empty() {
            return self;
        }
        self.put(name, |out| write_list(&values, out, |object, out| object.write(&[], out)))
    }

    /// An object; left out when it has no member.
    pub fn object(&mut self, name: &'static str, value: ObjectWriter) -> &mut ObjectWriter {
        if value.is_empty() { self } else { self.put(name, |out| value.write(&[], out)) }
    }

    /// Takes a text out that has nothing to escape, such as a number of a party; nothing when there is none.
    pub fn take_plain(&mut self, name: &str) -> Option<String> {
        let place = self.members.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        let value = &self.json[self.members[place].1.clone()];
        let plain = value.strip_prefix('"')?.strip_suffix('"')?;
        let plain = plain.bytes().all(is_plain).then(|| plain.to_owned())?;
        self.members.remove(place);
        Some(plain)
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The object as JSON, members by name.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&[], &mut out);
        out
    }

    fn put(&mut self, name: &'static str, write: impl FnOnce(&mut String)) -> &mut ObjectWriter {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        assert!(plain && !name.is_empty(), "member {name} would need escapes");
        assert!(name != "sign" && !name.ends_with(NODE_END), "member {name} would mislead clients");
        if self.members.is_empty() {
            self.members.reserve(USUAL_MEMBERS);
            self.json.reserve(USUAL_BYTES / 2);
        }
        let from = self.json.len();
        write(&mut self.json);
        let value = from..self.json.len();
        match self.members.binary_search_by(|(known, _)| (*known).cmp(name)) {
            // What was given before stays where it is, unused.
            Ok(place) => self.members[place].1 = value,
            Err(place) => self.members.insert(place, (name, value)),
        }
        self
    }

    fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.members.iter().map(|(name, value)| (*name, &self.json[value.clone()]))
    }

    fn write(&self, head: &[(&str, Cow<'_, str>)], out: &mut String) {
        out.push('{');
        let mut separator = "";
        let mut begin = |name: &str, out: &mut String| {
            for piece in [separator, "\"", name, "\":"] {
                out.push_str(piece);
            }
            separator = ",";
        };
        for (name, value) in head {
            begin(name, out);
            write_string(value, out);
        }
        for (name, value) in self.values() {
            begin(name, out);
            out.push_str(value);
        }
        out.push('}');
    }
}

fn write_list<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

/// The inner object of an answer: its codes, then its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    head: Vec<(&'static str, Cow<'static, str>)>,
    /// The members after the codes. A failure may have some too.
    pub members: ObjectWriter,
}

impl Response {
    /// 10000: done.
    pub fn success() -> Response {
        Response::headed([("code", "10000"), ("msg", "Success")].map(fixed).into())
    }

    /// 10003: the order is made and waits for the buyer's password. The leading space of the text is the wire's.
    pub fn waiting() -> Response {
        Response::headed([("code", "10003"), ("msg", " order success pay inprocess")].map(fixed).into())
    }

    /// Whether it says [`Response::waiting`].
    pub fn is_waiting(&self) -> bool {
        self.head.first().is_some_and(|(_, code)| code == "10003")
    }

    /// A failure; every one has a sub_code, since most clients look at nothing else.
    pub fn failed(code: &str, msg: &str, sub_code: &str, sub_msg: &str) -> Response {
        assert!(!sub_code.is_empty() && code != "10000" && code != "10003", "{code} is no failure");
        let head = [("code", code), ("msg", msg), ("sub_code", sub_code), ("sub_msg", sub_msg)];
        Response::headed(head.map(|(name, value)| (name, Cow::Owned(value.to_owned()))).into())
    }

    /// Without codes: the success of `alipay.system.oauth.token`.
    pub fn bare() -> Response {
        Response::headed(Vec::new())
    }

    /// The inner object as JSON.
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(USUAL_BYTES);
        self.members.write(&self.head, &mut out);
        out
    }

    fn headed(head: Vec<(&'static str, Cow<'static, str>)>) -> Response {
        Response { head, members: ObjectWriter::new() }
    }
}

fn fixed((name, value): (&'static str, &'static str)) -> (&'static str, Cow<'static, str>) {
    (name, Cow::Borrowed(value))
}

/// What PHP's `json_encode` with raw Unicode writes, with two differences that keep its meaning: braces are escaped
/// in a string where they do not pair up, and so is the underscore of `_response`, which must stand in the node's
/// name alone.
fn write_string(text: &str, out: &mut String) {
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    let escape_braces = !braces_pair_up(text);
    out.push('"');
    for (at, character) in text.char_indices() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '{' | '}' if escape_braces => push_escape(character, out),
            '\u{2028}' | '\u{2029}' => push_escape(character, out),
            '_' if text[at..].starts_with("_response") => push_escape(character, out),
            control if control < ' ' => push_escape(control, out),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Whether a text of such bytes alone is written as it is. 0xE2 begins the two separators that are escaped, `_` may
/// begin `_response`; texts with them are looked at by character.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && !matches!(byte, b'"' | b'\\' | b'/' | b'{' | b'}' | b'_' | 0xE2)
}

fn push_escape(character: char, out: &mut String) {
    push(out, format_args!("\\u{:04x}", u32::from(character)));
}

fn push(out: &mut String, text: fmt::Arguments<'_>) {
    // A text takes whatever is written into it.
    let _written = out.write_fmt(text);
}

/// Whether a client that counts braces without regard to strings comes out of this text as it went in. `}{` does
/// not: the count would end too early.
fn braces_pair_up(text: &str) -> bool {
    let mut open = 0usize;
    for byte in text.bytes() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return false,
            b'}' => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// The inner text of an encrypted answer: the cipher text with its quotes, `/` raw. This is what is signed.
pub fn quoted_cipher(base64: &str) -> String {
    format!("\"{base64}\"")
}

/// The whole answer as text. `cert_sn` only in certificate mode.
pub fn envelope(node: &str, inner: &str, cert_sn: Option<&str>, sign_base64: Option<&str>) -> String {
    let bytes = assemble(node, inner.as_bytes(), cert_sn, sign_base64);
    String::from_utf8(bytes).expect("texts make a text")
}

/// The whole answer in bytes of `charset`, signed over the bytes of `inner` in that charset. `inner` is an object
/// from [`Response::to_json`] or a text from [`quoted_cipher`]; characters that GBK lacks become `\uXXXX`.
pub fn signed_envelope(
    node: &str,
    inner: &str,
    charset: Charset,
    sign_type: SignType,
    key: &PrivateKey,
    cert_sn: Option<&str>,
) -> Vec<u8> {
    let inner = charset.json_bytes(inner);
    let signature = key.sign(sign_type, &inner);
    assemble(node, &inner, cert_sn, Some(&signature))
}

/// As [`signed_envelope`], around an inner text whose signature is known: `inner` is already in bytes of the charset.
pub fn signed_by(node: &str, inner: &[u8], cert_sn: Option<&str>, sign_base64: &str) -> Vec<u8> {
    assemble(node, inner, cert_sn, Some(sign_base64))
}

/// The whole answer without a signature: only for an unknown app, where there is no key to choose.
pub fn unsigned_envelope(node: &str, inner: &str, charset: Charset) -> Vec<u8> {
    assemble(node, &charset.json_bytes(inner), None, None)
}

fn assemble(node: &str, inner: &[u8], cert_sn: Option<&str>, sign_base64: Option<&str>) -> Vec<u8> {
    let cert_sn = cert_sn.map(|serial| [",\"alipay_cert_sn\":\"", serial, "\""]);
    let sign = sign_base64.map(|signature| [",\"sign\":\"", signature, "\""]);
    let after = || cert_sn.iter().chain(&sign).flatten();
    let length = node.len() + 5 + inner.len() + after().map(|piece| piece.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length);
    for piece in ["{\"", node, "\":"] {
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes.extend_from_slice(inner);
    after().for_each(|piece| bytes.extend_from_slice(piece.as_bytes()));
    bytes.push(b'}');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_written_as_php_does() {
        let mut object = ObjectWriter::new();
        object
            .text("b", "支付/\"\\ 😀%{x}\u{1}\u{7f}\u{2028}\u{8}\u{c}\n\r\t")
            .text("a", "}{")
            .text("c", "{")
            .text("d", "x_response_response")
            .text("e", "");
        assert_eq!(
            object.to_json(),
            "{\"a\":\"\\u007d\\u007b\",\
            \"b\":\"支付\\/\\\"\\\\ 😀%{x}\\u0001\u{7f}\\u2028\\b\\f\\n\\r\\t\",\
            \"c\":\"\\u007b\",\"d\":\"x\\u005fresponse\\u005fresponse\"}"
        );
    }

    #[test]
    fn members_without_a_value_are_left_out() {
        let mut tag = ObjectWriter::new();
        tag.text("k", "v");
        let mut object = ObjectWriter::new();
        object
            .texts("empty_texts", Vec::<String>::new())
            .texts("texts", ["x", "y"])
            .objects("objects", [ObjectWriter::new(), tag.clone()])
            .objects("no_objects", [ObjectWriter::new()])
            .object("empty", ObjectWriter::new())
            .object("tag", tag)
            .text_some("none", None)
            .int("expires_in", 1_296_000)
            .bool("is_by_app_auth", false);
        assert_eq!(
            object.to_json(),
            "{\"expires_in\":1296000,\"is_by_app_auth\":false,\"objects\":[{\"k\":\"v\"}],\"tag\":{\"k\":\"v\"},\
            \"texts\":[\"x\",\"y\"]}"
        );
        assert_eq!(Response::bare().to_json(), "{}");
        let waits = [Response::waiting(), Response::success(), Response::bare()];
        assert_eq!(waits.map(|response| response.is_waiting()), [true, false, false]);
    }

    #[test]
    fn a_failure_has_its_codes_first() {
        let mut failed = Response::failed("40004", "Business Failed", "ACQ.TRADE_NOT_EXIST", "交易不存在");
        failed.members.text("out_trade_no", "T1").text("buyer_pay_amount", "0.00");
        assert_eq!(
            failed.to_json(),
            "{\"code\":\"40004\",\"msg\":\"Business Failed\",\"sub_code\":\"ACQ.TRADE_NOT_EXIST\",\
            \"sub_msg\":\"交易不存在\",\"buyer_pay_amount\":\"0.00\",\"out_trade_no\":\"T1\"}"
        );
    }

    #[test]
    #[should_panic(expected = "mislead")]
    fn a_member_called_sign_is_a_mistake_of_ours() {
        ObjectWriter::new().text("sign", "x");
    }

    #[test]
    fn envelopes_have_one_shape() {
        let node = method_node("alipay.trade.query");
        assert_eq!(node, "alipay_trade_query_response");
        assert_eq!(envelope("n", "{}", None, None), "{\"n\":{}}");
        assert_eq!(
            envelope(&node, "{\"code\":\"10000\"}", Some("ab"), Some("c/d=")),
            "{\"alipay_trade_query_response\":{\"code\":\"10000\"},\"alipay_cert_sn\":\"ab\",\"sign\":\"c/d=\"}"
        );
        assert_eq!(
            unsigned_envelope("n", "{\"m\":\"好😀\"}", Charset::Gbk),
            b"{\"n\":{\"m\":\"\xBA\xC3\\ud83d\\ude00\"}}"
        );
        assert_eq!(unsigned_envelope("n", &quoted_cipher("a/b="), Charset::Utf8), b"{\"n\":\"a/b=\"}");
    }
}
