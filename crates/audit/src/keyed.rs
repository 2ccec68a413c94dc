//! The hash by which rows are compared: SipHash with 128 bits, keyed anew for each run.
//!
//! Nobody can forge an equality: the key is drawn when the audit begins, after everything it reads was written, and
//! never leaves it. Two texts that differ agree by chance once in 2¹²⁸.

/// A key and what is hashed under it.
#[derive(Clone, Copy)]
pub(crate) struct Keyed {
    start: [u64; 4],
}

impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyed(…)")
    }
}

impl Keyed {
    /// A key that nobody knew before. Fails only when the system gives no chance.
    pub(crate) fn drawn() -> Result<Keyed, std::io::Error> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(std::io::Error::other)?;
        Ok(Keyed::with(key))
    }

    fn with(key: [u8; 16]) -> Keyed {
        let (low, high) = key.split_at(8);
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let (low, high) = (word(low), word(high));
        let start = [
            low ^ 0x736f_6d65_7073_6575,
            high ^ 0x646f_7261_6e64_6f6d ^ 0xee,
            low ^ 0x6c79_6765_6e65_7261,
            high ^ 0x7465_6462_7974_6573,
        ];
        Keyed { start }
    }

    /// The hash of some bytes, under a tag that tells what they are.
    pub(crate) fn hash(&self, tag: u64, bytes: &[u8]) -> u128 {
        let mut state = self.start;
        absorb::<1>(&mut state, tag);
        finish::<1, 3>(state, bytes, 8)
    }

    /// The hash of a text.
    pub(crate) fn text(&self, text: &str) -> u128 {
        finish::<1, 3>(self.start, text.as_bytes(), 0)
    }
}

fn round([a, b, c, d]: &mut [u64; 4]) {
    *a = a.wrapping_add(*b);
    *c = c.wrapping_add(*d);
    *b = b.rotate_left(13) ^ *a;
    *d = d.rotate_left(16) ^ *c;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*b);
    *a = a.wrapping_add(*d);
    *b = b.rotate_left(17) ^ *c;
    *d = d.rotate_left(21) ^ *a;
    *c = c.rotate_left(32);
}

fn absorb<const C: usize>(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    for _round in 0..C {
        round(state);
    }
    state[0] ^= word;
}

/// `before` counts the bytes that were absorbed already.
fn finish<const C: usize, const D: usize>(mut state: [u64; 4], bytes: &[u8], before: usize) -> u128 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        absorb::<C>(&mut state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = ((bytes.len() + before) & 0xff) as u8;
    absorb::<C>(&mut state, u64::from_le_bytes(last));
    let mut out = |whiten: (usize, u64)| {
        state[whiten.0] ^= whiten.1;
        for _round in 0..D {
            round(&mut state);
        }
        state[0] ^ state[1] ^ state[2] ^ state[3]
    };
    let low = out((2, 0xee));
    let high = out((1, 0xdd));
    u128::from(low) | u128::from(high) << 64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published vectors of SipHash-2-4 with 128 bits: key 00…0f, messages of 0 and 1 bytes.
    #[test]
    fn it_is_siphash() {
        let keyed = Keyed::with(std::array::from_fn(|byte| byte as u8));
        let of = |bytes: &[u8]| finish::<2, 4>(keyed.start, bytes, 0).to_le_bytes();
        assert_eq!(of(&[])[..8], [0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6]);
        assert_eq!(of(&[])[8..], [0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93]);
        assert_eq!(of(&[0])[..8], [0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44]);
        assert_eq!(of(&[0])[8..], [0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45]);
    }

    #[test]
    fn tag_bytes_and_key_all_count() {
        let (one, other) = (Keyed::drawn().unwrap(), Keyed::drawn().unwrap());
        let long = [7; 100];
        assert_eq!(one.hash(1, &long), one.hash(1, &long));
        assert_ne!(one.hash(1, &long), one.hash(2, &long));
        assert_ne!(one.hash(1, &long), one.hash(1, &long[..99]));
        assert_ne!(one.hash(1, &long), other.hash(1, &long));
        assert_ne!(one.text("a"), one.text("b"));
    }
}
