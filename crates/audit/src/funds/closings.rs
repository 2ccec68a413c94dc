//! Suspense that was closed: once, in a way that its class allows, with the money where the closing says.

use super::Funds;
use super::came_back::is_other;
use super::statement::line_is;
use crate::images::text_of_key;
use crate::report::Findings;
use base::Record;
use engine::Tabled;
use fund::BankOrderKind;
use ledger::{AccountKind, PostingKind};
use recon::{BookedLine, Class, ClosingWay, SuspenseClosing};

impl Funds {
    pub(super) fn closing(&mut self, closing: &SuspenseClosing, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&SuspenseClosing::wrap_key(closing.key()));
            line_is("suspense_closing", key, message, findings);
        };
        let Some((suspense, line)) = self.statement.suspense.get(&closing.key()).cloned() else {
            return wrong("there is no such suspense");
        };
        if !closing.way.allows(suspense.class, suspense.is_credit) {
            wrong("no suspense of its class is closed so");
        }
        let amount = i128::from(suspense.amount_minor.units());
        let (slot, currency) = (suspense.slot, suspense.currency);
        let (account, taken) = if suspense.is_credit {
            (AccountKind::SuspenseOwed, -amount)
        } else {
            (AccountKind::SuspenseDue, amount)
        };
        *self.statement.closed.entry((slot, currency, account)).or_default() += taken;
        let fits = match closing.way {
            ClosingWay::Own => {
                let kind =
                    if suspense.is_credit { PostingKind::SuspenseKept } else { PostingKind::SuspenseBorne };
                self.statement.unclear.entry((slot, currency, kind)).or_default().0 += amount;
                let income = if suspense.is_credit { amount } else { -amount };
                *self.statement.own.entry((slot, currency)).or_default() += income;
                closing.bank_order.is_none()
            }
            ClosingWay::GivenBack => self.gives_back(closing, line.as_deref()),
            ClosingWay::Matched => self.matches(closing, line.as_deref()),
        };
        if !fits {
            wrong("the bank order that it names does not give it back, or is not settled by it");
        }
    }

    /// Whether its bank order is a return of this sum to whom it came from, for this line and no other closing; or a
    /// transfer to a card that this line brings back.
    fn gives_back(&mut self, closing: &SuspenseClosing, line: Option<&BookedLine>) -> bool {
        let named = closing.bank_order.and_then(|no| self.orders.get(&no));
        if named.is_some_and(|facts| facts.order.kind == BankOrderKind::Transfer) {
            let line = line.filter(|line| line.bank_order == closing.bank_order);
            return line.is_some_and(|line| self.closes_transfer(line, closing.closed_at_us));
        }
        let Some(facts) = closing.bank_order.and_then(|no| self.orders.get_mut(&no)) else { return false };
        let first = !std::mem::replace(&mut facts.of_suspense, true);
        let order = facts.order.clone();
        let of = line.and_then(|line| line.bank_order).and_then(|no| self.orders.get(&no));
        let (Some(line), Some(of)) = (line, of.map(|facts| &facts.order)) else { return false };
        let key = format!("{} {} {}", of.no, line.day, line.serial);
        first
            && order.kind == BankOrderKind::Return
            && order.key.as_str() == key
            && (order.slot, order.party, order.about) == (closing.slot, of.party, Some(of.no.topic()))
            && order.amount() == line.amount()
            && (line.class != Class::SignDiffers || is_other(of, line))
    }

    /// Whether its bank order has the suspense's line as its settlement.
    fn matches(&mut self, closing: &SuspenseClosing, line: Option<&BookedLine>) -> bool {
        let (Some(no), Some(line)) = (closing.bank_order, line) else { return false };
        self.statement.settled.insert(no);
        let by_line = self.statement.settlements.get(&no).is_some_and(|settled| {
            (&settled.account, settled.day, settled.serial, &settled.reference)
                == (&line.account, line.day, line.serial, &line.reference)
        });
        self.orders.get_mut(&no).is_some_and(|facts| {
            let first = !std::mem::replace(&mut facts.by_operator, true);
            let same = (facts.order.amount(), facts.order.kind.is_in()) == (line.amount(), line.is_credit);
            by_line && first && same
        })
    }
}
