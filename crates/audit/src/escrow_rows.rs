//! The rows of escrows as they come: each is given to its order.

use crate::escrows::EscrowFacts;
use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use base::OrderNo;
use engine::Tabled;
use trade::{Escrow, EscrowCase, EscrowStep, Timer};

impl Orders {
    fn facts(&mut self, no: OrderNo) -> Option<&mut EscrowFacts> {
        self.found(no).and_then(|order| order.escrow.as_deref_mut())
    }

    pub(crate) fn escrow(&mut self, row: &Escrow, findings: &mut Findings) {
        match self.found(row.order_no) {
            Some(order) => order.escrow = Some(Box::new(EscrowFacts::of(row))),
            None => {
                let key = text_of_key(&Escrow::wrap_key((row.slot, row.order_no)));
                findings.add(FindingKind::EscrowWrong, "escrow", key, "its order is not there");
            }
        }
    }

    pub(crate) fn escrow_case(&mut self, row: &EscrowCase, findings: &mut Findings) {
        let fits =
            self.facts(row.order_no).is_some_and(|facts| facts.row.slot == row.slot && facts.case(row));
        if !fits {
            let key = text_of_key(&EscrowCase::wrap_key((row.slot, row.order_no, row.no)));
            findings.add(FindingKind::EscrowWrong, "escrow_case", key, "its escrow is not there");
        }
    }

    pub(crate) fn escrow_step(&mut self, row: &EscrowStep, findings: &mut Findings) {
        let fits =
            self.facts(row.order_no).is_some_and(|facts| facts.row.slot == row.slot && facts.step(row));
        if !fits {
            let key = text_of_key(&EscrowStep::wrap_key((row.slot, row.order_no, row.request_no.clone())));
            let message = "its escrow is not there, or has another step in its place";
            findings.add(FindingKind::EscrowWrong, "escrow_step", key, message);
        }
    }

    /// A timer that takes the next step of an escrow.
    pub(crate) fn escrow_timer(&mut self, timer: &Timer, findings: &mut Findings) {
        let facts = timer.order_no.and_then(|no| self.facts(no));
        if !facts.is_some_and(|facts| facts.timer(timer)) {
            let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
            findings.add(FindingKind::TimerWrong, "timer", key, "no escrow has this timer");
        }
    }
}
