//! Trades: what a merchant asks to be paid (an order, in the merchant's slot) and what a buyer pays (a trade, in the
//! buyer's slot, under the order's number); refunds, pay codes, notices to the merchant, and the timers of all these.
//!
//! Rules: `protocol` section 7 of the Alipay Open API (states, timing) as documented for one-time CNY payments.
//! Reading order: `state`, `order`, `records`, `rules`, `contract`, `refusal`; then `agreement`; for guaranteed trades
//! `escrow_state`, `escrow`, `escrow_rules`; for splits `split`; for pre-authorisations
//! `freeze`, `frozen`.

mod agreement;
mod contract;
mod escrow;
mod escrow_rules;
mod escrow_state;
mod escrow_step;
mod freeze;
mod freeze_refusal;
mod frozen;
mod order;
mod receiving;
mod records;
mod refund_wish;
mod refusal;
mod rules;
mod rules_version;
mod settlement_batch;
mod split;
mod split_refusal;
mod state;
mod static_code;

pub use agreement::{
    Agreement, AgreementEvent, AgreementName, AgreementState, AgreementText, Debit, DebitRefused, EndedBy,
    ExternalNo, FOREVER_US, FindAgreementRefused, Mandate, MandateRefusal, OfferRefused, OpenSigningRefused,
    PERIOD_DAYS_MIN, PeriodRefused, PeriodRule, PersonalProduct, Plan, PostponeFault, PostponeRefused,
    Progress, SIGN_LIFE_US, SignRefused, Signing, SigningRefused, Terms, Unit, UnsignRefused, Validity,
    WINDOW_DAYS, buyer_name, judge_debit, judge_postpone,
};
pub use contract::{
    CONTRACT_FEE_MAX_PPM, CONTRACT_WAITING_MAX, Contract, ContractBook, ContractProduct, ContractRefused,
    ContractStatus, ContractTerms,
};
pub use escrow::{
    CaseKind, Escrow, EscrowCase, Goods, GoodsState, Logistics, OWN_STEP, RequestNo, Service, Side,
    Transport, Words,
};
pub use escrow_rules::{
    AGREE_SENT_US, AGREE_UNSENT_US, BUYER_EXTENSIONS_MAX, CASES_MAX, DECISION_US, EVIDENCE_MAX, EVIDENCE_US,
    EscrowRefused, INSTANT_REFUND_AFTER_US, LAST_DAY_US, RECEIVE_BACK_POST_US, RECEIVE_BACK_US, REFUSED_US,
    REMIND_AFTER_US, RETURN_US, SELLER_EXTENSIONS_US, buyer_extension_us, case_due_us, escrow_due_us,
    receipt_us, silence_is_for_buyer,
};
pub use escrow_state::{CaseEvent, CaseState, EscrowEvent, EscrowState, case_next, escrow_next};
pub use escrow_step::{EscrowStep, StepKind};
pub use freeze::{
    FREEZE_CANCEL_WINDOW_US, FREEZE_EXPIRY_US, FREEZE_LIFE_US, Freeze, FreezeDelivery, FreezeEvent,
    FreezeMeaning, FreezeNumber, FreezeOperation, FreezeProduct, FreezeState, FreezeWay, OperationBy,
    OperationKind, OperationState, freeze_next,
};
pub use freeze_refusal::{
    CancelFreezeRefused, FindFreezeRefused, HoldRefused, LeaveFreezeRefused, OpenFreezeRefused,
    PayFrozenRefused, UnfreezeRefused,
};
pub use frozen::{Frozen, FrozenState};
pub use order::{
    Body, CardChannel, Delivery, Meaning, Order, OrderNumber, OutRequestNo, OutTradeNo, Product, Subject,
    Url, WireCharset,
};
pub use receiving::{RECEIVE_DAY_FEN, RECEIVE_MONTH_FEN, RECEIVE_SINGLE_FEN, ReceivingRefused, may_receive};
pub use records::{
    Notice, NoticeEvent, NoticeState, PayCode, Receipt, ReceiptOutcome, Refund, RefundState, Timer,
    TimerTask, TopUpReceipt, Trade, TradeState,
};
pub use refund_wish::{
    REFUND_WISHES_MAX, RefundWish, RefundWishRefused, RefundWishState, WishKey, WishReason,
};
pub use refusal::{
    CancelRefused, ClaimRefused, CloseRefused, FindRefused, OpenRefused, PayRefused, RefundRefused,
};
pub use rules::{
    CANCEL_WINDOW_US, EXPIRY_DEFAULT_US, EXPIRY_FACE_US, NOTICE_LADDER_US, PAY_CODE_LIFE_US, Paying,
    QR_LIFE_US, REFUND_WINDOW_US, Rulebook, TOTAL_MAX_FEN, Timeout, TimeoutError, bounce_fee_back, expiry,
    fee_at, next_attempt_us, refund_fee_back,
};
pub use rules_version::{PASSWORD_FREE_MAX_FEN, RulesBook, RulesRefused, RulesTerms, RulesVersion};
pub use settlement_batch::{SettlementBatch, SettlementTerm, settles_at_us, sold_on};
pub use split::{
    RELATIONS_MAX, ReceiverNamed, Relation, SPLIT_FREEZE_US, SPLIT_LINES_MAX, SPLIT_RATIO_MAX_PERCENT,
    SPLITS_MAX, SettleNo, SettleNoError, Split, SplitBook, SplitEvent, SplitKind, SplitLine, SplitState,
    can_be_split, kept, percent, splittable, to_hold,
};
pub use split_refusal::{BackRefused, BindRefused, SplitRefused};
pub use state::{OrderEvent, OrderState, next};
pub use static_code::{STATIC_DAY_FEN, STATIC_WAITING_MAX, StaticPay, StaticUse, StaticWait};
