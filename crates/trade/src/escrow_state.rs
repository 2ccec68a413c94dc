//! The states of escrows and of refund cases, and the two total functions between them.

use crate::CaseKind;
use base::Field;
use serde::{Deserialize, Serialize};

/// Where an escrow stands. It only goes forward.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum EscrowState {
    /// Paid, nothing was sent (`WAIT_SELLER_SEND_GOODS`).
    WaitSellerSend,
    /// A part was sent (`SELLER_CONSIGNED_PART`).
    PartSent,
    /// Sent; the buyer is to confirm (`WAIT_BUYER_CONFIRM_GOODS`).
    WaitBuyerConfirm,
    /// The seller has the money (`TRADE_FINISHED`).
    Finished,
    /// The buyer has all of it back (`TRADE_CLOSED`).
    Closed,
}

/// What may happen to an escrow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EscrowEvent {
    /// The seller sends a part.
    SendPart,
    /// The seller sends the goods, or the last part.
    SendRest,
    /// The buyer confirms, or the time for it is over.
    Confirm,
    /// What is held goes to the seller without the buyer's word: by a decision, or because the buyer is out of reach.
    Release,
    /// A part goes back to the buyer.
    RefundPart,
    /// The buyer has all of it back.
    RefundRest,
}

impl EscrowState {
    /// All states, for tests that walk the table.
    pub const ALL: [EscrowState; 5] = [
        EscrowState::WaitSellerSend,
        EscrowState::PartSent,
        EscrowState::WaitBuyerConfirm,
        EscrowState::Finished,
        EscrowState::Closed,
    ];

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        match self {
            EscrowState::WaitSellerSend | EscrowState::PartSent | EscrowState::WaitBuyerConfirm => false,
            EscrowState::Finished | EscrowState::Closed => true,
        }
    }

    /// Its name on the wire (`trade_status`).
    pub const fn trade_status(self) -> &'static str {
        match self {
            EscrowState::WaitSellerSend => "WAIT_SELLER_SEND_GOODS",
            EscrowState::PartSent => "SELLER_CONSIGNED_PART",
            EscrowState::WaitBuyerConfirm => "WAIT_BUYER_CONFIRM_GOODS",
            EscrowState::Finished => "TRADE_FINISHED",
            EscrowState::Closed => "TRADE_CLOSED",
        }
    }
}

impl EscrowEvent {
    /// All events, for tests that walk the table.
    pub const ALL: [EscrowEvent; 6] = [
        EscrowEvent::SendPart,
        EscrowEvent::SendRest,
        EscrowEvent::Confirm,
        EscrowEvent::Release,
        EscrowEvent::RefundPart,
        EscrowEvent::RefundRest,
    ];
}

/// The state of an escrow after an event, or `None` when it cannot happen.
pub fn escrow_next(state: EscrowState, event: EscrowEvent) -> Option<EscrowState> {
    use {EscrowEvent::*, EscrowState::*};
    match (state, event) {
        (WaitSellerSend | PartSent, SendPart) => Some(PartSent),
        (WaitSellerSend | PartSent, SendRest) => Some(WaitBuyerConfirm),
        (WaitSellerSend | PartSent, Confirm) => None, // There is nothing to confirm yet.
        (WaitBuyerConfirm, SendPart | SendRest) => None, // All was sent.
        (WaitBuyerConfirm, Confirm) => Some(Finished),
        (WaitSellerSend | PartSent | WaitBuyerConfirm, Release) => Some(Finished),
        (WaitSellerSend | PartSent | WaitBuyerConfirm, RefundPart) => Some(state),
        (WaitSellerSend | PartSent | WaitBuyerConfirm, RefundRest) => Some(Closed),
        (Finished | Closed, SendPart | SendRest | Confirm | Release | RefundPart | RefundRest) => None, // Final.
    }
}

/// Where a refund case stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CaseState {
    /// The seller is to agree (`WAIT_SELLER_AGREE`).
    WaitSellerAgree,
    /// The seller refused (`SELLER_REFUSE_BUYER`).
    SellerRefused,
    /// The goods are to go back (`WAIT_BUYER_RETURN_GOODS`).
    WaitBuyerReturn,
    /// They went back; the seller is to confirm (`WAIT_SELLER_CONFIRM_GOODS`).
    WaitSellerConfirm,
    /// Granted; the money is on its way to the buyer.
    Refunding,
    /// The buyer has the money (`SUCCESS`).
    Success,
    /// Withdrawn, lapsed, decided for the seller, or the buyer could not be reached (`CLOSED`).
    Closed,
}

/// What may happen to a case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CaseEvent {
    /// The seller, or the seller's silence, agrees.
    Agree,
    /// The seller refuses.
    Refuse,
    /// The buyer changes what is asked for.
    Edit,
    /// The buyer calls customer service.
    CallService,
    /// The buyer sends the goods back.
    SendBack,
    /// The seller, or the seller's silence, says that they came back.
    ReceiveBack,
    /// The seller refuses what came back.
    RefuseBack,
    /// The buyer withdraws.
    Withdraw,
    /// The buyer lets the time pass.
    Lapse,
    /// Customer service grants money.
    Grant,
    /// Customer service grants nothing.
    Reject,
    /// The money arrived.
    Arrive,
    /// The money came back.
    ComeBack,
}

impl CaseState {
    /// All states, for tests that walk the table.
    pub const ALL: [CaseState; 7] = [
        CaseState::WaitSellerAgree,
        CaseState::SellerRefused,
        CaseState::WaitBuyerReturn,
        CaseState::WaitSellerConfirm,
        CaseState::Refunding,
        CaseState::Success,
        CaseState::Closed,
    ];

    /// Whether nothing can happen any more.
    pub const fn is_final(self) -> bool {
        match self {
            CaseState::WaitSellerAgree
            | CaseState::SellerRefused
            | CaseState::WaitBuyerReturn
            | CaseState::WaitSellerConfirm
            | CaseState::Refunding => false,
            CaseState::Success | CaseState::Closed => true,
        }
    }

    /// Its name on the wire (`refund_status`). Money on its way is told as what it was granted for: success is said
    /// only once the buyer has it.
    pub const fn refund_status(self) -> &'static str {
        match self {
            CaseState::WaitSellerAgree => "WAIT_SELLER_AGREE",
            CaseState::SellerRefused => "SELLER_REFUSE_BUYER",
            CaseState::WaitBuyerReturn => "WAIT_BUYER_RETURN_GOODS",
            CaseState::WaitSellerConfirm => "WAIT_SELLER_CONFIRM_GOODS",
            CaseState::Refunding => "REFUNDING",
            CaseState::Success => "SUCCESS",
            CaseState::Closed => "CLOSED",
        }
    }
}

impl CaseEvent {
    /// All events, for tests that walk the table.
    pub const ALL: [CaseEvent; 13] = [
        CaseEvent::Agree,
        CaseEvent::Refuse,
        CaseEvent::Edit,
        CaseEvent::CallService,
        CaseEvent::SendBack,
        CaseEvent::ReceiveBack,
        CaseEvent::RefuseBack,
        CaseEvent::Withdraw,
        CaseEvent::Lapse,
        CaseEvent::Grant,
        CaseEvent::Reject,
        CaseEvent::Arrive,
        CaseEvent::ComeBack,
    ];
}

/// The state of a case after an event, or `None` when it cannot happen. Whether customer service is asked decides
/// beside it who may act in [`CaseState::SellerRefused`].
pub fn case_next(state: CaseState, kind: CaseKind, event: CaseEvent) -> Option<CaseState> {
    use {CaseEvent::*, CaseState::*};
    match (state, event) {
        (WaitSellerAgree, Agree) => Some(match kind {
            CaseKind::RefundOnly => Refunding,
            CaseKind::ReturnAndRefund => WaitBuyerReturn,
        }),
        (WaitSellerAgree, Refuse) => Some(SellerRefused),
        (WaitSellerAgree | SellerRefused | WaitBuyerReturn | WaitSellerConfirm, Withdraw) => Some(Closed),
        (SellerRefused, Edit) => Some(WaitSellerAgree),
        (SellerRefused, CallService) => Some(SellerRefused),
        (SellerRefused, Grant) => Some(Refunding),
        (SellerRefused, Reject) => Some(Closed),
        (SellerRefused | WaitBuyerReturn, Lapse) => Some(Closed),
        (WaitBuyerReturn, SendBack) => Some(WaitSellerConfirm),
        (WaitSellerConfirm, ReceiveBack) => Some(Refunding),
        (WaitSellerConfirm, RefuseBack) => Some(SellerRefused),
        (Refunding, Arrive) => Some(Success),
        (Refunding, ComeBack) => Some(Closed),
        // It is the seller's turn, whose silence agrees.
        (WaitSellerAgree, Edit | CallService | SendBack | ReceiveBack | RefuseBack | Lapse) => None,
        // It is the buyer's turn, or customer service's.
        (SellerRefused, Agree | Refuse | SendBack | ReceiveBack | RefuseBack) => None,
        (WaitBuyerReturn, Agree | Refuse | Edit | CallService | ReceiveBack | RefuseBack) => None,
        // What was sent back cannot be changed any more.
        (WaitSellerConfirm, Agree | Refuse | Edit | CallService | SendBack | Lapse) => None,
        // Nobody asked customer service.
        (WaitSellerAgree | WaitBuyerReturn | WaitSellerConfirm, Grant | Reject) => None,
        // Nothing was granted yet.
        (WaitSellerAgree | SellerRefused | WaitBuyerReturn | WaitSellerConfirm, Arrive | ComeBack) => None,
        // It is granted, and only the money decides.
        (
            Refunding,
            Agree | Refuse | Edit | CallService | SendBack | ReceiveBack | RefuseBack | Withdraw | Lapse
            | Grant | Reject,
        ) => None,
        // Final.
        (
            Success | Closed,
            Agree | Refuse | Edit | CallService | SendBack | ReceiveBack | RefuseBack | Withdraw | Lapse
            | Grant | Reject | Arrive | ComeBack,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_an_escrow_is_as_documented() {
        use {EscrowEvent::*, EscrowState::*};
        let allowed = [
            (WaitSellerSend, SendPart, PartSent),
            (WaitSellerSend, SendRest, WaitBuyerConfirm),
            (WaitSellerSend, Release, Finished),
            (WaitSellerSend, RefundPart, WaitSellerSend),
            (WaitSellerSend, RefundRest, Closed),
            (PartSent, SendPart, PartSent),
            (PartSent, SendRest, WaitBuyerConfirm),
            (PartSent, Release, Finished),
            (PartSent, RefundPart, PartSent),
            (PartSent, RefundRest, Closed),
            (WaitBuyerConfirm, Confirm, Finished),
            (WaitBuyerConfirm, Release, Finished),
            (WaitBuyerConfirm, RefundPart, WaitBuyerConfirm),
            (WaitBuyerConfirm, RefundRest, Closed),
        ];
        for state in EscrowState::ALL {
            for event in EscrowEvent::ALL {
                let expected =
                    allowed.iter().find(|(from, by, _)| (*from, *by) == (state, event)).map(|(_, _, to)| *to);
                assert_eq!(escrow_next(state, event), expected, "{state:?} {event:?}");
                assert!(escrow_next(state, event).is_none_or(|after| after >= state), "no escrow goes back");
            }
        }
    }

    #[test]
    fn every_pair_of_a_case_is_as_documented() {
        use {CaseEvent::*, CaseState::*};
        let allowed = [
            (WaitSellerAgree, Refuse, SellerRefused),
            (WaitSellerAgree, Withdraw, Closed),
            (SellerRefused, Edit, WaitSellerAgree),
            (SellerRefused, CallService, SellerRefused),
            (SellerRefused, Grant, Refunding),
            (SellerRefused, Reject, Closed),
            (SellerRefused, Withdraw, Closed),
            (SellerRefused, Lapse, Closed),
            (WaitBuyerReturn, SendBack, WaitSellerConfirm),
            (WaitBuyerReturn, Withdraw, Closed),
            (WaitBuyerReturn, Lapse, Closed),
            (WaitSellerConfirm, ReceiveBack, Refunding),
            (WaitSellerConfirm, RefuseBack, SellerRefused),
            (WaitSellerConfirm, Withdraw, Closed),
            (Refunding, Arrive, Success),
            (Refunding, ComeBack, Closed),
        ];
        for kind in [CaseKind::RefundOnly, CaseKind::ReturnAndRefund] {
            for state in CaseState::ALL {
                for event in CaseEvent::ALL {
                    let listed = allowed.iter().find(|(from, by, _)| (*from, *by) == (state, event));
                    let expected = match (state, event, kind) {
                        (WaitSellerAgree, Agree, CaseKind::RefundOnly) => Some(Refunding),
                        (WaitSellerAgree, Agree, CaseKind::ReturnAndRefund) => Some(WaitBuyerReturn),
                        _ => listed.map(|(_, _, to)| *to),
                    };
                    assert_eq!(case_next(state, kind, event), expected, "{state:?} {kind:?} {event:?}");
                }
            }
        }
    }

    #[test]
    fn final_states_stay() {
        for state in EscrowState::ALL.into_iter().filter(|state| state.is_final()) {
            assert!(EscrowEvent::ALL.iter().all(|event| escrow_next(state, *event).is_none()));
        }
        for state in CaseState::ALL {
            let stays = CaseEvent::ALL
                .iter()
                .all(|event| case_next(state, CaseKind::ReturnAndRefund, *event).is_none());
            assert_eq!(stays, state.is_final(), "{state:?}");
        }
    }
}
