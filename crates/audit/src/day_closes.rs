//! Days that were closed: each line of a trial balance against the postings of its day, and no line missing.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{Day, Slot};
use engine::{Row, Tabled};
use ledger::{AccountKind, DayClose, Posting, Side, TrialBalance};
use money::Currency;
use std::collections::BTreeMap;

/// Of a slot, in the order in which days are closed.
type Place = (Slot, Currency, AccountKind);

/// What was seen of one kind of account in a slot.
#[derive(Debug, Default)]
struct Kind {
    /// Debits and credits by day, as the postings have them.
    moved: BTreeMap<Day, [i128; 2]>,
    /// The lines by day.
    lines: BTreeMap<Day, TrialBalance>,
}

/// All days.
#[derive(Debug, Default)]
pub(crate) struct DayCloses {
    kinds: BTreeMap<Place, Kind>,
    closed: BTreeMap<Slot, DayClose>,
    /// The first posting of each slot.
    first: BTreeMap<Slot, Day>,
    /// The place and day that is being summed: postings come slot by slot and in the order of time.
    running: BTreeMap<Place, [i128; 2]>,
    day: Option<(Slot, Day)>,
}

impl DayCloses {
    pub(crate) fn posting(&mut self, posting: &Posting) {
        let place = (posting.slot, Day::of(posting.no.at_us()));
        if self.day != Some(place) {
            self.day_ends();
            self.day = Some(place);
            self.first.entry(posting.slot).or_insert(place.1);
        }
        for entry in posting.entries() {
            // An account of no kind is named where it stands.
            let Some(kind) = entry.account.kind() else { continue };
            let sides = self.running.entry((posting.slot, posting.currency, kind)).or_default();
            let side = match entry.side {
                Side::Debit => &mut sides[0],
                Side::Credit => &mut sides[1],
            };
            *side += i128::from(entry.amount_minor.units());
        }
    }

    fn day_ends(&mut self) {
        let Some((_, day)) = self.day else { return };
        for (place, [debit, credit]) in std::mem::take(&mut self.running) {
            let sides = self.kinds.entry(place).or_default().moved.entry(day).or_default();
            sides[0] += debit;
            sides[1] += credit;
        }
    }

    /// A row of either table.
    pub(crate) fn row(&mut self, row: &Row) {
        match row {
            Row::DayClose(close) => drop(self.closed.insert(close.slot, (**close).clone())),
            Row::TrialBalance(line) => {
                let place = (line.slot, line.currency, line.kind);
                let lines = &mut self.kinds.entry(place).or_default().lines;
                lines.insert(line.business_date, (**line).clone());
            }
            _ => {}
        }
    }

    pub(crate) fn finish(mut self, findings: &mut Findings) {
        self.day_ends();
        for (slot, close) in &self.closed {
            let first = self.first.get(slot).copied();
            if first != Some(close.first_date) || close.last_date < close.first_date {
                let message = format!(
                    "the slot's first posting is of {first:?}; it ends before it begins, or not there"
                );
                let key = text_of_key(&DayClose::wrap_key((*slot,)));
                findings.add(FindingKind::DayCloseWrong, "day_close", key, message);
            }
            if close.closed_at_us < close.last_date.plus_days(1).begins_at_us() {
                let key = text_of_key(&DayClose::wrap_key((*slot,)));
                let message = "it was closed before its day was over";
                findings.add(FindingKind::DayCloseWrong, "day_close", key, message);
            }
        }
        for ((slot, currency, kind), seen) in &self.kinds {
            let close = self.closed.get(slot);
            let mut wrong = |day: Day, message: String| {
                let key = text_of_key(&TrialBalance::wrap_key((*slot, day, *currency, *kind)));
                findings.add(FindingKind::DayCloseWrong, "trial_balance", key, message);
            };
            for (day, message) in seen.faults(close) {
                wrong(day, message);
            }
        }
    }
}

impl Kind {
    /// What is wrong with its lines, by day.
    fn faults(&self, close: Option<&DayClose>) -> Vec<(Day, String)> {
        let mut faults = Vec::new();
        let is_closed =
            |day: Day| close.is_some_and(|close| (close.first_date..=close.last_date).contains(&day));
        for day in self.lines.keys().filter(|day| !is_closed(**day)) {
            faults.push((*day, "its day is not closed".to_owned()));
        }
        let Some(close) = close else { return faults };
        let (mut day, mut balance) = (close.first_date, 0_i128);
        while day <= close.last_date {
            let [debit, credit] = self.moved.get(&day).copied().unwrap_or_default();
            balance += credit - debit;
            match self.lines.get(&day) {
                Some(line) => {
                    let found = (i128::from(line.debit_minor.units()), i128::from(line.credit_minor.units()));
                    let found = (found.0, found.1, i128::from(line.balance_minor));
                    if found != (debit, credit, balance) {
                        faults.push((
                            day,
                            format!("it says {found:?}, the postings {:?}", (debit, credit, balance)),
                        ));
                    }
                    if line.closed_at_us < day.plus_days(1).begins_at_us() {
                        faults.push((day, "it was closed before its day was over".to_owned()));
                    }
                }
                None if (debit, credit, balance) != (0, 0, 0) => {
                    faults.push((
                        day,
                        format!("it is missing; the postings say {:?}", (debit, credit, balance)),
                    ));
                }
                None => {}
            }
            let next = day.plus_days(1);
            if next == day {
                break;
            }
            day = next;
        }
        faults
    }
}
