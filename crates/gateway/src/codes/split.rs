//! Of splits and their receivers (appendix C of the protocol reference).

use super::{
    Code, DISCORDANT_REPEAT_REQUEST, Every, FIELD, Refused, SYSTEM_ERROR, TRADE_NOT_EXIST,
    TRADE_STATUS_ERROR, TableRow, business, every, rows,
};
use engine::FindSplitRefused;
use std::convert::Infallible;
use trade::{BackRefused, BindRefused, SplitRefused};

const FREQUENCY_LIMITED: Code = business("ACQ.FREQUENCY_LIMITED", "同一笔交易的分账次数超过上限");
const ALLOC_AMOUNT_VALIDATE_ERROR: Code =
    business("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR", "分账金额无效，超过可分账金额");

fn of_split(refused: SplitRefused) -> Code {
    match refused {
        SplitRefused::TradeNotFound => TRADE_NOT_EXIST,
        SplitRefused::NumberTaken { field: _ } => DISCORDANT_REPEAT_REQUEST,
        SplitRefused::NotPaid => TRADE_STATUS_ERROR,
        SplitRefused::InEscrow => {
            business("ACQ.ALLOC_REFUSE_BEFORE_SETTLE", "担保交易尚未确认收货，不能分账")
        }
        SplitRefused::Ended => business("ACQ.ILLEGAL_SETTLE_STATE", "交易已关闭或已完结，不能分账"),
        SplitRefused::Finished => business("ACQ.ALREADY_FINISH_ALLOC", "分账已完结，不能再次分账"),
        SplitRefused::TooMany => FREQUENCY_LIMITED,
        SplitRefused::SellerBlocked => {
            business("ACQ.USER_ACCOUNT_HAD_FREEZEN", "商户账户被冻结或已注销，不能分账")
        }
        SplitRefused::PayerDiffers => {
            business("ACQ.MUST_ALLOC_FROM_ROOT_ACCOUNT", "分账转出方必须是交易的收款商户")
        }
        SplitRefused::ReceiverIsSeller => {
            business("ACQ.ROYALTY_ACCOUNTS_EQUAL", "分账转入方与转出方不能相同")
        }
        SplitRefused::ReceiverNotBound => {
            business("ACQ.ROYALTY_RECEIVER_INVALID", "分账收入方无效，请先绑定分账关系")
        }
        SplitRefused::MoreThanLeft => ALLOC_AMOUNT_VALIDATE_ERROR,
        SplitRefused::SellerBalanceTooLow => {
            business("ACQ.TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH", "商户余额不足，不能分账")
        }
    }
}

pub(super) fn of_back(refused: BackRefused) -> Code {
    match refused {
        BackRefused::UnderWay => SYSTEM_ERROR,
        BackRefused::PayeeDiffers => business("ACQ.USER_NOT_MATCH_ERR", "退分账的转入方必须是交易的收款商户"),
        BackRefused::ReceiverNotFound => {
            business("ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST", "退分账的转出方账户不存在")
        }
        BackRefused::MoreThanSplit => ALLOC_AMOUNT_VALIDATE_ERROR,
        BackRefused::TooMany => FREQUENCY_LIMITED,
        BackRefused::CannotPay => {
            business("ACQ.TRADE_SETTLE_ERROR", "分账收入方余额不足或账户已注销，不能退分账")
        }
    }
}

fn of_bind(refused: BindRefused) -> Code {
    match refused {
        BindRefused::Empty => business("RECEIVER_LIST_EMPTY", "分账接收方列表为空"),
        BindRefused::TooManyAtOnce => business("RECEIVER_LIST_OVERLOAD", "分账接收方列表超过20个"),
        BindRefused::KindUnknown => business("INVALID_RECEIVER_TYPE", "分账接收方类型无效"),
        BindRefused::ReceiverNotFound => business("USER_NOT_EXIST", "用户不存在"),
        BindRefused::NameDiffers => business("USERNAME_NOT_MATCH", "分账接收方姓名不匹配"),
        BindRefused::ReceiverBlocked => {
            business("RECEIVER_ACCOUNT_STATE_INVALID", "分账接收方账户被冻结或已注销")
        }
        BindRefused::TooMany => business("RELATION_QUANTITY_LIMIT", "分账关系数量超过上限"),
    }
}

fn of_find(refused: FindSplitRefused) -> Code {
    match refused {
        FindSplitRefused::TradeNotFound => business("MERCHANT_TRADE_NOT_MATCH", "商户与交易不匹配"),
        FindSplitRefused::SplitNotFound => business("INVALID_PARAMETER", "该交易没有此分账请求"),
    }
}

impl Refused for SplitRefused {
    fn code(self) -> Code {
        of_split(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let SplitRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}
impl Refused for BindRefused {
    fn code(self) -> Code {
        of_bind(self)
    }
}
impl Refused for FindSplitRefused {
    fn code(self) -> Code {
        of_find(self)
    }
}
impl Refused for Infallible {
    fn code(self) -> Code {
        match self {}
    }
}

/// Why parts are not taken back, in order of precedence.
pub(super) fn backs() -> [BackRefused; 6] {
    use BackRefused as K;
    every!(BackRefused:
        K::UnderWay => K::UnderWay, K::PayeeDiffers => K::PayeeDiffers, K::ReceiverNotFound => K::ReceiverNotFound,
        K::MoreThanSplit => K::MoreThanSplit, K::TooMany => K::TooMany, K::CannotPay => K::CannotPay,
    )
}

impl Every for SplitRefused {
    fn every() -> Vec<SplitRefused> {
        use SplitRefused as S;
        every!(SplitRefused:
            S::TradeNotFound => S::TradeNotFound, S::NumberTaken { .. } => S::NumberTaken { field: FIELD },
            S::NotPaid => S::NotPaid, S::InEscrow => S::InEscrow, S::Ended => S::Ended, S::Finished => S::Finished,
            S::TooMany => S::TooMany, S::SellerBlocked => S::SellerBlocked, S::PayerDiffers => S::PayerDiffers,
            S::ReceiverIsSeller => S::ReceiverIsSeller, S::ReceiverNotBound => S::ReceiverNotBound,
            S::MoreThanLeft => S::MoreThanLeft, S::SellerBalanceTooLow => S::SellerBalanceTooLow,
        )
        .to_vec()
    }
}

impl Every for BindRefused {
    fn every() -> Vec<BindRefused> {
        use BindRefused as B;
        every!(BindRefused:
            B::Empty => B::Empty, B::TooManyAtOnce => B::TooManyAtOnce, B::KindUnknown => B::KindUnknown,
            B::ReceiverNotFound => B::ReceiverNotFound, B::NameDiffers => B::NameDiffers,
            B::ReceiverBlocked => B::ReceiverBlocked, B::TooMany => B::TooMany,
        )
        .to_vec()
    }
}

/// Why receivers are not given up: what they may take is no matter then, nor how many there are.
pub(crate) fn given_up() -> Vec<BindRefused> {
    let here = |one: &BindRefused| !matches!(one, BindRefused::ReceiverBlocked | BindRefused::TooMany);
    BindRefused::every().into_iter().filter(here).collect()
}

impl Every for FindSplitRefused {
    fn every() -> Vec<FindSplitRefused> {
        use FindSplitRefused as F;
        every!(FindSplitRefused: F::TradeNotFound => F::TradeNotFound, F::SplitNotFound => F::SplitNotFound)
            .to_vec()
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("split", &SplitRefused::every())
        .chain(rows("bind", &BindRefused::every()))
        .chain(rows("find_split", &FindSplitRefused::every()))
        .collect()
}
