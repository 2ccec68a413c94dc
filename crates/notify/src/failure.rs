//! What counts as delivered, and what does not.

use crate::address::AddressRefused;
use base::{Plant, planted};
use std::time::Duration;

/// What a merchant answers, byte for byte.
pub(crate) const SUCCESS: &[u8] = b"success";

/// Why an attempt does not count as delivered. The texts name no address and repeat nothing of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// The address must not be called.
    #[error("not called: {0}")]
    Refused(#[from] AddressRefused),
    /// Nobody took the call.
    #[error("no connection")]
    NoConnection,
    /// The whole call took longer than this.
    #[error("no answer within {} ms", .0.as_millis())]
    TooSlow(Duration),
    /// Another status than 200.
    #[error("answered with HTTP {0}")]
    Status(u16),
    /// The body is something else.
    #[error("answered HTTP 200, but the body is not `success`")]
    WrongBody,
    /// The answer ended too early or could not be read.
    #[error("the answer was cut off or is no HTTP")]
    Broken,
}

impl Failure {
    /// Whether the merchant's server answered, and said no.
    pub fn is_answer(self) -> bool {
        match self {
            Failure::Status(_) | Failure::WrongBody => true,
            Failure::Refused(_) | Failure::NoConnection | Failure::TooSlow(_) | Failure::Broken => false,
        }
    }

    /// Whether the merchant's server is gone or slow, so that more calls at once would only wait.
    pub fn is_slow(self) -> bool {
        match self {
            Failure::NoConnection | Failure::TooSlow(_) => true,
            Failure::Refused(_) | Failure::Status(_) | Failure::WrongBody | Failure::Broken => false,
        }
    }
}

/// Judges an answer. Of a long body the first eight bytes are enough.
///
/// # Errors
/// For everything but HTTP 200 with the body `success`, exactly.
pub fn judge(status: u16, body: &[u8]) -> Result<(), Failure> {
    match status {
        200 if body == SUCCESS || planted(Plant::AnyAnswerDelivers) => Ok(()),
        200 => Err(Failure::WrongBody),
        other => Err(Failure::Status(other)),
    }
}
