//! Whether a refund is made when it is asked for: by a program of the merchant, or by a person who acts for it.

use crate::command::Next;
use crate::query::order_of;
use crate::refund_order::{GivenBack, give_back, refundable, refunded_with};
use crate::{Fault, RefundOrder, Refunded, Reply, Rows, Stop, split_back, staff_act};
use base::{PartyId, Plant, Slot, planted};
use money::Money;
use people::StaffAct;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{BackRefused, Order, OutRequestNo, Refund, RefundRefused, RefundState};

/// A person of a merchant refunds, and says what was shown as left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShopRefund {
    /// What is asked for.
    pub refund: RefundOrder,
    /// What was shown as still refundable: nothing moves when it is another sum by now.
    pub left: Money,
    /// The person.
    pub by: PartyId,
}

/// Why a person's refund is refused. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShopRefundRefused {
    /// The person does not act for the merchant, or in a role that may not refund.
    #[error("whoever asks does not act for the merchant in a role that may refund")]
    NotStaff,
    /// As a program of the merchant is refused.
    #[error(transparent)]
    Refund(#[from] RefundRefused),
    /// Another sum is left than was shown. Stands after what the order's state forbids.
    #[error("{left} may be refunded now")]
    Changed {
        /// What is left.
        left: Money,
    },
}

impl ShopRefund {
    pub(crate) fn slot(&self) -> Slot {
        self.refund.seller.slot()
    }
}

/// What is known of a wish once the order allows refunds at all.
enum Asked {
    /// It was made before under this number.
    Before(Refunded),
    /// It would be the first of this number.
    First(OutRequestNo),
}

pub(crate) fn refund_order(
    rows: &mut Rows<'_>,
    command: &RefundOrder,
) -> Result<Next<Refunded>, Stop<RefundRefused>> {
    let order = order_of(rows, command.seller, &command.which)?.filter(|order| order.exists());
    let Some(order) = order else { return Stop::because(RefundRefused::TradeNotFound) };
    match asked(rows, command, &order)? {
        Asked::Before(refunded) => Ok(Next::Answer(refunded)),
        Asked::First(number) => made(rows, command, &order, number),
    }
}

pub(crate) fn shop_refund(
    rows: &mut Rows<'_>,
    command: &ShopRefund,
) -> Result<Next<Refunded>, Stop<ShopRefundRefused>> {
    let ShopRefund { refund, left: shown, by } = command;
    if !staff_act::may(rows, refund.seller, *by, StaffAct::Refund)? {
        return Stop::because(ShopRefundRefused::NotStaff);
    }
    // The merchant's own people see what nobody took up, too: it is not paid.
    let order = order_of(rows, refund.seller, &refund.which)?;
    let Some(order) = order else { return Stop::because(RefundRefused::TradeNotFound.into()) };
    let asked = asked(rows, refund, &order).map_err(|stop| stop.map(ShopRefundRefused::from))?;
    let number = match asked {
        Asked::Before(refunded) => return Ok(Next::Answer(refunded)),
        Asked::First(number) => number,
    };
    let left = order.total().checked_sub(order.refunded());
    let left = left.map_err(|error| Fault(format!("refunds of order {}: {error}", order.no)))?;
    if left != *shown {
        return Stop::because(ShopRefundRefused::Changed { left });
    }
    let subject = format!("{} {number}", order.no);
    let next = made(rows, refund, &order, number).map_err(|stop| stop.map(ShopRefundRefused::from))?;
    staff_act::done(rows, (refund.seller, *by), "order.refund", &subject)?;
    Ok(next)
}

/// The end of a chain that a person began: it ends as any refund does, and is told in the words of this command.
pub(crate) fn told_to_shop(reply: Reply) -> Reply {
    match reply {
        Reply::RefundOrder(answer) => Reply::ShopRefund(answer.map_err(ShopRefundRefused::from)),
        other => other,
    }
}

/// Whether it was made before, and if not, whether the order allows refunds.
fn asked(
    rows: &mut Rows<'_>,
    command: &RefundOrder,
    order: &Arc<Order>,
) -> Result<Asked, Stop<RefundRefused>> {
    let slot = rows.slot();
    let number = command.out_request_no.clone().unwrap_or_else(|| order.out_trade_no.clone());
    let first = rows.get::<Refund>((slot, order.no, number.clone()))?;
    let first = first.filter(|_| !planted(Plant::RefundNumberForgotten));
    if let Some(first) = first.filter(|first| first.state != RefundState::Returned) {
        if first.amount() != command.amount && !planted(Plant::RefundAmountNotCompared) {
            return Stop::because(RefundRefused::NumberTaken { field: "refund_amount" });
        }
        if split_back::differs(rows, order, &first, &command.back)? {
            return Stop::because(RefundRefused::NumberTaken { field: "refund_royalty_parameters" });
        }
        return Ok(Asked::Before(Refunded { order: order.clone(), refund: first, moved: false }));
    }
    // How it ends is not known: no other answer may come before this one.
    if split_back::is_taking(rows, order, &number)? {
        return Stop::because(BackRefused::UnderWay.into());
    }
    refundable(rows, order)?;
    Ok(Asked::First(number))
}

/// Makes it, or refuses it by its amount.
fn made(
    rows: &mut Rows<'_>,
    command: &RefundOrder,
    order: &Order,
    number: OutRequestNo,
) -> Result<Next<Refunded>, Stop<RefundRefused>> {
    if command.out_request_no.is_none() && command.amount != order.total() {
        return Stop::because(RefundRefused::PartNeedsNumber);
    }
    if refunded_with(order, command.amount).is_none() {
        return Stop::because(RefundRefused::MoreThanLeft);
    }
    if !command.back.is_empty() {
        let refund = split_back::NewBack { amount: command.amount, number, reason: command.reason.clone() };
        split_back::ask(rows, order, refund, &command.back)?;
        return Ok(Next::Chain);
    }
    let none = Money::zero(order.currency);
    give_back(
        rows,
        order,
        GivenBack {
            amount: command.amount,
            back: none,
            number,
            reason: command.reason.clone(),
            by_cancel: false,
        },
    )?;
    Ok(Next::Chain)
}
