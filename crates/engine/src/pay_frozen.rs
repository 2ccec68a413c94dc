//! Pays an order from frozen money (`trade.pay` with `auth_no`), once per order number.
//!
//! The merchant's slot keeps the account of the freeze, so it knows that the money is there: the payer's slot does not
//! refuse. An order that was closed while its money was under way gives it back to the freeze.

use crate::command::Next;
use crate::find_freeze::{WhichFreeze, freeze_of};
use crate::freeze::must_get;
use crate::open_order::{OpenOrder, differs, merchant, new_order, when_unpaid};
use crate::order_paid::take_money;
use crate::unfreeze::{done, free_number, number_of, settle, take_free, write};
use crate::{
    ChargeReturned, Fault, FreezeCharge, FreezeCharged, Message, Opened, OrderPaid, Reply, RestReleased,
    Rows, Stop, close_order, freeze_notice, receiving, split_order,
};
use base::{FreezeNo, OperationNo, PartyId, Slot};
use money::Currency;
use people::PartyStatus;
use serde::{Deserialize, Serialize};
use trade::{
    ContractProduct, Freeze, FreezeOperation, FreezeProduct, FreezeState, OperationBy, OperationKind,
    OperationState, Order, OrderEvent, OrderNumber, OrderState, PayFrozenRefused, next,
};

/// A merchant pays itself from a freeze.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayFrozen {
    /// The order, without a code; its named buyer must be the freeze's payer when given.
    pub order: OpenOrder,
    /// The freeze.
    pub freeze: FreezeNo,
    /// The product that the freeze must be of.
    pub product: FreezeProduct,
    /// Whether this payment is the last and sets the rest free.
    pub complete: bool,
}

impl PayFrozen {
    pub(crate) fn slot(&self) -> Slot {
        self.order.slot()
    }
}

pub(crate) fn pay_frozen(
    rows: &mut Rows<'_>,
    command: &PayFrozen,
) -> Result<Next<Opened>, Stop<PayFrozenRefused>> {
    let (slot, order) = (rows.slot(), &command.order);
    let Some(party) = merchant(rows, order.seller, order.app)? else {
        return Stop::because(PayFrozenRefused::SellerNotFound);
    };
    let freeze = freeze_of(rows, order.seller, &WhichFreeze::No(command.freeze))?;
    let number = rows.get::<OrderNumber>((slot, order.seller, order.out_trade_no.clone()))?;
    if let Some(number) = number {
        return again(rows, command, freeze.as_deref(), number.no).map(Next::Answer);
    }
    if party.status != PartyStatus::Normal {
        return Stop::because(PayFrozenRefused::SellerBlocked);
    }
    if let Err(refused) = receiving::allows(rows, &party, order.meaning.total)? {
        return Stop::because(PayFrozenRefused::Receiving(refused));
    }
    let expires_at_us = when_unpaid(rows, order);
    if expires_at_us <= rows.now_us() {
        return Stop::because(PayFrozenRefused::ExpiryPassed);
    }
    let Some(freeze) = freeze else { return Stop::because(PayFrozenRefused::FreezeNotFound) };
    let payer = may_pay(rows, command, &freeze)?;

    // Nothing can be refused here below this line; an order that is closed meanwhile sends the money back.
    let mut made = new_order(rows, order, payer, expires_at_us)?;
    made.buyer_login_masked = freeze.payer_login_masked.clone();
    rows.insert(OrderNumber {
        slot,
        seller: order.seller,
        out_trade_no: order.out_trade_no.clone(),
        no: made.no,
    });
    charge(rows, command, &freeze, &made, payer)?;
    split_order::hold_if_asked(rows, order, &made);
    rows.insert(made);
    Ok(Next::Chain)
}

/// Whether the freeze can pay this; gives its payer.
fn may_pay(rows: &Rows<'_>, command: &PayFrozen, freeze: &Freeze) -> Result<PartyId, Stop<PayFrozenRefused>> {
    if freeze.product != command.product {
        return Stop::because(PayFrozenRefused::ProductDiffers);
    }
    let named = command.order.meaning.named_buyer;
    if named.is_some_and(|named| freeze.payer.is_some_and(|payer| payer != named)) {
        return Stop::because(PayFrozenRefused::PayerDiffers);
    }
    match freeze.state {
        FreezeState::Init => return Stop::because(PayFrozenRefused::NotFrozen),
        FreezeState::Finish => return Stop::because(PayFrozenRefused::AlreadyFinished),
        FreezeState::Closed => return Stop::because(PayFrozenRefused::AlreadyClosed),
        FreezeState::Authorized => {}
    }
    if freeze.ends_at_us.is_some_and(|ends_at_us| rows.now_us() >= ends_at_us) {
        return Stop::because(PayFrozenRefused::AlreadyClosed);
    }
    let total = command.order.meaning.total;
    if total.is_zero() || total.currency() != Currency::Cny || total.exceeds(freeze.rest()).unwrap_or(true) {
        return Stop::because(PayFrozenRefused::MoreThanRest);
    }
    freeze.payer.ok_or_else(|| Stop::Fault(Fault(format!("freeze {} holds money of nobody", freeze.no))))
}

/// A request under an order number that was used before.
fn again(
    rows: &mut Rows<'_>,
    command: &PayFrozen,
    freeze: Option<&Freeze>,
    no: base::OrderNo,
) -> Result<Opened, Stop<PayFrozenRefused>> {
    let taken = |field| Stop::because(PayFrozenRefused::NumberTaken { field });
    let order = rows.get::<Order>((rows.slot(), no))?;
    let order = order.ok_or_else(|| Fault(format!("order {no} has a number but no row")))?;
    let operation = match freeze {
        Some(freeze) => number_of(rows, freeze, OperationKind::Pay, &command.order.out_trade_no)?,
        None => None,
    };
    let Some(operation) = operation.filter(|operation| operation.order_no == Some(no)) else {
        return taken("auth_no");
    };
    if let Some(field) = differs(rows, &command.order, &order)? {
        return taken(field);
    }
    if freeze.is_none_or(|freeze| freeze.product != command.product) {
        return taken("product_code");
    }
    if (operation.by == OperationBy::Completion) != command.complete {
        return taken("auth_confirm_mode");
    }
    match order.state {
        OrderState::Paid | OrderState::Finished => Ok(Opened::paid(order)),
        OrderState::Closed => Stop::because(PayFrozenRefused::OrderClosed),
        OrderState::Offered | OrderState::WaitBuyerPay => Ok(Opened::waiting(order)),
    }
}

/// Writes the payment, and the release of the rest when it is the last one, and sends both on their way.
fn charge(
    rows: &mut Rows<'_>,
    command: &PayFrozen,
    freeze: &Freeze,
    order: &Order,
    payer: PartyId,
) -> Result<(), Fault> {
    let fault = |error: money::MoneyError| Fault(format!("freeze {}: {error}", freeze.no));
    let no = OperationNo::of(rows.stamp(), rows.slot());
    let amount = order.total();
    let rest_minor = freeze.rest().checked_sub(amount).map_err(fault)?.minor();
    let paid_minor = freeze.money(freeze.paid_minor).checked_add(amount).map_err(fault)?.minor();
    let after = Freeze { rest_minor, paid_minor, under_way: freeze.under_way + 1, ..freeze.clone() };
    let by = if command.complete { OperationBy::Completion } else { OperationBy::Merchant };
    let pay = FreezeOperation {
        slot: freeze.slot,
        freeze: freeze.no,
        no,
        kind: OperationKind::Pay,
        out_request_no: order.out_trade_no.clone(),
        by,
        state: OperationState::UnderWay,
        currency: freeze.currency,
        amount_minor: amount.minor(),
        rest_after_minor: after.rest_minor,
        remark: None,
        order_no: Some(order.no),
        notify_url: None,
        at_us: rows.now_us(),
        done_at_us: None,
    };
    // The release is written when it is done: a decision gives one number of an operation.
    let (after, release) = if command.complete && after.rest_minor.units() > 0 {
        let rest = after.rest();
        (take_free(&after, rest)?, Some(rest))
    } else {
        (after, None)
    };
    write(rows, freeze, pay);
    rows.put(after);
    let (freeze, operation, order_no, subject) = (freeze.no, no, order.no, order.subject.clone());
    let message = FreezeCharge { freeze, order_no, operation, amount, subject, release };
    rows.send(payer.slot(), Message::FreezeCharge(message));
    Ok(())
}

/// In the merchant's slot: the rest is free that came with the last payment, or what one brought back too late.
pub(crate) fn rest_released(rows: &mut Rows<'_>, said: &RestReleased) -> Result<Option<Reply>, Fault> {
    let (no, at_us) = (OperationNo::of(rows.stamp(), rows.slot()), rows.now_us());
    let before = must_get(rows, said.freeze)?;
    let freeze = settle(rows, &before)?;
    let operation = FreezeOperation {
        slot: freeze.slot,
        freeze: freeze.no,
        no,
        kind: OperationKind::Unfreeze,
        out_request_no: free_number(rows, &freeze, no)?,
        by: OperationBy::Completion,
        state: OperationState::Done,
        currency: freeze.currency,
        amount_minor: said.amount.minor(),
        rest_after_minor: freeze.rest_minor,
        remark: None,
        order_no: None,
        notify_url: None,
        at_us,
        done_at_us: Some(at_us),
    };
    write(rows, &freeze, operation.clone());
    freeze_notice::unfrozen(rows, &freeze, &operation)?;
    rows.put(freeze);
    Ok(None)
}

/// In the merchant's slot: the order takes the money, or it goes back to the freeze when the order was closed.
pub(crate) fn freeze_charged(rows: &mut Rows<'_>, said: &FreezeCharged) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let freeze = must_get(rows, said.freeze)?;
    let order = rows.get::<Order>((slot, said.order_no))?;
    let order = order.ok_or_else(|| Fault(format!("order {} vanished while it was paid", said.order_no)))?;
    let payer = freeze.payer.ok_or_else(|| Fault(format!("freeze {} has no payer", freeze.no)))?;
    let login = freeze.payer_login_masked.clone();
    let paid = OrderPaid {
        order_no: order.no,
        buyer: payer,
        buyer_login_masked: login.ok_or_else(|| Fault(format!("freeze {} names no payer", freeze.no)))?,
        amount: order.total(),
        attempt: None,
        card: None,
    };
    let (freeze, answer) = match take_money(rows, &order, &paid, ContractProduct::PreAuthorisation)? {
        Some(order) => {
            done(rows, &freeze, said.operation, OperationState::Done)?;
            (settle(rows, &freeze)?, Ok(Opened::paid(order)))
        }
        None => {
            if next(order.state, OrderEvent::Close).is_some() {
                close_order::shut(rows, &order);
            }
            let back = give_back(rows, &freeze, &order, payer)?;
            done(rows, &freeze, said.operation, OperationState::Returned)?;
            (settle(rows, &back)?, Err(PayFrozenRefused::OrderClosed))
        }
    };
    if let Some(amount) = said.release {
        // Told in a decision of its own: each gives one number of an operation and of a notice.
        let released = RestReleased { freeze: freeze.no, amount };
        rows.send(slot, Message::RestReleased(released));
    }
    rows.put(freeze);
    Ok(Some(Reply::PayFrozen(answer)))
}

/// The freeze with the money of a payment that its order could not take: frozen again, or free when its life is over.
fn give_back(rows: &mut Rows<'_>, freeze: &Freeze, order: &Order, payer: PartyId) -> Result<Freeze, Fault> {
    let fault = |error: money::MoneyError| Fault(format!("freeze {}: {error}", freeze.no));
    let amount = order.total();
    let hold_again = freeze.ends_at_us.is_some_and(|ends_at_us| rows.now_us() < ends_at_us);
    let mut back = freeze.clone();
    back.paid_minor = freeze.money(freeze.paid_minor).checked_sub(amount).map_err(fault)?.minor();
    if hold_again {
        back.rest_minor = freeze.rest().checked_add(amount).map_err(fault)?.minor();
    } else {
        back.unfrozen_minor = freeze.money(freeze.unfrozen_minor).checked_add(amount).map_err(fault)?.minor();
        // It is free at the payer's already; a decision of its own writes the release and tells of it.
        back.under_way += 1;
        rows.send(rows.slot(), Message::RestReleased(RestReleased { freeze: freeze.no, amount }));
    }
    let (freeze, order_no) = (freeze.no, order.no);
    let message = ChargeReturned { freeze, order_no, amount, hold_again };
    rows.send(payer.slot(), Message::ChargeReturned(message));
    Ok(back)
}
