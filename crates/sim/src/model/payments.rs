//! Payments: by a code that was shown, or confirmed with a password; and the way back.

use super::facts::{Purchase, waiting};
use super::{Model, Step, fen};
use base::PartyId;
use engine::{
    ConfirmPay, Message, Opened, OrderPaid, PayRefusal, PayRequest, PayReturned, Reply, TradeClosed,
    TradeForgotten,
};
use ledger::AccountKind;
use people::PartyStatus;
use std::sync::Arc;
use trade::{NoticeEvent, OpenRefused, Order, OrderState, PayRefused, ReceiptOutcome, TradeState};

impl Model {
    /// In the buyer's slot: a code was shown. It is used up whatever comes of it.
    pub(super) fn pay_request(&mut self, step: &Step, said: &PayRequest) -> Option<Reply> {
        let key = (step.slot, said.order_no);
        let (outcome, buyer) = match self.judge_code(step, said) {
            Err(outcome) => (outcome, None),
            Ok(buyer) if fen(said.total) > self.rules_at(step).1 => {
                self.taken_up_again(step, said, buyer);
                (ReceiptOutcome::Waiting, Some((buyer, self.masked(buyer))))
            }
            Ok(buyer) if self.available(buyer) < fen(said.total) => (ReceiptOutcome::BalanceTooLow, None),
            Ok(buyer) => {
                self.taken_up_again(step, said, buyer);
                self.pay_out(step, key, Some(said.attempt));
                return None;
            }
        };
        let (order_no, attempt) = (said.order_no, said.attempt);
        self.say(order_no.slot(), Message::PayRefusal(PayRefusal { order_no, attempt, outcome, buyer }));
        None
    }

    /// The trade begins with the code; of one of before, only the card that was tried last is kept.
    fn taken_up_again(&mut self, step: &Step, said: &PayRequest, buyer: PartyId) {
        let key = (step.slot, said.order_no);
        let last_try = self.trades.get(&key).and_then(|earlier| earlier.last_try);
        let trade = waiting(buyer, said.seller, said.total, said.subject.clone(), step.now());
        self.trades.insert(key, Purchase { last_try, ..trade });
    }

    /// Whose code it is, when this buyer may pay this order.
    fn judge_code(&mut self, step: &Step, said: &PayRequest) -> Result<PartyId, ReceiptOutcome> {
        let key = (step.slot, said.attempt);
        if self.codes.get(&key).is_none_or(|code| step.now() >= code.until) {
            return Err(ReceiptOutcome::CodeInvalid);
        }
        let code = self.codes.remove(&key).expect("just found");
        self.timers.remove(&(code.until, code.timer));
        let buyer = code.party;
        if self.status(buyer) != Some(PartyStatus::Normal) {
            return Err(ReceiptOutcome::BuyerBlocked);
        }
        if buyer == said.seller {
            return Err(ReceiptOutcome::BuyerIsSeller);
        }
        if said.only_buyer.is_some_and(|only| only != buyer) {
            return Err(ReceiptOutcome::BuyerDiffers);
        }
        let earlier = self.trades.get(&(step.slot, said.order_no));
        let by_card = earlier.is_some_and(|trade| trade.bank_order.is_some());
        match earlier.map(|trade| (trade.buyer, trade.state)) {
            Some((other, _)) if other != buyer => Err(ReceiptOutcome::BuyerDiffers),
            Some((_, TradeState::Paid)) => {
                self.seen.count("a second code came while the first one's money was under way");
                Err(ReceiptOutcome::Waiting)
            }
            Some((_, TradeState::Closed)) => Err(ReceiptOutcome::OrderClosed),
            Some((_, TradeState::Waiting)) if by_card => {
                self.seen.count("a code came while a bank was asked");
                Err(ReceiptOutcome::Waiting)
            }
            Some((_, TradeState::Waiting)) | None => Ok(buyer),
        }
    }

    /// In the merchant's slot: not paid, or not yet.
    pub(super) fn pay_refusal(&mut self, step: &Step, said: &PayRefusal) -> Option<Reply> {
        let PayRefusal { order_no, attempt, mut outcome, ref buyer } = *said;
        let order = self.orders.get_mut(&order_no)?;
        if let Some((buyer, login)) = buyer {
            let first = order.buyer.as_ref().map(|(first, _)| *first);
            let lost = match (order.state, first) {
                (OrderState::WaitBuyerPay, Some(first)) if first != *buyer => {
                    Some(("another buyer came first", ReceiptOutcome::BuyerDiffers))
                }
                (OrderState::WaitBuyerPay, _) => None,
                _ => Some(("the order closed while its buyer was asked", ReceiptOutcome::OrderClosed)),
            };
            if let Some((what, instead)) = lost {
                self.seen.count(what);
                outcome = instead;
                self.say(buyer.slot(), Message::TradeClosed(TradeClosed { order_no, buyer: *buyer }));
            } else {
                order.buyer = Some((*buyer, login.clone()));
            }
        }
        self.receipt(step, order_no, attempt, outcome);
        Some(Reply::OpenOrder(self.of_attempt(order_no, outcome)))
    }

    fn receipt(&mut self, step: &Step, no: base::OrderNo, attempt: [u8; 16], outcome: ReceiptOutcome) {
        self.receipts.insert((no, attempt), (outcome, step.now()));
        self.seen.count(&format!("attempt Asked -> {outcome:?}"));
    }

    pub(super) fn confirm_pay(
        &mut self,
        step: &Step,
        asked: &ConfirmPay,
    ) -> Option<Result<Arc<Order>, PayRefused>> {
        let ConfirmPay { buyer, order_no, attempt } = *asked;
        let key = (step.slot, order_no);
        let Some(trade) = self.trades.get(&key).filter(|trade| trade.buyer == buyer) else {
            return Some(Err(PayRefused::TradeNotFound));
        };
        let proof = self.tries.get(&(buyer, attempt));
        let proven =
            proof.is_some_and(|proof| proof.right && proof.about == order_no && step.now() < proof.until);
        let refused = match trade.state {
            TradeState::Paid => Some(PayRefused::AlreadyPaid),
            TradeState::Closed => Some(PayRefused::AlreadyClosed),
            TradeState::Waiting if trade.bank_order.is_some() => Some(PayRefused::CardUnderWay),
            TradeState::Waiting if !proven => Some(PayRefused::ProofMissing),
            TradeState::Waiting if self.status(buyer) != Some(PartyStatus::Normal) => {
                Some(PayRefused::BuyerBlocked)
            }
            TradeState::Waiting if self.available(buyer) < fen(trade.total) => {
                Some(PayRefused::BalanceTooLow)
            }
            TradeState::Waiting => None,
        };
        if let Some(refused) = refused {
            return Some(Err(refused));
        }
        self.tries.remove(&(buyer, attempt));
        self.pay_out(step, key, None);
        None
    }

    /// The money of a waiting trade leaves its buyer.
    fn pay_out(&mut self, step: &Step, key: (base::Slot, base::OrderNo), attempt: Option<[u8; 16]>) {
        let trade = self.trades.get_mut(&key).expect("the caller saw it");
        (trade.state, trade.paid_at) = (TradeState::Paid, Some(step.now()));
        let (buyer, amount) = (trade.buyer, trade.total);
        let (transit, kind) = Model::transit(step.slot);
        self.book(step, &[(buyer, AccountKind::Balance, -fen(amount)), (transit, kind, fen(amount))]);
        let (order_no, buyer_login_masked) = (key.1, self.masked(buyer));
        let card = None;
        let paid = OrderPaid { order_no, buyer, buyer_login_masked, amount, attempt, card };
        self.say(order_no.slot(), Message::OrderPaid(paid));
        self.seen.count("trade Waiting -> Paid");
    }

    /// In the merchant's slot: the order takes the money, or it goes back: the order is over, or its time is, or its
    /// merchant has gone. A frozen merchant may receive.
    pub(super) fn order_paid(&mut self, step: &Step, said: &OrderPaid) -> Option<Reply> {
        let OrderPaid { order_no, buyer, ref buyer_login_masked, amount, attempt, ref card } = *said;
        let by_card = card.is_some();
        let Some(order) = self.orders.get(&order_no) else {
            self.seen.count("a payment found its order gone");
            let back = PayReturned { order_no, buyer, amount, attempt, by_card };
            self.say(buyer.slot(), Message::PayReturned(back));
            self.say(buyer.slot(), Message::TradeForgotten(TradeForgotten { order_no, buyer }));
            return None;
        };
        let open = self.status(order.asked.seller).is_some_and(|status| status != PartyStatus::Closed);
        let in_time = step.now() < order.expires_at;
        let waits = order.state == OrderState::WaitBuyerPay;
        if !(waits && self.can_take(step, order_no, amount)) {
            self.seen.count(match () {
                () if order.is_open() && !in_time => "expiry beat a payment",
                () if order.is_open() && !open => "a payment found its merchant gone",
                () if order.is_open() => "a payment found an order nobody had taken up",
                () if order.paid_at.is_some() => "a payment found its order paid",
                () => "a payment found its order closed",
            });
            if self.orders[&order_no].is_open() {
                self.shut(step, order_no);
            }
            if let Some(attempt) = attempt {
                self.receipt(step, order_no, attempt, ReceiptOutcome::OrderClosed);
            }
            let back = PayReturned { order_no, buyer, amount, attempt, by_card };
            self.say(buyer.slot(), Message::PayReturned(back));
            return None;
        }
        self.credit(step, order_no, (buyer, buyer_login_masked.clone()), amount);
        if let Some(attempt) = attempt {
            self.receipt(step, order_no, attempt, ReceiptOutcome::Paid);
        }
        if let Some(card) = card {
            self.orders.get_mut(&order_no).expect("just paid").card = Some((card.kind, card.bank.clone()));
            self.seen.count("a card paid an order");
            return None;
        }
        let order = self.order(order_no);
        Some(match attempt {
            Some(_) => Reply::OpenOrder(Ok(Opened { order, paid: true })),
            None => Reply::ConfirmPay(Ok(order)),
        })
    }

    /// Whether an order that is open can take this money: in time, and its merchant has not gone.
    pub(super) fn can_take(&self, step: &Step, no: base::OrderNo, amount: money::Money) -> bool {
        let order = &self.orders[&no];
        let open = self.status(order.asked.seller).is_some_and(|status| status != PartyStatus::Closed);
        order.is_open() && open && step.now() < order.expires_at && amount == order.asked.meaning.total
    }

    /// The money of an order that waits arrives: merchant and fee are credited, the merchant is told.
    pub(super) fn credit(
        &mut self,
        step: &Step,
        order_no: base::OrderNo,
        (buyer, login): (PartyId, base::Text<100>),
        amount: money::Money,
    ) {
        let seller = self.orders[&order_no].asked.seller;
        let fee = self.fee_of(step, order_no, fen(amount));
        let fees = (PartyId::platform(step.slot), AccountKind::FeeIncome, fee);
        let (transit, kind) = Model::transit(step.slot);
        let credit = (seller, AccountKind::Balance, fen(amount) - fee);
        self.book(step, &[(transit, kind, -fen(amount)), credit, fees]);
        let earlier = self.orders[&order_no].buyer.as_ref().map(|(buyer, _)| *buyer);
        if let Some(other) = earlier.filter(|other| *other != buyer) {
            self.seen.count("a payment beat the buyer who was to confirm");
            self.say(other.slot(), Message::TradeClosed(TradeClosed { order_no, buyer: other }));
        }
        self.order_becomes(order_no, OrderState::Paid);
        let order = self.orders.get_mut(&order_no).expect("just found");
        order.buyer = Some((buyer, login));
        (order.fee, order.paid_at) = (fee, Some(step.now()));
        self.stop_clock(order_no);
        self.sold(step, order_no, fee);
        self.tell(step, order_no, NoticeEvent::Paid, 0, None);
    }

    /// In the buyer's slot: the money is back.
    pub(super) fn pay_returned(&mut self, step: &Step, said: &PayReturned) -> Option<Reply> {
        let trade = self.trades.get(&(step.slot, said.order_no));
        if let Some(card) = trade.and_then(|trade| trade.bank_order).filter(|_| said.by_card) {
            self.card_payment_back(step, card, said.amount);
        } else {
            let (transit, kind) = Model::transit(step.slot);
            let back = fen(said.amount);
            self.book(step, &[(transit, kind, -back), (said.buyer, AccountKind::Balance, back)]);
        }
        if let Some(trade) = self.trades.get_mut(&(step.slot, said.order_no)) {
            (trade.state, trade.paid_at, trade.closed_at) = (TradeState::Closed, None, Some(step.now()));
        }
        if said.by_card {
            return None;
        }
        self.seen.count("a payment came back to its buyer");
        Some(match said.attempt {
            Some(_) => Reply::OpenOrder(Err(OpenRefused::Pay(PayRefused::AlreadyClosed))),
            None => Reply::ConfirmPay(Err(PayRefused::AlreadyClosed)),
        })
    }
}
