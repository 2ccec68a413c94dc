//! Closes an order that was not paid: for a program of the merchant, or for a person who acts for it.

use crate::command::Next;
use crate::query::order_of;
use crate::{Message, Rows, Stop, TradeClosed, Which, notice, staff_act};
use base::{PartyId, Plant, Slot, planted};
use money::Minor;
use people::StaffAct;
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

/// A person of a merchant closes an unpaid order, also one whose code nobody scanned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShopClose {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
    /// The person.
    pub by: PartyId,
}

/// Why a person does not close an order. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShopCloseRefused {
    /// The person does not act for the merchant, or in a role that takes no payments.
    #[error("whoever asks does not act for the merchant in a role that takes payments")]
    NotStaff,
    /// As a program of the merchant is refused.
    #[error(transparent)]
    Close(#[from] CloseRefused),
}

impl CloseOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl ShopClose {
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
    closable(&order).map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    Ok(Next::Answer(shut(rows, &order)))
}

pub(crate) fn shop_close(
    rows: &mut Rows<'_>,
    command: &ShopClose,
) -> Result<Next<Arc<Order>>, Stop<ShopCloseRefused>> {
    let ShopClose { seller, which, by } = command;
    if !staff_act::may(rows, *seller, *by, StaffAct::TakePayments)? {
        return Stop::because(ShopCloseRefused::NotStaff);
    }
    // The merchant's own people see what nobody took up, too: they take its code back.
    let order = order_of(rows, *seller, which)?;
    let Some(order) = order else { return Stop::because(CloseRefused::TradeNotFound.into()) };
    closable(&order).map_err(|refused| Stop::Refused(ShopCloseRefused::Close(refused)))?;

    // Nothing can be refused below this line; nothing was changed above it.
    staff_act::done(rows, (*seller, *by), "order.cancel", &order.no.to_string())?;
    Ok(Next::Answer(shut(rows, &order)))
}

/// Whether an order waits, so that it can be closed.
fn closable(order: &Order) -> Result<(), CloseRefused> {
    match order.state {
        OrderState::Paid if planted(Plant::PaidOrderCloses) => Ok(()),
        OrderState::Paid | OrderState::Finished => Err(CloseRefused::AlreadyPaid),
        OrderState::Closed => Err(CloseRefused::AlreadyClosed),
        OrderState::Offered | OrderState::WaitBuyerPay => Ok(()),
    }
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
