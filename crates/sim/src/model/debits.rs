//! Debits under an agreement: judged, counted and paid by the buyer's slot; the way back when the order is over.

use super::facts::{Pledge, waiting};
use super::plans::{is_early, next_debit};
use super::{Model, Step, fen};
use base::Day;
use engine::{
    DebitAsk, DebitNo, DebitOrder, DebitPaid, DebitReturned, DebitUndone, MandateSaid, Message, OpenOrder,
    Opened, Reply,
};
use ledger::AccountKind;
use money::Minor;
use people::PartyStatus;
use trade::{
    AgreementState, ContractProduct, DebitRefused, EndedBy, MandateRefusal, OpenRefused, OrderState,
    Progress, TradeState,
};

impl Model {
    pub(super) fn debit_order(
        &mut self,
        step: &Step,
        asked: &DebitOrder,
    ) -> Option<Result<Opened, DebitRefused>> {
        let open = |refused| Some(Err(DebitRefused::Open(refused)));
        let (agreement_no, by_plan) = (asked.agreement_no, asked.by_plan);
        let Some(status) = self.sells(asked.order.seller, asked.order.app) else {
            return open(OpenRefused::SellerNotFound);
        };
        let Some(accord) = self.own_accord(step, asked.order.seller, agreement_no) else {
            return Some(Err(DebitRefused::AgreementNotFound));
        };
        let Some((buyer, ..)) = accord.signed else { return Some(Err(DebitRefused::NotSigned)) };
        let mut order = OpenOrder { pay_by: None, ..asked.order.clone() };
        order.meaning.named_buyer = Some(buyer);
        if let Some(no) = self.numbers.get(&(order.seller, order.out_trade_no.clone())).copied() {
            let deal = &self.orders[&no];
            let other = super::orders::other_field(&deal.asked.meaning, &order.meaning);
            let of_another = (self.debits.get(&no) != Some(&agreement_no)).then_some("agreement_no");
            if let Some(field) = other.or(of_another) {
                return open(OpenRefused::NumberTaken { field });
            }
            self.seen.count("the same debit again is the same answer");
            return match deal.state {
                OrderState::Closed => open(OpenRefused::AlreadyClosed),
                state => Some(Ok(Opened { order: self.order(no), paid: state >= OrderState::Paid })),
            };
        }
        let expires_at = match self.acceptable(step, &order, status, ContractProduct::DebitAgreement) {
            Ok(expires_at) => expires_at,
            Err(refused) => return open(refused),
        };
        let (seller, total, subject) = (order.seller, order.meaning.total, order.meaning.subject.clone());
        let out_trade_no = order.out_trade_no.clone();
        let order_no = self.write_order(step, &order, expires_at);
        self.debits.insert(order_no, agreement_no);
        let ask = DebitAsk { agreement_no, by_plan, order_no, buyer, seller, total, subject, out_trade_no };
        self.say(buyer.slot(), Message::DebitAsk(ask));
        None
    }

    /// In the buyer's slot: taken and counted, or neither.
    pub(super) fn debit_ask(&mut self, step: &Step, said: &DebitAsk) -> Option<Reply> {
        let DebitAsk { agreement_no, order_no, buyer, seller, total, ref subject, .. } = *said;
        let key = (step.slot, agreement_no);
        let judged = match judge(&self.pledges[&key], said, step.now()) {
            Ok(_) if self.status(buyer) != Some(PartyStatus::Normal) => Err(MandateRefusal::BuyerBlocked),
            Ok(_) if self.available(buyer) < fen(total) => Err(MandateRefusal::BalanceTooLow),
            judged => judged,
        };
        let plan_step = match judged {
            Ok(plan_step) => plan_step,
            Err(refused) => {
                self.say(order_no.slot(), Message::DebitNo(DebitNo { order_no, refused }));
                return None;
            }
        };
        let (transit, kind) = Model::transit(step.slot);
        self.book(step, &[(buyer, AccountKind::Balance, -fen(total)), (transit, kind, fen(total))]);
        let mut trade = waiting(buyer, seller, total, subject.clone(), step.now());
        (trade.state, trade.paid_at) = (TradeState::Paid, Some(step.now()));
        self.trades.insert((step.slot, order_no), trade);
        let pledge = self.pledges.get_mut(&key).expect("just read");
        let (plan_from, before_at_us) = (pledge.pace.plan_from, pledge.pace.last_debit_at_us);
        pledge.pace = Progress {
            version: pledge.pace.version + 1,
            debited_minor: minor(i128::from(pledge.pace.debited_minor.units()) + fen(total)),
            debits: pledge.pace.debits + 1,
            plan_step: plan_step.map_or(pledge.pace.plan_step, |count| count + 1),
            last_debit_at_us: Some(step.now()),
            ..pledge.pace
        };
        let mandate = self.said_of(key);
        let paid = DebitPaid { order_no, amount: total, plan_step, plan_from, before_at_us, mandate };
        self.say(order_no.slot(), Message::DebitPaid(paid));
        None
    }

    /// In the merchant's slot: there was never such an order, unless its merchant gave it up meanwhile.
    pub(super) fn debit_no(&mut self, said: &DebitNo) -> Option<Reply> {
        let offered = self.orders.get(&said.order_no).is_some_and(|order| order.state == OrderState::Offered);
        if offered {
            self.debits.remove(&said.order_no);
            self.forget(said.order_no);
        }
        Some(Reply::DebitOrder(Err(DebitRefused::Mandate(said.refused))))
    }

    /// In the merchant's slot: the order takes the money, or it goes back.
    pub(super) fn debit_paid(&mut self, step: &Step, said: &DebitPaid) -> Option<Reply> {
        self.follow(step, &said.mandate);
        let MandateSaid { agreement_no, buyer, ref buyer_login_masked, .. } = said.mandate;
        let DebitPaid { order_no, amount, plan_step, plan_from, before_at_us, .. } = *said;
        if !self.can_take(step, order_no, amount) {
            self.seen.count("a debit found its order over");
            if self.orders[&order_no].is_open() {
                self.shut(step, order_no);
            }
            let back =
                DebitReturned { agreement_no, order_no, buyer, amount, plan_step, plan_from, before_at_us };
            self.say(buyer.slot(), Message::DebitReturned(back));
            return None;
        }
        if self.orders[&order_no].state == OrderState::Offered {
            self.order_becomes(order_no, OrderState::WaitBuyerPay);
            let order = self.orders.get_mut(&order_no).expect("just read");
            order.created_at = order.created_at.or(Some(step.now()));
        }
        self.credit(step, order_no, (buyer, buyer_login_masked.clone()), amount);
        Some(Reply::DebitOrder(Ok(Opened { order: self.order(order_no), paid: true })))
    }

    /// In the buyer's slot: the money is back, and the debit does not count.
    pub(super) fn debit_returned(&mut self, step: &Step, said: &DebitReturned) -> Option<Reply> {
        let DebitReturned { agreement_no, order_no, buyer, amount, plan_step, plan_from, before_at_us } =
            *said;
        let (transit, kind) = Model::transit(step.slot);
        self.book(step, &[(transit, kind, -fen(amount)), (buyer, AccountKind::Balance, fen(amount))]);
        let trade = self.trades.get_mut(&(step.slot, order_no)).expect("it was paid");
        let debited_at = trade.paid_at;
        (trade.state, trade.paid_at, trade.closed_at) = (TradeState::Closed, None, Some(step.now()));
        let key = (step.slot, agreement_no);
        let pace = &mut self.pledges.get_mut(&key).expect("what was signed stays").pace;
        pace.version += 1;
        pace.debited_minor = minor(i128::from(pace.debited_minor.units()) - fen(amount));
        pace.debits -= 1;
        if let Some(count) =
            plan_step.filter(|count| pace.plan_from == plan_from && pace.plan_step == count + 1)
        {
            pace.plan_step = count;
        } else if plan_step.is_some() {
            self.seen.count("a plan went on before its debit came back");
        }
        let pace = &mut self.pledges.get_mut(&key).expect("what was signed stays").pace;
        if pace.last_debit_at_us == debited_at {
            pace.last_debit_at_us = before_at_us;
        }
        let mandate = self.said_of(key);
        self.say(agreement_no.slot(), Message::DebitUndone(DebitUndone { mandate }));
        None
    }

    /// In the merchant's slot: nothing was taken.
    pub(super) fn debit_undone(&mut self, step: &Step, said: &DebitUndone) -> Option<Reply> {
        self.follow(step, &said.mandate);
        Some(Reply::DebitOrder(Err(DebitRefused::Open(OpenRefused::AlreadyClosed))))
    }
}

/// Which debit of the plan it is, when the mandate allows it.
fn judge(pledge: &Pledge, said: &DebitAsk, now: i64) -> Result<Option<u32>, MandateRefusal> {
    let (pace, today) = (&pledge.pace, Day::of(now));
    if pace.state == AgreementState::Stop {
        let by_time = pace.ended_by == Some(EndedBy::Validity);
        return Err(if by_time { MandateRefusal::Invalid } else { MandateRefusal::Ended });
    }
    if now >= pledge.invalid_at {
        return Err(MandateRefusal::Invalid);
    }
    let Some(rule) = pledge.terms.rule else {
        return if said.by_plan { Err(MandateRefusal::Invalid) } else { Ok(None) };
    };
    let after = i128::from(pace.debited_minor.units()) + fen(said.total);
    if fen(said.total) > fen(rule.single) {
        return Err(MandateRefusal::SingleExceeded);
    }
    if rule.total.is_some_and(|most| after > fen(most)) {
        return Err(MandateRefusal::TotalExceeded);
    }
    match next_debit(&rule, pace, today) {
        None => Err(MandateRefusal::TimesExceeded),
        Some((_, day)) if is_early(day, today) => Err(MandateRefusal::DateNotMatch),
        Some((count, _)) => Ok(Some(count)),
    }
}

fn minor(fen: i128) -> Minor {
    super::yuan(fen).minor()
}
