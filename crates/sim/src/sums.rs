//! Sums over the rows of products: what waits on the platform's own accounts is what the products' rows say, and what
//! counts towards limits was sent. Written from the promises of the house (the invariants of its architecture), without
//! the model and without any function of the products.

use base::{Slot, china_date};
use engine::Row;
use ledger::AccountKind;
use people::UsageKind;
use std::collections::{BTreeMap, BTreeSet};
use transfer::TransferState;

/// What the rows of one kind come to.
#[derive(Default)]
struct Sums {
    delayed: BTreeMap<Slot, i64>,
    waiting: BTreeMap<Slot, i64>,
    usage: BTreeMap<(String, u32), (i64, i64)>,
    sent: BTreeMap<(String, u32), (i64, i64)>,
    known: BTreeSet<(base::PartyId, base::PartyId)>,
    reached: BTreeSet<(base::PartyId, base::PartyId)>,
    came_in: BTreeMap<base::TransferNo, i64>,
    done: BTreeMap<base::TransferNo, i64>,
}

/// Holds the sums of all rows of all cells against each other.
pub(crate) fn check<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Result<(), String> {
    let mut sums = Sums::default();
    rows.into_iter().for_each(|row| sums.take(row));
    sums.judge()
}

impl Sums {
    fn take(&mut self, row: &Row) {
        match row {
            Row::Account(account) if account.kind == AccountKind::Delayed => {
                *self.delayed.entry(account.slot).or_default() += account.balance_minor;
            }
            Row::Usage(usage) => {
                let name = match usage.kind {
                    UsageKind::TransferDay => format!("{} by day", usage.party),
                    UsageKind::TransferMonth => format!("{} by month", usage.party),
                    _ => return,
                };
                let counted = (i64::from(usage.count), usage.sum_minor.units());
                self.usage.insert((name, usage.period), counted);
            }
            Row::Transfer(transfer) => {
                let (payer, units) = (transfer.payer, transfer.amount_minor.units());
                let state = transfer.state;
                if state == TransferState::Waiting {
                    *self.waiting.entry(transfer.slot).or_default() += units;
                }
                if state == TransferState::Done {
                    self.reached.insert((payer, transfer.payee));
                    self.done.insert(transfer.no, units);
                }
                let counts =
                    matches!(state, TransferState::Waiting | TransferState::UnderWay | TransferState::Done);
                let Some(at_us) = transfer.paid_at_us.filter(|_| counts) else { return };
                let day = china_date(at_us);
                for (name, period) in [("by day", day), ("by month", day / 100)] {
                    let sum = self.sent.entry((format!("{payer} {name}"), period)).or_default();
                    *sum = (sum.0 + 1, sum.1 + units);
                }
            }
            Row::KnownPayee(known) => drop(self.known.insert((known.payer, known.payee))),
            Row::Received(received) => {
                self.came_in.insert(received.no, received.amount_minor.units());
            }
            _ => {}
        }
    }

    fn judge(mut self) -> Result<(), String> {
        self.delayed.retain(|_, units| *units != 0);
        if self.delayed != self.waiting {
            let (delayed, waiting) = (self.delayed, self.waiting);
            return Err(format!("delayed money by slot is {delayed:?}, and what waits is {waiting:?}"));
        }
        self.usage.retain(|_, sums| *sums != (0, 0));
        if self.usage != self.sent {
            let (usage, sent) = (self.usage, self.sent);
            return Err(format!("what counts towards limits is {usage:?}, and what was sent is {sent:?}"));
        }
        if self.known != self.reached {
            return Err(format!("known are {:?}, and reached were {:?}", self.known, self.reached));
        }
        let lost = self.done.iter().find(|(no, units)| self.came_in.get(no) != Some(units));
        lost.map_or(Ok(()), |(no, units)| {
            Err(format!("transfer {no} of {units} is done and did not come in"))
        })
    }
}
