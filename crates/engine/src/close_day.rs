//! Closes a business date of a slot: its trial balance is written down, each kind of account by itself.
//!
//! Whoever submits it sums the day's postings, which cannot change any more: every stamp after midnight is later. The
//! decision adds the sums to what the day before came to; `tongbao verify` sums the postings again. Payments go on.

use crate::command::{Never, Next};
use crate::{Fault, Rows, Stop};
use base::{Day, Slot};
use ledger::{AccountKind, CloseDayRefused, DayClose, DaySum, TrialBalance, day_balances};
use money::{Currency, Minor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Closes a day that is over. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseDay {
    /// The slot.
    pub slot: Slot,
    /// The day: the one after the last that was closed, or that of the slot's first posting.
    pub day: Day,
    /// What each kind of account moved, in the order of currency and kind; those that did not move are left out.
    pub sums: Vec<DaySum>,
}

/// A day that is closed.
#[derive(Clone, PartialEq, Debug)]
pub struct DayClosed {
    /// How far the slot is closed.
    pub close: Arc<DayClose>,
    /// Whether it had been closed before.
    pub already: bool,
}

impl CloseDay {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }

    /// What a kind moved: debits and credits.
    fn moved(&self, currency: Currency, kind: AccountKind) -> (Minor, Minor) {
        let sum = self.sums.iter().find(|sum| sum.currency == currency && sum.kind == kind);
        sum.map_or((Minor::ZERO, Minor::ZERO), |sum| (sum.debit_minor, sum.credit_minor))
    }
}

fn kinds() -> impl Iterator<Item = (Currency, AccountKind)> {
    Currency::ALL.into_iter().flat_map(|currency| AccountKind::ALL.map(|kind| (currency, kind)))
}

pub(crate) fn close_day(
    rows: &mut Rows<'_>,
    command: &CloseDay,
) -> Result<Next<DayClosed>, Stop<CloseDayRefused>> {
    let (slot, now_us, day) = (rows.slot(), rows.now_us(), command.day);
    if Day::of(now_us) <= day {
        return Stop::because(CloseDayRefused::NotOver);
    }
    if !day_balances(&command.sums) {
        return Stop::because(CloseDayRefused::Unbalanced);
    }
    let head = rows.get::<DayClose>((slot,))?;
    if let Some(head) = head.as_ref().filter(|head| (head.first_date..=head.last_date).contains(&day)) {
        if !is_same(rows, command)? {
            return Stop::because(CloseDayRefused::Differs);
        }
        return Ok(Next::Answer(DayClosed { close: head.clone(), already: true }));
    }
    let before = head.as_ref().map(|head| head.last_date);
    if let Some(next) = before.map(|before| before.plus_days(1)).filter(|next| *next != day) {
        return Stop::because(CloseDayRefused::OutOfTurn { next });
    }
    let lines = lines_of(rows, command, before)?;

    // Nothing can be refused below this line; nothing was changed above it.
    lines.into_iter().for_each(|line| rows.put(line));
    let first_date = head.map_or(day, |head| head.first_date);
    let close = Arc::new(DayClose { slot, first_date, last_date: day, closed_at_us: now_us });
    rows.put_shared(close.clone());
    Ok(Next::Answer(DayClosed { close, already: false }))
}

/// Whether the day was closed with these sums.
fn is_same(rows: &mut Rows<'_>, command: &CloseDay) -> Result<bool, Fault> {
    for (currency, kind) in kinds() {
        let line = rows.get::<TrialBalance>((command.slot, command.day, currency, kind))?;
        let was = line.map_or((Minor::ZERO, Minor::ZERO), |line| (line.debit_minor, line.credit_minor));
        if was != command.moved(currency, kind) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The lines of the day: of each kind that moved, or that the day before left something of.
fn lines_of(
    rows: &mut Rows<'_>,
    command: &CloseDay,
    before: Option<Day>,
) -> Result<Vec<TrialBalance>, Fault> {
    let (slot, business_date, closed_at_us) = (command.slot, command.day, rows.now_us());
    let mut lines = Vec::new();
    for (currency, kind) in kinds() {
        let line =
            before.map(|before| rows.get::<TrialBalance>((slot, before, currency, kind))).transpose()?;
        let opening = line.flatten().map_or(0, |line| line.balance_minor);
        let (debit_minor, credit_minor) = command.moved(currency, kind);
        let balance = opening.checked_add(credit_minor.units());
        let balance = balance.and_then(|sum| sum.checked_sub(debit_minor.units()));
        let balance_minor =
            balance.ok_or_else(|| Fault(format!("{} of {business_date} outgrew a sum", kind.as_str())))?;
        let moved = debit_minor != Minor::ZERO || credit_minor != Minor::ZERO;
        if moved || balance_minor != 0 {
            lines.push(TrialBalance {
                slot,
                business_date,
                currency,
                kind,
                debit_minor,
                credit_minor,
                balance_minor,
                closed_at_us,
            });
        }
    }
    Ok(lines)
}

/// Looks how far the days of a slot are closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindSlotClose {
    /// The slot.
    pub slot: Slot,
}

/// How far the days of a slot are closed, as of a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotClose {
    /// How far; `None` when no day was closed.
    pub close: Option<Arc<DayClose>>,
    /// The cell's own time of the answer, microseconds UTC: whatever is decided after it is later. A clock of the
    /// machine says less, since it may be put back.
    pub at_us: i64,
}

impl FindSlotClose {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

pub(crate) fn find_slot_close(
    rows: &mut Rows<'_>,
    query: &FindSlotClose,
) -> Result<Next<SlotClose>, Stop<Never>> {
    let close = rows.get::<DayClose>((query.slot,))?;
    Ok(Next::Answer(SlotClose { close, at_us: rows.now_us() }))
}
