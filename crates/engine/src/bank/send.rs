//! A bank is about to be asked: made durable before the call, so that nobody takes for unsent what may have been sent.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use base::{BankOrderNo, Slot};
use fund::{BankEvent, BankMove, BankOrder, BankOrderState, Card, bank_next, next_try_at_us};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The rim is about to ask a bank about an order that is due, and sets when it is to be asked again. Nothing happens,
/// and nothing is to be sent, when it is decided or not due: the tables that showed it may lag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendBankOrder {
    /// The order.
    pub no: BankOrderNo,
}

/// What is to be asked of the bank.
#[derive(Clone, PartialEq, Debug)]
pub struct BankTask {
    /// The order.
    pub order: Arc<BankOrder>,
    /// Its card.
    pub card: Arc<Card>,
    /// Whether it goes out for the first time. Else the bank is asked first what became of it.
    pub first: bool,
    /// Whether it may be sent again when the bank never saw it: not when it was given up.
    pub may_send: bool,
}

impl SendBankOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.no.slot()
    }
}

pub(crate) fn send_bank_order(
    rows: &mut Rows<'_>,
    command: &SendBankOrder,
) -> Result<Next<Option<BankTask>>, Stop<Never>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let is_due = |order: &BankOrder| order.next_try_at_us.is_some_and(|at_us| at_us <= now_us);
    let Some(order) = rows.get::<BankOrder>((slot, command.no))?.filter(|order| is_due(order)) else {
        return Ok(Next::Answer(None));
    };
    let state = match bank_next(order.kind, order.state, BankEvent::Send) {
        BankMove::To(state) => state,
        BankMove::Same => order.state,
        BankMove::No | BankMove::Surprise => return Ok(Next::Answer(None)),
    };
    let Some(card) = rows.get::<Card>((slot, order.card))? else {
        return Err(Stop::Fault(Fault(format!("bank order {} has no card", order.no))));
    };
    let tries = order.tries.saturating_add(1);
    let next_try_at_us = Some(next_try_at_us(now_us, tries));
    let first = order.state == BankOrderState::Asked;
    let order = Arc::new(BankOrder { state, tries, next_try_at_us, ..(*order).clone() });
    rows.put_shared(order.clone());
    let may_send = order.state == BankOrderState::Unknown;
    Ok(Next::Answer(Some(BankTask { order, card, first, may_send })))
}
