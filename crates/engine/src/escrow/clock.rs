//! What the clock does when an escrow's parties let a step pass.

use super::Bench;
use super::step::{Draft, own_request_no};
use crate::{Fault, Rows};
use money::Money;
use trade::{
    CaseEvent, CaseState, EscrowEvent, EscrowState, EscrowStep, Service, Side, StepKind, Timer,
    silence_is_for_buyer,
};

/// Takes the step that is due. Nothing happens when the timer is not the escrow's own any more.
pub(crate) fn run_clock(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let Some(order_no) = timer.order_no else { return Ok(()) };
    let bench = Bench::load(rows, order_no)?.filter(|bench| bench.escrow.timer == Some(timer.no));
    let Some(mut bench) = bench else { return Ok(()) };
    // The caller has removed its row.
    (bench.escrow.timer, bench.escrow.due_at_us) = (None, None);
    let draft =
        if bench.open_case().is_some() { bench.case_is_due(rows)? } else { bench.escrow_is_due(rows)? };
    bench.conclude(rows, draft)?;
    Ok(())
}

impl Bench {
    fn case_is_due(&mut self, rows: &mut Rows<'_>) -> Result<Draft, Fault> {
        let Some(case) = self.open_case() else { return Err(Fault("no case is open".to_owned())) };
        let (state, claim, service) = (case.state, case.claim(), case.service);
        let kind = match state {
            CaseState::WaitSellerAgree => {
                self.move_case(rows, CaseEvent::Agree, claim)?;
                StepKind::CaseAgreed
            }
            CaseState::SellerRefused if service == Service::Needed => {
                let for_buyer = silence_is_for_buyer(case, self.escrow.state);
                let granted = if for_buyer { claim } else { Money::zero(claim.currency()) };
                self.decide(rows, granted)?;
                return Ok(Draft::new(StepKind::Decided, Side::Platform).of(granted));
            }
            CaseState::SellerRefused | CaseState::WaitBuyerReturn => {
                self.move_case(rows, CaseEvent::Lapse, claim)?;
                StepKind::CaseLapsed
            }
            CaseState::WaitSellerConfirm => {
                self.move_case(rows, CaseEvent::ReceiveBack, claim)?;
                StepKind::ReturnReceived
            }
            CaseState::Refunding | CaseState::Success | CaseState::Closed => {
                return Err(Fault(format!("a case of order {} has no clock", self.order.no)));
            }
        };
        Ok(Draft::new(kind, Side::Platform))
    }

    fn escrow_is_due(&mut self, rows: &mut Rows<'_>) -> Result<Draft, Fault> {
        let own = |kind| Draft::new(kind, Side::Platform);
        if self.escrow.state.is_final() {
            let released = self.release(rows, EscrowEvent::Release)?;
            return Ok(own(StepKind::Released).of(released));
        }
        if self.escrow.ends {
            return self.end_with_seller(rows, StepKind::Released, EscrowEvent::Release);
        }
        match self.escrow.state {
            EscrowState::WaitSellerSend | EscrowState::PartSent if !self.escrow.reminded => {
                self.escrow.reminded = true;
                Ok(own(StepKind::Reminded))
            }
            EscrowState::WaitSellerSend => {
                // Nothing was ever sent: the buyer has it back, and the seller only if the buyer is gone.
                let given = self.send_all_back(rows)?;
                Ok(own(StepKind::GivenBack).of(given))
            }
            EscrowState::PartSent => self.end_with_seller(rows, StepKind::Released, EscrowEvent::Release),
            EscrowState::WaitBuyerConfirm => {
                self.end_with_seller(rows, StepKind::ReceiptOver, EscrowEvent::Confirm)
            }
            EscrowState::Finished | EscrowState::Closed => {
                Err(Fault(format!("the escrow of order {} has no clock", self.order.no)))
            }
        }
    }

    /// The seller is paid; or, when its account was closed, the buyer has the money back. Only when that has just been
    /// tried in vain is it paid into the closed account: neither side can be reached.
    fn end_with_seller(
        &mut self,
        rows: &mut Rows<'_>,
        kind: StepKind,
        event: EscrowEvent,
    ) -> Result<Draft, Fault> {
        let tried = self.escrow.ends && self.has_just_come_back(rows)?;
        if self.seller_is_gone(rows)? && !tried {
            let given = self.send_all_back(rows)?;
            return Ok(Draft::new(StepKind::GivenBack, Side::Platform).of(given));
        }
        let released = self.release(rows, event)?;
        Ok(Draft::new(kind, Side::Platform).of(released))
    }

    /// Whether the last step was money that could not reach the buyer.
    fn has_just_come_back(&self, rows: &mut Rows<'_>) -> Result<bool, Fault> {
        let key = (self.escrow.slot, self.escrow.order_no, own_request_no(self.escrow.steps));
        let last = rows.get::<EscrowStep>(key)?;
        Ok(last.is_some_and(|step| matches!(step.kind, StepKind::Returned | StepKind::CaseReturned)))
    }
}
