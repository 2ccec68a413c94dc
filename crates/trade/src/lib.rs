//! Trades: what a merchant asks to be paid (an order, in the merchant's slot) and what a buyer pays (a trade, in the
//! buyer's slot, under the order's number); refunds, pay codes, notices to the merchant, and the timers of all these.
//!
//! Rules: `protocol` section 7 of the Alipay Open API (states, timing) as documented for one-time CNY payments.
//! Reading order: `state`, `order`, `records`, `rules`, `refusal`, `split`.

mod order;
mod records;
mod refusal;
mod rules;
mod split;
mod state;

pub use order::{
    Body, Delivery, Meaning, Order, OrderNumber, OutRequestNo, OutTradeNo, Product, Subject, Url, WireCharset,
};
pub use records::{
    Notice, NoticeEvent, NoticeState, PayCode, Receipt, ReceiptOutcome, Refund, RefundState, Timer,
    TimerTask, TopUpReceipt, Trade, TradeState,
};
pub use refusal::{
    CancelRefused, ClaimRefused, CloseRefused, FindRefused, OpenRefused, PayRefused, RefundRefused,
};
pub use rules::{
    CANCEL_WINDOW_US, EXPIRY_DEFAULT_US, EXPIRY_FACE_US, NOTICE_LADDER_US, PAY_CODE_LIFE_US, QR_LIFE_US,
    REFUND_WINDOW_US, Rulebook, TOTAL_MAX_FEN, Timeout, TimeoutError, bounce_fee_back, expiry,
    next_attempt_us, refund_fee_back,
};
pub use split::{
    BindRefused, RELATIONS_MAX, ReceiverNamed, Relation, SPLIT_LINES_MAX, SPLIT_RATIO_MAX_PERCENT,
    SPLITS_MAX, SettleNo, SettleNoError, Split, SplitBook, SplitEvent, SplitLine, SplitRefused, SplitState,
    kept, percent, splittable, to_hold,
};
pub use state::{OrderEvent, OrderState, next};
