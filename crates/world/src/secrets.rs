//! Keyed digests, sealing and unguessable links, all derived from one master key that lies outside the database.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::{constant_time, hmac};
use base::{OrderNo, Secret};
use std::sync::atomic::{AtomicU64, Ordering};

/// Sealed bytes that do not open, or a master key of the wrong length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SecretsError;

impl std::fmt::Display for SecretsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the secret does not fit: wrong key, or damaged data")
    }
}

impl std::error::Error for SecretsError {}

/// Letters that links are written with: lower case and digits, without those that look alike.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of a link that are its proof: 16 × 5 = 80 bits.
const PROOF_LETTERS: usize = 16;

/// The secrets of a world.
pub struct Secrets {
    codes: hmac::Key,
    cards: hmac::Key,
    links: hmac::Key,
    tokens: hmac::Key,
    /// Of addresses and identities; a world with a vault takes the vault's.
    persons: hmac::Key,
    vault: Secret<[u8; 32]>,
    pepper: Secret<[u8; 32]>,
    seal: LessSafeKey,
    draws: Option<Draws>,
}

/// Chance of a world that was made from a seed: each draw follows from the seed, the moment and the draws before it.
struct Draws {
    key: hmac::Key,
    drawn: AtomicU64,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// Whether two texts are the same, in a time that does not tell where they part.
pub(crate) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

impl Secrets {
    /// The version of the pepper that new passwords are made with.
    pub const PEPPER_VERSION: u32 = 1;

    /// Derives all keys from a master key of 32 bytes (HKDF-SHA-256, one label a purpose).
    pub fn from_master(master: &[u8]) -> Result<Secrets, SecretsError> {
        if master.len() != 32 {
            return Err(SecretsError);
        }
        let derive = |label: &[u8]| -> Result<[u8; 32], SecretsError> {
            let key = Salt::new(HKDF_SHA256, b"tongbao world secrets v1").extract(master);
            let mut out = [0; 32];
            let filled = key.expand(&[label], HKDF_SHA256).and_then(|okm| okm.fill(&mut out));
            filled.map(|()| out).map_err(|_| SecretsError)
        };
        let seal = UnboundKey::new(&AES_256_GCM, &derive(b"seal")?).map_err(|_| SecretsError)?;
        Ok(Secrets {
            codes: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"pay code")?),
            cards: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"bank card")?),
            links: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"order link")?),
            tokens: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"token")?),
            persons: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"persons")?),
            vault: Secret::new(derive(b"vault")?),
            pepper: Secret::new(derive(b"pepper")?),
            seal: LessSafeKey::new(seal),
            draws: None,
        })
    }

    /// The secrets of a world for trying out that is made from a seed, so that the same calls at the same moments give
    /// the same numbers. Whoever knows the seed knows them all.
    pub fn from_seed(seed: u64) -> Result<Secrets, SecretsError> {
        let key = Salt::new(HKDF_SHA256, b"tongbao world of a seed v1").extract(&seed.to_be_bytes());
        let derive = |label: &[u8]| -> Result<[u8; 32], SecretsError> {
            let mut out = [0; 32];
            let filled = key.expand(&[label], HKDF_SHA256).and_then(|okm| okm.fill(&mut out));
            filled.map(|()| out).map_err(|_| SecretsError)
        };
        let draws =
            Draws { key: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"draws")?), drawn: AtomicU64::new(0) };
        Ok(Secrets { draws: Some(draws), ..Secrets::from_master(&derive(b"master")?)? })
    }

    /// The same secrets with a key of their own for what stands for persons: it lies apart from the master key, so
    /// that whoever has the one cannot try all phone numbers.
    #[must_use]
    pub fn with_person_key(self, key: &[u8; 32]) -> Secrets {
        Secrets { persons: hmac::Key::new(hmac::HMAC_SHA256, key), ..self }
    }

    /// What stands for somebody's address, code or identity in commands and rows.
    pub fn person_digest(&self, what: &str, text: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.persons, format!("{what}\n{text}").as_bytes());
        tag.as_ref()[..16].try_into().expect("a SHA-256 tag has 32 bytes")
    }

    /// What wraps the keys in the vault, where no other key is given.
    pub fn vault_key(&self) -> &Secret<[u8; 32]> {
        &self.vault
    }

    /// Whether they follow from a seed.
    pub fn is_seeded(&self) -> bool {
        self.draws.is_some()
    }

    /// Begins the draws anew, as a world that begins anew does.
    pub fn draw_anew(&self) {
        if let Some(draws) = &self.draws {
            draws.drawn.store(0, Ordering::Relaxed);
        }
    }

    /// Bytes that follow from the seed and from what was drawn at this moment (microseconds UTC) before; `None` in a
    /// world that was not made from one: then the system is asked.
    pub fn draw(&self, now_us: i64) -> Option<[u8; 32]> {
        let draws = self.draws.as_ref()?;
        let count = draws.drawn.fetch_add(1, Ordering::Relaxed);
        let tag = hmac::sign(&draws.key, &[now_us.to_be_bytes(), count.to_be_bytes()].concat());
        Some(tag.as_ref().try_into().expect("a SHA-256 tag has 32 bytes"))
    }

    /// The digest that stands for a bank card's number in commands and rows: it tells two cards apart.
    pub fn card_digest(&self, number: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.cards, number.as_bytes());
        tag.as_ref()[..16].try_into().expect("a SHA-256 tag has 32 bytes")
    }

    /// The digest that stands for a pay code in commands and rows.
    pub fn pay_code_digest(&self, code: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.codes, code.as_bytes());
        tag.as_ref()[..16].try_into().expect("a SHA-256 tag has 32 bytes")
    }

    /// What codes, tokens and their digests are made of.
    pub(crate) fn token_tag(&self, text: &[u8]) -> [u8; 32] {
        hmac::sign(&self.tokens, text).as_ref().try_into().expect("a SHA-256 tag has 32 bytes")
    }

    /// A password mixed with the pepper, as argon2id takes it: without the pepper a stolen table is worth nothing.
    pub fn peppered(&self, password: &str) -> Secret<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pepper.reveal());
        let tag = hmac::sign(&key, password.as_bytes());
        Secret::new(tag.as_ref().try_into().expect("a SHA-256 tag has 32 bytes"))
    }

    /// Seals bytes for a row. `nonce` is 12 fresh random bytes that the caller draws.
    pub fn seal(&self, plain: &[u8], nonce: [u8; NONCE_LEN]) -> Result<Vec<u8>, SecretsError> {
        let mut sealed = plain.to_vec();
        let whole = Nonce::assume_unique_for_key(nonce);
        self.seal.seal_in_place_append_tag(whole, Aad::empty(), &mut sealed).map_err(|_| SecretsError)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens sealed bytes.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(SecretsError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretsError)?;
        let mut plain = rest.to_vec();
        let opened = self.seal.open_in_place(nonce, Aad::empty(), &mut plain).map_err(|_| SecretsError)?;
        Ok(opened.to_vec())
    }

    /// An unguessable name of an order for links and QR codes: the number, then 80 bits of proof.
    pub fn order_token(&self, order_no: OrderNo) -> String {
        let mut letters = Vec::new();
        let mut rest = order_no.number().unsigned_abs();
        while rest > 0 {
            letters.push(LETTERS[(rest % 32) as usize]);
            rest /= 32;
        }
        letters.reverse();
        letters.extend(self.proof(order_no));
        String::from_utf8(letters).expect("ASCII letters")
    }

    /// The order that a token names, when its proof is right.
    pub fn order_of_token(&self, token: &str) -> Option<OrderNo> {
        let (number, proof) = token.as_bytes().split_at_checked(token.len().checked_sub(PROOF_LETTERS)?)?;
        if number.is_empty() || number.len() > 13 {
            return None;
        }
        let mut value: u64 = 0;
        for letter in number {
            let digit = LETTERS.iter().position(|known| known == letter)?;
            value = value.checked_mul(32)?.checked_add(digit as u64)?;
        }
        let order_no = OrderNo::from_number(i64::try_from(value).ok()?)?;
        are_equal(&self.proof(order_no), proof).then_some(order_no)
    }

    fn proof(&self, order_no: OrderNo) -> [u8; PROOF_LETTERS] {
        let tag = hmac::sign(&self.links, &order_no.number().to_be_bytes());
        std::array::from_fn(|position| LETTERS[(tag.as_ref()[position] % 32) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws_and_another_one_others() {
        let drawn = |seed| {
            let secrets = Secrets::from_seed(seed).unwrap();
            [7, 7, 8].map(|now_us| secrets.draw(now_us).unwrap())
        };
        let one = drawn(1);
        assert_eq!(one, drawn(1));
        assert!(one[0] != one[1] && one[1] != one[2] && one[0] != drawn(2)[0]);
        assert_eq!(Secrets::from_master(&[7; 32]).unwrap().draw(7), None);
        let (one, two) = (Secrets::from_seed(1).unwrap(), Secrets::from_seed(2).unwrap());
        assert_ne!(one.pay_code_digest("28"), two.pay_code_digest("28"));
    }

    #[test]
    fn a_token_names_its_order_and_cannot_be_forged() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let order_no: OrderNo = "2026010222001400000000000742".parse().unwrap();
        let token = secrets.order_token(order_no);
        assert_eq!(secrets.order_of_token(&token), Some(order_no));
        for position in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[position] = if forged[position] == b'a' { b'b' } else { b'a' };
            assert_eq!(
                secrets.order_of_token(std::str::from_utf8(&forged).unwrap()),
                None,
                "letter {position}"
            );
        }
        for wrong in ["", "a", "宝", &"a".repeat(40)] {
            assert_eq!(secrets.order_of_token(wrong), None);
        }
        assert_eq!(Secrets::from_master(&[8; 32]).unwrap().order_of_token(&token), None);
        assert!(Secrets::from_master(&[7; 31]).is_err());
    }

    #[test]
    fn sealed_bytes_open_with_their_own_key_only() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let mut sealed = secrets.seal(b"key", [1; 12]).unwrap();
        assert_eq!(secrets.open(&sealed).unwrap(), b"key");
        assert_eq!(Secrets::from_master(&[8; 32]).unwrap().open(&sealed), Err(SecretsError));
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(secrets.open(&sealed), Err(SecretsError));
        assert_eq!(secrets.open(&[]), Err(SecretsError));
    }

    #[test]
    fn digests_depend_on_the_key_and_do_not_print() {
        let (one, two) = (Secrets::from_master(&[7; 32]).unwrap(), Secrets::from_master(&[8; 32]).unwrap());
        assert_ne!(one.pay_code_digest("281234"), two.pay_code_digest("281234"));
        assert_ne!(one.peppered("110110").reveal(), two.peppered("110110").reveal());
        assert_eq!(format!("{one:?}"), "Secrets(***)");
    }
}
