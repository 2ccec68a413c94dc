//! RSA and SM2 signatures of the wire, and the keys in every form in which merchants paste them.
//!
//! The sign type comes from the app's record, never from the message. Keys are checked once, when parsed: size,
//! exponent, kind. Verification is the library's alone; no padding is looked at here.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    KeyPair, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::canonical;
use crate::der::{self, Reader};
pub use crate::key_error::KeyError;
use crate::params::Params;
use crate::pem;
pub use crate::sign_type::SignType;
use crate::sm2::{self, Sm2Private, Sm2Public};

/// Largest modulus read, in bits: checking a signature costs time that grows with it.
pub const MODULUS_BITS_MAX: usize = 8192;

/// A public key, parsed and ready. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey {
    parsed: Arc<Parsed>,
}

enum Parsed {
    Rsa { pkcs1: Vec<u8>, bits: usize, sha1: ParsedPublicKey, sha256: ParsedPublicKey },
    Sm2(Sm2Public),
}

impl PublicKey {
    /// Reads what a merchant pastes: bare base64 or PEM of SPKI or PKCS#1, or a PEM certificate; refuses a key of
    /// another algorithm than `sign_type`'s, or one too small for it.
    pub fn parse(text: &str, sign_type: SignType) -> Result<PublicKey, KeyError> {
        if !pem::is_pem(text) {
            return PublicKey::from_der(&pem::bare(text).ok_or(KeyError::NotBase64)?, sign_type);
        }
        let blocks = pem::blocks(text).ok_or(KeyError::NotBase64)?;
        let block = blocks.first().ok_or(KeyError::NotBase64)?;
        match block.label.as_str() {
            "CERTIFICATE" => {
                let (_, certificate) = x509_parser::parse_x509_certificate(&block.bytes)
                    .map_err(|_| KeyError::BadCertificate)?;
                PublicKey::from_der(certificate.public_key().raw, sign_type)
            }
            label if label.ends_with("PRIVATE KEY") => Err(KeyError::PrivateKeyGiven),
            _ => PublicKey::from_der(&block.bytes, sign_type),
        }
    }

    /// Reads the DER of SPKI or, of an RSA key, PKCS#1.
    pub fn from_der(bytes: &[u8], sign_type: SignType) -> Result<PublicKey, KeyError> {
        if sign_type == SignType::Sm2 {
            return Ok(PublicKey { parsed: Arc::new(Parsed::Sm2(Sm2Public::from_der(bytes)?)) });
        }
        let pkcs1 = public_pkcs1_of(bytes)?;
        let mut numbers = Reader::of_sequence(pkcs1).ok_or(KeyError::NotAKey)?;
        let modulus = numbers.read_positive().ok_or(KeyError::NotAKey)?;
        let exponent = numbers.read_positive().ok_or(KeyError::NotAKey)?;
        if !numbers.is_empty() {
            return Err(KeyError::NotAKey);
        }
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let needed = sign_type.modulus_bits_min();
        if bits < needed {
            return Err(KeyError::TooShort { bits, needed });
        }
        if bits > MODULUS_BITS_MAX {
            return Err(KeyError::TooLong { bits });
        }
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        if !odd(exponent) || exponent == [1] || exponent.len() > 4 {
            return Err(KeyError::BadExponent);
        }
        if !odd(modulus) {
            return Err(KeyError::Inconsistent);
        }
        let parsed = Parsed::Rsa {
            bits,
            sha1: ParsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, pkcs1)
                .map_err(|_| KeyError::Inconsistent)?,
            sha256: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1)
                .map_err(|_| KeyError::Inconsistent)?,
            pkcs1: pkcs1.to_vec(),
        };
        Ok(PublicKey { parsed: Arc::new(parsed) })
    }

    /// Whether `signature`, in base64, is that of `message`. Spaces count as `+`: some clients do not escape it.
    pub fn verify(&self, sign_type: SignType, message: &[u8], signature: &str) -> bool {
        let signature = if signature.contains(' ') {
            Cow::Owned(signature.replace(' ', "+"))
        } else {
            Cow::Borrowed(signature)
        };
        match STANDARD.decode(signature.as_bytes()) {
            Ok(bytes) => self.verify_bytes(sign_type, message, &bytes),
            Err(_) => false,
        }
    }

    /// Whether these bytes are the signature of `message`.
    pub fn verify_bytes(&self, sign_type: SignType, message: &[u8], signature: &[u8]) -> bool {
        match (&*self.parsed, sign_type) {
            (Parsed::Rsa { sha1, .. }, SignType::Rsa) => sha1.verify_sig(message, signature).is_ok(),
            (Parsed::Rsa { sha256, .. }, SignType::Rsa2) => sha256.verify_sig(message, signature).is_ok(),
            (Parsed::Sm2(key), SignType::Sm2) => key.verify(message, signature),
            (Parsed::Rsa { .. }, SignType::Sm2) | (Parsed::Sm2(_), SignType::Rsa | SignType::Rsa2) => false,
        }
    }

    /// Whether these bytes are an SM2 signature of `message` made with an empty user id. Never so for an RSA key.
    pub(crate) fn is_sm2_of_nobody(&self, message: &[u8], signature: &[u8]) -> bool {
        match &*self.parsed {
            Parsed::Rsa { .. } => false,
            Parsed::Sm2(key) => key.verify_of_nobody(message, signature),
        }
    }

    /// Bits of the modulus, or of the curve.
    pub fn bits(&self) -> usize {
        match &*self.parsed {
            Parsed::Rsa { bits, .. } => *bits,
            Parsed::Sm2(_) => SignType::Sm2.modulus_bits_min(),
        }
    }

    /// Whether it is a key of SM2.
    pub fn is_sm2(&self) -> bool {
        matches!(&*self.parsed, Parsed::Sm2(_))
    }

    /// What its owner signs with: SM2, or RSA with SHA-256.
    pub fn usual_sign_type(&self) -> SignType {
        if self.is_sm2() { SignType::Sm2 } else { SignType::Rsa2 }
    }

    /// What stands in the SPKI form: DER of the PKCS#1 `RSAPublicKey`, or the point of an SM2 key.
    pub fn inner_der(&self) -> &[u8] {
        match &*self.parsed {
            Parsed::Rsa { pkcs1, .. } => pkcs1,
            Parsed::Sm2(key) => key.point(),
        }
    }

    /// DER of the SPKI form: how a key stands in an app's row.
    pub fn to_spki(&self) -> Vec<u8> {
        match &*self.parsed {
            Parsed::Rsa { pkcs1, .. } => der::spki_of(pkcs1),
            Parsed::Sm2(key) => key.to_spki(),
        }
    }

    /// PEM of the SPKI form, label `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.to_spki())
    }

    /// Bare base64 of the SPKI form in one line: what client configurations call the public key.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.to_spki())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.is_sm2() == other.is_sm2() && self.inner_der() == other.inner_der()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The PKCS#1 part of either public form.
fn public_pkcs1_of(bytes: &[u8]) -> Result<&[u8], KeyError> {
    let mut outer = Reader::of_sequence(bytes).ok_or(KeyError::NotAKey)?;
    if outer.peek_tag() == Some(der::INTEGER) {
        // A private key in PKCS#1 or PKCS#8 begins with its version, which is 0.
        return if outer.read(der::INTEGER) == Some(&[0]) {
            Err(KeyError::PrivateKeyGiven)
        } else {
            Ok(bytes)
        };
    }
    let algorithm = outer.read(der::SEQUENCE).ok_or(KeyError::NotAKey)?;
    if !der::is_rsa(algorithm) {
        return Err(KeyError::NotRsa);
    }
    match outer.read(der::BIT_STRING) {
        Some([0, pkcs1 @ ..]) if outer.is_empty() => Ok(pkcs1),
        _ => Err(KeyError::NotAKey),
    }
}

/// A private key, RSA of at least 2048 bits or SM2, wiped when dropped.
pub struct PrivateKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Rsa { pair: RsaKeyPair, pkcs1: Zeroizing<Vec<u8>> },
    Sm2(Sm2Private),
}

impl PrivateKey {
    /// Reads PEM or bare base64 of PKCS#8, of PKCS#1 or, of an SM2 key, SEC 1.
    pub fn parse(text: &str) -> Result<PrivateKey, KeyError> {
        if !pem::is_pem(text) {
            return PrivateKey::from_der(&pem::bare(text).ok_or(KeyError::NotBase64)?);
        }
        let blocks = pem::blocks(text).ok_or(KeyError::NotBase64)?;
        // Some tools write the curve alone before an SM2 key.
        let block = blocks.iter().find(|block| !block.label.ends_with(" PARAMETERS"));
        PrivateKey::from_der(&block.ok_or(KeyError::NotBase64)?.bytes)
    }

    /// The SM2 key of this number, 32 bytes; `None` when it is zero or too large.
    pub(crate) fn of_sm2_number(number: &[u8]) -> Option<PrivateKey> {
        Sm2Private::from_number(number).map(PrivateKey::of_sm2)
    }

    fn of_sm2(key: Sm2Private) -> PrivateKey {
        let public = PublicKey { parsed: Arc::new(Parsed::Sm2(key.public())) };
        PrivateKey { pair: Pair::Sm2(key), public }
    }

    /// Reads the DER of PKCS#8, PKCS#1 or SEC 1.
    pub fn from_der(bytes: &[u8]) -> Result<PrivateKey, KeyError> {
        let mut outer = Reader::of_sequence(bytes).ok_or(KeyError::NotAKey)?;
        outer.read(der::INTEGER).ok_or(KeyError::NotAKey)?;
        let pkcs1 = if outer.peek_tag() == Some(der::SEQUENCE) {
            let algorithm = outer.read(der::SEQUENCE).ok_or(KeyError::NotAKey)?;
            let key = outer.read(der::OCTET_STRING).ok_or(KeyError::NotAKey);
            if sm2::is_curve(algorithm) {
                sm2::check_algorithm(algorithm)?;
                return Sm2Private::from_sec1(key?, true).map(PrivateKey::of_sm2);
            }
            if !der::is_rsa(algorithm) {
                return Err(KeyError::NotRsa);
            }
            key?
        } else if outer.peek_tag() == Some(der::OCTET_STRING) {
            return Sm2Private::from_sec1(bytes, false).map(PrivateKey::of_sm2);
        } else {
            bytes
        };
        let mut numbers = Reader::of_sequence(pkcs1).ok_or(KeyError::NotAKey)?;
        numbers.read(der::INTEGER).ok_or(KeyError::NotAKey)?;
        let modulus_bits = numbers.read_positive().ok_or(KeyError::NotAKey)?.len() * 8;
        let needed = SignType::Rsa2.modulus_bits_min();
        if modulus_bits < needed {
            return Err(KeyError::TooShort { bits: modulus_bits, needed });
        }
        let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| KeyError::Inconsistent)?;
        let public = PublicKey::from_der(pair.public_key().as_ref(), SignType::Rsa2)?;
        Ok(PrivateKey { pair: Pair::Rsa { pair, pkcs1: Zeroizing::new(pkcs1.to_vec()) }, public })
    }

    /// The signature of `message` in base64, one line.
    pub fn sign(&self, sign_type: SignType, message: &[u8]) -> String {
        STANDARD.encode(self.sign_bytes(sign_type, message))
    }

    /// The signature of `message`. The algorithm is the key's; `sign_type` only chooses the digest of RSA.
    pub fn sign_bytes(&self, sign_type: SignType, message: &[u8]) -> Vec<u8> {
        match (&self.pair, sign_type) {
            (Pair::Sm2(key), _) => key.sign(message),
            (Pair::Rsa { pkcs1, .. }, SignType::Rsa) => {
                crate::legacy_sha1::sign(pkcs1, message).expect("the key was checked")
            }
            (Pair::Rsa { pair, .. }, SignType::Rsa2 | SignType::Sm2) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("the key was checked");
                signature
            }
        }
    }

    /// Its public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// PEM of the algorithm's own form: PKCS#1 with the label `RSA PRIVATE KEY`, of an SM2 key SEC 1 with
    /// `EC PRIVATE KEY`.
    pub fn to_pkcs1_pem(&self) -> Zeroizing<String> {
        let label = if self.public.is_sm2() { "EC PRIVATE KEY" } else { "RSA PRIVATE KEY" };
        Zeroizing::new(pem::encode(label, &self.own_der()))
    }

    /// PEM of PKCS#8, label `PRIVATE KEY`.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode("PRIVATE KEY", &self.pkcs8_der()))
    }

    /// Bare base64 of PKCS#1, of an SM2 key SEC 1: what PHP, Python, Node and Go configurations take.
    pub fn to_pkcs1_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(&*self.own_der()))
    }

    /// Bare base64 of PKCS#8: what Java configurations take.
    pub fn to_pkcs8_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(&*self.pkcs8_der()))
    }

    fn own_der(&self) -> Zeroizing<Vec<u8>> {
        match &self.pair {
            Pair::Rsa { pkcs1, .. } => pkcs1.clone(),
            Pair::Sm2(key) => key.to_sec1(),
        }
    }

    fn pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        match &self.pair {
            Pair::Rsa { pkcs1, .. } => Zeroizing::new(der::pkcs8_of(pkcs1)),
            Pair::Sm2(key) => key.to_pkcs8(),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Whether `sign` of these parameters is right. Empty values are first taken as unsigned, then as signed: clients
/// differ. `sign_type` is that of the app's record.
pub fn verify_request(params: &Params, sign_type: SignType, key: &PublicKey) -> bool {
    let Some(signature) = params.get("sign").and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return false;
    };
    if key.verify(sign_type, &canonical::request_text(params, false), signature) {
        return true;
    }
    let has_empty = params.iter().any(|(_, value)| value.is_empty());
    has_empty && key.verify(sign_type, &canonical::request_text(params, true), signature)
}
