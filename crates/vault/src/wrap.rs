//! What wraps the keys of a vault: 32 bytes that the program holds, or a key inside a hardware module.

use crate::{Token, VaultError, aead, seal, unseal};
use aws_lc_rs::aead::LessSafeKey;
use base::Secret;
use zeroize::Zeroizing;

/// The key that a vault is opened with.
pub enum Wrap {
    /// 32 bytes in the memory of this program.
    Held(Box<LessSafeKey>),
    /// A key that its hardware never gives away: it seals and unseals itself.
    Token(Box<Token>),
}

impl std::fmt::Debug for Wrap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Wrap::Held(_) => "Held(***)",
            Wrap::Token(_) => "Token(***)",
        })
    }
}

impl From<&Secret<[u8; 32]>> for Wrap {
    fn from(key: &Secret<[u8; 32]>) -> Wrap {
        Wrap::Held(Box::new(aead(key.reveal())))
    }
}

impl From<Token> for Wrap {
    fn from(token: Token) -> Wrap {
        Wrap::Token(Box::new(token))
    }
}

impl Wrap {
    /// Seals something under its name; both kinds of key make the same shape, a nonce and then AES-256-GCM.
    pub(crate) fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        match self {
            Wrap::Held(key) => seal(key, about, plain),
            Wrap::Token(token) => token.seal(about, plain),
        }
    }

    /// Opens what was sealed under this name; [`VaultError::Damaged`] when it was not, or by another key.
    pub(crate) fn unseal(&self, about: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        match self {
            Wrap::Held(key) => unseal(key, about, sealed),
            Wrap::Token(token) => token.unseal(about, sealed),
        }
    }
}
