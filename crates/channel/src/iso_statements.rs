//! Statements of a bank that is spoken with in messages, as reconciliation reads them: one line for one payment, with
//! serials, and the number of the order wherever its payer wrote it.

use base::Day;
use iso::{Entry, EntryState, Identifier, Part, PrintError, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// A day without a statement is taken for one without lines when one of so many days later is there: until then its own
/// may be late.
const LATE_DAYS: u32 = 3;

/// What the bank printed of our account, by day.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    /// Statements that say different things; banks may print several of a day, each going on from another.
    by_day: BTreeMap<Day, Vec<Statement>>,
    /// Days on which something was booked, as notifications tell.
    booked: BTreeSet<Day>,
}

impl Statements {
    /// Notes that something was booked on a day, whose statement will tell of it.
    pub(crate) fn note_booked(&mut self, entry: &Entry) {
        if entry.state == EntryState::Booked {
            self.booked.extend(entry.booked_day.or(entry.value_day));
        }
    }

    /// Notes a statement.
    pub(crate) fn note(&mut self, statement: Statement) {
        let day = statement.day;
        let known = self.by_day.entry(day).or_default();
        let says = |one: &Statement| (one.opening_minor, one.closing_minor, one.currency);
        if known.iter().any(|one| says(one) == says(&statement) && one.entries == statement.entries) {
            return;
        }
        known.push(statement);
        // In whatever order they came, they are read in one.
        known.sort_by(|one, other| (says(one), &one.id).cmp(&(says(other), &other.id)));
        if self.whole(day, None).is_none() {
            tracing::error!(%day, "statements of a day do not follow each other; somebody must look if it stays so");
        }
    }

    /// The statement of a day for our books. Banks print none of days on which they are closed: such a day is one
    /// without lines, if the next statement begins with what the last one ended with, and nothing says that the day's
    /// own is only late.
    pub(crate) fn of(&self, day: Day) -> Option<Statement> {
        let before = self.by_day.range(..day).next_back().and_then(|(day, _)| self.whole(*day, None));
        if self.by_day.contains_key(&day) {
            let next = self.by_day.range(day.plus_days(1)..).next();
            let next = next.and_then(|(day, _)| self.whole(*day, None)).map(|next| next.opening_minor);
            let ends = before.map(|before| before.closing_minor);
            let whole = self.whole(day, ends).or_else(|| self.whole(day, next))?;
            // Banks that print several of a day may have sent a part of them: the day after begins elsewhere then.
            let is_next = self.by_day.contains_key(&day.plus_days(1));
            let goes_on = !is_next || next.is_none_or(|opening| opening == whole.closing_minor);
            return goes_on.then_some(whole);
        }
        let (before, (next_day, _)) = (before?, self.by_day.range(day..).next()?);
        let (next, balance) = (self.whole(*next_day, None)?, before.closing_minor);
        let tells_of_it = next.entries.iter().any(|entry| entry.booked_day == Some(day));
        let was_booked = self.booked.contains(&day) && !tells_of_it;
        let last = self.by_day.keys().next_back()?;
        let is_late = !is_weekend(day) && day.days_until(*last) < LATE_DAYS;
        (next.opening_minor == balance && !was_booked && !is_late).then(|| Statement {
            day,
            opening_minor: balance,
            closing_minor: balance,
            entries: Vec::new(),
            ..before
        })
    }

    /// All statements of a day as one; `None` when they do not go on from each other. Those that end where they begin
    /// may begin anywhere: `begins` says where, when it is known.
    fn whole(&self, day: Day, begins: Option<i64>) -> Option<Statement> {
        let parts = self.by_day.get(&day)?;
        let mut follow: BTreeMap<i64, Vec<&Statement>> = BTreeMap::new();
        for part in parts.iter().rev() {
            follow.entry(part.opening_minor).or_default().push(part);
        }
        let begins = start(parts).or(begins).or((follow.len() == 1).then(|| parts[0].opening_minor))?;
        // Goes as far as it can, and fills in the detours when it turns back: so every statement is met, if one way
        // leads through all of them.
        let (mut going, mut met) = (vec![(begins, None)], Vec::new());
        while let Some((balance, by)) = going.last().copied() {
            match follow.get_mut(&balance).and_then(Vec::pop) {
                Some(part) => going.push((part.closing_minor, Some(part))),
                None => {
                    met.extend(by);
                    going.pop();
                }
            }
        }
        met.reverse();
        let goes_on = met.windows(2).all(|two| two[0].closing_minor == two[1].opening_minor);
        let is_one = met.iter().all(|part| part.currency == parts[0].currency);
        let (first, last) = (met.first()?, met.last()?);
        (met.len() == parts.len() && goes_on && is_one).then(|| Statement {
            closing_minor: last.closing_minor,
            entries: met.iter().flat_map(|part| part.entries.iter().cloned()).collect(),
            ..(*first).clone()
        })
    }
}

/// The balance that one statement more begins with than ends with; `None` when there is none.
fn start(parts: &[Statement]) -> Option<i64> {
    let count =
        |balance: i64, of: fn(&Statement) -> i64| parts.iter().filter(|one| of(one) == balance).count();
    let begins = |balance| count(balance, |one| one.opening_minor);
    let ends = |balance| count(balance, |one| one.closing_minor);
    parts.iter().map(|one| one.opening_minor).find(|balance| begins(*balance) > ends(*balance))
}

/// Whether a day is a Saturday or a Sunday.
fn is_weekend(day: Day) -> bool {
    // The first day of the calendar was a Thursday, the fourth of its week.
    let of_week = (Day::of(0).days_until(day) + 3) % 7;
    of_week >= 5
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
    // What strangers call a payment is nothing to our books.
    let end_to_end_id = part.and_then(key_of);
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
