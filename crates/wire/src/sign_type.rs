//! Which algorithm signs, by the name that the wire has for it.

use crate::der::{self, Reader};
use crate::sm2;

/// The sign types of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignType {
    /// `RSA`: PKCS#1 v1.5 with SHA-1. Old apps only.
    Rsa,
    /// `RSA2`: PKCS#1 v1.5 with SHA-256.
    Rsa2,
    /// `SM2`: SM2 with SM3, user id `1234567812345678`, DER.
    Sm2,
}

impl SignType {
    /// The sign type of a `sign_type` parameter, exactly `RSA`, `RSA2` or `SM2`.
    pub fn parse(name: &str) -> Option<SignType> {
        match name {
            "RSA" => Some(SignType::Rsa),
            "RSA2" => Some(SignType::Rsa2),
            "SM2" => Some(SignType::Sm2),
            _ => None,
        }
    }

    /// What an app with this registered key (DER of SPKI) signs with, and hears from the platform: nothing else tells.
    pub fn of_key(spki: &[u8]) -> SignType {
        let algorithm = Reader::of_sequence(spki).and_then(|mut outer| outer.read(der::SEQUENCE));
        let of_sm2 = algorithm.is_some_and(|algorithm| sm2::check_algorithm(algorithm).is_ok());
        if of_sm2 { SignType::Sm2 } else { SignType::Rsa2 }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            SignType::Rsa => "RSA",
            SignType::Rsa2 => "RSA2",
            SignType::Sm2 => "SM2",
        }
    }

    /// The smallest modulus allowed, in bits; of SM2 the size of the curve.
    pub fn modulus_bits_min(self) -> usize {
        match self {
            SignType::Rsa => 1024,
            SignType::Rsa2 => 2048,
            SignType::Sm2 => 256,
        }
    }
}
