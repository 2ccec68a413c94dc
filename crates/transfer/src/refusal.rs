//! Why a command about a transfer is refused. In each enum the order is precedence: the first that holds is the one
//! reported.

/// Which limit an amount is outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LimitRefused {
    /// Below what can be sent, or not in yuan.
    #[error("below the least that can be sent")]
    TooSmall,
    /// Above what one transfer may be, or what the class of the payer's account allows from the balance.
    #[error("above the limit of one transfer")]
    TooLarge,
    /// The day's limit would be passed.
    #[error("above the limit of the day")]
    Day,
    /// The month's limit would be passed.
    #[error("above the limit of the month")]
    Month,
}

/// Why money is not sent, or a transfer is not offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TransferRefused {
    /// There is no such payer, or the app neither is its own nor acts for it.
    #[error("payer not found")]
    PayerNotFound,
    /// The number was used for a transfer of another meaning.
    #[error("the number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// Nobody is known by the name that was given.
    #[error("payee not found")]
    PayeeNotFound,
    /// The payee is called otherwise.
    #[error("the payee has another name")]
    PayeeNameDiffers,
    /// The payee's account was given up. When that was found only after the money had left, it came back, and the
    /// transfer stands as returned.
    #[error("payee account is closed")]
    PayeeBlocked,
    /// Payer and payee are the same.
    #[error("payer and payee are the same party")]
    PayeeIsPayer,
    /// The merchant's contract for transfers has ended.
    #[error("the payer's contract for transfers has ended")]
    NotSigned,
    /// The payer is frozen or closed.
    #[error("payer is frozen or closed")]
    PayerBlocked,
    /// Payments from the payer's balance are stopped.
    #[error("payments from the payer's balance are stopped")]
    PayerStopped,
    /// Outside a limit.
    #[error("{0}")]
    Limit(LimitRefused),
    /// Not enough money.
    #[error("balance too low")]
    BalanceTooLow,
    /// Risk rules stop it.
    #[error("{0}")]
    Risk(risk::RiskRefused),
}

/// Why no money is sent to a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CardTransferRefused {
    /// There is no such merchant, or the app neither is its own nor acts for it.
    #[error("payer not found")]
    PayerNotFound,
    /// The number was used for a transfer of another meaning.
    #[error("the number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The merchant's contract for transfers has ended.
    #[error("the payer's contract for transfers has ended")]
    NotSigned,
    /// The payer is frozen or closed.
    #[error("payer is frozen or closed")]
    PayerBlocked,
    /// Payments from the payer's balance are stopped.
    #[error("payments from the payer's balance are stopped")]
    PayerStopped,
    /// Outside a limit.
    #[error("{0}")]
    Limit(LimitRefused),
    /// Not enough money for the amount and its fee.
    #[error("balance too low")]
    BalanceTooLow,
    /// The app named this card wrongly too often today: whose it is is told to it tomorrow again, also if it is right.
    #[error("the card was named wrongly too often today")]
    TooManyNames,
    /// The bank knows no such card under this name, or it takes no money from others. Told to nobody who could not pay,
    /// so that names of cards are not guessed for nothing.
    #[error("the bank does not know this card under this name")]
    CardWrong,
    /// The bank was not heard about the card, or another list of names came into force while it was asked. Nothing
    /// moved, and the same number can be sent again.
    #[error("no answer about the card, or another list of names came meanwhile")]
    BankSilent,
    /// Risk rules stop it.
    #[error("{0}")]
    Risk(risk::RiskRefused),
}

/// Why an offered transfer is not paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfirmTransferRefused {
    /// The payer has no such transfer.
    #[error("no such transfer")]
    NotFound,
    /// It was cancelled, or not confirmed in time.
    #[error("the transfer is cancelled")]
    AlreadyCancelled,
    /// The password proof is missing, for something else, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// It is paid no more than once, and this time it is not: see [`TransferRefused`].
    #[error("{0}")]
    Refused(TransferRefused),
}

/// Why a transfer is not called back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CancelTransferRefused {
    /// The payer has no such transfer.
    #[error("no such transfer")]
    NotFound,
    /// It went to the payee already.
    #[error("the money is gone to the payee")]
    TooLate,
}

/// There is no such transfer, or it is another payer's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the transfer does not exist")]
pub struct TransferNotFound;

/// Why a batch of transfers is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchRefused {
    /// There is no such merchant, or the app neither is its own nor acts for it.
    #[error("payer not found")]
    PayerNotFound,
    /// The number was used for a batch of another meaning.
    #[error("the number was used for another batch")]
    NumberTaken,
    /// It has no detail, or more than [`crate::BATCH_COUNT_MAX`].
    #[error("a batch has one to a thousand details")]
    CountWrong,
    /// Two details have the same number.
    #[error("two details have the same number")]
    DetailRepeated,
    /// The amounts of its details do not come to its total, or one is of nothing or not in yuan.
    #[error("the details do not come to the total")]
    TotalWrong,
    /// The moment until which it waits is over, or too far away.
    #[error("the moment until which it waits is over or too far away")]
    TimeWrong,
    /// The merchant's contract for transfers has ended.
    #[error("the payer's contract for transfers has ended")]
    NotSigned,
    /// The payer is frozen or closed.
    #[error("payer is frozen or closed")]
    PayerBlocked,
    /// Payments from the payer's balance are stopped.
    #[error("payments from the payer's balance are stopped")]
    PayerStopped,
    /// The bank was not heard about one of the cards, or another list of names came into force while banks were asked.
    /// Nothing was written, and the same number can be sent again.
    #[error("no answer about a card, or another list of names came meanwhile")]
    BankSilent,
}

/// Why a batch that waits for its payer is not decided so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecideBatchRefused {
    /// The payer has no such batch.
    #[error("no such batch")]
    NotFound,
    /// It was decided otherwise, or its time is over.
    #[error("the batch is decided already")]
    Decided,
    /// The payer is frozen or closed, or payments from the balance are stopped.
    #[error("payer is frozen, closed or stopped")]
    PayerBlocked,
}

/// There is no such batch, or it is another payer's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the batch does not exist")]
pub struct BatchNotFound;
