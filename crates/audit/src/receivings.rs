//! What merchants without a licence received: their counters are their paid orders, no more and no less, and no period
//! is above its limit.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record};
use engine::{Row, Tabled};
use people::{MerchantKind, Usage, UsageKind};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Order, RECEIVE_DAY_FEN, RECEIVE_MONTH_FEN, RECEIVE_SINGLE_FEN};

type Counter = <Usage as Record>::Key;

/// What was seen of them.
#[derive(Debug, Default)]
pub(crate) struct Receivings {
    /// Merchants that signed as persons without a licence.
    limited: BTreeSet<PartyId>,
    /// How often and how much their paid orders come to, by period.
    received: BTreeMap<Counter, (u32, i128)>,
    counters: BTreeMap<Counter, (u32, i128)>,
}

impl Receivings {
    /// A row of any table, in the order of `READ_ORDER`: applications come before orders.
    pub(crate) fn row(&mut self, row: &Row, findings: &mut Findings) {
        match row {
            Row::MerchantApplication(row) if row.kind == MerchantKind::Individual => {
                self.limited.extend(row.merchant);
            }
            Row::Order(order) => self.order(order, findings),
            Row::Usage(usage) if is_ours(usage.kind) => {
                self.counters.insert(usage.key(), (usage.count, i128::from(usage.sum_minor.units())));
            }
            _ => {}
        }
    }

    fn order(&mut self, order: &Order, findings: &mut Findings) {
        let Some(paid_at_us) = order.paid_at_us.filter(|_| self.limited.contains(&order.seller)) else {
            return;
        };
        let minor = order.total_minor.units();
        if u64::try_from(minor).is_ok_and(|fen| fen > RECEIVE_SINGLE_FEN) {
            let message = "it is more than a merchant without a licence receives by one payment";
            findings.add(
                FindingKind::UsageWrong,
                "orders",
                text_of_key(&Order::wrap_key(order.key())),
                message,
            );
        }
        for kind in [UsageKind::ReceiveDay, UsageKind::ReceiveMonth] {
            let sum = self.received.entry(Usage::key_at(order.seller, kind, paid_at_us)).or_default();
            *sum = (sum.0.saturating_add(1), sum.1 + i128::from(minor));
        }
    }

    /// When all rows were seen.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        let places: BTreeSet<&Counter> = self.received.keys().chain(self.counters.keys()).collect();
        for at in places {
            let of = |sums: &BTreeMap<Counter, (u32, i128)>| sums.get(at).copied().unwrap_or_default();
            let (kept, orders) = (of(&self.counters), of(&self.received));
            let (_, _, kind, _) = at;
            let most = match kind {
                UsageKind::ReceiveDay => RECEIVE_DAY_FEN,
                _ => RECEIVE_MONTH_FEN,
            };
            let mut wrong = |message: String| {
                findings.add(FindingKind::UsageWrong, "usage", text_of_key(&Usage::wrap_key(*at)), message);
            };
            if kept != orders {
                wrong(format!(
                    "it counts {} of {}, paid orders {} of {}",
                    kept.0, kept.1, orders.0, orders.1
                ));
            }
            if orders.1 > i128::from(most) {
                wrong(format!("{} was received, above the limit of {most}", orders.1));
            }
        }
    }
}

/// Whether a counter is of what merchants received.
const fn is_ours(kind: UsageKind) -> bool {
    match kind {
        UsageKind::ReceiveDay | UsageKind::ReceiveMonth => true,
        UsageKind::TransferDay
        | UsageKind::TransferMonth
        | UsageKind::WithdrawDay
        | UsageKind::WithdrawFree
        | UsageKind::BalanceYear
        | UsageKind::BalanceLife
        | UsageKind::CardDay
        | UsageKind::CardMonth => false,
    }
}
