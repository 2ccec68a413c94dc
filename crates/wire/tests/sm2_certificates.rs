//! SM2 certificates, checked both ways against OpenSSL, which must be installed.
#![allow(clippy::unwrap_used, reason = "tests stop where something is missing")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "OpenSSL is another program, and reads files"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wire::cert::{Authority, CertError, Certificate, Name, Validity, cert_sn, request_key, root_sn};
use wire::keygen;
use wire::sign::{PrivateKey, PublicKey, SignType};

/// 2026-01-01 to 2036-01-01 UTC.
const VALIDITY: Validity = Validity { from_us: 1_767_225_600_000_000, until_us: 2_082_758_400_000_000 };
const USER_ID: &str = "distid:1234567812345678";

/// A folder to run OpenSSL in, gone afterwards.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("tongbao-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Desk(folder)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Whether it ended well, and what it said.
    fn openssl(&self, arguments: &str) -> (bool, String) {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(Path::new(&self.0));
        let done = command.output().expect("this test needs OpenSSL 3: install the package openssl");
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    fn well(&self, arguments: &str) -> String {
        let (well, said) = self.openssl(arguments);
        assert!(well, "openssl {arguments}: {said}");
        said
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn name(common_name: &str) -> Name {
    Name {
        common_name: common_name.to_owned(),
        organizational_unit: "Pay".to_owned(),
        organization: "Example".to_owned(),
        country: "CN".to_owned(),
    }
}

fn root(common_name: &str, key: PrivateKey) -> Authority {
    Authority::new_root(name(common_name), 1_234_567_890, VALIDITY, key).unwrap()
}

fn sm2_root() -> Authority {
    root("Test SM2 CA", keygen::sm2().unwrap())
}

#[test]
fn openssl_reads_and_believes_our_certificates() {
    let desk = Desk::new("sm2-ours");
    let (authority, holder) = (sm2_root(), keygen::sm2().unwrap());
    let (serial, subject) = (u128::MAX, name("2021000000000001"));
    let pem = authority.issue(&subject, serial, VALIDITY, holder.public_key()).unwrap();
    desk.put("root", authority.pem());
    desk.put("leaf", &pem);
    desk.well(&format!("verify -x509_strict -vfyopt {USER_ID} -CAfile root leaf"));
    desk.put("stranger", sm2_root().pem());
    assert!(!desk.openssl(&format!("verify -vfyopt {USER_ID} -CAfile stranger leaf")).0, "another key");
    let said = desk.well("x509 -in leaf -noout -text -nameopt RFC2253");
    for part in [
        "Version: 3",
        "Signature Algorithm: SM2-with-SM3",
        "Issuer: CN=Test SM2 CA,OU=Pay,O=Example,C=CN",
        "Subject: CN=2021000000000001,OU=Pay,O=Example,C=CN",
        "Not Before: Jan  1 00:00:00 2026 GMT",
        "Not After : Jan  1 00:00:00 2036 GMT",
        "ASN1 OID: SM2",
        "ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff",
        "CA:FALSE",
        "Digital Signature",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = desk.well("x509 -in root -noout -text");
    assert!(said.contains("CA:TRUE") && said.contains("Certificate Sign, CRL Sign"), "{said}");
    // Its own signature, which `verify` does not look at.
    let (signed, signature) = parts(authority.pem());
    fs::write(desk.0.join("tbs"), signed).unwrap();
    fs::write(desk.0.join("sig"), signature).unwrap();
    let verify = format!("pkeyutl -verify -rawin -digest sm3 -pkeyopt {USER_ID} -sigfile sig");
    desk.well(&format!("{verify} -in tbs -certin -inkey root"));
    // The key in it verifies what its holder signs.
    desk.put("text", "a=1&b=2");
    fs::write(desk.0.join("sig"), holder.sign_bytes(SignType::Sm2, b"a=1&b=2")).unwrap();
    desk.well(&format!("{verify} -in text -certin -inkey leaf"));
}

fn der_of(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}

/// What is signed in a certificate, and its signature.
fn parts(pem: &str) -> (Vec<u8>, Vec<u8>) {
    let der = der_of(pem);
    // Both lengths have two bytes; the algorithm between them has twelve bytes in all.
    let length = usize::from(u16::from_be_bytes([der[6], der[7]]));
    let (signed, rest) = der[4..].split_at(4 + length);
    (signed.to_vec(), rest[12 + 3..].to_vec())
}

#[test]
fn we_read_and_believe_openssls_certificates_and_requests() {
    let desk = Desk::new("sm2-theirs");
    let sign = format!("-sm3 -sigopt {USER_ID}");
    for file in ["root.key", "leaf.key"] {
        desk.well(&format!("ecparam -name SM2 -genkey -noout -out {file}"));
    }
    desk.well(&format!("req -x509 -key root.key {sign} -out root -days 3650 -subj /C=CN/O=E/OU=P/CN=Root"));
    desk.well(&format!("req -new -key leaf.key {sign} -out request -subj /C=CN/O=E/OU=P/CN=Leaf"));
    let signed = "x509 -req -in request -CA root -CAkey root.key -set_serial 77 -days 30 -out leaf";
    desk.well(&format!("{signed} {sign} -vfyopt {USER_ID}"));
    let holder = PrivateKey::parse(&desk.text("leaf.key")).unwrap();
    let (root, leaf) = (desk.text("root"), desk.text("leaf"));
    let (authority, app) = (Certificate::parse(&root).unwrap(), Certificate::parse(&leaf).unwrap());
    assert_eq!(&app.public_key, holder.public_key());
    assert_eq!(PublicKey::parse(&leaf, SignType::Sm2).as_ref(), Ok(holder.public_key()));
    assert_eq!(PublicKey::parse(&leaf, SignType::Rsa2).err(), Some(wire::sign::KeyError::NotRsa));
    assert!(app.is_issued_by(&authority) && authority.is_issued_by(&authority));
    assert!(!authority.is_issued_by(&app));
    let stranger = Certificate::parse(sm2_root().pem()).unwrap();
    assert!(!app.is_issued_by(&stranger));
    assert_eq!(request_key(&desk.text("request")).as_ref(), Ok(holder.public_key()));
    // One bit of the subject's name.
    let mut forged = der_of(&desk.text("request"));
    let at = forged.windows(4).position(|four| four == b"Leaf").unwrap();
    forged[at] ^= 1;
    use base64::Engine as _;
    let forged = base64::engine::general_purpose::STANDARD.encode(forged);
    let forged =
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{forged}\n-----END CERTIFICATE REQUEST-----\n");
    assert_eq!(request_key(&forged), Err(CertError::BadRequest));
}

#[test]
fn serials_are_computed_as_for_rsa() {
    let desk = Desk::new("sm2-serials");
    let authority = root("Test App CA", keygen::sm2().unwrap());
    // The check value of an RSA root of this name and number: the algorithm is not part of it.
    assert_eq!(cert_sn(authority.pem()).as_deref(), Ok("b179408fc8b6c30b665443c46a309120"));
    let pem = authority.issue(&name("x"), 77, VALIDITY, keygen::sm2().unwrap().public_key()).unwrap();
    desk.put("leaf", &pem);
    let issuer = desk.well("x509 -in leaf -noout -issuer -nameopt RFC2253");
    desk.put("hashed", &(issuer.trim().strip_prefix("issuer=").unwrap().to_owned() + "77"));
    let digest = desk.well("md5 -r hashed");
    assert_eq!(Some(cert_sn(&pem).unwrap().as_str()), digest.split_whitespace().next());
}

#[test]
fn of_a_bundle_of_both_kinds_each_app_counts_its_own() {
    let (sm2, rsa) = (sm2_root(), root("Test RSA CA", keygen::rsa_2048().unwrap()));
    let bundle = format!("{}\n{}", rsa.pem(), sm2.pem());
    for sign_type in [SignType::Rsa, SignType::Rsa2] {
        assert_eq!(root_sn(&bundle, sign_type), cert_sn(rsa.pem()));
        assert_eq!(root_sn(sm2.pem(), sign_type), Err(CertError::NotACertificate));
    }
    assert_eq!(root_sn(&bundle, SignType::Sm2), cert_sn(sm2.pem()));
    assert_eq!(root_sn(rsa.pem(), SignType::Sm2), Err(CertError::NotACertificate));
    let twice = format!("{}\n{bundle}", sm2.pem());
    let own = cert_sn(sm2.pem()).unwrap();
    assert_eq!(root_sn(&twice, SignType::Sm2), Ok(format!("{own}_{own}")));
}

#[test]
fn an_authority_opens_again_and_keeps_to_its_algorithm() {
    let (sm2_key, rsa_key) = (keygen::sm2().unwrap(), keygen::rsa_2048().unwrap());
    let again = || PrivateKey::parse(&sm2_key.to_pkcs8_pem()).unwrap();
    let first = root("Test SM2 CA", again());
    let opened = Authority::open(first.pem(), again()).unwrap();
    let issued = opened.issue(&name("x"), 5, VALIDITY, sm2_key.public_key()).unwrap();
    assert!(Certificate::parse(&issued).unwrap().is_issued_by(&Certificate::parse(first.pem()).unwrap()));
    let other = Authority::open(first.pem(), keygen::sm2().unwrap());
    assert_eq!(other.err(), Some(CertError::NotThisAuthority));
    assert_eq!(
        Authority::open(&issued, again()).err(),
        Some(CertError::NotThisAuthority),
        "it may not issue"
    );
    let mixed = opened.issue(&name("x"), 5, VALIDITY, rsa_key.public_key());
    assert_eq!(mixed.err(), Some(CertError::OtherAlgorithm));
    let rsa = root("Test RSA CA", rsa_key).issue(&name("x"), 5, VALIDITY, sm2_key.public_key());
    assert_eq!(rsa.err(), Some(CertError::OtherAlgorithm));
    let bad = Authority::new_root(name("a,b"), 1, VALIDITY, again());
    assert_eq!(bad.err(), Some(CertError::BadName));
    assert_eq!(Authority::new_root(name("a"), 0, VALIDITY, again()).err(), Some(CertError::BadSerial));
    let empty = Validity { from_us: VALIDITY.until_us, until_us: VALIDITY.from_us };
    assert_eq!(Authority::new_root(name("a"), 1, empty, again()).err(), Some(CertError::BadValidity));
}

#[test]
fn times_around_2050_are_written_as_their_century_wants() {
    let desk = Desk::new("sm2-times");
    // 2049-12-31 23:59:59 and one second later; year 9999.
    let (before, after, last) = (2_524_607_999_000_000, 2_524_608_000_000_000, 253_402_300_799_000_000);
    for (validity, said) in [
        (Validity { from_us: before, until_us: after }, ["Dec 31 23:59:59 2049", "Jan  1 00:00:00 2050"]),
        (
            Validity { from_us: -631_152_000_000_000, until_us: last },
            ["Jan  1 00:00:00 1950", "Dec 31 23:59:59 9999"],
        ),
    ] {
        let made = Authority::new_root(name("a"), 1, validity, keygen::sm2().unwrap());
        let pem = made.unwrap().pem().to_owned();
        desk.put("root", &pem);
        let dates = desk.well("x509 -in root -noout -dates");
        assert!(said.iter().all(|date| dates.contains(date)), "{dates}");
        assert_eq!(Certificate::parse(&pem).unwrap().validity, validity);
    }
}
