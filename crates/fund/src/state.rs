//! Where a bank order stands, and what each word and each event makes of it.
//!
//! The one rule behind the table: nothing but the bank's final word about this very number makes an order failed.
//! Silence, "in process" and "never heard of it" leave it unknown, because what was sent may still arrive.

use crate::BankOrderKind;
use base::Field;
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum BankOrderState {
    /// Its party is to confirm it.
    Draft,
    /// It is to be sent; nothing was sent yet.
    Asked,
    /// It was sent, or is being sent, and the bank's word is awaited.
    Unknown,
    /// Closed for its party while the bank's word was awaited, which still is.
    GivenUp,
    /// The bank did it.
    Done,
    /// The bank refused it for good.
    Failed,
    /// Closed, and the bank did nothing.
    Closed,
    /// The bank did it, but its money cannot arrive: it goes back to the card.
    Returning,
    /// The money is back on the card.
    Returned,
    /// The card did not take the money back: it is in the party's balance.
    Credited,
}

impl BankOrderState {
    /// All states.
    pub const ALL: [BankOrderState; 10] = [
        BankOrderState::Draft,
        BankOrderState::Asked,
        BankOrderState::Unknown,
        BankOrderState::GivenUp,
        BankOrderState::Done,
        BankOrderState::Failed,
        BankOrderState::Closed,
        BankOrderState::Returning,
        BankOrderState::Returned,
        BankOrderState::Credited,
    ];

    /// Whether the bank is to be asked about it.
    pub const fn is_open(self) -> bool {
        match self {
            BankOrderState::Asked | BankOrderState::Unknown | BankOrderState::GivenUp => true,
            BankOrderState::Draft
            | BankOrderState::Done
            | BankOrderState::Failed
            | BankOrderState::Closed
            | BankOrderState::Returning
            | BankOrderState::Returned
            | BankOrderState::Credited => false,
        }
    }

    /// Whether the bank said that it did it, and was believed.
    pub const fn was_done(self) -> bool {
        match self {
            BankOrderState::Done
            | BankOrderState::Returning
            | BankOrderState::Returned
            | BankOrderState::Credited => true,
            BankOrderState::Draft
            | BankOrderState::Asked
            | BankOrderState::Unknown
            | BankOrderState::GivenUp
            | BankOrderState::Failed
            | BankOrderState::Closed => false,
        }
    }
}

/// What can happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BankEvent {
    /// Its party confirms it.
    Confirm,
    /// It is about to be sent, or asked about.
    Send,
    /// Its party or its timer gives it up.
    Close,
    /// The bank did it.
    HeardDone,
    /// The bank refused this number for good.
    HeardRefused,
    /// The bank says nothing clear.
    HeardUnknown,
    /// What it paid for could not take the money.
    Bounce,
    /// The return of its money arrived.
    ReturnDone,
    /// The return of its money was refused.
    ReturnRefused,
}

impl BankEvent {
    /// All events.
    pub const ALL: [BankEvent; 9] = [
        BankEvent::Confirm,
        BankEvent::Send,
        BankEvent::Close,
        BankEvent::HeardDone,
        BankEvent::HeardRefused,
        BankEvent::HeardUnknown,
        BankEvent::Bounce,
        BankEvent::ReturnDone,
        BankEvent::ReturnRefused,
    ];
}

/// What comes of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BankMove {
    /// It stands there from now on.
    To(BankOrderState),
    /// It was so before, or says nothing new.
    Same,
    /// The bank contradicts itself or us: nothing changes here, and it is noted for whoever compares the books.
    Surprise,
    /// It cannot be.
    No,
}

/// What comes of an event to an order of a kind.
pub fn bank_next(kind: BankOrderKind, state: BankOrderState, event: BankEvent) -> BankMove {
    use BankMove::{No, Same, Surprise, To};
    use {BankEvent as E, BankOrderState as S};
    match (state, event) {
        (S::Draft, E::Confirm) => To(S::Asked),
        // A key that is sent twice confirms once.
        (S::Asked | S::Unknown, E::Confirm) => Same,
        (S::GivenUp | S::Done | S::Failed | S::Closed, E::Confirm) => No,
        (S::Returning | S::Returned | S::Credited, E::Confirm) => No,

        (S::Asked, E::Send) => To(S::Unknown),
        (S::Unknown | S::GivenUp, E::Send) => Same,
        (S::Draft | S::Done | S::Failed | S::Closed, E::Send) => No,
        (S::Returning | S::Returned | S::Credited, E::Send) => No,

        (S::Draft, E::Close) => To(S::Closed),
        // What is owed to the card is not given up.
        (S::Asked | S::Unknown, E::Close) if !kind.is_in() => No,
        (S::Asked, E::Close) => To(S::Closed),
        (S::Unknown, E::Close) => To(S::GivenUp),
        (S::GivenUp | S::Closed, E::Close) => Same,
        (S::Done | S::Failed | S::Returning | S::Returned | S::Credited, E::Close) => No,

        (S::Unknown, E::HeardDone) => To(S::Done),
        (S::GivenUp, E::HeardDone) => To(S::Returning),
        (S::Done | S::Returning | S::Returned | S::Credited, E::HeardDone) => Same,
        (S::Draft | S::Asked | S::Failed | S::Closed, E::HeardDone) => Surprise,

        (S::Unknown, E::HeardRefused) => To(S::Failed),
        (S::GivenUp, E::HeardRefused) => To(S::Closed),
        (S::Failed | S::Closed, E::HeardRefused) => Same,
        (S::Draft | S::Asked, E::HeardRefused) => Surprise,
        (S::Done | S::Returning | S::Returned | S::Credited, E::HeardRefused) => Surprise,

        (S::Draft | S::Asked | S::Unknown | S::GivenUp | S::Done, E::HeardUnknown) => Same,
        (S::Failed | S::Closed | S::Returning | S::Returned | S::Credited, E::HeardUnknown) => Same,

        (S::Done, E::Bounce) if kind.is_in() => To(S::Returning),
        (S::Done | S::Draft | S::Asked | S::Unknown | S::GivenUp | S::Failed, E::Bounce) => No,
        (S::Closed | S::Returning | S::Returned | S::Credited, E::Bounce) => No,

        (S::Returning, E::ReturnDone) => To(S::Returned),
        (S::Returning, E::ReturnRefused) => To(S::Credited),
        (S::Draft | S::Asked | S::Unknown | S::GivenUp | S::Done, E::ReturnDone | E::ReturnRefused) => No,
        (S::Failed | S::Closed | S::Returned | S::Credited, E::ReturnDone | E::ReturnRefused) => No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BankOrderKind::{Pay, Return, TopUp, Transfer, Withdraw};

    #[test]
    fn only_the_banks_final_word_fails_an_order_and_only_one_that_was_sent() {
        for kind in [TopUp, Withdraw, Pay, Return, Transfer] {
            for state in BankOrderState::ALL {
                for event in BankEvent::ALL {
                    if bank_next(kind, state, event) == BankMove::To(BankOrderState::Failed) {
                        assert_eq!((state, event), (BankOrderState::Unknown, BankEvent::HeardRefused));
                    }
                }
            }
        }
    }

    #[test]
    fn what_goes_to_a_card_is_given_up_only_before_it_is_confirmed() {
        for kind in [Withdraw, Return, Transfer] {
            for state in [BankOrderState::Asked, BankOrderState::Unknown] {
                assert_eq!(bank_next(kind, state, BankEvent::Close), BankMove::No);
            }
        }
        assert_eq!(
            bank_next(Withdraw, BankOrderState::Draft, BankEvent::Close),
            BankMove::To(BankOrderState::Closed)
        );
    }

    #[test]
    fn money_that_comes_after_giving_up_goes_back_and_after_failing_is_a_surprise() {
        let done = |state| bank_next(TopUp, state, BankEvent::HeardDone);
        assert_eq!(done(BankOrderState::GivenUp), BankMove::To(BankOrderState::Returning));
        assert_eq!(done(BankOrderState::Failed), BankMove::Surprise);
        assert_eq!(
            done(BankOrderState::Closed),
            BankMove::Surprise,
            "nothing was sent, or the bank refused it"
        );
        assert_eq!(done(BankOrderState::Returning), BankMove::Same, "it is returned once");
        let refused = |state| bank_next(TopUp, state, BankEvent::HeardRefused);
        assert_eq!(refused(BankOrderState::Done), BankMove::Surprise);
        assert_eq!(refused(BankOrderState::GivenUp), BankMove::To(BankOrderState::Closed));
    }

    #[test]
    fn states_only_go_forward() {
        let rank = |state| match state {
            BankOrderState::Draft => 0,
            BankOrderState::Asked => 1,
            BankOrderState::Unknown => 2,
            BankOrderState::GivenUp => 3,
            BankOrderState::Done | BankOrderState::Failed | BankOrderState::Closed => 4,
            BankOrderState::Returning => 5,
            BankOrderState::Returned | BankOrderState::Credited => 6,
        };
        for kind in [TopUp, Withdraw, Pay, Return, Transfer] {
            for state in BankOrderState::ALL {
                for event in BankEvent::ALL {
                    if let BankMove::To(after) = bank_next(kind, state, event) {
                        assert!(rank(after) > rank(state), "{kind:?} {state:?} {event:?}");
                    }
                }
            }
        }
    }
}
