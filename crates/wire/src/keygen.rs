//! New keys and serials. The only module of this crate that uses randomness; called from the rim alone, never from
//! a decision. The forms in which a key is handed out are methods of [`PrivateKey`] and [`PublicKey`].
//!
//! [`PublicKey`]: crate::sign::PublicKey
#![allow(clippy::disallowed_methods, reason = "the one place of this floor where chance is drawn; see above")]

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use zeroize::Zeroizing;

use crate::aes::AesKey;
use crate::sign::PrivateKey;

/// The system gave no randomness, or the key could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key could be made")]
pub struct KeygenError;

/// Gathers the randomness that the library under RSA keys and signatures takes once in a process: some ten milliseconds
/// that its first user waits for. Whoever has something else to do meanwhile calls this on a thread. A failure is not
/// told here: that first user meets it again.
pub fn gather_randomness() {
    let _untold = aws_lc_rs::rand::fill(&mut [0; 1]);
}

/// A new RSA key of 2048 bits. Takes some hundred milliseconds.
pub fn rsa_2048() -> Result<PrivateKey, KeygenError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeygenError)?;
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeygenError)?;
    PrivateKey::from_der(pkcs8.as_ref()).map_err(|_| KeygenError)
}

/// A new SM2 key. Takes well below a millisecond.
pub fn sm2() -> Result<PrivateKey, KeygenError> {
    // Fewer than one number in four thousand million is too large; a second one in a row means broken chance.
    for _ in 0..2 {
        let mut number = Zeroizing::new([0u8; 32]);
        getrandom::fill(&mut *number).map_err(|_| KeygenError)?;
        if let Some(key) = PrivateKey::of_sm2_number(&*number) {
            return Ok(key);
        }
    }
    Err(KeygenError)
}

/// A new key for content encryption.
pub fn aes_128() -> Result<AesKey, KeygenError> {
    let mut bytes = Zeroizing::new([0u8; 16]);
    getrandom::fill(&mut *bytes).map_err(|_| KeygenError)?;
    Ok(AesKey::new(*bytes))
}

/// A new certificate serial of 127 bits, the highest one set: unguessable, positive in every language, and within
/// the 128 bits that clients read right.
pub fn certificate_serial() -> Result<u128, KeygenError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| KeygenError)?;
    Ok(u128::from_be_bytes(bytes) >> 1 | 1 << 126)
}
