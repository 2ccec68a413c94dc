//! The rows around an order: the buyer's trade, refunds, receipts, pay codes, notices and timers.

use crate::{OutRequestNo, Subject, Url};
use base::{AppId, BankOrderNo, Field, NoticeNo, OrderNo, PartyId, Record, Slot, Text, TimerNo};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// Where a trade stands on the buyer's side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum TradeState {
    /// To be paid or confirmed by the buyer.
    Waiting,
    /// Paid.
    Paid,
    /// Never paid, or wholly given back.
    Closed,
}

/// What a buyer pays; lives in the buyer's slot under the order's number.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "trade", key = 2)]
pub struct Trade {
    /// The buyer's slot.
    pub slot: Slot,
    /// The order's number.
    pub no: OrderNo,
    /// Who pays.
    pub buyer: PartyId,
    /// Who is paid.
    pub seller: PartyId,
    /// Where it stands.
    pub state: TradeState,
    /// What is bought.
    pub subject: Subject,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What is paid.
    pub total_minor: Minor,
    /// What came back so far.
    pub refunded_minor: Minor,
    /// When the buyer took it up, microseconds UTC.
    pub created_at_us: i64,
    /// When it was paid.
    pub paid_at_us: Option<i64>,
    /// When it was closed.
    pub closed_at_us: Option<i64>,
    /// The order to a bank that pays it or paid it; absent when it is not paid by card. While there is one and it
    /// waits, nothing else pays it.
    pub bank_order: Option<BankOrderNo>,
    /// Whether its merchant takes no credit cards.
    pub credit_off: bool,
    /// The last order to a bank that was to pay it, also when that came to nothing.
    pub last_try: Option<BankOrderNo>,
}

impl Trade {
    /// What is paid.
    pub fn total(&self) -> Money {
        self.total_minor.of(self.currency)
    }
}

/// Where a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum RefundState {
    /// The merchant gave the money; it is on its way to the buyer.
    UnderWay,
    /// The buyer has it.
    Done,
    /// The buyer could not be reached; the merchant has it back. The number may be used again.
    Returned,
}

/// One refund of an order; its key makes a repeated request harmless.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "refund", key = 3)]
pub struct Refund {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
    /// Where it stands.
    pub state: RefundState,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What the buyer gets.
    pub amount_minor: Minor,
    /// The part of it that we gave back from the fee.
    pub fee_back_minor: Minor,
    /// All refunds of the order including this one: while it is under way those that are under way too, once it is done
    /// only what the buyer has.
    pub refunded_after_minor: Minor,
    /// Why, in the merchant's words.
    pub reason: Option<Text<256>>,
    /// Whether a cancel made it.
    pub by_cancel: bool,
    /// When it was made, microseconds UTC.
    pub at_us: i64,
}

impl Refund {
    /// What the buyer gets.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }

    /// What of the fee it gives back.
    pub fn fee_back(&self) -> Money {
        self.fee_back_minor.of(self.currency)
    }

    /// All refunds of the order including this one (see `refunded_after_minor`).
    pub fn refunded_after(&self) -> Money {
        self.refunded_after_minor.of(self.currency)
    }
}

/// What became of one attempt to pay with a code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum ReceiptOutcome {
    /// Asked the buyer's slot; no answer yet.
    Asked,
    /// Paid.
    Paid,
    /// The buyer must confirm.
    Waiting,
    /// The code was unknown, expired or used.
    CodeInvalid,
    /// The buyer may not pay.
    BuyerBlocked,
    /// The buyer is the merchant.
    BuyerIsSeller,
    /// Another buyer than the order's.
    BuyerDiffers,
    /// Not enough money.
    BalanceTooLow,
    /// The order was closed meanwhile.
    OrderClosed,
    /// More than the buyer's class allows from the balance.
    BuyerLimit,
    /// Payments from the buyer's balance are stopped.
    BuyerStopped,
    /// Risk rules stop it, or a person of the platform looks at it first.
    Risk,
}

/// The stored outcome of one attempt: the same order with the same code gets the same answer.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "receipt", key = 3)]
pub struct Receipt {
    /// The merchant's slot.
    pub slot: Slot,
    /// The order.
    pub order_no: OrderNo,
    /// Keyed digest of the code that was shown.
    pub attempt: [u8; 16],
    /// What became of it.
    pub outcome: ReceiptOutcome,
    /// When, microseconds UTC.
    pub at_us: i64,
}

/// The stored outcome of a top-up.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "top_up", key = 3)]
pub struct TopUpReceipt {
    /// The party's slot.
    pub slot: Slot,
    /// Who got the money.
    pub party: PartyId,
    /// The caller's key.
    pub key: Text<64>,
    /// The currency.
    pub currency: Currency,
    /// How much.
    pub amount_minor: Minor,
    /// When, microseconds UTC.
    pub at_us: i64,
}

/// A buyer's code while it can be used; gone once it was shown.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "pay_code", key = 2)]
pub struct PayCode {
    /// The buyer's slot, which the code's last two digits name.
    pub slot: Slot,
    /// Keyed digest of the code; the code itself is a secret.
    pub digest: [u8; 16],
    /// Whose it is.
    pub party: PartyId,
    /// When it is worth nothing any more, microseconds UTC.
    pub expires_at_us: i64,
    /// The timer that removes it.
    pub timer: TimerNo,
}

/// What a merchant is told about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum NoticeEvent {
    /// The order was paid.
    Paid,
    /// A part or all of it was given back.
    Refunded,
    /// It was closed unpaid.
    Closed,
    /// Something about another thing than an order's payment: `content` says what.
    Message,
}

/// Where a notice stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum NoticeState {
    /// To be sent at `next_at_us`.
    Due,
    /// The merchant answered `success`.
    Delivered,
    /// The ladder's end was reached.
    GivenUp,
}

/// A notification to a merchant, written in the commit of what it tells.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "notice", key = 2)]
pub struct Notice {
    /// The merchant's slot.
    pub slot: Slot,
    /// Its number (`notify_id`), the same in every attempt.
    pub no: NoticeNo,
    /// The app that is told.
    pub app: AppId,
    /// The order it is about; for a message, the number of its topic, which is of the same series.
    pub order_no: OrderNo,
    /// What happened.
    pub event: NoticeEvent,
    /// Where to.
    pub url: Url,
    /// What of it the buyer had back at that moment, minor units of the order's currency.
    pub refunded_minor: Minor,
    /// Whether the order was closed by it.
    pub closed: bool,
    /// The refund's number, for a refund (`out_biz_no`).
    pub out_biz_no: Option<OutRequestNo>,
    /// When it happened, microseconds UTC.
    pub happened_at_us: i64,
    /// Where it stands.
    pub state: NoticeState,
    /// Attempts made so far.
    pub attempts: u32,
    /// When the next attempt is due, microseconds UTC; absent when there is none.
    pub next_at_us: Option<i64>,
    /// What went wrong last, without anything secret.
    pub last_error: Option<Text<200>>,
    /// What a message says: its members as a JSON object of texts, fixed when it happened; absent for orders, whose
    /// notices are made of the order.
    pub content: Option<Text<8000>>,
}

/// What a timer does when it is due.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum TimerTask {
    /// Closes an order that was not paid in time.
    ExpireOrder,
    /// Removes a pay code that was not used in time, or the challenge of an address once its day is over.
    ForgetCode,
    /// Removes a password try that was not used in time.
    ForgetAttempt,
    /// Ends an agreement at the end of its validity.
    EndAgreement,
    /// The clock of a guaranteed trade: confirms, reminds, or decides for a side that is silent.
    EscrowStep,
    /// Closes a freeze to which nobody agreed in time.
    ExpireFreeze,
    /// Frees what is left of a freeze at the end of its life.
    EndFreeze,
    /// Frees what is held for splits that did not come.
    FreeSplits,
    /// Ends the offer of a transfer that nobody confirmed, or sends one that waited.
    TransferClock,
    /// Gives up a bank order that was not confirmed, or not answered, in time.
    GiveUpBankOrder,
    /// Settles a merchant's sales of the day before.
    SettleSales,
    /// Gives up a batch of transfers that its payer did not agree to in time, or carries on with its details.
    BatchClock,
}

/// A task that time makes due.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "timer", key = 3)]
pub struct Timer {
    /// The slot it acts in.
    pub slot: Slot,
    /// When it is due, microseconds UTC.
    pub due_at_us: i64,
    /// Its number.
    pub no: TimerNo,
    /// What it does.
    pub task: TimerTask,
    /// The order, for `ExpireOrder`, `EscrowStep` and `FreeSplits`; for `EndAgreement`, `ExpireFreeze`, `EndFreeze`,
    /// `TransferClock`, `GiveUpBankOrder` and `BatchClock` the number of the agreement, freeze, transfer, bank order or
    /// batch, which are of the same series.
    pub order_no: Option<OrderNo>,
    /// The digest of the code or the address, for `ForgetCode`.
    pub code: Option<[u8; 16]>,
    /// The party, for `ForgetAttempt` and `SettleSales`.
    pub party: Option<PartyId>,
    /// The try, for `ForgetAttempt`.
    pub attempt: Option<u64>,
}
