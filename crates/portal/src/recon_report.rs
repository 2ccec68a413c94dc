//! What the books say of one statement: its lines by class, and whether they explain how the balance changed.

use base::{Day, Record, Slot};
use engine::{Key, Row, Table};
use money::{Currency, Money};
use recon::{BankAccount, BookedLine, Class, ReadStatement};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use wire::timestamp::format_cn;

/// Rows read at once.
const PAGE: usize = 1_000;

/// How many lines, and what they come to by currency, minor units.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) lines: u64,
    pub(crate) came: BTreeMap<Currency, i128>,
    pub(crate) went: BTreeMap<Currency, i128>,
}

/// A statement with what its lines come to.
#[derive(Clone, Debug)]
pub(crate) struct Reported {
    pub(crate) read: Arc<ReadStatement>,
    /// Of every class, in the order of precedence.
    pub(crate) classes: Vec<(Class, Sums)>,
}

impl Sums {
    fn add(&mut self, line: &BookedLine) {
        self.lines += 1;
        let side = if line.is_credit { &mut self.came } else { &mut self.went };
        *side.entry(line.currency).or_default() += i128::from(line.amount_minor.units());
    }

    /// What came less what went, minor units.
    pub(crate) fn net(&self, currency: Currency) -> i128 {
        let of = |side: &BTreeMap<Currency, i128>| side.get(&currency).copied().unwrap_or_default();
        of(&self.came) - of(&self.went)
    }
}

impl Reported {
    /// What of the change of the balance no booked line explains, minor units of the account's currency.
    pub(crate) fn unexplained(&self) -> i128 {
        let changed = i128::from(self.read.closing_minor) - i128::from(self.read.opening_minor);
        let lines: i128 = self.classes.iter().map(|(_, sums)| sums.net(self.read.currency)).sum();
        changed - lines
    }

    /// As calls tell it.
    pub(crate) fn told(&self) -> Value {
        let read = &self.read;
        let sum = |minor: i128| signed_text(minor, read.currency);
        let classes = self.classes.iter().map(|(class, sums)| class_told(*class, sums, read.currency));
        json!({
            "account": read.account.as_str(),
            "day": read.day.to_string(),
            "currency": read.currency.code(),
            "opening": sum(read.opening_minor.into()),
            "closing": sum(read.closing_minor.into()),
            "lines": read.lines,
            "booked": read.booked,
            "begun_at": format_cn(read.begun_at_us),
            "ended_at": read.ended_at_us.map(format_cn),
            "classes": classes.collect::<Vec<_>>(),
            "unexplained": sum(self.unexplained()),
        })
    }
}

fn class_told(class: Class, sums: &Sums, own: Currency) -> Value {
    let side =
        |side: &BTreeMap<Currency, i128>| signed_text(side.get(&own).copied().unwrap_or_default(), own);
    let foreign = |side: &BTreeMap<Currency, i128>| {
        let others = side.iter().filter(|(currency, _)| **currency != own);
        others
            .map(|(currency, sum)| format!("{} {}", currency.code(), signed_text(*sum, *currency)))
            .collect()
    };
    let (came, went): (Vec<String>, Vec<String>) = (foreign(&sums.came), foreign(&sums.went));
    json!({
        "class": class.code(),
        "lines": sums.lines,
        "in": side(&sums.came),
        "out": side(&sums.went),
        "other_in": came,
        "other_out": went,
        "suspense": class.is_suspense(),
    })
}

/// A sum that may be below zero, as amounts are written.
pub(crate) fn signed_text(minor: i128, currency: Currency) -> String {
    let units = u64::try_from(minor.unsigned_abs()).ok();
    let amount = units.and_then(|units| Money::from_minor(units, currency).ok());
    let sign = if minor < 0 { "-" } else { "" };
    amount.map_or_else(|| format!("{minor} minor units"), |amount| format!("{sign}{amount}"))
}

/// Reads a statement and its lines.
pub(crate) fn report(
    reader: &mut dyn Reader,
    account: &BankAccount,
    day: Day,
) -> Result<Option<Reported>, StoreError> {
    let key = Key::ReadStatement((Slot::PLATFORM, account.clone(), day));
    let Some(Row::ReadStatement(read)) = reader.row(&key)? else { return Ok(None) };
    let mut classes: Vec<(Class, Sums)> = Class::ALL.map(|class| (class, Sums::default())).into();
    each_line(reader, account, day, |line| {
        if let Some((_, sums)) = classes.iter_mut().find(|(class, _)| *class == line.class) {
            sums.add(line);
        }
    })?;
    Ok(Some(Reported { read, classes }))
}

/// The lines of one statement, slot by slot: each slot keeps those of its orders.
fn each_line(
    reader: &mut dyn Reader,
    account: &BankAccount,
    day: Day,
    mut take: impl FnMut(&BookedLine),
) -> Result<(), StoreError> {
    for slot in Slot::all() {
        let mut after = (slot, account.clone(), day, 0);
        loop {
            let rows =
                reader.scan(Table::BookedLine, Some(slot), Some(&Key::BookedLine(after.clone())), PAGE)?;
            let full = rows.len() == PAGE;
            let lines = rows.iter().filter_map(|row| match row {
                Row::BookedLine(line) => Some(line),
                _ => None,
            });
            let mut last = None;
            for line in lines.take_while(|line| line.account == *account && line.day == day) {
                take(line);
                last = Some(line.key());
            }
            match last.filter(|_| full) {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    Ok(())
}
