//! The few DER shapes of keys and certificates. Strict: definite lengths, shortest form, nothing left over.

/// Tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// Tag of a BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// Tag of an OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// Tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// The contents of `AlgorithmIdentifier { rsaEncryption, NULL }`, RFC 8017 appendix A.1.
const RSA_ENCRYPTION: [u8; 13] = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];

/// Reads one value after the other.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// A reader of the only value in `bytes`, a SEQUENCE.
    pub(crate) fn of_sequence(bytes: &'a [u8]) -> Option<Reader<'a>> {
        let mut outer = Reader::new(bytes);
        let content = outer.read(SEQUENCE)?;
        outer.is_empty().then(|| Reader::new(content))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The content of the next value, which must have this tag.
    pub(crate) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        if found != tag {
            return None;
        }
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let length = match *bytes {
                [low] if low >= 0x80 => usize::from(low),
                [high, low] if high > 0 => usize::from(high) << 8 | usize::from(low),
                _ => return None, // A key never needs 64 KiB.
            };
            (length, rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(content)
    }

    /// The magnitude of the next value, a positive INTEGER, without a leading zero.
    pub(crate) fn read_positive(&mut self) -> Option<&'a [u8]> {
        match self.read(INTEGER)? {
            [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
            plain if plain.first().is_some_and(|byte| (1..0x80).contains(byte)) => Some(plain),
            _ => None,
        }
    }
}

/// One value of this tag around the parts.
pub(crate) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        Ok(one) => bytes.extend_from_slice(&[0x81, one]),
        Err(_) => {
            let two = u16::try_from(length).expect("keys are below 64 KiB");
            bytes.push(0x82);
            bytes.extend_from_slice(&two.to_be_bytes());
        }
    }
    bytes.extend(parts.iter().flat_map(|part| part.iter().copied()));
    bytes
}

/// An INTEGER that is not negative, in the shortest form, of its big-endian digits.
pub(crate) fn positive(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = &number[zeros..];
    let sign: &[u8] = if digits.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
    wrap(INTEGER, &[sign, digits])
}

/// Whether these are the contents of the AlgorithmIdentifier of plain RSA keys.
pub(crate) fn is_rsa(algorithm: &[u8]) -> bool {
    algorithm == RSA_ENCRYPTION || algorithm == &RSA_ENCRYPTION[..11]
}

/// `SubjectPublicKeyInfo` around a PKCS#1 `RSAPublicKey`.
pub(crate) fn spki_of(pkcs1: &[u8]) -> Vec<u8> {
    let key = wrap(BIT_STRING, &[&[0], pkcs1]);
    wrap(SEQUENCE, &[&wrap(SEQUENCE, &[&RSA_ENCRYPTION]), &key])
}

/// PKCS#8 `PrivateKeyInfo` around a PKCS#1 `RSAPrivateKey`.
pub(crate) fn pkcs8_of(pkcs1: &[u8]) -> Vec<u8> {
    let version = wrap(INTEGER, &[&[0]]);
    let mut key = wrap(OCTET_STRING, &[pkcs1]);
    let bytes = wrap(SEQUENCE, &[&version, &wrap(SEQUENCE, &[&RSA_ENCRYPTION]), &key]);
    zeroize::Zeroize::zeroize(&mut key);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_must_be_in_shortest_form() {
        for (bytes, content) in [
            (&[4u8, 1, 7][..], Some(&[7u8][..])),
            (&[4, 0x81, 1, 7], None),
            (&[4, 0x82, 0, 1, 7], None),
            (&[4, 0x80, 7], None),
            (&[4, 2, 7], None),
            (&[2, 1, 7], None),
        ] {
            assert_eq!(Reader::new(bytes).read(OCTET_STRING), content, "{bytes:?}");
        }
        for length in [0, 1, 127, 128, 255, 256, 70] {
            let value = wrap(OCTET_STRING, &[&vec![9; length]]);
            assert_eq!(Reader::new(&value).read(OCTET_STRING), Some(&vec![9; length][..]));
        }
    }

    #[test]
    fn numbers_are_written_in_the_shortest_form() {
        for (digits, content) in [
            (&[0u8, 0, 1][..], &[1u8][..]),
            (&[0x80], &[0, 0x80]),
            (&[0, 0x7F, 0], &[0x7F, 0]),
            (&[0, 0], &[0]),
            (&[], &[0]),
        ] {
            assert_eq!(positive(digits), wrap(INTEGER, &[content]), "{digits:?}");
        }
    }

    #[test]
    fn integers_must_be_positive_and_minimal() {
        for (content, magnitude) in [
            (&[1u8][..], Some(&[1u8][..])),
            (&[0, 0x80], Some(&[0x80])),
            (&[0, 1], None),
            (&[0x80], None),
            (&[0], None),
            (&[], None),
        ] {
            let value = wrap(INTEGER, &[content]);
            assert_eq!(Reader::new(&value).read_positive(), magnitude, "{content:?}");
        }
    }
}
