//! What the books say of one statement: its lines by class, and whether they explain how the balance changed.

use crate::people::merchant_told::Moment;
use base::{Day, Record, SLOTS, Slot};
use engine::{Key, Row, Table};
use money::{Currency, Money};
use recon::{BankAccount, BookedLine, Class, ReadStatement};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};

/// Rows read at once, at most.
const PAGE: usize = 1_000;
/// Rows read at once where few are looked for.
const FEW: usize = 16;

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
    pub(crate) fn told(&self, moment: Moment) -> Value {
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
            "begun_at": moment(read.begun_at_us),
            "ended_at": read.ended_at_us.map(moment),
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

/// Reads a statement and its lines, as long as rows may be looked at: `left` says how many. Nothing when that is not
/// enough: without some of its lines a balance would look unexplained.
pub(crate) fn report(
    reader: &mut dyn Reader,
    account: &BankAccount,
    day: Day,
    left: &mut usize,
) -> Result<Option<Reported>, StoreError> {
    let key = Key::ReadStatement((Slot::PLATFORM, account.clone(), day));
    let Some(Row::ReadStatement(read)) = reader.row(&key)? else { return Ok(None) };
    let mut classes: Vec<(Class, Sums)> = Class::ALL.map(|class| (class, Sums::default())).into();
    let whole = each_line(reader, &read, left, |line| {
        if let Some((_, sums)) = classes.iter_mut().find(|(class, _)| *class == line.class) {
            sums.add(line);
        }
    })?;
    Ok(whole.then_some(Reported { read, classes }))
}

/// The lines of one statement, slot by slot: each slot keeps those of its orders. Tells whether they are all.
fn each_line(
    reader: &mut dyn Reader,
    read: &ReadStatement,
    left: &mut usize,
    mut take: impl FnMut(&BookedLine),
) -> Result<bool, StoreError> {
    // Behind the lines of a statement stand those of the next one: about as many are read as a slot has.
    let about = usize::try_from(read.lines).unwrap_or(PAGE) / usize::from(SLOTS) + FEW;
    for slot in Slot::all() {
        let mut after = (slot, read.account.clone(), read.day, 0);
        loop {
            let want = about.min(PAGE).min(*left);
            let rows =
                reader.scan(Table::BookedLine, Some(slot), Some(&Key::BookedLine(after.clone())), want)?;
            let is_more = rows.len() == want;
            *left = left.saturating_sub(rows.len());
            let lines = rows.iter().filter_map(|row| match row {
                Row::BookedLine(line) => Some(line),
                _ => None,
            });
            let mut own = 0;
            for line in lines.take_while(|line| line.account == read.account && line.day == read.day) {
                take(line);
                (after, own) = (line.key(), own + 1);
            }
            if own < rows.len() || !is_more {
                break;
            }
            if *left == 0 {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Text;
    use money::Minor;
    use store::{Mark, MemoryStore, Store};

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn line(day: Day, serial: u32) -> Row {
        Row::BookedLine(Arc::new(BookedLine {
            slot: Slot::of_id(u64::from(serial % 2)),
            account: text("A"),
            day,
            serial,
            of_lines: 60,
            value_day: day,
            order_key: text(""),
            reference: text("r"),
            is_credit: true,
            currency: Currency::Cny,
            amount_minor: Minor::ZERO,
            class: Class::TheirsOnly,
            bank_order: None,
            imported_at_us: 1,
        }))
    }

    #[test]
    fn a_statement_is_told_with_all_of_its_lines_or_not_at_all() {
        let day: Day = "2026-01-02".parse().unwrap();
        let statement = Row::ReadStatement(Arc::new(ReadStatement {
            slot: Slot::PLATFORM,
            account: text("A"),
            day,
            currency: Currency::Cny,
            opening_minor: 0,
            closing_minor: 0,
            lines: 60,
            digest: [0; 32],
            booked: 60,
            begun_at_us: 1,
            ended_at_us: Some(2),
        }));
        // Thirty lines in each of two slots: more than are read at once. Others follow.
        let lines = (1..=60).map(|serial| line(day, serial));
        let rows = lines.chain((1..=9).map(|serial| line(day.plus_days(1), serial))).chain([statement]);
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let mut told = |mut left: usize| {
            let found = report(&mut store, &text("A"), day, &mut left).unwrap();
            found.map(|found| found.classes.iter().map(|(_, sums)| sums.lines).sum::<u64>())
        };
        assert_eq!(told(usize::MAX), Some(60));
        assert_eq!(told(1_000), Some(60));
        for left in [0, 1, 30, 59] {
            assert_eq!(told(left), None, "{left}");
        }
    }
}
