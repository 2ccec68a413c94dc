//! The orders of a merchant in pages, newest first; and one that is looked for by a number.

use super::SaleState;
use crate::BillError;
use crate::account::order_of;
use base::{OrderNo, PartyId, Text};
use engine::{Key, Row};
use std::sync::Arc;
use store::Reader;
use trade::Order;

/// Rows read at once.
const PAGE: usize = 100;
/// Rows that one page looks at. A filter that fits little ends there, and the next page goes on.
const LOOKED_MAX: usize = 2_000;

/// Which orders are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SaleFilter {
    /// Those that stand so.
    pub state: Option<SaleState>,
    /// Those that were opened at this moment or later, microseconds UTC.
    pub from_us: Option<i64>,
    /// Those that were opened before this moment, microseconds UTC.
    pub until_us: Option<i64>,
    /// Those with these words in what is sold, in capitals or not.
    pub words: Option<SaleWords>,
}

/// Words that are looked for in what is sold: never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaleWords(String);

impl SaleWords {
    /// Words to look for, without blanks around them; `None` where nothing is left.
    pub fn new(text: &str) -> Option<SaleWords> {
        let text = text.trim().to_lowercase();
        (!text.is_empty()).then_some(SaleWords(text))
    }

    fn are_in(&self, subject: &str) -> bool {
        subject.to_lowercase().contains(&self.0)
    }
}

impl SaleFilter {
    fn fits(&self, order: &Order, now_us: i64) -> bool {
        self.state.is_none_or(|state| state == SaleState::of(order, now_us))
            && self.words.as_ref().is_none_or(|words| words.are_in(order.subject.as_str()))
    }

    /// The number below which a page begins: numbers are made of the moment of opening and of the slot.
    fn below(&self, before: Option<OrderNo>) -> Option<OrderNo> {
        let until = self.until_us.and_then(number_at);
        [until, before].into_iter().flatten().min()
    }

    fn is_older(&self, no: OrderNo) -> bool {
        self.from_us.is_some_and(|from_us| no.at_us() < from_us)
    }
}

/// The lowest number of a moment.
pub(super) fn number_at(at_us: i64) -> Option<OrderNo> {
    OrderNo::from_number(at_us.saturating_mul(100))
}

/// A page of orders.
#[derive(Clone, PartialEq, Debug)]
pub struct SalePage {
    /// Newest first.
    pub orders: Vec<Arc<Order>>,
    /// The next page has the orders below this number; absent when nothing is left. A page may be short, or empty, and
    /// still have one.
    pub next: Option<OrderNo>,
    /// False where it ended because enough was looked at, before it was full and before the orders were all seen.
    pub is_whole: bool,
}

/// The newest orders of a merchant that fit at this moment (microseconds UTC), with numbers below `before`.
///
/// # Errors
/// When the tables cannot be read.
pub fn sale_page(
    reader: &mut dyn Reader,
    seller: PartyId,
    filter: &SaleFilter,
    now_us: i64,
    before: Option<OrderNo>,
    limit: usize,
) -> Result<SalePage, BillError> {
    let (mut below, mut orders, mut looked) = (filter.below(before), Vec::new(), 0);
    while looked < LOOKED_MAX {
        let rows = reader.orders(Some(seller), below, PAGE)?;
        for row in &rows {
            if filter.is_older(row.no) {
                return Ok(SalePage { orders, next: None, is_whole: true });
            }
            if filter.fits(row, now_us) {
                if orders.len() == limit {
                    return Ok(SalePage { orders, next: below, is_whole: true });
                }
                orders.push(row.clone());
            }
            below = Some(row.no);
        }
        looked += rows.len();
        if rows.len() < PAGE {
            return Ok(SalePage { orders, next: None, is_whole: true });
        }
    }
    Ok(SalePage { orders, next: below, is_whole: false })
}

/// The order of a merchant that has this number, ours or its own; ours wins.
///
/// # Errors
/// When the tables cannot be read.
pub fn sale_of(
    reader: &mut dyn Reader,
    seller: PartyId,
    number: &str,
) -> Result<Option<Arc<Order>>, BillError> {
    if let Ok(no) = number.parse::<OrderNo>()
        && let Some(order) = own(reader, seller, no)?
    {
        return Ok(Some(order));
    }
    let Ok(out_trade_no) = Text::new(number) else { return Ok(None) };
    match reader.row(&Key::OrderNumber((seller.slot(), seller, out_trade_no)))? {
        Some(Row::OrderNumber(named)) => own(reader, seller, named.no),
        _ => Ok(None),
    }
}

fn own(reader: &mut dyn Reader, seller: PartyId, no: OrderNo) -> Result<Option<Arc<Order>>, BillError> {
    Ok(order_of(reader, no)?.filter(|order| order.seller == seller))
}
