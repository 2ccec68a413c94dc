//! Why the ledger says no.

/// Why a posting or a hold is refused. Order is precedence: the first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LedgerRefused {
    /// An account of the posting was never opened.
    #[error("account not found")]
    AccountNotFound,
    /// An account is kept in another currency.
    #[error("account is kept in another currency")]
    CurrencyDiffers,
    /// The balance less what is held does not cover the amount.
    #[error("available balance too low")]
    BalanceTooLow,
    /// The balance would exceed what the books can hold (2⁶³ − 1 minor units).
    #[error("balance too large")]
    BalanceTooLarge,
    /// The hold was captured or released before.
    #[error("hold is not open")]
    HoldNotOpen,
}
