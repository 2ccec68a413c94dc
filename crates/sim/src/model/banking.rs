//! Bank orders: drafted, confirmed, sent, given up; and payments by card.

use super::facts::Task;
use super::{Model, Step, fen, yuan};
use base::{BankOrderNo, CardNo, DAY_US, HOUR_US, MINUTE_US, PartyId, SECOND_US, Text, china_date};
use engine::{
    BankTask, BankWay, CloseBankOrder, ConfirmBankOrder, LastTry, PayByCard, PayByCardRefused,
    PrepareBankOrder, SendBankOrder,
};
use fund::{
    BankKey, BankOrder, BankOrderKind, BankOrderRefused, BankOrderState, CardKind, CardState,
    CloseBankOrderRefused, ConfirmBankOrderRefused,
};
use ledger::AccountKind;
use money::{Currency, Money};
use people::{PartyKind, PartyStatus, UsageKind};
use std::sync::Arc;
use trade::{PayRefused, TradeState};

/// A draft waits a day for its party, and money from a card a day for the bank.
const GIVE_UP: i64 = DAY_US;
/// The most of one withdrawal and of a day of them.
const WITHDRAW: (i128, i128) = (5_000_000, 15_000_000);
/// What goes out without a fee in a whole life.
const FREE: i128 = 2_000_000;

/// The most of one top-up or payment with a card of a bank, of a day, and of a month of them.
fn most_by_card(bank: &str) -> (i128, i128, i128) {
    match bank {
        "ICBC" => (5_000_000, 5_000_000, 30_000_000),
        "ABC" => (1_000_000, 1_000_000, 30_000_000),
        _ => (1_000_000, 2_000_000, 10_000_000),
    }
}

/// When a bank is asked again, after it was asked so often.
fn patience(tries: u32) -> i64 {
    match tries {
        0 | 1 => SECOND_US,
        2..=10 => SECOND_US * (1 << (tries - 1)),
        11 => 10 * MINUTE_US,
        12..=59 => HOUR_US,
        _ => DAY_US,
    }
}

impl Model {
    fn used_of(&self, party: PartyId, kind: UsageKind, at: i64) -> i128 {
        self.used.get(&(party, kind, period(kind, at))).map_or(0, |used| used.1)
    }

    /// Whether such an order may be now: what of the free sum it would use, and its fee.
    fn fits(
        &self,
        step: &Step,
        (party, card, kind): (PartyId, CardNo, BankOrderKind),
        amount: Money,
    ) -> Result<(i128, i128), BankOrderRefused> {
        let units = fen(amount);
        if units == 0 {
            return Err(BankOrderRefused::NothingToMove);
        }
        if amount.currency() != Currency::Cny {
            return Err(BankOrderRefused::CurrencyDiffers);
        }
        match self.status(party) {
            None => return Err(BankOrderRefused::PartyNotFound),
            Some(PartyStatus::Normal) => {}
            Some(PartyStatus::Frozen) if kind == BankOrderKind::TopUp => {}
            Some(PartyStatus::Frozen | PartyStatus::Closed) => return Err(BankOrderRefused::PartyBlocked),
        }
        let card = self.card_of(party, card).filter(|card| card.state == CardState::Bound);
        let card = card.ok_or(BankOrderRefused::CardNotBound)?;
        if card.kind == CardKind::Credit && kind != BankOrderKind::Pay {
            return Err(BankOrderRefused::CardIsCredit);
        }
        let left = |kind: UsageKind, most: i128| most - self.used_of(party, kind, step.now());
        let max = |fen: i128| u64::try_from(fen).expect("limits are above zero");
        if kind != BankOrderKind::Withdraw {
            let (single, day, month) = most_by_card(card.bank.as_str());
            return match () {
                () if units > single => Err(BankOrderRefused::OverSingle { max: max(single) }),
                () if units > left(UsageKind::CardDay, day) => {
                    Err(BankOrderRefused::OverDay { max: max(day) })
                }
                () if units > left(UsageKind::CardMonth, month) => {
                    Err(BankOrderRefused::OverMonth { max: max(month) })
                }
                () => Ok((0, 0)),
            };
        }
        let (single, day) = WITHDRAW;
        if units > single {
            return Err(BankOrderRefused::OverSingle { max: max(single) });
        }
        if units > left(UsageKind::WithdrawDay, day) {
            return Err(BankOrderRefused::OverDay { max: max(day) });
        }
        // The free sum is for persons.
        let person = self.people.get(&party).is_some_and(|party| party.kind == PartyKind::Person);
        let free = if person { left(UsageKind::WithdrawFree, FREE).max(0).min(units) } else { 0 };
        // A thousandth of the rest, half up, and ten fen at least.
        let fee = if free == units { 0 } else { ((units - free + 500) / 1_000).max(10) };
        if self.available(party) < units + fee {
            Err(BankOrderRefused::BalanceTooLow)
        } else {
            Ok((free, fee))
        }
    }

    /// A new order under its key.
    pub(super) fn draft(
        &mut self,
        step: &Step,
        (party, card, kind): (PartyId, CardNo, BankOrderKind),
        amount: Money,
        key: BankKey,
    ) -> BankOrderNo {
        let no = BankOrderNo::of(step.stamp, step.slot);
        self.bank_keys.insert((party, kind, key.clone()), no);
        let order = BankOrder {
            slot: step.slot,
            no,
            party,
            card,
            kind,
            state: BankOrderState::Draft,
            currency: amount.currency(),
            amount_minor: amount.minor(),
            fee_minor: yuan(0).minor(),
            free_minor: yuan(0).minor(),
            life_minor: yuan(0).minor(),
            counted_at_us: None,
            about: None,
            key,
            asked_at_us: step.now(),
            next_try_at_us: None,
            tries: 0,
            bank_ref: None,
            reason: None,
            heard_at_us: None,
            timer: None,
            gives_up_at_us: None,
        };
        self.bank_orders.insert(no, order);
        no
    }

    fn bank_order(&mut self, no: BankOrderNo) -> &mut BankOrder {
        self.bank_orders.get_mut(&no).expect("the caller saw it")
    }

    pub(super) fn told_of(&self, no: BankOrderNo) -> Arc<BankOrder> {
        Arc::new(self.bank_orders[&no].clone())
    }

    fn give_up_later(&mut self, step: &Step, no: BankOrderNo) {
        let due = step.now() + GIVE_UP;
        let timer = self.remind(step, due, Task::GiveUp(no));
        let order = self.bank_order(no);
        (order.timer, order.gives_up_at_us) = (Some(timer), Some(due));
    }

    pub(super) fn stop_giving_up(&mut self, no: BankOrderNo) {
        let order = self.bank_order(no);
        if let (Some(timer), Some(due)) = (order.timer.take(), order.gives_up_at_us.take()) {
            self.timers.remove(&(due, timer));
        }
    }

    pub(super) fn bank_order_becomes(&mut self, no: BankOrderNo, state: BankOrderState) {
        let order = self.bank_order(no);
        let (kind, before) = (order.kind, std::mem::replace(&mut order.state, state));
        self.seen.count(&format!("bank order {before:?} -> {state:?}"));
        self.seen.count(&format!("{kind:?} is {state:?}"));
    }

    pub(super) fn prepare(
        &mut self,
        step: &Step,
        asked: &PrepareBankOrder,
    ) -> Result<Arc<BankOrder>, BankOrderRefused> {
        let PrepareBankOrder { party, card, way, amount, key } = asked.clone();
        let kind = if way == BankWay::TopUp { BankOrderKind::TopUp } else { BankOrderKind::Withdraw };
        let key: BankKey = Text::new(key.as_str()).expect("it is short");
        if let Some(no) = self.bank_keys.get(&(party, kind, key.clone())) {
            let first = &self.bank_orders[no];
            if first.card != card {
                return Err(BankOrderRefused::KeyTaken { field: "card" });
            }
            if first.amount_minor != amount.minor() || first.currency != amount.currency() {
                return Err(BankOrderRefused::KeyTaken { field: "amount" });
            }
            let no = *no;
            self.seen.count("the same bank order again is the same answer");
            return Ok(self.told_of(no));
        }
        let (free, fee) = self.fits(step, (party, card, kind), amount)?;
        let no = self.draft(step, (party, card, kind), amount, key);
        let order = self.bank_order(no);
        (order.free_minor, order.fee_minor) = (yuan(free).minor(), yuan(fee).minor());
        self.give_up_later(step, no);
        Ok(self.told_of(no))
    }

    pub(super) fn confirm_bank_order(
        &mut self,
        step: &Step,
        asked: &ConfirmBankOrder,
    ) -> Result<Arc<BankOrder>, ConfirmBankOrderRefused> {
        let ConfirmBankOrder { party, no, attempt } = *asked;
        let order = self.bank_order_of(party, no).cloned().ok_or(ConfirmBankOrderRefused::NotFound)?;
        match order.state {
            BankOrderState::Draft => {}
            BankOrderState::Asked | BankOrderState::Unknown => return Ok(self.told_of(no)),
            _ => return Err(ConfirmBankOrderRefused::Ended),
        }
        let proof = self.tries.get(&(party, attempt));
        let proven =
            proof.is_some_and(|proof| proof.right && proof.about == no.topic() && step.now() < proof.until);
        if !proven {
            return Err(ConfirmBankOrderRefused::ProofMissing);
        }
        let fits = self.fits(step, (party, order.card, order.kind), order.amount());
        let (free, fee) = fits.map_err(ConfirmBankOrderRefused::Rules)?;
        if fee != i128::from(order.fee_minor.units()) {
            return Err(ConfirmBankOrderRefused::PriceChanged);
        }
        self.tries.remove(&(party, attempt));
        if order.kind == BankOrderKind::Withdraw {
            let whole = fen(order.amount()) + fee;
            let out = (PartyId::platform(step.slot), AccountKind::ClearingOut, whole);
            self.book(step, &[(party, AccountKind::Balance, -whole), out]);
            self.stop_giving_up(no);
            self.bank_order(no).free_minor = yuan(free).minor();
        }
        self.count_bank_order(step, no);
        self.bank_order(no).next_try_at_us = Some(step.now());
        self.bank_order_becomes(no, BankOrderState::Asked);
        Ok(self.told_of(no))
    }

    /// Counts an order in its day, month or life.
    fn count_bank_order(&mut self, step: &Step, no: BankOrderNo) {
        let order = self.bank_orders[&no].clone();
        for (kind, units) in counters(&order) {
            let used = self.used.entry((order.party, kind, period(kind, step.now()))).or_default();
            *used = (used.0 + 1, used.1 + units);
        }
        self.bank_order(no).counted_at_us = Some(step.now());
    }

    pub(super) fn uncount_bank_order(&mut self, no: BankOrderNo) {
        let Some(at) = self.bank_order(no).counted_at_us.take() else { return };
        let order = self.bank_orders[&no].clone();
        for (kind, units) in counters(&order) {
            let used = self.used.get_mut(&(order.party, kind, period(kind, at))).expect("it was counted");
            *used = (used.0 - 1, used.1 - units);
        }
    }

    pub(super) fn close_bank_order(
        &mut self,
        step: &Step,
        asked: &CloseBankOrder,
    ) -> Result<Arc<BankOrder>, CloseBankOrderRefused> {
        let order = self.bank_order_of(asked.party, asked.no).ok_or(CloseBankOrderRefused::NotFound)?;
        let is_in = matches!(order.kind, BankOrderKind::TopUp | BankOrderKind::Pay);
        match order.state {
            BankOrderState::GivenUp | BankOrderState::Closed => return Ok(self.told_of(asked.no)),
            BankOrderState::Draft => {}
            BankOrderState::Asked | BankOrderState::Unknown if is_in => {}
            _ => return Err(CloseBankOrderRefused::TooLate),
        }
        self.stop_giving_up(asked.no);
        self.give_up(step, asked.no);
        Ok(self.told_of(asked.no))
    }

    /// Nobody waits for it any more; the bank's word does not come less for that.
    fn give_up(&mut self, step: &Step, no: BankOrderNo) {
        self.let_trade_go(no);
        if self.bank_orders[&no].state == BankOrderState::Unknown {
            // The bank is told at once: it may still refuse.
            self.bank_order(no).next_try_at_us = Some(step.now());
            return self.bank_order_becomes(no, BankOrderState::GivenUp);
        }
        self.bank_order(no).next_try_at_us = None;
        self.bank_order_becomes(no, BankOrderState::Closed);
        self.uncount_bank_order(no);
    }

    /// A day went by.
    pub(super) fn give_up_time(&mut self, step: &Step, no: BankOrderNo) {
        let order = self.bank_order(no);
        (order.timer, order.gives_up_at_us) = (None, None);
        self.seen.count("a bank order was given up by its clock");
        self.give_up(step, no);
    }

    pub(super) fn send_bank_order(&mut self, step: &Step, asked: &SendBankOrder) -> Option<BankTask> {
        let order = self.bank_orders.get_mut(&asked.no)?;
        if order.next_try_at_us.is_none_or(|at| at > step.now()) {
            return None;
        }
        order.tries += 1;
        order.next_try_at_us = Some(step.now() + patience(order.tries));
        let first = order.state == BankOrderState::Asked;
        if first {
            self.bank_order_becomes(asked.no, BankOrderState::Unknown);
        } else {
            self.seen.count("a bank was asked again");
        }
        let order = self.told_of(asked.no);
        let card = Arc::new(self.cards[&order.card].clone());
        let may_send = order.state == BankOrderState::Unknown;
        Some(BankTask { order, card, first, may_send })
    }

    pub(super) fn pay_by_card(
        &mut self,
        step: &Step,
        asked: &PayByCard,
    ) -> Result<Arc<BankOrder>, PayByCardRefused> {
        let PayByCard { buyer, order_no, card, attempt, last_try } = *asked;
        let key = (step.slot, order_no);
        let no = |refused| Err(PayByCardRefused::Pay(refused));
        let Some(trade) = self.trades.get(&key).filter(|trade| trade.buyer == buyer) else {
            return no(PayRefused::TradeNotFound);
        };
        let before = trade.bank_order;
        if let Some(before) = before.filter(|before| self.bank_orders[before].card == card) {
            self.seen.count("the same payment by card again is the same answer");
            return Ok(self.told_of(before));
        }
        match trade.state {
            TradeState::Paid => return no(PayRefused::AlreadyPaid),
            TradeState::Closed => return no(PayRefused::AlreadyClosed),
            TradeState::Waiting if before.is_some() => return no(PayRefused::CardUnderWay),
            TradeState::Waiting => {}
        }
        if let LastTry::Is(seen) = last_try
            && seen != trade.last_try
        {
            return Err(PayByCardRefused::MovedOn);
        }
        let (total, proof) = (trade.total, self.tries.get(&(buyer, attempt)));
        let proven =
            proof.is_some_and(|proof| proof.right && proof.about == order_no && step.now() < proof.until);
        if !proven {
            return no(PayRefused::ProofMissing);
        }
        if self.status(buyer) != Some(PartyStatus::Normal) {
            return no(PayRefused::BuyerBlocked);
        }
        let wish = (buyer, card, BankOrderKind::Pay);
        self.fits(step, wish, total).map_err(PayByCardRefused::Card)?;
        self.tries.remove(&(buyer, attempt));
        let own = BankOrderNo::of(step.stamp, step.slot);
        let name = Text::new(&format!("{order_no} {own}")).expect("two numbers");
        let own = self.draft(step, wish, total, name);
        self.give_up_later(step, own);
        self.count_bank_order(step, own);
        let order = self.bank_order(own);
        (order.about, order.next_try_at_us) = (Some(order_no), Some(step.now()));
        self.bank_order_becomes(own, BankOrderState::Asked);
        let trade = self.trades.get_mut(&key).expect("just found");
        (trade.bank_order, trade.last_try) = (Some(own), Some(own));
        Ok(self.told_of(own))
    }
}

/// What an order counts where.
fn counters(order: &BankOrder) -> Vec<(UsageKind, i128)> {
    let (units, free) = (i128::from(order.amount_minor.units()), i128::from(order.free_minor.units()));
    let all = match order.kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => {
            vec![(UsageKind::CardDay, units), (UsageKind::CardMonth, units)]
        }
        BankOrderKind::Withdraw => vec![(UsageKind::WithdrawDay, units), (UsageKind::WithdrawFree, free)],
        BankOrderKind::Return | BankOrderKind::Transfer => Vec::new(),
    };
    all.into_iter().filter(|(_, units)| *units != 0).collect()
}

fn period(kind: UsageKind, at: i64) -> u32 {
    match kind {
        UsageKind::CardDay | UsageKind::WithdrawDay => china_date(at),
        UsageKind::CardMonth => china_date(at) / 100,
        _ => 0,
    }
}
