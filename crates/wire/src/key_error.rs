//! Why a key cannot be used, in words for whoever pasted it.

use crate::sign::MODULUS_BITS_MAX;

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
    /// A key of another algorithm where an SM2 key belongs.
    #[error("the key is not an SM2 key")]
    NotSm2,
    /// A key of another curve than SM2's.
    #[error("the key is of another curve; SM2 needs sm2p256v1 (1.2.156.10197.1.301)")]
    WrongCurve,
    /// The point is compressed, or not on the curve.
    #[error("the point of the key is not an uncompressed point of the SM2 curve")]
    BadPoint,
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
