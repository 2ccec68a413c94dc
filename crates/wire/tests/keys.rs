//! Keys in the forms in which merchants paste them, and the signatures made and checked with them.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::params::Params;
use wire::sign::{KeyError, PrivateKey, PublicKey, SignType, verify_request};

/// Made with another program; its private half was thrown away.
const SHORT_SPKI: &str = "\
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5nBq0RCJnyWCFc+aZ8RNKY/zmMGMet/Mt7uvAa47pyzfhB6cQPUTYTQ+b3olb\
    OJku3bWUNjj4SP54f74dSbracnv44fbypW085bkdKa9Z2i+5TiuMnumkwIqGqUMgWPy1JWK0HYoGm7XTJmh+1xXT2LwvLhlCsZwy\
    63NV0h3PKQIDAQAB";
const SHORT_PKCS1: &str = "\
    MIGJAoGBALmcGrREImfJYIVz5pnxE0pj/OYwYx638y3u68BrjunLN+EHpxA9RNhND5veiVs4mS7dtZQ2OPhI/nh/vh1Jutpye/jh\
    9vKlbTzluR0pr1naL7lOK4ye6aTAioapQyBY/LUlYrQdigabtdMmaH7XFdPYvC8uGUKxnDLrc1XSHc8pAgMBAAE=";
/// SHA-1 and SHA-256 signatures of `a=1&b=2` with that key, made by another program.
const SHORT_SHA1: &str = "\
    TaewR5EFecmI61Ya6PLCp+IjinZOnQhWuRkOczJqoPBnhfUXhFg1w/VsdYCXUEL/GxgT1YoLk0ig4PrtF/se9EZyRkJWa6J5K3uK\
    onVsvO9ItsugrvFX6YO7m1uuKgvlGSLpJyf4LR9WC2N0R5QpR14Gkg4+JBvH+VwkZBVbHB4=";
const SHORT_SHA256: &str = "\
    DZ4+IXoasWvGZi3yr6GK1NS8b4uQi7HFrLpv/o1LlY0uqk6ITKx5Jvmg2/V6kUEBcdm6Pfib+XudtInwoU4utAzcqa84z3278xO2\
    I9FtDbd94J1gHuMG4I+MPrCKrF4mIY+sHF5Z6XqrEfNEt88YT4+vl1OZCvF1tHftB96hQ2o=";
const TINY_SPKI: &str = "\
    MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOc0vD77euAa6LacPTZOnPkDrfTWFy680szNwq9OeVN/ZmVYj7/1KtlE+vx+7BrJm0Dj\
    AUzRPextfANRU1HmOskCAwEAAQ==";
const EC_SPKI: &str = "\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6nqixhP9l0XakklThjOmng2EZML8CzrPcGPpfSplWgIOPrAV4HKEdP3/fiTYzsYT\
    HUOpNx/B33rPxm7HzsdFKw==";

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| wire::keygen::rsa_2048().expect("a key"))
}

fn refused(text: &str, sign_type: SignType) -> Option<KeyError> {
    PublicKey::parse(text, sign_type).err()
}

#[test]
fn a_short_key_of_an_old_app_verifies_sha1_alone() {
    for text in [SHORT_SPKI, SHORT_PKCS1] {
        let key = PublicKey::parse(text, SignType::Rsa).expect("1024 bits are enough for RSA");
        assert_eq!(key.bits(), 1024);
        assert!(key.verify(SignType::Rsa, b"a=1&b=2", SHORT_SHA1));
        assert!(key.verify(SignType::Rsa, b"a=1&b=2", &SHORT_SHA1.replace('+', " ")), "an unescaped +");
        assert!(!key.verify(SignType::Rsa, b"a=1&b=3", SHORT_SHA1));
        assert!(!key.verify(SignType::Rsa, b"a=1&b=2", SHORT_SHA256), "the sign type is not negotiable");
        assert!(!key.verify(SignType::Rsa2, b"a=1&b=2", SHORT_SHA256), "too short for RSA2");
        assert_eq!(refused(text, SignType::Rsa2), Some(KeyError::TooShort { bits: 1024, needed: 2048 }));
    }
}

#[test]
fn every_form_of_a_key_is_the_same_key() {
    let public = key().public_key();
    let spki = public.to_base64();
    let pkcs1 = STANDARD.encode(public.inner_der());
    let forms = [
        public.to_pem(),
        spki.clone(),
        format!(" {}\r\n{}\n", &spki[..70], &spki[70..]),
        pkcs1.clone(),
        format!("-----BEGIN RSA PUBLIC KEY-----\n{pkcs1}\n-----END RSA PUBLIC KEY-----"),
    ];
    for form in &forms {
        assert_eq!(PublicKey::parse(form, SignType::Rsa2).as_ref(), Ok(public), "{form}");
    }
    for form in [key().to_pkcs1_pem(), key().to_pkcs8_pem(), key().to_pkcs1_base64(), key().to_pkcs8_base64()]
    {
        let again = PrivateKey::parse(&form).expect("our own form");
        assert_eq!(again.public_key(), public);
        assert_eq!(again.sign(SignType::Rsa2, b"m"), key().sign(SignType::Rsa2, b"m"));
        assert_eq!(refused(&form, SignType::Rsa2), Some(KeyError::PrivateKeyGiven), "a private key pasted");
    }
    assert!(key().to_pkcs1_pem().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(key().to_pkcs8_pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

#[test]
fn what_is_no_usable_key_is_refused_with_the_reason() {
    let der = |modulus: &[u8], exponent: &[u8]| {
        let integer = |number: &[u8]| {
            let length = u16::try_from(number.len()).expect("short").to_be_bytes();
            [&[2, 0x82, length[0], length[1]], number].concat()
        };
        let short = [&[2, u8::try_from(exponent.len()).expect("short")], exponent].concat();
        let body = [integer(modulus), short].concat();
        let length = u16::try_from(body.len()).expect("short").to_be_bytes();
        STANDARD.encode([&[0x30, 0x82, length[0], length[1]], body.as_slice()].concat())
    };
    let mut modulus = vec![0xC5; 257];
    modulus[0] = 0;
    let even_modulus = [&modulus[..256], &[4]].concat();
    let long_modulus = [&[0], vec![0xC5; 1025].as_slice()].concat();
    for (text, error) in [
        (TINY_SPKI.to_owned(), KeyError::TooShort { bits: 512, needed: 2048 }),
        (EC_SPKI.to_owned(), KeyError::NotRsa),
        ("!!".to_owned(), KeyError::NotBase64),
        ("-----BEGIN PUBLIC KEY-----".to_owned(), KeyError::NotBase64),
        (String::new(), KeyError::NotAKey),
        ("AAAA".to_owned(), KeyError::NotAKey),
        (SHORT_SPKI[..SHORT_SPKI.len() - 4].to_owned(), KeyError::NotAKey),
        (der(&modulus, &[1]), KeyError::BadExponent),
        (der(&modulus, &[4]), KeyError::BadExponent),
        (der(&modulus, &[1, 0, 0, 0, 1]), KeyError::BadExponent),
        (der(&even_modulus, &[3]), KeyError::Inconsistent),
        (der(&long_modulus, &[3]), KeyError::TooLong { bits: 8200 }),
    ] {
        assert_eq!(refused(&text, SignType::Rsa2), Some(error), "{text}");
    }
    assert!(
        PublicKey::parse(&der(&modulus, &[3]), SignType::Rsa2).is_ok(),
        "the frame of the cases is right"
    );
    assert_eq!(refused(TINY_SPKI, SignType::Rsa), Some(KeyError::TooShort { bits: 512, needed: 1024 }));
    assert!(PrivateKey::parse(SHORT_SPKI).is_err());
    assert!(PrivateKey::parse("x").is_err());
}

#[test]
fn both_sign_types_come_back_and_nothing_else_does() {
    for sign_type in [SignType::Rsa, SignType::Rsa2] {
        let other = if sign_type == SignType::Rsa { SignType::Rsa2 } else { SignType::Rsa };
        let signature = key().sign(sign_type, "支付".as_bytes());
        assert_eq!(signature.len(), 344);
        let public = key().public_key();
        assert!(public.verify(sign_type, "支付".as_bytes(), &signature));
        assert!(!public.verify(other, "支付".as_bytes(), &signature));
        assert!(!public.verify(sign_type, b"other", &signature));
        for broken in
            ["", "AAAA", "!", &signature[..340], &format!("{signature}AAAA"), &format!("{signature}\n")]
        {
            assert!(!public.verify(sign_type, "支付".as_bytes(), broken), "{broken}");
        }
        assert_eq!(SignType::parse(sign_type.name()), Some(sign_type));
    }
    assert_eq!(SignType::parse("rsa2"), None);
    assert_eq!(SignType::parse("none"), None);
}

#[test]
fn keys_do_not_print_and_are_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(key());
    shared(key().public_key());
    assert_eq!(format!("{:?} {:?}", key(), key().public_key()), "*** ***");
}

#[test]
fn a_request_is_believed_with_empty_values_signed_or_not() {
    let accepted = |signed: &str, sent: &str| {
        let sign = key().sign(SignType::Rsa2, signed.as_bytes()).replace('+', "%2B");
        let query = format!("{sent}&sign={sign}");
        let params = Params::merge(Some(query.as_bytes()), None, Vec::new()).expect("valid");
        verify_request(&params, SignType::Rsa2, key().public_key())
    };
    assert!(accepted("a=1&sign_type=RSA2", "sign_type=RSA2&a=1"));
    assert!(accepted("a=1&sign_type=RSA2", "a=1&sign_type=RSA2&b="));
    assert!(accepted("a=1&b=&sign_type=RSA2", "a=1&sign_type=RSA2&b="));
    assert!(!accepted("a=1&sign_type=RSA2", "a=1&sign_type=RSA2&b=0"));
    assert!(!accepted("a=1", "a=1&sign_type=RSA2"), "sign_type is covered");
    assert!(!accepted("a=1&b=&c=&sign_type=RSA2", "a=1&sign_type=RSA2&b="));
    let unsigned = Params::merge(Some(b"a=1"), None, Vec::new()).expect("valid");
    assert!(!verify_request(&unsigned, SignType::Rsa2, key().public_key()));
}

#[test]
fn a_gbk_request_is_verified_over_its_bytes() {
    let text = wire::charset::Charset::Gbk.encode("charset=GBK&subject=支付").expect("GBK");
    let sign = key().sign(SignType::Rsa2, &text).replace('+', "%2b");
    let query = format!("charset=GBK&subject=%D6%A7%b8%b6&sign={sign}");
    let params = Params::merge(Some(query.as_bytes()), None, Vec::new()).expect("valid");
    assert!(verify_request(&params, SignType::Rsa2, key().public_key()));
}
