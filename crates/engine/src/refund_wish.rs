//! A buyer asks its merchant for money back; the merchant gives it, or says why not. The wish lies with its order, in
//! the merchant's slot, so that it is asked for and answered where the order is decided. No money moves by asking.

use crate::command::Next;
use crate::refund_order::refundable;
use crate::{Fault, Rows, Stop, staff_act};
use base::{OrderNo, PartyId, Slot};
use people::StaffAct;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    Order, REFUND_WISHES_MAX, Refund, RefundRefused, RefundWish, RefundWishRefused, RefundWishState, WishKey,
    WishReason,
};

/// A buyer asks for a refund of what it paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskRefund {
    /// The buyer.
    pub buyer: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// The key of the asking: sent again with the same one, it is the same.
    pub key: WishKey,
    /// Why.
    pub reason: WishReason,
}

/// A person of the merchant says no to what was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefuseRefundWish {
    /// The merchant.
    pub seller: PartyId,
    /// The order.
    pub order_no: OrderNo,
    /// Which asking was read: a later one is not answered by it.
    pub asking: u32,
    /// Why not.
    pub reason: WishReason,
    /// The person.
    pub by: PartyId,
}

/// Why nobody says no. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefuseWishRefused {
    /// The person does not act for the merchant, or in a role that may not refund.
    #[error("whoever asks does not act for the merchant in a role that may refund")]
    NotStaff,
    /// Nobody asks for a refund of this order.
    #[error("nobody asked for a refund of this order")]
    NotFound,
    /// It was answered in another way, or asked for anew.
    #[error("the wish was answered meanwhile, or asked for anew")]
    Changed,
}

impl AskRefund {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }
}

impl RefuseRefundWish {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn ask_refund(
    rows: &mut Rows<'_>,
    command: &AskRefund,
) -> Result<Next<Arc<RefundWish>>, Stop<RefundWishRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let order = rows.get::<Order>((slot, command.order_no))?;
    let Some(order) = order.filter(|order| order.buyer == Some(command.buyer)) else {
        return Stop::because(RefundWishRefused::TradeNotFound);
    };
    let before = rows.get::<RefundWish>((slot, order.seller, order.no))?;
    if let Some(before) = before.as_ref().filter(|before| before.key == command.key) {
        if before.reason != command.reason {
            return Stop::because(RefundWishRefused::KeyTaken);
        }
        return Ok(Next::Answer(before.clone()));
    }
    // It was taken and answered, and asked anew since: a wish that comes again so late is told what there is now.
    if let Some(before) = before.as_ref().filter(|before| before.was_asked_with(&command.key)) {
        return Ok(Next::Answer(before.clone()));
    }
    if order.product.goods().is_some() {
        return Stop::because(RefundWishRefused::Guaranteed);
    }
    refundable(rows, &order).map_err(|stop| stop.map(not_now))?;
    if order.refunded() == order.total() {
        return Stop::because(RefundWishRefused::Over);
    }
    if before.as_ref().is_some_and(|before| before.state == RefundWishState::Open) {
        return Stop::because(RefundWishRefused::Open);
    }
    let asking = before.as_ref().map_or(0, |before| before.asking).saturating_add(1);
    if asking > REFUND_WISHES_MAX {
        return Stop::because(RefundWishRefused::TooOften);
    }
    let (first_key, second_key) = match before.as_deref() {
        None => (None, None),
        Some(RefundWish { first_key: None, key, .. }) => (Some(key.clone()), None),
        Some(RefundWish { first_key, key, .. }) => (first_key.clone(), Some(key.clone())),
    };

    // Nothing can be refused below this line; nothing was changed above it.
    let wish = Arc::new(RefundWish {
        slot,
        seller: order.seller,
        order_no: order.no,
        buyer: command.buyer,
        state: RefundWishState::Open,
        asking,
        key: command.key.clone(),
        first_key,
        second_key,
        reason: command.reason.clone(),
        asked_at_us: now_us,
        answer: None,
        answered_at_us: None,
    });
    rows.put_shared(wish.clone());
    Ok(Next::Answer(wish))
}

/// What forbids a refund, to somebody who asks for one.
fn not_now(why: RefundRefused) -> RefundWishRefused {
    match why {
        RefundRefused::NotPaid => RefundWishRefused::NotPaid,
        _ => RefundWishRefused::Over,
    }
}

pub(crate) fn refuse_refund_wish(
    rows: &mut Rows<'_>,
    command: &RefuseRefundWish,
) -> Result<Next<Arc<RefundWish>>, Stop<RefuseWishRefused>> {
    let RefuseRefundWish { seller, order_no, asking, reason, by } = command;
    if !staff_act::may(rows, *seller, *by, StaffAct::Refund)? {
        return Stop::because(RefuseWishRefused::NotStaff);
    }
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Some(wish) = rows.get::<RefundWish>((slot, *seller, *order_no))? else {
        return Stop::because(RefuseWishRefused::NotFound);
    };
    if wish.asking != *asking {
        return Stop::because(RefuseWishRefused::Changed);
    }
    match wish.state {
        RefundWishState::Open => {}
        RefundWishState::Refused if wish.answer.as_ref() == Some(reason) => return Ok(Next::Answer(wish)),
        RefundWishState::Refused | RefundWishState::Met => return Stop::because(RefuseWishRefused::Changed),
    }

    // Nothing can be refused below this line; nothing was changed above it.
    staff_act::done(rows, (*seller, *by), "order.refuse_refund", &order_no.to_string())?;
    let wish = Arc::new(RefundWish {
        state: RefundWishState::Refused,
        answer: Some(reason.clone()),
        answered_at_us: Some(now_us),
        ..(*wish).clone()
    });
    rows.put_shared(wish.clone());
    Ok(Next::Answer(wish))
}

/// A refund reached its buyer: what was asked for is met, unless the merchant had made it before the buyer asked.
pub(crate) fn met(rows: &mut Rows<'_>, order: &Order, refund: &Refund) -> Result<(), Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let wish = rows.get::<RefundWish>((slot, order.seller, order.no))?;
    let is_open = |wish: &RefundWish| wish.state == RefundWishState::Open;
    if let Some(wish) = wish.filter(|wish| is_open(wish) && wish.asked_at_us <= refund.at_us) {
        let (state, answered_at_us) = (RefundWishState::Met, Some(now_us));
        rows.put(RefundWish { state, answered_at_us, ..(*wish).clone() });
    }
    Ok(())
}
