//! RSA signatures of the wire, and the keys in every form in which merchants paste them.
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
use crate::params::Params;
use crate::pem;

/// Largest modulus read, in bits: checking a signature costs time that grows with it.
pub const MODULUS_BITS_MAX: usize = 8192;

/// The two RSA sign types of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignType {
    /// `RSA`: PKCS#1 v1.5 with SHA-1. Old apps only.
    Rsa,
    /// `RSA2`: PKCS#1 v1.5 with SHA-256.
    Rsa2,
}

impl SignType {
    /// The sign type of a `sign_type` parameter, exactly `RSA` or `RSA2`.
    pub fn parse(name: &str) -> Option<SignType> {
        match name {
            "RSA" => Some(SignType::Rsa),
            "RSA2" => Some(SignType::Rsa2),
            _ => None,
        }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            SignType::Rsa => "RSA",
            SignType::Rsa2 => "RSA2",
        }
    }

    /// The smallest modulus allowed, in bits.
    pub fn modulus_bits_min(self) -> usize {
        match self {
            SignType::Rsa => 1024,
            SignType::Rsa2 => 2048,
        }
    }
}

/// Why a key was refused; the texts are meant for whoever pasted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither PEM nor base64.
    #[error("the key is neither PEM nor base64")]
    NotBase64,
    /// Not the structure of a key.
    #[error("the text is not an RSA key in PKCS#1, PKCS#8 or X.509 form")]
    NotAKey,
    /// A key of another algorithm.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// A private key where a public key belongs.
    #[error("this is a private key; keep it and give the public key")]
    PrivateKeyGiven,
    /// The modulus is too small.
    #[error("the key has {bits} bits, {needed} are needed")]
    TooShort {
        /// Bits of the modulus.
        bits: usize,
        /// The least allowed.
        needed: usize,
    },
    /// The modulus has more than [`MODULUS_BITS_MAX`] bits.
    #[error("the key has {bits} bits, more than {MODULUS_BITS_MAX}")]
    TooLong {
        /// Bits of the modulus.
        bits: usize,
    },
    /// The public exponent is 1, even, or longer than 32 bits.
    #[error("the public exponent must be odd, at least 3 and at most 32 bits long")]
    BadExponent,
    /// The numbers do not form a key.
    #[error("the numbers of the key do not fit together")]
    Inconsistent,
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    BadCertificate,
}

/// A public key, parsed and ready. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey {
    parsed: Arc<Parsed>,
}

struct Parsed {
    pkcs1: Vec<u8>,
    bits: usize,
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
}

impl PublicKey {
    /// Reads what a merchant pastes: bare base64 or PEM of SPKI or PKCS#1, or a PEM certificate; refuses a key too
    /// small for `sign_type`.
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

    /// Reads the DER of SPKI or PKCS#1.
    pub fn from_der(bytes: &[u8], sign_type: SignType) -> Result<PublicKey, KeyError> {
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
        let parsed = Parsed {
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
        let key = match sign_type {
            SignType::Rsa => &self.parsed.sha1,
            SignType::Rsa2 => &self.parsed.sha256,
        };
        key.verify_sig(message, signature).is_ok()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        self.parsed.bits
    }

    /// DER of the PKCS#1 `RSAPublicKey`.
    pub fn to_pkcs1_der(&self) -> &[u8] {
        &self.parsed.pkcs1
    }

    /// PEM of the SPKI form, label `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &der::spki_of(&self.parsed.pkcs1))
    }

    /// Bare base64 of the SPKI form in one line: what client configurations call the public key.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(der::spki_of(&self.parsed.pkcs1))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.parsed.pkcs1 == other.parsed.pkcs1
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

/// A private key of at least 2048 bits, wiped when dropped.
pub struct PrivateKey {
    pair: RsaKeyPair,
    pkcs1: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads PEM or bare base64 of PKCS#1 or PKCS#8.
    pub fn parse(text: &str) -> Result<PrivateKey, KeyError> {
        if !pem::is_pem(text) {
            return PrivateKey::from_der(&pem::bare(text).ok_or(KeyError::NotBase64)?);
        }
        let blocks = pem::blocks(text).ok_or(KeyError::NotBase64)?;
        PrivateKey::from_der(&blocks.first().ok_or(KeyError::NotBase64)?.bytes)
    }

    /// Reads the DER of PKCS#1 or PKCS#8.
    pub fn from_der(bytes: &[u8]) -> Result<PrivateKey, KeyError> {
        let mut outer = Reader::of_sequence(bytes).ok_or(KeyError::NotAKey)?;
        outer.read(der::INTEGER).ok_or(KeyError::NotAKey)?;
        let pkcs1 = if outer.peek_tag() == Some(der::SEQUENCE) {
            if !der::is_rsa(outer.read(der::SEQUENCE).ok_or(KeyError::NotAKey)?) {
                return Err(KeyError::NotRsa);
            }
            outer.read(der::OCTET_STRING).ok_or(KeyError::NotAKey)?
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
        Ok(PrivateKey { pair, pkcs1: Zeroizing::new(pkcs1.to_vec()), public })
    }

    /// The signature of `message` in base64, one line.
    pub fn sign(&self, sign_type: SignType, message: &[u8]) -> String {
        STANDARD.encode(self.sign_bytes(sign_type, message))
    }

    /// The signature of `message`.
    pub fn sign_bytes(&self, sign_type: SignType, message: &[u8]) -> Vec<u8> {
        match sign_type {
            SignType::Rsa => crate::legacy_sha1::sign(&self.pkcs1, message).expect("the key was checked"),
            SignType::Rsa2 => {
                let mut signature = vec![0; self.pair.public_modulus_len()];
                self.pair
                    .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("the key was checked");
                signature
            }
        }
    }

    /// Its public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// PEM of PKCS#1, label `RSA PRIVATE KEY`.
    pub fn to_pkcs1_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode("RSA PRIVATE KEY", &self.pkcs1))
    }

    /// PEM of PKCS#8, label `PRIVATE KEY`.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode("PRIVATE KEY", &Zeroizing::new(der::pkcs8_of(&self.pkcs1))))
    }

    /// Bare base64 of PKCS#1: what PHP, Python, Node and Go configurations take.
    pub fn to_pkcs1_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(&*self.pkcs1))
    }

    /// Bare base64 of PKCS#8: what Java configurations take.
    pub fn to_pkcs8_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(&*Zeroizing::new(der::pkcs8_of(&self.pkcs1))))
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
