//! The authority, and the serials that clients compute from its certificates.

use std::sync::OnceLock;

use wire::cert::{Authority, CertError, Certificate, Name, Validity, cert_sn, request_key, root_sn};
use wire::sign::{PrivateKey, PublicKey, SignType};

const VALIDITY: Validity = Validity { from_us: 1_767_225_600_000_000, until_us: 2_082_758_400_000_000 };

/// A request made by another program, and the public key in it.
const REQUEST: &str = "-----BEGIN CERTIFICATE REQUEST-----
MIICUTCCATkCAQAwDDEKMAgGA1UEAwwBeDCCASIwDQYJKoZIhvcNAQEBBQADggEP
ADCCAQoCggEBALZYQXcgNyvDqwxc9HrKeU6otvLMQE1nXS5hPg21elMmqdtwvQGY
xrmKN+OrZviczPjC8hl6MRI/o1zXwPwcHCjmJQpeLeQN6oiJD8X0gqAfz7pjt6io
lA6/Hb42QOPOGz1CPs0SNl5qeef/gcXeA+pX2DPABNgm6ihleJ8e3K7Z/YvOzfQ3
0lOtVw1kXgxziY+WDhVRNB9LgIvg6zIrwplLaMD0gz8WRubwyk1cGsHFWDdSgTkF
LdWZxNJtNSO+WlEar7TrAcoI+vUJlaLl1PSIXbalS5qqzThSIEDAP0Znl+PiyjlC
6wW1jJiJVTdbbGnFk/vEtkzufwkGu21R2ocCAwEAAaAAMA0GCSqGSIb3DQEBCwUA
A4IBAQAhMadAGsRySBqMpeNY6rHNKW4ehxKE0adxAXnBUGX6uDqygB3WDPkHX9Rb
AhoSLjS97QG/sHZzQ/sTKsfB0VALEVH7Buf2YIl4xk2aLXe1RNAC3VtF1yE00Hny
kJ8e424hIpnkG4t8OG4ejQP+TtXtzR200+D69U0oVTpSIBPy7uAQRlyDl90QzATT
u4TkJj9AUc98IcfzmEy3YAjgVrZXkc0wNVMOXZmS2JNoXOv+lKJwDuOJbpWLENhv
Vu0MIHbIeZgLOZnc1wCAicSh3Fs2Qf05JPmgDUK/AMBIboIDKUj3HiwZjQCcLKwn
Mx3xUq55El+k/z2xkmyoXEuIaVIQ
-----END CERTIFICATE REQUEST-----
";
const REQUEST_KEY: &str = "\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtlhBdyA3K8OrDFz0esp5Tqi28sxATWddLmE+DbV6Uyap23C9AZjGuYo3\
    46tm+JzM+MLyGXoxEj+jXNfA/BwcKOYlCl4t5A3qiIkPxfSCoB/PumO3qKiUDr8dvjZA484bPUI+zRI2Xmp55/+Bxd4D6lfYM8AE\
    2CbqKGV4nx7crtn9i87N9DfSU61XDWReDHOJj5YOFVE0H0uAi+DrMivCmUtowPSDPxZG5vDKTVwawcVYN1KBOQUt1ZnE0m01I75a\
    URqvtOsBygj69QmVouXU9IhdtqVLmqrNOFIgQMA/RmeX4+LKOULrBbWMmIlVN1tsacWT+8S2TO5/CQa7bVHahwIDAQAB";

fn key() -> PrivateKey {
    static KEY: OnceLock<String> = OnceLock::new();
    let pem = KEY.get_or_init(|| wire::keygen::rsa_2048().expect("a key").to_pkcs8_pem().to_string());
    PrivateKey::parse(pem).expect("a key")
}

fn name(common_name: &str) -> Name {
    Name {
        common_name: common_name.to_owned(),
        organizational_unit: "Pay".to_owned(),
        organization: "Example".to_owned(),
        country: "CN".to_owned(),
    }
}

fn root() -> Authority {
    Authority::new_root(name("Test App CA"), 1_234_567_890, VALIDITY, key()).expect("a root")
}

#[test]
fn the_check_value_of_a_serial_is_frozen() {
    assert_eq!(cert_sn(root().pem()).as_deref(), Ok("b179408fc8b6c30b665443c46a309120"));
    assert_eq!(root_sn(root().pem(), SignType::Rsa2).as_deref(), Ok("b179408fc8b6c30b665443c46a309120"));
}

#[test]
fn a_bundle_joins_its_serials_in_order() {
    let other = Authority::new_root(name("Other"), u128::MAX, VALIDITY, key()).expect("a root");
    let bundle = format!("{}\n{}", root().pem(), other.pem());
    let joined = format!("b179408fc8b6c30b665443c46a309120_{}", cert_sn(other.pem()).expect("a serial"));
    assert_eq!(root_sn(&bundle, SignType::Rsa2), Ok(joined));
    for text in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
        assert_eq!(root_sn(text, SignType::Rsa2), Err(CertError::NotACertificate), "{text}");
        assert_eq!(cert_sn(text), Err(CertError::NotACertificate), "{text}");
    }
}

#[test]
fn an_issued_certificate_is_read_back() {
    let root = root();
    let holder = PublicKey::parse(REQUEST_KEY, SignType::Rsa2).expect("a key");
    let pem = root.issue(&name("2021000000000001"), 77, VALIDITY, &holder).expect("issued");
    let app = Certificate::parse(&pem).expect("our own");
    let authority = Certificate::parse(root.pem()).expect("our own");
    assert_eq!((&app.public_key, app.validity), (&holder, VALIDITY));
    assert_eq!(PublicKey::parse(&pem, SignType::Rsa2), Ok(holder));
    assert!(app.is_issued_by(&authority) && authority.is_issued_by(&authority));
    assert!(!authority.is_issued_by(&app) && !app.is_issued_by(&app));
    let impostor = root.issue(&name("Test App CA"), 8, VALIDITY, key().public_key()).expect("issued");
    let impostor = Certificate::parse(&impostor).expect("our own");
    assert!(!app.is_issued_by(&impostor), "its name and key fit, but it may not issue");
    let renamed = Authority::new_root(name("Other"), 9, VALIDITY, key()).expect("a root");
    let renamed = Certificate::parse(renamed.pem()).expect("our own");
    assert!(!app.is_issued_by(&renamed), "its key fits, but not its name");
    assert!(app.is_valid_at(VALIDITY.from_us) && app.is_valid_at(VALIDITY.until_us));
    assert!(!app.is_valid_at(VALIDITY.from_us - 1) && !app.is_valid_at(VALIDITY.until_us + 1));
    assert_eq!(app.sn, cert_sn(&pem).expect("a serial"));
    assert_ne!(app.sn, authority.sn, "the serial number counts");
}

#[test]
fn an_authority_opens_again_and_a_stranger_of_the_same_name_is_found_out() {
    let first = root();
    let again = Authority::open(first.pem(), key()).expect("the same key");
    let holder = PublicKey::parse(REQUEST_KEY, SignType::Rsa2).expect("a key");
    let issued = again.issue(&name("x"), 5, VALIDITY, &holder).expect("issued");
    let issued = Certificate::parse(&issued).expect("our own");
    assert!(issued.is_issued_by(&Certificate::parse(first.pem()).expect("our own")));

    let stranger_key = wire::keygen::rsa_2048().expect("a key");
    assert_eq!(
        Authority::open(first.pem(), PrivateKey::parse(&stranger_key.to_pkcs1_pem()).expect("a key")).err(),
        Some(CertError::NotThisAuthority)
    );
    let stranger = Authority::new_root(name("Test App CA"), 1, VALIDITY, stranger_key).expect("a root");
    assert!(!issued.is_issued_by(&Certificate::parse(stranger.pem()).expect("our own")));
    let leaf = root().issue(&name("y"), 6, VALIDITY, key().public_key()).expect("issued");
    assert_eq!(Authority::open(&leaf, key()).err(), Some(CertError::NotThisAuthority), "not an authority");
}

#[test]
fn names_serials_and_times_outside_the_limits_are_refused() {
    let make = |name: Name, serial, validity| Authority::new_root(name, serial, validity, key()).err();
    for bad in ["", "a,b", "a+b", "支付", " a", "a\"b", "a=b", "a\\b", "#a", &"x".repeat(65)] {
        assert_eq!(make(name(bad), 1, VALIDITY), Some(CertError::BadName), "{bad}");
    }
    assert_eq!(make(Name { country: "cn".to_owned(), ..name("a") }, 1, VALIDITY), Some(CertError::BadName));
    assert_eq!(make(name("a"), 0, VALIDITY), Some(CertError::BadSerial));
    for validity in [
        Validity { from_us: VALIDITY.until_us, until_us: VALIDITY.from_us },
        Validity { from_us: i64::MIN, ..VALIDITY },
        Validity { until_us: i64::MAX, ..VALIDITY },
    ] {
        assert_eq!(make(name("a"), 1, validity), Some(CertError::BadValidity));
    }
    let serial = wire::keygen::certificate_serial().expect("randomness");
    assert_eq!(128 - serial.leading_zeros(), 127);
}

#[test]
fn a_request_proves_its_key() {
    let key = request_key(REQUEST).expect("signed with its key");
    assert_eq!(key, PublicKey::parse(REQUEST_KEY, SignType::Rsa2).expect("a key"));
    // One bit of the subject's name changed.
    let forged = REQUEST.replace("AwwBeD", "AwwBeT");
    assert_ne!(forged, REQUEST);
    assert_eq!(request_key(&forged), Err(CertError::BadRequest));
    assert_eq!(request_key("x"), Err(CertError::BadRequest));
}
