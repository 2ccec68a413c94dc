//! Gives a paid order's money back, wholly or in part, once per refund number; whether it does is decided in
//! `refund_asked`.

use crate::books::Freed;
use crate::split_back::BackPart;
use crate::{
    CancelAction, Cancelled, Fault, Message, RefundAnswer, RefundIn, Reply, Rows, Stop, Which, balance_limit,
    bank, books, escrow, notice, refund_wish, settle_sales, split_back, split_hold, split_restore,
    static_code,
};
use base::{PartyId, Plant, Slot, Text, planted};
use ledger::{Hold, LedgerRefused, Posted, Template};
use money::Money;
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    CancelRefused, NoticeEvent, Order, OrderEvent, OrderState, OutRequestNo, Paying, REFUND_WINDOW_US,
    Refund, RefundRefused, RefundState, SettlementBatch, SplitBook, Trade, TradeState, bounce_fee_back, next,
    refund_fee_back,
};

/// A merchant refunds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundOrder {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
    /// How much, above zero.
    pub amount: Money,
    /// The refund's number; without one only the whole can be refunded, under the order's own number.
    pub out_request_no: Option<OutRequestNo>,
    /// Why, in the merchant's words.
    pub reason: Option<Text<256>>,
    /// What receivers of the order's splits give back for it; at most [`trade::SPLIT_LINES_MAX`]. The merchant bears
    /// the rest.
    pub back: Vec<BackPart>,
}

/// A refund that holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Refunded {
    /// The order after it.
    pub order: Arc<Order>,
    /// The refund.
    pub refund: Arc<Refund>,
    /// Whether money moved now; false when the same refund was made before.
    pub moved: bool,
}

impl RefundOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// Whether the order's state and age allow a refund at all; gives its buyer.
pub(crate) fn refundable(rows: &Rows<'_>, order: &Order) -> Result<PartyId, Stop<RefundRefused>> {
    match order.state {
        OrderState::Offered | OrderState::WaitBuyerPay => return Stop::because(RefundRefused::NotPaid),
        OrderState::Closed => return Stop::because(RefundRefused::AlreadyClosed),
        OrderState::Finished => return Stop::because(RefundRefused::Finished),
        OrderState::Paid => {}
    }
    let (Some(paid_at_us), Some(buyer)) = (order.paid_at_us, order.buyer) else {
        return Err(Stop::Fault(Fault(format!("order {} is paid but has no buyer", order.no))));
    };
    // An escrow is open for as long as its own state says.
    if order.product.goods().is_none() && rows.now_us() >= paid_at_us + REFUND_WINDOW_US {
        return Stop::because(RefundRefused::Finished);
    }
    Ok(buyer)
}

/// A refund about to be made.
pub(crate) struct GivenBack {
    /// What the buyer gets, above zero.
    pub(crate) amount: Money,
    /// What of it receivers of splits gave back: it is in transit already.
    pub(crate) back: Money,
    /// Its number.
    pub(crate) number: OutRequestNo,
    /// Why, in the merchant's words.
    pub(crate) reason: Option<Text<256>>,
    /// Whether a cancel makes it.
    pub(crate) by_cancel: bool,
}

/// What an order has given back with this amount; `None` when that is nothing more, or more than was paid.
pub(crate) fn refunded_with(order: &Order, amount: Money) -> Option<Money> {
    let refunded = order.refunded().checked_add(amount).ok().filter(|_| !amount.is_zero());
    let judged = |sum: Money| if planted(Plant::RefundAgainstTotal) { amount } else { sum };
    refunded.filter(|sum| !judged(*sum).exceeds(order.total()).unwrap_or(true))
}

/// The checks and the merchant's side of a refund, also of one that a cancel makes.
pub(crate) fn give_back(
    rows: &mut Rows<'_>,
    order: &Order,
    given: GivenBack,
) -> Result<(), Stop<RefundRefused>> {
    let GivenBack { amount, back, number, reason, by_cancel } = given;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let buyer = refundable(rows, order)?;
    if order.product.goods().is_some() {
        return escrow::give_back(rows, order, amount, number, reason, by_cancel);
    }
    let Some(refunded) = refunded_with(order, amount) else {
        return Stop::because(RefundRefused::MoreThanLeft);
    };
    let odd = |error: &dyn std::fmt::Display| Fault(format!("refund of order {}: {error}", order.no));
    let fee_back = refund_fee_back(order.fee(), order.fee_returned(), refunded, order.total());
    let fee_back = fee_back.map_err(|error| Fault(format!("fee of order {}: {error}", order.no)))?;
    let fee_returned = order.fee_returned().checked_add(fee_back);
    let fee_returned = fee_returned.map_err(|error| Fault(format!("fee of order {}: {error}", order.no)))?;
    let Paying { own, fee_now, fee_later } =
        Paying::of(amount, back, fee_back).map_err(|error| odd(&error))?;
    let Leaving { posted, book, held, batch } = leaving(rows, order, own, fee_now)?;

    // Nothing can be refused here below this line; a closed buyer sends the money back.
    split_hold::free(rows, held)?;
    if let Some(batch) = batch {
        settle_sales::given_back(rows, &batch, own, fee_now)?;
    }
    if let Some(posted) = posted {
        books::book(rows, posted);
    }
    rows.put(Refund {
        slot,
        order_no: order.no,
        out_request_no: number.clone(),
        state: RefundState::UnderWay,
        currency: order.currency,
        amount_minor: amount.minor(),
        fee_back_minor: fee_back.minor(),
        refunded_after_minor: refunded.minor(),
        reason,
        by_cancel,
        at_us: now_us,
    });
    let order = &Order {
        refunded_minor: refunded.minor(),
        fee_returned_minor: fee_returned.minor(),
        ..order.clone()
    };
    if let Some(book) = book {
        split_restore::given(rows, order, book, back, fee_later)?;
    }
    rows.put(order.clone());
    let message = RefundIn { order_no: order.no, buyer, amount, out_request_no: number };
    rows.send(buyer.slot(), Message::RefundIn(message));
    Ok(())
}

/// What a refund takes from its merchant, checked, and what is held of the order until then.
struct Leaving {
    /// Absent when receivers of splits gave all of it.
    posted: Option<Posted>,
    book: Option<SplitBook>,
    held: Option<Arc<Hold>>,
    batch: Option<SettlementBatch>,
}

/// Asks the ledger for the merchant's own part of a refund, without changing anything. What is held of the order, for
/// splits or until it is settled, is there to be given back.
fn leaving(
    rows: &mut Rows<'_>,
    order: &Order,
    own: Money,
    fee_now: Money,
) -> Result<Leaving, Stop<RefundRefused>> {
    let book = split_hold::book_of(rows, order.no)?;
    let held = split_hold::held(rows, book.as_ref())?;
    let batch = settle_sales::open_batch(rows, order)?;
    let settling = match &batch {
        Some(batch) => settle_sales::freed(rows, batch, own, fee_now)?,
        None => None,
    };
    let freed = match (&held, &settling) {
        (Some(held), _) => Freed::All(held),
        (None, Some((held, left))) => Freed::But(held, *left),
        (None, None) => Freed::Nothing,
    };
    if own.is_zero() {
        return Ok(Leaving { posted: None, book, held, batch });
    }
    let template = Template::RefundOut { seller: order.seller, amount: own, fee_back: fee_now };
    match books::check_freed(rows, template, Some(order.no), freed)? {
        Ok(posted) => Ok(Leaving { posted: Some(posted), book, held, batch }),
        Err(LedgerRefused::BalanceTooLow) => Stop::because(RefundRefused::SellerBalanceTooLow),
        Err(refused) => Err(Stop::Fault(Fault(format!("refund of order {}: {refused}", order.no)))),
    }
}

/// In the buyer's slot: the money arrives, unless the account was given up.
pub(crate) fn refund_in(rows: &mut Rows<'_>, said: &RefundIn) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let party = rows.get::<Party>((slot, said.buyer))?;
    let trade = rows.get::<Trade>((slot, said.order_no))?;
    let card = trade.as_ref().and_then(|trade| trade.bank_order);
    // What a card paid goes back to the card, whoever has closed which account.
    let arrived = card.is_some() || party.is_some_and(|party| party.status != PartyStatus::Closed);
    let arrived = arrived || planted(Plant::RefundToClosedBuyer);
    let (mut whole, mut refunded_after) = (false, Money::zero(said.amount.currency()));
    if arrived {
        match card.filter(|_| !planted(Plant::CardRefundToBalance)) {
            Some(card) => bank::pay::refund(rows, card, said)?,
            None => {
                let template = Template::RefundIn { buyer: said.buyer, amount: said.amount };
                books::must(rows, template, Some(said.order_no))?;
            }
        }
        if let Some(trade) = trade {
            if let Some(paid_at_us) = trade.paid_at_us.filter(|_| card.is_none()) {
                balance_limit::give_back(rows, said.buyer, said.amount, paid_at_us)?;
            }
            static_code::give_back(rows, trade.no, said.amount)?;
            let mut trade = (*trade).clone();
            let refunded = trade.refunded_minor.of(trade.currency).checked_add(said.amount);
            let refunded =
                refunded.map_err(|error| Fault(format!("refunds of trade {}: {error}", trade.no)))?;
            trade.refunded_minor = refunded.minor();
            refunded_after = refunded;
            let counted = if planted(Plant::LastPartLeavesOpen) { said.amount } else { refunded };
            whole = counted == trade.total();
            if whole {
                (trade.state, trade.closed_at_us) = (TradeState::Closed, Some(now_us));
            }
            rows.put(trade);
        }
    }
    let (order_no, out_request_no) = (said.order_no, said.out_request_no.clone());
    rows.send(
        Message::home(order_no),
        Message::RefundAnswer(RefundAnswer { order_no, out_request_no, arrived, whole, refunded_after }),
    );
    Ok(None)
}

/// In the merchant's slot: the refund is done, or the merchant has the money back.
pub(crate) fn refund_answer(rows: &mut Rows<'_>, said: &RefundAnswer) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let refund = rows.get::<Refund>((slot, said.order_no, said.out_request_no.clone()))?;
    let order = rows.get::<Order>((slot, said.order_no))?;
    let (Some(refund), Some(order)) = (refund, order) else {
        return Err(Fault(format!("refund of order {} vanished while it was under way", said.order_no)));
    };
    if order.product.goods().is_some() {
        return escrow::refund_answer(rows, said, &refund);
    }
    let split = split_back::split_of(rows, &order, &refund)?;
    let lines = split_back::given(rows, &order, &refund)?;
    let back = split_back::sum_of(&order, &lines)?;
    let paying = Paying::of(refund.amount(), back, refund.fee_back());
    let paying = paying.map_err(|error| Fault(format!("refund of order {}: {error}", order.no)))?;
    if !said.arrived {
        let reply = returned(rows, &order, &refund, back, paying)?;
        if let Some(split) = split {
            split_restore::restore(rows, &split, &lines)?;
        }
        return Ok(reply);
    }
    if !paying.fee_later.is_zero() {
        let none = Money::zero(order.currency);
        let rest = Template::RefundOut { seller: order.seller, amount: none, fee_back: paying.fee_later };
        books::must(rows, rest, Some(order.no))?;
        if let Some(batch) = settle_sales::open_batch(rows, &order)? {
            settle_sales::given_back(rows, &batch, none, paying.fee_later)?;
        }
    }
    if split.is_some() {
        split_restore::settled(rows, &order, back, paying.fee_later, true)?;
    }
    let mut order = (*order).clone();
    let event = if said.whole { OrderEvent::RefundRest } else { OrderEvent::RefundPart };
    // Of refunds that are under way together, a later one may have closed the order already.
    if order.state != OrderState::Closed {
        let state = next(order.state, event);
        order.state = state
            .ok_or_else(|| Fault(format!("order {} cannot be refunded in {:?}", order.no, order.state)))?;
        if said.whole {
            order.closed_at_us = Some(rows.now_us());
        }
    }
    // The order's own sum counts refunds that are under way and may bounce: nobody is told of those.
    let refunded_after_minor = said.refunded_after.minor();
    let refund = Refund { state: RefundState::Done, refunded_after_minor, ..(*refund).clone() };
    let told = Some(refund.out_request_no.clone());
    notice::tell(rows, &order, NoticeEvent::Refunded, refunded_after_minor, told);
    refund_wish::met(rows, &order, &refund)?;
    rows.put(order.clone());
    rows.put(refund.clone());
    let (order, refund) = (Arc::new(order), Arc::new(refund));
    Ok(Some(if refund.by_cancel {
        Reply::CancelOrder(Ok(Cancelled { order: Some(order), action: Some(CancelAction::Refund) }))
    } else {
        Reply::RefundOrder(Ok(Refunded { order, refund, moved: true }))
    }))
}

/// The buyer could not be reached: the merchant has its own share back, and receivers get theirs.
fn returned(
    rows: &mut Rows<'_>,
    order: &Order,
    refund: &Refund,
    back: Money,
    paying: Paying,
) -> Result<Option<Reply>, Fault> {
    let amount = refund.amount();
    let less = |from: Money, by: Money| {
        from.checked_sub(by).map_err(|error| Fault(format!("refunds of order {}: {error}", order.no)))
    };
    let bounced = if planted(Plant::BouncedRefundCounts) { Money::zero(order.currency) } else { amount };
    let refunded = less(order.refunded(), bounced)?;
    // Not what this refund took along: others may stand behind it, and what is left must fit to them.
    let fee_back = bounce_fee_back(order.fee(), order.fee_returned(), refunded, order.total());
    let fee_again = fee_back.and_then(|fee_back| paying.fee_again(fee_back));
    let fee_again = fee_again.map_err(|error| Fault(format!("fee of order {}: {error}", order.no)))?;
    if !paying.own.is_zero() {
        let fee_back = less(fee_again, paying.fee_later)?;
        let template = Template::RefundReturn { seller: order.seller, amount: paying.own, fee_back };
        books::must(rows, template, Some(order.no))?;
        if let Some(batch) = settle_sales::open_batch(rows, order)? {
            settle_sales::come_back(rows, &batch, paying.own, fee_back)?;
        }
    }
    let fee_returned_minor = less(order.fee_returned(), fee_again)?.minor();
    let order = Order { refunded_minor: refunded.minor(), fee_returned_minor, ..order.clone() };
    split_restore::settled(rows, &order, back, paying.fee_later, false)?;
    rows.put(order);
    rows.put(Refund { state: RefundState::Returned, ..refund.clone() });
    Ok(Some(if refund.by_cancel {
        Reply::CancelOrder(Err(CancelRefused::Refund(RefundRefused::BuyerClosed)))
    } else {
        Reply::RefundOrder(Err(RefundRefused::BuyerClosed))
    }))
}
