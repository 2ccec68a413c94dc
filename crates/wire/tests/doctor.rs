//! Requests that are signed wrong in every way that developers have asked about, and what the doctor says of them.
//! Where a public thread tells of the mistake, the test carries its name.

#![allow(clippy::unwrap_used, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use std::sync::OnceLock;
use wire::canonical::{join_sorted, notify_text, request_text};
use wire::cert::{Authority, Certificate, Name, Validity, root_sn};
use wire::charset::Charset;
use wire::doctor::{Diagnosis, Keys, Mistake, Pasted, Serials, diagnose};
use wire::params::Params;
use wire::sign::{PrivateKey, PublicKey, SignType};

/// Letters of every kind that is ever changed on the way.
const CONTENT: &str = r#"{"out_trade_no":"T 1","subject":"茶/tea & \"it's\" <b>","total_amount":"0.01"}"#;
/// 1024 bits; its private half was thrown away.
const SHORT_SPKI: &str = "\
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5nBq0RCJnyWCFc+aZ8RNKY/zmMGMet/Mt7uvAa47pyzfhB6cQPUTYTQ+b3olb\
    OJku3bWUNjj4SP54f74dSbracnv44fbypW085bkdKa9Z2i+5TiuMnumkwIqGqUMgWPy1JWK0HYoGm7XTJmh+1xXT2LwvLhlCsZwy\
    63NV0h3PKQIDAQAB";

type Pairs = Vec<(String, Vec<u8>)>;

fn drawn(cell: &'static OnceLock<PrivateKey>) -> &'static PrivateKey {
    cell.get_or_init(|| wire::keygen::rsa_2048().unwrap())
}

fn app_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    drawn(&KEY)
}

fn platform_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    drawn(&KEY)
}

fn other_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    drawn(&KEY)
}

fn stranger() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    drawn(&KEY)
}

/// A request as clients make it, without `sign`.
fn pairs() -> Pairs {
    pairs_with(&[])
}

fn pairs_with(changes: &[(&str, &str)]) -> Pairs {
    let mut pairs: Pairs = [
        ("app_id", "9021100000000107"),
        ("method", "alipay.trade.page.pay"),
        ("version", "1.0"),
        ("charset", "utf-8"),
        ("sign_type", "RSA2"),
        ("timestamp", "2026-01-02 03:04:05"),
        ("notify_url", "https://shop.example/notify?a=1"),
        ("return_url", "https://shop.example/return"),
        ("biz_content", CONTENT),
    ]
    .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
    .into();
    for (name, value) in changes {
        set(&mut pairs, name, value.as_bytes());
    }
    pairs
}

fn set(pairs: &mut Pairs, name: &str, value: &[u8]) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value.to_vec(),
        None => pairs.push((name.to_owned(), value.to_vec())),
    }
}

fn text(pairs: &Pairs) -> Vec<u8> {
    join_sorted(pairs.iter().map(|(name, value)| (name.as_str(), value.as_slice())))
}

fn changed(pairs: &Pairs, change: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let changed = pairs
        .iter()
        .map(|(name, value)| (name.clone(), change(name, std::str::from_utf8(value).unwrap()).into_bytes()));
    text(&changed.collect())
}

fn own(text: &[u8]) -> String {
    app_key().sign(SignType::Rsa2, text)
}

fn escaped(bytes: &[u8]) -> String {
    percent_encode(bytes, NON_ALPHANUMERIC).to_string()
}

/// As it comes over the wire: everything in the body, `sign` last.
fn sent(pairs: &Pairs, sign: &str) -> Params {
    sent_in_two(&Vec::new(), &[pairs.clone(), vec![("sign".into(), sign.into())]].concat())
}

fn sent_in_two(query: &Pairs, body: &Pairs) -> Params {
    let form = |pairs: &Pairs| -> String {
        let pairs =
            pairs.iter().map(|(name, value)| format!("{}={}", escaped(name.as_bytes()), escaped(value)));
        pairs.collect::<Vec<_>>().join("&")
    };
    Params::merge(Some(form(query).as_bytes()), Some(form(body).as_bytes()), Vec::new()).unwrap()
}

fn diagnosed(params: &Params) -> Option<Diagnosis> {
    let others = [other_key().public_key().clone()];
    let (registered, platform) = (app_key().public_key(), Some(platform_key().public_key()));
    diagnose(params, &Keys { registered, platform, second: None, retired: &[], others: &others })
}

/// The mistake in the text: the text that was found is the one that was signed.
fn in_text(pairs: &Pairs, signed: &[u8]) -> Mistake {
    let found = diagnosed(&sent(pairs, &own(signed))).expect("the signature is wrong");
    if found.mistake != Mistake::Unknown {
        assert_eq!(found.verifying_shown().as_deref(), Some(&*shown(signed, found.charset)), "{found:?}");
        assert_eq!(found.verifying.as_deref(), Some(signed));
        assert_eq!(found.rebuilt, text(pairs));
        assert!(found.difference().is_some());
    }
    found.mistake
}

fn shown(bytes: &[u8], charset: Charset) -> String {
    let known = Diagnosis {
        mistake: Mistake::Unknown,
        rebuilt: bytes.to_vec(),
        verifying: None,
        parameter: None,
        charset,
    };
    known.rebuilt_shown()
}

/// The mistake in the form of the signature: the text was right.
fn in_sign(sign: &str) -> Mistake {
    let found = diagnosed(&sent(&pairs(), sign)).expect("the signature is wrong");
    let proven = found.verifying.as_deref() == Some(&found.rebuilt);
    assert_eq!(
        proven,
        found.mistake != Mistake::SignNotBase64 && found.mistake != Mistake::SignOfOtherLength
    );
    assert!(found.difference().is_none());
    found.mistake
}

fn signed_content(signed: &str) -> Mistake {
    in_text(&pairs(), &text(&pairs_with(&[("biz_content", signed)])))
}

#[test]
fn right_requests_get_no_diagnosis() {
    let plain = pairs();
    assert_eq!(diagnosed(&sent(&plain, &own(&text(&plain)))), None);
    let lost = own(&text(&plain)).replace('+', " ");
    assert_eq!(diagnosed(&sent(&plain, &lost)), None, "a + of the signature itself may be lost");
    let empty = pairs_with(&[("auth_token", "")]);
    assert_eq!(diagnosed(&sent(&empty, &own(&text(&plain)))), None);
    assert_eq!(diagnosed(&sent(&empty, &own(&text(&empty)))), None, "signed though empty, and sent");
    let mut gbk = pairs_with(&[("charset", "GBK")]);
    set(&mut gbk, "biz_content", &Charset::Gbk.encode(CONTENT).unwrap());
    assert_eq!(diagnosed(&sent(&gbk, &own(&text(&gbk)))), None);
    let old = pairs_with(&[("sign_type", "RSA")]);
    assert_eq!(diagnosed(&sent(&old, &app_key().sign(SignType::Rsa, &text(&old)))), None);
    let (query, body) = plain.split_at(5);
    let signed = [body.to_vec(), vec![("sign".into(), own(&text(&plain)).into_bytes())]].concat();
    assert_eq!(diagnosed(&sent_in_two(&query.to_vec(), &signed)), None);
}

#[test]
fn random_wrong_signatures_get_only_the_neutral_answer() {
    for seed in 0..40_u32 {
        let tail = format!("&seed={seed}");
        let texts = [own(tail.as_bytes()), stranger().sign(SignType::Rsa2, &text(&pairs())), {
            let bytes: Vec<u8> = (0..256_u32).map(|at| (at * 97 + seed * 31 + 7) as u8).collect();
            STANDARD.encode(bytes)
        }];
        for sign in texts {
            let found = diagnosed(&sent(&pairs(), &sign)).unwrap();
            assert_eq!((found.mistake, found.verifying), (Mistake::Unknown, None));
        }
    }
    let altered = pairs_with(&[("biz_content", r#"{"out_trade_no":"T 2"}"#)]);
    assert_eq!(
        in_text(&altered, &text(&pairs())),
        Mistake::Unknown,
        "a value that was changed is not explained"
    );
}

#[test]
fn a_request_too_long_for_all_tries_is_not_explained() {
    let long = format!(r#"{{"out_trade_no":"{}茶/"}}"#, "x ".repeat(300_000));
    let long = pairs_with(&[("biz_content", &long)]);
    let found = diagnosed(&sent(&long, &own(b"x"))).unwrap();
    assert_eq!(found.mistake, Mistake::Unknown);
}

#[test]
fn yansongda_63_wrong_public_key_registered() {
    let platform = platform_key().public_key();
    let keys =
        Keys { registered: platform, platform: Some(platform), second: None, retired: &[], others: &[] };
    let found = diagnose(&sent(&pairs(), &own(&text(&pairs()))), &keys).unwrap();
    assert_eq!(found.mistake, Mistake::PlatformKeyRegistered);
}

#[test]
fn fym201_18_keys_swapped() {
    let signed =
        |key: &PrivateKey| diagnosed(&sent(&pairs(), &key.sign(SignType::Rsa2, &text(&pairs())))).unwrap();
    assert_eq!(signed(platform_key()).mistake, Mistake::SignedByPlatform);
    assert_eq!(signed(other_key()).mistake, Mistake::KeyOfAnotherApp);
    assert_eq!(signed(other_key()).verifying, Some(text(&pairs())));
    assert_eq!(signed(stranger()).mistake, Mistake::Unknown, "nothing is claimed of a key that nobody knows");
}

#[test]
fn smartwalle_188_key_of_another_size() {
    let long = STANDARD.encode([7; 384]);
    assert_eq!(in_sign(&long), Mistake::SignOfOtherLength);
    assert_eq!(in_sign(&own(&text(&pairs()))[..172]), Mistake::SignOfOtherLength, "cut off");
    let short = PublicKey::parse(SHORT_SPKI, SignType::Rsa).unwrap();
    let keys = Keys { registered: &short, platform: None, second: None, retired: &[], others: &[] };
    let found = diagnose(&sent(&pairs(), &STANDARD.encode([7; 128])), &keys).unwrap();
    assert_eq!(found.mistake, Mistake::RegisteredKeyTooShort);
}

#[test]
fn nodejs_all_27_sign_type_left_out() {
    let pairs = pairs();
    let as_notification = notify_text(pairs.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
    assert_eq!(in_text(&pairs, &as_notification), Mistake::SignTypeLeftOut);
}

#[test]
fn fzlee_159_other_sign_type() {
    let (pairs, renamed) = (pairs(), pairs_with(&[("sign_type", "RSA")]));
    for signed in [&pairs, &renamed] {
        let found = diagnosed(&sent(&pairs, &app_key().sign(SignType::Rsa, &text(signed)))).unwrap();
        assert_eq!(found.mistake, Mistake::OtherSignType);
        assert_eq!(found.verifying, Some(text(signed)));
    }
}

#[test]
fn smartwalle_132_plus_sign() {
    let signed = pairs_with(&[("biz_content", &CONTENT.replace("T 1", "T+1"))]);
    let lost = sent(&signed, &own(&text(&signed)));
    let form: Vec<String> =
        lost.iter().map(|(name, value)| format!("{name}={}", escaped(value).replace("%2B", "+"))).collect();
    let lost = Params::merge(None, Some(form.join("&").as_bytes()), Vec::new()).unwrap();
    let found = diagnosed(&lost).unwrap();
    assert_eq!(found.mistake, Mistake::Unknown, "one of many spaces was a plus sign: not guessed");

    let signed = pairs_with(&[("biz_content", r#"{"body":"1+1 2"}"#)]);
    let received = pairs_with(&[("biz_content", r#"{"body":"1 1 2"}"#)]);
    assert_eq!(in_text(&received, &text(&signed)), Mistake::PlusLost);
    let signed = pairs_with(&[("biz_content", r#"{"body":"1+2+3+4"}"#)]);
    let received = pairs_with(&[("biz_content", r#"{"body":"1 2 3 4"}"#)]);
    assert_eq!(in_text(&received, &text(&signed)), Mistake::PlusLost);
}

#[test]
fn spaces_signed_as_plus_signs() {
    let plus = |_: &str, value: &str| value.replace(' ', "+");
    assert_eq!(in_text(&pairs(), &changed(&pairs(), plus)), Mistake::SpacesAsPlus);
    let timestamp = pairs_with(&[("timestamp", "2026-01-02+03:04:05")]);
    assert_eq!(in_text(&pairs(), &text(&timestamp)), Mistake::SpacesAsPlus);
}

#[test]
fn easysdk_254_values_escaped() {
    let all = |_: &str, value: &str| {
        escaped(value.as_bytes()).replace("%2D", "-").replace("%2E", ".").replace("%5F", "_")
    };
    let java = |name: &str, value: &str| all(name, value).replace("%20", "+");
    let dotnet = |_: &str, value: &str| {
        let mut out = String::new();
        for byte in value.bytes() {
            match byte {
                b' ' => out.push('+'),
                byte if byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte) => {
                    out.push(char::from(byte))
                }
                byte => out.push_str(&format!("%{byte:02x}")),
            }
        }
        out
    };
    assert_eq!(in_text(&pairs(), &changed(&pairs(), all)), Mistake::ValuesEscaped);
    assert_eq!(in_text(&pairs(), &changed(&pairs(), java)), Mistake::ValuesEscaped);
    assert_eq!(in_text(&pairs(), &changed(&pairs(), dotnet)), Mistake::ValuesEscaped);
    let content = all("", CONTENT);
    assert_eq!(signed_content(&content), Mistake::ValuesEscaped);
    let urls =
        |name: &str, value: &str| if name.ends_with("_url") { all(name, value) } else { value.to_owned() };
    assert_eq!(in_text(&pairs(), &changed(&pairs(), urls)), Mistake::ValuesEscaped);
}

#[test]
fn helei112g_248_values_escaped_twice() {
    let twice = pairs_with(&[("biz_content", &escaped(CONTENT.as_bytes()))]);
    assert_eq!(in_text(&twice, &text(&pairs())), Mistake::ValuesEscapedTwice);
}

#[test]
fn latrell_7_not_entity() {
    let signed = pairs();
    let mut received: Pairs = signed.iter().filter(|(name, _)| name != "notify_url").cloned().collect();
    set(&mut received, "method", "alipay.trade.page.pay¬ify_url=https://shop.example/notify?a=1".as_bytes());
    assert_eq!(in_text(&received, &text(&signed)), Mistake::NameBecameSign);
    let mut received: Pairs = signed.iter().filter(|(name, _)| name != "timestamp").cloned().collect();
    set(&mut received, "sign_type", b"RSA2");
    set(&mut received, "return_url", "https://shop.example/return×tamp=2026-01-02 03:04:05".as_bytes());
    assert_eq!(in_text(&received, &text(&signed)), Mistake::NameBecameSign);
}

#[test]
fn yansongda_749_markup() {
    let escaped =
        CONTENT.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    assert_eq!(signed_content(&escaped), Mistake::HtmlSigned);
    let all = |_: &str, value: &str| {
        value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    assert_eq!(in_text(&pairs(), &changed(&pairs(), all)), Mistake::HtmlSigned);
    let with_apostrophe = |name: &str, value: &str| all(name, value).replace('\'', "&#039;");
    assert_eq!(in_text(&pairs(), &changed(&pairs(), with_apostrophe)), Mistake::HtmlSigned);
    let received = pairs_with(&[("biz_content", &escaped)]);
    assert_eq!(in_text(&received, &text(&pairs())), Mistake::HtmlOnTheWay);
}

#[test]
fn an_address_whose_joints_are_markup() {
    let signed = pairs();
    let sign = escaped(own(&text(&signed)).as_bytes());
    let mut form = vec![format!("sign={sign}"), "sign_type=RSA2".to_owned()];
    for (name, value) in signed.iter().filter(|(name, _)| name != "sign_type") {
        form.push(format!("amp;{name}={}", escaped(value)));
    }
    let params = Params::merge(Some(form.join("&").as_bytes()), None, Vec::new()).unwrap();
    assert_eq!(diagnosed(&params).unwrap().mistake, Mistake::HtmlOnTheWay);
}

#[test]
fn yansongda_14_charsets() {
    let in_charset = |charset: &str, bytes: Charset| {
        let mut pairs = pairs_with(&[("charset", charset)]);
        set(&mut pairs, "biz_content", &bytes.encode(CONTENT).unwrap());
        pairs
    };
    let (utf8, gbk) = (Charset::Utf8, Charset::Gbk);
    for (declared, received, signed, mistake) in [
        ("utf-8", utf8, gbk, Mistake::SignedAsGbk),
        ("GBK", gbk, utf8, Mistake::SignedAsUtf8),
        ("utf-8", gbk, utf8, Mistake::SentInOtherCharset),
        ("GBK", utf8, gbk, Mistake::SentInOtherCharset),
    ] {
        let (received, signed) = (in_charset(declared, received), in_charset(declared, signed));
        assert_eq!(in_text(&received, &text(&signed)), mistake, "{declared} {mistake:?}");
    }
}

#[test]
fn easysdk_146_file_encoding() {
    let marks = |_: &str, value: &str| value.replace('茶', "?");
    assert_eq!(in_text(&pairs(), &changed(&pairs(), marks)), Mistake::SignedAsQuestionMarks);
    let latin = |text: &str| text.bytes().map(char::from).collect::<String>();
    assert_eq!(signed_content(&latin(CONTENT)), Mistake::Latin1);
    let received = pairs_with(&[("biz_content", &latin(CONTENT))]);
    assert_eq!(in_text(&received, &text(&pairs())), Mistake::Latin1);
}

#[test]
fn biz_content_was_serialised_again() {
    let spaced = r#"{"out_trade_no": "T 1", "subject": "茶/tea & \"it's\" <b>", "total_amount": "0.01"}"#;
    assert_eq!(signed_content(spaced), Mistake::ContentSpaces);
    assert_eq!(signed_content(&CONTENT.replace('茶', "\\u8336")), Mistake::ContentUnicode);
    assert_eq!(signed_content(&CONTENT.replace('/', "\\/")), Mistake::ContentSlashes);
    assert_eq!(signed_content(&spaced.replace('茶', "\\u8336")), Mistake::ContentRewritten);
    assert_eq!(
        signed_content(&CONTENT.replace('/', "\\/").replace('茶', "\\u8336")),
        Mistake::ContentRewritten
    );
    let html_safe = CONTENT.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    assert_eq!(signed_content(&html_safe), Mistake::ContentUnicode);
    assert_eq!(signed_content(&html_safe.replace('\'', "\\u0027")), Mistake::ContentUnicode);
    let lines = "{\n  \"out_trade_no\": \"T 1\",\n  \"subject\": \"茶/tea & \\\"it's\\\" <b>\",\n  \
        \"total_amount\": \"0.01\"\n}";
    assert_eq!(signed_content(lines), Mistake::ContentSpaces);
    let received = pairs_with(&[("biz_content", spaced)]);
    assert_eq!(in_text(&received, &text(&pairs())), Mistake::ContentSpaces, "the other way round");
    let received = pairs_with(&[("biz_content", lines)]);
    assert_eq!(in_text(&received, &text(&pairs())), Mistake::ContentSpaces);

    let unsorted = r#"{"total_amount":"0.01","goods":[{"b":1e2,"a":null},[]],"out_trade_no":"T1"}"#;
    let sorted = r#"{"goods":[{"a":null,"b":1e2},[]],"out_trade_no":"T1","total_amount":"0.01"}"#;
    let received = pairs_with(&[("biz_content", unsorted)]);
    let signed = text(&pairs_with(&[("biz_content", sorted)]));
    assert_eq!(in_text(&received, &signed), Mistake::ContentOrder);
}

#[test]
fn yansongda_180_quotes_escaped_twice() {
    let slashed = CONTENT.replace('\\', "\\\\").replace('"', "\\\"");
    assert_eq!(signed_content(&slashed), Mistake::ContentQuoted);
    assert_eq!(signed_content(&format!("\"{slashed}\"")), Mistake::ContentQuoted);
    for received in [slashed.clone(), format!("\"{slashed}\"")] {
        let received = pairs_with(&[("biz_content", &received)]);
        assert_eq!(in_text(&received, &text(&pairs())), Mistake::ContentQuoted);
    }
}

#[test]
fn a_part_of_the_request_was_left_out() {
    let pairs = pairs();
    let (query, body) = pairs.split_at(8);
    let (query, body) = (query.to_vec(), body.to_vec());
    let received = |signed: &Pairs| {
        let sign = own(&text(signed)).into_bytes();
        diagnosed(&sent_in_two(&[query.clone(), vec![("sign".into(), sign)]].concat(), &body)).unwrap()
    };
    assert_eq!(received(&query).mistake, Mistake::BodyLeftOut);
    assert_eq!(received(&body).mistake, Mistake::QueryLeftOut);
    for left_out in ["biz_content", "charset", "version", "notify_url", "return_url"] {
        let kept: Pairs = pairs.iter().filter(|(name, _)| name != left_out).cloned().collect();
        let found = diagnosed(&sent(&pairs, &own(&text(&kept)))).unwrap();
        assert_eq!((found.mistake, found.parameter.as_deref()), (Mistake::ParameterLeftOut, Some(left_out)));
    }
    assert_eq!(in_text(&pairs, CONTENT.as_bytes()), Mistake::ContentAlone);
}

#[test]
fn values_that_are_not_there_were_signed() {
    let received: Pairs = pairs().into_iter().filter(|(name, _)| !name.ends_with("_url")).collect();
    for (value, mistake) in [("", Mistake::EmptyValueSigned), ("null", Mistake::NullValueSigned)] {
        for names in [&["notify_url"][..], &["return_url"], &["notify_url", "return_url"]] {
            let mut signed = received.clone();
            names.iter().for_each(|name| set(&mut signed, name, value.as_bytes()));
            let found = diagnosed(&sent(&received, &own(&text(&signed)))).unwrap();
            assert_eq!((found.mistake, found.parameter), (mistake, Some(names.join(", "))));
        }
    }
}

#[test]
fn the_order_was_another() {
    let joined = |pairs: &mut dyn Iterator<Item = &(String, Vec<u8>)>| {
        let texts: Vec<Vec<u8>> =
            pairs.map(|(name, value)| [name.as_bytes(), b"=", value.as_slice()].concat()).collect();
        texts.join(&b'&')
    };
    let pairs = pairs();
    assert_eq!(in_text(&pairs, &joined(&mut pairs.iter())), Mistake::Unsorted);
    let names = [
        "app_id",
        "method",
        "return_url",
        "charset",
        "sign_type",
        "timestamp",
        "version",
        "notify_url",
        "biz_content",
    ];
    let documented: Pairs =
        names.iter().map(|name| pairs.iter().find(|(known, _)| known == name).unwrap().clone()).collect();
    assert_eq!(in_text(&pairs, &joined(&mut documented.iter())), Mistake::Unsorted);
}

#[test]
fn the_signature_itself_was_signed() {
    let mut signed = pairs();
    set(&mut signed, "sign", b"");
    assert_eq!(in_text(&pairs(), &text(&signed)), Mistake::SignInText);
    assert_eq!(in_text(&pairs(), &[text(&pairs()).as_slice(), b"&sign="].concat()), Mistake::SignInText);
}

#[test]
fn something_stood_around_the_text_or_its_values() {
    for (before, after, mistake) in [
        ("", "\n", Mistake::SpaceAround),
        ("", " ", Mistake::SpaceAround),
        ("", "\r\n", Mistake::SpaceAround),
        ("", "&", Mistake::AmpersandAround),
        ("&", "", Mistake::AmpersandAround),
    ] {
        let signed = [before.as_bytes(), &text(&pairs()), after.as_bytes()].concat();
        assert_eq!(in_text(&pairs(), &signed), mistake, "{before:?} {after:?}");
    }
    let quoted = |_: &str, value: &str| format!("\"{value}\"");
    assert_eq!(in_text(&pairs(), &changed(&pairs(), quoted)), Mistake::ValuesQuoted);
    let received = pairs_with(&[("notify_url", "https://shop.example/notify?a=1\n")]);
    assert_eq!(in_text(&received, &text(&pairs())), Mistake::ValuesTrimmed);
}

#[test]
fn a_digest_was_signed() {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text(&pairs()));
    assert_eq!(in_text(&pairs(), digest.as_ref()), Mistake::HashedFirst);
    assert_eq!(in_text(&pairs(), hex::encode(digest).as_bytes()), Mistake::HashedFirst);
}

#[test]
fn fzlee_126_form_of_the_signature() {
    let right = own(&text(&pairs()));
    let bytes = STANDARD.decode(&right).unwrap();
    assert_eq!(in_sign(&hex::encode(&bytes)), Mistake::SignHex);
    assert_eq!(in_sign(&hex::encode_upper(&bytes)), Mistake::SignHex);
    assert_eq!(in_sign(&URL_SAFE_NO_PAD.encode(&bytes)), Mistake::SignUrlSafe);
    assert_eq!(in_sign(right.trim_end_matches('=')), Mistake::SignUrlSafe);
    assert_eq!(in_sign(&escaped(right.as_bytes())), Mistake::SignEscapedTwice);
    let lines: Vec<&str> =
        right.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    assert_eq!(in_sign(&lines.join("\r\n")), Mistake::SignLineBroken);
    assert_eq!(in_sign(&format!("\"{right}\"")), Mistake::SignLineBroken);
    assert_eq!(in_sign(&STANDARD.encode(&right)), Mistake::SignBase64Twice);
    for sign in ["!!", "AAA", "支付"] {
        assert_eq!(in_sign(sign), Mistake::SignNotBase64, "{sign}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let unsigned = sent_in_two(&Vec::new(), &pairs());
    assert_eq!(diagnosed(&unsigned).unwrap().mistake, Mistake::SignMissing);
    let lower = pairs_with(&[("sign_type", "rsa2")]);
    assert_eq!(diagnosed(&sent(&lower, &own(&text(&lower)))).unwrap().mistake, Mistake::SignTypeUnknown);
}

#[test]
fn nodejs_all_56_wrong_certificate_serial() {
    let name = |common: &str| Name {
        common_name: common.into(),
        organizational_unit: "Unit".into(),
        organization: "House".into(),
        country: "CN".into(),
    };
    let validity = Validity { from_us: 0, until_us: 4_000_000_000_000_000 };
    let root_key = PrivateKey::parse(&other_key().to_pkcs8_pem()).unwrap();
    let root = Authority::new_root(name("Root"), 7, validity, root_key).unwrap();
    let number = 0x1234_5678_9abc_def0_u128;
    let issued = |number| root.issue(&name("App"), number, validity, app_key().public_key()).unwrap();
    let app = Certificate::parse(&issued(number)).unwrap();
    let platform_sn = Certificate::parse(&issued(99)).unwrap().sn;
    let root_sn = root_sn(root.pem(), SignType::Rsa2).unwrap();
    let other_root_sn = "0123456789abcdef0123456789abcdef";
    let serials = Serials { app: &app, platform_sn: &platform_sn, root_sn: &root_sn, other_root_sn };
    let md5 = |text: String| {
        use md5::Digest;
        hex::encode(md5::Md5::digest(text))
    };
    let (right, reversed) = ("CN=Root,OU=Unit,O=House,C=CN", "C=CN,O=House,OU=Unit,CN=Root");
    assert_eq!(serials.diagnose_app(app.sn.as_bytes()), None);
    assert_eq!(serials.diagnose_root(root_sn.as_bytes()), None);
    for (given, mistake) in [
        (platform_sn.clone(), Mistake::AppSnOfPlatform),
        (root_sn.clone(), Mistake::AppSnOfRoot),
        (app.sn.to_uppercase(), Mistake::SnUpperCase),
        (number.to_string(), Mistake::SnNotHashed),
        (format!("{number:X}"), Mistake::SnNotHashed),
        (md5(format!("{reversed}{number}")), Mistake::SnIssuerOrder),
        (md5(format!("{right}{number:x}")), Mistake::SnHexNumber),
        (md5(number.to_string()), Mistake::SnWithoutIssuer),
        (md5("something".into()), Mistake::SnUnknown),
        (String::new(), Mistake::SnUnknown),
    ] {
        let found = serials.diagnose_app(given.as_bytes()).unwrap();
        assert_eq!((found.mistake, &found.expected), (mistake, &app.sn), "{given}");
        assert_eq!(found.hashed, Some(format!("{right}{number}")));
    }
    for (given, mistake) in [
        (app.sn.clone(), Mistake::RootSnOfOther),
        (platform_sn.clone(), Mistake::RootSnOfOther),
        (root_sn.to_uppercase(), Mistake::SnUpperCase),
        (other_root_sn.to_owned(), Mistake::RootSnOfOtherAlgorithm),
        ("0".into(), Mistake::SnUnknown),
    ] {
        assert_eq!(serials.diagnose_root(given.as_bytes()).unwrap().mistake, mistake, "{given}");
    }
}

#[test]
fn a_pasted_request_is_read_as_the_gateway_reads_it() {
    let pairs = pairs();
    let sign = own(&text(&pairs));
    let form = |pairs: &[(String, Vec<u8>)]| -> String {
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        pairs.collect::<Vec<_>>().join("&")
    };
    let request = format!(
        "POST /gateway.do?{}&sign={} HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{}",
        form(&pairs[..8]),
        escaped(sign.as_bytes()),
        form(&pairs[8..])
    );
    let params = Pasted::read(request.as_bytes()).unwrap().params().unwrap();
    assert_eq!(params.query_len(), 9);
    assert_eq!(request_text(&params, false), text(&pairs));
    assert_eq!(diagnosed(&params), None);
}

#[test]
fn the_guide_lists_every_mistake_with_its_advice() {
    let guide = include_str!("../../../docs/guide/doctor.md");
    for mistake in Mistake::ALL {
        let row = format!("| `{}` | {} | {}", mistake.name(), mistake.advice_zh(), mistake.advice_en());
        assert_eq!(guide.matches(&row).count(), 1, "{row}");
    }
    let rows = guide.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, Mistake::ALL.len());
}

#[test]
fn while_a_key_is_exchanged_both_are_right_and_the_old_one_is_named() {
    let (registered, other) = (app_key().public_key(), other_key());
    let (second, retired) = (Some(other.public_key()), [stranger().public_key().clone()]);
    let keys = Keys { registered, second, retired: &retired, platform: None, others: &[] };
    let found = |signature: &str| diagnose(&sent(&pairs(), signature), &keys).map(|found| found.mistake);
    assert_eq!(found(&own(&text(&pairs()))), None);
    assert_eq!(found(&other.sign(SignType::Rsa2, &text(&pairs()))), None);
    assert_eq!(found(&stranger().sign(SignType::Rsa2, &text(&pairs()))), Some(Mistake::RetiredKey));
    let with_sign = [text(&pairs()), b"\n".to_vec()].concat();
    assert_eq!(found(&other.sign(SignType::Rsa2, &with_sign)), Some(Mistake::SpaceAround));
    assert_eq!(found(&own(&with_sign)), Some(Mistake::SpaceAround));
}
