//! A buyer takes an order up: from now on it exists for the world.

use crate::command::Next;
use crate::{
    ClaimAnswer, ClaimAsk, Fault, Message, Opened, Reply, Rows, StaticAsk, Stop, TradeClosed, TradeForgotten,
    receiving, static_code,
};
use base::{OrderNo, PartyId, Plant, Slot, Text, planted};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    ClaimRefused, OpenRefused, Order, OrderEvent, OrderNumber, OrderState, PayRefused, Product, SplitBook,
    Trade, TradeState, next,
};

/// A signed-in buyer takes up an order by its code, link or string.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimOrder {
    /// The order.
    pub order_no: OrderNo,
    /// Who takes it up.
    pub buyer: PartyId,
    /// Whether the order's QR code was scanned, whose own life then counts.
    pub by_code: bool,
}

/// An order with its buyer.
#[derive(Clone, PartialEq, Debug)]
pub struct Claimed {
    /// The order.
    pub order: Arc<Order>,
}

impl ClaimOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }
}

pub(crate) fn claim_order(
    rows: &mut Rows<'_>,
    command: &ClaimOrder,
) -> Result<Next<Claimed>, Stop<ClaimRefused>> {
    let (slot, now_us, buyer) = (rows.slot(), rows.now_us(), command.buyer);
    let Some(order) = rows.get::<Order>((slot, command.order_no))? else {
        return Stop::because(ClaimRefused::OrderNotFound);
    };
    let at_counter = matches!(order.product, Product::FaceToFace | Product::StaticCode);
    if at_counter && order.buyer.or(order.named_buyer).is_none() {
        // At a till the code names the buyer; a number alone must not bind the order to a stranger.
        return Stop::because(ClaimRefused::OrderNotFound);
    }
    match order.state {
        OrderState::Paid | OrderState::Finished => return Stop::because(ClaimRefused::AlreadyPaid),
        OrderState::Closed => return Stop::because(ClaimRefused::AlreadyClosed),
        OrderState::Offered | OrderState::WaitBuyerPay => {}
    }
    if now_us >= order.expires_at_us && !planted(Plant::ExpiredOrderClaimed) {
        return Stop::because(ClaimRefused::AlreadyClosed);
    }
    let offered = order.state == OrderState::Offered;
    if offered && command.by_code && order.code_expires_at_us.is_some_and(|until| now_us >= until) {
        return Stop::because(ClaimRefused::CodeExpired);
    }
    if buyer == order.seller {
        return Stop::because(ClaimRefused::BuyerIsSeller);
    }
    if order.buyer.or(order.named_buyer).is_some_and(|only| only != buyer) {
        return Stop::because(ClaimRefused::BuyerDiffers);
    }
    if order.buyer == Some(buyer) {
        return Ok(Next::Answer(Claimed { order }));
    }

    // Nothing can be refused here below this line; the buyer's slot may still say no.
    let asked = ask(rows, &order, buyer, false)?;
    rows.send(buyer.slot(), asked);
    Ok(Next::Chain)
}

/// The question to the buyer's slot.
pub(crate) fn ask(
    rows: &mut Rows<'_>,
    order: &Order,
    buyer: PartyId,
    opening: bool,
) -> Result<Message, Fault> {
    let credit_off = receiving::credit_off(rows, order.seller)?;
    let (order_no, seller, total, subject) = (order.no, order.seller, order.total(), order.subject.clone());
    let claim = ClaimAsk { order_no, buyer, seller, total, subject, opening, credit_off };
    Ok(match order.product {
        Product::StaticCode => Message::StaticAsk(StaticAsk { claim }),
        Product::FaceToFace
        | Product::QrCode
        | Product::MiniProgram
        | Product::App
        | Product::Wap
        | Product::Page
        | Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => Message::ClaimAsk(claim),
    })
}

/// In the buyer's slot: may the buyer pay? Then the trade waits there.
pub(crate) fn claim_ask(rows: &mut Rows<'_>, asked: &ClaimAsk) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let party = rows.get::<Party>((slot, asked.buyer))?;
    let earlier = rows.get::<Trade>((slot, asked.order_no))?;
    let answer = match party {
        _ if earlier.as_ref().is_some_and(|trade| trade.buyer != asked.buyer) => {
            Err(ClaimRefused::BuyerDiffers)
        }
        _ if earlier.as_ref().is_some_and(|trade| trade.state == TradeState::Closed) => {
            Err(ClaimRefused::AlreadyClosed)
        }
        None => Err(ClaimRefused::BuyerNotFound),
        Some(party) => match party.status {
            PartyStatus::Closed => Err(ClaimRefused::BuyerNotFound),
            PartyStatus::Frozen => Err(ClaimRefused::BuyerBlocked),
            PartyStatus::Normal => Ok(masked(&party)),
        },
    };
    if answer.is_ok() && earlier.is_none() {
        let (no, total, subject) = (asked.order_no, asked.total, asked.subject.clone());
        let trade = waiting_trade(slot, no, asked.buyer, asked.seller, total, subject, now_us);
        rows.put(Trade { credit_off: asked.credit_off, ..trade });
    }
    let (order_no, buyer, opening) = (asked.order_no, asked.buyer, asked.opening);
    rows.send(
        Message::home(order_no),
        Message::ClaimAnswer(ClaimAnswer { order_no, buyer, answer, opening }),
    );
    Ok(None)
}

/// A trade that waits for its buyer.
pub(crate) fn waiting_trade(
    slot: Slot,
    no: OrderNo,
    buyer: PartyId,
    seller: PartyId,
    total: money::Money,
    subject: trade::Subject,
    created_at_us: i64,
) -> Trade {
    Trade {
        slot,
        no,
        buyer,
        seller,
        state: TradeState::Waiting,
        subject,
        currency: total.currency(),
        total_minor: total.minor(),
        refunded_minor: money::Minor::ZERO,
        created_at_us,
        paid_at_us: None,
        closed_at_us: None,
        bank_order: None,
        credit_off: false,
        last_try: None,
    }
}

/// The buyer's login as merchants may see it.
pub(crate) fn masked(party: &Party) -> Text<100> {
    Text::new(&party.masked_login()).unwrap_or_else(|_| Text::new("***").expect("three characters"))
}

/// In the merchant's slot: the order has its buyer now, or the answer is no.
pub(crate) fn claim_answer(rows: &mut Rows<'_>, said: &ClaimAnswer) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let Some(order) = rows.get::<Order>((slot, said.order_no))? else {
        return Ok(Some(gone(rows, said)));
    };
    let login = match &said.answer {
        Ok(login) => login.clone(),
        Err(refused) => {
            if said.opening && order.state == OrderState::Offered {
                forget(rows, &order)?;
            }
            return Ok(Some(refusal(said.opening, *refused)));
        }
    };
    let another = |first: PartyId| first != said.buyer;
    let late = match order.state {
        OrderState::Offered => None,
        OrderState::WaitBuyerPay => {
            order.buyer.filter(|first| another(*first)).map(|_| ClaimRefused::BuyerDiffers)
        }
        OrderState::Paid | OrderState::Finished => Some(ClaimRefused::AlreadyPaid),
        OrderState::Closed => Some(ClaimRefused::AlreadyClosed),
    };
    if let Some(refused) = late {
        // It was closed, paid or claimed while the answer was under way. Its own buyer has heard of the end already.
        if order.buyer.is_none_or(another) {
            let (order_no, buyer) = (order.no, said.buyer);
            rows.send(buyer.slot(), Message::TradeClosed(TradeClosed { order_no, buyer }));
        }
        return Ok(Some(refusal(said.opening, refused)));
    }
    let mut order = (*order).clone();
    if order.buyer.is_none() {
        // An order without a named buyer waits already.
        order.state = next(order.state, OrderEvent::Claim).unwrap_or(order.state);
        order.created_at_us = order.created_at_us.or(Some(rows.now_us()));
        order.buyer = Some(said.buyer);
        order.buyer_login_masked = Some(login);
        rows.put(order.clone());
    }
    let order = Arc::new(order);
    Ok(Some(if said.opening {
        Reply::OpenOrder(Ok(Opened::waiting(order)))
    } else {
        Reply::ClaimOrder(Ok(Claimed { order }))
    }))
}

/// The answer to a claim whose order was forgotten meanwhile, because an earlier one had been answered with no.
fn gone(rows: &mut Rows<'_>, said: &ClaimAnswer) -> Reply {
    let refused = match said.answer {
        Err(refused) => refused,
        Ok(_) => {
            tell_forgotten(rows, said.order_no, said.buyer);
            ClaimRefused::AlreadyClosed
        }
    };
    refusal(said.opening, refused)
}

/// Tells a buyer that the order was never there.
pub(crate) fn tell_forgotten(rows: &mut Rows<'_>, order_no: OrderNo, buyer: PartyId) {
    rows.send(buyer.slot(), Message::TradeForgotten(TradeForgotten { order_no, buyer }));
}

/// The refusal of a claim as the answer to the command that asked.
fn refusal(opening: bool, refused: ClaimRefused) -> Reply {
    if !opening {
        return Reply::ClaimOrder(Err(refused));
    }
    Reply::OpenOrder(Err(match refused {
        ClaimRefused::OrderNotFound | ClaimRefused::CodeExpired | ClaimRefused::AlreadyClosed => {
            OpenRefused::AlreadyClosed
        }
        ClaimRefused::AlreadyPaid => OpenRefused::AlreadyPaid,
        ClaimRefused::BuyerIsSeller => OpenRefused::Pay(PayRefused::BuyerIsSeller),
        ClaimRefused::BuyerDiffers => OpenRefused::Pay(PayRefused::BuyerDiffers),
        ClaimRefused::BuyerNotFound => OpenRefused::BuyerNotFound,
        ClaimRefused::BuyerBlocked => OpenRefused::Pay(PayRefused::BuyerBlocked),
        ClaimRefused::TooManyWaiting => OpenRefused::TooManyWaiting,
    }))
}

/// An order that was opened for a buyer who cannot have it was never there.
pub(crate) fn forget(rows: &mut Rows<'_>, order: &Order) -> Result<(), Fault> {
    let mut order = order.clone();
    crate::close_order::forget_timer(rows, &mut order);
    rows.delete::<OrderNumber>((order.slot, order.seller, order.out_trade_no.clone()));
    if rows.get::<SplitBook>((order.slot, order.no))?.is_some() {
        rows.delete::<SplitBook>((order.slot, order.no));
    }
    rows.delete::<Order>((order.slot, order.no));
    Ok(())
}

/// In the buyer's slot: the order was closed unpaid, or is another buyer's.
pub(crate) fn trade_closed(rows: &mut Rows<'_>, said: &TradeClosed) -> Result<Option<Reply>, Fault> {
    let trade = rows.get::<Trade>((rows.slot(), said.order_no))?;
    if let Some(trade) = trade.filter(|trade| trade.state == TradeState::Waiting && trade.buyer == said.buyer)
    {
        let closed_at_us = Some(rows.now_us());
        rows.put(Trade { state: TradeState::Closed, closed_at_us, ..(*trade).clone() });
        static_code::waits_no_longer(rows, said.order_no)?;
    }
    Ok(None)
}

/// In the buyer's slot: the order was never there, and so the trade was not. Money under way comes back first.
pub(crate) fn trade_forgotten(rows: &mut Rows<'_>, said: &TradeForgotten) -> Result<Option<Reply>, Fault> {
    let trade = rows.get::<Trade>((rows.slot(), said.order_no))?;
    let gone = trade.filter(|trade| trade.state != TradeState::Paid && trade.buyer == said.buyer);
    if let Some(trade) = gone {
        if trade.state == TradeState::Waiting {
            static_code::waits_no_longer(rows, said.order_no)?;
        }
        rows.delete::<Trade>((rows.slot(), said.order_no));
        static_code::forget(rows, &trade)?;
    }
    Ok(None)
}
