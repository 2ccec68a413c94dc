//! Payments by the codes on merchants' counters: each trade that came by one is noted, counts what it took and did not
//! give back, and no pocket of a payer paid more by them on one day than the limit.

use crate::funds::Funds;
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{BankOrderNo, Day, OrderNo, Record, china_date};
use engine::{Row, Tabled};
use fund::{BankOrder, BankOrderKind, BankOrderState};
use std::collections::{BTreeMap, BTreeSet};
use trade::{
    Product, STATIC_DAY_FEN, STATIC_WAITING_MAX, StaticPay, StaticUse, StaticWait, Trade, TradeState,
};

type Counter = <StaticUse as Record>::Key;
type Payer = <StaticWait as Record>::Key;

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct StaticCodes {
    /// Orders that were opened by a counter code, as far as their merchants' slots are here.
    orders: BTreeSet<OrderNo>,
    /// Bank orders that pay and may still be done, by what they pay.
    open: BTreeMap<<StaticPay as Record>::Key, Vec<BankOrderNo>>,
    /// What is noted, until its trade was seen.
    pays: BTreeMap<<StaticPay as Record>::Key, StaticPay>,
    /// What the trades come to.
    counted: BTreeMap<Counter, i128>,
    counters: BTreeMap<Counter, i128>,
    /// How many trades wait.
    waiting: BTreeMap<Payer, u32>,
    waits: BTreeMap<Payer, u32>,
}

impl StaticCodes {
    /// A row of any table, in the order of `READ_ORDER`: orders and bank orders come first, then what is noted, then
    /// trades.
    pub(crate) fn row(&mut self, row: &Row, funds: &Funds, findings: &mut Findings) {
        match row {
            Row::Order(order) if order.product == Product::StaticCode => {
                self.orders.insert(order.no);
            }
            Row::BankOrder(order) => self.bank_order(order),
            Row::StaticPay(row) => {
                self.count(row, funds);
                self.by_itself(&row.key(), &[BankOrderState::GivenUp], funds);
                self.pays.insert(row.key(), (**row).clone());
            }
            Row::Trade(trade) => self.trade(trade, funds, findings),
            Row::StaticUse(row) => {
                if Day::from_number(row.day).is_none() {
                    wrong_use(&row.key(), "its day is none", findings);
                }
                self.counters.insert(row.key(), i128::from(row.sum_minor.units()));
            }
            Row::StaticWait(row) => {
                self.waits.insert(row.key(), row.waiting);
            }
            _ => {}
        }
    }

    fn bank_order(&mut self, order: &BankOrder) {
        let is_open = match order.state {
            BankOrderState::Asked | BankOrderState::Unknown | BankOrderState::GivenUp => true,
            BankOrderState::Draft
            | BankOrderState::Done
            | BankOrderState::Failed
            | BankOrderState::Closed
            | BankOrderState::Returning
            | BankOrderState::Returned
            | BankOrderState::Credited => false,
        };
        if let (BankOrderKind::Pay, Some(about), true) = (order.kind, order.about, is_open) {
            self.open.entry((order.slot, about)).or_default().push(order.no);
        }
    }

    /// What no trade counts counts by itself, as long as its bank may still take the money. That it was by a counter
    /// code says the row beside the trade: the order may lie in another cell, and one that was never there is gone.
    fn by_itself(&mut self, of: &<StaticPay as Record>::Key, states: &[BankOrderState], funds: &Funds) {
        let open = self.open.get(of).into_iter().flatten();
        let orders = open.filter_map(|no| funds.bank_order(*no));
        for order in orders.filter(|order| states.contains(&order.state)) {
            if let (Some(at_us), Some(card)) = (order.counted_at_us, funds.card_of(order.card)) {
                let at = (order.slot, order.party, card.digest, china_date(at_us));
                *self.counted.entry(at).or_default() += i128::from(order.amount_minor.units());
            }
        }
    }

    fn count(&mut self, row: &StaticPay, funds: &Funds) {
        if let Some(at_us) = row.counted_at_us {
            // Written down again here on purpose: where it counts is what is checked.
            let pocket = match row.card {
                None => [0; 16],
                Some(card) => match funds.card_of(card) {
                    Some(card) => card.digest,
                    // What pays its trade is another card, or none: that is told when the trade is seen.
                    None => return,
                },
            };
            let at = (row.slot, row.payer, pocket, china_date(at_us));
            *self.counted.entry(at).or_default() += i128::from(row.counted_minor.units());
        }
    }

    fn trade(&mut self, trade: &Trade, funds: &Funds, findings: &mut Findings) {
        let key = (trade.slot, trade.no);
        let Some(row) = self.pays.remove(&key) else {
            if self.orders.contains(&trade.no) {
                let message = "it came by a counter code, and that is not noted";
                findings.add(FindingKind::UsageWrong, "trade", text_of_key(&Trade::wrap_key(key)), message);
            }
            return;
        };
        if trade.state == TradeState::Waiting {
            *self.waiting.entry((row.slot, row.payer)).or_default() += 1;
        }
        let bank_order = trade.bank_order.and_then(|no| funds.bank_order(no));
        if let Some(message) = fault(&row, trade, bank_order) {
            wrong_pay(&row, message, findings);
        }
    }

    /// What is noted of a trade that is not there: that is so of one that was never there, and that a card was asked to
    /// pay before that was known.
    fn without_trade(&mut self, funds: &Funds, findings: &mut Findings) {
        for (key, row) in std::mem::take(&mut self.pays) {
            if !funds.was_tried(key, row.payer) {
                wrong_pay(&row, "no trade has this number", findings);
            } else if row != StaticPay::fresh(row.order_no, row.payer) {
                wrong_pay(&row, "it counts, and no trade has this number", findings);
            }
            self.by_itself(&key, &[BankOrderState::Asked, BankOrderState::Unknown], funds);
        }
    }

    /// When all rows were seen.
    pub(crate) fn finish(mut self, funds: &Funds, findings: &mut Findings) {
        self.without_trade(funds, findings);
        let places: BTreeSet<&Counter> = self.counted.keys().chain(self.counters.keys()).collect();
        for at in places {
            let of = |sums: &BTreeMap<Counter, i128>| sums.get(at).copied().unwrap_or_default();
            let (kept, trades) = (of(&self.counters), of(&self.counted));
            if kept != trades {
                wrong_use(at, &format!("it counts {kept}, trades {trades}"), findings);
            }
            if trades > i128::from(STATIC_DAY_FEN) {
                let message = format!("{trades} was paid, above the limit of {STATIC_DAY_FEN}");
                wrong_use(at, &message, findings);
            }
        }
        let payers: BTreeSet<&Payer> = self.waiting.keys().chain(self.waits.keys()).collect();
        for at in payers {
            let of = |counts: &BTreeMap<Payer, u32>| counts.get(at).copied().unwrap_or_default();
            let (kept, trades) = (of(&self.waits), of(&self.waiting));
            if kept != trades || trades > STATIC_WAITING_MAX {
                let key = text_of_key(&StaticWait::wrap_key(*at));
                let message = format!("it counts {kept} that wait, trades {trades}");
                findings.add(FindingKind::UsageWrong, "static_wait", key, &message);
            }
        }
    }
}

/// What is wrong with what is noted of a trade, if anything.
fn fault(row: &StaticPay, trade: &Trade, bank_order: Option<&BankOrder>) -> Option<&'static str> {
    if row.payer != trade.buyer {
        return Some("its trade is another payer's");
    }
    let wanted = kept(trade, bank_order);
    if i128::from(row.counted_minor.units()) != wanted {
        return Some("it counts something else than its trade took and did not give back");
    }
    if (row.counted_at_us.is_some(), row.card)
        != (wanted > 0, bank_order.map(|order| order.card).filter(|_| wanted > 0))
    {
        return Some("it counts at no moment, or in another pocket than the one that pays its trade");
    }
    // A card counts when its bank is asked, which is before it pays.
    let late = trade.paid_at_us.zip(row.counted_at_us).is_some_and(|(paid_at_us, at_us)| {
        if bank_order.is_some() { at_us > paid_at_us } else { at_us != paid_at_us }
    });
    late.then_some("it counts at another moment than its trade was paid")
}

/// What a trade took from its pocket, or asked a bank for, and did not give back.
fn kept(trade: &Trade, bank_order: Option<&BankOrder>) -> i128 {
    let total = i128::from(trade.total_minor.units());
    let asked = bank_order.is_some_and(|order| match order.state {
        BankOrderState::Asked | BankOrderState::Unknown => true,
        BankOrderState::Draft
        | BankOrderState::GivenUp
        | BankOrderState::Done
        | BankOrderState::Failed
        | BankOrderState::Closed
        | BankOrderState::Returning
        | BankOrderState::Returned
        | BankOrderState::Credited => false,
    });
    match trade.state {
        TradeState::Paid => total - i128::from(trade.refunded_minor.units()),
        // An order can be closed while a bank is asked.
        TradeState::Waiting | TradeState::Closed if asked => total,
        TradeState::Waiting | TradeState::Closed => 0,
    }
}

fn wrong_pay(row: &StaticPay, message: &str, findings: &mut Findings) {
    let key = text_of_key(&StaticPay::wrap_key(row.key()));
    findings.add(FindingKind::UsageWrong, "static_pay", key, message);
}

fn wrong_use(at: &Counter, message: &str, findings: &mut Findings) {
    let key = text_of_key(&StaticUse::wrap_key(*at));
    findings.add(FindingKind::UsageWrong, "static_use", key, message);
}
