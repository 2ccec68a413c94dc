//! Closes an order that was not paid.

use crate::command::Next;
use crate::query::order_of;
use crate::{Message, Rows, Stop, TradeClosed, Which, notice};
use base::{PartyId, Plant, Slot, planted};
use money::Minor;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{CloseRefused, NoticeEvent, Order, OrderEvent, OrderState, Timer, next};

/// A merchant closes an unpaid order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseOrder {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
}

impl CloseOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn close_order(
    rows: &mut Rows<'_>,
    command: &CloseOrder,
) -> Result<Next<Arc<Order>>, Stop<CloseRefused>> {
    let order = order_of(rows, command.seller, &command.which)?.filter(|order| order.exists());
    let Some(order) = order else { return Stop::because(CloseRefused::TradeNotFound) };
    match order.state {
        OrderState::Paid if planted(Plant::PaidOrderCloses) => {}
        OrderState::Paid | OrderState::Finished => return Stop::because(CloseRefused::AlreadyPaid),
        OrderState::Closed => return Stop::because(CloseRefused::AlreadyClosed),
        OrderState::Offered | OrderState::WaitBuyerPay => {}
    }

    // Nothing can be refused below this line; nothing was changed above it.
    Ok(Next::Answer(shut(rows, &order)))
}

/// Closes an unpaid order: its timer goes, its buyer and its merchant hear of it. An offer that nobody took up goes
/// silently: for the world it never was.
pub(crate) fn shut(rows: &mut Rows<'_>, order: &Order) -> Arc<Order> {
    let mut order = order.clone();
    order.state = next(order.state, OrderEvent::Close).expect("the caller saw an unpaid order");
    order.closed_at_us = Some(rows.now_us());
    forget_timer(rows, &mut order);
    if order.exists() {
        notice::tell(rows, &order, NoticeEvent::Closed, Minor::ZERO, None);
    }
    if let Some(buyer) = order.buyer {
        let told = if planted(Plant::ClosingToldToWrongParty) { order.seller } else { buyer };
        rows.send(buyer.slot(), Message::TradeClosed(TradeClosed { order_no: order.no, buyer: told }));
    }
    rows.put(order.clone());
    Arc::new(order)
}

/// Removes the timer that would close the order.
pub(crate) fn forget_timer(rows: &mut Rows<'_>, order: &mut Order) {
    if let Some(timer) = order.timer.take().filter(|_| !planted(Plant::TimerNotRemoved)) {
        rows.delete::<Timer>((order.slot, order.expires_at_us, timer));
    }
}
