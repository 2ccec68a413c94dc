//! Content encryption: AES-128-CBC, PKCS#7 padding, base64.
//!
//! The IV is sixteen zero bytes because the wire demands it: equal texts have equal ciphers, so this hides content
//! from onlookers but not repetition. Nothing is authenticated here; always check the signature before decrypting.

use aws_lc_rs::cipher::{
    AES_128, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use base::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const ZERO_IV: [u8; 16] = [0; 16];

/// The key of one app. Prints as `***`.
#[derive(Clone, Debug)]
pub struct AesKey(Secret<[u8; 16]>);

/// Why a key or a cipher text was refused. One error for everything, so that an answer tells nothing of padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AesError {
    /// Not base64 of sixteen bytes.
    #[error("an AES key is base64 of 16 bytes")]
    BadKey,
    /// Not a cipher text of this key.
    #[error("the content cannot be decrypted")]
    Undecryptable,
}

impl AesKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 16]) -> AesKey {
        AesKey(Secret::new(bytes))
    }

    /// The key of its base64 form, 24 characters.
    pub fn parse(text: &str) -> Result<AesKey, AesError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| AesError::BadKey)?);
        let bytes = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| AesError::BadKey)?;
        Ok(AesKey::new(bytes))
    }

    /// The base64 form, as an app owner gets it.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.reveal()))
    }

    /// The base64 cipher text of these bytes (JSON already encoded in the charset of the answer).
    pub fn encrypt(&self, plain: &[u8]) -> String {
        let mut bytes = plain.to_vec();
        let context = EncryptionContext::Iv128(FixedLength::from(ZERO_IV));
        PaddedBlockEncryptingKey::cbc_pkcs7(self.unbound())
            .and_then(|key| key.less_safe_encrypt(&mut bytes, context))
            .expect("sixteen bytes key AES-128, and CBC takes a 128-bit IV");
        STANDARD.encode(bytes)
    }

    /// The bytes of a base64 cipher text.
    pub fn decrypt(&self, cipher: &str) -> Result<Vec<u8>, AesError> {
        let mut bytes = STANDARD.decode(cipher).map_err(|_| AesError::Undecryptable)?;
        if bytes.is_empty() || bytes.len() % 16 != 0 {
            return Err(AesError::Undecryptable);
        }
        let context = DecryptionContext::Iv128(FixedLength::from(ZERO_IV));
        PaddedBlockDecryptingKey::cbc_pkcs7(self.unbound())
            .and_then(|key| key.decrypt(&mut bytes, context).map(|plain| plain.to_vec()))
            .map_err(|_| AesError::Undecryptable)
    }

    fn unbound(&self) -> UnboundCipherKey {
        UnboundCipherKey::new(&AES_128, self.0.reveal()).expect("sixteen bytes key AES-128")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

    #[test]
    fn the_check_values_are_frozen() {
        let key = AesKey::parse(KEY).expect("a key");
        for (plain, cipher) in [
            ("{\"a\":\"1\"}", "oozy3fB4klnkNWAfIhVfyA=="),
            (
                "{\"code\":\"10000\",\"msg\":\"Success\"}",
                "sb44umJUD7auqhU6RDzOGVqfU1UMniO53OpkPKBCgNoaUibZ0q/gzegjDC6Loa9U",
            ),
        ] {
            assert_eq!(key.encrypt(plain.as_bytes()), cipher);
            assert_eq!(key.decrypt(cipher).as_deref(), Ok(plain.as_bytes()));
        }
        assert_eq!(*key.to_base64(), KEY);
    }

    #[test]
    fn what_is_not_a_cipher_of_the_key_is_refused() {
        let key = AesKey::new([7; 16]);
        let good = key.encrypt(b"0123456789abcdef!");
        let other = AesKey::new([8; 16]);
        assert_ne!(other.decrypt(&good).as_deref(), Ok(&b"0123456789abcdef!"[..]));
        for cipher in ["", "!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA==", &good[..good.len() - 4]] {
            assert_eq!(key.decrypt(cipher), Err(AesError::Undecryptable), "{cipher}");
        }
        for text in ["", "AAAA", "MDEyMzQ1Njc4OWFiY2RlZmc="] {
            assert_eq!(AesKey::parse(text).map(|_| ()), Err(AesError::BadKey), "{text}");
        }
        assert_eq!(format!("{key:?}"), "AesKey(***)");
    }

    #[test]
    fn every_length_comes_back() {
        let key = AesKey::new([7; 16]);
        for length in 0..50 {
            let plain = vec![b'x'; length];
            assert_eq!(key.decrypt(&key.encrypt(&plain)), Ok(plain));
        }
    }
}
