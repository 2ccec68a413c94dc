//! Stop-payment: money may come in, and cards may pay, but nothing leaves the balance. While a list of names is
//! what stops it, no transfer arrives either, nothing is believed of its owner, and the account is not closed.
//!
//! The owner asks for it when a phone is gone, the operator when something looks wrong, and a list of names that found
//! the owner asks for it by itself. Each is lifted only by what set it; the owner's is lifted by a proof, since whoever
//! holds the phone could ask for that too, and the list's by releasing what was found.

use base::Field;
use serde::{Deserialize, Serialize};

/// Who stopped the payments of a balance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum PaymentStop {
    /// Nobody: the balance pays.
    Nobody,
    /// Its owner.
    Owner,
    /// The operator.
    Operator,
    /// Both, each for reasons of its own.
    Both,
    /// A list of names.
    List,
    /// Its owner, and a list of names.
    OwnerList,
    /// The operator, and a list of names.
    OperatorList,
    /// All three.
    All,
}

/// What happens to a stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopEvent {
    /// The owner stops.
    OwnerStops,
    /// The owner lifts the own stop, with a proof.
    OwnerLifts,
    /// The operator stops.
    OperatorStops,
    /// The operator lifts the own stop.
    OperatorLifts,
    /// A payment password is set, by a code. Whoever has the owner's phone can do that, so the password proves nothing
    /// of who lifts the owner's stop: the operator looks, too.
    PasswordIsSet,
    /// A list of names found the owner, and nobody has released that.
    ListFinds,
    /// Nothing that a list found of the owner stands any more.
    ListClears,
}

impl PaymentStop {
    /// All of them, for tests.
    pub const ALL: [PaymentStop; 8] = [
        PaymentStop::Nobody,
        PaymentStop::Owner,
        PaymentStop::Operator,
        PaymentStop::Both,
        PaymentStop::List,
        PaymentStop::OwnerList,
        PaymentStop::OperatorList,
        PaymentStop::All,
    ];

    /// Whether the balance pays nothing.
    pub const fn holds(self) -> bool {
        !matches!(self, PaymentStop::Nobody)
    }

    /// Whether a list of names stops it.
    pub const fn is_listed(self) -> bool {
        self.parts().2
    }

    /// Whether the owner, the operator and a list stop it.
    const fn parts(self) -> (bool, bool, bool) {
        match self {
            PaymentStop::Nobody => (false, false, false),
            PaymentStop::Owner => (true, false, false),
            PaymentStop::Operator => (false, true, false),
            PaymentStop::Both => (true, true, false),
            PaymentStop::List => (false, false, true),
            PaymentStop::OwnerList => (true, false, true),
            PaymentStop::OperatorList => (false, true, true),
            PaymentStop::All => (true, true, true),
        }
    }

    const fn of(owner: bool, operator: bool, list: bool) -> PaymentStop {
        match (owner, operator, list) {
            (false, false, false) => PaymentStop::Nobody,
            (true, false, false) => PaymentStop::Owner,
            (false, true, false) => PaymentStop::Operator,
            (true, true, false) => PaymentStop::Both,
            (false, false, true) => PaymentStop::List,
            (true, false, true) => PaymentStop::OwnerList,
            (false, true, true) => PaymentStop::OperatorList,
            (true, true, true) => PaymentStop::All,
        }
    }

    /// What follows; `None` when there is nothing to lift. To stop again changes nothing and is no mistake.
    pub const fn next(self, event: StopEvent) -> Option<PaymentStop> {
        let (owner, operator, list) = self.parts();
        match event {
            StopEvent::OwnerStops => Some(PaymentStop::of(true, operator, list)),
            StopEvent::OperatorStops => Some(PaymentStop::of(owner, true, list)),
            // Nobody lifts another's.
            StopEvent::OwnerLifts if !owner => None,
            StopEvent::OwnerLifts => Some(PaymentStop::of(false, operator, list)),
            StopEvent::OperatorLifts if !operator => None,
            StopEvent::OperatorLifts => Some(PaymentStop::of(owner, false, list)),
            // Without the owner's stop there is nothing that the owner would lift.
            StopEvent::PasswordIsSet => Some(PaymentStop::of(owner, operator || owner, list)),
            StopEvent::ListFinds => Some(PaymentStop::of(owner, operator, true)),
            StopEvent::ListClears => Some(PaymentStop::of(owner, operator, false)),
        }
    }

    /// Its name for the owner: a list's stop looks like an operator's, so that nobody learns here of being listed.
    pub const fn name(self) -> &'static str {
        let (owner, operator, list) = self.parts();
        PaymentStop::of(owner, operator || list, false).full_name()
    }

    /// Its name for operators.
    pub const fn full_name(self) -> &'static str {
        match self {
            PaymentStop::Nobody => "none",
            PaymentStop::Owner => "owner",
            PaymentStop::Operator => "operator",
            PaymentStop::Both => "both",
            PaymentStop::List => "list",
            PaymentStop::OwnerList => "owner_list",
            PaymentStop::OperatorList => "operator_list",
            PaymentStop::All => "all",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lifts_only_the_own_stop() {
        use PaymentStop::{Both, Nobody, Operator, Owner};
        use StopEvent::{OperatorLifts, OperatorStops, OwnerLifts, OwnerStops, PasswordIsSet};
        for (state, event, after) in [
            (Nobody, OwnerStops, Some(Owner)),
            (Nobody, OwnerLifts, None),
            (Nobody, OperatorStops, Some(Operator)),
            (Nobody, OperatorLifts, None),
            (Owner, OwnerStops, Some(Owner)),
            (Owner, OwnerLifts, Some(Nobody)),
            (Owner, OperatorStops, Some(Both)),
            (Owner, OperatorLifts, None),
            (Operator, OwnerStops, Some(Both)),
            (Operator, OwnerLifts, None),
            (Operator, OperatorStops, Some(Operator)),
            (Operator, OperatorLifts, Some(Nobody)),
            (Both, OwnerStops, Some(Both)),
            (Both, OwnerLifts, Some(Operator)),
            (Both, OperatorStops, Some(Both)),
            (Both, OperatorLifts, Some(Owner)),
            (Nobody, PasswordIsSet, Some(Nobody)),
            (Owner, PasswordIsSet, Some(Both)),
            (Operator, PasswordIsSet, Some(Operator)),
            (Both, PasswordIsSet, Some(Both)),
        ] {
            assert_eq!(state.next(event), after, "{state:?} {event:?}");
        }
        assert!(PaymentStop::ALL.iter().all(|stop| stop.holds() == (*stop != Nobody)));
    }

    /// What a list does and undoes leaves the stops of the others, and theirs leave the list's.
    #[test]
    fn a_list_s_stop_is_its_own() {
        use PaymentStop::{All, Both, List, Nobody, Operator, OperatorList, Owner, OwnerList};
        use StopEvent::{ListClears, ListFinds, OperatorLifts, OperatorStops, OwnerLifts, OwnerStops};
        for (without, with) in [(Nobody, List), (Owner, OwnerList), (Operator, OperatorList), (Both, All)] {
            assert!(!without.is_listed() && with.is_listed());
            for before in [without, with] {
                assert_eq!(before.next(ListFinds), Some(with), "{before:?}");
                assert_eq!(before.next(ListClears), Some(without), "{before:?}");
            }
            for event in [OwnerStops, OwnerLifts, OperatorStops, OperatorLifts, StopEvent::PasswordIsSet] {
                let listed = without.next(event).and_then(|after| after.next(ListFinds));
                assert_eq!(with.next(event), listed, "{with:?} {event:?}");
            }
        }
        // Nobody is told by the name of a stop.
        for (stop, shown) in
            [(List, "operator"), (OwnerList, "both"), (OperatorList, "operator"), (All, "both")]
        {
            assert_eq!(stop.name(), shown);
        }
        for stop in [Nobody, Owner, Operator, Both] {
            assert_eq!(stop.name(), stop.full_name());
        }
    }
}
