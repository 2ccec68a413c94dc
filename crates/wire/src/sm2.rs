//! SM2 keys and signatures (GB/T 32918) with SM3, as the wire has them (protocol reference 1.5): the user id of the
//! standard, and DER around the two numbers of a signature.
//!
//! Signing draws no chance: the number of each signature follows from key and text, as in RFC 6979.

use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::der::{self, Reader};
use crate::sign::KeyError;

/// The user id that every client signs with.
const USER_ID: &str = "1234567812345678";
/// Bytes of a number of the curve.
const NUMBER_BYTES: usize = 32;
/// Bytes of a point in the long form: a 4 and both coordinates.
const POINT_BYTES: usize = 1 + 2 * NUMBER_BYTES;

/// `id-ecPublicKey`, RFC 5480.
const EC_PUBLIC_KEY: [u8; 9] = [6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
/// The curve `sm2p256v1`, 1.2.156.10197.1.301 (GM/T 0006).
const SM2_CURVE: [u8; 10] = [6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x82, 0x2D];
/// Tag of the curve in a SEC 1 private key.
const CURVE_TAG: u8 = 0xA0;
/// Tag of the public point in a SEC 1 private key.
const POINT_TAG: u8 = 0xA1;

/// Whether this AlgorithmIdentifier is that of SM2 keys; refused when it is of another curve or algorithm.
pub(crate) fn check_algorithm(algorithm: &[u8]) -> Result<(), KeyError> {
    match algorithm.strip_prefix(&EC_PUBLIC_KEY) {
        None => Err(KeyError::NotSm2),
        Some(curve) if curve == SM2_CURVE => Ok(()),
        Some(_) => Err(KeyError::WrongCurve),
    }
}

/// Whether this AlgorithmIdentifier is that of any elliptic curve.
pub(crate) fn is_curve(algorithm: &[u8]) -> bool {
    algorithm.starts_with(&EC_PUBLIC_KEY)
}

/// Whether these bytes have the shape of an SM2 signature, whoever made it.
pub(crate) fn is_signature(bytes: &[u8]) -> bool {
    signature_of(bytes).is_some()
}

/// A public key.
pub(crate) struct Sm2Public {
    point: [u8; POINT_BYTES],
    key: VerifyingKey,
}

impl Sm2Public {
    /// Reads the DER of SubjectPublicKeyInfo.
    pub(crate) fn from_der(bytes: &[u8]) -> Result<Sm2Public, KeyError> {
        let mut outer = Reader::of_sequence(bytes).ok_or(KeyError::NotAKey)?;
        if outer.peek_tag() == Some(der::INTEGER) {
            // PKCS#8 begins with 0 and SEC 1 with 1; PKCS#1 of a public RSA key begins with its modulus.
            return match outer.read(der::INTEGER) {
                Some([0 | 1]) => Err(KeyError::PrivateKeyGiven),
                _ => Err(KeyError::NotSm2),
            };
        }
        check_algorithm(outer.read(der::SEQUENCE).ok_or(KeyError::NotAKey)?)?;
        match outer.read(der::BIT_STRING) {
            Some([0, point @ ..]) if outer.is_empty() => Sm2Public::from_point(point),
            _ => Err(KeyError::NotAKey),
        }
    }

    fn from_point(point: &[u8]) -> Result<Sm2Public, KeyError> {
        let point: [u8; POINT_BYTES] = point.try_into().map_err(|_| KeyError::BadPoint)?;
        let long = point[0] == 4;
        let key = long.then(|| VerifyingKey::from_sec1_bytes(USER_ID, &point).ok()).flatten();
        Ok(Sm2Public { point, key: key.ok_or(KeyError::BadPoint)? })
    }

    /// Whether these bytes, in DER, are the signature of `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature_of(signature).is_some_and(|signature| self.key.verify(message, &signature).is_ok())
    }

    /// The same for a signature that was made with an empty user id.
    pub(crate) fn verify_of_nobody(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_sec1_bytes("", &self.point).ok();
        let signature = signature_of(signature);
        key.zip(signature).is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
    }

    /// The point in the long form.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }

    /// SubjectPublicKeyInfo.
    pub(crate) fn to_spki(&self) -> Vec<u8> {
        let algorithm = der::wrap(der::SEQUENCE, &[&EC_PUBLIC_KEY, &SM2_CURVE]);
        der::wrap(der::SEQUENCE, &[&algorithm, &der::wrap(der::BIT_STRING, &[&[0], &self.point])])
    }
}

/// A private key.
pub(crate) struct Sm2Private {
    key: SigningKey,
}

impl Sm2Private {
    /// The key of this number, 32 bytes; `None` when it is zero or too large.
    pub(crate) fn from_number(number: &[u8]) -> Option<Sm2Private> {
        (number.len() == NUMBER_BYTES)
            .then(|| SigningKey::from_slice(USER_ID, number).ok())
            .flatten()
            .map(|key| Sm2Private { key })
    }

    /// Reads a SEC 1 `ECPrivateKey`. Without PKCS#8 around it, it must name its curve.
    pub(crate) fn from_sec1(bytes: &[u8], curve_known: bool) -> Result<Sm2Private, KeyError> {
        let mut outer = Reader::of_sequence(bytes).ok_or(KeyError::NotAKey)?;
        if outer.read(der::INTEGER) != Some(&[1]) {
            return Err(KeyError::NotAKey);
        }
        let number = outer.read(der::OCTET_STRING).ok_or(KeyError::NotAKey)?;
        let curve = if outer.peek_tag() == Some(CURVE_TAG) { outer.read(CURVE_TAG) } else { None };
        match curve {
            Some(curve) if curve != SM2_CURVE => return Err(KeyError::WrongCurve),
            None if !curve_known => return Err(KeyError::WrongCurve),
            Some(_) | None => {}
        }
        let key = Sm2Private::from_number(number).ok_or(KeyError::Inconsistent)?;
        if outer.peek_tag() == Some(POINT_TAG) {
            let mut inner = Reader::new(outer.read(POINT_TAG).ok_or(KeyError::NotAKey)?);
            let point = inner.read(der::BIT_STRING).and_then(|bits| bits.strip_prefix(&[0]));
            if point.ok_or(KeyError::NotAKey)? != key.public().point() {
                return Err(KeyError::Inconsistent);
            }
        }
        if outer.is_empty() { Ok(key) } else { Err(KeyError::NotAKey) }
    }

    /// Its public half.
    pub(crate) fn public(&self) -> Sm2Public {
        let key = self.key.verifying_key();
        let point = key.to_sec1_bytes();
        Sm2Public::from_point(&point).expect("the point of a key is one of the curve")
    }

    /// The signature of `message` in DER.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.try_sign(message).expect("the key was checked");
        let bytes = signature.to_bytes();
        let (r, s) = bytes.split_at(NUMBER_BYTES);
        der::wrap(der::SEQUENCE, &[&der::positive(r), &der::positive(s)])
    }

    /// SEC 1 `ECPrivateKey` with curve and point.
    pub(crate) fn to_sec1(&self) -> Zeroizing<Vec<u8>> {
        let number = Zeroizing::new(self.key.to_bytes().to_vec());
        let point = der::wrap(der::BIT_STRING, &[&[0], self.public().point()]);
        let number = Zeroizing::new(der::wrap(der::OCTET_STRING, &[&number]));
        let version = der::wrap(der::INTEGER, &[&[1]]);
        let curve = der::wrap(CURVE_TAG, &[&SM2_CURVE]);
        Zeroizing::new(der::wrap(
            der::SEQUENCE,
            &[&version, &number, &curve, &der::wrap(POINT_TAG, &[&point])],
        ))
    }

    /// PKCS#8 `PrivateKeyInfo`.
    pub(crate) fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let key = Zeroizing::new(der::wrap(der::OCTET_STRING, &[&self.to_sec1()]));
        let algorithm = der::wrap(der::SEQUENCE, &[&EC_PUBLIC_KEY, &SM2_CURVE]);
        Zeroizing::new(der::wrap(der::SEQUENCE, &[&der::wrap(der::INTEGER, &[&[0]]), &algorithm, &key]))
    }
}

/// The two numbers of a signature in DER; nothing may follow them.
fn signature_of(bytes: &[u8]) -> Option<Signature> {
    let mut outer = Reader::of_sequence(bytes)?;
    let (r, s) = (outer.read_positive()?, outer.read_positive()?);
    if !outer.is_empty() || r.len() > NUMBER_BYTES || s.len() > NUMBER_BYTES {
        return None;
    }
    let mut both = [0; 2 * NUMBER_BYTES];
    both[NUMBER_BYTES - r.len()..NUMBER_BYTES].copy_from_slice(r);
    both[2 * NUMBER_BYTES - s.len()..].copy_from_slice(s);
    Signature::from_slice(&both).ok()
}
