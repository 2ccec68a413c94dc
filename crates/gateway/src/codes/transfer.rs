//! Of transfers and of a merchant's own account (protocol reference, appendix C: `alipay.fund.trans.*`, whose codes
//! have no prefix).

use super::{Code, Every, FIELD, Refused, TableRow, business, every, rows};
use fund::BankReason;
use risk::RiskRefused;
use transfer::{CardTransferRefused, LimitRefused, TransferNotFound, TransferRefused};

/// The row of a refused transfer.
pub(super) fn of_transfer(refused: TransferRefused) -> Code {
    match refused {
        TransferRefused::PayerNotFound => business("PAYER_NOT_EXIST", "付款方不存在"),
        TransferRefused::NumberTaken { field: _ } => {
            business("PAYMENT_INFO_INCONSISTENCY", "两次请求商户单号一样，但是参数不一致")
        }
        TransferRefused::PayeeNotFound => business("PAYEE_NOT_EXIST", "收款方不存在"),
        TransferRefused::PayeeNameDiffers => {
            business("PAYEE_USERINFO_ERROR", "收款方姓名与账号不匹配，请检查收款方信息")
        }
        TransferRefused::PayeeBlocked => {
            business("PAYEE_ACCOUNT_STATUS_ERROR", "收款方账户已注销，款项已退回付款方")
        }
        TransferRefused::PayeeIsPayer => business("PAYER_PAYEE_CANNOT_SAME", "收付款方不能相同"),
        TransferRefused::NotSigned => business("PRODUCT_NOT_SIGN", "产品未签约，商户的转账产品签约已终止"),
        TransferRefused::PayerBlocked | TransferRefused::PayerStopped => {
            business("PAYER_STATUS_ERROR", "付款账号状态异常，已冻结、注销或止付")
        }
        TransferRefused::Limit(limit) => of_limit(limit),
        TransferRefused::BalanceTooLow => business("PAYER_BALANCE_NOT_ENOUGH", "付款方余额不足"),
        TransferRefused::Risk(_) => business("SECURITY_CHECK_FAILED", "安全检查未通过，转账未执行"),
    }
}

/// The row of a card that cannot be paid.
pub(super) const CARD_WRONG: Code = business("PAYEE_CARD_INFO_ERROR", "收款方银行卡信息有误，或该卡不能收款");

/// The row of a refused transfer to a card.
pub(super) fn of_card_transfer(refused: CardTransferRefused) -> Code {
    use CardTransferRefused as C;
    match refused {
        C::PayerNotFound => of_transfer(TransferRefused::PayerNotFound),
        C::NumberTaken { field } => of_transfer(TransferRefused::NumberTaken { field }),
        C::NotSigned => of_transfer(TransferRefused::NotSigned),
        C::PayerBlocked => of_transfer(TransferRefused::PayerBlocked),
        C::PayerStopped => of_transfer(TransferRefused::PayerStopped),
        C::Limit(limit) => of_limit(limit),
        C::BalanceTooLow => of_transfer(TransferRefused::BalanceTooLow),
        C::TooManyNames => {
            business("RESOURCE_LIMIT_EXCEED", "该卡今日户名校验失败次数超限，请核实收款方信息后次日再试")
        }
        C::CardWrong => CARD_WRONG,
        // Nothing moved: a query says that there is no such transfer, and the same number can be sent again.
        C::BankSilent => business("REQUEST_PROCESSING", "银行暂未应答，请稍后以相同的商户单号重试"),
        C::Risk(why) => of_transfer(TransferRefused::Risk(why)),
    }
}

impl Refused for CardTransferRefused {
    fn code(self) -> Code {
        of_card_transfer(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let CardTransferRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

/// A bank refused a transfer to a card for good, and the payer has the money again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the bank refused it: {0:?}")]
pub(crate) struct CardNotPaid(pub(crate) BankReason);

impl Refused for CardNotPaid {
    fn code(self) -> Code {
        match self.0 {
            BankReason::CardBlocked | BankReason::AgreementEnded => CARD_WRONG,
            BankReason::OverLimit => business("EXCEED_LIMIT_DC_RECEIVED", "收款方银行卡收款额度超限"),
            BankReason::NoMoney | BankReason::Other => business("BANK_RESPONSE_ERROR", "收款银行拒绝入账"),
        }
    }
}

/// A bank sent back what it had paid to a card. Its statement names no reason, and the usual one is the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the bank sent it back")]
pub(crate) struct CardSentBack;

impl Refused for CardSentBack {
    fn code(self) -> Code {
        CARD_WRONG
    }
}

impl Every for CardSentBack {
    fn every() -> Vec<CardSentBack> {
        vec![CardSentBack]
    }
}

impl Every for CardNotPaid {
    fn every() -> Vec<CardNotPaid> {
        use BankReason as B;
        let all = every!(BankReason:
            B::NoMoney => B::NoMoney, B::OverLimit => B::OverLimit, B::CardBlocked => B::CardBlocked,
            B::AgreementEnded => B::AgreementEnded, B::Other => B::Other,
        );
        all.map(CardNotPaid).to_vec()
    }
}

impl Every for CardTransferRefused {
    fn every() -> Vec<CardTransferRefused> {
        use {CardTransferRefused as C, LimitRefused as L};
        let limits = every!(LimitRefused:
            L::TooSmall => L::TooSmall, L::TooLarge => L::TooLarge, L::Day => L::Day, L::Month => L::Month,
        );
        let all = every!(CardTransferRefused:
            C::PayerNotFound => C::PayerNotFound, C::NumberTaken { .. } => C::NumberTaken { field: FIELD },
            C::NotSigned => C::NotSigned,
            C::PayerBlocked => C::PayerBlocked, C::PayerStopped => C::PayerStopped,
            C::Limit(_) => C::Limit(L::TooSmall),
            C::BalanceTooLow => C::BalanceTooLow, C::TooManyNames => C::TooManyNames, C::CardWrong => C::CardWrong,
            C::BankSilent => C::BankSilent, C::Risk(_) => C::Risk(RiskRefused::Refused),
        );
        let spread = all.into_iter().flat_map(|one| match one {
            C::Limit(_) => limits.map(C::Limit).to_vec(),
            other => vec![other],
        });
        spread.collect()
    }
}

fn of_limit(refused: LimitRefused) -> Code {
    match refused {
        LimitRefused::TooSmall => business("EXCEED_LIMIT_SM_MIN_AMOUNT", "转账金额低于单笔最低限额0.1元"),
        LimitRefused::TooLarge => business("EXCEED_LIMIT_SM_AMOUNT", "单笔转账额度超限"),
        LimitRefused::Day => business("EXCEED_LIMIT_DM_AMOUNT", "日累计转账额度超限"),
        LimitRefused::Month => business("EXCEED_LIMIT_MM_AMOUNT", "月累计转账额度超限"),
    }
}

impl Refused for TransferRefused {
    fn code(self) -> Code {
        of_transfer(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let TransferRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

impl Refused for TransferNotFound {
    fn code(self) -> Code {
        let TransferNotFound = self;
        business("ORDER_NOT_EXIST", "转账订单不存在")
    }
}

/// The account that a request names is not the merchant's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the account is not the merchant's own")]
pub(crate) struct AccountOfOther;

impl Refused for AccountOfOther {
    fn code(self) -> Code {
        let AccountOfOther = self;
        business("NO_PERMISSION_ACCOUNT", "没有操作该账户的权限，只能查询应用所属商户的账户")
    }
}

impl Every for TransferRefused {
    fn every() -> Vec<TransferRefused> {
        use {LimitRefused as L, TransferRefused as T};
        let limits = every!(LimitRefused:
            L::TooSmall => L::TooSmall, L::TooLarge => L::TooLarge, L::Day => L::Day, L::Month => L::Month,
        );
        let all = every!(TransferRefused:
            T::PayerNotFound => T::PayerNotFound, T::NumberTaken { .. } => T::NumberTaken { field: FIELD },
            T::PayeeNotFound => T::PayeeNotFound, T::PayeeNameDiffers => T::PayeeNameDiffers,
            T::PayeeBlocked => T::PayeeBlocked, T::PayeeIsPayer => T::PayeeIsPayer,
            T::NotSigned => T::NotSigned, T::PayerBlocked => T::PayerBlocked, T::PayerStopped => T::PayerStopped,
            T::Limit(_) => T::Limit(L::TooSmall),
            T::BalanceTooLow => T::BalanceTooLow, T::Risk(_) => T::Risk(RiskRefused::Refused),
        );
        let spread = all.into_iter().flat_map(|one| match one {
            T::Limit(_) => limits.map(T::Limit).to_vec(),
            other => vec![other],
        });
        spread.collect()
    }
}

impl Every for TransferNotFound {
    fn every() -> Vec<TransferNotFound> {
        vec![TransferNotFound]
    }
}

impl Every for AccountOfOther {
    fn every() -> Vec<AccountOfOther> {
        vec![AccountOfOther]
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("transfer", &TransferRefused::every())
        .chain(rows("find_transfer", &TransferNotFound::every()))
        .chain(rows("account", &AccountOfOther::every()))
        .chain(rows("card_transfer", &CardTransferRefused::every()))
        .chain(rows("card_not_paid", &CardNotPaid::every()))
        .chain(rows("card_sent_back", &CardSentBack::every()))
        .collect()
}
