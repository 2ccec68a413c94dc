//! What the books say of the platform's money as a whole: what it owes, what it owns, and what nobody has explained
//! yet. Everything is read from the posted tables, slot by slot.

use crate::recon_report::signed_text;
use base::{DAY_US, Day, PartyId, Record, Slot};
use engine::{Key, Row, Table, Tabled};
use ledger::{Account, AccountKind};
use money::Currency;
use people::PartyKind;
use recon::{BookedLine, ReadStatement, Suspense, SuspenseClosing, SuspenseProposal};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// Rows read at once.
const PAGE: usize = 1_000;

/// Rows of a table, each once, in key order.
pub(crate) fn each(
    reader: &mut dyn Reader,
    table: Table,
    mut take: impl FnMut(&Row),
) -> Result<(), StoreError> {
    let mut after: Option<Key> = None;
    loop {
        let rows = reader.scan(table, None, after.as_ref(), PAGE)?;
        rows.iter().for_each(&mut take);
        if rows.len() < PAGE {
            return Ok(());
        }
        after = rows.last().map(Row::key);
    }
}

/// The equation of one currency: what is owed is what is owned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Equation {
    /// What is owed, by name, minor units.
    pub(crate) owed: BTreeMap<&'static str, i128>,
    /// What is owned, by name, minor units.
    pub(crate) owned: BTreeMap<&'static str, i128>,
    /// What of the customers' and merchants' balances is held.
    pub(crate) held: i128,
    /// What lines of statements brought into the reserve, less what they took out.
    pub(crate) by_lines: i128,
    /// What the sandbox gave without a bank.
    pub(crate) by_sandbox: i128,
}

impl Equation {
    /// What is owed and not owned: zero in right books.
    pub(crate) fn difference(&self) -> i128 {
        self.owed.values().sum::<i128>() - self.owned.values().sum::<i128>()
    }

    /// What the reserve holds that neither a line nor the sandbox explains: zero in right books.
    pub(crate) fn unexplained(&self) -> i128 {
        self.owned.get("bank_reserve").copied().unwrap_or_default() - self.by_lines - self.by_sandbox
    }

    /// As calls tell it.
    pub(crate) fn told(&self, currency: Currency) -> Value {
        let side = |side: &BTreeMap<&'static str, i128>| {
            let sums =
                side.iter().map(|(name, sum)| ((*name).to_owned(), signed_text(*sum, currency).into()));
            Value::Object(sums.collect())
        };
        json!({
            "currency": currency.code(),
            "owed": side(&self.owed),
            "owned": side(&self.owned),
            "held_of_balances": signed_text(self.held, currency),
            "difference": signed_text(self.difference(), currency),
            "reserve_by_statements": signed_text(self.by_lines, currency),
            "reserve_by_sandbox": signed_text(self.by_sandbox, currency),
            "reserve_unexplained": signed_text(self.unexplained(), currency),
        })
    }
}

/// The equations of all currencies that the books know.
pub(crate) fn equations(reader: &mut dyn Reader) -> Result<BTreeMap<Currency, Equation>, StoreError> {
    let mut merchants: BTreeSet<PartyId> = BTreeSet::new();
    each(reader, Table::Party, |row| {
        if let Row::Party(party) = row
            && party.kind == PartyKind::Merchant
        {
            merchants.insert(party.id);
        }
    })?;
    let mut books: BTreeMap<Currency, Equation> = BTreeMap::new();
    each(reader, Table::Account, |row| {
        if let Row::Account(account) = row {
            add_account(books.entry(account.currency).or_default(), account, &merchants);
        }
    })?;
    each(reader, Table::BookedLine, |row| {
        if let Row::BookedLine(line) = row {
            let sum = i128::from(line.amount_minor.units());
            let book = books.entry(line.currency).or_default();
            book.by_lines += if line.is_credit { sum } else { -sum };
        }
    })?;
    each(reader, Table::TopUpReceipt, |row| {
        if let Row::TopUpReceipt(receipt) = row {
            let book = books.entry(receipt.currency).or_default();
            book.by_sandbox += i128::from(receipt.amount_minor.units());
        }
    })?;
    Ok(books)
}

fn add_account(book: &mut Equation, account: &Account, merchants: &BTreeSet<PartyId>) {
    let balance = i128::from(account.balance_minor);
    book.held += i128::from(account.held_minor.units());
    let mut owed = |name| *book.owed.entry(name).or_default() += balance;
    match account.kind {
        AccountKind::Balance if merchants.contains(&account.owner) => owed("merchants"),
        AccountKind::Balance => owed("customers"),
        AccountKind::Escrow => owed("escrow"),
        AccountKind::Delayed => owed("delayed"),
        AccountKind::Transit => owed("in_transit"),
        AccountKind::FeeIncome => owed("own_income"),
        AccountKind::ClearingOut => owed("clearing_out"),
        AccountKind::SuspenseOwed => owed("suspense_owed"),
        AccountKind::BankReserve => *book.owned.entry("bank_reserve").or_default() -= balance,
        AccountKind::ClearingIn => *book.owned.entry("clearing_in").or_default() -= balance,
        AccountKind::SuspenseDue => *book.owned.entry("suspense_due").or_default() -= balance,
    }
}

/// Statements that were read, oldest first.
pub(crate) fn statements(reader: &mut dyn Reader) -> Result<Vec<Arc<ReadStatement>>, StoreError> {
    let mut found = Vec::new();
    each(reader, Table::ReadStatement, |row| found.extend(ReadStatement::unwrap(row).cloned()))?;
    found.sort_by_key(|read| (read.day, read.account.clone()));
    Ok(found)
}

/// Money that nothing explains, with the line that shows it.
#[derive(Clone, Debug)]
pub(crate) struct Unclear {
    pub(crate) row: Arc<Suspense>,
    pub(crate) line: Option<Arc<BookedLine>>,
    /// How it was closed, when it was.
    pub(crate) closing: Option<Arc<SuspenseClosing>>,
    /// How an operator wants to close it, until another one approves.
    pub(crate) proposal: Option<Arc<SuspenseProposal>>,
}

/// What is suspense, oldest first; of one day or of all.
pub(crate) fn suspense(reader: &mut dyn Reader, day: Option<Day>) -> Result<Vec<Unclear>, StoreError> {
    let mut rows: Vec<Arc<Suspense>> = Vec::new();
    each(reader, Table::Suspense, |row| rows.extend(Suspense::unwrap(row).cloned()))?;
    rows.retain(|row| day.is_none_or(|day| row.day == day));
    rows.sort_by_key(|row| (row.day, row.serial, row.slot));
    let mut found = Vec::new();
    for row in rows {
        let line = reader.row(&BookedLine::wrap_key(row.key()))?;
        let line = line.as_ref().and_then(BookedLine::unwrap).cloned();
        let closing = reader.row(&SuspenseClosing::wrap_key(row.key()))?;
        let closing = closing.as_ref().and_then(SuspenseClosing::unwrap).cloned();
        let proposal = reader.row(&SuspenseProposal::wrap_key(row.key()))?;
        let proposal = proposal.as_ref().and_then(SuspenseProposal::unwrap).cloned();
        found.push(Unclear { row, line, closing, proposal });
    }
    Ok(found)
}

impl Unclear {
    /// Whole days since it is known.
    pub(crate) fn age_days(&self, now_us: i64) -> i64 {
        now_us.saturating_sub(self.row.opened_at_us).max(0) / DAY_US
    }

    /// As calls tell it.
    pub(crate) fn told(&self, now_us: i64) -> Value {
        let Suspense { slot, account, day, serial, class, owner, party, is_credit, currency, .. } =
            &*self.row;
        let line = self.line.as_deref();
        json!({
            "slot": Slot::number(*slot),
            "account": account.as_str(),
            "day": day.to_string(),
            "serial": serial,
            "class": class.code(),
            "owner": owner.as_str(),
            "party": party.map(|party| party.to_string()),
            "direction": if *is_credit { "in" } else { "out" },
            "amount": signed_text(i128::from(self.row.amount_minor.units()), *currency),
            "currency": currency.code(),
            "reference": line.map(|line| line.reference.as_str()),
            "bank_order_no": line.and_then(|line| line.bank_order).map(|no| no.to_string()),
            "proposed": self.proposal.as_deref().map(proposal_told),
            "closed": self.closing.as_deref().map(closing_told),
            "since": format_cn(self.row.opened_at_us),
            "age_days": self.age_days(now_us),
        })
    }
}

/// A closing as calls tell it.
pub(crate) fn closing_told(closing: &SuspenseClosing) -> Value {
    json!({
        "way": closing.way.as_str(),
        "bank_order_no": closing.bank_order.map(|no| no.to_string()),
        "reason": closing.reason.as_str(),
        "operator": closing.operator.as_str(),
        "approved_by": closing.approved_by.as_ref().map(|by| by.as_str()),
        "at": format_cn(closing.closed_at_us),
    })
}

/// A proposal as calls tell it.
pub(crate) fn proposal_told(proposal: &SuspenseProposal) -> Value {
    json!({
        "way": proposal.way.as_str(),
        "bank_order_no": proposal.bank_order.map(|no| no.to_string()),
        "reason": proposal.reason.as_str(),
        "operator": proposal.operator.as_str(),
        "at": format_cn(proposal.proposed_at_us),
    })
}
