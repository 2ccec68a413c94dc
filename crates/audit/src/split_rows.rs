//! The rows of splits, each brought to its order.

use crate::images::text_of_key;
use crate::orders::Orders;
use crate::report::{FindingKind, Findings};
use crate::splits::SplitFacts;
use base::{OrderNo, Record, Slot};
use engine::{Key, Tabled};
use ledger::Hold;
use trade::{Split, SplitBook, SplitLine};

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
