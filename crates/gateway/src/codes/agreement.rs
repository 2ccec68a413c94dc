//! Of agreements and debits (protocol reference 5.14, 7.3, appendix C). The documentation lists no codes for
//! `agreement.page.sign`: those here are chosen among the ones of its sisters, `AGREEMENT_ALREADY_SIGNED` is ours.

use super::{Code, Refused, TableRow, business, every, rows, trade};
use ::trade::{
    DebitRefused, FindAgreementRefused, MandateRefusal, OfferRefused, OpenRefused, OpenSigningRefused,
    PayRefused, PostponeRefused, UnsignRefused,
};
use std::fmt;

const ILLEGAL_AGREEMENT: Code = business("ILLEGAL_AGREEMENT", "协议不合法，或没有待执行的扣款计划");
const ILLEGAL_EXECUTION_TIME: Code = business("ILLEGAL_EXECUTION_TIME", "扣款日期不合法");
const STATUS_NOT_NORMAL: Code = business("ACQ.AGREEMENT_STATUS_NOT_NORMAL", "用户协议状态不正常，请重新签约");

/// Why the buyer or the product that a request names cannot be looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NameRefused {
    /// No product of agreements has this code.
    ProductNotSupported,
    /// Nobody signs in with this name.
    UserNotFound,
}

impl fmt::Display for NameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameRefused::ProductNotSupported => "product not supported",
            NameRefused::UserNotFound => "user not found",
        })
    }
}

impl Refused for NameRefused {
    fn code(self) -> Code {
        match self {
            NameRefused::ProductNotSupported => {
                business("PRODUCT_CODE_NOT_SUPPORTED_ERROR", "不支持的个人签约产品码")
            }
            NameRefused::UserNotFound => business("USER_NOT_EXIST_ERROR", "用户不存在"),
        }
    }
}

impl Refused for OfferRefused {
    fn code(self) -> Code {
        match self {
            OfferRefused::SellerNotFound => {
                business("MERCHANT_AGREEMENT_IS_NOT_EXIST", "商户不存在，或应用不属于该商户")
            }
            OfferRefused::NumberTaken { field: _ } => {
                business("OUT_AGREEMENT_NO_DUPLICATE", "商户签约号已用于内容不同的协议")
            }
            OfferRefused::AlreadySigned => business("AGREEMENT_ALREADY_SIGNED", "该商户签约号的协议已签约"),
            OfferRefused::AlreadyEnded => business("AGREEMENT_HAS_UNSIGNED", "该商户签约号的协议已解约"),
            OfferRefused::SellerBlocked => {
                business("MERCHANT_STATUS_IS_NOT_NORMAL", "商户账户被冻结或已注销，不能签约")
            }
            OfferRefused::FirstDayPassed => ILLEGAL_EXECUTION_TIME,
        }
    }
    fn field(&self) -> Option<&'static str> {
        if let OfferRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}

impl Refused for OpenSigningRefused {
    fn code(self) -> Code {
        match self {
            OpenSigningRefused::Open(refused) => trade::of_open(refused),
            OpenSigningRefused::Offer(refused) => refused.code(),
        }
    }
    fn field(&self) -> Option<&'static str> {
        match self {
            OpenSigningRefused::Open(OpenRefused::NumberTaken { field }) => Some(field),
            OpenSigningRefused::Open(_) => None,
            OpenSigningRefused::Offer(refused) => refused.field(),
        }
    }
}

impl Refused for FindAgreementRefused {
    fn code(self) -> Code {
        match self {
            FindAgreementRefused::AgreementNotFound => {
                business("USER_AGREEMENT_NOT_EXIST", "用户协议不存在或已解约")
            }
        }
    }
}

impl Refused for UnsignRefused {
    fn code(self) -> Code {
        match self {
            UnsignRefused::AgreementNotFound => business("AGREEMENT_NOT_EXIST", "协议不存在或已解约"),
            UnsignRefused::NotNormal => business("USER_AGREEMENT_STATUS_IS_NOT_NORMAL", "用户尚未签约"),
        }
    }
}

impl Refused for PostponeRefused {
    fn code(self) -> Code {
        match self {
            PostponeRefused::AgreementNotFound
            | PostponeRefused::NotNormal
            | PostponeRefused::NothingPlanned => ILLEGAL_AGREEMENT,
            PostponeRefused::DateNotAllowed => ILLEGAL_EXECUTION_TIME,
        }
    }
}

fn of_mandate(refused: MandateRefusal) -> Code {
    match refused {
        MandateRefusal::Ended => STATUS_NOT_NORMAL,
        MandateRefusal::Invalid => business("ACQ.AGREEMENT_INVALID", "用户协议失效，或不支持周期扣款"),
        MandateRefusal::SingleExceeded => {
            business("ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED", "扣款金额超过协议的单次限额")
        }
        MandateRefusal::TotalExceeded => {
            business("ACQ.CYCLE_PAY_TOTAL_FEE_EXCEED", "累计扣款金额超过协议的总金额限制")
        }
        MandateRefusal::TimesExceeded => {
            business("ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED", "扣款次数超过协议的总次数限制")
        }
        MandateRefusal::DateNotMatch => business("ACQ.CYCLE_PAY_DATE_NOT_MATCH", "扣款日期不在扣款计划内"),
        MandateRefusal::BuyerBlocked => trade::of_pay(PayRefused::BuyerBlocked),
        MandateRefusal::BalanceTooLow => trade::of_pay(PayRefused::BalanceTooLow),
    }
}

impl Refused for DebitRefused {
    fn code(self) -> Code {
        match self {
            DebitRefused::AgreementNotFound => business("ACQ.AGREEMENT_NOT_EXIST", "用户协议不存在"),
            DebitRefused::NotSigned => STATUS_NOT_NORMAL,
            DebitRefused::Open(refused) => trade::of_open(refused),
            DebitRefused::Mandate(refused) => of_mandate(refused),
        }
    }
    fn field(&self) -> Option<&'static str> {
        if let DebitRefused::Open(OpenRefused::NumberTaken { field }) = self { Some(field) } else { None }
    }
}

/// Its rows of the table, in order of precedence. What a debit is refused for before anybody is asked for money stands
/// in the rows of `open`.
pub(super) fn table() -> Vec<TableRow> {
    use {
        DebitRefused as D, FindAgreementRefused as F, MandateRefusal as M, NameRefused as N,
        OfferRefused as O, PostponeRefused as P, UnsignRefused as U,
    };
    let name = every!(NameRefused:
        N::ProductNotSupported => N::ProductNotSupported, N::UserNotFound => N::UserNotFound,
    );
    let offer = every!(OfferRefused:
        O::SellerNotFound => O::SellerNotFound, O::NumberTaken { .. } => O::NumberTaken { field: "…" },
        O::AlreadySigned => O::AlreadySigned, O::AlreadyEnded => O::AlreadyEnded,
        O::SellerBlocked => O::SellerBlocked, O::FirstDayPassed => O::FirstDayPassed,
    );
    let find = every!(FindAgreementRefused: F::AgreementNotFound => F::AgreementNotFound);
    let unsign = every!(UnsignRefused:
        U::AgreementNotFound => U::AgreementNotFound, U::NotNormal => U::NotNormal,
    );
    let postpone = every!(PostponeRefused:
        P::AgreementNotFound => P::AgreementNotFound, P::NotNormal => P::NotNormal,
        P::NothingPlanned => P::NothingPlanned, P::DateNotAllowed => P::DateNotAllowed,
    );
    let mandate = every!(MandateRefusal:
        M::Ended => M::Ended, M::Invalid => M::Invalid, M::SingleExceeded => M::SingleExceeded,
        M::TotalExceeded => M::TotalExceeded, M::TimesExceeded => M::TimesExceeded,
        M::DateNotMatch => M::DateNotMatch, M::BuyerBlocked => M::BuyerBlocked, M::BalanceTooLow => M::BalanceTooLow,
    );
    let debit = every!(DebitRefused:
        D::AgreementNotFound => vec![D::AgreementNotFound], D::NotSigned => vec![D::NotSigned],
        D::Open(_) => vec![], D::Mandate(_) => mandate.map(D::Mandate).to_vec(),
    );
    rows("agreement", &name)
        .chain(rows("agreement offer", &offer))
        .chain(rows("agreement find", &find))
        .chain(rows("agreement unsign", &unsign))
        .chain(rows("agreement postpone", &postpone))
        .chain(rows("debit", &debit.concat()))
        .collect()
}
