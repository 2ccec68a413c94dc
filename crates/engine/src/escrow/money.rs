//! Where the money of an escrow goes: in with the payment, to the seller, back to the buyer. One posting a decision.

use super::Bench;
use super::step::Draft;
use crate::{Fault, Message, OrderPaid, RefundIn, Rows, Stop, books, contract, split_hold};
use base::Text;
use ledger::Template;
use money::{Minor, Money, MoneyError};
use people::{Party, PartyStatus};
use trade::{
    CancelRefused, CaseState, ContractProduct, Escrow, EscrowEvent, EscrowState, Goods, Order, OrderEvent,
    OutRequestNo, Refund, RefundRefused, RefundState, Side, StepKind, Transport, escrow_next, next,
    receipt_us,
};

pub(super) fn sum(order: &Order, answer: Result<Money, MoneyError>) -> Result<Money, Fault> {
    answer.map_err(|error| Fault(format!("escrow of order {}: {error}", order.no)))
}

/// A payment arrives: the platform holds it. The caller has checked that the order takes it.
pub(crate) fn paid_in(
    rows: &mut Rows<'_>,
    order: Order,
    goods: Goods,
    said: &OrderPaid,
) -> Result<Order, Fault> {
    let now_us = rows.now_us();
    books::must(rows, Template::EscrowIn { seller: order.seller, amount: said.amount }, Some(order.no))?;
    let at_once = goods.are_sent_at_once();
    let escrow = Escrow {
        slot: order.slot,
        order_no: order.no,
        seller: order.seller,
        buyer: said.buyer,
        state: if at_once { EscrowState::WaitBuyerConfirm } else { EscrowState::WaitSellerSend },
        goods,
        currency: order.currency,
        paid_minor: order.total_minor,
        held_minor: order.total_minor,
        released_minor: Minor::ZERO,
        refunded_minor: Minor::ZERO,
        steps: 0,
        cases: 0,
        open_case: None,
        transport: at_once.then_some(Transport::Unneeded),
        logistics_company: None,
        logistics_no: None,
        reminded: false,
        buyer_extensions: 0,
        seller_extensions: 0,
        paid_at_us: now_us,
        sent_at_us: at_once.then_some(now_us),
        ended_at_us: None,
        receipt_due_at_us: at_once.then_some(now_us + receipt_us(goods, Transport::Unneeded)),
        receipt_left_us: None,
        pending_no: None,
        ends: false,
        due_at_us: None,
        timer: None,
    };
    let bench = Bench { order, escrow, case: None };
    let view = bench.conclude(rows, Draft::new(StepKind::Paid, Side::Buyer).of(said.amount))?;
    Ok((*view.order).clone())
}

/// The number of the refund that a cancel makes. While a case asks for money, a cancel has to wait.
pub(crate) fn cancel_number(rows: &mut Rows<'_>, order: &Order) -> Result<OutRequestNo, Stop<CancelRefused>> {
    let Some(bench) = Bench::load(rows, order.no)? else {
        return Err(Stop::Fault(Fault(format!("order {} is paid but has no escrow", order.no))));
    };
    match bench.claimed() {
        Some(_) => Stop::because(CancelRefused::CaseOpen),
        None => Ok(bench.own_number()),
    }
}

/// A refund by the merchant's own will, or by a cancel. What an open case asks for is not the merchant's to give.
pub(crate) fn give_back(
    rows: &mut Rows<'_>,
    order: &Order,
    amount: Money,
    number: OutRequestNo,
    reason: Option<Text<256>>,
    by_cancel: bool,
) -> Result<(), Stop<RefundRefused>> {
    let Some(mut bench) = Bench::load(rows, order.no)? else {
        return Err(Stop::Fault(Fault(format!("order {} is paid but has no escrow", order.no))));
    };
    let claimed = bench.claimed().unwrap_or(Money::zero(order.currency));
    let free = sum(order, bench.escrow.held().checked_sub(claimed))?;
    if amount.is_zero() || amount.exceeds(free).unwrap_or(true) {
        return Stop::because(RefundRefused::MoreThanLeft);
    }

    // Nothing can be refused here below this line; a closed buyer sends the money back.
    bench.send_back(rows, amount, number, reason, by_cancel)?;
    bench.conclude(rows, Draft::new(StepKind::GivenBack, Side::Seller).of(amount))?;
    Ok(())
}

impl Bench {
    /// What the open case asks for, until it is granted.
    fn claimed(&self) -> Option<Money> {
        self.open_case().filter(|case| case.state != CaseState::Refunding).map(|case| case.claim())
    }

    /// Whether the seller's account was closed: it is to get nothing while the buyer can be reached.
    pub(super) fn seller_is_gone(&self, rows: &mut Rows<'_>) -> Result<bool, Fault> {
        let seller = rows.get::<Party>((self.escrow.slot, self.escrow.seller))?;
        Ok(seller.is_none_or(|seller| seller.status == PartyStatus::Closed))
    }

    /// All that is held leaves for the buyer, and the trade ends with it.
    pub(super) fn send_all_back(&mut self, rows: &mut Rows<'_>) -> Result<Money, Fault> {
        let (held, number) = (self.escrow.held(), self.own_number());
        self.send_back(rows, held, number.clone(), None, false)?;
        (self.escrow.pending_no, self.escrow.ends) = (Some(number), true);
        Ok(held)
    }

    /// All that is held goes to the seller, less the fee of it.
    pub(super) fn release(&mut self, rows: &mut Rows<'_>, event: EscrowEvent) -> Result<Money, Fault> {
        let (amount, order) = (self.escrow.held(), &self.order);
        let fee = contract::fee_of(rows, order.seller, ContractProduct::Escrow, amount)?;
        books::must(rows, Template::EscrowRelease { seller: order.seller, amount, fee }, Some(order.no))?;
        let fees = sum(order, order.fee().checked_add(fee))?;
        self.escrow.released_minor = sum(order, self.escrow.released().checked_add(amount))?.minor();
        self.escrow.held_minor = Minor::ZERO;
        self.order.fee_minor = fees.minor();
        // After the end this is money that could not arrive and came back late.
        if let Some(state) = escrow_next(self.escrow.state, event) {
            (self.escrow.state, self.escrow.ended_at_us) = (state, Some(rows.now_us()));
            let finished = next(self.order.state, OrderEvent::Finish);
            self.order.state =
                finished.ok_or_else(|| Fault(format!("order {} cannot finish", self.order.no)))?;
        }
        (self.escrow.receipt_due_at_us, self.escrow.receipt_left_us) = (None, None);
        self.escrow.ends = false;
        split_hold::renew(rows, &self.order, self.escrow.held())?;
        Ok(amount)
    }

    /// A part of what is held leaves for the buyer.
    pub(super) fn send_back(
        &mut self,
        rows: &mut Rows<'_>,
        amount: Money,
        number: OutRequestNo,
        reason: Option<Text<256>>,
        by_cancel: bool,
    ) -> Result<(), Fault> {
        let order = &self.order;
        books::must(rows, Template::EscrowOut { seller: order.seller, amount }, Some(order.no))?;
        let refunded = sum(order, order.refunded().checked_add(amount))?;
        self.escrow.held_minor = sum(order, self.escrow.held().checked_sub(amount))?.minor();
        self.escrow.refunded_minor = sum(order, self.escrow.refunded().checked_add(amount))?.minor();
        rows.put(Refund {
            slot: order.slot,
            order_no: order.no,
            out_request_no: number.clone(),
            state: RefundState::UnderWay,
            currency: order.currency,
            amount_minor: amount.minor(),
            fee_back_minor: Minor::ZERO,
            refunded_after_minor: refunded.minor(),
            reason,
            by_cancel,
            at_us: rows.now_us(),
        });
        let buyer = self.escrow.buyer;
        let message = RefundIn { order_no: order.no, buyer, amount, out_request_no: number };
        rows.send(buyer.slot(), Message::RefundIn(message));
        self.order.refunded_minor = refunded.minor();
        Ok(())
    }
}
