//! Of pre-authorisations (protocol reference, appendix C: `alipay.fund.auth.*`, whose codes have no prefix) and of
//! payments from them (7.3).

use super::{Code, Every, FIELD, Refused, TableRow, business, every, rows};
use trade::{
    CancelFreezeRefused, FindFreezeRefused, HoldRefused, OpenFreezeRefused, PayFrozenRefused, UnfreezeRefused,
};

const AUTH_ORDER_NOT_EXIST: Code = business("AUTH_ORDER_NOT_EXIST", "支付宝资金授权订单不存在");
const UNIQUE_VIOLATION: Code = business("UNIQUE_VIOLATION", "违反唯一性约束，同一请求号的内容不一致");
const ORDER_ALREADY_FINISH: Code = business("ORDER_ALREADY_FINISH", "资金授权订单已经完结");
const ORDER_ALREADY_CLOSED: Code = business("ORDER_ALREADY_CLOSED", "资金授权订单已经关闭");
const FREEZE_ALREADY_SUCCESS: Code = business("FREEZE_ALREADY_SUCCESS", "资金授权订单已冻结成功");
const REQUEST_AMOUNT_EXCEED: Code = business("REQUEST_AMOUNT_EXCEED", "请求金额超限，超过剩余冻结金额");

fn of_hold(refused: HoldRefused) -> Code {
    match refused {
        HoldRefused::CodeInvalid => {
            business("PAYMENT_AUTH_CODE_INVALID", "支付授权码无效，请用户刷新付款码后重试")
        }
        HoldRefused::NotAsked => business("PAYER_NOT_EXIST", "付款方不存在"),
        HoldRefused::AlreadyHeld => FREEZE_ALREADY_SUCCESS,
        HoldRefused::AlreadyClosed => ORDER_ALREADY_CLOSED,
        HoldRefused::ProofMissing => business("PULL_MOBILE_CASHIER_FAIL", "唤起收银台失败，请用户重新确认"),
        HoldRefused::PayerBlocked => business("PAYER_USER_STATUS_LIMIT", "付款方用户状态异常，不能冻结资金"),
        HoldRefused::PayerIsSeller => business("PAYER_PAYEE_EQUAL", "付款方和收款方不能相同"),
        HoldRefused::PayerDiffers => business("USER_ACCOUNT_VALIDATE_FAIL", "付款方与该授权订单的用户不一致"),
        HoldRefused::PayerStopped | HoldRefused::PayerLimit => {
            business("ERROR_BALANCE_PAYMENT_DISABLE", "付款方余额支付受限：已止付，或超过其账户类别的限额")
        }
        HoldRefused::BalanceTooLow => business("MONEY_NOT_ENOUGH", "付款方余额不足"),
    }
}

impl Refused for OpenFreezeRefused {
    fn code(self) -> Code {
        match self {
            OpenFreezeRefused::SellerNotFound => business("PAYEE_NOT_EXIST", "收款方不存在"),
            OpenFreezeRefused::NumberTaken { field: _ } => UNIQUE_VIOLATION,
            OpenFreezeRefused::AlreadyFrozen => FREEZE_ALREADY_SUCCESS,
            OpenFreezeRefused::AlreadyFinished => ORDER_ALREADY_FINISH,
            OpenFreezeRefused::AlreadyClosed => ORDER_ALREADY_CLOSED,
            OpenFreezeRefused::SellerBlocked => {
                business("PAYEE_USER_STATUS_LIMIT", "收款方账户被冻结或已注销")
            }
            OpenFreezeRefused::NotSigned => {
                business("ACCESS_FORBIDDEN", "没有权限使用接口，商户与该产品的签约已终止")
            }
            OpenFreezeRefused::AmountOutside => business("PRODUCT_AMOUNT_LIMIT_ERROR", "超过产品金额限制"),
            OpenFreezeRefused::Hold(refused) => of_hold(refused),
        }
    }
    fn field(&self) -> Option<&'static str> {
        if let OpenFreezeRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

/// The payee that a request names is not the merchant that the app acts for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("another payee than the merchant is named")]
pub(crate) struct PayeeDiffers;

impl Refused for PayeeDiffers {
    fn code(self) -> Code {
        let PayeeDiffers = self;
        business("ILLEGAL_PAYEE_USER_ID", "收款方用户号不合法，不是应用所属的商户")
    }
}

impl Every for PayeeDiffers {
    fn every() -> Vec<PayeeDiffers> {
        vec![PayeeDiffers]
    }
}

impl Refused for FindFreezeRefused {
    fn code(self) -> Code {
        match self {
            FindFreezeRefused::FreezeNotFound => AUTH_ORDER_NOT_EXIST,
            FindFreezeRefused::OperationNotFound => {
                business("AUTH_OPERATION_NOT_EXIST", "支付宝资金授权操作流水不存在")
            }
        }
    }
}

impl Refused for UnfreezeRefused {
    fn code(self) -> Code {
        match self {
            UnfreezeRefused::FreezeNotFound => AUTH_ORDER_NOT_EXIST,
            UnfreezeRefused::NumberTaken { field: _ } => UNIQUE_VIOLATION,
            UnfreezeRefused::NotFrozen => business("ILLEGAL_STATUS", "授权订单状态不合法，尚未冻结"),
            UnfreezeRefused::AlreadyFinished => ORDER_ALREADY_FINISH,
            UnfreezeRefused::AlreadyClosed => ORDER_ALREADY_CLOSED,
            UnfreezeRefused::MoreThanRest => REQUEST_AMOUNT_EXCEED,
        }
    }
    fn field(&self) -> Option<&'static str> {
        if let UnfreezeRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

impl Refused for CancelFreezeRefused {
    fn code(self) -> Code {
        match self {
            CancelFreezeRefused::FreezeNotFound => AUTH_ORDER_NOT_EXIST,
            CancelFreezeRefused::AlreadyFinished => ORDER_ALREADY_FINISH,
            CancelFreezeRefused::PartUsed => REQUEST_AMOUNT_EXCEED,
            CancelFreezeRefused::TooLate => {
                business("CANCEL_OPERATION_TIME_OUT", "超过撤销时间范围，请使用解冻接口")
            }
        }
    }
}

impl Refused for PayFrozenRefused {
    fn code(self) -> Code {
        match self {
            PayFrozenRefused::SellerNotFound => business("ACQ.SELLER_NOT_EXIST", "卖家不存在"),
            PayFrozenRefused::NumberTaken { field: _ } => {
                business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改，同一商户订单号的内容不一致")
            }
            PayFrozenRefused::OrderClosed => business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
            PayFrozenRefused::SellerBlocked => {
                business("ACQ.SELLER_BEEN_BLOCKED", "商户账户被冻结或已注销，不能收款")
            }
            PayFrozenRefused::Receiving(refused) => super::trade::of_receiving(refused),
            PayFrozenRefused::ExpiryPassed => {
                business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间")
            }
            PayFrozenRefused::FreezeNotFound => business("ACQ.AUTH_NO_ERROR", "预授权号错误或不存在"),
            PayFrozenRefused::ProductDiffers => {
                business("ACQ.PRE_AUTH_PROD_CODE_INCONSISTENT", "转支付的产品码与预授权冻结时不一致")
            }
            PayFrozenRefused::PayerDiffers => business("ACQ.PAYER_UNMATCHED", "付款人与预授权的付款人不匹配"),
            PayFrozenRefused::NotFrozen => business("ACQ.AUTH_ORDER_NOT_PAID", "预授权订单尚未冻结"),
            PayFrozenRefused::AlreadyFinished => business("ACQ.AUTH_ORDER_HAS_FINISHED", "预授权订单已完结"),
            PayFrozenRefused::AlreadyClosed => business("ACQ.AUTH_ORDER_HAS_CLOSED", "预授权订单已关闭"),
            PayFrozenRefused::MoreThanRest => business("ACQ.AUTH_AMOUNT_NOT_ENOUGH", "预授权剩余金额不足"),
        }
    }
    fn field(&self) -> Option<&'static str> {
        if let PayFrozenRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

fn every_hold() -> Vec<HoldRefused> {
    use HoldRefused as H;
    every!(HoldRefused:
        H::CodeInvalid => H::CodeInvalid, H::NotAsked => H::NotAsked, H::AlreadyHeld => H::AlreadyHeld,
        H::AlreadyClosed => H::AlreadyClosed, H::ProofMissing => H::ProofMissing, H::PayerBlocked => H::PayerBlocked,
        H::PayerIsSeller => H::PayerIsSeller, H::PayerDiffers => H::PayerDiffers,
        H::PayerStopped => H::PayerStopped, H::PayerLimit => H::PayerLimit,
        H::BalanceTooLow => H::BalanceTooLow,
    )
    .to_vec()
}

impl Every for OpenFreezeRefused {
    fn every() -> Vec<OpenFreezeRefused> {
        use OpenFreezeRefused as O;
        let all = every!(OpenFreezeRefused:
            O::SellerNotFound => vec![O::SellerNotFound],
            O::NumberTaken { .. } => vec![O::NumberTaken { field: FIELD }],
            O::AlreadyFrozen => vec![O::AlreadyFrozen], O::AlreadyFinished => vec![O::AlreadyFinished],
            O::AlreadyClosed => vec![O::AlreadyClosed], O::SellerBlocked => vec![O::SellerBlocked],
            O::NotSigned => vec![O::NotSigned], O::AmountOutside => vec![O::AmountOutside],
            O::Hold(_) => every_hold().into_iter().map(O::Hold).collect(),
        );
        all.concat()
    }
}

/// Of freezes that the shown code of their payer asks for: nothing waits, and no password was given.
pub(crate) fn frozen_at_till() -> Vec<OpenFreezeRefused> {
    use {HoldRefused as H, OpenFreezeRefused as O};
    let elsewhere = |one: &O| matches!(one, O::Hold(H::NotAsked | H::ProofMissing));
    O::every().into_iter().filter(|one| !elsewhere(one)).collect()
}

/// Of freezes that an app hands over: no money is refused when they are opened.
pub(crate) fn frozen_by_app() -> Vec<OpenFreezeRefused> {
    OpenFreezeRefused::every().into_iter().filter(|one| !matches!(one, OpenFreezeRefused::Hold(_))).collect()
}

/// The same of vouchers, which have no code of their own for an amount outside the limits.
pub(crate) fn frozen_by_voucher() -> Vec<OpenFreezeRefused> {
    frozen_by_app().into_iter().filter(|one| *one != OpenFreezeRefused::AmountOutside).collect()
}

impl Every for FindFreezeRefused {
    fn every() -> Vec<FindFreezeRefused> {
        use FindFreezeRefused as F;
        every!(FindFreezeRefused:
            F::FreezeNotFound => F::FreezeNotFound, F::OperationNotFound => F::OperationNotFound,
        )
        .to_vec()
    }
}

impl Every for UnfreezeRefused {
    fn every() -> Vec<UnfreezeRefused> {
        use UnfreezeRefused as U;
        every!(UnfreezeRefused:
            U::FreezeNotFound => U::FreezeNotFound, U::NumberTaken { .. } => U::NumberTaken { field: FIELD },
            U::NotFrozen => U::NotFrozen, U::AlreadyFinished => U::AlreadyFinished,
            U::AlreadyClosed => U::AlreadyClosed, U::MoreThanRest => U::MoreThanRest,
        )
        .to_vec()
    }
}

impl Every for CancelFreezeRefused {
    fn every() -> Vec<CancelFreezeRefused> {
        use CancelFreezeRefused as C;
        every!(CancelFreezeRefused:
            C::FreezeNotFound => C::FreezeNotFound, C::AlreadyFinished => C::AlreadyFinished,
            C::PartUsed => C::PartUsed, C::TooLate => C::TooLate,
        )
        .to_vec()
    }
}

impl Every for PayFrozenRefused {
    fn every() -> Vec<PayFrozenRefused> {
        use PayFrozenRefused as P;
        let all = every!(PayFrozenRefused:
            P::SellerNotFound => vec![P::SellerNotFound],
            P::NumberTaken { .. } => vec![P::NumberTaken { field: FIELD }],
            P::OrderClosed => vec![P::OrderClosed], P::SellerBlocked => vec![P::SellerBlocked],
            P::Receiving(_) => super::trade::every_receiving().into_iter().map(P::Receiving).collect(),
            P::ExpiryPassed => vec![P::ExpiryPassed],
            P::FreezeNotFound => vec![P::FreezeNotFound], P::ProductDiffers => vec![P::ProductDiffers],
            P::PayerDiffers => vec![P::PayerDiffers], P::NotFrozen => vec![P::NotFrozen],
            P::AlreadyFinished => vec![P::AlreadyFinished], P::AlreadyClosed => vec![P::AlreadyClosed],
            P::MoreThanRest => vec![P::MoreThanRest],
        );
        all.concat()
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("freeze", &OpenFreezeRefused::every())
        .chain(rows("freeze for", &PayeeDiffers::every()))
        .chain(rows("find freeze", &FindFreezeRefused::every()))
        .chain(rows("unfreeze", &UnfreezeRefused::every()))
        .chain(rows("cancel freeze", &CancelFreezeRefused::every()))
        .chain(rows("pay from freeze", &PayFrozenRefused::every()))
        .collect()
}
