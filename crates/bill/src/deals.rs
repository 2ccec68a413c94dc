//! The orders that a party sold or bought, as they stand now.

use crate::account::{PAGE, order_of};
use crate::refunds::Refunds;
use crate::{BillError, Take, Who};
use base::{OrderNo, PartyId};
use engine::{Key, Row, Table};
use std::ops::Range;
use std::sync::Arc;
use store::Reader;
use trade::{EXPIRY_DEFAULT_US, EscrowState, Order, OrderState, RefundState};

/// On which side of its orders a party is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// As the seller.
    Sold,
    /// As the buyer.
    Bought,
}

/// Where an order stands, in the words of the queries over orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DealState {
    /// Not paid.
    Unpaid,
    /// Paid, the goods are to be sent.
    Unsent,
    /// Sent, the buyer is to confirm.
    Unconfirmed,
    /// Paid.
    Done,
    /// Never paid, or wholly given back.
    Closed,
}

impl DealState {
    /// As it is told.
    pub const fn name(self) -> &'static str {
        match self {
            DealState::Unpaid => "待付款",
            DealState::Unsent => "待发货",
            DealState::Unconfirmed => "待确认收货",
            DealState::Done => "成功",
            DealState::Closed => "关闭",
        }
    }
}

/// An order that was sold or bought.
#[derive(Clone, PartialEq, Debug)]
pub struct DealLine {
    /// The order.
    pub order: Arc<Order>,
    /// When it came to exist, microseconds UTC.
    pub created_at_us: i64,
    /// Where it stands.
    pub state: DealState,
    /// When the last refund was made that its buyer has.
    pub refunded_at_us: Option<i64>,
    /// The other side, masked.
    pub other: String,
}

/// The orders of a party that came to exist within a time (microseconds UTC, the end not included), in the order of
/// their numbers.
///
/// # Errors
/// When the tables cannot be read, and what `take` says.
pub fn deal_lines(
    reader: &mut dyn Reader,
    party: PartyId,
    side: Side,
    within_us: Range<i64>,
    take: Take<'_, DealLine>,
) -> Result<(), BillError> {
    let (slot, mut who, mut refunds) = (party.slot(), Who::default(), Refunds::default());
    // An order is numbered when it is offered, at most its whole life before somebody takes it up.
    let earliest = within_us.start.saturating_sub(EXPIRY_DEFAULT_US).max(0).saturating_mul(100);
    let key = |number: OrderNo| match side {
        Side::Sold => Key::Order((slot, number)),
        Side::Bought => Key::Trade((slot, number)),
    };
    let table = match side {
        Side::Sold => Table::Order,
        Side::Bought => Table::Trade,
    };
    let mut after = OrderNo::from_number(earliest.saturating_sub(1).max(0)).map(key);
    loop {
        let page = reader.scan(table, Some(slot), after.as_ref(), PAGE)?;
        for row in &page {
            let (no, order) = match row {
                Row::Order(order) if order.seller == party => (order.no, Some(order.clone())),
                Row::Order(order) => (order.no, None),
                Row::Trade(trade) if trade.buyer == party => (trade.no, order_of(reader, trade.no)?),
                Row::Trade(trade) => (trade.no, None),
                _ => continue,
            };
            if no.at_us() >= within_us.end {
                return Ok(());
            }
            let Some(order) = order else { continue };
            let Some(created_at_us) = order.created_at_us.filter(|at_us| within_us.contains(at_us)) else {
                continue;
            };
            let line = deal(reader, (&mut who, &mut refunds), side, order, created_at_us)?;
            if take(line)?.is_break() {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key()),
            _ => return Ok(()),
        }
    }
}

fn deal(
    reader: &mut dyn Reader,
    (who, refunds): (&mut Who, &mut Refunds),
    side: Side,
    order: Arc<Order>,
    created_at_us: i64,
) -> Result<DealLine, BillError> {
    let state = match order.state {
        OrderState::Offered | OrderState::WaitBuyerPay => DealState::Unpaid,
        OrderState::Paid => held(reader, &order)?,
        OrderState::Finished => DealState::Done,
        OrderState::Closed => DealState::Closed,
    };
    let other = match side {
        Side::Sold => order.buyer,
        Side::Bought => Some(order.seller),
    };
    let refunded_at_us = if order.refunded_minor.units() == 0 {
        None
    } else {
        let all = refunds.all(reader, order.no)?;
        all.iter().rfind(|refund| refund.state == RefundState::Done).map(|refund| refund.at_us)
    };
    let other = who.account(reader, other)?;
    Ok(DealLine { order, created_at_us, state, refunded_at_us, other })
}

/// Where a paid order stands: of a guaranteed trade its escrow says.
fn held(reader: &mut dyn Reader, order: &Order) -> Result<DealState, BillError> {
    Ok(match reader.row(&Key::Escrow((order.slot, order.no)))? {
        Some(Row::Escrow(escrow)) => match escrow.state {
            EscrowState::WaitSellerSend | EscrowState::PartSent => DealState::Unsent,
            EscrowState::WaitBuyerConfirm => DealState::Unconfirmed,
            EscrowState::Finished => DealState::Done,
            EscrowState::Closed => DealState::Closed,
        },
        _ => DealState::Done,
    })
}
