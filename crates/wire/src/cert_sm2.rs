//! Certificates signed with SM2 (GM/T 0015, RFC 5280), which the library that writes those of RSA cannot sign. The
//! shape is the same: version 3, names of C, O, OU and CN, and the four extensions that verifiers look at.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::cert::{Name, Validity};
use crate::der;
use crate::sign::{PrivateKey, PublicKey, SignType};

/// `SM2-with-SM3`, 1.2.156.10197.1.501 (GM/T 0006), as an AlgorithmIdentifier without parameters.
const SM2_WITH_SM3: [u8; 12] = [0x30, 10, 6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x83, 0x75];
/// The same as text.
pub(crate) const SM2_WITH_SM3_NAME: &str = "1.2.156.10197.1.501";

const SET: u8 = 0x31;
const PRINTABLE_STRING: u8 = 0x13;
const UTF8_STRING: u8 = 0x0C;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Version 3, in its tag.
const VERSION_3: [u8; 5] = [0xA0, 3, 2, 1, 2];
/// Tag of the extensions.
const EXTENSIONS: u8 = 0xA3;
/// Tag of the key id within the id of an authority's key.
const KEY_ID: u8 = 0x80;
const TRUE: [u8; 3] = [1, 1, 0xFF];

/// Where moments are counted from.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Bytes of a key id: the beginning of the SHA-256 of the key (RFC 7093, 2).
const KEY_ID_BYTES: usize = 20;
/// `keyCertSign` and `cRLSign`, and `digitalSignature`: bit strings with their count of unused bits.
const USAGE_OF_AUTHORITY: [u8; 2] = [1, 0x06];
const USAGE_OF_HOLDER: [u8; 2] = [7, 0x80];

/// What stands in a certificate; name and validity were checked.
pub(crate) struct Content<'a> {
    pub(crate) serial: u128,
    pub(crate) issuer: &'a Name,
    pub(crate) subject: &'a Name,
    pub(crate) validity: Validity,
    pub(crate) key: &'a PublicKey,
    pub(crate) is_authority: bool,
}

/// The DER of the certificate, signed with this SM2 key.
pub(crate) fn signed(content: &Content<'_>, signer: &PrivateKey) -> Vec<u8> {
    let validity = [time(content.validity.from_us), time(content.validity.until_us)].concat();
    let signed = der::wrap(
        der::SEQUENCE,
        &[
            &VERSION_3,
            &der::positive(&content.serial.to_be_bytes()),
            &SM2_WITH_SM3,
            &name(content.issuer),
            &der::wrap(der::SEQUENCE, &[&validity]),
            &name(content.subject),
            &content.key.to_spki(),
            &der::wrap(EXTENSIONS, &[&der::wrap(der::SEQUENCE, &[&extensions(content, signer)])]),
        ],
    );
    let signature = der::wrap(der::BIT_STRING, &[&[0], &signer.sign_bytes(SignType::Sm2, &signed)]);
    der::wrap(der::SEQUENCE, &[&signed, &SM2_WITH_SM3, &signature])
}

/// In the encoded order C, O, OU, CN, which every client reads in reverse.
fn name(name: &Name) -> Vec<u8> {
    let part = |last: u8, kind: u8, text: &str| {
        let pair = der::wrap(der::SEQUENCE, &[&[6, 3, 0x55, 4, last], &der::wrap(kind, &[text.as_bytes()])]);
        der::wrap(SET, &[&pair])
    };
    let parts = [
        part(6, PRINTABLE_STRING, &name.country),
        part(10, UTF8_STRING, &name.organization),
        part(11, UTF8_STRING, &name.organizational_unit),
        part(3, UTF8_STRING, &name.common_name),
    ];
    der::wrap(der::SEQUENCE, &[&parts.concat()])
}

/// A moment in whole seconds UTC: with two digits of the year up to 2049, with four after it (RFC 5280, 4.1.2.5).
fn time(at_us: i64) -> Vec<u8> {
    let span = SignedDuration::from_secs(at_us.div_euclid(1_000_000));
    let at = EPOCH.checked_add(span).expect("years 1950 to 9999 were checked");
    let (year, short) = (at.year(), (1950..2050).contains(&at.year()));
    let (kind, year) =
        if short { (UTC_TIME, format!("{:02}", year % 100)) } else { (GENERALIZED_TIME, year.to_string()) };
    let (month, day, hour, minute, second) = (at.month(), at.day(), at.hour(), at.minute(), at.second());
    der::wrap(kind, &[format!("{year}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z").as_bytes()])
}

fn extensions(content: &Content<'_>, signer: &PrivateKey) -> Vec<u8> {
    let (usage, authority): (_, &[u8]) =
        if content.is_authority { (USAGE_OF_AUTHORITY, &TRUE) } else { (USAGE_OF_HOLDER, &[]) };
    let of_issuer = der::wrap(KEY_ID, &[&key_id(signer.public_key())]);
    [
        extension(19, true, &der::wrap(der::SEQUENCE, &[authority])),
        extension(15, true, &der::wrap(der::BIT_STRING, &[&usage])),
        extension(14, false, &der::wrap(der::OCTET_STRING, &[&key_id(content.key)])),
        extension(35, false, &der::wrap(der::SEQUENCE, &[&of_issuer])),
    ]
    .concat()
}

/// An extension of `id-ce`, 2.5.29.
fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &TRUE } else { &[] };
    der::wrap(der::SEQUENCE, &[&[6, 3, 0x55, 0x1D, last], critical, &der::wrap(der::OCTET_STRING, &[value])])
}

fn key_id(key: &PublicKey) -> Vec<u8> {
    digest(&SHA256, key.inner_der()).as_ref()[..KEY_ID_BYTES].to_vec()
}
