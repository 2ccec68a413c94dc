//! Statements as wholes: what was read is what the file said, no line of it is booked in two slots, and each begins
//! where the one before ended.

use super::statement::line_is;
use crate::images::text_of_key;
use crate::report::Findings;
use base::{Day, Record};
use engine::Tabled;
use recon::{BankAccount, BookedLine, ReadStatement, Statement, StatementLine};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was seen of statements.
#[derive(Debug, Default)]
pub(super) struct Files {
    read: BTreeMap<(BankAccount, Day), Arc<ReadStatement>>,
    lines: BTreeMap<(BankAccount, Day), Vec<Arc<BookedLine>>>,
}

impl Files {
    pub(super) fn read(&mut self, read: &Arc<ReadStatement>) {
        self.read.insert((read.account.clone(), read.day), read.clone());
    }

    pub(super) fn line(&mut self, line: &Arc<BookedLine>) {
        self.lines.entry((line.account.clone(), line.day)).or_default().push(line.clone());
    }

    pub(super) fn finish(&self, findings: &mut Findings) {
        for (at, lines) in &self.lines {
            if !self.read.contains_key(at)
                && let Some(line) = lines.first()
            {
                let key = text_of_key(&BookedLine::wrap_key(line.key()));
                line_is("statement_line", key, "no statement with it was read", findings);
            }
        }
        for (at, read) in &self.read {
            for message in self.faults(read, self.lines.get(at).map_or(&[], Vec::as_slice)) {
                let key = text_of_key(&ReadStatement::wrap_key(read.key()));
                line_is("statement", key, message, findings);
            }
        }
    }

    fn faults(&self, read: &ReadStatement, lines: &[Arc<BookedLine>]) -> Vec<&'static str> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, message: &'static str| {
            if !holds {
                faults.push(message);
            }
        };
        check(usize::try_from(read.booked) == Ok(lines.len()), "it counts another number of booked lines");
        check(lines.iter().all(|line| line.of_lines == read.lines), "a line is of a longer or shorter one");
        check((read.booked == read.lines) == read.ended_at_us.is_some(), "it ends with its last line");
        let before = self.read.get(&(read.account.clone(), read.day.minus_days(1)));
        let goes_on = before.is_none_or(|before| before.closing_minor == read.opening_minor);
        check(goes_on, "it does not begin where the day before ended");
        if read.ended_at_us.is_some() {
            check(said_by(read, lines).digest() == read.digest, "its lines are not those that were read");
        }
        faults
    }
}

/// The statement that the booked lines tell.
fn said_by(read: &ReadStatement, lines: &[Arc<BookedLine>]) -> Statement {
    let line = |line: &Arc<BookedLine>| StatementLine {
        serial: line.serial,
        value_day: line.value_day,
        order_key: line.order_key.clone(),
        reference: line.reference.clone(),
        is_credit: line.is_credit,
        amount: line.amount(),
    };
    let mut lines: Vec<StatementLine> = lines.iter().map(line).collect();
    lines.sort_by_key(|line| line.serial);
    Statement {
        account: read.account.clone(),
        day: read.day,
        currency: read.currency,
        opening_minor: read.opening_minor,
        closing_minor: read.closing_minor,
        lines,
    }
}
