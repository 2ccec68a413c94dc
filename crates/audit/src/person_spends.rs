//! What the accounts of one person use together of cards and withdrawals: each counter is what the orders of its period
//! come to, no more and no less, in the slot of the person; and those are the bank orders that stand, as they stand.

use crate::funds::Funds;
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{BankOrderNo, PartyId, Record, SlotSet};
use engine::{Row, Tabled};
use fund::{BankOrder, BankOrderKind};
use people::{IdentityDigest, PersonCount, PersonSpend, SpendKind, UsageKind, slot_of_identity};
use std::collections::{BTreeMap, BTreeSet};

type Counter = <PersonCount as Record>::Key;

/// What was seen of it.
#[derive(Debug)]
pub(crate) struct PersonSpends {
    /// The slots whose rows are here.
    home: SlotSet,
    /// Whose the accounts are, and since when at the latest that is known, microseconds UTC.
    known: BTreeMap<PartyId, (IdentityDigest, i64)>,
    /// The bank orders that count.
    counted: BTreeSet<BankOrderNo>,
    /// How often and how much the orders come to, by period.
    orders: BTreeMap<Counter, (u32, i128)>,
    counters: BTreeMap<Counter, (u32, i128)>,
}

/// What a kind of order uses of its person's limits. Written down again here on purpose.
const fn spends(kind: BankOrderKind) -> Option<SpendKind> {
    match kind {
        BankOrderKind::TopUp | BankOrderKind::Pay => Some(SpendKind::Card),
        BankOrderKind::Withdraw => Some(SpendKind::Withdraw),
        BankOrderKind::Return | BankOrderKind::Transfer => None,
    }
}

impl PersonSpends {
    pub(crate) fn new(home: SlotSet) -> PersonSpends {
        PersonSpends {
            home,
            known: BTreeMap::new(),
            counted: BTreeSet::new(),
            orders: BTreeMap::new(),
            counters: BTreeMap::new(),
        }
    }

    /// A row of any table, in the order of `READ_ORDER`: bank orders come before what counts them.
    pub(crate) fn row(&mut self, row: &Row, funds: &Funds, findings: &mut Findings) {
        match row {
            Row::Standing(row) => {
                self.known.insert(row.party, (row.identity, i64::MAX));
            }
            Row::Evidence(row) => {
                if let Some((_, since_us)) = self.known.get_mut(&row.party) {
                    *since_us = row.verified_at_us.min(*since_us);
                }
            }
            Row::PersonSpend(row) => {
                self.spend(row, findings);
                self.against(row, funds, findings);
            }
            Row::PersonCount(row) => {
                self.counters.insert(row.key(), (row.count, i128::from(row.sum_minor.units())));
            }
            _ => {}
        }
    }

    fn spend(&mut self, row: &PersonSpend, findings: &mut Findings) {
        if row.slot != slot_of_identity(&row.identity) {
            let key = text_of_key(&PersonSpend::wrap_key(row.key()));
            findings.add(FindingKind::UsageWrong, "person_spend", key, "it is not in the slot of its person");
        }
        // Written down again here on purpose: where an order counts is what is checked.
        let counters: &[UsageKind] = match row.kind {
            SpendKind::Card => &[UsageKind::CardDay, UsageKind::CardMonth],
            SpendKind::Withdraw => &[UsageKind::WithdrawDay],
        };
        for kind in counters {
            let sum = self.orders.entry((row.slot, row.identity, *kind, kind.period(row.at_us))).or_default();
            *sum = (sum.0.saturating_add(1), sum.1 + i128::from(row.amount_minor.units()));
        }
    }

    /// What is counted, against the bank order of its number. That may lie in another cell.
    fn against(&mut self, row: &PersonSpend, funds: &Funds, findings: &mut Findings) {
        if !self.home.contains(row.bank_order.slot()) {
            return;
        }
        self.counted.insert(row.bank_order);
        if let Some(message) = self.fault(row, funds.bank_order(row.bank_order)) {
            let key = text_of_key(&PersonSpend::wrap_key(row.key()));
            findings.add(FindingKind::UsageWrong, "person_spend", key, message);
        }
    }

    fn fault(&self, row: &PersonSpend, order: Option<&BankOrder>) -> Option<&'static str> {
        let Some(order) = order else { return Some("no bank order has this number") };
        let known = self.known.get(&order.party);
        if spends(order.kind) != Some(row.kind) || order.amount_minor != row.amount_minor {
            return Some("it is of another kind or amount than its bank order");
        }
        if known.is_some_and(|(identity, _)| *identity != row.identity) {
            return Some("its bank order is of another person's account");
        }
        match order.counted_at_us {
            Some(at_us) if at_us == row.at_us => None,
            // An account that was given up gives nothing back.
            None if known.is_none() => None,
            Some(_) | None => Some("its bank order counts at another moment, or not at all"),
        }
    }

    /// Whether the person of an order's account must count it: it was known whose account that is, and counted so.
    fn must_count(&self, order: &BankOrder) -> bool {
        let Some(at_us) = order.counted_at_us else { return false };
        let Some((identity, known_since_us)) = self.known.get(&order.party) else { return false };
        spends(order.kind).is_some()
            && self.home.contains(slot_of_identity(identity))
            && at_us > *known_since_us
    }

    /// When all rows were seen.
    pub(crate) fn finish(&self, funds: &Funds, findings: &mut Findings) {
        for order in funds.bank_orders() {
            if self.must_count(order) && !self.counted.contains(&order.no) {
                let key = text_of_key(&BankOrder::wrap_key(order.key()));
                findings.add(FindingKind::UsageWrong, "bank_order", key, "its person does not count it");
            }
        }
        let places: BTreeSet<&Counter> = self.orders.keys().chain(self.counters.keys()).collect();
        for at in places {
            let of = |sums: &BTreeMap<Counter, (u32, i128)>| sums.get(at).copied().unwrap_or_default();
            let (kept, orders) = (of(&self.counters), of(&self.orders));
            if kept != orders {
                let message =
                    format!("it counts {} of {}, orders {} of {}", kept.0, kept.1, orders.0, orders.1);
                let key = text_of_key(&PersonCount::wrap_key(*at));
                findings.add(FindingKind::UsageWrong, "person_count", key, message);
            }
        }
    }
}
