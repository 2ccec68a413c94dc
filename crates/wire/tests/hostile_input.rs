//! Readers of foreign bytes: they never panic, and what they accept means one thing.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;
use wire::charset::Charset;
use wire::json;
use wire::params::Params;

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_parameters_or_refused(
        query in prop::collection::vec(any::<u8>(), 0..200),
        body in "[a-c=&%+0-9A-F]{0,80}",
        field in any::<(String, Vec<u8>)>(),
    ) {
        if let Ok(params) = Params::merge(Some(&query), Some(body.as_bytes()), vec![field]) {
            let _text = wire::canonical::request_text(&params, true);
            for (name, _) in params.iter() {
                let _utf8 = params.text(name, Charset::Utf8);
                let _gbk = params.text(name, Charset::Gbk);
            }
        }
    }

    #[test]
    fn parameters_come_back_from_any_encoding(
        pairs in prop::collection::btree_map("[a-z_]{1,10}", prop::collection::vec(any::<u8>(), 0..30), 0..10),
        lower in any::<bool>(),
    ) {
        let write = |(name, value): (&String, &Vec<u8>)| {
            let escaped = percent_encode(value, NON_ALPHANUMERIC).to_string();
            let escaped = if lower {
                // Letters that were not escaped must stay as they are, so only `%XX` is lowered.
                let mut rest = escaped.split('%');
                let first = rest.next().unwrap_or_default().to_owned();
                rest.fold(first, |text, piece| format!("{text}%{}{}", piece[..2].to_ascii_lowercase(), &piece[2..]))
            } else {
                escaped.replace("%20", "+")
            };
            format!("{name}={escaped}")
        };
        let form = pairs.iter().map(write).collect::<Vec<_>>().join("&");
        let params = Params::merge(None, Some(form.as_bytes()), Vec::new()).expect("well formed");
        prop_assert_eq!(params.len(), pairs.len());
        for (name, value) in &pairs {
            prop_assert_eq!(params.get(name), Some(value.as_slice()));
        }
    }

    #[test]
    fn any_text_is_json_or_refused(text in any::<String>()) {
        let _read = json::parse(&text);
    }

    /// On what almost is JSON, we never accept more than a reader known to be right.
    #[test]
    fn nothing_is_accepted_that_is_not_json(text in "[\\[\\]{}\",:0-2.eE+\\-\\\\utrfalsn \\u{1}é]{0,14}") {
        let ours = json::parse(&text);
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        if ours.is_ok() {
            // The other reader refuses numbers that do not fit a float; ours keeps them as text.
            let refused_number = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
            prop_assert!(theirs.is_ok() || refused_number, "{text:?} {theirs:?}");
        } else if theirs.is_ok() {
            prop_assert!(matches!(ours, Err(json::JsonError::Repeated { .. })), "{text:?} {ours:?}");
        }
    }

    #[test]
    fn json_comes_back_the_same(value in any_json()) {
        let ours = json::parse(&value.to_string()).expect("valid");
        let again: serde_json::Value = serde_json::from_str(&ours.to_compact()).expect("valid");
        prop_assert_eq!(again, value);
    }

    #[test]
    fn any_text_is_a_key_or_refused(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        use wire::sign::{PrivateKey, PublicKey, SignType};
        prop_assert!(PublicKey::parse(&text, SignType::Rsa).is_err());
        prop_assert!(PublicKey::from_der(&bytes, SignType::Rsa).is_err());
        prop_assert!(PrivateKey::parse(&text).is_err());
        prop_assert!(PrivateKey::from_der(&bytes).is_err());
        prop_assert!(wire::cert::cert_sn(&text).is_err());
        let _time = wire::timestamp::parse_cn(&text);
        let _code = wire::auth_code::is_bar_code(&text);
        let _address = wire::page::is_web_address(&text);
    }

    #[test]
    fn times_come_back_to_the_second(at_s in -60_000_000_000i64..253_000_000_000) {
        let text = wire::timestamp::format_cn(at_s * 1_000_000 + 999_999);
        prop_assert_eq!(wire::timestamp::parse_cn(&text), Ok(at_s * 1_000_000));
    }

    #[test]
    fn aes_comes_back_and_refuses_quietly(
        plain in prop::collection::vec(any::<u8>(), 0..100),
        noise in any::<String>(),
    ) {
        let key = wire::aes::AesKey::new(*b"0123456789abcdef");
        prop_assert_eq!(key.decrypt(&key.encrypt(&plain)), Ok(plain));
        let _refused = key.decrypt(&noise);
    }
}

#[test]
fn many_members_cost_little() {
    let members: Vec<String> = (0..20_000).map(|n| format!("\"m{n}\":1")).collect();
    let text = format!("{{{}}}", members.join(","));
    assert!(text.len() < json::TEXT_BYTES_MAX);
    let read = json::parse(&text).expect("valid");
    assert_eq!(read.as_object().expect("an object").text("m19999"), Ok(Some("1")));
}
