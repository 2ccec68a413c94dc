//! SM2 keys and signatures, checked both ways against OpenSSL, which must be installed.
#![allow(clippy::unwrap_used, reason = "tests stop where something is missing")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "OpenSSL is another program, and reads files"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use wire::doctor::{Keys, Mistake, diagnose};
use wire::keygen;
use wire::params::Params;
use wire::sign::{KeyError, PrivateKey, PublicKey, SignType};

const TEXT: &[u8] = "app_id=1&subject=茶".as_bytes();
const USER_ID: &str = "distid:1234567812345678";

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let done = Command::new("openssl").args(arguments).current_dir(folder).output();
    done.expect("this test needs OpenSSL 3: install the package openssl").status.success()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn openssl_believes_our_signatures_and_we_believe_its() {
    let folder = std::env::temp_dir().join(format!("tongbao-sm2-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    fs::write(path("text"), TEXT).unwrap();
    let ours = keygen::sm2().unwrap();
    let sign =
        ["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", USER_ID, "-in", "text", "-out", "sig"];
    let verify = ["pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", USER_ID, "-in", "text"];
    // Each form of our private key is read by OpenSSL, and what it signs is right.
    for pem in [ours.to_pkcs8_pem(), ours.to_pkcs1_pem()] {
        fs::write(path("key"), pem.as_bytes()).unwrap();
        assert!(openssl(&folder, &[&sign[..], &["-inkey", "key"]].concat()));
        let signature = fs::read(path("sig")).unwrap();
        assert!(ours.public_key().verify_bytes(SignType::Sm2, TEXT, &signature));
        assert!(!ours.public_key().verify_bytes(SignType::Sm2, b"other", &signature));
    }
    fs::write(path("public"), ours.public_key().to_pem()).unwrap();
    for number in 0..20_u8 {
        let text = [TEXT, &[number]].concat();
        fs::write(path("text"), &text).unwrap();
        fs::write(path("made"), ours.sign_bytes(SignType::Sm2, &text)).unwrap();
        assert!(openssl(
            &folder,
            &[&verify[..], &["-pubin", "-inkey", "public", "-sigfile", "made"]].concat()
        ));
    }
    // A key that OpenSSL made, in both of its forms.
    assert!(openssl(&folder, &["ecparam", "-name", "SM2", "-genkey", "-out", "theirs"]));
    assert!(openssl(&folder, &["pkcs8", "-topk8", "-nocrypt", "-in", "theirs", "-out", "theirs8"]));
    assert!(openssl(&folder, &["pkey", "-in", "theirs", "-pubout", "-out", "theirs.pub"]));
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    let public = PublicKey::parse(&read("theirs.pub"), SignType::Sm2).unwrap();
    for form in ["theirs", "theirs8"] {
        assert_eq!(*PrivateKey::parse(&read(form)).unwrap().public_key(), public, "{form}");
    }
    assert_eq!(public.to_pem(), read("theirs.pub"));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn every_form_of_a_key_comes_back() {
    let key = keygen::sm2().unwrap();
    let forms = [key.to_pkcs1_pem(), key.to_pkcs8_pem(), key.to_pkcs1_base64(), key.to_pkcs8_base64()];
    for form in &forms {
        let again = PrivateKey::parse(form).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(again.sign(SignType::Sm2, TEXT), key.sign(SignType::Sm2, TEXT), "no chance is drawn");
    }
    for form in [key.public_key().to_pem(), key.public_key().to_base64()] {
        assert_eq!(PublicKey::parse(&form, SignType::Sm2).unwrap(), *key.public_key());
    }
    assert!(key.public_key().is_sm2());
}

#[test]
fn keys_that_are_none_of_sm2_are_named() {
    let sm2 = keygen::sm2().unwrap();
    let rsa = keygen::rsa_2048().unwrap();
    let sm2_public = der_of(&sm2.public_key().to_base64());
    assert_eq!(SignType::of_key(&sm2_public), SignType::Sm2);
    assert_eq!(SignType::of_key(&der_of(&rsa.public_key().to_base64())), SignType::Rsa2);
    let at_sm2 = |text: &str| PublicKey::parse(text, SignType::Sm2).unwrap_err();
    assert_eq!(at_sm2(&rsa.public_key().to_base64()), KeyError::NotSm2);
    assert_eq!(at_sm2(&base64(rsa.public_key().inner_der())), KeyError::NotSm2);
    for private in [sm2.to_pkcs8_pem(), sm2.to_pkcs8_base64(), sm2.to_pkcs1_base64(), rsa.to_pkcs8_base64()] {
        assert_eq!(at_sm2(&private), KeyError::PrivateKeyGiven);
    }
    // The last byte of the y coordinate: the point leaves the curve.
    let mut off = sm2_public.clone();
    *off.last_mut().unwrap() ^= 1;
    assert_eq!(at_sm2(&base64(&off)), KeyError::BadPoint);
    // The last byte of the curve's name: another curve.
    let mut other = sm2_public.clone();
    let at = other.windows(2).position(|two| two == [0x82, 0x2D]).unwrap();
    other[at + 1] = 0x2E;
    assert_eq!(at_sm2(&base64(&other)), KeyError::WrongCurve);
    assert_eq!(at_sm2(&base64(&[&sm2_public[..], &[0]].concat())), KeyError::NotAKey);
    for sign_type in [SignType::Rsa, SignType::Rsa2] {
        let refused = PublicKey::parse(&sm2.public_key().to_base64(), sign_type).unwrap_err();
        assert_eq!(refused, KeyError::NotRsa);
    }
    let mut private = der_of(&sm2.to_pkcs8_base64());
    *private.last_mut().unwrap() ^= 1;
    assert_eq!(PrivateKey::from_der(&private).unwrap_err(), KeyError::Inconsistent);
}

#[test]
fn a_signature_is_strict_der_and_of_its_own_algorithm() {
    let (sm2, rsa) = (keygen::sm2().unwrap(), keygen::rsa_2048().unwrap());
    let (key, right) = (sm2.public_key(), sm2.sign_bytes(SignType::Sm2, TEXT));
    assert!(key.verify_bytes(SignType::Sm2, TEXT, &right));
    assert!(!key.verify_bytes(SignType::Sm2, TEXT, &[&right[..], &[0]].concat()), "something follows");
    assert!(!key.verify_bytes(SignType::Sm2, TEXT, &right[..right.len() - 1]), "cut off");
    assert!(!key.verify_bytes(SignType::Sm2, TEXT, &[]), "empty");
    for sign_type in [SignType::Rsa, SignType::Rsa2] {
        assert!(!key.verify_bytes(sign_type, TEXT, &right));
    }
    let of_rsa = rsa.sign_bytes(SignType::Rsa2, TEXT);
    assert!(!rsa.public_key().verify_bytes(SignType::Sm2, TEXT, &of_rsa));
}

#[test]
fn the_doctor_names_sm2_and_rsa_mixed_up() {
    let (sm2, rsa) = (keygen::sm2().unwrap(), keygen::rsa_2048().unwrap());
    let found = |named: &str, signer: &PrivateKey, registered: &PrivateKey| {
        let text = format!("app_id=1&method=a.b&sign_type={named}");
        let made = if signer.public_key().is_sm2() { SignType::Sm2 } else { SignType::Rsa2 };
        let sign = signer.sign(made, text.as_bytes()).replace('+', "%2B").replace('=', "%3D");
        let query = format!("{text}&sign={sign}");
        let params = Params::merge(Some(query.as_bytes()), None, Vec::new()).unwrap();
        let keys = Keys {
            registered: registered.public_key(),
            platform: None,
            second: None,
            retired: &[],
            others: &[],
        };
        diagnose(&params, &keys).map(|found| found.mistake)
    };
    assert_eq!(found("SM2", &sm2, &sm2), None);
    assert_eq!(found("RSA2", &rsa, &rsa), None);
    for named in ["RSA2", "RSA", "SM2"] {
        assert_eq!(found(named, &rsa, &sm2), Some(Mistake::RsaForSm2), "{named}");
        assert_eq!(found(named, &sm2, &rsa), Some(Mistake::Sm2ForRsa), "{named}");
    }
    // The right key under the name of the other algorithm.
    for named in ["RSA2", "RSA"] {
        assert_eq!(found(named, &sm2, &sm2), Some(Mistake::SignTypeOfOtherKey), "{named}");
    }
    assert_eq!(found("SM2", &rsa, &rsa), Some(Mistake::SignTypeOfOtherKey));
    let other = keygen::sm2().unwrap();
    assert_eq!(found("SM2", &other, &sm2), Some(Mistake::Unknown), "another key of the same algorithm");
}

#[test]
fn the_doctor_knows_how_sm2_signatures_go_wrong() {
    let sm2 = keygen::sm2().unwrap();
    let text = "app_id=1&method=a.b&sign_type=SM2&version=1.0";
    let found = |signature: &[u8]| {
        let sign = base64(signature).replace('+', "%2B").replace('=', "%3D");
        let query = format!("{text}&sign={sign}");
        let params = Params::merge(Some(query.as_bytes()), None, Vec::new()).unwrap();
        let keys =
            Keys { registered: sm2.public_key(), platform: None, second: None, retired: &[], others: &[] };
        diagnose(&params, &keys).map(|found| found.mistake)
    };
    let right = sm2.sign_bytes(SignType::Sm2, text.as_bytes());
    assert_eq!(found(&right), None);
    assert_eq!(found(&bare(&right)), Some(Mistake::SignNotDer));
    assert_eq!(found(&[7; 64]), Some(Mistake::SignNotDer));
    let left_out = sm2.sign_bytes(SignType::Sm2, b"app_id=1&method=a.b&version=1.0");
    assert_eq!(found(&left_out), Some(Mistake::SignTypeLeftOut), "texts are tried as for RSA");
    // OpenSSL signs with an empty user id when none is named.
    let folder = std::env::temp_dir().join(format!("tongbao-sm2-id-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("text"), text).unwrap();
    fs::write(folder.join("key"), sm2.to_pkcs8_pem().as_bytes()).unwrap();
    let sign =
        ["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-in", "text", "-out", "sig", "-inkey", "key"];
    assert!(openssl(&folder, &sign));
    assert_eq!(found(&fs::read(folder.join("sig")).unwrap()), Some(Mistake::Sm2UserId));
    fs::remove_dir_all(&folder).unwrap();
}

/// The two numbers of a signature without DER.
fn bare(signature: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut rest = &signature[2..];
    for _ in 0..2 {
        let (number, after) = rest[2..].split_at(usize::from(rest[1]));
        let digits = &number[number.len().saturating_sub(32)..];
        numbers.extend(std::iter::repeat_n(0, 32 - digits.len()).chain(digits.iter().copied()));
        rest = after;
    }
    numbers
}

fn der_of(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
