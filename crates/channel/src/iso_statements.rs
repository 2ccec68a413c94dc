//! Statements of a bank that is spoken with in messages, as reconciliation reads them: one line for one payment, with
//! serials, and the number of the order wherever its payer wrote it.

use base::Day;
use iso::{Entry, EntryState, Identifier, Part, PrintError, Statement};
use std::collections::BTreeMap;

/// What the bank printed of our account, by day.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    by_day: BTreeMap<Day, Statement>,
}

impl Statements {
    /// Notes a statement. A second one of a day that says something else does not count: somebody must look.
    pub(crate) fn note(&mut self, statement: Statement) {
        let day = statement.day;
        let known = self.by_day.entry(day).or_insert_with(|| statement.clone());
        let Statement { opening_minor, closing_minor, entries, .. } = known;
        if (*opening_minor, *closing_minor) != (statement.opening_minor, statement.closing_minor)
            || *entries != statement.entries
        {
            tracing::error!(%day, "the bank printed another statement of a day; the first one counts");
        }
    }

    /// The statement of a day for our books. Banks print none of days on which they are closed: such a day is one
    /// without lines, if the next statement begins with what the last one ended with.
    pub(crate) fn of(&self, day: Day) -> Option<Statement> {
        if let Some(statement) = self.by_day.get(&day) {
            return Some(statement.clone());
        }
        let (_, before) = self.by_day.range(..day).next_back()?;
        let (_, next) = self.by_day.range(day..).next()?;
        let balance = before.closing_minor;
        (next.opening_minor == balance).then(|| Statement {
            day,
            opening_minor: balance,
            closing_minor: balance,
            entries: Vec::new(),
            ..before.clone()
        })
    }
}

/// Prints a statement for reconciliation. `key_of` finds the order of ours that a payment is of.
pub(crate) fn printed(
    statement: Statement,
    key_of: impl Fn(&Part) -> Option<Identifier>,
) -> Result<String, PrintError> {
    let mut lines: Vec<Entry> = Vec::new();
    for entry in statement.entries.iter().filter(|entry| entry.state == EntryState::Booked) {
        let parts: Vec<Option<&Part>> =
            if entry.parts.is_empty() { vec![None] } else { entry.parts.iter().map(Some).collect() };
        for part in parts {
            let number = Identifier::new(&(lines.len() + 1).to_string()).ok();
            lines.push(line(&statement, entry, part, number, &key_of));
        }
    }
    let made_at_us = statement.day.plus_days(1).begins_at_us();
    Statement { entries: lines, owner: None, ..statement }.print(made_at_us)
}

fn line(
    statement: &Statement,
    entry: &Entry,
    part: Option<&Part>,
    number: Option<Identifier>,
    key_of: impl Fn(&Part) -> Option<Identifier>,
) -> Entry {
    let amount = part.map_or(entry.amount, |part| part.amount);
    let is_credit = part.map_or(entry.is_credit, |part| part.is_credit);
    let own = entry.reference.clone().or_else(|| part.and_then(|part| part.reference.clone()));
    // Reconciliation tells lines apart by serial; what the bank did not name gets its place for a name.
    let reference = own.or_else(|| number.clone());
    let end_to_end_id = part.and_then(|part| key_of(part).or_else(|| part.end_to_end_id.clone()));
    let day = entry.booked_day.unwrap_or(statement.day);
    Entry {
        number,
        amount,
        is_credit,
        is_reversal: entry.is_reversal,
        state: EntryState::Booked,
        booked_day: Some(day),
        value_day: Some(entry.value_day.unwrap_or(day)),
        reference,
        kind: None,
        parts: vec![Part {
            amount,
            is_credit,
            end_to_end_id,
            reference: None,
            payer_references: Vec::new(),
            notes: Vec::new(),
            return_reason: None,
        }],
    }
}
