//! How a batch of transfers and its details go from state to state.
//!
//! Names of states and what they are for: the documentation of `alipay.fund.batch.detail.query` (`batch_status`,
//! `detail_status`). `INIT`, `INVALID` and `UNKNOWN` do not occur: a batch is written whole or not at all, and a detail
//! whose payee nobody knows fails when its turn comes.

use crate::{CardTransferRefused, LimitRefused, TransferRefused};
use base::Field;
use serde::{Deserialize, Serialize};

/// The sales product of a batch (`product_code`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BatchProduct {
    /// To accounts only (`BATCH_API_TO_ACC`).
    ApiToAcc,
    /// To accounts and bank cards (`BATCH_PAY_V2`).
    PayV2,
}

impl BatchProduct {
    /// How it is written on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            BatchProduct::ApiToAcc => "BATCH_API_TO_ACC",
            BatchProduct::PayV2 => "BATCH_PAY_V2",
        }
    }
}

/// The scene of a batch (`biz_scene`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BatchScene {
    /// The payer agrees to the whole batch first (`MESSAGE_BATCH_PAY`).
    Approved,
    /// It is carried out as soon as it is taken (`DIRECT_TRANSFER`).
    Direct,
}

impl BatchScene {
    /// How it is written on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            BatchScene::Approved => "MESSAGE_BATCH_PAY",
            BatchScene::Direct => "DIRECT_TRANSFER",
        }
    }
}

/// Where a batch stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BatchState {
    /// Its payer has not agreed; nothing has moved (`WAIT_PAY`).
    WaitPay,
    /// Its details are carried out (`DEALING`).
    Dealing,
    /// Every detail arrived (`SUCCESS`).
    Success,
    /// Some details arrived (`PART_SUCCESS`).
    PartSuccess,
    /// No detail arrived (`FAIL`).
    Fail,
    /// Its payer did not agree, or not in time; nothing has moved (`DISUSE`).
    Disused,
}

/// What may happen to a batch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BatchEvent {
    /// The payer agrees, or the scene needs nobody to.
    Approve,
    /// The payer does not agree, or the time is over.
    Disuse,
    /// Every detail ended, and all arrived.
    AllDone,
    /// Every detail ended, and some arrived.
    SomeDone,
    /// Every detail ended, and none arrived.
    NoneDone,
}

impl BatchState {
    /// All states.
    pub const ALL: [BatchState; 6] = [
        BatchState::WaitPay,
        BatchState::Dealing,
        BatchState::Success,
        BatchState::PartSuccess,
        BatchState::Fail,
        BatchState::Disused,
    ];

    /// The state after an event, or `None` when it cannot happen.
    pub const fn next(self, event: BatchEvent) -> Option<BatchState> {
        use {BatchEvent as E, BatchState as S};
        match (self, event) {
            (S::WaitPay, E::Approve) => Some(S::Dealing),
            (S::WaitPay, E::Disuse) => Some(S::Disused),
            (S::Dealing, E::AllDone) => Some(S::Success),
            (S::Dealing, E::SomeDone) => Some(S::PartSuccess),
            (S::Dealing, E::NoneDone) => Some(S::Fail),
            // No detail begins before its payer agreed.
            (S::WaitPay, E::AllDone | E::SomeDone | E::NoneDone) => None,
            // Details are under way, and cannot be called back.
            (S::Dealing, E::Approve | E::Disuse) => None,
            (
                S::Success | S::PartSuccess | S::Fail | S::Disused,
                E::Approve | E::Disuse | E::AllDone | E::SomeDone | E::NoneDone,
            ) => None,
        }
    }

    /// How it is written on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            BatchState::WaitPay => "WAIT_PAY",
            BatchState::Dealing => "DEALING",
            BatchState::Success => "SUCCESS",
            BatchState::PartSuccess => "PART_SUCCESS",
            BatchState::Fail => "FAIL",
            BatchState::Disused => "DISUSE",
        }
    }

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        match self {
            BatchState::WaitPay | BatchState::Dealing => false,
            BatchState::Success | BatchState::PartSuccess | BatchState::Fail | BatchState::Disused => true,
        }
    }
}

/// Where a detail of a batch stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum DetailState {
    /// Its turn has not come.
    Waiting,
    /// Its money left the payer.
    UnderWay,
    /// It arrived.
    Done,
    /// It was refused, or came back.
    Failed,
}

/// What may happen to a detail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DetailEvent {
    /// Its transfer is made.
    Start,
    /// Its money arrived.
    Arrive,
    /// Its transfer is refused, or its money came back.
    Fail,
}

impl DetailState {
    /// All states.
    pub const ALL: [DetailState; 4] =
        [DetailState::Waiting, DetailState::UnderWay, DetailState::Done, DetailState::Failed];

    /// The state after an event, or `None` when it cannot happen.
    pub const fn next(self, event: DetailEvent) -> Option<DetailState> {
        use {DetailEvent as E, DetailState as S};
        match (self, event) {
            (S::Waiting, E::Start) => Some(S::UnderWay),
            (S::UnderWay, E::Arrive) => Some(S::Done),
            (S::Waiting | S::UnderWay, E::Fail) => Some(S::Failed),
            (S::Waiting, E::Arrive) => None,
            // Its money leaves the payer once.
            (S::UnderWay, E::Start) => None,
            (S::Done | S::Failed, E::Start | E::Arrive | E::Fail) => None,
        }
    }

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        match self {
            DetailState::Waiting | DetailState::UnderWay => false,
            DetailState::Done | DetailState::Failed => true,
        }
    }

    /// What a merchant is told of it, which of one that waits depends on its batch. Whether the bank sent its money
    /// back is said by its transfer alone.
    pub const fn status(self, batch: BatchState) -> DetailStatus {
        match (self, batch) {
            (DetailState::Waiting, BatchState::WaitPay) => DetailStatus::WaitPay,
            (DetailState::Waiting, BatchState::Disused) => DetailStatus::Disuse,
            (DetailState::Waiting | DetailState::UnderWay, _) => DetailStatus::Dealing,
            (DetailState::Done, _) => DetailStatus::Success,
            (DetailState::Failed, _) => DetailStatus::Fail,
        }
    }
}

/// What a merchant is told of a detail (`detail_status`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum DetailStatus {
    /// Its batch waits for the payer.
    WaitPay,
    /// It is being carried out, or its turn will come.
    Dealing,
    /// It arrived.
    Success,
    /// It was refused, or came back.
    Fail,
    /// It arrived on a card, and the bank sent the money back after that; the detail stays done.
    Refund,
    /// Its batch was given up.
    Disuse,
}

impl DetailStatus {
    /// All of them.
    pub const ALL: [DetailStatus; 6] = [
        DetailStatus::WaitPay,
        DetailStatus::Dealing,
        DetailStatus::Success,
        DetailStatus::Fail,
        DetailStatus::Refund,
        DetailStatus::Disuse,
    ];

    /// How it is written on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            DetailStatus::WaitPay => "WAIT_PAY",
            DetailStatus::Dealing => "DEALING",
            DetailStatus::Success => "SUCCESS",
            DetailStatus::Fail => "FAIL",
            DetailStatus::Refund => "REFUND",
            DetailStatus::Disuse => "DISUSE",
        }
    }
}

/// Why nobody was known by what a detail said, when its batch was taken. It is told when its turn comes, and then only
/// to who could have paid: names and cards are not guessed for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum DetailUnknown {
    /// Nobody has such an account.
    NotFound,
    /// The owner of the account is called otherwise.
    NameDiffers,
    /// The bank knows no such card under this name, or it takes no money from others.
    CardWrong,
    /// The holder of the card is alike to a name on the list in force.
    Listed,
}

/// Why a detail failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field, thiserror::Error)]
#[error("the detail failed: {self:?}")]
pub enum DetailFailure {
    /// The app does not act for the payer any more.
    PayerNotFound,
    /// The number that its transfer was to have is taken.
    NumberTaken,
    /// Nobody has such an account.
    PayeeNotFound,
    /// The payee is called otherwise.
    PayeeNameDiffers,
    /// The payee's account is given up, or kept from receiving; the money came back.
    PayeeBlocked,
    /// Payer and payee are the same.
    PayeeIsPayer,
    /// The contract for transfers has ended.
    NotSigned,
    /// The payer is frozen or closed.
    PayerBlocked,
    /// Payments from the balance are stopped.
    PayerStopped,
    /// Below the least.
    TooSmall,
    /// Above what one transfer may be.
    TooLarge,
    /// Above the limit of the day.
    DayLimit,
    /// Above the limit of the month.
    MonthLimit,
    /// Not enough money.
    BalanceTooLow,
    /// Risk rules or a list of names stop it.
    Risk,
    /// The bank knows no such card under this name, or it takes no money from others.
    CardWrong,
    /// The app named this card wrongly too often that day.
    TooManyNames,
    /// The bank refused it because of the card; the money came back.
    BankCard,
    /// The bank refused it because of its limits; the money came back.
    BankLimit,
    /// The bank refused it; the money came back.
    BankRefused,
}

impl DetailFailure {
    /// All of them.
    pub const ALL: [DetailFailure; 20] = {
        use DetailFailure as F;
        [
            F::PayerNotFound,
            F::NumberTaken,
            F::PayeeNotFound,
            F::PayeeNameDiffers,
            F::PayeeBlocked,
            F::PayeeIsPayer,
            F::NotSigned,
            F::PayerBlocked,
            F::PayerStopped,
            F::TooSmall,
            F::TooLarge,
            F::DayLimit,
            F::MonthLimit,
            F::BalanceTooLow,
            F::Risk,
            F::CardWrong,
            F::TooManyNames,
            F::BankCard,
            F::BankLimit,
            F::BankRefused,
        ]
    };
}

const fn of_limit(limit: LimitRefused) -> DetailFailure {
    match limit {
        LimitRefused::TooSmall => DetailFailure::TooSmall,
        LimitRefused::TooLarge => DetailFailure::TooLarge,
        LimitRefused::Day => DetailFailure::DayLimit,
        LimitRefused::Month => DetailFailure::MonthLimit,
    }
}

impl From<TransferRefused> for DetailFailure {
    fn from(refused: TransferRefused) -> DetailFailure {
        match refused {
            TransferRefused::PayerNotFound => DetailFailure::PayerNotFound,
            TransferRefused::NumberTaken { field: _ } => DetailFailure::NumberTaken,
            TransferRefused::PayeeNotFound => DetailFailure::PayeeNotFound,
            TransferRefused::PayeeNameDiffers => DetailFailure::PayeeNameDiffers,
            TransferRefused::PayeeBlocked => DetailFailure::PayeeBlocked,
            TransferRefused::PayeeIsPayer => DetailFailure::PayeeIsPayer,
            TransferRefused::NotSigned => DetailFailure::NotSigned,
            TransferRefused::PayerBlocked => DetailFailure::PayerBlocked,
            TransferRefused::PayerStopped => DetailFailure::PayerStopped,
            TransferRefused::Limit(limit) => of_limit(limit),
            TransferRefused::BalanceTooLow => DetailFailure::BalanceTooLow,
            TransferRefused::Risk(_) => DetailFailure::Risk,
        }
    }
}

impl From<CardTransferRefused> for DetailFailure {
    fn from(refused: CardTransferRefused) -> DetailFailure {
        match refused {
            CardTransferRefused::PayerNotFound => DetailFailure::PayerNotFound,
            CardTransferRefused::NumberTaken { field: _ } => DetailFailure::NumberTaken,
            CardTransferRefused::NotSigned => DetailFailure::NotSigned,
            CardTransferRefused::PayerBlocked => DetailFailure::PayerBlocked,
            CardTransferRefused::PayerStopped => DetailFailure::PayerStopped,
            CardTransferRefused::Limit(limit) => of_limit(limit),
            CardTransferRefused::BalanceTooLow => DetailFailure::BalanceTooLow,
            // A batch is not taken while its bank is silent.
            CardTransferRefused::CardWrong | CardTransferRefused::BankSilent => DetailFailure::CardWrong,
            CardTransferRefused::TooManyNames => DetailFailure::TooManyNames,
            CardTransferRefused::Risk(_) => DetailFailure::Risk,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_goes_forward_only() {
        use {BatchEvent::*, BatchState::*};
        let table = [
            (WaitPay, Approve, Dealing),
            (WaitPay, Disuse, Disused),
            (Dealing, AllDone, Success),
            (Dealing, SomeDone, PartSuccess),
            (Dealing, NoneDone, Fail),
        ];
        for state in BatchState::ALL {
            for event in [Approve, Disuse, AllDone, SomeDone, NoneDone] {
                let row = table.iter().find(|row| (row.0, row.1) == (state, event));
                assert_eq!(state.next(event), row.map(|row| row.2), "{state:?} {event:?}");
            }
            assert_eq!(state.is_final(), !table.iter().any(|row| row.0 == state), "{state:?}");
        }
        let words = ["WAIT_PAY", "DEALING", "SUCCESS", "PART_SUCCESS", "FAIL", "DISUSE"];
        assert_eq!(BatchState::ALL.map(BatchState::wire), words);
    }

    #[test]
    fn a_detail_starts_once_and_ends_once() {
        use {DetailEvent::*, DetailState::*};
        let table = [
            (Waiting, Start, UnderWay),
            (Waiting, Fail, Failed),
            (UnderWay, Arrive, Done),
            (UnderWay, Fail, Failed),
        ];
        for state in DetailState::ALL {
            for event in [Start, Arrive, Fail] {
                let row = table.iter().find(|row| (row.0, row.1) == (state, event));
                assert_eq!(state.next(event), row.map(|row| row.2), "{state:?} {event:?}");
            }
            assert_eq!(state.is_final(), !table.iter().any(|row| row.0 == state), "{state:?}");
        }
        let told = |batch| DetailState::ALL.map(|state| state.status(batch).wire());
        assert_eq!(told(BatchState::WaitPay)[0], "WAIT_PAY");
        assert_eq!(told(BatchState::Disused)[0], "DISUSE");
        assert_eq!(told(BatchState::Dealing), ["DEALING", "DEALING", "SUCCESS", "FAIL"]);
    }
}
