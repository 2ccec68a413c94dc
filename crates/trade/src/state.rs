//! The states of an order, and the one total function between them.

use base::{Field, Plant, planted};
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum OrderState {
    /// Offered by code or link; for the world it does not exist until a buyer takes it up.
    Offered,
    /// A buyer is known and has not paid (`WAIT_BUYER_PAY`).
    WaitBuyerPay,
    /// Paid; may be refunded (`TRADE_SUCCESS`).
    Paid,
    /// Paid and past its refund window (`TRADE_FINISHED`).
    Finished,
    /// Never paid, or paid and wholly given back (`TRADE_CLOSED`).
    Closed,
}

/// What may happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderEvent {
    /// A buyer takes it up.
    Claim,
    /// It is paid.
    Pay,
    /// Its time is over, or the merchant closes or cancels it.
    Close,
    /// A part of what was paid is given back.
    RefundPart,
    /// All that was left of what was paid is given back.
    RefundRest,
    /// The refund window is over.
    Finish,
}

impl OrderState {
    /// All states, for tests that walk the table.
    pub const ALL: [OrderState; 5] = [
        OrderState::Offered,
        OrderState::WaitBuyerPay,
        OrderState::Paid,
        OrderState::Finished,
        OrderState::Closed,
    ];
}

impl OrderEvent {
    /// All events, for tests that walk the table.
    pub const ALL: [OrderEvent; 6] = [
        OrderEvent::Claim,
        OrderEvent::Pay,
        OrderEvent::Close,
        OrderEvent::RefundPart,
        OrderEvent::RefundRest,
        OrderEvent::Finish,
    ];
}

/// The state after an event, or `None` when it cannot happen. No `_`: a new state or event must be decided everywhere.
pub fn next(state: OrderState, event: OrderEvent) -> Option<OrderState> {
    use {OrderEvent::*, OrderState::*};
    match (state, event) {
        (Offered, Claim) => Some(WaitBuyerPay),
        (Offered | WaitBuyerPay, Close) => Some(Closed),
        (WaitBuyerPay, Pay) => Some(Paid),
        (Paid, Close) if planted(Plant::PaidOrderCloses) => Some(Closed),
        (Closed, Pay) if planted(Plant::ClosedOrderTakesMoney) => Some(Paid),
        (Paid, RefundRest) if planted(Plant::WholeRefundLeavesOpen) => Some(Paid),
        (Paid, RefundPart) => Some(Paid),
        (Paid, RefundRest) => Some(Closed),
        (Paid, Finish) => Some(Finished),
        (Offered, Pay) => None,        // Somebody must take it up first.
        (WaitBuyerPay, Claim) => None, // It has its buyer.
        (Offered | WaitBuyerPay, RefundPart | RefundRest | Finish) => None, // Nothing was paid.
        (Paid, Claim | Pay | Close) => None, // Money has moved: only a refund undoes it.
        (Finished | Closed, Claim | Pay | Close | RefundPart | RefundRest | Finish) => None, // Final.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_as_documented() {
        use {OrderEvent::*, OrderState::*};
        let allowed = [
            (Offered, Claim, WaitBuyerPay),
            (Offered, Close, Closed),
            (WaitBuyerPay, Pay, Paid),
            (WaitBuyerPay, Close, Closed),
            (Paid, RefundPart, Paid),
            (Paid, RefundRest, Closed),
            (Paid, Finish, Finished),
        ];
        for state in OrderState::ALL {
            for event in OrderEvent::ALL {
                let expected =
                    allowed.iter().find(|(from, by, _)| (*from, *by) == (state, event)).map(|(_, _, to)| *to);
                assert_eq!(next(state, event), expected, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn no_order_goes_back() {
        for state in OrderState::ALL {
            for event in OrderEvent::ALL {
                assert!(next(state, event).is_none_or(|after| after >= state), "{state:?} {event:?}");
            }
        }
    }
}
