//! What the world hears of batches of transfers.
//!
//! No list of codes is published for these methods: those of single transfers stand where they mean the same.

use super::transfer::{CARD_WRONG, of_card_transfer, of_transfer};
use super::{CardNotPaid, Code, Every, Refused, TableRow, business, every, rows};
use fund::BankReason;
use transfer::{
    BatchNotFound, BatchRefused, CardTransferRefused, DetailFailure, LimitRefused, TransferRefused,
};

impl Refused for BatchRefused {
    fn code(self) -> Code {
        use {BatchRefused as B, TransferRefused as T};
        match self {
            B::PayerNotFound => of_transfer(T::PayerNotFound),
            B::NumberTaken => of_transfer(T::NumberTaken { field: "out_batch_no" }),
            B::CountWrong | B::DetailRepeated | B::TotalWrong | B::TimeWrong => {
                business("PARAM_ILLEGAL", "批次的笔数、明细单号、金额或失效时间有误")
            }
            B::NotSigned => of_transfer(T::NotSigned),
            B::PayerBlocked => of_transfer(T::PayerBlocked),
            B::PayerStopped => of_transfer(T::PayerStopped),
            B::BankSilent => of_card_transfer(CardTransferRefused::BankSilent),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            BatchRefused::CountWrong => Some("total_count"),
            BatchRefused::DetailRepeated => Some("out_biz_no"),
            BatchRefused::TotalWrong => Some("total_trans_amount"),
            BatchRefused::TimeWrong => Some("time_expire"),
            BatchRefused::PayerNotFound
            | BatchRefused::NumberTaken
            | BatchRefused::NotSigned
            | BatchRefused::PayerBlocked
            | BatchRefused::PayerStopped
            | BatchRefused::BankSilent => None,
        }
    }
}

impl Refused for BatchNotFound {
    fn code(self) -> Code {
        let BatchNotFound = self;
        business("ORDER_NOT_EXIST", "转账订单不存在")
    }
}

impl Refused for DetailFailure {
    fn code(self) -> Code {
        use {DetailFailure as D, TransferRefused as T};
        match self {
            D::PayerNotFound => of_transfer(T::PayerNotFound),
            D::NumberTaken => of_transfer(T::NumberTaken { field: "out_biz_no" }),
            D::PayeeNotFound => of_transfer(T::PayeeNotFound),
            D::PayeeNameDiffers => of_transfer(T::PayeeNameDiffers),
            D::PayeeBlocked => of_transfer(T::PayeeBlocked),
            D::PayeeIsPayer => of_transfer(T::PayeeIsPayer),
            D::NotSigned => of_transfer(T::NotSigned),
            D::PayerBlocked => of_transfer(T::PayerBlocked),
            D::PayerStopped => of_transfer(T::PayerStopped),
            D::TooSmall => of_transfer(T::Limit(LimitRefused::TooSmall)),
            D::TooLarge => of_transfer(T::Limit(LimitRefused::TooLarge)),
            D::DayLimit => of_transfer(T::Limit(LimitRefused::Day)),
            D::MonthLimit => of_transfer(T::Limit(LimitRefused::Month)),
            D::BalanceTooLow => of_transfer(T::BalanceTooLow),
            D::Risk => of_transfer(T::Risk(risk::RiskRefused::Refused)),
            D::CardWrong => CARD_WRONG,
            D::TooManyNames => of_card_transfer(CardTransferRefused::TooManyNames),
            D::BankCard => CardNotPaid(BankReason::CardBlocked).code(),
            D::BankLimit => CardNotPaid(BankReason::OverLimit).code(),
            D::BankRefused => CardNotPaid(BankReason::Other).code(),
        }
    }
}

impl Every for BatchRefused {
    fn every() -> Vec<BatchRefused> {
        use BatchRefused as B;
        every!(BatchRefused:
            B::PayerNotFound => B::PayerNotFound, B::NumberTaken => B::NumberTaken,
            B::CountWrong => B::CountWrong, B::DetailRepeated => B::DetailRepeated,
            B::TotalWrong => B::TotalWrong, B::TimeWrong => B::TimeWrong, B::NotSigned => B::NotSigned,
            B::PayerBlocked => B::PayerBlocked, B::PayerStopped => B::PayerStopped,
            B::BankSilent => B::BankSilent,
        )
        .to_vec()
    }
}

impl Every for BatchNotFound {
    fn every() -> Vec<BatchNotFound> {
        vec![BatchNotFound]
    }
}

/// Its rows of the table, in order of precedence.
pub(super) fn table() -> Vec<TableRow> {
    rows("batch", &BatchRefused::every())
        .chain(rows("find_batch", &BatchNotFound::every()))
        .chain(rows("batch_detail", &DetailFailure::ALL))
        .collect()
}
