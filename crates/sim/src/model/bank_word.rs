//! What banks say of orders: done, refused, nothing; late, again, and against their own word.

use super::{Model, Step, fen};
use base::{BankOrderNo, PartyId, Text};
use engine::{BankAnswered, Message, OrderPaid, PaidByCard, Verdict};
use fund::{
    BankOrder, BankOrderKind, BankOrderState, BankRef, BankSurprise, CardKind, Done, FindBankRefused,
    SurpriseKind,
};
use ledger::AccountKind;
use money::Money;
use people::PartyStatus;
use std::sync::Arc;
use trade::{CardChannel, TradeState};

impl Model {
    pub(super) fn bank_answered(
        &mut self,
        step: &Step,
        asked: &BankAnswered,
    ) -> Result<Arc<BankOrder>, FindBankRefused> {
        let no = asked.no;
        let order = self.bank_orders.get(&no).cloned().ok_or(FindBankRefused::NotFound)?;
        match &asked.verdict {
            Verdict::Unknown => self.seen.count("a bank said nothing"),
            Verdict::Done(done) => self.bank_did(step, &order, done),
            Verdict::Refused(reason) => {
                let nothing = Money::zero(order.currency);
                let no_name = Text::new("").expect("an empty text");
                match order.state {
                    BankOrderState::Unknown | BankOrderState::GivenUp => {
                        self.word_is_final(step, no);
                        self.bank_orders.get_mut(&no).expect("just found").reason = Some(*reason);
                        self.refused_for_good(step, &order);
                    }
                    BankOrderState::Failed | BankOrderState::Closed => {
                        self.seen.count("a bank refused again");
                    }
                    _ => self.note(step, &order, SurpriseKind::RefusedAgainstWord, nothing, no_name),
                }
            }
        }
        Ok(self.told_of(no))
    }

    fn word_is_final(&mut self, step: &Step, no: BankOrderNo) {
        self.stop_giving_up(no);
        let order = self.bank_orders.get_mut(&no).expect("the caller saw it");
        (order.next_try_at_us, order.heard_at_us) = (None, Some(step.now()));
    }

    pub(super) fn bank_did(&mut self, step: &Step, order: &BankOrder, done: &Done) {
        use BankOrderState as S;
        let mut note = |kind| self.note(step, order, kind, done.amount, done.bank_ref.clone());
        if done.amount != order.amount() {
            return note(SurpriseKind::AmountDiffers);
        }
        match order.state {
            S::Done | S::Returning | S::Returned | S::Credited => {
                if order.bank_ref.as_ref() != Some(&done.bank_ref) {
                    return note(SurpriseKind::SecondReference);
                }
                self.seen.count("a bank said again what it did");
            }
            S::Draft | S::Asked | S::Failed | S::Closed => note(match order.tries {
                0 => SurpriseKind::DoneUnasked,
                _ => SurpriseKind::DoneAfterEnd,
            }),
            S::Unknown | S::GivenUp => {
                self.word_is_final(step, order.no);
                let kept = self.bank_orders.get_mut(&order.no).expect("the caller saw it");
                kept.bank_ref = Some(done.bank_ref.clone());
                self.done_for_good(step, order);
            }
        }
    }

    fn done_for_good(&mut self, step: &Step, order: &BankOrder) {
        let (no, party, units) = (order.no, order.party, fen(order.amount()));
        let gone = self.status(party).is_none_or(|status| status == PartyStatus::Closed);
        let late = order.state == BankOrderState::GivenUp;
        let nobody = match order.kind {
            BankOrderKind::TopUp => gone,
            BankOrderKind::Pay => !self.trade_waits_for(order),
            BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer => false,
        };
        let platform = PartyId::platform(step.slot);
        if late || nobody {
            let (from, to) = (AccountKind::ClearingIn, AccountKind::ClearingOut);
            self.book(step, &[(platform, from, -units), (platform, to, units)]);
            self.seen.count(if late { "money came after it was given up" } else { "money came for nobody" });
            self.bank_order_becomes(no, BankOrderState::Returning);
            self.uncount_bank_order(no);
            self.owe_to_card(step, order, "late", order.amount());
            return self.let_trade_go(no);
        }
        self.bank_order_becomes(no, BankOrderState::Done);
        match order.kind {
            BankOrderKind::TopUp => {
                let cleared = (platform, AccountKind::ClearingIn, -units);
                self.book(step, &[cleared, (party, AccountKind::Balance, units)]);
            }
            BankOrderKind::Withdraw | BankOrderKind::Transfer => {
                let fee = i128::from(order.fee_minor.units());
                let income = (platform, AccountKind::FeeIncome, fee);
                self.book(step, &[(platform, AccountKind::ClearingOut, -fee), income]);
                if order.kind == BankOrderKind::Transfer {
                    self.card_transfer_ended(step, order, true);
                }
            }
            BankOrderKind::Return => self.return_ended(order, BankOrderState::Returned),
            BankOrderKind::Pay => self.paid_by_card(step, order),
        }
    }

    fn refused_for_good(&mut self, step: &Step, order: &BankOrder) {
        let given_up = order.state == BankOrderState::GivenUp;
        let state = if given_up { BankOrderState::Closed } else { BankOrderState::Failed };
        self.bank_order_becomes(order.no, state);
        self.uncount_bank_order(order.no);
        self.let_trade_go(order.no);
        if matches!(order.kind, BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer) {
            let whole = fen(order.amount()) + i128::from(order.fee_minor.units());
            let out = (PartyId::platform(step.slot), AccountKind::ClearingOut, -whole);
            self.book(step, &[out, (order.party, AccountKind::Balance, whole)]);
        }
        match order.kind {
            BankOrderKind::Return => self.return_ended(order, BankOrderState::Credited),
            BankOrderKind::Transfer => self.card_transfer_ended(step, order, false),
            BankOrderKind::TopUp | BankOrderKind::Withdraw | BankOrderKind::Pay => {}
        }
    }

    /// What was returned whole hears how that ended; of a payment that was refunded nothing changes.
    fn return_ended(&mut self, order: &BankOrder, state: BankOrderState) {
        let of = order.about.map(BankOrderNo::of_topic).expect("a return is of something");
        if self.bank_orders[&of].state == BankOrderState::Returning {
            self.bank_order_becomes(of, state);
        }
    }

    /// Money is owed to the card of an order, once for each part of it.
    pub(super) fn owe_to_card(&mut self, step: &Step, of: &BankOrder, part: &str, amount: Money) {
        let key = Text::new(&format!("{} {part}", of.no)).expect("it is short");
        let kind = BankOrderKind::Return;
        if self.bank_keys.contains_key(&(of.party, kind, key.clone())) {
            return;
        }
        let no = self.draft(step, (of.party, of.card, kind), amount, key);
        let order = self.bank_orders.get_mut(&no).expect("just drafted");
        (order.about, order.next_try_at_us) = (Some(of.no.topic()), Some(step.now()));
        self.bank_order_becomes(no, BankOrderState::Asked);
    }

    /// Whether the trade that an order pays waits for this very order.
    fn trade_waits_for(&self, order: &BankOrder) -> bool {
        let trade = order.about.and_then(|about| self.trades.get(&(order.slot, about)));
        trade.is_some_and(|trade| trade.bank_order == Some(order.no) && trade.state == TradeState::Waiting)
    }

    pub(super) fn let_trade_go(&mut self, no: BankOrderNo) {
        let order = &self.bank_orders[&no];
        if order.kind != BankOrderKind::Pay {
            return;
        }
        let key = order.about.map(|about| (order.slot, about));
        let trade = key.and_then(|key| self.trades.get_mut(&key));
        if let Some(trade) = trade.filter(|trade| trade.bank_order == Some(no)) {
            trade.bank_order = None;
        }
    }

    fn paid_by_card(&mut self, step: &Step, order: &BankOrder) {
        let order_no = order.about.expect("a payment is of an order");
        let (buyer, amount) = (order.party, order.amount());
        let platform = PartyId::platform(step.slot);
        let (transit, kind) = Model::transit(step.slot);
        let cleared = (platform, AccountKind::ClearingIn, -fen(amount));
        self.book(step, &[cleared, (transit, kind, fen(amount))]);
        let trade = self.trades.get_mut(&(step.slot, order_no)).expect("it waits");
        (trade.state, trade.paid_at) = (TradeState::Paid, Some(step.now()));
        self.seen.count("trade Waiting -> Paid");
        let card = &self.cards[&order.card];
        let kind = match card.kind {
            CardKind::Debit => CardChannel::DebitCard,
            CardKind::Credit => CardChannel::CreditCard,
        };
        let card = Some(PaidByCard { kind, bank: card.bank.clone() });
        let buyer_login_masked = self.masked(buyer);
        let paid = OrderPaid { order_no, buyer, buyer_login_masked, amount, attempt: None, card };
        self.say(order_no.slot(), Message::OrderPaid(paid));
    }

    /// The merchant's order could not take what a card paid: it goes back to the card.
    pub(super) fn card_payment_back(&mut self, step: &Step, no: BankOrderNo, amount: Money) {
        let order = self.bank_orders[&no].clone();
        self.back_from_transit(step, amount);
        self.bank_order_becomes(no, BankOrderState::Returning);
        self.uncount_bank_order(no);
        self.owe_to_card(step, &order, "late", amount);
        self.seen.count("a payment by card came back");
    }

    /// A refund goes to the card that paid.
    pub(super) fn refund_to_card(&mut self, step: &Step, no: BankOrderNo, part: &str, amount: Money) {
        let order = self.bank_orders[&no].clone();
        self.back_from_transit(step, amount);
        self.owe_to_card(step, &order, &format!("refund {part}"), amount);
        self.seen.count("a refund went to the card");
    }

    fn back_from_transit(&mut self, step: &Step, amount: Money) {
        let (transit, kind) = Model::transit(step.slot);
        let out = (PartyId::platform(step.slot), AccountKind::ClearingOut, fen(amount));
        self.book(step, &[(transit, kind, -fen(amount)), out]);
    }

    /// Notes a contradiction, once. What was done after the end lies at the wrong place for certain.
    fn note(&mut self, step: &Step, order: &BankOrder, kind: SurpriseKind, amount: Money, bank_ref: BankRef) {
        let (slot, no) = (step.slot, order.no);
        if self.surprises.contains_key(&(no, kind, bank_ref.clone())) {
            return self.seen.count("a surprise came again");
        }
        let booked = kind == SurpriseKind::DoneAfterEnd;
        if booked {
            let platform = PartyId::platform(slot);
            let (from, to) = match order.kind {
                BankOrderKind::TopUp | BankOrderKind::Pay => {
                    (AccountKind::ClearingIn, AccountKind::SuspenseOwed)
                }
                BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer => {
                    (AccountKind::SuspenseDue, AccountKind::ClearingOut)
                }
            };
            self.book(step, &[(platform, from, -fen(amount)), (platform, to, fen(amount))]);
        }
        let (currency, amount_minor, at_us) = (amount.currency(), amount.minor(), step.now());
        let surprise = BankSurprise {
            slot,
            no,
            kind,
            bank_ref: bank_ref.clone(),
            currency,
            amount_minor,
            booked,
            at_us,
        };
        self.surprises.insert((no, kind, bank_ref), surprise);
        if order.kind == BankOrderKind::Transfer && kind == SurpriseKind::SecondReference {
            self.odd_word(order);
        }
        self.seen.count(&format!("surprise {kind:?}"));
    }
}
