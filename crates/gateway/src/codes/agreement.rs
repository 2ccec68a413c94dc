//! Of agreements and debits (protocol reference 5.14, 7.3, appendix C). The documentation lists no codes for
//! `agreement.page.sign`: those here are chosen among the ones of its sisters, `AGREEMENT_ALREADY_SIGNED` is ours.

use super::{Code, Every, Refused, TableRow, business, every, rows, trade};
use ::trade::{
    DebitRefused, FindAgreementRefused, MandateRefusal, OfferRefused, OpenRefused, OpenSigningRefused,
    PayRefused, PostponeRefused, UnsignRefused,
};
use risk::RiskRefused;
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
        MandateRefusal::BuyerStopped => trade::of_pay(PayRefused::BuyerStopped),
        MandateRefusal::BuyerLimit => trade::of_pay(PayRefused::BuyerLimit),
        MandateRefusal::BalanceTooLow => trade::of_pay(PayRefused::BalanceTooLow),
        MandateRefusal::Risk => trade::of_pay(PayRefused::Risk(RiskRefused::Refused)),
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

/// A refusal that is listed value by value.
macro_rules! listed {
    ($refused:ident: $($pattern:pat => $value:expr),* $(,)?) => {
        impl Every for $refused {
            fn every() -> Vec<$refused> {
                use $refused as R;
                every!($refused: $($pattern => $value),*).to_vec()
            }
        }
    };
}

listed!(NameRefused: R::ProductNotSupported => R::ProductNotSupported, R::UserNotFound => R::UserNotFound);
listed!(OfferRefused:
    R::SellerNotFound => R::SellerNotFound, R::NumberTaken { .. } => R::NumberTaken { field: "…" },
    R::AlreadySigned => R::AlreadySigned, R::AlreadyEnded => R::AlreadyEnded,
    R::SellerBlocked => R::SellerBlocked, R::FirstDayPassed => R::FirstDayPassed,
);
/// Of offers that come with an order: the order is refused first for what its merchant is.
pub(crate) fn offered_with_order() -> Vec<OfferRefused> {
    let of_offer =
        |one: &OfferRefused| !matches!(one, OfferRefused::SellerNotFound | OfferRefused::SellerBlocked);
    OfferRefused::every().into_iter().filter(of_offer).collect()
}

listed!(FindAgreementRefused: R::AgreementNotFound => R::AgreementNotFound);
listed!(UnsignRefused: R::AgreementNotFound => R::AgreementNotFound, R::NotNormal => R::NotNormal);
listed!(PostponeRefused:
    R::AgreementNotFound => R::AgreementNotFound, R::NotNormal => R::NotNormal,
    R::NothingPlanned => R::NothingPlanned, R::DateNotAllowed => R::DateNotAllowed,
);

/// What a debit is refused for before anybody is asked for money is that of opening orders.
impl Every for DebitRefused {
    fn every() -> Vec<DebitRefused> {
        use {DebitRefused as D, MandateRefusal as M};
        let mandate = every!(MandateRefusal:
            M::Ended => M::Ended, M::Invalid => M::Invalid, M::SingleExceeded => M::SingleExceeded,
            M::TotalExceeded => M::TotalExceeded, M::TimesExceeded => M::TimesExceeded,
            M::DateNotMatch => M::DateNotMatch, M::BuyerBlocked => M::BuyerBlocked,
            M::BuyerStopped => M::BuyerStopped, M::BuyerLimit => M::BuyerLimit, M::BalanceTooLow => M::BalanceTooLow,
            M::Risk => M::Risk,
        );
        let all = every!(DebitRefused:
            D::AgreementNotFound => vec![D::AgreementNotFound], D::NotSigned => vec![D::NotSigned],
            D::Open(_) => vec![], D::Mandate(_) => mandate.map(D::Mandate).to_vec(),
        );
        all.concat()
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("agreement", &NameRefused::every())
        .chain(rows("agreement offer", &OfferRefused::every()))
        .chain(rows("agreement find", &FindAgreementRefused::every()))
        .chain(rows("agreement unsign", &UnsignRefused::every()))
        .chain(rows("agreement postpone", &PostponeRefused::every()))
        .chain(rows("debit", &DebitRefused::every()))
        .collect()
}
