//! Guaranteed trades: the money of a paid order is held until the buyer confirms, and refund cases decide disputes.
//!
//! An escrow, its cases and its steps lie in the merchant's slot under the order's number. Every decision about it
//! loads [`Bench`], changes it, and concludes with exactly one step, which is also what the merchant is told. One timer
//! at most belongs to an escrow: the clock of the open case, or its own.

mod act;
mod answer;
mod case;
mod clock;
mod confirm;
mod find;
mod money;
mod perform;
mod step;
mod told;

pub use act::{ActOnEscrow, Actor, EscrowAct};
pub use confirm::{ConfirmGoods, GoodsConfirmed};
pub use find::FindEscrow;

pub(crate) use act::act_on_escrow;
pub(crate) use answer::refund_answer;
pub(crate) use clock::run_clock;
pub(crate) use confirm::{confirm_goods, goods_confirmed};
pub(crate) use find::find_escrow;
pub(crate) use money::{cancel_number, give_back, paid_in};

use crate::{Fault, Rows};
use base::OrderNo;
use std::sync::Arc;
use trade::{CaseState, Escrow, EscrowCase, Order, TimerTask, escrow_due_us};

/// An escrow as its parties see it.
#[derive(Clone, PartialEq, Debug)]
pub struct EscrowView {
    /// The order.
    pub order: Arc<Order>,
    /// Its escrow.
    pub escrow: Arc<Escrow>,
    /// The open case, or the last one.
    pub case: Option<Arc<EscrowCase>>,
}

/// An escrow under decision. Nothing of it is written before it is concluded.
pub(crate) struct Bench {
    pub(crate) order: Order,
    pub(crate) escrow: Escrow,
    /// The open case, or the last one.
    pub(crate) case: Option<EscrowCase>,
}

impl Bench {
    /// The escrow of an order; `None` when the order has none, because it is another's or was never paid.
    pub(crate) fn load(rows: &mut Rows<'_>, order_no: OrderNo) -> Result<Option<Bench>, Fault> {
        let slot = rows.slot();
        if order_no.slot() != slot {
            return Ok(None);
        }
        let Some(escrow) = rows.get::<Escrow>((slot, order_no))? else { return Ok(None) };
        let order = rows.get::<Order>((slot, order_no))?;
        let order = order.ok_or_else(|| Fault(format!("the escrow of order {order_no} has no order")))?;
        let case = match escrow.cases {
            0 => None,
            last => rows.get::<EscrowCase>((slot, order_no, last))?.map(|case| (*case).clone()),
        };
        Ok(Some(Bench { order: (*order).clone(), escrow: (*escrow).clone(), case }))
    }

    /// The open case.
    pub(crate) fn open_case(&self) -> Option<&EscrowCase> {
        self.case.as_ref().filter(|case| self.escrow.open_case == Some(case.no))
    }

    /// The view of it.
    pub(crate) fn view(self) -> EscrowView {
        EscrowView {
            order: Arc::new(self.order),
            escrow: Arc::new(self.escrow),
            case: self.case.map(Arc::new),
        }
    }

    /// Sets the clock for what is to come next, and removes the one that was set.
    fn wind(&mut self, rows: &mut Rows<'_>) {
        // Never in this very moment: a journey of the world's clock tells what falls due moment by moment.
        let soonest_us = rows.now_us() + 1;
        let due_at_us =
            escrow_due_us(&self.escrow, self.open_case(), soonest_us).map(|due| due.max(soonest_us));
        if self.escrow.due_at_us == due_at_us && self.escrow.timer.is_some() == due_at_us.is_some() {
            return;
        }
        if let (Some(due_at_us), Some(timer)) = (self.escrow.due_at_us, self.escrow.timer) {
            rows.delete::<trade::Timer>((self.escrow.slot, due_at_us, timer));
        }
        self.escrow.due_at_us = due_at_us;
        self.escrow.timer = due_at_us.map(|due_at_us| {
            rows.after(due_at_us, |timer| {
                timer.task = TimerTask::EscrowStep;
                timer.order_no = Some(self.escrow.order_no);
            })
        });
    }

    /// Stops the buyer's time to confirm while a case is open.
    fn stop_receipt_clock(&mut self, now_us: i64) {
        if let Some(due_at_us) = self.escrow.receipt_due_at_us.take() {
            self.escrow.receipt_left_us = Some((due_at_us - now_us).max(0));
        }
    }

    /// Ends the open case. The buyer's time to confirm goes on with what was left of it.
    fn end_case(&mut self, state: CaseState, now_us: i64) {
        if let Some(case) = &mut self.case {
            (case.state, case.since_us, case.ended_at_us) = (state, now_us, Some(now_us));
        }
        self.escrow.open_case = None;
        if let Some(left_us) = self.escrow.receipt_left_us.take() {
            self.escrow.receipt_due_at_us = Some(now_us + left_us);
        }
    }
}
