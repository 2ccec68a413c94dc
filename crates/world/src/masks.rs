//! What a remembered call does not show: passwords, codes, tokens, cards, numbers of papers, telephones, mailboxes and
//! names. Everything else stands as it was sent, character by character, so that a text to sign can be held against
//! another one.
//!
//! Two nets: the name of a value, and how it looks. Content need not be right JSON: it is read as far as it can be, and
//! shown no further.

mod looks;
mod reader;

use looks::{looks, percent_decoded, unescaped};

/// What stands in the place of what is not shown.
pub const MASK: &str = "***";
/// Signs of a signature that are shown at either end.
const SIGN_SHOWN: usize = 6;
/// Signs of an open_id, which tells nobody but its app who it is.
const OPEN_ID_LENGTH: usize = 48;
/// Longest name that is shown, bytes.
const NAME_BYTES_MAX: usize = 64;
/// How often JSON may lie in a text of JSON; what lies deeper is not shown.
const NESTED_MAX: usize = 8;
/// What a refusal says before it repeats the text that was verified.
const VERIFIED: &str = "验签字符串为[";

/// Names of values that are never shown, in small letters without `_` and `-`.
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
const HIDDEN_ENDS: [&str; 16] = [
    "name",
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "authcode",
    "paycode",
    "verifycode",
    "certno",
    "cardno",
    "idno",
    "mobile",
    "phone",
    "email",
    "picture",
];
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

/// JSON, or what was meant to be JSON, with the values in it that are shown.
pub fn json(text: &str, way: Way) -> String {
    reader::read(text, way, 0)
}

/// Path and query of an address; what is escaped in it stays so.
pub fn address(text: &str) -> String {
    match text.split_once('?') {
        Some((path, query)) => format!("{}?{}", looks(path), pairs(query)),
        None => looks(text),
    }
}

/// The two ends of a signature: enough to tell one from another.
pub fn signature(text: &str) -> String {
    let count = text.chars().count();
    if count <= 2 * SIGN_SHOWN {
        return if text.is_empty() { String::new() } else { MASK.to_owned() };
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
        _ if is_json(text) => json(text, way),
        CONTENT => content(text),
        // A piece of JSON that was torn at a `&`.
        _ if text.contains("\":") => masked(text),
        _ => shown(&name, text, way, 0),
    }
}

fn masked(text: &str) -> String {
    if text.is_empty() { String::new() } else { MASK.to_owned() }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// A form with the names and values in it that are shown. What needs no mask keeps its escapes.
fn pairs(form: &str) -> String {
    form.split('&').map(pair).collect::<Vec<_>>().join("&")
}

fn pair(sent: &str) -> String {
    let kept = |shown: String, read: &str, sent: &str| if shown == read { sent.to_owned() } else { shown };
    let (name_sent, value_sent) = sent.split_once('=').unwrap_or((sent, ""));
    let (name_read, value_read) = (form_decoded(name_sent), form_decoded(value_sent));
    let shown_name = kept(name(&name_read), &name_read, name_sent);
    if name_sent.len() == sent.len() {
        return shown_name;
    }
    // A form in a form is not looked into.
    let shown_value = value_in(&name_read, &value_read, Way::Asked, masked);
    format!("{shown_name}={}", kept(shown_value, &value_read, value_sent))
}

fn is_pair((name_sent, _): (&str, &str)) -> bool {
    let read = form_decoded(name_sent);
    !read.is_empty() && name(&read) == read
}

fn form_decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', " "))
}

/// A name as the lists above write it.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn is_hidden(name: &str, way: Way) -> bool {
    if OF_NO_PERSON.contains(&name) {
        return false;
    }
    let opens = name == "code" && way == Way::Asked;
    opens || HIDDEN.contains(&name) || HIDDEN_ENDS.iter().any(|end| name.ends_with(end))
}

/// A value under a name in small letters.
fn shown(name: &str, text: &str, way: Way, depth: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    if name == "sign" {
        return signature(text);
    }
    let is_account = ACCOUNTS.contains(&name) || ACCOUNT_ENDS.iter().any(|end| name.ends_with(end));
    if is_hidden(name, way) || is_account && !is_open_account(text) || hides_inside(text, way, depth) {
        return MASK.to_owned();
    }
    match name {
        _ if NUMBERS.contains(&name) => text.to_owned(),
        "submsg" | "message" | "msg" => sentence(text),
        _ => looks(text),
    }
}

/// Whether what names an account is the number of a party, an open_id, or masked already.
fn is_open_account(text: &str) -> bool {
    let of_party =
        text.len() == 16 && text.starts_with("2088") && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    of_party || text.len() == OPEN_ID_LENGTH && text.bytes().all(plain) || text.contains('*')
}

/// Whether a text is JSON once more, escaped, with something in it that is not shown.
fn hides_inside(text: &str, way: Way, depth: usize) -> bool {
    let once = unescaped(text);
    let is_quoted = once.trim_start().starts_with('"') && once.contains('{');
    let has_texts = once.contains('"') || once.contains("':");
    if !(is_quoted || is_json(&once) && has_texts) {
        return false;
    }
    depth == NESTED_MAX || reader::read(&once, way, depth + 1) != once
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
            (r#"{"mobile":["13800001234",{"a":"b"}]}"#, r#"{"mobile":["***",{"a":"b"}]}"#),
            (
                r#"{"goods_name":"茶","goods_detail":[{"body":"\"x\""}]}"#,
                r#"{"goods_name":"茶","goods_detail":[{"body":"\"x\""}]}"#,
            ),
            (
                r#"{"ext":"{\"cert_no\":\"1\"}","plain":"{\"a\":\"1\"}"}"#,
                r#"{"ext":"***","plain":"{\"a\":\"1\"}"}"#,
            ),
            // What is no JSON is read as far as it goes.
            (r#"{"pay_password":"123456"#, r#"{"pay_password":"***"#),
            ("", ""),
        ] {
            assert_eq!(json(given, Way::Asked), expected, "{given}");
        }
        for name in ["auth_token", "app_auth_token", "refresh_token", "code", "auth_code", "payPassword"] {
            assert_eq!(value(name, "x1", Way::Asked), MASK, "{name}");
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
            (r#"{'out_trade_no': 'N1', 'refresh_token': 'x1'}"#, "{'out_trade_no': ***"),
            (r#"{refresh_token: 12, out: 13}"#, "{refresh_token: ***, out: 13}"),
            (r#"{"a":"b"c","refresh_token":"x1"}"#, r#"{"a":"b"***"#),
            (r#"{"ext":"{"refresh_token":"x1"}"}"#, r#"{"ext":"{"***"#),
            (r#"{\"refresh_token\":\"x1\"}"#, "{***"),
            (r#"{"a":1} x1"#, r#"{"a":1} ***"#),
            (r#"{"{\"code\":\"x1\"}":""}"#, r#"{"***":""}"#),
        ] {
            assert_eq!(json(given, Way::Asked), expected, "{given}");
        }
    }

    #[test]
    fn escapes_hide_nothing() {
        for (given, expected) in [
            (r"\u53ef13800001234", r"\u53ef***"),
            (r"\u535313800001234\u53ef", r"\u5353***\u53ef"),
            (r"tel\n13800001234\r\t13900001234", r"tel\n***\r\t***"),
            (r"tel\\n13800001234", r"tel\\n***"),
            ("mobile%3D13800001234", "mobile%3D***"),
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
    fn a_signature_shows_its_ends_and_a_refusal_not_what_was_verified() {
        assert_eq!(value("sign", "abcdef0123456789uvwxyz", Way::Asked), "abcdef…uvwxyz");
        assert_eq!(value("sign", "abcdefuvwxyz", Way::Asked), MASK);
        let body =
            r#"{"sub_msg":"验签出错，验签字符串为[auth_token=1&amp;a=2]","sign":"abcdef0123456789uvwxyz"}"#;
        let shown = r#"{"sub_msg":"验签出错，验签字符串为[***]","sign":"abcdef…uvwxyz"}"#;
        assert_eq!(json(body, Way::Answered), shown);
    }
}
