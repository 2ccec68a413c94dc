//! Why commands about agreements are refused. In each enum the order is precedence: the first that holds is reported.

use crate::OpenRefused;
use base::Field;
use serde::{Deserialize, Serialize};

/// Why an agreement is not offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OfferRefused {
    /// There is no such merchant, or the app is not the merchant's own.
    #[error("seller not found")]
    SellerNotFound,
    /// The merchant's number was used for an agreement of another content.
    #[error("the agreement's number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The agreement of this number was signed and is in force.
    #[error("agreement is signed")]
    AlreadySigned,
    /// The agreement of this number has ended.
    #[error("agreement has ended")]
    AlreadyEnded,
    /// The merchant may not be paid.
    #[error("seller is frozen or closed")]
    SellerBlocked,
    /// The first debit is planned for a day that has passed.
    #[error("the first day has passed")]
    FirstDayPassed,
}

/// Why an order is not opened whose buyer signs an agreement by paying it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenSigningRefused {
    /// The order is refused.
    #[error("{0}")]
    Open(OpenRefused),
    /// The agreement is refused.
    #[error("{0}")]
    Offer(OfferRefused),
}

/// Why a buyer who paid has signed nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field, thiserror::Error)]
pub enum SigningRefused {
    /// The merchant may not be paid any more.
    #[error("seller is frozen or closed")]
    SellerBlocked,
    /// The merchant's number of the agreement is that of another by now.
    #[error("the agreement's number was used meanwhile")]
    NumberTaken,
    /// The buyer may not pay any more.
    #[error("buyer is frozen or closed")]
    BuyerBlocked,
    /// The buyer has signed the same with this merchant, and that is in force.
    #[error("the same is signed and in force")]
    SameInForce,
}

/// Why a buyer does not sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum SignRefused {
    /// There is none, or it was not signed in time.
    #[error("agreement not found")]
    AgreementNotFound,
    /// Another buyer signed it.
    #[error("the agreement is another buyer's")]
    BuyerDiffers,
    /// It has ended.
    #[error("agreement has ended")]
    AlreadyEnded,
    /// Somebody is signing it right now.
    #[error("the agreement is being signed")]
    UnderWay,
    /// The buyer is the merchant.
    #[error("buyer and seller are the same party")]
    BuyerIsSeller,
    /// The merchant may not be paid.
    #[error("seller is frozen or closed")]
    SellerBlocked,
    /// The buyer does not exist.
    #[error("buyer not found")]
    BuyerNotFound,
    /// The password proof is missing, for another agreement, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// The buyer may not pay.
    #[error("buyer is frozen or closed")]
    BuyerBlocked,
    /// The buyer has signed the same with this merchant, and that is in force.
    #[error("the same is signed and in force")]
    SameInForce,
}

/// Why an agreement cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindAgreementRefused {
    /// There is none, it is another merchant's, or it has ended.
    #[error("agreement does not exist")]
    AgreementNotFound,
}

/// Why an agreement is not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum UnsignRefused {
    /// There is none, it is another's, or it has ended.
    #[error("agreement does not exist")]
    AgreementNotFound,
    /// Nobody has signed it.
    #[error("agreement is not in force")]
    NotNormal,
}

/// Why the next debit is not postponed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum PostponeRefused {
    /// There is none, it is another merchant's, or it has ended.
    #[error("agreement does not exist")]
    AgreementNotFound,
    /// Nobody has signed it.
    #[error("agreement is not in force")]
    NotNormal,
    /// It has no plan, or all planned debits were made.
    #[error("no debit is planned")]
    NothingPlanned,
    /// Not after the planned day, in the past, or not before the planned day after that one.
    #[error("the next debit cannot be on this day")]
    DateNotAllowed,
}

/// Why no money is taken under an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DebitRefused {
    /// There is no such agreement, or it is another merchant's. That there is no such merchant comes before it.
    #[error("agreement does not exist")]
    AgreementNotFound,
    /// Nobody has signed it.
    #[error("agreement is not in force")]
    NotSigned,
    /// The order is refused before anybody is asked for money.
    #[error("{0}")]
    Open(OpenRefused),
    /// The buyer's slot says no.
    #[error("{0}")]
    Mandate(MandateRefusal),
}

/// Why a mandate does not allow a debit, or the buyer cannot pay it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum MandateRefusal {
    /// Buyer or merchant ended it.
    #[error("agreement has ended")]
    Ended,
    /// Its validity is over, or a debit by plan was asked of an agreement without a plan.
    #[error("agreement is not valid for this debit")]
    Invalid,
    /// More than one debit may take.
    #[error("more than one debit may take")]
    SingleExceeded,
    /// More than all debits together may take.
    #[error("more than all debits may take")]
    TotalExceeded,
    /// All debits that may be made were made.
    #[error("all debits were made")]
    TimesExceeded,
    /// Not in the days around the planned one.
    #[error("not in the days of the plan")]
    DateNotMatch,
    /// The buyer may not pay.
    #[error("buyer is frozen or closed")]
    BuyerBlocked,
    /// Payments from the buyer's balance are stopped.
    #[error("payments from the buyer's balance are stopped")]
    BuyerStopped,
    /// More than the buyer's class allows from the balance.
    #[error("above the limit of the buyer's class")]
    BuyerLimit,
    /// Not enough money.
    #[error("balance too low")]
    BalanceTooLow,
    /// Risk rules stop it, or a person of the platform looks at it first.
    #[error("risk rules stop it")]
    Risk,
}
