//! The number under which an answer can be found in the logs.

use axum::http::HeaderValue;
use std::fmt::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// 32 hex digits, another one in every answer, also across restarts. It tells nothing and opens nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId([u64; 2]);

impl TraceId {
    /// The next one: chance is drawn once for the process, then it is mixed with a count.
    pub(crate) fn next() -> TraceId {
        static BEGIN: OnceLock<[u64; 2]> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let draw = || getrandom::u64().unwrap_or_default();
        let [high, low] = *BEGIN.get_or_init(|| [draw(), draw()]);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        TraceId([mixed(high.wrapping_add(count)), mixed(low.wrapping_add(count))])
    }

    /// As a header.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.digits()).expect("hex digits make a header")
    }

    /// Its digits. Made by hand, since formatting them takes longer than all else that is done for the header.
    fn digits(self) -> [u8; 32] {
        let number = u128::from(self.0[0]) << 64 | u128::from(self.0[1]);
        let mut rest = number;
        let mut digits = [0; 32];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest & 15) as usize];
            rest >>= 4;
        }
        digits
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits().iter().try_for_each(|digit| f.write_char(char::from(*digit)))
    }
}

/// One to one, and neighbours come out far apart (the finish of splitmix64).
fn mixed(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_is_another_and_has_32_digits() {
        let all: BTreeSet<String> = (0..1_000).map(|_| TraceId::next().to_string()).collect();
        assert_eq!(all.len(), 1_000);
        let (low, high) = (0x0123_4567_89ab_cdef, 0xfe);
        assert_eq!(TraceId([high, low]).to_string(), "00000000000000fe0123456789abcdef");
        assert!(all.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }
}
