//! Trades: what a merchant asks to be paid (an order, in the merchant's slot) and what a buyer pays (a trade, in the
//! buyer's slot, under the order's number); refunds, pay codes, notices to the merchant, and the timers of all these.
//!
//! Rules: `protocol` section 7 of the Alipay Open API (states, timing) as documented for one-time CNY payments.
//! Reading order: `state`, `order`, `records`, `rules`, `refusal`; then `agreement`.

mod agreement;
mod order;
mod records;
mod refusal;
mod rules;
mod state;

pub use agreement::{
    Agreement, AgreementEvent, AgreementName, AgreementState, AgreementText, Debit, DebitRefused, EndedBy,
    ExternalNo, FOREVER_US, FindAgreementRefused, Mandate, MandateRefusal, OfferRefused, OpenSigningRefused,
    PERIOD_DAYS_MIN, PeriodRefused, PeriodRule, PersonalProduct, Plan, PostponeFault, PostponeRefused,
    Progress, SIGN_LIFE_US, SignRefused, Signing, SigningRefused, Terms, Unit, UnsignRefused, Validity,
    WINDOW_DAYS, buyer_name, judge_debit, judge_postpone,
};
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
pub use state::{OrderEvent, OrderState, next};
