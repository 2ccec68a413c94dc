//! What the accounts of one person use together of cards and withdrawals: each counter is what the orders of its period
//! come to, no more and no less, in the slot of the person.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::Record;
use engine::{Row, Tabled};
use people::{PersonCount, PersonSpend, SpendKind, UsageKind, slot_of_identity};
use std::collections::{BTreeMap, BTreeSet};

type Counter = <PersonCount as Record>::Key;

/// What was seen of it.
#[derive(Debug, Default)]
pub(crate) struct PersonSpends {
    /// How often and how much the orders come to, by period.
    orders: BTreeMap<Counter, (u32, i128)>,
    counters: BTreeMap<Counter, (u32, i128)>,
}

impl PersonSpends {
    /// A row of any table.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::PersonSpend(row) => self.spend(row, findings),
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

    /// When all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
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
