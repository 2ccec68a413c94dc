//! Sums over the rows of products: what waits on the platform's own accounts is what the products' rows say, and what
//! counts towards limits was sent. Written from the promises of the house (the invariants of its architecture), without
//! the model and without any function of the products.

use base::{PartyId, Slot, china_date};
use engine::Row;
use fund::{BankOrder, BankOrderKind, BankOrderState};
use ledger::AccountKind;
use people::UsageKind;
use recon::{BookedLine, Class};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use transfer::{CardTransfer, CardTransferState, TransferState};

/// The platform's accounts whose other side is a bank's.
const FACING_BANKS: [AccountKind; 4] =
    [AccountKind::ClearingIn, AccountKind::ClearingOut, AccountKind::SuspenseOwed, AccountKind::SuspenseDue];

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
    /// What stands on the accounts that face banks, and what the bank orders and surprises say; by slot and account.
    banks: BTreeMap<(Slot, AccountKind), i64>,
    orders: BTreeMap<(Slot, AccountKind), i64>,
    /// What counts towards the limits of cards and withdrawals, and what the orders say.
    bank_usage: BTreeMap<(String, u32), i64>,
    bank_counted: BTreeMap<(String, u32), i64>,
    kinds: BTreeMap<base::BankOrderNo, BankOrderKind>,
    booked: Vec<(Slot, base::BankOrderNo, i64)>,
    /// Lines of the statement, and those of them that show what was a surprise; by slot and serial.
    lines: Vec<Arc<BookedLine>>,
    shown: BTreeSet<(Slot, u32)>,
    /// Orders whose transfers came back, and orders whose lines say so.
    returned: Vec<base::BankOrderNo>,
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
            Row::Account(account) if FACING_BANKS.contains(&account.kind) => {
                *self.banks.entry((account.slot, account.kind)).or_default() += account.balance_minor;
            }
            Row::BankOrder(order) => self.take_bank_order(order),
            Row::BankSurprise(surprise) if surprise.booked => {
                self.booked.push((surprise.slot, surprise.no, surprise.amount_minor.units()));
            }
            Row::Usage(usage) => {
                let name = match usage.kind {
                    UsageKind::CardDay
                    | UsageKind::CardMonth
                    | UsageKind::WithdrawDay
                    | UsageKind::WithdrawFree => {
                        let name = format!("{} {:?}", usage.party, usage.kind);
                        self.bank_usage.insert((name, usage.period), usage.sum_minor.units());
                        return;
                    }
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
                self.count_sent(payer, at_us, units);
            }
            Row::CardTransfer(transfer) => self.take_card_transfer(transfer),
            Row::BookedLine(line) => self.lines.push(line.clone()),
            Row::SurpriseSettlement(row) => drop(self.shown.insert((row.slot, row.serial))),
            Row::KnownPayee(known) => drop(self.known.insert((known.payer, known.payee))),
            Row::Received(received) => {
                self.came_in.insert(received.no, received.amount_minor.units());
            }
            _ => {}
        }
    }

    fn count_sent(&mut self, payer: PartyId, at_us: i64, units: i64) {
        let day = china_date(at_us);
        for (name, period) in [("by day", day), ("by month", day / 100)] {
            let sum = self.sent.entry((format!("{payer} {name}"), period)).or_default();
            *sum = (sum.0 + 1, sum.1 + units);
        }
    }

    /// What its payer does not have again counts.
    fn take_card_transfer(&mut self, transfer: &CardTransfer) {
        match transfer.state {
            CardTransferState::UnderWay | CardTransferState::Done => {
                self.count_sent(transfer.payer, transfer.paid_at_us, transfer.amount_minor.units());
            }
            CardTransferState::Failed => {}
            CardTransferState::Refunded => self.returned.push(transfer.bank_order),
        }
    }

    /// What a line shows has left clearing, or is the payer's again, or stands as suspense.
    fn judge_lines(&mut self) -> Result<(), String> {
        let mut came_back = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            let units = line.amount_minor.units();
            let (kind, units) = match (line.class, line.is_credit) {
                (Class::CameBack, _) => {
                    came_back.extend(line.bank_order);
                    continue;
                }
                (Class::Matched | Class::AgainstWord, _) => (AccountKind::ClearingOut, -units),
                (Class::Duplicate, _) if self.shown.contains(&(line.slot, line.serial)) => {
                    (AccountKind::ClearingOut, -units)
                }
                (_, true) => (AccountKind::SuspenseOwed, units),
                (_, false) => (AccountKind::SuspenseDue, -units),
            };
            *self.orders.entry((line.slot, kind)).or_default() += units;
        }
        came_back.sort_unstable();
        self.returned.sort_unstable();
        if came_back == self.returned {
            return Ok(());
        }
        Err(format!("lines bring back {came_back:?}, transfers that came back are {:?}", self.returned))
    }

    /// Clearing in is what banks took; clearing out is what is on its way to cards, and what they paid.
    fn take_bank_order(&mut self, order: &BankOrder) {
        use BankOrderState as S;
        self.kinds.insert(order.no, order.kind);
        let (units, fee) = (order.amount_minor.units(), order.fee_minor.units());
        let mut stands = |kind, units| *self.orders.entry((order.slot, kind)).or_default() += units;
        match (order.kind, order.state) {
            (
                BankOrderKind::TopUp | BankOrderKind::Pay,
                S::Done | S::Returning | S::Returned | S::Credited,
            ) => {
                stands(AccountKind::ClearingIn, -units);
            }
            (
                BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer,
                S::Asked | S::Unknown,
            ) => {
                stands(AccountKind::ClearingOut, units + fee);
            }
            (BankOrderKind::Withdraw | BankOrderKind::Return | BankOrderKind::Transfer, S::Done) => {
                stands(AccountKind::ClearingOut, units);
            }
            _ => {}
        }
        let Some(at_us) = order.counted_at_us else { return };
        let day = china_date(at_us);
        let counted = match order.kind {
            BankOrderKind::TopUp | BankOrderKind::Pay => {
                vec![("CardDay", day, units), ("CardMonth", day / 100, units)]
            }
            BankOrderKind::Withdraw => {
                vec![("WithdrawDay", day, units), ("WithdrawFree", 0, order.free_minor.units())]
            }
            BankOrderKind::Return | BankOrderKind::Transfer => Vec::new(),
        };
        for (name, period, units) in counted {
            *self.bank_counted.entry((format!("{} {name}", order.party), period)).or_default() += units;
        }
    }

    fn judge_banks(&mut self) -> Result<(), String> {
        for (slot, no, units) in std::mem::take(&mut self.booked) {
            let is_in = matches!(self.kinds.get(&no), Some(BankOrderKind::TopUp | BankOrderKind::Pay));
            let (from, to) = if is_in {
                (AccountKind::ClearingIn, AccountKind::SuspenseOwed)
            } else {
                (AccountKind::SuspenseDue, AccountKind::ClearingOut)
            };
            *self.orders.entry((slot, from)).or_default() -= units;
            *self.orders.entry((slot, to)).or_default() += units;
        }
        self.judge_lines()?;
        self.banks.retain(|_, units| *units != 0);
        self.orders.retain(|_, units| *units != 0);
        if self.banks != self.orders {
            let (banks, orders) = (&self.banks, &self.orders);
            return Err(format!("accounts that face banks are {banks:?}, and bank orders say {orders:?}"));
        }
        self.bank_usage.retain(|_, units| *units != 0);
        self.bank_counted.retain(|_, units| *units != 0);
        if self.bank_usage != self.bank_counted {
            let (usage, counted) = (&self.bank_usage, &self.bank_counted);
            return Err(format!(
                "what counts towards limits of cards is {usage:?}, and orders say {counted:?}"
            ));
        }
        Ok(())
    }

    fn judge(mut self) -> Result<(), String> {
        self.judge_banks()?;
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
