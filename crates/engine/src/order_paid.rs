//! The merchant's side of a payment: credit, fee, notice. And the way back when the order cannot take the money.

use crate::agreement::signing;
use crate::claim_order::tell_forgotten;
use crate::{
    Fault, Message, Opened, OrderPaid, PayReturned, Reply, Rows, TradeClosed, balance_limit, bank, books,
    close_order, contract, escrow, notice, receiving, settle_sales, split_hold, static_code,
};
use base::{Plant, planted};
use ledger::Template;
use money::{Minor, Money};
use people::{Party, PartyStatus};
use std::sync::Arc;
use trade::{
    ContractProduct, NoticeEvent, OpenRefused, Order, OrderEvent, PayRefused, Receipt, ReceiptOutcome, Trade,
    TradeState, next,
};

/// In the merchant's slot: takes the money, or sends it back when the order was closed or is too late.
pub(crate) fn order_paid(rows: &mut Rows<'_>, said: &OrderPaid) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Some(order) = rows.get::<Order>((slot, said.order_no))? else {
        // It was confirmed before its buyer heard that it was never there.
        send_back(rows, said);
        tell_forgotten(rows, said.order_no, said.buyer);
        return Ok(None);
    };
    let Some(order_paid) = take_money(rows, &order, said, order.product.contract())? else {
        if next(order.state, OrderEvent::Close).is_some() {
            // Its time is over, or its merchant is gone: it will not be paid any more.
            close_order::shut(rows, &order);
        }
        if let Some(attempt) = said.attempt {
            let (order_no, outcome) = (order.no, ReceiptOutcome::OrderClosed);
            rows.put(Receipt { slot, order_no, attempt, outcome, at_us: now_us });
        }
        send_back(rows, said);
        return Ok(None);
    };
    signing::sign_with(rows, &order_paid)?;
    if said.card.is_some() {
        return Ok(None);
    }
    Ok(Some(match said.attempt {
        Some(attempt) => {
            let (order_no, outcome) = (order.no, ReceiptOutcome::Paid);
            rows.put(Receipt { slot, order_no, attempt, outcome, at_us: now_us });
            Reply::OpenOrder(Ok(Opened::paid(order_paid)))
        }
        None => Reply::ConfirmPay(Ok(order_paid)),
    }))
}

/// Credits the merchant, less the fee of the product's contract, and writes the order as paid, with its notice. `None`,
/// with nothing changed, when the order cannot take the money: it was closed or is too late, or its merchant is gone.
pub(crate) fn take_money(
    rows: &mut Rows<'_>,
    order: &Order,
    said: &OrderPaid,
    product: ContractProduct,
) -> Result<Option<Arc<Order>>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    // Money may come in to a frozen merchant, but not into an account that was given up.
    let seller = rows.get::<Party>((slot, order.seller))?;
    let open = seller.as_ref().is_some_and(|seller| seller.status != PartyStatus::Closed);
    let open = open || planted(Plant::ClosedMerchantIsPaid);
    // Other orders may have used the room since this one was opened.
    let room = match &seller {
        Some(seller) => receiving::allows(rows, seller, said.amount)?.is_ok(),
        None => true,
    };
    let in_time = now_us < order.expires_at_us || planted(Plant::LatePaymentTaken);
    let fits = open && room && said.amount == order.total() && in_time;
    let Some(state) = next(order.state, OrderEvent::Pay).filter(|_| fits) else { return Ok(None) };
    let told = |buyer: &base::PartyId| *buyer != said.buyer && !planted(Plant::SecondBuyerNotTold);
    if let Some(buyer) = order.buyer.filter(told) {
        // Another buyer was to confirm while this one's money was under way.
        rows.send(buyer.slot(), Message::TradeClosed(TradeClosed { order_no: order.no, buyer }));
    }
    let mut order = Order {
        state,
        buyer: Some(said.buyer),
        buyer_login_masked: Some(said.buyer_login_masked.clone()),
        paid_at_us: Some(now_us),
        card: said.card.as_ref().map(|card| card.kind),
        card_bank: said.card.as_ref().map(|card| card.bank.clone()),
        ..order.clone()
    };
    close_order::forget_timer(rows, &mut order);
    if let Some(seller) = &seller {
        receiving::count(rows, seller, said.amount)?;
    }
    Ok(Some(match order.product.goods() {
        Some(goods) => Arc::new(escrow::paid_in(rows, order, goods, said)?),
        None => paid_in(rows, order, said, product)?,
    }))
}

/// The merchant has the money, less the fee, and hears of it.
fn paid_in(
    rows: &mut Rows<'_>,
    order: Order,
    said: &OrderPaid,
    product: ContractProduct,
) -> Result<Arc<Order>, Fault> {
    let fee = contract::fee_of(rows, order.seller, product, said.amount)?;
    books::must(rows, Template::PayIn { seller: order.seller, amount: said.amount, fee }, Some(order.no))?;
    let order = settle_sales::sold(rows, Order { fee_minor: fee.minor(), ..order }, product)?;
    split_hold::renew(rows, &order, Money::zero(order.currency))?;
    notice::tell(rows, &order, NoticeEvent::Paid, Minor::ZERO, None);
    let order = Arc::new(order);
    rows.put_shared(order.clone());
    Ok(order)
}

/// The order cannot take the money.
fn send_back(rows: &mut Rows<'_>, said: &OrderPaid) {
    let OrderPaid { order_no, buyer, amount, attempt, .. } = *said;
    let by_card = said.card.is_some();
    rows.send(buyer.slot(), Message::PayReturned(PayReturned { order_no, buyer, amount, attempt, by_card }));
}

/// In the buyer's slot: the money is back, the trade is closed.
pub(crate) fn pay_returned(rows: &mut Rows<'_>, said: &PayReturned) -> Result<Option<Reply>, Fault> {
    let now_us = rows.now_us();
    let trade = rows.get::<Trade>((rows.slot(), said.order_no))?;
    let bank_order = trade.as_ref().and_then(|trade| trade.bank_order).filter(|_| said.by_card);
    if let Some(bank_order) = bank_order {
        bank::pay::bounced(rows, bank_order, said)?;
    } else if !planted(Plant::PayReturnNotBooked) {
        let template = Template::PayReturn { buyer: said.buyer, amount: said.amount };
        books::must(rows, template, Some(said.order_no))?;
    }
    if let Some(trade) = trade {
        if let Some(paid_at_us) = trade.paid_at_us.filter(|_| !said.by_card) {
            balance_limit::give_back(rows, said.buyer, said.amount, paid_at_us)?;
        }
        static_code::give_back(rows, trade.no, said.amount)?;
        rows.put(Trade {
            state: TradeState::Closed,
            paid_at_us: None,
            closed_at_us: Some(now_us),
            ..(*trade).clone()
        });
    }
    if said.by_card {
        return Ok(None);
    }
    Ok(Some(match said.attempt {
        Some(_) => Reply::OpenOrder(Err(OpenRefused::Pay(PayRefused::AlreadyClosed))),
        None => Reply::ConfirmPay(Err(PayRefused::AlreadyClosed)),
    }))
}
