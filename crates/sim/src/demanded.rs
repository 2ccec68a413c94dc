//! What many seeds must have seen at least once, or the run is red: a simulator that never met a thing has not tried
//! it.
//!
//! Every fault is demanded, from its list, and everything that the model counts: `sim::expected`, where the
//! transitions, the refusals and the sides of races stand, and those that no run can meet, with the reason. Here
//! stands what the world counts beside them.

/// What programs are told by the gateway: each code and sub_code of the methods that towns call.
///
/// Not demanded: `ACQ.TRADE_HAS_FINISHED`, for which a run would have to last a year; `ACQ.PAYMENT_FAIL`, a missing
/// proof, which cannot happen to a payment by code and has no other way to a program; `ACQ.SELLER_NOT_EXIST`, since the
/// gateway knows an app's merchant before the cell is asked; `ACQ.INVALID_PARAMETER` and its like, which end before a
/// cell is asked and are tested at the gateway.
pub(crate) const TOLD: [&str; 36] = [
    "10000",
    "10003",
    "ACQ.ACCESS_FORBIDDEN",
    "ACQ.BUYER_BALANCE_NOT_ENOUGH",
    "ACQ.BUYER_ENABLE_STATUS_FORBID",
    "ACQ.BUYER_NOT_EXIST",
    "ACQ.BUYER_SELLER_EQUAL",
    "ACQ.CANCEL_NOT_ALLOWED",
    "ACQ.CONTEXT_INCONSISTENT",
    "ACQ.DISCORDANT_REPEAT_REQUEST",
    "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
    "ACQ.PAYMENT_AUTH_CODE_INVALID",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR",
    "ACQ.REASON_TRADE_STATUS_INVALID",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH",
    "ACQ.SELLER_BEEN_BLOCKED",
    "ACQ.SYSTEM_ERROR",
    "ACQ.TOTAL_FEE_EXCEED",
    "ACQ.TRADE_BUYER_NOT_MATCH",
    "ACQ.TRADE_CANCEL_TIME_OUT",
    "ACQ.TRADE_HAS_CLOSE",
    "ACQ.TRADE_HAS_SUCCESS",
    "ACQ.TRADE_NOT_EXIST",
    "ACQ.TRADE_STATUS_ERROR",
    "EXCEED_LIMIT_SM_AMOUNT",
    "EXCEED_LIMIT_SM_MIN_AMOUNT",
    "ORDER_NOT_EXIST",
    "PAYEE_ACCOUNT_STATUS_ERROR",
    "PAYEE_NOT_EXIST",
    "PAYEE_USERINFO_ERROR",
    "PAYER_BALANCE_NOT_ENOUGH",
    "PAYER_PAYEE_CANNOT_SAME",
    "PAYER_STATUS_ERROR",
    "PAYMENT_INFO_INCONSISTENCY",
    "PRODUCT_NOT_SIGN",
];

/// What happens to machines, callers and merchants, and that each kind of check was made.
pub(crate) const WORLD: [&str; 32] = [
    "check.right-caller",
    "check.run-twice",
    "check.whole",
    "disk.lost-any",
    "disk.lost-everything",
    "disk.lost-later",
    "disk.lost-names",
    "disk.lost-nothing",
    "disk.refused-full",
    "merchant.heard",
    "merchant.heard-again",
    "merchant.heard-of-agreement",
    "merchant.heard-of-transfer",
    "merchant.newest-first",
    "merchant.refund-before-payment",
    "merchant.repeated-after-entry",
    "message.sent",
    "network.arrived-into-cut",
    "network.sent-into-cut",
    "process.failed",
    "process.not-opened",
    "race.fenced",
    "race.old-owner-woke",
    "race.second-owner",
    "race.unknown-was-durable",
    "silence.GaveUp",
    "silence.TooLate",
    "store.posted-but-refused",
    "wallet.busy",
    "wallet.done",
    "wallet.refused",
    "wallet.unknown",
];

/// Each product that towns play: its name, and what counts as once.
pub(crate) const PLAYED: [(&str, &[&str]); 10] = [
    ("payments", &["model.trade Waiting -> Paid"]),
    ("refunds", &["model.refund UnderWay -> Done"]),
    ("agreements", &["model.agreement Temp -> Normal"]),
    ("debits", &["model.DebitOrder accepted"]),
    ("transfers", &["model.transfer UnderWay -> Done"]),
    ("top-ups from cards", &["model.TopUp is Done"]),
    ("withdrawals", &["model.Withdraw is Done"]),
    ("payments by card", &["model.a card paid an order"]),
    ("returns to cards", &["model.Return is Done"]),
    ("settlements the day after", &["model.sales were settled"]),
];

/// What the model counts and its own play beside the engine does not meet, but towns do.
pub(crate) const TOWNS: [&str; 19] = [
    "ApproveContract accepted",
    "ApproveContract refused SelfApproval",
    "ConfirmBankOrder refused Rules(OverDay)",
    "FindContracts accepted",
    "FindUnsettled accepted",
    "OpenOrder refused NotSigned",
    "PayByCard refused Pay(TradeNotFound)",
    "ProposeContract accepted",
    "ProposeContract refused FeeTooHigh",
    "ProposeContract refused FromThePast",
    "ProposeContract refused NoFee",
    "ProposeContract refused NoSettlement",
    "TransferMoney refused NotSigned",
    "a code came while a bank was asked",
    "a payment found its order gone",
    "a refund of an unsettled sale came back",
    "a sale waits to be settled",
    "a sale was refunded before it was settled",
    "sales were settled",
];
