//! In the merchant's slot: a refund out of an escrow arrived, or is held again.

use super::Bench;
use super::money::sum;
use super::step::{Arrived, Draft};
use crate::{CancelAction, Cancelled, Fault, RefundAnswer, Refunded, Reply, Rows, books};
use ledger::Template;
use std::sync::Arc;
use trade::{
    CancelRefused, CaseEvent, EscrowEvent, OrderEvent, Refund, RefundRefused, RefundState, Side, StepKind,
    case_next, escrow_next, next,
};

/// Ends a refund. A merchant who asked for it is answered; cases and the clock were answered before.
pub(crate) fn refund_answer(
    rows: &mut Rows<'_>,
    said: &RefundAnswer,
    refund: &Refund,
) -> Result<Option<Reply>, Fault> {
    let now_us = rows.now_us();
    let Some(mut bench) = Bench::load(rows, said.order_no)? else {
        return Err(Fault(format!("the escrow of order {} vanished", said.order_no)));
    };
    let awaited = bench.escrow.pending_no.as_ref() == Some(&said.out_request_no);
    let refund = if said.arrived {
        let refunded_after_minor = said.refunded_after.minor();
        Refund { state: RefundState::Done, refunded_after_minor, ..refund.clone() }
    } else {
        Refund { state: RefundState::Returned, ..refund.clone() }
    };
    if said.arrived {
        bench.arrived(said.whole, now_us)?;
    } else {
        bench.held_again(rows, &refund)?;
    }
    rows.put(refund.clone());
    let amount = refund.amount();
    let mut kind = if said.arrived { StepKind::Arrived } else { StepKind::Returned };
    if awaited {
        bench.escrow.pending_no = None;
        if let Some(case) = bench.open_case() {
            let event = if said.arrived { CaseEvent::Arrive } else { CaseEvent::ComeBack };
            let state = case_next(case.state, case.kind, event);
            let state = state.ok_or_else(|| Fault(format!("case {} of order {}", case.no, case.order_no)))?;
            kind = if said.arrived { StepKind::CaseArrived } else { StepKind::CaseReturned };
            bench.end_case(state, now_us);
        }
    }
    if bench.escrow.state.is_final() {
        bench.escrow.receipt_due_at_us = None;
    }
    let mut draft = Draft::new(kind, Side::Platform).of(amount);
    if said.arrived {
        draft.arrived = Some(Arrived { number: refund.out_request_no.clone(), in_all: said.refunded_after });
    }
    let view = bench.conclude(rows, draft)?;
    if awaited {
        return Ok(None);
    }
    Ok(Some(reply(view.order, Arc::new(refund))))
}

fn reply(order: Arc<trade::Order>, refund: Arc<Refund>) -> Reply {
    match (refund.state == RefundState::Done, refund.by_cancel) {
        (true, true) => {
            Reply::CancelOrder(Ok(Cancelled { order: Some(order), action: Some(CancelAction::Refund) }))
        }
        (true, false) => Reply::RefundOrder(Ok(Refunded { order, refund, moved: true })),
        (false, true) => Reply::CancelOrder(Err(CancelRefused::Refund(RefundRefused::BuyerClosed))),
        (false, false) => Reply::RefundOrder(Err(RefundRefused::BuyerClosed)),
    }
}

impl Bench {
    /// The buyer has it. With the last of it the trade is over.
    fn arrived(&mut self, whole: bool, now_us: i64) -> Result<(), Fault> {
        let event = if whole { EscrowEvent::RefundRest } else { EscrowEvent::RefundPart };
        // Of refunds that are under way together, a later one may have ended it already.
        if let Some(state) = escrow_next(self.escrow.state, event)
            && whole
        {
            (self.escrow.state, self.escrow.ended_at_us) = (state, Some(now_us));
            let closed = next(self.order.state, OrderEvent::RefundRest);
            self.order.state =
                closed.ok_or_else(|| Fault(format!("order {} cannot close", self.order.no)))?;
            self.order.closed_at_us = Some(now_us);
        }
        Ok(())
    }

    /// The buyer could not be reached: it is held again.
    fn held_again(&mut self, rows: &mut Rows<'_>, refund: &Refund) -> Result<(), Fault> {
        let (amount, order) = (refund.amount(), &self.order);
        books::must(rows, Template::EscrowReturn { seller: order.seller, amount }, Some(order.no))?;
        let refunded = sum(order, order.refunded().checked_sub(amount))?;
        self.escrow.held_minor = sum(order, self.escrow.held().checked_add(amount))?.minor();
        self.escrow.refunded_minor = sum(order, self.escrow.refunded().checked_sub(amount))?.minor();
        self.order.refunded_minor = refunded.minor();
        Ok(())
    }
}
