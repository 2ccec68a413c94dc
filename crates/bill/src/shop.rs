//! What a merchant's own page shows: the orders it sold, one of them in full, a day beside the same weekday before, and
//! the closed days.
//!
//! Lists and days of the page come from the orders as they stand, so that what was just paid is seen; closed days come
//! from the postings, as the bills do. Every reading has a limit, and says when it met it: a page that is polled must
//! not read a busy merchant's year each time.

mod closed;
mod dashboard;
mod list;
#[cfg(test)]
mod samples;
mod settled;
mod story;

pub use closed::{CLOSED_DAYS_MAX, ClosedDay, ClosedPage, ClosedSums, ClosedTold, closed_days};
pub use dashboard::{
    DASHBOARD_ORDERS_MAX, HOURS, REPURCHASE_DAYS, Repurchase, ShopDashboard, ShopDay, Takings, shop_dashboard,
};
pub use list::{SaleFilter, SalePage, SaleWords, sale_of, sale_page};
pub use settled::{SettledPage, settled_page};
pub use story::{STORY_ROWS_MAX, SalePart, SaleStory, sale_story};

use trade::{Order, OrderState, REFUND_WINDOW_US};

/// Where a sale stands for its merchant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SaleState {
    /// Not paid yet; also what nobody took up.
    Waiting,
    /// Paid, and may be refunded; also what was refunded in part.
    Paid,
    /// Paid, and all of it was given back.
    Refunded,
    /// Paid too long ago to be refunded.
    Finished,
    /// Never paid, and cannot be any more.
    Closed,
}

impl SaleState {
    /// Where an order stands at a moment, microseconds UTC: that its time for refunds is over is written nowhere.
    pub fn of(order: &Order, now_us: i64) -> SaleState {
        match order.state {
            OrderState::Offered | OrderState::WaitBuyerPay => SaleState::Waiting,
            OrderState::Paid if is_over(order, now_us) => SaleState::Finished,
            OrderState::Paid => SaleState::Paid,
            OrderState::Finished => SaleState::Finished,
            OrderState::Closed if order.paid_at_us.is_some() => SaleState::Refunded,
            OrderState::Closed => SaleState::Closed,
        }
    }
}

/// Whether the time for refunds is over. An escrow is open for as long as its own state says.
fn is_over(order: &Order, now_us: i64) -> bool {
    let until_us = order.paid_at_us.map(|paid_at_us| paid_at_us.saturating_add(REFUND_WINDOW_US));
    order.product.goods().is_none() && until_us.is_some_and(|until_us| now_us >= until_us)
}
