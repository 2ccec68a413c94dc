//! The form of codes and tokens: letters that nobody guesses, then two digits that name the slot of their owner, so
//! that whoever gets one knows whom to ask.
//!
//! Codes are drawn. Tokens are derived from what they are given for, under a key that never leaves the server: nothing
//! has to be kept in clear, and an installation that decides a day again makes the same ones.

use crate::Secrets;
use base::Slot;

/// What a derived text is for; each has its own beginning, as clients know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenUse {
    /// To ask for a user (`auth_token`).
    UserAccess,
    /// To get a new one of those.
    UserRefresh,
    /// To act for a merchant (`app_auth_token`).
    MerchantAccess,
    /// To get a new one of those.
    MerchantRefresh,
    /// The number of a certification.
    Certify,
    /// The proof of an app's QR code.
    AppCode,
    /// The proof of a link to a bill.
    Bill,
}

impl TokenUse {
    /// What it is derived with, and how it begins.
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            TokenUse::UserAccess => ("user access", "authusrB"),
            TokenUse::UserRefresh => ("user refresh", "authusrB"),
            TokenUse::MerchantAccess => ("merchant access", "tongbaBB"),
            TokenUse::MerchantRefresh => ("merchant refresh", "tongbaBB"),
            TokenUse::Certify => ("certify", ""),
            TokenUse::AppCode => ("app code", ""),
            TokenUse::Bill => ("bill", ""),
        }
    }
}

/// Hexadecimal letters of chance or derivation: 120 bits.
const SECRET_LETTERS: usize = 30;
/// The longest text of this kind (`auth_token` and `app_auth_token` have 40 characters at most).
pub const TOKEN_LENGTH_MAX: usize = 40;

/// The slot that a code or token names; absent when it is none of ours.
pub fn slot_of_token(token: &str) -> Option<Slot> {
    let letters = token.len() <= TOKEN_LENGTH_MAX && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digits = token.get(token.len().checked_sub(2)?..).filter(|_| letters)?;
    digits.parse().ok().and_then(|number| Slot::new(number).ok())
}

/// A code out of 15 random bytes, for an owner of this slot.
pub fn code_of(bytes: [u8; 15], slot: Slot) -> String {
    format!("{}{slot}", hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Secrets {
    /// The text of this use that belongs to `from`, for an owner of this slot: the same whenever it is asked for.
    pub fn token(&self, used: TokenUse, from: &str, slot: Slot) -> String {
        let (purpose, beginning) = used.parts();
        let tag = self.token_tag(format!("{purpose}\n{from}").as_bytes());
        let secret = hex(&tag);
        format!("{beginning}{}{slot}", &secret[..SECRET_LETTERS])
    }

    /// The digest that stands for a code or token, or for another text that must not be kept, in commands and rows.
    pub fn token_digest(&self, text: &str) -> [u8; 16] {
        self.token_tag(format!("digest\n{text}").as_bytes())[..16]
            .try_into()
            .expect("a SHA-256 tag has 32 bytes")
    }

    /// The name of a file, the same for the same bytes and owner.
    pub fn file_name(&self, owner: &str, bytes: &[u8]) -> String {
        let tag = self.token_tag(&[b"file\n", owner.as_bytes(), b"\n", bytes].concat());
        format!("A*{}", &hex(&tag)[..SECRET_LETTERS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_their_slot_and_depend_on_use_source_and_key() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let slot = Slot::new(7).unwrap();
        let token = secrets.token(TokenUse::UserAccess, "code", slot);
        assert_eq!((token.len(), slot_of_token(&token)), (TOKEN_LENGTH_MAX, Some(slot)));
        assert!(token.starts_with("authusrB"));
        assert_eq!(token, secrets.token(TokenUse::UserAccess, "code", slot));
        let other = Secrets::from_master(&[8; 32]).unwrap();
        for differs in [
            secrets.token(TokenUse::UserRefresh, "code", slot),
            secrets.token(TokenUse::UserAccess, "code2", slot),
            other.token(TokenUse::UserAccess, "code", slot),
        ] {
            assert_ne!(differs[8..38], token[8..38]);
        }
        assert_ne!(secrets.token_digest("a"), secrets.token_digest("b"));
        assert_ne!(secrets.token_digest("a"), other.token_digest("a"));
        let code = code_of([255; 15], slot);
        assert_eq!((code.len(), slot_of_token(&code)), (32, Some(slot)));
    }

    #[test]
    fn what_is_no_token_of_ours_names_no_slot() {
        for wrong in ["", "7", "abcd", "ab宝7", "a b07", &"0".repeat(41)] {
            assert_eq!(slot_of_token(wrong), None, "{wrong:?}");
        }
    }
}
