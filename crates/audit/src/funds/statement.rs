//! Lines of statements: each booked once, as its class says, and each that nothing explains looked after by somebody.

use super::Funds;
use super::files::Files;
use crate::books::Expected;
use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::{BankOrderNo, Record, Slot};
use engine::Tabled;
use ledger::{AccountKind, Posting, PostingKind};
use money::Currency;
use recon::{BookedLine, Class, Settlement, SurpriseSettlement, Suspense, SuspenseOwner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was seen of lines.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) settlements: BTreeMap<BankOrderNo, Arc<Settlement>>,
    /// Lines that are suspense, until their row of suspense was seen.
    waiting: BTreeMap<<BookedLine as Record>::Key, Arc<BookedLine>>,
    /// Orders that a line settles.
    pub(super) settled: BTreeSet<BankOrderNo>,
    /// Lines that a surprise is settled by, until the line was seen.
    surprises: BTreeMap<<BookedLine as Record>::Key, Arc<SurpriseSettlement>>,
    /// What closings took out of suspense, and what of it the platform has or bears.
    pub(super) closed: BTreeMap<(Slot, Currency, AccountKind), i128>,
    pub(super) own: BTreeMap<(Slot, Currency), i128>,
    /// Suspense, with the line that it stands for.
    pub(super) suspense: BTreeMap<<BookedLine as Record>::Key, (Suspense, Option<Arc<BookedLine>>)>,
    /// Statements as wholes.
    pub(super) files: Files,
    /// What lines that settle nothing come to, and what was posted for such lines.
    pub(super) unclear: BTreeMap<(Slot, Currency, PostingKind), (i128, i128)>,
}

impl Funds {
    pub(crate) fn settlement(&mut self, settlement: &Arc<Settlement>, findings: &mut Findings) {
        let booked = |facts: &super::Facts| facts.order.state.was_done() || !facts.suspense.is_empty();
        match self.orders.get_mut(&settlement.no) {
            Some(facts) if facts.order.slot == settlement.slot && booked(facts) => facts.settled = true,
            Some(_) | None => {
                let message = "no bank order of its slot was done by the bank";
                line_is(
                    "settlement",
                    text_of_key(&Settlement::wrap_key(settlement.key())),
                    message,
                    findings,
                );
            }
        }
        self.statement.settlements.insert(settlement.no, settlement.clone());
    }

    pub(crate) fn surprise_settlement(
        &mut self,
        settlement: &Arc<SurpriseSettlement>,
        findings: &mut Findings,
    ) {
        let other = self.statement.settlements.get(&settlement.no);
        let doubled = other.is_some_and(|other| other.reference == settlement.reference);
        let facts = self.orders.get_mut(&settlement.no).filter(|facts| facts.order.slot == settlement.slot);
        let booked = facts.and_then(|facts| {
            let found = facts.suspense.iter().find(|(reference, _)| *reference == settlement.reference);
            let amount = found.map(|(_, amount)| *amount)?;
            facts.suspense_settled.push(amount);
            Some(())
        });
        if doubled || booked.is_none() {
            let key = text_of_key(&SurpriseSettlement::wrap_key(settlement.key()));
            let message = "no surprise of its order is booked under its name, or another line settled it";
            line_is("surprise_settlement", key, message, findings);
        }
        let at = (settlement.slot, settlement.account.clone(), settlement.day, settlement.serial);
        self.statement.surprises.insert(at, settlement.clone());
    }

    pub(crate) fn line(&mut self, line: &Arc<BookedLine>, findings: &mut Findings) {
        let fits_transfer = self.line_of_transfer(line);
        let mut wrong = |message: &str| {
            line_is("statement_line", text_of_key(&BookedLine::wrap_key(line.key())), message, findings)
        };
        if !fits_transfer {
            wrong("it brings back what no transfer of its amount paid");
        }
        let facts = line.bank_order.and_then(|no| self.orders.get(&no));
        if line.bank_order.is_some() && facts.is_none_or(|facts| facts.order.slot != line.slot) {
            wrong("the bank order that it names is not there, or in another slot");
        }
        if line.class.settles() {
            let fits = |settlement: &&Arc<Settlement>| {
                (&settlement.account, settlement.day, settlement.serial, &settlement.reference)
                    == (&line.account, line.day, line.serial, &line.reference)
            };
            let settlement = line.bank_order.and_then(|no| self.statement.settlements.get(&no));
            if settlement.filter(fits).is_none() {
                wrong("it settles a bank order, and no settlement names it");
            }
            if let Some(facts) = facts
                && (facts.order.amount(), facts.order.kind.is_in()) != (line.amount(), line.is_credit)
            {
                wrong("it settles a bank order of another amount or direction");
            }
            self.statement.settled.extend(line.bank_order);
        } else if let Some(settlement) = self.statement.surprises.remove(&line.key()) {
            let named = (Some(settlement.no), &settlement.reference) == (line.bank_order, &line.reference);
            let same = facts.is_some_and(|facts| {
                (facts.order.amount(), facts.order.kind.is_in()) == (line.amount(), line.is_credit)
            });
            if line.class != Class::Duplicate || !named || !same {
                wrong("it settles a surprise that is not its own");
            }
        } else if line.class != Class::CameBack {
            let kind = if line.is_credit { PostingKind::UnclearIn } else { PostingKind::UnclearOut };
            let sums = self.statement.unclear.entry((line.slot, line.currency, kind)).or_default();
            sums.0 += i128::from(line.amount_minor.units());
        }
        self.statement.files.line(line);
        if line.class.is_suspense() {
            self.statement.waiting.insert(line.key(), line.clone());
        }
    }

    pub(crate) fn suspense(&mut self, suspense: &Suspense, findings: &mut Findings) {
        let line = self.statement.waiting.remove(&suspense.key());
        let fits = line.as_ref().is_some_and(|line| {
            let party = line.bank_order.and_then(|no| self.orders.get(&no)).map(|facts| facts.order.party);
            (suspense.class, Some(suspense.owner), suspense.party)
                == (line.class, SuspenseOwner::of(line.class), party)
                && (suspense.currency, suspense.amount_minor, suspense.is_credit, suspense.opened_at_us)
                    == (line.currency, line.amount_minor, line.is_credit, line.imported_at_us)
        });
        self.statement.suspense.insert(suspense.key(), (suspense.clone(), line));
        if !fits {
            let key = text_of_key(&Suspense::wrap_key(suspense.key()));
            line_is("suspense", key, "no line that nothing explains is so", findings);
        }
    }
}

impl Statement {
    pub(super) fn posting(&mut self, posting: &Posting, amount: i128) {
        self.unclear.entry((posting.slot, posting.currency, posting.kind)).or_default().1 += amount;
    }

    /// What can only be said once everything was seen.
    pub(super) fn finish(&self, books: &mut Expected, findings: &mut Findings) {
        for key in self.waiting.keys() {
            let key = text_of_key(&BookedLine::wrap_key(key.clone()));
            line_is("statement_line", key, "nothing explains it, and nobody looks after it", findings);
        }
        for settlement in self.surprises.values() {
            let key = text_of_key(&SurpriseSettlement::wrap_key(settlement.key()));
            line_is("surprise_settlement", key, "no line settles its surprise", findings);
        }
        for ((slot, currency, account), sum) in &self.closed {
            *books.funds.entry((*slot, *currency, *account)).or_default() += sum;
        }
        for ((slot, currency), sum) in &self.own {
            *books.fees.entry((*slot, *currency)).or_default() += sum;
        }
        self.files.finish(findings);
        for (no, settlement) in &self.settlements {
            if !self.settled.contains(no) {
                let key = text_of_key(&Settlement::wrap_key(settlement.key()));
                line_is("settlement", key, "no line settles its bank order", findings);
            }
        }
        for ((slot, currency, kind), (lines, posted)) in &self.unclear {
            if lines != posted {
                let key = format!("slot={} currency='{}'", slot.number(), currency.as_str());
                let message = format!("{} comes to {posted}, lines to {lines}", kind.as_str());
                line_is("posting", key, message, findings);
            }
            let (account, sum) = match kind {
                PostingKind::UnclearIn => (AccountKind::SuspenseOwed, *lines),
                PostingKind::UnclearOut => (AccountKind::SuspenseDue, -*lines),
                // Closings say what they come to.
                _ => continue,
            };
            *books.funds.entry((*slot, *currency, account)).or_default() += sum;
        }
    }
}

pub(super) fn line_is(table: &'static str, key: String, message: impl Into<String>, findings: &mut Findings) {
    findings.add(FindingKind::StatementWrong, table, key, message.into());
}
