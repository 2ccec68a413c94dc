//! What the books say of the platform's money as a whole: what it owes, what it owns, and what nobody has explained
//! yet. Everything is read from the posted tables, slot by slot.

use crate::people::merchant_told::Moment;
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

/// Rows read at once.
const PAGE: usize = 1_000;
/// Suspense that one call looks through.
const SUSPENSE_LOOKED_MAX: usize = 20_000;
/// Suspense that one call tells.
const SUSPENSE_TOLD_MAX: usize = 1_000;

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

/// As [`each`], as long as rows may be looked at: `left` says how many. Tells whether all were shown.
pub(crate) fn each_within(
    reader: &mut dyn Reader,
    table: Table,
    left: &mut usize,
    mut take: impl FnMut(&Row),
) -> Result<bool, StoreError> {
    let mut after: Option<Key> = None;
    while *left > 0 {
        let want = PAGE.min(*left);
        let rows = reader.scan(table, None, after.as_ref(), want)?;
        rows.iter().for_each(&mut take);
        *left = left.saturating_sub(rows.len());
        if rows.len() < want {
            return Ok(true);
        }
        after = rows.last().map(Row::key);
    }
    Ok(false)
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

/// The equations of all currencies that the books know; nothing when there are more rows than may be looked at: half
/// of the books would not be even.
pub(crate) fn equations(
    reader: &mut dyn Reader,
    mut left: usize,
) -> Result<Option<BTreeMap<Currency, Equation>>, StoreError> {
    let mut merchants: BTreeSet<PartyId> = BTreeSet::new();
    let mut whole = each_within(reader, Table::Party, &mut left, |row| {
        if let Row::Party(party) = row
            && party.kind == PartyKind::Merchant
        {
            merchants.insert(party.id);
        }
    })?;
    let mut books: BTreeMap<Currency, Equation> = BTreeMap::new();
    whole &= each_within(reader, Table::Account, &mut left, |row| {
        if let Row::Account(account) = row {
            add_account(books.entry(account.currency).or_default(), account, &merchants);
        }
    })?;
    whole &= each_within(reader, Table::BookedLine, &mut left, |row| {
        if let Row::BookedLine(line) = row {
            let sum = i128::from(line.amount_minor.units());
            let book = books.entry(line.currency).or_default();
            book.by_lines += if line.is_credit { sum } else { -sum };
        }
    })?;
    whole &= each_within(reader, Table::TopUpReceipt, &mut left, |row| {
        if let Row::TopUpReceipt(receipt) = row {
            let book = books.entry(receipt.currency).or_default();
            book.by_sandbox += i128::from(receipt.amount_minor.units());
        }
    })?;
    Ok(whole.then_some(books))
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

/// Statements that were read, oldest first, as long as rows may be looked at. Tells whether they are all.
pub(crate) fn statements(
    reader: &mut dyn Reader,
    left: &mut usize,
) -> Result<(Vec<Arc<ReadStatement>>, bool), StoreError> {
    let mut found = Vec::new();
    let take = |row: &Row| found.extend(ReadStatement::unwrap(row).cloned());
    let whole = each_within(reader, Table::ReadStatement, left, take)?;
    found.sort_by_key(|read| (read.day, read.account.clone()));
    Ok((found, whole))
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

/// What is suspense, oldest first; of one day or of all. Tells whether it is all of it.
pub(crate) fn suspense(
    reader: &mut dyn Reader,
    day: Option<Day>,
) -> Result<(Vec<Unclear>, bool), StoreError> {
    let (mut rows, mut left): (Vec<Arc<Suspense>>, usize) = (Vec::new(), SUSPENSE_LOOKED_MAX);
    let take = |row: &Row| rows.extend(Suspense::unwrap(row).cloned());
    let mut whole = each_within(reader, Table::Suspense, &mut left, take)?;
    rows.retain(|row| day.is_none_or(|day| row.day == day));
    rows.sort_by_key(|row| (row.day, row.serial, row.slot));
    whole &= rows.len() <= SUSPENSE_TOLD_MAX;
    rows.truncate(SUSPENSE_TOLD_MAX);
    let found: Result<Vec<Unclear>, StoreError> = rows.into_iter().map(|row| unclear(reader, row)).collect();
    Ok((found?, whole))
}

/// A suspense with what belongs to it.
pub(crate) fn unclear(reader: &mut dyn Reader, row: Arc<Suspense>) -> Result<Unclear, StoreError> {
    let line = reader.row(&BookedLine::wrap_key(row.key()))?;
    let line = line.as_ref().and_then(BookedLine::unwrap).cloned();
    let closing = reader.row(&SuspenseClosing::wrap_key(row.key()))?;
    let closing = closing.as_ref().and_then(SuspenseClosing::unwrap).cloned();
    let proposal = reader.row(&SuspenseProposal::wrap_key(row.key()))?;
    let proposal = proposal.as_ref().and_then(SuspenseProposal::unwrap).cloned();
    Ok(Unclear { row, line, closing, proposal })
}

impl Unclear {
    /// Whole days since it is known.
    pub(crate) fn age_days(&self, now_us: i64) -> i64 {
        now_us.saturating_sub(self.row.opened_at_us).max(0) / DAY_US
    }

    /// As calls tell it.
    pub(crate) fn told(&self, now_us: i64, moment: Moment) -> Value {
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
            "proposed": self.proposal.as_deref().map(|proposal| proposal_told(proposal, moment)),
            "closed": self.closing.as_deref().map(|closing| closing_told(closing, moment)),
            "since": moment(self.row.opened_at_us),
            "age_days": self.age_days(now_us),
        })
    }
}

/// A closing as calls tell it.
pub(crate) fn closing_told(closing: &SuspenseClosing, moment: Moment) -> Value {
    json!({
        "way": closing.way.as_str(),
        "bank_order_no": closing.bank_order.map(|no| no.to_string()),
        "reason": closing.reason.as_str(),
        "operator": closing.operator.as_str(),
        "approved_by": closing.approved_by.as_ref().map(|by| by.as_str()),
        "at": moment(closing.closed_at_us),
    })
}

/// A proposal as calls tell it.
pub(crate) fn proposal_told(proposal: &SuspenseProposal, moment: Moment) -> Value {
    json!({
        "way": proposal.way.as_str(),
        "bank_order_no": proposal.bank_order.map(|no| no.to_string()),
        "reason": proposal.reason.as_str(),
        "operator": proposal.operator.as_str(),
        "at": moment(proposal.proposed_at_us),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Stamp, Text};
    use money::Minor;
    use recon::{Class, SuspenseOwner};
    use store::{Mark, MemoryStore, Store};

    fn store_of(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
        let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        store
    }

    #[test]
    fn half_of_the_books_is_not_told_as_books_that_differ() {
        let account = |owner, kind, balance_minor| {
            let account = Account::open(owner, kind, Currency::Cny, Stamp { at_us: 1, seq: 1 });
            Row::Account(Arc::new(Account { balance_minor, ..account }))
        };
        let customer = PartyId::issue(1_000_000_001, Slot::of_id(1)).unwrap();
        let bank = PartyId::platform(Slot::of_id(7));
        let rows =
            [account(customer, AccountKind::Balance, 500), account(bank, AccountKind::BankReserve, -500)];
        let mut store = store_of(rows);
        let books = equations(&mut store, 3).unwrap().unwrap();
        assert_eq!(books.get(&Currency::Cny).map(Equation::difference), Some(0));
        for left in [0, 1, 2] {
            assert!(equations(&mut store, left).unwrap().is_none(), "{left}");
        }
    }

    #[test]
    fn suspense_is_told_as_far_as_there_is_room_for_it() {
        let day: Day = "2026-01-02".parse().unwrap();
        let row = |serial: u32| Suspense {
            slot: Slot::of_id(serial.into()),
            account: Text::new("A").unwrap(),
            day: if serial == 1 { day } else { day.plus_days(1) },
            serial,
            class: Class::TheirsOnly,
            owner: SuspenseOwner::Bank,
            party: None,
            is_credit: true,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            opened_at_us: 1,
        };
        let store_with =
            |count: u32| store_of((1..=count).map(|serial| Row::Suspense(Arc::new(row(serial)))));
        for (count, told, whole) in [(1_000, 1_000, true), (1_001, 1_000, false)] {
            let (found, all) = suspense(&mut store_with(count), None).unwrap();
            assert_eq!((found.len(), all), (told, whole), "{count}");
            assert_eq!(found[0].row.serial, 1, "the oldest is the first");
        }
        let (found, all) = suspense(&mut store_with(1_001), Some(day)).unwrap();
        assert_eq!((found.len(), all), (1, true));
        let (found, all) = suspense(&mut store_with(20_001), Some(day)).unwrap();
        assert_eq!((found.len(), all), (1, false));
    }
}
