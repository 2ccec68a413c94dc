//! Refund cases: what moves them, and the money that they move.

use super::Bench;
use crate::{Fault, Rows};
use money::{Minor, Money};
use trade::{
    CaseEvent, CaseKind, CaseState, EscrowCase, EscrowState, GoodsState, INSTANT_REFUND_AFTER_US, Service,
    Words, case_next,
};

/// What a buyer asks for.
pub(super) struct Claim {
    pub(super) kind: CaseKind,
    pub(super) goods_state: GoodsState,
    pub(super) amount: Money,
    pub(super) reason: Option<Words>,
}

impl Bench {
    /// Opens a case; the buyer's time to confirm stops. When the seller has sent nothing for too long, what it asks for
    /// is granted at once.
    pub(super) fn start_case(&mut self, rows: &mut Rows<'_>, claim: Claim) -> Result<(), Fault> {
        let now_us = rows.now_us();
        let Claim { kind, goods_state, amount, reason } = claim;
        self.escrow.cases += 1;
        self.escrow.open_case = Some(self.escrow.cases);
        self.stop_receipt_clock(now_us);
        self.case = Some(EscrowCase {
            slot: self.escrow.slot,
            order_no: self.escrow.order_no,
            no: self.escrow.cases,
            state: CaseState::WaitSellerAgree,
            kind,
            goods_state,
            service: Service::None,
            currency: self.escrow.currency,
            claim_minor: amount.minor(),
            granted_minor: Minor::ZERO,
            reason,
            return_transport: None,
            return_company: None,
            return_no: None,
            buyer_evidence: 0,
            seller_evidence: 0,
            refund_no: None,
            opened_at_us: now_us,
            since_us: now_us,
            ended_at_us: None,
        });
        let overdue = now_us >= self.escrow.paid_at_us + INSTANT_REFUND_AFTER_US;
        if self.escrow.state == EscrowState::WaitSellerSend && overdue && kind == CaseKind::RefundOnly {
            self.move_case(rows, CaseEvent::Agree, amount)?;
        }
        Ok(())
    }

    /// Moves the open case by an event that the caller has seen to be possible. `amount` is what is granted when the
    /// event grants.
    pub(super) fn move_case(
        &mut self,
        rows: &mut Rows<'_>,
        event: CaseEvent,
        amount: Money,
    ) -> Result<(), Fault> {
        let now_us = rows.now_us();
        let after = self.open_case().and_then(|case| case_next(case.state, case.kind, event));
        let after =
            after.ok_or_else(|| Fault(format!("a case of order {} cannot {event:?}", self.order.no)))?;
        if after.is_final() {
            self.end_case(after, now_us);
            return Ok(());
        }
        let number = if after == CaseState::Refunding { Some(self.own_number()) } else { None };
        if let Some(case) = &mut self.case {
            (case.state, case.since_us) = (after, now_us);
            if let Some(number) = &number {
                (case.refund_no, case.granted_minor) = (Some(number.clone()), amount.minor());
            }
        }
        if let Some(number) = number {
            self.send_back(rows, amount, number.clone(), None, false)?;
            self.escrow.pending_no = Some(number);
        }
        Ok(())
    }

    /// Ends a dispute: so much goes to the buyer. When all that is held was disputed and all was sent, the trade ends
    /// with it and the rest goes to the seller. A seller who is still to send has to send first.
    pub(super) fn decide(&mut self, rows: &mut Rows<'_>, to_buyer: Money) -> Result<(), Fault> {
        let all = self.open_case().is_some_and(|case| case.claim() == self.escrow.held());
        let sent = self.escrow.state == EscrowState::WaitBuyerConfirm;
        if let Some(case) = &mut self.case {
            case.service = Service::Done;
        }
        let event = if to_buyer.is_zero() { CaseEvent::Reject } else { CaseEvent::Grant };
        self.move_case(rows, event, to_buyer)?;
        self.escrow.ends = all && sent;
        Ok(())
    }
}
