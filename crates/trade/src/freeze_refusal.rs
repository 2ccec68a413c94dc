//! Why a command about a pre-authorisation is refused. In each enum the order is precedence: the first that holds is
//! the one reported.

use serde::{Deserialize, Serialize};

/// Why a payer's slot sets no money aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum HoldRefused {
    /// The code is unknown, expired or used.
    #[error("pay code is unknown, expired or used")]
    CodeInvalid,
    /// There is nothing that waits for this payer.
    #[error("nothing waits for this payer")]
    NotAsked,
    /// The money was set aside before.
    #[error("the money is frozen")]
    AlreadyHeld,
    /// The freeze is closed.
    #[error("the freeze is closed")]
    AlreadyClosed,
    /// The password proof is missing, for something else, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// The payer is frozen or closed.
    #[error("payer is frozen or closed")]
    PayerBlocked,
    /// The payer is the merchant.
    #[error("payer and payee are the same party")]
    PayerIsSeller,
    /// Another payer was asked before.
    #[error("another payer than the freeze's")]
    PayerDiffers,
    /// Payments from the payer's balance are stopped.
    #[error("payments from the payer's balance are stopped")]
    PayerStopped,
    /// More than the payer's class allows from the balance.
    #[error("above the limit of the payer's class")]
    PayerLimit,
    /// Not enough money.
    #[error("balance too low")]
    BalanceTooLow,
}

/// Why a freeze is not opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenFreezeRefused {
    /// There is no such merchant, or the app neither is the merchant's own nor acts for it.
    #[error("payee not found")]
    SellerNotFound,
    /// The number was used for a freeze of another meaning.
    #[error("the number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The money of this number was frozen.
    #[error("the money is frozen")]
    AlreadyFrozen,
    /// The freeze of this number was used up.
    #[error("the freeze is finished")]
    AlreadyFinished,
    /// The freeze of this number is closed.
    #[error("the freeze is closed")]
    AlreadyClosed,
    /// The merchant may not take money.
    #[error("payee is frozen or closed")]
    SellerBlocked,
    /// The merchant's contract for pre-authorisations has ended.
    #[error("the merchant's contract for this product has ended")]
    NotSigned,
    /// Outside what may be frozen: 0.01 to 100,000,000.00 yuan.
    #[error("amount outside the limits")]
    AmountOutside,
    /// It was opened, but the payer's slot said no.
    #[error("{0}")]
    Hold(HoldRefused),
}

/// Why a freeze cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindFreezeRefused {
    /// There is none, or it is another merchant's.
    #[error("the freeze does not exist")]
    FreezeNotFound,
    /// The freeze has no such operation.
    #[error("the freeze has no such operation")]
    OperationNotFound,
}

/// Why frozen money is not set free.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnfreezeRefused {
    /// There is none, or it is another merchant's.
    #[error("the freeze does not exist")]
    FreezeNotFound,
    /// The number was used for another amount or remark.
    #[error("the number was used with another {field}")]
    NumberTaken {
        /// The field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The payer has not agreed.
    #[error("nothing is frozen yet")]
    NotFrozen,
    /// It was used up.
    #[error("the freeze is finished")]
    AlreadyFinished,
    /// It is closed.
    #[error("the freeze is closed")]
    AlreadyClosed,
    /// Nothing, or more than is left, or another currency.
    #[error("more than is left of the freeze")]
    MoreThanRest,
}

/// Why a freeze is not cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CancelFreezeRefused {
    /// There is none, it is another merchant's, or the operation is not the one that froze.
    #[error("the freeze does not exist")]
    FreezeNotFound,
    /// It was used up.
    #[error("the freeze is finished")]
    AlreadyFinished,
    /// A part of it was set free or paid: the rest is set free by `unfreeze`.
    #[error("a part of the freeze was used")]
    PartUsed,
    /// It was frozen too long ago.
    #[error("the time for cancelling is over")]
    TooLate,
}

/// Why an order is not paid from a freeze.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PayFrozenRefused {
    /// There is no such merchant, or the app neither is the merchant's own nor acts for it.
    #[error("seller not found")]
    SellerNotFound,
    /// The number was used for an order of another meaning, or of another freeze.
    #[error("the order number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The order of this number is closed, or was closed while its money was under way.
    #[error("order is closed")]
    OrderClosed,
    /// The merchant may not be paid.
    #[error("seller is frozen or closed")]
    SellerBlocked,
    /// The merchant has no licence, and receives no more by this payment, today, or this month.
    #[error("{0}")]
    Receiving(crate::ReceivingRefused),
    /// The order's time to be paid is over.
    #[error("order's time to pay is over")]
    ExpiryPassed,
    /// There is no such freeze, or it is another merchant's.
    #[error("the freeze does not exist")]
    FreezeNotFound,
    /// The freeze is of another product.
    #[error("the freeze is of another product")]
    ProductDiffers,
    /// The named buyer is not who agreed to the freeze.
    #[error("the buyer is not the freeze's payer")]
    PayerDiffers,
    /// The payer has not agreed.
    #[error("nothing is frozen yet")]
    NotFrozen,
    /// It was used up.
    #[error("the freeze is finished")]
    AlreadyFinished,
    /// It is closed, or its life is over.
    #[error("the freeze is closed")]
    AlreadyClosed,
    /// More than is left of the freeze, or another currency.
    #[error("more than is left of the freeze")]
    MoreThanRest,
}

/// Why a payer cannot end a freeze.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LeaveFreezeRefused {
    /// There is none, or another payer agreed to it.
    #[error("the freeze does not exist")]
    FreezeNotFound,
    /// The payer has not agreed.
    #[error("nothing is frozen yet")]
    NotFrozen,
    /// The merchant is there to free it.
    #[error("the merchant's account is not closed")]
    SellerStands,
}
