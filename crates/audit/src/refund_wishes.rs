//! What buyers ask for: each wish is of whoever paid its order, answered as its state says, and met by a refund alone.

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use base::Record;
use engine::Tabled;
use trade::{RefundState, RefundWish, RefundWishState};

/// Looks at a wish; orders and refunds were seen before it.
pub(crate) fn wish(row: &RefundWish, orders: &mut Orders, findings: &mut Findings) {
    let mut check = |holds: bool, message: &str| {
        if !holds {
            let key = text_of_key(&RefundWish::wrap_key(row.key()));
            findings.add(FindingKind::RefundWrong, "refund_wish", key, message);
        }
    };
    check(row.is_whole(), "it is not answered as its state says");
    check(row.slot == row.order_no.slot(), "it lies in another slot than its order does");
    check(!row.reason.as_str().is_empty(), "it says nothing");
    let Some(order) = orders.found(row.order_no) else {
        check(false, "its order is not there");
        return;
    };
    check(order.seller == row.seller, "its order is another merchant's");
    check(order.buyer == Some(row.buyer), "its order is another buyer's");
    check(!order.is_escrow, "a guaranteed trade has cases");
    let is_paid = order.paid_at_us.is_some_and(|paid_at_us| paid_at_us < row.asked_at_us);
    check(is_paid, "its order was not paid when it was asked for");
    let mut done = order.refunds.iter().filter(|refund| refund.state == RefundState::Done);
    match row.state {
        RefundWishState::Open => {
            // At the very moment of the asking, nothing tells which of the two came first.
            let is_met = done.any(|refund| refund.at_us > row.asked_at_us);
            check(!is_met, "money was given back since it was asked for, and it waits");
        }
        RefundWishState::Met => {
            let is_met = done.any(|refund| refund.at_us >= row.asked_at_us);
            check(is_met, "it is met, and nothing was given back since it was asked for");
        }
        RefundWishState::Refused => {}
    }
}
