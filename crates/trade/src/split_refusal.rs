//! Why splits, and what is done with them, are refused. In each enum the order is precedence.

/// Why a split is refused. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SplitRefused {
    /// There is no such trade.
    #[error("trade does not exist")]
    TradeNotFound,
    /// The request number was used for another split.
    #[error("the request number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name on the wire.
        field: &'static str,
    },
    /// It was never paid.
    #[error("trade is not paid")]
    NotPaid,
    /// The platform still holds its money (a guaranteed trade).
    #[error("trade's money is held in escrow")]
    InEscrow,
    /// It is closed, or too old.
    #[error("trade is closed or finished")]
    Ended,
    /// The merchant said that nothing more comes.
    #[error("the trade's splits were finished")]
    Finished,
    /// More splits than one order may have.
    #[error("too many splits of one trade")]
    TooMany,
    /// The merchant's account is frozen or closed, or nothing leaves its balance.
    #[error("seller is frozen, stopped or closed")]
    SellerBlocked,
    /// Somebody else than the merchant of the trade would pay.
    #[error("only the seller can pay")]
    PayerDiffers,
    /// The receiver is the merchant.
    #[error("payer and receiver are the same party")]
    ReceiverIsSeller,
    /// The receiver was not bound.
    #[error("the receiver is not bound")]
    ReceiverNotBound,
    /// Nothing, or more than may be split, or another currency.
    #[error("more than may be split")]
    MoreThanLeft,
    /// The merchant has not enough money.
    #[error("seller balance too low")]
    SellerBalanceTooLow,
}

/// Why parts are not taken back for a refund. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BackRefused {
    /// Parts are being taken back for a refund of this number; how it ends is not known yet.
    #[error("parts are being taken back for this refund")]
    UnderWay,
    /// Parts would be taken back for somebody else than the merchant.
    #[error("parts can be taken back for the seller only")]
    PayeeDiffers,
    /// A part would be taken back from somebody who is not known.
    #[error("the receiver of a part is not known")]
    ReceiverNotFound,
    /// Nothing, more than a receiver has of the order, or more than is refunded.
    #[error("more than may be taken back")]
    MoreThanSplit,
    /// More splits and refunds that took back than one order may have.
    #[error("too many splits of one trade to take back")]
    TooMany,
    /// A receiver's account is closed or has not enough money: all keep their parts.
    #[error("a receiver cannot give its part back")]
    CannotPay,
}

/// Why receivers are not bound. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BindRefused {
    /// No receiver was named.
    #[error("no receiver was named")]
    Empty,
    /// More receivers than one request may have.
    #[error("too many receivers in one request")]
    TooManyAtOnce,
    /// A receiver is named in a way that no receiver can be.
    #[error("no such way to name a receiver")]
    KindUnknown,
    /// There is no such receiver.
    #[error("receiver not found")]
    ReceiverNotFound,
    /// The receiver has another name than the one given.
    #[error("the receiver has another name")]
    NameDiffers,
    /// The receiver's account is frozen or closed.
    #[error("receiver is frozen or closed")]
    ReceiverBlocked,
    /// More receivers than one merchant may have.
    #[error("too many receivers")]
    TooMany,
}
