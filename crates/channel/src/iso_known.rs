//! What messages of a bank said so far, by the number of the order: heard in any order, any number of times, it comes
//! to the same.

use crate::iso_statements::{Statements, printed};
use base::Day;
use fund::{BankReason, BankRef};
use iso::{
    AccountId, Entry, EntryState, Identifier, Kind, Notification, Part, PrintError, ReadError, Reason,
    Statement, Status, StatusReport,
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

/// What one message says of our account.
#[derive(Debug)]
pub(crate) enum Told {
    /// Nothing that is read.
    Nothing,
    /// What became of a payment.
    Report(StatusReport),
    /// What was booked.
    Notifications(Vec<Notification>),
    /// A day that is over.
    Statements(Vec<Statement>),
}

/// Reads a message, whole or not at all. What is of another account, as mailboxes have it, or of no kind that is read
/// is passed over. A large one takes seconds.
pub(crate) fn understand(bytes: &[u8], account: &AccountId) -> Result<Told, ReadError> {
    match iso::kind_of(bytes)? {
        Some(Kind::StatusReport) => iso::read_status_report(bytes).map(Told::Report),
        Some(Kind::Notification) => iso::read_notification_of(bytes, account).map(Told::Notifications),
        Some(Kind::Statement) => iso::read_statement_of(bytes, account).map(Told::Statements),
        None => {
            tracing::info!("a message of a kind that is not read was kept and passed over");
            Ok(Told::Nothing)
        }
    }
}

/// What is known.
#[derive(Debug)]
pub(crate) struct Known {
    account: AccountId,
    /// What every number of ours begins with.
    books: String,
    words: BTreeMap<String, Status>,
    refused: BTreeMap<String, BankReason>,
    /// Orders of which a report said that they were debited.
    debited: BTreeSet<String>,
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
            debited: BTreeSet::new(),
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

    /// Takes in what a message says.
    pub(crate) fn hear(&mut self, told: Told) {
        match told {
            Told::Nothing => {}
            Told::Report(report) => self.hear_report(&report),
            Told::Notifications(all) => {
                for entry in all.iter().flat_map(|one| &one.entries) {
                    self.statements.note_booked(entry);
                    self.hear_entry(entry);
                }
            }
            Told::Statements(all) => {
                all.iter().flat_map(|one| &one.entries).for_each(|entry| self.hear_entry(entry));
                all.into_iter().for_each(|one| self.statements.note(one));
            }
        }
    }

    /// Our account, of which messages are read.
    pub(crate) fn account(&self) -> &AccountId {
        &self.account
    }

    /// The movement of an order in its direction: that of its amount if there is one, else the first that was told of.
    /// Anybody may write a number of ours beside another sum; that must not hide the payment itself.
    pub(crate) fn movement(&self, key: &str, is_credit: bool, amount: Money) -> Option<&Moved> {
        let all = || self.moved.get(key).into_iter().flatten().filter(|moved| moved.is_credit == is_credit);
        all().find(|moved| moved.amount == amount).or_else(|| all().next())
    }

    /// Why an order was refused for good. A refusal of what was debited is none: the money may be on its way, and only
    /// a booking says where it is.
    pub(crate) fn refusal(&self, key: &str) -> Option<BankReason> {
        self.refused.get(key).copied().filter(|_| !self.debited.contains(key))
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
        self.hear_status(key, status, reasons, report);
        if self.debited.contains(key) && self.refused.contains_key(key) {
            tracing::error!(%key, "the bank says of this order that it was debited and that it is refused; ask it");
        }
    }

    fn hear_status(&mut self, key: &str, status: Status, reasons: &[Reason], report: &StatusReport) {
        match status {
            Status::Rejected if is_repetition(report) => {
                // It was sent twice because the first answer was lost. The bank has it.
                self.words.entry(key.to_owned()).or_insert(Status::Received);
            }
            Status::Rejected => {
                self.refused.insert(key.to_owned(), reason(reasons));
            }
            Status::Settled | Status::Credited => {
                self.debited.insert(key.to_owned());
                self.words.insert(key.to_owned(), status);
            }
            Status::Received
            | Status::FormAccepted
            | Status::Accepted
            | Status::AcceptedWithChange
            | Status::Settling
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
