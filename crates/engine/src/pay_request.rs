//! The buyer's side of a shown code: code, buyer, limit, money; and the merchant's side of "no" and "not yet".

use crate::books::OutRefused;
use crate::claim_order::{masked, waiting_trade};
use crate::open_order::attempt_answer;
use crate::risk_check::{self, Gate};
use crate::{Fault, Message, OrderPaid, PayRefusal, PayRequest, Reply, Rows, TradeClosed, books};
use base::{Plant, planted};
use people::{Party, PartyStatus};
use risk::{Proof, RiskRefused};
use std::sync::Arc;
use trade::{Order, OrderState, PayCode, Receipt, ReceiptOutcome, Timer, Trade, TradeState};

/// In the buyer's slot. The code is used up by being shown, whatever comes of it.
pub(crate) fn pay_request(rows: &mut Rows<'_>, asked: &PayRequest) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let code = rows.get::<PayCode>((slot, asked.attempt))?;
    let in_time = |code: &PayCode| now_us < code.expires_at_us || planted(Plant::PayCodeNeverExpires);
    let Some(code) = code.filter(|code| in_time(code)) else {
        return Ok(no(rows, asked, ReceiptOutcome::CodeInvalid));
    };
    if !planted(Plant::PayCodeStaysUsable) {
        rows.delete::<PayCode>((slot, code.digest));
    }
    rows.delete::<Timer>((slot, code.expires_at_us, code.timer));
    let buyer = code.party;
    let may_pay = |party: &Party| party.status == PartyStatus::Normal || planted(Plant::FrozenBuyerPays);
    let Some(party) = rows.get::<Party>((slot, buyer))?.filter(|party| may_pay(party)) else {
        return Ok(no(rows, asked, ReceiptOutcome::BuyerBlocked));
    };
    if buyer == asked.seller {
        return Ok(no(rows, asked, ReceiptOutcome::BuyerIsSeller));
    }
    if asked.only_buyer.is_some_and(|only| only != buyer) {
        return Ok(no(rows, asked, ReceiptOutcome::BuyerDiffers));
    }
    let earlier = rows.get::<Trade>((slot, asked.order_no))?;
    if let Some(earlier) = &earlier {
        if earlier.buyer != buyer {
            return Ok(no(rows, asked, ReceiptOutcome::BuyerDiffers));
        }
        match earlier.state {
            TradeState::Waiting if earlier.bank_order.is_none() => {}
            TradeState::Waiting => return Ok(no(rows, asked, ReceiptOutcome::Waiting)),
            // The money of an earlier attempt is under way: this one waits for its end.
            TradeState::Paid => return Ok(no(rows, asked, ReceiptOutcome::Waiting)),
            TradeState::Closed => return Ok(no(rows, asked, ReceiptOutcome::OrderClosed)),
        }
    }
    let limit = rows.rules().password_free_limit_minor.of(asked.total.currency());
    let trade =
        waiting_trade(slot, asked.order_no, buyer, asked.seller, asked.total, asked.subject.clone(), now_us);
    // A card that was tried before is not forgotten: whoever sends an old wish again is told that it moved on.
    let last_try = earlier.and_then(|earlier| earlier.last_try);
    let trade = Trade { credit_off: asked.credit_off, last_try, ..trade };
    if asked.total.exceeds(limit).unwrap_or(true) && !planted(Plant::LimitIgnored) {
        return Ok(to_confirm(rows, asked, &party, trade));
    }
    let posted = match books::check_pay_out(rows, &party, asked.total, asked.order_no)? {
        Ok(posted) => posted,
        Err(OutRefused::Stopped) => return Ok(no(rows, asked, ReceiptOutcome::BuyerStopped)),
        Err(OutRefused::OverLimit) => return Ok(no(rows, asked, ReceiptOutcome::BuyerLimit)),
        Err(OutRefused::TooLow) => return Ok(no(rows, asked, ReceiptOutcome::BalanceTooLow)),
    };
    if is_stopped(rows, asked, &party, &trade)? {
        return Ok(None);
    }

    // Nothing can be refused below this line.
    books::pay_out(rows, posted, buyer, asked.total)?;
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(now_us), ..trade });
    let paid = OrderPaid {
        order_no: asked.order_no,
        buyer,
        buyer_login_masked: masked(&party),
        amount: asked.total,
        attempt: Some(asked.attempt),
        card: None,
    };
    rows.send(Message::home(asked.order_no), Message::OrderPaid(paid));
    Ok(None)
}

/// Whether risk rules stop it; then the merchant's slot hears that.
fn is_stopped(rows: &mut Rows<'_>, asked: &PayRequest, party: &Party, trade: &Trade) -> Result<bool, Fault> {
    let look = risk_check::of_code(rows, party, trade)?;
    let gate = look.gate;
    look.note(rows);
    match gate {
        Gate::Open => return Ok(false),
        // The page on which the buyer confirms asks for the password.
        Gate::Shut(RiskRefused::ProofMissing(Proof::Password)) => {
            to_confirm(rows, asked, party, trade.clone())
        }
        Gate::Wait(_) | Gate::Shut(_) => no(rows, asked, ReceiptOutcome::Risk),
    };
    Ok(true)
}

/// The buyer is to confirm with the password.
fn to_confirm(rows: &mut Rows<'_>, asked: &PayRequest, party: &Party, trade: Trade) -> Option<Reply> {
    rows.put(trade);
    let (order_no, attempt, outcome) = (asked.order_no, asked.attempt, ReceiptOutcome::Waiting);
    let buyer = Some((party.id, masked(party)));
    rows.send(Message::home(order_no), Message::PayRefusal(PayRefusal { order_no, attempt, outcome, buyer }));
    None
}

fn no(rows: &mut Rows<'_>, asked: &PayRequest, outcome: ReceiptOutcome) -> Option<Reply> {
    let (order_no, attempt) = (asked.order_no, asked.attempt);
    rows.send(
        Message::home(order_no),
        Message::PayRefusal(PayRefusal { order_no, attempt, outcome, buyer: None }),
    );
    None
}

/// In the merchant's slot: the attempt's receipt is written; an order that waits for its buyer to confirm knows whom.
pub(crate) fn pay_refusal(rows: &mut Rows<'_>, said: &PayRefusal) -> Result<Option<Reply>, Fault> {
    let (slot, at_us) = (rows.slot(), rows.now_us());
    let Some(order) = rows.get::<Order>((slot, said.order_no))? else {
        return Err(Fault(format!("order {} vanished while it was paid", said.order_no)));
    };
    let mut outcome = said.outcome;
    let mut order = (*order).clone();
    if let Some((buyer, login)) = &said.buyer {
        let is_second = |first| first != *buyer && !planted(Plant::SecondBuyerTakesOver);
        if order.state == OrderState::WaitBuyerPay && order.buyer.is_some_and(is_second) {
            // Another buyer came first while this one's slot was asked.
            outcome = ReceiptOutcome::BuyerDiffers;
            rows.send(buyer.slot(), Message::TradeClosed(TradeClosed { order_no: order.no, buyer: *buyer }));
        } else if order.state == OrderState::WaitBuyerPay {
            order.buyer = Some(*buyer);
            order.buyer_login_masked = Some(login.clone());
            rows.put(order.clone());
        } else {
            // It was closed while the buyer's slot was asked.
            outcome = ReceiptOutcome::OrderClosed;
            rows.send(buyer.slot(), Message::TradeClosed(TradeClosed { order_no: order.no, buyer: *buyer }));
        }
    }
    rows.put(Receipt { slot, order_no: order.no, attempt: said.attempt, outcome, at_us });
    Ok(Some(Reply::OpenOrder(attempt_answer(outcome, Arc::new(order)))))
}
