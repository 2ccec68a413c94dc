//! What the clock does when an escrow's parties let a step pass.

use super::Bench;
use super::step::Draft;
use crate::cancel_order::free_number;
use crate::{Fault, Rows};
use trade::{
    CaseEvent, CaseState, EscrowEvent, EscrowState, Service, Side, StepKind, Timer, silence_is_for_buyer,
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
    bench.conclude(rows, draft);
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
                let granted =
                    if silence_is_for_buyer(case) { claim } else { money::Money::zero(claim.currency()) };
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
        if self.escrow.ends || self.escrow.state.is_final() {
            let released = self.release(rows, EscrowEvent::Release)?;
            return Ok(own(StepKind::Released).of(released));
        }
        match self.escrow.state {
            EscrowState::WaitSellerSend | EscrowState::PartSent if !self.escrow.reminded => {
                self.escrow.reminded = true;
                Ok(own(StepKind::Reminded))
            }
            EscrowState::WaitSellerSend => {
                // Nothing was ever sent: the buyer has it back, and the seller only if the buyer is gone.
                let (held, number) = (self.escrow.held(), free_number(rows, &self.order)?);
                self.send_back(rows, held, number.clone(), None, false)?;
                (self.escrow.pending_no, self.escrow.ends) = (Some(number), true);
                Ok(own(StepKind::GivenBack).of(held))
            }
            EscrowState::PartSent => {
                let released = self.release(rows, EscrowEvent::Release)?;
                Ok(own(StepKind::Released).of(released))
            }
            EscrowState::WaitBuyerConfirm => {
                let released = self.release(rows, EscrowEvent::Confirm)?;
                Ok(own(StepKind::ReceiptOver).of(released))
            }
            EscrowState::Finished | EscrowState::Closed => {
                Err(Fault(format!("the escrow of order {} has no clock", self.order.no)))
            }
        }
    }
}
