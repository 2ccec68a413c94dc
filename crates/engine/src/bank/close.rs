//! Gives a bank order up: its party does, or its time is over.

use super::find::order_of;
use super::{limits, pay};
use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{BankOrderNo, PartyId, Slot};
use fund::{BankEvent, BankMove, BankOrder, BankOrderKind, BankOrderState, CloseBankOrderRefused, bank_next};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::Timer;

/// A party gives an order up. One that was sent is closed for the party, and the bank's word is still awaited: money
/// that comes all the same goes back to the card. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseBankOrder {
    /// Whose order.
    pub party: PartyId,
    /// Its number.
    pub no: BankOrderNo,
}

impl CloseBankOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn close_bank_order(
    rows: &mut Rows<'_>,
    command: &CloseBankOrder,
) -> Result<Next<Arc<BankOrder>>, Stop<CloseBankOrderRefused>> {
    let Some(order) = order_of(rows, command.party, command.no)? else {
        return Stop::because(CloseBankOrderRefused::NotFound);
    };
    match bank_next(order.kind, order.state, BankEvent::Close) {
        BankMove::To(state) => {
            let mut order = (*order).clone();
            forget_timer(rows, &mut order);
            Ok(Next::Answer(give_up(rows, order, state)?))
        }
        BankMove::Same => Ok(Next::Answer(order)),
        BankMove::No | BankMove::Surprise => Stop::because(CloseBankOrderRefused::TooLate),
    }
}

/// The timer of an order ran.
pub(crate) fn time_is_over(rows: &mut Rows<'_>, timer: &Timer) -> Result<(), Fault> {
    let no = timer.order_no.map(BankOrderNo::of_topic);
    let order = no.map_or(Ok(None), |no| rows.get::<BankOrder>((rows.slot(), no)))?;
    let Some(order) = order.filter(|order| order.timer == Some(timer.no)) else { return Ok(()) };
    let order = BankOrder { timer: None, gives_up_at_us: None, ..(*order).clone() };
    match bank_next(order.kind, order.state, BankEvent::Close) {
        BankMove::To(state) => drop(give_up(rows, order, state)?),
        BankMove::Same | BankMove::No | BankMove::Surprise => rows.put(order),
    }
    Ok(())
}

/// Writes an order that is given up. What it counted stays counted while the bank may still take the money.
fn give_up(rows: &mut Rows<'_>, order: BankOrder, state: BankOrderState) -> Result<Arc<BankOrder>, Fault> {
    let mut order = BankOrder { state, ..order };
    let counted_at_us = order.counted_at_us;
    if !state.is_open() {
        order.next_try_at_us = None;
        limits::give_back(rows, &mut order)?;
    } else {
        // The bank is to be told at once, so that it may still refuse the number.
        order.next_try_at_us = Some(rows.now_us());
    }
    // Whatever the bank says from now on goes back to the card: what it was to pay is free for other ways.
    if order.kind == BankOrderKind::Pay {
        pay::let_go(rows, &order, counted_at_us)?;
    }
    let order = Arc::new(order);
    rows.put_shared(order.clone());
    Ok(order)
}

/// Takes away the timer of an order.
pub(crate) fn forget_timer(rows: &mut Rows<'_>, order: &mut BankOrder) {
    if let (Some(no), Some(due_at_us)) = (order.timer.take(), order.gives_up_at_us.take()) {
        rows.delete::<Timer>((order.slot, due_at_us, no));
    }
}
