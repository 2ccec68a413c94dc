//! The statement of an account for a day that is over, as ISO 20022 `camt.053.001.08`: what programs for keeping books
//! read from any bank. The same lines as the account bill, with the balances around them.

use crate::account::account_of;
use crate::{AccountLine, BillError, account_lines, balance_before};
use base::{DAY_US, Day, PartyId, Text};
use engine::{Key, Row};
use iso::{AccountId, Entry, EntryState, Part, PrintError, Statement};
use money::{Currency, Money};
use std::ops::ControlFlow;
use store::Reader;

/// Lines of one statement at most: what readers of the message take.
pub const STATEMENT_LINES_MAX: usize = 20_000;

/// The statement of a party's account for a day in China that is over. It names the end of the day as the moment it was
/// made at, so that it is the same whenever it is fetched.
///
/// # Errors
/// [`BillError::TooLong`], or when the tables cannot be read.
pub fn account_statement(reader: &mut dyn Reader, party: PartyId, day: Day) -> Result<String, BillError> {
    let begins_at_us = day.begins_at_us();
    let ends_at_us = begins_at_us.saturating_add(DAY_US);
    let opening_minor = balance_before(reader, party, begins_at_us)?;
    let (mut entries, mut closing_minor) = (Vec::new(), opening_minor);
    account_lines(reader, party, begins_at_us..ends_at_us, &mut |line| {
        if entries.len() >= STATEMENT_LINES_MAX {
            return Err(BillError::TooLong);
        }
        closing_minor = line.balance_minor;
        entries.push(entry(&line, entries.len() + 1, day)?);
        Ok(ControlFlow::Continue(()))
    })?;
    let owner = match reader.row(&Key::Party((party.slot(), party)))? {
        Some(Row::Party(party)) => cut(party.name.as_str()),
        _ => None,
    };
    let account =
        AccountId::other(&account_of(party).to_string()).ok_or_else(|| odd("an account's number"))?;
    let id = text(&format!("{party}-{}", day.to_string().replace('-', "")))?;
    let currency = Currency::Cny;
    let statement = Statement { id, account, owner, day, currency, opening_minor, closing_minor, entries };
    statement.print(ends_at_us).map_err(|error| match error {
        // The message holds the sum against the balances; that they differ is a fault of the books.
        PrintError::Sum => odd("the lines of a day are not the change of the balance"),
        error => BillError::Odd(error.to_string()),
    })
}

fn entry(line: &AccountLine, number: usize, day: Day) -> Result<Entry, BillError> {
    let minor = line.delta_minor.unsigned_abs();
    let amount =
        Money::from_minor(minor, Currency::Cny).map_err(|error| BillError::Odd(error.to_string()))?;
    let is_credit = line.delta_minor > 0;
    let reference: Text<35> = text(&line.no())?;
    let about = line.about().map(|about| text(&about)).transpose()?;
    // The merchant's number may be longer than an identifier of the message.
    let told = [line.about_theirs(), line.request_no.as_deref(), line.title(), line.why()];
    let part = Part {
        amount,
        is_credit,
        end_to_end_id: about,
        reference: Some(reference.clone()),
        payer_references: Vec::new(),
        notes: told.into_iter().flatten().filter_map(cut).collect(),
        return_reason: None,
    };
    Ok(Entry {
        number: Some(text(&number.to_string())?),
        amount,
        is_credit,
        is_reversal: false,
        state: EntryState::Booked,
        booked_day: Some(day),
        value_day: Some(day),
        reference: Some(reference),
        kind: Some(text(line.business.name())?),
        parts: vec![part],
    })
}

fn odd(what: &str) -> BillError {
    BillError::Odd(what.to_owned())
}

fn text<const N: usize>(of: &str) -> Result<Text<N>, BillError> {
    Text::new(of).map_err(|error| BillError::Odd(error.to_string()))
}

/// Free text as the message can carry it: without what XML has no letters for, and no longer than it takes.
fn cut<const N: usize>(free: &str) -> Option<Text<N>> {
    let fits = |letter: &char| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
    let kept: String = free.chars().filter(fits).take(N).collect();
    Text::new(kept.trim()).ok().filter(|text| !text.as_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_made_to_fit() {
        let noted = |free: &str| cut::<5>(free).map(|text| text.to_string());
        assert_eq!(noted("苹果\u{0}\n & 梨子"), Some("苹果 & ".trim().to_owned()));
        assert_eq!(noted(" \t\n"), None);
    }

    #[test]
    fn a_line_is_an_entry_with_its_number_and_direction() {
        let posting = base::PostingNo::from_number(176_728_320_000_000_007).unwrap();
        let line = AccountLine {
            posting,
            part: 1,
            at_us: posting.at_us(),
            business: crate::Business::Fee,
            order: None,
            transfer: None,
            card_transfer: None,
            withdrawal: None,
            request_no: Some("R1".to_owned()),
            reason: None,
            delta_minor: -3,
            balance_minor: 7,
            other: String::new(),
        };
        let entry = entry(&line, 4, "2026-01-02".parse().unwrap()).unwrap();
        assert_eq!((entry.signed_minor(), entry.is_credit), (-3, false));
        assert_eq!(entry.number, Some(Text::new("4").unwrap()));
        assert_eq!(entry.reference, Some(Text::new(&line.no()).unwrap()));
        assert_eq!(entry.parts[0].notes, [Text::new("R1").unwrap()]);
    }
}
