//! What becomes of an order at this bank: one total table.

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderState {
    /// It arrived and was lost before anybody read it; for its caller it never arrived.
    Lost,
    /// Under way; done when it is due.
    Processing,
    /// Answered as refused, and done all the same when it is due.
    Late,
    /// Done.
    Done,
    /// Refused for good.
    Refused,
    /// Its number was revoked: whatever comes under it is refused for good.
    Revoked,
}

/// What happens to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderEvent {
    /// Its moment has come, and the money could be moved.
    Move,
    /// Its moment has come, and the money could not be moved.
    Fail,
    /// Its number is revoked.
    Revoke,
}

/// Where it stands afterwards; `None` when the event changes nothing. A repeated arrival is no event: it hears what
/// there is, and one that was lost is looked at afresh.
pub(crate) const fn next(state: OrderState, event: OrderEvent) -> Option<OrderState> {
    use OrderEvent::{Fail, Move, Revoke};
    use OrderState::{Done, Late, Lost, Processing, Refused, Revoked};
    match (state, event) {
        (Lost | Processing | Late, Move) => Some(Done),
        (Lost | Processing | Late, Fail) => Some(Refused),
        (Lost | Processing | Late, Revoke) => Some(Revoked),
        (Done | Refused | Revoked, Move | Fail | Revoke) => None, // decided
    }
}

impl OrderState {
    const ALL: [OrderState; 6] = [
        OrderState::Lost,
        OrderState::Processing,
        OrderState::Late,
        OrderState::Done,
        OrderState::Refused,
        OrderState::Revoked,
    ];

    /// As the table keeps it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            OrderState::Lost => "lost",
            OrderState::Processing => "processing",
            OrderState::Late => "late",
            OrderState::Done => "done",
            OrderState::Refused => "refused",
            OrderState::Revoked => "revoked",
        }
    }

    /// Reads what [`OrderState::code`] writes.
    pub(crate) fn from_code(code: &str) -> Option<OrderState> {
        OrderState::ALL.into_iter().find(|state| state.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_stays_and_what_is_open_can_be_revoked() {
        use OrderEvent::{Fail, Move, Revoke};
        for state in OrderState::ALL {
            assert_eq!(OrderState::from_code(state.code()), Some(state));
            let open = matches!(state, OrderState::Lost | OrderState::Processing | OrderState::Late);
            for (event, to) in [
                (Move, Some(OrderState::Done)),
                (Fail, Some(OrderState::Refused)),
                (Revoke, Some(OrderState::Revoked)),
            ] {
                assert_eq!(next(state, event), to.filter(|_| open), "{state:?} {event:?}");
            }
        }
        assert_eq!(OrderState::from_code("other"), None);
    }
}
