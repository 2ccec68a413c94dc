//! Looking at splits: these change nothing.

use crate::command::Next;
use crate::query::order_of;
use crate::split_left::left;
use crate::split_order::{fresh, of_number, view};
use crate::{Rows, SplitView, Stop, Which};
use base::{OrderNo, PartyId, Slot};
use money::Money;
use serde::{Deserialize, Serialize};
use trade::{OutRequestNo, Split, SplitBook, SplitKind, can_be_split};

/// How a merchant names a split.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum WhichSplit {
    /// By its place in the order, out of `settle_no`.
    Place(u32),
    /// By the merchant's number.
    Number(OutRequestNo),
}

/// A merchant looks at one split of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindSplit {
    /// The merchant.
    pub seller: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// Which of its splits.
    pub which: WhichSplit,
}

/// Why a split cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindSplitRefused {
    /// There is no such trade, or it is another merchant's.
    #[error("trade does not exist, or is another merchant's")]
    TradeNotFound,
    /// The trade has no such split.
    #[error("the trade has no such split")]
    SplitNotFound,
}

impl FindSplit {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn find_split(
    rows: &mut Rows<'_>,
    query: &FindSplit,
) -> Result<Next<SplitView>, Stop<FindSplitRefused>> {
    let Some(order) = order_of(rows, query.seller, &Which::No(query.order_no))? else {
        return Stop::because(FindSplitRefused::TradeNotFound);
    };
    let slot = rows.slot();
    let split = match &query.which {
        WhichSplit::Place(place) => rows.get::<Split>((slot, order.no, *place))?,
        WhichSplit::Number(number) => match rows.get::<SplitBook>((slot, order.no))? {
            Some(book) => of_number(rows, &book, SplitKind::Out, number)?,
            None => None,
        },
    };
    let Some(split) = split else { return Stop::because(FindSplitRefused::SplitNotFound) };
    Ok(Next::Answer(view(rows, order.seller, split)?))
}

/// A merchant asks what of an order may still be split.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindSplittable {
    /// The merchant.
    pub seller: PartyId,
    /// The order.
    pub order_no: OrderNo,
}

impl FindSplittable {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn find_splittable(
    rows: &mut Rows<'_>,
    query: &FindSplittable,
) -> Result<Next<Money>, Stop<trade::FindRefused>> {
    let order = order_of(rows, query.seller, &Which::No(query.order_no))?.filter(|order| order.exists());
    let Some(order) = order else { return Stop::because(trade::FindRefused::TradeNotFound) };
    let book = rows.get::<SplitBook>((rows.slot(), order.no))?;
    let book = book.map_or_else(|| fresh(&order), |book| (*book).clone());
    let closed = can_be_split(&order, rows.now_us()).is_err();
    let left = left(rows, &order, &book)?;
    Ok(Next::Answer(if closed { Money::zero(order.currency) } else { left }))
}
