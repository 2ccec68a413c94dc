//! What buyers ask their merchants to give back, as the tables have it.

use crate::BillError;
use crate::account::order_of;
use base::{OrderNo, PartyId};
use engine::{Key, Row};
use std::sync::Arc;
use store::Reader;
use trade::{Order, REFUND_WINDOW_US, REFUND_WISHES_MAX, RefundWish, RefundWishState, Trade, TradeState};

/// What a buyer asked of one order, and whether it may ask now.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Asking {
    /// The last asking.
    pub wish: Option<Arc<RefundWish>>,
    /// Whether the next one would be taken.
    pub may_ask: bool,
}

/// Wishes of a merchant's buyers that wait for an answer.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenWishes {
    /// The oldest order first.
    pub wishes: Vec<(Arc<RefundWish>, Arc<Order>)>,
    /// The next page has the orders above this number; absent when nothing is left.
    pub next: Option<OrderNo>,
}

/// The last asking of an order of a merchant.
///
/// # Errors
/// When the tables cannot be read.
pub fn refund_wish_of(
    reader: &mut dyn Reader,
    seller: PartyId,
    no: OrderNo,
) -> Result<Option<Arc<RefundWish>>, BillError> {
    match reader.row(&Key::RefundWish((no.slot(), seller, no)))? {
        Some(Row::RefundWish(wish)) => Ok(Some(wish)),
        _ => Ok(None),
    }
}

/// What the buyer of a trade asked for, and whether it may ask at this moment (microseconds UTC). Of a guaranteed trade
/// it may not: that has cases.
///
/// # Errors
/// When the tables cannot be read.
pub fn asking_of(reader: &mut dyn Reader, trade: &Trade, now_us: i64) -> Result<Asking, BillError> {
    let wish = refund_wish_of(reader, trade.seller, trade.no)?;
    let is_left = trade.refunded_minor.units() < trade.total_minor.units();
    let is_in_time =
        trade.paid_at_us.is_some_and(|paid_at_us| now_us < paid_at_us.saturating_add(REFUND_WINDOW_US));
    let is_free = wish
        .as_ref()
        .is_none_or(|wish| wish.state != RefundWishState::Open && wish.asking < REFUND_WISHES_MAX);
    let may_ask = trade.state == TradeState::Paid
        && is_left
        && is_in_time
        && is_free
        && reader.row(&Key::Escrow((trade.no.slot(), trade.no)))?.is_none();
    Ok(Asking { wish, may_ask })
}

/// The wishes of a merchant's buyers that wait, of orders with numbers above one.
///
/// # Errors
/// When the tables cannot be read.
pub fn open_wishes(
    reader: &mut dyn Reader,
    seller: PartyId,
    after: Option<OrderNo>,
    limit: usize,
) -> Result<OpenWishes, BillError> {
    let mut found = reader.open_refund_wishes(seller, after, limit.saturating_add(1))?;
    let is_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| is_more).map(|wish| wish.order_no);
    let mut wishes = Vec::with_capacity(found.len());
    for wish in found {
        if let Some(order) = order_of(reader, wish.order_no)? {
            wishes.push((wish, order));
        }
    }
    Ok(OpenWishes { wishes, next })
}
