//! Undoes an order whose outcome the merchant does not know: closes it, or gives all of it back.

use crate::command::Next;
use crate::query::order_of;
use crate::refund_order::{GivenBack, give_back};
use crate::{Fault, Rows, Stop, Which, close_order, escrow};
use base::{PartyId, Plant, Slot, Text, planted};
use money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    CANCEL_WINDOW_US, CancelRefused, Order, OrderState, OutRequestNo, REFUND_WINDOW_US, Refund, RefundState,
};

/// A merchant cancels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelOrder {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
}

/// What a cancel did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CancelAction {
    /// The order was unpaid and is closed.
    Close,
    /// The order was paid and is refunded.
    Refund,
}

/// A cancel that holds: repeating it says the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Cancelled {
    /// The order; absent when for the world there is none.
    pub order: Option<Arc<Order>>,
    /// What was done; absent when there was nothing to do.
    pub action: Option<CancelAction>,
}

impl CancelOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn cancel_order(
    rows: &mut Rows<'_>,
    command: &CancelOrder,
) -> Result<Next<Cancelled>, Stop<CancelRefused>> {
    let nothing = Cancelled { order: None, action: None };
    let Some(order) = order_of(rows, command.seller, &command.which)? else {
        return Ok(Next::Answer(nothing));
    };
    match order.state {
        OrderState::Offered => {
            // For the world there is no trade; yet nobody may take it up after the merchant gave it up.
            close_order::shut(rows, &order);
            Ok(Next::Answer(nothing))
        }
        OrderState::WaitBuyerPay => {
            let order = close_order::shut(rows, &order);
            Ok(Next::Answer(Cancelled { order: Some(order), action: Some(CancelAction::Close) }))
        }
        OrderState::Closed if !order.exists() => Ok(Next::Answer(nothing)),
        OrderState::Closed => {
            let action = if order.paid_at_us.is_some() { CancelAction::Refund } else { CancelAction::Close };
            Ok(Next::Answer(Cancelled { order: Some(order), action: Some(action) }))
        }
        OrderState::Finished => Stop::because(CancelRefused::Finished),
        OrderState::Paid if planted(Plant::CancelKeepsMoney) => {
            Ok(Next::Answer(Cancelled { order: Some(order), action: Some(CancelAction::Refund) }))
        }
        OrderState::Paid => {
            let is_escrow = order.product.goods().is_some();
            let over = |paid_at_us| !is_escrow && rows.now_us() >= paid_at_us + REFUND_WINDOW_US;
            if order.paid_at_us.is_some_and(over) {
                return Stop::because(CancelRefused::Finished);
            }
            if order.paid_at_us.is_none_or(|paid_at_us| rows.now_us() >= paid_at_us + CANCEL_WINDOW_US) {
                return Stop::because(CancelRefused::TooLate);
            }
            let left = order.total().checked_sub(order.refunded());
            let left =
                left.map_err(|error| crate::Fault(format!("refunds of order {}: {error}", order.no)))?;
            let number = match is_escrow {
                true => escrow::cancel_number(rows, &order)?,
                false => free_number(rows, &order)?,
            };
            let back = Money::zero(order.currency);
            let given = GivenBack { amount: left, back, number, reason: None, by_cancel: true };
            let given = give_back(rows, &order, given);
            given.map_err(|stop| stop.map(CancelRefused::Refund))?;
            Ok(Next::Chain)
        }
    }
}

/// A number for the refund that a cancel makes of an order without escrow: our own number of the order, or that number
/// and the moment when the merchant used it for a refund. A refund that holds is never written over.
fn free_number(rows: &mut Rows<'_>, order: &Order) -> Result<OutRequestNo, Fault> {
    let mut number = order.no.to_string();
    for at_us in rows.now_us().. {
        let free = Text::new(&number).expect("28 digits, a dash and at most 20 fit");
        let taken = rows.get::<Refund>((order.slot, order.no, free.clone()))?;
        if taken.is_none_or(|refund| refund.state == RefundState::Returned) {
            return Ok(free);
        }
        number = format!("{}-{at_us}", order.no);
    }
    Err(Fault(format!("order {} has no free refund number", order.no)))
}
