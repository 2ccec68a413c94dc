//! Movements of an account as statements and notifications carry them, printed and read.

use crate::document::{PARTS_MAX, ReadError, all, day, down, filled, is_credit, must, one, positive, text};
use crate::print::{Print, PrintError, sign};
use crate::word::{Identifier, Name, named};
use base::Day;
use money::{Currency, Money};
use roxmltree::Node;

/// Most parts of one entry.
const DETAILS_MAX: usize = 10_000;

/// A movement of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its number in the statement, if it has one.
    pub number: Option<Identifier>,
    /// How much, above zero.
    pub amount: Money,
    /// Whether it came in; else it went out.
    pub is_credit: bool,
    /// Whether it takes an earlier movement back.
    pub is_reversal: bool,
    /// How certain it is.
    pub state: EntryState,
    /// The day on which it was booked.
    pub booked_day: Option<Day>,
    /// The day from which the money counts.
    pub value_day: Option<Day>,
    /// What the bank calls it.
    pub reference: Option<Identifier>,
    /// What kind of movement it is, by the account servicer's own word.
    pub kind: Option<Identifier>,
    /// What it consists of. All in its currency, and in sum its amount.
    pub parts: Vec<Part>,
}

/// How certain an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryState {
    /// It was booked (`BOOK`).
    Booked,
    /// It will be, or will not (`PDNG`, `FUTR`).
    Expected,
    /// It is told only (`INFO`).
    Told,
}

/// One payment within an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// How much, above zero.
    pub amount: Money,
    /// Whether it came in.
    pub is_credit: bool,
    /// What the payment is called from end to end; absent when its maker gave none.
    pub end_to_end_id: Option<Identifier>,
    /// What the account servicer calls it.
    pub reference: Option<Identifier>,
    /// References that the payer gave in the member meant for them.
    pub payer_references: Vec<Identifier>,
    /// What the payer wrote, line by line.
    pub notes: Vec<Name>,
    /// Why a payment came back, when this is one that did.
    pub return_reason: Option<Identifier>,
}

/// The word of the standard for an identifier that nobody gave.
const NOT_PROVIDED: &str = "NOTPROVIDED";

impl Entry {
    /// What it did to the balance, minor units; nothing unless it was booked.
    pub fn signed_minor(&self) -> i64 {
        match (self.state, self.is_credit) {
            (EntryState::Booked, true) => self.amount.minor().units(),
            (EntryState::Booked, false) => -self.amount.minor().units(),
            (EntryState::Expected | EntryState::Told, _) => 0,
        }
    }

    pub(crate) fn print(&self, print: &mut Print) -> Result<(), PrintError> {
        if self.amount.is_zero() {
            return Err(PrintError::Amount);
        }
        print.inside("Ntry", |print| {
            if let Some(number) = &self.number {
                print.leaf("NtryRef", number.as_str())?;
            }
            print.amount("Amt", self.amount)?;
            print.leaf("CdtDbtInd", sign(self.is_credit))?;
            if self.is_reversal {
                print.leaf("RvslInd", "true")?;
            }
            print.leaf_in(&["Sts"], "Cd", self.state.code())?;
            if let Some(day) = self.booked_day {
                print.day("BookgDt", day)?;
            }
            if let Some(day) = self.value_day {
                print.day("ValDt", day)?;
            }
            if let Some(reference) = &self.reference {
                print.leaf("AcctSvcrRef", reference.as_str())?;
            }
            match &self.kind {
                Some(kind) => print.leaf_in(&["BkTxCd", "Prtry"], "Cd", kind.as_str())?,
                None => print.empty("BkTxCd"),
            }
            if self.parts.is_empty() {
                return Ok(());
            }
            print.inside("NtryDtls", |print| self.parts.iter().try_for_each(|part| part.print(print)))
        })
    }
}

impl EntryState {
    const fn code(self) -> &'static str {
        match self {
            EntryState::Booked => "BOOK",
            EntryState::Expected => "PDNG",
            EntryState::Told => "INFO",
        }
    }
}

impl Part {
    fn print(&self, print: &mut Print) -> Result<(), PrintError> {
        print.inside("TxDtls", |print| {
            print.inside("Refs", |print| {
                if let Some(reference) = &self.reference {
                    print.leaf("AcctSvcrRef", reference.as_str())?;
                }
                let id = self.end_to_end_id.as_ref().map_or(NOT_PROVIDED, |id| id.as_str());
                print.leaf("EndToEndId", id)
            })?;
            print.amount("Amt", self.amount)?;
            print.leaf("CdtDbtInd", sign(self.is_credit))?;
            if !self.notes.is_empty() || !self.payer_references.is_empty() {
                print.inside("RmtInf", |print| {
                    self.notes.iter().try_for_each(|note| print.leaf("Ustrd", note.as_str()))?;
                    let path = ["Strd", "CdtrRefInf"];
                    self.payer_references.iter().try_for_each(|one| print.leaf_in(&path, "Ref", one.as_str()))
                })?;
            }
            match &self.return_reason {
                Some(reason) => print.leaf_in(&["RtrInf", "Rsn"], "Prtry", reason.as_str()),
                None => Ok(()),
            }
        })
    }
}

/// The entries of a statement or notification.
pub(crate) fn entries(node: Node<'_, '_>, account: Option<Currency>) -> Result<Vec<Entry>, ReadError> {
    let mut found = Vec::new();
    for node in all(node, "Ntry") {
        if found.len() >= PARTS_MAX {
            return Err(ReadError::TooLarge);
        }
        found.push(entry(node, account)?);
    }
    Ok(found)
}

fn entry(node: Node<'_, '_>, account: Option<Currency>) -> Result<Entry, ReadError> {
    let amount = positive(must(node, "Amt")?, "Amt")?;
    if account.is_some_and(|currency| currency != amount.currency()) {
        return Err(ReadError::Currency("Amt"));
    }
    let is_reversal = match one(node, "RvslInd")? {
        None => false,
        Some(leaf) => match text(leaf, "RvslInd")?.as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return Err(ReadError::Wrong("RvslInd")),
        },
    };
    let day_of = |name| one(node, name)?.map(|node| day(node, name)).transpose();
    let entry = Entry {
        number: filled(node, &["NtryRef"], "NtryRef")?,
        amount,
        is_credit: is_credit(node)?,
        is_reversal,
        state: state(node)?,
        booked_day: day_of("BookgDt")?,
        value_day: day_of("ValDt")?,
        reference: filled(node, &["AcctSvcrRef"], "AcctSvcrRef")?,
        kind: filled(node, &["BkTxCd", "Prtry", "Cd"], "BkTxCd")?,
        parts: parts(node, amount)?,
    };
    check(&entry)?;
    Ok(entry)
}

fn state(node: Node<'_, '_>) -> Result<EntryState, ReadError> {
    let leaf = down(node, &["Sts", "Cd"])?.ok_or(ReadError::Missing("Sts"))?;
    match text(leaf, "Sts")?.as_str() {
        "BOOK" => Ok(EntryState::Booked),
        "PDNG" | "FUTR" => Ok(EntryState::Expected),
        "INFO" => Ok(EntryState::Told),
        _ => Err(ReadError::Wrong("Sts")),
    }
}

fn parts(node: Node<'_, '_>, whole: Money) -> Result<Vec<Part>, ReadError> {
    let details: Vec<Node<'_, '_>> =
        all(node, "NtryDtls").flat_map(|details| all(details, "TxDtls")).take(DETAILS_MAX + 1).collect();
    if details.len() > DETAILS_MAX {
        return Err(ReadError::TooLarge);
    }
    // A part that does not say how much it is can only be the whole.
    let is_whole = details.len() == 1;
    details.into_iter().map(|details| part(details, is_whole.then_some(whole), is_credit(node)?)).collect()
}

fn part(node: Node<'_, '_>, whole: Option<Money>, entry_is_credit: bool) -> Result<Part, ReadError> {
    let amount = match one(node, "Amt")? {
        Some(leaf) => positive(leaf, "Amt")?,
        None => whole.ok_or(ReadError::Missing("Amt"))?,
    };
    let is_credit = if one(node, "CdtDbtInd")?.is_some() { is_credit(node)? } else { entry_is_credit };
    let end_to_end_id: Option<Identifier> = filled(node, &["Refs", "EndToEndId"], "EndToEndId")?;
    let mut payer_references = Vec::new();
    let mut notes = Vec::new();
    if let Some(remittance) = one(node, "RmtInf")? {
        for structured in all(remittance, "Strd") {
            payer_references.extend(filled(structured, &["CdtrRefInf", "Ref"], "Ref")?);
        }
        for line in all(remittance, "Ustrd") {
            // Whoever pays writes here what he likes. What does not fit is none of our numbers, and refuses nothing.
            notes.extend(named::<140>(&text(line, "Ustrd")?));
        }
    }
    let return_reason = match down(node, &["RtrInf", "Rsn"])? {
        Some(choice) => filled(choice, &["Cd"], "RtrInf")?
            .map_or_else(|| filled(choice, &["Prtry"], "RtrInf"), |code| Ok(Some(code)))?,
        None => None,
    };
    Ok(Part {
        amount,
        is_credit,
        end_to_end_id: end_to_end_id.filter(|id| id.as_str() != NOT_PROVIDED),
        reference: filled(node, &["Refs", "AcctSvcrRef"], "AcctSvcrRef")?,
        payer_references,
        notes,
        return_reason,
    })
}

/// The parts of an entry are the entry: in its currency, and in sum its amount in its direction.
fn check(entry: &Entry) -> Result<(), ReadError> {
    if entry.parts.is_empty() {
        return Ok(());
    }
    let mut sum = 0_i64;
    for part in &entry.parts {
        if part.amount.currency() != entry.amount.currency() {
            return Err(ReadError::Currency("TxDtls"));
        }
        let units = part.amount.minor().units();
        let signed = if part.is_credit == entry.is_credit { units } else { -units };
        sum = sum.checked_add(signed).ok_or(ReadError::Sum("Ntry"))?;
    }
    if sum == entry.amount.minor().units() { Ok(()) } else { Err(ReadError::Sum("Ntry")) }
}
