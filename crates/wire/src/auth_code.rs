//! The shape of payment codes that buyers show. Shape only: whether a code is alive is the ledger's to say.

/// Fewest digits of a bar code.
pub const DIGITS_MIN: usize = 16;
/// Most digits of a bar code.
pub const DIGITS_MAX: usize = 24;

/// Whether this is a bar code or QR code payment code: 16 to 24 digits beginning with 25 to 30.
pub fn is_bar_code(text: &str) -> bool {
    let prefix = text.get(..2).unwrap_or_default();
    (DIGITS_MIN..=DIGITS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && ("25"..="30").contains(&prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_prefix_decide() {
        for (text, fits) in [
            ("2512345678901234", true),
            ("301234567890123456789012", true),
            ("28763443825664394", true),
            ("251234567890123", false),
            ("3012345678901234567890123", false),
            ("2412345678901234", false),
            ("3112345678901234", false),
            ("25123456789O1234", false),
            ("支付支付支付", false),
            ("", false),
        ] {
            assert_eq!(is_bar_code(text), fits, "{text}");
        }
    }
}
