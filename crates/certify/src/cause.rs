//! What a shop does wrong. A finding is a cause; its code is for programs and stays the same for ever.

use crate::words::Said;

/// A mistake of a shop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// Whether a letter is the platform's is not checked.
    NoSignatureCheck,
    /// Goods leave before the letter was checked.
    ShipsBeforeVerify,
    /// The amount of a letter is not compared with the order's.
    NoAmountCheck,
    /// The app of a letter is not compared.
    NoAppCheck,
    /// The seller of a letter is not compared.
    NoSellerCheck,
    /// Every state counts as paid.
    StatusNotChecked,
    /// An order that nobody made counts as paid.
    UnknownOrderTaken,
    /// The return page counts as a payment.
    TrustsReturnPage,
    /// The same payment counts again.
    NoIdempotency,
    /// The same payment counts again when two letters come at once.
    IdempotencyRace,
    /// The same payment counts again under another `notify_id`.
    IdempotencyByNotifyId,
    /// An older letter replaces a newer state.
    OlderLetterWins,
    /// A genuine letter is not taken.
    GenuineLetterRefused,
    /// An order asks for, or records, another amount than its own.
    WrongAmount,
    /// An order that can be paid no more at the shop can be paid at the platform, and the money is kept.
    ClosedButPaid,
    /// A paid order is closed and the money is kept.
    ClosesPaidOrder,
    /// An order that ended unpaid counts as paid.
    ClosedTakenForPaid,
    /// The shop's refunds are not the platform's.
    RefundBooksDiffer,
    /// One refund asked for twice is made twice.
    RefundNotIdempotent,
    /// More goes back than is left.
    OverRefund,
    /// Nobody asks when nothing is heard.
    NeverAsks,
    /// An attempt to pay that is under way or failed counts as paid.
    AttemptTakenForPaid,
    /// An attempt to pay whose outcome is not known counts as failed.
    UnknownTakenForFailure,
}

impl Cause {
    /// All, in the order of the report: what an attacker can use comes first.
    pub const ALL: [Cause; 23] = [
        Cause::NoSignatureCheck,
        Cause::ShipsBeforeVerify,
        Cause::NoAmountCheck,
        Cause::NoAppCheck,
        Cause::NoSellerCheck,
        Cause::StatusNotChecked,
        Cause::UnknownOrderTaken,
        Cause::TrustsReturnPage,
        Cause::NoIdempotency,
        Cause::IdempotencyRace,
        Cause::IdempotencyByNotifyId,
        Cause::OlderLetterWins,
        Cause::GenuineLetterRefused,
        Cause::WrongAmount,
        Cause::ClosedButPaid,
        Cause::ClosesPaidOrder,
        Cause::ClosedTakenForPaid,
        Cause::RefundBooksDiffer,
        Cause::RefundNotIdempotent,
        Cause::OverRefund,
        Cause::NeverAsks,
        Cause::AttemptTakenForPaid,
        Cause::UnknownTakenForFailure,
    ];

    /// The name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Cause::NoSignatureCheck => "no-signature-check",
            Cause::ShipsBeforeVerify => "ships-before-verify",
            Cause::NoAmountCheck => "no-amount-check",
            Cause::NoAppCheck => "no-app-check",
            Cause::NoSellerCheck => "no-seller-check",
            Cause::StatusNotChecked => "status-not-checked",
            Cause::UnknownOrderTaken => "unknown-order-taken",
            Cause::TrustsReturnPage => "trusts-return-page",
            Cause::NoIdempotency => "no-idempotency",
            Cause::IdempotencyRace => "idempotency-race",
            Cause::IdempotencyByNotifyId => "idempotency-by-notify-id",
            Cause::OlderLetterWins => "older-letter-wins",
            Cause::GenuineLetterRefused => "genuine-letter-refused",
            Cause::WrongAmount => "wrong-amount",
            Cause::ClosedButPaid => "closed-but-paid",
            Cause::ClosesPaidOrder => "closes-paid-order",
            Cause::ClosedTakenForPaid => "closed-taken-for-paid",
            Cause::RefundBooksDiffer => "refund-books-differ",
            Cause::RefundNotIdempotent => "refund-not-idempotent",
            Cause::OverRefund => "over-refund",
            Cause::NeverAsks => "never-asks",
            Cause::AttemptTakenForPaid => "attempt-taken-for-paid",
            Cause::UnknownTakenForFailure => "unknown-taken-for-failure",
        }
    }

    /// What is wrong, in a few words.
    pub fn title(self) -> Said {
        match self {
            Cause::NoSignatureCheck => said!("不验签", "Signatures are not checked"),
            Cause::ShipsBeforeVerify => said!("先发货后核对", "Goods leave before the letter is checked"),
            Cause::NoAmountCheck => said!("不核对金额", "The amount is not checked"),
            Cause::NoAppCheck => said!("不核对 app_id", "app_id is not checked"),
            Cause::NoSellerCheck => said!("不核对 seller_id", "seller_id is not checked"),
            Cause::StatusNotChecked => said!("不看交易状态", "Every trade_status counts as paid"),
            Cause::UnknownOrderTaken => said!("接受不存在的订单", "An unknown order counts as paid"),
            Cause::TrustsReturnPage => said!("相信同步跳转页", "The return page counts as a payment"),
            Cause::NoIdempotency => said!("处理不幂等", "The same payment counts again"),
            Cause::IdempotencyRace => said!("并发时不幂等", "Two letters at once count twice"),
            Cause::IdempotencyByNotifyId => said!("只按 notify_id 去重", "Only notify_id is compared"),
            Cause::OlderLetterWins => said!("旧通知盖掉新状态", "An older letter replaces a newer state"),
            Cause::GenuineLetterRefused => said!("拒绝真实的通知", "A genuine letter is refused"),
            Cause::WrongAmount => said!("金额记错", "An amount is wrong"),
            Cause::ClosedButPaid => said!("已关订单收了钱", "A closed order keeps money"),
            Cause::ClosesPaidOrder => said!("关掉已付订单", "A paid order is closed"),
            Cause::ClosedTakenForPaid => said!("把关闭当成付款", "A closing counts as a payment"),
            Cause::RefundBooksDiffer => said!("退款账不符", "Refunds are not the platform's"),
            Cause::RefundNotIdempotent => said!("同一退款退两次", "One refund is made twice"),
            Cause::OverRefund => said!("退款超额", "More goes back than is left"),
            Cause::NeverAsks => said!("没有通知时不查询", "Nobody asks when nothing is heard"),
            Cause::AttemptTakenForPaid => said!("把尝试当成付款", "An attempt counts as a payment"),
            Cause::UnknownTakenForFailure => {
                said!("把未知当成失败", "An unknown outcome counts as a failure")
            }
        }
    }

    /// What to do, in one sentence.
    pub fn advice(self) -> Said {
        match self {
            Cause::NoSignatureCheck => advice::NO_SIGNATURE_CHECK,
            Cause::ShipsBeforeVerify => advice::SHIPS_BEFORE_VERIFY,
            Cause::NoAmountCheck => advice::NO_AMOUNT_CHECK,
            Cause::NoAppCheck => advice::NO_APP_CHECK,
            Cause::NoSellerCheck => advice::NO_SELLER_CHECK,
            Cause::StatusNotChecked => advice::STATUS_NOT_CHECKED,
            Cause::UnknownOrderTaken => advice::UNKNOWN_ORDER_TAKEN,
            Cause::TrustsReturnPage => advice::TRUSTS_RETURN_PAGE,
            Cause::NoIdempotency => advice::NO_IDEMPOTENCY,
            Cause::IdempotencyRace => advice::IDEMPOTENCY_RACE,
            Cause::IdempotencyByNotifyId => advice::IDEMPOTENCY_BY_NOTIFY_ID,
            Cause::OlderLetterWins => advice::OLDER_LETTER_WINS,
            Cause::GenuineLetterRefused => advice::GENUINE_LETTER_REFUSED,
            Cause::WrongAmount => advice::WRONG_AMOUNT,
            Cause::ClosedButPaid => advice::CLOSED_BUT_PAID,
            Cause::ClosesPaidOrder => advice::CLOSES_PAID_ORDER,
            Cause::ClosedTakenForPaid => advice::CLOSED_TAKEN_FOR_PAID,
            Cause::RefundBooksDiffer => advice::REFUND_BOOKS_DIFFER,
            Cause::RefundNotIdempotent => advice::REFUND_NOT_IDEMPOTENT,
            Cause::OverRefund => advice::OVER_REFUND,
            Cause::NeverAsks => advice::NEVER_ASKS,
            Cause::AttemptTakenForPaid => advice::ATTEMPT_TAKEN_FOR_PAID,
            Cause::UnknownTakenForFailure => advice::UNKNOWN_TAKEN_FOR_FAILURE,
        }
    }

    /// Wider mistakes that make this one look wrong too: once one of them is found, this is not a finding of its own.
    pub(crate) fn explained_by(self) -> &'static [Cause] {
        match self {
            Cause::IdempotencyRace | Cause::IdempotencyByNotifyId | Cause::OlderLetterWins => {
                &[Cause::NoIdempotency]
            }
            Cause::ShipsBeforeVerify => &[Cause::NoSignatureCheck],
            Cause::NoSignatureCheck
            | Cause::NoAmountCheck
            | Cause::NoAppCheck
            | Cause::NoSellerCheck
            | Cause::StatusNotChecked
            | Cause::UnknownOrderTaken
            | Cause::TrustsReturnPage
            | Cause::NoIdempotency
            | Cause::GenuineLetterRefused
            | Cause::WrongAmount
            | Cause::ClosedButPaid
            | Cause::ClosesPaidOrder
            | Cause::ClosedTakenForPaid
            | Cause::RefundBooksDiffer
            | Cause::RefundNotIdempotent
            | Cause::OverRefund
            | Cause::NeverAsks
            | Cause::AttemptTakenForPaid
            | Cause::UnknownTakenForFailure => &[],
        }
    }
}

/// What to do about each.
mod advice {
    use crate::words::Said;

    pub(super) const NO_SIGNATURE_CHECK: Said = said!(
        "先用平台公钥验签，通不过就什么也不做。",
        "Verify each notification with the platform's public key first, and do nothing when it fails."
    );
    pub(super) const SHIPS_BEFORE_VERIFY: Said = said!(
        "把验签和核对全部放在发货之前，同一事务里记账后再发货。",
        "Do all checks before anything is shipped, and ship only after the order was recorded as paid."
    );
    pub(super) const NO_AMOUNT_CHECK: Said = said!(
        "把通知的 total_amount 按分与自己订单的金额比较，不等就拒绝。",
        "Compare total_amount, in fen, with your own order's amount, and refuse when they differ."
    );
    pub(super) const NO_APP_CHECK: Said =
        said!("核对通知的 app_id 是不是自己的。", "Compare app_id of the notification with your own.");
    pub(super) const NO_SELLER_CHECK: Said = said!(
        "核对通知的 seller_id 是不是收这笔钱的账户。",
        "Compare seller_id of the notification with the account that should be paid."
    );
    pub(super) const STATUS_NOT_CHECKED: Said = said!(
        "只有 TRADE_SUCCESS 和 TRADE_FINISHED 算付款，其余状态一律不算。",
        "Count TRADE_SUCCESS and TRADE_FINISHED as paid, and nothing else, known or unknown."
    );
    pub(super) const UNKNOWN_ORDER_TAKEN: Said = said!(
        "通知里的 out_trade_no 在自己库里找不到时，不要新建订单。",
        "Make no order of a notification whose out_trade_no you do not know."
    );
    pub(super) const TRUSTS_RETURN_PAGE: Said = said!(
        "跳转页只展示结果，付款以验签后的通知或查询为准。",
        "Let the return page only show; count as paid what a verified notification or a query says."
    );
    pub(super) const NO_IDEMPOTENCY: Said = said!(
        "按订单判断：只有把「待付」改成「已付」成功的那一次才发货。",
        "Ship only where your own order goes from waiting to paid; every later message finds it paid."
    );
    pub(super) const IDEMPOTENCY_RACE: Said = said!(
        "用一条带条件的更新（where 状态=待付）或行锁，不要先查后改。",
        "Use one conditional update (where state = waiting) or a row lock, not a look and then a change."
    );
    pub(super) const IDEMPOTENCY_BY_NOTIFY_ID: Said = said!(
        "按 out_trade_no 与自己的订单状态去重，不要只记 notify_id。",
        "Decide by out_trade_no and your order's state; another notify_id can tell the same payment."
    );
    pub(super) const OLDER_LETTER_WINS: Said = said!(
        "状态只许向前走：已退款、已关闭的订单不再变成已付。",
        "Let states go forwards only: what is refunded or closed never becomes paid again."
    );
    pub(super) const GENUINE_LETTER_REFUSED: Said = said!(
        "用收到的全部参数验签（去掉 sign、sign_type，解码一次），并原样回答 success。",
        "Verify over all parameters that came (without sign and sign_type, decoded once); answer success."
    );
    pub(super) const WRONG_AMOUNT: Said = said!(
        "金额用整数分或十进制类型，不要用浮点数。",
        "Keep amounts as whole fen or as decimals, never as floating point."
    );
    pub(super) const CLOSED_BUT_PAID: Said = said!(
        "关单要在平台也关掉；仍收到付款时，按付款处理或立刻全额退款。",
        "Close at the platform too; when a payment arrives all the same, honour it or refund it in full."
    );
    pub(super) const CLOSES_PAID_ORDER: Said = said!(
        "关单前先在平台查询或关闭；平台说已付，就不能关。",
        "Ask the platform before you close; what is paid there is refunded, not closed."
    );
    pub(super) const CLOSED_TAKEN_FOR_PAID: Said = said!(
        "TRADE_CLOSED 是未付关闭或全额退款，不是付款。",
        "TRADE_CLOSED means unpaid and over, or wholly refunded: it is no payment."
    );
    pub(super) const REFUND_BOOKS_DIFFER: Said = said!(
        "退款以平台的应答为准记账；应答不明时查询后再记。",
        "Record a refund by the platform's answer, and query before you record when it is unknown."
    );
    pub(super) const REFUND_NOT_IDEMPOTENT: Said = said!(
        "同一次退款始终用同一个 out_request_no。",
        "Use one out_request_no for one refund, however often it is sent."
    );
    pub(super) const OVER_REFUND: Said = said!(
        "退款前检查剩余可退金额；平台拒绝时不要改自己的账。",
        "Check what is left before a refund, and change nothing when the platform refuses."
    );
    pub(super) const NEVER_ASKS: Said = said!(
        "一段时间没有通知就调用 alipay.trade.query。",
        "Call alipay.trade.query when no notification came for a while."
    );
    pub(super) const ATTEMPT_TAKEN_FOR_PAID: Said = said!(
        "只有应答码 10000 才算付款成功；10003 是等待，要轮询查询。",
        "Only code 10000 is a payment; 10003 waits for the buyer, and asks you to query."
    );
    pub(super) const UNKNOWN_TAKEN_FOR_FAILURE: Said = said!(
        "20000 与没有应答都不是失败：先查询，弄清之前不要让客户重付。",
        "Neither 20000 nor a lost answer is a failure: query, and let nobody pay again before you know."
    );
}
