//! Why a command about cards and bank orders is refused. In each enum the order is precedence: the first that holds is
//! the one reported.

/// Why the bank is not asked about a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AskCardRefused {
    /// There is no such party.
    #[error("no such party")]
    PartyNotFound,
    /// The party is frozen or closed, or nobody knows yet who it is.
    #[error("the account is frozen or closed, or its owner not known")]
    PartyBlocked,
    /// The card is bound.
    #[error("the card is bound already")]
    AlreadyBound,
}

/// Why a binding does not come about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BindCardRefused {
    /// The party has no card of this number.
    #[error("no such card")]
    CardNotFound,
    /// The card was given up, or is bound under another agreement.
    #[error("the card was given up, or is bound under another agreement")]
    CardEnded,
}

/// Why a card is not given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CardRefused {
    /// The party has no card of this number.
    #[error("no such card")]
    CardNotFound,
}

/// Why a bank order is not drafted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BankOrderRefused {
    /// The key was used for an order of another meaning.
    #[error("the key was used with another {field}")]
    KeyTaken {
        /// The first field that differs.
        field: &'static str,
    },
    /// Nothing would move.
    #[error("the amount must be above zero")]
    NothingToMove,
    /// Banks here move yuan only.
    #[error("only yuan move between balance and card")]
    CurrencyDiffers,
    /// There is no such party.
    #[error("no such party")]
    PartyNotFound,
    /// The party is frozen or closed.
    #[error("the account is frozen or closed")]
    PartyBlocked,
    /// What leaves the party's balance is stopped.
    #[error("payments from the balance are stopped")]
    PartyStopped,
    /// The party has no card of this number that is bound.
    #[error("no such card is bound")]
    CardNotBound,
    /// Nothing is withdrawn to a credit card, and no balance filled from one.
    #[error("a credit card can only pay")]
    CardIsCredit,
    /// More than one order may be.
    #[error("more than one order may be, {max} fen")]
    OverSingle {
        /// The most, in fen.
        max: u64,
    },
    /// More than what is left of the day.
    #[error("the limit of the day, {max} fen, is used up")]
    OverDay {
        /// The limit, in fen.
        max: u64,
    },
    /// More than what is left of the month.
    #[error("the limit of the month, {max} fen, is used up")]
    OverMonth {
        /// The limit, in fen.
        max: u64,
    },
    /// More than what the account's class may still move out of its balance.
    #[error("the limit of the account's class, {max} fen, is used up")]
    OverClass {
        /// The limit, in fen.
        max: u64,
    },
    /// Balance too low for the amount and its fee.
    #[error("balance too low")]
    BalanceTooLow,
}

/// Why a draft does not become an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfirmBankOrderRefused {
    /// The party has no order of this number.
    #[error("no such bank order")]
    NotFound,
    /// It is over.
    #[error("the bank order is over")]
    Ended,
    /// The password proof is missing, for something else, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// What held when it was drafted does not hold any more.
    #[error("{0}")]
    Rules(BankOrderRefused),
    /// The fee is not the one that was shown.
    #[error("the fee has changed")]
    PriceChanged,
    /// Risk rules stop it.
    #[error("{0}")]
    Risk(risk::RiskRefused),
}

/// Why an order is not given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CloseBankOrderRefused {
    /// The party has no order of this number.
    #[error("no such bank order")]
    NotFound,
    /// It is decided, or its money is owed to the card.
    #[error("the bank order cannot be given up any more")]
    TooLate,
}

/// Why a bank order or card is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindBankRefused {
    /// There is none of this number.
    #[error("no such card or bank order")]
    NotFound,
}
