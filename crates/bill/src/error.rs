//! Why there is no bill.

use store::StoreError;

/// Why a bill could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// A refund of the period is still under way, so that its lines could change.
    #[error("a refund of this time is under way")]
    Unsettled,
    /// It would have more lines than a file may.
    #[error("more lines than a file may have")]
    TooLong,
    /// There is more to read than the caller allowed.
    #[error("there is more to read than is allowed")]
    TooMuch,
    /// Rows contradict each other, or a sum is too large.
    #[error("the books are odd: {0}")]
    Odd(String),
    /// The tables could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be packed.
    #[error("the file could not be packed: {0}")]
    Pack(#[from] zip::result::ZipError),
    /// The file could not be written.
    #[error("the file could not be written: {0}")]
    Write(#[from] std::io::Error),
}
