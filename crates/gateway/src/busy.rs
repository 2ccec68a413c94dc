//! The answer to a call that found no place. Its bytes are the same for everybody, so they are signed once and kept:
//! refusing costs no signature.

use crate::codes::Failure;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use wire::charset::Charset;
use wire::envelope::{signed_by, unsigned_envelope};
use wire::public_code::GatewayError;
use wire::sign::{PrivateKey, SignType};

/// At most one line in the log for so long, however many are refused.
const LOG_PAUSE: Duration = Duration::from_secs(1);

/// What is said, and its signatures by charset and sign type.
#[derive(Default)]
pub(crate) struct Busy {
    kept: [[OnceLock<Kept>; 3]; 2],
    unsaid: Mutex<Unsaid>,
}

/// What is signed, and its signature in base64.
struct Kept {
    inner: Vec<u8>,
    signature: String,
}

/// Refusals that are not in the log yet.
#[derive(Default)]
struct Unsaid {
    refused: u64,
    said: Option<Instant>,
}

impl Busy {
    /// Nothing was decided; the caller may ask again.
    pub(crate) fn failure() -> Failure {
        Failure::gateway(GatewayError::UnknownError)
    }

    /// Tells the operator, now and then, how many were refused.
    pub(crate) fn note(&self) {
        let mut unsaid = self.unsaid.lock().unwrap_or_else(PoisonError::into_inner);
        unsaid.refused += 1;
        if unsaid.said.is_none_or(|said| said.elapsed() >= LOG_PAUSE) {
            tracing::warn!(
                refused = unsaid.refused,
                "more calls come in than can be signed; some are refused"
            );
            *unsaid = Unsaid { refused: 0, said: Some(Instant::now()) };
        }
    }

    /// The whole answer in `node`, signed.
    pub(crate) fn signed(
        &self,
        node: &str,
        charset: Charset,
        sign_type: SignType,
        key: &PrivateKey,
        cert_sn: Option<&str>,
    ) -> Vec<u8> {
        let of_charset = match charset {
            Charset::Utf8 => &self.kept[0],
            Charset::Gbk => &self.kept[1],
        };
        let kept = match sign_type {
            SignType::Rsa => &of_charset[0],
            SignType::Rsa2 => &of_charset[1],
            SignType::Sm2 => &of_charset[2],
        };
        let kept = kept.get_or_init(|| {
            let inner = charset.encode_json(&Busy::failure().response().to_json());
            let signature = key.sign(sign_type, &inner);
            Kept { inner, signature }
        });
        signed_by(node, &kept.inner, cert_sn, &kept.signature)
    }

    /// The whole answer to somebody whom we do not know.
    pub(crate) fn unsigned(node: &str, charset: Charset) -> Vec<u8> {
        unsigned_envelope(node, &Busy::failure().response().to_json(), charset)
    }
}
