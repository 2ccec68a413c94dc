//! Certificate mode: our own authority, the certificates it issues, and the serials that clients compute.
//!
//! Client libraries hash the issuer's name and the decimal serial, each with its own certificate reader; the limits
//! here (names of exactly CN, OU, O and C in plain ASCII, serials within 128 bits, RSA with SHA-256 or SM2 with SM3)
//! are those within which all of them come to the same number.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, IsCa, KeyUsagePurpose,
    SerialNumber,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::cert_sm2::{self, Content, SM2_WITH_SM3_NAME};
use crate::pem;
use crate::sign::{KeyError, PrivateKey, PublicKey, SignType};

/// `sha256WithRSAEncryption`, RFC 8017.
const RSA_WITH_SHA256: &str = "1.2.840.113549.1.1.11";

/// Why a certificate was refused or could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// Not a PEM certificate.
    #[error("the text is not a PEM certificate")]
    NotACertificate,
    /// A part of a name is empty, too long, or has characters that clients escape differently.
    #[error(
        "a name has letters, digits, spaces and . - _ ( ) only, at most 64; a country has two capital letters"
    )]
    BadName,
    /// The serial is zero.
    #[error("a serial is at least 1")]
    BadSerial,
    /// The end is not after the beginning, or a moment is outside years 1950 to 9999.
    #[error("the validity is empty or out of range")]
    BadValidity,
    /// The key and the certificate of an authority are no pair, or the certificate may not issue.
    #[error("the key does not belong to this authority certificate")]
    NotThisAuthority,
    /// An authority issues for keys of its own algorithm: SM2 or RSA.
    #[error("an authority issues for keys of its own algorithm")]
    OtherAlgorithm,
    /// The key inside was refused.
    #[error("the key of the certificate was refused")]
    Key(#[from] KeyError),
    /// The request for a certificate is not signed with its own key.
    #[error("the certificate request is not signed with its own key")]
    BadRequest,
}

/// A distinguished name of the one shape that every client reads alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// CN.
    pub common_name: String,
    /// OU.
    pub organizational_unit: String,
    /// O.
    pub organization: String,
    /// C, two capital letters.
    pub country: String,
}

/// From when until when a certificate is valid, both moments included, in microseconds UTC; whole seconds count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from_us: i64,
    /// Last moment.
    pub until_us: i64,
}

/// A certificate authority: the root that signs the platform's and the apps' certificates.
#[derive(Debug)]
pub struct Authority {
    name: Name,
    pem: String,
    key: PrivateKey,
}

impl Authority {
    /// A new root, signed by itself.
    pub fn new_root(
        name: Name,
        serial: u128,
        validity: Validity,
        key: PrivateKey,
    ) -> Result<Authority, CertError> {
        let mut params = params(&name, serial, validity)?;
        if key.public_key().is_sm2() {
            let (issuer, subject, is_authority) = (&name, &name, true);
            let content = Content { serial, issuer, subject, validity, key: key.public_key(), is_authority };
            return Ok(Authority {
                pem: pem::encode("CERTIFICATE", &cert_sm2::signed(&content, &key)),
                name,
                key,
            });
        }
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&Signer(&key)).map_err(|_| CertError::BadValidity)?;
        Ok(Authority { pem: pem::encode("CERTIFICATE", certificate.der()), name, key })
    }

    /// An authority made before, from its stored certificate and key.
    pub fn open(certificate_pem: &str, key: PrivateKey) -> Result<Authority, CertError> {
        let der = first_certificate(certificate_pem)?;
        let certificate = read(&der)?;
        let own_key = key_in(&certificate)?;
        if own_key != *key.public_key() || !certificate.is_ca() {
            return Err(CertError::NotThisAuthority);
        }
        let part = |oid: &str| part_of(certificate.subject(), oid).ok_or(CertError::BadName);
        let name = Name {
            common_name: part("2.5.4.3")?,
            organizational_unit: part("2.5.4.11")?,
            organization: part("2.5.4.10")?,
            country: part("2.5.4.6")?,
        };
        Ok(Authority { name, pem: pem::encode("CERTIFICATE", &der), key })
    }

    /// A certificate for the platform or for an app, as PEM. The holder signs with it and nothing else.
    pub fn issue(
        &self,
        subject: &Name,
        serial: u128,
        validity: Validity,
        public_key: &PublicKey,
    ) -> Result<String, CertError> {
        let mut params = params(subject, serial, validity)?;
        if public_key.is_sm2() != self.key.public_key().is_sm2() {
            return Err(CertError::OtherAlgorithm);
        }
        if public_key.is_sm2() {
            let (issuer, key, is_authority) = (&self.name, public_key, false);
            let content = Content { serial, issuer, subject, validity, key, is_authority };
            return Ok(pem::encode("CERTIFICATE", &cert_sm2::signed(&content, &self.key)));
        }
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let mut issuer = CertificateParams::default();
        issuer.distinguished_name = distinguished(&self.name)?;
        let issuer = rcgen::Issuer::new(issuer, Signer(&self.key));
        let certificate =
            params.signed_by(&Holder(public_key), &issuer).map_err(|_| CertError::BadValidity)?;
        Ok(pem::encode("CERTIFICATE", certificate.der()))
    }

    /// Its own certificate, PEM: with one root this is the whole root bundle.
    pub fn pem(&self) -> &str {
        &self.pem
    }
}

/// A certificate that was read: what an app hands in, and what must be known of it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The serial that clients send as `app_cert_sn` or read as `alipay_cert_sn`.
    pub sn: String,
    /// When it is valid.
    pub validity: Validity,
    /// Its public key: RSA of at least 2048 bits, or SM2.
    pub public_key: PublicKey,
    der: Vec<u8>,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub fn parse(certificate_pem: &str) -> Result<Certificate, CertError> {
        let der = first_certificate(certificate_pem)?;
        let certificate = read(&der)?;
        let moment_us = |seconds: i64| seconds.checked_mul(1_000_000).ok_or(CertError::BadValidity);
        let validity = Validity {
            from_us: moment_us(certificate.validity().not_before.timestamp())?,
            until_us: moment_us(certificate.validity().not_after.timestamp())?,
        };
        let public_key = key_in(&certificate)?;
        Ok(Certificate { sn: sn_of(&certificate)?, validity, public_key, der })
    }

    /// Whether it is valid at this moment, microseconds UTC.
    pub fn is_valid_at(&self, at_us: i64) -> bool {
        (self.validity.from_us..=self.validity.until_us).contains(&at_us)
    }

    /// Whether this authority signed it, under its name, with SHA-256 or SM3.
    pub fn is_issued_by(&self, authority: &Certificate) -> bool {
        let (Ok(own), Ok(issuer)) = (read(&self.der), read(&authority.der)) else { return false };
        let sign_type = match own.signature_algorithm.algorithm.to_id_string().as_str() {
            RSA_WITH_SHA256 => SignType::Rsa2,
            SM2_WITH_SM3_NAME => SignType::Sm2,
            _ => return false,
        };
        issuer.is_ca()
            && own.issuer().as_raw() == issuer.subject().as_raw()
            && authority.public_key.verify_bytes(
                sign_type,
                own.tbs_certificate.as_ref(),
                own.signature_value.as_ref(),
            )
    }

    /// What its serial is computed from: the parts of the issuer's name, and its number in decimal and in bytes.
    pub(crate) fn sn_parts(&self) -> Option<(Vec<String>, String, Vec<u8>)> {
        let certificate = read(&self.der).ok()?;
        let parts = issuer_parts(certificate.issuer()).ok()?;
        let number = certificate.tbs_certificate.serial.to_string();
        Some((parts, number, certificate.raw_serial().to_vec()))
    }

    /// The certificate as base64 of its PEM text: `alipay_cert_content` of the download method.
    pub fn to_download_content(&self) -> String {
        STANDARD.encode(pem::encode("CERTIFICATE", &self.der))
    }
}

/// The serial of the first certificate of a PEM text: MD5, in lower-case hex, of the issuer's name and the decimal
/// serial number.
pub fn cert_sn(certificate_pem: &str) -> Result<String, CertError> {
    sn_of(&read(&first_certificate(certificate_pem)?)?)
}

/// The serial of a root bundle for an app that signs so: those of its certificates of that algorithm in order, joined
/// with `_`. A bundle may hold both kinds; clients look at those that are signed with RSA, or for SM2 with SM2.
pub fn root_sn(bundle_pem: &str, sign_type: SignType) -> Result<String, CertError> {
    let counted = match sign_type {
        SignType::Rsa | SignType::Rsa2 => "1.2.840.113549.1.1.",
        SignType::Sm2 => SM2_WITH_SM3_NAME,
    };
    let blocks = pem::blocks(bundle_pem).ok_or(CertError::NotACertificate)?;
    let mut serials = Vec::new();
    for block in blocks.iter().filter(|block| block.label == "CERTIFICATE") {
        let certificate = read(&block.bytes)?;
        if certificate.signature_algorithm.algorithm.to_id_string().starts_with(counted) {
            serials.push(sn_of(&certificate)?);
        }
    }
    if serials.is_empty() { Err(CertError::NotACertificate) } else { Ok(serials.join("_")) }
}

/// The key of a PKCS#10 request in PEM, after checking that the request is signed with it. The subject is not read:
/// the platform names its own apps.
pub fn request_key(request_pem: &str) -> Result<PublicKey, CertError> {
    let blocks = pem::blocks(request_pem).ok_or(CertError::BadRequest)?;
    let block = blocks.first().ok_or(CertError::BadRequest)?;
    let (rest, request) =
        x509_parser::certification_request::X509CertificationRequest::from_der(&block.bytes)
            .map_err(|_| CertError::BadRequest)?;
    let spki = request.certification_request_info.subject_pki.raw;
    let sign_type = SignType::of_key(spki);
    let key = PublicKey::from_der(spki, sign_type)?;
    let signed = request.certification_request_info.raw;
    let right = key.verify_bytes(sign_type, signed, request.signature_value.as_ref());
    if rest.is_empty() && right { Ok(key) } else { Err(CertError::BadRequest) }
}

fn first_certificate(text: &str) -> Result<Vec<u8>, CertError> {
    let blocks = pem::blocks(text).ok_or(CertError::NotACertificate)?;
    let block = blocks.iter().find(|block| block.label == "CERTIFICATE").ok_or(CertError::NotACertificate)?;
    Ok(block.bytes.to_vec())
}

fn read(der: &[u8]) -> Result<X509Certificate<'_>, CertError> {
    match x509_parser::parse_x509_certificate(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertError::NotACertificate),
    }
}

/// The key in a certificate, of either algorithm.
fn key_in(certificate: &X509Certificate<'_>) -> Result<PublicKey, KeyError> {
    let spki = certificate.public_key().raw;
    PublicKey::from_der(spki, SignType::of_key(spki))
}

fn sn_of(certificate: &X509Certificate<'_>) -> Result<String, CertError> {
    let serial = certificate.tbs_certificate.serial.to_string();
    let text = issuer_parts(certificate.issuer())?.join(",") + &serial;
    Ok(hex::encode(Md5::digest(text)))
}

/// The parts of the name in RFC 2253 order, the reverse of the encoded one.
fn issuer_parts(name: &X509Name<'_>) -> Result<Vec<String>, CertError> {
    let mut parts = Vec::new();
    for attribute in name.iter_attributes() {
        let label = match attribute.attr_type().to_id_string().as_str() {
            "2.5.4.3" => "CN",
            "2.5.4.11" => "OU",
            "2.5.4.10" => "O",
            "2.5.4.6" => "C",
            "2.5.4.7" => "L",
            "2.5.4.8" => "ST",
            _ => return Err(CertError::BadName),
        };
        parts.push(format!("{label}={}", attribute.as_str().map_err(|_| CertError::BadName)?));
    }
    parts.reverse();
    Ok(parts)
}

fn part_of(name: &X509Name<'_>, oid: &str) -> Option<String> {
    let found = name.iter_attributes().find(|attribute| attribute.attr_type().to_id_string() == oid)?;
    found.as_str().ok().map(str::to_owned)
}

fn params(subject: &Name, serial: u128, validity: Validity) -> Result<CertificateParams, CertError> {
    if serial == 0 {
        return Err(CertError::BadSerial);
    }
    let bytes = serial.to_be_bytes();
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from_slice(&bytes[serial.leading_zeros() as usize / 8..]));
    params.distinguished_name = distinguished(subject)?;
    if validity.until_us <= validity.from_us {
        return Err(CertError::BadValidity);
    }
    // The years 1950 and 9999 bound what a certificate can write (RFC 5280, 4.1.2.5).
    let (earliest_s, latest_s) = (-631_152_000, 253_402_300_799);
    let moment = |at_us: i64| {
        let seconds = at_us.div_euclid(1_000_000);
        if !(earliest_s..=latest_s).contains(&seconds) {
            return Err(CertError::BadValidity);
        }
        let distance = std::time::Duration::from_secs(seconds.unsigned_abs());
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        Ok(if seconds < 0 { epoch - distance } else { epoch + distance })
    };
    params.not_before = moment(validity.from_us)?;
    params.not_after = moment(validity.until_us)?;
    Ok(params)
}

/// In the encoded order C, O, OU, CN, which every client reads in reverse.
fn distinguished(name: &Name) -> Result<DistinguishedName, CertError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || " .-_()".contains(character);
    let plain =
        |text: &str| !text.is_empty() && text.len() <= 64 && text.trim() == text && text.chars().all(allowed);
    let country_fits = name.country.len() == 2 && name.country.bytes().all(|byte| byte.is_ascii_uppercase());
    if !(country_fits
        && [&name.common_name, &name.organizational_unit, &name.organization].iter().all(|text| plain(text)))
    {
        return Err(CertError::BadName);
    }
    let country = name.country.as_str().try_into().map_err(|_| CertError::BadName)?;
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CountryName, DnValue::PrintableString(country));
    distinguished.push(DnType::OrganizationName, name.organization.as_str());
    distinguished.push(DnType::OrganizationalUnitName, name.organizational_unit.as_str());
    distinguished.push(DnType::CommonName, name.common_name.as_str());
    Ok(distinguished)
}

/// Lends our keys to the certificate writer, so that no second copy of a private key exists.
struct Signer<'a>(&'a PrivateKey);

struct Holder<'a>(&'a PublicKey);

impl rcgen::PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().inner_der()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign_bytes(SignType::Rsa2, message))
    }
}

impl rcgen::PublicKeyData for Holder<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.inner_der()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}
