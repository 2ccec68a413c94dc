//! Only the platform is answered: every call but a look at the health proves that it knows the secret.

use hyper::HeaderMap;
use wire::bank_call::{BankCall, BankSecret, GENERATION_HEADER, PROOF_HEADER, TIME_HEADER};

/// Longest name of a generation.
const GENERATION_BYTES_MAX: usize = 40;
/// Times that are believed: 1970 to the year 9999, microseconds UTC.
const TIMES_US: std::ops::RangeInclusive<i64> = 0..=253_000_000_000_000_000;

/// Who called, when it is there, and by which proof.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    pub(crate) generation: String,
    pub(crate) time_us: i64,
    pub(crate) proof: String,
}

/// Believes a call or not. `None` tells nothing of what was wrong.
pub(crate) fn proven(
    secret: &BankSecret,
    method: &str,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Proven> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (generation, proof) = (header(GENERATION_HEADER)?, header(PROOF_HEADER)?);
    let time_us: i64 = header(TIME_HEADER)?.parse().ok()?;
    let fits = is_name(generation, GENERATION_BYTES_MAX) && TIMES_US.contains(&time_us);
    let call = BankCall { method, path, generation, time_us, body };
    let believed = fits && secret.is_call(&call, proof);
    believed.then(|| Proven { generation: generation.to_owned(), time_us, proof: proof.to_owned() })
}

/// Letters, digits and a few signs that no file form has to quote.
pub(crate) fn is_name(text: &str, bytes_max: usize) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    !text.is_empty() && text.len() <= bytes_max && text.bytes().all(fits)
}
