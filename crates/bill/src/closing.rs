//! Days that are over and not closed: what each slot's accounts moved, summed from the postings.
//!
//! The caller sees to it that the tables have everything that was stamped before the last day's end.

use crate::BillError;
use crate::account::postings;
use base::{Day, Slot};
use engine::{CloseDay, Key, Row, Table};
use ledger::{AccountKind, DaySum, Posting, Side};
use money::{Currency, Money};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::Reader;

/// Debits and credits of a kind of account, minor units.
type Turnover = BTreeMap<(Currency, AccountKind), [u64; 2]>;

/// The days to be closed, up to and with the last one, oldest first; of each slot at most so many. Slots without a
/// posting have none.
pub fn days_to_close(reader: &mut dyn Reader, last: Day, most: u32) -> Result<Vec<CloseDay>, BillError> {
    let mut found = Vec::new();
    for slot in Slot::all() {
        let Some(next) = next_day(reader, slot)?.filter(|next| *next <= last) else { continue };
        let until = last.min(next.plus_days(most.saturating_sub(1)));
        let mut days: BTreeMap<Day, Turnover> = BTreeMap::new();
        for ahead in 0..=next.days_until(until) {
            days.entry(next.plus_days(ahead)).or_default();
        }
        let within_us = next.begins_at_us()..until.plus_days(1).begins_at_us();
        postings(reader, slot, &within_us, &mut |_, posting| {
            if let Some(day) = days.get_mut(&Day::of(posting.no.at_us())) {
                add(day, posting)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (day, turnover) in days {
            found.push(CloseDay { slot, day, sums: sums_of(&turnover)? });
        }
    }
    found.sort_by_key(|close| (close.day, close.slot));
    Ok(found)
}

/// The day after the last that was closed, or that of the first posting.
fn next_day(reader: &mut dyn Reader, slot: Slot) -> Result<Option<Day>, BillError> {
    if let Some(Row::DayClose(close)) = reader.row(&Key::DayClose((slot,)))? {
        return Ok(Some(close.last_date.plus_days(1)));
    }
    let first = reader.scan(Table::Posting, Some(slot), None, 1)?;
    Ok(first.first().and_then(|row| match row {
        Row::Posting(posting) => Some(Day::of(posting.no.at_us())),
        _ => None,
    }))
}

fn add(turnover: &mut Turnover, posting: &Posting) -> Result<(), BillError> {
    for entry in posting.entries() {
        let kind = entry.account.kind().ok_or_else(|| odd(posting))?;
        let sides = turnover.entry((posting.currency, kind)).or_default();
        let side = match entry.side {
            Side::Debit => &mut sides[0],
            Side::Credit => &mut sides[1],
        };
        let sum = side.checked_add(entry.amount_minor.units().unsigned_abs());
        *side = sum.ok_or_else(|| odd(posting))?;
    }
    Ok(())
}

fn odd(posting: &Posting) -> BillError {
    BillError::Odd(format!("turnover of the day of posting {}", posting.no))
}

fn sums_of(turnover: &Turnover) -> Result<Vec<DaySum>, BillError> {
    let sums = turnover.iter().map(|((currency, kind), [debit, credit])| {
        let minor = |units: u64| {
            let sum = Money::from_minor(units, *currency);
            sum.map(Money::minor).map_err(|error| BillError::Odd(format!("turnover of a day: {error}")))
        };
        Ok(DaySum {
            currency: *currency,
            kind: *kind,
            debit_minor: minor(*debit)?,
            credit_minor: minor(*credit)?,
        })
    });
    sums.collect()
}
