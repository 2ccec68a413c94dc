//! Of bills. The protocol reference (5.15) has names out of documents and names that were seen live: those that were
//! seen are used where there are any.

use super::{Code, Every, Failure, Refused, TableRow, business, every, rows};

/// Why there is no bill. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BillRefused {
    /// It is a kind that merchants know, and is not here.
    #[error("bills of this kind are not simulated")]
    KindNotSupported,
    /// The day or month was over before the merchant was opened.
    #[error("the merchant was opened later")]
    BeforeRegistration,
    /// The day or month is not over, or nothing happened in it, or it is too long ago.
    #[error("there is no bill of this time")]
    NotThere,
}

impl Refused for BillRefused {
    fn code(self) -> Code {
        match self {
            BillRefused::KindNotSupported => business("TYPE_NOT_SUPPORTED", "账单类型暂未模拟"),
            BillRefused::BeforeRegistration => {
                business("BILL_DATE_BEFORE_REGISTRATION", "账单日期早于商户开户日期")
            }
            BillRefused::NotThere => business("isp.bill_not_exist", "账单不存在"),
        }
    }
}

impl Every for BillRefused {
    fn every() -> Vec<BillRefused> {
        use BillRefused as B;
        every!(BillRefused:
            B::KindNotSupported => B::KindNotSupported, B::BeforeRegistration => B::BeforeRegistration,
            B::NotThere => B::NotThere,
        )
        .to_vec()
    }
}

const INVALID_ARGUMENTS: Code = business("invalid_arguments", "入参不合法");

impl Failure {
    /// A field of a bill that is wrong; the text follows.
    pub(super) fn invalid_arguments() -> Failure {
        Failure::of(INVALID_ARGUMENTS, Some(""))
    }
}

/// The rows of the table.
pub(super) fn table() -> Vec<TableRow> {
    rows("bill", &BillRefused::every()).collect()
}
