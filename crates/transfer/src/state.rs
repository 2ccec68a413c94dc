//! How a transfer goes from state to state.

use base::{DAY_US, Field, HOUR_US};
use serde::{Deserialize, Serialize};

/// Who asked for a transfer, and under which series of numbers. Each series is the payer's own: the same number in two
/// of them names two transfers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum TransferWay {
    /// A merchant's program, as `TRANS_ACCOUNT_NO_PWD` in the scene `DIRECT_TRANSFER`: the product's only one here.
    Uni,
    /// A merchant's program, by the older interface that knows neither product nor scene.
    ToAccount,
    /// A person, in the wallet.
    Wallet,
}

/// When the payee shall have the money (protocol of delayed arrival, domain reference 9.4). Chosen before it is paid
/// and never changed but by risk rules, which may make it later when it is paid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Arrival {
    /// As soon as it is paid.
    AtOnce,
    /// Two hours after it was paid.
    TwoHours,
    /// A day after it was paid: 24 hours, not the next day of the calendar.
    OneDay,
}

impl Arrival {
    /// How long the money waits, microseconds; nothing when it does not.
    pub const fn wait_us(self) -> Option<i64> {
        match self {
            Arrival::AtOnce => None,
            Arrival::TwoHours => Some(2 * HOUR_US),
            Arrival::OneDay => Some(DAY_US),
        }
    }
}

/// Where a transfer stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum TransferState {
    /// A person was shown it and has not confirmed; nothing has moved (`WAIT_PAY`).
    Offered,
    /// The payer's money waits on the platform's account for its time to come (`DEALING`).
    Waiting,
    /// It is on its way to the payee (`DEALING`).
    UnderWay,
    /// The payee has it (`SUCCESS`).
    Done,
    /// The payee could not have it; the payer has it again (`FAIL`).
    Returned,
    /// It was not confirmed in time, or the payer called it back before it went (`CLOSED`).
    Cancelled,
}

/// What may happen to a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TransferEvent {
    /// The payer pays, and it goes at once.
    Pay,
    /// The payer pays, and it waits.
    PayLater,
    /// Its time has come.
    TimeIsUp,
    /// Its time has come, but the payer is frozen: nobody knows yet whose word sent it.
    PayerFrozen,
    /// The payer calls it back.
    Cancel,
    /// The payee got it.
    Arrive,
    /// The payee could not get it.
    Bounce,
}

impl TransferState {
    /// All states, for tests that walk the table.
    pub const ALL: [TransferState; 6] = [
        TransferState::Offered,
        TransferState::Waiting,
        TransferState::UnderWay,
        TransferState::Done,
        TransferState::Returned,
        TransferState::Cancelled,
    ];

    /// The state after an event, or `None` when it cannot happen.
    pub const fn next(self, event: TransferEvent) -> Option<TransferState> {
        use {TransferEvent as E, TransferState as S};
        match (self, event) {
            (S::Offered, E::Pay) => Some(S::UnderWay),
            (S::Offered, E::PayLater) => Some(S::Waiting),
            (S::Offered, E::TimeIsUp | E::Cancel) => Some(S::Cancelled),
            (S::Waiting, E::TimeIsUp) => Some(S::UnderWay),
            (S::Waiting, E::PayerFrozen) => Some(S::Waiting),
            (S::Waiting, E::Cancel) => Some(S::Cancelled),
            (S::UnderWay, E::Arrive) => Some(S::Done),
            (S::UnderWay, E::Bounce) => Some(S::Returned),
            // Nothing left the payer's slot yet.
            (S::Offered | S::Waiting, E::Arrive | E::Bounce) => None,
            // Only money that waits is kept back.
            (S::Offered | S::UnderWay, E::PayerFrozen) => None,
            // It is paid once, and cannot be called back from another slot.
            (S::Waiting, E::Pay | E::PayLater) => None,
            (S::UnderWay, E::Pay | E::PayLater | E::TimeIsUp | E::Cancel) => None,
            (
                S::Done | S::Returned | S::Cancelled,
                E::Pay | E::PayLater | E::TimeIsUp | E::PayerFrozen | E::Cancel | E::Arrive | E::Bounce,
            ) => None,
        }
    }

    /// How it is written on the wire (protocol reference 5.13).
    pub const fn wire(self) -> &'static str {
        match self {
            TransferState::Offered => "WAIT_PAY",
            TransferState::Waiting | TransferState::UnderWay => "DEALING",
            TransferState::Done => "SUCCESS",
            TransferState::Returned => "FAIL",
            TransferState::Cancelled => "CLOSED",
        }
    }

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        match self {
            TransferState::Done | TransferState::Returned | TransferState::Cancelled => true,
            TransferState::Offered | TransferState::Waiting | TransferState::UnderWay => false,
        }
    }

    /// Whether it counts towards the payer's limits: it was paid, and the payer does not have the money again.
    pub const fn counts(self) -> bool {
        match self {
            TransferState::Waiting | TransferState::UnderWay | TransferState::Done => true,
            TransferState::Offered | TransferState::Returned | TransferState::Cancelled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_as_documented() {
        use {TransferEvent::*, TransferState::*};
        let table = [
            (Offered, Pay, UnderWay),
            (Offered, PayLater, Waiting),
            (Offered, TimeIsUp, Cancelled),
            (Offered, Cancel, Cancelled),
            (Waiting, TimeIsUp, UnderWay),
            (Waiting, PayerFrozen, Waiting),
            (Waiting, Cancel, Cancelled),
            (UnderWay, Arrive, Done),
            (UnderWay, Bounce, Returned),
        ];
        for state in TransferState::ALL {
            for event in [Pay, PayLater, TimeIsUp, PayerFrozen, Cancel, Arrive, Bounce] {
                let row = table.iter().find(|row| (row.0, row.1) == (state, event));
                assert_eq!(state.next(event), row.map(|row| row.2), "{state:?} {event:?}");
            }
            assert_eq!(state.is_final(), !table.iter().any(|row| row.0 == state), "{state:?}");
        }
    }
}
