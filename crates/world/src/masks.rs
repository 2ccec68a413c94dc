//! What a remembered call does not show: passwords, codes, tokens, sessions, cards, numbers of papers, telephones,
//! mailboxes and names. Everything else stands as it was sent, character by character, so that a text to sign can be
//! held against another one.
//!
//! Two nets: the name of a value, and how it looks. What cannot be read with certainty is not shown: JSON is shown
//! until it is none any more, other content not at all.

mod assigned;
mod looks;
mod reader;

use assigned::assigns_hidden;
use looks::{READINGS, looks, percent_decoded, unescaped};

/// What stands in the place of what is not shown.
pub const MASK: &str = "***";
/// Signs of a signature that are shown at either end.
const SIGN_SHOWN: usize = 6;
/// Signs of an open_id, which tells nobody but its app who it is.
const OPEN_ID_LENGTH: usize = 48;
/// Longest name that is shown, bytes: that of the answer to the longest method has room.
const NAME_BYTES_MAX: usize = 80;
/// How often JSON may lie in a text of JSON; what lies deeper is not shown.
const NESTED_MAX: usize = 8;
/// What a refusal says before it repeats the text that was verified.
const VERIFIED: &str = "验签字符串为[";

/// Names of values that are never shown, in small letters without `_`, `-` and `.`.
const HIDDEN: [&str; 10] = [
    "name",
    "barcode",
    "bankcard",
    "accountno",
    "bankaccount",
    "birthday",
    "idcard",
    "identitycard",
    "tel",
    "telephone",
];
/// How such names end.
const HIDDEN_ENDS: [&str; 9] =
    ["name", "authcode", "paycode", "verifycode", "certno", "cardno", "idno", "email", "picture"];
/// What such names have in them, wherever it stands.
const HIDDEN_PARTS: [&str; 10] =
    ["password", "passwd", "pwd", "secret", "token", "mobile", "phone", "authorization", "cookie", "session"];
/// Names that end so and tell nothing of a person.
const OF_NO_PERSON: [&str; 9] = [
    "goodsname",
    "productname",
    "storename",
    "shopname",
    "appname",
    "categoryname",
    "bankname",
    "instname",
    "merchantname",
];
/// What names an account: a party's number is shown, a login, a card and a telephone are not.
const ACCOUNTS: [&str; 3] = ["identity", "payeeaccount", "login"];
/// How other such names end.
const ACCOUNT_ENDS: [&str; 2] = ["logonid", "loginid"];
/// The parameter that holds all the others.
const CONTENT: &str = "bizcontent";
/// A merchant's own numbers and ours: they may look like anything.
const NUMBERS: [&str; 6] = ["outtradeno", "tradeno", "outrequestno", "outbizno", "outorderno", "orderid"];

/// Parameters of every call, as the lists above write them: they are shown also where a form is torn.
const COMMON: [&str; 15] = [
    "appid",
    "method",
    "format",
    "charset",
    "signtype",
    "sign",
    "timestamp",
    "version",
    "notifyurl",
    "returnurl",
    "appcertsn",
    "alipayrootcertsn",
    "alipaysdk",
    "encrypttype",
    CONTENT,
];

/// Which way a text goes: `code` opens something in a request, and is how it ended in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To the platform.
    Asked,
    /// From it.
    Answered,
}

/// A parameter's name as it is shown: a short word. A body that is no form becomes one name, with all that is in it.
pub fn name(text: &str) -> String {
    let of_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let is_word = text.len() <= NAME_BYTES_MAX && text.bytes().all(of_word);
    if is_word { looks(text) } else { MASK.to_owned() }
}

/// A parameter's value as it is shown.
pub fn value(name: &str, text: &str, way: Way) -> String {
    value_in(name, text, way, content)
}

/// A body, or the parameter that stands for one: JSON, or a form in its place; nothing of any other text.
pub fn content(text: &str) -> String {
    if text.trim().is_empty() || is_json(text) {
        return json(text, Way::Asked);
    }
    // A form's last value is hardly ever empty, and what is in base64 often ends like that.
    let is_form =
        !text.ends_with('=') && text.split('&').all(|pair| pair.split_once('=').is_some_and(is_pair));
    if is_form { pairs(text) } else { MASK.to_owned() }
}

/// The parameters of one form in their order. Where content in one breaks off, as it does at a `&` that was not
/// escaped, what comes next may be a piece of it.
#[derive(Debug, Default)]
pub struct Form {
    is_torn: bool,
}

impl Form {
    /// The next parameter's name and value as they are shown.
    pub fn parameter(&mut self, name: &str, text: &str) -> (String, String) {
        self.parameter_in(name, text, content)
    }

    fn parameter_in(&mut self, name: &str, text: &str, content: fn(&str) -> String) -> (String, String) {
        let is_piece = self.is_torn && !COMMON.contains(&plain(name).as_str());
        self.is_torn |= breaks_off(text);
        if is_piece {
            return (masked(name), masked(text));
        }
        (self::name(name), value_in(name, text, Way::Asked, content))
    }
}

/// JSON with the values in it that are shown, up to where it is none any more.
pub fn json(text: &str, way: Way) -> String {
    reader::read(text, way, 0).text
}

/// Path and query of an address; what is escaped in it stays so.
pub fn address(text: &str) -> String {
    match text.split_once('?') {
        Some((path, query)) => format!("{}?{}", words(path, Way::Asked), pairs(query)),
        None => words(text, Way::Asked),
    }
}

/// The two ends of a signature: enough to tell one from another.
pub fn signature(text: &str) -> String {
    // With what clients and proxies make of base64.
    let of_signature =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b' ' | b'%' | b'\\');
    let count = text.chars().count();
    if count <= 2 * SIGN_SHOWN || !text.bytes().all(of_signature) {
        return masked(text);
    }
    let (first, last): (String, String) =
        (text.chars().take(SIGN_SHOWN).collect(), text.chars().skip(count - SIGN_SHOWN).collect());
    format!("{first}…{last}")
}

/// A sentence of a refusal, which may repeat the text that was verified.
pub fn sentence(text: &str) -> String {
    match text.split_once(VERIFIED) {
        Some((before, _)) => format!("{}{VERIFIED}{MASK}]", looks(before)),
        None => looks(text),
    }
}

/// A value, with what is shown of content that is no JSON.
fn value_in(name: &str, text: &str, way: Way, content: fn(&str) -> String) -> String {
    // Under such a name stands a piece of something else.
    if self::name(name) != name {
        return masked(text);
    }
    let name = plain(name);
    match name.as_str() {
        _ if is_hidden(&name, way) => masked(text),
        _ if is_json(text) && hides_all(&name, way) => masked(text),
        _ if is_json(text) => json(text, way),
        CONTENT => content(text),
        _ if is_piece_of_json(text) => masked(text),
        _ => shown(&name, text, way, 0),
    }
}

fn masked(text: &str) -> String {
    if text.is_empty() { String::new() } else { MASK.to_owned() }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Whether a text looks like one that was torn out of JSON at a `&`.
fn is_piece_of_json(text: &str) -> bool {
    text.contains("\":")
}

/// Whether JSON, or a piece of it, does not come to its end in a text.
fn breaks_off(text: &str) -> bool {
    (is_json(text) || is_piece_of_json(text)) && !reader::read(text, Way::Asked, 0).whole
}

/// A form with the names and values in it that are shown. What needs no mask keeps its escapes.
fn pairs(form: &str) -> String {
    let mut read = Form::default();
    form.split('&').map(|sent| pair(&mut read, sent)).collect::<Vec<_>>().join("&")
}

fn pair(form: &mut Form, sent: &str) -> String {
    let kept = |shown: String, read: &str, sent: &str| if shown == read { sent.to_owned() } else { shown };
    let (name_sent, value_sent) = sent.split_once('=').unwrap_or((sent, ""));
    let (name_read, value_read) = (form_decoded(name_sent), form_decoded(value_sent));
    // A form in a form is not looked into.
    let (shown_name, shown_value) = form.parameter_in(&name_read, &value_read, masked);
    let shown_name = kept(shown_name, &name_read, name_sent);
    if name_sent.len() == sent.len() {
        return shown_name;
    }
    format!("{shown_name}={}", kept(shown_value, &value_read, value_sent))
}

fn is_pair((name_sent, _): (&str, &str)) -> bool {
    let read = form_decoded(name_sent);
    !read.is_empty() && name(&read) == read
}

fn form_decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', " "))
}

/// Whether a name is one that can be looked up in the lists above, and is shown.
fn is_word(text: &str) -> bool {
    !text.is_empty() && name(text) == text
}

/// A name as the lists above write it.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn is_hidden(name: &str, way: Way) -> bool {
    if OF_NO_PERSON.contains(&name) {
        return false;
    }
    let opens = name == "code" && way == Way::Asked;
    let has_part = !is_of_answer(name) && HIDDEN_PARTS.iter().any(|part| name.contains(part));
    opens || has_part || HIDDEN.contains(&name) || HIDDEN_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a name is that of a method's whole answer, which says what it is about.
fn is_of_answer(name: &str) -> bool {
    name.starts_with("alipay") && name.ends_with("response")
}

fn is_account(name: &str) -> bool {
    ACCOUNTS.contains(&name) || ACCOUNT_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether nothing of an object or a list is shown that stands under a name.
fn hides_all(name: &str, way: Way) -> bool {
    name == "sign" || is_account(name) || is_hidden(name, way)
}

/// A value under a name in small letters.
fn shown(name: &str, text: &str, way: Way, depth: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    if name == "sign" {
        return signature(text);
    }
    if is_hidden(name, way) || is_account(name) && !is_open_account(text) || hides_inside(text, way, depth) {
        return MASK.to_owned();
    }
    match name {
        // What the platform says of a refusal names parameters.
        "submsg" | "message" | "msg" if way == Way::Answered => sentence(text),
        _ if assigns_hidden(text, way) => MASK.to_owned(),
        _ if NUMBERS.contains(&name) => text.to_owned(),
        _ => looks(text),
    }
}

/// Free words, with what is shown of them.
fn words(text: &str, way: Way) -> String {
    if assigns_hidden(text, way) { MASK.to_owned() } else { looks(text) }
}

/// Whether what names an account is the number of a party, an open_id, or masked already.
fn is_open_account(text: &str) -> bool {
    let of_party =
        text.len() == 16 && text.starts_with("2088") && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    of_party || text.len() == OPEN_ID_LENGTH && text.bytes().all(plain) || is_masked(text)
}

/// Whether a text was masked before: three signs at its beginning at most, and four or a host at its end.
fn is_masked(text: &str) -> bool {
    let Some((begin, rest)) = text.split_once('*') else { return false };
    let end = rest.trim_start_matches('*');
    let stars = 1 + rest.len() - end.len();
    let hides_end = !end.contains('*') && (end.starts_with('@') || end.chars().count() <= 4);
    (1..=3).contains(&begin.chars().count()) && stars >= 3 && hides_end
}

/// Whether a text is JSON once more, escaped, with something in it that is not shown, or XML, which is not looked into.
fn hides_inside(text: &str, way: Way, depth: usize) -> bool {
    let mut read = text.to_owned();
    for reading in 0..READINGS {
        // Each reading counts as one text in another, so that the work is bounded.
        if hides_once(&unescaped(&read), way, depth + reading) {
            return true;
        }
        let more = percent_decoded(&read);
        if more == read {
            return false;
        }
        read = more;
    }
    true
}

fn hides_once(once: &str, way: Way, depth: usize) -> bool {
    let begin = once.trim_start();
    let is_quoted = begin.starts_with('"') && once.contains('{');
    let has_pairs = is_json(once) && once.contains(['"', ':', '=']);
    if !(is_quoted || has_pairs) {
        return begin.starts_with('<');
    }
    if depth >= NESTED_MAX {
        return true;
    }
    let read = reader::read(once, way, depth + 1);
    !read.whole || read.text != once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_by_its_name_is_not_shown() {
        for (given, expected) in [
            (
                r#"{"auth_code":"281234567890123456","total_amount":"1.00"}"#,
                r#"{"auth_code":"***","total_amount":"1.00"}"#,
            ),
            (
                r#"{ "payee_info" : {"name":"张三","identity":"lily@example.com"} }"#,
                r#"{ "payee_info" : {"name":"***","identity":"***"} }"#,
            ),
            (
                r#"{"identity":"2088100000000147","identity_type":"ALIPAY_USER_ID"}"#,
                r#"{"identity":"2088100000000147","identity_type":"ALIPAY_USER_ID"}"#,
            ),
            (r#"{"identity":"6222021234567890"}"#, r#"{"identity":"***"}"#),
            (
                r#"{"names":["a"],"certNo":123,"cert_no":null}"#,
                r#"{"names":["a"],"certNo":***,"cert_no":null}"#,
            ),
            (r#"{"mobile":["13800001234",{"a":"b"}],"c":["d"]}"#, r#"{"mobile":***,"c":["d"]}"#),
            (r#"{"password":{"x":["s3cr3t",{}],"y":{}},"a":1}"#, r#"{"password":***,"a":1}"#),
            (r#"{"identity":{"x":"s3cr3t"},"sign":["s3cr3t"]}"#, r#"{"identity":***,"sign":***}"#),
            (
                r#"{"user.pass-word":"s3cr3t","user.auth.code":"s3cr3t"}"#,
                r#"{"user.pass-word":"***","user.auth.code":"***"}"#,
            ),
            // What a name stands for that is no plain word, nobody knows.
            (r#"{"密码":"s3cr3t","pass word":["s3cr3t"],"":1}"#, r#"{"***":"***","***":***,"***":***}"#),
            (
                r#"{"goods_name":"茶","goods_detail":[{"body":"\"x\""}]}"#,
                r#"{"goods_name":"茶","goods_detail":[{"body":"\"x\""}]}"#,
            ),
            (
                r#"{"ext":"{\"cert_no\":\"1\"}","plain":"{\"a\":\"1\"}"}"#,
                r#"{"ext":"***","plain":"{\"a\":\"1\"}"}"#,
            ),
            // What breaks off is read as far as it goes.
            (r#"{"pay_password":"123456"#, r#"{"pay_password":"***"#),
            ("", ""),
        ] {
            assert_eq!(json(given, Way::Asked), expected, "{given}");
        }
        for name in [
            "auth_token",
            "app_auth_token",
            "refresh_token",
            "refresh_tokens",
            "code",
            "auth_code",
            "payPassword",
            "pay_password_again",
            "passWord1",
            "pwd2",
            "clientSecretKey",
            "phone_number",
            "mobile_no",
            "Authorization",
            "Set-Cookie",
            "session",
            "session_id",
        ] {
            for text in ["x1", "1", "020-1234", "138 0013 800"] {
                assert_eq!(value(name, text, Way::Asked), MASK, "{name}");
            }
        }
        for text in ["Authorization: Bearer x1", "Cookie: a=x1", "session=x1"] {
            assert_eq!(value("body", text, Way::Asked), MASK, "{text}");
        }
        for name in ["alipay_system_oauth_token_response", "alipay_open_auth_token_app_query_response"] {
            let told = format!(r#"{{"{name}":{{"code":"10000"}}}}"#);
            assert_eq!(json(&told, Way::Answered), told, "a method's answer is not its token");
        }
        assert_eq!(value("code", "10000", Way::Answered), "10000");
        assert_eq!(json(r#"{"code":"40004"}"#, Way::Answered), r#"{"code":"40004"}"#);
    }

    #[test]
    fn what_looks_like_a_person_is_not_shown_anywhere() {
        for (given, expected) in [
            ("call 13800001234 now", "call *** now"),
            ("+8613800001234", "+***"),
            ("T13800001234 and 138000012345", "T13800001234 and 138000012345"),
            ("11010119900307123X,110101199003071234", "***,***"),
            ("6222021234567894 4111111111111112", "*** 4111111111111112"),
            ("281234567890123456", "***"),
            ("call 138-0013-8000, 138 0013 8000", "call ***, ***"),
            ("+86 138.0013.8000; 86138-0013-8000", "+86 ***; ***"),
            ("138-0013-80001 T138-0013-8000 1-2026-0102", "138-0013-80001 T138-0013-8000 1-2026-0102"),
            ("138-0013 200-1234-5678", "138-0013 200-1234-5678"),
            ("电话１３８００１３８０００", "电话***"),
            ("１３８－００１３－８０００ 1３800138000", "*** ***"),
            ("１１０１０１１９９００３０７１２３Ｘ", "***"),
            ("２０２６", "２０２６"),
            ("lily@example.com; a@b; @x.y", "***; a@b; @x.y"),
            ("2088100000000147 2026010222001400000001", "2088100000000147 2026010222001400000001"),
            ("咖啡", "咖啡"),
        ] {
            assert_eq!(value("subject", given, Way::Asked), expected, "{given}");
        }
        assert_eq!(
            value("out_trade_no", "13800001234", Way::Asked),
            "13800001234",
            "a merchant's own number"
        );
        assert_eq!(
            address("/v3/alipay/x?auth_token=abc&a=%2F&b=lily%40example.com"),
            "/v3/alipay/x?auth_token=***&a=%2F&b=***"
        );
    }

    #[test]
    fn a_name_is_a_word_or_is_not_shown_and_what_stands_under_it_neither() {
        let long = "x".repeat(NAME_BYTES_MAX + 1);
        for given in
            [r#"{"auth_code":"x1"}"#, r#"b","auth_code":"x1"#, "a b", "名", long.as_str(), "13800001234"]
        {
            assert_eq!((name(given), value(given, "x1", Way::Asked)), (MASK.to_owned(), MASK.to_owned()));
            assert_eq!(value(given, "", Way::Asked), "", "{given}");
        }
        assert_eq!((name("alipay-root_cert.SN1").as_str(), name("").as_str()), ("alipay-root_cert.SN1", ""));
        // Torn at a `&`.
        assert_eq!(value("b", r#"1","refresh_token":"x1"}"#, Way::Asked), MASK);
    }

    #[test]
    fn of_a_body_json_and_forms_are_shown_and_nothing_else() {
        for (given, expected) in [
            (r#" [{"code":"x1","a":"b"}]"#, r#" [{"code":"***","a":"b"}]"#),
            (
                "grant_type=authorization_code&code=x1&refresh_token=x2&a=%2F",
                "grant_type=authorization_code&code=***&refresh_token=***&a=%2F",
            ),
            ("auth%5Fcode=x1&a=1", "auth%5Fcode=***&a=1"),
            ("a=1&biz_content=code%3Dx1", "a=1&biz_content=***"),
            (r#""{\"code\":\"x1\"}""#, MASK),
            ("x1", MASK),
            ("a=1&x1", MASK),
            ("dG9rZW4=", MASK),
            ("<xml a=\"1\">x1</xml>", MASK),
            ("", ""),
        ] {
            assert_eq!(content(given), expected, "{given}");
            assert_eq!(value("biz_content", given, Way::Asked), expected, "{given}");
        }
    }

    #[test]
    fn where_json_ends_nothing_is_shown() {
        for (given, expected) in [
            (r#"{'out_trade_no': 'N1', 'refresh_token': 'x1'}"#, "{***"),
            (r#"{refresh_token: 12, out: 13}"#, "{***"),
            (r#"{"a":"b","c":"1380000"#, r#"{"a":"b","c":"***"#),
            (r#"{"a":[1380000"#, r#"{"a":[***"#),
            (r#"{"a":"b"c","refresh_token":"x1"}"#, r#"{"a":"b"***"#),
            (r#"{"ext":"{"refresh_token":"x1"}"}"#, r#"{"ext":"{"***"#),
            (r#"{\"refresh_token\":\"x1\"}"#, "{***"),
            (r#"{"a":1} x1"#, r#"{"a":1} ***"#),
            (r#"{"a":1,"code":"x1","b":2}}"#, r#"{"a":1,"code":"***"***"#),
            (r#"{"a":1,"code":["x1"],"b":2}}"#, r#"{"a":1,"code":***"#),
            (r#"{"a":1,"b":2"#, r#"{"a":1,"b":***"#),
            (r#"{"a":1,"b"}"#, r#"{"a":1,***"#),
            (r#"{"a":1,"b""#, r#"{"a":1,***"#),
            (r#"{"{\"code\":\"x1\"}":""}"#, r#"{"***":""}"#),
        ] {
            assert_eq!(json(given, Way::Asked), expected, "{given}");
        }
    }

    /// Malformed in all ways that clients know; the secret stands somewhere in each.
    const MALFORMED: [&str; 36] = [
        r#"{"a":"b" "password":"s3cr3t"}"#,
        r#"{"a":"b","password" "s3cr3t"}"#,
        r#"{"a":"b","password"="s3cr3t"}"#,
        r#"{"a":1 "b" "password":"s3cr3t"}"#,
        r#"{"a":["b" "password":"s3cr3t"]}"#,
        r#"{"a":["b"}"password","s3cr3t"]"#,
        r#"{"password":{"x":"s3cr3t"}}"#,
        r#"{"password":["x",["s3cr3t"]]"#,
        r#"{"password":{"x":"y"]"s3cr3t"}"#,
        r#"{"password":{"x":"y"},"z"},"s3cr3t":1}"#,
        r#"{"a":"\x","password":"s3cr3t"}"#,
        r#"{"a":"\u00g0","password":"s3cr3t"}"#,
        r#"{"pass\word":"s3cr3t"}"#,
        r#"{"password\":"s3cr3t"}"#,
        r#"{'password':'s3cr3t'}"#,
        r#"{"a":'b","password":"s3cr3t'}"#,
        r#"{password:"s3cr3t"}"#,
        r#"{"a":b,"password":s3cr3t}"#,
        r#"{"a":"b"}{"password":"s3cr3t"}"#,
        r#"{"a":"b"},"password":"s3cr3t""#,
        r#"{"a":"b"} s3cr3t"#,
        r#"{"a":"b",,"password":"s3cr3t"}"#,
        r#"{"a":"b",}"password":"s3cr3t"}"#,
        r#"{"a"::"password","s3cr3t"}"#,
        r#"{,"password":"s3cr3t"}"#,
        r#"{"a":"b","password":"s3cr3t"#,
        r#"{"a":"b;password=s3cr3t"#,
        "{\"a\":\"b\n\",\"password\":\"s3cr3t\"}",
        "\u{feff}{\"a\":\"b\",\"password\":\"s3cr3t\"}",
        r#"/* a */{"a":"b","password":"s3cr3t"}"#,
        // A bracket too many ends what is hidden too early; it shows only later.
        r#"{"password":{"x":"y"},"z":["s3cr3t"]},"c":2}"#,
        r#"{"password:{}x":"y","z":"s3cr3t"]}"#,
        r#"{"mobile":"1","z":"s3cr3t""#,
        r#"{"a":["password","s3cr3t"}"#,
        r#"{"a":["b",{"auth_code s3cr3t"}],"d":"e"}"#,
        r#"{"a":"\"password\" \"s3cr3t\"}","b":"c"}"#,
    ];

    fn escaped(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn what_cannot_be_read_with_certainty_is_not_shown() {
        for text in MALFORMED {
            let (once, twice) = (escaped(text), escaped(&escaped(text)));
            let in_json = text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
            for shown in [
                json(text, Way::Asked),
                json(text, Way::Answered),
                content(text),
                value("biz_content", text, Way::Asked),
                value("goods", text, Way::Asked),
                value("biz_content", &once, Way::Asked),
                value("biz_content", &twice, Way::Asked),
                value("goods", &once, Way::Asked),
                value("goods", &twice, Way::Asked),
                content(&format!("a=1&biz_content={once}&b=2")),
                content(&format!("a=1&biz_content={twice}&b=2")),
                address(&format!("/v3/x?biz_content={once}&biz_content={twice}")),
                json(&format!(r#"{{"ext":"{in_json}"}}"#), Way::Asked),
                json(&format!(r#"{{"ext":"{once}"}}"#), Way::Asked),
            ] {
                assert!(
                    !unescaped(&percent_decoded(&percent_decoded(&shown))).contains("s3cr3t"),
                    "{text}: {shown}"
                );
            }
        }
    }

    #[test]
    fn names_in_texts_of_any_form_hide_the_text() {
        for given in [
            "password=s3cr3t",
            "a=1&password=s3cr3t",
            "a%3D1%26password%3Ds3cr3t",
            "a%253D1%2526password%253Ds3cr3t",
            "https://shop.test/back?app_auth_token=s3cr3t",
            "password[0]=s3cr3t",
            "the password : s3cr3t",
            "password：s3cr3t",
            "<xml><password>s3cr3t</password></xml>",
            "a <password>s3cr3t</password>",
            "%3Cpassword%3Es3cr3t%3C/password%3E",
            "<s3cr3t/>",
            r#"see {"password":"s3cr3t"}"#,
            r"{password:s3cr3t}",
            "[password=s3cr3t]",
            "%2525252525253Ds3cr3t",
        ] {
            for shown in [value("subject", given, Way::Asked), content(given)] {
                assert!(!shown.contains("s3cr3t"), "{given}: {shown}");
            }
            let in_json = format!(r#"{{"subject":"{}"}}"#, given.replace('"', r#"\""#));
            assert_eq!(json(&in_json, Way::Asked), r#"{"subject":"***"}"#, "{given}");
        }
        for open in ["[new] tea", "tea {hot}", "10:30 = now", "https://shop.test/back?no=1", "iPhone [256G]"]
        {
            assert_eq!(
                json(&format!(r#"{{"subject":"{open}"}}"#), Way::Asked),
                format!(r#"{{"subject":"{open}"}}"#)
            );
        }
        assert_eq!(address("https://shop.test/back#access_token=s3cr3t"), MASK);
        assert_eq!(signature("abcdef0123456789,password=s3cr3t"), MASK);
    }

    #[test]
    fn where_a_form_is_torn_only_what_every_call_has_is_shown() {
        let torn = r#"a=1&biz_content={"password":"x&s3cr3t=y"}&s3cr3t&version=1.0&s3cr3t=2&password=s3cr3t"#;
        let shown = r#"a=1&biz_content={"password":"***&***=***&***&version=1.0&***=***&***=***"#;
        assert_eq!(address(&format!("/x?{torn}")), format!("/x?{shown}"));
        let mut form = Form::default();
        for (name, text, shown) in [
            ("a", "1", ("a", "1")),
            ("biz_content", r#"{"b":"1"}"#, ("biz_content", r#"{"b":"1"}"#)),
            ("c", "1", ("c", "1")),
            ("biz_content", r#"{"password":"s3c"#, ("biz_content", r#"{"password":"***"#)),
            ("r3t", r#""}"#, (MASK, MASK)),
            ("method", "alipay.trade.pay", ("method", "alipay.trade.pay")),
            ("d", "", (MASK, "")),
        ] {
            assert_eq!(form.parameter(name, text), (shown.0.to_owned(), shown.1.to_owned()), "{name}");
        }
        // Each of those that are repeated is masked for itself.
        assert_eq!(address("/x?password=1&password=2&a=3"), "/x?password=***&password=***&a=3");
    }

    #[test]
    fn escapes_hide_nothing() {
        for (given, expected) in [
            (r"\u53ef13800001234", r"\u53ef***"),
            (r"\u535313800001234\u53ef", r"\u5353***\u53ef"),
            (r"tel\n13800001234\r\t13900001234", r"tel\n***\r\t***"),
            (r"tel\\n13800001234", r"tel\\n***"),
            ("mobile%3D13800001234", MASK),
            ("to%3D13800001234", "to%3D***"),
            ("100%13800001234", "100%***"),
            ("%31380000123%34", MASK),
            (r"\u0031380000123\u0034", MASK),
            ("lily%2540example.com", MASK),
            (r"lily\u0040example.com", MASK),
            (r"50% \u53ef \/ %E5%8F%AF", r"50% \u53ef \/ %E5%8F%AF"),
        ] {
            let in_json = |text: &str| format!(r#"{{"subject":"{text}"}}"#);
            assert_eq!(value("subject", given, Way::Asked), expected, "{given}");
            assert_eq!(json(&in_json(given), Way::Asked), in_json(expected), "{given}");
        }
        for (given, expected) in [
            (
                "/v3/x?auth%5Ftoken=abc&a=%7B%22code%22%3A%22x1%22%7D",
                r#"/v3/x?auth%5Ftoken=***&a={"code":"***"}"#,
            ),
            ("/v3/x?mobile%3D13800001234&b", "/v3/x?***&b"),
            ("/v3/x?a=%31380000123%34&b=1%202+3", "/v3/x?a=***&b=1%202+3"),
            ("/v3/x?%7B%22code%22%3A%22x1%22%7D=1", "/v3/x?***=***"),
            ("/v3/lily%40example.com", MASK),
        ] {
            assert_eq!(address(given), expected, "{given}");
        }
    }

    #[test]
    fn json_in_texts_of_json_is_looked_into() {
        let nested = |inner: &str| format!(r#"{{"ext":"{inner}"}}"#);
        for inner in [
            r#"{\"cert_no\":\"1\"}"#,
            r#" [ {\"a\":1}, {\"cert_no\":\"1\"}]"#,
            r#"{\n  \"cert_no\": \"1\"}"#,
            r"{\u0022cert_no\u0022:\u00221\u0022}",
            r#"\"{\\\"cert_no\\\":\\\"1\\\"}\""#,
            r#"{\"a\":\"{\\\"cert_no\\\":\\\"1\\\"}\"}"#,
            "{'cert_no': '1'}",
        ] {
            assert_eq!(json(&nested(inner), Way::Asked), nested(MASK), "{inner}");
        }
        let open = nested(r#"{\n \"a\": [\"1\", 2.5, null]}"#);
        assert_eq!(json(&open, Way::Asked), open);
        let mut deep = r#"{"a":"1"}"#.to_owned();
        for _level in 0..=NESTED_MAX {
            deep = nested(&deep.replace('\\', r"\\").replace('"', r#"\""#));
        }
        assert_eq!(json(&deep, Way::Asked), nested(MASK), "what lies too deep");
    }

    #[test]
    fn pictures_and_every_login_are_hidden() {
        for name in ["face_contrast_picture", "external_logon_id", "payer_logon_id", "buyer_login_id"] {
            assert_eq!(value(name, "abc", Way::Asked), MASK, "{name}");
        }
        assert_eq!(value("payer_logon_id", "2088100000000147", Way::Asked), "2088100000000147");
        assert_eq!(json(r#"{"auth\u005fcode":"x1"}"#, Way::Asked), r#"{"***":"***"}"#);
    }

    #[test]
    fn a_login_that_was_masked_before_is_shown_and_a_star_alone_is_no_mask() {
        for masked in ["138****0001", "lil***@example.com", "a***@b.cn", "b***", "159***5620"] {
            assert_eq!(value("buyer_logon_id", masked, Way::Answered), masked, "{masked}");
        }
        for open in [
            "*lily",
            "lily*",
            "li*ly",
            "li**ly",
            "lily***",
            "***lily",
            "1***lily1",
            "a***b***c",
            "***",
            "a*b***c",
        ] {
            assert_eq!(value("buyer_logon_id", open, Way::Answered), MASK, "{open}");
        }
    }

    #[test]
    fn a_value_beside_its_key_is_read_as_one_under_its_name() {
        for (given, expected) in [
            (r#"[{"key":"name","value":"张三"}]"#, r#"[{"key":"name","value":"***"}]"#),
            (r#"[{"name":"pay_password","value":"x1"}]"#, r#"[{"name":"***","value":"***"}]"#),
            (r#"{"type":"mobile","a":1,"value":["x1"]}"#, r#"{"type":"mobile","a":1,"value":***}"#),
            (r#"{"key":"n\u0061me","value":{"a":"x1"}}"#, r#"{"key":"n\u0061me","value":***}"#),
            (r#"{"key":"identity","value":"x1"}"#, r#"{"key":"identity","value":"***"}"#),
            // The value that came first is taken back, with what came behind it.
            (r#"[{"value":"张三","key":"name"},{"a":1}]"#, r#"[{"value":***},{"a":1}]"#),
            (r#"{"b":2,"value":{"c":["x1"]},"key":"name"}"#, r#"{"b":2,"value":***}"#),
            // Each object has its own.
            (
                r#"[{"key":"name","value":"x1"},{"value":"2"},{"key":"size","value":"3"}]"#,
                r#"[{"key":"name","value":"***"},{"value":"2"},{"key":"size","value":"3"}]"#,
            ),
            (r#"{"key":"goods_name","value":"茶"}"#, r#"{"key":"goods_name","value":"茶"}"#),
        ] {
            assert_eq!(json(given, Way::Asked), expected, "{given}");
        }
    }

    #[test]
    fn a_signature_shows_its_ends_and_a_refusal_not_what_was_verified() {
        assert_eq!(value("sign", "abcdef0123456789uvwxyz", Way::Asked), "abcdef…uvwxyz");
        assert_eq!(value("sign", "abcdefuvwxyz", Way::Asked), MASK);
        let body =
            r#"{"sub_msg":"验签出错，验签字符串为[auth_token=1&amp;a=2]","sign":"abcdef0123456789uvwxyz"}"#;
        let shown = r#"{"sub_msg":"验签出错，验签字符串为[***]","sign":"abcdef…uvwxyz"}"#;
        assert_eq!(json(body, Way::Answered), shown);
    }
}
