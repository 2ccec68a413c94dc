//! Chance: tokens, salts, pay codes.

use base::{Secret, Slot};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use world::Secrets;

/// What buyer codes begin with: the classic prefix of an 18-digit code.
const CODE_PREFIX: &str = "28";
/// Random digits of a pay code; two more name the buyer's slot.
const CODE_RANDOM_DIGITS: usize = 14;
/// Bytes below this give each decimal digit equally often; the rest are drawn again.
const FAIR_BYTE_MAX: u8 = 250;

/// Fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system's randomness does not fail once it was read at the start");
    bytes
}

/// A new code for somebody in this slot to give to an app.
pub(crate) fn auth_code(secrets: &Secrets, now_us: i64, slot: Slot) -> Secret<String> {
    let drawn: [u8; 32] = secrets.draw(now_us).unwrap_or_else(bytes);
    let code = drawn.first_chunk().expect("a draw has 32 bytes");
    Secret::new(world::code_of(*code, slot))
}

/// A number for a request that came without one: 256 random bits as 43 letters, of the seed where there is one.
pub(crate) fn request_no(secrets: &Secrets, now_us: i64) -> String {
    URL_SAFE_NO_PAD.encode(secrets.draw(now_us).unwrap_or_else(bytes))
}

/// 256 random bits as 43 letters that fit into a cookie.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// Random decimal digits, each equally likely.
pub(crate) fn digits(count: usize) -> String {
    digits_of(count, bytes::<32>)
}

fn digits_of(count: usize, mut draw: impl FnMut() -> [u8; 32]) -> String {
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        let fair = draw().into_iter().filter(|byte| *byte < FAIR_BYTE_MAX);
        digits.extend(fair.take(count - digits.len()).map(|byte| char::from(b'0' + byte % 10)));
    }
    digits
}

/// A code for a phone or mailbox: six digits, of the seed where there is one.
pub(crate) fn code(secrets: &Secrets, now_us: i64) -> Secret<String> {
    Secret::new(digits_of(6, || secrets.draw(now_us).unwrap_or_else(bytes)))
}

/// A new pay code of somebody in this slot: 18 digits, the last two name the slot. A world that was made from a seed
/// draws from it, at this moment of its clock (microseconds UTC).
pub(crate) fn pay_code(secrets: &Secrets, now_us: i64, slot: Slot) -> Secret<String> {
    let drawn = digits_of(CODE_RANDOM_DIGITS, || secrets.draw(now_us).unwrap_or_else(bytes));
    Secret::new(format!("{CODE_PREFIX}{drawn}{slot}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_for_a_phone_has_six_digits() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let drawn: std::collections::BTreeSet<String> =
            (0..50).map(|at| code(&secrets, at).reveal().clone()).collect();
        assert!(drawn.iter().all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())));
        assert!(drawn.len() > 40, "{drawn:?}");
    }

    #[test]
    fn a_pay_code_has_eighteen_digits_and_names_its_slot() {
        let slot = Slot::new(7).unwrap();
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let (one, two) = (pay_code(&secrets, 7, slot), pay_code(&secrets, 7, slot));
        assert_eq!(one.reveal().len(), 18);
        assert!(wire::auth_code::is_bar_code(one.reveal()));
        assert!(one.reveal().starts_with("28") && one.reveal().ends_with("07"));
        assert_ne!(one.reveal(), two.reveal());
        let seeded = || pay_code(&Secrets::from_seed(1).unwrap(), 7, slot);
        assert_eq!(seeded().reveal(), seeded().reveal());
    }

    #[test]
    fn every_digit_is_drawn() {
        let drawn = digits(2_000);
        for digit in '0'..='9' {
            let count = drawn.chars().filter(|other| *other == digit).count();
            assert!((120..=280).contains(&count), "{digit}: {count}");
        }
        assert_eq!(token().len(), 43);
    }
}
