//! An order as it stood before: what a query answers that lags behind, because a developer asked for that.

use trade::{Escrow, EscrowState, Order, OrderState};

/// The order at that moment, microseconds UTC; `None` when the world did not know it yet.
pub(crate) fn as_of(order: &Order, at_us: i64) -> Option<Order> {
    let later = |moment_us: Option<i64>| moment_us.is_some_and(|moment_us| moment_us > at_us);
    if order.created_at_us.is_none_or(|created_at_us| created_at_us > at_us) {
        return None;
    }
    let mut then = order.clone();
    if later(then.closed_at_us) {
        then.closed_at_us = None;
        then.state = if then.paid_at_us.is_some() { OrderState::Paid } else { OrderState::WaitBuyerPay };
    }
    if later(then.paid_at_us) {
        then.paid_at_us = None;
        then.state = OrderState::WaitBuyerPay;
        // The other orders began with their buyer. Of these it is not kept whether the buyer was known before the
        // payment; rather nothing is said than what was not known yet.
        if !then.product.is_offer() && then.named_buyer.is_none() {
            then.buyer = None;
            then.buyer_login_masked = None;
        }
    }
    Some(then)
}

/// Where a paid escrow stood at that moment, microseconds UTC. When a part was sent is not kept: that is told as
/// nothing sent, so that nothing is said before it was so.
pub(crate) fn escrow_as_of(escrow: &Escrow, at_us: i64) -> EscrowState {
    let by_then = |moment_us: Option<i64>| moment_us.is_some_and(|moment_us| moment_us <= at_us);
    if by_then(escrow.ended_at_us) {
        escrow.state
    } else if by_then(escrow.sent_at_us) {
        EscrowState::WaitBuyerConfirm
    } else {
        EscrowState::WaitSellerSend
    }
}
