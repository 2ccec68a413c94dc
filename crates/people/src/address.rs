//! Phones and e-mail addresses, as they are compared: one person typing one address twice gets one digest.

/// A phone number or e-mail address in the one form that is digested and sealed.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A mobile number of the mainland: eleven digits.
    Phone(String),
    /// An e-mail address, lower case.
    Email(String),
}

/// Longest e-mail address, bytes: what a login name holds.
const EMAIL_MAX: usize = 100;
/// Digits of a mobile number.
const PHONE_DIGITS: usize = 11;

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.masked().as_str())
    }
}

impl Address {
    /// Reads what was typed: spaces around it, hyphens, a country code and capitals make no difference. `None` when
    /// nothing can be sent there.
    pub fn parse(text: &str) -> Option<Address> {
        let text = text.trim();
        if let Some((name, domain)) = text.split_once('@') {
            let plain = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
            };
            let labels = domain.split('.').all(|label| !label.is_empty());
            let fits =
                plain(name) && plain(domain) && labels && domain.contains('.') && text.len() <= EMAIL_MAX;
            return fits.then(|| Address::Email(text.to_ascii_lowercase()));
        }
        let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        let is_mobile = digits.len() == PHONE_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.starts_with('1')
            && !matches!(digits.as_bytes()[1], b'0'..=b'2');
        is_mobile.then(|| Address::Phone(digits.to_owned()))
    }

    /// The one form.
    pub fn as_str(&self) -> &str {
        match self {
            Address::Phone(text) | Address::Email(text) => text,
        }
    }

    /// As merchants and other people may see it.
    pub fn masked(&self) -> String {
        crate::masked_login(self.as_str())
    }
}

/// Why a password is too easy to guess. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WeakPassword {
    /// A payment password has six digits, a login password 8 to 20 characters.
    #[error("it has the wrong length or characters")]
    Shape,
    /// A login password of digits alone or of letters alone.
    #[error("it is of digits alone or of letters alone")]
    OneKind,
    /// The same digit six times, or digits that run up or down.
    #[error("it is a run of digits")]
    Run,
    /// It is part of the phone number or of the identity number.
    #[error("it is part of a number that others know")]
    Known,
}

/// Whether this can be somebody's payment password. `known` are numbers that others may know: phone, identity number.
///
/// # Errors
/// Why it is too easy to guess.
pub fn check_pay_password(password: &str, known: &[&str]) -> Result<(), WeakPassword> {
    let digits = password.as_bytes();
    if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(WeakPassword::Shape);
    }
    let steps = |step: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
    if steps(0) || steps(1) || steps(-1) {
        return Err(WeakPassword::Run);
    }
    if known.iter().any(|known| known.contains(password)) {
        return Err(WeakPassword::Known);
    }
    Ok(())
}

/// Whether this can be somebody's login password: 8 to 20 printable ASCII characters without spaces, not digits alone
/// nor letters alone.
///
/// # Errors
/// Why it is too easy to guess.
pub fn check_login_password(password: &str) -> Result<(), WeakPassword> {
    let bytes = password.as_bytes();
    if !(8..=20).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(WeakPassword::Shape);
    }
    if bytes.iter().all(u8::is_ascii_digit) || bytes.iter().all(u8::is_ascii_alphabetic) {
        return Err(WeakPassword::OneKind);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form() {
        for (typed, form) in [
            ("13812345678", Some("13812345678")),
            (" +86 138-1234-5678 ", Some("13812345678")),
            ("Mei.Li+pay@Example.COM", Some("mei.li+pay@example.com")),
            ("12812345678", None),
            ("1381234567", None),
            ("138123456789", None),
            ("１３８12345678", None),
            ("", None),
            ("mei", None),
            ("mei@", None),
            ("@example.com", None),
            ("mei@example", None),
            ("mei@example..com", None),
            ("mei@@example.com", None),
            ("mei li@example.com", None),
            ("梅@example.com", None),
        ] {
            assert_eq!(Address::parse(typed).as_ref().map(Address::as_str), form, "{typed:?}");
        }
        let long = format!("{}@example.com", "a".repeat(89));
        assert_eq!(Address::parse(&long), None);
        assert_eq!(format!("{:?}", Address::parse("13812345678")), "Some(138****5678)");
    }

    #[test]
    fn easy_passwords_are_refused() {
        let known = ["13873916400", "11010519900307293X"];
        for (password, verdict) in [
            ("739164", Err(WeakPassword::Known)),
            ("900307", Err(WeakPassword::Known)),
            ("000000", Err(WeakPassword::Run)),
            ("012345", Err(WeakPassword::Run)),
            ("543210", Err(WeakPassword::Run)),
            ("999999", Err(WeakPassword::Run)),
            ("111111", Err(WeakPassword::Run)),
            ("123456", Err(WeakPassword::Run)),
            ("987654", Err(WeakPassword::Run)),
            ("12345", Err(WeakPassword::Shape)),
            ("12345a", Err(WeakPassword::Shape)),
            ("246810", Ok(())),
            ("112233", Ok(())),
        ] {
            assert_eq!(check_pay_password(password, &known), verdict, "{password}");
        }
        for (password, verdict) in [
            ("short1", Err(WeakPassword::Shape)),
            ("123456789012345678901", Err(WeakPassword::Shape)),
            ("with space1", Err(WeakPassword::Shape)),
            ("12345678", Err(WeakPassword::OneKind)),
            ("abcdefgh", Err(WeakPassword::OneKind)),
            ("abcdefg1", Ok(())),
            ("abcdefghij1234567890", Ok(())),
            ("1234567!", Ok(())),
        ] {
            assert_eq!(check_login_password(password), verdict, "{password}");
        }
    }
}
