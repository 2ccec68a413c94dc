//! Words that several messages share.

use base::Text;

/// An identifier of a message, an instruction, a payment or a movement: 1–35 characters.
pub type Identifier = Text<35>;
/// A name: 1–140 characters of any script.
pub type Name = Text<140>;

/// The number of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountId {
    /// An International Bank Account Number with right check digits (ISO 13616).
    Iban(Text<34>),
    /// Any other number that the bank knows the account by, 1–34 characters.
    Other(Text<34>),
}

impl AccountId {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        match self {
            AccountId::Iban(text) | AccountId::Other(text) => text.as_str(),
        }
    }

    /// An IBAN, without spaces; `None` when it is none.
    pub fn iban(text: &str) -> Option<AccountId> {
        is_iban(text).then(|| Text::new(text).ok().map(AccountId::Iban)).flatten()
    }

    /// Any other number; `None` when it is empty or too long.
    pub fn other(text: &str) -> Option<AccountId> {
        named(text).map(AccountId::Other)
    }
}

/// Two capital letters of a country, two check digits, up to thirty letters and digits; read with the first four
/// characters at the end and letters as 10 to 35, it leaves 1 when divided by 97.
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = (5..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit);
    if !shape {
        return false;
    }
    let turned = bytes.iter().skip(4).chain(bytes.iter().take(4));
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

/// Text that must not be empty.
pub(crate) fn named<const N: usize>(text: &str) -> Option<Text<N>> {
    Text::new(text).ok().filter(|text| !text.as_str().is_empty())
}

/// Whether an identifier has only the characters that every bank takes, and no slash where one would divide it.
pub(crate) fn is_plain(text: &str) -> bool {
    let takes = |byte: u8| byte.is_ascii_alphanumeric() || b"/-?:().,'+ ".contains(&byte);
    !text.is_empty()
        && text.bytes().all(takes)
        && text.trim() == text
        && !text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_has_right_check_digits() {
        for good in ["NL41MOCK0000000001", "GB82WEST12345698765432", "DE89370400440532013000"] {
            assert_eq!(AccountId::iban(good).unwrap().as_str(), good);
        }
        for bad in
            ["NL42MOCK0000000001", "nl41MOCK0000000001", "NL41 MOCK 0000 0000 01", "NL41", "", "NLA1MOCK00"]
        {
            assert_eq!(AccountId::iban(bad), None, "{bad}");
        }
    }

    #[test]
    fn identifiers_have_the_characters_that_every_bank_takes() {
        assert!(is_plain("A1B2C3D2026010200000001234567801234"));
        for bad in ["", " a", "a ", "/a", "a/", "a//b", "a&b", "a_b", "账单"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
