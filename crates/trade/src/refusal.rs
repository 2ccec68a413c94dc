//! Why a trade command is refused. In each enum the order is precedence: the first that holds is the one reported.
//! The gateway's one code table turns each into its wire code.

use crate::{BackRefused, ReceivingRefused};
use serde::{Deserialize, Serialize};

/// Why an order is not opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenRefused {
    /// There is no such merchant, or the app is not the merchant's own.
    #[error("seller not found")]
    SellerNotFound,
    /// The number was used for an order of another meaning.
    #[error("the order number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// The order of this number was paid.
    #[error("order is paid")]
    AlreadyPaid,
    /// The order of this number is closed.
    #[error("order is closed")]
    AlreadyClosed,
    /// The merchant may not be paid.
    #[error("seller is frozen or closed")]
    SellerBlocked,
    /// The merchant's contract for the product has ended.
    #[error("the merchant's contract for this product has ended")]
    NotSigned,
    /// Outside what one order may be: 0.01 to 100,000,000.00 yuan.
    #[error("total outside the limits")]
    TotalTooLarge,
    /// The merchant has no licence, and receives no more by this payment, today, or this month.
    #[error("{0}")]
    Receiving(ReceivingRefused),
    /// Its time would be over before it begins.
    #[error("expiry has passed")]
    ExpiryPassed,
    /// The buyer that the merchant named does not exist.
    #[error("buyer not found")]
    BuyerNotFound,
    /// It came by a counter code, and as many of its payer's wait as may.
    #[error("too many orders by counter codes wait to be paid")]
    TooManyWaiting,
    /// It was opened, but the payment was refused.
    #[error("{0}")]
    Pay(PayRefused),
}

/// Why an order is not paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PayRefused {
    /// The code is unknown, expired or used.
    #[error("pay code is unknown, expired or used")]
    CodeInvalid,
    /// The trade is not there, or belongs to somebody else.
    #[error("trade not found")]
    TradeNotFound,
    /// The trade was paid.
    #[error("trade is paid")]
    AlreadyPaid,
    /// The trade is closed.
    #[error("trade is closed")]
    AlreadyClosed,
    /// The password proof is missing, for another order, or too old.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// The buyer may not pay.
    #[error("buyer is frozen or closed")]
    BuyerBlocked,
    /// The buyer is the merchant.
    #[error("buyer and seller are the same party")]
    BuyerIsSeller,
    /// Another buyer than the order's.
    #[error("another buyer than the order's")]
    BuyerDiffers,
    /// It came by a counter code, and is more than a day allows by such codes from this pocket.
    #[error("above what one day allows by counter codes from this pocket")]
    StaticLimit,
    /// Payments from the buyer's balance are stopped.
    #[error("payments from the buyer's balance are stopped")]
    BuyerStopped,
    /// More than the buyer's class allows from the balance.
    #[error("above the limit of the buyer's class")]
    BuyerLimit,
    /// Not enough money.
    #[error("balance too low")]
    BalanceTooLow,
    /// A card is paying it: nothing else does until its bank has spoken.
    #[error("a payment by card is under way")]
    CardUnderWay,
    /// Risk rules stop it.
    #[error("{0}")]
    Risk(risk::RiskRefused),
}

/// Why a buyer cannot take up an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum ClaimRefused {
    /// There is no such order, or it is paid at a till by code alone, in whatever state it is.
    #[error("order not found")]
    OrderNotFound,
    /// It was paid.
    #[error("order is paid")]
    AlreadyPaid,
    /// It is closed.
    #[error("order is closed")]
    AlreadyClosed,
    /// Its QR code is too old.
    #[error("the order's code has expired")]
    CodeExpired,
    /// The buyer is the merchant.
    #[error("buyer and seller are the same party")]
    BuyerIsSeller,
    /// Another buyer took it up, or the merchant named another.
    #[error("the order is another buyer's")]
    BuyerDiffers,
    /// The buyer does not exist.
    #[error("buyer not found")]
    BuyerNotFound,
    /// The buyer may not pay.
    #[error("buyer is frozen or closed")]
    BuyerBlocked,
    /// It came by a counter code, and as many of the buyer's wait as may.
    #[error("too many orders by counter codes wait to be paid")]
    TooManyWaiting,
}

/// Why an order cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindRefused {
    /// There is none, it is another merchant's, or nobody has taken it up.
    #[error("trade does not exist")]
    TradeNotFound,
}

/// Why an order is not closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CloseRefused {
    /// There is none, it is another merchant's, or nobody has taken it up.
    #[error("trade does not exist")]
    TradeNotFound,
    /// It was paid.
    #[error("trade is paid")]
    AlreadyPaid,
    /// It is closed.
    #[error("trade is closed")]
    AlreadyClosed,
}

/// Why an order is not cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CancelRefused {
    /// Its refund window is over.
    #[error("trade is finished")]
    Finished,
    /// It was paid too long ago.
    #[error("the time for cancelling is over")]
    TooLate,
    /// A refund case of its escrow is open: what it asks for is not the merchant's to give.
    #[error("a refund case is open")]
    CaseOpen,
    /// The refund that cancelling needs was refused.
    #[error("{0}")]
    Refund(RefundRefused),
}

/// Why a refund is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefundRefused {
    /// There is no such trade.
    #[error("trade does not exist")]
    TradeNotFound,
    /// The refund number was used for another amount.
    #[error("the refund number was used with another {field}")]
    NumberTaken {
        /// The field that differs, under its name on the wire.
        field: &'static str,
    },
    /// It was never paid.
    #[error("trade is not paid")]
    NotPaid,
    /// It is closed: nothing is left to give back.
    #[error("trade is closed")]
    AlreadyClosed,
    /// Its refund window is over.
    #[error("trade is finished")]
    Finished,
    /// A part was asked without a refund number.
    #[error("a partial refund needs its own number")]
    PartNeedsNumber,
    /// Nothing, or more than is left, or another currency than the order's.
    #[error("more than is left to refund")]
    MoreThanLeft,
    /// What was to be taken back from receivers of its splits cannot be.
    #[error(transparent)]
    Back(#[from] BackRefused),
    /// The merchant has not enough money.
    #[error("seller balance too low")]
    SellerBalanceTooLow,
    /// The buyer's account was closed; the merchant has the money back.
    #[error("the buyer's account is closed")]
    BuyerClosed,
}
