//! The rows of splits, each brought to its order.

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use crate::splits::{FREEZE_US, SplitFacts};
use base::{OrderNo, Record, Slot};
use engine::{Key, Tabled};
use ledger::Hold;
use trade::{Split, SplitBook, SplitLine, Timer};

impl Orders {
    pub(crate) fn hold(&mut self, hold: &Hold) {
        self.holds.see(hold);
    }

    pub(crate) fn split_book(&mut self, book: &SplitBook, findings: &mut Findings) {
        if let Some(seen) =
            self.splits_of((book.slot, book.order_no), SplitBook::wrap_key(book.key()), findings)
        {
            seen.book = Some(book.clone());
        }
    }

    pub(crate) fn split(&mut self, split: &Split, findings: &mut Findings) {
        if let Some(seen) =
            self.splits_of((split.slot, split.order_no), Split::wrap_key(split.key()), findings)
        {
            seen.splits.push(split.clone());
        }
    }

    pub(crate) fn split_line(&mut self, line: &SplitLine, findings: &mut Findings) {
        if let Some(seen) =
            self.splits_of((line.slot, line.order_no), SplitLine::wrap_key(line.key()), findings)
        {
            seen.lines.push(line.clone());
        }
    }

    /// A timer that frees what is held for splits.
    pub(crate) fn split_timer(&mut self, timer: &Timer, findings: &mut Findings) {
        let order = timer.order_no.and_then(|no| self.list.get_mut(no));
        let fits = order.is_some_and(|order| {
            let due_at_us = order.paid_at_us.and_then(|at_us| at_us.checked_add(FREEZE_US));
            let own = due_at_us == Some(timer.due_at_us) && order.no.slot() == timer.slot;
            let facts = order
                .splits
                .as_deref_mut()
                .filter(|facts| own && facts.book.as_ref().is_some_and(|book| book.timer == Some(timer.no)));
            facts.map(|facts| facts.has_timer = true).is_some()
        });
        if !fits {
            let key = text_of_key(&Timer::wrap_key((timer.slot, timer.due_at_us, timer.no)));
            findings.add(
                FindingKind::TimerWrong,
                "timer",
                key,
                "nothing is held for splits that it would free",
            );
        }
    }

    fn splits_of(
        &mut self,
        (slot, no): (Slot, OrderNo),
        key: Key,
        findings: &mut Findings,
    ) -> Option<&mut SplitFacts> {
        match self.list.get_mut(no).filter(|order| order.no.slot() == slot) {
            Some(order) => Some(order.splits.get_or_insert_default()),
            None => {
                let message = format!("order {no} is not there, or of another slot");
                findings.add(FindingKind::SplitWrong, key.table().name(), text_of_key(&key), message);
                None
            }
        }
    }
}
