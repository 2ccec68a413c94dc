//! Of orders, trades and refunds (protocol reference 7.3).

use super::{
    Code, DISCORDANT_REPEAT_REQUEST, Every, FIELD, Refused, TRADE_NOT_EXIST, TRADE_STATUS_ERROR, TableRow,
    business, every, rows,
};
use engine::PartyNotFound;
use risk::RiskRefused;
use trade::{
    CancelRefused, ClaimRefused, CloseRefused, FindRefused, OpenRefused, PayRefused, ReceivingRefused,
    RefundRefused,
};

const TRADE_HAS_SUCCESS: Code = business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付");
const TRADE_HAS_CLOSE: Code = business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭");
const TRADE_HAS_FINISHED: Code = business("ACQ.TRADE_HAS_FINISHED", "交易已完结，不可再操作");
const BUYER_NOT_EXIST: Code = business("ACQ.BUYER_NOT_EXIST", "买家不存在或账户已注销");
const BUYER_SELLER_EQUAL: Code = business("ACQ.BUYER_SELLER_EQUAL", "买卖家不能相同");
const CANCEL_NOT_ALLOWED: Code = business("ACQ.CANCEL_NOT_ALLOWED", "不支持撤销，请查询交易状态");

/// Of every method that opens an order.
pub(super) fn of_open(refused: OpenRefused) -> Code {
    match refused {
        OpenRefused::SellerNotFound => business("ACQ.SELLER_NOT_EXIST", "卖家不存在"),
        OpenRefused::SellerBlocked => business("ACQ.SELLER_BEEN_BLOCKED", "商户账户被冻结或已注销，不能收款"),
        OpenRefused::NotSigned => {
            business("ACQ.ACCESS_FORBIDDEN", "没有权限使用接口，商户与该产品的签约已终止")
        }
        OpenRefused::NumberTaken { field: _ } => {
            business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改，同一商户订单号的内容不一致")
        }
        OpenRefused::AlreadyPaid => TRADE_HAS_SUCCESS,
        OpenRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        OpenRefused::TotalTooLarge => business("ACQ.TOTAL_FEE_EXCEED", "订单总金额超过限额"),
        OpenRefused::Receiving(refused) => of_receiving(refused),
        OpenRefused::ExpiryPassed => {
            business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间")
        }
        OpenRefused::BuyerNotFound => BUYER_NOT_EXIST,
        // No method opens an order by a counter code.
        OpenRefused::TooManyWaiting => of_pay(PayRefused::StaticLimit),
        OpenRefused::Pay(refused) => of_pay(refused),
    }
}

/// Of what a merchant without a licence receives. The documentation has names for one payment and for a day; above a
/// month's sum nothing comes in until the next one, which is its name for receiving that is suspended.
pub(super) fn of_receiving(refused: ReceivingRefused) -> Code {
    match refused {
        ReceivingRefused::Single => {
            business("ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT", "超过商户单笔收款额度，请联系商户完善资质")
        }
        ReceivingRefused::Day => {
            business("ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT", "超过商户当日收款额度，请联系商户完善资质")
        }
        ReceivingRefused::Month => business(
            "ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT",
            "超过商户当月收款额度，下月恢复收款，请联系商户完善资质",
        ),
    }
}

/// Every value of it.
pub(super) fn every_receiving() -> Vec<ReceivingRefused> {
    use ReceivingRefused as R;
    every!(ReceivingRefused: R::Single => R::Single, R::Day => R::Day, R::Month => R::Month,).to_vec()
}

/// Of a payment.
pub(super) fn of_pay(refused: PayRefused) -> Code {
    match refused {
        PayRefused::CodeInvalid => {
            business("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效，请顾客刷新付款码后重新收款")
        }
        PayRefused::TradeNotFound => TRADE_NOT_EXIST,
        PayRefused::AlreadyPaid => TRADE_HAS_SUCCESS,
        PayRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        // The second is heard on pages only: a scanned code waits for the card.
        PayRefused::ProofMissing | PayRefused::CardUnderWay => {
            business("ACQ.PAYMENT_FAIL", "支付失败，请买家重新输入支付密码")
        }
        PayRefused::BuyerBlocked => business("ACQ.BUYER_ENABLE_STATUS_FORBID", "买家状态非法，不能付款"),
        PayRefused::BuyerIsSeller => BUYER_SELLER_EQUAL,
        PayRefused::BuyerDiffers => business("ACQ.TRADE_BUYER_NOT_MATCH", "交易买家不匹配"),
        PayRefused::BuyerStopped => {
            business("ACQ.ERROR_BALANCE_PAYMENT_DISABLE", "买家余额支付已止付，请买家更换付款方式或解除止付")
        }
        // The second is heard on pages only: no program opens an order of a counter code.
        PayRefused::BuyerLimit | PayRefused::StaticLimit => {
            business("ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "买家付款超过其账户类别的余额支付限额")
        }
        PayRefused::BalanceTooLow => business("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"),
        PayRefused::Risk(_) => business("ACQ.PAYMENT_REQUEST_HAS_RISK", "支付有风险，请买家核实后再付"),
    }
}

/// Of the queries.
fn of_find(refused: FindRefused) -> Code {
    match refused {
        FindRefused::TradeNotFound => TRADE_NOT_EXIST,
    }
}

fn of_close(refused: CloseRefused) -> Code {
    match refused {
        CloseRefused::TradeNotFound => TRADE_NOT_EXIST,
        CloseRefused::AlreadyPaid => TRADE_STATUS_ERROR,
        CloseRefused::AlreadyClosed => {
            business("ACQ.REASON_TRADE_STATUS_INVALID", "交易已关闭，不能再次关闭")
        }
    }
}

/// Cancelling has its own names for some refusals of the refund inside it.
fn of_cancel(refused: CancelRefused) -> Code {
    match refused {
        CancelRefused::Finished => TRADE_HAS_FINISHED,
        CancelRefused::TooLate => business("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围，请使用退款接口"),
        CancelRefused::CaseOpen => CANCEL_NOT_ALLOWED,
        CancelRefused::Refund(refused) => match refused {
            RefundRefused::Finished => TRADE_HAS_FINISHED,
            RefundRefused::SellerBalanceTooLow | RefundRefused::MoreThanLeft => of_refund(refused),
            RefundRefused::TradeNotFound
            | RefundRefused::NumberTaken { field: _ }
            | RefundRefused::NotPaid
            | RefundRefused::AlreadyClosed
            | RefundRefused::PartNeedsNumber
            | RefundRefused::Back(_)
            | RefundRefused::BuyerClosed => CANCEL_NOT_ALLOWED,
        },
    }
}

fn of_refund(refused: RefundRefused) -> Code {
    match refused {
        RefundRefused::TradeNotFound => TRADE_NOT_EXIST,
        RefundRefused::NumberTaken { field: _ } => DISCORDANT_REPEAT_REQUEST,
        RefundRefused::NotPaid => TRADE_STATUS_ERROR,
        RefundRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        RefundRefused::Finished => TRADE_HAS_FINISHED,
        RefundRefused::PartNeedsNumber => {
            business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款必须传入退款请求号out_request_no")
        }
        RefundRefused::MoreThanLeft => {
            business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效，超过可退金额")
        }
        RefundRefused::Back(refused) => super::split::of_back(refused),
        RefundRefused::SellerBalanceTooLow => {
            business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户余额不足，不能退款")
        }
        RefundRefused::BuyerClosed => BUYER_NOT_EXIST,
    }
}

impl Refused for OpenRefused {
    fn code(self) -> Code {
        of_open(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let OpenRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}
impl Refused for ClaimRefused {
    /// As for the order that is opened for a buyer: a claim says no for the same reasons.
    fn code(self) -> Code {
        of_open(match self {
            ClaimRefused::OrderNotFound | ClaimRefused::CodeExpired | ClaimRefused::AlreadyClosed => {
                OpenRefused::AlreadyClosed
            }
            ClaimRefused::AlreadyPaid => OpenRefused::AlreadyPaid,
            ClaimRefused::BuyerIsSeller => OpenRefused::Pay(PayRefused::BuyerIsSeller),
            ClaimRefused::BuyerDiffers => OpenRefused::Pay(PayRefused::BuyerDiffers),
            ClaimRefused::BuyerNotFound => OpenRefused::BuyerNotFound,
            ClaimRefused::BuyerBlocked => OpenRefused::Pay(PayRefused::BuyerBlocked),
            ClaimRefused::TooManyWaiting => OpenRefused::TooManyWaiting,
        })
    }
}
impl Refused for FindRefused {
    fn code(self) -> Code {
        of_find(self)
    }
}
impl Refused for CloseRefused {
    fn code(self) -> Code {
        of_close(self)
    }
}
impl Refused for CancelRefused {
    fn code(self) -> Code {
        of_cancel(self)
    }
}
impl Refused for RefundRefused {
    fn code(self) -> Code {
        of_refund(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let RefundRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}
impl Refused for PartyNotFound {
    fn code(self) -> Code {
        let PartyNotFound = self;
        BUYER_NOT_EXIST
    }
}

fn every_pay() -> Vec<PayRefused> {
    use PayRefused as P;
    every!(PayRefused:
        P::CodeInvalid => P::CodeInvalid, P::TradeNotFound => P::TradeNotFound, P::AlreadyPaid => P::AlreadyPaid,
        P::AlreadyClosed => P::AlreadyClosed, P::ProofMissing => P::ProofMissing, P::BuyerBlocked => P::BuyerBlocked,
        P::BuyerIsSeller => P::BuyerIsSeller, P::BuyerDiffers => P::BuyerDiffers,
        P::StaticLimit => P::StaticLimit,
        P::BuyerStopped => P::BuyerStopped, P::BuyerLimit => P::BuyerLimit,
        P::BalanceTooLow => P::BalanceTooLow,
        P::CardUnderWay => P::CardUnderWay,
        P::Risk(_) => P::Risk(RiskRefused::Refused),
    )
    .to_vec()
}

impl Every for OpenRefused {
    fn every() -> Vec<OpenRefused> {
        use OpenRefused as O;
        let all = every!(OpenRefused:
            O::SellerNotFound => vec![O::SellerNotFound],
            O::NumberTaken { .. } => vec![O::NumberTaken { field: FIELD }], O::AlreadyPaid => vec![O::AlreadyPaid],
            O::AlreadyClosed => vec![O::AlreadyClosed], O::SellerBlocked => vec![O::SellerBlocked],
            O::NotSigned => vec![O::NotSigned], O::TotalTooLarge => vec![O::TotalTooLarge],
            O::Receiving(_) => every_receiving().into_iter().map(O::Receiving).collect(),
            O::ExpiryPassed => vec![O::ExpiryPassed], O::BuyerNotFound => vec![O::BuyerNotFound],
            O::TooManyWaiting => Vec::new(), O::Pay(_) => every_pay().into_iter().map(O::Pay).collect(),
        );
        all.concat()
    }
}

/// Of orders that a buyer takes up later: nobody is named, and no payment is refused when they are opened.
pub(crate) fn opened_for_later() -> Vec<OpenRefused> {
    let later = |refused: &OpenRefused| !matches!(refused, OpenRefused::Pay(_) | OpenRefused::BuyerNotFound);
    OpenRefused::every().into_iter().filter(later).collect()
}

/// The same of a link: one that is followed again after the order was paid leads to the cashier.
pub(crate) fn opened_by_link() -> Vec<OpenRefused> {
    opened_for_later().into_iter().filter(|refused| *refused != OpenRefused::AlreadyPaid).collect()
}

/// Of orders that are paid at once by a code that is shown: the code alone names the buyer.
pub(crate) fn opened_at_till() -> Vec<OpenRefused> {
    let elsewhere = |refused: &OpenRefused| {
        use P::{AlreadyPaid, CardUnderWay, ProofMissing, TradeNotFound};
        use {OpenRefused as O, PayRefused as P};
        matches!(
            refused,
            O::BuyerNotFound | O::Pay(TradeNotFound | AlreadyPaid | ProofMissing | CardUnderWay)
        )
    };
    OpenRefused::every().into_iter().filter(|refused| !elsewhere(refused)).collect()
}

/// The same as later, where the buyer may be named and must not be the seller.
pub(crate) fn opened_for_named() -> Vec<OpenRefused> {
    let mut all = opened_for_later();
    all.push(OpenRefused::Pay(PayRefused::BuyerIsSeller));
    all
}

/// The same, where the named buyer takes it up at once: what a first claim is refused for.
pub(crate) fn opened_and_claimed() -> Vec<OpenRefused> {
    let mut all = opened_for_named();
    all.extend([OpenRefused::BuyerNotFound, OpenRefused::Pay(PayRefused::BuyerBlocked)]);
    all
}

impl Every for ClaimRefused {
    fn every() -> Vec<ClaimRefused> {
        use ClaimRefused as C;
        every!(ClaimRefused:
            C::OrderNotFound => C::OrderNotFound, C::CodeExpired => C::CodeExpired,
            C::AlreadyClosed => C::AlreadyClosed, C::AlreadyPaid => C::AlreadyPaid,
            C::BuyerIsSeller => C::BuyerIsSeller, C::BuyerDiffers => C::BuyerDiffers,
            C::BuyerNotFound => C::BuyerNotFound, C::BuyerBlocked | C::TooManyWaiting => C::BuyerBlocked,
        )
        .to_vec()
    }
}

impl Every for RefundRefused {
    fn every() -> Vec<RefundRefused> {
        use RefundRefused as R;
        let all = every!(RefundRefused:
            R::TradeNotFound => vec![R::TradeNotFound],
            R::NumberTaken { .. } => vec![R::NumberTaken { field: FIELD }],
            R::NotPaid => vec![R::NotPaid], R::AlreadyClosed => vec![R::AlreadyClosed],
            R::Finished => vec![R::Finished], R::PartNeedsNumber => vec![R::PartNeedsNumber],
            R::MoreThanLeft => vec![R::MoreThanLeft],
            R::Back(_) => super::split::backs().map(R::Back).to_vec(),
            R::SellerBalanceTooLow => vec![R::SellerBalanceTooLow], R::BuyerClosed => vec![R::BuyerClosed],
        );
        all.concat()
    }
}

impl Every for CancelRefused {
    fn every() -> Vec<CancelRefused> {
        use CancelRefused as C;
        let all = every!(CancelRefused:
            C::Finished => vec![C::Finished], C::TooLate => vec![C::TooLate], C::CaseOpen => vec![C::CaseOpen],
            // A cancel takes nothing back from receivers.
            C::Refund(_) => RefundRefused::every()
                .into_iter()
                .filter(|one| !matches!(one, RefundRefused::Back(_)))
                .map(C::Refund)
                .collect(),
        );
        all.concat()
    }
}

impl Every for CloseRefused {
    fn every() -> Vec<CloseRefused> {
        use CloseRefused as S;
        every!(CloseRefused:
            S::TradeNotFound => S::TradeNotFound, S::AlreadyPaid => S::AlreadyPaid,
            S::AlreadyClosed => S::AlreadyClosed,
        )
        .to_vec()
    }
}

impl Every for FindRefused {
    fn every() -> Vec<FindRefused> {
        every!(FindRefused: FindRefused::TradeNotFound => FindRefused::TradeNotFound).to_vec()
    }
}

impl Every for PartyNotFound {
    fn every() -> Vec<PartyNotFound> {
        vec![PartyNotFound]
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("open", &OpenRefused::every())
        .chain(rows("find", &FindRefused::every()))
        .chain(rows("close", &CloseRefused::every()))
        .chain(rows("cancel", &CancelRefused::every()))
        .chain(rows("refund", &RefundRefused::every()))
        .collect()
}
