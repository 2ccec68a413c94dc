//! Stop-payment: money may come in, and cards may pay, but nothing leaves the balance.
//!
//! The owner asks for it when a phone is gone, the operator when something looks wrong. Each lifts only the own stop;
//! the owner's is lifted by a proof, since whoever holds the phone could ask for that too.

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
}

impl PaymentStop {
    /// Whether the balance pays nothing.
    pub const fn holds(self) -> bool {
        match self {
            PaymentStop::Nobody => false,
            PaymentStop::Owner | PaymentStop::Operator | PaymentStop::Both => true,
        }
    }

    /// What follows; `None` when there is nothing to lift. To stop again changes nothing and is no mistake.
    pub const fn next(self, event: StopEvent) -> Option<PaymentStop> {
        use PaymentStop::{Both, Nobody, Operator, Owner};
        match (self, event) {
            (Nobody | Owner, StopEvent::OwnerStops) => Some(Owner),
            (Operator | Both, StopEvent::OwnerStops) => Some(Both),
            (Nobody | Operator, StopEvent::OperatorStops) => Some(Operator),
            (Owner | Both, StopEvent::OperatorStops) => Some(Both),
            (Owner, StopEvent::OwnerLifts) | (Operator, StopEvent::OperatorLifts) => Some(Nobody),
            (Both, StopEvent::OwnerLifts) => Some(Operator),
            (Both, StopEvent::OperatorLifts) => Some(Owner),
            (Owner | Both, StopEvent::PasswordIsSet) => Some(Both),
            // Nothing that the owner would lift.
            (Nobody, StopEvent::PasswordIsSet) => Some(Nobody),
            (Operator, StopEvent::PasswordIsSet) => Some(Operator),
            // Nobody lifts the other's.
            (Nobody | Operator, StopEvent::OwnerLifts) => None,
            (Nobody | Owner, StopEvent::OperatorLifts) => None,
        }
    }

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            PaymentStop::Nobody => "none",
            PaymentStop::Owner => "owner",
            PaymentStop::Operator => "operator",
            PaymentStop::Both => "both",
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
        assert!(!Nobody.holds() && Owner.holds() && Operator.holds() && Both.holds());
    }
}
