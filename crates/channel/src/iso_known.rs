//! What messages of a bank said so far, by the number of the order: heard in any order, any number of times, it comes
//! to the same.

use crate::iso_statements::{Statements, printed};
use base::Day;
use fund::{BankReason, BankRef};
use iso::{
    AccountId, Entry, EntryState, Identifier, Kind, Part, PrintError, ReadError, Reason, Status, StatusReport,
};
use money::Money;
use std::collections::{BTreeMap, BTreeSet};

/// A movement that a bank told of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    /// Whether it came in.
    pub(crate) is_credit: bool,
    /// How much.
    pub(crate) amount: Money,
    /// What the bank calls it.
    pub(crate) reference: BankRef,
}

/// What is known.
#[derive(Debug)]
pub(crate) struct Known {
    account: AccountId,
    /// What every number of ours begins with.
    books: String,
    words: BTreeMap<String, Status>,
    refused: BTreeMap<String, BankReason>,
    moved: BTreeMap<String, Vec<Moved>>,
    statements: Statements,
    /// Digests of the messages that were looked at.
    seen: BTreeSet<String>,
}

impl Known {
    pub(crate) fn new(account: AccountId, books: &str) -> Known {
        Known {
            account,
            books: books.to_owned(),
            words: BTreeMap::new(),
            refused: BTreeMap::new(),
            moved: BTreeMap::new(),
            statements: Statements::default(),
            seen: BTreeSet::new(),
        }
    }

    /// Whether a message with this digest was looked at.
    pub(crate) fn has_seen(&self, digest: &str) -> bool {
        self.seen.contains(digest)
    }

    /// A message with this digest was looked at, whatever came of it.
    pub(crate) fn note_seen(&mut self, digest: &str) {
        self.seen.insert(digest.to_owned());
    }

    /// Takes a message in, whole or not at all. What is of another account, as mailboxes have it, or of no kind
    /// that is read is passed over.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let entries: Vec<Entry> = match iso::kind_of(bytes) {
            Some(Kind::StatusReport) => {
                self.hear_report(&iso::read_status_report(bytes)?);
                return Ok(());
            }
            Some(Kind::Notification) => {
                let all = iso::read_notification_of(bytes, &self.account)?;
                all.into_iter().flat_map(|one| one.entries).collect()
            }
            Some(Kind::Statement) => {
                let all = iso::read_statement_of(bytes, &self.account)?;
                all.iter().for_each(|one| self.statements.note(one.clone()));
                all.into_iter().flat_map(|one| one.entries).collect()
            }
            None => {
                tracing::info!("a message of a kind that is not read was kept and passed over");
                return Ok(());
            }
        };
        entries.iter().for_each(|entry| self.hear_entry(entry));
        Ok(())
    }

    /// The movement of an order in its direction, the first that was told of.
    pub(crate) fn movement(&self, key: &str, is_credit: bool) -> Option<&Moved> {
        self.moved.get(key)?.iter().find(|moved| moved.is_credit == is_credit)
    }

    /// Why an order was refused for good.
    pub(crate) fn refusal(&self, key: &str) -> Option<BankReason> {
        self.refused.get(key).copied()
    }

    /// The statement of a day as reconciliation reads it; `None` when the bank has not printed it.
    pub(crate) fn statement(&self, day: Day) -> Option<Result<String, PrintError>> {
        Some(printed(self.statements.of(day)?, |part| self.key_of(part)))
    }

    /// Whether the bank said anything of an order that shows that it has it.
    pub(crate) fn is_at_bank(&self, key: &str) -> bool {
        self.words.contains_key(key)
    }

    fn hear_report(&mut self, report: &StatusReport) {
        // One message asks for one payment, and both have the order's number.
        let key = report.original_id.as_str();
        if !self.is_key(key) {
            return;
        }
        let Some((status, reasons)) = report.word_on(key, key) else { return };
        match status {
            Status::Rejected if is_repetition(report) => {
                // It was sent twice because the first answer was lost. The bank has it.
                self.words.entry(key.to_owned()).or_insert(Status::Received);
            }
            Status::Rejected => {
                self.refused.insert(key.to_owned(), reason(reasons));
            }
            Status::Received
            | Status::FormAccepted
            | Status::Accepted
            | Status::AcceptedWithChange
            | Status::Settling
            | Status::Settled
            | Status::Credited
            | Status::Pending
            | Status::Partly => {
                self.words.insert(key.to_owned(), status);
            }
        }
    }

    fn hear_entry(&mut self, entry: &Entry) {
        if entry.state != EntryState::Booked {
            return;
        }
        if entry.is_reversal {
            tracing::error!("the bank took a movement back; its statement is to be reconciled");
            return;
        }
        for part in &entry.parts {
            let Some(reference) = entry.reference.as_ref().or(part.reference.as_ref()) else { continue };
            let Ok(reference) = BankRef::new(reference.as_str()) else { continue };
            let Some(key) = self.key_of(part) else { continue };
            let moved = Moved { is_credit: part.is_credit, amount: part.amount, reference };
            let all = self.moved.entry(key.as_str().to_owned()).or_default();
            if !all.contains(&moved) {
                if !all.is_empty() {
                    tracing::error!(%key, "the bank moved money for this order again; look at its statement");
                }
                all.push(moved);
            }
        }
    }

    /// The order of ours that a payment is of. Whoever pays in writes the number where his bank lets him.
    fn key_of(&self, part: &Part) -> Option<Identifier> {
        let named = part.end_to_end_id.iter().map(|id| id.as_str());
        let referred = part.payer_references.iter().map(|one| one.as_str());
        let noted = part.notes.iter().map(|one| one.as_str());
        let found = named.chain(referred).chain(noted).find(|text| self.is_key(text))?;
        Identifier::new(found).ok()
    }

    /// Whether a text is a number of an order of ours, with the name of our books before it.
    fn is_key(&self, text: &str) -> bool {
        let number = text.strip_prefix(&self.books);
        number.is_some_and(|number| number.parse::<base::BankOrderNo>().is_ok())
    }
}

/// Whether a refusal says only that the bank has the message already. Banks say so at any level of the report, and with
/// any of the codes that the public list has for it; to believe one of them too often costs a question more, to miss
/// one would give money back that the bank pays.
fn is_repetition(report: &StatusReport) -> bool {
    let payments = report.batches.iter().flat_map(|batch| &batch.payments);
    let below = report.batches.iter().map(|batch| &batch.reasons);
    let all = below.chain(payments.map(|payment| &payment.reasons)).flatten().chain(&report.reasons);
    let is_one = |code: &str| matches!(code, "DUPL" | "AM05" | "DU01" | "DU02" | "DU03" | "DU04" | "DU05");
    all.into_iter().any(|reason| is_one(reason.as_str()))
}

fn reason(reasons: &[Reason]) -> BankReason {
    match reasons.first().map(|reason| reason.as_str()) {
        Some("AC04" | "AC06" | "AG01") => BankReason::CardBlocked,
        Some("AC01" | "AC03" | "RC01" | "MD07") => BankReason::AgreementEnded,
        Some("AM02") => BankReason::OverLimit,
        // That our own account is empty says nothing of the card.
        _ => BankReason::Other,
    }
}
