//! Why `app_cert_sn` or `alipay_root_cert_sn` is not the one expected.

use super::Mistake;
use crate::cert::Certificate;
use crate::params::Params;
use crate::sign::{PublicKey, SignType};
use md5::{Digest, Md5};

/// The certificates of a call in certificate mode.
#[derive(Debug, Clone, Copy)]
pub struct Serials<'a> {
    /// The app's certificate.
    pub app: &'a Certificate,
    /// The serial of the platform's certificate.
    pub platform_sn: &'a str,
    /// The serial of the root bundle.
    pub root_sn: &'a str,
    /// That of the roots of the other algorithm, SM2 or RSA; empty when it is not known.
    pub other_root_sn: &'a str,
}

/// What is wrong with a serial, and which one was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialDiagnosis {
    /// The mistake.
    pub mistake: Mistake,
    /// The right serial.
    pub expected: String,
    /// The text whose MD5 it is: issuer's name and decimal number; absent for a root bundle.
    pub hashed: Option<String>,
}

/// The key that an app is registered with, and its certificate if it has one: the one in the certificate (PEM), else
/// this one (DER). A short key is read too, so that it can be named as the mistake. `None` when it cannot be read.
pub fn registered_key(
    certificate: Option<&str>,
    public_key: &[u8],
) -> Option<(PublicKey, Option<Certificate>)> {
    match certificate {
        Some(pem) => {
            let certificate = Certificate::parse(pem).ok()?;
            Some((certificate.public_key.clone(), Some(certificate)))
        }
        None => {
            let smallest = match SignType::of_key(public_key) {
                SignType::Sm2 => SignType::Sm2,
                SignType::Rsa | SignType::Rsa2 => SignType::Rsa,
            };
            Some((PublicKey::from_der(public_key, smallest).ok()?, None))
        }
    }
}

impl Serials<'_> {
    /// What is wrong with the serials that a request names, the app's before the root's; nothing when both are right.
    pub fn diagnose(&self, params: &Params) -> Option<SerialDiagnosis> {
        let given = |name: &str| params.get(name).unwrap_or_default();
        let root = || self.diagnose_root(given("alipay_root_cert_sn"));
        self.diagnose_app(given("app_cert_sn")).or_else(root)
    }

    /// What is wrong with this `app_cert_sn`; nothing when it is right.
    pub fn diagnose_app(&self, given: &[u8]) -> Option<SerialDiagnosis> {
        if given == self.app.sn.as_bytes() {
            return None;
        }
        let is = |sn: &str| !sn.is_empty() && given == sn.as_bytes();
        let parts = self.app.sn_parts();
        let mistake = if is(self.platform_sn) {
            Mistake::AppSnOfPlatform
        } else if is(self.root_sn) {
            Mistake::AppSnOfRoot
        } else if given.eq_ignore_ascii_case(self.app.sn.as_bytes()) {
            Mistake::SnUpperCase
        } else {
            parts
                .as_ref()
                .map_or(Mistake::SnUnknown, |(issuer, number, raw)| computed(given, issuer, number, raw))
        };
        let hashed = parts.map(|(issuer, number, _)| issuer.join(",") + &number);
        Some(SerialDiagnosis { mistake, expected: self.app.sn.clone(), hashed })
    }

    /// What is wrong with this `alipay_root_cert_sn`; nothing when it is right.
    pub fn diagnose_root(&self, given: &[u8]) -> Option<SerialDiagnosis> {
        if given == self.root_sn.as_bytes() {
            return None;
        }
        let mistake = if given == self.app.sn.as_bytes() || given == self.platform_sn.as_bytes() {
            Mistake::RootSnOfOther
        } else if !self.other_root_sn.is_empty() && given == self.other_root_sn.as_bytes() {
            Mistake::RootSnOfOtherAlgorithm
        } else if given.eq_ignore_ascii_case(self.root_sn.as_bytes()) {
            Mistake::SnUpperCase
        } else {
            Mistake::SnUnknown
        };
        Some(SerialDiagnosis { mistake, expected: self.root_sn.to_owned(), hashed: None })
    }
}

/// Which wrong computation gives this serial.
fn computed(given: &[u8], issuer: &[String], number: &str, raw: &[u8]) -> Mistake {
    let md5 = |text: String| hex::encode(Md5::digest(text));
    let is = |text: &str| given.eq_ignore_ascii_case(text.as_bytes());
    let hex_number = hex::encode(raw);
    let hex_plain = hex_number.trim_start_matches('0');
    if is(number) || is(&hex_number) || is(hex_plain) {
        return Mistake::SnNotHashed;
    }
    let reversed: Vec<&str> = issuer.iter().rev().map(String::as_str).collect();
    if [",", ", "].iter().any(|gap| is(&md5(reversed.join(gap) + number)))
        || is(&md5(issuer.join(", ") + number))
    {
        return Mistake::SnIssuerOrder;
    }
    let name = issuer.join(",");
    let hex_forms =
        [hex_plain.to_owned(), hex_number.clone(), hex_plain.to_uppercase(), hex_number.to_uppercase()];
    if hex_forms.iter().any(|hex| is(&md5(name.clone() + hex))) {
        return Mistake::SnHexNumber;
    }
    if is(&md5(number.to_owned())) { Mistake::SnWithoutIssuer } else { Mistake::SnUnknown }
}
